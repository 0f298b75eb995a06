package forecast

import "math"

// maxPartial bounds partial autocorrelations away from one, where variances
// have no limit.
const maxPartial = 1 - 1e-9

// partialOf maps a free number to a partial autocorrelation within (-1, 1).
func partialOf(x float64) float64 {
	r := x / math.Sqrt(1+x*x)
	return min(max(r, -maxPartial), maxPartial)
}

// stationary turns len(free) free numbers into the coefficients of a stationary
// autoregression y[t] = c[0]y[t-1] + c[1]y[t-2] + ..., by way of its partial
// autocorrelations and the recursion of Durbin and Levinson: Jones (1980),
// Maximum likelihood fitting of ARMA models to time series with missing
// observations, Technometrics 22; Monahan (1984), Biometrika 71. Every
// stationary autoregression is reached once. c and free may be the same slice.
func stationary(c, free []float64) {
	for k, x := range free {
		r := partialOf(x)
		for i, j := 0, k-1; i <= j; i, j = i+1, j-1 {
			ci, cj := c[i], c[j]
			c[i] = ci - r*cj
			if i != j {
				c[j] = cj - r*ci
			}
		}
		c[k] = r
	}
}

// partials turns coefficients of an autoregression into its partial
// autocorrelations, in place, and says whether it is stationary: all of them
// lie within (-1, 1). The recursion is that of Durbin and Levinson backwards.
func partials(c []float64) bool {
	for k := len(c) - 1; k >= 0; k-- {
		r := c[k]
		if !(r > -1 && r < 1) {
			return false
		}
		d := 1 / (1 - r*r)
		for i, j := 0, k-1; i <= j; i, j = i+1, j-1 {
			ci, cj := c[i], c[j]
			c[i] = (ci + r*cj) * d
			if i != j {
				c[j] = (cj + r*ci) * d
			}
		}
	}
	return true
}

// rootsBeyond says whether all roots of 1 - c[0]z - c[1]z² - ... are larger
// than radius in absolute value. Put z = radius*u: the roots in u lie outside of
// the unit circle if and only if the autoregression with coefficients
// c[i]*radius^(i+1) is stationary. No root is computed. scratch has len(c).
func rootsBeyond(c, scratch []float64, radius float64) bool {
	s := scratch[:len(c)]
	power := 1.0
	for i, v := range c {
		power *= radius
		s[i] = v * power
	}
	return partials(s)
}

// arma is an ARMA process with unit innovations,
//
//	y[t] = phi[0]y[t-1] + ... + e[t] + theta[1]e[t-1] + ...
//
// whose polynomials are the products of the regular and the seasonal ones. phi
// and theta have the length r = max(p, q+1) of the state and end in zeros.
type arma struct {
	p, q, r    int
	phi, theta []float64
	arLag      []int // the lags with a coefficient that is not zero,
	maLag      []int // and these coefficients
	arCoef     []float64
	maCoef     []float64

	cov    []float64 // autocovariances
	psi    []float64 // weights of the infinite moving average
	theta2 []float64 // sum of theta[i]theta[i+l]
	tri    []float64 // coefficients of all lower orders
}

// expand sets the polynomials to those of a model with the regular coefficients
// ar and ma and the seasonal ones sar and sma of period m.
func (a *arma) expand(ar, ma, sar, sma []float64, m int) {
	a.p = len(ar) + m*len(sar)
	a.q = len(ma) + m*len(sma)
	a.r = max(a.p, a.q+1)
	a.phi, a.theta = grow(a.phi, a.r), grow(a.theta, a.r)
	clear(a.phi)
	clear(a.theta)
	copy(a.phi, ar)
	a.theta[0] = 1
	copy(a.theta[1:], ma)
	for j, s := range sar {
		lag := m * (j + 1)
		a.phi[lag-1] += s
		for i, c := range ar {
			a.phi[lag+i] -= s * c
		}
	}
	for j, s := range sma {
		lag := m * (j + 1)
		a.theta[lag] += s
		for i, c := range ma {
			a.theta[lag+i+1] += s * c
		}
	}
	a.arLag, a.arCoef = a.arLag[:0], a.arCoef[:0]
	for i, c := range a.phi[:a.p] {
		if c != 0 {
			a.arLag, a.arCoef = append(a.arLag, i+1), append(a.arCoef, c)
		}
	}
	a.maLag, a.maCoef = a.maLag[:0], a.maCoef[:0]
	for i := 1; i <= a.q; i++ {
		if c := a.theta[i]; c != 0 {
			a.maLag, a.maCoef = append(a.maLag, i), append(a.maCoef, c)
		}
	}
}

// firstCovariance writes into c, of length r, the covariances of the elements
// of the stationary state with the first of them, which is y[t] itself. The
// state is that of Harvey (1989), Forecasting, structural time series models and
// the Kalman filter, section 3.3:
//
//	state[i] = sum over j >= i of phi[j]y[t-1-(j-i)] + theta[j]e[t-(j-i)]
//
// It returns false if the autoregression is not stationary.
func (a *arma) firstCovariance(c []float64) bool {
	p, q := a.p, a.q
	lags := p + q
	a.cov = grow(a.cov, lags+1+p+1)
	ar, cov := a.cov[:lags+1], a.cov[lags+1:]
	if !a.autoregression(ar) {
		return false
	}
	// Covariances of the process from those of its autoregressive part.
	a.theta2 = grow(a.theta2, q+1)
	clear(a.theta2)
	a.theta2[0] = 1
	for i, li := range a.maLag {
		ci := a.maCoef[i]
		a.theta2[0] += ci * ci
		a.theta2[li] += ci
		for j := i + 1; j < len(a.maLag); j++ {
			a.theta2[a.maLag[j]-li] += ci * a.maCoef[j]
		}
	}
	for k := range cov {
		v := a.theta2[0] * ar[k]
		for l := 1; l <= q; l++ {
			if t := a.theta2[l]; t != 0 {
				v += t * (ar[k+l] + ar[abs(k-l)])
			}
		}
		cov[k] = v
		if k == p {
			break
		}
	}
	a.psi = grow(a.psi, q+1)
	for l := range a.psi {
		v := a.theta[l]
		for i, lag := range a.arLag {
			if lag > l {
				break
			}
			v += a.arCoef[i] * a.psi[l-lag]
		}
		a.psi[l] = v
	}
	clear(c)
	c[0] = cov[0]
	for k, lag := range a.arLag {
		f := a.arCoef[k]
		for i := 1; i < lag; i++ { // phi[lag-1]
			c[i] += f * cov[lag-i]
		}
	}
	for k, lag := range a.maLag {
		f := a.maCoef[k]
		for i := 1; i <= lag; i++ {
			c[i] += f * a.psi[lag-i]
		}
	}
	return true
}

func abs(i int) int {
	if i < 0 {
		return -i
	}
	return i
}

// autoregression writes the autocovariances of lags 0..len(cov)-1 of the process
// with the autoregressive part alone, by taking the Durbin-Levinson recursion
// down to order zero and up again: O(p²) in place of the O(p³) of a linear
// system.
func (a *arma) autoregression(cov []float64) bool {
	p := a.p
	if p == 0 {
		clear(cov)
		cov[0] = 1
		return true
	}
	a.tri = grow(a.tri, p*(p+1)/2)
	row := func(k int) []float64 { return a.tri[k*(k-1)/2 : k*(k+1)/2] } // of order k
	copy(row(p), a.phi[:p])
	variance := 1.0
	for k := p; k >= 1; k-- {
		c := row(k)
		r := c[k-1]
		if !(r > -1 && r < 1) {
			return false
		}
		d := 1 / (1 - r*r)
		variance *= d
		if k == 1 {
			break
		}
		lower := row(k - 1)
		if r == 0 {
			copy(lower, c)
			continue
		}
		for i := range lower {
			lower[i] = (c[i] + r*c[k-2-i]) * d
		}
	}
	cov[0] = variance
	for k := 1; k <= p && k < len(cov); k++ {
		s := 0.0
		for i, c := range row(k) {
			s += c * cov[k-1-i]
		}
		cov[k] = s
	}
	for k := p + 1; k < len(cov); k++ {
		s := 0.0
		for i, lag := range a.arLag {
			s += a.arCoef[i] * cov[k-lag]
		}
		cov[k] = s
	}
	return true
}
