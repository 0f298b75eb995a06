package mrp

import "planwright"

// LeadTimes are the cumulative lead times of all sku's, by sku.
type LeadTimes struct {
	// Own is the replenishment lead time of the sku alone in calendar days from
	// the as-of day: opening, lead time, goods receipt.
	Own []int32
	// Cumulative is the time in calendar days in which a unit can be had when
	// nothing is in stock anywhere: Own plus the longest Cumulative of what the
	// sku is made of or supplied from. It is the horizon below which MRP can
	// react to a new demand.
	Cumulative []int32
	// Decoupled stops at stock buffers (demand-driven sku's, reorder points and
	// min-max stocks): the decoupled lead time of Ptak and Smith, the longest
	// path of the structure that no buffer protects.
	Decoupled []int32
	next      []planwright.SKU // what the longest path goes on to; NoSKU: it ends
	free      []planwright.SKU // the same for Decoupled
}

// Path returns the critical path of sku k, k first: the chain of components and
// supplying sites whose lead times add up to Cumulative.
func (t *LeadTimes) Path(k planwright.SKU) []planwright.SKU { return follow(t.next, k) }

// DecoupledPath is the path of Decoupled.
func (t *LeadTimes) DecoupledPath(k planwright.SKU) []planwright.SKU { return follow(t.free, k) }

func follow(next []planwright.SKU, k planwright.SKU) (path []planwright.SKU) {
	for ; k != planwright.NoSKU; k = next[k] {
		path = append(path, k)
	}
	return path
}

// LeadTimes computes the cumulative lead times with the bills of material and
// sources that hold on the as-of day; a phantom has no lead time of its own. Of
// equally long paths the one over the smallest sku is taken. Orlicky (1975),
// Material Requirements Planning, on cumulative lead time; Ptak and Smith (2011),
// Orlicky's Material Requirements Planning, 3rd ed., on the actively
// synchronised replenishment lead time.
func (t *Structure) LeadTimes() LeadTimes {
	s := t.s
	n := s.Len()
	r := LeadTimes{Own: make([]int32, n), Cumulative: make([]int32, n), Decoupled: make([]int32, n), next: make([]planwright.SKU, n), free: make([]planwright.SKU, n)}
	for i := n - 1; i >= 0; i-- { // from the last level up: what a sku needs is known before it
		k := t.order[i]
		r.Own[k] = t.src.LeadDays[k]
		if t.onlyPhantom(k) {
			r.Own[k] = 0
		}
		r.next[k], r.free[k] = planwright.NoSKU, planwright.NoSKU
		var longest, open int32
		try := func(c planwright.SKU) {
			if x := r.Cumulative[c]; x > longest || r.next[k] == planwright.NoSKU || x == longest && c < r.next[k] {
				longest, r.next[k] = x, c
			}
			if t.buffered(c) {
				return
			}
			if x := r.Decoupled[c]; x > open || r.free[k] == planwright.NoSKU || x == open && c < r.free[k] {
				open, r.free[k] = x, c
			}
		}
		if from := t.from(k); from != planwright.NoSKU {
			try(from)
		} else if t.made(k) || t.phantom(k) {
			t.lines(k, planwright.One, s.AsOf, func(l int32, _ planwright.Qty) { try(s.BOM.Component[l]) })
		}
		r.Cumulative[k] = addDays(r.Own[k], longest)
		r.Decoupled[k] = addDays(r.Own[k], open)
	}
	return r
}

// decoupled is the decoupled lead time of sku k, of all sku's at once when first
// asked for.
func (p *planner) decoupled(k planwright.SKU) int32 {
	p.leadOnce.Do(func() { p.leads = NewStructure(p.s).LeadTimes() })
	return p.leads.Decoupled[k]
}

// addDays adds lead times; what is longer than the calendar is cut there.
func addDays(a, b int32) int32 {
	return int32(min(int64(planwright.MaxDay), int64(a)+int64(b)))
}

// buffered says whether sku k is a stock that protects what it goes into.
func (t *Structure) buffered(k planwright.SKU) bool {
	switch t.s.SKUs.MRPType[k] {
	case planwright.DDMRP, planwright.ReorderPoint, planwright.MinMax:
		return true
	}
	return false
}

// onlyPhantom says whether every use of sku k passes through it.
func (t *Structure) onlyPhantom(k planwright.SKU) bool {
	of := t.uses[t.offUse[k]:t.offUse[k+1]]
	for _, l := range of {
		if !t.s.BOM.Phantom[l] {
			return false
		}
	}
	return len(of) > 0
}
