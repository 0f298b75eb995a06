package forecast

import (
	"fmt"
	"math"
	"slices"
)

// SporadicOptions say what to forecast of an intermittent, lumpy or erratic
// series. The zero value forecasts the mean of 12 steps by auto.
type SporadicOptions struct {
	// Method is one of [SporadicMethods]. Empty means auto.
	Method string
	// Horizon is the number of steps ahead. 0 means 12.
	Horizon int
	// Quantiles are the probabilities, each within (0, 1), to forecast.
	Quantiles []float64
	// CumulativeTo is the largest number of steps N for which the sum of the
	// first N steps is forecast. 0 means none.
	CumulativeTo int
	// Alpha fixes the smoothing parameter of croston, sba, sbj, tsb (both of
	// its parameters), ses, adida and imapa. 0 means 0.1 for the Croston
	// family and searched for elsewhere.
	Alpha float64
	// Pool is what a catalogue taught, see [Calibrator]. nil means nothing.
	Pool *Pool
}

// SporadicResult is the forecast of one series. Slices are reused.
type SporadicResult struct {
	Method string
	Class  DemandClass
	ADI    float64 // average interval between demands
	CV2    float64 // squared coefficient of variation of sizes
	Unit   float64 // demand is counted in

	// Mean and SD are indexed by step-1, CumMean and CumSD, of the sum of the
	// first steps, by steps-1. SD is about Mean. With auto the mean of the
	// distribution lies somewhat above Mean: it holds the chance that an item
	// which seems to die sells again, which a level must cover and a rate need
	// not.
	Mean, SD       []float64
	CumMean, CumSD []float64
	// Quantile and CumQuantile hold one row for each of Quantiles, as in
	// [Result].
	Quantile, CumQuantile []float64
	// Note says what was done differently from what was asked for.
	Note string
}

// StepQuantile returns the forecasts of Quantiles[i], one a step.
func (r *SporadicResult) StepQuantile(i int) []float64 {
	return r.Quantile[i*len(r.Mean) : (i+1)*len(r.Mean)]
}

// SumQuantile returns the forecasts of Quantiles[i] for the sums of the first
// 1..N steps.
func (r *SporadicResult) SumQuantile(i int) []float64 {
	return r.CumQuantile[i*len(r.CumMean) : (i+1)*len(r.CumMean)]
}

type sporadicMethod uint8

const (
	spCroston sporadicMethod = iota
	spSBA
	spSBJ
	spTSB
	spSES
	spADIDA
	spIMAPA
	spNegBin
	spNegBinDamped
	spZIP
	spZINB
	spHurdle
	spHurdleNB
	spWillemain
	spAuto
	sporadicMethods = int(spAuto)
)

var sporadicNames = [...]string{
	spCroston: "croston", spSBA: "sba", spSBJ: "sbj", spTSB: "tsb", spSES: "ses", spADIDA: "adida", spIMAPA: "imapa",
	spNegBin: "negbin", spNegBinDamped: "negbin-damped", spZIP: "zip", spZINB: "zinb", spHurdle: "hurdle",
	spHurdleNB: "hurdle-negbin", spWillemain: "willemain", spAuto: "auto",
}

// SporadicMethods returns the names that SporadicOptions.Method accepts, sorted.
func SporadicMethods() []string {
	names := slices.Clone(sporadicNames[:])
	slices.Sort(names)
	return names
}

// Sporadic forecasts demand that is zero in many periods, or varies so much that
// its distribution is far from normal: mean and full distribution of every step
// and of the demand summed over the first 1..N steps, exact (see the methods),
// without sampling. The zero value is ready. It serves one goroutine and, once
// warm, allocates nothing.
//
//	croston, sba, sbj  [Croston]; occurrence and size as a compound distribution
//	tsb                [TSB], parameters searched; likewise
//	ses, adida, imapa  [SES], [ADIDA], [IMAPA]; negative binomial around the rate
//	negbin(-damped)    [NegBin]
//	zip, zinb          [ZeroInflated]
//	hurdle(-negbin)    [Hurdle]
//	willemain          [Willemain]
//	auto               a mixture of the distributions of imapa, ses, hurdle and
//	                   willemain; its mean is an average of imapa, adida and
//	                   ses. This is what to call for the classes intermittent
//	                   and lumpy, and a candidate for erratic.
//
// Results count whole units of demand ([SporadicResult.Unit]): the quantile of
// probability p is the least number of units that covers demand with p.
type Sporadic struct {
	x       []float64 // in units
	scratch []float64
	laws    [sporadicMethods]law
	walk    [sporadicMethods]sums
	apart   [sporadicMethods]stepMoments
	chain   chain
	will    Willemain

	pmf, one, two []float64
	order         []int
	n, demands    float64
	mean, size    float64 // units
	sizeSq        float64
	rate          float64 // of auto, units; below 0 for the mean of the distribution
	pool          *Pool
	head          SporadicResult // of Paths and the Calibrator
	note          string
}

// Forecast is the forecast of y, oldest first, NaN where a period was not
// observed, into dst. Periods not observed are left out; returns (values below
// zero) count as no demand. It returns an error wrapping [ErrEmpty], [ErrValue]
// or [ErrOption]. y is not changed.
func (s *Sporadic) Forecast(y []float64, opt SporadicOptions, dst *SporadicResult) error {
	w, m, err := s.prepare(y, &opt, dst)
	if err != nil {
		return err
	}
	s.rate = -1
	if m == spAuto {
		s.rate = s.consensus(opt.Alpha)
	}
	dst.Method = sporadicNames[m]
	s.write(&w, &opt, dst)
	dst.Note = s.note
	return nil
}

// Rate is the mean demand per period that auto forecasts of y, without its
// distribution: the Mean of every step of [Sporadic.Forecast], at a fraction of the
// cost. pool may be nil.
func (s *Sporadic) Rate(y []float64, pool *Pool) (float64, error) {
	if err := s.load(y, &s.head); err != nil {
		return 0, err
	}
	s.pool = pool
	if s.demands == 0 {
		l := s.unsold(&s.head)
		return bounded(l.meanAt(1) * s.head.Unit), nil
	}
	return bounded(s.consensus(0) * s.head.Unit), nil
}

// prepare checks and fits: it returns the weights of the laws and the method.
func (s *Sporadic) prepare(y []float64, opt *SporadicOptions, dst *SporadicResult) (w [sporadicMethods]float64, m sporadicMethod, err error) {
	if m, err = acceptSporadic(opt); err != nil {
		return w, m, err
	}
	if err = s.load(y, dst); err != nil {
		return w, m, err
	}
	s.pool = opt.Pool
	if s.demands == 0 {
		w[spSES] = 1
		s.laws[spSES] = s.unsold(dst)
		return w, spSES, nil
	}
	if m == spAuto {
		w = autoShapes
	} else {
		w[m] = 1
	}
	for i := range w {
		if w[i] == 0 {
			continue
		}
		alpha := opt.Alpha
		if m == spAuto && alpha <= 0 && (sporadicMethod(i) == spIMAPA || sporadicMethod(i) == spSES) {
			alpha = autoAlpha
		}
		s.laws[i] = s.fit(sporadicMethod(i), alpha)
	}
	return w, m, nil
}

func acceptSporadic(opt *SporadicOptions) (sporadicMethod, error) {
	m := spAuto
	if opt.Method != "" {
		i := slices.Index(sporadicNames[:], opt.Method)
		if i < 0 {
			return 0, fmt.Errorf("forecast: method %q: %w: use one of %v", opt.Method, ErrOption, SporadicMethods())
		}
		m = sporadicMethod(i)
	}
	switch {
	case opt.Horizon < 0 || opt.Horizon > MaxHorizon:
		return 0, fmt.Errorf("forecast: horizon %d: %w: use 0 to %d", opt.Horizon, ErrOption, MaxHorizon)
	case opt.CumulativeTo < 0 || opt.CumulativeTo > MaxHorizon:
		return 0, fmt.Errorf("forecast: cumulative steps %d: %w: use 0 to %d", opt.CumulativeTo, ErrOption, MaxHorizon)
	case !(opt.Alpha >= 0 && opt.Alpha <= 1):
		return 0, fmt.Errorf("forecast: alpha %v: %w: use 0 to 1", opt.Alpha, ErrOption)
	}
	for _, p := range opt.Quantiles {
		if !(p > 0 && p < 1) {
			return 0, fmt.Errorf("forecast: quantile %v: %w: use probabilities above 0 and below 1", p, ErrOption)
		}
	}
	if opt.Horizon == 0 {
		opt.Horizon = defaultHorizon
	}
	return m, nil
}

// load checks y and counts it in units.
func (s *Sporadic) load(y []float64, dst *SporadicResult) error {
	s.note = ""
	if len(y) == 0 {
		return fmt.Errorf("forecast: %w", ErrEmpty)
	}
	s.x = grow(s.x, len(y))[:0]
	returns := false
	for _, v := range y {
		if math.IsInf(v, 0) {
			return fmt.Errorf("forecast: %w", ErrValue)
		}
		if math.IsNaN(v) {
			continue
		}
		if v < 0 {
			returns = true
			v = 0
		}
		s.x = append(s.x, v)
	}
	if len(s.x) == 0 {
		return fmt.Errorf("forecast: %w", ErrEmpty)
	}
	if len(s.x) < len(y) {
		s.say("missing periods were taken out")
	}
	if returns {
		s.say("returns count as no demand")
	}
	dst.Class, dst.ADI, dst.CV2 = Classify(s.x)
	dst.Unit = latticeUnit(s.x)
	for i, v := range s.x {
		s.x[i] = math.Round(v/dst.Unit*1024) / 1024
	}
	s.count()
	return nil
}

// count sums up the series in units.
func (s *Sporadic) count() {
	s.n, s.demands, s.mean, s.size, s.sizeSq = float64(len(s.x)), 0, 0, 0, 0
	for _, v := range s.x {
		if v > 0 {
			s.demands++
			s.size += v
			s.sizeSq += v * v
		}
	}
	s.mean = s.size / s.n
	if s.demands > 0 {
		s.size /= s.demands
		s.sizeSq /= s.demands
	}
}

func (s *Sporadic) say(note string) {
	if s.note == "" {
		s.note = note
	}
}

// fit estimates one method and returns the law of the future.
func (s *Sporadic) fit(m sporadicMethod, alpha float64) law {
	switch m {
	case spCroston, spSBA, spSBJ:
		c := Croston{Alpha: alpha, SBA: m == spSBA, SBJ: m == spSBJ}
		if c.Alpha <= 0 {
			c.Alpha = crostonAlpha
		}
		f := c.Fit(s.x)
		// The factor goes to the size: an item that sells in every period goes
		// on doing so.
		p := min(1/f.Interval, 1)
		return s.compound(p, f.Rate/p, c.Alpha*p)
	case spTSB:
		t := TSB{Alpha: alpha, Beta: alpha}.Search(s.x)
		f := t.Fit(s.x)
		if f.Interval == 0 {
			return law{keep: 1, vmr: 1}
		}
		return s.compound(min(1, 1/f.Interval), f.Size, t.Beta)
	case spSES, spADIDA, spIMAPA:
		lo, hi := alphaRange(alpha, alpha)
		k := 1
		if m != spSES {
			k = meanInterval(s.x)
		}
		s.scratch = grow(s.scratch, len(s.x))
		var rate, a float64
		if m == spIMAPA {
			rate, a = blockRates(s.x, k, lo, hi, s.scratch)
		} else {
			rate, a = blockRate(s.x, k, lo, hi, s.scratch)
		}
		return s.around(max(rate, 0), a)
	case spNegBin, spNegBinDamped:
		c := NegBin{Alpha: alpha, Damped: m == spNegBinDamped}.Fit(s.x)
		return law{long: c.Long, next: c.Next, alpha: c.Alpha, keep: min(1, c.Alpha+c.Phi), vmr: c.Ratio, loose: c.Ratio / (s.n * s.mean)}
	case spZIP, spZINB:
		c := ZeroInflated{NegBin: m == spZINB}.Fit(s.x)
		on := 1 - c.Zero
		n := s.memory(c.Alpha)
		return s.informed(law{kind: compoundLaw, a: on * n, b: max(c.Zero*n, 1e-9), size: c.Next / on, sizeVMR: c.Ratio})
	case spHurdle, spHurdleNB:
		o := Hurdle{NegBin: m == spHurdleNB}.Fit(s.x)
		n := s.memory(o.Beta)
		p := min(o.Probability, 1-1e-9)
		return s.informed(law{kind: compoundLaw, a: p * n, b: (1 - p) * n, size: max(1, o.Size), sizeVMR: o.Ratio, shift: 1})
	}
	s.will.Fit(s.x)
	return law{kind: chainLaw}
}

// memory is the number of periods that a smoothed probability knows: those of
// the average with the same variance, (2-beta)/beta, at most the series.
func (s *Sporadic) memory(beta float64) float64 {
	if beta <= 0 {
		return s.n + 1
	}
	return min(s.n+1, (2-beta)/beta)
}

// compound is the law of a smoothed probability p and size.
func (s *Sporadic) compound(p, size, beta float64) law {
	l := law{kind: compoundLaw, size: size, shift: 1}
	if size < 1 {
		// Less than a unit a demand: the occurrence takes the rest.
		p *= size
		l.size = 1
	}
	n := s.memory(beta)
	p = min(p, 1-1e-9)
	l.a, l.b = p*n, (1-p)*n
	// The ratio of variance to mean of what a demand has beyond one unit, with
	// that of the geometric distribution as if five demands had shown it.
	over := s.size - 1
	spread := max(0, s.sizeSq-s.size*s.size)
	l.sizeVMR = max(1, (s.demands*ratioOr(spread, over, 0)+5*(1+over))/(s.demands+4))
	return s.informed(l)
}

// sizeRatio is the ratio of variance to mean of a demand that has one of the
// sizes seen with a fixed probability in each period, E[s²]/E[s] - p*E[s].
func (s *Sporadic) sizeRatio() float64 { return max(1, s.sizeSq/s.size-s.mean) }

// around is the negative binomial law about a smoothed rate.
func (s *Sporadic) around(rate, alpha float64) law {
	// One-step errors of the smoothed rate over its mean; the ratio of demands
	// of the sizes seen, one with a fixed probability in each period, as if ten
	// periods had shown it.
	l, ss, sum := s.mean, 0.0, 0.0
	for _, v := range s.x {
		e := v - l
		ss += e * e
		sum += l
		l += alpha * e
	}
	prior := s.sizeRatio()
	if s.pool != nil {
		prior *= s.pool.Ratio
	}
	vmr := max(1, (s.n*ratioOr(ss, sum, prior)+10*prior)/(s.n+10))
	return law{long: rate, next: rate, alpha: alpha, keep: 1, vmr: vmr, loose: vmr / (s.n * s.mean)}
}

// write combines the laws with their weights and fills in dst.
func (s *Sporadic) write(w *[sporadicMethods]float64, opt *SporadicOptions, dst *SporadicResult) {
	h, c, q := opt.Horizon, opt.CumulativeTo, len(opt.Quantiles)
	dst.Mean, dst.SD = grow(dst.Mean, h), grow(dst.SD, h)
	dst.CumMean, dst.CumSD = grow(dst.CumMean, c), grow(dst.CumSD, c)
	dst.Quantile, dst.CumQuantile = grow(dst.Quantile, h*q), grow(dst.CumQuantile, c*q)
	s.order = probabilityOrder(s.order, opt.Quantiles)

	if w[spWillemain] > 0 {
		s.chain.start(&s.will)
	}
	s.walk, s.apart = [sporadicMethods]sums{}, [sporadicMethods]stepMoments{}
	for j := 1; j <= max(h, c); j++ {
		if w[spWillemain] > 0 {
			// A step apart needs the chance of a demand alone, no sum.
			s.chain.step(&s.will, j <= c && q > 0)
		}
		if j <= c {
			mean, variance, wide := s.mix(w, j, true)
			mean, variance = s.about(mean, variance, j)
			s.put(mean, variance, wide, opt, dst.Unit, &dst.CumMean[j-1], &dst.CumSD[j-1], dst.CumQuantile, j-1, c)
			// More periods never sell less; the gamma of wide sums must not
			// undo that where it takes over.
			for i := range q {
				if j > 1 {
					dst.CumQuantile[i*c+j-1] = max(dst.CumQuantile[i*c+j-1], dst.CumQuantile[i*c+j-2])
				}
			}
		}
		if j <= h {
			mean, variance, wide := s.mix(w, j, false)
			mean, variance = s.about(mean, variance, 1)
			s.put(mean, variance, wide, opt, dst.Unit, &dst.Mean[j-1], &dst.SD[j-1], dst.Quantile, j-1, h)
		}
	}
}

// mix writes the combined distribution of step j, or of the sum of steps 1..j,
// into pmf and returns its mean and variance. wide says that it is too wide to
// be written.
func (s *Sporadic) mix(w *[sporadicMethods]float64, j int, sum bool) (mean, variance float64, wide bool) {
	s.pmf = s.pmf[:0]
	square := 0.0
	for i := range w {
		if w[i] == 0 {
			continue
		}
		l := &s.laws[i]
		var m, v float64
		ok := true
		switch {
		case l.kind == compoundLaw:
			n := 1
			if sum {
				n = j
			}
			m, v = l.compoundMoments(n)
			s.one, s.two, ok = l.compound(n, s.one, s.two)
		case l.kind == chainLaw && sum:
			m, v = s.chain.moments()
			if ok = !s.chain.wide; ok {
				s.one = append(s.one[:0], s.chain.idle...)
				for k, p := range s.chain.busy {
					s.one[k] += p
				}
			}
		case l.kind == chainLaw:
			p := s.chain.p[1]
			m, v = p*s.will.Mean, p*s.will.Square-p*p*s.will.Mean*s.will.Mean
			s.one = s.one[:0]
			for _, q := range s.will.Size {
				s.one = append(s.one, p*q)
			}
			s.one[0] += 1 - p
		default:
			if sum {
				m, v = s.walk[i].step(l, j)
			} else {
				m, v = s.apart[i].step(l, j)
			}
			s.one, ok = negBinSum(s.one, m, v)
		}
		mean += w[i] * m
		square += w[i] * (v + m*m)
		if !ok {
			wide = true
		}
		if wide {
			continue
		}
		for len(s.pmf) < len(s.one) {
			s.pmf = append(s.pmf, 0)
		}
		for k, p := range s.one {
			s.pmf[k] += w[i] * p
		}
	}
	return mean, max(0, square-mean*mean), wide
}

// put writes one distribution into row j of a table of n columns.
func (s *Sporadic) put(mean, variance float64, wide bool, opt *SporadicOptions, unit float64, m, sd *float64, q []float64, j, n int) {
	*m, *sd = bounded(mean*unit), bounded(math.Sqrt(variance)*unit)
	below := 0.0
	sum, k := 0.0, 0
	mass := 0.0
	if !wide {
		for _, p := range s.pmf {
			mass += p
		}
	}
	for _, i := range s.order {
		var v float64
		if wide {
			v = max(0, parametric(mean, math.Sqrt(variance), opt.Quantiles[i], true))
		} else {
			want := opt.Quantiles[i]*mass - 1e-12
			for k < len(s.pmf)-1 && sum+s.pmf[k] < want {
				sum += s.pmf[k]
				k++
			}
			v = float64(k)
		}
		below = max(below, v)
		q[i*n+j] = bounded(below * unit)
	}
}

func bounded(v float64) float64 { return min(v, math.MaxFloat64) }

// probabilityOrder returns the indices of p by rising probability.
func probabilityOrder(dst []int, p []float64) []int {
	dst = grow(dst, len(p))
	for i := range dst {
		dst[i] = i
	}
	slices.SortStableFunc(dst, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	return dst
}
