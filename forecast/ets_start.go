package forecast

import "math"

// etsStarts are the first states that a search begins with, after Hyndman et
// al. (2008), section 2.6.1: seasonal indices by classical decomposition, level
// and slope by a regression on the first periods of the adjusted series.
type etsStarts struct {
	filled       []float64 // the series, missing values interpolated
	adjusted     []float64
	index, count []float64
}

// load takes a series in.
func (s *etsStarts) load(y []float64) {
	s.filled = append(s.filled[:0], y...)
	first := 0
	for math.IsNaN(s.filled[first]) {
		first++
	}
	for i := range first {
		s.filled[i] = s.filled[first]
	}
	interpolate(s.filled)
	s.adjusted = grow(s.adjusted, len(y))
}

// write puts the states of a form into x, in the order of etsJacobian.
func (s *etsStarts) write(x []float64, f ETSForm, m int) {
	y := s.filled
	head := max(10, 2*m)
	at := 1
	if f.Trend != None {
		at = 2
	}
	if f.Season != None {
		s.seasons(f.Season, m)
		y = s.adjusted
		for t, v := range s.filled {
			i := s.index[t%m]
			if f.Season == Additive {
				y[t] = v - i
			} else {
				y[t] = v / i
			}
		}
		copy(x[at:at+m-1], s.index)
	}
	y = y[:min(len(y), head)]
	mean, slope := line(y)
	switch f.Trend {
	case None:
		x[0] = mean
	case Additive:
		x[0], x[1] = mean-slope*float64(len(y)+1)/2, slope
	case Multiplicative:
		base := mean - slope*float64(len(y)+1)/2
		if !(base > 0.01*mean) {
			base = 0.01 * mean
		}
		base = max(base, 1e-6)
		x[0] = base
		x[1] = min(max(1+slope/max(mean, base), 0.5), 2)
	}
}

// level puts states without trend or season into x, which every form accepts on
// a positive series.
func (s *etsStarts) level(x []float64, f ETSForm, m int) {
	clear(x[:f.states(m)])
	mean, _ := line(s.filled)
	x[0] = mean
	at := 1
	if f.Trend != None {
		at = 2
	}
	if f.Trend == Multiplicative {
		x[1] = 1
	}
	if f.Season == Multiplicative {
		for i := range m - 1 {
			x[at+i] = 1
		}
	}
}

// seasons leaves the seasonal indices of a form in index; they add up to 0 or m.
func (s *etsStarts) seasons(form Component, m int) {
	s.index, s.count = grow(s.index, m), grow(s.count, m)
	kind := AdditiveSeason
	if form == Multiplicative {
		kind = MultiplicativeSeason
	}
	if _, ok := decompose(s.filled, kind, s.index, s.count); ok {
		return
	}
	// Under two seasons, or a phase that dies out: means of the phases about the
	// line through the series, drawn halfway to it.
	clear(s.index)
	clear(s.count)
	mean, slope := line(s.filled)
	middle := float64(len(s.filled)-1) / 2
	for t, v := range s.filled {
		trend := mean + slope*(float64(t)-middle)
		if form == Additive {
			s.index[t%m] += v - trend
		} else if trend > 0.05*math.Abs(mean) {
			s.index[t%m] += v/trend - 1
		}
		s.count[t%m]++
	}
	total := 0.0
	for p := range s.index {
		s.index[p] /= 2 * max(1, s.count[p])
		if form == Multiplicative {
			s.index[p] = min(max(s.index[p]+1, 0.1), 3)
		}
		total += s.index[p]
	}
	for p := range s.index {
		if form == Additive {
			s.index[p] -= total / float64(m)
		} else {
			s.index[p] *= float64(m) / total
		}
	}
}

// line is the mean and the slope of the least squares line through y.
func line(y []float64) (mean, slope float64) {
	n := float64(len(y))
	for _, v := range y {
		mean += v / n
	}
	middle := (n - 1) / 2
	var ty, tt float64
	for t, v := range y {
		d := float64(t) - middle
		ty += d * (v - mean)
		tt += d * d
	}
	if tt > 0 {
		slope = ty / tt
	}
	return mean, slope
}
