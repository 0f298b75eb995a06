package replenish

import (
	"errors"

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

// The families: by data class, or one of them for all. FamilyAuto takes paths
// and quantiles where the forecast gives them; else, by the demand of the
// protection interval, [FitInteger] up to a mean of [SlowMover] pieces, gamma
// above a coefficient of variation of [GammaFrom], and normal.
const (
	FamilyAuto Family = iota
	FamilyNormal
	FamilyGamma
	FamilyLognormal
	FamilyPoisson          // in pieces, whatever the variance
	FamilyNegativeBinomial // in pieces; Poisson where the variance is not above the mean
	FamilyInteger          // in pieces, by [FitInteger]
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

	// ReviewMost is the most that a review period has brought; 0: not known. A ratio
	// of variance to mean above it is none that such demand can have (Bhatia and
	// Davis 2000: σ² <= (most − μ)·μ), as when a season's mean is nearly 0 and the error
	// that of its other weeks. The undershoot of such moments would be thousands of
	// demands; the level then protects lead time and review, as that of RS.
	ReviewMost float64

	// LeadTimes are the lead times in days that receipts have shown, with their
	// LeadTimeWeights (nil: each once). The demand of the lead time is then the
	// exact mixture over them, and LeadDays and LeadSDDays are not used.
	LeadTimes, LeadTimeWeights []float64

	// Divisible says that the item is not counted in pieces: no integer law.
	Divisible bool

	// StockoutCost of a unit short for a year, with UnitCost and HoldingRate above
	// 0, sets level and order quantity at least cost; Target is then not used, but
	// reported on.
	StockoutCost float64

	SafetyStock  Entered
	ReorderPoint Entered
	OrderUpTo    Entered

	// Placed is a safety stock that a plan of the whole supply network puts here
	// (GSM), Level a level that a portfolio sets (Tradeoff): the reorder point, or the
	// order-up-to level of RS. They come before target and cost, what people
	// entered before them.
	Placed, Level Entered

	// NoNegative raises a computed negative safety stock to 0, and says so.
	NoNegative bool
}

// Note is a set of remarks about how a policy came about.
type Note uint32

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
	NoteCost                           // levels of least cost
	NotePieces                         // demand counted in pieces
	NoteShape                          // law from paths, quantiles or measured lead times
	NotePlaced                         // safety stock of a plan of the supply network
	NotePortfolio                      // level set by a portfolio
)

var noteNames = []string{"no_demand", "target_capped", "certain", "negative_safety_stock", "safety_stock_floored", "lot_limits", "beyond_curve", "entered_safety_stock", "entered_reorder_point", "entered_order_up_to", "least_cost", "pieces", "shape", "multi_echelon", "portfolio"}

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

// Term is a number of the calculation. The message catalogue holds name and
// source as texts, term.<name> and source.<source>.
type Term struct {
	Name   string
	Value  float64
	Source string // code of where it comes from: an input, or the formula
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

	// Method is the law: normal, gamma, lognormal, poisson, negative_binomial,
	// binomial, empirical (paths), quantiles, mixture; certain, none; entered where
	// the level is.
	Method string
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
	p.Lot.Min, p.Lot.Multiple, p.Lot.Max = max(0, p.Lot.Min.Or(0)), max(0, p.Lot.Multiple.Or(0)), max(0, p.Lot.Max.Or(0)) // no limit
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
	if c.none() {
		c.out.Method = "none"
		c.nothing()
		return c.out, nil
	}
	c.choose()
	return c.out, nil
}
