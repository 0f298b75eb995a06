package replenish

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// TestAllocateBudget compares with the best of all divisions, and greedy's bound
// with it.
func TestAllocateBudget(t *testing.T) {
	for seed := range uint64(120) {
		r := rand.New(rand.NewPCG(seed, 41))
		n := 2 + r.IntN(3)
		items := make([]StockItem, n)
		most := 0.0
		for i := range items {
			mean := 0.3 + 3*r.Float64()
			items[i] = StockItem{UnitCost: float64(1 + r.IntN(20)), Demand: NewPoisson(mean), Weight: 1 + float64(r.IntN(3)), Most: 3 + r.IntN(5)}
			if r.IntN(3) == 0 {
				items[i].UnitCost += r.Float64()
				items[i].Demand = NewNegativeBinomial(mean, 2*mean)
			}
			most += items[i].UnitCost * float64(items[i].Most)
		}
		budget := most * r.Float64()
		best := math.Inf(1)
		var look func(i int, left, sum float64)
		look = func(i int, left, sum float64) {
			if i == n {
				best = min(best, sum)
				return
			}
			for s := 0; s <= items[i].Most && float64(s)*items[i].UnitCost <= left+1e-9; s++ {
				_, b, _ := items[i].Demand.Losses(float64(s))
				look(i+1, left-float64(s)*items[i].UnitCost, sum+items[i].Weight*b)
			}
		}
		look(0, budget, 0)
		a, err := AllocateBudget(items, budget)
		if err != nil || !a.Exact || math.Abs(a.Backorders-best) > 1e-10*(1+best) || a.Cost > budget*(1+1e-9) || a.Bound > a.Backorders {
			t.Fatalf("seed %d: %+v, %v; the best has %v backorders for %v", seed, a, err, best, budget)
		}
	}
}

func TestAllocateBudgetLimits(t *testing.T) {
	items := []StockItem{{UnitCost: 0, Demand: NewPoisson(3)}, {UnitCost: 2, Demand: NewPoisson(3)}, {UnitCost: 2, Demand: NewPoisson(0)}}
	a, err := AllocateBudget(items, 0)
	if err != nil || a.Base[0] < 10 || a.Base[1] != 0 || a.Cost != 0 || !a.Exact {
		t.Errorf("no budget: %+v, %v", a, err)
	}
	a, err = AllocateBudget(items, 1e9)
	if err != nil || a.Backorders > 1e-9 || a.Cost > 200 || a.Base[2] != 0 {
		t.Errorf("all the money there is: %+v, %v", a, err)
	}
	if a, err := AllocateBudget(nil, 5); err != nil || !a.Exact || a.Backorders != 0 {
		t.Errorf("no items: %+v, %v", a, err)
	}
	for _, bad := range []StockItem{{UnitCost: -1, Demand: NewPoisson(1)}, {UnitCost: math.NaN(), Demand: NewPoisson(1)}, {UnitCost: 1}, {Weight: math.Inf(1), Demand: NewPoisson(1)}} {
		if a, err := AllocateBudget([]StockItem{bad}, 5); !errors.Is(err, ErrInput) {
			t.Errorf("%+v: %+v, %v; want an input error", bad, a, err)
		}
	}
	if _, err := AllocateBudget(items, math.NaN()); !errors.Is(err, ErrInput) {
		t.Errorf("budget NaN: %v; want an input error", err)
	}
}

// TestAllocateBudgetLarge: of many items the greedy division comes with a bound.
func TestAllocateBudgetLarge(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 42))
	items := make([]StockItem, 20_000)
	for i := range items {
		items[i] = StockItem{UnitCost: math.Exp(r.NormFloat64()), Demand: NewPoisson(math.Exp(r.NormFloat64()))}
	}
	a, err := AllocateBudget(items, 30_000)
	if err != nil || a.Cost > 30_000*(1+1e-9) || !(a.Bound <= a.Backorders) || a.Backorders-a.Bound > 1e-3*a.Backorders {
		t.Errorf("cost %v, backorders %v, bound %v, %v", a.Cost, a.Backorders, a.Bound, err)
	}
}
