package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"planwright"
	"planwright/mrp"
	"planwright/replenish"
)

// mostRebalanced bounds the sites that give and the late orders that are helped,
// each, in the transportation problem of one item: those of the largest excess and
// of the most at stake are taken.
const mostRebalanced = 100

// lateOrder is a planned order that comes after some of what it serves is due.
type lateOrder struct {
	order  int
	qty    planwright.Qty // of it that comes too late, requirements alone
	served planwright.Qty // requirements that it serves, late or not
	need   planwright.Day // first day that it is late for
}

// giver is a site with stock that it does not need.
type giver struct {
	sku    planwright.SKU
	excess planwright.Qty
}

// rebalance suggests to move stock that one site does not need to another site of
// the same item, whose planned orders come too late for their requirements.
//
// A site gives what is left, over the whole horizon and without any planned
// receipt, above its requirements and what its policy holds; one that plans to
// buy gives nothing. A site takes what the plan serves it too late, if the
// transfer arrives sooner than the planned order, over a source of kind transfer
// of either direction. Of all moves of an item those are chosen that avoid the most
// money at stake times days late ([replenish.Rebalancing]).
func rebalance(s *planwright.Snapshot, p *planwright.Plan, st *stake, reqOff []int32, d *demand) ([]suggestion, error) {
	n := planwright.SKU(s.Len())
	ordOff := offsets(p.Orders.SKU, s.Len())
	pegOff := offsets(p.Pegs.SKU, s.Len())
	var rows []suggestion
	for lo := planwright.SKU(0); lo < n; {
		hi := lo + 1
		for hi < n && s.SKUs.Item[hi] == s.SKUs.Item[lo] {
			hi++
		}
		if hi-lo > 1 && s.Sources.Off[lo] < s.Sources.Off[hi] {
			moved, err := rebalanceItem(s, p, st, reqOff, ordOff, pegOff, d, lo, hi)
			if err != nil {
				return nil, err
			}
			rows = append(rows, moved...)
		}
		lo = hi
	}
	return rows, nil
}

// rebalanceItem is rebalance of the item whose sku's are lo <= k < hi.
func rebalanceItem(s *planwright.Snapshot, p *planwright.Plan, st *stake, reqOff, ordOff, pegOff []int32, d *demand, lo, hi planwright.SKU) ([]suggestion, error) {
	o := &p.Orders
	var late []lateOrder
	for k := lo; k < hi; k++ {
		if ordOff[k] < ordOff[k+1] && !inSegments(s, k) {
			late = append(late, lateOrders(s, p, k, ordOff, pegOff)...)
		}
	}
	if len(late) == 0 {
		return nil, nil
	}
	var givers []giver
	for k := lo; k < hi; k++ {
		if ordOff[k] == ordOff[k+1] && !inSegments(s, k) {
			if q := spare(s, p, k, reqOff, d); q > 0 {
				givers = append(givers, giver{k, q})
			}
		}
	}
	if len(givers) == 0 {
		return nil, nil
	}
	unit := func(l lateOrder) float64 { // at stake by unit
		u := st.order[l.order] / l.served.Float()
		if !(u > 0) {
			u = s.Items.UnitCost[s.SKUs.Item[lo]]
		}
		if !(u > 0) {
			u = 1
		}
		return u
	}
	slices.SortStableFunc(late, func(a, b lateOrder) int { return cmp.Compare(st.order[b.order], st.order[a.order]) })
	late = late[:min(len(late), mostRebalanced)]
	slices.SortStableFunc(givers, func(a, b giver) int { return cmp.Compare(b.excess, a.excess) })
	givers = givers[:min(len(givers), mostRebalanced)]

	// Value and cost count money-days: a unit that arrives on a day avoids its
	// stake for every day from then, or from the need, to the planned order.
	r := replenish.Rebalancing{Surplus: make([]planwright.Qty, len(givers)), Cost: make([][]float64, len(givers))}
	for _, l := range late {
		r.Deficit = append(r.Deficit, l.qty)
		r.Value = append(r.Value, unit(l)*float64(o.Available[l.order]-l.need))
	}
	type lane struct {
		way           int32
		leave, arrive planwright.Day
	}
	lanes := make([][]lane, len(givers))
	for i, g := range givers {
		r.Surplus[i] = g.excess
		r.Cost[i], lanes[i] = make([]float64, len(late)), make([]lane, len(late))
		for j, l := range late {
			r.Cost[i][j] = math.Inf(1)
			if o.From[l.order] == g.sku {
				continue // the plan moves it already, as soon as it can
			}
			way, leave, arrive := mrp.FirstTransfer(s, g.sku, o.SKU[l.order], l.qty)
			if way == planwright.None || arrive >= o.Available[l.order] {
				continue
			}
			lanes[i][j] = lane{way, leave, arrive}
			r.Cost[i][j] = unit(l) * float64(max(0, arrive-l.need))
		}
	}
	moves, _, err := r.Best()
	if err != nil {
		return nil, fmt.Errorf("item %s: %w", s.Items.ID[s.SKUs.Item[lo]], err)
	}
	var rows []suggestion
	for _, m := range moves {
		g, l, way := givers[m.From], late[m.To], lanes[m.From][m.To]
		k := o.SKU[l.order]
		q := wholeLots(s, way.way, m.Quantity)
		if q <= 0 {
			continue
		}
		urgency := planwright.DueSoon
		if st.order[l.order] > 0 {
			urgency = planwright.Urgent
		}
		from, order := s.Sites.ID[s.SKUs.Site[g.sku]], o.ID(s, l.order)
		saves := 0.0
		if o.Qty[l.order] > 0 {
			saves = o.Cost[l.order] * (q.Float() / o.Qty[l.order].Float())
		}
		rows = append(rows, suggestion{
			id: "R:" + order + ":" + from, action: planwright.ActTransfer, urgency: urgency, sku: k, qty: q,
			value: q.Float() * s.Items.UnitCost[s.SKUs.Item[k]], actBy: way.leave, needOn: l.need,
			impact: st.order[l.order] * (q.Float() / l.served.Float()), atStake: st.orderCost[l.order] * (q.Float() / l.served.Float()), key: "reason.rebalance", supplier: planwright.None,
			standsFor: []stoodFor{{int32(l.order), q.Float() / l.served.Float()}},
			// The planned order is another suggestion's: a decision about the
			// move does not firm it.
			basis: basisOf(q, l.need) + ";from=" + clean(from),
			numbers: "from=" + clean(from) + ";excess=" + g.excess.String() + ";qty=" + q.String() + ";arrive=" + way.arrive.String() + ";need=" + l.need.String() +
				";order=" + clean(order) + ";order_qty=" + o.Qty[l.order].String() + ";available=" + o.Available[l.order].String() + ";saves=" + strconv.FormatFloat(saves, 'f', 2, 64),
		})
	}
	return rows, nil
}

// lateOrders finds the planned orders of sku k that serve requirements after their
// day. What a planned transfer requires is late at its destination, if that
// transfer is late itself: it is counted there.
func lateOrders(s *planwright.Snapshot, p *planwright.Plan, k planwright.SKU, ordOff, pegOff []int32) []lateOrder {
	o, g := &p.Orders, &p.Pegs
	first := ordOff[k]
	late := make([]lateOrder, ordOff[k+1]-first)
	for i := pegOff[k]; i < pegOff[k+1]; i++ {
		if g.SupplyKind[i] != planwright.SupplyPlanned || g.DemandKind[i] == planwright.DemandSafety {
			continue
		}
		ref := g.SupplyRef[i]
		l := &late[ref-first]
		l.served += g.Qty[i]
		if g.DueOn[i] >= o.Available[ref] {
			continue
		}
		if up := g.DemandRef[i]; g.DemandKind[i] == planwright.DemandTransfer && o.Need[up].Known() && o.Available[up] > o.Need[up] {
			continue
		}
		if l.qty == 0 || g.DueOn[i] < l.need {
			l.need = g.DueOn[i]
		}
		l.qty += g.Qty[i]
	}
	out := late[:0]
	for i, l := range late {
		l.order = int(first) + i
		if l.qty = wholeUnits(s, k, l.qty); l.qty > 0 {
			out = append(out, l)
		}
	}
	return out
}

// spare is what site k can give: the least that its balance of stock, open
// receipts and requirements comes to within the horizon, less what its policy
// holds, and no more than lies there free to go.
func spare(s *planwright.Snapshot, p *planwright.Plan, k planwright.SKU, reqOff []int32, d *demand) planwright.Qty {
	free := freeStock(s, p, k)
	if free <= 0 {
		return 0
	}
	r := &p.Requirements
	var balance, asked planwright.Qty
	now := func(e int32) bool { // at hand, or owed by now
		return r.Kind[e] == planwright.ElemStock || r.Qty[e] < 0 && r.On[e] <= p.AsOf
	}
	for e := reqOff[k]; e < reqOff[k+1]; e++ {
		if now(e) {
			balance += r.Qty[e]
		}
	}
	least := balance
	for e := reqOff[k]; e < reqOff[k+1]; e++ {
		if r.Qty[e] < 0 {
			asked -= r.Qty[e]
		}
		switch r.Kind[e] {
		case planwright.ElemPlanned, planwright.ElemCoProduct:
			continue
		}
		if !now(e) {
			balance += r.Qty[e]
			least = min(least, balance)
		}
	}
	least -= policyStock(s, p, k, d)
	switch s.SKUs.MRPType[k] {
	case planwright.ReorderPoint, planwright.MinMax, planwright.DDMRP, planwright.NotPlanned:
		// Its record need not hold its forecast: it goes on as in the last year.
		if use := planwright.Clamp(d.yearQty[k] * float64(p.HorizonEnd-p.AsOf) / 365); use > asked {
			least -= use - asked
		}
	}
	return wholeUnits(s, k, min(least, free))
}

// policyStock is what the policy of sku k holds at the least, or at the most
// where it refills to a level.
func policyStock(s *planwright.Snapshot, p *planwright.Plan, k planwright.SKU, d *demand) planwright.Qty {
	hold := max(0, d.safetyStock[k].Or(0))
	for r := s.SKUPeriods.Off[k]; r < s.SKUPeriods.Off[k+1]; r++ {
		hold = max(hold, s.SKUPeriods.SafetyStock[r].Or(0))
	}
	switch s.SKUs.MRPType[k] {
	case planwright.MRP, planwright.ForecastOnly:
	case planwright.DDMRP:
		if i, ok := slices.BinarySearch(p.Buffers.SKU, k); ok {
			hold = max(hold, p.Buffers.TOG[i])
		}
	default:
		hold = max(hold, d.reorderPoint[k].Or(0), d.orderUpTo[k].Or(0))
	}
	return hold
}

// freeStock is the stock of sku k that may go to another site: usable, at the site
// itself, and good beyond the horizon.
func freeStock(s *planwright.Snapshot, p *planwright.Plan, k planwright.SKU) planwright.Qty {
	t := &s.Stock
	var sum planwright.Qty
	for r := t.Off[k]; r < t.Off[k+1]; r++ {
		if t.Status[r] == planwright.Available && t.Supplier[r] == planwright.None && (!t.ExpiresOn[r].Known() || t.ExpiresOn[r] >= p.HorizonEnd) {
			sum += t.Qty[r]
		}
	}
	return sum
}

// inSegments says whether stock, receipts or demand of sku k belong to segments,
// which do not serve each other.
func inSegments(s *planwright.Snapshot, k planwright.SKU) bool {
	named := func(off []int32, segment []string) bool {
		for r := off[k]; r < off[k+1]; r++ {
			if segment[r] != "" {
				return true
			}
		}
		return false
	}
	return named(s.Stock.Off, s.Stock.Segment) || named(s.Supply.Off, s.Supply.Segment) || named(s.Demand.Off, s.Demand.Segment)
}

// wholeUnits rounds down to the decimals of the item.
func wholeUnits(s *planwright.Snapshot, k planwright.SKU, q planwright.Qty) planwright.Qty {
	return q - q%unitOf(s, k)
}

// unitOf is the smallest quantity that the decimals of the item allow.
func unitOf(s *planwright.Snapshot, k planwright.SKU) planwright.Qty {
	step := planwright.One
	for range s.Items.Decimals[s.SKUs.Item[k]] {
		step /= 10
	}
	return max(1, step)
}

// wholeLots keeps to the maximum and, rounding down, to the multiple of a source;
// what is below its minimum is nothing.
func wholeLots(s *planwright.Snapshot, r int32, q planwright.Qty) planwright.Qty {
	if most := s.Sources.LotMax[r].Or(0); most > 0 {
		q = min(q, most)
	}
	if m := s.Sources.LotMultiple[r].Or(0); m > 0 {
		q -= q % m
	}
	if q < s.Sources.LotMin[r].Or(0) {
		return 0
	}
	return q
}
