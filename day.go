package planwright

import (
	"errors"
	"math"
)

// Day is a calendar day counted from 1970-01-01, without zone or clock time.
// DuckDB's DATE has the same representation.
type Day int32

const (
	// NoDay says that a day column holds no value in this row.
	NoDay Day = math.MinInt32
	// MinDay and MaxDay bound the days that a data set may hold:
	// 1970-01-01 and 2199-12-31.
	MinDay Day = 0
	MaxDay Day = 84005
)

// ErrDaySyntax is returned for text that is not a day; ErrDayRange for a day
// outside [MinDay]..[MaxDay].
var (
	ErrDaySyntax = errors.New("not a day (YYYY-MM-DD)")
	ErrDayRange  = errors.New("day outside 1970-01-01..2199-12-31")
)

// Date returns the day of a civil date of the proleptic Gregorian calendar.
// Months and days outside their range roll over, as in time.Date.
func Date(year, month, day int) Day {
	month--
	year += floorDiv(month, 12)
	month = month - floorDiv(month, 12)*12 + 1
	// Years start in March, so that the leap day is the last of its year
	// (the usual days-from-civil count).
	y := year
	if month <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	mp := (month + 9) % 12
	doy := (153*mp+2)/5 + day - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return Day(era*146097 + doe - 719468)
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// Civil returns the year, month (1..12) and day of the month.
func (d Day) Civil() (year, month, day int) {
	z := int(d) + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp + 3
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

// ParseDay reads YYYY-MM-DD, with or without a time of day behind it (which is
// dropped). It returns [ErrDaySyntax] or [ErrDayRange].
func ParseDay(s string) (Day, error) {
	if len(s) > 10 && (s[10] == 'T' || s[10] == ' ') {
		s = s[:10]
	}
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, ErrDaySyntax
	}
	num := func(t string) int {
		n := 0
		for i := 0; i < len(t); i++ {
			if t[i] < '0' || t[i] > '9' {
				return -1
			}
			n = n*10 + int(t[i]-'0')
		}
		return n
	}
	y, m, dd := num(s[:4]), num(s[5:7]), num(s[8:])
	if y < 0 || m < 1 || m > 12 || dd < 1 || dd > 31 {
		return 0, ErrDaySyntax
	}
	d := Date(y, m, dd)
	if _, m2, _ := d.Civil(); m2 != m {
		return 0, ErrDaySyntax
	}
	if d < MinDay || d > MaxDay {
		return 0, ErrDayRange
	}
	return d, nil
}

// AppendTo appends the ISO form YYYY-MM-DD; nothing for [NoDay].
func (d Day) AppendTo(dst []byte) []byte {
	if d == NoDay {
		return dst
	}
	y, m, dd := d.Civil()
	return append(dst, byte('0'+y/1000%10), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-',
		byte('0'+m/10), byte('0'+m%10), '-', byte('0'+dd/10), byte('0'+dd%10))
}

// String returns the ISO form YYYY-MM-DD, "" for [NoDay].
func (d Day) String() string { return string(d.AppendTo(make([]byte, 0, 10))) }

// Known says whether d holds a value.
func (d Day) Known() bool { return d != NoDay }

// Weekday returns 1 for Monday to 7 for Sunday (ISO 8601).
func (d Day) Weekday() int { return int(((int64(d)+3)%7+7)%7) + 1 }

// Monday returns the first day of the ISO week of d.
func (d Day) Monday() Day { return d - Day(d.Weekday()-1) }

// MonthStart returns the first day of the month of d.
func (d Day) MonthStart() Day {
	y, m, _ := d.Civil()
	return Date(y, m, 1)
}

// NextMonth returns the first day of the month after that of d.
func (d Day) NextMonth() Day {
	y, m, _ := d.Civil()
	return Date(y, m+1, 1)
}

// Period is the length of a forecast bucket.
type Period uint8

// The periods of a forecast: ISO weeks (from Monday), days and calendar months.
const (
	ByWeek Period = iota
	ByDay
	ByMonth
)

var periodNames = []string{"week", "day", "month"}

func (p Period) String() string { return name(periodNames, uint8(p)) }

// ParsePeriod reads day, week or month.
func ParsePeriod(s string) (Period, bool) {
	v, ok := parseName(periodNames, s)
	return Period(v), ok
}

// Start returns the first day of the period that d lies in.
func (p Period) Start(d Day) Day {
	switch p {
	case ByWeek:
		return d.Monday()
	case ByMonth:
		return d.MonthStart()
	}
	return d
}

// Next returns the first day of the period after the one that d lies in.
func (p Period) Next(d Day) Day {
	switch p {
	case ByWeek:
		return d.Monday() + 7
	case ByMonth:
		return d.NextMonth()
	}
	return d + 1
}

// Index numbers the periods: two days have the same index if and only if they
// lie in the same period, and the index of the next period is one higher.
func (p Period) Index(d Day) int {
	switch p {
	case ByWeek:
		return floorDiv(int(d)+3, 7)
	case ByMonth:
		y, m, _ := d.Civil()
		return y*12 + m - 1
	}
	return int(d)
}

// FromIndex returns the first day of the period numbered i; see [Period.Index].
func (p Period) FromIndex(i int) Day {
	switch p {
	case ByWeek:
		return Day(i*7 - 3)
	case ByMonth:
		return Date(floorDiv(i, 12), i-floorDiv(i, 12)*12+1, 1)
	}
	return Day(i)
}

// Days returns the mean length of the period in days.
func (p Period) Days() float64 {
	switch p {
	case ByWeek:
		return 7
	case ByMonth:
		return 365.25 / 12
	}
	return 1
}
