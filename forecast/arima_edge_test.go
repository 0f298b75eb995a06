package forecast

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// usable fails the test unless model and forecast are finite.
func usableARIMA(t *testing.T, y []float64, m *ARIMA) []float64 {
	t.Helper()
	fc, step, sum := make([]float64, 30), make([]float64, 30), make([]float64, 30)
	if err := m.Forecast(fc, nil); err != nil {
		t.Fatal(err)
	}
	m.Variance(step, sum)
	for j := range fc {
		if !finiteNumber(fc[j]) || !finiteNumber(step[j]) || !finiteNumber(sum[j]) || step[j] < 0 || sum[j] < 0 {
			t.Fatalf("%v %v: step %d: mean %v, variances %v and %v of %v", m.Order, m.Constant, j+1, fc[j], step[j], sum[j], y)
		}
	}
	return fc
}

func finiteNumber(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func TestAutoARIMAStrange(t *testing.T) {
	nan := math.NaN()
	line, spike, steps, many, gappy := make([]float64, 40), make([]float64, 40), make([]float64, 40), make([]float64, 300), make([]float64, 300)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range line {
		line[i] = 3 + 2*float64(i)
		steps[i] = float64(i / 20)
	}
	for i := range many {
		many[i] = rng.NormFloat64()
		gappy[i] = many[i]
		if i > 0 && rng.IntN(2) == 0 {
			gappy[i] = nan
		}
	}
	spike[17] = 1000
	square := make([]float64, 40)
	for i := range square {
		square[i] = float64(i * i)
	}
	for name, y := range map[string][]float64{
		"one": {5}, "two": {5, 7}, "three": {1, 2, 4}, "zero": make([]float64, 30), "constant": {4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4},
		"line": line, "square": square, "spike": spike, "steps": steps, "many": many, "gappy": gappy,
		"huge": {1e300, 2e300, 1e300, 3e300, 2e300, -1e300, 1e308, 1e300}, "tiny": {1e-300, 2e-300, 1e-300, 3e-300, 5e-300, 1e-300, 2e-300},
		"subnormal": {5e-324, 0, 5e-324, 5e-324, 0, 0, 5e-324},
		"mixed":     {1e300, 1e-300, 0, -1e300, 1, 2, 3, 4, 1e200, 5},
		"missing":   {nan, nan, 1, nan, 3, nan, nan, 5, 4, nan, 6, nan},
		"ends":      {1, nan, nan, nan, nan, nan, nan, 3},
		"negative":  {-1, -5, -3, -4, -2, -6, -1, -3, -2},
		"level":     {1e9, 1e9 + 1, 1e9, 1e9 + 1, 1e9 + 2, 1e9, 1e9 + 1, 1e9 + 3, 1e9, 1e9 + 1, 1e9},
	} {
		for _, m := range []int{0, 1, 4, 12, 52, 365} {
			a, err := AutoARIMA(y, m, ARIMAOptions{})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			fc := usableARIMA(t, y, &a)
			switch {
			case name == "line" && math.Abs(fc[9]-(3+2*49)) > 1e-6,
				name == "constant" && math.Abs(fc[9]-4) > 1e-9,
				name == "zero" && fc[9] != 0:
				t.Errorf("%s, season %d: %v forecasts %v", name, m, a.Order, fc[:10])
			}
		}
	}
}

func TestARIMARefuses(t *testing.T) {
	y := []float64{1, 3, 2, 4, 3, 5, 4, 6}
	for _, c := range []struct {
		y    []float64
		o    ARIMAOrder
		opt  ARIMAOptions
		want error
	}{
		{nil, ARIMAOrder{}, ARIMAOptions{}, ErrEmpty},
		{[]float64{math.NaN()}, ARIMAOrder{}, ARIMAOptions{}, ErrEmpty},
		{[]float64{1, math.Inf(-1)}, ARIMAOrder{}, ARIMAOptions{}, ErrValue},
		{y, ARIMAOrder{P: -1}, ARIMAOptions{}, ErrOption},
		{y, ARIMAOrder{SP: 1}, ARIMAOptions{}, ErrOption},
		{y, ARIMAOrder{D: 9}, ARIMAOptions{}, ErrShort},
		{y, ARIMAOrder{P: 5, Q: 5}, ARIMAOptions{}, ErrShort},
		{y, ARIMAOrder{SP: 3, Season: 500}, ARIMAOptions{}, ErrOption},
		{y, ARIMAOrder{P: math.MaxInt}, ARIMAOptions{}, ErrOption},
		{y, ARIMAOrder{D: math.MaxInt}, ARIMAOptions{}, ErrOption},
		{y, ARIMAOrder{}, ARIMAOptions{X: [][]float64{{1, 2}}}, ErrOption},
		{y, ARIMAOrder{}, ARIMAOptions{X: [][]float64{{1, 2, 3, 4, 5, 6, 7, math.NaN()}}}, ErrValue},
	} {
		if _, err := FitARIMA(c.y, c.o, c.opt); !errors.Is(err, c.want) {
			t.Errorf("FitARIMA(%v, %v): %v, want %v", c.y, c.o, err, c.want)
		}
	}
	m := ARIMA{Order: ARIMAOrder{P: 1}, AR: []float64{1.2}}
	var f ARIMAFitter
	if err := f.Evaluate(y, ARIMAOptions{}, &m); !errors.Is(err, ErrOption) {
		t.Errorf("explosive coefficients: %v", err)
	}
	good, err := FitARIMA(y, ARIMAOrder{P: 1}, ARIMAOptions{Constant: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := good.Forecast(make([]float64, 2), [][]float64{{1, 2}}); !errors.Is(err, ErrOption) {
		t.Errorf("regressors for a model without: %v", err)
	}
	if err := good.Update([]float64{math.Inf(1)}, nil); !errors.Is(err, ErrValue) {
		t.Errorf("update with infinity: %v", err)
	}
	if err := good.Simulate(make([]float64, 7), 2, nil, rand.New(rand.NewPCG(1, 1))); !errors.Is(err, ErrOption) {
		t.Errorf("7 values for 2 paths: %v", err)
	}
}

// TestAutoARIMAScale: forecasts move with the unit of the series, to the bit where
// it is a power of two, and the likelihood by the logarithm of it.
func TestAutoARIMAScale(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 2))
	for range 10 {
		y, scaled := make([]float64, 60), make([]float64, 60)
		level := 100.0
		for i := range y {
			level += rng.NormFloat64()
			y[i] = level + 5*math.Sin(float64(i)*math.Pi/2) + rng.NormFloat64()
			scaled[i] = y[i] * 1024
		}
		a, err := AutoARIMA(y, 4, ARIMAOptions{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := AutoARIMA(scaled, 4, ARIMAOptions{})
		if err != nil {
			t.Fatal(err)
		}
		p, q := usableARIMA(t, y, &a), usableARIMA(t, scaled, &b)
		for j := range p {
			if p[j]*1024 != q[j] {
				t.Fatalf("%v: step %d = %v, scaled %v", a.Order, j+1, p[j], q[j])
			}
		}
		if d := a.LogLik - b.LogLik - float64(a.Used)*math.Log(1024); math.Abs(d) > 1e-9*math.Abs(a.LogLik) {
			t.Errorf("log-likelihoods %v and %v", a.LogLik, b.LogLik)
		}
	}
}

// TestAutoARIMAFinds: of long simulated series the order of differencing is found,
// and a model whose criterion is no worse than that of the true order.
func TestAutoARIMAFinds(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 3))
	var f ARIMAFitter
	for k := range 12 {
		truth := ARIMA{Order: ARIMAOrder{P: 1, D: k % 2, Q: 1, SQ: k / 2 % 2, Season: 4}, AR: []float64{0.6}, MA: []float64{0.3}, Sigma2: 1}
		if truth.Order.SQ > 0 {
			truth.SMA = []float64{0.5}
		}
		start := make([]float64, 20)
		if err := f.Evaluate(start, ARIMAOptions{}, &truth); err != nil {
			t.Fatal(err)
		}
		truth.Sigma2 = 1
		y := make([]float64, 300)
		if err := truth.Simulate(y, 1, nil, rng); err != nil {
			t.Fatal(err)
		}
		var m ARIMA
		if err := f.Auto(y, 4, ARIMAOptions{}, &m); err != nil {
			t.Fatal(err)
		}
		if m.Order.D != truth.Order.D || m.Order.SD != 0 {
			t.Logf("%v for a series of %v", m.Order, truth.Order)
			continue
		}
		best, err := FitARIMA(y, truth.Order, ARIMAOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if m.AICc > best.AICc+0.5 {
			t.Errorf("%v with AICc %v, the true %v has %v", m.Order, m.AICc, truth.Order, best.AICc)
		}
	}
}

// TestARIMAAllocations: one evaluation of the likelihood allocates nothing, nor
// does a whole choice on a fitter that has seen a series as large.
func TestARIMAAllocations(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	y := make([]float64, 120)
	for i := range y {
		y[i] = 100 + 20*math.Sin(float64(i)*math.Pi/6) + 5*rng.NormFloat64()
	}
	y[50] = math.NaN()
	var f ARIMAFitter
	var m ARIMA
	if err := f.Fit(y, ARIMAOrder{P: 2, D: 1, Q: 2, SP: 1, SD: 1, SQ: 1, Season: 12}, ARIMAOptions{}, &m); err != nil {
		t.Fatal(err)
	}
	if err := f.prepare(m.Order, false); err != nil {
		t.Fatal(err)
	}
	x := append([]float64{}, f.best...)
	if n := testing.AllocsPerRun(100, func() { f.value(x) }); n != 0 {
		t.Errorf("%v allocations an evaluation", n)
	}
	if n := testing.AllocsPerRun(3, func() {
		if err := f.Auto(y, 12, ARIMAOptions{}, &m); err != nil {
			t.Fatal(err)
		}
	}); n > 2 {
		t.Errorf("%v allocations a choice", n)
	}
}

func FuzzAutoARIMA(f *testing.F) {
	f.Add([]byte{4, 0, 1, 2, 3, 4, 1, 2, 3, 5, 1, 2, 3, 4})
	f.Add([]byte{0, 1, 255, 9, 255, 9, 254, 9})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 3 || len(b) > 80 {
			return
		}
		var y []float64
		for _, v := range b[2:] {
			switch v {
			case 255:
				y = append(y, math.NaN())
			case 254:
				y = append(y, 1e300)
			case 253:
				y = append(y, -1e-300)
			default:
				y = append(y, float64(v)-20)
			}
		}
		m, err := AutoARIMA(y, int(b[0])%40, ARIMAOptions{Evaluations: 2000})
		if err != nil {
			if !errors.Is(err, ErrEmpty) {
				t.Fatalf("%v: %v", y, err)
			}
			return
		}
		usableARIMA(t, y, &m)
		o := ARIMAOrder{P: int(b[1]) & 3, D: int(b[1]) >> 2 & 1, Q: int(b[1]) >> 3 & 3, SP: int(b[1]) >> 5 & 1, SD: int(b[1]) >> 6 & 1, SQ: int(b[1]) >> 7, Season: 2 + int(b[0])%10}
		if m, err := FitARIMA(y, o, ARIMAOptions{Constant: b[0] > 128}); err == nil {
			usableARIMA(t, y, &m)
			if err := m.Update([]float64{1, math.NaN(), 3}, nil); err != nil {
				t.Fatal(err)
			}
			usableARIMA(t, y, &m)
		}
	})
}

func BenchmarkAutoARIMA(b *testing.B) {
	for _, c := range []struct {
		name string
		n, m int
	}{{"year", 20, 1}, {"quarter", 44, 4}, {"month", 116, 12}, {"week", 208, 52}, {"hour", 24 * 28, 24}, {"long", 4096, 7}} {
		b.Run(c.name, func(b *testing.B) {
			y := make([]float64, c.n)
			rng := rand.New(rand.NewPCG(1, 2))
			level := 100.0
			for i := range y {
				level += 0.5 * rng.NormFloat64()
				y[i] = level + 10*math.Sin(2*math.Pi*float64(i)/float64(max(2, c.m))) + 3*rng.NormFloat64()
			}
			var f ARIMAFitter
			var m ARIMA
			b.ReportAllocs()
			evals := 0
			for b.Loop() {
				if err := f.Auto(y, c.m, ARIMAOptions{}, &m); err != nil {
					b.Fatal(err)
				}
				evals = f.evals
			}
			b.ReportMetric(float64(evals), "evals")
		})
	}
}

func BenchmarkARIMALikelihood(b *testing.B) {
	y := make([]float64, 116)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range y {
		y[i] = 100 + 10*math.Sin(2*math.Pi*float64(i)/12) + 3*rng.NormFloat64()
	}
	var f ARIMAFitter
	var m ARIMA
	o := ARIMAOrder{P: 1, D: 1, Q: 1, SD: 1, SQ: 1, Season: 12}
	if err := f.Fit(y, o, ARIMAOptions{}, &m); err != nil {
		b.Fatal(err)
	}
	if err := f.prepare(o, false); err != nil {
		b.Fatal(err)
	}
	x := append([]float64{}, f.best...)
	b.ReportAllocs()
	for b.Loop() {
		f.value(x)
	}
}

// BenchmarkAutoARIMAM3 chooses a model for every series of the training part of
// the M3 competition, where that is at hand.
func BenchmarkAutoARIMAM3(b *testing.B) {
	for _, c := range []struct {
		name string
		m    int
	}{{"yearly", 1}, {"quarterly", 4}, {"monthly", 12}, {"other", 1}} {
		b.Run(c.name, func(b *testing.B) {
			all := competition(b, c.name)
			var f ARIMAFitter
			var m ARIMA
			b.ReportAllocs()
			for b.Loop() {
				for _, y := range all {
					if err := f.Auto(y, c.m, ARIMAOptions{}, &m); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N*len(all)), "ms/series")
		})
	}
}

// competition reads the training part of the M3 series of a frequency.
func competition(b *testing.B, name string) [][]float64 {
	b.Helper()
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", "forecast", "m3_"+name+"_train.csv.gz"))
	if err != nil {
		b.Skipf("reference data is not at hand: %v", err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			b.Error(err)
		}
	}()
	z, err := gzip.NewReader(f)
	if err != nil {
		b.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	var all [][]float64
	last := ""
	for _, r := range rows[1:] {
		if r[0] != last {
			all, last = append(all, nil), r[0]
		}
		v, err := strconv.ParseFloat(r[2], 64)
		if err != nil {
			b.Fatal(err)
		}
		all[len(all)-1] = append(all[len(all)-1], v)
	}
	return all
}
