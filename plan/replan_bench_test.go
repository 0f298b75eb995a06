package plan

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"

	"planwright"
	"planwright/scenario"
)

// BenchmarkWhatIf answers local scenarios on a company that stands in memory:
// applying the change, forecasting and netting again what it touches, and comparing;
// histories are read, nothing is written. A category has 100 sku's, a third of them
// sold; the company is two levels deep. PLANWRIGHT_BENCH_SKUS sets the number of sku's
// (default 100,000). Models are carried on as in a nightly plan; with
// PLANWRIGHT_BENCH_FIT=1 every one is fitted anew, as in a plan without base.
func BenchmarkWhatIf(b *testing.B) {
	n := 100_000
	if x, err := strconv.Atoi(os.Getenv("PLANWRIGHT_BENCH_SKUS")); err == nil {
		n = x
	}
	ctx := context.Background()
	small, err := Run(ctx, company(b, 300), Options{Workers: 2})
	if err != nil {
		b.Fatal(err)
	}
	carried := taught(small)
	states := map[planwright.SKU]string{}
	for i, k := range small.States.SKU {
		states[k] = small.States.State[i]
	}
	if os.Getenv("PLANWRIGHT_BENCH_FIT") == "" {
		carried.ReadStates = func(_ context.Context, lo, hi planwright.SKU) (*planwright.ForecastStates, error) {
			out := &planwright.ForecastStates{}
			for k := lo; k < hi; k++ {
				if st, ok := states[k%33]; ok { // of the same history
					out.SKU, out.Kind, out.State = append(out.SKU, k), append(out.Kind, demandState), append(out.State, st)
				}
			}
			return out, nil
		}
	}
	s := company(b, n)
	for k := range n {
		s.Items.Category[k] = fmt.Sprintf("C%05d", k/100)
	}
	opt, err := Options{Workers: 2}.Validate()
	if err != nil {
		b.Fatal(err)
	}
	opt.AsOf = s.AsOf
	p := &planwright.Plan{SnapshotID: s.ID, SnapshotDigest: s.Digest, AsOf: s.AsOf, Period: opt.Period, HorizonEnd: small.HorizonEnd, Options: opt.canonical(), Version: planwright.Version}
	f, t := &p.Forecast, &p.Policies
	f.Q = make([][]float64, len(planwright.Quantiles))
	for k := range planwright.SKU(n) {
		if k%3 == 0 {
			start := opt.Period.Start(s.AsOf)
			for range opt.Horizon {
				end := opt.Period.Next(start)
				f.SKU, f.Start, f.End, f.Final = append(f.SKU, k), append(f.Start, max(start, s.AsOf)), append(f.End, end-1), append(f.Final, float64(20+k%30))
				start = end
			}
		}
		t.SKU, t.SafetyStock, t.ReorderPoint, t.OrderUpTo, t.OrderQty = append(t.SKU, k), append(t.SafetyStock, planwright.Qty(5+k%20)*planwright.One), append(t.ReorderPoint, planwright.Qty(20+k%20)*planwright.One), append(t.OrderUpTo, planwright.NoQty), append(t.OrderQty, 0)
		t.ServiceExpected, t.YearlyDemand, t.SafetyStockValue = append(t.ServiceExpected, 0.95), append(t.YearlyDemand, 1000), append(t.SafetyStockValue, 10)
	}
	p.Classes.ABC, p.Classes.XYZ = make([]string, n), make([]string, n)
	for k := range n {
		p.Classes.ABC[k], p.Classes.XYZ[k] = "B", "X"
	}
	st, err := StandLean(ctx, s, p, 2)
	if err != nil {
		b.Fatal(err)
	}
	g, err := NewGround(ctx, st, carried, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct{ name, text string }{
		{"demand_item", "demand of item " + s.Items.ID[300] + " +20 %"},
		{"demand_category", "demand of category C00007 +20 % from 2026-07-06 to 2026-09-30"},
		{"lead_category", "lead time of category C00007 +7 days"},
		{"service_category", "service of category C00007 = 99 %"},
		{"safety_stock_ten_categories", "safety stock of category C00001, C00002, C00003, C00004, C00005, C00006, C00007, C00008, C00009, C00010 +20 %"},
		{"stock_item", "stock of item " + s.Items.ID[300] + " = 0"},
		{"order_item", "receive 500 of item " + s.Items.ID[301] + " on 2026-07-20"},
	} {
		b.Run(fmt.Sprintf("%d/%s", n, c.name), func(b *testing.B) {
			changes, err := scenario.Parse(c.text, s.AsOf)
			if err != nil {
				b.Fatal(err)
			}
			forecast, planned := 0, 0
			for b.Loop() {
				a, err := scenario.Apply(g.Snap, g.Base(), changes)
				if err != nil {
					b.Fatal(err)
				}
				o, err := g.Replan(ctx, a)
				if err != nil {
					b.Fatal(err)
				}
				forecast, planned = o.Forecast, o.Planned
			}
			b.ReportMetric(float64(forecast), "forecast")
			b.ReportMetric(float64(planned), "netted")
		})
	}
}
