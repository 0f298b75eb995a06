package api

import (
	"context"
	"encoding/json"
	"math"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/protobuf/proto"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/lang"
	"planwright/plan"
	"planwright/snapshot"
)

// valueWork is a value replay in a process of its own.
type valueWork struct {
	Snapshot string
	Items    []string
	Options  plan.ValueOptions
}

// valueStages are the stages of a value replay.
var valueStages = [...]string{"load", "value"}

// do loads and replays.
func (v *valueWork) do(ctx context.Context, w *snapshot.Workspace, out *reporter, end *runReport) (err error) {
	out.report(valueStages[0], 0, 0)
	s, closeSnapshot, err := w.Load(ctx, v.Snapshot, snapshot.LoadOptions{Threads: v.Options.Workers})
	if err != nil {
		return err
	}
	defer func() { _ = closeSnapshot() }() // only read
	opt := v.Options
	if opt.Only, err = plan.NamedSKUs(s, v.Items); err != nil {
		return err
	}
	opt.Progress = func(done, total int) { out.report(valueStages[1], int64(done), int64(total)) }
	end.Value, err = plan.RunValue(ctx, s, opt)
	if end.Value != nil {
		end.Value.Options.Progress = nil
	}
	return err
}

// ReplayValue replays the past of a snapshot under its plan.
func (r *replenishmentService) ReplayValue(ctx context.Context, req *planwrightv1.ReplayValueRequest) (*longrunningpb.Operation, error) {
	s := r.s
	opt, err := valueOptions(req)
	if err != nil {
		return nil, err
	}
	opt.Workers = runWorkers(0, s.cfg.Workers)
	if err := checkRequestID(req.GetRequestId()); err != nil {
		return nil, err
	}
	if len(req.GetItems()) > maxBacktestItems {
		return nil, badField("items", "are more than %d", maxBacktestItems)
	}
	snap, err := s.snapshotID("snapshot", req.GetSnapshot())
	if err != nil {
		return nil, err
	}
	asked := proto.CloneOf(req)
	asked.RequestId = ""
	content, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	op := &operation{id: snapshot.NewRunID(), kind: valueOp, requestID: req.GetRequestId(), content: string(content), subject: snapshotPrefix + snap}
	none := func(context.Context, *operation) (*longrunningpb.Operation, error) { return nil, nil }
	return s.ops.create(ctx, op, none, func(ctx context.Context, op *operation) (string, proto.Message, error) {
		report := func(stage string, done, total int) {
			i := 1
			if stage == valueStages[1] {
				i = 2
			}
			op.advance(stage, "", i, len(valueStages), done, total)
		}
		end, err := s.runApart(ctx, runRequest{Value: &valueWork{Snapshot: snap, Items: req.GetItems(), Options: opt}}, report)
		if err != nil {
			return "", nil, err
		}
		m := valueMessage(end.Value, op.language)
		m.Snapshot = op.subject
		return "", m, nil
	})
}

// valueOptions reads the options of a replay; what is out of range the replay says.
func valueOptions(req *planwrightv1.ReplayValueRequest) (plan.ValueOptions, error) {
	opt := plan.ValueOptions{Reviews: int(req.GetReviews()), Refit: int(req.GetRefitEvery()), Method: req.GetMethod(), CoverWeeks: req.GetCoverWeeks(), KeepEntered: req.GetKeepEntered(),
		Seed: req.GetSeed(), Level: req.GetLevel(), Draws: int(req.GetDraws())}
	for _, x := range [...]struct {
		field, day string
		to         *planwright.Day
	}{{"as_of", req.GetAsOf(), &opt.AsOf}, {"from", req.GetFrom(), &opt.From}, {"to", req.GetTo(), &opt.To}} {
		if x.day == "" {
			continue
		}
		d, err := planwright.ParseDay(x.day)
		if err != nil {
			return opt, badField(x.field, "%q is not a date such as 2026-06-30", clip(x.day))
		}
		*x.to = d
	}
	switch req.GetUnmet() {
	case "", unmetLost:
	case unmetBackorder:
		opt.Backorder = true
	default:
		return opt, badField("unmet", "%q is not lost or backorder", clip(req.GetUnmet()))
	}
	return opt, nil
}

// What becomes of demand that is not met.
const (
	unmetLost      = "lost"
	unmetBackorder = "backorder"
)

// valueMessage is a replay as the protocol has it.
func valueMessage(v *plan.Value, l lang.Language) *planwrightv1.ValueReport {
	o := &v.Options
	m := &planwrightv1.ValueReport{From: o.From.String(), To: o.To.String(), Reviews: int32(o.Reviews), Level: o.Level, Unmet: unmetLost, KeepEntered: o.KeepEntered,
		SkuCount: int32(v.SKUs), ReplayedCount: int32(v.Replayed), UseShare: v.UseShare, StockShare: v.StockShare}
	if o.Backorder {
		m.Unmet = unmetBackorder
	}
	for i := range v.Comparisons {
		m.Comparisons = append(m.Comparisons, comparisonMessage(&v.Comparisons[i]))
	}
	for _, x := range v.Left {
		m.LeftOut = append(m.LeftOut, &planwrightv1.ValueLeftOut{Rival: x.Rival, Reason: x.Reason, Text: lang.Text(l, "left."+x.Reason), SkuCount: int32(x.SKUs), UseShare: x.UseShare})
	}
	for _, x := range v.Missing {
		key := "gapwhy." + x.Reason
		if x.Figure == "all" {
			key = "left." + x.Reason
		}
		m.Missing = append(m.Missing, &planwrightv1.ValueMissing{Rival: x.Rival, Figure: x.Figure, Reason: x.Reason, Text: lang.Text(l, key)})
	}
	for _, code := range v.Assumptions() {
		m.Assumptions = append(m.Assumptions, &planwrightv1.ValueAssumption{Code: code, Text: lang.Text(l, "assume."+code)})
	}
	return m
}

func comparisonMessage(c *plan.ValueComparison) *planwrightv1.ValueComparison {
	within := func(x float64, in plan.ValueInterval) *planwrightv1.ValueInterval {
		if !c.Intervals || math.IsNaN(x) {
			return nil
		}
		return &planwrightv1.ValueInterval{Low: in.Low, High: in.High}
	}
	m := &planwrightv1.ValueComparison{Rival: c.Rival, SkuCount: int32(c.SKUs), UseShare: c.UseShare, Days: c.Days, RivalFigures: figuresMessage(&c.Them, c.Blind), PlanFigures: figuresMessage(&c.Us, false),
		Saving: known(c.Saving), SavingAtLeast: c.SavingAtLeast, SavingInterval: within(c.Saving, c.SavingIn), Freed: known(c.Freed),
		Gain: known(c.Gain), GainAtLeast: c.GainAtLeast, GainInterval: within(c.Gain, c.GainIn), OwnSaving: c.OwnSaving, OwnGain: known(c.OwnGain), Blind: c.Blind}
	for _, p := range c.Points {
		m.Points = append(m.Points, &planwrightv1.ValuePoint{Shift: p.Shift, Stock: p.Stock, FillRate: p.FillRate})
	}
	for i := range c.Groups {
		g := &c.Groups[i]
		m.Groups = append(m.Groups, &planwrightv1.ValueGroup{Dimension: g.Dimension, Key: g.Key, Days: g.Days, RivalFigures: figuresMessage(&g.Them, c.Blind), PlanFigures: figuresMessage(&g.Us, false), Saving: known(g.Saving)})
	}
	return m
}

// figuresMessage are figures; blind says that nobody knows what was not served.
func figuresMessage(f *plan.ValueFigures, blind bool) *planwrightv1.ValueFigures {
	m := &planwrightv1.ValueFigures{Stock: f.Stock, Turns: f.Turns, LostMargin: known(f.LostMargin), Orders: f.Orders, OrderedValue: f.Purchases,
		HoldingCost: known(f.Holding), OrderingCost: known(f.Ordering), EndStock: f.End, Excess: f.Excess}
	if blind {
		m.LostMargin = nil
		return m
	}
	m.FillRate, m.CycleService, m.ShortageDays = &f.FillRate, &f.CycleService, &f.OutDays
	return m
}
