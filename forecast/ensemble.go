package forecast

import (
	"math"
	"slices"
)

// Combine is the way in which an ensemble weighs its members.
type Combine uint8

const (
	// MeanCombination gives all members that are not clearly bad the same
	// weight: the combination that is hardest to beat, Clemen (1989), Combining
	// forecasts, International Journal of Forecasting 5. auto weighs them by
	// the inverse of their squared mean absolute error in the backtest.
	MeanCombination Combine = iota
	// MedianCombination takes the median of the members at every step.
	MedianCombination
	// InverseError weighs by the inverse of the mean squared error in the
	// backtest, Bates and Granger (1969), The combination of forecasts.
	InverseError
	// Learned weighs so that the backtest would have erred least, shrunk to
	// equal weights: non-negative, sum 1, Granger and Ramanathan (1984).
	Learned
)

// dropFactor is how much worse than the best a member of a mean may be in the
// backtest before it is left out.
const dropFactor = 2

// memberCount is the number of members that a method counts for in auto: 2 for the
// average of the exponential smoothing models, which stands for all their forms,
// for dynamic optimised theta, the best single method on most data, and for MSTL,
// the only one whose seasons move.
func memberCount(m method) float64 {
	switch m {
	case etsMean, dotm, mstl:
		return 2
	}
	return 1
}

// combine sets the weights of an ensemble from the scores of a backtest, NaN
// where a member has none.
func (e *Engine) combine(score []float64) {
	least := math.Inf(1)
	for i := range score {
		if score[i] < least {
			least = score[i]
		}
	}
	good := 0
	for i := range e.pool {
		m := &e.pool[i]
		switch {
		case m.failed:
			m.weight, m.why = 0, "no finite forecast"
		case score[i] > dropFactor*least && e.opt.Combine != Learned:
			m.weight, m.why = 0, "more than twice the error of the best"
		default:
			m.weight, m.why = 1, "inverse of the squared mean absolute error"
			if s := score[i]; s > 0 {
				r := max(least, 1e-300) / max(s, 1e-300)
				m.weight = r * r
			}
			m.weight *= memberCount(m.method)
			if e.opt.Combine == MedianCombination || e.method != auto {
				m.weight, m.why = 1, "equal weights"
			}
			good++
		}
	}
	if good == 0 {
		e.equal("equal: no usable backtest")
		return
	}
	switch e.opt.Combine {
	case MedianCombination:
		for i := range e.pool {
			if e.pool[i].weight > 0 {
				e.pool[i].why = "median of the members"
			}
		}
	case InverseError:
		for i := range e.pool {
			if m := &e.pool[i]; m.weight > 0 && m.tally.n > 0 {
				m.weight = 1 / max(m.tally.sq/float64(m.tally.n), 1e-300)
				m.why = "inverse of the mean squared error"
			}
		}
	case Learned:
		e.learn()
	}
	sum := 0.0
	for i := range e.pool {
		sum += e.pool[i].weight
	}
	for i := range e.pool {
		e.pool[i].weight /= sum
	}
}

// learn finds the weights w >= 0, sum 1, that minimise
//
//	w'Aw + lambda * |w - 1/k|²
//
// where A holds the mean products of the members' errors in the backtest and
// lambda is the mean of its diagonal over the square root of the origins: few
// origins leave the weights nearly equal. Projected by pairwise exchange, which
// for a convex form over the simplex ends at its minimum.
func (e *Engine) learn() {
	k, n := len(e.pool), len(e.x)
	e.pairs = grow(e.pairs, k*k)
	a := e.pairs
	clear(a)
	for i := range k {
		for j := range k {
			if e.pool[i].failed || e.pool[j].failed {
				continue
			}
			for o := e.from; o < n; o++ {
				p, q := e.pool[i].rows[(o-e.from)*e.steps:], e.pool[j].rows[(o-e.from)*e.steps:]
				for s, v := range e.raw[o:min(n, o+e.steps)] {
					if !math.IsNaN(v) {
						a[i*k+j] += (v - p[s]) * (v - q[s])
					}
				}
			}
		}
	}
	trace, usable := 0.0, 0
	for i := range k {
		trace += a[i*k+i]
		if e.pool[i].weight > 0 {
			usable++
		}
	}
	lambda := trace / float64(k) / math.Sqrt(float64(n-e.from))
	for i := range k {
		a[i*k+i] += lambda
		if e.pool[i].weight > 0 {
			e.pool[i].weight = 1 / float64(usable)
			e.pool[i].why = "least squared error of the backtest, shrunk to equal weights"
		}
	}
	for range 100 {
		moved := 0.0
		for i := range k {
			for j := range i {
				p, q := &e.pool[i], &e.pool[j]
				if p.failed || q.failed {
					continue
				}
				// Along w + t*(e[i]-e[j]) the form is a parabola in t.
				slope := 0.0
				for l := range k {
					slope += (a[i*k+l] - a[j*k+l]) * e.pool[l].weight
				}
				curve := a[i*k+i] - 2*a[i*k+j] + a[j*k+j]
				if !(curve > 0) {
					continue
				}
				t := min(max(-slope/curve, -p.weight), q.weight)
				p.weight += t
				q.weight -= t
				moved = max(moved, math.Abs(t))
			}
		}
		if moved < 1e-9 {
			break
		}
	}
}

// blendAt is the combination of value i of the members' slices.
func (e *Engine) blendAt(of func(*member) []float64, i int) float64 {
	if e.opt.Combine == MedianCombination {
		e.sorted = e.sorted[:0]
		for k := range e.pool {
			if m := &e.pool[k]; m.weight > 0 {
				if v := of(m)[i]; !math.IsNaN(v) {
					e.sorted = append(e.sorted, v)
				}
			}
		}
		slices.Sort(e.sorted)
		switch n := len(e.sorted); {
		case n == 0:
			return math.NaN()
		case n%2 == 1:
			return e.sorted[n/2]
		default:
			return (e.sorted[n/2-1] + e.sorted[n/2]) / 2
		}
	}
	sum, w := 0.0, 0.0
	for k := range e.pool {
		if m := &e.pool[k]; m.weight > 0 {
			if v := of(m)[i]; !math.IsNaN(v) {
				sum += m.weight * v
				w += m.weight
			}
		}
	}
	if w == 0 {
		return math.NaN()
	}
	return sum / w
}

// alone says whether one member makes the forecast.
func (e *Engine) alone() bool {
	n := 0
	for i := range e.pool {
		if e.pool[i].weight > 0 {
			n++
		}
	}
	return n == 1
}

// combineErrors puts the errors of the combination over the backtest into errs.
func (e *Engine) combineErrors() {
	n := len(e.x)
	e.errs = grow(e.errs, (n-e.from)*e.steps)
	e.tally = tally{}
	rows := func(m *member) []float64 { return m.rows }
	for o := e.from; o < n; o++ {
		for j := range e.steps {
			i := (o-e.from)*e.steps + j
			e.errs[i] = math.NaN()
			if o+j < n && !math.IsNaN(e.raw[o+j]) {
				f := e.blendAt(rows, i)
				e.errs[i] = e.raw[o+j] - f
				e.tally.add(e.raw[o+j], f)
			}
		}
	}
}

// combineFinal puts the forecast of the combination into final. A member that
// has no finite forecast on the whole series, or one far outside of what series
// and other members say, is left out.
func (e *Engine) combineFinal() {
	ahead := max(e.opt.Horizon, e.opt.CumulativeTo)
	e.final = grow(e.final, ahead)
	e.dropWild()
	last := func(m *member) []float64 { return m.last }
	for j := range e.final {
		e.final[j] = e.blendAt(last, j)
	}
}

// dropWild takes out members whose forecast left the range of the series by more
// than the range itself and disagrees with the others by as much, and all that
// are not finite. If none is left, the last value is the forecast.
func (e *Engine) dropWild() {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range e.x {
		lo, hi = min(lo, v), max(hi, v)
	}
	span := hi - lo
	left := 0
	for i := range e.pool {
		if m := &e.pool[i]; m.weight > 0 {
			if m.failed {
				m.weight, m.why = 0, "no finite forecast"
			} else {
				left++
			}
		}
	}
	for i := range e.pool {
		m := &e.pool[i]
		if m.weight == 0 || left < 2 {
			continue
		}
		for j, f := range m.last {
			if f <= hi+span && f >= lo-span {
				continue
			}
			others, n := 0.0, 0.0
			for k := range e.pool {
				if o := &e.pool[k]; k != i && o.weight > 0 {
					others += o.last[j]
					n++
				}
			}
			if math.Abs(f-others/n) > span {
				m.weight, m.why = 0, "far outside of what series and other members say"
				left--
				break
			}
		}
	}
	sum := 0.0
	for i := range e.pool {
		sum += e.pool[i].weight
	}
	if sum > 0 {
		for i := range e.pool {
			e.pool[i].weight /= sum
		}
		return
	}
	m := &e.pool[0]
	*m = member{method: naive, weight: 1, why: "no member has a finite forecast", rows: m.rows, ones: m.ones, moves: m.moves, last: m.last, past: m.past, moved: m.moved, tmp: m.tmp}
	e.say("no finite forecast: the last value in its place")
	e.refit(m)
}
