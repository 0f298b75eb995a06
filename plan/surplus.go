package plan

import (
	"math"

	"planwright"
	"planwright/analytics"
)

// surplus finds the stock above everything that the plan requires, and what else
// could use it.
func surplus(s *planwright.Snapshot, p *planwright.Plan, d *demand, f *facts) {
	t := &p.Surplus
	var up usedIn
	for k := range s.Len() {
		item := s.SKUs.Item[k]
		gone := s.Items.Status[item] == planwright.Obsolete || s.Items.Status[item] == planwright.PhaseOut && s.Items.OutOn[item].Known() && s.Items.OutOn[item] <= p.AsOf
		over, kind := analytics.SurplusOf(f.onHand[k], f.required[k], d.yearQty[k], gone)
		if over == 0 {
			continue
		}
		sku := planwright.SKU(k)
		action, next, on := "hold", otherSite(s, p, f, sku), planwright.NoDay
		switch {
		case next != planwright.NoSKU:
			action, on = "transfer", p.Orders.Release[f.ordOff[next]]
		case kind != analytics.Excess:
			if up.off == nil {
				up = reverse(&s.BOM, s.Len())
			}
			action = "dispose"
			if next = up.parent(sku, s, p, d, f); next != planwright.NoSKU {
				action = "use_up"
				if f.ordOff[next] < f.ordOff[next+1] {
					on = p.Orders.Release[f.ordOff[next]]
				}
			}
		}
		t.SKU = append(t.SKU, sku)
		t.Kind = append(t.Kind, kind)
		t.OnHand = append(t.OnHand, f.onHand[k])
		t.Required = append(t.Required, f.required[k])
		t.Qty = append(t.Qty, over)
		t.Value = append(t.Value, over.Float()*f.cost[k])
		t.LastUse = append(t.LastUse, p.Flow.LastUse[k])
		t.CoverDays = append(t.CoverDays, p.Flow.DaysBack[k])
		t.Action = append(t.Action, action)
		t.NextUse = append(t.NextUse, next)
		t.NextOn = append(t.NextOn, on)
		t.Provision = append(t.Provision, provisionOver(&p.Aging, f.layerOff[k], f.layerOff[k+1], f.required[k]))
	}
}

// provisionOver is what is set aside for the layers that stay when the oldest
// ones have served the requirement: first in, first out.
func provisionOver(a *planwright.Aging, lo, hi int32, required planwright.Qty) float64 {
	sum := 0.0
	for r := lo; r < hi; r++ {
		used := min(required, a.Qty[r])
		required -= used
		if left := a.Qty[r] - used; left > 0 {
			sum += a.Provision[r] * (left.Float() / a.Qty[r].Float())
		}
	}
	return sum
}

// otherSite returns the site of the same item whose planned order is released
// first: it could take the stock in place of buying or making. NoSKU for none.
func otherSite(s *planwright.Snapshot, p *planwright.Plan, f *facts, k planwright.SKU) planwright.SKU {
	best := planwright.NoSKU
	look := func(o planwright.SKU) {
		if f.ordOff[o] == f.ordOff[o+1] {
			return
		}
		if best == planwright.NoSKU || p.Orders.Release[f.ordOff[o]] < p.Orders.Release[f.ordOff[best]] {
			best = o
		}
	}
	item := s.SKUs.Item[k]
	lo := k
	for lo > 0 && s.SKUs.Item[lo-1] == item {
		lo--
	}
	for o := lo; int(o) < s.Len() && s.SKUs.Item[o] == item; o++ {
		if o != k {
			look(o)
		}
	}
	return best
}

// usedIn are the parents of each sku, as compressed rows.
type usedIn struct {
	off     []int32
	parents []planwright.SKU
}

// reverse turns the bill of material around.
func reverse(b *planwright.BOM, n int) usedIn {
	u := usedIn{off: make([]int32, n+1)}
	for _, c := range b.Component {
		if c >= 0 {
			u.off[c+1]++
		}
	}
	for k := range n {
		u.off[k+1] += u.off[k]
	}
	u.parents = make([]planwright.SKU, u.off[n])
	next := append([]int32(nil), u.off...)
	for k := range n {
		for r := b.Off[k]; r < b.Off[k+1]; r++ {
			if c := b.Component[r]; c >= 0 {
				u.parents[next[c]] = planwright.SKU(k)
				next[c]++
			}
		}
	}
	return u
}

// parent returns the living parent with the largest value of use: one that the
// plan requires or that was used in the year. NoSKU for none.
func (u *usedIn) parent(k planwright.SKU, s *planwright.Snapshot, p *planwright.Plan, d *demand, f *facts) planwright.SKU {
	best, most := planwright.NoSKU, math.Inf(-1)
	for _, up := range u.parents[u.off[k]:u.off[k+1]] {
		if s.Items.Status[s.SKUs.Item[up]] == planwright.Obsolete || f.required[up] <= 0 && !(d.yearQty[up] > 0) {
			continue
		}
		if v := p.Flow.UseValue[up]; v > most {
			best, most = up, v
		}
	}
	return best
}
