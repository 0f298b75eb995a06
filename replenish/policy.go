package replenish

import (
	"errors"
	"fmt"
	"math"

	"planwright"
)

// GammaFrom is the coefficient of variation of the protection interval's
// demand above which it is taken as gamma: the normal distribution would put
// noticeable mass below zero there and miss the long right tail. (The
// literature says 0.3 to 0.5; Silver, Pyke and Thomas 2017, 6.7.14.)
const GammaFrom = 0.35

// MaxTarget is the highest service that is computed with. No finite stock
// gives 1 where demand is unbounded.
const MaxTarget = 0.9999

// DefaultTarget is the service target where none is given.
const DefaultTarget = 0.95

// Family is a choice of distribution.
type Family uint8

// The families: by the coefficient of variation, or one of the two.
const (
	FamilyAuto Family = iota
	FamilyNormal
	FamilyGamma
)

// Entered is a value that a person may have entered; the zero value is: not.
type Entered struct {
	Value float64
	Given bool
}

// EnteredQty returns the entered value of a quantity column, where 0 is a value
// and [planwright.NoQty] is none.
func EnteredQty(q planwright.Qty) Entered {
	if !q.Known() {
		return Entered{}
	}
	return Entered{q.Float(), true}
}

// Params say what a sku's policy must reach and obey. Times are in days on the
// same scale as Demand.PeriodDays (calendar days, if a week has seven).
type Params struct {
	LeadDays   float64 // mean
	LeadSDDays float64
	ReviewDays float64 // 0: continuous review

	Target float64 // service, a fraction; 0: DefaultTarget; above MaxTarget: MaxTarget
	Kind   planwright.ServiceKind
	Family Family

	// Economic order quantity, where all three are above 0 (NaN counts as 0).
	OrderCost   float64 // an order
	UnitCost    float64
	HoldingRate float64 // a year of 365 days, of UnitCost

	OrderQty float64 // lot size given; 0: economic, else one period's demand
	Lot      Lot     // minimum and multiple enter the service calculation

	// LumpMean and LumpSD describe one demand transaction under continuous
	// review; the position falls below the reorder point by a part of it.
	// LumpMean 0: unit by unit, no undershoot. Periodic review knows its own
	// undershoot from the demand of a review period.
	LumpMean, LumpSD float64

	SafetyStock  Entered
	ReorderPoint Entered
	OrderUpTo    Entered

	// NoNegative raises a computed negative safety stock to 0, and says so.
	NoNegative bool
}

// Note is a set of remarks about how a policy came about.
type Note uint16

// The remarks.
const (
	NoteNoDemand      Note = 1 << iota // mean demand is 0: all computed levels are 0
	NoteTargetCapped                   // the target was above MaxTarget
	NoteCertain                        // nothing varies over the interval
	NoteNegative                       // the safety stock is negative
	NoteFloored                        // a negative safety stock was raised to 0
	NoteMinimum                        // minimum or multiple raised the order quantity
	NoteBeyondCurve                    // the interval is longer than the measured errors
	NoteEnteredSafety                  // safety stock as entered
	NoteEnteredPoint                   // reorder point as entered
	NoteEnteredUpTo                    // order-up-to level as entered
)

var noteNames = []string{"no_demand", "target_capped", "certain", "negative_safety_stock", "safety_stock_floored", "lot_limits", "beyond_curve", "entered_safety_stock", "entered_reorder_point", "entered_order_up_to"}

// Names returns the names of the remarks.
func (n Note) Names() []string {
	var out []string
	for i, name := range noteNames {
		if n&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// Term is a number of the calculation. The names are those of the message
// catalogue.
type Term struct {
	Name  string
	Value float64
}

// Kind of policy that Compute decides for.
const (
	PolicyNone = "none" // no demand and nothing entered
	PolicySQ   = "sQ"   // continuous review, order Q at or below s
	PolicyRS   = "RS"   // every review, order up to S
	PolicyRSNQ = "RsnQ" // every review, order batches of Q until above s
)

// Policy is what to keep and when to order how much, in stock units.
type Policy struct {
	Kind         string // PolicySQ, …
	SafetyStock  float64
	ReorderPoint float64
	OrderUpTo    float64
	OrderQty     float64 // mean order of RS, Q of the others
	CycleStock   float64 // mean stock above the safety stock: half an order

	Target       float64
	Expected     float64 // service in the measure of the target
	CycleService float64 // P1
	FillRate     float64 // P2

	Method string // normal, gamma, certain, none; entered where the level is
	Notes  Note

	// Terms are the numbers of the calculation, in its order:
	//
	//	interval = lead_time (sQ, RsnQ), lead_time + review (RS), in periods
	//	demand   = mean demand of the interval
	//	sd       = √(sd_demand² + sd_lead_time²)
	//	undershoot, undershoot_sd: of sQ with lumps and of RsnQ
	//	cv       = of the demand of lead time and review together
	//	safety_stock = k·√(sd² + undershoot_sd²)
	//	reorder_point = demand + undershoot + safety_stock
	//	order_up_to = reorder_point + order_qty (sQ, RsnQ), reorder_point (RS)
	Terms []Term
}

// ErrInput is wrapped by every error of Compute.
var ErrInput = errors.New("input out of range")

// largest bounds every input: beyond it products of three inputs overflow.
const largest = 1e15

// least is the mean demand of a period, and of the interval, below which there
// is none: a thousandth of the smallest quantity, which the tail of a decaying
// forecast leaves.
const least = 1e-9

// Compute sets the policy of one sku.
//
// The level protects the demand of the lead time (continuous review) or of
// review period and lead time (periodic review), with the error of the
// forecast over that whole interval and the variation of the lead time. Under
// periodic review with an order quantity above the demand of a review period
// not every review orders: the policy is (R, s, nQ), its reorder point covers
// lead time and undershoot.
//
// Values entered by people are used as they are, and the service that they
// give is computed. Documented limits: mean demand of the interval 0 (below
// 1e-9) gives levels of 0 ([NoteNoDemand]); no variation gives k = 0 for cycle
// service, and
// for a fill rate the limit, a level that is short by (1−P2)·Q; a target above
// [MaxTarget] is computed as [MaxTarget]; a cost that is 0, negative or unknown
// leaves the economic order quantity out.
//
// The error (wrapping [ErrInput]) names the input that is NaN, infinite,
// negative or beyond 1e15, and a target outside 0..1.
func Compute(d Demand, p Params) (Policy, error) {
	c := calculation{d: &d, p: &p}
	if err := c.check(); err != nil {
		return Policy{}, err
	}
	c.out.Terms = make([]Term, 0, 24)
	if err := c.moments(); err != nil {
		return Policy{}, err
	}
	if err := c.orderQty(); err != nil {
		return Policy{}, err
	}
	gamma := p.Family == FamilyGamma
	if p.Family == FamilyAuto {
		gamma = c.protection.sd() > GammaFrom*c.protection.mean
	}
	// A gamma demand needs a mean above zero for each part that varies.
	gamma = gamma && c.protection.mean > 0 && (c.lead.mean > 0 || c.lead.variance == 0)
	c.out.Method = "normal"
	switch {
	case c.none():
		c.nothing()
	case gamma:
		c.out.Method = "gamma"
		decide(&c, NewGamma)
	default:
		decide(&c, NewNormal)
	}
	return c.out, nil
}

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

	// What the variation of the lead time adds to lead and protection.
	leadPart, protectionPart float64
}

func (c *calculation) put(name string, v float64) {
	c.out.Terms = append(c.out.Terms, Term{name, v})
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
		{"lump mean", p.LumpMean, false}, {"lump sd", p.LumpSD, false},
		{"entered safety stock", p.SafetyStock.Value, true}, {"entered reorder point", p.ReorderPoint.Value, true}, {"entered order-up-to level", p.OrderUpTo.Value, true},
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
	c.put("period_days", c.period)
	c.put("lead_time", c.lt)
	if sl > 0 {
		c.put("lead_time_sd", sl)
	}
	if c.review > 0 {
		c.put("review", c.review)
	}
	return nil
}

// rate returns the mean demand of a period.
func (c *calculation) rate() float64 {
	if k := len(c.d.CumMean); k > 0 {
		return c.d.CumMean[k-1] / float64(k)
	}
	return c.d.Mean
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
		q = EOQ(p.OrderCost, p.HoldingRate*p.UnitCost, rate*365/c.period)
		if q > 0 && q <= largest {
			c.put("order_qty_economic", q)
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
func decide[D Distribution](c *calculation, fit func(mean, sd float64) D) {
	p, out := c.p, &c.out
	lead, protection := fit(c.lead.mean, c.lead.sd()), fit(c.protection.mean, c.protection.sd())
	lumps := c.step.mean > 0

	// What the level covers, and by which batches the position moves.
	var covers, under interval
	var batch float64
	var cycle D // demand up to the moment when stock is lowest
	if c.review > 0 && (!lumps || c.q <= c.step.mean*(1+1e-9)) {
		out.Kind = PolicyRS
		covers, cycle = c.protection, protection
		batch = max(0, p.Lot.Multiple.Float())
		out.OrderQty = max(c.step.mean, 0)
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
			total := covers.plus(under.mean, under.variance)
			cycle = fit(total.mean, total.sd())
		}
	}
	total := covers.plus(under.mean, under.variance)

	s := 0.0
	switch {
	case p.Kind == planwright.CycleService:
		s = LevelForCycleService(cycle, c.target)
	case lumps:
		s = LevelForPeriodicFillRate(lead, protection, batch, c.target)
	default:
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
	c.put("interval", interval)
	c.put("demand", covers.mean)
	c.put("sd_demand", math.Sqrt(max(0, covers.variance-leadPart*leadPart)))
	c.put("sd_lead_time", leadPart)
	c.put("sd", covers.sd())
	if c.protection.mean > 0 {
		c.put("cv", c.protection.sd()/c.protection.mean)
	}
	if out.Kind != PolicyRS && lumps {
		c.put("undershoot", under.mean)
		c.put("undershoot_sd", under.sd())
	}
	c.put("target", c.target)
	if sd := total.sd(); sd > 0 {
		c.put("k", out.SafetyStock/sd)
	}
	if batch > 0 {
		c.put("batch", batch)
	}
	c.conclude()
}

// conclude puts the results among the terms.
func (c *calculation) conclude() {
	out := &c.out
	if out.SafetyStock < 0 {
		out.Notes |= NoteNegative
	}
	c.put("order_qty", out.OrderQty)
	c.put("safety_stock", out.SafetyStock)
	c.put("reorder_point", out.ReorderPoint)
	c.put("order_up_to", out.OrderUpTo)
	c.put("cycle_service", out.CycleService)
	c.put("fill_rate", out.FillRate)
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
	c.conclude()
}
