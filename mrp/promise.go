package mrp

import (
	"cmp"
	"slices"

	"planwright"
)

// ATPOptions say what counts when quantities are promised. The zero value
// promises stock, firm receipts and planned orders, and does not keep anything
// for the forecast: orders are what the forecast is for.
type ATPOptions struct {
	FirmOnly     bool // planned orders do not count
	KeepForecast bool // what the forecast has not sold yet is not promised
	KeepSafety   bool // the safety stock is not promised
}

// ATP is what can be promised of one sku, on the days on which that changes.
type ATP struct {
	On []planwright.Day
	// Discrete is the part of what arrives on the day, or is there on the first
	// one, that is not committed: receipts less the requirements up to the next
	// receipt, and less what later receipts cannot cover of their own. It is
	// negative where stock expires unsold, and on the first day of a sku that
	// has promised more than it can have.
	Discrete []planwright.Qty
	// Cumulative is what a new order for the day can have without touching what
	// is promised already: the sum of Discrete.
	Cumulative []planwright.Qty
	expired    []planwright.Qty // unused up to the day
}

// NewATP computes what sku k can promise from its record, the rows of the
// requirements of a plan. With A(t) the supply up to day t less the commitments
// up to it, and E(t) what expires unused up to it,
//
//	cumulative ATP(d) = min_{t>=d} A(t) − E(d)
//
// for a new order takes first what would expire. Without expiry this is the
// cumulative available-to-promise with look-ahead, and its differences are the
// discrete one. Vollmann, Berry, Whybark and Jacobs (2005), Manufacturing
// Planning and Control for Supply Chain Management, ch. 6.
func NewATP(s *planwright.Snapshot, req *planwright.Requirements, k planwright.SKU, o ATPOptions) ATP {
	lo, _ := slices.BinarySearch(req.SKU, k)
	var t ATP
	var supply, expired []planwright.Qty // A before the look-ahead, E
	var have, gone planwright.Qty
	day := s.AsOf
	put := func() {
		t.On, supply, expired = append(t.On, day), append(supply, have), append(expired, gone)
	}
	for i := lo; i < req.Len() && req.SKU[i] == k; i++ {
		q := req.Qty[i]
		switch req.Kind[i] {
		case planwright.ElemPlanned, planwright.ElemCoProduct:
			if o.FirmOnly {
				continue
			}
		case planwright.ElemForecast:
			if !o.KeepForecast {
				continue
			}
		case planwright.ElemSafety:
			continue
		case planwright.ElemExpiry:
			q = 0
		}
		if on := max(s.AsOf, req.On[i]); on > day {
			put()
			day = on
		}
		have, _ = bounded(have, q)
		if req.Kind[i] == planwright.ElemExpiry {
			gone, _ = bounded(gone, -req.Qty[i])
		}
	}
	put()
	if o.KeepSafety {
		keep := max(0, s.SKUs.SafetyStock[k].Or(0))
		for i := range supply {
			supply[i], _ = bounded(supply[i], -keep)
		}
	}
	for i := len(supply) - 2; i >= 0; i-- { // what is promised later is not free now
		supply[i] = min(supply[i], supply[i+1])
	}
	// Days on which nothing changes say nothing.
	for i := range t.On {
		c, _ := bounded(supply[i], -expired[i])
		n := len(t.Cumulative)
		if n > 0 && c == t.Cumulative[n-1] && expired[i] == t.expired[n-1] {
			continue
		}
		t.On[n] = t.On[i]
		t.Cumulative, t.expired = append(t.Cumulative, c), append(t.expired, expired[i])
	}
	t.On = t.On[:len(t.Cumulative)]
	t.differ()
	return t
}

// differ sets Discrete to the differences of Cumulative.
func (t *ATP) differ() {
	t.Discrete = t.Discrete[:0]
	last := planwright.Qty(0)
	for _, c := range t.Cumulative {
		t.Discrete = append(t.Discrete, c-last)
		last = c
	}
}

// at returns the row that holds on a day, -1 before the first.
func (t *ATP) at(d planwright.Day) int {
	i, ok := slices.BinarySearch(t.On, d)
	if !ok {
		i--
	}
	return i
}

// Available is what a new order for day d can have; never negative.
func (t *ATP) Available(d planwright.Day) planwright.Qty {
	if i := t.at(d); i >= 0 {
		return max(0, t.Cumulative[i])
	}
	return 0
}

// Earliest returns the first day, not before d, on which a new order for qty can
// be met whole. It returns false if that is never.
func (t *ATP) Earliest(d planwright.Day, qty planwright.Qty) (planwright.Day, bool) {
	if qty <= 0 || t.Available(d) >= qty {
		return d, true
	}
	for i := max(0, t.at(d)+1); i < len(t.On); i++ {
		if t.Cumulative[i] >= qty {
			return max(d, t.On[i]), true
		}
	}
	return planwright.NoDay, false
}

// Delivery is a part of an order and the day on which it can be had.
type Delivery struct {
	On  planwright.Day
	Qty planwright.Qty
}

// Deliveries splits an order for qty on day d into what can be had on the day
// and what comes later, as soon as it can be promised. The rest is what never
// can.
func (t *ATP) Deliveries(d planwright.Day, qty planwright.Qty) (parts []Delivery, rest planwright.Qty) {
	give := func(on planwright.Day, upTo planwright.Qty) {
		for _, p := range parts {
			upTo -= p.Qty
		}
		if x := min(qty, upTo); x > 0 {
			parts, qty = append(parts, Delivery{on, x}), qty-x
		}
	}
	// A later row may hold less than an earlier one only where something
	// expires, which the earlier part has then taken.
	give(d, t.Available(d))
	for i := max(0, t.at(d)+1); i < len(t.On) && qty > 0; i++ {
		give(t.On[i], t.Cumulative[i])
	}
	return parts, qty
}

// from returns the row that starts on day d; it is put in where there is none. d
// is not before the first row.
func (t *ATP) from(d planwright.Day) int {
	i := t.at(d)
	if t.On[i] < d {
		i++
		t.On = slices.Insert(t.On, i, d)
		t.Cumulative = slices.Insert(t.Cumulative, i, t.Cumulative[i-1])
		t.expired = slices.Insert(t.expired, i, t.expired[i-1])
	}
	return i
}

// take books a promise of qty for day d. Later days lose it, but for what would
// have expired and is taken first; earlier ones cannot promise it again.
func (t *ATP) take(d planwright.Day, qty planwright.Qty) {
	i := t.from(d)
	gone := t.expired[i]
	for j := i; j < len(t.On); j++ {
		saved := min(qty, t.expired[j]-gone)
		t.expired[j] -= saved
		t.Cumulative[j] -= qty - saved
	}
	for j := range i {
		t.Cumulative[j] = min(t.Cumulative[j], t.Cumulative[i]+gone-t.expired[j])
	}
	t.differ()
}

// add books a receipt of qty on day d.
func (t *ATP) add(d planwright.Day, qty planwright.Qty) {
	for j := t.from(d); j < len(t.On); j++ {
		t.Cumulative[j], _ = bounded(t.Cumulative[j], qty)
	}
	t.differ()
}

// Request is a new order to promise.
type Request struct {
	SKU      planwright.SKU
	Qty      planwright.Qty
	Due      planwright.Day
	Priority int32 // smaller first; then due day, then the order of the requests
}

// Step is one thing that a promise rests on.
type Step struct {
	SKU   planwright.SKU
	Level int // of the structure below the request
	Qty   planwright.Qty
	New   bool // a new order; else stock and receipts that are free
	// Start and Available are the days of the new order; of free stock and
	// receipts Available is the day from which they are there, Start the same.
	Start, Available planwright.Day
}

// Promise is the answer to a request.
type Promise struct {
	OK   bool           // false: it can never be met, Short says by what
	On   planwright.Day // on which all of it is there; not before the due day
	Late int32          // days after the due day
	// Critical is the chain of sku's that determines the day, the request's
	// first; the last one is what must be hurried.
	Critical []planwright.SKU
	Short    planwright.SKU // what cannot be had at all; NoSKU
	Cut      bool           // not OK because the search became longer than maxPromiseSteps
	Steps    []Step
}

// maxPromiseSteps bounds the new orders that one promise looks at: a structure
// with many ways to the same part has more of them than anybody can follow.
const maxPromiseSteps = 100_000

// Promiser answers requests one after the other: capable-to-promise through the
// bill of material. What it has promised is no longer free for the next.
type Promiser struct {
	t    *Structure
	req  *planwright.Requirements
	o    ATPOptions
	atp  map[planwright.SKU]*ATP
	open []bool // on the way down to the sku at hand
	undo []booking
	seen int // new orders looked at for the request
}

// booking is a promise of a sku that can be taken back.
type booking struct {
	sku planwright.SKU
	was ATP
}

// NewPromiser starts from the records of a plan.
func NewPromiser(t *Structure, req *planwright.Requirements, o ATPOptions) *Promiser {
	return &Promiser{t: t, req: req, o: o, atp: map[planwright.SKU]*ATP{}, open: make([]bool, t.s.Len())}
}

// ATP is what is left to promise of sku k. It must not be changed.
func (p *Promiser) ATP(k planwright.SKU) *ATP {
	a := p.atp[k]
	if a == nil {
		x := NewATP(p.t.s, p.req, k, p.o)
		a = &x
		p.atp[k] = a
	}
	return a
}

// All answers several requests, by priority, due day and order of the requests.
// Answers are in the order of the requests.
func (p *Promiser) All(requests []Request) []Promise {
	answers := make([]Promise, len(requests))
	for _, i := range Order(requests) {
		answers[i] = p.Promise(requests[i])
	}
	return answers
}

// Promise answers one request and books it. What is free on the due day is
// taken; the rest comes from free receipts later or from a new order, whichever
// is sooner. A new order takes its components in the same way, backward from the
// due day, and is dated forward from the last component where that is too late.
func (p *Promiser) Promise(r Request) Promise {
	due := max(r.Due, p.t.s.AsOf)
	p.undo, p.seen = p.undo[:0], 0
	f := p.find(r.SKU, r.Qty, due, 0)
	if !f.ok {
		p.back(0)
		return Promise{On: planwright.NoDay, Critical: f.chain, Short: f.short, Cut: p.seen >= maxPromiseSteps}
	}
	return Promise{OK: true, On: f.on, Late: int32(f.on - max(r.Due, p.t.s.AsOf)), Critical: f.chain, Short: planwright.NoSKU, Steps: f.steps}
}

// Deliver answers one request from what is free alone, in as few parts and as
// soon as that allows, and books it. The rest is what it cannot have.
func (p *Promiser) Deliver(r Request) (parts []Delivery, rest planwright.Qty) {
	p.undo = p.undo[:0]
	parts, rest = p.ATP(r.SKU).Deliveries(max(r.Due, p.t.s.AsOf), r.Qty)
	for _, d := range parts {
		p.book(r.SKU, d.On, d.Qty)
	}
	return parts, rest
}

// Order returns the requests' places in the order in which they are answered: by
// priority, due day and the order in which they came.
func Order(requests []Request) []int {
	order := make([]int, len(requests))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(requests[a].Priority, requests[b].Priority), cmp.Compare(requests[a].Due, requests[b].Due))
	})
	return order
}

// found is how a quantity can be had.
type found struct {
	ok    bool
	on    planwright.Day
	chain []planwright.SKU
	short planwright.SKU
	steps []Step
	over  planwright.Qty // of a new order beyond what was asked for
}

// book takes a quantity that is free, or adds a receipt where it is negative.
func (p *Promiser) book(k planwright.SKU, d planwright.Day, q planwright.Qty) {
	a := p.ATP(k)
	p.undo = append(p.undo, booking{k, ATP{slices.Clone(a.On), slices.Clone(a.Discrete), slices.Clone(a.Cumulative), slices.Clone(a.expired)}})
	if q < 0 {
		a.add(d, -q)
	} else {
		a.take(d, q)
	}
}

// back takes bookings back down to a mark.
func (p *Promiser) back(mark int) {
	for i := len(p.undo) - 1; i >= mark; i-- {
		*p.atp[p.undo[i].sku] = p.undo[i].was
	}
	p.undo = p.undo[:mark]
}

// find looks for qty of sku k on day need, and books what it finds.
func (p *Promiser) find(k planwright.SKU, qty planwright.Qty, need planwright.Day, level int) found {
	f := found{ok: true, on: need, chain: []planwright.SKU{k}, short: planwright.NoSKU}
	a := p.ATP(k)
	if q := min(qty, a.Available(need)); q > 0 {
		p.book(k, need, q)
		f.steps = append(f.steps, Step{SKU: k, Level: level, Qty: q, Start: need, Available: need})
		qty -= q
	}
	if qty <= 0 {
		return f
	}
	later, free := a.Earliest(need, qty)
	mark := len(p.undo)
	made := p.order(k, qty, need, level)
	switch {
	case free && (!made.ok || later <= made.on):
		p.back(mark)
		p.book(k, later, qty)
		f.on = later
		f.steps = append(f.steps, Step{SKU: k, Level: level, Qty: qty, Start: later, Available: later})
	case made.ok:
		f.on, f.chain = made.on, made.chain
		f.steps = append(f.steps, made.steps...)
		if made.over > 0 { // a minimum or a multiple: the next request may have it
			p.book(k, made.on, -made.over)
		}
	default:
		p.back(mark)
		return made
	}
	return f
}

// order finds the first day on which a new order for qty of sku k can be there.
func (p *Promiser) order(k planwright.SKU, qty planwright.Qty, need planwright.Day, level int) found {
	t, s := p.t, p.t.s
	no := found{chain: []planwright.SKU{k}, short: k}
	w := t.way(k)
	if p.seen >= maxPromiseSteps {
		return no
	}
	p.seen++
	if s.SKUs.MRPType[k] == planwright.NotPlanned || p.open[k] || w.free || !w.usable() || t.gone(k, need) {
		return no
	}
	if w.source == planwright.None && s.Sources.Off[k] < s.Sources.Off[k+1] {
		return no // sources are listed, and none holds
	}
	p.open[k] = true
	defer func() { p.open[k] = false }()
	launched := t.launch(k, &w, qty)
	d := backward(s, k, &w, launched, need)
	start := max(d.start, s.AsOf)
	f := found{ok: true, short: planwright.NoSKU, chain: []planwright.SKU{k}}
	ready := start
	var slowest []planwright.SKU
	part := func(c planwright.SKU, q planwright.Qty, phantom bool) bool {
		x := p.part(c, q, start, level+1, phantom)
		if !x.ok {
			f = found{chain: append([]planwright.SKU{k}, x.chain...), short: x.short}
			return false
		}
		if x.on > ready {
			ready, slowest = x.on, x.chain
		}
		f.steps = append(f.steps, x.steps...)
		return true
	}
	switch {
	case w.kind == planwright.Transfer:
		if t.severed(k, w.from) {
			return no
		}
		part(w.from, launched, false)
	case w.kind == planwright.Make || w.kind == planwright.Subcontract:
		ok := t.lines(k, launched, start, func(l int32, q planwright.Qty) {
			if f.ok {
				part(s.BOM.Component[l], q, s.BOM.Phantom[l])
			}
		})
		if !ok && s.BOM.Off[k] < s.BOM.Off[k+1] {
			return no // none of its bills holds
		}
	}
	if !f.ok {
		return f
	}
	if ready > start || d.start < s.AsOf {
		d = forward(s, k, &w, launched, ready)
	}
	f.on = max(need, d.available)
	f.over = t.yield(k, launched) - qty
	f.chain = append(f.chain, slowest...)
	f.steps = append(f.steps, Step{SKU: k, Level: level, Qty: launched, New: true, Start: d.start, Available: d.available})
	return f
}

// part finds a component; a phantom is its own components, after its stock where
// that counts.
func (p *Promiser) part(c planwright.SKU, q planwright.Qty, need planwright.Day, level int, phantom bool) found {
	if !phantom {
		return p.find(c, q, need, level)
	}
	t, s := p.t, p.t.s
	f := found{ok: true, on: need, chain: []planwright.SKU{c}, short: planwright.NoSKU}
	if !s.SKUs.PhantomIgnoreStock[c] {
		if x := min(q, p.ATP(c).Available(need)); x > 0 {
			p.book(c, need, x)
			f.steps = append(f.steps, Step{SKU: c, Level: level, Qty: x, Start: need, Available: need})
			q -= x
		}
	}
	if q <= 0 {
		return f
	}
	if p.open[c] {
		return found{chain: f.chain, short: c}
	}
	p.open[c] = true
	defer func() { p.open[c] = false }()
	ok := t.lines(c, q, need, func(l int32, x planwright.Qty) {
		if !f.ok {
			return
		}
		g := p.part(s.BOM.Component[l], x, need, level+1, s.BOM.Phantom[l])
		if !g.ok {
			f = found{chain: append([]planwright.SKU{c}, g.chain...), short: g.short}
			return
		}
		if g.on > f.on {
			f.on, f.chain = g.on, append([]planwright.SKU{c}, g.chain...)
		}
		f.steps = append(f.steps, g.steps...)
	})
	if !ok {
		return found{chain: f.chain, short: c}
	}
	return f
}

// yield is what a launched quantity of sku k gives after scrap.
func (t *Structure) yield(k planwright.SKU, launched planwright.Qty) planwright.Qty {
	r := t.loss(k)
	if q, ok := launched.MulDown(planwright.Ratio{Num: r.Den, Den: r.Num}); ok {
		return q
	}
	return launched
}

// gone says whether the item of sku k is no longer procured on a day.
func (t *Structure) gone(k planwright.SKU, d planwright.Day) bool {
	item := t.s.SKUs.Item[k]
	out := t.s.Items.OutOn[item]
	return t.s.Items.Status[item] == planwright.Obsolete || t.s.Items.Status[item] == planwright.PhaseOut && out.Known() && d >= out
}
