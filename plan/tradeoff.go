package plan

import (
	"math"

	"planwright/replenish"
)

// TradeoffRow is what the trade-off of service and stock needs of a sku: columns
// of the plan's policies and the cost of the item.
type TradeoffRow struct {
	UnitCost     float64
	YearlyDemand float64
	Mean, SD     float64 // of the demand that the policy protects
	ReorderPoint float64 // order-up-to level of a policy without order quantity
	OrderQty     float64
	Divisible    bool // not counted in pieces
}

// TradeoffQuery reads, from a plan with its snapshot, the columns of a
// [TradeoffRow]: unit_cost, yearly_demand, mean, sd, level, order_qty (0 where every
// review orders), decimals.
const TradeoffQuery = `SELECT i.unit_cost, p.yearly_demand, p.protected_mean AS mean, p.protected_sd AS sd,
	(CASE WHEN p.policy = 'RS' THEN coalesce(p.order_up_to, p.reorder_point) ELSE coalesce(p.reorder_point, p.order_up_to) END)::DOUBLE AS level,
	(CASE WHEN p.policy = 'RS' THEN 0 ELSE coalesce(p.order_qty, 0) END)::DOUBLE AS order_qty, coalesce(i.decimals, 6)::BIGINT AS decimals
	FROM plan.policies p JOIN snap.items i USING (item_id) WHERE i.unit_cost > 0 AND p.yearly_demand > 0 ORDER BY p.rowid`

// TradeoffPoint is a point of the curve.
type TradeoffPoint struct {
	ServiceTarget float64 // of every sku, in a cycle; NaN where it differs
	Investment    float64 // mean stock on hand, money
	FillRate      float64 // of demand by value
	ShortValue    float64 // demand not filled at once, money a year
}

// Tradeoff is the service of a company's stock against its cost.
type Tradeoff struct {
	SKUs             int // that have demand and a cost
	Current          TradeoffPoint
	Uniform, Optimal []TradeoffPoint
}

// uniformTargets are the cycle service targets at which the curve of one target
// for all is drawn; beside each stands the best that its money can do.
var uniformTargets = []float64{0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.995, 0.999}

// ComputeTradeoff draws the exchange curve of a plan: what the policies in it
// cost and give, what one service target for all would, and what the same money
// could do at best. Shortages count by value at unit cost. Laws are fitted to the
// moments as the policies' are: integer for slow movers, gamma where demand
// varies, normal. Silver, Pyke and Thomas (2017), 7.3; Sherbrooke (2004).
func ComputeTradeoff(rows []TradeoffRow) (Tradeoff, error) {
	var t replenish.Tradeoff
	var current []float64
	for _, r := range rows {
		if !(r.UnitCost > 0 && r.YearlyDemand > 0 && r.Mean > 0 && r.SD >= 0) || math.IsNaN(r.ReorderPoint) {
			continue
		}
		t.Items = append(t.Items, replenish.TradeoffItem{UnitCost: r.UnitCost, Rate: r.YearlyDemand, Weight: r.UnitCost, Lead: lawOf(r), Quantity: math.Max(0, r.OrderQty)})
		current = append(current, r.ReorderPoint)
	}
	out := Tradeoff{SKUs: len(t.Items)}
	if len(t.Items) == 0 {
		return out, nil
	}
	put := func(p replenish.TradeoffPoint, target float64) TradeoffPoint {
		return TradeoffPoint{ServiceTarget: target, Investment: p.Investment, FillRate: p.FillRate, ShortValue: p.Short}
	}
	now, err := t.Evaluate(current)
	if err != nil {
		return out, err
	}
	out.Current = put(now, math.NaN())
	points := make([]float64, len(t.Items))
	for _, target := range uniformTargets {
		for i := range t.Items {
			points[i] = t.Items[i].Lead.Quantile(target)
		}
		p, err := t.Evaluate(points)
		if err != nil {
			return out, err
		}
		out.Uniform = append(out.Uniform, put(p, target))
	}
	for _, u := range out.Uniform { // the same money at its best
		p, err := t.ForInvestment(u.Investment, points)
		if err != nil {
			return out, err
		}
		out.Optimal = append(out.Optimal, put(p, math.NaN()))
	}
	return out, nil
}

// lawOf is the law of the demand that a policy protects.
func lawOf(r TradeoffRow) replenish.Distribution {
	switch r.lawName() {
	case "integer":
		return replenish.FitInteger(r.Mean, r.SD)
	case "gamma":
		return replenish.NewGamma(r.Mean, r.SD)
	}
	return replenish.NewNormal(r.Mean, r.SD)
}

// lawName is integer (Poisson, binomial or negative binomial), gamma or normal.
func (r *TradeoffRow) lawName() string {
	switch {
	case !r.Divisible && r.Mean <= replenish.SlowMover && r.SD > 0:
		return "integer"
	case r.SD > replenish.GammaFrom*r.Mean:
		return "gamma"
	}
	return "normal"
}
