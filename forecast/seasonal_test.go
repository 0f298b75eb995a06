package forecast

import (
	"math/rand/v2"
	"testing"
)

// TestRecentSeasons: the indices of a long series are those of its last cycles. A
// shop that closed early on Fridays and sold most on Saturdays, and for the last
// 110 weeks the other way round, sells most on Fridays.
func TestRecentSeasons(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	week := [7]float64{1, 1, 1, 1, 0.5, 1.5, 1}
	y := make([]float64, 7*400)
	for i := range y {
		if i == 7*290 {
			week[4], week[5] = week[5], week[4]
		}
		y[i] = 100 * week[i%7] * (1 + 0.05*rng.NormFloat64())
	}
	for _, method := range []string{"dotm", "theta", "auto"} {
		r, err := Forecast(y, Options{Method: method, Season: 7, Horizon: 7, NonNegative: true})
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range r.Mean {
			near(t, method+" against the week of today", v, 100*week[j], 5)
		}
	}
}
