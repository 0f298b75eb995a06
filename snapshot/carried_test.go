package snapshot

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"planwright"
)

// What a plan carries is found by item and site in a later snapshot; a run of the
// same snapshot goes on from nothing unless it is told to.
func TestCarry(t *testing.T) {
	ctx := context.Background()
	w, first := testWorkspace(t)
	s := loadFixture(t, w)
	p := testPlan(s)
	p.Options = `{"as_of":"2026-06-30","horizon":26,"method":"auto","period":"week","outliers":"mark"}`
	p.Digest = p.ComputeDigest()
	info, err := w.WritePlan(ctx, s, p, RunInfo{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if id, err := w.BaseFor(first.ID, p.Options); err != nil || id != "" {
		t.Errorf("the same snapshot goes on from %q (%v)", id, err)
	}
	publishFixture(t, w)
	later := loadFixture(t, w)
	next := `{"as_of":"2026-07-07","horizon":26,"method":"auto","period":"week","outliers":"mark","stock_budget":5}`
	if id, err := w.BaseFor(later.ID, next); err != nil || id != info.ID {
		t.Errorf("a later snapshot goes on from %q (%v), want %s", id, err, info.ID)
	}
	if id, err := w.BaseFor(later.ID, `{"horizon":26,"method":"ses","period":"week","outliers":"mark"}`); err != nil || id != "" {
		t.Errorf("another method goes on from %q (%v)", id, err)
	}
	for base, want := range map[string]bool{AutoBase: true, "": true, NoBase: false, info.ID: true} {
		c, closeBase, err := w.CarryFrom(ctx, base, later, next)
		if err != nil {
			t.Fatalf("%q: %v", base, err)
		}
		if (c != nil) != want {
			t.Errorf("base %q: %v", base, c)
		}
		if c != nil {
			if c.Company != "{}" || c.Digest != p.Digest || c.Options != p.Options {
				t.Errorf("carried %+v", c)
			}
			got, err := c.ReadStates(ctx, 0, planwright.SKU(later.Len()))
			want := &planwright.ForecastStates{SKU: []planwright.SKU{0, 2}, Kind: []string{"demand", "use"}, State: []string{"AQ", "Ag"}}
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("states %+v, %v", got, err)
			}
			if got, err := c.ReadStates(ctx, 1, 2); err != nil || len(got.SKU) != 0 {
				t.Errorf("states of a sku without any: %+v, %v", got, err)
			}
		}
		if err := closeBase(); err != nil {
			t.Error(err)
		}
	}
	if _, _, err := w.CarryFrom(ctx, "p0099", later, next); !errors.As(err, new(*planwright.Error)) || codeOf(err) != planwright.CodeNoPlan {
		t.Errorf("a plan that is not there: %v", err)
	}
}
