package mrp

import (
	"context"
	"math"
	"strings"
	"testing"

	"planwright"

	"pgregory.net/rapid"
)

// planOf plans a model in text form.
func planOf(t tester, text string) (*planwright.Snapshot, *Result) {
	t.Helper()
	m := newModel(planwright.Date(2026, 1, 5)) // a Monday
	if err := m.text(text); err != nil {
		t.Errorf("%v", err)
		return nil, nil
	}
	s, err := m.snapshot()
	if err != nil {
		t.Errorf("%v", err)
		return nil, nil
	}
	r, err := Run(context.Background(), Input{Snap: s}, Options{Workers: 1})
	if err != nil {
		t.Errorf("%v", err)
	}
	checkInvariants(t, Input{Snap: s}, Options{}, &r)
	return s, &r
}

func names(s *planwright.Snapshot, path []planwright.SKU) string {
	var b strings.Builder
	for i, k := range path {
		if i > 0 {
			b.WriteString(" ")
		}
		b.WriteString(s.Code(k))
	}
	return b.String()
}

func same(got, want float64) bool { return math.Abs(got-want) <= 1e-9*max(1, math.Abs(want)) }

// product is a product structure with a part at two levels:
//
//	A (1 week) — 2 B (2 weeks) — 3 D (1 week)
//	           — 1 C (1 week)  — 2 D, 4 E (3 weeks)
const product = `
sku A lead_time_days=7
sku B lead_time_days=14
sku C lead_time_days=7
sku D lead_time_days=7
sku E lead_time_days=21
bom A B 2
bom A C 1
bom B D 3
bom C D 2
bom C E 4
`

func TestWhereUsed(t *testing.T) {
	s, _ := planOf(t, product)
	g := NewStructure(s)
	a, b, c, d := s.Find("A", ""), s.Find("B", ""), s.Find("C", ""), s.Find("D", "")
	direct := g.WhereUsed(d, planwright.NoDay)
	if len(direct) != 2 || direct[0].SKU != b || direct[0].Per != 3 || direct[1].SKU != c || direct[1].Per != 2 || direct[0].Top {
		t.Errorf("WhereUsed(D) = %+v, want B 3, C 2", direct)
	}
	all := g.Implosion(d, planwright.NoDay)
	if len(all) != 3 || all[2].SKU != a || all[2].Per != 2*3+1*2 || all[2].Level != 2 || !all[2].Top {
		t.Errorf("Implosion(D) = %+v, want A with 8 at level 2", all)
	}
	down := g.Explosion(a, planwright.NoDay)
	if len(down) != 4 || down[2].SKU != d || down[2].Per != 8 || down[3].Per != 4 {
		t.Errorf("Explosion(A) = %+v, want D 8, E 4", down)
	}
}

// A dated line counts on its days, order scrap and the sites between count too.
func TestWhereUsedDatesAndSites(t *testing.T) {
	s, _ := planOf(t, `
sku A@S1 scrap_pct=20 scrap_rule=divide
bom A B 2 site_id=S1 effective_to=10
bom A C 1 site_id=S1 effective_from=10
source B@S1 transfer from_site_id=S2 lead_time_days=3
stock B@S2 1
`)
	g := NewStructure(s)
	k := s.Find("B", "S2")
	up := g.Implosion(k, s.AsOf)
	if len(up) != 2 || s.Code(up[1].SKU) != "A@S1" || up[1].Per != 2.5 || up[1].Level != 2 {
		t.Errorf("Implosion(B@S2) = %+v, want A@S1 2.5 at level 2", up)
	}
	if late := g.WhereUsed(s.Find("B", "S1"), s.AsOf+10); len(late) != 0 {
		t.Errorf("WhereUsed(B@S1) on day 10 = %+v, want none: its line has ended", late)
	}
}

// Every sku of a plan whose only demand is one unit of the root requires what
// the summarised bill of material says, as far as nothing rounds.
func TestExplosionIsThePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 9).Draw(t, "items")
		m := newModel(planwright.Date(2026, 1, 5))
		m.add("demand", "item_id", "A", "qty", 1000, "due_on", 20, "order_id", "D")
		for b := 1; b < n; b++ {
			for a := 0; a < b; a++ {
				if rapid.IntRange(0, 2).Draw(t, "line") == 0 {
					m.add("bom", "parent_id", string(rune('A'+a)), "component_id", string(rune('A'+b)), "qty_per", rapid.IntRange(1, 4).Draw(t, "per"))
				}
			}
		}
		s, err := m.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		r, err := Run(context.Background(), Input{Snap: s}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := map[planwright.SKU]float64{}
		for i, k := range r.Orders.SKU {
			got[k] += r.Orders.Qty[i].Float()
		}
		g := NewStructure(s)
		a := s.Find("A", "")
		for _, u := range g.Explosion(a, s.AsOf) {
			if !same(got[u.SKU], 1000*u.Per) {
				t.Fatalf("%s: the plan has %v, the structure %v", s.Code(u.SKU), got[u.SKU], 1000*u.Per)
			}
			delete(got, u.SKU)
			for _, up := range g.Implosion(u.SKU, s.AsOf) {
				if up.SKU == a && !same(up.Per, u.Per) {
					t.Fatalf("%s: up %v, down %v", s.Code(u.SKU), up.Per, u.Per)
				}
			}
		}
		if delete(got, a); len(got) > 0 {
			t.Fatalf("the plan has orders that the structure does not know: %v", got)
		}
	})
}

func TestCriticalPath(t *testing.T) {
	s, _ := planOf(t, product)
	lt := NewStructure(s).LeadTimes()
	a, c := s.Find("A", ""), s.Find("C", "")
	// A 7 + C 7 + E 21 = 35 is longer than A 7 + B 14 + D 7 = 28.
	if lt.Cumulative[a] != 35 || names(s, lt.Path(a)) != "A C E" {
		t.Errorf("cumulative lead time of A = %d over %s, want 35 over A C E", lt.Cumulative[a], names(s, lt.Path(a)))
	}
	if lt.Cumulative[c] != 28 || lt.Own[c] != 7 {
		t.Errorf("C: cumulative %d, own %d, want 28 and 7", lt.Cumulative[c], lt.Own[c])
	}
}

// A buffer cuts the path: what is behind it need not be waited for.
func TestDecoupledLeadTime(t *testing.T) {
	s, _ := planOf(t, strings.Replace(product, "sku E", "sku E mrp_type=ddmrp adu=1", 1))
	lt := NewStructure(s).LeadTimes()
	a := s.Find("A", "")
	if lt.Decoupled[a] != 28 || names(s, lt.DecoupledPath(a)) != "A B D" || lt.Cumulative[a] != 35 {
		t.Errorf("decoupled lead time of A = %d over %s, want 28 over A B D", lt.Decoupled[a], names(s, lt.DecoupledPath(a)))
	}
}

// The longest path by trying every path.
func TestCriticalPathIsLongest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t, false)
		s, err := m.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		g := NewStructure(s)
		lt := g.LeadTimes()
		var walk func(k planwright.SKU, depth int) int32
		walk = func(k planwright.SKU, depth int) int32 {
			if depth > 40 {
				t.Fatalf("%s: a path without end", s.Code(k))
			}
			most := int32(0)
			if from := g.from(k); from != planwright.NoSKU {
				most = walk(from, depth+1)
			} else if g.made(k) || g.phantom(k) {
				g.lines(k, planwright.One, s.AsOf, func(l int32, _ planwright.Qty) { most = max(most, walk(s.BOM.Component[l], depth+1)) })
			}
			return addDays(lt.Own[k], most)
		}
		for k := range planwright.SKU(s.Len()) {
			if want := walk(k, 0); lt.Cumulative[k] != want {
				t.Fatalf("%s: %d days, want %d", s.Code(k), lt.Cumulative[k], want)
			}
			sum := int32(0)
			for _, x := range lt.Path(k) {
				sum = addDays(sum, lt.Own[x])
			}
			if sum != lt.Cumulative[k] {
				t.Fatalf("%s: the path adds up to %d, want %d", s.Code(k), sum, lt.Cumulative[k])
			}
		}
	})
}

// Rolled costs by hand: D 2, E 1.5 (entered); C = 2·2 + 4·1.5 = 10;
// B = 3·2 + 4 added = 10; A = (2·10 + 10)/0.8 for a fifth of scrap + 1 of a mould
// of 50 per lot of 100 launched, 80 good: 37.5 + 0.625.
func TestRollup(t *testing.T) {
	s, _ := planOf(t, `
item D unit_cost=2
item E unit_cost=1.5
item M unit_cost=50
item A unit_cost=40
sku A scrap_pct=20 scrap_rule=divide lot_size=100
bom A B 2
bom A C 1
bom A M 1 fixed=true
bom B D 3
bom C D 2
bom C E 4
`)
	added := make([]float64, s.Len())
	a, b, c := s.Find("A", ""), s.Find("B", ""), s.Find("C", "")
	added[b] = 4
	r := NewStructure(s).Rollup(RollupOptions{Added: added})
	for _, x := range []struct {
		k    planwright.SKU
		want float64
	}{{c, 10}, {b, 10}, {a, 38.125}} {
		if !same(r.Total[x.k], x.want) || r.Missing[x.k] {
			t.Errorf("rolled cost of %s = %v, want %v", s.Code(x.k), r.Total[x.k], x.want)
		}
	}
	if !same(r.Variance[a], 38.125-40) {
		t.Errorf("variance of A = %v, want -1.875", r.Variance[a])
	}
}

// Sources, transfers, subcontracting, a by-product and shares.
func TestRollupWays(t *testing.T) {
	s, _ := planOf(t, `
item W unit_cost=3
item X unit_cost=4
item Y unit_cost=6
source B buy supplier_id=V price=7 site_id=S2
source B@S1 transfer from_site_id=S2 price=0.5
sku A@S1 procurement=make
bom A B 1 site_id=S1
bom A W 2 site_id=S1 role=byproduct
bom P X 1 site_id=S1 alternate_group=G alternate_share=75
bom P Y 1 site_id=S1 alternate_group=G alternate_share=25
source P@S1 subcontract supplier_id=V price=2
`)
	r := NewStructure(s).Rollup(RollupOptions{})
	for code, want := range map[string]float64{"B@S2": 7, "B@S1": 7.5, "A@S1": 7.5 - 6, "P@S1": 0.75*4 + 0.25*6 + 2} {
		item, site, _ := strings.Cut(code, "@")
		if k := s.Find(item, site); !same(r.Total[k], want) {
			t.Errorf("rolled cost of %s = %v, want %v", code, r.Total[k], want)
		}
	}
}

// Price breaks: all units at the price of the step, or each step's own units.
func TestPriceBreaks(t *testing.T) {
	s, _ := planOf(t, "source B buy supplier_id=V price=10\nstock B 1\n")
	k := s.Find("B", "")
	t1 := &s.PriceBreaks
	put := func(from planwright.Qty, price float64, inc bool) {
		t1.Item, t1.Supplier, t1.FromQty = append(t1.Item, 0), append(t1.Supplier, 0), append(t1.FromQty, from*planwright.One)
		t1.Price, t1.Incremental = append(t1.Price, price), append(t1.Incremental, inc)
	}
	put(100, 9, false)
	put(500, 8, false)
	for _, x := range []struct {
		qty  planwright.Qty
		want float64
	}{{99, 10}, {100, 9}, {499, 9}, {500, 8}} {
		if p := priceOf(s, k, 0, x.qty*planwright.One); p != x.want {
			t.Errorf("price of %d = %v, want %v", x.qty, p, x.want)
		}
	}
	*t1 = planwright.PriceBreaks{}
	put(100, 9, true)
	put(500, 8, true)
	// 600: the first 100 at 10, the next 400 at 9, the last 100 at 8.
	if p, want := priceOf(s, k, 0, 600*planwright.One), (1000.0+3600+800)/600; !same(p, want) {
		t.Errorf("incremental price of 600 = %v, want %v", p, want)
	}
}

// Structures with anything in them: cycles, dates, shares; no panic, no endless
// loop, finite numbers.
func TestStructureOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t, true)
		s, err := m.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		g := NewStructure(s)
		lt, cost := g.LeadTimes(), g.Rollup(RollupOptions{})
		for k := range planwright.SKU(s.Len()) {
			g.Implosion(k, planwright.NoDay)
			g.Explosion(k, s.AsOf)
			lt.Path(k)
			if x := cost.Total[k]; math.IsNaN(x) || math.IsInf(x, 0) {
				t.Fatalf("rolled cost of %s = %v", s.Code(k), x)
			}
		}
	})
}
