package replenish

import (
	"fmt"
	"math"
)

// LotPolicy is a reorder point with lot limits: when the inventory position is
// at or below ReorderPoint, order
//
//	q = ⌈max(Least, Target − position)/Multiple⌉·Multiple.
//
// With Least and Multiple 1 it is (s, S), with Target = s+1 it is (r, nQ). The
// limits raise the service at a given reorder point, so that they belong into
// its calculation, not after it.
type LotPolicy struct {
	System          MinMax  // demand of a step and of the intervals
	Target          float64 // above ReorderPoint: how far
	Least, Multiple float64 // 0: 1
}

// Evaluate returns the exact service of reorder point r (Target is r + Target).
// The positions right after an order are a Markov chain with few states: from
// each the demand until the next order is a renewal, whose undershoot gives the
// next. An error wraps [ErrInput].
func (c LotPolicy) Evaluate(r float64) (MinMaxService, error) {
	chain, err := c.chain()
	if err != nil {
		return MinMaxService{}, err
	}
	if err := checkInputs("lot policy", input{"reorder point", r, anyFinite}); err != nil {
		return MinMaxService{}, err
	}
	return chain.evaluate(math.Floor(r)), nil
}

// LevelFor returns the smallest reorder point whose service in the measure is at
// least target, inside (0, 1), and the service. An error wraps [ErrInput].
func (c LotPolicy) LevelFor(measure Measure, target float64) (r float64, service MinMaxService, err error) {
	if !(target > 0 && target < 1) {
		return 0, MinMaxService{}, fmt.Errorf("lot policy: target %v: %w: give a fraction inside (0, 1)", target, ErrInput)
	}
	if c.System.Protection != nil && measure == MeasureOrderFill {
		return 0, MinMaxService{}, fmt.Errorf("lot policy: order fill rate under periodic review: %w: the demand of a period does not tell single orders; use the fill rate", ErrInput)
	}
	chain, err := c.chain()
	if err != nil {
		return 0, MinMaxService{}, err
	}
	d := c.System.LeadTime
	if c.System.Protection != nil {
		d = c.System.Protection
	}
	reach := float64(len(chain.weight))
	r = smallestInteger(-reach-1e6, d.Quantile(target)-reach/2, func(r float64) bool { return chain.evaluate(r).measure(measure) >= target })
	return r, chain.evaluate(r), nil
}

// lotChain holds what does not depend on the reorder point.
type lotChain struct {
	system MinMax
	p      []float64 // demand of a step
	mean   float64
	weight []float64 // share of time of position r+1+i
	under  []float64 // P(U = u) at an order
	steps  float64   // between orders
	meanU  float64
}

// mostLotStates bounds the linear system of the chain.
const mostLotStates = 2000

func (c LotPolicy) chain() (*lotChain, error) {
	const op = "lot policy"
	least, multiple, target := max(1, math.Ceil(c.Least)), max(1, math.Ceil(c.Multiple)), max(1, math.Floor(c.Target))
	if err := checkInputs(op, input{"least order", c.Least, notNegative}, input{"multiple", c.Multiple, notNegative}, input{"target above the reorder point", c.Target, notNegative}); err != nil {
		return nil, err
	}
	order := func(u int) float64 { // for a position u below r
		return math.Ceil(max(least, target+float64(u))/multiple) * multiple
	}
	m, err := c.System.renewal(order(0))
	if err != nil {
		return nil, err
	}
	// States: positions above r right after an order.
	index := map[int]int{}
	var states []int
	for u := range m.p {
		z := int(order(u)) - u
		if _, ok := index[z]; !ok {
			index[z] = len(states)
			states = append(states, z)
		}
	}
	if len(states) > mostLotStates || states[0] > panjerMost {
		return nil, fmt.Errorf("%s: %d positions after an order: %w: use larger units", op, len(states), ErrInput)
	}
	n := len(states)
	if float64(n)*float64(len(m.p))*float64(len(m.p)) > mostWork {
		return nil, fmt.Errorf("%s: %d positions after an order with demand of up to %d units a step: %w: use larger units", op, n, len(m.p), ErrInput)
	}
	laws := make([][]float64, n)
	move := make([]float64, n*n)
	top := 0
	for i, z := range states {
		laws[i] = m.UndershootLaw(z)
		for u, p := range laws[i] {
			if p > 0 {
				move[i*n+index[int(order(u))-u]] += p
			}
		}
		top = max(top, z)
	}
	share := stationary(move, n)
	chain := &lotChain{system: c.System, p: m.p, mean: m.mean, weight: make([]float64, top), under: make([]float64, len(m.p))}
	m.extend(top)
	for i, z := range states {
		if share[i] == 0 {
			continue
		}
		for j := range z {
			chain.weight[z-1-j] += share[i] * m.m[j]
		}
		chain.steps += share[i] * m.sum[z]
		for u, p := range laws[i] {
			chain.under[u] += share[i] * p
			chain.meanU += share[i] * p * float64(u)
		}
	}
	for i := range chain.weight {
		chain.weight[i] /= chain.steps
	}
	return chain, nil
}

func (c *lotChain) evaluate(r float64) MinMaxService {
	out := MinMaxService{StepsPerOrder: c.steps, MeanOrder: c.mean * c.steps, MeanUndershoot: c.meanU}
	for i, w := range c.weight {
		if w > 0 {
			c.system.add(&out, c.p, c.mean, r+1+float64(i), w)
		}
	}
	for u, p := range c.under {
		if p > 0 {
			out.CycleService += p * c.system.LeadTime.CDF(r-float64(u))
		}
	}
	out.close()
	return out
}

// stationary returns the stationary distribution of the n by n transition
// matrix p, by the elimination of Grassmann, Taksar and Heyman (1985), in which
// nothing is subtracted. p is destroyed. States that cannot be reached from the
// first have 0.
func stationary(p []float64, n int) []float64 {
	// Reachable states first, so that what is left is one class.
	order, seen := []int{0}, make([]bool, n)
	seen[0] = true
	for i := 0; i < len(order); i++ {
		for j := range n {
			if p[order[i]*n+j] > 0 && !seen[j] {
				seen[j] = true
				order = append(order, j)
			}
		}
	}
	m := len(order)
	a := make([]float64, m*m)
	for i, x := range order {
		for j, y := range order {
			a[i*m+j] = p[x*n+y]
		}
	}
	for k := m - 1; k > 0; k-- {
		out := 0.0
		for j := range k {
			out += a[k*m+j]
		}
		if out == 0 {
			// A class that is never left again: the states before it are visited once.
			// A way back of next to no probability keeps the elimination going.
			out = 1e-14
			a[k*m] = out
		}
		for i := range k {
			f := a[i*m+k] / out
			a[i*m+k] = f
			if f == 0 {
				continue
			}
			for j := range k {
				a[i*m+j] += f * a[k*m+j]
			}
		}
	}
	pi := make([]float64, m)
	pi[0] = 1
	sum := 1.0
	for k := 1; k < m; k++ {
		for i := range k {
			pi[k] += pi[i] * a[i*m+k]
		}
		sum += pi[k]
	}
	out := make([]float64, n)
	for i, x := range order {
		out[x] = pi[i] / sum
	}
	return out
}
