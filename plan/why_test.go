package plan

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"planwright"
	"planwright/explain"
	"planwright/lang"
)

func nan() float64 { return math.NaN() }

// TestWhyRandom: on random companies with everything that netting, lot sizing and
// dating can meet, every suggestion and every order explains itself; the facts
// make the figure, and every text is in the catalogue.
func TestWhyRandom(t *testing.T) {
	seeds := uint64(40)
	if testing.Short() {
		seeds = 3
	}
	asked := 0
	for seed := range seeds {
		asked += whyAll(t, randomCompany(t, 24, seed), seed)
	}
	if uint64(asked) < 200*seeds {
		t.Errorf("only %d explanations", asked)
	}
	t.Log(asked, "explanations")
}

// TestWhySegments: as TestWhyRandom, where some is made to order, is kept for an
// order, or lies at a subcontractor.
func TestWhySegments(t *testing.T) {
	seeds := uint64(12)
	if testing.Short() {
		seeds = 2
	}
	asked := 0
	for seed := range seeds {
		s := randomCompany(t, 24, 500+seed)
		r := rand.New(rand.NewPCG(seed, 12))
		for k := range s.Len() {
			if r.IntN(3) == 0 {
				s.SKUs.Strategy[k] = []int32{20, 50, 60}[r.IntN(3)]
			}
		}
		names := []string{"", "", "P1", "P2"}
		for i := range s.Demand.Segment {
			s.Demand.Segment[i] = names[r.IntN(4)]
		}
		for i := range s.Supply.Segment {
			s.Supply.Segment[i] = names[r.IntN(4)]
		}
		for i := range s.Stock.Segment {
			if s.Stock.Segment[i] = names[r.IntN(4)]; r.IntN(5) == 0 {
				s.Stock.Supplier[i] = int32(r.IntN(2))
			}
		}
		for i := range s.Sources.Kind { // what the supplier makes takes what lies there
			if k := skuOfRow(s.Sources.Off, int32(i)); s.BOM.Off[k] < s.BOM.Off[k+1] {
				s.Sources.Kind[i] = planwright.Subcontract
			}
		}
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		asked += whyAll(t, s, 500+seed)
	}
	if uint64(asked) < 200*seeds {
		t.Errorf("only %d explanations", asked)
	}
	t.Log(asked, "explanations")
}

// whyAll asks why of every suggestion and order of a company's plan, and says how
// many that were.
func whyAll(t *testing.T, s *planwright.Snapshot, seed uint64) (asked int) {
	t.Helper()
	ctx := context.Background()
	p, err := Run(ctx, s, Options{Method: "ses", Horizon: 13})
	if err != nil {
		t.Fatal(err)
	}
	st, err := Stand(ctx, s, p, 1)
	if err != nil {
		t.Fatal(err)
	}
	check := func(id string, x *Explanation, err error) {
		t.Helper()
		asked++
		if err == nil {
			err = x.Check()
		}
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, id, err)
		}
		for _, f := range x.Figures {
			f.Tree.Walk(func(n *explain.Node, _ int) bool {
				if !lang.Has(n.Key) {
					t.Errorf("no text %s", n.Key)
				}
				if n.Op == explain.Fact && n.Source == (explain.Source{}) {
					t.Errorf("%s: a fact without source", n.Key)
				}
				for _, l := range []lang.Language{lang.English, lang.Chinese} {
					if text := lang.Text(l, n.Key, n.Pairs...); strings.ContainsAny(text, "{}") {
						t.Errorf("%s: %s", n.Key, text)
					}
				}
				return !t.Failed()
			})
		}
	}
	for i := range p.Suggestions.Len() {
		x, err := st.WhySuggestion(ctx, i)
		check(p.Suggestions.ID[i], x, err)
	}
	for i := range p.Orders.Len() {
		x, err := st.WhyOrder(ctx, i)
		check(p.Orders.ID(s, i), x, err)
	}
	return asked
}

// TestWhyShortage is the arithmetic of one order by hand: 30 required, 10 in
// stock, a safety stock of 5 and 4 % scrap make 26; lots of 12 make 36.
func TestWhyShortage(t *testing.T) {
	s := company(t, 1)
	s.ReadHistory = nil
	one := planwright.One
	s.SKUs.SafetyStock[0], s.SKUs.ScrapPct[0], s.SKUs.LotMultiple[0], s.SKUs.LeadTime[0] = 5*one, 4*one, 12*one, 3
	s.Demand = planwright.Demand{Off: []int32{0, 1}, OrderID: []string{"D1"}, Qty: []planwright.Qty{30 * one}, DueOn: []planwright.Day{s.AsOf + 20}, OrderedOn: []planwright.Day{planwright.NoDay},
		Priority: []int32{10}, Customer: []string{""}, Segment: []string{""}, Price: []float64{nan()}}
	p, err := Run(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	st, err := Stand(context.Background(), s, p, 1)
	if err != nil {
		t.Fatal(err)
	}
	x, err := st.WhyOrder(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Check(); err != nil {
		t.Error(err)
	}
	if got := x.Figure("qty").Value.String(); got != "36" {
		t.Errorf("quantity %s, want 36", got)
	}
	if got, want := x.Figure("start_on").Value.String(), (s.AsOf + 17).String(); got != want {
		t.Errorf("start %s, want %s: three days before it is needed", got, want)
	}
	facts := map[string]string{}
	for _, l := range x.Figure("qty").Leaves() {
		facts[l.Source.Table+"."+l.Source.Column] = l.Value.String()
	}
	for name, want := range map[string]string{"demand_orders.qty": "30", "stock.qty": "10", "skus.safety_stock": "5", "skus.scrap_pct": "4", "skus.lot_multiple": "12"} {
		if facts[name] != want {
			t.Errorf("fact %s is %q, want %s", name, facts[name], want)
		}
	}
	x.Figure("qty").Leaves()[0].Value = explain.Q(1)
	if x.Check() == nil {
		t.Error("a changed fact still makes the same figure")
	}
}

// TestWhyPolicyAndForecast: every policy and every forecast of random companies
// explains itself at the plan's figures.
func TestWhyPolicyAndForecast(t *testing.T) {
	ctx := context.Background()
	asked, judged := 0, 0 // judged: made of several parts
	for seed := range uint64(8) {
		s := randomCompany(t, 24, seed)
		p, err := Run(ctx, s, Options{Method: "ses", Horizon: 13})
		if err != nil {
			t.Fatal(err)
		}
		st, err := Stand(ctx, s, p, 1)
		if err != nil {
			t.Fatal(err)
		}
		for k := range planwright.SKU(s.Len()) {
			for _, why := range []func(context.Context, planwright.SKU) (*Explanation, error){st.WhyPolicy, st.WhyForecast} {
				x, err := why(ctx, k)
				if err == nil {
					err = x.Check()
				}
				if err != nil {
					t.Fatalf("seed %d: %s: %v", seed, s.Code(k), err)
				}
				for _, f := range x.Figures {
					asked++
					f.Tree.Walk(func(n *explain.Node, _ int) bool {
						if !lang.Has(n.Key) {
							t.Errorf("no text %s", n.Key)
						}
						if n.Key == "why.forecast.parts" {
							judged++
						}
						return true
					})
				}
			}
		}
	}
	if asked < 1000 || judged == 0 {
		t.Errorf("%d figures, %d judged", asked, judged)
	}
}

// TestCounterfactual: the change that is said to do away with an order does so when
// the changed company is planned from scratch, a step less does not, and asking
// leaves the plan as it was.
func TestCounterfactual(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short: one question after another")
	}
	ctx := context.Background()
	found := map[string]int{}
	for seed := range uint64(6) {
		s := randomCompany(t, 12, 100+seed)
		p, err := Run(ctx, s, Options{Method: "ses", Horizon: 13})
		if err != nil {
			t.Fatal(err)
		}
		st, err := Stand(ctx, s, p, 1)
		if err != nil {
			t.Fatal(err)
		}
		before := p.Orders
		for i := 0; i < p.Orders.Len(); i += 9 {
			list, err := st.Counterfactuals(ctx, i)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range list {
				found[c.Key]++
				if !lang.Has(c.Key) || c.CostKey != "" && !lang.Has(c.CostKey) {
					t.Errorf("no text %s or %s", c.Key, c.CostKey)
				}
				if c.Goal == GoalZero && c.Key == "lever.minimum" {
					checkMinimum(t, s, p, i, c)
				}
				if c.Goal != GoalZero || c.Key != "lever.stock" {
					continue
				}
				by, err := planwright.ParseQty(c.Pairs[1])
				if err != nil {
					t.Fatal(err)
				}
				k := p.Orders.SKU[i]
				step := planwright.Step(int(s.Items.Decimals[s.SKUs.Item[k]]))
				made := func(more planwright.Qty) bool {
					x := *s
					x.Stock = withStock(s, k, more)
					q, err := Run(ctx, &x, Options{Method: "ses", Horizon: 13})
					if err != nil {
						t.Fatal(err)
					}
					var had, has planwright.Qty
					for j := range p.Orders.SKU[:i] {
						if p.Orders.SKU[j] == k {
							had += p.Orders.Good[j]
						}
					}
					for j := range q.Orders.SKU {
						if q.Orders.SKU[j] == k && q.Orders.Due[j] <= p.Orders.Due[i] {
							has += q.Orders.Good[j]
						}
					}
					return has > had
				}
				if made(by) {
					t.Errorf("seed %d: %s is still made with %s more in stock", seed, p.Orders.ID(s, i), by)
				}
				if by > step && !made(by-step) {
					t.Errorf("seed %d: %s needs less than %s more in stock", seed, p.Orders.ID(s, i), by)
				}
			}
		}
		r := st.planner.Result()
		if r.Orders.Len() != before.Len() {
			t.Fatal("asking has changed the plan")
		}
		for i := range before.SKU {
			if r.Orders.Qty[i] != before.Qty[i] || r.Orders.Release[i] != before.Release[i] {
				t.Fatal("asking has changed the plan")
			}
		}
	}
	for _, key := range []string{"lever.stock", "lever.receipt", "lever.safety", "lever.service", "lever.point", "lever.demand", "lever.forecast", "lever.minimum"} {
		if found[key] == 0 {
			t.Errorf("%s never does: %v", key, found)
		}
	}
}

// checkMinimum plans the company with the minimum order of a counterfactual from
// scratch: as many orders as come before order i are due by its day.
func checkMinimum(t *testing.T, s *planwright.Snapshot, p *planwright.Plan, i int, c Counterfactual) {
	t.Helper()
	to, err := planwright.ParseQty(c.Pairs[3])
	if err != nil {
		t.Fatal(err)
	}
	k, by := p.Orders.SKU[i], p.Orders.Due[i]
	x := *s
	x.SKUs.LotMin = slices.Clone(s.SKUs.LotMin)
	x.SKUs.LotMin[k] = to
	q, err := Run(context.Background(), &x, Options{Method: "ses", Horizon: 13})
	if err != nil {
		t.Fatal(err)
	}
	had, has := 0, 0
	for j := range p.Orders.SKU[:i] {
		if p.Orders.SKU[j] == k {
			had++
		}
	}
	for j := range q.Orders.SKU {
		if q.Orders.SKU[j] == k && q.Orders.Due[j] <= by {
			has++
		}
	}
	if has > had {
		t.Errorf("%s is still made with a minimum order of %s", p.Orders.ID(s, i), to)
	}
}

// withStock is the stock of a snapshot with a lot more of sku k.
func withStock(s *planwright.Snapshot, k planwright.SKU, q planwright.Qty) planwright.Stock {
	at := int(s.Stock.Off[k])
	x := planwright.Stock{Off: append([]int32(nil), s.Stock.Off...)}
	for i := int(k) + 1; i < len(x.Off); i++ {
		x.Off[i]++
	}
	x.Qty = insert(s.Stock.Qty, at, q)
	x.Lot = insert(s.Stock.Lot, at, "")
	x.ReceivedOn = insert(s.Stock.ReceivedOn, at, planwright.NoDay)
	x.ExpiresOn = insert(s.Stock.ExpiresOn, at, planwright.NoDay)
	x.Status = insert(s.Stock.Status, at, planwright.Available)
	x.Segment = insert(s.Stock.Segment, at, "")
	x.Supplier = insert(s.Stock.Supplier, at, planwright.None)
	return x
}

func insert[T any](s []T, at int, v T) []T {
	return append(append(append([]T(nil), s[:at]...), v), s[at:]...)
}
