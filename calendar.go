package planwright

import "math/bits"

// calWords is the number of 64-day words from MinDay to MaxDay.
const calWords = int(MaxDay-MinDay)/64 + 1

// Calendar says which days work, as a bitmap with prefix sums: every question
// is O(1) but [Calendar.Add], which is O(log n). A nil *Calendar works every
// day. Days outside [MinDay]..[MaxDay] do not work, except for the nil one.
type Calendar struct {
	bits [calWords]uint64
	cum  [calWords + 1]int32 // working days before word i
}

// CalendarRule is one line of a calendar: a weekday (1 = Monday, 0 = none) or
// one day (On, for Weekday 0), and whether it works.
type CalendarRule struct {
	Weekday int
	On      Day
	Working bool
}

// NewCalendar builds a calendar from rules. Days work unless a rule says
// otherwise; a rule for one day beats a rule for its weekday; of two rules for
// the same day the later one holds.
func NewCalendar(rules []CalendarRule) *Calendar {
	week := [8]bool{true, true, true, true, true, true, true, true}
	for _, r := range rules {
		if r.Weekday >= 1 && r.Weekday <= 7 {
			week[r.Weekday] = r.Working
		}
	}
	c := &Calendar{}
	for d := MinDay; d <= MaxDay; d++ {
		if week[d.Weekday()] {
			c.bits[d>>6] |= 1 << (d & 63)
		}
	}
	for _, r := range rules {
		if r.Weekday == 0 && r.On >= MinDay && r.On <= MaxDay {
			if r.Working {
				c.bits[r.On>>6] |= 1 << (r.On & 63)
			} else {
				c.bits[r.On>>6] &^= 1 << (r.On & 63)
			}
		}
	}
	for i, w := range c.bits {
		c.cum[i+1] = c.cum[i] + int32(bits.OnesCount64(w))
	}
	return c
}

// Close returns the calendar with the days from..to (inclusive) closed; c itself
// stays as it is, and may be nil.
func (c *Calendar) Close(from, to Day) *Calendar {
	out := NewCalendar(nil)
	if c != nil {
		out.bits = c.bits
	}
	for d := max(from, MinDay); d <= min(to, MaxDay); d++ {
		out.bits[d>>6] &^= 1 << (d & 63)
	}
	for i, w := range out.bits {
		out.cum[i+1] = out.cum[i] + int32(bits.OnesCount64(w))
	}
	return out
}

// Working says whether d is a working day.
func (c *Calendar) Working(d Day) bool {
	if c == nil {
		return true
	}
	return d >= MinDay && d <= MaxDay && c.bits[d>>6]>>(d&63)&1 == 1
}

// before returns the number of working days earlier than d.
func (c *Calendar) before(d Day) int32 {
	if d <= MinDay {
		return 0
	}
	if d > MaxDay {
		return c.cum[calWords]
	}
	return c.cum[d>>6] + int32(bits.OnesCount64(c.bits[d>>6]&(1<<(d&63)-1)))
}

// at returns the working day with k working days before it; beyond the last
// one MaxDay, before the first MinDay.
func (c *Calendar) at(k int32) Day {
	if k < 0 {
		return MinDay
	}
	if k >= c.cum[calWords] {
		return MaxDay
	}
	lo, hi := 0, calWords // the last word with cum <= k
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; c.cum[mid] <= k {
			lo = mid
		} else {
			hi = mid
		}
	}
	w := c.bits[lo]
	for r := k - c.cum[lo]; r > 0; r-- {
		w &= w - 1
	}
	return Day(lo*64 + bits.TrailingZeros64(w))
}

// Count returns the number of working days in from <= d < to, negative where
// to lies before from.
func (c *Calendar) Count(from, to Day) int {
	if c == nil {
		return int(to - from)
	}
	return int(c.before(to) - c.before(from))
}

// Add returns the day n working days after d (before it for n < 0), d itself
// for n = 0, whether d works or not: the n-th working day that is not d.
func (c *Calendar) Add(d Day, n int) Day {
	switch {
	case c == nil:
		return satAdd(d, n)
	case n == 0:
		return d
	case n > 0:
		k := c.before(d) - 1 + int32(min(n, int(MaxDay)))
		if c.Working(d) {
			k++
		}
		return c.at(k)
	}
	return c.at(c.before(d) - int32(min(-n, int(MaxDay))))
}

// satAdd adds calendar days, staying inside [MinDay]..[MaxDay].
func satAdd(d Day, n int) Day {
	return Day(max(int64(MinDay), min(int64(MaxDay), int64(d)+int64(n))))
}

// OnOrBefore returns d if it works, else the last working day before it
// (MinDay where there is none).
func (c *Calendar) OnOrBefore(d Day) Day {
	if c.Working(d) {
		return d
	}
	return c.Add(d, -1)
}

// OnOrAfter returns d if it works, else the first working day after it (MaxDay
// where there is none).
func (c *Calendar) OnOrAfter(d Day) Day {
	if c.Working(d) {
		return d
	}
	return c.Add(d, 1)
}
