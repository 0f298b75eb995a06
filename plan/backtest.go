package plan

import (
	"context"
	"fmt"
	"slices"

	"planwright"
	"planwright/forecast"
)

// BacktestOptions say how the demand history of a snapshot is replayed. The
// zero value replays the last 26 weeks by [DefaultMethods], a forecast of four
// weeks made every four weeks, on one worker.
type BacktestOptions struct {
	AsOf    planwright.Day    // 0: the snapshot's
	Period  planwright.Period // of the forecasts
	Periods int               // periods replayed, counted from the end; 0: 26 weeks, 90 days or 12 months
	Horizon int               // periods ahead of each forecast; 0: 4 weeks, 14 days or 3 months
	Step    int               // periods between forecasts; 0: Horizon
	Methods []string          // empty: DefaultMethods
	// Refit fits parameters at every origin. If not, they are those of the
	// first origin, and states follow the series.
	Refit bool
	Level float64 // of the interval whose coverage is measured; 0: 0.95
	// Only lists the sku's to replay, nil for all.
	Only []planwright.SKU

	Workers  int
	Progress func(done, total int)
}

// DefaultMethods are what a backtest compares if it is not told: the automatic
// choice, what it is made of, and what costs nothing.
var DefaultMethods = []string{"auto", "ets-average", "dotm", "ces", "holt", "ses", "sba", "tsb", "snaive", "naive"}

// Backtest is how methods did on the past of the sku's.
type Backtest struct {
	Options BacktestOptions // with the defaults filled in
	SKU     []planwright.SKU
	Score   []forecast.Score // of a sku and method, in the order of sku and Methods
	// Board has a row a method, and one a method and demand class: see
	// [forecast.Leaderboard].
	Board []forecast.Score
	Short int // sku's with demand whose history is too short for the replay
	// Failed are sku's and methods without a forecast, with the reason.
	Failed []BacktestFailure
}

// BacktestFailure is a sku that a method could not forecast.
type BacktestFailure struct {
	SKU    planwright.SKU
	Method string
	Reason string
}

// maxOrigins bounds the forecasts of a replay of one sku.
const maxOrigins = 1000

func (o BacktestOptions) validate(s *planwright.Snapshot) (BacktestOptions, error) {
	bad := func(subject, what, fix string) error {
		return &planwright.Error{Code: planwright.CodeUsage, Op: "backtest", Subject: subject, What: what, Fix: fix, Args: []string{"detail", "--" + subject + " " + what + ": " + fix}}
	}
	if o.AsOf == 0 {
		o.AsOf = s.AsOf
	}
	if o.Period > planwright.ByMonth {
		return o, bad("period", fmt.Sprint(uint8(o.Period)), "use day, week or month")
	}
	pick := func(week, day, month int) int {
		return map[planwright.Period]int{planwright.ByWeek: week, planwright.ByDay: day, planwright.ByMonth: month}[o.Period]
	}
	if o.Periods == 0 {
		o.Periods = pick(26, 90, 12)
	}
	if o.Horizon == 0 {
		o.Horizon = min(pick(4, 14, 3), max(1, o.Periods))
	}
	if o.Step == 0 {
		o.Step = o.Horizon
	}
	if o.Level == 0 {
		o.Level = 0.95
	}
	switch {
	case o.Horizon < 1 || o.Horizon > maxHorizon:
		return o, bad("horizon", fmt.Sprint(o.Horizon), fmt.Sprintf("use 1 to %d", maxHorizon))
	case o.Periods < o.Horizon || o.Periods > 10*maxHorizon:
		return o, bad("periods", fmt.Sprint(o.Periods), fmt.Sprintf("use at least the horizon of %d, at most %d", o.Horizon, 10*maxHorizon))
	case o.Step < 1 || (o.Periods-o.Horizon)/max(1, o.Step) >= maxOrigins:
		return o, bad("step", fmt.Sprint(o.Step), fmt.Sprintf("use 1 or more, for at most %d forecasts a sku", maxOrigins))
	case !(o.Level > 0 && o.Level < 1):
		return o, bad("level", fmt.Sprint(o.Level), "use a number between 0 and 1")
	}
	if len(o.Methods) == 0 {
		o.Methods = DefaultMethods
	}
	for i, m := range o.Methods {
		if !forecast.KnownMethod(m) || slices.Contains(o.Methods[:i], m) {
			return o, bad("methods", m, fmt.Sprintf("name each once, of %v", forecast.Methods()))
		}
	}
	for _, k := range o.Only {
		if k < 0 || int(k) >= s.Len() {
			return o, bad("item", fmt.Sprint(k), "name sku's of the snapshot")
		}
	}
	o.Workers = max(1, o.Workers)
	return o, nil
}

// RunBacktest replays the demand history of a snapshot: at each origin of the
// past the methods forecast what came then, from what was known. The series are
// those of a planning run; a sku that is not sold is replayed by its use in
// production. The result does not depend on the number of workers.
func RunBacktest(ctx context.Context, s *planwright.Snapshot, opt BacktestOptions) (*Backtest, error) {
	opt, err := opt.validate(s)
	if err != nil {
		return nil, err
	}
	only := slices.Clone(opt.Only)
	slices.Sort(only)
	only = slices.Compact(only)
	n := s.Len()
	parts := make([]Backtest, (n+chunk-1)/chunk)
	workers := make([]backtestWorker, opt.Workers)
	for i := range workers {
		workers[i] = backtestWorker{s: s, opt: &opt}
	}
	progress := func(done int) {
		if opt.Progress != nil {
			opt.Progress(done, n)
		}
	}
	err = overChunks(ctx, n, len(workers), progress, func(ctx context.Context, worker, c int, lo, hi planwright.SKU) error {
		return workers[worker].run(ctx, lo, hi, only, &parts[c])
	})
	if err != nil {
		return nil, fmt.Errorf("plan: backtest: %w", err)
	}
	out := &Backtest{Options: opt}
	for i := range parts {
		p := &parts[i]
		out.SKU = append(out.SKU, p.SKU...)
		out.Score = append(out.Score, p.Score...)
		out.Failed = append(out.Failed, p.Failed...)
		out.Short += p.Short
	}
	out.Board = forecast.Leaderboard(out.Score)
	return out, nil
}

// backtestWorker holds the scratch of one goroutine.
type backtestWorker struct {
	s      *planwright.Snapshot
	opt    *BacktestOptions
	series series
	tester forecast.Backtester
}

func (w *backtestWorker) run(ctx context.Context, lo, hi planwright.SKU, only []planwright.SKU, out *Backtest) error {
	if only != nil {
		at, _ := slices.BinarySearch(only, lo)
		if at == len(only) || only[at] >= hi {
			return nil
		}
	}
	if w.s.ReadHistory == nil {
		return nil
	}
	h, err := w.s.ReadHistory(ctx, lo, hi)
	if err != nil {
		return err
	}
	o := w.opt
	fo := forecast.BacktestOptions{
		Options: forecast.Options{Season: season(o.Period), Horizon: o.Horizon, Quantiles: planwright.Quantiles, NonNegative: true, CumulativeTo: o.Horizon},
		Origins: (o.Periods-o.Horizon)/o.Step + 1, Step: o.Step, Refit: o.Refit, Level: o.Level,
	}
	least := o.Horizon + (fo.Origins-1)*o.Step + 1
	for k := lo; k < hi; k++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if only != nil {
			if _, ok := slices.BinarySearch(only, k); !ok {
				continue
			}
		}
		w.series.prepare(h, h.Off[k-lo], h.Off[k-lo+1], o.AsOf, w.s.HistoryFrom, o.Period)
		y := w.series.independent
		if !w.series.sales {
			y = w.series.total
		}
		if !w.series.sales && !w.series.issues {
			continue
		}
		if len(y) < least {
			out.Short++
			continue
		}
		for _, m := range o.Methods {
			fo.Methods = []string{m}
			before := len(out.Score)
			var err error
			if out.Score, err = w.tester.Run(out.Score, y, fo); err != nil {
				out.Score = out.Score[:before]
				out.Failed = append(out.Failed, BacktestFailure{k, m, err.Error()})
				continue
			}
			out.SKU = append(out.SKU, k)
		}
	}
	return nil
}
