package mrp

import (
	"context"
	"fmt"
	"slices"

	"planwright"
)

// segmentPlan is the plan of a data set with segments as its parts were planned:
// what a trace is taken from.
type segmentPlan struct {
	g     *segments
	inner *Planner
	place []int32 // row in the plan of each order of the inner one
}

// Traces plans sku k once more and says how its orders came about: one trace for
// the sku itself and, where some of it is made to order, one for each segment that
// orders for itself. The plan stays as it is.
func (p *Planner) Traces(ctx context.Context, k planwright.SKU) ([]*Trace, error) {
	if p.whole == nil {
		t, err := p.trace(ctx, k)
		if err != nil {
			return nil, err
		}
		return []*Trace{t}, nil
	}
	if p.parts == nil {
		sp, err := newSegmentPlan(ctx, p.given, p.p.opt)
		if err != nil {
			return nil, err
		}
		p.parts = sp
	}
	return p.parts.traces(ctx, k)
}

func newSegmentPlan(ctx context.Context, given Input, opt Options) (*segmentPlan, error) {
	q := planner{in: given, s: given.Snap}
	q.defaults() // as runSegments does
	sp := &segmentPlan{g: newSegments(q.in)}
	opt.watch, opt.Progress = nil, nil
	var err error
	if sp.inner, err = NewPlanner(ctx, sp.g.in, opt); err != nil {
		return nil, err
	}
	r := sp.inner.Result()
	var folded planwright.PlannedOrders
	sp.place, _ = sp.g.foldOrders(&r.Orders, &folded)
	return sp, nil
}

// traces are those of a sku and of its segments that order for themselves.
func (sp *segmentPlan) traces(ctx context.Context, k planwright.SKU) ([]*Trace, error) {
	one := func(x planwright.SKU, segment string) (*Trace, error) {
		t, err := sp.inner.trace(ctx, x)
		if err != nil {
			return nil, err
		}
		t.SKU, t.Segment, t.Part = k, segment, x != k
		for i := range t.Rows {
			t.Rows[i] = sp.place[t.Rows[i]]
		}
		if err := sp.refold(t, x); err != nil {
			return nil, err
		}
		return t, nil
	}
	t, err := one(k, "")
	if err != nil {
		return nil, err
	}
	all := []*Trace{t}
	for i, p := range sp.g.parts {
		if p.sku != k || p.through {
			continue
		}
		if t, err = one(planwright.SKU(sp.g.s.Len()+i), p.segment); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// refold writes the rows of the given tables and of the plan instead of those of
// the expanded ones.
func (sp *segmentPlan) refold(t *Trace, x planwright.SKU) error {
	g := sp.g
	row := func(kind planwright.ElementKind, ref *int32) {
		table := ""
		switch kind {
		case planwright.ElemStock:
			table = "stock"
		case planwright.ElemReceipt, planwright.ElemOpenTransfer:
			table = "supply"
		case planwright.ElemOrder:
			table = "demand"
		case planwright.ElemReserved:
			table = "reserved"
		case planwright.ElemPlanned, planwright.ElemCoProduct, planwright.ElemDependent, planwright.ElemTransfer:
			*ref = sp.place[*ref]
			return
		}
		if table != "" && *ref != planwright.None {
			*ref = g.rows[table][*ref]
		}
	}
	supplies := func(list []TracedSupply) {
		for i := range list {
			row(list[i].Kind, &list[i].Ref)
		}
	}
	source := func(w *Way) {
		if w.Source != planwright.None {
			w.Source = g.rows["sources"][w.Source]
		}
	}
	for i := range t.Demands {
		d := &t.Demands[i]
		row(d.Kind, &d.Ref)
		if d.Line >= 0 {
			d.Line = g.rows["bom"][d.Line]
		}
	}
	for i := range t.Eaten {
		row(t.Eaten[i].Kind, &t.Eaten[i].Ref)
	}
	supplies(t.Expired)
	for i := range t.Causes {
		supplies(t.Causes[i].Supplies)
		source(&t.Causes[i].First)
	}
	for i := range t.Rounds {
		source(&t.Rounds[i].Lots)
	}
	for i := range t.Orders {
		source(&t.Orders[i].Way)
	}
	for i := range t.Moves {
		row(planwright.ElemReceipt, &t.Moves[i].Ref)
		supplies(t.Moves[i].Supplies)
	}
	for i := range t.Receipts {
		row(planwright.ElemReceipt, &t.Receipts[i].Ref)
	}
	if !t.Part {
		return sp.forecast(t, x)
	}
	return nil
}

// forecast puts the forecast of a sku back as it was before what is made to order
// consumed it, see [segments.forecast].
func (sp *segmentPlan) forecast(t *Trace, k planwright.SKU) error {
	s, now, was := sp.g.s, sp.inner.p.in.Forecast, sp.g.given
	moved := false
	for r := s.Demand.Off[k]; r < s.Demand.Off[k+1]; r++ {
		moved = moved || demandSegment(s, k, r) != ""
	}
	if !moved {
		for i := range t.Slices {
			t.Slices[i].Row += was.Off[k] - now.Off[k]
		}
		return nil
	}
	w := worker{p: &planner{in: Input{Snap: s, Forecast: was}, s: s}, k: k, trace: &Trace{}}
	w.spread(k)
	before := w.trace
	sp.g.eat(&w, k)
	// What is left of each day is a row of its own now.
	at := make([]int32, 0, len(t.Slices))
	for i := range w.slices {
		before.Slices[i].Left = w.slices[i].qty
		if w.slices[i].qty > 0 {
			at = append(at, int32(i))
		}
	}
	for i := range before.Eaten {
		before.Eaten[i].Ref = int32(before.Eaten[i].ref)
	}
	if len(at) < len(t.Slices) { // there may be more behind the horizon
		return fmt.Errorf("mrp: trace: sku %d: %d days of forecast are left of %d", k, len(t.Slices), len(at))
	}
	for i, x := range t.Slices {
		y := &before.Slices[at[i]]
		if y.Day != x.Day || y.Left != x.Qty {
			return fmt.Errorf("mrp: trace: sku %d: the forecast of %s comes out otherwise", k, x.Day)
		}
		y.Left = x.Left
	}
	for i := range t.Eaten {
		t.Eaten[i].Slice = at[t.Eaten[i].Slice]
	}
	t.Slices, t.Eaten = before.Slices, slices.Concat(before.Eaten, t.Eaten)
	return nil
}
