package sample

import (
	"slices"
	"testing"
)

// A life is a day by day account of one stock: what was left is what was there,
// came, went and came back; nothing is sold that was not wanted or not there. The
// same seeds give the same life, other luck another one of the same sku.
func TestLives(t *testing.T) {
	lives := Lives(3, 1, 30)
	if len(lives) != 30 {
		t.Fatalf("%d lives", len(lives))
	}
	again, other := Lives(3, 1, 30), Lives(3, 2, 30)
	short := 0
	for i := range lives {
		l := &lives[i]
		if !slices.Equal(l.Wanted, again[i].Wanted) || !slices.Equal(l.Stock, again[i].Stock) || !slices.Equal(l.Lead, again[i].Lead) {
			t.Fatalf("life %d differs from itself", i)
		}
		o := &other[i]
		if l.Item != o.Item || l.Site != o.Site || l.Cost != o.Cost || l.LeadDays != o.LeadDays || l.LotMin != o.LotMin {
			t.Fatalf("life %d is of another sku with other luck: %+v, %+v", i, l, o)
		}
		if slices.Equal(l.Wanted, o.Wanted) {
			t.Errorf("life %d wanted the same with other luck", i)
		}
		on, came := l.Opening, map[int32]int64{}
		for _, o := range l.Orders {
			came[max(o.Arrived, l.From)] += o.Qty
		}
		for d := range l.Wanted {
			on += came[l.From+int32(d)] - l.Sold[d] + l.Back[d]
			if on != l.Stock[d] || on < 0 || l.Sold[d] > l.Wanted[d] || l.Short[d] != (l.Sold[d] < l.Wanted[d]) || l.Lead[d] < 1 {
				t.Fatalf("life %d, day %d: left %d, want %d; wanted %d, sold %d, short %v, lead time %d", i, d, l.Stock[d], on, l.Wanted[d], l.Sold[d], l.Short[d], l.Lead[d])
			}
			if l.Short[d] {
				short++
			}
		}
	}
	if short == 0 {
		t.Error("nothing was ever short")
	}
}
