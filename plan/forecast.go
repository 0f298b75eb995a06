package plan

import (
	"context"
	"errors"
	"math"
	"sync/atomic"

	"planwright"
	"planwright/forecast"
	"planwright/mrp"
)

// chunk is the number of sku's that a worker takes at a time. It bounds the
// memory of histories and is part of no result.
const chunk = 1024

// maxCumulative bounds the protection interval, in periods, whose cumulative
// demand is measured; beyond it the last measured growth goes on.
const maxCumulative = 120

// demandRows are the results of the per-sku stages for one chunk.
type demandRows struct {
	forecast   planwright.Forecast
	cumulative planwright.CumulativeForecast
	methods    planwright.ForecastMethods
	components components
	changes    planwright.HistoryChanges
	states     planwright.ForecastStates
	accuracy   planwright.Accuracy
	policies   planwright.Policies
	exceptions planwright.Exceptions
	inputs     []policyInput // of the policies, where the whole company decides
	sums       levelSums
}

// demand holds what the per-sku stages found, by sku.
type demand struct {
	yearQty   []float64              // use in the last 365 days
	yearSales []float64              // of it sold
	use       []usage                // for analytics
	cv        []float64              // of the total by period; NaN: unknown
	class     []forecast.DemandClass // of the total
	chunks    []demandRows

	safetyStock, reorderPoint, orderUpTo, orderQty []planwright.Qty

	inputs  []policyInput // of the policies row by row, where the whole company decides
	figures []figure      // of the policy stage
	avoided float64       // cost of the shortages that the suggestions avoid

	company knowledge
	judged  map[planwright.SKU][]judgement // of the journal
	sums    levelSums
	old     map[planwright.SKU][]predecessor
	done    atomic.Int64 // sku's forecast, for the progress
}

// season is the number of periods in a year (in a week, for days).
func season(p planwright.Period) int {
	switch p {
	case planwright.ByDay:
		return 7
	case planwright.ByMonth:
		return 12
	}
	return 52
}

// newDemand makes room for n sku's.
func newDemand(n int) *demand {
	return &demand{
		yearQty: make([]float64, n), yearSales: make([]float64, n), use: make([]usage, n), cv: make([]float64, n), class: make([]forecast.DemandClass, n),
		safetyStock: make([]planwright.Qty, n), reorderPoint: make([]planwright.Qty, n),
		orderUpTo: make([]planwright.Qty, n), orderQty: make([]planwright.Qty, n),
	}
}

// runDemand runs the per-sku stages over all chunks: history, forecast and
// policy. Each chunk is computed on its own and joined in order, so that the
// result is the same for any number of workers.
func runDemand(ctx context.Context, s *planwright.Snapshot, src *mrp.Sourcing, opt Options) (*demand, error) {
	n := s.Len()
	d := newDemand(n)
	d.chunks = make([]demandRows, (n+chunk-1)/chunk)
	lead := measureLeadTimes(s, src, opt.AsOf)
	workers := make([]demandWorker, opt.Workers)
	for i := range workers {
		workers[i] = demandWorker{s: s, src: src, opt: opt, d: d, lead: &lead}
	}
	d.judged = judgements(s, opt.Overrides)
	var err error
	if d.old, err = readPredecessors(ctx, s, &opt); err != nil {
		return nil, err
	}
	if err := d.learn(ctx, s, &opt, workers); err != nil {
		return nil, err
	}
	before := int(d.done.Load())
	progress := func(done int) { opt.report(StageForecast, min(n, max(before, done)), n) }
	err = overChunks(ctx, n, len(workers), progress, func(ctx context.Context, worker, c int, lo, hi planwright.SKU) error {
		return workers[worker].run(ctx, int(lo), int(hi), &d.chunks[c])
	})
	return d, err
}

// demandWorker holds the scratch of one goroutine.
type demandWorker struct {
	s      *planwright.Snapshot
	src    *mrp.Sourcing
	opt    Options
	d      *demand
	lead   *leadTimes
	series series
	past   past
	engine forecast.Engine
	rows   causeRows
	free   []float64 // history without causes
	result forecast.Result
	fit    fit
	usage  forecast.Result
	levels policyWriter

	quantiles []float64
	useFit    fit
	states    planwright.ForecastStates // carried, of the chunk
	at        int                       // row of it

	replays bool          // states are held in memory, not in a plan
	memory  *carriedState // nil: fit anew
}

func (w *demandWorker) run(ctx context.Context, lo, hi int, out *demandRows) error {
	history := &planwright.History{Off: make([]int32, hi-lo+1)}
	if w.s.ReadHistory != nil {
		h, err := w.s.ReadHistory(ctx, planwright.SKU(lo), planwright.SKU(hi))
		if err != nil {
			return err
		}
		history = h
	}
	w.states, w.at = planwright.ForecastStates{}, 0
	if b := w.opt.Base; b != nil && b.ReadStates != nil {
		st, err := b.ReadStates(ctx, planwright.SKU(lo), planwright.SKU(hi))
		if err != nil {
			return err
		}
		w.states = *st
	}
	out.forecast.Q = make([][]float64, len(planwright.Quantiles))
	out.cumulative.Q = make([][]float64, len(planwright.Quantiles))
	for k := lo; k < hi; k++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		w.sku(planwright.SKU(k), history, history.Off[k-lo], history.Off[k-lo+1], out)
	}
	return nil
}

// options are those of the forecast of a sku.
func (w *demandWorker) options(k planwright.SKU) forecast.Options {
	opt := forecast.Options{
		Season: season(w.opt.Period), Horizon: w.opt.Horizon, Method: w.opt.Method,
		Quantiles: planwright.Quantiles, NonNegative: true,
		CumulativeTo: min(maxCumulative, int(math.Ceil(w.protectionPeriods(k)))+1),
		Pool:         w.d.company.pool, Calibration: w.d.company.cal, Light: w.opt.light,
	}
	if w.opt.Period == planwright.ByDay {
		opt.Seasons = yearOfDays
	}
	return opt
}

// yearOfDays is the season of a series of days beside the week.
var yearOfDays = []int{365}

// sku forecasts one sku and sets its policy.
func (w *demandWorker) sku(k planwright.SKU, h *planwright.History, lo, hi int32, out *demandRows) {
	w.series.prepare(h, lo, hi, w.opt.AsOf, w.s.HistoryFrom, w.opt.Period)
	w.result.Mean = w.result.Mean[:0] // of the sku before
	w.d.measure(k, &w.series, h, lo, hi, &w.opt)

	var stat *forecast.Result // what the policy rests on: all use of the sku
	if w.series.sales || len(w.d.old[k]) > 0 {
		if err := w.demand(k, out); err != nil {
			w.fail(k, err, out)
		} else {
			stat = &w.result
		}
	}
	if w.series.issues {
		fo := w.options(k)
		if class, _, _ := forecast.Classify(w.series.total); class != forecast.LumpyDemand {
			fo.Quantiles = nil // see cumulativeQuantiles
		}
		if err := w.statistics(k, useState, &past{y: w.series.total, first: w.series.first}, fo, &w.usage, &w.useFit); err != nil {
			w.fail(k, err, out)
		} else {
			stat = &w.usage
			w.addState(k, useState, &w.useFit, out)
			if !w.series.sales {
				w.addChanges(k, w.series.first, w.series.changesUse, w.useFit.marks, out)
			}
		}
	}
	if stat != nil {
		w.d.class[k] = stat.Class
	}
	w.addPolicy(k, stat, w.protectionPeriods(k), out)
}

// demand forecasts the independent demand of a sku into w.result and writes its
// rows.
func (w *demandWorker) demand(k planwright.SKU, out *demandRows) error {
	fo := w.options(k)
	if w.analogy(k, fo, &w.result) {
		w.fit = fit{response: 1}
	} else if e := w.d.company.early[k]; e != nil {
		w.result, w.fit = e.result, e.fit
		w.d.company.cal.Apply(&w.result, &fo)
	} else if err := w.statistics(k, demandState, w.history(k), fo, &w.result, &w.fit); err != nil {
		return err
	}
	row, sum := len(out.forecast.SKU), len(out.cumulative.SKU)
	w.addForecast(k, out)
	w.addCumulative(k, out)
	w.assume(k, row, sum, out)
	w.addAccuracy(k, out)
	w.addState(k, demandState, &w.fit, out)
	first := w.series.first
	if len(w.d.old[k]) > 0 {
		first = w.history(k).first
	}
	w.addChanges(k, w.series.first, w.series.changes, nil, out)
	w.addChanges(k, first, nil, w.fit.marks, out)
	out.sums.add(w.s, k, &w.series, w.opt)
	return nil
}

// fail records that a sku has no forecast; a history without any value is no
// failure.
func (w *demandWorker) fail(k planwright.SKU, err error, out *demandRows) {
	if errors.Is(err, forecast.ErrEmpty) {
		return
	}
	out.exceptions.Add(planwright.Exception{Code: planwright.CodeForecastFailed, SKU: k, On: planwright.NoDay, Qty: planwright.NoQty, MoveTo: planwright.NoDay, Detail: err.Error()})
}

// addForecast appends the rows of w.result. The first period is the one of the
// as-of day: what has passed of it is taken off in proportion. Causes to come and
// a planned end bend what the method says, and are told apart.
func (w *demandWorker) addForecast(k planwright.SKU, out *demandRows) {
	f, r, p := &out.forecast, &w.result, w.opt.Period
	start := p.Start(w.opt.AsOf)
	from := len(f.SKU)
	for i := range r.Mean {
		end := p.Next(start)
		begin, share := start, 1.0
		if begin < w.opt.AsOf {
			begin = w.opt.AsOf
			share = float64(end-begin) / float64(end-start)
		}
		base := r.Mean[i] * share
		factor := w.factor(k, p.Index(start), begin, end, base, out)
		f.SKU = append(f.SKU, k)
		f.Start = append(f.Start, begin)
		f.End = append(f.End, end-1)
		f.Method = append(f.Method, r.Method)
		f.Mean = append(f.Mean, base*factor)
		// The variance of a part of a period is in proportion to its length.
		f.SD = append(f.SD, r.SD[i]*math.Sqrt(share)*factor)
		for q := range planwright.Quantiles {
			f.Q[q] = append(f.Q[q], r.StepQuantile(q)[i]*share*factor)
		}
		f.Override = append(f.Override, math.NaN())
		f.Final = append(f.Final, base*factor)
		start = end
	}
	w.d.judge(w.s, k, f, from, nil)
	for i := from; i < len(f.SKU); i++ {
		if d := f.Final[i] - f.Mean[i]; d != 0 {
			if c := &out.components; c.none(k, f.Start[i]) {
				c.add(k, f.Start[i], baseComponent, f.Mean[i])
			}
			out.components.add(k, f.Start[i], overrideComponent, d)
		}
	}
}

// Names of components.
const (
	baseComponent     = "base"
	phaseOutComponent = "phase_out"
	overrideComponent = "override"
	hierarchyPart     = "reconciliation"
)

// factor is what causes and a planned end make of the forecast of a period, from
// begin to before end. It writes the components if there are any.
func (w *demandWorker) factor(k planwright.SKU, period int, begin, end planwright.Day, base float64, out *demandRows) float64 {
	left := phaseOut(w.s, k, begin, end)
	factor, c := 1.0, w.d.company.causes
	for _, g := range w.fit.list {
		if e, ok := c.at(g, period, w.fit.response); ok {
			factor += e
		}
	}
	moved := min(max(factor, 0.05), 20)
	if math.Abs(moved-1) < leastEffect {
		moved = 1
	}
	if moved == 1 && left == 1 {
		return 1
	}
	t := &out.components
	t.add(k, begin, baseComponent, base)
	if moved != 1 {
		scale := (moved - 1) / (factor - 1) // where the sum was cut
		for _, g := range w.fit.list {
			if e, ok := c.at(g, period, w.fit.response); ok {
				t.add(k, begin, c.list[g].kind+": "+c.list[g].name, base*e*scale)
			}
		}
	}
	if left != 1 {
		t.add(k, begin, phaseOutComponent, base*moved*(left-1))
	}
	return moved * left
}

// addCumulative appends the demand of the first periods together, and brings
// w.result to it: the policy protects against what is to come.
func (w *demandWorker) addCumulative(k planwright.SKU, out *demandRows) {
	w.bend(k)
	t, r, p := &out.cumulative, &w.result, w.opt.Period
	start := p.Start(w.opt.AsOf)
	for i := range r.CumMean {
		start = p.Next(start)
		t.SKU = append(t.SKU, k)
		t.Periods = append(t.Periods, int32(i+1))
		t.End = append(t.End, start-1)
		t.Mean = append(t.Mean, r.CumMean[i])
		t.SD = append(t.SD, r.CumSD[i])
		for q := range planwright.Quantiles {
			t.Q[q] = append(t.Q[q], r.SumQuantile(q)[i])
		}
	}
}

// bend brings the cumulative demand of w.result to what causes and a planned end
// make of it.
func (w *demandWorker) bend(k planwright.SKU) {
	r, p := &w.result, w.opt.Period
	start := p.Start(w.opt.AsOf)
	plain, bent, before := 0.0, 0.0, 0.0
	var none demandRows // components are told by period
	for i := range r.CumMean {
		end := p.Next(start)
		step := r.CumMean[i] - before
		before = r.CumMean[i]
		plain += step
		bent += step * w.factor(k, p.Index(start), start, end, 0, &none)
		none.components = components{}
		ratio := 1.0
		if plain > 0 {
			ratio = bent / plain
		}
		r.CumMean[i] *= ratio
		r.CumSD[i] *= ratio
		for q := range len(r.CumQuantile) / len(r.CumMean) {
			r.SumQuantile(q)[i] *= ratio
		}
		start = end
	}
}

// addAccuracy appends how the method did, and those it was compared with.
func (w *demandWorker) addAccuracy(k planwright.SKU, out *demandRows) {
	r, m := &w.result, &out.methods
	for _, c := range r.Candidates {
		m.SKU = append(m.SKU, k)
		m.Method = append(m.Method, c.Method)
		m.Season = append(m.Season, c.Season.String())
		m.Score = append(m.Score, c.Score)
		m.Weight = append(m.Weight, c.Weight)
		m.Why = append(m.Why, c.Why)
	}
	a := r.Accuracy
	if a.Periods == 0 {
		return
	}
	t := &out.accuracy
	t.SKU = append(t.SKU, k)
	t.Method = append(t.Method, r.Method)
	t.Periods = append(t.Periods, int32(a.Periods))
	t.MASE = append(t.MASE, a.MASE)
	t.RMSSE = append(t.RMSSE, a.RMSSE)
	t.WAPE = append(t.WAPE, a.WAPE)
	t.Bias = append(t.Bias, a.Bias)
	t.Pinball = append(t.Pinball, a.Pinball)
	t.NaiveWAPE = append(t.NaiveWAPE, a.NaiveWAPE)
	t.FVA = append(t.FVA, a.NaiveWAPE-a.WAPE)
	t.Class = append(t.Class, r.Class.String())
}

// addChanges appends what preparation made of the history.
func (w *demandWorker) addChanges(k planwright.SKU, first int, applied []forecast.Change, marks []mark, out *demandRows) {
	t := &out.changes
	put := func(c *forecast.Change, applied bool) {
		t.SKU = append(t.SKU, k)
		t.Start = append(t.Start, w.opt.Period.FromIndex(first+c.Period))
		t.From, t.To = append(t.From, c.From), append(t.To, c.To)
		t.Reason = append(t.Reason, c.Why.String())
		t.Score = append(t.Score, c.Score)
		t.Applied = append(t.Applied, applied)
	}
	for i := range applied {
		put(&applied[i], true)
	}
	for i := range marks {
		put(&marks[i].Change, marks[i].applied)
	}
}
