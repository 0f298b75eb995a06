package plan

import "planwright"

// decisionKey is what a decision holds to.
type decisionKey struct {
	about planwright.SuggestionKey
	basis string
}

// decided are the standing decisions by what they hold to.
type decided map[decisionKey]*planwright.Decision

// standing sorts decisions; a snooze whose day has come is over.
func standing(list []planwright.Decision, asOf planwright.Day) decided {
	m := make(decided, len(list))
	for i := range list {
		d := &list[i]
		key := decisionKey{d.Key, d.Basis}
		if d.Status == planwright.StatusOpen || d.Status == planwright.StatusSnoozed && d.Until <= asOf {
			delete(m, key)
			continue
		}
		m[key] = d
	}
	return m
}

// decide marks the suggestions about which something is decided, and the orders
// that are firm by it.
func decide(s *planwright.Snapshot, p *planwright.Plan, m decided) {
	g := &p.Suggestions
	firm := map[string]bool{}
	for i := range g.ID {
		d := m[decisionKey{g.Key(s, i), g.Basis[i]}]
		if d == nil {
			continue
		}
		g.Status[i], g.Decision[i] = d.Status, int32(d.ID)
		switch d.Status {
		case planwright.StatusApproved, planwright.StatusChanged, planwright.StatusExported:
			firm[g.OrderID[i]] = true
		}
	}
	if len(firm) == 0 {
		return
	}
	for i := range p.Orders.SKU {
		if firm[p.Orders.ID(s, i)] {
			p.Orders.Firm[i] = true
		}
	}
}
