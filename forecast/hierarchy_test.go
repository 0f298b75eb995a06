package forecast

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// small is the tree of Hyndman and Athanasopoulos (2021), figure 11.1: total; A, B; AA AB AC BA BB.
func small(t testing.TB) *Hierarchy {
	h, err := NewHierarchy(5, nil, []int32{0, 0, 0, 1, 1})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// crossed has a total, 3 sites, 2 categories that cross them, and a customer
// who buys only some.
func crossed(t testing.TB) *Hierarchy {
	h, err := NewHierarchy(6, nil, []int32{0, 0, 1, 1, 2, 2}, []int32{0, 1, 0, 1, 0, 1}, []int32{0, -1, -1, 0, 0, -1})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func summing(h *Hierarchy) *mat.Dense {
	s := mat.NewDense(h.Nodes(), h.Bottom, nil)
	for i := range h.Nodes() {
		for _, b := range h.Series(i) {
			s.Set(i, int(b), 1)
		}
	}
	return s
}

// bruteMinT is S (S'W^-1 S)^-1 S'W^-1 by dense algebra.
func bruteMinT(t *testing.T, h *Hierarchy, w *mat.Dense) *mat.Dense {
	var inv, sw, q, qi, p, sp mat.Dense
	if err := inv.Inverse(w); err != nil {
		t.Fatal(err)
	}
	s := summing(h)
	sw.Mul(s.T(), &inv)
	q.Mul(&sw, s)
	if err := qi.Inverse(&q); err != nil {
		t.Fatal(err)
	}
	p.Mul(&qi, &sw)
	sp.Mul(s, &p)
	return &sp
}

func noise(rng *rand.Rand, n, t int) [][]float64 {
	rows := make([][]float64, n)
	common := make([]float64, t)
	for k := range common {
		common[k] = rng.NormFloat64()
	}
	for i := range rows {
		rows[i] = make([]float64, t)
		for k := range rows[i] {
			rows[i][k] = (rng.NormFloat64() + 0.7*common[k]) * float64(1+i%3)
		}
	}
	return rows
}

// covariance is the shrunk covariance written out, with the intensity of
// Schäfer and Strimmer by its definition.
func covariance(e [][]float64, weighting Weighting) (*mat.Dense, float64) {
	n, t := len(e), float64(len(e[0]))
	w := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			for k := range e[0] {
				w.Set(i, j, w.At(i, j)+e[i][k]*e[j][k]/t)
			}
		}
	}
	num, den := 0.0, 0.0
	for i := range n {
		for j := range n {
			if i == j {
				continue
			}
			scale := math.Sqrt(w.At(i, i) * w.At(j, j))
			r := w.At(i, j) / scale
			den += r * r
			for k := range e[0] {
				d := e[i][k]*e[j][k]/scale - r
				num += d * d / t / (t - 1)
			}
		}
	}
	lambda := min(max(num/den, 0), 1)
	if weighting == Variance {
		lambda = 1
	}
	for i := range n {
		for j := range n {
			if i != j {
				w.Set(i, j, w.At(i, j)*(1-lambda))
			}
		}
	}
	return w, lambda
}

func TestMinTBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	for _, h := range []*Hierarchy{small(t), crossed(t)} {
		n := h.Nodes()
		e := noise(rng, n, 12)
		for _, weighting := range []Weighting{OLS, Structural, Variance, Shrinkage} {
			w := mat.NewDense(n, n, nil)
			lambda := 0.0
			switch weighting {
			case OLS, Structural:
				for i := range n {
					w.Set(i, i, 1)
					if weighting == Structural {
						w.Set(i, i, float64(len(h.Series(i))))
					}
				}
			default:
				w, lambda = covariance(e, weighting)
			}
			r, err := MinT{Weighting: weighting, Residuals: e}.Reconciler(h)
			if err != nil {
				t.Fatal(err)
			}
			if weighting == Shrinkage {
				close2(t, "lambda", r.Lambda, lambda, 1e-10)
			}
			sp := bruteMinT(t, h, w)
			base, got := make([]float64, n), make([]float64, n)
			for i := range base {
				base[i] = 100 * rng.Float64()
			}
			factored := r.chol
			for _, chol := range [][]float64{factored, nil} { // direct, then conjugate gradients
				r.chol = chol
				if err := r.Reconcile(got, base); err != nil {
					t.Fatal(err)
				}
				want := mat.NewVecDense(n, nil)
				want.MulVec(sp, mat.NewVecDense(n, base))
				for i := range got {
					close2(t, "reconciled", got[i], want.AtVec(i), 1e-8)
				}
				if d := h.Coherent(got); d > 1e-14 {
					t.Errorf("distance from coherence %v", d)
				}
			}
			// Unbiased: what is coherent stays, S P S = S.
			for i := range h.Bottom {
				base[h.Upper+i] = rng.NormFloat64()
			}
			h.Sum(base)
			if err := r.Reconcile(got, base); err != nil {
				t.Fatal(err)
			}
			for i := range got {
				close2(t, "SPS", got[i], base[i], 1e-9)
			}
			// Variances: the diagonal of SP W (SP)'.
			var a, v mat.Dense
			a.Mul(sp, w)
			v.Mul(&a, sp.T())
			r.Variances(got)
			for i := range got {
				close2(t, "variance", got[i], v.At(i, i), 1e-8*max(1, v.At(i, i)))
			}
		}
	}
}

// TestNonNegative checks the conditions of Karush, Kuhn and Tucker: no negative
// series, no series at zero that wants to rise, no free one that wants to move.
func TestNonNegative(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 42))
	for trial := range 300 {
		bottom := 2 + rng.IntN(30)
		keys := make([]int32, bottom)
		for i := range keys {
			keys[i] = int32(i * 3 / bottom)
		}
		keys[bottom-1] = slices.Max(keys)
		h, err := NewHierarchy(bottom, nil, denseKeys(keys))
		if err != nil {
			t.Fatal(err)
		}
		n := h.Nodes()
		r, err := MinT{Weighting: Weighting(trial % 4), Residuals: noise(rng, n, 6)}.Reconciler(h)
		if err != nil {
			t.Fatal(err)
		}
		base, got := make([]float64, n), make([]float64, n)
		for i := range base {
			base[i] = 3 * rng.NormFloat64()
		}
		exact, err := r.NonNegative(got, base)
		if err != nil || !exact {
			t.Fatalf("NonNegative: exact %v, %v", exact, err)
		}
		diff, back, g := make([]float64, n), make([]float64, n), make([]float64, bottom)
		for i := range diff {
			diff[i] = got[i] - base[i]
		}
		r.unweigh(back, diff)
		h.sumTo(g, back)
		for b := range bottom {
			v := got[h.Upper+b]
			if v < 0 || g[b] < -1e-7 || (v > 1e-8 && math.Abs(g[b]) > 1e-7) {
				t.Fatalf("trial %d, series %d: value %v, gradient %v", trial, b, v, g[b])
			}
		}
		if h.Coherent(got) > 1e-14 {
			t.Fatal("not coherent")
		}
	}
}

func denseKeys(keys []int32) []int32 {
	seen := map[int32]int32{}
	out := make([]int32, len(keys))
	for i, k := range keys {
		if _, ok := seen[k]; !ok {
			seen[k] = int32(len(seen))
		}
		out[i] = seen[k]
	}
	return out
}

func TestTopDown(t *testing.T) {
	h := small(t)
	base := []float64{100, 60, 30, 10, 20, 20, 5, 15}
	got := make([]float64, 8)
	want := func(what string, v ...float64) {
		t.Helper()
		for i := range v {
			close2(t, what, got[i], v[i], 1e-9)
		}
	}
	if err := h.BottomUp(got, base); err != nil {
		t.Fatal(err)
	}
	want("bottom-up", 70, 50, 20, 10, 20, 20, 5, 15)
	if err := h.ForecastProportions(got, base); err != nil {
		t.Fatal(err)
	}
	// 100 over A 60 : B 30, then A over 10 : 20 : 20, B over 5 : 15.
	want("forecast proportions", 100, 200.0/3, 100.0/3, 40.0/3, 80.0/3, 80.0/3, 25.0/3, 25)
	history := [][]float64{{1, 4}, {1, 2}, {2, 4}, {4, 6}, {2, 4}}
	share := make([]float64, 5)
	if err := h.AverageProportions(share, history); err != nil {
		t.Fatal(err)
	}
	close2(t, "average of 1/10 and 4/20", share[0], 0.15, 1e-12)
	if err := h.ProportionsOfAverages(share, history); err != nil {
		t.Fatal(err)
	}
	close2(t, "5 of 30", share[0], 5.0/30, 1e-12)
	if err := h.TopDown(got, base, share); err != nil {
		t.Fatal(err)
	}
	want("top-down", 100, 100*14.0/30, 100*16.0/30, 100*5.0/30)
	if err := h.MiddleOut(got, base, share, 1); err != nil {
		t.Fatal(err)
	}
	want("middle-out", 90, 60, 30, 60*5.0/14, 60*3.0/14, 60*6.0/14, 30*10.0/16, 30*6.0/16)

	for _, err := range []error{
		h.MiddleOut(got, base, share, 2), h.MiddleOut(got, base[:3], share, 1), h.TopDown(got, base, share[:2]),
		crossed(t).ForecastProportions(make([]float64, 13), make([]float64, 13)),
		h.BottomUp(got, []float64{math.NaN(), 0, 0, 0, 0, 0, 0, 0}), h.AverageProportions(share, history[:2]),
	} {
		if !errors.Is(err, ErrHierarchy) {
			t.Errorf("error = %v, want one of the hierarchy", err)
		}
	}
	for _, levels := range [][][]int32{{{0, 2}}, {{0}}, {{0, -2}}, {{0, 1 << 30}}} {
		if _, err := NewHierarchy(2, levels...); !errors.Is(err, ErrHierarchy) {
			t.Errorf("NewHierarchy(2, %v) = %v", levels, err)
		}
	}
}

func TestTemporal(t *testing.T) {
	tm, err := NewTemporal(4, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(tm.Factors, []int{4, 2, 1}) {
		t.Fatalf("factors = %v", tm.Factors)
	}
	// With structural scaling and a tree the gap of a node is shared evenly:
	// checked against dense algebra.
	rows := [][]float64{{40, 50}, {18, 20, 27, 21}, {8, 9, 10, 11, 12, 13, 10, 9}}
	w := mat.NewDense(7, 7, nil)
	for i, d := range []float64{4, 2, 2, 1, 1, 1, 1} {
		w.Set(i, i, d)
	}
	sp := bruteMinT(t, tm.h, w)
	want := mat.NewVecDense(7, nil)
	want.MulVec(sp, mat.NewVecDense(7, []float64{40, 18, 20, 8, 9, 10, 11}))
	if err := tm.Reconcile(rows); err != nil {
		t.Fatal(err)
	}
	close2(t, "year", rows[0][0], want.AtVec(0), 1e-9)
	close2(t, "second half", rows[1][1], want.AtVec(2), 1e-9)
	close2(t, "last quarter", rows[2][3], want.AtVec(6), 1e-9)
	close2(t, "sum", rows[2][4]+rows[2][5]+rows[2][6]+rows[2][7], rows[0][1], 1e-9)
	if got := Aggregate(nil, []float64{1, 2, 3, 4, 5}, 2); !slices.Equal(got, []float64{5, 9}) {
		t.Errorf("Aggregate = %v", got)
	}
	if err := tm.Reconcile(rows[:2]); !errors.Is(err, ErrHierarchy) {
		t.Error(err)
	}
	if _, err := NewTemporal(4, []float64{1}); !errors.Is(err, ErrHierarchy) {
		t.Error(err)
	}
	// A level without error is kept.
	sure, err := NewTemporal(4, []float64{0, 100, 100})
	if err != nil {
		t.Fatal(err)
	}
	rows = [][]float64{{40}, {18, 20}, {8, 9, 10, 11}}
	if err := sure.Reconcile(rows); err != nil {
		t.Fatal(err)
	}
	close2(t, "sure year", rows[0][0], 40, 1e-4)
}

func TestReorder(t *testing.T) {
	samples := [][]float64{{5, 1, 3}, {10, 30, 20}}
	if err := Reorder(samples, [][]float64{{0.2, 0.9, 0.5}, {3, 2, 1}}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(samples[0], []float64{1, 5, 3}) || !slices.Equal(samples[1], []float64{30, 20, 10}) {
		t.Errorf("Reorder = %v", samples)
	}
	h := small(t)
	r, err := MinT{Weighting: Structural}.Reconciler(h)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	draws := noise(rng, 8, 50)
	if err := r.ReconcileSamples(draws, true); err != nil {
		t.Fatal(err)
	}
	q := make([]float64, 3)
	for k := range draws[0] {
		close2(t, "draw", draws[0][k], draws[1][k]+draws[2][k], 1e-12)
	}
	for _, row := range draws {
		SampleQuantiles(q, row, []float64{0.1, 0.5, 0.999})
		if q[0] < 0 || q[0] > q[1] || q[1] > q[2] {
			t.Errorf("quantiles %v", q)
		}
	}
}

// TestHierarchyWide: conjugate gradients on 20,000 series.
func TestHierarchyWide(t *testing.T) {
	h, base := wide(t, 20_000)
	got := make([]float64, h.Nodes())
	for _, weighting := range []Weighting{OLS, Structural} {
		r, err := MinT{Weighting: weighting}.Reconciler(h)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Reconcile(got, base); err != nil {
			t.Fatal(err)
		}
		// At the optimum S'W^-1 (y~ - y^) is zero.
		diff, back, g := make([]float64, h.Nodes()), make([]float64, h.Nodes()), make([]float64, h.Bottom)
		for i := range diff {
			diff[i] = got[i] - base[i]
		}
		r.unweigh(back, diff)
		h.sumTo(g, back)
		for _, v := range g {
			if math.Abs(v) > 1e-7 {
				t.Fatalf("gradient %v", v)
			}
		}
		exact, err := r.NonNegative(got, base)
		if err != nil || !exact || slices.Min(got) < 0 {
			t.Fatalf("NonNegative: exact %v, least %v, %v", exact, slices.Min(got), err)
		}
	}
}

// wide is a structure of total, 2,000 items, 50 sites and categories, with noisy
// base forecasts.
func wide(t testing.TB, bottom int) (*Hierarchy, []float64) {
	item, site, category := make([]int32, bottom), make([]int32, bottom), make([]int32, bottom)
	for b := range bottom {
		item[b] = int32(b % (bottom / 10))
		site[b] = int32(b / (bottom / 10) % 10)
		category[b] = item[b] % 40
	}
	h, err := NewHierarchy(bottom, nil, category, item, site)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(51, 52))
	base := make([]float64, h.Nodes())
	for b := range bottom {
		base[h.Upper+b] = 5 + 3*rng.NormFloat64()
	}
	h.Sum(base)
	for i := range base {
		base[i] += rng.NormFloat64() * math.Sqrt(float64(len(h.Series(i)))) * 3
	}
	return h, base
}

// TestNonNegativeHostile: mostly negative and nearly equal series, where signs
// change one another.
func TestNonNegativeHostile(t *testing.T) {
	h, base := wide(t, 2000)
	rng := rand.New(rand.NewPCG(61, 62))
	e := noise(rng, h.Nodes(), 8)
	for _, m := range []MinT{{Weighting: OLS}, {Weighting: Variance, Residuals: e}, {Weighting: Shrinkage, Residuals: e, Lambda: 0.02}} {
		r, err := m.Reconciler(h)
		if err != nil {
			t.Fatal(err)
		}
		for i := range base {
			base[i] = -5 + 6*rng.NormFloat64()
		}
		got := make([]float64, len(base))
		exact, err := r.NonNegative(got, base)
		if err != nil || slices.Min(got) < 0 || h.Coherent(got) > 1e-13 {
			t.Fatalf("least %v, coherence %v, %v", slices.Min(got), h.Coherent(got), err)
		}
		if !exact {
			t.Errorf("weighting %d: not exact", m.Weighting)
		}
	}
}

func BenchmarkReconcile(b *testing.B) {
	for _, c := range []struct {
		name       string
		n          int
		nn, shrink bool
	}{{"1000", 1000, false, false}, {"20000", 20_000, false, false}, {"20000/shrinkage", 20_000, false, true}, {"20000/nonneg", 20_000, true, false}} {
		b.Run(c.name, func(b *testing.B) {
			h, base := wide(b, c.n)
			m := MinT{Weighting: Structural}
			if c.shrink {
				m = MinT{Weighting: Shrinkage, Residuals: noise(rand.New(rand.NewPCG(1, 2)), h.Nodes(), 36)}
			}
			r, err := m.Reconciler(h)
			if err != nil {
				b.Fatal(err)
			}
			dst := make([]float64, h.Nodes())
			b.ReportAllocs()
			for b.Loop() {
				if c.nn {
					_, err = r.NonNegative(dst, base)
				} else {
					err = r.Reconcile(dst, base)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
