package plan

import (
	"context"
	"math"
	"reflect"
	"testing"
	"time"

	"planwright"
)

// A good override lowers the error and its author is told so; a bad one, and one
// made after the fact, are told apart.
func TestValueAdded(t *testing.T) {
	s := company(t, 9)
	s.AsOf = s.AsOf.Monday()
	sold(s, s.AsOf-7*100, func(k planwright.SKU, d planwright.Day) float64 {
		if d >= s.AsOf-28 && k == 0 {
			return 30 // a jump that the history did not know
		}
		if k%3 != 0 {
			return 0
		}
		return float64(8 + (int(d)*7+int(k))%5)
	})
	at := func(daysAgo planwright.Day) time.Time { return time.Unix(int64(s.AsOf-daysAgo)*86400, 0).UTC() }
	over := func(item string, qty int, author string, made time.Time) planwright.ForecastOverride {
		return planwright.ForecastOverride{Item: item, Site: "MAIN", From: s.AsOf - 28, To: s.AsOf - 1, Kind: planwright.Override, Qty: planwright.Qty(qty) * planwright.One, Reason: "r", Author: author, At: made}
	}
	opt := ValueAddedOptions{Options: Options{Method: "ses", Overrides: []planwright.ForecastOverride{
		over("I00000", 28*30, "knows", at(40)),
		over("I00003", 28*30, "guesses", at(40)),
		over("I00006", 28*10, "late", at(5)),
	}}, Origins: 1}
	v, err := RunValueAdded(context.Background(), s, opt)
	if err != nil {
		t.Fatal(err)
	}
	if v.Total.Rows != 12 || len(v.SKUs) != 3 {
		t.Fatalf("%d rows of %d sku's, want 12 of 3", v.Total.Rows, len(v.SKUs))
	}
	by := map[string]float64{}
	for i := range v.Authors {
		by[v.Authors[i].Author] = v.Authors[i].Added(3)
	}
	if len(by) != 2 || !(by["knows"] > 0.4) || !(by["guesses"] < -0.4) {
		t.Errorf("added by author: %v", by)
	}
	opt.Workers = 3
	again, err := RunValueAdded(context.Background(), s, opt)
	if err != nil || !reflect.DeepEqual(v, again) {
		t.Errorf("three workers give another result (%v)", err)
	}
	if _, err := RunValueAdded(context.Background(), s, ValueAddedOptions{Origins: 101}); err == nil {
		t.Error("no error for 101 origins")
	}
}

// Overrides of the journal come after those of the data, the last one holds, and
// a plan's identity knows of them.
func TestJournalOverrides(t *testing.T) {
	s := company(t, 3)
	from := s.AsOf.Monday() + 7
	o := func(kind planwright.ForecastKind, from, to planwright.Day, qty int) planwright.ForecastOverride {
		return planwright.ForecastOverride{Item: "I00000", Site: "MAIN", From: from, To: to, Kind: kind, Qty: planwright.Qty(qty) * planwright.One, Reason: "r", Author: "a"}
	}
	plain, err := Run(context.Background(), s, Options{Method: "ses"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Run(context.Background(), s, Options{Method: "ses", Overrides: []planwright.ForecastOverride{
		o(planwright.Override, from, from+6, 500), o(planwright.Override, from, from+6, 900), o(planwright.Cap, from+7, from+13, 1), o(planwright.Floor, from+14, from+20, 700),
		{Item: "unknown", Site: "MAIN", From: from, To: from, Kind: planwright.Override},
	}})
	if err != nil {
		t.Fatal(err)
	}
	addUp(t, p)
	if plain.Digest == p.Digest || p.Carried == "" {
		t.Error("overrides are no part of the plan's identity")
	}
	want := map[planwright.Day]float64{from: 900, from + 7: 1, from + 14: 700}
	for i, d := range p.Forecast.Start {
		if w, ok := want[d]; ok && math.Abs(p.Forecast.Final[i]-w) > 1e-9 {
			t.Errorf("%s: %v, want %v", d, p.Forecast.Final[i], w)
		} else if !ok && p.Forecast.Final[i] != plain.Forecast.Final[i] {
			t.Errorf("%s: %v without an override, %v with others", d, plain.Forecast.Final[i], p.Forecast.Final[i])
		}
	}
}
