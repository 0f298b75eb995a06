package replay

import "math"

// Lot are the rules for the quantity of an order, in units; 0: none.
type Lot struct{ Min, Multiple, Max, Step float64 }

// Fit returns the quantity to order for a need, which is above 0: at least the
// minimum, up to a multiple, in whole steps. A maximum limits one order; the
// rest is another of the same day, so that the quantity of the day stays.
func (l *Lot) Fit(need float64) float64 {
	q := max(need, l.Min)
	if l.Step > 0 {
		q = math.Ceil(q/l.Step-1e-9) * l.Step
	}
	if l.Multiple > 0 {
		q = math.Ceil(q/l.Multiple-1e-9) * l.Multiple
	}
	return q
}

// Pieces is the number of orders that a quantity is sent in.
func (l *Lot) Pieces(q float64) float64 {
	if l.Max > 0 && q > l.Max {
		return math.Ceil(q / l.Max)
	}
	return 1
}

// Policy says when to order and how much. At each review it looks at the
// position (on hand, less what is owed, plus on order) and finds the first day
// of those up to the next review on which an order must go out:
//
//	position < Safety[r] + Need[r,j]:  on the day of the review + j
//	order Fit(Safety[r] + Cover[r,j] − position)
//
// For a plan Need is the demand forecast from the review to the day on which
// what is sent on day j can be used, both included, and Cover that up to the end
// of the lot: this is the netting of a plan, for a sku whose orders on the way
// come before a new one would. For min-max, Width is 1, Need the minimum and
// Cover the maximum.
type Policy struct {
	Days   []int32 // of the reviews, rising
	Width  int     // days that a review decides on; 1: its own
	Need   []float64
	Cover  []float64
	Safety []float64 // by review; nil: 0
	At     bool      // order at the level as well, not only below it
	Lot    Lot
}

// order returns the day, counted from the review, and the quantity of the order
// that review r makes; a quantity of 0 is none. Where a lot does not last until the
// days on which the next review may order, the lots after it are in the order too.
func (p *Policy) order(r int, position float64) (day int, q float64) {
	safety := 0.0
	if p.Safety != nil {
		safety = p.Safety[r]
	}
	const tol = 1e-9 // of units: levels come from sums of forecasts
	need, cover := p.Need[r*p.Width:(r+1)*p.Width], p.Cover[r*p.Width:(r+1)*p.Width]
	for j := range need {
		short := safety + need[j] - position
		if short > tol || p.At && short > -tol {
			if want := safety + cover[j] - position; want > tol {
				if q == 0 {
					day = j
				}
				lot := p.Lot.Fit(want)
				q += lot
				position += lot
			}
		}
	}
	return day, q
}
