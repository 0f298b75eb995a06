package forecast

import (
	"math"
	"slices"
)

// accuracy fills in the measures of the backtest.
func (e *Engine) accuracy(dst *Result) {
	nan := math.NaN()
	dst.Accuracy = Accuracy{nan, nan, nan, nan, nan, nan, 0}
	if e.steps == 0 && e.past == nil || e.tally.n == 0 {
		return
	}
	a, t := &dst.Accuracy, &e.tally
	n := float64(t.n)
	scaleAbs, scaleSq := 0.0, 0.0
	if e.past != nil {
		scaleAbs, scaleSq = e.past.scaleAbs, e.past.scaleSq
	} else {
		scaleAbs, scaleSq = e.scales()
	}
	a.MASE = ratio(t.abs/n, scaleAbs)
	a.RMSSE = math.Sqrt(ratio(t.sq/n, scaleSq))
	a.WAPE = ratio(t.abs, t.size)
	a.Bias = ratio(-t.err, t.size)
	a.NaiveWAPE = ratio(e.naiveAbs, t.size)
	a.Periods = len(e.x) - e.from
	if e.past != nil {
		a.Periods = e.past.origins
		return
	}
	if len(e.opt.Quantiles) > 0 && a.Periods >= 8 && scaleAbs > 0 {
		a.Pinball = e.pinball() / scaleAbs
	}
}

// pinball is the quantile loss of step 1: the first half of the origins give
// the shape of the errors, the second half are scored.
func (e *Engine) pinball() float64 {
	origins := len(e.x) - e.from
	e.sorted = e.sorted[:0]
	ss := 0.0
	for k := range origins / 2 {
		if v := e.errs[k*e.steps]; !math.IsNaN(v) {
			e.sorted = append(e.sorted, v)
			ss += v * v
		}
	}
	if len(e.sorted) == 0 {
		return math.NaN()
	}
	slices.Sort(e.sorted)
	count := float64(len(e.sorted))
	rms, w := math.Sqrt(ss/count), count/(count+priorShape)
	sum, n := 0.0, 0
	for _, p := range e.opt.Quantiles {
		q := w*sampleQuantile(e.sorted, p) + (1-w)*rms*normalQuantile(p)
		for k := origins / 2; k < origins; k++ {
			if d := e.errs[k*e.steps] - q; !math.IsNaN(d) {
				sum += max(p*d, (p-1)*d)
				n++
			}
		}
	}
	return ratio(sum, float64(n))
}
