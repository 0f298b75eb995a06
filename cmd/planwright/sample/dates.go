package sample

import "github.com/6tail/lunar-go/calendar"

// Days are int32 since 1970-01-01.

// civil returns the day of a date of the proleptic Gregorian calendar, by
// counting years from March so that the leap day is the last of its year.
func civil(y, m, d int) int32 {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + d - 1
	return int32(era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468)
}

func civilOf(day int32) (y, m, d int) {
	z := int(day) + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d = doy - (153*mp+2)/5 + 1
	m = mp + 3
	if m > 12 {
		m -= 12
	}
	y = yoe + era*400
	if m <= 2 {
		y++
	}
	return y, m, d
}

func appendDay(dst []byte, day int32) []byte {
	y, m, d := civilOf(day)
	return append(dst, byte('0'+y/1000%10), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-',
		byte('0'+m/10), byte('0'+m%10), '-', byte('0'+d/10), byte('0'+d%10))
}

func dayString(day int32) string { return string(appendDay(nil, day)) }

// weekday returns 1 for Monday .. 7 for Sunday.
func weekday(day int32) int {
	// 1970-01-01 was a Thursday.
	w := (int(day) + 3) % 7
	if w < 0 {
		w += 7
	}
	return w + 1
}

func ofSolar(s *calendar.Solar) int32 { return civil(s.GetYear(), s.GetMonth(), s.GetDay()) }

// springFestival returns the first day of the lunar year that begins in the
// Gregorian year y.
func springFestival(y int) int32 { return ofSolar(calendar.NewLunarFromYmd(y, 1, 1).GetSolar()) }

// span is a range of days, both ends included.
type span struct{ from, to int32 }

// nationalHolidays returns the statutory holidays of mainland China in year y,
// by their rule (lunar and solar-term dates computed); the make-up weekends
// that the State Council announces each autumn have no rule and are left out.
func nationalHolidays(y int) []span {
	sf := springFestival(y)
	qingming := ofSolar(calendar.NewLunarFromYmd(y, 3, 1).GetJieQiTable()["清明"])
	dragon := ofSolar(calendar.NewLunarFromYmd(y, 5, 5).GetSolar())
	moon := ofSolar(calendar.NewLunarFromYmd(y, 8, 15).GetSolar())
	return []span{
		{civil(y, 1, 1), civil(y, 1, 1)},
		{sf - 1, sf + 6},
		{qingming, qingming},
		{civil(y, 5, 1), civil(y, 5, 5)},
		{dragon, dragon},
		{moon, moon},
		{civil(y, 10, 1), civil(y, 10, 7)},
	}
}

// workCalendar is a working-day calendar over [first, first+len(on)).
type workCalendar struct {
	id       string
	weekend  [8]bool // by weekday: never works
	holidays []span
	first    int32
	on       []bool
	ord      []int32 // working days before the day
	days     []int32 // the n-th working day
}

func newWorkCalendar(id string, weekend []int, holidays []span, first, last int32) *workCalendar {
	c := &workCalendar{id: id, holidays: holidays, first: first, on: make([]bool, last-first+1), ord: make([]int32, last-first+1)}
	for _, w := range weekend {
		c.weekend[w] = true
	}
	for i := range c.on {
		c.on[i] = !c.weekend[weekday(first+int32(i))]
	}
	for _, h := range holidays {
		for d := max(h.from, first); d <= min(h.to, last); d++ {
			c.on[d-first] = false
		}
	}
	for i, on := range c.on {
		c.ord[i] = int32(len(c.days))
		if on {
			c.days = append(c.days, first+int32(i))
		}
	}
	return c
}

// works says whether day is a working day.
func (c *workCalendar) works(day int32) bool {
	i := int(day - c.first)
	return i < 0 || i >= len(c.on) || c.on[i]
}

// add returns the day n working days after day; n = 0 gives the first working
// day not before day. Beyond the calendar every day works.
func (c *workCalendar) add(day int32, n int) int32 {
	i := int(day - c.first)
	if i < 0 || i >= len(c.on) {
		return day + int32(n)
	}
	k := int(c.ord[i]) + n
	if n > 0 && !c.on[i] {
		k-- // counting starts on the working day before
	}
	if k >= len(c.days) {
		return c.first + int32(len(c.on)) + int32(k-len(c.days))
	}
	return c.days[max(k, 0)]
}
