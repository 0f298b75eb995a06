package mrp

import "planwright"

// Part-period balancing weighs the holding cost of a lot against its setup
// cost. With the lot in period i and P(t) the cost of carrying the needs up to
// period t,
//
//	P(t) = Σ_{s=i..t} d_s · Σ_{u=i..s−1} h_u
//
// it looks for the t where P(t) and K_i balance; with a constant h that is
// Σ d_s·(s−i) against the economic part period K/h. DeMatteis (1968), An
// economic lot-sizing technique, I: the part-period algorithm, IBM Systems
// Journal 7(1).

// partPeriod extends the lot while P(t) <= K: it stops before exceeding.
func partPeriod(p *LotProblem, lots []planwright.Qty) {
	var rate, carried float64 // Σ h_u from the lot's period on; P
	buildLots(p.Need, lots, func(int) { rate, carried = 0, 0 }, func(first, t int) bool {
		rate += costAt(p.Holding, t-1)
		carried += p.Need[t].Float() * rate
		return atMost(carried, costAt(p.Setup, first))
	})
}

// partPeriodClosest lets the lot end at the t whose P(t) is closest to K, on
// either side: the period that exceeds is taken in if P gets closer by it, or
// as close.
func partPeriodClosest(p *LotProblem, lots []planwright.Qty) {
	var rate, carried float64
	over := false
	buildLots(p.Need, lots, func(int) { rate, carried, over = 0, 0, false }, func(first, t int) bool {
		rate += costAt(p.Holding, t-1)
		next := carried + p.Need[t].Float()*rate
		setup := costAt(p.Setup, first)
		if atMost(next, setup) {
			carried = next
			return true
		}
		// The differences are compared as sums, for the tolerance of costs:
		// next − K <= K − carried. A lot that is over K already takes in
		// nothing but periods without need.
		if next > carried && (over || !atMost(next+carried, 2*setup)) {
			return false
		}
		carried, over = next, true
		return true
	})
}
