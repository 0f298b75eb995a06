package plan

import (
	"strings"
	"testing"

	"planwright"
)

// TestSupplierMinimum: orders of this week below what the supplier takes are
// filled up with the next ones, the earliest first, and no further; a minimum out
// of reach, or reached, makes no suggestion.
func TestSupplierMinimum(t *testing.T) {
	s := company(t, 9)
	s.Suppliers = planwright.Suppliers{ID: []string{"V1"}, Name: []string{""}, Calendar: []*planwright.Calendar{nil}, MinOrderValue: []float64{250}, LeadTime: []int32{planwright.NoInt}}
	p := &planwright.Plan{AsOf: s.AsOf}
	o := &p.Orders
	for i, c := range []struct {
		release planwright.Day
		cost    float64
	}{{0, 60}, {3, 40}, {30, 90}, {12, 80}, {60, 500}} {
		d := s.AsOf + c.release
		o.SKU, o.Kind, o.Source, o.Supplier, o.From = append(o.SKU, planwright.SKU(i)), append(o.Kind, planwright.Purchase), append(o.Source, planwright.None), append(o.Supplier, 0), append(o.From, planwright.NoSKU)
		o.Qty, o.Good, o.Release, o.Start, o.Due = append(o.Qty, planwright.One), append(o.Good, planwright.One), append(o.Release, d), append(o.Start, d), append(o.Due, d)
		o.Available, o.Need, o.Cost, o.Firm, o.Reason, o.Seq = append(o.Available, d), append(o.Need, d), append(o.Cost, c.cost), append(o.Firm, false), append(o.Reason, 0), append(o.Seq, 1)
	}
	got := func(least float64) (skus []planwright.SKU) {
		s.Suppliers.MinOrderValue[0] = least
		for _, r := range supplierMinimum(s, p) {
			skus = append(skus, r.sku)
			if r.actBy != s.AsOf || !strings.HasPrefix(r.numbers, "supplier=V1;orders=100.00;minimum=") {
				t.Errorf("%+v", r)
			}
		}
		return skus
	}
	for _, c := range []struct {
		least float64
		want  int
	}{{0, 0}, {100, 0}, {101, 1}, {180, 1}, {250, 2}, {271, 3}, {771, 0}} {
		skus := got(c.least)
		if len(skus) != c.want || len(skus) > 0 && skus[0] != 3 || len(skus) > 1 && skus[1] != 2 {
			t.Errorf("minimum %v: orders of sku's %v are added, want %d, 3 and 2 first", c.least, skus, c.want)
		}
	}
}
