package api

import (
	"context"
	"errors"
	"math"
	"runtime"

	"golang.org/x/sync/errgroup"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/forecast"
)

// forecastService implements planwright.v1.ForecastService.
type forecastService struct {
	planwrightv1.UnimplementedForecastServiceServer
	s *Server
}

var forecasts = tableList[*planwrightv1.Forecast]{
	method: "forecasts", table: "forecast",
	columns: columns{{name: "item_id"}, {name: "site_id"}, {name: "period_start", kind: dayKind}, {name: "period_end", kind: dayKind}, {name: "method"}, {name: "mean", kind: floatKind},
		{name: "sd", kind: floatKind}, {name: "q05", kind: floatKind}, {name: "q10", kind: floatKind}, {name: "q50", kind: floatKind}, {name: "q90", kind: floatKind}, {name: "q95", kind: floatKind},
		{name: "q99", kind: floatKind}, {name: "override", kind: floatKind}, {name: "final", kind: floatKind}},
	row: func(c *cells) *planwrightv1.Forecast {
		return &planwrightv1.Forecast{ItemId: c.text(), SiteId: c.text(), PeriodStart: c.day(), PeriodEnd: c.day(), Method: c.text(), Mean: c.number(), Sd: c.optional(), Q05: c.optional(),
			Q10: c.optional(), Q50: c.optional(), Q90: c.optional(), Q95: c.optional(), Q99: c.optional(), Override: c.optional(), Final: c.number()}
	},
}

// ListForecasts lists the forecast of a plan.
func (f *forecastService) ListForecasts(ctx context.Context, req *planwrightv1.ListForecastsRequest) (*planwrightv1.ListForecastsResponse, error) {
	pg, err := forecasts.page(ctx, f.s, listQuery{parent: req.GetParent(), filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListForecastsResponse{Forecasts: pg.rows, NextPageToken: pg.next, TotalSize: pg.total}, nil
}

// Limits of ComputeForecast: what one request may keep busy.
const (
	maxSeries       = 10_000
	maxValues       = 2_000_000 // of all series
	maxSteps        = 1_000_000 // of all series
	maxSeriesValues = 100_000   // of one
	maxQuantiles    = 99
)

// bucket is a length of a period of a series: its usual season, and the months
// or days from one period to the next (neither: the steps have no date).
type bucket struct {
	season, months, days int
}

var buckets = map[string]bucket{
	"year": {1, 12, 0}, "quarter": {4, 3, 0}, "month": {12, 1, 0}, "week": {52, 0, 7}, "day": {7, 0, 1}, "hour": {24, 0, 0},
}

// ComputeForecast forecasts the series of the request.
func (f *forecastService) ComputeForecast(ctx context.Context, req *planwrightv1.ComputeForecastRequest) (*planwrightv1.ComputeForecastResponse, error) {
	b, ok := buckets[req.GetPeriod()]
	if !ok {
		return nil, badField("period", "%q is not year, quarter, month, week, day or hour", clip(req.GetPeriod()))
	}
	if req.GetHorizon() < 1 || req.GetHorizon() > forecast.MaxHorizon {
		return nil, badField("horizon", "%d is not from 1 to %d", req.GetHorizon(), forecast.MaxHorizon)
	}
	if req.GetSeason() < 0 {
		return nil, badField("season", "%d is below 0", req.GetSeason())
	}
	if len(req.GetQuantiles()) > maxQuantiles {
		return nil, badField("quantiles", "are more than %d", maxQuantiles)
	}
	if n := len(req.GetSeries()); n == 0 || n > maxSeries {
		return nil, badField("series", "are %d, not 1 to %d", n, maxSeries)
	}
	if n := int64(len(req.GetSeries())) * int64(req.GetHorizon()) * int64(1+len(req.GetQuantiles())); n > maxSteps {
		return nil, badField("horizon", "makes %d figures with these series and quantiles, more than %d", n, maxSteps)
	}
	starts := make([]planwright.Day, len(req.GetSeries()))
	total := 0
	for i, series := range req.GetSeries() {
		field := "series[" + decimal(int64(i)) + "]"
		if total += len(series.GetValues()); total > maxValues || len(series.GetValues()) > maxSeriesValues {
			return nil, badField(field+".values", "are too many: %d of a series and %d of a request are taken", maxSeriesValues, maxValues)
		}
		starts[i] = planwright.NoDay
		if day := series.GetStart(); day != "" {
			d, err := planwright.ParseDay(day)
			if err != nil {
				return nil, badField(field+".start", "%q is not a date such as 2026-06-30", clip(day))
			}
			starts[i] = d
		}
	}
	opt := forecast.Options{Season: int(req.GetSeason()), Horizon: int(req.GetHorizon()), Method: req.GetMethod(), Quantiles: req.GetQuantiles(), NonNegative: !req.GetMayBeNegative()}
	if opt.Season == 0 {
		opt.Season = b.season
	}
	// The options are the same for all series: what is wrong with them is wrong
	// with the request.
	if _, err := forecast.Forecast([]float64{1}, opt); errors.Is(err, forecast.ErrOption) {
		return nil, badField("method, season or quantiles", "%s", err)
	}
	out := &planwrightv1.ComputeForecastResponse{Forecasts: make([]*planwrightv1.SeriesForecast, len(req.GetSeries()))}
	workers := min(runtime.GOMAXPROCS(0), len(req.GetSeries()))
	group, ctx := errgroup.WithContext(ctx)
	for w := range workers {
		group.Go(func() error {
			var engine forecast.Engine
			var result forecast.Result
			for i := w; i < len(req.GetSeries()); i += workers {
				if err := ctx.Err(); err != nil {
					return err
				}
				series := req.GetSeries()[i]
				m := &planwrightv1.SeriesForecast{SeriesId: series.GetSeriesId()}
				if err := engine.Forecast(series.GetValues(), opt, &result); err != nil {
					m.Error = f.s.toStatus(badField("series["+decimal(int64(i))+"].values", "%s", err), callOf(ctx).language, requestIDOf(ctx)).Proto()
				} else {
					seriesForecast(m, &result, opt.Quantiles, b, starts[i], len(series.GetValues()))
				}
				out.Forecasts[i] = m
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// seriesForecast writes a result.
func seriesForecast(m *planwrightv1.SeriesForecast, r *forecast.Result, quantiles []float64, b bucket, start planwright.Day, n int) {
	m.Method = r.Method
	if a := r.Accuracy; a.Periods > 0 {
		m.Accuracy = &planwrightv1.ForecastAccuracy{Periods: int32(a.Periods), Mase: known(a.MASE), Rmsse: known(a.RMSSE), Wape: known(a.WAPE), Bias: known(a.Bias), Pinball: known(a.Pinball),
			NaiveWape: known(a.NaiveWAPE), Fva: known(a.NaiveWAPE - a.WAPE)}
	}
	m.Steps = make([]*planwrightv1.ForecastStep, len(r.Mean))
	for h := range r.Mean {
		step := &planwrightv1.ForecastStep{Step: int32(h + 1), PeriodStart: b.start(start, n+h), Mean: r.Mean[h], Sd: known(r.SD[h])}
		for q, p := range quantiles {
			step.Quantiles = append(step.Quantiles, &planwrightv1.Quantile{Probability: p, Value: r.StepQuantile(q)[h]})
		}
		m.Steps[h] = step
	}
}

// start returns the first day of the period that lies k periods after the one
// that begins on first; "" where there is no such day.
func (b bucket) start(first planwright.Day, k int) string {
	if !first.Known() || b.months == 0 && b.days == 0 {
		return ""
	}
	d := first + planwright.Day(k*b.days)
	if b.months > 0 {
		year, month, day := first.Civil()
		at := year*12 + month - 1 + k*b.months
		year, month = at/12, at%12+1
		// The 31st of a month is the last day of a shorter one.
		day = min(day, int(planwright.Date(year, month, 1).NextMonth()-planwright.Date(year, month, 1)))
		d = planwright.Date(year, month, day)
	}
	if d < planwright.MinDay || d > planwright.MaxDay {
		return ""
	}
	return d.String()
}

// known returns nil for what is not a number.
func known(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}
