package plan

import (
	"cmp"
	"slices"

	"planwright"
	"planwright/mrp"
)

// Proposal is a suggestion about a planned or an open order, as far as the plan of its
// own sku tells: names, quantities and days are those of the whole list, what hangs on
// an order through the bills of material is not in it.
type Proposal struct {
	ID     string
	Action planwright.Action
	SKU    planwright.SKU
	Qty    planwright.Qty
	ActBy  planwright.Day
	NeedOn planwright.Day // NoDay
	Value  float64
}

// SuggestionChange is a suggestion that a scenario makes, drops or changes.
type SuggestionChange struct {
	Kind    ChangeKind // OrderNew, OrderGone, OrderMoved, OrderResized
	Was, Is *Proposal  // nil: none
}

// listed are the proposals of some sku's: planned orders to release within 28 days, and
// messages on open orders.
func (g *Ground) listed(s *planwright.Snapshot, r *mrp.Result) []Proposal {
	var list []Proposal
	o := &r.Orders
	for i, k := range o.SKU {
		if o.Release[i] <= g.Plan.AsOf+watchDays {
			list = append(list, Proposal{"S:" + o.ID(s, i), actionOf(o.Kind[i]), k, o.Qty[i], o.Release[i], o.Need[i], o.Cost[i]})
		}
	}
	eachMessage(s, &r.Exceptions, func(m *message) {
		p := Proposal{m.id, m.action, m.sku, m.qty, g.Plan.AsOf, m.day, m.qty.Float() * s.Items.UnitCost[s.SKUs.Item[m.sku]]}
		if m.action == planwright.ActCancel {
			p.NeedOn = planwright.NoDay
		}
		list = append(list, p)
	})
	return list
}

// changedSuggestions sets two lists against each other, the most money first.
func changedSuggestions(was, is []Proposal) []SuggestionChange {
	old := make(map[string]*Proposal, len(was))
	for i := range was {
		old[was[i].ID] = &was[i]
	}
	var out []SuggestionChange
	for i := range is {
		now := &is[i]
		before := old[now.ID]
		delete(old, now.ID)
		switch {
		case before == nil:
			out = append(out, SuggestionChange{OrderNew, nil, now})
		case before.Qty != now.Qty:
			out = append(out, SuggestionChange{OrderResized, before, now})
		case before.ActBy != now.ActBy || before.NeedOn != now.NeedOn:
			out = append(out, SuggestionChange{OrderMoved, before, now})
		}
	}
	for i := range was {
		if old[was[i].ID] == &was[i] {
			out = append(out, SuggestionChange{OrderGone, &was[i], nil})
		}
	}
	key := func(c *SuggestionChange) *Proposal {
		if c.Is != nil {
			return c.Is
		}
		return c.Was
	}
	slices.SortStableFunc(out, func(a, b SuggestionChange) int {
		x, y := key(&a), key(&b)
		return cmp.Or(cmp.Compare(y.Value, x.Value), cmp.Compare(x.ID, y.ID))
	})
	return out
}
