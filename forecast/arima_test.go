package forecast

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
)

// denseLogLik is the oracle: the log density of y under the multivariate normal
// distribution whose covariance matrix is written down from the infinite moving
// average, missing values left out, everything regressed on the columns of x by
// generalised least squares, variance at its best.
func denseLogLik(y []float64, phi, theta []float64, x [][]float64) (logLik float64, beta []float64) {
	const terms = 4000
	psi := make([]float64, terms)
	for l := range psi {
		if l == 0 {
			psi[l] = 1
		} else if l <= len(theta) {
			psi[l] = theta[l-1]
		}
		for i, c := range phi {
			if l > i {
				psi[l] += c * psi[l-1-i]
			}
		}
	}
	var at []int
	for t, v := range y {
		if !math.IsNaN(v) {
			at = append(at, t)
		}
	}
	n := len(at)
	cov := make([]float64, len(y))
	for lag := range cov {
		for l := 0; l+lag < terms; l++ {
			cov[lag] += psi[l] * psi[l+lag]
		}
	}
	omega := make([][]float64, n)
	for i := range omega {
		omega[i] = make([]float64, n)
		for j := range omega[i] {
			omega[i][j] = cov[abs(at[i]-at[j])]
		}
	}
	// Cholesky factor, in place.
	logDet := 0.0
	for i := range n {
		for j := 0; j <= i; j++ {
			s := omega[i][j]
			for k := range j {
				s -= omega[i][k] * omega[j][k]
			}
			if i == j {
				omega[i][i] = math.Sqrt(s)
				logDet += 2 * math.Log(omega[i][i])
			} else {
				omega[i][j] = s / omega[j][j]
			}
		}
	}
	whiten := func(c []float64) []float64 {
		u := make([]float64, n)
		for i := range u {
			s := c[at[i]]
			for k := range i {
				s -= omega[i][k] * u[k]
			}
			u[i] = s / omega[i][i]
		}
		return u
	}
	u := whiten(y)
	beta = make([]float64, len(x))
	var q [][]float64
	for _, c := range x {
		q = append(q, whiten(c))
	}
	// Normal equations by elimination.
	k := len(x)
	a := make([][]float64, k)
	for i := range a {
		a[i] = make([]float64, k+1)
		for j := range k {
			a[i][j] = dot(q[i], q[j])
		}
		a[i][k] = dot(q[i], u)
	}
	for i := range k {
		for r := range k {
			if r != i {
				f := a[r][i] / a[i][i]
				for c := i; c <= k; c++ {
					a[r][c] -= f * a[i][c]
				}
			}
		}
	}
	for i := range k {
		beta[i] = a[i][k] / a[i][i]
		for t := range u {
			u[t] -= beta[i] * q[i][t]
		}
	}
	nu := float64(n)
	return -0.5 * (nu*math.Log(2*math.Pi*dot(u, u)/nu) + logDet + nu), beta
}

// product multiplies out the two polynomials as their difference equation says.
func product(a, b []float64, m int, sign float64) []float64 {
	full := make([]float64, len(a)+m*len(b)+1)
	for i := 0; i <= len(a); i++ {
		ai := 1.0
		if i > 0 {
			ai = -sign * a[i-1]
		}
		for j := 0; j <= len(b); j++ {
			bj := 1.0
			if j > 0 {
				bj = -sign * b[j-1]
			}
			full[i+m*j] += ai * bj
		}
	}
	for i := range full {
		full[i] *= -sign
	}
	return full[1:]
}

func randomARIMA(rng *rand.Rand) ARIMA {
	o := ARIMAOrder{P: rng.IntN(4), Q: rng.IntN(4), SP: rng.IntN(3), SQ: rng.IntN(3), Season: 2 + rng.IntN(5)}
	block := func(k int) []float64 {
		c := make([]float64, k)
		for i := range c {
			c[i] = rng.Float64()*2 - 1
		}
		stationary(c, c)
		return c
	}
	m := ARIMA{Order: o, AR: block(o.P), MA: block(o.Q), SAR: block(o.SP), SMA: block(o.SQ)}
	for _, c := range [][]float64{m.MA, m.SMA} {
		for i := range c {
			c[i] = -c[i]
		}
	}
	return m
}

// TestARIMALikelihood holds the filter against the multivariate normal density,
// with means, regressors, missing values and differences.
func TestARIMALikelihood(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	var f ARIMAFitter
	for k := range 150 {
		m := randomARIMA(rng)
		n := 30 + rng.IntN(60)
		y := make([]float64, n)
		for i := range y {
			y[i] = 50 + 10*rng.NormFloat64()
		}
		var x [][]float64
		opt := ARIMAOptions{Constant: k%2 == 0}
		if opt.Constant {
			c := make([]float64, n)
			for i := range c {
				c[i] = 1
			}
			x = append(x, c)
		}
		for range k % 3 {
			c := make([]float64, n)
			for i := range c {
				c[i] = rng.Float64() * 100
			}
			x = append(x, c)
			opt.X = append(opt.X, c)
		}
		if k%4 > 1 {
			for range 1 + rng.IntN(8) {
				y[1+rng.IntN(n-2)] = math.NaN()
			}
		}
		phi := product(m.AR, m.SAR, m.Order.Season, 1)
		theta := product(m.MA, m.SMA, m.Order.Season, -1)
		want, beta := denseLogLik(y, phi, theta, x)
		if err := f.Evaluate(y, opt, &m); err != nil {
			t.Fatal(err)
		}
		if !(math.Abs(m.LogLik-want) <= 1e-6*math.Abs(want)) {
			t.Errorf("%d: %v n=%d: log-likelihood = %.9f, want %.9f", k, m.Order, n, m.LogLik, want)
			continue
		}
		got := m.Coef
		if opt.Constant {
			got = append([]float64{m.Intercept}, m.Coef...)
		}
		for i := range beta {
			if !(math.Abs(got[i]-beta[i]) <= 1e-5*max(1, math.Abs(beta[i]))) {
				t.Errorf("%d: %v: coefficient %d = %v, want %v", k, m.Order, i, got[i], beta[i])
			}
		}
	}
}

// TestARIMADifferenced: a missing value in a differenced series costs the one
// observation and no more. The density of what is observed, given the first
// values, is that of the differences the observed values have among themselves:
// for a random walk, independent steps whose variance grows with the gap.
func TestARIMADifferenced(t *testing.T) {
	y := []float64{3, 5, 4, math.NaN(), math.NaN(), 9, 8, 12, math.NaN(), 11}
	m := ARIMA{Order: ARIMAOrder{D: 1}}
	var f ARIMAFitter
	if err := f.Evaluate(y, ARIMAOptions{}, &m); err != nil {
		t.Fatal(err)
	}
	steps := [][2]float64{{2, 1}, {-1, 1}, {5, 3}, {-1, 1}, {4, 1}, {-1, 2}}
	rss, logDet := 0.0, 0.0
	for _, s := range steps {
		rss += s[0] * s[0] / s[1]
		logDet += math.Log(s[1])
	}
	nu := float64(len(steps))
	want := -0.5 * (nu*math.Log(2*math.Pi*rss/nu) + logDet + nu)
	if math.Abs(m.LogLik-want) > 1e-9 {
		t.Errorf("log-likelihood = %v, want %v", m.LogLik, want)
	}
}

// TestARIMAUpdate: a model updated with new values is the model evaluated on the
// longer series with the same coefficients.
func TestARIMAUpdate(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	var f ARIMAFitter
	for k := range 60 {
		m := randomARIMA(rng)
		m.Order.D, m.Order.SD = k%3, k/3%2
		n := 60
		y := make([]float64, n+9)
		for i := range y {
			y[i] = 100 + float64(i) + 5*rng.NormFloat64()
		}
		if err := f.Evaluate(y[:n], ARIMAOptions{}, &m); err != nil {
			t.Fatal(err)
		}
		stored, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var long ARIMA
		if err := json.Unmarshal(stored, &long); err != nil {
			t.Fatal(err)
		}
		if err := f.Evaluate(y, ARIMAOptions{}, &long); err != nil {
			t.Fatal(err)
		}
		var updated ARIMA
		if err := json.Unmarshal(stored, &updated); err != nil {
			t.Fatal(err)
		}
		for _, part := range [][]float64{y[n : n+1], y[n+1 : n+5], y[n+5:]} {
			if err := updated.Update(part, nil); err != nil {
				t.Fatal(err)
			}
		}
		want, got := make([]float64, 12), make([]float64, 12)
		if err := long.Forecast(want, nil); err != nil {
			t.Fatal(err)
		}
		if err := updated.Forecast(got, nil); err != nil {
			t.Fatal(err)
		}
		for j := range got {
			if !(math.Abs(got[j]-want[j]) <= 1e-6*max(1, math.Abs(want[j]))) {
				t.Errorf("%v: step %d = %v, want %v", m.Order, j+1, got[j], want[j])
				break
			}
		}
	}
}

// TestARIMAVariance holds variances of steps and sums against simulated paths.
func TestARIMAVariance(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	y := make([]float64, 80)
	for i := range y {
		y[i] = 100 + 10*math.Sin(float64(i)) + 5*rng.NormFloat64()
	}
	for _, tail := range []int{0, 3} {
		series := append([]float64{}, y...)
		for range tail {
			series = append(series, math.NaN())
		}
		m, err := FitARIMA(series, ARIMAOrder{P: 1, D: 1, Q: 1, SQ: 1, Season: 4}, ARIMAOptions{})
		if err != nil {
			t.Fatal(err)
		}
		const steps, paths = 8, 40000
		step, sum, mean := make([]float64, steps), make([]float64, steps), make([]float64, steps)
		m.Variance(step, sum)
		if err := m.Forecast(mean, nil); err != nil {
			t.Fatal(err)
		}
		dst := make([]float64, steps*paths)
		if err := m.Simulate(dst, paths, nil, rand.New(rand.NewPCG(1, 2))); err != nil {
			t.Fatal(err)
		}
		for j := range steps {
			var s, ss, c float64
			for k := range paths {
				e := dst[k*steps+j] - mean[j]
				s += e
				ss += e * e
				total := 0.0
				for i := range j + 1 {
					total += dst[k*steps+i] - mean[i]
				}
				c += total * total
			}
			if v := ss / paths; math.Abs(v/step[j]-1) > 0.03 {
				t.Errorf("tail %d: variance of step %d = %v, simulated %v", tail, j+1, step[j], v)
			}
			if v := c / paths; math.Abs(v/sum[j]-1) > 0.03 {
				t.Errorf("tail %d: variance of sum %d = %v, simulated %v", tail, j+1, sum[j], v)
			}
			if d := s / paths; d*d > 25*step[j]/paths {
				t.Errorf("tail %d: simulated mean of step %d is off by %v", tail, j+1, d)
			}
		}
	}
}

// TestARIMARecovers fits what was simulated.
func TestARIMARecovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 9))
	n := 4000
	y := make([]float64, n)
	e := make([]float64, n)
	for i := range y {
		e[i] = rng.NormFloat64()
		y[i] = e[i]
		if i > 1 {
			y[i] += 0.5*y[i-1] + 0.3*y[i-2] - 0.4*e[i-1]
		}
	}
	for i := range y {
		y[i] += 20
	}
	m, err := FitARIMA(y, ARIMAOrder{P: 2, Q: 1}, ARIMAOptions{Constant: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]float64{{m.AR[0], 0.5}, {m.AR[1], 0.3}, {m.MA[0], -0.4}, {m.Intercept, 20}, {m.Sigma2, 1}} {
		if math.Abs(c[0]-c[1]) > 0.12 {
			t.Errorf("%+v: estimated %v, simulated with %v", m, c[0], c[1])
		}
	}
}

// diffuseLogLik is the likelihood as R computes it: a Kalman filter over the
// series itself, whose first values have mean zero and variance 1e6 in place of
// none, innovations of more than 1e4 left out.
func diffuseLogLik(y, phi, theta, diff []float64) float64 {
	const kappa = 1e6
	r, d := max(len(phi), len(theta)+1), len(diff)
	k := r + d
	square := func() [][]float64 {
		s := make([][]float64, k)
		for i := range s {
			s[i] = make([]float64, k)
		}
		return s
	}
	T, P := square(), square()
	load := make([]float64, k)
	load[0] = 1
	copy(load[1:], theta)
	for i := range r {
		if i < len(phi) {
			T[i][0] = phi[i]
		}
		if i+1 < r {
			T[i][i+1] = 1
		}
	}
	Z := make([]float64, k)
	Z[0] = 1
	copy(Z[r:], diff)
	if d > 0 {
		copy(T[r], Z)
		for i := 1; i < d; i++ {
			T[r+i][r+i-1] = 1
		}
	}
	times := func(a, b [][]float64, transposed bool) [][]float64 {
		c := square()
		for i := range k {
			for j := range k {
				for l := range k {
					if transposed {
						c[i][j] += a[i][l] * b[j][l]
					} else {
						c[i][j] += a[i][l] * b[l][j]
					}
				}
			}
		}
		return c
	}
	// Stationary covariance by summing the moving average.
	w := append([]float64{}, load[:r]...)
	for range 6000 {
		for i := range r {
			for j := range r {
				P[i][j] += w[i] * w[j]
			}
		}
		first := w[0]
		for i := range r {
			next := 0.0
			if i+1 < r {
				next = w[i+1]
			}
			w[i] = T[i][0]*first + next
		}
	}
	for i := r; i < k; i++ {
		P[i][i] = kappa
	}
	a := make([]float64, k)
	ssq, sumLog, nu := 0.0, 0.0, 0.0
	for _, v := range y {
		e, f := v, 0.0
		M := make([]float64, k)
		for i := range k {
			e -= Z[i] * a[i]
			for j := range k {
				M[i] += P[i][j] * Z[j]
			}
		}
		for i := range k {
			f += Z[i] * M[i]
		}
		if f < 1e4 {
			nu++
			ssq += e * e / f
			sumLog += math.Log(f)
		}
		for i := range k {
			a[i] += M[i] * e / f
			for j := range k {
				P[i][j] -= M[i] * M[j] / f
			}
		}
		next := make([]float64, k)
		for i := range k {
			for j := range k {
				next[i] += T[i][j] * a[j]
			}
		}
		a = next
		P = times(times(T, P, false), T, true)
		for i := range r {
			for j := range r {
				P[i][j] += load[i] * load[j]
			}
		}
	}
	return -0.5 * (nu*math.Log(2*math.Pi*ssq/nu) + sumLog + nu)
}
