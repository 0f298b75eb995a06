package replenish

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestEOQ is Snyder and Shen, Example 3.1.
func TestEOQ(t *testing.T) {
	q := EOQ(8, 0.225, 1300)
	if !near(q, 304.05, 0, 0.01) {
		t.Errorf("EOQ(8, 0.225, 1300) = %.6g, want 304.05", q)
	}
	if g := EOQCost(8, 0.225, 1300, q); !near(g, 68.41, 0, 0.01) {
		t.Errorf("EOQCost(8, 0.225, 1300, %.5g) = %.6g, want 68.41", q, g)
	}
}

func TestEOQLimits(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct{ k, h, lambda, want float64 }{
		{0, 1, 1, 0}, {1, 1, 0, 0}, {0, 0, 0, 0}, {1, 0, 1, inf}, {-1, 1, 1, 0}, {1, -1, 1, 0}, {1, 1, -1, 0}, {nan, 1, 1, 0}, {1, nan, 1, 0}, {1, 1, nan, 0},
	} {
		if got := EOQ(c.k, c.h, c.lambda); got != c.want {
			t.Errorf("EOQ(%g, %g, %g) = %g, want %g", c.k, c.h, c.lambda, got, c.want)
		}
	}
	if got := EOQCost(8, 1, 10, 0); got != inf {
		t.Errorf("EOQCost(q = 0) = %g, want +Inf", got)
	}
	if got := EOQCost(0, 1, 10, 0); got != 0 {
		t.Errorf("EOQCost(k = 0, q = 0) = %g, want 0", got)
	}
	if got := EOQCost(1, 1, nan, 1); got != 0 {
		t.Errorf("EOQCost(NaN) = %g, want 0", got)
	}
}

// TestEOQIsBest: no other quantity costs less, and at it holding and ordering
// cost the same.
func TestEOQIsBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(0.01, 1e5)
		k, h, lambda := x.Draw(t, "k"), x.Draw(t, "h"), x.Draw(t, "lambda")
		q := EOQ(k, h, lambda)
		best := EOQCost(k, h, lambda, q)
		if other := EOQCost(k, h, lambda, q*rapid.Float64Range(0.1, 10).Draw(t, "factor")); other < best*(1-1e-12) {
			t.Fatalf("cost %g is below that of the EOQ, %g", other, best)
		}
		if !near(best, math.Sqrt(2*k*h*lambda), 1e-12, 0) {
			t.Fatalf("cost %g, want √(2Kλh) = %g", best, math.Sqrt(2*k*h*lambda))
		}
	})
}

// TestUndershoot: exponential lumps have no memory, so the undershoot is a lump
// again; a constant lump makes it uniform.
func TestUndershoot(t *testing.T) {
	if m, v := Undershoot(3, 18, 162); !near(m, 3, 1e-12, 0) || !near(v, 9, 1e-12, 0) {
		t.Errorf("Undershoot of exponential lumps = %g, %g, want 3, 9", m, v)
	}
	if m, v := Undershoot(6, 36, 216); !near(m, 3, 1e-12, 0) || !near(v, 3, 1e-12, 0) {
		t.Errorf("Undershoot of constant lumps = %g, %g, want 3, 3", m, v)
	}
	if m, v := Undershoot(0, 1, 1); m != 0 || v != 0 {
		t.Errorf("Undershoot without demand = %g, %g", m, v)
	}
	if m2, m3 := rawMoments(3, 9); !near(m2, 18, 1e-12, 0) || !near(m3, 162, 1e-12, 0) {
		t.Errorf("rawMoments(exponential 3) = %g, %g, want 18, 162", m2, m3)
	}
}

// TestCumulative: α = 0 and φ = 0 are independent errors, σ√n; α = 1 is a
// random walk, Σk² = n(n+1)(2n+1)/6; so is φ = 1.
func TestCumulative(t *testing.T) {
	const n = 7
	walk := 2 * math.Sqrt(n*(n+1)*(2*n+1)/6.0)
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"SES α 0", SESCumulativeSD(2, 0, n), 2 * math.Sqrt(n)},
		{"SES α 1", SESCumulativeSD(2, 1, n), walk},
		{"AR φ 0", AR1CumulativeSD(2, 0, n), 2 * math.Sqrt(n)},
		{"AR φ 1", AR1CumulativeSD(2, 1, n), walk},
		{"SES n 0", SESCumulativeSD(2, 0.3, 0), 0},
		{"AR n 0", AR1CumulativeSD(2, 0.3, 0), 0},
	} {
		if !near(c.got, c.want, 1e-12, 0) {
			t.Errorf("%s: sd of %d periods = %g, want %g", c.name, n, c.got, c.want)
		}
	}
}
