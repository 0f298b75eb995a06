package plan

import (
	"planwright"
	"planwright/explain"
	"planwright/mrp"
)

// position is what is available at the end of day at: stock and receipts that
// count by then, orders of the sku that were made before, less requirements. With
// dated false, stock and all receipts count whenever they come.
func (w *tracer) position(at planwright.Day, supplies []mrp.TracedSupply, before int, added planwright.Qty, dated bool) *explain.Node {
	var stock, receipts, planned, open, required, expired []*explain.Node
	for i := range supplies {
		x := &supplies[i]
		switch {
		case x.Kind == planwright.ElemStock:
			if x.Ref == planwright.None {
				stock = append(stock, w.pool()...)
			} else {
				stock = append(stock, w.stockLot(x.Ref))
			}
		case dated && x.Day > at, !dated && x.Kind == planwright.ElemCoProduct:
		default:
			receipts = append(receipts, w.supply(x))
		}
	}
	made := planwright.Qty(0)
	for i := range w.t.Orders {
		if x := &w.t.Orders[i]; int(x.Made) < before {
			planned = append(planned, w.plannedOrder("why.planned_order", i, "qty_good", x.Good))
			made += x.Good
		}
	}
	if q := added - made; q != 0 {
		open = append(open, explain.Leaf("why.left_open", explain.Q(q), explain.Source{Table: "exceptions", Row: w.st.key(w.k), Column: "qty"}))
	}
	for i := range w.t.Expired {
		if x := &w.t.Expired[i]; dated && x.Day <= at {
			expired = append(expired, explain.Leaf("why.expires", explain.Q(x.Qty), explain.Source{Table: "requirements", Row: w.st.key(w.k) + "|" + x.Day.String(), Column: "qty", Rule: "expiry"}, "day", (x.Day-1).String()))
		}
	}
	required = w.requiredBy(at)
	parts := []*explain.Node{explain.Make("why.stock", explain.Sum, stock)}
	add := func(key string, of []*explain.Node, minus bool) {
		if len(of) == 0 {
			return
		}
		n := explain.Make(key, explain.Sum, of, "day", at.String())
		n.Minus = minus
		parts = append(parts, n)
	}
	add("why.receipts", receipts, false)
	add("why.planned", planned, false)
	add("why.open", open, false)
	add("why.required", required, true)
	add("why.expired", expired, true)
	key := "why.position"
	if !dated {
		key = "why.position.all"
	}
	return explain.Make(key, explain.Sum, parts, "day", at.String())
}

// pool is the stock that does not expire, and what was booked below zero: of a
// segment what is kept for it, else what is kept for nobody.
func (w *tracer) pool() (lots []*explain.Node) {
	s := w.s
	for r := s.Stock.Off[w.k]; r < s.Stock.Off[w.k+1]; r++ {
		if s.Stock.Segment[r] == w.t.Segment && (w.t.Part || s.Stock.Supplier[r] == planwright.None) && s.Stock.Status[r] != planwright.Blocked && (!s.Stock.ExpiresOn[r].Known() || s.Stock.Qty[r] <= 0) {
			lots = append(lots, w.stockLot(r))
		}
	}
	return lots
}

func (w *tracer) stockLot(r int32) *explain.Node {
	s := w.s
	return explain.Leaf("why.stock_lot", explain.Q(s.Stock.Qty[r]), explain.Source{Table: "stock", Row: w.st.key(w.k) + "|" + s.Stock.Lot[r], Column: "qty"}, "lot", s.Stock.Lot[r])
}

func (w *tracer) receipt(r int32) *explain.Node {
	s := w.s
	id := s.Supply.OrderID[r]
	n := explain.Leaf("why.receipt", explain.Q(s.Supply.Qty[r]), explain.Source{Table: "supply_orders", Row: id + "|" + w.st.key(w.k) + "|" + s.Supply.DueOn[r].String(), Column: "qty"}, "order", id, "day", s.Supply.DueOn[r].String())
	n.Order = id
	return n
}

// supply is a receipt that counts.
func (w *tracer) supply(x *mrp.TracedSupply) *explain.Node {
	switch x.Kind {
	case planwright.ElemStock:
		if x.Ref == planwright.None {
			return explain.Make("why.stock", explain.Sum, w.pool())
		}
		return w.stockLot(x.Ref)
	case planwright.ElemCoProduct:
		id := w.p.Orders.ID(w.s, int(x.Ref))
		n := explain.Leaf("why.coproduct", explain.Q(x.Qty), explain.Source{Table: "requirements", Row: w.st.key(w.k) + "|" + id, Column: "qty"}, "order", id)
		n.Order = id
		return n
	}
	n := w.receipt(x.Ref)
	if x.Day < x.On {
		n.Key = "why.receipt.forward"
		n.Pairs = append(n.Pairs, "to", x.Day.String())
	}
	return n
}

// plannedOrder is a figure of another order of the sku, or of its parents.
func (w *tracer) plannedOrder(key string, at int, column string, q planwright.Qty) *explain.Node {
	id := w.p.Orders.ID(w.s, int(w.t.Rows[at]))
	n := explain.Leaf(key, explain.Q(q), explain.Source{Table: "planned_orders", Row: id, Column: column}, "order", id)
	n.Order = id
	return n
}

// requiredBy are the requirements up to a day: the forecast by period, the others
// one by one.
func (w *tracer) requiredBy(at planwright.Day) (all []*explain.Node) {
	last := planwright.NoDay // of the forecast that counts
	for i := range w.t.Demands {
		x := &w.t.Demands[i]
		if x.Day > at {
			break
		}
		if x.Kind == planwright.ElemForecast && !x.Far {
			last = max(last, planwright.Day(x.Ref))
			continue
		}
		all = append(all, w.demand(x))
	}
	if last == planwright.NoDay {
		return all
	}
	for lo := 0; lo < len(w.t.Slices); lo++ {
		row := w.t.Slices[lo].Row
		if lo > 0 && seen(w.t.Slices[:lo], row) {
			continue
		}
		if n := w.forecast(row, last); n != nil {
			all = append(all, n)
		}
	}
	return all
}

func seen(slices []mrp.Slice, row int32) bool {
	for i := range slices {
		if slices[i].Row == row {
			return true
		}
	}
	return false
}

// forecast is what is required of one period of the forecast up to a day: its
// share by working days, less what orders consumed of these days.
func (w *tracer) forecast(row int32, last planwright.Day) *explain.Node {
	s, f := w.s, &w.st.netted
	cal := s.Sites.Calendar[s.SKUs.Site[w.k]]
	from, to := f.From[row], f.To[row]
	n := cal.Count(from, to+1)
	whole := s.SpreadStart || n <= 0 || n > 4000
	first, end := -1, 0
	counted := map[int32]bool{}
	for i := range w.t.Slices {
		x := &w.t.Slices[i]
		if x.Row != row || x.Day < w.t.Fence || x.Day > last {
			continue
		}
		counted[int32(i)] = true
		if whole {
			continue
		}
		d := cal.Count(from, x.Day)
		if first < 0 {
			first = d
		}
		end = d + 1
	}
	if len(counted) == 0 {
		return nil
	}
	quantity := w.forecastRow(row)
	pairs := []string{"from", from.String(), "to", to.String(), "day", min(last, to).String()}
	share := quantity
	if !whole {
		days := func(key string, d int) *explain.Node {
			return explain.Leaf(key, explain.N(d), explain.Source{Table: "calendars", Row: s.Sites.ID[s.SKUs.Site[w.k]], Column: "working"})
		}
		share = explain.Make("why.spread", explain.Spread, []*explain.Node{quantity, days("why.spread.days", n), days("why.spread.first", first), days("why.spread.last", end)}, pairs...)
	}
	parts := []*explain.Node{share}
	type who struct {
		kind planwright.ElementKind
		ref  int32
	}
	var order []who
	sum := map[who]planwright.Qty{}
	for i := range w.t.Eaten {
		x := &w.t.Eaten[i]
		if !counted[x.Slice] {
			continue
		}
		by := who{x.Kind, x.Ref}
		if _, ok := sum[by]; !ok {
			order = append(order, by)
		}
		sum[by] += x.Qty
	}
	for _, by := range order {
		id, from := w.demandName(by.kind, by.ref)
		from.Rule = "consumption"
		leaf := explain.Leaf("why.consumed", explain.Q(sum[by]), from, "order", id)
		parts = append(parts, leaf.Less())
	}
	return explain.Make("why.forecast.period", explain.Sum, parts, pairs...)
}

// forecastRow is the quantity of a row of the netted forecast.
func (w *tracer) forecastRow(row int32) *explain.Node {
	s := w.s
	if r := ^w.st.origin[row]; r >= 0 {
		return explain.Leaf("why.forecast.given", explain.Q(s.Given.Qty[r]), explain.Source{Table: "forecasts", Row: w.st.key(w.k) + "|" + s.Given.From[r].String(), Column: "qty", Rule: "given"}, "from", s.Given.From[r].String(), "to", s.Given.To[r].String())
	}
	r := w.st.origin[row]
	f := &w.p.Forecast
	leaf := explain.Leaf("why.forecast.final", explain.F(f.Final[r]), explain.Source{Table: "forecast", Row: w.st.key(w.k) + "|" + f.Start[r].String(), Column: "final", Rule: f.Method[r]}, "from", f.Start[r].String(), "to", f.End[r].String())
	return explain.Make("why.forecast.quantity", explain.ToQuantity, []*explain.Node{leaf})
}

// demandName is the name of a requirement and the cell that it is in.
func (w *tracer) demandName(kind planwright.ElementKind, ref int32) (string, explain.Source) {
	s := w.s
	switch kind {
	case planwright.ElemOrder:
		k := skuOfRow(s.Demand.Off, ref)
		return s.Demand.OrderID[ref], explain.Source{Table: "demand_orders", Row: s.Demand.OrderID[ref] + "|" + w.st.key(k) + "|" + s.Demand.DueOn[ref].String(), Column: "qty"}
	case planwright.ElemReserved:
		k := skuOfRow(s.Reserved.Off, ref)
		return s.Reserved.OrderID[ref], explain.Source{Table: "reservations", Row: s.Reserved.OrderID[ref] + "|" + w.st.key(k) + "|" + s.Reserved.DueOn[ref].String(), Column: "qty"}
	case planwright.ElemOpenTransfer:
		k := skuOfRow(s.Supply.Off, ref)
		return s.Supply.OrderID[ref], explain.Source{Table: "supply_orders", Row: s.Supply.OrderID[ref] + "|" + w.st.key(k) + "|" + s.Supply.DueOn[ref].String(), Column: "qty"}
	case planwright.ElemDependent, planwright.ElemTransfer, planwright.ElemCoProduct:
		id := w.p.Orders.ID(s, int(ref))
		return id, explain.Source{Table: "planned_orders", Row: id, Column: "qty"}
	}
	return planwright.Day(ref).String(), explain.Source{Table: "requirements", Row: w.st.key(w.k) + "|" + planwright.Day(ref).String(), Column: "qty"}
}

// skuOfRow finds the sku of a row of a table with compressed rows.
func skuOfRow(off []int32, row int32) planwright.SKU {
	lo, hi := 0, len(off)-1
	for lo+1 < hi {
		mid := (lo + hi) / 2
		if off[mid] <= row {
			lo = mid
		} else {
			hi = mid
		}
	}
	return planwright.SKU(lo)
}

// demand is one requirement.
func (w *tracer) demand(x *mrp.TracedDemand) *explain.Node {
	s := w.s
	id, from := w.demandName(x.Kind, x.Ref)
	leaf := func(key string) *explain.Node {
		n := explain.Leaf(key, explain.Q(x.Qty), from, "order", id, "day", x.Day.String())
		if x.Kind != planwright.ElemForecast {
			n.Order = id
		}
		return n
	}
	switch x.Kind {
	case planwright.ElemOrder:
		return leaf("why.need.order")
	case planwright.ElemReserved:
		return leaf("why.need.reservation")
	case planwright.ElemOpenTransfer:
		return leaf("why.need.open_transfer")
	case planwright.ElemForecast:
		return leaf("why.need.forecast")
	case planwright.ElemTransfer:
		n := leaf("why.need.transfer")
		n.Source.Column = "qty_good"
		return n
	}
	// What an order requires by a line of its bill of material.
	parent := int(x.Ref)
	if x.Line >= 0 {
		b := &s.BOM
		q := w.p.Orders.Qty[parent]
		per := q
		if b.Fixed[x.Line] {
			per = planwright.One
		}
		if r, ok := per.MulUp(b.Usage[x.Line]); ok && r == x.Qty && w.p.Orders.SKU[parent] == skuOfRow(b.Off, x.Line) {
			line := w.st.key(w.p.Orders.SKU[parent]) + "|" + s.Items.ID[s.SKUs.Item[w.k]] + "|" + b.ID[x.Line]
			cell := func(key, column string, q planwright.Qty) *explain.Node {
				return explain.Leaf(key, explain.Q(q), explain.Source{Table: "bom", Row: line, Column: column})
			}
			op := explain.Usage
			if b.ScrapDivide[x.Line] {
				op = explain.UsageOver
			}
			usage := explain.Make("why.usage", op, []*explain.Node{cell("why.qty_per", "qty_per", b.QtyPer[x.Line]), cell("why.per_qty", "per_qty", b.PerQty[x.Line]), cell("why.scrap_pct", "scrap_pct", b.ScrapPct[x.Line])})
			base := explain.Leaf("why.parent_order", explain.Q(per), from, "order", id)
			if b.Fixed[x.Line] {
				base = explain.Leaf("why.fixed_usage", explain.Q(per), explain.Source{Table: "bom", Row: line, Column: "fixed"})
			}
			base.Order = id
			n := explain.Make("why.need.dependent", explain.Times, []*explain.Node{base, usage}, "order", id, "day", x.Day.String())
			n.Order = id
			return n
		}
	}
	// Through a phantom, an alternate or a successor, or what stock left of it: the
	// plan's own row.
	n := leaf("why.need.through")
	n.Source = explain.Source{Table: "requirements", Row: w.st.key(w.k) + "|" + id, Column: "qty"}
	return n
}
