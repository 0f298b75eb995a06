package plan

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync/atomic"

	"planwright"
	"planwright/forecast"
)

// sampleSize is the number of sku's, spread evenly over the company, on whose
// backtests intervals are calibrated. Their forecasts are kept, so that a company
// of that size is forecast once.
const sampleSize = 2048

// calibrationPoints is the number of errors a step that a calibration keeps.
const calibrationPoints = 200

// knowledge is what one sku cannot know: the effects of causes, the errors of
// forecasts, how often items sell, how items are launched.
type knowledge struct {
	causes   *causes
	pool     *forecast.Pool        // nil: too few sporadic items
	cal      *forecast.Calibration // nil while it is being learned
	launches launches
	early    map[planwright.SKU]*early // forecasts of the sample, not yet calibrated
	carried  bool                      // taken from an earlier plan
}

// early is a forecast made before intervals were calibrated.
type early struct {
	result forecast.Result
	fit    fit
	opt    forecast.Options
}

// learned is a company as text: what a later run takes over.
type learned struct {
	Causes      []learnedCause `json:"causes"`
	Pool        *forecast.Pool `json:"pool,omitempty"`
	Calibration string         `json:"calibration"`
	Launches    launches       `json:"launches"`
}

type learnedCause struct {
	Kind   string  `json:"kind"`
	Name   string  `json:"name"`
	Scope  string  `json:"scope"`
	Effect float64 `json:"effect"`
	Seen   int64   `json:"seen"`
}

// encode writes what the company taught.
func (c *knowledge) encode() (string, error) {
	l := learned{Pool: c.pool, Launches: c.launches}
	for i, e := range c.causes.list {
		if c.causes.seen[i] > 0 {
			l.Causes = append(l.Causes, learnedCause{e.kind, e.name, e.scope, c.causes.effect[i], c.causes.seen[i]})
		}
	}
	b, err := c.cal.AppendBinary(nil)
	if err != nil {
		return "", err
	}
	l.Calibration = base64.RawStdEncoding.EncodeToString(b)
	b, err = json.Marshal(l)
	return string(b), err
}

// decode takes over what an earlier run learned.
func (c *knowledge) decode(s string) error {
	var l learned
	if err := json.Unmarshal([]byte(s), &l); err != nil {
		return err
	}
	b, err := base64.RawStdEncoding.DecodeString(l.Calibration)
	if err != nil {
		return err
	}
	var cal forecast.Calibration
	if err := cal.UnmarshalBinary(b); err != nil {
		return err
	}
	at := map[[3]string]learnedCause{}
	for _, e := range l.Causes {
		at[[3]string{e.Kind, e.Name, e.Scope}] = e
	}
	for i, e := range c.causes.list {
		if k, ok := at[[3]string{e.kind, e.name, e.scope}]; ok {
			c.causes.effect[i], c.causes.seen[i] = k.Effect, k.Seen
		}
	}
	c.pool, c.cal, c.launches, c.carried = l.Pool, &cal, l.Launches, true
	return nil
}

// leastSporadic is the number of sporadic items from which they teach one
// another.
const leastSporadic = 20

// learn finds out what the company as a whole teaches, in one pass over all
// histories and one over the forecasts of the sample; or takes it from the plan
// that the run goes on from.
func (d *demand) learn(ctx context.Context, s *planwright.Snapshot, opt *Options, workers []demandWorker) error {
	c := &d.company
	c.causes = newCauses(s, opt.Period, causesFrom(s, opt), causesTo(opt))
	c.early = map[planwright.SKU]*early{}
	if opt.Base != nil && opt.Base.Company != "" {
		if err := c.decode(opt.Base.Company); err != nil {
			return fmt.Errorf("plan %s: what it learned cannot be read: run without it (--base none): %w", opt.Base.PlanID, err)
		}
		return nil
	}
	if s.ReadHistory == nil {
		c.cal = (&forecast.ConformalPool{}).Calibration()
		return nil
	}
	n := s.Len()
	lessons := make([]*lesson, len(workers))
	rows := make([]causeRows, len(workers))
	scratch := make([]forecast.Sporadic, len(workers))
	sporadic := forecast.NewCalibrator(n)
	var rare atomic.Int64
	parts := make([]struct {
		sample   []planwright.SKU
		launches launches
	}, len(d.chunks))
	stride := max(1, (n+sampleSize-1)/sampleSize)
	err := overChunks(ctx, n, len(workers), nil, func(ctx context.Context, worker, ch int, lo, hi planwright.SKU) error {
		h, err := s.ReadHistory(ctx, lo, hi)
		if err != nil {
			return err
		}
		w := &workers[worker]
		if lessons[worker] == nil {
			lessons[worker] = newLesson(len(c.causes.list))
		}
		for k := lo; k < hi; k++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			w.series.prepare(h, h.Off[k-lo], h.Off[k-lo+1], opt.AsOf, s.HistoryFrom, opt.Period)
			if !w.series.sales {
				continue
			}
			if c.causes.observe(&rows[worker], s, k, w.history(k)) {
				lessons[worker].add(&rows[worker])
			}
			if class, _, _ := forecast.Classify(w.series.independent); class == forecast.IntermittentDemand || class == forecast.LumpyDemand {
				sporadic.Observe(int(k), w.series.independent, &scratch[worker])
				rare.Add(1)
			}
			if int(k)%stride == 0 {
				parts[ch].sample = append(parts[ch].sample, k)
				parts[ch].launches.add(s, k, &w.series, opt)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	all := newLesson(len(c.causes.list))
	for _, l := range lessons {
		if l != nil {
			all.merge(l)
		}
	}
	c.causes.learn(all)
	if rare.Load() >= leastSporadic {
		c.pool = sporadic.Pool()
	}
	var sample []planwright.SKU
	for i := range parts {
		sample = append(sample, parts[i].sample...)
		c.launches.join(&parts[i].launches)
	}
	return d.calibrate(ctx, s, opt, workers, sample)
}

// causeYears is how far back events are looked at.
const causeYears = 12

// causesFrom is the first day on which causes matter.
func causesFrom(s *planwright.Snapshot, opt *Options) planwright.Day {
	from := opt.AsOf - causeYears*366
	if s.HistoryFrom != 0 && s.HistoryFrom <= opt.AsOf {
		from = max(from, s.HistoryFrom)
	}
	return from
}

// causesTo is a day after the last period that anything is forecast for.
func causesTo(opt *Options) planwright.Day {
	to := opt.Period.Start(opt.AsOf)
	for range opt.Horizon + maxCumulative {
		to = opt.Period.Next(to)
	}
	return to
}

// sampleChunk is the number of sku's of the sample that a worker takes at a time.
const sampleChunk = 16

// calibrate forecasts the sample and learns from the errors of its backtests.
func (d *demand) calibrate(ctx context.Context, s *planwright.Snapshot, opt *Options, workers []demandWorker, sample []planwright.SKU) error {
	c := &d.company
	made := make([]*early, len(sample))
	err := overSample(ctx, len(sample), workers, func(ctx context.Context, w *demandWorker, lo, hi int) error {
		// One read for sku's that lie together, one each for others.
		for lo < hi {
			end := lo + 1
			for end < hi && sample[end] == sample[end-1]+1 {
				end++
			}
			first := sample[lo]
			h, err := s.ReadHistory(ctx, first, sample[end-1]+1)
			if err != nil {
				return err
			}
			for i := lo; i < end; i++ {
				if err := ctx.Err(); err != nil {
					return err
				}
				k := sample[i]
				w.series.prepare(h, h.Off[k-first], h.Off[k-first+1], opt.AsOf, s.HistoryFrom, opt.Period)
				e := &early{opt: w.options(k)}
				if w.statistics(k, demandState, w.history(k), e.opt, &e.result, &e.fit) == nil { // an error is told when the sku's turn comes
					made[i] = e
				}
				if opt.Progress != nil {
					opt.report(StageForecast, int(d.done.Add(1)), s.Len())
				}
			}
			lo = end
		}
		return nil
	})
	if err != nil {
		return err
	}
	var pool forecast.ConformalPool
	for i, e := range made {
		if e != nil {
			pool.Add(&e.result.Residuals)
			c.early[sample[i]] = e
		}
	}
	c.cal = pool.Calibration().Compact(calibrationPoints)
	return nil
}

// overSample hands out the numbers below n in pieces.
func overSample(ctx context.Context, n int, workers []demandWorker, work func(ctx context.Context, w *demandWorker, lo, hi int) error) error {
	// overChunks counts in chunks of sku's: every piece is one of them.
	pieces := (n + sampleChunk - 1) / sampleChunk
	return overChunks(ctx, pieces*chunk, len(workers), nil, func(ctx context.Context, worker, c int, _, _ planwright.SKU) error {
		return work(ctx, &workers[worker], c*sampleChunk, min((c+1)*sampleChunk, n))
	})
}
