package plan

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"planwright"
	"planwright/mrp"
	"planwright/scenario"
)

// Pins are what sku's share that a scenario takes over from the plan that it is
// compared with, so that a change of one sku does not move all others: the classes.
// What the company taught its forecasts (effects of causes, calibration, sporadic
// items, launches) comes with Options.Base.
type Pins struct {
	ABC, XYZ []string // by sku
}

// Ground is a plan that scenarios are asked of: what-if questions about its snapshot,
// answered by planning again what they touch. It rests on a [Standing], and like it is
// used by one goroutine at a time.
//
// The answer is, bit for bit, that of planning the changed snapshot from scratch with
// [Ground.Options]: the plan's own options with its classes and what its company taught
// pinned. Goals of the whole company (a budget, a fill rate, the supply network) and
// reconciled forecasts are planned from scratch indeed.
type Ground struct {
	*Standing
	opt   Options
	base  scenario.Base
	src   mrp.Sourcing
	lead  leadTimes
	tally Tally

	demand *demand // what the company taught, and room for the per-sku stages; nil until needed
}

// NewGround makes a plan the ground of scenarios. carried is what the plan's company
// taught, with the states of the plan that it went on from (none: its models were
// fitted anew) and the digest of the plan itself; overrides are those that it was made
// with.
func NewGround(ctx context.Context, st *Standing, carried *planwright.Carried, overrides []planwright.ForecastOverride) (*Ground, error) {
	opt, err := ParseOptions(st.Plan.Options)
	if err != nil {
		return nil, err
	}
	c := *carried
	c.Options = st.Plan.Options
	opt.Base, opt.Overrides, opt.Workers = &c, overrides, st.workers
	opt.Pins = &Pins{ABC: st.Plan.Classes.ABC, XYZ: st.Plan.Classes.XYZ}
	n := st.Snap.Len()
	if len(opt.Pins.ABC) != n || len(opt.Pins.XYZ) != n {
		return nil, &planwright.Error{Code: planwright.CodeUsage, Op: "whatif", Subject: "plan", What: "has no classes", Fix: "run the plan again", Args: []string{"detail", "the plan has no classes"}}
	}
	g := &Ground{Standing: st, opt: opt, src: mrp.Resolve(st.Snap)}
	g.lead = measureLeadTimes(st.Snap, &g.src, opt.AsOf)
	g.base = scenario.Base{ABC: opt.Pins.ABC, XYZ: opt.Pins.XYZ, SafetyStock: st.planner.Input().SafetyStock, HorizonEnd: st.Plan.HorizonEnd}
	st.planner.Own()
	g.tally, err = g.count(ctx)
	return g, err
}

// Options are those with which a scenario is planned from scratch.
func (g *Ground) Options() Options { return g.opt }

// Base is what changes are applied with.
func (g *Ground) Base() *scenario.Base { return &g.base }

// learned makes the room of the per-sku stages, once.
func (g *Ground) learned(ctx context.Context) (*demand, error) {
	if g.demand != nil {
		return g.demand, nil
	}
	s, n := g.Snap, g.Snap.Len()
	d := newDemand(n)
	d.judged = judgements(s, g.opt.Overrides)
	var err error
	if d.old, err = readPredecessors(ctx, s, &g.opt); err != nil {
		return nil, err
	}
	d.company.causes = newCauses(s, g.opt.Period, causesFrom(s, &g.opt), causesTo(&g.opt))
	if g.opt.Base.Company == "" {
		return nil, &planwright.Error{Code: planwright.CodeUsage, Op: "whatif", Subject: "plan", What: "does not hold what its company taught", Fix: "run the plan again", Args: []string{"detail", "the plan does not hold what its company taught"}}
	}
	if err := d.company.decode(g.opt.Base.Company); err != nil {
		return nil, fmt.Errorf("whatif: %w", err)
	}
	g.demand = d
	return d, nil
}

// redone is the per-sku stages of a run of sku's.
type redone struct {
	lo, hi planwright.SKU
	rows   demandRows
}

// mostTogether is the number of sku's that a worker forecasts at a time: few, so that
// all have something to do.
const mostTogether = 16

// redo forecasts sku's again and sets their policies, of a changed snapshot.
func (g *Ground) redo(ctx context.Context, s *planwright.Snapshot, src *mrp.Sourcing, skus []planwright.SKU) ([]redone, error) {
	if len(skus) == 0 {
		return nil, nil
	}
	d, err := g.learned(ctx)
	if err != nil {
		return nil, err
	}
	var runs []redone
	for i, k := range skus {
		if i > 0 && skus[i-1] == k-1 && k-runs[len(runs)-1].lo < mostTogether {
			runs[len(runs)-1].hi = k + 1
			continue
		}
		runs = append(runs, redone{lo: k, hi: k + 1})
	}
	failed := make([]error, len(runs))
	var next atomic.Int64
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for range min(g.opt.Workers, len(runs)) {
		wg.Go(func() {
			w := demandWorker{s: s, src: src, opt: g.opt, d: d, lead: &g.lead}
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(runs) {
					return
				}
				if failed[i] = w.run(ctx, int(runs[i].lo), int(runs[i].hi), &runs[i].rows); failed[i] != nil {
					cancel()
				}
			}
		})
	}
	wg.Wait()
	if err := firstCause(failed); err != nil {
		return nil, err
	}
	for i := range runs {
		out := &runs[i].rows
		p := &planwright.Plan{Policies: out.policies}
		p.Classes.ABC, p.Classes.XYZ = g.base.ABC, g.base.XYZ
		mini := &demand{inputs: out.inputs, safetyStock: d.safetyStock, reorderPoint: d.reorderPoint, orderUpTo: d.orderUpTo, orderQty: d.orderQty}
		if err := restock(ctx, s, src, p, mini, g.opt); err != nil {
			return nil, err
		}
		out.policies = p.Policies
		for j, k := range out.policies.SKU {
			out.policies.Class[j] = g.base.ABC[k] + g.base.XYZ[k]
		}
	}
	return runs, ctx.Err()
}

// merged are the members of sorted lists.
func merged(lists ...[]planwright.SKU) []planwright.SKU {
	var all []planwright.SKU
	for _, l := range lists {
		all = append(all, l...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
