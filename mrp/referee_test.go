package mrp

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"testing"

	"planwright"

	"pgregory.net/rapid"
)

// refItem is an item of the referee: whole units, days after the as-of day.
type refItem struct {
	lead, gr, ahead            int
	rule                       string // lfl, foq, day, week
	size, periods              int
	lotMin, multiple, lotMax   int
	safety, stock, coverage    int
	receipts, demand, required map[int]int // by day; required: of its own orders, summed
	parts                      map[int]int // component: quantity per unit
}

// refOrder is an order of the referee.
type refOrder struct{ item, qty, start, due, available int }

// referee plans day by day, with nothing but the definition: walk the days; on
// the first one whose balance ends below the target, the safety stock and what the
// days of coverage require, order what is missing. monday is the weekday of day 0, Monday 0. Items require items of
// higher numbers only.
func referee(items []*refItem, days, monday int) (orders []refOrder) {
	for n, x := range items {
		need := map[int]int{}
		for d, q := range x.demand {
			need[max(0, max(0, d)-x.ahead)] += q
		}
		for d, q := range x.required {
			need[max(0, d-x.ahead)] += q
		}
		receipts := map[int]int{}
		for d, q := range x.receipts {
			receipts[max(0, d)+x.gr] += q
		}
		planned := map[int]int{}
		balanceOn := func(last int) int {
			b := x.stock
			for d := 0; d <= last; d++ {
				b += receipts[d] + planned[d] - need[d]
			}
			return b
		}
		target := func(d int) int {
			t := x.safety
			for e := d + 1; e <= d+x.coverage; e++ {
				t += need[e]
			}
			return t
		}
		soonest := x.lead + x.gr // nothing new can be there before
		for d := 0; d < days; d++ {
			if balanceOn(d) >= target(d) {
				continue
			}
			// What comes before anything new could is waited for.
			for e := d + 1; e <= soonest && balanceOn(d) < target(d); e++ {
				receipts[d] += receipts[e]
				delete(receipts, e)
			}
			if balanceOn(d) >= target(d) {
				continue
			}
			// The days whose shortages this order is for.
			until := d
			switch x.rule {
			case "day":
				until = d + x.periods - 1
			case "week":
				until = d - (d+monday)%7 + 7*x.periods - 1
			}
			until = max(until, soonest)
			short := 0
			for e := d; e <= until; e++ {
				short = max(short, target(e)-balanceOn(e))
			}
			var lots []int
			ceil := func(q, step int) int { return (q + step - 1) / step * step }
			if x.rule == "foq" {
				for got := 0; got < short; got += x.size {
					lots = append(lots, x.size)
				}
			} else {
				for ; x.lotMax > 0 && short > x.lotMax; short -= x.lotMax {
					lots = append(lots, x.lotMax)
				}
				q := ceil(max(short, x.lotMin), max(1, x.multiple))
				if x.lotMax > 0 {
					q = min(q, x.lotMax)
				}
				lots = append(lots, q)
			}
			for _, q := range lots {
				o := refOrder{item: n, qty: q, available: max(d, soonest)}
				o.due = o.available - x.gr
				o.start = o.due - x.lead
				orders = append(orders, o)
				planned[d] += q // what comes late leaves the days before it short, but is not ordered twice
				for c, per := range x.parts {
					items[c].required[o.start] += q * per
				}
			}
		}
	}
	return orders
}

// TestReferee plans small models by the kernel and by the referee, and compares
// them order by order.
func TestReferee(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asOf := planwright.Date(2026, 1, 5) + planwright.Day(rapid.IntRange(0, 6).Draw(t, "weekday"))
		m := newModel(asOf)
		num := func(label string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, label) }
		n := num("items", 1, 6)
		items := make([]*refItem, n)
		code := func(i int) string { return fmt.Sprintf("I%d", i) }
		for i := range items {
			x := &refItem{lead: num("lead", 0, 8), rule: rapid.SampledFrom([]string{"lfl", "lfl", "foq", "day", "week"}).Draw(t, "rule"), receipts: map[int]int{}, demand: map[int]int{}, required: map[int]int{}, parts: map[int]int{}}
			if num("some gr", 0, 3) == 0 {
				x.gr = num("gr", 0, 4)
			}
			if num("some ahead", 0, 3) == 0 {
				x.ahead = num("ahead", 0, 4)
			}
			if num("some safety", 0, 2) == 0 {
				x.safety = num("safety", 0, 30)
			}
			if num("some coverage", 0, 3) == 0 {
				x.coverage = num("coverage", 1, 12)
			}
			x.stock = num("stock", -10, 60)
			x.size, x.periods = num("size", 15, 40), num("periods", 1, 9)
			if x.rule == "week" {
				x.periods = num("weeks", 1, 3)
			}
			if num("some lots", 0, 1) == 0 {
				x.lotMin, x.multiple = num("min", 0, 50), num("multiple", 0, 12)
			}
			if num("some max", 0, 3) == 0 {
				x.lotMax = num("max", 20, 60)
			}
			items[i] = x
			m.add("sku", "item_id", code(i), "lead_time_days", x.lead, "gr_days", x.gr, "safety_time_days", x.ahead, "lot_rule", x.rule, "lot_size", x.size, "lot_periods", x.periods,
				"lot_min", x.lotMin, "lot_multiple", x.multiple, "lot_max", x.lotMax, "safety_stock", x.safety, "coverage_days", x.coverage)
			m.add("stock", "item_id", code(i), "qty", x.stock)
			for range num("demands", 0, 5) {
				d, q := num("due", -3, 40), num("demand", 1, 40)
				x.demand[d] += q
				m.add("demand", "item_id", code(i), "qty", q, "due_on", d)
			}
			for range num("receipts", 0, 2) {
				d, q := num("receipt due", -3, 40), num("receipt", 1, 40)
				if d = max(0, d); x.receipts[d] > 0 {
					continue // they are waited for one by one
				}
				x.receipts[d] = q
				m.add("supply", "item_id", code(i), "qty", q, "due_on", d)
			}
			for range num("components", 0, 3) {
				if i+1 >= n {
					break
				}
				c := num("component", i+1, n-1)
				if x.parts[c] == 0 {
					x.parts[c] = num("per", 1, 3)
				}
			}
			for c, per := range x.parts {
				m.add("bom", "parent_id", code(i), "component_id", code(c), "qty_per", per)
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
		checkInvariants(t, Input{Snap: s}, Options{}, &r)
		show := func(item string, q planwright.Qty, start, due, available planwright.Day) string {
			return fmt.Sprintf("%s %s start %s due %s available %s", item, q, start, due, available)
		}
		var got, want []string
		o := &r.Orders
		for i, k := range o.SKU {
			got = append(got, show(s.Code(k), o.Qty[i], o.Start[i], o.Due[i], o.Available[i]))
		}
		for _, x := range referee(items, 70, int(asOf-asOf.Monday())) {
			want = append(want, show(code(x.item), planwright.Qty(x.qty)*planwright.One, asOf+planwright.Day(x.start), asOf+planwright.Day(x.due), asOf+planwright.Day(x.available)))
		}
		sort.Strings(got)
		sort.Strings(want)
		if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
			t.Fatalf("orders\n%s\nwant\n%s", g, w)
		}
	})
}
