package mrp

import (
	"context"
	"fmt"
	"math/bits"
	"reflect"
	"slices"
	"sync"

	"planwright"
)

// Planner keeps a plan in memory and plans again only what edits touch: net
// change planning. A sku is planned again when its own rows or parameters
// changed, or what its feeders require of it did; where what it requires of
// others comes out as it was, the change ends. Orlicky (1975), Material
// Requirements Planning, on net change.
//
// An input with segments (what is made to order, what lies at a subcontractor) is
// planned again as a whole by every Apply.
//
// After every Apply the plan is that of [Run] on the edited input, bit for bit.
// A Planner is used by one goroutine at a time.
type Planner struct {
	p     *planner
	given Input        // as the caller gave it, with the columns edited since
	mine  map[any]bool // columns that are no longer the caller's, by their place
	own   *Forecast    // the forecast, once it is edited
	dirty []uint64     // sku's that must be planned again, bits by place
	all   bool         // everything must be
	whole *Result      // of an input with segments, which is planned as a whole; else nil
	parts *segmentPlan // of such an input, once a trace was asked for
	back  *before      // of a Rebase, until Back
}

// Changed says what an Apply did.
type Changed struct {
	SKUs    []planwright.SKU // whose rows changed in any table, in their order
	Planned int              // sku's that were planned again
	Full    bool             // all of them, because of a structural edit
}

// NewPlanner plans an input and keeps the plan. The input must not change; edits
// are made on columns of the planner's own. It returns an error only if ctx ends.
func NewPlanner(ctx context.Context, in Input, opt Options) (*Planner, error) {
	s := *in.Snap
	in.Snap = &s
	p := &Planner{given: in, mine: map[any]bool{}, p: newPlanner(in, opt, blockSize), dirty: make([]uint64, (s.Len()+63)/64)}
	if _, err := p.everything(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// Input returns what the plan is made from, edits included. It must not be
// changed, and the next Apply changes it.
func (p *Planner) Input() Input { return p.p.in }

// Result writes the tables of the plan, as Run returns them.
func (p *Planner) Result() Result {
	if p.whole != nil {
		return *p.whole
	}
	return p.p.result()
}

// Segments are the records of the segments apart; nil where there are none.
func (p *Planner) Segments() *Segments {
	if p.whole != nil {
		return p.whole.Segments
	}
	return nil
}

// Part writes the rows of some sku's alone, in the order given: what of a plan
// is looked at after a change. References to orders are rows of the orders of
// [Planner.Result].
func (p *Planner) Part(skus []planwright.SKU) Result {
	var r Result
	p.Parts(func(part func([]planwright.SKU) Result) { r = part(skus) })
	return r
}

// Parts is Part for many sku's in turn: what all of them need is counted once. part
// may be called by several goroutines.
func (p *Planner) Parts(do func(part func(skus []planwright.SKU) Result)) {
	if p.whole != nil {
		do(p.whole.part)
		return
	}
	t := p.p.count()
	do(func(skus []planwright.SKU) Result { return p.part(t, skus) })
}

func (p *Planner) part(t *tables, skus []planwright.SKU) Result {
	var r Result
	var orders, pegs, elems, excs int32
	for _, k := range skus {
		orders += t.orders[k+1] - t.orders[k]
		pegs += t.pegs[k+1] - t.pegs[k]
		elems += t.elems[k+1] - t.elems[k]
		excs += t.excs[k+1] - t.excs[k]
	}
	growOrders(&r.Orders, int(orders))
	growPegs(&r.Pegs, int(pegs))
	growRequirements(&r.Requirements, int(elems))
	growExceptions(&r.Exceptions, int(excs))
	r.Level = make([]int32, len(skus))
	orders, pegs, elems, excs = 0, 0, 0, 0
	var s exceptionScratch
	of := p.p.reader()
	for i, k := range skus {
		x := of.record(k)
		p.p.writeOrders(&r.Orders, x, k, orders)
		p.p.writePegs(&r.Pegs, t, x, k, pegs)
		p.p.writeRequirements(&r.Requirements, t, x, k, elems)
		p.p.writeExceptions(&r.Exceptions, &r.Orders, &s, t, x, k, orders, excs)
		r.addBuffers(x)
		r.Level[i] = p.p.level[k]
		orders += t.orders[k+1] - t.orders[k]
		pegs += t.pegs[k+1] - t.pegs[k]
		elems += t.elems[k+1] - t.elems[k]
		excs += t.excs[k+1] - t.excs[k]
	}
	return r
}

// Apply makes the edits and plans what they touch. An edit that does not fit the
// data set returns an error before anything is changed. If ctx ends, its error
// comes back and the plan is partly the old one: the next Apply, with or without
// edits, completes it.
func (p *Planner) Apply(ctx context.Context, edits []Edit) (Changed, error) {
	if err := p.edit(edits); err != nil {
		return Changed{}, err
	}
	return p.again(ctx)
}

// again plans what is marked.
func (p *Planner) again(ctx context.Context) (Changed, error) {
	if p.all || p.whole != nil || segmented(p.p.s) {
		p.all = true // until it is done
		return p.everything(ctx)
	}
	q := p.p
	if q.claiming() { // what one takes is not there for the next: all again
		clear(q.claims)
		clear(q.freeAt)
		for _, st := range q.stages {
			for at := st.from; st.claiming && at < st.to; at++ {
				p.mark(at)
			}
		}
	}
	var done Changed
	var skus []planwright.SKU
	workers := make([]*replanner, q.opt.Workers)
	plain := make([]*worker, q.opt.Workers)
	for i, w := range q.workers() {
		w.kept.exact()
		workers[i], plain[i] = &replanner{w: w, keep: p.back != nil}, w
	}
	defer func() {
		if p.back != nil {
			for _, w := range workers {
				p.back.saved = append(p.back.saved, w.saved...)
			}
		}
	}()
	by := func(w *worker) *replanner { return workers[slices.Index(plain, w)] }
	for i, st := range q.stages {
		skus = p.take(skus[:0], st)
		if len(skus) == 0 {
			continue
		}
		q.now = int32(i)
		use := plain
		if st.claiming || len(skus) < 2*q.size {
			use = plain[:1]
		}
		err := q.runStage(ctx, skus, use, func(w *worker, k planwright.SKU) { by(w).replan(k) })
		for _, w := range workers {
			for _, k := range w.planned {
				p.unmark(q.at[k])
			}
			done.Planned += len(w.planned)
			done.SKUs = append(done.SKUs, w.changed...)
			for _, k := range w.touched {
				p.mark(q.at[k])
			}
			w.planned, w.changed, w.touched = w.planned[:0], w.changed[:0], w.touched[:0]
		}
		if err != nil {
			return Changed{}, err
		}
	}
	slices.Sort(done.SKUs)
	return done, nil
}

// everything plans all sku's again, or for the first time.
func (p *Planner) everything(ctx context.Context) (Changed, error) {
	old := p.p
	done := Changed{Planned: old.s.Len(), Full: true}
	if segmented(old.s) {
		r, err := Run(ctx, p.given, old.opt)
		if err != nil {
			return Changed{}, err
		}
		p.whole = &r
		for k := range planwright.SKU(old.s.Len()) {
			done.SKUs = append(done.SKUs, k)
		}
	} else {
		q := newPlanner(p.given, old.opt, old.size)
		if err := q.plan(ctx); err != nil {
			return Changed{}, err
		}
		for k := range planwright.SKU(q.s.Len()) {
			was := old.records.get(k)
			if p.whole != nil || q.level[k] != old.level[k] || !q.records.same(k, &was) || q.at[k] != old.at[k] {
				done.SKUs = append(done.SKUs, k)
			}
		}
		p.p, p.whole = q, nil
	}
	p.all, p.parts = false, nil
	clear(p.dirty)
	return done, nil
}

// part returns the rows of some sku's. The tables are sorted by sku.
func (r *Result) part(skus []planwright.SKU) Result {
	rows := func(of []planwright.SKU) (rows []int32) {
		for _, k := range skus {
			i, _ := slices.BinarySearch(of, k)
			for ; i < len(of) && of[i] == k; i++ {
				rows = append(rows, int32(i))
			}
		}
		return rows
	}
	out := Result{
		Orders: selected(&r.Orders, rows(r.Orders.SKU)), Pegs: selected(&r.Pegs, rows(r.Pegs.SKU)), Requirements: selected(&r.Requirements, rows(r.Requirements.SKU)),
		Buffers: selected(&r.Buffers, rows(r.Buffers.SKU)), Exceptions: selected(&r.Exceptions, rows(r.Exceptions.SKU)),
	}
	for _, k := range skus {
		out.Level = append(out.Level, r.Level[k])
	}
	return out
}

// edit makes the edits and marks the sku's that they touch.
func (p *Planner) edit(edits []Edit) error {
	n := p.p.s.Len()
	byTable := map[any][]splice{}
	var tables []any
	for i := range edits {
		e := &edits[i]
		if e.sku < 0 || int(e.sku) >= n {
			return editError(fmt.Sprintf("sku %d", e.sku), fmt.Sprintf("the data set has %d", n), "edit a sku of the snapshot")
		}
		if e.rows == nil {
			if e.set == nil {
				return editError(fmt.Sprintf("edit %d", i), "is empty", "make it with SetRows, SetParameter or SetInput")
			}
			continue
		}
		x, err := e.check()
		if err != nil {
			return err
		}
		t := e.table(p)
		if byTable[t] == nil {
			tables = append(tables, t)
		}
		byTable[t] = append(byTable[t], x)
	}
	for i := range edits {
		if e := &edits[i]; e.set != nil {
			if e.set(p) {
				p.all = true
			}
			p.mark(p.p.at[e.sku])
		}
	}
	p.follow()
	for _, t := range tables {
		p.rows(t, byTable[t])
	}
	if len(edits) > 0 {
		p.transfers()
		p.buffers()
	}
	return nil
}

// follow lets the columns of the input that the caller left out follow the sku
// table.
func (p *Planner) follow() {
	in, t := &p.p.in, &p.p.s.SKUs
	if p.given.SafetyStock == nil {
		in.SafetyStock = t.SafetyStock
	}
	if p.given.ReorderPoint == nil {
		in.ReorderPoint = t.ReorderPoint
	}
	if p.given.OrderUpTo == nil {
		in.OrderUpTo = t.OrderUpTo
	}
}

// rows makes the edits of one table. Of several for one sku the last one holds.
func (p *Planner) rows(table any, edits []splice) {
	slices.SortStableFunc(edits, func(a, b splice) int { return int(a.sku - b.sku) })
	last := edits[:0]
	for i, e := range edits {
		if i+1 == len(edits) || edits[i+1].sku != e.sku {
			last = append(last, e)
		}
	}
	moved := p.splice(table, last)
	for _, e := range last {
		p.mark(p.p.at[e.sku])
	}
	switch table.(type) {
	case *planwright.BOM, *planwright.Sources:
		p.all = true
	case *planwright.Demand, *planwright.Reserved:
		if moved && p.p.far.Load() {
			p.all = true // records refer to rows of others by number
		}
	}
}

// transfers gathers the open transfers again and marks the sku's that must send
// something else, or by another row, than before.
func (p *Planner) transfers() {
	q := p.p
	if !slices.Contains(q.s.Supply.Kind, planwright.TransferOrder) && len(q.open.deps) == 0 {
		return
	}
	old := q.open
	q.open = newOpenTransfers(q.s)
	for k := range planwright.SKU(q.s.Len()) {
		if !slices.Equal(old.deps[old.off[k]:old.off[k+1]], q.open.deps[q.open.off[k]:q.open.off[k+1]]) {
			p.mark(q.at[k])
		}
	}
}

// buffers marks the buffers whose lead time comes from the structure below them:
// any lead time there may have changed.
func (p *Planner) buffers() {
	q := p.p
	q.leadOnce = sync.Once{}
	for k, t := range q.s.SKUs.MRPType {
		if t == planwright.DDMRP && q.s.SKUs.DLT[k] == planwright.NoInt {
			p.mark(q.at[k])
		}
	}
}

func (p *Planner) mark(at int32)   { p.dirty[at>>6] |= 1 << (at & 63) }
func (p *Planner) unmark(at int32) { p.dirty[at>>6] &^= 1 << (at & 63) }

// take appends the marked sku's of a stage.
func (p *Planner) take(skus []planwright.SKU, st stage) []planwright.SKU {
	for i := st.from >> 6; i <= (st.to-1)>>6; i++ {
		for word := p.dirty[i]; word != 0; word &= word - 1 {
			if at := i<<6 + int32(bits.TrailingZeros64(word)); at >= st.from && at < st.to {
				skus = append(skus, p.p.order[at])
			}
		}
	}
	return skus
}

// claiming says whether any sku takes free stock of another.
func (p *planner) claiming() bool {
	return slices.ContainsFunc(p.stages, func(st stage) bool { return st.claiming })
}

// replanner is a worker that says what came out different.
type replanner struct {
	w       *worker
	planned []planwright.SKU
	changed []planwright.SKU // records
	touched []planwright.SKU // that others require something else of
	keep    bool             // what was
	saved   []saved
}

func (r *replanner) replan(k planwright.SKU) {
	p := r.w.p
	at := p.at[k]
	old, out := p.records.get(k), p.out[at]
	if r.keep {
		r.saved = append(r.saved, saved{k, old, out})
	}
	r.w.plan(k)
	r.planned = append(r.planned, k)
	if p.records.same(k, &old) {
		p.records.set(k, old) // its rows lie with those of the first run
	} else {
		r.changed = append(r.changed, k)
	}
	now := &p.out[at]
	if slices.Equal(now.launches, out.launches) {
		now.launches = out.launches
	} else {
		r.touched = append(r.touched, p.s.BOM.Component[p.s.BOM.Off[k]:p.s.BOM.Off[k+1]]...)
	}
	if slices.Equal(now.deps, out.deps) {
		now.deps = out.deps
		return
	}
	for a, b := now.deps, out.deps; len(a) > 0 || len(b) > 0; {
		to := planwright.SKU(p.s.Len())
		if len(a) > 0 {
			to = a[0].sku
		}
		if len(b) > 0 {
			to = min(to, b[0].sku)
		}
		i, j := leading(a, to), leading(b, to)
		if !slices.Equal(a[:i], b[:j]) {
			r.touched = append(r.touched, to)
		}
		a, b = a[i:], b[j:]
	}
}

// leading is the number of dependents of a sku at the start of a list.
func leading(deps []dependent, k planwright.SKU) int {
	n := 0
	for n < len(deps) && deps[n].sku == k {
		n++
	}
	return n
}

// equal says whether two records are the same.
func (r *record) equal(o *record) bool {
	if !slices.Equal(r.orders, o.orders) || !slices.Equal(r.pegs, o.pegs) || !slices.Equal(r.elems, o.elems) || (r.more == nil) != (o.more == nil) {
		return false
	}
	return r.more == nil || slices.Equal(r.more.excs, o.more.excs) && reflect.DeepEqual(r.more.bufs, o.more.bufs)
}
