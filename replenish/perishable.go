package replenish

import (
	"fmt"
	"math"
	"math/bits"
)

// Issuing is the order in which units of different age go to customers.
type Issuing uint8

// The orders of issue.
const (
	FIFO Issuing = iota // the oldest first: the seller picks
	LIFO                // the freshest first: the customer picks
)

// PerishableMeasures are expectations a period, in the steady state.
type PerishableMeasures struct {
	Outdated float64 // units thrown away
	Lost     float64 // units of demand not served
	FillRate float64 // 1 − Lost/E[D]; 1 without demand
	Ordered  float64 // units bought: what is sold and what is thrown away
	OnHand   float64 // units kept into the next period
}

// perishableMost bounds states times demands of the exact chain.
const perishableMost = 16_000_000

// PerishableBaseStock returns the exact measures of a perishable item that is
// ordered up to base at the start of every period and arrives at once; a unit
// serves demand in life periods, the one of its arrival included, and is thrown
// away at the end of the last. Demand that finds no stock is lost.
//
// The stock by remaining life is a Markov chain (Nahmias, 1982; Fries, 1975).
// Its stationary law is found by iterating the lazy chain, which cannot be
// periodic. An error (wrapping [ErrInput]) says that there are too many states
// to look at; simulate those ([PerishableSimulation]).
func PerishableBaseStock(demand IntegerDistribution, base, life int, issue Issuing) (PerishableMeasures, error) {
	if demand == nil || base < 0 || life < 1 || issue > LIFO {
		return PerishableMeasures{}, fmt.Errorf("replenish: perishable: base stock %d, life %d, issuing %d; the base stock may not be negative, the life must be a period or more, and there must be a demand: %w", base, life, issue, ErrInput)
	}
	mean, _ := demand.Moments()
	_, lost, _ := demand.Losses(float64(base)) // the stock is base after every order
	m := PerishableMeasures{Lost: lost, FillRate: 1}
	if mean > 0 {
		m.FillRate = unit(1 - lost/mean)
	}
	sold := mean - lost
	// P(D = d), all demand from base on as one.
	p := make([]float64, base+1)
	rest := 1.0
	for d := range base {
		p[d] = demand.PMF(d)
		rest -= p[d]
	}
	sf, _, _ := demand.Losses(float64(base) - 0.5)
	p[base] = max(0, sf)
	if base == 0 {
		return m, nil
	}
	if life == 1 {
		m.Outdated = max(0, float64(base)-sold)
		m.Ordered = float64(base)
		return m, nil
	}
	c, err := newAgeChain(base, life, issue)
	if err != nil {
		return PerishableMeasures{}, err
	}
	law := c.stationary(p)
	for s, w := range law {
		for d, q := range p {
			m.Outdated += w * q * float64(c.outdated[s*(base+1)+d])
		}
	}
	m.Ordered = sold + m.Outdated
	m.OnHand = max(0, float64(base)-sold-m.Outdated)
	return m, nil
}

// ageChain is the chain of stocks by remaining life, before the order.
type ageChain struct {
	base     int
	next     []int32 // by state and demand
	outdated []int32
}

func newAgeChain(base, life int, issue Issuing) (*ageChain, error) {
	width := bits.Len(uint(base))
	refuse := fmt.Errorf("replenish: perishable: base stock %d and life %d have too many states of stock by age; simulate them: %w", base, life, ErrInput)
	if width*(life-1) > 64 {
		return nil, refuse
	}
	// A state packs the units with 1, 2, … life−1 periods left.
	mask := uint64(1)<<width - 1
	states := []uint64{0}
	number := map[uint64]int32{0: 0}
	c := &ageChain{base: base}
	age := make([]int, life) // age[r]: units with r+1 periods left
	left := make([]int, life)
	for s := 0; s < len(states); s++ {
		if (len(states)+1)*(base+1) > perishableMost {
			return nil, refuse
		}
		fresh := base
		for r := range life - 1 {
			age[r] = int(states[s] >> (r * width) & mask)
			fresh -= age[r]
		}
		age[life-1] = fresh
		for d := range base + 1 {
			copy(left, age)
			issueUnits(left, d, issue)
			var key uint64
			for r := 1; r < life; r++ {
				key |= uint64(left[r]) << ((r - 1) * width)
			}
			to, known := number[key]
			if !known {
				to = int32(len(states))
				number[key] = to
				states = append(states, key)
			}
			c.next, c.outdated = append(c.next, to), append(c.outdated, int32(left[0]))
		}
	}
	return c, nil
}

// issueUnits takes d units from the stock by remaining life; it returns those
// it did not find.
func issueUnits(stock []int, d int, issue Issuing) int {
	for i := range stock {
		r := i
		if issue == LIFO {
			r = len(stock) - 1 - i
		}
		take := min(d, stock[r])
		stock[r] -= take
		d -= take
	}
	return d
}

// stationary returns the law that the chain has at last, for demands p.
func (c *ageChain) stationary(p []float64) []float64 {
	n := len(c.next) / len(p)
	law, to := make([]float64, n), make([]float64, n)
	law[0] = 1
	const tol, rounds = 1e-15, 100_000
	for range rounds {
		for s := range to {
			to[s] = 0.5 * law[s]
		}
		for s, w := range law {
			if w == 0 {
				continue
			}
			w *= 0.5
			row := c.next[s*len(p) : (s+1)*len(p)]
			for d, q := range p {
				to[row[d]] += w * q
			}
		}
		diff, sum := 0.0, 0.0
		for s := range to {
			diff += math.Abs(to[s] - law[s])
			sum += to[s]
		}
		for s := range to {
			to[s] /= sum
		}
		law, to = to, law
		if diff < tol {
			break
		}
	}
	return law
}

// PerishableCosts are those of a period.
type PerishableCosts struct {
	Holding float64 // a unit kept into the next period
	Lost    float64 // a unit of demand not served
	Outdate float64 // a unit thrown away, purchase price included
}

// BestPerishableBase returns the base stock of least expected cost and its
// cost, by looking at every base stock up to the one where more would not even
// pay without outdating. Exact; errors as in [PerishableBaseStock].
func BestPerishableBase(demand IntegerDistribution, life int, issue Issuing, c PerishableCosts) (base int, cost float64, err error) {
	if demand == nil || !(c.Holding >= 0) || !(c.Lost >= 0) || !(c.Outdate >= 0) || math.IsInf(c.Holding+c.Lost+c.Outdate, 0) {
		return 0, 0, fmt.Errorf("replenish: perishable: costs %+v; all must be finite and not negative, and there must be a demand: %w", c, ErrInput)
	}
	cost = math.Inf(1)
	mean, _ := demand.Moments()
	for s := 0; ; s++ {
		m, err := PerishableBaseStock(demand, s, life, issue)
		if err != nil {
			return 0, 0, err
		}
		if k := c.Holding*m.OnHand + c.Lost*m.Lost + c.Outdate*m.Outdated; k < cost {
			base, cost = s, k
		}
		// More stock can save what is lost, and keeps and throws away no less.
		if c.Lost*m.Lost <= 1e-12*c.Lost*mean || c.Holding*m.OnHand+c.Outdate*m.Outdated >= cost {
			return base, cost, nil
		}
	}
}

// EWAOrder returns the order of the policy of Broekmeulen and van Donselaar
// (2009), estimated withdrawal and ageing: stock that will have to be thrown
// away before the order can be followed by another does not count.
//
//	Q = B·⌈(E[D_{L+R}] + SS − stock + estimated outdating over L+R−1 periods) / B⌉
//
// stock[r] holds the units with r+1 periods left, arrivals[t] those that arrive
// fresh t periods from now (t < lead, with life periods to go); expected[t] is
// the mean demand of the period t from now, t < lead+review. batch 0: 1.
func EWAOrder(stock, arrivals, expected []float64, life int, safety, batch float64, issue Issuing) float64 {
	if batch = moment(batch); batch <= 0 {
		batch = 1
	}
	life = max(1, life)
	left := make([]float64, max(life, len(stock)))
	copy(left, stock)
	position, need := 0.0, moment(safety)
	for i, x := range stock {
		left[i] = moment(x)
		position += left[i]
	}
	for _, x := range arrivals {
		position += moment(x)
	}
	outdated := 0.0
	for t, d := range expected {
		d = moment(d)
		need += d
		if t == len(expected)-1 {
			break // what perishes with the last period has served it
		}
		if t < len(arrivals) {
			left[life-1] += moment(arrivals[t])
		}
		for i := range left {
			r := i
			if issue == LIFO {
				r = len(left) - 1 - i
			}
			take := min(d, left[r])
			left[r] -= take
			d -= take
		}
		outdated += left[0]
		copy(left, left[1:])
		left[len(left)-1] = 0
	}
	short := need - position + outdated
	if !(short > 0) {
		return 0
	}
	return finite(batch * math.Ceil(short/batch-1e-9))
}
