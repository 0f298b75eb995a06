package forecast

import (
	"fmt"
	"math"
)

// Engine holds the scratch of forecasting. The zero value is ready. One Engine
// serves one goroutine; it keeps nothing of a series after the call.
type Engine struct {
	opt    Options
	method method
	season int   // the short season, in effect: 0 or 2..shortSeason
	asked  []int // all seasons that may be used, rising
	note   string

	before int // periods left out that lie before the first demand

	fixed bool      // exp is given
	past  *State    // whose backtest stands in for one, or nil
	exp   int       // values below are those of the caller times 2^-exp
	raw   []float64 // series in use, NaN where missing
	x     []float64 // raw with gaps filled

	positive bool // all of x is above zero
	// intermittent says that zeros are no matter of the season; sporadic that
	// quantiles are those of such demand.
	intermittent, sporadic bool

	closed    []bool // by phase, see findClosed
	closedAny bool
	work      []float64

	form         Seasonality // of the short season
	index, count []float64   // its indices, scratch of the decomposition
	trend        []float64
	long         longSeasons
	flat         []float64 // x without its long seasons
	adj          []float64 // flat without its short season
	base         []float64 // level of adj before every period

	level, slope []float64 // states after t periods
	damp         []float64 // damp[j-1] multiplies slope in step j
	lines        []float64 // of the theta family
	ces          cesScratch
	cesFrom      cesState // at origin cesAt
	cesNext      cesState // ahead of it
	cesShock     cesState
	cesAt        int
	thetaAt      thetaState
	etsFit       ETSFitter
	etsForm      ETSForm // asked for; zero: any
	etsAll       [len(trendOrder) * 6]filterETS
	etsRings     [len(trendOrder) * 6][maxETSSeason]float64
	etsTmp       []float64
	rare         Sporadic
	rareOut      SporadicResult
	etsAt        filterETS
	etsRing      [2][maxETSSeason]float64
	etsSeen      int
	arima        ARIMAFitter
	mstl         mstlEngine

	from, steps int     // backtest: first origin, steps ahead
	leak        float64 // factor on its errors, see longSeasons
	pool        []member
	errs        []float64 // its errors, NaN where there is no actual value
	tally       tally     // of errs
	naiveAbs    float64   // sum of absolute errors of the naive forecast
	final       []float64 // forecast of the combination at the end
	pairs       []float64 // scratch of the weights

	theory, seen, spread []float64
	logs                 []float64 // logarithms of 1, 2, 3, ...
	seenN                []int
	sorted               []float64
	order                []int
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
	e.launch()
	dst.Class, dst.ADI, dst.CV2 = Classify(e.raw)
	dst.Candidates = dst.Candidates[:0]
	e.findSeasons(dst.Class)
	e.positive, e.sporadic = positive(e.x), e.intermittent && opt.NonNegative
	e.choosePool(dst.Class)
	e.window()
	e.leak = 1
	if e.from < len(e.x) {
		e.prepare(e.from)
		e.leak = e.long.leak
		for i := range e.pool {
			e.try(&e.pool[i])
		}
	}
	e.weigh(dst)
	e.combineErrors()
	e.collect(&dst.Residuals)
	e.prepare(len(e.x))
	for i := range e.pool {
		if e.pool[i].weight > 0 {
			e.refit(&e.pool[i])
		}
	}
	e.combineFinal()
	e.write(dst)
	return nil
}

// accept checks the options.
func (e *Engine) accept(opt Options) error {
	m, form, ok := methodOf(opt.Method)
	if !ok {
		return fmt.Errorf("forecast: method %q: %w: use one of %v, or a form such as ets:MAdM", opt.Method, ErrOption, Methods())
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
	case opt.Combine > Learned:
		return fmt.Errorf("forecast: combination %d: %w: use Mean to Learned", opt.Combine, ErrOption)
	case len(opt.Members) > maxMembers:
		return fmt.Errorf("forecast: %d members: %w: use up to %d", len(opt.Members), ErrOption, maxMembers)
	}
	for _, p := range opt.Quantiles {
		if !(p > 0 && p < 1) {
			return fmt.Errorf("forecast: quantile %v: %w: use probabilities above 0 and below 1", p, ErrOption)
		}
	}
	for _, s := range opt.Seasons {
		if s < 0 {
			return fmt.Errorf("forecast: season %d: %w: use the periods in a season", s, ErrOption)
		}
	}
	for _, name := range opt.Members {
		if m, form, ok := methodOf(name); !ok || m == auto || m == ensemble || form != (ETSForm{}) {
			return fmt.Errorf("forecast: member %q: %w: use a method that is not an ensemble itself", name, ErrOption)
		}
	}
	if opt.Horizon == 0 {
		opt.Horizon = defaultHorizon
	}
	opt.BacktestOrigins = min(opt.BacktestOrigins, maxOrigins)
	e.opt, e.method, e.etsForm, e.note = opt, m, form, ""
	return nil
}

// say keeps the first note: the one nearest to the cause.
func (e *Engine) say(note string) {
	if e.note == "" {
		e.note = note
	}
}

// window places the backtest: origins from..n-1, where an origin t knows the
// values before t and forecasts those from t on. The first origin leaves three
// fifths of the series, and two seasons, to learn from.
func (e *Engine) window() {
	n := len(e.x)
	e.from, e.steps, e.tally, e.naiveAbs = n, 0, tally{}, math.NaN()
	if n < minBacktest || len(e.pool) == 0 {
		return
	}
	wanted := max(e.opt.Horizon, e.opt.CumulativeTo)
	origins := min(wanted+wanted/2, n*2/5, defaultOrigins)
	if e.opt.BacktestOrigins > 0 {
		origins = min(e.opt.BacktestOrigins, n/2)
	}
	from := max(n-max(origins, 1), min(minHolt+1, n-2))
	if m := e.season; m > 1 {
		switch {
		case e.form != NoSeason && from < 2*m && n-2*m >= min(4, m):
			from = 2 * m
		case from < m && n-m >= 4:
			from = m
		}
	}
	e.from = from
	e.steps = min(wanted, n-from)
	e.naiveAbs = 0
	for t := from; t < n; t++ {
		for _, v := range e.raw[t:min(n, t+e.steps)] {
			if !math.IsNaN(v) {
				e.naiveAbs += math.Abs(v - e.x[t-1])
			}
		}
	}
}

// prepare takes the seasons that the first n values show out of the whole
// series.
func (e *Engine) prepare(n int) {
	e.findClosed(n)
	ahead := max(e.opt.Horizon, e.opt.CumulativeTo)
	e.flat, e.adj = grow(e.flat, len(e.x)), grow(e.adj, len(e.x))
	e.long.estimate(e.x, n, e.season, len(e.x)+ahead)
	e.long.remove(e.flat, e.x)
	copy(e.adj, e.flat)
	if e.form != NoSeason {
		e.index, e.count = grow(e.index, e.season), grow(e.count, e.season)
		recent := e.flat[recentFrom(n, e.season):n]
		if _, ok := decompose(recent, e.form, e.index, e.count); ok {
			e.trend = grow(e.trend, len(recent))
			shrinkIndex(e.index, recent, e.form, e.trend)
			deseason(e.adj, e.flat, e.form, e.index)
		} else {
			// An index has vanished: a phase has died out, or too little of
			// the series is known.
			for i := range e.index {
				e.index[i] = reseason(0, e.form, 1)
				if e.form == MultiplicativeSeason {
					e.index[i] = 1
				} else {
					e.index[i] = 0
				}
			}
		}
	}
	e.levels()
}

// levels puts the size of the series before every period into base.
func (e *Engine) levels() {
	e.base = grow(e.base, len(e.x)+1)
	level := e.adj[0]
	for t, v := range e.adj {
		e.base[t] = level
		level += baseAlpha * (v - level)
	}
	e.base[len(e.x)] = level
}

// baseAlpha smooths the level that errors are measured against.
const baseAlpha = 0.2

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
