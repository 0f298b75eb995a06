package replenish

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Gamma is gamma-distributed demand, never negative and skewed to the right:
// the usual choice where demand of the protection interval varies too much for
// the normal distribution (Burgin 1975, The gamma distribution and inventory
// control). Mean = Shape·Scale, variance = Shape·Scale². Scale = 0 is a point.
type Gamma struct {
	Shape, Scale float64
	point        float64 // where all mass lies when Scale = 0
}

// NewGamma returns the gamma distribution with the given moments: shape
// (mean/sd)², scale sd²/mean. sd = 0 or mean <= 0 is a point at max(0, mean).
func NewGamma(mean, sd float64) Gamma {
	mean, sd = moment(mean), moment(sd)
	if mean <= 0 || sd <= 0 {
		return Gamma{Shape: 1, point: max(0, mean)}
	}
	r := mean / sd
	g := Gamma{Shape: r * r, Scale: sd * (sd / mean)}
	// A ratio beyond the range of floats leaves a point: all demand at the
	// mean, or none at all.
	switch {
	case g.Shape > 1e15 || g.Scale == 0:
		return Gamma{Shape: 1, point: mean}
	case g.Shape < 1e-12 || math.IsInf(g.Scale, 0):
		return Gamma{Shape: 1}
	}
	return g
}

// Moments returns mean and standard deviation.
func (d Gamma) Moments() (mean, sd float64) {
	if d.Scale == 0 {
		return d.point, 0
	}
	return d.Shape * d.Scale, math.Sqrt(d.Shape) * d.Scale
}

// CDF returns P(X <= x).
func (d Gamma) CDF(x float64) float64 {
	x = point(x)
	if d.Scale == 0 {
		if x >= d.point {
			return 1
		}
		return 0
	}
	if x <= 0 {
		return 0
	}
	p, _, _ := gammaInc(d.Shape, x/d.Scale)
	return p
}

// Losses returns P(X > x), n(x) and n₂(x):
//
//	n(x)  = ab·SF(x; a+1, b) − x·SF(x; a, b)
//	n₂(x) = [a(a+1)b²·SF(x; a+2, b) − 2x·ab·SF(x; a+1, b) + x²·SF(x; a, b)] / 2
//
// with a = Shape, b = Scale (Snyder and Shen 2019, (C.31)). The tails of a+1
// and a+2 follow from that of a by Q(a+1, y) = Q(a, y) + yᵃe⁻ʸ/Γ(a+1), so that
// one incomplete gamma function is evaluated.
func (d Gamma) Losses(x float64) (sf, n, n2 float64) {
	x = point(x)
	if d.Scale == 0 {
		y := max(0, d.point-x)
		if y > 0 {
			sf = 1
		}
		return sf, y, 0.5 * y * y
	}
	a, b := d.Shape, d.Scale
	if x <= 0 {
		m := a*b - x
		return 1, m, 0.5 * (m*m + a*b*b)
	}
	y := x / b
	_, q, kernel := gammaInc(a, y)
	// In units of b: n = a·Q(a+1) − y·Q(a).
	n = (a-y)*q + a*kernel
	// 2n₂ = a(a+1)Q(a+2) − 2ya·Q(a+1) + y²Q(a).
	n2 = 0.5 * ((a*(a+1)-2*y*a+y*y)*q + kernel*a*(a+1-y))
	return q, b * max(0, n), b * b * max(0, n2)
}

// LowerLosses returns P(X <= x), n̄(x) and n̄₂(x). Below the mean from the
// series P(a, y) = kernel·Σ tⱼ, tⱼ = yʲ/((a+1)…(a+j)), integrated twice:
//
//	n̄ = b·kernel·Σ j·tⱼ        n̄₂ = b²·kernel·Σ j(j−1)/2·tⱼ
func (d Gamma) LowerLosses(x float64) (cdf, nbar, nbar2 float64) {
	x = point(x)
	a, b := d.Shape, d.Scale
	if b == 0 {
		y := max(0, x-d.point)
		return d.CDF(x), y, 0.5 * y * y
	}
	if x <= 0 {
		return 0, 0, 0
	}
	y := x / b
	if y >= a+1 || a > asymptoticFrom && y > 0.7*a {
		_, n, n2 := d.Losses(x)
		m := x - a*b
		return d.CDF(x), max(0, n+m), max(0, 0.5*(m*m+a*b*b)-n2)
	}
	kernel := gammaKernel(a, y)
	term := 1.0
	s0, s1, s2 := 1.0, 0.0, 0.0
	for j := 1.0; j < 3000; j++ {
		term *= y / (a + j)
		s0 += term
		s1 += j * term
		w := 0.5 * j * (j - 1) * term
		s2 += w
		if j > 3 && w < 0x1p-54*s2 {
			break
		}
	}
	return min(1, kernel*s0), b * kernel * s1, b * b * kernel * s2
}

// GammaLoss returns n(x) and n̄(x) of the gamma distribution with shape a and
// scale b; of a point at 0 where these are not above 0 and up to 1e150.
func GammaLoss(x, a, b float64) (n, nbar float64) {
	if !(a > 1e-150 && b > 1e-150) || a > 1e150 || b > 1e150 {
		return NormalLoss(x, 0, 0)
	}
	_, n, _ = Gamma{Shape: a, Scale: b}.Losses(x)
	_, nbar, _ = Gamma{Shape: a, Scale: b}.LowerLosses(x)
	return n, nbar
}

// GammaSecondLoss returns n₂(x) and n̄₂(x) of the gamma distribution with shape
// a and scale b; of a point at 0 where these are not above 0 and up to 1e150.
func GammaSecondLoss(x, a, b float64) (n2, nbar2 float64) {
	if !(a > 1e-150 && b > 1e-150) || a > 1e150 || b > 1e150 {
		return NormalSecondLoss(x, 0, 0)
	}
	_, _, n2 = Gamma{Shape: a, Scale: b}.Losses(x)
	_, _, nbar2 = Gamma{Shape: a, Scale: b}.LowerLosses(x)
	return n2, nbar2
}

// Quantile returns the x with P(X <= x) = p, p kept inside (1e-300, 1−2⁻⁵³).
// A very small shape puts nearly all mass next to zero: where the quantile lies
// below the smallest floats, a value of that size is returned.
//
// Newton's method on the logarithm of the smaller tail over ln x, inside a
// bracket; started by Wilson and Hilferty (1931), or by the power law of the
// density near zero.
func (d Gamma) Quantile(p float64) float64 {
	if d.Scale == 0 {
		return d.point
	}
	if !(p > 1e-300) { // NaN too
		p = 1e-300
	}
	p = min(p, 1-0x1p-53)
	a := d.Shape
	z := NormalQuantile(p)
	c := 1 / (9 * a)
	w := 1 - c + z*math.Sqrt(c)
	y := a * w * w * w
	lg, _ := math.Lgamma(a + 1)
	if near := math.Exp((math.Log(p) + lg) / a); w <= 0 || near < 0.1*(a+1) {
		y = near // P(a, y) ≈ yᵃ/Γ(a+1)
	}
	if y < leastQuantile {
		return leastQuantile * max(1, d.Scale)
	}
	// In x = ln y both ln P and ln Q are concave, nearly linear in their tails.
	lo, hi := math.Inf(-1), math.Inf(1)
	x := math.Log(y)
	for range 100 {
		y = math.Exp(x)
		cdf, sf, kernel := gammaInc(a, y)
		var f, slope float64
		if p <= 0.5 {
			f, slope = math.Log(cdf/p), a*kernel/cdf
		} else {
			f, slope = -math.Log(sf/(1-p)), a*kernel/sf
		}
		if f > 0 {
			hi = x
		} else {
			lo = x
		}
		next := x - f/slope
		if !(next > lo && next < hi) || math.IsInf(next, 0) {
			switch {
			case math.IsInf(lo, -1):
				next = x - 1
			case math.IsInf(hi, 1):
				next = x + 1
			default:
				next = 0.5 * (lo + hi)
			}
		}
		if math.Abs(next-x) <= 4e-16*max(1, math.Abs(x)) {
			x = next
			break
		}
		x = next
		if x < -660 {
			return leastQuantile * max(1, d.Scale)
		}
	}
	return max(d.Scale*math.Exp(x), math.SmallestNonzeroFloat64)
}

// leastQuantile is about e⁻⁶⁶⁰.
const leastQuantile = 1e-287

// asymptoticFrom is the shape from which the uniform expansion of Temme (1979)
// is used: series and continued fraction need O(√a) terms around the mean.
const asymptoticFrom = 200

// gammaInc returns the regularised incomplete gamma functions P(a, y) and
// Q(a, y) = 1−P, each with relative precision in its own tail, and the kernel
// yᵃe⁻ʸ/Γ(a+1), for a > 0 and y > 0. Series below a+1, continued fraction
// (modified Lentz) above; Abramowitz and Stegun, 6.5.29 and 6.5.31.
func gammaInc(a, y float64) (p, q, kernel float64) {
	kernel = gammaKernel(a, y)
	if math.IsInf(y, 1) {
		return 1, 0, 0
	}
	if a > asymptoticFrom {
		return mathext.GammaIncReg(a, y), mathext.GammaIncRegComp(a, y), kernel
	}
	if y < a+1 {
		sum, term := 1.0, 1.0
		for n := a + 1; n < a+2000; n++ {
			term *= y / n
			sum += term
			if term < sum*0x1p-54 {
				break
			}
		}
		p = min(1, kernel*sum)
		return p, 1 - p, kernel
	}
	const tiny = 1e-300
	b := y + 1 - a
	c := 1 / tiny
	d := 1 / b
	h := d
	for i := 1.0; i < 2000; i++ {
		an := -i * (i - a)
		b += 2
		d = an*d + b
		if math.Abs(d) < tiny {
			d = tiny
		}
		c = b + an/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		delta := d * c
		h *= delta
		if math.Abs(delta-1) < 0x1p-52 {
			break
		}
	}
	q = min(1, a*kernel*h)
	return 1 - q, q, kernel
}

// gammaKernel returns yᵃe⁻ʸ/Γ(a+1). For large a the logarithm of each factor is
// far larger than their sum, so the deviance is taken apart as in Loader
// (2000), Fast and accurate computation of binomial probabilities:
//
//	yᵃe⁻ʸ/Γ(a+1) = exp(−a·g(y/a) − δ(a)) / √(2πa),   g(t) = t − 1 − ln t
func gammaKernel(a, y float64) float64 {
	if a < 10 {
		lg, _ := math.Lgamma(a + 1)
		return math.Exp(a*math.Log(y) - y - lg)
	}
	// Stirling's series of ln Γ(a+1) − (a+½)ln a + a − ln √2π.
	i2 := 1 / (a * a)
	delta := (1.0/12 - i2*(1.0/360-i2*(1.0/1260-i2*(1.0/1680-i2*(1.0/1188-i2*691.0/360360))))) / a
	return math.Exp(-a*deviance(y/a)-delta) / (sqrt2Pi * math.Sqrt(a))
}

// deviance returns g(t) = t − 1 − ln t for t > 0 without losing digits near 1.
func deviance(t float64) float64 {
	u := t - 1
	if math.Abs(u) > 0.1 {
		return u - math.Log(t)
	}
	// ln t = 2 artanh(v), v = u/(u+2): g = u − 2v − 2v³(1/3 + v²/5 + …) and
	// u − 2v = u·v.
	v := u / (u + 2)
	v2 := v * v
	s := 1.0/3 + v2*(1.0/5+v2*(1.0/7+v2*(1.0/9+v2*(1.0/11+v2*(1.0/13+v2*(1.0/15+v2/17))))))
	return u*v - 2*v*v2*s
}
