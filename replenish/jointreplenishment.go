package replenish

import (
	"fmt"
	"math"
	"sort"
)

// JointReplenishment is a family of items with one cost for every order and
// one more for each item in it.
type JointReplenishment struct {
	SharedFixedCost      float64
	IndividualFixedCosts []float64
	HoldingCosts         []float64 // a unit and time unit
	DemandRates          []float64 // a time unit
}

// CyclicPolicy orders every CycleTime, and item i every Multiples[i]-th time.
type CyclicPolicy struct {
	CycleTime  float64
	Multiples  []int
	Quantities []float64 // m_i·T·λ_i
	Cost       float64   // a time unit
}

func (j JointReplenishment) check() error {
	const op = "joint replenishment"
	n := len(j.IndividualFixedCosts)
	if n == 0 || len(j.HoldingCosts) != n || len(j.DemandRates) != n {
		return fmt.Errorf("%s: %d fixed costs, %d holding costs, %d demand rates: %w: give one of each for every item", op, n, len(j.HoldingCosts), len(j.DemandRates), ErrInput)
	}
	for i := range n {
		if err := checkInputs(op, input{"individual fixed cost", j.IndividualFixedCosts[i], notNegative}, input{"holding cost", j.HoldingCosts[i], aboveZero}, input{"demand rate", j.DemandRates[i], aboveZero}); err != nil {
			return err
		}
	}
	return checkInputs(op, input{"shared fixed cost", j.SharedFixedCost, notNegative})
}

// cost returns [K + Σk_i/m_i]/T + T/2·Σm_i·h_i·λ_i at its best T, and that T.
func (j JointReplenishment) cost(m []int) (t, cost float64) {
	setup, hold := j.SharedFixedCost, 0.0
	for i, k := range m {
		setup += j.IndividualFixedCosts[i] / float64(k)
		hold += float64(k) * j.HoldingCosts[i] * j.DemandRates[i]
	}
	return math.Sqrt(2 * setup / hold), math.Sqrt(2 * setup * hold)
}

func (j JointReplenishment) policy(m []int) CyclicPolicy {
	t, cost := j.cost(m)
	p := CyclicPolicy{t, m, make([]float64, len(m)), cost}
	for i, k := range m {
		p.Quantities[i] = float64(k) * t * j.DemandRates[i]
	}
	return p
}

// Silver returns the policy of Silver's (1976) heuristic: the item with the
// smallest k/(hλ) has m = 1, the others the whole number nearest to
// √(k_i/(h_iλ_i) · h₁λ₁/(K+k₁)). Silver, Pyke and Thomas (2017), 10.4. It costs
// up to a few per cent more than [JointReplenishment.Optimal]. An error wraps
// [ErrInput].
func (j JointReplenishment) Silver() (CyclicPolicy, error) {
	if err := j.check(); err != nil {
		return CyclicPolicy{}, err
	}
	ratio := func(i int) float64 { return j.IndividualFixedCosts[i] / (j.HoldingCosts[i] * j.DemandRates[i]) }
	first := 0
	for i := range j.DemandRates {
		if ratio(i) < ratio(first) {
			first = i
		}
	}
	m := make([]int, len(j.DemandRates))
	base := j.SharedFixedCost + j.IndividualFixedCosts[first]
	for i := range m {
		m[i] = 1
		if i != first && base > 0 {
			v := math.Round(math.Sqrt(ratio(i) * j.HoldingCosts[first] * j.DemandRates[first] / base))
			m[i] = int(min(max(1, v), 1e9))
		}
	}
	return j.policy(m), nil
}

// mostBreakpoints bounds the search of [JointReplenishment.Optimal].
const mostBreakpoints = 1 << 19

// Optimal returns a policy of least cost over all cycle times and multiples.
//
// For a cycle time T the best multiples are known, m_i(m_i−1) <= 2k_i/(h_iλ_iT²)
// <= m_i(m_i+1); they change at T = √(2k_i/(h_iλ_i·m(m+1))). Between two such
// points the cost is convex in T and its minimum in closed form, so that all of
// them from the longest useful T to the shortest are looked at (Goyal 1974;
// Wildeman, Frenk and Dekker 1997). The shortest follows from
//
//	K/T + Σ√(2k_ih_iλ_i) <= cost found so far.
//
// Without a shared cost the items are ordered each at its own economic cycle,
// which no common cycle reaches: an error (wrapping [ErrInput]) says so, as for
// inputs out of range.
func (j JointReplenishment) Optimal() (CyclicPolicy, error) {
	if err := j.check(); err != nil {
		return CyclicPolicy{}, err
	}
	if j.SharedFixedCost == 0 {
		return CyclicPolicy{}, fmt.Errorf("joint replenishment: shared fixed cost 0: %w: order each item at its own economic order quantity", ErrInput)
	}
	n := len(j.DemandRates)
	start, err := j.Silver()
	if err != nil {
		return CyclicPolicy{}, err
	}
	one := make([]int, n)
	setup, hold, alone := j.SharedFixedCost, 0.0, 0.0
	for i := range one {
		one[i] = 1
		hl := j.HoldingCosts[i] * j.DemandRates[i]
		setup += j.IndividualFixedCosts[i]
		hold += hl
		alone += math.Sqrt(2 * j.IndividualFixedCosts[i] * hl)
	}
	best := j.policy(one)
	if start.Cost < best.Cost {
		best = start
	}
	// alone is below every cost, but for rounding where K is next to nothing.
	shortest := j.SharedFixedCost / max(best.Cost-alone, best.Cost*1e-12)
	type change struct {
		t    float64
		item int
	}
	var changes []change
	for i := range n {
		a := 2 * j.IndividualFixedCosts[i] / (j.HoldingCosts[i] * j.DemandRates[i])
		for m := 1.0; ; m++ {
			t := math.Sqrt(a / (m * (m + 1)))
			if t < shortest {
				break
			}
			if changes = append(changes, change{t, i}); len(changes) > mostBreakpoints {
				return CyclicPolicy{}, fmt.Errorf("joint replenishment: shared fixed cost %v is too small beside the individual ones: %w: order each item at its own economic order quantity", j.SharedFixedCost, ErrInput)
			}
		}
	}
	sort.Slice(changes, func(a, b int) bool {
		if changes[a].t != changes[b].t {
			return changes[a].t > changes[b].t
		}
		return changes[a].item < changes[b].item
	})
	m := append([]int(nil), one...)
	upto := math.Inf(1)
	bestAt := -1
	for c := 0; c <= len(changes); c++ {
		from := shortest
		if c < len(changes) {
			from = changes[c].t
		}
		t := min(max(math.Sqrt(2*setup/hold), from), upto)
		if cost := setup/t + t*hold/2; cost < best.Cost*(1-1e-14) {
			best.Cost, bestAt = cost, c
		}
		if c < len(changes) {
			i := changes[c].item
			k := float64(m[i])
			setup += j.IndividualFixedCosts[i] * (1/(k+1) - 1/k)
			hold += j.HoldingCosts[i] * j.DemandRates[i]
			m[i]++
			upto = from
		}
	}
	if bestAt >= 0 {
		m = one
		for _, c := range changes[:bestAt] {
			m[c.item]++
		}
		best = j.policy(m)
	}
	return best, nil
}
