package forecast

import (
	"math"
	"slices"
)

// defaultOutlier is the distance from which a value is an outlier, in robust
// standard deviations: the 3.5 of Iglewicz and Hoaglin (1993), How to detect and
// handle outliers.
const defaultOutlier = 3.5

// Outliers finds values that lie further than limit (0 means 3.5) robust standard
// deviations from what their neighbours and their season lead to expect, and
// proposes the value at that limit. Nothing is thrown away: the change says
// what was there.
//
// What is expected is a running median over a season (7 periods without one)
// plus, with three seasons of history or more, the median of what values of the
// phase differ from it; the scale is 1.4826 times the median absolute
// difference. Three or more in a row on one side are a new level, not outliers.
// Of a series that is zero in more than half of its periods the sizes of demand
// are judged instead, by their logarithms, and only upwards: zero is its normal
// value.
func Outliers(y []float64, season int, limit float64) (changes []Change) {
	if !(limit > 0) {
		limit = defaultOutlier
	}
	zeros, seen := 0, 0
	for _, v := range y {
		if math.IsNaN(v) {
			continue
		}
		seen++
		if v == 0 {
			zeros++
		}
	}
	if 2*zeros > seen {
		return outlierSizes(y, limit)
	}
	if seen < 5 {
		return nil
	}
	fit := robustFit(y, season)
	diff := make([]float64, 0, len(y))
	for i, v := range y {
		if !math.IsNaN(v) {
			diff = append(diff, math.Abs(v-fit[i]))
		}
	}
	scale := robustScale(diff)
	if scale == 0 {
		return nil
	}
	side := func(i int) int {
		switch d := (y[i] - fit[i]) / scale; {
		case d > limit:
			return 1
		case d < -limit:
			return -1
		}
		return 0
	}
	for i := 0; i < len(y); {
		s := side(i)
		end := i + 1
		if s == 0 {
			i = end
			continue
		}
		for end < len(y) && side(end) == s {
			end++
		}
		if end-i < 3 {
			for k := i; k < end; k++ {
				to := fit[k] + float64(s)*limit*scale
				if y[k] >= 0 {
					to = max(0, to)
				}
				changes = append(changes, Change{k, y[k], to, OutlierValue, math.Abs(y[k]-fit[k]) / scale})
			}
		}
		i = end
	}
	return changes
}

func outlierSizes(y []float64, limit float64) (changes []Change) {
	var logs []float64
	for _, v := range y {
		if v > 0 {
			logs = append(logs, math.Log(v))
		}
	}
	if len(logs) < 5 {
		return nil
	}
	slices.Sort(logs)
	centre := middle(logs)
	for i, v := range logs {
		logs[i] = math.Abs(v - centre)
	}
	scale := robustScale(logs)
	if scale == 0 {
		return nil
	}
	// Sizes that hardly differ make a scale that any other would break.
	scale = max(scale, 0.2)
	for i, v := range y {
		if v > 0 && math.Log(v)-centre > limit*scale {
			changes = append(changes, Change{i, v, math.Exp(centre + limit*scale), OutlierValue, (math.Log(v) - centre) / scale})
		}
	}
	return changes
}

// robustScale is a standard deviation of absolute differences: 1.4826 times
// their median or, where half of them are zero, 1.2533 times their mean.
func robustScale(diff []float64) float64 {
	slices.Sort(diff)
	if s := 1.4826 * middle(diff); s > 0 {
		return s
	}
	sum := 0.0
	for _, v := range diff {
		sum += v / float64(len(diff))
	}
	return 1.2533 * sum
}

// middle is the median of a sorted slice, 0 of an empty one.
func middle(sorted []float64) float64 {
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return sorted[(n-1)/2] + (sorted[n/2]-sorted[(n-1)/2])/2
}

// robustFit is a running median, with the median difference of each phase of the
// season. Missing values count nowhere; a window without any gets the median of
// all.
func robustFit(y []float64, season int) []float64 {
	fit := make([]float64, len(y))
	half := 3
	if season > 1 {
		half = season / 2
	}
	window := make([]float64, 0, max(2*half+1, len(y)))
	for _, v := range y {
		if !math.IsNaN(v) {
			window = append(window, v)
		}
	}
	slices.Sort(window)
	all := middle(window)
	running := func(z []float64) {
		for i := range y {
			window = window[:0]
			// At the ends the window moves in and keeps its length.
			from := max(0, min(i-half, len(y)-2*half-1))
			for k := from; k < min(len(y), from+2*half+1); k++ {
				if !math.IsNaN(z[k]) {
					window = append(window, z[k])
				}
			}
			if len(window) == 0 {
				fit[i] = all
				continue
			}
			slices.Sort(window)
			fit[i] = middle(window)
		}
	}
	running(y)
	if season < 2 || len(y) < 3*season {
		return fit
	}
	phase := make([]float64, season)
	for p := range phase {
		window = window[:0]
		for k := p; k < len(y); k += season {
			if !math.IsNaN(y[k]) {
				window = append(window, y[k]-fit[k])
			}
		}
		slices.Sort(window)
		phase[p] = middle(window)
	}
	// Once more without the season, whose peaks the first median cut.
	flat := make([]float64, len(y))
	for i, v := range y {
		flat[i] = v - phase[i%season]
	}
	running(flat)
	for i := range fit {
		fit[i] += phase[i%season]
	}
	return fit
}
