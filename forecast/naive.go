package forecast

// Naive writes the last value of y into every step of dst and returns it,
//
//	forecast of step h = y[n]
//
// Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, 3rd
// ed., section 5.2, as are the other methods of this file. An empty y gives
// zeros, here and below.
func Naive(dst, y []float64) []float64 {
	last := 0.0
	if n := len(y); n > 0 {
		last = y[n-1]
	}
	for i := range dst {
		dst[i] = last
	}
	return dst
}

// SeasonalNaive writes the value of the same season one cycle of m periods ago
// into every step of dst and returns it,
//
//	forecast of step h = y[n+h-m*(k+1)],   k = floor((h-1)/m)
//
// With fewer than m values, or m < 1, it is [Naive].
func SeasonalNaive(dst, y []float64, m int) []float64 {
	n := len(y)
	if m < 1 || n < m {
		return Naive(dst, y)
	}
	for i := range dst {
		dst[i] = y[n-m+i%m]
	}
	return dst
}

// Mean writes the average of y into every step of dst and returns it.
func Mean(dst, y []float64) []float64 {
	mean := 0.0
	for i, v := range y {
		mean += (v - mean) / float64(i+1)
	}
	for i := range dst {
		dst[i] = mean
	}
	return dst
}

// Drift writes the line through the first and the last value of y, drawn on,
// into dst and returns it,
//
//	forecast of step h = y[n] + h*(y[n]-y[1])/(n-1)
//
// With one value it is [Naive].
func Drift(dst, y []float64) []float64 {
	n := len(y)
	if n < 2 {
		return Naive(dst, y)
	}
	slope := (y[n-1] - y[0]) / float64(n-1)
	for i := range dst {
		dst[i] = y[n-1] + float64(i+1)*slope
	}
	return dst
}
