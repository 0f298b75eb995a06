package mrp

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"planwright"
)

// result puts the tables together, sorted by sku: orders, pegs and elements
// keep the order in which their sku made them, and references follow the orders
// to their places. The blocks fill a table side by side, and give up their rows
// once it is full.
func (p *planner) result() Result {
	r := Result{Level: p.level}
	place := p.putOrders(&r.Orders) // of order i
	p.putExceptions(&r.Exceptions, &r.Orders, place)
	for i := range p.blocks {
		p.blocks[i].orders = nil
	}
	p.putPegs(&r.Pegs, place)
	p.putRequirements(&r.Requirements, place)
	p.putBuffers(&r.Buffers)
	return r
}

// each calls do for every block, by as many goroutines as the run has workers.
func (p *planner) each(do func(b *block)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(p.opt.Workers, len(p.blocks)) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(p.blocks) {
					return
				}
				do(&p.blocks[i])
			}
		})
	}
	wg.Wait()
}

// starts returns where the rows of each sku start in a table of all blocks'
// rows, and their number. A sku's rows are all in one block.
func starts[R any](p *planner, rows func(b *block) []R, sku func(r *R) planwright.SKU) (at []int32, total int) {
	n := p.s.Len()
	at = make([]int32, n+1)
	p.each(func(b *block) {
		of := rows(b)
		for i := range of {
			at[sku(&of[i])+1]++
		}
	})
	for k := range n {
		at[k+1] += at[k]
	}
	return at, int(at[n])
}

func (p *planner) putOrders(o *planwright.PlannedOrders) (place []int32) {
	at, m := starts(p, func(b *block) []order { return b.orders }, func(x *order) planwright.SKU { return x.sku })
	place = make([]int32, m)
	*o = planwright.PlannedOrders{
		SKU: make([]planwright.SKU, m), Kind: make([]planwright.OrderKind, m), Source: make([]int32, m), Supplier: make([]int32, m), From: make([]planwright.SKU, m),
		Qty: make([]planwright.Qty, m), Good: make([]planwright.Qty, m), Release: make([]planwright.Day, m), Start: make([]planwright.Day, m), Due: make([]planwright.Day, m),
		Available: make([]planwright.Day, m), Need: make([]planwright.Day, m), Cost: make([]float64, m), Firm: make([]bool, m), Reason: make([]planwright.OrderReason, m), Seq: make([]int32, m),
	}
	p.each(func(b *block) {
		for i := range b.orders {
			x := &b.orders[i]
			j := at[x.sku]
			at[x.sku]++
			place[b.base+int32(i)] = j
			o.SKU[j], o.Kind[j], o.Source[j], o.Supplier[j], o.From[j] = x.sku, x.kind, x.source, x.supplier, x.from
			o.Qty[j], o.Good[j], o.Release[j], o.Start[j], o.Due[j], o.Available[j], o.Need[j] = x.qty, x.good, x.release, x.start, x.due, x.avail, x.need
			o.Cost[j], o.Reason[j], o.Seq[j] = x.cost, x.reason, x.seq
		}
	})
	return place
}

func (p *planner) putPegs(g *planwright.Pegging, place []int32) {
	at, m := starts(p, func(b *block) []peg { return b.pegs }, func(x *peg) planwright.SKU { return x.sku })
	*g = planwright.Pegging{
		SKU: make([]planwright.SKU, m), SupplyKind: make([]planwright.SupplyKind, m), SupplyRef: make([]int32, m), DemandKind: make([]planwright.DemandKind, m),
		DemandRef: make([]int32, m), Qty: make([]planwright.Qty, m), DueOn: make([]planwright.Day, m),
	}
	p.each(func(b *block) {
		for i := range b.pegs {
			x := &b.pegs[i]
			j := at[x.sku]
			at[x.sku]++
			switch x.supplyKind {
			case planwright.SupplyPlanned:
				x.supply = place[b.base+x.supply]
			case planwright.SupplyCoProduct:
				x.supply = place[x.supply]
			}
			if x.demandKind == planwright.DemandDependent || x.demandKind == planwright.DemandTransfer {
				x.demand = place[x.demand]
			}
			g.SKU[j], g.SupplyKind[j], g.SupplyRef[j], g.DemandKind[j], g.DemandRef[j], g.Qty[j], g.DueOn[j] = x.sku, x.supplyKind, x.supply, x.demandKind, x.demand, x.qty, x.due
		}
		b.pegs = nil
	})
}

func (p *planner) putRequirements(e *planwright.Requirements, place []int32) {
	at, m := starts(p, func(b *block) []element { return b.elems }, func(x *element) planwright.SKU { return x.sku })
	*e = planwright.Requirements{
		SKU: make([]planwright.SKU, m), On: make([]planwright.Day, m), Kind: make([]planwright.ElementKind, m), Ref: make([]int32, m), Qty: make([]planwright.Qty, m), After: make([]planwright.Qty, m),
	}
	p.each(func(b *block) {
		balance := planwright.Qty(0)
		for i := range b.elems {
			x := &b.elems[i]
			j := at[x.sku]
			at[x.sku]++
			switch x.kind {
			case planwright.ElemStock: // opens the record of the next sku
				balance = 0
			case planwright.ElemPlanned:
				x.ref = place[b.base+x.ref]
			case planwright.ElemCoProduct, planwright.ElemDependent, planwright.ElemTransfer:
				x.ref = place[x.ref]
			}
			balance, _ = bounded(balance, x.qty)
			e.SKU[j], e.On[j], e.Kind[j], e.Ref[j], e.Qty[j], e.After[j] = x.sku, x.on, x.kind, x.ref, x.qty, balance
		}
		b.elems = nil
	})
}

// putExceptions sorts by sku, code, day and order, and names the orders that
// rows speak of.
func (p *planner) putExceptions(e *planwright.Exceptions, o *planwright.PlannedOrders, place []int32) {
	var rows []planwright.Exception
	for i := range p.excs.Code {
		rows = append(rows, p.excs.At(i))
	}
	for i := range p.blocks {
		b := &p.blocks[i]
		for _, x := range b.excs {
			if x.order >= 0 {
				x.OrderID = o.ID(p.s, int(place[b.base+x.order]))
			}
			rows = append(rows, x.Exception)
		}
	}
	slices.SortStableFunc(rows, func(a, b planwright.Exception) int {
		switch {
		case a.SKU != b.SKU:
			return cmp.Compare(a.SKU, b.SKU)
		case a.Code != b.Code:
			return cmp.Compare(a.Code, b.Code)
		case a.On != b.On:
			return cmp.Compare(a.On, b.On)
		case a.OrderID != b.OrderID:
			return cmp.Compare(a.OrderID, b.OrderID)
		}
		return cmp.Compare(a.Qty, b.Qty)
	})
	for _, x := range rows {
		e.Add(x)
	}
}

func (p *planner) putBuffers(t *planwright.Buffers) {
	var all planwright.Buffers
	for i := range p.blocks {
		b := &p.blocks[i].bufs
		appendBuffers(&all, b, 0, len(b.SKU))
	}
	rows := make([]int, len(all.SKU))
	for i := range rows {
		rows[i] = i
	}
	slices.SortFunc(rows, func(a, b int) int { return cmp.Compare(all.SKU[a], all.SKU[b]) })
	for _, i := range rows {
		appendBuffers(t, &all, i, i+1)
	}
}
