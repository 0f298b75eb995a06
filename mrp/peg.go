package mrp

import (
	"cmp"
	"slices"

	"planwright"
)

// finish dates, explodes and pegs what was planned for the sku at hand, and
// writes its record and messages.
func (w *worker) finish() {
	mine := w.orders
	byDue := func(a, b order) int {
		if a.due != b.due {
			return cmp.Compare(a.due, b.due)
		}
		return cmp.Compare(a.kind, b.kind)
	}
	if !slices.IsSortedFunc(mine, byDue) {
		slices.SortStableFunc(mine, byDue)
	}
	seq := int32(0)
	for i := range mine {
		o := &mine[i]
		if i == 0 || mine[i-1].due != o.due || mine[i-1].kind != o.kind {
			seq = 0
		}
		seq++
		o.seq = seq
		w.supplies = append(w.supplies, supply{day: min(o.need, o.avail), on: o.avail, qty: o.good, kind: planwright.ElemPlanned, ref: orderRef(w.p.at[w.k], i), expire: planwright.MaxDay})
	}
	implied := w.implied()
	for i := range w.orders {
		w.explode(i, implied)
	}
	w.sortSupplies()
	for i := range w.supplies {
		w.supplies[i].open = w.supplies[i].qty
	}
	w.peg()
	w.write()
	w.messages()
	w.keep(implied)
}

// peg serves the requirements in their order, first in first out by the day
// from which netting counts a supply; of stock, what expires first is used
// first. Negative stock is served before anything else and pegs nothing. What
// is left restores the safety stock.
func (w *worker) peg() {
	s := w.p.s
	w.next = 0
	for i := range w.supplies {
		owed := -w.supplies[i].qty
		if owed <= 0 {
			continue
		}
		w.supplies[i].open = 0
		for owed > 0 {
			x := w.supply(planwright.MaxDay, s.AsOf)
			if x == nil {
				break
			}
			t := min(owed, x.open)
			x.open -= t
			owed -= t
		}
	}
	for i := range w.demands {
		d := &w.demands[i]
		d.open = d.qty
		for d.open > 0 {
			x := w.supply(d.day, d.day)
			if x == nil {
				break
			}
			t := min(d.open, x.open)
			x.open -= t
			d.open -= t
			w.addPeg(int32(i), t)
			if !x.used {
				x.used, x.need = true, d.day
			}
			if x.on > d.day && (x.kind == planwright.ElemPlanned || x.kind == planwright.ElemReceipt && s.SKUs.RescheduleDays[w.k] <= 0) {
				d.late, d.lateQty = max(d.late, x.on), d.lateQty+t
			}
		}
	}
	for safety := w.target(s.AsOf); safety > 0; {
		x := w.supply(planwright.MaxDay, planwright.MaxDay)
		if x == nil {
			return
		}
		t := min(safety, x.open)
		x.open -= t
		safety -= t
		w.addPeg(safetyPeg, t)
		x.safety = true
	}
}

// addPeg pegs a quantity of the next supply to a demand: it adds to the peg
// before where that has the same ends, or makes a new one. Lots of stock are one
// supply.
func (w *worker) addPeg(need int32, q planwright.Qty) {
	if n := len(w.pegs) - 1; n >= 0 {
		g := &w.pegs[n]
		if (g.demand == need || g.demand >= 0 && need >= 0 && w.demands[g.demand].same(&w.demands[need])) &&
			(g.supply == int32(w.next) || w.supplies[g.supply].same(&w.supplies[w.next])) {
			g.qty += q
			return
		}
	}
	w.pegs = append(w.pegs, peg{q, int32(w.next), need})
}

// same says whether two demands are one end of pegs.
func (d *demand) same(o *demand) bool {
	return d.ref == o.ref && d.day == o.day && demandKind(d.kind) == demandKind(o.kind)
}

// same says whether two supplies are one end of pegs.
func (x *supply) same(o *supply) bool {
	return x.kind == o.kind && (x.kind == planwright.ElemStock || x.ref == o.ref)
}

// supply returns the first supply with something left that counts by a day and
// can still be used on another one, nil if there is none. Both days must not
// fall from call to call: what is passed over is not looked at again.
func (w *worker) supply(by, use planwright.Day) *supply {
	for w.next < len(w.supplies) && (w.supplies[w.next].open <= 0 || w.supplies[w.next].expire < use) {
		w.next++
	}
	if w.next == len(w.supplies) || w.supplies[w.next].day > by {
		return nil
	}
	return &w.supplies[w.next]
}

func supplyKind(k planwright.ElementKind) planwright.SupplyKind {
	switch k {
	case planwright.ElemReceipt:
		return planwright.SupplyReceipt
	case planwright.ElemPlanned:
		return planwright.SupplyPlanned
	case planwright.ElemCoProduct:
		return planwright.SupplyCoProduct
	}
	return planwright.SupplyStock
}

func demandKind(k planwright.ElementKind) planwright.DemandKind {
	switch k {
	case planwright.ElemOrder:
		return planwright.DemandOrder
	case planwright.ElemForecast:
		return planwright.DemandForecast
	case planwright.ElemTransfer:
		return planwright.DemandTransfer
	case planwright.ElemOpenTransfer:
		return planwright.DemandOpenTransfer
	case planwright.ElemReserved:
		return planwright.DemandReserved
	}
	return planwright.DemandDependent
}

// write appends the dated elements of the record: the opening stock, then on
// each day what comes before what goes, with the balance after it. Pegs then
// point to the elements.
func (w *worker) write() {
	w.rows = w.rows[:0]
	var stock planwright.Qty
	stocks := int32(0) // they come first
	for i := range w.supplies {
		x := &w.supplies[i]
		if x.kind == planwright.ElemStock {
			stock = w.plus(stock, x.qty)
			stocks++
			continue
		}
		w.rows = append(w.rows, element{on: x.on, kind: x.kind, ref: x.ref, qty: x.qty})
	}
	for i := range w.demands {
		d := &w.demands[i]
		w.rows = append(w.rows, element{on: d.day, kind: d.kind, ref: d.ref, qty: -d.qty})
	}
	for _, x := range w.expiries {
		w.rows = append(w.rows, element{on: x.on, kind: planwright.ElemExpiry, ref: int64(planwright.None), qty: -x.qty})
	}
	w.after = w.after[:0]
	if stocks == 0 && len(w.rows) == 0 {
		return
	}
	w.placed = append(w.placed[:0], make([]int32, len(w.rows))...)
	if !w.interleave(stock, int32(len(w.supplies))-stocks) {
		w.elems = w.elems[:0]
		w.sortRows(stock, int32(len(w.supplies))-stocks)
	}
	for i := range w.pegs {
		g := &w.pegs[i]
		if g.supply -= stocks; g.supply >= 0 {
			g.supply = w.placed[g.supply]
		} else {
			g.supply = 0 // the opening stock
		}
		if g.demand >= 0 {
			g.demand = w.placed[int32(len(w.supplies))-stocks+g.demand]
		}
	}
	balance := planwright.Qty(0)
	for i := range w.elems {
		balance = w.plus(balance, w.elems[i].qty)
		w.after = append(w.after, balance)
	}
}

// interleave writes the rows of the record, of which the first are receipts,
// where both receipts and requirements come in the order of the record, as they
// mostly do. It returns false where they do not.
func (w *worker) interleave(stock planwright.Qty, receipts int32) bool {
	if len(w.expiries) > 0 {
		return false
	}
	rows := w.rows
	n := int32(len(rows))
	opening := w.p.s.AsOf
	if receipts > 0 {
		opening = min(opening, rows[0].on)
	}
	if receipts < n {
		opening = min(opening, rows[receipts].on)
	}
	w.elems = append(w.elems, element{on: opening, kind: planwright.ElemStock, ref: int64(planwright.None), qty: stock})
	i, j := int32(0), receipts
	for i < receipts || j < n {
		x := i
		if i < receipts && (j == n || rows[i].on <= rows[j].on) {
			if i++; i < receipts && !ascending(&rows[x], &rows[i]) {
				return false
			}
		} else {
			x = j
			if j++; j < n && !ascending(&rows[x], &rows[j]) {
				return false
			}
		}
		w.elems = append(w.elems, w.relative(rows[x], x-receipts))
		w.placed[x] = int32(len(w.elems) - 1)
	}
	return true
}

// ascending says whether two rows on the same side are in order and differ.
func ascending(a, b *element) bool {
	if a.on != b.on {
		return a.on < b.on
	}
	return a.kind < b.kind || a.kind == b.kind && a.ref < b.ref
}

// sortRows writes the rows of the record in any order.
func (w *worker) sortRows(stock planwright.Qty, receipts int32) {
	keys := w.keys.take(len(w.rows))
	for i := range w.rows {
		e := &w.rows[i]
		keys[i] = sortKey{uint64(e.on)<<16 | side(e.kind)<<8 | uint64(e.kind), e.ref, int32(i)}
	}
	w.keys.sort(func(a, b int32) bool { return w.rows[a].qty > w.rows[b].qty })
	opening := w.p.s.AsOf
	if len(w.rows) > 0 {
		opening = min(opening, w.rows[w.keys.keys[0].row].on)
	}
	w.elems = append(w.elems, element{on: opening, kind: planwright.ElemStock, ref: int64(planwright.None), qty: stock})
	for i, k := range w.keys.keys {
		w.elems = append(w.elems, w.relative(w.rows[k.row], k.row-receipts))
		w.placed[k.row] = int32(i + 1)
	}
}

// relative makes the reference to a row of the data set relative to the rows of
// the sku, so that it holds when rows of others come or go; rows of another sku
// are written as their complement. i is the row of demands.
func (w *worker) relative(e element, i int32) element {
	s := w.p.s
	switch e.kind {
	case planwright.ElemReceipt:
		e.ref -= int64(s.Supply.Off[w.k])
	case planwright.ElemOrder, planwright.ElemReserved:
		switch {
		case w.demands[i].far:
			e.ref = ^e.ref
			w.p.far.Store(true)
		case e.kind == planwright.ElemOrder:
			e.ref -= int64(s.Demand.Off[w.k])
		default:
			e.ref -= int64(s.Reserved.Off[w.k])
		}
	}
	return e
}

// side orders the elements of a day: what expires, what comes, what goes.
func side(k planwright.ElementKind) uint64 {
	switch k {
	case planwright.ElemExpiry:
		return 0
	case planwright.ElemStock, planwright.ElemReceipt, planwright.ElemPlanned, planwright.ElemCoProduct:
		return 1
	}
	return 2
}
