package mrp

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"planwright"
)

// Trace holds the steps by which the orders and the messages of one sku came
// about: what the netting saw when it decided. Every figure in it is an element
// of the record, a parameter, or a sum of them, so that who reads it can do the
// arithmetic again. References are rows of the tables of the snapshot and of the
// plan.
type Trace struct {
	SKU     planwright.SKU
	Segment string  // that is planned for itself; "" for the sku
	Part    bool    // of a segment: it keeps no safety stock and has no levels
	Rows    []int32 // of the plan's orders, by row of Orders

	Fence planwright.Day // forecast before it does not count; the as-of day without demand fence

	Slices   []Slice // of the forecast by day, ascending
	Eaten    []Eaten // what requirements took of them
	Demands  []TracedDemand
	Expired  []TracedSupply // what is left of lots when they expire; Day is the first day without them
	Causes   []Cause
	Rounds   []Round
	Orders   []OrderTrace // row by row as the plan's orders of the sku
	Moves    []Expedited
	Receipts []TracedReceipt // open receipts that count
}

// Slice is the forecast of one day.
type Slice struct {
	Day  planwright.Day
	Row  int32 // of the forecast that was netted
	Qty  planwright.Qty
	Left planwright.Qty // after consumption
}

// Eaten is forecast consumed by a requirement.
type Eaten struct {
	Slice int32 // row of Slices
	Kind  planwright.ElementKind
	Ref   int32
	Qty   planwright.Qty
	ref   int64
}

// TracedDemand is a requirement as netting sees it.
type TracedDemand struct {
	Day  planwright.Day // safety time taken off, not before the as-of day
	Kind planwright.ElementKind
	Ref  int32
	Line int32 // BOM line that it came by; None
	Far  bool  // Ref is a row of another sku
	Qty  planwright.Qty
	ref  int64
}

// TracedSupply is a supply as netting sees it.
type TracedSupply struct {
	Day  planwright.Day // from which it counts: for a receipt that is brought forward, the day it is needed
	On   planwright.Day
	Kind planwright.ElementKind
	Ref  int32 // None: the stock lots that do not expire, together
	Qty  planwright.Qty
	ref  int64
}

// TracedReceipt is what became of an open receipt.
type TracedReceipt struct {
	Ref  int32
	On   planwright.Day
	Need planwright.Day // first requirement that it serves; NoDay: none
	Open planwright.Qty // that serves nothing
}

// CauseKind is the rule that asked for an order.
type CauseKind uint8

// The rules.
const (
	ByShortage     CauseKind = iota // balance below the target on a day
	ByRefill                        // balance below the minimum: up to the maximum
	ByReorderPoint                  // position below the reorder point
	ByBuffer                        // net flow position below the top of yellow
)

// Cause is one decision to order. With ByShortage what is asked for is Target −
// Base − Added, the largest such shortage of the lot's window, which falls on day
// At; with ByRefill max(UpTo, Floor) − Base − Added; with ByReorderPoint at least
// Floor − Base, requirements counting up to day At; with ByBuffer UpTo − Base.
type Cause struct {
	By      CauseKind
	Trigger planwright.Day // whose shortage came first
	At      planwright.Day
	Need    planwright.Day // on which the order should be available
	Fence   planwright.Day // planning fence; MinDay: none
	End     planwright.Day // of the window, exclusive; 0: none
	Rule    bool           // a cost-based rule chose At as the last day covered

	Floor, Target, UpTo planwright.Qty
	Base                planwright.Qty // balance at the end of At without new orders
	Added               planwright.Qty // by earlier orders of the sku
	Open                planwright.Qty // of Added: shortages that stay open, no orders
	Before              int32          // number of orders of the sku made before; see OrderTrace.Made
	Supplies            []TracedSupply // stock and receipts as they count at that time

	Asked planwright.Qty // good quantity
	First Way            // that Need was worked out by, of a reorder point or a buffer

	// Of a buffer.
	DLT       int32
	ADU       float64
	Qualified planwright.Qty
}

// Round is a part of a decision that one way is asked for: all of it, or, of
// sources with a quota, what is left for the next one. Rounds of one scrap (the
// same Rate) share Left and Launched.
type Round struct {
	Cause    int32
	Rate     int32          // counts the scrap rates of the decision, from 0
	Left     planwright.Qty // good quantity that was left when the rate began
	Launched planwright.Qty // Left with scrap
	Before   planwright.Qty // of it launched in rounds before
	Scrap    planwright.Ratio
	Lots     Way // whose limits split it
}

// OrderTrace is one order of a decision.
type OrderTrace struct {
	Cause int32
	Round int32 // row of Trace.Rounds; -1: free stock
	Lot   int32 // 0.. among the lots of the round
	Made  int32 // place in the order of making
	Free  bool  // takes free stock elsewhere
	Qty   planwright.Qty
	Good  planwright.Qty
	Need  planwright.Day // day that its dates were worked out for

	Way                                // by which it comes
	PerUnit                        int // days of the lead time that hang on the quantity
	Release, Start, Due, Available planwright.Day
	Late                           bool

	kind planwright.OrderKind
}

// Way is one way to get a sku, as [Sourcing] has it.
type Way struct {
	Kind                        planwright.Procurement
	Source                      int32 // row of the sources; None: the sku's own parameters
	Lead                        int   // days of Calendar, without what hangs on the quantity
	Calendar                    *planwright.Calendar
	Site, Releasing             *planwright.Calendar // of the sku's site, and of the site that releases
	LotMin, LotMultiple, LotMax planwright.Qty
	Price                       float64
	Weekdays                    uint8
}

// Expedited is a message to bring a receipt forward: it counts from Day on, where the
// balance is below the floor, or instead of an order that comes too late.
type Expedited struct {
	Ref    int32 // row of the supply
	Day    planwright.Day
	Floor  planwright.Qty
	Base   planwright.Qty
	Added  planwright.Qty
	Before int32
	Late   int32 // row of Trace.Orders that comes too late instead; None

	Supplies []TracedSupply
}

// trace plans sku k of a data set without segments once more.
func (p *Planner) trace(ctx context.Context, k planwright.SKU) (*Trace, error) {
	t := &Trace{SKU: k}
	q := p.p
	if q.claimsStock(k) { // what it takes depends on who took before
		opt := q.opt
		opt.watch, opt.Workers, opt.Progress = map[planwright.SKU]*Trace{k: t}, 1, nil
		q = newPlanner(p.given, opt, q.size)
		if err := q.plan(ctx); err != nil {
			return nil, err
		}
	} else {
		at := q.at[k]
		record, out, watch := q.records.get(k), q.out[at], q.watch
		w := &worker{p: q}
		w.kept.exact()
		for i, st := range q.stages {
			if at >= st.from && at < st.to {
				q.now = int32(i)
			}
		}
		q.watch = map[planwright.SKU]*Trace{k: t}
		w.plan(k)
		same := q.records.same(k, &record)
		q.records.set(k, record)
		q.out[at], q.watch = out, watch
		if !same {
			return nil, fmt.Errorf("mrp: trace: sku %d comes out otherwise than in the plan", k)
		}
	}
	tab := q.count()
	t.refer(tab)
	for i := tab.orders[k]; i < tab.orders[k+1]; i++ {
		t.Rows = append(t.Rows, i)
	}
	return t, ctx.Err()
}

// spread notes the forecast by day before consumption.
func (t *Trace) spread(w *worker) {
	for _, x := range w.slices {
		t.Slices = append(t.Slices, Slice{Day: x.day, Row: x.period, Qty: x.qty})
	}
}

// ate notes what a requirement took of a slice.
func (t *Trace) ate(i int, x *eater, q planwright.Qty) {
	t.Eaten = append(t.Eaten, Eaten{Slice: int32(i), Kind: x.kind, Qty: q, ref: x.ref})
}

// left notes what consumption left.
func (t *Trace) left(w *worker, fence planwright.Day) {
	t.Fence = fence
	for i := range w.slices {
		t.Slices[i].Left = w.slices[i].qty
	}
}

// supplies copies what counts at the moment.
func (t *Trace) supplies(w *worker) []TracedSupply {
	list := make([]TracedSupply, len(w.supplies))
	for i := range w.supplies {
		x := &w.supplies[i]
		list[i] = TracedSupply{Day: x.day, On: x.on, Kind: x.kind, Qty: x.qty, ref: x.ref}
	}
	return list
}

// open notes a decision to order.
func (t *Trace) open(w *worker, c Cause) {
	c.Supplies, c.Added, c.Before = t.supplies(w), w.added, int32(len(w.orders))
	c.Open = w.added
	for i := range w.orders {
		c.Open -= w.orders[i].good
	}
	t.Causes = append(t.Causes, c)
}

// cover notes that a cost-based rule chose how far the lot reaches.
func (t *Trace) cover(w *worker, i int, lot planwright.Qty) {
	c := &t.Causes[len(t.Causes)-1]
	for j := i; j < len(w.days); j++ {
		if target := w.target(w.days[j]); target-w.base[j]-w.added == lot {
			c.At, c.Target, c.Base, c.Rule = w.days[j], target, w.base[j], true
			return
		}
	}
}

func (t *Trace) ask(good planwright.Qty) {
	c := &t.Causes[len(t.Causes)-1]
	c.Asked = good
}

func (t *Trace) launch(w *worker, left, launched, before planwright.Qty, scrap planwright.Ratio, v *way) {
	x := Round{Cause: int32(len(t.Causes) - 1), Left: left, Launched: launched, Before: before, Scrap: scrap, Lots: w.wayOf(v)}
	if n := len(t.Rounds) - 1; n >= 0 && t.Rounds[n].Cause == x.Cause {
		x.Rate = t.Rounds[n].Rate
		if before > 0 {
			x.Left = t.Rounds[n].Left
		} else {
			x.Rate++
		}
	}
	t.Rounds = append(t.Rounds, x)
}

// wayOf tells a way of the sku at hand.
func (w *worker) wayOf(v *way) Way {
	s := w.p.s
	x := Way{Kind: v.kind, Source: v.source, Lead: v.lead, Calendar: v.cal, Site: s.Sites.Calendar[s.SKUs.Site[w.k]],
		LotMin: v.lotMin, LotMultiple: v.multiple, LotMax: v.lotMax, Price: v.price, Weekdays: v.weekdays}
	x.Releasing = x.Site
	if v.kind == planwright.Transfer && v.from != planwright.NoSKU {
		x.Releasing = s.Sites.Calendar[s.SKUs.Site[v.from]]
	}
	return x
}

// order notes an order of the decision.
func (t *Trace) order(w *worker, v *way, o *order, need planwright.Day) {
	s := w.p.s
	x := OrderTrace{
		Cause: int32(len(t.Causes) - 1), Made: int32(len(w.orders) - 1), Free: o.free, Qty: o.qty, Good: o.good, Need: need,
		Way: w.wayOf(v), PerUnit: perUnit(s, w.k, o.qty),
		Release: o.release, Start: o.start, Due: o.due, Available: o.avail, Late: o.late, kind: o.kind,
	}
	if x.Round = -1; !o.free {
		x.Round = int32(len(t.Rounds) - 1)
		for i := len(t.Orders) - 1; i >= 0 && t.Orders[i].Round == x.Round; i-- {
			x.Lot++
		}
	}
	t.Orders = append(t.Orders, x)
}

// move notes that a receipt should come on day d, where the balance is below the
// floor.
func (t *Trace) move(w *worker, x *supply, d planwright.Day, floor, base planwright.Qty) {
	t.Moves = append(t.Moves, Expedited{Ref: int32(x.ref), Day: d, Floor: floor, Base: base, Added: w.added, Before: int32(len(w.orders)), Late: planwright.None, Supplies: t.supplies(w)})
}

// late notes that a receipt should come in place of order i, which is late.
func (t *Trace) late(w *worker, x *supply, i int) {
	t.Moves = append(t.Moves, Expedited{Ref: int32(x.ref), Day: w.orders[i].need, Late: int32(i)})
}

// finish notes what planning left in the rows of the worker.
func (t *Trace) finish(w *worker) {
	for i := range w.demands {
		d := &w.demands[i]
		t.Demands = append(t.Demands, TracedDemand{Day: d.day, Kind: d.kind, Line: d.line, Far: d.far, Qty: d.qty, ref: d.ref})
	}
	for _, x := range w.expiries {
		t.Expired = append(t.Expired, TracedSupply{Day: x.on, On: x.on, Kind: planwright.ElemExpiry, Qty: x.qty, ref: int64(planwright.None)})
	}
	for i := range w.supplies {
		x := &w.supplies[i]
		if x.kind != planwright.ElemReceipt {
			continue
		}
		r := TracedReceipt{Ref: int32(x.ref), On: x.on, Need: planwright.NoDay, Open: x.open}
		if x.used {
			r.Need = x.need
		}
		t.Receipts = append(t.Receipts, r)
	}
	// The orders of a sku stand by due day, then kind, then as they were made.
	slices.SortStableFunc(t.Orders, func(a, b OrderTrace) int {
		return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.kind, b.kind))
	})
}

// refer puts rows of the plan in place of references to orders.
func (t *Trace) refer(tab *tables) {
	row := func(kind planwright.ElementKind, ref int64) int32 {
		switch kind {
		case planwright.ElemPlanned, planwright.ElemCoProduct, planwright.ElemDependent, planwright.ElemTransfer:
			return tab.first[ref>>32] + int32(ref)
		}
		return int32(ref)
	}
	for i := range t.Eaten {
		x := &t.Eaten[i]
		x.Ref = row(x.Kind, x.ref)
	}
	for i := range t.Demands {
		x := &t.Demands[i]
		x.Ref = row(x.Kind, x.ref)
	}
	supplies := func(list []TracedSupply) {
		for i := range list {
			list[i].Ref = row(list[i].Kind, list[i].ref)
		}
	}
	for i := range t.Causes {
		supplies(t.Causes[i].Supplies)
	}
	for i := range t.Moves {
		supplies(t.Moves[i].Supplies)
	}
}
