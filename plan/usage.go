package plan

import (
	"planwright"
	"planwright/analytics"
)

// usage is what the analytics stage needs of the demand history of a sku: the 365
// days before the as-of day.
type usage struct {
	picks   int32          // rows of demand
	days    int32          // from the first row, or 365
	outDays int32          // days with a row that says that the item was not available
	soldIn  float64        // units on the days with stock
	soldOut float64        // on the others
	lastUse planwright.Day // of all history
	periods int32          // complete periods before the as-of day that spread is of
	spread  analytics.Spread
}

// usageOf reads rows [lo, hi) of h, which ascend by day, and the use by complete
// period that was made of them.
func usageOf(h *planwright.History, lo, hi int32, asOf planwright.Day, total []float64, p planwright.Period) usage {
	u := usage{lastUse: planwright.NoDay}
	recent := total[max(0, len(total)-whipPeriods(p)):]
	u.periods, u.spread = int32(len(recent)), analytics.SpreadOf(recent)
	for lo < hi && h.On[hi-1] >= asOf {
		hi--
	}
	from := asOf - 365
	for r := hi - 1; r >= lo; r-- {
		if h.Kind[r] != planwright.Return && h.Qty[r] > 0 {
			u.lastUse = h.On[r]
			break
		}
	}
	first := hi
	for first > lo && h.On[first-1] >= from {
		first--
	}
	if first > lo {
		u.days = 365
	} else if first < hi {
		u.days = int32(asOf - h.On[first])
	}
	for r := first; r < hi; {
		day, out, sold := h.On[r], false, 0.0
		for ; r < hi && h.On[r] == day; r++ {
			out = out || h.Stockout[r]
			q := h.Qty[r].Float()
			switch h.Kind[r] {
			case planwright.Return:
				q = -q
			default:
				if q > 0 {
					u.picks++
				}
			}
			if h.Kind[r] != planwright.Issue {
				sold += q
			}
		}
		if out {
			u.outDays++
			u.soldOut += sold
		} else {
			u.soldIn += sold
		}
	}
	return u
}

// whipPeriods is how many complete periods the comparison of orders with demand
// looks back: a year.
func whipPeriods(p planwright.Period) int {
	switch p {
	case planwright.ByDay:
		return 364
	case planwright.ByMonth:
		return 12
	}
	return 52
}
