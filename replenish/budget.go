package replenish

import (
	"fmt"
	"math"
	"sort"
)

// StockItem is an item that shares a budget with others, under base stock.
type StockItem struct {
	UnitCost float64
	Demand   IntegerDistribution // demand of the lead time (of the protection interval)
	Weight   float64             // of a unit backordered; 0: 1
	Most     int                 // base stock at most; 0: no limit but the end of the distribution
}

// Allocation is a division of a budget among items.
type Allocation struct {
	Base       []int
	Cost       float64 // Σ unit cost · base stock
	Backorders float64 // Σ weight · expected backorders
	Bound      float64 // no division within the budget has less
	Exact      bool    // proven
}

// budgetStates bounds the partial divisions that the exact method keeps.
const budgetStates = 2_000_000

// budgetTail: steps that save less than this share of all backorders are not
// worth looking at.
const budgetTail = 1e-14

// AllocateBudget divides a budget among items so that the weighted expected
// backorders are least:
//
//	min Σ w_i·E[(X_i−S_i)+]   with   Σ c_i·S_i <= budget,   S_i whole.
//
// A unit more of item i saves w_i·P(X_i > S_i), less with every unit. Marginal
// analysis buys the unit that saves most for its money (Fox, 1966; Sherbrooke,
// 1968), which is optimal where it spends the budget to the last cent; between
// such budgets it is a bound. The rest is decided exactly: partial divisions
// are kept where no other costs less and saves as much, and where marginal
// analysis of the items to come could still beat the best known. Where there
// would be more than two million of them, the greedy division is returned with
// Exact false and its bound.
//
// An item that costs nothing gets all the stock that is of use.
func AllocateBudget(items []StockItem, budget float64) (Allocation, error) {
	if !(budget >= 0) || math.IsInf(budget, 0) {
		return Allocation{}, fmt.Errorf("replenish: budget %v: it must be finite and not negative: %w", budget, ErrInput)
	}
	save := make([][]float64, len(items)) // of every unit, by item
	total := 0.0
	for i, it := range items {
		if it.Demand == nil || !(it.UnitCost >= 0) || math.IsInf(it.UnitCost, 0) || !(it.Weight >= 0) || math.IsInf(it.Weight, 0) || it.Most < 0 {
			return Allocation{}, fmt.Errorf("replenish: budget: item %d: unit cost %v, weight %v, at most %d; all must be finite and not negative, and there must be a demand: %w", i, it.UnitCost, it.Weight, it.Most, ErrInput)
		}
		mean, _ := it.Demand.Moments()
		total += it.weight() * mean
	}
	for i, it := range items {
		for s := 0; it.Most == 0 || s < it.Most; s++ {
			sf, _, _ := it.Demand.Losses(float64(s))
			if g := it.weight() * sf; g > 0 && g > budgetTail*total {
				if s > 0 { // rounding must not make it rise
					g = min(g, save[i][s-1])
				}
				save[i] = append(save[i], g)
			} else {
				break
			}
			if it.UnitCost > 0 && float64(len(save[i]))*it.UnitCost > budget*(1+1e-12) {
				break // one more than can be paid, for the bound
			}
		}
	}
	return allocate(items, save, total, budget), nil
}

func (it *StockItem) weight() float64 {
	if it.Weight == 0 {
		return 1
	}
	return it.Weight
}

// unitStep is one more unit of an item.
type unitStep struct {
	item       int32
	unit       int32
	cost, save float64
}

// allocate works on the savings alone.
func allocate(items []StockItem, save [][]float64, total, budget float64) Allocation {
	n := len(items)
	out := Allocation{Base: make([]int, n)}
	var steps []unitStep
	for i := range items {
		for s, g := range save[i] {
			if items[i].UnitCost == 0 {
				out.Base[i]++
				total -= g
				continue
			}
			steps = append(steps, unitStep{int32(i), int32(s), items[i].UnitCost, g})
		}
	}
	sort.SliceStable(steps, func(a, b int) bool {
		return steps[a].save*steps[b].cost > steps[b].save*steps[a].cost
	})
	// Greedy: in the order of savings for money, passing over what no longer
	// fits (and with it the later units of the same item).
	left, saved := budget*(1+1e-12), 0.0
	bound, tight := 0.0, true
	closed := make([]bool, n)
	for _, st := range steps {
		if closed[st.item] {
			continue
		}
		if st.cost <= left {
			left -= st.cost
			saved += st.save
			out.Base[st.item]++
			continue
		}
		if tight { // the first that does not fit: a part of it bounds the rest
			tight = false
			bound = saved + st.save*left/st.cost
		}
		closed[st.item] = true
	}
	if tight {
		bound = saved
	}
	out.Bound = max(0, total-bound)
	out.Exact = tight
	if !tight {
		if base, best, ok := exactDivision(items, save, steps, budget*(1+1e-12), saved); ok {
			for i := range base {
				if items[i].UnitCost > 0 && best > saved {
					out.Base[i] = base[i]
				}
			}
			out.Exact = true
		}
	}
	for i := range items {
		out.Cost += items[i].UnitCost * float64(out.Base[i])
		_, b, _ := items[i].Demand.Losses(float64(out.Base[i]))
		out.Backorders += items[i].weight() * b
	}
	if out.Exact {
		out.Bound = out.Backorders
	}
	out.Bound = min(out.Bound, out.Backorders)
	return out
}

// budgetState is a division among the first items.
type budgetState struct {
	cost, save float64
	from       int32 // state of one item less
	units      int32
}

// exactDivision returns the best division that saves more than known.
func exactDivision(items []StockItem, save [][]float64, steps []unitStep, budget, known float64) (base []int, best float64, ok bool) {
	// Items in the order of their first step; the sums of steps of later items
	// bound what they can save with the money left.
	var order []int
	place := make([]int, len(items))
	for i := range place {
		place[i] = -1
	}
	for _, st := range steps {
		if place[st.item] < 0 {
			place[st.item] = len(order)
			order = append(order, int(st.item))
		}
	}
	if len(steps)*len(order) > 1<<24 {
		return nil, 0, false
	}
	// Of the items from place k on: money and savings of whole steps.
	money, gain := make([][]float64, len(order)+1), make([][]float64, len(order)+1)
	for k := range money {
		c, g := 0.0, 0.0
		money[k], gain[k] = append(money[k], 0), append(gain[k], 0)
		for _, st := range steps {
			if place[st.item] >= k {
				c += st.cost
				g += st.save
				money[k], gain[k] = append(money[k], c), append(gain[k], g)
			}
		}
	}
	most := func(k int, left float64) float64 {
		m, g := money[k], gain[k]
		i := sort.SearchFloat64s(m, left)
		if i == len(m) {
			return g[len(g)-1]
		}
		if i == 0 {
			return 0
		}
		return g[i-1] + (g[i]-g[i-1])*(left-m[i-1])/(m[i]-m[i-1])
	}
	layers := [][]budgetState{{{}}}
	count := 1
	best = known
	for k, item := range order {
		last := layers[k]
		var next []budgetState
		for f, st := range last {
			c, g := st.cost, st.save
			for u := 0; ; u++ {
				if c > budget {
					break
				}
				if g+most(k+1, budget-c) > best*(1+1e-15) {
					next = append(next, budgetState{c, g, int32(f), int32(u)})
				}
				if u == len(save[item]) {
					break
				}
				c += items[item].UnitCost
				g += save[item][u]
			}
			if len(next) > budgetStates {
				return nil, 0, false
			}
		}
		sort.SliceStable(next, func(a, b int) bool {
			if next[a].cost != next[b].cost {
				return next[a].cost < next[b].cost
			}
			return next[a].save > next[b].save
		})
		kept := next[:0]
		top := -1.0
		for _, st := range next {
			if st.save > top {
				top = st.save
				kept = append(kept, st)
			}
		}
		layers = append(layers, kept)
		count += len(kept)
		if count > 2*budgetStates {
			return nil, 0, false
		}
		if len(kept) == 0 {
			return nil, known, true // greedy is best
		}
	}
	last := layers[len(order)]
	at := len(last) - 1 // costs and savings rise together
	best = last[at].save
	base = make([]int, len(items))
	for k := len(order) - 1; k >= 0; k-- {
		st := layers[k+1][at]
		base[order[k]] = int(st.units)
		at = int(st.from)
	}
	return base, best, true
}
