package replay

import (
	"cmp"
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

// Figure is a figure that follows from the totals.
type Figure struct {
	Of func(total []float64) float64
	// Ratio says that the figure is one less a ratio, such as a saving: its luck is
	// that of the logarithm of the ratio, so that no more than all can be saved.
	Ratio bool
	// Shared says that what befell one group might have befallen another of its
	// size; else a group has its own luck alone.
	Shared bool
}

// alike is how many groups, nearest to a group in size, share their luck with it.
const alike = 100

// Predict says where figures will lie in a time as long as that of the blocks
// with other luck, at a level such as 0.90. A figure was found in one draw of luck
// and will come true in another, so that what is drawn is a pair of times. Two
// stretches of a group are such a pair: with u the lower of their figures and δ
// what the one has more than the other,
//
//	(a, b) = (u + max(δ, 0), u + max(−δ, 0))
//
// Each group is given as many pairs as it has stretches, in either direction with
// equal probability (blocks: Künsch 1989), and the figure f of the sums spreads as
//
//	f(Σb) − f(Σa)
//
// The level u is always the group's own: what tells one group from another does
// not count as luck. Of a shared figure δ is that of a group drawn from those of
// its size, in proportion to the size (errors pooled over the units, as of a
// linear model; Davison and Hinkley 1997, chapter 6): two stretches of a group say
// little of what befalls it once in years, but those of all say it. The column
// that measures the size of each is given by size. A group without size, or with a
// figure of a stretch above most times its mean size, is not in proportion to it:
// it keeps its own luck and lends none.
//
// Stretches must be longer than what happens hangs together: an order cycle and
// its lead time. What hits all sku's at once for longer than a stretch is not in
// it, and a season that differs between stretches is. ok is false where there are
// too few stretches or groups.
func (b *Blocks) Predict(figures []Figure, size []int, most, level float64, draws int, seed uint64) (in []Interval, ok bool) {
	n := b.Groups()
	if b.PerGroup < LeastStretches || n < LeastGroups || draws < 1 {
		return nil, false
	}
	p := b.pairs(size, most)
	found := make([][]float64, len(figures))
	for _, shared := range [...]bool{false, true} {
		if !slices.ContainsFunc(figures, func(f Figure) bool { return f.Shared == shared }) {
			continue
		}
		one, other := make([]float64, b.Columns), make([]float64, b.Columns)
		for d := range draws {
			p.draw(one, other, shared, rand.New(rand.NewPCG(seed, uint64(d))))
			for i, f := range figures {
				if f.Shared != shared {
					continue
				}
				if x := f.scaled(f.Of(other)) - f.scaled(f.Of(one)); !math.IsNaN(x) {
					found[i] = append(found[i], x)
				}
			}
		}
	}
	total := b.Total(nil)
	for i, f := range figures {
		if len(found[i]) == 0 {
			in = append(in, Interval{math.NaN(), math.NaN()})
			continue
		}
		slices.Sort(found[i])
		at := f.scaled(f.Of(total))
		low, high := at+quantileOf(found[i], (1-level)/2), at+quantileOf(found[i], (1+level)/2)
		if f.Ratio {
			low, high = 1-math.Exp(high), 1-math.Exp(low)
		}
		in = append(in, Interval{low, high})
	}
	return in, true
}

// leastRatio stands for a ratio of nothing where logarithms are taken.
const leastRatio = 1e-9

// scaled is a value of the figure on the scale of its luck.
func (f *Figure) scaled(x float64) float64 {
	if f.Ratio {
		return math.Log(max(1-x, leastRatio))
	}
	return x
}

// luckPairs are the pairs of stretches of each group.
type luckPairs struct {
	columns, per, stretches int
	lower, more             []float64 // by group, pair and column
	size                    []float64 // by group and column
	order, rank             []int     // groups in proportion to their size by it, and where each is; -1: it is none
}

func (b *Blocks) pairs(size []int, most float64) *luckPairs {
	n, c := b.Groups(), b.Columns
	p := &luckPairs{columns: c, per: b.PerGroup * (b.PerGroup - 1) / 2, stretches: b.PerGroup, size: make([]float64, n*c), rank: make([]int, n)}
	for g := range n {
		sums := make([]float64, c)
		for i := range b.PerGroup {
			for col, v := range b.Row(g, i) {
				sums[col] += v
			}
		}
		sized := true
		for col := range c {
			p.size[g*c+col] = sums[size[col]]
			sized = sized && sums[size[col]] > 0
			for i := range b.PerGroup {
				sized = sized && b.Row(g, i)[col] <= most*sums[size[col]]/float64(b.PerGroup)
			}
		}
		p.rank[g] = -1
		if sized {
			p.order = append(p.order, g)
		}
		for i := range b.PerGroup {
			for j := range i {
				x, y := b.Row(g, i), b.Row(g, j)
				for col := range c {
					p.lower = append(p.lower, min(x[col], y[col]))
					p.more = append(p.more, x[col]-y[col])
				}
			}
		}
	}
	slices.SortStableFunc(p.order, func(g, h int) int { return cmp.Compare(p.size[g*c], p.size[h*c]) })
	for i, g := range p.order {
		p.rank[g] = i
	}
	return p
}

// draw draws a pair of times into one and other.
func (p *luckPairs) draw(one, other []float64, shared bool, rng *rand.Rand) {
	c := p.columns
	clear(one)
	clear(other)
	near := min(alike, len(p.order))
	for g, rank := range p.rank {
		first := min(max(rank-near/2, 0), len(p.order)-near)
		for range p.stretches {
			from, sign := g, 1.0
			lower := p.lower[(g*p.per+rng.IntN(p.per))*c:][:c]
			if shared && rank >= 0 {
				from = p.order[first+rng.IntN(near)]
			}
			more := p.more[(from*p.per+rng.IntN(p.per))*c:][:c]
			if rng.IntN(2) == 0 {
				sign = -1
			}
			for col, low := range lower {
				d := sign * more[col]
				if from != g {
					d *= p.size[g*c+col] / p.size[from*c+col]
				}
				one[col] += low + max(d, 0)
				other[col] += low + max(-d, 0)
			}
		}
	}
}

// quantileOf is that of sorted values, linear between them.
func quantileOf(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	i := min(int(at), len(sorted)-1)
	j := min(i+1, len(sorted)-1)
	return sorted[i] + (at-float64(i))*(sorted[j]-sorted[i])
}
