package forecast

import (
	"fmt"
	"math"
)

// maxPeriods is how much of a series is used, counted from its end. What lies
// further back has no weight left in any method here but the mean.
const maxPeriods = 4096

// load takes a series in. What is done to it, in this order:
//
//   - infinite values are refused; a missing value is NaN;
//   - missing values at the start are cut off;
//   - of more than 4,096 values the last are kept, at least four seasons;
//   - all values are divided by the power of two next to the largest, so that
//     squares of 1e300 and of 1e-300 stay within range; a power of two changes
//     no digit, so the forecast does not depend on it;
//   - missing values in between become the straight line between neighbours,
//     those at the end the last value. Where the series has a season this is
//     done on the seasonally adjusted values (in seasonalForm), and where it is
//     sporadic and without season the periods are taken out instead, because
//     a line between 0 and 8 would invent a demand of 4. Filled periods are
//     never used to measure errors.
func (e *Engine) load(y []float64) error {
	big := 0.0
	first := -1
	for i, v := range y {
		if math.IsInf(v, 0) {
			return fmt.Errorf("forecast: value %v at index %d: %w", v, i, ErrValue)
		}
		if math.IsNaN(v) {
			continue
		}
		if first < 0 {
			first = i
		}
	}
	if first < 0 {
		return fmt.Errorf("forecast: %d values, all missing: %w", len(y), ErrEmpty)
	}
	y = y[first:]
	e.season = e.opt.Season
	if e.season == 1 {
		e.season = 0
	}
	if e.season > MaxSeason {
		e.season = 0
		e.say("season is longer than 1,000 periods: left out")
	}
	if keep := max(maxPeriods, 4*e.season); len(y) > keep {
		if tail := y[len(y)-keep:]; !allMissing(tail) {
			y = tail
			for math.IsNaN(y[0]) {
				y = y[1:]
			}
			e.say("long series: the last periods are used")
		}
	}
	n := len(y)
	gaps := 0
	for _, v := range y {
		if math.IsNaN(v) {
			gaps++
		} else {
			big = max(big, math.Abs(v))
		}
	}
	e.exp = 0
	if big > 0 {
		_, e.exp = math.Frexp(big)
	}
	e.raw, e.x = grow(e.raw, n), grow(e.x, n)
	if e.exp > -1000 && e.exp < 1000 {
		unit := math.Ldexp(1, -e.exp)
		for i, v := range y {
			e.raw[i] = v * unit
		}
	} else {
		for i, v := range y {
			e.raw[i] = math.Ldexp(v, -e.exp)
		}
	}
	copy(e.x, e.raw)
	if gaps > 0 {
		interpolate(e.x)
		e.say("missing values were filled for the fit and left out of the backtest")
	}
	return nil
}

// seasonalForm tests the series for its season and says which form of it is to
// be tried. It finishes the treatment of missing values, which depends on the
// answer.
func (e *Engine) seasonalForm(class DemandClass) Seasonality {
	form := NoSeason
	if seasonal, _, _ := Seasonal(e.x, e.season); seasonal && class != NoDemand {
		e.index, e.count = grow(e.index, e.season), grow(e.count, e.season)
		rest, _ := decompose(e.x, AdditiveSeason, e.index, e.count)
		form = AdditiveSeason
		if positive(e.x) {
			if r, ok := decompose(e.x, MultiplicativeSeason, e.index, e.count); ok && r < rest {
				form = MultiplicativeSeason
			}
		}
	}
	gaps := false
	for _, v := range e.raw {
		if math.IsNaN(v) {
			gaps = true
			break
		}
	}
	switch {
	case !gaps:
	case form != NoSeason:
		if _, ok := decompose(e.x, form, e.index, e.count); ok {
			deseason(e.x, e.raw, form, e.index)
			interpolate(e.x)
			for t := range e.x {
				e.x[t] = reseason(e.x[t], form, e.index[t%e.season])
			}
			for t, v := range e.raw {
				if !math.IsNaN(v) {
					e.x[t] = v
				}
			}
		}
	case class.sporadic():
		n := 0
		for _, v := range e.raw {
			if !math.IsNaN(v) {
				e.raw[n] = v
				n++
			}
		}
		e.raw, e.x = e.raw[:n], e.x[:n]
		copy(e.x, e.raw)
		// Phases of a season are lost with the periods.
		e.season = 0
		e.note = "missing periods were taken out of a sporadic series"
	}
	return form
}

// interpolate puts straight lines over the gaps of y, whose first value is not
// missing, and the last value over a gap at the end.
func interpolate(y []float64) {
	last := 0
	for i, v := range y {
		if math.IsNaN(v) {
			continue
		}
		if gap := i - last; gap > 1 {
			for k := 1; k < gap; k++ {
				y[last+k] = y[last] + (v-y[last])*float64(k)/float64(gap)
			}
		}
		last = i
	}
	for i := last + 1; i < len(y); i++ {
		y[i] = y[last]
	}
}

func allMissing(y []float64) bool {
	for _, v := range y {
		if !math.IsNaN(v) {
			return false
		}
	}
	return true
}

func positive(y []float64) bool {
	for _, v := range y {
		if v <= 0 {
			return false
		}
	}
	return true
}
