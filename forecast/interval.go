package forecast

import "math"

// Weights, in observations, with which the parts of an error distribution are
// put together. They were set on the training part of the M3 series, the end of
// each held out.
const (
	priorInSample = 4  // the in-sample error, against errors of the backtest
	priorCurve    = 8  // the theoretical growth of the error, against the error seen at a step
	priorGrowth   = 20 // no correction of the theoretical growth
	priorShape    = 60 // the normal or gamma shape, against the shape of the errors
	priorSporadic = 2  // the gamma shape, against the demand sizes of a sporadic series
	maxGrowth     = 1  // exponent of the correction, either way

	// unseen widens the variance by 1 + unseen/origins: parameters are
	// estimated, the method was picked for its small errors, and few errors
	// rarely show the large ones.
	unseen = 4

	// unstable widens it by 1 + unstable/(origins+unstable): series change, and
	// the change to come is not in the errors of a short past. On the training
	// parts of M3, tourism and orange juice, the end held out, intervals of 95 %
	// without the two cover 87 to 92 %.
	unstable = 12
)

// gammaCV is the coefficient of variation above which demand is given a gamma
// shape in place of a normal one: the literature says 0.3 to 0.5.
const gammaCV = 0.35

// write computes the forecast of the combination and its error distribution.
//
// The variance at step j is learned from the errors of the backtest at that
// step, v[j], and from the variance that theory gives the combination,
//
//	V[j] = s² * (1 + c[1]² + ... + c[j-1]²)                 step j
//	V[N] = s² * sum over i < N of (1 + c[1] + ... + c[i])²    sum of steps 1..N
//
// where c[i] is what an error of today moves the forecast i steps on, Hyndman,
// Koehler, Ord and Snyder (2008), sections 6.1 and 6.6, and s² the variance of
// one-step errors over the fitted series. s² is pooled over all steps, and the
// growth of the curve is bent by a power of j fitted to the errors, so that a
// method that drifts off its series shows it. The more errors there are at a step
// the more they count against the curve. Errors of sums are those of overlapping
// blocks; since these share periods, N blocks count as one. This is the measured
// cumulative error that Lee and Scholtes (2014), Empirical prediction intervals
// revisited, International Journal of Forecasting 30, find safer than any formula.
// What the errors of other series add to it: [Calibration.Apply].
//
// Quantiles take the shape of the same errors, or of demand itself where it is
// sporadic, with the normal or, for demand, the gamma distribution filling in
// where there are few.
func (e *Engine) write(dst *Result) {
	n, h, c := len(e.x), e.opt.Horizon, e.opt.CumulativeTo
	long := max(h, c)
	dst.Mean, dst.SD = grow(dst.Mean, h), grow(dst.SD, h)
	dst.CumMean, dst.CumSD, dst.CumBias = grow(dst.CumMean, c), grow(dst.CumSD, c), grow(dst.CumBias, c)
	dst.Quantile = grow(dst.Quantile, h*len(e.opt.Quantiles))
	dst.CumQuantile = grow(dst.CumQuantile, c*len(e.opt.Quantiles))
	e.describe(dst)

	sum := 0.0
	for j, f := range e.final {
		if j < h {
			dst.Mean[j] = f
		}
		if sum += f; j < c {
			dst.CumMean[j] = sum
		}
	}
	inSample := e.inSample(n, func(m *member) []float64 { return m.ones })
	e.theory, e.spread = grow(e.theory, long), grow(e.spread, long)
	moves := func(m *member) []float64 { return m.moves }
	cal := e.opt.Calibration
	r := &dst.Residuals
	rare := e.intermittent && e.pool[0].method == sporadicMix && e.pool[0].weight > 0 && e.alone()
	shaped := len(e.opt.Quantiles) > 0
	if rare {
		// Its distribution replaces what errors say.
		if e.forecastRare() == nil {
			shaped = false
		} else {
			rare = false
			e.say("distribution from the errors of the backtest")
		}
	}
	r.Unit, r.CumUnit = grow(r.Unit, h), grow(r.CumUnit, c)

	dst.Response = grow(dst.Response, max(0, h-1))
	for j := range dst.Response {
		dst.Response[j] = e.blendAt(moves, j)
	}
	e.stepTheory(h, moves)
	e.stepErrors(h)
	for j := range h {
		r.Unit[j] = math.Sqrt(inSample*e.theory[j]) * e.weight(n+j)
		if e.shut(n + j) {
			r.Unit[j] = 0
		}
	}
	e.blend(h, inSample)
	for j := range h {
		dst.SD[j] = math.Sqrt(e.spread[j]) * e.weight(n+j)
		if e.shut(n + j) {
			dst.SD[j] = 0
		}
	}
	if shaped {
		for j := range h {
			e.collectStep(j)
			if e.shut(n + j) {
				e.sorted = e.sorted[:0]
			}
			e.quantiles(dst.Mean[j], dst.SD[j], float64(len(e.sorted)), dst.Quantile[j:], h)
		}
	}
	if c > 0 {
		e.sumTheory(c, moves)
		e.sumErrors(c, dst.CumBias)
		w := e.meanWeight(n, c)
		for j := range c {
			r.CumUnit[j] = math.Sqrt(inSample*e.theory[j]) * w
		}
		e.blend(c, inSample)
		for j := range c {
			dst.CumSD[j] = math.Sqrt(e.spread[j]) * w
			if shaped {
				e.collectSum(j)
				e.quantiles(dst.CumMean[j], dst.CumSD[j], float64(len(e.sorted))/float64(j+1), dst.CumQuantile[j:], c)
			}
		}
	}
	if !rare {
		agree(dst, &e.opt)
	}
	e.accuracy(dst)
	if n == 1 && dst.Class != NoDemand {
		e.say("one value: its size stands in for the standard deviation")
	}
	dst.Note = e.note
	if rare {
		e.writeRare(dst)
	}
	if cal.covers(r) {
		cal.apply(dst, &e.opt, &e.order)
	}
	e.unscale(dst)
}

// describe says which methods made the forecast.
func (e *Engine) describe(dst *Result) {
	members, lead := 0, 0
	dst.Alpha, dst.Beta, dst.Phi = 0, 0, 0
	for i := range e.pool {
		m := &e.pool[i]
		dst.Candidates[i].Method, dst.Candidates[i].Weight, dst.Candidates[i].Why = m.method.String(), m.weight, m.why
		if m.weight > 0 {
			members++
			if members == 1 || m.weight > e.pool[lead].weight {
				lead = i
			}
		}
	}
	m := &e.pool[lead]
	dst.Method, dst.Season = m.method.String(), m.form
	if m.method == ets && e.etsForm != (ETSForm{}) && m.ets.Form != (ETSForm{}) {
		dst.Method = formPrefix + m.ets.Form.Short()
	}
	if members > 1 {
		dst.Method = ensemble.String()
		dst.Season = e.form
	} else {
		if e.method == ensemble {
			e.say("one member is left of the ensemble")
		}
		switch m.method {
		case ces, ets, etsMean, arima, mstl, sporadicMix, naive, mean, drift, seasonalNaive:
		case holt:
			dst.Alpha, dst.Beta, dst.Phi = m.alpha, m.beta, m.phi
		case tsb:
			dst.Alpha, dst.Beta = m.alpha, m.beta
		default:
			dst.Alpha = m.alpha
		}
	}
	if dst.Season == NoSeason && e.long.active() {
		dst.Season = AdditiveSeason
		if e.long.multiplicative {
			dst.Season = MultiplicativeSeason
		}
	}
}

// weight is the size of an error in period t against one in an average season:
// with multiplicative seasons errors grow with their index.
func (e *Engine) weight(t int) float64 {
	w := 1.0
	if e.form == MultiplicativeSeason {
		w = e.index[t%e.season]
	}
	if e.long.active() && e.long.multiplicative {
		w *= e.long.comp[t]
	}
	return w
}

// meanWeight is the root mean square of the weights of c periods from t on.
func (e *Engine) meanWeight(t, c int) float64 {
	if e.form != MultiplicativeSeason && !(e.long.active() && e.long.multiplicative) {
		return 1
	}
	ss := 0.0
	for j := range c {
		w := e.weight(t + j)
		ss += w * w
	}
	return math.Sqrt(ss / float64(c))
}

// growth is the level of the series before period t relative to that before
// period n: the errors of a positive series grow with it, and an error of years
// ago is brought to the size that it would have today. It is 1 where a level is
// not positive.
func (e *Engine) growth(t, n int) float64 {
	then, now := e.base[t], e.base[n]
	if !e.positive || !(then > 0) || !(now > 0) {
		return 1
	}
	return min(max(then/now, 1.0/5), 5)
}

// inSample is the variance of the combination's one-step errors over the first n
// periods, in the size of period n, corrected for the number of values
// estimated. With one value there is no error to see: its square stands in, a
// coefficient of variation of one.
func (e *Engine) inSample(n int, of func(*member) []float64) float64 {
	if n == 1 {
		return e.x[0] * e.x[0]
	}
	ss, seen := 0.0, 0
	for t := range n {
		f := e.blendAt(of, t)
		if math.IsNaN(f) || math.IsNaN(e.raw[t]) || e.shut(t) {
			continue
		}
		d := (e.raw[t] - f) / (e.weight(t) * e.growth(t, n))
		ss += d * d
		seen++
	}
	free := 0.0
	for i := range e.pool {
		if m := &e.pool[i]; m.weight > 0 {
			free += m.weight * m.free(e.season)
		}
	}
	return ss / max(1, float64(seen)-free, float64(seen)/3)
}

// stepTheory puts V/s² of every step into theory.
func (e *Engine) stepTheory(h int, moves func(*member) []float64) {
	v := 1.0
	for j := range h {
		if j > 0 {
			c := e.blendAt(moves, j-1)
			v += c * c
		}
		e.theory[j] = v
	}
}

// sumTheory puts V/s² of the sums of the first steps into theory.
func (e *Engine) sumTheory(c int, moves func(*member) []float64) {
	v, reach := 0.0, 1.0
	for j := range c {
		if j > 0 {
			reach += e.blendAt(moves, j-1)
		}
		v += reach * reach
		e.theory[j] = v
	}
}

// stepErrors puts the mean squared error seen at each step into seen.
func (e *Engine) stepErrors(h int) {
	e.seen, e.seenN = grow(e.seen, h), grow(e.seenN, h)
	clear(e.seen)
	clear(e.seenN)
	if e.past != nil {
		copy(e.seen, e.past.seen[0])
		copy(e.seenN, e.past.seenN[0])
		return
	}
	for o := e.from; e.steps > 0 && o < len(e.x); o++ {
		row := e.errs[(o-e.from)*e.steps:][:min(h, e.steps, len(e.x)-o)]
		unit := e.leak / e.growth(o, len(e.x))
		for j, v := range row {
			if math.IsNaN(v) || e.shut(o+j) {
				continue
			}
			v *= unit / e.weight(o+j)
			e.seen[j] += v * v
			e.seenN[j]++
		}
	}
	for j := range h {
		if e.seenN[j] > 0 {
			e.seen[j] /= float64(e.seenN[j])
		}
	}
}

// sumErrors puts the mean squared error seen of sums into seen, and their mean
// error into bias. A block with a missing value is left out.
func (e *Engine) sumErrors(c int, bias []float64) {
	e.seen, e.seenN = grow(e.seen, c), grow(e.seenN, c)
	clear(e.seen)
	clear(e.seenN)
	clear(bias)
	if e.past != nil {
		copy(e.seen, e.past.seen[1])
		copy(e.seenN, e.past.seenN[1])
		copy(bias, e.past.bias)
		return
	}
	for o := e.from; e.steps > 0 && o < len(e.x); o++ {
		row := e.errs[(o-e.from)*e.steps:][:min(c, e.steps, len(e.x)-o)]
		unit := e.leak / e.growth(o, len(e.x))
		sum := 0.0
		for j, v := range row {
			if sum += v * unit; math.IsNaN(sum) {
				break
			}
			e.seen[j] += sum * sum
			bias[j] += sum
			e.seenN[j]++
		}
	}
	for j := range c {
		if e.seenN[j] > 0 {
			e.seen[j] /= float64(e.seenN[j])
			bias[j] /= float64(e.seenN[j])
		}
	}
}

// blend puts the variance of every step into spread: see write.
func (e *Engine) blend(h int, inSample float64) {
	theory, seen := e.theory, e.seen
	last := 0 // steps seen
	for j := range h {
		if e.seenN[j] > 0 {
			last = j + 1
		}
	}
	// A step counts with its errors over the steps they share.
	count := func(j int) float64 { return float64(e.seenN[j]) / float64(j+1) }
	for len(e.logs) < h {
		e.logs = append(e.logs, math.Log(float64(len(e.logs)+1)))
	}
	growth := 0.0
	pooled := func() float64 {
		num, den := priorInSample*inSample/theory[0], float64(priorInSample)
		for j := range last {
			w := count(j)
			num += w * seen[j] / (theory[j] * math.Exp(growth*e.logs[j]))
			den += w
		}
		return num / den
	}
	s2 := pooled()
	if last > 1 && s2 > 0 {
		num, den := 0.0, float64(priorGrowth)
		for j := range last {
			if seen[j] > 0 {
				x := e.logs[j]
				num += count(j) * x * math.Log(seen[j]/(theory[j]*s2))
				den += count(j) * x * x
			}
		}
		growth = min(max(num/den, -maxGrowth), maxGrowth)
		s2 = pooled()
	}
	origins := float64(max(1, len(e.x)-e.from))
	if e.past != nil {
		origins = float64(max(1, e.past.origins))
	}
	widen := 1 + unseen/origins + unstable/(origins+unstable)
	if len(e.x) == 1 {
		widen = 1 // inSample is a stand-in, not a measurement
	}
	for j := range h {
		// Beyond the steps seen only theory goes on growing.
		v := s2 * theory[j] * math.Exp(growth*e.logs[min(j, max(0, last-1))])
		w := count(j)
		e.spread[j] = (w*seen[j] + priorCurve*v) / (w + priorCurve) * widen
	}
}

// collectStep puts what tells the shape of step j+1 into sorted: the errors seen
// at that step (past the last step with a good number of them, of that step), or
// all demand of a sporadic series. A method for sporadic demand forecasts a
// rate, which no period ever sells: errors about it would put the lower
// quantiles of an item that sells nothing in most periods above nothing.
func (e *Engine) collectStep(j int) {
	e.sorted = e.sorted[:0]
	if e.sporadic {
		e.sorted = append(e.sorted, e.x...)
		return
	}
	if e.steps == 0 {
		return
	}
	j = min(j, e.steps-1, max(0, (len(e.x)-e.from)/2))
	for o := e.from; o+j < len(e.x); o++ {
		if v := e.errs[(o-e.from)*e.steps+j]; !math.IsNaN(v) && !e.shut(o+j) {
			e.sorted = append(e.sorted, v/(e.weight(o+j)*e.growth(o, len(e.x))))
		}
	}
}

// collectSum puts what tells the shape of the sum of steps 1..j+1 into sorted:
// the errors seen of such sums, or the demand of all blocks of that length of a
// sporadic series.
func (e *Engine) collectSum(j int) {
	e.sorted = e.sorted[:0]
	if e.sporadic {
		sum := 0.0
		for t, v := range e.x {
			sum += v
			if t >= j {
				e.sorted = append(e.sorted, sum)
				sum -= e.x[t-j]
			}
		}
		return
	}
	if j >= e.steps {
		return
	}
	for o := e.from; o+j < len(e.x); o++ {
		sum := 0.0
		for _, v := range e.errs[(o-e.from)*e.steps:][:j+1] {
			sum += v
		}
		if !math.IsNaN(sum) {
			e.sorted = append(e.sorted, sum/e.growth(o, len(e.x)))
		}
	}
}

// unscale brings dst back to the caller's unit.
func (e *Engine) unscale(dst *Result) {
	if e.exp == 0 {
		return
	}
	for _, s := range [...][]float64{dst.Mean, dst.SD, dst.CumMean, dst.CumSD, dst.CumBias, dst.Quantile, dst.CumQuantile, dst.Residuals.Unit, dst.Residuals.CumUnit} {
		for i, v := range s {
			s[i] = e.finite(v)
		}
	}
}
