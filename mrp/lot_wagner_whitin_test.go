package mrp_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"planwright"
	"planwright/mrp"

	"pgregory.net/rapid"
)

// quadratic is the recursion of Wagner and Whitin by its definition, in whole
// numbers: every last lot of every prefix, of equal ones the latest.
func quadratic(need, setup, holding, unit []int64) (lots []int64, cost int64) {
	n := len(need)
	best, from := make([]int64, n+1), make([]int, n)
	for j := range n {
		if need[j] == 0 {
			best[j+1] = best[j]
			continue
		}
		for i := j; i >= 0; i-- {
			c, wait := best[i]+setup[i], int64(0)
			for s := i; s <= j; s++ {
				c += need[s] * (unit[i] + wait)
				wait += holding[s]
			}
			if i == j || c < best[j+1] {
				best[j+1], from[j] = c, i
			}
		}
	}
	lots = make([]int64, n)
	for j := n - 1; j >= 0; j-- {
		if need[j] == 0 {
			continue
		}
		for s := from[j]; s <= j; s++ {
			lots[from[j]] += need[s]
		}
		j = from[j]
	}
	return lots, best[n]
}

// TestWagnerWhitinFarLots compares long problems, whose lots reach over many
// periods and often cost the same, with the definition, lot by lot.
func TestWagnerWhitinFarLots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 160).Draw(t, "periods")
		seed := rapid.Uint64().Draw(t, "seed")
		most := rapid.SampledFrom([]int64{1, 5, 1000}).Draw(t, "setup by need")
		rng := rand.New(rand.NewPCG(seed, 1))
		need, setup, holding, unit := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
		speculative, empty := rng.IntN(2), rng.IntN(3)
		p := mrp.LotProblem{Rule: planwright.WagnerWhitin, Need: make([]planwright.Qty, n), Setup: make([]float64, n), Holding: make([]float64, n), UnitCost: make([]float64, n)}
		for i := range n {
			if rng.IntN(3) >= empty {
				need[i] = rng.Int64N(10)
			}
			setup[i], holding[i] = rng.Int64N(most*20+1), rng.Int64N(3)
			if speculative == 1 {
				unit[i] = rng.Int64N(60)
			}
			p.Need[i] = planwright.Qty(need[i]) * planwright.One
			p.Setup[i], p.Holding[i], p.UnitCost[i] = float64(setup[i]), float64(holding[i]), float64(unit[i])
		}
		got, cost, err := mrp.Lots(p)
		if err != nil {
			t.Fatal(err)
		}
		want, least := quadratic(need, setup, holding, unit)
		if !near(total(cost), float64(least)) {
			t.Fatalf("Wagner-Whitin costs %v, want %d", total(cost), least)
		}
		for i, q := range got {
			if q != planwright.Qty(want[i])*planwright.One {
				t.Fatalf("lot of period %d = %v, want %d", i+1, q, want[i])
			}
		}
	})
}

// A grid of twenty thousand days in one lot: the terms of the lines differ by
// twelve orders of magnitude from what decides.
func TestWagnerWhitinOneFarLot(t *testing.T) {
	const n = 20_000
	p := mrp.LotProblem{Rule: planwright.WagnerWhitin, Need: slices.Repeat(units(0.333333), n), Setup: []float64{1e12}, Holding: []float64{0.001}}
	lots, _, err := mrp.Lots(p)
	if err != nil {
		t.Fatal(err)
	}
	if want := units(0.333333)[0] * n; lots[0] != want {
		t.Fatalf("one lot of %v, want %v", lots[0], want)
	}
}

// BenchmarkWagnerWhitinFar has lots that reach over the whole grid: time grows
// with T log T.
func BenchmarkWagnerWhitinFar(b *testing.B) {
	for _, n := range []int{1000, 10_000, 20_000} {
		b.Run(fmt.Sprint("T=", n), func(b *testing.B) { benchmarkWagnerWhitin(b, n, 1e12) })
	}
}
