package plan

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"planwright"
	"planwright/forecast"
	"planwright/mrp"
)

// BenchmarkPoliciesMillion sets the policies of 1,000,000 different sku's on all
// processors, explanations included: half of them slow movers, a fifth lumpy, the
// rest smooth; cycle service and fill rate, weekly review for one in three,
// minimum and multiple for one in four, cumulative errors of the forecast.
func BenchmarkPoliciesMillion(b *testing.B) {
	const n = 1_000_000
	s := &planwright.Snapshot{AsOf: planwright.Date(2026, 6, 30)}
	s.SKUs.Grow(n)
	src := mrp.Sourcing{Source: make([]int32, n), LeadDays: make([]int32, n), LeadTimeSD: make([]float64, n), LotMin: make([]planwright.Qty, n), LotMultiple: make([]planwright.Qty, n), LotMax: make([]planwright.Qty, n)}
	it := &s.Items
	it.UnitCost, it.Decimals = make([]float64, n), make([]int8, n)
	mean, sd := make([]float64, n), make([]float64, n)
	r := rand.New(rand.NewPCG(3, 4))
	for k := range n {
		s.SKUs.Item[k], src.Source[k] = int32(k), planwright.None
		it.UnitCost[k] = math.Exp(6 * r.Float64())
		src.LeadDays[k], src.LeadTimeSD[k] = int32(3+r.IntN(40)), float64(k%3)*2
		s.SKUs.ServiceLevel[k], s.SKUs.OrderCost[k], s.SKUs.HoldingRate[k] = 0.9+0.09*r.Float64(), 30, 0.2
		m := 0.05 + 2*r.Float64()
		cv2 := 1 / m
		switch {
		case k%10 >= 7:
			m = 20 + 500*r.Float64()
			cv2 = 0.02 + r.Float64()
		case k%10 >= 5:
			cv2 *= 1 + 5*r.Float64()
		}
		mean[k], sd[k] = m, m*math.Sqrt(cv2)
		if k%2 == 0 {
			s.SKUs.ServiceKind[k] = planwright.FillRate
		}
		if k%3 == 0 {
			s.SKUs.ReviewDays[k] = 7
		}
		if k%4 == 0 {
			src.LotMin[k], src.LotMultiple[k] = 10*planwright.One, 5*planwright.One
		}
		if k%5 == 0 {
			s.SKUs.MRPType[k] = planwright.ReorderPoint
		}
	}
	lead := leadTimes{off: make([]int32, n+1)}
	for b.Loop() {
		d := &demand{safetyStock: make([]planwright.Qty, n), reorderPoint: make([]planwright.Qty, n), orderUpTo: make([]planwright.Qty, n), orderQty: make([]planwright.Qty, n)}
		workers := runtime.GOMAXPROCS(0)
		rows := make([]demandRows, (n+chunk-1)/chunk)
		next := make(chan int, len(rows))
		for c := range rows {
			next <- c
		}
		close(next)
		done := make(chan bool)
		for range workers {
			go func() {
				w := demandWorker{s: s, src: &src, d: d, lead: &lead, opt: Options{Period: planwright.ByWeek}}
				stat := forecast.Result{Method: "ses", Mean: make([]float64, 1), SD: make([]float64, 1)}
				for c := range next {
					for k := c * chunk; k < min((c+1)*chunk, n); k++ {
						pi := w.protectionPeriods(planwright.SKU(k))
						steps := int(math.Ceil(pi)) + 1
						stat.Mean[0], stat.SD[0] = mean[k], sd[k]
						stat.CumMean, stat.CumSD = stat.CumMean[:0], stat.CumSD[:0]
						for i := 1; i <= steps; i++ {
							stat.CumMean, stat.CumSD = append(stat.CumMean, mean[k]*float64(i)), append(stat.CumSD, sd[k]*math.Pow(float64(i), 0.55))
						}
						w.addPolicy(planwright.SKU(k), &stat, pi, &rows[c])
					}
				}
				done <- true
			}()
		}
		for range workers {
			<-done
		}
		made, failed := 0, 0
		for c := range rows {
			made, failed = made+len(rows[c].policies.SKU), failed+len(rows[c].exceptions.Code)
		}
		if made != n || failed > 0 {
			b.Fatalf("%d policies, %d failed", made, failed)
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "sku/s")
}
