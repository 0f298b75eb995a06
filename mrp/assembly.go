package mrp

import "planwright"

// planning says whether the forecast of sku k is for its components alone, as
// strategies 50, 52 and 60 have it (planning without final assembly, planning
// material): the components are procured for the forecast, the assembly is made
// for orders only. Under 52 stock that no order needs serves the forecast first;
// under 50 and 60 it belongs to orders.
func planning(s *planwright.Snapshot, k planwright.SKU) bool {
	switch s.SKUs.Strategy[k] {
	case 50, 52, 60:
		return s.BOM.Off[k] < s.BOM.Off[k+1]
	}
	return false
}

// assemble hands the forecast that d stands for to the components, on the day on
// which the assembly would have to start. It returns false if nobody can take it.
func (w *worker) assemble(d *demand, qty planwright.Qty) bool {
	s := w.p.s
	v, ok := w.pick(d.day, qty)
	if !ok || v.kind != planwright.Make && v.kind != planwright.Subcontract {
		return false
	}
	launched, ok := qty.MulUp(w.scrapOn(&v, d.day, qty))
	if !ok {
		w.once(planwright.CodeQtyRange, d.day, qty, "order quantity")
		return false
	}
	start := max(s.AsOf, backward(s, w.k, &v, launched, d.day).start)
	want := ""
	if v.source != planwright.None {
		want = s.Sources.BOMID[v.source]
	}
	id, ok := w.bomFor(w.k, want, launched, start)
	if !ok {
		w.once(planwright.CodeNoBOM, start, launched, "")
		return false
	}
	w.components(w.k, id, launched, start, func(l int32, q planwright.Qty, how uint8) {
		w.require(dependent{qty: q, sku: s.BOM.Component[l], day: start, ref: d.ref, line: l, kind: d.kind, how: how})
	})
	return true
}

// firmed says whether row r of the receipts counts: it is firm, or a proposal that
// the planning time fence of its sku firms (types P1 and P2), being due before
// the end of the fence.
func firmed(s *planwright.Snapshot, k planwright.SKU, r int32) bool {
	if s.Supply.Firm[r] {
		return true
	}
	switch s.SKUs.FenceType[k] {
	case planwright.FenceP1, planwright.FenceP2:
		return s.Supply.DueOn[r] < fenceEnd(s, k)
	}
	return false
}

// fenceEnd is the first day after the planning time fence of sku k.
func fenceEnd(s *planwright.Snapshot, k planwright.SKU) planwright.Day {
	return s.Sites.Calendar[s.SKUs.Site[k]].Add(s.AsOf, int(s.SKUs.PlanningFence[k]))
}
