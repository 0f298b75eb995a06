package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
)

// weeks are two years of weekly demand, smooth and sporadic; months five years
// with a season.
func benchSeries() (weeks, sporadic, months []float64) {
	rng := rand.New(rand.NewPCG(7, 8))
	weeks, sporadic, months = make([]float64, 104), make([]float64, 104), make([]float64, 60)
	for i := range weeks {
		weeks[i] = max(0, 100+0.3*float64(i)+20*rng.NormFloat64())
		if rng.Float64() < 0.25 {
			sporadic[i] = math.Ceil(10 * rng.ExpFloat64())
		}
	}
	for i := range months {
		months[i] = (200 + float64(i)) * (1 + 0.3*math.Sin(float64(i)*math.Pi/6) + 0.1*rng.NormFloat64())
	}
	return weeks, sporadic, months
}

// BenchmarkForecast is one series through a warm engine: 12 steps, sums of 8, no
// quantiles unless named.
func BenchmarkForecast(b *testing.B) {
	weeks, sporadic, months := benchSeries()
	run := func(name string, y []float64, opt Options) {
		b.Run(name, func(b *testing.B) {
			var e Engine
			var r Result
			opt.Horizon, opt.CumulativeTo, opt.NonNegative = 12, 8, true
			b.ReportAllocs()
			for b.Loop() {
				if err := e.Forecast(y, opt, &r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	for _, m := range Methods() {
		run("weeks/"+m, weeks, Options{Method: m, Season: 52})
	}
	for _, m := range []string{"croston", "sba", "tsb", "auto"} {
		run("sporadic/"+m, sporadic, Options{Method: m})
	}
	run("months/auto", months, Options{Season: 12})
	q := []float64{0.5, 0.9, 0.95, 0.99}
	run("quantiles/weeks/auto", weeks, Options{Season: 52, Quantiles: q})
	run("quantiles/sporadic/auto", sporadic, Options{Quantiles: q})
	run("quantiles/months/auto", months, Options{Season: 12, Quantiles: q})
}

// BenchmarkFit is a fit alone.
func BenchmarkFit(b *testing.B) {
	weeks, sporadic, _ := benchSeries()
	for _, c := range []struct {
		name string
		fit  func()
	}{
		{"SES", func() { SES{}.Fit(weeks) }},
		{"Holt", func() { Holt{}.Fit(weeks) }},
		{"Theta", func() { Theta{}.Fit(weeks) }},
		{"Croston", func() { Croston{}.Fit(sporadic) }},
		{"TSB", func() { TSB{}.Fit(sporadic) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.fit()
			}
		})
	}
}

// BenchmarkRefresh is the nightly way of one weekly series of 104 values: one new
// value a night, parameters kept.
func BenchmarkRefresh(b *testing.B) {
	weeks, sporadic, _ := benchSeries()
	for _, c := range []struct {
		name string
		y    []float64
	}{{"smooth", weeks}, {"sporadic", sporadic}} {
		b.Run(c.name, func(b *testing.B) {
			var e Engine
			var r Result
			var st State
			opt := Options{Season: 52, Horizon: 13, CumulativeTo: 6, Quantiles: []float64{0.5, 0.95}, NonNegative: true}
			if _, err := e.Refresh(c.y[:103], &st, opt, &r); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if fitted, err := e.Refresh(c.y, &st, opt, &r); err != nil || fitted {
					b.Fatal(fitted, err)
				}
			}
		})
	}
}
