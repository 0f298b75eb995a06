package analytics

// LostSales estimates the units that customers asked for in vain: the mean daily
// sale of the days with stock, over the days without, less what was sold on
// those all the same,
//
//	lost = max(0, sold_in / (days - out) · out - sold_out)
//
// (the averaging estimator; it leaves trend, season and substitution out). It is
// 0 where no day had stock: then nothing tells what would have been sold.
func LostSales(soldIn, soldOut float64, days, out int32) float64 {
	if out <= 0 || days <= out || !(soldIn > 0) {
		return 0
	}
	lost := soldIn/float64(days-out)*float64(out) - max(0, soldOut)
	if !finite(lost) {
		return 0
	}
	return max(0, lost)
}

// FillRate returns sold over sold and lost; false where nothing was asked for.
func FillRate(sold, lost float64) (float64, bool) {
	if !(sold >= 0) || !(lost >= 0) || !(sold+lost > 0) || !finite(sold+lost) {
		return 0, false
	}
	return sold / (sold + lost), true
}

// GMROI returns the gross margin return on inventory investment: gross margin of
// a year over average stock at cost (APICS Dictionary). False where there is no
// stock.
func GMROI(margin, averageStock float64) (float64, bool) {
	if margin != margin || !(averageStock > 0) || !finite(margin/averageStock) {
		return 0, false
	}
	return margin / averageStock, true
}
