package mrp

import "planwright"

// passOn takes out of the record what other sku's must meet: requirements that
// pass through a phantom, that an alternate cannot cover, or that fall on an
// item after its last day. What stock and receipts cover by then stays.
func (w *worker) passOn() {
	s := w.p.s
	item := s.SKUs.Item[w.k]
	lastDay := s.Items.OutOn[item]
	next := planwright.NoSKU
	if s.Items.Status[item] != planwright.Active && lastDay.Known() {
		next = successorOf(s, w.k)
		if next != planwright.NoSKU && w.p.severed(w.k, next) {
			next = planwright.NoSKU
		}
	}
	special := next != planwright.NoSKU
	for i := range w.demands {
		special = special || w.demands[i].how != byStockOrPlan
	}
	if !special {
		return
	}
	planned := s.SKUs.MRPType[w.k] != planwright.NotPlanned
	balance := w.shelve()
	at, keep := w.lots, w.demands[:0]
	for _, d := range w.demands {
		balance -= w.spoil(d.day)
		for ; at < len(w.supplies) && w.supplies[at].day <= d.day; at++ {
			balance = w.plus(balance, w.supplies[at].qty)
		}
		leaves := d.how != byStockOrPlan || next != planwright.NoSKU && d.day >= lastDay
		if d.how == asAlternate && planned {
			leaves = false
		}
		if !leaves {
			balance = w.plus(balance, -d.qty)
			w.issue(d.qty)
			if planned && balance < 0 {
				balance = 0 // an order will cover it
			}
			keep = append(keep, d)
			continue
		}
		take := min(d.qty, max(0, balance))
		if d.how == asPhantom && s.SKUs.PhantomIgnoreStock[w.k] || d.how == asPlanning && toOrder(s.SKUs.Strategy[w.k]) {
			take = 0
		}
		rest := d.qty - take
		if rest > 0 && !w.forward(&d, rest, next, lastDay) {
			take = d.qty // nobody can take it: it stays here
		}
		balance -= take
		w.issue(take)
		if d.qty = take; take > 0 {
			d.how = byStockOrPlan
			keep = append(keep, d)
		}
	}
	w.demands = keep
}

// forward hands a quantity of requirement d to who must meet it. It returns
// false if nobody can.
func (w *worker) forward(d *demand, rest planwright.Qty, next planwright.SKU, lastDay planwright.Day) bool {
	s := w.p.s
	if d.how == asPlanning {
		return w.assemble(d, rest)
	}
	if d.how == asPhantom {
		id, ok := w.bomFor(w.k, "", rest, d.day)
		if !ok {
			w.once(planwright.CodeNoBOM, d.day, rest, "")
			return false
		}
		w.components(w.k, id, rest, d.day, func(l int32, q planwright.Qty, how uint8) {
			w.require(dependent{qty: q, sku: s.BOM.Component[l], day: d.day, ref: d.ref, line: l, kind: d.kind, how: how})
		})
		return true
	}
	if next != planwright.NoSKU && d.day >= lastDay {
		w.require(dependent{qty: rest, sku: next, day: d.day, ref: d.ref, line: -1, kind: d.kind})
		return true
	}
	if d.how != asAlternate {
		return false
	}
	parent := parentOf(s, d.line)
	l := nextAlternate(s, s.BOM.Off[parent], s.BOM.Off[parent+1], d.line, d.day)
	if l < 0 || w.p.severed(w.k, s.BOM.Component[l]) {
		return false
	}
	// The parent's quantity that this alternate leaves open, at the next one's
	// usage: one product, rounded up once.
	a, b := s.BOM.Usage[d.line], s.BOM.Usage[l]
	r, ok := planwright.NewRatio([]int64{a.Den, b.Num}, []int64{a.Num, b.Den})
	if !ok {
		return false
	}
	q, ok := rest.MulUp(r)
	if !ok {
		w.once(planwright.CodeQtyRange, d.day, rest, "alternate")
		return false
	}
	w.require(dependent{qty: q, sku: s.BOM.Component[l], day: d.day, ref: d.ref, line: l, kind: d.kind, how: asAlternate})
	return true
}

// require adds a requirement of a sku of a lower level, to which an arc of the
// graph must lead.
func (w *worker) require(d dependent) {
	if d.qty <= 0 || w.p.severed(w.k, d.sku) {
		return
	}
	w.deps = append(w.deps, d)
}

// explode puts the requirements of order i of the sku at hand on components or
// on the supplying site, and the receipts of co-products on their sku's. Those
// that the order implies need not be listed.
func (w *worker) explode(i int, implied bool) {
	s := w.p.s
	o := &w.orders[i]
	ref := orderRef(w.p.at[w.k], i)
	switch o.kind {
	case planwright.TransferOrder:
		if o.from != planwright.NoSKU {
			w.require(dependent{qty: o.good, sku: o.from, day: o.start, ref: ref, line: -1, kind: planwright.ElemTransfer, claimed: o.free})
		}
	case planwright.Work, planwright.SubcontractOrder:
		if implied {
			return
		}
		want := ""
		if o.source != planwright.None {
			want = s.Sources.BOMID[o.source]
		}
		id, ok := w.bomFor(w.k, want, o.qty, o.start)
		if !ok {
			if o.kind == planwright.Work {
				w.once(planwright.CodeNoBOM, o.start, o.qty, "")
			}
			return
		}
		w.components(w.k, id, o.qty, o.start, func(l int32, q planwright.Qty, how uint8) {
			w.require(dependent{qty: q, sku: s.BOM.Component[l], day: o.start, ref: ref, line: l, kind: planwright.ElemDependent, how: how})
		})
		w.coproducts(id, o, ref)
	}
}

// holds says whether BOM line l is effective on a day.
func holds(s *planwright.Snapshot, l int32, on planwright.Day) bool {
	from, to := s.BOM.From[l], s.BOM.To[l]
	return (from == planwright.NoDay || on >= from) && (to == planwright.NoDay || on < to)
}

// bomFor chooses the bill of material of sku k for an order: the one asked
// for, else the first by priority with a line that holds on the day and for the
// order size.
func (w *worker) bomFor(k planwright.SKU, want string, qty planwright.Qty, on planwright.Day) (id string, ok bool) {
	s := w.p.s
	best := int32(0)
	for l := s.BOM.Off[k]; l < s.BOM.Off[k+1]; l++ {
		if want != "" && s.BOM.ID[l] != want || !holds(s, l, on) {
			continue
		}
		if from, to := s.BOM.LotFrom[l], s.BOM.LotTo[l]; from.Known() && qty < from || to.Known() && qty > to {
			continue
		}
		if !ok || s.BOM.Priority[l] < best {
			id, best, ok = s.BOM.ID[l], s.BOM.Priority[l], true
		}
	}
	return id, ok
}

// components calls need for every component line of a BOM with the exact
// requirement, rounded up once, of a launched quantity.
func (w *worker) components(k planwright.SKU, id string, qty planwright.Qty, on planwright.Day, need func(line int32, q planwright.Qty, how uint8)) {
	s, b := w.p.s, &w.p.s.BOM
	lo, hi := b.Off[k], b.Off[k+1]
	for l := lo; l < hi; l++ {
		if b.ID[l] != id || b.Role[l] != planwright.Component || !holds(s, l, on) {
			continue
		}
		how := uint8(byStockOrPlan)
		usage := b.Usage[l]
		if b.AltGroup[l] != "" {
			part, chosen := alternate(s, lo, hi, l, on)
			if !chosen {
				continue
			}
			if part.Num != part.Den {
				r, ok := planwright.NewRatio([]int64{usage.Num, part.Num}, []int64{usage.Den, part.Den})
				if !ok {
					w.once(planwright.CodeQtyRange, on, qty, "alternate_share")
					continue
				}
				usage = r
			}
			if s.SKUs.MRPType[b.Component[l]] == planwright.NotPlanned {
				how = asAlternate
			}
		}
		if b.Phantom[l] {
			how = asPhantom
		}
		per := qty
		if b.Fixed[l] {
			per = planwright.One
		}
		q, ok := per.MulUp(usage)
		if !ok {
			w.once(planwright.CodeQtyRange, on, qty, s.Code(k)+" > "+s.Code(b.Component[l]))
			continue
		}
		need(l, q, how)
	}
}

// alternate says whether line l of an alternate group takes part, and with
// which share of the requirement: by shares where any line has one, else the
// first by priority takes all.
func alternate(s *planwright.Snapshot, lo, hi, l int32, on planwright.Day) (planwright.Ratio, bool) {
	b := &s.BOM
	whole := planwright.Ratio{Num: 1, Den: 1}
	first, shares := l, false
	for x := lo; x < hi; x++ {
		if b.AltGroup[x] != b.AltGroup[l] || b.ID[x] != b.ID[l] || !holds(s, x, on) {
			continue
		}
		shares = shares || b.AltShare[x].Or(0) > 0
		if b.AltPriority[x] < b.AltPriority[first] || b.AltPriority[x] == b.AltPriority[first] && x < first {
			first = x
		}
	}
	if !shares {
		return whole, first == l
	}
	share := b.AltShare[l].Or(0)
	return planwright.Ratio{Num: int64(share), Den: int64(100 * planwright.One)}, share > 0
}

// coproducts adds the receipts of an order's co- and by-products.
func (w *worker) coproducts(id string, o *order, ref int64) {
	s, b := w.p.s, &w.p.s.BOM
	for l := b.Off[w.k]; l < b.Off[w.k+1]; l++ {
		if b.ID[l] != id || b.Role[l] == planwright.Component || !holds(s, l, o.start) {
			continue
		}
		per := o.good
		if b.Fixed[l] {
			per = planwright.One
		}
		r, ok := planwright.NewRatio([]int64{int64(b.QtyPer[l])}, []int64{int64(b.PerQty[l])})
		if !ok {
			continue
		}
		q, ok := per.MulDown(r)
		if !ok {
			w.once(planwright.CodeQtyRange, o.start, o.qty, "co-product")
			continue
		}
		w.require(dependent{qty: q, sku: b.Component[l], day: o.avail, ref: ref, line: l, kind: planwright.ElemCoProduct})
	}
}
