package forecast

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
)

// State is what was estimated of a series, as plain data: the members of the
// forecast with their parameters and weights, the seasons, and the errors that
// intervals rest on. With it a forecast follows new observations without
// estimating anything: filters run over the series with the parameters known.
// The zero State knows nothing.
type State struct {
	Length int    // values of the series when it was fitted, those before a launch left out
	before int    // values before the launch
	digest uint64 // of these values
	exp    int

	season    int
	form      Seasonality
	index     []float64
	periods   []int
	cycles    [][]float64 // of the long seasons, by phase
	mult      bool
	irregular bool
	opt       stateOptions
	members   []member
	seen      [2][]float64 // mean squared errors of the backtest by step, of steps and of sums
	seenN     [2][]int
	bias      []float64
	accuracy  tally
	naiveAbs  float64
	origins   int
	scaleAbs  float64
	scaleSq   float64
	inSample  float64 // variance of one-step errors when fitted
	note      string
	Departure Departure // of the observations since
}

// stateOptions are the options that a state was made for.
type stateOptions struct {
	season, horizon, cumulative int
	method                      string
	nonNegative                 bool
}

// Departure says whether a series has left its model since it was fitted.
type Departure struct {
	New      int     // observations since
	Tracking float64 // sum of one-step errors over their expected standard deviation, that of the fit times the root of New
	Ratio    float64 // mean squared one-step error over that of the fit
	Stale    bool    // whether either is beyond its limit: see [Engine.Refresh]
}

// Limits of drift. A sum of errors beyond 4 standard deviations, or a variance
// whose chance under the old one is below 1 in 1000 (by the normal approximation
// of the logarithm of chi-squared), say that the model has lost its series; as do
// as many new observations as a tenth of the old and half a year of any period.
const (
	driftTracking = 4
	driftRatio    = 3.09
)

// State writes what the last call of Forecast has estimated into dst.
func (e *Engine) State(dst *State) {
	n := len(e.x)
	dst.Length, dst.before, dst.exp = n, e.before, e.exp
	dst.digest = digest(e.raw)
	dst.season, dst.form, dst.irregular = e.season, e.form, e.intermittent
	dst.index = dst.index[:0]
	if e.form != NoSeason {
		dst.index = append(dst.index, e.index...)
	}
	dst.periods = append(dst.periods[:0], e.long.periods...)
	dst.mult = e.long.multiplicative
	dst.cycles = dst.cycles[:0]
	if e.long.active() {
		for i := range e.long.periods {
			dst.cycles = append(dst.cycles, slices.Clone(e.long.cycles[i]))
		}
	}
	dst.opt = e.stateOptions()
	dst.members = dst.members[:0]
	for i := range e.pool {
		if m := &e.pool[i]; m.weight > 0 {
			c := *m
			c.rows, c.ones, c.moves, c.last, c.past, c.moved, c.tmp = nil, nil, nil, nil, nil, nil, nil
			c.ets, c.average, c.arima = ETS{}, ETSAverage{}, ARIMA{}
			switch m.method {
			case ets:
				c.ets = m.ets.plain()
			case etsMean:
				for k := range m.average.Models {
					c.average.Models = append(c.average.Models, m.average.Models[k].plain())
				}
				c.average.Weights = slices.Clone(m.average.Weights)
			case arima:
				c.arima = m.arima.plain()
			case ces:
				c.seasonal = slices.Clone(m.seasonal)
			}
			if m.method != ces {
				c.seasonal = nil
			}
			c.own = slices.Clone(m.own)
			dst.members = append(dst.members, c)
		}
	}
	dst.seen, dst.seenN = [2][]float64{}, [2][]int{}
	h, c := e.opt.Horizon, e.opt.CumulativeTo
	dst.bias = grow(dst.bias, c)
	e.stepErrors(h)
	dst.seen[0], dst.seenN[0] = slices.Clone(e.seen[:h]), slices.Clone(e.seenN[:h])
	if c > 0 {
		e.sumErrors(c, dst.bias)
		dst.seen[1], dst.seenN[1] = slices.Clone(e.seen[:c]), slices.Clone(e.seenN[:c])
	}
	dst.accuracy, dst.naiveAbs, dst.origins = e.tally, e.naiveAbs, n-e.from
	dst.scaleAbs, dst.scaleSq = math.NaN(), math.NaN()
	if e.from > 0 {
		dst.scaleAbs, dst.scaleSq = e.scales()
	}
	dst.inSample = e.inSample(n, func(m *member) []float64 { return m.ones })
	dst.note = e.note
	dst.Departure = Departure{}
}

func (e *Engine) stateOptions() stateOptions {
	name := e.method.String()
	if e.etsForm != (ETSForm{}) {
		name = formPrefix + e.etsForm.Short()
	}
	return stateOptions{e.opt.Season, e.opt.Horizon, e.opt.CumulativeTo, name, e.opt.NonNegative}
}

// plain is a copy that shares nothing.
func (m *ETS) plain() ETS {
	c := *m
	c.Initial.Seasonal, c.State.Seasonal = slices.Clone(m.Initial.Seasonal), slices.Clone(m.State.Seasonal)
	return c
}

func (m *ARIMA) plain() ARIMA {
	c := *m
	for _, v := range []*[]float64{&c.AR, &c.MA, &c.SAR, &c.SMA, &c.Coef, &c.State.Level, &c.State.Gain, &c.State.Change, &c.State.Last} {
		*v = slices.Clone(*v)
	}
	c.poly, c.diff, c.work = arma{}, nil, nil
	return c
}

// digest is that of values, NaN of any kind alike.
func digest(y []float64) uint64 {
	h := fnv.New64a()
	var b [8]byte
	for _, v := range y {
		bits := math.Float64bits(v)
		if v != v {
			bits = 1
		}
		binary.LittleEndian.PutUint64(b[:], bits)
		_, _ = h.Write(b[:]) // never fails
	}
	return h.Sum64()
}

// ErrState says that a state cannot forecast the series: it was made of another
// one, of a history that has been revised, or for other options.
var ErrState = errors.New("state does not fit the series and options: fit anew")

// Update forecasts y, which is the series that st was made of with new
// observations at its end, with the parameters of st, and writes how far the new
// ones are from it into st.Departure. The error wraps [ErrState] if y is not that
// series or the options have changed, and those of [Engine.Forecast].
func (e *Engine) Update(y []float64, st *State, opt Options, dst *Result) error {
	if err := e.accept(opt); err != nil {
		return err
	}
	if st.Length == 0 || st.opt != e.stateOptions() {
		return fmt.Errorf("forecast: %w", ErrState)
	}
	e.fixed, e.exp = true, st.exp
	err := e.load(y)
	e.fixed = false
	if err != nil {
		return err
	}
	if st.before >= len(e.x) {
		return fmt.Errorf("forecast: %d values, %d when fitted: %w", len(e.x), st.before+st.Length, ErrState)
	}
	e.skip(st.before)
	n := len(e.x)
	e.form, e.intermittent = NoSeason, st.irregular
	if st.irregular {
		e.long.comp = e.long.comp[:0]
		e.finishGaps()
		n = len(e.x)
	}
	if n < st.Length || digest(e.raw[:st.Length]) != st.digest {
		return fmt.Errorf("forecast: %d values, %d when fitted: %w", n, st.Length, ErrState)
	}
	if st.note != "" {
		e.note = st.note
	}
	dst.Class, dst.ADI, dst.CV2 = Classify(e.raw)
	e.season, e.form, e.intermittent = st.season, st.form, st.irregular
	e.long.restore(st, n+max(e.opt.Horizon, e.opt.CumulativeTo))
	e.index = append(e.index[:0], st.index...)
	e.flat, e.adj = grow(e.flat, n), grow(e.adj, n)
	e.long.remove(e.flat, e.x)
	copy(e.adj, e.flat)
	if e.form != NoSeason {
		deseason(e.adj, e.flat, e.form, e.index)
	}
	if !st.irregular {
		e.finishGaps()
		e.long.remove(e.flat, e.x)
		copy(e.adj, e.flat)
		if e.form != NoSeason {
			deseason(e.adj, e.flat, e.form, e.index)
		}
	}
	e.levels()
	e.findClosed(n)
	e.positive, e.sporadic = positive(e.x), e.intermittent && opt.NonNegative
	e.from, e.steps, e.leak = n, 0, 1
	e.pool = e.pool[:0]
	dst.Candidates = dst.Candidates[:0]
	for i := range st.members {
		p := e.slot()
		keep := *p
		*p = st.members[i]
		p.rows, p.ones, p.moves, p.last, p.past, p.moved, p.tmp = keep.rows, keep.ones, keep.moves, keep.last, keep.past, keep.moved, keep.tmp
		if p.method == arima {
			p.arima = p.arima.plain()
		}
		if p.method == mstl {
			// Its seasons are the decomposition of the values fitted.
			e.fit(p, st.Length)
		}
		e.follow(p)
		dst.Candidates = append(dst.Candidates, Candidate{Method: p.method.String(), Season: p.form, Score: math.NaN()})
	}
	e.combineFinal()
	e.past = st
	e.tally, e.naiveAbs = st.accuracy, st.naiveAbs
	e.collect(&dst.Residuals)
	dst.Residuals.Length = st.Length
	e.write(dst)
	e.past = nil
	e.drift(st)
	// What belongs to the state must not become scratch of the next series.
	for i := range e.pool {
		m := &e.pool[i]
		m.ets, m.average, m.arima, m.seasonal, m.own = ETS{}, ETSAverage{}, ARIMA{}, nil, nil
	}
	if !finiteAll(dst.Mean, dst.SD, dst.CumMean, dst.CumSD, dst.Quantile, dst.CumQuantile) {
		return fmt.Errorf("forecast: its parameters have no finite forecast: %w", ErrState)
	}
	return nil
}

// follow runs a member whose parameters are known over the whole series.
func (e *Engine) follow(m *member) {
	n, ahead := len(e.x), max(e.opt.Horizon, e.opt.CumulativeTo)
	m.failed = false
	e.states(m, n)
	if m.method == sporadicMix {
		m.rateAt = 0
		e.rateOf(m, n)
	}
	m.ones = grow(m.ones, n)
	if m.method == arima {
		for t := range m.ones {
			m.ones[t] = math.NaN()
		}
		var one [1]float64
		for t := m.arimaAt; t < n; t++ {
			e.forecastAt(m, t, one[:])
			m.ones[t] = one[0]
		}
	} else {
		e.oneSteps(m, m.ones)
	}
	m.last = grow(m.last, ahead)
	e.forecastAt(m, n, m.last)
	m.moves = grow(m.moves, ahead)
	e.response(m, n, m.moves)
	for _, v := range m.last {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			m.failed = true
		}
	}
}

// drift compares the one-step errors of the new observations with those of the
// fit.
func (e *Engine) drift(st *State) {
	n := len(e.x)
	d := Departure{}
	sum, ss := 0.0, 0.0
	for t := st.Length; t < n; t++ {
		f := e.blendAt(func(m *member) []float64 { return m.ones }, t)
		if math.IsNaN(f) || math.IsNaN(e.raw[t]) {
			continue
		}
		v := (e.raw[t] - f) / (e.weight(t) * e.growth(t, st.Length))
		sum += v
		ss += v * v
		d.New++
	}
	k := float64(d.New)
	if d.New > 0 && st.inSample > 0 {
		d.Tracking = sum / math.Sqrt(st.inSample*k)
		d.Ratio = ss / k / st.inSample
	}
	// (chi²/k)^(1/3) is nearly normal, mean 1-2/(9k), variance 2/(9k): Wilson
	// and Hilferty (1931).
	v := 2 / (9 * max(k, 1))
	d.Stale = math.Abs(d.Tracking) > driftTracking ||
		(math.Cbrt(d.Ratio)-(1-v))/math.Sqrt(v) > driftRatio ||
		d.New > 0 && st.inSample == 0 && ss > 0 ||
		d.New > max(6, st.Length/10)
	st.Departure = d
}

// Refresh forecasts y by [Engine.Update], or fits it anew and replaces st where
// the state does not fit or the series has drifted from it. It says whether it
// fitted.
func (e *Engine) Refresh(y []float64, st *State, opt Options, dst *Result) (fitted bool, err error) {
	if st.Length > 0 {
		err = e.Update(y, st, opt, dst)
		if err == nil && !st.Departure.Stale {
			return false, nil
		}
		if err != nil && !errors.Is(err, ErrState) {
			return false, err
		}
	}
	if err := e.Forecast(y, opt, dst); err != nil {
		return true, err
	}
	e.State(st)
	return true, nil
}
