package forecast

import (
	"fmt"
	"math"
)

// ETSFitter fits exponential smoothing models. It holds the scratch of the
// search: the zero value is ready, one serves one goroutine, and once it has seen
// the longest series nothing is allocated.
type ETSFitter struct {
	search etsSearch
	starts etsStarts
	scaled []float64
	x      [etsFollowed][]float64 // of the starts that are followed
	start  []float64
	trial  []float64
	kept   []float64 // of the best form
	exp    int       // values in use are those of the caller times 2^-exp
	min    float64   // of the observations in use
	first  float64
	level  bool // all observations are equal
}

// load takes a series in.
func (f *ETSFitter) load(y []float64, m int) error {
	big, n := 0.0, 0
	low, high := math.Inf(1), math.Inf(-1)
	for i, v := range y {
		if math.IsInf(v, 0) {
			return fmt.Errorf("forecast: value %v at index %d: %w", v, i, ErrValue)
		}
		if math.IsNaN(v) {
			continue
		}
		if n == 0 {
			f.first = v
		}
		n++
		big = max(big, math.Abs(v))
		low, high = min(low, v), max(high, v)
	}
	if n == 0 {
		return fmt.Errorf("forecast: %d values, all missing: %w", len(y), ErrEmpty)
	}
	if m < 0 {
		return fmt.Errorf("forecast: season %d: %w: use the periods in a season, 0 for none", m, ErrOption)
	}
	f.exp = 0
	if big > 0 {
		_, f.exp = math.Frexp(big)
	}
	f.scaled = grow(f.scaled, len(y))
	for i, v := range y {
		f.scaled[i] = math.Ldexp(v, -f.exp)
	}
	f.first = math.Ldexp(f.first, -f.exp)
	f.min = math.Ldexp(low, -f.exp)
	f.level = low == high
	f.search.y, f.search.observed, f.search.season = f.scaled, n, m
	f.starts.load(f.scaled)
	return nil
}

// etsTries are smoothing parameters that searches begin with: alpha, the places
// of beta and gamma in their ranges, phi. The likelihood has valleys: slow and fast
// levels, slopes that hardly move and those that follow every turn, seasons that
// stay and that change.
var etsTries = [...][4]float64{
	{0.3, 0.1, 0.05, 0.978},
	{0.05, 0.05, 0.05, 0.95},
	{0.8, 0.05, 0.1, 0.9},
	{0.97, 0.5, 0.05, 0.92},
	{0.005, 0.3, 0.05, 0.97},
	{0.1, 0.3, 0.4, 0.95},
	{0.5, 0.3, 0.6, 0.9},
}

// etsFollowed is how many of them are followed for some steps, before the best
// one is followed to its end.
const etsFollowed = 4

// etsSteps is for how many steps.
const etsSteps = 5

// etsHope is how far from the limit a form is given up after these steps: it counts
// in -2*LogLik and in decreases of the last step, which is long where the search
// is still under way.
const etsHope = 10

// fit searches for the best model of a form and returns its -2*LogLik, in units
// of the scaled series; the values found are in search.best. All starts get the
// best states for their parameters, the best of them some steps, and the best of
// these the rest, unless it is far above limit and its steps have become short.
func (f *ETSFitter) fit(form ETSForm, limit float64) float64 {
	s := &f.search
	s.begin(form)
	k := s.k
	var value, promised [etsFollowed]float64
	for i := range value {
		value[i] = math.Inf(1)
		f.x[i] = grow(f.x[i], k)
	}
	f.start = grow(f.start, k)
	f.starts.write(f.start, form, s.season)
	for i := range etsTries {
		if form.Season == None && form.Trend == None && i >= 5 || form.Trend == None && i == 3 {
			continue
		}
		x := append(f.trial[:0], f.start...)
		f.trial = x
		s.parameters(x, &etsTries[i])
		v := s.value(x)
		if math.IsInf(v, 1) {
			f.starts.level(x, form, s.season)
			v = s.value(x)
		}
		if math.IsInf(v, 1) {
			continue
		}
		v = s.descend(x, v, 1, 1e-4, true)
		for at := range value {
			if v < value[at] {
				v, value[at] = value[at], v
				f.trial, f.x[at] = f.x[at], f.trial
			}
		}
	}
	for i := range value {
		if !math.IsInf(value[i], 1) {
			value[i] = s.descend(f.x[i], value[i], etsSteps, 1e-3, false)
			promised[i] = s.promised
		}
	}
	best := 0
	for i, v := range value {
		if v < value[best] {
			best = i
		}
	}
	if math.IsInf(value[best], 1) {
		return value[best]
	}
	if value[best]-etsHope*promised[best]-etsHope > limit {
		return value[best]
	}
	v := s.descend(f.x[best], value[best], 100, 1e-5, false)
	copy(s.best, f.x[best])
	return v
}

// cannot says whether the series loaded is of a kind that a form cannot be
// fitted to.
func (f *ETSFitter) cannot(form ETSForm) bool {
	s := &f.search
	return form.Season != None && (s.season < 2 || s.season > maxETSSeason) ||
		form.states(s.season)+form.smoothing() >= s.observed-1 ||
		form.multiplicative() && !(f.min > etsPositive)
}

// refuse says why a form cannot be fitted to the series loaded, or is nil.
func (f *ETSFitter) refuse(form ETSForm) error {
	s := &f.search
	valid := (form.Error == Additive || form.Error == Multiplicative) &&
		form.Trend <= Multiplicative && form.Season <= Multiplicative && (form.Trend != None || !form.Damped)
	switch {
	case !valid:
		return fmt.Errorf("forecast: %w: not an ETS form: use one of ETSForms", ErrOption)
	case form.Season != None && (s.season < 2 || s.season > maxETSSeason):
		return fmt.Errorf("forecast: %v with season %d: %w: use 2 to %d, or decompose first", form, s.season, ErrOption, maxETSSeason)
	case form.states(s.season)+form.smoothing() >= s.observed-1:
		return fmt.Errorf("forecast: %v on %d values: %w: it needs at least %d", form, s.observed, ErrOption, form.states(s.season)+form.smoothing()+2)
	case f.cannot(form):
		return fmt.Errorf("forecast: %v on values that are not all positive: %w: use an additive form", form, ErrOption)
	}
	return nil
}

// etsPositive is the least observation, in units of the largest, that a
// multiplicative part can be fitted to.
const etsPositive = 1e-10

// Fit fits one form to y with season m and writes the model into dst, whose
// slices are reused. The error wraps [ErrEmpty], [ErrValue], or [ErrOption] where
// the form cannot be fitted to such a series.
func (f *ETSFitter) Fit(dst *ETS, y []float64, m int, form ETSForm) error {
	if err := f.load(y, m); err != nil {
		return err
	}
	if err := f.refuse(form); err != nil {
		return err
	}
	if f.level {
		f.flat(dst, f.reason())
		return nil
	}
	if v := f.fit(form, math.Inf(1)); math.IsInf(v, 1) {
		return fmt.Errorf("forecast: %v: %w: no finite likelihood on this series", form, ErrOption)
	}
	f.keep()
	f.write(dst, form)
	return nil
}

// keep keeps the values found.
func (f *ETSFitter) keep() {
	s := &f.search
	f.kept = append(f.kept[:0], s.best[:s.k]...)
}

// write makes the model of the values kept.
func (f *ETSFitter) write(dst *ETS, form ETSForm) {
	s := &f.search
	s.begin(form)
	p := s.unpack(f.kept)
	seasonal := append(dst.Initial.Seasonal[:0], s.ring...)
	last := dst.State.Seasonal
	*dst = ETS{Form: form, Alpha: p.alpha, Beta: p.beta, Gamma: p.gamma, Phi: p.phi}
	dst.Initial = ETSState{Level: p.l, Slope: p.b, Seasonal: seasonal}
	dst.State.Seasonal = last
	if form.Season != None {
		dst.Season = s.season
	}
	f.finish(dst)
}

// flat writes the model of a constant level, or of a series too short to
// estimate anything on.
func (f *ETSFitter) flat(dst *ETS, note string) {
	seasonal, last := dst.Initial.Seasonal[:0], dst.State.Seasonal[:0]
	*dst = ETS{Form: ETSForm{Error: Additive}, Alpha: 0.5, Phi: 1, Note: note}
	dst.Initial = ETSState{Level: f.first, Seasonal: seasonal}
	dst.State.Seasonal = last
	f.finish(dst)
}

// finish runs the model, in scaled units, over the series and brings it to the
// caller's.
func (f *ETSFitter) finish(dst *ETS) {
	dst.Likelihood(f.scaled)
	for _, st := range [...]*ETSState{&dst.Initial, &dst.State} {
		st.Level = f.unscale(st.Level)
		if dst.Form.Trend == Additive {
			st.Slope = f.unscale(st.Slope)
		}
		if dst.Form.Season == Additive {
			for i, v := range st.Seasonal {
				st.Seasonal[i] = f.unscale(v)
			}
		}
	}
	shift := float64(dst.Observed) * float64(f.exp) * math.Ln2
	dst.LogLik -= shift
	dst.AIC += 2 * shift
	if dst.AICc < math.MaxFloat64 {
		dst.AICc += 2 * shift
	}
	dst.BIC += 2 * shift
	dst.MSE = min(math.Ldexp(dst.MSE, 2*f.exp), math.MaxFloat64)
	if dst.Form.Error == Additive {
		dst.Sigma2 = min(math.Ldexp(dst.Sigma2, 2*f.exp), math.MaxFloat64)
	}
}

func (f *ETSFitter) unscale(v float64) float64 {
	return min(max(math.Ldexp(v, f.exp), -math.MaxFloat64), math.MaxFloat64)
}
