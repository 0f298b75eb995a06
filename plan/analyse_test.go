package plan

import (
	"context"
	"math"
	"testing"

	"planwright"
)

// TestAnalyticsSums: every table of analytics that splits the stock adds up to
// the same stock value, every sku is in exactly one row of those by sku, and the
// projection conserves.
func TestAnalyticsSums(t *testing.T) {
	s := company(t, 300)
	s.Stock.Qty[7], s.Stock.ReceivedOn[9] = -3*planwright.One, planwright.NoDay
	s.Stock.Status[11] = planwright.Blocked
	s.Stock.Qty[20] = 1_000_000 * planwright.One
	for i := range s.Stock.ExpiresOn {
		if i%5 == 0 {
			s.Stock.ExpiresOn[i] = s.AsOf + planwright.Day(i)
		}
	}
	s.Provision = "91:0.25;181:0.5;361:1;undated:0.5"
	for i := range s.Items.Category {
		s.Items.Category[i] = []string{"x", "y", ""}[i%3]
	}
	p, err := Run(context.Background(), s, Options{Method: "ses", Horizon: 9})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Run(context.Background(), s, Options{Method: "ses", Horizon: 9, Workers: 3}); err != nil || again.Digest != p.Digest {
		t.Errorf("with three workers the plan is another one (%v)", err)
	}
	want := 0.0
	for k := range s.Len() {
		for _, q := range s.Stock.Qty[s.Stock.Off[k]:s.Stock.Off[k+1]] {
			want += q.Float() * s.Items.UnitCost[s.SKUs.Item[k]]
		}
	}
	near := func(name string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-6*math.Max(1, math.Abs(want)) {
			t.Errorf("%s = %g, want %g", name, got, want)
		}
	}
	sum := func(v []float64) float64 {
		s := 0.0
		for _, x := range v {
			s += x
		}
		return s
	}
	near("flow", sum(p.Flow.StockValue), want)
	kpi := map[string]float64{}
	for i, name := range p.KPIs.Name {
		kpi[name] = p.KPIs.Value[i]
	}
	near("key figure", kpi["stock_value"], want)
	near("age layers and negative stock", sum(p.Aging.Value)+kpi["negative_stock_value"], want)
	opening := 0.0
	for i, start := range p.Projection.Start {
		if start == p.AsOf {
			opening += p.Projection.Opening[i]
		}
		near("projection", p.Projection.Opening[i]+p.Projection.Receipts[i]-p.Projection.Issues[i], p.Projection.Balance[i])
		near("balance", p.Projection.Stock[i]-p.Projection.Short[i], p.Projection.Balance[i])
	}
	near("opening of the projection", opening, want)
	groups := map[string]map[string]float64{}
	for i, d := range p.KPIGroups.Dimension {
		if groups[d] == nil {
			groups[d] = map[string]float64{}
		}
		groups[d][p.KPIGroups.Name[i]] += p.KPIGroups.Value[i]
	}
	if len(groups) != 5 {
		t.Errorf("%d dimensions, want 5", len(groups))
	}
	for d, g := range groups {
		near(d+" stock", g["stock_value"], want)
		near(d+" excess", g["excess_stock_value"], kpi["excess_stock_value"])
		near(d+" slow", g["slow_stock_value"], kpi["slow_stock_value"])
		near(d+" dead", g["dead_stock_value"], kpi["dead_stock_value"])
		near(d+" safety", g["safety_stock_value"], kpi["safety_stock_value"])
		near(d+" planned", g["planned_value"], kpi["planned_value"])
		near(d+" provision", g["provision_value"], kpi["provision_value"])
		near(d+" skus", g["skus"], float64(s.Len()))
	}
	near("excess", sum(p.Surplus.Value), kpi["excess_stock_value"])
	slow := 0.0
	for i, m := range p.SlowMovers.Movement {
		if m == "slow" || m == "dead" {
			slow += p.SlowMovers.Value[i]
		}
	}
	near("slow and dead", slow, kpi["slow_stock_value"]+kpi["dead_stock_value"])
	if kpi["provision_value"] <= 0 || kpi["expiry_risk_value"] <= 0 || len(p.Surplus.SKU) == 0 || len(p.SlowMovers.SKU) == 0 {
		t.Errorf("nothing to compare: %v", kpi)
	}
	for i, q := range p.ExpiryRisk.Qty {
		if p.ExpiryRisk.Used[i]+p.ExpiryRisk.AtRisk[i] != q {
			t.Errorf("lot %d: used %v and at risk %v of %v", i, p.ExpiryRisk.Used[i], p.ExpiryRisk.AtRisk[i], q)
		}
	}
	for i, q := range p.Surplus.Qty {
		if q != p.Surplus.OnHand[i]-max(0, p.Surplus.Required[i]) {
			t.Errorf("surplus %d: %v of %v, required %v", i, q, p.Surplus.OnHand[i], p.Surplus.Required[i])
		}
	}
}
