package forecast

import (
	"math"
	"testing"
)

// TestETSAverage: weights follow the criterion, forecasts and moments are those
// of the mixture, and the automatic choice is among the models unless a trend
// without end was held back.
func TestETSAverage(t *testing.T) {
	var f ETSFitter
	var a ETSAverage
	var d ETSDistribution
	for _, form := range ETSForms() {
		y := simulated(form, 72, 4, 9)
		if err := f.Average(&a, y, 4, ETSOptions{}); err != nil {
			t.Fatal(err)
		}
		var m ETS
		if err := f.Auto(&m, y, 4, ETSOptions{}); err != nil {
			t.Fatal(err)
		}
		total := 0.0
		for i, w := range a.Weights {
			total += w
			if i > 0 && w > a.Weights[i-1] {
				t.Errorf("%v: weights %v do not fall", form, a.Weights)
			}
			if a.Models[i].AICc < m.AICc {
				t.Errorf("%v: AICc %v under that of the choice, %v", form, a.Models[i].AICc, m.AICc)
			}
		}
		within(t, "weights", total, 1, 1e-12)
		const h = 6
		fc := a.Forecast(make([]float64, h))
		var mean, variance, cumMean, cumVariance [h]float64
		a.Moments(&d, mean[:], variance[:], cumMean[:], cumVariance[:])
		want := make([]float64, h)
		least := math.Inf(1)
		for i := range a.Models {
			for j, v := range a.Models[i].Forecast(make([]float64, h)) {
				want[j] += a.Weights[i] * v
			}
			d.Compute(&a.Models[i], h, nil, ETSSampling{})
			least = min(least, d.Variance[h-1])
		}
		for j := range want {
			within(t, "mean", fc[j], want[j], 1e-12)
			within(t, "mean of the mixture", mean[j], want[j], 1e-4)
		}
		if !(variance[h-1] >= least) || !(cumVariance[h-1] > variance[h-1]) {
			t.Errorf("%v: variances %v, of sums %v", form, variance, cumVariance)
		}
	}
	y := simulated(ETSForm{Multiplicative, Additive, Multiplicative, false}, 60, 12, 2)
	run := func() {
		if err := f.Average(&a, y, 12, ETSOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	run()
	if n := testing.AllocsPerRun(2, run); n != 0 {
		t.Errorf("%v allocations a series, want 0", n)
	}
}
