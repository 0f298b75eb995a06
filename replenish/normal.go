package replenish

import "math"

const (
	sqrt2Pi   = 2.50662827463100050241576528481104525
	lnSqrt2Pi = 0.918938533204672741780329736405617639
	// tailFrom is where differences of φ and the upper tail lose digits, and
	// the continued fraction takes over.
	tailFrom = 4.0
	// tailTerms of the continued fraction reach full precision from tailFrom on.
	tailTerms = 40
)

// NormalPDF returns the density φ(z) of the standard normal distribution.
func NormalPDF(z float64) float64 {
	z = point(z)
	return math.Exp(-0.5*z*z) / sqrt2Pi
}

// NormalCDF returns Φ(z), with full relative precision in the lower tail.
func NormalCDF(z float64) float64 { return NormalSF(-z) }

// NormalSF returns 1−Φ(z), with full relative precision in the upper tail.
func NormalSF(z float64) float64 {
	z = point(z)
	if z >= tailFrom { // erfc's argument loses z² roundings
		r0, _, _ := mills(z)
		return NormalPDF(z) * r0
	}
	return 0.5 * math.Erfc(z/math.Sqrt2)
}

// mills returns the ratios r0 = I₀/φ, r1 = I₁/I₀ and r2 = I₂/I₁ of the repeated
// integrals I₀ = 1−Φ, I₁ = G, I₂ = n₂ of the normal tail at z >= tailFrom.
// They satisfy n·Iₙ = Iₙ₋₂ − z·Iₙ₋₁, so that
//
//	r(n−1) = 1 / (z + n·r(n)),
//
// evaluated from far out: no term is a difference (Abramowitz and Stegun,
// 26.2.14 and 7.2.5).
func mills(z float64) (r0, r1, r2 float64) {
	r := 0.0
	for n := tailTerms; n > 2; n-- {
		r = 1 / (z + float64(n)*r)
	}
	r2 = r
	r1 = 1 / (z + 2*r2)
	r0 = 1 / (z + r1)
	return r0, r1, r2
}

// lnNormalSF returns ln(1−Φ(z)) for any z; it does not underflow.
func lnNormalSF(z float64) float64 {
	if z < tailFrom {
		return math.Log(NormalSF(z))
	}
	r0, _, _ := mills(z)
	return -0.5*z*z - lnSqrt2Pi + math.Log(r0)
}

// NormalQuantile returns the z with Φ(z) = p. Limits: -38.5 for p <= 0 and
// NormalQuantile(1-1e-16) = 8.2 and more for p >= 1, the values nearest to the
// infinite ones that a float can tell apart; 0 for NaN. For upper tails finer
// than that use [NormalUpperQuantile].
func NormalQuantile(p float64) float64 {
	if p < 0.5 {
		return -NormalUpperQuantile(p)
	}
	return NormalUpperQuantile(1 - p)
}

// NormalUpperQuantile returns the z with 1−Φ(z) = q, with full precision for
// the smallest q: the centre by the inverse error function, the tails by
// Newton's method on ln(1−Φ), which is nearly linear there. Limits as in
// [NormalQuantile].
func NormalUpperQuantile(q float64) float64 {
	const least = 1e-320
	switch {
	case q != q:
		return 0
	case q < least:
		q = least
	case q > 1-0x1p-53:
		q = 1 - 0x1p-53
	}
	if q > 0.02 && q < 0.98 {
		return -math.Sqrt2 * math.Erfinv(2*q-1)
	}
	if q > 0.5 {
		return -NormalUpperQuantile(1 - q)
	}
	// Start: Abramowitz and Stegun, 26.2.23, error below 4.5e-4.
	lnQ := math.Log(q)
	t := math.Sqrt(-2 * lnQ)
	z := t - (2.515517+t*(0.802853+t*0.010328))/(1+t*(1.432788+t*(0.189269+t*0.001308)))
	for range 3 {
		r0 := 0.0
		if z < tailFrom {
			r0 = NormalSF(z) / NormalPDF(z)
		} else {
			r0, _, _ = mills(z)
		}
		step := (lnNormalSF(z) - lnQ) * r0
		z += step
		if math.Abs(step) < 1e-15*z {
			break
		}
	}
	return z
}

// StandardNormalLoss returns the loss functions of the standard normal
// distribution, n = G(z) = φ(z) − z(1−Φ(z)) and n̄ = G(z) + z, both with full
// relative precision in their tails.
// Snyder and Shen (2019), (C.22); Silver, Pyke and Thomas (2017), (II.4).
func StandardNormalLoss(z float64) (n, nbar float64) {
	z = point(z)
	if z < 0 {
		nbar, n = StandardNormalLoss(-z)
		return n, nbar
	}
	if z < tailFrom {
		n = NormalPDF(z) - z*NormalSF(z)
	} else {
		r0, r1, _ := mills(z)
		n = NormalPDF(z) * r0 * r1
	}
	return n, n + z
}

// StandardNormalSecondLoss returns n₂ = E[((Z−z)+)²]/2 = [(z²+1)(1−Φ) − zφ]/2
// and n̄₂ = E[((z−Z)+)²]/2. Snyder and Shen (2019), (C.24).
func StandardNormalSecondLoss(z float64) (n2, nbar2 float64) {
	z = point(z)
	if z < 0 {
		nbar2, n2 = StandardNormalSecondLoss(-z)
		return n2, nbar2
	}
	if z < tailFrom {
		n2 = 0.5 * ((z*z+1)*NormalSF(z) - z*NormalPDF(z))
	} else {
		r0, r1, r2 := mills(z)
		n2 = NormalPDF(z) * r0 * r1 * r2
	}
	return n2, 0.5*(z*z+1) - n2
}

// NormalLoss returns n(x) and n̄(x) of a normal distribution. sd = 0 is a
// point at mean.
func NormalLoss(x, mean, sd float64) (n, nbar float64) {
	x, mean, sd = point(x), moment(mean), max(0, moment(sd))
	if sd <= 0 {
		return max(0, mean-x), max(0, x-mean)
	}
	n, nbar = StandardNormalLoss((x - mean) / sd)
	return sd * n, sd * nbar
}

// NormalSecondLoss returns n₂(x) and n̄₂(x) of a normal distribution. sd = 0 is
// a point at mean.
func NormalSecondLoss(x, mean, sd float64) (n2, nbar2 float64) {
	x, mean, sd = point(x), moment(mean), max(0, moment(sd))
	if sd <= 0 {
		a, b := max(0, mean-x), max(0, x-mean)
		return 0.5 * a * a, 0.5 * b * b
	}
	n2, nbar2 = StandardNormalSecondLoss((x - mean) / sd)
	return sd * sd * n2, sd * sd * nbar2
}

// StandardNormalLossInverse returns the k with G(k) = g, for g > 0. It is the
// safety factor of a fill rate when the shortages that a replenishment finds
// are left out: G(k) = Q(1−P2)/σ (Silver, Pyke and Thomas, 6.7). Limits: the k
// of the smallest float for g <= 0, −1e300 for g beyond it, 0 for NaN.
//
// Newton's method on ln G, which is concave: after the first step the iterates
// stay left of the solution and cannot run away.
func StandardNormalLossInverse(g float64) float64 {
	switch {
	case g != g:
		return 0
	case g > 1e300:
		return -1e300
	case g > 40:
		return -g // G(−g) − g < 1e-300
	case g < 1e-300:
		g = 1e-300
	}
	k := 0.0
	if g < 0.1 {
		k = math.Sqrt(-2 * math.Log(g))
	} else if g > 1 {
		k = -g
	}
	lnG := math.Log(g)
	for range 60 {
		var ln, slope float64 // ln G and −(ln G)' = (1−Φ)/G
		if k < tailFrom {
			n, _ := StandardNormalLoss(k)
			ln, slope = math.Log(n), NormalSF(k)/n
		} else {
			r0, r1, _ := mills(k)
			ln, slope = -0.5*k*k-lnSqrt2Pi+math.Log(r0*r1), 1/r1
		}
		step := (ln - lnG) / slope
		k += step
		if math.Abs(step) <= 1e-15*max(1, math.Abs(k)) {
			break
		}
	}
	return k
}

// Normal is normally distributed demand. SD = 0 is a point.
type Normal struct{ Mean, SD float64 }

// NewNormal returns the normal distribution with the given moments.
func NewNormal(mean, sd float64) Normal { return Normal{moment(mean), max(0, moment(sd))} }

// Moments returns mean and standard deviation.
func (d Normal) Moments() (mean, sd float64) { return d.Mean, d.SD }

// CDF returns P(X <= x).
func (d Normal) CDF(x float64) float64 {
	x = point(x)
	if d.SD <= 0 {
		if x >= d.Mean {
			return 1
		}
		return 0
	}
	return NormalCDF((x - d.Mean) / d.SD)
}

// Quantile returns the smallest x with P(X <= x) >= p.
func (d Normal) Quantile(p float64) float64 {
	if d.SD <= 0 {
		return d.Mean
	}
	return d.Mean + d.SD*NormalQuantile(p)
}

// Losses returns P(X > x), n(x) and n₂(x).
func (d Normal) Losses(x float64) (sf, n, n2 float64) {
	x = point(x)
	if d.SD <= 0 {
		y := max(0, d.Mean-x)
		if y > 0 {
			sf = 1
		}
		return sf, y, 0.5 * y * y
	}
	z := (x - d.Mean) / d.SD
	a := math.Abs(z)
	if a < tailFrom {
		pdf := NormalPDF(a)
		sf = NormalSF(a)
		n = pdf - a*sf
		n2 = 0.5 * ((a*a+1)*sf - a*pdf)
	} else {
		r0, r1, r2 := mills(a)
		sf = NormalPDF(a) * r0
		n = sf * r1
		n2 = n * r2
	}
	if z < 0 {
		sf, n, n2 = 1-sf, n+a, 0.5*(a*a+1)-n2
	}
	return sf, d.SD * n, d.SD * d.SD * n2
}

// LowerLosses returns P(X <= x), n̄(x) and n̄₂(x): the upper losses of the
// mirrored law.
func (d Normal) LowerLosses(x float64) (cdf, nbar, nbar2 float64) {
	x = point(x)
	if d.SD <= 0 {
		y := max(0, x-d.Mean)
		return d.CDF(x), y, 0.5 * y * y
	}
	return Normal{-d.Mean, d.SD}.Losses(-x)
}
