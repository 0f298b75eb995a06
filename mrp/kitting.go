package mrp

import (
	"cmp"
	"slices"

	"planwright"
)

// KitOrder is an order that wants its components together.
type KitOrder struct {
	ID       string
	SKU      planwright.SKU // what is assembled; NoSKU where only the lines are known
	Qty      planwright.Qty // sets; 0: one
	Need     planwright.Day // on which the components should be there
	Priority int32          // smaller first; then the day, then the order of the rows
	// Lines are the components. Nil: those of the bill of material that holds on
	// the day, through phantoms, whose own stock goes first.
	Lines []KitLine
}

// KitLine is a component of a kit order.
type KitLine struct {
	SKU   planwright.SKU
	Qty   planwright.Qty // of the whole order
	Fixed bool           // needed whole for any number of sets
}

// KitOptions say what is handed out. The zero value hands out stock and firm
// receipts, and lets an order keep what there is of its components.
type KitOptions struct {
	StockOnly bool // receipts do not count
	// CompleteOnly leaves the components of an order that cannot be complete by
	// its day to those after it: fewer orders wait with full shelves.
	CompleteOnly bool
}

// Kit is the answer for one order.
type Kit struct {
	// Sets that can be assembled from what is there today, and on the day of the
	// need; whole ones where the item counts in whole units.
	SetsNow, SetsByNeed planwright.Qty
	// Kinds of components, and how many of them are there in full today and on the
	// day of the need.
	Kinds, KindsNow, KindsByNeed int
	// FullOn is the first day on which everything is there; NoDay: never.
	FullOn planwright.Day
	Lines  []KitShare
}

// KitShare is what an order gets of one component, in the order of sku's.
type KitShare struct {
	SKU            planwright.SKU
	Need           planwright.Qty
	Now, ByNeed    planwright.Qty // handed out of what is there today, and by the day of the need
	Later          planwright.Qty // handed out of receipts after the day of the need
	Short          planwright.Qty // that nothing covers
	FullOn         planwright.Day // NoDay: never
	fixed, through bool           // through: own stock of a phantom
}

// SetRate is the share of the sets that can be assembled today (齐套率 by sets).
func (k *Kit) SetRate(o *KitOrder) float64 { return k.SetsNow.Float() / sets(o).Float() }

// KindRate is the share of the kinds that are there in full today (齐套率 by
// kinds); 1 for an order without components.
func (k *Kit) KindRate() float64 {
	if k.Kinds == 0 {
		return 1
	}
	return float64(k.KindsNow) / float64(k.Kinds)
}

func sets(o *KitOrder) planwright.Qty {
	if o.Qty <= 0 {
		return planwright.One
	}
	return o.Qty
}

// shelf is what is left to hand out of a component, by the day on which it
// comes; of one day what expires first.
type shelf []struct {
	on, expire planwright.Day
	left       planwright.Qty
}

// FullKits hands the components out to the orders, by priority, and tells each
// one when its kit is full and what is short. An order takes what comes first
// and can still be used on its day; nothing is handed out twice. Answers are in
// the order of the rows.
func (t *Structure) FullKits(orders []KitOrder, o KitOptions) []Kit {
	rank := make([]int, len(orders))
	for i := range rank {
		rank[i] = i
	}
	slices.SortStableFunc(rank, func(a, b int) int {
		return cmp.Or(cmp.Compare(orders[a].Priority, orders[b].Priority), cmp.Compare(orders[a].Need, orders[b].Need))
	})
	h := &handout{t: t, o: o, shelves: map[planwright.SKU]shelf{}}
	kits := make([]Kit, len(orders))
	for _, i := range rank {
		kits[i] = h.kit(&orders[i])
	}
	return kits
}

// handout is one round of handing out.
type handout struct {
	t       *Structure
	o       KitOptions
	shelves map[planwright.SKU]shelf
}

// shelf is what there is of sku k: usable stock and firm receipts.
func (h *handout) shelf(k planwright.SKU) shelf {
	if x, ok := h.shelves[k]; ok {
		return x
	}
	s := h.t.s
	var x shelf
	owed := planwright.Qty(0)
	put := func(on, expire planwright.Day, q planwright.Qty) {
		if q < 0 {
			owed, _ = bounded(owed, -q)
		} else if q > 0 {
			x = append(x, struct {
				on, expire planwright.Day
				left       planwright.Qty
			}{on, expire, q})
		}
	}
	for r := s.Stock.Off[k]; r < s.Stock.Off[k+1]; r++ {
		e := s.Stock.ExpiresOn[r]
		if !e.Known() {
			e = planwright.MaxDay
		}
		if s.Stock.Status[r] != planwright.Blocked && (e >= s.AsOf || s.Stock.Qty[r] < 0) {
			put(s.AsOf, e, s.Stock.Qty[r])
		}
	}
	if !h.o.StockOnly {
		cal, gr := s.Sites.Calendar[s.SKUs.Site[k]], int(s.SKUs.GRDays[k])
		for r := s.Supply.Off[k]; r < s.Supply.Off[k+1]; r++ {
			if !s.Supply.Firm[r] {
				continue
			}
			on := max(s.AsOf, s.Supply.DueOn[r])
			if gr > 0 {
				on = cal.Add(on, gr)
			}
			put(on, planwright.MaxDay, max(0, s.Supply.Qty[r]))
		}
	}
	slices.SortStableFunc(x, func(a, b struct {
		on, expire planwright.Day
		left       planwright.Qty
	}) int {
		return cmp.Or(cmp.Compare(a.on, b.on), cmp.Compare(a.expire, b.expire))
	})
	for i := range x { // negative stock is met first
		q := min(owed, x[i].left)
		x[i].left -= q
		owed -= q
	}
	h.shelves[k] = x
	return x
}

// kit serves one order.
func (h *handout) kit(o *KitOrder) Kit {
	s := h.t.s
	need := max(o.Need, s.AsOf)
	var undo []func()
	share := map[planwright.SKU]*KitShare{}
	var order []planwright.SKU
	take := func(k planwright.SKU, q planwright.Qty, onlyNow bool) (got planwright.Qty) {
		x := h.shelf(k)
		g := share[k]
		if g == nil {
			g = &KitShare{SKU: k, FullOn: s.AsOf}
			share[k] = g
			order = append(order, k)
		}
		for i := range x {
			if q <= got {
				break
			}
			if x[i].left <= 0 || x[i].expire < need || onlyNow && x[i].on > s.AsOf {
				continue
			}
			part := min(q-got, x[i].left)
			x[i].left -= part
			undo = append(undo, func() { x[i].left += part })
			got += part
			if x[i].on <= s.AsOf {
				g.Now += part
			}
			if x[i].on <= need {
				g.ByNeed += part
			} else {
				g.Later += part
			}
			g.FullOn = max(g.FullOn, x[i].on)
		}
		return got
	}
	line := func(k planwright.SKU, q planwright.Qty, fixed bool) {
		got := take(k, q, false)
		g := share[k]
		g.Need, _ = bounded(g.Need, q)
		g.Short, _ = bounded(g.Short, q-got)
		g.fixed = g.fixed || fixed
	}
	if o.Lines != nil {
		for _, l := range o.Lines {
			if l.Qty > 0 {
				line(l.SKU, l.Qty, l.Fixed)
			}
		}
	} else if o.SKU != planwright.NoSKU {
		h.explode(o.SKU, sets(o), need, 0, func(k planwright.SKU, q planwright.Qty, fixed, phantom bool) planwright.Qty {
			if !phantom {
				line(k, q, fixed)
				return q
			}
			got := take(k, q, true)
			if g := share[k]; got > 0 {
				g.Need, g.through = g.Need+got, true
			}
			return got
		})
	}
	kit := Kit{SetsNow: sets(o), SetsByNeed: sets(o), FullOn: s.AsOf}
	slices.Sort(order)
	for _, k := range order {
		g := share[k]
		if g.Need == 0 { // a phantom without stock
			continue
		}
		if g.Short > 0 {
			g.FullOn = planwright.NoDay
		}
		kit.Lines = append(kit.Lines, *g)
		if g.through {
			continue // in full by itself; its components are lines
		}
		kit.Kinds++
		if g.Now >= g.Need {
			kit.KindsNow++
		}
		if g.ByNeed >= g.Need {
			kit.KindsByNeed++
		}
		kit.SetsNow = min(kit.SetsNow, h.sets(o, g, g.Now))
		kit.SetsByNeed = min(kit.SetsByNeed, h.sets(o, g, g.ByNeed))
		if kit.FullOn != planwright.NoDay {
			if kit.FullOn = max(kit.FullOn, g.FullOn); g.FullOn == planwright.NoDay {
				kit.FullOn = planwright.NoDay
			}
		}
	}
	if h.o.CompleteOnly && (kit.FullOn == planwright.NoDay || kit.FullOn > need) {
		for i := len(undo) - 1; i >= 0; i-- {
			undo[i]()
		}
	}
	return kit
}

// sets is how many sets of an order a quantity of one component makes.
func (h *handout) sets(o *KitOrder, g *KitShare, have planwright.Qty) planwright.Qty {
	switch {
	case have >= g.Need:
		return sets(o)
	case have <= 0 || g.fixed:
		return 0
	}
	r, ok := planwright.NewRatio([]int64{int64(have)}, []int64{int64(g.Need)})
	if !ok {
		return 0
	}
	q, ok := sets(o).MulDown(r)
	if !ok {
		return 0
	}
	if o.SKU != planwright.NoSKU {
		q -= q % planwright.Step(int(h.t.s.Items.Decimals[h.t.s.SKUs.Item[o.SKU]]))
	}
	return q
}

// explode calls use for the components of qty sets of sku k, through phantoms;
// use returns what a phantom had of its own.
func (h *handout) explode(k planwright.SKU, qty planwright.Qty, on planwright.Day, depth int, use func(k planwright.SKU, q planwright.Qty, fixed, phantom bool) planwright.Qty) {
	s, b := h.t.s, &h.t.s.BOM
	h.t.lines(k, qty, on, func(l int32, q planwright.Qty) {
		c := b.Component[l]
		if !b.Phantom[l] || b.Off[c] == b.Off[c+1] || depth > s.Len() {
			use(c, q, b.Fixed[l], false)
			return
		}
		got := planwright.Qty(0)
		if !s.SKUs.PhantomIgnoreStock[c] {
			got = use(c, q, false, true)
		}
		if q > got {
			h.explode(c, q-got, on, depth+1, use)
		}
	})
}

// OpenKits are the open work orders with what is reserved for them, in the order
// of their ids: the reservations of one order are its lines.
func OpenKits(s *planwright.Snapshot) []KitOrder {
	at := map[string]int{}
	var orders []KitOrder
	for k := range planwright.SKU(s.Len()) {
		for r := s.Reserved.Off[k]; r < s.Reserved.Off[k+1]; r++ {
			id := s.Reserved.OrderID[r]
			i, ok := at[id]
			if !ok {
				i = len(orders)
				at[id] = i
				orders = append(orders, KitOrder{ID: id, SKU: planwright.NoSKU, Need: s.Reserved.DueOn[r]})
			}
			o := &orders[i]
			o.Need = min(o.Need, s.Reserved.DueOn[r])
			o.Lines = append(o.Lines, KitLine{SKU: k, Qty: s.Reserved.Qty[r]})
		}
	}
	for k := range planwright.SKU(s.Len()) {
		for r := s.Supply.Off[k]; r < s.Supply.Off[k+1]; r++ {
			if i, ok := at[s.Supply.OrderID[r]]; ok && (s.Supply.Kind[r] == planwright.Work || s.Supply.Kind[r] == planwright.SubcontractOrder) {
				orders[i].SKU, orders[i].Qty = k, s.Supply.Qty[r]
			}
		}
	}
	slices.SortStableFunc(orders, func(a, b KitOrder) int { return cmp.Compare(a.ID, b.ID) })
	return orders
}

// PlannedKits are the planned orders with components that start before a day
// (NoDay: all), in the order of the plan.
func PlannedKits(s *planwright.Snapshot, p *planwright.PlannedOrders, before planwright.Day) []KitOrder {
	var orders []KitOrder
	for i, k := range p.SKU {
		if (p.Kind[i] == planwright.Work || p.Kind[i] == planwright.SubcontractOrder) && (before == planwright.NoDay || p.Start[i] < before) {
			orders = append(orders, KitOrder{ID: p.ID(s, i), SKU: k, Qty: p.Qty[i], Need: p.Start[i]})
		}
	}
	return orders
}
