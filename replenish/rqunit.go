package replenish

import (
	"fmt"
	"math"
)

// UnitShortage is an (r, Q) system that pays for each unit that is short,
// however long it waits (B2 of Silver, Pyke and Thomas 2017, 6.7): another
// problem than [RQ], whose cost grows with the wait, and another safety factor.
type UnitShortage struct {
	FixedCost      float64
	HoldingCost    float64 // a unit on hand and time unit
	ShortageCost   float64 // a unit short
	DemandRate     float64
	LeadTimeDemand Distribution
}

func (c UnitShortage) check() error {
	const op = "(r, Q) with a cost by unit short"
	if err := checkLaw(op, "lead time demand", c.LeadTimeDemand); err != nil {
		return err
	}
	return checkInputs(op, input{"fixed cost", c.FixedCost, notNegative}, input{"holding cost", c.HoldingCost, aboveZero}, input{"shortage cost", c.ShortageCost, notNegative}, input{"demand rate", c.DemandRate, aboveZero})
}

// Cost returns the exact cost a time unit,
//
//	[Kλ + pλ(n(r) − n(r+Q))]/Q + h·onHand,
//
// on hand as in [ExpectedBackorders]. An error wraps [ErrInput].
func (c UnitShortage) Cost(r, q float64) (float64, error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	if err := checkInputs("(r, Q) with a cost by unit short", input{"reorder point", r, anyFinite}, input{"order quantity", q, aboveZero}); err != nil {
		return 0, err
	}
	return c.cost(r, q), nil
}

func (c UnitShortage) cost(r, q float64) float64 {
	_, n, _ := c.LeadTimeDemand.Losses(r)
	_, nq, _ := c.LeadTimeDemand.Losses(r + q)
	_, onHand := ExpectedBackorders(c.LeadTimeDemand, r, q)
	return (c.FixedCost+c.ShortageCost*(n-nq))*c.DemandRate/q + c.HoldingCost*onHand
}

// ReorderPoint returns the reorder point of the textbook rule P(D > r) =
// Qh/(pλ), which leaves n(r+Q) out. Silver, Pyke and Thomas (2017), (6.27). An
// error (wrapping [ErrInput]) where Qh >= pλ: it is cheaper to hold nothing.
func (c UnitShortage) ReorderPoint(q float64) (float64, error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	if err := checkInputs("(r, Q) with a cost by unit short", input{"order quantity", q, aboveZero}); err != nil {
		return 0, err
	}
	share := q * c.HoldingCost / (c.ShortageCost * c.DemandRate)
	if !(share < 1) {
		return 0, fmt.Errorf("(r, Q): shortage cost %v a unit is not above the cost %v of holding it for an order cycle: %w: raise it, or hold nothing", c.ShortageCost, q*c.HoldingCost/c.DemandRate, ErrInput)
	}
	return upperQuantile(c.LeadTimeDemand, share), nil
}

// ReorderPointFor returns the reorder point of least exact cost for an order
// quantity, searched over eight standard deviations and Q on both sides of the
// mean: where a shortage costs less than holding, the cost falls without end
// with r, and the lower end is returned.
func (c UnitShortage) ReorderPointFor(q float64) (float64, error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	if err := checkInputs("(r, Q) with a cost by unit short", input{"order quantity", q, aboveZero}); err != nil {
		return 0, err
	}
	mean, sd := c.LeadTimeDemand.Moments()
	lo, hi := mean-q-8*sd, mean+8*sd
	if integer(c.LeadTimeDemand) {
		q, lo, hi = math.Ceil(q), math.Floor(lo), math.Ceil(hi)
	}
	// The cost has up to two minima in r (nothing held, and the useful one): a grid
	// finds the lower, ever smaller steps from it do the rest.
	step, least := (hi-lo)/256, 1e-12*max(sd, math.Abs(mean), 1e-300)
	if integer(c.LeadTimeDemand) {
		step, least = math.Exp2(math.Ceil(math.Log2(max(1, step)))), 1
	}
	best, at := math.Inf(1), lo
	for r := lo; r <= hi+step/2; r += max(step, least) {
		if v := c.cost(r, q); v < best {
			best, at = v, r
		}
	}
	for tries := 0; step >= least && tries < 2000; tries++ {
		moved := false
		for _, r := range [...]float64{at - step, at + step} {
			if v := c.cost(r, q); v < best*(1-1e-15) {
				best, at, moved = v, r, true
			}
		}
		if step /= 2; moved {
			step *= 4
		}
	}
	return at, nil
}
