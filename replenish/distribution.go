package replenish

import "math"

// Distribution is the distribution of the demand of an interval.
type Distribution interface {
	// Moments returns mean and standard deviation.
	Moments() (mean, sd float64)
	// CDF returns P(X <= x).
	CDF(x float64) float64
	// Quantile returns the smallest x with P(X <= x) >= p.
	Quantile(p float64) float64
	// Losses returns P(X > x), n(x) = E[(X−x)+] and n₂(x) = E[((X−x)+)²]/2.
	Losses(x float64) (sf, n, n2 float64)
}

// IntegerDistribution is a distribution on the integers from 0.
type IntegerDistribution interface {
	Distribution
	// PMF returns P(X = k), 0 for k < 0.
	PMF(k int) float64
}

// lowerLosses is what a distribution offers that knows its lower tail without
// a difference.
type lowerLosses interface {
	// LowerLosses returns P(X <= x), n̄(x) = E[(x−X)+] and n̄₂(x) = E[((x−X)+)²]/2.
	LowerLosses(x float64) (cdf, nbar, nbar2 float64)
}

// LowerLosses returns P(X <= x), n̄(x) = E[(x−X)+] and n̄₂(x) = E[((x−X)+)²]/2:
// with full relative precision where the distribution has a method of that name
// (all of this package, mixtures and paths included), else from
//
//	n̄(x) = n(x) + x − E[X]        n̄₂(x) = E[(X−x)²]/2 − n₂(x)
func LowerLosses(d Distribution, x float64) (cdf, nbar, nbar2 float64) {
	x = point(x)
	if l, ok := d.(lowerLosses); ok {
		return l.LowerLosses(x)
	}
	_, n, n2 := d.Losses(x)
	mean, sd := d.Moments()
	m := x - mean
	return d.CDF(x), max(0, n+m), max(0, 0.5*(m*m+sd*sd)-n2)
}

// SecondLosses returns the second-order losses in the form that belongs to
// sums over the inventory positions of an integer law at integer x,
//
//	n₂ = E[(X−x)+ (X−x−1)+]/2 = Σ_{y>x} n(y)      n̄₂ = E[(x−X)+ (x−X+1)+]/2 = Σ_{y<=x} n̄(y),
//
// and for other laws E[((X−x)+)²]/2 and E[((x−X)+)²]/2, the integrals.
// Snyder and Shen (2019), (C.41).
func SecondLosses(d Distribution, x float64) (n2, nbar2 float64) {
	_, n, n2 := d.Losses(x)
	_, nbar, nbar2 := LowerLosses(d, x)
	if integer(d) {
		return max(0, n2-0.5*n), nbar2 + 0.5*nbar
	}
	return n2, nbar2
}

// integer says whether a law has all its mass on integers.
func integer(d Distribution) bool {
	switch d := d.(type) {
	case Poisson, NegativeBinomial, Binomial, Geometric:
		return true
	case *Table:
		return d.lattice
	case *Mixture:
		return d.integer
	case interface{ Integer() bool }:
		return d.Integer()
	}
	return false
}

// whole is integer for kernels: continuous laws stay off the heap.
func whole[D Distribution](d D) bool {
	switch any(d).(type) {
	case Normal, Gamma:
		return false
	}
	return integer(d)
}

// smallestInteger returns the smallest integer k >= low with reached(k), which
// is monotone, found outward from guess.
func smallestInteger(low, guess float64, reached func(k float64) bool) float64 {
	const last = 1 << 53
	guess = min(max(math.Floor(guess), low), last)
	lo, hi := low-1, guess // lo: not reached, hi: reached
	step := 1.0
	if reached(guess) {
		for hi-step > lo {
			if !reached(hi - step) {
				lo = hi - step
				break
			}
			hi -= step
			step *= 2
		}
	} else {
		lo = guess
		for hi = lo + step; hi < last && !reached(hi); hi = lo + step {
			lo = hi
			step *= 2
		}
	}
	for hi-lo > 1 {
		m := math.Floor(0.5 * (lo + hi))
		if m <= lo || m >= hi { // beyond whole numbers
			break
		}
		if reached(m) {
			hi = m
		} else {
			lo = m
		}
	}
	return hi
}

// integerQuantile returns the smallest integer k >= 0 with P(X <= k) >= p. The
// guess is that of Cornish and Fisher (1938) from mean, sd and skewness.
// P(X <= k) >= p is asked of the smaller tail.
func integerQuantile[D Distribution](d D, p, skew float64) float64 {
	mean, sd := d.Moments()
	if !(p > 0) || sd == 0 && mean == 0 {
		return 0
	}
	p = min(p, 1-0x1p-53)
	z := NormalQuantile(p)
	guess := mean + sd*(z+skew*(z*z-1)/6)
	return smallestInteger(0, guess, func(k float64) bool { return d.CDF(k) >= p })
}
