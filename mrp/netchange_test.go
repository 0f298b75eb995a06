package mrp

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"planwright"

	"pgregory.net/rapid"
)

// rowEdits are the edits that turn the rows of a table into those of another.
func rowEdits[T RowTable](edits []Edit, old, now *T) []Edit {
	n := reflect.ValueOf(now).Elem().Field(0).Len() - 1
	for k := range planwright.SKU(n) {
		a, b := Rows(old, k), Rows(now, k)
		if fmt.Sprint(a) != fmt.Sprint(b) { // NaN is NaN
			edits = append(edits, SetRows(k, b))
		}
	}
	return edits
}

// columnEdits are the edits that turn column i of the sku table into another's.
func columnEdits[T comparable](edits []Edit, i int, old, now *planwright.SKUs) []Edit {
	column := func(t *planwright.SKUs) *[]T { return reflect.ValueOf(t).Elem().Field(i).Addr().Interface().(*[]T) }
	a, b := *column(old), *column(now)
	for k := range a {
		if a[k] != b[k] && (a[k] == a[k] || b[k] == b[k]) {
			edits = append(edits, SetParameter(planwright.SKU(k), column, b[k]))
		}
	}
	return edits
}

// editsBetween are the edits that turn an input into that of another snapshot
// with the same sku's, items and sites.
func editsBetween(old Input, now *planwright.Snapshot) (edits []Edit) {
	s := old.Snap
	edits = rowEdits(edits, &s.Demand, &now.Demand)
	edits = rowEdits(edits, &s.Stock, &now.Stock)
	edits = rowEdits(edits, &s.Supply, &now.Supply)
	edits = rowEdits(edits, &s.Reserved, &now.Reserved)
	edits = rowEdits(edits, &s.SKUPeriods, &now.SKUPeriods)
	edits = rowEdits(edits, &s.BOM, &now.BOM)
	edits = rowEdits(edits, &s.Sources, &now.Sources)
	edits = rowEdits(edits, old.Forecast, newPlanner(Input{Snap: now}, Options{}, blockSize).in.Forecast)
	a, b := &s.SKUs, &now.SKUs
	for i := range reflect.TypeFor[planwright.SKUs]().NumField() {
		switch reflect.ValueOf(a).Elem().Field(i).Interface().(type) {
		case []int32:
			edits = columnEdits[int32](edits, i, a, b)
		case []uint8:
			edits = columnEdits[uint8](edits, i, a, b)
		case []bool:
			edits = columnEdits[bool](edits, i, a, b)
		case []string:
			edits = columnEdits[string](edits, i, a, b)
		case []float64:
			edits = columnEdits[float64](edits, i, a, b)
		case []planwright.Qty:
			edits = columnEdits[planwright.Qty](edits, i, a, b)
		case []planwright.Procurement:
			edits = columnEdits[planwright.Procurement](edits, i, a, b)
		case []planwright.MRPType:
			edits = columnEdits[planwright.MRPType](edits, i, a, b)
		case []planwright.ReorderScope:
			edits = columnEdits[planwright.ReorderScope](edits, i, a, b)
		case []planwright.LotRule:
			edits = columnEdits[planwright.LotRule](edits, i, a, b)
		case []planwright.SafetyTiming:
			edits = columnEdits[planwright.SafetyTiming](edits, i, a, b)
		case []planwright.ServiceKind:
			edits = columnEdits[planwright.ServiceKind](edits, i, a, b)
		case []planwright.FenceType:
			edits = columnEdits[planwright.FenceType](edits, i, a, b)
		default:
			panic("a column of a new type: " + reflect.TypeFor[planwright.SKUs]().Field(i).Name)
		}
	}
	return edits
}

// mutate changes a few rows of a model; structure says whether bills of
// material, sources and types may change too.
func mutate(t *rapid.T, m *model, round int, structure bool) {
	num := func(label string, lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, label) }
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	row := func(table string) map[string]string {
		rows := m.rows[table]
		if len(rows) == 0 {
			return map[string]string{}
		}
		return rows[num("row of "+table, 0, len(rows)-1)]
	}
	for range num("changes", 1, 4) {
		sku := row("sku")
		item, site := sku["item_id"], sku["site_id"]
		if item == "" {
			return // there is none
		}
		what := num("what", 1, 18)
		switch what {
		case 1:
			row("demand")["qty"] = fmt.Sprint(num("qty", 1, 200))
		case 2:
			row("demand")["due_on"] = fmt.Sprint(num("due", -5, 60))
		case 3:
			m.add("demand", "order_id", fmt.Sprintf("N%d-%d", round, len(m.rows["demand"])), "item_id", item, "site_id", site, "qty", num("qty", 1, 100), "due_on", num("due", 0, 60))
		case 4, 5, 6:
			table := []string{"demand", "supply", "stock"}[what-4]
			if rows := m.rows[table]; len(rows) > 0 {
				x := num("gone", 0, len(rows)-1)
				m.rows[table] = slices.Delete(rows, x, x+1)
			}
		case 7:
			m.add("stock", "item_id", item, "site_id", site, "qty", num("qty", 1, 100))
		case 8:
			m.add("supply", "order_id", fmt.Sprintf("M%d-%d", round, len(m.rows["supply"])), "item_id", item, "site_id", site, "qty", num("qty", 1, 100), "due_on", num("due", 0, 60), "kind", pick("kind", "purchase", "work", "transfer"))
		case 9:
			row("supply")["qty"] = fmt.Sprint(num("qty", 1, 100))
		case 10:
			sku["lot_min"], sku["lot_multiple"] = fmt.Sprint(num("min", 0, 60)), fmt.Sprint(num("multiple", 0, 9))
		case 11:
			sku["safety_stock"] = fmt.Sprint(num("safety", 0, 60))
		case 12:
			sku["lead_time_days"] = fmt.Sprint(num("lead", 0, 20))
		case 13:
			sku["lot_rule"], sku["reorder_point"] = pick("rule", "lfl", "foq", "week", "poq", "min_max"), fmt.Sprint(num("point", 0, 50))
		case 14:
			m.add("forecast", "item_id", item, "site_id", site, "qty", num("qty", 1, 100), "from", num("from", 0, 40), "to", 50)
		case 15:
			m.add("reservation", "order_id", fmt.Sprintf("X%d-%d", round, len(m.rows["reservation"])), "item_id", item, "site_id", site, "qty", num("qty", 1, 60), "due_on", num("due", 0, 60))
		case 17:
			sku["strategy"] = pick("strategy", "10", "11", "20", "40", "50", "52", "70")
		case 18:
			sku["fence_type"], sku["planning_fence_days"], sku["coverage_days"] = pick("fence", "P1", "P2", "P3", "P4"), fmt.Sprint(num("fence days", 0, 20)), fmt.Sprint(num("coverage", 0, 9))
		case 16:
			if !structure {
				row("demand")["priority"] = fmt.Sprint(num("priority", 1, 3))
				continue
			}
			row("bom")["qty_per"] = fmt.Sprint(num("per", 1, 5))
			sku["mrp_type"] = pick("type", "mrp", "none", "reorder_point", "ddmrp")
			row("source")["priority"] = fmt.Sprint(num("priority", 1, 3))
		}
	}
}

// TestNetChange is the brute-force referee of net change: after every round of
// random edits the plan is that of a run on a data set built anew, bit for bit,
// and what is not named as changed did not change.
func TestNetChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawModel(t, rapid.IntRange(1, 4).Draw(t, "wild") == 1)
		if rapid.Bool().Draw(t, "plain") { // bills of material that orders imply
			m.rows["source"] = nil
			for _, row := range m.rows["sku"] {
				delete(row, "mrp_type")
				delete(row, "procurement")
			}
			for i, row := range m.rows["bom"] {
				for x := range 3 {
					m.add("demand", "order_id", fmt.Sprint("P", 3*i+x), "item_id", row["parent_id"], "site_id", m.rows["site"][0]["site_id"], "qty", 20, "due_on", 10*x+15)
				}
				for _, c := range []string{"fixed", "role", "phantom", "effective_from", "effective_to", "alternate_group", "bom_id", "lot_from", "lot_to"} {
					delete(row, c)
				}
			}
		}
		s, err := m.snapshot()
		if err != nil {
			t.Fatal(err)
		}
		listed := map[string]bool{}
		for _, row := range m.rows["sku"] {
			listed[row["item_id"]+"@"+row["site_id"]] = true
		}
		for k, i := range s.SKUs.Item { // a sku stays though its last row goes
			item, site := s.Items.ID[i], s.Sites.ID[s.SKUs.Site[k]]
			if !listed[item+"@"+site] {
				m.add("sku", "item_id", item, "site_id", site)
			}
		}
		if s, err = m.snapshot(); err != nil {
			t.Fatal(err)
		}
		opt := Options{Workers: rapid.IntRange(1, 3).Draw(t, "workers"), Lean: rapid.Bool().Draw(t, "lean")}
		if rapid.IntRange(1, 100).Draw(t, "horizon") <= 20 {
			opt.HorizonEnd = s.AsOf + planwright.Day(rapid.IntRange(1, 60).Draw(t, "horizon days"))
		}
		untouched := fmt.Sprint(*s)
		p, err := NewPlanner(context.Background(), Input{Snap: s}, opt)
		if err != nil {
			t.Fatal(err)
		}
		structure := rapid.IntRange(1, 5).Draw(t, "structure") == 1
		for round := range rapid.IntRange(1, 4).Draw(t, "rounds") {
			before := make([]string, s.Len())
			for k := range before {
				part := p.Part([]planwright.SKU{planwright.SKU(k)})
				before[k] = fmt.Sprint(part.Orders.Qty, part.Orders.Start, part.Orders.Due, part.Pegs.Qty, part.Requirements.On, part.Requirements.Qty, part.Exceptions.Code)
			}
			mutate(t, m, round, structure)
			now, err := m.snapshot()
			if err != nil {
				t.Fatal(err)
			}
			changed, err := p.Apply(context.Background(), editsBetween(p.Input(), now))
			if err != nil {
				t.Fatal(err)
			}
			want, err := Run(context.Background(), Input{Snap: now}, opt)
			if err != nil {
				t.Fatal(err)
			}
			got := p.Result()
			if digest(&got) != digest(&want) {
				t.Fatalf("round %d: the plan is not that of a full run: %s", round, firstDifference(&got, &want))
			}
			checkInvariants(t, Input{Snap: now}, opt, &got)
			for k := range before {
				part := p.Part([]planwright.SKU{planwright.SKU(k)})
				after := fmt.Sprint(part.Orders.Qty, part.Orders.Start, part.Orders.Due, part.Pegs.Qty, part.Requirements.On, part.Requirements.Qty, part.Exceptions.Code)
				if _, told := slices.BinarySearch(changed.SKUs, planwright.SKU(k)); after != before[k] && !told {
					t.Fatalf("round %d: sku %d changed and is not named", round, k)
				}
			}
		}
		if now := fmt.Sprint(*s); now != untouched {
			t.Fatal("edits changed the snapshot of the caller")
		}
	})
}

// TestNetChangeLocal: in a large model an edit plans again what hangs on it, not
// the rest; an edit that is taken back brings the old plan back.
func TestNetChangeLocal(t *testing.T) {
	s := factory(3000, 0)
	for _, opt := range []Options{{Workers: 1}, {Workers: 3}, {Workers: 3, Lean: true}} {
		p, err := NewPlanner(context.Background(), Input{Snap: s}, opt)
		if err != nil {
			t.Fatal(err)
		}
		first := p.Result()
		want := digest(&first)
		for round := range 5 {
			edits, undo := factoryEdits(p, 10, uint64(round))
			done, err := p.Apply(context.Background(), edits)
			if err != nil {
				t.Fatal(err)
			}
			if done.Full || done.Planned < 10 || done.Planned > 1500 || len(done.SKUs) == 0 || len(done.SKUs) > done.Planned {
				t.Errorf("round %d: %d sku's planned again, %d changed, full %t", round, done.Planned, len(done.SKUs), done.Full)
			}
			got := p.Result()
			full, err := Run(context.Background(), p.Input(), Options{Workers: 2})
			if err != nil {
				t.Fatal(err)
			}
			if digest(&got) != digest(&full) {
				t.Fatalf("round %d: %s", round, firstDifference(&got, &full))
			}
			if digest(&got) == want {
				t.Errorf("round %d changed nothing", round)
			}
			if _, err := p.Apply(context.Background(), undo); err != nil {
				t.Fatal(err)
			}
			if got := p.Result(); digest(&got) != want {
				t.Fatalf("round %d: the edits taken back: %s", round, firstDifference(&got, &first))
			}
		}
		all := make([]planwright.SKU, s.Len())
		for k := range all {
			all[k] = planwright.SKU(k)
		}
		part := p.Part(all)
		part.Level = first.Level
		if digest(&part) != want {
			t.Errorf("the parts of all sku's are not the plan: %s", firstDifference(&part, &first))
		}
	}
}

// factoryEdits are n edits of the factory, and those that take them back: changed
// and new orders, stock, receipts, lots, safety stocks and lead times.
func factoryEdits(p *Planner, n int, seed uint64) (edits, undo []Edit) {
	s := p.Input().Snap
	r := rand.New(rand.NewPCG(1, seed))
	ends := planwright.SKU(s.Len() / 20)
	seen := map[planwright.SKU]bool{}
	for len(edits) < n {
		k := planwright.SKU(r.IntN(s.Len()))
		kind := r.IntN(6)
		if kind < 2 {
			k = planwright.SKU(r.IntN(int(ends)))
		}
		if seen[k] {
			continue
		}
		seen[k] = true
		switch kind {
		case 0, 1:
			rows := Rows(&s.Demand, k)
			undo = append(undo, SetRows(k, Rows(&s.Demand, k)))
			if i := len(rows.Qty) / 2; kind == 0 && i < len(rows.Qty) {
				rows.Qty[i] += 7 * planwright.One
			} else {
				rows.OrderID, rows.Qty, rows.DueOn = append(rows.OrderID, fmt.Sprint("NEW", k)), append(rows.Qty, 30*planwright.One), append(rows.DueOn, s.AsOf+310)
				rows.OrderedOn, rows.Priority, rows.Customer, rows.Segment, rows.Price = append(rows.OrderedOn, 0), append(rows.Priority, 0), append(rows.Customer, ""), append(rows.Segment, ""), append(rows.Price, 0)
			}
			edits = append(edits, SetRows(k, rows))
		case 2:
			rows := Rows(&s.Stock, k)
			undo = append(undo, SetRows(k, Rows(&s.Stock, k)))
			for i := range rows.Qty {
				rows.Qty[i] /= 2
			}
			edits = append(edits, SetRows(k, rows))
		case 3:
			column := func(t *planwright.SKUs) *[]planwright.Qty { return &t.LotMin }
			edits, undo = append(edits, SetParameter(k, column, s.SKUs.LotMin[k]*2)), append(undo, SetParameter(k, column, s.SKUs.LotMin[k]))
		case 4:
			column := func(t *planwright.SKUs) *[]planwright.Qty { return &t.SafetyStock }
			edits, undo = append(edits, SetParameter(k, column, s.SKUs.SafetyStock[k]+9*planwright.One)), append(undo, SetParameter(k, column, s.SKUs.SafetyStock[k]))
		case 5:
			column := func(t *planwright.SKUs) *[]int32 { return &t.LeadTime }
			edits, undo = append(edits, SetParameter(k, column, s.SKUs.LeadTime[k]+2)), append(undo, SetParameter(k, column, s.SKUs.LeadTime[k]))
		}
	}
	return edits, undo
}

// TestNetChangeInput: columns and forecasts of the input are edited apart from
// the snapshot.
func TestNetChangeInput(t *testing.T) {
	s := factory(300, 0)
	p, err := NewPlanner(context.Background(), Input{Snap: s}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	safety := func(in *Input) *[]planwright.Qty { return &in.SafetyStock }
	size := func(in *Input) *[]planwright.Qty { return &in.OrderQty }
	param := func(t *planwright.SKUs) *[]planwright.Qty { return &t.SafetyStock }
	f := Forecast{From: []planwright.Day{s.AsOf + 100}, To: []planwright.Day{s.AsOf + 130}, Qty: []planwright.Qty{50 * planwright.One}}
	for i, edits := range [][]Edit{
		{SetInput(250, safety, 500*planwright.One)}, {SetInput(7, size, 3)}, {SetRows(3, f)}, {SetParameter(251, param, 77*planwright.One), SetParameter(250, param, 99*planwright.One)},
		{SetRows(3, Forecast{})}, {SetRows(4, f), SetRows(4, Forecast{}), SetRows(5, f)},
	} {
		if _, err := p.Apply(context.Background(), edits); err != nil {
			t.Fatal(err)
		}
		got := p.Result()
		want, err := Run(context.Background(), p.Input(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if digest(&got) != digest(&want) {
			t.Fatalf("edits %d: %s", i, firstDifference(&got, &want))
		}
	}
	in := p.Input()
	if in.SafetyStock[250] != 500*planwright.One || in.SafetyStock[251] != s.SKUs.SafetyStock[251] || in.Snap.SKUs.SafetyStock[251] != 77*planwright.One {
		t.Errorf("safety stocks %s, %s, want the edited one and, once the column is the input's own, the old one", in.SafetyStock[250], in.SafetyStock[251])
	}
	if n := len(in.Forecast.Qty); n != 1 || in.Forecast.Off[5] != 0 || in.Forecast.Off[6] != 1 {
		t.Errorf("%d forecasts after the edits, want the one of sku 5", n)
	}
}

// TestNetChangeErrors: an edit that does not fit changes nothing, and a cut-off
// Apply is completed by the next one.
func TestNetChangeErrors(t *testing.T) {
	s := factory(300, 0)
	p, err := NewPlanner(context.Background(), Input{Snap: s}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	first := p.Result()
	want := digest(&first)
	good, _ := factoryEdits(p, 5, 9)
	for name, e := range map[string]Edit{
		"no such sku": SetRows(300, planwright.Stock{}), "below": SetRows(-1, planwright.Stock{}), "empty": {},
		"short": SetRows(3, planwright.Demand{Qty: []planwright.Qty{1}, DueOn: []planwright.Day{1, 2}}),
	} {
		var fault *planwright.Error
		if _, err := p.Apply(context.Background(), append(slices.Clone(good), e)); !errors.As(err, &fault) || fault.Code != planwright.CodeUsage {
			t.Errorf("%s: error %v, want a usage error", name, err)
		}
		if _, err := p.Apply(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		if got := p.Result(); digest(&got) != want {
			t.Errorf("%s: the plan changed", name)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	broad := SetParameter(200, func(t *planwright.SKUs) *[]planwright.MRPType { return &t.MRPType }, planwright.NotPlanned)
	for _, edits := range [][]Edit{good, {broad}} {
		if _, err := p.Apply(ctx, edits); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want %v", err, context.Canceled)
		}
		if _, err := p.Apply(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		got := p.Result()
		full, err := Run(context.Background(), p.Input(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if digest(&got) != digest(&full) {
			t.Errorf("after a cut-off: %s", firstDifference(&got, &full))
		}
	}
	if _, err := NewPlanner(ctx, Input{Snap: s}, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// TestNetChangeSegments: an edit that makes a segment, and one that takes it out
// again, plan everything; so does any edit while there is one.
func TestNetChangeSegments(t *testing.T) {
	ctx := context.Background()
	s := factory(300, 0)
	p, err := NewPlanner(ctx, Input{Snap: s}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	first := p.Result()
	strategy := func(c *planwright.SKUs) *[]int32 { return &c.Strategy }
	lead := func(c *planwright.SKUs) *[]int32 { return &c.LeadTime }
	was, days := s.SKUs.Strategy[3], s.SKUs.LeadTime[200]
	for i, e := range []Edit{SetParameter(3, strategy, 20), SetParameter(200, lead, days+4), SetParameter(200, lead, days), SetParameter(3, strategy, was)} {
		done, err := p.Apply(ctx, []Edit{e})
		if err != nil || !done.Full {
			t.Fatalf("edit %d: full %t, %v", i, done.Full, err)
		}
		got := p.Result()
		want, err := Run(ctx, p.Input(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if digest(&got) != digest(&want) {
			t.Fatalf("edit %d: %s", i, firstDifference(&got, &want))
		}
		part := p.Part([]planwright.SKU{3})
		if n := part.Orders.Len(); n == 0 || part.Orders.SKU[n-1] != 3 {
			t.Errorf("edit %d: %d orders of sku 3", i, n)
		}
	}
	if got := p.Result(); digest(&got) != digest(&first) {
		t.Errorf("taken back, the plan is another: %s", firstDifference(&got, &first))
	}
}

// TestNetChangeBuffers: the decoupled lead time of a buffer hangs on lead times
// far below it.
func TestNetChangeBuffers(t *testing.T) {
	m := newModel(planwright.Date(2026, 1, 5))
	if err := m.text("sku A mrp_type=ddmrp lead_time_days=2 adu=5\nsku B lead_time_days=3\nsku C lead_time_days=4\nbom A B 1\nbom B C 1\ndemand A 5 3"); err != nil {
		t.Fatal(err)
	}
	s, err := m.snapshot()
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlanner(context.Background(), Input{Snap: s}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	before := p.Result()
	if _, err := p.Apply(context.Background(), []Edit{SetParameter(s.Find("C", ""), func(c *planwright.SKUs) *[]int32 { return &c.LeadTime }, 40)}); err != nil {
		t.Fatal(err)
	}
	got := p.Result()
	want, err := Run(context.Background(), p.Input(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if digest(&got) != digest(&want) {
		t.Fatal(firstDifference(&got, &want))
	}
	if got.Buffers.Yellow[0] <= before.Buffers.Yellow[0] {
		t.Errorf("yellow zone %s after the lead time rose, %s before", got.Buffers.Yellow[0], before.Buffers.Yellow[0])
	}
}
