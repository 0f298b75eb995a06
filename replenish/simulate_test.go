package replenish

import (
	"errors"
	"math"
	"testing"
)

// simLevel is that of the intervals in these tests: with some hundred of them
// and fixed seeds, one that misses is a mistake.
const simLevel = 0.9999

func runStock(t testing.TB, sim Simulation) SimResult {
	t.Helper()
	if sim.Periods == 0 {
		sim.Periods = 200_000
	}
	sim.Warmup, sim.Level = 500, simLevel
	r, err := Simulate(&sim)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func within(t *testing.T, what string, got Estimate, want float64) {
	t.Helper()
	if math.Abs(got.Mean-want) > got.Half+1e-9*math.Abs(want) {
		t.Errorf("%s: simulated %v ± %v, want %v", what, got.Mean, got.Half, want)
	}
}

// sQ is the exact unit-demand (s,Q) system: the position is uniform on
// s+1..s+Q (Axsäter 2015, 5.3).
func sQ(lead Distribution, s, q int) (fill, back, onHand float64) {
	mean, _ := lead.Moments()
	for y := s + 1; y <= s+q; y++ {
		_, n, _ := lead.Losses(float64(y))
		fill += lead.CDF(float64(y-1)) / float64(q)
		back += n / float64(q)
	}
	return fill, back, float64(s) + float64(q+1)/2 - mean + back
}

// TestSimulatedBaseStock: Poisson demand, any lead time: backorders see F(S−1),
// lost sales Erlang's loss (Karush, 1957).
func TestSimulatedBaseStock(t *testing.T) {
	customers, err := NewCustomers(1.5, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, lead := range map[string]Distribution{"certain": NewNormal(4, 0), "gamma": NewGamma(4, 3), "lognormal": NewLognormal(4, 2)} {
		for _, base := range []float64{3, 8} {
			d := NewPoisson(6)
			r := runStock(t, Simulation{Rule: RuleBaseStock(0, base), Demand: customers, Supply: Supply{Lead: lead, Crossing: true}, Start: base, Seed: 1})
			_, n, _ := d.Losses(base)
			within(t, name+": fill rate", r.FillRate, d.CDF(base-1))
			within(t, name+": ready rate", r.ReadyRate, d.CDF(base-1))
			within(t, name+": backorders", r.Backorders, n)
			within(t, name+": on hand", r.OnHand, base-6+n)

			loss := 1.0
			for k := 1.0; k <= base; k++ {
				loss = 6 * loss / (k + 6*loss)
			}
			r = runStock(t, Simulation{Rule: RuleBaseStock(0, base), Demand: customers, Supply: Supply{Lead: lead, Crossing: true}, Start: base, LostSales: true, Seed: 2})
			within(t, name+": fill rate, lost sales", r.FillRate, 1-loss)
			within(t, name+": on hand, lost sales", r.OnHand, base-6*(1-loss))
		}
	}
}

// TestSimulatedSQ: reorder point and batch under unit demand.
func TestSimulatedSQ(t *testing.T) {
	customers, err := NewCustomers(2, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ s, q int }{{5, 1}, {4, 3}, {9, 12}, {-2, 10}} {
		lead := NewPoisson(6)
		fill, back, onHand := sQ(lead, c.s, c.q)
		r := runStock(t, Simulation{Rule: RuleSQ(0, float64(c.s), float64(c.q)), Demand: customers, Supply: Supply{Lead: NewNormal(3, 0)}, Start: 10, Seed: 3})
		within(t, "fill rate", r.FillRate, fill)
		within(t, "backorders", r.Backorders, back)
		within(t, "on hand", r.OnHand, onHand)
		within(t, "cycle service", r.CycleService, lead.CDF(float64(c.s)))
		within(t, "orders", r.Orders, 2/float64(c.q))
	}
}

// TestSimulatedPeriodic: (R,S) and (R,s,nQ) with every law whose sums over
// periods are of the same law; the demand of a period sees the stock that was
// ordered R+L periods ahead.
func TestSimulatedPeriodic(t *testing.T) {
	laws := map[string]func(n float64) Distribution{
		"normal":            func(n float64) Distribution { return NewNormal(10*n, 4*math.Sqrt(n)) },
		"gamma":             func(n float64) Distribution { return NewGamma(10*n, 8*math.Sqrt(n)) },
		"Poisson":           func(n float64) Distribution { return NewPoisson(3 * n) },
		"negative binomial": func(n float64) Distribution { return NewNegativeBinomial(4*n, 9*n) },
	}
	for name, law := range laws {
		for _, c := range []struct{ review, lead float64 }{{1, 0}, {1, 4}, {5, 2}} {
			mean, sd := law(c.review + c.lead).Moments()
			_, whole := law(1).(IntegerDistribution)
			round := func(x float64) float64 {
				if whole {
					return math.Round(x)
				}
				return x
			}
			base := round(mean + 0.8*sd)
			run := Simulation{Rule: RuleBaseStock(c.review, base), Demand: NewPeriodDemand(law(1)), Supply: Supply{Lead: NewNormal(c.lead, 0)}, Start: base, Seed: 4}
			r := runStock(t, run)
			_, full, _ := law(c.review + c.lead).Losses(base)
			short := 0.0
			if c.lead > 0 {
				_, short, _ = law(c.lead).Losses(base)
			}
			demand, _ := law(c.review).Moments()
			within(t, name+": fill rate of (R,S)", r.FillRate, 1-(full-short)/demand)

			q := round(1.7 * demand)
			point := round(mean)
			run.Rule = RuleSQ(c.review, point, q)
			r = runStock(t, run)
			want := 0.0
			lead := Distribution(NewNormal(0, 0))
			if c.lead > 0 {
				lead = law(c.lead)
			}
			if whole {
				for y := point + 1; y <= point+q; y++ {
					_, full, _ := law(c.review + c.lead).Losses(y)
					_, short, _ := lead.Losses(y)
					want += (full - short) / q
				}
				want = 1 - want/demand
			} else {
				want = PeriodicFillRate(lead, law(c.review+c.lead), point, q)
			}
			within(t, name+": fill rate of (R,s,nQ)", r.FillRate, want)
		}
	}
}

// TestSimulatedMinMax: undershoot and orders of (s,S), by the renewal function
// of the demand of a review period.
func TestSimulatedMinMax(t *testing.T) {
	law := NewNegativeBinomial(3, 8)
	const s, upTo = 20.0, 37.0
	// Mean number of periods until the demand reaches S−s, and what it is then.
	renewal := make([]float64, int(upTo-s))
	periods := 0.0
	for k := range renewal {
		m := 0.0
		if k == 0 {
			m = 1
		}
		for j := 1; j <= k; j++ {
			m += law.PMF(j) * renewal[k-j]
		}
		renewal[k] = m / (1 - law.PMF(0))
		periods += renewal[k]
	}
	r := runStock(t, Simulation{Rule: RuleSS(1, s, upTo), Demand: NewPeriodDemand(law), Supply: Supply{Lead: NewNormal(2, 0)}, Start: upTo, Seed: 5})
	within(t, "orders", r.Orders, 1/periods)
	within(t, "undershoot", r.Undershoot, 3*periods-(upTo-s))
	within(t, "ordered", r.Ordered, 3)
}

// TestSimulatedRandomLead: without crossing, demand over the lead time has the
// variance E[L]σ² + μ²Var[L]; the base stock system shows it as its backorders.
func TestSimulatedRandomLead(t *testing.T) {
	lead, err := NewTable([]float64{1, 2, 6}, []float64{0.3, 0.5, 0.2})
	if err != nil {
		t.Fatal(err)
	}
	customers, err := NewCustomers(0.05, nil) // so rarely that no order overtakes another often
	if err != nil {
		t.Fatal(err)
	}
	r := runStock(t, Simulation{Rule: RuleSQ(0, 1, 4), Demand: customers, Supply: Supply{Lead: lead}, Start: 4, Periods: 4_000_000, Seed: 6})
	want := 0.0
	for i, w := range []float64{0.3, 0.5, 0.2} {
		want += w * NewPoisson(0.05*[]float64{1, 2, 6}[i]).CDF(1)
	}
	within(t, "cycle service", r.CycleService, want)
}

// TestSimulatedSupply: yield and failures against their formulas.
func TestSimulatedSupply(t *testing.T) {
	// A share of every batch is bad: what is ordered is demand over yield.
	customers, err := NewCustomers(5, nil)
	if err != nil {
		t.Fatal(err)
	}
	share, err := NewTable([]float64{0.6, 1}, []float64{0.5, 0.5})
	if err != nil {
		t.Fatal(err)
	}
	r := runStock(t, Simulation{Rule: RuleSQ(0, 20, 50), Demand: customers, Supply: Supply{Lead: NewNormal(2, 0), Yield: share}, Start: 40, Seed: 7})
	within(t, "ordered with a yield of 0.8", r.Ordered, r.Demand.Mean/0.8)
	within(t, "received", r.Received, r.Demand.Mean)
	r = runStock(t, Simulation{Rule: RuleSQ(0, 20, 50), Demand: customers, Supply: Supply{Lead: NewNormal(2, 0), YieldAdd: NewNormal(-5, 2)}, Start: 40, Seed: 7})
	within(t, "ordered where 5 of each 50 are missing", r.Ordered, r.Demand.Mean/0.9)

	// A supplier that is down now and then, at once otherwise, order at 0: an
	// order waits with probability ψ = f/(f+r)·(1−e^{−(f+r)Q/λ}), then 1/r.
	const fail, back, q, rate = 0.05, 0.4, 40.0, 10.0
	even, err := NewHistoryDemand([]float64{rate / 100})
	if err != nil {
		t.Fatal(err)
	}
	psi := fail / (fail + back) * (1 - math.Exp(-(fail+back)*q/rate))
	// Demand of a tenth of a unit each hundredth of a period: the unit of time
	// is a hundredth.
	r = runStock(t, Simulation{Rule: RuleSQ(0, 0, q), Demand: even, Supply: Supply{FailRate: fail / 100, RecoverRate: back / 100}, Start: q, LostSales: true, Periods: 10_000_000, Seed: 8})
	cycle := q/rate + psi/back
	within(t, "fill rate with failures", r.FillRate, q/rate/cycle)
	within(t, "orders with failures", r.Orders, 1/cycle/100)
}

// TestSimulatedGuarantee: the stage of a guaranteed-service plan keeps its
// promise with the probability of its safety factor.
func TestSimulatedGuarantee(t *testing.T) {
	n := &Network{Time: []float64{6}, Holding: []float64{1}, Mean: []float64{20}, SD: []float64{5}, Factor: []float64{1.2}, Inbound: []float64{1}, MaxService: []float64{2}}
	p, err := n.Evaluate([]float64{2})
	if err != nil {
		t.Fatal(err)
	}
	// Covered time 1+6−2: with a review each period, a lead time of 4 and one of review.
	r := runStock(t, Simulation{Rule: RuleBaseStock(1, p.BaseStock[0]), Demand: NewPeriodDemand(NewNormal(20, 5)), Supply: Supply{Lead: NewNormal(p.NetLead[0]-1, 0)}, Start: p.BaseStock[0], Seed: 9})
	within(t, "cycle service", r.CycleService, NormalCDF(1.2))
}

// TestCommonRandomNumbers: two policies see the same demand, and the same
// simulation gives the same bits.
func TestCommonRandomNumbers(t *testing.T) {
	d := NewPeriodDemand(NewGamma(10, 9))
	a := Simulation{Rule: RuleBaseStock(1, 60), Demand: d, Supply: Supply{Lead: NewGamma(3, 1)}, Seed: 11, Periods: 5000}
	b := a
	b.Rule = RuleSQ(1, 55, 30)
	var s Simulator
	ra, err := s.Run(&a)
	if err != nil {
		t.Fatal(err)
	}
	rb, err := s.Run(&b)
	if err != nil {
		t.Fatal(err)
	}
	if ra.Demand != rb.Demand {
		t.Errorf("demand %v and %v of one seed", ra.Demand, rb.Demand)
	}
	if again, err := Simulate(&a); err != nil || again != ra {
		t.Errorf("again: %v, %v; before %v", again, err, ra)
	}
	a.Seed = 12
	if other, err := s.Run(&a); err != nil || other.Demand == ra.Demand {
		t.Errorf("another seed: demand %v, %v; want another than %v", other.Demand, err, ra.Demand)
	}
}

func TestSimulatedHistory(t *testing.T) {
	history := []float64{0, 0, 5, 1, 0, 12, 3, 0, 0, 7}
	for block := range 4 {
		d, err := NewBootstrapDemand(history, block)
		if err != nil {
			t.Fatal(err)
		}
		r := runStock(t, Simulation{Rule: RuleBaseStock(1, 12), Demand: d, Start: 12, Seed: 13})
		want := 2.8
		if block > 1 { // the ends of a history are in fewer blocks
			want = 0
			for from := 0; from+block <= len(history); from++ {
				for i := range block {
					want += history[from+i]
				}
			}
			want /= float64(block * (len(history) - block + 1))
		}
		within(t, "demand", r.Demand, want)
		within(t, "fill rate", r.FillRate, 1)
	}
}

func TestSimulationLimits(t *testing.T) {
	d := NewPeriodDemand(NewPoisson(3))
	for name, sim := range map[string]Simulation{
		"no demand":      {Rule: RuleBaseStock(1, 3)},
		"NaN":            {Rule: RuleBaseStock(1, math.NaN()), Demand: d},
		"infinite level": {Rule: RuleBaseStock(1, math.Inf(1)), Demand: d},
		"review":         {Rule: RuleBaseStock(-1, 3), Demand: d},
		"one batch":      {Rule: RuleBaseStock(1, 3), Demand: d, Batches: 1},
		"many batches":   {Rule: RuleBaseStock(1, 3), Demand: d, Batches: math.MaxInt32},
		"level":          {Rule: RuleBaseStock(1, 3), Demand: d, Level: 1},
		"tiny batch":     {Rule: RuleSQ(0, 1e9, 1e-9), Demand: d},
		"never back":     {Rule: RuleSQ(0, 1, 1), Demand: d, Supply: Supply{FailRate: 1}},
	} {
		if r, err := Simulate(&sim); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v, %v; want an input error", name, r, err)
		}
	}
	// No demand at all.
	none, err := Simulate(&Simulation{Rule: RuleBaseStock(1, 3), Demand: NewPeriodDemand(NewPoisson(0)), Start: 3})
	if err != nil || none.FillRate.Mean != 1 || none.OnHand.Mean != 3 || none.CycleService.Mean != 1 {
		t.Errorf("no demand: %+v, %v", none, err)
	}
	// Nothing is ever ordered.
	never, err := Simulate(&Simulation{Rule: RuleSS(1, -1e9, 0), Demand: d})
	if err != nil || never.FillRate.Mean != 0 || never.Orders.Mean != 0 {
		t.Errorf("never ordered: %+v, %v", never, err)
	}
	if _, err := NewHistoryDemand(nil); !errors.Is(err, ErrInput) {
		t.Errorf("no history: %v; want an input error", err)
	}
	if _, err := NewCustomers(0, nil); !errors.Is(err, ErrInput) {
		t.Errorf("no customers: %v; want an input error", err)
	}
}

// TestStudentQuantile: tables of Student's t.
func TestStudentQuantile(t *testing.T) {
	for _, c := range []struct {
		p      float64
		degree int
		want   float64
	}{{0.975, 19, 2.0930}, {0.995, 19, 2.8609}, {0.975, 5, 2.5706}, {0.95, 9, 1.8331}} {
		if got := studentQuantile(c.p, c.degree); math.Abs(got-c.want) > 2e-3 {
			t.Errorf("studentQuantile(%v, %d) = %v, want %v", c.p, c.degree, got, c.want)
		}
	}
}

// TestSimulatorMemory: a second simulation allocates little, whatever its length.
func TestSimulatorMemory(t *testing.T) {
	d := NewPeriodDemand(NewGamma(10, 9))
	var s Simulator
	allocs := func(periods float64) float64 {
		sim := Simulation{Rule: RuleSQ(0, 40, 30), Demand: d, Supply: Supply{Lead: NewGamma(5, 2)}, Periods: periods}
		return testing.AllocsPerRun(5, func() {
			if _, err := s.Run(&sim); err != nil {
				t.Fatal(err)
			}
		})
	}
	if short, long := allocs(100), allocs(20_000); long > short {
		t.Errorf("%v allocations for 100 periods, %v for 20,000; want no more", short, long)
	}
}

// BenchmarkSimulate is a year of 365 days of one sku, 100 days of warm-up.
func BenchmarkSimulate(b *testing.B) {
	customers, err := NewCustomers(1, NewNegativeBinomial(2, 5))
	if err != nil {
		b.Fatal(err)
	}
	for name, sim := range map[string]Simulation{
		"RS gamma":         {Rule: RuleBaseStock(7, 200), Demand: NewPeriodDemand(NewGamma(10, 9)), Supply: Supply{Lead: NewGamma(5, 2)}},
		"RsS Poisson":      {Rule: RuleSS(1, 30, 60), Demand: NewPeriodDemand(NewPoisson(4)), Supply: Supply{Lead: NewNormal(5, 0)}},
		"sQ compound lost": {Rule: RuleSQ(0, 30, 60), Demand: customers, Supply: Supply{Lead: NewGamma(5, 2), Crossing: true}, LostSales: true},
	} {
		b.Run(name, func(b *testing.B) {
			var s Simulator
			sim.Warmup, sim.Periods = 100, 365
			b.ReportAllocs()
			for b.Loop() {
				sim.Seed++
				if _, err := s.Run(&sim); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sku-years/s")
		})
	}
}
