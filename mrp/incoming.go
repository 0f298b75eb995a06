package mrp

import (
	"cmp"
	"slices"

	"planwright"
)

// feeders holds, by sku, the arcs that lead to it, in the order in which their
// sku's are planned. What a sku requires of others is not handed down to them:
// each gathers it from the orders of its feeders when its turn comes, so that a
// requirement is stored nowhere but in the order that makes it.
type feeders struct {
	off   []int32
	arc   []feeder
	plain []bool // by sku: its work orders require all of its lines, nothing else
}

// feeder is an arc.
type feeder struct {
	usage planwright.Ratio // of the line
	at    int32            // place of the sku that it comes from
	line  int32            // BOM line; -1: another arc
}

// outgoing is what a planned sku requires of others, in short: the work orders
// that imply the requirements of every line, and the requirements that are
// listed, by sku.
type outgoing struct {
	launches []launch
	deps     []dependent
}

// launch is an order that requires its components.
type launch struct {
	qty   planwright.Qty
	start planwright.Day
	order int32 // of its sku
}

// newFeeders turns the arcs of the graph around.
func newFeeders(p *planner, g *graph) feeders {
	n := p.s.Len()
	f := feeders{off: make([]int32, n+1), arc: make([]feeder, len(g.to)), plain: make([]bool, n)}
	for _, c := range g.to {
		f.off[c+1]++
	}
	for k := range n {
		f.off[k+1] += f.off[k]
	}
	p.ranges(func(lo, hi planwright.SKU) {
		for k := lo; k < hi; k++ {
			f.plain[k] = p.plainLines(k)
		}
	})
	next := slices.Clone(f.off[:n])
	for at, k := range p.order {
		lines := int32(0) // the arcs of a sku start with its BOM lines
		first := p.s.BOM.Off[k]
		if g.lines[k] {
			lines = p.s.BOM.Off[k+1] - first
		}
		for i, c := range g.to[g.off[k]:g.off[k+1]] {
			x := feeder{at: int32(at), line: -1}
			if int32(i) < lines {
				x.line = first + int32(i)
				x.usage = p.s.BOM.Usage[x.line]
			}
			f.arc[next[c]] = x
			next[c]++
		}
	}
	return f
}

// plainLines says whether every work order of sku k requires all of its BOM
// lines in proportion to its quantity: then its requirements follow from its
// orders. Whatever else bears on the choice of lines or on their quantities must
// be excluded here; such sku's list what they require.
func (p *planner) plainLines(k planwright.SKU) bool {
	b, t := &p.s.BOM, &p.s.Sources
	lo, hi := b.Off[k], b.Off[k+1]
	if lo == hi || p.cutAt != nil && p.cutAt[k] {
		return false
	}
	for l := lo; l < hi; l++ {
		if b.ID[l] != b.ID[lo] || b.Role[l] != planwright.Component || b.Fixed[l] || b.Phantom[l] || b.AltGroup[l] != "" ||
			b.From[l] != planwright.NoDay || b.To[l] != planwright.NoDay || b.LotFrom[l].Known() || b.LotTo[l].Known() {
			return false
		}
	}
	for r := t.Off[k]; r < t.Off[k+1]; r++ {
		if id := t.BOMID[r]; id != "" && id != b.ID[lo] {
			return false
		}
	}
	return true
}

// implied says whether the requirements of the orders of the sku at hand follow
// from them: it is plain, and no requirement is out of range.
func (w *worker) implied() bool {
	if !w.p.fed.plain[w.k] {
		return false
	}
	b := &w.p.s.BOM
	most := planwright.Qty(0)
	for i := range w.orders {
		most = max(most, w.orders[i].qty)
	}
	for l := b.Off[w.k]; l < b.Off[w.k+1]; l++ {
		if _, ok := most.MulUp(b.Usage[l]); !ok {
			return false
		}
	}
	return true
}

// warmArcs bounds the arcs whose orders are read ahead: what they hold must still
// be in the cache when the turn of their sku's comes.
const warmArcs = 1024

// warm reads, for a block of sku's that are about to be planned, the orders of
// their feeders. These lie all over the memory; reads that do not wait for each
// other overlap, those of planning one sku after the other do not.
func (w *worker) warm(skus []planwright.SKU) {
	p, n := w.p, int32(0)
	for i, k := range skus {
		if n += p.fed.off[k+1] - p.fed.off[k]; n > warmArcs {
			skus = skus[:i]
			break
		}
	}
	sum := planwright.Qty(0)
	for _, k := range skus {
		arcs := p.fed.arc[p.fed.off[k]:p.fed.off[k+1]]
		for i := range arcs {
			sum += planwright.Qty(len(p.out[arcs[i].at].launches))
		}
	}
	for _, k := range skus {
		arcs := p.fed.arc[p.fed.off[k]:p.fed.off[k+1]]
		for i := range arcs {
			l := p.out[arcs[i].at].launches
			for j := 0; j < len(l); j += launchesPerLine {
				sum += l[j].qty
			}
		}
	}
	w.warmth = sum // or the reads would be left out
}

// launchesPerLine is how many launches a cache line of 64 bytes holds.
const launchesPerLine = 4

// incoming appends what the sku's planned before place end require of sku k.
func (p *planner) incoming(k planwright.SKU, end int32, to []dependent) []dependent {
	last := int32(-1)
	arcs := p.fed.arc[p.fed.off[k]:p.fed.off[k+1]]
	for i := range arcs {
		f := &arcs[i]
		if f.at >= end {
			break
		}
		out := &p.out[f.at]
		if f.line >= 0 {
			for j := range out.launches {
				x := &out.launches[j]
				if q, _ := x.qty.MulUp(f.usage); q > 0 {
					to = append(to, dependent{qty: q, ref: orderRef(f.at, int(x.order)), sku: k, day: x.start, line: f.line, kind: planwright.ElemDependent})
				}
			}
		}
		if len(out.deps) == 0 || f.at == last {
			continue
		}
		last = f.at
		x, _ := slices.BinarySearchFunc(out.deps, k, func(d dependent, k planwright.SKU) int { return cmp.Compare(d.sku, k) })
		for ; x < len(out.deps) && out.deps[x].sku == k; x++ {
			to = append(to, out.deps[x])
		}
	}
	return append(to, p.open.deps[p.open.off[k]:p.open.off[k+1]]...)
}

// openTransfers are the firm transfers that are not shipped yet, by the sku
// that must send them.
type openTransfers struct {
	off  []int32
	deps []dependent
}

func newOpenTransfers(s *planwright.Snapshot) openTransfers {
	t := &s.Supply
	n := s.Len()
	var x openTransfers
	for k := range planwright.SKU(n) {
		for r := t.Off[k]; r < t.Off[k+1]; r++ {
			from := t.From[r]
			if t.Kind[r] != planwright.TransferOrder || t.Shipped[r] || !firmed(s, k, r) || from == planwright.NoSKU || t.Qty[r] <= 0 {
				continue
			}
			w := own(s, k)
			for i := s.Sources.Off[k]; i < s.Sources.Off[k+1]; i++ {
				if s.Sources.From[i] == from {
					w = bySource(s, k, i)
					break
				}
			}
			day := max(s.AsOf, w.cal.Add(t.DueOn[r], -w.lead))
			x.deps = append(x.deps, dependent{qty: t.Qty[r], ref: int64(r), sku: from, day: day, line: -1, kind: planwright.ElemOpenTransfer})
		}
	}
	slices.SortStableFunc(x.deps, func(a, b dependent) int { return cmp.Compare(a.sku, b.sku) })
	x.off = make([]int32, n+1)
	for i := range x.deps {
		x.off[x.deps[i].sku+1]++
	}
	for k := range n {
		x.off[k+1] += x.off[k]
	}
	return x
}
