package main

import (
	"errors"
	"fmt"
	"strings"

	"planwright"
	"planwright/forecast"
	"planwright/plan"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

type backtestFlags struct {
	asOf, period, methods, snapshot, by, items string
	periods, horizon, step, top                int
	level                                      float64
	refit                                      bool

	value bool
	worth valueFlags

	shadow shadowFlags
}

// backtestVerb replays the company's own demand history.
func (a *app) backtestVerb() *cobra.Command {
	var f backtestFlags
	cmd := a.verb("backtest", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		switch {
		case f.shadow.file != "":
			return a.shadow(cmd, f)
		case f.value:
			return a.value(cmd, f)
		}
		return a.backtest(cmd, f)
	})
	a.valueFlags(cmd, &f)
	a.shadowFlags(cmd, &f.shadow)
	cmd.Flags().IntVar(&f.periods, "periods", 0, a.T("cli.backtest.periods"))
	cmd.Flags().IntVar(&f.horizon, "horizon", 0, a.T("cli.backtest.horizon"))
	cmd.Flags().IntVar(&f.step, "step", 0, a.T("cli.backtest.step"))
	cmd.Flags().StringVar(&f.methods, "methods", "", a.T("cli.backtest.methods", "methods", strings.Join(plan.DefaultMethods, ",")))
	cmd.Flags().BoolVar(&f.refit, "refit", false, a.T("cli.backtest.refit"))
	cmd.Flags().Float64Var(&f.level, "level", 95, a.T("cli.backtest.level"))
	cmd.Flags().StringVar(&f.by, "by", "method", a.T("cli.backtest.by"))
	cmd.Flags().StringVar(&f.items, "items", "", a.T("cli.backtest.items"))
	cmd.Flags().StringVar(&f.period, "period", "week", a.T("cli.flag.period"))
	cmd.Flags().StringVar(&f.asOf, "as-of", "", a.T("cli.flag.asof"))
	cmd.Flags().StringVar(&f.snapshot, "snapshot", "latest", a.T("cli.flag.snapshot"))
	cmd.Flags().IntVar(&f.top, "top", 20, a.T("cli.flag.top"))
	return cmd
}

// list splits a list of names at commas.
func list(s string) (names []string) {
	for _, part := range strings.Split(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			names = append(names, part)
		}
	}
	return names
}

func (a *app) backtest(cmd *cobra.Command, f backtestFlags) (err error) {
	ctx := cmd.Context()
	asOf, err := day("as-of", f.asOf)
	if err != nil {
		return err
	}
	period, ok := planwright.ParsePeriod(f.period)
	if !ok {
		return usage(fmt.Sprintf("--period %s: use day, week or month", f.period))
	}
	if f.by != "method" && f.by != "class" && f.by != "item" {
		return usage(fmt.Sprintf("--by %s: use method, class or item", f.by))
	}
	w, err := a.open()
	if err != nil {
		return err
	}
	defer w.Close()
	bars := a.progress()
	defer bars.done()
	s, closeSnapshot, err := w.Load(ctx, f.snapshot, snapshot.LoadOptions{Progress: func(_ string, done, total int64) { bars.show("load", done, total) }})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeSnapshot()) }()
	opt := plan.BacktestOptions{AsOf: asOf, Period: period, Periods: f.periods, Horizon: f.horizon, Step: f.step, Methods: list(f.methods), Refit: f.refit,
		Level: f.level / 100, Workers: a.workers, Progress: func(done, total int) { bars.show("forecast", int64(done), int64(total)) }}
	for _, name := range list(f.items) {
		item, site, _ := strings.Cut(name, "@")
		k := s.Find(item, site)
		if k == planwright.NoSKU {
			return &planwright.Error{Code: planwright.CodeNotFound, Args: []string{"detail", name}}
		}
		opt.Only = append(opt.Only, k)
	}
	b, err := plan.RunBacktest(ctx, s, opt)
	if err != nil {
		return err
	}
	bars.done()
	if a.machine() {
		if err := a.backtestSheet(s, b, f.by); err != nil {
			return err
		}
	} else {
		a.backtestTable(s, b, f)
	}
	replayed := 0
	for i, k := range b.SKU {
		if i == 0 || b.SKU[i-1] != k {
			replayed++
		}
	}
	a.say("cli.backtest.done", "n", count(replayed), "periods", count(b.Options.Periods), "period", f.period, "origins", count((b.Options.Periods-b.Options.Horizon)/b.Options.Step+1), "horizon", count(b.Options.Horizon))
	if b.Short > 0 {
		a.say("cli.backtest.short", "n", count(b.Short))
	}
	for i, x := range b.Failed {
		if i == 5 {
			a.say("cli.forecast.more", "n", count(len(b.Failed)-5))
			break
		}
		a.say("cli.forecast.failed", "id", s.Code(x.SKU)+" "+x.Method, "detail", x.Reason)
	}
	a.next("cli.backtest.next")
	return nil
}

// scoreColumns are the measures of a score, as they are written.
var scoreColumns = []string{"series", "origins", "points", "mase", "rmsse", "smape", "wape", "bias", "pinball", "crps", "cum_pinball", "msis", "coverage", "tracking_signal"}

func scoreCells(s *forecast.Score) []any {
	return []any{int64(s.Series), int64(s.Origins), int64(s.Points), s.MASE, s.RMSSE, s.SMAPE, s.WAPE, s.Bias, s.Pinball, s.CRPS, s.CumLoss, s.MSIS, s.Coverage, s.Tracking}
}

// className is the demand class of a row of a leaderboard: all where it stands
// for every class.
func className(s *forecast.Score) string {
	if s.Class == forecast.NoDemand {
		return "all"
	}
	return s.Class.String()
}

func (a *app) backtestSheet(s *planwright.Snapshot, b *plan.Backtest, by string) error {
	head := []string{"method", "demand_class"}
	if by == "item" {
		head = []string{"item_id", "site_id", "method", "demand_class"}
	}
	w, err := a.newSheet(append(head, scoreColumns...))
	if err != nil {
		return err
	}
	defer w.discard()
	if by == "item" {
		for i := range b.Score {
			k, x := b.SKU[i], &b.Score[i]
			cells := []any{s.Items.ID[s.SKUs.Item[k]], s.Sites.ID[s.SKUs.Site[k]], x.Method, x.Class.String()}
			if err := w.row(append(cells, scoreCells(x)...)...); err != nil {
				return err
			}
		}
		return w.close()
	}
	for i := range b.Board {
		x := &b.Board[i]
		if by == "method" && x.Class != forecast.NoDemand {
			continue
		}
		if err := w.row(append([]any{x.Method, className(x)}, scoreCells(x)...)...); err != nil {
			return err
		}
	}
	return w.close()
}

func (a *app) backtestTable(s *planwright.Snapshot, b *plan.Backtest, f backtestFlags) {
	head := []string{a.T("col.method"), a.T("col.class"), ">" + a.T("col.series"), ">MASE", ">RMSSE", ">WAPE", ">" + a.T("col.bias"), ">" + a.T("col.pinball"), ">MSIS", ">" + a.T("col.coverage"), ">" + a.T("col.tracking")}
	if f.by == "item" {
		head = append([]string{a.T("col.item")}, head...)
	}
	t := newTable(head...)
	cells := func(x *forecast.Score, class string) []string {
		return []string{x.Method, class, count(x.Series), shown(x.MASE), shown(x.RMSSE), shown(x.WAPE), shown(x.Bias), shown(x.Pinball), shown(x.MSIS), shown(x.Coverage), shown(x.Tracking)}
	}
	n := 0
	if f.by == "item" {
		for i := range b.Score {
			if n++; f.top > 0 && n > f.top {
				break
			}
			t.add(append([]string{s.Code(b.SKU[i])}, cells(&b.Score[i], b.Score[i].Class.String())...)...)
		}
	} else {
		for i := range b.Board {
			x := &b.Board[i]
			if f.by == "method" && x.Class != forecast.NoDemand {
				continue
			}
			t.add(cells(x, className(x))...)
		}
	}
	t.write(a.out, 0)
}
