package forecast

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// shopHours is the demand of a shop by the hour, open from 9 to 18 on six days.
func shopHours(days int) []float64 {
	rng := rand.New(rand.NewPCG(9, 9))
	y := make([]float64, 24*days)
	for t := range y {
		if h, d := t%24, t/24%7; h >= 9 && h < 18 && d != 6 {
			y[t] = max(0, math.Round(20+10*math.Sin(float64(h-9)/9*math.Pi)+4*rng.NormFloat64()))
		}
	}
	return y
}

// TestClosed: nights and Sundays are zero for certain, other hours are not; one
// night with a sale, and zeros that are chance, close nothing.
func TestClosed(t *testing.T) {
	y := shopHours(40)
	opt := Options{Season: 24, Seasons: []int{168}, Horizon: 168, Quantiles: []float64{0.05, 0.5, 0.95}, NonNegative: true}
	r, err := Forecast(y, opt)
	if err != nil {
		t.Fatal(err)
	}
	check(t, y, opt, &r)
	for j := range r.Mean {
		h, d := (len(y)+j)%24, (len(y)+j)/24%7
		open := h >= 9 && h < 18 && d != 6
		if hi := r.StepQuantile(2)[j]; open != (r.Mean[j] > 0) || open != (r.SD[j] > 0) || open != (hi > 0) {
			t.Fatalf("day %d, hour %d: mean %v, deviation %v, 95 %% %v", d, h, r.Mean[j], r.SD[j], hi)
		}
	}
	y[24*33+2] = 5 // a night of inventory
	if r, err = Forecast(y, opt); err != nil {
		t.Fatal(err)
	}
	if j := (26 - len(y)%24) % 24; !(r.SD[j] > 0) {
		t.Errorf("hour 2 is closed though it sold once")
	}
	rng := rand.New(rand.NewPCG(1, 9))
	found := 0
	for range 200 {
		y := make([]float64, 90)
		for i := range y {
			if rng.Float64() < 0.5 {
				y[i] = math.Ceil(3 * rng.ExpFloat64())
			}
		}
		e := Engine{x: y, asked: []int{7}}
		if e.findClosed(len(y)); e.closedAny {
			found++
		}
	}
	if found > 4 {
		t.Errorf("%d of 200 series without closed days have one, want 1 %%", found)
	}
}

// TestLaunch: what lies before the first demand is no zero demand where the item has
// sold steadily since, and is where it has not.
func TestLaunch(t *testing.T) {
	since := []float64{52, 132, 88, 105, 120}
	launched := append(make([]float64, 40), since...)
	opt := Options{Horizon: 4, NonNegative: true}
	a, err := Forecast(launched, opt)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Forecast(since, opt)
	if err != nil {
		t.Fatal(err)
	}
	if !same(a, b) {
		t.Errorf("launched: %v, want that of the values since: %v", a.Mean, b.Mean)
	}
	rare := append(make([]float64, 40), 5, 0, 0, 0, 2, 0, 0, 3, 0, 0, 0, 0, 4, 0, 0)
	if a, err = Forecast(rare, opt); err != nil {
		t.Fatal(err)
	}
	if a.Class != IntermittentDemand && a.Class != LumpyDemand || !(a.ADI > 10) {
		t.Errorf("sporadic since the first demand: class %v, interval %v; the zeros before count", a.Class, a.ADI)
	}
	// The state of a launched item knows what was left out.
	var e Engine
	var st State
	if err := e.Forecast(launched, opt, &a); err != nil {
		t.Fatal(err)
	}
	e.State(&st)
	if err := e.Update(append(slices.Clone(launched), 110), &st, opt, &b); err != nil || st.Departure.New != 1 {
		t.Errorf("Update = %v, departure %+v, want one new value", err, st.Departure)
	}
}

// TestStateSeasons: a state with several seasons, closed hours, MSTL and a seasonal
// naive member goes through bytes and follows new hours.
func TestStateSeasons(t *testing.T) {
	y := shopHours(40)
	opt := Options{Season: 24, Seasons: []int{168}, Horizon: 24, NonNegative: true}
	var e, f Engine
	var want, a, b Result
	if err := e.Forecast(y[:930], opt, &want); err != nil {
		t.Fatal(err)
	}
	var st, back State
	e.State(&st)
	text, err := st.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := back.UnmarshalBinary(text); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{930, 936} {
		if err := e.Update(y[:n], &st, opt, &a); err != nil {
			t.Fatal(err)
		}
		if err := f.Update(y[:n], &back, opt, &b); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(a.Mean, b.Mean) {
			t.Fatalf("%d values: decoded state forecasts %v, want %v", n, b.Mean, a.Mean)
		}
		if n == 930 {
			for j, v := range a.Mean {
				near(t, "followed without new values", v, want.Mean[j], 1e-9*max(1, want.Mean[j]))
			}
		}
	}
}

// TestStateKept: forecasting other series with the engine that followed a state
// leaves the state as it is.
func TestStateKept(t *testing.T) {
	all := shapes()
	opt := Options{Season: 12, Horizon: 12, NonNegative: true}
	var e Engine
	var r Result
	for _, name := range []string{"seasonal", "growing", "intermittent"} {
		var st State
		if err := e.Forecast(all[name], opt, &r); err != nil {
			t.Fatal(err)
		}
		e.State(&st)
		if err := e.Update(all[name], &st, opt, &r); err != nil {
			t.Fatal(err)
		}
		before, err := st.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range []string{"half year", "seasonal with gaps", "negative", "growing"} {
			if err := e.Forecast(all[other], opt, &r); err != nil {
				t.Fatal(err)
			}
		}
		after, err := st.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(before, after) {
			t.Errorf("the state of %q has changed while other series were forecast", name)
		}
	}
}
