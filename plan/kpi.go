package plan

import (
	"math"
	"slices"
	"sync"

	"planwright"
	"planwright/analytics"
)

// keyFigures are the figures of the whole plan, for the summary and the
// history of plans. Money is in the currency of the snapshot.
func keyFigures(s *planwright.Snapshot, p *planwright.Plan, d *demand) planwright.KPIs {
	var t planwright.KPIs
	pos := analytics.Position{OnHand: p.Flow.OnHand, UnitCost: unitCosts(s), YearUse: soldOrUsed(d), Required: required(s, p, d), Movement: p.Flow.Movement}
	analytics.KeyFigures(&pos, &t)
	put := func(name string, v float64) {
		t.Name = append(t.Name, name)
		t.Value = append(t.Value, v)
	}
	safety := 0.0
	for _, v := range p.Policies.SafetyStockValue {
		safety += v
	}
	planned, soon := 0.0, 0.0
	for i, c := range p.Orders.Cost {
		if p.Orders.Kind[i] == planwright.TransferOrder {
			continue // the money does not leave the company
		}
		planned += c
		if p.Orders.Release[i] <= p.AsOf+dueDays {
			soon += c
		}
	}
	excess, dead := 0.0, 0.0
	for i, u := range p.Suggestions.Urgency {
		switch u {
		case planwright.Excess:
			excess += p.Suggestions.Value[i]
		case planwright.Dead:
			dead += p.Suggestions.Value[i]
		}
	}
	put("safety_stock_value", safety)
	put("planned_orders", float64(p.Orders.Len()))
	put("planned_value", planned)
	put("release_value_week", soon)
	put("excess_order_value", excess)
	put("unused_stock_value", dead)
	put("suggestions", float64(p.Suggestions.Len()))
	put("exceptions", float64(p.Exceptions.Len()))
	free, freed := 0, 0.0
	for i, why := range p.Suggestions.Person {
		if why == "" {
			free++
		}
		if u := p.Suggestions.Urgency[i]; u == planwright.Excess || u == planwright.Dead {
			freed += p.Suggestions.AtStake[i]
		}
	}
	put("zero_touch_lines", float64(free))
	if n := p.Suggestions.Len(); n > 0 {
		put("zero_touch_share", float64(free)/float64(n))
	}
	put("shortage_cost_avoided", d.avoided)
	put("capital_cost_freed", freed)
	for _, f := range d.figures {
		put(f.name, f.value)
	}
	moreFigures(s, p, d, put)
	return t
}

// required is what the plan requires of each sku within the horizon, safety
// stock included.
func required(s *planwright.Snapshot, p *planwright.Plan, d *demand) []planwright.Qty {
	need := make([]planwright.Qty, s.Len())
	for k := range need {
		need[k] = max(0, d.safetyStock[k].Or(0))
	}
	r := &p.Requirements
	for i, k := range r.SKU {
		switch r.Kind[i] {
		case planwright.ElemOrder, planwright.ElemForecast, planwright.ElemDependent, planwright.ElemTransfer, planwright.ElemOpenTransfer, planwright.ElemReserved:
			if q, ok := need[k].Add(-r.Qty[i]); ok {
				need[k] = q
			}
		}
	}
	return need
}

// soldOrUsed is the use that turns are counted by: what was sold, at cost. A
// company that records no sales is measured by what it used.
func soldOrUsed(d *demand) []float64 {
	for _, q := range d.yearSales {
		if q > 0 {
			return d.yearSales
		}
	}
	return d.yearQty
}

// measures are the additive figures of each sku that key figures are made of, in
// the whole and by group.
func measures(s *planwright.Snapshot, p *planwright.Plan, d *demand) analytics.Measures {
	n := s.Len()
	var m analytics.Measures
	column := func(name string) []float64 {
		c := make([]float64, n)
		m.Name, m.Value = append(m.Name, name), append(m.Value, c)
		return c
	}
	g := &p.Flow
	m.Name, m.Value = append(m.Name, "stock_value", "average_stock_value", "margin_year", "lost_sales_value"), append(m.Value, g.StockValue, g.AverageValue, g.Margin, g.LostValue)
	m.Name, m.Value = append(m.Name, "consumption_value_year"), append(m.Value, g.UseValue)
	use, sold, asked := column("use_value_year"), column("sold_value_year"), column("asked_value_year")
	slow, dead, undated := column("slow_stock_value"), column("dead_stock_value"), column("undated_stock_value")
	provision, excess, risk := column("provision_value"), column("excess_stock_value"), column("expiry_risk_value")
	safety, planned, gap := column("safety_stock_value"), column("planned_value"), column("safety_gap_value")
	lines, full := column("order_lines"), column("order_lines_in_full")
	price := func(k int) float64 {
		item := s.SKUs.Item[k]
		if v := s.Items.UnitPrice[item]; v > 0 {
			return v
		}
		return s.Items.UnitCost[item]
	}
	used := soldOrUsed(d)
	for k := range n {
		use[k] = max(0, used[k]) * s.Items.UnitCost[s.SKUs.Item[k]]
		sold[k] = g.YearSales[k] * price(k)
		asked[k] = sold[k] + g.LostValue[k]
		switch g.Movement[k] {
		case analytics.Slow:
			slow[k] = g.StockValue[k]
		case analytics.Dead:
			dead[k] = g.StockValue[k]
		}
	}
	for i, k := range p.Aging.SKU {
		provision[k] += p.Aging.Provision[i]
		if p.Aging.Age[i] == planwright.NoInt {
			undated[k] += p.Aging.Value[i]
		}
	}
	for i, k := range p.Surplus.SKU {
		excess[k] += p.Surplus.Value[i]
	}
	for i, k := range p.ExpiryRisk.SKU {
		risk[k] += p.ExpiryRisk.RiskValue[i]
	}
	for i, k := range p.Policies.SKU {
		safety[k] += p.Policies.SafetyStockValue[i]
	}
	for i, k := range p.Orders.SKU {
		if p.Orders.Kind[i] != planwright.TransferOrder {
			planned[k] += p.Orders.Cost[i]
		}
	}
	for i, k := range p.Breaches.SKU {
		gap[k] += p.Breaches.Value[i]
	}
	r := &p.Requirements
	for i, k := range r.SKU {
		if r.Kind[i] == planwright.ElemOrder {
			var o analytics.OrderService
			o.Add(-r.Qty[i], r.After[i], 0)
			lines[k]++
			full[k] += float64(o.OnTimeInFull)
		}
	}
	return m
}

// rates are the figures that are made of measures.
var rates = []analytics.Rate{
	{Name: "turns_average", Over: "use_value_year", Under: "average_stock_value"},
	{Name: "days_of_supply", Over: "stock_value", Under: "use_value_year", Factor: 365},
	// A plant sells nothing: its stock turns by what it uses.
	{Name: "turns_use", Over: "consumption_value_year", Under: "average_stock_value"},
	{Name: "days_use", Over: "stock_value", Under: "consumption_value_year", Factor: 365},
	{Name: "gmroi", Over: "margin_year", Under: "average_stock_value"},
	{Name: "fill_rate", Over: "sold_value_year", Under: "asked_value_year"},
	{Name: "otif_plan", Over: "order_lines_in_full", Under: "order_lines"},
}

// moreFigures adds the figures of flow, service, suppliers and forecasts, and
// fills the figures by group.
func moreFigures(s *planwright.Snapshot, p *planwright.Plan, d *demand, put func(name string, v float64)) {
	m := measures(s, p, d)
	n := s.Len()
	var whole planwright.KPIGroups
	analytics.GroupFigures("company", make([]string, n), &m, rates, &whole)
	for i, name := range whole.Name {
		switch name {
		case "average_stock_value", "turns_average", "margin_year", "gmroi", "lost_sales_value", "fill_rate", "undated_stock_value", "provision_value",
			"expiry_risk_value", "safety_gap_value", "order_lines", "otif_plan":
			put(name, whole.Value[i])
		}
	}
	put("safety_breaches", float64(len(p.Breaches.SKU)))
	receipts, onTime, full := 0.0, 0.0, 0.0
	for i, k := range p.Scores.SKU {
		if w := float64(p.Scores.Receipts[i]); k == planwright.NoSKU && p.Scores.OTIF[i] == p.Scores.OTIF[i] {
			receipts += w
			onTime += w * p.Scores.OnTime[i]
			full += w * p.Scores.OTIF[i]
		}
	}
	if receipts > 0 {
		put("supplier_on_time", onTime/receipts)
		put("supplier_otif", full/receipts)
	}
	// Errors weigh by the value of use: a large error on a cheap screw is none.
	weight, wape, bias, fva := 0.0, 0.0, 0.0, 0.0
	for i, k := range p.Accuracy.SKU {
		w := p.Flow.UseValue[k]
		if a := p.Accuracy.WAPE[i] + p.Accuracy.Bias[i] + p.Accuracy.FVA[i]; w > 0 && a == a && !math.IsInf(a, 0) {
			weight += w
			wape += w * p.Accuracy.WAPE[i]
			bias += w * p.Accuracy.Bias[i]
			fva += w * p.Accuracy.FVA[i]
		}
	}
	if weight > 0 {
		put("forecast_wape", wape/weight)
		put("forecast_bias", bias/weight)
		put("forecast_fva", fva/weight)
	}
	if len(p.Amplification.Ratio) > 0 {
		r := slices.Clone(p.Amplification.Normalized)
		slices.Sort(r)
		put("bullwhip_median", r[len(r)/2])
	}
	dims := []struct {
		name string
		of   func(k int) string
	}{
		{"site", func(k int) string { return s.Sites.ID[s.SKUs.Site[k]] }},
		{"category", func(k int) string { return s.Items.Category[s.SKUs.Item[k]] }},
		{"planner", func(k int) string { return s.Items.Planner[s.SKUs.Item[k]] }},
		{"abc", func(k int) string { return p.Classes.ABC[k] }},
		{"abc_xyz", func(k int) string { return p.Classes.ABC[k] + p.Classes.XYZ[k] }},
	}
	parts := make([]planwright.KPIGroups, len(dims))
	var wg sync.WaitGroup
	for i, dim := range dims {
		wg.Go(func() {
			key := make([]string, n)
			for k := range key {
				key[k] = dim.of(k)
			}
			analytics.GroupFigures(dim.name, key, &m, rates, &parts[i])
		})
	}
	wg.Wait()
	t := &p.KPIGroups
	for _, part := range parts {
		t.Dimension, t.Key = append(t.Dimension, part.Dimension...), append(t.Key, part.Key...)
		t.Name, t.Value = append(t.Name, part.Name...), append(t.Value, part.Value...)
	}
}
