package plan

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"planwright"
	"planwright/forecast"
)

// Options say how to plan. The zero value plans 26 weeks from the snapshot's
// as-of day with the best forecasting method of each sku, on one worker.
type Options struct {
	AsOf    planwright.Day    // 0: the snapshot's
	Horizon int               // periods; 0: 26 weeks, 90 days or 12 months
	Period  planwright.Period // of the forecast
	Method  string            // of the forecast; "" or auto: chosen per sku

	// Outliers says what becomes of values of the history that neither season
	// nor causes explain: mark (the default) lists them in the plan and keeps
	// them, adjust pulls them in as well, off does not look for them.
	Outliers string
	// Reconcile brings the forecasts of sku's, categories, sites and the company
	// together: mint does, none (the default) leaves the sku's alone.
	Reconcile string
	// Base is an earlier plan whose fitted models follow the demand since, and
	// are fitted anew only where it has left them. nil: all are fitted.
	Base *planwright.Carried

	// A goal for the stock of the whole company, at most one of the three; it takes
	// the place of that of the settings. MultiEchelon places safety stocks in the
	// supply network; StockBudget is the money in stock for the highest fill rate,
	// FillRate the share of demand, by value, for the least stock. 0: none.
	MultiEchelon          bool
	StockBudget, FillRate float64

	// Decisions are those that stand, newest last about a suggestion: an approved
	// order is firm, a changed one is firm with its new quantity and date, the
	// others leave the worklist. One whose basis no suggestion has any more does
	// nothing.
	Decisions []planwright.Decision

	// Overrides are the judgements on forecasts that stand, in the order made.
	Overrides []planwright.ForecastOverride

	// Pins hold what sku's share as another plan has it; nil: nothing. See Ground.
	Pins *Pins

	// Workers is the number of goroutines; 0 means 1. The plan does not
	// depend on it.
	Workers int
	// light forecasts without what takes most of the time: of a replay.
	light bool
	// Progress, if given, is called from several goroutines as a stage
	// advances. total is 0 while it is not known.
	Progress func(stage Stage, done, total int)
}

// Values of Options.Outliers and Options.Reconcile.
const (
	OutlierMark   = "mark"
	OutlierAdjust = "adjust"
	OutlierOff    = "off"

	ReconcileNone = "none"
	ReconcileMinT = "mint"
)

// Stage is a part of a run.
type Stage string

// The stages in their order.
const (
	StageForecast  Stage = "forecast"
	StageSegment   Stage = "segment"
	StageMRP       Stage = "mrp"
	StageCapacity  Stage = "capacity"
	StageSuggest   Stage = "suggest"
	StageAnalytics Stage = "analytics"
)

// Stages lists the stages in their order.
var Stages = []Stage{StageForecast, StageSegment, StageMRP, StageCapacity, StageSuggest, StageAnalytics}

// maxHorizon bounds the horizon in periods: ten years of days.
const maxHorizon = 3660

// Validate fills in defaults and returns an error that names the option that
// is out of range.
func (o Options) Validate() (Options, error) {
	if o.Period > planwright.ByMonth {
		return o, &planwright.Error{Code: planwright.CodeUsage, Op: "plan", Subject: "period", What: fmt.Sprint(uint8(o.Period)), Fix: "use day, week or month", Args: []string{"detail", "--period"}}
	}
	if o.Horizon == 0 {
		o.Horizon = map[planwright.Period]int{planwright.ByWeek: 26, planwright.ByDay: 90, planwright.ByMonth: 12}[o.Period]
	}
	if o.Horizon < 1 || o.Horizon > maxHorizon {
		return o, &planwright.Error{Code: planwright.CodeUsage, Op: "plan", Subject: "horizon", What: fmt.Sprintf("%d periods", o.Horizon), Fix: fmt.Sprintf("use 1 to %d", maxHorizon), Args: []string{"detail", fmt.Sprintf("--horizon %d", o.Horizon)}}
	}
	if o.Method == "" {
		o.Method = "auto"
	}
	if !forecast.KnownMethod(o.Method) {
		return o, &planwright.Error{Code: planwright.CodeUsage, Op: "plan", Subject: "method", What: o.Method, Fix: fmt.Sprintf("use one of %v", forecast.Methods()), Args: []string{"detail", "--method " + o.Method + ": use one of " + strings.Join(forecast.Methods(), ", ")}}
	}
	if o.Outliers == "" {
		o.Outliers = OutlierMark
	}
	if o.Outliers != OutlierMark && o.Outliers != OutlierAdjust && o.Outliers != OutlierOff {
		return o, &planwright.Error{Code: planwright.CodeUsage, Op: "plan", Subject: "outliers", What: o.Outliers, Fix: "use mark, adjust or off", Args: []string{"detail", "--outliers " + o.Outliers + ": use mark, adjust or off"}}
	}
	if o.Reconcile == "" {
		o.Reconcile = ReconcileNone
	}
	if o.Reconcile != ReconcileNone && o.Reconcile != ReconcileMinT {
		return o, &planwright.Error{Code: planwright.CodeUsage, Op: "plan", Subject: "reconcile", What: o.Reconcile, Fix: "use none or mint", Args: []string{"detail", "--reconcile " + o.Reconcile + ": use none or mint"}}
	}
	if o.AsOf != 0 && (o.AsOf < planwright.MinDay || o.AsOf > planwright.MaxDay-36600) {
		return o, &planwright.Error{Code: planwright.CodeUsage, Op: "plan", Subject: "as-of", What: o.AsOf.String(), Fix: "use a day before 2099", Args: []string{"detail", "--as-of"}}
	}
	goals := 0
	for _, given := range []bool{o.MultiEchelon, o.StockBudget != 0, o.FillRate != 0} {
		if given {
			goals++
		}
	}
	switch {
	case goals > 1:
		return o, &planwright.Error{Code: planwright.CodeUsage, Op: "plan", Subject: "multi_echelon", What: "more than one", Fix: "give one of multi-echelon, stock budget and fill rate", Args: []string{"detail", "--multi-echelon, --stock-budget, --fill-rate"}}
	case !(o.StockBudget >= 0) || math.IsInf(o.StockBudget, 0):
		return o, &planwright.Error{Code: planwright.CodeUsage, Op: "plan", Subject: "stock_budget", What: fmt.Sprint(o.StockBudget), Fix: "give money, not negative", Args: []string{"detail", fmt.Sprintf("--stock-budget %v", o.StockBudget)}}
	case !(o.FillRate >= 0 && o.FillRate < 1):
		return o, &planwright.Error{Code: planwright.CodeUsage, Op: "plan", Subject: "fill_rate", What: fmt.Sprint(o.FillRate), Fix: "give a fraction below 1, such as 0.97", Args: []string{"detail", fmt.Sprintf("--fill-rate %v", o.FillRate)}}
	}
	if o.Workers < 1 {
		o.Workers = 1
	}
	return o, nil
}

// canonical is the JSON of the options that can change the result; it is part
// of the plan's identity.
func (o Options) canonical() string {
	b, err := json.Marshal(struct {
		AsOf      string `json:"as_of"`
		Horizon   int    `json:"horizon"`
		Method    string `json:"method"`
		Period    string `json:"period"`
		Outliers  string `json:"outliers"`
		Reconcile string `json:"reconcile"`

		MultiEchelon bool    `json:"multi_echelon,omitempty"`
		StockBudget  float64 `json:"stock_budget,omitempty"`
		FillRate     float64 `json:"fill_rate,omitempty"`
	}{o.AsOf.String(), o.Horizon, o.Method, o.Period.String(), o.Outliers, o.Reconcile, o.MultiEchelon, o.StockBudget, o.FillRate})
	if err != nil {
		panic("plan: options do not marshal")
	}
	return string(b)
}

// Canonical is the JSON of the options, defaults filled in, that can change a
// result; it is part of a plan's identity.
func (o Options) Canonical() (string, error) {
	o, err := o.Validate()
	if err != nil {
		return "", err
	}
	return o.canonical(), nil
}

// ParseOptions reads what Canonical wrote, as a plan records it.
func ParseOptions(s string) (Options, error) {
	var c struct {
		AsOf         string  `json:"as_of"`
		Horizon      int     `json:"horizon"`
		Method       string  `json:"method"`
		Period       string  `json:"period"`
		Outliers     string  `json:"outliers"`
		Reconcile    string  `json:"reconcile"`
		MultiEchelon bool    `json:"multi_echelon"`
		StockBudget  float64 `json:"stock_budget"`
		FillRate     float64 `json:"fill_rate"`
	}
	bad := func(err error) error {
		return &planwright.Error{Code: planwright.CodeFileFormat, Op: "plan", Subject: "options", What: s, Args: []string{"detail", "options " + s}, Err: err}
	}
	if err := json.Unmarshal([]byte(s), &c); err != nil {
		return Options{}, bad(err)
	}
	period, ok := planwright.ParsePeriod(c.Period)
	asOf, err := planwright.ParseDay(c.AsOf)
	if !ok || err != nil {
		return Options{}, bad(err)
	}
	return Options{AsOf: asOf, Horizon: c.Horizon, Method: c.Method, Period: period, Outliers: c.Outliers, Reconcile: c.Reconcile,
		MultiEchelon: c.MultiEchelon, StockBudget: c.StockBudget, FillRate: c.FillRate}.Validate()
}

// continues says whether a plan of other options has models that this run can
// go on from: all but the day must be the same.
func (o Options) continues(of string) bool {
	var was map[string]any
	if json.Unmarshal([]byte(of), &was) != nil {
		return false
	}
	return was["horizon"] == float64(o.Horizon) && was["method"] == o.Method && was["period"] == o.Period.String() && was["outliers"] == o.Outliers
}
