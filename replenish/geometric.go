package replenish

import "math"

// Geometric is the number of trials up to the first success of probability P
// (From = 1), or of failures before it (From = 0). Snyder and Shen (2019), C.4.
type Geometric struct {
	P    float64
	From int
}

// NewGeometric returns the geometric distribution on from, from+1, …; p is
// clamped to (0, 1].
func NewGeometric(p float64, from int) Geometric {
	return Geometric{min(max(moment(p), 1e-150), 1), from}
}

// Integer reports that all values are whole.
func (d Geometric) Integer() bool { return true }

// Moments returns mean and standard deviation.
func (d Geometric) Moments() (mean, sd float64) {
	return float64(d.From) + (1-d.P)/d.P, math.Sqrt(1-d.P) / d.P
}

// PMF returns P(X = k).
func (d Geometric) PMF(k int) float64 {
	if k < d.From {
		return 0
	}
	return d.P * math.Exp(float64(k-d.From)*d.lnQ())
}

// lnQ returns ln(1−P), −1e300 for P = 1.
func (d Geometric) lnQ() float64 {
	if d.P >= 1 {
		return -1e300
	}
	return math.Log1p(-d.P)
}

// CDF returns P(X <= x).
func (d Geometric) CDF(x float64) float64 {
	x = point(x)
	k := math.Floor(x) - float64(d.From) + 1
	if k <= 0 {
		return 0
	}
	return -math.Expm1(k * d.lnQ())
}

// Quantile returns the smallest integer x with P(X <= x) >= p, p kept below
// 1−2⁻⁵³.
func (d Geometric) Quantile(p float64) float64 {
	from := float64(d.From)
	if !(p > 0) {
		return from
	}
	p = min(p, 1-0x1p-53)
	return smallestInteger(from, from-1+math.Ceil(math.Log1p(-p)/d.lnQ()), func(k float64) bool { return d.CDF(k) >= p })
}

// Losses returns P(X > x), n(x) and n₂(x). Beyond any integer the law begins
// anew.
func (d Geometric) Losses(x float64) (sf, n, n2 float64) {
	x = point(x)
	k := math.Floor(x)
	from := float64(d.From)
	sf = 1
	if x < from {
		k = from - 1
	} else {
		sf = math.Exp((k - from + 1) * d.lnQ())
	}
	m := k + 1 - x + (1-d.P)/d.P
	return sf, sf * m, 0.5 * sf * (m*m + (1-d.P)/(d.P*d.P))
}

// LowerLosses returns P(X <= x), n̄(x) and n̄₂(x).
func (d Geometric) LowerLosses(x float64) (cdf, nbar, nbar2 float64) {
	x = point(x)
	mean, sd := d.Moments()
	if x < float64(d.From) {
		return 0, 0, 0
	}
	k := math.Floor(x) - float64(d.From)
	if k <= 64 { // few enough to add up
		p := d.P
		y := x - float64(d.From)
		for range int(k) + 1 {
			cdf += p
			nbar += y * p
			nbar2 += 0.5 * y * y * p
			p *= 1 - d.P
			y--
		}
		return min(1, cdf), nbar, nbar2
	}
	_, n, n2 := d.Losses(x)
	m := x - mean
	return d.CDF(x), max(0, n+m), max(0, 0.5*(m*m+sd*sd)-n2)
}
