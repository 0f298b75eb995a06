package plan

import (
	"math"
	"slices"

	"planwright"
	"planwright/mrp"
)

// Receipts say how long a supplier really takes once there are enough of them,
// and for as long as they are recent.
const (
	measuredFrom = 6   // receipts of the sku from its supplier
	measuredDays = 730 // before the as-of day
)

// leadTimes are the lead times that receipts have shown, in calendar days from
// order to stock, as compressed rows by sku; none where a standard deviation
// was entered, or where receipts are too few.
type leadTimes struct {
	off  []int32
	days []float64
}

// seen returns the lead times of a sku as they were, rising.
func (l *leadTimes) seen(k planwright.SKU) []float64 { return l.days[l.off[k]:l.off[k+1]] }

// of returns the lead times of a sku, with what a scenario assumes of them.
func (l *leadTimes) of(s *planwright.Snapshot, src *mrp.Sourcing, k planwright.SKU) []float64 {
	seen := l.seen(k)
	if len(seen) == 0 || len(s.Assumed.LeadSKU) == 0 {
		return seen
	}
	more, fresh := s.Assumed.LeadOf(k, s.Sources.Supplier[src.Source[k]])
	if fresh {
		return nil
	}
	if more == 0 {
		return seen
	}
	moved := make([]float64, len(seen))
	for i, d := range seen {
		moved[i] = math.Max(0, d+float64(more))
	}
	return moved
}

// measureLeadTimes collects the receipts from the supplier that each sku is
// bought from.
func measureLeadTimes(s *planwright.Snapshot, src *mrp.Sourcing, asOf planwright.Day) leadTimes {
	r := &s.Receipts
	counts := func(i int) bool {
		k := r.SKU[i]
		if src.LeadTimeSD[k] > 0 || src.Source[k] == planwright.None || s.Sources.Supplier[src.Source[k]] != r.Supplier[i] {
			return false
		}
		return r.OrderedOn[i].Known() && r.ReceivedOn[i].Known() && r.OrderedOn[i] <= r.ReceivedOn[i] && r.ReceivedOn[i] <= asOf && r.ReceivedOn[i] >= asOf-measuredDays
	}
	return collectLeadTimes(s, counts)
}

// collectLeadTimes collects the receipts that count, of sku's with enough of
// them.
func collectLeadTimes(s *planwright.Snapshot, counts func(receipt int) bool) leadTimes {
	n, r := s.Len(), &s.Receipts
	l := leadTimes{off: make([]int32, n+1)}
	count := make([]int32, n)
	for i := range r.SKU {
		if counts(i) {
			count[r.SKU[i]]++
		}
	}
	for k, c := range count {
		if c < measuredFrom {
			c = 0
		}
		l.off[k+1] = l.off[k] + c
	}
	l.days = make([]float64, l.off[n])
	at := append([]int32(nil), l.off[:n]...)
	for i := range r.SKU {
		if k := r.SKU[i]; counts(i) && count[k] >= measuredFrom {
			// What comes before the order and behind the receipt is planned, not seen.
			around := max(0, s.SKUs.GRDays[k]) + max(0, s.SKUs.OpeningDays[k])
			l.days[at[k]] = float64(r.ReceivedOn[i]-r.OrderedOn[i]) + float64(around)
			at[k]++
		}
	}
	for k := range n { // whatever the order of the receipts
		slices.Sort(l.days[l.off[k]:l.off[k+1]])
	}
	return l
}
