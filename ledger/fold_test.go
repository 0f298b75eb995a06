package ledger

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"sort"
	"strings"
	"testing"

	"planwright"
)

// known is a base of two items at two sites with its cut at 2026-07-01.
func known() *Input {
	cut := Cut{Moment: Moment{Day: planwright.Date(2026, 7, 1)}}
	has := func(names ...string) func(string) bool {
		return func(s string) bool {
			for _, n := range names {
				if s == n {
					return true
				}
			}
			return false
		}
	}
	return &Input{Cuts: Cuts{cut, cut, cut, cut, cut, cut, cut, cut}, Until: planwright.MaxDay, HasItem: has("A", "B"), HasSite: has("P", "Q"), HasSupplier: has("V"),
		Convert: func(_, uom string, q planwright.Qty) (planwright.Qty, bool) { return q * 12, uom == "BOX" }, UnitsPer: func(string, string) float64 { return 12 }}
}

func qty(n int64) planwright.Qty { return planwright.Qty(n * 1e6) }

// events reads events, one a line: the type, then name=value pairs.
func events(t testing.TB, lines ...string) []Numbered {
	t.Helper()
	var list []Numbered
	for i, l := range lines {
		words := strings.Fields(l)
		r := Raw{FieldID: fmt.Sprintf("e%d", i+1), FieldType: words[0]}
		seq := int64(i + 1)
		for _, w := range words[1:] {
			k, v, _ := strings.Cut(w, "=")
			f, ok := FieldNamed(k)
			if !ok {
				t.Fatalf("no field %q", k)
			}
			r[f] = v
		}
		e, p := Parse(&r)
		if p != nil {
			t.Fatalf("%s: %v", l, p)
		}
		list = append(list, Numbered{seq, e})
	}
	return list
}

// show writes what a fold made: stock, orders, histories, what waits.
func show(r *Result) string {
	var b strings.Builder
	day := func(d planwright.Day) string {
		if !d.Known() {
			return "-"
		}
		return d.String()[5:]
	}
	for _, s := range r.Stock {
		fmt.Fprintf(&b, "stock %d %s@%s %s %s %s\n", s.Row, s.Item, s.Site, s.Qty, orDash(s.Lot), day(s.ReceivedOn))
	}
	for _, x := range []struct {
		name string
		rows []OrderRow
	}{{"demand", r.Demand}, {"supply", r.Supply}, {"need", r.Reservations}} {
		for _, o := range x.rows {
			fmt.Fprintf(&b, "%s %d %s %s@%s %s %s\n", x.name, o.Row, o.Order, o.Item, o.Site, o.Qty, day(o.DueOn))
		}
	}
	for _, h := range r.History {
		fmt.Fprintf(&b, "history %s@%s %s %s %s\n", h.Item, h.Site, day(h.On), h.Qty, h.Kind)
	}
	for _, m := range r.Movements {
		fmt.Fprintf(&b, "moved %s@%s %s %s %s\n", m.Item, m.Site, day(m.On), m.Qty, m.Kind)
	}
	for _, x := range r.Receipts {
		fmt.Fprintf(&b, "received %s %s %s of %s\n", x.Order, x.Supplier, x.Received, x.Ordered)
	}
	for _, w := range r.Waiting {
		fmt.Fprintf(&b, "waits %s %s\n", w.ID, w.Code)
	}
	return b.String()
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func TestFold(t *testing.T) {
	base := func() *Input {
		in := known()
		in.Stock = []StockRow{
			{Row: 0, Item: "A", Site: "P", Status: "available", Lot: "L1", ReceivedOn: planwright.Date(2026, 5, 1), ExpiresOn: planwright.Date(2026, 12, 1), Qty: qty(10)},
			{Row: 1, Item: "A", Site: "P", Status: "available", Lot: "L2", ReceivedOn: planwright.Date(2026, 6, 1), ExpiresOn: planwright.Date(2026, 9, 1), Qty: qty(5)},
			{Row: 2, Item: "B", Site: "Q", Status: "available", ReceivedOn: planwright.NoDay, ExpiresOn: planwright.NoDay, Qty: qty(7)},
		}
		in.Demand = []OrderRow{{Row: 0, Order: "SO1", Item: "A", Site: "P", Qty: qty(8), DueOn: planwright.Date(2026, 7, 9), Price: math.NaN()}, {Row: 1, Order: "SO1", Item: "A", Site: "P", Qty: qty(4), DueOn: planwright.Date(2026, 7, 20), Price: math.NaN()}}
		in.Supply = []OrderRow{{Row: 0, Order: "PO1", Item: "A", Site: "P", Kind: "purchase", Supplier: "V", Qty: qty(100), DueOn: planwright.Date(2026, 7, 5), OrderedOn: planwright.Date(2026, 6, 5), Price: math.NaN()}}
		return in
	}
	for _, c := range []struct{ name, events, want string }{
		{"a shipment takes what expires first, off the order that is due first", "shipment at=2026-07-02 item_id=A site_id=P qty=9 order_id=SO1",
			"stock 0 A@P 6 L1 05-01\nstock 1 A@P 0 L2 06-01\ndemand 0 SO1 A@P 0 07-09\ndemand 1 SO1 A@P 3 07-20\nhistory A@P 07-02 9 sale\nmoved A@P 07-02 -9 shipment\n"},
		{"a receipt is a layer, off its order, and counts for the supplier", "receipt at=2026-07-02 item_id=A site_id=P qty=60 qty_rejected=10 order_id=PO1 lot=L3",
			"stock -1 A@P 50 L3 07-02\nsupply 0 PO1 A@P 50 07-05\nmoved A@P 07-02 50 receipt\nreceived PO1 V 60 of 100\n"},
		{"in another unit", "receipt at=2026-07-02 item_id=B site_id=Q qty=2 uom=BOX", "stock -1 B@Q 24 - 07-02\nmoved B@Q 07-02 24 receipt\n"},
		{"a transfer keeps the age of what moves", "transfer at=2026-07-02 item_id=A from_site_id=P site_id=Q qty=6",
			"stock 0 A@P 9 L1 05-01\nstock 1 A@P 0 L2 06-01\nstock -1 A@Q 5 L2 06-01\nstock -1 A@Q 1 L1 05-01\nmoved A@P 07-02 -6 transfer\nmoved A@Q 07-02 6 transfer\n"},
		{"a count of less takes, and the ledger says so", "count at=2026-07-02 item_id=A site_id=P qty=4", "stock 0 A@P 4 L1 05-01\nstock 1 A@P 0 L2 06-01\nmoved A@P 07-02 -11 count\n"},
		{"a movement before a count changes the history alone", "count at=2026-07-02T18:00 item_id=B site_id=Q qty=20;issue at=2026-07-02T09:00 item_id=B site_id=Q qty=3",
			"stock -1 B@Q 16 - 07-02\nhistory B@Q 07-02 3 issue\nmoved B@Q 07-02 -3 issue\nmoved B@Q 07-02 16 count\nstock 2 B@Q 4 - -\n"},
		{"what is not there is owed, and filled", "issue at=2026-07-02 item_id=B site_id=Q qty=10;receipt at=2026-07-03 item_id=B site_id=Q qty=5",
			"stock 2 B@Q 0 - -\nstock -1 B@Q 2 - 07-03\nhistory B@Q 07-02 10 issue\nmoved B@Q 07-02 -10 issue\nmoved B@Q 07-03 5 receipt\n"},
		{"an order that nobody knows is waited for", "shipment at=2026-07-02 item_id=A site_id=P qty=1 order_id=SO9", "waits e1 EVENT_WAITS\n"},
		{"and found when it comes, whenever it was", "shipment at=2026-07-02 item_id=B site_id=Q qty=1 order_id=SO9;demand_order at=2026-07-01 order_id=SO9 item_id=B site_id=Q qty=3 due_on=2026-08-01",
			"stock 2 B@Q 6 - -\ndemand -1 SO9 B@Q 2 08-01\nhistory B@Q 07-02 1 sale\nmoved B@Q 07-02 -1 shipment\n"},
		{"a statement holds the shipment before it", "shipment at=2026-07-02 item_id=B site_id=Q qty=1 order_id=SO9;demand_order at=2026-07-03 order_id=SO9 item_id=B site_id=Q qty=3 due_on=2026-08-01",
			"stock 2 B@Q 6 - -\ndemand -1 SO9 B@Q 3 08-01\nhistory B@Q 07-02 1 sale\nmoved B@Q 07-02 -1 shipment\n"},
		{"a change says what it changes", "demand_order at=2026-07-02 order_id=SO1 item_id=A site_id=P qty=20", "demand 0 SO1 A@P 20 07-09\ndemand 1 SO1 A@P 0 07-20\n"},
		{"cancelled", "demand_order_cancelled at=2026-07-02 order_id=SO1;supply_order_closed at=2026-07-02 order_id=PO1 item_id=A", "demand 0 SO1 A@P 0 07-09\ndemand 1 SO1 A@P 0 07-20\nsupply 0 PO1 A@P 0 07-05\n"},
		{"what the base holds is not counted again; late, it is history", "shipment at=2026-06-30 item_id=A site_id=P qty=2 order_id=SO1", "history A@P 06-30 2 sale\nmoved A@P 06-30 -2 shipment\n"},
		{"an event that did not happen", "issue at=2026-07-02 item_id=B site_id=Q qty=3;reversal at=2026-07-03 of=e1", ""},
		{"one that the base holds is undone", "issue at=2026-06-02 item_id=B site_id=Q qty=3;reversal at=2026-07-03 of=e1", "stock -1 B@Q 3 - 07-03\nhistory B@Q 06-02 3 issue\nmoved B@Q 06-02 -3 issue\nmoved B@Q 07-03 3 adjustment\n"},
		{"unknown", "issue at=2026-07-02 item_id=X site_id=Q qty=3;issue at=2026-07-02 item_id=A site_id=Z qty=3;issue at=2026-07-02 item_id=A qty=3;issue at=2026-07-02 item_id=A site_id=P qty=3 uom=TON;reversal at=2026-07-02 of=nothing",
			"waits e1 UNKNOWN_ITEM\nwaits e2 UNKNOWN_SITE\nwaits e3 MISSING_VALUE\nwaits e4 UOM_CONVERSION\nwaits e5 EVENT_WAITS\n"},
	} {
		got := strings.Split(show(Fold(base(), events(t, strings.Split(c.events, ";")...))), "\n")
		want := strings.Split(c.want, "\n")
		sort.Strings(got)
		sort.Strings(want)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", c.name, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
		}
	}
}

// What the extract holds and had arrived before it is not even history.
func TestFoldHeld(t *testing.T) {
	in := known()
	for _, c := range []*Cut{&in.Cuts.History, &in.Cuts.Movements, &in.Cuts.Receipts} {
		c.Position = 1
	}
	r := Fold(in, events(t, "shipment at=2026-06-30 item_id=A site_id=P qty=2", "shipment at=2026-06-30 item_id=A site_id=P qty=3"))
	if got, want := show(r), "history A@P 06-30 3 sale\nmoved A@P 06-30 -3 shipment\n"; got != want || r.Held != 1 {
		t.Errorf("got %s, %d held; want %s, 1 held", got, r.Held, want)
	}
	if r := Fold(in, events(t, "receipt at=2026-07-04 item_id=A site_id=P qty=2", "receipt at=2026-07-05 item_id=A site_id=P qty=2")); r.Last != planwright.Date(2026, 7, 5) {
		t.Errorf("the last day is %s", r.Last)
	}
	in.Until = planwright.Date(2026, 7, 4)
	if r := Fold(in, events(t, "receipt at=2026-07-04 item_id=A site_id=P qty=2", "receipt at=2026-07-05 item_id=A site_id=P qty=2")); r.Later != 1 || r.Applied != 1 {
		t.Errorf("%d later, %d applied; want 1, 1", r.Later, r.Applied)
	}
}

// stream draws events about few items, sites, lots and orders, so that they
// meet.
func stream(dice *rand.Rand, n int) []Numbered {
	pick := func(s ...string) string { return s[dice.IntN(len(s))] }
	var list []Numbered
	for i := range n {
		r := Raw{FieldID: fmt.Sprintf("e%03d", i), FieldAt: fmt.Sprintf("2026-%02d-%02d", 6+dice.IntN(2), 1+dice.IntN(28)), FieldItem: pick("A", "B"), FieldSite: pick("P", "Q"), FieldQty: fmt.Sprint(1 + dice.IntN(9))}
		if dice.IntN(2) == 0 {
			r[FieldAt] += fmt.Sprintf("T%02d:00", dice.IntN(24))
		}
		r[FieldType] = pick("receipt", "receipt", "receipt", "issue", "shipment", "shipment", "return", "transfer", "adjustment", "count", "demand_order", "supply_order", "reservation", "demand_order_closed", "supply_order_cancelled", "reversal")
		if dice.IntN(4) == 0 {
			r[FieldLot] = pick("L1", "L2")
		}
		switch r[FieldType] {
		case "transfer":
			r[FieldFromSite] = map[string]string{"P": "Q", "Q": "P"}[r[FieldSite]]
		case "adjustment":
			r[FieldQty] = pick("-", "") + r[FieldQty]
		case "demand_order", "supply_order", "reservation", "demand_order_closed", "supply_order_cancelled":
			r[FieldOrder] = pick("O1", "O2")
			if dice.IntN(3) > 0 {
				r[FieldDueOn], r[FieldKind] = fmt.Sprintf("2026-08-%02d", 1+dice.IntN(28)), pick("purchase", "work")
			}
		case "receipt", "issue", "shipment":
			if dice.IntN(3) == 0 {
				r[FieldOrder] = pick("O1", "O2")
			}
		case "reversal":
			r[FieldOf] = fmt.Sprintf("e%03d", dice.IntN(n))
			if r[FieldOf] == r[FieldID] {
				r[FieldOf] = "none"
			}
		}
		e, p := Parse(&r)
		if p != nil {
			panic(p)
		}
		list = append(list, Numbered{int64(i + 1), e})
	}
	return list
}

// L1, L2: the order of arrival changes nothing.
func TestFoldPermuted(t *testing.T) {
	for seed := range uint64(150) {
		dice := rand.New(rand.NewPCG(seed, 7))
		list := stream(dice, 60)
		want := show(Fold(known(), list))
		dice.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		if got := show(Fold(known(), list)); got != want {
			t.Fatalf("seed %d: in another order\n%s\nwant\n%s", seed, got, want)
		}
	}
}

// TestFoldModel holds the fold against maps that know no lots, rows or layers:
// what is there of an item at a site, and what is open of an order.
func TestFoldModel(t *testing.T) {
	type pair struct{ item, site string }
	for seed := range uint64(300) {
		dice := rand.New(rand.NewPCG(seed, 11))
		var list []Numbered
		for _, e := range stream(dice, 80) { // without lots and reversals
			if e.Lot = ""; e.Type != Reversal {
				list = append(list, e)
			}
		}
		r := Fold(known(), list)
		waits := map[string]bool{}
		for _, w := range r.Waiting {
			waits[w.ID] = true
		}
		sort.SliceStable(list, func(i, j int) bool {
			a, b := list[i], list[j]
			if a.When != b.When {
				return a.When.Before(b.When)
			}
			if a.Type.rank() != b.Type.rank() {
				return a.Type.rank() < b.Type.rank()
			}
			return a.ID < b.ID
		})
		stock, sold, moved := map[pair]planwright.Qty{}, map[pair]planwright.Qty{}, map[pair]planwright.Qty{}
		open := map[string]planwright.Qty{}
		cut := Moment{Day: planwright.Date(2026, 7, 1)}
		for _, e := range list {
			if waits[e.ID] {
				continue
			}
			k := pair{e.Item, e.Site}
			late := e.When.Before(cut)
			move := func(k pair, q planwright.Qty) {
				moved[k] += q
				if !late {
					stock[k] += q
				}
			}
			name := map[Type]string{DemandOrder: "d", DemandOrderClosed: "d", Shipment: "d", SupplyOrder: "s", SupplyOrderCancelled: "s", Receipt: "s", Reservation: "n", Issue: "n"}[e.Type] + e.Order + e.Item + e.Site
			switch e.Type {
			case Receipt, Return:
				move(k, e.Qty)
			case Issue, Shipment:
				move(k, -e.Qty)
			case Adjustment:
				move(k, e.Qty)
			case Transfer:
				move(k, e.Qty)
				move(pair{e.Item, e.FromSite}, -e.Qty)
			case Count:
				if !late {
					moved[k] += e.Qty - stock[k]
					stock[k] = e.Qty
				}
			}
			switch e.Type {
			case Shipment, Issue:
				sold[k] += e.Qty
			case Return:
				sold[k] -= e.Qty
			}
			if late {
				continue
			}
			switch e.Type {
			case DemandOrder, SupplyOrder, Reservation:
				if _, ok := open[name]; ok || e.whole() {
					open[name] = e.Qty
				}
			case DemandOrderClosed, SupplyOrderCancelled:
				if _, ok := open[name]; ok {
					open[name] = 0
				}
			case Shipment, Receipt, Issue:
				if q, ok := open[name]; ok && e.Order != "" {
					open[name] = max(0, q-e.Qty)
				}
			}
		}
		got := map[pair]planwright.Qty{}
		for _, s := range r.Stock {
			got[pair{s.Item, s.Site}] += s.Qty
		}
		for _, item := range []string{"A", "B"} {
			for _, site := range []string{"P", "Q"} {
				k := pair{item, site}
				if got[k] != stock[k] {
					t.Fatalf("seed %d: stock of %v is %s, want %s", seed, k, got[k], stock[k])
				}
				var h, m planwright.Qty
				for _, x := range r.History {
					if x.Item == item && x.Site == site {
						if x.Kind == "return" {
							x.Qty = -x.Qty
						}
						h += x.Qty
					}
				}
				for _, x := range r.Movements {
					if x.Item == item && x.Site == site {
						m += x.Qty
					}
				}
				if h != sold[k] || m != moved[k] {
					t.Fatalf("seed %d: %v used %s, moved %s; want %s, %s", seed, k, h, m, sold[k], moved[k])
				}
			}
		}
		have := map[string]planwright.Qty{}
		for prefix, rows := range map[string][]OrderRow{"d": r.Demand, "s": r.Supply, "n": r.Reservations} {
			for _, o := range rows {
				have[prefix+o.Order+o.Item+o.Site] += o.Qty
			}
		}
		for k, q := range open {
			if have[k] != q {
				t.Fatalf("seed %d: open of %s is %s, want %s", seed, k, have[k], q)
			}
		}
		for k, q := range have {
			if open[k] != q {
				t.Fatalf("seed %d: open of %s is %s, want %s", seed, k, q, open[k])
			}
		}
	}
}
