package forecast

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// simulated is a series from a known model, positive, of n periods.
func simulated(form ETSForm, n, m int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	f := filterETS{trend: form.Trend, season: form.Season, alpha: 0.3, beta: 0.05, gamma: 0.1, phi: 1, l: 100}
	if form.Damped {
		f.phi = 0.9
	}
	switch form.Trend {
	case Additive:
		f.b = 0.5
	case Multiplicative:
		f.b = 1.004
	}
	if form.Season != None {
		f.s = make([]float64, m)
		for i := range f.s {
			w := math.Sin(2 * math.Pi * float64(i) / float64(m))
			if form.Season == Additive {
				f.s[i] = 20 * w
			} else {
				f.s[i] = 1 + 0.2*w
			}
		}
	}
	y := make([]float64, n)
	for t := range y {
		mu, q := f.mean()
		d := 4 * rng.NormFloat64()
		if form.Error == Multiplicative {
			d = 0.04 * mu * rng.NormFloat64()
		}
		f.step(d, q)
		y[t] = mu + d
	}
	return y
}

// TestETSKernel: the fast sums, the plain recursion of Likelihood and numerical derivatives
// of both agree for every form, with a gap in the series.
func TestETSKernel(t *testing.T) {
	const m, n = 4, 40
	for _, form := range ETSForms() {
		y := simulated(form, n, m, 3)
		y[17] = math.NaN()
		var f ETSFitter
		if err := f.load(y, m); err != nil {
			t.Fatal(err)
		}
		s := &f.search
		s.begin(form)
		x := make([]float64, s.k)
		f.starts.write(x, form, m)
		copy(x[s.states:], []float64{0.3, 0.4, 0.2, 0.9})
		if form.Damped {
			x[s.k-1] = 0.9
		}
		v := s.value(x)
		f.kept = append(f.kept[:0], x...)
		var model ETS
		f.write(&model, form)
		within(t, form.String()+" deviance", v+2*float64(n-1)*float64(f.exp)*math.Ln2, -2*model.LogLik, 1e-12)
		if model.Observed != n-1 || model.Periods != n {
			t.Errorf("%v: %d observed of %d periods, want %d of %d", form, model.Observed, model.Periods, n-1, n)
		}
		sse := s.derive(x)
		g := append([]float64(nil), s.g...)
		for i := range x {
			h := 1e-6 * max(0.1, math.Abs(x[i]))
			up := append([]float64(nil), x...)
			down := append([]float64(nil), x...)
			up[i] += h
			down[i] -= h
			numeric := (s.value(up) - s.value(down)) / (2 * h)
			exact := 2 * g[i] / sse * float64(n-1)
			if math.Abs(numeric-exact) > 1e-5*max(1, math.Abs(exact)) {
				t.Errorf("%v: derivative %d = %v, numerically %v", form, i, exact, numeric)
			}
		}
	}
}

// TestETSTextbook is the number of nights of international tourists in Australia,
// quarterly from 2005, Hyndman and Athanasopoulos, Forecasting: Principles and
// Practice, 2nd ed., section 7.6: the choice is ETS(M,A,M) with alpha 0.1908, beta
// 0.0392, gamma 0.0002, sigma 0.0383 and an AICc of 230.2.
func TestETSTextbook(t *testing.T) {
	y := []float64{42.20566, 24.64917, 32.66734, 37.25735, 45.24246, 29.35048, 36.34421, 41.78208,
		49.27660, 31.27540, 37.85063, 38.83704, 51.23690, 31.83855, 41.32342, 42.79900,
		55.70836, 33.40714, 42.31664, 45.15712, 59.57608, 34.83733, 44.84168, 46.97125,
		60.01903, 38.37118, 46.97586, 50.73380, 61.64687, 39.29957, 52.67121, 54.33232,
		66.83436, 40.87119, 51.82854, 57.49191, 65.25147, 43.06121, 54.76076, 59.83447,
		73.25703, 47.69662, 61.09777, 66.05576}
	book := ETS{Form: ETSForm{Multiplicative, Additive, Multiplicative, false}, Season: 4,
		Alpha: 0.1908, Beta: 0.0392, Gamma: 0.0002, Phi: 1,
		Initial: ETSState{32.3679, 0.9281, []float64{1.2471, 0.7683, 0.9628, 1.0218}}}
	book.Likelihood(y)
	near(t, "AICc of the book's values", book.AICc, 230.2, 0.1)
	near(t, "sigma of the book's values", math.Sqrt(book.Sigma2), 0.0383, 0.0001)
	var f ETSFitter
	var m ETS
	if err := f.Auto(&m, y, 4, ETSOptions{}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%v alpha %v beta %v gamma %v AICc %v", m.Form, m.Alpha, m.Beta, m.Gamma, m.AICc)
	if m.Form != book.Form {
		t.Errorf("choice = %v, want %v", m.Form, book.Form)
	}
	if m.AICc > book.AICc {
		t.Errorf("AICc = %v, want at most the book's %v", m.AICc, book.AICc)
	}
}

// TestETSUpdate: states moved through new periods are those of the whole series,
// whose forecasts follow; a fit to other units gives the same model in them.
func TestETSUpdate(t *testing.T) {
	const m, n = 4, 60
	var f ETSFitter
	for _, form := range ETSForms() {
		y := simulated(form, n, m, 11)
		var a ETS
		if err := f.Fit(&a, y[:50], m, form); err != nil {
			t.Fatalf("%v: %v", form, err)
		}
		b := a
		b.Initial.Seasonal = append([]float64(nil), a.Initial.Seasonal...)
		b.State.Seasonal = append([]float64(nil), a.State.Seasonal...)
		if strange := a.Update(y[50:]); strange != 0 {
			t.Errorf("%v: %d strange observations", form, strange)
		}
		b.Likelihood(y)
		fa, fb := a.Forecast(make([]float64, 9)), b.Forecast(make([]float64, 9))
		for h := range fa {
			within(t, form.String()+" forecast", fa[h], fb[h], 1e-12)
		}
		fit := b.Fitted(make([]float64, n), y, 3)
		c := b
		c.State.Seasonal = append([]float64(nil), b.State.Seasonal...)
		c.Likelihood(y[:30])
		within(t, form.String()+" three steps", fit[32], c.Forecast(make([]float64, 3))[2], 1e-12)

		scaled := make([]float64, 50)
		for i := range scaled {
			scaled[i] = 8 * y[i]
		}
		var d ETS
		if err := f.Fit(&d, scaled, m, form); err != nil {
			t.Fatal(err)
		}
		if d.Alpha != a.Alpha || d.Phi != a.Phi || d.Initial.Level != 8*a.Initial.Level {
			t.Errorf("%v: another model in other units", form)
		}
		within(t, "likelihood in other units", d.LogLik, a.LogLik-50*math.Log(8), 1e-9)
	}
}

// TestETSFitRecovers: the fit is at least as likely as the model that the series
// came from.
func TestETSFitRecovers(t *testing.T) {
	var f ETSFitter
	for _, form := range ETSForms() {
		y := simulated(form, 120, 12, 5)
		var m ETS
		if err := f.Fit(&m, y, 12, form); err != nil {
			t.Fatalf("%v: %v", form, err)
		}
		truth := ETS{Form: form, Season: 12, Alpha: 0.3, Beta: 0.05, Gamma: 0.1, Phi: 1, Initial: ETSState{Level: 100}}
		if form.Damped {
			truth.Phi = 0.9
		}
		switch form.Trend {
		case Additive:
			truth.Initial.Slope = 0.5
		case Multiplicative:
			truth.Initial.Slope = 1.004
		}
		if form.Season == None {
			truth.Season = 0
		}
		for i := range truth.Season {
			w := math.Sin(2 * math.Pi * float64(i) / 12)
			if form.Season == Additive {
				truth.Initial.Seasonal = append(truth.Initial.Seasonal, 20*w)
			} else {
				truth.Initial.Seasonal = append(truth.Initial.Seasonal, 1+0.2*w)
			}
		}
		truth.Likelihood(y)
		if !(m.LogLik >= truth.LogLik) {
			t.Errorf("%v: log-likelihood %v, that of the truth %v", form, m.LogLik, truth.LogLik)
		}
	}
}

func TestETSAutoFallback(t *testing.T) {
	nan := math.NaN()
	var f ETSFitter
	var m ETS
	for _, c := range []struct {
		y    []float64
		want float64
	}{
		{[]float64{7}, 7},
		{[]float64{nan, 7, nan}, 7},
		{[]float64{2, 4}, 3},
		{[]float64{5, 5, 5, 5, 5, 5, 5, 5}, 5},
		{[]float64{0, 0, 0, 0, 0, 0}, 0},
		{[]float64{1e300, 3e300}, 2e300},
	} {
		if err := f.Auto(&m, c.y, 12, ETSOptions{}); err != nil {
			t.Fatal(err)
		}
		if got := m.Forecast(make([]float64, 4))[3]; got != c.want || m.Note == "" {
			t.Errorf("Auto(%v): forecast %v (%q), want %v", c.y, got, m.Note, c.want)
		}
		for _, v := range []float64{m.LogLik, m.Sigma2, m.MSE} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("Auto(%v): measures %+v", c.y, m)
			}
		}
	}
	for _, c := range []struct {
		y    []float64
		want error
	}{
		{nil, ErrEmpty}, {[]float64{nan}, ErrEmpty}, {[]float64{1, math.Inf(1)}, ErrValue},
	} {
		if err := f.Auto(&m, c.y, 12, ETSOptions{}); !errors.Is(err, c.want) {
			t.Errorf("Auto(%v) = %v, want %v", c.y, err, c.want)
		}
	}
}

func TestETSAllocs(t *testing.T) {
	var f ETSFitter
	var m ETS
	y := simulated(ETSForm{Multiplicative, Additive, Multiplicative, false}, 90, 12, 4)
	run := func() {
		if err := f.Auto(&m, y, 12, ETSOptions{MultiplicativeTrend: true, Unrestricted: true}); err != nil {
			t.Fatal(err)
		}
	}
	run()
	if n := testing.AllocsPerRun(2, run); n != 0 {
		t.Errorf("%v allocations a series, want 0", n)
	}
}

func TestParseETSForm(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range ETSForms() {
		for _, s := range []string{f.Short(), f.String()} {
			if g, err := ParseETSForm(s); err != nil || g != f {
				t.Errorf("ParseETSForm(%q) = %v, %v", s, g, err)
			}
		}
		seen[f.Short()] = true
	}
	if len(seen) != 30 {
		t.Errorf("%d forms, want 30", len(seen))
	}
	if _, err := ParseETSForm("AXN"); !errors.Is(err, ErrOption) {
		t.Errorf("ParseETSForm(AXN) = %v", err)
	}
}

// TestETSAutoIsBest: giving hopeless forms up early does not change the choice,
// whatever the criterion.
func TestETSAutoIsBest(t *testing.T) {
	var f ETSFitter
	for i, form := range ETSForms() {
		y := simulated(form, 30+3*i, 4, uint64(i))
		for criterion, of := range map[ETSCriterion]func(*ETS) float64{
			ByAICc: func(m *ETS) float64 { return m.AICc },
			ByAIC:  func(m *ETS) float64 { return m.AIC },
			ByBIC:  func(m *ETS) float64 { return m.BIC },
		} {
			opt := ETSOptions{Criterion: criterion, MultiplicativeTrend: true}
			var chosen, m ETS
			if err := f.Auto(&chosen, y, 4, opt); err != nil {
				t.Fatal(err)
			}
			best := math.Inf(1)
			for _, c := range ETSForms() {
				if !opt.allows(c) {
					continue
				}
				if err := f.Fit(&m, y, 4, c); err != nil {
					t.Fatal(err)
				}
				best = min(best, of(&m))
			}
			within(t, form.String()+" choice", of(&chosen), best, 1e-12)
		}
	}
}

// TestETSOptions: every restriction holds.
func TestETSOptions(t *testing.T) {
	count := func(o ETSOptions) int {
		n := 0
		for _, f := range ETSForms() {
			if o.allows(f) {
				n++
			}
		}
		return n
	}
	for _, c := range []struct {
		opt  ETSOptions
		want int
	}{
		{ETSOptions{}, 15},
		{ETSOptions{Unrestricted: true}, 18},
		{ETSOptions{MultiplicativeTrend: true, Unrestricted: true}, 30},
		{ETSOptions{MultiplicativeTrend: true}, 19},
		{ETSOptions{NoDamping: true}, 10},
		{ETSOptions{AdditiveOnly: true}, 6},
		{ETSOptions{Allow: func(f ETSForm) bool { return f.Season == None }}, 6},
	} {
		if got := count(c.opt); got != c.want {
			t.Errorf("%+v allows %d forms, want %d", c.opt, got, c.want)
		}
	}
}

// TestETSShift: additive forms do not care where zero is, multiplicative ones not
// about the unit.
func TestETSShift(t *testing.T) {
	var f ETSFitter
	var a, b ETS
	for _, form := range ETSForms() {
		y := simulated(form, 60, 4, 21)
		z := make([]float64, len(y))
		shift, factor := 1000.0, 1.0
		if form.multiplicative() {
			shift, factor = 0, 3.7
		}
		for i, v := range y {
			z[i] = factor*v + shift
		}
		if err := f.Fit(&a, y, 4, form); err != nil {
			t.Fatal(err)
		}
		if err := f.Fit(&b, z, 4, form); err != nil {
			t.Fatal(err)
		}
		within(t, form.String()+" likelihood", b.LogLik, a.LogLik-60*math.Log(factor), 1e-5)
		fa, fb := a.Forecast(make([]float64, 6)), b.Forecast(make([]float64, 6))
		for h := range fa {
			within(t, form.String()+" forecast", fb[h], factor*fa[h]+shift, 1e-3)
		}
	}
}

// TestETSSaved: a model restored from its fields forecasts the same digits.
func TestETSSaved(t *testing.T) {
	var f ETSFitter
	for _, y := range [][]float64{{3, 1}, simulated(ETSForm{Multiplicative, Additive, Multiplicative, true}, 40, 4, 8)} {
		var m, back ETS
		if err := f.Auto(&m, y, 4, ETSOptions{}); err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		m.Update([]float64{90, 110})
		back.Update([]float64{90, 110})
		got, want := back.Forecast(make([]float64, 9)), m.Forecast(make([]float64, 9))
		for h := range want {
			if got[h] != want[h] {
				t.Errorf("step %d of the restored model = %v, want %v", h+1, got[h], want[h])
			}
		}
	}
}
