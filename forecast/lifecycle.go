package forecast

import (
	"fmt"
	"math"
)

// Stage is where an item stands in its life, as far as its demand shows.
type Stage uint8

// The stages.
const (
	Unsold    Stage = iota // no demand yet
	Launching              // demand for less than a season and under 12 periods
	Mature                 // none of the others
	Declining              // falling by half a year or faster
	Dormant                // silent for longer than chance explains
)

// String returns the field's word for the stage.
func (s Stage) String() string {
	return [...]string{"unsold", "launching", "mature", "declining", "dormant"}[min(s, Dormant)]
}

// StageOf judges y, one value a period, NaN where not observed. perYear is the
// number of periods in a year, 0 for 12.
//
// Dormant: with demand in a share p of the periods from the first demand to the
// last, the silence since then has a probability (1-p)^length below 1 in 1,000.
// Declining: a year's decay of the last two years below a half, and significant
// at two standard errors, see [Decay].
func StageOf(y []float64, perYear int) Stage {
	if perYear <= 0 {
		perYear = 12
	}
	first, last, demands, silent := -1, -1, 0, 0
	for i, v := range y {
		switch {
		case v > 0:
			if first < 0 {
				first = i
			}
			last, silent = i, 0
			demands++
		case first >= 0 && !math.IsNaN(v):
			silent++
		}
	}
	if demands == 0 {
		return Unsold
	}
	// One more period and half a demand less, so that an item sold without a
	// gap is not dormant after one.
	p := (float64(demands) - 0.5) / float64(last-first+1)
	if float64(silent)*math.Log1p(-min(p, 0.999)) < math.Log(1e-3) && silent > 2 {
		return Dormant
	}
	age := len(y) - first
	if age < perYear && age < 12 {
		return Launching
	}
	tail := y[max(first, len(y)-2*perYear):]
	if rate, se := Decay(tail); rate+2*se < 0 && math.Exp(rate*float64(perYear)) < 0.5 {
		return Declining
	}
	return Mature
}

// Decay returns the slope of the logarithm of demand per period and its standard
// error, by Poisson regression of y on time: zeros take part, and a slope of
// -0.1 is a loss of a tenth a period. The error is widened by how much more than
// a Poisson demand the series scatters. Without two periods of demand it is 0
// with an infinite error.
func Decay(y []float64) (rate, se float64) {
	n, total, weighted, demands := 0.0, 0.0, 0.0, 0
	for t, v := range y {
		if math.IsNaN(v) {
			continue
		}
		v = max(0, v)
		n++
		total += v
		weighted += v * float64(t)
		if v > 0 {
			demands++
		}
	}
	if demands < 2 || n < 4 || !(total > 0) || math.IsInf(total, 0) {
		return 0, math.Inf(1)
	}
	// The likelihood of the slope, the level conditioned out, is that of the
	// mean time of demand under weights exp(rate*t): one equation, increasing.
	moments := func(b float64) (mean, variance float64) {
		s0, s1, s2 := 0.0, 0.0, 0.0
		top := 0.0
		if b > 0 {
			top = b * float64(len(y)-1)
		}
		for t, v := range y {
			if math.IsNaN(v) {
				continue
			}
			w := math.Exp(b*float64(t) - top)
			s0 += w
			s1 += w * float64(t)
			s2 += w * float64(t) * float64(t)
		}
		mean = s1 / s0
		return mean, max(s2/s0-mean*mean, 1e-12)
	}
	lo, hi := -5.0, 5.0
	target := weighted / total
	for range 80 {
		rate = (lo + hi) / 2
		if m, _ := moments(rate); m < target {
			lo = rate
		} else {
			hi = rate
		}
	}
	_, variance := moments(rate)
	// Pearson's dispersion about the fitted curve.
	s0 := 0.0
	for t, v := range y {
		if !math.IsNaN(v) {
			s0 += math.Exp(rate * float64(t-len(y)))
		}
	}
	chi := 0.0
	for t, v := range y {
		if math.IsNaN(v) {
			continue
		}
		mu := max(total*math.Exp(rate*float64(t-len(y)))/s0, total*1e-9)
		d := max(0, v) - mu
		chi += d * d / mu
	}
	return rate, math.Sqrt(max(chi/(n-2), 1e-12) / (total * variance))
}

// PhaseOut bends the forecast of an item whose end is planned or seen.
type PhaseOut struct {
	// Start is the last step at full demand, End the first step without any; 0
	// for no planned end. Between them demand falls on a straight line.
	Start, End int
	// Retention is the share of demand that a step keeps of the one before,
	// after Start, 0 < Retention <= 1; 0 means 1. exp of [Decay] estimates it.
	Retention float64
}

// Factor is the share of the forecast of step j >= 1 that is left.
func (p PhaseOut) Factor(j int) float64 {
	f := 1.0
	if j <= p.Start {
		return f
	}
	if p.Retention > 0 && p.Retention < 1 {
		f = math.Pow(p.Retention, float64(j-p.Start))
	}
	if p.End > 0 {
		if j >= p.End {
			return 0
		}
		f *= float64(p.End-j) / float64(p.End-p.Start)
	}
	return f
}

// Apply multiplies the forecast of each step in place, mean or quantile.
func (p PhaseOut) Apply(steps []float64) {
	for i := range steps {
		steps[i] *= p.Factor(i + 1)
	}
}

// Remaining is all demand still to come of an item that sells rate a step: what
// a last buy must cover. It returns an error wrapping [ErrOption] if the item
// never ends.
func (p PhaseOut) Remaining(rate float64) (float64, error) {
	if p.End <= 0 && !(p.Retention > 0 && p.Retention < 1) {
		return 0, fmt.Errorf("forecast: phase-out without an end: %w: give End or a Retention below 1", ErrOption)
	}
	if p.Start > MaxHorizon*10 || p.End > MaxHorizon*10 {
		return 0, fmt.Errorf("forecast: phase-out from step %d to %d: %w: use up to %d", p.Start, p.End, ErrOption, MaxHorizon*10)
	}
	start := max(0, p.Start)
	if p.End <= 0 {
		return rate * (float64(start) + p.Retention/(1-p.Retention)), nil
	}
	sum := 0.0
	for j := 1; j < p.End; j++ {
		sum += p.Factor(j)
	}
	return rate * sum, nil
}

// Predecessor is an item whose history a successor takes over.
type Predecessor struct {
	// History is its demand on the same periods as that of the successor.
	History []float64
	// Share is the part of its demand that goes to the successor, in units of
	// the successor; 0 means 1.
	Share float64
}

// Inherit returns the history of a successor: its own demand, to which up to
// period cutover (the first that it sells alone) that of its predecessors is
// added. Before the successor is sold only they count; while both are, demand is
// split between them and the sum is what customers wanted. After the cutover
// what predecessors still sell is old stock and does not count.
//
// own may be shorter than the predecessors' histories by its missing start: the
// series end with the same period. A period in which none was observed is NaN.
// It returns an error wrapping [ErrOption] for a share below 0 or a cutover
// outside of the series.
func Inherit(own []float64, cutover int, old ...Predecessor) ([]float64, error) {
	n := len(own)
	for _, p := range old {
		n = max(n, len(p.History))
	}
	if cutover < 0 || cutover > n {
		return nil, fmt.Errorf("forecast: cutover in period %d of %d: %w", cutover, n, ErrOption)
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	add := func(y []float64, share float64, to int) {
		shift := n - len(y)
		for i, v := range y {
			if k := i + shift; k < to && !math.IsNaN(v) {
				if math.IsNaN(out[k]) {
					out[k] = 0
				}
				out[k] += share * v
			}
		}
	}
	for k, p := range old {
		if p.Share == 0 {
			p.Share = 1
		}
		if !(p.Share > 0 && p.Share <= 1e9) {
			return nil, fmt.Errorf("forecast: share %v of predecessor %d: %w: use a number above 0", p.Share, k, ErrOption)
		}
		add(p.History, p.Share, cutover)
	}
	add(own, 1, n)
	return out, nil
}
