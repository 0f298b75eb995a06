package replenish

import (
	"math"
	"testing"
)

// TestTextbook are worked examples, numbers as printed (with the digits that
// the formula gives behind them).
func TestTextbook(t *testing.T) {
	check := func(name string, got, want, rel float64) {
		t.Helper()
		if !near(got, want, rel, 0) {
			t.Errorf("%s = %.10g, want %.10g", name, got, want)
		}
	}
	// Snyder and Shen (2019), examples 3.1 and 3.8: Joe's corner store.
	q, x := EOQBackorders(8, 0.225, 5, 1300)
	check("EOQB quantity", q, 310.81, 1e-4)
	check("EOQB share", x, 0.0431, 1e-3)
	check("EOQB cost", EOQBackordersCost(8, 0.225, 5, 1300, q, x), 66.92, 1e-4)
	// Example 3.9: four periods, K = 500, h = 2.
	qs, cost, err := LotSizing{Demand: []float64{90, 120, 80, 70}, FixedCost: []float64{500}, HoldingCost: []float64{2}}.WagnerWhitin(nil)
	must(t, err)
	check("Wagner-Whitin cost", cost, 1380, 0)
	check("first lot", qs[0], 210, 0)
	check("third lot", qs[2], 150, 0)
	// Silver, Pyke and Thomas (2017), table 5.1: twelve months, A = 54, vr = 0.4.
	p := LotSizing{Demand: []float64{10, 62, 12, 130, 154, 129, 88, 52, 124, 160, 238, 41}, FixedCost: []float64{54}, HoldingCost: []float64{0.4}}
	_, cost, err = p.WagnerWhitin(nil)
	must(t, err)
	check("Wagner-Whitin, 12 months", cost, 501.20, 1e-9)
	_, cost, err = p.SilverMeal()
	must(t, err)
	check("Silver-Meal, 12 months", cost, 501.20, 1e-9)
	// Snyder and Shen, example 4.3: newsvendor with N(50, 8²), h = 0.18, p = 0.70.
	s, cost, err := Newsvendor(NewNormal(50, 8), 0.18, 0.7)
	must(t, err)
	check("newsvendor level", s, 56.6, 1e-3)
	check("newsvendor cost", cost, 1.9976, 1e-4)
	// Example 4.7: (s, S), Poisson(6), K = 5, h = 1, p = 4.
	ss, err := SS{FixedCost: 5, HoldingCost: 1, StockoutCost: 4, Demand: NewPoisson(6)}.Optimal()
	must(t, err)
	check("s", ss.ReorderPoint, 4, 0)
	check("S", ss.OrderUpTo, 10, 0)
	check("(s, S) cost", ss.Cost, 8.0341, 1e-4)
	// Discounts of example 3.5: K = 8, i = 0.3, λ = 1300, all units 0.75/0.72/0.68
	// from 0/400/800.
	d, err := Discounts{Breakpoints: []float64{0, 400, 800}, UnitCosts: []float64{0.75, 0.72, 0.68}}.EOQ(8, 0.3, 1300)
	must(t, err)
	check("all-units quantity", d.Quantity, 800, 0)
	check("all-units cost", d.Cost, 978.6, 1e-4)
	d, err = Discounts{Breakpoints: []float64{0, 400, 800}, UnitCosts: []float64{0.75, 0.72, 0.68}, Incremental: true}.EOQ(8, 0.3, 1300)
	must(t, err)
	check("incremental quantity", d.Quantity, 304.05, 1e-4)
	check("incremental cost", d.Cost, 975+68.41, 1e-5)
	// Erlang's table: 10 trunks, 5 erlangs lose 1.84 %.
	check("Erlang B", ErlangB(10, 5), 0.018385, 1e-4)
	// Silver, Pyke and Thomas, 6.7: P(D > s) = Qh/(B2·λ).
	r, err := UnitShortage{HoldingCost: 0.24 * 2, ShortageCost: 0.32 * 2, DemandRate: 200, LeadTimeDemand: NewNormal(50, 21)}.ReorderPoint(129)
	must(t, err)
	check("reorder point of B2", r, 50+21*NormalUpperQuantile(129*0.48/(0.64*200)), 1e-12)
	// Tijms (1994): demand that is always 1 has no undershoot on whole numbers.
	m, err := NewRenewal(NewPoisson(1e-9))
	must(t, err)
	u, _ := m.Undershoot(7)
	if math.Abs(u) > 1e-6 {
		t.Errorf("undershoot of unit demand %g, want 0", u)
	}
}
