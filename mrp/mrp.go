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
}

// Result is the plan of a run. Tables are sorted by sku.
type Result struct {
	Orders       planwright.PlannedOrders
	Pegs         planwright.Pegging
	Requirements planwright.Requirements
	Buffers      planwright.Buffers
	Exceptions   planwright.Exceptions
	Level        []int32 // low-level code by sku
}

// dependent is a requirement (or a co-product's receipt) that an order puts on
// a sku of a lower level.
type dependent struct {
	qty     planwright.Qty
	sku     planwright.SKU
	day     planwright.Day
	ref     int32 // planned order, or row of the table that kind speaks of
	line    int32 // BOM line it came by, for phantoms and alternates; -1
	next    int32 // of the same sku; -1
	kind    planwright.ElementKind
	how     uint8
	claimed bool // taken from free stock
	own     bool // ref is an order of the same block and still counts from its start
}

// How a requirement is met.
const (
	byStockOrPlan = iota
	asPhantom     // what stock does not cover passes on to the components
	asAlternate   // what stock does not cover passes on to the next alternate
	asPlanning    // a forecast that the components alone are procured for
)

// order is a planned order before the tables are put together.
type order struct {
	sku                        planwright.SKU
	kind                       planwright.OrderKind
	source, supplier           int32
	from                       planwright.SKU
	qty, good                  planwright.Qty
	release, start, due, avail planwright.Day
	need                       planwright.Day // the day whose shortage it covers
	late                       bool
	reason                     planwright.OrderReason
	free                       bool // takes free stock
	seq                        int32
	cost                       float64
	wish                       planwright.Day // the start that was too early to keep
}

// peg is a row of the pegging. A planned supply is numbered in its block.
type peg struct {
	qty        planwright.Qty
	sku        planwright.SKU
	supply     int32
	demand     int32
	due        planwright.Day
	supplyKind planwright.SupplyKind
	demandKind planwright.DemandKind
}

// element is a row of the requirements. A planned receipt is numbered in its
// block.
type element struct {
	qty  planwright.Qty
	sku  planwright.SKU
	on   planwright.Day
	ref  int32
	kind planwright.ElementKind
}

// A worker takes sku's of a level in blocks of so many at most, and of so many
// requirements each on average.
const (
	blockSize     = 128
	blockElements = 32
)

// block is what the planning of a block of sku's made.
type block struct {
	base   int32 // number of its first order in the run
	orders []order
	deps   []dependent
	pegs   []peg
	elems  []element
	excs   []exception
	bufs   planwright.Buffers
}

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

	head  []int32 // first dependent of each sku
	count []int32 // number of dependents of each sku
	deps  dependents

	free   []planwright.Qty // free stock of sku's that others take it from, at the start of the level
	freeAt []int32          // level + 1 for which free holds
	claims []planwright.Qty // free stock already given away by sku
	now    int32            // level

	leadOnce sync.Once
	leads    LeadTimes // for buffers

	blocks []block
	orders int32 // number of them
	excs   planwright.Exceptions
}

// dependents are kept in chunks, so that growing moves nothing.
type dependents struct {
	chunks [][]dependent
	n      int32
}

const chunkBits = 15

func (d *dependents) at(i int32) *dependent { return &d.chunks[i>>chunkBits][i&(1<<chunkBits-1)] }

// add appends x and returns its number.
func (d *dependents) add(x dependent) int32 {
	if int(d.n>>chunkBits) == len(d.chunks) {
		d.chunks = append(d.chunks, make([]dependent, 1<<chunkBits))
	}
	*d.at(d.n) = x
	d.n++
	return d.n - 1
}

// require puts a dependent on its sku.
func (p *planner) require(d dependent) {
	d.next = p.head[d.sku]
	p.head[d.sku] = p.deps.add(d)
	p.count[d.sku]++
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
	if segmented(in.Snap) {
		return runSegments(ctx, in, opt, size)
	}
	if opt.Workers < 1 {
		opt.Workers = 1
	}
	p := &planner{in: in, s: in.Snap, opt: opt, size: size}
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
	p.head, p.count = make([]int32, n), make([]int32, n)
	for k := range p.head {
		p.head[k] = -1
	}
	p.openTransfers()
	order, starts := byLevel(p.level)
	workers := make([]*worker, opt.Workers)
	for i := range workers {
		workers[i] = &worker{p: p}
	}
	done := 0
	for l := 0; l+1 < len(starts); l++ {
		p.now = int32(l)
		// Sku's that take free stock of another site claim it one after the
		// other, in their order, after those of the level that do not.
		var plain, claiming []planwright.SKU
		for _, k := range order[starts[l]:starts[l+1]] {
			if p.claimsStock(k) {
				claiming = append(claiming, k)
			} else {
				plain = append(plain, k)
			}
		}
		if err := p.runLevel(ctx, plain, workers); err != nil {
			return Result{}, err
		}
		if err := p.runLevel(ctx, claiming, workers[:1]); err != nil {
			return Result{}, err
		}
		done += int(starts[l+1] - starts[l])
		if opt.Progress != nil {
			opt.Progress(done, n)
		}
	}
	return p.result(), nil
}

// openTransfers puts the firm transfers that are not shipped yet on the sku's
// that must send them.
func (p *planner) openTransfers() {
	t := &p.s.Supply
	for k := range planwright.SKU(p.s.Len()) {
		for r := t.Off[k]; r < t.Off[k+1]; r++ {
			from := t.From[r]
			if t.Kind[r] != planwright.TransferOrder || t.Shipped[r] || !firmed(p.s, k, r) || from == planwright.NoSKU || t.Qty[r] <= 0 {
				continue
			}
			w := own(p.s, k)
			for x := p.s.Sources.Off[k]; x < p.s.Sources.Off[k+1]; x++ {
				if p.s.Sources.From[x] == from {
					w = bySource(p.s, k, x)
					break
				}
			}
			day := max(p.s.AsOf, w.cal.Add(t.DueOn[r], -w.lead))
			p.require(dependent{qty: t.Qty[r], sku: from, day: day, ref: r, line: -1, kind: planwright.ElemOpenTransfer})
		}
	}
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

// runLevel plans sku's that do not depend on each other and hands what they
// require to the levels below.
func (p *planner) runLevel(ctx context.Context, skus []planwright.SKU, workers []*worker) error {
	if len(skus) == 0 {
		return nil
	}
	ends := p.cutBlocks(skus)
	blocks := make([]block, len(ends))
	var next atomic.Int64
	var wg sync.WaitGroup
	work := func(w *worker) {
		for ctx.Err() == nil {
			i := int(next.Add(1)) - 1
			if i >= len(blocks) {
				return
			}
			from := 0
			if i > 0 {
				from = ends[i-1]
			}
			w.block(skus[from:ends[i]], &blocks[i])
		}
	}
	if len(blocks) == 1 || len(workers) == 1 {
		work(workers[0])
	} else {
		for _, w := range workers {
			wg.Go(func() { work(w) })
		}
		wg.Wait()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for i := range blocks {
		p.merge(&blocks[i])
	}
	p.blocks = append(p.blocks, blocks...)
	return nil
}

// cutBlocks returns where the blocks of a level end.
func (p *planner) cutBlocks(skus []planwright.SKU) (ends []int) {
	n, weight := 0, 0
	for i, k := range skus {
		n++
		weight += int(p.count[k])
		if n == p.size || weight >= p.size*blockElements || i+1 == len(skus) {
			ends = append(ends, i+1)
			n, weight = 0, 0
		}
	}
	return ends
}

// merge numbers the orders of a block and hands out what they require. Blocks
// are merged in the order of their sku's, which makes the numbers of orders
// independent of the workers.
func (p *planner) merge(b *block) {
	b.base = p.orders
	p.orders += int32(len(b.orders))
	for _, d := range b.deps {
		if d.own {
			d.ref += b.base
			d.own = false
		}
		p.require(d)
	}
	b.deps = nil
}
