package sample

import (
	"testing"
	"time"
)

// TestSpringFestival compares with the published dates.
func TestSpringFestival(t *testing.T) {
	for _, want := range []string{"2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26"} {
		if got := dayString(springFestival(int(number(t, want[:4])))); got != want {
			t.Errorf("Spring Festival of %s = %s, want %s", want[:4], got, want)
		}
	}
}

// TestCivil compares with the standard library over the range in use.
func TestCivil(t *testing.T) {
	for d := civil(1970, 1, 1); d < civil(2210, 1, 1); d++ {
		want := time.Unix(int64(d)*86400, 0).UTC()
		if y, m, dd := civilOf(d); y != want.Year() || m != int(want.Month()) || dd != want.Day() || civil(y, m, dd) != d {
			t.Fatalf("civilOf(%d) = %d-%d-%d, want %s", d, y, m, dd, want.Format(time.DateOnly))
		}
		if got, want := weekday(d)%7, int(want.Weekday()); got != want {
			t.Fatalf("weekday(%s) = %d, want %d", dayString(d), got, want)
		}
	}
}

// TestWorkCalendar counts working days one by one.
func TestWorkCalendar(t *testing.T) {
	first := civil(2026, 1, 1)
	c := newWorkCalendar("C", []int{6, 7}, nationalHolidays(2026), first, civil(2026, 12, 31))
	for d := first; d < civil(2026, 11, 1); d++ {
		for n := range 20 {
			want := d
			for !c.works(want) && n == 0 {
				want++
			}
			for left := n; left > 0; {
				want++
				if c.works(want) {
					left--
				}
			}
			if got := c.add(d, n); got != want {
				t.Fatalf("add(%s, %d) = %s, want %s", dayString(d), n, dayString(got), dayString(want))
			}
		}
	}
}
