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
	rows, err := a.forecastAll(ctx, list, f, p)
	if err != nil {
		return err
	}
	w, err := a.newSheet(head)
	if err != nil {
		return err
	}
	defer w.discard()
	for _, block := range rows {
		for _, r := range block {
			cells := []any{list[r.series].id, int64(r.step), r.start, r.method}
			for _, v := range r.values {
				cells = append(cells, v)
			}
			if f.cumulative > 0 {
				cells = append(cells, r.kind)
			}
			if err := w.row(cells...); err != nil {
				return err
			}
		}
	}
	if err := w.close(); err != nil {
		return err
	}
	a.next("cli.forecast.next", "n", count(len(list)))
	return nil
}

// forecastAll forecasts every series, on all workers; row i of the result
// belongs to series i.
func (a *app) forecastAll(ctx context.Context, list []longSeries, f forecastFlags, p []float64) ([][]forecastRow, error) {
	rows := make([][]forecastRow, len(list))
	failed := make([]error, len(list))
	notes := make([]bool, len(list))
	mase, scored := make([]float64, len(list)), make([]bool, len(list))
	bars := a.progress()
	var next, done atomic.Int64
	var wg sync.WaitGroup
	for range max(1, a.workers) {
		wg.Go(func() {
			var e forecast.Engine
			var r forecast.Result
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(list) {
					return
				}
				s := &list[i]
				opt := forecast.Options{Season: f.season, Horizon: f.horizon, Method: f.method, Quantiles: p, CumulativeTo: f.cumulative, BacktestOrigins: f.backtest, NonNegative: true}
				for _, v := range s.y {
					opt.NonNegative = opt.NonNegative && !(v < 0)
				}
				if err := e.Forecast(s.y, opt, &r); err != nil {
					failed[i] = err
					continue
				}
				notes[i] = r.Note != ""
				mase[i], scored[i] = r.Accuracy.MASE, !math.IsNaN(r.Accuracy.MASE)
				rows[i] = make([]forecastRow, 0, f.horizon+f.cumulative)
				for h := range f.horizon {
					v := []float64{r.Mean[h]}
					for q := range p {
						v = append(v, r.StepQuantile(q)[h])
					}
					rows[i] = append(rows[i], forecastRow{i, h + 1, "step", s.periodStart(f.period, len(s.y)+h), r.Method, v})
				}
				for h := range f.cumulative {
					v := []float64{r.CumMean[h]}
					for q := range p {
						v = append(v, r.SumQuantile(q)[h])
					}
					rows[i] = append(rows[i], forecastRow{i, h + 1, "cumulative", s.periodStart(f.period, len(s.y)), r.Method, v})
				}
				if d := done.Add(1); d%256 == 0 || int(d) == len(list) {
					bars.show("forecast", d, int64(len(list)))
				}
			}
		})
	}
	wg.Wait()
	bars.done()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	bad := 0
	for i, err := range failed {
		if err != nil {
			if bad++; bad <= 5 {
				a.say("cli.forecast.failed", "id", list[i].id, "detail", err.Error())
			}
		}
	}
	if bad == len(list) {
		return nil, &planwright.Error{Code: planwright.CodeForecastFailed, Args: []string{"item", list[0].id, "detail", failed[0].Error()}}
	}
	if bad > 5 {
		a.say("cli.forecast.more", "n", count(bad-5))
	}
	fallbacks, sum, n := 0, 0.0, 0
	for i := range list {
		if notes[i] {
			fallbacks++
		}
		if scored[i] {
			sum += mase[i]
			n++
		}
	}
	if fallbacks > 0 {
		a.say("cli.forecast.fallbacks", "n", count(fallbacks))
	}
	if n > 0 && f.backtest > 0 {
		a.say("cli.forecast.accuracy", "n", count(n), "mase", strconv.FormatFloat(sum/float64(n), 'f', 3, 64))
	}
	return rows, nil
}
