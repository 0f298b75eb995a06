package analytics

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"planwright"
)

// BenchmarkMillion classifies, ages and measures a company of 1,000,000 sku's
// with 10,000,000 rows of the stock ledger, on two goroutines: ABC, XYZ, FSN, HML,
// age layers, average stock and days without, slow movers, key figures in the
// whole and by group.
func BenchmarkMillion(b *testing.B) {
	const n, rows = 1_000_000, 10
	rng := rand.New(rand.NewPCG(1, 2))
	m := &planwright.Movements{Off: make([]int32, n+1), On: make([]planwright.Day, 0, n*rows), Qty: make([]planwright.Qty, 0, n*rows)}
	st := &planwright.Stock{Off: make([]int32, n+1)}
	cost, use, cv, item := make([]float64, n), make([]float64, n), make([]float64, n), make([]int32, n)
	last := make([]planwright.Day, n)
	site := make([]string, n)
	for k := range n {
		cost[k], use[k], cv[k] = math.Exp(2*rng.NormFloat64()), math.Exp(3*rng.NormFloat64()), rng.Float64()*2
		item[k] = int32(k / 2)
		site[k] = []string{"east", "west"}[k%2]
		day := asOf - 700
		for range rows {
			day += planwright.Day(rng.IntN(70))
			q := planwright.Qty(rng.IntN(100)) * planwright.One
			if rng.IntN(2) == 0 {
				q = -q
			}
			m.On, m.Qty = append(m.On, day), append(m.Qty, q)
		}
		m.Off[k+1] = int32(len(m.On))
		last[k] = asOf - planwright.Day(rng.IntN(800))
		st.Qty = append(st.Qty, planwright.Qty(rng.IntN(300))*planwright.One)
		st.ReceivedOn, st.ExpiresOn, st.Lot = append(st.ReceivedOn, planwright.NoDay), append(st.ExpiresOn, planwright.NoDay), append(st.Lot, "")
		st.Status = append(st.Status, planwright.Available)
		st.Off[k+1] = int32(k + 1)
	}
	for b.Loop() {
		var classes planwright.Classes
		value := make([]float64, n)
		for k := range value {
			value[k] = use[k] * cost[k]
		}
		ABC(value, ABCParams{}, &classes)
		XYZ(cv, XYZParams{}, &classes)
		HML(cost, HMLParams{})
		hand := make([]planwright.Qty, n)
		OnHand(st, hand)
		src := AgingSource{AsOf: asOf, Stock: st, UnitCost: cost, Item: item}
		years := make([]LedgerYear, n)
		movement, fsn := make([]string, n), make([]string, n)
		var parts [2]planwright.Aging
		var wg sync.WaitGroup
		for half := range 2 {
			wg.Go(func() {
				lo, hi := planwright.SKU(half*n/2), planwright.SKU((half+1)*n/2)
				src.Append(&parts[half], m, lo, hi)
				for k := lo; k < hi; k++ {
					years[k] = Ledger(m.On[m.Off[k]:m.Off[k+1]], m.Qty[m.Off[k]:m.Off[k+1]], hand[k], asOf, 365)
					if hand[k] > 0 {
						movement[k], _ = MovingParams{}.Class(last[k], years[k].LastIn, asOf)
					}
					if turns, ok := Turns(use[k], years[k].AverageQty); ok {
						fsn[k] = FSNParams{}.Class(turns)
					}
				}
			})
		}
		wg.Wait()
		var figures planwright.KPIs
		KeyFigures(&Position{OnHand: hand, UnitCost: cost, YearUse: use, Required: hand, Movement: movement}, &figures)
		stock := make([]float64, n)
		for k := range stock {
			stock[k] = hand[k].Float() * cost[k]
		}
		var groups planwright.KPIGroups
		measures := Measures{Name: []string{"stock", "use"}, Value: [][]float64{stock, value}}
		GroupFigures("site", site, &measures, nil, &groups)
		GroupFigures("abc", classes.ABC, &measures, nil, &groups)
		b.ReportMetric(float64(len(parts[0].SKU)+len(parts[1].SKU)), "layers")
	}
}
