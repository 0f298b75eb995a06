package replenish

import (
	"fmt"
	"math"
)

// Substitutes are two items for one selling season, of which customers who find
// theirs sold out take the other in part.
type Substitutes struct {
	Items  [2]SubstituteItem
	Accept [2]float64 // share of customers of item 0 (1) who take item 1 (0) instead
}

// SubstituteItem is one of the two.
type SubstituteItem struct {
	Demand           IntegerDistribution
	Price, UnitCost  float64
	Salvage, Penalty float64 // of a unit left, of a customer who takes nothing
}

// SubstitutePlan is what to buy and what to expect.
type SubstitutePlan struct {
	Quantity [2]int
	Profit   float64
	Sold     [2]float64 // units, substitutes included
	FillRate [2]float64 // of own demand, from own stock
}

// substituteTail is the mass of demand that is left out of the sums.
const substituteTail = 1e-12

// Profit returns the expectation for given quantities, by summing over both
// demands. The excess demand of an item turns to the other as a fraction, in
// the mean (Netessine and Rudi, 2003).
func (s Substitutes) Profit(quantity [2]int) (SubstitutePlan, error) {
	law, err := s.laws()
	if err != nil {
		return SubstitutePlan{}, err
	}
	if quantity[0] < 0 || quantity[1] < 0 {
		return SubstitutePlan{}, fmt.Errorf("replenish: substitutes: quantities %v; they may not be negative: %w", quantity, ErrInput)
	}
	return s.profit(law, quantity), nil
}

func (s *Substitutes) laws() (law [2][]float64, err error) {
	for i, it := range s.Items {
		if it.Demand == nil || !(it.Price >= 0) || !(it.UnitCost >= 0) || !(it.Penalty >= 0) || math.IsInf(it.Price+it.UnitCost+it.Penalty, 0) ||
			!(it.Salvage < it.UnitCost) || math.IsInf(it.Salvage, 0) || !(s.Accept[i] >= 0 && s.Accept[i] <= 1) {
			return law, fmt.Errorf("replenish: substitutes: item %d: price %v, cost %v, salvage %v, penalty %v, accepted %v; prices must be finite and not negative, salvage less than cost, the share in 0..1: %w", i, it.Price, it.UnitCost, it.Salvage, it.Penalty, s.Accept[i], ErrInput)
		}
		top := it.Demand.Quantile(1 - substituteTail)
		if top > 4096 {
			return law, fmt.Errorf("replenish: substitutes: item %d: demand up to %v; use larger units: %w", i, top, ErrInput)
		}
		sum := 0.0
		for k := range int(top) + 1 {
			law[i] = append(law[i], it.Demand.PMF(k))
			sum += law[i][k]
		}
		for k := range law[i] {
			law[i][k] /= sum
		}
	}
	return law, nil
}

func (s *Substitutes) profit(law [2][]float64, q [2]int) SubstitutePlan {
	plan := SubstitutePlan{Quantity: q}
	var own [2]float64
	var lost [2]float64
	for a, pa := range law[0] {
		for b, pb := range law[1] {
			w := pa * pb
			d := [2]float64{float64(a), float64(b)}
			for i := range 2 {
				o := 1 - i
				stock := float64(q[i])
				sell := min(stock, d[i])
				more := s.Accept[o] * max(0, d[o]-float64(q[o]))
				switched := min(stock-sell, more)
				own[i] += w * sell
				plan.Sold[i] += w * (sell + switched)
				lost[i] += w * (d[i] - sell)
				lost[o] -= w * switched
			}
		}
	}
	for i, it := range s.Items {
		mean, _ := it.Demand.Moments()
		plan.FillRate[i] = 1
		if mean > 0 {
			plan.FillRate[i] = unit(own[i] / mean)
		}
		plan.Profit += it.Price*plan.Sold[i] + it.Salvage*(float64(q[i])-plan.Sold[i]) - it.UnitCost*float64(q[i]) - it.Penalty*lost[i]
	}
	return plan
}

// Best returns quantities of which no change by one unit of either item, nor
// of both together, makes more profit, from the newsvendors of each item alone.
func (s Substitutes) Best() (SubstitutePlan, error) {
	law, err := s.laws()
	if err != nil {
		return SubstitutePlan{}, err
	}
	var q [2]int
	for i, it := range s.Items {
		under := it.Price + it.Penalty - it.UnitCost
		if under > 0 {
			q[i] = int(it.Demand.Quantile(under / (under + it.UnitCost - it.Salvage)))
		}
	}
	best := s.profit(law, q)
	for step := max(len(law[0]), len(law[1])); step > 0; {
		moved := false
		for _, m := range [8][2]int{{1, 0}, {0, 1}, {-1, 0}, {0, -1}, {1, -1}, {-1, 1}, {1, 1}, {-1, -1}} {
			to := [2]int{best.Quantity[0] + m[0]*step, best.Quantity[1] + m[1]*step}
			if to[0] < 0 || to[1] < 0 || to[0] > 2*len(law[0])+2*len(law[1]) || to[1] > 2*len(law[0])+2*len(law[1]) {
				continue
			}
			if p := s.profit(law, to); p.Profit > best.Profit+1e-12*math.Abs(best.Profit) {
				best, moved = p, true
				break
			}
		}
		if !moved {
			step /= 2
		}
	}
	return best, nil
}
