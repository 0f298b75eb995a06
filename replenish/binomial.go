package replenish

import "math"

// Binomial is integer demand whose variance is below its mean: of N possible
// units each is demanded with probability P.
type Binomial struct {
	N int
	P float64
}

// NewBinomial returns the binomial distribution; a negative n is taken as 0, p
// is clamped to 0..1.
func NewBinomial(n int, p float64) Binomial { return Binomial{max(0, n), unit(p)} }

// FitBinomial returns the binomial distribution with the given mean and, as
// near as a whole N allows, the given variance, which must be below the mean:
// N = ⌈mean²/(mean−variance)⌉, P = mean/N. Mean <= 0 is no demand.
func FitBinomial(mean, variance float64) Binomial {
	mean, variance = moment(mean), moment(variance)
	if !(mean > 0) {
		return Binomial{}
	}
	n := math.Ceil(mean * (mean / max(mean-max(0, variance), 1e-9*mean)))
	n = min(max(n, math.Ceil(mean)), 1<<52)
	return Binomial{int(n), unit(mean / n)}
}

// Moments returns mean and standard deviation.
func (d Binomial) Moments() (mean, sd float64) {
	mean = float64(d.N) * d.P
	return mean, math.Sqrt(mean * (1 - d.P))
}

// PMF returns P(X = k).
func (d Binomial) PMF(k int) float64 {
	if k < 0 {
		return 0
	}
	return d.pmf(float64(k))
}

func (d Binomial) pmf(k float64) float64 {
	n := float64(d.N)
	switch {
	case k > n:
		return 0
	case d.P == 0:
		if k == 0 {
			return 1
		}
		return 0
	case d.P == 1:
		if k == n {
			return 1
		}
		return 0
	}
	return binomialKernel(k, n, d.P, 1-d.P)
}

// CDF returns P(X <= x).
func (d Binomial) CDF(x float64) float64 {
	x = point(x)
	cdf, _, _ := d.LowerLosses(x)
	return cdf
}

// Quantile returns the smallest integer x with P(X <= x) >= p; N for p >= 1.
func (d Binomial) Quantile(p float64) float64 {
	mean, sd := d.Moments()
	switch {
	case sd == 0:
		return mean
	case p >= 1:
		return float64(d.N)
	case sd*sd > wideVariance:
		return min(max(0, math.Ceil(NewNormal(mean, sd).Quantile(p))), float64(d.N))
	}
	return integerQuantile(d, p, (1-2*d.P)/sd)
}

// Losses returns P(X > x), n(x) and n₂(x).
func (d Binomial) Losses(x float64) (sf, n, n2 float64) {
	x = point(x)
	sf, n, n2, _, _, _ = d.all(x)
	return sf, n, n2
}

// LowerLosses returns P(X <= x), n̄(x) and n̄₂(x).
func (d Binomial) LowerLosses(x float64) (cdf, nbar, nbar2 float64) {
	x = point(x)
	_, _, _, cdf, nbar, nbar2 = d.all(x)
	return cdf, nbar, nbar2
}

func (d Binomial) all(x float64) (sf, n, n2, cdf, nbar, nbar2 float64) {
	mean, sd := d.Moments()
	switch {
	case sd == 0 || sd*sd > wideVariance:
		g := NewNormal(mean, sd)
		sf, n, n2 = g.Losses(x)
		cdf, nbar, nbar2 = g.LowerLosses(x)
	case x < 0:
		sf, n, n2 = belowZero(mean, sd*sd, x)
	case x >= float64(d.N):
		y := x - mean
		cdf, nbar, nbar2 = 1, y, 0.5*(y*y+sd*sd)
	default:
		odds := d.P / (1 - d.P)
		return katzLosses(-odds, float64(d.N+1)*odds, mean, sd*sd, x, d.pmf)
	}
	return sf, n, n2, cdf, nbar, nbar2
}
