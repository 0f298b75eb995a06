package replenish

import "math"

// Poisson is demand that comes unit by unit, by chance. Mean 0 is no demand.
type Poisson struct{ Mean float64 }

// NewPoisson returns the Poisson distribution with the given mean, 0 for a
// negative one.
func NewPoisson(mean float64) Poisson { return Poisson{max(0, moment(mean))} }

// Moments returns mean and standard deviation.
func (d Poisson) Moments() (mean, sd float64) { return d.Mean, math.Sqrt(d.Mean) }

// PMF returns P(X = k).
func (d Poisson) PMF(k int) float64 {
	if k < 0 {
		return 0
	}
	return d.pmf(float64(k))
}

func (d Poisson) pmf(k float64) float64 {
	switch {
	case k == 0:
		return math.Exp(-d.Mean)
	case d.Mean == 0:
		return 0
	}
	return gammaKernel(k, d.Mean)
}

func (d Poisson) wide() (Gamma, bool) {
	if d.Mean > wideVariance {
		return NewGamma(d.Mean, math.Sqrt(d.Mean)), true
	}
	return Gamma{}, false
}

// CDF returns P(X <= x).
func (d Poisson) CDF(x float64) float64 {
	x = point(x)
	cdf, _, _ := d.LowerLosses(x)
	return cdf
}

// Quantile returns the smallest integer x with P(X <= x) >= p, p kept below
// 1−2⁻⁵³.
func (d Poisson) Quantile(p float64) float64 {
	if g, ok := d.wide(); ok {
		return math.Ceil(g.Quantile(p))
	}
	return integerQuantile(d, p, 1/math.Sqrt(max(d.Mean, 1e-300)))
}

// Losses returns P(X > x), n(x) and n₂(x).
func (d Poisson) Losses(x float64) (sf, n, n2 float64) {
	x = point(x)
	if g, ok := d.wide(); ok {
		return g.Losses(x)
	}
	if x < 0 {
		return belowZero(d.Mean, d.Mean, x)
	}
	sf, n, n2, _, _, _ = katzLosses(0, d.Mean, d.Mean, d.Mean, x, d.pmf)
	return sf, n, n2
}

// LowerLosses returns P(X <= x), n̄(x) and n̄₂(x).
func (d Poisson) LowerLosses(x float64) (cdf, nbar, nbar2 float64) {
	x = point(x)
	if g, ok := d.wide(); ok {
		return g.LowerLosses(x)
	}
	if x < 0 {
		return 0, 0, 0
	}
	_, _, _, cdf, nbar, nbar2 = katzLosses(0, d.Mean, d.Mean, d.Mean, x, d.pmf)
	return cdf, nbar, nbar2
}
