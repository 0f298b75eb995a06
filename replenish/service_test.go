package replenish

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// TestSafetyStockTextbook is Silver, Pyke and Thomas, section 6.7: demand over
// the lead time 58.3 with σ 13.1 and P1 = 0.90 gives k = 1.28, safety stock
// 16.8 and s = 75.1; demand 50 with σ 11.4, Q = 200 and P2 = 0.99 gives
// G(k) = 0.175, k = 0.58 and s = 56.6 (the book rounds up to 57).
func TestSafetyStockTextbook(t *testing.T) {
	if s := LevelForCycleService(NewNormal(58.3, 13.1), 0.90); !near(s, 75.1, 0, 0.05) {
		t.Errorf("LevelForCycleService = %g, want 75.1", s)
	}
	if k := StandardNormalLossInverse(200.0 / 11.4 * 0.01); !near(k, 0.58, 0, 0.005) {
		t.Errorf("StandardNormalLossInverse(0.175) = %g, want 0.58", k)
	}
	if s := LevelForFillRate(NewNormal(50, 11.4), 200, 0.99); !near(s, 56.6, 0, 0.05) {
		t.Errorf("LevelForFillRate = %g, want 56.6", s)
	}
}

// TestEILTextbook is Snyder and Shen, Example 5.2: h = 0.225, p = 7.5, K = 8,
// demand 1300 a year with σ 150, lead time 1/12 year. The iteration between
// r = F⁻¹(1 − Qh/(pλ)) and Q = √(2λ(K + p·n(r))/h) ends at r = 213.97, Q = 318.59.
func TestEILTextbook(t *testing.T) {
	const h, p, k, lambda = 0.225, 7.5, 8, 1300
	d := NewNormal(lambda/12.0, 150/math.Sqrt(12))
	q, r := EOQ(k, h, lambda), 0.0
	for range 100 {
		r = d.Quantile(1 - q*h/(p*lambda))
		_, n, _ := d.Losses(r)
		q = math.Sqrt(2 * lambda * (k + p*n) / h)
	}
	if !near(r, 213.97044213580244, 1e-6, 0) || !near(q, 318.5901810768729, 1e-6, 0) {
		t.Errorf("expected-inventory-level approximation = (%g, %g), want (213.970, 318.590)", r, q)
	}
}

// TestFillRateByIntegration integrates the definition: with the position
// uniform over (s, s+Q], the share short is the mean over it of P(D > y).
func TestFillRateByIntegration(t *testing.T) {
	for _, d := range []Distribution{NewNormal(20, 6), NewGamma(20, 15)} {
		for _, c := range []struct{ s, q float64 }{{10, 5}, {25, 40}, {40, 2}} {
			const steps = 20000
			short := 0.0
			for i := range steps {
				sf, _, _ := d.Losses(c.s + c.q*(float64(i)+0.5)/steps)
				short += sf / steps
			}
			if got := FillRate(d, c.s, c.q); !near(got, 1-short, 1e-8, 0) {
				t.Errorf("%T: FillRate(%g, %g) = %.10g, want %.10g", d, c.s, c.q, got, 1-short)
			}
		}
	}
}

// simulated is the achieved service of a periodic-review policy with
// backorders: at the end of period t the stock is looked at every r periods
// and, at or below s, orders of q (to level s for q = 0) are placed that arrive
// lead periods later, before the demand of the period. Demand is gamma.
type simulated struct{ fill, fillSE, cycle, cycleSE float64 }

func simulate(seed uint64, mean, sd float64, review, lead int, s, q float64) simulated {
	rng := rand.New(rand.NewPCG(seed, 1))
	g := NewGamma(mean, sd)
	const batches, periods, warm = 40, 20000, 2000
	arrivals := make([]float64, lead+1) // ring: what arrives at the start of period t
	onHand, position := s+q, s+q        // net stock and inventory position
	fills, cycles := make([]float64, 0, batches), make([]float64, 0, batches)
	demanded, short, orders, bad := 0.0, 0.0, 0.0, 0.0
	for t := -warm; t < batches*periods; t++ {
		slot := (t + warm) % (lead + 1)
		onHand += arrivals[slot]
		arrivals[slot] = 0
		x := gammaVariate(rng, g)
		before := max(onHand, 0)
		onHand -= x
		position -= x
		demanded += x
		short += max(0, x-before)
		// A cycle ends just before an order arrives.
		next := (slot + 1) % (lead + 1)
		end := lead > 0 && arrivals[next] > 0
		if (t+warm+1)%review == 0 {
			order := 0.0
			if q == 0 {
				order = s - position
			} else if position <= s {
				order = q * math.Ceil((s-position)/q)
				if order == 0 {
					order = q
				}
			}
			if order > 0 {
				arrivals[(slot+lead+1)%(lead+1)] += order
				position += order
				if lead == 0 {
					end = true
				}
			}
		}
		if end {
			orders++
			if onHand < 0 {
				bad++
			}
		}
		if t == -1 || t >= 0 && (t+1)%periods == 0 {
			if t > 0 {
				fills = append(fills, 1-short/demanded)
				cycles = append(cycles, 1-bad/orders)
			}
			demanded, short, orders, bad = 0, 0, 0, 0
		}
	}
	var out simulated
	out.fill, out.fillSE = meanSE(fills)
	out.cycle, out.cycleSE = meanSE(cycles)
	return out
}

func meanSE(x []float64) (mean, se float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		se += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(se / float64(len(x)-1) / float64(len(x)))
}

// gammaVariate draws from d by Marsaglia and Tsang (2000), A simple method for
// generating gamma variables.
func gammaVariate(rng *rand.Rand, d Gamma) float64 {
	a, boost := d.Shape, 1.0
	if a < 1 {
		boost = math.Pow(rng.Float64(), 1/a)
		a++
	}
	c := a - 1.0/3
	for {
		x := rng.NormFloat64()
		v := 1 + x/math.Sqrt(9*c)
		if v <= 0 {
			continue
		}
		v = v * v * v
		if u := rng.Float64(); math.Log(u) < 0.5*x*x+c-c*v+c*math.Log(v) {
			return d.Scale * boost * c * v
		}
	}
}

// TestServiceAgainstSimulation: with gamma demand of independent periods the
// fill rate formulas are exact, so the simulated fill rate lies within its
// confidence interval (4 standard errors; six cases). Cycle service of
// order-up-to is exact too; that of (R, s, nQ) rests on a fitted distribution
// of lead-time demand plus undershoot, which is good to a point or so.
func TestServiceAgainstSimulation(t *testing.T) {
	if testing.Short() {
		t.Skip("a simulation of 800,000 periods a case")
	}
	for i, c := range []struct {
		mean, sd     float64
		review, lead int
		q, target    float64
	}{
		{10, 6, 1, 3, 0, 0.95},
		{10, 6, 4, 2, 0, 0.90},
		{10, 14, 2, 5, 0, 0.98},
		{10, 6, 1, 3, 60, 0.95},
		{10, 6, 3, 4, 45, 0.98},
		{10, 14, 1, 5, 200, 0.90},
	} {
		over := func(n int) Gamma { return NewGamma(c.mean*float64(n), c.sd*math.Sqrt(float64(n))) }
		s := LevelForPeriodicFillRate(over(c.lead), over(c.lead+c.review), c.q, c.target)
		sim := simulate(uint64(i)+7, c.mean, c.sd, c.review, c.lead, s, c.q)
		if math.Abs(sim.fill-c.target) > 4*sim.fillSE {
			t.Errorf("case %d: fill rate at s = %.4g simulated %.5f ± %.5f, want %g", i, s, sim.fill, sim.fillSE, c.target)
		}
		p, err := Compute(Demand{Mean: c.mean, SD: c.sd}, Params{LeadDays: float64(c.lead), ReviewDays: float64(c.review), Target: c.target, OrderQty: max(c.q, 0.001), Family: FamilyGamma})
		if err != nil {
			t.Fatal(err)
		}
		sim = simulate(uint64(i)+77, c.mean, c.sd, c.review, c.lead, p.ReorderPoint, c.q)
		allow := 4 * sim.cycleSE
		if c.q > 0 {
			allow += 0.012
		}
		if math.Abs(sim.cycle-c.target) > allow {
			t.Errorf("case %d: cycle service at s = %.4g simulated %.5f ± %.5f, want %g", i, p.ReorderPoint, sim.cycle, sim.cycleSE, c.target)
		}
		if math.Abs(sim.fill-p.FillRate) > 4*sim.fillSE+1e-9 {
			t.Errorf("case %d: fill rate at s = %.4g simulated %.5f ± %.5f, expected %.5f", i, p.ReorderPoint, sim.fill, sim.fillSE, p.FillRate)
		}
	}
}

// TestLevelsReachTheirTarget: the level gives the target, from small to large
// batches and for any variation.
func TestLevelsReachTheirTarget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mean := math.Exp(rapid.Float64Range(-5, 9).Draw(t, "ln mean"))
		cv := math.Exp(rapid.Float64Range(math.Log(0.005), math.Log(10)).Draw(t, "ln cv"))
		q := mean * math.Exp(rapid.Float64Range(math.Log(1e-3), math.Log(100)).Draw(t, "ln q"))
		r := rapid.Float64Range(0.05, 5).Draw(t, "r")
		target := rapid.Float64Range(0.02, 0.9999).Draw(t, "target")
		check := func(name string, s, got float64) {
			if math.IsNaN(s) || math.IsInf(s, 0) || !near(got, target, 0, 1e-6) {
				t.Fatalf("%s: mean %g, cv %g, q %g, r %g: level %g gives %g, want %g", name, mean, cv, q, r, s, got, target)
			}
		}
		g, gp := NewGamma(mean, cv*mean), NewGamma(mean*(1+r), cv*mean*math.Sqrt(1+r))
		s := LevelForFillRate(g, q, target)
		check("gamma", s, FillRate(g, s, q))
		s = LevelForPeriodicFillRate(g, gp, q, target)
		check("gamma periodic", s, PeriodicFillRate(g, gp, s, q))
		s = LevelForPeriodicFillRate(g, gp, 0, target)
		check("gamma order-up-to", s, PeriodicFillRate(g, gp, s, 0))
		n, np := NewNormal(mean, cv*mean), NewNormal(mean*(1+r), cv*mean*math.Sqrt(1+r))
		s = LevelForFillRate(n, q, target)
		check("normal", s, FillRate(n, s, q))
		s = LevelForPeriodicFillRate(n, np, q, target)
		check("normal periodic", s, PeriodicFillRate(n, np, s, q))
	})
}

// TestPeriodicTendsToContinuous: as the review period goes to 0, periodic
// review is continuous review; as the batch goes to 0, it is order-up-to.
func TestPeriodicTendsToContinuous(t *testing.T) {
	// The demand of the vanishing review period is certain: none comes in lumps.
	smooth := NewNormal(30, 14)
	if a, b := PeriodicFillRate(smooth, NewNormal(30+1e-4, 14), 35, 20), FillRate(smooth, 35, 20); !near(a, b, 0, 1e-5) {
		t.Errorf("PeriodicFillRate(R→0) = %g, FillRate = %g", a, b)
	}
	lead := NewGamma(30, 14)
	long := NewGamma(45, 17)
	if a, b := PeriodicFillRate(lead, long, 50, 1e-4), PeriodicFillRate(lead, long, 50, 0); !near(a, b, 0, 1e-5) {
		t.Errorf("PeriodicFillRate(q→0) = %g, at 0 %g", a, b)
	}
}

// TestExpectedBackorders: on hand less backorders is the mean net stock.
func TestExpectedBackorders(t *testing.T) {
	d := NewGamma(30, 20)
	for _, q := range []float64{0, 1, 50} {
		b, h := ExpectedBackorders(d, 40, q)
		if want := 40 + q/2 - 30; !near(h-b, want, 1e-12, 0) || b <= 0 {
			t.Errorf("ExpectedBackorders(40, %g) = %g, %g: difference %g, want %g", q, b, h, h-b, want)
		}
	}
}
