package forecast

import "math"

// Theta is the method of Assimakopoulos and Nikolopoulos (2000), The theta
// model: a decomposition approach to forecasting, International Journal of
// Forecasting 16, 521-530, the winner of the M3 competition. Hyndman and Billah
// (2003), Unmasking the Theta method, International Journal of Forecasting 19,
// show that it is simple exponential smoothing with a drift of half the
// regression slope c of y on time:
//
//	forecast of step h = l[n] + c/2 * (h - 1 + (1 - (1-alpha)^n)/alpha)
//
// Alpha 0 means searched for as in [SES]. Seasons are taken out before and put
// back after by [Forecast].
type Theta struct {
	Alpha float64
}

// ThetaLine is a fitted [Theta]: step h is Level + h*Drift.
type ThetaLine struct {
	Alpha float64
	Level float64
	Drift float64 // half the regression slope
}

// Fit fits y, which must hold finite values only. An empty y gives the zero
// ThetaLine.
func (s Theta) Fit(y []float64) ThetaLine {
	if len(y) == 0 {
		return ThetaLine{}
	}
	ses := SES(s).Fit(y)
	m := ThetaLine{Alpha: ses.Alpha}
	thetaLines(y, ses.Alpha, ses.Initial, func(_ int, level, drift float64) {
		m.Level, m.Drift = level, drift
	})
	return m
}

// Forecast writes the means of steps 1..len(dst) into dst and returns it.
func (m ThetaLine) Forecast(dst []float64) []float64 {
	for i := range dst {
		dst[i] = m.Level + float64(i+1)*m.Drift
	}
	return dst
}

// thetaLines yields the forecast line (level + h*drift) after each t = 0..n
// values in one pass: the slope over 1..t comes from running sums.
func thetaLines(y []float64, alpha, l0 float64, yield func(t int, level, drift float64)) {
	l, reach := l0, 0.0 // reach is (1-(1-alpha)^t)/alpha, without its division
	mean, cov := 0.0, 0.0
	yield(0, l, 0)
	for i, v := range y {
		l += alpha * (v - l)
		reach = (1-alpha)*reach + 1
		// Welford's update of the mean and of sum (t-mean t)(y-mean y);
		// the time axis 1..k has mean (k+1)/2 and sum of squares
		// k(k²-1)/12.
		k := float64(i + 1)
		d := v - mean
		mean += d / k
		cov += d * (k - 1) / 2
		drift := 0.0
		if i > 0 {
			drift = cov / (k * (k*k - 1) / 12) / 2
		}
		yield(i+1, l+drift*(reach-1), drift)
	}
}

// ThetaSpace is the family of Fiorucci, Pellegrini, Louzada, Petropoulos and
// Koehler (2016), Models for optimising the theta method and their relationship
// to state space models, International Journal of Forecasting 32, 1151-1161,
// equations (8) to (17):
//
//	mu[t] = l[t-1] + (1-1/theta) * ((1-alpha)^(t-1)*A[t-1] + (1-(1-alpha)^t)/alpha*B[t-1])
//	l[t]  = alpha*y[t] + (1-alpha)*l[t-1]
//
// where A and B are intercept and slope of the regression of y on 1..t in the
// dynamic models, and on 1..n in the static ones. The four models are
//
//	static, theta 2      standard theta (STM), up to its start Theta
//	static, theta free   optimised theta (OTM)
//	dynamic, theta 2     dynamic standard theta (DSTM)
//	dynamic, theta free  dynamic optimised theta (DOTM), the zero value
//
// Theta 0 means the theta >= 1, and Alpha 0 the alpha in [0.1, 0.99], of least
// squared one-step error; these are the bounds of the authors.
type ThetaSpace struct {
	Static       bool
	Theta, Alpha float64
}

// ThetaSpaceFit is a fitted [ThetaSpace].
type ThetaSpaceFit struct {
	Alpha, Initial float64 // alpha and l[0]
	Theta          float64 // +Inf where the best has no bound
	MSE            float64 // mean squared one-step error from the fourth value on
	state          thetaState
}

// thetaState is what a forecast of the family rests on.
type thetaState struct {
	alpha, weight float64 // weight is 1-1/theta
	static        bool
	t             int     // values seen
	level         float64 // l[t]
	power         float64 // (1-alpha)^t
	mean, a, b    float64 // of the values seen: mean, intercept, slope
}

// Fit fits y, which must hold finite values only. An empty y gives the zero
// ThetaSpaceFit.
//
// For a given alpha the errors are linear in l[0] and in 1-1/theta: both are
// solved for, and the search has one dimension.
func (s ThetaSpace) Fit(y []float64) ThetaSpaceFit {
	if len(y) == 0 {
		return ThetaSpaceFit{}
	}
	line := make([]float64, 2*len(y))
	regressions(y, line, s.Static)
	alpha, l0, w, mse := thetaSearch(y, line, s)
	m := ThetaSpaceFit{Alpha: alpha, Initial: l0, MSE: mse, Theta: 1 / (1 - w), state: newThetaState(y, line, alpha, l0, w, s.Static)}
	for t, v := range y {
		m.state.observe(t, v)
	}
	return m
}

// Forecast writes the means of steps 1..len(dst) into dst and returns it.
func (m ThetaSpaceFit) Forecast(dst []float64) []float64 {
	m.state.forecast(dst)
	return dst
}

// regressions writes intercept and slope of the regression of y[0..t] on
// 1..t+1 into line[2t] and line[2t+1]; if static, those of the whole.
func regressions(y, line []float64, static bool) {
	mean, cov := 0.0, 0.0
	for i, v := range y {
		k := float64(i + 1)
		d := v - mean
		mean += d / k
		cov += d * (k - 1) / 2
		b := 0.0
		if i > 0 {
			b = cov / (k * (k*k - 1) / 12)
		}
		line[2*i], line[2*i+1] = mean-b*(k+1)/2, b
	}
	if static {
		a, b := line[2*len(y)-2], line[2*len(y)-1]
		for i := range y {
			line[2*i], line[2*i+1] = a, b
		}
	}
}

// thetaSkip is the number of first errors that the fit leaves out: the line
// through one or two values says nothing.
const thetaSkip = 3

// thetaSeed returns the l[0] and the weight 1-1/theta of least squared error for
// an alpha, and the sum of squares that they leave. fixed >= 0 is a weight given.
func thetaSeed(y, line []float64, alpha, fixed float64, skip int) (l0, w, sse float64) {
	keep := 1 - alpha
	// l is the level started at y[0], u = (1-alpha)^t what is left of a change
	// of the start.
	start := y[0]
	l, u := start, 1.0
	inverse := 1 / alpha
	var ee, eu, ed, uu, ud, dd float64
	for t, v := range y {
		if t >= skip {
			next := u * keep
			d := 0.0
			if t > 0 {
				d = u*line[2*t-2] + (1-next)*inverse*line[2*t-1]
			}
			e := v - l
			ee += e * e
			eu += e * u
			ed += e * d
			uu += u * u
			ud += u * d
			dd += d * d
		}
		l = keep*l + alpha*v
		u *= keep
	}
	w = fixed
	det := uu*dd - ud*ud
	free := fixed < 0
	if free {
		w = 0.5
		switch {
		case det > 1e-10*uu*dd:
			w = (uu*ed - ud*eu) / det
		case dd > 0:
			w = ed / dd
		}
		w = min(max(w, 0), 1)
	}
	x := 0.0
	if uu > 1e-30 {
		x = (eu - w*ud) / uu
	}
	return start + x, w, max(0, ee-2*x*eu-2*w*ed+x*x*uu+2*x*w*ud+w*w*dd)
}

// Bounds of alpha in the theta family, those of Fiorucci et al. (2016).
const (
	thetaAlphaMin = 0.1
	thetaAlphaMax = 0.99
)

// thetaSearch returns the parameters of least squared error and their mean
// squared error. A grid finds the valley, golden sections its bottom.
func thetaSearch(y, line []float64, s ThetaSpace) (alpha, l0, w, mse float64) {
	fixed := -1.0
	if s.Theta > 0 {
		fixed = 1 - 1/max(1, s.Theta)
	}
	skip := thetaSkip
	if len(y) < 2*thetaSkip {
		skip = min(1, len(y)-1)
	}
	f := func(a float64) float64 {
		_, _, sse := thetaSeed(y, line, a, fixed, skip)
		return sse
	}
	alpha = s.Alpha
	if alpha == 0 {
		alpha = searchLine(f, thetaAlphaMin, thetaAlphaMax, 9, 0.002)
	}
	l0, w, mse = thetaSeed(y, line, alpha, fixed, skip)
	return alpha, l0, w, mse / float64(max(1, len(y)-skip))
}

// searchLine returns the least point of f within [lo, hi]: the best of grid
// points, then golden sections between its neighbours until they are tol apart.
func searchLine(f func(float64) float64, lo, hi float64, grid int, tol float64) float64 {
	step := (hi - lo) / float64(grid-1)
	best, least := 0, math.Inf(1)
	for i := range grid {
		if v := f(lo + float64(i)*step); v < least {
			best, least = i, v
		}
	}
	x := lo + float64(best)*step
	from, to := lo+float64(max(0, best-1))*step, lo+float64(min(grid-1, best+1))*step
	const ratio = 0.6180339887498949
	a, b := to-ratio*(to-from), from+ratio*(to-from)
	fa, fb := f(a), f(b)
	for to-from > tol {
		if fa <= fb {
			to, b, fb = b, a, fa
			a = to - ratio*(to-from)
			fa = f(a)
		} else {
			from, a, fa = a, b, fb
			b = from + ratio*(to-from)
			fb = f(b)
		}
	}
	if fb < fa {
		a, fa = b, fb
	}
	if fa < least {
		return a
	}
	return x
}

// newThetaState is the state before the first value.
func newThetaState(y, line []float64, alpha, l0, w float64, static bool) thetaState {
	s := thetaState{alpha: alpha, weight: w, static: static, level: l0, power: 1}
	if static {
		s.a, s.b = line[2*len(y)-2], line[2*len(y)-1]
	}
	return s
}

// observe moves the state over value v, number t counted from 0.
func (s *thetaState) observe(t int, v float64) {
	s.t = t + 1
	s.level += s.alpha * (v - s.level)
	s.power *= 1 - s.alpha
	if s.static {
		return
	}
	k := float64(t + 1)
	if t == 0 {
		s.mean, s.a, s.b = v, v, 0
		return
	}
	s.b = ((k-2)*s.b + 6/k*(v-s.mean)) / (k + 1)
	s.mean += (v - s.mean) / k
	s.a = s.mean - (k+1)/2*s.b
}

// next is the mean of the next value.
func (s *thetaState) next() float64 {
	after := s.power * (1 - s.alpha)
	return s.level + s.weight*(s.power*s.a+(1-after)/s.alpha*s.b)
}

// forecast writes the means of the next steps. In a dynamic model every forecast
// is taken as the next value, as the authors do.
func (s *thetaState) forecast(dst []float64) {
	c := *s
	for i := range dst {
		mu := c.next()
		dst[i] = mu
		c.observe(c.t, mu)
	}
}
