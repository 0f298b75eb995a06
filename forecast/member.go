package forecast

import "math"

// maxMembers bounds the members of an ensemble and the candidates of a choice.
const maxMembers = 12

// member is a method in the pool with all that is known of it for the series.
type member struct {
	method method
	form   Seasonality // that is taken out for it
	weight float64
	why    string
	failed bool // no finite forecast

	alpha, beta, phi float64
	l0, b0           float64
	ces              cesModel
	seasonal         []float64 // first seasonal levels or indices of ces
	ets              ETS
	average          ETSAverage
	own              []int   // seasons of its own that it finds in the series as it is; empty: it sees the series without long seasons
	rate             float64 // of sporadic demand
	rateAt           int     // periods that it is of
	arima            ARIMA
	arimaFrom        int // first period that arima was fitted to
	arimaAt          int // periods that it has gone through

	tally tally
	rows  []float64 // forecasts made at origins from..n-1, [origin*steps+step]
	ones  []float64 // one-step forecasts of periods 0.. of the latest fit; NaN before it can
	moves []float64 // what an error of 1 at the last period known moves steps 1.. by
	last  []float64 // forecasts of steps 1.. at the end
	past  []float64 // ones of the fit before the first origin
	moved []float64 // moves of it
	tmp   []float64
}

// free is the number of values estimated.
func (m *member) free(season int) float64 {
	k := 1.0
	switch m.method {
	case seasonalNaive, naive:
		k = 0
	case ses:
		k = 2
	case theta, dstm:
		k = 3
	case otm, dotm:
		k = 3
	case holt:
		k = 5
	case ces:
		k = 4
		if m.ces.form != CESNone {
			k += float64(season - 1)
		}
	case etsMean:
		k = 0
		for i := range m.average.Models {
			p := &m.average.Models[i]
			k += m.average.Weights[i] * float64(p.Form.Parameters(p.Season)-1)
		}
	case arima:
		k = float64(m.arima.Order.parameters() + len(m.arima.Coef))
		if m.arima.Constant {
			k++
		}
	case ets:
		k = float64(m.ets.Form.Parameters(m.ets.Season)) - 1
	}
	if m.form != NoSeason {
		k += float64(season - 1)
	}
	return k
}

// try fits a member to what lies before the first origin and forecasts from all
// origins: parameters stay, states follow the series. Tashman (2000),
// Out-of-sample tests of forecasting accuracy, International Journal of
// Forecasting 16, calls this the rolling origin with updating.
func (e *Engine) try(m *member) {
	n := len(e.x)
	e.fit(m, e.from)
	e.states(m, n)
	m.rows = grow(m.rows, (n-e.from)*e.steps)
	for o := e.from; o < n; o++ {
		e.forecastAt(m, o, m.rows[(o-e.from)*e.steps:(o-e.from+1)*e.steps])
	}
	m.past = grow(m.past, e.from)
	e.oneSteps(m, m.past)
	m.moved = grow(m.moved, e.steps)
	e.response(m, e.from, m.moved)
	m.tally = tally{}
	for o := e.from; o < n; o++ {
		row := m.rows[(o-e.from)*e.steps:]
		for j, v := range e.raw[o:min(n, o+e.steps)] {
			if f := row[j]; math.IsNaN(f) || math.IsInf(f, 0) {
				m.failed = true
			} else if !math.IsNaN(v) {
				m.tally.add(v, f)
			}
		}
	}
}

// refit fits a member to the whole series and forecasts from its end.
func (e *Engine) refit(m *member) {
	n, ahead := len(e.x), max(e.opt.Horizon, e.opt.CumulativeTo)
	e.fit(m, n)
	e.states(m, n)
	m.last = grow(m.last, ahead)
	e.forecastAt(m, n, m.last)
	m.ones = grow(m.ones, n)
	e.oneSteps(m, m.ones)
	m.moves = grow(m.moves, ahead)
	e.response(m, n, m.moves)
	for _, v := range m.last {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			m.failed = true
		}
	}
}

// series is what the member sees.
func (e *Engine) series(m *member) []float64 {
	if len(m.own) > 0 {
		return e.x
	}
	if m.form != NoSeason {
		return e.adj
	}
	return e.flat
}

// back puts the seasons onto f, a forecast of the member of period t.
func (e *Engine) back(m *member, f float64, t int) float64 {
	if len(m.own) > 0 {
		return f
	}
	if m.form != NoSeason {
		f = reseason(f, m.form, e.index[t%e.season])
	}
	return e.long.put(f, t)
}

// fit estimates the member on the first n values, starting at the parameters
// that it has.
func (e *Engine) fit(m *member, n int) {
	y := e.series(m)[:n]
	switch m.method {
	case ses, theta:
		m.alpha = e.opt.Alpha
		if m.alpha == 0 {
			m.alpha = sesSearch(y)
		}
		m.l0, _ = sesSeed(y, m.alpha)
	case holt:
		evals := coldEvals
		if m.alpha > 0 {
			evals = warmEvals
		}
		m.alpha, m.beta, m.phi = holtSearch(y, Holt{m.alpha, m.beta, m.phi}, evals, false)
		m.l0, m.b0, _ = holtSeed(y, m.alpha, m.beta, m.phi)
	case croston, sba, tsb:
		m.alpha = e.opt.Alpha
		if m.alpha == 0 {
			m.alpha = crostonAlpha
		}
		if m.method == tsb {
			m.beta = m.alpha
		}
	case otm, dstm, dotm:
		s := m.theta()
		e.lines = grow(e.lines, 2*n)
		regressions(y, e.lines, s.Static)
		m.alpha, m.l0, m.beta, _ = thetaSearch(y, e.lines, s)
		if s.Static {
			m.b0, m.phi = e.lines[2*n-1], e.lines[2*n-2]
		}
	case ces:
		form := CESAuto
		if e.form == NoSeason || m.form != NoSeason {
			form = CESNone
		}
		e.ces.fit(&m.ces, y, form, e.season)
		m.seasonal = append(m.seasonal[:0], e.ces.initial[:m.ces.season]...)
	case ets, etsMean:
		season := e.season
		if m.form != NoSeason || e.form == NoSeason && n >= longForETS {
			season = 0
		}
		var err error
		if m.method == ets {
			if err = ErrOption; e.etsForm != (ETSForm{}) {
				if err = e.etsFit.Fit(&m.ets, y, season, e.etsForm); err != nil {
					e.say("the series does not allow ets:" + e.etsForm.Short() + ": another form of ets was chosen")
				}
			}
			if err != nil {
				err = e.etsFit.Auto(&m.ets, y, season, ETSOptions{})
			}
		} else {
			err = e.etsFit.Average(&m.average, y, season, ETSOptions{})
		}
		m.failed = m.failed || err != nil
	case arima:
		season := min(e.season, longestARIMASeason+1)
		if m.form != NoSeason || e.form == NoSeason && n >= longForETS {
			season = 0
		}
		// In an ensemble the last values have to do: the likelihood of a long
		// series costs more than all other members together.
		m.arimaFrom = 0
		if len(e.pool) > 1 {
			m.arimaFrom = max(0, n-arimaWindow)
		}
		if err := e.arima.Auto(y[m.arimaFrom:], season, ARIMAOptions{MaxDifferences: 1}, &m.arima); err != nil {
			m.failed = true
		}
		m.arimaAt = n
	case mstl:
		e.fitMSTL(m, y)
	}
}

// cycle is the season that a seasonal naive member repeats.
func (e *Engine) cycle(m *member) int {
	if len(m.own) > 0 {
		return m.own[0]
	}
	return e.season
}

func (m *member) theta() ThetaSpace {
	s := ThetaSpace{Static: m.method == otm}
	if m.method == dstm {
		s.Theta = 2
	}
	return s
}

// thetaState is the state of a member of the theta family before the first value.
func (m *member) thetaState() thetaState {
	return thetaState{alpha: m.alpha, weight: m.beta, static: m.method == otm, level: m.l0, power: 1, a: m.phi, b: m.b0}
}
