package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"

	"planwright/plan"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

// valueFlags are those of backtest --value.
type valueFlags struct {
	from, to, chart, unmet, font string
	reviews, refit, draws        int
	cover                        float64
	seed                         uint64
	keep                         bool
}

func (a *app) valueFlags(cmd *cobra.Command, f *backtestFlags) {
	v, fl := &f.worth, cmd.Flags()
	fl.BoolVar(&f.value, "value", false, a.T("cli.value.value"))
	fl.IntVar(&v.reviews, "reviews", 0, a.T("cli.value.reviews"))
	fl.StringVar(&v.from, "from", "", a.T("cli.value.from"))
	fl.StringVar(&v.to, "to", "", a.T("cli.value.to"))
	fl.IntVar(&v.refit, "refit-every", 13, a.T("cli.value.refit"))
	fl.StringVar(&v.unmet, "unmet", "lost", a.T("cli.value.unmet"))
	fl.Float64Var(&v.cover, "cover-weeks", 2, a.T("cli.value.cover"))
	fl.BoolVar(&v.keep, "keep-entered", false, a.T("cli.value.keep"))
	fl.Uint64Var(&v.seed, "seed", 0, a.T("cli.value.seed"))
	fl.IntVar(&v.draws, "draws", 1000, a.T("cli.value.draws"))
	fl.StringVar(&v.chart, "chart", "", a.T("cli.value.chart"))
	fl.StringVar(&v.font, "font", "", a.T("cli.report.font"))
}

// value replays the company's past under the plan's own policies.
func (a *app) value(cmd *cobra.Command, f backtestFlags) (err error) {
	ctx, v := cmd.Context(), &f.worth
	opt := plan.ValueOptions{Reviews: v.reviews, Refit: v.refit, CoverWeeks: v.cover, KeepEntered: v.keep, Seed: v.seed, Draws: v.draws, Level: 0.90, Workers: a.workers}
	if cmd.Flags().Changed("level") {
		opt.Level = f.level / 100
	}
	if opt.AsOf, err = day("as-of", f.asOf); err != nil {
		return err
	}
	if opt.From, err = day("from", v.from); err != nil {
		return err
	}
	if opt.To, err = day("to", v.to); err != nil {
		return err
	}
	switch v.unmet {
	case "lost":
	case "backorder":
		opt.Backorder = true
	default:
		return usage(fmt.Sprintf("--unmet %s: use lost or backorder", v.unmet))
	}
	if len(list(f.methods)) > 1 {
		return usage("--methods: a value replay forecasts by one method, or by auto")
	}
	opt.Method = f.methods
	if e := filepath.Ext(v.chart); v.chart != "" && e != ".svg" && e != ".png" {
		return usage(fmt.Sprintf("--chart %s: use .svg or .png", v.chart))
	}
	r, err := a.replayValue(ctx, f, opt)
	if err != nil {
		return err
	}
	if v.chart != "" {
		font, err := a.chartFont(v.chart, v.font)
		if err != nil {
			return err
		}
		words := func(key string, pairs ...string) string { return a.chartText(v.chart, font, key, pairs...) }
		if err := save(valueChart(r, words), v.chart, font); err != nil {
			return err
		}
		a.say("cli.report.wrote", "file", v.chart)
	}
	if a.machine() {
		if err := a.valueSheet(r); err != nil || filepath.Ext(a.output) != ".xlsx" {
			return err
		}
		return a.valueMonthsSheet(r)
	}
	a.valueTables(r)
	return nil
}

// replayValue replays here or on the server.
func (a *app) replayValue(ctx context.Context, f backtestFlags, opt plan.ValueOptions) (r *plan.Value, err error) {
	if a.remote != nil {
		defer a.endTransfers()
		return a.remote.ReplayValue(ctx, f.snapshot, list(f.items), opt)
	}
	w, err := a.open()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	bars := a.progress()
	defer bars.done()
	s, closeSnapshot, err := w.Load(ctx, f.snapshot, snapshot.LoadOptions{Progress: func(_ string, done, total int64) { bars.show("load", done, total) }})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeSnapshot()) }()
	if opt.Only, err = plan.NamedSKUs(s, list(f.items)); err != nil {
		return nil, err
	}
	opt.Progress = func(done, total int) { bars.show("value", int64(done), int64(total)) }
	return plan.RunValue(ctx, s, opt)
}

// percentOf writes a share; a dash where there is none.
func percentOf(x float64) string {
	if math.IsNaN(x) {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*x)
}

func between(in plan.ValueInterval) string {
	return fmt.Sprintf("%.1f … %.1f %%", 100*in.Low, 100*in.High)
}
