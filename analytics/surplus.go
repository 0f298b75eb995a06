package analytics

import "planwright"

// Kinds of surplus.
const (
	Excess   = "excess"   // used or required, but there is more than the plan requires
	Obsolete = "obsolete" // the item is obsolete, or was phased out, and nothing requires it
	// Dead, of [MovingParams.Class], is surplus that nothing requires and nothing
	// used in a year.
)

// SurplusOf splits the stock of a sku into what is required and what is above it,
// and names the kind of the surplus, "" where there is none. required includes
// safety stock; gone says that the item's life is over.
func SurplusOf(onHand, required planwright.Qty, yearUse float64, gone bool) (planwright.Qty, string) {
	over := onHand.Or(0) - max(0, required.Or(0))
	if over <= 0 {
		return 0, ""
	}
	switch {
	case gone && required.Or(0) <= 0:
		return over, Obsolete
	case required.Or(0) <= 0 && !(yearUse > 0):
		return over, Dead
	}
	return over, Excess
}
