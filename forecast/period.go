package forecast

import (
	"fmt"
	"math"
)

// Bucket is a way of cutting days into periods. Days are counted from
// 1970-01-01, a Thursday.
type Bucket struct {
	Kind BucketKind
	// Pattern is that of the quarters of a retail calendar: 445 (the default),
	// 454 or 544 weeks.
	Pattern int
	// ShiftWeeks starts the retail year that many weeks after ISO week 1 (which
	// holds 4 January): 4 for a year from about the end of January.
	ShiftWeeks int
}

// BucketKind is a length of period.
type BucketKind uint8

// The buckets. A retail year has the 52 or 53 weeks of the ISO year; the 53rd
// belongs to its last period.
const (
	DayBucket BucketKind = iota
	WeekBucket
	MonthBucket
	RetailBucket
)

// Index numbers the periods: the next one is one higher, two days have the same
// number if and only if they lie in the same period.
func (b Bucket) Index(day int32) int {
	switch b.Kind {
	case WeekBucket:
		return floorDiv(int(day)+3, 7)
	case MonthBucket:
		y, m := civilMonth(int(day))
		return y*12 + m
	case RetailBucket:
		year := isoYear(int(day) - 7*b.ShiftWeeks)
		week := (int(day) - 7*b.ShiftWeeks - isoYearStart(year)) / 7
		quarter := min(week/13, 3)
		rest := week - 13*quarter
		p := b.pattern()
		switch {
		case rest < p[0]:
			rest = 0
		case rest < p[0]+p[1]:
			rest = 1
		default:
			rest = 2
		}
		return year*12 + quarter*3 + rest
	}
	return int(day)
}

// Start returns the first day of period i.
func (b Bucket) Start(i int) int32 {
	switch b.Kind {
	case WeekBucket:
		return int32(7*i - 3)
	case MonthBucket:
		y := floorDiv(i, 12)
		return int32(daysFromCivil(y, i-12*y+1, 1))
	case RetailBucket:
		year := floorDiv(i, 12)
		k := i - 12*year
		p := b.pattern()
		week := 13 * (k / 3)
		for _, w := range p[:k%3] {
			week += w
		}
		return int32(isoYearStart(year) + 7*(week+b.ShiftWeeks))
	}
	return int32(i)
}

func (b Bucket) pattern() [3]int {
	switch b.Pattern {
	case 454:
		return [3]int{4, 5, 4}
	case 544:
		return [3]int{5, 4, 4}
	}
	return [3]int{4, 4, 5}
}

// Series is dated demand in periods, oldest first.
type Series struct {
	Bucket Bucket
	First  int       // number of the first period
	Value  []float64 // demand, returns netted
	// Share is the part of the days of a period that lies in the window: below 1
	// only for the first and the last.
	Share []float64
	// Returned is what was taken back in the period, 0 or less; it is part of
	// Value.
	Returned []float64
}

// MaxPeriods is the longest series that transactions are put into.
const MaxPeriods = 1_000_000

// Collect sums dated values, in any order and any number a day, into the periods
// that touch [from, to]; days outside are left out. Values below zero are
// returns and reduce the demand of the period they are booked in. It returns an
// error wrapping [ErrValue] or [ErrOption].
func (b Bucket) Collect(days []int32, values []float64, from, to int32) (Series, error) {
	s := Series{Bucket: b}
	switch {
	case len(days) != len(values):
		return s, fmt.Errorf("forecast: %d days with %d values: %w: give one each", len(days), len(values), ErrOption)
	case from > to:
		return s, fmt.Errorf("forecast: window from day %d to %d: %w: end it on its first day or later", from, to, ErrOption)
	case b.Kind > RetailBucket || (b.Pattern != 0 && b.Pattern != 445 && b.Pattern != 454 && b.Pattern != 544) || b.ShiftWeeks < 0 || b.ShiftWeeks > 52:
		return s, fmt.Errorf("forecast: bucket %+v: %w: use a kind of the constants, pattern 445, 454 or 544, 0 to 52 weeks", b, ErrOption)
	case from < -1<<30 || to > 1<<30:
		return s, fmt.Errorf("forecast: window from day %d to %d: %w: use days within 2^30 of 1970", from, to, ErrOption)
	}
	s.First = b.Index(from)
	n := b.Index(to) - s.First + 1
	if n > MaxPeriods {
		return s, fmt.Errorf("forecast: %d periods: %w: use up to %d", n, ErrOption, MaxPeriods)
	}
	s.Value, s.Share, s.Returned = make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range s.Share {
		s.Share[i] = 1
	}
	share := func(i int) {
		start, end := b.Start(s.First+i), b.Start(s.First+i+1)
		s.Share[i] = float64(min(end, to+1)-max(start, from)) / float64(end-start)
	}
	share(0)
	share(n - 1)
	for i, d := range days {
		v := values[i]
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return s, fmt.Errorf("forecast: value %v on day %d: %w", v, d, ErrValue)
		}
		if d < from || d > to {
			continue
		}
		k := b.Index(d) - s.First
		s.Value[k] += v
		if v < 0 {
			s.Returned[k] += v
		}
	}
	return s, nil
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// civilMonth returns year and month 0..11 of a day, by the count of days from
// years that start in March, whose leap day is the last.
func civilMonth(day int) (year, month int) {
	z := day + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	month = ((5*doy+2)/153 + 2) % 12
	year = yoe + era*400
	if month < 2 {
		year++
	}
	return year, month
}

// daysFromCivil is the day of a date, month 1..12.
func daysFromCivil(year, month, day int) int {
	if month <= 2 {
		year--
	}
	era := floorDiv(year, 400)
	yoe := year - era*400
	doy := (153*((month+9)%12)+2)/5 + day - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

// isoYearStart is the Monday of ISO week 1, the week of 4 January.
func isoYearStart(year int) int { return 7*floorDiv(daysFromCivil(year, 1, 4)+3, 7) - 3 }

func isoYear(day int) int {
	year, _ := civilMonth(day)
	switch {
	case day < isoYearStart(year):
		return year - 1
	case day >= isoYearStart(year+1):
		return year + 1
	}
	return year
}
