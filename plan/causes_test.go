package plan

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"planwright"
)

// sold replaces the history of a test company: what sku k sells on day d.
func sold(s *planwright.Snapshot, from planwright.Day, qty func(k planwright.SKU, d planwright.Day) float64) {
	s.HistoryFrom = from
	s.ReadHistory = func(_ context.Context, lo, hi planwright.SKU) (*planwright.History, error) {
		h := &planwright.History{Lo: lo, Off: []int32{0}}
		for k := lo; k < hi; k++ {
			for d := from; d < s.AsOf; d++ {
				q := qty(k, d)
				if q == 0 {
					continue
				}
				h.On = append(h.On, d)
				h.Qty = append(h.Qty, planwright.Clamp(q))
				h.Kind = append(h.Kind, planwright.Sale)
				h.Stockout = append(h.Stockout, false)
				h.Promo = append(h.Promo, false)
			}
			h.Off = append(h.Off, int32(len(h.On)))
		}
		return h, nil
	}
}

func addEvent(s *planwright.Snapshot, name, scope string, kind planwright.EventKind, from, to planwright.Day, effect float64) {
	e := &s.Events
	e.ID, e.Name, e.Scope = append(e.ID, fmt.Sprint(len(e.ID))), append(e.Name, name), append(e.Scope, scope)
	e.From, e.To, e.Kind, e.Effect = append(e.From, from), append(e.To, to), append(e.Kind, kind), append(e.Effect, effect)
}

// promoted is a company whose sku's sell about 20 a day, twice that in a promotion
// of two weeks every half year, and nobody entered by how much.
func promoted(t testing.TB, effect float64) *planwright.Snapshot {
	s := company(t, 12)
	for i := range s.Items.Category {
		s.Items.Category[i] = "A"
	}
	from := s.AsOf.Monday() - 7*150
	var on []planwright.Day
	for d := from + 70; d < s.AsOf+200; d += 182 {
		on = append(on, d)
		y, _, _ := d.Civil()
		addEvent(s, fmt.Sprintf("Sale %d", y), "A", planwright.Promotion, d, d+13, effect)
	}
	sold(s, from, func(k planwright.SKU, d planwright.Day) float64 {
		rng := rand.New(rand.NewPCG(uint64(k), uint64(d)))
		f := 1.0
		for _, p := range on {
			if d >= p && d <= p+13 {
				f = 2
			}
		}
		return math.Round(f * (15 + 10*rng.Float64()))
	})
	return s
}

// The effect of a promotion is learned from the history of its category, taken
// out of the past and put into the weeks to come; the parts of a forecast add up
// to it.
func TestCauses(t *testing.T) {
	s := promoted(t, math.NaN())
	p, err := Run(context.Background(), s, Options{Method: "ets", Horizon: 30})
	if err != nil {
		t.Fatal(err)
	}
	if c := &p.Causes; len(c.Kind) != 1 || c.Kind[0] != "promotion" || c.Name[0] != "Sale" || c.Scope[0] != "A" || !math.IsNaN(c.Entered[0]) || math.Abs(c.Effect[0]-2) > 0.05 {
		t.Fatalf("causes %+v, want one that doubles demand", *c)
	}
	lifted := 0
	for i := range p.Forecast.SKU {
		f, days := p.Forecast.Final[i], planwright.Day(0)
		for j, from := range s.Events.From {
			days += max(0, min(p.Forecast.End[i], s.Events.To[j])-max(p.Forecast.Start[i], from)+1)
		}
		want := 20 * float64(p.Forecast.End[i]-p.Forecast.Start[i]+1+days)
		if days > 0 {
			lifted++
		}
		if math.Abs(f-want) > 0.12*want {
			t.Errorf("sku %d, %s: forecast %.1f, want about %.1f (%d days of promotion)", p.Forecast.SKU[i], p.Forecast.Start[i], f, want, days)
		}
	}
	if lifted == 0 {
		t.Fatal("no promotion lies in the horizon")
	}
	addUp(t, p)
	// Entered factors are believed where the history knows nothing of them.
	addEvent(s, "Opening", "A", planwright.Promotion, s.AsOf+50, s.AsOf+60, 3)
	p, err = Run(context.Background(), s, Options{Method: "ets"})
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range p.Causes.Name {
		if name == "Opening" && (p.Causes.Entered[i] != 3 || p.Causes.Effect[i] != 3 || p.Causes.Periods[i] != 0) {
			t.Errorf("an entered factor of 3 became %v from %d periods", p.Causes.Effect[i], p.Causes.Periods[i])
		}
	}
}

// addUp checks that the components of every forecast sum to its final value.
func addUp(t *testing.T, p *planwright.Plan) {
	t.Helper()
	c, f := &p.Components, &p.Forecast
	at, used := 0, 0
	for i := range f.SKU {
		sum, n := 0.0, 0
		for ; at < len(c.SKU) && c.SKU[at] == f.SKU[i] && c.Start[at] == f.Start[i]; at++ {
			sum += c.Value[at]
			n++
		}
		used += n
		// Sums of a handful of terms: rounding alone.
		if n > 0 && math.Abs(sum-f.Final[i]) > 1e-9*(1+math.Abs(f.Final[i])) {
			t.Errorf("sku %d, %s: components sum to %v, forecast %v", f.SKU[i], f.Start[i], sum, f.Final[i])
		}
		if n == 0 && f.Final[i] != f.Mean[i] {
			t.Errorf("sku %d, %s: final %v is not mean %v, and nothing says why", f.SKU[i], f.Start[i], f.Final[i], f.Mean[i])
		}
	}
	if used != len(c.SKU) {
		t.Errorf("%d of %d components belong to no forecast", len(c.SKU)-used, len(c.SKU))
	}
}

// Effects do not depend on the order or number of those who learn.
func TestCausesIndependentOfWorkers(t *testing.T) {
	s := promoted(t, 1.5)
	var first string
	for _, w := range []int{1, 4} {
		p, err := Run(context.Background(), s, Options{Method: "ses", Workers: w, Reconcile: ReconcileMinT})
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = p.Digest
		} else if p.Digest != first {
			t.Error("another number of workers gives another plan")
		}
	}
}

func TestRecurring(t *testing.T) {
	for name, want := range map[string]string{
		"春节 Spring Festival 2024": "春节 Spring Festival", "618年中大促 618 sale 2025": "618年中大促 618 sale", "2024年 Sale": "Sale", "Sale 1800": "Sale 1800", "": "",
	} {
		if got := recurring(name); got != want {
			t.Errorf("recurring(%q) = %q, want %q", name, got, want)
		}
	}
}

// The Spring Festival moves; its weeks are found by the lunar calendar, and
// make-up days are causes of their own.
func TestChineseHolidays(t *testing.T) {
	s := company(t, 3)
	s.Holidays = "CN"
	c := newCauses(s, planwright.ByDay, planwright.Date(2024, 1, 1), planwright.Date(2026, 12, 31))
	on := func(name string, d planwright.Day) float64 {
		for i := range c.list {
			if c.list[i].name == name {
				return c.list[i].share[int(d)-c.first]
			}
		}
		t.Fatalf("no cause %q", name)
		return 0
	}
	for _, d := range []planwright.Day{planwright.Date(2024, 2, 10), planwright.Date(2025, 1, 29), planwright.Date(2026, 2, 17)} {
		if on("Spring Festival", d) != 1 || on("Spring Festival", d-20) != 0 || on("before Spring Festival", d-20) != 1 {
			t.Errorf("Spring Festival of %s is not found", d)
		}
	}
	if d := planwright.Date(2024, 2, 4); on("make-up working day", d) != 1 { // a Sunday worked for the festival of 2024
		t.Errorf("%s is no make-up working day", d)
	}
}

// With more causes than are told apart from one another each is learned by
// itself, and the effect of one that meets no other is the same.
func TestManyCauses(t *testing.T) {
	s := promoted(t, math.NaN())
	for i := range mostCauses {
		addEvent(s, fmt.Sprint("stall ", i), fmt.Sprint("nowhere ", i), planwright.Promotion, s.AsOf-100, s.AsOf-90, math.NaN())
	}
	p, err := Run(context.Background(), s, Options{Method: "ses", Horizon: 4})
	if err != nil {
		t.Fatal(err)
	}
	if c := &p.Causes; len(c.Kind) != 1 || math.Abs(c.Effect[0]-2) > 0.05 {
		t.Errorf("causes %+v, want one that doubles demand", *c)
	}
}

// TestSolve solves a system of three whose answer is known.
func TestSolve(t *testing.T) {
	a := []float64{4, 0, 0, 2, 5, 0, 1, 3, 6}
	x := []float64{4*1 + 2*2 + 1*3, 2*1 + 5*2 + 3*3, 1*1 + 3*2 + 6*3}
	solve(a, x)
	for i, want := range []float64{1, 2, 3} {
		if math.Abs(x[i]-want) > 1e-12 {
			t.Errorf("x[%d] = %v, want %v", i, x[i], want)
		}
	}
}
