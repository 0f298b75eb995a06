package replenish

import (
	"fmt"
	"math"
)

// FiniteHorizon is a stochastic problem of T periods with backorders and no
// lead time: see the stock, order (K and c a unit), meet the demand, pay h for
// what is left or p for what is short. A cost of one value holds for every
// period.
type FiniteHorizon struct {
	Demand       []Distribution // of each period; sets T
	HoldingCost  []float64
	StockoutCost []float64
	PurchaseCost []float64 // nil: 0
	FixedCost    []float64 // nil: 0
	Discount     float64   // a period; 0: 1

	TerminalHoldingCost, TerminalStockoutCost float64 // of what is left or short after period T

	// Step is the grid of continuous laws; 0: a sixteenth of the smallest
	// standard deviation. Integer laws have 1.
	Step float64
}

// FiniteHorizonPolicy is the optimal policy: in period t order up to
// OrderUpTo[t] when the stock is at or below ReorderPoint[t].
type FiniteHorizonPolicy struct {
	ReorderPoint, OrderUpTo []float64
	Cost                    float64 // expected and discounted, from the initial stock on
}

// perPeriod reads a cost of period t.
func perPeriod(c []float64, t int) float64 {
	switch len(c) {
	case 0:
		return 0
	case 1:
		return c[0]
	}
	return c[t]
}

func (f FiniteHorizon) check() error {
	const op = "finite horizon"
	n := len(f.Demand)
	if n == 0 {
		return fmt.Errorf("%s: no periods: %w: give the demand of one or more", op, ErrInput)
	}
	for _, c := range [...]struct {
		name string
		v    []float64
		need bool
	}{{"holding cost", f.HoldingCost, true}, {"stockout cost", f.StockoutCost, true}, {"purchase cost", f.PurchaseCost, false}, {"fixed cost", f.FixedCost, false}} {
		if len(c.v) != n && len(c.v) != 1 && (c.need || len(c.v) != 0) {
			return fmt.Errorf("%s: %d values of %s for %d periods: %w: give one, or one a period", op, len(c.v), c.name, n, ErrInput)
		}
		for _, v := range c.v {
			if err := checkInputs(op, input{c.name, v, notNegative}); err != nil {
				return err
			}
		}
	}
	for _, d := range f.Demand {
		if err := checkLaw(op, "demand", d); err != nil {
			return err
		}
	}
	return checkInputs(op, input{"discount factor", f.Discount, fraction}, input{"step", f.Step, notNegative},
		input{"terminal holding cost", f.TerminalHoldingCost, notNegative}, input{"terminal stockout cost", f.TerminalStockoutCost, notNegative})
}

// mostStates bounds the grid.
const mostStates = 1 << 22

// mostWork bounds the operations of a recursion.
const mostWork = 1 << 32

// demandTail is the probability at which a law is cut for the recursion.
const demandTail = 1e-13

// Solve finds the optimal policy by dynamic programming over the stock,
//
//	H_t(y) = c_t·y + h_t·n̄_t(y) + p_t·n_t(y) + γ·E[θ_{t+1}(y−D_t)]
//	θ_t(x) = min{H_t(x), K_t + min_{y>x} H_t(y)} − c_t·x
//
// with θ_{T+1} the terminal cost. Scarf (1960); Snyder and Shen (2019), 4.4.
// Integer laws are solved exactly (to a tail of 1e-13). For others θ is linear
// between the points of the grid, and its expectation exact: its weights are
// the second differences of the loss function. ReorderPoint is the largest x of
// the grid with H(x) > H(S) + K, one step below S where K = 0. An error wraps
// [ErrInput]: inputs out of range, or more than four million states.
func (f FiniteHorizon) Solve(initial float64) (FiniteHorizonPolicy, error) {
	if err := f.check(); err != nil {
		return FiniteHorizonPolicy{}, err
	}
	if err := checkInputs("finite horizon", input{"initial stock", initial, anyFinite}); err != nil {
		return FiniteHorizonPolicy{}, err
	}
	T := len(f.Demand)
	gamma := f.Discount
	if gamma == 0 {
		gamma = 1
	}
	step, whole := 0.0, true
	for _, d := range f.Demand {
		_, sd := d.Moments()
		if !integer(d) {
			whole = false
			if sd > 0 && (step == 0 || sd < step) {
				step = sd
			}
		}
	}
	switch {
	case whole && initial == math.Floor(initial):
		step = 1
	case f.Step > 0:
		step = f.Step
	case step == 0:
		step = 1
	default:
		step /= 16
	}
	// Weights of each period's demand on the grid.
	type weights struct {
		first int
		w     []float64
	}
	laws := make([]weights, T)
	up, down := 0, 0 // how far stock can have to reach, and fall
	for t, d := range f.Demand {
		lo := int(math.Floor(d.Quantile(demandTail) / step))
		hi := int(math.Ceil(d.Quantile(1-demandTail) / step))
		if hi-lo > mostStates {
			return FiniteHorizonPolicy{}, fmt.Errorf("finite horizon: demand of period %d spans %d steps of %v: %w: use larger units or a larger step", t+1, hi-lo, step, ErrInput)
		}
		l := weights{lo - 1, make([]float64, hi-lo+3)}
		loss := func(i int) float64 { _, n, _ := d.Losses(float64(i) * step); return n }
		a, b := loss(l.first-1), loss(l.first)
		sum := 0.0
		for i := range l.w {
			c := loss(l.first + i + 1)
			l.w[i] = max(0, (a-2*b+c)/step)
			sum += l.w[i]
			a, b = b, c
		}
		for i := range l.w {
			l.w[i] /= sum
		}
		if whole { // exact, without the rounding of differences
			if pd, ok := d.(interface{ PMF(int) float64 }); ok && step == 1 {
				for i := range l.w {
					l.w[i] = pd.PMF(l.first + i)
				}
			}
		}
		laws[t] = l
		up += max(0, hi)
		down += max(0, hi+1)
	}
	start := int(math.Floor(initial / step))
	lowest, highest := min(start, 0)-down-2, max(start, up)+2
	if highest-lowest > mostStates {
		return FiniteHorizonPolicy{}, fmt.Errorf("finite horizon: %d states: %w: use larger units, a larger step or fewer periods", highest-lowest, ErrInput)
	}
	n := highest - lowest + 1
	work := 0.0
	for _, l := range laws {
		work += float64(len(l.w)) * float64(n)
	}
	if work > mostWork {
		return FiniteHorizonPolicy{}, fmt.Errorf("finite horizon: %d states with demand of up to %d steps: %w: use larger units or a larger step", n, len(laws[0].w), ErrInput)
	}
	next, now := make([]float64, n), make([]float64, n)
	for i := range next {
		x := float64(lowest+i) * step
		next[i] = f.TerminalHoldingCost*max(0, x) + f.TerminalStockoutCost*max(0, -x)
	}
	out := FiniteHorizonPolicy{ReorderPoint: make([]float64, T), OrderUpTo: make([]float64, T)}
	for t := T - 1; t >= 0; t-- {
		c, k := perPeriod(f.PurchaseCost, t), perPeriod(f.FixedCost, t)
		h, p := perPeriod(f.HoldingCost, t), perPeriod(f.StockoutCost, t)
		l := laws[t]
		slope := next[0] - next[1] // below the grid the value goes on in a line
		best, at := math.Inf(1), 0
		for i := range now {
			y := float64(lowest+i) * step
			v := 0.0
			for j, w := range l.w {
				// The stock after demand (first+j)·step.
				switch m := i - l.first - j; {
				case m < 0:
					v += w * (next[0] - float64(m)*slope)
				case m >= n:
					v += w * (next[n-1] + float64(m-n+1)*(next[n-1]-next[n-2]))
				default:
					v += w * next[m]
				}
			}
			now[i] = c*y + NewsvendorCost(f.Demand[t], h, p, y) + gamma*v
			if now[i] < best*(1-1e-14) {
				best, at = now[i], i
			}
		}
		s := at - 1
		if k > 0 {
			for s >= 0 && now[s] <= best+k {
				s--
			}
		}
		out.OrderUpTo[t] = float64(lowest+at) * step
		out.ReorderPoint[t] = float64(lowest+s) * step
		// θ: the minimum over y > x, from the right.
		ahead := math.Inf(1)
		for i := n - 1; i >= 0; i-- {
			h := now[i]
			theta := min(h, k+ahead)
			ahead = min(ahead, h)
			now[i] = theta - c*float64(lowest+i)*step
		}
		now, next = next, now
	}
	i := start - lowest
	w := initial/step - float64(start)
	out.Cost = next[i]*(1-w) + next[i+1]*w
	return out, nil
}

// MyopicBounds bound the optimal levels of a finite horizon: s̲ <= s <= s̄ and
// S̲ <= S <= S̄ in each period.
type MyopicBounds struct{ LowerOrderUpTo, UpperOrderUpTo, LowerReorder, UpperReorder []float64 }

// MyopicBounds returns the bounds of Veinott (1966), from the myopic cost G of
// each period, S̲ its best level:
//
//	G(s̲) = G(S̲) + K_t, left        G(s̄) = G(S̲) + (K_t − γK_{t+1})+, left
//	G(S̄) = G(S̲) + γK_{t+1}, right
//
// Zipkin (2000), 9.4.4. The last period carries the terminal costs and has
// nothing after it. An error wraps [ErrInput].
func (f FiniteHorizon) MyopicBounds() (MyopicBounds, error) {
	if err := f.check(); err != nil {
		return MyopicBounds{}, err
	}
	T := len(f.Demand)
	gamma := f.Discount
	if gamma == 0 {
		gamma = 1
	}
	out := MyopicBounds{make([]float64, T), make([]float64, T), make([]float64, T), make([]float64, T)}
	for t, d := range f.Demand {
		m := Myopic{perPeriod(f.HoldingCost, t), perPeriod(f.StockoutCost, t), perPeriod(f.PurchaseCost, t), 0, gamma}
		k, kNext := perPeriod(f.FixedCost, t), 0.0
		if t+1 < T {
			m.NextPurchaseCost, kNext = perPeriod(f.PurchaseCost, t+1), gamma*perPeriod(f.FixedCost, t+1)
		} else {
			m.HoldingCost += f.TerminalHoldingCost
			m.StockoutCost += f.TerminalStockoutCost
		}
		s, g, err := m.Best(d)
		if err != nil {
			return MyopicBounds{}, fmt.Errorf("period %d: %w", t+1, err)
		}
		out.LowerOrderUpTo[t] = s
		for _, v := range [...]struct {
			to    *float64
			extra float64
			left  bool
		}{{&out.UpperOrderUpTo[t], kNext, false}, {&out.LowerReorder[t], k, true}, {&out.UpperReorder[t], max(0, k-kNext), true}} {
			if *v.to, err = m.LevelAt(d, g+v.extra, v.left); err != nil {
				return MyopicBounds{}, fmt.Errorf("period %d: %w", t+1, err)
			}
		}
	}
	return out, nil
}
