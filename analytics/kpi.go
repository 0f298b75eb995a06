package analytics

import "planwright"

// Position is the stock of a company, one row a sku.
type Position struct {
	OnHand   []planwright.Qty // all statuses; negative as it is
	UnitCost []float64        // NaN or infinite counts as 0
	YearUse  []float64        // units used in the last 365 days; below 0 counts as 0
	// Required is what is required of the sku within the horizon, safety stock
	// included; nil leaves excess out.
	Required []planwright.Qty
	// Movement is the class of [MovingParams.Class]; nil leaves slow and dead out.
	Movement []string
}

// KeyFigures appends the figures of the whole stock to t:
//
//	skus, skus_with_stock, skus_negative
//	stock_value             of all stock, negative included
//	negative_stock_value    its negative part, as a negative number
//	use_value_year
//	turns, days_of_supply   where they exist
//	excess_stock_value      stock above what is required
//	slow_stock_value, dead_stock_value
//
// stock_value is the same sum of quantity times cost that age layers and any
// other partition of the stock add up to.
func KeyFigures(p *Position, t *planwright.KPIs) {
	put := func(name string, v float64) {
		t.Name = append(t.Name, name)
		t.Value = append(t.Value, v)
	}
	var stock, negative, use, excess, slow, dead total
	with, below := 0, 0
	for k, q := range p.OnHand {
		cost := money(p.UnitCost[k])
		if u := p.YearUse[k]; u > 0 && finite(u*cost) {
			use.add(u * cost)
		}
		if !q.Known() || q == 0 {
			continue
		}
		value := q.Float() * cost
		stock.add(value)
		if q < 0 {
			below++
			negative.add(value)
			continue
		}
		with++
		if p.Required != nil {
			if over := q - max(0, p.Required[k].Or(0)); over > 0 {
				excess.add(over.Float() * cost)
			}
		}
		if p.Movement != nil {
			switch p.Movement[k] {
			case Slow:
				slow.add(value)
			case Dead:
				dead.add(value)
			}
		}
	}
	put("skus", float64(len(p.OnHand)))
	put("skus_with_stock", float64(with))
	put("skus_negative", float64(below))
	put("stock_value", stock.value())
	put("negative_stock_value", negative.value())
	put("use_value_year", use.value())
	if v, ok := Turns(use.value(), stock.value()); ok {
		put("turns", v)
	}
	if v, ok := DaysOfSupply(stock.value(), use.value()/365); ok {
		put("days_of_supply", v)
	}
	if p.Required != nil {
		put("excess_stock_value", excess.value())
	}
	if p.Movement != nil {
		put("slow_stock_value", slow.value())
		put("dead_stock_value", dead.value())
	}
}

// OnHand adds up stock by sku, all statuses, into dst of one row a sku.
func OnHand(s *planwright.Stock, dst []planwright.Qty) {
	clear(dst)
	if len(s.Off) == 0 {
		return
	}
	for k := range dst {
		for _, q := range s.Qty[s.Off[k]:s.Off[k+1]] {
			if q.Known() {
				dst[k] = saturate(dst[k], q)
			}
		}
	}
}
