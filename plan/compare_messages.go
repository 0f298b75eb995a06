package plan

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"planwright"
)

// MessageChange is what became of a message on an open order, to expedite, defer
// or cancel it.
type MessageChange struct {
	Kind       ChangeKind
	Action     planwright.Action
	OrderID    string // of the open order
	Item, Site string
	FromQty    planwright.Qty // of the order that it is about; 0 where it is new
	ToQty      planwright.Qty
	FromDay    planwright.Day // that it asks for; NoDay
	ToDay      planwright.Day
	Parts      [causeCount]planwright.Qty // add up to ToQty − FromQty
	Money      float64                    // what it is about now, at unit cost; where it is gone, what it was about
	Why        Cause                      // the last one that changed it
}

// message is a message on an open order. Its name is that of its suggestion, the
// same in every plan.
type message struct {
	id     string
	action planwright.Action
	order  string
	sku    planwright.SKU
	qty    planwright.Qty
	day    planwright.Day
}

// messageActions are the exceptions that ask for something about an open order, with
// what the names of their suggestions begin with.
var messageActions = map[planwright.Code]struct {
	action planwright.Action
	prefix string
}{
	planwright.CodeExpedite: {planwright.ActExpedite, "E:"}, planwright.CodeDefer: {planwright.ActDefer, "D:"}, planwright.CodeCancel: {planwright.ActCancel, "C:"},
}

// eachMessage calls do for every message of a plan. An order of several parts may
// have several: they are told apart by their order.
func eachMessage(s *planwright.Snapshot, x *planwright.Exceptions, do func(*message)) {
	seen := map[string]int{}
	for i, code := range x.Code {
		a, ok := messageActions[code]
		if !ok || x.OrderID[i] == "" || x.SKU[i] == planwright.NoSKU {
			continue
		}
		m := message{action: a.action, order: x.OrderID[i], sku: x.SKU[i], qty: x.Qty[i].Or(0), day: x.MoveTo[i]}
		m.id = a.prefix + m.order + ":" + s.Code(m.sku)
		seen[m.id]++
		if n := seen[m.id]; n > 1 {
			m.id += "#" + strconv.Itoa(n)
		}
		do(&m)
	}
}

// messages pairs the messages of two plans by name.
func (c *Comparison) messages(a, b *Standing, steps []step) {
	_, was := a.stored()
	_, is := b.stored()
	before := map[string]message{}
	eachMessage(a.Snap, was, func(m *message) { before[m.id] = *m })
	put := func(id string, kind ChangeKind, st *Standing, m *message, from, to state) {
		x := MessageChange{Kind: kind, Action: m.action, OrderID: m.order, FromQty: from.qty, ToQty: to.qty, FromDay: from.day, ToDay: to.day}
		x.Item, x.Site = codesOf(st.Snap, m.sku)
		x.Money = m.qty.Float() * st.Snap.Items.UnitCost[st.Snap.SKUs.Item[m.sku]]
		x.Parts, x.Why = partsOf(steps, step.message, id, id)
		c.Messages = append(c.Messages, x)
	}
	none := state{0, planwright.NoDay}
	eachMessage(b.Snap, is, func(m *message) {
		old, ok := before[m.id]
		delete(before, m.id)
		to := state{m.qty, m.day}
		switch from := (state{old.qty, old.day}); {
		case !ok:
			put(m.id, OrderNew, b, m, none, to)
		case from.day != to.day:
			put(m.id, OrderMoved, b, m, from, to)
		case from.qty != to.qty:
			put(m.id, OrderResized, b, m, from, to)
		}
	})
	for id, m := range before {
		put(id, OrderGone, a, &m, state{m.qty, m.day}, none)
	}
	slices.SortFunc(c.Messages, func(x, y MessageChange) int {
		return cmp.Or(cmp.Compare(math.Abs(y.Money), math.Abs(x.Money)), cmp.Compare(x.OrderID, y.OrderID), cmp.Compare(x.Action, y.Action), cmp.Compare(x.Item, y.Item), cmp.Compare(x.Site, y.Site), cmp.Compare(x.FromDay, y.FromDay), cmp.Compare(x.ToDay, y.ToDay))
	})
}

// codesOf are the item and the site of a sku.
func codesOf(s *planwright.Snapshot, k planwright.SKU) (item, site string) {
	return s.Items.ID[s.SKUs.Item[k]], s.Sites.ID[s.SKUs.Site[k]]
}
