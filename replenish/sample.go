package replenish

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Sampler draws from a distribution: an alias table for whole numbers and
// tables of values (Walker, 1977; Vose, 1991), the method of Marsaglia and
// Tsang (2000) for gamma, the quantile of a uniform number for the rest. It
// allocates nothing in use.
type Sampler struct {
	kind        samplerKind
	a, b        float64
	first       float64
	values      []float64 // nil: first, first+1, …
	threshold   []float64
	alias       []int32
	quantile    Distribution
	boost, d, c float64
}

type samplerKind uint8

const (
	samplePoint samplerKind = iota
	sampleNormal
	sampleLognormal
	sampleGamma
	sampleAlias
	sampleQuantile
)

// sampleTail is the mass of each tail of an integer law that is never drawn.
const sampleTail = 1e-15

// maxAlias bounds an alias table; wider integer laws are drawn by their quantile.
const maxAlias = 1 << 20

// NewSampler prepares draws from a distribution, of nil as of 0.
func NewSampler(d Distribution) *Sampler {
	s := &Sampler{}
	switch d := d.(type) {
	case nil:
		return s
	case Normal:
		s.kind, s.a, s.b = sampleNormal, d.Mean, d.SD
		return s
	case Lognormal:
		s.kind, s.a, s.b = sampleLognormal, d.Mu, d.Sigma
		return s
	case *Table:
		values, p := d.Points()
		s.values = values
		s.makeAlias(p)
		return s
	}
	mean, sd := d.Moments()
	if sd == 0 {
		s.a = mean
		return s
	}
	if _, ok := d.(Gamma); ok {
		// Shape below 1: draw with one more and multiply by U^(1/shape).
		shape := mean * mean / (sd * sd)
		s.kind, s.b = sampleGamma, sd*sd/mean
		if shape < 1 {
			s.boost = 1 / shape
			shape++
		}
		s.d = shape - 1.0/3
		s.c = 1 / math.Sqrt(9*s.d)
		return s
	}
	if law, ok := d.(IntegerDistribution); ok && integer(d) {
		lo, hi := d.Quantile(sampleTail), d.Quantile(1-sampleTail)
		if hi-lo < maxAlias {
			p := make([]float64, int(hi-lo)+1)
			for k := range p {
				p[k] = law.PMF(int(lo) + k)
			}
			s.first = lo
			s.makeAlias(p)
			return s
		}
	}
	s.kind, s.quantile = sampleQuantile, d
	return s
}

func (s *Sampler) makeAlias(p []float64) {
	n := len(p)
	s.kind = sampleAlias
	s.threshold, s.alias = make([]float64, n), make([]int32, n)
	sum := 0.0
	for _, v := range p {
		sum += v
	}
	var small, large []int32
	for k, v := range p {
		s.threshold[k] = v / sum * float64(n)
		s.alias[k] = int32(k)
		if s.threshold[k] < 1 {
			small = append(small, int32(k))
		} else {
			large = append(large, int32(k))
		}
	}
	for len(small) > 0 && len(large) > 0 {
		k, l := small[len(small)-1], large[len(large)-1]
		small = small[:len(small)-1]
		s.alias[k] = l
		s.threshold[l] -= 1 - s.threshold[k]
		if s.threshold[l] < 1 {
			large = large[:len(large)-1]
			small = append(small, l)
		}
	}
	for _, k := range append(small, large...) {
		s.threshold[k] = 1
	}
}

// Draw returns the next value.
func (s *Sampler) Draw(r *rand.Rand) float64 {
	switch s.kind {
	case sampleAlias:
		u := r.Float64() * float64(len(s.threshold))
		k := int(u)
		if u-float64(k) >= s.threshold[k] {
			k = int(s.alias[k])
		}
		if s.values != nil {
			return s.values[k]
		}
		return s.first + float64(k)
	case sampleNormal:
		return s.a + s.b*r.NormFloat64()
	case sampleLognormal:
		return math.Exp(s.a + s.b*r.NormFloat64())
	case sampleGamma:
		for {
			x := r.NormFloat64()
			v := 1 + s.c*x
			if v <= 0 {
				continue
			}
			v = v * v * v
			u := 1 - r.Float64()
			if math.Log(u) < 0.5*x*x+s.d*(1-v+math.Log(v)) {
				y := s.d * v * s.b
				if s.boost > 0 {
					y *= math.Pow(1-r.Float64(), s.boost)
				}
				return y
			}
		}
	case sampleQuantile:
		return s.quantile.Quantile(r.Float64())
	}
	return s.a
}

// DemandProcess is where demand comes from.
type DemandProcess interface {
	// Start goes back to the beginning.
	Start()
	// Next returns the time until the next demand and its size.
	Next(r *rand.Rand) (gap, size float64)
}

// PeriodDemand is one demand in the middle of every period, drawn from a law or
// from a history.
type PeriodDemand struct {
	sampler *Sampler
	history []float64
	block   int // of the bootstrap; 0: the history as it is, over and over
	at      int
	left    int
	begun   bool
}

// NewPeriodDemand draws every period's demand from a distribution.
func NewPeriodDemand(d Distribution) *PeriodDemand { return &PeriodDemand{sampler: NewSampler(d)} }

// NewHistoryDemand repeats a history, period by period, over and over.
func NewHistoryDemand(history []float64) (*PeriodDemand, error) {
	return NewBootstrapDemand(history, 0)
}

// NewBootstrapDemand draws blocks of so many consecutive periods from a history
// (the moving blocks of Künsch, 1989), which keeps what neighbouring periods
// have in common; a block of 1 draws period by period.
func NewBootstrapDemand(history []float64, block int) (*PeriodDemand, error) {
	if len(history) == 0 || block < 0 || block > len(history) {
		return nil, fmt.Errorf("replenish: history of %d periods in blocks of %d; give a history, and blocks no longer than it: %w", len(history), block, ErrInput)
	}
	for i, x := range history {
		if x != x || math.IsInf(x, 0) {
			return nil, fmt.Errorf("replenish: history: period %d: demand %v; it must be finite: %w", i, x, ErrInput)
		}
	}
	return &PeriodDemand{history: append([]float64(nil), history...), block: block}, nil
}

// Start goes back to the beginning.
func (p *PeriodDemand) Start() { p.at, p.left, p.begun = 0, 0, false }

// Next returns the next period's demand.
func (p *PeriodDemand) Next(r *rand.Rand) (gap, size float64) {
	gap = 1
	if !p.begun {
		p.begun, gap = true, 0.5
	}
	if p.history == nil {
		return gap, p.sampler.Draw(r)
	}
	if p.block > 0 && p.left == 0 {
		p.at, p.left = r.IntN(len(p.history)-p.block+1), p.block
	}
	size = p.history[p.at]
	p.left--
	if p.at++; p.at == len(p.history) {
		p.at = 0
	}
	return gap, size
}

// Customers come by chance, each with a demand of random size: a compound
// Poisson process.
type Customers struct {
	gap  float64
	size *Sampler
}

// NewCustomers returns customers at the given rate a period, with sizes from a
// distribution, nil for one unit each.
func NewCustomers(rate float64, size Distribution) (*Customers, error) {
	if !(rate > 0) || math.IsInf(rate, 0) {
		return nil, fmt.Errorf("replenish: customers at rate %v; it must be finite and above 0: %w", rate, ErrInput)
	}
	c := &Customers{gap: 1 / rate}
	if size == nil {
		c.size = &Sampler{a: 1}
	} else {
		c.size = NewSampler(size)
	}
	return c, nil
}

// Start goes back to the beginning.
func (c *Customers) Start() {}

// Next returns the next customer.
func (c *Customers) Next(r *rand.Rand) (gap, size float64) {
	return c.gap * r.ExpFloat64(), c.size.Draw(r)
}
