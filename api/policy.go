package api

import (
	"context"
	"math"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/forecast"
	"planwright/lang"
	"planwright/plan"
	"planwright/replenish"
)

var policyFamilies = map[string]replenish.Family{
	"": replenish.FamilyAuto, "auto": replenish.FamilyAuto, "normal": replenish.FamilyNormal, "gamma": replenish.FamilyGamma, "lognormal": replenish.FamilyLognormal,
	"poisson": replenish.FamilyPoisson, "negative_binomial": replenish.FamilyNegativeBinomial,
}

// ComputePolicy computes the policy of one sku from the request alone.
func (r *replenishmentService) ComputePolicy(ctx context.Context, req *planwrightv1.ComputePolicyRequest) (*planwrightv1.ComputedPolicy, error) {
	period := planwright.ByWeek
	if name := req.GetPeriod(); name != "" {
		var ok bool
		if period, ok = planwright.ParsePeriod(name); !ok {
			return nil, badField("period", "%q is not day, week or month", clip(name))
		}
	}
	family, ok := policyFamilies[req.GetFamily()]
	if !ok {
		return nil, badField("family", "%q is not auto, normal, gamma, lognormal, poisson or negative_binomial", clip(req.GetFamily()))
	}
	p := replenish.Params{LeadDays: req.GetLeadTimeDays(), LeadSDDays: req.GetLeadTimeSd(), LeadTimes: req.GetLeadTimes(), ReviewDays: req.GetReviewDays(), Target: req.GetServiceLevel(), Family: family,
		OrderCost: req.GetOrderCost(), UnitCost: req.GetUnitCost(), HoldingRate: req.GetHoldingRate(), StockoutCost: req.GetBackorderCost(), OrderQty: req.GetOrderQty(),
		Divisible: req.GetDivisible(), NoNegative: req.GetNoNegative()}
	switch req.GetServiceKind() {
	case "", "cycle":
	case "fill":
		p.Kind = planwright.FillRate
	default:
		return nil, badField("service_kind", "%q is not cycle or fill", clip(req.GetServiceKind()))
	}
	var err error
	if text := req.GetLotMin(); text != "" {
		if p.Lot.Min, err = qtyField("lot_min", text, 0); err != nil {
			return nil, err
		}
	}
	if text := req.GetLotMultiple(); text != "" {
		if p.Lot.Multiple, err = qtyField("lot_multiple", text, 0); err != nil {
			return nil, err
		}
	}
	d := replenish.Demand{Mean: req.GetMean(), SD: req.GetSd(), MeanSE: req.GetMeanSe(), PeriodDays: period.Days()}
	out := &planwrightv1.ComputedPolicy{}
	if h := req.GetHistory(); len(h) > 0 {
		if len(h) > maxSeriesValues {
			return nil, badField("history", "has %d values, more than %d", len(h), maxSeriesValues)
		}
		days := req.GetLeadTimeDays()
		for _, l := range req.GetLeadTimes() {
			days = math.Max(days, l)
		}
		steps := math.Ceil((days+req.GetReviewDays())/period.Days()) + 1
		if !(steps >= 1 && steps <= forecast.MaxHorizon) {
			return nil, badField("lead_time_days", "with review_days is not from 0 to %d periods", forecast.MaxHorizon)
		}
		res, err := forecast.Forecast(h, forecast.Options{Season: buckets[period.String()].season, Horizon: 1, CumulativeTo: int(steps), NonNegative: true})
		if err != nil {
			return nil, badField("history", "%s", err)
		}
		d.Mean, d.SD, d.CumMean, d.CumSD = res.Mean[0], res.SD[0], res.CumMean, res.CumSD
		out.ForecastMethod = res.Method
	}
	c, err := replenish.Compute(d, p)
	if err != nil {
		return nil, badField("request", "%s", err)
	}
	out.Policy, out.Method, out.Notes = c.Kind, c.Method, c.Notes.Names()
	out.SafetyStock, out.ReorderPoint, out.OrderUpTo, out.OrderQty, out.CycleStock = c.SafetyStock, c.ReorderPoint, c.OrderUpTo, c.OrderQty, c.CycleStock
	out.ServiceTarget, out.ServiceExpected, out.CycleService, out.FillRate = c.Target, c.Expected, c.CycleService, c.FillRate
	for _, t := range c.Terms {
		out.Terms = append(out.Terms, &planwrightv1.PolicyTerm{Name: t.Name, Value: t.Value, Source: lang.Text(callOf(ctx).language, "source."+t.Source)})
	}
	return out, nil
}

// maxSimulated bounds the periods of one request, and its demands.
const maxSimulated = 2_000_000

// SimulatePolicy simulates one stock.
func (r *replenishmentService) SimulatePolicy(ctx context.Context, req *planwrightv1.SimulatePolicyRequest) (*planwrightv1.PolicySimulation, error) {
	sim := replenish.Simulation{LostSales: req.GetLostSales(), Periods: req.GetPeriods(), Batches: int(req.GetBatches()), Level: req.GetConfidence(), Seed: req.GetSeed(),
		Rule: replenish.OrderRule{Review: req.GetReview(), Point: req.GetReorderPoint(), Quantity: req.GetOrderQty(), UpTo: req.GetOrderUpTo(), Min: req.GetLotMin(), Multiple: req.GetLotMultiple()}}
	if sim.Periods == 0 {
		sim.Periods = 10_000
	}
	sim.Warmup = sim.Periods / 10
	if req.Warmup != nil {
		sim.Warmup = req.GetWarmup()
	}
	if !(sim.Periods > 0 && sim.Warmup >= 0 && sim.Periods+sim.Warmup <= maxSimulated) {
		return nil, badField("periods", "with warmup is not above 0 and up to %d", maxSimulated)
	}
	if b := sim.Batches; b < 0 || b == 1 || b > replenish.MostBatches {
		return nil, badField("batches", "%d is neither 0 nor from 2 to %d", b, replenish.MostBatches)
	}
	if v := sim.Rule.Review; v != 0 && !(v > 0 && (sim.Periods+sim.Warmup)/v <= 10*maxSimulated) {
		return nil, badField("review", "%v is below 0, or makes more than %d reviews", v, 10*maxSimulated)
	}
	sim.Start = math.Max(sim.Rule.UpTo, sim.Rule.Point+sim.Rule.Quantity)
	if req.Start != nil {
		sim.Start = req.GetStart()
	}
	var err error
	switch h, rate := req.GetHistory(), req.GetCustomersPerPeriod(); {
	case len(h) > maxSeriesValues:
		return nil, badField("history", "has %d values, more than %d", len(h), maxSeriesValues)
	case len(h) > 0 && req.GetDemand() != nil:
		return nil, badField("demand", "and history: give one")
	case len(h) > 0 && req.GetBootstrapBlock() > 0:
		sim.Demand, err = replenish.NewBootstrapDemand(h, int(req.GetBootstrapBlock()))
	case len(h) > 0:
		sim.Demand, err = replenish.NewHistoryDemand(h)
	case req.GetDemand() == nil:
		return nil, badField("demand", "or history: give one")
	default:
		law, lerr := lawOf("demand", req.GetDemand())
		if lerr != nil {
			return nil, lerr
		}
		if rate == 0 {
			sim.Demand = replenish.NewPeriodDemand(law)
			break
		}
		if !(rate > 0 && rate*(sim.Periods+sim.Warmup) <= 10*maxSimulated) {
			return nil, badField("customers_per_period", "makes more than %d demands, or is below 0", 10*maxSimulated)
		}
		sim.Demand, err = replenish.NewCustomers(rate, law)
	}
	if err != nil {
		return nil, badField("demand", "%s", err)
	}
	if l := req.GetLeadTime(); l != nil {
		if sim.Supply.Lead, err = lawOf("lead_time", l); err != nil {
			return nil, err
		}
	}
	sim.Supply.Crossing = req.GetCrossing()
	release, err := r.s.slot(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	res, err := replenish.Simulate(&sim)
	if err != nil {
		return nil, badField("request", "%s", err)
	}
	m := func(e replenish.Estimate) *planwrightv1.SimulatedMeasure {
		return &planwrightv1.SimulatedMeasure{Mean: e.Mean, HalfWidth: e.Half}
	}
	return &planwrightv1.PolicySimulation{FillRate: m(res.FillRate), LineFillRate: m(res.LineFill), CycleService: m(res.CycleService), ReadyRate: m(res.ReadyRate), Demand: m(res.Demand),
		Short: m(res.Short), OnHand: m(res.OnHand), Backorders: m(res.Backorders), Orders: m(res.Orders), Undershoot: m(res.Undershoot)}, nil
}

// GetTradeoff draws the trade-off of service and stock of a plan.
func (r *replenishmentService) GetTradeoff(ctx context.Context, req *planwrightv1.GetTradeoffRequest) (*planwrightv1.Tradeoff, error) {
	id, err := r.s.planID("parent", req.GetParent())
	if err != nil {
		return nil, err
	}
	if b := req.GetBudget(); !(b >= 0 && b <= 1e15) {
		return nil, badField("budget", "%v is not from 0 to 1e15", b)
	}
	if f := req.GetFillRate(); !(f >= 0 && f < 1) || f > 0 && req.GetBudget() > 0 {
		return nil, badField("fill_rate", "%v is not from 0 to 1, 1 excluded, or stands beside a budget", f)
	}
	release, err := r.s.slot(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	rows, err := r.s.ws.Select(ctx, id, plan.TradeoffQuery)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []plan.TradeoffRow
	for rows.Next() {
		var t plan.TradeoffRow
		var decimals, stage, sold int64
		if err := rows.Scan(&t.UnitCost, &t.YearlyDemand, &t.Mean, &t.SD, &t.ReorderPoint, &t.OrderQty, &decimals, &t.UnitPrice, &t.OnHand, &stage, &sold, &t.NetLeadTime, &t.DailyMean, &t.DailySD, &t.SafetyStock, &t.EnteredMin, &t.EnteredMax); err != nil {
			return nil, err
		}
		t.Divisible, t.Stage, t.Sold, t.Entered = decimals > 0, stage > 0, sold > 0, t.EnteredMin >= 0
		list = append(list, t)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	t, err := plan.ComputeTradeoff(list, plan.TradeoffGoal{Budget: req.GetBudget(), FillRate: req.GetFillRate()})
	if err != nil {
		return nil, err
	}
	return tradeoffMessage(id, &t), nil
}

func tradeoffMessage(id string, t *plan.Tradeoff) *planwrightv1.Tradeoff {
	point := func(p plan.TradeoffPoint) *planwrightv1.TradeoffPoint {
		return &planwrightv1.TradeoffPoint{ServiceTarget: known(p.ServiceTarget), Investment: p.Investment, FillRate: p.FillRate, ShortValue: p.ShortValue, ShortSales: p.ShortSales}
	}
	points := func(list []plan.TradeoffPoint) (out []*planwrightv1.TradeoffPoint) {
		for _, p := range list {
			out = append(out, point(p))
		}
		return out
	}
	out := &planwrightv1.Tradeoff{Plan: planPrefix + id, Skus: int32(t.SKUs), Current: point(t.Current), Uniform: points(t.Uniform), Optimal: points(t.Optimal), Today: point(t.Today), Chosen: point(t.Chosen),
		Next: &planwrightv1.TradeoffStep{Money: t.Next.Money, FillRate: t.Next.FillRate, ShortValue: t.Next.ShortValue, ShortSales: t.Next.ShortSales}, BehindStock: t.Fixed, EnteredSkus: int32(t.EnteredSKUs)}
	if t.EnteredSKUs > 0 {
		out.Entered = point(t.Entered)
	}
	return out
}

// lawOf reads a distribution.
func lawOf(field string, m *planwrightv1.DemandLaw) (replenish.Distribution, error) {
	mean, sd := m.GetMean(), m.GetSd()
	if !(mean >= 0 && mean <= 1e12 && sd >= 0 && sd <= 1e12) {
		return nil, badField(field, "mean and sd are not from 0 to 1e12")
	}
	switch m.GetType() {
	case "normal":
		return replenish.NewNormal(mean, sd), nil
	case "gamma":
		return replenish.NewGamma(mean, sd), nil
	case "lognormal":
		return replenish.NewLognormal(mean, sd), nil
	case "poisson":
		return replenish.NewPoisson(mean), nil
	case "negative_binomial":
		if sd*sd <= mean {
			return nil, badField(field+".sd", "squared is not above the mean: poisson has it equal")
		}
		return replenish.NewNegativeBinomial(mean, sd*sd), nil
	case "exponential":
		return replenish.NewExponential(mean), nil
	case "uniform":
		return replenish.NewUniform(mean-sd, mean+sd), nil
	case "constant":
		return replenish.NewNormal(mean, 0), nil
	case "empirical":
		p := m.GetProbabilities()
		if len(p) == 0 {
			p = make([]float64, len(m.GetValues()))
			for i := range p {
				p[i] = 1 / float64(len(p))
			}
		}
		t, err := replenish.NewTable(m.GetValues(), p)
		if err != nil {
			return nil, badField(field, "%s", err)
		}
		return t, nil
	}
	return nil, badField(field+".type", "%q is not normal, gamma, lognormal, poisson, negative_binomial, exponential, uniform, constant or empirical", clip(m.GetType()))
}
