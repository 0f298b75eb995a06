package forecast

import "math"

// CESForm is the way in which complex exponential smoothing handles seasons.
type CESForm uint8

const (
	CESAuto    CESForm = iota // the form of least AICc
	CESNone                   // no season
	CESSimple                 // one complex level for every phase of the season
	CESPartial                // a complex level and additive seasonal indices
	CESFull                   // a complex level and complex seasonal indices
)

// String returns the word for the form.
func (f CESForm) String() string { return [...]string{"auto", "none", "simple", "partial", "full"}[f] }

// CES is complex exponential smoothing, Svetunkov, Kourentzes and Ord (2022),
// Complex exponential smoothing, Naval Research Logistics 69, 1108-1123. The
// level l has a partner c, the potential, that carries what level and trend do in
// other models; both are smoothed with one complex parameter a0 + i*a1:
//
//	y[t] = l[t-1] + e[t]
//	l[t] = l[t-1] - (1-a1)*c[t-1] + (a0-a1)*e[t]
//	c[t] = l[t-1] + (1-a0)*c[t-1] + (a0+a1)*e[t]
//
// CESSimple has lag m in place of 1. CESPartial adds s[t-m] to the mean with s[t]
// = s[t-m] + b*e[t]. CESFull adds a seasonal pair with lag m and the parameter
// b0 + i*b1, of the equations above.
type CES struct {
	Form   CESForm
	Season int // periods in a season; below 2 only CESNone is fitted
}

// CESFit is a fitted [CES].
type CESFit struct {
	Form           CESForm
	A0, A1, B0, B1 float64 // B0 is b of CESPartial
	Season         int
	SSE, AICc      float64
	state          cesState
}

// Fit fits y, which must hold finite values only, by least squares. An empty y
// gives the zero CESFit.
func (c CES) Fit(y []float64) CESFit {
	var m cesModel
	if len(y) == 0 {
		return CESFit{}
	}
	var s cesScratch
	s.fit(&m, y, c.Form, c.Season)
	f := CESFit{Form: m.form, A0: m.a0, A1: m.a1, B0: m.b0, B1: m.b1, Season: m.season, SSE: m.sse, AICc: m.aicc}
	f.state.start(&m, s.initial)
	for _, v := range y {
		f.state.observe(&m, v)
	}
	return f
}

// Forecast writes the means of steps 1..len(dst) into dst and returns it.
func (f CESFit) Forecast(dst []float64) []float64 {
	m := cesModel{form: f.Form, a0: f.A0, a1: f.A1, b0: f.B0, b1: f.B1, season: f.Season}
	var s cesState
	s.forecast(&m, &f.state, dst)
	return dst
}

// cesModel is what the fit estimates; the first seasonal indices are kept apart.
type cesModel struct {
	form           CESForm
	season         int
	a0, a1, b0, b1 float64
	l0, c0         float64
	sse, aicc      float64
}

// cesState is the state of the filter. ring holds l or s of the m phases, then
// their potentials; phase is that of the next value.
type cesState struct {
	l, c  float64
	ring  []float64
	phase int
}

// cesScratch is the memory of a fit.
type cesScratch struct {
	initial, count []float64 // first seasonal levels or indices
	trial          []float64 // seasonal states of the filter
}

// start sets the state before the first value. initial holds the first seasonal
// levels or indices.
func (s *cesState) start(m *cesModel, initial []float64) {
	s.l, s.c, s.phase = m.l0, m.c0, 0
	s.ring = grow(s.ring, 2*m.season)
	switch m.form {
	case CESSimple:
		for i, v := range initial[:m.season] {
			s.ring[i], s.ring[m.season+i] = v, v*cesPotential
		}
	case CESPartial:
		copy(s.ring, initial[:m.season])
	case CESFull:
		for i, v := range initial[:m.season] {
			s.ring[i], s.ring[m.season+i] = v, v*cesPotential
		}
	}
}

// next is the mean of the next value.
func (s *cesState) next(m *cesModel) float64 {
	switch m.form {
	case CESSimple:
		return s.ring[s.phase]
	case CESPartial, CESFull:
		return s.l + s.ring[s.phase]
	}
	return s.l
}

// observe moves the state over the value v.
func (s *cesState) observe(m *cesModel, v float64) {
	e := v - s.next(m)
	if m.form == CESSimple {
		l, c := &s.ring[s.phase], &s.ring[m.season+s.phase]
		*l, *c = *l-(1-m.a1)**c+(m.a0-m.a1)*e, *l+(1-m.a0)**c+(m.a0+m.a1)*e
	} else {
		s.l, s.c = s.l-(1-m.a1)*s.c+(m.a0-m.a1)*e, s.l+(1-m.a0)*s.c+(m.a0+m.a1)*e
	}
	switch m.form {
	case CESPartial:
		s.ring[s.phase] += m.b0 * e
	case CESFull:
		l, c := &s.ring[s.phase], &s.ring[m.season+s.phase]
		*l, *c = *l-(1-m.b1)**c+(m.b0-m.b1)*e, *l+(1-m.b0)**c+(m.b0+m.b1)*e
	}
	if s.phase++; s.phase >= m.season {
		s.phase = 0
	}
}

// forecast writes the means of the steps after state from into dst; s is
// scratch.
func (s *cesState) forecast(m *cesModel, from *cesState, dst []float64) {
	s.l, s.c, s.phase = from.l, from.c, from.phase
	s.ring = grow(s.ring, len(from.ring))
	copy(s.ring, from.ring)
	for i := range dst {
		dst[i] = s.next(m)
		s.observe(m, dst[i])
	}
}

// cesPotential is the first potential as a share of the first level.
const cesPotential = 1 / 1.1

// stableComplex says whether the filter forgets its start: both eigenvalues of
//
//	[ 1-a0+a1   a1-1 ]
//	[ 1-a0-a1   1-a0 ]
//
// lie within the unit circle, Svetunkov et al. (2022), section 3.3.
func stableComplex(a0, a1 float64) bool {
	trace := 2 - 2*a0 + a1
	det := (1-a0+a1)*(1-a0) + (1-a1)*(1-a0-a1)
	return math.Abs(det) < 0.9999 && math.Abs(trace) < 1+det
}

// fit estimates the form asked for, or of all forms that the series allows the
// one of least AICc.
func (s *cesScratch) fit(m *cesModel, y []float64, form CESForm, season int) {
	n := len(y)
	if season < 2 || n < 2*season+2 {
		form, season = CESNone, 0
	}
	if form != CESAuto {
		s.fitForm(m, y, form, season)
		return
	}
	var best cesModel
	best.aicc = math.Inf(1)
	for _, f := range [...]CESForm{CESNone, CESSimple, CESPartial, CESFull} {
		var c cesModel
		s.fitForm(&c, y, f, season)
		if c.aicc < best.aicc {
			best = c
		}
	}
	*m = best
	s.firstSeason(m, y)
}

// firstSeason puts the seasonal levels or indices before the first value into
// initial.
func (s *cesScratch) firstSeason(m *cesModel, y []float64) {
	p := m.season
	s.initial = grow(s.initial, p)
	switch m.form {
	case CESSimple:
		// One season after the other: the mean of the first two.
		for i := range p {
			s.initial[i] = (y[i] + y[p+i]) / 2
		}
	case CESPartial, CESFull:
		s.count = grow(s.count, p)
		decompose(y, AdditiveSeason, s.initial, s.count)
	}
}

func (s *cesScratch) fitForm(m *cesModel, y []float64, form CESForm, season int) {
	n := len(y)
	*m = cesModel{form: form, season: season}
	if form == CESNone {
		m.season = 0
	}
	s.firstSeason(m, y)
	s.trial = grow(s.trial, 2*m.season)
	// A level of the first ten values or the first season, whichever is more,
	// is the start of the authors.
	first := y[:min(n, max(10, m.season))]
	for _, v := range first {
		m.l0 += v / float64(len(first))
	}
	m.c0 = m.l0 * cesPotential
	k := 2
	start := [4]float64{1.3, 1, 0.1, 1}
	switch form {
	case CESPartial:
		k = 3
	case CESFull:
		k, start[2] = 4, 1.3
	}
	if n < 4 {
		k = 0
		start = [4]float64{1, 1, 0, 0}
	}
	f := func(p [4]float64) float64 {
		if !(p[0] > 0.01 && p[0] < 2.4 && p[1] > 0.01 && p[1] < 2.4) || !stableComplex(p[0], p[1]) {
			return math.Inf(1)
		}
		if form == CESPartial && !(p[2] >= 0 && p[2] < 1) {
			return math.Inf(1)
		}
		if form == CESFull && !(p[2] > 0.01 && p[2] < 2.4 && p[3] > 0.01 && p[3] < 2.4 && stableComplex(p[2], p[3])) {
			return math.Inf(1)
		}
		return s.errors(m, y, p)
	}
	p := start
	if k > 0 {
		p = simplex(f, start, k, [4]float64{0.15, 0.1, 0.1, 0.1}, 60+40*k, 1e-5)
	}
	m.a0, m.a1, m.b0, m.b1 = p[0], p[1], p[2], p[3]
	m.sse = s.errors(m, y, p)
	// Parameters, first states and the variance; a seasonal form has one first
	// value a phase.
	free := float64(max(k, 2) + 2 + 1)
	if form != CESNone {
		free += float64(season - 1)
	}
	nn := float64(n)
	m.aicc = math.Inf(1)
	if nn-free-1 > 0 {
		m.aicc = nn*math.Log(max(m.sse/nn, 1e-300)) + 2*free + 2*free*(free+1)/(nn-free-1)
	} else if form == CESNone {
		m.aicc = math.MaxFloat64
	}
}

// errors returns the sum of squared one-step errors for the parameters p. It is
// the filter of cesState with its states in registers.
func (s *cesScratch) errors(m *cesModel, y []float64, p [4]float64) (sse float64) {
	a0, a1, b0, b1 := p[0], p[1], p[2], p[3]
	f, g, gl, gc := 1-a1, 1-a0, a0-a1, a0+a1
	l, c := m.l0, m.c0
	if m.form == CESNone {
		for _, v := range y {
			e := v - l
			sse += e * e
			l, c = l-f*c+gl*e, l+g*c+gc*e
		}
		return sse
	}
	r, k := s.trial, s.trial[m.season:]
	copy(r, s.initial)
	q := 0
	switch m.form {
	case CESSimple:
		for i, v := range s.initial {
			k[i] = v * cesPotential
		}
		for _, v := range y {
			l, c := r[q], k[q]
			e := v - l
			sse += e * e
			r[q], k[q] = l-f*c+gl*e, l+g*c+gc*e
			if q++; q == m.season {
				q = 0
			}
		}
	case CESPartial:
		for _, v := range y {
			e := v - l - r[q]
			sse += e * e
			l, c = l-f*c+gl*e, l+g*c+gc*e
			r[q] += b0 * e
			if q++; q == m.season {
				q = 0
			}
		}
	case CESFull:
		for i, v := range s.initial {
			k[i] = v * cesPotential
		}
		fs, gs, hl, hc := 1-b1, 1-b0, b0-b1, b0+b1
		for _, v := range y {
			sl, sc := r[q], k[q]
			e := v - l - sl
			sse += e * e
			l, c = l-f*c+gl*e, l+g*c+gc*e
			r[q], k[q] = sl-fs*sc+hl*e, sl+gs*sc+hc*e
			if q++; q == m.season {
				q = 0
			}
		}
	}
	return sse
}

// simplex minimises f over the first k coordinates of p by Nelder and Mead
// (1965) with their coefficients; f is +Inf outside of its domain, in which start
// lies. step holds the edges of the first simplex. The search ends after evals
// evaluations or when the values at the corners agree to a relative tol.
func simplex(f func([4]float64) float64, start [4]float64, k int, step [4]float64, evals int, tol float64) [4]float64 {
	var p [5][4]float64
	var v [5]float64
	for i := range k + 1 {
		p[i] = start
		if i > 0 {
			p[i][i-1] += step[i-1]
		}
		if v[i] = f(p[i]); math.IsInf(v[i], 1) {
			p[i][i-1] -= 2 * step[i-1]
			v[i] = f(p[i])
		}
	}
	for n := k + 1; ; {
		for i := 1; i <= k; i++ {
			for j := i; j > 0 && v[j] < v[j-1]; j-- {
				p[j], p[j-1] = p[j-1], p[j]
				v[j], v[j-1] = v[j-1], v[j]
			}
		}
		if n >= evals || v[k]-v[0] <= tol*v[0] {
			return p[0]
		}
		var centre [4]float64
		for i := range k {
			for d := range k {
				centre[d] += p[i][d] / float64(k)
			}
		}
		at := start
		try := func(by float64) float64 {
			for d := range k {
				at[d] = centre[d] + by*(p[k][d]-centre[d])
			}
			n++
			return f(at)
		}
		if vr := try(-1); vr < v[k-1] {
			r := at
			if vr < v[0] {
				if ve := try(-2); ve < vr {
					r, vr = at, ve
				}
			}
			p[k], v[k] = r, vr
			continue
		} else if vr < v[k] {
			p[k], v[k] = at, vr
		}
		if vc := try(0.5); vc < v[k] {
			p[k], v[k] = at, vc
			continue
		}
		for i := 1; i <= k; i++ {
			for d := range k {
				p[i][d] = p[0][d] + (p[i][d]-p[0][d])/2
			}
			v[i] = f(p[i])
			n++
		}
	}
}
