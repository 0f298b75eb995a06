package forecast

import (
	"fmt"
	"math"
	"slices"
)

// STL decomposes a series into trend, season and remainder by repeated loess,
// Cleveland, Cleveland, McRae and Terpenning (1990), STL: A seasonal-trend
// decomposition procedure based on loess, Journal of Official Statistics 6. The
// notation of the paper is given in brackets. The zero value but for Period is
// ready.
type STL struct {
	Period int // values in a season, 2 or more [n(p)]
	// SeasonWindow is the loess window over the values of one phase, in
	// seasons, 7 or more, odd [n(s)]. 0 means 11.
	SeasonWindow int
	// Periodic holds the season the same in every cycle.
	Periodic bool
	// TrendWindow is the loess window of the trend, odd [n(t)]. 0 means the
	// next odd number from 1.5*Period/(1 - 1.5/SeasonWindow) on.
	TrendWindow int
	// LowWindow is that of the low-pass filter, odd [n(l)]. 0 means the next
	// odd number from Period on.
	LowWindow int
	// SeasonDegree, of the polynomial in the season, is 0 or 1. Trend and
	// low-pass filter use 1.
	SeasonDegree int
	// SeasonJump, TrendJump and LowJump are the steps at which loess is
	// computed, lines in between; a smooth curve loses nothing by it. 0 means a
	// tenth of the window.
	SeasonJump, TrendJump, LowJump int
	// Robust gives outliers little weight, by 15 rounds of reweighting, in
	// place of none.
	Robust bool
}

// Decomposition is a series taken apart: y = Trend + sum of Seasonal + Remainder
// in every period. It holds the scratch of decomposing too, and may be used
// again.
type Decomposition struct {
	Periods   []int       // of the seasons, ascending
	Trend     []float64   // one value a period
	Seasonal  [][]float64 // one column a season
	Remainder []float64   // NaN where the series is missing
	Weights   []float64   // robustness weights, 1 where not Robust, 0 where missing

	y                               []float64 // gaps filled
	gap                             []bool
	detrended, sub, subFit, subW    []float64
	cycle, pass1, pass2, low, resid []float64
	fit, rest                       []float64
}

func nextOdd(x float64) int {
	n := int(math.Ceil(x))
	if n%2 == 0 {
		n++
	}
	return n
}

// defaults fills in what is zero.
func (p STL) defaults(n int) STL {
	if p.SeasonWindow == 0 {
		p.SeasonWindow = 11
	}
	if p.Periodic {
		p.SeasonWindow, p.SeasonDegree = 10*n+1, 0
	}
	if p.TrendWindow == 0 {
		p.TrendWindow = nextOdd(1.5 * float64(p.Period) / (1 - 1.5/float64(p.SeasonWindow)))
	}
	if p.LowWindow == 0 {
		p.LowWindow = nextOdd(float64(p.Period))
	}
	tenth := func(jump, window int) int {
		if jump > 0 {
			return jump
		}
		return max(1, (window+9)/10)
	}
	p.SeasonJump = tenth(p.SeasonJump, p.SeasonWindow)
	p.TrendJump = tenth(p.TrendJump, p.TrendWindow)
	p.LowJump = tenth(p.LowJump, p.LowWindow)
	return p
}

func (p STL) check(n int) error {
	odd := func(name string, w, least int) error {
		if w != 0 && (w < least || w%2 == 0) {
			return fmt.Errorf("forecast: STL %s %d: %w: use an odd number from %d on", name, w, ErrOption, least)
		}
		return nil
	}
	switch {
	case p.Period < 2:
		return fmt.Errorf("forecast: STL period %d: %w: use 2 or more", p.Period, ErrOption)
	case n < 2*p.Period:
		return fmt.Errorf("forecast: STL of %d values with period %d: %w: give two seasons", n, p.Period, ErrShort)
	case p.SeasonDegree < 0 || p.SeasonDegree > 1:
		return fmt.Errorf("forecast: STL season degree %d: %w: use 0 or 1", p.SeasonDegree, ErrOption)
	case min(p.SeasonJump, p.TrendJump, p.LowJump) < 0:
		return fmt.Errorf("forecast: STL jump below zero: %w: use 1 or more, 0 for a tenth of the window", ErrOption)
	}
	if err := odd("season window", p.SeasonWindow, 3); err != nil {
		return err
	}
	if err := odd("trend window", p.TrendWindow, 3); err != nil {
		return err
	}
	return odd("low-pass window", p.LowWindow, 3)
}

// Decompose takes y apart into dst. Missing values (NaN) have no weight: the
// curves run through where they are.
func (p STL) Decompose(y []float64, dst *Decomposition) error {
	if err := p.check(len(y)); err != nil {
		return err
	}
	if err := dst.load(y); err != nil {
		return err
	}
	dst.Periods = append(dst.Periods[:0], p.Period)
	dst.columns(1)
	p.decompose(dst.y, dst.Seasonal[0], dst)
	dst.finish(y)
	return nil
}

// load copies y, fills its gaps and sets the weights.
func (d *Decomposition) load(y []float64) error {
	d.y, d.Weights, d.gap = grow(d.y, len(y)), grow(d.Weights, len(y)), grow(d.gap, len(y))
	first := -1
	for i, v := range y {
		if math.IsInf(v, 0) {
			return fmt.Errorf("forecast: value %v at index %d: %w", v, i, ErrValue)
		}
		d.y[i], d.Weights[i], d.gap[i] = v, 1, math.IsNaN(v)
		if d.gap[i] {
			d.Weights[i] = 0
		} else if first < 0 {
			first = i
		}
	}
	if first < 0 {
		return fmt.Errorf("forecast: %d values, all missing: %w", len(y), ErrEmpty)
	}
	for i := range first {
		d.y[i] = d.y[first]
	}
	interpolate(d.y)
	d.Trend, d.Remainder = grow(d.Trend, len(y)), grow(d.Remainder, len(y))
	return nil
}

func (d *Decomposition) columns(k int) {
	for len(d.Seasonal) < k {
		d.Seasonal = append(d.Seasonal, nil)
	}
	d.Seasonal = d.Seasonal[:k]
	for i := range d.Seasonal {
		d.Seasonal[i] = grow(d.Seasonal[i], len(d.y))
		clear(d.Seasonal[i])
	}
}

// finish computes the remainder.
func (d *Decomposition) finish(y []float64) {
	for t, v := range y {
		v -= d.Trend[t]
		for _, s := range d.Seasonal {
			v -= s[t]
		}
		d.Remainder[t] = v
	}
}

// decompose is the whole procedure on y, without gaps: season and d.Trend are
// written.
func (p STL) decompose(y, season []float64, d *Decomposition) {
	n := len(y)
	missing := slices.Contains(d.gap, true)
	p = p.defaults(n)
	np := p.Period
	d.detrended, d.cycle = grow(d.detrended, n), grow(d.cycle, n+2*np)
	d.pass1, d.pass2, d.low = grow(d.pass1, n+np+1), grow(d.pass2, n+2), grow(d.low, n)
	d.resid = grow(d.resid, n)
	sub := n/np + 3
	d.sub, d.subFit, d.subW = grow(d.sub, sub), grow(d.subFit, sub+2), grow(d.subW, sub)
	clear(d.Trend)
	inner, outer := 2, 0
	if p.Robust {
		inner, outer = 1, 15
	}
	weights := d.Weights
	if !missing {
		weights = nil // all one
	}
	for round := 0; ; round++ {
		for range inner {
			p.inner(y, season, d, weights)
		}
		if round == outer {
			break
		}
		if d.reweigh(y, season) {
			weights = d.Weights
		} else {
			break
		}
	}
	if p.Periodic {
		for phase := range np {
			sum, k := 0.0, 0
			for t := phase; t < n; t += np {
				sum += season[t]
				k++
			}
			for t := phase; t < n; t += np {
				season[t] = sum / float64(k)
			}
		}
	}
}

// inner is one round of section 2.2 of the paper.
func (p STL) inner(y, season []float64, d *Decomposition, weights []float64) {
	n, np := len(y), p.Period
	for t, v := range y {
		d.detrended[t] = v - d.Trend[t]
	}
	// Smooth the values of each phase, one value further at either end.
	for phase := range np {
		k := 0
		for t := phase; t < n; t += np {
			d.sub[k] = d.detrended[t]
			if weights != nil {
				d.subW[k] = weights[t]
			}
			k++
		}
		var w []float64
		if weights != nil {
			w = d.subW[:k]
		}
		s, fit := d.sub[:k], d.subFit[:k+2]
		loess(s, p.SeasonWindow, p.SeasonDegree, p.SeasonJump, w, fit[1:k+1])
		var ok bool
		if fit[0], ok = loessAt(s, p.SeasonWindow, p.SeasonDegree, -1, 0, min(p.SeasonWindow, k)-1, w); !ok {
			fit[0] = fit[1]
		}
		if fit[k+1], ok = loessAt(s, p.SeasonWindow, p.SeasonDegree, float64(k), max(0, k-p.SeasonWindow), k-1, w); !ok {
			fit[k+1] = fit[k]
		}
		for i, v := range fit {
			d.cycle[phase+i*np] = v
		}
	}
	movingAverage(d.cycle[:n+2*np], np, d.pass1)
	movingAverage(d.pass1, np, d.pass2)
	movingAverage(d.pass2, 3, d.resid)
	loess(d.resid, p.LowWindow, 1, p.LowJump, nil, d.low)
	for t := range season {
		season[t] = d.cycle[np+t] - d.low[t]
		d.resid[t] = y[t] - season[t]
	}
	loess(d.resid, p.TrendWindow, 1, p.TrendJump, weights, d.Trend)
}

// reweigh computes the robustness weights, section 2.3: bisquare in the residual
// over six times its median. It returns false if there is nothing left to do.
func (d *Decomposition) reweigh(y, season []float64) bool {
	r := d.resid
	d.fit = d.fit[:0]
	for t, v := range y {
		r[t] = math.Abs(v - d.Trend[t] - season[t])
		if !d.gap[t] {
			d.fit = append(d.fit, r[t])
		}
	}
	slices.Sort(d.fit)
	k := len(d.fit)
	if k == 0 {
		return false
	}
	limit := 3 * (d.fit[k/2] + d.fit[(k-1)/2])
	if !(limit > 0) {
		return false
	}
	for t, v := range r {
		switch {
		case d.gap[t]:
			d.Weights[t] = 0
		case v <= 0.001*limit:
			d.Weights[t] = 1
		case v <= 0.999*limit:
			u := v / limit
			u = 1 - u*u
			d.Weights[t] = u * u
		default:
			d.Weights[t] = 0
		}
	}
	return true
}

// movingAverage writes the averages of k neighbours of x into dst, which has
// len(x)-k+1.
func movingAverage(x []float64, k int, dst []float64) {
	sum := 0.0
	for _, v := range x[:k] {
		sum += v
	}
	inverse := 1 / float64(k)
	dst[0] = sum * inverse
	for i := k; i < len(x); i++ {
		sum += x[i] - x[i-k]
		dst[i-k+1] = sum * inverse
	}
}

// loess smooths y, whose values are a unit apart, into dst: local polynomials of
// degree 0 or 1 over a window of values, weighted by the tricube of the distance
// and by weights, or nil. Only every jump-th value is computed.
func loess(y []float64, window, degree, jump int, weights, dst []float64) {
	n := len(y)
	if n < 2 {
		copy(dst, y)
		return
	}
	jump = min(jump, n-1)
	half := (window + 1) / 2
	at := func(i int) {
		left, right := 0, n-1
		if window < n {
			switch {
			case i < half-1:
				right = window - 1
			case i >= n-half:
				left = n - window
			default:
				left = i - half + 1
				right = left + window - 1
			}
		}
		var ok bool
		if dst[i], ok = loessAt(y, window, degree, float64(i), left, right, weights); !ok {
			dst[i] = y[i]
		}
	}
	last := 0
	for i := 0; i < n; i += jump {
		at(i)
		if i > 0 {
			chord(dst, last, i)
		}
		last = i
	}
	if last < n-1 {
		at(n - 1)
		chord(dst, last, n-1)
	}
}

// chord fills the values between two.
func chord(y []float64, from, to int) {
	slope := (y[to] - y[from]) / float64(to-from)
	for i := from + 1; i < to; i++ {
		y[i] = y[from] + slope*float64(i-from)
	}
}

// loessAt is the local polynomial over y[left..right] at position x. ok is false
// if no value there has weight.
func loessAt(y []float64, window, degree int, x float64, left, right int, weights []float64) (v float64, ok bool) {
	n := len(y)
	h := max(x-float64(left), float64(right)-x)
	if window > n {
		h += float64((window - n) / 2)
	}
	inverse := 0.0
	if h > 0 {
		inverse = 1 / h
	}
	// Moments about x of the weights and of y.
	var s0, s1, s2, t0, t1 float64
	for j := left; j <= right; j++ {
		d := float64(j) - x
		u := math.Abs(d) * inverse
		if u > 0.999 {
			continue
		}
		w := 1.0
		if u > 0.001 {
			u = 1 - u*u*u
			w = u * u * u
		}
		if weights != nil {
			w *= weights[j]
		}
		wd, wy := w*d, w*y[j]
		s0 += w
		s1 += wd
		s2 += wd * d
		t0 += wy
		t1 += wy * d
	}
	if !(s0 > 0) {
		return 0, false
	}
	mean := s1 / s0
	if spread := s2/s0 - mean*mean; degree > 0 && h > 0 && math.Sqrt(max(spread, 0)) > 0.001*float64(n-1) {
		slope := (t1/s0 - mean*t0/s0) / spread
		return t0/s0 - slope*mean, true
	}
	return t0 / s0, true
}

// Strength is the share of the variance of season and remainder that the season
// i explains, 0 to 1, Wang, Smith and Hyndman (2006), Characteristic-based
// clustering for time series data, Data Mining and Knowledge Discovery 13:
//
//	max(0, 1 - Var(remainder)/Var(remainder + season))
func (d *Decomposition) Strength(i int) float64 {
	var r, s moments
	for t, v := range d.Remainder {
		if !math.IsNaN(v) {
			r.add(v)
			s.add(v + d.Seasonal[i][t])
		}
	}
	if !(s.m2 > 0) {
		return 0
	}
	return max(0, 1-r.m2/s.m2)
}

// moments gathers mean and sum of squares about it.
type moments struct{ n, mean, m2 float64 }

func (m *moments) add(v float64) {
	m.n++
	d := v - m.mean
	m.mean += d / m.n
	m.m2 += d * (v - m.mean)
}

// Adjusted writes the series without its seasons into dst, missing values
// filled by the trend.
func (d *Decomposition) Adjusted(dst []float64) {
	for t := range dst {
		dst[t] = d.Trend[t]
		if r := d.Remainder[t]; !math.IsNaN(r) {
			dst[t] += r
		}
	}
}

// AddSeasons adds to dst[0], dst[1], ... the seasons of the periods after the
// last: those of the last cycle of each.
func (d *Decomposition) AddSeasons(dst []float64) {
	n := len(d.Trend)
	for i, m := range d.Periods {
		last := d.Seasonal[i][n-m:]
		for j := range dst {
			dst[j] += last[j%m]
		}
	}
}
