package plan

import (
	"fmt"
	"slices"
	"strconv"

	"planwright"
	"planwright/replenish"
)

// sharer is a site that waits for planned transfers of one site on one day.
type sharer struct {
	sku    planwright.SKU
	order  int // the first of its planned orders
	wanted planwright.Qty
	stake  float64        // sales
	cost   float64        // of the shortage
	until  planwright.Day // for which its position counts
	orders []stoodFor     // its planned orders, with the share of each that waits
}

// fairShares finds days on which a site has less than several others are to
// get from it by planned transfers, and suggests how to divide what it has: for
// the same days of cover at all of them where every site has demand, else for the
// same share of what each is to get ([replenish.FairShare]). What the site has for them
// is what pegging gives the transfers of the day from supplies that are there by
// then; what else it serves keeps what the plan gives it.
func fairShares(s *planwright.Snapshot, p *planwright.Plan, st *stake, reqOff []int32) ([]suggestion, error) {
	g, o := &p.Pegs, &p.Orders
	var rows []suggestion
	for lo := 0; lo < g.Len(); {
		hi := lo + 1
		for hi < g.Len() && g.SKU[hi] == g.SKU[lo] && g.DueOn[hi] == g.DueOn[lo] {
			hi++
		}
		from, on := g.SKU[lo], g.DueOn[lo]
		var have, wanted planwright.Qty
		var sites []sharer
		if on <= p.AsOf+watchDays {
			for i := lo; i < hi; i++ {
				if g.DemandKind[i] != planwright.DemandTransfer {
					continue
				}
				wanted += g.Qty[i]
				if supplied(s, p, i) <= on {
					have += g.Qty[i]
				}
				sites = addSharer(sites, p, st, int(g.DemandRef[i]), g.Qty[i])
			}
		}
		if lo = hi; len(sites) < 2 || have <= 0 || have >= wanted || inSegments(s, from) {
			continue
		}
		rule, key := replenish.ShareRunOut, "reason.fair_share_cover"
		ask := make([]replenish.ShareSite, len(sites))
		for j, x := range sites {
			ask[j] = replenish.ShareSite{Position: positionWithout(p, x, from, on, reqOff), Pack: unitOf(s, from)}
			ask[j].Target = ask[j].Position + x.wanted
			if r := o.Source[x.order]; r != planwright.None {
				if m := s.Sources.LotMultiple[r].Or(0); m > 0 && x.wanted%m == 0 {
					ask[j].Pack = m
				}
			}
			if ask[j].Demand = dailyDemand(p, x.sku); !(ask[j].Demand > 0) {
				rule, key = replenish.ShareNeed, "reason.fair_share_need"
			}
		}
		share, err := replenish.FairShare(have, ask, rule)
		if err != nil {
			return nil, fmt.Errorf("%s on %s: %w", s.Code(from), on, err)
		}
		site := clean(s.Sites.ID[s.SKUs.Site[from]])
		for j, x := range sites {
			q := min(share[j], x.wanted)
			if q <= 0 {
				continue
			}
			row := suggestion{
				id: "F:" + o.ID(s, x.order), action: planwright.ActTransfer, urgency: planwright.Urgent, sku: x.sku, qty: q, value: q.Float() * s.Items.UnitCost[s.SKUs.Item[from]],
				actBy: max(p.AsOf, o.Release[x.order]), needOn: o.Need[x.order], impact: x.stake * (q.Float() / x.wanted.Float()), atStake: x.cost * (q.Float() / x.wanted.Float()), key: key, supplier: planwright.None,
				basis: basisOf(q, o.Need[x.order]) + ";from=" + site,
				numbers: "from=" + site + ";on=" + on.String() + ";have=" + have.String() + ";wanted=" + wanted.String() + ";sites=" + strconv.Itoa(len(sites)) +
					";planned=" + x.wanted.String() + ";order=" + clean(o.ID(s, x.order)) + ";qty=" + q.String(),
			}
			for _, y := range x.orders {
				row.standsFor = append(row.standsFor, stoodFor{y.order, y.share * (q.Float() / x.wanted.Float())})
			}
			switch {
			case row.actBy > p.AsOf+dueDays:
				row.urgency = planwright.Watch
			case row.actBy > p.AsOf || row.impact == 0:
				row.urgency = planwright.DueSoon
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// addSharer adds a quantity for a planned transfer to the site that it goes to.
func addSharer(sites []sharer, p *planwright.Plan, st *stake, order int, q planwright.Qty) []sharer {
	o := &p.Orders
	until := o.Available[order]
	if n := o.Need[order]; n.Known() {
		until = max(until, n)
	}
	at := -1
	for j := range sites {
		if sites[j].sku == o.SKU[order] {
			at = j
		}
	}
	if at < 0 {
		at = len(sites)
		sites = append(sites, sharer{sku: o.SKU[order], order: order})
	}
	x := &sites[at]
	x.wanted += q
	if o.Good[order] > 0 {
		x.stake += st.order[order] * (q.Float() / o.Good[order].Float())
		x.cost += st.orderCost[order] * (q.Float() / o.Good[order].Float())
		x.orders = append(x.orders, stoodFor{int32(order), q.Float() / o.Good[order].Float()})
	}
	x.until = max(x.until, until)
	return sites
}

// supplied is the day on which the supply of peg i is there.
func supplied(s *planwright.Snapshot, p *planwright.Plan, i int) planwright.Day {
	k, ref := p.Pegs.SKU[i], p.Pegs.SupplyRef[i]
	switch p.Pegs.SupplyKind[i] {
	case planwright.SupplyStock:
		return p.AsOf
	case planwright.SupplyReceipt:
		on := max(p.AsOf, s.Supply.DueOn[ref])
		if gr := int(s.SKUs.GRDays[k]); gr > 0 {
			on = s.Sites.Calendar[s.SKUs.Site[k]].Add(on, gr)
		}
		return on
	}
	return p.Orders.Available[ref]
}

// positionWithout is the projected balance of a site on the day that its transfers
// are for, without those that wait for stock of another on a day.
func positionWithout(p *planwright.Plan, x sharer, from planwright.SKU, on planwright.Day, reqOff []int32) planwright.Qty {
	r := &p.Requirements
	var sum planwright.Qty
	for e := reqOff[x.sku]; e < reqOff[x.sku+1] && r.On[e] <= x.until; e++ {
		if ref := r.Ref[e]; r.Kind[e] == planwright.ElemPlanned && p.Orders.From[ref] == from && p.Orders.Start[ref] == on {
			continue
		}
		sum += r.Qty[e]
	}
	return sum
}

// dailyDemand is the demand a day that the policy of a sku was set for; 0: none.
func dailyDemand(p *planwright.Plan, k planwright.SKU) float64 {
	if i, ok := slices.BinarySearch(p.Policies.SKU, k); ok {
		return max(0, p.Policies.YearlyDemand[i]/365)
	}
	return 0
}
