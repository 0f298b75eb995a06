package sample

import (
	"math"
	"math/rand/v2"
)

// writeItem simulates an item at all its sites, those that others feed last,
// and writes its rows of every table.
func (g *generator) writeItem(item int32) {
	k, _ := g.lay.variant(item)
	m := g.demandModel(item)
	r := g.simDice.seed(saltSim, uint64(item))
	g.writeMaster(r, item, k, &m)

	home := int(g.lay.home(item))
	hub := home // the site that others draw from
	if k.class == spare {
		hub = siteGZ
	}
	for s := range g.asked {
		clear(g.asked[s])
	}
	// Weekly histories share the hundred rows between the sites.
	rows := g.steps
	plants := 0
	if g.use[0][item] > 0 {
		plants++
	}
	if g.use[1][item] > 0 {
		plants++
	}
	warehouses := 0
	for s := siteGZ; s < nSites; s++ {
		if m.base[s] > 0 {
			warehouses++
		}
	}
	plantRows := 0
	if g.step > 1 && plants > 0 {
		plantRows = 40 / plants
		rows -= 40
	}
	earliest := g.steps
	for s := nSites - 1; s >= siteGZ; s-- {
		if m.base[s] == 0 {
			continue
		}
		x := &g.runs[s]
		x.reset(g.steps)
		t0 := 0
		if g.step > 1 {
			t0 = g.steps - rows/warehouses
		}
		x.t0 = min(m.draw(g, r, s, t0, x.dem), g.steps-1)
		earliest = min(earliest, x.t0)
		x.issues, x.out = false, g.asked[s]
		rate := m.base[s] * g.recent[m.cat] * m.life(g.asOf, g.asOf)
		sup := g.transferTo(k, s, hub, rate)
		if s == hub {
			sup = g.buyAt(r, item, k, s, float64(g.soldRate[item]))
		}
		g.simulate(r, x, &sup, g.mishap(r, x, &sup, rate, k.class == finished), rate)
		g.ask(x, &sup)
		g.writeSite(r, item, k, s, &m, x, &sup, rate)
	}
	if k.class == spare {
		return
	}
	for turn := range nPlants {
		// The home plant comes last: the other may draw from it.
		p := 1 - home
		if turn == 1 {
			p = home
		}
		x := &g.runs[p]
		x.reset(g.steps)
		x.issues, x.out = true, g.asked[p]
		x.t0 = 0
		if g.step > 1 {
			x.t0 = g.steps - max(plantRows, 20)
		}
		rate := g.use[p][item]
		made := k.slots != nil
		if p != home && rate == 0 {
			continue
		}
		if p == home && made {
			rate = g.useRate(item)
		}
		if made && p == home && k.class == finished {
			x.t0 = earliest
			clear(x.dem)
		} else {
			g.drawIssues(r, x, p, g.use[p][item], g.parents[item], k.uom != "KG")
		}
		var sup supply
		switch {
		case made && p == home:
			sup = g.makeAt(r, k, p, rate)
		case made:
			sup = g.transferTo(k, p, home, rate)
		default:
			sup = g.buyAt(r, item, k, p, rate)
		}
		if rate == 0 {
			g.leftover(r, item, x, &sup)
		} else {
			g.simulate(r, x, &sup, g.mishap(r, x, &sup, rate, false), rate)
			g.ask(x, &sup)
		}
		g.writeSite(r, item, k, p, &m, x, &sup, rate)
	}
}

// ask adds a site's transfer orders to what the giving site ships. Those of the
// last step have not left yet.
func (g *generator) ask(x *run, s *supply) {
	if s.how != transfers {
		return
	}
	for i := 1; i < len(x.orders); i++ {
		o := &x.orders[i]
		if t := g.steps - int(g.asOf-o.ordered+int32(g.step)-1)/g.step; t < g.steps-1 {
			g.asked[s.from][max(t, 0)] += o.qty
		}
	}
}

// shipped says whether a transfer order has left the giving site.
func (g *generator) shipped(o *order) bool {
	return g.steps-int(g.asOf-o.ordered+int32(g.step)-1)/g.step < g.steps-1
}

// leftover puts a dead sku in its state: perhaps some old stock, nothing else.
func (g *generator) leftover(r *rand.Rand, item int32, x *run, s *supply) {
	if r.IntN(100) < 30 {
		return
	}
	day := g.asOf - 200 - int32(r.IntN(600))
	q := s.fit(int64(math.Ceil(400/(g.cost[item]+.5))) * 1000)
	x.orders = append(x.orders, order{ordered: day - 30, promised: day, arrived: day, qty: q})
	x.byDay = append(x.byDay, 0)
	x.onHand = q
	x.t0 = g.steps
}

// mishap draws what goes wrong with a sku: one sku in fifteen was once bought
// far too much of, one in sixteen waits for late orders.
func (g *generator) mishap(r *rand.Rand, x *run, s *supply, rate float64, returns bool) mishap {
	m := mishap{overbuyStep: -1, returns: returns && g.step == 1}
	switch u := r.IntN(200); {
	case u < 13 && g.steps-x.t0 > 240/g.step:
		m.overbuyStep = g.steps - (60+r.IntN(160))/g.step
		m.overbuyQty = int64(rate*(90+160*r.Float64())+1) * 1000
	case u < 25:
		m.lateFrom = g.asOf - int32(s.leadDays(g.asOf)) - 12
	}
	return m
}

// pack is the lot of an item in transport and purchasing, thousandths.
func pack(k *kind) int64 { return int64(max(k.packOf, 1)) * 1000 }

func (g *generator) transferTo(k *kind, to, from int, rate float64) supply {
	s := supply{how: transfers, from: from, lead: transferDays[from][to], lotMult: 1000, review: 7, cycle: 7}
	if p := pack(k); float64(p)/1000 <= rate*21 || to < siteGZ {
		s.lotMult = p
	}
	if k.cat == catSpare {
		s.review, s.cycle = 14, 30
	}
	s.lotMin = s.lotMult
	return s
}

func (g *generator) makeAt(r *rand.Rand, k *kind, plant int, rate float64) supply {
	s := supply{how: makes, cal: g.siteCal[plant], lead: k.leadLo + r.IntN(k.leadHi-k.leadLo+1), release: 5, review: 7, cycle: 7}
	days := 5.0
	if rate < 4 {
		days, s.cycle = 15, 21
	}
	s.lotMin = nice(rate*days) * 1000
	s.lotMult = nice(float64(s.lotMin)/10000) * 1000
	s.lotMin = s.fit(0)
	return s
}

func (g *generator) buyAt(r *rand.Rand, item int32, k *kind, site int, rate float64) supply {
	s := supply{how: buys, supplier: g.supplierOf(k, itemDraw(item)), review: 7, lotMult: 1000}
	lead := k.leadLo + r.IntN(k.leadHi-k.leadLo+1)
	sup := &g.suppliers[s.supplier]
	s.bias, s.sd = sup.late*float64(lead), .5+sup.sd*float64(lead)
	if s.cal = sup.cal; s.cal != nil {
		lead = max(lead*5/7, 2)
	}
	s.lead = lead
	// Dear items are bought often, cheap ones by the month or quarter.
	s.cycle = 14
	switch value := g.cost[item] * rate; {
	case k.shelf > 0:
		s.cycle = 21
	case value < 20:
		s.cycle = 75
	case value < 150:
		s.cycle = 40
	case value < 1000:
		s.cycle = 25
	}
	if k.cat == catSpare {
		s.review, s.cycle = 14, 60
	}
	want := rate * s.cycle
	if k.shelf > 0 {
		want = min(want, rate*float64(k.shelf)/3)
	}
	if k.packOf > 0 {
		packs := nice(want / float64(k.packOf) / 2)
		s.lotMult = pack(k)
		s.lotMin = packs * pack(k)
	} else {
		s.lotMin = nice(want/2) * 1000
		s.lotMult = max(nice(float64(s.lotMin)/5000)*1000, 1000)
	}
	s.lotMin = s.fit(0)
	return s
}

// itemDraw is a fixed draw of an item, for choices that all its sites share.
func itemDraw(item int32) uint64 { return (uint64(item) + 1) * 0x9e3779b97f4a7c15 >> 33 }
