package plan

import (
	"cmp"
	"context"
	"math"
	"slices"

	"planwright"
	"planwright/mrp"
)

// Cause is what a change of a plan is put down to.
type Cause uint8

// The causes, in the order in which the changes between two plans are replayed.
// A cause has the effect that its change has after those before it.
const (
	CauseDay       Cause = iota // the as-of day moved on, and with it the end of the horizon
	CauseHorizon                // a longer or shorter horizon, with the forecast of the periods that only the longer one has
	CauseStock                  // stock on hand
	CauseDemand                 // customer orders and reservations
	CauseSupply                 // open receipts
	CauseForecast               // computed and given
	CausePolicy                 // safety stocks, reorder points and quantities, computed or entered
	CauseLeadTime               // of sku's, sources and suppliers
	CauseParameter              // other parameters of sku's
	CauseMaster                 // items, bills of material, sources, calendars, sku's that came or went
	CauseEngine                 // another version of the engine made the plan: what it made otherwise of the same data
	causeCount
)

var causeNames = []string{"day", "horizon", "stock", "orders", "receipts", "forecast", "policy", "lead_time", "parameter", "master_data", "engine"}

func (c Cause) String() string { return causeNames[c] }

// Causes lists the causes in their order.
func Causes() []Cause {
	all := make([]Cause, causeCount)
	for i := range all {
		all[i] = Cause(i)
	}
	return all
}

// Change is what became of a planned order between two plans. Rows are those of
// the two plans' orders, -1 where there is none.
type Change struct {
	Kind       ChangeKind
	SKU        planwright.SKU // of the later plan; NoSKU where it has none
	From, To   int
	FromQty    planwright.Qty
	ToQty      planwright.Qty
	FromDay    planwright.Day // due; NoDay
	ToDay      planwright.Day
	Days       int                        // that it moved
	Parts      [causeCount]planwright.Qty // add up to ToQty − FromQty
	Money      float64                    // ToQty − FromQty at the price of the order
	Why        Cause                      // the last one that changed it
	FromID, ID string
	Item, Site string
}

// ChangeKind says what became of an order.
type ChangeKind uint8

// The kinds of changes.
const (
	OrderNew ChangeKind = iota
	OrderGone
	OrderMoved
	OrderResized
)

var changeNames = []string{"new", "gone", "moved", "resized"}

func (k ChangeKind) String() string { return changeNames[k] }

// bands are the ends of the horizon bands of nervousness, in days from the later
// plan's as-of day.
var bands = []planwright.Day{7, 28, 91, math.MaxInt32 / 2}

// Band is the nervousness of one part of the horizon: how much of what was planned
// in it changed.
type Band struct {
	FromDay, ToDay int // days from the as-of day, exclusive; ToDay 0: no end
	Orders         int // of the earlier plan due in it
	Changed        int // changes due in it, by the earlier day of either plan
	Planned        float64
	Moved          float64 // money of new, gone and resized, and of what moved in time
}

// Comparison is what changed from one plan to the next.
type Comparison struct {
	Kept     int
	Changes  []Change
	Messages []MessageChange // on open orders
	Totals   [causeCount]Total
	Bands    []Band
	// EngineChanged says that the two plans were made by different versions; both
	// are replayed by this one.
	EngineChanged bool
}

// Total is what a cause did in all.
type Total struct {
	Orders int     // changes that it did last
	Money  float64 // of planned orders, at their prices
}

// Made are the orders and the messages of a plan as they stand in its file, where
// another version of the engine may have made them. Of the orders the sku, kind,
// quantity, due day, cost and sequence are looked at.
type Made struct {
	Orders     planwright.PlannedOrders
	Exceptions planwright.Exceptions
}

// stored are the orders and messages of the plan's file, else of this engine.
func (st *Standing) stored() (*planwright.PlannedOrders, *planwright.Exceptions) {
	if st.made != nil {
		return &st.made.Orders, &st.made.Exceptions
	}
	return &st.Plan.Orders, &st.Plan.Exceptions
}

// Compare says what changed between two plans, order by order and message by
// message, and why. The changes of the inputs are replayed in turn, cause by cause,
// on the earlier plan until it is the later one; what a step changes is its cause's,
// so that the parts of an order add up to its whole change exactly. Policies and
// forecasts are those of the plans.
func Compare(ctx context.Context, a, b *Standing) (*Comparison, error) {
	return CompareMade(ctx, a, b, nil, nil)
}

// CompareMade is [Compare] of plans that other versions of the engine may have
// made: what their files have otherwise than this engine makes it of their own data
// is put down to [CauseEngine]. nil: as this engine makes it.
func CompareMade(ctx context.Context, a, b *Standing, madeA, madeB *Made) (*Comparison, error) {
	x, y := *a, *b
	x.made, y.made = madeA, madeB
	a, b = &x, &y
	h := newHybrid(a, b)
	opt := mrp.Options{Workers: b.workers}
	var steps []step
	run := func(c Cause) error {
		opt.HorizonEnd = h.end
		r, err := mrp.Run(ctx, h.in, opt)
		if err != nil {
			return err
		}
		steps = append(steps, newStep(c, h.in.Snap, &r.Orders, &r.Exceptions))
		return nil
	}
	// As it was planned, in its own numbers, and by this engine. Sku's that are gone,
	// or whose rows name what is gone, differ before any step: that is master data, and
	// so is what the last step leaves.
	made := func(st *Standing, c Cause) step {
		o, x := st.stored()
		return newStep(c, st.Snap, o, x)
	}
	replayed := func(st *Standing, c Cause) step { return newStep(c, st.Snap, &st.Plan.Orders, &st.Plan.Exceptions) }
	steps = append(steps, made(a, CauseEngine), replayed(a, CauseEngine))
	if err := run(CauseMaster); err != nil {
		return nil, err
	}
	for c := range CauseMaster {
		if h.apply(c) {
			if err := run(c); err != nil {
				return nil, err
			}
		}
	}
	steps = append(steps, replayed(b, CauseMaster), made(b, CauseEngine))
	out := &Comparison{EngineChanged: a.Plan.Version != b.Plan.Version}
	out.match(a, b, steps[0].orders)
	for i := range out.Changes {
		x := &out.Changes[i]
		x.Parts, x.Why = partsOf(steps, step.order, x.FromID, x.ID)
		out.Totals[x.Why].Orders++
		price := x.price(a, b)
		for c, q := range x.Parts {
			out.Totals[c].Money += q.Float() * price
		}
	}
	out.messages(a, b, steps)
	out.nervousness(a, b)
	return out, nil
}

// step is the plan after the change of one cause: quantity and day of its orders
// and of its messages by name.
type step struct {
	cause            Cause
	orders, messages map[string]state
}

type state struct {
	qty planwright.Qty
	day planwright.Day
}

func newStep(c Cause, s *planwright.Snapshot, o *planwright.PlannedOrders, x *planwright.Exceptions) step {
	t := step{c, make(map[string]state, o.Len()), map[string]state{}}
	for i := range o.SKU {
		t.orders[o.ID(s, i)] = state{o.Qty[i], o.Due[i]}
	}
	eachMessage(s, x, func(m *message) { t.messages[m.id] = state{m.qty, m.day} })
	return t
}

func (t step) order(id string) state   { return t.orders[id] }
func (t step) message(id string) state { return t.messages[id] }

// partsOf says what each step did to the quantity of what is named from before and
// to after, and which of them changed it last.
func partsOf(steps []step, at func(step, string) state, from, to string) (parts [causeCount]planwright.Qty, why Cause) {
	why = CauseMaster
	pair := func(t step) (p [2]state) {
		if p[1] = at(t, to); from != to {
			p[0] = at(t, from)
		}
		return p
	}
	was := pair(steps[0])
	for _, t := range steps[1:] {
		now := pair(t)
		parts[t.cause] += now[0].qty + now[1].qty - was[0].qty - was[1].qty
		if now != was {
			why = t.cause
		}
		was = now
	}
	return parts, why
}

// match pairs the orders of two plans: by name, the others of a sku and kind one
// after the other.
func (c *Comparison) match(a, b *Standing, first map[string]state) {
	type group struct {
		key  string
		kind planwright.OrderKind
	}
	gone, came := map[group][]int{}, map[group][]int{}
	o, _ := a.stored()
	n, _ := b.stored()
	names := make(map[string]int, n.Len())
	for j := range n.SKU {
		id := n.ID(b.Snap, j)
		names[id] = j
		if _, ok := first[id]; !ok {
			g := group{b.key(n.SKU[j]), n.Kind[j]}
			came[g] = append(came[g], j)
		}
	}
	put := func(i, j int) {
		x := Change{From: i, To: j, SKU: planwright.NoSKU, FromDay: planwright.NoDay, ToDay: planwright.NoDay}
		if i >= 0 {
			x.FromQty, x.FromDay, x.FromID = o.Qty[i], o.Due[i], o.ID(a.Snap, i)
			x.ID = x.FromID
		}
		if j >= 0 {
			x.SKU, x.ToQty, x.ToDay, x.ID = n.SKU[j], n.Qty[j], n.Due[j], n.ID(b.Snap, j)
			if i < 0 {
				x.FromID = x.ID
			}
			x.Item, x.Site = codesOf(b.Snap, n.SKU[j])
		} else {
			x.Item, x.Site = codesOf(a.Snap, o.SKU[i])
		}
		switch {
		case i < 0:
			x.Kind = OrderNew
		case j < 0:
			x.Kind = OrderGone
		case x.FromDay != x.ToDay:
			x.Kind, x.Days = OrderMoved, int(x.ToDay-x.FromDay)
		default:
			x.Kind = OrderResized
		}
		x.Money = (x.ToQty - x.FromQty).Float() * x.price(a, b)
		c.Changes = append(c.Changes, x)
	}
	for i := range o.SKU {
		id := o.ID(a.Snap, i)
		j, ok := names[id]
		switch {
		case !ok:
			g := group{a.key(o.SKU[i]), o.Kind[i]}
			gone[g] = append(gone[g], i)
		case o.Qty[i] != n.Qty[j]:
			put(i, j)
		default:
			c.Kept++
		}
	}
	for g, list := range gone {
		with := came[g]
		for x, i := range list {
			if x < len(with) {
				put(i, with[x])
			} else {
				put(i, -1)
			}
		}
		came[g] = with[min(len(list), len(with)):]
	}
	for _, list := range came {
		for _, j := range list {
			put(-1, j)
		}
	}
	slices.SortFunc(c.Changes, func(x, y Change) int {
		return cmp.Or(cmp.Compare(math.Abs(y.Money), math.Abs(x.Money)), cmp.Compare(x.ID, y.ID), cmp.Compare(x.FromID, y.FromID))
	})
}

// price is the price of an order, of the later plan where it is in both.
func (x *Change) price(a, b *Standing) float64 {
	o, _ := b.stored()
	i := x.To
	if i < 0 {
		o, _ = a.stored()
		i = x.From
	}
	if q := o.Qty[i].Float(); q > 0 {
		return o.Cost[i] / q
	}
	return 0
}

// nervousness sums the changes by parts of the horizon.
func (c *Comparison) nervousness(a, b *Standing) {
	today := b.Snap.AsOf
	c.Bands = make([]Band, len(bands))
	of := func(d planwright.Day) *Band {
		for i, end := range bands {
			if d < today+end {
				return &c.Bands[i]
			}
		}
		return &c.Bands[len(bands)-1]
	}
	for i := range c.Bands {
		if i > 0 {
			c.Bands[i].FromDay = int(bands[i-1])
		}
		if i+1 < len(bands) {
			c.Bands[i].ToDay = int(bands[i])
		}
	}
	o, _ := a.stored()
	for i, d := range o.Due {
		t := of(d)
		t.Orders++
		t.Planned += o.Cost[i]
	}
	for i := range c.Changes {
		x := &c.Changes[i]
		d := x.FromDay
		if !d.Known() || x.ToDay.Known() && x.ToDay < d {
			d = x.ToDay
		}
		t := of(d)
		t.Changed++
		if x.Kind == OrderMoved {
			t.Moved += max(x.FromQty, x.ToQty).Float() * x.price(a, b)
		} else {
			t.Moved += math.Abs(x.Money)
		}
	}
}
