package replenish

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// TestSerialExample is Example 6.1 of Snyder and Shen (2019): S* = 6.49, 12.02,
// 22.71, cost 47.65.
func TestSerialExample(t *testing.T) {
	s := SerialSystem{EchelonHolding: []float64{3, 2, 2}, LeadTime: []float64{1, 1, 2}, Penalty: 37.12, Mean: 5, SD: 1}
	p, err := s.Optimize()
	if err != nil {
		t.Fatal(err)
	}
	for j, want := range []float64{6.49, 12.02, 22.71} {
		if math.Abs(p.Echelon[j]-want) > 0.02 {
			t.Errorf("S*_%d = %v, want %v", j+1, p.Echelon[j], want)
		}
	}
	if math.Abs(p.Cost-47.65) > 0.03 {
		t.Errorf("cost %v, want 47.65", p.Cost)
	}
	again, err := s.Cost(p.Echelon)
	if err != nil || math.Abs(again-p.Cost) > 1e-9*p.Cost {
		t.Errorf("cost of the optimum %v, %v; want %v", again, err, p.Cost)
	}
}

// TestSerialOneStage is the newsvendor: h·E[(S−D)+] + p·E[(D−S)+].
func TestSerialOneStage(t *testing.T) {
	for _, sd := range []float64{0, 4} {
		s := SerialSystem{EchelonHolding: []float64{2}, LeadTime: []float64{1.5}, Penalty: 15, Mean: 20, SD: sd}
		p, err := s.Optimize()
		if err != nil {
			t.Fatal(err)
		}
		var d Distribution = NewPoisson(30)
		if sd > 0 {
			d = NewNormal(30, sd*math.Sqrt(1.5))
		}
		want := d.Quantile(15.0 / 17)
		_, n, _ := d.Losses(want)
		_, nbar, _ := LowerLosses(d, want)
		if math.Abs(p.Echelon[0]-want) > 2e-3 || math.Abs(p.Cost-2*nbar-15*n) > 1e-4*p.Cost {
			t.Errorf("sd %v: S = %v, cost %v; newsvendor %v, %v", sd, p.Echelon[0], p.Cost, want, 2*nbar+15*n)
		}
	}
}

// TestSerialBruteForce: no other levels of a small Poisson system cost less, and
// the bounds of Shang and Song hold the optimum.
func TestSerialBruteForce(t *testing.T) {
	for seed := range uint64(25) {
		r := rand.New(rand.NewPCG(seed, 31))
		s := SerialSystem{Penalty: 5 + 30*r.Float64(), Mean: 1 + 3*r.Float64()}
		for range 2 + r.IntN(2) {
			s.EchelonHolding, s.LeadTime = append(s.EchelonHolding, 0.2+2*r.Float64()), append(s.LeadTime, 0.25+r.Float64())
		}
		p, err := s.Optimize()
		if err != nil {
			t.Fatal(err)
		}
		lower, upper, err := s.NewsvendorBounds()
		if err != nil {
			t.Fatal(err)
		}
		for j, y := range p.Echelon {
			if y < lower[j] || y > upper[j] {
				t.Errorf("seed %d: S_%d = %v is not in %v..%v", seed, j, y, lower[j], upper[j])
			}
			for d := -3; d <= 3; d++ {
				for e := -2; e <= 2; e++ {
					other := append([]float64(nil), p.Echelon...)
					other[j] += float64(d)
					other[(j+1)%len(other)] += float64(e)
					c, err := s.Cost(other)
					if err != nil || c < p.Cost*(1-1e-12) {
						t.Fatalf("seed %d: levels %v cost %v, %v; the optimum %v costs %v", seed, other, c, err, p.Echelon, p.Cost)
					}
				}
			}
		}
	}
}

// TestSerialLimit: with a large mean, Poisson demand is the normal one.
func TestSerialLimit(t *testing.T) {
	s := SerialSystem{EchelonHolding: []float64{1, 0.5}, LeadTime: []float64{2, 1}, Penalty: 10, Mean: 2000}
	a, err := s.Optimize()
	if err != nil {
		t.Fatal(err)
	}
	s.SD = math.Sqrt(2000)
	b, err := s.Optimize()
	if err != nil || math.Abs(a.Cost-b.Cost) > 2e-3*a.Cost {
		t.Errorf("Poisson %v, normal %v, %v", a.Cost, b.Cost, err)
	}
}

func TestLocalBaseStocks(t *testing.T) {
	got := LocalBaseStocks([]float64{9, 15, 12})
	for j, want := range []float64{9, 3, 0} {
		if got[j] != want {
			t.Errorf("local level %d = %v, want %v", j, got[j], want)
		}
	}
}

func TestSerialLimits(t *testing.T) {
	ok := SerialSystem{EchelonHolding: []float64{1, 1}, LeadTime: []float64{0, 1}, Penalty: 5, Mean: 3}
	if p, err := ok.Optimize(); err != nil || p.Cost != p.Cost {
		t.Errorf("lead time 0: %v, %v", p, err)
	}
	none := ok
	none.Mean = 0
	if p, err := none.Optimize(); err != nil || p.Cost != 0 || p.Echelon[1] != 0 {
		t.Errorf("no demand: %v, %v", p, err)
	}
	for name, spoil := range map[string]func(*SerialSystem){
		"NaN":     func(s *SerialSystem) { s.Mean = math.NaN() },
		"short":   func(s *SerialSystem) { s.LeadTime = s.LeadTime[:1] },
		"holding": func(s *SerialSystem) { s.EchelonHolding = []float64{1, 0} },
		"penalty": func(s *SerialSystem) { s.Penalty = 0 },
		"units":   func(s *SerialSystem) { s.Mean = 1e15 },
	} {
		s := ok
		spoil(&s)
		if p, err := s.Optimize(); !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v, %v; want an input error", name, p, err)
		}
	}
}

// TestTwoEchelonLimits: a warehouse that always has stock leaves Poisson demand
// of the own lead time; one without adds its whole lead time.
func TestTwoEchelonLimits(t *testing.T) {
	s := TwoEchelon{WarehouseLead: 2, WarehouseBase: 60, Retailers: []RetailSite{{1.5, 1, 3}, {0.7, 2, 2}}}
	m, err := s.Measures()
	if err != nil {
		t.Fatal(err)
	}
	s.WarehouseBase = 0
	m0, err := s.Measures()
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range s.Retailers {
		for what, c := range map[string]struct {
			d   Distribution
			got EchelonMeasures
		}{"with stock": {NewPoisson(r.Rate * r.Lead), m}, "without": {NewPoisson(r.Rate * (r.Lead + 2)), m0}} {
			_, n, _ := c.d.Losses(float64(r.Base))
			if want := c.d.CDF(float64(r.Base - 1)); math.Abs(c.got.FillRate[i]-want) > 1e-12 || math.Abs(c.got.Backorders[i]-n) > 1e-12 {
				t.Errorf("%s, retailer %d: fill %v, backorders %v; want %v, %v", what, i, c.got.FillRate[i], c.got.Backorders[i], want, n)
			}
		}
	}
	if _, err := (TwoEchelon{WarehouseLead: math.NaN()}).Measures(); !errors.Is(err, ErrInput) {
		t.Errorf("NaN: %v; want an input error", err)
	}
}

// TestTwoEchelonBest: no other base stocks cost less.
func TestTwoEchelonBest(t *testing.T) {
	s := TwoEchelon{WarehouseLead: 2, Retailers: []RetailSite{{1.5, 1, 0}, {0.7, 2, 0}}}
	h, p := []float64{0.5, 1, 1.2}, []float64{8, 12}
	cost := func(s TwoEchelon) float64 {
		m, err := s.Measures()
		if err != nil {
			t.Fatal(err)
		}
		c := h[0] * m.WarehouseOnHand
		for i := range s.Retailers {
			c += h[1+i]*m.OnHand[i] + p[i]*m.Backorders[i]
		}
		return c
	}
	best, c, err := s.Optimize(h, p)
	if err != nil || math.Abs(cost(best)-c) > 1e-9 {
		t.Fatalf("cost %v, counted again %v, %v", c, cost(best), err)
	}
	for w := range 12 {
		for a := range 9 {
			for b := range 9 {
				o := TwoEchelon{WarehouseLead: 2, WarehouseBase: w, Retailers: []RetailSite{{1.5, 1, a}, {0.7, 2, b}}}
				if cost(o) < c-1e-9 {
					t.Fatalf("%+v costs %v, the best %+v costs %v", o, cost(o), best, c)
				}
			}
		}
	}
}
