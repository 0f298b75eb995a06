package mrp

import (
	"context"
	"fmt"
	"testing"

	"planwright"
)

// Bad input: each gets an exception or a plan that one can read, never a panic,
// an endless loop or silence. What an import refuses by row is tested there.

func TestBadSelfComponent(t *testing.T) {
	s, r := planOf(t, "bom A A 1\nbom A B 2\ndemand A 5 3")
	if countCode(r, planwright.CodeBOMCycle) != 1 {
		t.Errorf("an item that is its own component: %v", exceptionLines(s, r))
	}
	wantOrders(t, s, r) // its own order would close the cycle
}

func TestBadNegativeStock(t *testing.T) {
	s, r := planOf(t, "stock A -999999999999.999999\ndemand A 0.000001 3")
	if r.Orders.Len() == 0 && r.Exceptions.Len() == 0 {
		t.Errorf("neither an order nor an exception for %s", s.Code(0))
	}
}

// Lead times of years: the start is today, the arrival in the calendar or at its
// end, and the requirement is late.
func TestBadLeadTimeOfYears(t *testing.T) {
	for _, days := range []string{"4000", "200000", "2147483647"} {
		s, r := planOf(t, "sku A lead_time_days="+days+" gr_days=2\nbom A B 1\nsku B lead_time_days="+days+"\ndemand A 5 3")
		if countCode(r, planwright.CodeLate) == 0 || countCode(r, planwright.CodePastDueStart) == 0 {
			t.Errorf("lead time %s: %v", days, exceptionLines(s, r))
		}
		for i := range r.Orders.SKU {
			if r.Orders.Available[i] > planwright.MaxDay {
				t.Errorf("lead time %s: available on day %d", days, r.Orders.Available[i])
			}
		}
	}
}

func TestBadDates(t *testing.T) {
	for _, day := range []string{"1970-01-01", "2199-12-31"} {
		s, r := planOf(t, "sku A lead_time_days=5 gr_days=3 safety_time_days=9 coverage_days=30 lot_rule=month lot_periods=30\nsupply A 2 "+day+"\ndemand A 5 "+day+"\nforecast A 5 "+day+" "+day)
		if r.Orders.Len() == 0 {
			t.Errorf("day %s: no order; %v", day, exceptionLines(s, r))
		}
	}
}

func TestBadWideBOM(t *testing.T) {
	m := newModel(planwright.Date(2026, 1, 5))
	const wide = 50_000
	for i := range wide {
		m.add("bom", "parent_id", "A", "component_id", fmt.Sprintf("C%05d", i), "qty_per", 1)
	}
	m.add("demand", "item_id", "A", "qty", 3, "due_on", 9)
	s, err := m.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), Input{Snap: s}, Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if r.Orders.Len() != wide+1 {
		t.Errorf("%d orders, want one for each of %d components and their parent", r.Orders.Len(), wide)
	}
}

func TestBadDeepBOM(t *testing.T) {
	m := newModel(planwright.Date(2026, 1, 5))
	const deep = 60
	for i := range deep {
		m.add("bom", "parent_id", fmt.Sprintf("L%02d", i), "component_id", fmt.Sprintf("L%02d", i+1), "qty_per", 2)
	}
	m.add("demand", "item_id", "L00", "qty", 1, "due_on", 9)
	s, err := m.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), Input{Snap: s}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkInvariants(t, Input{Snap: s}, Options{}, &r)
	// 2^39 is the last power of two in range; further down an exception says so.
	if countCode(&r, planwright.CodeQtyRange) == 0 {
		t.Errorf("2^60 units and no exception")
	}
	if got := r.Level[s.Find("L60", "")]; got != deep {
		t.Errorf("low-level code %d, want %d", got, deep)
	}
}

// A day on which no line holds: the order is made, and the gap is told.
func TestBadEffectivityGap(t *testing.T) {
	s, r := planOf(t, "bom A B 1 effective_to=5\nbom A C 1 effective_from=8\ndemand A 1 4\ndemand A 1 6\ndemand A 1 8")
	wantOrders(t, s, r, "A 1: start 4 due 4", "A 1: start 6 due 6", "A 1: start 8 due 8", "B 1: start 4 due 4", "C 1: start 8 due 8")
	if countCode(r, planwright.CodeNoBOM) != 1 {
		t.Errorf("no NO_BOM for the gap: %v", exceptionLines(s, r))
	}
}

func TestBadLotLimits(t *testing.T) {
	for text, want := range map[string]string{
		"sku A lot_multiple=0 lot_min=0 lot_max=0\ndemand A 5 3": "A 5: start 3 due 3",
		"sku A lot_min=10 lot_max=4\ndemand A 5 3":               "A 4: start 3 due 3", // the maximum holds, then the rest
		"sku A lot_rule=foq lot_size=0\ndemand A 5 3":            "A 5: start 3 due 3",
		"sku A lot_multiple=7 lot_max=5\ndemand A 3 3":           "A 5: start 3 due 3",
		"sku A rounding_profile=x;1:0;:\ndemand A 5 3":           "A 5: start 3 due 3",
		"sku A lot_rule=week lot_periods=0\ndemand A 5 3":        "A 5: start 3 due 3",
		"sku A lot_rule=poq lot_periods=-4\ndemand A 5 3":        "A 5: start 3 due 3",
	} {
		s, r := planOf(t, text)
		if s == nil {
			continue
		}
		if got := orderLines(s, r); len(got) == 0 || got[0] != want {
			t.Errorf("%q: %v, want first %q", text, got, want)
		}
	}
}

// Two sources of the same priority: the first of the data set, every time.
func TestBadTwoSourcesOfOnePriority(t *testing.T) {
	s, r := planOf(t, "source A buy supplier_id=V2 lead_time_days=2\nsource A buy supplier_id=V1 lead_time_days=3\ndemand A 5 9")
	wantOrders(t, s, r, "A 5: start 7 due 9 by V2")
}

// A trillion units: in range, and what leaves it is told and stays at the bound.
func TestBadHugeQuantities(t *testing.T) {
	s, r := planOf(t, "bom A B 1000\ndemand A 999999999999.999999 5\ndemand A 999999999999.999999 5\nstock B 5")
	if countCode(r, planwright.CodeQtyRange) == 0 {
		t.Errorf("2e12 units and no exception: %v", orderLines(s, r))
	}
	for _, q := range r.Requirements.After {
		if q > planwright.MaxQty || q < -planwright.MaxQty {
			t.Errorf("a balance of %d", q)
		}
	}
}

// A site whose calendar never works.
func TestBadCalendarWithoutWorkingDays(t *testing.T) {
	text := "site MAIN calendar_id=C\nsku A lead_time_days=3 gr_days=1 opening_days=2 safety_time_days=1\nbom A B 1\ndemand A 5 3\n"
	for d := 1; d <= 7; d++ {
		text += fmt.Sprintf("calendar C weekday=%d working=false\n", d)
	}
	s, r := planOf(t, text)
	if r.Orders.Len() == 0 && r.Exceptions.Len() == 0 {
		t.Errorf("neither an order nor an exception of %s", s.Code(0))
	}
}
