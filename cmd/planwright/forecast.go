package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"planwright"
	"planwright/forecast"

	"github.com/spf13/cobra"
)

// seasonOf is the number of periods in the natural season of a period.
var seasonOf = map[string]int{"year": 1, "quarter": 4, "month": 12, "week": 52, "day": 7, "hour": 24}

// longerSeasons come with the natural season of a period: the week of hours, the
// year of days. The engine takes out what the series shows of them.
var longerSeasons = map[string][]int{"day": {365}, "hour": {168}}

type forecastFlags struct {
	id, at, value, period, method, levels, quantiles string
	horizon, season, cumulative, backtest            int
	seed                                             uint64
}

// forecastVerb forecasts the series of any file, without a workspace.
func (a *app) forecastVerb() *cobra.Command {
	var f forecastFlags
	cmd := a.verb("forecast FILE", cobra.ExactArgs(1), func(cmd *cobra.Command, args []string) error {
		return a.forecastFile(cmd.Context(), args[0], f)
	})
	cmd.Flags().StringVar(&f.id, "id", "unique_id", a.T("cli.forecast.id"))
	cmd.Flags().StringVar(&f.at, "time", "ds", a.T("cli.forecast.time"))
	cmd.Flags().StringVar(&f.value, "value", "y", a.T("cli.forecast.value"))
	cmd.Flags().StringVar(&f.period, "period", "month", a.T("cli.forecast.period"))
	cmd.Flags().IntVar(&f.horizon, "horizon", 12, a.T("cli.forecast.horizon"))
	cmd.Flags().IntVar(&f.season, "season", 0, a.T("cli.forecast.season"))
	cmd.Flags().StringVar(&f.method, "method", "auto", a.T("cli.forecast.method", "methods", strings.Join(forecast.Methods(), ", ")))
	cmd.Flags().StringVar(&f.levels, "levels", "80,95", a.T("cli.forecast.levels"))
	cmd.Flags().StringVar(&f.quantiles, "quantiles", "", a.T("cli.forecast.quantiles"))
	cmd.Flags().IntVar(&f.cumulative, "cumulative", 0, a.T("cli.forecast.cumulative"))
	cmd.Flags().IntVar(&f.backtest, "backtest", 0, a.T("cli.forecast.backtest"))
	cmd.Flags().Uint64Var(&f.seed, "seed", 1, a.T("cli.forecast.seed"))
	return cmd
}

// numbers reads a comma-separated list of numbers strictly within (lo, hi).
func numbers(flag, s string, lo, hi float64) ([]float64, []string, error) {
	var v []float64
	var names []string
	for _, part := range strings.Split(s, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		x, err := strconv.ParseFloat(part, 64)
		if err != nil || !(x > lo && x < hi) {
			return nil, nil, usage(fmt.Sprintf("--%s %q: give numbers between %g and %g", flag, part, lo, hi))
		}
		v = append(v, x)
		names = append(names, part)
	}
	return v, names, nil
}

// forecastRow is one row of the output.
type forecastRow struct {
	series, step int
	kind         string
	start        string
	method       string
	values       []float64 // mean, then a column each
}

func (a *app) forecastFile(ctx context.Context, path string, f forecastFlags) error {
	if f.season == 0 {
		f.season = seasonOf[f.period]
	}
	if f.season < 1 || seasonOf[f.period] == 0 {
		return usage(fmt.Sprintf("--period %s --season %d: use year, quarter, month, week, day or hour, and a season of 1 or more", f.period, f.season))
	}
	if !slices.Contains(forecast.Methods(), f.method) {
		return usage(fmt.Sprintf("--method %s: use one of %s", f.method, strings.Join(forecast.Methods(), ", ")))
	}
	if f.horizon < 1 || f.horizon > forecast.MaxHorizon || f.cumulative < 0 || f.cumulative > forecast.MaxHorizon {
		return usage(fmt.Sprintf("--horizon %d --cumulative %d: use 1 to %d", f.horizon, f.cumulative, forecast.MaxHorizon))
	}
	levels, levelNames, err := numbers("levels", f.levels, 0, 100)
	if err != nil {
		return err
	}
	probs, probNames, err := numbers("quantiles", f.quantiles, 0, 1)
	if err != nil {
		return err
	}
	head := []string{"unique_id", "step", "period_start", "method", "mean"}
	var p []float64
	for i, l := range levels {
		p = append(p, 0.5-l/200, 0.5+l/200)
		head = append(head, "lo"+levelNames[i], "hi"+levelNames[i])
	}
	for i, q := range probs {
		p = append(p, q)
		head = append(head, "q"+probNames[i])
	}
	if f.cumulative > 0 {
		head = append(head, "kind")
	}
	list, err := readLong(ctx, path, f.id, f.at, f.value, f.period)
	if err != nil {
		return err
	}
	w, err := a.newSheet(head)
	if err != nil {
		return err
	}
	defer w.discard()
	err = a.forecastAll(ctx, list, f, p, func(r *forecastRow) error {
		cells := []any{list[r.series].id, int64(r.step), r.start, r.method}
		for _, v := range r.values {
			cells = append(cells, v)
		}
		if f.cumulative > 0 {
			cells = append(cells, r.kind)
		}
		return w.row(cells...)
	})
	if err != nil {
		return err
	}
	if err := w.close(); err != nil {
		return err
	}
	a.next("cli.forecast.next", "n", count(len(list)))
	return nil
}

// calibrationSeries is the most series that intervals are calibrated on, spread
// evenly over the file. forecastBlock is the number whose rows are held at a time.
const (
	calibrationSeries = 4096
	forecastBlock     = 4096
)

// forecastRun is what the workers of one forecast share.
type forecastRun struct {
	list    []longSeries
	f       forecastFlags
	p       []float64
	failed  []error
	simpler []bool
	mase    []float64
	early   map[int]*forecast.Result // of the calibration series
	cal     *forecast.Calibration
	sporads *forecast.Pool
}

func (r *forecastRun) options(i int) forecast.Options {
	opt := forecast.Options{Season: r.f.season, Horizon: r.f.horizon, Method: r.f.method, Quantiles: r.p, CumulativeTo: r.f.cumulative,
		BacktestOrigins: r.f.backtest, NonNegative: true, Pool: r.sporads, Calibration: r.cal}
	if r.f.season > 1 {
		for _, s := range longerSeasons[r.f.period] {
			if s > r.f.season {
				opt.Seasons = append(opt.Seasons, s)
			}
		}
	}
	for _, v := range r.list[i].y {
		opt.NonNegative = opt.NonNegative && !(v < 0)
	}
	return opt
}

// forecastAll forecasts every series on all workers and hands the rows to emit in
// the order of the file. It goes through the file twice: intervals are first
// calibrated on the errors of up to 4,096 series, whose results are kept, so that
// a file of that size costs one pass.
func (a *app) forecastAll(ctx context.Context, list []longSeries, f forecastFlags, p []float64, emit func(*forecastRow) error) error {
	n := len(list)
	run := &forecastRun{list: list, f: f, p: p, failed: make([]error, n), simpler: make([]bool, n), mase: make([]float64, n), early: map[int]*forecast.Result{}}
	bars := a.progress()
	var finished atomic.Int64
	each := func(count int, work func(e *forecast.Engine, k int)) {
		var next atomic.Int64
		var wg sync.WaitGroup
		for range max(1, a.workers) {
			wg.Go(func() {
				var e forecast.Engine
				for ctx.Err() == nil {
					k := int(next.Add(1)) - 1
					if k >= count {
						return
					}
					work(&e, k)
				}
			})
		}
		wg.Wait()
	}
	show := func() {
		if d := finished.Add(1); d%256 == 0 || int(d) == n {
			bars.show("forecast", d, int64(n))
		}
	}
	run.sporads = sporadicPool(list)

	// The first pass.
	m := min(n, calibrationSeries)
	early := make([]*forecast.Result, m)
	each(m, func(e *forecast.Engine, k int) {
		i := k * n / m
		r := &forecast.Result{}
		if run.failed[i] = e.Forecast(list[i].y, run.options(i), r); run.failed[i] == nil {
			early[k] = r
		}
		show()
	})
	if err := ctx.Err(); err != nil {
		bars.done()
		return err
	}
	var pool forecast.ConformalPool
	for k, r := range early {
		if r != nil {
			pool.Add(&r.Residuals)
			run.early[k*n/m] = r
		}
	}
	run.cal = pool.Calibration()

	// The second.
	rows := make([][]forecastRow, min(n, forecastBlock))
	for lo := 0; lo < n; lo += forecastBlock {
		hi := min(n, lo+forecastBlock)
		each(hi-lo, func(e *forecast.Engine, k int) {
			i := lo + k
			rows[k] = rows[k][:0]
			r := run.early[i]
			opt := run.options(i)
			switch {
			case run.failed[i] != nil:
				return
			case r != nil:
				run.cal.Apply(r, &opt)
			default:
				r = &forecast.Result{}
				run.failed[i] = e.Forecast(list[i].y, opt, r)
				show()
				if run.failed[i] != nil {
					return
				}
			}
			run.simpler[i], run.mase[i] = r.Note != "", r.Accuracy.MASE
			rows[k] = run.rows(rows[k], i, r)
		})
		if err := ctx.Err(); err != nil {
			bars.done()
			return err
		}
		for k := range hi - lo {
			delete(run.early, lo+k)
			for j := range rows[k] {
				if err := emit(&rows[k][j]); err != nil {
					bars.done()
					return err
				}
			}
		}
	}
	bars.done()
	return a.forecastSummary(run)
}

// sporadicPool is what the series without demand in most periods teach one
// another, or nil if they are fewer than twenty.
func sporadicPool(list []longSeries) *forecast.Pool {
	c := forecast.NewCalibrator(len(list))
	var scratch forecast.Sporadic
	seen := 0
	for i := range list {
		if class, _, _ := forecast.Classify(list[i].y); class == forecast.IntermittentDemand || class == forecast.LumpyDemand {
			c.Observe(i, list[i].y, &scratch)
			seen++
		}
	}
	if seen < 20 {
		return nil
	}
	return c.Pool()
}

// rows are those of the output for series i.
func (r *forecastRun) rows(dst []forecastRow, i int, out *forecast.Result) []forecastRow {
	s := &r.list[i]
	row := func(step int, kind, start string, mean float64, quantile func(q int) float64) {
		v := make([]float64, 0, 1+len(r.p))
		v = append(v, mean)
		for q := range r.p {
			v = append(v, quantile(q))
		}
		dst = append(dst, forecastRow{i, step, kind, start, out.Method, v})
	}
	for h := range r.f.horizon {
		row(h+1, "step", s.periodStart(r.f.period, len(s.y)+h), out.Mean[h], func(q int) float64 { return out.StepQuantile(q)[h] })
	}
	for h := range r.f.cumulative {
		row(h+1, "cumulative", s.periodStart(r.f.period, len(s.y)), out.CumMean[h], func(q int) float64 { return out.SumQuantile(q)[h] })
	}
	return dst
}

// forecastSummary says what could not be forecast and how the rest did.
func (a *app) forecastSummary(run *forecastRun) error {
	bad := 0
	for i, err := range run.failed {
		if err != nil {
			if bad++; bad <= 5 {
				a.say("cli.forecast.failed", "id", run.list[i].id, "detail", err.Error())
			}
		}
	}
	if bad == len(run.list) {
		return &planwright.Error{Code: planwright.CodeForecastFailed, Args: []string{"item", run.list[0].id, "detail", run.failed[0].Error()}}
	}
	if bad > 5 {
		a.say("cli.forecast.more", "n", count(bad-5))
	}
	fallbacks, sum, n := 0, 0.0, 0
	for i := range run.list {
		if run.simpler[i] {
			fallbacks++
		}
		if run.failed[i] == nil && !math.IsNaN(run.mase[i]) {
			sum += run.mase[i]
			n++
		}
	}
	if fallbacks > 0 {
		a.say("cli.forecast.fallbacks", "n", count(fallbacks))
	}
	if n > 0 && run.f.backtest > 0 {
		a.say("cli.forecast.accuracy", "n", count(n), "mase", strconv.FormatFloat(sum/float64(n), 'f', 3, 64))
	}
	return nil
}
