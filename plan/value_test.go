package plan

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"planwright"
	"planwright/cmd/planwright/sample"
)

// A replay does not depend on the number of workers; parts add up to the whole;
// the company's own ledger comes back as it was; other money scales it.
func TestValue(t *testing.T) {
	lives := sample.Lives(5, 1, 12)
	s := lifeSnapshot(lives)
	opt := ValueOptions{Method: "ses", Reviews: 20, Refit: 20, Draws: 100}
	v, err := RunValue(context.Background(), s, opt)
	if err != nil {
		t.Fatal(err)
	}
	opt.Workers = 3
	again, err := RunValue(context.Background(), s, opt)
	if err != nil {
		t.Fatal(err)
	}
	v.Options.Workers, again.Options.Workers = 0, 0
	// As text: NaN, where there is no figure, equals nothing.
	if fmt.Sprintf("%v %v", v.Comparisons, v.Left) != fmt.Sprintf("%v %v", again.Comparisons, again.Left) {
		t.Error("three workers give another replay")
	}
	if len(v.Comparisons) != rivals || v.Replayed != len(lives) {
		t.Fatalf("%d comparisons, %d sku's: %+v", len(v.Comparisons), v.Replayed, v.Missing)
	}
	stock, short := 0.0, 0
	from := int(v.Options.From) - int(lives[0].From)
	for k := range lives {
		for d := from; d < from+7*20; d++ {
			stock += float64(lives[k].Stock[d]) / 1000 * lives[k].Cost
			if lives[k].Short[d] {
				short++
			}
		}
	}
	c := &v.Comparisons[0]
	if d := c.Them.Stock*c.Days/stock - 1; d > 1e-9 || d < -1e-9 || int(c.Them.OutDays) != short {
		t.Errorf("the ledger gives %v value-days and %v days short, lived %v and %d", c.Them.Stock*c.Days, c.Them.OutDays, stock, short)
	}
	// The lives have prices, but no rates: what stock and orders cost is not known.
	if math.IsNaN(c.Us.LostMargin) || !math.IsNaN(c.Us.Holding) || !math.IsNaN(c.Them.Ordering) || !slices.Contains(v.Missing, ValueGap{RivalActual, "holding", "rate_holding"}) {
		t.Errorf("without rates: margin %v, holding %v, ordering %v, %+v", c.Us.LostMargin, c.Us.Holding, c.Them.Ordering, v.Missing)
	}
	for _, dimension := range []string{"class", "site", "month"} {
		sum, end := 0.0, 0.0
		for _, g := range c.Groups {
			if g.Dimension == dimension {
				sum, end = sum+g.Us.Stock*g.Days, end+g.Us.End
			}
		}
		if d := sum/(c.Us.Stock*c.Days) - 1; d > 1e-9 || d < -1e-9 || end < c.Us.End*(1-1e-9) || end > c.Us.End*(1+1e-9) {
			t.Errorf("%s: parts have %v value-days and %v at the end, the whole %v and %v", dimension, sum, end, c.Us.Stock*c.Days, c.Us.End)
		}
	}
	for i := range s.Items.UnitCost {
		s.Items.UnitCost[i] *= 10
		s.Items.UnitPrice[i] *= 10
	}
	big, err := RunValue(context.Background(), s, opt)
	if err != nil {
		t.Fatal(err)
	}
	if d := big.Comparisons[0].Saving - c.Saving; d > 1e-9 || d < -1e-9 {
		t.Errorf("in other money the saving is %v, was %v", big.Comparisons[0].Saving, c.Saving)
	}

	// Without marks and ledger nobody knows the service of what was done.
	s.ReadMovements = nil
	blind, err := RunValue(context.Background(), s, opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range blind.Comparisons {
		if c.Rival == RivalActual {
			t.Error("a comparison with what was done, without a ledger")
		}
	}
	if len(blind.Missing) == 0 || blind.Missing[0] != (ValueGap{RivalActual, "all", LeftNoLedger}) {
		t.Errorf("missing: %+v", blind.Missing)
	}
}

func TestValueOptions(t *testing.T) {
	s := company(t, 3)
	for _, bad := range []ValueOptions{
		{Reviews: 90}, {Reviews: -1}, {To: s.AsOf + 1}, {From: s.AsOf}, {From: s.AsOf - 100, Reviews: 3}, {Refit: -1}, {CoverWeeks: -1}, {Level: 1}, {Draws: 3},
		{Method: "magic"}, {Only: []planwright.SKU{3}},
	} {
		if _, err := RunValue(context.Background(), s, bad); err == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := RunValue(ctx, s, ValueOptions{}); err == nil {
		t.Error("no error after cancelling")
	}
}
