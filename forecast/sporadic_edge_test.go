package forecast

import (
	"errors"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
)

// TestSporadicWide: sums too large for the probabilities of single units.
func TestSporadicWide(t *testing.T) {
	y := make([]float64, 40)
	for i := range y {
		y[i] = 99 + float64(i%3)
	}
	var s Sporadic
	var r SporadicResult
	for _, m := range SporadicMethods() {
		opt := SporadicOptions{Method: m, CumulativeTo: 40, Quantiles: []float64{0.05, 0.95}}
		if err := s.Forecast(y, opt, &r); err != nil {
			t.Fatal(err)
		}
		for j, mean := range r.CumMean {
			if lo, hi := r.SumQuantile(0)[j], r.SumQuantile(1)[j]; lo < 0.4*mean || lo > mean*1.01 || hi < mean*0.99 || hi > 2*mean {
				t.Errorf("%s: %d steps, mean %v, quantiles %v to %v", m, j+1, mean, lo, hi)
			}
		}
	}
}

func TestCrostonFitted(t *testing.T) {
	y := sporadicSeries(rand.New(rand.NewPCG(1, 5)), 30, 0.4)
	for _, c := range []Croston{{}, {SBA: true, Alpha: 0.3}, {SBJ: true}} {
		for i, f := range c.Fitted(make([]float64, len(y)), y) {
			close2(t, "fitted", f, c.Fit(y[:i]).Rate, 1e-12)
		}
	}
}

func FuzzSporadic(f *testing.F) {
	f.Add([]byte{14, 3, 0, 0, 3, 0, 1})
	f.Add([]byte{2, 9, 200, 0, 1, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 3 || len(b) > 200 {
			return
		}
		names := SporadicMethods()
		opt := SporadicOptions{Method: names[int(b[0])%len(names)], Horizon: int(b[1] % 20), CumulativeTo: int(b[1] % 13), Quantiles: sporadicQs}
		var y []float64
		for _, v := range b[2:] {
			switch {
			case v == 255:
				y = append(y, math.NaN())
			case v >= 250:
				y = append(y, math.Pow(10, float64(v-249)*40))
			case v >= 200:
				y = append(y, -float64(v))
			case v >= 100:
				y = append(y, 0)
			default:
				y = append(y, float64(v)/4)
			}
		}
		var s Sporadic
		var r SporadicResult
		if err := s.Forecast(y, opt, &r); err != nil {
			if !errors.Is(err, ErrEmpty) && !errors.Is(err, ErrValue) {
				t.Fatal(err)
			}
			return
		}
		checkSporadic(t, y, opt, &r)
	})
}

func TestSporadicAllocates(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	y := sporadicSeries(rng, 104, 0.2)
	var s Sporadic
	var r SporadicResult
	for _, m := range SporadicMethods() {
		opt := SporadicOptions{Method: m, CumulativeTo: 8, Quantiles: sporadicQs}
		if n := testing.AllocsPerRun(10, func() { _ = s.Forecast(y, opt, &r) }); n > 0 {
			t.Errorf("%s allocates %v times a series", m, n)
		}
	}
}

// TestCalibrator: order and workers do not show, and the beta distribution that
// made a catalogue is found again.
func TestCalibrator(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	const n = 3000
	series := make([][]float64, n)
	for i := range series {
		// The least of three and of one uniform: beta(1, 3) is 1-u^(1/3).
		p := 1 - math.Cbrt(rng.Float64())
		series[i] = sporadicSeries(rng, 20+rng.IntN(40), p)
	}
	one := NewCalibrator(n)
	var s Sporadic
	for i, y := range series {
		one.Observe(i, y, &s)
	}
	pool := one.Pool()
	close2(t, "A", pool.A, 1, 0.1)
	close2(t, "B", pool.B, 3, 0.3)

	other := NewCalibrator(n)
	var wg sync.WaitGroup
	for w := range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var s Sporadic
			for i := w; i < n; i += 3 {
				other.Observe(i, series[n-1-i], &s)
			}
		}()
	}
	wg.Wait()
	if got := other.Pool(); *got != *pool {
		t.Errorf("another order gives %+v, want %+v", *got, *pool)
	}
	var r SporadicResult
	opt := SporadicOptions{Horizon: 1, CumulativeTo: 3, Quantiles: []float64{0.95}, Pool: pool}
	if err := s.Forecast(make([]float64, 20), opt, &r); err != nil {
		t.Fatal(err)
	}
	close2(t, "an item that never sold", r.Mean[0], pool.Size*pool.A/(pool.A+pool.B+20), 1e-9)
	if r.Note == "" {
		t.Error("no note on the catalogue's part")
	}
	if p := NewCalibrator(5).Pool(); p.Series != 0 || p.A != 0 {
		t.Errorf("nothing observed gives %+v", p)
	}
}
