package replenish

import (
	"fmt"
	"math"
)

// Renewal is the renewal sequence of an integer demand D of a review period (or
// of one order under continuous review): m(j) is the expected number of periods
// that begin with a total demand of exactly j since the last order,
//
//	m(0) = 1/(1−p(0))        m(j) = Σ_{l=1}^{j} p(l)·m(j−l) / (1−p(0)),
//
// M(n) their sum over j < n: the expected number of periods until the total
// reaches n. Zheng and Federgruen (1991), (2); Tijms (1994), 1.1.
type Renewal struct {
	p    []float64 // p(0), p(1), …
	m    []float64
	sum  []float64 // M(0), M(1), …
	stay float64   // 1/(1−p(0))
	mean float64
}

// NewRenewal prepares the sequence of a demand on the integers from 0. An error
// (wrapping [ErrInput]) where there is no demand, or more than a million values
// of it.
func NewRenewal(demand IntegerDistribution) (*Renewal, error) {
	const op = "renewal sequence"
	if err := checkLaw(op, "demand", demand); err != nil {
		return nil, err
	}
	mean, sd := demand.Moments()
	if !(mean > 0) || mean+50*sd > panjerMost {
		return nil, fmt.Errorf("%s: demand of mean %v, sd %v a period: %w: give a demand above 0, in units of which there are less than %d", op, mean, sd, ErrInput, panjerMost)
	}
	r := &Renewal{mean: mean}
	r.p = masses(demand)
	if r.p[0] >= 1 {
		return nil, fmt.Errorf("%s: demand of mean %v is 0 to all digits: %w: use longer periods", op, mean, ErrInput)
	}
	r.stay = 1 / (1 - r.p[0])
	r.m, r.sum = append(make([]float64, 0, 64), r.stay), append(make([]float64, 0, 64), 0, r.stay)
	return r, nil
}

// masses returns p(0), p(1), … up to where less than 1e-17 is left.
func masses(d IntegerDistribution) []float64 {
	if t, ok := d.(*Table); ok {
		_, top := t.Support()
		p := make([]float64, int(max(0, top))+1)
		for i, v := range t.values {
			if v >= 0 && v == math.Floor(v) {
				p[int(v)] = t.p[i]
			}
		}
		return p
	}
	mean, sd := d.Moments()
	p := make([]float64, 0, int(mean+9*sd)+16)
	// Away from a point near the mean, so that nothing underflows.
	mode := int(mean)
	w := newWalk(d, float64(mode), 0, 0)
	p = p[:mode+1]
	p[mode] = w.pmf
	for v := w; v.y > 0; {
		v.down()
		p[int(v.y)] = v.pmf
	}
	for {
		w.up()
		p = append(p, w.pmf)
		if w.pmf < 1e-18 && w.y > mean+2*sd {
			if tail, _, _ := d.Losses(w.y); tail < 1e-17 || len(p) > panjerMost {
				return p
			}
		}
	}
}

// extend computes m up to index n−1.
func (r *Renewal) extend(n int) {
	for j := len(r.m); j < n; j++ {
		s := 0.0
		low := max(0, j-len(r.p)+1)
		m := r.m[low:j]
		for i, v := range m { // l = j − (low+i)
			s += r.p[j-low-i] * v
		}
		s *= r.stay
		r.m = append(r.m, s)
		r.sum = append(r.sum, r.sum[j]+s)
	}
}

// Density returns m(j), 0 for j < 0.
func (r *Renewal) Density(j int) float64 {
	if j < 0 {
		return 0
	}
	r.extend(j + 1)
	return r.m[j]
}

// Periods returns M(n), the expected number of periods until demand reaches n;
// for n <= 0 it is 0.
func (r *Renewal) Periods(n int) float64 {
	if n <= 0 {
		return 0
	}
	r.extend(n)
	return r.sum[n]
}

// Undershoot returns the exact mean and variance of U, how far the demand since
// the last order goes beyond n when it reaches it: E[U] = μ·M(n) − n (Wald), the
// variance from P(U = u) = Σ_{j<n} m(j)·p(n+u−j). [Undershoot] gives the limits
// for large n. For n <= 0 an order comes every period and U is demand itself
// less n.
func (r *Renewal) Undershoot(n int) (mean, variance float64) {
	law := r.UndershootLaw(n)
	for u, p := range law {
		mean += float64(u) * p
	}
	for u, p := range law {
		d := float64(u) - mean
		variance += d * d * p
	}
	if n > 0 {
		mean = max(0, r.mean*r.Periods(n)-float64(n))
	}
	return mean, variance
}

// UndershootLaw returns P(U = 0), P(U = 1), …
func (r *Renewal) UndershootLaw(n int) []float64 {
	if n <= 0 {
		law := make([]float64, len(r.p)-n)
		copy(law[-n:], r.p)
		return law
	}
	r.extend(n)
	law := make([]float64, len(r.p))
	for u := range law {
		for j := max(0, n+u-len(r.p)+1); j < n; j++ {
			law[u] += r.m[j] * r.p[n+u-j]
		}
	}
	return law
}
