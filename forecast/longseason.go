package forecast

import "math"

// shortSeason is the longest season that members model or that one index a
// phase describes. Longer ones have too few cycles for that in any series that a
// planner has: two to four years of weeks or days.
const shortSeason = 24

// longSeasons are the seasons that are taken out of the series before anything
// else and put back after: those over 24 periods, and those beside a shorter one.
//
// A season of m periods is estimated from the c whole cycles at the end of the
// series, detrended by a centred moving average over m (drawn on straight to both
// ends) and without the shorter seasons. Every harmonic k of the mean cycle is
// shrunk by
//
//	max(0, 1 - 2*V[k]/|X[k]|²)
//
// where V[k] is the variance of the mean of X[k] over the cycles, after the
// empirical Bayes rule of James and Stein (1961) and with twice its shrinkage, so
// that noise rarely passes: what does not come back every cycle is not a season. Peaks of single phases, which no low harmonic shows, are added
// where all cycles agree on them.
type longSeasons struct {
	periods        []int
	cycles         [][]float64 // of the periods, by phase
	multiplicative bool
	comp           []float64 // of every period, ahead too; empty without season
	leak           float64   // factor on errors seen with a component that knows them

	work, trend, cycle, shape []float64
	power                     []float64
	re, im, spread            []float64
}

// active says whether there is a component.
func (l *longSeasons) active() bool { return len(l.comp) > 0 }

// remove writes y without the seasons into dst.
func (l *longSeasons) remove(dst, y []float64) {
	switch {
	case !l.active():
		copy(dst, y)
	case l.multiplicative:
		for t, v := range y {
			dst[t] = v / l.comp[t]
		}
	default:
		for t, v := range y {
			dst[t] = v - l.comp[t]
		}
	}
}

// put is the value f of period t with its seasons.
func (l *longSeasons) put(f float64, t int) float64 {
	switch {
	case !l.active():
		return f
	case l.multiplicative:
		return f * l.comp[t]
	}
	return f + l.comp[t]
}

// estimate fits the component to the first n values of y and writes it for total
// periods. A season of which the first n values have no two cycles is estimated
// from the whole of y: its place in the year would else be lost to the backtest;
// leak is what its errors are then multiplied by.
func (l *longSeasons) estimate(y []float64, n, short, total int) {
	l.comp, l.leak, l.multiplicative = l.comp[:0], 1, false // nothing of the series before
	if len(l.periods) == 0 {
		return
	}
	l.multiplicative = positive(y)
	l.work = grow(l.work, len(y))
	copy(l.work, y)
	if short > 1 {
		l.trend = grow(l.trend, len(y))
		centred(l.trend, l.work, short)
		l.cycle = grow(l.cycle, short)
		l.profile(l.work[:max(n, min(len(y), 2*short))], l.trend, short, false)
		l.strip(l.work, l.cycle)
	}
	for len(l.cycles) < len(l.periods) {
		l.cycles = append(l.cycles, nil)
	}
	for i, m := range l.periods {
		k := n
		if k < 2*m {
			k = len(y)
			c := float64(k / m)
			l.leak = max(l.leak, math.Sqrt(c/(c-1)))
		}
		l.trend = grow(l.trend, len(y))
		centred(l.trend[:k], l.work[:k], m)
		l.cycle = grow(l.cycle, m)
		l.profile(l.work[:k], l.trend, m, true)
		l.strip(l.work, l.cycle)
		l.cycles[i] = append(l.cycles[i][:0], l.cycle...)
	}
	l.lay(total)
}

// lay writes the component of the cycles for total periods.
func (l *longSeasons) lay(total int) {
	if cap(l.comp) < total {
		l.comp = make([]float64, total, total+total/4)
	}
	l.comp = l.comp[:total]
	neutral := 0.0
	if l.multiplicative {
		neutral = 1
	}
	for t := range l.comp {
		l.comp[t] = neutral
	}
	for i, m := range l.periods {
		cycle := l.cycles[i]
		for t := range l.comp {
			if l.multiplicative {
				l.comp[t] *= cycle[t%m]
			} else {
				l.comp[t] += cycle[t%m]
			}
		}
	}
}

// restore is the component of a state.
func (l *longSeasons) restore(st *State, total int) {
	l.comp, l.leak = l.comp[:0], 1
	l.periods = append(l.periods[:0], st.periods...)
	l.cycles = append(l.cycles[:0], st.cycles...)
	l.multiplicative = st.mult
	if len(st.cycles) > 0 {
		l.lay(total)
	}
}

func (l *longSeasons) strip(y, cycle []float64) {
	for t := range y {
		if l.multiplicative {
			y[t] /= cycle[t%len(cycle)]
		} else {
			y[t] -= cycle[t%len(cycle)]
		}
	}
}

// profile writes the season of m periods of y, whose trend is given, into cycle;
// shrink says whether harmonics are weighed.
func (l *longSeasons) profile(y, trend []float64, m int, shrink bool) {
	n := len(y)
	c := n / m
	start := n - c*m
	detrended := func(t int) float64 {
		if l.multiplicative {
			return y[t]/trend[t] - 1
		}
		return y[t] - trend[t]
	}
	cycle := l.cycle[:m]
	clear(cycle)
	for t := start; t < n; t++ {
		cycle[t%m] += detrended(t) / float64(c)
	}
	if shrink && c > 1 {
		l.shape = grow(l.shape, m)
		copy(l.shape, cycle)
		l.shrink(detrended, start, m, c)
	}
	// The profile sums to nothing; a factor is not below a tenth.
	total := 0.0
	for _, v := range cycle {
		total += v
	}
	for p := range cycle {
		cycle[p] -= total / float64(m)
		if l.multiplicative {
			cycle[p] = max(0.1, 1+cycle[p])
		}
	}
}

// maxHarmonics bounds the work of a year of days.
const maxHarmonics = 84

// shrink replaces cycle by its harmonics, weighed, and its peaks.
func (l *longSeasons) shrink(detrended func(int) float64, start, m, c int) {
	h := min(m/2, maxHarmonics)
	l.re, l.im, l.spread, l.power = grow(l.re, h), grow(l.im, h), grow(l.spread, h), grow(l.power, h)
	cc := float64(c)
	for k := 1; k <= h; k++ {
		// The transform of each cycle, and its mean and variance over cycles.
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(m))
		var sumRe, sumIm, sumSq float64
		t := start
		for range c {
			re, im := 0.0, 0.0
			s, q := math.Sincos(2 * math.Pi * float64(k) * float64(t%m) / float64(m))
			for range m {
				v := detrended(t)
				re += v * q
				im += v * s
				q, s = q*cos-s*sin, s*cos+q*sin
				t++
			}
			sumRe += re
			sumIm += im
			sumSq += re*re + im*im
		}
		l.re[k-1], l.im[k-1] = sumRe/cc, sumIm/cc
		l.power[k-1] = (sumRe*sumRe + sumIm*sumIm) / (cc * cc)
		l.spread[k-1] = max(0, sumSq/cc-l.power[k-1]) / (cc - 1)
	}
	// A variance from two cycles is a rough one: neighbours lend theirs.
	cycle := l.cycle[:m]
	clear(cycle)
	for k := 1; k <= h; k++ {
		lo, hi := max(1, k-2), min(h, k+2)
		v := 0.0
		for i := lo; i <= hi; i++ {
			v += l.spread[i-1] / float64(hi-lo+1)
		}
		w := 0.0
		if p := l.power[k-1]; p > 0 {
			w = max(0, 1-2*v/p)
		}
		if w == 0 {
			continue
		}
		scale := 2 * w / float64(m)
		if 2*k == m {
			scale /= 2
		}
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(m))
		s, q := 0.0, 1.0
		for p := range cycle {
			cycle[p] += scale * (l.re[k-1]*q + l.im[k-1]*s)
			q, s = q*cos-s*sin, s*cos+q*sin
		}
	}
	// Peaks: what the harmonics leave of a phase, against its own scatter and
	// that of all phases.
	ss := 0.0
	for t := start; t < start+c*m; t++ {
		d := detrended(t) - l.shape[t%m]
		ss += d * d
	}
	se := math.Sqrt(ss / float64((c-1)*m) / cc)
	for p := range cycle {
		rest := l.shape[p] - cycle[p]
		if math.Abs(rest) < 3*se || se == 0 {
			continue
		}
		agree := true
		for i := range c {
			t := start + (p-start%m+m)%m + i*m
			if (detrended(t)-cycle[p])*rest < 0 || math.Abs(detrended(t)-cycle[p]) < math.Abs(rest)/3 {
				agree = false
			}
		}
		if agree {
			cycle[p] += rest * (1 - 3*se/math.Abs(rest)*0.5)
		}
	}
}

// centred writes the centred moving average of y over m periods into dst, as
// decompose has it, drawn on to both ends by the line through its first and last
// value. Shorter series have their mean.
func centred(dst, y []float64, m int) {
	n := len(y)
	if n < m+1 {
		Mean(dst, y)
		return
	}
	half := m / 2
	sum := 0.0
	for _, v := range y[:m] {
		sum += v
	}
	last := half
	for t := half; ; t++ {
		last = t
		if m&1 == 1 {
			dst[t] = sum / float64(m)
			if t+half+1 >= n {
				break
			}
			sum += y[t+half+1] - y[t-half]
		} else {
			if t+half >= n {
				last = t - 1
				break
			}
			next := sum + y[t+half] - y[t-half]
			dst[t] = (sum + next) / 2 / float64(m)
			sum = next
		}
	}
	slope := 0.0
	if last > half {
		slope = (dst[last] - dst[half]) / float64(last-half)
	}
	// A line that would cross zero stops at a tenth of where it starts.
	floor := func(v, edge float64) float64 {
		if edge > 0 {
			return max(v, edge/10)
		}
		return v
	}
	for t := range half {
		dst[t] = floor(dst[half]-slope*float64(half-t), dst[half])
	}
	for t := last + 1; t < n; t++ {
		dst[t] = floor(dst[last]+slope*float64(t-last), dst[last])
	}
}
