package plan

import (
	"cmp"
	"math"
	"slices"

	"planwright"
)

// once says how much of the shortage cost at stake is counted on which line of the
// worklist, each shortage on one: by the rows of lines, and in all.
//
// Stakes of lines overlap. A component carries the stake of the order that it blocks,
// and so does every other component of it; stock of another site and shares of what is
// short stand for a planned order. Here a unit that customers ask for counts as far as
// something of the worklist stands in its way: wholly where its own order is suggested,
// or its late receipt is to come earlier, or stock of another site is; else by the
// share that the component brings of which most is suggested.
//
// What counts of an order is put on the lines in the order in which they are acted on:
//
//  1. on the stock of other sites that comes in its place;
//  2. of the rest, as far as a component of it is in the worklist, on the lines of its
//     components, in proportion to the shares of it that they bring, and in the same way
//     down from them;
//  3. what remains on its own line, or on the shares in which its transfer is divided.
//
// Safety stock of suggested orders counts on their own lines. What is freed has no
// shortage, and 0 here.
func (t *staking) once(st *stake, lines []suggestion) (counted []float64, sum float64) {
	s, p := t.s, t.p
	counted = make([]float64, len(lines))
	c := claims{
		orders: make([]claim, p.Orders.Len()), receipts: make([]claim, len(s.Supply.OrderID)), others: map[int32]*standIns{},
		brought: map[int32]float64{}, total: map[int32]planwright.Qty{}, opened: map[int32]float64{},
	}
	for i := range c.orders {
		c.orders[i].line = planwright.None
	}
	for i := range c.receipts {
		c.receipts[i].line = planwright.None
	}
	rowOf := make(map[string]int32, len(lines))
	for i := range c.orders {
		if p.Orders.Release[i] <= p.AsOf+watchDays {
			rowOf["S:"+p.Orders.ID(s, i)] = int32(i)
		}
	}
	for i := range lines {
		l := &lines[i]
		for _, x := range l.standsFor {
			y := c.others[x.order]
			if y == nil {
				y = &standIns{}
				c.others[x.order] = y
			}
			if l.key == "reason.rebalance" {
				y.other += x.share
				y.moves = append(y.moves, standIn{i, x.share})
			} else {
				y.shares = append(y.shares, standIn{i, x.share})
			}
		}
		if l.action == planwright.ActExpedite {
			if l.receipt >= 0 && c.receipts[l.receipt].line == planwright.None {
				c.receipts[l.receipt].line = int32(i)
			}
		} else if ref, ok := rowOf[l.id]; ok {
			c.orders[ref].line = int32(i)
			counted[i] += st.safetyCost[ref]
			sum += st.safetyCost[ref]
		}
	}
	skus := make([]planwright.SKU, s.Len())
	for k := range skus {
		skus[k] = planwright.SKU(k)
	}
	// From the lowest level up: how far each supply is in the worklist.
	slices.SortStableFunc(skus, func(a, b planwright.SKU) int { return cmp.Compare(t.level[b], t.level[a]) })
	for _, k := range skus {
		t.bring(&c, k)
		for ref, q := range c.total {
			if q > 0 {
				c.orders[ref].component(c.brought[ref] / q.Float())
			}
		}
		for r, x := range c.opened {
			c.receipts[r].component(x)
		}
	}
	// From the highest level down: what counts of each supply goes to its lines, or on to
	// the supplies of its components.
	slices.SortStableFunc(skus, func(a, b planwright.SKU) int { return cmp.Compare(t.level[a], t.level[b]) })
	for _, k := range skus {
		sum += t.count(&c, k, counted)
	}
	return counted, sum
}

// claims are how far the supplies of a plan are in the worklist, and what counts of them.
type claims struct {
	orders, receipts []claim
	others           map[int32]*standIns // of orders that other lines stand for

	// Of one sku: what it brings of the planned orders and open receipts that it is for,
	// as far as it is in the worklist.
	brought map[int32]float64        // quantity, by planned order
	total   map[int32]planwright.Qty // what it brings of it in all
	opened  map[int32]float64        // share, by receipt
}

// claim is that of one supply.
type claim struct {
	line        int32   // of its own; None
	put         bool    // what counts of it is on its lines
	most, parts float64 // largest share that a component brings, and the sum of them
	money, late float64 // what counts of it; of it what is required before a receipt comes
}

// standIns are the lines that stand for an order.
type standIns struct {
	other         float64 // share for which stock of other sites comes
	moves, shares []standIn
}

// standIn is a line that stands for a share of an order.
type standIn struct {
	line  int
	share float64
}

// component notes the share x of a component that is in the worklist.
func (c *claim) component(x float64) {
	x = math.Min(1, x)
	c.most, c.parts = math.Max(c.most, x), c.parts+x
}

// parts divides planned order ref: the share for which stock of other sites comes, that
// which its components bring, and that of its own line alone.
func (c *claims) parts(ref int32) (other, components, own float64) {
	if x := c.others[ref]; x != nil {
		other = math.Min(1, x.other)
	}
	components = (1 - other) * c.orders[ref].most
	if c.orders[ref].line >= 0 {
		own = math.Max(0, 1-other-components)
	}
	return other, components, own
}

// onLines puts what counts of planned order ref on its lines, without what its components
// get.
func (c *claims) onLines(ref int32, counted []float64) {
	a := &c.orders[ref]
	other, components, own := c.parts(ref)
	if a.put || a.money == 0 {
		return
	}
	a.put = true
	one := a.money / (other + components + own) // of the whole order
	rest := one * own
	if x := c.others[ref]; x != nil {
		for _, m := range x.moves {
			counted[m.line] += one * other * (m.share / x.other)
		}
		for _, m := range x.shares {
			part := math.Min(rest, one*m.share)
			counted[m.line] += part
			rest -= part
		}
	}
	if a.line >= 0 {
		counted[a.line] += rest
	}
}

// share is how far the supply of peg i is in the worklist, and whether it is required
// before an open receipt comes that is to come earlier.
func (t *staking) share(c *claims, i int32) (x float64, late bool) {
	g := &t.p.Pegs
	switch ref := g.SupplyRef[i]; g.SupplyKind[i] {
	case planwright.SupplyPlanned:
		other, components, own := c.parts(ref)
		return other + components + own, false
	case planwright.SupplyReceipt:
		r := &c.receipts[ref]
		if r.line >= 0 && g.DueOn[i] < supplied(t.s, t.p, int(i)) {
			return 1, true
		}
		return r.most, false
	}
	return 0, false
}

// bring notes what sku k brings of the orders that it is for.
func (t *staking) bring(c *claims, k planwright.SKU) {
	clear(c.total)
	clear(c.brought)
	clear(c.opened)
	g := &t.p.Pegs
	for i := t.off[k]; i < t.off[k+1]; i++ {
		if g.DemandKind[i] == planwright.DemandSafety {
			continue
		}
		x, _ := t.share(c, i)
		if ref := parentOrder(g, i); ref >= 0 {
			c.total[ref] += g.Qty[i]
			c.brought[ref] += g.Qty[i].Float() * x
			continue
		}
		if price, _ := t.soldAt(i); math.IsNaN(price) {
			continue
		}
		rows, asked := t.openParents(i)
		for _, r := range rows {
			c.opened[r] += g.Qty[i].Float() / asked.Float() * x
		}
	}
}

// count gives the supplies of sku k what counts of them, and puts it on their lines. It
// returns what customers ask for of the sku itself.
func (t *staking) count(c *claims, k planwright.SKU, counted []float64) (sum float64) {
	g := &t.p.Pegs
	t.bring(c, k)
	for i := t.off[k]; i < t.off[k+1]; i++ {
		x, late := t.share(c, i)
		if g.DemandKind[i] == planwright.DemandSafety || x == 0 {
			continue
		}
		money := 0.0
		price, _ := t.soldAt(i)
		if ref := parentOrder(g, i); ref >= 0 {
			a := &c.orders[ref]
			other, components, own := c.parts(ref)
			b := math.Min(1, c.brought[ref]/c.total[ref].Float())
			money = a.money * (components / (other + components + own)) * (b / a.parts) * (g.Qty[i].Float() * x / c.brought[ref])
		} else if rows, asked := t.openParents(i); len(rows) > 0 {
			for _, r := range rows {
				a := &c.receipts[r]
				b := math.Min(1, c.opened[r])
				part := a.money - a.late + a.late*a.most // the rest of what is late is on its own line
				money += part * (b / a.parts) * (g.Qty[i].Float() / asked.Float() * x / c.opened[r])
			}
		} else if !math.IsNaN(price) {
			money = g.Qty[i].Float() * t.shortUnit(k, price) * x
			sum += money
		}
		switch ref := g.SupplyRef[i]; g.SupplyKind[i] {
		case planwright.SupplyPlanned:
			c.orders[ref].money += money
		case planwright.SupplyReceipt:
			r := &c.receipts[ref]
			r.money += money
			if late {
				r.late += money
				counted[r.line] += money * (1 - r.most)
			}
		}
	}
	for i := t.off[k]; i < t.off[k+1]; i++ {
		if g.SupplyKind[i] == planwright.SupplyPlanned {
			c.onLines(g.SupplyRef[i], counted)
		}
	}
	return sum
}
