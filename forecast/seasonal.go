package forecast

import "math"

// Seasonality says how the seasons of a model combine with its level.
type Seasonality uint8

const (
	NoSeason             Seasonality = iota // the series is taken as it is
	AdditiveSeason                          // y = trend + season + rest
	MultiplicativeSeason                    // y = trend * season + rest
)

// String returns the field's word for the form of seasonality.
func (s Seasonality) String() string {
	switch s {
	case AdditiveSeason:
		return "additive"
	case MultiplicativeSeason:
		return "multiplicative"
	}
	return "none"
}

// MaxSeason is the longest season that is modelled. Seasons longer than this
// need trigonometric terms, not one index a phase.
const MaxSeason = 1000

// minIndex is the least multiplicative index accepted: dividing by less would
// blow up noise.
const minIndex = 0.02

// Seasonal reports whether y has a season of m periods: whether its
// autocorrelation at lag m is significant at 90 %,
//
//	|r[m]| / sqrt((1 + 2*sum(r[i]², i < m)) / n) > 1.645
//
// the rule of the Theta method, Assimakopoulos and Nikolopoulos (2000). It also
// returns r[m] and the denominator, Bartlett's standard error. Series no longer
// than two seasons, and constant ones, are not seasonal (with zeros returned).
// y must hold finite values only.
func Seasonal(y []float64, m int) (seasonal bool, rm, se float64) {
	n := len(y)
	if m < 2 || m > MaxSeason || n <= 2*m {
		return false, 0, 0
	}
	mean := 0.0
	for i, v := range y {
		mean += (v - mean) / float64(i+1)
	}
	c0 := 0.0
	for _, v := range y {
		c0 += (v - mean) * (v - mean)
	}
	if c0 == 0 {
		return false, 0, 0
	}
	sum := 0.0
	for lag := 1; lag <= m; lag++ {
		c := 0.0
		head := y[:n-lag]
		tail := y[lag:][:len(head)]
		for i, v := range head {
			c += (v - mean) * (tail[i] - mean)
		}
		rm = c / c0
		if lag < m {
			sum += rm * rm
		}
	}
	se = math.Sqrt((1 + 2*sum) / float64(n))
	return math.Abs(rm)/se > 1.6448536269514722, rm, se
}

// decompose estimates the seasonal indices of y by classical decomposition,
// Hyndman and Athanasopoulos (2021), section 3.4. The trend is the centred
// moving average over a season,
//
//	T[t] = (y[t-m/2]/2 + y[t-m/2+1] + ... + y[t+m/2]/2) / m      m even
//	T[t] = (y[t-(m-1)/2] + ... + y[t+(m-1)/2]) / m               m odd
//
// an index is the average of y-T (additive) or y/T (multiplicative) over the
// periods of its phase, and indices are shifted to sum 0 or scaled to mean 1.
// index[p] belongs to periods t with t%m == p. The second result is the sum of
// squares of what trend and seasons leave unexplained; ok is false if y is
// shorter than two seasons or has no usable multiplicative indices. count is
// scratch of m.
func decompose(y []float64, form Seasonality, index, count []float64) (rest float64, ok bool) {
	m, n := len(index), len(y)
	if n < 2*m {
		return 0, false
	}
	clear(index)
	clear(count)
	multiplicative := form == MultiplicativeSeason
	half := m / 2
	each := func(f func(phase int, v, trend float64)) {
		// sum holds y[t-half..t+half] for m odd, y[t-half..t+half-1] for m even.
		sum := 0.0
		for _, v := range y[:m] {
			sum += v
		}
		phase := half % m
		for t := half; ; t++ {
			if m&1 == 1 {
				f(phase, y[t], sum/float64(m))
				if t+half+1 >= n {
					return
				}
				sum += y[t+half+1] - y[t-half]
			} else {
				if t+half >= n {
					return
				}
				next := sum + y[t+half] - y[t-half]
				f(phase, y[t], (sum+next)/2/float64(m))
				sum = next
			}
			if phase++; phase == m {
				phase = 0
			}
		}
	}
	usable := true
	each(func(phase int, v, trend float64) {
		count[phase]++
		if !multiplicative {
			index[phase] += v - trend
		} else if trend > 0 {
			index[phase] += v / trend
		} else {
			usable = false
		}
	})
	if !usable {
		return 0, false
	}
	total := 0.0
	for p := range index {
		index[p] /= count[p]
		total += index[p]
	}
	total /= float64(m)
	for p := range index {
		if multiplicative {
			index[p] /= total
			if !(index[p] >= minIndex) {
				return 0, false
			}
		} else {
			index[p] -= total
		}
	}
	each(func(phase int, v, trend float64) {
		if multiplicative {
			v -= trend * index[phase]
		} else {
			v -= trend + index[phase]
		}
		rest += v * v
	})
	return rest, true
}

// shrinkIndex draws the indices that decompose has found in y to no season, as far
// as they are no larger than chance makes them: with v the variance of an index,
// from the scatter of its phase, and a what the indices vary by beyond that,
//
//	index' = 1 + (1 - (m-3)/(m-1) * v/(v+a)) * (index-1)
//
// about 0 if additive. Miller and Williams (2003), Shrinkage estimators of time
// series seasonal factors and their effect on forecasting accuracy,
// International Journal of Forecasting 19, after James and Stein. trend is
// scratch of y's length.
func shrinkIndex(index, y []float64, form Seasonality, trend []float64) {
	m, n := len(index), len(y)
	if m < 4 {
		return
	}
	centred(trend, y, m)
	centre := 0.0
	if form == MultiplicativeSeason {
		centre = 1
	}
	ss, k := 0.0, 0
	for t := m / 2; t < n-m/2; t++ {
		v := y[t] - trend[t]
		if form == MultiplicativeSeason {
			v = y[t] / trend[t]
		}
		d := v - index[t%m]
		ss += d * d
		k++
	}
	mm := float64(m)
	v := ss / float64(max(1, k-m+1)) * mm / float64(k)
	spread := 0.0
	for _, x := range index {
		spread += (x - centre) * (x - centre) / (mm - 1)
	}
	a := max(0, spread-v)
	if v+a == 0 {
		return
	}
	keep := 1 - (mm-3)/(mm-1)*v/(v+a)
	for i := range index {
		index[i] = centre + keep*(index[i]-centre)
	}
}

// deseason writes y without its seasons into dst, which has y's length.
func deseason(dst, y []float64, form Seasonality, index []float64) {
	phase := 0
	for t, v := range y {
		if form == MultiplicativeSeason {
			dst[t] = v / index[phase]
		} else {
			dst[t] = v - index[phase]
		}
		if phase++; phase == len(index) {
			phase = 0
		}
	}
}

// reseason puts the season of a phase back onto a value.
func reseason(v float64, form Seasonality, index float64) float64 {
	switch form {
	case AdditiveSeason:
		return v + index
	case MultiplicativeSeason:
		return v * index
	}
	return v
}
