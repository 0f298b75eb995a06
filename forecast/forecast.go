package forecast

import (
	"errors"
	"slices"
	"strings"
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
	// Method is one of [Methods] or, for one form of exponential smoothing, ets:
	// and its letters, such as ets:MAdM. Empty means auto.
	Method string
	// Seasons are further, longer seasons, in periods: 168 (a week of hours)
	// beside Season 24, 365 beside 7. They, and a Season over 24, are taken out
	// before and put back after by any method, see [Options.Season].
	Seasons []int
	// Members are the methods of the ensemble if Method is ensemble. Empty
	// means those of auto.
	Members []string
	// Combine says how members are weighted. The zero value is the mean.
	Combine Combine
	// Alpha fixes the smoothing parameter of ses, croston, sba and tsb (both
	// of its parameters), 0 < Alpha <= 1. 0 means searched for (ses) or 0.1.
	Alpha float64
	// Quantiles are the probabilities, each within (0, 1), to forecast.
	Quantiles []float64
	// CumulativeTo is the largest number of steps N for which the sum of the
	// first N steps is forecast. 0 means none.
	CumulativeTo int
	// Light leaves ARIMA, which takes most of the time, out of what auto combines:
	// for replays, which fit a series many times.
	Light bool
	// NonNegative cuts forecasts and quantiles at zero and gives them the
	// skewed shape of demand where the variation is large. Set it for demand.
	NonNegative bool
	// BacktestOrigins is the most origins of the backtest, up to 500. 0 means
	// one and a half times the steps forecast, 60 at most.
	BacktestOrigins int
	// Pool is what a catalogue taught about sporadic demand, see [Calibrator].
	Pool *Pool
	// Calibration is what many series taught about the errors of their
	// forecasts, see [ConformalPool]. nil means that each series has only its own
	// errors and what is built in.
	Calibration *Calibration
}

// Result is the forecast of one series. Slices are reused if the Result is
// passed to [Engine.Forecast] again.
type Result struct {
	Method string      // the method that made the forecast, ensemble if several; never auto
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

	// Response[j-1] is what an error of 1 in a step moves the forecast of the j-th
	// step after it by: how steps hang together, see [Result.Paths].
	Response []float64

	// Accuracy is that of the method in the backtest.
	Accuracy Accuracy

	// Candidates are the methods compared, in the order tried, with their
	// scores and what became of them.
	Candidates []Candidate

	// Residuals are what a [ConformalPool] learns from.
	Residuals Residuals

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
	Season Seasonality // taken out before; a method may model seasons of its own
	// Score is MASE for smooth and erratic demand and RMSSE + |mean
	// error|/scale for all other, over all origins and steps; NaN without a
	// backtest.
	Score float64
	// Weight in the forecast; weights sum to 1.
	Weight float64
	// Why says why the weight is what it is.
	Why string
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
	otm
	dstm
	dotm
	ces
	ets
	etsMean
	sporadicMix
	arima
	mstl
	ensemble
	auto
)

var methodNames = [...]string{
	naive: "naive", mean: "mean", drift: "drift", seasonalNaive: "snaive", ses: "ses",
	theta: "theta", holt: "holt", sba: "sba", croston: "croston", tsb: "tsb",
	otm: "otm", dstm: "dstm", dotm: "dotm", ces: "ces", ets: "ets", etsMean: "ets-average", sporadicMix: "sporadic", arima: "arima", mstl: "mstl", ensemble: "ensemble", auto: "auto",
}

func (m method) String() string { return methodNames[m] }

// adjusted says whether the method needs the seasons taken out.
func (m method) adjusted() bool {
	switch m {
	case ses, theta, holt, otm, dstm, dotm:
		return true
	}
	return false
}

// Methods returns the names that Options.Method accepts, sorted.
func Methods() []string {
	names := slices.Clone(methodNames[:])
	slices.Sort(names)
	return names
}

// KnownMethod says whether Options.Method accepts a name: one of [Methods], or
// empty.
//
// An exponential smoothing model of one form is named after it: ets:MAdM, see
// [ParseETSForm].
func KnownMethod(name string) bool {
	_, _, ok := methodOf(name)
	return ok
}

// formPrefix starts the name of an exponential smoothing model of one form.
const formPrefix = "ets:"

// methodOf finds a method by its name, and the form that the name asks for: the
// zero form for none.
func methodOf(name string) (method, ETSForm, bool) {
	if name == "" {
		return auto, ETSForm{}, true
	}
	if letters, ok := strings.CutPrefix(name, formPrefix); ok {
		form, err := ParseETSForm(letters)
		return ets, form, err == nil
	}
	for i, n := range methodNames {
		if n == name {
			return method(i), ETSForm{}, true
		}
	}
	return 0, ETSForm{}, false
}

// Forecast forecasts one series. It returns an error wrapping [ErrEmpty],
// [ErrValue] or [ErrOption] if no forecast can be made. y is not changed.
func Forecast(y []float64, opt Options) (Result, error) {
	var e Engine
	var r Result
	err := e.Forecast(y, opt, &r)
	return r, err
}
