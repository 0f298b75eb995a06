package replenish

import (
	"fmt"
	"math"
	"runtime"
	"sync"
)

// TradeoffItem is an item of a portfolio under (s,Q).
type TradeoffItem struct {
	UnitCost float64
	Rate     float64      // demand a period, in units
	Weight   float64      // of a unit short; 0: 1
	Lead     Distribution // demand of the protection interval
	Quantity float64      // Q; 0: as small as can be (base stock)
	Class    int          // for targets by class
}

// TradeoffPoint is a point of the exchange curve: what stock costs and what it
// gives.
type TradeoffPoint struct {
	Price      float64 // money in stock that a unit short a period is worth; 0: not priced
	Investment float64 // Σ unit cost · mean stock on hand
	Short      float64 // Σ weight · units short, a period
	FillRate   float64 // 1 − Short/Σ weight · rate; 1 without demand
}

// Tradeoff is a portfolio of items. Its methods look at all of them at once,
// on all processors; results do not depend on how many there are.
type Tradeoff struct{ Items []TradeoffItem }

// tradeoffChunk of items is summed by itself, so that sums are the same for any
// number of processors.
const tradeoffChunk = 1024

func (it *TradeoffItem) weight() float64 {
	if it.Weight == 0 {
		return 1
	}
	return it.Weight
}

// idle says that no stock of the item is of use.
func (it *TradeoffItem) idle() bool { return it.Rate*it.weight() == 0 || it.Lead == nil }

// at returns the item's stock value and weighted shortage at reorder point s.
func (it *TradeoffItem) at(s float64) (investment, short float64) {
	if it.idle() {
		return 0, 0
	}
	q := it.batch()
	share, _ := continuousShort(it.Lead, s, q)
	_, onHand := ExpectedBackorders(it.Lead, s, q)
	return it.UnitCost * onHand, it.weight() * it.Rate * unit(share)
}

// batch is Q, at least one unit of an integer law.
func (it *TradeoffItem) batch() float64 {
	if integer(it.Lead) {
		return max(1, math.Round(it.Quantity))
	}
	return it.Quantity
}

// window returns [F(s+Q) − F(s)]/Q and, at s+ahead, the share that is filled,
// ∫_s^{s+Q} F / Q (a sum, for integer laws), both from the tail that is nearer.
func (it *TradeoffItem) window(s, q, mean, ahead float64) (step, filled float64) {
	if s < mean {
		f, nbar, _ := LowerLosses(it.Lead, s)
		fQ, nbarQ, _ := LowerLosses(it.Lead, s+q)
		// n̄(s+1) = n̄(s) + F(s) for integer laws
		return (fQ - f) / q, (nbarQ - nbar + ahead*(fQ-f)) / q
	}
	sf, n, _ := it.Lead.Losses(s)
	sfQ, nQ, _ := it.Lead.Losses(s + q)
	return (sf - sfQ) / q, 1 - (n-nQ-ahead*(sf-sfQ))/q
}

// best returns the reorder point of least c·E[on hand] + price·w·λ·P[short].
// A step up of s costs c·(1−short), and saves price·wλ·[F(s+Q)−F(s)]/Q; the
// ratio of the two falls with s wherever F is log-concave, as all laws of
// demand here are, so that there is one such point:
//
//	[F(s+Q) − F(s)] / ∫_s^{s+Q} F  =  c / (price·w·λ).
//
// Never below −Q, where nothing is ever on hand. guess is where to look first.
func (it *TradeoffItem) best(price, guess float64) float64 {
	if it.idle() {
		return 0
	}
	worth := price * it.weight() * it.Rate
	mean, sd := it.Lead.Moments()
	top := mean + 12*sd + 1 // beyond it nothing is short
	if it.UnitCost == 0 {
		return top
	}
	q := it.batch()
	if integer(it.Lead) {
		lo := math.Ceil(-q)
		return smallestInteger(lo, min(max(guess, lo), top), func(s float64) bool {
			if s >= top {
				return true
			}
			step, rest := it.window(s, q, mean, 1)
			return rest > 0 && worth*step <= it.UnitCost*rest
		})
	}
	if sd == 0 {
		// Certain demand: what a full mean covers, or nothing.
		if worth > it.UnitCost {
			return mean
		}
		return -q
	}
	// gain is the logarithm of saving over cost of a step up.
	small := q <= narrow*sd
	gain := func(s float64) float64 {
		if small { // base stock: the density, by a difference
			d := 1e-4 * sd
			step, _ := it.window(s-d, 2*d, mean, 0)
			rest := it.Lead.CDF(s)
			return math.Log(worth * step / (it.UnitCost * rest))
		}
		step, rest := it.window(s, q, mean, 0)
		switch {
		case rest <= 0: // so far below all demand that nothing is ever filled
			return math.Inf(1)
		case step <= 0 && s < mean:
			return math.Inf(1)
		}
		return math.Log(worth * step / (it.UnitCost * rest))
	}
	lo, hi := -q, top
	s := guess
	if !(s > lo && s < hi) {
		s = min(max(mean, lo+0.5*(hi-lo)), hi)
	}
	// False position in a bracket that closes in from the guess.
	glo, ghi := math.Inf(1), math.Inf(-1)
	step := 0.1 * sd
	for range 80 {
		if hi-lo <= 1e-7*sd {
			break
		}
		if g := gain(s); g > 0 {
			lo, glo = s, g
			if step > 0 && math.IsInf(ghi, -1) {
				s += step
				step *= 4
			} else {
				step = 0
			}
		} else if g < 0 {
			hi, ghi = s, g
			if step > 0 && math.IsInf(glo, 1) {
				s -= step
				step *= 4
			} else {
				step = 0
			}
		} else {
			return s
		}
		if step == 0 || !(s > lo && s < hi) {
			t := 0.5
			if !math.IsInf(glo, 1) && !math.IsInf(ghi, -1) {
				// Kept off the ends, so that both of them move.
				t = min(max(glo/(glo-ghi), 0.05), 0.95)
				if w := 1e-7 * sd / (hi - lo); w < 0.05 {
					t = min(max(glo/(glo-ghi), 0.5*w), 1-0.5*w)
					if t < 0.05 {
						t = min(2*t, 0.05)
					} else if t > 0.95 {
						t = max(1-2*(1-t), 0.95)
					}
				}
			}
			s = lo + t*(hi-lo)
		}
	}
	return 0.5 * (lo + hi)
}

func (t *Tradeoff) check() error {
	for i := range t.Items {
		it := &t.Items[i]
		for _, x := range []float64{it.UnitCost, it.Rate, it.Weight, it.Quantity} {
			if !(x >= 0) || math.IsInf(x, 0) {
				return fmt.Errorf("replenish: trade-off: item %d: unit cost %v, rate %v, weight %v, quantity %v; all must be finite and not negative: %w", i, it.UnitCost, it.Rate, it.Weight, it.Quantity, ErrInput)
			}
		}
	}
	return nil
}

// each calls do for every item and returns the sums of what it returns.
func (t *Tradeoff) each(do func(i int) (investment, short float64)) (investment, short float64) {
	chunks := (len(t.Items) + tradeoffChunk - 1) / tradeoffChunk
	sums := make([][2]float64, chunks)
	work := func(c int) {
		for i := c * tradeoffChunk; i < min((c+1)*tradeoffChunk, len(t.Items)); i++ {
			a, b := do(i)
			sums[c][0] += a
			sums[c][1] += b
		}
	}
	workers := min(runtime.GOMAXPROCS(0), chunks)
	if workers <= 1 {
		for c := range chunks {
			work(c)
		}
	} else {
		var group sync.WaitGroup
		for w := range workers {
			group.Go(func() {
				for c := w; c < chunks; c += workers {
					work(c)
				}
			})
		}
		group.Wait()
	}
	for _, s := range sums {
		investment += s[0]
		short += s[1]
	}
	return investment, short
}

func (t *Tradeoff) demand() float64 {
	_, d := t.each(func(i int) (float64, float64) {
		it := &t.Items[i]
		if it.idle() {
			return 0, 0
		}
		return 0, it.weight() * it.Rate
	})
	return d
}

func (t *Tradeoff) point(price, investment, short, demand float64) TradeoffPoint {
	p := TradeoffPoint{Price: price, Investment: investment, Short: short, FillRate: 1}
	if demand > 0 {
		p.FillRate = unit(1 - short/demand)
	}
	return p
}

// Evaluate returns the point of given reorder points.
func (t *Tradeoff) Evaluate(points []float64) (TradeoffPoint, error) {
	if err := t.check(); err != nil {
		return TradeoffPoint{}, err
	}
	if len(points) != len(t.Items) {
		return TradeoffPoint{}, fmt.Errorf("replenish: trade-off: %d reorder points for %d items; give one an item: %w", len(points), len(t.Items), ErrInput)
	}
	for i, s := range points {
		if s != s || math.IsInf(s, 0) {
			return TradeoffPoint{}, fmt.Errorf("replenish: trade-off: item %d: reorder point %v; it must be finite: %w", i, s, ErrInput)
		}
	}
	a, b := t.each(func(i int) (float64, float64) { return t.Items[i].at(points[i]) })
	return t.point(0, a, b, t.demand()), nil
}

// AtPrice writes the reorder points that are best where a unit short a period
// is worth so much money in stock, and returns their point of the curve. Every
// such point is optimal: no other reorder points have less stock and no more
// shortage (Everett, 1963; Sherbrooke 2004, ch. 2).
func (t *Tradeoff) AtPrice(price float64, points []float64) (TradeoffPoint, error) {
	if err := t.check(); err != nil {
		return TradeoffPoint{}, err
	}
	if !(price > 0) || math.IsInf(price, 0) || len(points) != len(t.Items) {
		return TradeoffPoint{}, fmt.Errorf("replenish: trade-off: price %v, %d reorder points for %d items; the price must be finite and above 0: %w", price, len(points), len(t.Items), ErrInput)
	}
	return t.priced(price, points, t.demand()), nil
}

func (t *Tradeoff) priced(price float64, points []float64, demand float64) TradeoffPoint {
	a, b := t.each(func(i int) (float64, float64) {
		points[i] = t.Items[i].best(price, points[i])
		return t.Items[i].at(points[i])
	})
	return t.point(price, a, b, demand)
}

// Curve returns the exchange curve: stock against service of the whole
// portfolio, at so many prices, cheapest stock first, over all that is of
// interest (fill rates of about a tenth to 1 − 1e-4).
func (t *Tradeoff) Curve(points int) ([]TradeoffPoint, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if points < 2 {
		return nil, fmt.Errorf("replenish: trade-off: a curve of %d points; ask for two or more: %w", points, ErrInput)
	}
	// The ends by a part of the items: they need not be exact.
	some := t.sample(4096)
	s, demand := make([]float64, len(some.Items)), some.demand()
	if demand == 0 {
		return []TradeoffPoint{{FillRate: 1}}, nil
	}
	end := func(target float64) float64 {
		return math.Exp(some.search(func(p TradeoffPoint) float64 { return math.Log((1 - p.FillRate + 1e-300) / (1 - target)) }, s, demand, -60, 80, 0.05))
	}
	lo, hi := end(0.1), end(1-1e-4)
	curve := make([]TradeoffPoint, points)
	s, demand = make([]float64, len(t.Items)), t.demand()
	for k := range curve {
		curve[k] = t.priced(lo*math.Pow(hi/lo, float64(k)/float64(points-1)), s, demand)
	}
	return curve, nil
}

// sample takes every k-th item.
func (t *Tradeoff) sample(most int) *Tradeoff {
	step := (len(t.Items) + most - 1) / most
	if step <= 1 {
		return t
	}
	out := &Tradeoff{}
	for i := 0; i < len(t.Items); i += step {
		out.Items = append(out.Items, t.Items[i])
	}
	return out
}

// search returns the logarithm of a price at which miss, which falls with the
// price, is not above 0 and, but for the steps of integer laws, within close of
// 0: false position (Illinois) in the bracket lo..hi, which is widened where it
// is none. points are then those of that price.
func (t *Tradeoff) search(miss func(TradeoffPoint) float64, points []float64, demand, lo, hi, close float64) float64 {
	at := func(x float64) float64 { return miss(t.priced(math.Exp(x), points, demand)) }
	const least, most = -60.0, 80.0
	lo, hi = max(lo, least), min(hi, most)
	mlo, mhi := at(lo), at(hi)
	for w := 0.1; mlo <= 0 && lo > least; w *= 4 {
		hi, mhi = lo, mlo
		lo = max(least, lo-w)
		mlo = at(lo)
	}
	for w := 0.1; mhi > 0 && hi < most; w *= 4 {
		lo, mlo = hi, mhi
		hi = min(most, hi+w)
		mhi = at(hi)
	}
	side := 0
	for mlo > 0 && mhi < -close && hi-lo > 1e-6 {
		x := lo + (hi-lo)*min(max(mlo/(mlo-mhi), 0.02), 0.98)
		if math.IsInf(mlo-mhi, 0) || side > 4 || side < -4 {
			x, side = 0.5*(lo+hi), 0
		}
		if m := at(x); m > 0 {
			lo, mlo = x, m
			if side++; side > 1 {
				mhi *= 0.5
			}
			side = max(side, 1)
		} else {
			hi, mhi = x, m
			if side--; side < -1 {
				mlo *= 0.5
			}
			side = min(side, -1)
		}
	}
	at(hi)
	return hi
}

// solve is search with a bracket that a part of the items gives. scaled is miss
// for a part.
func (t *Tradeoff) solve(miss func(TradeoffPoint) float64, scaled func(part float64) func(TradeoffPoint) float64, points []float64, demand float64) float64 {
	lo, hi := -60.0, 80.0
	if some := t.sample(4096); len(some.Items) < len(t.Items) {
		part := float64(len(some.Items)) / float64(len(t.Items))
		x := some.search(scaled(part), make([]float64, len(some.Items)), some.demand(), lo, hi, 1e-4)
		lo, hi = x-0.02, x+0.02
	}
	return t.search(miss, points, demand, lo, hi, 1e-6)
}

// ForFillRate writes the reorder points of least stock whose weighted fill rate
// over the whole portfolio reaches the target (of those on the exchange curve:
// with integer laws a few units more than the least there is). target is kept
// below 1 − 1e-6.
func (t *Tradeoff) ForFillRate(target float64, points []float64) (TradeoffPoint, error) {
	if err := t.check(); err != nil {
		return TradeoffPoint{}, err
	}
	if target != target || len(points) != len(t.Items) {
		return TradeoffPoint{}, fmt.Errorf("replenish: trade-off: target %v, %d reorder points for %d items; give a number, and room for each item: %w", target, len(points), len(t.Items), ErrInput)
	}
	target = min(max(target, 0), 1-1e-6)
	miss := func(p TradeoffPoint) float64 { return math.Log((1 - p.FillRate + 1e-300) / (1 - target)) }
	demand := t.demand()
	at := t.solve(miss, func(float64) func(TradeoffPoint) float64 { return miss }, points, demand)
	return t.priced(math.Exp(at), points, demand), nil
}

// ForInvestment writes the reorder points of the highest fill rate on the
// exchange curve that the money in stock allows.
func (t *Tradeoff) ForInvestment(money float64, points []float64) (TradeoffPoint, error) {
	if err := t.check(); err != nil {
		return TradeoffPoint{}, err
	}
	if !(money >= 0) || math.IsInf(money, 0) || len(points) != len(t.Items) {
		return TradeoffPoint{}, fmt.Errorf("replenish: trade-off: %v of money, %d reorder points for %d items; the money must be finite and not negative: %w", money, len(points), len(t.Items), ErrInput)
	}
	demand := t.demand()
	// Falling in the price by its sign; the best price is the dearest that is
	// not too dear, found as the mirror image of the least that reaches.
	over := func(part float64) func(TradeoffPoint) float64 {
		return func(p TradeoffPoint) float64 {
			return math.Log((part*money + 1e-300) / (p.Investment + 1e-300))
		}
	}
	at := t.solve(over(1), over, points, demand)
	for back := 1e-9; back < 200; back *= 8 {
		if p := t.priced(math.Exp(at-back), points, demand); p.Investment <= money {
			return p, nil
		}
	}
	return t.priced(math.Exp(-60), points, demand), nil
}

// ForClasses writes the reorder points that give every item the fill rate of
// its class, and returns their point of the portfolio: what targets by class
// cost, to be held against the curve. Targets are kept below 1 − 1e-6; a class
// without one is an error.
func (t *Tradeoff) ForClasses(target []float64, points []float64) (TradeoffPoint, error) {
	if err := t.check(); err != nil {
		return TradeoffPoint{}, err
	}
	if len(points) != len(t.Items) {
		return TradeoffPoint{}, fmt.Errorf("replenish: trade-off: %d reorder points for %d items; give room for each item: %w", len(points), len(t.Items), ErrInput)
	}
	for i := range t.Items {
		if c := t.Items[i].Class; c < 0 || c >= len(target) || target[c] != target[c] {
			return TradeoffPoint{}, fmt.Errorf("replenish: trade-off: item %d: class %d of %d has no target: %w", i, c, len(target), ErrInput)
		}
	}
	a, b := t.each(func(i int) (float64, float64) {
		it := &t.Items[i]
		points[i] = 0
		if !it.idle() {
			points[i] = LevelForFillRate(it.Lead, it.batch(), min(max(target[it.Class], 0), 1-1e-6))
			if integer(it.Lead) {
				points[i] = math.Ceil(points[i] - 1e-9)
			}
		}
		return it.at(points[i])
	})
	return t.point(0, a, b, t.demand()), nil
}
