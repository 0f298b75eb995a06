package forecast

import (
	"errors"
	"fmt"
	"math"
)

// ErrHierarchy is wrapped by the errors of a structure or of data that does not
// fit it.
var ErrHierarchy = errors.New("hierarchy")

// Hierarchy says which series add up to which: any number of groupings (item,
// category, site, region, customer, and crossings of them) of the same bottom
// series. Node 0..Upper-1 are sums, node Upper+b is bottom series b. The summing
// matrix S of the literature has a row a node; it is kept as compressed rows of
// the sums and of its transpose.
//
// A vector of a Hierarchy holds one value a node, for one period.
type Hierarchy struct {
	Bottom, Upper int
	off, col      []int32 // bottom series of each sum
	tOff, tRow    []int32 // sums of each bottom series
	level         []int32 // first node of each level; the last is Upper
	key           [][]int32
}

// NewHierarchy returns the structure of bottom series under levels. A level
// gives for each bottom series the number of its group, 0, 1, ... without gaps,
// or -1 for none; a nil level is the total. Nodes are numbered by level, as
// given, then by group. It returns an error wrapping [ErrHierarchy].
func NewHierarchy(bottom int, levels ...[]int32) (*Hierarchy, error) {
	if bottom < 1 {
		return nil, fmt.Errorf("forecast: %w of %d bottom series: give at least one", ErrHierarchy, bottom)
	}
	h := &Hierarchy{Bottom: bottom, level: []int32{0}}
	for l, keys := range levels {
		if keys == nil {
			keys = make([]int32, bottom)
		}
		if len(keys) != bottom {
			return nil, fmt.Errorf("forecast: %w: level %d has %d keys for %d bottom series: give one each", ErrHierarchy, l, len(keys), bottom)
		}
		groups := int32(0)
		for _, k := range keys {
			groups = max(groups, k+1)
		}
		if int(groups) > bottom {
			return nil, fmt.Errorf("forecast: %w: level %d has group %d of %d bottom series: number groups without gaps", ErrHierarchy, l, groups-1, bottom)
		}
		size := make([]int32, groups)
		for b, k := range keys {
			if k < -1 {
				return nil, fmt.Errorf("forecast: %w: level %d, series %d has group %d: use 0 and up, or -1", ErrHierarchy, l, b, k)
			}
			if k >= 0 {
				size[k]++
			}
		}
		first := int32(len(h.col))
		for g, n := range size {
			if n == 0 {
				return nil, fmt.Errorf("forecast: %w: level %d has no series in group %d: number groups without gaps", ErrHierarchy, l, g)
			}
			h.off = append(h.off, first)
			first += n
		}
		at := h.off[h.Upper:]
		next := append([]int32(nil), at...)
		h.col = append(h.col, make([]int32, int(first)-len(h.col))...)
		for b, k := range keys {
			if k >= 0 {
				h.col[next[k]] = int32(b)
				next[k]++
			}
		}
		h.Upper += int(groups)
		h.level = append(h.level, int32(h.Upper))
		h.key = append(h.key, keys)
	}
	h.off = append(h.off, int32(len(h.col)))
	h.transpose()
	return h, nil
}

func (h *Hierarchy) transpose() {
	h.tOff = make([]int32, h.Bottom+1)
	for _, b := range h.col {
		h.tOff[b+1]++
	}
	for b := range h.Bottom {
		h.tOff[b+1] += h.tOff[b]
	}
	h.tRow = make([]int32, len(h.col))
	next := append([]int32(nil), h.tOff[:h.Bottom]...)
	for u := range h.Upper {
		for _, b := range h.col[h.off[u]:h.off[u+1]] {
			h.tRow[next[b]] = int32(u)
			next[b]++
		}
	}
}

// Nodes is the number of nodes, sums and bottom series.
func (h *Hierarchy) Nodes() int { return h.Upper + h.Bottom }

// Level returns the nodes [from, to) of a level; that of number len(levels) is
// the bottom.
func (h *Hierarchy) Level(l int) (from, to int) {
	if l >= len(h.level)-1 {
		return h.Upper, h.Nodes()
	}
	return int(h.level[l]), int(h.level[l+1])
}

// Series returns the bottom series that node i sums. It is not to be changed.
func (h *Hierarchy) Series(i int) []int32 {
	if i >= h.Upper {
		return []int32{int32(i - h.Upper)}
	}
	return h.col[h.off[i]:h.off[i+1]]
}

// Sum fills the sums of v from its bottom values, v = S*v[Upper:]. What it
// leaves is coherent.
func (h *Hierarchy) Sum(v []float64) {
	bottom := v[h.Upper:]
	for u := range h.Upper {
		sum := 0.0
		for _, b := range h.col[h.off[u]:h.off[u+1]] {
			sum += bottom[b]
		}
		v[u] = sum
	}
}

// sumTo writes S'*v into dst, one value a bottom series.
func (h *Hierarchy) sumTo(dst, v []float64) {
	for b := range h.Bottom {
		sum := v[h.Upper+b]
		for _, u := range h.tRow[h.tOff[b]:h.tOff[b+1]] {
			sum += v[u]
		}
		dst[b] = sum
	}
}

// gaps writes C*v into dst, one value a sum: how much the node lies above the
// sum of its series. C = [I | -A] for S = [A; I].
func (h *Hierarchy) gaps(dst, v []float64) {
	bottom := v[h.Upper:]
	for u := range h.Upper {
		sum := v[u]
		for _, b := range h.col[h.off[u]:h.off[u+1]] {
			sum -= bottom[b]
		}
		dst[u] = sum
	}
}

// spreadGaps writes C'*x into dst, one value a node.
func (h *Hierarchy) spreadGaps(dst, x []float64) {
	copy(dst, x[:h.Upper])
	for b := range h.Bottom {
		sum := 0.0
		for _, u := range h.tRow[h.tOff[b]:h.tOff[b+1]] {
			sum -= x[u]
		}
		dst[h.Upper+b] = sum
	}
}

// Coherent returns the largest distance of a sum from what its series add up
// to, relative to the size of these.
func (h *Hierarchy) Coherent(v []float64) float64 {
	worst := 0.0
	for u := range h.Upper {
		sum, size := 0.0, 0.0
		for _, b := range h.col[h.off[u]:h.off[u+1]] {
			sum += v[h.Upper+int(b)]
			size += math.Abs(v[h.Upper+int(b)])
		}
		if d := math.Abs(v[u] - sum); d > 0 {
			worst = max(worst, d/max(size, math.Abs(v[u])))
		}
	}
	return worst
}

// largestNode leaves room for sums and weights.
const largestNode = 1e200

func (h *Hierarchy) fits(what string, v []float64) error {
	if len(v) != h.Nodes() {
		return fmt.Errorf("forecast: %w: %s has %d values for %d nodes: give one each", ErrHierarchy, what, len(v), h.Nodes())
	}
	for i, x := range v {
		if !(math.Abs(x) <= largestNode) {
			return fmt.Errorf("forecast: %w: %s of node %d is %v: give numbers up to 1e200", ErrHierarchy, what, i, x)
		}
	}
	return nil
}
