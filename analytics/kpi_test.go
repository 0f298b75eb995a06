package analytics

import (
	"math"
	"testing"

	"planwright"
)

// figure returns a key figure, NaN if there is none of that name.
func figure(t *planwright.KPIs, name string) float64 {
	for i, n := range t.Name {
		if n == name {
			return t.Value[i]
		}
	}
	return math.NaN()
}

func TestKeyFigures(t *testing.T) {
	const one = planwright.One
	p := Position{
		OnHand:   []planwright.Qty{10 * one, -2 * one, 0, 5 * one, 4 * one},
		UnitCost: []float64{3, 4, 9, 2, math.NaN()},
		YearUse:  []float64{20, 5, 1, 0, 100},
		Required: []planwright.Qty{6 * one, one, one, planwright.NoQty, one},
		Movement: []string{Moving, Moving, Moving, Dead, Slow},
	}
	var out planwright.KPIs
	KeyFigures(&p, &out)
	use := 60.0 + 20 + 9
	for name, want := range map[string]float64{
		"skus": 5, "skus_with_stock": 3, "skus_negative": 1,
		"stock_value": 30 - 8 + 10, "negative_stock_value": -8, "use_value_year": use,
		"turns": use / 32, "days_of_supply": 365 * 32 / use,
		"excess_stock_value": 4*3 + 5*2, "slow_stock_value": 0, "dead_stock_value": 10,
	} {
		if got := figure(&out, name); math.Abs(got-want) > 1e-12 {
			t.Errorf("%s = %g, want %g", name, got, want)
		}
	}
	out = planwright.KPIs{}
	KeyFigures(&Position{}, &out)
	for i, name := range out.Name {
		if out.Value[i] != 0 || name == "turns" || name == "days_of_supply" || name == "excess_stock_value" {
			t.Errorf("of nothing: %s = %g", name, out.Value[i])
		}
	}
}

func TestTurnsAndCover(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	if v, ok := Turns(1200, 100); !ok || v != 12 {
		t.Errorf("Turns(1200, 100) = %g %v", v, ok)
	}
	for _, c := range [][2]float64{{1, 0}, {1, -1}, {-1, 1}, {nan, 1}, {1, nan}, {inf, 1}} {
		if v, ok := Turns(c[0], c[1]); ok || v != 0 {
			t.Errorf("Turns(%g, %g) = %g, want none", c[0], c[1], v)
		}
	}
	if v, ok := DaysOfSupply(30, 4); !ok || v != 7.5 {
		t.Errorf("DaysOfSupply(30, 4) = %g %v", v, ok)
	}
	if v, ok := DaysOfSupply(-30, 4); !ok || v != 0 {
		t.Errorf("DaysOfSupply(-30, 4) = %g %v, want 0", v, ok)
	}
	for _, c := range [][2]float64{{1, 0}, {1, -1}, {nan, 1}, {1, nan}, {inf, 1}} {
		if v, ok := DaysOfSupply(c[0], c[1]); ok || v != 0 {
			t.Errorf("DaysOfSupply(%g, %g) = %g, want none", c[0], c[1], v)
		}
	}
	for _, c := range []struct {
		stock    float64
		required []float64
		want     float64
		runsOut  bool
	}{
		{25, []float64{10, 10, 10}, 2.5, true},
		{30, []float64{10, 10, 10}, 3, false},
		{5, []float64{0, 0, 10}, 2.5, true},
		{0, []float64{1}, 0, true},
		{-4, nil, 0, true},
		{5, nil, 0, false},
		{5, []float64{nan, -1, 4}, 3, false},
		{nan, []float64{1}, 0, true},
	} {
		if v, ok := ForwardCover(c.stock, c.required); v != c.want || ok != c.runsOut {
			t.Errorf("ForwardCover(%g, %v) = %g %v, want %g %v", c.stock, c.required, v, ok, c.want, c.runsOut)
		}
	}
}

func TestMoving(t *testing.T) {
	var p MovingParams
	for _, c := range []struct {
		use, received planwright.Day
		class         string
		idle          int32
	}{
		{asOf - 10, planwright.NoDay, Moving, 10},
		{asOf - 90, planwright.NoDay, Slow, 90},
		{asOf - 365, asOf - 2, Dead, 365},
		{planwright.NoDay, asOf - 2, Moving, 2},
		{planwright.NoDay, asOf - 400, Dead, 400},
		{planwright.NoDay, planwright.NoDay, Unknown, planwright.NoInt},
		{asOf + 5, planwright.NoDay, Moving, 0},
	} {
		if class, idle := p.Class(c.use, c.received, asOf); class != c.class || idle != c.idle {
			t.Errorf("Class(%v, %v) = %s %d, want %s %d", c.use, c.received, class, idle, c.class, c.idle)
		}
	}
	if class, _ := (MovingParams{Slow: 5, Dead: 9}).Class(asOf-9, planwright.NoDay, asOf); class != Dead {
		t.Errorf("Class with dead after 9 days = %s", class)
	}
}
