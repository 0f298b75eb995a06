package plan

import (
	"fmt"
	"strings"

	"planwright"
	"planwright/forecast"
	"planwright/replay"
)

// ValueOptions say how the past of a company is replayed under the plan's own
// policies. The zero value replays the last 52 weeks, a review each Monday, on
// one worker.
type ValueOptions struct {
	AsOf     planwright.Day // 0: the snapshot's
	From, To planwright.Day // of the replay, To exclusive; 0: by Reviews, to the last complete week
	Reviews  int            // weeks replayed; 0: 52, or what the history allows, at least 13
	Refit    int            // reviews between two fits of the forecasting models; states follow in between; 0: 13
	Method   string         // of the forecast; "" or auto: chosen per sku

	CoverWeeks  float64 // of the rule "average use times weeks": beyond lead time and review; 0: 2
	Backorder   bool    // customers wait for what is not there; else it is lost
	KeepEntered bool    // levels that people entered stay; else the plan computes all

	Seed  uint64
	Level float64 // of intervals; 0: 0.90
	Draws int     // of their bootstrap; 0: 1,000

	Only     []planwright.SKU // sku's to replay; nil: all
	Workers  int
	Progress func(done, total int)
}

const (
	defaultReviews = 52
	leastReviews   = 13
	// leastBefore is how much history a forecast gets before the first review, in
	// weeks; of the company, and of a sku.
	leastBefore    = 26
	leastSKUBefore = 13
	mostReviews    = 260
)

// validate fills in the defaults; first is the first day of the history.
func (o ValueOptions) validate(s *planwright.Snapshot, first planwright.Day) (ValueOptions, error) {
	bad := func(option, what, fix string) error {
		return &planwright.Error{Code: planwright.CodeUsage, Op: "value", Subject: option, What: what, Fix: fix, Args: []string{"detail", "--" + option + " " + what + ": " + fix}}
	}
	if o.AsOf == 0 {
		o.AsOf = s.AsOf
	}
	if o.To == 0 {
		o.To = o.AsOf
	}
	to := planwright.ByWeek.Start(o.To)
	if o.To > o.AsOf {
		return o, bad("to", o.To.String(), "use a day up to the as-of day "+o.AsOf.String())
	}
	known := planwright.ByWeek.Start(first)
	if known < first {
		known += 7
	}
	room := int(to-known)/7 - leastBefore
	if first == 0 {
		room = 0
	}
	switch {
	case o.From != 0 && o.Reviews != 0:
		return o, bad("from", o.From.String(), "give either --from or --reviews")
	case o.From != 0:
		from := planwright.ByWeek.Start(o.From + 6)
		o.Reviews = int(to-from) / 7
		if from >= to {
			return o, bad("from", o.From.String(), "use a day at least a week before "+to.String())
		}
	case o.Reviews == 0:
		o.Reviews = min(defaultReviews, max(room, leastReviews))
	}
	if o.Reviews < 1 || o.Reviews > mostReviews {
		return o, bad("reviews", fmt.Sprint(o.Reviews), fmt.Sprintf("use 1 to %d", mostReviews))
	}
	if o.Reviews > room {
		day := "none"
		if first != 0 {
			day = first.String()
		}
		return o, &planwright.Error{Code: planwright.CodeReplayShort, Op: "value", Subject: "reviews", What: fmt.Sprint(o.Reviews),
			Args: []string{"reviews", fmt.Sprint(o.Reviews), "before", fmt.Sprint(leastBefore), "first", day, "most", fmt.Sprint(max(0, room))}}
	}
	o.From, o.To = to-planwright.Day(7*o.Reviews), to
	if o.Refit == 0 {
		o.Refit = 13
	}
	if o.Method == "" {
		o.Method = "auto"
	}
	if o.CoverWeeks == 0 {
		o.CoverWeeks = 2
	}
	if o.Level == 0 {
		o.Level = 0.90
	}
	if o.Draws == 0 {
		o.Draws = 1000
	}
	o.Workers = max(1, o.Workers)
	switch {
	case o.Refit < 1:
		return o, bad("refit-every", fmt.Sprint(o.Refit), "use 1 or more reviews")
	case !(o.CoverWeeks > 0) || o.CoverWeeks > 520:
		return o, bad("cover-weeks", fmt.Sprint(o.CoverWeeks), "use weeks above 0, at most 520")
	case !(o.Level > 0 && o.Level < 1):
		return o, bad("level", fmt.Sprint(o.Level), "use a number between 0 and 1")
	case o.Draws < 100 || o.Draws > 100_000:
		return o, bad("draws", fmt.Sprint(o.Draws), "use 100 to 100000")
	case !forecast.KnownMethod(o.Method):
		return o, bad("method", o.Method, fmt.Sprintf("use one of %v", forecast.Methods()))
	}
	for _, k := range o.Only {
		if k < 0 || int(k) >= s.Len() {
			return o, bad("items", fmt.Sprint(k), "name sku's of the snapshot")
		}
	}
	return o, nil
}

// Targets of the sweep: every service target moved by so many standard normal
// deviates. The plan's own are at 0.
var targetShifts = [...]float64{-2.4, -1.6, -1, -0.5, 0, 0.5, 1}

const (
	sweep = len(targetShifts)
	asSet = 4 // targetShifts[asSet] = 0
)

// The shifts that policies are computed at; safety stocks between them follow
// the parabola through the three.
var computedShifts = [...]int{1, asSet, sweep - 1}

// Rivals of the plan.
const (
	RivalActual = "actual"  // what the company did
	RivalMinMax = "min_max" // the sku's own reorder point and order-up-to level
	RivalWeeks  = "weeks"   // average use times weeks
	rivals      = 3
)

var rivalNames = [rivals]string{RivalActual, RivalMinMax, RivalWeeks}

// Reasons why a sku is not replayed, or not compared.
const (
	LeftNew      = "new"       // its history is too short before the first review
	LeftNoCost   = "no_cost"   // its stock has no value
	LeftFeeds    = "feeds"     // it is used by production or other sites as well
	LeftUnused   = "dependent" // never sold: its demand depends on other plans
	LeftUnplan   = "unplanned" // it is not planned (mrp_type none)
	LeftNoLedger = "no_ledger" // the stock ledger does not reach back to the first review
	LeftLedger   = "ledger"    // ledger, sales and stock contradict each other
	LeftNoLevels = "no_levels" // no reorder point was entered
)

// Value is what a replay found.
type Value struct {
	Options ValueOptions // with the defaults filled in

	SKUs, Replayed int
	// UseShare and StockShare are the shares of the value of a year's use and of
	// today's stock that the replayed sku's have.
	UseShare, StockShare float64
	Left                 []ValueLeft
	Marked               bool // the history marks days without stock
	LedgerFrom           planwright.Day

	Comparisons []ValueComparison // of the rivals that the data support
	Missing     []ValueGap        // figures that they do not
}

// ValueLeft counts sku's that are left out, with their share of the value of a
// year's use. Rival is the comparison that they are left out of, "" for all.
type ValueLeft struct {
	Rival, Reason string
	SKUs          int
	UseShare      float64
}

// ValueGap is a figure that is not given, with the reason as a code.
type ValueGap struct{ Rival, Figure, Reason string }

// ValueComparison sets the plan against a rival, on the sku's that both have.
type ValueComparison struct {
	Rival    string
	SKUs     int
	UseShare float64
	Days     float64
	Them, Us ValueFigures
	Points   []ValuePoint // the plan as its targets move

	// Saving is the part of the rival's stock that the plan does not need for the
	// same fill rate, in money Freed; NaN where the curve has no such point.
	Saving, Freed      float64
	SavingAtLeast      bool // the curve begins with more service than the rival's
	SavingIn           ValueInterval
	Gain               float64 // fill rate above the rival's with as much stock
	GainAtLeast        bool
	GainIn             ValueInterval
	OwnSaving, OwnGain float64 // of the plan at its own targets: less stock (a part), more fill rate
	OwnSavingIn        ValueInterval
	OwnGainIn          ValueInterval
	Blind              bool // nothing says what the rival did not serve: its service is not known
	Intervals          bool // the data have enough of stretches and sku's for them

	Groups []ValueGroup // by class, site and month
}

// ValueInterval is where a figure would lie in another year like it.
type ValueInterval = replay.Interval

// ValueFigures are those of one side of a comparison, or of a part of it. Money is
// at cost, but for the lost margin; NaN where the data have no rates for it.
type ValueFigures struct {
	Stock        float64 // average value
	Turns        float64 // a year
	FillRate     float64 // by selling price
	CycleService float64
	OutDays      float64 // sku-days with a shortage
	LostMargin   float64
	Orders       float64
	Purchases    float64 // what they ordered
	Holding      float64 // cost of holding the stock
	Ordering     float64 // cost of the orders
	End          float64 // stock after the last day
	Excess       float64 // of it above the use of a year
}

func figuresOf(t *replay.Totals, days float64) ValueFigures {
	return ValueFigures{Stock: t.AverageStock(days), Turns: t.Turns(), FillRate: t.FillRate(), CycleService: t.CycleService(), OutDays: t.OutDays, LostMargin: t.LostMargin(),
		Orders: t.Orders, Purchases: t.Purchases, Holding: t.HoldingCost(), Ordering: t.OrderingCost(), End: t.End, Excess: t.Excess}
}

// valueAssumptions are what every replay takes for granted, as codes: lost sales
// that nobody noted are none, nobody takes another item instead, what is not in the
// data constrains nothing, master data were always today's, the stock that was there
// at first is part of it, and nothing hits all sku's for long.
var valueAssumptions = [...]string{"unseen", "substitution", "constraints", "hindsight", "first_year", "shock"}

// Assumptions are what the figures take for granted, as codes; the last is what
// becomes of demand that is not met.
func (v *Value) Assumptions() []string {
	unmet := "unmet_lost"
	if v.Options.Backorder {
		unmet = "unmet_backorder"
	}
	return append(valueAssumptions[:len(valueAssumptions):len(valueAssumptions)], unmet)
}

// NamedSKUs finds the sku's of names such as ITEM or ITEM@SITE; nil for none.
func NamedSKUs(s *planwright.Snapshot, names []string) (only []planwright.SKU, err error) {
	for _, name := range names {
		item, site, _ := strings.Cut(name, "@")
		k := s.Find(item, site)
		if k == planwright.NoSKU {
			return nil, &planwright.Error{Code: planwright.CodeNotFound, Op: "find", Subject: name, Args: []string{"detail", name}}
		}
		only = append(only, k)
	}
	return only, nil
}

// ValuePoint is the plan with its targets moved.
type ValuePoint struct {
	Shift    float64
	Stock    float64 // average value
	FillRate float64
}

// ValueGroup is a part of a comparison.
type ValueGroup struct {
	Dimension string // class, site, month
	Key       string
	Start     planwright.Day // of a month
	Days      float64
	Them, Us  ValueFigures
	Saving    float64 // at the fill rate of the rival within the group; NaN where the curve has none
}
