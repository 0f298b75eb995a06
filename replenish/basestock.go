package replenish

import "fmt"

// BaseStock is the order-up-to system: after every demand (continuous review)
// or every review period the inventory position is raised to S. Shortages wait.
type BaseStock struct {
	// LeadTime is the demand of the lead time.
	LeadTime Distribution
	// Protection is the demand of lead time and review period; nil: continuous
	// review.
	Protection Distribution
}

// BaseStockService is what a base stock does.
type BaseStockService struct {
	CycleService float64 // P(D <= S) over the protection interval
	FillRate     float64 // units filled from stock; of integer demand under continuous review, demand unit by unit
	ReadyRate    float64 // P(D < S): there is stock, at any time or at the end of a period
	Backorders   float64 // mean, at any time or at the end of a period
	OnHand       float64
}

func (c BaseStock) protection() Distribution {
	if c.Protection == nil {
		return c.LeadTime
	}
	return c.Protection
}

func (c BaseStock) check() error {
	const op = "base stock"
	if err := checkLaw(op, "lead time demand", c.LeadTime); err != nil {
		return err
	}
	return checkLaw(op, "protection interval demand", c.protection())
}

// Evaluate returns the service of level s: under continuous review the fill
// rate is P(D < s), under periodic review 1 − [n_{R+L}(s) − n_L(s)]/E[D_R].
// Axsäter (2015), 5.3; Johnson et al. (1995). An error wraps [ErrInput].
func (c BaseStock) Evaluate(s float64) (BaseStockService, error) {
	if err := c.check(); err != nil {
		return BaseStockService{}, err
	}
	if err := checkInputs("base stock", input{"level", s, anyFinite}); err != nil {
		return BaseStockService{}, err
	}
	return c.evaluate(s), nil
}

func (c BaseStock) evaluate(s float64) BaseStockService {
	d := c.protection()
	var out BaseStockService
	out.CycleService = d.CDF(s)
	out.ReadyRate = out.CycleService
	if integer(d) {
		out.ReadyRate = d.CDF(s - 1)
	}
	_, out.Backorders, _ = d.Losses(s)
	_, out.OnHand, _ = LowerLosses(d, s)
	out.FillRate = out.ReadyRate
	if c.Protection != nil {
		out.FillRate = PeriodicFillRate(c.LeadTime, c.Protection, s, 0)
	}
	return out
}

// LevelFor returns the smallest level whose service in the measure (not the
// order fill rate) is at least target, inside (0, 1): a whole number for integer
// demand. An error wraps [ErrInput].
func (c BaseStock) LevelFor(measure Measure, target float64) (float64, error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	if !(target > 0 && target < 1) || measure == MeasureOrderFill {
		return 0, fmt.Errorf("base stock: target %v in measure %d: %w: give a fraction inside (0, 1) of cycle service, fill rate or ready rate", target, measure, ErrInput)
	}
	d := c.protection()
	one := 0.0
	if integer(d) {
		one = 1 // P(D < s) = P(D <= s−1)
	}
	switch {
	case measure == MeasureFill && c.Protection != nil:
		return LevelForPeriodicFillRate(c.LeadTime, c.Protection, 0, target), nil
	case measure == MeasureCycle:
		return d.Quantile(target), nil
	}
	return d.Quantile(target) + one, nil
}

// Optimal returns the level of least cost for h a unit on hand and p a unit
// short, by time unit or by period end: [Newsvendor] of the protection
// interval. An error wraps [ErrInput].
func (c BaseStock) Optimal(h, p float64) (s, cost float64, err error) {
	if err := c.check(); err != nil {
		return 0, 0, err
	}
	return Newsvendor(c.protection(), h, p)
}
