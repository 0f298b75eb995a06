package api

import (
	"context"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc/codes"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/forecast"
	"planwright/plan"
	"planwright/snapshot"
)

// Limits of a backtest: what one request may keep busy.
const (
	maxBacktestItems   = 1000
	maxBacktestMethods = 30
)

// Backtest replays the past of a snapshot or of series.
func (f *forecastService) Backtest(ctx context.Context, req *planwrightv1.BacktestRequest) (*planwrightv1.BacktestResponse, error) {
	if len(req.GetMethods()) > maxBacktestMethods {
		return nil, badField("methods", "are more than %d", maxBacktestMethods)
	}
	if req.GetPeriods() < 0 || req.GetHorizon() < 0 || req.GetStep() < 0 {
		return nil, badField("periods, horizon or step", "is below 0")
	}
	if req.GetSnapshot() != "" {
		return f.backtestSnapshot(ctx, req)
	}
	return f.backtestSeries(ctx, req)
}

func (f *forecastService) backtestSnapshot(ctx context.Context, req *planwrightv1.BacktestRequest) (*planwrightv1.BacktestResponse, error) {
	if len(req.GetSeries()) > 0 {
		return nil, badField("series", "are given beside a snapshot")
	}
	if len(req.GetItems()) > maxBacktestItems {
		return nil, badField("items", "are more than %d", maxBacktestItems)
	}
	if err := callOf(ctx).wholeCompany(); err != nil {
		return nil, err
	}
	id, err := f.s.snapshotID("snapshot", req.GetSnapshot())
	if err != nil {
		return nil, err
	}
	opt := plan.BacktestOptions{Periods: int(req.GetPeriods()), Horizon: int(req.GetHorizon()), Step: int(req.GetStep()), Methods: req.GetMethods(), Refit: req.GetRefit(), Level: req.GetLevel(),
		Workers: max(1, runtime.GOMAXPROCS(0)/2)}
	if name := req.GetPeriod(); name != "" {
		var ok bool
		if opt.Period, ok = planwright.ParsePeriod(name); !ok {
			return nil, badField("period", "%q is not day, week or month", clip(name))
		}
	}
	// It may take as long as its client waits, so it has a place of its own, one for all,
	// and none of those of queries; and half of the machine.
	if !f.s.backtesting.TryLock() {
		return nil, refuse(codes.Aborted, "another backtest of a snapshot is at work")
	}
	defer f.s.backtesting.Unlock()
	s, closeSnapshot, err := f.s.ws.Load(ctx, id, snapshot.LoadOptions{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = closeSnapshot() }() // only read
	for _, name := range req.GetItems() {
		item, site, _ := strings.Cut(name, "@")
		k := s.Find(item, site)
		if k == planwright.NoSKU {
			return nil, badField("items", "the snapshot has no sku %s", clip(name))
		}
		opt.Only = append(opt.Only, k)
	}
	b, err := plan.RunBacktest(ctx, s, opt)
	if err != nil {
		return nil, optionField(err)
	}
	out := &planwrightv1.BacktestResponse{ShortSeries: int32(b.Short)}
	for i := range b.Board {
		out.Leaderboard = append(out.Leaderboard, scoreMessage(&b.Board[i], true, ""))
	}
	if req.GetBySeries() {
		for i := range b.Score {
			out.Series = append(out.Series, scoreMessage(&b.Score[i], false, s.Code(b.SKU[i])))
		}
	}
	for _, x := range b.Failed {
		out.Failures = append(out.Failures, s.Code(x.SKU)+" "+x.Method+": "+x.Reason)
	}
	return out, nil
}

func (f *forecastService) backtestSeries(ctx context.Context, req *planwrightv1.BacktestRequest) (*planwrightv1.BacktestResponse, error) {
	list := req.GetSeries()
	if n := len(list); n == 0 || n > maxSeries {
		return nil, badField("series", "are %d, not 1 to %d; or name a snapshot", n, maxSeries)
	}
	period := req.GetPeriod()
	if period == "" {
		period = "week"
	}
	b, ok := buckets[period]
	if !ok {
		return nil, badField("period", "%q is not year, quarter, month, week, day or hour", clip(period))
	}
	total := 0
	for i, series := range list {
		if total += len(series.GetValues()); total > maxValues || len(series.GetValues()) > maxSeriesValues {
			return nil, badField("series["+decimal(int64(i))+"].values", "are too many: %d of a series and %d of a request are taken", maxSeriesValues, maxValues)
		}
	}
	horizon := max(1, int(req.GetHorizon()))
	step := int(req.GetStep())
	if step == 0 {
		step = horizon
	}
	periods := int(req.GetPeriods())
	if periods == 0 {
		periods = 2 * horizon
	}
	if horizon > forecast.MaxHorizon || periods < horizon || periods > maxSeriesValues || (periods-horizon)/step >= 1000 {
		return nil, badField("periods", "%d with a horizon of %d and a step of %d: use a horizon up to %d, at least as many periods, and up to 1000 forecasts", periods, horizon, step, forecast.MaxHorizon)
	}
	opt := forecast.BacktestOptions{
		Options: forecast.Options{Season: b.season, Horizon: horizon, Quantiles: planwright.Quantiles, NonNegative: true, CumulativeTo: horizon},
		Methods: req.GetMethods(), Origins: (periods-horizon)/step + 1, Step: step, Refit: req.GetRefit(), Level: req.GetLevel(),
	}
	if len(opt.Methods) == 0 {
		opt.Methods = plan.DefaultMethods
	}
	for i, m := range opt.Methods {
		if !forecast.KnownMethod(m) {
			return nil, badField("methods["+decimal(int64(i))+"]", "%q is not one of %s, or a form such as ets:MAdM", clip(m), strings.Join(forecast.Methods(), ", "))
		}
	}
	if !(opt.Level >= 0 && opt.Level < 1) {
		return nil, badField("level", "%v is not a fraction below 1", opt.Level)
	}
	release, err := f.s.slot(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	least := horizon + (opt.Origins-1)*step + 1
	scores := make([][]forecast.Score, len(list))
	failures := make([][]string, len(list))
	short := make([]bool, len(list))
	workers := min(runtime.GOMAXPROCS(0), len(list))
	group, gctx := errgroup.WithContext(ctx)
	for w := range workers {
		group.Go(func() error {
			var tester forecast.Backtester
			for i := w; i < len(list); i += workers {
				y := list[i].GetValues()
				if len(y) < least {
					short[i] = true
					continue
				}
				o := opt
				for _, v := range y {
					o.NonNegative = o.NonNegative && !(v < 0)
				}
				for _, m := range opt.Methods {
					if err := gctx.Err(); err != nil {
						return err
					}
					o.Methods = []string{m}
					s, err := tester.Run(nil, y, o)
					if err != nil {
						failures[i] = append(failures[i], list[i].GetSeriesId()+" "+m+": "+err.Error())
						continue
					}
					scores[i] = append(scores[i], s...)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	out := &planwrightv1.BacktestResponse{}
	var all []forecast.Score
	for i := range list {
		if short[i] {
			out.ShortSeries++
		}
		all = append(all, scores[i]...)
		out.Failures = append(out.Failures, failures[i]...)
		if req.GetBySeries() {
			for j := range scores[i] {
				out.Series = append(out.Series, scoreMessage(&scores[i][j], false, list[i].GetSeriesId()))
			}
		}
	}
	for _, s := range forecast.Leaderboard(all) {
		out.Leaderboard = append(out.Leaderboard, scoreMessage(&s, true, ""))
	}
	return out, nil
}

// allClasses is the class of a row over every demand class.
const allClasses = "all"

// scoreMessage writes a score; in a leaderboard the class none is every class.
func scoreMessage(s *forecast.Score, board bool, id string) *planwrightv1.BacktestScore {
	class := s.Class.String()
	if board && s.Class == forecast.NoDemand {
		class = allClasses
	}
	return &planwrightv1.BacktestScore{Method: s.Method, DemandClass: class, SeriesId: id, SeriesCount: int32(s.Series), Origins: int32(s.Origins), Points: int32(s.Points),
		Mase: known(s.MASE), Rmsse: known(s.RMSSE), Smape: known(s.SMAPE), Wape: known(s.WAPE), Bias: known(s.Bias), Pinball: known(s.Pinball), Crps: known(s.CRPS),
		CumulativePinball: known(s.CumLoss), Msis: known(s.MSIS), Coverage: known(s.Coverage), TrackingSignal: known(s.Tracking)}
}
