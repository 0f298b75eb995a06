package mrp

import (
	"math"
	"strconv"

	"planwright"
)

// LotProblem is one item's lot-sizing problem on a grid of equal periods,
// without capacity and without backlog: what period t needs is there in t.
// What is on hand has been netted out before.
//
// A lot arrives at the start of its period. A cost column has one value for
// every period, one value for all of them, or none, which is zero.
type LotProblem struct {
	Need     []planwright.Qty // net requirement of every period, stock units
	Setup    []float64        // of a period with a lot, K_t
	Holding  []float64        // of a unit carried out of period t, h_t
	UnitCost []float64        // of a unit made or bought in period t, c_t

	Rule    planwright.LotRule // default: lot for lot
	LotSize planwright.Qty     // the quantity of FixedQty; for POQ, what Periods is taken from
	Periods int                // periods that a lot of POQ covers; 0: by LotSize, else by the economic order quantity
}

// costTie is the relative difference under which two costs count as equal. A cost
// is a sum of at most some thousands of products, each right to 1.1e-16 of
// itself; what differs by less than 1e-12 differs by rounding.
const costTie = 1e-12

// atMost says a <= b for costs that are not negative; equal costs are at most
// each other, whichever way their rounding fell.
func atMost(a, b float64) bool { return a <= b+costTie*max(a, b) }

// costAt is the value of a cost column in period t.
func costAt(column []float64, t int) float64 {
	switch len(column) {
	case 0:
		return 0
	case 1:
		return column[0]
	}
	return column[t]
}

// meanCost is the mean of a cost column over n periods.
func meanCost(column []float64, n int) float64 {
	sum := 0.0
	for t := range n {
		sum += costAt(column, t)
	}
	return sum / float64(n)
}

// Lots sizes the lots of a problem by its rule: the lot of every period (0:
// none), and the cost of every period, setup + holding of what is carried out
// of it + unit cost of what comes in. Several lots of a fixed quantity in one
// period are one order and one setup.
//
// The rules that stop at the first increase of a criterion (silver_meal, luc,
// ppb, groff) start a lot in the first uncovered period that needs something,
// count periods without need as covered, and extend on equality. They choose by
// setup and holding alone, with K of the lot's period and Σ h_u over the
// periods that a unit waits; only wagner_whitin weighs unit costs. Equal means
// equal but for a relative 1e-12.
//
// It returns a [*planwright.Error] that names the period for a need or a cost
// that is negative or not a number, and for totals out of range; and one that
// names the parameter for a rule without its parameter and for the rules that
// need a calendar (day, week, month) or a stock (min_max) and not a grid.
func Lots(p LotProblem) (lots []planwright.Qty, cost []float64, err error) {
	if err := p.check(); err != nil {
		return nil, nil, err
	}
	lots = make([]planwright.Qty, len(p.Need))
	switch p.Rule {
	case planwright.LotForLot:
		lotForLot(&p, lots)
	case planwright.FixedQty:
		err = fixedQty(&p, lots)
	case planwright.POQ:
		periodOrderQty(&p, lots)
	case planwright.PartPeriod:
		partPeriod(&p, lots)
	case planwright.PartPeriodClosest:
		partPeriodClosest(&p, lots)
	case planwright.SilverMeal:
		silverMeal(&p, lots)
	case planwright.LeastUnitCost:
		leastUnitCost(&p, lots)
	case planwright.Groff:
		groff(&p, lots)
	case planwright.WagnerWhitin:
		wagnerWhitin(&p, lots)
	default:
		err = lotError("rule "+p.Rule.String(), "is not a rule on a grid of periods", "use lfl, foq, poq, ppb, ppb_closest, silver_meal, luc, groff or wagner_whitin")
	}
	if err != nil {
		return nil, nil, err
	}
	return lots, p.cost(lots), nil
}

// cost is the cost of every period under given lots that cover the needs.
func (p *LotProblem) cost(lots []planwright.Qty) []float64 {
	cost := make([]float64, len(lots))
	var stock planwright.Qty
	for t, q := range lots {
		stock += q - p.Need[t]
		cost[t] = costAt(p.Holding, t) * stock.Float()
		if q > 0 {
			cost[t] += costAt(p.Setup, t) + costAt(p.UnitCost, t)*q.Float()
		}
	}
	return cost
}

// check refuses what no rule can answer. Past it, every sum of needs fits a
// Qty and every cost that a rule forms is finite.
func (p *LotProblem) check() error {
	var total planwright.Qty
	for t, q := range p.Need {
		if q < 0 {
			what := "the net requirement is " + q.String()
			if !q.Known() {
				what = "the net requirement is not given"
			}
			return lotError(periodName(t), what, "a net requirement is 0 or more")
		}
		sum, ok := total.Add(q)
		if !ok {
			return lotError(periodName(t), "the net requirements up to here exceed "+planwright.MaxQty.String(), "use a larger unit")
		}
		total = sum
	}
	if p.LotSize < 0 && p.LotSize.Known() {
		return lotError("lot size", p.LotSize.String()+" is negative", "give a quantity over 0, or 0 for none")
	}
	if p.Periods < 0 {
		return lotError("periods", strconv.Itoa(p.Periods)+" is negative", "give 1 or more, or 0 for none")
	}
	// The most that can be in stock, times every cost, times the factors of
	// the criteria (periods of Groff, a lot of a millionth in the cost per
	// unit): what stays finite here stays finite everywhere.
	most := total.Float()
	if p.LotSize > 0 {
		most += p.LotSize.Float()
	}
	bound := 0.0
	for _, c := range [...]struct {
		name   string
		column []float64
		of     float64
	}{{"setup", p.Setup, 1}, {"holding", p.Holding, most}, {"unit cost", p.UnitCost, most}} {
		if n := len(c.column); n > 1 && n != len(p.Need) {
			return lotError(c.name, strconv.Itoa(n)+" values for "+strconv.Itoa(len(p.Need))+" periods", "give one for every period, one, or none")
		}
		for t, v := range c.column {
			if !(v >= 0) || math.IsInf(v, 1) {
				where := periodName(t)
				if len(c.column) < len(p.Need) {
					where = "every period"
				}
				return lotError(where, "the "+c.name+" is "+strconv.FormatFloat(v, 'g', -1, 64), "a cost is a number of 0 or more")
			}
		}
		for t := range p.Need {
			bound += costAt(c.column, t) * max(1, c.of)
			if over := bound * 2e6 * float64(len(p.Need)+1); math.IsInf(over, 1) {
				return lotError(periodName(t), "the cost up to here is beyond the range of numbers", "use a larger unit of quantity or of money")
			}
		}
	}
	return nil
}

func periodName(t int) string { return "period " + strconv.Itoa(t+1) }

func lotError(subject, what, fix string) error {
	e := &planwright.Error{Code: planwright.CodeUsage, Op: "lots", Subject: subject, What: what, Fix: fix}
	e.Args = []string{"detail", e.Error()}
	return e
}

// buildLots builds lots one after the other. A lot starts in the first uncovered
// period that needs something; extend is asked, period by period, whether the
// lot that started in period first takes in period t as well.
func buildLots(need, lots []planwright.Qty, start func(first int), extend func(first, t int) bool) {
	for t := 0; t < len(need); {
		if need[t] == 0 {
			t++
			continue
		}
		first := t
		lots[first] = need[first]
		start(first)
		for t++; t < len(need) && extend(first, t); t++ {
			lots[first] += need[t]
		}
	}
}
