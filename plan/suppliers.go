package plan

import (
	"cmp"
	"math"
	"slices"

	"planwright"
	"planwright/analytics"
)

// scoreDays is how far back the receipts go that a supplier is measured by.
const scoreDays = 730

// supplierScores measures every supplier with finished purchases of the last two
// years, as a whole and by sku.
func supplierScores(s *planwright.Snapshot, p *planwright.Plan) {
	r := &s.Receipts
	var rows []int32
	for i := range r.SKU {
		if r.Supplier[i] >= 0 && r.SKU[i] >= 0 && r.OrderedOn[i].Known() && r.ReceivedOn[i].Known() && r.ReceivedOn[i] >= r.OrderedOn[i] &&
			r.ReceivedOn[i] < p.AsOf && r.ReceivedOn[i] >= p.AsOf-scoreDays {
			rows = append(rows, int32(i))
		}
	}
	slices.SortFunc(rows, func(a, b int32) int {
		return cmp.Or(cmp.Compare(r.Supplier[a], r.Supplier[b]), cmp.Compare(r.SKU[a], r.SKU[b]), cmp.Compare(r.OrderedOn[a], r.OrderedOn[b]), cmp.Compare(a, b))
	})
	var all, one []analytics.Delivery
	var scratch []float64
	t := &p.Scores
	for lo := 0; lo < len(rows); {
		sup := r.Supplier[rows[lo]]
		hi := lo
		all = all[:0]
		head := len(t.SKU)
		addScore(t, sup, planwright.NoSKU, analytics.Score{}, math.NaN())
		trend, weight := 0.0, 0.0
		for hi < len(rows) && r.Supplier[rows[hi]] == sup {
			k := r.SKU[rows[hi]]
			one = one[:0]
			for ; hi < len(rows) && r.Supplier[rows[hi]] == sup && r.SKU[rows[hi]] == k; hi++ {
				i := rows[hi]
				one = append(one, analytics.Delivery{Ordered: r.OrderedOn[i], Promised: r.PromisedOn[i], Received: r.ReceivedOn[i],
					QtyOrdered: r.Ordered[i], QtyGot: r.Received[i], QtyRefused: r.Rejected[i]})
			}
			change := orNaN(analytics.PriceTrend(quotes(s, k, sup, p.AsOf)))
			if change == change {
				trend += change * float64(len(one))
				weight += float64(len(one))
			}
			addScore(t, sup, k, analytics.ScoreSupplier(one, analytics.ScoreParams{}, change, &scratch), change)
			all = append(all, one...)
		}
		whole := math.NaN()
		if weight > 0 {
			whole = trend / weight
		}
		slices.SortStableFunc(all, func(a, b analytics.Delivery) int { return cmp.Compare(a.Ordered, b.Ordered) })
		setScore(t, head, analytics.ScoreSupplier(all, analytics.ScoreParams{}, whole, &scratch), whole)
		lo = hi
	}
}

// quotes are the prices of a supplier for a sku by the day from which they hold.
func quotes(s *planwright.Snapshot, k planwright.SKU, supplier int32, asOf planwright.Day) []analytics.Quote {
	var q []analytics.Quote
	src := &s.Sources
	if len(src.Off) == 0 {
		return nil
	}
	for r := src.Off[k]; r < src.Off[k+1]; r++ {
		if src.Supplier[r] == supplier && src.EffectiveFrom[r].Known() && src.EffectiveFrom[r] <= asOf && src.Price[r] > 0 {
			q = append(q, analytics.Quote{From: src.EffectiveFrom[r], Price: src.Price[r]})
		}
	}
	slices.SortStableFunc(q, func(a, b analytics.Quote) int { return cmp.Compare(a.From, b.From) })
	return q
}

func addScore(t *planwright.SupplierScores, supplier int32, k planwright.SKU, s analytics.Score, trend float64) {
	t.Supplier = append(t.Supplier, supplier)
	t.SKU = append(t.SKU, k)
	t.Receipts = append(t.Receipts, 0)
	for _, c := range scoreColumns(t) {
		*c = append(*c, 0)
	}
	setScore(t, len(t.SKU)-1, s, trend)
}

// scoreColumns are the figures of the table in the order of setScore.
func scoreColumns(t *planwright.SupplierScores) []*[]float64 {
	return []*[]float64{&t.LeadMean, &t.LeadSD, &t.LeadQ50, &t.LeadQ90, &t.LeadQ95, &t.LeadTrend, &t.PromisedMean, &t.LateMean, &t.OnTime, &t.InFull, &t.OTIF,
		&t.QtyRate, &t.RejectRate, &t.PriceTrend, &t.Delivery, &t.Quantity, &t.Quality, &t.LeadStability, &t.PriceScore, &t.All}
}

func setScore(t *planwright.SupplierScores, i int, s analytics.Score, trend float64) {
	t.Receipts[i] = int32(s.Receipts)
	for c, v := range []float64{s.LeadMean, s.LeadSD, s.LeadQ50, s.LeadQ90, s.LeadQ95, s.LeadTrend, s.PromisedMean, s.LateMean, s.OnTime, s.InFull, s.OTIF,
		s.QtyRate, s.RejectRate, trend, s.Delivery, s.Quantity, s.Quality, s.LeadStability, s.Price, s.All} {
		(*scoreColumns(t)[c])[i] = v
	}
}
