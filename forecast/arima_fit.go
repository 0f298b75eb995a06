package forecast

import (
	"fmt"
	"math"
)

// The most missing values of a series that are estimated together with a model,
// and while models are compared: the last ones, which matter most to a forecast.
// Those before stay interpolated.
const (
	maxGaps    = 48
	searchGaps = 12
)

// Evaluations of the likelihood that one search may take.
const (
	fitEvals       = 1500
	candidateEvals = 400
)

// ARIMAOptions say how a model is fitted and chosen. The zero value fits a model
// without regressors, and without a constant if the order is given.
type ARIMAOptions struct {
	// Constant adds a mean, or a drift where the model is differenced once.
	// With two and more differences it is left out. The automatic choice
	// decides by itself.
	Constant bool
	// X are regressors, one column each, with a value for every period of the
	// series. A column that depends on those before it gets coefficient 0.
	X [][]float64
	// MaxOrder is the largest p and q, MaxSeasonal the largest P and Q of the
	// automatic choice. 0 means 5 and 2.
	MaxOrder, MaxSeasonal int
	// MaxDifferences is the largest d of the automatic choice, 1 or 2. 0 means
	// 2, which extrapolates recent slopes for ever.
	MaxDifferences int
	// Models is the most models that the automatic choice compares. 0 means 94.
	Models int
	// Evaluations is the most evaluations of a likelihood in the automatic
	// choice, all models together; what is best by then is taken. 0 means
	// 20000.
	Evaluations int
	// Exact compares models by their exact likelihood however long the series.
	// Without, those of more than 500 values and of seasons longer than 12
	// are compared by conditional least squares, and the best of them is fitted
	// exactly.
	Exact bool
}

// ARIMAFitter fits ARIMA models. It holds the scratch of fitting, so that after
// the first series nothing is allocated. The zero value is ready; one fitter
// serves one goroutine.
type ARIMAFitter struct {
	poly   arma
	filter armaFilter
	search bfgs
	value  func([]float64) float64 // the method objective, bound once

	// The series: scaled, from its first to its last value, gaps filled.
	y       []float64
	x       [][]float64
	skip    int   // missing values before it
	tail    int   // and after
	missing []int // periods without a value
	gaps    []int // the last of them, which are estimated
	scale   float64

	// The columns of the regression after differencing: y, gaps, regressors.
	order    ARIMAOrder
	constant bool
	n        int
	cols     []float64
	k        int // orthonormal regressors
	full     []float64
	basis    []float64 // triangular factor: columns before = orthonormal * basis
	kept     []int     // which columns these are: 0 the constant, j+1 x[j]
	start    []float64 // regression of y on them
	beta     []float64
	chol     []float64
	diff     []float64
	byLeast  bool // conditional least squares in place of the likelihood
	floor    float64
	rss      float64
	evals    int

	params, best, trial, scratch []float64
	ar, ma, sar, sma             []float64
	roots, adjusted              []float64
	parts                        Decomposition
	results                      []arimaCandidate
}

// load takes a series in.
func (f *ARIMAFitter) load(y []float64, x [][]float64) error {
	if f.value == nil {
		f.value = f.objective
	}
	big := 0.0
	first, last := -1, -1
	for i, v := range y {
		if math.IsInf(v, 0) {
			return fmt.Errorf("forecast: value %v at index %d: %w", v, i, ErrValue)
		}
		if !math.IsNaN(v) {
			if first < 0 {
				first = i
			}
			last = i
			big = max(big, math.Abs(v))
		}
	}
	if first < 0 {
		return fmt.Errorf("forecast: %d values, all missing: %w", len(y), ErrEmpty)
	}
	if err := checkColumns(x, len(x), len(y)); err != nil {
		return err
	}
	f.skip, f.tail = first, len(y)-1-last
	y = y[first : last+1]
	f.y = grow(f.y, len(y))
	f.scale = 1
	if big > 0 {
		_, exp := math.Frexp(big)
		f.scale = math.Ldexp(1, min(max(exp, -1000), 1000))
	}
	f.missing = f.missing[:0]
	for i, v := range y {
		f.y[i] = v / f.scale
		if math.IsNaN(v) {
			f.missing = append(f.missing, i)
		}
	}
	f.estimate(maxGaps)
	interpolate(f.y)
	f.x = f.x[:0]
	for _, c := range x {
		f.x = append(f.x, c[first:last+1])
	}
	f.n = -1
	return nil
}

// estimate has the last most of the missing values estimated.
func (f *ARIMAFitter) estimate(most int) {
	f.gaps = f.missing[max(0, len(f.missing)-most):]
	f.n = -1
}

// differenced writes the differences of the column v(t) into dst.
func (f *ARIMAFitter) differenced(dst []float64, v func(int) float64) {
	d := len(f.diff)
	f.full = grow(f.full, len(f.y))
	for t := range f.full {
		f.full[t] = v(t)
	}
	copy(dst, f.full[d:])
	for j, c := range f.diff {
		if c == 0 {
			continue
		}
		for t := range dst {
			dst[t] -= c * f.full[d+t-1-j]
		}
	}
}

// prepare differences the series and its regressors and makes the regressors
// orthonormal by the modified Gram-Schmidt method, so that what a regression
// does not determine is seen once, here.
func (f *ARIMAFitter) prepare(o ARIMAOrder, constant bool) error {
	constant = constant && o.D+o.SD < 2
	if f.n >= 0 && constant == f.constant && o.D == f.order.D && o.SD == f.order.SD && o.Season == f.order.Season {
		f.order = o
		return nil
	}
	f.order, f.constant = o, constant
	f.diff = o.differencing(f.diff)
	n := len(f.y) - len(f.diff)
	if n < 1 {
		f.n = -1
		return fmt.Errorf("forecast: %d values for %v: %w", len(f.y), o, ErrShort)
	}
	f.n = n
	g := len(f.gaps)
	most := 1 + g + 1 + len(f.x)
	f.cols = grow(f.cols, most*n)
	col := func(i int) []float64 { return f.cols[i*n : (i+1)*n] }
	f.differenced(col(0), func(t int) float64 { return f.y[t] })
	for i, at := range f.gaps {
		f.differenced(col(1+i), func(t int) float64 {
			if t == at {
				return 1
			}
			return 0
		})
	}
	k := 0
	f.kept = f.kept[:0]
	f.basis = grow(f.basis, (1+len(f.x))*(1+len(f.x)))
	clear(f.basis)
	width := 1 + len(f.x)
	for j := range width {
		q := col(1 + g + k)
		switch {
		case j > 0:
			f.differenced(q, func(t int) float64 { return f.x[j-1][t] })
		case !constant:
			continue
		default:
			v := 1.0
			if o.D == 0 && o.SD == 1 {
				v = float64(o.Season)
			}
			for t := range q {
				q[t] = v
			}
		}
		// A column may be of any size: bring it to one first.
		size := 0.0
		for _, v := range q {
			size = max(size, math.Abs(v))
		}
		if size == 0 {
			continue
		}
		for t := range q {
			q[t] /= size
		}
		before := math.Sqrt(dot(q, q))
		for range 2 {
			for i := range k {
				b := col(1 + g + i)
				s := dot(q, b)
				f.basis[i*width+k] += s * size
				for t := range q {
					q[t] -= s * b[t]
				}
			}
		}
		norm := math.Sqrt(dot(q, q))
		if norm <= 1e-7*before {
			for i := range k {
				f.basis[i*width+k] = 0
			}
			continue
		}
		for t := range q {
			q[t] /= norm
		}
		f.basis[k*width+k] = norm * size
		f.kept = append(f.kept, j)
		k++
	}
	f.k = k
	f.start = grow(f.start, k)
	y := col(0)
	clear(f.start)
	for range 2 {
		for i := range k {
			b := col(1 + g + i)
			s := dot(y, b)
			f.start[i] += s
			for t := range y {
				y[t] -= s * b[t]
			}
		}
	}
	total := g + k
	f.beta, f.chol = grow(f.beta, total), grow(f.chol, total*total)
	// A perfect fit has likelihood without limit; rounding is no better than
	// this.
	f.floor = 1e-26*float64(n) + 1e-24*dot(y, y)
	return nil
}

// decode turns free numbers into the coefficients of the polynomials.
func (f *ARIMAFitter) decode(x []float64) {
	o := f.order
	f.ar, f.ma = grow(f.ar, o.P), grow(f.ma, o.Q)
	f.sar, f.sma = grow(f.sar, o.SP), grow(f.sma, o.SQ)
	stationary(f.ar, x[:o.P])
	x = x[o.P:]
	stationary(f.ma, x[:o.Q])
	x = x[o.Q:]
	stationary(f.sar, x[:o.SP])
	stationary(f.sma, x[o.SP:])
	// 1 + theta B is an autoregression in -theta.
	for i := range f.ma {
		f.ma[i] = -f.ma[i]
	}
	for i := range f.sma {
		f.sma[i] = -f.sma[i]
	}
	f.poly.expand(f.ar, f.ma, f.sar, f.sma, o.Season)
}

// used is the number of observations in the likelihood.
func (f *ARIMAFitter) used() int { return f.n - len(f.gaps) }

// objective is minus twice the log-likelihood but for constants, with the
// variance and the regression coefficients at their best for the polynomials,
//
//	nu*log(rss/nu) + sum of log F + log of the determinant for the gaps
//
// or nu*log of the mean squared conditional innovation.
func (f *ARIMAFitter) objective(x []float64) float64 {
	f.evals++
	f.decode(x)
	return f.likelihood(false)
}

func (f *ARIMAFitter) likelihood(whole bool) float64 {
	columns := 1 + len(f.gaps) + f.k
	nu := float64(f.used())
	if f.byLeast {
		n := f.filter.conditional(&f.poly, f.cols, f.n, columns)
		rss, _ := f.filter.gls(f.n, columns, 0, f.beta, f.chol)
		f.rss = max(rss, f.floor)
		v := nu * math.Log(f.rss/max(1, float64(n-len(f.gaps))))
		if math.IsNaN(v) {
			return math.Inf(1)
		}
		return v
	}
	if !f.filter.run(&f.poly, f.cols, f.n, columns, whole) {
		return math.Inf(1)
	}
	rss, logDet := f.filter.gls(f.n, columns, len(f.gaps), f.beta, f.chol)
	f.rss = max(rss, f.floor)
	v := nu*math.Log(f.rss/nu) + f.filter.sumLog + logDet
	if math.IsNaN(v) {
		return math.Inf(1)
	}
	return v
}

// minimise searches for the polynomials of order f.order from x on and leaves
// the best in x.
func (f *ARIMAFitter) minimise(x []float64, tol float64, evals int) float64 {
	v := f.value(x)
	return f.search.minimise(f.value, x, v, float64(max(1, f.used())), tol, evals)
}

// fit leaves the best free numbers in f.best and returns the objective. warm
// may hold a start next to those made here, or be nil.
func (f *ARIMAFitter) fit(warm []float64, tol float64, evals int, thorough bool) float64 {
	k := f.order.parameters()
	f.best, f.trial = grow(f.best, k), grow(f.trial, k)
	clear(f.best)
	if k == 0 {
		return f.value(f.best)
	}
	// Conditional least squares cost a tenth and bring the search near.
	f.trial = f.trial[:k]
	if !f.byLeast {
		f.byLeast = true
		f.minimise(f.best, 0.1, evals)
		f.byLeast = false
	}
	v := f.value(f.best)
	if warm != nil {
		if w := f.value(warm); w < v {
			copy(f.best, warm)
			v = w
		}
	}
	if z := f.zero(); z < v {
		copy(f.best, f.trial)
	}
	v = f.minimise(f.best, tol, evals)
	if !thorough {
		return v
	}
	// Likelihoods of mixed models have several peaks.
	for s := range 3 {
		for i := range f.trial {
			switch s {
			case 0:
				f.trial[i] = 0
			case 1:
				f.trial[i] = 0.5
			case 2:
				f.trial[i] = f.best[i]*0.5 - 0.2
			}
		}
		if w := f.minimise(f.trial, tol, evals); w < v {
			v = w
			copy(f.best, f.trial)
		}
	}
	return v
}

// zero is the objective where all coefficients are zero; f.trial holds them.
func (f *ARIMAFitter) zero() float64 {
	clear(f.trial)
	return f.value(f.trial)
}

// logLik is the log-likelihood, in the caller's unit, of an objective.
func (f *ARIMAFitter) logLik(v float64) float64 {
	nu := float64(f.used())
	return -0.5*(v+nu*(1+math.Log(2*math.Pi))) - nu*math.Log(f.scale)
}

// aicc is the corrected criterion of a log-likelihood, Hurvich and Tsai (1989),
// with nu = n-d-mD observations; +Inf where the correction is not defined.
func (f *ARIMAFitter) aicc(logLik float64) float64 {
	k, nu := float64(f.order.parameters()+f.k+1), float64(f.used())
	if nu-k-1 <= 0 {
		return math.Inf(1)
	}
	return -2*logLik + 2*k + 2*k*(k+1)/(nu-k-1)
}

// Fit estimates a model of the given order by maximum likelihood into dst, whose
// slices are reused. Missing values (NaN) are left out of the likelihood,
// as far as there are no more than 48; of more the earlier ones are interpolated. The
// error wraps [ErrEmpty], [ErrValue], [ErrOption] or [ErrShort].
func (f *ARIMAFitter) Fit(y []float64, o ARIMAOrder, opt ARIMAOptions, dst *ARIMA) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := f.load(y, opt.X); err != nil {
		return err
	}
	if err := f.prepare(o, opt.Constant); err != nil {
		return err
	}
	if f.used() < o.parameters()+f.k+1 {
		return fmt.Errorf("forecast: %d values for %v: %w", len(f.y), o, ErrShort)
	}
	f.byLeast = false
	f.fit(nil, 1e-8, fitEvals, true)
	return f.write(dst)
}

// FitARIMA is [ARIMAFitter.Fit] with scratch of its own.
func FitARIMA(y []float64, o ARIMAOrder, opt ARIMAOptions) (ARIMA, error) {
	var f ARIMAFitter
	var m ARIMA
	err := f.Fit(y, o, opt, &m)
	return m, err
}

// Evaluate gives m, of which order and coefficients of the polynomials are set,
// the rest of a model fitted to y: regression, variance, likelihood and state. It
// is how coefficients estimated elsewhere, or on an earlier part of the series,
// are put to use.
func (f *ARIMAFitter) Evaluate(y []float64, opt ARIMAOptions, m *ARIMA) error {
	o := m.Order
	if err := o.check(); err != nil {
		return err
	}
	if len(m.AR) != o.P || len(m.MA) != o.Q || len(m.SAR) != o.SP || len(m.SMA) != o.SQ {
		return fmt.Errorf("forecast: coefficients of %v: %w: give as many as the order says", o, ErrOption)
	}
	if err := f.load(y, opt.X); err != nil {
		return err
	}
	if err := f.prepare(o, opt.Constant); err != nil {
		return err
	}
	f.ar, f.ma = append(f.ar[:0], m.AR...), append(f.ma[:0], m.MA...)
	f.sar, f.sma = append(f.sar[:0], m.SAR...), append(f.sma[:0], m.SMA...)
	f.poly.expand(f.ar, f.ma, f.sar, f.sma, o.Season)
	return f.finish(m)
}

// write decodes f.best into dst.
func (f *ARIMAFitter) write(dst *ARIMA) error {
	f.decode(f.best)
	return f.finish(dst)
}

// finish filters the series once more with the polynomials in place and puts all
// that a model is into dst.
func (f *ARIMAFitter) finish(dst *ARIMA) error {
	f.byLeast = false
	v := f.likelihood(true)
	if math.IsInf(v, 0) {
		return fmt.Errorf("forecast: %v: %w: coefficients are not stationary", f.order, ErrOption)
	}
	g, n, nu := len(f.gaps), f.n, f.used()
	dst.Order, dst.Constant = f.order, f.constant
	dst.AR, dst.MA = append(dst.AR[:0], f.ar...), append(dst.MA[:0], f.ma...)
	dst.SAR, dst.SMA = append(dst.SAR[:0], f.sar...), append(dst.SMA[:0], f.sma...)
	dst.LogLik = f.logLik(v)
	k := f.order.parameters() + f.k + 1
	dst.AIC = -2*dst.LogLik + 2*float64(k)
	dst.BIC = -2*dst.LogLik + float64(k)*math.Log(float64(max(1, nu)))
	dst.AICc = f.aicc(dst.LogLik)
	dst.Used = nu
	rss := f.rss
	if rss <= f.floor {
		rss = 0
	}
	dst.Sigma2 = clampFinite(rss / float64(max(1, nu-(k-1))) * f.scale * f.scale)

	// One column of what the regression leaves, for the state.
	e := f.cols[:n]
	for j := range g + f.k {
		if b := f.beta[j]; b != 0 {
			for t, c := range f.cols[(j+1)*n : (j+2)*n] {
				e[t] -= b * c
			}
		}
	}
	f.filter.run(&f.poly, e, n, 1, true)
	f.n = -1 // the columns are spent

	// Coefficients of the regressors as they came.
	width := 1 + len(f.x)
	for i := f.k - 1; i >= 0; i-- {
		b := f.start[i] + f.beta[g+i]
		for j := i + 1; j < f.k; j++ {
			b -= f.basis[i*width+j] * f.start[j]
		}
		f.start[i] = b / f.basis[i*width+i] // solved from here on
	}
	dst.Intercept = 0
	dst.Coef = grow(dst.Coef, len(f.x))
	clear(dst.Coef)
	for i, j := range f.kept {
		b := f.start[i] * f.scale
		if j == 0 {
			dst.Intercept = b
		} else {
			dst.Coef[j-1] = b
		}
	}
	// The series with its gaps filled, for the last values.
	for j, at := range f.gaps {
		f.y[at] += f.beta[j]
	}
	s := &dst.State
	s.Periods = len(f.y) + f.tail
	s.Ahead = f.tail
	s.Scale = f.scale
	s.Level = append(s.Level[:0], f.filter.a[:f.poly.r+1]...)
	s.Gain = append(s.Gain[:0], f.filter.k...)
	s.Change = append(s.Change[:0], f.filter.w...)
	s.F, s.M = f.filter.f, f.filter.m
	s.Last = s.Last[:0]
	for t := len(f.y) - len(f.diff); t < len(f.y); t++ {
		l := dst.constant(t + 1)
		for j, c := range f.x {
			if b := dst.Coef[j]; b != 0 {
				l += b * c[t]
			}
		}
		s.Last = append(s.Last, f.y[t]-l/f.scale)
	}
	dst.restore()
	return nil
}
