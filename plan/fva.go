package plan

import (
	"context"
	"fmt"
	"math"

	"planwright"
	"planwright/forecast"
	"planwright/mrp"
)

// ValueAddedOptions say which past plans are replayed to see what each step of
// forecasting was worth. The zero value replays three, four weeks apart.
type ValueAddedOptions struct {
	Options     // of the plans; Horizon, Reconcile and Base are not used
	Origins int // past plans; 0: 3
	Horizon int // periods that each forecasts, and between them; 0: 4 weeks, 14 days or 3 months
}

// ValueAdded is what the steps of forecasting were worth: forecast value added of
// Gilliland (2010), by step, by sku and by the author of overrides.
type ValueAdded struct {
	Origins int
	Total   forecast.ValueAdded
	SKUs    []forecast.ValueAdded // Item is the sku
	Authors []forecast.ValueAdded
}

// RunValueAdded goes back to past days, forecasts from what was known then, step
// by step, and sets it against what came:
//
//	naive        the last demand known
//	statistical  the method, on the history as booked
//	cleaned      the forecast of a plan: history prepared, causes, life cycle
//	overridden   with the overrides that had been made by then; those that came
//	             with the data count as made in time
//
// What came is sales less returns; a period that had a day without stock tells
// less than what was wanted, and is left out.
func RunValueAdded(ctx context.Context, s *planwright.Snapshot, opt ValueAddedOptions) (*ValueAdded, error) {
	if opt.AsOf == 0 {
		opt.AsOf = s.AsOf
	}
	if opt.Origins == 0 {
		opt.Origins = 3
	}
	if opt.Horizon == 0 {
		opt.Horizon = map[planwright.Period]int{planwright.ByWeek: 4, planwright.ByDay: 14, planwright.ByMonth: 3}[opt.Period]
	}
	if opt.Origins < 1 || opt.Origins > 100 {
		return nil, &planwright.Error{Code: planwright.CodeUsage, Op: "value added", Subject: "origins", What: fmt.Sprint(opt.Origins), Fix: "use 1 to 100", Args: []string{"detail", "--origins"}}
	}
	opt.Options.Horizon, opt.Reconcile, opt.Base = opt.Horizon, ReconcileNone, nil
	o, err := opt.Options.Validate()
	if err != nil {
		return nil, err
	}
	asOf := o.AsOf
	var rows []forecast.Made
	for origin := opt.Origins; origin >= 1; origin-- {
		at := o.Period.FromIndex(o.Period.Index(asOf) - origin*opt.Horizon)
		made, err := valueAddedAt(ctx, s, o, at, asOf)
		if err != nil {
			return nil, fmt.Errorf("plan: value added: %w", err)
		}
		rows = append(rows, made...)
	}
	out := &ValueAdded{Origins: opt.Origins}
	out.Total, out.SKUs, out.Authors = forecast.ForecastValueAdded(rows)
	return out, nil
}

// valueAddedAt replays one past day.
func valueAddedAt(ctx context.Context, s *planwright.Snapshot, o Options, at, now planwright.Day) ([]forecast.Made, error) {
	past := *s // its columns are shared
	past.AsOf = at
	o.AsOf = at
	var known []planwright.ForecastOverride
	for _, v := range o.Overrides {
		if planwright.Day(v.At.Unix()/86400) < at {
			known = append(known, v)
		}
	}
	o.Overrides = known
	o.Progress = nil
	src := mrp.Resolve(&past)
	d, err := runDemand(ctx, &past, &src, o)
	if err != nil {
		return nil, err
	}
	var p planwright.Plan
	if err := d.join(&p, &o); err != nil {
		return nil, err
	}
	// The rows of each sku.
	f := &p.Forecast
	n := s.Len()
	first := make([]int32, n+1)
	for _, k := range f.SKU {
		first[k+1]++
	}
	for k := range n {
		first[k+1] += first[k]
	}
	parts := make([][]forecast.Made, (n+chunk-1)/chunk)
	type scratch struct {
		then, since series
		engine      forecast.Engine
		result      forecast.Result
	}
	workers := make([]scratch, o.Workers)
	err = overChunks(ctx, n, len(workers), nil, func(ctx context.Context, worker, c int, lo, hi planwright.SKU) error {
		if s.ReadHistory == nil {
			return nil
		}
		h, err := s.ReadHistory(ctx, lo, hi)
		if err != nil {
			return err
		}
		w := &workers[worker]
		for k := lo; k < hi; k++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			from, to := int(first[k]), int(first[k+1])
			if from == to {
				continue
			}
			a, b := h.Off[k-lo], h.Off[k-lo+1]
			w.then.prepare(h, a, b, at, s.HistoryFrom, o.Period)
			w.since.prepare(h, a, b, now, s.HistoryFrom, o.Period)
			booked := w.then.rawIndependent
			if len(booked) == 0 {
				continue
			}
			fo := forecast.Options{Season: season(o.Period), Horizon: o.Horizon, Method: o.Method, NonNegative: true}
			if err := w.engine.Forecast(booked, fo, &w.result); err != nil {
				continue
			}
			plain := planwright.Forecast{SKU: f.SKU[from:to], Start: f.Start[from:to], End: f.End[from:to],
				Final: append([]float64(nil), f.Mean[from:to]...), Override: make([]float64, to-from)}
			authors := make([]string, to-from)
			d.judge(&past, k, &plain, 0, authors)
			for i := from; i < to; i++ {
				t := o.Period.Index(f.Start[i]) - w.since.first
				if t < 0 || t >= len(w.since.rawIndependent) || w.since.out[t] > 0 {
					continue
				}
				m := forecast.Made{Item: int(k), Author: authors[i-from], Actual: w.since.rawIndependent[t]}
				m.Forecast[forecast.NaiveStep] = math.Max(0, booked[len(booked)-1])
				m.Forecast[forecast.StatisticalStep] = w.result.Mean[i-from]
				m.Forecast[forecast.CleanedStep] = f.Mean[i]
				m.Forecast[forecast.OverriddenStep] = math.NaN()
				if authors[i-from] != "" || plain.Final[i-from] != f.Mean[i] {
					m.Forecast[forecast.OverriddenStep] = plain.Final[i-from]
				}
				parts[c] = append(parts[c], m)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var rows []forecast.Made
	for _, part := range parts {
		rows = append(rows, part...)
	}
	return rows, nil
}
