package plan

import (
	"fmt"

	"planwright"
	"planwright/explain"
	"planwright/mrp"
)

// hanging explains what hangs on each supply of a standing plan.
type hanging struct {
	*staking
	plan   *Standing
	st     stake
	nodes  map[int32][2]*explain.Node       // sales and shortage of pegs
	opened map[int32][2]*explain.Node       // of receipts
	each   map[planwright.SKU]*explain.Node // shortage cost of a unit that a sku's requirements ask for
	total  map[[2]int32]planwright.Qty      // what a sku gives a planned order
}

// hanging computes the stakes of the plan, once.
func (st *Standing) hanging() *hanging {
	if st.hang == nil {
		src := mrp.Resolve(st.Snap)
		t := newStaking(st.Snap, st.Plan, &src, st.Plan.Classes.Level)
		st.hang = &hanging{staking: t, plan: st, st: t.compute(), nodes: map[int32][2]*explain.Node{}, opened: map[int32][2]*explain.Node{}, each: map[planwright.SKU]*explain.Node{}, total: map[[2]int32]planwright.Qty{}}
		g := &st.Plan.Pegs
		for i := range int32(g.Len()) {
			if ref := parentOrder(g, i); ref >= 0 {
				st.hang.total[[2]int32{int32(g.SKU[i]), ref}] += g.Qty[i]
			}
		}
	}
	return st.hang
}

// nothingHangs is a stake of nothing.
func nothingHangs() *explain.Node {
	return explain.Leaf("why.stake.none", explain.F(0), explain.Source{Rule: "unit"})
}

// sumOf adds stakes, in their order.
func sumOf(key string, of []*explain.Node) *explain.Node {
	if len(of) == 0 {
		return nothingHangs()
	}
	return explain.Make(key, explain.Sum, of)
}

// order explains the sales that hang on planned order i, and the cost of the shortage
// that it avoids.
func (h *hanging) order(i int) (impact, stake *explain.Node) {
	k := h.p.Orders.SKU[i]
	g := &h.p.Pegs
	var sales, short []*explain.Node
	var safety []int32
	for j := h.off[k]; j < h.off[k+1]; j++ {
		switch {
		case g.SupplyKind[j] != planwright.SupplyPlanned || g.SupplyRef[j] != int32(i):
		case g.DemandKind[j] == planwright.DemandSafety:
			safety = append(safety, j)
		default:
			x := h.peg(j)
			sales, short = append(sales, x[0]), append(short, x[1])
		}
	}
	for _, j := range safety {
		short = append(short, h.safety(k, j))
	}
	return sumOf("why.stake.sales", sales), sumOf("why.stake.short", short)
}

// receipt explains the sales that hang on an open receipt, and the shortage of what
// is required before it comes.
func (h *hanging) receipt(r int32) (impact, late *explain.Node) {
	if r < 0 {
		return nothingHangs(), nothingHangs()
	}
	k, g := skuOfRow(h.s.Supply.Off, r), &h.p.Pegs
	var short []*explain.Node
	for j := h.off[k]; j < h.off[k+1]; j++ {
		if g.SupplyKind[j] == planwright.SupplyReceipt && g.SupplyRef[j] == r && g.DemandKind[j] != planwright.DemandSafety && g.DueOn[j] < supplied(h.s, h.p, int(j)) {
			short = append(short, h.peg(j)[1])
		}
	}
	return h.open(r)[0], sumOf("why.stake.late", short)
}

// open explains all that hangs on an open receipt.
func (h *hanging) open(r int32) [2]*explain.Node {
	if x, ok := h.opened[r]; ok {
		return x
	}
	k, g := skuOfRow(h.s.Supply.Off, r), &h.p.Pegs
	var sales, short []*explain.Node
	for j := h.off[k]; j < h.off[k+1]; j++ {
		if g.SupplyKind[j] == planwright.SupplyReceipt && g.SupplyRef[j] == r && g.DemandKind[j] != planwright.DemandSafety {
			x := h.peg(j)
			sales, short = append(sales, x[0]), append(short, x[1])
		}
	}
	x := [2]*explain.Node{sumOf("why.stake.sales", sales), sumOf("why.stake.short", short)}
	h.opened[r] = x
	return x
}

// pegged is the quantity of a peg.
func (h *hanging) pegged(j int32) (*explain.Node, string) {
	g, s := &h.p.Pegs, h.s
	id, supply := "", ""
	switch ref := g.DemandRef[j]; g.DemandKind[j] {
	case planwright.DemandOrder:
		id = s.Demand.OrderID[ref]
	case planwright.DemandReserved:
		id = s.Reserved.OrderID[ref]
	case planwright.DemandOpenTransfer:
		id = s.Supply.OrderID[ref]
	case planwright.DemandDependent, planwright.DemandTransfer:
		id = h.p.Orders.ID(s, int(ref))
	case planwright.DemandForecast:
		id = planwright.Day(ref).String()
	}
	switch ref := g.SupplyRef[j]; g.SupplyKind[j] {
	case planwright.SupplyPlanned:
		supply = h.p.Orders.ID(s, int(ref))
	case planwright.SupplyReceipt:
		supply = s.Supply.OrderID[ref]
	}
	n := explain.Leaf("why.stake.pegged", explain.Q(g.Qty[j]), explain.Source{Table: "pegging", Row: supply + "|" + id, Column: "qty"}, "day", g.DueOn[j].String())
	return n, id
}

// peg explains the sales and the shortage of peg j.
func (h *hanging) peg(j int32) [2]*explain.Node {
	if x, ok := h.nodes[j]; ok {
		return x
	}
	g := &h.p.Pegs
	k := g.SKU[j]
	qty, id := h.pegged(j)
	var x [2]*explain.Node
	two := func(key string, sales, short *explain.Node) {
		pairs := []string{"order", id, "day", g.DueOn[j].String()}
		x = [2]*explain.Node{explain.Make(key, explain.Product, []*explain.Node{sales, qty}, pairs...), explain.Make(key, explain.Product, []*explain.Node{short, qty}, pairs...)}
	}
	if ref := parentOrder(g, j); ref >= 0 {
		all := explain.Leaf("why.stake.parent_asks", explain.Q(h.total[[2]int32{int32(k), ref}]), explain.Source{Table: "pegging", Row: id, Column: "qty"}, "order", id)
		share := explain.Make("why.stake.share", explain.Over, []*explain.Node{qty, all})
		of := func(key, column string, v float64) *explain.Node {
			leaf := explain.Leaf(key, explain.F(v), explain.Source{Table: "planned_orders", Row: id, Column: column}, "order", id)
			leaf.Order = id
			return explain.Make("why.stake.for_order", explain.Product, []*explain.Node{leaf, share}, "order", id, "day", g.DueOn[j].String())
		}
		x = [2]*explain.Node{of("why.stake.parent_sales", "impact", h.st.order[ref]), of("why.stake.parent_short", "at_stake", h.st.orderCost[ref])}
		h.nodes[j] = x
		return x
	}
	if rows, asked := h.openParents(j); len(rows) > 0 {
		all := explain.Leaf("why.stake.parent_asks", explain.Q(asked), explain.Source{Table: "reservations", Row: id, Column: "qty"}, "order", id)
		share := explain.Make("why.stake.share", explain.Over, []*explain.Node{qty, all})
		var sales, short []*explain.Node
		for _, r := range rows {
			y := h.open(r)
			sales, short = append(sales, y[0]), append(short, y[1])
		}
		x = [2]*explain.Node{
			explain.Make("why.stake.for_open", explain.Product, []*explain.Node{sumOf("why.stake.open_sales", sales), share}, "order", id, "day", g.DueOn[j].String()),
			explain.Make("why.stake.for_open", explain.Product, []*explain.Node{sumOf("why.stake.open_short", short), share}, "order", id, "day", g.DueOn[j].String()),
		}
		h.nodes[j] = x
		return x
	}
	price, entered := h.soldAt(j)
	from := explain.Source{Table: "items", Row: h.s.Items.ID[h.s.SKUs.Item[k]], Column: "unit_price", Rule: "item"}
	switch {
	case entered:
		ref := g.DemandRef[j]
		from = explain.Source{Table: "demand_orders", Row: id + "|" + h.plan.key(k) + "|" + h.s.Demand.DueOn[ref].String(), Column: "price"}
	case !(h.s.Items.UnitPrice[h.s.SKUs.Item[k]] > 0):
		from.Column, from.Rule = "unit_cost", "no_price"
	}
	leaf := explain.Leaf("why.stake.price", explain.F(price), from)
	key := "why.stake.sale"
	if g.DemandKind[j] == planwright.DemandForecast {
		key = "why.stake.forecast"
	}
	two(key, leaf, h.shortNode(k, leaf))
	h.nodes[j] = x
	return x
}

// shortNode explains what a unit of sku k costs that is short, where it sells for a
// price.
func (h *hanging) shortNode(k planwright.SKU, price *explain.Node) *explain.Node {
	s := h.s
	cell := func(key, column string, v float64) *explain.Node {
		return explain.Leaf(key, explain.F(v), explain.Source{Table: "skus", Row: h.plan.key(k), Column: column, Rule: "sku"})
	}
	if b := known(s.SKUs.BackorderCost[k]); b > 0 {
		lead := explain.Leaf("why.stake.wait", explain.F(h.wait(k)), explain.Source{Table: "skus", Row: h.plan.key(k), Column: "lead_time_days", Rule: "lead_time"})
		year := explain.Leaf("why.stake.year", explain.F(365), explain.Source{Rule: "unit"})
		return explain.Make("why.stake.backorder", explain.Product, []*explain.Node{cell("why.stake.backorder_cost", "backorder_cost", b), explain.Make("why.stake.years", explain.Over, []*explain.Node{lead, year})})
	}
	item := s.SKUs.Item[k]
	cost := explain.Leaf("why.unit_cost", explain.F(known(s.Items.UnitCost[item])), explain.Source{Table: "items", Row: s.Items.ID[item], Column: "unit_cost", Rule: "item"})
	return explain.Make("why.stake.margin", explain.Max, []*explain.Node{nothingHangs(), explain.Make("why.stake.margin_left", explain.Sum, []*explain.Node{price, cost.Less()})})
}

// unitShort is what a unit of sku k costs that its requirements ask for and that is
// short: through pegging, or by its own price where nothing requires it.
func (h *hanging) unitShort(k planwright.SKU) *explain.Node {
	if n, ok := h.each[k]; ok {
		return n
	}
	g := &h.p.Pegs
	var cost, asked []*explain.Node
	for j := h.off[k]; j < h.off[k+1]; j++ {
		if g.DemandKind[j] != planwright.DemandSafety {
			q, _ := h.pegged(j)
			cost, asked = append(cost, h.peg(j)[1]), append(asked, q)
		}
	}
	var n *explain.Node
	if len(asked) > 0 {
		n = explain.Make("why.stake.each", explain.Over, []*explain.Node{explain.Make("why.stake.short", explain.Sum, cost), explain.Make("why.stake.asked", explain.Sum, asked)})
	} else {
		item := h.s.SKUs.Item[k]
		from := explain.Source{Table: "items", Row: h.s.Items.ID[item], Column: "unit_price", Rule: "item"}
		if !(h.s.Items.UnitPrice[item] > 0) {
			from.Column, from.Rule = "unit_cost", "no_price"
		}
		n = h.shortNode(k, explain.Leaf("why.stake.price", explain.F(h.price(k)), from))
	}
	h.each[k] = n
	return n
}

// safety explains the shortage that peg j to the safety stock of sku k avoids.
func (h *hanging) safety(k planwright.SKU, j int32) *explain.Node {
	g := &h.p.Pegs
	var parts []*explain.Node
	for i := h.off[k]; i < h.off[k+1]; i++ {
		if g.DemandKind[i] == planwright.DemandSafety && g.SupplyKind[i] == planwright.SupplyPlanned {
			q, _ := h.pegged(i)
			parts = append(parts, q)
		}
	}
	planned := explain.Make("why.stake.safety_planned", explain.Sum, parts)
	units := explain.Leaf("why.stake.no_policy", explain.F(0), explain.Source{Table: "policies", Row: h.plan.key(k), Column: "protected_sd"})
	if i := h.policy[k]; i != planwright.None {
		pol := &h.p.Policies
		cell := func(key, column string, v explain.Value) *explain.Node {
			return explain.Leaf(key, v, explain.Source{Table: "policies", Row: h.plan.key(k), Column: column})
		}
		divisible := h.s.Items.Decimals[h.s.SKUs.Item[k]] > 0
		units = (&explain.Node{Key: "why.stake.safety_units", Op: explain.Function, Of: []*explain.Node{
			cell("why.stake.protected_mean", "protected_mean", explain.F(pol.ProtectedMean[i])), cell("why.stake.protected_sd", "protected_sd", explain.F(pol.ProtectedSD[i])),
			cell("why.safety_stock", "safety_stock", explain.Q(pol.SafetyStock[i])), planned,
		}, Pairs: []string{"law", (&TradeoffRow{Mean: pol.ProtectedMean[i], SD: pol.ProtectedSD[i], Divisible: divisible}).lawName()}, Again: func(of []explain.Value) (explain.Value, error) {
			return explain.F(expectedShort(of[0].F, of[1].F, of[2].Qty(), of[3].Qty(), divisible)), nil
		}}).Done()
	}
	q, _ := h.pegged(j)
	share := explain.Make("why.stake.safety_share", explain.Over, []*explain.Node{q, planned})
	return explain.Make("why.stake.safety", explain.Product, []*explain.Node{units, share, h.unitShort(k)})
}

// freed explains the stake of stock that is not needed: its value, for so many days
// of the year, at the carrying rate; without days a year.
func (w *tracer) freed(x *Explanation, days *explain.Node) {
	s := w.s
	value := x.Figure("value")
	from := w.skuSource("holding_rate")
	switch {
	case known(s.SKUs.HoldingRate[w.k]) > 0:
	case s.Stocking.HoldingRate > 0:
		from = explain.Source{Table: "settings", Row: "holding_rate", Column: "value"}
	default:
		from = explain.Source{Rule: "default"}
	}
	rate := explain.Leaf("why.stake.rate", explain.F(carryingRate(s, w.k)), from)
	if days == nil {
		x.put("impact", explain.Make("why.stake.idle", explain.Same, []*explain.Node{value}))
		x.put("at_stake", explain.Make("why.stake.carried", explain.Product, []*explain.Node{value, rate}))
		return
	}
	year := explain.Leaf("why.stake.year", explain.F(365), explain.Source{Rule: "unit"})
	years := explain.Make("why.stake.years", explain.Over, []*explain.Node{days, year})
	one := explain.Leaf("why.stake.one_year", explain.F(1), explain.Source{Rule: "unit"})
	x.put("impact", explain.Make("why.stake.bound", explain.Product, []*explain.Node{value, explain.Make("why.stake.at_most", explain.Min, []*explain.Node{one, years})}))
	x.put("at_stake", explain.Make("why.stake.carried", explain.Product, []*explain.Node{value, rate, years}))
}

// deferred is the number of days by which suggestion i puts a receipt off.
func (w *tracer) deferred(i int) *explain.Node {
	g := &w.p.Suggestions
	on, err := planwright.ParseDay(numberIn(g.Reason[i], "on"))
	if err != nil {
		on = g.NeedOn[i]
	}
	return explain.Leaf("why.stake.days", explain.F(float64(g.NeedOn[i]-on)), explain.Source{Table: "suggestions", Row: g.ID[i], Column: "numbers"})
}

// orderLeaf are the stakes of planned order row, as facts.
func (h *hanging) orderLeaf(row int) (sales, short *explain.Node) {
	id := h.p.Orders.ID(h.s, row)
	of := func(key, column string, v float64) *explain.Node {
		n := explain.Leaf(key, explain.F(v), explain.Source{Table: "planned_orders", Row: id, Column: column}, "order", id)
		n.Order = id
		return n
	}
	return of("why.stake.parent_sales", "impact", h.st.order[row]), of("why.stake.parent_short", "at_stake", h.st.orderCost[row])
}

// movedStake explains the stake of suggestion i to move stock of another site: its share
// of that of the planned order that comes too late.
func (w *tracer) movedStake(x *Explanation, i int) error {
	g, h := &w.p.Suggestions, w.st.hanging()
	row := w.st.Order(numberIn(g.Reason[i], "order"))
	if row < 0 {
		return fmt.Errorf("plan: suggestion %s: no planned order %s", g.ID[i], numberIn(g.Reason[i], "order"))
	}
	var served []*explain.Node
	for j := h.off[w.k]; j < h.off[w.k+1]; j++ {
		if p := &h.p.Pegs; p.SupplyKind[j] == planwright.SupplyPlanned && p.SupplyRef[j] == int32(row) && p.DemandKind[j] != planwright.DemandSafety {
			q, _ := h.pegged(j)
			served = append(served, q)
		}
	}
	share := explain.Make("why.stake.share", explain.Over, []*explain.Node{x.Figure("qty"), explain.Make("why.stake.asked", explain.Sum, served)})
	sales, short := h.orderLeaf(row)
	x.put("impact", explain.Make("why.stake.moved", explain.Product, []*explain.Node{sales, share}))
	x.put("at_stake", explain.Make("why.stake.moved", explain.Product, []*explain.Node{short, share}))
	return nil
}

// dividedStake explains the stake of suggestion i to divide stock: its share of that of
// the site's planned transfers of the day.
func (w *tracer) dividedStake(x *Explanation, i int) error {
	g, h := &w.p.Suggestions, w.st.hanging()
	row := w.st.Order(numberIn(g.Reason[i], "order"))
	on, err := planwright.ParseDay(numberIn(g.Reason[i], "on"))
	if row < 0 || err != nil {
		return fmt.Errorf("plan: suggestion %s: no planned order %s", g.ID[i], numberIn(g.Reason[i], "order"))
	}
	from, p, o := w.p.Orders.From[row], &w.p.Pegs, &w.p.Orders
	var asked, sales, short []*explain.Node
	for j := h.off[from]; j < h.off[from+1]; j++ {
		ref := p.DemandRef[j]
		if p.DueOn[j] != on || p.DemandKind[j] != planwright.DemandTransfer || o.SKU[ref] != w.k {
			continue
		}
		q, id := h.pegged(j)
		asked = append(asked, q)
		if o.Good[ref] <= 0 {
			continue
		}
		good := explain.Leaf("why.stake.parent_good", explain.Q(o.Good[ref]), explain.Source{Table: "planned_orders", Row: id, Column: "qty_good"}, "order", id)
		part := explain.Make("why.stake.share", explain.Over, []*explain.Node{q, good})
		a, b := h.orderLeaf(int(ref))
		sales = append(sales, explain.Make("why.stake.for_order", explain.Product, []*explain.Node{a, part}, "order", id, "day", on.String()))
		short = append(short, explain.Make("why.stake.for_order", explain.Product, []*explain.Node{b, part}, "order", id, "day", on.String()))
	}
	share := explain.Make("why.stake.share", explain.Over, []*explain.Node{x.Figure("qty"), explain.Make("why.stake.asked", explain.Sum, asked)})
	x.put("impact", explain.Make("why.stake.moved", explain.Product, []*explain.Node{sumOf("why.stake.sales", sales), share}))
	x.put("at_stake", explain.Make("why.stake.moved", explain.Product, []*explain.Node{sumOf("why.stake.short", short), share}))
	return nil
}
