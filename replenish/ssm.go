package replenish

import (
	"fmt"
	"math"
)

// SerialSystem is a chain of stages under stochastic service and continuous
// review. Stage 0 faces the customer, the last one is supplied from outside
// without limit; the stages keep echelon base-stock levels. Customers wait.
type SerialSystem struct {
	EchelonHolding []float64 // h_j: local holding cost of stage j less that of its supplier, a unit for a period
	LeadTime       []float64 // L_j, in periods
	Penalty        float64   // p: a unit backordered for a period

	Mean float64 // demand a period
	SD   float64 // of normal demand a period; 0: Poisson demand, whole units
}

// SerialPlan is a choice of echelon base-stock levels.
type SerialPlan struct {
	Echelon []float64 // S_j: stock of the stage and all below, and on the way to it, less backorders
	Local   []float64 // the local levels that do the same: min over the stages above, less the one below
	Cost    float64   // a period, stock in transit between stages included
}

// gridStep is the step of normal demand's grid, in standard deviations of the
// shortest lead time's demand: the cost is right to 1e-5.
const gridStep = 1.0 / 64

// gridReach is how far a grid reaches beyond the mean, in standard deviations.
const gridReach = 9.0

// maxGrid bounds the points of a grid.
const maxGrid = 1 << 18

func (s *SerialSystem) check() error {
	n := len(s.EchelonHolding)
	if n == 0 || len(s.LeadTime) != n {
		return fmt.Errorf("replenish: serial system: %d holding costs and %d lead times; give each stage one of each: %w", n, len(s.LeadTime), ErrInput)
	}
	for j := range n {
		if h := s.EchelonHolding[j]; !(h >= 0) || h > largest {
			return fmt.Errorf("replenish: serial system: stage %d: echelon holding cost %v; it must be from 0 to 1e15: %w", j, h, ErrInput)
		}
		if l := s.LeadTime[j]; !(l >= 0) || l > largest {
			return fmt.Errorf("replenish: serial system: stage %d: lead time %v; it must be from 0 to 1e15: %w", j, l, ErrInput)
		}
	}
	if !(s.EchelonHolding[n-1] > 0) {
		return fmt.Errorf("replenish: serial system: stage %d: echelon holding cost 0; stock that costs nothing has no best level: %w", n-1, ErrInput)
	}
	for _, x := range []float64{s.Penalty, s.Mean, s.SD} {
		if !(x >= 0) || x > largest {
			return fmt.Errorf("replenish: serial system: penalty %v, demand of mean %v and sd %v; all must be from 0 to 1e15: %w", s.Penalty, s.Mean, s.SD, ErrInput)
		}
	}
	return nil
}

// serialGrid holds one function on y = low + k·step, straight beyond its ends.
type serialGrid struct {
	low, step float64
	val       []float64
}

func (g *serialGrid) at(y float64) float64 {
	x := (y - g.low) / g.step
	last := len(g.val) - 1
	k := int(min(max(math.Floor(x), 0), float64(last-1)))
	t := x - float64(k)
	return g.val[k] + t*(g.val[k+1]-g.val[k])
}

// recursion is that of Clark and Scarf (1960) in the form of Chen and Zheng
// (1994); Snyder and Shen (2019), section 6.2:
//
//	C_0(x) = (p + Σh)·x−,   C_j(y) = E[h_j·(y−D_j) + C_{j−1}(min(S_{j−1}, y−D_j))].
//
// It calls level for the S of each stage once the function of the stage is
// known, and returns C_n(S_n).
func (s *SerialSystem) recursion(level func(j int, c *serialGrid) float64) (float64, error) {
	step := 1.0
	if s.SD > 0 {
		shortest := math.Inf(1)
		total := 0.0
		for _, l := range s.LeadTime {
			if l > 0 {
				shortest = min(shortest, l)
			}
			total += l
		}
		step = gridStep * s.SD * math.Sqrt(shortest)
		if math.IsInf(shortest, 1) {
			step = 1
		}
		// Very unequal lead times: the widest grid decides.
		step = max(step, 4*gridReach*s.SD*math.Sqrt(total)/(1<<14))
	}
	p := s.Penalty
	for _, h := range s.EchelonHolding {
		p += h
	}
	below := &serialGrid{low: -1, step: 1, val: []float64{p, 0, 0}}
	ceiling := math.Inf(1) // S of the stage below
	mean, variance := 0.0, 0.0
	cost := 0.0
	for j, h := range s.EchelonHolding {
		m := s.Mean * s.LeadTime[j]
		v := m
		if s.SD > 0 {
			v = s.SD * s.SD * s.LeadTime[j]
		}
		mean, variance = mean+m, variance+v
		reach := gridReach*math.Sqrt(variance) + 4*step
		if s.SD == 0 {
			reach = math.Ceil(1.4*reach + 30)
		}
		if 2*reach/step > maxGrid {
			return 0, fmt.Errorf("replenish: serial system: demand of %v over the lead times needs over %d points; use larger units, or normal demand: %w", mean, maxGrid, ErrInput)
		}
		// Stage j's grid lies around its mean; with the next lead time's mean
		// taken off, the points need not meet those of the grid below.
		var c serialGrid
		c.step = step
		c.low = mean - math.Ceil(reach/step)*step
		if s.SD == 0 {
			c.low = math.Floor(mean) - reach
		}
		c.val = make([]float64, 2*int(math.Ceil(reach/step))+1)
		law, first := s.demand(m, v, step)
		// g(x) = C_{j−1}(min(S_{j−1}, x)) at all x = y − demand, low to high.
		offset := 0.0
		if s.SD > 0 {
			offset = m
		}
		g := make([]float64, len(c.val)+len(law)-1)
		base := c.low - offset - float64(first+len(law)-1)*step
		for k := range g {
			g[k] = below.at(min(ceiling, base+float64(k)*step))
		}
		for k := range c.val {
			sum := 0.0
			window := g[k : k+len(law)]
			for i, w := range law { // law is symmetric or turned around
				sum += w * window[i]
			}
			c.val[k] = h*(c.low+float64(k)*step-m) + sum
		}
		ceiling = level(j, &c)
		cost = c.at(ceiling)
		below = &c
	}
	return cost, nil
}

// demand returns the probabilities of a lead time's demand, the largest first,
// and the number of the smallest: whole units (Poisson), or steps from the mean
// (normal). Normal weights integrate the straight lines between grid points
// exactly: w_k = [n(k−1) − 2n(k) + n(k+1)] / step.
func (s *SerialSystem) demand(mean, variance, step float64) (law []float64, first int) {
	sd := math.Sqrt(variance)
	if sd == 0 {
		return []float64{1}, 0
	}
	if s.SD == 0 {
		d := NewPoisson(mean)
		lo, hi := int(max(0, math.Floor(mean-12*sd-30))), int(math.Ceil(mean+12*sd+30))
		sum := 0.0
		for k := hi; k >= lo; k-- {
			law = append(law, d.PMF(k))
			sum += law[len(law)-1]
		}
		for i := range law {
			law[i] /= sum
		}
		return law, lo
	}
	half := int(math.Ceil(gridReach * sd / step))
	law = make([]float64, 2*half+1)
	sum := 0.0
	for k := range law {
		x := float64(k-half) * step
		a, _ := NormalLoss(math.Abs(x)-step, 0, sd)
		b, _ := NormalLoss(math.Abs(x), 0, sd)
		c, _ := NormalLoss(math.Abs(x)+step, 0, sd)
		law[k] = max(0, a-2*b+c) / step
		sum += law[k]
	}
	for i := range law {
		law[i] /= sum
	}
	return law, -half
}

// Optimize returns the optimal policy and its cost: exact for Poisson demand
// (the smallest of equal levels), on a fine grid for normal demand, the cost to
// about 1e-5. An error (wrapping [ErrInput]) names what is out of range; no
// penalty at all is one, as then the best stock is none.
func (s SerialSystem) Optimize() (SerialPlan, error) {
	if err := s.check(); err != nil {
		return SerialPlan{}, err
	}
	if s.Penalty == 0 {
		return SerialPlan{}, fmt.Errorf("replenish: serial system: penalty 0; without one the best stock is none: %w", ErrInput)
	}
	plan := SerialPlan{Echelon: make([]float64, len(s.EchelonHolding))}
	cost, err := s.recursion(func(j int, c *serialGrid) float64 {
		best := 0
		for k, v := range c.val {
			if v < c.val[best]-1e-13*math.Abs(c.val[best]) {
				best = k
			}
		}
		y := c.low + float64(best)*c.step
		if s.SD > 0 && best > 0 && best < len(c.val)-1 {
			// The vertex of the parabola through the three lowest points.
			a, b, d := c.val[best-1], c.val[best], c.val[best+1]
			if curve := a - 2*b + d; curve > 0 {
				y += 0.5 * c.step * (a - d) / curve
			}
		}
		plan.Echelon[j] = y
		return y
	})
	if err != nil {
		return SerialPlan{}, err
	}
	plan.Cost = cost
	plan.Local = LocalBaseStocks(plan.Echelon)
	return plan, nil
}

// Cost returns the cost a period of given echelon base-stock levels.
func (s SerialSystem) Cost(echelon []float64) (float64, error) {
	if err := s.check(); err != nil {
		return 0, err
	}
	if len(echelon) != len(s.EchelonHolding) {
		return 0, fmt.Errorf("replenish: serial system: %d levels for %d stages; give one a stage: %w", len(echelon), len(s.EchelonHolding), ErrInput)
	}
	for j, y := range echelon {
		if y != y || math.IsInf(y, 0) {
			return 0, fmt.Errorf("replenish: serial system: stage %d: level %v; it must be finite: %w", j, y, ErrInput)
		}
	}
	return s.recursion(func(j int, _ *serialGrid) float64 { return echelon[j] })
}

// NewsvendorBounds returns the heuristic of Shang and Song (2003): the optimal
// level of stage j lies between two newsvendor problems on the demand of the
// lead times up to it,
//
//	F⁻¹((p+Σ_{i>j}h_i)/(p+Σ_i h_i)) <= S_j <= F⁻¹((p+Σ_{i>j}h_i)/(p+Σ_{i>=j}h_i)).
//
// The mean of the two is within half a percent of the optimal cost on average.
func (s SerialSystem) NewsvendorBounds() (lower, upper []float64, err error) {
	if err := s.check(); err != nil {
		return nil, nil, err
	}
	all, lead := 0.0, 0.0
	for _, h := range s.EchelonHolding {
		all += h
	}
	above := all
	for j, h := range s.EchelonHolding {
		lead += s.LeadTime[j]
		from := above
		above = max(0, above-h)
		var d Distribution = NewPoisson(s.Mean * lead)
		if s.SD > 0 {
			d = NewNormal(s.Mean*lead, s.SD*math.Sqrt(lead))
		}
		lower = append(lower, d.Quantile((s.Penalty+above)/(s.Penalty+all)))
		upper = append(upper, d.Quantile((s.Penalty+above)/(s.Penalty+from)))
	}
	return lower, upper, nil
}

// LocalBaseStocks turns echelon base-stock levels into the local ones that
// order the same: no stage can have more than the least level above it allows.
func LocalBaseStocks(echelon []float64) []float64 {
	local := make([]float64, len(echelon))
	for j, s := range echelon {
		local[j] = moment(s)
	}
	for j := len(local) - 2; j >= 0; j-- {
		local[j] = min(local[j], local[j+1])
	}
	for j := len(local) - 1; j > 0; j-- {
		local[j] -= local[j-1]
	}
	return local
}
