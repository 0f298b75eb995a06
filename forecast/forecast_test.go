package forecast

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// check is the contract of every result: see the package comment.
func check(t testing.TB, y []float64, opt Options, r *Result) {
	t.Helper()
	h, c, k := opt.Horizon, opt.CumulativeTo, len(opt.Quantiles)
	if h == 0 {
		h = 12
	}
	for _, s := range []struct {
		name string
		v    []float64
		n    int
	}{
		{"Mean", r.Mean, h}, {"SD", r.SD, h}, {"Quantile", r.Quantile, h * k},
		{"CumMean", r.CumMean, c}, {"CumSD", r.CumSD, c}, {"CumBias", r.CumBias, c}, {"CumQuantile", r.CumQuantile, c * k},
	} {
		if len(s.v) != s.n {
			t.Fatalf("len(%s) = %d, want %d", s.name, len(s.v), s.n)
		}
		for i, v := range s.v {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%s of %v: %s[%d] = %v, want a finite number", r.Method, y, s.name, i, v)
			}
			if (s.name == "SD" || s.name == "CumSD" || opt.NonNegative && s.name != "CumBias") && v < 0 {
				t.Fatalf("%s of %v: %s[%d] = %v, want 0 or more", r.Method, y, s.name, i, v)
			}
		}
	}
	for a := range k {
		for b := range k {
			if opt.Quantiles[a] >= opt.Quantiles[b] {
				continue
			}
			for j := range h {
				if lo, hi := r.StepQuantile(a)[j], r.StepQuantile(b)[j]; lo > hi {
					t.Fatalf("%s of %v: step %d: quantile %v = %v above quantile %v = %v", r.Method, y, j+1, opt.Quantiles[a], lo, opt.Quantiles[b], hi)
				}
			}
			for j := range c {
				if lo, hi := r.SumQuantile(a)[j], r.SumQuantile(b)[j]; lo > hi {
					t.Fatalf("%s of %v: sum of %d: quantile %v = %v above quantile %v = %v", r.Method, y, j+1, opt.Quantiles[a], lo, opt.Quantiles[b], hi)
				}
			}
		}
	}
	if r.Method == "auto" || !slices.Contains(Methods(), r.Method) {
		t.Fatalf("Method = %q, want one of %v but auto", r.Method, Methods())
	}
	if opt.Method != "" && opt.Method != "auto" && r.Method != opt.Method && r.Note == "" {
		t.Fatalf("%s answered for %s without a note", r.Method, opt.Method)
	}
	for _, c := range r.Candidates {
		if c.Score < 0 || c.Weight < 0 || c.Weight > 1 || math.IsNaN(c.Weight) {
			t.Fatalf("candidate %+v: score or weight out of range", c)
		}
	}
}

// same compares results, NaN equal to NaN, bit by bit.
func same(a, b Result) bool {
	eq := func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }
	for _, p := range [][2][]float64{{a.Mean, b.Mean}, {a.SD, b.SD}, {a.Quantile, b.Quantile},
		{a.CumMean, b.CumMean}, {a.CumSD, b.CumSD}, {a.CumBias, b.CumBias}, {a.CumQuantile, b.CumQuantile}} {
		if !slices.EqualFunc(p[0], p[1], eq) {
			return false
		}
	}
	x, y := reflect.ValueOf(a.Accuracy), reflect.ValueOf(b.Accuracy)
	for i := range x.NumField() {
		if f := x.Field(i); f.CanFloat() && !eq(f.Float(), y.Field(i).Float()) {
			return false
		}
	}
	return a.Method == b.Method && a.Season == b.Season && a.Class == b.Class && a.Note == b.Note &&
		slices.EqualFunc(a.Candidates, b.Candidates, func(x, y Candidate) bool {
			return x.Method == y.Method && x.Season == y.Season && eq(x.Score, y.Score) && eq(x.Weight, y.Weight) && x.Why == y.Why
		})
}

// shapes are series of every kind that the contract is tried on.
func shapes() map[string][]float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	nan := math.NaN()
	s := map[string][]float64{
		"one":          {7},
		"one negative": {-7},
		"two":          {3, 5},
		"three":        {3, 5, 4},
		"zeros":        make([]float64, 30),
		"one zero":     {0},
		"constant":     fill(40, 5),
		"spike":        append(append(make([]float64, 20), 9), make([]float64, 20)...),
		"last only":    append(make([]float64, 20), 9),
		"first only":   append([]float64{9}, make([]float64, 20)...),
		"huge":         {1e300, 2e300, 1.5e300, 1.7e300, 1.1e308, 1e300, 1e299, 2e300, 1e300, 1e300},
		"largest":      fill(20, math.MaxFloat64),
		"alternating":  {math.MaxFloat64, -math.MaxFloat64, math.MaxFloat64, -math.MaxFloat64, math.MaxFloat64, -math.MaxFloat64, 1, 2},
		"tiny":         {1e-300, 3e-300, 2e-300, 1e-300, 5e-300, 4e-300, 1e-300},
		"denormal":     {5e-324, 0, 5e-324, 1e-323, 0, 0, 5e-324, 5e-324},
		"mixed":        {1e300, 1e-300, 1, -1e300, 0, 5, 1e10, 1e-10},
		"lead missing": {nan, nan, 4, 5, 6, 5, 4, 6, 7},
		"tail missing": {4, 5, 6, 5, 4, 6, 7, 5, 6, 4, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan},
		"mid missing":  {4, nan, 6, 5, nan, nan, 7, 5, 6, 4, nan, 6, 5},
		"sparse":       {0, nan, 3, 0, 0, nan, 0, 2, 0, nan, 0, 0, 4, 0, nan, 0, 0, 1},
		"mostly gaps":  {4, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, 5, nan, nan, nan},
	}
	growing, seasonal, negative, gappy, intermittent, yearly := make([]float64, 60), make([]float64, 96), make([]float64, 50), make([]float64, 96), make([]float64, 104), make([]float64, 170)
	for i := range growing {
		growing[i] = 10 + 2*float64(i) + rng.NormFloat64()
	}
	for i := range seasonal {
		seasonal[i] = (100 + float64(i)) * (1 + 0.4*math.Sin(float64(i)*math.Pi/6) + 0.05*rng.NormFloat64())
		gappy[i] = seasonal[i]
		if i%7 == 3 {
			gappy[i] = nan
		}
	}
	for i := range negative {
		negative[i] = 20*math.Sin(float64(i)*math.Pi/6) + rng.NormFloat64()
	}
	for i := range intermittent {
		if rng.Float64() < 0.25 {
			intermittent[i] = math.Ceil(10 * rng.ExpFloat64())
		}
	}
	for i := range yearly {
		yearly[i] = max(0, 30*math.Sin(float64(i)*math.Pi/26)+5*rng.NormFloat64())
	}
	s["growing"], s["seasonal"], s["negative"], s["seasonal with gaps"] = growing, seasonal, negative, gappy
	s["intermittent"], s["half year"] = intermittent, yearly
	return s
}

func names(m map[string][]float64) []string {
	var s []string
	for name := range m {
		s = append(s, name)
	}
	slices.Sort(s)
	return s
}

// TestContract: every method on every shape, with every kind of option.
func TestContract(t *testing.T) {
	all := shapes()
	var e Engine
	options := []Options{
		{},
		{Season: 1, Horizon: 1, NonNegative: true, CumulativeTo: 30, Quantiles: []float64{0.5}},
		{Season: 12, Horizon: 18, CumulativeTo: 6, Quantiles: []float64{0.99, 0.1, 0.5, 0.5, 1e-300, 1 - 1e-16}, NonNegative: true},
		{Season: 12, Horizon: 3, BacktestOrigins: 1, Alpha: 1, Quantiles: []float64{0.05, 0.95}},
		{Season: 52, Horizon: 60, Alpha: 1e-300},
		{Season: 7, Horizon: 2, BacktestOrigins: 1 << 40, CumulativeTo: 1},
		{Season: 1 << 50, Horizon: 2},
	}
	if testing.Short() {
		options = options[1:4] // the others differ in their limits alone
	}
	for _, method := range append(Methods(), "") {
		for _, name := range names(all) {
			y := all[name]
			for _, opt := range options {
				opt.Method = method
				before := slices.Clone(y)
				got, err := Forecast(y, opt)
				if err != nil {
					t.Fatalf("%s of %s: %v", method, name, err)
				}
				check(t, y, opt, &got)
				if !slices.EqualFunc(before, y, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }) {
					t.Fatalf("%s changed %s", method, name)
				}
				// A used engine and a used result give the same bits.
				reused := Result{Mean: make([]float64, 100), Candidates: make([]Candidate, 3)}
				if err := e.Forecast(y, opt, &reused); err != nil {
					t.Fatal(err)
				}
				if !same(got, reused) {
					t.Fatalf("%s of %s: a used engine gives %+v, a new one %+v", method, name, reused, got)
				}
			}
		}
	}
}

func TestErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	y := []float64{1, 2, 3}
	for _, c := range []struct {
		y    []float64
		opt  Options
		want error
		text string
	}{
		{nil, Options{}, ErrEmpty, "0 values"},
		{[]float64{nan, nan}, Options{}, ErrEmpty, "2 values"},
		{[]float64{1, inf}, Options{}, ErrValue, "+Inf at index 1"},
		{[]float64{-inf}, Options{}, ErrValue, "-Inf at index 0"},
		{y, Options{Method: "magic"}, ErrOption, `"magic"`},
		{y, Options{Horizon: -1}, ErrOption, "horizon -1"},
		{y, Options{Horizon: MaxHorizon + 1}, ErrOption, "horizon 10001"},
		{y, Options{CumulativeTo: -1}, ErrOption, "-1"},
		{y, Options{Season: -1}, ErrOption, "season -1"},
		{y, Options{Alpha: 1.5}, ErrOption, "alpha 1.5"},
		{y, Options{Alpha: nan}, ErrOption, "alpha NaN"},
		{y, Options{BacktestOrigins: -1}, ErrOption, "-1"},
		{y, Options{Quantiles: []float64{0.5, 1}}, ErrOption, "quantile 1"},
		{y, Options{Quantiles: []float64{nan}}, ErrOption, "quantile NaN"},
	} {
		_, err := Forecast(c.y, c.opt)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("Forecast(%v, %+v) = %v, want %v naming %s", c.y, c.opt, err, c.want, c.text)
		}
	}
}

// TestLong: 100,000 observations and a long horizon.
func TestLong(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	y := make([]float64, 100_000)
	for i := range y {
		y[i] = 50 + 20*math.Sin(float64(i)*2*math.Pi/24) + rng.NormFloat64()
	}
	opt := Options{Season: 24, Horizon: 500, CumulativeTo: 500, Quantiles: []float64{0.9}}
	r, err := Forecast(y, opt)
	if err != nil {
		t.Fatal(err)
	}
	check(t, nil, opt, &r)
	if r.Season == NoSeason || r.Note == "" {
		t.Errorf("season %v, note %q; want a season and a note on the length", r.Season, r.Note)
	}
	for j := range 24 {
		near(t, "mean", r.Mean[j], 50+20*math.Sin(float64(len(y)+j)*2*math.Pi/24), 1)
	}
}

// TestChoice: auto combines for frequent demand and chooses for sporadic demand,
// finds the season, and explains itself.
func TestChoice(t *testing.T) {
	all := shapes()
	for _, c := range []struct {
		name   string
		season int
		want   []string
		form   Seasonality
	}{
		{"growing", 0, []string{"ensemble", "dotm"}, NoSeason},
		{"seasonal", 12, []string{"ensemble"}, MultiplicativeSeason},
		{"seasonal with gaps", 12, []string{"ensemble"}, MultiplicativeSeason},
		{"negative", 12, []string{"ensemble"}, AdditiveSeason},
		{"half year", 52, []string{"ensemble"}, AdditiveSeason},
		{"intermittent", 12, []string{"sporadic"}, NoSeason},
	} {
		r, err := Forecast(all[c.name], Options{Season: c.season})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(c.want, r.Method) || r.Season != c.form {
			t.Errorf("%s: chose %s with season %v, want one of %v with %v; candidates %+v", c.name, r.Method, r.Season, c.want, c.form, r.Candidates)
		}
		sum := 0.0
		for _, k := range r.Candidates {
			sum += k.Weight
			if k.Why == "" {
				t.Errorf("%s: candidate %+v does not say why", c.name, k)
			}
		}
		near(t, c.name+": sum of weights", sum, 1, 1e-12)
	}
}

// TestSumSD: the deviation of a sum of n steps is that of the sum. For white
// noise about a known level it is sigma*sqrt(n); for a random walk, whose naive
// forecast errs by sums of sums, sigma*sqrt(n(n+1)(2n+1)/6). Silver, Pyke and
// Thomas (2017) warn of sigma*sqrt(n) for the second. Tolerance 15 %: 500
// origins.
func TestSumSD(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	noise, walk := make([]float64, 3000), make([]float64, 3000)
	for i := range noise {
		noise[i] = 3 * rng.NormFloat64()
		walk[i] = 3 * rng.NormFloat64()
		if i > 0 {
			walk[i] += walk[i-1]
		}
	}
	opt := Options{CumulativeTo: 8, Horizon: 8, BacktestOrigins: 500, Quantiles: []float64{0.5, 0.95}}
	opt.Method = "mean"
	r, err := Forecast(noise, opt)
	if err != nil {
		t.Fatal(err)
	}
	for j := range 8 {
		n := float64(j + 1)
		near(t, "noise: CumSD/theory", r.CumSD[j]/(3*math.Sqrt(n)), 1, 0.15)
		near(t, "noise: SD/theory", r.SD[j]/3, 1, 0.15)
		near(t, "noise: q95-q50", (r.SumQuantile(1)[j]-r.SumQuantile(0)[j])/(3*1.645*math.Sqrt(n)), 1, 0.25)
	}
	opt.Method = "naive"
	if r, err = Forecast(walk, opt); err != nil {
		t.Fatal(err)
	}
	for j := range 8 {
		n := float64(j + 1)
		near(t, "walk: CumSD/theory", r.CumSD[j]/(3*math.Sqrt(n*(n+1)*(2*n+1)/6)), 1, 0.15)
		near(t, "walk: SD/theory", r.SD[j]/(3*math.Sqrt(n)), 1, 0.15)
	}
}

// TestSporadicQuantiles: an item that sells in one period of ten has a median of
// zero, and its 99 % quantile is what one or two orders take.
func TestSporadicQuantiles(t *testing.T) {
	y := make([]float64, 100)
	for i := 4; i < len(y); i += 10 {
		y[i] = 6
	}
	r, err := Forecast(y, Options{NonNegative: true, Quantiles: []float64{0.5, 0.99}, CumulativeTo: 3})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "median", r.StepQuantile(0)[0], 0, 0.1)
	if q := r.StepQuantile(1)[0]; q != 6 && q != 12 {
		t.Errorf("99 %% = %v, want one demand or two, 6 or 12", q)
	}
	near(t, "rate", r.Mean[0], 0.6, 0.15)
}

// TestScale: a power of two changes nothing but the unit, bit for bit.
func TestScale(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		y := rapid.SliceOfN(rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(-100, 1000)), 1, 60).Draw(rt, "y")
		for i := range y {
			if math.Abs(y[i]) < 1e-250 { // near the smallest numbers a power of two is not exact
				y[i] = 0
			}
		}
		method := rapid.SampledFrom(Methods()).Draw(rt, "method")
		power := rapid.IntRange(-40, 40).Draw(rt, "power")
		opt := Options{Method: method, Season: 4, Horizon: 5, CumulativeTo: 4, Quantiles: []float64{0.1, 0.9}, NonNegative: rapid.Bool().Draw(rt, "demand")}
		a, err := Forecast(y, opt)
		if err != nil {
			rt.Fatal(err)
		}
		scaled := make([]float64, len(y))
		for i, v := range y {
			scaled[i] = math.Ldexp(v, power)
		}
		b, err := Forecast(scaled, opt)
		if err != nil {
			rt.Fatal(err)
		}
		for _, s := range [][]float64{a.Mean, a.SD, a.Quantile, a.CumMean, a.CumSD, a.CumBias, a.CumQuantile} {
			for i := range s {
				s[i] = math.Ldexp(s[i], power)
			}
		}
		if !same(a, b) {
			rt.Fatalf("%s of %v: times 2^%d = %+v, want %+v", method, y, power, b, a)
		}
	})
}

// TestShift: methods that are linear in the series follow a shift of its origin.
func TestShift(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		y := rapid.SliceOfN(rapid.Float64Range(-10, 10), 2, 40).Draw(rt, "y")
		shift := rapid.Float64Range(-50, 50).Draw(rt, "shift")
		method := rapid.SampledFrom([]string{"naive", "snaive", "mean", "drift", "ses", "theta"}).Draw(rt, "method")
		opt := Options{Method: method, Season: 4, Horizon: 6, Alpha: 0.3}
		moved := make([]float64, len(y))
		for i, v := range y {
			moved[i] = v + shift
		}
		a, errA := Forecast(y, opt)
		b, errB := Forecast(moved, opt)
		if errA != nil || errB != nil {
			rt.Fatal(errA, errB)
		}
		if a.Season != b.Season || a.Class == NoDemand || b.Class == NoDemand {
			return // the form of season and zero itself do depend on the origin
		}
		for j := range a.Mean {
			if d := math.Abs(b.Mean[j] - a.Mean[j] - shift); d > 1e-9 && a.Season != MultiplicativeSeason {
				rt.Fatalf("%s of %v: step %d moves by %v, want %v", method, y, j+1, b.Mean[j]-a.Mean[j], shift)
			}
		}
	})
}

// TestAllocations: a warm engine allocates nothing.
func TestAllocations(t *testing.T) {
	all := shapes()
	var e Engine
	var r Result
	opt := Options{Season: 12, Horizon: 12, CumulativeTo: 8, Quantiles: []float64{0.5, 0.9, 0.95}, NonNegative: true}
	for _, method := range Methods() {
		opt.Method = method
		for _, name := range []string{"seasonal", "intermittent", "seasonal with gaps", "one"} {
			n := testing.AllocsPerRun(5, func() {
				if err := e.Forecast(all[name], opt, &r); err != nil {
					t.Fatal(err)
				}
			})
			if n > 0 {
				t.Errorf("%s of %s: %v allocations, want 0", method, name, n)
			}
		}
	}
}
