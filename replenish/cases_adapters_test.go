package replenish

import (
	"math"
	"testing"
)

// One adapter for each family of reference cases: inputs by name to calls of
// the package, outputs by name.

func caseFail(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func caseUnknown(t *testing.T, function string) CaseOut {
	t.Fatalf("no adapter for %s", function)
	return nil
}

// caseLaw reads a distribution given by type and moments, or by name and
// arguments as scipy has them.
func caseLaw(t *testing.T, in CaseIn) Distribution {
	t.Helper()
	if in.has("distribution") {
		return caseScipy(t, in)
	}
	switch in.text("type") {
	case "poisson":
		return NewPoisson(in.num("mean"))
	case "negative_binomial":
		return NewNegativeBinomial(in.num("mean"), in.num("variance"))
	case "normal":
		return NewNormal(in.num("mean"), in.num("sd"))
	case "gamma":
		return NewGamma(in.num("mean"), in.num("sd"))
	case "lognormal":
		return Lognormal{Mu: in.num("mu"), Sigma: in.num("sigma")}
	case "exponential":
		return NewExponential(in.num("mean"))
	case "empirical":
		d, err := NewTable(in.nums("values"), in.nums("probabilities"))
		caseFail(t, err)
		return d
	}
	t.Fatalf("no distribution of type %q", in.text("type"))
	return nil
}

func caseScipy(t *testing.T, in CaseIn) Distribution {
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
		return NewNormal(arg(0, "loc", 0), arg(1, "scale", 1))
	case "uniform":
		low := arg(0, "loc", 0)
		return NewUniform(low, low+arg(1, "scale", 1))
	case "expon":
		return NewExponential(arg(1, "scale", 1))
	case "gamma":
		return Gamma{Shape: arg(0, "a", 1), Scale: arg(2, "scale", 1)}
	case "lognorm":
		return Lognormal{Mu: math.Log(arg(2, "scale", 1)), Sigma: arg(0, "s", 1)}
	case "poisson":
		return NewPoisson(arg(0, "mu", 1))
	case "geom":
		return NewGeometric(arg(0, "p", 1), 1+int(arg(1, "loc", 0)))
	case "nbinom":
		return NewNegativeBinomialRP(arg(0, "n", 1), arg(1, "p", 1))
	case "binom":
		return NewBinomial(int(arg(0, "n", 1)), arg(1, "p", 1))
	default:
		t.Fatalf("no distribution %q", name)
	}
	return nil
}

func casePMF(t *testing.T, in CaseIn, key string) *Table {
	t.Helper()
	v, p := in.pmf(key)
	d, err := NewTable(v, p)
	caseFail(t, err)
	return d
}

func caseOver(t *testing.T, d Distribution, n float64) Distribution {
	t.Helper()
	out, err := Over(d, n)
	caseFail(t, err)
	return out
}

func AdaptEoq(t *testing.T, function string, in CaseIn) CaseOut {
	k, h, l := in.num("fixed_cost"), in.num("holding_cost"), in.num("demand_rate")
	switch function {
	case "economic_order_quantity":
		q := in.numOr("order_quantity", EOQ(k, h, l))
		return CaseOut{"order_quantity": q, "cost": EOQCost(k, h, l, q)}
	case "economic_order_quantity_with_backorders":
		p := in.num("stockout_cost")
		q, x := EOQBackorders(k, h, p, l)
		q, x = in.numOr("order_quantity", q), in.numOr("stockout_fraction", x)
		return CaseOut{"order_quantity": q, "stockout_fraction": x, "cost": EOQBackordersCost(k, h, p, l, q, x)}
	case "economic_production_quantity":
		mu := in.num("production_rate")
		q := in.numOr("order_quantity", EPQ(k, h, l, mu))
		return CaseOut{"order_quantity": q, "cost": EPQCost(k, h, l, mu, q)}
	}
	return caseUnknown(t, function)
}

func AdaptEoqDiscounts(t *testing.T, function string, in CaseIn) CaseOut {
	d := Discounts{Breakpoints: in.nums("breakpoints"), UnitCosts: in.nums("unit_costs")}
	switch function {
	case "economic_order_quantity_with_all_units_discounts":
	case "economic_order_quantity_with_incremental_discounts":
		d.Incremental = true
	default:
		return caseUnknown(t, function)
	}
	o, err := d.EOQ(in.num("fixed_cost"), in.num("holding_cost_rate"), in.num("demand_rate"))
	caseFail(t, err)
	return CaseOut{"order_quantity": o.Quantity, "region": o.Region, "cost": o.Cost}
}

func AdaptEoqJointReplenishment(t *testing.T, function string, in CaseIn) CaseOut {
	j := JointReplenishment{SharedFixedCost: in.num("shared_fixed_cost"), IndividualFixedCosts: in.nums("individual_fixed_costs"), HoldingCosts: in.nums("holding_costs"), DemandRates: in.nums("demand_rates")}
	p, err := CyclicPolicy{}, error(nil)
	switch function {
	case "joint_replenishment_optimal_strict_cyclic_or_general":
		p, err = j.Optimal()
	case "joint_replenishment_problem_silver_heuristic":
		p, err = j.Silver()
	default:
		return caseUnknown(t, function)
	}
	caseFail(t, err)
	return CaseOut{"optimal_cost": p.Cost, "cost": p.Cost, "base_cycle_time": p.CycleTime, "order_multiples": p.Multiples, "order_quantities": p.Quantities}
}

func AdaptFiniteHorizon(t *testing.T, function string, in CaseIn) CaseOut {
	n := int(in.num("num_periods"))
	f := FiniteHorizon{
		HoldingCost: in.each("holding_cost", n), StockoutCost: in.each("stockout_cost", n), PurchaseCost: in.each("purchase_cost", n), FixedCost: in.each("fixed_cost", n),
		Discount: in.numOr("discount_factor", 1), TerminalHoldingCost: in.num("terminal_holding_cost"), TerminalStockoutCost: in.num("terminal_stockout_cost"),
	}
	if function == "finite_horizon_dp_discrete" {
		cut := int(in.numOr("truncate_demand_at", 50))
		for _, m := range in.each("demand_means_poisson", n) {
			p := make([]float64, cut+1)
			for k := range p {
				p[k] = NewPoisson(m).PMF(k)
			}
			d, err := NewPMF(0, p)
			caseFail(t, err)
			f.Demand = append(f.Demand, d)
		}
	} else {
		sd := in.each("demand_sd", n)
		for i, m := range in.each("demand_mean", n) {
			f.Demand = append(f.Demand, NewNormal(m, sd[i]))
		}
	}
	switch function {
	case "finite_horizon_dp_discrete", "finite_horizon_dp":
		p, err := f.Solve(in.numOr("initial_inventory_level", 0))
		caseFail(t, err)
		return CaseOut{"total_cost": p.Cost, "reorder_points": p.ReorderPoint, "reorder_points_order_if_x_le_s": p.ReorderPoint, "order_up_to_levels": p.OrderUpTo}
	case "myopic_bounds":
		b, err := f.MyopicBounds()
		caseFail(t, err)
		return CaseOut{"S_underbar": b.LowerOrderUpTo, "S_overbar": b.UpperOrderUpTo, "s_underbar": b.LowerReorder, "s_overbar": b.UpperReorder}
	}
	return caseUnknown(t, function)
}

func AdaptGoldService(t *testing.T, function string, in CaseIn) CaseOut {
	switch function {
	case "sQ_measures":
		d, r, q := caseLaw(t, in.sub("lead_time_demand")), in.num("reorder_point"), in.num("order_quantity")
		b, onHand := ExpectedBackorders(d, r, q)
		return CaseOut{"cycle_service_level": d.CDF(r), "fill_rate_exact": FillRate(d, r, q), "ready_rate": ReadyRate(d, r, q), "expected_backorders": b, "expected_on_hand": onHand}
	case "sQ_fill_rate_inverse":
		d, q := caseLaw(t, in.sub("lead_time_demand")), in.num("order_quantity")
		r := LevelForFillRate(d, q, in.num("target_fill_rate"))
		mean, _ := d.Moments()
		return CaseOut{"reorder_point": r, "achieved_fill_rate": FillRate(d, r, q), "safety_stock": r - mean}
	case "RS_measures":
		d, r, l, up := caseLaw(t, in.sub("period_demand")), in.num("review_period"), in.num("lead_time"), in.num("order_up_to")
		lead, protection := caseOver(t, d, l), caseOver(t, d, r+l)
		return CaseOut{"cycle_service_level": protection.CDF(up), "fill_rate_exact": PeriodicFillRate(lead, protection, up, 0)}
	case "random_lead_time":
		d, target := caseLaw(t, in.sub("period_demand")), in.num("target_cycle_service")
		n, p := in.pmf("lead_time_pmf")
		m, err := RandomLeadTimeMixture(n, p, func(n float64) Distribution { return caseOver(t, d, n) })
		caseFail(t, err)
		mean, sd := m.Moments()
		return CaseOut{"ltd_mean": mean, "ltd_variance": sd * sd, "reorder_point_exact_mixture": m.Quantile(target), "reorder_point_normal_approx": mean + sd*NormalQuantile(target)}
	case "lead_time_error_variance_SES":
		return CaseOut{"cumulative_sd": SESCumulativeSD(in.num("one_step_sigma"), in.num("alpha"), in.num("horizon"))}
	case "lead_time_error_variance_AR1":
		phi, sigma := in.num("phi"), in.num("innovation_sigma")
		return CaseOut{"cumulative_forecast_error_sd": AR1CumulativeSD(sigma, phi, int(in.num("horizon"))), "marginal_demand_sd": AR1MarginalSD(sigma, phi)}
	case "undershoot":
		m, err := NewRenewal(caseLaw(t, in.sub("period_demand")).(IntegerDistribution))
		caseFail(t, err)
		n := int(in.num("S_minus_s"))
		mean, _ := m.Undershoot(n)
		return CaseOut{"mean_undershoot_exact": mean, "expected_cycle_periods": m.Periods(n)}
	case "base_stock_lost_vs_backorder":
		rate, l, s := in.num("demand_rate_poisson"), in.num("lead_time"), in.num("base_stock")
		fill, onHand := LostSalesBaseStock{Rate: rate, LeadTime: l}.FillRate(int(s))
		d := NewPoisson(rate * l)
		b, held := ExpectedBackorders(d, s-1, 1)
		return CaseOut{"fill_rate_lost_sales": fill, "expected_on_hand_lost_sales": onHand, "fill_rate_backorder": FillRate(d, s-1, 1), "expected_backorders": b, "expected_on_hand_backorder": held}
	case "rnQ_compound_poisson":
		v, p := in.pmf("order_size_pmf")
		size := make([]float64, int(v[len(v)-1])+1)
		for i, x := range v {
			size[int(x)] = p[i]
		}
		s, err := RNQ{Demand: CompoundPoisson{Rate: in.num("customer_rate") * in.num("lead_time"), Size: size}}.Evaluate(in.num("reorder_point"), in.num("order_multiple"))
		caseFail(t, err)
		return CaseOut{"unit_fill_rate": s.UnitFillRate, "order_complete_fill_rate": s.OrderFillRate}
	case "two_echelon_poisson", "budget_constrained_backorders", "perishable_fifo":
		return AdaptGoldEchelon(t, function, in)
	}
	return caseUnknown(t, function)
}

func AdaptLossFunctions(t *testing.T, function string, in CaseIn) CaseOut {
	first := func(d Distribution, x float64) CaseOut {
		_, n, _ := d.Losses(x)
		_, nbar, _ := LowerLosses(d, x)
		return CaseOut{"n_plus": n, "n_minus": nbar}
	}
	second := func(d Distribution, x float64) CaseOut {
		n2, nbar2 := SecondLosses(d, x)
		return CaseOut{"n_plus": n2, "n_minus": nbar2}
	}
	negative := func() Distribution {
		if in.has("r") {
			return NewNegativeBinomialRP(in.num("r"), in.num("p"))
		}
		return NewNegativeBinomial(in.num("mean"), in.num("sd")*in.num("sd"))
	}
	whole := func() Distribution {
		if in.has("distrib") {
			return caseScipy(t, in.sub("distrib"))
		}
		for _, k := range [...]string{"pmf", "demand_pmf"} {
			if in.has(k) {
				return casePMF(t, in, k)
			}
		}
		t.Fatal("no distribution given")
		return nil
	}
	switch function {
	case "standard_normal_loss":
		return first(NewNormal(0, 1), in.num("z"))
	case "standard_normal_second_loss":
		return second(NewNormal(0, 1), in.num("z"))
	case "normal_loss":
		return first(NewNormal(in.num("mean"), in.num("sd")), in.num("x"))
	case "normal_second_loss":
		return second(NewNormal(in.num("mean"), in.num("sd")), in.num("x"))
	case "lognormal_loss":
		return first(Lognormal{Mu: in.num("mu"), Sigma: in.num("sigma")}, in.num("x"))
	case "lognormal_second_loss":
		return second(Lognormal{Mu: in.num("mu"), Sigma: in.num("sigma")}, in.num("x"))
	case "exponential_loss":
		return first(NewExponential(1/in.num("mu")), in.num("x"))
	case "exponential_second_loss":
		return second(NewExponential(1/in.num("mu")), in.num("x"))
	case "gamma_loss":
		return first(Gamma{Shape: in.num("a"), Scale: in.num("b")}, in.num("x"))
	case "gamma_second_loss":
		return second(Gamma{Shape: in.num("a"), Scale: in.num("b")}, in.num("x"))
	case "uniform_loss":
		return first(NewUniform(in.num("a"), in.num("b")), in.num("x"))
	case "uniform_second_loss":
		return second(NewUniform(in.num("a"), in.num("b")), in.num("x"))
	case "poisson_loss":
		return first(NewPoisson(in.num("mean")), in.num("x"))
	case "poisson_second_loss":
		return second(NewPoisson(in.num("mean")), in.num("x"))
	case "geometric_loss":
		return first(NewGeometric(in.num("p"), 1), in.num("x"))
	case "geometric_second_loss":
		return second(NewGeometric(in.num("p"), 1), in.num("x"))
	case "negative_binomial_loss":
		return first(negative(), in.num("x"))
	case "negative_binomial_second_loss":
		return second(negative(), in.num("x"))
	case "binomial_loss":
		return first(NewBinomial(int(in.num("n")), in.num("p")), in.num("x"))
	case "binomial_second_loss":
		return second(NewBinomial(int(in.num("n")), in.num("p")), in.num("x"))
	case "continuous_loss", "discrete_loss":
		return first(whole(), in.num("x"))
	case "continuous_second_loss", "discrete_second_loss":
		return second(whole(), in.num("x"))
	}
	return caseUnknown(t, function)
}

func AdaptNewsvendor(t *testing.T, function string, in CaseIn) CaseOut {
	h, p := in.numOr("holding_cost", 0), in.numOr("stockout_cost", 0)
	demand := func() Distribution {
		var d Distribution
		switch {
		case in.has("demand"):
			d = caseLaw(t, in.sub("demand"))
		case in.has("demand_distrib"):
			d = caseScipy(t, in.sub("demand_distrib"))
		case in.has("demand_pmf"):
			d = casePMF(t, in, "demand_pmf")
		case in.has("demand_sd"):
			d = NewNormal(in.num("demand_mean"), in.num("demand_sd"))
		default:
			d = NewPoisson(in.num("demand_mean"))
		}
		if l := in.numOr("lead_time", 0); l != 0 {
			d = caseOver(t, d, l+1)
		}
		return d
	}
	switch function {
	case "newsvendor", "newsvendor_normal", "newsvendor_normal_cost", "newsvendor_poisson", "newsvendor_poisson_cost", "newsvendor_discrete", "newsvendor_discrete_cost", "newsvendor_continuous", "newsvendor_continuous_cost":
		d := demand()
		s, _, err := Newsvendor(d, h, p)
		caseFail(t, err)
		s = in.numOr("base_stock_level", s)
		return CaseOut{"base_stock_level": s, "cost": NewsvendorCost(d, h, p, s)}
	case "newsvendor_normal_explicit", "newsvendor_poisson_explicit", "newsvendor_discrete_explicit", "newsvendor_continuous_explicit":
		d := demand()
		v := Sale{Revenue: in.num("revenue"), PurchaseCost: in.num("purchase_cost"), SalvageValue: in.num("salvage_value"), HoldingCost: h, StockoutCost: p}
		s, _, err := v.Best(d)
		caseFail(t, err)
		s = in.numOr("base_stock_level", s)
		return CaseOut{"base_stock_level": s, "profit": v.Profit(d, s)}
	case "myopic", "myopic_cost", "set_myopic_cost_to":
		d := demand()
		m := Myopic{HoldingCost: h, StockoutCost: p, PurchaseCost: in.num("purchase_cost"), NextPurchaseCost: in.num("purchase_cost_next_per"), Discount: in.numOr("discount_factor", 1)}
		if function == "set_myopic_cost_to" {
			s, err := m.LevelAt(d, in.num("cost"), !in.has("left_half") || in.yes("left_half"))
			caseFail(t, err)
			return CaseOut{"base_stock_level": s}
		}
		s, _, err := m.Best(d)
		caseFail(t, err)
		s = in.numOr("base_stock_level", s)
		return CaseOut{"base_stock_level": s, "cost": m.Cost(d, s)}
	}
	return caseUnknown(t, function)
}

func AdaptRq(t *testing.T, function string, in CaseIn) CaseOut {
	l, tau := in.num("demand_mean"), in.num("lead_time")
	c := RQ{FixedCost: in.numOr("fixed_cost", 0), HoldingCost: in.num("holding_cost"), StockoutCost: in.num("stockout_cost"), DemandRate: l}
	switch {
	case in.has("lead_time_demand"):
		c.LeadTimeDemand = caseLaw(t, in.sub("lead_time_demand"))
	case in.has("demand_sd"):
		c.LeadTimeDemand = NewNormal(l*tau, in.num("demand_sd")*math.Sqrt(tau))
	default:
		c.LeadTimeDemand = NewPoisson(l * tau)
	}
	p, err := RQPolicy{}, error(nil)
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
		return caseUnknown(t, function)
	}
	caseFail(t, err)
	return CaseOut{"reorder_point": p.ReorderPoint, "order_quantity": p.Quantity, "cost": p.Cost}
}

func AdaptSs(t *testing.T, function string, in CaseIn) CaseOut {
	k, h, p := in.num("fixed_cost"), in.num("holding_cost"), in.num("stockout_cost")
	if function == "s_s_power_approximation" {
		s, err := SSPowerApproximation(k, h, p, in.num("demand_mean"), in.num("demand_sd"))
		caseFail(t, err)
		return CaseOut{"reorder_point": s.ReorderPoint, "order_up_to_level": s.OrderUpTo}
	}
	c := SS{FixedCost: k, HoldingCost: h, StockoutCost: p}
	switch {
	case in.has("demand"):
		c.Demand = caseLaw(t, in.sub("demand")).(IntegerDistribution)
	case in.has("demand_pmf"):
		c.Demand = casePMF(t, in, "demand_pmf")
	default:
		c.Demand = NewPoisson(in.num("demand_mean"))
	}
	if l := in.numOr("lead_time", 0); l > 0 {
		c.LeadTimeDemand = caseOver(t, c.Demand, l+1).(IntegerDistribution)
	}
	switch function {
	case "s_s_discrete_exact":
		s, err := c.Optimal()
		caseFail(t, err)
		return CaseOut{"reorder_point": s.ReorderPoint, "order_up_to_level": s.OrderUpTo, "cost": s.Cost}
	case "s_s_cost_discrete":
		cost, err := c.Cost(in.num("reorder_point"), in.num("order_up_to_level"))
		caseFail(t, err)
		return CaseOut{"cost": cost}
	}
	return caseUnknown(t, function)
}

func AdaptSupplyUncertainty(t *testing.T, function string, in CaseIn) CaseOut {
	h := in.num("holding_cost")
	switch function {
	case "eoq_with_disruptions", "eoq_with_disruptions_cost":
		e := DisruptedEOQ{FixedCost: in.num("fixed_cost"), HoldingCost: h, StockoutCost: in.num("stockout_cost"), DemandRate: in.num("demand_rate"), DisruptionRate: in.num("disruption_rate"), RecoveryRate: in.num("recovery_rate"), Approximate: in.yes("approximate")}
		q, _, err := e.Best()
		caseFail(t, err)
		q = in.numOr("order_quantity", q)
		return CaseOut{"order_quantity": q, "cost": e.Cost(q)}
	case "eoq_with_additive_yield_uncertainty":
		k, l, m, sd := in.num("fixed_cost"), in.num("demand_rate"), in.num("yield_mean"), in.num("yield_sd")
		q, _, err := AdditiveYieldEOQ(k, h, l, m, sd)
		caseFail(t, err)
		q = in.numOr("order_quantity", q)
		return CaseOut{"order_quantity": q, "cost": AdditiveYieldEOQCost(k, h, l, m, sd, q)}
	case "eoq_with_multiplicative_yield_uncertainty":
		k, l, m, sd := in.num("fixed_cost"), in.num("demand_rate"), in.num("yield_mean"), in.num("yield_sd")
		q, _, err := MultiplicativeYieldEOQ(k, h, l, m, sd)
		caseFail(t, err)
		q = in.numOr("order_quantity", q)
		return CaseOut{"order_quantity": q, "cost": MultiplicativeYieldEOQCost(k, h, l, m, sd, q)}
	case "newsvendor_with_disruptions":
		d := DisruptedNewsvendor{HoldingCost: h, StockoutCost: in.num("stockout_cost"), Demand: in.num("demand"), DisruptionProb: in.num("disruption_prob"), RecoveryProb: in.num("recovery_prob")}
		s, _, err := d.Best()
		caseFail(t, err)
		s = in.numOr("base_stock_level", s)
		cost, err := d.Cost(s)
		caseFail(t, err)
		return CaseOut{"base_stock_level": s, "cost": cost}
	case "newsvendor_with_additive_yield_uncertainty":
		y, d, p := caseScipy(t, in.sub("yield_distribution")), in.num("demand"), in.num("stockout_cost")
		s, _, err := AdditiveYieldNewsvendor(y, d, h, p)
		caseFail(t, err)
		s = in.numOr("base_stock_level", s)
		return CaseOut{"base_stock_level": s, "cost": AdditiveYieldNewsvendorCost(y, d, h, p, s)}
	}
	return caseUnknown(t, function)
}

func AdaptWagnerWhitin(t *testing.T, function string, in CaseIn) CaseOut {
	n := int(in.num("num_periods"))
	p := LotSizing{Demand: in.each("demand", n), FixedCost: in.each("fixed_cost", n), HoldingCost: in.each("holding_cost", n)}
	if in.has("purchase_cost") {
		p.PurchaseCost = in.each("purchase_cost", n)
	}
	q, cost, err := p.WagnerWhitin(nil)
	caseFail(t, err)
	return CaseOut{"cost": cost, "order_quantities": q}
}
