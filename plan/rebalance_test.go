package plan

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"planwright"
	"planwright/lang"
)

// sited is a site of an item of network.
type sited struct {
	stock, safety, lead int // lead days of buying
	demand              [][2]int
	from                int // another site that a transfer comes from; -1: none
	transfer            int // days
}

// network is items at the sites S0, S1, .. that buy, and may transfer. Units cost
// 1 and sell for 2.
func network(t testing.TB, items [][]sited) *planwright.Snapshot {
	t.Helper()
	sites := len(items[0])
	n := len(items) * sites
	s := company(t, n)
	s.ReadHistory = nil
	s.BOM = planwright.BOM{Off: make([]int32, n+1)}
	s.Sites = planwright.Sites{}
	for i := range sites {
		s.Sites.ID, s.Sites.Name, s.Sites.Region, s.Sites.Calendar = append(s.Sites.ID, fmt.Sprint("S", i)), append(s.Sites.Name, ""), append(s.Sites.Region, ""), append(s.Sites.Calendar, nil)
	}
	s.Stock, s.Demand, s.Sources = planwright.Stock{Off: []int32{0}}, planwright.Demand{Off: []int32{0}}, planwright.Sources{Off: []int32{0}}
	for i, at := range items {
		s.Items.UnitCost[i], s.Items.UnitPrice[i] = 1, 2
		for j, c := range at {
			k := i*sites + j
			s.SKUs.Item[k], s.SKUs.Site[k], s.SKUs.LeadTime[k] = int32(i), int32(j), int32(c.lead)
			s.SKUs.SafetyStock[k] = planwright.Qty(c.safety) * planwright.One
			if c.stock > 0 {
				b := &s.Stock
				b.Qty, b.Lot, b.ReceivedOn, b.ExpiresOn = append(b.Qty, planwright.Qty(c.stock)*planwright.One), append(b.Lot, ""), append(b.ReceivedOn, s.AsOf-1), append(b.ExpiresOn, planwright.NoDay)
				b.Status, b.Segment, b.Supplier = append(b.Status, planwright.Available), append(b.Segment, ""), append(b.Supplier, planwright.None)
			}
			s.Stock.Off = append(s.Stock.Off, int32(len(s.Stock.Qty)))
			for x, q := range c.demand {
				b := &s.Demand
				b.OrderID, b.Qty, b.DueOn, b.OrderedOn = append(b.OrderID, fmt.Sprintf("D%d-%d", k, x)), append(b.Qty, planwright.Qty(q[1])*planwright.One), append(b.DueOn, s.AsOf+planwright.Day(q[0])), append(b.OrderedOn, planwright.NoDay)
				b.Priority, b.Customer, b.Segment, b.Price = append(b.Priority, 10), append(b.Customer, ""), append(b.Segment, ""), append(b.Price, nan())
			}
			s.Demand.Off = append(s.Demand.Off, int32(len(s.Demand.Qty)))
			way := func(kind planwright.Procurement, from planwright.SKU, lead int) {
				x := &s.Sources
				x.Kind, x.Supplier, x.From, x.BOMID = append(x.Kind, kind), append(x.Supplier, planwright.None), append(x.From, from), append(x.BOMID, "")
				x.LeadTime, x.LeadTimeSD, x.Priority = append(x.LeadTime, int32(lead)), append(x.LeadTimeSD, nan()), append(x.Priority, int32(1+len(x.Kind)))
				x.Quota, x.QuotaBase, x.FromStockOnly = append(x.Quota, 0), append(x.QuotaBase, 0), append(x.FromStockOnly, false)
				x.LotMin, x.LotMultiple, x.LotMax = append(x.LotMin, planwright.NoQty), append(x.LotMultiple, planwright.NoQty), append(x.LotMax, planwright.NoQty)
				x.UOM, x.PerUOM, x.Price = append(x.UOM, ""), append(x.PerUOM, planwright.Ratio{Num: 1, Den: 1}), append(x.Price, nan())
				x.EffectiveFrom, x.EffectiveTo, x.OrderWeekdays = append(x.EffectiveFrom, planwright.NoDay), append(x.EffectiveTo, planwright.NoDay), append(x.OrderWeekdays, 0)
			}
			way(planwright.Buy, planwright.NoSKU, c.lead)
			if c.from >= 0 && c.from != j {
				way(planwright.Transfer, planwright.SKU(i*sites+c.from), c.transfer)
			}
			s.Sources.Off = append(s.Sources.Off, int32(len(s.Sources.Kind)))
		}
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	return s
}

// movesOf are the rows of a plan's worklist that move stock between sites.
func movesOf(p *planwright.Plan) (rows []int) {
	for i, key := range p.Suggestions.ReasonKey {
		if key == "reason.rebalance" {
			rows = append(rows, i)
		}
	}
	return rows
}

// explained asks why of every suggestion.
func explained(t *testing.T, s *planwright.Snapshot, p *planwright.Plan) {
	t.Helper()
	st, err := Stand(context.Background(), s, p, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Suggestions.Len() {
		x, err := st.WhySuggestion(context.Background(), i)
		if err == nil {
			err = x.Check()
		}
		if err != nil {
			t.Error(err)
			continue
		}
		for _, f := range x.Figures {
			if !lang.Has(f.Tree.Key) {
				t.Errorf("no text %s", f.Tree.Key)
			}
		}
	}
}

// TestRebalance by hand. S0 holds 100, requires 30 and keeps 10: it can give 60.
// S1 is short of 50 − 20 = 30 on day 5, S2 of 45 on day 10, and what they buy comes
// on day 30 and on day 20. A unit at 2 avoids 2·(30 − 5) = 50 money-days at S1 and
// 2·(20 − 10) = 20 at S2: S1 gets its 30, S2 the other 30, over a source of S0 that
// is taken backwards.
func TestRebalance(t *testing.T) {
	at := []sited{
		{stock: 100, safety: 10, lead: 50, demand: [][2]int{{40, 30}}, from: 2, transfer: 4},
		{stock: 20, lead: 30, demand: [][2]int{{5, 50}}, from: 0, transfer: 3},
		{lead: 20, demand: [][2]int{{10, 45}}, from: -1},
	}
	run := func(at []sited) (*planwright.Snapshot, *planwright.Plan, []int) {
		s := network(t, [][]sited{at})
		p, err := Run(context.Background(), s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s, p, movesOf(p)
	}
	s, p, rows := run(at)
	explained(t, s, p)
	g := &p.Suggestions
	got := map[planwright.SKU]int{}
	for _, i := range rows {
		got[g.SKU[i]] = i
		if g.Action[i] != planwright.ActTransfer || g.Urgency[i] != planwright.Urgent || g.ActBy[i] != s.AsOf || g.Impact[i] != 60 || g.Value[i] != 30 || g.OrderID[i] != "" {
			t.Errorf("%s: %s, %s, act by %s, impact %v, value %v, order %q", g.ID[i], g.Action[i], g.Urgency[i], g.ActBy[i], g.Impact[i], g.Value[i], g.OrderID[i])
		}
		for _, l := range []lang.Language{lang.English, lang.Chinese} {
			var pairs []string
			for _, part := range strings.Split(g.Reason[i], ";") {
				name, v, _ := strings.Cut(part, "=")
				pairs = append(pairs, name, v)
			}
			if text := lang.Text(l, g.ReasonKey[i], pairs...); strings.ContainsAny(text, "{}") {
				t.Error(text)
			}
		}
	}
	if len(rows) != 2 || len(got) != 2 {
		t.Fatalf("%d moves, want one to S1 and one to S2", len(rows))
	}
	for k, want := range map[planwright.SKU][4]string{1: {"30", (s.AsOf + 3).String(), "30", "30.00"}, 2: {"30", (s.AsOf + 4).String(), "45", "30.00"}} {
		r := g.Reason[got[k]]
		if have := [4]string{g.Qty[got[k]].String(), numberIn(r, "arrive"), numberIn(r, "order_qty"), numberIn(r, "saves")}; have != want || numberIn(r, "excess") != "60" || numberIn(r, "from") != "S0" {
			t.Errorf("to S%d: %v of %s, want %v", k, have, r, want)
		}
	}

	change := func(do func(at []sited)) []sited {
		c := append([]sited(nil), at...)
		do(c)
		return c
	}
	for name, c := range map[string][]sited{
		"arrives no sooner than what is bought": change(func(c []sited) { c[1].transfer, c[0].transfer = 30, 20 }),
		"needs its stock later":                 change(func(c []sited) { c[0].demand = [][2]int{{100, 90}} }),
		"keeps it as safety stock":              change(func(c []sited) { c[0].safety = 70 }),
		"no way between them":                   change(func(c []sited) { c[0].from, c[1].from = -1, -1 }),
		"what is bought comes in time":          change(func(c []sited) { c[1].lead, c[2].lead = 5, 10 }),
	} {
		if _, p, rows := run(c); len(rows) != 0 {
			t.Errorf("%s: %s", name, p.Suggestions.Reason[rows[0]])
		}
	}
}

// randomNetwork is a network of twelve items at four sites by the dice of a seed.
func randomNetwork(t testing.TB, seed uint64) *planwright.Snapshot {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 3))
	items := make([][]sited, 12)
	for i := range items {
		items[i] = make([]sited, 4)
		for j := range items[i] {
			c := sited{safety: r.IntN(2) * r.IntN(20), lead: 3 + r.IntN(50), from: r.IntN(j+1) - 1, transfer: 1 + r.IntN(15)}
			if r.IntN(2) == 0 {
				c.stock = r.IntN(200)
			}
			for d, x := 0, r.IntN(4); x > 0; x-- {
				d += r.IntN(40)
				c.demand = append(c.demand, [2]int{d, 1 + r.IntN(60)})
			}
			items[i][j] = c
		}
	}
	s := network(t, items)
	s.Digest = fmt.Sprint("network ", seed)
	return s
}

// TestRebalanceProperties: with the moves made, no site that gave has to order or
// is short, none that took is later than before, and no order is relieved of more
// than it brings too late. The plan is the same for any number of workers.
func TestRebalanceProperties(t *testing.T) {
	moved := 0
	for seed := range uint64(8) {
		s := randomNetwork(t, seed)
		p, err := Run(context.Background(), s, Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		again, err := Run(context.Background(), s, Options{Workers: 3})
		if err != nil {
			t.Fatal(err)
		}
		if again.Digest != p.Digest {
			t.Fatalf("seed %d: 3 workers make another plan", seed)
		}
		before := lateness(s, p)
		gave, took := make([]planwright.Qty, s.Len()), map[string]planwright.Qty{}
		received := make([][]int, s.Len())
		for _, i := range movesOf(p) {
			g := &p.Suggestions
			from := s.Find(s.Items.ID[s.SKUs.Item[g.SKU[i]]], numberIn(g.Reason[i], "from"))
			gave[from] += g.Qty[i]
			took[strings.ReplaceAll(g.ID[i], ":"+s.Sites.ID[s.SKUs.Site[from]], "")] += g.Qty[i]
			received[g.SKU[i]] = append(received[g.SKU[i]], i)
			moved++
		}
		for i := range p.Orders.SKU {
			if q := took["R:"+p.Orders.ID(s, i)]; q > before.order[i] {
				t.Errorf("seed %d: order %s is relieved of %s, %s come too late", seed, p.Orders.ID(s, i), q, before.order[i])
			}
		}
		after := *s
		after.Stock.Qty = append([]planwright.Qty(nil), s.Stock.Qty...)
		after.Supply = planwright.Supply{Off: []int32{0}}
		for k := range s.Len() {
			if gave[k] > 0 {
				after.Stock.Qty[s.Stock.Off[k]] -= gave[k]
			}
			for _, i := range received[k] {
				u := &after.Supply
				on, _ := planwright.ParseDay(numberIn(p.Suggestions.Reason[i], "arrive"))
				u.OrderID, u.Kind, u.Qty, u.DueOn, u.OrderedOn = append(u.OrderID, fmt.Sprint("T", i)), append(u.Kind, planwright.TransferOrder), append(u.Qty, p.Suggestions.Qty[i]), append(u.DueOn, on), append(u.OrderedOn, planwright.NoDay)
				u.Firm, u.Shipped, u.Segment, u.Supplier, u.From = append(u.Firm, true), append(u.Shipped, true), append(u.Segment, ""), append(u.Supplier, planwright.None), append(u.From, planwright.NoSKU)
			}
			after.Supply.Off = append(after.Supply.Off, int32(len(after.Supply.Qty)))
		}
		q, err := Run(context.Background(), &after, Options{})
		if err != nil {
			t.Fatal(err)
		}
		orders, now := offsets(q.Orders.SKU, s.Len()), lateness(&after, q)
		for k := range s.Len() {
			if gave[k] > 0 && orders[k] < orders[k+1] {
				t.Errorf("seed %d: %s gave %s and has to order", seed, s.Code(planwright.SKU(k)), gave[k])
			}
			if now.sku[k] > before.sku[k] || len(received[k]) > 0 && now.sku[k] == before.sku[k] {
				t.Errorf("seed %d: %s: %s come too late after the moves, %s before", seed, s.Code(planwright.SKU(k)), now.sku[k], before.sku[k])
			}
		}
	}
	if moved < 20 {
		t.Errorf("only %d moves", moved)
	}
	t.Log(moved, "moves")
}

// late is what planned orders bring after its day, by order and by sku.
type late struct{ order, sku []planwright.Qty }

func lateness(s *planwright.Snapshot, p *planwright.Plan) late {
	l := late{make([]planwright.Qty, p.Orders.Len()), make([]planwright.Qty, s.Len())}
	g := &p.Pegs
	for i, k := range g.SKU {
		if g.SupplyKind[i] == planwright.SupplyPlanned && g.DemandKind[i] != planwright.DemandSafety && g.DueOn[i] < p.Orders.Available[g.SupplyRef[i]] {
			l.order[g.SupplyRef[i]] += g.Qty[i]
			l.sku[k] += g.Qty[i]
		}
	}
	return l
}
