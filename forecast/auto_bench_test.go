package forecast

import "testing"

// BenchmarkAutoM3 is the whole of auto, with backtest, intervals and residuals, on
// one series of M3 after the other, horizons as in the competition. With -cpu 1,2
// it also tells what a second thread brings: each goroutine has its own engine.
func BenchmarkAutoM3(b *testing.B) {
	for _, c := range []struct {
		frequency  string
		m, horizon int
	}{{"yearly", 1, 6}, {"quarterly", 4, 8}, {"monthly", 12, 18}, {"other", 1, 8}} {
		b.Run(c.frequency, func(b *testing.B) {
			series := m3Train(b, c.frequency)
			opt := Options{Season: c.m, Horizon: c.horizon, Quantiles: []float64{0.025, 0.1, 0.9, 0.975}, NonNegative: true}
			jobs := make(chan int, 64)
			b.ReportAllocs()
			b.ResetTimer()
			go func() {
				defer close(jobs)
				for i := range b.N {
					jobs <- i * 37 % len(series)
				}
			}()
			b.RunParallel(func(pb *testing.PB) {
				var e Engine
				var r Result
				for i := range jobs {
					if err := e.Forecast(series[i], opt, &r); err != nil {
						b.Error(err)
						return
					}
				}
				for pb.Next() {
				}
			})
		})
	}
}

// BenchmarkDOTM3 is dynamic optimised theta, fit and forecast, on one series of M3
// after the other, seasons taken out as the authors do.
func BenchmarkDOTM3(b *testing.B) {
	for _, c := range []struct {
		frequency string
		m, h      int
	}{{"yearly", 1, 6}, {"quarterly", 4, 8}, {"monthly", 12, 18}} {
		b.Run(c.frequency, func(b *testing.B) {
			series := m3Train(b, c.frequency)
			index, count, adjusted, dst := make([]float64, c.m), make([]float64, c.m), make([]float64, 200), make([]float64, c.h)
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				y := series[i*37%len(series)]
				i++
				x, adjust := y, false
				if seasonal, _, _ := Seasonal(y, c.m); seasonal {
					if _, ok := decompose(y, MultiplicativeSeason, index, count); ok {
						x, adjust = adjusted[:len(y)], true
						deseason(x, y, MultiplicativeSeason, index)
					}
				}
				ThetaSpace{}.Fit(x).Forecast(dst)
				for j := range dst {
					if adjust {
						dst[j] = reseason(dst[j], MultiplicativeSeason, index[(len(y)+j)%c.m])
					}
				}
			}
		})
	}
}
