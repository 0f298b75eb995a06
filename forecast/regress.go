package forecast

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Regressor is a cause of demand: a promotion, a price, a holiday, the weather.
type Regressor struct {
	Name string
	// X has one value a period, from the first of the series on into the
	// future: fitting needs those of the series, forecasting those of the steps
	// too.
	X []float64
	// Lead and Lag let the cause work from Lead periods before it is there
	// (customers wait for a promotion) to Lag periods after (their cupboards
	// are full), with a coefficient of its own for each.
	Lead, Lag int
	// Event says that X is 0 outside of the periods given, and that its effect
	// is counted from 0. Of other causes, such as a price, the nearest value
	// given is taken, and the effect is counted from the mean of the past.
	Event bool
	// Keep has the cause in the model whatever the criterion says, as far as
	// the series tells its coefficients.
	Keep bool
}

// at is the value of period t.
func (r *Regressor) at(t int) float64 {
	if t >= 0 && t < len(r.X) {
		return r.X[t]
	}
	if r.Event || len(r.X) == 0 {
		return 0
	}
	return r.X[min(max(t, 0), len(r.X)-1)]
}

// EffectForm says how causes act on demand.
type EffectForm uint8

const (
	// ChooseEffects fits both where all values are above zero, and takes the
	// one of greater likelihood, an observation, of the values themselves.
	ChooseEffects EffectForm = iota
	// AddEffects has a cause add so many units.
	AddEffects
	// MultiplyEffects has a cause add so many percent: the logarithm is
	// modelled. It needs values above zero; a series with others is fitted by
	// adding, which [Regression.Note] says.
	MultiplyEffects
)

// RegressionOptions say how a [Regression] is fitted. The zero value has no
// season.
type RegressionOptions struct {
	Season int // of the errors; 0 and 1 mean none
	// Form says whether effects add to demand or multiply it.
	Form EffectForm
	// Columns is the most coefficients of causes. 0 means a quarter of the
	// values observed.
	Columns int
	// ARIMA bounds the choice of the error model; X and Constant of it are not
	// used.
	ARIMA ARIMAOptions
}

// Regression is a dynamic regression, Hyndman and Athanasopoulos (2021), chapter
// 10: the sum of the effects of causes and of an ARIMA process. It is plain data.
type Regression struct {
	ARIMA   ARIMA // of the series or its logarithm; its Coef are those of Effects
	Log     bool
	Effects []Effect
	First   int // periods missing at the start of the series
	Note    string

	x    [][]float64
	z, v []float64
}

// Effect is a cause in the model, or one shift of it.
type Effect struct {
	Regressor int // which of those given
	Name      string
	Shift     int     // the value so many periods later counts; below 0, earlier
	Coef, SE  float64 // effect of one unit, and its standard error
	Reference float64 // the value from which the effect is counted
}

// RegressionFitter fits models of causes. The zero value is ready; one fitter
// serves one goroutine.
type RegressionFitter struct {
	arima  ARIMAFitter
	z      []float64
	store  []float64
	column []effectColumn
	chosen []int
	before []int
	x      [][]float64
	all    []float64 // differenced columns: gaps, constant, column, series
	gram   []float64 // products of them, filtered
	size   []float64 // largest value of a differenced column, which divides it
	square []float64 // sum of squares of a filtered column
	in     []bool
	other  Regression
}

// effectColumn is a column that may enter the model.
type effectColumn struct {
	regressor, shift int
	x                []float64
	keep             bool
	se               float64
}

// selectRounds bounds how often error model and causes are chosen in turn.
const selectRounds = 3

// Fit chooses the causes that matter and estimates their effects together with
// an ARIMA model of what is left, into dst.
//
// Causes are chosen in the innovations of the error model: series and columns are
// filtered by it, which makes the errors independent, and columns enter one by
// one, the one that explains most first, while the corrected criterion of Hurvich
// and Tsai (1989) falls; then those leave that no longer pay. Each column pays
// for having been picked among many, 2 log(number of columns) as in the risk
// inflation criterion of Foster and George (1994), so that a short history with
// many causes keeps few. Columns that depend on those chosen stay out. Choice and
// error model are repeated until they agree, three times at most.
func (f *RegressionFitter) Fit(y []float64, causes []Regressor, opt RegressionOptions, dst *Regression) error {
	n := len(y)
	if opt.Season < 0 {
		return fmt.Errorf("forecast: season %d: %w: use the periods in a season, 0 for none", opt.Season, ErrOption)
	}
	if err := checkCauses(causes, n); err != nil {
		return err
	}
	dst.Note = ""
	positive := true
	for _, v := range y {
		if v <= 0 {
			positive = false
			break
		}
	}
	if !positive {
		if opt.Form == MultiplyEffects {
			dst.Note = "values of zero or below: effects add up in place of multiplying"
		}
		opt.Form = AddEffects
	}
	if opt.Form != ChooseEffects {
		return f.fit(y, causes, opt, opt.Form == MultiplyEffects, dst)
	}
	if err := f.fit(y, causes, opt, false, &f.other); err != nil {
		return err
	}
	if err := f.fit(y, causes, opt, true, dst); err != nil {
		return err
	}
	// A density of the logarithm is one of the value over the value.
	a, b := &f.other.ARIMA, &dst.ARIMA
	sum, k := 0.0, 0.0
	for _, v := range y {
		if !math.IsNaN(v) {
			sum += math.Log(v)
			k++
		}
	}
	if a.AIC/float64(max(1, a.Used)) < b.AIC/float64(max(1, b.Used))+2*sum/k {
		*dst, f.other = f.other, *dst
	}
	return nil
}

// fit is Fit in one form.
func (f *RegressionFitter) fit(y []float64, causes []Regressor, opt RegressionOptions, logs bool, dst *Regression) error {
	n := len(y)
	dst.Log = logs
	f.z = grow(f.z, n)
	for t, v := range y {
		if dst.Log && !math.IsInf(v, 0) {
			v = math.Log(v)
		}
		f.z[t] = v
	}
	if err := f.arima.load(f.z, nil); err != nil {
		return err
	}
	dst.First = f.arima.skip
	observed := len(f.arima.y)
	f.columns(causes, n)
	limit := opt.Columns
	if limit <= 0 {
		limit = max(1, observed/4)
	}
	auto := opt.ARIMA
	auto.Constant = false
	f.chosen = f.chosen[:0]
	for i := range f.column {
		if f.column[i].keep {
			f.chosen = append(f.chosen, i)
		}
	}
	for range selectRounds {
		auto.X = f.matrix()
		if err := f.arima.Auto(f.z, opt.Season, auto, &dst.ARIMA); err != nil {
			return err
		}
		f.before = append(f.before[:0], f.chosen...)
		f.choose(&dst.ARIMA, limit)
		if slices.Equal(f.before, f.chosen) {
			break
		}
	}
	auto.X = f.matrix()
	if !slices.Equal(f.before, f.chosen) {
		if err := f.arima.Auto(f.z, opt.Season, auto, &dst.ARIMA); err != nil {
			return err
		}
	}
	f.standardErrors(&dst.ARIMA)
	dst.Effects = dst.Effects[:0]
	for j, i := range f.chosen {
		c := &f.column[i]
		e := Effect{Regressor: c.regressor, Name: causes[c.regressor].Name, Shift: c.shift, Coef: dst.ARIMA.Coef[j], SE: c.se}
		if !causes[c.regressor].Event {
			sum := 0.0
			for _, v := range c.x {
				sum += v / float64(n)
			}
			e.Reference = sum
		}
		dst.Effects = append(dst.Effects, e)
	}
	return nil
}

// FitRegression is [RegressionFitter.Fit] with scratch of its own.
func FitRegression(y []float64, causes []Regressor, opt RegressionOptions) (Regression, error) {
	var f RegressionFitter
	var m Regression
	err := f.Fit(y, causes, opt, &m)
	return m, err
}

// checkCauses says whether every cause has n finite values.
func checkCauses(causes []Regressor, n int) error {
	for i := range causes {
		r := &causes[i]
		switch {
		case r.Lead < 0 || r.Lag < 0 || r.Lead > MaxSeason || r.Lag > MaxSeason:
			return fmt.Errorf("forecast: regressor %d %q: lead %d, lag %d: %w: use 0 to %d", i, r.Name, r.Lead, r.Lag, ErrOption, MaxSeason)
		case len(r.X) < n:
			return fmt.Errorf("forecast: regressor %d %q has %d values: %w: give %d", i, r.Name, len(r.X), ErrOption, n)
		}
		for t, v := range r.X {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("forecast: regressor %d %q is %v in period %d: %w: give finite numbers", i, r.Name, v, t, ErrValue)
			}
		}
	}
	return nil
}

// columns lists all causes and shifts that vary over the series.
func (f *RegressionFitter) columns(causes []Regressor, n int) {
	f.column = f.column[:0]
	total := 0
	for i := range causes {
		total += causes[i].Lead + causes[i].Lag + 1
	}
	f.store = grow(f.store, total*n)
	next := f.store
	for i := range causes {
		r := &causes[i]
		for s := -r.Lag; s <= r.Lead; s++ {
			x := next[:n:n]
			for t := range x {
				x[t] = r.at(t + s)
			}
			seen := x[f.arima.skip : n-f.arima.tail]
			if constantSeries(seen) {
				continue // nothing to learn from, or the constant itself
			}
			next = next[n:]
			f.column = append(f.column, effectColumn{regressor: i, shift: s, x: x, keep: r.Keep})
		}
	}
}

// matrix lists the columns chosen.
func (f *RegressionFitter) matrix() [][]float64 {
	f.x = f.x[:0]
	for _, i := range f.chosen {
		f.x = append(f.x, f.column[i].x)
	}
	return f.x
}

// matrix writes the columns of the effects over n periods from period from on.
func (m *Regression) matrix(causes []Regressor, from, n int) [][]float64 {
	for len(m.x) < len(m.Effects) {
		m.x = append(m.x, nil)
	}
	m.x = m.x[:len(m.Effects)]
	for i, e := range m.Effects {
		m.x[i] = grow(m.x[i], n)
		for s := range m.x[i] {
			m.x[i][s] = causes[e.Regressor].at(from + s + e.Shift)
		}
	}
	return m.x
}

// checkPeriods says whether the causes reach to period n.
func (m *Regression) checkPeriods(causes []Regressor, n int) error {
	if err := checkCauses(causes, 0); err != nil {
		return err
	}
	for _, e := range m.Effects {
		switch {
		case e.Regressor >= len(causes):
			return fmt.Errorf("forecast: %d regressors: %w: the model has one numbered %d", len(causes), ErrOption, e.Regressor)
		case !causes[e.Regressor].Event && len(causes[e.Regressor].X) < n:
			return fmt.Errorf("forecast: regressor %d %q has %d values: %w: give %d", e.Regressor, e.Name, len(causes[e.Regressor].X), ErrOption, n)
		}
	}
	return nil
}

// periods is the number of periods of the series so far.
func (m *Regression) periods() int { return m.First + m.ARIMA.State.Periods }

// Forecast writes the means of steps 1..len(dst) into dst. causes are those of
// the fit, their X reaching as far as the last step. With Log the mean is that of
// the lognormal distribution.
func (m *Regression) Forecast(dst []float64, causes []Regressor) error {
	from := m.periods()
	if err := m.checkPeriods(causes, from+len(dst)); err != nil {
		return err
	}
	if err := m.ARIMA.Forecast(dst, m.matrix(causes, from, len(dst))); err != nil {
		return err
	}
	if !m.Log {
		return nil
	}
	m.v = grow(m.v, len(dst))
	m.ARIMA.Variance(m.v, nil)
	for s, z := range dst {
		dst[s] = math.Exp(min(z+m.v[s]/2, maxLog))
	}
	return nil
}

// maxLog is the largest logarithm whose exponential is finite.
const maxLog = 709

// Variance writes the variances of steps and of sums of steps, as
// [ARIMA.Variance]. With Log they are those of the lognormal distribution about
// mean, the forecast of as many steps, and covariances
// mean[i]*mean[j]*(exp(c[i,j])-1), c being those of the logarithms.
func (m *Regression) Variance(step, sum, mean []float64) {
	if !m.Log {
		m.ARIMA.Variance(step, sum)
		return
	}
	n := max(len(step), len(sum))
	mean = mean[:n]
	ahead := m.ARIMA.State.Ahead
	m.v = grow(m.v, n+ahead)
	psi := m.v
	m.ARIMA.Psi(psi)
	sigma2 := m.ARIMA.Sigma2
	total := 0.0
	for j := range n {
		row := 0.0
		for i := range j + 1 {
			c := 0.0
			for k := 0; k <= i+ahead; k++ {
				c += psi[k] * psi[k+j-i]
			}
			v := mean[i] * mean[j] * math.Expm1(min(c*sigma2, maxLog))
			if i == j {
				if j < len(step) {
					step[j] = clampFinite(v)
				}
				total += v
			} else {
				row += 2 * v
			}
		}
		total += row
		if j < len(sum) {
			sum[j] = clampFinite(total)
		}
	}
}

// Simulate draws paths as [ARIMA.Simulate].
func (m *Regression) Simulate(dst []float64, paths int, causes []Regressor, rng *rand.Rand) error {
	steps := 0
	if paths > 0 {
		steps = len(dst) / paths
	}
	from := m.periods()
	if err := m.checkPeriods(causes, from+steps); err != nil {
		return err
	}
	if err := m.ARIMA.Simulate(dst, paths, m.matrix(causes, from, steps), rng); err != nil {
		return err
	}
	if m.Log {
		for i, z := range dst {
			dst[i] = math.Exp(min(z, maxLog))
		}
	}
	return nil
}

// Update takes new observations in without estimating anything anew, as
// [ARIMA.Update]. A value that has no logarithm counts as missing with Log.
func (m *Regression) Update(y []float64, causes []Regressor) error {
	from := m.periods()
	if err := m.checkPeriods(causes, from+len(y)); err != nil {
		return err
	}
	m.z = grow(m.z, len(y))
	for t, v := range y {
		if m.Log && !math.IsInf(v, 0) {
			if v = math.Log(v); math.IsInf(v, 0) {
				v = math.NaN()
			}
		}
		m.z[t] = v
	}
	return m.ARIMA.Update(m.z, m.matrix(causes, from, len(y)))
}

// Contributions splits total, one value a period from period from of the series
// on, into what each cause added: dst has a row for each of causes, as long as
// total. What is left of total is the demand without causes. total may be the
// past itself, or a forecast.
//
// With Log the shares are those of the logarithmic mean, Ang (2005), The LMDI
// approach to decomposition analysis, Energy Policy 33, which add up exactly:
// an effect c on the logarithm adds c*(total-base)/log(total/base).
func (m *Regression) Contributions(dst [][]float64, total []float64, from int, causes []Regressor) error {
	if err := m.checkPeriods(causes, from+len(total)); err != nil {
		return err
	}
	if len(dst) != len(causes) || from < 0 {
		return fmt.Errorf("forecast: %d rows for %d regressors from period %d: %w: give one row each", len(dst), len(causes), from, ErrOption)
	}
	for i := range dst {
		if len(dst[i]) != len(total) {
			return fmt.Errorf("forecast: row %d of %d contributions: %w: give %d", i, len(dst[i]), ErrOption, len(total))
		}
		clear(dst[i])
	}
	x := m.matrix(causes, from, len(total))
	for s, v := range total {
		all := 0.0
		for i, e := range m.Effects {
			c := e.Coef * (x[i][s] - e.Reference)
			dst[e.Regressor][s] += c
			all += c
		}
		if !m.Log {
			continue
		}
		mean := v
		if math.Abs(all) > 1e-12 {
			mean = v * -math.Expm1(-all) / all
		}
		for i := range dst {
			dst[i][s] *= mean
		}
	}
	return nil
}
