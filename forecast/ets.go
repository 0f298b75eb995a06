package forecast

import (
	"fmt"
	"math"
	"strings"
)

// Component says how a part of an exponential smoothing model enters it.
type Component uint8

const (
	None           Component = iota // not there
	Additive                        // added
	Multiplicative                  // multiplied
)

// ETSForm is one of the thirty forms of the taxonomy of Hyndman, Koehler, Ord
// and Snyder (2008), Forecasting with Exponential Smoothing, table 2.1. The zero
// value is not a form: Error is Additive or Multiplicative.
type ETSForm struct {
	Error, Trend, Season Component
	Damped               bool // the trend is; false without one
}

var (
	componentLetters = [...]string{None: "N", Additive: "A", Multiplicative: "M"}
	trendOrder       = [...]struct {
		trend  Component
		damped bool
	}{{None, false}, {Additive, false}, {Additive, true}, {Multiplicative, false}, {Multiplicative, true}}
)

// Short returns the letters of the form: "ANN", "MAdM".
func (f ETSForm) Short() string { return f.join("") }

// String returns the form as the book writes it: "ETS(M,Ad,M)".
func (f ETSForm) String() string { return "ETS(" + f.join(",") + ")" }

func (f ETSForm) join(sep string) string {
	d := ""
	if f.Damped {
		d = "d"
	}
	return componentLetters[f.Error] + sep + componentLetters[f.Trend] + d + sep + componentLetters[f.Season]
}

// ParseETSForm reads "AAN", "MAdM" or "ETS(M,Ad,M)".
func ParseETSForm(s string) (ETSForm, error) {
	t := strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(s, "ETS("), ")"), ",", "")
	for _, f := range ETSForms() {
		if f.Short() == t {
			return f, nil
		}
	}
	return ETSForm{}, fmt.Errorf("forecast: ETS form %q: %w: use error (A, M), trend (N, A, Ad, M, Md) and season (N, A, M), as in MAdM", s, ErrOption)
}

// ETSForms returns all thirty forms, simpler ones first.
func ETSForms() []ETSForm {
	forms := make([]ETSForm, 0, 30)
	for _, season := range [...]Component{None, Additive, Multiplicative} {
		for _, t := range trendOrder {
			for _, err := range [...]Component{Additive, Multiplicative} {
				forms = append(forms, ETSForm{err, t.trend, season, t.damped})
			}
		}
	}
	return forms
}

// smoothing is the number of smoothing parameters: alpha, beta, gamma, phi.
func (f ETSForm) smoothing() int {
	k := 1
	if f.Trend != None {
		k++
	}
	if f.Season != None {
		k++
	}
	if f.Damped {
		k++
	}
	return k
}

// multiplicative says whether any part is.
func (f ETSForm) multiplicative() bool {
	return f.Error == Multiplicative || f.Trend == Multiplicative || f.Season == Multiplicative
}

// Parameters returns the number of estimated values of the form for season m: the
// smoothing parameters, the free first states (of m seasonal ones m-1), and the
// variance.
func (f ETSForm) Parameters(m int) int { return f.smoothing() + f.states(m) + 1 }

func (f ETSForm) states(m int) int {
	k := 1
	if f.Trend != None {
		k++
	}
	if f.Season != None {
		k += m - 1
	}
	return k
}

// ETSState is the state of an exponential smoothing model after some period.
type ETSState struct {
	Level float64
	Slope float64 // growth a period, a factor if the trend is multiplicative; 0 without trend
	// Seasonal holds the seasonal states by phase: Seasonal[t%m] belongs to
	// period t, the first of the series being 0. Empty without season.
	Seasonal []float64
}

// ETS is a fitted exponential smoothing state space model in the form of
// Hyndman et al. (2008), chapter 2. With d[t] = y[t] - mu[t] the error of the
// one-step forecast, and u[t] that error without its season (d/s[t-m] where the
// season is multiplicative),
//
//	q[t]  = l[t-1] + phi*b[t-1]        additive trend      l[t-1]*b[t-1]^phi   multiplicative
//	mu[t] = q[t] + s[t-m]              additive season     q[t]*s[t-m]         multiplicative
//	l[t]  = q[t] + alpha*u[t]
//	b[t]  = phi*b[t-1] + beta*u[t]     additive trend      b[t-1]^phi + beta*u[t]/l[t-1]
//	s[t]  = s[t-m] + gamma*d[t]        additive season     s[t-m] + gamma*d[t]/q[t]
//
// and d[t] ~ N(0, Sigma2) where the error is additive, d[t]/mu[t] ~ N(0, Sigma2)
// where it is multiplicative. Absent parts are left out, and phi is 1 where the
// trend is not damped.
//
// It is plain data: saved and restored field by field, it forecasts the same
// digits. A period that was not observed (NaN) moves the states as d[t] = 0 would
// and counts in no measure.
type ETS struct {
	Form   ETSForm
	Season int // periods in a season, 0 if the form has none

	// Smoothing parameters; Beta, Gamma 0 and Phi 1 where the form has none.
	Alpha, Beta, Gamma, Phi float64

	Initial ETSState // before the first period
	State   ETSState // after Periods periods
	Periods int      // that the states have gone through
	// Observed is the number of values that the measures below rest on: those
	// of the series fitted that were not missing.
	Observed int

	LogLik         float64 // without constants: -(n*log(SSE) + 2*sum(log mu) if multiplicative)/2
	AIC, AICc, BIC float64 // from LogLik and Form.Parameters; AICc is the largest number where n is too small for it
	MSE            float64 // mean of d[t]², in the unit of the series
	// Sigma2 is the variance of the error, SSE/(n - Parameters + 1): of d[t], or
	// of d[t]/mu[t].
	Sigma2 float64
	// Note says why a simpler model stands in for what was asked for, or is empty.
	Note string
}

// filterETS is the state and the parameters that the recursion runs on. s is a
// ring by phase.
type filterETS struct {
	trend, season           Component
	alpha, beta, gamma, phi float64
	l, b                    float64
	s                       []float64
	phase                   int
}

// mean is the one-step forecast and its part without the season.
func (f *filterETS) mean() (mu, q float64) {
	switch f.trend {
	case None:
		q = f.l
	case Additive:
		q = f.l + f.phi*f.b
	default:
		q = f.l * power(f.b, f.phi)
	}
	switch f.season {
	case Additive:
		return q + f.s[f.phase], q
	case Multiplicative:
		return q * f.s[f.phase], q
	}
	return q, q
}

// step moves the states through one period whose error is d.
func (f *filterETS) step(d, q float64) {
	u := d
	switch f.season {
	case Additive:
		f.s[f.phase] += f.gamma * d
	case Multiplicative:
		s := f.s[f.phase]
		u = d / s
		f.s[f.phase] = s + f.gamma*d/q
	}
	if f.season != None {
		if f.phase++; f.phase == len(f.s) {
			f.phase = 0
		}
	}
	switch f.trend {
	case Additive:
		f.b = f.phi*f.b + f.beta*u
	case Multiplicative:
		f.b = power(f.b, f.phi) + f.beta*u/f.l
	}
	f.l = q + f.alpha*u
}

// power is b^phi, exactly b for phi = 1.
func power(b, phi float64) float64 {
	if phi == 1 {
		return b
	}
	return math.Pow(b, phi)
}

// filter returns the recursion of m at the state st, on the ring given.
func (m *ETS) filter(st *ETSState, ring []float64, periods int) filterETS {
	f := filterETS{trend: m.Form.Trend, season: m.Form.Season,
		alpha: m.Alpha, beta: m.Beta, gamma: m.Gamma, phi: m.Phi, l: st.Level, b: st.Slope, s: ring}
	copy(ring, st.Seasonal)
	if len(ring) > 0 {
		f.phase = periods % len(ring)
	}
	return f
}

// maxETSSeason is the longest season that is modelled. Over it there are more
// seasonal states than a series can tell apart, and a decomposition does better.
const maxETSSeason = 24

// Forecast writes the point forecasts of steps 1..len(dst) after the last
// period seen into dst and returns it: the path without further errors. It is the
// mean of the distribution for forms without multiplicative trend, up to m steps
// where the season is multiplicative, and its close neighbour for all other.
func (m *ETS) Forecast(dst []float64) []float64 {
	return m.path(dst, &m.State, m.Periods)
}

func (m *ETS) path(dst []float64, st *ETSState, periods int) []float64 {
	phase := 0
	if m.Season > 0 {
		phase = periods % m.Season
	}
	q, b, damp := st.Level, st.Slope, m.Phi
	for i := range dst {
		switch m.Form.Trend {
		case Additive:
			q += damp * b
			damp *= m.Phi
		case Multiplicative:
			q *= power(b, damp)
			damp *= m.Phi
		}
		v := q
		switch m.Form.Season {
		case Additive:
			v += st.Seasonal[phase]
		case Multiplicative:
			v *= st.Seasonal[phase]
		}
		if phase++; phase >= m.Season {
			phase = 0
		}
		dst[i] = min(max(v, -math.MaxFloat64), math.MaxFloat64)
	}
	return dst
}

// Update moves the states through new periods, NaN where one was not observed.
// Parameters and measures stay as they were fitted. An observation so strange
// that a state would not be finite (or not positive where it must be) is taken
// as missing. It returns the number of observations left out for that.
func (m *ETS) Update(y []float64) (strange int) {
	var ring [maxETSSeason]float64
	f := m.filter(&m.State, ring[:len(m.State.Seasonal)], m.Periods)
	for _, v := range y {
		if !m.advance(&f, v) {
			strange++
		}
	}
	m.Periods += len(y)
	m.State.Level, m.State.Slope = f.l, f.b
	copy(m.State.Seasonal, f.s)
	return strange
}

// advance is one guarded step.
func (m *ETS) advance(f *filterETS, v float64) bool {
	mu, q := f.mean()
	d := v - mu
	if math.IsNaN(v) {
		f.step(0, q)
		return true
	}
	l, b, phase := f.l, f.b, f.phase
	s := 0.0
	if f.season != None {
		s = f.s[phase]
	}
	f.step(d, q)
	ok := !math.IsInf(f.l, 0) && !math.IsNaN(f.l) && !math.IsInf(f.b, 0) && !math.IsNaN(f.b)
	if f.trend == Multiplicative {
		ok = ok && f.l > 0 && f.b > 0
	}
	if f.season != None {
		n := f.s[phase]
		ok = ok && !math.IsInf(n, 0) && !math.IsNaN(n)
		if f.season == Multiplicative {
			ok = ok && n > 0
		}
	}
	if !ok {
		f.l, f.b, f.phase = l, b, phase
		if f.season != None {
			f.s[phase] = s
		}
		f.step(0, q)
	}
	return ok
}

// Fitted writes the forecast of every period of y made h steps before it into
// dst and returns it; h = 1 gives the one-step means. The first h-1 periods, for
// which there is no such forecast, get that made before the series. y is the
// series that m was fitted to, or any that starts in the same period; dst has its
// length.
func (m *ETS) Fitted(dst, y []float64, h int) []float64 {
	var ring [maxETSSeason]float64
	f := m.filter(&m.Initial, ring[:len(m.Initial.Seasonal)], 0)
	h = max(1, min(h, len(y)))
	st := ETSState{Seasonal: f.s}
	if h > 1 {
		m.path(dst[:h-1], &m.Initial, 0)
	}
	damp, pow := 0.0, 1.0 // phi + ... + phi^h
	for range h {
		pow *= m.Phi
		damp += pow
	}
	for t := 0; t+h <= len(y); t++ {
		st.Level, st.Slope = f.l, f.b
		q := st.Level
		switch m.Form.Trend {
		case Additive:
			q += damp * st.Slope
		case Multiplicative:
			q *= power(st.Slope, damp)
		}
		if m.Season > 0 {
			s := f.s[(t+h-1)%m.Season]
			if m.Form.Season == Additive {
				q += s
			} else {
				q *= s
			}
		}
		dst[t+h-1] = q
		m.advance(&f, y[t])
	}
	return dst
}

// Residuals writes y - Fitted(y, 1) into dst, divided by Fitted where the error is
// multiplicative, and returns it; NaN where y is.
func (m *ETS) Residuals(dst, y []float64) []float64 {
	m.Fitted(dst, y, 1)
	for t, mu := range dst {
		dst[t] = y[t] - mu
		if m.Form.Error == Multiplicative {
			dst[t] /= mu
		}
	}
	return dst
}

// Likelihood runs m with its parameters and Initial state over y, and sets all
// that follows: State, Periods, Observed and the measures. Without observations,
// or where a state leaves its range (a mean that is not positive under a
// multiplicative error), LogLik is the least number.
func (m *ETS) Likelihood(y []float64) {
	m.State.Seasonal = append(m.State.Seasonal[:0], m.Initial.Seasonal...)
	f := m.filter(&m.Initial, m.State.Seasonal, 0)
	var sse, logs, sq float64
	n, big := 0, 0.0
	for _, v := range y {
		mu, q := f.mean()
		d := v - mu
		if math.IsNaN(v) {
			f.step(0, q)
			continue
		}
		n++
		big = max(big, math.Abs(v))
		f.step(d, q)
		sq += d * d
		if m.Form.Error == Multiplicative {
			d /= mu
			logs += math.Log(mu)
		}
		sse += d * d
	}
	m.State.Level, m.State.Slope = f.l, f.b
	m.Periods, m.Observed = len(y), n
	m.MSE = sq / float64(max(1, n))
	if m.Form.Error == Multiplicative {
		big = 1
	}
	m.measure(max(sse, math.SmallestNonzeroFloat64), logs, sseFloor*float64(n)*big*big)
}

// measure sets the measures from the sum of squared errors, that of log means,
// and the sum of squares below which errors are but rounding.
func (m *ETS) measure(sse, logs, floor float64) {
	n, k := float64(m.Observed), float64(m.Form.Parameters(m.Season))
	m.LogLik = -(n*math.Log(max(sse, floor)) + 2*logs) / 2
	if n == 0 || math.IsNaN(m.LogLik) {
		m.LogLik = -math.MaxFloat64
	}
	m.AIC = min(-2*m.LogLik+2*k, math.MaxFloat64)
	m.AICc = math.MaxFloat64
	if n-k-1 > 0 {
		m.AICc = min(m.AIC+2*k*(k+1)/(n-k-1), math.MaxFloat64)
	}
	m.BIC = m.AIC + k*(math.Log(max(1, n))-2)
	m.Sigma2 = sse / max(1, n-(k-1))
}
