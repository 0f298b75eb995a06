package ledger

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"planwright"
)

// OrderRow is a line of an open order, or of what a production order needs.
type OrderRow struct {
	Row                int64 // of the base; below 0: new
	Order, Item, Site  string
	Kind               string         // of a supply order
	Qty                planwright.Qty // open; 0: complete
	DueOn, OrderedOn   planwright.Day
	Priority           int32
	Customer, Supplier string
	FromSite, Segment  string
	Price              float64
	Firm, Shipped      Flag
}

// lineKey is what an event names a line by.
type lineKey struct{ order, item, site string }

// line is one line of an order: several rows where it is due in parts.
type line struct {
	of      *orders
	rows    []*OrderRow
	last    OrderRow // as it was last known, also when nothing of it is open
	changed bool
}

// orders are the lines of one table.
type orders struct {
	lines map[lineKey]*line
	ids   map[string][]lineKey // by order, in the order of coming
	// stated are the lines that some event of the fold states whole: a movement
	// for one of them need not wait.
	stated map[lineKey]bool
	base   []OrderRow
}

func ordersOf(rows []OrderRow) *orders {
	o := &orders{lines: map[lineKey]*line{}, ids: map[string][]lineKey{}, stated: map[lineKey]bool{}, base: rows}
	for i := range rows {
		r := rows[i]
		l := o.line(lineKey{r.Order, r.Item, r.Site})
		l.rows = append(l.rows, &r)
	}
	for _, l := range o.lines {
		slices.SortStableFunc(l.rows, func(a, b *OrderRow) int { return cmp.Or(cmp.Compare(a.DueOn, b.DueOn), cmp.Compare(a.Row, b.Row)) })
		l.last = *l.rows[0]
	}
	return o
}

// line returns a line, made where it is not there.
func (o *orders) line(k lineKey) *line {
	l := o.lines[k]
	if l == nil {
		l = &line{of: o}
		o.lines[k] = l
		o.ids[k.order] = append(o.ids[k.order], k)
	}
	return l
}

// reduce takes a quantity off what is open, earliest first; more than is open
// leaves nothing open.
func (l *line) reduce(q planwright.Qty) {
	for _, r := range l.rows {
		part := min(q, r.Qty)
		if part > 0 {
			r.Qty -= part
			q -= part
			l.changed = true
		}
	}
}

// close leaves nothing open.
func (l *line) close() {
	for _, r := range l.rows {
		if r.Qty != 0 {
			r.Qty, l.changed = 0, true
		}
	}
}

// table returns the orders that a statement is about.
func (f *fold) table(t Type) *orders {
	switch t {
	case DemandOrder, DemandOrderClosed, DemandOrderCancelled:
		return f.demand
	case Reservation:
		return f.needs
	}
	return f.supply
}

func (f *fold) cutOf(l *line) Cut {
	switch l.of {
	case f.demand:
		return f.in.Cuts.Demand
	case f.needs:
		return f.in.Cuts.Reservations
	}
	return f.in.Cuts.Supply
}

// whole says whether a statement says enough for a line that nobody knows.
func (e *Event) whole() bool {
	return e.Qty.Known() && e.DueOn.Known() && (e.Type != SupplyOrder || e.Kind != "")
}

// know notes the lines that events state.
func (f *fold) know(n *Numbered) {
	if e := &n.Event; (e.Type == DemandOrder || e.Type == SupplyOrder || e.Type == Reservation) && e.whole() && f.check(&Event{Type: e.Type, Item: e.Item, Site: e.Site, FromSite: e.FromSite, Supplier: e.Supplier}) == nil {
		f.table(e.Type).stated[lineKey{e.Order, e.Item, e.Site}] = true
	}
}

// knows says whether a line is in the base or stated by an event.
func (o *orders) knows(k lineKey) bool { return o.lines[k] != nil || o.stated[k] }

// served returns the line that a movement serves, nil where it names none or
// the line is stated later than the movement. An order that nobody knows is
// waited for.
func (f *fold) served(e *Event) (*line, *Problem) {
	if e.Order == "" {
		return nil, nil
	}
	k := lineKey{e.Order, e.Item, e.Site}
	var o *orders
	switch e.Type {
	case Receipt, Transfer:
		o = f.supply
	case Shipment:
		o = f.demand
	case Issue:
		if o = f.needs; !o.knows(k) { // a production order need not say what it needs
			for x := range f.supply.stated {
				if x.order == e.Order {
					return nil, nil
				}
			}
			if len(f.supply.ids[e.Order]) > 0 {
				return nil, nil
			}
		}
	default:
		return nil, nil
	}
	if !o.knows(k) {
		if len(o.ids[e.Order]) > 0 {
			return nil, waits(FieldOrder, "is %s, which has no line for %s at %s", e.Order, e.Item, e.Site)
		}
		return nil, waits(FieldOrder, "is %s, an order that is not there yet", e.Order)
	}
	return o.lines[k], nil
}

// order applies a statement about an order.
func (f *fold) order(n *Numbered) *Problem {
	e := &n.Event
	o := f.table(e.Type)
	if e.Type == DemandOrder || e.Type == SupplyOrder || e.Type == Reservation {
		return f.state(o, e)
	}
	found := false
	end := func(o *orders, held bool) {
		for _, k := range o.ids[e.Order] {
			if (e.Item == "" || k.item == e.Item) && (e.Site == "" || k.site == e.Site) {
				found = true
				if !held {
					o.lines[k].close()
				}
			}
		}
	}
	end(o, f.cutOf(&line{of: o}).holds(n))
	for k := range o.stated {
		found = found || k.order == e.Order
	}
	if o == f.supply && e.Item == "" {
		end(f.needs, f.in.Cuts.Reservations.holds(n)) // what it needed is not needed any more
	}
	if !found {
		return waits(FieldOrder, "is %s, an order that is not there yet", e.Order)
	}
	return nil
}

// state takes over what an event says about a line; what it does not say stays.
func (f *fold) state(o *orders, e *Event) *Problem {
	k := lineKey{e.Order, e.Item, e.Site}
	l := o.lines[k]
	if l == nil && !e.whole() {
		if o.stated[k] {
			return nil // stated later: that statement holds
		}
		return waits(FieldOrder, "is %s, an order that is not there yet; a new one needs qty, due_on and (a supply order) kind", e.Order)
	}
	if l == nil {
		l = o.line(k)
		l.last = OrderRow{Row: -1, Order: e.Order, Item: e.Item, Site: e.Site, DueOn: planwright.NoDay, OrderedOn: e.When.Day, Priority: planwright.NoInt, Price: math.NaN()}
	}
	over := func(r *OrderRow) {
		r.Kind, r.Customer, r.Supplier, r.FromSite, r.Segment = cmp.Or(e.Kind, r.Kind), cmp.Or(e.Customer, r.Customer), cmp.Or(e.Supplier, r.Supplier), cmp.Or(e.FromSite, r.FromSite), cmp.Or(e.Segment, r.Segment)
		r.Price = orPrice(e.Price, r.Price)
		if e.OrderedOn.Known() {
			r.OrderedOn = e.OrderedOn
		}
		if e.DueOn.Known() {
			r.DueOn = e.DueOn
		}
		if e.Priority != planwright.NoInt {
			r.Priority = e.Priority
		}
		if e.Firm != NotGiven {
			r.Firm = e.Firm
		}
		if e.Shipped != NotGiven {
			r.Shipped = e.Shipped
		}
	}
	over(&l.last)
	l.changed = true
	var open []*OrderRow
	for _, r := range l.rows {
		if r.Qty > 0 {
			over(r)
			open = append(open, r)
		}
	}
	if !e.Qty.Known() {
		return nil
	}
	// One quantity for the line: what was due in parts is one part now.
	for _, r := range open[min(1, len(open)):] {
		r.Qty = 0
	}
	switch {
	case len(open) > 0:
		open[0].Qty = e.Qty
	case e.Qty > 0 && len(l.rows) > 0: // it is open again, in its own row
		r := l.rows[0]
		at := r.Row
		*r = l.last
		r.Row, r.Qty = at, e.Qty
	case e.Qty > 0:
		r := l.last
		r.Row, r.Qty = -1, e.Qty
		l.rows = append(l.rows, &r)
	}
	return nil
}

func orPrice(a, b float64) float64 {
	if math.IsNaN(a) {
		return b
	}
	return a
}

// receipt notes how a purchase order was served, for the supplier's scores.
func (f *fold) receipt(e *Event, l *line) {
	o := &l.last
	if o.Supplier == "" || !o.OrderedOn.Known() || o.Kind != "purchase" && o.Kind != "subcontract" {
		return
	}
	var open planwright.Qty
	for _, r := range l.rows {
		open += min(r.Qty, planwright.MaxQty-open)
	}
	if open == 0 {
		open = e.Qty // more than was ordered, or held by the base
	}
	f.out.Receipts = append(f.out.Receipts, ReceiptRow{Order: e.Order, Supplier: o.Supplier, Item: e.Item, Site: e.Site, OrderedOn: o.OrderedOn, PromisedOn: o.DueOn, On: e.When.Day,
		Ordered: open, Received: e.Qty, Rejected: e.Rejected.Or(0), Event: e.ID})
}

// changed returns the rows of the lines that changed: those of the base in their
// order, then the new ones by order, item and site.
func (o *orders) changed() []OrderRow {
	var old, news []OrderRow
	for _, l := range o.lines {
		if !l.changed {
			continue
		}
		for _, r := range l.rows {
			if r.Row >= 0 {
				old = append(old, *r)
			} else if r.Qty > 0 {
				news = append(news, *r)
			}
		}
	}
	slices.SortFunc(old, func(a, b OrderRow) int { return cmp.Compare(a.Row, b.Row) })
	slices.SortFunc(news, func(a, b OrderRow) int {
		return cmp.Or(strings.Compare(a.Order, b.Order), strings.Compare(a.Item, b.Item), strings.Compare(a.Site, b.Site))
	})
	return append(old, news...)
}
