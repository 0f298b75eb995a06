package replenish

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// OrderRule is a policy: when to order and how much. See [RuleSQ], [RuleSS],
// [RuleBaseStock].
type OrderRule struct {
	Review   float64 // R: periods between looks at the stock; 0: at every demand
	Point    float64 // s: order when the position is at or below it
	Quantity float64 // Q: in batches, as few as lift the position over s; 0: up to UpTo
	UpTo     float64 // S

	Min, Multiple float64 // of an order; 0: none
}

// RuleSQ is (s,Q), (r,nQ), two-bin and, with a review period, (R,s,nQ).
func RuleSQ(review, s, q float64) OrderRule { return OrderRule{Review: review, Point: s, Quantity: q} }

// RuleSS is (s,S), min-max and, with a review period, (R,s,S).
func RuleSS(review, s, upTo float64) OrderRule {
	return OrderRule{Review: review, Point: s, UpTo: upTo}
}

// RuleBaseStock is (S−1,S) and, with a review period, (R,S).
func RuleBaseStock(review, upTo float64) OrderRule {
	return OrderRule{Review: review, Point: upTo, UpTo: upTo}
}

func (o *OrderRule) order(position float64) float64 {
	if position > o.Point {
		return 0
	}
	q := o.UpTo - position
	if o.Quantity > 0 {
		q = (math.Floor((o.Point-position)/o.Quantity) + 1) * o.Quantity
	}
	if q <= 0 {
		return 0
	}
	q = max(q, o.Min)
	if o.Multiple > 0 {
		q = math.Ceil(q/o.Multiple-1e-9) * o.Multiple
	}
	return q
}

// Supply is how orders come in.
type Supply struct {
	Lead Distribution // lead time, in periods; nil: at once

	// Crossing lets an order overtake an earlier one. Without it an order
	// comes no earlier than the one before: suppliers in sequence (Zipkin
	// 2000, 7.4).
	Crossing bool

	Yield    Distribution // share of an order that is good; nil: all
	YieldAdd Distribution // units by which what comes differs; nil: none

	// The supplier fails and recovers by chance, at these rates a period; an
	// order that is placed meanwhile starts when it is back. 0: never fails.
	FailRate, RecoverRate float64
}

// Simulation is one stock, its demand, its supply and its policy.
type Simulation struct {
	Rule      OrderRule
	Demand    DemandProcess
	Supply    Supply
	LostSales bool // what is not on the shelf is lost; else customers wait

	Start   float64 // stock to begin with
	Warmup  float64 // periods that are not counted
	Periods float64 // that are counted; 0: 10,000
	Batches int     // of equal length, for the confidence intervals; 0: 20
	Level   float64 // of confidence; 0: 0.95

	// Seed of the dice. Demand, lead times, yield and failures have a stream
	// each, so that two policies with one seed see the same demand (common
	// random numbers).
	Seed uint64
}

// Estimate is a mean of a simulation and half the width of its confidence
// interval.
type Estimate struct{ Mean, Half float64 }

// Contains says whether x lies in the interval.
func (e Estimate) Contains(x float64) bool { return math.Abs(x-e.Mean) <= e.Half }

// SimResult is what happened, by the period or as a share. A share of nothing
// is 1 with an interval of 0.
type SimResult struct {
	FillRate     Estimate // units filled on demand; backorders that are cleared later are none
	LineFill     Estimate // demands that were filled in full at once
	CycleService Estimate // receipts that found no backorder, and no lost sale since the last one
	ReadyRate    Estimate // time with stock on the shelf

	Demand, Short      Estimate // units asked for, units not filled at once, a period
	OnHand, Backorders Estimate // units, mean over time
	Orders, Ordered    Estimate // orders and units a period
	Received           Estimate // good units a period
	Undershoot         Estimate // units below s when an order is placed, an order

	Events int64
}

type simSums struct {
	time, onHand, back, ready          float64
	demand, short, lines, full         float64
	cycles, good                       float64
	orders, ordered, received, beneath float64
}

type pipelineOrder struct{ due, quantity, good float64 }

// Simulator keeps the memory of simulations for the next one. The zero value is
// ready. It is for one goroutine at a time.
type Simulator struct {
	pipe    []pipelineOrder
	sums    []simSums
	pcg     [3]rand.PCG
	rng     [3]*rand.Rand
	sampler [3]*Sampler
}

const (
	simDemand = iota
	simLead
	simSupply
)

// Simulate runs one simulation; many are faster with one [Simulator].
func Simulate(sim *Simulation) (SimResult, error) { return new(Simulator).Run(sim) }

// mostEvents bounds what a simulation may take: minutes.
const mostEvents = 1e9

// MostBatches bounds the batches of a simulation, and the memory for their sums.
const MostBatches = 100_000

func (sim *Simulation) check() error {
	r := &sim.Rule
	bad := sim.Demand == nil
	for _, x := range []float64{r.Review, r.Quantity, r.Min, r.Multiple, sim.Warmup, sim.Periods, sim.Supply.FailRate, sim.Supply.RecoverRate} {
		bad = bad || !(x >= 0) || math.IsInf(x, 0)
	}
	for _, x := range []float64{r.Point, r.UpTo, sim.Start} {
		bad = bad || x != x || math.IsInf(x, 0)
	}
	if bad || sim.Batches < 0 || sim.Batches == 1 || sim.Batches > MostBatches || !(sim.Level >= 0 && sim.Level < 1) {
		return fmt.Errorf("replenish: simulation: rule %+v, start %v, warm-up %v, periods %v, batches %d, level %v; there must be a demand, all be finite, times and quantities not negative, batches from 2 to %d: %w", *r, sim.Start, sim.Warmup, sim.Periods, sim.Batches, sim.Level, MostBatches, ErrInput)
	}
	long := sim.Warmup + max(sim.Periods, 10_000)
	if r.Review > 0 && long/r.Review > mostEvents || long*(sim.Supply.FailRate+sim.Supply.RecoverRate) > mostEvents || long > mostEvents {
		return fmt.Errorf("replenish: simulation: %v periods with a review every %v, failures at rate %v and recoveries at %v; there may be a billion events: %w", long, r.Review, sim.Supply.FailRate, sim.Supply.RecoverRate, ErrInput)
	}
	if sim.Supply.FailRate > 0 && sim.Supply.RecoverRate == 0 {
		return fmt.Errorf("replenish: simulation: a supplier that fails at rate %v and never recovers; give a recovery rate: %w", sim.Supply.FailRate, ErrInput)
	}
	if r.Quantity > 0 && r.Quantity < 1e-9*math.Abs(r.Point) {
		return fmt.Errorf("replenish: simulation: order quantity %v is lost beside the reorder point %v: %w", r.Quantity, r.Point, ErrInput)
	}
	return nil
}

func (s *Simulator) prepare(sim *Simulation) {
	for i := range s.pcg {
		s.pcg[i].Seed(sim.Seed, uint64(i)+1)
		if s.rng[i] == nil {
			s.rng[i] = rand.New(&s.pcg[i])
		}
	}
	for i, d := range []Distribution{sim.Supply.Lead, sim.Supply.Yield, sim.Supply.YieldAdd} {
		s.sampler[i] = NewSampler(d)
	}
	s.pipe = s.pipe[:0]
}

// Run simulates. At one moment demand comes first, then what arrives, then the
// review. Under periodic review the demand of a period comes in its middle, so
// that an order at the start of period t with lead time L serves from period
// t+L on, and the position covers R+L periods. Under continuous review an order
// that a period's demand triggers comes after the demand of the next L.
//
// Negative demand (of a normal law) is a return: it fills backorders, and
// counts against the units that were short, as in the formulas.
func (s *Simulator) Run(sim *Simulation) (SimResult, error) {
	if err := sim.check(); err != nil {
		return SimResult{}, err
	}
	s.prepare(sim)
	periods, batches := sim.Periods, sim.Batches
	if periods == 0 {
		periods = 10_000
	}
	if batches == 0 {
		batches = 20
	}
	if cap(s.sums) < batches {
		s.sums = make([]simSums, batches)
	}
	s.sums = s.sums[:batches]
	clear(s.sums)

	rule, demand, supply := sim.Rule, sim.Demand, &sim.Supply
	demand.Start()
	var scratch simSums // the warm-up's
	sum := &scratch
	var (
		now      = 0.0
		net      = sim.Start // on hand less backorders
		position = sim.Start
		head     = 0
		due      = math.Inf(1) // of the first order
		last     = 0.0         // due time of the latest
		review   = math.Inf(1)
		reviews  = 0.0
		batch    = -1
		boundary = sim.Warmup
		missed   = false // a lost sale since the last receipt
		down     = false
		change   = math.Inf(1) // of the supplier's state
		events   int64
	)
	if rule.Review > 0 {
		review = 0
	}
	if supply.FailRate > 0 {
		change = s.rng[simSupply].ExpFloat64() / supply.FailRate
	}
	gap, size := demand.Next(s.rng[simDemand])
	next := gap

	place := func() {
		q := rule.order(position)
		if q <= 0 {
			return
		}
		sum.orders++
		sum.ordered += q
		sum.beneath += rule.Point - position
		start := now
		for change <= now {
			down = !down
			rate := supply.FailRate
			if down {
				rate = supply.RecoverRate
			}
			change += s.rng[simSupply].ExpFloat64() / rate
		}
		if down {
			start = change
		}
		t := start + max(0, s.sampler[0].Draw(s.rng[simLead]))
		if !supply.Crossing {
			t = max(t, last)
			last = t
		}
		good := q
		if supply.Yield != nil {
			good *= s.sampler[1].Draw(s.rng[simSupply])
		}
		if supply.YieldAdd != nil {
			good += s.sampler[2].Draw(s.rng[simSupply])
		}
		good = max(0, good)
		position += q
		if head > 64 && head > len(s.pipe)/2 {
			s.pipe = s.pipe[:copy(s.pipe, s.pipe[head:])]
			head = 0
		}
		s.pipe = append(s.pipe, pipelineOrder{t, q, good})
		for i := len(s.pipe) - 1; i > head && s.pipe[i-1].due > s.pipe[i].due; i-- {
			s.pipe[i-1], s.pipe[i] = s.pipe[i], s.pipe[i-1]
		}
		due = s.pipe[head].due
	}

	for {
		events++
		t := min(next, due, review, boundary)
		dt := t - now
		if net > 0 {
			sum.onHand += dt * net
			sum.ready += dt
		} else {
			sum.back -= dt * net
		}
		sum.time += dt
		now = t
		switch {
		case boundary == t && next != t && due != t:
			if batch++; batch == batches {
				return s.result(sim, events), nil
			}
			sum = &s.sums[batch]
			boundary = sim.Warmup + periods*float64(batch+1)/float64(batches)
		case next == t:
			sum.demand += size
			sum.lines++
			before := min(net, 0)
			net -= size
			after := min(net, 0)
			sum.short += before - after
			if after >= before {
				sum.full++
			} else if sim.LostSales {
				net = 0
				missed = true
				position -= size + after
				size = 0
			}
			position -= size
			gap, size = demand.Next(s.rng[simDemand])
			next = now + gap
			if rule.Review == 0 {
				place()
			}
		case due == t:
			sum.cycles++
			if net >= 0 && !missed {
				sum.good++
			}
			missed = false
			o := s.pipe[head]
			head++
			if due = math.Inf(1); head < len(s.pipe) {
				due = s.pipe[head].due
			} else {
				s.pipe, head = s.pipe[:0], 0
			}
			net += o.good
			position += o.good - o.quantity
			sum.received += o.good
			if rule.Review == 0 && position <= rule.Point {
				place()
			}
		default:
			reviews++
			review = reviews * rule.Review
			place()
		}
	}
}

func (s *Simulator) result(sim *Simulation, events int64) SimResult {
	level := sim.Level
	if level == 0 {
		level = 0.95
	}
	t := studentQuantile(0.5+0.5*level, len(s.sums)-1)
	ratio := func(of, by func(*simSums) float64) Estimate {
		a, b := 0.0, 0.0
		for i := range s.sums {
			a += of(&s.sums[i])
			b += by(&s.sums[i])
		}
		if b == 0 {
			return Estimate{}
		}
		mean, n := a/b, float64(len(s.sums))
		v := 0.0
		for i := range s.sums {
			d := of(&s.sums[i]) - mean*by(&s.sums[i])
			v += d * d
		}
		return Estimate{mean, t * math.Sqrt(v/(n-1)/n) * n / math.Abs(b)}
	}
	share := func(of, by func(*simSums) float64) Estimate {
		e := ratio(of, by)
		for i := range s.sums {
			if by(&s.sums[i]) != 0 {
				return e
			}
		}
		return Estimate{Mean: 1}
	}
	time := func(b *simSums) float64 { return b.time }
	r := SimResult{
		FillRate:     share(func(b *simSums) float64 { return b.demand - b.short }, func(b *simSums) float64 { return b.demand }),
		LineFill:     share(func(b *simSums) float64 { return b.full }, func(b *simSums) float64 { return b.lines }),
		CycleService: share(func(b *simSums) float64 { return b.good }, func(b *simSums) float64 { return b.cycles }),
		ReadyRate:    ratio(func(b *simSums) float64 { return b.ready }, time),
		Demand:       ratio(func(b *simSums) float64 { return b.demand }, time),
		Short:        ratio(func(b *simSums) float64 { return b.short }, time),
		OnHand:       ratio(func(b *simSums) float64 { return b.onHand }, time),
		Backorders:   ratio(func(b *simSums) float64 { return b.back }, time),
		Orders:       ratio(func(b *simSums) float64 { return b.orders }, time),
		Ordered:      ratio(func(b *simSums) float64 { return b.ordered }, time),
		Received:     ratio(func(b *simSums) float64 { return b.received }, time),
		Undershoot:   ratio(func(b *simSums) float64 { return b.beneath }, func(b *simSums) float64 { return b.orders }),
		Events:       events,
	}
	return r
}

// studentQuantile is the quantile of Student's t, by the expansion around the
// normal one (Abramowitz and Stegun, 26.7.5); three digits from 3 degrees on.
func studentQuantile(p float64, degrees int) float64 {
	z, n := NormalQuantile(p), float64(degrees)
	z2 := z * z
	return z + z*((z2+1)/4/n+((5*z2+16)*z2+3)/96/(n*n)+(((3*z2+19)*z2+17)*z2-15)/384/(n*n*n)+((((79*z2+776)*z2+1482)*z2-1920)*z2-945)/92160/(n*n*n*n))
}
