package mrp

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"planwright"

	"pgregory.net/rapid"
)

// resource adds a resource of every site.
func resource(s *planwright.Snapshot, id string, perDay float64, cal *planwright.Calendar) int32 {
	t := &s.Resources
	t.ID, t.Site, t.Calendar, t.PerDay = append(t.ID, id), append(t.Site, planwright.None), append(t.Calendar, cal), append(t.PerDay, perDay)
	return int32(t.Len() - 1)
}

// step adds a step to the routing of an item; items must come in their order.
func step(s *planwright.Snapshot, item string, n, resource int32, setup, perUnit, scrap float64) {
	k := s.Find(item, s.Sites.ID[0])
	t := &s.Routings
	t.Item, t.BOMID, t.Step, t.Resource = append(t.Item, s.SKUs.Item[k]), append(t.BOMID, ""), append(t.Step, n), append(t.Resource, resource)
	t.Setup, t.PerUnit, t.ScrapPct = append(t.Setup, setup), append(t.PerUnit, perUnit), append(t.ScrapPct, scrap)
}

func planned(r *Result) Planned { return Planned{&r.Orders, &r.Pegs, &r.Requirements} }

func levelled(c *Capacity) []Move {
	moves, err := c.Level(context.Background())
	if err != nil {
		panic(err)
	}
	return moves
}

func loadText(s *planwright.Snapshot, c *Capacity) string {
	var b strings.Builder
	for _, r := range c.Load() {
		fmt.Fprintf(&b, "%s/%s:%s ", s.Resources.ID[r.Resource], dayText(s, r.On), r.Load)
	}
	return strings.TrimSpace(b.String())
}

// 100 A on day 4 with a lead time of 4 days: cutting takes 8 + 0.24 · 100 = 32
// hours at 16 a day, 2 days; a tenth is lost in it; drilling 90 · 0.2 = 18 of 9 a
// day, 2 days. Cutting has days 0 and 1, drilling 2 and 3.
func TestLoad(t *testing.T) {
	s, r := planOf(t, "sku A lead_time_days=4 procurement=make scrap_rule=divide\nbom A B 1\ndemand A 100 4")
	saw, drill := resource(s, "SAW", 16, nil), resource(s, "DRILL", 9, nil)
	step(s, "A", 10, saw, 8, 0.24, 10)
	step(s, "A", 20, drill, 0, 0.2, 0)
	c := NewCapacity(NewStructure(s), planned(r))
	if got, want := loadText(s, c), "SAW/0:16 SAW/1:16 DRILL/2:9 DRILL/3:9"; got != want {
		t.Errorf("load = %q, want %q", got, want)
	}
	if x := c.Overloads(); x.Len() != 0 {
		t.Errorf("overloads %+v, want none: full is not over", x)
	}
}

// Weekends of the resource do no work, and an open work order loads like a
// planned one.
func TestLoadOfOpenOrders(t *testing.T) {
	week := planwright.NewCalendar([]planwright.CalendarRule{{Weekday: 6}, {Weekday: 7}})
	s, r := planOf(t, "sku A lead_time_days=4 procurement=make\nbom A B 1\nsupply A 8 7 kind=work order_id=W")
	saw := resource(s, "SAW", 8, week)
	step(s, "A", 10, saw, 0, 1, 0)
	c := NewCapacity(NewStructure(s), planned(r))
	// Days 3 to 6, Thursday to Sunday; what falls on the weekend is done on Friday.
	if got, want := loadText(s, c), "SAW/3:2 SAW/4:6"; got != want {
		t.Errorf("load = %q, want %q", got, want)
	}
}

// Three orders of 8 hours on one day of 8: two of them move to the days before.
func TestLevel(t *testing.T) {
	s, r := planOf(t, `
sku A procurement=make lead_time_days=1
sku B procurement=make lead_time_days=1
sku C procurement=make lead_time_days=1
bom A P 1
bom B P 1
bom C Q 1
stock P 100
demand A 8 10
demand B 8 10
demand C 8 10
sku Q lead_time_days=9
`)
	saw := resource(s, "SAW", 8, nil)
	for _, item := range []string{"A", "B", "C"} {
		step(s, item, 10, saw, 0, 1, 0)
	}
	c := NewCapacity(NewStructure(s), planned(r))
	if x := c.Overloads(); x.Len() != 1 || x.Qty[0] != 16*planwright.One || x.Detail[0] != "SAW 24 / 8" || x.On[0] != s.AsOf+9 {
		t.Fatalf("overloads %+v, want 16 on day 9", x)
	}
	moves := levelled(c)
	// C waits for Q, which comes on day 9: it stays.
	if got, want := loadText(s, c), "SAW/7:8 SAW/8:8 SAW/9:8"; got != want || len(moves) != 2 {
		t.Errorf("load = %q by %+v, want %q", got, moves, want)
	}
	for _, m := range moves {
		if s.Code(r.Orders.SKU[m.Order]) == "C" {
			t.Errorf("C was moved to start on day %s, before its component is there", dayText(s, m.Start))
		}
	}
	if x := c.Overloads(); x.Len() != 0 {
		t.Errorf("overloads %+v, want none", x)
	}
}

// A component that can move makes room for its parent.
func TestLevelOverLevels(t *testing.T) {
	s, r := planOf(t, `
sku A procurement=make lead_time_days=1
sku B procurement=make lead_time_days=1
bom A B 1
bom B P 1
stock P 100
demand A 8 10 order_id=D1
demand A 8 11 order_id=D2
demand B 1 9
`)
	saw, press := resource(s, "SAW", 8, nil), resource(s, "PRESS", 7, nil)
	step(s, "A", 10, saw, 0, 1, 0)
	step(s, "B", 10, press, 0, 1, 0)
	c := NewCapacity(NewStructure(s), planned(r))
	before := len(c.Overloads().Code)
	moves := levelled(c)
	checkLevel(t, s, r, c, moves)
	if after := len(c.Overloads().Code); after > before {
		t.Errorf("%d overloads, %d before", after, before)
	}
}

// checkLevel checks that no requirement is met later for a move, that nothing
// starts in the past, and that loads add up.
func checkLevel(t tester, s *planwright.Snapshot, r *Result, c *Capacity, moves []Move) {
	t.Helper()
	o := &r.Orders
	start, avail := append([]planwright.Day(nil), o.Start...), append([]planwright.Day(nil), o.Available...)
	for _, m := range moves {
		i := m.Order
		if m.Start >= o.Start[i] || m.Start < s.AsOf || m.Release > m.Start || m.Due < m.Start || m.Available < m.Due || m.Available > o.Available[i] {
			t.Errorf("%s moves from %s..%s to %+v", o.ID(s, int(i)), o.Start[i], o.Available[i], m)
		}
		start[i], avail[i] = m.Start, m.Available
	}
	for i := range r.Pegs.SKU {
		if r.Pegs.DemandKind[i] != planwright.DemandDependent || r.Pegs.SupplyKind[i] != planwright.SupplyPlanned {
			continue
		}
		x, y := r.Pegs.SupplyRef[i], r.Pegs.DemandRef[i]
		if avail[x] > start[y] && o.Available[x] <= o.Start[y] {
			t.Errorf("%s comes on %s, its parent starts on %s", o.ID(s, int(x)), avail[x], start[y])
		}
	}
	var sum, parts planwright.Qty
	for _, row := range c.Load() {
		sum += row.Load
	}
	for i := range c.jobs {
		for _, p := range c.jobs[i].placed {
			parts += p.load
		}
	}
	if sum != parts {
		t.Errorf("the loads of the days add up to %s, those of the orders to %s", sum, parts)
	}
}

// Any plan on any machines: levelling keeps every date that a requirement needs
// and never adds overload.
func TestLevelOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t, rapid.Bool().Draw(t, "wild"))
		s, err := m.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		r, err := Run(context.Background(), Input{Snap: s}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		cal := planwright.NewCalendar([]planwright.CalendarRule{{Weekday: 6}, {Weekday: 7}})
		for i := range rapid.IntRange(1, 3).Draw(t, "resources") {
			x := resource(s, fmt.Sprint("R", i), float64(rapid.IntRange(0, 40).Draw(t, "per day")), []*planwright.Calendar{nil, cal}[rapid.IntRange(0, 1).Draw(t, "calendar")])
			_ = x
		}
		for item := range int32(s.Items.Len()) {
			for n := range rapid.IntRange(0, 2).Draw(t, "steps") {
				t1 := &s.Routings
				t1.Item, t1.BOMID, t1.Step = append(t1.Item, item), append(t1.BOMID, ""), append(t1.Step, int32(n))
				t1.Resource = append(t1.Resource, int32(rapid.IntRange(0, s.Resources.Len()-1).Draw(t, "on")))
				t1.Setup, t1.PerUnit, t1.ScrapPct = append(t1.Setup, float64(rapid.IntRange(0, 5).Draw(t, "setup"))), append(t1.PerUnit, rapid.SampledFrom([]float64{0, 0.1, 1}).Draw(t, "per unit")), append(t1.ScrapPct, 0)
			}
		}
		over := func(c *Capacity) (sum planwright.Qty) {
			for _, row := range c.Load() {
				sum += row.Over()
			}
			return sum
		}
		c := NewCapacity(NewStructure(s), planned(&r))
		before := over(c)
		moves := levelled(c)
		if s.KeepPast {
			return // starts lie in the past
		}
		checkLevel(t, s, &r, c, moves)
		if after := over(c); after > before || after == before && len(moves) > 0 {
			t.Fatalf("overload %s, before %s, by %d moves", after, before, len(moves))
		}
		again := NewCapacity(NewStructure(s), planned(&r))
		if got, want := fmt.Sprint(levelled(again)), fmt.Sprint(moves); got != want {
			t.Fatalf("levelled twice: %s, %s", got, want)
		}
	})
}
