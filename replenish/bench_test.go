package replenish

import (
	"math"
	"math/rand/v2"
	"testing"

	"planwright"
)

func BenchmarkWagnerWhitin(b *testing.B) {
	for _, c := range []struct {
		name    string
		periods int
		varying bool
	}{{"52", 52, false}, {"365", 365, false}, {"365 time-varying", 365, true}} {
		b.Run(c.name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			p := LotSizing{Demand: make([]float64, c.periods), FixedCost: []float64{500}, HoldingCost: []float64{1}}
			if c.varying {
				p.FixedCost, p.HoldingCost, p.PurchaseCost = make([]float64, c.periods), make([]float64, c.periods), make([]float64, c.periods)
			}
			for t := range p.Demand {
				p.Demand[t] = float64(rng.IntN(100))
				if c.varying {
					p.FixedCost[t], p.HoldingCost[t], p.PurchaseCost[t] = 200+300*rng.Float64(), 0.2+2*rng.Float64(), 5*rng.Float64()
				}
			}
			dst := make([]float64, c.periods)
			for b.Loop() {
				if _, _, err := p.WagnerWhitin(dst); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "plans/s")
		})
	}
}

func BenchmarkRQ(b *testing.B) {
	for _, c := range []struct {
		name string
		d    Distribution
	}{{"Poisson", NewPoisson(20)}, {"negative binomial", NewNegativeBinomial(20, 60)}, {"normal", NewNormal(20, 6)}, {"gamma", NewGamma(20, 15)}} {
		b.Run(c.name, func(b *testing.B) {
			sys := RQ{FixedCost: 50, HoldingCost: 2, StockoutCost: 30, DemandRate: 40, LeadTimeDemand: c.d}
			for b.Loop() {
				if _, err := sys.Optimal(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "policies/s")
		})
	}
}

func BenchmarkSS(b *testing.B) {
	for _, c := range []struct {
		name string
		d    IntegerDistribution
	}{{"Poisson 20", NewPoisson(20)}, {"negative binomial 20", NewNegativeBinomial(20, 60)}} {
		b.Run(c.name, func(b *testing.B) {
			sys := SS{FixedCost: 64, HoldingCost: 1, StockoutCost: 9, Demand: c.d}
			for b.Loop() {
				if _, err := sys.Optimal(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "policies/s")
		})
	}
}

// BenchmarkComputeCompany sets the policies of sku's as a company has them: half of
// them slow movers, a fifth lumpy, the rest smooth; cycle service and fill rate;
// one in three reviewed weekly, minimum and multiple on one in four.
func BenchmarkComputeCompany(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 4))
	const n = 4096
	demand, params := make([]Demand, n), make([]Params, n)
	for i := range demand {
		mean := 0.05 + 2*rng.Float64()
		cv2 := 1 / mean
		switch {
		case i%10 >= 7:
			mean = 20 + 500*rng.Float64()
			cv2 = 0.02 + rng.Float64()
		case i%10 >= 5:
			cv2 *= 1 + 5*rng.Float64()
		}
		demand[i] = Demand{Mean: mean, SD: mean * math.Sqrt(cv2), PeriodDays: 7}
		params[i] = Params{LeadDays: 3 + 40*rng.Float64(), LeadSDDays: float64(i%3) * 2, Target: 0.9 + 0.09*rng.Float64(), UnitCost: 10, OrderCost: 30, HoldingRate: 0.2, Kind: planwright.CycleService}
		if i%2 == 0 {
			params[i].Kind = planwright.FillRate
		}
		if i%3 == 0 {
			params[i].ReviewDays = 7
		}
		if i%4 == 0 {
			params[i].Lot = Lot{Min: 10 * planwright.One, Multiple: 5 * planwright.One}
		}
	}
	i := 0
	for b.Loop() {
		if _, err := Compute(demand[i%n], params[i%n]); err != nil {
			b.Fatal(err)
		}
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sku/s")
}
