package mrp

import (
	"cmp"
	"context"
	"math"
	"slices"

	"planwright"
)

// Planned are the tables of a plan that capacity planning reads.
type Planned struct {
	Orders       *planwright.PlannedOrders
	Pegs         *planwright.Pegging
	Requirements *planwright.Requirements
}

// Capacity is the load that the planned and open work orders of a plan put on
// the resources, by resource and day: capacity requirements planning against
// the plan of infinite capacity. [Capacity.Level] moves proposals earlier where
// that takes load off overloaded days.
type Capacity struct {
	t       *Structure
	p       Planned
	jobs    []job
	load    map[cell]planwright.Qty
	tries   int
	changes []change
	loads   []planwright.Qty
	weights []float64
}

// cell is a resource on a day.
type cell struct {
	resource int32
	on       planwright.Day
}

// job is an order with operations.
type job struct {
	order  int32 // planned order; −1: open
	sku    planwright.SKU
	qty    planwright.Qty
	rows   []int32 // of the routing
	start  planwright.Day
	due    planwright.Day
	days   int // moved earlier, in working days of its site
	placed []placed
}

type placed struct {
	at   cell
	load planwright.Qty
}

// LoadRow is the load of a resource on a day.
type LoadRow struct {
	Resource int32
	On       planwright.Day
	Load     planwright.Qty // in the unit of the resource's capacity, in millionths: sums are exact
	Capacity planwright.Qty // 0 on a day on which it does not work
}

// Over is the load beyond the capacity.
func (r *LoadRow) Over() planwright.Qty { return max(0, r.Load-r.Capacity) }

// NewCapacity loads the resources. An operation of quantity q takes setup +
// q·per_unit, and what its scrap loses does not enter the next one. The
// operations of an order follow each other between its start and its due day;
// each has the part of that time that its load, in days of its resource, is of
// the order's, and loads the days of it evenly. An order without a routing loads
// nothing. Vollmann, Berry, Whybark and Jacobs (2005), Manufacturing Planning
// and Control, on capacity requirements planning.
func NewCapacity(t *Structure, p Planned) *Capacity {
	c := &Capacity{t: t, p: p, load: map[cell]planwright.Qty{}}
	s := t.s
	o := p.Orders
	for i, k := range o.SKU {
		if o.Kind[i] == planwright.Work {
			c.add(job{order: int32(i), sku: k, qty: o.Qty[i], start: o.Start[i], due: o.Due[i]}, o.Source[i])
		}
	}
	for k := range planwright.SKU(s.Len()) {
		w := t.way(k)
		for r := s.Supply.Off[k]; r < s.Supply.Off[k+1]; r++ {
			if s.Supply.Kind[r] == planwright.Work && s.Supply.Firm[r] && s.Supply.Qty[r] > 0 {
				due := max(s.AsOf, s.Supply.DueOn[r])
				start := max(s.AsOf, w.cal.Add(due, -(w.lead+perUnit(s, k, s.Supply.Qty[r]))))
				c.add(job{order: -1, sku: k, qty: s.Supply.Qty[r], start: start, due: due}, planwright.None)
			}
		}
	}
	return c
}

// add places a job that has a routing.
func (c *Capacity) add(j job, source int32) {
	s := c.t.s
	want := ""
	if source != planwright.None {
		want = s.Sources.BOMID[source]
	}
	if want == "" {
		want, _ = c.t.bom(j.sku, j.qty, j.start)
	}
	j.rows = c.t.routes.steps(j.sku, want, nil)
	if len(j.rows) == 0 {
		return
	}
	j.placed = c.place(&j, 0, nil)
	c.put(j.placed, 1)
	c.jobs = append(c.jobs, j)
}

// put adds loads, or takes them off.
func (c *Capacity) put(x []placed, sign planwright.Qty) {
	for _, p := range x {
		c.load[p.at] += sign * p.load
	}
}

// moved is a day moved earlier by n working days of the job's site.
func (c *Capacity) moved(j *job, d planwright.Day, n int) planwright.Day {
	if n == 0 {
		return d
	}
	return c.t.s.Sites.Calendar[c.t.s.SKUs.Site[j.sku]].Add(d, -n)
}

// place appends the loads of a job that is moved earlier by n working days.
func (c *Capacity) place(j *job, n int, x []placed) []placed {
	s := c.t.s
	cal := s.Sites.Calendar[s.SKUs.Site[j.sku]]
	start, due := c.moved(j, j.start, n), c.moved(j, j.due, n)
	m := max(1, cal.Count(start, due))
	first := cal.OnOrAfter(start)
	loads, weight, total := c.loads[:0], c.weights[:0], 0.0
	q := j.qty.Float()
	for i, r := range j.rows {
		loads = append(loads, min(mostLoad, planwright.Clamp(max(0, s.Routings.Setup[r])+max(0, s.Routings.PerUnit[r])*q)))
		q *= c.t.routes.passes(j.sku, r)
		weight = append(weight, loads[i].Float())
		if per := s.Resources.PerDay[s.Routings.Resource[r]]; per > 0 {
			weight[i] /= per
		}
		total += weight[i]
	}
	c.loads, c.weights = loads, weight
	if !(total > 0) || math.IsInf(total, 1) {
		return x
	}
	from := 0.0
	for i, r := range j.rows {
		to := from + weight[i]/total*float64(m)
		if i+1 == len(j.rows) {
			to = float64(m)
		}
		if loads[i] > 0 {
			res := s.Routings.Resource[r]
			a, b := int(from), min(m-1, int(math.Ceil(to))-1)
			b = max(a, b)
			rest := loads[i]
			day := cal.Add(first, a)
			for d := a; d <= b; d++ {
				part := rest
				if d < b && to > from {
					part = min(rest, planwright.Clamp(loads[i].Float()*(min(to, float64(d+1))-max(from, float64(d)))/(to-from)))
				}
				rest -= part
				x = append(x, placed{cell{res, c.works(res, day, start)}, part})
				if rest <= 0 {
					break
				}
				day = cal.Add(day, 1)
			}
		}
		from = to
	}
	return x
}

// mostLoad bounds the load of an operation, so that the sums of a day stay in
// range: a thousand times what a resource could do in a century.
const mostLoad = planwright.MaxQty / 1_000_000

// works is the day on which a resource does the work of a day: it, or the last
// one before it, but not before the start.
func (c *Capacity) works(res int32, d, start planwright.Day) planwright.Day {
	cal := c.t.s.Resources.Calendar[res]
	if x := cal.OnOrBefore(d); x >= start {
		return x
	}
	return cal.OnOrAfter(d)
}

// capacity of a resource on a day.
func (c *Capacity) capacity(at cell) planwright.Qty {
	r := &c.t.s.Resources
	if !r.Calendar[at.resource].Working(at.on) {
		return 0
	}
	return planwright.Clamp(max(0, r.PerDay[at.resource]))
}

// Load returns the resource days with a load, by resource and day.
func (c *Capacity) Load() []LoadRow {
	rows := make([]LoadRow, 0, len(c.load))
	for at, load := range c.load {
		if load > 0 {
			rows = append(rows, LoadRow{at.resource, at.on, load, c.capacity(at)})
		}
	}
	slices.SortFunc(rows, func(a, b LoadRow) int { return cmp.Or(cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.On, b.On)) })
	return rows
}

// over is the overload of a resource day.
func (c *Capacity) over(at cell) planwright.Qty { return max(0, c.load[at]-c.capacity(at)) }

// Overloads returns an exception for every resource day whose load is beyond its
// capacity: Detail names the resource, the load and the capacity, Value is the
// cost of the planned orders that load it.
func (c *Capacity) Overloads() planwright.Exceptions {
	value := map[cell]float64{}
	for i := range c.jobs {
		j := &c.jobs[i]
		if j.order < 0 {
			continue
		}
		seen := map[cell]bool{}
		for _, p := range j.placed {
			if !seen[p.at] && p.load > 0 {
				value[p.at] += c.p.Orders.Cost[j.order]
				seen[p.at] = true
			}
		}
	}
	var x planwright.Exceptions
	for _, r := range c.Load() {
		at := cell{r.Resource, r.On}
		if c.over(at) == 0 {
			continue
		}
		x.Add(planwright.Exception{
			Code: planwright.CodeOverload, SKU: planwright.NoSKU, On: r.On, Qty: r.Over(), MoveTo: planwright.NoDay, Value: value[at],
			Detail: c.t.s.Resources.ID[r.Resource] + " " + r.Load.String() + " / " + r.Capacity.String(),
		})
	}
	return x
}

// Move is a planned order that is moved earlier.
type Move struct {
	Order                          int32 // of the plan
	Days                           int   // working days of its site
	Release, Start, Due, Available planwright.Day
}

// maxMove bounds how far an order is moved, in working days.
const maxMove = 60

// maxTries bounds the moves that levelling looks at, over all orders: a shop that
// is full for months is not levelled by moving orders, and the plan must end.
const maxTries = 500_000

// maxMoved bounds the length of orders that are moved, in days: one that takes a
// year is not what overloads a day.
const maxMoved = 366

// Level moves planned orders earlier, inside their slack, where that takes load
// off overloaded days: from the components up, from the last overloaded day
// back, the move that takes off most first, of equal ones the shortest, 60
// working days at most. An order is never moved before the as-of day, nor before
// what it is pegged to is there, so that every requirement is still met. What
// cannot be levelled stays overloaded. Load and
// Overloads then speak of the new days; the tables of the plan are not changed.
// Moves are in the order of the plan. It returns an error only if ctx ends.
func (c *Capacity) Level(ctx context.Context) ([]Move, error) {
	byLevel := map[int32][]int{}
	top := int32(0)
	for i := range c.jobs {
		if c.jobs[i].order >= 0 {
			l := c.t.level[c.jobs[i].sku]
			byLevel[l] = append(byLevel[l], i)
			top = max(top, l)
		}
	}
	bound := c.bounds()
	moved := make([]int, c.p.Orders.Len()) // days of each planned order
	for l := top; l >= 0; l-- {
		jobs := byLevel[l]
		if len(jobs) == 0 {
			continue
		}
		if err := c.levelJobs(ctx, jobs, func(j *job) planwright.Day { return c.bound(bound[j.order], moved) }); err != nil {
			return nil, err
		}
		for _, i := range jobs {
			moved[c.jobs[i].order] = c.jobs[i].days
		}
	}
	var moves []Move
	o := c.p.Orders
	for i := range c.jobs {
		j := &c.jobs[i]
		if j.order < 0 || j.days == 0 {
			continue
		}
		at := func(d planwright.Day) planwright.Day { return c.moved(j, d, j.days) }
		x := Move{Order: j.order, Days: j.days, Start: at(o.Start[j.order]), Due: at(o.Due[j.order]), Available: at(o.Available[j.order])}
		x.Release = max(min(c.t.s.AsOf, x.Start), min(x.Start, at(o.Release[j.order])))
		moves = append(moves, x)
	}
	slices.SortFunc(moves, func(a, b Move) int { return cmp.Compare(a.Order, b.Order) })
	return moves, nil
}

// limits are the supplies that an order waits for.
type limits struct {
	day    planwright.Day // of stock and receipts
	orders []int32        // planned orders
	stuck  bool           // something that it needs is not covered
}

// bounds gathers what each planned order is pegged to.
func (c *Capacity) bounds() []limits {
	s, o, g, q := c.t.s, c.p.Orders, c.p.Pegs, c.p.Requirements
	all := make([]limits, o.Len())
	need, got := make([]planwright.Qty, o.Len()), make([]planwright.Qty, o.Len())
	for i := range all {
		all[i].day = s.AsOf
	}
	for i := range q.SKU {
		if q.Kind[i] == planwright.ElemDependent {
			need[q.Ref[i]] -= q.Qty[i]
		}
	}
	for i, k := range g.SKU {
		if g.DemandKind[i] != planwright.DemandDependent {
			continue
		}
		x := &all[g.DemandRef[i]]
		got[g.DemandRef[i]] += g.Qty[i]
		switch g.SupplyKind[i] {
		case planwright.SupplyReceipt:
			due := max(s.AsOf, s.Supply.DueOn[g.SupplyRef[i]])
			if gr := int(s.SKUs.GRDays[k]); gr > 0 {
				due = s.Sites.Calendar[s.SKUs.Site[k]].Add(due, gr)
			}
			x.day = max(x.day, due)
		case planwright.SupplyPlanned, planwright.SupplyCoProduct:
			x.orders = append(x.orders, g.SupplyRef[i])
		}
	}
	for i := range all {
		all[i].stuck = got[i] < need[i]
	}
	return all
}

// bound is the first day on which an order may start. What it waits for lies on
// lower levels and has been moved before it.
func (c *Capacity) bound(x limits, moved []int) planwright.Day {
	if x.stuck {
		return planwright.MaxDay
	}
	o := c.p.Orders
	day := x.day
	for _, i := range x.orders {
		d := o.Available[i]
		if moved[i] > 0 {
			d = c.t.s.Sites.Calendar[c.t.s.SKUs.Site[o.SKU[i]]].Add(d, -moved[i])
		}
		day = max(day, d)
	}
	return day
}

// levelJobs levels the jobs of one level.
func (c *Capacity) levelJobs(ctx context.Context, jobs []int, bound func(*job) planwright.Day) error {
	on := map[cell][]int{}
	reach := map[int]planwright.Day{}
	for _, i := range jobs {
		reach[i] = bound(&c.jobs[i])
		seen := map[cell]bool{}
		for _, p := range c.jobs[i].placed {
			if !seen[p.at] {
				on[p.at] = append(on[p.at], i)
				seen[p.at] = true
			}
		}
	}
	over := make([]cell, 0, len(on))
	for at := range on {
		if c.over(at) > 0 {
			over = append(over, at)
		}
	}
	slices.SortFunc(over, func(a, b cell) int { return cmp.Or(-cmp.Compare(a.on, b.on), cmp.Compare(a.resource, b.resource)) })
	var to, spare []placed
	for n := 0; n < len(over); n++ {
		at := over[n]
		for c.over(at) > 0 && c.tries < maxTries {
			if err := ctx.Err(); err != nil {
				return err
			}
			best, gain, days := -1, planwright.Qty(0), 0
			to = to[:0]
			for _, i := range on[at] {
				j := &c.jobs[i]
				if j.due-j.start > maxMoved || !slices.ContainsFunc(j.placed, func(p placed) bool { return p.at == at }) {
					continue // too long to be moved, or moved away
				}
				for d := j.days + 1; d <= maxMove && c.moved(j, j.start, d) >= reach[i]; d++ {
					c.tries++
					x := c.place(j, d, spare[:0])
					spare = x
					if g := c.gain(j.placed, x); g > gain || best >= 0 && g == gain && d-j.days < days-c.jobs[best].days {
						best, gain, days, to, spare = i, g, d, x, to
					}
				}
			}
			if best < 0 {
				break
			}
			j := &c.jobs[best]
			c.put(j.placed, -1)
			j.placed, j.days = append(j.placed[:0], to...), days
			c.put(j.placed, 1)
			for _, p := range to {
				if !slices.Contains(on[p.at], best) {
					on[p.at] = append(on[p.at], best)
				}
			}
		}
	}
	return nil
}

// change is what a move does to a resource day.
type change struct {
	at   cell
	load planwright.Qty
}

// gain is how much overload goes away if loads move.
func (c *Capacity) gain(from, to []placed) (gain planwright.Qty) {
	c.changes = c.changes[:0]
	add := func(at cell, q planwright.Qty) {
		for i := len(c.changes) - 1; i >= 0; i-- { // few
			if c.changes[i].at == at {
				c.changes[i].load += q
				return
			}
		}
		c.changes = append(c.changes, change{at, q})
	}
	for _, p := range from {
		add(p.at, -p.load)
	}
	for _, p := range to {
		add(p.at, p.load)
	}
	for _, x := range c.changes {
		if x.load != 0 {
			load, most := c.load[x.at], c.capacity(x.at)
			gain += max(0, load-most) - max(0, load+x.load-most)
		}
	}
	return gain
}
