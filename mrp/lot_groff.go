package mrp

import "planwright"

// groff extends the lot while the marginal holding cost of the next period's
// need does not exceed the marginal saving of setup cost. With n periods covered
// from period i on,
//
//	d_{i+n} · h/2 <= K/n − K/(n+1), that is n·(n+1) · d_{i+n} <= 2K/h
//
// Where h varies, n·h is Σ h_u over the n periods that the need would wait.
// Groff (1979), A lot sizing rule for time-phased component demand, Production
// and Inventory Management 20(1).
func groff(p *LotProblem, lots []planwright.Qty) {
	var rate float64 // Σ h_u from the lot's period on, n·h
	buildLots(p.Need, lots, func(int) { rate = 0 }, func(first, t int) bool {
		rate += costAt(p.Holding, t-1)
		n := float64(t - first)
		return atMost((n+1)*rate*p.Need[t].Float(), 2*costAt(p.Setup, first))
	})
}
