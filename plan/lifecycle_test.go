package plan

import (
	"context"
	"math"
	"testing"

	"planwright"
)

// A successor inherits what its predecessor sold; an item that ends without one
// stops being forecast on that day; a new one is forecast by the launches of
// those like it.
func TestLifeCycle(t *testing.T) {
	s := company(t, 12)
	from := s.AsOf.Monday() - 7*120
	cut := s.AsOf - 70
	s.Items.OutOn[0], s.Items.Successor[0], s.Items.Status[0] = cut, 1, planwright.PhaseOut // 1 took over from 0
	s.Items.OutOn[2], s.Items.Status[2] = s.AsOf.Monday()+21, planwright.PhaseOut
	s.Items.Status[3] = planwright.Obsolete
	for i := range s.Items.Category {
		s.Items.Category[i] = "A"
	}
	launch := func(k planwright.SKU) planwright.Day {
		switch {
		case k >= 5 && k <= 9: // launched long ago
			return from + planwright.Day(k)*70
		case k == 10: // a month ago
			return s.AsOf - 28
		}
		return from
	}
	sold(s, from, func(k planwright.SKU, d planwright.Day) float64 {
		switch {
		case k == 0 && d >= cut, k == 1 && d < cut, k == 11, d < launch(k):
			return 0
		case k >= 5 && k <= 10 && d < launch(k)+56:
			return 20 // launches sell twice as much in their first eight weeks
		}
		return 10
	})
	p, err := Run(context.Background(), s, Options{Horizon: 12})
	if err != nil {
		t.Fatal(err)
	}
	addUp(t, p)
	of := func(k planwright.SKU) (rows []int) {
		for i := range p.Forecast.SKU {
			if p.Forecast.SKU[i] == k {
				rows = append(rows, i)
			}
		}
		return rows
	}
	for _, i := range of(1)[1:] {
		if f := p.Forecast.Final[i]; math.Abs(f-70) > 4 {
			t.Errorf("successor, %s: %.1f a week, want what its predecessor sold, 70", p.Forecast.Start[i], f)
		}
	}
	for _, i := range of(2) {
		if past := p.Forecast.Start[i] >= s.Items.OutOn[2]; past != (p.Forecast.Final[i] == 0) {
			t.Errorf("ending item, %s: %.1f", p.Forecast.Start[i], p.Forecast.Final[i])
		}
	}
	for _, i := range of(3) {
		if p.Forecast.Final[i] != 0 {
			t.Errorf("obsolete item, %s: %.1f", p.Forecast.Start[i], p.Forecast.Final[i])
		}
	}
	rows := of(10)
	if len(rows) != 12 || p.Forecast.Method[rows[0]] != analogyMethod {
		t.Fatalf("new item: %d rows by %v", len(rows), p.Forecast.Method[rows[0]])
	}
	early, late := p.Forecast.Final[rows[2]], p.Forecast.Final[rows[11]]
	if !(early > 1.5*late) || math.Abs(late-70) > 20 {
		t.Errorf("new item: %.1f soon and %.1f later, want a launch of 140 that settles at 70", early, late)
	}
	if len(of(11)) != 0 {
		t.Error("an item that never sold is forecast")
	}
}

// Reconciled forecasts add up over every level whatever way they are summed, none
// is negative, and overrides stay.
func TestReconcile(t *testing.T) {
	s := promoted(t, 2)
	for i := range s.Items.Category {
		s.Items.Category[i] = string(rune('A' + i%3))
	}
	plain, err := Run(context.Background(), s, Options{Method: "ses", Horizon: 8})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Run(context.Background(), s, Options{Method: "ses", Horizon: 8, Reconcile: ReconcileMinT})
	if err != nil {
		t.Fatal(err)
	}
	addUp(t, p)
	moved := 0
	for i := range p.Forecast.SKU {
		a, b := plain.Forecast.Mean[i], p.Forecast.Mean[i]
		if a != b {
			moved++
		}
		if !(b >= 0) || math.Abs(a-b) > 0.25*a {
			t.Errorf("sku %d, %s: %.2f reconciled to %.2f", p.Forecast.SKU[i], p.Forecast.Start[i], a, b)
		}
	}
	if moved == 0 {
		t.Error("nothing was reconciled")
	}
	if plain.Digest == p.Digest || plain.Options == p.Options {
		t.Error("the option is no part of the plan")
	}
}
