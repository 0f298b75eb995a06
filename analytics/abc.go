package analytics

import (
	"cmp"
	"slices"

	"planwright"
)

// ABCParams are the thresholds of an ABC classification. The zero value is 80 %
// and 95 %.
type ABCParams struct {
	A float64 // class A while the cumulative share before the sku is below; 0: 0.80
	B float64 // then class B while it is below; 0: 0.95
	// CountA and CountB, if either is above 0, class by place instead: the first
	// CountA are A, the next CountB are B.
	CountA, CountB int
}

// ABC classifies sku's by value of use, the yearly quantity times the unit
// cost, and writes one row for each into t, in sku order: SKU, ABC, UsageValue,
// Share (of the total) and CumShare (before the sku, in descending order of
// value; of equal values the lower sku comes first). The first sku is always an
// A. A value that is 0, negative or not a number counts as 0 and is a C, so the
// shares of the others sum to 1. The other columns of t are left alone.
func ABC(value []float64, p ABCParams, t *planwright.Classes) {
	a, b := p.limits()
	n := len(value)
	t.SKU = resize(t.SKU, n)
	t.ABC = resize(t.ABC, n)
	t.UsageValue = resize(t.UsageValue, n)
	t.Share = resize(t.Share, n)
	t.CumShare = resize(t.CumShare, n)

	type ranked struct {
		value float64
		sku   int32
	}
	order := make([]ranked, 0, n)
	var all total
	for k, v := range value {
		t.SKU[k] = planwright.SKU(k)
		t.ABC[k], t.UsageValue[k], t.Share[k], t.CumShare[k] = "C", 0, 0, 1
		if v > 0 && finite(v) {
			t.UsageValue[k] = v
			order = append(order, ranked{v, int32(k)})
		}
	}
	slices.SortFunc(order, func(x, y ranked) int {
		if c := cmp.Compare(y.value, x.value); c != 0 {
			return c
		}
		return cmp.Compare(x.sku, y.sku)
	})
	// Values near the end of the range of floats are scaled down, so that their
	// sum stays inside it.
	scale := 1.0
	if len(order) > 0 && order[0].value > 1e290 {
		scale = 0x1p-70
	}
	for _, r := range order {
		all.add(r.value * scale)
	}
	sum := all.value()
	var before total
	for i, r := range order {
		cum := before.value() / sum
		t.ABC[r.sku] = p.at(i, cum, a, b)
		t.Share[r.sku] = r.value * scale / sum
		t.CumShare[r.sku] = cum
		before.add(r.value * scale)
	}
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
