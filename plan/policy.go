package plan

import (
	"math"
	"slices"

	"planwright"
	"planwright/forecast"
	"planwright/replenish"
)

// protectionPeriods is the protection interval of a sku in periods: its
// replenishment lead time, the longest that was measured, and, under periodic
// review, the review period.
func (w *demandWorker) protectionPeriods(k planwright.SKU) float64 {
	days := float64(w.src.LeadDays[k])
	if seen := w.lead.of(w.s, w.src, k); len(seen) > 0 {
		days = max(days, seen[len(seen)-1])
	}
	return (days + float64(w.s.SKUs.ReviewDays[k])) / w.opt.Period.Days()
}

// policyInput is what the policy of a sku is computed from. A policy that
// depends on the whole company is computed from it again.
type policyInput struct {
	sku        planwright.SKU
	demand     replenish.Demand
	par        replenish.Params
	protects   float64 // protection interval, periods
	forecast   string  // method; "" for none
	targetFrom string  // source of the service target
	leadFrom   string  // source of the lead time
	sold       bool    // it has demand from outside

	// Of one day, of the demand from outside.
	soldMean, soldSD float64
}

// known is x, or 0 where it is absent.
func known(x float64) float64 {
	if math.IsNaN(x) || x < 0 {
		return 0
	}
	return x
}

// target is the service target of sku k and where it comes from: its value for
// the as-of day, its own, that of the company, the default. A class is known
// later.
func (w *demandWorker) target(k planwright.SKU) (float64, string) {
	s := w.s
	service, from := s.Stocking.ServiceLevel, "target_company"
	if service == 0 {
		service, from = replenish.DefaultTarget, "target_default"
	}
	if own := s.SKUs.ServiceLevel[k]; own > 0 {
		service, from = own, "target_sku"
	}
	if p := &s.SKUPeriods; len(p.Off) > 0 {
		for r := p.Off[k]; r < p.Off[k+1] && p.From[r] <= w.opt.AsOf; r++ {
			if v := p.ServiceLevel[r]; v > 0 {
				service, from = v, "target_period"
			}
		}
	}
	return service, from
}

// leadSource says where the lead time of sku k comes from.
func (w *demandWorker) leadSource(k planwright.SKU) string {
	switch src := w.src.Source[k]; {
	case len(w.lead.of(w.s, w.src, k)) > 0:
		return "receipts"
	case src != planwright.None && w.s.Sources.LeadTime[src] != planwright.NoInt:
		return "lead_time_source"
	case w.s.SKUs.LeadTime[k] != planwright.NoInt:
		return "lead_time_sku"
	case src != planwright.None && w.s.Sources.Supplier[src] != planwright.None && w.s.Suppliers.LeadTime[w.s.Sources.Supplier[src]] != planwright.NoInt:
		return "lead_time_supplier"
	}
	return "lead_time_none"
}

// input collects what the policy of sku k is computed from; stat is nil where
// nothing uses it. Columns of stat are shared, not copied.
func (w *demandWorker) input(k planwright.SKU, stat *forecast.Result, pi float64) policyInput {
	s, t := w.s, &w.s.SKUs
	item := t.Item[k]
	in := policyInput{sku: k, protects: pi, leadFrom: w.leadSource(k)}
	d := &in.demand
	d.PeriodDays = w.opt.Period.Days()
	if stat != nil && len(stat.Mean) > 0 {
		in.forecast = stat.Method
		d.Mean, d.SD = stat.Mean[0], stat.SD[0]
		d.CumMean, d.CumSD = stat.CumMean, stat.CumSD
		d.QuantileLevels, d.CumQuantiles = w.cumulativeQuantiles(stat)
	}
	if w.series.sales && len(w.result.Mean) > 0 {
		in.sold = true
		in.soldMean, in.soldSD = daily(&w.result, pi, d.PeriodDays)
	}
	netted := t.MRPType[k] != planwright.ReorderPoint && t.MRPType[k] != planwright.MinMax
	in.par = replenish.Params{
		LeadDays: float64(w.src.LeadDays[k]), LeadSDDays: known(w.src.LeadTimeSD[k]), ReviewDays: float64(t.ReviewDays[k]), Kind: t.ServiceKind[k],
		OrderCost: known(t.OrderCost[k]), UnitCost: known(s.Items.UnitCost[item]), HoldingRate: known(t.HoldingRate[k]), StockoutCost: known(t.BackorderCost[k]),
		OrderQty: known(t.LotSize[k].Float()), Lot: replenish.Lot{Min: w.src.LotMin[k], Multiple: w.src.LotMultiple[k], Max: w.src.LotMax[k], RestAsIs: t.LotMaxAsIs[k]},
		ReviewMost:  w.series.most() * max(1, float64(t.ReviewDays[k])/d.PeriodDays),
		Divisible:   s.Items.Decimals[item] > 0,
		SafetyStock: replenish.EnteredQty(t.SafetyStock[k]), ReorderPoint: replenish.EnteredQty(t.ReorderPoint[k]), OrderUpTo: replenish.EnteredQty(t.OrderUpTo[k]),
		LeadTimes: w.lead.of(w.s, w.src, k),
		// Netting restores the safety stock every day: below zero it would plan
		// stockouts.
		NoNegative: netted,
	}
	if math.IsNaN(t.HoldingRate[k]) {
		in.par.HoldingRate = s.Stocking.HoldingRate
	}
	in.par.Target, in.targetFrom = w.target(k)
	if !netted && in.par.ReviewDays == 0 {
		// Netting sees a shortage before it is there; who waits for the reorder
		// point finds it passed by a part of the last demand.
		in.par.LumpMean, in.par.LumpSD = w.series.lumpMean, w.series.lumpSD
	}
	return in
}

// daily returns mean and standard deviation of a day's demand as they are over
// pi periods together.
func daily(r *forecast.Result, pi, periodDays float64) (mean, sd float64) {
	mean, sd = r.Mean[0]/periodDays, r.SD[0]/math.Sqrt(periodDays)
	if n := min(len(r.CumMean), int(math.Round(pi))); n > 0 {
		days := float64(n) * periodDays
		mean, sd = r.CumMean[n-1]/days, r.CumSD[n-1]/math.Sqrt(days)
	}
	return max(0, mean), max(0, sd)
}

// cumulativeQuantiles returns the quantiles of sums that a forecast of lumpy
// demand gives: no law of two moments has the shape of rare and uneven orders.
// Of other demand, whose shape moments tell, it returns nothing; neither where a
// forecast is not a distribution.
func (w *demandWorker) cumulativeQuantiles(r *forecast.Result) (levels, values []float64) {
	m, h := len(planwright.Quantiles), len(r.CumMean)
	if r.Class != forecast.LumpyDemand || h == 0 || len(r.CumQuantile) != m*h {
		return nil, nil
	}
	if w.quantiles = w.quantiles[:0]; cap(w.quantiles) < m*h {
		w.quantiles = make([]float64, 0, m*h)
	}
	for i := range h {
		for q := range m {
			v := r.CumQuantile[q*h+i]
			if !(v >= 0) || math.IsInf(v, 0) || q > 0 && v < w.quantiles[len(w.quantiles)-1] {
				return nil, nil
			}
			w.quantiles = append(w.quantiles, v)
		}
	}
	return planwright.Quantiles, w.quantiles
}

// addPolicy sets the policy of sku k from the distribution of its use; stat is
// nil where there is none. What people entered is kept as it is.
func (w *demandWorker) addPolicy(k planwright.SKU, stat *forecast.Result, pi float64, out *demandRows) {
	in := w.input(k, stat, pi)
	p, err := replenish.Compute(in.demand, in.par)
	if err != nil {
		w.fail(k, err, out)
		t := &w.s.SKUs
		w.d.safetyStock[k], w.d.reorderPoint[k], w.d.orderUpTo[k] = t.SafetyStock[k], t.ReorderPoint[k], t.OrderUpTo[k]
		return
	}
	growPolicies(&out.policies)
	w.levels.put(w.s, w.d, &out.policies, len(out.policies.SKU)-1, &in, p)
	if w.opt.wholeCompany(w.s) {
		d := &in.demand
		d.CumMean, d.CumSD, d.CumQuantiles = slices.Clone(d.CumMean), slices.Clone(d.CumSD), slices.Clone(d.CumQuantiles)
		out.inputs = append(out.inputs, in)
	}
}

// growPolicies adds an empty row.
func growPolicies(o *planwright.Policies) {
	o.SKU, o.Class, o.Policy = append(o.SKU, 0), append(o.Class, ""), append(o.Policy, "")
	o.SafetyStock, o.ReorderPoint, o.OrderUpTo, o.OrderQty = append(o.SafetyStock, 0), append(o.ReorderPoint, 0), append(o.OrderUpTo, 0), append(o.OrderQty, 0)
	o.ServiceTarget, o.ServiceExpected = append(o.ServiceTarget, 0), append(o.ServiceExpected, 0)
	o.CycleStockValue, o.SafetyStockValue = append(o.CycleStockValue, 0), append(o.SafetyStockValue, 0)
	o.Method, o.Explain, o.Sources = append(o.Method, ""), append(o.Explain, ""), append(o.Sources, "")
	o.ProtectedMean, o.ProtectedSD, o.YearlyDemand = append(o.ProtectedMean, 0), append(o.ProtectedSD, 0), append(o.YearlyDemand, 0)
}

// policyWriter turns computed policies into rows and levels; it holds scratch,
// and the lists of sources it has written: there are few different ones.
type policyWriter struct {
	text, from []byte
	lists      map[string]string
}

// put writes policy p of a sku to row i of o and to the levels that planning
// uses. Columns that the whole company decides (the class) stay as they are.
func (w *policyWriter) put(s *planwright.Snapshot, d *demand, o *planwright.Policies, i int, in *policyInput, p replenish.Policy) {
	k, t := in.sku, &s.SKUs
	item := t.Item[k]
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
	d.safetyStock[k], d.reorderPoint[k], d.orderUpTo[k], d.orderQty[k] = safety, point, up, qty

	cost := known(s.Items.UnitCost[item])
	o.SKU[i], o.Policy[i], o.Method[i] = k, p.Kind, p.Method
	o.SafetyStock[i], o.ReorderPoint[i], o.OrderUpTo[i], o.OrderQty[i] = safety, point, up, qty
	o.ServiceTarget[i], o.ServiceExpected[i] = p.Target, p.Expected
	o.CycleStockValue[i], o.SafetyStockValue[i] = p.CycleStock*cost, safety.Float()*cost
	o.Explain[i], o.Sources[i] = w.explain(in, p)
	o.ProtectedMean[i], o.ProtectedSD[i] = math.NaN(), math.NaN()
	for _, term := range p.Terms { // the undershoot after what it adds to
		switch term.Name {
		case "demand":
			o.ProtectedMean[i] = term.Value
		case "sd":
			o.ProtectedSD[i] = term.Value
		case "undershoot":
			o.ProtectedMean[i] += term.Value
		case "undershoot_sd":
			o.ProtectedSD[i] = math.Hypot(o.ProtectedSD[i], term.Value)
		}
	}
	o.YearlyDemand[i] = in.demand.Mean * 365 / in.demand.PeriodDays
}
