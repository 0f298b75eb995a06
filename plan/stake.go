package plan

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"planwright"
	"planwright/mrp"
)

// stake is the money that hangs on each supply: the sales value that it serves,
// and the cost of the shortage that it avoids, over all levels of pegging.
//
// A unit of an order or a forecast is worth its price, and costs, if it is short,
// its margin (a lost sale, the cost by unit short of Silver, Pyke and Thomas 2017,
// section 7.4) or, where a backorder cost is known, that cost for a
// replenishment lead time. A component blocks its parent: what serves a share of
// a parent's requirement of that component carries this share of the parent's
// stake, be the parent planned or open. Safety stock serves no sale; without it
// more units are expected to be short in the protection interval, by the law of the
// policy, each as dear as a unit that the sku's requirements ask for.
type stake struct {
	order, orderCost []float64        // by planned order
	safetyCost       []float64        // of it what the safety stock is for
	need             []planwright.Day // first requirement served; NoDay: safety stock alone
	receipt          []float64        // sales, by row of Snapshot.Supply
	receiptCost      []float64        // shortage
	receiptLate      []float64        // of it what is required before the receipt comes
}

// staking computes stakes. It says of each peg what hangs on it; an explanation
// builds its trees with the same words.
type staking struct {
	s      *planwright.Snapshot
	p      *planwright.Plan
	src    *mrp.Sourcing
	level  []int32
	policy []int32            // row of the plan's policies by sku; None
	opens  map[string][]int32 // open receipts that something is reserved for, by order
	off    []int32            // rows of the pegs by sku
}

func newStaking(s *planwright.Snapshot, p *planwright.Plan, src *mrp.Sourcing, level []int32) *staking {
	t := &staking{s: s, p: p, src: src, level: level, policy: make([]int32, s.Len()), opens: map[string][]int32{}, off: offsets(p.Pegs.SKU, s.Len())}
	for k := range t.policy {
		t.policy[k] = planwright.None
	}
	for i, k := range p.Policies.SKU {
		t.policy[k] = int32(i)
	}
	for _, id := range s.Reserved.OrderID {
		t.opens[id] = nil
	}
	for r, id := range s.Supply.OrderID {
		if list, ok := t.opens[id]; ok {
			t.opens[id] = append(list, int32(r))
		}
	}
	return t
}

// price is what a unit of sku k sells for: its cost where no price is known.
func (t *staking) price(k planwright.SKU) float64 {
	item := t.s.SKUs.Item[k]
	if v := t.s.Items.UnitPrice[item]; v > 0 {
		return v
	}
	return known(t.s.Items.UnitCost[item])
}

// shortUnit is what a unit of sku k costs that is short, where it sells for a
// price; 0 where neither a backorder cost nor a price is known.
func (t *staking) shortUnit(k planwright.SKU, price float64) float64 {
	if b := known(t.s.SKUs.BackorderCost[k]); b > 0 {
		return b * (t.wait(k) / 365)
	}
	return math.Max(0, price-known(t.s.Items.UnitCost[t.s.SKUs.Item[k]]))
}

// wait is how long a unit stays short that is ordered when it is missed.
func (t *staking) wait(k planwright.SKU) float64 { return float64(max(1, t.src.LeadDays[k])) }

// soldAt is the price of what peg i serves, if it is demand from outside: NaN of
// what serves an order of ours. entered says that the customer order names it.
func (t *staking) soldAt(i int32) (price float64, entered bool) {
	g := &t.p.Pegs
	switch k := g.SKU[i]; g.DemandKind[i] {
	case planwright.DemandOrder:
		if v := t.s.Demand.Price[g.DemandRef[i]]; v > 0 {
			return v, true
		}
		return t.price(k), false
	case planwright.DemandForecast, planwright.DemandReserved, planwright.DemandOpenTransfer:
		return t.price(k), false
	}
	return math.NaN(), false
}

// openParents are the open receipts of higher levels that peg i is for, and the
// quantity that they ask for in all: of the order that it is reserved for, or the
// transfer under way. None: it is worth what it sells for.
func (t *staking) openParents(i int32) (rows []int32, asked planwright.Qty) {
	g, s := &t.p.Pegs, t.s
	k, ref := g.SKU[i], g.DemandRef[i]
	above := func(r int32) bool { return t.level[skuOfRow(s.Supply.Off, r)] < t.level[k] }
	switch g.DemandKind[i] {
	case planwright.DemandReserved:
		id := s.Reserved.OrderID[ref]
		for _, r := range t.opens[id] {
			if above(r) {
				rows = append(rows, r)
			}
		}
		for j := s.Reserved.Off[k]; j < s.Reserved.Off[k+1]; j++ {
			if s.Reserved.OrderID[j] == id {
				asked += s.Reserved.Qty[j]
			}
		}
	case planwright.DemandOpenTransfer:
		if above(ref) {
			rows, asked = append(rows, ref), s.Supply.Qty[ref]
		}
	}
	if asked <= 0 || asked < g.Qty[i] {
		return nil, 0
	}
	return rows, asked
}

// safetyShort is the number of units that are expected to be short in the protection
// interval of sku k without the quantity q of its safety stock, beyond those that are
// short with it.
func (t *staking) safetyShort(k planwright.SKU, q planwright.Qty) float64 {
	i := t.policy[k]
	if i == planwright.None {
		return 0
	}
	pol := &t.p.Policies
	return expectedShort(pol.ProtectedMean[i], pol.ProtectedSD[i], pol.SafetyStock[i], q, t.s.Items.Decimals[t.s.SKUs.Item[k]] > 0)
}

// expectedShort is n(µ + SS − q) − n(µ + SS), with n the first-order loss of the
// demand in the protection interval.
func expectedShort(mean, sd float64, safety, q planwright.Qty, divisible bool) float64 {
	if !(mean > 0 && sd > 0) || !safety.Known() {
		return 0
	}
	law := lawOf(TradeoffRow{Mean: mean, SD: sd, Divisible: divisible})
	loss := func(level float64) float64 {
		_, n, _ := law.Losses(level)
		return n
	}
	with := mean + safety.Float()
	return math.Max(0, loss(with-q.Float())-loss(with))
}

// compute computes the stakes of the plan, from the top level down.
func (t *staking) compute() stake {
	s, p, g := t.s, t.p, &t.p.Pegs
	n := s.Len()
	st := stake{
		order: make([]float64, p.Orders.Len()), orderCost: make([]float64, p.Orders.Len()), safetyCost: make([]float64, p.Orders.Len()), need: make([]planwright.Day, p.Orders.Len()),
		receipt: make([]float64, len(s.Supply.OrderID)), receiptCost: make([]float64, len(s.Supply.OrderID)), receiptLate: make([]float64, len(s.Supply.OrderID)),
	}
	for i := range st.need {
		st.need[i] = planwright.NoDay
	}
	order := make([]planwright.SKU, n)
	for k := range order {
		order[k] = planwright.SKU(k)
	}
	slices.SortStableFunc(order, func(a, b planwright.SKU) int { return cmp.Compare(t.level[a], t.level[b]) })
	total := make([]planwright.Qty, p.Orders.Len())
	for _, k := range order {
		lo, hi := t.off[k], t.off[k+1]
		var asked, safety planwright.Qty
		for i := lo; i < hi; i++ {
			if ref := parentOrder(g, i); ref >= 0 {
				total[ref] += g.Qty[i]
			}
		}
		cost := 0.0
		for i := lo; i < hi; i++ {
			if g.DemandKind[i] == planwright.DemandSafety {
				if g.SupplyKind[i] == planwright.SupplyPlanned {
					safety += g.Qty[i]
				}
				continue
			}
			sales, short := t.peg(&st, i, total)
			asked += g.Qty[i]
			cost += short
			switch ref := g.SupplyRef[i]; g.SupplyKind[i] {
			case planwright.SupplyPlanned:
				st.order[ref] += sales
				st.orderCost[ref] += short
				if st.need[ref] == planwright.NoDay || g.DueOn[i] < st.need[ref] {
					st.need[ref] = g.DueOn[i]
				}
			case planwright.SupplyReceipt:
				st.receipt[ref] += sales
				st.receiptCost[ref] += short
				if g.DueOn[i] < supplied(s, p, int(i)) {
					st.receiptLate[ref] += short
				}
			}
		}
		if safety > 0 {
			short := t.safetyShort(k, safety)
			each := t.shortUnit(k, t.price(k))
			if asked > 0 {
				each = cost / asked.Float()
			}
			for i := lo; i < hi; i++ {
				if g.DemandKind[i] == planwright.DemandSafety && g.SupplyKind[i] == planwright.SupplyPlanned {
					part := short * (g.Qty[i].Float() / safety.Float()) * each
					st.orderCost[g.SupplyRef[i]] += part
					st.safetyCost[g.SupplyRef[i]] += part
				}
			}
		}
		for i := lo; i < hi; i++ {
			if ref := parentOrder(g, i); ref >= 0 {
				total[ref] = 0
			}
		}
	}
	return st
}

// peg is the sales value and the shortage cost of peg i; total is what the sku of the
// peg gives each planned order.
func (t *staking) peg(st *stake, i int32, total []planwright.Qty) (sales, short float64) {
	g := &t.p.Pegs
	q := g.Qty[i].Float()
	if ref := parentOrder(g, i); ref >= 0 {
		if total[ref] <= 0 {
			return 0, 0
		}
		share := q / total[ref].Float()
		return st.order[ref] * share, st.orderCost[ref] * share
	}
	price, _ := t.soldAt(i)
	if math.IsNaN(price) {
		return 0, 0
	}
	if rows, asked := t.openParents(i); len(rows) > 0 {
		share := q / asked.Float()
		for _, r := range rows {
			sales += st.receipt[r]
			short += st.receiptCost[r]
		}
		return sales * share, short * share
	}
	return q * price, q * t.shortUnit(g.SKU[i], price)
}

// parentOrder returns the planned order whose requirement peg i serves, -1 if
// it is no planned order's.
func parentOrder(g *planwright.Pegging, i int32) int32 {
	if d := g.DemandKind[i]; d == planwright.DemandDependent || d == planwright.DemandTransfer {
		return g.DemandRef[i]
	}
	return -1
}

// carryingRate is the holding cost of money in stock of sku k, a year.
func carryingRate(s *planwright.Snapshot, k planwright.SKU) float64 {
	if r := known(s.SKUs.HoldingRate[k]); r > 0 {
		return r
	}
	if r := s.Stocking.HoldingRate; r > 0 {
		return r
	}
	return defaultHolding
}

// Why a suggestion needs a person. Codes of exceptions stand beside them.
const (
	personLate  = "late"       // comes after the need
	personOpen  = "open_order" // an order that others know of is to change
	personScrap = "scrap"      // stock is to be given up
	personSites = "other_site" // stock of another site is suggested or divided
)

// persons says of each suggestion why it needs a person: new orders that come in
// time, of whose sku no exception of severity fail or warn speaks and for which no
// stock of another site is suggested or divided, need none.
func persons(s *planwright.Snapshot, p *planwright.Plan, g *planwright.Suggestions) []string {
	spoken := make(map[planwright.SKU][]planwright.Code)
	for i, k := range p.Exceptions.SKU {
		if c := p.Exceptions.Code[i]; k != planwright.NoSKU && c.Severity() > planwright.Info && !slices.Contains(spoken[k], c) {
			spoken[k] = append(spoken[k], c)
		}
	}
	sites := make(map[planwright.SKU]bool)
	for i, key := range g.ReasonKey {
		if key == "reason.rebalance" || key == "reason.fair_share_cover" || key == "reason.fair_share_need" {
			sites[g.SKU[i]] = true
		}
	}
	late := make(map[string]planwright.Day)
	for i := range p.Orders.SKU {
		if p.Orders.Need[i].Known() && p.Orders.Available[i] > p.Orders.Need[i] || p.Orders.Release[i] <= p.AsOf+watchDays {
			late[p.Orders.ID(s, i)] = p.Orders.Available[i]
		}
	}
	out := make([]string, g.Len())
	var why []string
	for i, k := range g.SKU {
		why = why[:0]
		switch {
		case g.Action[i] == planwright.ActScrap:
			why = append(why, personScrap)
		case g.Action[i].OnOpenOrder():
			why = append(why, personOpen)
		default:
			if on, ok := late[g.OrderID[i]]; ok && g.NeedOn[i].Known() && on > g.NeedOn[i] {
				why = append(why, personLate)
			}
		}
		if sites[k] {
			why = append(why, personSites)
		}
		at := len(why)
		for _, c := range spoken[k] {
			why = append(why, c.String())
		}
		slices.Sort(why[at:])
		out[i] = strings.Join(why, ",")
	}
	return out
}
