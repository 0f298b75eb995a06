package replenish

import "math"

// Lognormal is demand whose logarithm is normal, with mean Mu and standard
// deviation Sigma: of a longer tail than [Gamma]. Sigma = 0 is a point.
type Lognormal struct{ Mu, Sigma float64 }

// NewLognormal returns the lognormal distribution with the given moments of
// demand itself: σ² = ln(1 + cv²), μ = ln mean − σ²/2. Mean <= 0 is no demand.
func NewLognormal(mean, sd float64) Lognormal {
	mean, sd = moment(mean), moment(sd)
	if !(mean > 0) {
		return Lognormal{Mu: -1e300}
	}
	cv := min(max(0, sd)/mean, 1e150)
	v := math.Log1p(cv * cv)
	return Lognormal{math.Log(mean) - 0.5*v, math.Sqrt(v)}
}

// narrowSigma is where the law is normal to single precision and differences
// of its tails lose digits.
const narrowSigma = 1e-5

func (d Lognormal) narrow() bool { return d.Sigma < narrowSigma }

// Moments returns mean and standard deviation.
func (d Lognormal) Moments() (mean, sd float64) {
	v := d.Sigma * d.Sigma
	mean = math.Exp(d.Mu + 0.5*v)
	return mean, mean * math.Sqrt(math.Expm1(v))
}

// CDF returns P(X <= x).
func (d Lognormal) CDF(x float64) float64 {
	x = point(x)
	if d.narrow() {
		return NewNormal(d.Moments()).CDF(x)
	}
	if x <= 0 {
		return 0
	}
	return NormalCDF((math.Log(x) - d.Mu) / d.Sigma)
}

// Quantile returns the smallest x with P(X <= x) >= p.
func (d Lognormal) Quantile(p float64) float64 {
	if d.narrow() {
		return NewNormal(d.Moments()).Quantile(p)
	}
	return math.Exp(d.Mu + d.Sigma*NormalQuantile(p))
}

// Losses returns P(X > x), n(x) and n₂(x), from the partial moments
// E[X^j; X > x] = e^{jμ+j²σ²/2}·Φ((μ − ln x)/σ + jσ).
func (d Lognormal) Losses(x float64) (sf, n, n2 float64) {
	x = point(x)
	mean, sd := d.Moments()
	switch {
	case d.narrow():
		return NewNormal(mean, sd).Losses(x)
	case x <= 0:
		return belowZero(mean, sd*sd, x)
	}
	z := (d.Mu - math.Log(x)) / d.Sigma
	p0, p1, p2 := NormalCDF(z), NormalCDF(z+d.Sigma), NormalCDF(z+2*d.Sigma)
	m2 := mean*mean + sd*sd
	return p0, max(0, mean*p1-x*p0), max(0, 0.5*((m2*p2-x*mean*p1)-x*(mean*p1-x*p0)))
}

// LowerLosses returns P(X <= x), n̄(x) and n̄₂(x).
func (d Lognormal) LowerLosses(x float64) (cdf, nbar, nbar2 float64) {
	x = point(x)
	mean, sd := d.Moments()
	switch {
	case d.narrow():
		return NewNormal(mean, sd).LowerLosses(x)
	case x <= 0:
		return 0, 0, 0
	}
	z := (math.Log(x) - d.Mu) / d.Sigma
	p0, p1, p2 := NormalCDF(z), NormalCDF(z-d.Sigma), NormalCDF(z-2*d.Sigma)
	m2 := mean*mean + sd*sd
	return p0, max(0, x*p0-mean*p1), max(0, 0.5*(x*(x*p0-mean*p1)-(x*mean*p1-m2*p2)))
}
