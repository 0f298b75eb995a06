package forecast

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// Limits of an ARIMA model.
const (
	MaxARIMALag = 800 // p + mP and q + mQ
	maxDiff     = 800 // d + mD
)

// ErrShort says that a series has too few values for a model.
var ErrShort = errors.New("too few values for the model: use a smaller order or a simpler method")

// ARIMAOrder is the order (p,d,q)(P,D,Q)m of a seasonal ARIMA model of Box and
// Jenkins (1976). The zero value is white noise.
type ARIMAOrder struct {
	P, D, Q    int // autoregression, differences, moving average
	SP, SD, SQ int // the same in steps of Season
	Season     int // periods in a season; 0 and 1 mean none
}

// String returns the order in the usual notation, as in ARIMA(0,1,1)(0,1,1)[12].
func (o ARIMAOrder) String() string {
	s := fmt.Sprintf("ARIMA(%d,%d,%d)", o.P, o.D, o.Q)
	if o.Season > 1 && o.SP+o.SD+o.SQ > 0 {
		s += fmt.Sprintf("(%d,%d,%d)[%d]", o.SP, o.SD, o.SQ, o.Season)
	}
	return s
}

// parameters is the number of coefficients of both polynomials.
func (o ARIMAOrder) parameters() int { return o.P + o.Q + o.SP + o.SQ }

// lost is the number of values that differencing takes.
func (o ARIMAOrder) lost() int { return o.D + o.Season*o.SD }

func (o ARIMAOrder) check() error {
	switch {
	case min(o.P, o.D, o.Q, o.SP, o.SD, o.SQ, o.Season) < 0:
		return fmt.Errorf("forecast: %v: %w: use orders of 0 or more", o, ErrOption)
	case o.Season < 2 && o.SP+o.SD+o.SQ > 0:
		return fmt.Errorf("forecast: %v with season %d: %w: use a season of 2 or more for seasonal orders", o, o.Season, ErrOption)
	case o.P > MaxARIMALag || o.Q > MaxARIMALag || o.SP > MaxARIMALag || o.SQ > MaxARIMALag || o.Season > MaxARIMALag,
		o.P+o.Season*o.SP > MaxARIMALag, o.Q+o.Season*o.SQ > MaxARIMALag:
		return fmt.Errorf("forecast: %v: %w: use lags up to %d", o, ErrOption, MaxARIMALag)
	case o.D > 10 || o.SD > 10 || o.lost() > maxDiff:
		return fmt.Errorf("forecast: %v: %w: use fewer differences", o, ErrOption)
	}
	return nil
}

// ARIMA is a fitted seasonal ARIMA model with regressors,
//
//	y[t] = c(t) + sum of Coef[j]x[j][t] + n[t]
//	(1 - AR B - ...)(1 - SAR B^m - ...)(1-B)^D(1-B^m)^SD n[t] = (1 + MA B + ...)(1 + SMA B^m + ...) e[t]
//
// where c(t) is Intercept if nothing is differenced and Intercept*t if the order
// of differencing is one, t counting periods from 1 at the first of the series;
// R's mean and drift. It is plain data: stored and read again, it forecasts and
// updates as before.
type ARIMA struct {
	Order            ARIMAOrder
	Constant         bool // whether Intercept was estimated
	AR, MA, SAR, SMA []float64
	Intercept        float64   // mean, or drift a period
	Coef             []float64 // of the regressors

	// Sigma2 is the variance of the innovations, corrected for the number of
	// coefficients. LogLik is the exact Gaussian log-likelihood of the
	// differenced series; the criteria count the coefficients and the variance.
	Sigma2, LogLik, AIC, AICc, BIC float64
	// Used is the number of observations in the likelihood: those observed
	// less those lost to differencing.
	Used int

	State ARIMAState

	poly arma
	diff []float64
	work []float64
}

// ARIMAState is what an [ARIMA] knows of the past.
type ARIMAState struct {
	Periods int // seen so far, missing ones at the start left out
	Ahead   int // of these at the end, missing: the forecast starts before them
	// Level and Gain are state vector and gain of the filter; Change, F and M
	// carry its variance on.
	Level, Gain, Change []float64
	F, M                float64
	// Last are the last values of n, before differencing, oldest first, as many
	// as differencing needs.
	Last []float64
	// Scale divides the values of the caller.
	Scale float64
}

// differencing writes into dst the coefficients d of
// 1 - d[0]B - d[1]B² - ... = (1-B)^D (1-B^m)^SD and returns it.
func (o ARIMAOrder) differencing(dst []float64) []float64 {
	n := o.lost()
	dst = grow(dst, n+1)
	clear(dst)
	dst[0] = 1
	size := 0
	times := func(lag int) {
		size += lag
		for i := size; i >= lag; i-- {
			dst[i] -= dst[i-lag]
		}
	}
	for range o.D {
		times(1)
	}
	for range o.SD {
		times(o.Season)
	}
	for i := 1; i <= n; i++ {
		dst[i-1] = -dst[i]
	}
	return dst[:n]
}

// restore rebuilds what is derived from the plain data.
func (m *ARIMA) restore() {
	m.poly.expand(m.AR, m.MA, m.SAR, m.SMA, m.Order.Season)
	m.diff = m.Order.differencing(m.diff)
}

// constant is c(t), t counting from 1.
func (m *ARIMA) constant(t int) float64 {
	if m.Order.D+m.Order.SD == 0 {
		return m.Intercept
	}
	return m.Intercept * float64(t)
}

// known is the part of y in period s after the last one seen that is no noise:
// constant and regressors. x may be nil.
func (m *ARIMA) known(x [][]float64, s int) float64 {
	v := m.constant(m.State.Periods + s + 1)
	for j, c := range m.Coef {
		if c != 0 {
			v += c * x[j][s]
		}
	}
	return v
}

// checkRegressors says whether x has the columns of the model and n finite
// values in each.
func (m *ARIMA) checkRegressors(x [][]float64, n int) error {
	return checkColumns(x, len(m.Coef), n)
}

func checkColumns(x [][]float64, k, n int) error {
	if len(x) != k {
		return fmt.Errorf("forecast: %d regressors: %w: the model has %d", len(x), ErrOption, k)
	}
	for j, c := range x {
		if len(c) < n {
			return fmt.Errorf("forecast: regressor %d has %d values: %w: give %d", j, len(c), ErrOption, n)
		}
		for t, v := range c[:n] {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("forecast: regressor %d is %v in period %d: %w: give finite numbers", j, v, t, ErrValue)
			}
		}
	}
	return nil
}

// Forecast writes the means of steps 1..len(dst) into dst. x holds one column a
// regressor with the values of these steps; nil if the model has none.
func (m *ARIMA) Forecast(dst []float64, x [][]float64) error {
	if err := m.checkRegressors(x, len(dst)); err != nil {
		return err
	}
	m.restore()
	r, d := m.poly.r, len(m.diff)
	ahead := m.State.Ahead
	m.work = grow(m.work, r+1+d+ahead+len(dst))
	a := m.work[:r+1]
	n := m.work[r+1:] // last d values of n, then the forecasts of it
	copy(a, m.State.Level)
	a[r] = 0
	copy(n, m.State.Last)
	scale := m.State.Scale
	for s := range ahead + len(dst) {
		v := a[0]
		for i := range r {
			a[i] = m.poly.phi[i]*v + a[i+1]
		}
		for j, c := range m.diff {
			v += c * n[d+s-1-j]
		}
		n[d+s] = v
		if s >= ahead {
			dst[s-ahead] = clampFinite(v*scale + m.known(x, s-ahead))
		}
	}
	return nil
}

// clampFinite keeps a number within the range of float64; what is not a number
// becomes zero.
func clampFinite(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return min(max(v, -math.MaxFloat64), math.MaxFloat64)
}

// Psi writes the weights with which the innovations of the last len(dst)
// periods, the newest first, enter a value: the coefficients of theta(B) over
// phi(B) and the differences. dst[0] is 1.
func (m *ARIMA) Psi(dst []float64) {
	m.restore()
	q := m.poly.q
	for l := range dst {
		v := 0.0
		if l <= q {
			v = m.poly.theta[l]
		}
		for i, lag := range m.poly.arLag {
			if lag > l {
				break
			}
			v += m.poly.arCoef[i] * dst[l-lag]
		}
		dst[l] = v
	}
	m.integrate(dst)
}

// integrate undoes the differences of x, zero before its first value, one factor
// after the other.
func (m *ARIMA) integrate(x []float64) {
	undo := func(lag int) {
		for l := lag; l < len(x); l++ {
			x[l] += x[l-lag]
		}
	}
	for range m.Order.D {
		undo(1)
	}
	for range m.Order.SD {
		undo(m.Order.Season)
	}
}

// Variance writes the variances of the errors of steps 1..len(step) into step
// and of the sums of the first 1..len(sum) steps into sum, for known coefficients,
//
//	step[j] = Sigma2 * (psi[0]² + ... + psi[j]²)
//	sum[N]  = Sigma2 * sum over i <= N of (psi[0] + ... + psi[i])²
//
// Box and Jenkins (1976), section 5.1, and what is uncertain about the state after
// a series of finite length.
func (m *ARIMA) Variance(step, sum []float64) {
	ahead := m.State.Ahead
	n := ahead + max(len(step), len(sum))
	r := len(m.State.Gain)
	m.work = grow(m.work, n+3*r+2)
	psi := m.work[:n]
	m.Psi(psi)
	v, s, reach := 0.0, 0.0, 0.0
	for i, c := range psi {
		v += c * c
		reach += c
		s += reach * reach
		j := i - ahead
		if j >= 0 && j < len(step) {
			step[j] = v
		}
		if j >= 0 && j < len(sum) {
			sum[j] = s
		}
	}
	if ahead > 0 {
		// With periods missing at the end, an innovation of these enters a sum
		// by fewer of its weights.
		for i := 1; i < n; i++ {
			psi[i] += psi[i-1]
		}
		for j := range sum {
			s := 0.0
			for i := ahead + j; i >= 0; i-- {
				w := psi[i]
				if before := i - j - 1; before >= 0 {
					w -= psi[before]
				}
				s += w * w
			}
			sum[j] = s
		}
	}
	m.stateVariance(step, sum, psi, m.work[n:])
	for j, v := range step {
		step[j] = clampFinite(m.Sigma2 * v)
	}
	for j, v := range sum {
		sum[j] = clampFinite(m.Sigma2 * v)
	}
}

// stateVariance adds the part of the variances that the state has in excess of
// the steady one. From step to step its covariance changes by M*W*W', so that the
// excess is the sum of -M*W*W' over all steps to come, which need no data.
func (m *ARIMA) stateVariance(step, sum, path, scratch []float64) {
	r, ahead := len(m.State.Gain), m.State.Ahead
	x := scratch[2*r+1:][:r+1]
	m.unsteady(scratch[:2*r+1], len(path), func(f *armaFilter) {
		copy(x, f.w)
		for s := range path {
			v := x[0]
			path[s] = v
			for i := range r {
				x[i] = m.poly.phi[i]*v + x[i+1]
			}
		}
		m.integrate(path)
		total := 0.0
		for s, v := range path[ahead:] {
			if s < len(step) {
				step[s] -= f.m * v * v
			}
			if total += v; s < len(sum) {
				sum[s] -= f.m * total * total
			}
		}
	})
}

// unsteady yields the filter at every step to come at which its covariance still
// changes; reach is the work a yield does, in states.
func (m *ARIMA) unsteady(scratch []float64, reach int, yield func(*armaFilter)) {
	r := len(m.State.Gain)
	f := armaFilter{k: scratch[:r], w: scratch[r : 2*r+1], f: m.State.F, m: m.State.M}
	copy(f.k, m.State.Gain)
	copy(f.w, m.State.Change)
	limit := min(maxSteady, 20+stateWork/((reach+1)*(r+1)))
	for range limit {
		change := 0.0
		for _, w := range f.w {
			change += w * w
		}
		if -f.m*change <= steadyVariance*f.f {
			return
		}
		yield(&f)
		f.advance(&m.poly)
	}
}

// stateRoot writes into root, r*r values, the lower Cholesky factor of the
// covariance that the state has in excess of the steady one.
func (m *ARIMA) stateRoot(root, scratch []float64) {
	r := len(m.State.Gain)
	clear(root)
	m.unsteady(scratch, r, func(f *armaFilter) {
		for i := range r {
			for j := range i + 1 {
				root[i*r+j] -= f.m * f.w[i] * f.w[j]
			}
		}
	})
	for i := range r {
		for j := range i + 1 {
			s := root[i*r+j]
			full := s
			for k := range j {
				s -= root[i*r+k] * root[j*r+k]
			}
			switch {
			case i == j && s > 1e-12*full:
				root[i*r+i] = math.Sqrt(s)
			case i > j && root[j*r+j] > 0:
				root[i*r+j] = s / root[j*r+j]
			default:
				root[i*r+j] = 0
			}
		}
	}
}

const (
	maxSteady      = 1000 // steps that unsteady looks ahead
	steadyVariance = 1e-7 // share of the variance at which it stops
	stateWork      = 2e7  // operations it may take
)

// Simulate draws the next len(dst)/paths periods paths times, with normal
// innovations of variance Sigma2, and writes one path after the other into dst.
// x is as for [ARIMA.Forecast]. The same seed gives the same paths.
func (m *ARIMA) Simulate(dst []float64, paths int, x [][]float64, rng *rand.Rand) error {
	if paths < 1 || len(dst)%paths != 0 {
		return fmt.Errorf("forecast: %d values for %d paths: %w: use a multiple", len(dst), paths, ErrOption)
	}
	steps := len(dst) / paths
	if err := m.checkRegressors(x, steps); err != nil {
		return err
	}
	m.restore()
	r, d, scale := m.poly.r, len(m.diff), m.State.Scale
	ahead := m.State.Ahead
	m.work = grow(m.work, r*r+r+max(2*r+1, r+1+d+ahead+steps))
	root, z, rest := m.work[:r*r], m.work[r*r:r*r+r], m.work[r*r+r:]
	m.stateRoot(root, rest[:2*r+1])
	a, n := rest[:r+1], rest[r+1:]
	sigma := math.Sqrt(m.Sigma2) / scale
	for k := range paths {
		path := dst[k*steps : (k+1)*steps]
		copy(a, m.State.Level)
		a[r] = 0
		for i := range r {
			z[i] = sigma * rng.NormFloat64()
			for j := range i + 1 {
				a[i] += root[i*r+j] * z[j]
			}
		}
		copy(n, m.State.Last)
		for s := range ahead + steps {
			e := sigma * rng.NormFloat64()
			v := a[0] + e
			for i := range r {
				theta := 0.0
				if i+1 < r {
					theta = m.poly.theta[i+1]
				}
				a[i] = m.poly.phi[i]*v + a[i+1] + theta*e
			}
			for j, c := range m.diff {
				v += c * n[d+s-1-j]
			}
			n[d+s] = v
			if s >= ahead {
				path[s-ahead] = clampFinite(v*scale + m.known(x, s-ahead))
			}
		}
	}
	return nil
}

// Update takes new observations in, oldest first, without estimating anything
// anew: the filter runs on. x holds the regressors of the new periods. Periods
// missing (NaN) are passed over; once a value follows, they are taken to be what
// was forecast.
func (m *ARIMA) Update(y []float64, x [][]float64) error {
	if err := m.checkRegressors(x, len(y)); err != nil {
		return err
	}
	for i, v := range y {
		if math.IsInf(v, 0) {
			return fmt.Errorf("forecast: value %v at index %d: %w", v, i, ErrValue)
		}
	}
	m.restore()
	s := &m.State
	r, d := m.poly.r, len(m.diff)
	f := armaFilter{k: s.Gain, w: s.Change, f: s.F, m: s.M}
	step := func(observed bool, value float64) {
		carried := 0.0
		for j, c := range m.diff {
			carried += c * s.Last[d-1-j]
		}
		w := s.Level[0]
		if observed {
			w = value - carried
		}
		f.correct(&m.poly, s.Level[:r+1], (w-s.Level[0])/f.f)
		f.advance(&m.poly)
		if d > 0 {
			copy(s.Last, s.Last[1:])
			s.Last[d-1] = w + carried
		}
	}
	for t, v := range y {
		if math.IsNaN(v) {
			s.Ahead++
			s.Periods++
			continue
		}
		for ; s.Ahead > 0; s.Ahead-- {
			step(false, 0)
		}
		n := v
		n -= m.constant(s.Periods + 1)
		for j, c := range m.Coef {
			if c != 0 {
				n -= c * x[j][t]
			}
		}
		step(true, n/s.Scale)
		s.Periods++
	}
	s.F, s.M = f.f, f.m
	return nil
}
