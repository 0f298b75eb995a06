package replenish

import (
	"fmt"
	"math"
)

// LotSizing is a known demand over T periods, each with its costs: a slice of
// one value holds for every period, an empty one is 0.
type LotSizing struct {
	Demand       []float64
	FixedCost    []float64 // of a period with an order
	HoldingCost  []float64 // a unit at the end of the period
	PurchaseCost []float64 // a unit ordered
}

// check returns the first input that is out of range.
func (p LotSizing) check() error {
	n := len(p.Demand)
	if n == 0 {
		return fmt.Errorf("lot sizing: no periods: %w: give the demand of one or more", ErrInput)
	}
	for _, v := range p.Demand {
		if !(v >= 0 && v <= largest) {
			return checkInputs("lot sizing", input{"demand", v, notNegative})
		}
	}
	for i, c := range [...][]float64{p.FixedCost, p.HoldingCost, p.PurchaseCost} {
		name := [...]string{"fixed cost", "holding cost", "purchase cost"}[i]
		if len(c) > 1 && len(c) != n {
			return fmt.Errorf("lot sizing: %d values of %s for %d periods: %w: give none, one, or one a period", len(c), name, n, ErrInput)
		}
		for _, v := range c {
			// A negative holding cost is value gained, which only a last stock stops.
			if !(v >= 0 && v <= largest) {
				return checkInputs("lot sizing", input{name, v, notNegative})
			}
		}
	}
	return nil
}

// Cost returns the cost of the order quantities, Σ K_t[q_t>0] + c_t·q_t +
// h_t·I_t, I_t the stock at the end of period t, and false where demand is not
// met (to 1e-9 of it); 0 and false where the problem itself is out of range.
func (p LotSizing) Cost(quantities []float64) (cost float64, feasible bool) {
	if p.check() != nil {
		return 0, false
	}
	stock, total := 0.0, 0.0
	feasible = len(quantities) == len(p.Demand)
	for t := range min(len(quantities), len(p.Demand)) {
		q := moment(quantities[t])
		if q > 0 {
			cost += perPeriod(p.FixedCost, t) + perPeriod(p.PurchaseCost, t)*q
		}
		total += p.Demand[t]
		if stock += q - p.Demand[t]; stock < 0 {
			if stock < -1e-9*total {
				feasible = false
			}
			stock = 0
		}
		cost += perPeriod(p.HoldingCost, t) * stock
	}
	return cost, feasible
}

// WagnerWhitin returns order quantities of least cost and that cost, in dst
// where it is long enough. Wagner and Whitin (1958) by the method of Wagelmans,
// van Hoesel and Kolen (1992).
//
// With c'_t = c_t + Σ_{u>=t} h_u the holding cost is part of the purchase cost,
// up to a constant. Let S_t be the demand from period t on, C(t) the least cost
// of it from an empty stock. Then
//
//	C(t) = min{K_t + c'_t·S_t + min_{j>t} [C(j) − c'_t·S_j]}, or C(t+1) where d_t = 0:
//
// the inner minimum is the tangent of slope c'_t to the lower hull of the points
// (S_j, C(j)), which grows at one end. The tangent point is found from the end
// where it last was if prices move little (no period in which it pays to buy
// ahead for its price alone: linear time in all) and by halving otherwise: at
// most T·log T. A period without demand needs no order, but may have one where
// it is cheap. An error wraps [ErrInput].
func (p LotSizing) WagnerWhitin(dst []float64) (quantities []float64, cost float64, err error) {
	if err := p.check(); err != nil {
		return nil, 0, err
	}
	n := len(p.Demand)
	scratch := make([]float64, 2*(n+1))
	hs, hc := scratch[:n+1], scratch[n+1:] // the hull's S and C
	index := make([]int32, 2*(n+1))
	at, next := index[:n+1], index[n+1:] // hull's periods; where the next order is
	// Hull as a stack: bottom is the end S = 0, top the point added last.
	m := 1
	hs[0], hc[0], at[0] = 0, 0, int32(n)
	hold, total, best := 0.0, 0.0, 0.0 // best is C(t+1)
	point := 0                         // where the tangent was
	demand := p.Demand
	k, h, u := 0.0, 0.0, 0.0
	if len(p.FixedCost) > 0 {
		k = p.FixedCost[0]
	}
	if len(p.HoldingCost) > 0 {
		h = p.HoldingCost[0]
	}
	if len(p.PurchaseCost) > 0 {
		u = p.PurchaseCost[0]
	}
	kAll, hAll, uAll := len(p.FixedCost) > 1, len(p.HoldingCost) > 1, len(p.PurchaseCost) > 1
	for t := n - 1; t >= 0; t-- {
		if kAll {
			k = p.FixedCost[t]
		}
		if hAll {
			h = p.HoldingCost[t]
		}
		if uAll {
			u = p.PurchaseCost[t]
		}
		hold += h
		price := u + hold
		d := demand[t]
		total += d
		// Tangent: the last point that the hull reaches with a slope below price.
		// Slopes rise along the hull from bottom to top.
		point = min(point, m-1)
		if point+1 < m && hc[point+1]-hc[point] <= price*(hs[point+1]-hs[point]) {
			lo, hi := point+1, m // slope into lo is below price
			for step := 1; lo+step < hi; step *= 2 {
				i := lo + step
				if hc[i]-hc[i-1] <= price*(hs[i]-hs[i-1]) {
					lo = i
				} else {
					hi = i
				}
			}
			for hi-lo > 1 {
				i := int(uint(lo+hi) / 2)
				if hc[i]-hc[i-1] <= price*(hs[i]-hs[i-1]) {
					lo = i
				} else {
					hi = i
				}
			}
			point = lo
		} else {
			lo, hi := 0, point+1
			for step := 1; hi-step > lo; step *= 2 {
				i := hi - step
				if hc[i]-hc[i-1] <= price*(hs[i]-hs[i-1]) {
					lo = i
				} else {
					hi = i
				}
			}
			for hi-lo > 1 {
				i := int(uint(lo+hi) / 2)
				if hc[i]-hc[i-1] <= price*(hs[i]-hs[i-1]) {
					lo = i
				} else {
					hi = i
				}
			}
			point = lo
		}
		v := k + price*(total-hs[point]) + hc[point]
		next[t] = at[point]
		if d == 0 && best <= v {
			next[t] = -1 // no order here
			continue     // the point of t+1 stands for t too
		}
		best = v
		// Points that lie above the line from their neighbour to the new one go.
		if hs[m-1] == total {
			if v >= hc[m-1] {
				continue
			}
			m--
		}
		for m >= 2 && (v-hc[m-1])*(hs[m-1]-hs[m-2]) <= (hc[m-1]-hc[m-2])*(total-hs[m-1]) {
			m--
		}
		hs[m], hc[m], at[m] = total, v, int32(t)
		m++
	}
	if cap(dst) < n {
		dst = make([]float64, n)
	}
	dst = dst[:n]
	for t := 0; t < n; {
		if j := next[t]; j < 0 {
			dst[t] = 0
			t++
			continue
		}
		to := int(next[t])
		q := 0.0
		for i := t; i < to; i++ {
			q += demand[i]
			dst[i] = 0
		}
		dst[t] = q
		t = to
	}
	cost, _ = p.Cost(dst)
	if math.IsInf(cost, 0) {
		return nil, 0, fmt.Errorf("lot sizing: the cost of the plan is out of range: %w: use larger units", ErrInput)
	}
	return dst, cost, nil
}
