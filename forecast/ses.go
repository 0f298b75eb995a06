package forecast

import "math"

// Bounds of the smoothing parameters, those of Hyndman et al. (2008), so that
// results compare with theirs.
const (
	smoothMin = 1e-4
	smoothMax = 0.9999
)

// SES is simple exponential smoothing, Brown (1959), in the error correction
// form of Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential
// Smoothing, section 2.3, model ETS(A,N,N):
//
//	e[t] = y[t] - l[t-1]
//	l[t] = l[t-1] + alpha*e[t]
//	forecast of every step h after n: l[n]
//
// Alpha 0 means: the alpha in [0.0001, 0.9999] with the least mean squared
// one-step error.
type SES struct {
	Alpha float64
}

// Level is a fitted [SES].
type Level struct {
	Alpha   float64
	Initial float64 // l[0], the value with the least squared error for Alpha
	Level   float64 // l[n]
	MSE     float64 // mean of e[t]² over the series
}

// Fit smooths y, which must hold finite values only. An empty y gives the zero
// Level.
//
// The first level is not guessed but solved for. The errors are linear in it,
//
//	e[t](l0) = e[t](a) - (l0-a)*(1-alpha)^(t-1),
//
// so that the best l0 for an alpha is a regression through the origin that one
// pass over the series sums up.
func (s SES) Fit(y []float64) Level {
	if len(y) == 0 {
		return Level{}
	}
	alpha := s.Alpha
	if alpha <= 0 {
		alpha = sesSearch(y)
	}
	l0, _ := sesSeed(y, alpha)
	m := Level{Alpha: alpha, Initial: l0, Level: l0}
	sse := 0.0
	for _, v := range y {
		e := v - m.Level
		sse += e * e
		m.Level += alpha * e
	}
	m.MSE = sse / float64(len(y))
	return m
}

// Forecast writes the means of steps 1..len(dst) into dst and returns it.
func (m Level) Forecast(dst []float64) []float64 {
	for i := range dst {
		dst[i] = m.Level
	}
	return dst
}

// sesSeed returns the best first level for alpha and the sum of squared errors
// that it leaves.
func sesSeed(y []float64, alpha float64) (l0, sse float64) {
	start := y[0]
	keep := 1 - alpha
	l, u := start, 1.0
	var ee, eu, uu float64
	i := 0
	for ; i < len(y) && u > 1e-9; i++ {
		v := y[i]
		e := v - l
		ee += e * e
		eu += e * u
		uu += u * u
		l = keep*l + alpha*v
		u *= keep
	}
	// The first level is forgotten by now: only the errors matter.
	for ; i < len(y); i++ {
		v := y[i]
		e := v - l
		ee += e * e
		l = keep*l + alpha*v
	}
	d := eu / uu
	return start + d, max(0, ee-d*eu)
}

// sesSearch looks for the alpha of least squared error: a coarse grid, because
// the error can have more than one valley, then golden sections within the
// best cell.
func sesSearch(y []float64) float64 {
	grid := [...]float64{smoothMin, 0.05, 0.12, 0.22, 0.35, 0.5, 0.67, 0.85, smoothMax}
	best, bestSSE := 0, math.Inf(1)
	for i, a := range grid {
		if _, sse := sesSeed(y, a); sse < bestSSE {
			best, bestSSE = i, sse
		}
	}
	lo, hi := grid[max(0, best-1)], grid[min(len(grid)-1, best+1)]
	const ratio = 0.6180339887498949
	a, b := hi-ratio*(hi-lo), lo+ratio*(hi-lo)
	_, fa := sesSeed(y, a)
	_, fb := sesSeed(y, b)
	for hi-lo > 0.004 {
		if fa <= fb {
			hi, b, fb = b, a, fa
			a = hi - ratio*(hi-lo)
			_, fa = sesSeed(y, a)
		} else {
			lo, a, fa = a, b, fb
			b = lo + ratio*(hi-lo)
			_, fb = sesSeed(y, b)
		}
	}
	alpha, sse := a, fa
	if fb < fa {
		alpha, sse = b, fb
	}
	if sse < bestSSE {
		return alpha
	}
	return grid[best]
}
