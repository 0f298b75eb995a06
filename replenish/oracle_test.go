package replenish

import (
	"math"
	"math/rand/v2"
	"sort"
	"testing"

	"pgregory.net/rapid"
)

// TestWagnerWhitinOracle: against the plain recursion over all last orders and
// against every heuristic; demand may be 0, costs vary.
func TestWagnerWhitinOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "periods")
		value := func(name string, zero bool) []float64 {
			v := make([]float64, n)
			for i := range v {
				v[i] = float64(rapid.IntRange(0, 200).Draw(t, name)) / 10
				if zero && rapid.IntRange(0, 3).Draw(t, "zero") == 0 {
					v[i] = 0
				}
			}
			return v
		}
		p := LotSizing{Demand: value("demand", true), FixedCost: value("fixed", false), HoldingCost: value("holding", true), PurchaseCost: value("purchase", false)}
		if rapid.Bool().Draw(t, "constant") {
			p.FixedCost, p.HoldingCost, p.PurchaseCost = p.FixedCost[:1], p.HoldingCost[:1], nil
		}
		best := make([]float64, n+1) // from period t on
		for at := n - 1; at >= 0; at-- {
			best[at] = math.Inf(1)
			if p.Demand[at] == 0 {
				best[at] = best[at+1]
			}
			v, hold := perPeriod(p.FixedCost, at), 0.0
			for j := at; j < n; j++ {
				v += p.Demand[j] * (perPeriod(p.PurchaseCost, at) + hold)
				hold += perPeriod(p.HoldingCost, j)
				best[at] = min(best[at], v+best[j+1])
			}
		}
		q, cost, err := p.WagnerWhitin(nil)
		if err != nil {
			t.Fatal(err)
		}
		if !near(cost, best[0], 1e-11, 1e-9) {
			t.Fatalf("cost %g, want %g for %+v", cost, best[0], p)
		}
		if again, ok := p.Cost(q); !ok || again != cost {
			t.Fatalf("plan %v of %+v costs %g, feasible %v", q, p, again, ok)
		}
		for name, f := range map[string]func() ([]float64, float64, error){"lot for lot": p.LotForLot, "Silver-Meal": p.SilverMeal, "least unit cost": p.LeastUnitCost, "part period": p.PartPeriodBalancing, "periodic": p.PeriodicOrderQuantity} {
			hq, hc, err := f()
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := p.Cost(hq); !ok || hc < cost-1e-9*(1+cost) {
				t.Fatalf("%s costs %g, feasible %v, the optimum %g", name, hc, ok, cost)
			}
		}
	})
}

// TestSSOracle: (s, S) against all pairs of levels.
func TestSSOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := SS{FixedCost: rapid.Float64Range(0, 60).Draw(t, "K"), HoldingCost: rapid.Float64Range(0.2, 3).Draw(t, "h"), StockoutCost: rapid.Float64Range(0.5, 30).Draw(t, "p")}
		mean := rapid.Float64Range(0.1, 5).Draw(t, "mean")
		c.Demand = FitInteger(mean, math.Sqrt(mean*rapid.Float64Range(0.6, 4).Draw(t, "ratio")))
		d, err := Over(c.Demand, 2)
		if err != nil {
			t.Fatal(err)
		}
		c.LeadTimeDemand = d.(IntegerDistribution)
		best, err := c.Optimal()
		if err != nil {
			t.Fatal(err)
		}
		if own, err := c.Cost(best.ReorderPoint, best.OrderUpTo); err != nil || !near(own, best.Cost, 1e-9, 0) {
			t.Fatalf("cost of the optimum %g, %g", own, best.Cost)
		}
		for s := best.ReorderPoint - 6; s <= best.ReorderPoint+6; s++ {
			for up := max(s+1, best.OrderUpTo-8); up <= best.OrderUpTo+8; up++ {
				if v, err := c.Cost(s, up); err != nil || v < best.Cost*(1-1e-10) {
					t.Fatalf("(%g, %g) costs %g, less than %+v", s, up, v, best)
				}
			}
		}
	})
}

// TestRQOracle: (r, Q) against a grid; continuous optima against neighbours.
func TestRQOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := RQ{FixedCost: rapid.Float64Range(0, 90).Draw(t, "K"), HoldingCost: rapid.Float64Range(0.2, 5).Draw(t, "h"), StockoutCost: rapid.Float64Range(0.5, 60).Draw(t, "p"), DemandRate: rapid.Float64Range(0.5, 20).Draw(t, "rate")}
		mean := rapid.Float64Range(0, 12).Draw(t, "mean")
		sd := math.Sqrt(mean * rapid.Float64Range(0.5, 5).Draw(t, "ratio"))
		c.LeadTimeDemand = FitInteger(mean, sd)
		best, err := c.Optimal()
		if err != nil {
			t.Fatal(err)
		}
		for r := best.ReorderPoint - 5; r <= best.ReorderPoint+5; r++ {
			for q := max(1, best.Quantity-6); q <= best.Quantity+6; q++ {
				if v, err := c.Cost(r, q); err != nil || v < best.Cost*(1-1e-10)-1e-12 {
					t.Fatalf("(%g, %g) costs %g, less than %+v", r, q, v, best)
				}
			}
		}
		lot, err := c.OptimalWithin(7, 5)
		if err != nil || lot.Quantity < 7 || math.Mod(lot.Quantity, 5) != 0 || lot.Cost < best.Cost*(1-1e-12) {
			t.Fatalf("within 7 and multiples of 5: %+v %v", lot, err)
		}
		for q := 10.0; q < 100; q += 5 {
			r, err := c.ReorderPointFor(q)
			if err != nil {
				t.Fatal(err)
			}
			if v, _ := c.Cost(r, q); v < lot.Cost*(1-1e-10) {
				t.Fatalf("(%g, %g) costs %g, less than %+v", r, q, v, lot)
			}
		}
		if c.FixedCost < 1 || sd == 0 {
			return
		}
		for _, d := range []Distribution{NewNormal(mean, sd), NewGamma(mean, sd)} {
			c.LeadTimeDemand = d
			best, err := c.Optimal()
			if err != nil {
				t.Fatal(err)
			}
			// Zheng (1992): g(r) = g(r+Q) = cost.
			a, _ := c.g(best.ReorderPoint)
			b, _ := c.g(best.ReorderPoint + best.Quantity)
			if !near(a, best.Cost, 1e-6, 0) || !near(b, best.Cost, 1e-6, 0) {
				t.Fatalf("%#v: g(r) %g, g(r+Q) %g, cost %g", d, a, b, best.Cost)
			}
			eoqb, err := c.EOQB()
			if err != nil || eoqb.Cost < best.Cost*(1-1e-9) || eoqb.Cost > 1.118*best.Cost {
				t.Fatalf("%#v: EOQB %+v is not within 11.8 %% of %+v: %v", d, eoqb, best, err)
			}
			for _, f := range []func() (RQPolicy, error){c.EOQSS, c.LossFunction} {
				if p, err := f(); err != nil || p.Cost < best.Cost*(1-1e-9) {
					t.Fatalf("approximation %+v below %+v: %v", p, best, err)
				}
			}
		}
	})
}

// TestJointReplenishmentOracle: no cycle time with its best multiples costs
// less; Silver's heuristic is not below.
func TestJointReplenishmentOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "items")
		j := JointReplenishment{SharedFixedCost: rapid.Float64Range(0.5, 300).Draw(t, "K")}
		for range n {
			j.IndividualFixedCosts = append(j.IndividualFixedCosts, rapid.Float64Range(0, 200).Draw(t, "k"))
			j.HoldingCosts = append(j.HoldingCosts, rapid.Float64Range(0.1, 20).Draw(t, "h"))
			j.DemandRates = append(j.DemandRates, rapid.Float64Range(0.1, 500).Draw(t, "rate"))
		}
		best, err := j.Optimal()
		if err != nil {
			t.Fatal(err)
		}
		if silver, err := j.Silver(); err != nil || silver.Cost < best.Cost*(1-1e-12) {
			t.Fatalf("Silver %+v below %+v", silver, best)
		}
		for i := range 400 {
			cycle := best.CycleTime * math.Exp((float64(i)-200)/80)
			setup, hold := j.SharedFixedCost, 0.0
			for k := range n {
				a := 2 * j.IndividualFixedCosts[k] / (j.HoldingCosts[k] * j.DemandRates[k] * cycle * cycle)
				m := math.Max(1, math.Ceil(0.5*(math.Sqrt(1+4*a)-1)))
				setup += j.IndividualFixedCosts[k] / m
				hold += m * j.HoldingCosts[k] * j.DemandRates[k]
			}
			if v := setup/cycle + cycle*hold/2; v < best.Cost*(1-1e-10) {
				t.Fatalf("cycle %g costs %g, less than %+v", cycle, v, best)
			}
		}
	})
}

// TestNewsvendorIsSS: with K = 0 and the finite horizon's last period they are
// one problem.
func TestNewsvendorIsSS(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, p, mean := rapid.Float64Range(0.1, 5).Draw(t, "h"), rapid.Float64Range(0.1, 50).Draw(t, "p"), rapid.Float64Range(0.1, 30).Draw(t, "mean")
		d := NewPoisson(mean)
		s, cost, err := Newsvendor(d, h, p)
		if err != nil {
			t.Fatal(err)
		}
		ss, err := SS{HoldingCost: h, StockoutCost: p, Demand: d}.Optimal()
		if err != nil || ss.OrderUpTo != s || ss.ReorderPoint != s-1 || !near(ss.Cost, cost, 1e-10, 0) {
			t.Fatalf("newsvendor %g at %g, (s, S) %+v: %v", s, cost, ss, err)
		}
		if mean > 8 {
			return
		}
		f, err := FiniteHorizon{Demand: []Distribution{d}, HoldingCost: []float64{h}, StockoutCost: []float64{p}}.Solve(0)
		if err != nil || f.OrderUpTo[0] != s || !near(f.Cost, cost, 1e-9, 0) {
			t.Fatalf("newsvendor %g at %g, one period %+v: %v", s, cost, f, err)
		}
	})
}

// arrivals is a simulated continuous-review system with compound Poisson demand:
// order(position) is called after each customer and returns what to order.
func arrivals(seed uint64, customers int, rate, lead float64, sizes []float64, start float64, order func(position float64) float64) (unitFill, orderFill, ready float64) {
	rng := rand.New(rand.NewPCG(seed, 9))
	type receipt struct{ at, q float64 }
	var due []receipt
	cum := make([]float64, len(sizes))
	c := 0.0
	for i, p := range sizes {
		c += p
		cum[i] = c
	}
	now, level, position := 0.0, start, start
	asked, given, whole, stocked := 0.0, 0.0, 0.0, 0.0
	warm := customers / 10
	t0 := 0.0
	for i := range customers {
		next := now + rng.ExpFloat64()/rate
		for len(due) > 0 && due[0].at <= next {
			if level > 0 && i >= warm {
				stocked += due[0].at - now
			}
			now = due[0].at
			level += due[0].q
			due = due[1:]
		}
		if level > 0 && i >= warm {
			stocked += next - now
		}
		if i == warm {
			t0, stocked = next, 0
		}
		now = next
		x := float64(sort.SearchFloat64s(cum, rng.Float64()*c))
		if i >= warm {
			asked += x
			given += math.Min(x, math.Max(0, level))
			if level >= x {
				whole++
			}
		}
		level -= x
		position -= x
		if q := order(position); q > 0 {
			position += q
			due = append(due, receipt{now + lead, q})
		}
	}
	return given / asked, whole / float64(customers-warm), stocked / (now - t0)
}

// TestContinuousReviewSimulated: (r, nQ), min-max and lots with limits achieve
// what is computed (INVENTORY points 5, 6, 7, 23).
func TestContinuousReviewSimulated(t *testing.T) {
	n := 400000
	if testing.Short() {
		n = 60000
	}
	tolerance := 3 / math.Sqrt(float64(n))
	sizes := []float64{0, 0.5, 0.25, 0, 0.1, 0, 0, 0.15}
	const rate, lead = 2.0, 1.5
	demand := CompoundPoisson{Rate: rate * lead, Size: sizes}
	table, err := demand.Table()
	must(t, err)
	size, err := NewPMF(0, sizes)
	must(t, err)
	same := func(name string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > tolerance {
			t.Errorf("%s: simulated %g, computed %g", name, got, want)
		}
	}
	const r, q = 6.0, 5.0
	s, err := RNQ{demand}.Evaluate(r, q)
	must(t, err)
	u, o, ready := arrivals(1, n, rate, lead, sizes, r+q, func(y float64) float64 {
		if y > r {
			return 0
		}
		return math.Ceil((r+1-y)/q) * q
	})
	same("(r, nQ) unit fill", u, s.UnitFillRate)
	same("(r, nQ) order fill", o, s.OrderFillRate)
	same("(r, nQ) ready", ready, s.ReadyRate)

	mm := MinMax{Step: size, LeadTime: table}
	v, err := mm.Evaluate(5, 17)
	must(t, err)
	u, o, ready = arrivals(2, n, rate, lead, sizes, 17, func(y float64) float64 {
		if y > 5 {
			return 0
		}
		return 17 - y
	})
	same("min-max unit fill", u, v.FillRate)
	same("min-max order fill", o, v.OrderFillRate)
	same("min-max ready", ready, v.ReadyRate)

	lot := LotPolicy{System: mm, Target: 4, Least: 9, Multiple: 6}
	v, err = lot.Evaluate(3)
	must(t, err)
	u, o, ready = arrivals(3, n, rate, lead, sizes, 15, func(y float64) float64 {
		if y > 3 {
			return 0
		}
		return math.Ceil(math.Max(9, 7-y)/6) * 6
	})
	same("lots unit fill", u, v.FillRate)
	same("lots order fill", o, v.OrderFillRate)
	same("lots ready", ready, v.ReadyRate)

	// The general policy contains the other two.
	a, err := LotPolicy{System: mm, Target: 12}.Evaluate(5)
	must(t, err)
	b, err := mm.Evaluate(5, 17)
	must(t, err)
	if !near(a.FillRate, b.FillRate, 1e-10, 0) || !near(a.CycleService, b.CycleService, 1e-10, 0) || !near(a.MeanOrder, b.MeanOrder, 1e-10, 0) {
		t.Errorf("lot policy %+v, min-max %+v", a, b)
	}
	a, err = LotPolicy{System: mm, Target: 1, Least: q, Multiple: q}.Evaluate(r)
	must(t, err)
	if !near(a.FillRate, s.UnitFillRate, 1e-10, 0) || !near(a.OrderFillRate, s.OrderFillRate, 1e-10, 0) || !near(a.CycleService, s.CycleService, 1e-10, 0) || !near(a.OnHand, s.OnHand, 1e-9, 0) {
		t.Errorf("lot policy %+v, (r, nQ) %+v", a, s)
	}
}

// TestPeriodicReviewSimulated: (R, s, S) and (R, S) achieve what is computed,
// with the undershoot in the reorder point once (INVENTORY points 1, 6).
func TestPeriodicReviewSimulated(t *testing.T) {
	n := 300000
	if testing.Short() {
		n = 50000
	}
	d := NewNegativeBinomial(4, 9)
	sum := func(k float64) Distribution {
		s, err := Over(d, k)
		must(t, err)
		return s
	}
	const lead = 2 // reviews; an order of review t is there before the demand of period t+2
	for _, c := range []struct{ s, up float64 }{{9, 20}, {11, 12}} {
		v, err := MinMax{Step: d, LeadTime: sum(lead), Protection: sum(lead + 1)}.Evaluate(c.s, c.up)
		must(t, err)
		rng := rand.New(rand.NewPCG(5, uint64(c.s)))
		table, err := tabulate(d, 1e-15)
		must(t, err)
		level, position := c.up, c.up
		pipeline := []float64{0, 0}
		asked, given, orders, calm := 0.0, 0.0, 0.0, 0.0
		waiting := []bool{false, false}
		for i := range n {
			q := 0.0
			if position <= c.s {
				q = c.up - position
			}
			position += q
			pipeline = append(pipeline, q)
			waiting = append(waiting, q > 0)
			arrives := waiting[0]
			if arrives && i > 100 { // stock just before the order comes
				orders++
				if level >= 0 {
					calm++
				}
			}
			level += pipeline[0]
			pipeline, waiting = pipeline[1:], waiting[1:]
			x := table.Quantile(rng.Float64())
			asked += x
			given += math.Min(x, math.Max(0, level))
			level -= x
			position -= x
		}
		if got := given / asked; math.Abs(got-v.FillRate) > 3/math.Sqrt(float64(n)) {
			t.Errorf("(%g, %g): simulated fill %g, computed %g", c.s, c.up, got, v.FillRate)
		}
		if got := calm / orders; math.Abs(got-v.CycleService) > 5/math.Sqrt(orders) {
			t.Errorf("(%g, %g): simulated cycle service %g, computed %g", c.s, c.up, got, v.CycleService)
		}
	}
}

// TestLostSalesRQSimulated: the exact (r, Q) with lost sales.
func TestLostSalesRQSimulated(t *testing.T) {
	c := LostSalesRQ{Rate: 3, LeadTime: 1.2, FixedCost: 20, HoldingCost: 1, StockoutCost: 15}
	const r, q = 3, 9
	v, err := c.Evaluate(r, q)
	must(t, err)
	rng := rand.New(rand.NewPCG(7, 7))
	now, level, due := 0.0, r+q, math.Inf(1)
	asked, given, held := 0.0, 0.0, 0.0
	for range 400000 {
		next := now + rng.ExpFloat64()/c.Rate
		if due <= next {
			held += float64(level) * (due - now)
			now, level, due = due, level+q, math.Inf(1)
		}
		held += float64(level) * (next - now)
		now = next
		asked++
		if level > 0 {
			given++
			if level--; level == r {
				due = now + c.LeadTime
			}
		}
	}
	if !near(given/asked, v.FillRate, 4e-3, 0) || !near(held/now, v.OnHand, 1e-2, 0) {
		t.Errorf("simulated fill %g, on hand %g; computed %+v", given/asked, held/now, v)
	}
	br, bq, best, err := c.Optimal()
	must(t, err)
	for r := range 9 {
		for q := r + 1; q < 30; q++ {
			if v, err := c.Evaluate(r, q); err == nil && v.Cost < best.Cost*(1-1e-12) {
				t.Errorf("(%d, %d) costs %g, less than (%d, %d) with %g", r, q, v.Cost, br, bq, best.Cost)
			}
		}
	}
}
