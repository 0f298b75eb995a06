package replenish

import (
	"fmt"
	"math"

	"planwright"
)

// calculation is one call of Compute.
type calculation struct {
	d   *Demand
	p   *Params
	out Policy

	target     float64
	period     float64  // days
	lt, review float64  // periods
	lead       interval // demand of L
	protection interval // demand of L, plus review period or lump
	step       interval // demand of a review period, or a lump; 0 for neither
	q          float64  // order quantity, limits applied

	times, weights         []float64 // lead times in periods, weights adding up to 1
	lawLead, lawProtection Distribution

	// What the variation of the lead time adds to lead and protection.
	leadPart, protectionPart float64
}

func (c *calculation) put(name string, v float64, source string) {
	c.out.Terms = append(c.out.Terms, Term{name, v, source})
}

func (c *calculation) check() error {
	d, p := c.d, c.p
	for _, v := range [...]struct {
		name     string
		x        float64
		negative bool
	}{
		{"mean demand", d.Mean, false}, {"demand sd", d.SD, false}, {"period days", d.PeriodDays, false},
		{"standard error of the mean", d.MeanSE, false}, {"bias", d.Bias, true},
		{"lead time", p.LeadDays, false}, {"lead time sd", p.LeadSDDays, false}, {"review period", p.ReviewDays, false},
		{"service target", p.Target, false}, {"order quantity", p.OrderQty, false},
		{"lump mean", p.LumpMean, false}, {"lump sd", p.LumpSD, false}, {"most of a review", p.ReviewMost, false}, {"stockout cost", p.StockoutCost, false},
		{"entered safety stock", p.SafetyStock.Value, true}, {"placed safety stock", p.Placed.Value, true}, {"level of the portfolio", p.Level.Value, true},
		{"entered reorder point", p.ReorderPoint.Value, true}, {"entered order-up-to level", p.OrderUpTo.Value, true},
	} {
		if !(math.Abs(v.x) <= largest) || v.x < 0 && !v.negative {
			return fmt.Errorf("policy: %s %v: %w: give a finite number%s", v.name, v.x, ErrInput, map[bool]string{true: "", false: ", not negative"}[v.negative])
		}
	}
	if p.Target > 1 {
		return fmt.Errorf("policy: service target %v: %w: give a fraction, such as 0.95", p.Target, ErrInput)
	}
	c.target = p.Target
	if c.target == 0 {
		c.target = DefaultTarget
	}
	if c.target > MaxTarget {
		c.target = MaxTarget
		c.out.Notes |= NoteTargetCapped
	}
	c.out.Target = c.target
	return nil
}

// moments finds the demand of lead time, protection interval and review.
func (c *calculation) moments() error {
	d, p := c.d, c.p
	if c.period = d.PeriodDays; c.period == 0 {
		c.period = 1
	}
	c.lt, c.review = p.LeadDays/c.period, p.ReviewDays/c.period
	sl := p.LeadSDDays / c.period
	if len(p.LeadTimes) > 0 {
		var err error
		if sl, err = c.measured(); err != nil {
			return err
		}
	}
	n := c.lt + c.review
	c.lead, c.leadPart = d.interval(c.lt, sl)
	c.protection, c.protectionPart = c.lead, c.leadPart
	switch {
	case c.review > 0:
		c.protection, c.protectionPart = d.interval(n, sl)
		_, v := d.over(c.review)
		c.step = interval{c.protection.mean - c.lead.mean, v}
	case p.LumpMean > 0:
		c.step = interval{p.LumpMean, p.LumpSD * p.LumpSD}
		c.protection = c.lead.plus(c.step.mean, c.step.variance)
	}
	if d.shaped() {
		if len(c.times) == 0 {
			c.times, c.weights = twoPoints(c.lt, sl)
		}
		if err := c.shape(); err != nil {
			return err
		}
	}
	if d.shaped() || len(p.LeadTimes) > 0 {
		c.out.Notes |= NoteShape
	}
	if c.step.mean < least {
		c.step = interval{}
	}
	for _, v := range [...]interval{c.lead, c.protection, c.step} {
		if !(math.Abs(v.mean) <= largest*largest) || !(v.variance <= largest*largest*largest*largest) {
			return fmt.Errorf("policy: demand of %v periods has mean %v and variance %v: %w: look at the forecast and its errors", n, v.mean, v.variance, ErrInput)
		}
	}
	if k := len(d.CumSD); k > 0 && n > float64(k) {
		c.out.Notes |= NoteBeyondCurve
	}
	if p := d.Paths.Periods; len(d.Paths.Values) > 0 && n > float64(p) {
		c.out.Notes |= NoteBeyondCurve
	}
	c.put("period_days", c.period, "period")
	lead := "lead_time"
	if len(p.LeadTimes) > 0 {
		lead = "receipts"
	}
	c.put("lead_time", c.lt, lead)
	if sl > 0 {
		c.put("lead_time_sd", sl, lead)
	}
	if c.review > 0 {
		c.put("review", c.review, "review_days")
	}
	return nil
}

// measured reads the lead times that receipts have shown.
func (c *calculation) measured() (sd float64, err error) {
	p := c.p
	if len(p.LeadTimeWeights) > 0 && len(p.LeadTimeWeights) != len(p.LeadTimes) {
		return 0, fmt.Errorf("policy: %d weights for %d lead times: %w: give one for each, or none", len(p.LeadTimeWeights), len(p.LeadTimes), ErrInput)
	}
	sum := 0.0
	c.times, c.weights = make([]float64, len(p.LeadTimes)), make([]float64, len(p.LeadTimes))
	for i, l := range p.LeadTimes {
		w := 1.0
		if len(p.LeadTimeWeights) > 0 {
			w = p.LeadTimeWeights[i]
		}
		if err := checkInputs("policy", input{"measured lead time", l, notNegative}, input{"weight of a lead time", w, notNegative}); err != nil {
			return 0, err
		}
		c.times[i], c.weights[i] = l/c.period, w
		sum += w
	}
	if !(sum > 0) {
		return 0, fmt.Errorf("policy: weights of the lead times add up to %v: %w: give one above 0", sum, ErrInput)
	}
	c.lt = 0
	for i := range c.weights {
		c.weights[i] /= sum
		c.lt += c.weights[i] * c.times[i]
	}
	v := 0.0
	for i, w := range c.weights {
		v += w * (c.times[i] - c.lt) * (c.times[i] - c.lt)
	}
	return math.Sqrt(v), nil
}

// rate returns the mean demand of a period.
func (c *calculation) rate() float64 {
	switch k := len(c.d.CumMean); {
	case c.lawProtection != nil && c.lt+c.review > 0:
		return c.protection.mean / (c.lt + c.review)
	case k > 0:
		return c.d.CumMean[k-1] / float64(k)
	}
	return c.d.Mean
}

// cost says whether costs, not a target, set the level.
func (c *calculation) cost() bool {
	h := c.p.HoldingRate * c.p.UnitCost
	return c.p.StockoutCost > 0 && h > 0 && h <= largest
}

// impossible says that no demand up to ReviewMost has the moments of a review.
func (c *calculation) impossible() bool {
	return c.p.ReviewMost > 0 && c.step.variance > c.p.ReviewMost*c.step.mean
}

// none says that there is nothing to plan for.
func (c *calculation) none() bool {
	return c.rate() < least || c.protection.mean < least && c.lt+c.review > 0
}

// orderQty settles Q: given, economic, or the demand of one period (of the
// review period if that is longer); at least the minimum, on a multiple.
func (c *calculation) orderQty() error {
	p := c.p
	q := p.OrderQty
	if q == 0 {
		rate := max(0, c.rate())
		h := p.HoldingRate * p.UnitCost
		q = EOQ(p.OrderCost, h, rate*365/c.period)
		formula := "eoq"
		if c.cost() {
			q, _ = EOQBackorders(p.OrderCost, h, p.StockoutCost, rate*365/c.period)
			formula = "eoq_backorders"
		}
		if q > 0 && q <= largest {
			c.put("order_qty_economic", q, formula)
		} else {
			q = max(rate, c.step.mean)
		}
	}
	exact, ok := p.Lot.Round(planwright.Clamp(q))
	if !ok {
		return fmt.Errorf("policy: order quantity %v with minimum %v and multiple %v: %w: give smaller limits", q, p.Lot.Min, p.Lot.Multiple, ErrInput)
	}
	if f := exact.Float(); f > q+1e-6 { // rounding to millionths is no limit's doing
		q = f
		c.out.Notes |= NoteMinimum
	}
	c.q = q
	return nil
}

// decide chooses the policy, finds its level and what service it gives.
func decide[D Distribution](c *calculation, lead, protection D, fit func(mean, sd float64) D) {
	p, out := c.p, &c.out
	lumps := c.step.mean > 0

	// What the level covers, and by which batches the position moves.
	var covers, under interval
	var batch float64
	var cycle D // demand up to the moment when stock is lowest
	if c.review > 0 && (!lumps || c.q <= c.step.mean*(1+1e-9) || c.impossible()) {
		out.Kind = PolicyRS
		covers, cycle = c.protection, protection
		batch = max(0, p.Lot.Multiple.Float())
		if out.OrderQty = max(c.step.mean, 0); c.impossible() {
			out.OrderQty = max(c.q, out.OrderQty)
		}
		out.CycleStock = (out.OrderQty + batch) / 2
	} else {
		out.Kind = PolicySQ
		if c.review > 0 {
			out.Kind = PolicyRSNQ
		}
		covers, cycle = c.lead, lead
		batch = c.q
		out.OrderQty, out.CycleStock = c.q, c.q/2
		if lumps {
			m2, m3 := rawMoments(c.step.mean, c.step.variance)
			under.mean, under.variance = Undershoot(c.step.mean, m2, m3)
			if out.Notes&NotePieces != 0 { // on whole numbers
				under.mean, under.variance = max(0, under.mean-0.5), max(0, under.variance-1.0/12)
			}
			total := covers.plus(under.mean, under.variance)
			cycle = fit(total.mean, total.sd())
		}
	}
	total := covers.plus(under.mean, under.variance)

	s := 0.0
	source := "cycle_service"
	switch {
	case p.Placed.Given:
		out.Notes |= NotePlaced
		source = "guaranteed_service"
		s = total.mean + p.Placed.Value
	case p.Level.Given:
		out.Notes |= NotePortfolio
		source = "portfolio"
		s = p.Level.Value
	case c.cost():
		out.Notes |= NoteCost
		source = "least_cost"
		s = levelOfLeastCost(cycle, batch, p.HoldingRate*p.UnitCost, p.StockoutCost)
	case p.Kind == planwright.CycleService:
		s = LevelForCycleService(cycle, c.target)
	case lumps:
		source = "periodic_fill_rate"
		s = LevelForPeriodicFillRate(lead, protection, batch, c.target)
	default:
		source = "fill_rate"
		s = LevelForFillRate(cycle, batch, c.target)
	}
	if c.protection.variance == 0 {
		out.Method = "certain"
		out.Notes |= NoteCertain
	}
	if s < total.mean && p.NoNegative {
		s = total.mean
		out.Notes |= NoteFloored
	}
	s = c.entered(total.mean, s)
	if out.Kind != PolicyRS && p.OrderUpTo.Given {
		batch = max(0, out.OrderUpTo-s) // the maximum decides what an order brings
	}
	out.CycleService = unit(cycle.CDF(s))
	if lumps {
		out.FillRate = PeriodicFillRate(lead, protection, s, batch)
	} else {
		out.FillRate = FillRate(cycle, s, batch)
	}
	out.Expected = out.CycleService
	if p.Kind == planwright.FillRate {
		out.Expected = out.FillRate
	}

	interval, leadPart := c.lt, c.leadPart
	if out.Kind == PolicyRS {
		interval, leadPart = c.lt+c.review, c.protectionPart
	}
	protects := "interval_lead"
	if out.Kind == PolicyRS {
		protects = "interval_review"
	}
	c.put("interval", interval, protects)
	from, spread := c.sources()
	c.put("demand", covers.mean, from)
	c.put("sd_demand", math.Sqrt(max(0, covers.variance-leadPart*leadPart)), spread)
	c.put("sd_lead_time", leadPart, "lead_time_spread")
	c.put("sd", covers.sd(), "root_sum")
	if c.protection.mean > 0 {
		c.put("cv", c.protection.sd()/c.protection.mean, "variation")
	}
	if out.Kind != PolicyRS && lumps {
		c.put("undershoot", under.mean, "undershoot")
		c.put("undershoot_sd", under.sd(), "undershoot_sd")
	}
	c.put("target", c.target, "target")
	if sd := total.sd(); sd > 0 {
		c.put("k", out.SafetyStock/sd, "safety_factor")
	}
	if batch > 0 {
		c.put("batch", batch, "lot_limits")
	}
	switch {
	case out.Method == "entered":
		source = "entered"
	case out.Notes&NoteFloored != 0:
		source = "floored"
	}
	c.conclude(source)
}

// sources say where mean and spread come from.
func (c *calculation) sources() (mean, spread string) {
	switch {
	case len(c.d.Paths.Values) > 0:
		return "paths", "paths"
	case len(c.d.QuantileLevels) > 0:
		return "quantiles", "quantiles"
	}
	mean, spread = "mean_by_interval", "root_interval"
	if len(c.d.CumMean) > 0 {
		mean = "cumulative_forecast"
	}
	if len(c.d.CumSD) > 0 {
		spread = "cumulative_error"
	}
	return mean, spread
}

// levelOfLeastCost returns the level of least cost for costs h and p a unit and
// time unit: of a reorder point with batch q, or of a base stock for q <= 0.
func levelOfLeastCost(d Distribution, q, h, p float64) float64 {
	if integer(d) {
		q = math.Ceil(q)
	}
	if _, sd := d.Moments(); q <= narrow*sd {
		return d.Quantile(p / (p + h))
	}
	return RQ{HoldingCost: h, StockoutCost: p, DemandRate: 1, LeadTimeDemand: d}.reorderPointFor(q)
}

// conclude puts the results among the terms; source is the rule of the level.
func (c *calculation) conclude(source string) {
	out := &c.out
	if out.SafetyStock < 0 {
		out.Notes |= NoteNegative
	}
	c.put("order_qty", out.OrderQty, "mean_order")
	from := "level_less_demand"
	switch {
	case out.Notes&NoteEnteredSafety != 0:
		from = "entered"
	case out.Notes&NoteFloored != 0:
		from = "floored"
	}
	c.put("safety_stock", out.SafetyStock, from)
	c.put("reorder_point", out.ReorderPoint, source)
	from = "order_up_to"
	if out.Notes&NoteEnteredUpTo != 0 {
		from = "entered"
	}
	c.put("order_up_to", out.OrderUpTo, from)
	c.put("cycle_service", out.CycleService, "p1")
	c.put("fill_rate", out.FillRate, "p2")
}

// entered sets the levels: those that people entered as they are, the others
// from the computed level s, base being the mean demand in it. It returns the
// level that the service depends on.
func (c *calculation) entered(base, s float64) float64 {
	p, out := c.p, &c.out
	rs := out.Kind == PolicyRS
	if p.SafetyStock.Given {
		s = base + p.SafetyStock.Value
		out.Notes |= NoteEnteredSafety
	}
	if p.ReorderPoint.Given {
		s = p.ReorderPoint.Value
		out.Notes |= NoteEnteredPoint
	}
	out.ReorderPoint, out.OrderUpTo = s, s
	if !rs {
		out.OrderUpTo += out.OrderQty
	}
	if p.OrderUpTo.Given {
		out.OrderUpTo = p.OrderUpTo.Value
		out.Notes |= NoteEnteredUpTo
		if rs { // every review refills to it
			s = p.OrderUpTo.Value
			if !p.ReorderPoint.Given {
				out.ReorderPoint = s
			}
		}
	}
	out.SafetyStock = s - base
	if p.SafetyStock.Given {
		out.SafetyStock = p.SafetyStock.Value
	}
	if p.SafetyStock.Given || p.ReorderPoint.Given || rs && p.OrderUpTo.Given {
		out.Method = "entered"
		out.Notes &^= NoteFloored
	}
	return s
}

// nothing sets the policy of a sku without demand: what was entered, else 0.
func (c *calculation) nothing() {
	out := &c.out
	out.Kind, out.Method = PolicyNone, "none"
	out.Notes |= NoteNoDemand
	c.entered(0, 0)
	out.CycleService, out.FillRate, out.Expected = 1, 1, 1
	c.conclude("no_demand")
}
