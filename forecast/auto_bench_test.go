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
