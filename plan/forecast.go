package plan

import (
	"context"
	"errors"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"planwright"
	"planwright/analytics"
	"planwright/forecast"
	"planwright/mrp"
)

// chunk is the number of sku's that a worker takes at a time. It bounds the
// memory of histories and is part of no result.
const chunk = 1024

// maxCumulative bounds the protection interval, in periods, whose cumulative
// demand is measured; beyond it the last measured growth goes on.
const maxCumulative = 120

// demandRows are the results of the per-sku stages for one chunk.
type demandRows struct {
	forecast   planwright.Forecast
	accuracy   planwright.Accuracy
	policies   planwright.Policies
	exceptions planwright.Exceptions
	inputs     []policyInput // of the policies, where the whole company decides
	failed     error
}

// demand holds what the per-sku stages found, by sku.
type demand struct {
	yearQty   []float64              // use in the last 365 days
	yearSales []float64              // of it sold
	cv        []float64              // of the total by period; NaN: unknown
	class     []forecast.DemandClass // of the total
	chunks    []demandRows

	safetyStock, reorderPoint, orderUpTo, orderQty []planwright.Qty

	inputs  []policyInput // of the policies row by row, where the whole company decides
	figures []figure      // of the policy stage
}

// season is the number of periods in a year (in a week, for days).
func season(p planwright.Period) int {
	switch p {
	case planwright.ByDay:
		return 7
	case planwright.ByMonth:
		return 12
	}
	return 52
}

// runDemand runs the per-sku stages over all chunks: history, forecast and
// policy. Each chunk is computed on its own and joined in order, so that the
// result is the same for any number of workers.
func runDemand(ctx context.Context, s *planwright.Snapshot, src *mrp.Sourcing, opt Options) (*demand, error) {
	n := s.Len()
	d := &demand{
		yearQty: make([]float64, n), yearSales: make([]float64, n), cv: make([]float64, n), class: make([]forecast.DemandClass, n),
		chunks:      make([]demandRows, (n+chunk-1)/chunk),
		safetyStock: make([]planwright.Qty, n), reorderPoint: make([]planwright.Qty, n),
		orderUpTo: make([]planwright.Qty, n), orderQty: make([]planwright.Qty, n),
	}
	lead := measureLeadTimes(s, src, opt.AsOf)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var next, done atomic.Int64
	var wg sync.WaitGroup
	for range opt.Workers {
		wg.Go(func() {
			w := demandWorker{s: s, src: src, opt: opt, d: d, lead: &lead}
			for ctx.Err() == nil {
				c := int(next.Add(1)) - 1
				if c >= len(d.chunks) {
					return
				}
				lo, hi := c*chunk, min((c+1)*chunk, n)
				if d.chunks[c].failed = w.run(ctx, lo, hi, &d.chunks[c]); d.chunks[c].failed != nil {
					cancel()
					return
				}
				if opt.Progress != nil {
					opt.Progress(StageForecast, int(done.Add(int64(hi-lo))), n)
				}
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
	errs := make([]error, len(d.chunks))
	for i := range d.chunks {
		errs[i] = d.chunks[i].failed
	}
	failed := firstCause(errs)
	if failed == nil {
		failed = ctx.Err()
	}
	return d, failed
}

// firstCause is the error that made a run of chunks stop: a chunk that failed
// cancels the others, whose errors are no causes.
func firstCause(errs []error) (failed error) {
	for _, err := range errs {
		if err != nil && (failed == nil || errors.Is(failed, context.Canceled)) {
			failed = err
		}
	}
	return failed
}

// demandWorker holds the scratch of one goroutine.
type demandWorker struct {
	s      *planwright.Snapshot
	src    *mrp.Sourcing
	opt    Options
	d      *demand
	lead   *leadTimes
	series series
	engine forecast.Engine
	result forecast.Result
	usage  forecast.Result
	levels policyWriter

	quantiles []float64
}

func (w *demandWorker) run(ctx context.Context, lo, hi int, out *demandRows) error {
	history := &planwright.History{Off: make([]int32, hi-lo+1)}
	if w.s.ReadHistory != nil {
		h, err := w.s.ReadHistory(ctx, planwright.SKU(lo), planwright.SKU(hi))
		if err != nil {
			return err
		}
		history = h
	}
	out.forecast.Q = make([][]float64, len(planwright.Quantiles))
	for k := lo; k < hi; k++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		w.sku(planwright.SKU(k), history, history.Off[k-lo], history.Off[k-lo+1], out)
	}
	return nil
}

// sku forecasts one sku and sets its policy.
func (w *demandWorker) sku(k planwright.SKU, h *planwright.History, lo, hi int32, out *demandRows) {
	w.series.prepare(h, lo, hi, w.opt.AsOf, w.opt.Period)
	w.result.Mean = w.result.Mean[:0] // of the sku before
	w.d.yearQty[k] = math.Max(0, w.series.yearQty)
	w.d.yearSales[k] = math.Max(0, w.series.yearSales)
	w.d.cv[k] = analytics.Variation(w.series.total)

	pi := w.protectionPeriods(k)
	fo := forecast.Options{
		Season: season(w.opt.Period), Horizon: w.opt.Horizon, Method: w.opt.Method,
		Quantiles: planwright.Quantiles, NonNegative: true,
		CumulativeTo: min(maxCumulative, int(math.Ceil(pi))+1),
	}
	var stat *forecast.Result // what the policy rests on: all use of the sku
	if w.series.sales {
		if err := w.engine.Forecast(w.series.independent, fo, &w.result); err != nil {
			w.fail(k, err, out)
		} else {
			w.addForecast(k, out)
			stat = &w.result
		}
	}
	if w.series.issues {
		if class, _, _ := forecast.Classify(w.series.total); class != forecast.LumpyDemand {
			fo.Quantiles = nil // see cumulativeQuantiles
		}
		if err := w.engine.Forecast(w.series.total, fo, &w.usage); err != nil {
			w.fail(k, err, out)
		} else {
			stat = &w.usage
		}
	}
	if stat != nil {
		w.d.class[k] = stat.Class
	}
	w.addPolicy(k, stat, pi, out)
}

// fail records that a sku has no forecast; a history without any value is no
// failure.
func (w *demandWorker) fail(k planwright.SKU, err error, out *demandRows) {
	if errors.Is(err, forecast.ErrEmpty) {
		return
	}
	out.exceptions.Add(planwright.Exception{Code: planwright.CodeForecastFailed, SKU: k, On: planwright.NoDay, Qty: planwright.NoQty, MoveTo: planwright.NoDay, Detail: err.Error()})
}

// addForecast appends the rows of w.result. The first period is the one of the
// as-of day: what has passed of it is taken off in proportion.
func (w *demandWorker) addForecast(k planwright.SKU, out *demandRows) {
	f, r, p := &out.forecast, &w.result, w.opt.Period
	start := p.Start(w.opt.AsOf)
	for i := range r.Mean {
		end := p.Next(start)
		from, share := start, 1.0
		if from < w.opt.AsOf {
			from = w.opt.AsOf
			share = float64(end-from) / float64(end-start)
		}
		f.SKU = append(f.SKU, k)
		f.Start = append(f.Start, from)
		f.End = append(f.End, end-1)
		f.Method = append(f.Method, r.Method)
		f.Mean = append(f.Mean, r.Mean[i]*share)
		// The variance of a part of a period is in proportion to its length.
		f.SD = append(f.SD, r.SD[i]*math.Sqrt(share))
		for q := range planwright.Quantiles {
			f.Q[q] = append(f.Q[q], r.StepQuantile(q)[i]*share)
		}
		f.Override = append(f.Override, math.NaN())
		f.Final = append(f.Final, r.Mean[i]*share)
		start = end
	}
	judge(w.s, k, f, len(f.SKU)-len(r.Mean))
	a := r.Accuracy
	if a.Periods == 0 {
		return
	}
	t := &out.accuracy
	t.SKU = append(t.SKU, k)
	t.Method = append(t.Method, r.Method)
	t.Periods = append(t.Periods, int32(a.Periods))
	t.MASE = append(t.MASE, a.MASE)
	t.RMSSE = append(t.RMSSE, a.RMSSE)
	t.WAPE = append(t.WAPE, a.WAPE)
	t.Bias = append(t.Bias, a.Bias)
	t.Pinball = append(t.Pinball, a.Pinball)
	t.NaiveWAPE = append(t.NaiveWAPE, a.NaiveWAPE)
	t.FVA = append(t.FVA, a.NaiveWAPE-a.WAPE)
	t.Class = append(t.Class, r.Class.String())
}

// judge applies the overrides, floors and caps that people entered to rows
// from.. of f, which are those of sku k. A judgement that covers part of a
// period speaks of that part, by days.
func judge(s *planwright.Snapshot, k planwright.SKU, f *planwright.Forecast, from int) {
	g := &s.Given
	if len(g.Off) == 0 {
		return
	}
	for r := g.Off[k]; r < g.Off[k+1]; r++ {
		if g.Kind[r] == planwright.GivenForecast {
			continue
		}
		daily := g.Qty[r].Float() / float64(g.To[r]-g.From[r]+1)
		for i := from; i < len(f.SKU); i++ {
			days := min(f.End[i], g.To[r]) - max(f.Start[i], g.From[r]) + 1
			if days <= 0 {
				continue
			}
			share := float64(days) / float64(f.End[i]-f.Start[i]+1)
			part, said := f.Final[i]*share, daily*float64(days)
			switch g.Kind[r] {
			case planwright.Override:
				part, said = said, part
			case planwright.Floor:
				said, part = part, math.Max(part, said)
			case planwright.Cap:
				said, part = part, math.Min(part, said)
			}
			// said is now the share as it was, part as it is.
			if part != said {
				f.Final[i] += part - said
				f.Override[i] = f.Final[i]
			}
		}
	}
}
