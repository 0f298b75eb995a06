package mrp

import "planwright"

// reviewEnd is the end of the window of a periodic (R1) sku that day d lies in.
// The sku is planned on review days, the as-of day and every review_days after
// it; what is ordered on one must last until what is ordered on the next can be
// there, so that its window reaches from its own replenishment lead time on to
// the next one's:
//
//	R + L <= d < R + review_days + L
//
// The first window starts today. All shortages of a window are one lot, due on
// the first of them. Silver, Pyke and Thomas (2017), Inventory and Production
// Management in Supply Chains, on periodic review: the protection interval R + L.
func (w *worker) reviewEnd(d planwright.Day) planwright.Day {
	s := w.p.s
	cycle := planwright.Day(s.SKUs.ReviewDays[w.k])
	first := s.AsOf
	if v, ok := w.pick(s.AsOf, planwright.One); ok {
		first = forward(s, w.k, &v, 0, s.AsOf).available
	}
	if d < first {
		return first + cycle
	}
	return first + (d-first)/cycle*cycle + cycle
}
