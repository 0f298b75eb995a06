package replenish

import "math"

// Exponential is the demand of one customer whose size has no memory. Mean 0 is
// a point. Snyder and Shen (2019), C.3.
type Exponential struct{ Mean float64 }

// NewExponential returns the exponential distribution with the given mean, 0
// for a negative one.
func NewExponential(mean float64) Exponential { return Exponential{max(0, moment(mean))} }

// Moments returns mean and standard deviation.
func (d Exponential) Moments() (mean, sd float64) { return d.Mean, d.Mean }

// CDF returns P(X <= x).
func (d Exponential) CDF(x float64) float64 {
	x = point(x)
	switch {
	case x < 0:
		return 0
	case d.Mean == 0:
		return 1
	}
	return -math.Expm1(-x / d.Mean)
}

// Quantile returns −m·ln(1−p), p kept inside 0..1−2⁻⁵³.
func (d Exponential) Quantile(p float64) float64 {
	if !(p > 0) { // NaN too
		return 0
	}
	return -d.Mean * math.Log1p(-min(p, 1-0x1p-53))
}

// Losses returns P(X > x), n(x) = m·e^{−x/m} and n₂(x) = m²·e^{−x/m}.
func (d Exponential) Losses(x float64) (sf, n, n2 float64) {
	x = point(x)
	m := d.Mean
	switch {
	case x < 0:
		return belowZero(m, m*m, x)
	case m == 0:
		return 0, 0, 0
	}
	sf = math.Exp(-x / m)
	return sf, m * sf, m * m * sf
}

// LowerLosses returns P(X <= x), n̄(x) and n̄₂(x), by their series where x/m is
// small.
func (d Exponential) LowerLosses(x float64) (cdf, nbar, nbar2 float64) {
	x = point(x)
	m := d.Mean
	switch {
	case x < 0:
		return 0, 0, 0
	case m == 0:
		return 1, x, 0.5 * x * x
	}
	y := x / m
	if y < 0.5 {
		// e⁻ʸ − 1 + y = Σ_{j>=2} (−y)^j/j!
		term := 0.5 * y * y
		s1, s2 := 0.0, 0.0
		for j := 3.0; j < 30; j++ {
			s1 += term
			term *= -y / j
			s2 -= term
		}
		return -math.Expm1(-y), m * s1, m * m * s2
	}
	e := math.Exp(-y)
	return 1 - e, m * (y - 1 + e), m * m * (0.5*y*y - y + 1 - e)
}
