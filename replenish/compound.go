package replenish

import (
	"fmt"
	"math"
)

// CompoundPoisson is the demand of customers who come by chance, Rate of them
// in the interval, each taking k units with probability Size[k]; Size[0] is a
// customer who takes none.
type CompoundPoisson struct {
	Rate float64
	Size []float64
}

// panjerMost bounds the length of a distribution: beyond it the exact law is no
// use, and [NewGamma] with the moments is as good.
const panjerMost = 1 << 20

// Table returns the exact law by the recursion of Panjer (1981),
//
//	p(0) = e^{−λ(1−f₀)}        p(x) = λ/x · Σ_{k=1}^{x} k·f(k)·p(x−k),
//
// scaled on the way so that no rate is too high for it, cut where less than
// 1e-18 of the mass is left. An error (wrapping [ErrInput]) names a rate or a
// probability out of range, or a law of more than a million values.
func (c CompoundPoisson) Table() (*Table, error) {
	if !(c.Rate >= 0) || c.Rate > largest {
		return nil, fmt.Errorf("compound Poisson: rate %v: %w: give a finite number, not negative", c.Rate, ErrInput)
	}
	f, err := NewPMF(0, c.Size)
	if err != nil {
		return nil, fmt.Errorf("compound Poisson: sizes: %w", err)
	}
	m1, sd := f.Moments()
	mean, variance := c.Rate*m1, c.Rate*(m1*m1+sd*sd)
	if mean == 0 {
		return NewPMF(0, []float64{1})
	}
	_, top := f.Support()
	// Beyond the tail of a gamma law of the same moments and twice a largest order.
	most := NewGamma(mean, math.Sqrt(variance)).Quantile(1-1e-16) + 2*top + 20
	if most > panjerMost {
		return nil, fmt.Errorf("compound Poisson: demand of mean %v and sd %v has more than %d values: %w: use larger units", mean, math.Sqrt(variance), panjerMost, ErrInput)
	}
	kf := make([]float64, int(top)+1) // λ·k·f(k)
	for k := range kf {
		kf[k] = c.Rate * float64(k) * f.PMF(k)
	}
	p := make([]float64, 1, int(most)+1)
	p[0] = 1
	total := 1.0
	for x := 1; x < panjerMost; x++ {
		s := 0.0
		for k := 1; k < len(kf) && k <= x; k++ {
			s += kf[k] * p[x-k]
		}
		s /= float64(x)
		p = append(p, s)
		total += s
		if s > 1e250 {
			for i := range p {
				p[i] *= 1e-250
			}
			total *= 1e-250
		}
		if float64(x) > most && quiet(p, len(kf), 1e-18*total) {
			break
		}
	}
	return NewPMF(0, p)
}

// quiet says whether the last n probabilities add up to less than eps.
func quiet(p []float64, n int, eps float64) bool {
	s := 0.0
	for _, v := range p[max(0, len(p)-n):] {
		s += v
	}
	return s < eps
}

// Moments returns mean and standard deviation: λE[X] and √(λE[X²]).
func (c CompoundPoisson) Moments() (mean, sd float64) {
	sum, m1, m2 := 0.0, 0.0, 0.0
	for k, w := range c.Size {
		x := float64(k)
		sum, m1, m2 = sum+w, m1+x*w, m2+x*x*w
	}
	if !(sum > 0) {
		return 0, 0
	}
	rate := max(0, moment(c.Rate))
	return finite(rate * (m1 / sum)), finite(math.Sqrt(rate * (m2 / sum)))
}

// NewStutteringPoisson returns customers who come at rate in the interval and
// take a geometric number of units of the given mean, at least 1: the compound
// Poisson law of Galliher, Morse and Simond (1959). Sizes are cut where less
// than 1e-18 of them is left.
func NewStutteringPoisson(rate, meanSize float64) CompoundPoisson {
	rate, meanSize = moment(rate), moment(meanSize)
	g := NewGeometric(1/max(1, meanSize), 1)
	size := make([]float64, int(min(g.Quantile(1-0x1p-53)+1, 1<<16)))
	for k := range size {
		size[k] = g.PMF(k)
	}
	return CompoundPoisson{max(0, rate), size}
}
