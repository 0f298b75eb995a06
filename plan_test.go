package planwright_test

import (
	"math"
	"strings"
	"testing"

	. "planwright"

	"pgregory.net/rapid"
)

// small is a snapshot of one item at one site with one stock row.
func small() *Snapshot {
	s := &Snapshot{AsOf: Date(2026, 6, 30)}
	s.Items = Items{ID: []string{"A"}, Name: []string{""}, Category: []string{""}, UOM: []string{"EA"}, UnitCost: []float64{1}, UnitPrice: []float64{2},
		ShelfLife: []int32{NoInt}, Decimals: []int8{0}, Status: []ItemStatus{Active}, OutOn: []Day{NoDay}, Successor: []int32{None}, ABC: []string{""}, Planner: []string{""}}
	s.Sites = Sites{ID: []string{"MAIN"}, Name: []string{""}, Region: []string{""}, Calendar: []*Calendar{nil}}
	s.SKUs.Grow(1)
	off := []int32{0, 0}
	s.SKUPeriods.Off, s.BOM.Off, s.Sources.Off, s.Supply.Off, s.Demand.Off, s.Reserved.Off, s.Given.Off = off, off, off, off, off, off, off
	s.Stock = Stock{Off: []int32{0, 1}, Qty: []Qty{5 * One}, Lot: []string{""}, ReceivedOn: []Day{NoDay}, ExpiresOn: []Day{NoDay}, Status: []StockStatus{Available}, Segment: []string{""}, Supplier: []int32{None}}
	return s
}

// TestValidate: a broken snapshot is refused with the table and the row.
func TestValidate(t *testing.T) {
	if err := small().Validate(); err != nil {
		t.Fatalf("a sound snapshot: %v", err)
	}
	for _, c := range []struct {
		name   string
		breaks func(*Snapshot)
		says   string
	}{
		{"short column", func(s *Snapshot) { s.Stock.Lot = nil }, "stock"},
		{"offsets", func(s *Snapshot) { s.Stock.Off = []int32{0, 2} }, "stock"},
		{"offsets missing", func(s *Snapshot) { s.Demand.Off = nil }, "demand_orders"},
		{"supplier out of range", func(s *Snapshot) { s.Stock.Supplier[0] = 7 }, "supplier_id"},
		{"quantity out of range", func(s *Snapshot) { s.Stock.Qty[0] = MaxQty + 1 }, "999,999,999,999"},
		{"no value where one must be", func(s *Snapshot) { s.Stock.Qty[0] = NoQty }, "qty"},
		{"item out of range", func(s *Snapshot) { s.SKUs.Item[0] = 3 }, "item 3"},
		{"site out of range", func(s *Snapshot) { s.SKUs.Site[0] = -1 }, "site -1"},
		{"successor", func(s *Snapshot) { s.Items.Successor[0] = 9 }, "successor_item_id"},
		{"day", func(s *Snapshot) { s.AsOf = MaxDay + 1 }, "as-of"},
	} {
		s := small()
		c.breaks(s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: Validate = %v, want an error with %q", c.name, err, c.says)
		}
	}
}

func TestFind(t *testing.T) {
	s := small()
	if k := s.Find("A", ""); k != 0 || s.Code(k) != "A" {
		t.Errorf("Find(A) = %d %q", k, s.Code(k))
	}
	if k := s.Find("A", "MAIN"); k != 0 {
		t.Errorf("Find(A, MAIN) = %d", k)
	}
	for _, x := range [][2]string{{"B", ""}, {"A", "X"}, {"", ""}} {
		if k := s.Find(x[0], x[1]); k != NoSKU {
			t.Errorf("Find(%q, %q) = %d, want none", x[0], x[1], k)
		}
	}
}

// TestDigest: any change of any column changes the digest; the snapshot's name
// does not.
func TestDigest(t *testing.T) {
	plan := func() *Plan {
		p := &Plan{SnapshotDigest: "d", AsOf: 5, Options: "{}"}
		p.Orders = PlannedOrders{SKU: []SKU{0}, Kind: []OrderKind{Work}, Qty: []Qty{One}, Due: []Day{9}, Seq: []int32{1}, Firm: []bool{false}, Cost: []float64{1}}
		p.Forecast.Q = [][]float64{{1}, {2}}
		p.Exceptions.Add(Exception{Code: CodeLate, OrderID: "x", Value: math.NaN()})
		p.Suggestions.Reason = []string{"a=1", "b"}
		return p
	}
	first := plan().ComputeDigest()
	if again := plan().ComputeDigest(); again != first {
		t.Errorf("the same plan has digests %s and %s", first, again)
	}
	p := plan()
	p.SnapshotID = "another name"
	if p.ComputeDigest() != first {
		t.Error("the name of the snapshot is part of the digest")
	}
	for name, change := range map[string]func(*Plan){
		"qty":       func(p *Plan) { p.Orders.Qty[0]++ },
		"firm":      func(p *Plan) { p.Orders.Firm[0] = true },
		"quantile":  func(p *Plan) { p.Forecast.Q[1][0] = 2.5 },
		"moved":     func(p *Plan) { p.Suggestions.Reason = []string{"a=1b", ""} },
		"exception": func(p *Plan) { p.Exceptions.OrderID[0] = "y" },
		"options":   func(p *Plan) { p.Options = "{ }" },
		"day":       func(p *Plan) { p.AsOf++ },
	} {
		p := plan()
		change(p)
		if p.ComputeDigest() == first {
			t.Errorf("%s: a changed plan has the same digest", name)
		}
	}
}

// TestOrderIDsAreUnique: two orders that differ in sku, kind, day or sequence
// never share a name, whatever is in the codes.
func TestOrderIDsAreUnique(t *testing.T) {
	code := rapid.StringMatching(`[A@:%25]{1,4}`)
	rapid.Check(t, func(t *rapid.T) {
		type key struct {
			item, site string
			kind       OrderKind
			due        Day
			seq        int32
		}
		draw := func(n string) key {
			return key{code.Draw(t, n+" item"), code.Draw(t, n+" site"), OrderKind(rapid.IntRange(0, 4).Draw(t, n+" kind")),
				Day(rapid.IntRange(20000, 20002).Draw(t, n+" due")), int32(rapid.IntRange(1, 12).Draw(t, n+" seq"))}
		}
		id := func(k key) string {
			s := &Snapshot{Items: Items{ID: []string{k.item}}, Sites: Sites{ID: []string{k.site}}, SKUs: SKUs{Item: []int32{0}, Site: []int32{0}}}
			o := PlannedOrders{SKU: []SKU{0}, Kind: []OrderKind{k.kind}, Due: []Day{k.due}, Seq: []int32{k.seq}}
			return o.ID(s, 0)
		}
		a, b := draw("a"), draw("b")
		if (a == b) != (id(a) == id(b)) {
			t.Fatalf("%+v is %s, %+v is %s", a, id(a), b, id(b))
		}
	})
}

// TestCodes: names are unique, readable back, and every one has a severity.
func TestCodes(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Codes() {
		if c.String() == "" || seen[c.String()] {
			t.Errorf("code %d is called %q", c, c)
		}
		seen[c.String()] = true
		if back, ok := ParseCode(c.String()); !ok || back != c {
			t.Errorf("ParseCode(%s) = %d, %v", c, back, ok)
		}
	}
	if _, ok := ParseCode(""); ok {
		t.Error("ParseCode of nothing finds a code")
	}
}
