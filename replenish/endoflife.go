package replenish

import (
	"fmt"
	"math"
)

// LastBuy is the last order of an item that can be bought once more only.
type LastBuy struct {
	// Cumulative[t] is the demand of periods 0..t, the last entry that of the
	// whole rest of its life. See [DecliningPoisson].
	Cumulative []Distribution

	UnitCost float64
	Holding  float64 // a unit kept over a period
	Penalty  float64 // a unit of demand not served: lost margin, or the dearer way to serve it
	Salvage  float64 // of a unit left in the end; may be negative: disposal
}

// LastBuyPlan is what to buy, and what comes of it.
type LastBuyPlan struct {
	Quantity float64
	Cost     float64 // expected
	Left     float64 // units left in the end
	Short    float64 // units of demand not served
	Service  float64 // P(all demand is served)
}

// Best returns the quantity of least expected cost,
//
//	c·Q + h·Σ_t n̄_t(Q) + p·n_T(Q) − v·n̄_T(Q),
//
// the smallest where c + h·ΣF_t(Q) − v·F_T(Q) >= p·(1−F_T(Q)); the left side
// grows with Q, so that it is unique (Fortuin, 1980; Teunter and Fortuin, 1999).
// 0 where a unit costs as much as its lack. An error (wrapping [ErrInput])
// names what is out of range, such as a salvage value that is no less than the
// cost.
func (b LastBuy) Best() (LastBuyPlan, error) {
	if len(b.Cumulative) == 0 {
		return LastBuyPlan{}, fmt.Errorf("replenish: last buy: no demand; give that of at least one period: %w", ErrInput)
	}
	for _, d := range b.Cumulative {
		if err := checkLaw("replenish: last buy", "demand", d); err != nil {
			return LastBuyPlan{}, err
		}
	}
	for _, x := range []float64{b.UnitCost, b.Holding, b.Penalty} {
		if !(x >= 0) || math.IsInf(x, 0) {
			return LastBuyPlan{}, fmt.Errorf("replenish: last buy: unit cost %v, holding %v, penalty %v; all must be finite and not negative: %w", b.UnitCost, b.Holding, b.Penalty, ErrInput)
		}
	}
	if !(b.Salvage < b.UnitCost) && !(b.Salvage == 0 && b.Holding > 0) || math.IsInf(b.Salvage, 0) {
		return LastBuyPlan{}, fmt.Errorf("replenish: last buy: salvage %v of a unit that costs %v; it must be less: %w", b.Salvage, b.UnitCost, ErrInput)
	}
	last := b.Cumulative[len(b.Cumulative)-1]
	slope := func(q float64) float64 {
		sf, _, _ := last.Losses(q)
		f := last.CDF(q)
		s := b.UnitCost - b.Salvage*f - b.Penalty*sf
		for _, d := range b.Cumulative {
			s += b.Holding * d.CDF(q)
		}
		return s
	}
	mean, sd := last.Moments()
	q := 0.0
	if slope(0) < 0 {
		lo, hi := 0.0, mean+sd+1
		for range 200 {
			if slope(hi) >= 0 {
				break
			}
			lo, hi = hi, 2*hi
		}
		whole := integer(last)
		for range 200 {
			m := 0.5 * (lo + hi)
			if whole {
				if m = math.Floor(m); m <= lo {
					break
				}
			} else if hi-lo <= 1e-12*hi {
				break
			}
			if slope(m) >= 0 {
				hi = m
			} else {
				lo = m
			}
		}
		q = hi
		if whole {
			q = math.Floor(hi)
			if slope(q) < 0 {
				q++
			}
		}
	}
	return b.at(q), nil
}

func (b LastBuy) at(q float64) LastBuyPlan {
	last := b.Cumulative[len(b.Cumulative)-1]
	_, n, _ := last.Losses(q)
	_, nbar, _ := LowerLosses(last, q)
	p := LastBuyPlan{Quantity: q, Left: nbar, Short: n, Service: last.CDF(q)}
	p.Cost = b.UnitCost*q + b.Penalty*n - b.Salvage*nbar
	for _, d := range b.Cumulative {
		_, kept, _ := LowerLosses(d, q)
		p.Cost += b.Holding * kept
	}
	return p
}

// DecliningPoisson returns the cumulative demand of an item that dies off: rate
// in the first period, keep times as much in each that follows.
func DecliningPoisson(rate, keep float64, periods int) []Distribution {
	rate, keep = moment(rate), max(0, moment(keep))
	out := make([]Distribution, 0, max(0, periods))
	sum := 0.0
	for range periods {
		sum += max(0, rate)
		rate = moment(rate * keep)
		out = append(out, NewPoisson(sum))
	}
	return out
}

// ObsolescenceHolding returns the holding cost that sudden obsolescence makes
// of the ordinary one: a stock whose item dies with the given chance a period,
// and is then worth salvage, loses (cost − salvage)·chance of it a period
// (Masters, 1991). chance is kept in 0..1.
func ObsolescenceHolding(holding, unitCost, salvage, chance float64) float64 {
	return moment(holding) + max(0, moment(unitCost)-moment(salvage))*unit(chance)
}
