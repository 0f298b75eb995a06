package plan

import (
	"context"
	"math"
	"strings"
	"testing"

	"planwright"
	"planwright/mrp"
)

// stakesOf are the stakes of a plan.
func stakesOf(s *planwright.Snapshot, p *planwright.Plan) stake {
	src := mrp.Resolve(s)
	return newStaking(s, p, &src, p.Classes.Level).compute()
}

// TestStakeByHand: an order for 25 serves a customer order of 20 at a price of 9
// and 5 of a safety stock of 8. A unit costs 4 and sells for 7: the 20 are worth
// 180, and lose 20·(9 − 4) = 100 if they are short. The safety stock avoids
// (n(µ+SS−5) − n(µ+SS)) units at 100/20 = 5 each.
func TestStakeByHand(t *testing.T) {
	s := company(t, 1)
	s.ReadHistory = nil
	one := planwright.One
	s.Items.UnitCost[0], s.Items.UnitPrice[0] = 4, 7
	s.SKUs.SafetyStock[0], s.SKUs.LeadTime[0] = 8*one, 3
	s.Stock.Qty[0] = 3 * one
	s.Demand = planwright.Demand{Off: []int32{0, 1}, OrderID: []string{"D1"}, Qty: []planwright.Qty{20 * one}, DueOn: []planwright.Day{s.AsOf + 10}, OrderedOn: []planwright.Day{planwright.NoDay},
		Priority: []int32{10}, Customer: []string{""}, Segment: []string{""}, Price: []float64{9}}
	p, err := Run(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	// The safety stock is ordered for today, the customer's for its day.
	p.Policies = planwright.Policies{SKU: []planwright.SKU{0}, ProtectedMean: []float64{12}, ProtectedSD: []float64{3}, SafetyStock: []planwright.Qty{8 * one}}
	st := stakesOf(s, p)
	sales, cost, safety := 0.0, 0.0, planwright.Qty(0)
	for i := range p.Orders.SKU {
		sales += st.order[i]
		cost += st.orderCost[i]
	}
	served := planwright.Qty(0)
	for i := range p.Pegs.SKU {
		if p.Pegs.SupplyKind[i] == planwright.SupplyPlanned {
			if p.Pegs.DemandKind[i] == planwright.DemandSafety {
				safety += p.Pegs.Qty[i]
			} else {
				served += p.Pegs.Qty[i]
			}
		}
	}
	// n(x) of the normal law, σ·(φ(z) − z·Q(z)), by the textbook.
	loss := func(x float64) float64 {
		z := (x - 12) / 3
		return 3 * (math.Exp(-z*z/2)/math.Sqrt(2*math.Pi) - z*0.5*math.Erfc(z/math.Sqrt2))
	}
	want := served.Float()*5 + 5*(loss(20-safety.Float())-loss(20))
	if served <= 0 || safety <= 0 || math.Abs(sales-9*served.Float()) > 1e-9 || math.Abs(cost-want) > 1e-6 {
		t.Errorf("served %s, safety %s: sales %v, cost %v; want %v", served, safety, sales, cost, want)
	}
	// With a backorder cost the three days' lead time is what counts.
	s.SKUs.BackorderCost[0] = 73
	st = stakesOf(s, p)
	src := mrp.Resolve(s)
	each := 73 * float64(src.LeadDays[0]) / 365
	cost = 0
	for _, x := range st.orderCost {
		cost += x
	}
	if want := served.Float()*each + each*(loss(20-safety.Float())-loss(20)); math.Abs(cost-want) > 1e-6 {
		t.Errorf("with a backorder cost %v, want %v", cost, want)
	}
}

// TestStakesAddUp: what hangs on supplies of all levels comes from demand from
// outside and from nowhere else: no order carries more than all sales and all
// shortage of the company are worth, dearer prices raise no stake of sku's that do
// not lead there, and every suggestion is ranked by it.
func TestStakesAddUp(t *testing.T) {
	ctx := context.Background()
	for seed := range uint64(6) {
		s := randomCompany(t, 24, 300+seed)
		p, err := Run(ctx, s, Options{Method: "ses", Horizon: 13})
		if err != nil {
			t.Fatal(err)
		}
		st := stakesOf(s, p)
		outside := 0.0
		h := newStaking(s, p, new(mrp.Resolve(s)), p.Classes.Level)
		for i := range int32(p.Pegs.Len()) {
			if price, _ := h.soldAt(i); !math.IsNaN(price) {
				outside += p.Pegs.Qty[i].Float() * price
			}
		}
		for i, x := range st.order {
			if x < 0 || x > outside*(1+1e-9) || st.orderCost[i] < 0 || math.IsNaN(st.orderCost[i]) {
				t.Errorf("seed %d: order %s carries %v and %v of %v", seed, p.Orders.ID(s, i), x, st.orderCost[i], outside)
			}
			if x != p.Stakes.Impact[i] || st.orderCost[i] != p.Stakes.AtStake[i] {
				t.Errorf("seed %d: order %s has another stake in the plan", seed, p.Orders.ID(s, i))
			}
		}
		// Twice the prices: twice the sales, exactly.
		for i := range s.Items.UnitPrice {
			s.Items.UnitPrice[i] *= 2
			s.Items.UnitCost[i] *= 2
		}
		for i := range s.Demand.Price {
			s.Demand.Price[i] *= 2
		}
		for i := range s.SKUs.BackorderCost {
			s.SKUs.BackorderCost[i] *= 2
		}
		twice := stakesOf(s, p)
		for i, x := range st.order {
			if twice.order[i] != 2*x || twice.orderCost[i] != 2*st.orderCost[i] {
				t.Errorf("seed %d: order %s: %v and %v, at twice the prices %v and %v", seed, p.Orders.ID(s, i), x, st.orderCost[i], twice.order[i], twice.orderCost[i])
			}
		}
	}
}

// TestPersons: what needs a person says why, and the key figures count the rest.
func TestPersons(t *testing.T) {
	s := randomCompany(t, 40, 77)
	p, err := Run(context.Background(), s, Options{Method: "ses", Horizon: 13})
	if err != nil {
		t.Fatal(err)
	}
	g := &p.Suggestions
	spoken := map[planwright.SKU]bool{}
	for i, k := range p.Exceptions.SKU {
		if p.Exceptions.Code[i].Severity() > planwright.Info {
			spoken[k] = true
		}
	}
	free := 0
	for i := range g.ID {
		why := g.Person[i]
		if why == "" {
			free++
		}
		if why == "" && (spoken[g.SKU[i]] || g.Action[i].OnOpenOrder() || g.Action[i] == planwright.ActScrap) {
			t.Errorf("%s needs no person", g.ID[i])
		}
		for _, code := range strings.Split(why, ",") {
			if _, known := planwright.ParseCode(code); !known && code != "" && code != personLate && code != personOpen && code != personScrap && code != personSites {
				t.Errorf("%s: reason %q", g.ID[i], code)
			}
		}
	}
	for i, name := range p.KPIs.Name {
		if name == "zero_touch_lines" && p.KPIs.Value[i] != float64(free) || name == "zero_touch_share" && p.KPIs.Value[i] != float64(free)/float64(g.Len()) {
			t.Errorf("%s is %v of %d lines, %d free", name, p.KPIs.Value[i], g.Len(), free)
		}
	}
}

// TestAvoidedOnce: 20 are sold that are made of two parts, and nothing is in stock. The
// order and the orders of both parts carry the same lost sale of 20·(7 − 4); in all it is
// avoided once. In random companies no sku's lines avoid more than its requirements and
// its safety stock can lose, and the plan no more than customers ask for.
func TestAvoidedOnce(t *testing.T) {
	ctx := context.Background()
	kpi := func(p *planwright.Plan) float64 {
		for i, name := range p.KPIs.Name {
			if name == "shortage_cost_avoided" {
				return p.KPIs.Value[i]
			}
		}
		t.Fatal("no such figure")
		return 0
	}
	s := company(t, 3)
	s.ReadHistory = nil
	one := planwright.One
	s.Items.UnitCost[0], s.Items.UnitPrice[0] = 4, 7
	for k := range s.Len() {
		s.SKUs.SafetyStock[k] = 0
	}
	clear(s.Stock.Qty)
	s.Demand = planwright.Demand{Off: []int32{0, 1, 1, 1}, OrderID: []string{"D1"}, Qty: []planwright.Qty{20 * one}, DueOn: []planwright.Day{s.AsOf + 10}, OrderedOn: []planwright.Day{planwright.NoDay},
		Priority: []int32{10}, Customer: []string{""}, Segment: []string{""}, Price: []float64{nan()}}
	p, err := Run(ctx, s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	lines := 0.0
	for _, x := range p.Suggestions.AtStake {
		lines += x
	}
	if p.Suggestions.Len() != 3 || lines != 3*60 || kpi(p) != 60 {
		t.Errorf("%d lines at stake %v, avoided %v; want 3 lines of 60 each, avoided 60", p.Suggestions.Len(), lines, kpi(p))
	}
	for i, x := range p.Suggestions.AtStakeOnce { // the order waits for its two parts, which share it
		if want := map[planwright.SKU]float64{0: 0, 1: 30, 2: 30}[p.Suggestions.SKU[i]]; x != want {
			t.Errorf("%s counts %v, want %v", p.Suggestions.ID[i], x, want)
		}
	}
	for seed := range uint64(6) {
		s := randomCompany(t, 24, 340+seed)
		p, err := Run(ctx, s, Options{Method: "ses", Horizon: 13})
		if err != nil {
			t.Fatal(err)
		}
		h := newStaking(s, p, new(mrp.Resolve(s)), p.Classes.Level)
		st := h.compute()
		total := make([]planwright.Qty, p.Orders.Len())
		most, outside := make([]float64, s.Len()), 0.0
		for k := range planwright.SKU(s.Len()) {
			clear(total)
			for i := h.off[k]; i < h.off[k+1]; i++ {
				if ref := parentOrder(&p.Pegs, i); ref >= 0 {
					total[ref] += p.Pegs.Qty[i]
				}
			}
			for i := h.off[k]; i < h.off[k+1]; i++ {
				if p.Pegs.DemandKind[i] == planwright.DemandSafety {
					continue
				}
				_, short := h.peg(&st, i, total)
				most[k] += short
				if price, _ := h.soldAt(i); !math.IsNaN(price) {
					outside += p.Pegs.Qty[i].Float() * h.shortUnit(k, price)
				}
			}
		}
		sum := make([]float64, s.Len())
		lines, safety := 0.0, 0.0
		for i, k := range p.Orders.SKU {
			most[k] += st.safetyCost[i]
			safety += st.safetyCost[i]
		}
		g := &p.Suggestions
		for i, k := range g.SKU {
			if u := g.Urgency[i]; u != planwright.Excess && u != planwright.Dead {
				sum[k] += g.AtStake[i]
				lines += g.AtStake[i]
			}
		}
		for k := range sum {
			if sum[k] > most[k]*(1+1e-9) {
				t.Errorf("seed %d: the lines of %s avoid %v of %v", seed, s.Code(planwright.SKU(k)), sum[k], most[k])
			}
		}
		if x := kpi(p); !(x > 0) || x > (outside+safety)*(1+1e-9) || x > lines*(1+1e-9) {
			t.Errorf("seed %d: avoided %v, lines %v, customers %v, safety stock %v", seed, x, lines, outside, safety)
		}
	}
}

// TestAtStakeOnce: what the lines of the worklist have at stake, each shortage counted on
// one, adds up to the key figures of the shortages avoided and of the capital freed; no
// line counts more than it has at stake, and none less than nothing. It holds in
// companies with bills of material, with stock of other sites and with scarce stock that
// is divided; there the lines themselves tell more than the company can lose.
func TestAtStakeOnce(t *testing.T) {
	kinds := map[string]func(testing.TB, uint64) *planwright.Snapshot{
		"made":    func(t testing.TB, seed uint64) *planwright.Snapshot { return randomCompany(t, 24, 360+seed) },
		"moved":   randomNetwork,
		"divided": randomShares,
	}
	for name, made := range kinds {
		more, stood := 0, 0.0
		for seed := range uint64(6) {
			s := made(t, seed)
			p, err := Run(context.Background(), s, Options{Method: "ses", Horizon: 13})
			if err != nil {
				t.Fatal(err)
			}
			g := &p.Suggestions
			lines, once := 0.0, 0.0
			for i, x := range g.AtStakeOnce {
				lines, once = lines+g.AtStake[i], once+x
				if !(x >= 0) || x > g.AtStake[i]*(1+1e-9) {
					t.Errorf("%s %d: %s counts %v of %v", name, seed, g.ID[i], x, g.AtStake[i])
				}
				if strings.HasPrefix(g.ReasonKey[i], "reason.rebalance") || strings.HasPrefix(g.ReasonKey[i], "reason.fair_share") {
					stood += x
				}
			}
			want := 0.0
			for i, figure := range p.KPIs.Name {
				if figure == "shortage_cost_avoided" || figure == "capital_cost_freed" {
					want += p.KPIs.Value[i]
				}
			}
			if !(want > 0) || math.Abs(once-want) > 1e-9*want {
				t.Errorf("%s %d: the lines count %v, the key figures %v", name, seed, once, want)
			}
			if lines > want*(1+1e-9) {
				more++
			}
		}
		if more == 0 || name != "made" && stood == 0 {
			t.Errorf("%s: %d worklists tell more than there is; lines of other sites count %v", name, more, stood)
		}
	}
}

// TestAtStakeOnceByHand: S1 is short of 30 at a margin of 1 on day 5, and what it buys
// comes on day 30. S0 sends 30 on day 3. Both lines have the 30 at stake; they count on
// the move, which comes in place of the order.
func TestAtStakeOnceByHand(t *testing.T) {
	s := network(t, [][]sited{{{stock: 100, safety: 10, lead: 50, demand: [][2]int{{40, 30}}, from: -1}, {stock: 20, lead: 30, demand: [][2]int{{5, 50}}, from: 0, transfer: 3}}})
	p, err := Run(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	g := &p.Suggestions
	for i := range g.ID {
		want := map[string]float64{"reason.rebalance": 30, "reason.shortage": 0}[g.ReasonKey[i]]
		if g.AtStake[i] != 30 || g.AtStakeOnce[i] != want {
			t.Errorf("%s (%s): at stake %v, counted %v; want 30 and %v", g.ID[i], g.ReasonKey[i], g.AtStake[i], g.AtStakeOnce[i], want)
		}
	}
	if g.Len() != 2 {
		t.Errorf("%d lines, want 2", g.Len())
	}
}
