package replenish

import (
	"errors"
	"fmt"
	"math"
	"testing"
)

// odd are the values that a careless caller may hand over.
var odd = []float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 0, 1e-300, 1e-9, 0.5, 1, 10, 1e15, 1e300}

// TestBadInput: whatever goes in, an error wraps ErrInput, and no result is NaN
// or infinite where there is no error.
func TestBadInput(t *testing.T) {
	laws := []Distribution{nil, NewNormal(math.NaN(), math.Inf(1)), NewNormal(10, 0), NewGamma(5, 50), NewPoisson(math.Inf(1)), NewPoisson(0), NewPoisson(3), NewPoisson(1e12), NewNegativeBinomial(2, 1e14), NewLognormal(math.NaN(), 1), NewLognormal(3, 30), NewUniform(math.Inf(-1), 3), NewGeometric(math.NaN(), 1), NewExponential(math.Inf(1))}
	fine := func(what string, err error, values ...float64) {
		t.Helper()
		if err != nil {
			if !errors.Is(err, ErrInput) {
				t.Errorf("%s: error %v does not wrap ErrInput", what, err)
			}
			return
		}
		for _, v := range values {
			if !(math.Abs(v) <= math.MaxFloat64) {
				t.Errorf("%s: %v", what, values)
				return
			}
		}
	}
	for _, d := range laws[1:] {
		for _, x := range []float64{-1e15, -1, 0, 0.5, 3, 1e15} {
			sf, n, n2 := d.Losses(x)
			cdf, nb, nb2 := LowerLosses(d, x)
			a, b := SecondLosses(d, x)
			fine(fmt.Sprintf("%#v at %g", d, x), nil, sf, n/1e160, n2/1e305, cdf, nb/1e160, nb2/1e305, a/1e305, b/1e305)
		}
		for _, p := range odd {
			fine(fmt.Sprintf("%#v quantile %g", d, p), nil, d.Quantile(p))
		}
	}
	for _, a := range odd {
		for _, b := range odd {
			fine("EPQ", nil, min(EPQ(a, b, 1, 2), 1e300), min(EPQCost(a, b, 1, 2, 1), 1e300), min(EPQCost(1, 1, a, b, 1), 1e300))
			q, x := EOQBackorders(1, a, b, 1)
			fine("EOQB", nil, min(q, 1e300), x, min(EOQBackordersCost(a, b, 1, 1, 1, 0.5), 1e300))
			fine("Erlang", nil, ErlangB(5, a), ErlangB(int(min(max(-10, moment(b)), 1e8)), a))
			fine("cumulative", nil, min(EstimationVariance(1, a, b), 1e300))
			for _, c := range odd {
				if s, err := (Discounts{Breakpoints: []float64{0, a}, UnitCosts: []float64{3, b}}).EOQ(c, 0.2, 10); true {
					fine("discounts", err, s.Quantity, s.Cost)
				}
				if s, err := (Discounts{Breakpoints: []float64{0, 10}, UnitCosts: []float64{3, 2}, Incremental: true}).EOQ(a, b, c); true {
					fine("incremental", err, s.Quantity, s.Cost)
				}
				q, cost, err := AdditiveYieldEOQ(a, b, 10, c, 1)
				fine("additive yield", err, q, cost)
				q, cost, err = MultiplicativeYieldEOQ(1, 1, a, b, c)
				fine("multiplicative yield", err, q, cost)
				q, cost, err = DisruptedEOQ{FixedCost: a, HoldingCost: b, StockoutCost: c, DemandRate: 10, DisruptionRate: 1, RecoveryRate: 2}.Best()
				fine("disruptions", err, q, cost)
				q, cost, err = DisruptedEOQ{FixedCost: 1, HoldingCost: 1, StockoutCost: 1, DemandRate: a, DisruptionRate: b, RecoveryRate: c}.Best()
				fine("disruptions", err, q, cost)
				q, cost, err = DisruptedNewsvendor{HoldingCost: a, StockoutCost: 1, Demand: 10, DisruptionProb: b, RecoveryProb: c}.Best()
				fine("newsvendor with disruptions", err, q, cost)
				p, err := SSPowerApproximation(a, 1, 2, b, c)
				fine("power", err, p.ReorderPoint, p.OrderUpTo)
				_, cost, err = LotSizing{Demand: []float64{3, a, 0}, FixedCost: []float64{b}, HoldingCost: []float64{c}}.WagnerWhitin(nil)
				fine("Wagner-Whitin", err, cost)
				_, cost, err = LotSizing{Demand: []float64{3, a, 0}, FixedCost: []float64{b}, HoldingCost: []float64{c}}.LeastUnitCost()
				fine("least unit cost", err, cost)
				y, err := JointReplenishment{SharedFixedCost: a, IndividualFixedCosts: []float64{b, 1}, HoldingCosts: []float64{1, c}, DemandRates: []float64{10, 3}}.Optimal()
				fine("joint", err, y.CycleTime, y.Cost)
				l, err := LostSalesRQ{Rate: a, LeadTime: b, FixedCost: c, HoldingCost: 1, StockoutCost: 1}.Evaluate(2, 5)
				fine("lost sales", err, l.FillRate, l.OnHand, l.Cost)
				_, cost, err = LostSalesBaseStock{Rate: a, LeadTime: b}.Optimal(1, c)
				fine("lost sales", err, cost)
				o, err := FillOrder([]FillItem{{Position: a, Demand: NewPoisson(3), HoldingCost: 1, StockoutCost: b, Value: 1, Most: 100, Weight: c}}, OrderLimits{MinValue: 5, MaxWeight: 50, FillUp: true})
				fine("order fill", err, o.Saved, o.Value)
			}
		}
		co, err := CanOrder{SharedFixedCost: a, Items: []CanOrderItem{{1, 1, 5, 2, 1}, {1, 1, 5, 1, 1}}}.Solve()
		fine("can-order", err, co.Cost)
		co, err = CanOrder{SharedFixedCost: 9, Items: []CanOrderItem{{a, 1, 5, 2, 1}, {1, 1, 5, 1, a}}}.Solve()
		fine("can-order", err, co.Cost)
		c, err := CompoundPoisson{Rate: a, Size: []float64{0, 0.5, 0.5}}.Table()
		if err == nil {
			_, sd := c.Moments()
			fine("compound", nil, sd)
		} else {
			fine("compound", err)
		}
	}
	for _, d := range laws {
		id, _ := d.(IntegerDistribution)
		for _, a := range odd {
			for _, b := range odd {
				s, cost, err := Newsvendor(d, a, b)
				fine("newsvendor", err, s, cost)
				s, cost, err = Sale{Revenue: a, PurchaseCost: b}.Best(d)
				fine("sale", err, s, cost)
				s, cost, err = Myopic{HoldingCost: a, StockoutCost: b, PurchaseCost: 0.1}.Best(d)
				fine("myopic", err, s, cost)
				for _, c := range []RQ{{a, 1, b, 10, d}, {10, a, 5, b, d}} {
					p, err := c.Optimal()
					fine("(r, Q)", err, p.ReorderPoint, p.Quantity, p.Cost)
					p, err = c.EOQB()
					fine("EOQB", err, p.ReorderPoint, p.Quantity, p.Cost)
					p, err = c.LossFunction()
					fine("loss function", err, p.ReorderPoint, p.Quantity, p.Cost)
					p, err = c.ExpectedInventoryLevel()
					fine("expected inventory level", err, p.ReorderPoint, p.Quantity, p.Cost)
				}
				u, err := UnitShortage{FixedCost: 10, HoldingCost: a, ShortageCost: b, DemandRate: 10, LeadTimeDemand: d}.ReorderPointFor(5)
				fine("unit shortage", err, u)
				p, err := SS{FixedCost: a, HoldingCost: 1, StockoutCost: b, Demand: id}.Optimal()
				fine("(s, S)", err, p.ReorderPoint, p.OrderUpTo, p.Cost)
				v, err := SS{FixedCost: 1, HoldingCost: 1, StockoutCost: 5, Demand: id}.Cost(a, b)
				fine("(s, S) cost", err, v)
				w, err := MinMax{Step: id, LeadTime: d}.Evaluate(a, b)
				fine("min-max", err, w.FillRate, w.OnHand, w.Backorders, w.MeanOrder)
				l, err := BaseStock{LeadTime: d}.LevelFor(MeasureFill, a)
				fine("base stock", err, l)
				two, err := EqualBins(d, MeasureFill, a)
				fine("two bins", err, two.Reserve, two.Service)
				if _, heavy := d.(Lognormal); heavy || d == nil {
					continue // a fine grid over a long tail: right, but slow
				}
				_, sd := d.Moments()
				f, err := FiniteHorizon{Demand: []Distribution{d}, HoldingCost: []float64{a}, StockoutCost: []float64{b}, Step: max(1e-3, sd)}.Solve(0)
				fine("finite horizon", err, f.Cost)
			}
		}
	}
}

// TestMonotoneCosts: costs rise with every cost rate, levels with the stockout
// cost and the lead time.
func TestMonotoneCosts(t *testing.T) {
	base := RQ{FixedCost: 30, HoldingCost: 1, StockoutCost: 10, DemandRate: 12, LeadTimeDemand: NewPoisson(6)}
	at := func(change func(*RQ)) RQPolicy {
		c := base
		change(&c)
		p, err := c.Optimal()
		must(t, err)
		return p
	}
	before := at(func(*RQ) {})
	for name, f := range map[string]func(*RQ){"K": func(c *RQ) { c.FixedCost *= 2 }, "h": func(c *RQ) { c.HoldingCost *= 2 }, "p": func(c *RQ) { c.StockoutCost *= 2 }, "lead time": func(c *RQ) { c.LeadTimeDemand = NewPoisson(9) }} {
		if p := at(f); p.Cost <= before.Cost {
			t.Errorf("twice %s: %+v, before %+v", name, p, before)
		}
	}
	if p := at(func(c *RQ) { c.StockoutCost *= 2 }); p.ReorderPoint < before.ReorderPoint {
		t.Errorf("twice the stockout cost: %+v, before %+v", p, before)
	}
	if p := at(func(c *RQ) { c.FixedCost *= 2 }); p.Quantity < before.Quantity || p.ReorderPoint > before.ReorderPoint {
		t.Errorf("twice the fixed cost: %+v, before %+v", p, before)
	}
	d := NewNegativeBinomial(9, 20)
	for s := -3.0; s < 30; s++ {
		if FillRate(d, s, 5) > FillRate(d, s+1, 5) || FillRate(d, s, 5) > FillRate(d, s, 6)+1e-15 {
			t.Errorf("fill rate falls with s or Q at %g", s)
		}
	}
}

// TestOrderFill: a minimum value is reached at least loss, a truck is filled,
// what saves nothing stays out, and small cases are optimal by enumeration.
func TestOrderFill(t *testing.T) {
	items := []FillItem{
		{Position: 2, Demand: NewPoisson(6), HoldingCost: 1, StockoutCost: 9, Value: 5, Weight: 2},
		{Position: 9, Demand: NewPoisson(4), HoldingCost: 0.5, StockoutCost: 20, Value: 8, Weight: 2},
		{Position: 1, Demand: NewNormal(3, 1), HoldingCost: 2, StockoutCost: 4, Value: 3, Weight: 2},
	}
	cost := func(q [3]int) (v float64) {
		for i, it := range items {
			v += NewsvendorCost(it.Demand, it.HoldingCost, it.StockoutCost, it.Position+float64(q[i]))
		}
		return v
	}
	truck, err := FillOrder(items, OrderLimits{MaxWeight: 18, FillUp: true})
	must(t, err)
	best := math.Inf(1)
	for a := range 10 {
		for b := range 10 - a {
			best = min(best, cost([3]int{a, b, 9 - a - b}))
		}
	}
	if got := cost([3]int{int(truck.Quantities[0]), int(truck.Quantities[1]), int(truck.Quantities[2])}); truck.Weight != 18 || !near(got, best, 1e-12, 0) {
		t.Errorf("truck %+v costs %g, the best %g", truck, got, best)
	}
	free, err := FillOrder(items, OrderLimits{})
	must(t, err)
	for i, it := range items {
		if s, _, _ := Newsvendor(it.Demand, it.HoldingCost, it.StockoutCost); free.Quantities[i] != math.Max(0, math.Round(s-it.Position)) {
			t.Errorf("item %d without limits: %g, newsvendor %g", i, free.Quantities[i], s-it.Position)
		}
	}
	least, err := FillOrder(items, OrderLimits{MinValue: 200})
	must(t, err)
	if least.Short != 0 || least.Value < 200 || least.Value > 208 {
		t.Errorf("minimum value: %+v", least)
	}
}
