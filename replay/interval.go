package replay

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Blocks hold the sums of Columns figures over stretches of time, by group of
// sku's: row (g*PerGroup + b) is stretch b of group g.
type Blocks struct {
	PerGroup, Columns int
	Sums              []float64
}

// NewBlocks makes room for so many groups of stretches of figures.
func NewBlocks(groups, perGroup, columns int) *Blocks {
	return &Blocks{perGroup, columns, make([]float64, groups*perGroup*columns)}
}

// Row is the figures of a stretch of a group; adding to them counts a sku.
func (b *Blocks) Row(group, stretch int) []float64 {
	at := (group*b.PerGroup + stretch) * b.Columns
	return b.Sums[at : at+b.Columns]
}

// Groups is the number of groups.
func (b *Blocks) Groups() int { return len(b.Sums) / (b.PerGroup * b.Columns) }

// Total adds all rows up, into dst.
func (b *Blocks) Total(dst []float64) []float64 {
	dst = append(dst[:0], make([]float64, b.Columns)...)
	for i, v := range b.Sums {
		dst[i%b.Columns] += v
	}
	return dst
}

// Interval is where a figure lies with a probability.
type Interval struct{ Low, High float64 }

// LeastStretches and LeastGroups are what an interval needs.
const (
	LeastStretches = 2
	LeastGroups    = 10
)

// Predict says where figures will lie in a time as long as that of the blocks
// with other luck, at a level such as 0.90. Each of values computes a figure from
// the totals.
//
// Chance is seen within a sku: its stretches are resampled with replacement, each
// group for itself (a block bootstrap; Künsch 1989), so that what tells one sku
// from another does not count as luck. The figure was found in one draw of luck
// and will come true in another, so that what is resampled is the difference of two,
//
//	value + √(B/(B−1)) · (value* − value**)
//
// B the number of stretches: the factor takes back what their mean takes off
// their variance. Stretches must be longer than what happens hangs together:
// an order cycle and its lead time. What hits all sku's at once for longer than a
// stretch is not in it. ok is false where there are too few stretches or groups.
func (b *Blocks) Predict(values []func(total []float64) float64, level float64, draws int, seed uint64) (in []Interval, ok bool) {
	n := b.Groups()
	if b.PerGroup < LeastStretches || n < LeastGroups || draws < 1 {
		return nil, false
	}
	scale := math.Sqrt(float64(b.PerGroup) / float64(b.PerGroup-1))
	all := make([][]float64, len(values))
	pair := [2][]float64{make([]float64, b.Columns), make([]float64, b.Columns)}
	for d := range draws {
		for side := range pair {
			sum := pair[side]
			clear(sum)
			rng := rand.New(rand.NewPCG(seed, uint64(2*d+side)))
			for g := range n {
				for range b.PerGroup {
					for c, v := range b.Row(g, rng.IntN(b.PerGroup)) {
						sum[c] += v
					}
				}
			}
		}
		for i, f := range values {
			all[i] = append(all[i], scale*(f(pair[0])-f(pair[1])))
		}
	}
	total := b.Total(nil)
	for i, f := range values {
		at := f(total)
		slices.Sort(all[i])
		in = append(in, Interval{at + quantileOf(all[i], (1-level)/2), at + quantileOf(all[i], (1+level)/2)})
	}
	return in, true
}

// quantileOf is that of sorted values, linear between them.
func quantileOf(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := min(int(at), len(sorted)-1)
	j := min(i+1, len(sorted)-1)
	return sorted[i] + (at-float64(i))*(sorted[j]-sorted[i])
}
