package plan

import (
	"math"

	"planwright"
	"planwright/forecast"
	"planwright/replenish"
)

// review forecasts sku k at a review and sets its policy, as a planning run of
// that day would: row i of the plan's levels. It says false where there is
// nothing to plan for.
func (w *valueWorker) review(k planwright.SKU, h *planwright.History, lo, hi int32, i int) bool {
	r, d := w.r, &w.demandWorker
	day := r.opt.From + planwright.Day(r.reviews[i])
	if i%r.opt.Refit == 0 {
		e := r.epochs[i/r.opt.Refit]
		d.s, d.src, d.lead, d.d = &e.s, &e.src, &e.lead, &e.d
		d.memory = nil
	}
	d.opt.AsOf = day // the horizon is that of a run: errors, and so levels, depend on it
	d.series.prepare(h, lo, hi, day, r.s.HistoryFrom, d.opt.Period)
	d.result.Mean = d.result.Mean[:0]
	if !d.series.sales && len(d.d.old[k]) == 0 {
		return false
	}
	fo := d.options(k)
	if d.analogy(k, fo, &d.result) {
		d.fit = fit{response: 1}
	} else {
		if class, _, _ := forecast.Classify(d.series.independent); class != forecast.LumpyDemand {
			fo.Quantiles = nil // see cumulativeQuantiles
		}
		if err := d.statistics(k, demandState, d.history(k), fo, &d.result, &d.fit); err != nil {
			return false // no forecast, no order; a run reports it
		}
	}
	d.bend(k)
	return w.levels(k, i)
}

// reviewDays is the time between reviews.
const reviewDays = 7

// leadDays is the planned lead time of a sku, with its safety time.
func (w *valueWorker) leadDays(k planwright.SKU) int {
	return int(max(0, w.src.LeadDays[k]) + max(0, w.r.s.SKUs.SafetyTime[k]))
}

// levels computes the policy at a review from w.result, at three service targets,
// and writes what the netting of a plan would look at.
func (w *valueWorker) levels(k planwright.SKU, i int) bool {
	d, r, s := &w.demandWorker, w.r, w.r.s
	t := &s.SKUs
	// The forecast in days: what is due by the end of each day from the review.
	cum := w.cum[:0]
	sum, start := 0.0, d.opt.AsOf
	for m := range d.result.Mean {
		end := d.opt.Period.Next(start)
		mean := max(0, d.result.Mean[m]*d.factor(k, d.opt.Period.Index(start), start, end, 0, &w.none))
		w.none.components = components{}
		for range reviewDays {
			sum += mean / reviewDays
			cum = append(cum, sum)
		}
		start = end
	}
	w.cum = cum
	if len(cum) == 0 {
		return false
	}
	until := func(days int) float64 { // the demand of so many days
		switch n := len(cum); {
		case days <= 0:
			return 0
		case days <= n:
			return cum[days-1]
		default: // beyond the horizon as in its last quarter
			back := max(1, n/4)
			return cum[n-1] + float64(days-n)*(cum[n-1]-cum[n-1-min(back, n-1)])/float64(back)
		}
	}
	in := d.input(k, &d.result, d.protectionPeriods(k))
	p := &in.par
	p.ReviewDays = max(p.ReviewDays, reviewDays)
	if !r.opt.KeepEntered {
		p.SafetyStock, p.ReorderPoint, p.OrderUpTo = replenish.Entered{}, replenish.Entered{}, replenish.Entered{}
	}
	if v := r.classTarget(k, in.targetFrom); v > 0 {
		p.Target = v
	}
	own := p.Target
	point := t.MRPType[k] == planwright.ReorderPoint || t.MRPType[k] == planwright.MinMax
	var at [len(computedShifts)]float64
	qty := 0.0
	step := planwright.Step(int(s.Items.Decimals[t.Item[k]])).Float()
	for j, c := range computedShifts {
		p.Target = shifted(own, targetShifts[c])
		pol, err := replenish.Compute(in.demand, *p)
		if err != nil {
			return false
		}
		at[j] = pol.SafetyStock
		if point {
			at[j] = pol.ReorderPoint
		}
		if c == asSet {
			qty = pol.OrderQty
			w.order[i] = max(pol.OrderQty, pol.OrderUpTo-pol.ReorderPoint)
		}
	}
	lowest := 0.0
	if point {
		lowest = -math.MaxFloat64
	}
	var level [sweep]float64
	for j, z := range targetShifts {
		level[j] = max(lowest, parabola(at, z))
	}
	// Between and beyond what was computed a parabola may turn round: levels rise
	// with the target, from that of the plan's own in both directions.
	for j := asSet - 1; j >= 0; j-- {
		level[j] = min(level[j], level[j+1])
	}
	for j := asSet + 1; j < sweep; j++ {
		level[j] = max(level[j], level[j-1])
	}
	for j, v := range level {
		w.safety[j][i] = math.Ceil(v/step-1e-9) * step
	}
	lead, cover := w.leadDays(k), int(max(0, t.CoverageDays[k]))
	n := reviewDays
	need, to := w.need[i*n:(i+1)*n], w.cover[i*n:(i+1)*n]
	for j := range n {
		day := lead + j + 1 // days from the review to the one that an order of day j serves, inclusive
		switch {
		case point && j > 0:
			need[j], to[j] = math.Inf(-1), 0
		case point:
			// Safety holds the reorder point. What min-max fills up to lies above it.
			need[j], to[j] = 0, 0
			if t.MRPType[k] == planwright.MinMax {
				to[j] = w.order[i]
			}
		default:
			need[j] = until(day + cover)
			to[j] = until(w.lotEnd(k, d.opt.AsOf, day, qty, until) + cover)
		}
	}
	return true
}

// lotEnd is the number of days from a review to the end of the lot that serves
// its day number first (1 is the review's own).
func (w *valueWorker) lotEnd(k planwright.SKU, review planwright.Day, first int, qty float64, until func(int) float64) int {
	t := &w.r.s.SKUs
	n := int(max(1, t.LotPeriods[k]))
	on := review + planwright.Day(first-1)
	switch t.LotRule[k] {
	case planwright.LotForLot, planwright.FixedQty:
		return first
	case planwright.LotDay, planwright.POQ:
		return first + n - 1
	case planwright.LotWeek:
		return int(on.Monday()-review) + 7*n
	case planwright.LotMonth:
		end := on
		for range n {
			end = end.NextMonth()
		}
		return int(end - review)
	}
	// What a quantity lasts, at the rate after that day.
	rate := (until(first+28) - until(first)) / 28
	if rate <= 0 {
		return first
	}
	return first + min(182, int(qty/rate)) - 1
}

// shifted moves a service target by so many standard normal deviates.
func shifted(target, by float64) float64 {
	if target == 0 {
		target = replenish.DefaultTarget
	}
	target = min(target, replenish.MaxTarget)
	if by == 0 {
		return target
	}
	return min(replenish.NormalCDF(replenish.NormalQuantile(target)+by), replenish.MaxTarget)
}

// parabola is the value at z of that through the values at the computed shifts.
func parabola(at [len(computedShifts)]float64, z float64) float64 {
	sum := 0.0
	for i, a := range computedShifts {
		v := at[i]
		for j, b := range computedShifts {
			if j != i {
				v *= (z - targetShifts[b]) / (targetShifts[a] - targetShifts[b])
			}
		}
		sum += v
	}
	return sum
}
