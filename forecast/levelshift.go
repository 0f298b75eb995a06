package forecast

import (
	"math"
	"slices"
)

// Shift is a change of level that stays.
type Shift struct {
	At            int     // first period of the new level
	Before, After float64 // median of the stretch before and after
	P             float64 // probability of a statistic as large without a shift
}

const (
	shiftP      = 0.001 // from which a shift is believed
	shiftLength = 6     // least periods on each side
)

// LevelShifts finds changes of level by the test of Pettitt (1979), A
// non-parametric approach to the change-point problem, Applied Statistics 28,
// 126-135, the rank form of a CUSUM, on the series less its season, again on
// both sides of a shift found (binary segmentation). With
//
//	U[t] = sum over i <= t < j of sign(y[i] - y[j]),   K = max |U[t]|
//	p = 2 exp(-6 K² / (n³ + n²))
//
// a shift is reported where p < 0.001, both sides have 6 periods or more, and a
// step explains the stretch better than a straight line (sum of absolute
// differences at least a tenth lower): a trend is no shift. Missing values are
// left out. At most 20 are reported, in order of time.
func LevelShifts(y []float64, season int) []Shift {
	// Tests run on at most the last 2,000 values: ranks cost a square.
	start := max(0, len(y)-2000)
	at := make([]int, 0, len(y)-start)
	z := make([]float64, 0, len(y)-start)
	var phase []float64
	if tail := y[start:]; season > 1 && len(tail) >= 3*season {
		phase = phases(tail, season)
	}
	for i := start; i < len(y); i++ {
		if v := y[i]; !math.IsNaN(v) {
			if phase != nil {
				v -= phase[(i-start)%season]
			}
			at, z = append(at, i), append(z, v)
		}
	}
	var shifts []Shift
	var split func(from, to int)
	split = func(from, to int) {
		if len(shifts) >= 20 {
			return
		}
		k, p, ok := pettitt(z[from:to])
		if !ok {
			return
		}
		k += from
		shifts = append(shifts, Shift{At: at[k], P: p})
		split(from, k)
		split(k, to)
	}
	split(0, len(z))
	slices.SortFunc(shifts, func(a, b Shift) int { return a.At - b.At })
	// Levels are those of the stretches between shifts, of the values as they
	// are.
	level := func(from, to int) float64 {
		var v []float64
		for _, x := range y[from:to] {
			if !math.IsNaN(x) {
				v = append(v, x)
			}
		}
		slices.Sort(v)
		return middle(v)
	}
	for i := range shifts {
		from, to := start, len(y)
		if i > 0 {
			from = shifts[i-1].At
		}
		if i+1 < len(shifts) {
			to = shifts[i+1].At
		}
		shifts[i].Before, shifts[i].After = level(from, shifts[i].At), level(shifts[i].At, to)
	}
	return shifts
}

// phases is what each phase of the season differs from a running median.
func phases(y []float64, season int) []float64 {
	fit := robustFit(y, 0)
	long := make([]float64, len(y))
	half := season / 2
	window := make([]float64, 0, 2*half+1)
	for i := range y {
		window = window[:0]
		from := max(0, min(i-half, len(y)-2*half-1))
		for k := from; k < min(len(y), from+2*half+1); k++ {
			if !math.IsNaN(y[k]) {
				window = append(window, y[k])
			}
		}
		slices.Sort(window)
		long[i] = middle(window)
		if len(window) == 0 {
			long[i] = fit[i]
		}
	}
	out := make([]float64, season)
	for p := range out {
		window = window[:0]
		for k := p; k < len(y); k += season {
			if !math.IsNaN(y[k]) {
				window = append(window, y[k]-long[k])
			}
		}
		slices.Sort(window)
		out[p] = middle(window)
	}
	return out
}

func pettitt(z []float64) (at int, p float64, ok bool) {
	n := len(z)
	if n < 2*shiftLength {
		return 0, 1, false
	}
	// U[t] grows by sum over j of sign(z[t] - z[j]): twice the rank, centred.
	sorted := append([]float64(nil), z...)
	slices.Sort(sorted)
	u, most := 0.0, 0.0
	for t, v := range z {
		below, _ := slices.BinarySearch(sorted, v)
		above := n - below
		for above > 0 && sorted[n-above] == v {
			above--
		}
		u += float64(below - above)
		if t+1 >= shiftLength && n-t-1 >= shiftLength && math.Abs(u) > most {
			most, at = math.Abs(u), t+1
		}
	}
	f := float64(n)
	p = min(1, 2*math.Exp(-6*most*most/(f*f*f+f*f)))
	if p >= shiftP {
		return 0, p, false
	}
	step := absAbout(z[:at], median(z[:at]), 0) + absAbout(z[at:], median(z[at:]), 0)
	// The line of medians of thirds (Tukey's resistant line).
	third := n / 3
	slope := (median(z[n-third:]) - median(z[:third])) / float64(n-third)
	rest := make([]float64, n)
	for i, v := range z {
		rest[i] = v - slope*float64(i)
	}
	line := absAbout(z, median(rest), slope)
	return at, p, step < 0.9*line
}

func median(z []float64) float64 {
	s := append([]float64(nil), z...)
	slices.Sort(s)
	return middle(s)
}

func absAbout(z []float64, level, slope float64) float64 {
	sum := 0.0
	for i, v := range z {
		sum += math.Abs(v - level - slope*float64(i))
	}
	return sum
}

// LevelPast brings the periods before the shifts to the level after the last
// one: in proportion where all levels are above zero, by the difference else
// (but not below zero what was not). The Score is the ratio or the difference.
func LevelPast(y []float64, shifts []Shift) (changes []Change) {
	if len(shifts) == 0 {
		return nil
	}
	now := shifts[len(shifts)-1].After
	ratio := now > 0
	for _, s := range shifts {
		ratio = ratio && s.Before > 0
	}
	k := 0
	for i, v := range y {
		for k < len(shifts) && i >= shifts[k].At {
			k++
		}
		if k == len(shifts) {
			break
		}
		if math.IsNaN(v) {
			continue
		}
		to, score := v+now-shifts[k].Before, now-shifts[k].Before
		if ratio {
			score = now / shifts[k].Before
			to = v * score
		} else if v >= 0 {
			to = max(0, to)
		}
		if to != v {
			changes = append(changes, Change{i, v, to, ShiftedLevel, score})
		}
	}
	return changes
}
