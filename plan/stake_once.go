package plan

import (
	"cmp"
	"math"
	"slices"

	"planwright"
)

// avoided is the cost of the shortages that the suggestions g avoid, each shortage
// counted once. Stakes of lines overlap: a component carries the stake of the order
// that it blocks, and so does every other component of it. Here a unit that customers
// ask for counts as far as something of the worklist stands in its way: wholly where
// its own order is suggested, or its late receipt is to come earlier; else by the share
// that the component brings of which most is suggested. Whoever acts first claims that
// share, and the others add what it leaves.
//
// Safety stock counts what it keeps from being short beyond that, of suggested orders.
func (t *staking) avoided(st *stake, g *planwright.Suggestions) float64 {
	s, p, pegs := t.s, t.p, &t.p.Pegs
	orders := make([]float64, p.Orders.Len()) // share that is suggested
	receipts := make([]float64, len(s.Supply.OrderID))
	suggested := make(map[string]bool)
	type open struct {
		sku planwright.SKU
		id  string
	}
	sooner := map[open]bool{}
	for i := range g.ID {
		switch {
		case g.Action[i] == planwright.ActExpedite:
			sooner[open{g.SKU[i], g.OrderID[i]}] = true
		case !g.Action[i].OnOpenOrder() && g.OrderID[i] != "":
			suggested[g.OrderID[i]] = true
		}
	}
	sum := 0.0
	for i := range orders {
		if p.Orders.Release[i] <= p.AsOf+watchDays && suggested[p.Orders.ID(s, i)] {
			orders[i] = 1
			sum += st.safetyCost[i]
		}
	}
	// share is how far the supply of peg i is in the worklist.
	share := func(i int32) float64 {
		switch ref := pegs.SupplyRef[i]; pegs.SupplyKind[i] {
		case planwright.SupplyPlanned:
			return orders[ref]
		case planwright.SupplyReceipt:
			if pegs.DueOn[i] < supplied(s, p, int(i)) && sooner[open{pegs.SKU[i], s.Supply.OrderID[ref]}] {
				return 1
			}
			return receipts[ref]
		}
		return 0
	}
	bottomUp := make([]planwright.SKU, s.Len())
	for k := range bottomUp {
		bottomUp[k] = planwright.SKU(k)
	}
	slices.SortStableFunc(bottomUp, func(a, b planwright.SKU) int { return cmp.Compare(t.level[b], t.level[a]) })
	total, brought := map[int32]planwright.Qty{}, map[int32]float64{}
	opened := map[int32]float64{}
	for _, k := range bottomUp {
		clear(total)
		clear(brought)
		clear(opened)
		for i := t.off[k]; i < t.off[k+1]; i++ {
			if pegs.DemandKind[i] == planwright.DemandSafety {
				continue
			}
			x := share(i)
			if ref := parentOrder(pegs, i); ref >= 0 {
				total[ref] += pegs.Qty[i]
				brought[ref] += pegs.Qty[i].Float() * x
				continue
			}
			price, _ := t.soldAt(i)
			if math.IsNaN(price) {
				continue
			}
			if rows, asked := t.openParents(i); len(rows) > 0 {
				for _, r := range rows {
					opened[r] += pegs.Qty[i].Float() / asked.Float() * x
				}
				continue
			}
			sum += pegs.Qty[i].Float() * t.shortUnit(k, price) * x
		}
		for ref, q := range total {
			if q > 0 {
				orders[ref] = math.Max(orders[ref], math.Min(1, brought[ref]/q.Float()))
			}
		}
		for r, x := range opened {
			receipts[r] = math.Max(receipts[r], math.Min(1, x))
		}
	}
	return sum
}
