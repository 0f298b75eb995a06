package plan

import (
	"context"
	"fmt"
	"math"

	"planwright"
	"planwright/mrp"
)

// Run makes a plan of a snapshot. It stops soon after ctx ends and then
// returns the context's error. A record that cannot be planned becomes an
// exception of the plan; an error means that there is no plan.
func Run(ctx context.Context, s *planwright.Snapshot, opt Options) (*planwright.Plan, error) {
	if opt.AsOf == 0 {
		opt.AsOf = s.AsOf
	}
	opt, err := opt.Validate()
	if err != nil {
		return nil, err
	}
	if opt.AsOf != s.AsOf {
		moved := *s // columns are shared, the day is this run's
		moved.AsOf = opt.AsOf
		s = &moved
	}
	end := opt.Period.Start(opt.AsOf)
	for range opt.Horizon {
		end = opt.Period.Next(end)
	}
	if opt.Base != nil && !opt.continues(opt.Base.Options) {
		opt.Base = nil
	}
	p := &planwright.Plan{
		SnapshotID: s.ID, SnapshotDigest: s.Digest, Journal: s.Journal, AsOf: opt.AsOf, HorizonEnd: end, Period: opt.Period,
		Options: opt.canonical(), Version: planwright.Version, Carried: joinDigests(planwright.DecisionsDigest(opt.Decisions), planwright.OverridesDigest(opt.Overrides)),
	}

	src := mrp.Resolve(s)
	d, err := stageDemand(ctx, s, p, &src, opt)
	if err != nil {
		return nil, err
	}
	opt.report(StageMRP, 0, s.Len())
	net := netDemand(s, &p.Forecast)
	r, err := mrp.Run(ctx, mrp.Input{
		Snap: s, SafetyStock: d.safetyStock, ReorderPoint: d.reorderPoint, OrderUpTo: d.orderUpTo, OrderQty: d.orderQty, Forecast: &net,
	}, mrp.Options{HorizonEnd: end, Workers: opt.Workers, Progress: func(done, total int) { opt.report(StageMRP, done, total) }})
	if err != nil {
		return nil, fmt.Errorf("plan: mrp: %w", err)
	}
	if err := finish(ctx, s, p, &src, d, &r, opt); err != nil {
		return nil, err
	}
	return p, nil
}

// stageDemand forecasts, classifies and sets the policies.
func stageDemand(ctx context.Context, s *planwright.Snapshot, p *planwright.Plan, src *mrp.Sourcing, opt Options) (*demand, error) {
	d, err := runDemand(ctx, s, src, opt)
	if err != nil {
		return nil, fmt.Errorf("plan: forecast: %w", err)
	}
	if err := d.join(p, &opt); err != nil {
		return nil, fmt.Errorf("plan: forecast: %w", err)
	}
	if opt.Reconcile == ReconcileMinT {
		if err := d.reconcile(ctx, s, p, &opt); err != nil {
			return nil, fmt.Errorf("plan: reconcile: %w", err)
		}
	}

	opt.report(StageSegment, 0, 1)
	segment(s, p, d, opt.Pins)
	if err := restock(ctx, s, src, p, d, opt); err != nil {
		return nil, err
	}
	opt.report(StageSegment, 1, 1)

	return d, nil
}

// finish makes of what the MRP stage planned the rest of the plan.
func finish(ctx context.Context, s *planwright.Snapshot, p *planwright.Plan, src *mrp.Sourcing, d *demand, r *mrp.Result, opt Options) (err error) {
	p.Orders, p.Pegs, p.Requirements, p.Buffers = r.Orders, r.Pegs, r.Requirements, r.Buffers
	p.Classes.Level = r.Level
	p.Exceptions.Append(&r.Exceptions)
	p.Exceptions.Append(&s.Found)

	opt.report(StageCapacity, 0, 1)
	if err := CheckCapacity(ctx, s, p); err != nil {
		return fmt.Errorf("plan: capacity: %w", err)
	}
	CheckKits(s, p)
	opt.report(StageCapacity, 1, 1)

	opt.report(StageSuggest, 0, 1)
	if p.Suggestions, err = suggest(s, p, src, r, d); err != nil {
		return fmt.Errorf("plan: suggest: %w", err)
	}
	decide(s, p, standing(opt.Decisions, p.AsOf))
	opt.report(StageSuggest, 1, 1)

	opt.report(StageAnalytics, 0, 1)
	if err := analyse(ctx, s, p, d, opt); err != nil {
		return fmt.Errorf("plan: analytics: %w", err)
	}
	p.KPIs = keyFigures(s, p, d)
	opt.report(StageAnalytics, 1, 1)
	if err := ctx.Err(); err != nil {
		return err
	}
	p.Digest = p.ComputeDigest()
	return nil
}

func (o *Options) report(s Stage, done, total int) {
	if o.Progress != nil {
		o.Progress(s, done, total)
	}
}

// joinDigests are those that there are.
func joinDigests(a, b string) string {
	if a != "" && b != "" {
		return a + "+" + b
	}
	return a + b
}

// join puts the tables of the chunks together, in the order of the sku's.
func (d *demand) join(p *planwright.Plan, opt *Options) error {
	p.Forecast.Q = make([][]float64, len(planwright.Quantiles))
	p.Cumulative.Q = make([][]float64, len(planwright.Quantiles))
	for i := range d.chunks {
		c := &d.chunks[i]
		appendForecast(&p.Forecast, &c.forecast)
		appendCumulative(&p.Cumulative, &c.cumulative)
		appendMethods(&p.Methods, &c.methods)
		c.components.join(&p.Components)
		appendChanges(&p.Changes, &c.changes)
		appendStates(&p.States, &c.states)
		appendAccuracy(&p.Accuracy, &c.accuracy)
		appendPolicies(&p.Policies, &c.policies)
		p.Exceptions.Append(&c.exceptions)
		d.inputs = append(d.inputs, c.inputs...)
		d.sums.join(&c.sums)
	}
	d.chunks = nil
	t, c := &p.Causes, d.company.causes
	for i := range c.list {
		e := &c.list[i]
		if c.seen[i] == 0 && math.IsNaN(e.entered) {
			continue // nothing is known of it
		}
		t.Kind, t.Name, t.Scope = append(t.Kind, e.kind), append(t.Name, e.name), append(t.Scope, e.scope)
		t.Entered, t.Effect = append(t.Entered, e.entered+1), append(t.Effect, c.effect[i]+1)
		t.Periods = append(t.Periods, c.seen[i])
	}
	company := ""
	if d.company.carried {
		company, p.Carried = opt.Base.Company, joinDigests(p.Carried, opt.Base.Digest)
	} else {
		var err error
		if company, err = d.company.encode(); err != nil {
			return err
		}
	}
	p.States.SKU = append(p.States.SKU, planwright.NoSKU)
	p.States.Kind = append(p.States.Kind, companyState)
	p.States.State = append(p.States.State, company)
	d.company.early = nil
	return nil
}

func appendCumulative(a, b *planwright.CumulativeForecast) {
	a.SKU = append(a.SKU, b.SKU...)
	a.Periods = append(a.Periods, b.Periods...)
	a.End = append(a.End, b.End...)
	a.Mean = append(a.Mean, b.Mean...)
	a.SD = append(a.SD, b.SD...)
	for q := range b.Q {
		a.Q[q] = append(a.Q[q], b.Q[q]...)
	}
}

func appendMethods(a, b *planwright.ForecastMethods) {
	a.SKU = append(a.SKU, b.SKU...)
	a.Method = append(a.Method, b.Method...)
	a.Season = append(a.Season, b.Season...)
	a.Score = append(a.Score, b.Score...)
	a.Weight = append(a.Weight, b.Weight...)
	a.Why = append(a.Why, b.Why...)
}

func appendChanges(a, b *planwright.HistoryChanges) {
	a.SKU = append(a.SKU, b.SKU...)
	a.Start = append(a.Start, b.Start...)
	a.From = append(a.From, b.From...)
	a.To = append(a.To, b.To...)
	a.Reason = append(a.Reason, b.Reason...)
	a.Score = append(a.Score, b.Score...)
	a.Applied = append(a.Applied, b.Applied...)
}

func appendStates(a, b *planwright.ForecastStates) {
	a.SKU = append(a.SKU, b.SKU...)
	a.Kind = append(a.Kind, b.Kind...)
	a.State = append(a.State, b.State...)
}

func appendForecast(a, b *planwright.Forecast) {
	a.SKU = append(a.SKU, b.SKU...)
	a.Start = append(a.Start, b.Start...)
	a.End = append(a.End, b.End...)
	a.Method = append(a.Method, b.Method...)
	a.Mean = append(a.Mean, b.Mean...)
	a.SD = append(a.SD, b.SD...)
	for q := range b.Q {
		a.Q[q] = append(a.Q[q], b.Q[q]...)
	}
	a.Override = append(a.Override, b.Override...)
	a.Final = append(a.Final, b.Final...)
}

func appendAccuracy(a, b *planwright.Accuracy) {
	a.SKU = append(a.SKU, b.SKU...)
	a.Method = append(a.Method, b.Method...)
	a.Periods = append(a.Periods, b.Periods...)
	a.MASE = append(a.MASE, b.MASE...)
	a.RMSSE = append(a.RMSSE, b.RMSSE...)
	a.WAPE = append(a.WAPE, b.WAPE...)
	a.Bias = append(a.Bias, b.Bias...)
	a.Pinball = append(a.Pinball, b.Pinball...)
	a.NaiveWAPE = append(a.NaiveWAPE, b.NaiveWAPE...)
	a.FVA = append(a.FVA, b.FVA...)
	a.Class = append(a.Class, b.Class...)
}

func appendPolicies(a, b *planwright.Policies) {
	a.SKU = append(a.SKU, b.SKU...)
	a.Class = append(a.Class, b.Class...)
	a.Policy = append(a.Policy, b.Policy...)
	a.SafetyStock = append(a.SafetyStock, b.SafetyStock...)
	a.ReorderPoint = append(a.ReorderPoint, b.ReorderPoint...)
	a.OrderUpTo = append(a.OrderUpTo, b.OrderUpTo...)
	a.OrderQty = append(a.OrderQty, b.OrderQty...)
	a.ServiceTarget = append(a.ServiceTarget, b.ServiceTarget...)
	a.ServiceExpected = append(a.ServiceExpected, b.ServiceExpected...)
	a.CycleStockValue = append(a.CycleStockValue, b.CycleStockValue...)
	a.SafetyStockValue = append(a.SafetyStockValue, b.SafetyStockValue...)
	a.Method = append(a.Method, b.Method...)
	a.Explain = append(a.Explain, b.Explain...)
	a.Sources = append(a.Sources, b.Sources...)
	a.ProtectedMean = append(a.ProtectedMean, b.ProtectedMean...)
	a.ProtectedSD = append(a.ProtectedSD, b.ProtectedSD...)
	a.YearlyDemand = append(a.YearlyDemand, b.YearlyDemand...)
}
