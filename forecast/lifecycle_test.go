package forecast

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestAnalogy(t *testing.T) {
	nan := math.NaN()
	c := &Catalogue{
		Numeric:  [][]float64{{10, 20, 30, 110, nan}},
		Category: [][]int32{{0, 0, 1, 1, -1}},
		Launch: [][]float64{
			{10, 30, 20, 20}, // average 20, profile 0.5 1.5 1 1
			{40, 120, 80, 80},
			{5, 5, 5, 5},
			{1000, 1000},
			nil,
		},
	}
	a := Analogy{Neighbours: 2, Horizon: 3, CumulativeTo: 2, Quantiles: []float64{0.1, 0.5, 0.9, 0.999}}
	l, err := a.Forecast(c, NewItem{Numeric: []float64{10}, Category: []int32{0}})
	if err != nil {
		t.Fatal(err)
	}
	// Gower: item 0 is equal (0); item 1 is 10/100 away in one of two attributes.
	if !slices.Equal(l.Neighbour, []int{0, 1}) {
		t.Fatalf("neighbours %v", l.Neighbour)
	}
	close2(t, "distance", l.Distance[1], 0.05, 1e-12)
	close2(t, "weight", l.Weight[0], 2.0/3, 1e-12)
	close2(t, "level", l.Level, math.Exp(2*math.Log(20)/3+math.Log(80)/3), 1e-9)
	close2(t, "step 2", l.Mean[1], l.Level*1.5, 1e-9)
	close2(t, "two steps", l.CumMean[1], l.Level*2, 1e-9)
	for j := range 3 {
		for i := 1; i < 4; i++ {
			if l.Quantile[i*3+j] < l.Quantile[(i-1)*3+j] {
				t.Errorf("quantiles of step %d fall", j+1)
			}
		}
	}
	// What it sells itself takes over: ten periods at 500.
	seen := slices.Repeat([]float64{500}, 10)
	own, err := a.Forecast(c, NewItem{Numeric: []float64{10}, Category: []int32{0}, Seen: seen})
	if err != nil {
		t.Fatal(err)
	}
	if own.Level < 400 || own.Level > 510 || own.Prior != l.Prior {
		t.Errorf("level %v after selling 500, prior %v", own.Level, own.Prior)
	}
	// Unknown attributes are left out.
	blank, err := a.Forecast(c, NewItem{Numeric: []float64{nan}, Category: []int32{-1}})
	if err != nil || blank.Distance[0] != 1 {
		t.Errorf("distance with nothing known %v, %v", blank.Distance, err)
	}
	for _, bad := range []struct {
		a Analogy
		c *Catalogue
		i NewItem
	}{
		{a, c, NewItem{}}, {a, &Catalogue{}, NewItem{}}, {Analogy{Horizon: -1}, c, NewItem{Numeric: []float64{1}, Category: []int32{0}}},
		{Analogy{Quantiles: []float64{2}}, c, NewItem{Numeric: []float64{1}, Category: []int32{0}}},
		{a, &Catalogue{Launch: [][]float64{{math.Inf(1)}}}, NewItem{}},
		{a, &Catalogue{Launch: [][]float64{{1}}, Weights: []float64{1}}, NewItem{}},
	} {
		if _, err := bad.a.Forecast(bad.c, bad.i); !errors.Is(err, ErrOption) && !errors.Is(err, ErrEmpty) && !errors.Is(err, ErrValue) {
			t.Errorf("Forecast(%+v) = %v", bad, err)
		}
	}
}

// TestAnalogyCoverage: items of two families; the right one is found, and the
// quantiles of the launch hold.
func TestAnalogyCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(101, 102))
	make1 := func(family int32) []float64 {
		level := math.Exp(3 + 0.4*rng.NormFloat64() + float64(family))
		y := make([]float64, 12)
		for i := range y {
			shape := 1 + float64(i)/6
			if family == 1 {
				shape = 2 - float64(i)/8
			}
			y[i] = level * shape * math.Exp(0.2*rng.NormFloat64())
		}
		return y
	}
	c := &Catalogue{Category: [][]int32{nil}}
	for i := range 60 {
		f := int32(i % 2)
		c.Category[0] = append(c.Category[0], f)
		c.Launch = append(c.Launch, make1(f))
	}
	a := Analogy{Neighbours: 20, Horizon: 6, CumulativeTo: 6, Quantiles: []float64{0.9}}
	hit := 0.0
	const trials = 400
	for i := range trials {
		f := int32(i % 2)
		l, err := a.Forecast(c, NewItem{Category: []int32{f}})
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, v := range make1(f)[:6] {
			sum += v
		}
		if sum <= l.CumQuantile[5] {
			hit++
		}
	}
	if hit/trials < 0.85 {
		t.Errorf("the 0.9 quantile of the first 6 periods covers %.3f", hit/trials)
	}
}

func TestStageOf(t *testing.T) {
	rng := rand.New(rand.NewPCG(111, 112))
	fill := func(n int, f func(i int) float64) []float64 {
		y := make([]float64, n)
		for i := range y {
			y[i] = f(i)
		}
		return y
	}
	for _, c := range []struct {
		y    []float64
		want Stage
	}{
		{nil, Unsold},
		{make([]float64, 30), Unsold},
		{append(make([]float64, 30), 3), Launching},
		{[]float64{7}, Launching},
		{fill(48, func(int) float64 { return 50 + 5*rng.NormFloat64() }), Mature},
		{fill(48, func(i int) float64 { return 200 * math.Exp(-0.1*float64(i)) }), Declining},
		{fill(48, func(i int) float64 {
			if i > 40 {
				return 0
			}
			return 5
		}), Dormant},
		{fill(48, func(i int) float64 { return float64((i+3)%6/5) * 4 }), Mature}, // rare is not dormant
	} {
		if got := StageOf(c.y, 12); got != c.want {
			t.Errorf("StageOf(%v) = %v, want %v", c.y, got, c.want)
		}
	}
}

func TestDecay(t *testing.T) {
	y := make([]float64, 30)
	for i := range y {
		y[i] = 1000 * math.Pow(0.9, float64(i))
	}
	rate, _ := Decay(y)
	close2(t, "rate", rate, math.Log(0.9), 1e-9)
	if _, se := Decay([]float64{0, 0, 5, 0}); !math.IsInf(se, 1) {
		t.Error("a slope from one demand")
	}
}

func TestPhaseOut(t *testing.T) {
	p := PhaseOut{Start: 2, End: 6}
	got := []float64{10, 10, 10, 10, 10, 10, 10}
	p.Apply(got)
	if want := []float64{10, 10, 7.5, 5, 2.5, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("phase-out %v, want %v", got, want)
	}
	rest, err := p.Remaining(10)
	if err != nil || rest != 35 {
		t.Errorf("remaining %v, %v, want 35", rest, err)
	}
	// 10 for ever, keeping 0.8: 10*0.8/(1-0.8) = 40.
	rest, err = PhaseOut{Retention: 0.8}.Remaining(10)
	if err != nil || math.Abs(rest-40) > 1e-12 {
		t.Errorf("remaining %v, %v, want 40", rest, err)
	}
	if _, err := (PhaseOut{}).Remaining(10); !errors.Is(err, ErrOption) {
		t.Errorf("no end: %v", err)
	}
}

func TestInherit(t *testing.T) {
	nan := math.NaN()
	got, err := Inherit([]float64{2, 5, 9}, 4, Predecessor{History: []float64{8, 8, 6, 3, 1}}, Predecessor{History: []float64{4, nan, 4, 4, 4}, Share: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	// Own sales lie in periods 2..4; from 4 on the old ones do not count.
	if want := []float64{10, 8, 6 + 2 + 2, 3 + 2 + 5, 9}; !slices.Equal(got, want) {
		t.Errorf("Inherit = %v, want %v", got, want)
	}
	if got, _ := Inherit(nil, 1, Predecessor{History: []float64{nan, 3}}); !math.IsNaN(got[0]) || !math.IsNaN(got[1]) {
		t.Errorf("nothing observed = %v", got)
	}
	if _, err := Inherit([]float64{1}, 2); !errors.Is(err, ErrOption) {
		t.Error(err)
	}
	if _, err := Inherit([]float64{1}, 0, Predecessor{Share: -1}); !errors.Is(err, ErrOption) {
		t.Error(err)
	}
}

func TestOverrides(t *testing.T) {
	f := Judgement{
		Mean: []float64{10, 10, 0}, Quantile: []float64{15, 15, 2, 20, 20, 4},
		CumMean: []float64{10, 20}, CumQuantile: []float64{15, 28, 20, 38},
	}
	account, err := f.Apply([]Override{
		{From: 1, To: 2, Kind: ScaleBy, Value: 1.5, Author: "li", Reason: "campaign"},
		{From: 3, To: 3, Kind: SetTo, Value: 6, Author: "li", Reason: "order in hand"},
		{From: 2, To: 3, Kind: Cap, Value: 12, Author: "wu", Reason: "allocation"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(f.Mean, []float64{15, 12, 6}) {
		t.Errorf("mean %v", f.Mean)
	}
	if want := []float64{22.5, 12, 8, 30, 12, 10}; !slices.Equal(f.Quantile, want) {
		t.Errorf("quantiles %v, want %v", f.Quantile, want)
	}
	if !slices.Equal(f.CumMean, []float64{15, 27}) {
		t.Errorf("sums %v", f.CumMean)
	}
	close2(t, "quantile of the sum", f.CumQuantile[1], 28*1.5*27/30, 1e-12)
	want := []Judged{{0, 1, 10, 15}, {0, 2, 10, 15}, {1, 3, 0, 6}, {2, 2, 15, 12}}
	if !slices.Equal(account, want) {
		t.Errorf("account %v, want %v", account, want)
	}
	// A floor on all steps bounds the sum.
	if _, err := f.Apply([]Override{{From: 1, To: 3, Kind: Floor, Value: 40, Author: "wu", Reason: "contract"}}); err != nil {
		t.Fatal(err)
	}
	if f.Mean[2] != 40 || f.Quantile[0] != 40 || f.CumMean[1] != 80 || f.CumQuantile[1] < 80 {
		t.Errorf("floored %+v", f)
	}
	before := slices.Clone(f.Mean)
	for _, o := range []Override{
		{From: 0, To: 1, Kind: SetTo, Author: "a", Reason: "b"}, {From: 1, To: 4, Kind: SetTo, Author: "a", Reason: "b"},
		{From: 1, To: 1, Kind: SetTo, Author: "a"}, {From: 1, To: 1, Kind: SetTo, Reason: "b"}, {From: 1, To: 1, Author: "a", Reason: "b"},
		{From: 1, To: 1, Kind: Cap, Value: -1, Author: "a", Reason: "b"}, {From: 1, To: 1, Kind: SetTo, Value: math.NaN(), Author: "a", Reason: "b"},
	} {
		good := Override{From: 1, To: 1, Kind: SetTo, Value: 1, Author: "a", Reason: "b"}
		if _, err := f.Apply([]Override{good, o}); !errors.Is(err, ErrOverride) {
			t.Errorf("Apply(%+v) = %v", o, err)
		}
	}
	if !slices.Equal(before, f.Mean) {
		t.Error("a refused list of overrides changed the forecast")
	}
}

// TestOverridesOrdered: quantiles stay ordered under any overrides.
func TestOverridesOrdered(t *testing.T) {
	rng := rand.New(rand.NewPCG(121, 122))
	for range 2000 {
		f := Judgement{Mean: make([]float64, 4), Quantile: make([]float64, 12), CumMean: make([]float64, 4), CumQuantile: make([]float64, 12)}
		sum := 0.0
		for j := range 4 {
			f.Mean[j] = math.Floor(10 * rng.Float64())
			sum += f.Mean[j]
			f.CumMean[j] = sum
			for i := range 3 {
				f.Quantile[i*4+j] = f.Mean[j] * float64(i)
				f.CumQuantile[i*4+j] = sum * float64(i)
			}
		}
		var list []Override
		for range rng.IntN(5) {
			from := 1 + rng.IntN(4)
			list = append(list, Override{From: from, To: from + rng.IntN(5-from), Kind: OverrideKind(1 + rng.IntN(5)), Value: 12 * rng.Float64(), Author: "a", Reason: "b"})
		}
		if _, err := f.Apply(list); err != nil {
			t.Fatal(err)
		}
		for j := range 4 {
			for i := 1; i < 3; i++ {
				if f.Quantile[i*4+j] < f.Quantile[(i-1)*4+j] || f.CumQuantile[i*4+j] < f.CumQuantile[(i-1)*4+j] || f.Quantile[j] < 0 {
					t.Fatalf("%+v after %+v", f, list)
				}
			}
		}
	}
}

func TestForecastValueAdded(t *testing.T) {
	nan := math.NaN()
	rows := []Made{
		{2, "li", 100, [4]float64{80, 90, 95, 110}},
		{1, "", 50, [4]float64{60, 55, nan, nan}},
		{2, "wu", 100, [4]float64{80, 110, 104, 101}},
		{2, "wu", nan, [4]float64{80, 110, 104, 101}},
		{1, "li", 50, [4]float64{45, 50, 50, 80}},
	}
	total, items, authors := ForecastValueAdded(rows)
	if total.Rows != 4 || total.Demand != 300 {
		t.Fatalf("total %+v", total)
	}
	// Absolute errors: naive 20+10+20+5, statistical 10+5+10+0, cleaned 5+5+4+0,
	// overridden 10+5+1+30.
	if total.AbsError != [4]float64{55, 25, 14, 46} {
		t.Errorf("absolute errors %v", total.AbsError)
	}
	close2(t, "value added by statistics", total.Added(StatisticalStep), 0.1, 1e-12)
	close2(t, "value added by overrides", total.Added(OverriddenStep), -32.0/300, 1e-12)
	close2(t, "bias", total.Bias(OverriddenStep), (10+5+1+30)/300.0, 1e-12)
	if len(items) != 2 || items[0].Item != 1 || items[0].AbsError[3] != 35 {
		t.Errorf("items %+v", items)
	}
	if len(authors) != 2 || authors[0].Author != "li" || authors[1].Rows != 1 {
		t.Fatalf("authors %+v", authors)
	}
	if li := authors[0]; li.Changed[OverriddenStep] != 2 || li.Better[OverriddenStep] != 0 || li.Worse[OverriddenStep] != 2 {
		t.Errorf("overrides of li %+v", li)
	}
	if authors[1].Better[OverriddenStep] != 1 {
		t.Errorf("overrides of wu %+v", authors[1])
	}
	// Rows of different items in another order.
	slices.Reverse(rows)
	rows[0], rows[3] = rows[3], rows[0] // items keep their own order
	again, _, _ := ForecastValueAdded(rows)
	if again.AbsError != total.AbsError {
		t.Errorf("another order gives %v", again.AbsError)
	}
}
