package analytics

import "planwright"

// PlannedRow is a planned order of one of two plans.
type PlannedRow struct {
	Key     string // item and site
	Release planwright.Day
	Qty     planwright.Qty
}

// Nervous tells how much a plan changed against the one before it.
type Nervous struct {
	SKUs    int     // with an order in either plan inside the window
	Changed int     // of them with another quantity in a period
	Periods int     // periods with an order in either plan
	Moved   int     // periods whose quantity differs
	Before  float64 // quantity times weight of the plan before
	After   float64
	Diff    float64 // sum of the absolute differences
	Index   float64 // Diff over the larger of Before and After; 0 where both are 0
}

// Nervousness compares the releases of two plans by sku and period within
// from <= release < to, each list sorted by key, then release: the sum of the
// absolute changes over the quantity planned (the measure of Sridharan, Berry &
// Udayabhanu 1988, Decision Sciences 19(4), 844-870). weight is the value of a
// unit by key, so that pieces and kilograms add up; nil counts 1. period maps a
// day to its period. Orders that only changed their name are no change.
func Nervousness(before, after []PlannedRow, from, to planwright.Day, period func(planwright.Day) int, weight func(key string) float64) Nervous {
	var n Nervous
	inside := func(r PlannedRow) bool { return r.Release >= from && r.Release < to }
	i, j := 0, 0
	for i < len(before) || j < len(after) {
		key := ""
		switch {
		case i == len(before):
			key = after[j].Key
		case j == len(after):
			key = before[i].Key
		default:
			key = min(before[i].Key, after[j].Key)
		}
		w := 1.0
		if weight != nil {
			w = weight(key)
		}
		seen, changed := false, false
		for {
			// The next period of the sku in either plan.
			for i < len(before) && before[i].Key == key && !inside(before[i]) {
				i++
			}
			for j < len(after) && after[j].Key == key && !inside(after[j]) {
				j++
			}
			a, b := i < len(before) && before[i].Key == key, j < len(after) && after[j].Key == key
			if !a && !b {
				break
			}
			p := 0
			switch {
			case !b || a && period(before[i].Release) <= period(after[j].Release):
				p = period(before[i].Release)
			default:
				p = period(after[j].Release)
			}
			var qb, qa planwright.Qty
			for ; i < len(before) && before[i].Key == key && inside(before[i]) && period(before[i].Release) == p; i++ {
				qb = saturate(qb, before[i].Qty.Or(0))
			}
			for ; j < len(after) && after[j].Key == key && inside(after[j]) && period(after[j].Release) == p; j++ {
				qa = saturate(qa, after[j].Qty.Or(0))
			}
			seen = true
			n.Periods++
			n.Before += qb.Float() * w
			n.After += qa.Float() * w
			if qa != qb {
				changed = true
				n.Moved++
				d := (qa - qb).Float() * w
				if d < 0 {
					d = -d
				}
				n.Diff += d
			}
		}
		if seen {
			n.SKUs++
		}
		if changed {
			n.Changed++
		}
	}
	if whole := max(n.Before, n.After); whole > 0 {
		n.Index = n.Diff / whole
	}
	return n
}
