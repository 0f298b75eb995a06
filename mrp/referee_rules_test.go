package mrp

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"sort"
	"strings"
	"testing"

	"planwright"

	"pgregory.net/rapid"
)

// ruleItem is an item of the second referee: quantities in millionths, days after
// the as-of day. Items require items of higher numbers only.
type ruleItem struct {
	lead, strategy      int
	lotMin, multiple    int64
	safety              int64
	scrap, operation    int64 // percent
	divide              bool
	fence               string
	fenceDays           int
	lots                []ruleLot
	receipts, forecast  map[int]int64
	orders              []ruleOrder
	mode, back, ahead   int
	phantom, ignore     bool
	out, successor      int // out < 0: not going
	parts               []rulePart
	required, byproduct map[int]int64
}

type ruleLot struct {
	qty    int64
	expire int // last day of use; 1000: none
}

type ruleOrder struct {
	due      int
	qty      int64
	priority int
}

type rulePart struct {
	item                     int
	per, pct                 int64
	divide, coproduct, fixed bool
}

// rulePlan is a planned order.
type rulePlan struct {
	item             int
	qty              int64
	start, available int
}

// ratio is an exact fraction in the referee's own arithmetic.
func ratio(num, den int64) *big.Rat { return big.NewRat(num, den) }

// scrapped is the factor of a scrap of pct percent.
func scrapped(pct int64, divide bool) *big.Rat {
	if divide {
		return ratio(100, 100-pct)
	}
	return ratio(100+pct, 100)
}

func timesUp(q int64, r *big.Rat) int64 {
	x := new(big.Int).Mul(big.NewInt(q), r.Num())
	x.Add(x, new(big.Int).Sub(r.Denom(), big.NewInt(1)))
	return x.Div(x, r.Denom()).Int64()
}

func timesDown(q int64, r *big.Rat) int64 {
	x := new(big.Int).Mul(big.NewInt(q), r.Num())
	return x.Div(x, r.Denom()).Int64()
}

const ruleDays = 90

// rules plans by the definitions of the rules, one item after the other, day by
// day, with plain maps.
func rules(items []*ruleItem) (plan []rulePlan) {
	for n, x := range items {
		if x.strategy == 20 { // every order is a plan of its own, without stock
			for _, o := range x.orders {
				plan = append(plan, net(items, n, map[int]int64{max(0, o.due): o.qty}, nil, 0, nil)...)
			}
			plan = append(plan, net(items, n, nil, x.lots, x.safety, x.receipts)...) // the stock of all
			continue
		}
		need := map[int]int64{}
		for d, q := range consumed(x) {
			need[d] += q
		}
		for d, q := range x.required {
			need[d] += q
		}
		if x.strategy != 10 {
			for _, o := range x.orders {
				need[max(0, o.due)] += o.qty
			}
		}
		lots := slices.Clone(x.lots)
		if x.strategy == 11 {
			lots = nil
		}
		if x.phantom || x.out >= 0 {
			need = passed(items, x, need, lots)
		}
		plan = append(plan, net(items, n, need, lots, x.safety, x.receipts)...)
	}
	return plan
}

// consumed is the forecast that orders leave, by day.
func consumed(x *ruleItem) map[int]int64 {
	left := map[int]int64{}
	for d, q := range x.forecast {
		left[d] = q
	}
	if x.strategy == 10 {
		return left
	}
	orders := slices.Clone(x.orders)
	sort.SliceStable(orders, func(i, j int) bool {
		return orders[i].due < orders[j].due || orders[i].due == orders[j].due && orders[i].priority < orders[j].priority
	})
	for _, o := range orders {
		rest := o.qty
		take := func(from, to, step int) {
			for d := from; d != to+step; d += step {
				t := min(rest, left[d])
				left[d] -= t
				rest -= t
			}
		}
		switch x.mode {
		case 1:
			take(o.due, o.due-x.back, -1)
		case 2:
			take(o.due, o.due-x.back, -1)
			take(o.due+1, o.due+1+x.ahead-1, 1)
		case 3:
			take(o.due, o.due+x.ahead, 1)
		case 4:
			take(o.due, o.due+x.ahead, 1)
			take(o.due-1, o.due-1-x.back+1, -1)
		}
	}
	return left
}

// passed hands on what a phantom's stock does not cover to its components, and
// what an item that is going does not cover to its successor. It returns the
// requirement that stays.
func passed(items []*ruleItem, x *ruleItem, need map[int]int64, lots []ruleLot) map[int]int64 {
	stay := map[int]int64{}
	var have int64
	for _, l := range lots {
		have += l.qty
	}
	for d := range ruleDays {
		have += x.receipts[d] + x.byproduct[d]
		q := need[d]
		switch {
		case q == 0:
		case x.phantom:
			take := min(q, max(0, have))
			if x.ignore {
				take = 0
			}
			for _, p := range x.parts {
				items[p.item].required[d] += (q - take) * p.per
			}
			have -= take
			stay[d] = take
		case d < x.out:
			have = max(0, have-q) // an order covers the rest
			stay[d] = q
		default:
			take := min(q, max(0, have))
			items[x.successor].required[d] += q - take
			have -= take
			stay[d] = take
		}
	}
	return stay
}

// net orders what is short, day by day.
func net(items []*ruleItem, n int, need map[int]int64, lots []ruleLot, safety int64, receipts map[int]int64) (plan []rulePlan) {
	x := items[n]
	// The balance at the end of every day without new orders. Of stock what expires
	// first is used first, and what has expired is gone.
	lots = slices.Clone(lots)
	sort.SliceStable(lots, func(i, j int) bool { return lots[i].expire < lots[j].expire })
	var balance [ruleDays]int64
	var have int64
	for _, l := range lots {
		have += l.qty
	}
	for d := range ruleDays {
		for i := range lots {
			if lots[i].expire < d {
				have -= lots[i].qty
				lots[i].qty = 0
			}
		}
		q := need[d]
		have += receipts[d] + x.byproduct[d] - q
		for i := range lots {
			t := min(q, lots[i].qty)
			lots[i].qty -= t
			q -= t
		}
		balance[d] = have
	}
	add := func(from int, q int64) {
		for d := from; d < ruleDays; d++ {
			balance[d] += q
		}
	}
	waits := map[int]int64{}
	for d, q := range receipts {
		waits[d] = q
	}
	scrap := scrapped(x.scrap, x.divide)
	if len(x.parts) > 0 {
		scrap.Mul(scrap, scrapped(x.operation, x.divide))
	}
	for d := range ruleDays {
		target := safety
		if x.out >= 0 && d >= x.out {
			target = 0
		}
		if balance[d] >= target {
			continue
		}
		fence := -1
		if x.fence != "" {
			fence = x.fenceDays
		}
		if d >= fence { // what comes before anything new could is waited for
			for e := d + 1; e <= x.lead && balance[d] < target; e++ {
				for t := d; t < e; t++ {
					balance[t] += waits[e]
				}
				waits[e] = 0
			}
			if balance[d] >= target {
				continue
			}
		}
		on := d
		if d < fence {
			if x.fence == "P2" || x.fence == "P4" {
				add(d, target-balance[d]) // stays short
				continue
			}
			on = fence
		}
		if x.out >= 0 && d >= x.out {
			add(d, target-balance[d])
			continue
		}
		var short int64
		for e := d; e <= max(on, x.lead); e++ {
			goal := safety
			if x.out >= 0 && e >= x.out {
				goal = 0
			}
			short = max(short, goal-balance[e])
		}
		q := max(timesUp(short, scrap), x.lotMin)
		if x.multiple > 0 {
			q = (q + x.multiple - 1) / x.multiple * x.multiple
		}
		good := timesDown(q, new(big.Rat).Inv(scrap))
		o := rulePlan{n, q, max(on, x.lead) - x.lead, max(on, x.lead)}
		plan = append(plan, o)
		add(d, good)
		for _, p := range x.parts {
			per := new(big.Rat).Mul(ratio(p.per, 1), scrapped(p.pct, p.divide))
			switch {
			case p.coproduct && p.fixed:
				items[p.item].byproduct[o.available] += p.per * int64(planwright.One)
			case p.coproduct:
				items[p.item].byproduct[o.available] += good * p.per
			case p.fixed:
				items[p.item].required[o.start] += timesUp(int64(planwright.One), per)
			default:
				items[p.item].required[o.start] += timesUp(q, per)
			}
		}
	}
	return plan
}

// drawRules draws items for the referee, and the data set that says the same.
func drawRules(t *rapid.T) (*model, []*ruleItem) {
	m := newModel(planwright.Date(2026, 1, 5))
	num := func(label string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, label) }
	some := func(label string, one int) bool { return num(label, 1, one) == 1 }
	const one = int64(planwright.One)
	n := num("items", 1, 6)
	items := make([]*ruleItem, n)
	code := func(i int) string { return fmt.Sprintf("I%d", i) }
	m.add("resource", "resource_id", "R")
	ordered := map[int]bool{} // also required past the lines of bills, which make a phantom
	for i := range items {
		x := &ruleItem{lead: num("lead", 0, 8), strategy: 40, out: -1, mode: 2, receipts: map[int]int64{}, forecast: map[int]int64{}, required: map[int]int64{}, byproduct: map[int]int64{}}
		items[i] = x
		sku := m.add("sku", "item_id", code(i), "lead_time_days", x.lead)
		item := m.add("item", "item_id", code(i))
		last := i+1 >= n
		kind := rapid.SampledFrom([]string{"plain", "plain", "phantom", "going", "fence", "expiry", "forecast", "gross", "planned", "to order"}).Draw(t, "kind")
		if (kind == "phantom" || kind == "going") && last || kind == "phantom" && ordered[i] || kind == "to order" && i > 0 {
			kind = "plain"
		}
		for range num("demands", 0, 4) {
			if kind == "phantom" {
				break
			}
			o := ruleOrder{num("due", -3, 40), int64(num("demand", 1, 40)) * one, num("priority", 1, 3)}
			x.orders = append(x.orders, o)
			m.add("demand", "order_id", fmt.Sprint(i, "-", len(x.orders)), "item_id", code(i), "qty", planwright.Qty(o.qty), "due_on", o.due, "priority", o.priority)
		}
		stock := func(qty int64, expire int) {
			x.lots = append(x.lots, ruleLot{qty, expire})
			row := m.add("stock", "item_id", code(i), "qty", planwright.Qty(qty))
			if expire < 1000 {
				row["expires_on"] = fmt.Sprint(expire)
			}
		}
		if some("stock", 2) {
			stock(int64(num("stock qty", 1, 50))*one, 1000)
		}
		for range num("receipts", 0, 2) {
			d, q := num("receipt due", 0, 40), int64(num("receipt", 1, 40))*one
			if kind == "phantom" || x.receipts[d] > 0 {
				continue
			}
			x.receipts[d] = q
			m.add("supply", "item_id", code(i), "qty", planwright.Qty(q), "due_on", d)
		}
		if kind != "phantom" && kind != "going" {
			if some("safety", 3) {
				x.safety = int64(num("safety qty", 1, 20)) * one
				sku["safety_stock"] = planwright.Qty(x.safety).String()
			}
			if some("lots", 3) {
				x.lotMin, x.multiple = int64(num("min", 0, 30))*one, int64(num("multiple", 0, 9))*one
				sku["lot_min"], sku["lot_multiple"] = planwright.Qty(x.lotMin).String(), planwright.Qty(x.multiple).String()
			}
			if some("scrap", 3) {
				x.scrap = int64(rapid.SampledFrom([]int{3, 10, 25}).Draw(t, "scrap pct"))
				sku["scrap_pct"] = fmt.Sprint(x.scrap)
			}
			if some("operation", 4) {
				x.operation = int64(rapid.SampledFrom([]int{7, 20}).Draw(t, "operation pct"))
				m.add("routing", "item_id", code(i), "step", 10, "resource_id", "R", "scrap_pct", x.operation)
			}
			if x.divide = some("divide", 2); x.divide {
				sku["scrap_rule"] = "divide"
			}
		}
		switch kind {
		case "phantom":
			x.phantom, x.ignore = true, some("ignore", 2)
			if x.ignore {
				sku["phantom_stock"] = "ignore"
			}
		case "going":
			x.out, x.successor = num("out", 0, 30), num("successor", i+1, n-1)
			ordered[x.successor] = true
			item["status"], item["effective_out_on"], item["successor_item_id"] = "phase_out", fmt.Sprint(x.out), code(x.successor)
		case "fence":
			x.fence, x.fenceDays = rapid.SampledFrom([]string{"P1", "P2", "P3", "P4"}).Draw(t, "fence"), num("fence days", 0, 20)
			sku["fence_type"], sku["planning_fence_days"] = x.fence, fmt.Sprint(x.fenceDays)
		case "expiry":
			for range num("expiring", 1, 3) {
				stock(int64(num("lot", 1, 30))*one, num("expires", 0, 30))
			}
		case "forecast", "planned":
			for range num("forecasts", 1, 4) {
				d := num("forecast on", 0, 40)
				if x.forecast[d] > 0 {
					continue
				}
				x.forecast[d] = int64(num("forecast qty", 1, 40)) * one
				m.add("forecast", "item_id", code(i), "qty", planwright.Qty(x.forecast[d]), "from", d, "to", d)
			}
			x.mode, x.back, x.ahead = num("mode", 1, 4), num("back", 0, 9), num("ahead", 0, 9)
			sku["consumption_mode"], sku["consume_back_days"], sku["consume_fwd_days"] = fmt.Sprint(x.mode), fmt.Sprint(x.back), fmt.Sprint(x.ahead)
			if kind == "planned" {
				x.strategy = 10
			}
		case "gross":
			x.strategy = 11
		case "to order":
			x.strategy = 20
		}
		sku["strategy"] = fmt.Sprint(x.strategy)
		used := map[int]bool{}
		for j := range num("components", 0, 3) {
			if last || kind == "going" {
				break
			}
			p := rulePart{item: num("component", i+1, n-1), per: int64(num("per", 1, 3))}
			if used[p.item] {
				continue
			}
			used[p.item] = true
			row := m.add("bom", "parent_id", code(i), "component_id", code(p.item), "qty_per", p.per)
			if kind != "phantom" {
				if p.coproduct = j > 0 && kind != "to order" && some("coproduct", 4); p.coproduct {
					row["role"] = "coproduct"
					ordered[p.item] = true
				} else if some("part scrap", 4) {
					p.pct, p.divide = 15, some("part divide", 2)
					row["scrap_pct"] = "15"
					if p.divide {
						row["scrap_rule"] = "divide"
					}
				}
				if p.fixed = some("fixed", 6); p.fixed {
					row["fixed"] = "true"
				}
			}
			x.parts = append(x.parts, p)
		}
		x.phantom = x.phantom && len(x.parts) > 0
	}
	for _, row := range m.rows["bom"] {
		if i := int(row["component_id"][1] - '0'); items[i].phantom && row["role"] == "" {
			row["phantom"] = "true"
		}
	}
	return m, items
}

// checkRules compares the kernel with the second referee on one drawn model.
func checkRules(t *rapid.T) {
	m, items := drawRules(t)
	s, err := m.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), Input{Snap: s}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkInvariants(t, Input{Snap: s}, Options{}, &r)
	show := func(item string, qty planwright.Qty, start, available planwright.Day) string {
		return fmt.Sprintf("%s %s start %d available %d", item, qty, start-s.AsOf, available-s.AsOf)
	}
	var got, want []string
	for i, k := range r.Orders.SKU {
		got = append(got, show(s.Code(k), r.Orders.Qty[i], r.Orders.Start[i], r.Orders.Available[i]))
	}
	for _, o := range rules(items) {
		want = append(want, show(fmt.Sprintf("I%d", o.item), planwright.Qty(o.qty), s.AsOf+planwright.Day(o.start), s.AsOf+planwright.Day(o.available)))
	}
	sort.Strings(got)
	sort.Strings(want)
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Fatalf("orders\n%s\nwant\n%s\nof %v", g, w, m.rows)
	}
}

// TestRefereeOfRules plans small models of phantoms, scrap of components, orders
// and operations, fences, strategies, consumption, discontinuation, co-products,
// expiring lots and orders made to order by the kernel and by plain definitions.
func TestRefereeOfRules(t *testing.T) { rapid.Check(t, checkRules) }

// FuzzRefereeOfRules is the same under the fuzzer.
func FuzzRefereeOfRules(f *testing.F) { f.Fuzz(rapid.MakeFuzz(checkRules)) }
