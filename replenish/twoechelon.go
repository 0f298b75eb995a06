package replenish

import (
	"fmt"
	"math"
)

// TwoEchelon is a warehouse that supplies retailers one for one, all with base
// stocks under continuous review and Poisson demand; who cannot be served
// waits, at the warehouse in the order of arrival.
type TwoEchelon struct {
	WarehouseLead float64 // from outside
	WarehouseBase int
	Retailers     []RetailSite
}

// RetailSite is a retailer of a TwoEchelon system.
type RetailSite struct {
	Rate float64 // demand a period
	Lead float64 // from the warehouse, if it has stock
	Base int
}

// EchelonMeasures are expectations in the steady state.
type EchelonMeasures struct {
	WarehouseBackorders, WarehouseOnHand float64

	FillRate, Backorders, OnHand []float64 // by retailer
}

// echelonMost bounds the demand that is looked at in full.
const echelonMost = 1 << 14

func (s *TwoEchelon) check() (rate float64, err error) {
	if !(s.WarehouseLead >= 0) || math.IsInf(s.WarehouseLead, 0) || s.WarehouseBase < 0 {
		return 0, fmt.Errorf("replenish: two echelons: warehouse: lead time %v, base stock %d; both must be finite and not negative: %w", s.WarehouseLead, s.WarehouseBase, ErrInput)
	}
	for i, r := range s.Retailers {
		if !(r.Rate >= 0) || math.IsInf(r.Rate, 0) || !(r.Lead >= 0) || math.IsInf(r.Lead, 0) || r.Base < 0 {
			return 0, fmt.Errorf("replenish: two echelons: retailer %d: rate %v, lead time %v, base stock %d; all must be finite and not negative: %w", i, r.Rate, r.Lead, r.Base, ErrInput)
		}
		rate += r.Rate
		if r.Rate*r.Lead > echelonMost {
			return 0, fmt.Errorf("replenish: two echelons: retailer %d: a lead time's demand of %v is over %d; use larger units: %w", i, r.Rate*r.Lead, echelonMost, ErrInput)
		}
	}
	if rate*s.WarehouseLead > echelonMost {
		return 0, fmt.Errorf("replenish: two echelons: a demand of %v over the warehouse's lead time is over %d; use larger units: %w", rate*s.WarehouseLead, echelonMost, ErrInput)
	}
	return rate, nil
}

// poissonPMF returns p(0..) up to where less than 1e-17 is left.
func poissonPMF(mean float64) []float64 {
	d := NewPoisson(mean)
	top := int(d.Quantile(1-0x1p-53)) + 20 + int(2*math.Sqrt(mean))
	p := make([]float64, top+1)
	for k := range p {
		p[k] = d.PMF(k)
	}
	return p
}

// delayed returns the distribution of the backorders at the warehouse that are
// a retailer's, who has the share q of all demand: each of them is with
// probability q, so that given B they are binomial (Simon, 1971; Graves, 1985).
func delayed(pB []float64, q float64) []float64 {
	out := make([]float64, len(pB))
	row := make([]float64, len(pB)+1) // binomial with b trials
	row[0] = 1
	for b, w := range pB {
		for k := 0; k <= b; k++ {
			out[k] += w * row[k]
		}
		for k := b + 1; k > 0; k-- {
			row[k] = (1-q)*row[k] + q*row[k-1]
		}
		row[0] *= 1 - q
	}
	return out
}

// backordersAt returns P(B = b) of B = (D − base)+, and E[B], E[(base−D)+].
func backordersAt(p []float64, base int) (pB []float64, back, onHand float64) {
	pB = []float64{0}
	for k, w := range p {
		if k <= base {
			pB[0] += w
			onHand += w * float64(base-k)
		} else {
			pB = append(pB, w)
			back += w * float64(k-base)
		}
	}
	return pB, back, onHand
}

// outstanding convolves the demand of a retailer's own lead time with the
// orders that wait at the warehouse.
func outstanding(own, waiting []float64) []float64 {
	out := make([]float64, len(own)+len(waiting)-1)
	for i, a := range waiting {
		if a == 0 {
			continue
		}
		for j, b := range own {
			out[i+j] += a * b
		}
	}
	return out
}

// Measures returns the exact measures of the system: with B₀ backorders at the
// warehouse, retailer i has
//
//	Poisson(λ_i·L_i) + Binomial(B₀, λ_i/λ₀)
//
// units outstanding (Graves, 1985; Axsäter 2015, section 10.2). METRIC, which
// takes them as Poisson, understates their variance.
func (s TwoEchelon) Measures() (EchelonMeasures, error) {
	rate, err := s.check()
	if err != nil {
		return EchelonMeasures{}, err
	}
	var m EchelonMeasures
	var pB []float64
	pB, m.WarehouseBackorders, m.WarehouseOnHand = backordersAt(poissonPMF(rate*s.WarehouseLead), s.WarehouseBase)
	for _, r := range s.Retailers {
		x := []float64{1}
		if r.Rate > 0 {
			x = outstanding(poissonPMF(r.Rate*r.Lead), delayed(pB, r.Rate/rate))
		}
		fill, back, onHand := 0.0, 0.0, 0.0
		for k, w := range x {
			switch {
			case k < r.Base:
				fill += w
				onHand += w * float64(r.Base-k)
			case k > r.Base:
				back += w * float64(k-r.Base)
			}
		}
		m.FillRate, m.Backorders, m.OnHand = append(m.FillRate, min(1, fill)), append(m.Backorders, back), append(m.OnHand, onHand)
	}
	return m, nil
}

// Optimize sets the base stocks that cost least a period: holding[0] a unit at
// the warehouse, holding[1+i] one at retailer i, penalty[i] a unit that a
// customer of retailer i waits for. Given the warehouse's base stock every
// retailer is a newsvendor on its outstanding orders; all base stocks of the
// warehouse are looked at up to where it has no backorders that matter
// (Axsäter 2015, section 10.2). Exact.
func (s TwoEchelon) Optimize(holding, penalty []float64) (TwoEchelon, float64, error) {
	rate, err := s.check()
	if err != nil {
		return s, 0, err
	}
	n := len(s.Retailers)
	if len(holding) != n+1 || len(penalty) != n {
		return s, 0, fmt.Errorf("replenish: two echelons: %d holding costs and %d penalties for %d retailers; give one a retailer, and first the warehouse's: %w", len(holding), len(penalty), n, ErrInput)
	}
	for i, h := range holding {
		if !(h > 0) || math.IsInf(h, 0) || i > 0 && (!(penalty[i-1] > 0) || math.IsInf(penalty[i-1], 0)) {
			return s, 0, fmt.Errorf("replenish: two echelons: holding cost %d is %v; it and the penalty must be finite and above 0: %w", i, h, ErrInput)
		}
	}
	p := poissonPMF(rate * s.WarehouseLead)
	own := make([][]float64, n)
	for i, r := range s.Retailers {
		own[i] = poissonPMF(r.Rate * r.Lead)
	}
	best, cost := s, math.Inf(1)
	base := make([]int, n)
	for w := 0; w < len(p); w++ {
		pB, _, onHand := backordersAt(p, w)
		sum := holding[0] * onHand
		if sum >= cost {
			break // on hand only grows, and costs more than all of the best
		}
		for i, r := range s.Retailers {
			x := own[i]
			if r.Rate > 0 {
				x = outstanding(own[i], delayed(pB, r.Rate/rate))
			}
			h, b := holding[1+i], penalty[i]
			mean := 0.0
			for k, v := range x {
				mean += v * float64(k)
			}
			// From S to S+1 the cost changes by h·F(S) − b·(1−F(S)).
			level, cdf := 0, x[0]
			c := b * mean
			for h*cdf < b*(1-cdf) && level+1 < len(x) {
				c += h*cdf - b*(1-cdf)
				level++
				cdf += x[level]
			}
			base[i] = level
			sum += c
		}
		if sum < cost-1e-13*math.Abs(sum) {
			cost = sum
			best.WarehouseBase = w
			best.Retailers = append([]RetailSite(nil), s.Retailers...)
			for i := range base {
				best.Retailers[i].Base = base[i]
			}
		}
	}
	return best, cost, nil
}
