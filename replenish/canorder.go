package replenish

import (
	"fmt"
	"math"
)

// CanOrder is a family of items with Poisson demand and one cost for every
// order, plus one for each item in it, under the can-order policy of Balintfy
// (1964): an item at its must-order point s triggers an order up to S, in which
// every other item at or below its can-order point c is ordered up to its S
// too.
type CanOrder struct {
	SharedFixedCost float64
	Items           []CanOrderItem
}

// CanOrderItem is one item.
type CanOrderItem struct {
	FixedCost    float64
	HoldingCost  float64 // a unit and time unit
	StockoutCost float64 // a unit and time unit
	DemandRate   float64
	LeadTime     float64
}

// CanOrderLevels are the levels of an item: s < c < S; c = s never joins.
type CanOrderLevels struct{ MustOrder, CanOrder, OrderUpTo int }

// CanOrderPolicy is the policy of the family.
type CanOrderPolicy struct {
	Levels []CanOrderLevels
	// Cost is the cost a time unit by the decomposition.
	Cost float64
}

// mostCanOrder bounds the range of levels of an item.
const mostCanOrder = 200

// Solve finds the levels by the decomposition of Silver (1974) and Federgruen,
// Groenevelt and Tijms (1984): to item i the orders of the others are a Poisson
// stream of chances, at the rate at which they trigger, to order for its own
// fixed cost. Each item's levels are optimal for its stream (by enumeration of
// all s, c and S in reach); the streams follow from the levels; and so on until
// they stay. An error wraps [ErrInput]; an item whose order quantity is beyond a
// few hundred units is one.
func (f CanOrder) Solve() (CanOrderPolicy, error) {
	const op = "can-order"
	if len(f.Items) == 0 {
		return CanOrderPolicy{}, fmt.Errorf("%s: no items: %w: give one or more", op, ErrInput)
	}
	if err := checkInputs(op, input{"shared fixed cost", f.SharedFixedCost, notNegative}); err != nil {
		return CanOrderPolicy{}, err
	}
	n := len(f.Items)
	curves := make([]canOrderCurve, n)
	for i, it := range f.Items {
		if err := checkInputs(op, input{"fixed cost", it.FixedCost, notNegative}, input{"holding cost", it.HoldingCost, aboveZero}, input{"stockout cost", it.StockoutCost, aboveZero},
			input{"demand rate", it.DemandRate, aboveZero}, input{"lead time", it.LeadTime, notNegative}); err != nil {
			return CanOrderPolicy{}, err
		}
		q := RQ{f.SharedFixedCost + it.FixedCost, it.HoldingCost, it.StockoutCost, it.DemandRate, NewPoisson(it.DemandRate * it.LeadTime)}
		alone, err := q.Optimal()
		if err != nil {
			return CanOrderPolicy{}, fmt.Errorf("%s: item %d: %w", op, i, err)
		}
		reach := int(alone.Quantity)
		if reach > mostCanOrder {
			return CanOrderPolicy{}, fmt.Errorf("%s: item %d: order quantity of about %v units: %w: use larger units", op, i, alone.Quantity, ErrInput)
		}
		// Levels between which the optimum lies: with chances it orders less and
		// earlier.
		low, high := int(alone.ReorderPoint)-reach/2-2, int(alone.ReorderPoint+alone.Quantity)+2
		c := canOrderCurve{low: low, g: make([]float64, high-low+1)}
		w := newWalk(NewPoisson(it.DemandRate*it.LeadTime), float64(max(low, 0)), it.HoldingCost, it.StockoutCost)
		for w.y > float64(low) {
			w.down()
		}
		for k := range c.g {
			c.g[k] = w.cost()
			w.up()
		}
		curves[i] = c
	}
	out := CanOrderPolicy{Levels: make([]CanOrderLevels, n)}
	triggers := make([]float64, n)
	for i, it := range f.Items { // as if each ordered alone
		q := max(1, EOQ(f.SharedFixedCost+it.FixedCost, it.HoldingCost, it.DemandRate))
		triggers[i] = it.DemandRate / q
	}
	for range 50 {
		changed := false
		out.Cost = 0
		for i, it := range f.Items {
			chances := 0.0
			for j, b := range triggers {
				if j != i {
					chances += b
				}
			}
			levels, cost, trigger := curves[i].best(it, f.SharedFixedCost, chances)
			changed = changed || levels != out.Levels[i] || math.Abs(trigger-triggers[i]) > 1e-9*it.DemandRate
			out.Levels[i], triggers[i] = levels, trigger
			out.Cost += cost
		}
		if !changed {
			break
		}
	}
	return out, nil
}

// canOrderCurve is the cost rate g(low+k) of an item.
type canOrderCurve struct {
	low int
	g   []float64
}

// best enumerates s < c <= S of an item. From S the position falls by ones, each
// value above c for 1/λ on average; from c on a chance comes first with
// probability 1−ρ, ρ = λ/(λ+μ).
func (c canOrderCurve) best(it CanOrderItem, shared, chances float64) (levels CanOrderLevels, cost, trigger float64) {
	l := it.DemandRate
	rho := l / (l + chances)
	above := make([]float64, len(c.g)+1) // prefix sums of g
	for k, v := range c.g {
		above[k+1] = above[k] + v
	}
	cost = math.Inf(1)
	// Index k stands for level low+k; s = −1 + low is the lowest must-order point.
	for can := range c.g {
		held, time, reach := 0.0, 0.0, 1.0
		for must := can; must >= 0; must-- {
			// Positions must+1..can are visited while waiting for a chance. With
			// must = can there are none: the (s, S) policy that joins no one.
			if must < can {
				held += reach * c.g[must+1] / (l + chances)
				time += reach / (l + chances)
				reach *= rho
			}
			for up := max(can, must+1); up < len(c.g); up++ {
				length := time + float64(up-can)/l
				v := (held + (above[up+1]-above[can+1])/l + it.FixedCost + shared*reach) / length
				if v < cost*(1-1e-13) {
					cost, trigger = v, reach/length
					levels = CanOrderLevels{c.low + must, c.low + can, c.low + up}
				}
			}
		}
	}
	return levels, cost, trigger
}
