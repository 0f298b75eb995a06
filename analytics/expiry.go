package analytics

import (
	"cmp"
	"slices"

	"planwright"
)

// Lot is stock with a last day of use.
type Lot struct {
	Ref     int32          // the caller's
	From    planwright.Day // usable from this day
	Expires planwright.Day // the last day of use; NoDay: never
	Qty     planwright.Qty // above 0
	Used    planwright.Qty // set by [FEFO]
}

// FEFO simulates use of lots first expired, first out: each dated use (days
// ascending, quantities above 0) takes the usable lot that expires first; what
// no lot serves is served by stock to come and is no matter here. After end,
// exclusive, use goes on at the mean rate of asOf..end. It sets Used of every
// lot; what a lot that expires has left is what will expire unused. Lots are
// sorted by their last day.
func FEFO(lots []Lot, on []planwright.Day, use []planwright.Qty, asOf, end planwright.Day) {
	slices.SortStableFunc(lots, func(a, b Lot) int {
		return cmp.Or(cmp.Compare(last(a.Expires), last(b.Expires)), cmp.Compare(a.From, b.From))
	})
	var sum planwright.Qty
	first := 0 // lots before it are used up or expired
	for i, day := range on {
		q := use[i].Or(0)
		if q <= 0 {
			continue
		}
		day = max(day, asOf)
		sum = saturate(sum, q)
		for first < len(lots) && (lots[first].Used == lots[first].Qty || last(lots[first].Expires) < day) {
			first++
		}
		for j := first; j < len(lots) && q > 0; j++ {
			l := &lots[j]
			if l.From > day || last(l.Expires) < day {
				continue
			}
			part := min(q, l.Qty-l.Used)
			l.Used += part
			q -= part
		}
	}
	if sum <= 0 || end <= asOf {
		return
	}
	rate := sum.Float() / float64(end-asOf) // a day
	day := float64(end)
	for j := first; j < len(lots); j++ {
		l := &lots[j]
		left := l.Qty - l.Used
		if left <= 0 {
			continue
		}
		day = max(day, float64(l.From))
		if !l.Expires.Known() {
			break // nothing behind it expires
		}
		can := (float64(l.Expires) + 1 - day) * rate
		if can <= 0 {
			continue
		}
		if part := left.Float(); part <= can {
			l.Used = l.Qty
			day += part / rate
		} else {
			l.Used = min(l.Qty, l.Used+planwright.Clamp(can))
			day += can / rate
		}
	}
}

// last orders lots without a last day behind all others.
func last(d planwright.Day) planwright.Day {
	if !d.Known() {
		return planwright.MaxDay + 1
	}
	return d
}

// DefaultExpiryBuckets are the last numbers of days left of the usual expiry
// buckets; stock that has expired has a bucket of its own.
var DefaultExpiryBuckets = []int32{7, 30, 60, 90, 180, 365}

// Expired is the bucket of stock whose last day has passed.
const Expired = "expired"

// ExpiryBucket returns the bucket of a number of days left.
func ExpiryBucket(b Buckets, daysLeft int32) string {
	if daysLeft != planwright.NoInt && daysLeft < 0 {
		return Expired
	}
	return b.Of(daysLeft)
}
