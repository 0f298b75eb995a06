package mrp

import "planwright"

// fixedQty orders a multiple of the fixed quantity Q whenever the stock left
// does not cover the period, with I_t the stock out of period t:
//
//	Q_t = Q · ⌈(d_t − I_{t−1}) / Q⌉
//
// What is left over is carried. Orlicky (1975), Material Requirements Planning,
// on lot sizing.
func fixedQty(p *LotProblem, lots []planwright.Qty) error {
	if p.LotSize <= 0 {
		return lotError("lot size", "foq has no fixed quantity", "give a lot size over 0")
	}
	var stock planwright.Qty
	for t, d := range p.Need {
		if d > stock {
			q, ok := (d - stock).CeilTo(p.LotSize)
			if !ok {
				return lotError(periodName(t), "the lot exceeds "+planwright.MaxQty.String(), "give a smaller lot size")
			}
			lots[t] = q
			stock += q
		}
		stock -= d
	}
	return nil
}
