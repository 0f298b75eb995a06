package plan

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"planwright"
)

// onlyTransfers ends the ways to buy of all sites that have a transfer.
func onlyTransfers(s *planwright.Snapshot) {
	for k := range s.Len() {
		if lo := s.Sources.Off[k]; s.Sources.Off[k+1]-lo > 1 {
			s.Sources.EffectiveTo[lo] = s.AsOf
		}
	}
}

// TestFairShare by hand. S0 has 60, buys more only by day 30, and on day 3 is to
// send 60 to S1 and 40 to S2. Without a known demand each gets three fifths: 36 and
// 24. With 10 and 5 a day, positions of −60 and −40 rise to one cover t:
// 10t + 60 + 5t + 40 = 60, t = −2.67 days, shares of 33.3 and 26.7; of whole
// units 33 and 26, and the last one to S2, which at −2.8 days is the lower.
func TestFairShare(t *testing.T) {
	s := network(t, [][]sited{{
		{stock: 60, lead: 30, from: -1},
		{demand: [][2]int{{5, 60}}, from: 0, transfer: 2},
		{demand: [][2]int{{5, 40}}, from: 0, transfer: 2},
	}})
	onlyTransfers(s)
	p, err := Run(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	explained(t, s, p)
	st := stakesOf(s, p)
	check := func(key string, want map[planwright.SKU]string) {
		t.Helper()
		rows, err := fairShares(s, p, &st, offsets(p.Requirements.SKU, s.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) != len(want) {
			t.Errorf("%d shares, want %d", len(rows), len(want))
		}
		for _, r := range rows {
			if r.key != key || r.qty.String() != want[r.sku] || r.actBy != s.AsOf+3 || r.order != "" || r.urgency != planwright.DueSoon ||
				r.impact != 2*r.qty.Float() || numberIn(r.numbers, "have") != "60" || numberIn(r.numbers, "wanted") != "100" {
				t.Errorf("to S%d: %+v, want %s", r.sku, r, want[r.sku])
			}
		}
	}
	p.Policies = planwright.Policies{}
	check("reason.fair_share_need", map[planwright.SKU]string{1: "36", 2: "24"})
	p.Policies = planwright.Policies{SKU: []planwright.SKU{1, 2}, YearlyDemand: []float64{3650, 1825}}
	check("reason.fair_share_cover", map[planwright.SKU]string{1: "33", 2: "27"})

	found := 0
	for _, key := range p.Suggestions.ReasonKey {
		if strings.HasPrefix(key, "reason.fair_share") {
			found++
		}
	}
	if found != 2 {
		t.Errorf("the worklist has %d shares, want 2", found)
	}
	s.Stock.Qty[0] = 100 * planwright.One
	s.Digest = "enough"
	if p, err = Run(context.Background(), s, Options{}); err != nil {
		t.Fatal(err)
	}
	st = stakesOf(s, p)
	check("", nil)
}

// randomShares is ten items that one site sends to four, which have little of them.
func randomShares(t testing.TB, seed uint64) *planwright.Snapshot {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 5))
	items := make([][]sited, 10)
	for i := range items {
		items[i] = make([]sited, 5)
		for j := range items[i] {
			c := sited{lead: 5 + r.IntN(30), from: -1, transfer: 1 + r.IntN(3), stock: r.IntN(60)}
			if j > 0 {
				c.from, c.stock = 0, r.IntN(10)
				for x := r.IntN(3); x > 0; x-- {
					c.demand = append(c.demand, [2]int{5 * x, 5 + r.IntN(30)})
				}
			}
			slices.Reverse(c.demand)
			items[i][j] = c
		}
	}
	s := network(t, items)
	s.Digest = fmt.Sprint("shares ", seed)
	onlyTransfers(s)
	return s
}

// TestFairShareProperties: no site gets more than it is to get, and all together
// get what there is.
func TestFairShareProperties(t *testing.T) {
	groups := 0
	for seed := range uint64(6) {
		s := randomShares(t, seed)
		p, err := Run(context.Background(), s, Options{})
		if err != nil {
			t.Fatal(err)
		}
		st := stakesOf(s, p)
		rows, err := fairShares(s, p, &st, offsets(p.Requirements.SKU, s.Len()))
		if err != nil {
			t.Fatal(err)
		}
		given, have := map[string]planwright.Qty{}, map[string]planwright.Qty{}
		for _, row := range rows {
			group := s.Items.ID[s.SKUs.Item[row.sku]] + numberIn(row.numbers, "on")
			given[group] += row.qty
			have[group], _ = planwright.ParseQty(numberIn(row.numbers, "have"))
			if planned, _ := planwright.ParseQty(numberIn(row.numbers, "planned")); row.qty > planned {
				t.Errorf("seed %d: %s of %s", seed, row.qty, planned)
			}
		}
		for group, q := range given {
			groups++
			if q != have[group] {
				t.Errorf("seed %d: %s: %s shared of %s", seed, group, q, have[group])
			}
		}
	}
	if groups < 5 {
		t.Errorf("only %d days of scarce stock", groups)
	}
	t.Log(groups, "days of scarce stock")
}
