package forecast

import (
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// checkETS fits y in every way and wants finite numbers or one of the errors.
func checkETS(t *testing.T, y []float64, m, h int, opt ETSOptions) {
	t.Helper()
	var f ETSFitter
	var model ETS
	expected := func(err error) bool {
		return errors.Is(err, ErrEmpty) || errors.Is(err, ErrValue) || errors.Is(err, ErrOption)
	}
	finite := func(what string, x []float64) {
		for i, v := range x {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%s[%d] = %v of %v on %v, season %d", what, i, v, model.Form, y, m)
			}
		}
	}
	all := func() {
		finite("measures", []float64{model.LogLik, model.AIC, model.BIC, model.MSE, model.Sigma2,
			model.Alpha, model.Beta, model.Gamma, model.Phi, model.State.Level, model.State.Slope})
		finite("forecast", model.Forecast(make([]float64, h)))
		finite("fitted", model.Fitted(make([]float64, len(y)), y, 2))
		finite("path", model.Simulate(make([]float64, h), rand.New(rand.NewPCG(1, 1))))
		var d ETSDistribution
		d.Compute(&model, h, []float64{0.05, 0.99}, ETSSampling{Paths: 100})
		for _, x := range [][]float64{d.Mean, d.Variance, d.CumMean, d.CumVariance, d.Quantile, d.CumQuantile} {
			finite("distribution", x)
		}
		model.Update([]float64{0, math.NaN(), 1e300, -1e300, 1, 5e-324})
		finite("forecast after the update", model.Forecast(make([]float64, h)))
	}
	if err := f.Auto(&model, y, m, opt); err != nil {
		if !expected(err) {
			t.Fatalf("Auto(%v, %d) = %v", y, m, err)
		}
		return
	}
	all()
	var a ETSAverage
	if err := f.Average(&a, y, m, opt); err != nil {
		t.Fatalf("Average(%v, %d) = %v", y, m, err)
	}
	finite("average", a.Forecast(make([]float64, h)))
	for _, form := range [...]ETSForm{
		{Error: Additive, Trend: Additive, Season: Additive},
		{Error: Multiplicative, Trend: Additive, Season: Multiplicative, Damped: true},
		{Error: Additive, Trend: Multiplicative, Season: Multiplicative},
		{Error: Multiplicative, Trend: Multiplicative, Damped: true},
	} {
		if err := f.Fit(&model, y, m, form); err != nil {
			if !expected(err) {
				t.Fatalf("Fit(%v, %d, %v) = %v", y, m, form, err)
			}
			continue
		}
		all()
	}
}

func TestETSBadInput(t *testing.T) {
	nan := math.NaN()
	spike := make([]float64, 40)
	spike[20] = 7
	huge := make([]float64, 30)
	mixed := make([]float64, 30)
	line := make([]float64, 30)
	gaps := make([]float64, 48)
	periodic := make([]float64, 48)
	growth := make([]float64, 60)
	for i := range gaps {
		gaps[i] = nan
		periodic[i] = float64(1 + i%12)
		if i%3 == 1 {
			gaps[i] = float64(10 + i%12)
		}
	}
	for i := range huge {
		huge[i] = 1e300 * (1 + float64(i%4))
		mixed[i] = math.Pow(10, float64(20*(i%31)-300))
		line[i] = 3 + 2*float64(i)
	}
	for i := range growth {
		growth[i] = math.Pow(2, float64(i))
	}
	for _, y := range [][]float64{spike, huge, mixed, line, gaps, periodic, growth,
		{-5, -3, -8, -1, -2, -9, -4}, {0, 0, 0, 0, 0, 0, 1}, {1e-320, 2e-320, 3e-320, 1e-320, 2e-320, 3e-320, 1e-320},
		{nan, nan, 3, nan, 4, 5, nan, 7, 9, 8, nan, nan}, {1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2}} {
		for _, m := range []int{0, 1, 2, 4, 12, 24, 25, 1000} {
			checkETS(t, y, m, 15, ETSOptions{MultiplicativeTrend: true, Unrestricted: true})
		}
	}
	var f ETSFitter
	var model ETS
	if err := f.Auto(&model, spike, -1, ETSOptions{}); !errors.Is(err, ErrOption) {
		t.Errorf("season -1: %v", err)
	}
	if err := f.Fit(&model, spike, 4, ETSForm{Error: Multiplicative}); !errors.Is(err, ErrOption) {
		t.Errorf("multiplicative error on zeros: %v", err)
	}
	if err := f.Fit(&model, spike, 4, ETSForm{}); !errors.Is(err, ErrOption) {
		t.Errorf("no form: %v", err)
	}
	if got := model.Forecast(nil); len(got) != 0 {
		t.Errorf("horizon 0: %v", got)
	}
}

func FuzzETS(f *testing.F) {
	f.Add([]byte{4, 1, 3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9})
	f.Add([]byte{12, 0, 255, 1, 255, 255, 1, 9, 0, 0, 0, 0, 0, 7})
	f.Add(append([]byte{2, 3}, binary.LittleEndian.AppendUint64(nil, math.Float64bits(1e300))...))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 2 || len(b) > 300 {
			return
		}
		opt := ETSOptions{MultiplicativeTrend: b[1]&4 > 0, Unrestricted: b[1]&8 > 0}
		var y []float64
		if data := b[2:]; b[1]&1 == 1 && b[1]&2 == 2 {
			for ; len(data) >= 8; data = data[8:] {
				y = append(y, math.Float64frombits(binary.LittleEndian.Uint64(data)))
			}
		} else {
			for _, v := range data {
				x := float64(v)
				if v == 255 {
					x = math.NaN()
				}
				if b[1]&2 == 2 {
					x = math.Exp(x/3 - 40)
				}
				y = append(y, x)
			}
		}
		checkETS(t, y, int(b[0])%30, 7, opt)
	})
}
