package mrp

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"planwright"

	"pgregory.net/rapid"
)

// TestRowOrder is M7 for rows: the order of the rows of tables whose rows have
// names or sums changes nothing.
func TestRowOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t, false)
		s, err := m.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		r, err := Run(context.Background(), Input{Snap: s}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		want := digest(&r)
		dice := rand.New(rand.NewPCG(1, uint64(rapid.IntRange(1, 1000).Draw(t, "shuffle"))))
		for _, table := range []string{"sku", "item", "site", "stock", "supply", "demand", "reservation"} {
			rows := m.rows[table]
			dice.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		}
		if s, err = m.snapshot(); err != nil {
			t.Fatal(err)
		}
		again, err := Run(context.Background(), Input{Snap: s}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := digest(&again); got != want {
			t.Fatalf("digest with shuffled rows = %s, want %s: %s", got, want, firstDifference(&again, &r))
		}
	})
}

// TestScale: ten times every quantity is ten times the plan, where no rule
// rounds and no duration or cost hangs on the quantity.
func TestScale(t *testing.T) {
	quantities := map[string][]string{
		"sku": {"lot_size", "lot_min", "lot_multiple", "lot_max", "safety_stock", "reorder_point", "order_up_to", "adu"}, "period": {"safety_stock"},
		"source": {"lot_min", "lot_multiple", "quota_base"}, "stock": {"qty"}, "supply": {"qty"}, "demand": {"qty"}, "reservation": {"qty"}, "forecast": {"qty"},
	}
	fixed := map[string][]string{ // what rounds, or hangs on the quantity
		"item": {"decimals"}, "sku": {"rounding_profile", "scrap_pct", "lead_time_per_unit", "order_cost"}, "period": {"scrap_pct"}, "bom": {"per_qty", "scrap_pct", "alternate_share", "fixed", "lot_from", "lot_to"},
	}
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t, false)
		for table, cols := range fixed {
			for _, row := range m.rows[table] {
				for _, c := range cols {
					delete(row, c)
				}
			}
		}
		for _, row := range m.rows["bom"] {
			row["qty_per"] = "2"
		}
		m.rows["forecast"] = nil // the parts of a forecast are rounded
		for _, row := range m.rows["sku"] {
			if row["mrp_type"] == "ddmrp" { // and so are the zones of a buffer
				delete(row, "mrp_type")
			}
		}
		plan := func() *Result {
			s, err := m.snapshot()
			if err != nil {
				t.Fatal(err)
			}
			r, err := Run(context.Background(), Input{Snap: s}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			return &r
		}
		small := plan()
		for table, cols := range quantities {
			for _, row := range m.rows[table] {
				for _, c := range cols {
					if q, err := planwright.ParseQty(row[c]); err == nil {
						row[c] = (10 * q).String()
					}
				}
			}
		}
		large := plan()
		if small.Orders.Len() != large.Orders.Len() {
			t.Fatalf("%d orders, want %d", large.Orders.Len(), small.Orders.Len())
		}
		a, b := &small.Orders, &large.Orders
		for i := range a.SKU {
			if b.SKU[i] != a.SKU[i] || b.Qty[i] != 10*a.Qty[i] || b.Good[i] != 10*a.Good[i] || b.Due[i] != a.Due[i] || b.Start[i] != a.Start[i] || b.Source[i] != a.Source[i] {
				t.Fatalf("order %d of sku %d is %s due %s, want ten times %s due %s", i, b.SKU[i], b.Qty[i], b.Due[i], a.Qty[i], a.Due[i])
			}
		}
	})
}

// TestCancel: an ended context ends the run with its error and no result.
func TestCancel(t *testing.T) {
	s := factory(5000, 0)
	ctx, cancel := context.WithCancel(context.Background())
	levels := 0
	r, err := Run(ctx, Input{Snap: s}, Options{Workers: 2, Progress: func(done, total int) {
		if levels++; levels == 2 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || r.Orders.Len() != 0 {
		t.Errorf("Run = %d orders, %v, want none and %v", r.Orders.Len(), err, context.Canceled)
	}
}

// TestFactory checks every invariant of a larger plan, and that workers change
// nothing in it.
func TestFactory(t *testing.T) {
	for _, hot := range []int{0, 5} {
		s := factory(3000, hot)
		in := Input{Snap: s}
		var want string
		for _, n := range []int{1, 2, 3, 8} {
			opt := Options{Workers: n}
			r, err := Run(context.Background(), in, opt)
			if err != nil {
				t.Fatal(err)
			}
			if n == 1 {
				checkInvariants(t, in, opt, &r)
				want = digest(&r)
			} else if got := digest(&r); got != want {
				t.Errorf("digest with %d workers = %s, want %s", n, got, want)
			}
		}
	}
}

// TestManyCycles: thousands of arcs that close cycles through thousands of sku's
// are reported in time and memory that grow with the plan alone.
func TestManyCycles(t *testing.T) {
	const n = 3000
	m := newModel(planwright.Date(2026, 1, 5))
	for i := range n {
		m.add("bom", "parent_id", itemCode(i), "component_id", itemCode(i+1), "qty_per", 1)
		m.add("bom", "parent_id", itemCode(i+1), "component_id", itemCode(0), "qty_per", 1)
	}
	m.add("demand", "item_id", itemCode(0), "qty", 1, "due_on", 5)
	s, err := m.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), Input{Snap: s}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for i, c := range r.Exceptions.Code {
		if c == planwright.CodeBOMCycle {
			found++
			if len(r.Exceptions.Detail[i]) > 20*pathShown {
				t.Fatalf("a path of %d bytes", len(r.Exceptions.Detail[i]))
			}
		}
	}
	if found != n+1 {
		t.Errorf("%d sku's on a cycle, want %d", found, n+1)
	}
}

func itemCode(i int) string {
	return string([]byte{'I', byte('0' + i/1000%10), byte('0' + i/100%10), byte('0' + i/10%10), byte('0' + i%10)})
}

// TestAllocations: nothing is allocated for an order or a peg; what is grows
// with chunks, columns and the exceptions.
func TestAllocations(t *testing.T) {
	s := lotForLotFactory(2000)
	orders := 0
	n := testing.AllocsPerRun(2, func() {
		r, err := Run(context.Background(), Input{Snap: s}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		orders = r.Orders.Len()
	})
	if orders < 50_000 || n > float64(orders)/50 {
		t.Errorf("%g allocations for %d orders", n, orders)
	}
}
