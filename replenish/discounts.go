package replenish

import (
	"fmt"
	"math"
)

// Discounts are prices that fall with the quantity of an order.
type Discounts struct {
	Breakpoints []float64 // least quantity of each price: 0 first, rising
	UnitCosts   []float64 // price from each breakpoint on, not negative
	// Incremental: a price holds for the units above its breakpoint only. All
	// units of an order have the price of its quantity otherwise.
	Incremental bool
}

// DiscountOrder is the best order under discounts.
type DiscountOrder struct {
	Quantity float64
	Region   int     // index of the price
	Cost     float64 // a time unit, purchases included
}

// EOQ returns the order quantity of least cost for k an order, a holding cost
// of rate times the price paid a time unit, and lambda units of demand a time
// unit.
//
// All units: the candidates are the economic quantities of each price that lie
// in its region, and the breakpoints; h = rate·price. Incremental: an order in
// region j costs k_j = Σ_{m<j} c_m(b_{m+1}−b_m) − c_j·b_j more than its units,
// and Q_j = √(2(K+k_j)λ/(rate·c_j)). Hadley and Whitin (1963), 2-11 and 2-12;
// Snyder and Shen (2019), 3.4. Ties go to the smaller quantity. An error wraps
// [ErrInput].
func (d Discounts) EOQ(k, rate, lambda float64) (DiscountOrder, error) {
	const op = "quantity discounts"
	if err := checkInputs(op, input{"fixed cost", k, notNegative}, input{"holding cost rate", rate, aboveZero}, input{"demand rate", lambda, aboveZero}); err != nil {
		return DiscountOrder{}, err
	}
	if len(d.Breakpoints) == 0 || len(d.Breakpoints) != len(d.UnitCosts) || d.Breakpoints[0] != 0 {
		return DiscountOrder{}, fmt.Errorf("%s: %d breakpoints, %d prices: %w: give one price for each breakpoint, the first breakpoint 0", op, len(d.Breakpoints), len(d.UnitCosts), ErrInput)
	}
	best := DiscountOrder{Cost: math.Inf(1)}
	extra := 0.0 // Σ_{m<j} c_m(b_{m+1}−b_m)
	for j, b := range d.Breakpoints {
		c := d.UnitCosts[j]
		if err := checkInputs(op, input{"breakpoint", b, notNegative}, input{"unit cost", c, aboveZero}); err != nil {
			return DiscountOrder{}, err
		}
		end := math.Inf(1)
		if j+1 < len(d.Breakpoints) {
			if end = d.Breakpoints[j+1]; end <= b {
				return DiscountOrder{}, fmt.Errorf("%s: breakpoint %v after %v: %w: give rising breakpoints", op, end, b, ErrInput)
			}
		}
		if j > 0 {
			extra += d.UnitCosts[j-1] * (b - d.Breakpoints[j-1])
		}
		kj, fixed := k, 0.0
		if d.Incremental {
			fixed = extra - c*b
			kj += fixed
		}
		q := EOQ(kj, rate*c, lambda)
		if q = max(q, b); q >= end {
			// The cost still falls at the end of the region, and the next one goes on
			// from there: with no jump (incremental) or a lower price (all units).
			if d.Incremental || d.UnitCosts[j+1] <= c {
				continue
			}
			q = math.Nextafter(end, 0)
		}
		cost := math.Inf(1)
		switch {
		case q > 0:
			cost = c*lambda + rate*fixed/2 + kj*lambda/q + rate*c*q/2
		case kj == 0:
			cost = c * lambda // nothing to order costs nothing: as often as demand comes
		}
		if cost < best.Cost {
			best = DiscountOrder{q, j, cost}
		}
	}
	return best, nil
}
