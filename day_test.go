package planwright_test

import (
	"testing"
	"time"

	. "planwright"

	"pgregory.net/rapid"
)

// TestDayAgainstTime walks every day of the range beside the standard library.
func TestDayAgainstTime(t *testing.T) {
	at := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	for d := MinDay; d <= MaxDay; d++ {
		y, m, dd := d.Civil()
		wy, wm, wd := at.Date()
		if y != wy || m != int(wm) || dd != wd || Date(y, m, dd) != d || d.Weekday() != int(at.Weekday()+6)%7+1 || d.String() != at.Format("2006-01-02") {
			t.Fatalf("day %d is %d-%d-%d weekday %d, want %s", d, y, m, dd, d.Weekday(), at)
		}
		if got, err := ParseDay(d.String()); err != nil || got != d {
			t.Fatalf("ParseDay(%s) = %d, %v, want %d", d, got, err, d)
		}
		at = at.AddDate(0, 0, 1)
	}
	if s := MaxDay.String(); s != "2199-12-31" {
		t.Errorf("MaxDay = %s, want 2199-12-31", s)
	}
}

func TestParseDayRefuses(t *testing.T) {
	for _, s := range []string{"", "2026-02-30", "2026-13-01", "2026-1-1", "01/02/2026", "2026-00-10", "2206-01-01", "1969-12-31", "20260101", "2026-01-01x"} {
		if d, err := ParseDay(s); err == nil {
			t.Errorf("ParseDay(%q) = %s, want an error", s, d)
		}
	}
	if d, err := ParseDay("2026-03-01T10:00:00Z"); err != nil || d != Date(2026, 3, 1) {
		t.Errorf("ParseDay with a time = %s, %v, want 2026-03-01", d, err)
	}
}

func FuzzParseDay(f *testing.F) {
	f.Add("2026-02-28")
	f.Add("1999-12-31 23:59")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDay(s)
		if err == nil && d.String() != s[:10] {
			t.Fatalf("ParseDay(%q) = %s", s, d)
		}
	})
}

// TestPeriods: the index of a period and its first day are inverse, and the
// next period has the next index.
func TestPeriods(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.Int32Range(int32(MinDay), int32(MaxDay)-40).Draw(t, "day"))
		p := Period(rapid.IntRange(0, 2).Draw(t, "period"))
		start, next := p.Start(d), p.Next(d)
		if start > d || next <= d || p.FromIndex(p.Index(d)) != start || p.FromIndex(p.Index(d)+1) != next {
			t.Fatalf("%s %s: start %s next %s index %d -> %s", p, d, start, next, p.Index(d), p.FromIndex(p.Index(d)))
		}
	})
}

// TestCalendar checks every operation against counting day by day.
func TestCalendar(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rules []CalendarRule
		for wd := 1; wd <= 7; wd++ {
			rules = append(rules, CalendarRule{Weekday: wd, Working: rapid.IntRange(0, 9).Draw(t, "works") < 6})
		}
		base := Date(2026, 1, 1)
		for range 30 {
			rules = append(rules, CalendarRule{On: base + Day(rapid.IntRange(0, 400).Draw(t, "on")), Working: rapid.Bool().Draw(t, "working")})
		}
		// Some day must work, or there is nothing to count.
		rules = append(rules, CalendarRule{Weekday: 3, Working: true})
		c := NewCalendar(rules)
		d := base + Day(rapid.IntRange(0, 400).Draw(t, "d"))
		n := rapid.IntRange(-40, 40).Draw(t, "n")
		want, step := d, Day(1)
		if n < 0 {
			step = -1
		}
		for left := max(n, -n); left > 0; {
			want += step
			if c.Working(want) {
				left--
			}
		}
		if got := c.Add(d, n); got != want {
			t.Fatalf("Add(%s, %d) = %s, want %s", d, n, got, want)
		}
		e := d + Day(rapid.IntRange(-50, 50).Draw(t, "e"))
		count, sign := 0, 1
		lo, hi := d, e
		if e < d {
			lo, hi, sign = e, d, -1
		}
		for x := lo; x < hi; x++ {
			if c.Working(x) {
				count++
			}
		}
		if got := c.Count(d, e); got != sign*count {
			t.Fatalf("Count(%s, %s) = %d, want %d", d, e, got, sign*count)
		}
		if a, b := c.OnOrBefore(d), c.OnOrAfter(d); !c.Working(a) || !c.Working(b) || a > d || b < d || c.Count(a+1, d+1) > 0 && a != d || c.Count(d, b) > 0 {
			t.Fatalf("OnOrBefore(%s) = %s, OnOrAfter = %s", d, a, b)
		}
	})
}

// TestCalendarEdges: a calendar without working days, and steps beyond the end.
func TestCalendarEdges(t *testing.T) {
	var never []CalendarRule
	for wd := 1; wd <= 7; wd++ {
		never = append(never, CalendarRule{Weekday: wd})
	}
	c := NewCalendar(never)
	if got := c.Add(Date(2026, 1, 1), 5); got != MaxDay {
		t.Errorf("Add on a calendar that never works = %s, want %s", got, MaxDay)
	}
	if got := c.OnOrBefore(Date(2026, 1, 1)); got != MinDay {
		t.Errorf("OnOrBefore on a calendar that never works = %s, want %s", got, MinDay)
	}
	var always *Calendar
	if got := always.Add(MaxDay, 1_000_000); got != MaxDay {
		t.Errorf("Add beyond the range = %s, want %s", got, MaxDay)
	}
	if got := always.Add(10, -1_000_000); got != MinDay {
		t.Errorf("Add before the range = %s, want %s", got, MinDay)
	}
}
