package replenish

import "math"

// A law on 0, 1, 2, … with p(k)/p(k−1) = a + b/k belongs to the family of Katz
// (1965): Poisson (a = 0), negative binomial (a > 0) and binomial (a < 0). Its
// tails are summed term by term from the point asked for outward: all terms
// are positive, so that a tail of 1e-200 has as many digits as the centre.
// A sum has of the order of sd terms.

// wideVariance is the variance beyond which an integer law is taken as the
// continuous one with its moments; they differ by less than 1e-5 of P there.
const wideVariance = 1e9

// smallestNormal is where sums of terms end at the latest: below it a term
// times a ratio over 1/2 rounds to itself, and never becomes 0.
const smallestNormal = 0x1p-1022

// katzUpper returns P(X >= k), E[(X−x)+] and E[((X−x)+)²]/2 for k the smallest
// integer above x, p = P(X = k).
func katzUpper(a, b, x, k, p float64) (sf, n, n2 float64) {
	for p >= smallestNormal {
		y := k - x
		sf += p
		n += y * p
		n2 += y * y * p
		k++
		r := a + b/k
		if r <= 0 {
			break
		}
		p *= r
		if r < 1 {
			// What is left is less than a geometric series.
			t := 1 / (1 - r)
			if w := y + 1 + t; p*w*w*t < 0x1p-54*n2 {
				break
			}
		}
	}
	return sf, n, 0.5 * n2
}

// katzLower returns P(X <= k), E[(x−X)+] and E[((x−X)+)²]/2 for k the largest
// integer not above x, p = P(X = k).
func katzLower(a, b, x, k, p float64) (cdf, nbar, nbar2 float64) {
	for p >= smallestNormal {
		y := x - k
		cdf += p
		nbar += y * p
		nbar2 += y * y * p
		if k < 1 {
			break
		}
		r := a + b/k
		p /= r
		k--
		if r > 1 {
			t := r / (r - 1)
			if w := y + 1 + t; p*w*w*t < 0x1p-54*nbar2 {
				break
			}
		}
	}
	return cdf, nbar, 0.5 * nbar2
}

// katzLosses returns all of the losses of a law at x >= 0: those of the smaller
// tail by summation, the others as differences from the moments.
func katzLosses(a, b, mean, variance, x float64, pmf func(k float64) float64) (sf, n, n2, cdf, nbar, nbar2 float64) {
	k := math.Floor(x)
	m := mean - x
	half := 0.5 * (m*m + variance)
	if x >= mean {
		sf, n, n2 = katzUpper(a, b, x, k+1, pmf(k+1))
		return sf, n, n2, max(0, 1-sf), max(0, n-m), max(0, half-n2)
	}
	cdf, nbar, nbar2 = katzLower(a, b, x, k, pmf(k))
	return max(0, 1-cdf), max(0, nbar+m), max(0, half-nbar2), cdf, nbar, nbar2
}

// belowZero returns the losses at x < 0 of a law that is not negative.
func belowZero(mean, variance, x float64) (sf, n, n2 float64) {
	m := mean - x
	return 1, m, 0.5 * (m*m + variance)
}

// binomialKernel returns Γ(n+1)/(Γ(x+1)Γ(n−x+1)) pˣqⁿ⁻ˣ for real 0 <= x <= n
// as a ratio of three Poisson probabilities, none of which loses digits.
// Loader (2000).
func binomialKernel(x, n, p, q float64) float64 {
	switch {
	case x <= 0:
		return math.Exp(n * math.Log(q))
	case x >= n:
		return math.Exp(n * math.Log(p))
	}
	return gammaKernel(x, n*p) * (gammaKernel(n-x, n*q) / gammaKernel(n, n))
}
