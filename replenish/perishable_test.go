package replenish

import (
	"errors"
	"math"
	"testing"
)

// TestPerishableSimulated: the chain and the simulation prove each other, for
// both orders of issue; fresh stock first throws away more.
func TestPerishableSimulated(t *testing.T) {
	for _, c := range []struct{ base, life int }{{9, 2}, {12, 3}, {8, 4}, {5, 1}} {
		for _, d := range []IntegerDistribution{NewPoisson(4), NewNegativeBinomial(3, 8)} {
			var out [2]float64
			for _, issue := range []Issuing{FIFO, LIFO} {
				m, err := PerishableBaseStock(d, c.base, c.life, issue)
				if err != nil {
					t.Fatal(err)
				}
				r, err := PerishableSimulation{Demand: d, Life: c.life, Issue: issue, Base: float64(c.base), Periods: 200_000, Warmup: 100, Level: simLevel, Seed: 3}.Simulate()
				if err != nil {
					t.Fatal(err)
				}
				within(t, "outdated", r.Outdated, m.Outdated)
				within(t, "lost", r.Lost, m.Lost)
				within(t, "fill rate", r.FillRate, m.FillRate)
				within(t, "ordered", r.Ordered, m.Ordered)
				within(t, "on hand", r.OnHand, m.OnHand)
				out[issue] = m.Outdated
			}
			if out[LIFO] < out[FIFO]-1e-12 {
				t.Errorf("%+v: LIFO throws away %v, FIFO %v", c, out[LIFO], out[FIFO])
			}
		}
	}
}

// TestPerishableBest: no other base stock costs less; one that keeps for ever is
// the newsvendor.
func TestPerishableBest(t *testing.T) {
	d := NewPoisson(3)
	cost := PerishableCosts{Holding: 1, Lost: 12, Outdate: 5}
	base, best, err := BestPerishableBase(d, 3, FIFO, cost)
	if err != nil {
		t.Fatal(err)
	}
	for s := range 20 {
		m, err := PerishableBaseStock(d, s, 3, FIFO)
		if err != nil {
			t.Fatal(err)
		}
		if c := m.OnHand + 12*m.Lost + 5*m.Outdated; c < best-1e-12 {
			t.Errorf("base stock %d costs %v, the best %d costs %v", s, c, base, best)
		}
	}
	long, _, err := BestPerishableBase(d, 8, FIFO, cost)
	if want := d.Quantile(12.0 / 13); err != nil || float64(long) != want {
		t.Errorf("of a long life: %d, %v; want the newsvendor's %v", long, err, want)
	}
	if _, err := PerishableBaseStock(d, 200, 12, FIFO); !errors.Is(err, ErrInput) {
		t.Errorf("too many states: %v; want an input error", err)
	}
	if _, err := PerishableBaseStock(nil, 2, 2, FIFO); !errors.Is(err, ErrInput) {
		t.Errorf("no demand: %v; want an input error", err)
	}
	if m, err := PerishableBaseStock(NewPoisson(0), 3, 2, FIFO); err != nil || m.FillRate != 1 || math.Abs(m.Outdated-1.5) > 1e-9 {
		t.Errorf("no demand: %+v, %v; want 3 thrown away every other period", m, err)
	}
}

// TestEWAOrder by hand: 4 old and 3 fresh units, mean demand 2, lead time 1: of
// the old ones 2 perish before the order comes.
func TestEWAOrder(t *testing.T) {
	if got := EWAOrder([]float64{4, 3}, nil, []float64{2, 2}, 2, 1, 0, FIFO); got != 0 {
		t.Errorf("FIFO: %v, want 0: 4+1−7+2", got)
	}
	// Freshest first: 2 of the fresh go, all 4 old perish.
	if got := EWAOrder([]float64{4, 3}, nil, []float64{2, 2}, 2, 1, 0, LIFO); got != 2 {
		t.Errorf("LIFO: %v, want 2: 4+1−7+4", got)
	}
	if got := EWAOrder([]float64{4, 3}, nil, []float64{2, 2}, 2, 1, 6, LIFO); got != 6 {
		t.Errorf("in batches of 6: %v, want 6", got)
	}
	// With a life so long that nothing perishes, EWA is base stock.
	s := PerishableSimulation{Demand: NewPoisson(4), Life: 12, Lead: 2, Issue: FIFO, Base: 16, Periods: 5000, Seed: 5}
	a, err := s.Simulate()
	if err != nil {
		t.Fatal(err)
	}
	s.EWA, s.Safety = true, 4
	b, err := s.Simulate()
	if err != nil || math.Abs(a.FillRate.Mean-b.FillRate.Mean) > 0.01 {
		t.Errorf("base stock fills %v, EWA %v, %v", a.FillRate, b.FillRate, err)
	}
}

// TestLastBuy: the newsvendor where holding is free, and no other quantity is
// cheaper where it is not.
func TestLastBuy(t *testing.T) {
	d := DecliningPoisson(20, 0.7, 8)
	b := LastBuy{Cumulative: d, UnitCost: 5, Penalty: 30, Salvage: 1}
	p, err := b.Best()
	if want := d[7].Quantile(25.0 / 29); err != nil || p.Quantity != want {
		t.Errorf("free holding: %v, %v; want the newsvendor's %v", p.Quantity, err, want)
	}
	for _, holding := range []float64{0.1, 1, 3} {
		b.Holding = holding
		p, err := b.Best()
		if err != nil {
			t.Fatal(err)
		}
		for q := 0.0; q < 120; q++ {
			if o := b.at(q); o.Cost < p.Cost-1e-9 {
				t.Errorf("holding %v: %v units cost %v, the best %v cost %v", holding, q, o.Cost, p.Quantity, p.Cost)
			}
		}
	}
	b.Cumulative = []Distribution{NewNormal(100, 20)}
	b.Holding = 0
	if p, err := b.Best(); err != nil || math.Abs(p.Quantity-NewNormal(100, 20).Quantile(25.0/29)) > 1e-6 {
		t.Errorf("normal: %v, %v", p.Quantity, err)
	}
	b.Penalty = 2
	if p, err := b.Best(); err != nil || p.Quantity != 0 {
		t.Errorf("a unit that is not worth it: %v, %v; want 0", p.Quantity, err)
	}
	for name, bad := range map[string]LastBuy{
		"none":    {},
		"salvage": {Cumulative: d, UnitCost: 1, Salvage: 2},
		"NaN":     {Cumulative: d, UnitCost: math.NaN()},
	} {
		if p, err := bad.Best(); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v, %v; want an input error", name, p, err)
		}
	}
	if got := ObsolescenceHolding(2, 10, 4, 0.1); math.Abs(got-2.6) > 1e-12 {
		t.Errorf("ObsolescenceHolding = %v, want 2.6", got)
	}
}

// TestSubstitutes: without substitution two newsvendors; with it, no other
// quantities nearby are better, and profit does not fall.
func TestSubstitutes(t *testing.T) {
	s := Substitutes{Items: [2]SubstituteItem{
		{Demand: NewPoisson(8), Price: 10, UnitCost: 4, Salvage: 1},
		{Demand: NewNegativeBinomial(6, 14), Price: 12, UnitCost: 7, Salvage: 2, Penalty: 1},
	}}
	alone, err := s.Best()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{s.Items[0].Demand.Quantile(6.0 / 9), s.Items[1].Demand.Quantile(6.0 / 11)} {
		if float64(alone.Quantity[i]) != want {
			t.Errorf("item %d alone: %d, want the newsvendor's %v", i, alone.Quantity[i], want)
		}
	}
	s.Accept = [2]float64{0.6, 0.8}
	both, err := s.Best()
	if err != nil || both.Profit < alone.Profit {
		t.Errorf("with substitution %+v, %v; without %+v", both, err, alone)
	}
	for a := range 25 {
		for b := range 25 {
			if p, err := s.Profit([2]int{a, b}); err != nil || p.Profit > both.Profit+1e-9 {
				t.Fatalf("%d and %d make %v, %v; the best %+v", a, b, p.Profit, err, both)
			}
		}
	}
	s.Accept[0] = 2
	if _, err := s.Best(); !errors.Is(err, ErrInput) {
		t.Errorf("share 2: %v; want an input error", err)
	}
}

func TestByAnalogy(t *testing.T) {
	// Two alike: means 8 and 12, so m = 10, between 4·(2+1)/(2−1) = 12.
	n, err := ByAnalogy([]Analog{{Mean: 8, SD: 3}, {Mean: 6, SD: 2, Scale: 2}})
	if err != nil || n.Mean != 10 || math.Abs(n.SD-math.Sqrt((9+16)/2.0)) > 1e-12 || math.Abs(n.LevelSD-math.Sqrt(12)) > 1e-12 {
		t.Errorf("%+v, %v; want 10, √12.5, √12", n, err)
	}
	mean, sd := n.Over(4)
	if mean != 40 || math.Abs(sd-math.Sqrt(4*12.5+16*12)) > 1e-12 {
		t.Errorf("over 4 periods: %v, %v", mean, sd)
	}
	own := n.Learn(20, 1_000_000)
	if math.Abs(own.Mean-20) > 1e-3 || own.LevelSD > 0.01 {
		t.Errorf("after a million periods: %+v; want its own mean", own)
	}
	if n.Learn(20, 0) != n {
		t.Errorf("after no period: %+v", n.Learn(20, 0))
	}
	if one, err := ByAnalogy([]Analog{{Mean: 8, SD: 3}}); err != nil || one.LevelSD != 4 {
		t.Errorf("one analog: %+v, %v", one, err)
	}
	for _, bad := range [][]Analog{nil, {{Mean: math.NaN()}}, {{Mean: 1, Weight: -1}}} {
		if n, err := ByAnalogy(bad); !errors.Is(err, ErrInput) {
			t.Errorf("%v: %+v, %v; want an input error", bad, n, err)
		}
	}
}
