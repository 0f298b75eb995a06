package plan

import (
	"context"
	"math"
	"reflect"
	"testing"

	"planwright"
)

// TestTakeStock: what is measured without a plan is what the plan says, column by
// column; sites of an item are never parted by a range, and workers change nothing.
func TestTakeStock(t *testing.T) {
	s := company(t, chunk+50)
	for i := range s.Items.Category {
		s.Items.Category[i] = []string{"x", "y", ""}[i%3]
	}
	ctx := context.Background()
	p, err := Run(ctx, s, Options{Method: "ses", Horizon: 4})
	if err != nil {
		t.Fatal(err)
	}
	got, err := TakeStock(ctx, s, Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	ahead := map[string]bool{"Classes.ErrorXYZ": true, "Classes.Demand": true, "Classes.Level": true, "Flow.DaysForward": true}
	for _, table := range []string{"Classes", "Flow", "Aging", "SlowMovers", "Scores"} {
		a, b := reflect.ValueOf(p).Elem().FieldByName(table), reflect.ValueOf(got).Elem().FieldByName(table)
		for i := range a.NumField() {
			name := table + "." + a.Type().Field(i).Name
			if !ahead[name] && !same(a.Field(i), b.Field(i)) {
				t.Errorf("%s is another one than that of the plan", name)
			}
		}
	}
	if len(got.Aging.SKU) < s.Len()/2 || len(got.SlowMovers.SKU) == 0 {
		t.Errorf("%d layers, %d slow movers: nothing to compare", len(got.Aging.SKU), len(got.SlowMovers.SKU))
	}
	known := map[string]float64{}
	for i, name := range p.KPIs.Name {
		known[name] = p.KPIs.Value[i]
	}
	for i, name := range got.KPIs.Name {
		switch name {
		case "stock_value", "average_stock_value", "turns", "turns_average", "dead_stock_value", "slow_stock_value", "undated_stock_value", "provision_value":
			if want := known[name]; got.KPIs.Value[i] != want {
				t.Errorf("%s = %g, the plan says %g", name, got.KPIs.Value[i], want)
			}
		}
	}
	if again, err := TakeStock(ctx, s, Options{Workers: 5}); err != nil || !same(reflect.ValueOf(again).Elem(), reflect.ValueOf(got).Elem()) {
		t.Errorf("five workers measure something else (%v)", err)
	}
}

// same compares deeply; NaN is the same as NaN.
func same(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Float64:
		x, y := a.Float(), b.Float()
		return x == y || math.IsNaN(x) && math.IsNaN(y)
	case reflect.Struct:
		for i := range a.NumField() {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

// TestRanges: ranges hand out every sku once, in order, and never part an item.
func TestRanges(t *testing.T) {
	for _, rows := range []int{0, 1, 10, 400, 100_000} {
		item := make([]int32, 100*chunk+7)
		for k := range item {
			item[k] = int32(k / 5)
		}
		r := &ranges{n: len(item), item: item}
		next, most := planwright.SKU(0), planwright.SKU(0)
		for want := 0; ; want++ {
			c, lo, hi := r.take()
			if lo == hi {
				break
			}
			if c != want || lo != next || lo > 0 && item[lo] == item[lo-1] || want >= maxRanges(len(item)) {
				t.Fatalf("range %d is %d..%d, want number %d from %d", c, lo, hi, want, next)
			}
			next, most = hi, max(most, hi-lo)
			r.learn(int(hi-lo), rows*int(hi-lo))
		}
		if int(next) != len(item) || rows <= 10 && most < 4*chunk || rows >= 400 && most > chunk+5 {
			t.Errorf("%d rows a sku: ranges end at %d of %d, the longest has %d", rows, next, len(item), most)
		}
	}
}
