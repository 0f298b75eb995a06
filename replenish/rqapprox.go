package replenish

import (
	"fmt"
	"math"
)

// EOQB returns the economic order quantity with backorders and the reorder
// point that is best for it: at most 11.8 % above the least cost (Axsäter
// 1996), mostly below 1 %. Snyder and Shen (2019), 5.4.3. An error wraps
// [ErrInput].
func (c RQ) EOQB() (RQPolicy, error) {
	if err := c.check(); err != nil {
		return RQPolicy{}, err
	}
	q, _ := EOQBackorders(c.FixedCost, c.HoldingCost, c.StockoutCost, c.DemandRate)
	return c.at(q, c.reorderPointFor)
}

// EOQSS returns the economic order quantity and the reorder point of a
// newsvendor, F⁻¹(p/(p+h)): order quantity and safety stock set apart from each
// other, which keeps too much stock. Snyder and Shen (2019), 5.4.4. An error
// wraps [ErrInput].
func (c RQ) EOQSS() (RQPolicy, error) {
	if err := c.check(); err != nil {
		return RQPolicy{}, err
	}
	return c.at(EOQ(c.FixedCost, c.HoldingCost, c.DemandRate), func(float64) float64 {
		return c.LeadTimeDemand.Quantile(c.StockoutCost / (c.StockoutCost + c.HoldingCost))
	})
}

// at completes a policy of order quantity q, rounded up for integer demand.
func (c RQ) at(q float64, reorder func(q float64) float64) (RQPolicy, error) {
	if integer(c.LeadTimeDemand) {
		q = max(1, math.Ceil(q))
	}
	if !(q > 1e-15) {
		return RQPolicy{}, fmt.Errorf("(r, Q): fixed cost %v gives no order quantity: %w: use the base-stock policy", c.FixedCost, ErrInput)
	}
	p := RQPolicy{ReorderPoint: reorder(q), Quantity: q}
	p.Cost = (c.FixedCost*c.DemandRate + c.area(p.ReorderPoint, q)) / q
	return p, nil
}

// LossFunction returns the policy of the approximation that leaves out what is
// still short when an order arrives, n(r+Q) and n₂(r+Q):
//
//	Q = √(2(Kλ + (h+p)·n₂(r))/h)        n(r) = hQ/(h+p)
//
// by turns until they stay. Hadley and Whitin (1963), 4-2; Snyder and Shen
// (2019), 5.4.5. The cost is the exact one. An error wraps [ErrInput].
func (c RQ) LossFunction() (RQPolicy, error) {
	if err := c.check(); err != nil {
		return RQPolicy{}, err
	}
	q := EOQ(c.FixedCost, c.HoldingCost, c.DemandRate)
	r := 0.0
	for range 1000 {
		r = InverseLoss(c.LeadTimeDemand, c.HoldingCost*q/(c.HoldingCost+c.StockoutCost))
		_, _, n2 := c.LeadTimeDemand.Losses(r)
		next := math.Sqrt(2 * (c.FixedCost*c.DemandRate + (c.HoldingCost+c.StockoutCost)*n2) / c.HoldingCost)
		if math.Abs(next-q) <= 1e-13*next {
			q = next
			break
		}
		q = next
	}
	if !(q > 1e-15) {
		return RQPolicy{}, fmt.Errorf("(r, Q): fixed cost %v gives no order quantity: %w: use the base-stock policy", c.FixedCost, ErrInput)
	}
	return RQPolicy{r, q, (c.FixedCost*c.DemandRate + c.area(r, q)) / q}, nil
}

// ExpectedInventoryLevel returns the policy of the classic approximation for a
// stockout cost by the unit short, however long, with the mean stock taken as
// r − λL + Q/2:
//
//	r = F⁻¹(1 − Qh/(pλ))        Q = √(2λ(K + p·n(r))/h)
//
// by turns; the cost is its own, h(r − λL + Q/2) + Kλ/Q + pλ·n(r)/Q. Hadley and
// Whitin (1963), 4-2; Snyder and Shen (2019), 5.4.2. An error (wrapping
// [ErrInput]) where Qh >= pλ: it is cheaper to hold nothing.
func (c RQ) ExpectedInventoryLevel() (RQPolicy, error) {
	if err := c.check(); err != nil {
		return RQPolicy{}, err
	}
	k, h, p, l := c.FixedCost, c.HoldingCost, c.StockoutCost, c.DemandRate
	mean, _ := c.LeadTimeDemand.Moments()
	q := EOQ(k, h, l)
	var r, n float64
	for range 1000 {
		share := q * h / (p * l)
		if share >= 1 {
			return RQPolicy{}, fmt.Errorf("(r, Q): stockout cost %v a unit is below the cost %v of holding it for an order cycle: %w: raise it, or hold nothing", p, q*h/l, ErrInput)
		}
		r = upperQuantile(c.LeadTimeDemand, share)
		_, n, _ = c.LeadTimeDemand.Losses(r)
		next := math.Sqrt(2 * l * (k + p*n) / h)
		if math.Abs(next-q) <= 1e-13*next {
			q = next
			break
		}
		q = next
	}
	if !(q > 1e-15) {
		return RQPolicy{}, fmt.Errorf("(r, Q): fixed cost %v gives no order quantity: %w: use the base-stock policy", k, ErrInput)
	}
	return RQPolicy{r, q, h*(r-mean+q/2) + k*l/q + p*l*n/q}, nil
}

// upperQuantile returns the x with P(X > x) = q, exact in the far tail of a
// normal law.
func upperQuantile(d Distribution, q float64) float64 {
	if n, ok := d.(Normal); ok && n.SD > 0 {
		return n.Mean + n.SD*NormalUpperQuantile(q)
	}
	return d.Quantile(1 - q)
}

// InverseLoss returns the y with n(y) = v for v > 0, by Newton's method from the
// left: on n, which is convex, and in the tail on its logarithm. For v <= 0 it
// is the value where n is 1e-300.
func InverseLoss(d Distribution, v float64) float64 {
	mean, sd := d.Moments()
	if v = max(v, 1e-300); !(v <= largest*largest) {
		v = largest * largest // from there on the line y = mean - v
	}
	y := mean - v
	lo := math.Inf(-1)
	for range 500 {
		sf, n, _ := d.Losses(y)
		if n >= v {
			lo = max(lo, y)
		}
		if n <= 0 || sf <= 0 { // beyond the support
			if math.IsInf(lo, -1) {
				return y
			}
			y = lo + 0.5*(y-lo)
			if y-lo <= 1e-13*max(math.Abs(y), sd) {
				return y
			}
			continue
		}
		step := (n - v) / sf
		if n > v && v < 0.1*sd {
			step = max(step, math.Log(n/v)*n/sf*0.999)
		}
		if y+step < lo {
			step = 0.5 * (lo - y)
		}
		y += step
		if math.Abs(step) <= 1e-14*max(math.Abs(y), sd) {
			break
		}
	}
	return y
}
