package plan

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"planwright"
	"planwright/forecast"
)

// company builds a snapshot of n sku's at one site: every third is made of the
// two after it and sold, the others are bought.
func company(t testing.TB, n int) *planwright.Snapshot {
	t.Helper()
	s := &planwright.Snapshot{ID: "s0001-test", Digest: "d", AsOf: planwright.Date(2026, 6, 30)}
	s.Sites = planwright.Sites{ID: []string{"MAIN"}, Name: []string{""}, Region: []string{""}, Calendar: []*planwright.Calendar{nil}}
	it := &s.Items
	off := make([]int32, n+1)
	for i := range n {
		it.ID = append(it.ID, fmt.Sprintf("I%0*d", max(5, len(fmt.Sprint(n-1))), i))
		it.Name = append(it.Name, "")
		it.Category = append(it.Category, "")
		it.UOM = append(it.UOM, "EA")
		it.UnitCost = append(it.UnitCost, float64(1+i%7))
		it.UnitPrice = append(it.UnitPrice, float64(2*(1+i%7)))
		it.ShelfLife = append(it.ShelfLife, planwright.NoInt)
		it.Decimals = append(it.Decimals, 0)
		it.Status = append(it.Status, planwright.Active)
		it.OutOn = append(it.OutOn, planwright.NoDay)
		it.Successor = append(it.Successor, planwright.None)
		it.ABC = append(it.ABC, "")
		it.Planner = append(it.Planner, "")
	}
	s.SKUs.Grow(n)
	empty := func() []int32 { return make([]int32, n+1) }
	s.SKUPeriods.Off, s.Sources.Off, s.Supply.Off, s.Demand.Off, s.Reserved.Off, s.Given.Off = empty(), empty(), empty(), empty(), empty(), empty()
	b := &s.BOM
	b.Off = empty()
	st := &s.Stock
	st.Off = empty()
	for k := range n {
		s.SKUs.Item[k], s.SKUs.LeadTime[k] = int32(k), int32(3+k%11)
		if k%3 == 0 {
			for c := k + 1; c <= k+2 && c < n; c++ {
				use, _ := planwright.UsageRatio(2*planwright.One, planwright.One, 0, false)
				b.Component = append(b.Component, planwright.SKU(c))
				b.Usage = append(b.Usage, use)
				b.QtyPer = append(b.QtyPer, 2*planwright.One)
				b.PerQty = append(b.PerQty, planwright.One)
				b.Fixed = append(b.Fixed, false)
				b.ScrapPct = append(b.ScrapPct, 0)
				b.ScrapDivide = append(b.ScrapDivide, false)
				b.Role = append(b.Role, planwright.Component)
				b.ID = append(b.ID, "1")
				b.Priority = append(b.Priority, 1)
				b.Phantom = append(b.Phantom, false)
				b.From = append(b.From, planwright.NoDay)
				b.To = append(b.To, planwright.NoDay)
				b.AltGroup = append(b.AltGroup, "")
				b.AltPriority = append(b.AltPriority, 1)
				b.AltShare = append(b.AltShare, planwright.NoQty)
				b.LotFrom = append(b.LotFrom, planwright.NoQty)
				b.LotTo = append(b.LotTo, planwright.NoQty)
			}
		}
		b.Off[k+1] = int32(len(b.Component))
		if k%2 == 0 {
			st.Qty = append(st.Qty, planwright.Qty(10+k%50)*planwright.One)
			st.Lot = append(st.Lot, "")
			st.ReceivedOn = append(st.ReceivedOn, s.AsOf-planwright.Day(k%400))
			st.ExpiresOn = append(st.ExpiresOn, planwright.NoDay)
			st.Status = append(st.Status, planwright.Available)
			st.Segment = append(st.Segment, "")
			st.Supplier = append(st.Supplier, planwright.None)
		}
		st.Off[k+1] = int32(len(st.Qty))
		off[k+1] = off[k]
	}
	s.ReadHistory = func(_ context.Context, lo, hi planwright.SKU) (*planwright.History, error) {
		h := &planwright.History{Lo: lo, Off: []int32{0}}
		for k := lo; k < hi; k++ {
			if k%3 == 0 {
				for d := s.AsOf - 700; d < s.AsOf; d++ {
					if q := (int(k)*7 + int(d)*13) % 11; q > 2 {
						h.On = append(h.On, d)
						h.Qty = append(h.Qty, planwright.Qty(q)*planwright.One)
						h.Kind = append(h.Kind, planwright.Sale)
						h.Stockout = append(h.Stockout, false)
						h.Promo = append(h.Promo, false)
					}
				}
			}
			h.Off = append(h.Off, int32(len(h.On)))
		}
		return h, nil
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestIndependentOfWorkers: one, two and seven workers give the bit-identical
// plan; another option gives another one.
func TestIndependentOfWorkers(t *testing.T) {
	for _, c := range []struct {
		items  int
		method string
	}{{1100, "ses"}, {30, ""}} { // two chunks of sku's; every method
		s := company(t, c.items)
		var first string
		workers := []int{1, 2, 7}
		if testing.Short() {
			workers = []int{1, 7}
		}
		for _, w := range workers {
			p, err := Run(context.Background(), s, Options{Workers: w, Method: c.method})
			if err != nil {
				t.Fatal(err)
			}
			if p.Orders.Len() == 0 || p.Forecast.Len() == 0 || p.Suggestions.Len() == 0 {
				t.Fatalf("an empty plan: %d orders, %d forecasts, %d suggestions", p.Orders.Len(), p.Forecast.Len(), p.Suggestions.Len())
			}
			if first == "" {
				first = p.Digest
			}
			if p.Digest != first {
				t.Errorf("digest with %d workers = %s, want %s", w, p.Digest, first)
			}
		}
		if c.method == "" {
			continue
		}
		p, err := Run(context.Background(), s, Options{Horizon: 13, Method: c.method})
		if err != nil || p.Digest == first {
			t.Errorf("another horizon gives digest %s (%v), the same", p.Digest, err)
		}
	}
}

// TestCancel: a run whose context ends returns its error and no plan.
func TestCancel(t *testing.T) {
	s := company(t, 1100)
	for _, stage := range Stages {
		ctx, cancel := context.WithCancel(context.Background())
		p, err := Run(ctx, s, Options{Workers: 2, Method: "ses", Progress: func(st Stage, _, _ int) {
			if st == stage {
				cancel()
			}
		}})
		cancel()
		if !errors.Is(err, context.Canceled) || p != nil {
			t.Errorf("cancelled in %s: %v, plan %v, want the context's error and none", stage, err, p != nil)
		}
	}
}

func TestReadErrorStopsTheRun(t *testing.T) {
	s := company(t, 1500)
	broken := errors.New("disk on fire")
	s.ReadHistory = func(context.Context, planwright.SKU, planwright.SKU) (*planwright.History, error) { return nil, broken }
	if _, err := Run(context.Background(), s, Options{Workers: 3}); !errors.Is(err, broken) {
		t.Errorf("Run = %v, want %v", err, broken)
	}
}

func TestOptions(t *testing.T) {
	s := company(t, 9)
	for _, o := range []Options{{Horizon: -1}, {Horizon: 99999}, {Period: 9}, {Method: "crystal ball"}, {AsOf: -5}} {
		var e *planwright.Error
		if _, err := Run(context.Background(), s, o); !errors.As(err, &e) || e.Code != planwright.CodeUsage {
			t.Errorf("Run(%+v) = %v, want a usage error", o, err)
		}
	}
}

// sesPlan is one plan for the tests that only read it.
func sesPlan(t testing.TB) *planwright.Plan {
	t.Helper()
	sesOnce.Do(func() { sesMade, sesErr = Run(context.Background(), company(t, 1500), Options{Method: "ses"}) })
	if sesErr != nil {
		t.Fatal(sesErr)
	}
	return sesMade
}

var (
	sesOnce sync.Once
	sesMade *planwright.Plan
	sesErr  error
)

// TestReasonsRecompute: the numbers of a suggestion's reason give its shortage:
// stock + receipts + planned − required − safety = −short.
func TestReasonsRecompute(t *testing.T) {
	p := sesPlan(t)
	checked := 0
	for i, reason := range p.Suggestions.Reason {
		if p.Suggestions.ReasonKey[i] != "reason.shortage" && p.Suggestions.ReasonKey[i] != "reason.safety_stock" {
			continue
		}
		v := map[string]planwright.Qty{}
		for _, kv := range strings.Split(reason, ";") {
			name, value, _ := strings.Cut(kv, "=")
			if name != "due" {
				q, err := planwright.ParseQty(value)
				if err != nil && value != "" {
					t.Fatalf("%s: %s=%q: %v", p.Suggestions.ID[i], name, value, err)
				}
				v[name] = q
			}
		}
		short := v["required"] + v["safety"] - v["stock"] - v["receipts"] - v["planned"]
		if short != v["short"] || short <= 0 || v["qty"] != p.Suggestions.Qty[i] {
			t.Errorf("%s: %s: short %s by its own numbers", p.Suggestions.ID[i], reason, short)
		}
		checked++
	}
	if checked == 0 {
		t.Fatal("no reason to check")
	}
}

// TestRanking: more urgent first, then more at stake; names are unique.
func TestRanking(t *testing.T) {
	g := &sesPlan(t).Suggestions
	seen := map[string]bool{}
	for i := range g.ID {
		if seen[g.ID[i]] {
			t.Errorf("suggestion %s twice", g.ID[i])
		}
		seen[g.ID[i]] = true
		if i > 0 && (g.Urgency[i-1] > g.Urgency[i] || g.Urgency[i-1] == g.Urgency[i] && g.AtStake[i-1] < g.AtStake[i]) {
			t.Errorf("row %d (%s, %.2f) comes after (%s, %.2f)", i, g.Urgency[i], g.AtStake[i], g.Urgency[i-1], g.AtStake[i-1])
		}
	}
}

// TestPrepare: complete periods only, returns taken off earlier sales, a
// stockout without demand missing, one that cut demand made good, what lies ahead
// not seen; every change is told and can be taken back.
func TestPrepare(t *testing.T) {
	monday := planwright.Date(2026, 6, 1)
	asOf := monday + 30 // a Wednesday in the fifth week
	h := &planwright.History{Off: []int32{0, 8}}
	add := func(on planwright.Day, q int, kind planwright.HistoryKind, out bool) {
		h.On = append(h.On, on)
		h.Qty = append(h.Qty, planwright.Qty(q)*planwright.One)
		h.Kind = append(h.Kind, kind)
		h.Stockout = append(h.Stockout, out)
		h.Promo = append(h.Promo, on == monday+21)
	}
	add(monday, 10, planwright.Sale, false)
	add(monday+2, 3, planwright.Issue, false)
	add(monday+7, 4, planwright.Return, false) // more than the week sold
	add(monday+14, 0, planwright.Sale, true)   // nothing to be had
	add(monday+21, 6, planwright.Sale, false)
	add(monday+24, 0, planwright.Sale, true) // cut, but something was sold
	add(monday+29, 9, planwright.Sale, false)
	add(asOf, 99, planwright.Sale, false)
	var s series
	s.prepare(h, 0, 8, asOf, 0, planwright.ByWeek)
	cut := 6 + (1-6.0/7)*3 // a seventh of what the two weeks with stock sold
	want := []float64{6, 0, math.NaN(), cut}
	if fmt.Sprintf("%.12g", s.independent) != fmt.Sprintf("%.12g", want) {
		t.Errorf("independent = %v, want %v", s.independent, want)
	}
	if want := []float64{9, 0, math.NaN(), 6 + (1-6.0/7)*4.5}; fmt.Sprintf("%.12g", s.total) != fmt.Sprintf("%.12g", want) {
		t.Errorf("total = %v, want %v", s.total, want)
	}
	if s.yearQty != 10+3-4+6+9 || s.yearSales != 10-4+6+9 || !s.sales || !s.issues {
		t.Errorf("year %g of it sold %g, sales %v, issues %v", s.yearQty, s.yearSales, s.sales, s.issues)
	}
	forecast.Revert(s.independent, s.changes)
	if want := []float64{10, -4, 0, 6}; !slices.Equal(s.independent, want) || !slices.Equal(s.rawIndependent, want) {
		t.Errorf("changes taken back: %v, booked %v, want %v", s.independent, s.rawIndependent, want)
	}
	if s.promo[3] != 1.0/7 || s.out[3] != 1.0/7 {
		t.Errorf("promotion on %v of the last week, no stock on %v, want a seventh", s.promo[3], s.out[3])
	}
	// A history that begins within a week: its first one is brought to the whole.
	s.prepare(h, 0, 8, asOf, monday+3, planwright.ByWeek)
	if got, want := s.changes[0], (forecast.Change{Period: 0, From: 10, To: 17.5, Why: forecast.PartialPeriod, Score: 4.0 / 7}); got != want {
		t.Errorf("partial week: %+v, want %+v", got, want)
	}
}

// TestGivenForecastWins: days that a given forecast covers are not forecast a
// second time; an override changes what is planned with, and says so.
func TestGivenForecastWins(t *testing.T) {
	s := company(t, 3)
	from := s.AsOf.Monday() + 14
	add := func(kind planwright.ForecastKind, from, to planwright.Day, q int) {
		g := &s.Given
		g.From, g.To, g.Qty, g.Kind = append(g.From, from), append(g.To, to), append(g.Qty, planwright.Qty(q)*planwright.One), append(g.Kind, kind)
		g.Customer, g.Reason, g.Author = append(g.Customer, ""), append(g.Reason, ""), append(g.Author, "")
	}
	add(planwright.GivenForecast, from, from+6, 700)
	add(planwright.Override, from+7, from+13, 350)
	add(planwright.Cap, from+14, from+20, 0)
	s.Given.Off = []int32{0, 3, 3, 3}
	p, err := Run(context.Background(), s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := netDemand(s, &p.Forecast)
	total := map[planwright.Day]planwright.Qty{}
	for r := n.Off[0]; r < n.Off[1]; r++ {
		total[n.From[r]] += n.Qty[r]
	}
	if got := total[from]; got != 700*planwright.One {
		t.Errorf("week of the given forecast = %s, want 700", got)
	}
	if got := total[from+7]; got != 350*planwright.One {
		t.Errorf("week of the override = %s, want 350", got)
	}
	if got, ok := total[from+14]; ok {
		t.Errorf("week of the cap = %s, want none", got)
	}
	for i, d := range p.Forecast.Start {
		if touched := d >= from+7 && d < from+21; touched == math.IsNaN(p.Forecast.Override[i]) {
			t.Errorf("%s: override %v", d, p.Forecast.Override[i])
		}
	}
}
