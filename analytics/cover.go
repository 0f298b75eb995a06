package analytics

import "planwright"

// DaysOfSupply returns how many days a stock lasts at a daily rate of use, both
// in units or both in money. False where there is no use or an input is not a
// number: the stock lasts for ever, which is no figure. Negative stock lasts 0
// days.
func DaysOfSupply(stock, daily float64) (float64, bool) {
	if !(daily > 0) || stock != stock || !finite(stock/daily) {
		return 0, false
	}
	return max(0, stock/daily), true
}

// ForwardCover returns how many periods the stock covers of the requirements to
// come, required[i] in period i, with a fraction of the period in which it runs
// out; false where it is left over after all of them, with their number.
// Requirements below zero or not a number count as 0. Stock that is 0 or less
// covers none.
func ForwardCover(stock float64, required []float64) (float64, bool) {
	if !(stock > 0) {
		return 0, true
	}
	for i, r := range required {
		if !(r > 0) {
			continue
		}
		if r > stock {
			return float64(i) + stock/r, true
		}
		stock -= r
	}
	return float64(len(required)), false
}

// ForwardDays returns for how many days from asOf the stock covers dated
// requirements (days ascending, quantities positive; days before asOf count as
// asOf). Stock that outlasts them is divided by their mean a day up to end,
// exclusive; false where nothing is required at all.
func ForwardDays(stock planwright.Qty, on []planwright.Day, required []planwright.Qty, asOf, end planwright.Day) (float64, bool) {
	left := stock.Or(0)
	sum := planwright.Qty(0)
	for i, d := range on {
		q := required[i].Or(0)
		if q <= 0 {
			continue
		}
		if q > left {
			return float64(max(0, d-asOf)), true
		}
		left -= q
		sum = saturate(sum, q)
	}
	if sum <= 0 || end <= asOf {
		return 0, false
	}
	days := float64(end - asOf)
	return days + left.Float()*days/sum.Float(), true
}
