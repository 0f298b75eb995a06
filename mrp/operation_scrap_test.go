package mrp

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"planwright"
)

// Two steps lose 10 % and 5 %. SAP's rule for assembly scrap launches 1 + s per
// good unit: 100 · 1.10 · 1.05 = 115.5; Oracle's shrinkage 1/(1 − s):
// 100 / (0.90 · 0.95) = 116.959064…, rounded up once. Order scrap of 2 % comes on
// top, and the components of all steps carry the product.
func TestOperationScrap(t *testing.T) {
	const rows = "bom A B 2\nresource R 8\nrouting A 10 R scrap_pct=10\nrouting A 20 R scrap_pct=5\ndemand A 100 9\n"
	for _, c := range []struct{ sku, a, b, good string }{
		{"", "115.5", "231", "100"},
		{"scrap_rule=divide", "116.959065", "233.91813", "100"},
		{"scrap_pct=2", "117.81", "235.62", "100"},
		{"scrap_pct=2 scrap_rule=divide", "119.345985", "238.69197", "100"}, // 100 / (0.98 · 0.9 · 0.95)
		{"lot_multiple=50", "150", "300", "129.870129"},
	} {
		s, r := planOf(t, "sku A lead_time_days=2 procurement=make "+c.sku+"\n"+rows)
		wantOrders(t, s, r, "A "+c.a+": start 7 due 9 good "+c.good, "B "+c.b+": start 7 due 7")
	}
}

// The steps of the bill of material that is made count, and nothing of them
// bears on what is bought.
func TestOperationScrapOfTheBill(t *testing.T) {
	const rows = `
sku A lead_time_days=1
bom A B 1 bom_id=1 effective_to=5
bom A C 1 bom_id=2 effective_from=5
resource R 8
routing A 10 R scrap_pct=10
routing A 10 R bom_id=2 scrap_pct=50
demand A 10 4
demand A 10 8
`
	s, r := planOf(t, rows)
	wantOrders(t, s, r, "A 11: start 3 due 4 good 10", "A 15: start 7 due 8 good 10", "B 11: start 3 due 3", "C 15: start 7 due 7")
	s, r = planOf(t, "source A buy\n"+rows)
	wantOrders(t, s, r, "A 10: start 3 due 4", "A 10: start 7 due 8")
	s, r = planOf(t, "source A make bom_id=2\n"+strings.Replace(rows, "demand A 10 4\n", "", 1))
	wantOrders(t, s, r, "A 15: start 7 due 8 good 10", "C 15: start 7 due 7")
}

// A product of scraps that does not fit into 64 bits is never less than the exact
// one, and more by less than one part in 10⁸.
func TestOperationScrapOfManySteps(t *testing.T) {
	for _, rule := range []string{"times", "divide"} {
		var b strings.Builder
		fmt.Fprintf(&b, "sku A procurement=make scrap_rule=%s\nbom A B 1\nresource R 8\ndemand A 1000 9\n", rule)
		want := big.NewRat(1000, 1)
		for i := range 14 {
			pct := int64(1_234_567 + i)
			fmt.Fprintf(&b, "routing A %d R scrap_pct=1.%06d\n", i+1, pct-1_000_000)
			if rule == "times" {
				want.Mul(want, big.NewRat(100_000_000+pct, 100_000_000))
			} else {
				want.Mul(want, big.NewRat(100_000_000, 100_000_000-pct))
			}
		}
		_, r := planOf(t, b.String())
		got := big.NewRat(int64(r.Orders.Qty[0]), int64(planwright.One))
		over, _ := new(big.Rat).Sub(got, want).Float64()
		if over < 0 || over > 1e-5 {
			t.Errorf("%s: %s launched, %v more than exact", rule, r.Orders.Qty[0], over)
		}
	}
}

// Cost roll-up and promises launch as much as planning does.
func TestOperationScrapEverywhere(t *testing.T) {
	s, _ := planOf(t, "sku A lead_time_days=1 procurement=make\nitem B unit_cost=4\nbom A B 1\nstock B 100\nresource R 8\nrouting A 10 R scrap_pct=25\n")
	x := NewStructure(s)
	a := s.Find("A", "")
	if r := x.loss(a); r != (planwright.Ratio{Num: 5, Den: 4}) {
		t.Errorf("loss %v, want 5/4", r)
	}
	if cost := x.Rollup(RollupOptions{}).Total[a]; cost != 5 {
		t.Errorf("A costs %v, want 1.25 B of 4", cost)
	}
}
