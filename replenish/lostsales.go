package replenish

import (
	"fmt"
	"math"
)

// ErlangB returns the probability that s servers are all busy under an offered
// load of a, B(s) = aB(s−1)/(s + aB(s−1)), B(0) = 1. Erlang (1917). Limits: 1
// for s < 0, 0 for a <= 0 and s > 0; s is rounded down.
func ErlangB(s int, a float64) float64 {
	if s <= 0 {
		return 1
	}
	if !(a > 0) {
		return 0
	}
	if math.IsInf(a, 1) {
		return 1
	}
	if s > mostUnits { // Φ in place of the recursion: to 1e-4 of B there
		c := (float64(s) - a) / math.Sqrt(a)
		return unit(NormalPDF(c) / (math.Sqrt(a) * max(NormalCDF(c), 1e-300)))
	}
	b := 1.0
	for k := 1; k <= s; k++ {
		b = a * b / (float64(k) + a*b)
		if b == 0 {
			break
		}
	}
	return b
}

// LostSalesBaseStock is one-for-one ordering when demand that finds no stock is
// lost: Poisson demand at Rate, a lead time of mean LeadTime and any
// distribution (the outstanding orders are the busy servers of Erlang's loss
// system, which knows only the mean: Karush 1957; Zipkin 2000, 7.2.3).
type LostSalesBaseStock struct{ Rate, LeadTime float64 }

func (c LostSalesBaseStock) check() error {
	return checkInputs("base stock with lost sales", input{"demand rate", c.Rate, notNegative}, input{"lead time", c.LeadTime, notNegative}, input{"demand of the lead time", c.Rate * c.LeadTime, notNegative})
}

// FillRate returns the share of demand met, 1 − B(s, λL), and the mean stock on
// hand, s − λL(1−B).
func (c LostSalesBaseStock) FillRate(s int) (fill, onHand float64) {
	a := max(0, moment(c.Rate)*moment(c.LeadTime))
	fill = 1 - ErlangB(s, a)
	return fill, finite(max(0, float64(max(0, s))-a*fill))
}

// LevelFor returns the smallest base stock with a fill rate of at least target,
// inside (0, 1). An error wraps [ErrInput].
func (c LostSalesBaseStock) LevelFor(target float64) (int, error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	if !(target > 0 && target < 1) {
		return 0, fmt.Errorf("base stock with lost sales: target %v: %w: give a fraction inside (0, 1)", target, ErrInput)
	}
	return c.smallest(func(s int, b, _ float64) bool { return 1-b >= target })
}

// Optimal returns the base stock of least cost for h a unit on hand and time
// unit and p a lost sale, h·onHand + pλB(s), and the cost. The cost is convex in
// s, as B is (Karush 1957). An error wraps [ErrInput].
func (c LostSalesBaseStock) Optimal(h, p float64) (s int, cost float64, err error) {
	if err := c.check(); err != nil {
		return 0, 0, err
	}
	if err := checkInputs("base stock with lost sales", input{"holding cost", h, aboveZero}, input{"cost of a lost sale", p, notNegative}); err != nil {
		return 0, 0, err
	}
	a := c.Rate * c.LeadTime
	at := func(s int, b float64) float64 { return h*(float64(s)-a*(1-b)) + p*c.Rate*b }
	s, err = c.smallest(func(s int, b, next float64) bool {
		cost = at(s, b)
		return at(s+1, next) >= cost
	})
	return s, cost, err
}

// smallest returns the first s that is enough, given B(s) and B(s+1).
func (c LostSalesBaseStock) smallest(enough func(s int, b, next float64) bool) (int, error) {
	a := c.Rate * c.LeadTime
	b := 1.0
	if a > mostUnits {
		return 0, fmt.Errorf("base stock with lost sales: demand of %v in the lead time: %w: use larger units", a, ErrInput)
	}
	for s := 0; s < mostUnits; s++ {
		next := a * b / (float64(s+1) + a*b)
		if enough(s, b, next) {
			return s, nil
		}
		b = next
	}
	return 0, fmt.Errorf("base stock with lost sales: more than %v units: %w: use larger units", mostUnits, ErrInput)
}

// LostSalesRQ is an (r, Q) system with lost sales, Poisson demand, a constant
// lead time and at most one order outstanding (r < Q). Hadley and Whitin (1963),
// 4-11: exact.
type LostSalesRQ struct {
	Rate, LeadTime float64
	FixedCost      float64
	HoldingCost    float64 // a unit on hand and time unit
	StockoutCost   float64 // a lost sale
}

// LostSalesService is what the system does.
type LostSalesService struct {
	FillRate float64 // Q/(Q+n(r))
	OnHand   float64
	Cost     float64 // a time unit
}

func (c LostSalesRQ) check() error {
	return checkInputs("(r, Q) with lost sales", input{"demand rate", c.Rate, aboveZero}, input{"lead time", c.LeadTime, notNegative}, input{"fixed cost", c.FixedCost, notNegative},
		input{"holding cost", c.HoldingCost, notNegative}, input{"cost of a lost sale", c.StockoutCost, notNegative}, input{"demand of the lead time", c.Rate * c.LeadTime, notNegative})
}

// Evaluate returns the service and cost of r and q, 0 <= r < q. A cycle from one
// arrival to the next sells Q and loses n(r); the stock falls from Q+(r−D)+ to r
// by ones, then for the lead time as (r−D_t)+. An error wraps [ErrInput].
func (c LostSalesRQ) Evaluate(r, q int) (LostSalesService, error) {
	if err := c.check(); err != nil {
		return LostSalesService{}, err
	}
	if r < 0 || r >= q || q > mostUnits {
		return LostSalesService{}, fmt.Errorf("(r, Q) with lost sales: reorder point %d, order quantity %d: %w: give 0 <= r < Q", r, q, ErrInput)
	}
	d := NewPoisson(c.Rate * c.LeadTime)
	_, n, _ := d.Losses(float64(r))
	length := (float64(q) + n) / c.Rate
	// E of Σ_{i=r+1}^{y} i with y = Q + (r−D)+; Σ_{i<=y} i = y(y+1)/2.
	held := 0.0
	wait := 0.0 // ∫₀ᴸ E[(r−D_t)+] dt = Σ_{k<r} ∫ P(D_t <= k) = Σ_{k<r} Σ_{i<=k} P(D_L > i)/λ
	inner := 0.0
	left := 1.0
	for k := 0; k < r; k++ {
		p := d.PMF(k)
		left -= p
		y := float64(q + r - k)
		held += p * y * (y + 1) / 2
		sf, _, _ := d.Losses(float64(k))
		inner += sf / c.Rate
		wait += inner
	}
	y := float64(q)
	held += max(0, left) * y * (y + 1) / 2
	held -= float64(r) * float64(r+1) / 2
	out := LostSalesService{FillRate: float64(q) / (float64(q) + n), OnHand: (held/c.Rate + wait) / length}
	out.Cost = (c.FixedCost+c.StockoutCost*n)/length + c.HoldingCost*out.OnHand
	return out, nil
}

// Optimal returns the levels of least cost. For each r from 0 on, the best Q is
// searched from that of r−1 on; r stops where the cost has not fallen for a
// stretch of √(λL)+4 values. An error wraps [ErrInput].
func (c LostSalesRQ) Optimal() (r, q int, service LostSalesService, err error) {
	if err := c.check(); err != nil {
		return 0, 0, LostSalesService{}, err
	}
	if err := checkInputs("(r, Q) with lost sales", input{"holding cost", c.HoldingCost, aboveZero}); err != nil {
		return 0, 0, LostSalesService{}, err
	}
	eoq := EOQ(c.FixedCost, c.HoldingCost, c.Rate)
	a := c.Rate * c.LeadTime
	if eoq+a > 1e5 {
		return 0, 0, LostSalesService{}, fmt.Errorf("(r, Q) with lost sales: quantities of about %v: %w: use larger units", eoq+a, ErrInput)
	}
	best := math.Inf(1)
	from := max(1, int(eoq))
	patience := int(math.Sqrt(a)) + 4
	for at, since := 0, 0; since <= patience; at++ {
		at1 := func(q int) LostSalesService { s, _ := c.Evaluate(at, q); return s }
		from = max(from, at+1)
		s := at1(from)
		for step := max(1, from/8); step > 0; {
			moved := false
			for _, to := range [...]int{from + step, from - step} {
				if to > at {
					if v := at1(to); v.Cost < s.Cost {
						from, s, moved = to, v, true
						break
					}
				}
			}
			if !moved {
				step /= 2
			}
		}
		since++
		if s.Cost < best*(1-1e-13) {
			best, r, q, service, since = s.Cost, at, from, s, 0
		}
	}
	return r, q, service, nil
}
