package sample

import (
	"math"
	"math/rand/v2"
	"slices"
)

// order is a replenishment order of the simulated past. It is open where it
// has not arrived before the as-of day.
type order struct {
	ordered, promised, arrived int32
	qty, rejected              int64 // thousandths
}

// procurement kinds, as the skus table names them.
const (
	makes uint8 = iota
	buys
	transfers
)

var procurementName = [...]string{"make", "buy", "transfer"}

// supply is how a sku is replenished.
type supply struct {
	how      uint8
	from     int           // transfer: site
	supplier int32         // buy
	cal      *workCalendar // of the lead time; nil: calendar days
	lead     int           // in days of cal
	release  int           // make: days of cal from the order to its start
	bias, sd float64       // of the delay of a delivery, days
	lotMin   int64         // thousandths
	lotMult  int64
	cycle    float64 // days of demand between orders, at least
	review   int     // days
}

// promise returns the day on which an order of a day is due.
func (s *supply) promise(day int32) int32 {
	if s.cal != nil {
		return s.cal.add(day, s.release+s.lead)
	}
	return day + int32(s.lead)
}

// leadDays is the time from an order to its receipt in calendar days.
func (s *supply) leadDays(asOf int32) float64 {
	if s.cal == nil {
		return float64(s.lead)
	}
	return float64(s.promise(asOf-100) - asOf + 100)
}

// fit rounds a quantity up to the lot rules.
func (s *supply) fit(q int64) int64 {
	q = max(q, s.lotMin)
	if rest := q % s.lotMult; rest != 0 {
		q += s.lotMult - rest
	}
	return q
}

// run is the simulated life of one sku; its slices are reused.
type run struct {
	t0      int
	issues  bool    // plant: unmet demand waits; warehouse: it is lost
	dem     []int64 // latent demand by step, thousandths
	out     []int64 // transfers asked of this site by step: always shipped
	sold    []int64
	back    []int64 // customer returns
	short   []bool
	orders  []order
	byDay   []int32 // received orders by day of arrival
	open    []int32
	onHand  int64
	backlog int64
	incumbent
}

func (x *run) reset(steps int) {
	if x.dem == nil {
		x.dem, x.sold, x.back = make([]int64, steps), make([]int64, steps), make([]int64, steps)
		x.short = make([]bool, steps)
	}
	x.orders, x.byDay, x.open = x.orders[:0], x.byDay[:0], x.open[:0]
	x.onHand, x.backlog = 0, 0
	x.incumbent.reset()
}

// mishap is what went wrong with a sku.
type mishap struct {
	overbuyStep int   // step of one order far too large, -1 = none
	overbuyQty  int64 // thousandths
	lateFrom    int32 // orders from this day on are late, 0 = none
	returns     bool
}

// simulate replays the stock of a sku under the incumbent min-max rule: receive,
// ship transfers, serve demand, review once a review period. What is on hand
// and on order at the end is the state of the as-of day.
func (g *generator) simulate(r *rand.Rand, x *run, s *supply, m mishap, rate float64) {
	onOrder := int64(0)
	arrive := func(o *order, i int32) {
		x.onHand += o.qty - o.rejected
		onOrder -= o.qty
		x.byDay = append(x.byDay, i)
	}
	place := func(day int32, q int64) {
		o := order{ordered: day, promised: s.promise(day), qty: q}
		o.arrived = max(o.promised+g.delay(r, s), day+1)
		if m.lateFrom != 0 && day >= m.lateFrom {
			o.arrived += 15 + int32(r.IntN(25))
		}
		if s.how == buys && r.IntN(100) < 4 {
			o.rejected = o.qty / 1000 * int64(1+r.IntN(4)) / 100 * 1000
		}
		x.orders = append(x.orders, o)
		x.open = append(x.open, int32(len(x.orders)-1))
		onOrder += q
	}
	// The first setting rests on the demand of the first two months.
	first := min(x.t0+max(60/g.step, 1), g.steps)
	sum := int64(0)
	for t := x.t0; t < first; t++ {
		sum += x.dem[t] + x.out[t]
	}
	avg := float64(sum) / 1000 / float64(max(first-x.t0, 1)*g.step)
	if avg == 0 {
		avg = rate / 2
	}
	x.set(g, s, avg)
	x.onHand = s.fit((x.min + x.max) / 2)
	opening := order{ordered: g.day(x.t0) - 30, promised: g.day(x.t0) - 5, arrived: g.day(x.t0) - 5, qty: x.onHand}
	x.orders = append(x.orders, opening)
	x.byDay = append(x.byDay, 0)

	phase := int32(r.IntN(5)) + 1
	used := int64(0) // since the last setting
	since := x.t0
	for t := x.t0; t < g.steps; t++ {
		day := g.day(t)
		if g.resetStep[t] && t > since+60/g.step {
			n := t - since
			x.set(g, s, float64(used)/1000/float64(n*g.step))
			x.log(day)
			used, since = 0, t
		}
		keep := x.open[:0]
		for _, i := range x.open {
			if o := &x.orders[i]; o.arrived <= day {
				arrive(o, i)
			} else {
				keep = append(keep, i)
			}
		}
		x.open = keep
		if x.out[t] > 0 {
			for x.onHand < x.out[t] {
				// Transfers always leave: the earliest order is pulled in, or
				// a new one is rushed.
				at := -1
				for j, i := range x.open {
					if at < 0 || x.orders[i].arrived < x.orders[x.open[at]].arrived {
						at = j
					}
				}
				if at < 0 {
					place(day-1, s.fit(x.out[t]-x.onHand))
					at = len(x.open) - 1
				}
				i := x.open[at]
				x.open = slices.Delete(x.open, at, at+1)
				o := &x.orders[i]
				o.arrived, o.rejected = day, 0
				o.promised = min(o.promised, day)
				arrive(o, i)
			}
			x.onHand -= x.out[t]
			used += x.out[t]
		}
		want := x.dem[t] + x.backlog
		got := min(want, x.onHand)
		x.onHand -= got
		used += got
		x.sold[t], x.short[t], x.back[t] = got, false, 0
		if x.issues {
			x.backlog = want - got
		} else if got < want {
			x.short[t] = true
		}
		if m.returns && got > 0 && r.IntN(160) == 0 {
			x.back[t] = 1000
			x.onHand += 1000
		}
		if t == m.overbuyStep {
			place(day, s.fit(m.overbuyQty))
		}
		if g.step == 1 && (int32(weekday(day)) != phase || s.review > 7 && (t/7)&1 == 1) {
			continue
		}
		if ip := x.onHand + onOrder - x.backlog; ip <= x.min {
			place(day, s.fit(x.max-ip))
		}
	}
	keep := x.open[:0]
	for _, i := range x.open {
		if o := &x.orders[i]; o.arrived < g.asOf {
			arrive(o, i)
		} else {
			keep = append(keep, i)
		}
	}
	x.open = keep
	slices.SortFunc(x.byDay, func(a, b int32) int {
		if d := int(x.orders[a].arrived) - int(x.orders[b].arrived); d != 0 {
			return d
		}
		return int(a - b)
	})
}

// delay draws how many days after its promise an order arrives.
func (g *generator) delay(r *rand.Rand, s *supply) int32 {
	switch s.how {
	case buys:
		d := s.bias + s.sd*r.NormFloat64()
		if r.IntN(100) < 3 {
			d += 8 + 14*r.Float64()
		}
		return int32(math.Round(max(d, -4)))
	case makes:
		if r.IntN(100) < 15 {
			return 1 + int32(r.IntN(3))
		}
	case transfers:
		if r.IntN(100) < 10 {
			return 1 + int32(r.IntN(2))
		}
	}
	return 0
}

// drawIssues fills x.dem with the consumption of a component at a plant: on
// working days, in batches, more often where more parents use it.
func (g *generator) drawIssues(r *rand.Rand, x *run, plant int, rate float64, parents uint8, whole bool) {
	p := 1.0
	if g.step == 1 {
		p = min(.25+.10*float64(parents), 1)
	}
	work := g.work[plant]
	trend := rate * math.Exp(-.06*float64(g.asOf-g.day(x.t0))/365)
	grow := math.Exp(.06 * float64(g.step) / 365)
	for t := x.t0; t < g.steps; t, trend = t+1, trend*grow {
		x.dem[t] = 0
		if work[t] == 0 || p < 1 && r.Float64() > p {
			continue
		}
		q := trend * work[t] / p * max(1+.3*r.NormFloat64(), .2)
		if whole {
			n := math.Floor(q)
			if r.Float64() < q-n {
				n++
			}
			x.dem[t] = int64(n) * 1000
		} else {
			x.dem[t] = int64(math.Round(q * 1000))
		}
	}
}
