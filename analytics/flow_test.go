package analytics

import (
	"math"
	"slices"
	"testing"

	"planwright"

	"pgregory.net/rapid"
)

func units(q ...float64) []planwright.Qty {
	out := make([]planwright.Qty, len(q))
	for i, v := range q {
		out[i] = planwright.Clamp(v)
	}
	return out
}

// TestLedger: 10 come in 10 days ago, 4 go 6 days ago, 6 go 3 days ago, 5 come 1
// day ago; closing balances 10,10,10,10,6,6,6,0,0,5.
func TestLedger(t *testing.T) {
	on := []planwright.Day{asOf - 10, asOf - 6, asOf - 3, asOf - 1, asOf}
	y := Ledger(on, units(10, -4, -6, 5, 7), planwright.Clamp(5), asOf, 365)
	if want := (4*10 + 3*6 + 0*2 + 5) / 10.0; y.Days != 10 || math.Abs(y.AverageQty-want) > 1e-12 || y.ZeroDays != 2 || y.LastIn != asOf-1 || y.LastOut != asOf-3 {
		t.Errorf("Ledger = %+v, want 10 days, average %g, 2 without stock", y, want)
	}
	y = Ledger(on, units(10, -4, -6, 5, 7), planwright.Clamp(5), asOf, 4)
	if y.Days != 4 || y.AverageQty != (6+0+0+5)/4.0 || y.ZeroDays != 2 {
		t.Errorf("over 4 days = %+v", y)
	}
	if y := Ledger(nil, nil, planwright.Clamp(5), asOf, 365); y.Days != 0 || y.LastIn.Known() {
		t.Errorf("without a ledger = %+v", y)
	}
}

// TestLedgerOracle replays the ledger day by day.
func TestLedgerOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var on []planwright.Day
		var qty []planwright.Qty
		hand, bal := rapid.IntRange(-20, 50).Draw(t, "hand"), map[planwright.Day]int{}
		d := asOf - 40
		for range rapid.IntRange(1, 15).Draw(t, "n") {
			d += planwright.Day(rapid.IntRange(0, 6).Draw(t, "gap"))
			q := rapid.IntRange(-9, 9).Draw(t, "q")
			on, qty = append(on, d), append(qty, planwright.Qty(q)*planwright.One)
			bal[d] += q
		}
		days := int32(rapid.IntRange(1, 60).Draw(t, "days"))
		sum, count, zero := 0, int32(0), int32(0)
		b := hand
		for x := asOf - 1; x >= max(asOf-planwright.Day(days), on[0]); x-- {
			sum += b
			count++
			if b <= 0 {
				zero++
			}
			b -= bal[x]
		}
		y := Ledger(on, qty, planwright.Qty(hand)*planwright.One, asOf, days)
		if count == 0 {
			if y.Days != 0 {
				t.Fatalf("%+v of no days", y)
			}
			return
		}
		if y.Days != count || y.ZeroDays != zero || math.Abs(y.AverageQty-float64(sum)/float64(count)) > 1e-9 {
			t.Fatalf("Ledger = %+v, day by day %d days, %d without, average %g", y, count, zero, float64(sum)/float64(count))
		}
	})
}

func TestLostSales(t *testing.T) {
	// 90 sold on 300 days with stock: 0.3 a day, 65 days without, 1.5 sold on them.
	if got := LostSales(90, 1.5, 365, 65); math.Abs(got-(0.3*65-1.5)) > 1e-12 {
		t.Errorf("LostSales = %g, want 18", got)
	}
	for _, c := range [][4]float64{{90, 0, 365, 0}, {0, 0, 365, 10}, {5, 0, 10, 10}, {5, 99, 10, 5}} {
		if got := LostSales(c[0], c[1], int32(c[2]), int32(c[3])); got != 0 {
			t.Errorf("LostSales(%v) = %g, want 0", c, got)
		}
	}
	if r, ok := FillRate(82, 18); !ok || r != 0.82 {
		t.Errorf("FillRate = %g", r)
	}
	if g, ok := GMROI(300, 100); !ok || g != 3 {
		t.Errorf("GMROI = %g", g)
	}
}

func TestForwardDays(t *testing.T) {
	on := []planwright.Day{asOf - 3, asOf + 2, asOf + 10}
	for _, c := range []struct{ stock, want float64 }{{0, 0}, {4, 0}, {5, 2}, {9, 2}, {10, 10}, {14, 10}, {15, 20}, {30, 40}} {
		if got, ok := ForwardDays(planwright.Clamp(c.stock), on, units(5, 5, 5), asOf, asOf+20); !ok || got != c.want {
			t.Errorf("stock %g: %g days, want %g", c.stock, got, c.want)
		}
	}
	if _, ok := ForwardDays(planwright.One, nil, nil, asOf, asOf+20); ok {
		t.Error("nothing is required, yet the stock has an end")
	}
}

// TestFEFO: 10 expire in 5 days, 10 in 20, 10 never; 2 are used a day on 4 days,
// then nothing until the end of the horizon of 10 days, then 0.8 a day.
func TestFEFO(t *testing.T) {
	lots := []Lot{
		{Ref: 0, From: asOf, Expires: planwright.NoDay, Qty: 10 * planwright.One},
		{Ref: 1, From: asOf, Expires: asOf + 20, Qty: 10 * planwright.One},
		{Ref: 2, From: asOf, Expires: asOf + 5, Qty: 10 * planwright.One},
		{Ref: 3, From: asOf, Expires: asOf - 1, Qty: 10 * planwright.One},
	}
	on := []planwright.Day{asOf, asOf + 1, asOf + 2, asOf + 3}
	FEFO(lots, on, units(2, 2, 2, 2), asOf, asOf+10)
	used := map[int32]planwright.Qty{}
	for _, l := range lots {
		used[l.Ref] = l.Used
	}
	if used[3] != 0 || used[2] != 8*planwright.One || used[1] != planwright.Clamp(0.8*11) {
		t.Errorf("used %v, want nothing of the expired, 8 of the first, 0.8 a day for 11 days of the second", used)
	}
}

// TestFEFOConserves: nothing is used twice or after its day, and use never
// exceeds what was asked for within the horizon.
func TestFEFOConserves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var lots []Lot
		for i := range rapid.IntRange(1, 8).Draw(t, "lots") {
			e := planwright.NoDay
			if rapid.Bool().Draw(t, "dated") {
				e = asOf + planwright.Day(rapid.IntRange(-3, 30).Draw(t, "e"))
			}
			lots = append(lots, Lot{Ref: int32(i), From: asOf + planwright.Day(rapid.IntRange(0, 10).Draw(t, "from")), Expires: e, Qty: planwright.Qty(rapid.IntRange(1, 20).Draw(t, "q")) * planwright.One})
		}
		var on []planwright.Day
		var use []planwright.Qty
		d, asked := asOf, planwright.Qty(0)
		for range rapid.IntRange(0, 10).Draw(t, "uses") {
			d += planwright.Day(rapid.IntRange(0, 4).Draw(t, "gap"))
			q := planwright.Qty(rapid.IntRange(0, 9).Draw(t, "use")) * planwright.One
			on, use, asked = append(on, d), append(use, q), asked+q
		}
		FEFO(lots, on, use, asOf, asOf+1000) // everything that expires does so within
		sum := planwright.Qty(0)
		for _, l := range lots {
			if l.Used < 0 || l.Used > l.Qty || l.Expires.Known() && l.Expires < max(asOf, l.From) && l.Used > 0 {
				t.Fatalf("lot %+v", l)
			}
			if l.Expires.Known() {
				sum += l.Used
			}
		}
		if sum > asked {
			t.Fatalf("used %v of lots that expire, asked for %v", sum, asked)
		}
	})
}

func TestSurplusOf(t *testing.T) {
	for _, c := range []struct {
		hand, need, use float64
		gone            bool
		over            float64
		kind            string
	}{{10, 4, 1, false, 6, Excess}, {10, 12, 1, false, 0, ""}, {10, 0, 0, false, 10, Dead}, {10, 0, 5, false, 10, Excess}, {10, 0, 5, true, 10, Obsolete}, {10, 2, 0, true, 8, Excess}, {-3, 0, 0, true, 0, ""}} {
		over, kind := SurplusOf(planwright.Clamp(c.hand), planwright.Clamp(c.need), c.use, c.gone)
		if over != planwright.Clamp(c.over) || kind != c.kind {
			t.Errorf("%+v: %v %q", c, over, kind)
		}
	}
}

func TestFirstBreach(t *testing.T) {
	on := []planwright.Day{asOf, asOf + 2, asOf + 5, asOf + 5, asOf + 9, asOf + 12}
	b, ok := FirstBreach(on, units(20, 8, 3, -2, 15, 1), planwright.Clamp(10))
	if want := (Breach{On: asOf + 2, Until: asOf + 9, StockoutOn: asOf + 5, Lowest: planwright.Clamp(-2)}); !ok || b != want {
		t.Errorf("FirstBreach = %+v, want %+v", b, want)
	}
	// Within a day only its end counts.
	if _, ok := FirstBreach([]planwright.Day{asOf, asOf}, units(2, 12), planwright.Clamp(10)); ok {
		t.Error("a balance within a day is a breach")
	}
	if _, ok := FirstBreach(on, units(1, 1, 1, 1, 1, 1), 0); ok {
		t.Error("no safety stock, no breach")
	}
}

// TestBullwhip: the same orders as demand are 1; orders of twice the size in
// every other period are more.
func TestBullwhip(t *testing.T) {
	demand := []float64{8, 12, 8, 12, 8, 12, 8, 12, math.NaN()}
	s := SpreadOf(demand)
	if s.Periods != 8 || s.Mean != 10 || math.Abs(s.Var-32.0/7) > 1e-12 {
		t.Fatalf("SpreadOf = %+v, want 8 periods, mean 10, variance 32/7", s)
	}
	if r, n, ok := Bullwhip(s, s); !ok || r != 1 || n != 1 {
		t.Errorf("orders like demand: %g, %g", r, n)
	}
	orders := SpreadOf([]float64{0, 20, 0, 20, 0, 20, 0, 20})
	if r, n, ok := Bullwhip(orders, s); !ok || math.Abs(r-25) > 1e-12 || math.Abs(n-25) > 1e-12 {
		t.Errorf("orders of every other week: %g, %g, want 100/4", r, n)
	}
	half := SpreadOf([]float64{4, 6, 4, 6, 4, 6, 4, 6})
	if r, n, _ := Bullwhip(half, s); math.Abs(r-0.25) > 1e-12 || math.Abs(n-1) > 1e-12 {
		t.Errorf("half the orders: ratio %g, normalized %g, want 0.25 and 1", r, n)
	}
	if _, _, ok := Bullwhip(SpreadOf([]float64{1, 2}), s); ok {
		t.Error("two periods tell nothing")
	}
}

func TestNervousness(t *testing.T) {
	row := func(key string, day int, q float64) PlannedRow {
		return PlannedRow{key, asOf + planwright.Day(day), planwright.Clamp(q)}
	}
	week := func(d planwright.Day) int { return int(d-asOf) / 7 }
	before := []PlannedRow{row("a", 0, 10), row("a", 8, 10), row("b", 3, 5), row("c", 40, 9)}
	after := []PlannedRow{row("a", 1, 4), row("a", 2, 6), row("a", 8, 14), row("d", 3, 5)}
	n := Nervousness(before, after, asOf, asOf+28, week, nil)
	// a: week 0 as it was, week 1 +4; b gone -5; d new +5; c is outside.
	if n.SKUs != 3 || n.Changed != 3 || n.Periods != 4 || n.Moved != 3 || n.Diff != 14 || n.Before != 25 || n.After != 29 || math.Abs(n.Index-14.0/29) > 1e-15 {
		t.Errorf("Nervousness = %+v", n)
	}
	if n := Nervousness(before, before, asOf, asOf+28, week, nil); n.Index != 0 || n.Changed != 0 || n.SKUs != 2 {
		t.Errorf("against itself = %+v", n)
	}
	back := Nervousness(after, before, asOf, asOf+28, week, nil)
	if back.Diff != n.Diff || back.Moved != n.Moved {
		t.Errorf("the other way round = %+v", back)
	}
}

// TestScoreSupplier: lead times 10, 12, 14, 20 days; promised after 12; 100 each,
// the third short, the fourth with 10 rejected.
func TestScoreSupplier(t *testing.T) {
	d := []Delivery{}
	for i, lead := range []int{10, 12, 14, 20} {
		got, bad := 100.0, 0.0
		if i == 2 {
			got = 90
		}
		if i == 3 {
			bad = 10
		}
		on := asOf - planwright.Day(400-100*i)
		d = append(d, Delivery{Ordered: on, Promised: on + 12, Received: on + planwright.Day(lead), QtyOrdered: planwright.Clamp(100), QtyGot: planwright.Clamp(got), QtyRefused: planwright.Clamp(bad)})
	}
	s := ScoreSupplier(d, ScoreParams{}, math.NaN(), nil)
	sd := math.Sqrt((16.0 + 4 + 0 + 36) / 3)
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"mean", s.LeadMean, 14}, {"sd", s.LeadSD, sd}, {"median", s.LeadQ50, 13}, {"90 %", s.LeadQ90, 14 + 0.7*6}, {"95 %", s.LeadQ95, 14 + 0.85*6},
		{"trend", s.LeadTrend, 3.2 / 100 * 365}, {"promised", s.PromisedMean, 12}, {"late", s.LateMean, 2}, {"on time", s.OnTime, 0.5}, {"in full", s.InFull, 0.5}, {"OTIF", s.OTIF, 0.5},
		{"quantity", s.QtyRate, 390.0 / 400}, {"rejects", s.RejectRate, 10.0 / 390}, {"delivery", s.Delivery, 50}, {"stability", s.LeadStability, 100 * (1 - sd/14)},
	} {
		if math.Abs(c.got-c.want) > 1e-9 {
			t.Errorf("%s = %g, want %g", c.name, c.got, c.want)
		}
	}
	want := (0.4*50 + 0.2*50 + 0.2*100*(1-10.0/390) + 0.1*s.LeadStability) / 0.9
	if math.Abs(s.All-want) > 1e-9 || s.Price == s.Price {
		t.Errorf("score = %g, want %g without a price", s.All, want)
	}
	if trend, ok := PriceTrend([]Quote{{asOf - 730, 100}, {asOf - 365, 105}, {asOf, 121}}); !ok || math.Abs(trend-0.1) > 1e-12 {
		t.Errorf("PriceTrend = %g, want 10 %% a year", trend)
	}
	if _, ok := PriceTrend([]Quote{{asOf, 100}}); ok {
		t.Error("one price has a trend")
	}
}

// TestScoreBounds: parts and score stay in 0..100, shares in 0..1, whatever came.
func TestScoreBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d []Delivery
		for range rapid.IntRange(0, 12).Draw(t, "n") {
			on := asOf - planwright.Day(rapid.IntRange(1, 700).Draw(t, "on"))
			r := Delivery{Ordered: on, Promised: planwright.NoDay, Received: on + planwright.Day(rapid.IntRange(0, 90).Draw(t, "lead"))}
			if rapid.Bool().Draw(t, "promised") {
				r.Promised = on + planwright.Day(rapid.IntRange(0, 90).Draw(t, "p"))
			}
			r.QtyOrdered, r.QtyGot, r.QtyRefused = planwright.Qty(rapid.Int64Range(0, 1e9).Draw(t, "o")), planwright.Qty(rapid.Int64Range(0, 1e9).Draw(t, "g")), planwright.Qty(rapid.Int64Range(0, 1e9).Draw(t, "r"))
			d = append(d, r)
		}
		s := ScoreSupplier(d, ScoreParams{}, rapid.Float64Range(-1, 1).Draw(t, "trend"), nil)
		for _, v := range []float64{s.Delivery, s.Quantity, s.Quality, s.LeadStability, s.Price, s.All, 100 * s.OnTime, 100 * s.InFull, 100 * s.OTIF} {
			if v == v && (v < -1e-9 || v > 100+1e-9) {
				t.Fatalf("%+v", s)
			}
		}
		if s.OTIF > s.OnTime+1e-12 || s.LeadQ50 > s.LeadQ90 || s.LeadQ90 > s.LeadQ95 {
			t.Fatalf("%+v", s)
		}
	})
}

func TestOrderService(t *testing.T) {
	var o OrderService
	o.Add(planwright.Clamp(10), planwright.Clamp(5), 2)
	o.Add(planwright.Clamp(10), planwright.Clamp(-4), 2)
	o.Add(planwright.Clamp(10), planwright.Clamp(-14), 2)
	if r, ok := o.OTIF(); !ok || r != 1.0/3 || o.Filled != 16 || o.Asked != 30 || o.Value != 60 || o.OnTime != 32 {
		t.Errorf("%+v", o)
	}
}

// TestProject: the records of one sku by hand, and groups that sum to the whole.
func TestProject(t *testing.T) {
	r := &planwright.Requirements{}
	put := func(k int, day int, kind planwright.ElementKind, q float64) {
		r.SKU, r.On, r.Kind, r.Qty = append(r.SKU, planwright.SKU(k)), append(r.On, asOf+planwright.Day(day)), append(r.Kind, kind), append(r.Qty, planwright.Clamp(q))
	}
	put(0, 0, planwright.ElemStock, 10)
	put(0, 1, planwright.ElemOrder, -4)
	put(0, 9, planwright.ElemPlanned, 6)
	put(0, 9, planwright.ElemForecast, -14)
	put(1, 0, planwright.ElemStock, 3)
	p := Project(r, ProjectionGroups{Of: []int32{0, 1}, Groups: 2}, []float64{2, 10}, []float64{1, 0}, units(5, 5), asOf, asOf+14)
	// Day 20000 is a Friday: weeks of 3, 7 and 4 days.
	if p.Weeks() != 3 || p.End[0] != asOf+2 || p.End[2] != asOf+13 {
		t.Fatalf("weeks %v..%v", p.Start, p.End)
	}
	for _, c := range []struct {
		name      string
		got, want []float64
	}{
		{"opening", p.Opening, []float64{21, 13, -3, 30, 30, 30}}, {"receipts", p.Receipts, []float64{0, 12, 0, 0, 0, 0}}, {"issues", p.Issues, []float64{8, 28, 0, 0, 0, 0}},
		{"balance", p.Balance, []float64{13, -3, -3, 30, 30, 30}}, {"stock", p.Stock, []float64{13, 0, 0, 30, 30, 30}}, {"short", p.Short, []float64{0, 3, 3, 0, 0, 0}},
		{"below safety", p.SafetyGap, []float64{0, 10, 10, 20, 20, 20}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
	one := Project(r, ProjectionGroups{Of: []int32{0, 0}, Groups: 1}, []float64{2, 10}, []float64{1, 0}, units(5, 5), asOf, asOf+14)
	for w := range 3 {
		if one.Stock[w] != p.Stock[w]+p.Stock[3+w] || one.Opening[w] != p.Opening[w]+p.Opening[3+w] {
			t.Errorf("week %d: groups do not sum to the whole", w)
		}
	}
}

// transferLedger are two sites of one item, A then B.
func transferLedger(a, b []in, docA, docB []string) *planwright.Movements {
	m := movementsOf(0, a, b)
	m.Document = append(append([]string{}, docA...), docB...)
	for _, d := range m.Document {
		m.Transfer = append(m.Transfer, d != "")
	}
	for i, d := range m.Document {
		if d == "-" {
			m.Document[i] = ""
		}
	}
	return m
}

// TestTransferAging: stock that moved keeps the days on which it came to the
// company, the oldest first.
func TestTransferAging(t *testing.T) {
	for _, c := range []struct {
		name       string
		stockA     float64
		stockB     float64
		a, b       []in
		docA, docB []string
		want       string
	}{
		{"one layer", 6, 4, []in{{10, 100}, {-4, 20}}, []in{{4, 20}}, []string{"", "T1"}, []string{"T1"},
			"6 100 91-180 movement | 4 100 91-180 transfer"},
		{"two layers, and B has used the older", 0, 3, []in{{4, 200}, {6, 50}, {-10, 20}}, []in{{10, 18}, {-7, 5}}, []string{"", "", "T1"}, []string{"T1", ""},
			" | 3 50 31-60 transfer"},
		{"both layers are left", 0, 10, []in{{4, 200}, {6, 50}, {-10, 20}}, []in{{10, 18}}, []string{"", "", "T1"}, []string{"T1"},
			" | 4 200 181-360 transfer; 6 50 31-60 transfer"},
		{"without documents, by order of leaving", 0, 10, []in{{10, 200}, {-10, 20}}, []in{{10, 18}}, []string{"", "-"}, []string{"-"},
			" | 10 200 181-360 transfer"},
		{"the other half is not there", 0, 5, []in{{5, 200}, {-5, 100}}, []in{{5, 18}}, []string{"", ""}, []string{"T9"},
			" | 5 18 0-30 movement"},
		{"what the source did not know stays undated", 0, 5, []in{{-5, 20}}, []in{{5, 18}}, []string{"T1"}, []string{"T1"},
			" | 5 ? undated undated"},
		{"there and back again", 10, 0, []in{{10, 300}, {-10, 100}, {10, 50}}, []in{{10, 90}, {-10, 60}}, []string{"", "T1", "T2"}, []string{"T1", "T2"},
			"10 300 181-360 transfer | "},
	} {
		src := AgingSource{AsOf: asOf, Stock: stockOf([]stockRow{{qty: c.stockA, age: -1}}, []stockRow{{qty: c.stockB, age: -1}}), UnitCost: costs(2, 1), Item: []int32{0, 0}}
		m := transferLedger(c.a, c.b, c.docA, c.docB)
		var a, b planwright.Aging
		all := planwright.Aging{}
		src.Append(&all, m, 0, 2)
		for i, k := range all.SKU {
			dst := &a
			if k == 1 {
				dst = &b
			}
			dst.SKU, dst.Qty, dst.Lot, dst.Age, dst.Bucket, dst.Basis = append(dst.SKU, k), append(dst.Qty, all.Qty[i]), append(dst.Lot, all.Lot[i]), append(dst.Age, all.Age[i]), append(dst.Bucket, all.Bucket[i]), append(dst.Basis, all.Basis[i])
		}
		if got := draw(&a) + " | " + draw(&b); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestTransferAgingConserves: whatever the ledger holds, layers sum to the stock
// of each sku, and following transfers changes days only.
func TestTransferAgingConserves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 3).Draw(t, "sites")
		m := &planwright.Movements{Off: []int32{0}}
		var stock [][]stockRow
		item := make([]int32, n)
		for range n {
			age := 200
			for range rapid.IntRange(0, 8).Draw(t, "rows") {
				age -= rapid.IntRange(0, 25).Draw(t, "gap")
				m.On = append(m.On, asOf-planwright.Day(age))
				m.Qty = append(m.Qty, planwright.Qty(rapid.IntRange(-9, 9).Draw(t, "q"))*planwright.One)
				moved := rapid.Bool().Draw(t, "transfer")
				m.Transfer = append(m.Transfer, moved)
				m.Document = append(m.Document, rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "doc"))
			}
			m.Off = append(m.Off, int32(len(m.On)))
			stock = append(stock, []stockRow{{qty: float64(rapid.IntRange(-5, 30).Draw(t, "stock")), age: -1}})
		}
		src := AgingSource{AsOf: asOf, Stock: stockOf(stock...), UnitCost: costs(n, 3), Item: item}
		var got planwright.Aging
		neg := src.Append(&got, m, 0, planwright.SKU(n))
		sum := make([]planwright.Qty, n)
		for i, k := range got.SKU {
			sum[k] += got.Qty[i]
			if (got.Basis[i] == BasisUndated) != (got.Age[i] == planwright.NoInt) || got.Qty[i] <= 0 {
				t.Fatalf("layer %d: %s", i, draw(&got))
			}
		}
		for i, k := range neg.SKU {
			sum[k] += neg.Qty[i]
		}
		for k := range n {
			if want := planwright.Clamp(stock[k][0].qty); sum[k] != want {
				t.Fatalf("layers of %d sum to %v, stock is %v: %s", k, sum[k], want, draw(&got))
			}
		}
	})
}
