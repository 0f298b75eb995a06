package replenish

import (
	"fmt"
	"math"
)

// SS is a periodic-review system that looks at the stock once a period and,
// when the inventory position is at or below s, orders up to S, with backorders,
// paid by unit and period.
type SS struct {
	FixedCost    float64
	HoldingCost  float64             // a unit left at the end of a period
	StockoutCost float64             // a unit short at the end of a period
	Demand       IntegerDistribution // of a period
	// LeadTimeDemand is the demand of lead time and review period, L+1 periods;
	// nil: Demand, for L = 0.
	LeadTimeDemand IntegerDistribution
}

// SSPolicy is a reorder point s, an order-up-to level S and their cost a period.
type SSPolicy struct{ ReorderPoint, OrderUpTo, Cost float64 }

func (c SS) leadTimeDemand() IntegerDistribution {
	if c.LeadTimeDemand == nil {
		return c.Demand
	}
	return c.LeadTimeDemand
}

func (c SS) check() error {
	const op = "(s, S)"
	if c.Demand == nil {
		return checkLaw(op, "demand", nil)
	}
	for _, d := range [...]IntegerDistribution{c.Demand, c.leadTimeDemand()} {
		if err := checkLaw(op, "demand", d); err != nil {
			return err
		}
		if !integer(d) {
			return fmt.Errorf("%s: demand %T is not in whole numbers: %w: give an integer law", op, d, ErrInput)
		}
	}
	return checkInputs(op, input{"fixed cost", c.FixedCost, notNegative}, input{"holding cost", c.HoldingCost, aboveZero}, input{"stockout cost", c.StockoutCost, aboveZero})
}

// Cost returns the exact cost a period of levels s and S,
//
//	c(s, S) = [K + Σ_{j<S−s} m(j)·G(S−j)] / M(S−s),   G = h·n̄ + p·n of L+1 periods,
//
// Zheng and Federgruen (1991), (5); Snyder and Shen (2019), 4.5. S <= s is taken
// as s = S−1: an order every period with demand. An error wraps [ErrInput].
func (c SS) Cost(s, up float64) (float64, error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	if err := checkInputs("(s, S)", input{"reorder point", s, anyFinite}, input{"order-up-to level", up, anyFinite}); err != nil {
		return 0, err
	}
	s, up = math.Floor(s), math.Floor(up)
	n := max(1, up-s)
	if mean, sd := c.Demand.Moments(); n > panjerMost || n*(mean+10*sd) > mostWork {
		return 0, fmt.Errorf("(s, S): levels %v and %v are too far apart: %w: use larger units", s, up, ErrInput)
	}
	m, err := NewRenewal(c.Demand)
	if err != nil {
		return 0, err
	}
	m.extend(int(n))
	w := newWalk(c.leadTimeDemand(), up, c.HoldingCost, c.StockoutCost)
	sum := c.FixedCost
	for j := range int(n) {
		sum += m.m[j] * w.cost()
		w.down()
	}
	return sum / m.sum[int(n)], nil
}

// Optimal returns the levels of least cost by the algorithm of Zheng and
// Federgruen (1991): s falls from the minimum of G until G(s) is above the cost;
// then S rises as long as G(S) is below it, and s follows where that helps. It
// is exact, and looks at each pair (s, S) on its way once. Of equal costs the
// pair found first is kept. An error wraps [ErrInput]; levels more than a
// million units apart are one.
func (c SS) Optimal() (SSPolicy, error) {
	if err := c.check(); err != nil {
		return SSPolicy{}, err
	}
	mean, _ := c.Demand.Moments()
	if q, _ := EOQBackorders(c.FixedCost, c.HoldingCost, c.StockoutCost, mean); q > panjerMost/4 {
		return SSPolicy{}, fmt.Errorf("(s, S): order quantity of about %v units: %w: use larger units", q, ErrInput)
	}
	m, err := NewRenewal(c.Demand)
	if err != nil {
		return SSPolicy{}, err
	}
	d := c.leadTimeDemand()
	_, sd := d.Moments()
	if q, _ := EOQBackorders(c.FixedCost, c.HoldingCost, c.StockoutCost, mean); (q+8*sd+1)*(float64(len(m.p))+q+8*sd) > mostWork/32 {
		return SSPolicy{}, fmt.Errorf("(s, S): order quantity of about %v units with demand of up to %d a period: %w: use larger units", q, len(m.p), ErrInput)
	}
	base := d.Quantile(c.StockoutCost / (c.StockoutCost + c.HoldingCost))
	g := costs{base: int(base), above: newWalk(d, base, c.HoldingCost, c.StockoutCost)}
	g.below = g.above
	g.up = append(make([]float64, 0, 64), g.above.cost())
	g.down = make([]float64, 0, 64)
	cost := func(s, up int) float64 {
		m.extend(up - s)
		v := c.FixedCost
		for j, w := range m.m[:up-s] {
			v += w * g.at(up-j)
		}
		return v / m.sum[up-s]
	}
	up := g.base
	s := g.base - 1
	best := cost(s, up)
	for best > g.at(s) { // one more below s lowers the average
		s--
		best = cost(s, up)
	}
	for next := up + 1; g.at(next) <= best; next++ {
		v := cost(s, next)
		if !(v < best*(1-1e-14)) {
			continue
		}
		up, best = next, v
		for s+1 < g.base && best <= g.at(s+1) {
			s++
			best = cost(s, up)
		}
	}
	return SSPolicy{float64(s), float64(up), best}, nil
}

// costs are the values G(y) around the minimum, as far as they were asked for.
type costs struct {
	base         int
	up, down     []float64 // from base on, from base−1 down
	above, below walk
}

func (g *costs) at(y int) float64 {
	if i := y - g.base; i >= 0 {
		for i >= len(g.up) {
			g.above.up()
			g.up = append(g.up, g.above.cost())
		}
		return g.up[i]
	}
	i := g.base - 1 - y
	for i >= len(g.down) {
		g.below.down()
		g.down = append(g.down, g.below.cost())
	}
	return g.down[i]
}

// SSPowerApproximation returns the levels of the revised power approximation of
// Ehrhardt and Mosier (1984) for a demand of mean mu and standard deviation sd
// over the lead time and review period (with L = 0 the demand of a period):
//
//	Q = 1.3·μ^0.494·(K/h)^0.506·(1 + σ²/μ²)^0.116        z = √(Qh/(σp))
//	s = 0.973μ + σ(0.183/z + 1.063 − 2.192z)             S = s + Q
//
// without the limit S₀ of the original for small Q/μ, as in Snyder and Shen
// (2019), 4.5.6. The cost is not computed. An error wraps [ErrInput].
func SSPowerApproximation(k, h, p, mu, sd float64) (SSPolicy, error) {
	if err := checkInputs("(s, S) power approximation", input{"fixed cost", k, aboveZero}, input{"holding cost", h, aboveZero}, input{"stockout cost", p, aboveZero}, input{"demand mean", mu, aboveZero}, input{"demand sd", sd, aboveZero}); err != nil {
		return SSPolicy{}, err
	}
	q := 1.3 * math.Pow(mu, 0.494) * math.Pow(k/h, 0.506) * math.Pow(1+sd*sd/(mu*mu), 0.116)
	z := math.Sqrt(q * h / (sd * p))
	s := 0.973*mu + sd*(0.183/z+1.063-2.192*z)
	return SSPolicy{ReorderPoint: s, OrderUpTo: s + q}, nil
}
