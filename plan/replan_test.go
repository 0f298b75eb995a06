package plan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"planwright"
	"planwright/mrp"
	"planwright/scenario"
)

// taught is what a run goes on from that rests on a plan in memory.
func taught(p *planwright.Plan) *planwright.Carried {
	c := &planwright.Carried{PlanID: "p", Digest: p.Digest, Options: p.Options}
	for i, k := range p.States.SKU {
		if k == planwright.NoSKU {
			c.Company = p.States.State[i]
		}
	}
	return c
}

// whatIfCompany is a random company with categories, planners and class targets, in
// which a change can be asked of everything.
func whatIfCompany(t testing.TB, n int, seed uint64) *planwright.Snapshot {
	s := randomCompany(t, n, seed)
	for k := range n {
		s.Items.Category[k], s.Items.Planner[k] = fmt.Sprint("C", k%4), fmt.Sprint("P", k%3)
	}
	if seed%3 == 1 {
		s.Stocking.Classes = []planwright.ClassTarget{{Class: "A", Service: 0.97}, {Class: "CX", Service: 0.9}}
	}
	return s
}

// randomChange writes a change by the dice.
func randomChange(r *rand.Rand, s *planwright.Snapshot) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	item := s.Items.ID[r.IntN(s.Items.Len())]
	day := func(most int) string { return (s.AsOf + planwright.Day(r.IntN(most))).String() }
	where := pick("item "+item, "item "+item, "category C"+strconv.Itoa(r.IntN(4)), "class "+pick("A", "B", "C"), "planner P1 and category C0", "supplier S"+strconv.Itoa(1+r.IntN(2)), "everything")
	percent := fmt.Sprintf("%+d %%", r.IntN(200)-60)
	units := pick(fmt.Sprintf("= %d", r.IntN(80)), fmt.Sprintf("%+d", r.IntN(40)-10), percent)
	things := pick("item "+item, "category C"+strconv.Itoa(r.IntN(4)), "planner P2")
	switch r.IntN(18) {
	case 0:
		return "demand of " + where + " " + percent
	case 1:
		return "demand of " + where + " " + percent + " from " + day(20) + " to " + (s.AsOf + 20 + planwright.Day(r.IntN(40))).String()
	case 2:
		return fmt.Sprintf("demand of %s = %d from %s to %s", where, r.IntN(200), day(20), (s.AsOf + 20 + planwright.Day(r.IntN(30))).String())
	case 3:
		return fmt.Sprintf("delay %s by %d days", where, r.IntN(15))
	case 4:
		return fmt.Sprintf("lead time of %s %s", where, pick("+4", "-3", "= 12 days", "+30 %"))
	case 5:
		return fmt.Sprintf("service of %s = %d %%", where, 80+r.IntN(20))
	case 6:
		return "close " + pick("site MAIN", "supplier S1", "supplier S2") + " from " + day(15) + " to " + (s.AsOf + 15 + planwright.Day(r.IntN(9))).String()
	case 7:
		return "replace item " + item + " by " + s.Items.ID[r.IntN(s.Items.Len())] + " from " + (s.AsOf + 1 + planwright.Day(r.IntN(40))).String()
	case 8:
		return "price of " + things + " " + percent
	case 9:
		return "cost of " + things + " " + percent
	case 10:
		return "purchase price of " + where + " " + percent
	case 11:
		return "safety stock of " + where + " " + units
	case 12:
		return "minimum of " + where + " " + units
	case 13:
		return "multiple of " + where + " = " + strconv.Itoa(r.IntN(9))
	case 14:
		id := s.Supply.OrderID[r.IntN(len(s.Supply.OrderID))]
		return pick("move order "+id+" to "+day(50), "cancel order "+id, "delay order "+id+" by 9 days")
	case 15:
		id := s.Demand.OrderID[r.IntN(len(s.Demand.OrderID))]
		return pick("move order "+id+" to "+day(50), "cancel order "+id)
	case 16:
		return fmt.Sprintf("%s %d of item %s on %s", pick("receive", "sell"), 1+r.IntN(60), item, day(50))
	}
	return "stock of " + where + " " + units
}

// TestReplanFromScratch: what a scenario plans again is, table by table and digest by
// digest, planning the changed snapshot from scratch with the same pins; so are its
// figures and its list; and the plan is as before afterwards. PLANWRIGHT_WHATIF_ROUNDS
// sets the number of companies.
func TestReplanFromScratch(t *testing.T) {
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	if n, err := strconv.Atoi(os.Getenv("PLANWRIGHT_WHATIF_ROUNDS")); err == nil {
		rounds = n
	}
	ctx := context.Background()
	asked, refused, kinds := 0, 0, map[scenario.Kind]int{}
	for seed := range uint64(rounds) {
		s := whatIfCompany(t, 30+int(seed%3)*12, seed)
		r := rand.New(rand.NewPCG(seed, 99))
		opt := Options{Horizon: 8, Method: []string{"ses", "theta"}[seed%2], Workers: 1 + int(seed%3)}
		p, err := Run(ctx, s, opt)
		if err != nil {
			t.Fatal(err)
		}
		put := StandLean
		if seed%3 == 2 { // and of a plan that is asked why as well
			put = Stand
		}
		st, err := put(ctx, s, p, opt.Workers)
		if err != nil {
			t.Fatal(err)
		}
		g, err := NewGround(ctx, st, taught(p), nil)
		if err != nil {
			t.Fatal(err)
		}
		base := groundStages(t, g, s)
		for range 14 {
			var text []string
			for range 1 + r.IntN(3) {
				text = append(text, randomChange(r, s))
			}
			changes, err := scenario.Parse(strings.Join(text, "\n"), s.AsOf)
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			before := fmt.Sprint(s.Digest, hashOf(s))
			a, err := scenario.Apply(s, g.Base(), changes)
			if after := fmt.Sprint(s.Digest, hashOf(s)); after != before {
				t.Fatalf("%q changed the snapshot that it was applied to", text)
			}
			if err != nil {
				if e := (*scenario.Problem)(nil); !errors.As(err, &e) {
					t.Fatalf("%q: %v is no problem", text, err)
				}
				refused++
				continue
			}
			asked++
			for i := range changes {
				kinds[changes[i].Kind]++
			}
			sameFromScratch(t, g, base, a)
			if t.Failed() {
				return
			}
		}
	}
	if asked < rounds*4 {
		t.Errorf("%d scenarios asked, %d refused: too few", asked, refused)
	}
	t.Log(asked, "asked,", refused, "refused,", len(kinds), "kinds of changes")
}

// stages are the per-sku stages of a ground's own snapshot.
type stages struct {
	p *planwright.Plan
	d *demand
}

func groundStages(t testing.TB, g *Ground, s *planwright.Snapshot) *stages {
	t.Helper()
	opt := g.Options()
	p := &planwright.Plan{Period: opt.Period, AsOf: opt.AsOf, HorizonEnd: g.Plan.HorizonEnd}
	src := mrp.Resolve(s)
	d, err := stageDemand(context.Background(), s, p, &src, opt)
	if err != nil {
		t.Fatal(err)
	}
	return &stages{p, d}
}

func sameFromScratch(t *testing.T, g *Ground, base *stages, a *scenario.Applied) {
	t.Helper()
	ctx := context.Background()
	text := scenario.Format(a.Changes)
	want, err := g.Whole(ctx, a, nil)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	r, err := g.rebase(ctx, a)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	whole := g.planner.Result()
	got := base.with(t, g, a, r, &whole)
	if got.Digest != want.Digest {
		for i, v := 0, reflect.ValueOf(got).Elem(); i < v.NumField(); i++ {
			if x, y := fmt.Sprint(v.Field(i).Interface()), fmt.Sprint(reflect.ValueOf(want).Elem().Field(i).Interface()); x != y {
				t.Logf("%s differs", v.Type().Field(i).Name)
			}
		}
		t.Errorf("planned again is not planned from scratch:\n%s", text)
	}
	o := g.compare(a, r)
	st, err := Stand(ctx, a.Snap, want, 1)
	if err != nil {
		t.Fatal(err)
	}
	scratch, err := NewGround(ctx, st, taught(want), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(o.Is, scratch.tally) {
		t.Errorf("figures %+v, from scratch %+v:\n%s", o.Is, scratch.tally, text)
	}
	// The list, from the changes: what was, less what is gone, and what is new.
	list := map[string]Proposal{}
	part := func(g *Ground, s *planwright.Snapshot) []Proposal {
		all := make([]planwright.SKU, s.Len())
		for k := range all {
			all[k] = planwright.SKU(k)
		}
		rows := g.planner.Part(all)
		return g.listed(s, &rows)
	}
	for _, x := range part(g, g.Snap) {
		list[x.ID] = x
	}
	for _, c := range o.Suggestions {
		if c.Was != nil {
			delete(list, c.Was.ID)
		}
		if c.Is != nil {
			list[c.Is.ID] = *c.Is
		}
	}
	names := map[string]planwright.Qty{}
	for i, id := range want.Suggestions.ID {
		if strings.Contains("S:E:D:C:", id[:2]) {
			names[id] = want.Suggestions.Qty[i]
		}
	}
	for id, x := range list {
		if q, ok := names[id]; !ok || q != x.Qty {
			t.Errorf("suggestion %s of %s, from scratch %s:\n%s", id, x.Qty, q, text)
		}
		delete(names, id)
	}
	if len(names) > 0 {
		t.Errorf("suggestions %v are missing:\n%s", names, text)
	}
	back := g.planner.Result()
	if x, y := hashOf(&back.Requirements, &back.Orders, &back.Pegs), hashOf(&g.Plan.Requirements, &g.Plan.Orders, &g.Plan.Pegs); x != y {
		t.Errorf("the plan is another one after:\n%s", text)
	}
}

// hashOf is what tables hold, in short.
func hashOf(tables ...any) string {
	var b strings.Builder
	for _, x := range tables {
		if x != nil {
			fmt.Fprintf(&b, "%v", x)
		}
	}
	h := uint64(14695981039346656037)
	for _, c := range []byte(b.String()) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return strconv.FormatUint(h, 16)
}

// with is the plan of a scenario: the base's tables with the rows that were made again,
// what netting gives, and the rest as a run makes it.
func (b *stages) with(t *testing.T, g *Ground, a *scenario.Applied, r *replanned, net *mrp.Result) *planwright.Plan {
	t.Helper()
	again := map[planwright.SKU]bool{}
	for _, x := range r.runs {
		for k := x.lo; k < x.hi; k++ {
			again[k] = true
		}
	}
	d := newDemand(a.Snap.Len())
	d.yearQty, d.yearSales, d.use, d.cv, d.class, d.figures = b.d.yearQty, b.d.yearSales, b.d.use, b.d.cv, b.d.class, b.d.figures
	in := g.planner.Input()
	d.safetyStock, d.reorderPoint, d.orderUpTo, d.orderQty = in.SafetyStock, in.ReorderPoint, in.OrderUpTo, in.OrderQty
	p := &planwright.Plan{SnapshotID: a.Snap.ID, SnapshotDigest: a.Snap.Digest, Journal: a.Snap.Journal, AsOf: g.Plan.AsOf, HorizonEnd: g.Plan.HorizonEnd, Period: g.Plan.Period,
		Options: g.scratch(a).canonical(), Version: planwright.Version, Carried: b.p.Carried, Causes: b.p.Causes}
	var more planwright.Plan
	more.Forecast.Q, more.Cumulative.Q = make([][]float64, len(planwright.Quantiles)), make([][]float64, len(planwright.Quantiles))
	for i := range r.runs {
		c := &r.runs[i].rows
		appendForecast(&more.Forecast, &c.forecast)
		appendCumulative(&more.Cumulative, &c.cumulative)
		appendMethods(&more.Methods, &c.methods)
		c.components.join(&more.Components)
		appendChanges(&more.Changes, &c.changes)
		appendStates(&more.States, &c.states)
		appendAccuracy(&more.Accuracy, &c.accuracy)
		appendPolicies(&more.Policies, &c.policies)
		more.Exceptions.Append(&c.exceptions)
	}
	for _, name := range []string{"Forecast", "Cumulative", "Methods", "Components", "Changes", "States", "Accuracy", "Policies", "Exceptions"} {
		table := func(p *planwright.Plan) reflect.Value { return reflect.ValueOf(p).Elem().FieldByName(name) }
		weave(table(p), table(b.p), table(&more), again)
	}
	segment(a.Snap, p, d, g.opt.Pins)
	src := mrp.Resolve(a.Snap)
	if err := finish(context.Background(), a.Snap, p, &src, d, net, g.scratch(a)); err != nil {
		t.Fatal(err)
	}
	return p
}

// weave fills a table with rows of two others: of the sku's made again those of more,
// of all others those of base.
func weave(dst, base, more reflect.Value, again map[planwright.SKU]bool) {
	type place struct {
		sku  planwright.SKU
		from reflect.Value
		row  int
	}
	var rows []place
	for _, of := range []reflect.Value{base, more} {
		for i, k := range of.FieldByName("SKU").Interface().([]planwright.SKU) {
			if again[k] == (of.Addr().Pointer() == more.Addr().Pointer()) {
				if k == planwright.NoSKU {
					k = math.MaxInt32
				}
				rows = append(rows, place{k, of, i})
			}
		}
	}
	slices.SortStableFunc(rows, func(x, y place) int { return cmp.Compare(x.sku, y.sku) })
	for f := range dst.NumField() {
		name := dst.Type().Field(f).Name
		if name == "Q" {
			q := make([][]float64, len(planwright.Quantiles))
			for _, x := range rows {
				for i, c := range x.from.FieldByName(name).Interface().([][]float64) {
					q[i] = append(q[i], c[x.row])
				}
			}
			dst.Field(f).Set(reflect.ValueOf(q))
			continue
		}
		for _, x := range rows {
			if c := x.from.FieldByName(name); c.Len() > x.row {
				dst.Field(f).Set(reflect.Append(dst.Field(f), c.Index(x.row)))
			}
		}
	}
}
