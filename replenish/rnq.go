package replenish

import (
	"fmt"
	"math"
)

// RNQ is a continuous-review (r, nQ) system for customers who take several
// units: when the inventory position is at or below r, order the least number
// of batches that brings it above. The position is then uniform over r+1..r+Q,
// whatever the sizes (Axsäter 2015, 5.1; Richards 1975), if their common
// divisor is 1.
type RNQ struct {
	Demand CompoundPoisson // of the lead time
}

// RNQService is what an (r, nQ) system does.
type RNQService struct {
	UnitFillRate  float64 // units filled from stock, orders filled in part
	OrderFillRate float64 // orders filled whole at once: P(IL >= X)
	ReadyRate     float64 // P(IL > 0)
	CycleService  float64 // P(D <= r − U), U the undershoot
	Backorders    float64
	OnHand        float64
}

// Evaluate returns the exact service of reorder point r and batch q, whole
// numbers. With n̄ of the lead time's demand the sums over the positions close:
//
//	unit fill = Σ_k P(X > k)·[n̄(r+Q−k) − n̄(r−k)] / (Q·E[X])
//	order fill = Σ_x P(X = x)·[n̄(r+Q+1−x) − n̄(r+1−x)] / Q
//
// Axsäter (2015), 5.3.4; Larsen and Thorstenson (2008). An error wraps
// [ErrInput].
func (c RNQ) Evaluate(r, q float64) (RNQService, error) {
	e, err := c.evaluator()
	if err != nil {
		return RNQService{}, err
	}
	if err := checkInputs("(r, nQ)", input{"reorder point", r, anyFinite}, input{"batch", q, aboveZero}); err != nil {
		return RNQService{}, err
	}
	if r != math.Floor(r) || q != math.Floor(q) {
		return RNQService{}, fmt.Errorf("(r, nQ): reorder point %v, batch %v: %w: give whole numbers", r, q, ErrInput)
	}
	return e.evaluate(r, q), nil
}

type rnqEvaluator struct {
	lead *Table
	p    []float64 // of an order's size, given that it takes any
	mean float64
}

func (c RNQ) evaluator() (*rnqEvaluator, error) {
	lead, err := c.Demand.Table()
	if err != nil {
		return nil, fmt.Errorf("(r, nQ): %w", err)
	}
	size, err := NewPMF(0, c.Demand.Size)
	if err != nil {
		return nil, fmt.Errorf("(r, nQ): %w", err)
	}
	_, top := size.Support()
	if top <= 0 {
		return nil, fmt.Errorf("(r, nQ): customers take nothing: %w: give sizes above 0", ErrInput)
	}
	e := &rnqEvaluator{lead: lead, p: make([]float64, int(top)+1)}
	some := 1 - size.PMF(0)
	for x := 1; x <= int(top); x++ {
		e.p[x] = size.PMF(x) / some
		e.mean += float64(x) * e.p[x]
	}
	return e, nil
}

func (e *rnqEvaluator) evaluate(r, q float64) RNQService {
	nbar := func(y float64) float64 { _, v, _ := e.lead.LowerLosses(y); return v }
	var s RNQService
	more := 1.0
	for k, p := range e.p {
		x := float64(k)
		if p > 0 {
			s.OrderFillRate += p * (nbar(r+q+1-x) - nbar(r+1-x)) / q
		}
		if more -= p; more > 0 {
			s.UnitFillRate += more * (nbar(r+q-x) - nbar(r-x)) / (q * e.mean)
		}
	}
	s.ReadyRate = (nbar(r+q) - nbar(r)) / q
	n2a, _ := SecondLosses(e.lead, r)
	n2b, _ := SecondLosses(e.lead, r+q)
	s.Backorders = max(0, (n2a-n2b)/q)
	mean, _ := e.lead.Moments()
	s.OnHand = max(0, r+(q+1)/2-mean+s.Backorders)
	// An order is triggered by size x from position y <= r+x; the position is then
	// y − x, uniform over what is left.
	weight := 0.0
	for y := 1.0; y <= min(q, float64(len(e.p)-1)); y++ { // y above r
		for x := int(y); x < len(e.p); x++ {
			if e.p[x] > 0 {
				weight += e.p[x]
				s.CycleService += e.p[x] * e.lead.CDF(r+y-float64(x))
			}
		}
	}
	s.CycleService = unit(s.CycleService / weight)
	s.UnitFillRate, s.OrderFillRate, s.ReadyRate = unit(s.UnitFillRate), unit(s.OrderFillRate), unit(s.ReadyRate)
	return s
}

// LevelFor returns the smallest reorder point whose service in the measure is
// at least target, inside (0, 1), and the service: with a larger batch it is
// lower, in the end below 0. An error wraps [ErrInput].
func (c RNQ) LevelFor(measure Measure, target, q float64) (r float64, service RNQService, err error) {
	e, err := c.evaluator()
	if err != nil {
		return 0, RNQService{}, err
	}
	if err := checkInputs("(r, nQ)", input{"target", target, fraction}, input{"batch", q, aboveZero}); err != nil {
		return 0, RNQService{}, err
	}
	if target == 0 || target == 1 {
		return 0, RNQService{}, fmt.Errorf("(r, nQ): target %v: %w: give a fraction inside (0, 1)", target, ErrInput)
	}
	q = max(1, math.Ceil(q))
	value := func(r float64) float64 {
		s := e.evaluate(r, q)
		switch measure {
		case MeasureFill:
			return s.UnitFillRate
		case MeasureOrderFill:
			return s.OrderFillRate
		case MeasureReady:
			return s.ReadyRate
		}
		return s.CycleService
	}
	r = smallestInteger(-q-1, e.lead.Quantile(target)-q/2, func(r float64) bool { return value(r) >= target })
	return r, e.evaluate(r, q), nil
}
