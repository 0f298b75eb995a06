package plan

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"planwright"
)

// edited changes some of everything in a copy of a random company.
func edited(t testing.TB, s *planwright.Snapshot, seed uint64) *planwright.Snapshot {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 11))
	x := *s
	qtys := func(q []planwright.Qty) []planwright.Qty {
		q = append([]planwright.Qty(nil), q...)
		for i := range q {
			if q[i].Known() && r.IntN(4) == 0 {
				q[i] = max(1, q[i]+planwright.Qty(r.IntN(20)-8)*planwright.One)
			}
		}
		return q
	}
	ints := func(v []int32) []int32 {
		v = append([]int32(nil), v...)
		for i := range v {
			if v[i] != planwright.NoInt && r.IntN(4) == 0 {
				v[i] = max(0, v[i]+int32(r.IntN(7)-3))
			}
		}
		return v
	}
	if r.IntN(2) == 0 {
		x.AsOf += planwright.Day(r.IntN(3))
	}
	if r.IntN(2) == 0 {
		x.Stock.Qty = qtys(s.Stock.Qty)
	}
	if r.IntN(2) == 0 {
		x.Demand.Qty = qtys(s.Demand.Qty)
	}
	if r.IntN(2) == 0 {
		x.Supply.Qty = qtys(s.Supply.Qty)
	}
	if r.IntN(2) == 0 {
		x.Given.Qty = qtys(s.Given.Qty)
	}
	if r.IntN(2) == 0 {
		x.SKUs.LeadTime = ints(s.SKUs.LeadTime)
	}
	if r.IntN(2) == 0 {
		x.SKUs.LotMin, x.SKUs.SafetyStock = qtys(s.SKUs.LotMin), qtys(s.SKUs.SafetyStock)
	}
	if r.IntN(2) == 0 && s.BOM.Len() > 0 {
		x.BOM.Usage = append([]planwright.Ratio(nil), s.BOM.Usage...)
		x.BOM.QtyPer = append([]planwright.Qty(nil), s.BOM.QtyPer...)
		l := r.IntN(s.BOM.Len())
		x.BOM.QtyPer[l] = 3 * planwright.One
		x.BOM.Usage[l], _ = planwright.UsageRatio(x.BOM.QtyPer[l], x.BOM.PerQty[l], x.BOM.ScrapPct[l], x.BOM.ScrapDivide[l])
	}
	x.Digest = fmt.Sprint(s.Digest, " edited ", seed)
	return &x
}

func standOf(t testing.TB, s *planwright.Snapshot) *Standing {
	t.Helper()
	return standFor(t, s, 8)
}

// standFor is a plan of so many weeks.
func standFor(t testing.TB, s *planwright.Snapshot, horizon int) *Standing {
	t.Helper()
	p, err := Run(context.Background(), s, Options{Method: "ses", Horizon: horizon})
	if err != nil {
		t.Fatal(err)
	}
	st, err := Stand(context.Background(), s, p, 1)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// TestCompareAddsUp: on random pairs of edited companies the parts of every change
// add up to it exactly, the changes lead from one plan's orders to the other's, and
// the last step of the replay is the later plan. Half of the pairs have different
// sku's.
func TestCompareAddsUp(t *testing.T) {
	pairs := uint64(200)
	if testing.Short() {
		pairs = 16 // every cause and kind is still seen
	}
	seen := map[string]int{}
	for seed := range pairs {
		n := 9
		if seed%2 == 1 {
			n = 12
		}
		s := randomCompany(t, 9, 1000+seed)
		other := s
		if n != 9 {
			other = randomCompany(t, n, 1000+seed)
		}
		a, b := standOf(t, s), standFor(t, edited(t, other, seed), []int{8, 8, 5, 11}[seed/2%4])
		c, err := Compare(context.Background(), a, b)
		if err != nil {
			t.Fatal(err)
		}
		first, last := newStep(0, a.Snap, &a.Plan.Orders, &a.Plan.Exceptions), newStep(0, b.Snap, &b.Plan.Orders, &b.Plan.Exceptions)
		was, now := first.orders, last.orders
		for i := range c.Changes {
			x := &c.Changes[i]
			seen[x.Kind.String()]++
			seen[x.Why.String()]++
			var sum planwright.Qty
			for _, q := range x.Parts {
				sum += q
			}
			if sum != x.ToQty-x.FromQty {
				t.Fatalf("seed %d: %s %s: parts make %s, the change is %s", seed, x.Kind, x.ID, sum, x.ToQty-x.FromQty)
			}
			delete(was, x.FromID)
			if x.To >= 0 {
				was[x.ID] = state{x.ToQty, x.ToDay}
			}
		}
		if len(was) != len(now) {
			t.Fatalf("seed %d: the changes lead to %d orders, the later plan has %d", seed, len(was), len(now))
		}
		for id, q := range now {
			if was[id] != q {
				t.Fatalf("seed %d: the changes make %v of %s, the later plan has %v", seed, was[id], id, q)
			}
		}
		told := map[string]int{} // messages by what became of them
		for i := range c.Messages {
			x := &c.Messages[i]
			told[x.Kind.String()]++
			seen[x.Action.String()]++
			seen["message by "+x.Why.String()]++
			var sum planwright.Qty
			for _, q := range x.Parts {
				sum += q
			}
			if sum != x.ToQty-x.FromQty {
				t.Fatalf("seed %d: %s %s: parts make %s, the change is %s", seed, x.Action, x.OrderID, sum, x.ToQty-x.FromQty)
			}
		}
		if want := len(last.messages); len(first.messages)+told["new"]-told["gone"] != want {
			t.Fatalf("seed %d: %d messages, %v: the later plan has %d", seed, len(first.messages), told, want)
		}
		h := newHybrid(a, b)
		for k := range causeCount {
			h.apply(k)
		}
		if h.in.Snap.Digest != b.Snap.Digest || h.end != b.Plan.HorizonEnd {
			t.Fatalf("seed %d: the last step is not the later snapshot", seed)
		}
	}
	for _, name := range append([]string{"new", "gone", "moved", "resized", "expedite", "defer", "cancel", "message by orders", "message by stock"}, causeNames[:CauseEngine]...) {
		if seen[name] == 0 {
			t.Errorf("no change is %s: %v", name, seen)
		}
	}
	t.Log(seen)
}

// TestCompareSame: a plan differs from itself in nothing.
func TestCompareSame(t *testing.T) {
	a := standOf(t, randomCompany(t, 9, 5))
	c, err := Compare(context.Background(), a, a)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Changes) != 0 || c.Kept != a.Plan.Orders.Len() {
		t.Errorf("%d changes, %d of %d kept", len(c.Changes), c.Kept, a.Plan.Orders.Len())
	}
}

// TestCompareEngine: what the file of a plan has otherwise than this engine makes
// it of the same data is put down to the engine, at either end, beside what the data
// did; the parts add up all the same.
func TestCompareEngine(t *testing.T) {
	s := randomCompany(t, 12, 6)
	more := *s
	more.Stock = withStock(s, standOf(t, s).Plan.Orders.SKU[0], 1000*planwright.One)
	more.Digest = "more"
	for _, side := range []int{0, 1} {
		st := [2]*Standing{standOf(t, s), standOf(t, &more)}
		o := st[side].Plan.Orders
		o.Qty = append([]planwright.Qty(nil), o.Qty...)
		x := planwright.Exceptions{}
		last := o.Len() - 1
		o.Qty[last] += 5 * planwright.One
		x.Add(planwright.Exception{Code: planwright.CodeCancel, SKU: o.SKU[0], OrderID: "PO-OLD", On: s.AsOf, Qty: planwright.One, MoveTo: planwright.NoDay})
		var made [2]*Made
		made[side] = &Made{Orders: o, Exceptions: x}
		st[side].Plan.Version = "0.0.1"
		c, err := CompareMade(context.Background(), st[0], st[1], made[0], made[1])
		if err != nil {
			t.Fatal(err)
		}
		if !c.EngineChanged || c.Totals[CauseStock].Orders == 0 {
			t.Errorf("engine changed %v, %v", c.EngineChanged, c.Totals)
		}
		byEngine := 0
		for _, y := range c.Changes {
			var sum planwright.Qty
			for _, q := range y.Parts {
				sum += q
			}
			if sum != y.ToQty-y.FromQty {
				t.Errorf("%s: parts make %s, the change is %s", y.ID, sum, y.ToQty-y.FromQty)
			}
			if q := y.Parts[CauseEngine]; q != 0 {
				byEngine++
				if want := 5 * planwright.One * planwright.Qty(2*side-1); q != want || y.ID != o.ID(st[side].Snap, last) {
					t.Errorf("%s: %s by the engine, want %s", y.ID, q, want)
				}
			}
		}
		if byEngine != 1 {
			t.Errorf("the engine made %d orders otherwise, want 1", byEngine)
		}
		old := 0
		for _, m := range c.Messages {
			if m.OrderID == "PO-OLD" {
				old++
				if m.Why != CauseEngine || m.Action != planwright.ActCancel || (m.Kind == OrderGone) != (side == 0) {
					t.Errorf("message %+v", m)
				}
			}
		}
		if old != 1 {
			t.Errorf("%d messages on an order that only the file names, want 1", old)
		}
	}
}

// TestCompareOneCause: where only the stock differs, all is the stock's.
func TestCompareOneCause(t *testing.T) {
	s := randomCompany(t, 12, 6)
	x, a := *s, standOf(t, s)
	x.Stock = withStock(s, a.Plan.Orders.SKU[0], 1000*planwright.One)
	x.Digest = "more"
	c, err := Compare(context.Background(), a, standOf(t, &x))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Changes) == 0 {
		t.Fatal("1000 more in stock change nothing")
	}
	for _, y := range c.Changes {
		if y.Why != CauseStock {
			t.Errorf("%s %s is put down to %s", y.Kind, y.ID, y.Why)
		}
	}
}

// TestCompareHorizon: where only the length of the horizon differs, what the longer
// plan has behind the shorter one is put down to it, neither to passing days nor to
// the forecast.
func TestCompareHorizon(t *testing.T) {
	seeds := uint64(10)
	if testing.Short() {
		seeds = 2
	}
	for _, weeks := range [][2]int{{8, 1}, {1, 8}} {
		changes := 0
		for seed := range seeds {
			s := randomCompany(t, 12, 6+seed)
			c, err := Compare(context.Background(), standFor(t, s, weeks[0]), standFor(t, s, weeks[1]))
			if err != nil {
				t.Fatal(err)
			}
			changes += c.Totals[CauseHorizon].Orders
			for _, y := range c.Changes {
				if y.Why != CauseHorizon && y.Why != CausePolicy {
					t.Errorf("%v weeks, seed %d: %s %s is put down to %s", weeks, seed, y.Kind, y.ID, y.Why)
				}
			}
		}
		if changes == 0 {
			t.Errorf("%v weeks: the horizon changes nothing", weeks)
		}
	}
}
