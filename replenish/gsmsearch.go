package replenish

import "math/rand/v2"

// gsmSearch improves plans by large neighbourhoods: a random induced forest of
// the variables is free, all others keep their values, and dynamic programming
// finds the best values of the forest.
type gsmSearch struct {
	m   *gsmModel
	box gsmBox
	rng *rand.PCG

	val  []int32 // by variable
	cost float64

	order   []int32 // variables, shuffled
	root    []int32 // union-find
	roots   []int32
	mark    []int32
	free    []bool
	parent  []int32 // in the forest; -1
	visit   []int32
	belief  []float64
	off     []int32
	message []float64
}

func newGSMSearch(m *gsmModel, box gsmBox, seed uint64) *gsmSearch {
	n := int32(2 * m.stages)
	s := &gsmSearch{m: m, box: box.clone(), rng: rand.NewPCG(seed, 0x5e1ec7), val: make([]int32, n), order: make([]int32, n), root: make([]int32, n), mark: make([]int32, n), free: make([]bool, n), parent: make([]int32, n), off: make([]int32, n+1)}
	widest := int32(0)
	for v := range n {
		s.order[v] = v
		s.off[v+1] = s.off[v] + box.width(v)
		widest = max(widest, box.width(v))
	}
	s.belief, s.message = make([]float64, s.off[n]), make([]float64, widest)
	return s
}

func (s *gsmSearch) cell(i, in, out int32) float64 { return s.m.tab[i][in-out+s.m.toff[i]] }

// settle makes a plan from inbound times alone: every stage promises the
// longest time that its customers allow, and waits no longer than it must. It
// returns the cost.
func (s *gsmSearch) settle(val []int32) float64 {
	m, cost := s.m, 0.0
	for i := range int32(m.stages) {
		in := s.box.lo[2*i]
		for _, a := range m.inArcs[m.inOff[i]:m.inOff[i+1]] {
			in = max(in, val[2*m.tail[a]+1])
		}
		out := min(s.box.hi[2*i+1], in+m.toff[i])
		for a := m.outOff[i]; a < m.outOff[i+1]; a++ {
			out = min(out, val[2*m.head[a]])
		}
		val[2*i], val[2*i+1] = in, out
		cost += s.cell(i, in, out)
	}
	return cost
}

// take keeps a plan if it is better.
func (s *gsmSearch) take(val []int32, cost float64) bool {
	if cost >= s.cost {
		return false
	}
	s.cost = cost
	copy(s.val, val)
	return true
}

// decode reads a plan off the messages of a forward and backward pass over box
// b: every variable in turn takes the value that is best by those before it,
// and by what it was told of those behind.
func (m *gsmModel) decode(b gsmBox, val []int32) {
	for i := range int32(m.stages) {
		from := b.lo[2*i]
		for _, a := range m.inArcs[m.inOff[i]:m.inOff[i+1]] {
			from = max(from, val[2*m.tail[a]+1])
		}
		best, at := 0.0, int32(-1)
		for x, v := range m.stageIn(b, i) {
			if y := b.lo[2*i] + int32(x); y >= from && (at < 0 || v < best) {
				best, at = v, y
			}
		}
		val[2*i] = at
		sum := m.sum[:b.width(2*i+1)]
		clear(sum)
		for a := m.outOff[i]; a < m.outOff[i+1]; a++ {
			for x, v := range m.arcOut(b, a) {
				sum[x] += v
			}
		}
		in, top := at, at+m.toff[i]
		at = -1
		for x := range sum {
			y := b.lo[2*i+1] + int32(x)
			if y > top {
				break
			}
			if v := sum[x] + m.tab[i][in-y+m.toff[i]]; at < 0 || v <= best {
				best, at = v, y
			}
		}
		val[2*i+1] = at
	}
}

func (s *gsmSearch) find(v int32) int32 {
	for s.root[v] != v {
		s.root[v] = s.root[s.root[v]]
		v = s.root[v]
	}
	return v
}

// neighbour returns the k-th variable tied to v, −1 past the last.
func (m *gsmModel) neighbour(v int32, k int32) int32 {
	i := v >> 1
	if k == 0 {
		return v ^ 1
	}
	if v&1 == 0 {
		if p := m.inOff[i] + k - 1; p < m.inOff[i+1] {
			return 2*m.tail[m.inArcs[p]] + 1
		}
		return -1
	}
	if a := m.outOff[i] + k - 1; a < m.outOff[i+1] {
		return 2 * m.head[a]
	}
	return -1
}

// shuffle orders the variables by chance.
func (s *gsmSearch) shuffle() {
	for i := len(s.order) - 1; i > 0; i-- {
		j := s.rng.Uint64() % uint64(i+1)
		s.order[i], s.order[j] = s.order[j], s.order[i]
	}
}

// improve frees a forest, grown in the order of the variables. got: the plan
// became better; all: nothing had to keep its value, so that the plan is the
// best there is (Graves and Willems, 2000 and 2003).
func (s *gsmSearch) improve() (got, all bool) {
	m := s.m
	for v := range s.root {
		s.root[v], s.mark[v], s.free[v], s.parent[v] = int32(v), 0, false, -2
	}
	all = true
	for _, v := range s.order {
		if s.box.width(v) > 1 {
			s.free[v] = s.joins(v)
			all = all && s.free[v]
		}
	}
	s.visit = s.visit[:0]
	for _, r := range s.order {
		if !s.free[r] || s.parent[r] != -2 {
			continue
		}
		s.parent[r] = -1
		s.visit = append(s.visit, r)
		for at := len(s.visit) - 1; at < len(s.visit); at++ {
			v := s.visit[at]
			for k := int32(0); ; k++ {
				u := m.neighbour(v, k)
				if u < 0 {
					break
				}
				if s.free[u] && s.parent[u] == -2 {
					s.parent[u] = v
					s.visit = append(s.visit, u)
				}
			}
		}
	}
	// What fixed neighbours allow and cost.
	for _, v := range s.visit {
		s.fixedBelief(v)
	}
	for at := len(s.visit) - 1; at >= 0; at-- {
		if v := s.visit[at]; s.parent[v] >= 0 {
			s.send(v, s.parent[v])
		}
	}
	for _, v := range s.visit {
		s.choose(v)
	}
	before := s.cost
	s.cost = s.settle(s.val)
	return s.cost < before*(1-1e-12), all
}

// joins ties v to the trees of its free neighbours, if these are all different.
func (s *gsmSearch) joins(v int32) bool {
	s.roots = s.roots[:0]
	for k := int32(0); ; k++ {
		u := s.m.neighbour(v, k)
		if u < 0 {
			break
		}
		if !s.free[u] {
			continue
		}
		r := s.find(u)
		if s.mark[r] == v+1 {
			return false
		}
		s.mark[r] = v + 1
		s.roots = append(s.roots, r)
	}
	for _, r := range s.roots {
		s.root[r] = v
	}
	return true
}

const gsmForbidden = 1e300

func (s *gsmSearch) fixedBelief(v int32) {
	m, i := s.m, v>>1
	bel := s.belief[s.off[v]:s.off[v+1]]
	lo := s.box.lo[v]
	from, to := lo, s.box.hi[v]
	partner := v ^ 1
	fixed := !s.free[partner]
	if v&1 == 0 {
		for _, a := range m.inArcs[m.inOff[i]:m.inOff[i+1]] {
			if u := 2*m.tail[a] + 1; !s.free[u] {
				from = max(from, s.val[u])
			}
		}
		if fixed {
			from = max(from, s.val[partner]-m.toff[i])
		}
	} else {
		for a := m.outOff[i]; a < m.outOff[i+1]; a++ {
			if u := 2 * m.head[a]; !s.free[u] {
				to = min(to, s.val[u])
			}
		}
		if fixed {
			to = min(to, s.val[partner]+m.toff[i])
		}
	}
	for x := range bel {
		y := lo + int32(x)
		switch {
		case y < from || y > to:
			bel[x] = gsmForbidden
		case !fixed:
			bel[x] = 0
		case v&1 == 0:
			bel[x] = s.cell(i, y, s.val[partner])
		default:
			bel[x] = s.cell(i, s.val[partner], y)
		}
	}
	m.work += int64(len(bel))
}

// send adds to the parent's belief what v costs at best for each of its values.
func (s *gsmSearch) send(v, u int32) {
	m := s.m
	bel, dst := s.belief[s.off[v]:s.off[v+1]], s.belief[s.off[u]:s.off[u+1]]
	lov, lou := s.box.lo[v], s.box.lo[u]
	switch {
	case u == v^1 && v&1 == 0: // SI to S
		tab, i := m.tab[v>>1], v>>1
		first := int(lov + m.toff[i] - lou)
		for x := range dst {
			run := gsmForbidden
			from := max(0, x-first)
			row := tab[first+from-x:]
			for k, b := range bel[from:] {
				if w := b + row[k]; w < run {
					run = w
				}
			}
			dst[x] += run
		}
		m.work += int64(len(bel)) * int64(len(dst))
	case u == v^1: // S to SI
		tab, i := m.tab[v>>1], v>>1
		first := int(lou + m.toff[i] - lov)
		for x := range dst {
			run := gsmForbidden
			top := min(len(bel)-1, first+x)
			for k, b := range bel[:top+1] {
				if w := b + tab[first+x-k]; w < run {
					run = w
				}
			}
			dst[x] += run
		}
		m.work += int64(len(bel)) * int64(len(dst))
	case v&1 == 1: // S to SI of a customer: S <= SI
		run, at := gsmForbidden, 0
		for x := range dst {
			for ; at < len(bel) && lov+int32(at) <= lou+int32(x); at++ {
				run = min(run, bel[at])
			}
			dst[x] += run
		}
		m.work += int64(len(bel) + len(dst))
	default: // SI to S of a supplier
		run, at := gsmForbidden, len(bel)-1
		for x := len(dst) - 1; x >= 0; x-- {
			for ; at >= 0 && lov+int32(at) >= lou+int32(x); at-- {
				run = min(run, bel[at])
			}
			dst[x] += run
		}
		m.work += int64(len(bel) + len(dst))
	}
}

// choose takes the value that is best given the parent's.
func (s *gsmSearch) choose(v int32) {
	m, i := s.m, v>>1
	bel, lo := s.belief[s.off[v]:s.off[v+1]], s.box.lo[v]
	u := s.parent[v]
	best, at := gsmForbidden, s.val[v]
	for x, b := range bel {
		y := lo + int32(x)
		if u >= 0 {
			z := s.val[u]
			switch {
			case u == v^1 && v&1 == 0:
				if y+m.toff[i] < z {
					continue
				}
				b += s.cell(i, y, z)
			case u == v^1:
				if z+m.toff[i] < y {
					continue
				}
				b += s.cell(i, z, y)
			case v&1 == 1:
				if y > z {
					continue
				}
			default:
				if y < z {
					continue
				}
			}
		}
		if b < best {
			best, at = b, y
		}
	}
	s.val[v] = at
}
