package forecast

import "math"

// Bounds of the damping parameter, those of Hyndman et al. (2008): below 0.8
// the trend is gone at once, above 0.98 it cannot be told from a straight line.
const (
	dampMin = 0.80
	dampMax = 0.98
)

// minHolt is the least number of observations for a damped trend: two states
// and three parameters against fewer would fit noise.
const minHolt = 6

// Holt is exponential smoothing with a damped trend, Holt (1957) and Gardner
// and McKenzie (1985), in the error correction form of Hyndman, Koehler, Ord and
// Snyder (2008), section 2.5, model ETS(A,Ad,N):
//
//	e[t] = y[t] - l[t-1] - phi*b[t-1]
//	l[t] = l[t-1] + phi*b[t-1] + alpha*e[t]
//	b[t] = phi*b[t-1] + beta*e[t]
//	forecast of step h after n: l[n] + (phi + phi² + ... + phi^h)*b[n]
//
// If Alpha is 0 all three parameters are searched for, the first for the least
// mean squared one-step error with alpha in [0.0001, 0.9999], beta in
// [0.0001, alpha] and phi in [0.8, 0.98]. Otherwise all are taken as given;
// Phi 0 then means 1, the undamped trend.
type Holt struct {
	Alpha, Beta, Phi float64
}

// Trend is a fitted [Holt].
type Trend struct {
	Alpha, Beta, Phi           float64
	InitialLevel, InitialSlope float64 // l[0] and b[0], those of least squared error
	Level, Slope               float64 // l[n] and b[n]
	MSE                        float64 // mean of e[t]² over the series
}

// Fit smooths y, which must hold finite values only. An empty y gives the zero
// Trend.
//
// As with [SES] the first states are solved for, not guessed: the errors are
// linear in l[0] and b[0], so that the best pair for given parameters solves two
// normal equations, and the search has three dimensions in place of five.
func (h Holt) Fit(y []float64) Trend {
	if len(y) == 0 {
		return Trend{}
	}
	if h.Phi == 0 {
		h.Phi = 1
	}
	if h.Alpha == 0 {
		h.Alpha, h.Beta, h.Phi = holtSearch(y, Holt{}, 300, true)
	}
	l0, b0, _ := holtSeed(y, h.Alpha, h.Beta, h.Phi)
	m := Trend{Alpha: h.Alpha, Beta: h.Beta, Phi: h.Phi,
		InitialLevel: l0, InitialSlope: b0, Level: l0, Slope: b0}
	sse := 0.0
	for _, v := range y {
		damped := m.Phi * m.Slope
		e := v - m.Level - damped
		sse += e * e
		m.Level += damped + m.Alpha*e
		m.Slope = damped + m.Beta*e
	}
	m.MSE = sse / float64(len(y))
	return m
}

// Forecast writes the means of steps 1..len(dst) into dst and returns it.
func (m Trend) Forecast(dst []float64) []float64 {
	sum, power := 0.0, 1.0
	for i := range dst {
		power *= m.Phi
		sum += power
		dst[i] = m.Level + sum*m.Slope
	}
	return dst
}

// holtSeed returns the best first level and slope for the parameters and the
// sum of squared errors that they leave. Next to the filter itself, started at
// (y[0], 0), it runs the two filters that tell how far an error moves with
// l[0] and with b[0].
func holtSeed(y []float64, alpha, beta, phi float64) (l0, b0, sse float64) {
	start := y[0]
	l, b := start, 0.0
	// (ul, ub) and (vl, vb): derivatives of the states by l0 and by b0.
	ul, ub, vl, vb := 1.0, 0.0, 0.0, 1.0
	var ee, eu, ev, uu, uv, vv float64
	i := 0
	for ; i < len(y); i++ {
		b *= phi
		l += b
		e := y[i] - l
		l += alpha * e
		b += beta * e

		ub *= phi
		ul += ub
		du := ul // minus the derivative of e
		ul -= alpha * du
		ub -= beta * du

		vb *= phi
		vl += vb
		dv := vl
		vl -= alpha * dv
		vb -= beta * dv

		ee += e * e
		eu += e * du
		ev += e * dv
		uu += du * du
		uv += du * dv
		vv += dv * dv
		if i&7 == 7 && math.Abs(ul)+math.Abs(ub)+math.Abs(vl)+math.Abs(vb) < 1e-8 {
			i++
			break
		}
	}
	// The first states are forgotten by now: only the errors matter.
	for ; i < len(y); i++ {
		b *= phi
		l += b
		e := y[i] - l
		l += alpha * e
		b += beta * e
		ee += e * e
	}
	det := uu*vv - uv*uv
	if det <= 1e-12*uu*vv {
		// The two cannot be told apart: the slope starts at zero.
		d := 0.0
		if uu > 0 {
			d = eu / uu
		}
		return start + d, 0, max(0, ee-d*eu)
	}
	dl := (eu*vv - ev*uv) / det
	db := (ev*uu - eu*uv) / det
	return start + dl, db, max(0, ee-dl*eu-db*ev)
}

// holtSearch looks for the parameters of least squared error. The cube of the
// search holds alpha, beta/alpha and phi, each scaled to [0, 1], so that beta
// never passes alpha. It starts at warm if that has parameters. If not, it starts
// at the best of a coarse grid with little damping, and, if thorough, once more
// at the best with strong damping: the two are separate valleys in some series.
// Each start has maxEvals passes over y.
func holtSearch(y []float64, warm Holt, maxEvals int, thorough bool) (alpha, beta, phi float64) {
	value := func(p point) float64 {
		a, b, f := holtParameters(p)
		_, _, sse := holtSeed(y, a, b, f)
		return sse
	}
	if warm.Alpha > 0 {
		start := intoCube(point{
			(warm.Alpha - smoothMin) / (smoothMax - smoothMin),
			(warm.Beta - smoothMin) / max(1e-9, warm.Alpha-smoothMin),
			(warm.Phi - dampMin) / (dampMax - dampMin),
		})
		p, _ := nelderMead(value, start, 0.1, maxEvals, 1e-6)
		return holtParameters(p)
	}
	from := func(damping float64) (point, float64) {
		var start point
		best := math.Inf(1)
		for _, a := range [...]float64{0.05, 0.3, 0.6, 0.95} {
			for _, b := range [...]float64{0.01, 0.3} {
				p := point{a, b, damping}
				if v := value(p); v < best {
					best, start = v, p
				}
			}
		}
		return nelderMead(value, start, 0.15, maxEvals-8, 1e-6)
	}
	p, v := from(0.8)
	if thorough {
		if q, w := from(0.1); w < v {
			p = q
		}
	}
	return holtParameters(p)
}

func holtParameters(p point) (alpha, beta, phi float64) {
	alpha = smoothMin + p[0]*(smoothMax-smoothMin)
	beta = smoothMin + p[1]*(alpha-smoothMin)
	phi = dampMin + p[2]*(dampMax-dampMin)
	return alpha, beta, phi
}
