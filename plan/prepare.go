package plan

import (
	"math"

	"planwright"
	"planwright/forecast"
)

// series is the past demand of one sku by period, oldest first, NaN where it is
// not known.
type series struct {
	independent []float64 // sales less returns, prepared
	total       []float64 // and issues to production, prepared
	first       int       // period index of the first value
	sales       bool      // there is a sale
	issues      bool      // there is an issue
	yearQty     float64   // total of the 365 days before the as-of day
	yearSales   float64   // of it independent demand

	lumpMean, lumpSD float64 // of a row of demand in those days; 0: none

	rawIndependent []float64         // as booked: returns in the period in which they came
	promo          []float64         // share of the days of a period marked as promotion
	out            []float64         // share of the days of a period without stock
	stockouts      bool              // out has a value above zero
	changes        []forecast.Change // that made independent of rawIndependent
	changesUse     []forecast.Change // that made total
}

// prepare aggregates rows [lo, hi) of h into the complete periods before asOf,
// and prepares them for a forecast. The series starts with the first period that
// has a row. from is the first day of any history, NoDay if not known. The steps,
// each an account of changes:
//
//   - the period of from is a part of one: its demand is brought to the whole, or
//     is missing where little of it was seen;
//   - returns beyond the sales of their period are taken off earlier sales;
//   - in a period without demand that has a day without stock the demand is not
//     known; where something was sold, the days without stock are estimated from
//     periods with stock (Conrad 1976).
func (s *series) prepare(h *planwright.History, lo, hi int32, asOf, from planwright.Day, p planwright.Period) {
	s.independent, s.total, s.rawIndependent = s.independent[:0], s.total[:0], s.rawIndependent[:0]
	s.promo, s.out = s.promo[:0], s.out[:0]
	s.changes, s.changesUse = s.changes[:0], s.changesUse[:0]
	s.sales, s.issues, s.stockouts, s.yearQty, s.yearSales = false, false, false, 0, 0
	s.lumpMean, s.lumpSD = 0, 0
	for lo < hi && h.On[hi-1] >= asOf {
		hi-- // what lies after the as-of day is not known yet
	}
	if lo == hi {
		return
	}
	s.first = p.Index(h.On[lo])
	end := p.Index(asOf) // the period of the as-of day is not complete
	n := max(0, end-s.first)
	s.rawIndependent, s.total = zeros(s.rawIndependent, n), zeros(s.total, n)
	s.promo, s.out = zeros(s.promo, n), zeros(s.out, n)
	var lumps, lumpSum, lumpSquares float64
	lastOut, lastPromo := planwright.NoDay, planwright.NoDay
	for r := lo; r < hi; r++ {
		i := p.Index(h.On[r]) - s.first
		q := h.Qty[r].Float()
		if h.Kind[r] == planwright.Return {
			q = -q
		}
		if h.On[r] >= asOf-365 {
			s.yearQty += q
			if q > 0 {
				lumps, lumpSum, lumpSquares = lumps+1, lumpSum+q, lumpSquares+q*q
			}
			if h.Kind[r] != planwright.Issue {
				s.yearSales += q
			}
		}
		if i >= n {
			continue
		}
		if h.Kind[r] == planwright.Issue {
			s.issues = s.issues || q != 0
		} else {
			s.sales = s.sales || q != 0
			s.rawIndependent[i] += q
		}
		s.total[i] += q
		if h.Stockout[r] && h.On[r] != lastOut {
			lastOut = h.On[r]
			s.out[i]++
			s.stockouts = true
		}
		if h.Promo[r] && h.On[r] != lastPromo {
			lastPromo = h.On[r]
			s.promo[i]++
		}
	}
	if lumps > 0 {
		s.lumpMean = lumpSum / lumps
		s.lumpSD = math.Sqrt(max(0, lumpSquares/lumps-s.lumpMean*s.lumpMean))
	}
	for i := range n {
		if s.out[i]+s.promo[i] > 0 {
			start := p.FromIndex(s.first + i)
			days := float64(p.Next(start) - start)
			s.out[i], s.promo[i] = min(1, s.out[i]/days), min(1, s.promo[i]/days)
		}
	}
	seen := 1.0 // share of the first period
	if start := p.FromIndex(s.first); n > 0 && from.Known() && p.Index(from) == s.first && from > start {
		seen = float64(p.Next(start)-from) / float64(p.Next(start)-start)
	}
	s.independent = append(s.independent, s.rawIndependent...)
	s.changes = s.clean(s.independent, seen, season(p), s.changes)
	s.changesUse = s.clean(s.total, seen, season(p), s.changesUse)
}

// most is the largest use of a period that is known, 0 where there is none.
func (s *series) most() float64 {
	most := 0.0
	for _, y := range s.total {
		if y > most { // NaN is not known
			most = y
		}
	}
	return most
}

// clean prepares y and appends what it changed to dst.
func (s *series) clean(y []float64, seen float64, season int, dst []forecast.Change) []forecast.Change {
	take := func(changes []forecast.Change) {
		forecast.Apply(y, changes)
		dst = append(dst, changes...)
	}
	if seen < 1 {
		take(forecast.WholePeriods(y[:1], []float64{seen}))
	}
	for _, v := range y {
		if v < 0 {
			take(forecast.NetReturns(y))
			break
		}
	}
	if !s.stockouts {
		return dst
	}
	inStock := make([]float64, len(y))
	for i := range y {
		inStock[i] = 1 - s.out[i]
		if s.out[i] > 0 && y[i] == 0 {
			take([]forecast.Change{{Period: i, From: 0, To: math.NaN(), Why: forecast.StockoutDemand, Score: s.out[i]}})
		}
	}
	take(forecast.Uncensor(y, inStock, season))
	return dst
}

func zeros(dst []float64, n int) []float64 {
	if cap(dst) < n {
		dst = make([]float64, n)
	}
	dst = dst[:n]
	clear(dst)
	return dst
}
