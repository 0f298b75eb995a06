package mrp

import (
	"slices"
	"strings"

	"planwright"
)

// pathSteps bounds the arcs that are followed to find the paths of all cycles of
// a run; past it, members share the last path of their component.
const pathSteps = 20_000_000

// pathShown bounds the sku's that a path names; the middle of a very long one
// says nothing more.
const pathShown = 40

// reportCycles writes an exception for every sku that lies on a cycle, with the
// shortest cycle through it. A sku lies on one if its strongly connected
// component has another member, or if it has an arc to itself. Tarjan (1972),
// Depth-first search and linear graph algorithms, SIAM Journal on Computing 1(2).
func reportCycles(g *graph, s *planwright.Snapshot, x *planwright.Exceptions) {
	n := len(g.off) - 1
	component := make([]int32, n) // 1.. once complete
	index, low := make([]int32, n), make([]int32, n)
	next := make([]int32, n)
	var stack, open []planwright.SKU
	var members [][]planwright.SKU
	clock := int32(0)
	enter := func(k planwright.SKU) {
		clock++
		index[k], low[k], next[k] = clock, clock, g.off[k]
		stack, open = append(stack, k), append(open, k)
	}
	for root := range planwright.SKU(n) {
		if index[root] != 0 {
			continue
		}
		enter(root)
		for len(stack) > 0 {
			k := stack[len(stack)-1]
			if next[k] < g.off[k+1] {
				c := g.to[next[k]]
				next[k]++
				if index[c] == 0 {
					enter(c)
				} else if component[c] == 0 {
					low[k] = min(low[k], index[c])
				}
				continue
			}
			stack = stack[:len(stack)-1]
			if len(stack) > 0 {
				up := stack[len(stack)-1]
				low[up] = min(low[up], low[k])
			}
			if low[k] != index[k] {
				continue
			}
			at := len(open) - 1
			for open[at] != k {
				at--
			}
			group := slices.Clone(open[at:])
			open = open[:at]
			for _, m := range group {
				component[m] = int32(len(members)) + 1
			}
			members = append(members, group)
		}
	}
	f := pathFinder{g: g, component: component, from: make([]planwright.SKU, n), steps: pathSteps}
	for _, group := range members {
		k := group[0]
		if len(group) == 1 && !slices.Contains(g.to[g.off[k]:g.off[k+1]], k) {
			continue
		}
		slices.Sort(group)
		path := ""
		for _, k := range group {
			if cycle := f.cycle(k); cycle != nil {
				path = pathText(s, cycle)
			}
			x.Add(planwright.Exception{Code: planwright.CodeBOMCycle, SKU: k, On: planwright.NoDay, Qty: planwright.NoQty, MoveTo: planwright.NoDay, Detail: path})
		}
	}
}

// pathFinder finds shortest cycles, breadth first.
type pathFinder struct {
	g         *graph
	component []int32
	from      []planwright.SKU // the sku before, + 1; 0: not seen
	queue     []planwright.SKU
	steps     int
}

// cycle returns a shortest cycle through k, from k to the sku whose arc comes
// back to it; nil if the search has become too long.
func (f *pathFinder) cycle(k planwright.SKU) (path []planwright.SKU) {
	if f.steps <= 0 {
		return nil
	}
	f.queue = append(f.queue[:0], k)
	last := planwright.NoSKU
search:
	for i := 0; i < len(f.queue); i++ {
		a := f.queue[i]
		for _, c := range f.g.to[f.g.off[a]:f.g.off[a+1]] {
			f.steps--
			if c == k {
				last = a
				break search
			}
			if f.component[c] == f.component[k] && f.from[c] == 0 {
				f.from[c] = a + 1
				f.queue = append(f.queue, c)
			}
		}
	}
	for a := last; a != k; a = f.from[a] - 1 {
		path = append(path, a)
	}
	path = append(path, k)
	slices.Reverse(path)
	for _, a := range f.queue {
		f.from[a] = 0
	}
	return path
}

func pathText(s *planwright.Snapshot, cycle []planwright.SKU) string {
	var b strings.Builder
	for i, k := range cycle {
		if i == pathShown {
			b.WriteString("… > ")
			break
		}
		b.WriteString(s.Code(k))
		b.WriteString(" > ")
	}
	b.WriteString(s.Code(cycle[0]))
	return b.String()
}
