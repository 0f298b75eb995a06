package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/plan"
	"planwright/publish"
	"planwright/snapshot"

	"github.com/spf13/cobra"
)

type runFlags struct {
	asOf, period, method, snapshot, requestID, failOn string
	horizon                                           int

	multiEchelon          bool
	stockBudget, fillRate float64

	base, outliers, reconcile string
	publish                   []string
}

// runVerb makes a plan.
func (a *app) runVerb() *cobra.Command {
	var f runFlags
	cmd := a.verb("run", cobra.NoArgs, func(cmd *cobra.Command, _ []string) error {
		opt, err := a.planOptions(f)
		if err != nil {
			return err
		}
		codes, err := parseCodes(f.failOn)
		if err != nil {
			return err
		}
		w, err := a.open()
		if err != nil {
			return err
		}
		defer w.Close()
		if !cmd.Flags().Changed("workers") && a.remote != nil {
			opt.Workers = 0 // as many as the server has
		}
		made, err := a.planAnywhere(cmd.Context(), w, f, opt)
		if err != nil {
			return err
		}
		if made.again {
			a.say("cli.run.again", "id", made.id, "request", f.requestID)
		} else {
			a.summary(&made)
			for c := range made.exceptions {
				if codes[c] {
					a.exit = exitMatched
				}
			}
		}
		if len(f.publish) > 0 && a.remote != nil {
			if w, err = a.open(); err != nil { // with the new plan
				return err
			}
		}
		for _, target := range f.publish {
			if err := a.publish(cmd.Context(), w, publish.Options{Plan: made.id, Target: target}); err != nil {
				return err // the plan is there; publish alone can be tried again
			}
		}
		a.next("cli.run.next")
		return nil
	})
	cmd.Flags().StringArrayVar(&f.publish, "publish", nil, a.T("cli.flag.publish"))
	cmd.Flags().StringVar(&f.asOf, "as-of", "", a.T("cli.flag.asof"))
	cmd.Flags().IntVar(&f.horizon, "horizon", 0, a.T("cli.flag.horizon"))
	cmd.Flags().StringVar(&f.period, "period", "week", a.T("cli.flag.period"))
	cmd.Flags().StringVar(&f.method, "method", "auto", a.T("cli.flag.method"))
	cmd.Flags().StringVar(&f.snapshot, "snapshot", "latest", a.T("cli.flag.snapshot"))
	cmd.Flags().StringVar(&f.requestID, "request-id", "", a.T("cli.flag.request"))
	cmd.Flags().StringVar(&f.failOn, "fail-on", "", a.T("cli.flag.failon"))
	cmd.Flags().StringVar(&f.base, "base", snapshot.AutoBase, a.T("cli.flag.base"))
	cmd.Flags().StringVar(&f.outliers, "outliers", plan.OutlierMark, a.T("cli.flag.outliers"))
	cmd.Flags().StringVar(&f.reconcile, "reconcile", plan.ReconcileNone, a.T("cli.flag.reconcile"))
	cmd.Flags().BoolVar(&f.multiEchelon, "multi-echelon", false, a.T("cli.flag.multi_echelon"))
	cmd.Flags().Float64Var(&f.stockBudget, "stock-budget", 0, a.T("cli.flag.stock_budget"))
	cmd.Flags().Float64Var(&f.fillRate, "fill-rate", 0, a.T("cli.flag.fill_rate"))
	return cmd
}

// parseCodes reads a list of codes.
func parseCodes(s string) (map[planwright.Code]bool, error) {
	set := map[planwright.Code]bool{}
	for _, name := range strings.Split(s, ",") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		c, ok := planwright.ParseCode(name)
		if !ok {
			return nil, usage(fmt.Sprintf("--fail-on %s: no such code", name))
		}
		set[c] = true
	}
	return set, nil
}

func (a *app) planOptions(f runFlags) (plan.Options, error) {
	asOf, err := day("as-of", f.asOf)
	if err != nil {
		return plan.Options{}, err
	}
	period, ok := planwright.ParsePeriod(f.period)
	if !ok {
		return plan.Options{}, usage(fmt.Sprintf("--period %s: use day, week or month", f.period))
	}
	opt := plan.Options{AsOf: asOf, Horizon: f.horizon, Period: period, Method: f.method, Workers: a.workers,
		MultiEchelon: f.multiEchelon, StockBudget: f.stockBudget, FillRate: f.fillRate, Outliers: f.outliers, Reconcile: f.reconcile}
	if f.horizon < 0 {
		return opt, usage(fmt.Sprintf("--horizon %d: give a number of periods", f.horizon))
	}
	_, err = opt.Validate()
	return opt, err
}

// plan loads a snapshot, plans it and publishes the plan. The plan is nil where
// the request id was answered by an earlier run.
func (a *app) plan(ctx context.Context, w *snapshot.Workspace, f runFlags, opt plan.Options) (snapshot.PlanInfo, *planwright.Plan, error) {
	release, err := w.Lock(ctx)
	if err != nil {
		return snapshot.PlanInfo{}, nil, err
	}
	defer release()
	if f.requestID != "" {
		if r, ok, err := w.FindRun(ctx, "plan", f.requestID); err != nil {
			return snapshot.PlanInfo{}, nil, err
		} else if ok && r.Status == "done" {
			info, err := w.GetPlan(r.PlanID)
			return info, nil, err
		}
	}
	bars := a.progress()
	defer bars.done()
	began := time.Now()
	r := snapshot.Run{ID: snapshot.NewRunID(), RequestID: f.requestID, Kind: "plan", Status: "running", SnapshotID: f.snapshot, Started: began}
	if err := w.RecordRun(ctx, r); err != nil {
		return snapshot.PlanInfo{}, nil, err
	}
	info, p, err := a.planSnapshot(ctx, w, f, opt, bars, &r)
	r.Ended = time.Now()
	switch {
	case err == nil:
		r.Status, r.PlanID = "done", info.ID
	case errors.Is(err, context.Canceled):
		r.Status = "cancelled"
	default:
		r.Status, r.Error = "failed", err.Error()
	}
	// The run is told even if it was cancelled.
	if told := w.RecordRun(context.WithoutCancel(ctx), r); err == nil {
		err = told
	}
	return info, p, err
}

// planSnapshot is the run itself.
func (a *app) planSnapshot(ctx context.Context, w *snapshot.Workspace, f runFlags, opt plan.Options, bars *progress, r *snapshot.Run) (snapshot.PlanInfo, *planwright.Plan, error) {
	s, closeSnapshot, err := w.Load(ctx, f.snapshot, snapshot.LoadOptions{Progress: func(_ string, done, total int64) { bars.show("load", done, total) }})
	if err != nil {
		return snapshot.PlanInfo{}, nil, err
	}
	r.SnapshotID = s.ID
	if opt.Decisions, err = w.StandingDecisions(ctx); err != nil {
		return snapshot.PlanInfo{}, nil, errors.Join(err, closeSnapshot())
	}
	if opt.Overrides, err = w.StandingOverrides(ctx); err != nil {
		return snapshot.PlanInfo{}, nil, errors.Join(err, closeSnapshot())
	}
	key, err := opt.Canonical()
	if err != nil {
		return snapshot.PlanInfo{}, nil, errors.Join(err, closeSnapshot())
	}
	base, closeBase, err := w.CarryFrom(ctx, f.base, s, key)
	if err != nil {
		return snapshot.PlanInfo{}, nil, errors.Join(err, closeSnapshot())
	}
	if opt.Base = base; base != nil {
		a.say("cli.run.base", "id", base.PlanID)
	}
	opt.Progress = func(st plan.Stage, done, total int) { bars.show(string(st), int64(done), int64(total)) }
	p, err := plan.Run(ctx, s, opt)
	err = errors.Join(err, closeBase())
	if err == nil {
		r.Options = p.Options
		var info snapshot.PlanInfo
		info, err = w.WritePlan(ctx, s, p, snapshot.RunInfo{RunID: r.ID, RequestID: f.requestID, Started: r.Started}, func(done, total int64) { bars.show("write", done, total) })
		if err == nil {
			return info, p, closeSnapshot()
		}
	}
	_ = closeSnapshot()
	return snapshot.PlanInfo{}, nil, err
}

// summaryFigures are the key figures that a run prints.
var summaryFigures = map[string]bool{"skus": true, "skus_with_stock": true, "skus_negative": true, "stock_value": true, "use_value_year": true, "turns": true, "days_of_supply": true,
	"excess_stock_value": true, "slow_stock_value": true, "dead_stock_value": true, "expiry_risk_value": true, "safety_stock_value": true, "otif_plan": true, "safety_breaches": true,
	"planned_orders": true, "planned_value": true, "release_value_week": true, "excess_order_value": true, "unused_stock_value": true, "suggestions": true, "exceptions": true, "zero_touch_share": true,
	"portfolio_skus": true, "portfolio_budget": true, "portfolio_stock": true, "portfolio_fill_rate": true, "echelon_networks": true, "echelon_stages": true, "echelon_cost": true, "echelon_bound": true,
	"echelon_gap": true, "echelon_cost_stocked": true, "echelon_cost_alone": true}

// madePlan is what a run prints of what it made.
type madePlan struct {
	id, snapshot, digest string
	asOf, horizonEnd     planwright.Day
	figures              []figureValue
	exceptions           map[planwright.Code]int
	again                bool // the request was answered before
}

type figureValue struct {
	name  string
	value float64 // NaN: none
}

// summaryOf is what a plan that was made here prints.
func summaryOf(id string, p *planwright.Plan) madePlan {
	m := madePlan{id: id, snapshot: p.SnapshotID, digest: p.Digest, asOf: p.AsOf, horizonEnd: p.HorizonEnd, exceptions: map[planwright.Code]int{}}
	for i, name := range p.KPIs.Name {
		m.figures = append(m.figures, figureValue{name, p.KPIs.Value[i]})
	}
	for _, c := range p.Exceptions.Code {
		m.exceptions[c]++
	}
	return m
}

// planAnywhere plans here, or on the server.
func (a *app) planAnywhere(ctx context.Context, w *snapshot.Workspace, f runFlags, opt plan.Options) (madePlan, error) {
	if a.remote != nil {
		return a.planRemote(ctx, w, f, opt)
	}
	info, p, err := a.plan(ctx, w, f, opt)
	if err != nil {
		return madePlan{}, err
	}
	if p == nil {
		return madePlan{id: info.ID, again: true}, nil
	}
	return summaryOf(info.ID, p), nil
}

// planRemote lets the server plan.
func (a *app) planRemote(ctx context.Context, w *snapshot.Workspace, f runFlags, opt plan.Options) (madePlan, error) {
	snap, err := w.ResolveSnapshot(f.snapshot)
	if err != nil {
		return madePlan{}, err
	}
	base := f.base
	if base != snapshot.AutoBase && base != snapshot.NoBase {
		if base, err = w.ResolvePlan(base); err != nil {
			return madePlan{}, err
		}
		base = "plans/" + base
	}
	defer a.endTransfers()
	m, again, err := a.remote.Run(ctx, &planwrightv1.CreatePlanRequest{Snapshot: "snapshots/" + snap, RequestId: f.requestID, Options: &planwrightv1.PlanOptions{AsOf: f.asOf, Horizon: int32(opt.Horizon), Period: f.period,
		Workers: int32(opt.Workers), Method: f.method, MultiEchelon: f.multiEchelon, StockBudget: f.stockBudget, FillRate: f.fillRate, Base: base, Outliers: f.outliers, Reconcile: f.reconcile}})
	if err != nil {
		return madePlan{}, err
	}
	a.endTransfers()
	made := madePlan{id: strings.TrimPrefix(m.GetName(), "plans/"), snapshot: snap, digest: m.GetDigest(), exceptions: map[planwright.Code]int{}, again: again}
	if made.asOf, err = planwright.ParseDay(m.GetAsOf()); err != nil {
		return made, err
	}
	if made.horizonEnd, err = planwright.ParseDay(m.GetHorizonEnd()); err != nil {
		return made, err
	}
	for _, k := range m.GetKpis() {
		v := math.NaN()
		if k.Value != nil {
			v = k.GetValue()
		}
		made.figures = append(made.figures, figureValue{k.GetName(), v})
	}
	for _, x := range m.GetExceptionCounts() {
		if c, ok := planwright.ParseCode(x.GetCode()); ok {
			made.exceptions[c] = int(x.GetCount())
		}
	}
	return made, nil
}

// summary prints what a run made.
func (a *app) summary(m *madePlan) {
	fmt.Fprintf(a.out, "%s\n", a.T("cli.run.done", "id", m.id, "snapshot", m.snapshot, "asof", m.asOf.String(), "end", (m.horizonEnd-1).String(), "digest", m.digest[:12]))
	t := newTable(a.T("col.figure"), ">"+a.T("col.value"))
	for _, k := range m.figures {
		if !summaryFigures[k.name] { // report kpi has them all
			continue
		}
		t.add(a.T("kpi."+k.name), shown(k.value))
	}
	t.write(a.out, 0)
	counts := m.exceptions
	if len(counts) == 0 {
		return
	}
	fmt.Fprintln(a.out)
	e := newTable(a.T("col.exception"), a.T("col.severity"), ">"+a.T("col.count"), a.T("col.title"))
	for _, c := range planwright.Codes() {
		if counts[c] > 0 {
			e.add(c.String(), a.T("severity."+c.Severity().String()), count(counts[c]), a.T("name."+c.String()))
		}
	}
	e.write(a.out, 0)
}
