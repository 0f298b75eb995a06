package plan

import (
	"math"

	"planwright"
)

// series is the past demand of one sku by period, oldest first, NaN where the
// item was not available.
type series struct {
	independent []float64 // sales less returns
	total       []float64 // and issues to production
	first       int       // period index of the first value
	sales       bool      // there is a sale
	issues      bool      // there is an issue
	yearQty     float64   // total of the 365 days before the as-of day
	yearSales   float64   // of it independent demand

	lumpMean, lumpSD float64 // of a row of demand in those days; 0: none
}

// prepare aggregates rows [lo, hi) of h into the complete periods before
// asOf. The series starts with the first period that has a row. A period with
// no demand in which the item was out of stock is missing, not zero; demand
// that was cut by a stockout in part of a period stays as it is.
func (s *series) prepare(h *planwright.History, lo, hi int32, asOf planwright.Day, p planwright.Period) {
	s.independent, s.total = s.independent[:0], s.total[:0]
	s.sales, s.issues, s.yearQty, s.yearSales = false, false, 0, 0
	s.lumpMean, s.lumpSD = 0, 0
	for lo < hi && h.On[hi-1] >= asOf {
		hi-- // what lies after the as-of day is not known yet
	}
	if lo == hi {
		return
	}
	s.first = p.Index(h.On[lo])
	end := p.Index(asOf) // the period of the as-of day is not complete
	n := end - s.first
	if n > 0 {
		s.independent = zeros(s.independent, n)
		s.total = zeros(s.total, n)
	}
	var lumps, lumpSum, lumpSquares float64
	out := -1 // the last period with a stockout row
	mark := func(i int) {
		if i >= 0 && i < n && s.total[i] == 0 {
			s.independent[i], s.total[i] = math.NaN(), math.NaN()
		}
	}
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
			s.independent[i] += q
		}
		s.total[i] += q
		if h.Stockout[r] && i != out {
			mark(out)
			out = i
		}
	}
	mark(out)
	if lumps > 0 {
		s.lumpMean = lumpSum / lumps
		s.lumpSD = math.Sqrt(max(0, lumpSquares/lumps-s.lumpMean*s.lumpMean))
	}
	// Returns of one period that exceed its sales belong to earlier ones; demand
	// is not negative.
	carry(s.independent)
	carry(s.total)
}

// carry takes negative periods out of the periods before them, and drops what
// is left at the start of the series.
func carry(y []float64) {
	owed := 0.0
	for i := len(y) - 1; i >= 0; i-- {
		if math.IsNaN(y[i]) {
			continue
		}
		y[i] -= owed
		owed = 0
		if y[i] < 0 {
			owed, y[i] = -y[i], 0
		}
	}
}

func zeros(dst []float64, n int) []float64 {
	if cap(dst) < n {
		dst = make([]float64, n)
	}
	dst = dst[:n]
	clear(dst)
	return dst
}
