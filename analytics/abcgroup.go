package analytics

import (
	"cmp"
	"slices"
)

// ABCRank classifies by any measure within groups (sites, categories; nil: one
// group), as [ABC] does for the whole: by cumulative share, or by count where
// p.CountA or p.CountB is above 0. A measure that is 0, negative or not a number
// is a C. It returns the class and the cumulative share before the sku within
// its group (1 for what has no measure).
func ABCRank(measure []float64, group []int32, p ABCParams) (class []string, before []float64) {
	a, b := p.limits()
	n := len(measure)
	class, before = make([]string, n), make([]float64, n)
	type ranked struct {
		value float64
		group int32
		sku   int32
	}
	order := make([]ranked, 0, n)
	for k, v := range measure {
		class[k], before[k] = "C", 1
		r := ranked{value: v, sku: int32(k)}
		if group != nil {
			r.group = group[k]
		}
		if v > 0 && finite(v) && r.group >= 0 {
			order = append(order, r)
		}
	}
	slices.SortFunc(order, func(x, y ranked) int {
		if c := cmp.Compare(x.group, y.group); c != 0 {
			return c
		}
		if x.value != y.value {
			return cmp.Compare(y.value, x.value)
		}
		return cmp.Compare(x.sku, y.sku)
	})
	for lo := 0; lo < len(order); {
		hi := lo
		var all total
		scale := 1.0
		if order[lo].value > 1e290 {
			scale = 0x1p-70
		}
		for ; hi < len(order) && order[hi].group == order[lo].group; hi++ {
			all.add(order[hi].value * scale)
		}
		sum := all.value()
		var cum total
		for i := lo; i < hi; i++ {
			k := order[i].sku
			before[k] = cum.value() / sum
			class[k] = p.at(i-lo, before[k], a, b)
			cum.add(order[i].value * scale)
		}
		lo = hi
	}
	return class, before
}

// limits returns the shares with their defaults.
func (p ABCParams) limits() (a, b float64) {
	a, b = p.A, p.B
	if a == 0 {
		a = 0.80
	}
	if b == 0 {
		b = 0.95
	}
	return a, b
}

// at returns the class of place i (from 0) with the share before it.
func (p ABCParams) at(i int, before, a, b float64) string {
	if p.CountA > 0 || p.CountB > 0 {
		switch {
		case i < p.CountA:
			return "A"
		case i < p.CountA+p.CountB:
			return "B"
		}
		return "C"
	}
	switch {
	case before < a:
		return "A"
	case before < b:
		return "B"
	}
	return "C"
}
