package forecast

import "math"

// How a member whose parameters are known runs over the series: the states after
// every period, and the forecasts made from them.

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
		y, c := e.series(m), e.cycle(m)
		for j := range row {
			row[j] = y[o-1]
			if o >= c {
				row[j] = y[o-c+j%c]
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
		if e.shut(o + j) {
			row[j] = 0
		}
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
		first = e.cycle(m)
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
			if c := e.cycle(m); t >= c {
				f = y[t-c]
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
		if e.shut(t) {
			dst[t] = 0
		}
	}
	e.restart(m)
}
