package replenish

import (
	"fmt"
	"math"
)

// Mixture is a law that is one of several by chance: the demand of a lead time
// that is itself random, by far more exact than a normal distribution with the
// same moments where the lead time is skewed or has two humps.
type Mixture struct {
	weights  []float64
	parts    []Distribution
	mean, sd float64
	integer  bool
}

// NewMixture returns the mixture of the parts with the given weights, which
// must not be negative and are scaled to a sum of 1. An error wraps [ErrInput].
func NewMixture(weights []float64, parts []Distribution) (*Mixture, error) {
	if len(weights) != len(parts) || len(parts) == 0 {
		return nil, fmt.Errorf("mixture: %d weights, %d parts: %w: give one weight for each part", len(weights), len(parts), ErrInput)
	}
	sum := 0.0
	for _, w := range weights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return nil, fmt.Errorf("mixture: weight %v: %w: give a finite number, not negative", w, ErrInput)
		}
		sum += w
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return nil, fmt.Errorf("mixture: weights add up to %v: %w: give at least one above 0", sum, ErrInput)
	}
	m := &Mixture{integer: true}
	for i, w := range weights {
		if w == 0 {
			continue
		}
		if err := checkLaw("mixture", "part", parts[i]); err != nil {
			return nil, err
		}
		m.weights, m.parts = append(m.weights, w/sum), append(m.parts, parts[i])
		mean, sd := parts[i].Moments()
		m.mean += w / sum * mean
		// A part without any variation (no time, no demand) lies on a point.
		m.integer = m.integer && (integer(parts[i]) || sd == 0 && mean == math.Floor(mean))
	}
	v := 0.0
	for i, w := range m.weights {
		mean, sd := m.parts[i].Moments()
		v += w * (sd*sd + (mean-m.mean)*(mean-m.mean))
	}
	m.sd = math.Sqrt(v)
	return m, nil
}

// RandomLeadTimeMixture returns the exact law of the demand of a lead time that
// is n[i] periods with probability p[i], over(n) being the law of n periods'
// demand. Silver, Pyke and Thomas (2017), 6.10; Zipkin (2000), 7.4. An error
// wraps [ErrInput].
func RandomLeadTimeMixture(n, p []float64, over func(n float64) Distribution) (*Mixture, error) {
	parts := make([]Distribution, len(n))
	for i, x := range n {
		if !(x >= 0) || x > largest {
			return nil, fmt.Errorf("lead time of %v periods: %w: give a finite number, not negative", x, ErrInput)
		}
		parts[i] = over(x)
	}
	return NewMixture(p, parts)
}

// Moments returns mean and standard deviation.
func (m *Mixture) Moments() (mean, sd float64) { return m.mean, m.sd }

// Integer reports whether all parts lie on whole numbers.
func (m *Mixture) Integer() bool { return m.integer }

// PMF returns P(X = k) of a mixture of integer laws: what P(X <= ·) gains at k.
func (m *Mixture) PMF(k int) float64 {
	p := 0.0
	for i, d := range m.parts {
		if f, ok := d.(interface{ PMF(int) float64 }); ok {
			p += m.weights[i] * f.PMF(k)
		} else {
			p += m.weights[i] * (d.CDF(float64(k)) - d.CDF(float64(k-1)))
		}
	}
	return max(0, p)
}

// CDF returns P(X <= x).
func (m *Mixture) CDF(x float64) float64 {
	x = point(x)
	c := 0.0
	for i, d := range m.parts {
		c += m.weights[i] * d.CDF(x)
	}
	return min(1, c)
}

// Losses returns P(X > x), n(x) and n₂(x).
func (m *Mixture) Losses(x float64) (sf, n, n2 float64) {
	x = point(x)
	for i, d := range m.parts {
		a, b, c := d.Losses(x)
		w := m.weights[i]
		sf, n, n2 = sf+w*a, n+w*b, n2+w*c
	}
	return min(1, sf), n, n2
}

// LowerLosses returns P(X <= x), n̄(x) and n̄₂(x).
func (m *Mixture) LowerLosses(x float64) (cdf, nbar, nbar2 float64) {
	x = point(x)
	for i, d := range m.parts {
		a, b, c := LowerLosses(d, x)
		w := m.weights[i]
		cdf, nbar, nbar2 = cdf+w*a, nbar+w*b, nbar2+w*c
	}
	return min(1, cdf), nbar, nbar2
}

// Quantile returns the smallest x with P(X <= x) >= p: an integer where all
// parts are integer laws, else to 1e-13 of its size. It lies between the least
// and the largest quantile of the parts.
func (m *Mixture) Quantile(p float64) float64 {
	p = min(p, 1-0x1p-53)
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, d := range m.parts {
		q := d.Quantile(p)
		lo, hi = min(lo, q), max(hi, q)
	}
	if m.CDF(lo) >= p {
		return lo
	}
	if m.integer {
		for hi-lo > 1 {
			x := math.Floor(0.5 * (lo + hi))
			if m.CDF(x) >= p {
				hi = x
			} else {
				lo = x
			}
		}
		return hi
	}
	for range 200 {
		x := lo + 0.5*(hi-lo)
		if !(x > lo && x < hi) || hi-lo <= 1e-14*max(math.Abs(lo), math.Abs(hi)) {
			break
		}
		if m.CDF(x) >= p {
			hi = x
		} else {
			lo = x
		}
	}
	return hi
}
