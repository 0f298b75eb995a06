package forecast

import (
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"
)

// weeklyDemand is two years of weeks of item i of a made-up company, and one week
// more: of 20 items 8 smooth (half of them with a year's season), 4 erratic, 5
// intermittent and 3 lumpy.
func weeklyDemand(i int) []float64 {
	rng := rand.New(rand.NewPCG(uint64(i), 104))
	y := make([]float64, 105)
	level := math.Exp(1 + 4*rng.Float64())
	trend, phase := 1+0.002*rng.NormFloat64(), rng.Float64()
	share, spread, wave := 1.0, 0.2, 0.0
	switch k := i % 20; {
	case k < 4:
		wave = 0.4
	case k < 8:
	case k < 12:
		spread = 0.9
	case k < 17:
		share, spread = 0.15+0.4*rng.Float64(), 0.3
	default:
		share, spread = 0.1+0.4*rng.Float64(), 1.2
	}
	// Sizes are log-normal with the coefficient of variation spread.
	s := math.Sqrt(math.Log1p(spread * spread))
	for t := range y {
		if rng.Float64() < share {
			y[t] = math.Round(level * (1 + wave*math.Sin(2*math.Pi*(float64(t)/52+phase))) * math.Exp(s*rng.NormFloat64()-s*s/2))
		}
		level *= trend
	}
	return y
}

// BenchmarkNightly is a catalogue of weekly series of 104 observations, auto, on as
// many goroutines as there are processors; each operation is one series.
//
// fit is a forecast from nothing and its state as bytes. night is what the next
// week takes: the state is read from bytes and follows the new observation, every
// 50th series is fitted anew, and the new state is written where it has changed.
// 4,096 different series are used, again and again: with -benchtime 1000000x it is
// a night of a million, and 1e-3 times ns/op the seconds that it takes. Memory is an
// engine and a result a goroutine and what the 4,096 series and states have.
func BenchmarkNightly(b *testing.B) {
	const catalogue = 4096
	opt := Options{Season: 52, Horizon: 26, CumulativeTo: 8, Quantiles: []float64{0.5, 0.9, 0.95, 0.99}, NonNegative: true}
	series, states := make([][]float64, catalogue), make([][]byte, catalogue)
	for i := range series {
		series[i] = weeklyDemand(i)
	}
	// Each operation has a number; each worker an engine.
	run := func(b *testing.B, work func(e *Engine, st *State, r *Result, k int) error) {
		var next atomic.Int64
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			var e Engine
			var r Result
			var st State
			for pb.Next() {
				if err := work(&e, &st, &r, int(next.Add(1))-1); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	fit := func(e *Engine, st *State, r *Result, k int) error {
		if err := e.Forecast(series[k%catalogue][:104], opt, r); err != nil {
			return err
		}
		e.State(st)
		var err error
		states[k%catalogue], err = st.MarshalBinary()
		return err
	}
	b.Run("fit", func(b *testing.B) { run(b, fit) })
	b.Run("night", func(b *testing.B) {
		var e Engine
		var r Result
		var st State
		size := 0
		for k := range states {
			if states[k] == nil {
				if err := fit(&e, &st, &r, k); err != nil {
					b.Fatal(err)
				}
			}
			size += len(states[k])
		}
		var refitted atomic.Int64
		b.ResetTimer()
		run(b, func(e *Engine, st *State, r *Result, k int) error {
			y := series[k%catalogue]
			*st = State{}
			if k%50 != 0 {
				if err := st.UnmarshalBinary(states[k%catalogue]); err != nil {
					return err
				}
			}
			fitted, err := e.Refresh(y, st, opt, r)
			if err != nil || !fitted {
				return err
			}
			refitted.Add(1)
			_, err = st.MarshalBinary()
			return err
		})
		b.ReportMetric(float64(refitted.Load())/float64(b.N)*100, "%fitted")
		b.ReportMetric(float64(size)/catalogue, "bytes/state")
	})
}
