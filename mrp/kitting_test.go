package mrp

import (
	"testing"

	"planwright"

	"pgregory.net/rapid"
)

// Two orders of 10 sets for the same parts. One set takes 1 B and 2 C; there are
// 12 B and 14 C today, and 30 C come on day 5. The first by priority gets 10 B
// and 14 C today: 7 sets, one kind of two; it is full on day 5. The second gets 2
// B and 20 C: never full, short of 8 B.
func TestFullKits(t *testing.T) {
	s, _ := planOf(t, `
item A decimals=0
bom A B 1
bom A C 2
stock B 12
stock C 14
supply C 30 5
`)
	g := NewStructure(s)
	a, b := s.Find("A", ""), s.Find("B", "")
	orders := []KitOrder{{ID: "second", SKU: a, Qty: 10 * planwright.One, Need: s.AsOf + 2, Priority: 20}, {ID: "first", SKU: a, Qty: 10 * planwright.One, Need: s.AsOf + 6, Priority: 10}}
	k := g.FullKits(orders, KitOptions{})
	first, second := &k[1], &k[0]
	if first.SetsNow != 7*planwright.One || first.Kinds != 2 || first.KindsNow != 1 || first.FullOn != s.AsOf+5 || first.SetsByNeed != 10*planwright.One {
		t.Errorf("first = %+v, want 7 sets now, 1 kind of 2, full on day 5", first)
	}
	if r := first.SetRate(&orders[1]); r != 0.7 || first.KindRate() != 0.5 {
		t.Errorf("rates %v by sets, %v by kinds, want 0.7 and 0.5", r, first.KindRate())
	}
	if second.SetsNow != 0 || second.FullOn != planwright.NoDay || second.Lines[0].SKU != b || second.Lines[0].Short != 8*planwright.One || second.Lines[1].Later != 20*planwright.One {
		t.Errorf("second = %+v, want never, short of 8 B, 20 C later", second)
	}
	// Left to those who can be complete: the second one cannot and takes nothing,
	// so that a third for two sets is full today.
	orders = append(orders, KitOrder{ID: "third", SKU: a, Qty: 2 * planwright.One, Need: s.AsOf + 6, Priority: 30})
	if k = g.FullKits(orders, KitOptions{CompleteOnly: true}); k[2].FullOn != s.AsOf+5 {
		t.Errorf("third = %+v, want full on day 5", k[2])
	}
	if k = g.FullKits(orders, KitOptions{}); k[2].FullOn != planwright.NoDay {
		t.Errorf("third = %+v, want never: the second keeps its B", k[2])
	}
}

// Phantoms give their own stock first; tools fixed per order are all or nothing;
// lots that expire before the day do not count; scrap counts.
func TestFullKitsThroughPhantoms(t *testing.T) {
	s, _ := planOf(t, `
item A decimals=0
bom A P 1 phantom=true
bom P B 2
bom A M 1 fixed=true
bom A C 1 scrap_pct=10
stock P 3
stock B 8
stock C 22
stock C 50 expires_on=3
`)
	g := NewStructure(s)
	k := g.FullKits([]KitOrder{{SKU: s.Find("A", ""), Qty: 10 * planwright.One, Need: s.AsOf + 5}}, KitOptions{})[0]
	// 3 P of stock, 7 more take 14 B: 8 are there; no tool: no set.
	if k.Kinds != 3 || k.KindsNow != 1 || k.SetsNow != 0 || len(k.Lines) != 4 {
		t.Errorf("kit = %+v, want 3 kinds, 1 there, no set", k)
	}
	for _, l := range k.Lines {
		want := map[string]planwright.Qty{"B": 6, "M": 1, "C": 0, "P": 0}[s.Code(l.SKU)] * planwright.One
		if l.Short != want {
			t.Errorf("short of %s %s, want %s", l.Short, s.Code(l.SKU), want)
		}
	}
}

// Open work orders compete with their reservations.
func TestOpenKits(t *testing.T) {
	s, _ := planOf(t, `
supply A 5 9 order_id=WO1 kind=work
supply A 5 9 order_id=WO2 kind=work
reservation B 5 1 order_id=WO2
reservation B 5 2 order_id=WO1
reservation C 5 2 order_id=WO1
stock B 7
stock C 5
`)
	orders := OpenKits(s)
	if len(orders) != 2 || orders[0].ID != "WO1" || len(orders[0].Lines) != 2 || orders[0].Qty != 5*planwright.One {
		t.Fatalf("open kits %+v", orders)
	}
	k := NewStructure(s).FullKits(orders, KitOptions{})
	if k[1].FullOn != s.AsOf || k[0].FullOn != planwright.NoDay || k[0].SetsNow != 2*planwright.One {
		t.Errorf("kits %+v, want the earlier one full, 2 sets of the other", k)
	}
}

// Nothing is handed out twice, nobody gets more than he needs, and an order is
// not worse off than with only those before it.
func TestFullKitsConserve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t, true)
		s, err := m.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		g := NewStructure(s)
		var orders []KitOrder
		for i := range rapid.IntRange(0, 6).Draw(t, "orders") {
			orders = append(orders, KitOrder{
				SKU: planwright.SKU(rapid.IntRange(0, s.Len()-1).Draw(t, "sku")), Qty: planwright.Qty(rapid.Int64Range(1, 40).Draw(t, "qty")) * planwright.One,
				Need: s.AsOf + planwright.Day(rapid.IntRange(-5, 40).Draw(t, "need")), Priority: int32(i),
			})
		}
		o := KitOptions{CompleteOnly: rapid.Bool().Draw(t, "complete"), StockOnly: rapid.Bool().Draw(t, "stock")}
		kits := g.FullKits(orders, o)
		given := map[planwright.SKU]planwright.Qty{}
		for i, k := range kits {
			kept := !o.CompleteOnly || k.FullOn != planwright.NoDay && k.FullOn <= max(s.AsOf, orders[i].Need)
			for _, l := range k.Lines {
				if kept {
					given[l.SKU] += l.ByNeed + l.Later
				}
				if l.ByNeed+l.Later+l.Short != l.Need || l.Now > l.ByNeed || l.Short < 0 {
					t.Fatalf("line %+v does not add up", l)
				}
			}
			if k.SetsNow > k.SetsByNeed || k.SetsByNeed > orders[i].Qty || k.KindsNow > k.KindsByNeed || k.KindsByNeed > k.Kinds {
				t.Fatalf("kit %+v", k)
			}
			if k.FullOn != planwright.NoDay && k.FullOn <= max(s.AsOf, orders[i].Need) && k.SetsByNeed != orders[i].Qty {
				t.Fatalf("full in time, but %+v", k)
			}
			first := g.FullKits(orders[:i+1], o)[i]
			if first.FullOn != k.FullOn || first.SetsNow != k.SetsNow {
				t.Fatalf("order %d gets %+v, and %+v without those after it", i, k, first)
			}
		}
		for k, q := range given {
			var have planwright.Qty
			for r := s.Stock.Off[k]; r < s.Stock.Off[k+1]; r++ {
				have += max(0, s.Stock.Qty[r])
			}
			for r := s.Supply.Off[k]; r < s.Supply.Off[k+1]; r++ {
				have += max(0, s.Supply.Qty[r])
			}
			if q > have {
				t.Fatalf("%s of %s handed out, %s there", q, s.Code(k), have)
			}
		}
	})
}
