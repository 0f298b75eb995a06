package mrp

import "planwright"

// reorder is reorder-point planning (VB, V1): today's stock and firm receipts,
// less the requirements that the scope lets it see, strictly below the reorder
// point make one lot, due today plus the replenishment lead time.
func (w *worker) reorder() {
	s, in := w.p.s, &w.p.in
	point := in.ReorderPoint[w.k].Or(0)
	var have planwright.Qty
	for i := range w.supplies {
		if x := &w.supplies[i]; x.kind != planwright.ElemCoProduct {
			have = w.plus(have, x.qty)
		}
	}
	v, ok := w.pick(s.AsOf, point)
	d := forward(s, w.k, &v, 0, s.AsOf)
	for i := range w.demands {
		if x := &w.demands[i]; s.SKUs.ReorderScope[w.k] == planwright.ScopeHorizon || s.SKUs.ReorderScope[w.k] == planwright.ScopeLeadTime && x.day <= d.available {
			have = w.plus(have, -x.qty)
		}
	}
	if have >= point || w.out(s.AsOf) {
		return
	}
	good := point - have
	reason := planwright.ForReorder
	switch up := in.OrderUpTo[w.k]; {
	case s.SKUs.LotRule[w.k] == planwright.FixedQty && s.SKUs.LotSize[w.k].Or(0) > 0:
		good = max(1, good) // whole lots of it
	case s.SKUs.LotRule[w.k] == planwright.LotMinMax && up.Known():
		good = max(good, up-have)
	case in.OrderQty != nil && in.OrderQty[w.k] > 0 && !s.SKUs.ReorderPoint[w.k].Known():
		good = max(good, in.OrderQty[w.k])
	}
	if !ok {
		w.once(planwright.CodeNoSource, s.AsOf, good, "")
		return
	}
	if w.trace != nil {
		seen := planwright.MinDay // no requirement
		switch s.SKUs.ReorderScope[w.k] {
		case planwright.ScopeHorizon:
			seen = planwright.MaxDay
		case planwright.ScopeLeadTime:
			seen = d.available
		}
		w.trace.open(w, Cause{By: ByReorderPoint, Trigger: s.AsOf, At: seen, Need: d.available, Floor: point, UpTo: in.OrderUpTo[w.k], Base: have, First: w.wayOf(&v)})
	}
	w.place(d.available, good, reason)
	for i := range w.orders {
		w.orders[i].need = s.AsOf // it may serve any requirement, late ones too
	}
}
