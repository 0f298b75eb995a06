package replenish

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"planwright"
)

// TestFairShare by hand: 30 units for sites with 10 and 0 in stock that sell 1
// and 3 a day reach 10 days together: the first gets none, the second all.
func TestFairShare(t *testing.T) {
	const u = planwright.Qty(1_000_000)
	got, err := FairShare(30*u, []ShareSite{{Position: 10 * u, Target: 40 * u, Demand: 1}, {Position: 0, Target: 120 * u, Demand: 3}}, ShareRunOut)
	if err != nil || got[0] != 0 || got[1] != 30*u {
		t.Errorf("FairShare = %v, %v; want 0 and 30", got, err)
	}
	got, err = FairShare(50*u, []ShareSite{{Position: 10 * u, Target: 40 * u, Demand: 1}, {Position: 0, Target: 120 * u, Demand: 3}}, ShareRunOut)
	if err != nil || got[0] != 5*u || got[1] != 45*u {
		t.Errorf("FairShare = %v, %v; want 5 and 45: 15 days each", got, err)
	}
	// Priority first, whatever the others have.
	got, err = FairShare(50*u, []ShareSite{{Target: 40 * u, Demand: 1, Priority: 2}, {Target: 45 * u, Demand: 3, Priority: 1}}, ShareRunOut)
	if err != nil || got[0] != 5*u || got[1] != 45*u {
		t.Errorf("by priority %v, %v; want 5 and 45", got, err)
	}
	// Packs of 12: 3 of them, the lowest first.
	got, err = FairShare(40*u, []ShareSite{{Target: 60 * u, Demand: 1, Pack: 12 * u}, {Target: 60 * u, Demand: 1, Pack: 12 * u}}, ShareRunOut)
	if err != nil || got[0] != 24*u || got[1] != 12*u {
		t.Errorf("in packs %v, %v; want 24 and 12", got, err)
	}
}

// TestFairShareProperties: conservation, no more than the need, and nobody who
// got something could give a unit to one who stands lower.
func TestFairShareProperties(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 51))
		rule := ShareRule(r.IntN(3))
		sites := make([]ShareSite, 1+r.IntN(7))
		packs := r.IntN(2) == 0
		var need planwright.Qty
		for i := range sites {
			s := &sites[i]
			s.Position, s.Target = planwright.Qty(r.IntN(50)-5), planwright.Qty(r.IntN(120))
			s.Demand = float64(r.IntN(5))
			if packs {
				s.Pack = 7
			}
			if s.Target > s.Position {
				g, _ := (s.Target - s.Position).CeilTo(s.Pack)
				need += g
			}
		}
		available := planwright.Qty(r.IntN(400))
		got, err := FairShare(available, sites, rule)
		if err != nil {
			t.Fatal(err)
		}
		var sum planwright.Qty
		level := func(i int, q planwright.Qty) float64 {
			s := sites[i]
			start, per := float64(s.Position+q), s.Demand
			switch rule {
			case ShareTarget:
				per = float64(s.Target)
			case ShareNeed:
				g, _ := (s.Target - s.Position).CeilTo(s.Pack)
				start, per = float64(q), float64(g)
			}
			if per <= 0 {
				return math.Inf(1)
			}
			return start / per
		}
		for i, q := range got {
			sum += q
			if q < 0 || sites[i].Pack > 0 && q%sites[i].Pack != 0 {
				t.Fatalf("seed %d: share %v of site %d", seed, q, i)
			}
		}
		step := planwright.Qty(1)
		if packs {
			step = 7
		}
		if left := min(available, need) - sum; left < 0 || left >= step {
			t.Fatalf("seed %d: %v of %v given, %v needed: %v", seed, sum, available, need, got)
		}
		for i := range sites {
			for j := range sites {
				if got[i] < step || sites[j].Target <= sites[j].Position+got[j] {
					continue
				}
				// Without its last step i would still stand above j with one more.
				if level(i, got[i]-step) > level(j, got[j]+step)+1e-9 {
					t.Fatalf("seed %d, rule %d: site %d stands at %v, %d at %v: %v of %+v", seed, rule, i, level(i, got[i]), j, level(j, got[j]), got, sites)
				}
			}
		}
	}
	for _, bad := range []ShareSite{{Demand: math.NaN()}, {Pack: -1}, {Target: planwright.NoQty}} {
		if q, err := FairShare(5, []ShareSite{bad}, ShareRunOut); !errors.Is(err, ErrInput) {
			t.Errorf("%+v: %v, %v; want an input error", bad, q, err)
		}
	}
}

// TestRebalance compares with the best of all plans of whole units.
func TestRebalance(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 52))
		m, n := 1+r.IntN(3), 1+r.IntN(3)
		p := Rebalancing{}
		for range m {
			p.Surplus = append(p.Surplus, planwright.Qty(r.IntN(4)))
			row := make([]float64, n)
			for j := range row {
				row[j] = float64(r.IntN(10))
				if r.IntN(6) == 0 {
					row[j] = math.Inf(1)
				}
			}
			p.Cost = append(p.Cost, row)
		}
		for range n {
			p.Deficit, p.Value = append(p.Deficit, planwright.Qty(r.IntN(4))), append(p.Value, float64(r.IntN(9)))
		}
		left, lack := append([]planwright.Qty(nil), p.Surplus...), append([]planwright.Qty(nil), p.Deficit...)
		best := 0.0
		var look func(k int, gain float64)
		look = func(k int, gain float64) {
			if k == m*n {
				best = max(best, gain)
				return
			}
			i, j := k/n, k%n
			most := min(left[i], lack[j])
			if math.IsInf(p.Cost[i][j], 1) {
				most = 0
			}
			for q := planwright.Qty(0); q <= most; q++ {
				left[i] -= q
				lack[j] -= q
				g := gain
				if q > 0 {
					g += float64(q) * (p.Value[j] - p.Cost[i][j])
				}
				look(k+1, g)
				left[i] += q
				lack[j] += q
			}
		}
		look(0, 0)
		moves, gain, err := p.Best()
		if err != nil || math.Abs(gain*1e6-best) > 1e-6 {
			t.Fatalf("seed %d: gain %v, %v; want %v: %v of %+v", seed, gain*1e6, err, best, moves, p)
		}
		for _, v := range moves {
			p.Surplus[v.From] -= v.Quantity
			p.Deficit[v.To] -= v.Quantity
			if v.Quantity <= 0 || p.Surplus[v.From] < 0 || p.Deficit[v.To] < 0 {
				t.Fatalf("seed %d: move %+v is not possible", seed, v)
			}
		}
	}
	for name, bad := range map[string]Rebalancing{
		"ragged":   {Surplus: []planwright.Qty{1}, Deficit: []planwright.Qty{1}, Value: []float64{1}},
		"NaN":      {Surplus: []planwright.Qty{1}, Deficit: []planwright.Qty{1}, Value: []float64{math.NaN()}, Cost: [][]float64{{1}}},
		"negative": {Surplus: []planwright.Qty{-1}, Deficit: []planwright.Qty{1}, Value: []float64{1}, Cost: [][]float64{{1}}},
	} {
		if m, _, err := bad.Best(); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v, %v; want an input error", name, m, err)
		}
	}
}

// TestLeadTimes: Kaplan and Meier by hand. Orders took 2, 4 and 6 days, one is
// open after 3: it takes longer, as the two that came later did.
func TestLeadTimes(t *testing.T) {
	none := planwright.NoDay
	r := Receipts{Ordered: []planwright.Day{0, 0, 0, 7}, Received: []planwright.Day{2, 4, 6, none}, AsOf: 10}
	l, err := r.Measure()
	if err != nil {
		t.Fatal(err)
	}
	// 1/4 at 2; then of 3/4, half at 4 and half at 6.
	if want := 0.25*2 + 0.375*4 + 0.375*6; math.Abs(l.Mean-want) > 1e-12 || l.Orders != 3 || l.Open != 1 || !l.Complete {
		t.Errorf("%+v, want a mean of %v", l, want)
	}
	if got := l.OnTime(4); math.Abs(got-0.625) > 1e-12 {
		t.Errorf("within 4 days: %v, want 0.625", got)
	}
	if mean, _ := l.Law.Moments(); math.Abs(mean-l.Mean) > 1e-9 {
		t.Errorf("the law has mean %v, want %v", mean, l.Mean)
	}
	r.Ordered[3] = 0
	if l, err := r.Measure(); err != nil || l.Complete || l.OnTime(9) > 0.76 {
		t.Errorf("an order that has waited longest: %+v, %v", l, err)
	}
	same := Receipts{Ordered: []planwright.Day{1, 2}, Received: []planwright.Day{6, 7}}
	if l, err := same.Measure(); err != nil || l.Mean != 5 || l.SD != 0 {
		t.Errorf("always 5 days: %+v, %v", l, err)
	}
	for name, bad := range map[string]Receipts{
		"none came": {Ordered: []planwright.Day{1}, Received: []planwright.Day{none}, AsOf: 5},
		"too early": {Ordered: []planwright.Day{5}, Received: []planwright.Day{4}, AsOf: 9},
		"no as-of":  {Ordered: []planwright.Day{5}, Received: []planwright.Day{none}, AsOf: none},
		"ragged":    {Ordered: []planwright.Day{5}},
	} {
		if l, err := bad.Measure(); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %+v, %v; want an input error", name, l, err)
		}
	}
}
