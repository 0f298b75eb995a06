package analytics

import (
	"math"
	"math/rand/v2"
	"testing"

	"planwright"

	"pgregory.net/rapid"
)

// TestABC: the share before a sku decides, so the one that crosses a threshold
// still belongs to the class before it.
func TestABC(t *testing.T) {
	for _, c := range []struct {
		name  string
		value []float64
		p     ABCParams
		want  string
	}{
		{"thresholds are exclusive", []float64{80, 15, 5}, ABCParams{}, "ABC"},
		{"the crossing sku stays", []float64{79, 16, 5}, ABCParams{}, "AAC"},
		{"one sku", []float64{3}, ABCParams{}, "A"},
		{"one sku has nearly all", []float64{1, 98, 1}, ABCParams{}, "CAC"},
		{"ties by sku", []float64{20, 20, 20, 20, 20}, ABCParams{}, "AAAAB"},
		{"no use is C", []float64{0, 10, 0}, ABCParams{}, "CAC"},
		{"no use at all", []float64{0, 0}, ABCParams{}, "CC"},
		{"negative and not a number", []float64{-5, math.NaN(), 10, math.Inf(1)}, ABCParams{}, "CCAC"},
		{"other thresholds", []float64{50, 30, 20}, ABCParams{A: 0.5, B: 0.8}, "ABC"},
		{"huge", []float64{0x1p1023, 0x1p1023, 0x1p1023, 0x1p1023, 0x1p1023}, ABCParams{}, "AAAAB"},
		{"none", nil, ABCParams{}, ""},
	} {
		var out planwright.Classes
		ABC(c.value, c.p, &out)
		got := ""
		for _, s := range out.ABC {
			got += s
		}
		if got != c.want {
			t.Errorf("%s: ABC(%v) = %s, want %s", c.name, c.value, got, c.want)
		}
	}
}

// TestABCShares: shares sum to 1, a class never stands behind a lower one, and
// the order of the rows changes nothing but ties.
func TestABCShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.SliceOfN(rapid.Float64Range(0, 1e6), 1, 200).Draw(t, "value")
		var out planwright.Classes
		ABC(value, ABCParams{}, &out)
		sum, any := 0.0, false
		for k, v := range value {
			sum += out.Share[k]
			any = any || v > 0
			if out.UsageValue[k] != v || int(out.SKU[k]) != k {
				t.Fatalf("row %d: sku %d, value %g, want %g", k, out.SKU[k], out.UsageValue[k], v)
			}
			for j, w := range value {
				if v > w && (out.ABC[k] > out.ABC[j] || out.CumShare[k] > out.CumShare[j]) {
					t.Fatalf("value %g is %s after %g, value %g is %s after %g", v, out.ABC[k], out.CumShare[k], w, out.ABC[j], out.CumShare[j])
				}
			}
			if v > 0 && (out.CumShare[k] < 0.8) != (out.ABC[k] == "A") {
				t.Fatalf("share before %g, class %s", out.CumShare[k], out.ABC[k])
			}
		}
		if any && math.Abs(sum-1) > 1e-12 {
			t.Fatalf("shares sum to %.17g", sum)
		}
		// The other way round.
		n := len(value)
		turned := make([]float64, n)
		for i, v := range value {
			turned[n-1-i] = v
		}
		var back planwright.Classes
		ABC(turned, ABCParams{}, &back)
		seen := map[float64]int{}
		for _, v := range value {
			seen[v]++
		}
		for k, v := range value {
			if seen[v] == 1 && (back.ABC[n-1-k] != out.ABC[k] || math.Abs(back.CumShare[n-1-k]-out.CumShare[k]) > 1e-12) {
				t.Fatalf("value %g: class %s, in another order %s", v, out.ABC[k], back.ABC[n-1-k])
			}
		}
	})
}

func TestXYZ(t *testing.T) {
	var out planwright.Classes
	XYZ([]float64{0, 0.5, 0.51, 1, 1.01, math.NaN(), math.Inf(1)}, XYZParams{}, &out)
	want := []string{"X", "X", "Y", "Y", "Z", "", "Z"}
	for i, w := range want {
		if out.XYZ[i] != w {
			t.Errorf("XYZ(%g) = %q, want %q", out.CV[i], out.XYZ[i], w)
		}
	}
	XYZ([]float64{0.3, 0.31}, XYZParams{X: 0.3, Y: 0.3}, &out)
	if out.XYZ[0] != "X" || out.XYZ[1] != "Z" || len(out.XYZ) != 2 {
		t.Errorf("XYZ with thresholds 0.3 = %v, want [X Z]", out.XYZ)
	}
}

func TestVariation(t *testing.T) {
	nan := math.NaN()
	if got := Variation([]float64{2, 4, nan, 4, 4, 5, 5, 7, 9}); math.Abs(got-math.Sqrt(32.0/7)/5) > 1e-15 {
		t.Errorf("Variation = %g, want %g", got, math.Sqrt(32.0/7)/5)
	}
	for _, y := range [][]float64{nil, {3}, {0, 0, 0}, {nan, 4}, {-1, 1}} {
		if got := Variation(y); got == got {
			t.Errorf("Variation(%v) = %g, want NaN", y, got)
		}
	}
}

func BenchmarkABC(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	value := make([]float64, 1_000_000)
	for i := range value {
		value[i] = math.Exp(3 * rng.NormFloat64())
	}
	var out planwright.Classes
	for b.Loop() {
		ABC(value, ABCParams{}, &out)
	}
}
