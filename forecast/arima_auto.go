package forecast

import "math"

// What the automatic choice does where its options are zero.
const (
	autoOrder       = 5
	autoSeasonal    = 2
	autoModels      = 94
	autoEvals       = 20000
	largestOrder    = 20
	largestSeasonal = 4
	exactValues     = 500 // longer series are compared by conditional least squares
	exactSeason     = 12  // and longer seasons

	// longestARIMASeason is the longest season of the automatic choice: states
	// of several seasons cost too much beyond, and MSTL serves better.
	longestARIMASeason = 60

	// strongSeason is the strength above which a series is differenced at its
	// season: Wang, Smith and Hyndman's rule, set on the M3 series.
	strongSeason = 0.64

	severalStarts = 20_000 // values times length of the state

	// leastRoot is the smallest root of a polynomial that is accepted.
	leastRoot = 1.01
)

// arimaCandidate is a model tried.
type arimaCandidate struct {
	order    ARIMAOrder
	constant bool
	aicc     float64
	x        [2*largestOrder + 2*largestSeasonal]float64
}

// Auto chooses order and constant by the stepwise search of Hyndman and
// Khandakar (2008), Automatic time series forecasting, Journal of Statistical
// Software 27, and fits the model into dst: seasonal differences by the
// strength of the season, first differences by KPSS tests, the rest by AICc among
// neighbours of the best so far. Models with a root within 1.01 of the unit
// circle do not count. m is the season, 0 or 1 for none.
//
// The search is bounded by counts of models and of likelihoods, never by a
// clock. Whatever the series, it ends in a model, white noise about a mean if
// nothing else; the error is about the values or the options.
func (f *ARIMAFitter) Auto(y []float64, m int, opt ARIMAOptions, dst *ARIMA) error {
	if err := (ARIMAOrder{Season: m}).check(); err != nil {
		return err
	}
	if err := f.load(y, opt.X); err != nil {
		return err
	}
	f.byLeast = false
	f.evals = 0
	f.results = f.results[:0]
	n := len(f.y)
	if m < 2 || m > longestARIMASeason || n < 2*m+2 {
		m = 0
	}
	base := f.differences(m, min(orDefault(opt.MaxDifferences, 2), 2))
	maxP := min(orDefault(opt.MaxOrder, autoOrder), largestOrder, n/3)
	maxS := 0
	if m > 0 {
		maxS = min(orDefault(opt.MaxSeasonal, autoSeasonal), largestSeasonal, n/3/m)
	}
	s := stepwise{
		f: f, base: base, maxP: maxP, maxS: maxS,
		models: orDefault(opt.Models, autoModels), evals: orDefault(opt.Evaluations, autoEvals),
		byLeast: !opt.Exact && (n > exactValues || m > exactSeason),
	}
	f.estimate(searchGaps)
	s.search()
	f.estimate(maxGaps)
	return f.settle(dst, base)
}

func orDefault(v, d int) int {
	if v <= 0 {
		return d
	}
	return v
}

// differences returns the order of differencing, all other orders zero.
func (f *ARIMAFitter) differences(m, most int) ARIMAOrder {
	o := ARIMAOrder{Season: m}
	n := len(f.y)
	f.adjusted, f.scratch = grow(f.adjusted, n), grow(f.scratch, n)
	x := f.adjusted
	copy(x, f.y)
	if len(f.x) > 0 && f.prepare(ARIMAOrder{}, true) == nil {
		copy(x, f.cols[:n]) // what the regression leaves
	}
	if m > 0 {
		if err := (STL{Period: m}).Decompose(x, &f.parts); err == nil && f.parts.Strength(0) > strongSeason {
			d := x[:n-m]
			for t := range d {
				f.scratch[t] = x[t+m] - x[t]
			}
			if len(d) > 2 && !constantSeries(f.scratch[:n-m]) {
				o.SD = 1
				copy(d, f.scratch[:n-m])
				x = d
			}
		}
	}
	o.D = Differences(x, most, f.scratch)
	return o
}

// stepwise is one run of the search.
type stepwise struct {
	f              *ARIMAFitter
	base           ARIMAOrder
	maxP, maxS     int
	models, evals  int
	byLeast        bool
	best           int // of f.results, -1 before the first
	allowsConstant bool
}

func (s *stepwise) search() {
	s.best = -1
	s.allowsConstant = s.base.D+s.base.SD < 2
	c := s.allowsConstant
	s.f.byLeast = s.byLeast
	s.try(2, 2, 1, 1, c)
	s.try(0, 0, 0, 0, c)
	s.try(1, 0, 1, 0, c)
	s.try(0, 1, 0, 1, c)
	if c {
		s.try(0, 0, 0, 0, false)
	}
	// Neighbours in the order of the paper's authors: seasonal orders first, one
	// at a time, then pairs; the constant last. A success starts over.
	moves := [...][4]int{
		{0, 0, -1, 0}, {0, 0, 0, -1}, {0, 0, 1, 0}, {0, 0, 0, 1},
		{0, 0, -1, -1}, {0, 0, -1, 1}, {0, 0, 1, -1}, {0, 0, 1, 1},
		{-1, 0, 0, 0}, {0, -1, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0},
		{-1, -1, 0, 0}, {-1, 1, 0, 0}, {1, -1, 0, 0}, {1, 1, 0, 0},
	}
	for again := s.best >= 0; again; {
		again = false
		b := s.f.results[s.best]
		o := b.order
		for _, d := range moves {
			if s.try(o.P+d[0], o.Q+d[1], o.SP+d[2], o.SQ+d[3], b.constant) {
				again = true
				break
			}
		}
		if !again && s.allowsConstant {
			again = s.try(o.P, o.Q, o.SP, o.SQ, !b.constant)
		}
	}
	s.f.byLeast = false
}

// try fits one model and says whether it is the best so far.
func (s *stepwise) try(p, q, sp, sq int, constant bool) bool {
	f := s.f
	if s.best < 0 {
		// The first models are cut down to what the series allows.
		p, q, sp, sq = min(p, s.maxP), min(q, s.maxP), min(sp, s.maxS), min(sq, s.maxS)
	}
	if min(p, q, sp, sq) < 0 || max(p, q) > s.maxP || max(sp, sq) > s.maxS {
		return false
	}
	o := s.base
	o.P, o.Q, o.SP, o.SQ = p, q, sp, sq
	for i := range f.results {
		if r := &f.results[i]; r.order == o && r.constant == constant {
			return false
		}
	}
	if len(f.results) >= s.models || f.evals >= s.evals {
		return false
	}
	f.results = append(f.results, arimaCandidate{order: o, constant: constant, aicc: math.Inf(1)})
	this := &f.results[len(f.results)-1]
	if f.prepare(o, constant) != nil || f.used() < o.parameters()+f.k+2 {
		return false
	}
	var warm []float64
	if s.best >= 0 {
		warm = f.from(&f.results[s.best], o)
	}
	v := f.fit(warm, 1e-2, min(candidateEvals, s.evals-f.evals), false)
	if math.IsInf(v, 0) {
		return false
	}
	copy(this.x[:], f.best)
	f.decode(f.best)
	if !f.rooted() {
		return false
	}
	this.aicc = f.aicc(f.logLik(v))
	if math.IsInf(this.aicc, 0) || s.best >= 0 && !(this.aicc < f.results[s.best].aicc) {
		return false
	}
	s.best = len(f.results) - 1
	return true
}

// from makes a start for order o of the parameters of another model: shared
// coefficients as they are, new ones zero.
func (f *ARIMAFitter) from(c *arimaCandidate, o ARIMAOrder) []float64 {
	f.params = f.params[:0]
	x := c.x[:]
	block := func(have, want int) {
		for i := range want {
			v := 0.0
			if i < have {
				v = x[i]
			}
			f.params = append(f.params, v)
		}
		x = x[have:]
	}
	block(c.order.P, o.P)
	block(c.order.Q, o.Q)
	block(c.order.SP, o.SP)
	block(c.order.SQ, o.SQ)
	return f.params
}

// rooted says whether all roots of the polynomials in place are at least
// leastRoot. Those in the m-th power of B are the m-th roots of theirs.
func (f *ARIMAFitter) rooted() bool {
	f.roots = grow(f.roots, largestOrder+largestSeasonal+len(f.ar)+len(f.ma))
	negative := func(c []float64) []float64 {
		s := f.roots[:len(c)]
		for i, v := range c {
			s[i] = -v
		}
		return s
	}
	seasonal := math.Pow(leastRoot, float64(f.order.Season))
	ok := rootsBeyond(f.ar, f.roots, leastRoot) && rootsBeyond(f.sar, f.roots, seasonal)
	if !ok {
		return false
	}
	s := negative(f.ma)
	if !rootsBeyond(s, s, leastRoot) {
		return false
	}
	s = negative(f.sma)
	return rootsBeyond(s, s, seasonal)
}

// settle fits the best candidate exactly, or the next where its roots then come
// too near to the unit circle, and writes it into dst.
func (f *ARIMAFitter) settle(dst *ARIMA, base ARIMAOrder) error {
	for {
		best := -1
		for i := range f.results {
			if c := f.results[i].aicc; !math.IsInf(c, 1) && (best < 0 || c < f.results[best].aicc) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		c := &f.results[best]
		c.aicc = math.Inf(1)
		if f.prepare(c.order, c.constant) != nil {
			continue
		}
		k := c.order.parameters()
		f.params = append(f.params[:0], c.x[:k]...)
		// Further starts are worth their cost where an evaluation is cheap.
		state := max(c.order.P+c.order.Season*c.order.SP, c.order.Q+c.order.Season*c.order.SQ+1)
		v := f.fit(f.params, 1e-6, fitEvals, f.n*state <= severalStarts)
		f.decode(f.best)
		if !math.IsInf(v, 0) && f.rooted() {
			return f.finish(dst)
		}
	}
	// Nothing else: differences of so few values, or of a straight line.
	for _, o := range [...]ARIMAOrder{base, {Season: base.Season}} {
		for _, constant := range [...]bool{true, false} {
			if f.prepare(o, constant) == nil && f.used() > 0 {
				f.best = f.best[:0]
				return f.write(dst)
			}
		}
	}
	return f.write(dst)
}

// AutoARIMA is [ARIMAFitter.Auto] with scratch of its own.
func AutoARIMA(y []float64, m int, opt ARIMAOptions) (ARIMA, error) {
	var f ARIMAFitter
	var a ARIMA
	err := f.Auto(y, m, opt, &a)
	return a, err
}
