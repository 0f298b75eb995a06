package plan

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"planwright/replenish"
)

// TestTradeoff: over a mixed portfolio more service costs more, the best
// division of the money beats one target for all, and rows that nothing can be
// said of change nothing.
func TestTradeoff(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	n := 400
	if testing.Short() {
		n = 80
	}
	var rows []TradeoffRow
	for range n {
		mean := math.Exp(4 * r.Float64())
		rows = append(rows, TradeoffRow{UnitCost: math.Exp(5 * r.Float64()), YearlyDemand: mean * (3 + 20*r.Float64()), Mean: mean, SD: mean * (0.1 + r.Float64()), ReorderPoint: 1.5 * mean, OrderQty: mean * r.Float64(), Divisible: r.IntN(2) == 0})
	}
	got, err := ComputeTradeoff(rows, TradeoffGoal{})
	if err != nil {
		t.Fatal(err)
	}
	if got.SKUs != n || len(got.Uniform) != len(uniformTargets) || len(got.Optimal) != len(uniformTargets) {
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
	if same, err := ComputeTradeoff(more, TradeoffGoal{}); err != nil || same.Current != got.Current && !math.IsNaN(same.Current.ServiceTarget) || same.SKUs != n {
		t.Errorf("with rows that say nothing: %v, %v", same, err)
	}
	if none, err := ComputeTradeoff(nil, TradeoffGoal{}); err != nil || none.SKUs != 0 {
		t.Errorf("no rows: %v, %v", none, err)
	}
}

// TestTradeoffGoal: the best point for a budget stays within it and is at least as good
// as today's and the plan's stock; more money buys less and less; the next 10,000 are
// worth no more than the 10,000 before; a target is reached.
func TestTradeoffGoal(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 5))
	var rows []TradeoffRow
	for range 60 {
		mean := math.Exp(4 * r.Float64())
		cost := math.Exp(5 * r.Float64())
		rows = append(rows, TradeoffRow{UnitCost: cost, UnitPrice: 1.5 * cost, YearlyDemand: mean * (3 + 20*r.Float64()), Mean: mean, SD: mean * (0.1 + r.Float64()), ReorderPoint: 1.5 * mean,
			OnHand: 2 * mean * r.Float64(), OrderQty: mean * r.Float64(), Divisible: true})
	}
	free, err := ComputeTradeoff(rows, TradeoffGoal{})
	if err != nil {
		t.Fatal(err)
	}
	stock := 0.0
	for _, x := range rows {
		stock += x.UnitCost * x.OnHand
	}
	if math.Abs(free.Today.Investment-stock) > 1e-3*stock {
		t.Errorf("today's levels hold %v, the stock is %v", free.Today.Investment, stock)
	}
	last := TradeoffPoint{}
	gain := math.Inf(1)
	budgets := []float64{free.Today.Investment, free.Current.Investment, 1.5 * free.Current.Investment, 3 * free.Current.Investment}
	slices.Sort(budgets)
	for _, money := range budgets {
		g, err := ComputeTradeoff(rows, TradeoffGoal{Budget: money})
		if err != nil {
			t.Fatal(err)
		}
		if g.Chosen.Investment > money*(1+1e-9) || g.Chosen.FillRate < last.FillRate {
			t.Errorf("budget %v: %+v after %+v", money, g.Chosen, last)
		}
		if math.Abs(g.Chosen.ShortSales-1.5*g.Chosen.ShortValue) > 1e-6*g.Chosen.ShortSales {
			t.Errorf("short %v at cost, %v at a price of 1.5", g.Chosen.ShortValue, g.Chosen.ShortSales)
		}
		if g.Next.ShortValue > gain*(1+1e-6) || g.Next.ShortValue < 0 || g.Next.ShortValue > g.Chosen.ShortValue {
			t.Errorf("budget %v: the next step avoids %v, the one before %v", money, g.Next.ShortValue, gain)
		}
		last, gain = g.Chosen, g.Next.ShortValue
		if money == free.Today.Investment && g.Chosen.FillRate < free.Today.FillRate-1e-6 || money == free.Current.Investment && g.Chosen.FillRate < free.Current.FillRate-1e-6 {
			t.Errorf("the best for %v fills %v, what is there %v and %v", money, g.Chosen.FillRate, free.Today.FillRate, free.Current.FillRate)
		}
	}
	if g, err := ComputeTradeoff(rows, TradeoffGoal{FillRate: 0.97}); err != nil || g.Chosen.FillRate < 0.97-1e-6 || g.Chosen.FillRate > 0.972 {
		t.Errorf("a target of 0.97: %+v, %v", g.Chosen, err)
	}
}

// TestTradeoffBruteForce: two sku's, counted in pieces, every pair of levels tried.
func TestTradeoffBruteForce(t *testing.T) {
	rows := []TradeoffRow{{UnitCost: 30, YearlyDemand: 20, Mean: 2, SD: math.Sqrt2, ReorderPoint: 4, OrderQty: 1}, {UnitCost: 10, YearlyDemand: 60, Mean: 4, SD: 2, ReorderPoint: 8, OrderQty: 1}}
	p := replenish.Tradeoff{}
	for _, r := range rows {
		p.Items = append(p.Items, replenish.TradeoffItem{UnitCost: r.UnitCost, Rate: r.YearlyDemand, Weight: r.UnitCost, Lead: lawOf(r), Quantity: r.OrderQty})
	}
	for _, money := range []float64{60, 100, 150, 250} {
		got, err := ComputeTradeoff(rows, TradeoffGoal{Budget: money})
		if err != nil {
			t.Fatal(err)
		}
		best := 0.0
		onCurve := false
		for a := -1.0; a < 20; a++ {
			for b := -1.0; b < 25; b++ {
				x, err := p.Evaluate([]float64{a, b})
				if err != nil {
					t.Fatal(err)
				}
				if x.Investment <= money {
					best = math.Max(best, x.FillRate)
				}
				onCurve = onCurve || math.Abs(x.Investment-got.Chosen.Investment) < 1e-9 && math.Abs(x.FillRate-got.Chosen.FillRate) < 1e-9
			}
		}
		// Points of the curve are best for what they cost; between two of them single
		// units may use the rest of the money.
		at := 0.0
		for a := -1.0; a < 20; a++ {
			for b := -1.0; b < 25; b++ {
				if x, _ := p.Evaluate([]float64{a, b}); x.Investment <= got.Chosen.Investment+1e-9 {
					at = math.Max(at, x.FillRate)
				}
			}
		}
		if !onCurve || got.Chosen.Investment > money || got.Chosen.FillRate < at-1e-9 || got.Chosen.FillRate > best+1e-9 {
			t.Errorf("budget %v: %+v; best of all pairs %v, for its own money %v", money, got.Chosen, best, at)
		}
	}
}

// TestTradeoffEchelons: a warehouse that serves a shop at once, and the factory behind
// it that promises 5 of its 20 days. The shop covers what is left of its own time; the
// factory's short stock is no shortage of a customer, its stock is part of every point.
func TestTradeoffEchelons(t *testing.T) {
	shop := TradeoffRow{UnitCost: 10, YearlyDemand: 3650, Mean: 300, SD: 60, ReorderPoint: 90, OrderQty: 50, Divisible: true, Stage: true, Sold: true, NetLeadTime: 8, DailyMean: 10, DailySD: 4, SafetyStock: 20}
	plant := TradeoffRow{UnitCost: 6, YearlyDemand: 3650, Mean: 200, SD: 30, ReorderPoint: 40, OrderQty: 100, Divisible: true, Stage: true, NetLeadTime: 15, DailyMean: 10, DailySD: 4, SafetyStock: 25}
	got, err := ComputeTradeoff([]TradeoffRow{shop, plant}, TradeoffGoal{})
	if err != nil {
		t.Fatal(err)
	}
	alone := replenish.Tradeoff{Items: []replenish.TradeoffItem{{UnitCost: 10, Rate: 3650, Weight: 10, Lead: lawOf(TradeoffRow{Mean: 80, SD: 4 * math.Sqrt(8), Divisible: true}), Quantity: 50}}}
	want, err := alone.Evaluate([]float64{100})
	if err != nil {
		t.Fatal(err)
	}
	if got.SKUs != 1 || got.Fixed != 6*75 || math.Abs(got.Current.FillRate-want.FillRate) > 1e-12 || math.Abs(got.Current.Investment-want.Investment-450) > 1e-9 {
		t.Errorf("%+v; want the shop's %+v with 450 behind it", got, want)
	}
	for _, p := range append(got.Optimal, got.Chosen) {
		if p.Investment < 450 {
			t.Errorf("a point without the factory's stock: %+v", p)
		}
	}
	plain := shop
	plain.Stage = false
	if old, err := ComputeTradeoff([]TradeoffRow{plain}, TradeoffGoal{}); err != nil || old.Current.FillRate >= got.Current.FillRate {
		t.Errorf("by its whole lead time the shop would fill %v, err %v", old.Current.FillRate, err)
	}
}

// TestTradeoffEntered: levels entered as the plan has them are the plan's point, higher
// ones cost more and fill more, and a sku without any keeps the plan's.
func TestTradeoffEntered(t *testing.T) {
	row := TradeoffRow{UnitCost: 4, UnitPrice: 9, YearlyDemand: 1200, Mean: 80, SD: 25, ReorderPoint: 100, OrderQty: 60}
	rows := []TradeoffRow{row, row, row}
	got, err := ComputeTradeoff(rows, TradeoffGoal{})
	if err != nil || got.EnteredSKUs != 0 || got.Entered != (TradeoffPoint{}) {
		t.Fatalf("nothing was entered: %d sku's, %+v, err %v", got.EnteredSKUs, got.Entered, err)
	}
	same := func(a, b TradeoffPoint) bool {
		return a.Investment == b.Investment && a.FillRate == b.FillRate && a.ShortValue == b.ShortValue && a.ShortSales == b.ShortSales
	}
	for i := range rows[:2] {
		rows[i].Entered, rows[i].EnteredMin, rows[i].EnteredMax = true, 100, 160
	}
	if got, err = ComputeTradeoff(rows, TradeoffGoal{}); err != nil || got.EnteredSKUs != 2 || !same(got.Entered, got.Current) {
		t.Errorf("entered as the plan has them: %d sku's, %+v, want %+v, err %v", got.EnteredSKUs, got.Entered, got.Current, err)
	}
	// A third of the demand has a lot of 90 above 130: a normal law, whose mean stock is
	// s + Q/2 − µ + what is owed, by Silver, Pyke and Thomas.
	rows[1] = row
	rows[0].EnteredMin, rows[0].EnteredMax = 130, 220
	if got, err = ComputeTradeoff(rows, TradeoffGoal{}); err != nil {
		t.Fatal(err)
	}
	loss := func(x float64) float64 { // of the second order, ∫ from x of the first
		z := (x - 80) / 25
		return 25 * 25 / 2.0 * ((z*z+1)*0.5*math.Erfc(z/math.Sqrt2) - z*math.Exp(-z*z/2)/math.Sqrt(2*math.Pi))
	}
	stock := func(s, q float64) float64 { return s + q/2 - 80 + (loss(s)-loss(s+q))/q }
	if want := 4 * (stock(130, 90) + 2*stock(100, 60)); math.Abs(got.Entered.Investment-want) > 1e-6*want || got.Entered.FillRate <= got.Current.FillRate || got.EnteredSKUs != 1 {
		t.Errorf("higher levels: %+v of %d, want a stock of %v, above %+v", got.Entered, got.EnteredSKUs, want, got.Current)
	}
}
