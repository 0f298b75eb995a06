package replenish

import "math"

// SESCumulativeSD returns the standard deviation of the error of the demand
// forecast over n periods together, when demand follows a local level with
// smoothing constant alpha and one-step error sd sigma:
//
//	Var = σ²·n·[1 + α(n−1) + α²(n−1)(2n−1)/6]
//
// Hyndman, Koehler, Ord and Snyder (2008), section 6.1; Graves (1999). σ√n,
// which it is often taken for, is too small by a factor that grows with n.
// 0 for n <= 0 or sigma <= 0.
func SESCumulativeSD(sigma, alpha, n float64) float64 {
	if !(n > 0) || !(sigma > 0) {
		return 0
	}
	return sigma * math.Sqrt(max(0, n*(1+alpha*(n-1)+alpha*alpha*(n-1)*(2*n-1)/6)))
}

// AR1CumulativeSD returns the standard deviation of the error of the best
// forecast over n periods together, when demand is a first-order
// autoregression with coefficient phi and innovation sd sigma:
//
//	Var = σ²·Σ_{k=0}^{n−1} [(1−φ^{k+1})/(1−φ)]²
//
// Lee, So and Tang (2000); Zhang (2004). 0 for n <= 0 or sigma <= 0.
func AR1CumulativeSD(sigma, phi float64, n int) float64 {
	if n <= 0 || !(sigma > 0) {
		return 0
	}
	sum, c, power := 0.0, 0.0, 1.0
	for range n {
		c += power // (1−φ^{k+1})/(1−φ), also where φ = 1
		power *= phi
		sum += c * c
	}
	return sigma * math.Sqrt(sum)
}
