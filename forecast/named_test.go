package forecast

import (
	"math"
	"strings"
	"testing"
)

// A model asked for by the letters of its form is that model, or the result says
// that another stands in.
func TestNamedForm(t *testing.T) {
	y := make([]float64, 60)
	for i := range y {
		y[i] = 100 + float64(i) + 20*math.Sin(2*math.Pi*float64(i)/12) + float64(i*7%5)
	}
	for _, form := range []string{"ANN", "AAdN", "MAM", "MAdM", "AAA", "MMN"} {
		r, err := Forecast(y, Options{Season: 12, Horizon: 6, Method: "ets:" + form})
		if err != nil || r.Method != "ets:"+form || r.Note != "" {
			t.Errorf("ets:%s: method %s, note %q, %v", form, r.Method, r.Note, err)
		}
		if !(r.Accuracy.MASE > 0) {
			t.Errorf("ets:%s has no accuracy: %+v", form, r.Accuracy)
		}
	}
	y[30] = 0
	r, err := Forecast(y, Options{Season: 12, Horizon: 6, Method: "ets:MAM"})
	if err != nil || !strings.Contains(r.Note, "ets:MAM") {
		t.Errorf("multiplicative form of a series with a zero: note %q, %v", r.Note, err)
	}
	for _, bad := range []string{"ets:", "ets:XYZ", "ets:AAdNN", "ses:ANN"} {
		if KnownMethod(bad) {
			t.Errorf("method %q is known", bad)
		}
		if _, err := Forecast(y, Options{Method: bad}); err == nil {
			t.Errorf("method %q gives no error", bad)
		}
	}
	// A state is of one form.
	var e Engine
	var st State
	y[30] = 130
	if err := e.Forecast(y[:50], Options{Season: 12, Method: "ets:MAM"}, &r); err != nil {
		t.Fatal(err)
	}
	e.State(&st)
	if err := e.Update(y, &st, Options{Season: 12, Method: "ets:AAA"}, &r); err == nil {
		t.Error("a state of ets:MAM forecasts ets:AAA")
	}
	if err := e.Update(y, &st, Options{Season: 12, Method: "ets:MAM"}, &r); err != nil || r.Method != "ets:MAM" {
		t.Errorf("update: %s, %v", r.Method, err)
	}
}
