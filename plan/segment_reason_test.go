package plan

import (
	"context"
	"strings"
	"testing"

	"planwright"
)

// numbersOf are the quantities of a reason by name.
func numbersOf(t *testing.T, reason string) map[string]planwright.Qty {
	t.Helper()
	v := map[string]planwright.Qty{}
	for _, kv := range strings.Split(reason, ";") {
		name, value, _ := strings.Cut(kv, "=")
		if name == "due" || name == "segment" || value == "" {
			continue
		}
		q, err := planwright.ParseQty(value)
		if err != nil {
			t.Fatalf("%s: %v", reason, err)
		}
		v[name] = q
	}
	return v
}

// TestReasonOfSegment: 100 are on hand for all; what is made to order for D1 (7) and D2
// (5) is not served from them, and the reason of either order speaks of its own demand
// alone. 2 are kept for D2's project.
func TestReasonOfSegment(t *testing.T) {
	s := company(t, 1)
	s.ReadHistory = nil
	one := planwright.One
	s.SKUs.Strategy[0], s.SKUs.SafetyStock[0] = 20, 0
	st := &s.Stock
	st.Off = []int32{0, 2}
	st.Qty, st.Lot, st.Segment, st.Status = []planwright.Qty{100 * one, 2 * one}, []string{"", ""}, []string{"", "P2"}, []planwright.StockStatus{planwright.Available, planwright.Available}
	st.ReceivedOn, st.ExpiresOn, st.Supplier = []planwright.Day{planwright.NoDay, planwright.NoDay}, []planwright.Day{planwright.NoDay, planwright.NoDay}, []int32{planwright.None, planwright.None}
	s.Demand = planwright.Demand{Off: []int32{0, 2}, OrderID: []string{"D1", "D2"}, Qty: []planwright.Qty{7 * one, 5 * one}, DueOn: []planwright.Day{s.AsOf + 9, s.AsOf + 11}, OrderedOn: []planwright.Day{planwright.NoDay, planwright.NoDay},
		Priority: []int32{10, 10}, Customer: []string{"", ""}, Segment: []string{"", "P2"}, Price: []float64{nan(), nan()}}
	p, err := Run(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][4]planwright.Qty{"segment=order D1": {0, 7, 7, 7}, "segment=P2": {2, 5, 3, 3}} // stock, required, short, qty
	if p.Suggestions.Len() != len(want) {
		t.Fatalf("suggestions %v", p.Suggestions.ID)
	}
	for i, reason := range p.Suggestions.Reason {
		found := false
		for name, w := range want {
			if strings.Contains(reason, ";"+name+";") {
				found = true
				v := numbersOf(t, reason)
				if got := [4]planwright.Qty{v["stock"] / one, v["required"] / one, v["short"] / one, v["qty"] / one}; got != w {
					t.Errorf("%s: %s", p.Suggestions.ID[i], reason)
				}
			}
		}
		if !found {
			t.Errorf("%s: %s speaks of no segment", p.Suggestions.ID[i], reason)
		}
	}
}
