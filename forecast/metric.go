package forecast

import "math"

// The measures of this file compare actual values with forecasts of the same
// length (of differing lengths the shorter counts). Pairs with a NaN on either
// side are left out. Where nothing is left, or a divisor is zero, the result is
// NaN: an average over series must leave such series out, not count them as
// perfect. Sources: Hyndman and Koehler (2006), Another look at measures of
// forecast accuracy, International Journal of Forecasting 22, unless named.

// MAE is the mean of |y-f|, in the unit of the series.
func MAE(y, f []float64) float64 {
	sum, n := 0.0, 0
	for i := range min(len(y), len(f)) {
		if d := math.Abs(y[i] - f[i]); !math.IsNaN(d) {
			sum += d
			n++
		}
	}
	return ratio(sum, float64(n))
}

// MSE is the mean of (y-f)².
func MSE(y, f []float64) float64 {
	sum, n := 0.0, 0
	for i := range min(len(y), len(f)) {
		if d := y[i] - f[i]; !math.IsNaN(d) {
			sum += d * d
			n++
		}
	}
	return ratio(sum, float64(n))
}

// ScaleMAE is the divisor of MASE: the mean of |y[t]-y[t-m]| over the
// training series. m < 1 counts as 1. It is NaN for a series no longer than m
// and 0 for one that repeats exactly.
func ScaleMAE(train []float64, m int) float64 {
	m = max(m, 1)
	if len(train) <= m {
		return math.NaN()
	}
	return MAE(train[m:], train[:len(train)-m])
}

// ScaleMSE is the squared divisor of RMSSE: the mean of (y[t]-y[t-1])² over
// the training series. It is NaN for fewer than two values.
func ScaleMSE(train []float64) float64 {
	if len(train) < 2 {
		return math.NaN()
	}
	return MSE(train[1:], train[:len(train)-1])
}

// MASE is the mean absolute scaled error, MAE/scale with scale from
// [ScaleMAE]. A scale of 0 gives NaN.
func MASE(y, f []float64, scale float64) float64 { return ratio(MAE(y, f), scale) }

// RMSSE is the root mean squared scaled error, sqrt(MSE/scale) with scale from
// [ScaleMSE], Makridakis, Spiliotis and Assimakopoulos (2022), M5 accuracy
// competition. A scale of 0 gives NaN.
func RMSSE(y, f []float64, scale float64) float64 { return math.Sqrt(ratio(MSE(y, f), scale)) }

// WAPE is the weighted absolute percentage error, sum|y-f| / sum|y|, a
// fraction. Actual values that are all zero give NaN.
func WAPE(y, f []float64) float64 {
	num, den := 0.0, 0.0
	for i := range min(len(y), len(f)) {
		if d := math.Abs(y[i] - f[i]); !math.IsNaN(d) {
			num += d
			den += math.Abs(y[i])
		}
	}
	return ratio(num, den)
}

// Bias is sum(f-y) / sum|y|, a fraction: above 0 the forecast is too high.
// Actual values that are all zero give NaN.
func Bias(y, f []float64) float64 {
	num, den := 0.0, 0.0
	for i := range min(len(y), len(f)) {
		if d := f[i] - y[i]; !math.IsNaN(d) {
			num += d
			den += math.Abs(y[i])
		}
	}
	return ratio(num, den)
}

// SMAPE is the symmetric mean absolute percentage error of the M3 competition,
// mean of 200|y-f| / (|y|+|f|), in percent, from 0 to 200. A pair of zeros
// counts as 0, a perfect forecast.
func SMAPE(y, f []float64) float64 {
	sum, n := 0.0, 0
	for i := range min(len(y), len(f)) {
		d := math.Abs(y[i] - f[i])
		if math.IsNaN(d) {
			continue
		}
		n++
		if d > 0 {
			sum += 200 * d / (math.Abs(y[i]) + math.Abs(f[i]))
		}
	}
	return ratio(sum, float64(n))
}

// Pinball is the quantile loss of forecasts q of the p-quantile, mean of
// max(p(y-q), (p-1)(y-q)), in the unit of the series. Koenker and Bassett
// (1978). For p = 1/2 it is half the MAE.
func Pinball(y, q []float64, p float64) float64 {
	sum, n := 0.0, 0
	for i := range min(len(y), len(q)) {
		if d := y[i] - q[i]; !math.IsNaN(d) {
			sum += max(p*d, (p-1)*d)
			n++
		}
	}
	return ratio(sum, float64(n))
}

// Coverage is the share of actual values within [lo, hi], bounds included.
func Coverage(y, lo, hi []float64) float64 {
	in, n := 0, 0
	for i := range min(len(y), len(lo), len(hi)) {
		if math.IsNaN(y[i]) || math.IsNaN(lo[i]) || math.IsNaN(hi[i]) {
			continue
		}
		n++
		if lo[i] <= y[i] && y[i] <= hi[i] {
			in++
		}
	}
	return ratio(float64(in), float64(n))
}

// TrackingSignal is the sum of errors over their mean absolute value,
// sum(y-f)/MAE, Brown (1959). Beyond +4 or -4 a forecast is held to have lost
// its series. A perfect forecast gives 0.
func TrackingSignal(y, f []float64) float64 {
	sum, abs, n := 0.0, 0.0, 0
	for i := range min(len(y), len(f)) {
		if d := y[i] - f[i]; !math.IsNaN(d) {
			sum += d
			abs += math.Abs(d)
			n++
		}
	}
	if n > 0 && abs == 0 {
		return 0
	}
	return ratio(sum*float64(n), abs)
}

// ratio is a/b, NaN where b is 0.
func ratio(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}

// MSIS is the mean scaled interval score of central intervals [lo, hi] that
// leave out alpha, Gneiting and Raftery (2007), Strictly proper scoring rules,
// prediction, and estimation, Journal of the American Statistical Association
// 102, equation (43), divided by scale from [ScaleMAE] as in the M4 competition:
//
//	(hi - lo) + 2/alpha * (lo - y if below) + 2/alpha * (y - hi if above)
//
// A scale of 0 gives NaN.
func MSIS(y, lo, hi []float64, alpha, scale float64) float64 {
	sum, n := 0.0, 0
	for i := range min(len(y), len(lo), len(hi)) {
		s := hi[i] - lo[i] + 2/alpha*(max(0, lo[i]-y[i])+max(0, y[i]-hi[i]))
		if !math.IsNaN(s) {
			sum += s
			n++
		}
	}
	return ratio(ratio(sum, float64(n)), scale)
}

// CRPS is the continuous ranked probability score of a forecast given by its
// quantiles q[k][i] of probability p[k], ascending, in the unit of the series:
// twice the mean quantile loss, each probability weighted by half the distance
// between its neighbours (0 and 1 at the ends), Gneiting and Ranjan (2011). With
// the median alone it is the MAE.
func CRPS(y []float64, q [][]float64, p []float64) float64 {
	sum := 0.0
	for k := range min(len(q), len(p)) {
		lo, hi := 0.0, 1.0
		if k > 0 {
			lo = (p[k-1] + p[k]) / 2
		}
		if k+1 < len(p) {
			hi = (p[k] + p[k+1]) / 2
		}
		sum += 2 * (hi - lo) * Pinball(y, q[k], p[k])
	}
	return sum
}
