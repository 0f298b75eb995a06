package replenish

import (
	"fmt"
	"math"
)

// MinMax is a (min, max) system: when the inventory position is at or below
// min, order up to max, with backorders. It is (s, S) under continuous review
// when Step is the law of one customer's order and Protection the demand of the
// lead time; it is (R, s, S) when Step is the demand of a review period,
// Protection that of lead time and review period.
type MinMax struct {
	Step IntegerDistribution
	// LeadTime is the demand of the lead time, Protection that of lead time and
	// review period; nil: continuous review.
	LeadTime, Protection Distribution
}

// MinMaxService is what a (min, max) system does.
type MinMaxService struct {
	CycleService   float64 // P1: no shortage just before an order arrives
	FillRate       float64 // P2: units filled from stock
	OrderFillRate  float64 // customers' orders filled whole; of continuous review only
	ReadyRate      float64 // P3: share of time (periodic: of period ends) with stock
	Backorders     float64 // mean, over time or at period ends
	OnHand         float64
	MeanUndershoot float64
	MeanOrder      float64 // max − min + E[U]
	StepsPerOrder  float64 // customers or review periods between two orders
}

// Evaluate returns the exact service of levels low and high. The position after
// each step is high − j with probability m(j)/M, m the renewal sequence of Step.
// Under continuous review a customer is served in part where stock does not
// reach. Tijms (1994), 1.7; Axsäter (2015), 5.3. An error wraps [ErrInput].
func (c MinMax) Evaluate(low, high float64) (MinMaxService, error) {
	m, err := c.renewal(high - low)
	if err != nil {
		return MinMaxService{}, err
	}
	return c.evaluate(m, math.Floor(low), math.Floor(high)), nil
}

func (c MinMax) renewal(gap float64) (*Renewal, error) {
	const op = "(min, max)"
	if c.Step == nil || !integer(c.Step) {
		return nil, fmt.Errorf("%s: demand of a step is %T: %w: give an integer law", op, c.Step, ErrInput)
	}
	if err := checkLaw(op, "lead time demand", c.LeadTime); err != nil {
		return nil, err
	}
	if c.Protection != nil {
		if err := checkLaw(op, "protection interval demand", c.Protection); err != nil {
			return nil, err
		}
	}
	if err := checkInputs(op, input{"max − min", gap, notNegative}); err != nil {
		return nil, err
	}
	if gap > panjerMost {
		return nil, fmt.Errorf("%s: levels %v apart: %w: use larger units", op, gap, ErrInput)
	}
	m, err := NewRenewal(c.Step)
	if err == nil && (gap+1)*float64(len(m.p)) > mostWork {
		return nil, fmt.Errorf("%s: levels %v apart with demand of up to %d units a step: %w: use larger units", op, gap, len(m.p), ErrInput)
	}
	return m, err
}

func (c MinMax) evaluate(m *Renewal, low, high float64) MinMaxService {
	n := int(max(1, high-low))
	m.extend(n)
	steps := m.sum[n]
	mean, _ := c.Step.Moments()
	out := MinMaxService{StepsPerOrder: steps, MeanOrder: mean * steps}
	out.MeanUndershoot, _ = m.Undershoot(n)
	for j := range n {
		c.add(&out, m.p, mean, high-float64(j), m.m[j]/steps)
	}
	for u, p := range m.UndershootLaw(n) {
		if p > 0 {
			out.CycleService += p * c.LeadTime.CDF(high-float64(n)-float64(u))
		}
	}
	out.close()
	return out
}

// add adds the share w of time that the position is y after a step; p and mean
// are of the demand of a step.
func (c MinMax) add(out *MinMaxService, p []float64, mean, y, w float64) {
	d := c.LeadTime
	if c.Protection != nil {
		d = c.Protection
	}
	below, nbar, _ := LowerLosses(d, y)
	if integer(d) {
		below = d.CDF(y - 1)
	}
	_, n, _ := d.Losses(y)
	out.ReadyRate += w * below
	out.Backorders += w * n
	out.OnHand += w * nbar
	if c.Protection != nil {
		_, nL, _ := c.LeadTime.Losses(y)
		out.FillRate += w * (1 - (n-nL)/mean)
		return
	}
	u, all := c.served(p, y)
	out.FillRate += w * u / mean
	out.OrderFillRate += w * all
}

// close keeps rounding out of the shares.
func (s *MinMaxService) close() {
	s.FillRate, s.ReadyRate, s.OrderFillRate, s.CycleService = unit(s.FillRate), unit(s.ReadyRate), unit(s.OrderFillRate), unit(s.CycleService)
}

// served returns E[min(X, (y−D)+)] and P(y−D >= X) for a customer X with the
// probabilities p who finds position y: by Σ_k P(X > k)·P(y−D > k).
func (c MinMax) served(p []float64, y float64) (units, whole float64) {
	more := 1.0
	for k, v := range p {
		if float64(k) > y && k > 0 {
			break
		}
		if k > 0 {
			whole += v * c.LeadTime.CDF(y-float64(k))
		}
		more -= v
		if more <= 0 {
			break
		}
		units += more * c.atLeast(y-float64(k))
	}
	return units, whole / (1 - p[0])
}

// atLeast returns P(D < y).
func (c MinMax) atLeast(y float64) float64 {
	if integer(c.LeadTime) {
		return c.LeadTime.CDF(y - 1)
	}
	return c.LeadTime.CDF(y)
}

// Measure picks one of the services.
type Measure uint8

// The measures of service.
const (
	MeasureCycle Measure = iota
	MeasureFill
	MeasureOrderFill
	MeasureReady
)

func (s MinMaxService) measure(m Measure) float64 {
	switch m {
	case MeasureFill:
		return s.FillRate
	case MeasureOrderFill:
		return s.OrderFillRate
	case MeasureReady:
		return s.ReadyRate
	}
	return s.CycleService
}

// LevelFor returns the smallest min, with max = min + gap, whose service in the
// measure is at least target, inside (0, 1), and the service. min may be
// negative. An error wraps [ErrInput].
func (c MinMax) LevelFor(measure Measure, target, gap float64) (low float64, service MinMaxService, err error) {
	if err := checkInputs("(min, max)", input{"target", target, fraction}); err != nil {
		return 0, MinMaxService{}, err
	}
	if target == 0 || target == 1 {
		return 0, MinMaxService{}, fmt.Errorf("(min, max): target %v: %w: give a fraction inside (0, 1)", target, ErrInput)
	}
	if c.Protection != nil && measure == MeasureOrderFill {
		return 0, MinMaxService{}, fmt.Errorf("(min, max): order fill rate under periodic review: %w: the demand of a period does not tell single orders; use the fill rate", ErrInput)
	}
	gap = math.Floor(gap)
	m, err := c.renewal(gap)
	if err != nil {
		return 0, MinMaxService{}, err
	}
	d := c.LeadTime
	if c.Protection != nil {
		d = c.Protection
	}
	u, _ := m.Undershoot(int(gap))
	guess := d.Quantile(target) + u - gap*0.5
	low = smallestInteger(-gap-1e6, guess, func(k float64) bool {
		service = c.evaluate(m, k, k+gap)
		return service.measure(measure) >= target
	})
	return low, c.evaluate(m, low, low+gap), nil
}

// Optimal returns the levels of least cost for k an order, holding cost h and
// stockout cost p a unit and time unit, when rate steps a time unit happen (1
// for a cost by review period): the algorithm of [SS.Optimal], with the
// positions' costs over the lead time (continuous) or protection interval. An
// error wraps [ErrInput].
func (c MinMax) Optimal(k, h, p, rate float64) (SSPolicy, error) {
	d := c.LeadTime
	if c.Protection != nil {
		d = c.Protection
	}
	if err := checkInputs("(min, max)", input{"rate", rate, aboveZero}); err != nil {
		return SSPolicy{}, err
	}
	id, ok := d.(IntegerDistribution)
	if !ok {
		return SSPolicy{}, fmt.Errorf("(min, max): demand %T is not in whole numbers: %w: give an integer law", d, ErrInput)
	}
	// A cost of time 1/rate a step: K·rate in place of K.
	return SS{FixedCost: k * rate, HoldingCost: h, StockoutCost: p, Demand: c.Step, LeadTimeDemand: id}.Optimal()
}
