package plan

import (
	"math"

	"planwright"
)

// scenarioPart is the component of a forecast that a scenario adds.
const scenarioPart = "scenario"

// assume scales the forecast of sku k, rows row.. and sums sum.., by what a scenario
// assumes of its demand, and the distribution that its policy protects with it. The
// standard deviation is scaled as the mean is: the relative error stays.
func (w *demandWorker) assume(k planwright.SKU, row, sum int, out *demandRows) {
	a := &w.s.Assumed
	if lo, hi := a.DemandOf(k); lo == hi {
		return
	}
	f := &out.forecast
	for i := row; i < len(f.SKU); i++ {
		x := a.Factor(k, f.Start[i], f.End[i])
		if x == 1 {
			continue
		}
		before := f.Final[i]
		f.Mean[i], f.SD[i], f.Override[i], f.Final[i] = f.Mean[i]*x, f.SD[i]*x, f.Override[i]*x, f.Final[i]*x
		for q := range f.Q {
			f.Q[q][i] *= x
		}
		c := &out.components
		if c.none(k, f.Start[i]) {
			c.add(k, f.Start[i], baseComponent, before)
		}
		c.add(k, f.Start[i], scenarioPart, f.Final[i]-before)
	}
	r, t := &w.result, &out.cumulative
	start := w.opt.Period.Start(w.opt.AsOf)
	plain, bent, before := 0.0, 0.0, 0.0
	for i := range r.CumMean {
		end := w.opt.Period.Next(start)
		x := a.Factor(k, start, end-1)
		if i == 0 {
			r.Mean[0], r.SD[0] = r.Mean[0]*x, r.SD[0]*x
		}
		step := r.CumMean[i] - before
		before = r.CumMean[i]
		plain, bent = plain+step, bent+step*x
		ratio := x
		if plain > 0 {
			ratio = math.Max(0, bent/plain)
		}
		r.CumMean[i], r.CumSD[i] = r.CumMean[i]*ratio, r.CumSD[i]*ratio
		t.Mean[sum+i], t.SD[sum+i] = r.CumMean[i], r.CumSD[i]
		for q := range t.Q {
			r.SumQuantile(q)[i] *= ratio
			t.Q[q][sum+i] = r.SumQuantile(q)[i]
		}
		start = end
	}
}
