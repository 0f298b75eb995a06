package replenish

import (
	"testing"

	"planwright"

	"pgregory.net/rapid"
)

// TestSplit are the examples of the data set's lot rules.
func TestSplit(t *testing.T) {
	const one = planwright.One
	for _, c := range []struct {
		shortage float64
		lot      Lot
		count    int64
		each     planwright.Qty
		last     planwright.Qty
	}{
		{301, Lot{Min: 100 * one, Multiple: 12 * one, Max: 200 * one}, 1, 200 * one, 108 * one},
		{140, Lot{Min: 50 * one, Max: 100 * one}, 1, 100 * one, 50 * one},
		{140, Lot{Min: 50 * one, Max: 100 * one, RestAsIs: true}, 1, 100 * one, 40 * one},
		{301, Lot{Min: 100 * one, Multiple: 12 * one}, 0, 0, 312 * one},
		{0.1, Lot{Multiple: one / 10}, 0, 0, one / 10},
		{200, Lot{Max: 100 * one}, 2, 100 * one, 0},
		{95, Lot{Multiple: 30 * one, Max: 100 * one}, 0, 0, 100 * one},
		{5, Lot{Min: 300 * one, Max: 100 * one}, 0, 0, 100 * one},
		{5, Lot{}, 0, 0, 5 * one},
		{5, Lot{RestAsIs: true, Min: 7 * one}, 0, 0, 7 * one},
		{0, Lot{Min: one}, 0, 0, 0},
		{-3, Lot{Min: one}, 0, 0, 0},
		{1e9, Lot{Max: 1}, 1e15, 1, 0},
	} {
		o, ok := c.lot.Split(planwright.Clamp(c.shortage))
		if !ok || o != (Orders{c.count, c.each, c.last}) && !(c.count == 0 && o.Count == 0 && o.Last == c.last) {
			t.Errorf("%+v.Split(%g) = %+v %v, want %d of %v and %v", c.lot, c.shortage, o, ok, c.count, c.each, c.last)
		}
	}
	if _, ok := (Lot{Min: planwright.MaxQty, Multiple: planwright.MaxQty - 1}).Split(1); ok {
		t.Error("Split beyond the range of quantities succeeds")
	}
	if _, ok := (Orders{Count: 3, Each: planwright.MaxQty / 2}).Total(); ok {
		t.Error("Total beyond the range of quantities succeeds")
	}
}

// TestSplitCovers: the orders cover the shortage, none is above the maximum,
// and without the last one they would not cover it.
func TestSplitCovers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := rapid.Int64Range(0, 1e10)
		l := Lot{Min: planwright.Qty(q.Draw(t, "min")), Multiple: planwright.Qty(q.Draw(t, "multiple")), Max: planwright.Qty(q.Draw(t, "max")), RestAsIs: rapid.Bool().Draw(t, "as is")}
		shortage := planwright.Qty(rapid.Int64Range(1, 1e12).Draw(t, "shortage"))
		o, ok := l.Split(shortage)
		total, fits := o.Total()
		if !ok || !fits || total < shortage {
			t.Fatalf("%+v.Split(%v) = %+v, total %v", l, shortage, o, total)
		}
		if l.Max > 0 && (o.Last > l.Max || o.Count > 0 && o.Each > l.Max) {
			t.Fatalf("%+v.Split(%v) = %+v, above the maximum", l, shortage, o)
		}
		last := o.Last
		if last == 0 {
			last = o.Each
		}
		if total-last >= shortage {
			t.Fatalf("%+v.Split(%v) = %+v, one order too many", l, shortage, o)
		}
		if o.Count == 0 && l.Max == 0 && (l.Multiple > 0 && o.Last%l.Multiple != 0 || o.Last < l.Min) {
			t.Fatalf("%+v.Split(%v) = %+v, against the limits", l, shortage, o)
		}
	})
}
