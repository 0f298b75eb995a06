package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"planwright"
	"planwright/explain"
	"planwright/mrp"
)

// Explanation is the arithmetic behind one suggestion, order or policy. Every
// figure is a tree whose root is what the plan shows.
type Explanation struct {
	ID      string // of the suggestion or order; "" for a policy or forecast
	SKU     planwright.SKU
	Action  string // of a suggestion, or the kind of the order
	Order   int    // row of the planned order; -1
	Figures []Figure
	Repairs []string // what the import mended in the parameters of the sku, as code and value
}

// Figure is a figure of the plan by the name of its column.
type Figure struct {
	Name string
	Tree *explain.Node
}

// Figure returns the tree of a figure, nil where there is none.
func (x *Explanation) Figure(name string) *explain.Node {
	for i := range x.Figures {
		if x.Figures[i].Name == name {
			return x.Figures[i].Tree
		}
	}
	return nil
}

func (x *Explanation) put(name string, n *explain.Node) {
	if n != nil {
		x.Figures = append(x.Figures, Figure{name, n})
	}
}

// Check computes every figure again and returns an error that names the first one
// that comes out otherwise.
func (x *Explanation) Check() error {
	for _, f := range x.Figures {
		if err := f.Tree.Check(); err != nil {
			return fmt.Errorf("%s: %s: %w", x.ID, f.Name, err)
		}
		v, err := f.Tree.Eval()
		if err != nil {
			return fmt.Errorf("%s: %s: %w", x.ID, f.Name, err)
		}
		if !v.Equal(f.Tree.Value) {
			return fmt.Errorf("%s: %s shows %s, its facts make %s", x.ID, f.Name, f.Tree.Value, v)
		}
	}
	return nil
}

// tracer builds the trees of one sku, or of one segment of it.
type tracer struct {
	st *Standing
	s  *planwright.Snapshot
	p  *planwright.Plan
	k  planwright.SKU
	t  *mrp.Trace
}

// tracers trace a sku: the first one what is planned for all, the others what is
// made to order.
func (st *Standing) tracers(ctx context.Context, k planwright.SKU) ([]*tracer, error) {
	if len(st.last) > 0 && st.last[0].k == k {
		return st.last, nil
	}
	list, err := st.planner.Traces(ctx, k)
	if err != nil {
		return nil, err
	}
	st.last = make([]*tracer, len(list))
	for i, t := range list {
		st.last[i] = &tracer{st: st, s: st.Snap, p: st.Plan, k: k, t: t}
	}
	return st.last, nil
}

// WhyOrder explains planned order i of the plan.
func (st *Standing) WhyOrder(ctx context.Context, i int) (*Explanation, error) {
	o := &st.Plan.Orders
	if i < 0 || i >= o.Len() {
		return nil, fmt.Errorf("plan: no order %d", i)
	}
	list, err := st.tracers(ctx, o.SKU[i])
	if err != nil {
		return nil, err
	}
	return orderOf(list, i)
}

// orderOf explains order i by the one that made it.
func orderOf(list []*tracer, i int) (*Explanation, error) {
	for _, w := range list[1:] {
		if slices.Contains(w.t.Rows, int32(i)) {
			return w.order(i)
		}
	}
	return list[0].order(i)
}

// order explains order i, which is one of the traced sku.
func (w *tracer) order(i int) (*Explanation, error) {
	o := &w.p.Orders
	at := slices.Index(w.t.Rows, int32(i))
	if at < 0 || at >= len(w.t.Orders) || w.t.Orders[at].Qty != o.Qty[i] {
		return nil, fmt.Errorf("plan: order %s is not traced", o.ID(w.s, i))
	}
	x := &Explanation{ID: o.ID(w.s, i), SKU: w.k, Action: o.Kind[i].String(), Order: i, Repairs: w.st.repairs(w.k)}
	qty, good := w.quantity(at)
	d := w.dates(at)
	x.put("qty", qty)
	x.put("qty_good", good)
	x.put("release_on", d.release)
	x.put("start_on", d.start)
	x.put("due_on", d.due)
	x.put("available_on", d.available)
	price := explain.Leaf("why.price", explain.F(w.t.Orders[at].Price), w.priceSource(&w.t.Orders[at]))
	x.put("cost", explain.Make("why.cost", explain.Product, []*explain.Node{qty, price}))
	h := w.st.hanging()
	impact, stake := h.order(i)
	x.put("impact", impact)
	x.put("at_stake", stake)
	for _, f := range []struct {
		name string
		is   explain.Value
	}{{"qty", explain.Q(o.Qty[i])}, {"qty_good", explain.Q(o.Good[i])}, {"release_on", explain.D(o.Release[i])}, {"start_on", explain.D(o.Start[i])},
		{"due_on", explain.D(o.Due[i])}, {"available_on", explain.D(o.Available[i])}, {"cost", explain.F(o.Cost[i])},
		{"impact", explain.F(h.st.order[i])}, {"at_stake", explain.F(h.st.orderCost[i])}} {
		if n := x.Figure(f.name); n != nil && !n.Value.Equal(f.is) {
			return nil, fmt.Errorf("plan: %s of order %s is %s, its explanation makes %s", f.name, x.ID, f.is, n.Value)
		}
	}
	return x, nil
}

// WhySuggestion explains row i of the plan's suggestions: its quantity, the day to
// act, the day it is for and its value.
func (st *Standing) WhySuggestion(ctx context.Context, i int) (*Explanation, error) {
	g := &st.Plan.Suggestions
	if i < 0 || i >= g.Len() {
		return nil, fmt.Errorf("plan: no suggestion %d", i)
	}
	x, err := st.suggestionTrees(ctx, i)
	if err != nil {
		return nil, err
	}
	x.ID, x.Action = g.ID[i], g.Action[i].String()
	for _, f := range []struct {
		name string
		is   explain.Value
	}{{"qty", explain.Q(g.Qty[i])}, {"act_by", explain.D(g.ActBy[i])}, {"value", explain.F(g.Value[i])}, {"move_to", explain.D(g.NeedOn[i])},
		{"impact", explain.F(g.Impact[i])}, {"at_stake", explain.F(g.AtStake[i])}} {
		if n := x.Figure(f.name); n != nil && !n.Value.Equal(f.is) {
			return nil, fmt.Errorf("plan: %s of suggestion %s is %s, its explanation makes %s", f.name, x.ID, f.is, n.Value)
		}
	}
	return x, nil
}

func (st *Standing) suggestionTrees(ctx context.Context, i int) (*Explanation, error) {
	g := &st.Plan.Suggestions
	k := g.SKU[i]
	list, err := st.tracers(ctx, k)
	if err != nil {
		return nil, err
	}
	w := list[0]
	switch g.Action[i] {
	case planwright.ActScrap:
		x := w.scrapped()
		w.freed(x, nil)
		return x, nil
	case planwright.ActExpedite, planwright.ActDefer, planwright.ActCancel:
		on, err := planwright.ParseDay(numberIn(g.Reason[i], "on"))
		if err != nil {
			on = planwright.NoDay
		}
		of := receiptRow(st.Snap, k, g.OrderID[i], on)
		r := receiptRow(st.Snap, k, g.OrderID[i], planwright.NoDay)
		// Several lines of one open order differ in quantity or day.
		for ; r >= 0 && r < st.Snap.Supply.Off[k+1]; r++ {
			if st.Snap.Supply.OrderID[r] != g.OrderID[i] || st.Snap.Supply.Qty[r] != g.Qty[i] {
				continue
			}
			var x *Explanation
			for j := 0; j < len(list) && x == nil; j++ {
				w = list[j]
				x = w.moved(r, g.Action[i], g.NeedOn[i])
			}
			if x != nil {
				switch g.Action[i] {
				case planwright.ActExpedite:
					// The rows of one order are told apart by quantity and day alone:
					// what hangs on those of one day is that of the first.
					impact, late := w.st.hanging().receipt(of)
					x.put("impact", impact)
					x.put("at_stake", late)
				case planwright.ActDefer:
					w.freed(x, w.deferred(i))
				default:
					w.freed(x, nil)
				}
				return x, nil
			}
		}
		return nil, fmt.Errorf("plan: suggestion %s: no such message", g.ID[i])
	}
	switch g.ReasonKey[i] {
	case "reason.rebalance":
		x := w.shared(i, "why.rebalance")
		return x, w.movedStake(x, i)
	case "reason.fair_share_cover", "reason.fair_share_need":
		x := w.shared(i, "why.fair_share")
		return x, w.dividedStake(x, i)
	}
	row := st.Order(g.OrderID[i])
	if row < 0 {
		return nil, fmt.Errorf("plan: suggestion %s: no planned order %s", g.ID[i], g.OrderID[i])
	}
	x, err := orderOf(list, row)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(g.ID[i], "M:") { // brought forward to fill an order up to the supplier's minimum
		sup := g.Supplier[i]
		first := w.firstOf(sup)
		least := explain.Leaf("why.min_order_value", explain.F(st.Snap.Suppliers.MinOrderValue[sup]), explain.Source{Table: "suppliers", Row: st.Snap.Suppliers.ID[sup], Column: "min_order_value", Rule: "supplier"})
		now := explain.Make("why.day.with_supplier", explain.Same, []*explain.Node{first, least})
		x.put("act_by", explain.Make("why.day.brought_forward", explain.Min, []*explain.Node{x.Figure("release_on"), now}))
		// Its own stake is that of its own suggestion.
		x.Figures = slices.DeleteFunc(x.Figures, func(f Figure) bool { return f.Name == "impact" || f.Name == "at_stake" })
		x.put("impact", nothingHangs())
		x.put("at_stake", nothingHangs())
	}
	for j := range x.Figures { // under the names that a suggestion has for them
		switch x.Figures[j].Name {
		case "release_on":
			if x.Figure("act_by") != nil {
				continue
			}
			x.Figures[j].Name = "act_by"
		case "cost":
			x.Figures[j].Name = "value"
		}
	}
	return x, nil
}

// firstOf is the day on which the first purchase order to a supplier is released.
func (w *tracer) firstOf(supplier int32) *explain.Node {
	o, first := &w.p.Orders, -1
	for i := range o.SKU {
		if o.Supplier[i] == supplier && o.Kind[i] == planwright.Purchase && (first < 0 || o.Release[i] < o.Release[first]) {
			first = i
		}
	}
	if first < 0 { // then there is no order to bring forward either
		return w.today()
	}
	id := o.ID(w.s, first)
	n := explain.Leaf("why.day.first_of_supplier", explain.D(o.Release[first]), explain.Source{Table: "planned_orders", Row: id, Column: "release_on"})
	n.Order = id
	return n
}

// shared explains suggestion i to move stock of another site: its value and its
// day, which for a share is that of the planned order. Which sites give and take how
// much is one problem of the whole item.
func (w *tracer) shared(i int, key string) *Explanation {
	g := &w.p.Suggestions
	x := &Explanation{SKU: w.k, Order: -1, Repairs: w.st.repairs(w.k)}
	qty := explain.Leaf(key, explain.Q(g.Qty[i]), explain.Source{Table: "suggestions", Row: g.ID[i], Column: "qty"})
	cost := explain.Leaf("why.unit_cost", explain.F(w.s.Items.UnitCost[w.s.SKUs.Item[w.k]]), w.itemSource("unit_cost"))
	x.put("qty", qty)
	leave, from := g.ActBy[i], explain.Source{Table: "suggestions", Row: g.ID[i], Column: "act_by"}
	if order, ok := strings.CutPrefix(g.ID[i], "F:"); ok {
		if row := w.st.Order(order); row >= 0 {
			leave, from = w.p.Orders.Release[row], explain.Source{Table: "planned_orders", Row: order, Column: "release_on"}
		}
	}
	day := explain.Leaf("why.day.leave", explain.D(leave), from)
	x.put("act_by", explain.Make("why.day.not_past", explain.Max, []*explain.Node{day, w.today()}))
	x.put("value", explain.Make("why.value", explain.Product, []*explain.Node{qty, cost}))
	return x
}

// moved explains a message on open receipt r; nil where there is none of that
// action and day.
func (w *tracer) moved(r int32, a planwright.Action, to planwright.Day) *Explanation {
	x := &Explanation{SKU: w.k, Order: -1, Repairs: w.st.repairs(w.k)}
	qty := w.receipt(r)
	x.put("qty", qty)
	x.put("act_by", w.today())
	cost := explain.Leaf("why.unit_cost", explain.F(w.s.Items.UnitCost[w.s.SKUs.Item[w.k]]), w.itemSource("unit_cost"))
	x.put("value", explain.Make("why.value", explain.Product, []*explain.Node{qty, cost}))
	switch a {
	case planwright.ActExpedite:
		for i := range w.t.Moves {
			m := &w.t.Moves[i]
			if m.Ref != r {
				continue
			}
			need := explain.Leaf("why.day.short", explain.D(m.Day), explain.Source{Table: "requirements", Row: w.st.key(w.k), Column: "on"})
			if m.Late != planwright.None {
				id := w.p.Orders.ID(w.s, int(w.t.Rows[m.Late]))
				need = explain.Leaf("why.day.late_order", explain.D(m.Day), explain.Source{Table: "planned_orders", Row: id, Column: "need_on"}, "order", id)
				need.Order = id
			}
			n := w.dueFor(need)
			if n.Value.Day() != to {
				continue
			}
			if m.Late == planwright.None {
				floor := w.target(m.Day, m.Floor)
				x.put("short", explain.Make("why.shortage", explain.Sum, []*explain.Node{floor, w.position(m.Day, m.Supplies, int(m.Before), m.Added, true).Less()}, "day", m.Day.String()))
			}
			x.put("move_to", n)
			return x
		}
	case planwright.ActDefer:
		for i := range w.t.Receipts {
			if t := &w.t.Receipts[i]; t.Ref == r && t.Need.Known() {
				need := explain.Leaf("why.day.first_use", explain.D(t.Need), explain.Source{Table: "pegging", Row: w.s.Supply.OrderID[r], Column: "due_on"})
				if n := w.dueFor(need); n.Value.Day() == to {
					x.put("move_to", n)
					return x
				}
			}
		}
	case planwright.ActCancel:
		for i := range w.t.Receipts {
			if t := &w.t.Receipts[i]; t.Ref == r && t.Open == w.s.Supply.Qty[r] {
				used := explain.Leaf("why.pegged", explain.Q(t.Open-w.s.Supply.Qty[r]), explain.Source{Table: "pegging", Row: w.s.Supply.OrderID[r], Column: "qty"})
				x.put("unused", explain.Make("why.unused", explain.Sum, []*explain.Node{w.receipt(r), used.Less()}))
				return x
			}
		}
	}
	return nil
}

// dueFor is the due day of a receipt that must be available on a day.
func (w *tracer) dueFor(need *explain.Node) *explain.Node {
	due := need
	if gr := int(w.s.SKUs.GRDays[w.k]); gr > 0 {
		site := w.s.Sites.Calendar[w.s.SKUs.Site[w.k]]
		on := &explain.Node{Key: "why.day.on_or_before", Op: explain.OnOrBefore, Of: []*explain.Node{need}, Calendar: site}
		days := explain.Leaf("why.gr_days", explain.N(gr), w.skuSource("gr_days")).Less()
		due = (&explain.Node{Key: "why.day.due", Op: explain.AddDays, Of: []*explain.Node{on.Done(), days}, Calendar: site}).Done()
	}
	return explain.Make("why.day.not_past", explain.Max, []*explain.Node{due, w.today()})
}

// scrapped explains stock without use.
func (w *tracer) scrapped() *Explanation {
	x := &Explanation{SKU: w.k, Order: -1, Repairs: w.st.repairs(w.k)}
	var lots []*explain.Node
	for r := w.s.Stock.Off[w.k]; r < w.s.Stock.Off[w.k+1]; r++ {
		lots = append(lots, w.stockLot(r))
	}
	qty := explain.Make("why.on_hand", explain.Sum, lots)
	x.put("qty", qty)
	days := explain.Leaf("why.watch_days", explain.N(watchDays), explain.Source{Rule: "default"})
	x.put("act_by", explain.Make("why.day.scrap", explain.AddDays, []*explain.Node{w.today(), days}))
	cost := explain.Leaf("why.unit_cost", explain.F(w.s.Items.UnitCost[w.s.SKUs.Item[w.k]]), w.itemSource("unit_cost"))
	x.put("value", explain.Make("why.value", explain.Product, []*explain.Node{qty, cost}))
	return x
}

// repairs are what the import mended of the sku.
func (st *Standing) repairs(k planwright.SKU) []string {
	s := st.Snap
	if len(s.RepairedOff) == 0 {
		return nil
	}
	return slices.Clone(s.RepairedNote[s.RepairedOff[k]:s.RepairedOff[k+1]])
}

func (w *tracer) today() *explain.Node {
	return explain.Leaf("why.day.today", explain.D(w.s.AsOf), explain.Source{Rule: "as_of"})
}

// skuSource is a cell of the sku's row. A parameter that the import repaired says
// so.
func (w *tracer) skuSource(column string) explain.Source {
	x := explain.Source{Table: "skus", Row: w.st.key(w.k), Column: column, Rule: "sku"}
	for _, note := range w.st.repairs(w.k) {
		if strings.Contains(note, column) {
			x.Rule = "repaired: " + note
		}
	}
	return x
}

func (w *tracer) itemSource(column string) explain.Source {
	return explain.Source{Table: "items", Row: w.s.Items.ID[w.s.SKUs.Item[w.k]], Column: column, Rule: "item"}
}

// sourceSource is a cell of a row of the sources of the sku.
func (w *tracer) sourceSource(r int32, column string) explain.Source {
	s := w.s
	row := w.st.key(w.k) + "|" + s.Sources.Kind[r].String()
	if sup := s.Sources.Supplier[r]; sup != planwright.None {
		row += "|" + s.Suppliers.ID[sup]
	}
	if from := s.Sources.From[r]; from != planwright.NoSKU {
		row += "|" + s.Sites.ID[s.SKUs.Site[from]]
	}
	return explain.Source{Table: "sources", Row: row, Column: column, Rule: "source"}
}
