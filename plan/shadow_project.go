package plan

import (
	"slices"

	"planwright"
)

// shadowDays are the changes of a sku's stock by day from the as-of day: what both
// sides have alike, and what each side's orders bring.
type shadowDays struct {
	both, demand, dependent []planwright.Qty // demand and dependent are positive
	bring                   [shadowSides][]planwright.Qty
}

func (d *shadowDays) reset(n int) {
	for _, x := range []*[]planwright.Qty{&d.both, &d.demand, &d.dependent, &d.bring[0], &d.bring[1]} {
		*x = slices.Grow((*x)[:0], n)[:n]
		clear(*x)
	}
}

// project follows the stock of sku k under the orders of both sides.
func (x *shadowRun) project(k planwright.SKU, cost, price float64, one *ShadowSKU) {
	s, e, r := x.st.Snap, &x.st.Plan.Requirements, x.r
	n := int(r.Options.Until - s.AsOf)
	d := &x.days
	d.reset(n)
	at := func(on planwright.Day) int { return int(max(0, on-s.AsOf)) }
	for i := x.requirements[k]; i < x.requirements[k+1]; i++ {
		t := at(e.On[i])
		if t >= n {
			continue
		}
		switch e.Kind[i] {
		case planwright.ElemPlanned, planwright.ElemSafety: // the plan's own orders are a side's; a safety stock is not used up
		case planwright.ElemOrder, planwright.ElemForecast:
			if r.Options.Actual == nil {
				d.demand[t] -= e.Qty[i]
			}
		case planwright.ElemDependent, planwright.ElemTransfer:
			d.demand[t] -= e.Qty[i]
			d.dependent[t] -= e.Qty[i]
		case planwright.ElemReserved, planwright.ElemOpenTransfer:
			d.demand[t] -= e.Qty[i]
		default: // stock, open receipts, by-products, what expires
			d.both[t] += e.Qty[i]
		}
	}
	if r.Options.Actual != nil {
		on, qty := r.Options.Actual(k)
		for i := range on {
			if t := at(on[i]); on[i] >= s.AsOf && t < n {
				d.demand[t] += qty[i]
			}
		}
	}
	for side, list := range [shadowSides][]shadowOrder{x.them, x.us} {
		for i := range list {
			if t := at(list[i].available); t < n {
				d.bring[side][t] += list[i].good
			}
		}
	}
	var demand, dependent planwright.Qty
	for t := range n {
		demand, dependent = demand+d.demand[t], dependent+d.dependent[t]
	}
	one.Part.Demand, one.Part.Dependent = cents(demand.Float()*price), cents(dependent.Float()*price)
	safety := max(0, x.safety[k].Or(0))
	for side := range one.Part.Side {
		f := &one.Part.Side[side]
		var stock, owed, late, weekLate planwright.Qty
		one.ShortOn[side] = planwright.NoDay
		held := 0.0
		for t := range n {
			stock += d.both[t] + d.bring[side][t] - d.demand[t]
			held += max(0, stock).Float()
			short := max(0, -stock)
			if short > 0 {
				f.ShortDays++
				if one.ShortOn[side] == planwright.NoDay {
					one.ShortOn[side] = s.AsOf + planwright.Day(t)
					f.ShortSKUs = 1
				}
				one.ShortQty[side] = max(one.ShortQty[side], short)
			}
			weekLate += max(0, short-owed)
			owed = short
			if w := t / 7; t == n-1 || t%7 == 6 {
				r.Weeks[w].Stock[side] += cents(max(0, stock).Float() * cost)
				r.Weeks[w].Short[side] += cents(weekLate.Float() * price)
				late, weekLate = late+weekLate, 0
			}
		}
		f.StockDays = cents(held * cost)
		f.End = cents(max(0, stock).Float() * cost)
		f.Excess = cents(max(0, stock-safety).Float() * cost)
		f.Late = cents(late.Float() * price)
	}
}
