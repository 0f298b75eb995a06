package replenish

import (
	"fmt"
	"math"
)

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
	sigma, alpha, n = moment(sigma), unit(alpha), moment(n)
	return finite(sigma * math.Sqrt(max(0, n*(1+alpha*(n-1)+alpha*alpha*(n-1)*(2*n-1)/6))))
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
	sigma, phi = moment(sigma), min(max(moment(phi), -1), 1) // beyond, there is no such demand
	sum, c, power := 0.0, 0.0, 1.0
	for range n {
		c += power // (1−φ^{k+1})/(1−φ), also where φ = 1
		power *= phi
		sum += c * c
	}
	return finite(sigma * math.Sqrt(sum))
}

// AR1MarginalSD returns the standard deviation of demand itself under a
// first-order autoregression, σ/√(1−φ²). Limit: 1e300 for |φ| >= 1, where it has
// none.
func AR1MarginalSD(sigma, phi float64) float64 {
	if !(sigma > 0) {
		return 0
	}
	if !(phi > -1 && phi < 1) {
		return 1e300
	}
	return finite(moment(sigma) / math.Sqrt(1-phi*phi))
}

// CumulativeError is what errors of the forecast of several periods together
// were found to be.
type CumulativeError struct {
	Blocks int     // overlapping blocks measured
	Bias   float64 // mean of actual − forecast over a block
	SD     float64 // around the bias, with Blocks−1 in the denominator
	RMSE   float64 // around zero: what to use where the bias is not corrected
}

// EmpiricalCumulativeError measures the error of the forecast over n periods
// together from one-step errors or, better, from errors of the same origin laid
// out one after another: errors[t] = actual − forecast of period t, all
// overlapping blocks of n periods. Syntetos and Teunter (2014) found it to
// serve stock control better than any formula. The means of overlapping blocks
// hang together, which leaves the bias as it is and makes the standard
// deviation a little too small when there are few blocks per n. An error wraps
// [ErrInput].
func EmpiricalCumulativeError(errors []float64, n int) (CumulativeError, error) {
	if n <= 0 || len(errors) < n+1 {
		return CumulativeError{}, fmt.Errorf("cumulative error: %d errors for blocks of %d: %w: give at least one more than a block", len(errors), n, ErrInput)
	}
	block := make([]float64, len(errors)-n+1)
	var e CumulativeError
	e.Blocks = len(block)
	squares := 0.0
	for i := range block {
		for _, v := range errors[i : i+n] {
			if !(math.Abs(v) <= largest) {
				return CumulativeError{}, fmt.Errorf("cumulative error: error %v: %w: give finite numbers", v, ErrInput)
			}
			block[i] += v
		}
		e.Bias += block[i] / float64(len(block))
		squares += block[i] * block[i]
	}
	e.RMSE = math.Sqrt(squares / float64(len(block)))
	v := 0.0
	for _, b := range block {
		v += (b - e.Bias) * (b - e.Bias)
	}
	e.SD = math.Sqrt(v / float64(len(block)-1))
	return e, nil
}

// EstimationVariance adds to the variance of demand over n periods that of the
// estimated mean, which stays the same through all of them:
//
//	Var = n·σ² + n²·Var(μ̂),  Var(μ̂) = σ²/observations
//
// Prak, Teunter and Syntetos (2017). Infinite observations are a known mean; 0
// or fewer are taken as 1.
func EstimationVariance(sigma, n, observations float64) float64 {
	if !(n > 0) || !(sigma > 0) {
		return 0
	}
	if !(observations > 1) { // NaN too
		observations = 1
	}
	sigma, n = moment(sigma), moment(n)
	return min(sigma*sigma*n*(1+n/observations), math.MaxFloat64)
}
