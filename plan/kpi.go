package plan

import (
	"planwright"
	"planwright/analytics"
)

// keyFigures are the figures of the whole plan, for the summary and the
// history of plans. Money is in the currency of the snapshot.
func keyFigures(s *planwright.Snapshot, p *planwright.Plan, d *demand) planwright.KPIs {
	var t planwright.KPIs
	pos := analytics.Position{OnHand: make([]planwright.Qty, s.Len()), UnitCost: unitCosts(s), YearUse: soldOrUsed(d), Required: required(s, p, d)}
	analytics.OnHand(&s.Stock, pos.OnHand)
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
	for _, f := range d.figures {
		put(f.name, f.value)
	}
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
