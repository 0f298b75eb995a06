package plan

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"planwright"
)

// proposalsOfPlan are a plan's own orders as the proposals of another system.
func proposalsOfPlan(s *planwright.Snapshot, p *planwright.Plan) *planwright.Proposals {
	e := &planwright.Proposals{}
	o := &p.Orders
	for i := range o.SKU {
		e.SKU, e.ID, e.Kind, e.Qty = append(e.SKU, o.SKU[i]), append(e.ID, o.ID(s, i)), append(e.Kind, o.Kind[i]), append(e.Qty, o.Qty[i])
		e.OrderedOn, e.DueOn = append(e.OrderedOn, o.Release[i]), append(e.DueOn, o.Due[i])
		e.Supplier, e.From = append(e.Supplier, o.Supplier[i]), append(e.From, o.From[i])
	}
	return e
}

// TestShadowByHand is a company of one sku. It has 10, needs 4 a day for the days 1
// to 5 and sells at 7 what costs 3. The other system orders 5 for day 4 and 8 for day
// 20; the plan (made by hand, too) 10 for day 3.
//
//	day            0   1   2   3   4   5   6 … 9
//	other system  10   6   2  −2  −1  −5  −5
//	the plan      10   6   2   8   4   0   0
func TestShadowByHand(t *testing.T) {
	s := company(t, 1)
	s.ReadHistory = nil
	one := planwright.One
	s.Items.UnitCost[0], s.Items.UnitPrice[0] = 3, 7
	s.Stock.Qty[0] = 10 * one
	s.SKUs.SafetyStock[0] = 0
	n := 5
	s.Demand = planwright.Demand{Off: []int32{0, int32(n)}}
	for i := range n {
		d := &s.Demand
		d.OrderID, d.Qty, d.DueOn, d.OrderedOn = append(d.OrderID, "D"), append(d.Qty, 4*one), append(d.DueOn, s.AsOf+planwright.Day(1+i)), append(d.OrderedOn, planwright.NoDay)
		d.Priority, d.Customer, d.Segment, d.Price = append(d.Priority, 10), append(d.Customer, ""), append(d.Segment, ""), append(d.Price, nan())
	}
	ctx := context.Background()
	p, err := Run(ctx, s, Options{Horizon: 4})
	if err != nil {
		t.Fatal(err)
	}
	st, err := Stand(ctx, s, p, 1)
	if err != nil {
		t.Fatal(err)
	}
	p.Orders = planwright.PlannedOrders{SKU: []planwright.SKU{0}, Kind: []planwright.OrderKind{planwright.Purchase}, Source: []int32{planwright.None}, Supplier: []int32{planwright.None}, From: []planwright.SKU{planwright.NoSKU},
		Qty: []planwright.Qty{10 * one}, Good: []planwright.Qty{10 * one}, Release: []planwright.Day{s.AsOf}, Start: []planwright.Day{s.AsOf}, Due: []planwright.Day{s.AsOf + 3}, Available: []planwright.Day{s.AsOf + 3},
		Need: []planwright.Day{s.AsOf + 3}, Cost: []float64{30}, Firm: []bool{false}, Reason: []planwright.OrderReason{planwright.ForShortage}, Seq: []int32{1}}
	e := &planwright.Proposals{SKU: []planwright.SKU{0, 0}, ID: []string{"R1", "R2"}, Kind: []planwright.OrderKind{planwright.Purchase, planwright.ProposedOrder}, Qty: []planwright.Qty{5 * one, 8 * one},
		OrderedOn: []planwright.Day{planwright.NoDay, planwright.NoDay}, DueOn: []planwright.Day{s.AsOf + 4, s.AsOf + 20}, Supplier: []int32{planwright.None, planwright.None}, From: []planwright.SKU{planwright.NoSKU, planwright.NoSKU}}
	r, err := st.Shadow(ctx, e, ShadowOptions{Until: s.AsOf + 10})
	if err != nil {
		t.Fatal(err)
	}
	if r.Beyond != 1 || r.PastDue != 0 || r.OutOfFile != 0 || r.LastDue != s.AsOf+4 {
		t.Errorf("beyond %d, past %d, not in the file %d, last %s", r.Beyond, r.PastDue, r.OutOfFile, r.LastDue)
	}
	them, us := r.All.Side[ShadowThem], r.All.Side[ShadowUs]
	want := [2]ShadowFigures{
		// 18 unit-days of stock; owed 2, then 1, then 5: late 2 + 4 = 6.
		{Orders: 1, Ordered: 15_00, StockDays: 18 * 3_00, ShortSKUs: 1, ShortDays: 7, Late: 6 * 7_00},
		{Orders: 1, Ordered: 30_00, StockDays: (10 + 6 + 2 + 8 + 4) * 3_00},
	}
	if them != want[0] || us != want[1] {
		t.Errorf("figures\n%+v\n%+v\nwant\n%+v\n%+v", them, us, want[0], want[1])
	}
	if r.All.Demand != 20*7_00 || r.All.Dependent != 0 || r.All.OnTime(ShadowThem) != 1-6.0/20 || r.All.AverageStock(ShadowUs, r.Days()) != 9 {
		t.Errorf("demand %d, dependent %d, on time %v, stock %v", r.All.Demand, r.All.Dependent, r.All.OnTime(ShadowThem), r.All.AverageStock(ShadowUs, r.Days()))
	}
	weeks := []ShadowWeek{
		{From: s.AsOf, Short: [2]int64{6 * 7_00, 0}, Cash: [2]int64{15_00, 30_00}},
		{From: s.AsOf + 7},
	}
	if !slices.Equal(r.Weeks, weeks) {
		t.Errorf("weeks %+v, want %+v", r.Weeks, weeks)
	}
	k := r.SKUs[0]
	if k.ShortOn != [2]planwright.Day{s.AsOf + 3, planwright.NoDay} || k.ShortQty != [2]planwright.Qty{5 * one, 0} || k.Qty != [2]planwright.Qty{5 * one, 10 * one} {
		t.Errorf("sku %+v", k)
	}
	l := r.Lines[0]
	// 5 units of 3 that only the plan has, and 5 units of 3 a day apart.
	if len(r.Lines) != 1 || l.Kind != ShadowChanged || l.Days != -1 || l.Money != 15+15.0/365 || l.ReasonKey != "reason.shortage" {
		t.Errorf("lines %+v", r.Lines)
	}
	if len(r.Reasons) != 1 || r.Reasons[0] != (ShadowReason{Reason: planwright.ForShortage, Orders: 1, Money: 30_00}) {
		t.Errorf("reasons %+v", r.Reasons)
	}
	// What came true: customers took nothing but 3 on day 2.
	r, err = st.Shadow(ctx, e, ShadowOptions{Until: s.AsOf + 10, Actual: func(planwright.SKU) ([]planwright.Day, []planwright.Qty) {
		return []planwright.Day{s.AsOf - 1, s.AsOf + 2, s.AsOf + 10}, []planwright.Qty{one, 3 * one, one}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if x := r.All.Side; r.All.Demand != 3*7_00 || x[0].End != 12*3_00 || x[1].End != 17*3_00 || x[0].StockDays != (2*10+2*7+6*12)*3_00 || x[0].Late != 0 {
		t.Errorf("with the demand that came: %+v of %d", x, r.All.Demand)
	}
}

// TestShadowOfItself: a plan's own orders as the other system's proposals give no
// difference; on the plan's side the stock of every day is that of its records.
func TestShadowOfItself(t *testing.T) {
	ctx := context.Background()
	for seed := range uint64(6) {
		s := randomCompany(t, 24, 700+seed)
		p, err := Run(ctx, s, Options{Method: "ses", Horizon: 13})
		if err != nil {
			t.Fatal(err)
		}
		st, err := Stand(ctx, s, p, 1)
		if err != nil {
			t.Fatal(err)
		}
		r, err := st.Shadow(ctx, proposalsOfPlan(s, p), ShadowOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Lines) == 0 || r.All.Side[0] != r.All.Side[1] || r.All.Lines != [shadowKinds]int64{ShadowSame: int64(len(r.Lines))} || r.OutOfFile != 0 {
			t.Errorf("seed %d: %+v of %d lines", seed, r.All, len(r.Lines))
		}
		for _, w := range r.Weeks {
			if w.Stock[0] != w.Stock[1] || w.Short[0] != w.Short[1] || w.Cash[0] != w.Cash[1] {
				t.Errorf("seed %d: week %+v", seed, w)
			}
		}
		for _, k := range r.SKUs {
			end, worth := planwright.Qty(0), 0.0
			day := s.AsOf
			for i, q := range p.Requirements.SKU {
				if q == k.SKU && p.Requirements.On[i] < p.HorizonEnd {
					on := max(day, p.Requirements.On[i])
					worth += float64(on-day) * max(0, end).Float()
					day, end = on, p.Requirements.After[i]
				}
			}
			worth += float64(p.HorizonEnd-day) * max(0, end).Float()
			cost := s.Items.UnitCost[s.SKUs.Item[k.SKU]]
			if x := k.Part.Side[ShadowUs]; x.End != cents(max(0, end).Float()*cost) || x.StockDays != cents(worth*cost) {
				t.Errorf("seed %d: %s: end %d, stock days %d; its record has %v and %v", seed, s.Code(k.SKU), x.End, x.StockDays, end, worth*cost)
			}
		}
	}
}

// TestShadowParts: with proposals by the dice, sku's and the parts of every dimension
// add up to the whole, every order stands in one line, and pairs are within the window.
func TestShadowParts(t *testing.T) {
	ctx := context.Background()
	for seed := range uint64(4) {
		s := randomCompany(t, 24, 800+seed)
		p, err := Run(ctx, s, Options{Method: "ses", Horizon: 13})
		if err != nil {
			t.Fatal(err)
		}
		st, err := Stand(ctx, s, p, 1)
		if err != nil {
			t.Fatal(err)
		}
		dice := rand.New(rand.NewPCG(seed, 21))
		e := &planwright.Proposals{}
		for k := range planwright.SKU(s.Len()) {
			for i := range dice.IntN(7) {
				e.SKU, e.ID, e.Kind = append(e.SKU, k), append(e.ID, string(rune('a'+i))), append(e.Kind, planwright.ProposedOrder)
				e.Qty, e.DueOn = append(e.Qty, planwright.Qty(1+dice.IntN(40))*planwright.One), append(e.DueOn, s.AsOf-3+planwright.Day(dice.IntN(100)))
				e.OrderedOn, e.Supplier, e.From = append(e.OrderedOn, planwright.NoDay), append(e.Supplier, planwright.None), append(e.From, planwright.NoSKU)
			}
		}
		for _, listed := range []bool{false, true} {
			r, err := st.Shadow(ctx, e, ShadowOptions{Window: 5, Listed: listed})
			if err != nil {
				t.Fatal(err)
			}
			sums := map[string]*ShadowPart{"sku": {Dimension: "all"}}
			for i := range r.SKUs {
				sums["sku"].add(&r.SKUs[i].Part)
			}
			for i := range r.Parts {
				q := &r.Parts[i]
				if sums[q.Dimension] == nil {
					sums[q.Dimension] = &ShadowPart{Dimension: "all"}
				}
				sums[q.Dimension].add(q)
			}
			if len(sums) != 1+len(shadowDimensions) {
				t.Errorf("seed %d: dimensions %v", seed, sums)
			}
			for name, x := range sums {
				if *x != r.All {
					t.Errorf("seed %d: by %s %+v, in all %+v", seed, name, *x, r.All)
				}
			}
			var cash, short [2]int64
			for _, w := range r.Weeks {
				for x := range cash {
					cash[x] += w.Cash[x]
					short[x] += w.Short[x]
				}
			}
			seen := map[[2]int]bool{}
			var lines [shadowKinds]int64
			for _, l := range r.Lines {
				lines[l.Kind]++
				for x, row := range [2]int{l.Them, l.Us} {
					if row >= 0 && seen[[2]int{x, row}] {
						t.Errorf("seed %d: row %d of side %d stands twice", seed, row, x)
					}
					seen[[2]int{x, row}] = true
				}
				if l.Them >= 0 && l.Us >= 0 && (max(l.Days, -l.Days) > 5 || e.SKU[l.Them] != p.Orders.SKU[l.Us]) {
					t.Errorf("seed %d: %+v is no pair", seed, l)
				}
			}
			pairs := lines[ShadowSame] + lines[ShadowMoved] + lines[ShadowResized] + lines[ShadowChanged]
			if lines != r.All.Lines || pairs+lines[ShadowOnlyThem] != r.All.Side[0].Orders || pairs+lines[ShadowOnlyUs] != r.All.Side[1].Orders || pairs == 0 {
				t.Errorf("seed %d: lines %v of %+v", seed, lines, r.All.Side)
			}
			if want := int(r.All.Side[0].Orders) + r.Beyond; want != e.Len() {
				t.Errorf("seed %d: %d proposals of %d", seed, want, e.Len())
			}
			if n := int(r.All.Side[1].Orders) + r.BeyondUs; listed == (n == p.Orders.Len()) && r.OutOfFile > 0 {
				t.Errorf("seed %d, listed %v: %d orders of the plan of %d, %d sku's not in the file", seed, listed, n, p.Orders.Len(), r.OutOfFile)
			}
			for i := 1; i < len(r.Lines); i++ {
				if r.Lines[i].Money > r.Lines[i-1].Money {
					t.Errorf("seed %d: line %d differs more than the one before", seed, i)
				}
			}
		}
	}
	s := company(t, 1)
	p, err := Run(ctx, s, Options{Method: "ses"})
	if err != nil {
		t.Fatal(err)
	}
	st, err := Stand(ctx, s, p, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.Shadow(ctx, &planwright.Proposals{}, ShadowOptions{Until: s.AsOf}); err == nil {
		t.Error("a comparison of no day")
	}
}

// TestDemandThatCame by hand: sales less returns since the plan's day, by the sku's of the
// plan; what was used, what came before, and sku's that the plan does not have are not
// told. The later snapshot has its sku's in another order.
func TestDemandThatCame(t *testing.T) {
	s := company(t, 2)
	st := &Standing{Snap: s}
	later := company(t, 3)
	later.AsOf = s.AsOf + 14
	later.Items.ID = []string{"A", s.Items.ID[0], s.Items.ID[1]}
	one, day := planwright.One, s.AsOf
	later.ReadHistory = func(_ context.Context, lo, hi planwright.SKU) (*planwright.History, error) {
		if lo != 0 || hi != 3 {
			t.Fatalf("asked for sku's %d to %d", lo, hi)
		}
		return &planwright.History{Off: []int32{0, 1, 6, 7}, On: []planwright.Day{day + 1, day - 1, day, day + 2, day + 2, day + 3, day + 4},
			Qty:  []planwright.Qty{5 * one, 6 * one, 7 * one, 8 * one, 2 * one, 9 * one, 3 * one},
			Kind: []planwright.HistoryKind{planwright.Sale, planwright.Sale, planwright.Sale, planwright.Sale, planwright.Return, planwright.Issue, planwright.Issue}}, nil
	}
	demand, err := st.DemandThatCame(context.Background(), later)
	if err != nil {
		t.Fatal(err)
	}
	on, qty := demand(0)
	if !slices.Equal(on, []planwright.Day{day, day + 2, day + 2}) || !slices.Equal(qty, []planwright.Qty{7 * one, 8 * one, -2 * one}) {
		t.Errorf("came on %v: %v", on, qty)
	}
	if on, qty := demand(1); len(on)+len(qty) > 0 {
		t.Errorf("of a sku that was only used %v: %v", on, qty)
	}
	broken := errors.New("broken")
	later.ReadHistory = func(context.Context, planwright.SKU, planwright.SKU) (*planwright.History, error) { return nil, broken }
	if _, err := st.DemandThatCame(context.Background(), later); !errors.Is(err, broken) {
		t.Errorf("a history that cannot be read: %v", err)
	}
}
