package forecast

import (
	"errors"
	"math"
	"slices"
	"testing"
)

// TestStateRoundTrip: a state that went through bytes forecasts the same digits,
// and without new observations those of the fit.
func TestStateRoundTrip(t *testing.T) {
	all := shapes()
	var e, f Engine
	for _, method := range Methods() {
		for _, name := range names(all) {
			y := all[name]
			opt := Options{Method: method, Season: 12, Horizon: 6, CumulativeTo: 4, NonNegative: true}
			var want, a, b Result
			if err := e.Forecast(y, opt, &want); err != nil {
				t.Fatal(err)
			}
			var st, back State
			e.State(&st)
			bytes, err := st.MarshalBinary()
			if err != nil {
				t.Fatal(err)
			}
			if err := back.UnmarshalBinary(bytes); err != nil {
				t.Fatalf("%s of %s: %v", method, name, err)
			}
			if err := e.Update(y, &st, opt, &a); err != nil {
				t.Fatalf("%s of %s: %v", method, name, err)
			}
			if err := f.Update(y, &back, opt, &b); err != nil {
				t.Fatalf("%s of %s, decoded: %v", method, name, err)
			}
			check(t, y, opt, &a)
			if !slices.Equal(a.Mean, b.Mean) || !slices.Equal(a.SD, b.SD) || !slices.Equal(a.CumSD, b.CumSD) {
				t.Fatalf("%s of %s: decoded state forecasts %v, want %v", method, name, b.Mean, a.Mean)
			}
			if st.Departure.New != 0 || st.Departure.Stale {
				t.Fatalf("%s of %s: departure %+v without new observations", method, name, st.Departure)
			}
			tol := 1e-9
			if slices.ContainsFunc(y, math.IsNaN) {
				tol = 0.01 // gaps are filled by the seasons of the fit, not by first ones
			}
			for j := range want.Mean {
				if d := math.Abs(a.Mean[j] - want.Mean[j]); d > tol*math.Abs(want.Mean[j]) {
					t.Fatalf("%s of %s: step %d of the state is %v, of the fit %v", method, name, j+1, a.Mean[j], want.Mean[j])
				}
			}
		}
	}
}

// TestStateAlone: the state of a series does not depend on what its engine forecast
// before, down to the last byte.
func TestStateAlone(t *testing.T) {
	all := shapes()
	encoded := func(e *Engine, y []float64, opt Options) string {
		var r Result
		var st State
		if err := e.Forecast(y, opt, &r); err != nil {
			t.Fatal(err)
		}
		e.State(&st)
		b, err := st.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	long := make([]float64, 200) // with seasons of its own
	for i := range long {
		long[i] = 20 + 9*math.Sin(float64(i)*2*math.Pi/7) + 5*math.Sin(float64(i)*2*math.Pi/50)
	}
	for _, method := range []string{"ses", "theta", "croston"} {
		for _, name := range names(all) {
			var used, fresh Engine
			encoded(&used, long, Options{Method: method, Seasons: []int{7, 50}, Horizon: 6})
			opt := Options{Method: method, Season: 12, Horizon: 6}
			if encoded(&used, all[name], opt) != encoded(&fresh, all[name], opt) {
				t.Errorf("%s of %s: the state depends on the series before", method, name)
			}
		}
	}
}

// TestRefresh: a series that goes on as it was is followed, one whose level
// doubles is fitted anew, and a revised history too.
func TestRefresh(t *testing.T) {
	y := shapes()["seasonal"]
	opt := Options{Season: 12, Horizon: 12}
	var e Engine
	var r Result
	var st State
	for n := 84; n <= 90; n++ {
		fitted, err := e.Refresh(y[:n], &st, opt, &r)
		if err != nil || fitted != (n == 84) {
			t.Fatalf("%d values: fitted %v, error %v, departure %+v", n, fitted, err, st.Departure)
		}
	}
	// Followed forecasts are near to those of a new fit.
	fresh, err := Forecast(y[:90], opt)
	if err != nil {
		t.Fatal(err)
	}
	for j := range r.Mean {
		near(t, "followed against fitted", r.Mean[j]/fresh.Mean[j], 1, 0.05)
	}
	jump := slices.Clone(y[:90])
	jump[89], jump[88] = 2*jump[89], 2*jump[88]
	if fitted, err := e.Refresh(jump, &st, opt, &r); err != nil || !fitted {
		t.Errorf("level doubled: fitted %v, error %v, departure %+v", fitted, err, st.Departure)
	}
	revised := slices.Clone(jump)
	revised[3]++
	if err := e.Update(revised, &st, opt, &r); !errors.Is(err, ErrState) {
		t.Errorf("revised history: %v, want ErrState", err)
	}
	opt.Horizon = 6
	if err := e.Update(jump, &st, opt, &r); !errors.Is(err, ErrState) {
		t.Errorf("other options: %v, want ErrState", err)
	}
}

// FuzzState: no bytes make a state that panics, when read, written again, or used on
// the series that its digest is of; what it forecasts is finite.
func FuzzState(f *testing.F) {
	var e Engine
	var r Result
	y := shapes()["seasonal"]
	for _, m := range []string{"auto", "ces", "ets", "ets-average", "arima", "sporadic", "mstl", "dotm", "holt"} {
		opt := Options{Method: m, Season: 12, Horizon: 6}
		if err := e.Forecast(y, opt, &r); err != nil {
			f.Fatal(err)
		}
		var st State
		e.State(&st)
		b, err := st.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var st State
		if err := st.UnmarshalBinary(b); err != nil {
			if !errors.Is(err, ErrState) {
				t.Fatal(err)
			}
			return
		}
		again, err := st.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var twice State
		if err := twice.UnmarshalBinary(again); err != nil {
			t.Fatalf("state written from a state is refused: %v", err)
		}
		opt := Options{Season: st.opt.season, Horizon: st.opt.horizon, CumulativeTo: st.opt.cumulative, Method: st.opt.method, NonNegative: st.opt.nonNegative}
		if max(opt.Horizon, opt.CumulativeTo) > 50 {
			return
		}
		if err := e.Update(append(slices.Clone(y), 150), &st, opt, &r); err != nil {
			return
		}
		for _, s := range [][]float64{r.Mean, r.SD, r.CumMean, r.CumSD} {
			for i, v := range s {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("value %d of the forecast is %v", i, v)
				}
			}
		}
	})
}
