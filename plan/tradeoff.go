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

	UnitPrice float64 // 0: not known
	OnHand    float64 // stock of today

	// The minimum and maximum that people entered, where Entered says that they did.
	Entered                bool
	EnteredMin, EnteredMax float64
	// Of a stage that [Options.MultiEchelon] placed; Stage is false of others.
	Stage       bool
	Sold        bool    // customers take from it
	NetLeadTime float64 // days that its stock must cover
	DailyMean   float64 // of the demand that it covers
	DailySD     float64
	SafetyStock float64
}

// TradeoffQuery reads, from a plan with its snapshot, the columns of a
// [TradeoffRow]: unit_cost, yearly_demand, mean, sd, level, order_qty (0 where every
// review orders), decimals, unit_price, on_hand, stage (1 of a stage placed by
// multi-echelon planning), sold, net_lead_time, daily_mean, daily_sd, safety_stock, entered_min, entered_max
// (x_incumbent_min and x_incumbent_max of the sku's where the data set has them, else reorder_point and
// order_up_to, a lot above it where there is none; NaN: nothing was entered).
const TradeoffQuery = `SELECT i.unit_cost, p.yearly_demand, p.protected_mean AS mean, p.protected_sd AS sd,
	(CASE WHEN p.policy = 'RS' THEN coalesce(p.order_up_to, p.reorder_point) ELSE coalesce(p.reorder_point, p.order_up_to) END)::DOUBLE AS level,
	(CASE WHEN p.policy = 'RS' THEN 0 ELSE coalesce(p.order_qty, 0) END)::DOUBLE AS order_qty, coalesce(i.decimals, 6)::BIGINT AS decimals,
	coalesce(i.unit_price, 0)::DOUBLE AS unit_price, coalesce(f.on_hand, 0)::DOUBLE AS on_hand, (e.item_id IS NOT NULL)::BIGINT AS stage, (coalesce(f.year_sales, 0) > 0)::BIGINT AS sold,
	coalesce(e.net_lead_time, 0)::DOUBLE AS net_lead_time, coalesce(e.daily_mean, 0)::DOUBLE AS daily_mean, coalesce(e.daily_sd, 0)::DOUBLE AS daily_sd, coalesce(p.safety_stock, 0)::DOUBLE AS safety_stock,
	coalesce(n.lo, 'NaN'::DOUBLE) AS entered_min, coalesce(CASE WHEN n.hi > n.lo THEN n.hi ELSE n.lo + n.lot END, 'NaN'::DOUBLE) AS entered_max
	FROM plan.policies p JOIN snap.items i USING (item_id) LEFT JOIN plan.echelons e USING (item_id, site_id) LEFT JOIN plan.flow f USING (item_id, site_id)
	LEFT JOIN (SELECT k.* FROM (SELECT NULL AS x_incumbent_min, NULL AS x_incumbent_max) none, LATERAL (SELECT item_id, site_id, coalesce(TRY_CAST(x_incumbent_min AS DOUBLE), reorder_point)::DOUBLE AS lo,
		(CASE WHEN TRY_CAST(x_incumbent_min AS DOUBLE) IS NULL THEN order_up_to ELSE TRY_CAST(x_incumbent_max AS DOUBLE) END)::DOUBLE AS hi, coalesce(lot_size, 0)::DOUBLE AS lot FROM snap.skus) k) n USING (item_id, site_id) WHERE i.unit_cost > 0 AND p.yearly_demand > 0 ORDER BY p.rowid`

// TradeoffPoint is a point of the curve.
type TradeoffPoint struct {
	ServiceTarget float64 // of every sku, in a cycle; NaN where it differs
	Investment    float64 // mean stock on hand, money
	FillRate      float64 // of demand by value
	ShortValue    float64 // demand not filled at once, money a year at unit cost
	ShortSales    float64 // the same at the selling price, at unit cost where none is known: sales that are lost if nobody waits
}

// TradeoffGoal asks for a point of the best curve: mean stock for a budget, or the
// least stock of a fill rate. Both 0: the money of the plan's policies.
type TradeoffGoal struct {
	Budget, FillRate float64
}

// Tradeoff is the service of a company's stock against its cost.
type Tradeoff struct {
	SKUs             int           // that have demand and a cost
	Fixed            float64       // stock within every point of stages that customers do not see
	Today            TradeoffPoint // levels that hold, in the mean, the stock of today
	Current          TradeoffPoint // the plan's policies
	Entered          TradeoffPoint // the levels that people entered; of sku's without, the plan's
	EnteredSKUs      int           // that people entered levels for; 0: Entered says nothing
	Uniform, Optimal []TradeoffPoint
	Chosen           TradeoffPoint // the best for the goal
	Next             TradeoffStep  // from there
}

// TradeoffStep is what more money in stock buys at best.
type TradeoffStep struct {
	Money      float64 // [TradeoffMoney]
	FillRate   float64 // that is gained
	ShortValue float64 // that is avoided, money a year at unit cost
	ShortSales float64 // at the selling price
}

// TradeoffMoney is the money of a [TradeoffStep].
const TradeoffMoney = 10_000

// uniformTargets are the cycle service targets at which the curve of one target
// for all is drawn; beside each stands the best that its money can do.
var uniformTargets = []float64{0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.995, 0.999}

// ComputeTradeoff draws the exchange curve of a plan: what the policies in it
// cost and give, what one service target for all would, and what the same money
// could do at best. Shortages count by value at unit cost. Laws are fitted to the
// moments as the policies' are: integer for slow movers, gamma where demand
// varies, normal. Silver, Pyke and Thomas (2017), 7.3; Sherbrooke (2004).
//
// Under multi-echelon planning a stage that customers take from covers the demand of
// its net replenishment time (Graves and Willems, 2000); stages in between serve
// stages only: their stock, as it is placed, is part of every point, and what they
// are short of is no shortage of a customer.
func ComputeTradeoff(rows []TradeoffRow, goal TradeoffGoal) (Tradeoff, error) {
	var t, sales, entered, enteredSales replenish.Tradeoff
	var current, today, levels []float64
	enteredSKUs := 0
	fixed, fixedToday := 0.0, 0.0
	for _, r := range rows {
		if r.Stage {
			if !r.Sold {
				if r.UnitCost > 0 {
					fixed += r.UnitCost * math.Max(0, known(r.SafetyStock)+known(r.OrderQty)/2)
					fixedToday += r.UnitCost * known(r.OnHand)
				}
				continue
			}
			r.Mean, r.SD = r.DailyMean*r.NetLeadTime, r.DailySD*math.Sqrt(r.NetLeadTime)
			r.ReorderPoint = r.Mean + r.SafetyStock
		}
		if !(r.UnitCost > 0 && r.YearlyDemand > 0 && r.Mean > 0 && r.SD >= 0) || math.IsNaN(r.ReorderPoint) {
			continue
		}
		t.Items = append(t.Items, replenish.TradeoffItem{UnitCost: r.UnitCost, Rate: r.YearlyDemand, Weight: r.UnitCost, Lead: lawOf(r), Quantity: math.Max(0, r.OrderQty)})
		it := t.Items[len(t.Items)-1]
		if r.UnitPrice > 0 {
			it.Weight = r.UnitPrice
		}
		sales.Items = append(sales.Items, it)
		current = append(current, r.ReorderPoint)
		today = append(today, levelFor(it.Lead, it.Quantity, known(r.OnHand)))
		own, ownSales, level := t.Items[len(t.Items)-1], it, r.ReorderPoint
		if r.Entered && !r.Stage { // stages cover another time
			enteredSKUs++
			level = r.EnteredMin
			own.Quantity = math.Max(0, known(r.EnteredMax)-r.EnteredMin)
			ownSales.Quantity = own.Quantity
		}
		entered.Items, enteredSales.Items, levels = append(entered.Items, own), append(enteredSales.Items, ownSales), append(levels, level)
	}
	out := Tradeoff{SKUs: len(t.Items), Fixed: fixed}
	if len(t.Items) == 0 {
		return out, nil
	}
	points := make([]float64, len(t.Items))
	var bad error
	put := func(p replenish.TradeoffPoint, target float64, levels []float64) TradeoffPoint {
		x := TradeoffPoint{ServiceTarget: target, Investment: p.Investment + fixed, FillRate: p.FillRate, ShortValue: p.Short}
		lost, err := sales.Evaluate(levels)
		if err != nil {
			bad = err
		}
		x.ShortSales = lost.Short
		return x
	}
	best := func(g TradeoffGoal) (TradeoffPoint, error) {
		var p replenish.TradeoffPoint
		var err error
		if g.FillRate > 0 {
			p, err = t.ForFillRate(g.FillRate, points)
		} else {
			p, err = t.ForInvestment(math.Max(0, g.Budget-fixed), points)
		}
		if err != nil {
			return TradeoffPoint{}, err
		}
		return put(p, math.NaN(), points), bad
	}
	had, err := t.Evaluate(today)
	if err != nil {
		return out, err
	}
	out.Today = put(had, math.NaN(), today)
	out.Today.Investment += fixedToday - fixed
	now, err := t.Evaluate(current)
	if err != nil {
		return out, err
	}
	out.Current = put(now, math.NaN(), current)
	if out.EnteredSKUs = enteredSKUs; enteredSKUs > 0 {
		p, err := entered.Evaluate(levels)
		if err != nil {
			return out, err
		}
		lost, err := enteredSales.Evaluate(levels)
		if err != nil {
			return out, err
		}
		out.Entered = TradeoffPoint{ServiceTarget: math.NaN(), Investment: p.Investment + fixed, FillRate: p.FillRate, ShortValue: p.Short, ShortSales: lost.Short}
	}
	if goal.Budget <= 0 && goal.FillRate <= 0 {
		goal.Budget = out.Current.Investment
	}
	if out.Chosen, err = best(goal); err != nil {
		return out, err
	}
	if out.Next, err = nextStep(out.Chosen, best); err != nil {
		return out, err
	}
	for _, target := range uniformTargets {
		for i := range t.Items {
			points[i] = t.Items[i].Lead.Quantile(target)
		}
		p, err := t.Evaluate(points)
		if err != nil {
			return out, err
		}
		out.Uniform = append(out.Uniform, put(p, target, points))
	}
	for _, u := range out.Uniform { // the same money at its best
		p, err := best(TradeoffGoal{Budget: u.Investment})
		if err != nil {
			return out, err
		}
		out.Optimal = append(out.Optimal, p)
	}
	return out, bad
}

// nextStep is what [TradeoffMoney] more buys at point p of the best curve: the slope of
// the chord to the point for that much more, or for a hundredth more of a large stock,
// where the steps of single units would tell otherwise.
func nextStep(p TradeoffPoint, best func(TradeoffGoal) (TradeoffPoint, error)) (TradeoffStep, error) {
	q, err := best(TradeoffGoal{Budget: p.Investment + math.Max(TradeoffMoney, p.Investment/100)})
	if err != nil {
		return TradeoffStep{}, err
	}
	s := TradeoffStep{Money: TradeoffMoney}
	if more := q.Investment - p.Investment; more > 0 {
		part := TradeoffMoney / math.Max(TradeoffMoney, more)
		s.FillRate = math.Max(0, q.FillRate-p.FillRate) * part
		s.ShortValue = math.Max(0, p.ShortValue-q.ShortValue) * part
		s.ShortSales = math.Max(0, p.ShortSales-q.ShortSales) * part
	}
	return s, nil
}

// levelFor is the reorder point that holds, in the mean, so much stock on hand; where
// nothing is ever on hand, −Q.
func levelFor(law replenish.Distribution, q, onHand float64) float64 {
	mean, sd := law.Moments()
	stock := func(s float64) float64 {
		_, have := replenish.ExpectedBackorders(law, s, q)
		return have
	}
	lo, hi := -q, mean+onHand+1
	if onHand <= 0 {
		return lo
	}
	for range 100 {
		if hi-lo <= 1e-7*(sd+1) {
			break
		}
		if mid := (lo + hi) / 2; stock(mid) < onHand {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
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
