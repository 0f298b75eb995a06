package mrp

import (
	"math"

	"planwright"
)

// periodOrderQty covers the needs of n periods, those without need included,
// from the first uncovered requirement on:
//
//	Q_t = d_t + … + d_{t+n−1}
//
// n is given, or the time that the lot size lasts at the average requirement d̄,
// n = Q/d̄, or that of the economic order quantity, n = √(2K̄/(h̄·d̄)); both to
// the nearest whole number, at least 1. Averages are over the whole grid; where
// holding costs nothing, one lot covers everything. Silver, Pyke and Thomas
// (2017), Inventory and Production Management in Supply Chains, on lot sizing
// with time-varying demand.
func periodOrderQty(p *LotProblem, lots []planwright.Qty) {
	n := p.orderPeriods()
	buildLots(p.Need, lots, func(int) {}, func(first, t int) bool { return t-first < n })
}

// orderPeriods is the n of the period order quantity, 1 to the length of the
// grid.
func (p *LotProblem) orderPeriods() int {
	grid := len(p.Need)
	if p.Periods > 0 {
		return min(p.Periods, grid)
	}
	var total planwright.Qty
	for _, d := range p.Need {
		total += d
	}
	if total == 0 {
		return grid // nothing to order
	}
	average := total.Float() / float64(grid)
	var n float64
	if p.LotSize > 0 {
		n = p.LotSize.Float() / average
	} else {
		setup, holding := meanCost(p.Setup, grid), meanCost(p.Holding, grid)
		if holding == 0 {
			return grid
		}
		n = math.Sqrt(2 * setup / holding / average)
	}
	return int(max(1, min(math.Round(n), float64(grid))))
}
