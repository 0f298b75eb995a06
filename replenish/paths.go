package replenish

import (
	"fmt"
	"math"
)

// Paths are equally likely futures of the demand, as a forecast simulates them
// or a bootstrap of the history (Willemain, Smart and Schwarz 2004) draws them:
// Periods values each, one path after another. They know what a variance does
// not: how the periods hang together and what shape their sum has.
type Paths struct {
	Periods int
	Values  []float64
}

// Over returns the distribution of the demand of n periods together, fractional
// as it comes: a broken period counts by its share. Past the last period each
// path goes on at its own mean. An error wraps [ErrInput].
func (p Paths) Over(n float64) (*Table, error) {
	if p.Periods <= 0 || len(p.Values) == 0 || len(p.Values)%p.Periods != 0 {
		return nil, fmt.Errorf("paths: %d values in paths of %d periods: %w: give whole paths", len(p.Values), p.Periods, ErrInput)
	}
	if !(n >= 0) || n > largest {
		return nil, fmt.Errorf("paths: %v periods: %w: give a finite number, not negative", n, ErrInput)
	}
	sums := make([]float64, len(p.Values)/p.Periods)
	for i := range sums {
		path := p.Values[i*p.Periods : (i+1)*p.Periods]
		whole := math.Floor(n)
		s := 0.0
		for t, v := range path {
			switch f := float64(t); {
			case f < whole:
				s += v
			case f == whole:
				s += v * (n - whole)
			}
		}
		if n > float64(p.Periods) {
			s *= n / float64(p.Periods)
		}
		sums[i] = s
	}
	t, err := NewEmpirical(sums)
	if err != nil {
		return nil, fmt.Errorf("paths: %w", err)
	}
	return t, nil
}
