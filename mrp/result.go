package mrp

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"planwright"
)

// rangeSize is the number of sku's whose rows one worker writes at a time.
const rangeSize = 4096

// tables is where the rows of each sku start in the tables of a result.
type tables struct {
	orders, pegs, elems, excs []int32
	first                     []int32 // first order by place
	given                     []int32 // rows of planner.excs, by sku
}

// result puts the tables together, sorted by sku: orders, pegs and elements
// keep the order in which their sku made them, and references to orders become
// rows. Ranges of sku's are written side by side.
func (p *planner) result() Result {
	r := Result{Level: p.level}
	n := p.s.Len()
	t := p.count()
	growOrders(&r.Orders, int(t.orders[n]))
	growPegs(&r.Pegs, int(t.pegs[n]))
	growRequirements(&r.Requirements, int(t.elems[n]))
	growExceptions(&r.Exceptions, int(t.excs[n]))
	p.ranges(func(lo, hi planwright.SKU) {
		p.writeOrders(&r.Orders, t, lo, hi)
		p.writePegs(&r.Pegs, t, lo, hi)
		p.writeRequirements(&r.Requirements, t, lo, hi)
	})
	p.ranges(func(lo, hi planwright.SKU) { p.writeExceptions(&r.Exceptions, &r.Orders, t, lo, hi) })
	for k := range p.record {
		if m := p.record[k].more; m != nil && m.bufs != nil {
			appendBuffers(&r.Buffers, m.bufs, 0, len(m.bufs.SKU))
		}
	}
	return r
}

// ranges calls do for ranges of sku's, by as many goroutines as the run has
// workers.
func (p *planner) ranges(do func(lo, hi planwright.SKU)) {
	n := p.s.Len()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(p.opt.Workers, n/rangeSize+1) {
		wg.Go(func() {
			for {
				lo := int(next.Add(rangeSize)) - rangeSize
				if lo >= n {
					return
				}
				do(planwright.SKU(lo), planwright.SKU(min(n, lo+rangeSize)))
			}
		})
	}
	wg.Wait()
}

// count adds up the rows of the sku's.
func (p *planner) count() *tables {
	n := p.s.Len()
	t := &tables{orders: make([]int32, n+1), pegs: make([]int32, n+1), elems: make([]int32, n+1), excs: make([]int32, n+1), given: make([]int32, p.excs.Len())}
	for i := range t.given {
		t.given[i] = int32(i)
	}
	slices.SortStableFunc(t.given, func(a, b int32) int { return cmp.Compare(p.excs.SKU[a], p.excs.SKU[b]) })
	at := 0
	for k := range n {
		r := &p.record[k]
		t.orders[k+1] = t.orders[k] + int32(len(r.orders))
		t.pegs[k+1] = t.pegs[k] + int32(len(r.pegs))
		t.elems[k+1] = t.elems[k] + int32(len(r.elems))
		t.excs[k+1] = t.excs[k]
		if r.more != nil {
			t.excs[k+1] += int32(len(r.more.excs))
		}
		for ; at < len(t.given) && int(p.excs.SKU[t.given[at]]) == k; at++ {
			t.excs[k+1]++
		}
	}
	t.first = make([]int32, n)
	for k, at := range p.at {
		t.first[at] = t.orders[k]
	}
	return t
}

// row is the row of a planned order.
func (t *tables) row(ref int64) int32 { return t.first[ref>>32] + int32(ref) }

func growOrders(o *planwright.PlannedOrders, m int) {
	*o = planwright.PlannedOrders{
		SKU: make([]planwright.SKU, m), Kind: make([]planwright.OrderKind, m), Source: make([]int32, m), Supplier: make([]int32, m), From: make([]planwright.SKU, m),
		Qty: make([]planwright.Qty, m), Good: make([]planwright.Qty, m), Release: make([]planwright.Day, m), Start: make([]planwright.Day, m), Due: make([]planwright.Day, m),
		Available: make([]planwright.Day, m), Need: make([]planwright.Day, m), Cost: make([]float64, m), Firm: make([]bool, m), Reason: make([]planwright.OrderReason, m), Seq: make([]int32, m),
	}
}

func (p *planner) writeOrders(o *planwright.PlannedOrders, t *tables, lo, hi planwright.SKU) {
	for k := lo; k < hi; k++ {
		j := t.orders[k]
		of := p.record[k].orders
		for i := range of {
			x := &of[i]
			o.SKU[j], o.Kind[j], o.Source[j], o.Supplier[j], o.From[j] = k, x.kind, x.source, x.supplier, x.from
			o.Qty[j], o.Good[j], o.Release[j], o.Start[j], o.Due[j], o.Available[j], o.Need[j] = x.qty, x.good, x.release, x.start, x.due, x.avail, x.need
			o.Cost[j], o.Reason[j], o.Seq[j] = x.cost, x.reason, x.seq
			j++
		}
	}
}

func growPegs(g *planwright.Pegging, m int) {
	*g = planwright.Pegging{
		SKU: make([]planwright.SKU, m), SupplyKind: make([]planwright.SupplyKind, m), SupplyRef: make([]int32, m), DemandKind: make([]planwright.DemandKind, m),
		DemandRef: make([]int32, m), Qty: make([]planwright.Qty, m), DueOn: make([]planwright.Day, m),
	}
}

func (p *planner) writePegs(g *planwright.Pegging, t *tables, lo, hi planwright.SKU) {
	for k := lo; k < hi; k++ {
		j := t.pegs[k]
		r := &p.record[k]
		for i := range r.pegs {
			x := &r.pegs[i]
			from := &r.elems[x.supply]
			supply := int32(from.ref)
			if from.kind == planwright.ElemPlanned || from.kind == planwright.ElemCoProduct {
				supply = t.row(from.ref)
			}
			kind, demand, due := planwright.DemandSafety, planwright.None, max(p.s.AsOf, from.on)
			if x.demand != safetyPeg {
				to := &r.elems[x.demand]
				kind, demand, due = demandKind(to.kind), int32(to.ref), to.on
				if kind == planwright.DemandDependent || kind == planwright.DemandTransfer {
					demand = t.row(to.ref)
				}
			}
			g.SKU[j], g.SupplyKind[j], g.SupplyRef[j], g.DemandKind[j], g.DemandRef[j], g.Qty[j], g.DueOn[j] = k, supplyKind(from.kind), supply, kind, demand, x.qty, due
			j++
		}
	}
}

func growRequirements(e *planwright.Requirements, m int) {
	*e = planwright.Requirements{
		SKU: make([]planwright.SKU, m), On: make([]planwright.Day, m), Kind: make([]planwright.ElementKind, m), Ref: make([]int32, m), Qty: make([]planwright.Qty, m), After: make([]planwright.Qty, m),
	}
}

func (p *planner) writeRequirements(e *planwright.Requirements, t *tables, lo, hi planwright.SKU) {
	for k := lo; k < hi; k++ {
		j := t.elems[k]
		balance := planwright.Qty(0)
		of := p.record[k].elems
		for i := range of {
			x := &of[i]
			ref := int32(x.ref)
			switch x.kind {
			case planwright.ElemPlanned, planwright.ElemCoProduct, planwright.ElemDependent, planwright.ElemTransfer:
				ref = t.row(x.ref)
			}
			balance, _ = bounded(balance, x.qty)
			e.SKU[j], e.On[j], e.Kind[j], e.Ref[j], e.Qty[j], e.After[j] = k, x.on, x.kind, ref, x.qty, balance
			j++
		}
	}
}

func growExceptions(e *planwright.Exceptions, m int) {
	*e = planwright.Exceptions{}
	if m == 0 {
		return
	}
	*e = planwright.Exceptions{
		Code: make([]planwright.Code, m), SKU: make([]planwright.SKU, m), OrderID: make([]string, m), On: make([]planwright.Day, m), Qty: make([]planwright.Qty, m),
		MoveTo: make([]planwright.Day, m), Value: make([]float64, m), Detail: make([]string, m),
	}
}

// writeExceptions sorts the exceptions of each sku by code, day and order, and
// names the orders that they speak of.
func (p *planner) writeExceptions(e *planwright.Exceptions, o *planwright.PlannedOrders, t *tables, lo, hi planwright.SKU) {
	var rows []planwright.Exception
	var names []byte // of many orders in one string
	type span struct{ row, from, to int }
	var spans []span
	at, _ := slices.BinarySearchFunc(t.given, lo, func(i int32, k planwright.SKU) int { return cmp.Compare(p.excs.SKU[i], k) })
	for k := lo; k < hi; k++ {
		if m := p.record[k].more; m != nil {
			for i := range m.excs {
				if x := m.excs[i].order; x >= 0 {
					from := len(names)
					names = o.AppendID(names, p.s, int(t.orders[k]+x))
					spans = append(spans, span{int(t.excs[k]-t.excs[lo]) + i, from, len(names)})
				}
			}
		}
	}
	all := string(names)
	for k := lo; k < hi; k++ {
		base := int(t.excs[k])
		rows = rows[:0]
		if m := p.record[k].more; m != nil {
			for i := range m.excs {
				x := m.excs[i].Exception
				if len(spans) > 0 && spans[0].row == base-int(t.excs[lo])+i {
					x.OrderID = all[spans[0].from:spans[0].to]
					spans = spans[1:]
				}
				rows = append(rows, x)
			}
		}
		if at < len(t.given) && p.excs.SKU[t.given[at]] == k {
			made := len(rows)
			for ; at < len(t.given) && p.excs.SKU[t.given[at]] == k; at++ {
				rows = append(rows, p.excs.At(int(t.given[at])))
			}
			given := slices.Clone(rows[made:]) // they come first among equals
			copy(rows[len(given):], rows[:made])
			copy(rows, given)
		}
		slices.SortStableFunc(rows, compareExceptions)
		for i := range rows {
			x, j := &rows[i], base+i
			e.Code[j], e.SKU[j], e.OrderID[j], e.On[j], e.Qty[j], e.MoveTo[j], e.Value[j], e.Detail[j] = x.Code, x.SKU, x.OrderID, x.On, x.Qty, x.MoveTo, x.Value, x.Detail
		}
	}
}

// compareExceptions orders the exceptions of a sku.
func compareExceptions(a, b planwright.Exception) int {
	switch {
	case a.Code != b.Code:
		return cmp.Compare(a.Code, b.Code)
	case a.On != b.On:
		return cmp.Compare(a.On, b.On)
	case a.OrderID != b.OrderID:
		return cmp.Compare(a.OrderID, b.OrderID)
	}
	return cmp.Compare(a.Qty, b.Qty)
}
