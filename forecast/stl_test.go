package forecast

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// TestLoess holds the smoother against weighted least squares written from the
// definition, Cleveland et al. (1990), section 2.1: the window nearest values,
// tricube weights, the window stretched where there are fewer.
func TestLoess(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		n, window, degree := 2+rng.IntN(30), 3+2*rng.IntN(12), rng.IntN(2)
		y, weights := make([]float64, n), make([]float64, n)
		for i := range y {
			y[i], weights[i] = rng.NormFloat64(), 0.2+rng.Float64()
		}
		got := make([]float64, n)
		loess(y, window, degree, 1, weights, got)
		for i := range y {
			// Distance to the window-th nearest value of those there are.
			left := min(max(0, i-(window+1)/2+1), max(0, n-window))
			right := min(n-1, left+window-1)
			h := math.Max(float64(i-left), float64(right-i))
			if window > n {
				h += float64((window - n) / 2)
			}
			var s0, s1, s2, t0, t1 float64
			for j := left; j <= right; j++ {
				u := math.Abs(float64(j-i)) / h
				if u > 0.999 {
					continue
				}
				w := weights[j]
				if u > 0.001 {
					w *= math.Pow(1-math.Pow(u, 3), 3)
				}
				x := float64(j)
				s0 += w
				s1 += w * x
				s2 += w * x * x
				t0 += w * y[j]
				t1 += w * x * y[j]
			}
			want := t0 / s0
			if det := s0*s2 - s1*s1; degree == 1 && math.Sqrt(det)/s0 > 0.001*float64(n-1) {
				slope := (s0*t1 - s1*t0) / det
				want = (t0-slope*s1)/s0 + slope*float64(i)
			}
			if math.Abs(got[i]-want) > 1e-9 {
				t.Fatalf("n=%d window=%d degree=%d: value %d = %v, want %v", n, window, degree, i, got[i], want)
			}
		}
	}
}

// TestSTLExact: a line and a season that does not change are found, at any
// setting, with missing values, and an outlier does not touch the robust fit.
// With a season of degree 0 two rounds leave a little of the line at the ends.
func TestSTLExact(t *testing.T) {
	season := []float64{3, -1, 0, 5, -4, -3}
	truth := func(i int) float64 { return 10 + 0.5*float64(i) }
	var d Decomposition
	for _, p := range []STL{{}, {Periodic: true}, {SeasonDegree: 1}, {Robust: true}, {SeasonWindow: 7, TrendWindow: 15, TrendJump: 1, LowJump: 1}} {
		p.Period = len(season)
		y := make([]float64, 60)
		for i := range y {
			y[i] = truth(i) + season[i%6]
		}
		if p.Robust {
			y[31] += 1000
		}
		y[20], y[21], y[45] = math.NaN(), math.NaN(), math.NaN()
		if err := p.Decompose(y, &d); err != nil {
			t.Fatal(err)
		}
		tol := 0.1
		if p.SeasonDegree == 1 || p.Robust {
			tol = 1e-2
		}
		for i := range y {
			if math.Abs(d.Trend[i]-truth(i)) > tol || math.Abs(d.Seasonal[0][i]-season[i%6]) > tol {
				t.Errorf("%+v: period %d: trend %v, season %v, want %v, %v", p, i, d.Trend[i], d.Seasonal[0][i], truth(i), season[i%6])
				break
			}
		}
		if s := d.Strength(0); !p.Robust && s < 0.99 {
			t.Errorf("%+v: strength = %v, want 1", p, s)
		}
	}
}

// TestMSTLAddsUp: the parts of a series add up to it, both seasons are found and
// forecast, and a season that is not there has little strength.
func TestMSTLAddsUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	y := make([]float64, 24*7*5)
	for i := range y {
		y[i] = 100 + 10*math.Sin(2*math.Pi*float64(i)/24) + 20*math.Cos(2*math.Pi*float64(i)/168) + rng.NormFloat64()
	}
	var d Decomposition
	if err := (MSTL{Periods: []int{168, 24, 5000}}).Decompose(y, &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Periods) != 2 || d.Periods[0] != 24 || d.Periods[1] != 168 {
		t.Fatalf("seasons %v, want 24 and 168", d.Periods)
	}
	for i, v := range y {
		if got := d.Trend[i] + d.Seasonal[0][i] + d.Seasonal[1][i] + d.Remainder[i]; math.Abs(got-v) > 1e-9 {
			t.Fatalf("parts of period %d add up to %v, want %v", i, got, v)
		}
	}
	for i := range d.Periods {
		if s := d.Strength(i); s < 0.9 {
			t.Errorf("strength of season %d = %v", d.Periods[i], s)
		}
	}
	fc := make([]float64, 200)
	if err := (MSTL{Periods: []int{24, 168}}).Forecast(fc, y, &d, nil); err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for j, v := range fc {
		i := len(y) + j
		e := v - (100 + 10*math.Sin(2*math.Pi*float64(i)/24) + 20*math.Cos(2*math.Pi*float64(i)/168))
		sum += e * e / float64(len(fc))
	}
	if sum > 2 {
		t.Errorf("mean squared error of the forecast = %v, the noise has 1", sum)
	}
	noise := make([]float64, 120)
	for i := range noise {
		noise[i] = rng.NormFloat64()
	}
	if err := (STL{Period: 12, Periodic: true}).Decompose(noise, &d); err != nil {
		t.Fatal(err)
	}
	if s := d.Strength(0); s > 0.4 {
		t.Errorf("strength of a season in noise = %v", s)
	}
}

func TestSTLRefuses(t *testing.T) {
	var d Decomposition
	y := make([]float64, 20)
	for _, c := range []struct {
		p    STL
		y    []float64
		want error
	}{
		{STL{}, y, ErrOption},
		{STL{Period: 11}, y, ErrShort},
		{STL{Period: 4, SeasonWindow: 4}, y, ErrOption},
		{STL{Period: 4, TrendWindow: 1}, y, ErrOption},
		{STL{Period: 4, SeasonDegree: 2}, y, ErrOption},
		{STL{Period: 4, LowJump: -1}, y, ErrOption},
		{STL{Period: 2}, []float64{1, 2, math.Inf(1), 3}, ErrValue},
		{STL{Period: 2}, []float64{math.NaN(), math.NaN(), math.NaN(), math.NaN()}, ErrEmpty},
	} {
		if err := c.p.Decompose(c.y, &d); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v, want %v", c.p, err, c.want)
		}
	}
}

// TestKPSS: the statistic by hand. y = 1, 2, 3, 4: mean 2.5, sums -1.5, -2,
// -1.5, 0; squares 2.25 + 4 + 2.25 = 8.5; no lags for n = 4; s² = 5/4, so that
// the statistic is 8.5/16/1.25 = 0.425.
func TestKPSS(t *testing.T) {
	if got := KPSS([]float64{1, 2, 3, 4}); math.Abs(got-0.425) > 1e-12 {
		t.Errorf("KPSS(1, 2, 3, 4) = %v, want 0.425", got)
	}
	rng := rand.New(rand.NewPCG(7, 7))
	refused, walks := 0, 0
	scratch := make([]float64, 200)
	for range 400 {
		noise, walk := make([]float64, 200), make([]float64, 200)
		level := 0.0
		for i := range noise {
			noise[i] = rng.NormFloat64()
			level += rng.NormFloat64()
			walk[i] = level
		}
		if KPSS(noise) > kpssCritical {
			refused++
		}
		if Differences(walk, 2, scratch) == 1 {
			walks++
		}
	}
	if refused < 8 || refused > 36 {
		t.Errorf("of 400 stationary series %d refused at 5 %%, want about 20", refused)
	}
	if walks < 340 {
		t.Errorf("of 400 random walks %d differenced once", walks)
	}
}

func FuzzSTL(f *testing.F) {
	f.Add([]byte{4, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Add([]byte{2, 3, 0, 0, 0, 0, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 3 || len(b) > 300 {
			return
		}
		var y []float64
		for _, v := range b[2:] {
			if v == 255 {
				y = append(y, math.NaN())
			} else {
				y = append(y, float64(v))
			}
		}
		var d Decomposition
		p := STL{Period: int(b[0]), Robust: b[1]&1 == 1, Periodic: b[1]&2 == 2, SeasonDegree: int(b[1]) >> 2 & 1}
		if err := p.Decompose(y, &d); err != nil {
			return
		}
		for i := range y {
			if v := d.Trend[i] + d.Seasonal[0][i]; math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%+v of %v: period %d is %v + %v", p, y, i, d.Trend[i], d.Seasonal[0][i])
			}
		}
	})
}

func BenchmarkSTL(b *testing.B) {
	for _, c := range []struct {
		name   string
		n, m   int
		robust bool
	}{{"month", 120, 12, false}, {"hour", 24 * 60, 24, false}, {"day", 365 * 6, 365, false}, {"robust", 120, 12, true}} {
		b.Run(c.name, func(b *testing.B) {
			y := make([]float64, c.n)
			rng := rand.New(rand.NewPCG(1, 2))
			for i := range y {
				y[i] = 100 + 10*math.Sin(2*math.Pi*float64(i)/float64(c.m)) + rng.NormFloat64()
			}
			var d Decomposition
			b.ReportAllocs()
			for b.Loop() {
				if err := (STL{Period: c.m, Robust: c.robust}).Decompose(y, &d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
