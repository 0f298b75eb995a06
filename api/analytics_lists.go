package api

import (
	"context"
	"slices"
	"strings"

	planwrightv1 "planwright/api/planwright/v1"
)

var slowMovers = tableList[*planwrightv1.SlowMover]{
	method: "slowMovers", table: "slow_movers", order: "value DESC",
	columns: columns{{name: "item_id"}, {name: "site_id"}, {name: "movement"}, {name: "idle_days", kind: intKind}, {name: "last_use_on", kind: dayKind},
		{name: "last_receipt_on", kind: dayKind}, {name: "qty", kind: qtyKind}, {name: "value", kind: floatKind}, {name: "year_use", kind: floatKind}, {name: "turns", kind: floatKind},
		{name: "age_days", kind: intKind}, {name: "provision", kind: floatKind}},
	row: func(c *cells) *planwrightv1.SlowMover {
		return &planwrightv1.SlowMover{ItemId: c.text(), SiteId: c.text(), Movement: c.text(), IdleDays: c.integer(), LastUseOn: c.day(),
			LastReceiptOn: c.day(), Qty: c.qty(), Value: c.number(), YearUse: c.number(), Turns: c.optional(),
			AgeDays: c.integer(), Provision: c.number()}
	},
}

// ListSlowMovers lists the stock that does not move.
func (a *analyticsService) ListSlowMovers(ctx context.Context, req *planwrightv1.ListSlowMoversRequest) (*planwrightv1.ListSlowMoversResponse, error) {
	pg, err := slowMovers.page(ctx, a.s, listQuery{parent: req.GetParent(), filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListSlowMoversResponse{SlowMovers: pg.rows, NextPageToken: pg.next, TotalSize: pg.total}, nil
}

var excess = tableList[*planwrightv1.Excess]{
	method: "excess", table: "excess", order: "value DESC",
	columns: columns{{name: "item_id"}, {name: "site_id"}, {name: "kind"}, {name: "on_hand", kind: qtyKind}, {name: "required", kind: qtyKind},
		{name: "qty", kind: qtyKind}, {name: "value", kind: floatKind}, {name: "last_use_on", kind: dayKind}, {name: "cover_days", kind: floatKind}, {name: "action"},
		{name: "next_item_id"}, {name: "next_site_id"}, {name: "next_on", kind: dayKind}, {name: "provision", kind: floatKind}},
	row: func(c *cells) *planwrightv1.Excess {
		return &planwrightv1.Excess{ItemId: c.text(), SiteId: c.text(), Kind: c.text(), OnHand: c.qty(), Required: c.qty(),
			Qty: c.qty(), Value: c.number(), LastUseOn: c.day(), CoverDays: c.optional(), Action: c.text(),
			NextItemId: c.text(), NextSiteId: c.text(), NextOn: c.day(), Provision: c.number()}
	},
}

// ListExcess lists the stock above what the plan requires.
func (a *analyticsService) ListExcess(ctx context.Context, req *planwrightv1.ListExcessRequest) (*planwrightv1.ListExcessResponse, error) {
	pg, err := excess.page(ctx, a.s, listQuery{parent: req.GetParent(), filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListExcessResponse{Excess: pg.rows, NextPageToken: pg.next, TotalSize: pg.total}, nil
}

var supplierScores = tableList[*planwrightv1.SupplierScore]{
	method: "supplierScores", table: "supplier_scores", order: "supplier_id",
	columns: columns{{name: "supplier_id"}, {name: "item_id"}, {name: "site_id"}, {name: "receipts", kind: intKind}, {name: "lead_mean", kind: floatKind},
		{name: "lead_sd", kind: floatKind}, {name: "lead_q50", kind: floatKind}, {name: "lead_q90", kind: floatKind}, {name: "lead_q95", kind: floatKind}, {name: "lead_trend", kind: floatKind},
		{name: "promised_mean", kind: floatKind}, {name: "late_mean", kind: floatKind}, {name: "on_time", kind: floatKind}, {name: "in_full", kind: floatKind}, {name: "otif", kind: floatKind},
		{name: "qty_rate", kind: floatKind}, {name: "reject_rate", kind: floatKind}, {name: "price_trend", kind: floatKind}, {name: "delivery_score", kind: floatKind}, {name: "quantity_score", kind: floatKind},
		{name: "quality_score", kind: floatKind}, {name: "lead_score", kind: floatKind}, {name: "price_score", kind: floatKind}, {name: "score", kind: floatKind}},
	row: func(c *cells) *planwrightv1.SupplierScore {
		return &planwrightv1.SupplierScore{SupplierId: c.text(), ItemId: c.text(), SiteId: c.text(), Receipts: c.count(), LeadMean: c.optional(),
			LeadSd: c.optional(), LeadQ50: c.optional(), LeadQ90: c.optional(), LeadQ95: c.optional(), LeadTrend: c.optional(),
			PromisedMean: c.optional(), LateMean: c.optional(), OnTime: c.optional(), InFull: c.optional(), Otif: c.optional(),
			QtyRate: c.optional(), RejectRate: c.optional(), PriceTrend: c.optional(), DeliveryScore: c.optional(), QuantityScore: c.optional(),
			QualityScore: c.optional(), LeadScore: c.optional(), PriceScore: c.optional(), Score: c.optional()}
	},
}

// ListSupplierScores lists what finished purchases tell of suppliers.
func (a *analyticsService) ListSupplierScores(ctx context.Context, req *planwrightv1.ListSupplierScoresRequest) (*planwrightv1.ListSupplierScoresResponse, error) {
	pg, err := supplierScores.page(ctx, a.s, listQuery{parent: req.GetParent(), filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListSupplierScoresResponse{SupplierScores: pg.rows, NextPageToken: pg.next, TotalSize: pg.total}, nil
}

var accuracies = tableList[*planwrightv1.Accuracy]{
	method: "accuracies", table: "forecast_accuracy", order: "item_id, site_id",
	columns: columns{{name: "item_id"}, {name: "site_id"}, {name: "method"}, {name: "periods", kind: intKind}, {name: "mase", kind: floatKind},
		{name: "rmsse", kind: floatKind}, {name: "wape", kind: floatKind}, {name: "bias", kind: floatKind}, {name: "pinball", kind: floatKind}, {name: "naive_wape", kind: floatKind},
		{name: "fva", kind: floatKind}, {name: "demand_class"}},
	row: func(c *cells) *planwrightv1.Accuracy {
		return &planwrightv1.Accuracy{ItemId: c.text(), SiteId: c.text(), Method: c.text(), Periods: c.count(), Mase: c.optional(),
			Rmsse: c.optional(), Wape: c.optional(), Bias: c.optional(), Pinball: c.optional(), NaiveWape: c.optional(),
			Fva: c.optional(), DemandClass: c.text()}
	},
}

// ListAccuracy lists the errors of the chosen forecasts.
func (a *analyticsService) ListAccuracy(ctx context.Context, req *planwrightv1.ListAccuracyRequest) (*planwrightv1.ListAccuracyResponse, error) {
	pg, err := accuracies.page(ctx, a.s, listQuery{parent: req.GetParent(), filter: req.GetFilter(), order: req.GetOrderBy(), size: req.GetPageSize(), token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	return &planwrightv1.ListAccuracyResponse{Accuracies: pg.rows, NextPageToken: pg.next, TotalSize: pg.total}, nil
}

// kpiGroups are the ways to group key figures.
var kpiGroups = []string{"site", "category", "planner", "abc", "abc_xyz"}

// GetKpis returns the key figures of a plan.
func (a *analyticsService) GetKpis(ctx context.Context, req *planwrightv1.GetKpisRequest) (*planwrightv1.Kpis, error) {
	parent, ok := strings.CutSuffix(req.GetName(), "/kpis")
	if !ok {
		return nil, badField("name", "%q is not plans/{plan}/kpis", clip(req.GetName()))
	}
	id, err := a.s.planID("name", parent)
	if err != nil {
		return nil, err
	}
	if g := req.GetGroupBy(); g != "" && !slices.Contains(kpiGroups, g) {
		return nil, badField("group_by", "%q is not one of %s", clip(g), strings.Join(kpiGroups, ", "))
	}
	before := map[[2]string]float64{}
	if with := req.GetCompareWith(); with != "" {
		other, err := a.s.planID("compare_with", with)
		if err != nil {
			return nil, err
		}
		err = a.kpis(ctx, other, req.GetGroupBy(), func(group, figure string, value float64) { before[[2]string{group, figure}] = value })
		if err != nil {
			return nil, err
		}
	}
	target, err := a.targets(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &planwrightv1.Kpis{Name: planPrefix + id + "/kpis"}
	err = a.kpis(ctx, id, req.GetGroupBy(), func(group, figure string, value float64) {
		k := &planwrightv1.KpiFigure{Figure: figure, Group: group, Value: value}
		if v, ok := before[[2]string{group, figure}]; ok {
			k.Before = &v
		}
		if v, ok := target[figure]; ok && req.GetGroupBy() == "" {
			k.Target = &v
		}
		out.Kpis = append(out.Kpis, k)
	})
	return out, err
}

// kpis hands over the key figures of a plan in their order.
func (a *analyticsService) kpis(ctx context.Context, plan, group string, take func(group, figure string, value float64)) error {
	query, args := `SELECT '' AS key, name, value FROM plan.kpis ORDER BY rowid`, []any{}
	if group != "" {
		query, args = `SELECT key, name, value FROM plan.kpi_groups WHERE dimension = ? ORDER BY rowid`, []any{group}
	}
	rows, err := a.s.ws.Select(ctx, plan, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key, name string
		var value float64
		if err := rows.Scan(&key, &name, &value); err != nil {
			return err
		}
		take(key, name, value)
	}
	return rows.Err()
}

// targets are the figures that the settings of a plan's snapshot want.
func (a *analyticsService) targets(ctx context.Context, plan string) (map[string]float64, error) {
	info, err := a.s.ws.GetPlan(plan)
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	if _, err := a.s.ws.ResolveSnapshot(info.SnapshotID); err != nil {
		return out, nil // deleted; the figures are still there
	}
	rows, err := a.s.ws.Select(ctx, plan, `SELECT lower(name), TRY_CAST(value AS DOUBLE) FROM snap.settings WHERE lower(name) LIKE 'kpi_target.%' AND TRY_CAST(value AS DOUBLE) IS NOT NULL`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var value float64
		if err := rows.Scan(&name, &value); err != nil {
			return nil, err
		}
		out[strings.TrimPrefix(name, "kpi_target.")] = value
	}
	return out, rows.Err()
}
