package forecast

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

func close2(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func TestNegBin(t *testing.T) {
	for _, c := range []struct{ mean, vmr float64 }{{0.3, 1}, {2, 1.5}, {40, 6}, {0.01, 30}} {
		l := Lattice{1, negBin(nil, c.mean, c.vmr, 5000)}
		close2(t, "mean", l.Mean(), c.mean, 1e-5*c.mean)
		close2(t, "variance", l.Variance(), c.mean*c.vmr, 1e-4*c.mean*c.vmr)
		// Closed under addition at one ratio.
		sum := convolve(nil, l.P, negBin(nil, 1.7, c.vmr, 5000), 10000)
		for k, p := range negBin(nil, c.mean+1.7, c.vmr, 5000) {
			close2(t, fmt.Sprint("P", k), sum[k], p, 1e-9)
		}
		// The log likelihood is that of the probabilities, less the factorial.
		fact := 1.0
		for k := 0; k < 8; k++ {
			if k > 0 {
				fact *= float64(k)
			}
			close2(t, "log", negBinLog(float64(k), c.mean, c.vmr, logRatio(c.vmr))-math.Log(fact), math.Log(l.P[k]), 1e-6)
		}
	}
	// Poisson, mean 2: P(X <= 4) = 0.9473, P(X <= 5) = 0.9834.
	p := Lattice{5, negBin(nil, 2, 1, 100)}
	if got := p.Quantile(0.95); got != 25 {
		t.Errorf("Poisson(2) in fives, 0.95 quantile = %v, want 25", got)
	}
	close2(t, "CDF(20)", p.CDF(20), 0.947347, 1e-6)
}

func TestLatticeUnit(t *testing.T) {
	for _, c := range []struct {
		y    []float64
		want float64
	}{
		{[]float64{0, 0}, 1},
		{[]float64{2, 4, 0, 6}, 1}, // three demands may be even by chance
		{[]float64{12, 24, 12, 36, 12, 24}, 12},
		{[]float64{0.25, 1.5, 0.75}, 0.25},
		{[]float64{0.3, 0.1, 0.7, 1.1}, 0.1},
		{[]float64{1, 1280}, 10},
		{[]float64{math.Pi, math.E, math.Sqrt2}, math.Pi / 128},
	} {
		if got := latticeUnit(c.y); math.Abs(got-c.want) > 1e-9*c.want {
			t.Errorf("latticeUnit(%v) = %v, want %v", c.y, got, c.want)
		}
	}
}

// TestCompound: a known probability makes periods independent, so that the sum is
// the convolution of the first; an unknown one is checked by integrating over
// the beta density.
func TestCompound(t *testing.T) {
	for _, shift := range []float64{0, 1} {
		l := law{kind: compoundLaw, a: 0.3e9, b: 0.7e9, size: 3.5, sizeVMR: 2.2, shift: shift}
		one, _, _ := l.compound(1, nil, nil)
		sum := []float64{1}
		for n := 1; n <= 6; n++ {
			sum = convolve(nil, sum, one, 4000)
			got, _, ok := l.compound(n, nil, nil)
			if !ok {
				t.Fatal("too wide")
			}
			for k := range min(len(got), len(sum)) {
				close2(t, fmt.Sprint("sum of ", n, " P", k), got[k], sum[k], 1e-7)
			}
		}
		l.a, l.b = 2, 5
		want := make([]float64, 400)
		const cells = 4000
		for i := range cells {
			p := (float64(i) + 0.5) / cells
			density := 30 * p * math.Pow(1-p, 4) / cells // B(2, 5) = 1/30
			known := law{kind: compoundLaw, a: p * 1e9, b: (1 - p) * 1e9, size: 3.5, sizeVMR: 2.2, shift: shift}
			if i%10 == 5 { // every tenth cell stands for ten
				row, _, _ := known.compound(4, nil, nil)
				for k, v := range row {
					want[k] += 10 * density * v
				}
			}
		}
		got, _, _ := l.compound(4, nil, nil)
		for k, v := range got {
			close2(t, fmt.Sprint("beta-binomial P", k), v, want[k], 2e-4)
		}
		mean, variance := l.compoundMoments(4)
		d := Lattice{1, got}
		close2(t, "mean", d.Mean(), mean, 1e-6)
		close2(t, "variance", d.Variance(), variance, 1e-4)
	}
}

// TestWillemain draws what the method draws and compares.
func TestWillemain(t *testing.T) {
	y := []float64{0, 3, 0, 0, 7, 1, 0, 0, 0, 2, 3, 0}
	var w Willemain
	w.Fit(y)
	// After none: 3 times none, 3 times demand; after demand: 3 and 2.
	close2(t, "from none", w.From0, 3.5/7, 1e-12)
	close2(t, "from demand", w.From1, 2.5/6, 1e-12)
	if w.Last {
		t.Error("the last period had no demand")
	}
	var c chain
	c.start(&w)
	const lead = 4
	for range lead {
		c.step(&w, true)
	}
	exact := make([]float64, len(c.idle))
	for k := range exact {
		exact[k] = c.idle[k] + c.busy[k]
	}
	mean, variance := c.moments()
	d := Lattice{1, exact}
	close2(t, "mean", d.Mean(), mean, 1e-8)
	close2(t, "variance", d.Variance(), variance, 1e-6)

	rng := rand.New(rand.NewPCG(1, 2))
	sizes := []float64{3, 7, 1, 2, 3}
	const draws = 300_000
	hist := make([]float64, len(exact))
	for range draws {
		state, sum := w.Last, 0.0
		for range lead {
			p := w.From0
			if state {
				p = w.From1
			}
			if state = rng.Float64() < p; state {
				x := sizes[rng.IntN(len(sizes))]
				j := 1 + math.Floor(x+rng.NormFloat64()*math.Sqrt(x))
				if j <= 0 {
					j = x
				}
				sum += j
			}
		}
		hist[min(int(sum), len(hist)-1)] += 1.0 / draws
	}
	up, drawn := 0.0, 0.0
	for k := range exact {
		up += exact[k]
		drawn += hist[k]
		close2(t, fmt.Sprint("Pr(sum <= ", k, ")"), up, drawn, 0.004)
	}
}

// TestNegBinSum simulates the model forward and compares moments of steps and
// sums.
func TestNegBinSum(t *testing.T) {
	for _, l := range []law{
		{long: 2, next: 3.5, alpha: 0.15, keep: 0.8, vmr: 1.8},
		{long: 3, next: 3, alpha: 0.1, keep: 1, vmr: 2.5},
	} {
		const steps, draws = 8, 150_000
		rng := rand.New(rand.NewPCG(3, 4))
		var one, two, sum1, sum2 [steps]float64
		for range draws {
			mu, sum := l.next, 0.0
			for j := range steps {
				y := drawNegBin(rng, max(mu, 0), l.vmr)
				sum += y
				one[j] += y / draws
				two[j] += y * y / draws
				sum1[j] += sum / draws
				sum2[j] += sum * sum / draws
				mu = (1-l.keep)*l.long + (l.keep-l.alpha)*mu + l.alpha*y
			}
		}
		var s sums
		var a stepMoments
		for j := range steps {
			m, v := s.step(&l, j+1)
			close2(t, fmt.Sprint("mean of sum ", j+1), m, sum1[j], 0.01*m)
			close2(t, fmt.Sprint("variance of sum ", j+1), v, sum2[j]-sum1[j]*sum1[j], 0.025*v)
			m, v = a.step(&l, j+1)
			close2(t, fmt.Sprint("mean of step ", j+1), m, one[j], 0.01*m)
			close2(t, fmt.Sprint("variance of step ", j+1), v, two[j]-one[j]*one[j], 0.025*v)
		}
	}
}

func drawNegBin(rng *rand.Rand, mean, vmr float64) float64 {
	u := rng.Float64()
	k := 0.0
	p := math.Exp(-mean * logRatio(vmr))
	for u > p && k < 1e4 {
		u -= p
		p *= (mean/vmr + k*(1-1/vmr)) / (k + 1)
		k++
	}
	return k
}

// TestFitCounts: the estimates come back from long simulated series.
func TestFitCounts(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	y := make([]float64, 6000)
	mu := 2.0
	for i := range y {
		y[i] = drawNegBin(rng, mu, 2)
		mu = 0.2*2 + 0.6*mu + 0.2*y[i]
	}
	c := NegBin{Damped: true}.Fit(y)
	close2(t, "alpha", c.Alpha, 0.2, 0.04)
	close2(t, "phi", c.Phi, 0.6, 0.08)
	close2(t, "ratio", c.Ratio, 2, 0.2)
	close2(t, "long-run mean", c.Long, 2, 0.2)

	for i := range y {
		y[i] = 0
		if rng.Float64() < 0.4 {
			y[i] = drawNegBin(rng, 5, 2)
		}
	}
	z := ZeroInflated{NegBin: true}.Fit(y)
	close2(t, "structural zeros", z.Zero, 0.6, 0.05)
	close2(t, "zinb mean", z.Next, 2, 0.6)
	close2(t, "zinb ratio", z.Ratio, 2, 0.5)

	for i := range y {
		y[i] = 0
		if rng.Float64() < 0.3 {
			y[i] = 1 + drawNegBin(rng, 4, 1)
		}
	}
	h := Hurdle{}.Fit(y)
	close2(t, "probability", h.Probability, 0.3, 0.05)
	close2(t, "size", h.Size, 5, 0.3)
}

// TestAggregation: blocks by hand. y = 0 3 0 0 6 0 0 3: intervals 2, 3, 3, so
// blocks of 8/3 = 3: (0 0 6) is 6, (0 0 3) is 3, the first two are left out...
func TestAggregation(t *testing.T) {
	y := []float64{0, 3, 0, 0, 6, 0, 0, 3}
	if got := meanInterval(y); got != 3 {
		t.Fatalf("mean interval = %d, want 3", got)
	}
	scratch := make([]float64, 8)
	// Blocks are y[3..5] = 6 and y[6..8] = 3. With alpha 0.2 the first level that
	// leaves least error is (6 + 0.8*(3-0.2*6))/(1+0.64), the last follows.
	l0 := (6 + 0.8*(3-0.2*6)) / 1.64
	l1 := 0.8*l0 + 0.2*6
	want := (0.8*l1 + 0.2*3) / 3
	got := ADIDA{AlphaMin: 0.2, AlphaMax: 0.2}.Fit(y, scratch)
	close2(t, "ADIDA", got, want, 1e-12)

	sum := 0.0
	for b := 1; b <= 3; b++ {
		sum += ADIDA{Block: b}.Fit(y, scratch) / 3
	}
	close2(t, "IMAPA", IMAPA{}.Fit(y, nil), sum, 1e-12)
}

func TestSBJ(t *testing.T) {
	y := []float64{0, 4, 0, 0, 2, 1}
	c := Croston{Alpha: 0.2}.Fit(y).Rate
	close2(t, "SBJ/Croston", Croston{Alpha: 0.2, SBJ: true}.Fit(y).Rate/c, 1-0.2/1.8, 1e-12)
	close2(t, "SBA/Croston", Croston{Alpha: 0.2, SBA: true}.Fit(y).Rate/c, 0.9, 1e-12)
}

func TestTSBSearch(t *testing.T) {
	dying, steady := make([]float64, 60), make([]float64, 60)
	for i := range dying {
		if i < 30 {
			dying[i] = 1
		}
		if i%3 == 2 {
			steady[i] = 2
		}
	}
	if a, b := (TSB{}.Search(dying)).Beta, (TSB{}.Search(steady)).Beta; a != 0.5 || b != 0.02 {
		t.Errorf("Beta of a dying and a steady item = %v, %v, want 0.5, 0.02", a, b)
	}
	if got := (TSB{Alpha: 0.3, Beta: 0.2}).Search(dying); got != (TSB{Alpha: 0.3, Beta: 0.2}) {
		t.Errorf("parameters given were changed to %v", got)
	}
}

var sporadicQs = []float64{0.99, 0.5, 0.95, 0.999, 0.05}

func checkSporadic(t *testing.T, y []float64, opt SporadicOptions, r *SporadicResult) {
	t.Helper()
	for _, s := range [][]float64{r.Mean, r.SD, r.CumMean, r.CumSD, r.Quantile, r.CumQuantile} {
		for _, v := range s {
			if !(v >= 0 && v <= math.MaxFloat64) {
				t.Fatalf("%s of %v: value %v", opt.Method, y, v)
			}
		}
	}
	for i, p := range opt.Quantiles {
		for k, q := range opt.Quantiles {
			if p > q {
				continue
			}
			for j := range r.Mean {
				if r.StepQuantile(i)[j] > r.StepQuantile(k)[j] {
					t.Fatalf("%s of %v: quantile %v above %v at step %d", opt.Method, y, p, q, j+1)
				}
			}
			for j := range r.CumMean {
				if r.SumQuantile(i)[j] > r.SumQuantile(k)[j] {
					t.Fatalf("%s of %v: sum quantile %v above %v at %d", opt.Method, y, p, q, j+1)
				}
			}
		}
		for j := 1; j < len(r.CumMean); j++ {
			a, b := r.SumQuantile(i)[j-1], r.SumQuantile(i)[j]
			if b < a {
				t.Fatalf("%s of %v: sum quantile %v falls from %v to %v at %d", opt.Method, y, p, a, b, j+1)
			}
		}
	}
	for j := 1; j < len(r.CumMean); j++ {
		if r.CumMean[j] < r.CumMean[j-1] {
			t.Fatalf("%s of %v: CumMean falls", opt.Method, y)
		}
	}
}

func sporadicSeries(rng *rand.Rand, n int, p float64) []float64 {
	y := make([]float64, n)
	for i := range y {
		if rng.Float64() < p {
			y[i] = 1 + math.Floor(4*rng.ExpFloat64())
		}
	}
	return y
}

func TestSporadic(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	var s Sporadic
	var r, scaled SporadicResult
	for _, m := range SporadicMethods() {
		for range 30 {
			y := sporadicSeries(rng, 1+rng.IntN(60), rng.Float64())
			y[rng.IntN(len(y))] = 3
			opt := SporadicOptions{Method: m, Horizon: 5, CumulativeTo: 6, Quantiles: sporadicQs}
			if err := s.Forecast(y, opt, &r); err != nil {
				t.Fatal(err)
			}
			checkSporadic(t, y, opt, &r)
			close2(t, m+": first sum", r.CumMean[0], r.Mean[0], 1e-9)
			if r.SumQuantile(0)[0] != r.StepQuantile(0)[0] {
				t.Fatalf("%s: the sum of one step is that step", m)
			}
			// Four times in the unit of a quarter is the same demand.
			quarter := make([]float64, len(y))
			for i, v := range y {
				quarter[i] = v / 4
			}
			if err := s.Forecast(quarter, opt, &scaled); err != nil {
				t.Fatal(err)
			}
			if scaled.Unit*4 == r.Unit {
				for i, v := range r.CumQuantile {
					close2(t, m+" scaled", 4*scaled.CumQuantile[i], v, 1e-9*v)
				}
			}
			// Periods that were not seen change nothing but their number.
			holes := append([]float64{math.NaN()}, y...)
			if err := s.Forecast(holes, opt, &scaled); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(r.CumQuantile, scaled.CumQuantile) || scaled.Note == "" {
				t.Fatalf("%s: a period not observed changed the forecast", m)
			}
		}
	}
}

// TestSporadicCoverage: a stationary demand is covered as promised.
func TestSporadicCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	var s Sporadic
	var r SporadicResult
	for _, m := range []string{"auto", "imapa", "hurdle", "negbin-damped", "zinb", "willemain"} {
		hit, n := 0.0, 0.0
		for range 600 {
			y := sporadicSeries(rng, 64, 0.35)
			if err := s.Forecast(y[:60], SporadicOptions{Method: m, Horizon: 1, CumulativeTo: 4, Quantiles: []float64{0.95}}, &r); err != nil {
				t.Fatal(err)
			}
			if y[60]+y[61]+y[62]+y[63] <= r.SumQuantile(0)[3] {
				hit++
			}
			n++
		}
		if c := hit / n; c < 0.92 || c > 0.99 {
			t.Errorf("%s: the 0.95 quantile of 4 periods covers %.3f", m, c)
		}
	}
}

func TestSporadicBadInput(t *testing.T) {
	var s Sporadic
	var r SporadicResult
	for _, c := range []struct {
		y   []float64
		opt SporadicOptions
		err error
	}{
		{nil, SporadicOptions{}, ErrEmpty},
		{[]float64{math.NaN()}, SporadicOptions{}, ErrEmpty},
		{[]float64{1, math.Inf(1)}, SporadicOptions{}, ErrValue},
		{[]float64{1}, SporadicOptions{Method: "x"}, ErrOption},
		{[]float64{1}, SporadicOptions{Horizon: -1}, ErrOption},
		{[]float64{1}, SporadicOptions{CumulativeTo: MaxHorizon + 1}, ErrOption},
		{[]float64{1}, SporadicOptions{Alpha: math.NaN()}, ErrOption},
		{[]float64{1}, SporadicOptions{Quantiles: []float64{1}}, ErrOption},
	} {
		if err := s.Forecast(c.y, c.opt, &r); !errors.Is(err, c.err) {
			t.Errorf("Forecast(%v, %+v) = %v, want %v", c.y, c.opt, err, c.err)
		}
	}
	long := make([]float64, 100_000)
	for i := range long {
		long[i] = float64(i % 7 * (i % 3))
	}
	for _, y := range [][]float64{{0}, {5}, {0, 0, 0}, {7, 7, 7, 7}, {1e300, 0, 1e300}, {1e-300, 0}, {-1, 2, -3, 0}, {1, 1e12}, {1.7e308, 1.7e308}, long} {
		for _, m := range SporadicMethods() {
			if len(y) > 1000 && m[0] == 'z' && testing.Short() {
				continue
			}
			opt := SporadicOptions{Method: m, Horizon: 3, CumulativeTo: 500, Quantiles: sporadicQs}
			if err := s.Forecast(y, opt, &r); err != nil {
				t.Fatalf("Forecast by %s = %v", m, err)
			}
			checkSporadic(t, y[:min(len(y), 5)], opt, &r)
			if y[0] == 0 && len(y) < 4 && (r.Mean[0] != 0 || r.Note == "") {
				t.Errorf("%s of no demand: mean %v, note %q", m, r.Mean[0], r.Note)
			}
		}
	}
}

// TestPaths: the quantiles of sums, computed without dice, are those of paths
// drawn with them.
func TestPaths(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	var s Sporadic
	var r SporadicResult
	for _, m := range SporadicMethods() {
		y := sporadicSeries(rng, 50, 0.4)
		opt := SporadicOptions{Method: m, Horizon: 4, CumulativeTo: 4}
		for k := range 9 {
			opt.Quantiles = append(opt.Quantiles, 0.1*float64(k+1))
		}
		opt.Quantiles = append(opt.Quantiles, 0.95, 0.99)
		if err := s.Forecast(y, opt, &r); err != nil {
			t.Fatal(err)
		}
		const n = 40_000
		paths, err := s.Paths(nil, y, opt, n, 7)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := s.Paths(nil, y, opt, n, 7)
		if !reflect.DeepEqual(paths, again) {
			t.Fatalf("%s: one seed, two sets of paths", m)
		}
		for i, p := range opt.Quantiles {
			for _, steps := range []int{1, 4} {
				q := r.SumQuantile(i)[steps-1]
				below, upTo := 0.0, 0.0
				for k := range n {
					sum := 0.0
					for _, v := range paths[k*4 : k*4+steps] {
						sum += v
					}
					if sum < q {
						below += 1.0 / n
					}
					if sum <= q {
						upTo += 1.0 / n
					}
				}
				if below > p+0.015 || upTo < p-0.015 {
					t.Errorf("%s: the %.2f quantile of %d steps is %v, where paths reach from %.3f to %.3f", m, p, steps, q, below, upTo)
				}
			}
		}
	}
	if _, err := s.Paths(nil, []float64{1}, SporadicOptions{}, -1, 0); !errors.Is(err, ErrOption) {
		t.Error(err)
	}
	if p, err := s.Paths(nil, []float64{0, 0}, SporadicOptions{Horizon: 2}, 3, 0); err != nil || len(p) != 6 || p[0] != 0 {
		t.Errorf("paths of no demand %v, %v", p, err)
	}
	// A mean that is halved often.
	sum, ss := 0.0, 0.0
	for range 20_000 {
		v := sampleNegBin(rng, 500, 1)
		sum += v / 20_000
		ss += v * v / 20_000
	}
	close2(t, "Poisson mean", sum, 500, 1)
	close2(t, "Poisson variance", ss-sum*sum, 500, 20)
}
