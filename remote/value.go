package remote

import (
	"context"
	"math"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/plan"
)

// ReplayValue replays the past of a snapshot on the server, of the sku's named or of
// all. The end of ctx cancels it there.
func (s *Server) ReplayValue(ctx context.Context, snapshot string, items []string, opt plan.ValueOptions) (*plan.Value, error) {
	day := func(d planwright.Day) string {
		if d == 0 {
			return ""
		}
		return dayText(d)
	}
	req := &planwrightv1.ReplayValueRequest{Snapshot: "snapshots/" + snapshot, AsOf: day(opt.AsOf), From: day(opt.From), To: day(opt.To), Reviews: whole(opt.Reviews), RefitEvery: whole(opt.Refit),
		Method: opt.Method, CoverWeeks: opt.CoverWeeks, KeepEntered: opt.KeepEntered, Seed: opt.Seed, Level: opt.Level, Draws: whole(opt.Draws), Items: items, RequestId: requestID()}
	if opt.Backorder {
		req.Unmet = "backorder"
	}
	op, err := s.supply.ReplayValue(ctx, req)
	if err != nil {
		return nil, err
	}
	m, meta := &planwrightv1.ValueReport{}, &planwrightv1.ReplayValueMetadata{}
	if err := s.wait(ctx, op, meta, meta.GetProgress, m); err != nil {
		return nil, err
	}
	return valueOf(m)
}

// whole keeps a number within those of the protocol; none of either end is taken.
func whole(n int) int32 { return int32(min(max(n, math.MinInt32), math.MaxInt32)) }

// valueOf reads a report.
func valueOf(m *planwrightv1.ValueReport) (*plan.Value, error) {
	v := &plan.Value{SKUs: int(m.GetSkuCount()), Replayed: int(m.GetReplayedCount()), UseShare: m.GetUseShare(), StockShare: m.GetStockShare()}
	o := &v.Options
	o.Reviews, o.Level, o.Backorder, o.KeepEntered = int(m.GetReviews()), m.GetLevel(), m.GetUnmet() == "backorder", m.GetKeepEntered()
	var err error
	if o.From, err = planwright.ParseDay(m.GetFrom()); err != nil {
		return nil, newer("the report")
	}
	if o.To, err = planwright.ParseDay(m.GetTo()); err != nil {
		return nil, newer("the report")
	}
	for _, x := range m.GetComparisons() {
		c := plan.ValueComparison{Rival: x.GetRival(), SKUs: int(x.GetSkuCount()), UseShare: x.GetUseShare(), Days: x.GetDays(), Them: valueFigures(x.GetRivalFigures()), Us: valueFigures(x.GetPlanFigures()),
			Saving: figure(x.Saving), SavingAtLeast: x.GetSavingAtLeast(), SavingIn: interval(x.GetSavingInterval()), Freed: figure(x.Freed),
			Gain: figure(x.Gain), GainAtLeast: x.GetGainAtLeast(), GainIn: interval(x.GetGainInterval()), OwnSaving: x.GetOwnSaving(), OwnGain: figure(x.OwnGain), Blind: x.GetBlind(),
			Intervals: x.GetSavingInterval() != nil || x.GetGainInterval() != nil}
		for _, p := range x.GetPoints() {
			c.Points = append(c.Points, plan.ValuePoint{Shift: p.GetShift(), Stock: p.GetStock(), FillRate: p.GetFillRate()})
		}
		for _, g := range x.GetGroups() {
			c.Groups = append(c.Groups, plan.ValueGroup{Dimension: g.GetDimension(), Key: g.GetKey(), Days: g.GetDays(), Them: valueFigures(g.GetRivalFigures()), Us: valueFigures(g.GetPlanFigures()), Saving: figure(g.Saving)})
		}
		v.Comparisons = append(v.Comparisons, c)
	}
	for _, x := range m.GetLeftOut() {
		v.Left = append(v.Left, plan.ValueLeft{Rival: x.GetRival(), Reason: x.GetReason(), SKUs: int(x.GetSkuCount()), UseShare: x.GetUseShare()})
	}
	for _, x := range m.GetMissing() {
		v.Missing = append(v.Missing, plan.ValueGap{Rival: x.GetRival(), Figure: x.GetFigure(), Reason: x.GetReason()})
	}
	return v, nil
}

// figure is a figure; NaN where it is not given.
func figure(x *float64) float64 {
	if x == nil {
		return math.NaN()
	}
	return *x
}

func interval(m *planwrightv1.ValueInterval) plan.ValueInterval {
	return plan.ValueInterval{Low: m.GetLow(), High: m.GetHigh()}
}

func valueFigures(m *planwrightv1.ValueFigures) plan.ValueFigures {
	return plan.ValueFigures{Stock: m.GetStock(), Turns: m.GetTurns(), FillRate: figure(m.FillRate), CycleService: figure(m.CycleService), OutDays: figure(m.ShortageDays), LostMargin: figure(m.LostMargin),
		Orders: m.GetOrders(), Purchases: m.GetOrderedValue(), Holding: figure(m.HoldingCost), Ordering: figure(m.OrderingCost), End: m.GetEndStock(), Excess: m.GetExcess()}
}
