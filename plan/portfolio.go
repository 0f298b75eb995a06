package plan

import (
	"context"
	"math"
	"sync"
	"sync/atomic"

	"planwright"
	"planwright/mrp"
	"planwright/replenish"
)

// stocking joins the settings of the data set with the options of the run; a
// goal of the run takes the place of those of the data set.
func (o *Options) stocking(s *planwright.Snapshot) planwright.Stocking {
	t := s.Stocking
	if o.MultiEchelon || o.StockBudget > 0 || o.FillRate > 0 {
		t.MultiEchelon, t.StockBudget, t.FillRate = o.MultiEchelon, o.StockBudget, o.FillRate
	}
	return t
}

// wholeCompany says whether policies depend on more than their own sku.
func (o *Options) wholeCompany(s *planwright.Snapshot) bool {
	t := o.stocking(s)
	return len(t.Classes) > 0 || t.MultiEchelon || t.StockBudget > 0 || t.FillRate > 0
}

// figure is a key figure of the policy stage.
type figure struct {
	name  string
	value float64
}

// restock sets again the policies that depend on the whole company: service
// targets by class; then reorder points under a budget or for a fill rate of the
// company, or safety stocks placed in the supply network.
func restock(ctx context.Context, s *planwright.Snapshot, src *mrp.Sourcing, p *planwright.Plan, d *demand, opt Options) error {
	if !opt.wholeCompany(s) {
		return nil
	}
	t := opt.stocking(s)
	r := restocking{s: s, p: p, d: d, opt: opt, changed: make([]bool, len(d.inputs))}
	if len(t.Classes) > 0 {
		for i := range d.inputs {
			in := &d.inputs[i]
			if in.targetFrom != "target_default" && in.targetFrom != "target_company" {
				continue
			}
			if service := t.Target(p.Classes.ABC[in.sku], p.Classes.XYZ[in.sku]); service > 0 {
				in.par.Target, in.targetFrom, r.changed[i] = service, "target_class", true
			}
		}
	}
	if err := r.compute(ctx); err != nil {
		return err
	}
	switch {
	case t.StockBudget > 0 || t.FillRate > 0:
		if err := r.portfolio(t.StockBudget, t.FillRate); err != nil {
			return err
		}
	case t.MultiEchelon:
		if err := r.echelons(ctx, src, t); err != nil {
			return err
		}
	}
	return r.compute(ctx)
}

// restocking is one call of restock.
type restocking struct {
	s       *planwright.Snapshot
	p       *planwright.Plan
	d       *demand
	opt     Options
	changed []bool // inputs whose policy is to be computed again
}

// compute computes the policies whose inputs changed, in chunks; each writes
// its own rows.
func (r *restocking) compute(ctx context.Context) error {
	n := len(r.d.inputs)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range r.opt.Workers {
		wg.Go(func() {
			var w policyWriter
			for ctx.Err() == nil {
				lo := (int(next.Add(1)) - 1) * chunk
				if lo >= n {
					return
				}
				for i := lo; i < min(lo+chunk, n); i++ {
					if !r.changed[i] {
						continue
					}
					r.changed[i] = false
					in := &r.d.inputs[i]
					// What was right for the sku alone is right with another target.
					if p, err := replenish.Compute(in.demand, in.par); err == nil {
						w.put(r.s, r.d, &r.p.Policies, i, in, p)
					}
				}
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// budgetRounds is how often a budget is tried again for what whole units and
// levels that may not fall further take of it.
const budgetRounds = 12

// portfolio sets the levels of all sku's that have demand and a cost and that
// nobody entered levels for: those of the highest fill rate, by value at cost,
// that a budget of mean stock allows, or of the least stock for a fill rate. Levels
// that people entered, and safety stocks that netting may not take below 0, count
// with what they cost and give.
//
// Sherbrooke (2004), ch. 2; Thonemann, Brown and Hausman (2002).
func (r *restocking) portfolio(budget, fillRate float64) error {
	var rows []int // of the policies
	var all, free replenish.Tradeoff
	var at, floor []float64 // level; the lowest that is allowed
	var fixed []bool
	pol := &r.p.Policies
	for i := range r.d.inputs {
		in := &r.d.inputs[i]
		cost := known(r.s.Items.UnitCost[r.s.SKUs.Item[in.sku]])
		mean, sd := pol.ProtectedMean[i], pol.ProtectedSD[i]
		if !(cost > 0 && pol.YearlyDemand[i] > 0 && mean > 0 && sd >= 0) {
			continue
		}
		row := TradeoffRow{Mean: mean, SD: sd, Divisible: in.par.Divisible}
		item := replenish.TradeoffItem{UnitCost: cost, Weight: cost, Rate: pol.YearlyDemand[i], Lead: lawOf(row)}
		level := pol.ReorderPoint[i]
		if pol.Policy[i] == replenish.PolicyRS {
			level = pol.OrderUpTo[i]
		} else {
			item.Quantity = math.Max(0, pol.OrderQty[i].Float())
		}
		low := math.Inf(-1)
		if in.par.NoNegative {
			low = mean
		}
		rows, at, floor = append(rows, i), append(at, level.Float()), append(floor, low)
		fixed = append(fixed, in.par.SafetyStock.Given || in.par.ReorderPoint.Given || in.par.OrderUpTo.Given)
		all.Items = append(all.Items, item)
	}
	if len(rows) == 0 {
		return nil
	}
	step := func(j int) float64 {
		return planwright.Step(int(r.s.Items.Decimals[r.s.SKUs.Item[r.d.inputs[rows[j]].sku]])).Float()
	}
	goal := fillRate
	money := budget
	var reached, least replenish.TradeoffPoint
	var best []float64                    // levels of least
	held := append([]bool(nil), fixed...) // entered, or at its floor
	for range budgetRounds {
		// The rest must do what the held ones leave.
		var who []int
		var stuck replenish.Tradeoff
		var stuckAt []float64
		free.Items = free.Items[:0]
		for j := range rows {
			if held[j] {
				stuck.Items, stuckAt = append(stuck.Items, all.Items[j]), append(stuckAt, at[j])
			} else {
				who, free.Items = append(who, j), append(free.Items, all.Items[j])
			}
		}
		if len(who) == 0 {
			break
		}
		var heldPoint replenish.TradeoffPoint
		if len(stuck.Items) > 0 {
			var err error
			if heldPoint, err = stuck.Evaluate(stuckAt); err != nil {
				return err
			}
		}
		points := make([]float64, len(who))
		var err error
		if budget > 0 {
			_, err = free.ForInvestment(math.Max(0, money-heldPoint.Investment), points)
		} else {
			short, rate := 0.0, 0.0
			for j := range rows {
				rate += all.Items[j].Weight * all.Items[j].Rate
				if !held[j] {
					short += all.Items[j].Weight * all.Items[j].Rate
				}
			}
			// Of the shortage that the goal leaves, the held ones have used theirs.
			left := (1-goal)*rate - heldPoint.Short
			_, err = free.ForFillRate(1-math.Max(0, left)/short, points)
		}
		if err != nil {
			return err
		}
		again := false
		for i, j := range who {
			u := step(j)
			at[j] = math.Ceil(points[i]/u-1e-9) * u
			if at[j] < floor[j] {
				at[j] = math.Ceil(floor[j]/u-1e-9) * u
				held[j], again = true, true
			}
		}
		if reached, err = all.Evaluate(at); err != nil {
			return err
		}
		if again {
			continue
		}
		// Rounding up to whole units costs money, and fills more than was asked for.
		if over := reached.Investment - budget; budget > 0 {
			if over <= 1e-9*budget || money <= over {
				break
			}
			money -= over
			continue
		}
		more := reached.FillRate - fillRate
		if more >= 0 && (best == nil || reached.Investment < least.Investment) {
			best, least = append(best[:0], at...), reached
		}
		if goal -= more; math.Abs(more) < 1e-7 {
			break
		}
	}
	if best != nil {
		copy(at, best)
		reached = least
	}
	for j, i := range rows {
		if !fixed[j] {
			r.d.inputs[i].par.Level = replenish.Entered{Value: at[j], Given: true}
			r.changed[i] = true
		}
	}
	r.d.figures = append(r.d.figures, figure{"portfolio_skus", float64(len(rows))}, figure{"portfolio_stock", reached.Investment}, figure{"portfolio_fill_rate", reached.FillRate})
	if budget > 0 {
		r.d.figures = append(r.d.figures, figure{"portfolio_budget", budget})
	}
	return nil
}
