package mrp

import (
	"math"

	"planwright"
)

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
// The minimum is looked for in two ways. First i runs down from j, so that the
// inner sum grows by non-negative terms alone and no digits cancel. It stops by
// a bound in the spirit of their planning horizon theorem: a lot in i or before
// pays for carrying d_j, over and above a plan for the first j−1 periods, so
// that it costs at least
//
//	F(j−1) + d_j · (min_{k<=i} c_k + Σ_{u=i..j−1} h_u)
//
// Where the bound does not end the search within scanSteps periods, the lots
// are looked at as lines in the cumulative need, see [lotLines].
//
// Time O(T log T) for any costs, O(T·w) while the bound works within w periods.
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
	var lines *lotLines
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
			if j-i == scanSteps {
				if lines == nil {
					lines = newLotLines(p.Need, holding)
				}
				for ; lines.n <= j; lines.n++ {
					lines.add(lines.n, best[lines.n]+costAt(p.Setup, lines.n), unit[lines.n])
				}
				// The nearer lots were seen; of equal ones the latest stays.
				if x := lines.least(j); x <= i {
					if cost := lines.cost(x, j); !atMost(least, cost) {
						least, arg = cost, x
					}
				}
				break
			}
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

// scanSteps bounds the lots that are tried one after the other for a period
// before the envelope of all of them is asked.
const scanSteps = 40

// lotLines answers which lot serves the needs up to a period at the least cost.
// With C(t) the need of the first t periods, H(t) the holding cost of a unit
// over them and S(t) = Σ_{s<=t} d_s·H(s−1), a lot in period i costs
//
//	F(i−1) + K_i − (c_i − H(i−1))·C(i−1) − S(i−1)  +  (c_i − H(i−1))·C(j)  +  S(j)
//
// a line in C(j), apart from what all lots share. The least of lines that are
// added one by one is kept in a tree over the periods: each node keeps the line
// that is best in its middle, and a line that is not may be best on one side
// only. Federgruen and Tzur (1991), A simple forward algorithm to solve general
// dynamic lot sizing models with n periods in O(n log n) or O(n) time, Management
// Science 37(8), and Wagelmans, van Hoesel and Kolen (1992), Operations Research
// 40(S1), have the complexity with other structures.
//
// The terms of a line cancel where lots are far apart. Sums are therefore kept in
// twice the digits, and equal costs are told apart as everywhere.
type lotLines struct {
	n          int     // lines so far
	tree       []int32 // line + 1; 0: none
	size       int
	need, sum  []wide // C and S, in millionths
	rate       []wide // H
	base, rise []wide // of each line
}

func newLotLines(need []planwright.Qty, holding []float64) *lotLines {
	n := len(need)
	l := &lotLines{size: 1, need: make([]wide, n+1), sum: make([]wide, n+1), rate: make([]wide, n+1), base: make([]wide, n), rise: make([]wide, n)}
	for l.size < n {
		l.size *= 2
	}
	l.tree = make([]int32, 2*l.size)
	var total planwright.Qty
	for t, d := range need {
		total += d
		l.need[t+1] = wideQty(total)
		l.sum[t+1] = l.sum[t].plus(wideQty(d).times(l.rate[t]))
		l.rate[t+1] = l.rate[t].plus(wide{hi: holding[t]})
	}
	return l
}

// add adds the lot of period i: setup is F(i−1) + K_i, unit the cost of a unit.
func (l *lotLines) add(i int, setup, unit float64) {
	l.rise[i] = wide{hi: unit}.plus(l.rate[i].negative())
	l.base[i] = wide{hi: setup * float64(planwright.One)}.plus(l.rise[i].times(l.need[i]).negative()).plus(l.sum[i].negative())
	lo, hi, node, x := 0, l.size-1, 1, int32(i)+1
	for {
		if l.tree[node] == 0 {
			l.tree[node] = x
			return
		}
		mid := (lo + hi) / 2
		if l.better(x, l.tree[node], mid) {
			x, l.tree[node] = l.tree[node], x
		}
		switch {
		case lo == hi:
			return
		case l.better(x, l.tree[node], lo):
			node, hi = 2*node, mid
		case l.better(x, l.tree[node], hi):
			node, lo = 2*node+1, mid+1
		default:
			return
		}
	}
}

// least returns the lot that serves the needs up to period j at the least cost,
// of equal ones the latest.
func (l *lotLines) least(j int) int {
	best := int32(0)
	for node := l.size + j; node > 0; node /= 2 {
		if x := l.tree[node]; x > 0 && (best == 0 || l.better(x, best, j)) {
			best = x
		}
	}
	return int(best) - 1
}

// better says whether line x − 1 is to be preferred to line y − 1 for the needs
// up to period j: it costs less, or as much and its lot is later.
func (l *lotLines) better(x, y int32, j int) bool {
	j = min(j, len(l.base)-1)
	c := l.need[j+1]
	rise := l.rise[x-1].plus(l.rise[y-1].negative())
	gap := l.base[x-1].plus(l.base[y-1].negative()).plus(rise.times(c)).hi // of x over y
	tie := costTie * max(math.Abs(l.total(int(x-1), j)), math.Abs(l.total(int(y-1), j)))
	if x > y {
		return gap <= tie
	}
	return gap < -tie
}

// total is the cost in millionths.
func (l *lotLines) total(i, j int) float64 {
	return l.base[i].plus(l.rise[i].times(l.need[j+1])).plus(l.sum[j+1]).hi
}

// cost is that of the first j + 1 periods with a last lot in period i.
func (l *lotLines) cost(i, j int) float64 { return l.total(i, j) / float64(planwright.One) }

// wide is a number in twice the digits of a float64: the unevaluated sum of two,
// the second at most half a unit in the last place of the first. Dekker (1971),
// A floating-point technique for extending the available precision, Numerische
// Mathematik 18.
type wide struct{ hi, lo float64 }

func wideQty(q planwright.Qty) wide {
	hi := float64(q)
	return wide{hi, float64(int64(q) - int64(hi))}
}

func (a wide) negative() wide { return wide{-a.hi, -a.lo} }

func (a wide) plus(b wide) wide {
	s := a.hi + b.hi
	v := s - a.hi
	e := (a.hi - (s - v)) + (b.hi - v) + a.lo + b.lo
	hi := s + e
	return wide{hi, e - (hi - s)}
}

func (a wide) times(b wide) wide {
	p := a.hi * b.hi
	e := math.FMA(a.hi, b.hi, -p) + (a.hi*b.lo + a.lo*b.hi)
	hi := p + e
	return wide{hi, e - (hi - p)}
}
