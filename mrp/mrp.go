package mrp

import (
	"context"
	"sync"
	"sync/atomic"

	"planwright"
)

// Forecast is the independent forecast that is netted, as compressed rows by
// sku: the quantity of From..To (inclusive).
type Forecast struct {
	Off      []int32
	From, To []planwright.Day
	Qty      []planwright.Qty
	Customer []string // whose orders alone consume it; "": anybody's. nil: all ""
}

// Input is what a run plans. Columns over sku's may be nil: then the values
// entered in the snapshot hold, and an empty one is none.
type Input struct {
	Snap         *planwright.Snapshot
	SafetyStock  []planwright.Qty
	ReorderPoint []planwright.Qty
	OrderUpTo    []planwright.Qty
	OrderQty     []planwright.Qty // of reorder-point sku's without a lot size; 0: none
	Forecast     *Forecast        // nil: the forecasts given in the snapshot
}

// Options of a run. The zero value plans without horizon on one worker.
type Options struct {
	HorizonEnd planwright.Day // exclusive; 0: none. Requirements from it on are not planned
	Workers    int
	Progress   func(done, total int) // by sku's; called from one goroutine

	// Lean lets a [Planner] keep of a sku's rows only their numbers and what it requires
	// of others; the rows are made again when they are asked for. It takes about a
	// tenth of the memory. [Run] does not look at it, nor does a planner of segments.
	Lean bool

	watch map[planwright.SKU]*Trace
}

// Result is the plan of a run. Tables are sorted by sku.
type Result struct {
	Orders       planwright.PlannedOrders
	Pegs         planwright.Pegging
	Requirements planwright.Requirements
	Buffers      planwright.Buffers
	Exceptions   planwright.Exceptions
	Level        []int32 // low-level code by sku

	// Segments are the records of the segments apart; nil where there are none.
	Segments *Segments
}

// dependent is a requirement (or a co-product's receipt) that an order puts on
// a sku of a lower level.
type dependent struct {
	qty     planwright.Qty
	ref     int64 // planned order (see orderRef), or row of the table that kind speaks of
	sku     planwright.SKU
	day     planwright.Day
	line    int32 // BOM line it came by, for phantoms and alternates; -1
	kind    planwright.ElementKind
	how     uint8
	claimed bool // taken from free stock
}

// How a requirement is met.
const (
	byStockOrPlan = iota
	asPhantom     // what stock does not cover passes on to the components
	asAlternate   // what stock does not cover passes on to the next alternate
	asPlanning    // a forecast that the components alone are procured for
)

// orderRef names order i of the sku planned at place at. References compare as
// the orders were made: by level, sku, then due day.
func orderRef(at int32, i int) int64 { return int64(at)<<32 | int64(i) }

// order is a planned order of a sku before the tables are put together.
type order struct {
	qty, good                  planwright.Qty
	cost                       float64
	source, supplier           int32
	from                       planwright.SKU
	release, start, due, avail planwright.Day
	need                       planwright.Day // the day whose shortage it covers
	wish                       planwright.Day // the start that was too early to keep
	seq                        int32
	kind                       planwright.OrderKind
	reason                     planwright.OrderReason
	late                       bool
	free                       bool // takes free stock
}

// peg is a row of the pegging of a sku. Its ends are elements of the record.
type peg struct {
	qty            planwright.Qty
	supply, demand int32 // demand: safetyPeg for the safety stock
}

// safetyPeg stands for the safety stock as the demand of a peg.
const safetyPeg = -1

// element is a row of the requirements of a sku.
type element struct {
	qty  planwright.Qty
	ref  int64 // planned orders as orderRef
	on   planwright.Day
	kind planwright.ElementKind
}

// record is what planning a sku made.
type record struct {
	orders []order
	pegs   []peg
	elems  []element
	more   *more // nil where there is none of it
}

// more is the part of a record that few sku's have.
type more struct {
	excs []exception
	bufs *planwright.Buffers
}

// A worker takes sku's of a level in blocks of so many at most, and of so many
// arcs that lead to them.
const (
	blockSize = 128
	blockArcs = 2048
)

// planner is one run.
type planner struct {
	in     Input
	s      *planwright.Snapshot
	opt    Options
	size   int // of a block
	level  []int32
	cut    map[[2]planwright.SKU]bool
	cutAt  []bool // an arc from the sku is cut; nil if no arc is
	closed []bool // its own make order would close a cycle

	order   []planwright.SKU // in which they are planned
	at      []int32          // place of a sku in order
	stages  []stage
	fed     feeders
	out     []outgoing // by place
	open    openTransfers
	steps   *routing // nil: no operation loses anything
	records records
	far     atomic.Bool // a record refers to a row of another sku

	free   []planwright.Qty // free stock of sku's that others take it from, at the start of the stage
	freeAt []int32          // stage + 1 for which free holds
	claims []planwright.Qty // free stock already given away by sku
	now    int32            // stage
	watch  map[planwright.SKU]*Trace

	leadOnce sync.Once
	leads    LeadTimes // for buffers

	excs planwright.Exceptions // of the graph
}

// stage is a part of the order of planning whose sku's do not depend on each
// other.
type stage struct {
	from, to int32
	level    int32
	claiming bool // takes free stock: one worker, one sku after the other
}

// severed says whether the arc from sku a to sku b was cut out of a cycle.
func (p *planner) severed(a, b planwright.SKU) bool {
	return p.cutAt != nil && p.cutAt[a] && p.cut[[2]planwright.SKU{a, b}]
}

// Run plans every sku of the snapshot. It returns an error only if ctx ends.
func Run(ctx context.Context, in Input, opt Options) (Result, error) {
	return run(ctx, in, opt, blockSize)
}

// run is Run with blocks of a given size, which changes nothing in the result.
func run(ctx context.Context, in Input, opt Options, size int) (Result, error) {
	opt.Lean = false // all rows are asked for
	if segmented(in.Snap) {
		return runSegments(ctx, in, opt, size)
	}
	p := newPlanner(in, opt, size)
	if err := p.plan(ctx); err != nil {
		return Result{}, err
	}
	return p.result(), nil
}

// newPlanner prepares a run: what can be said without planning a sku.
func newPlanner(in Input, opt Options, size int) *planner {
	opt.Workers = max(1, opt.Workers)
	p := &planner{in: in, s: in.Snap, opt: opt, size: size, watch: opt.watch}
	p.defaults()
	n := p.s.Len()
	g := newGraph(p.s)
	p.level, p.cut = lowLevelCodes(&g, p.s, &p.excs)
	p.claims, p.free, p.freeAt = make([]planwright.Qty, n), make([]planwright.Qty, n), make([]int32, n)
	p.closed = make([]bool, n)
	if len(p.cut) > 0 {
		p.cutAt = make([]bool, n)
	}
	for pair := range p.cut {
		p.cutAt[pair[0]] = true
		for l := p.s.BOM.Off[pair[0]]; l < p.s.BOM.Off[pair[0]+1]; l++ {
			if p.s.BOM.Component[l] == pair[1] && p.s.BOM.Role[l] == planwright.Component {
				p.closed[pair[0]] = true
			}
		}
	}
	p.sequence()
	p.fed = newFeeders(p, &g)
	p.open = newOpenTransfers(p.s)
	if x := newRouting(p.s); x.loses {
		p.steps = x
	}
	p.records, p.out = newRecords(n, opt.Lean), make([]outgoing, n)
	return p
}

// workers returns the workers of a run.
func (p *planner) workers() []*worker {
	all := make([]*worker, p.opt.Workers)
	for i := range all {
		all[i] = &worker{p: p}
	}
	return all
}

// plan plans every sku.
func (p *planner) plan(ctx context.Context) error {
	workers := p.workers()
	for i, st := range p.stages {
		p.now = int32(i)
		use := workers
		if st.claiming {
			use = workers[:1]
		}
		if err := p.runStage(ctx, p.order[st.from:st.to], use, (*worker).plan); err != nil {
			return err
		}
		if p.opt.Progress != nil && (i+1 == len(p.stages) || p.stages[i+1].level > st.level) {
			p.opt.Progress(int(st.to), p.s.Len())
		}
	}
	return nil
}

// claimsStock says whether a source of sku k takes free stock elsewhere.
func (p *planner) claimsStock(k planwright.SKU) bool {
	for r := p.s.Sources.Off[k]; r < p.s.Sources.Off[k+1]; r++ {
		if p.s.Sources.FromStockOnly[r] {
			return true
		}
	}
	return false
}

// sequence sorts sku's by level, then number. Sku's that take free stock of
// another site come after those of their level that do not, and claim it one
// after the other.
func (p *planner) sequence() {
	part := make([]int32, len(p.level))
	for k, l := range p.level {
		if part[k] = 2 * l; p.claimsStock(planwright.SKU(k)) {
			part[k]++
		}
	}
	var starts []int32
	p.order, starts = byLevel(part)
	for i := range starts[1:] {
		if starts[i] < starts[i+1] {
			p.stages = append(p.stages, stage{from: starts[i], to: starts[i+1], level: int32(i / 2), claiming: i%2 == 1})
		}
	}
	p.at = make([]int32, len(p.level))
	for i, k := range p.order {
		p.at[k] = int32(i)
	}
}

// byLevel sorts sku's by level, then number.
func byLevel(level []int32) (order []planwright.SKU, starts []int32) {
	top := int32(0)
	for _, l := range level {
		top = max(top, l)
	}
	starts = make([]int32, top+2)
	for _, l := range level {
		starts[l+1]++
	}
	for l := range starts[1:] {
		starts[l+1] += starts[l]
	}
	order = make([]planwright.SKU, len(level))
	at := append([]int32(nil), starts...)
	for k, l := range level {
		order[at[l]] = planwright.SKU(k)
		at[l]++
	}
	return order, starts
}

// defaults fills in the columns that the caller left out.
func (p *planner) defaults() {
	if p.in.SafetyStock == nil {
		p.in.SafetyStock = p.s.SKUs.SafetyStock
	}
	if p.in.ReorderPoint == nil {
		p.in.ReorderPoint = p.s.SKUs.ReorderPoint
	}
	if p.in.OrderUpTo == nil {
		p.in.OrderUpTo = p.s.SKUs.OrderUpTo
	}
	if p.in.Forecast == nil {
		f := &Forecast{Off: make([]int32, p.s.Len()+1)}
		g := &p.s.Given
		for k := range p.s.Len() {
			for r := g.Off[k]; r < g.Off[k+1]; r++ {
				if g.Kind[r] == planwright.GivenForecast && g.Qty[r] > 0 {
					f.From = append(f.From, g.From[r])
					f.To = append(f.To, g.To[r])
					f.Qty = append(f.Qty, g.Qty[r])
					f.Customer = append(f.Customer, g.Customer[r])
				}
			}
			f.Off[k+1] = int32(len(f.From))
		}
		p.in.Forecast = f
	}
}

// runStage calls plan for sku's that do not depend on each other.
func (p *planner) runStage(ctx context.Context, skus []planwright.SKU, workers []*worker, plan func(w *worker, k planwright.SKU)) error {
	ends := p.cutBlocks(skus)
	var next atomic.Int64
	var wg sync.WaitGroup
	work := func(w *worker) {
		for ctx.Err() == nil {
			i := int(next.Add(1)) - 1
			if i >= len(ends) {
				return
			}
			from := int32(0)
			if i > 0 {
				from = ends[i-1]
			}
			w.warm(skus[from:ends[i]])
			for _, k := range skus[from:ends[i]] {
				plan(w, k)
			}
		}
	}
	if len(ends) == 1 || len(workers) == 1 {
		work(workers[0])
	} else {
		for _, w := range workers {
			wg.Go(func() { work(w) })
		}
		wg.Wait()
	}
	return ctx.Err()
}

// cutBlocks returns where the blocks of a stage end.
func (p *planner) cutBlocks(skus []planwright.SKU) (ends []int32) {
	n, weight := 0, int32(0)
	for i, k := range skus {
		n++
		weight += p.fed.off[k+1] - p.fed.off[k]
		if n >= p.size || weight >= blockArcs || i+1 == len(skus) {
			ends = append(ends, int32(i+1))
			n, weight = 0, 0
		}
	}
	return ends
}
