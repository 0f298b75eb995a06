package ledger

import (
	"cmp"
	"slices"
	"strings"

	"planwright"
)

// StockRow is a layer of stock: what came of one lot, or on one day.
type StockRow struct {
	Row                   int64 // of the base; below 0: new
	Item, Site            string
	Lot, Status, Segment  string // status is never empty
	Bin, Supplier         string
	ReceivedOn, ExpiresOn planwright.Day
	Qty                   planwright.Qty
	made                  int // order in which new rows came
	was                   planwright.Qty
}

// pile is the stock of an item at a site.
type pile struct{ rows []*StockRow }

func pilesOf(rows []StockRow) map[place]*pile {
	piles := map[place]*pile{}
	for i := range rows {
		r := rows[i]
		r.was = r.Qty
		p := piles[place{r.Item, r.Site}]
		if p == nil {
			p = &pile{}
			piles[place{r.Item, r.Site}] = p
		}
		p.rows = append(p.rows, &r)
	}
	return piles
}

func (f *fold) pile(item, site string) *pile {
	p := f.stock[place{item, site}]
	if p == nil {
		p = &pile{}
		f.stock[place{item, site}] = p
	}
	return p
}

// lots is what an event says about which stock it means.
type lots struct {
	lot, status, segment string
	exact                bool // what comes in is of this lot, and fills no other
}

func lotsOf(e *Event) lots {
	l := lots{lot: e.Lot, status: e.Status, segment: e.Segment}
	if l.status == "" {
		l.status = "available"
	}
	return l
}

// fits says whether a row is stock that an event means. What lies at a
// subcontractor is never meant.
func (l lots) fits(r *StockRow) bool {
	return r.Supplier == "" && r.Status == l.status && r.Segment == l.segment && (l.lot == "" || r.Lot == l.lot)
}

// usable returns the rows that an event means, first expired first, then first
// received; what is below zero last.
func (p *pile) usable(l lots) []*StockRow {
	var rows []*StockRow
	for _, r := range p.rows {
		if l.fits(r) && r.Qty != 0 {
			rows = append(rows, r)
		}
	}
	late := func(d planwright.Day) planwright.Day {
		if !d.Known() {
			return planwright.MaxDay + 1
		}
		return d
	}
	slices.SortStableFunc(rows, func(a, b *StockRow) int {
		return cmp.Or(cmp.Compare(btoi(a.Qty < 0), btoi(b.Qty < 0)), cmp.Compare(late(a.ExpiresOn), late(b.ExpiresOn)), cmp.Compare(a.ReceivedOn, b.ReceivedOn), strings.Compare(a.Lot, b.Lot))
	})
	return rows
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// layer is a part of a movement with where it came from.
type layer struct {
	lot                   string
	receivedOn, expiresOn planwright.Day
	qty                   planwright.Qty
}

// take takes stock out, layer by layer. What is not there is owed: a row below
// zero, which the next receipt fills.
func (p *pile) take(l lots, item, site string, q planwright.Qty) ([]layer, *Problem) {
	rows := p.usable(l)
	var have, owed planwright.Qty
	for _, r := range rows {
		if r.Qty > 0 {
			have += min(r.Qty, planwright.MaxQty-have)
		} else if r.Lot == l.lot {
			owed = r.Qty
		}
	}
	if q > have {
		if _, p := sum(owed, have-q); p != nil {
			return nil, p
		}
	}
	var out []layer
	for _, r := range rows {
		if q == 0 || r.Qty < 0 {
			break
		}
		part := min(q, r.Qty)
		r.Qty -= part
		q -= part
		out = append(out, layer{r.Lot, r.ReceivedOn, r.ExpiresOn, part})
	}
	if q > 0 {
		out = append(out, layer{l.lot, planwright.NoDay, planwright.NoDay, q})
		for _, r := range rows {
			if r.Qty < 0 && r.Lot == l.lot {
				r.Qty -= q
				return out, nil
			}
		}
		p.add(l, item, site, layer{l.lot, planwright.NoDay, planwright.NoDay, -q})
	}
	return out, nil
}

// put takes stock in: it first fills what is owed of the lot, then of no lot in
// particular, and lies then with its like.
func (p *pile) put(l lots, item, site string, in layer) *Problem {
	l.lot = ""
	var likeness *StockRow
	var owing []*StockRow
	for _, r := range p.rows {
		switch {
		case !l.fits(r) || r.Qty == 0:
		case r.Qty < 0 && (r.Lot == in.lot || r.Lot == "" && !l.exact):
			owing = append(owing, r)
		case r.Qty > 0 && likeness == nil && r.Lot == in.lot && r.ReceivedOn == in.receivedOn && (r.ExpiresOn == in.expiresOn || in.lot != "" && !in.expiresOn.Known()):
			likeness = r
		}
	}
	if likeness != nil {
		if _, p := sum(likeness.Qty, in.qty); p != nil {
			return p
		}
	}
	slices.SortStableFunc(owing, func(a, b *StockRow) int { return cmp.Compare(btoi(a.Lot != in.lot), btoi(b.Lot != in.lot)) })
	for _, r := range owing {
		part := min(in.qty, -r.Qty)
		r.Qty += part
		in.qty -= part
	}
	switch {
	case in.qty == 0:
	case likeness != nil:
		likeness.Qty += in.qty
	default:
		p.add(l, item, site, in)
	}
	return nil
}

func (p *pile) add(l lots, item, site string, in layer) {
	p.rows = append(p.rows, &StockRow{Row: -1, Item: item, Site: site, Lot: in.lot, Status: l.status, Segment: l.segment, ReceivedOn: in.receivedOn, ExpiresOn: in.expiresOn, Qty: in.qty, made: len(p.rows)})
}

// total is what an event counts.
func (p *pile) total(l lots) (q planwright.Qty, bad *Problem) {
	for _, r := range p.rows {
		if l.fits(r) {
			if q, bad = sum(q, r.Qty); bad != nil {
				return 0, bad
			}
		}
	}
	return q, nil
}

// settle lets what is owed be taken from what is there, so that a count of
// nothing leaves nothing.
func (p *pile) settle(l lots) {
	rows := p.usable(l)
	for _, owed := range rows {
		for _, r := range rows {
			if owed.Qty < 0 && r.Qty > 0 {
				part := min(-owed.Qty, r.Qty)
				owed.Qty += part
				r.Qty -= part
			}
		}
	}
}

// collectStock returns the rows that changed, those of the base in their order,
// then the new ones by item, site and coming.
func collectStock(base []StockRow, piles map[place]*pile) []StockRow {
	var old, news []StockRow
	for _, p := range piles {
		for _, r := range p.rows {
			switch {
			case r.Row >= 0 && r.Qty != r.was:
				old = append(old, *r)
			case r.Row < 0 && r.Qty != 0:
				news = append(news, *r)
			}
		}
	}
	slices.SortFunc(old, func(a, b StockRow) int { return cmp.Compare(a.Row, b.Row) })
	slices.SortFunc(news, func(a, b StockRow) int {
		return cmp.Or(strings.Compare(a.Item, b.Item), strings.Compare(a.Site, b.Site), cmp.Compare(a.made, b.made))
	})
	return append(old, news...)
}

// move applies a movement to stock, to the order that it serves, and to the
// histories.
func (f *fold) move(n *Numbered) *Problem {
	e := &n.Event
	c := &f.in.Cuts
	line, p := f.served(e)
	if p != nil {
		return p
	}
	good := e.Qty - e.Rejected.Or(0)
	in := layer{e.Lot, e.When.Day, e.ExpiresOn, good}
	l := lotsOf(e)
	if !c.Stock.holds(n) {
		to := f.pile(e.Item, e.Site)
		switch {
		case (e.Type == Receipt || e.Type == Return) && good == 0:
		case e.Type == Receipt || e.Type == Return || e.Type == Adjustment && e.Qty > 0:
			p = to.put(l, e.Item, e.Site, in)
		case e.Type == Adjustment:
			_, p = to.take(l, e.Item, e.Site, -e.Qty)
		case e.Type == Transfer:
			p = f.transfer(e, l)
		default:
			_, p = to.take(l, e.Item, e.Site, e.Qty)
		}
		if p != nil {
			return p
		}
	}
	if c.Movements.lacks(n) {
		switch e.Type {
		case Receipt, Return:
			f.entry(e, e.Site, good)
		case Adjustment:
			f.entry(e, e.Site, e.Qty)
		case Transfer:
			f.entry(e, e.FromSite, -e.Qty)
			f.entry(e, e.Site, e.Qty)
		default:
			f.entry(e, e.Site, -e.Qty)
		}
	}
	if c.History.lacks(n) {
		kinds := map[Type]string{Shipment: "sale", Return: "return", Issue: "issue"}
		if kind := kinds[e.Type]; kind != "" {
			h := HistoryRow{Item: e.Item, Site: e.Site, On: e.When.Day, Qty: e.Qty, Kind: kind, Customer: e.Customer, Price: e.Price, Event: e.ID}
			if line != nil && e.Type == Shipment {
				h.Customer, h.Price = cmp.Or(h.Customer, line.last.Customer), orPrice(h.Price, line.last.Price)
			}
			f.out.History = append(f.out.History, h)
		}
	}
	if line == nil {
		return nil
	}
	if e.Type == Receipt && c.Receipts.lacks(n) {
		f.receipt(e, line)
	}
	if !f.cutOf(line).holds(n) {
		line.reduce(good)
	}
	return nil
}

// transfer moves layers from site to site; they keep their age.
func (f *fold) transfer(e *Event, l lots) *Problem {
	to := f.pile(e.Item, e.Site)
	there, p := to.total(lots{status: l.status, segment: l.segment})
	if p == nil {
		_, p = sum(max(0, there), e.Qty) // before anything has moved
	}
	if p != nil {
		return p
	}
	parts, p := f.pile(e.Item, e.FromSite).take(l, e.Item, e.FromSite, e.Qty)
	if p != nil {
		return p
	}
	for _, x := range parts {
		if !x.receivedOn.Known() {
			x.receivedOn = e.When.Day
		}
		if p := to.put(l, e.Item, e.Site, x); p != nil {
			return p
		}
	}
	return nil
}

// entry adds a line to the stock ledger.
func (f *fold) entry(e *Event, site string, q planwright.Qty) {
	if q == 0 {
		return
	}
	f.out.Movements = append(f.out.Movements, MovementRow{Item: e.Item, Site: site, On: e.When.Day, Qty: q, Kind: e.Type.String(), Lot: e.Lot, Document: cmp.Or(e.Document, e.Order, e.ID), Event: e.ID})
}

// count sets stock to what was found. The difference is in the ledger.
func (f *fold) count(n *Numbered) *Problem {
	e := &n.Event
	l := lotsOf(e)
	l.exact = l.lot != ""
	to := f.pile(e.Item, e.Site)
	have, p := to.total(l)
	if p != nil {
		return p
	}
	diff, p := sum(e.Qty, -have)
	if p != nil {
		return p
	}
	to.settle(l)
	switch {
	case diff > 0:
		p = to.put(l, e.Item, e.Site, layer{e.Lot, e.When.Day, e.ExpiresOn, diff})
	case diff < 0:
		_, p = to.take(l, e.Item, e.Site, -diff)
	}
	if p == nil && f.in.Cuts.Movements.lacks(n) {
		f.entry(e, e.Site, diff)
	}
	return p
}
