package mrp

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"planwright"

	"pgregory.net/rapid"
)

func atpText(s *planwright.Snapshot, a ATP) (text string) {
	for i := range a.On {
		text += fmt.Sprintf("%s:%s/%s ", dayText(s, a.On[i]), a.Discrete[i], a.Cumulative[i])
	}
	return text
}

// The master schedule of a textbook: 20 on hand; MPS receipts of 30 in weeks 3
// and 5; booked orders of 5, 3 and 2 before week 3, 10 and 15 in weeks 3 and 4,
// 40 in week 5. Discrete ATP: 20 − 10 = 10; 30 − 25 = 5; 30 − 40 is −10, which
// the receipt of week 3 and then the stock must cover: 0, 0, and 5 on hand.
func TestATPLookAhead(t *testing.T) {
	s, r := planOf(t, `
sku A mrp_type=none
stock A 20
supply A 30 21
supply A 30 35
demand A 5 0
demand A 3 7
demand A 2 14
demand A 10 21
demand A 15 28
demand A 40 35
`)
	a := NewATP(s, &r.Requirements, s.Find("A", ""), ATPOptions{})
	if got, want := atpText(s, a), "0:5/5 "; got != want {
		t.Errorf("ATP = %q, want %q", got, want)
	}
	// Without the last order's deficit each receipt keeps its own.
	s, r = planOf(t, "sku A mrp_type=none\nstock A 20\nsupply A 30 21\nsupply A 30 35\ndemand A 10 7\ndemand A 25 28\ndemand A 12 40")
	a = NewATP(s, &r.Requirements, s.Find("A", ""), ATPOptions{})
	if got, want := atpText(s, a), "0:10/10 21:5/15 35:18/33 "; got != want {
		t.Errorf("ATP = %q, want %q", got, want)
	}
	if d, ok := a.Earliest(s.AsOf, planwright.Qty(15)*planwright.One); !ok || d != s.AsOf+21 {
		t.Errorf("15 can be promised for %v, want day 21", dayText(s, d))
	}
	parts, rest := a.Deliveries(s.AsOf, 40*planwright.One)
	if len(parts) != 3 || parts[1].Qty != 5*planwright.One || rest != 7*planwright.One {
		t.Errorf("Deliveries(40) = %v, %s, want 10, 5, 18 and 7 never", parts, rest)
	}
}

// Forecast is what orders are for; planned orders and the safety stock count as
// the options say.
func TestATPOptions(t *testing.T) {
	s, r := planOf(t, "sku A safety_stock=5 lead_time_days=3\nstock A 25\nforecast A 30 10 10\ndemand A 8 2")
	k := s.Find("A", "")
	for _, x := range []struct {
		o    ATPOptions
		want string
	}{
		{ATPOptions{}, "0:17/17 10:10/27 "}, // an order covers 30 + 8 + 5 − 25, less the 8 consumed elsewhere
		{ATPOptions{FirmOnly: true}, "0:17/17 "},
		{ATPOptions{FirmOnly: true, KeepSafety: true}, "0:12/12 "},
		{ATPOptions{KeepForecast: true}, "0:5/5 "},
	} {
		if x.o == (ATPOptions{}) {
			sum := planwright.Qty(0)
			for i := range r.Orders.SKU {
				sum += r.Orders.Good[i]
			}
			x.want = fmt.Sprintf("0:17/17 10:%s/%s ", sum, sum+17*planwright.One)
		}
		if got := atpText(s, NewATP(s, &r.Requirements, k, x.o)); got != x.want {
			t.Errorf("ATP(%+v) = %q, want %q", x.o, got, x.want)
		}
	}
}

// What can be promised, by trying: a new order for x on day d may be taken if no
// balance from d on that was not negative before becomes so, and the negative
// ones do not fall. Lots expire, receipts and orders come at any time.
func TestATPByTrying(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		num := func(label string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, label) }
		build := func(extra ...int) *model {
			m := newModel(planwright.Date(2026, 1, 5))
			m.add("sku", "item_id", "A", "mrp_type", "none")
			return m
		}
		base := build()
		for i := range num("lots", 0, 3) {
			row := base.add("stock", "item_id", "A", "qty", num("lot", 1, 9))
			if num("expires", 0, 1) == 1 {
				row["expires_on"] = fmt.Sprint(num("on", 0, 9))
			}
			_ = i
		}
		for range num("receipts", 0, 3) {
			base.add("supply", "item_id", "A", "qty", num("receipt", 1, 9), "due_on", num("due", 0, 9), "order_id", "R")
		}
		for range num("orders", 0, 4) {
			base.add("demand", "item_id", "A", "qty", num("order", 1, 5), "due_on", num("on", 0, 9), "order_id", "D")
		}
		balances := func(day, extra int) []planwright.Qty {
			m := newModel(base.asOf)
			for table, rows := range base.rows {
				m.rows[table] = slices.Clone(rows)
			}
			if extra > 0 {
				m.add("demand", "item_id", "A", "qty", extra, "due_on", day, "order_id", "NEW")
			}
			s, err := m.snapshot()
			if err != nil {
				t.Fatal(err)
			}
			r, err := Run(context.Background(), Input{Snap: s}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			end := make([]planwright.Qty, 12)
			last, at := planwright.Qty(0), 0
			for d := range end {
				for ; at < r.Requirements.Len() && int(r.Requirements.On[at]-s.AsOf) <= d; at++ {
					last = r.Requirements.After[at]
				}
				end[d] = last
			}
			return end
		}
		s, err := base.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		r, err := Run(context.Background(), Input{Snap: s}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		a := NewATP(s, &r.Requirements, s.Find("A", ""), ATPOptions{})
		plain := balances(0, 0)
		if slices.Min(plain) < 0 {
			return // promised more than there is: nothing can be tried
		}
		day := num("day", 0, 10)
		best := 0
		for x := 1; x <= 100 && slices.Min(balances(day, x)) >= 0; x++ {
			best = x
		}
		if got := a.Available(s.AsOf + planwright.Day(day)); got != planwright.Qty(best)*planwright.One {
			t.Fatalf("ATP of day %d = %s (%s), want %d; balances %v", day, got, atpText(s, a), best, plain)
		}
		// A booking leaves what a new plan with that order would leave.
		if best == 0 {
			return
		}
		x := num("take", 1, best)
		a.take(s.AsOf+planwright.Day(day), planwright.Qty(x)*planwright.One)
		base.add("demand", "item_id", "A", "qty", x, "due_on", day, "order_id", "NEW")
		s2, err := base.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		r2, err := Run(context.Background(), Input{Snap: s2}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		b := NewATP(s2, &r2.Requirements, s2.Find("A", ""), ATPOptions{})
		for d := range planwright.Day(12) {
			if got, want := a.Available(s.AsOf+d), b.Available(s.AsOf+d); got != want {
				t.Fatalf("after %d on day %d: ATP of day %d = %s (%s), want %s (%s)", x, day, d, got, atpText(s, a), want, atpText(s2, b))
			}
		}
	})
}

// Capable to promise: 10 A of 1 B and 2 C. B is in stock; of C 8 are free today
// and the rest takes 6 days, so that A (3 days) can be had on day 9; its critical
// path is A C.
func TestCTP(t *testing.T) {
	s, r := planOf(t, `
sku A lead_time_days=3
sku B lead_time_days=20
sku C lead_time_days=6
bom A B 1
bom A C 2
stock B 10
stock C 8
`)
	g := NewStructure(s)
	a := s.Find("A", "")
	p := NewPromiser(g, &r.Requirements, ATPOptions{})
	got := p.Promise(Request{SKU: a, Qty: 10 * planwright.One, Due: s.AsOf + 5})
	if !got.OK || got.On != s.AsOf+9 || got.Late != 4 || names(s, got.Critical) != "A C" {
		t.Errorf("Promise(10 A) = %+v, want day 9 over A C", got)
	}
	if n := len(got.Steps); n != 4 || !got.Steps[n-1].New || got.Steps[n-1].Start != s.AsOf+6 {
		t.Errorf("steps %+v, want B and C of stock, a new C, and A from day 6", got.Steps)
	}
	// The next one finds neither B nor C: B takes 20 days.
	got = p.Promise(Request{SKU: a, Qty: planwright.One, Due: s.AsOf + 5})
	if got.On != s.AsOf+23 || names(s, got.Critical) != "A B" {
		t.Errorf("the second promise is %+v, want day 23 over A B", got)
	}
	// Four of them fit into the parts that are there.
	p = NewPromiser(g, &r.Requirements, ATPOptions{})
	if got = p.Promise(Request{SKU: a, Qty: 4 * planwright.One, Due: s.AsOf + 5}); got.On != s.AsOf+5 || got.Late != 0 {
		t.Errorf("Promise(4 A) = %+v, want day 5", got)
	}
	// By priority, whatever the order of the requests.
	p = NewPromiser(g, &r.Requirements, ATPOptions{})
	both := p.All([]Request{{SKU: a, Qty: 4 * planwright.One, Due: s.AsOf + 5, Priority: 2}, {SKU: a, Qty: 4 * planwright.One, Due: s.AsOf + 5, Priority: 1}})
	if both[1].On != s.AsOf+5 || both[0].On != s.AsOf+9 {
		t.Errorf("promises by priority are for days %s and %s, want 9 and 5", dayText(s, both[0].On), dayText(s, both[1].On))
	}
}

// What cannot be had is named; a refused request books nothing; a minimum lot
// leaves its surplus to the next.
func TestCTPLimits(t *testing.T) {
	s, r := planOf(t, `
sku A lead_time_days=1
sku C mrp_type=none
sku D lead_time_days=4 lot_min=10
bom A C 1
bom A D 1
stock C 5
`)
	g := NewStructure(s)
	a, c, d := s.Find("A", ""), s.Find("C", ""), s.Find("D", "")
	p := NewPromiser(g, &r.Requirements, ATPOptions{})
	got := p.Promise(Request{SKU: a, Qty: 6 * planwright.One, Due: s.AsOf + 30})
	if got.OK || got.Short != c || names(s, got.Critical) != "A C" || p.ATP(c).Available(s.AsOf) != 5*planwright.One {
		t.Errorf("Promise(6 A) = %+v with %s C left, want none for want of C, and 5", got, p.ATP(c).Available(s.AsOf))
	}
	if got = p.Promise(Request{SKU: a, Qty: 2 * planwright.One, Due: s.AsOf}); got.On != s.AsOf+5 {
		t.Errorf("Promise(2 A) = %+v, want day 5", got)
	}
	if q := p.ATP(d).Available(s.AsOf + 4); q != 8*planwright.One {
		t.Errorf("%s D are free after a lot of 10 for 2, want 8", q)
	}
}

// A promise can be kept: the same demand, planned with the promised day, comes
// on it or before. And more never comes sooner.
func TestCTPIsAPlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(planwright.Date(2026, 1, 5))
		num := func(label string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, label) }
		n := num("items", 1, 6)
		for i := range n {
			m.add("sku", "item_id", string(rune('A'+i)), "lead_time_days", num("lead", 0, 9), "gr_days", num("gr", 0, 2))
			if num("stock", 0, 1) == 1 {
				m.add("stock", "item_id", string(rune('A'+i)), "qty", num("have", 1, 20))
			}
			for j := i + 1; j < n; j++ {
				if num("line", 0, 2) == 0 {
					m.add("bom", "parent_id", string(rune('A'+i)), "component_id", string(rune('A'+j)), "qty_per", num("per", 1, 3))
				}
			}
		}
		s, err := m.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		r, err := Run(context.Background(), Input{Snap: s}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		qty, due := num("qty", 1, 20), num("due", 0, 25)
		g := NewStructure(s)
		ask := func(q int) Promise {
			return NewPromiser(g, &r.Requirements, ATPOptions{}).Promise(Request{SKU: s.Find("A", ""), Qty: planwright.Qty(q) * planwright.One, Due: s.AsOf + planwright.Day(due)})
		}
		got := ask(qty)
		if !got.OK {
			t.Fatalf("%d A cannot be promised: %+v", qty, got)
		}
		if more := ask(qty + 1); more.On < got.On {
			t.Fatalf("%d A on day %s, but %d on day %s", qty, dayText(s, got.On), qty+1, dayText(s, more.On))
		}
		m.add("demand", "item_id", "A", "qty", qty, "due_on", int(got.On-s.AsOf), "order_id", "NEW")
		s2, err := m.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		r2, err := Run(context.Background(), Input{Snap: s2}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range r2.Exceptions.Code {
			if x == planwright.CodeLate || x == planwright.CodePastDueStart || x == planwright.CodeUncovered {
				t.Fatalf("promised for day %s, but the plan says %s of %s", dayText(s, got.On), x, s.Code(r2.Exceptions.SKU[i]))
			}
		}
		// Nor could it have been promised for the day before.
		if got.Late == 0 {
			return
		}
		lt := g.LeadTimes()
		if got.Late > lt.Cumulative[s.Find("A", "")] {
			t.Fatalf("late by %d days, more than the cumulative lead time %d", got.Late, lt.Cumulative[s.Find("A", "")])
		}
	})
}

// Anything may be asked of anything: no panic, no endless loop.
func TestPromiseOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t, true)
		s, err := m.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		r, err := Run(context.Background(), Input{Snap: s}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		p := NewPromiser(NewStructure(s), &r.Requirements, ATPOptions{})
		for k := range planwright.SKU(s.Len()) {
			got := p.Promise(Request{SKU: k, Qty: planwright.Qty(rapid.Int64Range(1, 50).Draw(t, "qty")) * planwright.One, Due: s.AsOf + 10})
			if got.OK && got.On < s.AsOf+10 && !s.KeepPast {
				t.Fatalf("promised for %s, asked for %s", got.On, s.AsOf+10)
			}
			if len(got.Critical) == 0 || got.Critical[0] != k {
				t.Fatalf("critical path %v of %v", got.Critical, k)
			}
		}
	})
}

// Sixty levels, each twice on the one above: more ways than can be followed.
func TestPromiseOfManyWays(t *testing.T) {
	m := newModel(planwright.Date(2026, 1, 5))
	for i := range 60 {
		for range 2 {
			m.add("bom", "parent_id", fmt.Sprintf("L%02d", i), "component_id", fmt.Sprintf("L%02d", i+1), "qty_per", "0.5")
		}
	}
	s, err := m.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), Input{Snap: s}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := NewPromiser(NewStructure(s), &r.Requirements, ATPOptions{}).Promise(Request{SKU: s.Find("L00", ""), Qty: planwright.One, Due: s.AsOf})
	if got.OK || !got.Cut {
		t.Errorf("Promise = %+v, want a search that was cut", got)
	}
}
