package replenish

import "math"

// Levels are found for targets between these; NaN counts as the least.
const (
	leastTarget = 1e-9
	mostTarget  = 1 - 1e-12
)

func servable(target float64) float64 {
	if !(target > leastTarget) {
		return leastTarget
	}
	return min(target, mostTarget)
}

// amount keeps an order quantity between 0 and what sums can bear; NaN is 0.
func amount(q float64) float64 {
	if !(q > 0) {
		return 0
	}
	return min(q, largest)
}

// LevelForCycleService returns the smallest level that demand of the interval
// exceeds with a probability of at most 1−target: P1 is the probability of no
// stockout in a replenishment cycle, and does not depend on the order
// quantity. Silver, Pyke and Thomas (2017), 6.7. target is kept within
// [leastTarget] and [mostTarget].
func LevelForCycleService[D Distribution](demand D, target float64) float64 {
	return demand.Quantile(servable(target))
}

// LevelForFillRate returns the smallest reorder point of a continuous-review
// (s, Q) policy whose [FillRate] is target, as for cycle service. With a large Q it
// lies below the mean demand: the safety stock is negative. For q <= 0 it is
// the quantile. For an integer law it is the smallest whole number whose fill
// rate is at least target, q whole and at least 1 (the base stock s+1).
func LevelForFillRate[D Distribution](lead D, q, target float64) float64 {
	mean, sd := lead.Moments()
	q, target = amount(q), servable(target)
	if whole(lead) {
		q = max(1, q)
		return smallestInteger(-q-1, lead.Quantile(target)-q/2, func(s float64) bool { return FillRate(lead, s, q) >= target })
	}
	if q <= narrow*sd {
		return lead.Quantile(target)
	}
	if sd <= 0 {
		return mean - (1-target)*q // the share short is (mean−s)/Q
	}
	// The textbook factor, without n(s+Q), is close unless Q is small.
	start := mean + sd*StandardNormalLossInverse((1-target)*q/sd)
	return level(1-target, start, sd, func(s float64) (float64, float64) {
		return continuousShort(lead, s, q)
	})
}

// LevelForPeriodicFillRate returns the level of a periodic-review policy whose
// [PeriodicFillRate] is target, as for cycle service: the reorder point of (R, s, nQ)
// for q > 0, the order-up-to level of (R, S) for q <= 0. For integer laws it is
// the smallest whole number that reaches target.
func LevelForPeriodicFillRate[D Distribution](lead, protection D, q, target float64) float64 {
	q, target = amount(q), servable(target)
	mP, sP := protection.Moments()
	mL, sL := lead.Moments()
	sd := max(sP, sL)
	review := mP - mL
	if review <= 0 {
		return LevelForFillRate(protection, q, target)
	}
	if whole(protection) {
		return smallestInteger(-q-1, protection.Quantile(target)-max(0, q)/2, func(s float64) bool { return PeriodicFillRate(lead, protection, s, q) >= target })
	}
	if sd <= 0 && q <= 0 {
		return mP - (1-target)*review
	}
	q = max(0, q)
	start := mP + sd*StandardNormalLossInverse((1-target)*(review+q)/max(sd, 1e-9*(review+q)))
	return level(1-target, start, max(sd, 1e-3*(review+q)), func(s float64) (float64, float64) {
		return periodicShort(lead, protection, s, q)
	})
}

// level solves short(s) = share for a share in (0, 1), short falling from 1 to
// 0. short returns its value and its derivative. Newton's method on ln short,
// which is nearly linear in the tail, held inside a bracket that grows from
// scale until it is found, and is halved where a step leaves it or steps do not
// shrink (a gamma law of small shape has a kink at 0, across which they jump
// to and fro).
func level(share, start, scale float64, short func(s float64) (value, slope float64)) float64 {
	lo, hi := math.Inf(-1), math.Inf(1)
	s, grow := start, scale
	last, before := math.Inf(1), math.Inf(1) // the two steps before
	for range 300 {
		v, slope := short(s)
		if v > share {
			lo = s
		} else {
			hi = s
		}
		open := math.IsInf(lo, -1) || math.IsInf(hi, 1)
		next := s
		switch {
		case v > 0.5 && slope < 0:
			// The curve is flat on the left, where the logarithm is no help; the
			// plain step of a convex function does not pass the solution.
			next = s + (share-v)/slope
		case v > 0 && slope < 0:
			next = s + math.Log(share/v)*v/slope
		}
		switch step := math.Abs(next - s); {
		case math.Abs(v-share) <= 1e-15*share:
			return s
		case open && (!(step <= grow) || step == 0):
			// Not further than the bracket may grow, which it then may twice as far.
			next = s + grow
			if v <= share {
				next = s - grow
			}
			grow *= 2
		case !open && (!(next > lo && next < hi) || step > 0.5*before):
			next = lo + 0.5*(hi-lo)
		}
		before, last = last, math.Abs(next-s)
		if last <= 1e-13*max(scale, math.Abs(s)) {
			return next
		}
		s = next
	}
	return s
}
