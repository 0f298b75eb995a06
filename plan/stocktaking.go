package plan

import (
	"context"
	"fmt"

	"planwright"
	"planwright/analytics"
	"planwright/forecast"
)

// TakeStock measures a company without planning it: the tables of a plan that rest
// on what is known alone. These are Classes, Flow, Aging, SlowMovers, Scores and, of
// KPIs and KPIGroups, what these say; all else is empty, and so are the columns that
// look ahead. What Run says of the same snapshot and day is the same, but for the
// class by forecast error.
//
// Of opt it takes the day, the period and the workers. It stops soon after ctx
// ends and then returns the context's error.
func TakeStock(ctx context.Context, s *planwright.Snapshot, opt Options) (*planwright.Plan, error) {
	if opt.AsOf == 0 {
		opt.AsOf = s.AsOf
	}
	opt, err := opt.Validate()
	if err != nil {
		return nil, err
	}
	if opt.AsOf != s.AsOf {
		moved := *s
		moved.AsOf = opt.AsOf
		s = &moved
	}
	p := &planwright.Plan{SnapshotID: s.ID, SnapshotDigest: s.Digest, Journal: s.Journal, AsOf: opt.AsOf, HorizonEnd: opt.AsOf, Period: opt.Period, Version: planwright.Version}
	d, err := pastDemand(ctx, s, opt)
	if err != nil {
		return nil, fmt.Errorf("plan: history: %w", err)
	}
	segment(s, p, d, nil)
	opt.report(StageSegment, s.Len(), s.Len())

	opt.report(StageAnalytics, 0, 1)
	f := newFacts(s, p, d)
	if err := pastOf(ctx, s, p, d, f, opt); err != nil {
		return nil, fmt.Errorf("plan: analytics: %w", err)
	}
	supplierScores(s, p)
	p.KPIs = keyFigures(s, p, d)
	opt.report(StageAnalytics, 1, 1)
	return p, ctx.Err()
}

// pastDemand is what histories say of each sku without a forecast.
func pastDemand(ctx context.Context, s *planwright.Snapshot, opt Options) (*demand, error) {
	n := s.Len()
	d := newDemand(n)
	if s.ReadHistory == nil {
		return d, nil
	}
	past := make([]series, opt.Workers)
	progress := func(done int) { opt.report(StageSegment, done, n) }
	return d, overRanges(ctx, n, opt.Workers, nil, progress, func(ctx context.Context, worker, _ int, lo, hi planwright.SKU) (int, error) {
		h, err := s.ReadHistory(ctx, lo, hi)
		if err != nil {
			return 0, err
		}
		y := &past[worker]
		for k := lo; k < hi; k++ {
			from, to := h.Off[k-lo], h.Off[k-lo+1]
			y.prepare(h, from, to, opt.AsOf, s.HistoryFrom, opt.Period)
			d.measure(k, y, h, from, to, &opt)
			if y.sales || y.issues {
				d.class[k], _, _ = forecast.Classify(y.total)
			}
		}
		return len(h.On), nil
	})
}

// measure notes what the history of sku k, rows [lo, hi) of h prepared as y, says of
// its use.
func (d *demand) measure(k planwright.SKU, y *series, h *planwright.History, lo, hi int32, opt *Options) {
	d.yearQty[k] = max(0, y.yearQty)
	d.yearSales[k] = max(0, y.yearSales)
	d.cv[k] = analytics.Variation(y.total)
	d.use[k] = usageOf(h, lo, hi, opt.AsOf, y.total, opt.Period)
}
