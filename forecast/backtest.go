package forecast

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// BacktestOptions say how the past is replayed. The zero value compares auto
// with the seasonal naive forecast from the last origin that leaves a horizon.
type BacktestOptions struct {
	Options // of every forecast; Method is ignored

	// Methods are compared. Empty means auto and snaive.
	Methods []string
	// Origins is the number of forecasts made. 0 means 1.
	Origins int
	// Step is the number of periods between origins. 0 means the horizon, so
	// that no period is forecast twice.
	Step int
	// Refit fits the parameters at every origin. If not, they are those of the
	// first origin, and only states follow the series.
	Refit bool
	// Quantiles of Options, if any, give Pinball, CRPS, MSIS and Coverage;
	// Level is the central interval that the last two are of, and is added to
	// them. 0 means 0.95.
	Level float64
}

// Score is the accuracy of a method on one series, or the mean over series. A
// measure is NaN where it is not defined. See the functions of the same name.
type Score struct {
	Method   string
	Class    DemandClass // of the series before the first origin
	Series   int         // 1, or those averaged
	Origins  int
	Points   int // actual values compared
	SMAPE    float64
	MASE     float64
	RMSSE    float64
	WAPE     float64
	Bias     float64
	Pinball  float64 // mean over quantiles, scaled as MASE
	CRPS     float64 // scaled as MASE
	MSIS     float64
	Coverage float64 // of the interval of Level
	CumLoss  float64 // Pinball of the sum over the horizon, scaled as MASE over as many steps; NaN without CumulativeTo
	Tracking float64 // TrackingSignal
}

// Backtester replays the past of series. It holds scratch; the zero value is
// ready. One serves one goroutine.
type Backtester struct {
	engine Engine
	result Result
	actual []float64
	mean   []float64
	q      [][]float64
	sums   []float64
	sumQ   [][]float64
	probs  []float64
}

// Run forecasts y from origins of the past by every method and appends a Score of
// each to dst. Scales are those of the values before the first origin. y must be
// long enough for Origins, Step and Horizon and one value before them; shorter
// ones are an error that says so.
func (b *Backtester) Run(dst []Score, y []float64, opt BacktestOptions) ([]Score, error) {
	if len(opt.Methods) == 0 {
		opt.Methods = []string{auto.String(), seasonalNaive.String()}
	}
	if opt.Horizon == 0 {
		opt.Horizon = defaultHorizon
	}
	if opt.Step == 0 {
		opt.Step = opt.Horizon
	}
	opt.Origins = max(opt.Origins, 1)
	if opt.Level == 0 {
		opt.Level = 0.95
	}
	if opt.Step < 1 || !(opt.Level > 0 && opt.Level < 1) {
		return dst, fmt.Errorf("forecast: backtest step %d, level %v: %w: use a step of 1 or more and a level between 0 and 1", opt.Step, opt.Level, ErrOption)
	}
	first := len(y) - opt.Horizon - (opt.Origins-1)*opt.Step
	if first < 1 {
		return dst, fmt.Errorf("forecast: backtest of %d origins, %d steps apart, with horizon %d on %d values: %w: at least %d values are needed", opt.Origins, opt.Step, opt.Horizon, len(y), ErrOption, len(y)-first+1)
	}
	b.probs = append(append(b.probs[:0], opt.Quantiles...), (1-opt.Level)/2, (1+opt.Level)/2)
	slices.Sort(b.probs)
	b.probs = slices.Compact(b.probs)
	low := slices.Index(b.probs, (1-opt.Level)/2)
	high := slices.Index(b.probs, (1+opt.Level)/2)
	k := len(b.probs)
	for len(b.q) < k {
		b.q, b.sumQ = append(b.q, nil), append(b.sumQ, nil)
	}
	scaleM, scaleSq := ScaleMAE(y[:first], max(1, opt.Season)), ScaleMSE(y[:first])
	if math.IsNaN(scaleM) {
		scaleM = ScaleMAE(y[:first], 1)
	}
	class, _, _ := Classify(y[:first])
	for _, method := range opt.Methods {
		fo := opt.Options
		fo.Method, fo.Quantiles = method, b.probs
		b.actual, b.mean, b.sums = b.actual[:0], b.mean[:0], b.sums[:0]
		for i := range k {
			b.q[i], b.sumQ[i] = b.q[i][:0], b.sumQ[i][:0]
		}
		var state State
		for o := range opt.Origins {
			t := first + o*opt.Step
			var err error
			if o == 0 || opt.Refit {
				if err = b.engine.Forecast(y[:t], fo, &b.result); err == nil && !opt.Refit {
					b.engine.State(&state)
				}
			} else {
				err = b.engine.Update(y[:t], &state, fo, &b.result)
			}
			if err != nil {
				return dst, fmt.Errorf("forecast: backtest of %s at origin %d: %w", method, t, err)
			}
			b.actual = append(b.actual, y[t:t+opt.Horizon]...)
			b.mean = append(b.mean, b.result.Mean...)
			c := min(opt.CumulativeTo, opt.Horizon)
			sum := 0.0
			for _, v := range y[t : t+c] {
				sum += v
			}
			if c > 0 {
				b.sums = append(b.sums, sum)
			}
			for i := range k {
				b.q[i] = append(b.q[i], b.result.StepQuantile(i)...)
				if c > 0 {
					b.sumQ[i] = append(b.sumQ[i], b.result.SumQuantile(i)[c-1])
				}
			}
		}
		s := Score{Method: method, Class: class, Series: 1, Origins: opt.Origins}
		for _, v := range b.actual {
			if !math.IsNaN(v) {
				s.Points++
			}
		}
		s.SMAPE, s.WAPE, s.Bias = SMAPE(b.actual, b.mean), WAPE(b.actual, b.mean), Bias(b.actual, b.mean)
		s.MASE, s.RMSSE = MASE(b.actual, b.mean, scaleM), RMSSE(b.actual, b.mean, scaleSq)
		s.Tracking = TrackingSignal(b.actual, b.mean)
		loss, cum := 0.0, 0.0
		for i, p := range b.probs {
			loss += Pinball(b.actual, b.q[i], p) / float64(k)
			cum += Pinball(b.sums, b.sumQ[i], p) / float64(k)
		}
		s.Pinball, s.CRPS = ratio(loss, scaleM), ratio(CRPS(b.actual, b.q[:k], b.probs), scaleM)
		s.MSIS = MSIS(b.actual, b.q[low], b.q[high], 1-opt.Level, scaleM)
		s.Coverage = Coverage(b.actual, b.q[low], b.q[high])
		s.CumLoss = math.NaN()
		if c := min(opt.CumulativeTo, opt.Horizon); c > 0 {
			s.CumLoss = ratio(cum, scaleM*float64(c))
		}
		dst = append(dst, s)
	}
	return dst, nil
}

// Leaderboard averages scores by method, and by method and class: one row of
// all classes (Class NoDemand) for each method and one for each class that it
// was tried on, the smallest MASE first within a class. A measure that a series
// does not have is left out of its mean. The order of scores does not matter.
func Leaderboard(scores []Score) []Score {
	type key struct {
		method string
		class  DemandClass
	}
	groups := map[key][]Score{}
	for _, s := range scores {
		groups[key{s.Method, NoDemand}] = append(groups[key{s.Method, NoDemand}], s)
		if s.Class != NoDemand {
			groups[key{s.Method, s.Class}] = append(groups[key{s.Method, s.Class}], s)
		}
	}
	rows := make([]Score, 0, len(groups))
	for k, list := range groups {
		row := Score{Method: k.method, Class: k.class}
		for _, s := range list {
			row.Series += s.Series
			row.Origins = max(row.Origins, s.Origins)
			row.Points += s.Points
		}
		for _, f := range scoreFields {
			var v []float64
			for i := range list {
				if x := *f(&list[i]); !math.IsNaN(x) {
					v = append(v, x)
				}
			}
			// Sorted, so that the sum does not depend on the order of series.
			slices.Sort(v)
			sum := 0.0
			for _, x := range v {
				sum += x
			}
			*f(&row) = ratio(sum, float64(len(v)))
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b Score) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.MASE, b.MASE), cmp.Compare(a.Method, b.Method))
	})
	return rows
}

// scoreFields are the measures of a Score.
var scoreFields = []func(*Score) *float64{
	func(s *Score) *float64 { return &s.SMAPE }, func(s *Score) *float64 { return &s.MASE },
	func(s *Score) *float64 { return &s.RMSSE }, func(s *Score) *float64 { return &s.WAPE },
	func(s *Score) *float64 { return &s.Bias }, func(s *Score) *float64 { return &s.Pinball },
	func(s *Score) *float64 { return &s.CRPS }, func(s *Score) *float64 { return &s.MSIS },
	func(s *Score) *float64 { return &s.Coverage }, func(s *Score) *float64 { return &s.CumLoss },
	func(s *Score) *float64 { return &s.Tracking },
}
