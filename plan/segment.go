package plan

import (
	"context"

	"planwright"
	"planwright/analytics"
)

// unitCosts returns the unit cost by sku.
func unitCosts(s *planwright.Snapshot) []float64 {
	cost := make([]float64, s.Len())
	for k := range cost {
		cost[k] = s.Items.UnitCost[s.SKUs.Item[k]]
	}
	return cost
}

// segment classifies the company: ABC by the value of a year's use, XYZ by the
// variation of demand by period. A class that people entered is kept.
func segment(s *planwright.Snapshot, p *planwright.Plan, d *demand) {
	n := s.Len()
	value := unitCosts(s)
	for k := range value {
		value[k] *= d.yearQty[k]
	}
	t := &p.Classes
	analytics.ABC(value, analytics.ABCParams{}, t)
	analytics.XYZ(d.cv, analytics.XYZParams{}, t)
	t.Demand = make([]string, n)
	for k := range n {
		t.Demand[k] = d.class[k].String()
		if entered := s.Items.ABC[s.SKUs.Item[k]]; entered != "" {
			t.ABC[k] = entered
		}
	}
	for i, k := range p.Policies.SKU {
		p.Policies.Class[i] = t.ABC[k] + t.XYZ[k]
	}
}

// age finds the age layers of the stock, in chunks of sku's.
func age(ctx context.Context, s *planwright.Snapshot, p *planwright.Plan) error {
	src := analytics.AgingSource{AsOf: p.AsOf, Stock: &s.Stock, UnitCost: unitCosts(s), Receipts: analytics.IndexReceipts(&s.Receipts, s.Len())}
	for lo := 0; lo < s.Len(); lo += chunk {
		hi := min(lo+chunk, s.Len())
		var m *planwright.Movements
		if s.ReadMovements != nil {
			var err error
			if m, err = s.ReadMovements(ctx, planwright.SKU(lo), planwright.SKU(hi)); err != nil {
				return err
			}
		}
		src.Append(&p.Aging, m, planwright.SKU(lo), planwright.SKU(hi))
	}
	return ctx.Err()
}
