package replenish

import "math"

// LotForLot orders each period's demand in it.
func (p LotSizing) LotForLot() (quantities []float64, cost float64, err error) {
	return p.forward(func(int) func(int) bool { return func(int) bool { return false } })
}

// SilverMeal lets an order cover periods as long as the cost a period falls.
// Silver and Meal (1973); Silver, Pyke and Thomas (2017), 5.6.1.
func (p LotSizing) SilverMeal() (quantities []float64, cost float64, err error) {
	return p.forward(func(t int) func(int) bool {
		total := perPeriod(p.FixedCost, t)
		average, hold := total, 0.0
		return func(u int) bool {
			hold += perPeriod(p.HoldingCost, u-1)
			total += hold * p.Demand[u]
			a := total / float64(u-t+1)
			if a > average {
				return false
			}
			average = a
			return true
		}
	})
}

// LeastUnitCost lets an order cover periods as long as the cost a unit falls.
// Silver, Pyke and Thomas (2017), 5.6.3.
func (p LotSizing) LeastUnitCost() (quantities []float64, cost float64, err error) {
	return p.forward(func(t int) func(int) bool {
		total, units, hold := perPeriod(p.FixedCost, t), p.Demand[t], 0.0
		average := total / units
		return func(u int) bool {
			hold += perPeriod(p.HoldingCost, u-1)
			total += hold * p.Demand[u]
			units += p.Demand[u]
			a := total / units
			if a > average {
				return false
			}
			average = a
			return true
		}
	})
}

// PartPeriodBalancing lets an order cover periods until its holding cost is
// nearest to its fixed cost. DeMatteis (1968); Silver, Pyke and Thomas (2017),
// 5.6.4.
func (p LotSizing) PartPeriodBalancing() (quantities []float64, cost float64, err error) {
	return p.forward(func(t int) func(int) bool {
		k, held, hold := perPeriod(p.FixedCost, t), 0.0, 0.0
		return func(u int) bool {
			hold += perPeriod(p.HoldingCost, u-1)
			with := held + hold*p.Demand[u]
			if with > k && with-k > k-held {
				return false
			}
			held = with
			return true
		}
	})
}

// PeriodicOrderQuantity orders for as many periods each time as the economic
// order quantity of the mean demand and costs lasts, rounded, at least one.
// Silver, Pyke and Thomas (2017), 5.6.2.
func (p LotSizing) PeriodicOrderQuantity() (quantities []float64, cost float64, err error) {
	if err := p.check(); err != nil {
		return nil, 0, err
	}
	d, k, h := 0.0, 0.0, 0.0
	n := float64(len(p.Demand))
	for t := range p.Demand {
		d, k, h = d+p.Demand[t]/n, k+perPeriod(p.FixedCost, t)/n, h+perPeriod(p.HoldingCost, t)/n
	}
	cover := n
	if h > 0 && d > 0 {
		cover = min(n, max(1, math.Round(EOQ(k, h, d)/d)))
	}
	return p.forward(func(t int) func(int) bool {
		return func(u int) bool { return u-t < int(cover) }
	})
}

// forward places an order in each period with demand that no order covers yet;
// covers(t) begins one in period t and is then asked of each later period in
// turn whether the order covers it too.
func (p LotSizing) forward(covers func(t int) func(u int) bool) (quantities []float64, cost float64, err error) {
	if err := p.check(); err != nil {
		return nil, 0, err
	}
	q := make([]float64, len(p.Demand))
	for t := 0; t < len(q); {
		if p.Demand[t] == 0 {
			t++
			continue
		}
		more := covers(t)
		q[t] = p.Demand[t]
		u := t + 1
		for ; u < len(q) && more(u); u++ {
			q[t] += p.Demand[u]
		}
		t = u
	}
	cost, _ = p.Cost(q)
	return q, cost, nil
}
