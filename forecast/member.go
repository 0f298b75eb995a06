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
	if m.form != NoSeason {
		return e.adj
	}
	return e.flat
}

// back puts the seasons onto f, a forecast of the member of period t.
func (e *Engine) back(m *member, f float64, t int) float64 {
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

// states runs m over the first n values and leaves the state after t periods
// in level[t] and slope[t], t = 0..n, for the methods whose forecast of step j
// is level[t] + damp[j-1]*slope[t].
func (e *Engine) states(m *member, n int) {
	y := e.series(m)[:n]
	e.level, e.slope = grow(e.level, n+1), grow(e.slope, n+1)
	level := e.level
	switch m.method {
	case naive:
		level[0] = y[0]
		copy(level[1:], y)
	case mean:
		l := y[0]
		level[0] = l
		for i, v := range y {
			l += (v - l) / float64(i+1)
			level[i+1] = l
		}
	case drift:
		level[0], e.slope[0] = y[0], 0
		for i, v := range y {
			level[i+1], e.slope[i+1] = v, 0
			if i > 0 {
				e.slope[i+1] = (v - y[0]) / float64(i)
			}
		}
	case ses:
		l := m.l0
		level[0] = l
		for i, v := range y {
			l += m.alpha * (v - l)
			level[i+1] = l
		}
	case theta:
		slope := e.slope
		thetaLines(y, m.alpha, m.l0, func(t int, l, b float64) { level[t], slope[t] = l, b })
	case holt:
		l, b := m.l0, m.b0
		level[0], e.slope[0] = l, b
		for i, v := range y {
			b *= m.phi
			l += b
			err := v - l
			l += m.alpha * err
			b += m.beta * err
			level[i+1], e.slope[i+1] = l, b
		}
	case croston, sba:
		Croston{Alpha: m.alpha, SBA: m.method == sba}.rates(y, level)
	case tsb:
		TSB{Alpha: m.alpha, Beta: m.beta}.rates(y, level)
	case mstl:
		e.statesMSTL(m, y)
	}
	e.restart(m)
	steps := max(e.opt.Horizon, e.opt.CumulativeTo)
	e.damp = grow(e.damp, steps)
	switch m.method {
	case drift, theta, mstl:
		for j := range e.damp {
			e.damp[j] = float64(j + 1)
		}
	case holt:
		sum, power := 0.0, 1.0
		for j := range e.damp {
			power *= m.phi
			sum += power
			e.damp[j] = sum
		}
	}
}

// advance moves the filters of the members that keep a state of their own to
// the origin o, not before the one they stand at; restart puts them at 0.
func (e *Engine) advance(m *member, o int) {
	y := e.series(m)
	switch m.method {
	case otm, dstm, dotm:
		for e.thetaAt.t < o {
			e.thetaAt.observe(e.thetaAt.t, y[e.thetaAt.t])
		}
	case ces:
		for ; e.cesAt < o; e.cesAt++ {
			e.cesFrom.observe(&m.ces, y[e.cesAt])
		}
	case etsMean:
		for ; e.etsSeen < o; e.etsSeen++ {
			for i := range m.average.Models {
				m.average.Models[i].advance(&e.etsAll[i], y[e.etsSeen])
			}
		}
	case arima:
		if m.arimaAt < o {
			if err := m.arima.Update(y[m.arimaAt:o], nil); err != nil {
				m.failed = true
			}
			m.arimaAt = o
		}
	case ets:
		for ; e.etsSeen < o; e.etsSeen++ {
			m.ets.advance(&e.etsAt, y[e.etsSeen])
		}
	}
}

func (e *Engine) restart(m *member) {
	switch m.method {
	case otm, dstm, dotm:
		e.thetaAt = m.thetaState()
	case ces:
		e.cesFrom.start(&m.ces, m.seasonal)
		e.cesAt = 0
	case ets:
		e.etsAt = m.ets.filter(&m.ets.Initial, e.etsRing[0][:len(m.ets.Initial.Seasonal)], 0)
		e.etsSeen = 0
	case etsMean:
		for i := range m.average.Models {
			p := &m.average.Models[i]
			e.etsAll[i] = p.filter(&p.Initial, e.etsRings[i][:len(p.Initial.Seasonal)], 0)
		}
		e.etsSeen = 0
	}
}

// etsBlend writes the forecasts of an average of models whose filters are in
// etsAll.
func (e *Engine) etsBlend(m *member, dst []float64, n int) {
	e.etsTmp = grow(e.etsTmp, len(dst))
	clear(dst)
	for i := range m.average.Models {
		f := &e.etsAll[i]
		st := ETSState{Level: f.l, Slope: f.b, Seasonal: f.s}
		m.average.Models[i].path(e.etsTmp, &st, n)
		for j, v := range e.etsTmp {
			dst[j] += m.average.Weights[i] * v
		}
	}
}

// etsPath writes the forecasts of an exponential smoothing model at a state of
// its filter after n periods.
func (m *member) etsPath(dst []float64, f *filterETS, n int) {
	st := ETSState{Level: f.l, Slope: f.b, Seasonal: f.s}
	m.ets.path(dst, &st, n)
}

// forecastAt writes the forecasts made at origin o into row.
func (e *Engine) forecastAt(m *member, o int, row []float64) {
	e.advance(m, o)
	switch m.method {
	case seasonalNaive:
		for j := range row {
			row[j] = e.flat[o-1]
			if o >= e.season {
				row[j] = e.flat[o-e.season+j%e.season]
			}
		}
	case drift, theta, holt:
		l, b := e.level[o], e.slope[o]
		for j := range row {
			row[j] = l + e.damp[j]*b
		}
	case otm, dstm, dotm:
		e.thetaAt.forecast(row)
	case ces:
		e.cesNext.forecast(&m.ces, &e.cesFrom, row)
	case ets:
		m.etsPath(row, &e.etsAt, o)
	case etsMean:
		e.etsBlend(m, row, o)
	case sporadicMix:
		e.rateOf(m, o)
		for j := range row {
			row[j] = m.rate
		}
	case arima:
		if err := m.arima.Forecast(row, nil); err != nil {
			m.failed = true
		}
	case mstl:
		l, b := e.level[o], e.slope[o]
		for j := range row {
			row[j] = l + e.damp[j]*b + e.mstl.season(o+j)
		}
	default:
		for j := range row {
			row[j] = e.level[o]
		}
	}
	for j, f := range row {
		row[j] = e.floor(e.back(m, f, o+j))
	}
}

// oneSteps writes the one-step forecasts of the periods 0..len(dst)-1 into dst,
// NaN for those too early to forecast, and leaves the filters at their start.
func (e *Engine) oneSteps(m *member, dst []float64) {
	e.restart(m)
	y := e.series(m)
	first := 1
	switch m.method {
	case seasonalNaive:
		first = e.season
	case drift:
		first = 2
	case otm, dstm, dotm:
		first = thetaSkip
	case arima:
		first = m.arima.Order.lost() + e.arima.skip + m.arimaFrom
	}
	first = min(first, max(1, len(dst)-1))
	for t := range dst {
		f := math.NaN()
		switch m.method {
		case seasonalNaive:
			if t >= e.season {
				f = y[t-e.season]
			}
		case drift, theta, holt:
			f = e.level[t] + e.damp[0]*e.slope[t]
		case otm, dstm, dotm:
			f = e.thetaAt.next()
			e.thetaAt.observe(t, y[t])
		case ces:
			f = e.cesFrom.next(&m.ces)
			e.cesFrom.observe(&m.ces, y[t])
		case arima:
			// The series less the innovations, which are standardised to the
			// variance of the steady state.
			if u := e.arima.filter.u; t >= first && t-first < len(u) {
				f = y[t] - u[t-first]*e.arima.scale
			}
		case mstl:
			f = e.level[t] + e.damp[0]*e.slope[t] + e.mstl.seen(t)
		case etsMean:
			f = 0
			for i := range m.average.Models {
				mu, _ := e.etsAll[i].mean()
				f += m.average.Weights[i] * mu
				m.average.Models[i].advance(&e.etsAll[i], y[t])
			}
		case sporadicMix:
			f = m.rate
		case ets:
			f, _ = e.etsAt.mean()
			m.ets.advance(&e.etsAt, y[t])
		default:
			f = e.level[t]
		}
		if t < first {
			dst[t] = math.NaN()
			continue
		}
		dst[t] = e.back(m, f, t)
	}
	e.restart(m)
}

// response writes into dst[j] what an error of 1 in period n-1 moves the forecast
// of step j+1 by.
func (e *Engine) response(m *member, n int, dst []float64) {
	switch m.method {
	case naive:
		for j := range dst {
			dst[j] = 1
		}
	case drift:
		for j := range dst {
			dst[j] = 1 + 1/max(1, float64(n)-1)
		}
	case mean:
		for j := range dst {
			dst[j] = 1 / float64(n)
		}
	case seasonalNaive:
		for j := range dst {
			dst[j] = 0
			if (j+1)%e.season == 0 {
				dst[j] = 1
			}
		}
	case holt:
		for j := range dst {
			dst[j] = m.alpha + m.beta*e.damp[j]
		}
	case mstl:
		for j := range dst {
			dst[j] = m.alpha
		}
	case sporadicMix:
		for j := range dst {
			dst[j] = crostonAlpha
		}
	case etsMean:
		e.restart(m)
		e.advance(m, n-1)
		m.tmp = grow(m.tmp, len(dst))
		mu := 0.0
		for i := range m.average.Models {
			v, _ := e.etsAll[i].mean()
			mu += m.average.Weights[i] * v
		}
		small := 1e-4 * max(math.Abs(mu), 1e-4)
		for k := range 2 {
			e.restart(m)
			e.advance(m, n-1)
			for i := range m.average.Models {
				v, _ := e.etsAll[i].mean()
				if k == 0 {
					v += small
				}
				m.average.Models[i].advance(&e.etsAll[i], v)
			}
			if k == 0 {
				e.etsBlend(m, dst, n)
			} else {
				e.etsBlend(m, m.tmp, n)
			}
		}
		for j := range dst {
			dst[j] = (dst[j] - m.tmp[j]) / small
		}
		e.restart(m)
	case arima:
		m.tmp = grow(m.tmp, len(dst)+1)
		m.arima.Psi(m.tmp)
		for j := range dst {
			dst[j] = min(max(m.tmp[j+1], -1e6), 1e6)
		}
	case ets:
		// The models may not be linear: the error tried is a small one.
		e.restart(m)
		e.advance(m, n-1)
		m.tmp = grow(m.tmp, len(dst))
		shocked := e.etsAt
		shocked.s = e.etsRing[1][:len(e.etsAt.s)]
		copy(shocked.s, e.etsAt.s)
		mu, _ := e.etsAt.mean()
		small := 1e-4 * max(math.Abs(mu), 1e-4)
		m.ets.advance(&shocked, mu+small)
		m.ets.advance(&e.etsAt, mu)
		m.etsPath(dst, &shocked, n)
		m.etsPath(m.tmp, &e.etsAt, n)
		for j := range dst {
			dst[j] = (dst[j] - m.tmp[j]) / small
		}
		e.restart(m)
	case otm, dstm, dotm, ces:
		e.restart(m)
		e.advance(m, n-1)
		m.tmp = grow(m.tmp, len(dst))
		if m.method == ces {
			e.cesNext.forecast(&m.ces, &e.cesFrom, m.tmp[:0])
			f := e.cesNext.next(&m.ces)
			e.cesNext.observe(&m.ces, f+1)
			shocked := &e.cesShock
			shocked.forecast(&m.ces, &e.cesNext, dst)
			e.cesFrom.observe(&m.ces, f)
			e.cesNext.forecast(&m.ces, &e.cesFrom, m.tmp)
		} else {
			s := e.thetaAt
			f := s.next()
			s.observe(n-1, f+1)
			s.forecast(dst)
			s = e.thetaAt
			s.observe(n-1, f)
			s.forecast(m.tmp)
		}
		for j := range dst {
			dst[j] -= m.tmp[j]
		}
	default:
		for j := range dst {
			dst[j] = m.alpha
		}
	}
}

// rareRefits is the number of origins in a backtest at which the distributions
// of sporadic demand are fitted anew; in between the rate stays.
const rareRefits = 8

// rateOf sets the demand per period that [Sporadic] sees in the first o periods.
func (e *Engine) rateOf(m *member, o int) {
	n := len(e.x)
	every := max(1, (n-e.from+rareRefits-1)/rareRefits)
	if m.rateAt == o || m.rateAt > 0 && o < n && (o-e.from)%every != 0 {
		return
	}
	m.rateAt = o
	if err := e.rare.Forecast(e.x[:o], SporadicOptions{Horizon: 1, Pool: e.opt.Pool}, &e.rareOut); err != nil {
		m.failed = true
		return
	}
	m.rate = e.rareOut.Mean[0]
}

// writeRare puts the distributions of sporadic demand into dst.
func (e *Engine) writeRare(dst *Result) error {
	opt := SporadicOptions{Horizon: e.opt.Horizon, CumulativeTo: e.opt.CumulativeTo, Quantiles: e.opt.Quantiles, Pool: e.opt.Pool}
	if err := e.rare.Forecast(e.x, opt, &e.rareOut); err != nil {
		return err
	}
	copy(dst.Mean, e.rareOut.Mean)
	copy(dst.SD, e.rareOut.SD)
	copy(dst.CumMean, e.rareOut.CumMean)
	copy(dst.CumSD, e.rareOut.CumSD)
	copy(dst.Quantile, e.rareOut.Quantile)
	copy(dst.CumQuantile, e.rareOut.CumQuantile)
	return nil
}
