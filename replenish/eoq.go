package replenish

import "math"

// EOQ returns the economic order quantity of Harris (1913),
//
//	Q* = √(2Kλ/h)
//
// for a cost of k an order, h of holding a unit for a time unit, and lambda
// units of demand a time unit. Snyder and Shen (2019), (3.4).
// Limits: 0 where k or lambda is 0 or an input is negative or NaN; +Inf where
// h is 0 and the others are not.
func EOQ(k, h, lambda float64) float64 {
	if !(k > 0) || !(lambda > 0) || !(h >= 0) {
		return 0
	}
	return math.Sqrt(2 * k * (lambda / h))
}

// EOQCost returns the cost of ordering and holding a time unit with order
// quantity q, without purchases:
//
//	g(Q) = Kλ/Q + hQ/2
//
// Snyder and Shen (2019), (3.3). 0 where an input is negative or NaN or lambda
// is 0; +Inf for q = 0 with k and lambda above 0.
func EOQCost(k, h, lambda, q float64) float64 {
	if !(k >= 0) || !(h >= 0) || !(lambda > 0) || !(q >= 0) {
		return 0
	}
	if k == 0 {
		return h * q / 2
	}
	return k*lambda/q + h*q/2
}
