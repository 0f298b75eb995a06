package forecast

import "math"

// neighbours is the number of uncensored periods that tell what a stockout hid.
const neighbours = 8

// Uncensor estimates the demand of periods in which the item was not in stock
// all the time: sales are a lower bound of it. inStock is the share of a period
// with stock. What was not sold is expected as in periods that were open,
//
//	demand = sales + (1-share)*E
//
// E being the mean of the up to 8 periods nearest in time that had stock all
// along and lie in the same season (the same weekday for days, the same month
// for months), or of any season where fewer than 2 of the same have been. With
// no open period at all the share-of-day rule holds, sales/share, and a period
// without any stock is missing. Conrad (1976), Sales data and the estimation of
// demand, Operational Research Quarterly 27, shows why censored sales must not
// be averaged.
func Uncensor(y, inStock []float64, season int) (changes []Change) {
	open := func(i int) bool { return inStock[i] >= 1 && !math.IsNaN(y[i]) }
	season = max(1, season)
	for i, share := range inStock {
		if share >= 1 || math.IsNaN(y[i]) {
			continue
		}
		e, n := nearest(y, i, season, open)
		if n < 2 && season > 1 {
			if all, m := nearest(y, i, 1, open); m > n {
				e, n = all, m
			}
		}
		to := math.NaN()
		switch {
		case n > 0:
			to = y[i] + (1-share)*max(0, e)
		case share > 0:
			to = y[i] / share
		}
		if to != y[i] {
			changes = append(changes, Change{i, y[i], to, StockoutDemand, 1 - share})
		}
	}
	return changes
}

// nearest is the mean of the up to 8 open periods nearest to i at distances that
// are multiples of step, the earlier first at equal distance.
func nearest(y []float64, i, step int, open func(int) bool) (mean float64, n int) {
	for d := step; n < neighbours && (i-d >= 0 || i+d < len(y)); d += step {
		if k := i - d; k >= 0 && open(k) {
			mean += y[k]
			n++
		}
		if k := i + d; n < neighbours && k < len(y) && open(k) {
			mean += y[k]
			n++
		}
	}
	if n > 0 {
		mean /= float64(n)
	}
	return mean, n
}
