package sample

import (
	"math"
	"math/rand/v2"
)

// writeMaster writes what does not depend on a site: item, units, components.
func (g *generator) writeMaster(r *rand.Rand, item int32, k *kind, m *demandModel) {
	o := &g.out
	t := o.items
	t.next()
	t.buf = g.lay.appendID(t.buf, item)
	t.next()
	t.buf = g.lay.appendName(t.buf, item)
	t.str(categoryName[k.cat])
	t.str(k.uom)
	t.float(g.cost[item], 4)
	g.price = 0
	if m.sold() {
		markup := 1.45 + .25*r.Float64()
		if k.cat == catSpare {
			markup = 2 + r.Float64()
		}
		g.price = priceTag(g.cost[item] * markup)
		t.float(g.price, 2)
	} else {
		t.empty(1)
	}
	t.integerOr(k.shelf)
	if k.uom == "KG" {
		t.integer(3)
	} else {
		t.integer(0)
	}
	switch {
	case m.gone != 0:
		t.str("phase_out")
		t.day(m.gone)
		t.next()
		t.buf = g.lay.appendID(t.buf, m.successor)
	case k.class >= part && g.useRate(item) == 0 && g.parents[item] == 0:
		t.str("obsolete")
		t.empty(2)
	default:
		t.str("active")
		t.empty(2)
	}
	t.str(planner(k))
	t.end()

	if k.packOf > 0 {
		g.uom(item, k.pack, k.packOf, 1)
	}
	if k.uom == "KG" {
		g.uom(item, "G", 1, 1000)
	}
	g.lineBuf = g.lines(g.lineBuf, item)
	for i := range g.lineBuf {
		b := &g.lineBuf[i]
		t := o.bom
		t.next()
		t.buf = g.lay.appendID(t.buf, item)
		t.next()
		t.buf = g.lay.appendID(t.buf, b.comp)
		t.integer(int(b.qty))
		if b.scrap > 0 {
			t.float(b.scrap, 2)
		} else {
			t.empty(1)
		}
		if b.grams {
			t.str("G")
		} else {
			t.empty(1)
		}
		t.day(b.from)
		t.day(b.to)
		t.end()
	}
}

func (g *generator) uom(item int32, uom string, factor, per int) {
	t := g.out.uoms
	t.next()
	t.buf = g.lay.appendID(t.buf, item)
	t.str(uom)
	t.integer(factor)
	t.integer(per)
	t.end()
}

// priceTag rounds a price to what a price list would show.
func priceTag(p float64) float64 {
	switch {
	case p >= 100:
		return math.Round(p) - 1
	case p >= 10:
		return math.Round(p*2) / 2
	}
	return math.Ceil(p*10) / 10
}

var serviceLevel = [3]float64{.98, .95, .90}

var orderCost = [...]int{makes: 220, buys: 90, transfers: 45}

// writeSite writes what an item is and has at a site after its simulation.
func (g *generator) writeSite(r *rand.Rand, item int32, k *kind, site int, m *demandModel, x *run, s *supply, rate float64) {
	g.name = g.lay.appendID(g.name[:0], item)
	if s.how == buys && rate > 0 && r.IntN(200) < 3 {
		// A blanket order placed early, far in the future.
		due := g.asOf + 180 + int32(r.IntN(240))
		x.orders = append(x.orders, order{ordered: g.asOf - 20 - int32(r.IntN(30)), promised: due, arrived: due, qty: s.fit(int64(rate*s.cycle) * 1000)})
		x.open = append(x.open, int32(len(x.orders)-1))
	}
	first := g.orderSeq[s.how] + 1
	g.orderSeq[s.how] += len(x.orders)
	g.writeSKU(r, item, k, site, x, s)
	g.writeSource(r, item, k, site, s, rate)
	g.writeStock(r, k, site, x, s, first)
	g.writeOpen(r, item, k, site, x, s, first)
	if site >= siteGZ {
		g.writeDemandOrders(r, site, m, rate)
	}
	g.writeHistory(site, m, x)
	g.writeMovements(site, x, s, first)
	if s.how == buys {
		g.writeReceipts(site, x, s, first)
	}
}

func (g *generator) writeSKU(r *rand.Rand, item int32, k *kind, site int, x *run, s *supply) {
	t := g.out.skus
	t.bytes(g.name)
	t.str(siteID[site])
	t.str(procurementName[s.how])
	if s.how == makes {
		t.integer(s.lead)
	} else {
		t.empty(1)
	}
	if s.how == buys && (k.group == gCell || k.group == gElectronic || k.group == gBearing) {
		t.integer(1) // incoming inspection
	} else {
		t.empty(1)
	}
	class := g.valueClass(item)
	cheap := s.how == buys && k.class == part && x.max > 0 && (k.group == gFastener || k.group == gPackaging && k.packOf > 0)
	switch {
	case cheap:
		// Screws and labels: two-bin parts with an entered reorder point.
		t.str("reorder_point")
		t.str("foq")
		t.qty(s.fit(x.max - x.min))
		t.empty(1)
	case s.how == transfers:
		t.str("mrp") // a truck a week to each warehouse
		t.str("week")
		t.empty(1)
		t.integer(1)
	case s.how == buys && class == 0:
		t.str("mrp")
		t.str("lfl")
		t.empty(2)
	case s.how == makes && k.class == finished || s.how == buys && class == 1:
		t.str("mrp")
		t.str("week")
		t.empty(1)
		t.integer(1)
	case s.how == makes:
		t.str("mrp")
		t.str("poq")
		t.empty(1)
		t.integer(7)
	default:
		t.str("mrp")
		t.str("month")
		t.empty(1)
		t.integer(1)
	}
	if s.how == buys {
		t.empty(2) // the source has them in the purchase unit
	} else {
		t.qty(s.lotMin)
		t.qty(s.lotMult)
	}
	if site >= siteGZ && k.class == finished && x.max > 0 && r.IntN(100) < 4 {
		t.qty(max(x.min/2000, 1) * 1000) // agreed with sales, not computed
	} else {
		t.empty(1)
	}
	if cheap {
		t.qty(x.min)
	} else {
		t.empty(1)
	}
	t.integer(s.review)
	t.float(serviceLevel[class], 2)
	t.str("cycle")
	t.integer(orderCost[s.how])
	t.float(.22, 2)
	if x.max > 0 {
		t.qty(x.min)
		t.qty(x.max)
	} else {
		t.empty(2)
	}
	t.day(x.setOn)
	t.bytes(x.history)
	t.end()
}

// perPack converts thousandths of the stock unit to thousandths of the
// purchase unit where that is exact.
func perPack(k *kind, q int64) (int64, string) {
	if p := int64(k.packOf); p > 0 && q%p == 0 && q/p%1000 == 0 {
		return q / p, k.pack
	}
	return q, ""
}

func (g *generator) writeSource(r *rand.Rand, item int32, k *kind, site int, s *supply, rate float64) {
	t := g.out.sources
	row := func(supplier, lead, priority int, sd, price float64) {
		t.bytes(g.name)
		t.str(siteID[site])
		t.str(procurementName[s.how])
		if s.how == transfers {
			t.empty(1)
			t.str(siteID[s.from])
		} else {
			t.serial("SUP-", supplier+1, 4)
			t.empty(1)
		}
		t.integer(lead)
		if sd > 0 {
			t.float(sd, 1)
		} else {
			t.empty(1)
		}
		t.integer(priority)
		if s.how == transfers {
			t.empty(4)
			t.end()
			return
		}
		lot, uom := perPack(k, s.lotMin)
		mult, _ := perPack(k, s.lotMult)
		factor := 1.0
		if uom != "" {
			factor = float64(k.packOf)
		}
		t.qty(lot)
		t.qty(mult)
		t.str(uom)
		t.float(price*factor, 4)
		t.end()
	}
	switch s.how {
	case makes:
		return
	case transfers:
		row(0, s.lead, 1, 0, 0)
		return
	}
	sd := 0.0
	if r.IntN(2) == 0 {
		sd = s.sd
	}
	price := g.cost[item]
	row(int(s.supplier), s.lead, 1, sd, price)
	if k.class != spare && r.IntN(100) < 35 {
		if second := g.supplierOf(k, itemDraw(item)+1); second != s.supplier {
			row(int(second), s.lead+2+r.IntN(6), 2, 0, price*1.04)
		}
	}
	// One row set an item and supplier, wherever it is bought.
	if g.broken != item+1 && rate > 0 && itemDraw(item)%10 < 3 {
		g.broken = item + 1
		for i := range 1 + r.IntN(3) {
			b := g.out.priceBreaks
			b.bytes(g.name)
			b.serial("SUP-", int(s.supplier)+1, 4)
			b.qty(s.lotMin * [...]int64{2, 5, 10}[i])
			b.float(price*[...]float64{.97, .94, .91}[i], 4)
			b.str("all_units")
			b.end()
		}
	}
}

// writeStock splits the on-hand quantity into the lots received last: what was
// used went first in, first out.
func (g *generator) writeStock(r *rand.Rand, k *kind, site int, x *run, s *supply, first int) {
	left := x.onHand
	for j := len(x.byDay) - 1; j >= 0 && left > 0; j-- {
		o := &x.orders[x.byDay[j]]
		q := min(left, o.qty-o.rejected)
		if j == 0 {
			q = left // returns of customers are in the oldest lot
		}
		if q <= 0 {
			continue
		}
		left -= q
		t := g.out.stock
		t.bytes(g.name)
		t.str(siteID[site])
		t.qty(q)
		t.serial(lotPrefix[s.how], first+int(x.byDay[j]), 7)
		t.day(o.arrived)
		if k.shelf > 0 {
			// Some lots are old when they come.
			life := k.shelf
			if r.IntN(5) == 0 {
				life -= r.IntN(k.shelf * 9 / 10)
			}
			t.day(o.arrived + int32(life))
		} else {
			t.empty(1)
		}
		switch {
		case s.how == buys && o.arrived >= g.asOf-2 && site < siteGZ:
			t.str("inspection")
		case r.IntN(120) == 0:
			t.str("blocked")
		default:
			t.str("available")
		}
		t.next()
		bin := r.IntN(26 * 40 * 5)
		t.buf = append(t.buf, byte('A'+bin%26), '-', byte('0'+bin/26%40/10), byte('0'+bin/26%10), '-', byte('1'+bin/1040))
		t.end()
	}
}

var (
	lotPrefix   = [...]string{makes: "LW", buys: "LP", transfers: "LT"}
	orderPrefix = [...]string{makes: "WO-", buys: "PO-", transfers: "TO-"}
	orderKind   = [...]string{makes: "work", buys: "purchase", transfers: "transfer"}
	receiptKind = [...]string{makes: "production", buys: "receipt", transfers: "transfer_in"}
)

// writeOpen writes the orders that have not arrived, and what open work orders
// still take from stock.
func (g *generator) writeOpen(r *rand.Rand, item int32, k *kind, site int, x *run, s *supply, first int) {
	for _, i := range x.open {
		o := &x.orders[i]
		q, uom := o.qty, ""
		if s.how == buys {
			q, uom = perPack(k, q)
		}
		t := g.out.supplyOrders
		t.serial(orderPrefix[s.how], first+int(i), 7)
		t.str(orderKind[s.how])
		t.bytes(g.name)
		t.str(siteID[site])
		t.qty(q)
		t.str(uom)
		t.day(o.promised)
		t.day(o.ordered)
		t.str("true")
		if s.how == transfers {
			t.yes(g.shipped(o))
			t.empty(1)
			t.str(siteID[s.from])
		} else {
			t.empty(1)
			if s.how == buys {
				t.serial("SUP-", int(s.supplier)+1, 4)
			} else {
				t.empty(1)
			}
			t.empty(1)
		}
		t.end()
		if s.how == makes {
			g.reserve(r, item, site, o, s, first+int(i))
		}
	}
}

// reserve writes the component demand of an open work order: all of it before
// the order starts, the odd missing component after.
func (g *generator) reserve(r *rand.Rand, item int32, site int, o *order, s *supply, number int) {
	start := s.cal.add(o.promised, -s.lead)
	late := start < g.asOf
	g.lineBuf2 = g.lines(g.lineBuf2, item)
	for i := range g.lineBuf2 {
		b := &g.lineBuf2[i]
		if !b.activeOn(g.asOf) || late && r.IntN(100) >= 12 {
			continue
		}
		q := float64(o.qty) * b.stockQty()
		t := g.out.reservations
		t.serial(orderPrefix[makes], number, 7)
		t.next()
		t.buf = g.lay.appendID(t.buf, b.comp)
		t.str(siteID[site])
		if kinds[g.lay.of[b.comp]].uom == "KG" {
			t.qty(max(int64(math.Round(q)), 1))
		} else {
			t.qty(int64(math.Ceil(q/1000)) * 1000)
		}
		t.day(max(start, g.asOf))
		t.end()
	}
}

// writeDemandOrders writes open customer orders: most are due soon, a few are
// late.
func (g *generator) writeDemandOrders(r *rand.Rand, site int, m *demandModel, rate float64) {
	mean := .8
	if g.step == 1 {
		mean = 1.6
	}
	if m.hits > 0 {
		mean /= 6
	}
	for range poisson(r, mean) {
		qty := math.Ceil(max(rate*(.5+2.5*r.Float64()), 1))
		due := g.asOf + int32(30*r.Float64()*r.Float64()) + int32(r.IntN(12))
		if r.IntN(100) < 4 {
			due = g.asOf - 1 - int32(r.IntN(9))
		}
		g.demandNo++
		t := g.out.demandOrders
		t.serial("SO-", g.demandNo, 7)
		t.bytes(g.name)
		t.str(siteID[site])
		t.integer(int(qty))
		t.day(due)
		t.day(min(due, g.asOf) - 1 - int32(r.IntN(14)))
		if r.IntN(10) == 0 {
			t.integer(1)
		} else {
			t.integer(10)
		}
		t.serial("C", 1+r.IntN(60), 4)
		t.float(g.price, 2)
		t.end()
	}
}

func (g *generator) writeHistory(site int, m *demandModel, x *run) {
	h := g.out.history
	kind := kindSale
	if x.issues {
		kind = kindIssue
	}
	for t := x.t0; t < g.steps; t++ {
		day := g.day(t)
		if x.sold[t] > 0 || x.short[t] {
			h.add(g.name, site, day, x.sold[t], kind, !x.issues && m.hits == 0 && g.promo[m.cat][t], x.short[t])
		}
		if x.back[t] > 0 {
			h.add(g.name, site, day, x.back[t], kindReturn, false, false)
		}
	}
}

// writeMovements writes the stock ledger of the last year (eight weeks in large
// companies). The balance before it is the on-hand quantity minus its sum.
func (g *generator) writeMovements(site int, x *run, s *supply, first int) {
	t0 := max(g.steps-365, x.t0)
	if g.step > 1 {
		t0 = max(g.steps-8, x.t0)
	}
	if t0 >= g.steps {
		return
	}
	next := len(x.byDay)
	for next > 0 && x.orders[x.byDay[next-1]].arrived >= g.day(t0) {
		next--
	}
	t := g.out.movements
	row := func(day int32, q int64, kind string) {
		t.bytes(g.name)
		t.str(siteID[site])
		t.day(day)
		t.qty(q)
		t.str(kind)
	}
	out := "sale"
	if x.issues {
		out = "issue"
	}
	for i := t0; i <= g.steps; i++ {
		limit := g.day(i)
		if i == g.steps {
			limit = g.asOf - 1
		}
		for ; next < len(x.byDay) && x.orders[x.byDay[next]].arrived <= limit; next++ {
			o := &x.orders[x.byDay[next]]
			row(o.arrived, o.qty-o.rejected, receiptKind[s.how])
			t.serial(lotPrefix[s.how], first+int(x.byDay[next]), 7)
			t.serial(orderPrefix[s.how], first+int(x.byDay[next]), 7)
			t.end()
		}
		if i == g.steps {
			return
		}
		for _, e := range [...]struct {
			q    int64
			kind string
		}{{-x.out[i], "transfer_out"}, {-x.sold[i], out}, {x.back[i], "return"}} {
			if e.q != 0 {
				row(limit, e.q, e.kind)
				t.empty(2)
				t.end()
			}
		}
	}
}

// writeReceipts writes the finished purchases; the last six in large companies.
func (g *generator) writeReceipts(site int, x *run, s *supply, first int) {
	done := x.byDay
	if g.step > 1 && len(done) > 6 {
		done = done[len(done)-6:]
	}
	t := g.out.receipts
	for _, i := range done {
		o := &x.orders[i]
		if i == 0 {
			continue // the opening balance was not bought
		}
		t.serial(orderPrefix[buys], first+int(i), 7)
		t.serial("SUP-", int(s.supplier)+1, 4)
		t.bytes(g.name)
		t.str(siteID[site])
		t.day(o.ordered)
		t.day(o.promised)
		t.day(o.arrived)
		t.qty(o.qty)
		t.qty(o.qty)
		t.qty(o.rejected)
		t.end()
	}
}
