package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawDemand draws a series of one of the kinds that planners have: level, trend
// and season with noise, or sporadic.
func drawDemand(rt *rapid.T) []float64 {
	n := rapid.IntRange(12, 70).Draw(rt, "n")
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
	level, slope := rapid.Float64Range(5, 500).Draw(rt, "level"), rapid.Float64Range(-0.01, 0.02).Draw(rt, "slope")
	wave, noise := rapid.Float64Range(0, 0.5).Draw(rt, "wave"), rapid.Float64Range(0.01, 0.4).Draw(rt, "noise")
	share := rapid.SampledFrom([]float64{0.2, 1, 1}).Draw(rt, "share")
	y := make([]float64, n)
	for t := range y {
		if rng.Float64() <= share {
			y[t] = max(0, level*(1+slope*float64(t))*(1+wave*math.Sin(float64(t)*math.Pi/2)+noise*rng.NormFloat64()))
		}
	}
	return y
}

// TestScaleAny: with another unit of measure the forecast is the same demand, to
// what rounding lets searches differ by. Powers of two are exact: TestScale.
func TestScaleAny(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		y := drawDemand(rt)
		by := rapid.SampledFrom([]float64{1.0 / 12, 0.45359237, 3, 10, 1000}).Draw(rt, "by")
		opt := Options{Season: 4, Horizon: 5, CumulativeTo: 4, Quantiles: []float64{0.1, 0.5, 0.95}}
		a, err := Forecast(y, opt)
		if err != nil {
			rt.Fatal(err)
		}
		scaled := make([]float64, len(y))
		for i, v := range y {
			scaled[i] = v * by
		}
		b, err := Forecast(scaled, opt)
		if err != nil {
			rt.Fatal(err)
		}
		if a.Class == IntermittentDemand || a.Class == LumpyDemand {
			return // counts whole units, which a unit of measure changes
		}
		for j := range a.Mean {
			if tol := 0.01 * max(a.SD[j], math.Abs(a.Mean[j])); !(math.Abs(b.Mean[j]/by-a.Mean[j]) <= tol) {
				rt.Fatalf("step %d of %v: %v times %v is forecast as %v", j+1, y, a.Mean[j], by, b.Mean[j])
			}
		}
	})
}

// TestOrder: neither forecasts nor what a catalogue teaches depend on the order of
// the series.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		k := rapid.IntRange(2, 6).Draw(rt, "series")
		series := make([][]float64, k)
		for i := range series {
			series[i] = drawDemand(rt)
		}
		order := rapid.Permutation(seq(k)).Draw(rt, "order")
		run := func(order []int) ([]Result, *Pool, []float64) {
			var e Engine
			var scratch Sporadic
			var pool ConformalPool
			c := NewCalibrator(k)
			out := make([]Result, k)
			opt := Options{Season: 4, Horizon: 4, CumulativeTo: 3, Quantiles: []float64{0.9, 0.99}, NonNegative: true}
			for _, i := range order {
				if err := e.Forecast(series[i], opt, &out[i]); err != nil {
					rt.Fatal(err)
				}
				pool.Add(&out[i].Residuals)
				c.Observe(i, series[i], &scratch)
			}
			cal := pool.Calibration()
			var q []float64
			for i := range out {
				r := out[i]
				r.SD, r.CumSD, r.Quantile, r.CumQuantile = slices.Clone(r.SD), slices.Clone(r.CumSD), slices.Clone(r.Quantile), slices.Clone(r.CumQuantile)
				cal.Apply(&r, &opt)
				q = append(append(q, r.Quantile...), r.CumQuantile...)
			}
			return out, c.Pool(), q
		}
		a, poolA, qa := run(seq(k))
		b, poolB, qb := run(order)
		for i := range a {
			if !same(a[i], b[i]) {
				rt.Fatalf("series %d: %+v after others, %+v before them", i, b[i], a[i])
			}
		}
		if *poolA != *poolB {
			rt.Fatalf("pool %+v, in order %v %+v", *poolA, order, *poolB)
		}
		for i := range qa {
			// Sums of squares are added in the order of the series.
			if math.Abs(qa[i]-qb[i]) > 1e-9*max(1, math.Abs(qa[i])) {
				rt.Fatalf("calibrated quantile %d: %v, in order %v %v", i, qa[i], order, qb[i])
			}
		}
	})
}

func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// TestSumsCoherent: sums of demand are the sums of the steps in the mean, no quantile
// of more periods is below that of fewer, and the sum of one period is the first
// step.
func TestSumsCoherent(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		y := drawDemand(rt)
		opt := Options{Season: 4, Horizon: 8, CumulativeTo: 8, Quantiles: []float64{0.5, 0.9, 0.99}, NonNegative: true,
			Method: rapid.SampledFrom([]string{"auto", "ets-average", "dotm", "ces", "ses", "sporadic", "tsb", "mstl"}).Draw(rt, "method")}
		r, err := Forecast(y, opt)
		if err != nil {
			rt.Fatal(err)
		}
		check(t, y, opt, &r)
		sum := 0.0
		for j, v := range r.Mean {
			if sum += v; math.Abs(r.CumMean[j]-sum) > 1e-9*max(1, sum) {
				rt.Fatalf("%s: mean of %d steps is %v, the sum of the means %v", r.Method, j+1, r.CumMean[j], sum)
			}
		}
		for i, p := range opt.Quantiles {
			q, one := r.SumQuantile(i), r.StepQuantile(i)[0]
			if math.Abs(q[0]-one) > 1e-6*max(1, one) {
				rt.Fatalf("%s of %v: quantile %v of a sum of one is %v, of the step %v", r.Method, y, p, q[0], one)
			}
			for j := 1; j < len(q); j++ {
				if q[j] < q[j-1]-1e-9*max(1, q[j]) {
					rt.Fatalf("%s of %v: quantile %v falls from %v to %v with step %d", r.Method, y, p, q[j-1], q[j], j+1)
				}
			}
		}
	})
}
