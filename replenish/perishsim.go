package replenish

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// PerishableSimulation is a perishable item with a lead time, under a base stock
// of all that is on hand and on the way, or under EWA.
type PerishableSimulation struct {
	Demand Distribution // of a period; rounded to whole units, returns count as 0
	Life   int          // periods that a unit serves, the one of its arrival included
	Lead   int          // periods from order to arrival
	Issue  Issuing

	Base   float64 // order up to this; without EWA
	EWA    bool    // order by [EWAOrder] with Safety and Batch
	Safety float64
	Batch  float64

	Warmup, Periods int // 0: 20,000 periods
	Batches         int // for the intervals; 0: 20
	Level           float64
	Seed            uint64
}

// PerishableResult are means a period with their confidence intervals.
type PerishableResult struct {
	Outdated, Lost, Ordered, OnHand Estimate
	FillRate                        Estimate
}

// Simulate runs periods of: arrival, order, demand (lost where there is no
// stock), outdating of what is in the last period of its life.
func (s PerishableSimulation) Simulate() (PerishableResult, error) {
	periods, batches, level := s.Periods, s.Batches, s.Level
	if periods == 0 {
		periods = 20_000
	}
	if batches == 0 {
		batches = 20
	}
	if level == 0 {
		level = 0.95
	}
	if s.Demand == nil || s.Life < 1 || s.Lead < 0 || s.Issue > LIFO || periods < batches || batches < 2 || s.Warmup < 0 || !(level > 0 && level < 1) ||
		!(s.Base >= 0) || !(s.Safety > -math.MaxFloat64) || !(s.Batch >= 0) || math.IsInf(s.Base+s.Safety+s.Batch, 0) {
		return PerishableResult{}, fmt.Errorf("replenish: perishable simulation: life %d, lead time %d, base stock %v, safety %v, batch %v, %d periods in %d batches; there must be a demand, all be finite, times and quantities not negative: %w", s.Life, s.Lead, s.Base, s.Safety, s.Batch, periods, batches, ErrInput)
	}
	draw := NewSampler(s.Demand)
	rng := rand.New(rand.NewPCG(s.Seed, 1))
	mean, _ := s.Demand.Moments()
	stock := make([]float64, s.Life) // stock[r]: r+1 periods left
	pipe := make([]float64, s.Lead)  // pipe[t]: arrives in t periods
	expected := make([]float64, s.Lead+1)
	for t := range expected {
		expected[t] = mean
	}
	type sums struct{ outdated, lost, ordered, onHand, demand float64 }
	batch := make([]sums, batches)
	length := periods / batches
	var scratch sums
	for t := -s.Warmup; t < length*batches; t++ {
		sum := &scratch
		if t >= 0 {
			sum = &batch[t/length]
		}
		if s.Lead > 0 {
			stock[s.Life-1] += pipe[0]
			copy(pipe, pipe[1:])
			pipe[s.Lead-1] = 0
		}
		q := 0.0
		if s.EWA {
			// What arrives later is fresh when it does: pipe[k] comes k+1 periods
			// from now.
			q = EWAOrder(stock, s.arrivals(pipe), expected, s.Life, s.Safety, s.Batch, s.Issue)
		} else {
			position := 0.0
			for _, x := range stock {
				position += x
			}
			for _, x := range pipe {
				position += x
			}
			if q = max(0, s.Base-position); s.Batch > 0 {
				q = s.Batch * math.Ceil(q/s.Batch-1e-9)
			}
		}
		if s.Lead > 0 {
			pipe[s.Lead-1] += q
		} else {
			stock[s.Life-1] += q
		}
		sum.ordered += q
		d := max(0, math.Round(draw.Draw(rng)))
		sum.demand += d
		for i := range stock {
			r := i
			if s.Issue == LIFO {
				r = s.Life - 1 - i
			}
			take := min(d, stock[r])
			stock[r] -= take
			d -= take
		}
		sum.lost += d
		sum.outdated += stock[0]
		copy(stock, stock[1:])
		stock[s.Life-1] = 0
		for _, x := range stock {
			sum.onHand += x
		}
	}
	t := studentQuantile(0.5+0.5*level, batches-1)
	ratio := func(of, by func(*sums) float64) Estimate {
		a, b, v := 0.0, 0.0, 0.0
		for i := range batch {
			a += of(&batch[i])
			b += by(&batch[i])
		}
		if b == 0 {
			return Estimate{Mean: 1}
		}
		for i := range batch {
			e := of(&batch[i]) - a/b*by(&batch[i])
			v += e * e
		}
		n := float64(batches)
		return Estimate{a / b, t * math.Sqrt(v/(n-1)/n) * n / b}
	}
	each := func(*sums) float64 { return float64(length) }
	return PerishableResult{
		Outdated: ratio(func(b *sums) float64 { return b.outdated }, each),
		Lost:     ratio(func(b *sums) float64 { return b.lost }, each),
		Ordered:  ratio(func(b *sums) float64 { return b.ordered }, each),
		OnHand:   ratio(func(b *sums) float64 { return b.onHand }, each),
		FillRate: ratio(func(b *sums) float64 { return b.demand - b.lost }, func(b *sums) float64 { return b.demand }),
	}, nil
}

// arrivals gives the pipeline as EWAOrder has it: nothing more arrives in this
// period.
func (s *PerishableSimulation) arrivals(pipe []float64) []float64 {
	out := make([]float64, len(pipe)+1)
	copy(out[1:], pipe)
	return out
}
