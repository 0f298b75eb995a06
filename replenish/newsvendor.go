package replenish

import "math"

// Newsvendor returns the level S of least expected cost for one period, or a
// base stock of infinitely many, and that cost:
//
//	S = F⁻¹(p/(p+h))        g(S) = h·n̄(S) + p·n(S)
//
// for h a unit left over, p a unit short, and demand over the period (one-shot),
// over L+1 periods (periodic review with lead time L) or over L (continuous
// review). For integer laws S is the smallest integer with F(S) >= p/(p+h).
// Arrow, Harris and Marschak (1951); Snyder and Shen (2019), 4.3. Limits:
// h = 0 is taken at F = 1−2⁻⁵³, p = 0 at the least demand. An error wraps
// [ErrInput]: a negative cost, or both 0.
func Newsvendor(demand Distribution, h, p float64) (s, cost float64, err error) {
	if err := checkLaw("newsvendor", "demand", demand); err != nil {
		return 0, 0, err
	}
	if err := checkInputs("newsvendor", input{"holding cost", h, notNegative}, input{"stockout cost", p, notNegative}, input{"sum of the costs", h + p, aboveZero}); err != nil {
		return 0, 0, err
	}
	s = demand.Quantile(p / (p + h))
	return s, NewsvendorCost(demand, h, p, s), nil
}

// NewsvendorCost returns h·n̄(s) + p·n(s). Limit: 1e300 for NaN.
func NewsvendorCost(demand Distribution, h, p, s float64) float64 {
	_, n, _ := demand.Losses(s)
	_, nbar, _ := LowerLosses(demand, s)
	if s != s || h != h || p != p {
		return 1e300
	}
	return finite(moment(h)*nbar + moment(p)*n)
}

// Sale is the money of a newsvendor who counts profit.
type Sale struct {
	Revenue, PurchaseCost, SalvageValue float64 // a unit
	HoldingCost, StockoutCost           float64 // a unit left over, a unit short, beyond the lost margin
}

// Costs returns the cost of a unit too many, c−v+h, and of a unit too few,
// r−c+p.
func (v Sale) Costs() (over, under float64) {
	return finite(v.PurchaseCost - v.SalvageValue + v.HoldingCost), finite(v.Revenue - v.PurchaseCost + v.StockoutCost)
}

// Best returns the level of most expected profit,
// F⁻¹((r−c+p)/((r−c+p)+(c−v+h))), and that profit. Snyder and Shen (2019),
// 4.3.2. An error wraps [ErrInput]: a unit too many or too few that is a gain.
func (v Sale) Best(demand Distribution) (s, profit float64, err error) {
	if err := checkInputs("sale", input{"revenue", v.Revenue, anyFinite}, input{"purchase cost", v.PurchaseCost, anyFinite}, input{"salvage value", v.SalvageValue, anyFinite},
		input{"holding cost", v.HoldingCost, anyFinite}, input{"stockout cost", v.StockoutCost, anyFinite}); err != nil {
		return 0, 0, err
	}
	over, under := v.Costs()
	if s, _, err = Newsvendor(demand, over, under); err != nil {
		return 0, 0, err
	}
	return s, v.Profit(demand, s), nil
}

// Profit returns the expected profit of level s,
// r(μ−n) + v·n̄ − c·s − h·n̄ − p·n.
func (v Sale) Profit(demand Distribution, s float64) float64 {
	mean, _ := demand.Moments()
	_, n, _ := demand.Losses(s)
	_, nbar, _ := LowerLosses(demand, s)
	return finite(v.Revenue*(mean-n) + (v.SalvageValue-v.HoldingCost)*nbar - v.PurchaseCost*moment(s) - v.StockoutCost*n)
}

// Myopic is one period of a longer horizon, looked at alone: what is left is
// worth its purchase cost of the next period.
type Myopic struct {
	HoldingCost, StockoutCost float64
	PurchaseCost              float64
	NextPurchaseCost          float64
	Discount                  float64 // a period; 0: 1
}

func (m Myopic) discount() float64 {
	if m.Discount == 0 {
		return 1
	}
	return m.Discount
}

// Cost returns G(S) = c·S + h·n̄ + p·n − γ·c⁺·(S−μ). Snyder and Shen (2019),
// 4.5; Zipkin (2000), 9.4.
func (m Myopic) Cost(demand Distribution, s float64) float64 {
	mean, _ := demand.Moments()
	return finite(m.PurchaseCost*s + NewsvendorCost(demand, m.HoldingCost, m.StockoutCost, s) - m.discount()*m.NextPurchaseCost*(s-mean))
}

func (m Myopic) check(demand Distribution) error {
	const op = "myopic level"
	if err := checkLaw(op, "demand", demand); err != nil {
		return err
	}
	g := m.discount() * m.NextPurchaseCost
	return checkInputs(op, input{"holding cost", m.HoldingCost, notNegative}, input{"stockout cost", m.StockoutCost, notNegative},
		input{"discount factor", m.discount(), fraction}, input{"purchase cost", m.PurchaseCost, anyFinite}, input{"next purchase cost", m.NextPurchaseCost, anyFinite},
		input{"cost of a unit too few (stockout − purchase + discounted next purchase)", m.StockoutCost - m.PurchaseCost + g, aboveZero},
		input{"cost of a unit too many (holding + purchase − discounted next purchase)", m.HoldingCost + m.PurchaseCost - g, aboveZero})
}

// Best returns the level of least cost, F⁻¹((p−c+γc⁺)/(p+h)), and that cost. An
// error wraps [ErrInput]: costs by which it pays to order without end, or never.
func (m Myopic) Best(demand Distribution) (s, cost float64, err error) {
	if err := m.check(demand); err != nil {
		return 0, 0, err
	}
	s = demand.Quantile((m.StockoutCost - m.PurchaseCost + m.discount()*m.NextPurchaseCost) / (m.StockoutCost + m.HoldingCost))
	return s, m.Cost(demand, s), nil
}

// LevelAt returns the level whose cost is the given one, left of the best level
// or right of it. A cost below the least one gives the best level. An error
// wraps [ErrInput].
func (m Myopic) LevelAt(demand Distribution, cost float64, left bool) (float64, error) {
	best, least, err := m.Best(demand)
	if err != nil {
		return 0, err
	}
	if err := checkInputs("myopic level", input{"cost", cost, anyFinite}); err != nil {
		return 0, err
	}
	if cost <= least {
		return best, nil
	}
	_, sd := demand.Moments()
	step := max(sd, 1e-9*math.Abs(best), 1e-9)
	if left {
		step = -step
	}
	inner, outer := best, best+step
	for range 200 {
		if m.Cost(demand, outer) >= cost {
			break
		}
		step *= 2
		inner, outer = outer, outer+step
	}
	for range 200 {
		x := inner + 0.5*(outer-inner)
		if x == inner || x == outer {
			break
		}
		if m.Cost(demand, x) >= cost {
			outer = x
		} else {
			inner = x
		}
	}
	return outer, nil
}
