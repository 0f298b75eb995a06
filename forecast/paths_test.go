package forecast

import (
	"math"
	"slices"
	"testing"
)

// Paths of a random walk: steps i < j have correlation sqrt(i/j), every step has
// the quantiles of the forecast, a seed gives the same bits.
func TestResultPaths(t *testing.T) {
	y := make([]float64, 120)
	x := 1000.0
	for i := range y {
		x += float64((i*37)%21) - 10
		y[i] = x
	}
	r, err := Forecast(y, Options{Horizon: 8, Method: "naive", Quantiles: PathQuantiles})
	if err != nil {
		t.Fatal(err)
	}
	const n = 20000
	paths, err := r.Paths(nil, PathQuantiles, n, 7)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := r.Paths(nil, PathQuantiles, n, 7)
	other, _ := r.Paths(nil, PathQuantiles, n, 8)
	if !slices.Equal(paths, again) || slices.Equal(paths, other) {
		t.Error("paths do not follow the seed")
	}
	col := func(j int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = paths[i*8+j]
		}
		return v
	}
	for j := range 8 {
		v := col(j)
		slices.Sort(v)
		for i, p := range PathQuantiles {
			if p < 0.01 || p > 0.99 {
				continue
			}
			below, _ := slices.BinarySearch(v, r.StepQuantile(i)[j])
			// Four standard errors of a share of n draws.
			if got, tol := float64(below)/n, 4*math.Sqrt(p*(1-p)/n); math.Abs(got-p) > tol {
				t.Errorf("step %d: %.4f of the paths below quantile %v", j+1, got, p)
			}
		}
	}
	a, b := col(1), col(7)
	if got, want := correlation(a, b), math.Sqrt(2.0/8); math.Abs(got-want) > 0.03 {
		t.Errorf("correlation of steps 2 and 8 = %.3f, want %.3f", got, want)
	}
	if _, err := r.Paths(nil, []float64{0.5}, 1, 1); err == nil {
		t.Error("paths from one quantile")
	}
}

func correlation(a, b []float64) float64 {
	n, ma, mb := float64(len(a)), 0.0, 0.0
	for i := range a {
		ma += a[i] / n
		mb += b[i] / n
	}
	ab, aa, bb := 0.0, 0.0, 0.0
	for i := range a {
		ab += (a[i] - ma) * (b[i] - mb)
		aa += (a[i] - ma) * (a[i] - ma)
		bb += (b[i] - mb) * (b[i] - mb)
	}
	return ab / math.Sqrt(aa*bb)
}
