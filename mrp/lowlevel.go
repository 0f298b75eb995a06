package mrp

import "planwright"

// graph holds the arcs from a sku to those that must be planned after it: its
// components, co-products, supplying sites, successor and, where it is not
// planned itself, the next alternate.
type graph struct {
	off   []int32
	to    []planwright.SKU
	lines []bool // the arcs of the sku start with all its BOM lines
}

// makeable says whether any way of sku k is an order with components.
func makeable(s *planwright.Snapshot, k planwright.SKU) bool {
	lo, hi := s.Sources.Off[k], s.Sources.Off[k+1]
	for r := lo; r < hi; r++ {
		if kind := s.Sources.Kind[r]; kind == planwright.Make || kind == planwright.Subcontract {
			return true
		}
	}
	if lo < hi && s.SKUs.Procurement[k] == planwright.ProcurementNone {
		return false
	}
	kind := own(s, k).kind
	return kind == planwright.Make || kind == planwright.Subcontract
}

// successorOf returns the sku that takes over from k at its site, NoSKU if
// there is none.
func successorOf(s *planwright.Snapshot, k planwright.SKU) planwright.SKU {
	item := s.SKUs.Item[k]
	next := s.Items.Successor[item]
	if next == planwright.None || next == item || !s.Items.OutOn[item].Known() {
		return planwright.NoSKU
	}
	return s.Find(s.Items.ID[next], s.Sites.ID[s.SKUs.Site[k]])
}

// newGraph gathers the arcs.
func newGraph(s *planwright.Snapshot) (g graph) {
	n := s.Len()
	phantom := make([]bool, n) // some BOM line passes through it
	for l, p := range s.BOM.Phantom {
		if p {
			phantom[s.BOM.Component[l]] = true
		}
	}
	g.off = make([]int32, n+1)
	g.lines = make([]bool, n)
	g.to = make([]planwright.SKU, 0, s.BOM.Len()+len(s.Sources.Kind))
	for k := range planwright.SKU(n) {
		if makeable(s, k) || phantom[k] {
			g.lines[k] = true
			g.to = append(g.to, s.BOM.Component[s.BOM.Off[k]:s.BOM.Off[k+1]]...)
		}
		for r := s.Sources.Off[k]; r < s.Sources.Off[k+1]; r++ {
			if s.Sources.Kind[r] == planwright.Transfer && s.Sources.From[r] != planwright.NoSKU {
				g.to = append(g.to, s.Sources.From[r])
			}
		}
		if next := successorOf(s, k); next != planwright.NoSKU {
			g.to = append(g.to, next)
		}
		g.off[k+1] = int32(len(g.to))
	}
	g.addAlternates(s)
	return g
}

// addAlternates inserts the arcs from an alternate that is not planned to the
// later ones of its group.
func (g *graph) addAlternates(s *planwright.Snapshot) {
	type arc struct{ from, to planwright.SKU }
	var more []arc
	b := &s.BOM
	for l, a := range b.AltGroup {
		if a == "" || s.SKUs.MRPType[b.Component[l]] != planwright.NotPlanned {
			continue
		}
		parent := parentOf(s, int32(l))
		for x := b.Off[parent]; x < b.Off[parent+1]; x++ {
			if laterAlternate(b, x, int32(l)) {
				more = append(more, arc{b.Component[l], b.Component[x]})
			}
		}
	}
	if len(more) == 0 {
		return
	}
	n := len(g.off) - 1
	add := make([]int32, n+1)
	for _, a := range more {
		add[a.from+1]++
	}
	off := make([]int32, n+1)
	for k := range n {
		off[k+1] = off[k] + g.off[k+1] - g.off[k] + add[k+1]
	}
	to := make([]planwright.SKU, off[n])
	at := make([]int32, n)
	for k := range n {
		at[k] = off[k] + int32(copy(to[off[k]:], g.to[g.off[k]:g.off[k+1]]))
	}
	for _, a := range more {
		to[at[a.from]] = a.to
		at[a.from]++
	}
	g.off, g.to = off, to
}

// parentOf returns the parent sku of a BOM line.
func parentOf(s *planwright.Snapshot, line int32) planwright.SKU {
	lo, hi := 0, s.Len()
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; s.BOM.Off[mid] <= line {
			lo = mid
		} else {
			hi = mid
		}
	}
	return planwright.SKU(lo)
}

// laterAlternate says whether line x comes after line l of the same group and
// BOM, by priority, then by order.
func laterAlternate(b *planwright.BOM, x, l int32) bool {
	return b.AltGroup[x] == b.AltGroup[l] && b.ID[x] == b.ID[l] && (b.AltPriority[x] > b.AltPriority[l] || b.AltPriority[x] == b.AltPriority[l] && x > l)
}

// nextAlternate returns the line that takes over from line l of BOM lines
// lo..hi-1 on a day, -1 if there is none.
func nextAlternate(s *planwright.Snapshot, lo, hi, l int32, on planwright.Day) int32 {
	best := int32(-1)
	for x := lo; x < hi; x++ {
		if laterAlternate(&s.BOM, x, l) && holds(s, x, on) && (best < 0 || laterAlternate(&s.BOM, best, x)) {
			best = x
		}
	}
	return best
}

// longestPaths returns the longest path from any root to each sku of a graph
// without cycles; ok is false where it has one. A sku is taken once all arcs that
// lead to it are: Kahn (1962), Topological sorting of large networks, CACM 5(11).
func longestPaths(g *graph) (level []int32, ok bool) {
	type node struct{ waits, level int32 } // one line of the cache for both
	nodes := make([]node, len(g.off)-1)
	for _, c := range g.to {
		nodes[c].waits++
	}
	ready := make([]planwright.SKU, 0, len(nodes))
	for k := range nodes {
		if nodes[k].waits == 0 {
			ready = append(ready, planwright.SKU(k))
		}
	}
	for i := 0; i < len(ready); i++ {
		k := ready[i]
		next := nodes[k].level + 1
		for _, c := range g.to[g.off[k]:g.off[k+1]] {
			x := &nodes[c]
			x.level = max(x.level, next)
			if x.waits--; x.waits == 0 {
				ready = append(ready, c)
			}
		}
	}
	if len(ready) < len(nodes) {
		return nil, false
	}
	level = make([]int32, len(nodes))
	for k := range nodes {
		level[k] = nodes[k].level
	}
	return level, true
}

// lowLevelCodes returns the longest path from any root to each sku. On a cycle
// it names its members with the path, cuts the arcs that close it and goes on;
// cut lists them as pairs from, to.
func lowLevelCodes(g *graph, s *planwright.Snapshot, x *planwright.Exceptions) (level []int32, cut map[[2]planwright.SKU]bool) {
	n := len(g.off) - 1
	if level, ok := longestPaths(g); ok {
		return level, nil
	}
	cut = map[[2]planwright.SKU]bool{}
	// Depth first from the smallest number: an arc to a sku that is still
	// being visited closes a cycle. The order of leaving, reversed, is a
	// topological one.
	const (
		white, grey, black = 0, 1, 2
	)
	color := make([]uint8, n)
	next := make([]int32, n)
	var stack []planwright.SKU
	post := make([]planwright.SKU, 0, n)
	for root := range planwright.SKU(n) {
		if color[root] != white {
			continue
		}
		stack = append(stack[:0], root)
		color[root] = grey
		next[root] = g.off[root]
		for len(stack) > 0 {
			k := stack[len(stack)-1]
			if next[k] == g.off[k+1] {
				color[k] = black
				post = append(post, k)
				stack = stack[:len(stack)-1]
				continue
			}
			c := g.to[next[k]]
			next[k]++
			switch color[c] {
			case white:
				color[c] = grey
				next[c] = g.off[c]
				stack = append(stack, c)
			case grey:
				cut[[2]planwright.SKU{k, c}] = true
			}
		}
	}
	reportCycles(g, s, x)
	level = make([]int32, n)
	for i := len(post) - 1; i >= 0; i-- {
		k := post[i]
		for _, c := range g.to[g.off[k]:g.off[k+1]] {
			if cut[[2]planwright.SKU{k, c}] {
				continue
			}
			level[c] = max(level[c], level[k]+1)
		}
	}
	return level, cut
}
