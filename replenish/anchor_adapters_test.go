package replenish_test

import (
	"math"
	"testing"

	"planwright/replenish"
)

// One adapter for each family of reference cases: inputs by name to calls of
// the package, outputs by name.

func anchorFail(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func anchorUnknown(t *testing.T, function string) anchorOut {
	t.Fatalf("no adapter for %s", function)
	return nil
}

// anchorLaw reads a distribution given by type and moments, or by name and
// arguments as scipy has them.
func anchorLaw(t *testing.T, in anchorIn) replenish.Distribution {
	t.Helper()
	if in.has("distribution") {
		return anchorScipy(t, in)
	}
	switch in.text("type") {
	case "poisson":
		return replenish.NewPoisson(in.num("mean"))
	case "negative_binomial":
		return replenish.NewNegativeBinomial(in.num("mean"), in.num("variance"))
	case "normal":
		return replenish.NewNormal(in.num("mean"), in.num("sd"))
	case "gamma":
		return replenish.NewGamma(in.num("mean"), in.num("sd"))
	case "lognormal":
		return replenish.Lognormal{Mu: in.num("mu"), Sigma: in.num("sigma")}
	case "exponential":
		return replenish.NewExponential(in.num("mean"))
	case "empirical":
		d, err := replenish.NewTable(in.nums("values"), in.nums("probabilities"))
		anchorFail(t, err)
		return d
	}
	t.Fatalf("no distribution of type %q", in.text("type"))
	return nil
}

func anchorScipy(t *testing.T, in anchorIn) replenish.Distribution {
	t.Helper()
	a, kw := in.nums("args"), in.sub("kwds")
	arg := func(i int, name string, otherwise float64) float64 {
		if i < len(a) {
			return a[i]
		}
		return kw.numOr(name, otherwise)
	}
	switch name := in.text("distribution"); name {
	case "norm":
		return replenish.NewNormal(arg(0, "loc", 0), arg(1, "scale", 1))
	case "uniform":
		low := arg(0, "loc", 0)
		return replenish.NewUniform(low, low+arg(1, "scale", 1))
	case "expon":
		return replenish.NewExponential(arg(1, "scale", 1))
	case "gamma":
		return replenish.Gamma{Shape: arg(0, "a", 1), Scale: arg(2, "scale", 1)}
	case "lognorm":
		return replenish.Lognormal{Mu: math.Log(arg(2, "scale", 1)), Sigma: arg(0, "s", 1)}
	case "poisson":
		return replenish.NewPoisson(arg(0, "mu", 1))
	case "geom":
		return replenish.NewGeometric(arg(0, "p", 1), 1+int(arg(1, "loc", 0)))
	case "nbinom":
		return replenish.NewNegativeBinomialRP(arg(0, "n", 1), arg(1, "p", 1))
	case "binom":
		return replenish.NewBinomial(int(arg(0, "n", 1)), arg(1, "p", 1))
	default:
		t.Fatalf("no distribution %q", name)
	}
	return nil
}

func anchorPMF(t *testing.T, in anchorIn, key string) *replenish.Table {
	t.Helper()
	v, p := in.pmf(key)
	d, err := replenish.NewTable(v, p)
	anchorFail(t, err)
	return d
}

func anchorOver(t *testing.T, d replenish.Distribution, n float64) replenish.Distribution {
	t.Helper()
	out, err := replenish.Over(d, n)
	anchorFail(t, err)
	return out
}

func adaptEoq(t *testing.T, function string, in anchorIn) anchorOut {
	k, h, l := in.num("fixed_cost"), in.num("holding_cost"), in.num("demand_rate")
	switch function {
	case "economic_order_quantity":
		q := in.numOr("order_quantity", replenish.EOQ(k, h, l))
		return anchorOut{"order_quantity": q, "cost": replenish.EOQCost(k, h, l, q)}
	case "economic_order_quantity_with_backorders":
		p := in.num("stockout_cost")
		q, x := replenish.EOQBackorders(k, h, p, l)
		q, x = in.numOr("order_quantity", q), in.numOr("stockout_fraction", x)
		return anchorOut{"order_quantity": q, "stockout_fraction": x, "cost": replenish.EOQBackordersCost(k, h, p, l, q, x)}
	case "economic_production_quantity":
		mu := in.num("production_rate")
		q := in.numOr("order_quantity", replenish.EPQ(k, h, l, mu))
		return anchorOut{"order_quantity": q, "cost": replenish.EPQCost(k, h, l, mu, q)}
	}
	return anchorUnknown(t, function)
}

func adaptEoqDiscounts(t *testing.T, function string, in anchorIn) anchorOut {
	d := replenish.Discounts{Breakpoints: in.nums("breakpoints"), UnitCosts: in.nums("unit_costs")}
	switch function {
	case "economic_order_quantity_with_all_units_discounts":
	case "economic_order_quantity_with_incremental_discounts":
		d.Incremental = true
	default:
		return anchorUnknown(t, function)
	}
	o, err := d.EOQ(in.num("fixed_cost"), in.num("holding_cost_rate"), in.num("demand_rate"))
	anchorFail(t, err)
	return anchorOut{"order_quantity": o.Quantity, "region": o.Region, "cost": o.Cost}
}

func adaptEoqJointReplenishment(t *testing.T, function string, in anchorIn) anchorOut {
	j := replenish.JointReplenishment{SharedFixedCost: in.num("shared_fixed_cost"), IndividualFixedCosts: in.nums("individual_fixed_costs"), HoldingCosts: in.nums("holding_costs"), DemandRates: in.nums("demand_rates")}
	p, err := replenish.CyclicPolicy{}, error(nil)
	switch function {
	case "joint_replenishment_optimal_strict_cyclic_or_general":
		p, err = j.Optimal()
	case "joint_replenishment_problem_silver_heuristic":
		p, err = j.Silver()
	default:
		return anchorUnknown(t, function)
	}
	anchorFail(t, err)
	return anchorOut{"optimal_cost": p.Cost, "cost": p.Cost, "base_cycle_time": p.CycleTime, "order_multiples": p.Multiples, "order_quantities": p.Quantities}
}

func adaptFiniteHorizon(t *testing.T, function string, in anchorIn) anchorOut {
	n := int(in.num("num_periods"))
	f := replenish.FiniteHorizon{
		HoldingCost: in.each("holding_cost", n), StockoutCost: in.each("stockout_cost", n), PurchaseCost: in.each("purchase_cost", n), FixedCost: in.each("fixed_cost", n),
		Discount: in.numOr("discount_factor", 1), TerminalHoldingCost: in.num("terminal_holding_cost"), TerminalStockoutCost: in.num("terminal_stockout_cost"),
	}
	if function == "finite_horizon_dp_discrete" {
		cut := int(in.numOr("truncate_demand_at", 50))
		for _, m := range in.each("demand_means_poisson", n) {
			p := make([]float64, cut+1)
			for k := range p {
				p[k] = replenish.NewPoisson(m).PMF(k)
			}
			d, err := replenish.NewPMF(0, p)
			anchorFail(t, err)
			f.Demand = append(f.Demand, d)
		}
	} else {
		sd := in.each("demand_sd", n)
		for i, m := range in.each("demand_mean", n) {
			f.Demand = append(f.Demand, replenish.NewNormal(m, sd[i]))
		}
	}
	switch function {
	case "finite_horizon_dp_discrete", "finite_horizon_dp":
		p, err := f.Solve(in.numOr("initial_inventory_level", 0))
		anchorFail(t, err)
		return anchorOut{"total_cost": p.Cost, "reorder_points": p.ReorderPoint, "reorder_points_order_if_x_le_s": p.ReorderPoint, "order_up_to_levels": p.OrderUpTo}
	case "myopic_bounds":
		b, err := f.MyopicBounds()
		anchorFail(t, err)
		return anchorOut{"S_underbar": b.LowerOrderUpTo, "S_overbar": b.UpperOrderUpTo, "s_underbar": b.LowerReorder, "s_overbar": b.UpperReorder}
	}
	return anchorUnknown(t, function)
}

func adaptGoldService(t *testing.T, function string, in anchorIn) anchorOut {
	switch function {
	case "sQ_measures":
		d, r, q := anchorLaw(t, in.sub("lead_time_demand")), in.num("reorder_point"), in.num("order_quantity")
		b, onHand := replenish.ExpectedBackorders(d, r, q)
		return anchorOut{"cycle_service_level": d.CDF(r), "fill_rate_exact": replenish.FillRate(d, r, q), "ready_rate": replenish.ReadyRate(d, r, q), "expected_backorders": b, "expected_on_hand": onHand}
	case "sQ_fill_rate_inverse":
		d, q := anchorLaw(t, in.sub("lead_time_demand")), in.num("order_quantity")
		r := replenish.LevelForFillRate(d, q, in.num("target_fill_rate"))
		mean, _ := d.Moments()
		return anchorOut{"reorder_point": r, "achieved_fill_rate": replenish.FillRate(d, r, q), "safety_stock": r - mean}
	case "RS_measures":
		d, r, l, up := anchorLaw(t, in.sub("period_demand")), in.num("review_period"), in.num("lead_time"), in.num("order_up_to")
		lead, protection := anchorOver(t, d, l), anchorOver(t, d, r+l)
		return anchorOut{"cycle_service_level": protection.CDF(up), "fill_rate_exact": replenish.PeriodicFillRate(lead, protection, up, 0)}
	case "random_lead_time":
		d, target := anchorLaw(t, in.sub("period_demand")), in.num("target_cycle_service")
		n, p := in.pmf("lead_time_pmf")
		m, err := replenish.RandomLeadTimeMixture(n, p, func(n float64) replenish.Distribution { return anchorOver(t, d, n) })
		anchorFail(t, err)
		mean, sd := m.Moments()
		return anchorOut{"ltd_mean": mean, "ltd_variance": sd * sd, "reorder_point_exact_mixture": m.Quantile(target), "reorder_point_normal_approx": mean + sd*replenish.NormalQuantile(target)}
	case "lead_time_error_variance_SES":
		return anchorOut{"cumulative_sd": replenish.SESCumulativeSD(in.num("one_step_sigma"), in.num("alpha"), in.num("horizon"))}
	case "lead_time_error_variance_AR1":
		phi, sigma := in.num("phi"), in.num("innovation_sigma")
		return anchorOut{"cumulative_forecast_error_sd": replenish.AR1CumulativeSD(sigma, phi, int(in.num("horizon"))), "marginal_demand_sd": replenish.AR1MarginalSD(sigma, phi)}
	case "undershoot":
		m, err := replenish.NewRenewal(anchorLaw(t, in.sub("period_demand")).(replenish.IntegerDistribution))
		anchorFail(t, err)
		n := int(in.num("S_minus_s"))
		mean, _ := m.Undershoot(n)
		return anchorOut{"mean_undershoot_exact": mean, "expected_cycle_periods": m.Periods(n)}
	case "base_stock_lost_vs_backorder":
		rate, l, s := in.num("demand_rate_poisson"), in.num("lead_time"), in.num("base_stock")
		fill, onHand := replenish.LostSalesBaseStock{Rate: rate, LeadTime: l}.FillRate(int(s))
		d := replenish.NewPoisson(rate * l)
		b, held := replenish.ExpectedBackorders(d, s-1, 1)
		return anchorOut{"fill_rate_lost_sales": fill, "expected_on_hand_lost_sales": onHand, "fill_rate_backorder": replenish.FillRate(d, s-1, 1), "expected_backorders": b, "expected_on_hand_backorder": held}
	case "rnQ_compound_poisson":
		v, p := in.pmf("order_size_pmf")
		size := make([]float64, int(v[len(v)-1])+1)
		for i, x := range v {
			size[int(x)] = p[i]
		}
		s, err := replenish.RNQ{Demand: replenish.CompoundPoisson{Rate: in.num("customer_rate") * in.num("lead_time"), Size: size}}.Evaluate(in.num("reorder_point"), in.num("order_multiple"))
		anchorFail(t, err)
		return anchorOut{"unit_fill_rate": s.UnitFillRate, "order_complete_fill_rate": s.OrderFillRate}
	case "two_echelon_poisson", "budget_constrained_backorders", "perishable_fifo":
		return adaptGoldEchelon(t, function, in)
	}
	return anchorUnknown(t, function)
}

func adaptLossFunctions(t *testing.T, function string, in anchorIn) anchorOut {
	first := func(d replenish.Distribution, x float64) anchorOut {
		_, n, _ := d.Losses(x)
		_, nbar, _ := replenish.LowerLosses(d, x)
		return anchorOut{"n_plus": n, "n_minus": nbar}
	}
	second := func(d replenish.Distribution, x float64) anchorOut {
		n2, nbar2 := replenish.SecondLosses(d, x)
		return anchorOut{"n_plus": n2, "n_minus": nbar2}
	}
	negative := func() replenish.Distribution {
		if in.has("r") {
			return replenish.NewNegativeBinomialRP(in.num("r"), in.num("p"))
		}
		return replenish.NewNegativeBinomial(in.num("mean"), in.num("sd")*in.num("sd"))
	}
	whole := func() replenish.Distribution {
		if in.has("distrib") {
			return anchorScipy(t, in.sub("distrib"))
		}
		for _, k := range [...]string{"pmf", "demand_pmf"} {
			if in.has(k) {
				return anchorPMF(t, in, k)
			}
		}
		t.Fatal("no distribution given")
		return nil
	}
	switch function {
	case "standard_normal_loss":
		return first(replenish.NewNormal(0, 1), in.num("z"))
	case "standard_normal_second_loss":
		return second(replenish.NewNormal(0, 1), in.num("z"))
	case "normal_loss":
		return first(replenish.NewNormal(in.num("mean"), in.num("sd")), in.num("x"))
	case "normal_second_loss":
		return second(replenish.NewNormal(in.num("mean"), in.num("sd")), in.num("x"))
	case "lognormal_loss":
		return first(replenish.Lognormal{Mu: in.num("mu"), Sigma: in.num("sigma")}, in.num("x"))
	case "lognormal_second_loss":
		return second(replenish.Lognormal{Mu: in.num("mu"), Sigma: in.num("sigma")}, in.num("x"))
	case "exponential_loss":
		return first(replenish.NewExponential(1/in.num("mu")), in.num("x"))
	case "exponential_second_loss":
		return second(replenish.NewExponential(1/in.num("mu")), in.num("x"))
	case "gamma_loss":
		return first(replenish.Gamma{Shape: in.num("a"), Scale: in.num("b")}, in.num("x"))
	case "gamma_second_loss":
		return second(replenish.Gamma{Shape: in.num("a"), Scale: in.num("b")}, in.num("x"))
	case "uniform_loss":
		return first(replenish.NewUniform(in.num("a"), in.num("b")), in.num("x"))
	case "uniform_second_loss":
		return second(replenish.NewUniform(in.num("a"), in.num("b")), in.num("x"))
	case "poisson_loss":
		return first(replenish.NewPoisson(in.num("mean")), in.num("x"))
	case "poisson_second_loss":
		return second(replenish.NewPoisson(in.num("mean")), in.num("x"))
	case "geometric_loss":
		return first(replenish.NewGeometric(in.num("p"), 1), in.num("x"))
	case "geometric_second_loss":
		return second(replenish.NewGeometric(in.num("p"), 1), in.num("x"))
	case "negative_binomial_loss":
		return first(negative(), in.num("x"))
	case "negative_binomial_second_loss":
		return second(negative(), in.num("x"))
	case "binomial_loss":
		return first(replenish.NewBinomial(int(in.num("n")), in.num("p")), in.num("x"))
	case "binomial_second_loss":
		return second(replenish.NewBinomial(int(in.num("n")), in.num("p")), in.num("x"))
	case "continuous_loss", "discrete_loss":
		return first(whole(), in.num("x"))
	case "continuous_second_loss", "discrete_second_loss":
		return second(whole(), in.num("x"))
	}
	return anchorUnknown(t, function)
}

func adaptNewsvendor(t *testing.T, function string, in anchorIn) anchorOut {
	h, p := in.numOr("holding_cost", 0), in.numOr("stockout_cost", 0)
	demand := func() replenish.Distribution {
		var d replenish.Distribution
		switch {
		case in.has("demand"):
			d = anchorLaw(t, in.sub("demand"))
		case in.has("demand_distrib"):
			d = anchorScipy(t, in.sub("demand_distrib"))
		case in.has("demand_pmf"):
			d = anchorPMF(t, in, "demand_pmf")
		case in.has("demand_sd"):
			d = replenish.NewNormal(in.num("demand_mean"), in.num("demand_sd"))
		default:
			d = replenish.NewPoisson(in.num("demand_mean"))
		}
		if l := in.numOr("lead_time", 0); l != 0 {
			d = anchorOver(t, d, l+1)
		}
		return d
	}
	switch function {
	case "newsvendor", "newsvendor_normal", "newsvendor_normal_cost", "newsvendor_poisson", "newsvendor_poisson_cost", "newsvendor_discrete", "newsvendor_discrete_cost", "newsvendor_continuous", "newsvendor_continuous_cost":
		d := demand()
		s, _, err := replenish.Newsvendor(d, h, p)
		anchorFail(t, err)
		s = in.numOr("base_stock_level", s)
		return anchorOut{"base_stock_level": s, "cost": replenish.NewsvendorCost(d, h, p, s)}
	case "newsvendor_normal_explicit", "newsvendor_poisson_explicit", "newsvendor_discrete_explicit", "newsvendor_continuous_explicit":
		d := demand()
		v := replenish.Sale{Revenue: in.num("revenue"), PurchaseCost: in.num("purchase_cost"), SalvageValue: in.num("salvage_value"), HoldingCost: h, StockoutCost: p}
		s, _, err := v.Best(d)
		anchorFail(t, err)
		s = in.numOr("base_stock_level", s)
		return anchorOut{"base_stock_level": s, "profit": v.Profit(d, s)}
	case "myopic", "myopic_cost", "set_myopic_cost_to":
		d := demand()
		m := replenish.Myopic{HoldingCost: h, StockoutCost: p, PurchaseCost: in.num("purchase_cost"), NextPurchaseCost: in.num("purchase_cost_next_per"), Discount: in.numOr("discount_factor", 1)}
		if function == "set_myopic_cost_to" {
			s, err := m.LevelAt(d, in.num("cost"), !in.has("left_half") || in.yes("left_half"))
			anchorFail(t, err)
			return anchorOut{"base_stock_level": s}
		}
		s, _, err := m.Best(d)
		anchorFail(t, err)
		s = in.numOr("base_stock_level", s)
		return anchorOut{"base_stock_level": s, "cost": m.Cost(d, s)}
	}
	return anchorUnknown(t, function)
}

func adaptRq(t *testing.T, function string, in anchorIn) anchorOut {
	l, tau := in.num("demand_mean"), in.num("lead_time")
	c := replenish.RQ{FixedCost: in.numOr("fixed_cost", 0), HoldingCost: in.num("holding_cost"), StockoutCost: in.num("stockout_cost"), DemandRate: l}
	switch {
	case in.has("lead_time_demand"):
		c.LeadTimeDemand = anchorLaw(t, in.sub("lead_time_demand"))
	case in.has("demand_sd"):
		c.LeadTimeDemand = replenish.NewNormal(l*tau, in.num("demand_sd")*math.Sqrt(tau))
	default:
		c.LeadTimeDemand = replenish.NewPoisson(l * tau)
	}
	p, err := replenish.RQPolicy{}, error(nil)
	switch function {
	case "r_q_cost", "r_q_cost_poisson":
		p.Cost, err = c.Cost(in.num("reorder_point"), in.num("order_quantity"))
	case "r_q_normal_exact", "r_q_poisson_exact", "r_q_discrete_exact":
		p, err = c.Optimal()
	case "r_q_optimal_r_for_q":
		p.ReorderPoint, err = c.ReorderPointFor(in.num("order_quantity"))
	case "r_q_eoqb_approximation":
		p, err = c.EOQB()
	case "r_q_eoqss_approximation":
		p, err = c.EOQSS()
	case "r_q_loss_function_approximation":
		p, err = c.LossFunction()
	case "r_q_eil_approximation":
		p, err = c.ExpectedInventoryLevel()
	default:
		return anchorUnknown(t, function)
	}
	anchorFail(t, err)
	return anchorOut{"reorder_point": p.ReorderPoint, "order_quantity": p.Quantity, "cost": p.Cost}
}

func adaptSs(t *testing.T, function string, in anchorIn) anchorOut {
	k, h, p := in.num("fixed_cost"), in.num("holding_cost"), in.num("stockout_cost")
	if function == "s_s_power_approximation" {
		s, err := replenish.SSPowerApproximation(k, h, p, in.num("demand_mean"), in.num("demand_sd"))
		anchorFail(t, err)
		return anchorOut{"reorder_point": s.ReorderPoint, "order_up_to_level": s.OrderUpTo}
	}
	c := replenish.SS{FixedCost: k, HoldingCost: h, StockoutCost: p}
	switch {
	case in.has("demand"):
		c.Demand = anchorLaw(t, in.sub("demand")).(replenish.IntegerDistribution)
	case in.has("demand_pmf"):
		c.Demand = anchorPMF(t, in, "demand_pmf")
	default:
		c.Demand = replenish.NewPoisson(in.num("demand_mean"))
	}
	if l := in.numOr("lead_time", 0); l > 0 {
		c.LeadTimeDemand = anchorOver(t, c.Demand, l+1).(replenish.IntegerDistribution)
	}
	switch function {
	case "s_s_discrete_exact":
		s, err := c.Optimal()
		anchorFail(t, err)
		return anchorOut{"reorder_point": s.ReorderPoint, "order_up_to_level": s.OrderUpTo, "cost": s.Cost}
	case "s_s_cost_discrete":
		cost, err := c.Cost(in.num("reorder_point"), in.num("order_up_to_level"))
		anchorFail(t, err)
		return anchorOut{"cost": cost}
	}
	return anchorUnknown(t, function)
}

func adaptSupplyUncertainty(t *testing.T, function string, in anchorIn) anchorOut {
	h := in.num("holding_cost")
	switch function {
	case "eoq_with_disruptions", "eoq_with_disruptions_cost":
		e := replenish.DisruptedEOQ{FixedCost: in.num("fixed_cost"), HoldingCost: h, StockoutCost: in.num("stockout_cost"), DemandRate: in.num("demand_rate"), DisruptionRate: in.num("disruption_rate"), RecoveryRate: in.num("recovery_rate"), Approximate: in.yes("approximate")}
		q, _, err := e.Best()
		anchorFail(t, err)
		q = in.numOr("order_quantity", q)
		return anchorOut{"order_quantity": q, "cost": e.Cost(q)}
	case "eoq_with_additive_yield_uncertainty":
		k, l, m, sd := in.num("fixed_cost"), in.num("demand_rate"), in.num("yield_mean"), in.num("yield_sd")
		q, _, err := replenish.AdditiveYieldEOQ(k, h, l, m, sd)
		anchorFail(t, err)
		q = in.numOr("order_quantity", q)
		return anchorOut{"order_quantity": q, "cost": replenish.AdditiveYieldEOQCost(k, h, l, m, sd, q)}
	case "eoq_with_multiplicative_yield_uncertainty":
		k, l, m, sd := in.num("fixed_cost"), in.num("demand_rate"), in.num("yield_mean"), in.num("yield_sd")
		q, _, err := replenish.MultiplicativeYieldEOQ(k, h, l, m, sd)
		anchorFail(t, err)
		q = in.numOr("order_quantity", q)
		return anchorOut{"order_quantity": q, "cost": replenish.MultiplicativeYieldEOQCost(k, h, l, m, sd, q)}
	case "newsvendor_with_disruptions":
		d := replenish.DisruptedNewsvendor{HoldingCost: h, StockoutCost: in.num("stockout_cost"), Demand: in.num("demand"), DisruptionProb: in.num("disruption_prob"), RecoveryProb: in.num("recovery_prob")}
		s, _, err := d.Best()
		anchorFail(t, err)
		s = in.numOr("base_stock_level", s)
		cost, err := d.Cost(s)
		anchorFail(t, err)
		return anchorOut{"base_stock_level": s, "cost": cost}
	case "newsvendor_with_additive_yield_uncertainty":
		y, d, p := anchorScipy(t, in.sub("yield_distribution")), in.num("demand"), in.num("stockout_cost")
		s, _, err := replenish.AdditiveYieldNewsvendor(y, d, h, p)
		anchorFail(t, err)
		s = in.numOr("base_stock_level", s)
		return anchorOut{"base_stock_level": s, "cost": replenish.AdditiveYieldNewsvendorCost(y, d, h, p, s)}
	}
	return anchorUnknown(t, function)
}

func adaptWagnerWhitin(t *testing.T, function string, in anchorIn) anchorOut {
	n := int(in.num("num_periods"))
	p := replenish.LotSizing{Demand: in.each("demand", n), FixedCost: in.each("fixed_cost", n), HoldingCost: in.each("holding_cost", n)}
	if in.has("purchase_cost") {
		p.PurchaseCost = in.each("purchase_cost", n)
	}
	q, cost, err := p.WagnerWhitin(nil)
	anchorFail(t, err)
	return anchorOut{"cost": cost, "order_quantities": q}
}
