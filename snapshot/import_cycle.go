package snapshot

import (
	"slices"
	"strings"
)

// arc is a component line of the BOM: parent and component are items, site is
// noSite for a line that holds everywhere.
type arc struct {
	parent, component, site int32
}

const noSite int32 = -1

// closingArcs returns, in order, the lines that close a cycle when the lines
// are taken in the order given: without them the rest has none. Two lines lie
// on one cycle only where there is a site at which both hold. For each, path
// is the cycle that it closes, from its parent round to its parent.
//
// Lines outside of the strongly connected components (Tarjan 1972) cannot lie
// on a cycle; only those inside are taken one by one.
func closingArcs(items int, arcs []arc) (closing []int, paths [][]int32) {
	comp := components(items, arcs)
	var inside []int
	for i, a := range arcs {
		if comp[a.parent] == comp[a.component] {
			inside = append(inside, i)
		}
	}
	kept := map[int32][]int{} // kept lines inside components, by parent
	seen := map[int32]int32{} // item: the item before it on the way
	for _, i := range inside {
		a := arcs[i]
		var path []int32
		for _, site := range sitesOf(arcs, inside, a, comp) {
			if path = walk(arcs, kept, a, site, seen); path != nil {
				break
			}
		}
		if path == nil {
			kept[a.parent] = append(kept[a.parent], i)
			continue
		}
		closing, paths = append(closing, i), append(paths, path)
	}
	return closing, paths
}

// sitesOf returns the sites at which a cycle through a may exist: its own, or
// for a line that holds everywhere each one that lines of its component name,
// and noSite for the lines that hold everywhere.
func sitesOf(arcs []arc, inside []int, a arc, comp []int32) []int32 {
	if a.site != noSite {
		return []int32{a.site}
	}
	sites := []int32{noSite}
	for _, i := range inside {
		if b := arcs[i]; b.site != noSite && comp[b.parent] == comp[a.parent] && !slices.Contains(sites, b.site) {
			sites = append(sites, b.site)
		}
	}
	slices.Sort(sites)
	return sites
}

// walk looks for a way from a's component back to its parent over the kept
// lines that hold at the site, breadth first: the shortest.
func walk(arcs []arc, kept map[int32][]int, a arc, site int32, seen map[int32]int32) []int32 {
	if a.parent == a.component {
		return []int32{a.parent, a.parent}
	}
	clear(seen)
	seen[a.component] = a.parent
	queue := []int32{a.component}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, i := range kept[at] {
			b := arcs[i]
			if b.site != noSite && b.site != site {
				continue
			}
			if _, ok := seen[b.component]; ok && b.component != a.parent {
				continue
			}
			if b.component == a.parent {
				path := []int32{a.parent}
				for x := at; ; x = seen[x] {
					path = append(path, x)
					if x == a.component {
						break
					}
				}
				path = append(path, a.parent)
				slices.Reverse(path)
				return path
			}
			seen[b.component] = at
			queue = append(queue, b.component)
		}
	}
	return nil
}

// components numbers the strongly connected components of the items, by
// Tarjan's algorithm without recursion.
func components(items int, arcs []arc) []int32 {
	off := make([]int32, items+1)
	for _, a := range arcs {
		off[a.parent+1]++
	}
	for i := range items {
		off[i+1] += off[i]
	}
	next := make([]int32, items)
	to := make([]int32, len(arcs))
	copy(next, off[:items])
	for _, a := range arcs {
		to[next[a.parent]] = a.component
		next[a.parent]++
	}
	copy(next, off[:items])
	const unseen = -1
	index, low, comp := filled[int32](items, unseen), make([]int32, items), filled[int32](items, unseen)
	var stack, path []int32
	count, comps := int32(0), int32(0)
	for root := range int32(items) {
		if index[root] != unseen {
			continue
		}
		path = append(path[:0], root)
		for len(path) > 0 {
			v := path[len(path)-1]
			if index[v] == unseen {
				index[v], low[v] = count, count
				count++
				stack = append(stack, v)
			}
			if next[v] < off[v+1] {
				w := to[next[v]]
				next[v]++
				switch {
				case index[w] == unseen:
					path = append(path, w)
				case comp[w] == unseen:
					low[v] = min(low[v], index[w])
				}
				continue
			}
			path = path[:len(path)-1]
			if len(path) > 0 {
				u := path[len(path)-1]
				low[u] = min(low[u], low[v])
			}
			if low[v] == index[v] {
				for {
					w := stack[len(stack)-1]
					stack = stack[:len(stack)-1]
					comp[w] = comps
					if w == v {
						break
					}
				}
				comps++
			}
		}
	}
	return comp
}

// pathText writes a cycle as A > B > A, cut in the middle where it is long.
func pathText(path []int32, name func(int32) string) string {
	var parts []string
	for i, x := range path {
		if len(path) > 12 && i == 9 {
			parts = append(parts, "...")
		}
		if len(path) <= 12 || i < 9 || i >= len(path)-2 {
			parts = append(parts, name(x))
		}
	}
	return strings.Join(parts, " > ")
}
