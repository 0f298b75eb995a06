package replenish

import (
	"fmt"
	"math"
	"sort"
)

// Quantiles is a distribution known by some of its quantiles, as a forecast
// publishes them: between two of them demand is uniform; outside the outermost
// ones the density falls exponentially from that of the nearest stretch; where all
// quantiles are at or above 0 the lower tail is uniform and ends at 0 or above.
type Quantiles struct {
	x, p         []float64
	nb, nb2      []float64
	n, n2        []float64
	lower, upper float64 // means of the exponential tails, 0: none
	mean, sd     float64
}

// NewQuantiles returns the distribution with P(X <= values[i]) = levels[i].
// Levels must lie inside (0, 1) and rise, values must not fall, and there must
// be two or more. An error wraps [ErrInput].
func NewQuantiles(levels, values []float64) (*Quantiles, error) {
	if len(levels) != len(values) || len(levels) < 2 {
		return nil, fmt.Errorf("quantiles: %d levels, %d values: %w: give two or more of each", len(levels), len(values), ErrInput)
	}
	for i, p := range levels {
		if !(p > 0 && p < 1) || i > 0 && p <= levels[i-1] {
			return nil, fmt.Errorf("quantiles: level %v: %w: give rising levels inside (0, 1)", p, ErrInput)
		}
		if v := values[i]; !(math.Abs(v) <= largest) || i > 0 && v < values[i-1] {
			return nil, fmt.Errorf("quantiles: value %v of level %v: %w: give finite values that do not fall", v, p, ErrInput)
		}
	}
	q := &Quantiles{x: values, p: levels}
	m := len(values)
	// The tail holds its mass at the density of the outermost stretch that has
	// one: mean distance = mass / density.
	q.upper = (1 - levels[m-1]) * stretch(values, levels, m-1, -1)
	q.lower = levels[0] * stretch(values, levels, 0, 1)
	if values[0] >= 0 {
		q.lower = min(q.lower, values[0]/2) // uniform from 0 has that mean distance
	}
	cut := make([]float64, 4*m)
	q.nb, q.nb2, q.n, q.n2 = cut[:m], cut[m:2*m], cut[2*m:3*m], cut[3*m:]
	last := m - 1
	_, q.n[last], q.n2[last] = q.tail(true, 1-levels[last], q.upper, 0)
	for i := last - 1; i >= 0; i-- {
		_, q.n[i], q.n2[i] = q.inside(i, i+1, values[i])
	}
	_, q.nb[0], q.nb2[0] = q.tail(false, levels[0], q.lower, 0)
	for i := 1; i < m; i++ {
		_, q.nb[i], q.nb2[i] = q.insideLower(i-1, values[i])
	}
	q.mean = values[0] + q.n[0] - q.nb[0]
	// E[(X−x₀)²] = 2n₂(x₀) + 2n̄₂(x₀).
	d := q.mean - values[0]
	q.sd = math.Sqrt(max(0, 2*q.n2[0]+2*q.nb2[0]-d*d))
	return q, nil
}

// stretch returns width/mass of the first stretch of positive width from i on
// in the direction given.
func stretch(x, p []float64, i, step int) float64 {
	for j := i + step; j >= 0 && j < len(x); j += step {
		if x[j] != x[i] {
			return math.Abs(x[j]-x[i]) / math.Abs(p[j]-p[i])
		}
	}
	return 0
}

// tail returns the losses at distance y beyond an outermost quantile: of mass
// mass, exponential with the given mean, or, where the lower tail must end at
// 0, uniform down to it.
func (q *Quantiles) tail(upper bool, mass, mean, y float64) (p, n, n2 float64) {
	if mean <= 0 {
		if y > 0 {
			return 0, 0, 0
		}
		return mass, 0, 0
	}
	if !upper && q.x[0] >= 0 {
		w := 2 * mean
		if y >= w {
			return 0, 0, 0
		}
		r := w - y
		return mass * r / w, mass * r * r / (2 * w), mass * r * r * r / (6 * w)
	}
	e := mass * math.Exp(-y/mean)
	return e, e * mean, e * mean * mean
}

// inside returns the upper losses at x in the stretch from quantile i to j.
func (q *Quantiles) inside(i, j int, x float64) (sf, n, n2 float64) {
	w := q.x[j] - x
	mass := q.p[j] - q.p[i]
	if q.x[j] > q.x[i] {
		mass *= w / (q.x[j] - q.x[i])
	} else {
		mass = 0
	}
	s := 1 - q.p[j] // an atom at x[j] included, where quantiles are equal
	return s + mass, q.n[j] + w*s + mass*w/2, q.n2[j] + w*q.n[j] + 0.5*w*w*s + mass*w*w/6
}

// insideLower returns the lower losses at x in the stretch from quantile i on.
func (q *Quantiles) insideLower(i int, x float64) (cdf, nb, nb2 float64) {
	w := x - q.x[i]
	mass := 0.0
	if q.x[i+1] > q.x[i] {
		mass = (q.p[i+1] - q.p[i]) * w / (q.x[i+1] - q.x[i])
	}
	c := q.p[i]
	return c + mass, q.nb[i] + w*c + mass*w/2, q.nb2[i] + w*q.nb[i] + 0.5*w*w*c + mass*w*w/6
}

// Moments returns mean and standard deviation.
func (q *Quantiles) Moments() (mean, sd float64) { return q.mean, q.sd }

// CDF returns P(X <= x).
func (q *Quantiles) CDF(x float64) float64 {
	x = point(x)
	cdf, _, _ := q.LowerLosses(x)
	return cdf
}

// Quantile returns the smallest x with P(X <= x) >= p, p kept inside
// (1e-300, 1−2⁻⁵³).
func (q *Quantiles) Quantile(p float64) float64 {
	if !(p > 1e-300) { // NaN too
		p = 1e-300
	}
	p = min(p, 1-0x1p-53)
	m := len(q.x)
	i := sort.SearchFloat64s(q.p, p)
	switch {
	case i == m:
		return q.x[m-1] - q.upper*math.Log((1-p)/(1-q.p[m-1]))
	case i == 0 && q.x[0] >= 0:
		return q.x[0] - 2*q.lower*(1-p/q.p[0])
	case i == 0:
		return q.x[0] + q.lower*math.Log(p/q.p[0])
	}
	return q.x[i] - (q.x[i]-q.x[i-1])*(q.p[i]-p)/(q.p[i]-q.p[i-1])
}

// Losses returns P(X > x), n(x) and n₂(x).
func (q *Quantiles) Losses(x float64) (sf, n, n2 float64) {
	x = point(x)
	m := len(q.x)
	i := sort.Search(m, func(i int) bool { return q.x[i] > x }) // first above x
	switch i {
	case m:
		return q.tail(true, 1-q.p[m-1], q.upper, x-q.x[m-1])
	case 0:
		c, nb, nb2 := q.tail(false, q.p[0], q.lower, q.x[0]-x)
		d := q.mean - x
		return 1 - c, max(0, nb+d), max(0, 0.5*(d*d+q.sd*q.sd)-nb2)
	}
	return q.inside(i-1, i, x)
}

// LowerLosses returns P(X <= x), n̄(x) and n̄₂(x).
func (q *Quantiles) LowerLosses(x float64) (cdf, nbar, nbar2 float64) {
	x = point(x)
	m := len(q.x)
	i := sort.Search(m, func(i int) bool { return q.x[i] > x })
	switch i {
	case m:
		s, n, n2 := q.tail(true, 1-q.p[m-1], q.upper, x-q.x[m-1])
		d := x - q.mean
		return 1 - s, max(0, n+d), max(0, 0.5*(d*d+q.sd*q.sd)-n2)
	case 0:
		return q.tail(false, q.p[0], q.lower, q.x[0]-x)
	}
	return q.insideLower(i-1, x)
}
