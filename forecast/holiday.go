package forecast

import (
	"fmt"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"
	"github.com/6tail/lunar-go/calendar"
)

// Days are numbered from 1970-01-01, which is day 0, in the civil calendar
// without clock or zone.

// Years for which lunar dates are computed.
const (
	firstLunarYear = 1900
	lastLunarYear  = 2200
)

// LunarDay returns the day of the given month and day of the Chinese lunisolar
// year that begins in the given civil year: month 1 day 1 is the Spring Festival,
// 5-5 Dragon Boat, 8-15 Mid-Autumn. Leap months are passed over. Years are 1900
// to 2200, months 1 to 12, days 1 to 29, which every month has.
func LunarDay(year, month, day int) (int32, error) {
	if year < firstLunarYear || year > lastLunarYear || month < 1 || month > 12 || day < 1 || day > 29 {
		return 0, fmt.Errorf("forecast: lunar date %d-%d-%d: %w: use years %d to %d, months 1 to 12 and days 1 to 29",
			year, month, day, ErrOption, firstLunarYear, lastLunarYear)
	}
	s := calendar.NewLunarFromYmd(year, month, day).GetSolar()
	return dayOf(s.GetYear(), s.GetMonth(), s.GetDay()), nil
}

// LunarDays lists the days of one lunar date in all years from..to.
func LunarDays(from, to, month, day int) ([]int32, error) {
	var days []int32
	for y := from; y <= to; y++ {
		d, err := LunarDay(y, month, day)
		if err != nil {
			return nil, err
		}
		days = append(days, d)
	}
	return days, nil
}

func dayOf(year, month, day int) int32 {
	return int32(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// HolidayDay is a day on which the official calendar departs from the week: off
// on a working day or a weekend, or, Working, a weekend day worked to make up.
type HolidayDay struct {
	Day     int32
	Name    string // of the holiday, as published
	Working bool
}

// ChineseHolidays returns the official holidays and make-up working days of
// mainland China in a year, in the order of days, as the State Council publishes
// them each November for the year to come. Years not known yield none: the first
// is 2002.
func ChineseHolidays(year int) []HolidayDay {
	if year < 2002 || year > lastLunarYear {
		return nil
	}
	var out []HolidayDay
	list := HolidayUtil.GetHolidaysByYear(year)
	for e := list.Front(); e != nil; e = e.Next() {
		h, ok := e.Value.(*HolidayUtil.Holiday)
		if !ok {
			continue
		}
		t, err := time.Parse(time.DateOnly, h.GetDay())
		if err != nil || t.Year() != year {
			continue
		}
		out = append(out, HolidayDay{int32(t.Unix() / 86400), h.GetName(), h.IsWork()})
	}
	return out
}

// CountDays writes how many of days lie in each period into dst. Period i is
// starts[i] up to starts[i+1], so that starts has one more value than dst; it
// must ascend.
func CountDays(dst []float64, starts, days []int32) error {
	if err := checkStarts(dst, starts); err != nil {
		return err
	}
	clear(dst)
	for _, d := range days {
		if i := periodOf(starts, d); i >= 0 {
			dst[i]++
		}
	}
	return nil
}

// WindowShares writes, for events at days, how much of the window from before
// days before an event up to after days after it lies in each period: 1 where all
// of it does, parts that add up to 1 where it spans several. It is how a moving
// holiday enters a series of weeks or months: Bell and Hillmer (1983), Modeling
// time series with calendar variation, Journal of the American Statistical
// Association 78. The window is event-before .. event+after-1; (21, 0) is the
// three weeks before, (0, 7) the week that begins with the event.
func WindowShares(dst []float64, starts, days []int32, before, after int) error {
	if err := checkStarts(dst, starts); err != nil {
		return err
	}
	if before < 0 || after < 0 || before+after == 0 || before > MaxSeason || after > MaxSeason {
		return fmt.Errorf("forecast: window of %d days before and %d after: %w: use 0 to %d, one of them above 0", before, after, ErrOption, MaxSeason)
	}
	clear(dst)
	share := 1 / float64(before+after)
	for _, d := range days {
		from, to := int64(d)-int64(before), int64(d)+int64(after) // up to, not with
		for i := range dst {
			days := min(to, int64(starts[i+1])) - max(from, int64(starts[i]))
			if days > 0 {
				dst[i] += share * float64(days)
			}
		}
	}
	return nil
}

// WorkingDays writes the number of working days of each period into dst: days
// that week, from Sunday on, marks, with the changes of holidays; later entries
// of holidays overrule earlier ones.
func WorkingDays(dst []float64, starts []int32, week [7]bool, holidays []HolidayDay) error {
	if err := checkStarts(dst, starts); err != nil {
		return err
	}
	per := 0
	for _, w := range week {
		if w {
			per++
		}
	}
	for i := range dst {
		n := int64(starts[i+1]) - int64(starts[i])
		count := n / 7 * int64(per)
		for d := int64(starts[i]) + n/7*7; d < int64(starts[i+1]); d++ {
			if week[weekday(int32(d))] {
				count++
			}
		}
		dst[i] = float64(count)
	}
	changed := make(map[int32]bool, len(holidays))
	for _, h := range holidays {
		i := periodOf(starts, h.Day)
		if i < 0 {
			continue
		}
		was, ok := changed[h.Day]
		if !ok {
			was = week[weekday(h.Day)]
		}
		if was != h.Working {
			if h.Working {
				dst[i]++
			} else {
				dst[i]--
			}
		}
		changed[h.Day] = h.Working
	}
	return nil
}

// MondayToFriday is the week of WorkingDays that most of the world works.
var MondayToFriday = [7]bool{1: true, 2: true, 3: true, 4: true, 5: true}

// weekday is 0 on Sundays. Day 0 was a Thursday.
func weekday(d int32) int { return int(((int64(d)+4)%7 + 7) % 7) }

// AdjustWorkingDays writes y as it would be if every period had the average
// number of days into dst: y*mean(days)/days. days holds one count a period of y
// and, after them, those of the periods to be forecast; the mean is over those of
// y. Periods without days are missing (NaN). RestoreWorkingDays undoes it.
func AdjustWorkingDays(dst, y, days []float64) error {
	n := len(y)
	if len(dst) != n || len(days) < n {
		return fmt.Errorf("forecast: %d values, %d day counts into %d: %w: give one each", n, len(days), len(dst), ErrOption)
	}
	mean := averageDays(days[:n])
	for t, v := range y {
		dst[t] = v * ratio(mean, max(days[t], 0))
	}
	return nil
}

// RestoreWorkingDays puts the days of the periods after a series of n periods
// back onto its forecast, in place: forecast*days/mean(days). A period without
// days gets zero.
func RestoreWorkingDays(forecast, days []float64, n int) error {
	if n < 0 || len(days) < n+len(forecast) {
		return fmt.Errorf("forecast: %d day counts for %d periods and %d steps: %w: give one each", len(days), n, len(forecast), ErrOption)
	}
	mean := averageDays(days[:n])
	if mean <= 0 {
		return nil
	}
	for j := range forecast {
		forecast[j] *= max(days[n+j], 0) / mean
	}
	return nil
}

func averageDays(days []float64) float64 {
	var m moments
	for _, d := range days {
		m.add(max(d, 0))
	}
	return m.mean
}

func checkStarts(dst []float64, starts []int32) error {
	if len(starts) != len(dst)+1 {
		return fmt.Errorf("forecast: %d starts for %d periods: %w: give one more than periods", len(starts), len(dst), ErrOption)
	}
	for i := range dst {
		if starts[i] >= starts[i+1] {
			return fmt.Errorf("forecast: period %d starts on day %d, the next on %d: %w: give days that ascend", i, starts[i], starts[i+1], ErrOption)
		}
	}
	return nil
}

// periodOf is the period that holds a day, -1 if none does.
func periodOf(starts []int32, d int32) int {
	if d < starts[0] || d >= starts[len(starts)-1] {
		return -1
	}
	low, high := 0, len(starts)-1
	for high-low > 1 {
		if mid := (low + high) / 2; starts[mid] <= d {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}
