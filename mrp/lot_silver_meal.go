package mrp

import "planwright"

// silverMeal extends the lot while its cost per period does not rise. With the
// lot in period i covering the n periods to t = i+n−1,
//
//	(K_i + Σ_{s=i..t} d_s · Σ_{u=i..s−1} h_u) / n
//
// n counts the periods without need; the first increase ends the lot. Silver
// and Meal (1973), A heuristic for selecting lot size quantities for the case of
// a deterministic time-varying demand rate, Production and Inventory Management
// 14(2).
func silverMeal(p *LotProblem, lots []planwright.Qty) {
	var rate, cost float64 // Σ h_u from the lot's period on; of the lot
	start := func(first int) { rate, cost = 0, costAt(p.Setup, first) }
	buildLots(p.Need, lots, start, func(first, t int) bool {
		rate += costAt(p.Holding, t-1)
		next := cost + p.Need[t].Float()*rate
		n := float64(t - first)
		if !atMost(next/(n+1), cost/n) {
			return false
		}
		cost = next
		return true
	})
}
