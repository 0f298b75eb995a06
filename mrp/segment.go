package mrp

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"strconv"

	"planwright"
)

// A sku may be planned in segments of its own, each with its own stock, receipts
// and requirements: what is made to order (strategies 20, 50 and 60, and every
// demand that names a segment) and what lies at a subcontractor. Such a segment
// is planned as a sku of its own behind the others, by the same kernel; the
// tables are put together again afterwards, so that pegging is hard between a
// segment's supplies and its demands.
//
//   - A made-to-order segment orders for itself. It hands its name down to the
//     components that are made to order too; of others it takes first what is
//     kept for it, and the rest from all.
//   - What lies at a subcontractor serves the components of orders that this
//     supplier makes; what it does not cover is required of the plant.

// part is a segment of a sku.
type part struct {
	sku     planwright.SKU
	segment string
	vendor  int32 // None
	through bool  // holds stock and receipts alone: the rest passes on to the sku
}

// segments is an input whose segments stand as sku's of their own.
type segments struct {
	s     *planwright.Snapshot // as given
	in    Input
	parts []part
	at    map[part]planwright.SKU
	rows  map[string][]int32 // of the tables given, by table; of lines of the parts' own None
	given *Forecast          // before what is made to order consumed it
}

// toOrder says whether demand of a strategy is made to order.
func toOrder(strategy int32) bool { return strategy == 20 || strategy == 50 || strategy == 60 }

// segmented says whether anything of a snapshot has to be planned in segments.
func segmented(s *planwright.Snapshot) bool {
	for k, x := range s.SKUs.Strategy {
		if toOrder(x) && s.Demand.Off[k] < s.Demand.Off[k+1] {
			return true
		}
	}
	named := func(x string) bool { return x != "" }
	return slices.ContainsFunc(s.Demand.Segment, named) || slices.ContainsFunc(s.Stock.Segment, named) || slices.ContainsFunc(s.Supply.Segment, named) ||
		slices.ContainsFunc(s.Stock.Supplier, func(x int32) bool { return x != planwright.None })
}

// demandSegment is the segment of row r of the demand of sku k, "" for none.
func demandSegment(s *planwright.Snapshot, k planwright.SKU, r int32) string {
	if x := s.Demand.Segment[r]; x != "" {
		return x
	}
	if toOrder(s.SKUs.Strategy[k]) {
		return "order " + s.Demand.OrderID[r]
	}
	return ""
}

// runSegments is run for a snapshot with segments.
func runSegments(ctx context.Context, in Input, opt Options, size int) (Result, error) {
	p := planner{in: in, s: in.Snap}
	p.defaults() // the columns that are split must all be there
	g := newSegments(p.in)
	r, err := run(ctx, g.in, opt, size)
	if err != nil {
		return Result{}, err
	}
	return g.fold(r), nil
}

// newSegments splits an input whose columns are complete.
func newSegments(in Input) *segments {
	s := in.Snap
	g := &segments{s: s, at: map[part]planwright.SKU{}}
	n := planwright.SKU(s.Len())
	kept := map[part]bool{} // something is kept for the segment
	for k := range n {
		for r := s.Demand.Off[k]; r < s.Demand.Off[k+1]; r++ {
			if x := demandSegment(s, k, r); x != "" {
				g.part(part{sku: k, segment: x, vendor: planwright.None})
			}
		}
	}
	hold := func(k planwright.SKU, x string, vendor int32) {
		if x != "" {
			kept[part{sku: k, segment: x, vendor: planwright.None}] = true
		} else if vendor != planwright.None {
			kept[part{sku: k, vendor: vendor}] = true
		}
	}
	for k := range n {
		for r := s.Stock.Off[k]; r < s.Stock.Off[k+1]; r++ {
			hold(k, s.Stock.Segment[r], s.Stock.Supplier[r])
		}
		for r := s.Supply.Off[k]; r < s.Supply.Off[k+1]; r++ {
			hold(k, s.Supply.Segment[r], planwright.None)
		}
	}
	// Down the structure: parts are added while they are walked.
	for i := 0; i < len(g.parts); i++ {
		p := g.parts[i]
		below := func(c planwright.SKU) {
			x := part{sku: c, segment: p.segment, vendor: planwright.None}
			if toOrder(s.SKUs.Strategy[c]) {
				g.part(x)
			} else if kept[x] {
				g.through(x)
			}
		}
		for l := s.BOM.Off[p.sku]; l < s.BOM.Off[p.sku+1]; l++ {
			if s.BOM.Role[l] == planwright.Component {
				below(s.BOM.Component[l])
			}
		}
		for r := s.Sources.Off[p.sku]; r < s.Sources.Off[p.sku+1]; r++ {
			if from := s.Sources.From[r]; from != planwright.NoSKU && s.Sources.Kind[r] == planwright.Transfer && toOrder(s.SKUs.Strategy[from]) {
				below(from)
			}
		}
	}
	// What is kept for nobody is a part by itself, in the order of sku's.
	rest := make([]part, 0, len(kept))
	for x := range kept {
		rest = append(rest, x)
	}
	slices.SortFunc(rest, func(a, b part) int {
		return cmp.Or(cmp.Compare(a.sku, b.sku), cmp.Compare(a.vendor, b.vendor), cmp.Compare(a.segment, b.segment))
	})
	for _, x := range rest {
		g.through(x)
	}
	g.expand(in)
	return g
}

// part adds a segment that orders for itself.
func (g *segments) part(x part) {
	x.through = false
	y := x
	y.through = true
	if _, ok := g.at[x]; ok {
		return
	}
	if _, ok := g.at[y]; ok {
		return
	}
	g.at[x] = planwright.SKU(g.s.Len() + len(g.parts))
	g.parts = append(g.parts, x)
}

// through adds a segment that only holds what is kept for it, unless there is one
// already.
func (g *segments) through(x part) {
	if g.find(x) != planwright.NoSKU {
		return
	}
	x.through = true
	g.at[x] = planwright.SKU(g.s.Len() + len(g.parts))
	g.parts = append(g.parts, x)
}

// find returns the sku that a segment stands as, NoSKU if it is none.
func (g *segments) find(x part) planwright.SKU {
	for _, x.through = range [2]bool{false, true} {
		if k, ok := g.at[x]; ok {
			return k
		}
	}
	return planwright.NoSKU
}

// expand makes the snapshot in which the parts are sku's.
func (g *segments) expand(in Input) {
	s := g.s
	x := *s
	n, m := s.Len(), len(g.parts)
	g.rows = map[string][]int32{}

	// Items and sku's: copies at the end, in the order of the parts.
	all := make([]int32, 0, n+m)
	items := make([]int32, 0, s.Items.Len()+m)
	for k := range n {
		all = append(all, int32(k))
	}
	for i := range s.Items.Len() {
		items = append(items, int32(i))
	}
	for _, p := range g.parts {
		all = append(all, int32(p.sku))
		items = append(items, s.SKUs.Item[p.sku])
	}
	x.Items, x.SKUs = selected(&s.Items, items), selected(&s.SKUs, all)
	x.Routings = g.routings()
	for i, p := range g.parts {
		item := int32(s.Items.Len() + i)
		x.SKUs.Item[n+i] = item
		x.Items.ID[item] = "\U0010FFFF" + strconv.Itoa(1_000_000_000+i) // after all others
		x.Items.Successor[item] = planwright.None
		if p.through {
			x.SKUs.PhantomIgnoreStock[n+i], x.SKUs.MRPType[n+i] = false, planwright.NotPlanned
		}
		if s.SKUs.Strategy[p.sku] != 11 { // in its segment it is a sku like any other
			x.SKUs.Strategy[n+i] = 40
		}
		x.SKUs.SafetyStock[n+i] = planwright.NoQty // kept once, for all
	}
	column := func(q []planwright.Qty, none planwright.Qty) []planwright.Qty {
		if q == nil {
			return nil
		}
		q = slices.Clone(q)
		for range m {
			q = append(q, none)
		}
		return q
	}
	in.SafetyStock, in.ReorderPoint = column(in.SafetyStock, planwright.NoQty), column(in.ReorderPoint, planwright.NoQty)
	in.OrderUpTo, in.OrderQty = column(in.OrderUpTo, planwright.NoQty), column(in.OrderQty, 0)
	for i, p := range g.parts {
		if !p.through && x.SKUs.MRPType[n+i] != planwright.NotPlanned {
			x.SKUs.MRPType[n+i] = planwright.MRP // levels are of the stock of all
			if x.SKUs.LotRule[n+i] == planwright.LotMinMax {
				x.SKUs.LotRule[n+i] = planwright.LotForLot
			}
		}
	}

	none := func(int, int32) planwright.SKU { return planwright.NoSKU }
	deal := func(table string, off []int32, to func(k int, r int32) planwright.SKU) ([]int32, []int32) {
		o, rows := g.deal(off, to)
		g.rows[table] = rows
		return o, rows
	}
	var off, rows []int32
	off, rows = deal("stock", s.Stock.Off, func(k int, r int32) planwright.SKU {
		return g.keeper(planwright.SKU(k), s.Stock.Segment[r], s.Stock.Supplier[r])
	})
	x.Stock = selected(&s.Stock, rows)
	x.Stock.Off = off
	off, rows = deal("supply", s.Supply.Off, func(k int, r int32) planwright.SKU {
		return g.keeper(planwright.SKU(k), s.Supply.Segment[r], planwright.None)
	})
	x.Supply = selected(&s.Supply, rows)
	x.Supply.Off = off
	off, rows = deal("demand", s.Demand.Off, func(k int, r int32) planwright.SKU {
		if id := demandSegment(s, planwright.SKU(k), r); id != "" {
			return g.find(part{sku: planwright.SKU(k), segment: id, vendor: planwright.None})
		}
		return planwright.NoSKU
	})
	x.Demand = selected(&s.Demand, rows)
	x.Demand.Off = off
	off, rows = deal("reserved", s.Reserved.Off, none)
	x.Reserved = selected(&s.Reserved, rows)
	x.Reserved.Off = off
	off, rows = deal("given", s.Given.Off, none)
	x.Given = selected(&s.Given, rows)
	x.Given.Off = off
	x.RepairedOff = nil
	// Nothing of it is in segments any more.
	x.Stock.Segment, x.Supply.Segment, x.Demand.Segment = make([]string, len(x.Stock.Qty)), make([]string, len(x.Supply.Qty)), make([]string, len(x.Demand.Qty))
	for i := range x.Stock.Supplier {
		x.Stock.Supplier[i] = planwright.None
	}

	g.structure(&x)
	g.given = in.Forecast
	in.Forecast = g.forecast(in)
	in.Snap = &x
	g.in = in
}

// keeper is the sku that holds a stock or a receipt, NoSKU for its own.
func (g *segments) keeper(k planwright.SKU, segment string, vendor int32) planwright.SKU {
	if segment != "" {
		return g.find(part{sku: k, segment: segment, vendor: planwright.None})
	}
	if vendor != planwright.None {
		return g.find(part{sku: k, vendor: vendor})
	}
	return planwright.NoSKU
}

// deal deals the rows of a table to sku's and parts: to says where a row goes,
// NoSKU for where it is.
func (g *segments) deal(off []int32, to func(k int, r int32) planwright.SKU) (newOff, rows []int32) {
	n := g.s.Len()
	newOff = make([]int32, n+len(g.parts)+1)
	moved := make([][]int32, len(g.parts))
	for k := range n {
		for r := off[k]; r < off[k+1]; r++ {
			if x := to(k, r); x != planwright.NoSKU {
				moved[int(x)-n] = append(moved[int(x)-n], r)
			} else {
				rows = append(rows, r)
			}
		}
		newOff[k+1] = int32(len(rows))
	}
	for i, m := range moved {
		rows = append(rows, m...)
		newOff[n+i+1] = int32(len(rows))
	}
	return newOff, rows
}

// structure gives the parts their bills of material, sources and dated values.
func (g *segments) structure(x *planwright.Snapshot) {
	s := g.s
	n := s.Len()
	atVendor := map[int32]bool{}
	for _, p := range g.parts {
		if p.vendor != planwright.None {
			atVendor[p.vendor] = true
		}
	}
	// A line as it stands, and what is changed of it.
	type line struct {
		row       int32
		component planwright.SKU
		through   bool   // the component is a part that passes on
		id        string // "" as it is
		one       bool   // one unit, always: from a part to its sku
	}
	type source struct {
		row  int32
		from planwright.SKU
		bom  string
	}
	off, srcOff := make([]int32, 0, n+len(g.parts)+1), make([]int32, 0, n+len(g.parts)+1)
	off, srcOff = append(off, 0), append(srcOff, 0)
	var lines []line
	var sources []source
	some := int32(-1) // any line, to be made one of a unit
	if s.BOM.Len() > 0 {
		some = 0
	}
	put := func(k planwright.SKU, p *part) {
		for l := s.BOM.Off[k]; l < s.BOM.Off[k+1]; l++ {
			c := s.BOM.Component[l]
			y := line{row: l, component: c}
			if p != nil && s.BOM.Role[l] == planwright.Component {
				if z := g.find(part{sku: c, segment: p.segment, vendor: planwright.None}); z != planwright.NoSKU {
					y.component, y.through = z, g.parts[int(z)-n].through
				}
			}
			lines = append(lines, y)
		}
		for r := s.Sources.Off[k]; r < s.Sources.Off[k+1]; r++ {
			y := source{row: r, from: s.Sources.From[r], bom: s.Sources.BOMID[r]}
			if p != nil && y.from != planwright.NoSKU {
				if z := g.find(part{sku: y.from, segment: p.segment, vendor: planwright.None}); z != planwright.NoSKU && !g.parts[int(z)-n].through {
					y.from = z
				}
			}
			if v := s.Sources.Supplier[r]; s.Sources.Kind[r] == planwright.Subcontract && v != planwright.None && atVendor[v] && s.BOM.Off[k] < s.BOM.Off[k+1] {
				// The components of what this supplier makes come from what lies there.
				want := y.bom
				if want == "" {
					want = s.BOM.ID[s.BOM.Off[k]]
					for l := s.BOM.Off[k]; l < s.BOM.Off[k+1]; l++ {
						if s.BOM.Priority[l] < s.BOM.Priority[s.BOM.Off[k]] {
							want = s.BOM.ID[l]
						}
					}
				}
				y.bom = want + "\x00" + strconv.Itoa(int(v))
				first := len(lines)
				for l := s.BOM.Off[k]; l < s.BOM.Off[k+1]; l++ {
					if s.BOM.ID[l] != want {
						continue
					}
					c := s.BOM.Component[l]
					copied := line{row: l, component: c, id: y.bom}
					if z := g.find(part{sku: c, vendor: v}); z != planwright.NoSKU && s.BOM.Role[l] == planwright.Component {
						copied.component, copied.through = z, true
					}
					if !slices.Contains(lines[first:], copied) {
						lines = append(lines, copied)
					}
				}
			}
			sources = append(sources, y)
		}
	}
	for k := range planwright.SKU(n) {
		put(k, nil)
		off, srcOff = append(off, int32(len(lines))), append(srcOff, int32(len(sources)))
	}
	for i := range g.parts {
		p := &g.parts[i]
		switch {
		case !p.through:
			put(p.sku, p)
		case some >= 0:
			lines = append(lines, line{row: some, component: p.sku, one: true, id: "1"})
		}
		off, srcOff = append(off, int32(len(lines))), append(srcOff, int32(len(sources)))
	}
	rows := make([]int32, len(lines))
	for i, y := range lines {
		rows[i] = y.row
	}
	x.BOM = selected(&s.BOM, rows)
	x.BOM.Off = off
	for i, y := range lines {
		if y.one {
			rows[i] = planwright.None
		}
	}
	g.rows["bom"] = rows
	for i, y := range lines {
		b := &x.BOM
		b.Component[i] = y.component
		if y.id != "" {
			b.ID[i] = y.id
		}
		if y.through {
			b.Phantom[i] = true
		}
		if y.one {
			b.Usage[i], b.QtyPer[i], b.PerQty[i], b.Fixed[i] = planwright.Ratio{Num: 1, Den: 1}, planwright.One, planwright.One, false
			b.ScrapPct[i], b.Role[i], b.Phantom[i], b.From[i], b.To[i] = 0, planwright.Component, false, planwright.NoDay, planwright.NoDay
			b.AltGroup[i], b.LotFrom[i], b.LotTo[i], b.Priority[i] = "", planwright.NoQty, planwright.NoQty, 1
		}
	}
	rows = make([]int32, len(sources))
	for i, y := range sources {
		rows[i] = y.row
	}
	g.rows["sources"] = rows
	x.Sources = selected(&s.Sources, rows)
	x.Sources.Off = srcOff
	for i, y := range sources {
		x.Sources.From[i], x.Sources.BOMID[i] = y.from, y.bom
	}
	// Dated scrap holds in every segment, dated safety stock for all together.
	off = make([]int32, 0, n+len(g.parts)+1)
	off, rows = append(off, 0), nil
	period := func(k planwright.SKU) {
		for r := s.SKUPeriods.Off[k]; r < s.SKUPeriods.Off[k+1]; r++ {
			rows = append(rows, r)
		}
		off = append(off, int32(len(rows)))
	}
	for k := range planwright.SKU(n) {
		period(k)
	}
	own := len(rows)
	for _, p := range g.parts {
		period(p.sku)
	}
	x.SKUPeriods = selected(&s.SKUPeriods, rows)
	x.SKUPeriods.Off = off
	for i := own; i < len(rows); i++ {
		x.SKUPeriods.SafetyStock[i] = planwright.NoQty
	}
}

// routings are the steps of all items, those of the parts at the end.
func (g *segments) routings() planwright.Routings {
	t := &g.s.Routings
	if t.Len() == 0 {
		return *t
	}
	byItem := map[int32][]int32{}
	rows := make([]int32, t.Len())
	for r, item := range t.Item {
		rows[r] = int32(r)
		byItem[item] = append(byItem[item], int32(r))
	}
	own := len(rows)
	var items []int32
	for i, p := range g.parts {
		for _, r := range byItem[g.s.SKUs.Item[p.sku]] {
			rows, items = append(rows, r), append(items, int32(g.s.Items.Len()+i))
		}
	}
	x := selected(t, rows)
	copy(x.Item[own:], items)
	return x
}

// forecast is what orders leave of the forecast: those that are made to order
// consume it where they are not planned.
func (g *segments) forecast(in Input) *Forecast {
	s := g.s
	f := &Forecast{Off: make([]int32, 1, s.Len()+len(g.parts)+1)}
	old := in.Forecast
	w := worker{p: &planner{in: in, s: s}}
	for k := range planwright.SKU(s.Len()) {
		moved := false
		for r := s.Demand.Off[k]; r < s.Demand.Off[k+1]; r++ {
			moved = moved || demandSegment(s, k, r) != ""
		}
		if !moved {
			f.From, f.To, f.Qty = append(f.From, old.From[old.Off[k]:old.Off[k+1]]...), append(f.To, old.To[old.Off[k]:old.Off[k+1]]...), append(f.Qty, old.Qty[old.Off[k]:old.Off[k+1]]...)
			for r := old.Off[k]; r < old.Off[k+1]; r++ {
				who := ""
				if old.Customer != nil {
					who = old.Customer[r]
				}
				f.Customer = append(f.Customer, who)
			}
		} else {
			w.k = k
			w.spread(k)
			g.eat(&w, k)
			for _, x := range w.slices {
				if x.qty > 0 {
					who := ""
					if old.Customer != nil {
						who = old.Customer[x.period]
					}
					f.From, f.To, f.Qty, f.Customer = append(f.From, x.day), append(f.To, x.day), append(f.Qty, x.qty), append(f.Customer, who)
				}
			}
		}
		f.Off = append(f.Off, int32(len(f.Qty)))
	}
	for range g.parts {
		f.Off = append(f.Off, int32(len(f.Qty)))
	}
	return f
}

// eat lets what is made to order of sku k consume its forecast.
func (g *segments) eat(w *worker, k planwright.SKU) {
	s := g.s
	for r := s.Demand.Off[k]; r < s.Demand.Off[k+1]; r++ {
		if demandSegment(s, k, r) != "" {
			w.eat(k, eater{due: s.Demand.DueOn[r], qty: s.Demand.Qty[r], customer: s.Demand.Customer[r], kind: planwright.ElemOrder, ref: int64(r)})
		}
	}
}

// selected returns the rows of a table of columns, in their order; Off is left
// out.
func selected[T any](table *T, rows []int32) T {
	var out T
	from, to := reflect.ValueOf(table).Elem(), reflect.ValueOf(&out).Elem()
	for i := range from.NumField() {
		if from.Type().Field(i).Name == "Off" {
			continue
		}
		a := from.Field(i)
		var b any
		switch v := a.Interface().(type) {
		case []int32:
			b = gather(v, rows)
		case []string:
			b = gather(v, rows)
		case []float64:
			b = gather(v, rows)
		case []bool:
			b = gather(v, rows)
		case []planwright.Qty:
			b = gather(v, rows)
		case []planwright.Day:
			b = gather(v, rows)
		case []planwright.SKU:
			b = gather(v, rows)
		default: // enumerations
			x := reflect.MakeSlice(a.Type(), len(rows), len(rows))
			for j, r := range rows {
				x.Index(j).Set(a.Index(int(r)))
			}
			b = x.Interface()
		}
		to.Field(i).Set(reflect.ValueOf(b))
	}
	return out
}

func gather[T any](v []T, rows []int32) []T {
	out := make([]T, len(rows))
	for j, r := range rows {
		out[j] = v[r]
	}
	return out
}
