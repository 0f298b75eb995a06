package replenish

import (
	"container/heap"
	"context"
	"fmt"
	"math"
)

// GSMOptions direct GSM. The zero value proves the optimum, if the budget
// lasts.
type GSMOptions struct {
	Unit float64 // service times are whole multiples; 0: 1 period
	Gap  float64 // relative gap that is good enough; 0: none but rounding
	Work int64   // budget, in sums of two numbers; 0: 3e10, up to a minute
	Seed uint64  // of the search for plans; the bound does not depend on luck

	// Progress, where given, is called now and then, in one goroutine.
	Progress func(GSMProgress)
}

// GSMProgress is how far GSM has come.
type GSMProgress struct {
	Cost, Bound float64
	Nodes       int
	Work        int64
}

const (
	gsmWork   = 30_000_000_000
	gsmExact  = 1e-9 // relative; rounding of the sums in a bound is far below
	gsmSweeps = 1000 // at most, in a subproblem
)

// GSM finds the service times of least holding cost in any network without
// cycles of supply, under guaranteed service:
//
//	min Σ h·k·σ·√(SI+T−S),  SI >= S of every supplier,  0 <= S <= SI+T, S <= limit
//
// Networks without loops (serial, assembly, distribution, tree) are solved by
// dynamic programming (Graves and Willems, 2000, with the erratum of 2003).
// Others, where parts meet again in several products, by branch and bound: the
// dual of the linear relaxation over pairs of service times, climbed by
// sequential tree-reweighted messages (Kolmogorov, 2006), gives the bound;
// plans are read off the messages and improved by dynamic programming over
// random forests of the network; a subproblem is an interval of values for each
// service time. Humair and Willems (2011) state the problem and bound it by
// spanning trees.
//
// The result is the same for the same input, options and budget. If ctx ends,
// GSM returns the best plan so far, with its bound, and the error of ctx.
func GSM(ctx context.Context, net *Network, opt GSMOptions) (ServicePlan, error) {
	unit := opt.Unit
	if unit == 0 {
		unit = 1
	}
	if !(unit > 0) || math.IsInf(unit, 0) || !(opt.Gap >= 0) || opt.Work < 0 {
		return ServicePlan{}, fmt.Errorf("replenish: network: unit %v, gap %v, work %d; none may be negative or infinite: %w", opt.Unit, opt.Gap, opt.Work, ErrInput)
	}
	m, box, err := newGSMModel(net, unit)
	if err != nil {
		return ServicePlan{}, err
	}
	b := &gsmBranch{m: m, opt: opt, gap: max(opt.Gap, gsmExact), budget: opt.Work}
	if b.budget == 0 {
		b.budget = gsmWork
	}
	b.search = newGSMSearch(m, box, opt.Seed)
	err = b.run(ctx, box, false)
	return b.plan(), err
}

// gsmBranch is one run of branch and bound.
type gsmBranch struct {
	m      *gsmModel
	opt    GSMOptions
	gap    float64
	budget int64
	search *gsmSearch
	val    []int32
	into   gsmBox
	open   gsmOpen
	bound  float64 // of all plans
	nodes  int
}

type gsmNode struct {
	box    gsmBox
	bound  float64
	serial int
}

type gsmOpen []gsmNode

func (o gsmOpen) Len() int { return len(o) }
func (o gsmOpen) Less(i, j int) bool {
	if o[i].bound != o[j].bound {
		return o[i].bound < o[j].bound
	}
	return o[i].serial > o[j].serial
}
func (o gsmOpen) Swap(i, j int) { o[i], o[j] = o[j], o[i] }
func (o *gsmOpen) Push(x any)   { *o = append(*o, x.(gsmNode)) }
func (o *gsmOpen) Pop() any {
	last := len(*o) - 1
	x := (*o)[last]
	(*o)[last] = gsmNode{}
	*o = (*o)[:last]
	return x
}

// run solves box. general: without the short cut for trees.
func (b *gsmBranch) run(ctx context.Context, box gsmBox, general bool) error {
	m, s := b.m, b.search
	b.val = make([]int32, 2*m.stages)
	b.into = box.clone()
	// The first plan: everybody promises to deliver from stock.
	copy(s.val, box.lo)
	s.cost = s.settle(s.val)
	if _, all := s.improve(); all && !general {
		b.bound, b.nodes = s.cost, 1
		return nil
	}
	heap.Push(&b.open, gsmNode{box: box})
	serial := 0
	for b.open.Len() > 0 {
		node := heap.Pop(&b.open).(gsmNode)
		b.bound = max(b.bound, node.bound)
		if b.done(b.bound) {
			return nil
		}
		err := ctx.Err()
		if err != nil || m.work > b.budget {
			return err
		}
		b.nodes++
		bound, err := b.climb(ctx, node.box, node.bound, b.nodes == 1)
		if err != nil || m.work > b.budget {
			b.bound = max(b.bound, b.least(bound))
			return err
		}
		if b.done(bound) {
			continue
		}
		v, at := b.split(node.box)
		if v < 0 {
			continue // one plan is left, and it is known
		}
		for side := range 2 {
			child := node.box.clone()
			if side == 0 {
				child.hi[v] = at
			} else {
				child.lo[v] = at + 1
			}
			if m.tighten(&child) {
				serial++
				heap.Push(&b.open, gsmNode{child, bound, serial})
			}
		}
	}
	b.bound = s.cost
	return nil
}

// least returns the bound of all that is open, if one more subproblem of the
// given bound is.
func (b *gsmBranch) least(bound float64) float64 {
	if b.open.Len() > 0 {
		bound = min(bound, b.open[0].bound)
	}
	return bound
}

func (b *gsmBranch) done(bound float64) bool {
	return b.search.cost-bound <= b.gap*b.search.cost
}

// climb raises the bound of a box until it is closed or further sweeps are not
// worth their work, and narrows the box.
func (b *gsmBranch) climb(ctx context.Context, box gsmBox, bound float64, root bool) (float64, error) {
	m, s := b.m, b.search
	const window = 8
	patience := 4
	last, own := bound, 0.0
	stalls := 0
	for sweep := 1; sweep <= gsmSweeps; sweep++ {
		if ctx.Err() != nil {
			return bound, ctx.Err()
		}
		m.forward(box)
		slack := math.Inf(1)
		if sweep > 1 { // own belongs to these messages, which bound need not
			slack = max(0, s.cost*(1-b.gap)-own)
		}
		own = m.backward(box, slack, b.into) * (1 - 1e-13)
		bound = max(bound, own)
		if sweep > 1 {
			copy(box.lo, b.into.lo)
			copy(box.hi, b.into.hi)
			if !m.tighten(&box) {
				return s.cost, nil // nothing in it is better
			}
		}
		if b.done(bound) {
			return bound, nil
		}
		m.decode(box, b.val)
		better := s.take(b.val, s.settle(b.val))
		if better || sweep%window == 0 {
			for range 3 {
				s.shuffle()
				s.improve()
			}
		}
		if b.opt.Progress != nil && (sweep%window == 0 || better) {
			b.opt.Progress(GSMProgress{s.cost, max(b.bound, b.least(bound)), b.nodes, m.work})
		}
		if b.done(bound) || m.work > b.budget {
			return bound, nil
		}
		if sweep%window == 0 {
			// Stop when the gap closes by less than a fiftieth in a window.
			if bound-last < 0.02*(s.cost-bound) {
				stalls++
			} else {
				stalls = 0
			}
			if !root && stalls > 0 || stalls >= patience {
				break
			}
			last = bound
		}
	}
	return bound, nil
}

// split chooses the variable where the plan read off the messages disagrees
// most with its own belief, and the value to part its interval at; −1: every
// interval is a point.
func (b *gsmBranch) split(box gsmBox) (v, at int32) {
	m := b.m
	m.forward(box)
	m.backward(box, math.Inf(1), b.into)
	m.decode(box, b.val)
	v, worst := -1, -1.0
	for u := range int32(2 * m.stages) {
		if box.width(u) == 1 {
			continue
		}
		var sum []float64
		if u&1 == 0 {
			sum = m.believeIn(box, u>>1)
		} else {
			sum = m.believeOut(box, u>>1)
		}
		best := 0
		for x := range sum {
			if sum[x] < sum[best] {
				best = x
			}
		}
		y := b.val[u] - box.lo[u]
		if d := sum[y] - sum[best]; d > worst {
			worst, v = d, u
			at = box.lo[u] + (min(y, int32(best))+max(y, int32(best)))/2
			at = min(at, box.hi[u]-1)
		}
	}
	if v >= 0 && worst <= 0 {
		// All agree: part the widest.
		for u := range int32(2 * m.stages) {
			if box.width(u) > box.width(v) {
				v = u
			}
		}
		at = box.lo[v] + (box.width(v)-1)/2
	}
	return v, at
}

// plan returns what the run found, in periods and by the network's numbers.
func (b *gsmBranch) plan() ServicePlan {
	m, s, net := b.m, b.search, b.m.net
	service := make([]float64, m.stages)
	for i, j := range m.stage {
		service[j] = float64(s.val[2*i+1]) * m.unit
	}
	in := net.inboundTimes(service)
	for i, j := range m.stage {
		if m.inOff[i+1] > m.inOff[i] {
			in[j] = max(in[j], float64(s.val[2*i])*m.unit)
		}
		in[j] += m.later(int32(i), s.val[2*i]-s.val[2*i+1])
	}
	p := net.evaluate(service, in)
	p.Bound = max(0, min(b.bound, p.Cost))
	if p.Cost-p.Bound <= gsmExact*p.Cost {
		p.Bound, p.Gap = p.Cost, 0
	} else {
		p.Gap = (p.Cost - p.Bound) / p.Cost
	}
	p.Nodes, p.Work = b.nodes, m.work
	return p
}
