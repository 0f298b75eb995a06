package forecast

import (
	"math/rand/v2"
	"testing"
)

// wander is a random walk with shocks of heavy tails: the sum of a normal and, one
// time in ten, one five times as wide.
func wander(rng *rand.Rand, n int) []float64 {
	y, level := make([]float64, n), 1000.0
	for t := range y {
		shock := rng.NormFloat64()
		if rng.IntN(10) == 0 {
			shock *= 5
		}
		level += 10 * shock
		y[t] = level
	}
	return y
}

// TestCalibrationCovers: of series that are alike the errors of some calibrate the
// intervals of the others, which then cover what they say, over 400 series and 6
// steps; and it is one thing to calibrate within the engine or after it.
func TestCalibrationCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	const n, h = 36, 6
	opt := Options{Method: "ets", Horizon: h, CumulativeTo: h, Quantiles: []float64{0.025, 0.1, 0.9, 0.975}}
	var e Engine
	var pool ConformalPool
	for range 200 {
		var r Result
		if err := e.Forecast(wander(rng, n), opt, &r); err != nil {
			t.Fatal(err)
		}
		pool.Add(&r.Residuals)
	}
	cal := pool.Calibration()
	var within, below [2]float64
	for range 400 {
		y := wander(rng, n+h)
		var plain, late, engine Result
		for _, r := range []*Result{&plain, &late} {
			if err := e.Forecast(y[:n], opt, r); err != nil {
				t.Fatal(err)
			}
		}
		cal.Apply(&late, &opt)
		with := opt
		with.Calibration = cal
		if err := e.Forecast(y[:n], with, &engine); err != nil {
			t.Fatal(err)
		}
		check(t, y, opt, &late)
		for i := range late.Quantile {
			near(t, "calibrated within the engine and after it", engine.Quantile[i], late.Quantile[i], 1e-6)
		}
		for k, r := range []*Result{&plain, &late} {
			sum := 0.0
			for j, v := range y[n:] {
				if v >= r.StepQuantile(0)[j] && v <= r.StepQuantile(3)[j] {
					within[k] += 1.0 / 400 / h
				}
				if sum += v; sum <= r.SumQuantile(2)[j] {
					below[k] += 1.0 / 400 / h
				}
			}
		}
	}
	t.Logf("95 %% intervals cover %.3f without, %.3f with; sums below their 0.9 quantile %.3f, %.3f", within[0], within[1], below[0], below[1])
	near(t, "share within 95 %", within[1], 0.95, 0.03)
	near(t, "share of sums below their 0.9 quantile", below[1], 0.9, 0.05)
}
