package replenish

import "math"

// DisruptedEOQ is economic ordering from a supplier who fails at DisruptionRate
// and comes back at RecoveryRate, both exponential; demand that meets an empty
// shelf meanwhile is lost at StockoutCost a unit.
type DisruptedEOQ struct {
	FixedCost, HoldingCost, StockoutCost float64
	DemandRate                           float64
	DisruptionRate, RecoveryRate         float64
	// Approximate takes the probability that a supplier is down when the stock
	// runs out as d/(d+r), whatever the order quantity (Snyder 2014).
	Approximate bool
}

// down returns ψ, the probability that the supplier is down when the stock of
// an order of q runs out, d/(d+r)·(1 − e^{−(d+r)q/λ}), and its derivative.
func (e DisruptedEOQ) down(q float64) (psi, slope float64) {
	rate := e.DisruptionRate + e.RecoveryRate
	psi = e.DisruptionRate / rate
	if e.Approximate {
		return psi, 0
	}
	x := rate * q / e.DemandRate
	return -psi * math.Expm1(-x), e.DisruptionRate / e.DemandRate * math.Exp(-x)
}

// Cost returns the cost a time unit of ordering q,
//
//	g(Q) = (K + hQ²/(2λ) + pλψ/r) / (Q/λ + ψ/r)
//
// Parlar and Berkin (1991) as corrected by Berk and Arreola-Risa (1994); Snyder
// and Shen (2019), 9.2.2. Limit: 1e300 for q = 0 with nothing to wait for, and without
// demand or recovery.
func (e DisruptedEOQ) Cost(q float64) float64 {
	if q = max(0, moment(q)); !(e.DemandRate > 0 && e.RecoveryRate > 0) {
		return 1e300
	}
	psi, _ := e.down(q)
	length := q/e.DemandRate + psi/e.RecoveryRate
	if !(length > 0) {
		return 1e300
	}
	return finite((e.FixedCost + e.HoldingCost*q*q/(2*e.DemandRate) + e.StockoutCost*e.DemandRate*psi/e.RecoveryRate) / length)
}

// Best returns the order quantity of least cost and that cost. The cost is
// quasi-convex: the root of its derivative is found by halving; of the
// approximate one it is
//
//	Q* = −λψ/r + √((λψ/r)² + 2λ(K + pλψ/r)/h)
//
// An error wraps [ErrInput].
func (e DisruptedEOQ) Best() (q, cost float64, err error) {
	const op = "order quantity with disruptions"
	if err := checkInputs(op, input{"fixed cost", e.FixedCost, notNegative}, input{"holding cost", e.HoldingCost, aboveZero}, input{"stockout cost", e.StockoutCost, notNegative},
		input{"demand rate", e.DemandRate, aboveZero}, input{"disruption rate", e.DisruptionRate, notNegative}, input{"recovery rate", e.RecoveryRate, aboveZero},
		input{"fixed cost or disruption rate", e.FixedCost + e.DisruptionRate, aboveZero}); err != nil {
		return 0, 0, err
	}
	l, r, h := e.DemandRate, e.RecoveryRate, e.HoldingCost
	psi := e.DisruptionRate / (e.DisruptionRate + r)
	w := l * psi / r
	q = -w + math.Sqrt(w*w+2*l*(e.FixedCost+e.StockoutCost*w)/h)
	if e.Approximate {
		return q, e.Cost(q), nil
	}
	rising := func(q float64) bool {
		psi, slope := e.down(q)
		up, length := e.FixedCost+h*q*q/(2*l)+e.StockoutCost*l*psi/r, q/l+psi/r
		return (h*q/l+e.StockoutCost*l*slope/r)*length >= up*(1/l+slope/r)
	}
	lo, hi := 0.0, max(q, 1e-9)
	for range 200 {
		if rising(hi) {
			break
		}
		lo, hi = hi, 2*hi
	}
	for range 200 {
		m := 0.5 * (lo + hi)
		if m == lo || m == hi {
			break
		}
		if rising(m) {
			hi = m
		} else {
			lo = m
		}
	}
	return hi, e.Cost(hi), nil
}

// DisruptedNewsvendor is periodic ordering for a known demand from a supplier
// who fails in a period with DisruptionProb and comes back with RecoveryProb;
// demand waits meanwhile.
type DisruptedNewsvendor struct {
	HoldingCost, StockoutCost    float64
	Demand                       float64
	DisruptionProb, RecoveryProb float64
}

func (d DisruptedNewsvendor) check() error {
	return checkInputs("newsvendor with disruptions", input{"holding cost", d.HoldingCost, notNegative}, input{"stockout cost", d.StockoutCost, notNegative}, input{"sum of the costs", d.HoldingCost + d.StockoutCost, aboveZero},
		input{"demand", d.Demand, notNegative}, input{"disruption probability", d.DisruptionProb, fraction}, input{"recovery probability", d.RecoveryProb, fraction}, input{"recovery probability", d.RecoveryProb, aboveZero})
}

// up returns π₀; P(n > k) of the periods n in a row without supply is
// (1−π₀)·(1−β)ᵏ.
func (d DisruptedNewsvendor) up() (pi float64) {
	return d.RecoveryProb / (d.DisruptionProb + d.RecoveryProb)
}

// Best returns the base stock of least expected cost, (n+1) periods' demand for
// the smallest n with F(n) >= p/(p+h), where n is the number of periods in a
// row without supply: π₀ = β/(α+β), π_n = αβ/(α+β)·(1−β)ⁿ⁻¹. Tomlin (2006);
// Snyder and Shen (2019), 9.2.3. An error wraps [ErrInput]. n is kept below 1e9.
func (d DisruptedNewsvendor) Best() (s, cost float64, err error) {
	if err := d.check(); err != nil {
		return 0, 0, err
	}
	short := d.HoldingCost / (d.StockoutCost + d.HoldingCost) // 1 − critical ratio
	n := 0.0
	if out := 1 - d.up(); out > short {
		// P(n > k) = out·(1−β)ᵏ <= short
		stay := math.Log1p(-d.RecoveryProb)
		n = 1
		if short > 0 {
			n = max(1, math.Ceil(math.Log(short/out)/stay-1e-9))
		} else if d.RecoveryProb < 1 {
			n = math.Ceil(-36.8 / stay) // the rest is below 1e-16
		}
		n = min(n, 1e9)
	}
	s = (n + 1) * d.Demand
	cost, err = d.Cost(s)
	return s, cost, err
}

// Cost returns the expected cost a period of base stock s,
// Σ π_n [h(s−(n+1)d)+ + p((n+1)d−s)+]. An error wraps [ErrInput].
func (d DisruptedNewsvendor) Cost(s float64) (float64, error) {
	if err := d.check(); err != nil {
		return 0, err
	}
	if err := checkInputs("newsvendor with disruptions", input{"base stock", s, anyFinite}); err != nil {
		return 0, err
	}
	up := d.up()
	// E[((n+1)d−s)+] from the geometric law of n >= 1, and the rest by E[(n+1)d].
	mean := d.Demand * (1 + (1-up)/d.RecoveryProb)
	short := up * max(0, d.Demand-s)
	if d.Demand > 0 {
		// n = G given that the supplier is down, G geometric on 1, 2, …
		_, n, _ := NewGeometric(d.RecoveryProb, 1).Losses(s/d.Demand - 1)
		short += (1 - up) * d.Demand * n
	}
	return d.HoldingCost*max(0, s-mean+short) + d.StockoutCost*short, nil
}
