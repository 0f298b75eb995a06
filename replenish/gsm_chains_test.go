package replenish

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// realChain reads one of the 38 supply chains that Willems published (2008):
// holding cost is the cumulative cost, demand is pooled by path counts.
func realChain(t testing.TB, chain int, random bool) *Network {
	b, err := os.ReadFile(filepath.Join("..", "..", "shared", "cases", "willems", fmt.Sprintf("willems_%02d.json", chain)))
	if err != nil {
		t.Skipf("the collection of real supply chains is not beside this repository: %v", err)
	}
	var file struct {
		Nodes []struct {
			Name  string       `json:"stage_name"`
			Added float64      `json:"stage_cost_added"`
			Time  float64      `json:"stage_time_mean"`
			SD    float64      `json:"stage_time_sd"`
			PMF   [][2]float64 `json:"stage_time_pmf"`
			Mean  *float64     `json:"demand_mean"`
			Sigma float64      `json:"demand_sd"`
			Max   float64      `json:"max_service_time"`
			Level float64      `json:"service_level"`
		}
		Arcs [][2]string
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	n, at := &Network{}, map[string]int32{}
	var added []float64
	var ends []CustomerDemand
	for i, x := range file.Nodes {
		at[x.Name] = int32(i)
		n.Time, added, n.MaxService = append(n.Time, x.Time), append(added, x.Added), append(n.MaxService, math.Inf(1))
		if random {
			var law []TimePoint
			for _, p := range x.PMF {
				law = append(law, TimePoint{p[0], p[1]})
			}
			n.TimePMF, n.TimeSD = append(n.TimePMF, law), append(n.TimeSD, x.SD)
		}
		if x.Mean != nil {
			n.MaxService[i] = x.Max
			ends = append(ends, CustomerDemand{int32(i), *x.Mean, x.Sigma, NormalQuantile(x.Level)})
		}
	}
	for _, a := range file.Arcs {
		n.From, n.To = append(n.From, at[a[0]]), append(n.To, at[a[1]])
	}
	if err := n.Cumulate(added, 1); err != nil {
		t.Fatal(err)
	}
	if err := n.Pool(ends); err != nil {
		t.Fatal(err)
	}
	return n
}

const realChains = 38

// TestRealChains: none of the chains is a tree; each is solved within the
// default budget, and what the plan says can be counted again.
func TestRealChains(t *testing.T) {
	if testing.Short() {
		t.Skip("the real chains take some seconds")
	}
	for _, random := range []bool{false, true} {
		for chain := 1; chain <= realChains; chain++ {
			if random && chain%3 != 0 {
				continue // a third of them again, with the stage times as they vary
			}
			n := realChain(t, chain, random)
			p, err := GSM(context.Background(), n, GSMOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if !(p.Gap <= 0.01) || p.Bound > p.Cost {
				t.Errorf("chain %d: cost %v, bound %v, gap %v; want at most 1 %%", chain, p.Cost, p.Bound, p.Gap)
			}
			again, err := n.Evaluate(p.Service)
			if err != nil {
				t.Fatalf("chain %d: %v", chain, err)
			}
			if !random && math.Abs(again.Cost-p.Cost) > 1e-9*p.Cost {
				t.Errorf("chain %d: counted again, the plan costs %v, not %v", chain, again.Cost, p.Cost)
			}
			t.Logf("chain %d, random stage times %v: %d stages, %d arcs, cost %.7g, bound %.7g, gap %.2g %%, %d subproblems, work %.2g", chain, random, n.Stages(), len(n.From), p.Cost, p.Bound, 100*p.Gap, p.Nodes, float64(p.Work))
		}
	}
}

func BenchmarkRealChains(b *testing.B) {
	for chain := 1; chain <= realChains; chain++ {
		b.Run(fmt.Sprint(chain), func(b *testing.B) {
			n := realChain(b, chain, false)
			var p ServicePlan
			for b.Loop() {
				var err error
				if p, err = GSM(context.Background(), n, GSMOptions{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n.Stages()), "stages")
			b.ReportMetric(p.Cost, "cost")
			b.ReportMetric(p.Bound, "bound")
			b.ReportMetric(100*p.Gap, "gap%")
		})
	}
}

// randomTree has stages that attach to an earlier one as supplier or customer.
func randomTree(stages int, longest int, seed uint64) *Network {
	r := rand.New(rand.NewPCG(seed, 116))
	n := &Network{Time: make([]float64, stages), Holding: make([]float64, stages)}
	added, customers := make([]float64, stages), make([]int, stages)
	for j := range stages {
		n.Time[j] = float64(1 + r.IntN(longest))
		added[j] = 1 + 9*r.Float64()
		if j > 0 {
			from, to := int32(r.IntN(j)), int32(j)
			if r.IntN(2) == 0 {
				from, to = to, from
			}
			n.From, n.To = append(n.From, from), append(n.To, to)
			customers[from]++
		}
	}
	var ends []CustomerDemand
	for j, c := range customers {
		if c == 0 {
			ends = append(ends, CustomerDemand{Stage: int32(j), Mean: 100, SD: 10 + 20*r.Float64()})
		}
	}
	if err := n.Cumulate(added, 0.2); err != nil {
		panic(err)
	}
	if err := n.Pool(ends); err != nil {
		panic(err)
	}
	return n
}

func BenchmarkGSMTree116(b *testing.B) {
	for _, longest := range []int{10, 60} {
		n := randomTree(116, longest, 1)
		b.Run(fmt.Sprintf("times to %d", longest), func(b *testing.B) {
			for b.Loop() {
				if p, err := GSM(context.Background(), n, GSMOptions{}); err != nil || p.Gap != 0 {
					b.Fatal(p.Gap, err)
				}
			}
		})
	}
}

// TestGSMTree: the dynamic programme of trees and the bound of general networks
// prove each other.
func TestGSMTree(t *testing.T) {
	for seed := range uint64(20) {
		n := randomTree(60, 8, seed)
		p, err := GSM(context.Background(), n, GSMOptions{})
		if err != nil || p.Nodes != 1 {
			t.Fatalf("seed %d: %d subproblems, %v", seed, p.Nodes, err)
		}
		m, box, err := newGSMModel(n, 1)
		if err != nil {
			t.Fatal(err)
		}
		b := &gsmBranch{m: m, gap: gsmExact, budget: math.MaxInt64, search: newGSMSearch(m, box, 7)}
		if err := b.run(context.Background(), box, true); err != nil {
			t.Fatal(err)
		}
		if q := b.plan(); q.Gap != 0 || math.Abs(q.Cost-p.Cost) > 1e-9*p.Cost {
			t.Errorf("seed %d: tree %v, general %v, bound %v", seed, p.Cost, q.Cost, q.Bound)
		}
	}
}
