package analytics

import (
	"slices"

	"planwright"
)

// Measures are additive figures, one row a sku; a nil column is left out.
type Measures struct {
	Name  []string
	Value [][]float64
}

// Rate is a figure made of sums: Name = Factor · sum(Over) / sum(Under).
type Rate struct {
	Name        string
	Over, Under string
	Factor      float64 // 0: 1
}

// GroupFigures adds the measures up by the key of each sku and appends a row for
// every key and figure to t, keys in order, then the number of sku's, then the
// measures, then the rates that exist (denominator above zero). The sums of a
// measure over the keys are its sum over all sku's: every sku has one key, which
// may be "".
func GroupFigures(dimension string, key []string, m *Measures, rates []Rate, t *planwright.KPIGroups) {
	// Keys are few and sku's are many: number the keys once.
	at := map[string]int{}
	var names []string
	of := make([]int32, len(key))
	for k, name := range key {
		if k > 0 && name == key[k-1] {
			of[k] = of[k-1]
			continue
		}
		g, ok := at[name]
		if !ok {
			g = len(names)
			at[name] = g
			names = append(names, name)
		}
		of[k] = int32(g)
	}
	sums := make([]total, len(names)*len(m.Name))
	count := make([]int, len(names))
	for k := range key {
		g := int(of[k])
		count[g]++
		for j, col := range m.Value {
			if v := col[k]; v != 0 && finite(v) {
				sums[g*len(m.Name)+j].add(v)
			}
		}
	}
	put := func(key, name string, v float64) {
		t.Dimension = append(t.Dimension, dimension)
		t.Key = append(t.Key, key)
		t.Name = append(t.Name, name)
		t.Value = append(t.Value, v)
	}
	slices.Sort(names)
	for _, name := range names {
		g := at[name]
		put(name, "skus", float64(count[g]))
		sum := func(measure string) float64 {
			if j := slices.Index(m.Name, measure); j >= 0 {
				return sums[g*len(m.Name)+j].value()
			}
			return 0
		}
		for j, measure := range m.Name {
			put(name, measure, sums[g*len(m.Name)+j].value())
		}
		for _, r := range rates {
			f := r.Factor
			if f == 0 {
				f = 1
			}
			if under := sum(r.Under); under > 0 && sum(r.Over) >= 0 && finite(f*sum(r.Over)/under) {
				put(name, r.Name, f*sum(r.Over)/under)
			}
		}
	}
}
