package ledger

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"planwright"
)

// Cut is the moment at which a statement about a whole table holds, and how
// many events had arrived when it was made.
type Cut struct {
	Moment
	Position int64
}

// Cuts are those of the base, by table. Stock, orders and reservations are
// statements: what happened before the cut is in them. Histories hold what
// happened before the cut and had arrived by then; what arrives later is added.
// Always is the cut of a history that the base does not have.
type Cuts struct {
	Stock, Demand, Supply, Reservations, Master Cut
	History, Movements, Receipts                Cut
}

// Always is before everything.
var Always = Cut{Moment: Moment{Day: planwright.MinDay}}

// Numbered is an event with its place in the order of arrival.
type Numbered struct {
	Seq int64
	Event
}

// Input is what a fold starts from. Rows are those of the base that the events
// may touch, in the order of the base; others need not be there.
type Input struct {
	Cuts         Cuts
	Until        planwright.Day // events after this day are for a later fold
	Site         string         // where an event names none; "": it must
	Stock        []StockRow
	Demand       []OrderRow
	Supply       []OrderRow
	Reservations []OrderRow
	HasItem      func(string) bool
	HasSite      func(string) bool
	HasSupplier  func(string) bool
	// Convert returns a quantity in stock units; false where there is no
	// conversion, or no room for the result.
	Convert func(item, uom string, q planwright.Qty) (planwright.Qty, bool)
	// UnitsPer is how many stock units one of a unit is, for prices.
	UnitsPer func(item, uom string) float64
}

// Waiting is an event that cannot be applied yet.
type Waiting struct {
	Event
	Problem
}

// Deleted is a row of master data that is gone.
type Deleted struct {
	Table string
	Key   []string // as the table's key has it
}

// HistoryRow is past demand.
type HistoryRow struct {
	Item, Site string
	On         planwright.Day
	Qty        planwright.Qty
	Kind       string
	Customer   string
	Price      float64
	Event      string
}

// MovementRow is an entry of the stock ledger.
type MovementRow struct {
	Item, Site string
	On         planwright.Day
	Qty        planwright.Qty // signed
	Kind       string
	Lot        string
	Document   string
	Event      string
}

// ReceiptRow is a finished receipt of a purchase.
type ReceiptRow struct {
	Order, Supplier, Item, Site string
	OrderedOn, PromisedOn, On   planwright.Day
	Ordered, Received, Rejected planwright.Qty
	Event                       string
}

// Result is what a fold makes of the base: rows that changed, came or went.
type Result struct {
	Stock        []StockRow // Row < 0: new; Qty 0: gone
	Demand       []OrderRow
	Supply       []OrderRow
	Reservations []OrderRow
	History      []HistoryRow
	Movements    []MovementRow
	Receipts     []ReceiptRow
	Deleted      []Deleted
	Waiting      []Waiting      // in the order of their ids
	Applied      int64          // events that changed something
	Held         int64          // events whose effect the base holds already
	Reversed     int64          // events that did not happen, and the reversals of them
	Later        int64          // events after Until
	Last         planwright.Day // of the events applied; NoDay for none
}

// rank orders what happens at the same moment: a count is the opening of its
// moment, an order is there before its receipts, and closed after them.
func (t Type) rank() int {
	switch t {
	case Count:
		return 0
	case DemandOrder, SupplyOrder, Reservation:
		return 1
	case Receipt, Return:
		return 2
	case DemandOrderClosed, DemandOrderCancelled, SupplyOrderClosed, SupplyOrderCancelled:
		return 4
	case Delete:
		return 5
	}
	return 3
}

// fold is one fold at work.
type fold struct {
	in     *Input
	out    *Result
	stock  map[place]*pile
	demand *orders
	supply *orders
	needs  *orders // reservations
}

// place is an item at a site.
type place struct{ item, site string }

// Fold applies events to a base. The events need no order; an id comes once.
func Fold(in *Input, events []Numbered) *Result {
	f := &fold{in: in, out: &Result{Last: planwright.NoDay}, stock: pilesOf(in.Stock), demand: ordersOf(in.Demand), supply: ordersOf(in.Supply), needs: ordersOf(in.Reservations)}
	list := slices.Clone(events)
	slices.SortFunc(list, func(a, b Numbered) int {
		return cmp.Or(cmp.Compare(a.When.Day, b.When.Day), cmp.Compare(a.When.Micros, b.When.Micros), cmp.Compare(a.Type.rank(), b.Type.rank()), strings.Compare(a.ID, b.ID))
	})
	for n, e := range list {
		if e.When.Day > in.Until {
			f.out.Later = int64(len(list) - n)
			list = list[:n]
			break
		}
	}
	list = f.reverse(list)
	for i := range list {
		if e := &list[i]; e.Item != "" && e.Site == "" {
			e.Site = in.Site
		}
		f.know(&list[i])
	}
	for i := range list {
		f.apply(&list[i])
	}
	f.collect()
	return f.out
}

// wait keeps an event for a later fold.
func (f *fold) wait(e *Event, p *Problem) {
	f.out.Waiting = append(f.out.Waiting, Waiting{*e, *p})
}

func waits(field Field, format string, args ...any) *Problem {
	return problem(planwright.CodeEventWaits, field, format, args...)
}

// holds says whether a statement of the base knows of an event.
func (c Cut) holds(e *Numbered) bool { return e.When.Before(c.Moment) }

// writes says whether a history of the base lacks an event.
func (c Cut) lacks(e *Numbered) bool { return !e.When.Before(c.Moment) || e.Seq > c.Position }

// reverse takes out the events that did not happen, with their reversals. What
// the base holds cannot be taken out of it: the opposite happens at the moment
// of the reversal.
func (f *fold) reverse(list []Numbered) []Numbered {
	byID := map[string]int{}
	any := false
	for i := range list {
		byID[list[i].ID] = i
		any = any || list[i].Type == Reversal
	}
	if !any {
		return list
	}
	gone := make([]bool, len(list))
	taken := map[string]string{}
	keep := list[:0:0]
	for i := range list {
		e := &list[i]
		if e.Type != Reversal {
			continue
		}
		gone[i] = true
		k, ok := byID[e.Of]
		switch {
		case !ok:
			f.wait(&e.Event, waits(FieldOf, "is %s, an event that is not there", e.Of))
		case list[k].Type == Reversal:
			f.wait(&e.Event, waits(FieldOf, "is %s, itself a reversal: append what happened anew, under another id", e.Of))
		case taken[e.Of] != "":
			f.wait(&e.Event, waits(FieldOf, "is %s, which %s has taken back", e.Of, taken[e.Of]))
		case !f.in.Cuts.Stock.holds(&list[k]):
			taken[e.Of] = e.ID
			gone[k] = true
			f.out.Reversed += 2
			f.happened(e.When.Day)
		case f.in.Cuts.Stock.holds(e):
			taken[e.Of] = e.ID
			f.out.Held++
		default:
			taken[e.Of] = e.ID
			if back, ok := opposite(e, &list[k].Event); ok {
				keep = append(keep, back)
			} else {
				f.wait(&e.Event, waits(FieldOf, "is %s, a %s that the snapshot holds: say how it is now", e.Of, list[k].Type))
			}
		}
	}
	for i := range list {
		if !gone[i] {
			keep = append(keep, list[i])
		}
	}
	slices.SortStableFunc(keep, func(a, b Numbered) int {
		return cmp.Or(cmp.Compare(a.When.Day, b.When.Day), cmp.Compare(a.When.Micros, b.When.Micros), cmp.Compare(a.Type.rank(), b.Type.rank()), strings.Compare(a.ID, b.ID))
	})
	return keep
}

// opposite is the movement that undoes one which the base holds: at the moment
// of its reversal, without its order.
func opposite(r *Numbered, e *Event) (Numbered, bool) {
	back := Numbered{Seq: r.Seq, Event: *e}
	back.ID, back.At, back.When, back.Document, back.Order = r.ID, r.At, r.When, e.ID, ""
	switch e.Type {
	case Receipt:
		back.Type, back.Qty = Adjustment, -(e.Qty - e.Rejected.Or(0))
	case Issue:
		back.Type = Adjustment
	case Shipment:
		back.Type = Return
	case Return:
		back.Type = Shipment
	case Transfer:
		back.Site, back.FromSite = e.FromSite, e.Site
	case Adjustment:
		back.Qty = -e.Qty
	default:
		return back, false
	}
	return back, true
}

// happened moves the last day on.
func (f *fold) happened(d planwright.Day) {
	if !f.out.Last.Known() || d > f.out.Last {
		f.out.Last = d
	}
}

// check returns why an event cannot be applied to this base.
func (f *fold) check(e *Event) *Problem {
	if e.Item != "" && !f.in.HasItem(e.Item) {
		return &Problem{planwright.CodeUnknownItem, "item_id", "item_id " + e.Item + " is not in table items"}
	}
	if e.Item != "" && e.Type != Delete {
		if e.Site == "" && e.Type != DemandOrderClosed && e.Type != DemandOrderCancelled && e.Type != SupplyOrderClosed && e.Type != SupplyOrderCancelled {
			return problem(planwright.CodeMissingValue, FieldSite, "is empty, and there are several sites")
		}
	}
	for _, s := range []struct {
		f    Field
		site string
	}{{FieldSite, e.Site}, {FieldFromSite, e.FromSite}} {
		if s.site != "" && !f.in.HasSite(s.site) {
			return problem(planwright.CodeUnknownSite, s.f, "%s is not in table sites", s.site)
		}
	}
	if e.Type == Transfer && e.Site == e.FromSite {
		return problem(planwright.CodeUnknownColumnValue, FieldFromSite, "is %s, the site that it goes to", e.Site)
	}
	if e.Type == SupplyOrder && e.Supplier != "" && !f.in.HasSupplier(e.Supplier) {
		return problem(planwright.CodeUnknownSupplier, FieldSupplier, "%s is not in table suppliers", e.Supplier)
	}
	if e.UOM != "" && e.Type != Delete {
		for _, q := range []*planwright.Qty{&e.Qty, &e.Rejected} {
			if !q.Known() {
				continue
			}
			converted, ok := f.in.Convert(e.Item, e.UOM, *q)
			if !ok {
				return problem(planwright.CodeUOMConversion, FieldUOM, "%s has no conversion to the stock unit of %s, or %s is too much of it", e.UOM, e.Item, *q)
			}
			*q = converted
		}
		if !math.IsNaN(e.Price) {
			e.Price /= f.in.UnitsPer(e.Item, e.UOM)
		}
		e.UOM = ""
	}
	return nil
}

// apply lets one event happen.
func (f *fold) apply(n *Numbered) {
	e := &n.Event
	c := &f.in.Cuts
	var live bool // something of the base lacks it
	switch e.Type {
	case DemandOrder, DemandOrderClosed, DemandOrderCancelled:
		live = !c.Demand.holds(n)
	case SupplyOrder:
		live = !c.Supply.holds(n)
	case SupplyOrderClosed, SupplyOrderCancelled:
		live = !c.Supply.holds(n) || !c.Reservations.holds(n)
	case Reservation:
		live = !c.Reservations.holds(n)
	case Delete:
		live = !c.Master.holds(n)
	case Count:
		live = !c.Stock.holds(n)
	case Receipt:
		live = !c.Stock.holds(n) || c.Movements.lacks(n) || c.Receipts.lacks(n) || e.Order != "" && !c.Supply.holds(n)
	case Shipment, Return:
		live = !c.Stock.holds(n) || c.Movements.lacks(n) || c.History.lacks(n) || e.Order != "" && !c.Demand.holds(n)
	case Issue:
		live = !c.Stock.holds(n) || c.Movements.lacks(n) || c.History.lacks(n) || e.Order != "" && !c.Reservations.holds(n)
	default:
		live = !c.Stock.holds(n) || c.Movements.lacks(n)
	}
	if !live {
		f.out.Held++
		return
	}
	p := f.check(e)
	if p == nil {
		switch e.Type {
		case Receipt, Issue, Shipment, Return, Transfer, Adjustment:
			p = f.move(n)
		case Count:
			p = f.count(n)
		case Delete:
			f.delete(e)
		default:
			p = f.order(n)
		}
	}
	if p != nil {
		f.wait(e, p)
		return
	}
	f.out.Applied++
	f.happened(e.When.Day)
}

func (f *fold) delete(e *Event) {
	r := e.Raw()
	d := Deleted{Table: e.Table}
	for _, k := range deletable[e.Table] {
		d.Key = append(d.Key, r[k])
	}
	f.out.Deleted = append(f.out.Deleted, d)
}

// collect hands over the rows that changed, and the events that wait by id.
func (f *fold) collect() {
	f.out.Stock = collectStock(f.in.Stock, f.stock)
	f.out.Demand, f.out.Supply, f.out.Reservations = f.demand.changed(), f.supply.changed(), f.needs.changed()
	slices.SortFunc(f.out.Waiting, func(a, b Waiting) int { return strings.Compare(a.ID, b.ID) })
}

// sum adds quantities within their range.
func sum(a, b planwright.Qty) (planwright.Qty, *Problem) {
	if q, ok := a.Add(b); ok {
		return q, nil
	}
	return 0, &Problem{planwright.CodeQtyRange, "qty", fmt.Sprintf("qty %s and %s are beyond 999,999,999,999.999999 together", a, b)}
}
