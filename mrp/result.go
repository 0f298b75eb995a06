package mrp

import (
	"cmp"
	"slices"
	"strings"
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
		var s exceptionScratch
		of := p.reader()
		for k := lo; k < hi; k++ {
			x := of.record(k)
			p.writeOrders(&r.Orders, x, k, t.orders[k])
			p.writePegs(&r.Pegs, t, x, k, t.pegs[k])
			p.writeRequirements(&r.Requirements, t, x, k, t.elems[k])
			p.writeExceptions(&r.Exceptions, &r.Orders, &s, t, x, k, t.orders[k], t.excs[k])
		}
	})
	of := p.reader()
	for k, kind := range p.s.SKUs.MRPType {
		if kind == planwright.DDMRP {
			r.addBuffers(of.record(planwright.SKU(k)))
		}
	}
	return r
}

// addBuffers adds the buffers of a record.
func (r *Result) addBuffers(x *record) {
	if x.more != nil && x.more.bufs != nil {
		appendBuffers(&r.Buffers, x.more.bufs, 0, len(x.more.bufs.SKU))
	}
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
		x := p.records.counts(planwright.SKU(k))
		t.orders[k+1] = t.orders[k] + x.orders
		t.pegs[k+1] = t.pegs[k] + x.pegs
		t.elems[k+1] = t.elems[k] + x.elems
		t.excs[k+1] = t.excs[k] + x.excs
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

// refRow is the row that an element of sku k refers to.
func (p *planner) refRow(t *tables, k planwright.SKU, x *element) int32 {
	switch x.kind {
	case planwright.ElemPlanned, planwright.ElemCoProduct, planwright.ElemDependent, planwright.ElemTransfer:
		return t.first[x.ref>>32] + int32(x.ref)
	case planwright.ElemReceipt:
		return p.s.Supply.Off[k] + int32(x.ref)
	case planwright.ElemOrder, planwright.ElemReserved:
		if x.ref < 0 {
			return int32(^x.ref)
		}
		if x.kind == planwright.ElemOrder {
			return p.s.Demand.Off[k] + int32(x.ref)
		}
		return p.s.Reserved.Off[k] + int32(x.ref)
	}
	return int32(x.ref)
}

func growOrders(o *planwright.PlannedOrders, m int) {
	*o = planwright.PlannedOrders{
		SKU: make([]planwright.SKU, m), Kind: make([]planwright.OrderKind, m), Source: make([]int32, m), Supplier: make([]int32, m), From: make([]planwright.SKU, m),
		Qty: make([]planwright.Qty, m), Good: make([]planwright.Qty, m), Release: make([]planwright.Day, m), Start: make([]planwright.Day, m), Due: make([]planwright.Day, m),
		Available: make([]planwright.Day, m), Need: make([]planwright.Day, m), Cost: make([]float64, m), Firm: make([]bool, m), Reason: make([]planwright.OrderReason, m), Seq: make([]int32, m),
	}
}

// writeOrders writes the orders of sku k from row j on.
func (p *planner) writeOrders(o *planwright.PlannedOrders, r *record, k planwright.SKU, j int32) {
	of := r.orders
	for i := range of {
		x := &of[i]
		o.SKU[j], o.Kind[j], o.Source[j], o.Supplier[j], o.From[j] = k, x.kind, x.source, x.supplier, x.from
		o.Qty[j], o.Good[j], o.Release[j], o.Start[j], o.Due[j], o.Available[j], o.Need[j] = x.qty, x.good, x.release, x.start, x.due, x.avail, x.need
		o.Cost[j], o.Reason[j], o.Seq[j] = x.cost, x.reason, x.seq
		j++
	}
}

func growPegs(g *planwright.Pegging, m int) {
	*g = planwright.Pegging{
		SKU: make([]planwright.SKU, m), SupplyKind: make([]planwright.SupplyKind, m), SupplyRef: make([]int32, m), DemandKind: make([]planwright.DemandKind, m),
		DemandRef: make([]int32, m), Qty: make([]planwright.Qty, m), DueOn: make([]planwright.Day, m),
	}
}

// writePegs writes the pegs of sku k from row j on.
func (p *planner) writePegs(g *planwright.Pegging, t *tables, r *record, k planwright.SKU, j int32) {
	for i := range r.pegs {
		x := &r.pegs[i]
		from := &r.elems[x.supply]
		kind, demand, due := planwright.DemandSafety, planwright.None, max(p.s.AsOf, from.on)
		if x.demand != safetyPeg {
			to := &r.elems[x.demand]
			kind, demand, due = demandKind(to.kind), p.refRow(t, k, to), to.on
		}
		g.SKU[j], g.SupplyKind[j], g.SupplyRef[j], g.DemandKind[j], g.DemandRef[j], g.Qty[j], g.DueOn[j] = k, supplyKind(from.kind), p.refRow(t, k, from), kind, demand, x.qty, due
		j++
	}
}

func growRequirements(e *planwright.Requirements, m int) {
	*e = planwright.Requirements{
		SKU: make([]planwright.SKU, m), On: make([]planwright.Day, m), Kind: make([]planwright.ElementKind, m), Ref: make([]int32, m), Qty: make([]planwright.Qty, m), After: make([]planwright.Qty, m),
	}
}

// writeRequirements writes the elements of sku k from row j on.
func (p *planner) writeRequirements(e *planwright.Requirements, t *tables, r *record, k planwright.SKU, j int32) {
	balance := planwright.Qty(0)
	of := r.elems
	for i := range of {
		x := &of[i]
		balance, _ = bounded(balance, x.qty)
		e.SKU[j], e.On[j], e.Kind[j], e.Ref[j], e.Qty[j], e.After[j] = k, x.on, x.kind, p.refRow(t, k, x), x.qty, balance
		j++
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

// exceptionScratch is room for writing exceptions. Names of orders share long
// strings.
type exceptionScratch struct {
	rows  []planwright.Exception
	name  []byte
	names strings.Builder
}

// nameBytes is the length of the strings that names of orders share.
const nameBytes = 1 << 16

// intern returns the name of order i.
func (s *exceptionScratch) intern(snap *planwright.Snapshot, o *planwright.PlannedOrders, i int) string {
	s.name = o.AppendID(s.name[:0], snap, i)
	if s.names.Cap()-s.names.Len() < len(s.name) {
		s.names.Reset()
		s.names.Grow(max(nameBytes, len(s.name)))
	}
	from := s.names.Len()
	s.names.Write(s.name)
	return s.names.String()[from:]
}

// writeExceptions writes the exceptions of sku k from row j on, by code, day and
// order, and names the orders that they speak of, which start at row first.
func (p *planner) writeExceptions(e *planwright.Exceptions, o *planwright.PlannedOrders, s *exceptionScratch, t *tables, r *record, k planwright.SKU, first, j int32) {
	if t.excs[k] == t.excs[k+1] {
		return
	}
	s.rows = s.rows[:0]
	at, _ := slices.BinarySearchFunc(t.given, k, func(i int32, k planwright.SKU) int { return cmp.Compare(p.excs.SKU[i], k) })
	for ; at < len(t.given) && p.excs.SKU[t.given[at]] == k; at++ {
		s.rows = append(s.rows, p.excs.At(int(t.given[at])))
	}
	if m := r.more; m != nil {
		for i := range m.excs {
			x := m.excs[i].Exception
			if n := m.excs[i].order; n >= 0 {
				x.OrderID = s.intern(p.s, o, int(first+n))
			}
			s.rows = append(s.rows, x)
		}
	}
	slices.SortStableFunc(s.rows, compareExceptions)
	for i := range s.rows {
		x, j := &s.rows[i], int(j)+i
		e.Code[j], e.SKU[j], e.OrderID[j], e.On[j], e.Qty[j], e.MoveTo[j], e.Value[j], e.Detail[j] = x.Code, x.SKU, x.OrderID, x.On, x.Qty, x.MoveTo, x.Value, x.Detail
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
