package tabular

import (
	"regexp"
	"strconv"
	"strings"
)

// The orders in which a column may write its days.
const (
	OrderISO     = ""       // 2026-07-01, or 2026/7/1
	OrderYMD     = "ymd"    // year first in other dress: 20260701, 2026年7月1日, 26-07-01
	OrderDMY     = "dmy"    // 01/07/2026, 01.07.2026, 1-Jul-2026
	OrderMDY     = "mdy"    // 07/01/2026
	OrderSerial  = "serial" // 46204: days since 1899-12-30
	OrderUnknown = "?"      // day or month first cannot be told: such cells are set aside
)

var (
	isoDay     = regexp.MustCompile(`^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([T ].*)?$`)
	ymdDay     = regexp.MustCompile(`^([0-9]{4})(?:[-/. ]([0-9]{1,2})(?:[-/. ]([0-9]{1,2}))?|([0-9]{2})([0-9]{2}))(?:[T ].*)?$`)
	shortDay   = regexp.MustCompile(`^([0-9]{1,2})([-/. ])([0-9]{1,2})[-/. ]([0-9]{4}|[0-9]{2})(?:[T ,].*)?$`)
	nameDay    = regexp.MustCompile(`(?i)^([0-9]{1,2})[- ./]?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[- ./,]*([0-9]{4}|[0-9]{2})(?:[T ,].*)?$`)
	dayName    = regexp.MustCompile(`(?i)^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[- ./]*([0-9]{1,2})[- ,./]+([0-9]{4}|[0-9]{2})(?:[T ,].*)?$`)
	serialDay  = regexp.MustCompile(`^[2-7][0-9]{4}(\.[0-9]+)?$`)
	monthOnly  = regexp.MustCompile(`^([0-9]{4})[-/.]?(0?[1-9]|1[0-2])$`)
	monthNamed = regexp.MustCompile(`(?i)^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?[- /']*([0-9]{4}|[0-9]{2})$`)
	yearMonth  = regexp.MustCompile(`^([0-9]{2})-(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)$`)
)

var chineseDay = strings.NewReplacer("年", "-", "月", "-", "日", " ", "号", " ")

// plainDay brings a cell into the form that the patterns know: plain digits,
// no 年月日.
func plainDay(c string) string {
	c = strings.TrimSpace(fullWidth.Replace(c))
	if strings.ContainsAny(c, "年月") {
		c = strings.TrimRight(strings.TrimSpace(chineseDay.Replace(c)), "- ")
	}
	return c
}

func dateLike(c string) bool {
	if len(c) < 6 || len(c) > 40 {
		return false
	}
	c = plainDay(c)
	if m := ymdDay.FindStringSubmatch(c); m != nil {
		if m[4] != "" { // eight digits, six without a day
			return valid(m[4], m[5])
		}
		return m[2] != "" && (m[3] == "" && len(c) >= 6 || valid(m[2], m[3]))
	}
	return shortDay.MatchString(c) || nameDay.MatchString(c) || dayName.MatchString(c)
}

func valid(month, day string) bool {
	m, err := strconv.Atoi(month)
	d, err2 := strconv.Atoi(day)
	return err == nil && err2 == nil && m >= 1 && m <= 12 && d >= 1 && d <= 31
}

// Days is what the cells of a column say about how it writes days.
type Days struct {
	ISO, YMD, Named, Serial    int64
	DayFirst, MonthFirst, Both int64 // told by a number above 12, or not
	Short                      int64 // 26-07-01: two digits of a year first
	Bad                        int64
	Empty                      bool // cells such as NA and -
}

// Add takes a cell that occurs n times.
func (x *Days) Add(c string, n int64) {
	c = strings.TrimSpace(c)
	if c == "" || absent(c) {
		x.Empty = x.Empty || c != ""
		return
	}
	if isoDay.MatchString(c) {
		x.ISO += n
		return
	}
	p := plainDay(c)
	if m := shortDay.FindStringSubmatch(p); m != nil {
		a, _ := strconv.Atoi(m[1])
		b, _ := strconv.Atoi(m[3])
		y, _ := strconv.Atoi(m[4])
		switch {
		case len(m[4]) == 2 && b <= 12 && y <= 31 && (a > 31 || a > 12 && m[2] == "-"):
			x.Short += n // 26-07-15
		case a > 31 || b > 31 || a > 12 && b > 12 || a == 0 || b == 0:
			x.Bad += n
		case a > 12 || m[2] == "." && b <= 12:
			x.DayFirst += n
		case b > 12:
			x.MonthFirst += n
		default:
			x.Both += n
		}
		return
	}
	switch {
	case ymdDay.MatchString(p):
		x.YMD += n
	case nameDay.MatchString(p), dayName.MatchString(p):
		x.Named += n
	case serialDay.MatchString(p):
		x.Serial += n
	default:
		x.Bad += n
	}
}

// Order decides over the whole column. other is the order that the other
// columns of the file follow, "" where they tell none.
func (x *Days) Order(other string) string {
	switch {
	case x.Short > 0 && x.DayFirst == 0 && x.MonthFirst == 0:
		return OrderYMD
	case x.DayFirst > 0 && x.MonthFirst == 0:
		return OrderDMY
	case x.MonthFirst > 0 && x.DayFirst == 0:
		return OrderMDY
	case x.DayFirst > 0 && x.MonthFirst > 0:
		return OrderUnknown
	case x.Both > 0 && (other == OrderDMY || other == OrderMDY):
		return other
	case x.Both > 0:
		return OrderUnknown
	case x.Short > 0 || x.YMD > 0 || x.Named > 0:
		return OrderYMD
	case x.Serial > 0 && x.ISO == 0 && x.Serial >= x.Bad:
		return OrderSerial
	}
	return OrderISO
}

var monthNumbers = map[string]int{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}

// Period reads a title that is a month or a day and returns its first day as
// 2026-07-01, "" for any other title. A year of two digits is one of this
// century.
func Period(title string) string {
	c := plainDay(title)
	day := func(y, m, d string) string {
		if len(y) == 2 {
			y = "20" + y
		}
		month, err := strconv.Atoi(m)
		date, err2 := strconv.Atoi(d)
		if err != nil || err2 != nil || month < 1 || month > 12 || date < 1 || date > 31 || y < "1970" || y > "2199" {
			return ""
		}
		return y + "-" + two(month) + "-" + two(date)
	}
	if m := monthOnly.FindStringSubmatch(c); m != nil {
		return day(m[1], m[2], "1")
	}
	if m := monthNamed.FindStringSubmatch(c); m != nil {
		return day(m[2], strconv.Itoa(monthNumbers[strings.ToLower(m[1][:3])]), "1")
	}
	if m := yearMonth.FindStringSubmatch(strings.ToLower(c)); m != nil {
		return day(m[1], strconv.Itoa(monthNumbers[m[2]]), "1")
	}
	if m := ymdDay.FindStringSubmatch(c); m != nil {
		if m[3] != "" {
			return day(m[1], m[2], m[3])
		}
		if m[4] != "" {
			return day(m[1], m[4], m[5])
		}
	}
	return ""
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
