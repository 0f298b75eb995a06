package plan

import (
	"context"

	"planwright"
	"planwright/forecast"
)

// ForecastView is what lies behind the forecast of one sku, for people who look
// at it.
type ForecastView struct {
	Start    []planwright.Day // first day of each period of the history
	Booked   []float64        // sales less returns, as booked
	Prepared []float64        // NaN: not known
	Free     []float64        // without causes: what the method saw
	Out      []float64        // share of the days without stock
	Mean     [][]float64      // of each method asked for, by step, causes included; nil where it cannot
}

// LookForecast shows the history that a plan forecast a sku from, and what each of
// the methods alone would forecast. opt are the options of the plan, its Base the
// plan itself: effects of causes are those that it used.
func LookForecast(ctx context.Context, s *planwright.Snapshot, k planwright.SKU, opt Options, methods []string) (*ForecastView, error) {
	if opt.AsOf == 0 {
		opt.AsOf = s.AsOf
	}
	opt, err := opt.Validate()
	if err != nil {
		return nil, err
	}
	if opt.AsOf != s.AsOf {
		moved := *s
		moved.AsOf = opt.AsOf
		s = &moved
	}
	out := &ForecastView{}
	if s.ReadHistory == nil {
		return out, nil
	}
	d := &demand{}
	if d.old, err = readPredecessorsOf(ctx, s, &opt, k); err != nil {
		return nil, err
	}
	d.company.causes = newCauses(s, opt.Period, causesFrom(s, &opt), causesTo(&opt))
	if opt.Base != nil && opt.Base.Company != "" {
		if err := d.company.decode(opt.Base.Company); err != nil {
			return nil, err
		}
	}
	w := demandWorker{s: s, opt: opt, d: d}
	if b := opt.Base; b != nil && b.ReadStates != nil {
		st, err := b.ReadStates(ctx, k, k+1)
		if err != nil {
			return nil, err
		}
		w.states = *st
	}
	h, err := s.ReadHistory(ctx, k, k+1)
	if err != nil {
		return nil, err
	}
	w.series.prepare(h, 0, h.Off[1], opt.AsOf, s.HistoryFrom, opt.Period)
	past := w.history(k)
	fo := forecast.Options{Season: season(opt.Period), Horizon: opt.Horizon, NonNegative: true, Pool: d.company.pool}
	if opt.Period == planwright.ByDay {
		fo.Seasons = yearOfDays
	}
	// The history that the state was fitted to.
	f := fit{response: 1}
	y := past.y
	c := d.company.causes
	if c.observe(&w.rows, s, k, past) {
		if carried, known := w.carried(k, demandState); known {
			f.response = carried.response
			f.marks = carried.marks
		} else {
			f.response = c.response(&w.rows)
		}
		w.free = c.clear(w.free, &w.rows, y, f.response)
		y = w.free
	}
	for _, m := range f.marks {
		if m.applied && m.Period < len(y) {
			y = w.own(y, past)
			y[m.Period] = m.To
		}
	}
	if frequent(past.y) >= leastFrequent {
		f.list = append(f.list, w.rows.list...)
	}
	w.fit = f
	n := len(past.y)
	for i := range n {
		out.Start = append(out.Start, opt.Period.FromIndex(past.first+i))
	}
	// The sku's own history ends with that of those it replaced.
	lead := n - len(w.series.rawIndependent)
	out.Booked, out.Out = make([]float64, n), make([]float64, n)
	copy(out.Booked[max(0, lead):], w.series.rawIndependent)
	copy(out.Out[max(0, lead):], w.series.out)
	out.Prepared = append(out.Prepared, past.y...)
	out.Free = append(out.Free, y...)
	var r forecast.Result
	for _, name := range methods {
		fo.Method = name
		if !forecast.KnownMethod(name) || w.engine.Forecast(y, fo, &r) != nil {
			out.Mean = append(out.Mean, nil)
			continue
		}
		mean := make([]float64, len(r.Mean))
		var none demandRows
		start := opt.Period.Start(opt.AsOf)
		for i, v := range r.Mean {
			end := opt.Period.Next(start)
			begin, share := start, 1.0
			if begin < opt.AsOf {
				begin = opt.AsOf
				share = float64(end-begin) / float64(end-start)
			}
			mean[i] = v * share * w.factor(k, opt.Period.Index(start), begin, end, 0, &none)
			start = end
		}
		out.Mean = append(out.Mean, mean)
	}
	return out, nil
}
