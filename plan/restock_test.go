package plan

import (
	"context"
	"math"
	"strings"
	"testing"

	"planwright"
	"planwright/replenish"
)

func mustRun(t *testing.T, s *planwright.Snapshot, o Options) *planwright.Plan {
	t.Helper()
	if o.Method == "" {
		o.Method = "ses"
	}
	p, err := Run(context.Background(), s, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func kpi(t *testing.T, p *planwright.Plan, name string) float64 {
	t.Helper()
	for i, n := range p.KPIs.Name {
		if n == name {
			return p.KPIs.Value[i]
		}
	}
	t.Fatalf("the plan has no figure %s", name)
	return 0
}

// TestTargetSources: a value for the day beats the sku's own, that beats its
// class, that beats the company's, that beats the default; each says so.
func TestTargetSources(t *testing.T) {
	s := company(t, 30)
	s.Stocking = planwright.Stocking{ServiceLevel: 0.91, Classes: []planwright.ClassTarget{{Class: "A", Service: 0.99}}}
	s.SKUs.ServiceLevel[3] = 0.97
	s.SKUPeriods.Off = make([]int32, 31)
	for k := 7; k <= 30; k++ {
		s.SKUPeriods.Off[k] = 2
	}
	s.SKUPeriods.From = []planwright.Day{s.AsOf - 10, s.AsOf + 10}
	s.SKUPeriods.SafetyStock, s.SKUPeriods.ScrapPct = []planwright.Qty{planwright.NoQty, planwright.NoQty}, []planwright.Qty{planwright.NoQty, planwright.NoQty}
	s.SKUPeriods.ServiceLevel = []float64{0.93, 0.5}
	p := mustRun(t, s, Options{})
	seen := map[string]int{}
	for i, k := range p.Policies.SKU {
		want, from := 0.91, "target_company"
		switch {
		case k == 6:
			want, from = 0.93, "target_period"
		case k == 3:
			want, from = 0.97, "target_sku"
		case p.Classes.ABC[k] == "A":
			want, from = 0.99, "target_class"
		}
		if p.Policies.ServiceTarget[i] != want {
			t.Errorf("sku %d of class %s: target %v, want %v", k, p.Classes.ABC[k], p.Policies.ServiceTarget[i], want)
		}
		if p.Policies.Policy[i] == replenish.PolicyNone {
			continue
		}
		seen[from]++
		if !strings.Contains(p.Policies.Sources[i], ";target="+from+";") {
			t.Errorf("sku %d: sources %s, want target=%s", k, p.Policies.Sources[i], from)
		}
	}
	if len(seen) < 3 {
		t.Errorf("only %v was seen", seen)
	}
}

// TestTermsHaveSources: every term of every policy names its source, and both
// lists have the same names in the same order.
func TestTermsHaveSources(t *testing.T) {
	p := mustRun(t, company(t, 30), Options{})
	for i := range p.Policies.SKU {
		terms, sources := strings.Split(p.Policies.Explain[i], ";"), strings.Split(p.Policies.Sources[i], ";")
		for j, source := range sources {
			name, code, _ := strings.Cut(source, "=")
			if of, _, _ := strings.Cut(terms[j], "="); of != name || code == "" {
				t.Fatalf("term %s has source %s", terms[j], source)
			}
		}
		for _, rest := range terms[len(sources):] {
			if name, _, _ := strings.Cut(rest, "="); name != "forecast" && name != "notes" {
				t.Errorf("term %s has no source", rest)
			}
		}
	}
}

// TestStockBudget: the mean stock of the plan's policies is within the budget,
// whole units included, and fills more than one target for all does for as much
// money; a fill rate is reached with less stock than one target for all needs. For
// more money no less is filled.
func TestStockBudget(t *testing.T) {
	s := company(t, 90)
	for k := range s.SKUs.MRPType { // levels that may lie below the mean
		s.SKUs.MRPType[k] = planwright.ReorderPoint
	}
	rows := func(p *planwright.Plan) []TradeoffRow {
		var out []TradeoffRow
		for i, k := range p.Policies.SKU {
			r := TradeoffRow{UnitCost: s.Items.UnitCost[k], YearlyDemand: p.Policies.YearlyDemand[i], Mean: p.Policies.ProtectedMean[i], SD: p.Policies.ProtectedSD[i],
				ReorderPoint: p.Policies.ReorderPoint[i].Float(), OrderQty: p.Policies.OrderQty[i].Float()}
			out = append(out, r)
		}
		return out
	}
	base, err := ComputeTradeoff(rows(mustRun(t, s, Options{})), TradeoffGoal{})
	if err != nil || base.SKUs == 0 {
		t.Fatal(base, err)
	}
	last := 0.0
	for _, u := range base.Uniform[3:9] {
		p := mustRun(t, s, Options{StockBudget: u.Investment})
		now, err := ComputeTradeoff(rows(p), TradeoffGoal{})
		if err != nil {
			t.Fatal(err)
		}
		got := kpi(t, p, "portfolio_stock")
		if got > u.Investment*(1+1e-6) || math.Abs(now.Current.Investment-got) > 1e-6*got || math.Abs(now.Current.FillRate-kpi(t, p, "portfolio_fill_rate")) > 1e-9 {
			t.Errorf("budget %.2f: stock %.4f by the run, %.4f by its policies, fill rate %.6f and %.6f", u.Investment, got, now.Current.Investment, kpi(t, p, "portfolio_fill_rate"), now.Current.FillRate)
		}
		// Whole units cost the portfolio a little, the target for all nothing.
		if now.Current.FillRate < u.FillRate-0.002 || now.Current.FillRate < last {
			t.Errorf("budget %.2f fills %.5f, one target for all %.5f, less money %.5f", u.Investment, now.Current.FillRate, u.FillRate, last)
		}
		last = now.Current.FillRate
		if !strings.Contains(strings.Join(p.Policies.Sources, " "), "reorder_point=portfolio") {
			t.Error("no policy says that a portfolio set it")
		}
		fill := mustRun(t, s, Options{FillRate: u.FillRate})
		if r, stock := kpi(t, fill, "portfolio_fill_rate"), kpi(t, fill, "portfolio_stock"); r < u.FillRate-1e-6 || stock > u.Investment*1.01 {
			t.Errorf("fill rate %.5f: %.5f with %.2f, one target for all needs %.2f", u.FillRate, r, stock, u.Investment)
		}
	}
}

// TestPortfolioKeepsEntered: levels that people entered stay, and so does a
// safety stock of 0 where netting restores it; the budget is kept beside them.
func TestPortfolioKeepsEntered(t *testing.T) {
	s := company(t, 30)
	s.SKUs.SafetyStock[3] = 77 * planwright.One
	p := mustRun(t, s, Options{FillRate: 0.9})
	for i, k := range p.Policies.SKU {
		if k == 3 && p.Policies.SafetyStock[i] != 77*planwright.One {
			t.Errorf("an entered safety stock became %v", p.Policies.SafetyStock[i])
		}
		if p.Policies.SafetyStock[i] < 0 {
			t.Errorf("sku %d: safety stock %v under netting", k, p.Policies.SafetyStock[i])
		}
	}
	if r := kpi(t, p, "portfolio_fill_rate"); r < 0.9-1e-9 {
		t.Errorf("fill rate %v, want 0.9", r)
	}
}

// TestEchelons: in a company of assemblies of two parts, the plan of the networks
// costs what the formula says, no more than every sku for itself with the same
// demand, and no less than its bound; its stocks are the policies', and any number
// of workers finds the same.
func TestEchelons(t *testing.T) {
	s := company(t, 60)
	p := mustRun(t, s, Options{MultiEchelon: true})
	e := &p.Echelons
	if len(e.SKU) == 0 {
		t.Fatal("no stage")
	}
	row := map[planwright.SKU]int{}
	for i, k := range p.Policies.SKU {
		row[k] = i
	}
	cost := map[int32]float64{}
	for i, k := range e.SKU {
		if tau := e.InboundTime[i] + e.StageTime[i] - e.ServiceTime[i]; math.Abs(tau-e.NetLeadTime[i]) > 1e-9 {
			t.Errorf("sku %d: net lead time %v, want %v", k, e.NetLeadTime[i], tau)
		}
		ss := e.Factor[i] * e.DailySD[i] * math.Sqrt(e.NetLeadTime[i])
		if math.Abs(ss-e.SafetyStock[i]) > 1e-9*(1+ss) {
			t.Errorf("sku %d: safety stock %v, want kσ√τ = %v", k, e.SafetyStock[i], ss)
		}
		if k%3 == 0 && e.ServiceTime[i] != 0 {
			t.Errorf("sku %d is sold and promises %v days", k, e.ServiceTime[i])
		}
		cost[e.Network[i]] += s.Items.UnitCost[k] * defaultHolding * ss
		step := planwright.Step(int(s.Items.Decimals[k]))
		want, _ := planwright.Clamp(e.SafetyStock[i]).CeilTo(step)
		if got := p.Policies.SafetyStock[row[k]]; got != want {
			t.Errorf("sku %d: policy has safety stock %v, the network %v", k, got, want)
		}
		if src := p.Policies.Sources[row[k]]; e.DailyMean[i] > 0 && !strings.Contains(src, "reorder_point=guaranteed_service") {
			t.Errorf("sku %d: sources %s", k, src)
		}
	}
	for i := range e.SKU {
		if c := cost[e.Network[i]]; math.Abs(c-e.NetworkCost[i]) > 1e-6*c || e.NetworkBound[i] > c*(1+1e-9) || e.NetworkGap[i] > echelonGap+1e-9 {
			t.Errorf("network %d: cost %v, bound %v, gap %v; by its stages %v", e.Network[i], e.NetworkCost[i], e.NetworkBound[i], e.NetworkGap[i], c)
		}
	}
	// Everybody from stock is a plan too.
	alone := 0.0
	for i, k := range e.SKU {
		alone += s.Items.UnitCost[k] * defaultHolding * e.Factor[i] * e.DailySD[i] * math.Sqrt(e.StageTime[i])
	}
	if stocked := kpi(t, p, "echelon_cost_stocked"); math.Abs(stocked-alone) > 1e-6*alone {
		t.Errorf("from stock everywhere costs %v, want %v", stocked, alone)
	}
	if total := kpi(t, p, "echelon_cost"); total > alone*(1+1e-9) || kpi(t, p, "echelon_bound") > total*(1+1e-9) {
		t.Errorf("the networks cost %v, from stock everywhere %v, bound %v", total, alone, kpi(t, p, "echelon_bound"))
	}
	if again := mustRun(t, s, Options{MultiEchelon: true, Workers: 5}); again.Digest != p.Digest {
		t.Error("another number of workers places other stocks")
	}
	if off := mustRun(t, s, Options{}); len(off.Echelons.SKU) != 0 {
		t.Error("stocks are placed unasked")
	}
}

// TestGoalsExclude: one goal a run, each in its range.
func TestGoalsExclude(t *testing.T) {
	for _, o := range []Options{{MultiEchelon: true, StockBudget: 1}, {StockBudget: 1, FillRate: 0.9}, {StockBudget: -1}, {StockBudget: math.NaN()}, {StockBudget: math.Inf(1)}, {FillRate: 1}, {FillRate: math.NaN()}, {FillRate: -0.1}} {
		if _, err := o.Validate(); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}
