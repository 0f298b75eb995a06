package plan

import (
	"context"
	"testing"

	"planwright"
)

// TestOrderNumbers: no planned order for a requirement is explained by a day on which
// nothing is required and nothing is short: not one that is available on the working day
// before its need, nor one that safety time or a group of days moves ahead.
func TestOrderNumbers(t *testing.T) {
	early, ahead, short := 0, 0, 0
	for seed := range uint64(30) {
		s := randomCompany(t, 24, 500+seed)
		p, err := Run(context.Background(), s, Options{Method: "ses", Horizon: 13})
		if err != nil {
			t.Fatal(err)
		}
		sooner := soonerReceipts(s, p)
		st, off := stakesOf(s, p), offsets(p.Requirements.SKU, s.Len())
		safety := make([]planwright.Qty, s.Len())
		for i, k := range p.Policies.SKU {
			safety[k] = p.Policies.SafetyStock[i]
		}
		o := &p.Orders
		for i, k := range o.SKU {
			if o.Reason[i] == planwright.ForReorder || o.Reason[i] == planwright.ForBuffer || st.need[i] == planwright.NoDay {
				continue // for a level, or for the safety stock alone
			}
			numbers := orderNumbers(s, p, i, st.need[i], sooner, off, safety, nil)
			if numberIn(numbers, "required") == "0" && numberIn(numbers, "short") == "0" {
				t.Errorf("seed %d: %s for %s: %s", seed, o.ID(s, i), st.need[i], numbers)
			}
			if o.Available[i] < o.Need[i] {
				early++
			}
			if s.SKUs.SafetyTime[k] > 0 || s.SKUs.GroupMove[k] {
				ahead++
			}
			if numberIn(numbers, "short") != "0" {
				short++
			}
		}
	}
	if early == 0 || ahead == 0 || short == 0 {
		t.Errorf("%d orders early, %d with safety time or groups, %d short: the test lost its subject", early, ahead, short)
	}
	t.Log(early, ahead, short)
}

// TestOrderNumbersOfSafetyTime by hand: 20 are due on day 10, and stock is 5. Two days of
// safety time ask for them by day 8: then 20 are required, and 15 are short.
func TestOrderNumbersOfSafetyTime(t *testing.T) {
	s := company(t, 1)
	s.ReadHistory = nil
	one := planwright.One
	s.SKUs.SafetyStock[0], s.SKUs.SafetyTime[0], s.SKUs.LeadTime[0] = 0, 2, 1
	s.Stock.Qty[0] = 5 * one
	s.Demand = planwright.Demand{Off: []int32{0, 1}, OrderID: []string{"D1"}, Qty: []planwright.Qty{20 * one}, DueOn: []planwright.Day{s.AsOf + 10}, OrderedOn: []planwright.Day{planwright.NoDay},
		Priority: []int32{10}, Customer: []string{""}, Segment: []string{""}, Price: []float64{nan()}}
	p, err := Run(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Suggestions.Len() != 1 {
		t.Fatalf("%d suggestions, want 1", p.Suggestions.Len())
	}
	got := [4]string{}
	for i, name := range []string{"stock", "required", "short", "due"} {
		got[i] = numberIn(p.Suggestions.Reason[0], name)
	}
	if want := [4]string{"5", "20", "15", (s.AsOf + 8).String()}; got != want {
		t.Errorf("stock, required, short, due = %v, want %v", got, want)
	}
}

// TestOrderNumbersOfReceiptThatIsWaitedFor by hand: 150 are due on day 4, an open receipt
// brings 100 on day 14, and nothing new could come before day 20. The plan waits for the
// receipt, wants it earlier, and orders the 50 that are short with it.
func TestOrderNumbersOfReceiptThatIsWaitedFor(t *testing.T) {
	s := company(t, 1)
	s.ReadHistory = nil
	one := planwright.One
	s.SKUs.SafetyStock[0], s.SKUs.LeadTime[0] = 0, 20
	clear(s.Stock.Qty)
	s.Demand = planwright.Demand{Off: []int32{0, 1}, OrderID: []string{"D1"}, Qty: []planwright.Qty{150 * one}, DueOn: []planwright.Day{s.AsOf + 4}, OrderedOn: []planwright.Day{planwright.NoDay},
		Priority: []int32{10}, Customer: []string{""}, Segment: []string{""}, Price: []float64{nan()}}
	s.Supply = planwright.Supply{Off: []int32{0, 1}, OrderID: []string{"PO"}, Kind: []planwright.OrderKind{planwright.Purchase}, Qty: []planwright.Qty{100 * one}, DueOn: []planwright.Day{s.AsOf + 14},
		OrderedOn: []planwright.Day{planwright.NoDay}, Firm: []bool{true}, Shipped: []bool{false}, Segment: []string{""}, Supplier: []int32{planwright.None}, From: []planwright.SKU{planwright.NoSKU}}
	p, err := Run(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for i, reason := range p.Suggestions.Reason {
		if p.Suggestions.Action[i].OnOpenOrder() {
			continue
		}
		found = true
		got := [5]string{}
		for j, name := range []string{"receipts", "required", "short", "qty", "due"} {
			got[j] = numberIn(reason, name)
		}
		if want := [5]string{"100", "150", "50", "50", (s.AsOf + 4).String()}; got != want {
			t.Errorf("receipts, required, short, qty, due = %v, want %v", got, want)
		}
	}
	if !found {
		t.Error("no order is suggested")
	}
}
