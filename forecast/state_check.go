package forecast

import "math"

// sound says whether a state that was read from bytes can be used: its counts fit
// together and its numbers are finite. What such numbers forecast is looked at
// when it is made, see [Engine.Update].
func (s *State) sound() bool {
	within := func(lo, hi int, v ...int) bool {
		for _, x := range v {
			if x < lo || x > hi {
				return false
			}
		}
		return true
	}
	if s.Length == 0 {
		return len(s.members) == 0
	}
	n := s.Length
	o := &s.opt
	switch {
	case n < 0 || s.before < 0 || !within(-1100, 1100, s.exp) || !within(0, MaxSeason, s.season):
		return false
	case !within(2, MaxSeason, s.periods...) || len(s.cycles) != 0 && len(s.cycles) != len(s.periods):
		return false
	case !within(0, MaxHorizon, o.horizon, o.cumulative):
		return false
	case len(s.seen[0]) != o.horizon || len(s.seenN[0]) != o.horizon || len(s.seen[1]) != o.cumulative || len(s.seenN[1]) != o.cumulative || len(s.bias) != o.cumulative:
		return false
	case !within(0, math.MaxInt32, s.seenN[0]...) || !within(0, math.MaxInt32, s.seenN[1]...) || s.origins < 0:
		return false
	case !finiteAll(s.index, s.seen[0], s.seen[1], s.bias) || !finiteAll(s.cycles...):
		return false
	}
	weights := 0.0
	for i := range s.members {
		m := &s.members[i]
		if !m.sound(n, s.season) || !within(2, MaxSeason, m.own...) || m.form != NoSeason && m.form != s.form {
			return false
		}
		weights += m.weight
	}
	return math.Abs(weights-1) < 1e-6
}

// sound is that of a member of a state of n values and a season.
func (m *member) sound(n, season int) bool {
	if !finiteAll([]float64{m.weight, m.alpha, m.beta, m.phi, m.l0, m.b0}, m.seasonal) || m.weight < 0 {
		return false
	}
	switch m.method {
	case seasonalNaive, mstl:
		return len(m.own) > 0 || season >= 2
	case ces:
		c := &m.ces
		return finiteAll([]float64{c.a0, c.a1, c.b0, c.b1, c.l0, c.c0}) && (c.form == CESNone) == (c.season == 0) && c.season >= 0
	case ets:
		return m.ets.sound()
	case etsMean:
		for i := range m.average.Models {
			if !m.average.Models[i].sound() {
				return false
			}
		}
		return len(m.average.Models) > 0 && finiteAll(m.average.Weights)
	case arima:
		return m.arimaFrom >= 0 && m.arimaFrom <= m.arimaAt && m.arimaAt <= n && m.arima.sound()
	case otm, dstm, dotm:
		return m.alpha > 0 && m.alpha <= 1
	}
	return true
}

func (m *ETS) sound() bool {
	return m.Season >= 0 && m.Season <= maxETSSeason && (m.Form.Season == None || m.Season > 1) && (m.Form.Season != None || len(m.Initial.Seasonal) == 0) &&
		finiteAll([]float64{m.Alpha, m.Beta, m.Gamma, m.Phi, m.Initial.Level, m.Initial.Slope, m.Sigma2}, m.Initial.Seasonal)
}

func (m *ARIMA) sound() bool {
	o, s := &m.Order, &m.State
	for _, v := range []int{o.P, o.D, o.Q, o.SP, o.SD, o.SQ} {
		if v < 0 || v > 100 {
			return false
		}
	}
	if o.Season < 0 || o.Season > MaxSeason || len(m.AR) != o.P || len(m.MA) != o.Q || len(m.SAR) != o.SP || len(m.SMA) != o.SQ || len(m.Coef) != 0 {
		return false
	}
	r := max(o.P+o.SP*o.Season, o.Q+o.SQ*o.Season+1)
	return r < 1<<12 && len(s.Gain) == r && len(s.Level) == r+1 && len(s.Change) <= r+1 && len(s.Last) == o.lost() &&
		s.Ahead >= 0 && s.Ahead < 1<<12 && s.Periods >= 0 && s.Scale != 0 &&
		finiteAll([]float64{m.Intercept, m.Sigma2, s.F, s.M, s.Scale}, m.AR, m.MA, m.SAR, m.SMA, s.Level, s.Gain, s.Change, s.Last)
}

func finiteAll(list ...[]float64) bool {
	for _, s := range list {
		for _, v := range s {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return false
			}
		}
	}
	return true
}
