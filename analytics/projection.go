package analytics

import "planwright"

// ProjectionGroups says which group each sku belongs to; every sku is in one.
type ProjectionGroups struct {
	Of     []int32 // by sku
	Groups int
}

// Projected is the value of stock of one group by week.
type Projected struct {
	Start, End []planwright.Day // of each week; End is its last day
	// One value a group and week, group by group.
	Opening, Receipts, Issues, Balance, Stock, Short, SafetyGap []float64
}

// Weeks is how many weeks the result has.
func (p *Projected) Weeks() int { return len(p.Start) }

// Project adds up the MRP records by group and week: what the stock is worth at
// the end of each, at unit cost, from the dated elements of the plan (receipts
// positive, requirements negative; the first element of kind stock is the
// opening). held is the value of stock that the plan does not see, blocked or
// expired, by sku; it stays where it is. safety is the safety stock by sku.
//
// Opening + Receipts - Issues = Balance in every week of every group, Balance of
// a week is Opening of the next, and the openings of the first week sum to the
// value of all stock. Stock and Short are the positive and negative balances of
// the sku's by themselves: Balance = Stock - Short.
func Project(r *planwright.Requirements, g ProjectionGroups, cost, held []float64, safety []planwright.Qty, asOf, end planwright.Day) Projected {
	var p Projected
	for d := asOf; d < end; {
		monday := planwright.ByWeek.Next(planwright.ByWeek.Start(d))
		stop := min(monday, end)
		p.Start, p.End = append(p.Start, d), append(p.End, stop-1)
		d = stop
	}
	w := p.Weeks()
	n := g.Groups * w
	p.Opening, p.Receipts, p.Issues, p.Balance = make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	p.Stock, p.Short, p.SafetyGap = make([]float64, n), make([]float64, n), make([]float64, n)
	row := 0
	for k := range g.Of {
		c, at := money(cost[k]), int(g.Of[k])*w
		var balance planwright.Qty
		for row < len(r.SKU) && int(r.SKU[row]) == k && r.Kind[row] == planwright.ElemStock {
			balance = saturate(balance, r.Qty[row].Or(0))
			row++
		}
		gap := max(0, safety[k].Or(0))
		for i := range w {
			open := balance
			var in, out planwright.Qty
			for row < len(r.SKU) && int(r.SKU[row]) == k && (r.On[row] <= p.End[i] || i == w-1) {
				switch q := r.Qty[row].Or(0); {
				case r.Kind[row] == planwright.ElemSafety: // a wish, no movement
				case q > 0:
					in = saturate(in, q)
				default:
					out = saturate(out, -q)
				}
				row++
			}
			balance = saturate(saturate(open, in), -out)
			p.Opening[at+i] += open.Float()*c + held[k]
			p.Receipts[at+i] += in.Float() * c
			p.Issues[at+i] += out.Float() * c
			p.Balance[at+i] += balance.Float()*c + held[k]
			value := balance.Float()*c + held[k]
			if value >= 0 {
				p.Stock[at+i] += value
			} else {
				p.Short[at+i] -= value
			}
			if below := gap - max(0, balance); below > 0 {
				p.SafetyGap[at+i] += below.Float() * c
			}
		}
	}
	return p
}
