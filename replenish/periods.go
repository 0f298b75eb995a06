package replenish

import (
	"fmt"
	"math"
)

// Over returns the law of the demand of n independent periods, each with law d.
// It is exact for normal, gamma, exponential, Poisson and negative binomial
// demand and any n >= 0, for binomial and geometric demand and tables on whole
// numbers for whole n; a lognormal sum is taken as lognormal with its moments
// (Fenton 1960). n = 0 is a point at 0. An error wraps [ErrInput].
func Over(d Distribution, n float64) (Distribution, error) {
	const op = "demand of several periods"
	if err := checkLaw(op, "demand", d); err != nil {
		return nil, err
	}
	if err := checkInputs(op, input{"periods", n, notNegative}); err != nil {
		return nil, err
	}
	whole := n == math.Floor(n) && n <= 1<<20
	mean, sd := d.Moments()
	switch d := d.(type) {
	case Poisson:
		return Poisson{d.Mean * n}, nil
	case NegativeBinomial:
		return NegativeBinomial{d.R * n, d.P, d.q}, nil
	case Normal:
		return NewNormal(mean*n, sd*math.Sqrt(n)), nil
	case Gamma, Exponential:
		return NewGamma(mean*n, sd*math.Sqrt(n)), nil
	case Lognormal:
		return NewLognormal(mean*n, sd*math.Sqrt(n)), nil
	case Binomial:
		if whole {
			return Binomial{d.N * int(n), d.P}, nil
		}
	case Geometric:
		if whole && d.From == 0 {
			return NewNegativeBinomialRP(n, d.P), nil
		}
	}
	if n == 1 {
		return d, nil
	}
	var t *Table
	switch d := d.(type) {
	case *Table:
		t = d
	case IntegerDistribution:
		var err error
		if t, err = tabulate(d, 1e-18); err != nil {
			return nil, err
		}
	}
	if t == nil || !whole || !t.lattice {
		return nil, fmt.Errorf("%s: %v periods of %T: %w: give whole periods of demand in whole numbers, or a law that can be summed", op, n, d, ErrInput)
	}
	low, high := t.Support()
	if (high-low)*n > panjerMost {
		return nil, fmt.Errorf("%s: %v periods of up to %v units: %w: use larger units", op, n, high, ErrInput)
	}
	p := make([]float64, int(high-low)+1)
	for i, v := range t.values {
		p[int(v-low)] = t.p[i]
	}
	sum := []float64{1}
	for k := int(n); k > 0; k >>= 1 { // squaring
		if k&1 == 1 {
			sum = convolve(sum, p)
		}
		if k > 1 {
			p = convolve(p, p)
		}
	}
	return NewPMF(int(low)*int(n), sum)
}

// convolve returns the law of the sum of two independent laws, probabilities
// below 1e-30 at its end left out.
func convolve(a, b []float64) []float64 {
	c := make([]float64, len(a)+len(b)-1)
	for i, x := range a {
		if x == 0 {
			continue
		}
		row := c[i : i+len(b)]
		for j, y := range b {
			row[j] += x * y
		}
	}
	for len(c) > 1 && c[len(c)-1] < 1e-30 {
		c = c[:len(c)-1]
	}
	return c
}

// walk is a point y of an integer law that moves by ones: P(X = y), P(X > y)
// and n(y) follow it without another sum.
type walk struct {
	d          IntegerDistribution
	katz       bool
	a, b       float64
	y, pmf     float64
	sf, n      float64
	mean, h, p float64
}

// newWalk starts at y with cost rates h and p.
func newWalk(d IntegerDistribution, y, h, p float64) walk {
	w := walk{d: d, y: y, h: h, p: p}
	w.mean, _ = d.Moments()
	switch d := d.(type) {
	case Poisson:
		w.katz, w.b = true, d.Mean
	case NegativeBinomial:
		w.katz, w.a, w.b = d.R > 0 && d.q > 0, d.q, (d.R-1)*d.q
	case Binomial:
		if d.P < 1 {
			odds := d.P / (1 - d.P)
			w.katz, w.a, w.b = true, -odds, float64(d.N+1)*odds
		}
	}
	w.pmf = d.PMF(int(y))
	w.sf, w.n, _ = d.Losses(y)
	w.katz = w.katz && w.pmf > 1e-250
	return w
}

// cost returns g(y) = h·n̄(y) + p·n(y).
func (w *walk) cost() float64 { return w.h*(w.y-w.mean) + (w.h+w.p)*w.n }

func (w *walk) up() {
	w.n = max(0, w.n-w.sf)
	w.y++
	if w.katz && w.y > 0 {
		w.pmf *= max(0, w.a+w.b/w.y)
	} else {
		w.pmf = w.d.PMF(int(w.y))
	}
	w.sf = max(0, w.sf-w.pmf)
}

func (w *walk) down() {
	w.sf = min(1, w.sf+w.pmf)
	w.n += w.sf
	if w.katz && w.y > 0 {
		w.pmf /= w.a + w.b/w.y
	} else {
		w.pmf = w.d.PMF(int(w.y) - 1)
	}
	w.y--
}
