package replenish

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// Table is a distribution given value by value: an arbitrary one, or the
// empirical one of a sample. The losses at every value are held, summed from
// the nearer tail, so that one evaluation is a search (or an index, where the
// values are consecutive integers) and keeps all digits.
type Table struct {
	values       []float64 // ascending, each of positive probability but perhaps of a lattice
	p            []float64
	cdf, nb, nb2 []float64 // P(X <= v), n̄(v), n̄₂(v)
	sf, n, n2    []float64 // P(X > v), n(v), n₂(v)
	mean, sd     float64
	lattice      bool // all values whole
	consecutive  bool // values[i] = values[0] + i
}

// NewTable returns the distribution with the given values and probabilities,
// in any order, values that occur twice added up. Probabilities must not be
// negative and are scaled to a sum of 1. An error wraps [ErrInput].
func NewTable(values, probabilities []float64) (*Table, error) {
	if len(values) != len(probabilities) || len(values) == 0 {
		return nil, fmt.Errorf("distribution: %d values, %d probabilities: %w: give one probability for each value", len(values), len(probabilities), ErrInput)
	}
	sum := 0.0
	for i, v := range values {
		if !(math.Abs(v) <= largest) {
			return nil, fmt.Errorf("distribution: value %v: %w: give finite numbers up to 1e15", v, ErrInput)
		}
		if w := probabilities[i]; !(w >= 0) || w > 1e300 {
			return nil, fmt.Errorf("distribution: probability %v of value %v: %w: give a finite number, not negative", w, v, ErrInput)
		}
		sum += probabilities[i]
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return nil, fmt.Errorf("distribution: probabilities add up to %v: %w: give at least one above 0", sum, ErrInput)
	}
	type mass struct{ v, p float64 }
	all := make([]mass, 0, len(values))
	for i, v := range values {
		if w := probabilities[i]; w > 0 {
			all = append(all, mass{v, w})
		}
	}
	slices.SortStableFunc(all, func(a, b mass) int {
		switch {
		case a.v < b.v:
			return -1
		case a.v > b.v:
			return 1
		}
		return 0
	})
	v, p := make([]float64, 0, len(all)), make([]float64, 0, len(all))
	for _, m := range all {
		if k := len(v); k > 0 && v[k-1] == m.v {
			p[k-1] += m.p / sum
			continue
		}
		v, p = append(v, m.v), append(p, m.p/sum)
	}
	return newTable(v, p), nil
}

// NewEmpirical returns the distribution of a sample, each value as likely as
// another. An error wraps [ErrInput].
func NewEmpirical(sample []float64) (*Table, error) {
	w := make([]float64, len(sample))
	for i := range w {
		w[i] = 1
	}
	t, err := NewTable(sample, w)
	if err != nil {
		return nil, fmt.Errorf("sample of %d: %w", len(sample), err)
	}
	return t, nil
}

// NewPMF returns the integer law with P(X = first+i) = probabilities[i], scaled
// to a sum of 1. An error wraps [ErrInput].
func NewPMF(first int, probabilities []float64) (*Table, error) {
	lo, hi := 0, len(probabilities)
	for lo < hi && probabilities[lo] == 0 {
		lo++
	}
	for hi > lo && probabilities[hi-1] == 0 {
		hi--
	}
	sum := 0.0
	for i, w := range probabilities {
		if !(w >= 0) || math.IsInf(w, 0) {
			return nil, fmt.Errorf("distribution: probability %v of value %d: %w: give a finite number, not negative", w, first+i, ErrInput)
		}
		sum += w
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return nil, fmt.Errorf("distribution: probabilities add up to %v: %w: give at least one above 0", sum, ErrInput)
	}
	v, p := make([]float64, hi-lo), make([]float64, hi-lo)
	for i := range v {
		v[i], p[i] = float64(first+lo+i), probabilities[lo+i]/sum
	}
	return newTable(v, p), nil
}

// newTable takes ascending values with probabilities that add up to 1.
func newTable(v, p []float64) *Table {
	m := len(v)
	store := make([]float64, 6*m)
	cut := func() []float64 { s := store[:m:m]; store = store[m:]; return s }
	t := &Table{values: v, p: p, cdf: cut(), nb: cut(), nb2: cut(), sf: cut(), n: cut(), n2: cut(), lattice: true, consecutive: true}
	for i, x := range v {
		t.mean += p[i] * x
		t.lattice = t.lattice && x == math.Floor(x)
		t.consecutive = t.consecutive && x == v[0]+float64(i)
	}
	variance := 0.0
	for i, x := range v {
		variance += p[i] * (x - t.mean) * (x - t.mean)
	}
	t.sd = math.Sqrt(variance)
	c, nb, nb2 := 0.0, 0.0, 0.0
	for i := range v {
		if i > 0 {
			w := v[i] - v[i-1]
			nb2 += w*nb + 0.5*w*w*c
			nb += w * c
		}
		c += p[i]
		t.cdf[i], t.nb[i], t.nb2[i] = c, nb, nb2
	}
	c, nb, nb2 = 0, 0, 0
	for i := m - 1; i >= 0; i-- {
		if i < m-1 {
			w := v[i+1] - v[i]
			nb2 += w*nb + 0.5*w*w*c
			nb += w * c
		}
		t.sf[i], t.n[i], t.n2[i] = c, nb, nb2
		c += p[i]
	}
	// The far ends are exact.
	for i := range v {
		if t.cdf[i] > 0.5 {
			t.cdf[i] = 1 - t.sf[i]
		} else {
			t.sf[i] = 1 - t.cdf[i]
		}
	}
	t.cdf[m-1], t.sf[m-1] = 1, 0
	return t
}

// at returns the last index with a value not above x, −1 for none.
func (t *Table) at(x float64) int {
	if t.consecutive {
		i := math.Floor(x - t.values[0])
		return int(min(max(i, -1), float64(len(t.values)-1)))
	}
	return sort.Search(len(t.values), func(i int) bool { return t.values[i] > x }) - 1
}

// Moments returns mean and standard deviation.
func (t *Table) Moments() (mean, sd float64) { return t.mean, t.sd }

// Support returns the smallest and the largest value.
func (t *Table) Support() (low, high float64) { return t.values[0], t.values[len(t.values)-1] }

// Points returns values and probabilities, which must not be changed.
func (t *Table) Points() (values, probabilities []float64) { return t.values, t.p }

// PMF returns P(X = k).
func (t *Table) PMF(k int) float64 {
	if i := t.at(float64(k)); i >= 0 && t.values[i] == float64(k) {
		return t.p[i]
	}
	return 0
}

// CDF returns P(X <= x).
func (t *Table) CDF(x float64) float64 {
	x = point(x)
	if i := t.at(x); i >= 0 {
		return t.cdf[i]
	}
	return 0
}

// Quantile returns the smallest value x with P(X <= x) >= p: the least value
// for p <= 0, the largest for p >= 1. Sums of probabilities that should be
// equal differ in the last digits, so a p that is missed by less than 1e-15
// counts as reached.
func (t *Table) Quantile(p float64) float64 {
	p -= 1e-15
	i := sort.Search(len(t.values), func(i int) bool { return t.cdf[i] >= p })
	return t.values[min(i, len(t.values)-1)]
}

// Losses returns P(X > x), n(x) and n₂(x).
func (t *Table) Losses(x float64) (sf, n, n2 float64) {
	x = point(x)
	i := t.at(x)
	if i == len(t.values)-1 {
		return 0, 0, 0
	}
	sf = 1
	if i >= 0 {
		sf = t.sf[i]
	}
	below := 1.0 // P(X >= next value)
	if i >= 0 {
		below = sf
	}
	w := t.values[i+1] - x
	return sf, t.n[i+1] + w*below, t.n2[i+1] + w*t.n[i+1] + 0.5*w*w*below
}

// LowerLosses returns P(X <= x), n̄(x) and n̄₂(x).
func (t *Table) LowerLosses(x float64) (cdf, nbar, nbar2 float64) {
	x = point(x)
	i := t.at(x)
	if i < 0 {
		return 0, 0, 0
	}
	w, c := x-t.values[i], t.cdf[i]
	return c, t.nb[i] + w*c, t.nb2[i] + w*t.nb[i] + 0.5*w*w*c
}

// tabulate returns an integer law as a table over all values whose tail
// probability is above eps.
func tabulate(d IntegerDistribution, eps float64) (*Table, error) {
	if t, ok := d.(*Table); ok {
		return t, nil
	}
	lo := int(d.Quantile(eps))
	hi := int(d.Quantile(1 - 0x1p-50))
	for {
		sf, _, _ := d.Losses(float64(hi))
		if sf <= eps {
			break
		}
		hi += 1 + (hi-lo)/8
	}
	p := make([]float64, hi-lo+1)
	for i := range p {
		p[i] = d.PMF(lo + i)
	}
	return NewPMF(lo, p)
}
