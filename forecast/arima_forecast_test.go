package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestARIMAConditional holds forecasts and their variances against the conditional
// normal distribution of the future given what was observed, by elimination on the
// dense covariance matrix. Missing values are conditioned away for the means;
// variances take what is missing as known, and are compared without.
func TestARIMAConditional(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 1))
	var f ARIMAFitter
	const h = 6
	for k := range 60 {
		m := randomARIMA(rng)
		n := 25 + rng.IntN(30)
		y := make([]float64, n)
		for i := range y {
			y[i] = 10 * rng.NormFloat64()
		}
		gaps := k%2 == 1
		if gaps {
			for range 4 {
				y[1+rng.IntN(n-2)] = math.NaN()
			}
			y[0], y[n-1] = math.NaN(), math.NaN()
		}
		if err := f.Evaluate(y, ARIMAOptions{}, &m); err != nil {
			t.Fatal(err)
		}
		m.Sigma2 = 1
		const terms = 6000
		psi := make([]float64, terms)
		m.Psi(psi)
		var at []int
		for i, v := range y {
			if !math.IsNaN(v) {
				at = append(at, i)
			}
		}
		seen := len(at)
		for j := range h {
			at = append(at, n+j)
		}
		size := len(at)
		cov := make([]float64, n+h)
		for lag := range cov {
			for l := 0; l+lag < terms; l++ {
				cov[lag] += psi[l] * psi[l+lag]
			}
		}
		// The lower Cholesky factor: rows of the future hold its regression on
		// the past.
		c := make([][]float64, size)
		u := make([]float64, size)
		want, variance := make([]float64, h), make([]float64, h)
		for i := range c {
			c[i] = make([]float64, size)
			for j := 0; j <= i; j++ {
				s := cov[abs(at[i]-at[j])]
				for l := range j {
					s -= c[i][l] * c[j][l]
				}
				if i == j {
					c[i][i] = math.Sqrt(s)
				} else {
					c[i][j] = s / c[j][j]
				}
			}
			if i < seen {
				s := y[at[i]]
				for l := range i {
					s -= c[i][l] * u[l]
				}
				u[i] = s / c[i][i]
				continue
			}
			for l := range seen {
				want[i-seen] += c[i][l] * u[l]
			}
			for l := seen; l <= i; l++ {
				variance[i-seen] += c[i][l] * c[i][l]
			}
		}
		got, step := make([]float64, h), make([]float64, h)
		if err := m.Forecast(got, nil); err != nil {
			t.Fatal(err)
		}
		m.Variance(step, nil)
		for j := range h {
			if !(math.Abs(got[j]-want[j]) <= 1e-5) {
				t.Errorf("%d: %v: step %d = %v, want %v", k, m.Order, j+1, got[j], want[j])
				break
			}
			if !gaps && !(math.Abs(step[j]/variance[j]-1) <= 1e-4) {
				t.Errorf("%d: %v: variance of step %d = %v, want %v", k, m.Order, j+1, step[j], variance[j])
				break
			}
		}
	}
}

// TestARIMAUpdateRegressors: with a drift, a regressor and values missing at the
// start, an updated model is the ARIMA process on what the regression leaves.
func TestARIMAUpdateRegressors(t *testing.T) {
	rng := rand.New(rand.NewPCG(22, 1))
	const skip, n, more, h = 3, 60, 7, 8
	all := skip + n + more + h
	y, x := make([]float64, all), make([]float64, all)
	for i := range y {
		x[i] = rng.Float64()
		y[i] = 100 + 2*float64(i) + 30*x[i] + rng.NormFloat64()
	}
	y[0], y[1], y[2] = math.NaN(), math.NaN(), math.NaN()
	for _, o := range []ARIMAOrder{{P: 1, Q: 1}, {D: 1, Q: 1}, {SD: 1, SQ: 1, Season: 4}, {D: 2, Q: 1}} {
		m, err := FitARIMA(y[:skip+n], o, ARIMAOptions{Constant: true, X: [][]float64{x[:skip+n]}})
		if err != nil {
			t.Fatal(err)
		}
		noise := make([]float64, n+more)
		for i := range noise {
			noise[i] = y[skip+i] - m.constant(i+1) - m.Coef[0]*x[skip+i]
		}
		pure := ARIMA{Order: o, AR: m.AR, MA: m.MA, SAR: m.SAR, SMA: m.SMA}
		var f ARIMAFitter
		if err := f.Evaluate(noise, ARIMAOptions{}, &pure); err != nil {
			t.Fatal(err)
		}
		if err := m.Update(y[skip+n:skip+n+more], [][]float64{x[skip+n:]}); err != nil {
			t.Fatal(err)
		}
		got, want := make([]float64, h), make([]float64, h)
		if err := m.Forecast(got, [][]float64{x[skip+n+more:]}); err != nil {
			t.Fatal(err)
		}
		if err := pure.Forecast(want, nil); err != nil {
			t.Fatal(err)
		}
		for j := range got {
			w := want[j] + m.constant(n+more+j+1) + m.Coef[0]*x[skip+n+more+j]
			if !(math.Abs(got[j]-w) <= 1e-6*math.Abs(w)) {
				t.Errorf("%v: step %d = %v, want %v", o, j+1, got[j], w)
			}
		}
	}
}
