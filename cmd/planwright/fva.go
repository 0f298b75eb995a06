package main

import (
	"errors"
	"fmt"
	"slices"

	"planwright"
	"planwright/forecast"
	"planwright/plan"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

type fvaFlags struct {
	plan, by     string
	origins      int
	horizon, top int
}

// fvaVerb shows what each step of forecasting was worth.
func (a *app) fvaVerb() *cobra.Command {
	f := fvaFlags{}
	cmd := a.verb("fva", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error { return a.fva(cmd, f) })
	cmd.Flags().StringVar(&f.plan, "plan", "latest", a.T("cli.flag.plan"))
	cmd.Flags().StringVar(&f.by, "by", "step", a.T("cli.fva.by"))
	cmd.Flags().IntVar(&f.origins, "origins", 3, a.T("cli.fva.origins"))
	cmd.Flags().IntVar(&f.horizon, "horizon", 0, a.T("cli.fva.horizon"))
	cmd.Flags().IntVar(&f.top, "top", 20, a.T("cli.flag.top"))
	return cmd
}

func (a *app) fva(cmd *cobra.Command, f fvaFlags) (err error) {
	ctx := cmd.Context()
	if f.by != "step" && f.by != "item" && f.by != "author" {
		return usage(fmt.Sprintf("report fva --by %s: use step, item or author", f.by))
	}
	w, err := a.open()
	if err != nil {
		return err
	}
	defer w.Close()
	info, err := w.GetPlan(f.plan)
	if err != nil {
		return err
	}
	opt, err := plan.ParseOptions(info.Options)
	if err != nil {
		return err
	}
	bars := a.progress()
	defer bars.done()
	s, closeSnapshot, err := w.Load(ctx, info.SnapshotID, snapshot.LoadOptions{Progress: func(_ string, done, total int64) { bars.show("load", done, total) }})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeSnapshot()) }()
	if opt.Overrides, err = w.StandingOverrides(ctx); err != nil {
		return err
	}
	opt.Workers = a.workers
	v, err := plan.RunValueAdded(ctx, s, plan.ValueAddedOptions{Options: opt, Origins: f.origins, Horizon: f.horizon})
	if err != nil {
		return err
	}
	bars.done()
	rows := []forecast.ValueAdded{v.Total}
	name := func(*forecast.ValueAdded) string { return "" }
	switch f.by {
	case "item":
		rows = v.SKUs
		name = func(r *forecast.ValueAdded) string { return s.Code(planwright.SKU(r.Item)) }
		slices.SortStableFunc(rows, func(a, b forecast.ValueAdded) int { // the largest demand first
			switch {
			case a.Demand > b.Demand:
				return -1
			case a.Demand < b.Demand:
				return 1
			}
			return 0
		})
	case "author":
		rows = v.Authors
		name = func(r *forecast.ValueAdded) string { return r.Author }
	}
	if a.machine() {
		if err := a.fvaSheet(rows, f.by, name); err != nil {
			return err
		}
	} else {
		a.fvaTable(rows, f, name)
	}
	a.say("cli.fva.done", "n", count(v.Total.Rows), "origins", count(v.Origins))
	a.next("cli.fva.next")
	return nil
}

var fvaSteps = []forecast.ProcessStep{forecast.NaiveStep, forecast.StatisticalStep, forecast.CleanedStep, forecast.OverriddenStep}

func (a *app) fvaSheet(rows []forecast.ValueAdded, by string, name func(*forecast.ValueAdded) string) error {
	w, err := a.newSheet([]string{by, "step", "rows", "demand", "wape", "bias", "added", "changed", "better", "worse"})
	if err != nil {
		return err
	}
	defer w.discard()
	for i := range rows {
		r := &rows[i]
		for _, st := range fvaSteps {
			who := name(r)
			if by == "step" {
				who = "all"
			}
			if err := w.row(who, st.String(), int64(r.Rows), r.Demand, r.WAPE(st), r.Bias(st), r.Added(st), int64(r.Changed[st]), int64(r.Better[st]), int64(r.Worse[st])); err != nil {
				return err
			}
		}
	}
	return w.close()
}

func (a *app) fvaTable(rows []forecast.ValueAdded, f fvaFlags, name func(*forecast.ValueAdded) string) {
	head := []string{a.T("col.step"), ">WAPE", ">" + a.T("col.bias"), ">" + a.T("col.added"), ">" + a.T("col.better"), ">" + a.T("col.worse")}
	if f.by != "step" {
		head = append([]string{a.T("col." + f.by)}, head...)
	}
	t := newTable(head...)
	for i := range rows {
		if f.top > 0 && i == f.top {
			break
		}
		r := &rows[i]
		for _, st := range fvaSteps {
			if f.by != "step" && r.Changed[st] == 0 && st != forecast.NaiveStep {
				continue
			}
			cells := []string{a.T("fva." + st.String()), shown(r.WAPE(st)), shown(r.Bias(st)), shown(r.Added(st)), count(r.Better[st]), count(r.Worse[st])}
			if f.by != "step" {
				cells = append([]string{name(r)}, cells...)
			}
			t.add(cells...)
		}
	}
	t.write(a.out, 0)
}
