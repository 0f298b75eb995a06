package analytics

import "planwright"

// LedgerYear is what the stock ledger tells of one sku over the days before the
// as-of day.
type LedgerYear struct {
	Days       int32   // days that the ledger covers; 0: it tells nothing
	AverageQty float64 // mean closing balance of those days
	ZeroDays   int32   // days that closed without stock
	LastIn     planwright.Day
	LastOut    planwright.Day
}

// Ledger walks the stock ledger of a sku back from the opening balance of asOf,
// over at most the given number of days; rows ascend by day, receipts are
// positive. Days before the first row are not covered: the ledger does not say
// what was there. Rows of asOf and later are not yet in the balance.
func Ledger(on []planwright.Day, qty []planwright.Qty, onHand planwright.Qty, asOf planwright.Day, days int32) LedgerYear {
	y := LedgerYear{LastIn: planwright.NoDay, LastOut: planwright.NoDay}
	n := len(on)
	for n > 0 && on[n-1] >= asOf {
		n--
	}
	if n == 0 || days <= 0 {
		return y
	}
	from := max(asOf-planwright.Day(days), on[0])
	balance, sum := onHand.Or(0), 0.0
	end := asOf // the balance holds for the days day..end-1
	for i := n - 1; i >= 0; {
		day := on[i]
		if d := int32(end - max(day, from)); d > 0 {
			sum += float64(d) * balance.Float()
			if balance <= 0 {
				y.ZeroDays += d
			}
			y.Days += d
			end = max(day, from)
		}
		for ; i >= 0 && on[i] == day; i-- {
			q := qty[i].Or(0)
			if q > 0 && !y.LastIn.Known() {
				y.LastIn = day
			}
			if q < 0 && !y.LastOut.Known() {
				y.LastOut = day
			}
			balance = saturate(balance, -q)
		}
		if day <= from && y.LastIn.Known() && y.LastOut.Known() {
			break
		}
	}
	y.AverageQty = sum / float64(y.Days)
	return y
}
