package sample

import (
	"context"
	"math/rand/v2"
)

// Life is the past of one sold sku with what nobody in the company saw: what
// customers wanted. Quantities are thousandths, days since 1970-01-01; slices by
// day begin on From.
type Life struct {
	Item, Site string
	Class      string // A, B, C
	Cost       float64
	Bought     bool  // else it is transferred
	LeadDays   int   // planned, calendar days
	Review     int   // days
	LotMin     int64 // thousandths
	LotMult    int64
	Service    float64
	Min, Max   int64 // the incumbent's last setting

	From    int32
	Opening int64
	Wanted  []int64
	Sold    []int64
	Back    []int64 // returned by customers
	Short   []bool
	Promo   []bool
	Stock   []int64 // at the end of the day
	// Lead is the time that an order of each day would take, in calendar days.
	Lead   []int32
	Orders []LifeOrder // that arrived
}

// LifeOrder is an order of a life that arrived; Qty is what was good.
type LifeOrder struct {
	Ordered, Promised, Arrived int32
	Qty                        int64
}

// Lives draws the pasts of the sku's of a small company that are sold, n of them
// at most, from the process that Write draws from, with its incumbent rule: seed
// makes the company, luck what happens to it. Equal seeds are one company, whose
// past is another with every luck. It is for those who must know the truth behind
// the data: what a replay claims is tested on it.
func Lives(seed, luck uint64, n int) []Life {
	g := newGenerator(Options{Items: MinItems, Seed: seed, AsOf: civil(2026, 6, 30)})
	if err := g.explode(context.Background(), func(string, int64, int64) {}); err != nil {
		panic("sample: a context that never ends has ended")
	}
	var sold [][2]int32
	for item := range int32(g.lay.n) {
		m := g.demandModel(item)
		for s := siteGZ; s < nSites; s++ {
			if m.base[s] > 0 && m.born == 0 && m.gone == 0 {
				sold = append(sold, [2]int32{item, int32(s)})
			}
		}
	}
	n = min(n, len(sold))
	lives := make([]Life, n)
	for i := range lives {
		pick := sold[i*len(sold)/n]
		lives[i] = g.life(pick[0], int(pick[1]), luck)
	}
	return lives
}

// life draws one.
func (g *generator) life(item int32, site int, luck uint64) Life {
	k, _ := g.lay.variant(item)
	m := g.demandModel(item)
	number := uint64(item)*nSites + uint64(site)
	kind := rand.New(rand.NewPCG(g.opt.Seed^saltSim, number)) // what the sku is
	r := rand.New(rand.NewPCG(luck^saltSupplier<<32, number)) // what happens to it
	hub := int(g.lay.home(item))
	if k.class == spare {
		hub = siteGZ
	}
	rate := m.base[site] * g.recent[m.cat] * m.life(g.asOf, g.asOf)
	sup := g.transferTo(k, site, hub, rate)
	if site == hub {
		sup = g.buyAt(kind, item, k, site, rate)
	}
	x := &run{}
	x.reset(g.steps)
	x.out = make([]int64, g.steps)
	x.t0 = m.draw(g, r, site, 0, x.dem)
	mis := g.mishap(r, x, &sup, rate, k.class == finished)
	g.simulate(r, x, &sup, mis, rate)

	class := g.valueClass(item)
	l := Life{Item: string(g.lay.appendID(nil, item)), Site: siteID[site], Class: string("ABC"[class]), Cost: g.cost[item], Bought: sup.how == buys,
		LeadDays: int(sup.leadDays(g.asOf) + .5), Review: sup.review, LotMin: sup.lotMin, LotMult: sup.lotMult, Service: serviceLevel[class], Min: x.min, Max: x.max,
		From: g.day(0), Opening: x.orders[0].qty, Wanted: x.dem, Sold: x.sold, Back: x.back, Short: x.short,
		Promo: make([]bool, g.steps), Stock: make([]int64, g.steps), Lead: make([]int32, g.steps)}
	at := make([]int64, g.steps)
	for i, o := range x.orders {
		if t := int(o.arrived - l.From); i > 0 && t < g.steps {
			at[max(t, 0)] += o.qty - o.rejected
			l.Orders = append(l.Orders, LifeOrder{o.ordered, o.promised, o.arrived, o.qty - o.rejected})
		}
	}
	on := l.Opening
	for t := range l.Stock {
		on += at[t] - x.sold[t] + x.back[t]
		l.Stock[t] = on
		day := g.day(t)
		l.Promo[t] = m.hits == 0 && g.promo[m.cat][t]
		arrived := max(sup.promise(day)+g.delay(r, &sup), day+1)
		if mis.lateFrom != 0 && day >= mis.lateFrom {
			arrived += 15 + int32(r.IntN(25))
		}
		l.Lead[t] = arrived - day
	}
	return l
}
