package analytics

import (
	"math"
	"slices"

	"planwright"
)

// ScoreParams are the weights of a supplier's score. The zero value is the
// default; parts that are not known are left out and the others weigh more.
type ScoreParams struct {
	Delivery, Quantity, Quality, Lead, Price float64 // 0 of all: 0.4, 0.2, 0.2, 0.1, 0.1
	// Tolerance is how many days after the promised one still count as on time.
	Tolerance int32
	// FullShare is the good share of the ordered quantity from which a receipt is
	// in full; 0: 1.
	FullShare float64
}

func (p ScoreParams) withDefaults() ScoreParams {
	if p.Delivery == 0 && p.Quantity == 0 && p.Quality == 0 && p.Lead == 0 && p.Price == 0 {
		p.Delivery, p.Quantity, p.Quality, p.Lead, p.Price = 0.4, 0.2, 0.2, 0.1, 0.1
	}
	if p.FullShare == 0 {
		p.FullShare = 1
	}
	return p
}

// Delivery is one finished purchase.
type Delivery struct {
	Ordered, Promised, Received    planwright.Day // Promised: NoDay where none
	QtyOrdered, QtyGot, QtyRefused planwright.Qty
}

// Score is what the deliveries of one supplier tell; NaN where they tell nothing.
type Score struct {
	Receipts                                               int
	LeadMean, LeadSD, LeadQ50, LeadQ90, LeadQ95            float64
	LeadTrend                                              float64 // days a year
	PromisedMean, LateMean                                 float64
	OnTime, InFull, OTIF, QtyRate, RejectRate              float64
	Delivery, Quantity, Quality, LeadStability, Price, All float64 // 0..100
}

// ScoreSupplier measures the deliveries of a supplier; scratch is memory for the
// lead times, which may be nil. priceTrend is the change of its price a year as a
// fraction, NaN where it is not known.
//
//	lead time       receipt less order day: mean, sample deviation, quantiles of
//	                Hyndman & Fan (1996) type 7, least-squares slope over the order day
//	on time         received by the promised day; receipts without one do not count
//	in full         good quantity (received less rejected) >= ordered
//	OTIF            both
//	parts 0..100    delivery 100 · on time; quantity 100 · in full; quality 100 · (1 - rejected/received);
//	                lead stability 100 · max(0, 1 - sd/mean); price 100 · min(1, max(0, 1 - 5 · trend)): 20 % a year more is 0
//	score           mean of the parts that are known, by weight
func ScoreSupplier(d []Delivery, p ScoreParams, priceTrend float64, scratch *[]float64) Score {
	p = p.withDefaults()
	nan := math.NaN()
	s := Score{Receipts: len(d), LeadMean: nan, LeadSD: nan, LeadQ50: nan, LeadQ90: nan, LeadQ95: nan, LeadTrend: nan, PromisedMean: nan, LateMean: nan,
		OnTime: nan, InFull: nan, OTIF: nan, QtyRate: nan, RejectRate: nan, Delivery: nan, Quantity: nan, Quality: nan, LeadStability: nan, Price: nan, All: nan}
	var own []float64
	if scratch == nil {
		scratch = &own
	}
	lead := (*scratch)[:0]
	var ordered, got, refused, late, promised, sx, sy, sxx, sxy float64
	known, onTime, inFull, both, full := 0, 0, 0, 0, 0
	for i := range d {
		r := &d[i]
		days := float64(r.Received - r.Ordered)
		lead = append(lead, days)
		x := float64(r.Ordered - d[0].Ordered)
		sx, sy, sxx, sxy = sx+x, sy+days, sxx+x*x, sxy+x*days
		good := r.QtyGot.Or(0) - r.QtyRefused.Or(0)
		if r.QtyOrdered.Or(0) > 0 {
			full++
			ordered += r.QtyOrdered.Float()
			got += r.QtyGot.Or(0).Float()
		}
		refused += r.QtyRefused.Or(0).Float()
		isFull := r.QtyOrdered.Or(0) > 0 && good.Float() >= p.FullShare*r.QtyOrdered.Float()
		if isFull {
			inFull++
		}
		if r.Promised.Known() {
			known++
			promised += float64(r.Promised - r.Ordered)
			late += float64(r.Received - r.Promised)
			if r.Received <= r.Promised+planwright.Day(p.Tolerance) {
				onTime++
				if isFull {
					both++
				}
			}
		}
	}
	*scratch = lead
	n := float64(len(d))
	if len(d) > 0 {
		s.LeadMean = sy / n
		ss := 0.0
		for _, v := range lead {
			ss += (v - s.LeadMean) * (v - s.LeadMean)
		}
		if len(d) > 1 {
			s.LeadSD = math.Sqrt(ss / (n - 1))
		}
		if den := sxx - sx*sx/n; len(d) > 2 && den > 0 {
			s.LeadTrend = (sxy - sx*sy/n) / den * 365
		}
		slices.Sort(lead)
		s.LeadQ50, s.LeadQ90, s.LeadQ95 = quantile(lead, 0.5), quantile(lead, 0.9), quantile(lead, 0.95)
	}
	if known > 0 {
		s.PromisedMean, s.LateMean = promised/float64(known), late/float64(known)
		s.OnTime, s.OTIF = float64(onTime)/float64(known), float64(both)/float64(known)
		s.Delivery = 100 * s.OnTime
	}
	if full > 0 {
		s.InFull = float64(inFull) / float64(full)
		s.QtyRate = got / ordered
		s.Quantity = 100 * s.InFull
	}
	if got > 0 {
		s.RejectRate = refused / got
		s.Quality = 100 * (1 - min(1, s.RejectRate))
	}
	if s.LeadMean > 0 && s.LeadSD == s.LeadSD {
		s.LeadStability = 100 * max(0, 1-s.LeadSD/s.LeadMean)
	}
	if finite(priceTrend) {
		s.Price = 100 * min(1, max(0, 1-5*priceTrend))
	}
	sum, weight := 0.0, 0.0
	for _, part := range [][2]float64{{s.Delivery, p.Delivery}, {s.Quantity, p.Quantity}, {s.Quality, p.Quality}, {s.LeadStability, p.Lead}, {s.Price, p.Price}} {
		if part[0] == part[0] {
			sum += part[0] * part[1]
			weight += part[1]
		}
	}
	if weight > 0 {
		s.All = sum / weight
	}
	return s
}

// quantile returns the p-quantile of sorted values, Hyndman & Fan (1996) type 7.
func quantile(sorted []float64, p float64) float64 {
	h := p * float64(len(sorted)-1)
	i := int(h)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (h-float64(i))*(sorted[i+1]-sorted[i])
}

// Quote is a price that holds from a day on.
type Quote struct {
	From  planwright.Day
	Price float64
}

// PriceTrend returns the change of a price a year as a fraction, compounded over
// the days from the first to the last quote (ascending by day); false where there
// are fewer than two, they lie less than 30 days apart or a price is not above 0.
func PriceTrend(q []Quote) (float64, bool) {
	if len(q) < 2 {
		return 0, false
	}
	a, b := q[0], q[len(q)-1]
	days := float64(b.From - a.From)
	if days < 30 || !(a.Price > 0) || !(b.Price > 0) {
		return 0, false
	}
	t := math.Pow(b.Price/a.Price, 365/days) - 1
	return t, finite(t)
}
