package mrp

import (
	"math"

	"planwright"
)

// maxGrid bounds the days that a cost-based rule looks ahead.
const maxGrid = 1500

// dynamic sizes the lot that opens on day i by a cost-based rule, over the
// grid of days: the shortages that lot-for-lot would order are its net
// requirements, the order cost its setup, the holding rate of a day its
// holding cost. It returns false for other rules, or without both costs.
func (w *worker) dynamic(i int, need planwright.Day) bool {
	s := w.p.s
	rule := s.SKUs.LotRule[w.k]
	switch rule {
	case planwright.PartPeriod, planwright.PartPeriodClosest, planwright.SilverMeal, planwright.LeastUnitCost, planwright.Groff, planwright.WagnerWhitin:
	default:
		return false
	}
	setup := s.SKUs.OrderCost[w.k]
	holding := s.SKUs.HoldingRate[w.k] * s.Items.UnitCost[s.SKUs.Item[w.k]] / 365
	if math.IsNaN(setup) || math.IsNaN(holding) || holding <= 0 && setup > 0 {
		// Every shortage is a lot of its own, and the planner is told why.
		w.once(planwright.CodeLotLimit, w.days[i], planwright.NoQty, rule.String()+": order_cost, holding_rate, unit_cost")
		return false
	}
	if setup <= 0 {
		return false // orders cost nothing: lot for lot
	}
	first := w.days[i]
	last := min(w.days[len(w.days)-1], first+maxGrid-1)
	w.grid = w.grid[:0]
	for range last - first + 1 {
		w.grid = append(w.grid, 0)
	}
	added := w.added
	for j := i; j < len(w.days) && w.days[j] <= last && !w.beyond(w.days[j]); j++ {
		if short := w.target(w.days[j]) - w.base[j] - added; short > 0 {
			w.grid[w.days[j]-first] += short
			added += short
		}
	}
	lots, _, err := Lots(LotProblem{Need: w.grid, Setup: []float64{setup}, Holding: []float64{holding}, Rule: rule})
	if err != nil || lots[0] <= 0 {
		return false
	}
	// Later lots are sized when the balance gets there: minimum and multiple may
	// have changed what they must cover.
	if w.trace != nil {
		w.trace.cover(w, i, lots[0])
	}
	w.place(need, lots[0], planwright.ForShortage)
	return true
}
