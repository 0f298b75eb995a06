package mrp

import "planwright"

// lotForLot makes in every period what the period needs, Q_t = d_t: no stock,
// a setup in every period with a requirement. Orlicky (1975), Material
// Requirements Planning, on lot sizing.
func lotForLot(p *LotProblem, lots []planwright.Qty) { copy(lots, p.Need) }
