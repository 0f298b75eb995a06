package plan

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestTradeoff: over a mixed portfolio more service costs more, the best
// division of the money beats one target for all, and rows that nothing can be
// said of change nothing.
func TestTradeoff(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	var rows []TradeoffRow
	for range 400 {
		mean := math.Exp(4 * r.Float64())
		rows = append(rows, TradeoffRow{UnitCost: math.Exp(5 * r.Float64()), YearlyDemand: mean * (3 + 20*r.Float64()), Mean: mean, SD: mean * (0.1 + r.Float64()), ReorderPoint: 1.5 * mean, OrderQty: mean * r.Float64(), Divisible: r.IntN(2) == 0})
	}
	got, err := ComputeTradeoff(rows)
	if err != nil {
		t.Fatal(err)
	}
	if got.SKUs != 400 || len(got.Uniform) != len(uniformTargets) || len(got.Optimal) != len(uniformTargets) {
		t.Fatalf("%d sku's, %d and %d points", got.SKUs, len(got.Uniform), len(got.Optimal))
	}
	for i := 1; i < len(got.Uniform); i++ {
		a, b := got.Uniform[i-1], got.Uniform[i]
		if b.Investment < a.Investment || b.FillRate < a.FillRate || b.ShortValue > a.ShortValue {
			t.Errorf("%v, then %v: a higher target costs more and leaves less short", a, b)
		}
	}
	beaten := 0
	for _, u := range got.Uniform {
		for i := 1; i < len(got.Optimal); i++ {
			if a, b := got.Optimal[i-1], got.Optimal[i]; a.Investment <= u.Investment && u.Investment <= b.Investment {
				beaten++
				// Between two points of the curve the chord is a lower bound.
				at := a.FillRate + (b.FillRate-a.FillRate)*(u.Investment-a.Investment)/math.Max(b.Investment-a.Investment, 1e-9)
				if at < u.FillRate-0.002 {
					t.Errorf("one target for all fills %.4f for %.0f, the best division %.4f", u.FillRate, u.Investment, at)
				}
			}
		}
	}
	if beaten == 0 {
		t.Error("the two curves have no money in common")
	}
	more := append(rows, TradeoffRow{}, TradeoffRow{UnitCost: 1, YearlyDemand: math.NaN()}, TradeoffRow{UnitCost: 1, YearlyDemand: 5, Mean: 1, SD: 1, ReorderPoint: math.NaN()})
	if same, err := ComputeTradeoff(more); err != nil || same.Current != got.Current && !math.IsNaN(same.Current.ServiceTarget) || same.SKUs != 400 {
		t.Errorf("with rows that say nothing: %v, %v", same, err)
	}
	if none, err := ComputeTradeoff(nil); err != nil || none.SKUs != 0 {
		t.Errorf("no rows: %v, %v", none, err)
	}
}
