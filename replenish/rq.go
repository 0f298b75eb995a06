package replenish

import (
	"fmt"
	"math"
)

// RQ is a continuous-review system that orders Quantity when the inventory
// position falls to (integer demand) or through (other) the reorder point,
// backorders, and pays for them by unit and time unit. With Q = 1 and integer
// demand it is the base-stock system of level r+1.
type RQ struct {
	FixedCost      float64
	HoldingCost    float64 // a unit and time unit
	StockoutCost   float64 // a unit short and time unit
	DemandRate     float64 // a time unit
	LeadTimeDemand Distribution
}

// RQPolicy is a reorder point and order quantity with their cost a time unit.
type RQPolicy struct{ ReorderPoint, Quantity, Cost float64 }

func (c RQ) check() error {
	const op = "(r, Q)"
	if err := checkLaw(op, "lead time demand", c.LeadTimeDemand); err != nil {
		return err
	}
	return checkInputs(op, input{"fixed cost", c.FixedCost, notNegative}, input{"holding cost", c.HoldingCost, aboveZero}, input{"stockout cost", c.StockoutCost, aboveZero}, input{"demand rate", c.DemandRate, aboveZero})
}

// g returns the cost rate of inventory position y, h·n̄ + p·n of the lead time's
// demand, and its derivative.
func (c RQ) g(y float64) (cost, slope float64) {
	mean, _ := c.LeadTimeDemand.Moments()
	sf, n, _ := c.LeadTimeDemand.Losses(y)
	return c.HoldingCost*(y-mean) + (c.HoldingCost+c.StockoutCost)*n, c.HoldingCost - (c.HoldingCost+c.StockoutCost)*sf
}

// area returns ∫_r^{r+q} g, or Σ_{y=r+1}^{r+q} g(y) for an integer law: the
// position is uniform over these values.
func (c RQ) area(r, q float64) float64 {
	d := c.LeadTimeDemand
	mean, _ := d.Moments()
	a, b := r-mean, r+q-mean
	if integer(d) {
		_, n, n2 := d.Losses(r)
		_, nq, n2q := d.Losses(r + q)
		return c.HoldingCost*q*(a+b+1)/2 + (c.HoldingCost+c.StockoutCost)*((n2-n/2)-(n2q-nq/2))
	}
	_, _, n2 := d.Losses(r)
	_, _, n2q := d.Losses(r + q)
	return c.HoldingCost*q*(a+b)/2 + (c.HoldingCost+c.StockoutCost)*(n2-n2q)
}

// Cost returns the expected cost a time unit, [Kλ + ∫_r^{r+Q} g(y)dy]/Q, a sum
// over r+1..r+Q for an integer law. Zheng (1992); Federgruen and Zheng (1992);
// Snyder and Shen (2019), 5.4. An error wraps [ErrInput].
func (c RQ) Cost(r, q float64) (float64, error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	if err := checkInputs("(r, Q)", input{"reorder point", r, anyFinite}, input{"order quantity", q, aboveZero}); err != nil {
		return 0, err
	}
	if integer(c.LeadTimeDemand) && (r != math.Floor(r) || q != math.Floor(q)) {
		return 0, fmt.Errorf("(r, Q): reorder point %v, order quantity %v with demand in whole numbers: %w: give whole numbers", r, q, ErrInput)
	}
	return (c.FixedCost*c.DemandRate + c.area(r, q)) / q, nil
}

// mostUnits bounds the order quantity of the unit by unit search.
const mostUnits = 2e6

// Optimal returns the policy of least cost.
//
// Integer demand: the Q values of least g are neighbours; the next one is added
// as long as it is below the average (Federgruen and Zheng 1992), exact in Q
// steps. Other demand: at the optimum g(r) = g(r+Q) = C, the cost (Zheng 1992),
// so that C is the root of the convex A(C) = ∫(C−g)+ = Kλ, whose derivative is
// Q. A fixed cost of 0 gives Q = 1, or for other demand Q = 0 with the base
// stock as r. An error wraps [ErrInput]; an order quantity beyond two million
// units of integer demand is one.
func (c RQ) Optimal() (RQPolicy, error) { return c.OptimalWithin(0, 0) }

// OptimalWithin is [RQ.Optimal] with an order quantity of at least least and a
// multiple of multiple (0: none): the cost is unimodal in Q, so that it is the
// better of the two allowed neighbours of the free optimum.
func (c RQ) OptimalWithin(least, multiple float64) (RQPolicy, error) {
	if err := c.check(); err != nil {
		return RQPolicy{}, err
	}
	if err := checkInputs("(r, Q)", input{"least order quantity", least, notNegative}, input{"multiple", multiple, notNegative}); err != nil {
		return RQPolicy{}, err
	}
	if d, ok := c.LeadTimeDemand.(IntegerDistribution); ok && integer(d) {
		return c.optimalInteger(d, least, multiple)
	}
	best := c.optimalContinuous()
	allowed := func(q float64) float64 { // smallest allowed
		q = max(q, least)
		if multiple > 0 {
			q = math.Ceil(q/multiple*(1-1e-15)) * multiple
		}
		return q
	}
	q := allowed(best.Quantity)
	if q == best.Quantity {
		return best, nil
	}
	at := func(q float64) RQPolicy {
		r := c.reorderPointFor(q)
		return RQPolicy{r, q, (c.FixedCost*c.DemandRate + c.area(r, q)) / q}
	}
	out := at(q)
	if below := q - multiple; multiple > 0 && below > 0 && below >= least {
		if p := at(below); p.Cost <= out.Cost {
			out = p
		}
	}
	return out, nil
}

func (c RQ) optimalInteger(d IntegerDistribution, least, multiple float64) (RQPolicy, error) {
	h, p := c.HoldingCost, c.StockoutCost
	free, _ := EOQBackorders(c.FixedCost, h, p, c.DemandRate)
	multiple = math.Ceil(multiple)
	least = max(math.Ceil(least), 1)
	if _, sd := d.Moments(); max(free, least+multiple)+8*sd > mostUnits {
		return RQPolicy{}, fmt.Errorf("(r, Q): order quantity of about %v units: %w: use larger units or continuous demand", max(free, least+multiple), ErrInput)
	}
	y := d.Quantile(p / (p + h))
	up := newWalk(d, y, h, p)
	down := up
	sum := c.FixedCost*c.DemandRate + up.cost()
	q := 1.0
	up.up()
	down.down()
	above, below := up.cost(), down.cost()
	best := RQPolicy{Cost: math.Inf(1)}
	for {
		average := sum / q
		if q >= least && (multiple <= 1 || math.Mod(q, multiple) == 0) {
			if average < best.Cost {
				best = RQPolicy{down.y, q, average}
			}
			if min(above, below) >= average {
				return best, nil
			}
		}
		// The smaller neighbour; the upper one in a tie.
		if above <= below {
			sum += above
			up.up()
			above = up.cost()
		} else {
			sum += below
			down.down()
			below = down.cost()
		}
		q++
	}
}

// root returns the y on one side of the minimum of the convex g where it is
// cost, by Newton's method from outside, where no step goes too far.
func (c RQ) root(cost float64, right bool) float64 {
	mean, _ := c.LeadTimeDemand.Moments()
	y := mean - cost/c.StockoutCost
	if right {
		y = mean + cost/c.HoldingCost
	}
	for range 100 {
		v, slope := c.g(y)
		if slope == 0 || right != (slope > 0) {
			break
		}
		step := (cost - v) / slope
		if right == (step > 0) && step != 0 { // arrived, to rounding
			break
		}
		y += step
		if math.Abs(step) <= 1e-14*math.Abs(y) {
			break
		}
	}
	return y
}

func (c RQ) optimalContinuous() RQPolicy {
	h, p := c.HoldingCost, c.StockoutCost
	base := c.LeadTimeDemand.Quantile(p / (p + h))
	floor, _ := c.g(base)
	k := c.FixedCost * c.DemandRate
	if k == 0 {
		return RQPolicy{base, 0, floor}
	}
	// g is nowhere steeper than −p and h: this cost is not too low.
	cost := floor + math.Sqrt(2*k*h*p/(h+p))
	var r, q float64
	for range 100 {
		r = c.root(cost, false)
		q = c.root(cost, true) - r
		if !(q > 1e-16*(1+math.Abs(r))) { // nothing to order in advance
			return RQPolicy{base, 0, floor}
		}
		next := (k + c.area(r, q)) / q // cost − (A(cost) − k)/q
		if !(next < cost*(1-1e-15)) {
			break
		}
		cost = next
	}
	return RQPolicy{r, q, cost}
}

// ReorderPointFor returns the reorder point of least cost for an order quantity
// that is given, by minimum, pallet or habit: g(r) = g(r+Q), or the smallest sum
// for integer demand. An error wraps [ErrInput].
func (c RQ) ReorderPointFor(q float64) (float64, error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	if err := checkInputs("(r, Q)", input{"order quantity", q, aboveZero}); err != nil {
		return 0, err
	}
	return c.reorderPointFor(q), nil
}

func (c RQ) reorderPointFor(q float64) float64 {
	d := c.LeadTimeDemand
	base := d.Quantile(c.StockoutCost / (c.StockoutCost + c.HoldingCost))
	// g(r+Q) − g(r) rises with r; the optimum lies in [base−Q, base].
	over := func(r float64) bool {
		a, _ := c.g(r)
		b, _ := c.g(r + q)
		return b >= a
	}
	if integer(d) {
		q = math.Ceil(q)
		return smallestInteger(base-q-1, base-q*c.HoldingCost/(c.HoldingCost+c.StockoutCost), func(r float64) bool {
			// Leaving r+1 for r+Q+1 is no gain.
			a, _ := c.g(r + 1)
			b, _ := c.g(r + 1 + q)
			return b >= a
		})
	}
	lo, hi := base-q, base
	r := base - q*c.HoldingCost/(c.HoldingCost+c.StockoutCost)
	for range 200 {
		if over(r) {
			hi = r
		} else {
			lo = r
		}
		a, sa := c.g(r)
		b, sb := c.g(r + q)
		next := r + (a-b)/(sb-sa)
		if !(next > lo && next < hi) {
			next = lo + 0.5*(hi-lo)
		}
		if math.Abs(next-r) <= 1e-14*max(math.Abs(r), q) {
			return next
		}
		r = next
	}
	return r
}
