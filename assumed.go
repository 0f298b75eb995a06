package planwright

import "slices"

// Assumed is what a scenario assumes of a snapshot and no table of it can say. The
// zero value is nothing: a snapshot that was imported has none.
type Assumed struct {
	// Factors on the demand of sku's, sorted by sku, then in the order in which they
	// are multiplied: forecasts of the days From..To (inclusive) count times Factor.
	DemandSKU      []SKU
	DemandFrom     []Day
	DemandTo       []Day
	DemandFactor   []float64
	DemandCalendar []*Calendar // of the sites, by which demand has moved; nil: Sites.Calendar

	// Lead times that receipts have shown count so many days more (less), sorted by
	// sku: those from LeadSupplier, from any where it is None. LeadNew says that they
	// do not count at all: the lead time is another one from now on.
	LeadSKU      []SKU
	LeadSupplier []int32
	LeadDays     []int32
	LeadNew      []bool

	// Unit price and cost by item as they were, by which the launches of new items
	// are compared; nil: those of the items.
	Price, Cost []float64
}

// DemandOf returns the factors of sku k as rows lo..hi-1 of the Demand columns.
func (a *Assumed) DemandOf(k SKU) (lo, hi int) {
	if len(a.DemandSKU) == 0 {
		return 0, 0
	}
	lo, _ = slices.BinarySearch(a.DemandSKU, k)
	for hi = lo; hi < len(a.DemandSKU) && a.DemandSKU[hi] == k; hi++ {
		continue
	}
	return lo, hi
}

// Factor is what the demand of sku k is multiplied with over the days from..to
// (inclusive): each factor by the share of the days that it holds for. 1: nothing
// is assumed.
func (a *Assumed) Factor(k SKU, from, to Day) float64 {
	f := 1.0
	lo, hi := a.DemandOf(k)
	for i := lo; i < hi; i++ {
		if days := min(to, a.DemandTo[i]) - max(from, a.DemandFrom[i]) + 1; days > 0 {
			f *= 1 + (a.DemandFactor[i]-1)*float64(days)/float64(to-from+1)
		}
	}
	return f
}

// LeadOf is what is assumed of the lead times that receipts of sku k from a supplier
// have shown: days more, or that they do not count.
func (a *Assumed) LeadOf(k SKU, supplier int32) (days int32, fresh bool) {
	if len(a.LeadSKU) == 0 {
		return 0, false
	}
	for i, _ := slices.BinarySearch(a.LeadSKU, k); i < len(a.LeadSKU) && a.LeadSKU[i] == k; i++ {
		if s := a.LeadSupplier[i]; s == None || s == supplier {
			if a.LeadNew[i] {
				fresh = true
			}
			days += a.LeadDays[i]
		}
	}
	return days, fresh
}
