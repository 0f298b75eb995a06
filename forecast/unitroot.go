package forecast

import "math"

// kpssCritical is the 5 % point of the distribution of [KPSS] about a level.
const kpssCritical = 0.463

// KPSS is the statistic of Kwiatkowski, Phillips, Schmidt and Shin (1992),
// Testing the null hypothesis of stationarity against the alternative of a unit
// root, Journal of Econometrics 54, about a level,
//
//	sum of S[t]² / (n² s²),   S[t] = sum of (y[i] - mean), i <= t
//
// with the long-run variance s² of Newey and West (1987) over
// trunc(3 sqrt(n)/13) lags. Above 0.463 a stationary series is refused at 5 %. A
// constant series gives 0. y must hold finite values only.
func KPSS(y []float64) float64 {
	n := len(y)
	var m moments
	for _, v := range y {
		m.add(v)
	}
	if !(m.m2 > 0) {
		return 0
	}
	lags := int(3 * math.Sqrt(float64(n)) / 13)
	s2 := m.m2
	for l := 1; l <= lags; l++ {
		c := 0.0
		for t := l; t < n; t++ {
			c += (y[t] - m.mean) * (y[t-l] - m.mean)
		}
		s2 += 2 * (1 - float64(l)/float64(lags+1)) * c
	}
	if !(s2 > 0) {
		return 0
	}
	sum, total := 0.0, 0.0
	for _, v := range y {
		sum += v - m.mean
		total += sum * sum
	}
	return total / (float64(n) * s2)
}

// Differences returns how often y must be differenced, at most most times, to
// pass [KPSS] as stationary, or to be constant. scratch is overwritten.
func Differences(y []float64, most int, scratch []float64) int {
	x := scratch[:len(y)]
	copy(x, y)
	for d := range most {
		if len(x) < 3 || constantSeries(x) || KPSS(x) <= kpssCritical {
			return d
		}
		for i := range len(x) - 1 {
			x[i] = x[i+1] - x[i]
		}
		x = x[:len(x)-1]
	}
	return most
}

// constantSeries says whether all values agree, but for rounding.
func constantSeries(y []float64) bool {
	big := 0.0
	for _, v := range y {
		big = max(big, math.Abs(v))
	}
	for _, v := range y {
		if math.Abs(v-y[0]) > 1e-12*big {
			return false
		}
	}
	return true
}
