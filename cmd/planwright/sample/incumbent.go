package sample

import (
	"math"
	"strconv"
)

// incumbent is the min-max setting that the company has worked with, the rule
// that a plan is later compared with. On two days a year (1 January, 1 July)
// each sku gets
//
//	min = 1.15 a (L + R),   max = min + max(lot minimum, a C)
//
// where a is the average quantity used a day since the last setting, as it was
// known on that day (sales that a stockout lost are not in it), L the time from
// an order to its receipt (the lead time; five working days of release queue
// more for what is made), R the review period and C the order cycle, in calendar days; both are
// rounded up to whole units. The first setting uses the first two months.
type incumbent struct {
	min, max int64 // thousandths
	setOn    int32 // 0 = not set since the first setting
	history  []byte
}

func (x *incumbent) reset() {
	x.min, x.max, x.setOn = 0, 0, 0
	x.history = x.history[:0]
}

func (x *incumbent) set(g *generator, s *supply, avg float64) {
	lo := math.Ceil(1.15 * avg * (s.leadDays(g.asOf) + float64(s.review)))
	x.min = int64(max(lo, 1)) * 1000
	x.max = x.min + max(s.lotMin, int64(math.Ceil(avg*s.cycle))*1000)
}

// log notes the setting as day:min:max, separated by semicolons.
func (x *incumbent) log(day int32) {
	x.setOn = day
	if len(x.history) > 0 {
		x.history = append(x.history, ';')
	}
	x.history = append(appendDay(x.history, day), ':')
	x.history = append(strconv.AppendInt(x.history, x.min/1000, 10), ':')
	x.history = strconv.AppendInt(x.history, x.max/1000, 10)
}
