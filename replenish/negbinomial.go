package replenish

import "math"

// NegativeBinomial is integer demand whose variance is above its mean: the
// number of failures before the R-th success, R real, or Poisson demand whose
// rate is gamma distributed. Mean = R(1−P)/P, variance = mean/P.
type NegativeBinomial struct {
	R, P float64
	q    float64 // 1−P without the rounding of a P near 1
}

// NewNegativeBinomial returns the law with the given mean and variance,
// p = mean/variance and r = mean²/(variance−mean). The variance must be above
// the mean; otherwise it is raised a little (to mean·(1+1e-9)), which is the
// Poisson law to nine digits. Mean <= 0 is no demand.
func NewNegativeBinomial(mean, variance float64) NegativeBinomial {
	mean, variance = moment(mean), moment(variance)
	if !(mean > 0) {
		return NegativeBinomial{R: 0, P: 1}
	}
	variance = max(variance, mean*(1+1e-9))
	return NegativeBinomial{R: mean * (mean / (variance - mean)), P: mean / variance, q: (variance - mean) / variance}
}

// NewNegativeBinomialRP returns the number of failures before the r-th success
// of probability p, for r >= 0 and 0 < p <= 1, to which they are clamped.
func NewNegativeBinomialRP(r, p float64) NegativeBinomial {
	p = min(max(moment(p), 1e-150), 1)
	return NegativeBinomial{R: max(0, moment(r)), P: p, q: 1 - p}
}

func (d NegativeBinomial) mean() float64 {
	if d.R == 0 {
		return 0
	}
	return d.R * d.q / d.P
}

// Moments returns mean and standard deviation.
func (d NegativeBinomial) Moments() (mean, sd float64) {
	if mean = d.mean(); mean == 0 {
		return 0, 0
	}
	return mean, math.Sqrt(mean / d.P)
}

// PMF returns P(X = k).
func (d NegativeBinomial) PMF(k int) float64 {
	if k < 0 {
		return 0
	}
	return d.pmf(float64(k))
}

func (d NegativeBinomial) pmf(k float64) float64 {
	switch {
	case d.R == 0 || d.q == 0:
		if k == 0 {
			return 1
		}
		return 0
	case k == 0:
		return math.Exp(d.R * math.Log1p(-d.q))
	case d.R < 1e-8*k: // Γ(k+r)/(Γ(r)k!) → r/k
		return d.R / k * math.Exp(d.R*math.Log1p(-d.q)+k*math.Log(d.q))
	}
	return d.R / (d.R + k) * binomialKernel(d.R, d.R+k, d.P, d.q)
}

func (d NegativeBinomial) wide() (Gamma, bool) {
	// So is one of rare and huge demands: its tail has 1/P terms.
	if m := d.mean(); (m/d.P > wideVariance || d.P < 1e-7) && d.P < 1 {
		return NewGamma(m, math.Sqrt(m/d.P)), true
	}
	return Gamma{}, false
}

// CDF returns P(X <= x).
func (d NegativeBinomial) CDF(x float64) float64 {
	x = point(x)
	cdf, _, _ := d.LowerLosses(x)
	return cdf
}

// Quantile returns the smallest integer x with P(X <= x) >= p, p kept below
// 1−2⁻⁵³.
func (d NegativeBinomial) Quantile(p float64) float64 {
	if g, ok := d.wide(); ok {
		return math.Ceil(g.Quantile(p))
	}
	if d.R == 0 || d.q == 0 {
		return 0
	}
	return integerQuantile(d, p, min((1+d.q)/math.Sqrt(d.R*d.q), 20))
}

// Losses returns P(X > x), n(x) and n₂(x).
func (d NegativeBinomial) Losses(x float64) (sf, n, n2 float64) {
	x = point(x)
	if g, ok := d.wide(); ok {
		return g.Losses(x)
	}
	m := d.mean()
	if x < 0 {
		return belowZero(m, m/d.P, x)
	}
	sf, n, n2, _, _, _ = katzLosses(d.q, (d.R-1)*d.q, m, m/d.P, x, d.pmf)
	return sf, n, n2
}

// LowerLosses returns P(X <= x), n̄(x) and n̄₂(x).
func (d NegativeBinomial) LowerLosses(x float64) (cdf, nbar, nbar2 float64) {
	x = point(x)
	if g, ok := d.wide(); ok {
		return g.LowerLosses(x)
	}
	if x < 0 {
		return 0, 0, 0
	}
	m := d.mean()
	_, _, _, cdf, nbar, nbar2 = katzLosses(d.q, (d.R-1)*d.q, m, m/d.P, x, d.pmf)
	return cdf, nbar, nbar2
}
