package mrp

import "planwright"

// wagnerWhitin finds lots of least total cost, with setup, holding and unit
// costs that may differ from period to period. By the zero-inventory property a
// best plan has lots that cover whole periods: with F(j) the least cost of the
// first j periods,
//
//	F(j) = min_{i<=j} F(i−1) + K_i + Σ_{s=i..j} d_s · (c_i + Σ_{u=i..s−1} h_u)
//
// and F(j) = F(j−1) where period j needs nothing; a lot may still start in such
// a period, for later ones. Among equal costs the latest i is taken. Wagner and
// Whitin (1958), Dynamic version of the economic lot size model, Management
// Science 5(1).
//
// i runs down from j, so that the inner sum grows by non-negative terms alone
// and no digits cancel. It stops by a bound in the spirit of their planning
// horizon theorem: a lot in i or before pays for carrying d_j, over and above a
// plan for the first j−1 periods, so that it costs at least
//
//	F(j−1) + d_j · (min_{k<=i} c_k + Σ_{u=i..j−1} h_u)
//
// Time O(T·w), w the number of periods over which that bound stays under
// the best cost found; w <= T.
func wagnerWhitin(p *LotProblem, lots []planwright.Qty) {
	n := len(p.Need)
	column := make([]float64, 3*n+n+1)
	holding, unit, cheapest, best := column[:n], column[n:2*n], column[2*n:3*n], column[3*n:]
	from := make([]int32, n)
	for t := range n {
		holding[t], unit[t] = costAt(p.Holding, t), costAt(p.UnitCost, t)
		cheapest[t] = unit[t]
		if t > 0 {
			cheapest[t] = min(cheapest[t-1], unit[t])
		}
	}
	for j, d := range p.Need {
		if d == 0 {
			best[j+1] = best[j]
			continue
		}
		// lot is what periods i..j need, carried the cost of its waiting, rate
		// that of a unit from i to j.
		var lot planwright.Qty
		var carried, rate float64
		least, arg := -1.0, j
		for i := j; i >= 0; i-- {
			if i < j {
				carried += holding[i] * lot.Float()
				rate += holding[i]
			}
			lot += p.Need[i]
			cost := best[i] + costAt(p.Setup, i) + unit[i]*lot.Float() + carried
			if least < 0 || !atMost(least, cost) {
				least, arg = cost, i
			}
			// What is left is i−1 and before, which carry d_j out of i−1 too.
			if i > 0 && best[j]+d.Float()*(cheapest[i-1]+rate+holding[i-1]) > least {
				break
			}
		}
		best[j+1], from[j] = least, int32(arg)
	}
	for j := n - 1; j >= 0; j-- {
		if p.Need[j] == 0 {
			continue
		}
		i := int(from[j])
		for s := i; s <= j; s++ {
			lots[i] += p.Need[s]
		}
		j = i
	}
}
