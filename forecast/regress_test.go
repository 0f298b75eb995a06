package forecast

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// promoted simulates demand with a price, a promotion with a dip after it, and
// causes that do nothing.
func promoted(rng *rand.Rand, n, idle int, logs bool) (y []float64, causes []Regressor) {
	price, promo := make([]float64, n), make([]float64, n)
	for t := range price {
		price[t] = math.Log(2 + 0.2*rng.NormFloat64())
		if rng.Float64() < 0.15 {
			promo[t] = 1
		}
	}
	causes = []Regressor{{Name: "price", X: price}, {Name: "promotion", X: promo, Event: true, Lag: 2, Lead: 1}}
	for range idle {
		x := make([]float64, n)
		for t := range x {
			x[t] = rng.NormFloat64()
		}
		causes = append(causes, Regressor{Name: "idle", X: x})
	}
	y = make([]float64, n)
	e := 0.0
	for t := range y {
		e = 0.5*e + 0.1*rng.NormFloat64()
		z := 5 - 2*price[t] + 0.8*promo[t] + e
		if t > 0 {
			z -= 0.4 * promo[t-1]
		}
		if logs {
			y[t] = math.Exp(z)
		} else {
			y[t] = z
		}
	}
	return y, causes
}

func TestRegressionRecovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 1))
	for _, logs := range []bool{false, true} {
		y, causes := promoted(rng, 200, 10, logs)
		y[50], y[51], y[120] = math.NaN(), math.NaN(), math.NaN()
		m, err := FitRegression(y, causes, RegressionOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if m.Log != logs {
			t.Errorf("log = %v, want %v", m.Log, logs)
		}
		want := map[[2]int]float64{{0, 0}: -2, {1, 0}: 0.8, {1, -1}: -0.4}
		for _, e := range m.Effects {
			w, ok := want[[2]int{e.Regressor, e.Shift}]
			if !ok {
				if e.Regressor > 1 {
					t.Errorf("log %v: idle cause in the model: %+v", logs, e)
				}
				continue
			}
			delete(want, [2]int{e.Regressor, e.Shift})
			if math.Abs(e.Coef-w) > 4*e.SE || e.SE > 0.1 || e.SE <= 0 {
				t.Errorf("log %v: %s shift %d: %v ± %v, want %v", logs, e.Name, e.Shift, e.Coef, e.SE, w)
			}
		}
		if len(want) > 0 {
			t.Errorf("log %v: not found: %v", logs, want)
		}
	}
}

// TestRegressionFuture: causes known ahead are used, contributions add up, and a
// stored model forecasts and updates the same.
func TestRegressionFuture(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 1))
	const n, h = 150, 20
	for _, logs := range []bool{false, true} {
		y, causes := promoted(rng, n+h, 2, logs)
		m, err := FitRegression(y[:n], causes, RegressionOptions{})
		if err != nil {
			t.Fatal(err)
		}
		with, blind := make([]float64, h), make([]float64, h)
		if err := m.Forecast(with, causes); err != nil {
			t.Fatal(err)
		}
		none, err := FitRegression(y[:n], nil, RegressionOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := none.Forecast(blind, nil); err != nil {
			t.Fatal(err)
		}
		a, b := 0.0, 0.0
		for j := range with {
			a += math.Abs(y[n+j] - with[j])
			b += math.Abs(y[n+j] - blind[j])
		}
		if !(a < 0.6*b) {
			t.Errorf("log %v: absolute error with causes %v, without %v", logs, a, b)
		}
		rows := make([][]float64, len(causes))
		for i := range rows {
			rows[i] = make([]float64, h)
		}
		if err := m.Contributions(rows, with, n, causes); err != nil {
			t.Fatal(err)
		}
		// Without its causes, each at its reference, the model forecasts what
		// is left.
		quiet := make([]Regressor, len(causes))
		for i, c := range causes {
			quiet[i] = c
			quiet[i].X = append([]float64{}, c.X...)
			for s := n - 3; s < n+h; s++ {
				ref := 0.0
				for _, e := range m.Effects {
					if e.Regressor == i {
						ref = e.Reference
					}
				}
				quiet[i].X[s] = ref
			}
		}
		base := make([]float64, h)
		if err := m.Forecast(base, quiet); err != nil {
			t.Fatal(err)
		}
		for j := range with {
			left := with[j]
			for _, r := range rows {
				left -= r[j]
			}
			if math.Abs(left-base[j]) > 1e-6*math.Abs(base[j]) {
				t.Errorf("log %v: step %d without causes = %v, want %v", logs, j+1, left, base[j])
			}
		}
		stored, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var again Regression
		if err := json.Unmarshal(stored, &again); err != nil {
			t.Fatal(err)
		}
		for _, k := range []*Regression{&m, &again} {
			if err := k.Update(y[n:n+5], causes); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.Forecast(with[:h-5], causes); err != nil {
			t.Fatal(err)
		}
		if err := again.Forecast(blind[:h-5], causes); err != nil {
			t.Fatal(err)
		}
		for j := range h - 5 {
			if with[j] != blind[j] {
				t.Errorf("log %v: stored model forecasts %v, want %v", logs, blind[j], with[j])
			}
		}
	}
}

// TestRegressionVariance holds the lognormal moments against paths.
func TestRegressionVariance(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 1))
	y, causes := promoted(rng, 130, 0, true)
	m, err := FitRegression(y[:120], causes, RegressionOptions{Form: MultiplyEffects})
	if err != nil {
		t.Fatal(err)
	}
	const steps, paths = 8, 40000
	mean, step, sum := make([]float64, steps), make([]float64, steps), make([]float64, steps)
	if err := m.Forecast(mean, causes); err != nil {
		t.Fatal(err)
	}
	m.Variance(step, sum, mean)
	dst := make([]float64, steps*paths)
	if err := m.Simulate(dst, paths, causes, rand.New(rand.NewPCG(5, 6))); err != nil {
		t.Fatal(err)
	}
	for j := range steps {
		var one, all moments
		for k := range paths {
			one.add(dst[k*steps+j])
			s := 0.0
			for i := range j + 1 {
				s += dst[k*steps+i]
			}
			all.add(s)
		}
		if v := one.m2 / paths; math.Abs(v/step[j]-1) > 0.05 {
			t.Errorf("variance of step %d = %v, simulated %v", j+1, step[j], v)
		}
		if v := all.m2 / paths; math.Abs(v/sum[j]-1) > 0.05 {
			t.Errorf("variance of sum %d = %v, simulated %v", j+1, sum[j], v)
		}
		if math.Abs(one.mean/mean[j]-1) > 0.01 {
			t.Errorf("mean of step %d = %v, simulated %v", j+1, mean[j], one.mean)
		}
	}
}

// TestRegressionShort: many causes, some of them the same, and few values: few
// effects, and a finite forecast near the data.
func TestRegressionShort(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 1))
	for _, n := range []int{1, 2, 3, 5, 8, 12, 20} {
		for _, keep := range []bool{false, true} {
			var causes []Regressor
			y := make([]float64, n)
			for t := range y {
				y[t] = 100 + 10*rng.NormFloat64()
			}
			for i := range 15 {
				x := make([]float64, n+4)
				for t := range x {
					x[t] = float64(rng.IntN(2))
				}
				causes = append(causes, Regressor{Name: "a", X: x, Event: i%2 == 0, Lead: i % 3, Keep: keep}, Regressor{Name: "twin", X: x, Keep: keep})
			}
			m, err := FitRegression(y, causes, RegressionOptions{Season: 4})
			if err != nil {
				t.Fatalf("n=%d: %v", n, err)
			}
			if !keep && len(m.Effects) > max(1, n/4) {
				t.Errorf("n=%d: %d effects", n, len(m.Effects))
			}
			fc := make([]float64, 4)
			if err := m.Forecast(fc, causes); err != nil {
				t.Fatal(err)
			}
			for _, v := range fc {
				if math.IsNaN(v) || math.IsInf(v, 0) || !keep && math.Abs(v) > 1000 {
					t.Errorf("n=%d keep=%v: forecast %v", n, keep, fc)
					break
				}
			}
		}
	}
}

func TestRegressionRefuses(t *testing.T) {
	y := []float64{1, 2, 3, 4, 5, 6}
	for _, c := range []struct {
		y      []float64
		causes []Regressor
		opt    RegressionOptions
		want   error
	}{
		{nil, nil, RegressionOptions{}, ErrEmpty},
		{[]float64{1, math.Inf(1)}, nil, RegressionOptions{}, ErrValue},
		{y, []Regressor{{X: y[:5]}}, RegressionOptions{}, ErrOption},
		{y, []Regressor{{X: y, Lag: -1}}, RegressionOptions{}, ErrOption},
		{y, []Regressor{{X: []float64{1, 2, 3, math.NaN(), 5, 6}}}, RegressionOptions{}, ErrValue},
		{y, nil, RegressionOptions{Season: -1}, ErrOption},
	} {
		if _, err := FitRegression(c.y, c.causes, c.opt); !errors.Is(err, c.want) {
			t.Errorf("%v %v: %v, want %v", c.y, c.causes, err, c.want)
		}
	}
	m, err := FitRegression(y, []Regressor{{X: y, Keep: true}}, RegressionOptions{Form: AddEffects})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Forecast(make([]float64, 2), []Regressor{{X: y}}); !errors.Is(err, ErrOption) {
		t.Errorf("forecast without the causes of the steps: %v", err)
	}
	if err := m.Forecast(make([]float64, 2), nil); !errors.Is(err, ErrOption) {
		t.Errorf("forecast without causes: %v", err)
	}
	z, err := FitRegression([]float64{0, 1, 2, 3, 0, 5}, nil, RegressionOptions{Form: MultiplyEffects})
	if err != nil || z.Log || z.Note == "" {
		t.Errorf("series with zeros: %v, log %v, note %q", err, z.Log, z.Note)
	}
}

// promotions is a weekly series of one brand in one store, with its causes.
type promotions struct{ y, price, deal, feature []float64 }

// orangeJuice reads the training part of the Dominick's orange juice data, weeks
// without a row missing, or skips the test where it is not at hand.
func orangeJuice(t *testing.T) []*promotions {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", "forecast", "dominicks_oj_weekly_train.csv.gz"))
	if err != nil {
		t.Skipf("reference data is not at hand: %v", err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []*promotions
	last, week := "", 0
	for _, r := range rows[1:] {
		w := int(number(t, r[1]))
		if r[0] != last {
			all = append(all, &promotions{})
			last, week = r[0], w-1
		}
		s := all[len(all)-1]
		for week++; week < w; week++ {
			k := len(s.y) - 1
			s.y, s.price, s.deal, s.feature = append(s.y, math.NaN()), append(s.price, s.price[k]), append(s.deal, 0), append(s.feature, 0)
		}
		s.y, s.price = append(s.y, number(t, r[2])), append(s.price, math.Log(number(t, r[3])))
		s.deal, s.feature = append(s.deal, number(t, r[4])), append(s.feature, number(t, r[5]))
	}
	return all
}

// TestRegressionPromotions: of the last eight weeks of the training part, known
// causes forecast better than none, over many series.
func TestRegressionPromotions(t *testing.T) {
	const h = 8
	with, without, n := 0.0, 0.0, 0
	all := orangeJuice(t)
	var f RegressionFitter
	var m Regression
	fc := make([]float64, h)
	for k := 5; k < len(all); k += 30 {
		s := all[k]
		train := len(s.y) - h
		causes := []Regressor{{Name: "price", X: s.price}, {Name: "deal", X: s.deal, Event: true, Lag: 1}, {Name: "feature", X: s.feature, Event: true, Lag: 1}}
		scale := 0.0
		for i := 1; i < train; i++ {
			if d := s.y[i] - s.y[i-1]; !math.IsNaN(d) {
				scale += math.Abs(d) / float64(train-1)
			}
		}
		score := func(c []Regressor) float64 {
			if err := f.Fit(s.y[:train], c, RegressionOptions{}, &m); err != nil {
				t.Fatal(err)
			}
			if err := m.Forecast(fc, c); err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for j, v := range fc {
				if d := s.y[train+j] - v; !math.IsNaN(d) {
					sum += math.Abs(d) / h / scale
				}
			}
			return sum
		}
		with += score(causes)
		without += score(nil)
		n++
	}
	t.Logf("%d series: MASE %.3f with causes, %.3f without", n, with/float64(n), without/float64(n))
	if !(with < 0.75*without) {
		t.Errorf("%d series: MASE %.3f with causes, %.3f without", n, with/float64(n), without/float64(n))
	}
}

func FuzzRegression(f *testing.F) {
	f.Add([]byte{4, 3, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 1})
	f.Add([]byte{0, 255, 1, 0, 0, 255, 0, 9, 9, 0, 1, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 6 || len(b) > 120 {
			return
		}
		data := b[3:]
		n := len(data) / 2
		y, x := make([]float64, n), make([]float64, n+3)
		for i := range y {
			y[i] = float64(data[i])
			if data[i] == 255 {
				y[i] = math.NaN()
			}
			x[i] = float64(int8(data[n+i])) * math.Pow(10, float64(int(b[2])%200)-100)
		}
		causes := []Regressor{
			{X: x, Lead: int(b[1]) & 3, Lag: int(b[1]) >> 2 & 3, Event: b[1]&16 > 0, Keep: b[1]&32 > 0},
			{X: x, Keep: b[1]&64 > 0},
		}
		m, err := FitRegression(y, causes, RegressionOptions{Season: int(b[0]) % 14, Form: EffectForm(b[1] >> 7), ARIMA: ARIMAOptions{Evaluations: 500}})
		if err != nil {
			if !errors.Is(err, ErrEmpty) {
				t.Fatalf("%v: %v", y, err)
			}
			return
		}
		fc, step, sum := make([]float64, 3), make([]float64, 3), make([]float64, 3)
		if err := m.Forecast(fc, causes); err != nil {
			t.Fatal(err)
		}
		m.Variance(step, sum, fc)
		for j := range fc {
			if !finiteNumber(fc[j]) || !finiteNumber(step[j]) || !finiteNumber(sum[j]) {
				t.Fatalf("%v %v: %v %v %v %+v", y, x, fc, step, sum, m)
			}
		}
		if err := m.Update([]float64{3, math.NaN(), 0}, causes); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkRegression(b *testing.B) {
	y, causes := promoted(rand.New(rand.NewPCG(11, 1)), 110, 4, true)
	var f RegressionFitter
	var m Regression
	b.ReportAllocs()
	for b.Loop() {
		if err := f.Fit(y, causes, RegressionOptions{Season: 52}, &m); err != nil {
			b.Fatal(err)
		}
	}
}
