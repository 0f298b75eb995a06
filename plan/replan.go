package plan

import (
	"context"
	"fmt"
	"slices"

	"planwright"
	"planwright/mrp"
	"planwright/scenario"
)

// Outcome is what a scenario makes of a plan.
type Outcome struct {
	Applied  *scenario.Applied
	Base, Is Tally // of the plan and of the scenario
	Forecast int   // sku's forecast again, policies set again with them
	Planned  int   // sku's netted again
	Whole    bool  // the whole company was planned
	SKUs     []planwright.SKU

	Orders      *Comparison // of planned orders: changes and their number, without causes
	Suggestions []SuggestionChange
}

// Replan answers a scenario. The plan is as before when it returns.
func (g *Ground) Replan(ctx context.Context, a *scenario.Applied) (*Outcome, error) {
	if g.company(a) {
		return g.fromScratch(ctx, a)
	}
	r, err := g.rebase(ctx, a)
	if err != nil {
		g.planner.Back()
		return nil, err
	}
	return g.compare(a, r), nil
}

// company says whether a scenario touches goals of the whole company.
func (g *Ground) company(a *scenario.Applied) bool {
	opt := g.scratch(a)
	t := opt.stocking(a.Snap)
	return t.MultiEchelon || t.StockBudget > 0 || t.FillRate > 0 || opt.Reconcile == ReconcileMinT
}

// scratch are the options of planning a scenario from scratch.
func (g *Ground) scratch(a *scenario.Applied) Options {
	opt := g.opt
	if a.Budget > 0 {
		opt.MultiEchelon, opt.FillRate, opt.StockBudget = false, 0, a.Budget
	}
	return opt
}

// Whole plans a scenario from scratch.
func (g *Ground) Whole(ctx context.Context, a *scenario.Applied, progress func(Stage, int, int)) (*planwright.Plan, error) {
	opt := g.scratch(a)
	opt.Progress = progress
	return Run(ctx, a.Snap, opt)
}

// replanned is what was planned again, while the planner stands on the scenario.
type replanned struct {
	runs    []redone
	skus    []planwright.SKU // any row of theirs may differ
	redone  int
	planned int
	whole   bool
	policy  func(k planwright.SKU) policyRow
}

// rebase plans what a scenario touches; the planner stands on it then.
func (g *Ground) rebase(ctx context.Context, a *scenario.Applied) (*replanned, error) {
	src := &g.src
	if touched := merged(a.Policy, a.Dates); len(touched) > 0 {
		again := g.src.Again(a.Snap, touched)
		src = &again
	}
	again := merged(a.Forecast, a.Policy)
	for _, k := range a.Dates { // a calendar bears on a policy by the days that its lead time takes
		if src.LeadDays[k] != g.src.LeadDays[k] {
			again = append(again, k)
		}
	}
	again = merged(again)
	runs, err := g.redo(ctx, a.Snap, src, again)
	if err != nil {
		return nil, err
	}
	in := g.planner.Input()
	in.Snap = a.Snap
	in.SafetyStock, in.ReorderPoint, in.OrderUpTo, in.OrderQty = slices.Clone(in.SafetyStock), slices.Clone(in.ReorderPoint), slices.Clone(in.OrderUpTo), slices.Clone(in.OrderQty)
	d := g.demand
	for _, k := range again {
		in.SafetyStock[k], in.ReorderPoint[k], in.OrderUpTo[k], in.OrderQty[k] = d.safetyStock[k], d.reorderPoint[k], d.orderUpTo[k], d.orderQty[k]
	}
	var edits []mrp.Edit
	at := 0
	for _, k := range a.Forecast {
		for at < len(runs) && runs[at].hi <= k {
			at++
		}
		f := &runs[at].rows.forecast
		lo, _ := slices.BinarySearch(f.SKU, k)
		hi := lo
		for hi < len(f.SKU) && f.SKU[hi] == k {
			hi++
		}
		var rows mrp.Forecast
		netRows(a.Snap, f, k, lo, hi, func(from, to planwright.Day, q planwright.Qty, customer string, _ int32) {
			if q > 0 && to >= from {
				rows.From, rows.To, rows.Qty, rows.Customer = append(rows.From, from), append(rows.To, to), append(rows.Qty, q), append(rows.Customer, customer)
			}
		})
		edits = append(edits, mrp.SetRows(k, rows))
	}
	done, err := g.planner.Rebase(ctx, in, merged(a.Rows, a.Dates, again), a.Structure, edits)
	if err != nil {
		return nil, err
	}
	r := &replanned{runs: runs, redone: len(again), planned: done.Planned}
	r.skus = merged(done.SKUs, again, a.Rows, a.Dates, a.Worth)
	r.policy = func(k planwright.SKU) policyRow {
		i, ok := slices.BinarySearchFunc(runs, k, func(x redone, k planwright.SKU) int {
			switch {
			case x.hi <= k:
				return -1
			case x.lo > k:
				return 1
			}
			return 0
		})
		if !ok {
			return g.policyRow(k)
		}
		t := &runs[i].rows.policies
		j, ok := slices.BinarySearch(t.SKU, k)
		if !ok {
			return policyRow{}
		}
		return rowOf(t, j)
	}
	return r, nil
}

// fromScratch answers a scenario that touches the whole company.
func (g *Ground) fromScratch(ctx context.Context, a *scenario.Applied) (*Outcome, error) {
	p, err := g.Whole(ctx, a, nil)
	if err != nil {
		return nil, err
	}
	row := make([]int32, a.Snap.Len())
	for k := range row {
		row[k] = planwright.None
	}
	in := levelsOf(a.Snap, &p.Policies, row)
	net, _ := tracedDemand(a.Snap, &p.Forecast)
	var edits []mrp.Edit
	for k := range planwright.SKU(a.Snap.Len()) {
		edits = append(edits, mrp.SetRows(k, mrp.Rows(&net, k)))
	}
	done, err := g.planner.Rebase(ctx, in, nil, true, edits)
	if err != nil {
		g.planner.Back()
		return nil, fmt.Errorf("whatif: %w", err)
	}
	r := &replanned{redone: a.Snap.Len(), planned: done.Planned, whole: true}
	for k := range planwright.SKU(a.Snap.Len()) {
		r.skus = append(r.skus, k)
	}
	r.policy = func(k planwright.SKU) policyRow {
		if i := row[k]; i != planwright.None {
			return rowOf(&p.Policies, int(i))
		}
		return policyRow{}
	}
	return g.compare(a, r), nil
}

// compare takes the planner back and sets what was against what would be.
func (g *Ground) compare(a *scenario.Applied, r *replanned) *Outcome {
	s := g.Snap
	o := &Outcome{Applied: a, Forecast: r.redone, Planned: r.planned, Whole: r.whole, SKUs: r.skus, Base: g.tally}
	after := g.planner.Part(r.skus)
	g.planner.Back()
	before := g.planner.Part(r.skus)
	o.Is = g.tally.clone()
	o.Is.add(s, &before, r.skus, g.policyRow, -1)
	o.Is.add(a.Snap, &after, r.skus, r.policy, 1)
	was, is := g.listed(s, &before), g.listed(a.Snap, &after)
	o.Suggestions = changedSuggestions(was, is)
	c := &Comparison{}
	x := &Standing{Snap: s, Plan: &planwright.Plan{Orders: before.Orders}}
	y := &Standing{Snap: a.Snap, Plan: &planwright.Plan{Orders: after.Orders}}
	first := newStep(CauseMaster, s, &before.Orders, &before.Exceptions)
	c.match(x, y, first.orders)
	c.nervousness(x, y)
	o.Orders = c
	return o
}
