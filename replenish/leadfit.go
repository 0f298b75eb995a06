package replenish

import (
	"fmt"
	"math"
	"slices"

	"planwright"
)

// Receipts are a supplier's orders, a column each: when they were placed, and
// when they came. An order that has not come yet ([planwright.NoDay]) is known
// to take longer than it has waited.
type Receipts struct {
	Ordered, Received []planwright.Day
	Weight            []float64      // of an order, its quantity say; nil: 1
	AsOf              planwright.Day // day of the snapshot; 0 or NoDay: every order has come
}

// LeadTimes is what receipts say about lead times, in days.
type LeadTimes struct {
	Orders int // that came
	Open   int // that have not

	Mean, SD float64
	Law      Distribution // empirical from EmpiricalFrom orders on, else gamma of mean and SD
	Observed *Table       // the empirical law
	Complete bool         // the longest time seen is that of an order that came
}

// EmpiricalFrom is the number of orders from which their lead times are taken
// as they were seen; fewer are smoothed by a gamma law.
const EmpiricalFrom = 20

// Measure returns the lead times. Open orders enter by the product-limit
// estimator (Kaplan and Meier, 1958): leaving them out would make slow
// suppliers look fast. Where the oldest open order has waited longer than any
// that came, the rest of the probability is put at its age, and Complete is
// false: the true mean is longer. An order received before it was placed is an
// error, as is a supplier of whom nothing came.
func (r Receipts) Measure() (LeadTimes, error) {
	if len(r.Received) != len(r.Ordered) || r.Weight != nil && len(r.Weight) != len(r.Ordered) {
		return LeadTimes{}, fmt.Errorf("replenish: receipts: %d orders, %d receipts, %d weights; give each order one of each: %w", len(r.Ordered), len(r.Received), len(r.Weight), ErrInput)
	}
	type seen struct {
		time, weight float64
		open         bool
	}
	var all []seen
	var out LeadTimes
	dated := r.AsOf.Known() && r.AsOf != 0
	for i, o := range r.Ordered {
		w := 1.0
		if r.Weight != nil {
			w = r.Weight[i]
		}
		if !o.Known() || !(w >= 0) || math.IsInf(w, 0) {
			return LeadTimes{}, fmt.Errorf("replenish: receipts: order %d: placed %v, weight %v; the day must be known, the weight finite and not negative: %w", i, o, w, ErrInput)
		}
		end, open := r.Received[i], false
		if !end.Known() || dated && end > r.AsOf {
			if !dated {
				return LeadTimes{}, fmt.Errorf("replenish: receipts: order %d has not come; give the as-of day: %w", i, ErrInput)
			}
			end, open = r.AsOf, true
		}
		t := float64(end) - float64(o)
		if t < 0 {
			if open {
				continue // placed after the as-of day: nothing is known
			}
			return LeadTimes{}, fmt.Errorf("replenish: receipts: order %d: received %v, before it was placed %v: %w", i, end, o, ErrInput)
		}
		if w == 0 {
			continue
		}
		if open {
			out.Open++
		} else {
			out.Orders++
		}
		all = append(all, seen{t, w, open})
	}
	if out.Orders == 0 {
		return LeadTimes{}, fmt.Errorf("replenish: receipts: of %d orders none has come; use the lead time that was agreed: %w", len(r.Ordered), ErrInput)
	}
	// By time; who came on a day came before who was still open then.
	slices.SortStableFunc(all, func(a, b seen) int {
		switch {
		case a.time < b.time, a.time == b.time && !a.open && b.open:
			return -1
		case a.time > b.time, a.time == b.time && a.open && !b.open:
			return 1
		}
		return 0
	})
	risk := 0.0
	for _, s := range all {
		risk += s.weight
	}
	var times, probs []float64
	alive := 1.0
	for i := 0; i < len(all); {
		t, came, gone := all[i].time, 0.0, 0.0
		for ; i < len(all) && all[i].time == t; i++ {
			if !all[i].open {
				came += all[i].weight
			}
			gone += all[i].weight
		}
		if came > 0 {
			p := alive * min(1, came/risk)
			times, probs = append(times, t), append(probs, p)
			alive -= p
		}
		risk -= gone
	}
	out.Complete = alive < 1e-12
	if last := all[len(all)-1].time; !out.Complete {
		times, probs = append(times, last), append(probs, alive)
	}
	law, err := NewTable(times, probs)
	if err != nil {
		return LeadTimes{}, err
	}
	out.Observed = law
	out.Mean, out.SD = law.Moments()
	if n := float64(out.Orders); n > 1 {
		out.SD *= math.Sqrt(n / (n - 1))
	}
	switch {
	case out.Orders >= EmpiricalFrom:
		out.Law = law
	case out.SD > 0:
		out.Law = NewGamma(out.Mean, out.SD)
	default:
		out.Law = NewNormal(out.Mean, 0)
	}
	return out, nil
}

// OnTime returns the share of orders that came within so many days.
func (l LeadTimes) OnTime(days float64) float64 {
	if l.Observed == nil {
		return 0
	}
	return unit(l.Observed.CDF(days))
}
