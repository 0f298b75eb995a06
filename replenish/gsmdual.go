package replenish

import (
	"fmt"
	"math"
)

// gsmModel is a network as a pairwise model over service times in whole units.
// Stages are renumbered so that suppliers come first. Stage j has two
// variables, 2j its inbound time SI and 2j+1 its service time S, each with an
// interval of values, tied by the cost tab[j](SI−S); an arc ties S of the
// supplier to SI >= S of the customer.
type gsmModel struct {
	net    *Network
	unit   float64
	stages int
	stage  []int32 // of the network, by position

	head, tail    []int32 // of arcs, sorted by tail
	outOff        []int32 // arcs of tail j: outOff[j]..outOff[j+1]
	inOff, inArcs []int32 // arcs of head j

	tab  [][]float64 // cost by SI−S, from −toff on; never falls
	raw  [][]float64 // the same before that was made so; nil where it was
	toff []int32
	base []int32 // by variable: value of the first entry of its messages

	// Messages, each over the values of the variable it is sent to.
	toIn, toOut []float64 // backing arrays: arcs to SI of heads, arcs to S of tails
	toInOff     []int32   // by arc
	toOutOff    []int32   // by arc
	facIn       []float64 // from S to SI of the same stage
	facOut      []float64 // from SI to S of the same stage
	facInOff    []int32   // by stage
	facOutOff   []int32

	sum, tmp []float64 // scratch of one variable
	work     int64
}

// interval of values of every variable.
type gsmBox struct{ lo, hi []int32 }

func (b gsmBox) clone() gsmBox {
	return gsmBox{append([]int32(nil), b.lo...), append([]int32(nil), b.hi...)}
}

// maxServiceUnits bounds the values of a service time: tables stay in memory.
const maxServiceUnits = 1 << 13

// newGSMModel makes the model and its widest box.
func newGSMModel(net *Network, unit float64) (*gsmModel, gsmBox, error) {
	order, err := net.check()
	if err != nil {
		return nil, gsmBox{}, err
	}
	m := &gsmModel{net: net, unit: unit, stages: net.Stages(), stage: order}
	at := make([]int32, m.stages)
	for i, j := range order {
		at[j] = int32(i)
	}
	off, arcs := net.outgoing()
	m.outOff = make([]int32, m.stages+1)
	seen := make([]int32, m.stages)
	for i, j := range order {
		for _, a := range arcs[off[j]:off[j+1]] {
			if t := at[net.To[a]]; seen[t] != int32(i)+1 {
				seen[t] = int32(i) + 1
				m.tail, m.head = append(m.tail, int32(i)), append(m.head, t)
			}
		}
		m.outOff[i+1] = int32(len(m.head))
	}
	m.inOff, m.inArcs = byStage(m.stages, m.head)

	limit := net.limits()
	box := gsmBox{make([]int32, 2*m.stages), make([]int32, 2*m.stages)}
	m.tab, m.toff = make([][]float64, m.stages), make([]int32, m.stages)
	shift := make([]float64, m.stages)
	for i, j32 := range order {
		j := int(j32)
		in, suppliers := net.inbound(j), m.inArcs[m.inOff[i]:m.inOff[i+1]]
		lo := 0.0
		if len(suppliers) == 0 {
			shift[i] = in // counts as time of the stage, exactly
		} else {
			lo = math.Ceil(in/unit - serviceTol)
		}
		hi := lo
		for _, a := range suppliers {
			hi = max(hi, float64(box.hi[2*m.tail[a]+1]))
		}
		own := math.Floor((shift[i]+net.longest(j))/unit + serviceTol)
		top := min(hi+own, math.Floor(limit[j]/unit+serviceTol))
		if hi+own > maxServiceUnits {
			return nil, box, fmt.Errorf("replenish: network: stage %d may wait %v periods, over %d units of %v; give a coarser unit: %w", j, (hi+own)*unit, maxServiceUnits, unit, ErrInput)
		}
		box.lo[2*i], box.hi[2*i] = int32(lo), int32(hi)
		box.hi[2*i+1] = int32(top)
		m.toff[i] = int32(own)
	}
	for i := range m.stages {
		// No customer waits for SI longer than its suppliers may take; nor
		// does it pay to be quicker than all customers can use.
		j := int(order[i])
		n := int(box.hi[2*i] + m.toff[i] + 1)
		m.tab[i] = make([]float64, n)
		for k := range n {
			d := float64(int32(k)-m.toff[i])*unit + shift[i]
			safety, early, _ := net.stock(j, d)
			m.tab[i][k] = net.Holding[j] * (safety + early)
		}
		// A stage may order later than it could: longer waits never cost more.
		for k := n - 2; k >= 0; k-- {
			if m.tab[i][k] > m.tab[i][k+1] {
				if m.raw == nil {
					m.raw = make([][]float64, m.stages)
				}
				if m.raw[i] == nil {
					m.raw[i] = append([]float64(nil), m.tab[i]...)
				}
				m.tab[i][k] = m.tab[i][k+1]
			}
		}
	}
	if !m.tighten(&box) {
		panic("replenish: service times of a checked network are impossible")
	}
	m.base = append([]int32(nil), box.lo...)
	m.toInOff, m.toOutOff = make([]int32, len(m.head)), make([]int32, len(m.head))
	var ni, no int32
	for a := range m.head {
		m.toInOff[a], m.toOutOff[a] = ni, no
		ni += box.width(2 * m.head[a])
		no += box.width(2*m.tail[a] + 1)
	}
	m.toIn, m.toOut = make([]float64, ni), make([]float64, no)
	m.facInOff, m.facOutOff = make([]int32, m.stages), make([]int32, m.stages)
	ni, no = 0, 0
	var widest int32
	for i := range int32(m.stages) {
		m.facInOff[i], m.facOutOff[i] = ni, no
		ni += box.width(2 * i)
		no += box.width(2*i + 1)
		widest = max(widest, box.width(2*i), box.width(2*i+1))
	}
	m.facIn, m.facOut = make([]float64, ni), make([]float64, no)
	m.sum, m.tmp = make([]float64, widest), make([]float64, widest)
	return m, box, nil
}

// later returns how much later than its suppliers allow a stage had better
// start, where it waits d = SI−S: 0 but for some random stage times, which would
// leave early stock.
func (m *gsmModel) later(i, d int32) float64 {
	if m.raw == nil || m.raw[i] == nil {
		return 0
	}
	k := d + m.toff[i]
	for x := k; int(x) < len(m.raw[i]); x++ {
		if m.raw[i][x] == m.tab[i][k] {
			return float64(x-k) * m.unit
		}
	}
	return 0
}

func (b gsmBox) width(v int32) int32 { return b.hi[v] - b.lo[v] + 1 }

// tighten narrows a box to the values that have a partner in every
// neighbour's interval; false: there are none.
func (m *gsmModel) tighten(b *gsmBox) bool {
	for i := range int32(m.stages) {
		in, out := 2*i, 2*i+1
		for _, a := range m.inArcs[m.inOff[i]:m.inOff[i+1]] {
			b.lo[in] = max(b.lo[in], b.lo[2*m.tail[a]+1])
		}
		b.hi[out] = min(b.hi[out], b.hi[in]+m.toff[i])
	}
	for i := int32(m.stages) - 1; i >= 0; i-- {
		in, out := 2*i, 2*i+1
		for a := m.outOff[i]; a < m.outOff[i+1]; a++ {
			b.hi[out] = min(b.hi[out], b.hi[2*m.head[a]])
		}
		b.lo[in] = max(b.lo[in], b.lo[out]-m.toff[i])
	}
	// The lower ends that the second sweep raised are those of SI, which no
	// other constraint bounds from above; the upper ends, those of S, likewise
	// only from below. One more look finds what is empty.
	for v := range b.lo {
		if b.lo[v] > b.hi[v] {
			return false
		}
	}
	return true
}

// views of messages within a box.

func (m *gsmModel) span(b gsmBox, v int32) (from, n int32) {
	return b.lo[v] - m.base[v], b.hi[v] - b.lo[v] + 1
}

func (m *gsmModel) arcIn(b gsmBox, a int32) []float64 {
	f, n := m.span(b, 2*m.head[a])
	o := m.toInOff[a] + f
	return m.toIn[o : o+n : o+n]
}

func (m *gsmModel) arcOut(b gsmBox, a int32) []float64 {
	f, n := m.span(b, 2*m.tail[a]+1)
	o := m.toOutOff[a] + f
	return m.toOut[o : o+n : o+n]
}

func (m *gsmModel) stageIn(b gsmBox, i int32) []float64 {
	f, n := m.span(b, 2*i)
	o := m.facInOff[i] + f
	return m.facIn[o : o+n : o+n]
}

func (m *gsmModel) stageOut(b gsmBox, i int32) []float64 {
	f, n := m.span(b, 2*i+1)
	o := m.facOutOff[i] + f
	return m.facOut[o : o+n : o+n]
}

// believeIn writes the sum of all messages to SI of stage i.
func (m *gsmModel) believeIn(b gsmBox, i int32) []float64 {
	sum := m.sum[:b.width(2*i)]
	copy(sum, m.stageIn(b, i))
	for _, a := range m.inArcs[m.inOff[i]:m.inOff[i+1]] {
		for x, v := range m.arcIn(b, a) {
			sum[x] += v
		}
	}
	m.work += int64(len(sum)) * int64(1+m.inOff[i+1]-m.inOff[i])
	return sum
}

// believeOut writes the sum of all messages to S of stage i.
func (m *gsmModel) believeOut(b gsmBox, i int32) []float64 {
	sum := m.sum[:b.width(2*i+1)]
	copy(sum, m.stageOut(b, i))
	for a := m.outOff[i]; a < m.outOff[i+1]; a++ {
		for x, v := range m.arcOut(b, a) {
			sum[x] += v
		}
	}
	m.work += int64(len(sum)) * int64(1+m.outOff[i+1]-m.outOff[i])
	return sum
}

func lowest(x []float64) float64 {
	least := x[0]
	for _, v := range x[1:] {
		if v < least {
			least = v
		}
	}
	return least
}

// forward sends messages from suppliers to customers, sequential tree-reweighted
// (Kolmogorov, 2006): every variable first gathers all that it was told and
// shares it evenly among the chains through it.
func (m *gsmModel) forward(b gsmBox) {
	for i := range int32(m.stages) {
		sum := m.believeIn(b, i)
		least, share := lowest(sum), 1/float64(max(1, m.inOff[i+1]-m.inOff[i]))
		back := m.stageIn(b, i)
		tmp := m.tmp[:len(sum)]
		for x := range tmp {
			tmp[x] = share*(sum[x]-least) - back[x]
		}
		m.passOut(b, i, tmp, m.stageOut(b, i))

		sum = m.believeOut(b, i)
		least, share = lowest(sum), 1/float64(max(1, m.outOff[i+1]-m.outOff[i]))
		for a := m.outOff[i]; a < m.outOff[i+1]; a++ {
			back, dst := m.arcOut(b, a), m.arcIn(b, a)
			// dst(SI) = min over S <= SI
			shift := int(b.lo[2*m.head[a]] - b.lo[2*i+1]) // >= 0
			run, at := math.Inf(1), 0
			for x := range dst {
				for ; at < len(sum) && at <= x+shift; at++ {
					if v := share*(sum[at]-least) - back[at]; v < run {
						run = v
					}
				}
				dst[x] = run
			}
			// The message never rises: its least is the last.
			for x := range dst {
				dst[x] -= run
			}
			m.work += int64(len(sum) + len(dst))
		}
	}
}

// backward is forward the other way. It returns a lower bound of the cost of
// every plan in the box: what all shares leave is not negative.
//
// A value whose belief is more than slack above the least one belongs to no
// plan that costs less than the last bound and slack together; into.lo and
// into.hi step inwards over such values. Slack is infinite where nothing is to
// be left out.
func (m *gsmModel) backward(b gsmBox, slack float64, into gsmBox) float64 {
	bound := 0.0
	narrow := func(v int32, sum []float64, least float64) {
		from, to := 0, len(sum)-1
		for from < to && sum[from]-least > slack {
			from++
		}
		for to > from && sum[to]-least > slack {
			to--
		}
		into.hi[v] = b.lo[v] + int32(to)
		into.lo[v] = b.lo[v] + int32(from)
	}
	cut := !math.IsInf(slack, 1)
	for i := int32(m.stages) - 1; i >= 0; i-- {
		sum := m.believeOut(b, i)
		least, share := lowest(sum), 1/float64(max(1, m.outOff[i+1]-m.outOff[i]))
		bound += least
		if cut {
			narrow(2*i+1, sum, least)
		}
		back := m.stageOut(b, i)
		tmp := m.tmp[:len(sum)]
		for x := range tmp {
			tmp[x] = share*(sum[x]-least) - back[x]
		}
		bound += m.passIn(b, i, tmp, m.stageIn(b, i))

		sum = m.believeIn(b, i)
		least, share = lowest(sum), 1/float64(max(1, m.inOff[i+1]-m.inOff[i]))
		bound += least
		if cut {
			narrow(2*i, sum, least)
		}
		for _, a := range m.inArcs[m.inOff[i]:m.inOff[i+1]] {
			back, dst := m.arcIn(b, a), m.arcOut(b, a)
			// dst(S) = min over SI >= S
			shift := int(b.lo[2*i] - b.lo[2*m.tail[a]+1]) // >= 0
			run, at := math.Inf(1), len(sum)-1
			for x := len(dst) - 1; x >= 0; x-- {
				for ; at >= 0 && at+shift >= x; at-- {
					if v := share*(sum[at]-least) - back[at]; v < run {
						run = v
					}
				}
				dst[x] = run
			}
			for x := range dst { // never falls: its least is the first
				if x > 0 {
					dst[x] -= dst[0]
				}
			}
			bound += dst[0]
			dst[0] = 0
			m.work += int64(len(sum) + len(dst))
		}
	}
	return bound
}

// passOut writes dst(S) = min over SI of tmp(SI) + cost(SI−S), less its least
// value, which it returns.
func (m *gsmModel) passOut(b gsmBox, i int32, tmp, dst []float64) float64 {
	tab := m.tab[i]
	first := int(b.lo[2*i] + m.toff[i] - b.lo[2*i+1]) // entry of tab for the first of both
	least := math.Inf(1)
	for s := range dst {
		from := max(0, s-first) // SI−S >= −toff
		row := tab[first+from-s:]
		cut := tmp[from:]
		row = row[:len(cut)]
		run := math.Inf(1)
		for x, v := range cut {
			if w := v + row[x]; w < run {
				run = w
			}
		}
		dst[s] = run
		if run < least {
			least = run
		}
	}
	for s := range dst {
		dst[s] -= least
	}
	m.work += int64(len(tmp)) * int64(len(dst))
	return least
}

// passIn writes dst(SI) = min over S of tmp(S) + cost(SI−S), less its least
// value, which it returns.
func (m *gsmModel) passIn(b gsmBox, i int32, tmp, dst []float64) float64 {
	tab := m.tab[i]
	first := int(b.lo[2*i] + m.toff[i] - b.lo[2*i+1])
	least := math.Inf(1)
	for x := range dst {
		top := min(len(tmp)-1, first+x)
		run := math.Inf(1)
		row := tab[first+x-top : first+x+1]
		cut := tmp[:len(row)]
		for s, v := range cut {
			if w := v + row[len(row)-1-s]; w < run {
				run = w
			}
		}
		dst[x] = run
		if run < least {
			least = run
		}
	}
	for x := range dst {
		dst[x] -= least
	}
	m.work += int64(len(tmp)) * int64(len(dst))
	return least
}
