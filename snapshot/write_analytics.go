package snapshot

import "planwright"

// analyticsTables are the tables of a plan that analytics makes. With t == nil
// they have columns only.
func analyticsTables(t *planText) []planTable {
	tables := []planTable{
		{name: "flow", cols: columns("item_id site_id on_hand:q stock_value:f average_qty:f average_value:f year_use:f use_value:f year_sales:f margin:f picks:i turns:f days_back:f days_forward:f gmroi:f stockout_days:i lost_qty:f lost_value:f fill_rate:f last_use_on:d last_receipt_on:d idle_days:i movement")},
		{name: "slow_movers", cols: columns("item_id site_id movement idle_days:i last_use_on:d last_receipt_on:d qty:q value:f year_use:f turns:f age_days:i provision:f")},
		{name: "excess", cols: columns("item_id site_id kind on_hand:q required:q qty:q value:f last_use_on:d cover_days:f action next_item_id next_site_id next_on:d provision:f")},
		{name: "expiry_risk", cols: columns("item_id site_id lot expires_on:d days_left:i bucket qty:q used:q at_risk:q value:f risk_value:f status")},
		{name: "projection", cols: columns("week_start:d week_end:d site_id category abc opening_value:f receipts_value:f issues_value:f balance_value:f stock_value:f short_value:f safety_gap_value:f")},
		{name: "safety_breaches", cols: columns("item_id site_id below_on:d until:d stockout_on:d available:q safety_stock:q short:q value:f")},
		{name: "supplier_scores", cols: columns("supplier_id item_id site_id receipts:i lead_mean:f lead_sd:f lead_q50:f lead_q90:f lead_q95:f lead_trend:f promised_mean:f late_mean:f on_time:f in_full:f otif:f qty_rate:f reject_rate:f price_trend:f delivery_score:f quantity_score:f quality_score:f lead_score:f price_score:f score:f")},
		{name: "bullwhip", cols: columns("item_id site_id low_level_code:i basis periods:i demand_mean:f demand_var:f order_mean:f order_var:f ratio:f normalized_ratio:f")},
		{name: "kpi_groups", cols: columns("dimension key name value:f")},
	}
	if t == nil {
		return tables
	}
	p := t.p
	for i, f := range []struct {
		rows int
		fill func() func(w rowWriter, i int)
	}{
		{len(p.Flow.SKU), t.flow}, {len(p.SlowMovers.SKU), t.slowMovers}, {len(p.Surplus.SKU), t.surplus}, {len(p.ExpiryRisk.SKU), t.expiryRisk},
		{len(p.Projection.Start), t.projection}, {len(p.Breaches.SKU), t.breaches}, {len(p.Scores.SKU), t.supplierScores},
		{len(p.Amplification.SKU), t.bullwhip}, {len(p.KPIGroups.Name), t.kpiGroups},
	} {
		tables[i].rows, tables[i].fill = f.rows, f.fill
	}
	return tables
}

// floats writes figures one after the other.
func floats(w rowWriter, col int, x ...float64) {
	for i, v := range x {
		w.float(col+i, v)
	}
}

func (t *planText) flow() func(w rowWriter, i int) {
	f := &t.p.Flow
	return func(w rowWriter, i int) {
		t.sku(w, 0, f.SKU[i])
		w.qty(2, f.OnHand[i])
		floats(w, 3, f.StockValue[i], f.AverageQty[i], f.AverageValue[i], f.YearUse[i], f.UseValue[i], f.YearSales[i], f.Margin[i])
		w.int(10, f.Picks[i])
		floats(w, 11, f.Turns[i], f.DaysBack[i], f.DaysForward[i], f.GMROI[i])
		w.int(15, f.StockoutDays[i])
		floats(w, 16, f.LostQty[i], f.LostValue[i], f.FillRate[i])
		w.day(19, f.LastUse[i])
		w.day(20, f.LastReceipt[i])
		w.int(21, f.Idle[i])
		w.textOrNull(22, f.Movement[i])
	}
}

func (t *planText) slowMovers() func(w rowWriter, i int) {
	s := &t.p.SlowMovers
	return func(w rowWriter, i int) {
		t.sku(w, 0, s.SKU[i])
		w.text(2, s.Movement[i])
		w.int(3, s.Idle[i])
		w.day(4, s.LastUse[i])
		w.day(5, s.LastReceipt[i])
		w.qty(6, s.Qty[i])
		floats(w, 7, s.Value[i], s.YearUse[i], s.Turns[i])
		w.int(10, s.Age[i])
		w.float(11, s.Provision[i])
	}
}

func (t *planText) surplus() func(w rowWriter, i int) {
	s := &t.p.Surplus
	return func(w rowWriter, i int) {
		t.sku(w, 0, s.SKU[i])
		w.text(2, s.Kind[i])
		w.qty(3, s.OnHand[i])
		w.qty(4, s.Required[i])
		w.qty(5, s.Qty[i])
		w.float(6, s.Value[i])
		w.day(7, s.LastUse[i])
		w.float(8, s.CoverDays[i])
		w.text(9, s.Action[i])
		t.sku(w, 10, s.NextUse[i])
		w.day(12, s.NextOn[i])
		w.float(13, s.Provision[i])
	}
}

func (t *planText) expiryRisk() func(w rowWriter, i int) {
	e := &t.p.ExpiryRisk
	return func(w rowWriter, i int) {
		t.sku(w, 0, e.SKU[i])
		w.textOrNull(2, e.Lot[i])
		w.day(3, e.ExpiresOn[i])
		w.int(4, e.DaysLeft[i])
		w.text(5, e.Bucket[i])
		w.qty(6, e.Qty[i])
		w.qty(7, e.Used[i])
		w.qty(8, e.AtRisk[i])
		floats(w, 9, e.Value[i], e.RiskValue[i])
		w.text(11, e.Status[i])
	}
}

func (t *planText) projection() func(w rowWriter, i int) {
	p := &t.p.Projection
	return func(w rowWriter, i int) {
		w.day(0, p.Start[i])
		w.day(1, p.End[i])
		w.text(2, t.s.Sites.ID[p.Site[i]])
		w.textOrNull(3, p.Category[i])
		w.textOrNull(4, p.ABC[i])
		floats(w, 5, p.Opening[i], p.Receipts[i], p.Issues[i], p.Balance[i], p.Stock[i], p.Short[i], p.SafetyGap[i])
	}
}

func (t *planText) breaches() func(w rowWriter, i int) {
	b := &t.p.Breaches
	return func(w rowWriter, i int) {
		t.sku(w, 0, b.SKU[i])
		w.day(2, b.On[i])
		w.day(3, b.Until[i])
		w.day(4, b.StockoutOn[i])
		w.qty(5, b.Available[i])
		w.qty(6, b.Safety[i])
		w.qty(7, b.Short[i])
		w.float(8, b.Value[i])
	}
}

func (t *planText) supplierScores() func(w rowWriter, i int) {
	s := &t.p.Scores
	return func(w rowWriter, i int) {
		w.textOrNull(0, t.supplier(s.Supplier[i]))
		t.sku(w, 1, s.SKU[i])
		w.int(3, s.Receipts[i])
		floats(w, 4, s.LeadMean[i], s.LeadSD[i], s.LeadQ50[i], s.LeadQ90[i], s.LeadQ95[i], s.LeadTrend[i], s.PromisedMean[i], s.LateMean[i], s.OnTime[i], s.InFull[i],
			s.OTIF[i], s.QtyRate[i], s.RejectRate[i], s.PriceTrend[i], s.Delivery[i], s.Quantity[i], s.Quality[i], s.LeadStability[i], s.PriceScore[i], s.All[i])
	}
}

func (t *planText) bullwhip() func(w rowWriter, i int) {
	b := &t.p.Amplification
	return func(w rowWriter, i int) {
		t.sku(w, 0, b.SKU[i])
		w.int(2, b.Level[i])
		w.text(3, b.Basis[i])
		w.int(4, b.Periods[i])
		floats(w, 5, b.DemandMean[i], b.DemandVar[i], b.OrderMean[i], b.OrderVar[i], b.Ratio[i], b.Normalized[i])
	}
}

func (t *planText) kpiGroups() func(w rowWriter, i int) {
	k := &t.p.KPIGroups
	return func(w rowWriter, i int) {
		w.text(0, k.Dimension[i])
		w.text(1, k.Key[i])
		w.text(2, k.Name[i])
		w.float(3, k.Value[i])
	}
}

// moreClasses writes the classes beside ABC and XYZ from a column on.
func moreClasses(w rowWriter, col int, c *planwright.Classes, i int) {
	for j, list := range [][]string{c.ABCSite, c.ABCCategory, c.ErrorXYZ, c.FSN, c.HML, c.VED} {
		if i < len(list) {
			w.textOrNull(col+j, list[i])
		} else {
			w.null(col + j)
		}
	}
}
