package mrp

import "planwright"

// leastUnitCost extends the lot while its cost per unit does not rise. With the
// lot in period i covering the needs to period t,
//
//	(K_i + Σ_{s=i..t} d_s · Σ_{u=i..s−1} h_u) / Σ_{s=i..t} d_s
//
// The first increase ends the lot; a period without need changes nothing and
// is taken in. Gorham (1968), Dynamic order quantities, Production and Inventory
// Management 9(1).
func leastUnitCost(p *LotProblem, lots []planwright.Qty) {
	var rate, cost float64 // Σ h_u from the lot's period on; of the lot
	start := func(first int) { rate, cost = 0, costAt(p.Setup, first) }
	buildLots(p.Need, lots, start, func(first, t int) bool {
		rate += costAt(p.Holding, t-1)
		next := cost + p.Need[t].Float()*rate
		lot := lots[first]
		if !atMost(next/(lot+p.Need[t]).Float(), cost/lot.Float()) {
			return false
		}
		cost = next
		return true
	})
}
