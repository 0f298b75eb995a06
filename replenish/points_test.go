package replenish

import (
	"errors"
	"math"
	"testing"

	"planwright"
)

// What experts insist on, one test a point. Points 2 and 25 (simulation) stand
// in distribution_test.go and oracle_test.go.

// TestPoint01ProtectionInterval: continuous review protects L, periodic review
// R+L.
func TestPoint01ProtectionInterval(t *testing.T) {
	d := Demand{Mean: 100, SD: 20}
	c := compute(t, d, Params{LeadDays: 4})
	p := compute(t, d, Params{LeadDays: 4, ReviewDays: 5})
	k := NormalQuantile(0.95)
	if !near(c.SafetyStock, k*20*2, 1e-12, 0) || !near(p.SafetyStock, k*20*3, 1e-12, 0) || !near(p.OrderUpTo, 900+k*60, 1e-12, 0) {
		t.Errorf("safety stock %g continuous, %g periodic", c.SafetyStock, p.SafetyStock)
	}
}

// TestPoint03RandomLeadTime: the formula, and the mixture where the lead time
// has two humps and the formula misses.
func TestPoint03RandomLeadTime(t *testing.T) {
	d := Demand{Mean: 100, SD: 20}
	f := compute(t, d, Params{LeadDays: 4, LeadSDDays: 1.5, ReviewDays: 5})
	if want := math.Sqrt(9*400 + 100*100*1.5*1.5); !near(f.term("sd"), want, 1e-12, 0) {
		t.Errorf("sd %g, want %g", f.term("sd"), want)
	}
	times := []float64{2, 2, 2, 2, 2, 2, 2, 2, 2, 22} // mean 4, sd 6
	m := compute(t, d, Params{LeadTimes: times, Target: 0.95})
	if m.Method != "mixture" || m.Notes&NoteShape == 0 || !near(m.term("demand"), 400, 1e-12, 0) || !near(m.term("sd"), math.Hypot(40, 600), 1e-9, 0) {
		t.Errorf("measured lead times: %+v", m)
	}
	// Level by hand: F = 0.9·Φ((x−200)/20√2) + 0.1·Φ((x−2200)/20√22) = 0.95.
	F := func(x float64) float64 {
		return 0.9*NormalCDF((x-200)/(20*math.Sqrt2)) + 0.1*NormalCDF((x-2200)/(20*math.Sqrt(22)))
	}
	if !near(F(m.ReorderPoint), 0.95, 1e-9, 0) {
		t.Errorf("level %g of the mixture has service %g", m.ReorderPoint, F(m.ReorderPoint))
	}
}

// TestPoint04FillRate: what is still short when an order arrives counts.
func TestPoint04FillRate(t *testing.T) {
	d := NewNormal(100, 40)
	_, n, _ := d.Losses(90)
	_, nq, _ := d.Losses(110)
	if got := FillRate(d, 90, 20); !near(got, 1-(n-nq)/20, 1e-14, 0) || got < 1-n/20+0.05 {
		t.Errorf("fill rate %g, the short formula gives %g", got, 1-n/20)
	}
	if got := LostSalesFillRate(d, 90, 20); !near(got, 20/(20+n), 1e-14, 0) {
		t.Errorf("lost sales: %g", got)
	}
	small := compute(t, Demand{Mean: 100, SD: 20}, Params{LeadDays: 4, OrderQty: 10})
	large := compute(t, Demand{Mean: 100, SD: 20}, Params{LeadDays: 4, OrderQty: 4000})
	if small.ReorderPoint != large.ReorderPoint || small.CycleService != large.CycleService || small.FillRate >= large.FillRate {
		t.Errorf("P1 depends on Q, or P2 does not: %+v %+v", small, large)
	}
}

// TestPoint05ReadyRate: with orders of several units fill rate, order fill rate
// and ready rate are three numbers; with single units, one.
func TestPoint05ReadyRate(t *testing.T) {
	lumpy, err := RNQ{CompoundPoisson{3, []float64{0, 0.6, 0, 0, 0.4}}}.Evaluate(4, 6)
	must(t, err)
	if !(lumpy.UnitFillRate < lumpy.ReadyRate-0.01 && math.Abs(lumpy.OrderFillRate-lumpy.UnitFillRate) > 0.005) {
		t.Errorf("lumpy: %+v", lumpy)
	}
	single, err := RNQ{CompoundPoisson{3, []float64{0, 1}}}.Evaluate(4, 6)
	must(t, err)
	if want := FillRate(NewPoisson(3), 4, 6); !near(single.UnitFillRate, want, 1e-12, 0) || !near(single.OrderFillRate, want, 1e-12, 0) || !near(single.ReadyRate, want, 1e-12, 0) {
		t.Errorf("single units: %+v, want %g", single, want)
	}
}

// TestPoint06Undershoot: exact from the renewal equation, its limits the
// formulas less 1/2 and 1/12.
func TestPoint06Undershoot(t *testing.T) {
	d := NewNegativeBinomial(6, 15)
	m, err := NewRenewal(d)
	must(t, err)
	m2, m3 := 0.0, 0.0
	for k := range 400 {
		p, x := d.PMF(k), float64(k)
		m2, m3 = m2+p*x*x, m3+p*x*x*x
	}
	mean, variance := Undershoot(6, m2, m3)
	em, ev := m.Undershoot(400)
	if !near(em, mean-0.5, 1e-6, 0) || !near(ev, variance-1.0/12, 1e-5, 0) {
		t.Errorf("undershoot %g, %g; limits %g, %g", em, ev, mean-0.5, variance-1.0/12)
	}
	if short, _ := m.Undershoot(3); math.Abs(short-em) < 0.01 {
		t.Errorf("undershoot %g of a short cycle is that of a long one", short)
	}
}

// TestPoint07Lots: minimum and multiple raise the fill rate at a reorder point,
// so the point for a target falls, below the mean in the end.
func TestPoint07Lots(t *testing.T) {
	size := []float64{0, 0.5, 0.3, 0.2}
	demand := CompoundPoisson{6, size}
	table, err := demand.Table()
	must(t, err)
	step, err := NewPMF(0, size)
	must(t, err)
	before, beforeR := math.Inf(1), math.Inf(1)
	for _, least := range []float64{1, 10, 40, 200} {
		c := LotPolicy{System: MinMax{Step: step, LeadTime: table}, Target: 1, Least: least, Multiple: 5}
		r, s, err := c.LevelFor(MeasureFill, 0.95)
		must(t, err)
		if r > before || s.FillRate < 0.95 {
			t.Errorf("minimum %g: reorder point %g after %g, fill rate %g", least, r, before, s.FillRate)
		}
		before = r
		rq, rs, err := RNQ{demand}.LevelFor(MeasureFill, 0.95, math.Ceil(least/5)*5)
		must(t, err)
		if rq > beforeR || rs.UnitFillRate < 0.95 {
			t.Errorf("batch %g: reorder point %g after %g", least, rq, beforeR)
		}
		if below, err := (RNQ{demand}).Evaluate(rq-1, math.Ceil(least/5)*5); err != nil || below.UnitFillRate >= 0.95 {
			t.Errorf("batch %g: %g is enough already", least, rq-1)
		}
		beforeR = rq
	}
	if mean, _ := table.Moments(); before >= mean {
		t.Errorf("reorder point %g with a minimum of 200, mean demand %g", before, mean)
	}
}

// TestPoint08NegativeSafetyStock: is returned and reported, and clamped only
// where asked, which is reported too.
func TestPoint08NegativeSafetyStock(t *testing.T) {
	p := Params{LeadDays: 3, Target: 0.9, Kind: planwright.FillRate, OrderQty: 500}
	out := compute(t, Demand{Mean: 20, SD: 5}, p)
	if out.SafetyStock >= 0 || out.Notes&NoteNegative == 0 || !near(out.FillRate, 0.9, 1e-9, 0) {
		t.Errorf("%+v", out)
	}
	p.NoNegative = true
	if out = compute(t, Demand{Mean: 20, SD: 5}, p); out.SafetyStock != 0 || out.Notes&NoteFloored == 0 {
		t.Errorf("clamped: %+v", out)
	}
}

// TestPoint09Laws: the law follows the data class, thresholds included, and the
// level in pieces is the smallest that reaches the target.
func TestPoint09Laws(t *testing.T) {
	for _, c := range []struct {
		mean, sd, lead float64
		want           string
	}{
		{0.5, math.Sqrt(0.5), 4, "poisson"}, {0.5, math.Sqrt(0.5 * 1.09), 4, "poisson"}, {0.5, math.Sqrt(0.5 * 1.12), 4, "negative_binomial"}, {0.5, math.Sqrt(0.5 * 0.85), 4, "binomial"},
		{0.5, 3, 4, "negative_binomial"}, {10, 10, 1, "negative_binomial"}, {10.5, 10, 1, "gamma"}, {100, 34, 1, "normal"}, {100, 36, 1, "gamma"},
	} {
		p := compute(t, Demand{Mean: c.mean, SD: c.sd}, Params{LeadDays: c.lead})
		if p.Method != c.want {
			t.Errorf("mean %g, sd %g over %g periods: %s, want %s", c.mean, c.sd, c.lead, p.Method, c.want)
		}
		if p.Notes&NotePieces == 0 {
			continue
		}
		d := FitInteger(p.term("demand"), p.term("sd"))
		if r := p.ReorderPoint; r != math.Floor(r) || d.CDF(r) < 0.95 || d.CDF(r-1) >= 0.95 {
			t.Errorf("%s: level %g has %g, one less %g", p.Method, r, d.CDF(r), d.CDF(r-1))
		}
	}
	// Lumps: the paths of a bootstrap.
	paths := Paths{Periods: 2, Values: []float64{0, 0, 0, 40, 0, 0, 0, 0, 0, 0, 40, 0, 0, 0, 0, 0, 0, 0, 0, 0}}
	p := compute(t, Demand{Paths: paths}, Params{LeadDays: 2, Target: 0.8})
	if p.Method != "empirical" || p.ReorderPoint != 0 || p.CycleService != 0.8 {
		t.Errorf("paths at 80 %%: %+v", p)
	}
	if p = compute(t, Demand{Paths: paths}, Params{LeadDays: 2, Target: 0.81}); p.ReorderPoint != 40 {
		t.Errorf("paths at 81 %%: %+v", p)
	}
	q := compute(t, Demand{QuantileLevels: []float64{0.1, 0.5, 0.9}, CumQuantiles: []float64{5, 10, 15, 12, 20, 30}}, Params{LeadDays: 1.5, Target: 0.9})
	if q.Method != "quantiles" || !near(q.ReorderPoint, 22.5, 1e-12, 0) {
		t.Errorf("quantiles: %+v", q)
	}
}

// TestPoint11Newsvendor: the critical ratio from margins, over L+1 periods
// (periodic) or L (continuous).
func TestPoint11Newsvendor(t *testing.T) {
	v := Sale{Revenue: 10, PurchaseCost: 4, SalvageValue: 1, StockoutCost: 2, HoldingCost: 0.5}
	s, profit, err := v.Best(NewNormal(100, 20))
	must(t, err)
	if want := NewNormal(100, 20).Quantile(8 / (8 + 3.5)); !near(s, want, 1e-12, 0) {
		t.Errorf("level %g, want %g", s, want)
	}
	for _, x := range []float64{s - 3, s + 3} {
		if v.Profit(NewNormal(100, 20), x) > profit {
			t.Errorf("profit at %g is above that of the best level %g", x, s)
		}
	}
	d := NewPoisson(5)
	over, err := Over(d, 3)
	must(t, err)
	lead, err := Over(d, 2)
	must(t, err)
	level, _, err := BaseStock{LeadTime: lead, Protection: over}.Optimal(1, 9)
	must(t, err)
	if want := NewPoisson(15).Quantile(0.9); level != want {
		t.Errorf("base stock over L+1 periods %g, want %g", level, want)
	}
}

// TestPoint12LostSales: Erlang-B, and base stock by backorder formulas holds
// too much where sales are lost.
func TestPoint12LostSales(t *testing.T) {
	c := LostSalesBaseStock{Rate: 4, LeadTime: 2}
	lost, err := c.LevelFor(0.8)
	must(t, err)
	back, err := BaseStock{LeadTime: NewPoisson(8)}.LevelFor(MeasureFill, 0.8)
	must(t, err)
	if float64(lost) >= back {
		t.Errorf("lost sales %d, backorders %g", lost, back)
	}
	if fill, _ := c.FillRate(lost); fill < 0.8 {
		t.Errorf("fill rate %g", fill)
	}
	s, cost, err := c.Optimal(1, 20)
	must(t, err)
	for x := range 40 {
		fill, onHand := c.FillRate(x)
		if v := onHand + 20*4*(1-fill); v < cost*(1-1e-12) {
			t.Errorf("base stock %d costs %g, less than %d with %g", x, v, s, cost)
		}
	}
}

// TestPoint13UnitCost: a cost by unit short gives another safety factor than
// one by unit and time, P(D > s) = Qh/(B2·λ), near the exact optimum where Q is
// large.
func TestPoint13UnitCost(t *testing.T) {
	c := UnitShortage{FixedCost: 50, HoldingCost: 3, ShortageCost: 45, DemandRate: 800, LeadTimeDemand: NewNormal(100, 25)}
	rule, err := c.ReorderPoint(163)
	must(t, err)
	exact, err := c.ReorderPointFor(163)
	must(t, err)
	if !near(c.LeadTimeDemand.CDF(rule), 1-163*3/(45*800.0), 1e-12, 0) || math.Abs(rule-exact) > 0.5 {
		t.Errorf("rule %g, exact %g", rule, exact)
	}
	at, err := c.Cost(exact, 163)
	must(t, err)
	for _, r := range []float64{exact - 0.1, exact + 0.1, rule} {
		if v, err := c.Cost(r, 163); err != nil || v < at*(1-1e-12) {
			t.Errorf("r %g costs %g, less than %g at %g", r, v, at, exact)
		}
	}
	time, err := RQ{FixedCost: 50, HoldingCost: 3, StockoutCost: 45, DemandRate: 800, LeadTimeDemand: c.LeadTimeDemand}.ReorderPointFor(163)
	must(t, err)
	if math.Abs(time-exact) < 1 {
		t.Errorf("a cost by time gives the same %g", time)
	}
	if _, err := (UnitShortage{HoldingCost: 3, ShortageCost: 0.1, DemandRate: 8, LeadTimeDemand: NewNormal(1, 1)}).ReorderPoint(10); !errors.Is(err, ErrInput) {
		t.Errorf("holding nothing is cheaper: error %v", err)
	}
}

// TestPoint14SS: the cost by the renewal sequence is the mean of the long run.
// (The optimum is held against all pairs in TestSSOracle.)
func TestPoint14SS(t *testing.T) {
	c := SS{FixedCost: 20, HoldingCost: 1, StockoutCost: 9, Demand: NewPoisson(1)}
	// S − s = 1: an order whenever there is demand: K·P(D > 0) + G(S).
	got, err := c.Cost(4, 5)
	must(t, err)
	if want := 20*(1-math.Exp(-1)) + NewsvendorCost(NewPoisson(1), 1, 9, 5); !near(got, want, 1e-12, 0) {
		t.Errorf("cost %g, want %g", got, want)
	}
}

// TestPoint15WagnerWhitin: holding costs of each period are added up, and a
// cheap period without demand may be ordered in.
func TestPoint15WagnerWhitin(t *testing.T) {
	p := LotSizing{Demand: []float64{0, 10, 10, 10}, FixedCost: []float64{10, 100, 100, 100}, HoldingCost: []float64{0.1, 4, 0.1, 1}}
	q, cost, err := p.WagnerWhitin(nil)
	must(t, err)
	// All in period 1: 10 + 30·0.1 + 20·4 + 10·0.1.
	if !near(cost, 94, 1e-12, 0) || q[0] != 30 {
		t.Errorf("plan %v costs %g, want 30 in the first period and 94", q, cost)
	}
}

// TestPoint16Discounts: the quantity of all units is an economic quantity or a
// breakpoint, by the holding cost of its own price.
func TestPoint16Discounts(t *testing.T) {
	d := Discounts{Breakpoints: []float64{0, 500, 1000}, UnitCosts: []float64{5, 4.5, 3.9}}
	best, err := d.EOQ(49, 0.2, 10000)
	must(t, err)
	if q := math.Sqrt(2 * 49 * 10000 / (0.2 * 3.9)); !near(best.Quantity, q, 1e-12, 0) || best.Region != 2 {
		t.Errorf("%+v, want %g", best, q)
	}
	for q := 10.0; q < 4000; q += 7 {
		c := d.UnitCosts[map[bool]int{true: 2, false: map[bool]int{true: 1, false: 0}[q >= 500]}[q >= 1000]]
		if v := c*10000 + 49*10000/q + 0.2*c*q/2; v < best.Cost-1e-9 {
			t.Errorf("%g costs %g, less than %+v", q, v, best)
		}
	}
}

// TestPoint17Family: joint replenishment (TestJointReplenishmentOracle) and
// can-order: joining saves against ordering alone, and costs no less than if
// the shared cost were not there.
func TestPoint17Family(t *testing.T) {
	f := CanOrder{SharedFixedCost: 80}
	alone, free := 0.0, 0.0
	for i := range 3 {
		it := CanOrderItem{FixedCost: 10, HoldingCost: 2, StockoutCost: 40, DemandRate: 5 + float64(i)*5, LeadTime: 0.3}
		f.Items = append(f.Items, it)
		for k, sum := range map[float64]*float64{90: &alone, 10: &free} {
			p, err := RQ{k, 2, 40, it.DemandRate, NewPoisson(it.DemandRate * 0.3)}.Optimal()
			must(t, err)
			*sum += p.Cost
		}
	}
	p, err := f.Solve()
	must(t, err)
	if !(p.Cost < alone && p.Cost > free) {
		t.Errorf("can-order costs %g, alone %g, without the shared cost %g", p.Cost, alone, free)
	}
	for i, l := range p.Levels {
		if !(l.MustOrder < l.CanOrder && l.CanOrder < l.OrderUpTo) {
			t.Errorf("item %d: %+v", i, l)
		}
	}
	// One item alone is the (r, Q) system.
	one, err := CanOrder{SharedFixedCost: 80, Items: f.Items[:1]}.Solve()
	must(t, err)
	rq, err := RQ{90, 2, 40, 5, NewPoisson(1.5)}.Optimal()
	must(t, err)
	if !near(one.Cost, rq.Cost, 1e-9, 0) || float64(one.Levels[0].MustOrder) != rq.ReorderPoint {
		t.Errorf("one item: %+v, (r, Q) %+v", one, rq)
	}
}

// TestPoint22Units: the same policy in days or in weeks.
func TestPoint22Units(t *testing.T) {
	week := compute(t, Demand{Mean: 70, SD: 14, PeriodDays: 7}, Params{LeadDays: 21, OrderCost: 40, UnitCost: 5, HoldingRate: 0.2})
	day := compute(t, Demand{Mean: 10, SD: 14 / math.Sqrt(7)}, Params{LeadDays: 21, OrderCost: 40, UnitCost: 5, HoldingRate: 0.2})
	if !near(week.SafetyStock, day.SafetyStock, 1e-12, 0) || !near(week.OrderQty, day.OrderQty, 1e-12, 0) || !near(week.ReorderPoint, day.ReorderPoint, 1e-12, 0) {
		t.Errorf("weeks %+v\ndays %+v", week, day)
	}
}

// TestPoint23MinMax: an order brings max − position, max − min + E[U] on
// average, and the same fill rate needs a lower min with a wider gap.
func TestPoint23MinMax(t *testing.T) {
	d := NewNegativeBinomial(3, 8)
	lead, err := Over(d, 2)
	must(t, err)
	protection, err := Over(d, 3)
	must(t, err)
	c := MinMax{Step: d, LeadTime: lead, Protection: protection}
	before := math.Inf(1)
	for _, gap := range []float64{1, 5, 20, 80} {
		low, s, err := c.LevelFor(MeasureFill, 0.95, gap)
		must(t, err)
		if low > before || s.FillRate < 0.95 || !near(s.MeanOrder, gap+s.MeanUndershoot, 1e-9, 0) {
			t.Errorf("gap %g: min %g after %g, %+v", gap, low, before, s)
		}
		before = low
	}
}

// TestPoint24Truncation: gamma where the normal law puts mass below 0, and no
// digits lost beyond four standard deviations.
func TestPoint24Truncation(t *testing.T) {
	p := compute(t, Demand{Mean: 100, SD: 60}, Params{LeadDays: 1, Target: 0.99})
	if p.Method != "gamma" || p.ReorderPoint <= 100+60*NormalQuantile(0.99) {
		t.Errorf("cv 0.6: %+v", p)
	}
	if k := NormalUpperQuantile(1e-12); !near(NormalSF(k), 1e-12, 1e-13, 0) {
		t.Errorf("1−Φ(%g) = %g", k, NormalSF(k))
	}
}

// TestCostPolicy: a stockout cost sets level and quantity at least cost.
func TestCostPolicy(t *testing.T) {
	p := Params{LeadDays: 10, OrderCost: 40, UnitCost: 10, HoldingRate: 0.25, StockoutCost: 30}
	out := compute(t, Demand{Mean: 10, SD: 5}, p)
	rq := RQ{FixedCost: 40, HoldingCost: 2.5, StockoutCost: 30, DemandRate: 3650, LeadTimeDemand: NewNormal(100, 5*math.Sqrt(10))}
	want, err := rq.EOQB()
	must(t, err)
	if out.Notes&NoteCost == 0 || !near(out.ReorderPoint, want.ReorderPoint, 1e-9, 0) || !near(out.OrderQty, want.Quantity, 1e-12, 0) {
		t.Errorf("%+v, want %+v", out, want)
	}
	p.ReviewDays, p.OrderQty = 30, 1
	out = compute(t, Demand{Mean: 10, SD: 5}, p)
	if want := NewNormal(400, 5*math.Sqrt(40)).Quantile(30 / 32.5); out.Kind != PolicyRS || !near(out.OrderUpTo, want, 1e-12, 0) {
		t.Errorf("periodic: %+v, want %g", out, want)
	}
}

// TestTermSources: every term says where it comes from.
func TestTermSources(t *testing.T) {
	for _, d := range []Demand{{Mean: 100, SD: 30}, {Mean: 0.2, SD: 1}, {Mean: 5, SD: 1, CumMean: []float64{5, 10}, CumSD: []float64{1, 2}}, {}} {
		for _, p := range []Params{{LeadDays: 3}, {LeadDays: 3, LeadSDDays: 1, ReviewDays: 2, OrderQty: 900}, {LeadDays: 3, LumpMean: 2, LumpSD: 1, Kind: planwright.FillRate, SafetyStock: Entered{4, true}}} {
			for _, term := range compute(t, d, p).Terms {
				if term.Source == "" {
					t.Errorf("term %s has no source", term.Name)
				}
			}
		}
	}
}
