package replenish

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// example65 is Example 6.5 of Snyder and Shen (2019): stage 1 supplies 3,
// which supplies 2 and 4.
func example65() *Network {
	n := &Network{
		From: []int32{0, 2, 2}, To: []int32{2, 1, 3},
		Time: []float64{2, 1, 1, 1}, Holding: []float64{1, 3, 2, 3}, Factor: []float64{1, 1, 1, 1},
		Inbound: []float64{1, 0, 0, 0}, MaxService: []float64{math.Inf(1), 0, math.Inf(1), 1},
	}
	if err := n.Pool([]CustomerDemand{{Stage: 1, Mean: 5, SD: 1, Factor: 1}, {Stage: 3, Mean: 5, SD: 1, Factor: 1}}); err != nil {
		panic(err)
	}
	return n
}

func TestGSMExample65(t *testing.T) {
	p, err := GSM(context.Background(), example65(), GSMOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := math.Sqrt2*math.Sqrt(3) + 2*math.Sqrt2 + 3
	if math.Abs(p.Cost-want) > 1e-12 || p.Gap != 0 || p.Bound != p.Cost {
		t.Errorf("GSM(Example 6.5) = %v, bound %v, gap %v; want %v, proven", p.Cost, p.Bound, p.Gap, want)
	}
	for j, want := range []float64{0, 0, 0, 1} {
		if p.Service[j] != want {
			t.Errorf("stage %d promises %v, want %v", j+1, p.Service[j], want)
		}
	}
	// Base stock of stage 3: 10 a period over one period, and √2.
	if want := 10 + math.Sqrt2; math.Abs(p.BaseStock[2]-want) > 1e-12 {
		t.Errorf("base stock of stage 3 = %v, want %v", p.BaseStock[2], want)
	}
	q, err := example65().Evaluate(p.Service)
	if err != nil || q.Cost != p.Cost || q.Gap != 1 {
		t.Errorf("Evaluate = %v, gap %v, %v; want the cost of the plan, %v, and no claim", q.Cost, q.Gap, err, p.Cost)
	}
}

// randomNetwork has small times, so that brute force can look at every plan.
func randomNetwork(r *rand.Rand, stages int, density float64, random bool) *Network {
	n := &Network{
		Time: make([]float64, stages), Holding: make([]float64, stages),
		Inbound: make([]float64, stages), MaxService: make([]float64, stages),
	}
	if random {
		n.TimePMF, n.TimeSD = make([][]TimePoint, stages), make([]float64, stages)
	}
	added := make([]float64, stages)
	var ends []CustomerDemand
	for j := range stages {
		n.Time[j] = float64(r.IntN(4))
		added[j] = 0.1 + r.Float64()*3
		n.Inbound[j] = float64(r.IntN(3) / 2)
		n.MaxService[j] = math.Inf(1)
		if r.IntN(5) == 0 {
			n.MaxService[j] = float64(r.IntN(4))
		}
		customers := 0
		for k := j + 1; k < stages; k++ {
			if r.Float64() < density || k == j+1 && r.IntN(3) > 0 {
				n.From, n.To, n.Usage = append(n.From, int32(j)), append(n.To, int32(k)), append(n.Usage, float64(1+r.IntN(2)))
				customers++
			}
		}
		if customers == 0 {
			n.MaxService[j] = float64(r.IntN(2))
			ends = append(ends, CustomerDemand{Stage: int32(j), Mean: 10 + 10*r.Float64(), SD: 1 + 5*r.Float64(), Factor: 1 + r.Float64()})
		}
		if random && r.IntN(2) == 0 {
			p := r.Float64()
			n.TimePMF[j] = []TimePoint{{float64(r.IntN(2)), p}, {float64(2 + r.IntN(2)), 1 - p}}
		} else if random && r.IntN(2) == 0 {
			n.TimeSD[j] = r.Float64()
		}
	}
	if err := n.Cumulate(added, 0.3); err != nil {
		panic(err)
	}
	if err := n.Pool(ends); err != nil {
		panic(err)
	}
	return n
}

// bruteForce looks at every plan of integer service times, each stage waiting
// as long as it likes beyond its suppliers.
func bruteForce(n *Network) float64 {
	order, err := n.check()
	if err != nil {
		panic(err)
	}
	limit, best := n.limits(), math.Inf(1)
	in, service := make([]float64, n.Stages()), make([]float64, n.Stages())
	var look func(at int, cost float64)
	look = func(at int, cost float64) {
		if cost >= best {
			return
		}
		if at == len(order) {
			best = cost
			return
		}
		j := int(order[at])
		in[j] = n.inbound(j)
		for a := range n.From {
			if int(n.To[a]) == j {
				in[j] = max(in[j], service[n.From[a]])
			}
		}
		for s := 0.0; s <= min(limit[j], in[j]+n.longest(j)); s++ {
			service[j] = s
			least := math.Inf(1)
			for wait := 0.0; wait <= 6; wait++ {
				safety, early, _ := n.stock(j, in[j]+wait-s)
				least = min(least, safety+early)
			}
			look(at+1, cost+n.Holding[j]*least)
		}
	}
	look(0, 0)
	return best
}

// TestGSMBruteForce compares trees, loops, integer and random stage times with
// the cost of the best of all plans; every path through the solver gives it.
func TestGSMBruteForce(t *testing.T) {
	rounds := 2000
	if testing.Short() {
		rounds = 100
	}
	branched := 0
	for seed := range rounds {
		r := rand.New(rand.NewPCG(uint64(seed), 5))
		n := randomNetwork(r, 2+r.IntN(6), []float64{0, 0.2, 0.5, 0.8}[r.IntN(4)], seed%3 == 0)
		want := bruteForce(n)
		p, err := GSM(context.Background(), n, GSMOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(p.Cost-want) > 1e-8*want || p.Gap != 0 {
			t.Fatalf("seed %d: GSM = %v, bound %v; brute force %v", seed, p.Cost, p.Bound, want)
		}
		for a := range n.From {
			if p.Service[n.From[a]] > p.Inbound[n.To[a]] {
				t.Fatalf("seed %d: stage %d promises %v, its customer waits %v", seed, n.From[a], p.Service[n.From[a]], p.Inbound[n.To[a]])
			}
		}
		// The way of general networks, also for trees, and without a search
		// that would find the optimum by itself.
		m, box, err := newGSMModel(n, 1)
		if err != nil {
			t.Fatal(err)
		}
		b := &gsmBranch{m: m, gap: gsmExact, budget: math.MaxInt64, search: newGSMSearch(m, box, 7)}
		if err := b.run(context.Background(), box, true); err != nil {
			t.Fatal(err)
		}
		if q := b.plan(); math.Abs(q.Cost-want) > 1e-8*want || q.Gap != 0 {
			t.Fatalf("seed %d: branch and bound = %v, bound %v; brute force %v", seed, q.Cost, q.Bound, want)
		}
		if b.nodes > 1 {
			branched++
		}
		// A bound from a budget that ends at once is a bound all the same.
		p, err = GSM(context.Background(), n, GSMOptions{Work: 1})
		if err != nil || p.Bound > want*(1+1e-9) || p.Cost < want*(1-1e-9) {
			t.Fatalf("seed %d: with no budget GSM = %v, bound %v, %v; optimum %v", seed, p.Cost, p.Bound, err, want)
		}
	}
	if branched == 0 {
		t.Error("no network was branched on: the test looks at less than it should")
	}
	t.Logf("%d of %d networks were branched on", branched, rounds)
}

// TestGSMRenumbered: the numbers of the stages and the order of the arcs say
// nothing about the plan.
func TestGSMRenumbered(t *testing.T) {
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 6))
		n := randomNetwork(r, 12, 0.25, false)
		p, err := GSM(context.Background(), n, GSMOptions{})
		if err != nil {
			t.Fatal(err)
		}
		at, arcs := r.Perm(n.Stages()), r.Perm(len(n.From))
		q := &Network{MaxService: make([]float64, n.Stages()), Time: make([]float64, n.Stages()), Holding: make([]float64, n.Stages()), SD: make([]float64, n.Stages()), Factor: make([]float64, n.Stages()), Mean: make([]float64, n.Stages()), Inbound: make([]float64, n.Stages())}
		for j, k := range at {
			q.MaxService[k], q.Time[k], q.Holding[k], q.SD[k], q.Factor[k], q.Mean[k], q.Inbound[k] = n.MaxService[j], n.Time[j], n.Holding[j], n.SD[j], n.Factor[j], n.Mean[j], n.Inbound[j]
		}
		for _, a := range arcs {
			q.From, q.To = append(q.From, int32(at[n.From[a]])), append(q.To, int32(at[n.To[a]]))
		}
		again, err := GSM(context.Background(), q, GSMOptions{Seed: seed})
		if err != nil || math.Abs(again.Cost-p.Cost) > 1e-9*p.Cost {
			t.Fatalf("seed %d: renumbered %v, %v; want %v", seed, again.Cost, err, p.Cost)
		}
	}
}

// TestGSMDeterministic: same input, same bits.
func TestGSMDeterministic(t *testing.T) {
	n := randomNetwork(rand.New(rand.NewPCG(3, 3)), 40, 0.1, true)
	p, err := GSM(context.Background(), n, GSMOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		q, err := GSM(context.Background(), n, GSMOptions{})
		if err != nil || q.Cost != p.Cost || q.Bound != p.Bound || q.Work != p.Work || q.Nodes != p.Nodes {
			t.Fatalf("again: %v, bound %v, %d nodes, work %d, %v; before %v, %v, %d, %d", q.Cost, q.Bound, q.Nodes, q.Work, err, p.Cost, p.Bound, p.Nodes, p.Work)
		}
		for j := range p.Service {
			if p.Service[j] != q.Service[j] {
				t.Fatalf("again: stage %d promises %v, before %v", j, q.Service[j], p.Service[j])
			}
		}
	}
}

// TestPoolPaths: parts that meet again in one product see the demand of one
// product twice, not two independent demands.
func TestPoolPaths(t *testing.T) {
	// 0 goes into 1 and 2 (two units), which go into 3; 1 is sold as well.
	n := &Network{
		From: []int32{0, 0, 1, 2}, To: []int32{1, 2, 3, 3}, Usage: []float64{1, 2, 1, 1},
		Time: make([]float64, 4), Holding: make([]float64, 4),
	}
	if err := n.Pool([]CustomerDemand{{Stage: 3, Mean: 10, SD: 3, Factor: 2}, {Stage: 1, Mean: 5, SD: 4, Factor: 1}}); err != nil {
		t.Fatal(err)
	}
	wantMean, wantSD, wantBound := []float64{3*10 + 5, 15, 10, 10}, []float64{math.Sqrt(9*9 + 4*4), 5, 3, 3}, []float64{math.Sqrt(18*18 + 4*4), math.Sqrt(6*6 + 4*4), 6, 6}
	for j := range 4 {
		if got := n.Factor[j] * n.SD[j]; n.Mean[j] != wantMean[j] || math.Abs(n.SD[j]-wantSD[j]) > 1e-12 || math.Abs(got-wantBound[j]) > 1e-12 {
			t.Errorf("stage %d: mean %v, sd %v, kσ %v; want %v, %v, %v", j, n.Mean[j], n.SD[j], got, wantMean[j], wantSD[j], wantBound[j])
		}
	}
}

// TestGSMPooling: one warehouse for all needs no more than one each.
func TestGSMPooling(t *testing.T) {
	for seed := range uint64(50) {
		const shops = 5
		build := func(warehouses int) float64 {
			rr := rand.New(rand.NewPCG(seed, 9))
			n := &Network{}
			var ends []CustomerDemand
			for range warehouses {
				n.Time, n.Holding = append(n.Time, 6), append(n.Holding, 1)
			}
			for i := range shops {
				n.Time, n.Holding = append(n.Time, 2), append(n.Holding, 1.5)
				n.From, n.To = append(n.From, int32(i%warehouses)), append(n.To, int32(warehouses+i))
				ends = append(ends, CustomerDemand{Stage: int32(warehouses + i), Mean: 10, SD: 1 + 4*rr.Float64()})
			}
			if err := n.Pool(ends); err != nil {
				t.Fatal(err)
			}
			p, err := GSM(context.Background(), n, GSMOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return p.Cost
		}
		if one, five := build(1), build(shops); one > five*(1+1e-12) {
			t.Errorf("seed %d: pooled %v, apart %v", seed, one, five)
		}
	}
}

// TestGSMRandomTime is arithmetic by hand: T is 1 or 3 with equal chance, the
// stage promises 2 after waiting 0.
func TestGSMRandomTime(t *testing.T) {
	n := &Network{Time: []float64{0}, TimePMF: [][]TimePoint{{{1, 0.5}, {3, 0.5}}}, Holding: []float64{2}, Factor: []float64{1.5}, Mean: []float64{10}, SD: []float64{4}, MaxService: []float64{2}}
	p, err := n.Evaluate([]float64{2})
	if err != nil {
		t.Fatal(err)
	}
	// (SI+T−S)+ is 0 or 1: mean 1/2, variance 1/4; one period early half the time.
	safety := 1.5 * math.Sqrt(16*0.5+100*0.25)
	if math.Abs(p.SafetyStock[0]-safety) > 1e-12 || p.EarlyStock[0] != 5 || math.Abs(p.Cost-2*(safety+5)) > 1e-12 {
		t.Errorf("safety stock %v, early %v, cost %v; want %v, 5, %v", p.SafetyStock[0], p.EarlyStock[0], p.Cost, safety, 2*(safety+5))
	}
	// Waiting for the longest time on purpose leaves early stock alone.
	n.MaxService[0] = 3
	best, err := GSM(context.Background(), n, GSMOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if want := 20.0; math.Abs(best.Cost-want) > 1e-12 {
		t.Errorf("GSM = %v, want %v: promise 3, hold what comes early", best.Cost, want)
	}
}

func TestGSMLimits(t *testing.T) {
	ctx := context.Background()
	// No stages, no demand, no time.
	if p, err := GSM(ctx, &Network{Holding: []float64{}, SD: []float64{}}, GSMOptions{}); err != nil || p.Cost != 0 || p.Gap != 0 {
		t.Errorf("no stages: %v, %v", p, err)
	}
	p, err := GSM(ctx, &Network{Time: []float64{5, 0}, From: []int32{0}, To: []int32{1}, Holding: []float64{1, 2}, SD: []float64{0, 0}}, GSMOptions{})
	if err != nil || p.Cost != 0 || p.Gap != 0 {
		t.Errorf("no demand: cost %v, gap %v, %v; want 0", p.Cost, p.Gap, err)
	}
	ok := func() *Network {
		return &Network{Time: []float64{5, 1}, From: []int32{0}, To: []int32{1}, Holding: []float64{1, 2}, SD: []float64{1, 1}}
	}
	for name, spoil := range map[string]func(*Network){
		"cycle":       func(n *Network) { n.From, n.To = []int32{0, 1}, []int32{1, 0} },
		"self":        func(n *Network) { n.To[0] = 0 },
		"arc":         func(n *Network) { n.To[0] = 7 },
		"NaN":         func(n *Network) { n.Holding[1] = math.NaN() },
		"infinite":    func(n *Network) { n.Time[0] = math.Inf(1) },
		"negative":    func(n *Network) { n.SD[0] = -1 },
		"short":       func(n *Network) { n.SD = n.SD[:1] },
		"pmf":         func(n *Network) { n.TimePMF = [][]TimePoint{{{1, 0.5}}, nil} },
		"long":        func(n *Network) { n.Time[0] = 1e9 },
		"usage":       func(n *Network) { n.Usage = []float64{math.Inf(1)} },
		"max service": func(n *Network) { n.MaxService = []float64{-1, 0} },
	} {
		n := ok()
		spoil(n)
		if p, err := GSM(ctx, n, GSMOptions{}); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v, %v; want an input error", name, p, err)
		}
	}
	if _, err := GSM(ctx, ok(), GSMOptions{Unit: -1}); !errors.Is(err, ErrInput) {
		t.Errorf("unit −1: %v; want an input error", err)
	}
	if _, err := ok().Evaluate([]float64{6, 0}); !errors.Is(err, ErrServiceTime) {
		t.Errorf("a promise of 6 after 5: %v; want ErrServiceTime", err)
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	n := randomNetwork(rand.New(rand.NewPCG(1, 1)), 30, 0.3, false)
	p, err = GSM(stopped, n, GSMOptions{})
	if !errors.Is(err, context.Canceled) || p.Bound > p.Cost || len(p.Service) != 30 {
		t.Errorf("cancelled: cost %v, bound %v, %v; want a plan and the error of the context", p.Cost, p.Bound, err)
	}
}
