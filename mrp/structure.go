package mrp

import "planwright"

// Structure is the product structure of a snapshot seen from both ends: what a
// sku is made of or supplied from, and where it is used. It holds the arcs that
// planning follows, without those that close a cycle, and answers where-used,
// cost and lead-time questions. It is read-only and may be shared.
type Structure struct {
	s      *planwright.Snapshot
	level  []int32 // low-level code
	order  []planwright.SKU
	cut    map[[2]planwright.SKU]bool
	src    Sourcing
	routes *routing
	parent []planwright.SKU // of each BOM line
	offUse []int32          // by component: its lines
	uses   []int32
	offTo  []int32 // by supplying sku: the transfer sources that take from it
	to     []int32
	taker  []planwright.SKU // of each source row
}

// NewStructure reads the structure of a snapshot.
func NewStructure(s *planwright.Snapshot) *Structure {
	g := newGraph(s)
	var cycles planwright.Exceptions
	t := &Structure{s: s, src: Resolve(s), routes: newRouting(s)}
	t.level, t.cut = lowLevelCodes(&g, s, &cycles)
	t.order, _ = byLevel(t.level)
	n := planwright.SKU(s.Len())
	t.parent, t.taker = make([]planwright.SKU, s.BOM.Len()), make([]planwright.SKU, len(s.Sources.Kind))
	t.offUse, t.offTo = make([]int32, n+1), make([]int32, n+1)
	for k := range n {
		for l := s.BOM.Off[k]; l < s.BOM.Off[k+1]; l++ {
			t.parent[l] = k
			t.offUse[s.BOM.Component[l]+1]++
		}
		for r := s.Sources.Off[k]; r < s.Sources.Off[k+1]; r++ {
			t.taker[r] = k
			if from := s.Sources.From[r]; s.Sources.Kind[r] == planwright.Transfer && from != planwright.NoSKU {
				t.offTo[from+1]++
			}
		}
	}
	for k := range n {
		t.offUse[k+1] += t.offUse[k]
		t.offTo[k+1] += t.offTo[k]
	}
	t.uses, t.to = make([]int32, t.offUse[n]), make([]int32, t.offTo[n])
	at, put := append([]int32(nil), t.offUse...), append([]int32(nil), t.offTo...)
	for l, c := range s.BOM.Component {
		t.uses[at[c]] = int32(l)
		at[c]++
	}
	for r, from := range s.Sources.From {
		if s.Sources.Kind[r] == planwright.Transfer && from != planwright.NoSKU {
			t.to[put[from]] = int32(r)
			put[from]++
		}
	}
	return t
}

// Level returns the low-level code of a sku: the longest way down to it.
func (t *Structure) Level(k planwright.SKU) int { return int(t.level[k]) }

// severed says whether the arc from a to b closes a cycle.
func (t *Structure) severed(a, b planwright.SKU) bool {
	return len(t.cut) > 0 && t.cut[[2]planwright.SKU{a, b}]
}

// made says whether sku k is obtained by an order with components.
func (t *Structure) made(k planwright.SKU) bool {
	return (t.src.Procurement[k] == planwright.Make || t.src.Procurement[k] == planwright.Subcontract) && makeable(t.s, k)
}

// from is the sku that a transferred one comes from, NoSKU for others.
func (t *Structure) from(k planwright.SKU) planwright.SKU {
	if x := t.src.Source[k]; x != planwright.None && t.src.Procurement[k] == planwright.Transfer && !t.severed(k, t.s.Sources.From[x]) {
		return t.s.Sources.From[x]
	}
	return planwright.NoSKU
}

// way is the way by which sku k is obtained on the as-of day.
func (t *Structure) way(k planwright.SKU) way {
	if x := t.src.Source[k]; x != planwright.None {
		return bySource(t.s, k, x)
	}
	return own(t.s, k)
}

// bom names the bill of material of an order of qty units of sku k that starts
// on a day: the source's, else the first by priority that holds. It returns
// false where none does.
func (t *Structure) bom(k planwright.SKU, qty planwright.Qty, on planwright.Day) (id string, ok bool) {
	b := &t.s.BOM
	want := ""
	if x := t.src.Source[k]; x != planwright.None {
		want = t.s.Sources.BOMID[x]
	}
	best := int32(0)
	for l := b.Off[k]; l < b.Off[k+1]; l++ {
		if want != "" && b.ID[l] != want || !holds(t.s, l, on) {
			continue
		}
		if from, to := b.LotFrom[l], b.LotTo[l]; from.Known() && qty < from || to.Known() && qty > to {
			continue
		}
		if !ok || b.Priority[l] < best {
			id, best, ok = b.ID[l], b.Priority[l], true
		}
	}
	return id, ok
}

// lines calls use for every component line that an order of qty launched units
// of sku k takes part in when it starts on a day, with the requirement of the
// line. Alternates take their share, or the first by priority all of it.
func (t *Structure) lines(k planwright.SKU, qty planwright.Qty, on planwright.Day, use func(line int32, need planwright.Qty)) (ok bool) {
	id, ok := t.bom(k, qty, on)
	if !ok {
		return false
	}
	b := &t.s.BOM
	for l := b.Off[k]; l < b.Off[k+1]; l++ {
		if b.ID[l] != id || b.Role[l] != planwright.Component || !holds(t.s, l, on) || t.severed(k, b.Component[l]) {
			continue
		}
		usage := b.Usage[l]
		if b.AltGroup[l] != "" {
			part, chosen := alternate(t.s, b.Off[k], b.Off[k+1], l, on)
			if !chosen {
				continue
			}
			if part.Num != part.Den {
				r, ok := planwright.NewRatio([]int64{usage.Num, part.Num}, []int64{usage.Den, part.Den})
				if !ok {
					continue
				}
				usage = r
			}
		}
		per := qty
		if b.Fixed[l] {
			per = planwright.One
		}
		if q, ok := per.MulUp(usage); ok && q > 0 {
			use(l, q)
		}
	}
	return true
}

// loss is what is launched for a good unit of sku k on the as-of day: order
// scrap, and what the operations of the way by which it is made lose.
func (t *Structure) loss(k planwright.SKU) planwright.Ratio {
	r := planwright.Ratio{Num: 1, Den: 1}
	if pct := t.s.SKUs.ScrapPct[k]; pct > 0 {
		if x, ok := planwright.ScrapRatio(pct, t.s.SKUs.ScrapDivide[k]); ok {
			r = x
		}
	}
	if t.routes.loses && t.src.Procurement[k] == planwright.Make {
		id, _ := t.bom(k, planwright.One, t.s.AsOf)
		r, _ = t.routes.loss(k, id, r)
	}
	return r
}

// launch is the quantity to launch for a good one: scrap, minimum and multiple of
// the way.
func (t *Structure) launch(k planwright.SKU, w *way, good planwright.Qty) planwright.Qty {
	q := good
	if r := t.loss(k); r.Num != r.Den {
		if x, ok := q.MulUp(r); ok {
			q = x
		}
	}
	q = max(q, w.lotMin)
	for _, step := range []planwright.Qty{planwright.Step(int(t.s.Items.Decimals[t.s.SKUs.Item[k]])), w.multiple} {
		if x, ok := q.CeilTo(step); ok {
			q = x
		}
	}
	return q
}
