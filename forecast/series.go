package forecast

import (
	"fmt"
	"math"
	"slices"
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
//     done on the seasonally adjusted values (in findSeasons), and where it is
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
	e.takeSeasons()
	if keep := max(maxPeriods, 4*e.longest()); len(y) > keep {
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
	if !e.fixed {
		e.exp = 0
		if big > 0 {
			_, e.exp = math.Frexp(big)
		}
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

// A series is that of an item launched within its history from ten periods after
// its first demand on, or from four if twice as many lie before it.
const (
	leastSinceLaunch = 4
	sureSinceLaunch  = 20
)

// launch leaves the periods before the first demand out if the series is sporadic
// with them and not without: the item was not sold yet.
func (e *Engine) launch() {
	e.before = 0
	first := 0
	for first < len(e.raw) && !(e.raw[first] != 0) {
		first++
	}
	since := len(e.raw) - first
	if first == 0 || since < leastSinceLaunch || since < sureSinceLaunch && first < 5*since || math.IsNaN(e.raw[first]) {
		return
	}
	if all, _, _ := Classify(e.raw); !all.sporadic() {
		return
	}
	if class, _, _ := Classify(e.raw[first:]); class.sporadic() {
		return
	}
	e.skip(first)
}

// skip leaves the first n periods out.
func (e *Engine) skip(n int) {
	e.before = n
	e.raw = e.raw[:copy(e.raw, e.raw[n:])]
	e.x = e.x[:copy(e.x, e.x[n:])]
}

// takeSeasons sorts the seasons asked for: the shortest, if it is short, is the
// one that members know, the others are taken out.
func (e *Engine) takeSeasons() {
	e.season, e.form = 0, NoSeason
	e.long.periods, e.asked = e.long.periods[:0], e.asked[:0]
	if e.method == seasonalNaive || e.method == mstl {
		if e.season = e.opt.Season; e.season > MaxSeason {
			e.say("season is longer than 1,000 periods: left out")
			e.season = 0
		} else if e.season == 1 {
			e.season = 0
		}
		return
	}
	take := func(s int) {
		switch {
		case s < 2:
		case s > MaxSeason:
			e.say("season is longer than 1,000 periods: left out")
		case !slices.Contains(e.long.periods, s):
			e.long.periods = append(e.long.periods, s)
		}
	}
	take(e.opt.Season)
	for _, s := range e.opt.Seasons {
		take(s)
	}
	slices.Sort(e.long.periods)
	e.asked = append(e.asked, e.long.periods...)
	if p := e.long.periods; len(p) > 0 && p[0] <= shortSeason {
		e.season = p[0]
		e.long.periods = append(p[:0], p[1:]...)
	}
}

// offSeason says whether the zeros of a series are those of its season: garden
// chairs in winter are not intermittent demand. The autocorrelation at the lag
// of a season must be above a half.
func (e *Engine) offSeason() bool {
	if _, r, _ := Seasonal(e.x, e.season); r > 0.5 {
		return true
	}
	for _, m := range e.long.periods {
		if _, r, _ := Seasonal(e.x, m); r > 0.5 {
			return true
		}
	}
	return false
}

// longest is the longest season asked for.
func (e *Engine) longest() int {
	if p := e.long.periods; len(p) > 0 {
		return p[len(p)-1]
	}
	return e.season
}

// findSeasons decides which seasons the series shows and in which form, and
// finishes the treatment of missing values, which depends on that.
func (e *Engine) findSeasons(class DemandClass) {
	n := len(e.x)
	e.findClosed(n)
	e.intermittent = class.sporadic() && !e.offSeason() && e.openClass(class).sporadic()
	if class == NoDemand || e.intermittent {
		e.long.periods = e.long.periods[:0]
	}
	e.long.periods = slices.DeleteFunc(e.long.periods, func(m int) bool { return n < 2*m })
	e.flat = grow(e.flat, n)
	e.long.estimate(e.x, n, e.season, n)
	e.long.remove(e.flat, e.x)
	e.form = NoSeason
	if seasonal, _, _ := Seasonal(e.flat, e.season); seasonal && class != NoDemand && e.method != seasonalNaive && e.method != mstl {
		e.index, e.count = grow(e.index, e.season), grow(e.count, e.season)
		recent := e.flat[recentFrom(n, e.season):]
		rest, _ := decompose(recent, AdditiveSeason, e.index, e.count)
		e.form = AdditiveSeason
		if positive(e.flat) {
			if r, ok := decompose(recent, MultiplicativeSeason, e.index, e.count); ok && r < rest {
				e.form = MultiplicativeSeason
			}
		}
	}
	if e.form != NoSeason {
		// The form tried last need not be the one taken.
		if _, ok := decompose(e.flat[recentFrom(n, e.season):], e.form, e.index, e.count); !ok {
			return
		}
	}
	e.finishGaps()
}

// recentCycles is the number of cycles at the end of a series that its indices are
// the averages of: two years of weeks, more than noise asks for. The week days of
// ten years ago are not those of today.
const recentCycles = 104

// recentFrom is the first of the n values that indices of a season of m periods
// rest on, the start of a cycle.
func recentFrom(n, m int) int { return max(0, n/m-recentCycles) * m }

// finishGaps fills missing periods by what lies around them without its seasons,
// or takes them out of a series where most periods have no demand.
func (e *Engine) finishGaps() {
	if !slices.ContainsFunc(e.raw, math.IsNaN) {
		return
	}
	switch {
	case e.intermittent:
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
		e.season, e.form = 0, NoSeason
		e.note = "missing periods were taken out of a sporadic series"
	case e.form != NoSeason || e.long.active():
		e.adj = grow(e.adj, len(e.x))
		e.long.remove(e.adj, e.raw)
		if e.form != NoSeason {
			deseason(e.adj, e.adj, e.form, e.index)
		}
		interpolate(e.adj)
		for t, v := range e.adj {
			if e.form != NoSeason {
				v = reseason(v, e.form, e.index[t%e.season])
			}
			if math.IsNaN(e.raw[t]) {
				e.x[t] = e.long.put(v, t)
			}
		}
	}
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

func nonNegative(y []float64) bool {
	for _, v := range y {
		if v < 0 {
			return false
		}
	}
	return true
}
