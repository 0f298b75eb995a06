package forecast

import "math"

// The budget of one choice, as counts of work and never of time: a search for
// the parameters of a member is bounded by its evaluations (coldEvals and
// warmEvals of a damped trend; 60+40k of CES with k parameters; some 25 of the
// theta family), is made before the first origin and once more on the whole
// series, and the backtest has at most defaultOrigins origins.
const (
	defaultOrigins = 60  // of the backtest, at most
	maxOrigins     = 500 // that an option may ask for
	coldEvals      = 70  // passes of the first search of a damped trend
	warmEvals      = 40  // passes of the last, which starts at the result of the first

	longForETS  = 240 // values of a seasonal series from which on ETS gets it adjusted
	arimaWindow = 300 // last values that ARIMA sees in an ensemble
	arimaInPool = 4   // longest season with ARIMA in an ensemble: with longer ones it costs as much as all others twice and adds nothing to them
	minBacktest = 5   // values; fewer leave nothing to learn from
)

// tally sums up a backtest.
type tally struct {
	abs, sq, err float64 // of actual - forecast
	size         float64 // of |actual|
	n            int
}

func (t *tally) add(actual, f float64) {
	d := actual - f
	t.abs += math.Abs(d)
	t.sq += d * d
	t.err += d
	t.size += math.Abs(actual)
	t.n++
}

// add puts a method into the pool, if it is not there.
func (e *Engine) add(m method, form Seasonality) {
	n := len(e.x)
	switch {
	case m == seasonalNaive && (e.season < 2 || n < e.season):
		m = naive
	case m == holt && n < minHolt:
		m = ses
	case m == sporadicMix && !nonNegative(e.x):
		m = tsb
	case m == mstl && (e.season < 2 || n < 2*e.season+minBacktest):
		m, form = theta, e.form
	}
	for i := range e.pool {
		if e.pool[i].method == m && e.pool[i].form == form {
			return
		}
	}
	e.put(m, form)
}

// put makes a method the last member of the pool, if there is room.
func (e *Engine) put(m method, form Seasonality) *member {
	if len(e.pool) == maxMembers {
		return nil
	}
	p := e.slot()
	*p = member{method: m, form: form, rows: p.rows, ones: p.ones, moves: p.moves, last: p.last, past: p.past, moved: p.moved, tmp: p.tmp, ets: p.ets, average: p.average, arima: p.arima, seasonal: p.seasonal, own: p.own[:0]}
	return p
}

// Seasonal patterns that move are the matter of MSTL, and few cycles of them that
// of the last cycle as it was. Both see the series as it is.
//
// fewCycles is the number of cycles from which on the averages over them that the
// other members rest on are better than the last one in every respect.
const fewCycles = 20

// addOwn puts mstl and the seasonal naive forecast into the pool where the series
// has the length for them.
func (e *Engine) addOwn() {
	n := len(e.x)
	if len(e.asked) == 0 {
		return
	}
	if short := e.asked[0]; cyclesOf(short, n-minBacktest, true) {
		if p := e.put(mstl, NoSeason); p != nil {
			for _, s := range e.asked {
				if cyclesOf(s, n-minBacktest, true) {
					p.own = append(p.own, s)
				}
			}
		}
	}
	// The longest cycle that whole short ones fit in: days of other weeks are no
	// guide to those of this one.
	for i := len(e.asked) - 1; i >= 0; i-- {
		s := e.asked[i]
		if s%e.asked[0] == 0 && n >= s+4 && n < fewCycles*s {
			if p := e.put(seasonalNaive, NoSeason); p != nil {
				p.own = append(p.own, s)
			}
			return
		}
	}
}

// slot makes room for one more member in the pool. The scratch of the one that
// was there before is kept.
func (e *Engine) slot() *member {
	if len(e.pool) < cap(e.pool) {
		e.pool = e.pool[:len(e.pool)+1]
	} else {
		e.pool = append(e.pool, member{})
	}
	return &e.pool[len(e.pool)-1]
}

// natural is the form of season that is taken out for a method.
func (e *Engine) natural(m method) Seasonality {
	if m.adjusted() {
		return e.form
	}
	return NoSeason
}

// choosePool puts the methods that are to be compared or combined into the pool:
// by demand class (Syntetos, Boylan and Croston 2005) and by what the length of
// the series allows.
func (e *Engine) choosePool(class DemandClass) {
	n := len(e.x)
	e.pool = e.pool[:0]
	switch {
	case class == NoDemand:
		e.add(naive, NoSeason) // every method says zero
		e.say("no demand in the series: zero forecast")
	case e.method == ensemble && len(e.opt.Members) > 0:
		for _, name := range e.opt.Members {
			m, _, _ := methodOf(name)
			e.add(m, e.natural(m))
		}
	case e.method == auto || e.method == ensemble:
		switch {
		case n == 1:
			e.add(naive, NoSeason)
			e.say("too few values to compare methods")
		case n < minBacktest:
			e.add(mean, NoSeason)
			e.say("too few values to compare methods")
		case e.intermittent && nonNegative(e.x):
			e.add(sporadicMix, NoSeason)
			e.add(ses, e.form)
			e.add(etsMean, e.form)
		case e.intermittent:
			e.add(tsb, NoSeason)
			e.add(mean, NoSeason)
			e.add(seasonalNaive, NoSeason)
			e.add(ses, NoSeason)
			if e.form != NoSeason {
				e.add(ses, e.form)
			}
			e.add(sba, NoSeason)
			e.add(croston, NoSeason)
		default:
			e.add(dotm, e.form)
			e.add(ces, NoSeason)
			// Twenty seasons and more give firm indices, and a model with
			// its own would cost a hundred times as much.
			if e.form != NoSeason && n >= longForETS && n >= fewCycles*e.season {
				e.add(etsMean, e.form)
			} else {
				e.add(etsMean, NoSeason)
			}
			if e.season <= arimaInPool && !e.opt.Light {
				e.add(arima, NoSeason)
			}
			e.add(holt, e.form)
			e.addOwn()
		}
	default:
		m := e.method
		e.add(m, e.natural(m))
		switch e.pool[0].method {
		case m:
		case naive:
			e.say("no full season in the series: naive in place of snaive")
		case tsb:
			e.say("negative values: tsb in place of sporadic")
		case theta:
			e.say("too few seasons in the series: theta in place of mstl")
		case ses:
			e.say("too few values for a trend: ses in place of holt")
		}
	}
	if e.season > n {
		e.say("season is longer than the series: left out")
	}
}

// scales returns the divisors of MASE and RMSSE before the first origin. A
// divisor of zero is the caller's to handle.
func (e *Engine) scales() (abs, sq float64) {
	train := e.x[:e.from]
	m := max(1, e.season)
	if len(train) <= m {
		m = 1
	}
	return ScaleMAE(train, m), ScaleMSE(train)
}

// handicap multiplies the score of every candidate for sporadic demand but the
// standard one: over a few origins the best of many scores is often luck.
const handicap = 1.3

// weigh decides what every member of the pool weighs, and explains it.
//
// For smooth and erratic demand the score is MASE and members are combined. The
// other classes have a median far from their mean, and the absolute error would
// choose a forecast near zero that starves the shelf; there the score is RMSSE
// plus the absolute mean error in the same unit, and the least one, with the
// handicap, makes the forecast alone.
func (e *Engine) weigh(dst *Result) {
	var score [maxMembers]float64
	scaleAbs, scaleSq := 1.0, 1.0
	tried := e.from < len(e.x)
	if tried {
		scaleAbs, scaleSq = e.scales()
		if !(scaleAbs > 0) {
			scaleAbs = 1
		}
		if !(scaleSq > 0) {
			scaleSq = 1
		}
	}
	usable := 0
	for i := range e.pool {
		m := &e.pool[i]
		score[i] = math.NaN()
		if n := float64(m.tally.n); tried && n > 0 && !m.failed {
			score[i] = m.tally.abs / n / scaleAbs
			if e.intermittent {
				score[i] = (math.Sqrt(m.tally.sq/n) + math.Abs(m.tally.err)/n) / math.Sqrt(scaleSq)
			}
			usable++
		}
	}
	switch {
	case len(e.pool) == 1:
		e.pool[0].weight, e.pool[0].why = 1, "the method asked for"
		if e.method == auto || e.method == ensemble {
			e.pool[0].why = "the only one that the series allows"
		}
	case usable == 0:
		e.equal("equal: no backtest")
		if e.intermittent {
			e.pick(0, "the standard of its class: no backtest")
		}
	case e.intermittent && e.method == auto:
		best, least := 0, math.Inf(1)
		for i := range e.pool {
			s := score[i]
			if i > 0 && (e.form == NoSeason || len(e.x) < fewCycles/2*e.season) {
				s *= handicap
			}
			if s < least {
				best, least = i, s
			}
		}
		e.pick(best, "least score, others counted times 1.2 against the standard")
	default:
		e.combine(score[:len(e.pool)])
	}
	for i := range e.pool {
		m := &e.pool[i]
		dst.Candidates = append(dst.Candidates, Candidate{m.method.String(), m.form, score[i], m.weight, m.why})
	}
}

// pick gives all weight to one member.
func (e *Engine) pick(k int, why string) {
	for i := range e.pool {
		e.pool[i].weight, e.pool[i].why = 0, "a better one was chosen"
	}
	e.pool[k].weight, e.pool[k].why = 1, why
}

// equal gives all members the same weight.
func (e *Engine) equal(why string) {
	for i := range e.pool {
		e.pool[i].weight, e.pool[i].why = 1/float64(len(e.pool)), why
	}
}
