package replenish

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
)

func randomPortfolio(n int, seed uint64, whole bool) *Tradeoff {
	r := rand.New(rand.NewPCG(seed, 21))
	t := &Tradeoff{}
	for range n {
		rate := math.Exp(3 * r.NormFloat64())
		it := TradeoffItem{UnitCost: math.Exp(2 * r.NormFloat64()), Rate: rate, Quantity: rate * 4 * r.Float64(), Class: r.IntN(3)}
		switch {
		case whole && r.IntN(2) == 0:
			it.Lead = NewPoisson(min(rate, 50))
		case whole:
			it.Lead = NewNegativeBinomial(min(rate, 50), 2*min(rate, 50))
		case r.IntN(2) == 0:
			it.Lead = NewNormal(rate*2, rate*0.5)
		default:
			it.Lead = NewGamma(rate*2, rate*(0.5+2*r.Float64()))
		}
		t.Items = append(t.Items, it)
	}
	return t
}

// TestTradeoffBest: at any price no other reorder point of an item is better.
func TestTradeoffBest(t *testing.T) {
	for _, whole := range []bool{false, true} {
		p := randomPortfolio(300, 1, whole)
		for i := range p.Items {
			it := &p.Items[i]
			mean, sd := it.Lead.Moments()
			for _, price := range []float64{0.01, 1, 100} {
				objective := func(s float64) float64 {
					a, b := it.at(s)
					return a + price*b
				}
				s := it.best(price, mean)
				if again := it.best(price, mean+5*sd); math.Abs(objective(again)-objective(s)) > 1e-9*objective(s)+1e-9 {
					t.Fatalf("item %d at price %v: s = %v costs %v from the mean, %v costs %v from afar", i, price, s, objective(s), again, objective(again))
				}
				best := objective(s)
				for k := -40; k <= 40; k++ {
					x := s + float64(k)*sd/10
					if whole {
						x = math.Round(x)
					}
					if x >= -it.batch() && objective(x) < best*(1-1e-7)-1e-9 {
						t.Fatalf("item %d (%+v) at price %v: s = %v costs %v, %v only %v", i, it, price, s, best, x, objective(x))
					}
				}
			}
		}
	}
}

// TestTradeoffCurve: more stock gives more service, and the curve is convex;
// targets by class lie above it.
func TestTradeoffCurve(t *testing.T) {
	for _, whole := range []bool{false, true} {
		p := randomPortfolio(2000, 2, whole)
		curve, err := p.Curve(15)
		if err != nil {
			t.Fatal(err)
		}
		for k := 1; k < len(curve); k++ {
			a, b := curve[k-1], curve[k]
			if b.Investment < a.Investment || b.FillRate < a.FillRate {
				t.Errorf("point %d: %+v after %+v", k, b, a)
			}
			if k+1 < len(curve) {
				c := curve[k+1]
				if left, right := (a.Short-b.Short)*(c.Investment-b.Investment), (b.Short-c.Short)*(b.Investment-a.Investment); left < right*(1-1e-6) {
					t.Errorf("point %d: the curve is not convex: %+v, %+v, %+v", k, a, b, c)
				}
			}
		}
		s := make([]float64, len(p.Items))
		for _, target := range []float64{0.8, 0.95, 0.99} {
			best, err := p.ForFillRate(target, s)
			if err != nil || best.FillRate < target-1e-9 || best.FillRate > target+2e-3 {
				t.Fatalf("target %v: %+v, %v", target, best, err)
			}
			if again, err := p.Evaluate(s); err != nil || math.Abs(again.FillRate-best.FillRate) > 1e-12 {
				t.Errorf("target %v: counted again %+v, %v; want %+v", target, again, err, best)
			}
			equal, err := p.ForClasses([]float64{target, target, target}, s)
			if err != nil || equal.FillRate < target-1e-6 || equal.Investment < best.Investment*(1-1e-3) {
				t.Errorf("target %v: the same for all classes %+v, %v; the best is %+v", target, equal, err, best)
			}
			money, err := p.ForInvestment(best.Investment, s)
			if err != nil || money.Investment > best.Investment || money.FillRate < best.FillRate-3e-3 {
				t.Errorf("investment %v: %+v, %v; want about %+v", best.Investment, money, err, best)
			}
		}
	}
}

// TestTradeoffWorkers: same bits on any number of processors.
func TestTradeoffWorkers(t *testing.T) {
	p := randomPortfolio(5000, 3, true)
	a, b := make([]float64, len(p.Items)), make([]float64, len(p.Items))
	before := runtime.GOMAXPROCS(1)
	one, err := p.ForFillRate(0.97, a)
	runtime.GOMAXPROCS(4)
	four, err4 := p.ForFillRate(0.97, b)
	runtime.GOMAXPROCS(before)
	if err != nil || err4 != nil || one != four {
		t.Errorf("one processor %+v, %v; four %+v, %v", one, err, four, err4)
	}
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("item %d: %v and %v", i, a[i], b[i])
		}
	}
}

func TestTradeoffLimits(t *testing.T) {
	p := &Tradeoff{Items: []TradeoffItem{
		{UnitCost: 1, Rate: 0, Lead: NewPoisson(3)},
		{UnitCost: 0, Rate: 2, Lead: NewPoisson(3)},
		{UnitCost: 1, Rate: 2, Lead: NewNormal(3, 0), Quantity: 1},
		{UnitCost: 1, Rate: 2},
		{UnitCost: 3, Rate: 2, Lead: NewGamma(3, 30), Quantity: 1},
	}}
	s := make([]float64, 5)
	for _, target := range []float64{0, 0.5, 1, 2} {
		q, err := p.ForFillRate(target, s)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range append(s, q.FillRate, q.Investment, q.Short) {
			if x != x || math.IsInf(x, 0) {
				t.Errorf("target %v: value %d is %v", target, i, x)
			}
		}
	}
	if _, err := p.ForInvestment(0, s); err != nil {
		t.Errorf("no money: %v", err)
	}
	if c, err := (&Tradeoff{}).Curve(5); err != nil || c[0].FillRate != 1 {
		t.Errorf("no items: %v, %v", c, err)
	}
	for name, err := range map[string]error{
		"target": func() error { _, err := p.ForFillRate(math.NaN(), s); return err }(),
		"money":  func() error { _, err := p.ForInvestment(math.Inf(1), s); return err }(),
		"points": func() error { _, err := p.ForFillRate(0.9, s[:2]); return err }(),
		"price":  func() error { _, err := p.AtPrice(0, s); return err }(),
		"class":  func() error { p.Items[0].Class = 9; _, err := p.ForClasses([]float64{0.9}, s); return err }(),
		"cost": func() error {
			_, err := (&Tradeoff{Items: []TradeoffItem{{UnitCost: math.NaN()}}}).Evaluate([]float64{0})
			return err
		}(),
	} {
		if !errors.Is(err, ErrInput) {
			t.Errorf("%s: %v; want an input error", name, err)
		}
	}
}

func BenchmarkTradeoff(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		for _, whole := range []bool{false, true} {
			b.Run(fmt.Sprintf("%d items, whole %v", n, whole), func(b *testing.B) {
				p := randomPortfolio(n, 4, whole)
				s := make([]float64, n)
				for b.Loop() {
					if _, err := p.ForFillRate(0.97, s); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
