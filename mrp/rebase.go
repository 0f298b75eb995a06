package mrp

import (
	"context"
	"slices"
	"sync"

	"planwright"
)

// before is the plan that a Rebase left.
type before struct {
	p     *planner // replaced by another one; nil: the same, with other records
	whole *Result
	given Input
	in    Input
	s     *planwright.Snapshot
	open  openTransfers
	saved []saved // records in the order in which they were planned again
	undo  []Edit  // of the forecast
}

// saved is what a sku was planned to.
type saved struct {
	sku    planwright.SKU
	record kept
	out    outgoing
}

// Own hands the forecast of the input over to the planner, so that an edit of it
// copies nothing. The caller must not use it any more.
func (p *Planner) Own() {
	f := p.forecast()
	if f.Customer == nil {
		f.Customer = make([]string, len(f.Qty))
	}
	for _, c := range []any{&f.From, &f.To, &f.Qty, &f.Customer} {
		p.mine[c] = true
	}
}

// Rebase plans from another snapshot and other levels instead, until [Planner.Back]:
// net change for a question that is not kept. in has the same sku's, items, sites and
// suppliers as the input at hand, forecast holds the edits of its forecast (in's own
// is not looked at), and no sku but those of touched is planned from other rows,
// parameters, levels or calendars than before. structure says that what sku's are made
// of, supplied from or replaced by has changed: everything is planned again then, as
// where rows of others are referred to by number.
//
// The plan is then that of [Run] on in with the edited forecast, bit for bit. Between
// Rebase and Back the planner takes no edits. If an error comes back, Back must be
// called all the same.
func (p *Planner) Rebase(ctx context.Context, in Input, touched []planwright.SKU, structure bool, forecast []Edit) (Changed, error) {
	if p.back != nil {
		panic("mrp: a second Rebase before Back")
	}
	q := p.p
	b := &before{whole: p.whole, given: p.given, in: q.in, s: q.s, open: q.open}
	for _, e := range forecast {
		b.undo = append(b.undo, SetRows(e.sku, Rows(q.in.Forecast, e.sku)))
	}
	if err := p.edit(forecast); err != nil {
		return Changed{}, err
	}
	b.in.Forecast, b.given.Forecast = q.in.Forecast, p.given.Forecast // edited in place, and back again
	p.back = b
	s := *in.Snap
	in.Snap, in.Forecast = &s, q.in.Forecast
	moved := !slices.Equal(s.Demand.Off, q.s.Demand.Off) || !slices.Equal(s.Reserved.Off, q.s.Reserved.Off)
	if structure || p.whole != nil || segmented(&s) || moved && q.far.Load() {
		b.p = q
		p.p = &planner{in: in, s: &s, opt: q.opt, size: q.size, level: q.level, records: q.records, at: q.at}
		p.given = in
		return p.everything(ctx)
	}
	q.in, q.s, p.given = in, &s, in
	q.defaults()
	if q.steps != nil {
		q.steps = newRouting(q.s)
	}
	for _, k := range touched {
		p.mark(q.at[k])
	}
	p.transfers()
	p.buffers()
	return p.again(ctx)
}

// Back returns to the plan before Rebase.
func (p *Planner) Back() {
	b := p.back
	if b == nil {
		return
	}
	p.back = nil
	if b.p != nil {
		p.p = b.p
	}
	q := p.p
	for i := len(b.saved) - 1; i >= 0; i-- {
		x := &b.saved[i]
		q.records.set(x.sku, x.record)
		q.out[q.at[x.sku]] = x.out
	}
	q.in, q.s, q.open, p.given, p.whole = b.in, b.s, b.open, b.given, b.whole
	if q.steps != nil {
		q.steps = newRouting(q.s)
	}
	q.leadOnce = sync.Once{}
	p.all = false
	if err := p.edit(b.undo); err != nil {
		panic("mrp: an edit cannot be undone")
	}
	p.all = false
	clear(p.dirty)
}
