package forecast

import (
	"math"
	"slices"
)

// Residuals are the errors of the backtest of one series in units that make
// series comparable: an error of step j, divided by what theory says its standard
// deviation is (see [Result.SD]), with the parameters and the scale known at the
// first origin.
type Residuals struct {
	Length  int       // values known at the first origin
	Total   int       // values of the series
	Kind    uint8     // season and demand class
	Steps   int       // columns of Z and CumZ
	Z       []float64 // errors of single steps, one row an origin, NaN where not known
	CumZ    []float64 // errors of the sums of the first steps
	Unit    []float64 // theory's standard deviation of every step ahead
	CumUnit []float64 // and of the sums
}

// collect fills r with what the backtest has shown.
func (e *Engine) collect(r *Residuals) {
	n := len(e.x)
	r.Length, r.Total, r.Steps = e.from, n, e.steps
	r.Kind = 0
	if e.form != NoSeason || e.long.active() {
		r.Kind |= 1
	}
	if e.sporadic {
		r.Kind |= 2
	}
	r.Z, r.CumZ = grow(r.Z, (n-e.from)*e.steps), grow(r.CumZ, (n-e.from)*e.steps)
	if e.from == n {
		return
	}
	past := func(m *member) []float64 { return m.past }
	moved := func(m *member) []float64 { return m.moved }
	s := math.Sqrt(e.inSample(e.from, past))
	e.theory = grow(e.theory, e.steps)
	e.stepTheory(e.steps, moved)
	for o := e.from; o < n; o++ {
		for j := range e.steps {
			i := (o-e.from)*e.steps + j
			r.Z[i] = math.NaN()
			if e.shut(o + j) {
				continue
			}
			if u := s * math.Sqrt(e.theory[j]) * e.growth(o, e.from) * e.weight(min(o+j, n-1)); u > 0 {
				r.Z[i] = e.errs[i] * e.leak / u
			}
		}
	}
	e.sumTheory(e.steps, moved)
	for o := e.from; o < n; o++ {
		sum := 0.0
		w := 0.0
		for j := range e.steps {
			i := (o-e.from)*e.steps + j
			sum += e.errs[i]
			wj := e.weight(min(o+j, n-1))
			w += wj * wj
			r.CumZ[i] = math.NaN()
			if u := s * math.Sqrt(e.theory[j]) * e.growth(o, e.from) * math.Sqrt(w/float64(j+1)); u > 0 {
				r.CumZ[i] = sum * e.leak / u
			}
		}
	}
}

// lengths are the upper ends of the length classes: the errors of short series
// are larger against their theory than those of long ones.
var lengths = [...]int{12, 18, 27, 40, 60, 90, 135, 250}

func lengthClass(n int) int {
	for i, l := range lengths {
		if n <= l {
			return i
		}
	}
	return len(lengths)
}

const (
	lengthClasses = len(lengths) + 1
	kinds         = 4
	leastPool     = 200 // errors below which neighbouring length classes help
)

// ConformalPool gathers what the backtests of many series say about the size of
// forecast errors, so that every one of them gets the intervals that have
// covered. It is the split conformal method of Lei, G'Sell, Rinaldo, Tibshirani
// and Wasserman (2018), Distribution-free predictive inference for regression,
// Journal of the American Statistical Association 113, with scaled errors pooled
// over series of like length and season, as they are exchangeable where those of
// one series are few and dependent.
//
// Forecast all series, [ConformalPool.Add] every Result, call
// [ConformalPool.Calibration] and forecast again (or [Calibration.Apply] it to the
// results kept). What comes out does not depend on the order of the series.
type ConformalPool struct {
	pools [kinds][lengthClasses]errorPool
}

// errorPool holds scaled errors by step.
type errorPool struct {
	step, sum [][]float64
}

// Add takes in the residuals of a series.
func (c *ConformalPool) Add(r *Residuals) {
	if r.Steps == 0 {
		return
	}
	p := &c.pools[r.Kind][lengthClass(r.Length)]
	for len(p.step) < r.Steps {
		p.step = append(p.step, nil)
		p.sum = append(p.sum, nil)
	}
	for i, z := range r.Z {
		if !math.IsNaN(z) && !math.IsInf(z, 0) {
			p.step[i%r.Steps] = append(p.step[i%r.Steps], z)
		}
		if z := r.CumZ[i]; !math.IsNaN(z) && !math.IsInf(z, 0) {
			p.sum[i%r.Steps] = append(p.sum[i%r.Steps], z)
		}
	}
}

// Merge takes in what another calibrator has gathered.
func (c *ConformalPool) Merge(o *ConformalPool) {
	for k := range o.pools {
		for l := range o.pools[k] {
			to, from := &c.pools[k][l], &o.pools[k][l]
			for len(to.step) < len(from.step) {
				to.step = append(to.step, nil)
				to.sum = append(to.sum, nil)
			}
			for j := range from.step {
				to.step[j] = append(to.step[j], from.step[j]...)
				to.sum[j] = append(to.sum[j], from.sum[j]...)
			}
		}
	}
}

// Calibration is what a [ConformalPool] has learned. It is read only and may be used
// by many goroutines.
type Calibration struct {
	pools [kinds][lengthClasses]errorPool // sorted; filled up from neighbours
}

// Calibration sums up. A class with few errors takes those of the next shorter
// and longer ones in, then those of the other kind.
func (c *ConformalPool) Calibration() *Calibration {
	out := &Calibration{}
	for k := range c.pools {
		for l := range c.pools[k] {
			steps := 0
			for i := range c.pools[k] {
				steps = max(steps, len(c.pools[k][i].step))
			}
			p := &out.pools[k][l]
			p.step, p.sum = make([][]float64, steps), make([][]float64, steps)
			for j := range steps {
				gather := func(of func(*errorPool) [][]float64) []float64 {
					var v []float64
					for reach := 0; reach < lengthClasses && len(v) < leastPool; reach++ {
						for _, i := range [...]int{l - reach, l + reach} {
							if i < 0 || i >= lengthClasses || reach == 0 && i != l {
								continue
							}
							if q := of(&c.pools[k][i]); j < len(q) {
								v = append(v, q[j]...)
							}
							if reach == 0 {
								break
							}
						}
					}
					slices.Sort(v)
					return v
				}
				p.step[j] = gather(func(p *errorPool) [][]float64 { return p.step })
				p.sum[j] = gather(func(p *errorPool) [][]float64 { return p.sum })
			}
			// A sum is not known where one of its steps is missing: it may have
			// fewer errors than the step.
			for len(p.step) > 0 && min(len(p.step[len(p.step)-1]), len(p.sum[len(p.sum)-1])) < leastPool/4 {
				p.step, p.sum = p.step[:len(p.step)-1], p.sum[:len(p.sum)-1]
			}
		}
	}
	return out
}

// covers says whether the calibration has something to say on the series.
func (c *Calibration) covers(r *Residuals) bool {
	return c != nil && r.Kind&2 == 0 && r.Total > 2 && len(c.pools[r.Kind][lengthClass(r.Total)].step) > 0
}

// Apply puts calibrated standard deviations and quantiles into a result made
// without, for the probabilities of opt, those of the result: the means of what the
// series' own errors say and of what those of all series do. The mean of two
// quantiles is sharper than either alone where both are about right, and errs half
// as much as the one that is wrong; Lichtendahl, Grushka-Cockayne and Winkler
// (2013), Is it better to average probabilities or quantiles?, Management Science
// 59. Series that the calibration knows nothing of keep what they have.
func (c *Calibration) Apply(r *Result, opt *Options) {
	if c.covers(&r.Residuals) {
		var order []int
		c.apply(r, opt, &order)
	}
}

func (c *Calibration) apply(r *Result, opt *Options, order *[]int) {
	p := &c.pools[r.Residuals.Kind][lengthClass(r.Residuals.Total)]
	put := func(pool [][]float64, mean, unit, sd, q []float64) {
		n := len(mean)
		for j := range mean {
			z := pool[min(j, len(pool)-1)]
			ss := 0.0
			for _, v := range z {
				ss += min(v*v, 100)
			}
			sd[j] = (sd[j] + unit[j]*math.Sqrt(ss/float64(len(z)))) / 2
			for i, prob := range opt.Quantiles {
				// Late steps are seen from few origins, all of one time: they
				// are no surer, against their theory, than the steps before.
				zq := tailQuantile(z, prob)
				if j > 0 && unit[j-1] > 0 && j < len(pool) {
					before := tailQuantile(pool[j-1], prob)
					if prob > 0.5 {
						zq = max(zq, before)
					} else if prob < 0.5 {
						zq = min(zq, before)
					}
				}
				v := mean[j] + unit[j]*zq
				if opt.NonNegative && v < 0 {
					v = 0
				}
				q[i*n+j] = (q[i*n+j] + v) / 2
			}
			if len(opt.Quantiles) > 0 {
				ascending(opt.Quantiles, q[j:], n, order)
			}
		}
	}
	put(p.step, r.Mean, r.Residuals.Unit, r.SD, r.Quantile)
	put(p.sum, r.CumMean, r.Residuals.CumUnit, r.CumSD, r.CumQuantile)
	agree(r, opt)
}

// tailQuantile is the p-quantile of a sorted sample, drawn on past its last tenth
// (or 50 values) with an exponential tail of the same mean excess: the largest of
// a few hundred errors is no measure of one in a thousand. Pickands (1975).
func tailQuantile(sorted []float64, p float64) float64 {
	n := len(sorted)
	k := min(n/10, 50)
	if k < 5 {
		return sampleQuantile(sorted, p)
	}
	share := float64(k) / float64(n)
	switch {
	case p > 1-share/2:
		u := sorted[n-k-1]
		excess := 0.0
		for _, v := range sorted[n-k:] {
			excess += v - u
		}
		return u + excess/float64(k)*math.Log(share/(1-p))
	case p < share/2:
		u := sorted[k]
		excess := 0.0
		for _, v := range sorted[:k] {
			excess += u - v
		}
		return u - excess/float64(k)*math.Log(share/p)
	}
	return sampleQuantile(sorted, p)
}
