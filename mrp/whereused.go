package mrp

import (
	"cmp"
	"container/heap"
	"slices"

	"planwright"
)

// Use is a sku that uses another one, directly or through levels between.
type Use struct {
	SKU   planwright.SKU
	Level int // the longest way between the two; 1: directly
	// Per is how much of the used sku a good unit of SKU takes over all ways,
	// component and order scrap included. Lines of a fixed quantity an order
	// count by the order: they are in PerOrder of a direct use alone.
	Per      float64
	PerOrder float64
	Line     int32 // BOM line of a direct use; None: a transfer, or several lines or levels
	Top      bool  // nothing uses SKU in turn: an end item
}

// WhereUsed returns the direct users of sku k on a day ([planwright.NoDay]: by
// any line, whatever its dates): the parents of its BOM lines, alternates
// included, in the order of sku's, then the sites that it is transferred to.
// One line is one row. Orlicky (1975), Material Requirements Planning, on
// where-used retrieval.
func (t *Structure) WhereUsed(k planwright.SKU, on planwright.Day) []Use {
	var all []Use
	b := &t.s.BOM
	for _, l := range t.uses[t.offUse[k]:t.offUse[k+1]] {
		p := t.parent[l]
		if b.Role[l] != planwright.Component || on != planwright.NoDay && !holds(t.s, l, on) || t.severed(p, k) {
			continue
		}
		u := Use{SKU: p, Level: 1, Line: l, Top: t.top(p)}
		if q := float64(b.Usage[l].Num) / float64(b.Usage[l].Den); b.Fixed[l] {
			u.PerOrder = q
		} else {
			u.Per = q * t.scrap(p)
		}
		all = append(all, u)
	}
	for _, r := range t.to[t.offTo[k]:t.offTo[k+1]] {
		p := t.taker[r]
		if on != planwright.NoDay && !valid(t.s, r, on) || t.severed(p, k) {
			continue
		}
		all = append(all, Use{SKU: p, Level: 1, Per: 1, Line: planwright.None, Top: t.top(p)})
	}
	return all
}

// Implosion returns every sku that uses k over all levels, once, with the total
// usage over all ways and the longest of them: the summarised where-used list,
// nearest level first, then in the order of sku's. Time grows with the lines
// above k, not with the number of ways.
func (t *Structure) Implosion(k planwright.SKU, on planwright.Day) []Use {
	return t.reach(k, func(x planwright.SKU) []Use { return t.WhereUsed(x, on) }, false)
}

// Explosion returns everything that a good unit of sku k is made of over all
// levels on a day, once each, with the total usage over all ways: the
// summarised bill of material, nearest level first. Alternates count by their
// share, or the first alone; transfers count as what they bring.
func (t *Structure) Explosion(k planwright.SKU, on planwright.Day) []Use {
	if on == planwright.NoDay {
		on = t.s.AsOf
	}
	b := &t.s.BOM
	return t.reach(k, func(x planwright.SKU) []Use {
		var all []Use
		if from := t.from(x); from != planwright.NoSKU {
			return append(all, Use{SKU: from, Level: 1, Per: 1, Line: planwright.None})
		}
		if !t.made(x) && !t.phantom(x) {
			return nil
		}
		t.lines(x, planwright.One, on, func(l int32, _ planwright.Qty) {
			u := Use{SKU: b.Component[l], Level: 1, Line: l}
			q := float64(b.Usage[l].Num) / float64(b.Usage[l].Den) * t.share(x, l, on)
			if b.Fixed[l] {
				u.PerOrder = q
			} else {
				u.Per = q * t.scrap(x)
			}
			all = append(all, u)
		})
		return all
	}, true)
}

// reach follows direct uses from sku k level by level: each sku once all ways to
// it are known, which the low-level codes tell.
func (t *Structure) reach(k planwright.SKU, direct func(planwright.SKU) []Use, down bool) []Use {
	found := map[planwright.SKU]*Use{k: {SKU: k, Per: 1}}
	open := &byLevelHeap{level: t.level, down: down, skus: []planwright.SKU{k}}
	var all []Use
	for len(open.skus) > 0 {
		// The next sku in the direction of travel: no other one leads to it.
		x := heap.Pop(open).(planwright.SKU)
		from := found[x]
		if x != k {
			all = append(all, *from)
		}
		for _, u := range direct(x) {
			to, seen := found[u.SKU]
			if !seen {
				to = &Use{SKU: u.SKU, Line: planwright.None, Top: t.top(u.SKU)}
				if x == k {
					to.Line = u.Line
				}
				found[u.SKU] = to
				heap.Push(open, u.SKU)
			} else {
				to.Line = planwright.None
			}
			to.Level = max(to.Level, from.Level+1)
			to.Per += from.Per * u.Per
			if x == k {
				to.PerOrder += u.PerOrder
			}
		}
	}
	slices.SortFunc(all, func(a, b Use) int { return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(a.SKU, b.SKU)) })
	return all
}

// byLevelHeap gives out sku's by level, downwards or upwards, then by number.
type byLevelHeap struct {
	level []int32
	down  bool
	skus  []planwright.SKU
}

func (h *byLevelHeap) Len() int      { return len(h.skus) }
func (h *byLevelHeap) Swap(i, j int) { h.skus[i], h.skus[j] = h.skus[j], h.skus[i] }
func (h *byLevelHeap) Push(x any)    { h.skus = append(h.skus, x.(planwright.SKU)) }

func (h *byLevelHeap) Less(i, j int) bool {
	a, b := h.level[h.skus[i]], h.level[h.skus[j]]
	return a != b && (a < b) == h.down || a == b && h.skus[i] < h.skus[j]
}

func (h *byLevelHeap) Pop() any {
	n := len(h.skus) - 1
	x := h.skus[n]
	h.skus = h.skus[:n]
	return x
}

// top says whether nothing uses sku k.
func (t *Structure) top(k planwright.SKU) bool {
	return t.offUse[k] == t.offUse[k+1] && t.offTo[k] == t.offTo[k+1]
}

// scrap is what is launched for a good unit of sku k.
func (t *Structure) scrap(k planwright.SKU) float64 {
	r := t.loss(k)
	return float64(r.Num) / float64(r.Den)
}

// share is the part that line l of sku k has in its alternate group.
func (t *Structure) share(k planwright.SKU, l int32, on planwright.Day) float64 {
	b := &t.s.BOM
	if b.AltGroup[l] == "" {
		return 1
	}
	part, chosen := alternate(t.s, b.Off[k], b.Off[k+1], l, on)
	if !chosen {
		return 0
	}
	return float64(part.Num) / float64(part.Den)
}

// phantom says whether some BOM line passes through sku k.
func (t *Structure) phantom(k planwright.SKU) bool {
	for _, l := range t.uses[t.offUse[k]:t.offUse[k+1]] {
		if t.s.BOM.Phantom[l] {
			return true
		}
	}
	return false
}
