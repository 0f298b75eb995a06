package mrp

import (
	"cmp"
	"slices"

	"planwright"
)

// demand is one dated requirement of the sku at hand.
type demand struct {
	day  planwright.Day // that netting uses: safety time taken off, not before the as-of day
	qty  planwright.Qty
	prio int32
	kind planwright.ElementKind
	ref  int64
	line int32
	how  uint8
	far  bool           // ref is a row of another sku
	open planwright.Qty // not yet pegged

	late    planwright.Day // the day on which the last of it comes, if after day
	lateQty planwright.Qty
}

// supply is one dated receipt of the sku at hand.
type supply struct {
	day    planwright.Day // from which netting counts it
	on     planwright.Day // on which it is there
	qty    planwright.Qty
	kind   planwright.ElementKind // ElemStock, ElemReceipt, ElemPlanned, ElemCoProduct
	ref    int64
	expire planwright.Day // last day of use; MaxDay: none
	open   planwright.Qty // not yet pegged
	need   planwright.Day // first requirement that it serves, if used
	used   bool
	safety bool // serves the safety stock
}

// worker plans sku's one after the other with its own scratch.
type worker struct {
	p *planner
	k planwright.SKU

	demands  []demand
	supplies []supply
	next     int // supply with something left
	lots     int // supplies that are stock
	fefo     int // first lot with something left
	spoiled  int // first lot that has not expired
	slices   []slice
	eaters   []eater
	given    []planwright.Qty // to each source so far
	own      way              // by the sku's own parameters
	dated    dating           // the dates worked out last
	poq      planwright.Day   // days of a period order quantity; 0: not computed yet
	since    planwright.Day   // the day whose shortage is being met
	cutoff   planwright.Qty   // required beyond the horizon
	told     uint64           // codes of the exceptions so far, as bits
	fed      []dependent      // what others require
	keys     sorter
	sorted   []demand
	rows     []element
	after    []planwright.Qty // balance after each element

	// Made so far, of the sku at hand.
	orders []order
	deps   []dependent
	pegs   []peg // by rows of demands and supplies until the record is written
	elems  []element
	excs   []exception
	bufs   planwright.Buffers
	kept   arenas

	launches []launch
	warmth   planwright.Qty
	placed   []int32 // of a row in the record

	days     []planwright.Day // of netting
	base     []planwright.Qty // balance at the end of each day without new orders
	moves    []bool           // the day has a requirement or a receipt
	asks     []bool           // the day has a requirement
	expiries []expiry
	added    planwright.Qty // by new orders so far
	grid     []planwright.Qty

	rest  more    // of the record of the sku at hand
	look  *record // gets the record, and nothing is kept; nil: all is kept
	trace *Trace  // nil but for a sku whose reasons are asked for
}

// expiry is what is left of the lots that expire on the same day.
type expiry struct {
	on  planwright.Day // the first day on which it is gone
	qty planwright.Qty
}

// exception is a row that may speak of a planned order of its sku.
type exception struct {
	planwright.Exception
	order int32 // of the sku; -1: none
}

// arenas keep the rows of finished records, which never move.
type arenas struct {
	orders   arena[order]
	pegs     arena[peg]
	elems    arena[element]
	launches arena[launch]
	deps     arena[dependent]
	excs     arena[exception]
	more     arena[more]
}

// arena hands out parts of large chunks.
type arena[T any] struct {
	chunk []T
	exact bool // each part is a chunk of its own
}

// exact makes every part a chunk of its own, which is given back when the record
// is replaced.
func (a *arenas) exact() {
	a.orders.exact, a.pegs.exact, a.elems.exact, a.launches.exact, a.deps.exact, a.excs.exact, a.more.exact = true, true, true, true, true, true, true
}

// arenaRows is the size of a chunk.
const arenaRows = 1 << 14

// keep returns a copy of rows, nil of none.
func (a *arena[T]) keep(rows []T) []T {
	n := len(rows)
	if n == 0 {
		return nil
	}
	if n > cap(a.chunk)-len(a.chunk) {
		if a.exact || n > arenaRows/4 {
			return slices.Clone(rows)
		}
		a.chunk = make([]T, 0, arenaRows)
	}
	from := len(a.chunk)
	a.chunk = append(a.chunk, rows...)
	return a.chunk[from : from+n : from+n]
}

// record copies a record.
func (a *arenas) record(r *record) record {
	x := record{orders: a.orders.keep(r.orders), pegs: a.pegs.keep(r.pegs), elems: a.elems.keep(r.elems)}
	if r.more != nil {
		x.more = &a.more.keep([]more{{excs: a.excs.keep(r.more.excs), bufs: r.more.bufs}})[0]
	}
	return x
}

// keep stores what was made for the sku at hand as its record.
func (w *worker) keep(implied bool) {
	r := record{orders: w.orders, pegs: w.pegs, elems: w.elems}
	if len(w.excs) > 0 || len(w.bufs.SKU) > 0 {
		r.more = &w.rest
		w.rest = more{excs: w.excs}
		if len(w.bufs.SKU) > 0 {
			b := w.bufs
			w.rest.bufs, w.bufs = &b, planwright.Buffers{}
		}
	}
	if w.look != nil { // what is kept stays
		*w.look = r
		return
	}
	lean := w.p.records.lean()
	x := kept{claims: lean && w.p.claimsStock(w.k)}
	if lean {
		x.brief = r.brief()
		x.brief.sum = r.sum()
	}
	if !lean || x.claims {
		x.record = w.kept.record(&r)
	}
	w.p.records.set(w.k, x)
	w.launches = w.launches[:0]
	if implied {
		for i := range w.orders {
			if o := &w.orders[i]; o.kind == planwright.Work || o.kind == planwright.SubcontractOrder {
				w.launches = append(w.launches, launch{o.qty, o.start, int32(i)})
			}
		}
	}
	if len(w.deps) > 1 {
		slices.SortStableFunc(w.deps, func(a, b dependent) int { return cmp.Compare(a.sku, b.sku) })
	}
	w.p.out[w.p.at[w.k]] = outgoing{w.kept.launches.keep(w.launches), w.kept.deps.keep(w.deps)}
}

// say adds an exception of the sku at hand.
func (w *worker) say(c planwright.Code, on planwright.Day, qty planwright.Qty, to planwright.Day, value float64, id, detail string) {
	w.told |= 1 << c
	w.excs = append(w.excs, exception{planwright.Exception{Code: c, SKU: w.k, OrderID: id, On: on, Qty: qty, MoveTo: to, Value: value, Detail: detail}, -1})
}

// once adds an exception unless the sku has one of that code.
func (w *worker) once(c planwright.Code, on planwright.Day, qty planwright.Qty, detail string) {
	if w.told>>c&1 == 0 {
		w.say(c, on, qty, planwright.NoDay, w.worth(qty), "", detail)
	}
}

// worth is the value of a quantity of the sku at hand.
func (w *worker) worth(q planwright.Qty) float64 {
	if q == planwright.NoQty {
		return 0
	}
	return q.Float() * w.p.s.Items.UnitCost[w.p.s.SKUs.Item[w.k]]
}

// beyond says whether a day is past the horizon.
func (w *worker) beyond(d planwright.Day) bool {
	return w.p.opt.HorizonEnd > 0 && d >= w.p.opt.HorizonEnd
}

// load gathers the dated elements of sku k.
func (w *worker) load(k planwright.SKU) {
	p, s := w.p, w.p.s
	w.k = k
	w.demands, w.supplies = w.demands[:0], w.supplies[:0]
	cal := s.Sites.Calendar[s.SKUs.Site[k]]
	ahead := int(s.SKUs.SafetyTime[k])
	onlyParts := planning(s, k)
	w.cutoff = 0
	cutoffDay := planwright.NoDay
	need := func(d planwright.Day) planwright.Day {
		if ahead > 0 {
			d = cal.Add(d, -ahead)
		}
		return d
	}
	add := func(on planwright.Day, q planwright.Qty, prio int32, kind planwright.ElementKind, ref int64) {
		if q <= 0 {
			return
		}
		if w.beyond(on) {
			w.cutoff, _ = bounded(w.cutoff, q)
			if cutoffDay == planwright.NoDay {
				cutoffDay = on
			}
			return
		}
		how := uint8(byStockOrPlan)
		if kind == planwright.ElemForecast && onlyParts {
			how = asPlanning
		}
		w.demands = append(w.demands, demand{day: max(s.AsOf, need(on)), qty: q, prio: prio, kind: kind, ref: ref, line: -1, how: how})
	}
	strategy := s.SKUs.Strategy[k]
	forecastOnly := s.SKUs.MRPType[k] == planwright.ForecastOnly || strategy == 10
	if !forecastOnly {
		for r := s.Demand.Off[k]; r < s.Demand.Off[k+1]; r++ {
			q, due := s.Demand.Qty[r], s.Demand.DueOn[r]
			if q > 0 && due < s.AsOf {
				w.say(planwright.CodePastDueDemand, due, q, s.AsOf, w.worth(q), s.Demand.OrderID[r], "")
			}
			add(max(due, s.AsOf), q, s.Demand.Priority[r], planwright.ElemOrder, int64(r))
		}
	}
	if s.SKUs.MRPType[k] != planwright.ForecastOnly {
		for r := s.Reserved.Off[k]; r < s.Reserved.Off[k+1]; r++ {
			add(max(s.Reserved.DueOn[r], s.AsOf), s.Reserved.Qty[r], 0, planwright.ElemReserved, int64(r))
		}
	}
	w.fed = p.incoming(k, p.at[k], w.fed[:0])
	if strategy != 20 {
		w.spread(k)
		w.consume(k)
		fence := s.AsOf
		if n := s.SKUs.DemandFence[k]; n > 0 {
			fence = cal.Add(s.AsOf, int(n))
		}
		if w.trace != nil {
			w.trace.left(w, fence)
		}
		for _, x := range w.slices {
			if x.day < fence { // only orders count there
				continue
			}
			add(x.day, x.qty, 1<<30, planwright.ElemForecast, int64(x.day))
		}
	}
	for i := range w.fed {
		d := &w.fed[i]
		if d.kind == planwright.ElemCoProduct {
			w.supplies = append(w.supplies, supply{day: d.day, on: d.day, qty: d.qty, kind: d.kind, ref: d.ref, expire: planwright.MaxDay})
			continue
		}
		on := need(d.day)
		if !s.KeepPast {
			on = max(on, s.AsOf)
		}
		w.demands = append(w.demands, demand{day: on, qty: d.qty, kind: d.kind, ref: d.ref, line: d.line, how: d.how, far: true})
	}
	if w.cutoff > 0 {
		w.say(planwright.CodeHorizonCut, cutoffDay, w.cutoff, planwright.NoDay, 0, "", "")
	}
	if strategy != 11 { // gross planning looks at no stock
		w.loadStock(k)
	}
	for r := s.Supply.Off[k]; r < s.Supply.Off[k+1]; r++ {
		q, due := s.Supply.Qty[r], s.Supply.DueOn[r]
		if q <= 0 || !firmed(s, k, r) {
			continue
		}
		if w.out(due) {
			w.say(planwright.CodeReceiptAfterOut, due, q, planwright.NoDay, w.worth(q), s.Supply.OrderID[r], "")
		}
		if due < s.AsOf {
			w.say(planwright.CodePastDueFinish, due, q, s.AsOf, w.worth(q), s.Supply.OrderID[r], "")
			due = s.AsOf
		}
		if gr := int(s.SKUs.GRDays[k]); gr > 0 {
			due = cal.Add(due, gr)
		}
		w.supplies = append(w.supplies, supply{day: due, on: due, qty: q, kind: planwright.ElemReceipt, ref: int64(r), expire: planwright.MaxDay})
	}
	w.sortDemands()
	w.sortSupplies()
}

// loadStock adds the usable lots: blocked ones and those that have expired do
// not count, negative ones do.
func (w *worker) loadStock(k planwright.SKU) {
	s := w.p.s
	var pool, expired planwright.Qty
	when := planwright.NoDay
	ok := true
	sum := func(a *planwright.Qty, q planwright.Qty) {
		t, in := a.Add(q)
		if !in {
			ok = false
			return
		}
		*a = t
	}
	for r := s.Stock.Off[k]; r < s.Stock.Off[k+1]; r++ {
		if s.Stock.Status[r] == planwright.Blocked {
			continue
		}
		e := s.Stock.ExpiresOn[r]
		switch {
		case !e.Known() || s.Stock.Qty[r] <= 0:
			sum(&pool, s.Stock.Qty[r])
		case e < s.AsOf:
			sum(&expired, s.Stock.Qty[r])
			when = max(when, e)
		default:
			w.supplies = append(w.supplies, supply{day: planwright.MinDay, on: planwright.MinDay, qty: s.Stock.Qty[r], kind: planwright.ElemStock, ref: int64(r), expire: e})
		}
	}
	if pool != 0 {
		w.supplies = append(w.supplies, supply{day: planwright.MinDay, on: planwright.MinDay, qty: pool, kind: planwright.ElemStock, ref: int64(planwright.None), expire: planwright.MaxDay})
	}
	if expired > 0 {
		w.say(planwright.CodeExpiring, when, expired, planwright.NoDay, w.worth(expired), "", "")
	}
	if !ok {
		w.once(planwright.CodeQtyRange, planwright.NoDay, planwright.NoQty, "stock")
	}
}

// sortDemands orders demands as they are served: by day, priority, kind,
// reference.
func (w *worker) sortDemands() {
	keys := w.keys.take(len(w.demands))
	for i := range w.demands {
		d := &w.demands[i]
		keys[i] = sortKey{uint64(d.day)<<40 | uint64(uint32(d.prio)^1<<31)<<8 | uint64(d.kind), d.ref, int32(i)}
	}
	if !w.keys.sort(func(a, b int32) bool {
		x, y := &w.demands[a], &w.demands[b]
		return cmp.Or(cmp.Compare(x.line, y.line), cmp.Compare(x.qty, y.qty), cmp.Compare(x.how, y.how)) < 0
	}) {
		return
	}
	w.sorted = w.sorted[:0]
	for _, k := range w.keys.keys {
		w.sorted = append(w.sorted, w.demands[k.row])
	}
	w.demands, w.sorted = w.sorted, w.demands
}

// sortSupplies orders supplies as they are used: by the day from which they
// count, what expires first first.
func (w *worker) sortSupplies() {
	if !slices.IsSortedFunc(w.supplies, compareSupplies) {
		slices.SortFunc(w.supplies, compareSupplies)
	}
}

func compareSupplies(a, b supply) int {
	switch {
	case a.day != b.day:
		return cmp.Compare(a.day, b.day)
	case a.expire != b.expire:
		return cmp.Compare(a.expire, b.expire)
	case a.on != b.on:
		return cmp.Compare(a.on, b.on)
	case a.kind != b.kind:
		return cmp.Compare(a.kind, b.kind)
	case a.ref != b.ref:
		return cmp.Compare(a.ref, b.ref)
	}
	return cmp.Compare(a.qty, b.qty)
}

// plan plans one sku.
func (w *worker) plan(k planwright.SKU) {
	w.told, w.poq, w.since, w.dated = 0, 0, planwright.MaxDay, dating{need: planwright.NoDay}
	w.orders, w.deps, w.pegs, w.elems, w.excs = w.orders[:0], w.deps[:0], w.pegs[:0], w.elems[:0], w.excs[:0]
	w.trace = w.p.watch[k]
	w.load(k)
	if len(w.demands) == 0 && len(w.supplies) == 0 && !w.wanted(k) {
		w.keep(false)
		return
	}
	w.own = own(w.p.s, k)
	w.given = append(w.given[:0], make([]planwright.Qty, w.p.s.Sources.Off[k+1]-w.p.s.Sources.Off[k])...)
	w.passOn()
	w.timeline()
	switch t := w.p.s.SKUs.MRPType[k]; t {
	case planwright.NotPlanned:
	case planwright.ReorderPoint:
		w.reorder()
	case planwright.DDMRP:
		w.buffer()
	default:
		w.net()
	}
	w.finish()
	if w.trace != nil {
		w.trace.finish(w)
	}
}

// wanted says whether a sku without any element may need an order: a safety
// stock or a minimum to be filled.
func (w *worker) wanted(k planwright.SKU) bool {
	in := &w.p.in
	t := w.p.s.SKUs.MRPType[k]
	if t == planwright.NotPlanned {
		return false
	}
	return in.SafetyStock[k].Or(0) > 0 || t == planwright.DDMRP || (t == planwright.MinMax || t == planwright.ReorderPoint) && (in.ReorderPoint[k].Or(0) > 0 || in.OrderUpTo[k].Or(0) > 0) ||
		w.p.s.SKUPeriods.Off[k] < w.p.s.SKUPeriods.Off[k+1]
}
