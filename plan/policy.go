package plan

import (
	"math"
	"strconv"
	"strings"

	"planwright"
	"planwright/forecast"
	"planwright/replenish"
)

// protectionPeriods is the protection interval of a sku in periods: its
// replenishment lead time, the longest that was measured, and, under periodic
// review, the review period.
func (w *demandWorker) protectionPeriods(k planwright.SKU) float64 {
	days := float64(w.src.LeadDays[k])
	if seen := w.lead.of(k); len(seen) > 0 {
		days = max(days, seen[len(seen)-1])
	}
	return (days + float64(w.s.SKUs.ReviewDays[k])) / w.opt.Period.Days()
}

// addPolicy sets the policy of sku k from the distribution of its use; stat is
// nil where there is none. What people entered is kept as it is.
func (w *demandWorker) addPolicy(k planwright.SKU, stat *forecast.Result, pi float64, out *demandRows) {
	s, t := w.s, &w.s.SKUs
	item := t.Item[k]
	var d replenish.Demand
	d.PeriodDays = w.opt.Period.Days()
	if stat != nil && len(stat.Mean) > 0 {
		d.Mean, d.SD = stat.Mean[0], stat.SD[0]
		d.CumMean, d.CumSD = stat.CumMean, stat.CumSD
	}
	netted := t.MRPType[k] != planwright.ReorderPoint && t.MRPType[k] != planwright.MinMax
	known := func(x float64) float64 {
		if math.IsNaN(x) || x < 0 {
			return 0
		}
		return x
	}
	par := replenish.Params{
		LeadDays: float64(w.src.LeadDays[k]), LeadSDDays: known(w.src.LeadTimeSD[k]), ReviewDays: float64(t.ReviewDays[k]),
		Target: t.ServiceLevel[k], Kind: t.ServiceKind[k],
		OrderCost: known(t.OrderCost[k]), UnitCost: known(s.Items.UnitCost[item]), HoldingRate: known(t.HoldingRate[k]),
		OrderQty: known(t.LotSize[k].Float()), Lot: replenish.Lot{Min: w.src.LotMin[k], Multiple: w.src.LotMultiple[k], Max: w.src.LotMax[k], RestAsIs: t.LotMaxAsIs[k]},
		Divisible:   s.Items.Decimals[item] > 0,
		SafetyStock: replenish.EnteredQty(t.SafetyStock[k]), ReorderPoint: replenish.EnteredQty(t.ReorderPoint[k]), OrderUpTo: replenish.EnteredQty(t.OrderUpTo[k]),
		LeadTimes: w.lead.of(k),
		// Netting restores the safety stock every day: below zero it would plan
		// stockouts.
		NoNegative: netted,
	}
	if !netted && par.ReviewDays == 0 {
		// Netting sees a shortage before it is there; who waits for the reorder
		// point finds it passed by a part of the last demand.
		par.LumpMean, par.LumpSD = w.series.lumpMean, w.series.lumpSD
	}
	p, err := replenish.Compute(d, par)
	if err != nil {
		w.fail(k, err, out)
		w.d.safetyStock[k], w.d.reorderPoint[k], w.d.orderUpTo[k] = t.SafetyStock[k], t.ReorderPoint[k], t.OrderUpTo[k]
		return
	}
	step := planwright.Step(int(s.Items.Decimals[item]))
	level := func(entered planwright.Qty, x float64) planwright.Qty {
		if entered.Known() {
			return entered
		}
		q, ok := planwright.Clamp(x).CeilTo(step)
		if !ok {
			return planwright.MaxQty
		}
		return q
	}
	safety := level(t.SafetyStock[k], p.SafetyStock)
	point := level(t.ReorderPoint[k], p.ReorderPoint)
	up := level(t.OrderUpTo[k], p.OrderUpTo)
	qty := level(planwright.NoQty, p.OrderQty)
	w.d.safetyStock[k], w.d.reorderPoint[k], w.d.orderUpTo[k], w.d.orderQty[k] = safety, point, up, qty

	cost := known(s.Items.UnitCost[item])
	o := &out.policies
	o.SKU = append(o.SKU, k)
	o.Class = append(o.Class, "") // after the company is segmented
	o.Policy = append(o.Policy, p.Kind)
	o.SafetyStock = append(o.SafetyStock, safety)
	o.ReorderPoint = append(o.ReorderPoint, point)
	o.OrderUpTo = append(o.OrderUpTo, up)
	o.OrderQty = append(o.OrderQty, qty)
	o.ServiceTarget = append(o.ServiceTarget, p.Target)
	o.ServiceExpected = append(o.ServiceExpected, p.Expected)
	o.CycleStockValue = append(o.CycleStockValue, p.CycleStock*cost)
	o.SafetyStockValue = append(o.SafetyStockValue, safety.Float()*cost)
	o.Method = append(o.Method, p.Method)
	o.Explain = append(o.Explain, w.explain(p, stat, pi))
	mean, sd := math.NaN(), math.NaN()
	for _, term := range p.Terms {
		switch term.Name {
		case "demand":
			mean = term.Value
		case "sd":
			sd = term.Value
		}
	}
	o.ProtectedMean = append(o.ProtectedMean, mean)
	o.ProtectedSD = append(o.ProtectedSD, sd)
	o.YearlyDemand = append(o.YearlyDemand, d.Mean*365/d.PeriodDays)
}

// explain writes the terms of a policy as name=value;..., each with ten
// significant digits.
func (w *demandWorker) explain(p replenish.Policy, stat *forecast.Result, pi float64) string {
	b := w.text[:0]
	put := func(name string, v float64) {
		if len(b) > 0 {
			b = append(b, ';')
		}
		b = append(b, name...)
		b = append(b, '=')
		b = strconv.AppendFloat(b, v, 'g', 10, 64)
	}
	put("protection_periods", pi)
	for _, t := range p.Terms {
		put(t.Name, t.Value)
	}
	if stat != nil {
		b = append(b, ";forecast="...)
		b = append(b, stat.Method...)
	}
	if notes := p.Notes.Names(); len(notes) > 0 {
		b = append(b, ";notes="...)
		b = append(b, strings.Join(notes, "+")...)
	}
	w.text = b
	return string(b)
}
