package plan

import (
	"planwright"
	"planwright/analytics"
)

// breaches finds the first day on which each sku falls below its safety stock.
func breaches(s *planwright.Snapshot, p *planwright.Plan, d *demand, f *facts) {
	t, r := &p.Breaches, &p.Requirements
	for k := range s.Len() {
		lo, hi := f.reqOff[k], f.reqOff[k+1]
		safety := max(0, d.safetyStock[k].Or(0))
		b, ok := analytics.FirstBreach(r.On[lo:hi], r.After[lo:hi], safety)
		if !ok {
			continue
		}
		short := safety - b.Lowest
		t.SKU = append(t.SKU, planwright.SKU(k))
		t.On = append(t.On, max(p.AsOf, b.On))
		t.Until = append(t.Until, b.Until)
		t.StockoutOn = append(t.StockoutOn, b.StockoutOn)
		t.Available = append(t.Available, b.Lowest)
		t.Safety = append(t.Safety, safety)
		t.Short = append(t.Short, short)
		t.Value = append(t.Value, short.Float()*f.cost[k])
	}
}

// project fills Plan.Projection by site, category and ABC class.
func project(s *planwright.Snapshot, p *planwright.Plan, d *demand, f *facts) {
	n := s.Len()
	type key struct {
		site          int32
		category, abc string
	}
	at := map[key]int32{}
	var keys []key
	of := make([]int32, n)
	for k := range n {
		id := key{s.SKUs.Site[k], s.Items.Category[s.SKUs.Item[k]], p.Classes.ABC[k]}
		g, ok := at[id]
		if !ok { // groups are numbered in the order of the sku's
			g = int32(len(keys))
			at[id] = g
			keys = append(keys, id)
		}
		of[k] = g
	}
	// Stock that planning does not see: blocked, or of a sku that it leaves alone.
	held := make([]float64, n)
	for k := range n {
		seen := planwright.Qty(0)
		for r := f.reqOff[k]; r < f.reqOff[k+1]; r++ {
			if p.Requirements.Kind[r] == planwright.ElemStock {
				seen += p.Requirements.Qty[r]
			}
		}
		held[k] = (f.onHand[k] - seen).Float() * f.cost[k]
	}
	safety := make([]planwright.Qty, n)
	for k := range safety {
		safety[k] = max(0, d.safetyStock[k].Or(0))
	}
	r := analytics.Project(&p.Requirements, analytics.ProjectionGroups{Of: of, Groups: len(keys)}, f.cost, held, safety, p.AsOf, p.HorizonEnd)
	t := &p.Projection
	for g, id := range keys {
		for w := range r.Weeks() {
			i := g*r.Weeks() + w
			t.Start = append(t.Start, r.Start[w])
			t.End = append(t.End, r.End[w])
			t.Site = append(t.Site, id.site)
			t.Category = append(t.Category, id.category)
			t.ABC = append(t.ABC, id.abc)
			t.Opening = append(t.Opening, r.Opening[i])
			t.Receipts = append(t.Receipts, r.Receipts[i])
			t.Issues = append(t.Issues, r.Issues[i])
			t.Balance = append(t.Balance, r.Balance[i])
			t.Stock = append(t.Stock, r.Stock[i])
			t.Short = append(t.Short, r.Short[i])
			t.SafetyGap = append(t.SafetyGap, r.SafetyGap[i])
		}
	}
}
