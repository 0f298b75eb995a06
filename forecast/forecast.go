package forecast

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Limits of what one call accepts.
const (
	MaxHorizon = 10_000 // steps ahead, and steps summed

	defaultHorizon = 12
)

// Options say what to forecast and how. The zero value forecasts 12 steps of a
// series without seasons by the best method, without quantiles and sums.
type Options struct {
	// Season is the number of periods in a season: 12 for months, 52 for
	// weeks, 7 for days. 0 and 1 mean none. Seasons are used only where the
	// series shows them, see [Seasonal].
	Season int
	// Horizon is the number of steps ahead. 0 means 12.
	Horizon int
	// Method is one of [Methods]. Empty means auto.
	Method string
	// Alpha fixes the smoothing parameter of ses, croston, sba and tsb (both
	// of its parameters), 0 < Alpha <= 1. 0 means searched for (ses) or 0.1.
	Alpha float64
	// Quantiles are the probabilities, each within (0, 1), to forecast.
	Quantiles []float64
	// CumulativeTo is the largest number of steps N for which the sum of the
	// first N steps is forecast. 0 means none.
	CumulativeTo int
	// NonNegative cuts forecasts and quantiles at zero and gives them the
	// skewed shape of demand where the variation is large. Set it for demand.
	NonNegative bool
	// BacktestOrigins is the most origins of the backtest, up to 500. 0 means
	// 60.
	BacktestOrigins int
}

// Result is the forecast of one series. Slices are reused if the Result is
// passed to [Engine.Forecast] again.
type Result struct {
	Method string      // the method that made the forecast; never auto
	Season Seasonality // how it was adjusted for seasons
	Class  DemandClass // of the series
	ADI    float64     // average interval between demands, periods; 0 without demand
	CV2    float64     // squared coefficient of variation of demand sizes

	// Alpha, Beta and Phi are the smoothing parameters; 0 where the method
	// has none. For tsb Beta smooths the probability.
	Alpha, Beta, Phi float64

	// Mean and SD are indexed by step-1, up to the horizon. SD is the square
	// root of the mean squared error expected at that step, bias included.
	Mean, SD []float64

	// CumMean, CumSD and CumBias are indexed by steps-1, up to CumulativeTo,
	// and are of the demand summed over the first steps. CumSD is measured on
	// the errors of sums, not added up from SD. CumBias is the mean error
	// (actual - forecast) seen in the backtest; it is part of CumSD and not of
	// CumMean. 0 where nothing was seen.
	CumMean, CumSD, CumBias []float64

	// Quantile and CumQuantile hold one row for each of Options.Quantiles,
	// one after the other: see [Result.StepQuantile] and
	// [Result.SumQuantile].
	Quantile, CumQuantile []float64

	// Accuracy is that of the method in the backtest.
	Accuracy Accuracy

	// Candidates are the methods compared, in the order tried, if the method
	// was auto.
	Candidates []Candidate

	// Note says in words what was done differently from what was asked for, or
	// is empty.
	Note string
}

// StepQuantile returns the forecasts of Options.Quantiles[i], one a step.
func (r *Result) StepQuantile(i int) []float64 {
	return r.Quantile[i*len(r.Mean) : (i+1)*len(r.Mean)]
}

// SumQuantile returns the forecasts of Options.Quantiles[i] for the sums of the
// first 1..N steps.
func (r *Result) SumQuantile(i int) []float64 {
	return r.CumQuantile[i*len(r.CumMean) : (i+1)*len(r.CumMean)]
}

// Accuracy holds the measures of a backtest over all origins and steps. A
// measure is NaN where it is not defined: no backtest (series under 5 values), a
// scale of zero, no demand.
type Accuracy struct {
	MASE      float64 // scaled by the seasonal naive error before the first origin
	RMSSE     float64 // scaled by the naive error before the first origin
	WAPE      float64 // fraction of demand
	Bias      float64 // (forecast - actual) as a fraction of demand: above 0 too high
	Pinball   float64 // quantile loss of step 1, mean over Quantiles, scaled as MASE; error shapes from the first half of the origins, tried on the second; NaN without quantiles or under 8 origins
	NaiveWAPE float64 // WAPE of the naive forecast on the same periods: below it the method adds value
	Periods   int     // origins in the backtest
}

// Candidate is a method that took part in the choice.
type Candidate struct {
	Method string
	Season Seasonality
	// Score is MASE for smooth demand and RMSSE + |mean error|/scale for all
	// other, over all origins and steps.
	Score float64
	// Handicap is 1 for the standard method of the class and 1.2 for all
	// other. The least Score*Handicap wins.
	Handicap float64
}

// Errors of Forecast. They are wrapped with the value that caused them.
var (
	ErrEmpty  = errors.New("series has no value: give at least one number")
	ErrValue  = errors.New("series has an infinite value: give finite numbers, or NaN for a missing one")
	ErrOption = errors.New("option out of range")
)

type method uint8

const (
	naive method = iota
	mean
	drift
	seasonalNaive
	ses
	theta
	holt
	sba
	croston
	tsb
	arima
	mstl
	auto
)

var methodNames = [...]string{
	naive: "naive", mean: "mean", drift: "drift", seasonalNaive: "snaive", ses: "ses",
	theta: "theta", holt: "holt", sba: "sba", croston: "croston", tsb: "tsb",
	arima: "arima", mstl: "mstl", auto: "auto",
}

func (m method) String() string { return methodNames[m] }

// flat says whether the forecast of every step is the level.
func (m method) flat() bool {
	switch m {
	case drift, seasonalNaive, theta, holt, arima, mstl:
		return false
	}
	return true
}

// Methods returns the names that Options.Method accepts, sorted.
func Methods() []string {
	names := slices.Clone(methodNames[:])
	slices.Sort(names)
	return names
}

func methodOf(name string) (method, bool) {
	if name == "" {
		return auto, true
	}
	for i, n := range methodNames {
		if n == name {
			return method(i), true
		}
	}
	return 0, false
}

// Forecast forecasts one series. It returns an error wrapping [ErrEmpty],
// [ErrValue] or [ErrOption] if no forecast can be made. y is not changed.
func Forecast(y []float64, opt Options) (Result, error) {
	var e Engine
	var r Result
	err := e.Forecast(y, opt, &r)
	return r, err
}

// Engine holds the scratch of forecasting. The zero value is ready. One Engine
// serves one goroutine; it keeps nothing of a series after the call.
type Engine struct {
	opt    Options
	method method
	season int // effective: 0 or 2..MaxSeason
	note   string

	exp int       // values below are those of the caller times 2^-exp
	raw []float64 // series in use, NaN where missing
	x   []float64 // raw with gaps filled

	positive bool // all of x is above zero
	sporadic bool // intermittent or lumpy demand

	adj          []float64 // x without its seasons
	index, count []float64 // seasonal indices, scratch of the decomposition
	level, slope []float64 // states after t periods
	damp         []float64 // damp[j-1] multiplies slope in step j

	from, steps int       // backtest: first origin, steps ahead
	errs, tried []float64 // errors of the chosen and of the latest candidate, [origin*steps+step]
	tally       tally     // of errs
	naiveAbs    float64   // sum of absolute errors of the naive forecast

	model model // the chosen one
	arima arimaEngine
	mstl  mstlEngine

	theory, seen, spread []float64
	logs                 []float64 // logarithms of 1, 2, 3, ...
	seenN                []int
	sorted               []float64
	order                []int
}

// model is a method with all that was estimated for it.
type model struct {
	method           method
	form             Seasonality
	alpha, beta, phi float64
	l0, b0           float64
}

// Forecast is [Forecast] into dst, whose slices are reused. On an error dst is
// not to be used.
func (e *Engine) Forecast(y []float64, opt Options, dst *Result) error {
	if err := e.accept(opt); err != nil {
		return err
	}
	if err := e.load(y); err != nil {
		return err
	}
	dst.Class, dst.ADI, dst.CV2 = Classify(e.raw)
	dst.Candidates = dst.Candidates[:0]

	seasonal := e.seasonalForm(dst.Class)
	e.positive, e.sporadic = positive(e.x), dst.Class.sporadic() && opt.NonNegative
	e.window(seasonal != NoSeason || e.method == mstl)
	switch {
	case dst.Class == NoDemand:
		e.model = model{method: naive} // every method says zero
		e.steps = 0
		e.say("no demand in the series: zero forecast")
	case e.method == auto:
		e.choose(dst, seasonal)
	default:
		e.single(seasonal)
	}
	e.refit()
	e.write(dst)
	return nil
}

// accept checks the options.
func (e *Engine) accept(opt Options) error {
	m, ok := methodOf(opt.Method)
	if !ok {
		return fmt.Errorf("forecast: method %q: %w: use one of %v", opt.Method, ErrOption, Methods())
	}
	switch {
	case opt.Horizon < 0 || opt.Horizon > MaxHorizon:
		return fmt.Errorf("forecast: horizon %d: %w: use 0 to %d", opt.Horizon, ErrOption, MaxHorizon)
	case opt.CumulativeTo < 0 || opt.CumulativeTo > MaxHorizon:
		return fmt.Errorf("forecast: cumulative steps %d: %w: use 0 to %d", opt.CumulativeTo, ErrOption, MaxHorizon)
	case opt.Season < 0:
		return fmt.Errorf("forecast: season %d: %w: use the periods in a season, 0 for none", opt.Season, ErrOption)
	case !(opt.Alpha >= 0 && opt.Alpha <= 1):
		return fmt.Errorf("forecast: alpha %v: %w: use 0 to 1", opt.Alpha, ErrOption)
	case opt.BacktestOrigins < 0:
		return fmt.Errorf("forecast: backtest origins %d: %w: use 0 for the default or more", opt.BacktestOrigins, ErrOption)
	}
	for _, p := range opt.Quantiles {
		if !(p > 0 && p < 1) {
			return fmt.Errorf("forecast: quantile %v: %w: use probabilities above 0 and below 1", p, ErrOption)
		}
	}
	if opt.Horizon == 0 {
		opt.Horizon = defaultHorizon
	}
	if opt.BacktestOrigins == 0 {
		opt.BacktestOrigins = defaultOrigins
	}
	opt.BacktestOrigins = min(opt.BacktestOrigins, maxOrigins)
	e.opt, e.method, e.note = opt, m, ""
	return nil
}

// say keeps the first note: the one nearest to the cause.
func (e *Engine) say(note string) {
	if e.note == "" {
		e.note = note
	}
}

// single prepares the one method asked for, or the simpler one that the series
// allows.
func (e *Engine) single(seasonal Seasonality) {
	n := len(e.x)
	m := e.method
	if m == seasonalNaive && (e.season == 0 || n < e.season) {
		e.say("no full season in the series: naive in place of snaive")
		m = naive
	}
	if m == holt && n < minHolt {
		e.say("too few values for a trend: ses in place of holt")
		m = ses
	}
	if m == mstl && (e.season == 0 || e.from < 2*e.season) {
		e.say("too few seasons in the series: theta in place of mstl")
		m = theta
	}
	e.model = model{method: m}
	if m == ses || m == theta || m == holt {
		e.model.form = seasonal
	}
	if e.steps == 0 {
		return
	}
	if !e.allows(m) {
		e.steps = 0
		return
	}
	t, ok := e.backtest(&e.model)
	if !ok {
		e.model = model{method: m}
		t, _ = e.backtest(&e.model)
	}
	e.tally = t
	e.errs, e.tried = e.tried, e.errs
}

// refit estimates the chosen model on the whole series and leaves its states
// in level and slope.
func (e *Engine) refit() {
	m, n := &e.model, len(e.x)
	series := e.x
	if m.form != NoSeason {
		if _, ok := decompose(e.x, m.form, e.index, e.count); ok {
			e.adj = grow(e.adj, n)
			deseason(e.adj, e.x, m.form, e.index)
			series = e.adj
		} else {
			// The backtest had indices, the whole series has none: a phase
			// has just died out.
			m.form = NoSeason
			e.say("seasonal indices vanish at the end of the series: season left out")
		}
	}
	e.fit(m, series)
	e.states(m, series)
}

// fit estimates the parameters of m on y, starting at those it has, and its
// first states.
func (e *Engine) fit(m *model, y []float64) {
	switch m.method {
	case ses, theta:
		m.alpha = e.opt.Alpha
		if m.alpha == 0 {
			m.alpha = sesSearch(y)
		}
	case holt:
		evals := coldEvals
		if m.alpha > 0 {
			evals = warmEvals
		}
		m.alpha, m.beta, m.phi = holtSearch(y, Holt{m.alpha, m.beta, m.phi}, evals, false)
	case croston, sba, tsb:
		m.alpha = e.opt.Alpha
		if m.alpha == 0 {
			m.alpha = crostonAlpha
		}
		if m.method == tsb {
			m.beta = m.alpha
		}
	case arima:
		e.fitARIMA(y)
	case mstl:
		e.fitMSTL(m, y)
	}
	e.seed(m, y)
}

// seed solves for the first states of m on y.
func (e *Engine) seed(m *model, y []float64) {
	switch m.method {
	case ses, theta:
		m.l0, _ = sesSeed(y, m.alpha)
	case holt:
		m.l0, m.b0, _ = holtSeed(y, m.alpha, m.beta, m.phi)
	}
}

// states runs m over y and leaves the state after t periods in level[t] and
// slope[t], t = 0..len(y). The forecast made then of step j is
// level[t] + damp[j-1]*slope[t].
func (e *Engine) states(m *model, y []float64) {
	n := len(y)
	e.level = grow(e.level, n+1)
	level := e.level
	switch m.method {
	case naive:
		level[0] = y[0]
		copy(level[1:], y)
	case mean:
		l := y[0]
		level[0] = l
		for i, v := range y {
			l += (v - l) / float64(i+1)
			level[i+1] = l
		}
	case drift:
		e.slope = grow(e.slope, n+1)
		level[0], e.slope[0] = y[0], 0
		for i, v := range y {
			level[i+1], e.slope[i+1] = v, 0
			if i > 0 {
				e.slope[i+1] = (v - y[0]) / float64(i)
			}
		}
	case ses:
		l := m.l0
		level[0] = l
		for i, v := range y {
			l += m.alpha * (v - l)
			level[i+1] = l
		}
	case theta:
		e.slope = grow(e.slope, n+1)
		slope := e.slope
		thetaLines(y, m.alpha, m.l0, func(t int, l, b float64) { level[t], slope[t] = l, b })
	case holt:
		e.slope = grow(e.slope, n+1)
		l, b := m.l0, m.b0
		level[0], e.slope[0] = l, b
		for i, v := range y {
			b *= m.phi
			l += b
			err := v - l
			l += m.alpha * err
			b += m.beta * err
			level[i+1], e.slope[i+1] = l, b
		}
	case croston, sba:
		Croston{Alpha: m.alpha, SBA: m.method == sba}.rates(y, level)
	case tsb:
		TSB{Alpha: m.alpha, Beta: m.beta}.rates(y, level)
	case arima:
		e.statesARIMA(y)
	case mstl:
		e.statesMSTL(m, y)
	case seasonalNaive:
		// Forecasts are read off the series itself.
	}
	steps := max(e.opt.Horizon, e.opt.CumulativeTo)
	e.damp = grow(e.damp, steps)
	switch m.method {
	case drift, theta, mstl:
		for j := range e.damp {
			e.damp[j] = float64(j + 1)
		}
	case holt:
		sum, power := 0.0, 1.0
		for j := range e.damp {
			power *= m.phi
			sum += power
			e.damp[j] = sum
		}
	}
}

// at returns the forecast of step j made after t periods by m, whose states
// over the series x (seasons included) are in place.
func (e *Engine) at(m *model, t, j int) float64 {
	var f float64
	switch m.method {
	case seasonalNaive:
		f = e.x[t-e.season+(j-1)%e.season]
	case drift, theta, holt:
		f = e.level[t] + e.damp[j-1]*e.slope[t]
	case mstl:
		f = e.level[t] + e.damp[j-1]*e.slope[t] + e.mstl.season(t+j-1)
	case arima:
		f = e.arima.at(t, j)
	default:
		f = e.level[t]
	}
	if m.form != NoSeason {
		f = reseason(f, m.form, e.index[(t+j-1)%e.season])
	}
	return e.floor(f)
}

// floor cuts a forecast of demand at zero.
func (e *Engine) floor(f float64) float64 {
	if e.opt.NonNegative && f < 0 {
		return 0
	}
	return f
}

// grow returns s with length n, reallocated if it must be; its content is
// not kept.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}

// finite brings a scaled value back to the caller's unit.
func (e *Engine) finite(v float64) float64 {
	v = math.Ldexp(v, e.exp)
	return min(max(v, -math.MaxFloat64), math.MaxFloat64)
}
