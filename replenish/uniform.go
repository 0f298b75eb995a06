package replenish

import "math"

// Uniform is demand of which only the least and the largest value are known.
// Low = High is a point. Snyder and Shen (2019), C.3.
type Uniform struct{ Low, High float64 }

// NewUniform returns the uniform distribution between low and high, in either
// order.
func NewUniform(low, high float64) Uniform {
	low, high = moment(low), moment(high)
	return Uniform{min(low, high), max(low, high)}
}

// Moments returns mean and standard deviation.
func (d Uniform) Moments() (mean, sd float64) {
	return 0.5*d.Low + 0.5*d.High, (d.High - d.Low) / math.Sqrt(12)
}

// CDF returns P(X <= x).
func (d Uniform) CDF(x float64) float64 {
	x = point(x)
	switch {
	case x >= d.High:
		return 1
	case x <= d.Low:
		return 0
	}
	return (x - d.Low) / (d.High - d.Low)
}

// Quantile returns the smallest x with P(X <= x) >= p.
func (d Uniform) Quantile(p float64) float64 {
	if !(p > 0) { // NaN too
		return d.Low
	}
	return d.Low + unit(p)*(d.High-d.Low)
}

// Losses returns P(X > x), n(x) = (b−x)²/2(b−a) and n₂(x) = (b−x)³/6(b−a).
func (d Uniform) Losses(x float64) (sf, n, n2 float64) {
	x = point(x)
	w := d.High - d.Low
	switch {
	case x >= d.High:
		return 0, 0, 0
	case x < d.Low || w == 0:
		mean, sd := d.Moments()
		return belowZero(mean, sd*sd, x)
	}
	y := d.High - x
	sf = y / w
	return sf, sf * y / 2, sf * y * y / 6
}

// LowerLosses returns P(X <= x), n̄(x) and n̄₂(x).
func (d Uniform) LowerLosses(x float64) (cdf, nbar, nbar2 float64) {
	x = point(x)
	sf, n, n2 := Uniform{-d.High, -d.Low}.Losses(-x)
	if d.High == d.Low && x == d.Low {
		sf = 1
	}
	return sf, n, n2
}
