package analytics

import "planwright"

// Breach is the first time that a projected balance falls below safety stock.
type Breach struct {
	On         planwright.Day // the first day below
	Until      planwright.Day // the first day at or above it again; NoDay: none
	StockoutOn planwright.Day // the first day below zero; NoDay: none
	Lowest     planwright.Qty // until Until
}

// FirstBreach looks through the closing balances of a sku's dated elements (rows
// ascend by day; the last row of a day counts) for the first day below safety
// stock; false where there is none or safety is not above 0 and no balance is
// below zero.
func FirstBreach(on []planwright.Day, after []planwright.Qty, safety planwright.Qty) (Breach, bool) {
	b := Breach{On: planwright.NoDay, Until: planwright.NoDay, StockoutOn: planwright.NoDay}
	safety = max(0, safety.Or(0))
	for i, d := range on {
		if i+1 < len(on) && on[i+1] == d {
			continue
		}
		q := after[i].Or(0)
		if q < 0 && !b.StockoutOn.Known() && !b.Until.Known() {
			b.StockoutOn = d
		}
		switch {
		case !b.On.Known():
			if q < safety {
				b.On, b.Lowest = d, q
			}
		case b.Until.Known():
			return b, true
		case q >= safety:
			b.Until = d
		default:
			b.Lowest = min(b.Lowest, q)
		}
	}
	return b, b.On.Known()
}
