package mrp

import (
	"cmp"
	"slices"

	"planwright"
)

// result puts the tables together, sorted by sku: orders, pegs and elements
// keep the order in which their sku made them, and references follow the orders
// to their places.
func (p *planner) result() Result {
	s, n := p.s, p.s.Len()
	r := Result{Level: p.level}
	place := make([]int32, len(p.orders)) // of order i
	at := counts(n, len(p.orders), func(i int) planwright.SKU { return p.orders[i].sku })
	for i := range p.orders {
		place[i] = at[p.orders[i].sku]
		at[p.orders[i].sku]++
	}
	o := &r.Orders
	m := len(p.orders)
	*o = planwright.PlannedOrders{
		SKU: make([]planwright.SKU, m), Kind: make([]planwright.OrderKind, m), Source: make([]int32, m), Supplier: make([]int32, m), From: make([]planwright.SKU, m),
		Qty: make([]planwright.Qty, m), Good: make([]planwright.Qty, m), Release: make([]planwright.Day, m), Start: make([]planwright.Day, m), Due: make([]planwright.Day, m),
		Available: make([]planwright.Day, m), Need: make([]planwright.Day, m), Cost: make([]float64, m), Firm: make([]bool, m), Reason: make([]planwright.OrderReason, m), Seq: make([]int32, m),
	}
	for i := range p.orders {
		x, j := &p.orders[i], place[i]
		o.SKU[j], o.Kind[j], o.Source[j], o.Supplier[j], o.From[j] = x.sku, x.kind, x.source, x.supplier, x.from
		o.Qty[j], o.Good[j], o.Release[j], o.Start[j], o.Due[j], o.Available[j] = x.qty, x.good, x.release, x.start, x.due, x.avail
		o.Need[j] = x.need
		o.Cost[j], o.Reason[j], o.Seq[j] = x.cost, x.reason, x.seq
	}

	m = len(p.pegs)
	g := &r.Pegs
	*g = planwright.Pegging{
		SKU: make([]planwright.SKU, m), SupplyKind: make([]planwright.SupplyKind, m), SupplyRef: make([]int32, m), DemandKind: make([]planwright.DemandKind, m),
		DemandRef: make([]int32, m), Qty: make([]planwright.Qty, m), DueOn: make([]planwright.Day, m),
	}
	at = counts(n, m, func(i int) planwright.SKU { return p.pegs[i].sku })
	for i := range p.pegs {
		x := &p.pegs[i]
		j := at[x.sku]
		at[x.sku]++
		if x.supplyKind == planwright.SupplyPlanned || x.supplyKind == planwright.SupplyCoProduct {
			x.supply = place[x.supply]
		}
		if x.demandKind == planwright.DemandDependent || x.demandKind == planwright.DemandTransfer {
			x.demand = place[x.demand]
		}
		g.SKU[j], g.SupplyKind[j], g.SupplyRef[j], g.DemandKind[j], g.DemandRef[j], g.Qty[j], g.DueOn[j] = x.sku, x.supplyKind, x.supply, x.demandKind, x.demand, x.qty, x.due
	}

	m = len(p.elems)
	e := &r.Requirements
	*e = planwright.Requirements{
		SKU: make([]planwright.SKU, m), On: make([]planwright.Day, m), Kind: make([]planwright.ElementKind, m), Ref: make([]int32, m), Qty: make([]planwright.Qty, m), After: make([]planwright.Qty, m),
	}
	at = counts(n, m, func(i int) planwright.SKU { return p.elems[i].sku })
	for i := range p.elems {
		x := &p.elems[i]
		j := at[x.sku]
		at[x.sku]++
		switch x.kind {
		case planwright.ElemPlanned, planwright.ElemCoProduct, planwright.ElemDependent, planwright.ElemTransfer:
			x.ref = place[x.ref]
		}
		e.SKU[j], e.On[j], e.Kind[j], e.Ref[j], e.Qty[j], e.After[j] = x.sku, x.on, x.kind, x.ref, x.qty, x.left
	}

	for _, x := range p.named {
		p.excs.OrderID[x.row] = o.ID(s, int(place[x.order]))
	}
	rows := make([]int, p.excs.Len())
	for i := range rows {
		rows[i] = i
	}
	x := &p.excs
	slices.SortStableFunc(rows, func(a, b int) int {
		return cmp.Or(cmp.Compare(x.SKU[a], x.SKU[b]), cmp.Compare(x.Code[a], x.Code[b]), cmp.Compare(x.On[a], x.On[b]), cmp.Compare(x.OrderID[a], x.OrderID[b]), cmp.Compare(x.Qty[a], x.Qty[b]))
	})
	for _, i := range rows {
		r.Exceptions.Add(x.At(i))
	}

	rows = rows[:0]
	for i := range p.bufs.SKU {
		rows = append(rows, i)
	}
	slices.SortFunc(rows, func(a, b int) int { return cmp.Compare(p.bufs.SKU[a], p.bufs.SKU[b]) })
	for _, i := range rows {
		appendBuffers(&r.Buffers, &p.bufs, i, i+1)
	}
	return r
}

// counts returns where the rows of each sku start, for m rows.
func counts(n, m int, sku func(i int) planwright.SKU) []int32 {
	at := make([]int32, n+1)
	for i := range m {
		at[sku(i)+1]++
	}
	for k := range n {
		at[k+1] += at[k]
	}
	return at[:n]
}
