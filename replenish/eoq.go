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
	return orInfinite(math.Sqrt(2 * k * (lambda / h)))
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
	c := h * q / 2
	if k > 0 {
		c += k * lambda / q
	}
	return orInfinite(c)
}

// EOQBackorders returns the order quantity and the share of it that is
// backordered when demand waits at a cost of p a unit and time unit,
//
//	Q* = √(2Kλ(h+p)/(hp))        x* = h/(h+p)
//
// Snyder and Shen (2019), (3.27) and (3.28). Limits: p = +Inf is [EOQ]; 0, 0
// where k or lambda is 0, h is 0 or an input is negative or NaN; p = 0 gives
// +Inf, 1: all demand waits for ever.
func EOQBackorders(k, h, p, lambda float64) (q, x float64) {
	switch {
	case !(k > 0) || !(lambda > 0) || !(h > 0) || !(p >= 0):
		return 0, 0
	case math.IsInf(p, 1):
		return EOQ(k, h, lambda), 0
	case p == 0:
		return math.Inf(1), 1
	}
	return math.Sqrt(2 * k * (lambda/h + lambda/p)), 1 / (1 + p/h)
}

// EOQBackordersCost returns the cost a time unit of ordering q each time with
// the share x of it backordered,
//
//	g(Q, x) = hQ(1−x)²/2 + pQx²/2 + Kλ/Q
//
// Snyder and Shen (2019), (3.26). Limits as in [EOQCost].
func EOQBackordersCost(k, h, p, lambda, q, x float64) float64 {
	if !(k >= 0) || !(h >= 0) || !(p >= 0) || !(lambda > 0) || !(q >= 0) || !(x >= 0 && x <= 1) {
		return 0
	}
	c := h*q*(1-x)*(1-x)/2 + p*q*x*x/2
	if k > 0 {
		c += k * (lambda / q)
	}
	return orInfinite(c)
}

// EPQ returns the economic production quantity of Taft (1918), when a lot
// arrives at rate mu above the demand rate lambda:
//
//	Q* = √(2Kλ / (h(1−λ/μ)))
//
// Snyder and Shen (2019), (3.33). Limits: those of [EOQ]; mu = +Inf is the EOQ;
// +Inf for mu <= lambda, where production never stops.
func EPQ(k, h, lambda, mu float64) float64 {
	if !(k > 0) || !(lambda > 0) || !(h >= 0) || !(mu >= 0) {
		return 0
	}
	if !(mu > lambda) {
		return math.Inf(1)
	}
	return EOQ(k, h*(1-lambda/mu), lambda)
}

// EPQCost returns the cost a time unit of production lots of q,
//
//	g(Q) = Kλ/Q + h(1−λ/μ)Q/2
//
// Snyder and Shen (2019), (3.32). Limits as in [EOQCost]; 0 where mu is below
// lambda.
func EPQCost(k, h, lambda, mu, q float64) float64 {
	if !(mu >= lambda) || math.IsInf(lambda, 1) {
		return 0
	}
	return EOQCost(k, h*(1-lambda/mu), lambda, q)
}

// orInfinite is +Inf in place of the NaN that infinite inputs leave.
func orInfinite(x float64) float64 {
	if x != x {
		return math.Inf(1)
	}
	return x
}
