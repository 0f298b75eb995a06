package forecast

import (
	"fmt"
	"slices"
)

// MSTL decomposes a series into trend, several seasons and remainder, Bandara,
// Hyndman and Bergmeir (2021), MSTL: A seasonal-trend decomposition algorithm for
// time series with multiple seasonal patterns: [STL] for each season in turn, the
// shortest first, on the series without the other seasons, and all once more.
type MSTL struct {
	// Periods are the lengths of the seasons. Those that do not fit twice into
	// the series are left out.
	Periods []int
	// Windows are the loess windows of the seasons, shortest first. Those
	// missing or 0 mean 11, 15, 19, ...
	Windows []int
	// Iterations over all seasons; 0 means 2. One season needs one.
	Iterations int
	// Robust is that of [STL].
	Robust bool

	// young lets a season take part from one and a half cycles on, see
	// [cyclesOf]; two are asked for else.
	young bool
}

// cyclesOf says whether n values have the cycles of a season of m periods that a
// decomposition needs. A season over 24 periods that an ensemble only asks for
// among others may have one and a half: the last cycle without its trend is better
// than none, and years of weeks are few.
func cyclesOf(m, n int, young bool) bool {
	if young && m > shortSeason {
		return 2*n >= 3*m
	}
	return n >= 2*m
}

// Decompose takes y apart into dst. dst.Periods tells which seasons are in it;
// without any the trend is a loess over a third of the series.
func (p MSTL) Decompose(y []float64, dst *Decomposition) error {
	for _, m := range p.Periods {
		if m < 2 {
			return fmt.Errorf("forecast: MSTL period %d: %w: use 2 or more", m, ErrOption)
		}
	}
	if err := dst.load(y); err != nil {
		return err
	}
	n := len(y)
	dst.Periods = dst.Periods[:0]
	for _, m := range p.Periods {
		if cyclesOf(m, n, p.young) && !slices.Contains(dst.Periods, m) {
			dst.Periods = append(dst.Periods, m)
		}
	}
	slices.Sort(dst.Periods)
	k := len(dst.Periods)
	dst.columns(k)
	if k == 0 {
		window := max(7, nextOdd(float64(n)/3))
		loess(dst.y, window, 1, max(1, window/10), dst.Weights, dst.Trend)
		dst.finish(y)
		return nil
	}
	rounds := orDefault(p.Iterations, 2)
	if k == 1 {
		rounds = 1
	}
	dst.rest = grow(dst.rest, n)
	for range rounds {
		for i, m := range dst.Periods {
			copy(dst.rest, dst.y)
			for j, s := range dst.Seasonal {
				if j != i {
					for t, v := range s {
						dst.rest[t] -= v
					}
				}
			}
			one := STL{Period: m, SeasonWindow: 7 + 4*(i+1), Robust: p.Robust}
			if i < len(p.Windows) && p.Windows[i] != 0 {
				one.SeasonWindow = p.Windows[i]
			}
			if err := one.check(max(n, 2*m)); err != nil {
				return err
			}
			one.decompose(dst.rest, dst.Seasonal[i], dst)
		}
	}
	dst.finish(y)
	return nil
}

// Forecast decomposes y into d, has the series without its seasons forecast by
// base, and puts the last cycle of every season back on. base gets the adjusted
// series and writes steps 1..len(dst); nil means [Theta].
func (p MSTL) Forecast(dst, y []float64, d *Decomposition, base func(dst, adjusted []float64) error) error {
	if err := p.Decompose(y, d); err != nil {
		return err
	}
	d.rest = grow(d.rest, len(y))
	d.Adjusted(d.rest)
	if base == nil {
		Theta{}.Fit(d.rest).Forecast(dst)
	} else if err := base(dst, d.rest); err != nil {
		return err
	}
	d.AddSeasons(dst)
	for j, v := range dst {
		dst[j] = clampFinite(v)
	}
	return nil
}

// mstlEngine is the part of an [Engine] that serves method mstl: theta on the
// series without the seasons of [MSTL].
type mstlEngine struct {
	parts    Decomposition
	periods  []int
	fitted   int       // values decomposed
	adjusted []float64 // and after them the series without the last cycle
}

// season is that of period t, which lies after the values decomposed.
func (s *mstlEngine) season(t int) float64 {
	v := 0.0
	for i, m := range s.parts.Periods {
		v += s.parts.Seasonal[i][s.fitted-m+(t-s.fitted)%m]
	}
	return v
}

// seen is the season of period t, of the values decomposed or after them.
func (s *mstlEngine) seen(t int) float64 {
	if t >= s.fitted {
		return s.season(t)
	}
	v := 0.0
	for _, c := range s.parts.Seasonal {
		v += c[t]
	}
	return v
}

// seasonsAbove lists a season and the longer ones that come with it: the week of
// hours and of days' parts, the year of days.
func seasonsAbove(dst []int, m, n int) []int {
	dst = append(dst[:0], m)
	longer := 0
	switch m {
	case 24, 48, 96, 144:
		longer = 7 * m
	case 7:
		longer = 365
	}
	if longer > 0 && n >= 2*longer {
		dst = append(dst, longer)
	}
	return dst
}

func (e *Engine) fitMSTL(m *member, y []float64) {
	s := &e.mstl
	s.fitted = len(y)
	if len(m.own) > 0 {
		s.periods = append(s.periods[:0], m.own...)
	} else {
		s.periods = seasonsAbove(s.periods, e.season, len(y))
	}
	if err := (MSTL{Periods: s.periods, young: len(m.own) > 0}).Decompose(y, &s.parts); err != nil {
		// Values are finite and seasons fit by now.
		panic("forecast: MSTL refuses a loaded series")
	}
	s.adjusted = grow(s.adjusted, len(y))
	s.parts.Adjusted(s.adjusted)
	m.alpha = e.opt.Alpha
	if m.alpha == 0 {
		m.alpha = sesSearch(s.adjusted)
	}
	m.l0, _ = sesSeed(s.adjusted, m.alpha)
}

func (e *Engine) statesMSTL(m *member, y []float64) {
	s := &e.mstl
	for t := s.fitted; t < len(y); t++ {
		s.adjusted = append(s.adjusted, y[t]-s.season(t))
	}
	e.slope = grow(e.slope, len(y)+1)
	level, slope := e.level, e.slope
	thetaLines(s.adjusted, m.alpha, m.l0, func(t int, l, b float64) { level[t], slope[t] = l, b })
}
