package replay

import "math"

// Days around a day without stock that tell what was wanted on it: the same
// weekday of some weeks before and after. Near ones share its season.
const (
	nearWeeks   = 3
	aroundWeeks = 8
	leastAround = 4 // of them with stock; fewer: every day of those weeks
)

// Wanted estimates what customers wanted on each day from what was sold, into
// dst. A day that is not marked out sold what was wanted. On a day that is, at
// least what was sold was wanted, and
//
//	something sold, or refused:  E[D | D > sold]
//	else:                        E[D]
//
// over days around that were not marked: the mark of a day that sold says that it
// ran out, that of another that nothing was there or, if refused is set, that a
// customer was refused. Of the days around those of a promotion speak for a day of
// a promotion, and only they, if there are enough. Where none of them sold more
// than the day did, the mean excess is half their standard deviation, that of a
// normal law at the largest of sixteen. It is the mean of what was not seen: single
// days are smoother than they were.
func Wanted(dst, sold []float64, out, promo []bool, refused bool) {
	for t, q := range sold {
		dst[t] = max(0, q)
		if !out[t] {
			continue
		}
		var a around
		for _, weeks := range [...]int{nearWeeks, aroundWeeks} {
			if a.look(t, 7, weeks, sold, out, promo, true); a.n >= leastAround {
				break
			}
		}
		if a.n < leastAround {
			a.look(t, 1, aroundWeeks, sold, out, promo, true)
		}
		if a.n < leastAround {
			a.look(t, 1, aroundWeeks, sold, out, promo, false)
		}
		switch {
		case a.n == 0:
		case q <= 0 && !refused:
			dst[t] = a.sum / a.n
		case a.above > 0:
			dst[t] = a.over / a.above
		default:
			mean := a.sum / a.n
			dst[t] = max(dst[t], mean) + math.Sqrt(max(0, a.squares/a.n-mean*mean))/2
		}
	}
}

// around are days with stock around a day.
type around struct {
	n, sum, squares float64
	above, over     float64 // those that sold more than the day did
}

func (a *around) look(t, step, weeks int, sold []float64, out, promo []bool, alike bool) {
	*a = around{}
	lo := t - weeks*7
	if lo < 0 {
		lo = t % step
	}
	for i := lo; i < min(len(sold), t+weeks*7+1); i += step {
		if out[i] || alike && promo[i] != promo[t] {
			continue
		}
		v := sold[i]
		a.n++
		a.sum += v
		a.squares += v * v
		if v > sold[t] {
			a.above++
			a.over += v
		}
	}
}
