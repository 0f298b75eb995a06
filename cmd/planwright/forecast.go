package main

import (
	"context"
	"errors"
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
	horizon, season, cumulative, backtest, paths     int
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
	cmd.Flags().StringVar(&f.method, "method", "auto", a.T("cli.forecast.method", "methods", strings.Join(append(forecast.Methods(), sporadicOnly()...), ", ")))
	cmd.Flags().StringVar(&f.levels, "levels", "80,95", a.T("cli.forecast.levels"))
	cmd.Flags().StringVar(&f.quantiles, "quantiles", "", a.T("cli.forecast.quantiles"))
	cmd.Flags().IntVar(&f.cumulative, "cumulative", 0, a.T("cli.forecast.cumulative"))
	cmd.Flags().IntVar(&f.backtest, "backtest", 0, a.T("cli.forecast.backtest"))
	cmd.Flags().IntVar(&f.paths, "paths", 0, a.T("cli.forecast.paths"))
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
	path         int       // from 1 for a row of a sample path, whose value is the mean
}

// mostPaths bounds the sample paths of a series.
const mostPaths = 100_000

// sporadicOnly are the methods for demand with many zeros that have no other
// name.
func sporadicOnly() (names []string) {
	for _, m := range forecast.SporadicMethods() {
		if !forecast.KnownMethod(m) {
			names = append(names, m)
		}
	}
	return names
}

func (a *app) forecastFile(ctx context.Context, path string, f forecastFlags) error {
	if f.season == 0 {
		f.season = seasonOf[f.period]
	}
	if f.season < 1 || seasonOf[f.period] == 0 {
		return usage(fmt.Sprintf("--period %s --season %d: use year, quarter, month, week, day or hour, and a season of 1 or more", f.period, f.season))
	}
	if !forecast.KnownMethod(f.method) && !slices.Contains(sporadicOnly(), f.method) {
		return usage(fmt.Sprintf("--method %s: use one of %s, or a form such as ets:MAdM", f.method, strings.Join(append(forecast.Methods(), sporadicOnly()...), ", ")))
	}
	if f.paths < 0 || f.paths > mostPaths || f.backtest < 0 {
		return usage(fmt.Sprintf("--paths %d --backtest %d: use 0 to %d paths, and 0 or more origins", f.paths, f.backtest, mostPaths))
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
	if f.cumulative > 0 || f.paths > 0 {
		head = append(head, "kind")
	}
	if f.paths > 0 {
		head = append(head, "path")
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
	done, last := 0, -1
	err = a.forecastAll(ctx, list, f, p, func(r *forecastRow) error {
		if r.series != last {
			done, last = done+1, r.series
		}
		cells := []any{list[r.series].id, int64(r.step), r.start, r.method}
		for i := range 1 + len(p) {
			if r.path > 0 && i > 0 {
				cells = append(cells, nil)
			} else {
				cells = append(cells, r.values[i])
			}
		}
		if f.cumulative > 0 || f.paths > 0 {
			cells = append(cells, r.kind)
		}
		if f.paths > 0 {
			if r.path > 0 {
				cells = append(cells, int64(r.path))
			} else {
				cells = append(cells, nil)
			}
		}
		return w.row(cells...)
	})
	if err != nil {
		return err
	}
	if err := w.close(); err != nil {
		return err
	}
	a.next("cli.forecast.next", "n", count(done))
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
	p       []float64 // of the columns
	all     []float64 // and those that paths are drawn from
	failed  []error
	note    []string // what was done in place of what was asked for
	mase    []float64
	wape    []float64
	early   map[int]*forecast.Result // of the calibration series
	cal     *forecast.Calibration
	sporads *forecast.Pool
}

func (r *forecastRun) options(i int) forecast.Options {
	opt := forecast.Options{Season: r.f.season, Horizon: r.f.horizon, Method: r.f.method, Quantiles: r.all, CumulativeTo: r.f.cumulative,
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
	run := &forecastRun{list: list, f: f, p: p, all: slices.Clone(p), failed: make([]error, n), note: make([]string, n), mase: make([]float64, n), wape: make([]float64, n), early: map[int]*forecast.Result{}}
	if f.paths > 0 {
		for _, q := range forecast.PathQuantiles {
			if !slices.Contains(run.all, q) {
				run.all = append(run.all, q)
			}
		}
	}
	bars := a.progress()
	var finished atomic.Int64
	each := func(count int, work func(e *forecaster, k int)) {
		var next atomic.Int64
		var wg sync.WaitGroup
		for range max(1, a.workers) {
			wg.Go(func() {
				var e forecaster
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
	each(m, func(e *forecaster, k int) {
		i := k * n / m
		r := &forecast.Result{}
		if run.failed[i] = e.forecast(&list[i], run.options(i), r); run.failed[i] == nil {
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
	block := forecastBlock
	if f.paths > 0 { // whose rows are many
		block = min(block, max(a.workers, 500_000/(f.paths*f.horizon)))
	}
	rows := make([][]forecastRow, min(n, block))
	for lo := 0; lo < n; lo += block {
		hi := min(n, lo+block)
		each(hi-lo, func(e *forecaster, k int) {
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
				run.failed[i] = e.forecast(&list[i], opt, r)
				show()
				if run.failed[i] != nil {
					return
				}
			}
			run.note[i], run.mase[i], run.wape[i] = r.Note, r.Accuracy.MASE, r.Accuracy.WAPE
			rows[k] = run.rows(rows[k], i, r)
			if f.paths > 0 {
				rows[k], run.failed[i] = e.paths(rows[k], run, i, r, &opt)
			}
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

// forecaster is the scratch of one worker.
type forecaster struct {
	engine   forecast.Engine
	sporadic forecast.Sporadic
	rare     forecast.SporadicResult
	draws    []float64
}

// forecast is that of a series of the file.
func (e *forecaster) forecast(s *longSeries, opt forecast.Options, r *forecast.Result) error {
	if s.bad != nil {
		return s.bad
	}
	if forecast.KnownMethod(opt.Method) {
		return e.engine.Forecast(s.y, opt, r)
	}
	if err := e.sporadic.Forecast(s.y, sporadicOptions(&opt), &e.rare); err != nil {
		return err
	}
	o := &e.rare
	nan := math.NaN()
	*r = forecast.Result{Method: o.Method, Class: o.Class, ADI: o.ADI, CV2: o.CV2, Mean: o.Mean, SD: o.SD, CumMean: o.CumMean, CumSD: o.CumSD,
		Quantile: o.Quantile, CumQuantile: o.CumQuantile, Note: o.Note, Accuracy: forecast.Accuracy{MASE: nan, RMSSE: nan, WAPE: nan, Bias: nan, Pinball: nan, NaiveWAPE: nan}}
	e.rare = forecast.SporadicResult{} // its slices are the result's now
	return nil
}

func sporadicOptions(opt *forecast.Options) forecast.SporadicOptions {
	o := forecast.SporadicOptions{Horizon: opt.Horizon, Quantiles: opt.Quantiles, CumulativeTo: opt.CumulativeTo, Pool: opt.Pool}
	if !forecast.KnownMethod(opt.Method) {
		o.Method = opt.Method
	}
	return o
}

// paths adds the sample paths of series i. Every series has dice of its own, so
// that its paths do not depend on the rest of the file's order of work.
func (e *forecaster) paths(dst []forecastRow, run *forecastRun, i int, r *forecast.Result, opt *forecast.Options) ([]forecastRow, error) {
	s := &run.list[i]
	seed := run.f.seed + uint64(i)*0x9e3779b97f4a7c15
	var err error
	if r.Method == "sporadic" || !forecast.KnownMethod(opt.Method) {
		e.draws, err = e.sporadic.Paths(e.draws, s.y, sporadicOptions(opt), run.f.paths, seed)
	} else {
		e.draws, err = r.Paths(e.draws, run.all, run.f.paths, seed)
	}
	if err != nil {
		return dst, err
	}
	h := run.f.horizon
	for k := range run.f.paths {
		for j := range h {
			dst = append(dst, forecastRow{i, j + 1, "path", s.periodStart(run.f.period, len(s.y)+j), r.Method, []float64{e.draws[k*h+j]}, k + 1})
		}
	}
	return dst, nil
}

// sporadicPool is what the series without demand in most periods teach one
// another, or nil if they are fewer than twenty.
func sporadicPool(list []longSeries) *forecast.Pool {
	c := forecast.NewCalibrator(len(list))
	var scratch forecast.Sporadic
	seen := 0
	for i := range list {
		if list[i].bad != nil {
			continue
		}
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
		dst = append(dst, forecastRow{i, step, kind, start, out.Method, v, 0})
	}
	for h := range r.f.horizon {
		row(h+1, "step", s.periodStart(r.f.period, len(s.y)+h), out.Mean[h], func(q int) float64 { return out.StepQuantile(q)[h] })
	}
	for h := range r.f.cumulative {
		row(h+1, "cumulative", s.periodStart(r.f.period, len(s.y)), out.CumMean[h], func(q int) float64 { return out.SumQuantile(q)[h] })
	}
	return dst
}

// whatOf is what an error of a file says, without its code.
func whatOf(err error) string {
	var e *planwright.Error
	if errors.As(err, &e) && len(e.Args) > 1 {
		return e.Args[1]
	}
	return err.Error()
}

// forecastSummary says what could not be forecast and how the rest did.
func (a *app) forecastSummary(run *forecastRun) error {
	bad := 0
	for i, err := range run.failed {
		if err != nil {
			if bad++; bad <= 5 {
				a.say("cli.forecast.failed", "id", run.list[i].id, "detail", whatOf(err))
			}
		}
	}
	if bad == len(run.list) {
		var e *planwright.Error
		if errors.As(run.failed[0], &e) {
			return e
		}
		return &planwright.Error{Code: planwright.CodeForecastFailed, Args: []string{"item", run.list[0].id, "detail", run.failed[0].Error()}}
	}
	if bad > 5 {
		a.say("cli.forecast.more", "n", count(bad-5))
	}
	fallbacks, sum, wape, n, m := 0, 0.0, 0.0, 0, 0
	for i := range run.list {
		if run.note[i] != "" {
			if fallbacks++; fallbacks <= 5 {
				a.say("cli.forecast.note", "id", run.list[i].id, "detail", run.note[i])
			}
		}
		if run.failed[i] == nil && !math.IsNaN(run.mase[i]) {
			sum += run.mase[i]
			n++
		}
		if run.failed[i] == nil && !math.IsNaN(run.wape[i]) {
			wape += run.wape[i]
			m++
		}
	}
	if fallbacks > 5 {
		a.say("cli.forecast.fallbacks", "n", count(fallbacks))
	}
	if n > 0 && run.f.backtest > 0 {
		a.say("cli.forecast.accuracy", "n", count(n), "mase", strconv.FormatFloat(sum/float64(n), 'f', 3, 64), "wape", strconv.FormatFloat(wape/float64(max(1, m)), 'f', 3, 64))
	}
	return nil
}
