package replenish

import (
	"fmt"
	"math"

	"planwright"
)

// Move is stock that goes from one site to another.
type Move struct {
	From, To int
	Quantity planwright.Qty
}

// Rebalancing is the question which sites with too much should help which with
// too little.
type Rebalancing struct {
	Surplus []planwright.Qty // that site i can spare; by origin
	Deficit []planwright.Qty // that site j lacks; by destination
	Value   []float64        // of a unit at destination j: what its lack costs
	Cost    [][]float64      // of moving a unit from i to j; NaN or +Inf: no lane
}

// Best returns the moves of greatest net value,
//
//	max Σ (value_j − cost_ij)·x_ij   with   Σ_j x_ij <= surplus_i, Σ_i x_ij <= deficit_j, x >= 0,
//
// a transportation problem (Hitchcock, 1941), solved exactly by shortest
// augmenting paths (Ahuja, Magnanti and Orlin 1993, 9.7): quantities are whole,
// each path gains less than the one before, and the last gains more than
// nothing. Of equal paths the one of the lowest numbers is taken. An error
// (wrapping [ErrInput]) names what is out of range.
func (r Rebalancing) Best() (moves []Move, gain float64, err error) {
	m, n := len(r.Surplus), len(r.Deficit)
	if len(r.Value) != n || len(r.Cost) != m {
		return nil, 0, fmt.Errorf("replenish: rebalancing: %d origins, %d destinations, %d values, %d rows of costs; give each destination a value and each origin a row: %w", m, n, len(r.Value), len(r.Cost), ErrInput)
	}
	for i, s := range r.Surplus {
		if s < 0 || len(r.Cost[i]) != n {
			return nil, 0, fmt.Errorf("replenish: rebalancing: origin %d: surplus %v, %d costs for %d destinations; the surplus may not be negative: %w", i, s, len(r.Cost[i]), n, ErrInput)
		}
		for j, c := range r.Cost[i] {
			if math.IsInf(c, -1) {
				return nil, 0, fmt.Errorf("replenish: rebalancing: lane %d to %d: cost %v; it must be finite, or +Inf for no lane: %w", i, j, c, ErrInput)
			}
		}
	}
	largestValue := 0.0
	for j, d := range r.Deficit {
		if d < 0 || r.Value[j] != r.Value[j] || math.IsInf(r.Value[j], 0) {
			return nil, 0, fmt.Errorf("replenish: rebalancing: destination %d: deficit %v, value %v; the deficit may not be negative, the value must be finite: %w", j, d, r.Value[j], ErrInput)
		}
		largestValue = max(largestValue, math.Abs(r.Value[j]))
	}
	lane := func(i, j int) (float64, bool) {
		c := r.Cost[i][j]
		return c - r.Value[j], c == c && !math.IsInf(c, 1)
	}
	const tol = 1e-12 // relative: a gain that small is none
	left, lack := append([]planwright.Qty(nil), r.Surplus...), append([]planwright.Qty(nil), r.Deficit...)
	flow := make([][]planwright.Qty, m)
	for i := range flow {
		flow[i] = make([]planwright.Qty, n)
	}
	// Potentials keep all reduced costs from being negative: u of origins, v of
	// destinations, reduced cost = w + u − v.
	u, v := make([]float64, m), make([]float64, n)
	for j := range n {
		v[j] = math.Inf(1)
		for i := range m {
			if w, ok := lane(i, j); ok {
				v[j] = min(v[j], w)
			}
		}
		if math.IsInf(v[j], 1) {
			v[j] = 0
		}
	}
	dist, from, done := make([]float64, m+n), make([]int, m+n), make([]bool, m+n)
	for {
		// Shortest paths from a source of potential 0 through all origins with
		// stock.
		for k := range dist {
			dist[k], from[k], done[k] = math.Inf(1), -1, false
		}
		for i := range m {
			if left[i] > 0 {
				dist[i] = max(0, -u[i])
			}
		}
		for {
			k := -1
			for x := range dist {
				if !done[x] && !math.IsInf(dist[x], 1) && (k < 0 || dist[x] < dist[k]) {
					k = x
				}
			}
			if k < 0 {
				break
			}
			done[k] = true
			if k < m {
				for j := range n {
					if w, ok := lane(k, j); ok && !done[m+j] {
						if d := dist[k] + max(0, w+u[k]-v[j]); d < dist[m+j] {
							dist[m+j], from[m+j] = d, k
						}
					}
				}
				continue
			}
			j := k - m
			for i := range m {
				if flow[i][j] > 0 && !done[i] {
					w, _ := lane(i, j)
					if d := dist[k] + max(0, v[j]-w-u[i]); d < dist[i] {
						dist[i], from[i] = d, k
					}
				}
			}
		}
		// The end of the best path: true cost = dist + v.
		end, best := -1, -tol*largestValue
		for j := range n {
			if lack[j] > 0 && !math.IsInf(dist[m+j], 1) {
				if c := dist[m+j] + v[j]; c < best {
					end, best = j, c
				}
			}
		}
		if end < 0 {
			break
		}
		far := dist[m+end]
		for k := range dist {
			if d := min(dist[k], far); k < m {
				u[k] += d
			} else {
				v[k-m] += d
			}
		}
		push := lack[end]
		at := m + end
		for from[at] >= 0 {
			if at < m { // reached backwards, over flow from at to from[at]
				push = min(push, flow[at][from[at]-m])
			}
			at = from[at]
		}
		push = min(push, left[at])
		left[at] -= push
		lack[end] -= push
		for at = m + end; from[at] >= 0; at = from[at] {
			if at >= m {
				flow[from[at]][at-m] += push
			} else {
				flow[at][from[at]-m] -= push
			}
		}
	}
	for i := range m {
		for j := range n {
			if q := flow[i][j]; q > 0 {
				moves = append(moves, Move{i, j, q})
				w, _ := lane(i, j)
				gain -= w * q.Float()
			}
		}
	}
	return moves, gain, nil
}
