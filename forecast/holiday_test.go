package forecast

import (
	"errors"
	"math"
	"testing"
	"time"
)

func dateDay(t *testing.T, s string) int32 {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return int32(d.Unix() / 86400)
}

// TestLunarDay: dates of the Hong Kong Observatory's Gregorian-lunar calendar
// conversion tables.
func TestLunarDay(t *testing.T) {
	for _, c := range []struct {
		year, month, day int
		want             string
	}{
		{1985, 1, 1, "1985-02-20"}, {2000, 1, 1, "2000-02-05"}, {2012, 1, 1, "2012-01-23"},
		{2015, 1, 1, "2015-02-19"}, {2020, 1, 1, "2020-01-25"}, {2023, 1, 1, "2023-01-22"},
		{2024, 1, 1, "2024-02-10"}, {2025, 1, 1, "2025-01-29"}, {2026, 1, 1, "2026-02-17"},
		{2027, 1, 1, "2027-02-06"}, {2024, 5, 5, "2024-06-10"}, {2024, 8, 15, "2024-09-17"},
		{2020, 8, 15, "2020-10-01"}, // after a leap fourth month
		{2023, 8, 15, "2023-09-29"}, // after a leap second month
	} {
		got, err := LunarDay(c.year, c.month, c.day)
		if err != nil {
			t.Fatal(err)
		}
		if want := dateDay(t, c.want); got != want {
			t.Errorf("LunarDay(%d, %d, %d) = %d, want %d (%s)", c.year, c.month, c.day, got, want, c.want)
		}
	}
	for y := firstLunarYear; y <= lastLunarYear; y++ {
		d, err := LunarDay(y, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		date := time.Unix(int64(d)*86400, 0).UTC()
		if s := date.Format("01-02"); date.Year() != y || s < "01-20" || s > "02-22" {
			t.Errorf("Spring Festival of %d on %s", y, date.Format(time.DateOnly))
		}
	}
	if _, err := LunarDay(1899, 1, 1); !errors.Is(err, ErrOption) {
		t.Errorf("LunarDay(1899, 1, 1): %v", err)
	}
	if _, err := LunarDays(2199, 2201, 1, 1); !errors.Is(err, ErrOption) {
		t.Errorf("LunarDays(2199, 2201): %v", err)
	}
}

// TestChineseHolidays: the notice of the State Council's General Office for 2024:
// Spring Festival off from 10 to 17 February, worked on 4 and 18 February.
func TestChineseHolidays(t *testing.T) {
	days := map[int32]bool{}
	for _, h := range ChineseHolidays(2024) {
		days[h.Day] = h.Working
	}
	for d := dateDay(t, "2024-02-10"); d <= dateDay(t, "2024-02-17"); d++ {
		if working, ok := days[d]; !ok || working {
			t.Errorf("day %d of the Spring Festival is not off", d)
		}
	}
	for _, s := range []string{"2024-02-04", "2024-02-18", "2024-10-12"} {
		if !days[dateDay(t, s)] {
			t.Errorf("%s is not worked", s)
		}
	}
	if len(ChineseHolidays(1990)) != 0 {
		t.Error("holidays of 1990")
	}
}

// monthStarts are the first days of the months of a year and of the next.
func monthStarts(year int) []int32 {
	var starts []int32
	for m := 1; m <= 13; m++ {
		starts = append(starts, dayOf(year, m, 1))
	}
	return starts
}

func TestWorkingDays(t *testing.T) {
	starts := monthStarts(2024)
	got := make([]float64, 12)
	if err := WorkingDays(got, starts, MondayToFriday, nil); err != nil {
		t.Fatal(err)
	}
	for m, n := range []float64{23, 21, 21, 22, 23, 20, 23, 22, 21, 23, 21, 22} {
		if got[m] != n {
			t.Errorf("Mondays to Fridays of month %d of 2024 = %v, want %v", m+1, got[m], n)
		}
	}
	if err := WorkingDays(got, starts, MondayToFriday, ChineseHolidays(2024)); err != nil {
		t.Fatal(err)
	}
	// The published calendar of 2024 has 251 working days, 18 in February:
	// 21 less 12 to 16 February, with 4 and 18.
	sum := 0.0
	for _, v := range got {
		sum += v
	}
	if sum != 251 || got[1] != 18 {
		t.Errorf("working days of 2024 = %v, February %v, want 251 and 18", sum, got[1])
	}
	// Adjusted and restored, a flow proportional to working days is constant.
	y, flat := make([]float64, 12), make([]float64, 12)
	for m := range y {
		y[m] = 7 * got[m]
	}
	if err := AdjustWorkingDays(flat, y, got); err != nil {
		t.Fatal(err)
	}
	for _, v := range flat {
		if math.Abs(v-flat[0]) > 1e-9 {
			t.Errorf("adjusted series %v", flat)
		}
	}
	fc := []float64{flat[0], flat[0]}
	if err := RestoreWorkingDays(fc, append(append([]float64{}, got...), 15, 0), 12); err != nil {
		t.Fatal(err)
	}
	if math.Abs(fc[0]-7*15) > 1e-9 || fc[1] != 0 {
		t.Errorf("restored %v, want 105 and 0", fc)
	}
}

func TestWindowShares(t *testing.T) {
	starts := monthStarts(2024)
	spring := dateDay(t, "2024-02-10")
	got := make([]float64, 12)
	if err := WindowShares(got, starts, []int32{spring}, 20, 0); err != nil {
		t.Fatal(err)
	}
	// 21 January to 9 February: 11 days and 9.
	if math.Abs(got[0]-11.0/20) > 1e-12 || math.Abs(got[1]-9.0/20) > 1e-12 {
		t.Errorf("shares of the 20 days before = %v", got)
	}
	if err := CountDays(got, starts, []int32{spring, spring + 1, spring - 60, spring + 400}); err != nil {
		t.Fatal(err)
	}
	if got[1] != 2 || got[0] != 0 {
		t.Errorf("counts %v, want 2 in February", got)
	}
	if err := CountDays(got, []int32{3, 2}, nil); !errors.Is(err, ErrOption) {
		t.Errorf("starts that do not fit: %v", err)
	}
	if err := WindowShares(got, starts, nil, 0, 0); !errors.Is(err, ErrOption) {
		t.Errorf("empty window: %v", err)
	}
}
