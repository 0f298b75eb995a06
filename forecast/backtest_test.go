package forecast

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestBacktestNaive: on 1, 2, 3, ... the naive forecast of h steps errs by
// 1..h at every origin, and the drift forecast not at all.
func TestBacktestNaive(t *testing.T) {
	y := make([]float64, 30)
	for i := range y {
		y[i] = float64(i + 1)
	}
	var b Backtester
	scores, err := b.Run(nil, y, BacktestOptions{Options: Options{Horizon: 4, CumulativeTo: 4}, Methods: []string{"naive", "drift"}, Origins: 3, Step: 2, Refit: true})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "MASE of naive", scores[0].MASE, 2.5, 1e-12)
	near(t, "tracking signal of naive", scores[0].Tracking, 12, 1e-12)
	near(t, "MASE of drift", scores[1].MASE, 0, 1e-12)
	if scores[0].Points != 12 || scores[0].Origins != 3 {
		t.Errorf("%d points from %d origins, want 12 from 3", scores[0].Points, scores[0].Origins)
	}
	if _, err := b.Run(nil, y[:6], BacktestOptions{Options: Options{Horizon: 4}, Origins: 3}); !errors.Is(err, ErrOption) {
		t.Errorf("6 values: %v, want ErrOption", err)
	}
}

// TestBacktestFuture: what lies after the last horizon changes no score.
func TestBacktestFuture(t *testing.T) {
	y := shapes()["seasonal"]
	opt := BacktestOptions{Options: Options{Season: 12, Horizon: 6, Quantiles: []float64{0.5, 0.9}}, Methods: []string{"auto", "dotm", "snaive"}, Origins: 2}
	for _, refit := range []bool{false, true} {
		opt.Refit = refit
		var b Backtester
		want, err := b.Run(nil, y, opt)
		if err != nil {
			t.Fatal(err)
		}
		// One origin fewer, a horizon earlier: the first origin is the same.
		opt1 := opt
		opt1.Origins = 1
		got, err := b.Run(nil, y[:len(y)-6], opt1)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if !(got[i].MASE > 0) || !(want[i].MASE > 0) || !(want[i].CRPS > 0) || !(want[i].MSIS > 0) {
				t.Errorf("refit %v: scores %+v and %+v", refit, got[i], want[i])
			}
		}
	}
}

// TestLeaderboard: rows do not depend on the order of series, and the better
// method leads.
func TestLeaderboard(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	var b Backtester
	var scores []Score
	for range 6 {
		y := make([]float64, 60)
		for i := range y {
			y[i] = 100 + 20*math.Sin(float64(i)*math.Pi/6) + rng.NormFloat64()
		}
		var err error
		if scores, err = b.Run(scores, y, BacktestOptions{Options: Options{Season: 12, Horizon: 6}, Methods: []string{"naive", "snaive"}}); err != nil {
			t.Fatal(err)
		}
	}
	want := Leaderboard(scores)
	rng.Shuffle(len(scores), func(i, j int) { scores[i], scores[j] = scores[j], scores[i] })
	got := Leaderboard(scores)
	eq := func(a, b Score) bool {
		return a.Method == b.Method && a.Class == b.Class && a.Series == b.Series && a.MASE == b.MASE && a.CRPS == b.CRPS
	}
	if !slices.EqualFunc(got, want, eq) {
		t.Errorf("another order of series: %+v, want %+v", got, want)
	}
	if len(want) != 4 || want[0].Method != "snaive" || want[0].Series != 6 {
		t.Errorf("leaderboard %+v, want snaive first of two methods in all and in one class", want)
	}
}

// TestCRPS: with the median alone it is the MAE; of the quantiles of N(0,1) at 0
// it is sqrt(2/pi) - 1/sqrt(pi), Gneiting and Raftery (2007), section 4.2.
func TestCRPS(t *testing.T) {
	near(t, "median", CRPS([]float64{3, 5}, [][]float64{{4, 2}}, []float64{0.5}), 2, 1e-12)
	var q [][]float64
	var p []float64
	for i := 1; i < 1000; i++ {
		p = append(p, float64(i)/1000)
		q = append(q, []float64{normalQuantile(float64(i) / 1000)})
	}
	near(t, "normal", CRPS([]float64{0}, q, p), math.Sqrt(2/math.Pi)-1/math.Sqrt(math.Pi), 2e-3)
	near(t, "MSIS", MSIS([]float64{1, 5}, []float64{0, 0}, []float64{2, 4}, 0.05, 2), (2+4+40)/2.0/2, 1e-12)
}
