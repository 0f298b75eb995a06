package mrp

import (
	"cmp"
	"slices"

	"planwright"
)

// finish dates, explodes and pegs what was planned for the sku at hand, and
// writes its record and messages.
func (w *worker) finish() {
	mine := w.orders[w.first:]
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
		w.supplies = append(w.supplies, supply{day: min(o.need, o.avail), on: o.avail, qty: o.good, kind: planwright.ElemPlanned, ref: int32(w.first + i), expire: planwright.MaxDay})
	}
	for i := w.first; i < len(w.orders); i++ {
		w.explode(i)
	}
	w.sortSupplies()
	for i := range w.supplies {
		w.supplies[i].open = w.supplies[i].qty
	}
	w.peg()
	w.write()
	w.messages()
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
		kind, ref := demandOf(d)
		d.open = d.qty
		for d.open > 0 {
			x := w.supply(d.day, d.day)
			if x == nil {
				break
			}
			t := min(d.open, x.open)
			x.open -= t
			d.open -= t
			w.addPeg(peg{sku: w.k, supplyKind: supplyKind(x.kind), supply: x.pegRef(), demandKind: kind, demand: ref, due: d.day}, t)
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
		w.addPeg(peg{sku: w.k, supplyKind: supplyKind(x.kind), supply: x.pegRef(), demandKind: planwright.DemandSafety, demand: planwright.None, due: max(s.AsOf, x.on)}, t)
		x.safety = true
	}
}

// addPeg adds a quantity to the peg of the same ends before it, or a new peg:
// lots of stock are one supply.
func (w *worker) addPeg(g peg, q planwright.Qty) {
	if n := len(w.pegs) - 1; n >= 0 {
		g.qty = w.pegs[n].qty
		if w.pegs[n] == g {
			w.pegs[n].qty += q
			return
		}
	}
	g.qty = q
	w.pegs = append(w.pegs, g)
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

// pegRef is the row that a peg names: stock is one supply, whatever its lots.
func (x *supply) pegRef() int32 {
	if x.kind == planwright.ElemStock {
		return planwright.None
	}
	return x.ref
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

func demandOf(d *demand) (planwright.DemandKind, int32) {
	switch d.kind {
	case planwright.ElemOrder:
		return planwright.DemandOrder, d.ref
	case planwright.ElemForecast:
		return planwright.DemandForecast, d.ref
	case planwright.ElemTransfer:
		return planwright.DemandTransfer, d.ref
	case planwright.ElemOpenTransfer:
		return planwright.DemandOpenTransfer, d.ref
	case planwright.ElemReserved:
		return planwright.DemandReserved, d.ref
	}
	return planwright.DemandDependent, d.ref
}

// write appends the dated elements of the record: the opening stock, then on
// each day what comes before what goes, with the balance after it.
func (w *worker) write() {
	s := w.p.s
	from := len(w.elems)
	var stock planwright.Qty
	has := false
	for i := range w.supplies {
		x := &w.supplies[i]
		if x.kind == planwright.ElemStock {
			stock = w.plus(stock, x.qty)
			has = true
			continue
		}
		w.elems = append(w.elems, element{sku: w.k, on: x.on, kind: x.kind, ref: x.ref, qty: x.qty})
	}
	for i := range w.demands {
		d := &w.demands[i]
		w.elems = append(w.elems, element{sku: w.k, on: d.day, kind: d.kind, ref: d.ref, qty: -d.qty})
	}
	for _, x := range w.expiries {
		w.elems = append(w.elems, element{sku: w.k, on: x.on, kind: planwright.ElemExpiry, ref: planwright.None, qty: -x.qty})
	}
	w.after = w.after[:0]
	if !has && len(w.elems) == from {
		return
	}
	mine := w.elems[from:]
	w.keys = w.keys[:0]
	for i := range mine {
		e := &mine[i]
		w.keys = append(w.keys, sortKey{uint64(e.on)<<16 | side(e.kind)<<8 | uint64(e.kind), e.ref, int32(i)})
	}
	slices.SortFunc(w.keys, func(a, b sortKey) int {
		if c := compareKeys(a, b); c != 0 {
			return c
		}
		return cmp.Compare(mine[b.row].qty, mine[a.row].qty)
	})
	opening := s.AsOf
	if len(mine) > 0 {
		opening = min(opening, mine[w.keys[0].row].on)
	}
	w.rows = append(w.rows[:0], element{sku: w.k, on: opening, kind: planwright.ElemStock, ref: planwright.None, qty: stock})
	for _, k := range w.keys {
		w.rows = append(w.rows, mine[k.row])
	}
	w.elems = append(w.elems[:from], w.rows...)
	balance := planwright.Qty(0)
	for i := range w.rows {
		balance = w.plus(balance, w.rows[i].qty)
		w.after = append(w.after, balance)
	}
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
