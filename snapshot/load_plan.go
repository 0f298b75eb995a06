package snapshot

import (
	"context"
	"fmt"
	"math"

	"planwright"
)

// LoadPlan reads of a plan what it rests on and what it advises: days, options,
// forecast (without quantiles), policies and suggestions. The tables of the MRP
// stage are left empty; plan.Stand makes them again, which is faster than reading
// them. snap is the plan's snapshot, its as-of day that of the plan or not.
func (w *Workspace) LoadPlan(ctx context.Context, id string, snap *planwright.Snapshot) (*planwright.Plan, error) {
	return w.loadPlan(ctx, id, snap, func(l *planLoader, p *planwright.Plan) {
		l.forecast(&p.Forecast)
		l.components(&p.Components)
		l.policies(&p.Policies)
		l.suggestions(&p.Suggestions)
		l.classes(&p.Classes)
	})
}

// LoadPlanned is LoadPlan of what what-if questions need alone: the final forecast, the
// levels of the policies with their service and value, and the classes.
func (w *Workspace) LoadPlanned(ctx context.Context, id string, snap *planwright.Snapshot) (*planwright.Plan, error) {
	return w.loadPlan(ctx, id, snap, func(l *planLoader, p *planwright.Plan) {
		l.finalForecast(&p.Forecast)
		l.levels(&p.Policies)
		l.letters(&p.Classes)
	})
}

func (w *Workspace) loadPlan(ctx context.Context, id string, snap *planwright.Snapshot, load func(l *planLoader, p *planwright.Plan)) (*planwright.Plan, error) {
	id, err := w.ResolvePlan(id)
	if err != nil {
		return nil, err
	}
	info, err := w.GetPlan(id)
	if err != nil {
		return nil, err
	}
	p := &planwright.Plan{SnapshotID: info.SnapshotID, SnapshotDigest: info.SnapshotDigest, AsOf: info.AsOf, HorizonEnd: info.HorizonEnd,
		Options: info.Options, Version: info.Engine, Digest: info.Digest, Journal: snap.Journal}
	path, err := w.file(ctx, planKind, id)
	if err != nil {
		return nil, err
	}
	err = w.read(ctx, path, func(c *Conn) error {
		if _, err := readMeta(ctx, c, id); err != nil {
			return err
		}
		l := planLoader{ctx: ctx, c: c, s: snap, id: id}
		load(&l, p)
		return l.bad
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// planLoader reads tables of a plan file; the first trouble stops it.
type planLoader struct {
	ctx  context.Context
	c    *Conn
	s    *planwright.Snapshot
	id   string
	bad  error
	item string // of the last row
	site string
	sku  planwright.SKU
}

// each calls take for every chunk of a query whose first columns are item and
// site, with the sku of each row.
func (l *planLoader) each(query string, take func(n int, skus []planwright.SKU, col func() vec)) {
	if l.bad != nil {
		return
	}
	s, err := l.c.stream(l.ctx, query)
	if err != nil {
		l.bad = err
		return
	}
	defer s.Close()
	l.sku = planwright.NoSKU
	for {
		more, err := s.next()
		if err != nil || !more {
			l.bad = err
			return
		}
		items, sites := s.chunk.col(0), s.chunk.col(1)
		skus := make([]planwright.SKU, s.chunk.n)
		for i := range skus {
			if item, site := items.str(i), sites.str(i); l.sku == planwright.NoSKU || item != l.item || site != l.site {
				l.item, l.site = string(append([]byte(nil), item...)), string(append([]byte(nil), site...))
				if l.sku = l.s.Find(l.item, l.site); l.sku == planwright.NoSKU {
					l.bad = fail(planwright.CodeFileFormat, "open plan", l.id, fmt.Sprintf("%s at %s is not in snapshot %s", l.item, l.site, l.s.ID), "run the plan again", nil)
					return
				}
			}
			skus[i] = l.sku
		}
		next := 2
		take(s.chunk.n, skus, func() vec { next++; return s.chunk.col(next - 1) })
	}
}

// more appends n values to a column and returns the new ones, set to none.
func more[T any](dst *[]T, n int, none T) []T {
	lo := len(*dst)
	for range n {
		*dst = append(*dst, none)
	}
	return (*dst)[lo:]
}

func textCells(dst *[]string, n int, v vec)        { fillTexts(more(dst, n, ""), &v) }
func qtyCells(dst *[]planwright.Qty, n int, v vec) { fillNumbers(more(dst, n, planwright.NoQty), &v) }
func floatCells(dst *[]float64, n int, v vec)      { fillNumbers(more(dst, n, math.NaN()), &v) }
func dayCells(dst *[]planwright.Day, n int, v vec) { fillNumbers(more(dst, n, planwright.NoDay), &v) }

func (l *planLoader) forecast(f *planwright.Forecast) {
	l.each(`SELECT item_id, site_id, period_start, period_end, method, mean, sd, override, final FROM main.forecast`, func(n int, skus []planwright.SKU, col func() vec) {
		f.SKU = append(f.SKU, skus...)
		dayCells(&f.Start, n, col())
		dayCells(&f.End, n, col())
		textCells(&f.Method, n, col())
		floatCells(&f.Mean, n, col())
		floatCells(&f.SD, n, col())
		floatCells(&f.Override, n, col())
		floatCells(&f.Final, n, col())
	})
	f.Q = make([][]float64, len(planwright.Quantiles))
}

func (l *planLoader) finalForecast(f *planwright.Forecast) {
	l.each(`SELECT item_id, site_id, period_start, period_end, final FROM main.forecast`, func(n int, skus []planwright.SKU, col func() vec) {
		f.SKU = append(f.SKU, skus...)
		dayCells(&f.Start, n, col())
		dayCells(&f.End, n, col())
		floatCells(&f.Final, n, col())
	})
}

func (l *planLoader) levels(p *planwright.Policies) {
	l.each(`SELECT item_id, site_id, safety_stock, reorder_point, order_up_to, order_qty, service_expected, safety_stock_value, yearly_demand FROM main.policies`, func(n int, skus []planwright.SKU, col func() vec) {
		p.SKU = append(p.SKU, skus...)
		qtyCells(&p.SafetyStock, n, col())
		qtyCells(&p.ReorderPoint, n, col())
		qtyCells(&p.OrderUpTo, n, col())
		qtyCells(&p.OrderQty, n, col())
		floatCells(&p.ServiceExpected, n, col())
		floatCells(&p.SafetyStockValue, n, col())
		floatCells(&p.YearlyDemand, n, col())
	})
}

func (l *planLoader) letters(t *planwright.Classes) {
	l.each(`SELECT item_id, site_id, abc, xyz FROM main.classes`, func(n int, skus []planwright.SKU, col func() vec) {
		t.SKU = append(t.SKU, skus...)
		textCells(&t.ABC, n, col())
		textCells(&t.XYZ, n, col())
	})
}

func (l *planLoader) components(t *planwright.ForecastComponents) {
	l.each(`SELECT item_id, site_id, period_start, component, value FROM main.forecast_components`, func(n int, skus []planwright.SKU, col func() vec) {
		t.SKU = append(t.SKU, skus...)
		dayCells(&t.Start, n, col())
		textCells(&t.Component, n, col())
		floatCells(&t.Value, n, col())
	})
}

func (l *planLoader) policies(p *planwright.Policies) {
	l.each(`SELECT item_id, site_id, class, policy, safety_stock, reorder_point, order_up_to, order_qty, service_target, service_expected, cycle_stock_value, safety_stock_value,
		method, explain, protected_mean, protected_sd, yearly_demand, sources FROM main.policies`, func(n int, skus []planwright.SKU, col func() vec) {
		p.SKU = append(p.SKU, skus...)
		textCells(&p.Class, n, col())
		textCells(&p.Policy, n, col())
		qtyCells(&p.SafetyStock, n, col())
		qtyCells(&p.ReorderPoint, n, col())
		qtyCells(&p.OrderUpTo, n, col())
		qtyCells(&p.OrderQty, n, col())
		floatCells(&p.ServiceTarget, n, col())
		floatCells(&p.ServiceExpected, n, col())
		floatCells(&p.CycleStockValue, n, col())
		floatCells(&p.SafetyStockValue, n, col())
		textCells(&p.Method, n, col())
		textCells(&p.Explain, n, col())
		floatCells(&p.ProtectedMean, n, col())
		floatCells(&p.ProtectedSD, n, col())
		floatCells(&p.YearlyDemand, n, col())
		textCells(&p.Sources, n, col())
	})
}

func (l *planLoader) suggestions(g *planwright.Suggestions) {
	var action, urgency, supplier []string
	l.each(`SELECT item_id, site_id, suggestion_id, action, urgency, qty, value, act_by, need_on, impact, reason_key, numbers, order_id, supplier_id, at_stake, person, at_stake_once FROM main.suggestions`, func(n int, skus []planwright.SKU, col func() vec) {
		g.SKU = append(g.SKU, skus...)
		textCells(&g.ID, n, col())
		textCells(&action, n, col())
		textCells(&urgency, n, col())
		qtyCells(&g.Qty, n, col())
		floatCells(&g.Value, n, col())
		dayCells(&g.ActBy, n, col())
		dayCells(&g.NeedOn, n, col())
		floatCells(&g.Impact, n, col())
		textCells(&g.ReasonKey, n, col())
		textCells(&g.Reason, n, col())
		textCells(&g.OrderID, n, col())
		textCells(&supplier, n, col())
		floatCells(&g.AtStake, n, col())
		textCells(&g.Person, n, col())
		floatCells(&g.AtStakeOnce, n, col())
	})
	for i := range action {
		a, ok := planwright.ParseAction(action[i])
		u, ok2 := planwright.ParseUrgency(urgency[i])
		if !ok || !ok2 {
			l.bad = fail(planwright.CodeFileFormat, "open plan", l.id, "suggestion "+g.ID[i]+": "+action[i]+", "+urgency[i], "run the plan again", nil)
			return
		}
		g.Action, g.Urgency = append(g.Action, a), append(g.Urgency, u)
		g.Supplier = append(g.Supplier, codeRow(l.s.Suppliers.ID, supplier[i]))
	}
}

func (l *planLoader) classes(t *planwright.Classes) {
	l.each(`SELECT item_id, site_id, abc, xyz, usage_value, cv, demand_class FROM main.classes`, func(n int, skus []planwright.SKU, col func() vec) {
		t.SKU = append(t.SKU, skus...)
		textCells(&t.ABC, n, col())
		textCells(&t.XYZ, n, col())
		floatCells(&t.UsageValue, n, col())
		floatCells(&t.CV, n, col())
		textCells(&t.Demand, n, col())
	})
}
