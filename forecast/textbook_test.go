package forecast

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s = %v, want %v (tolerance %v)", what, got, want, tol)
	}
}

// TestSES is the oil production of Saudi Arabia, Hyndman and Athanasopoulos,
// Forecasting: Principles and Practice, 2nd ed., section 7.1: alpha 0.83, first
// level 446.6, forecast 542.68. The printed digits set the tolerance.
func TestSES(t *testing.T) {
	oil := []float64{445.36, 453.20, 454.41, 422.38, 456.04, 440.39, 425.19, 486.21, 500.43,
		521.28, 508.95, 488.89, 509.87, 456.72, 473.82, 525.95, 549.83, 542.34}
	m := SES{}.Fit(oil)
	near(t, "alpha", m.Alpha, 0.83, 0.006)
	near(t, "l[0]", m.Initial, 446.6, 0.1)
	near(t, "forecast", m.Forecast(make([]float64, 3))[2], 542.68, 0.02)
}

// TestHolt is the passengers of Australian airlines, section 7.2 of the same:
// alpha 0.8302, beta* 0.0001, forecasts 74.60, 76.70, 78.80, 80.91, 83.01. The
// book's first level, 15.57, and slope, 2.102, were searched for; solved for they
// leave a smaller error, and move the forecasts by 0.014 at most.
func TestHolt(t *testing.T) {
	air := []float64{17.55, 21.86, 23.89, 26.93, 26.89, 28.83, 30.08, 30.95, 30.19, 31.58,
		32.58, 33.48, 39.02, 41.39, 41.60, 44.66, 46.95, 48.73, 51.49, 50.03, 60.64, 63.36,
		66.36, 68.20, 68.12, 69.78, 72.60}
	p := Holt{Alpha: 0.8302, Beta: 0.8302 * 0.0001, Phi: 1}
	m := p.Fit(air)
	near(t, "b[0]", m.InitialSlope, 2.102, 0.004)
	got := m.Forecast(make([]float64, 5))
	for i, want := range []float64{74.60, 76.70, 78.80, 80.91, 83.01} {
		near(t, "step", got[i], want, 0.02)
	}
	if book := holtCost(air, p, 15.57, 2.102); m.MSE*float64(len(air)) > book {
		t.Errorf("SSE = %v, want at most the book's %v", m.MSE*float64(len(air)), book)
	}
}

// holtCost is the sum of squared errors of a damped trend.
func holtCost(y []float64, p Holt, l, b float64) float64 {
	sse := 0.0
	for _, v := range y {
		e := v - l - p.Phi*b
		sse += e * e
		l, b = l+p.Phi*b+p.Alpha*e, p.Phi*b+p.Beta*e
	}
	return sse
}

// TestHoltFirstStates: the first states solved for are those of least squared
// error; moving either way costs.
func TestHoltFirstStates(t *testing.T) {
	y := []float64{3, 5, 4, 8, 9, 7, 12, 11, 15, 14}
	p := Holt{Alpha: 0.4, Beta: 0.1, Phi: 0.9}
	m := p.Fit(y)
	cost := func(l, b float64) float64 { return holtCost(y, p, l, b) }
	best := cost(m.InitialLevel, m.InitialSlope)
	near(t, "MSE*n", m.MSE*float64(len(y)), best, 1e-9)
	for _, d := range []float64{-0.01, 0.01} {
		if c := cost(m.InitialLevel+d, m.InitialSlope); c <= best {
			t.Errorf("cost with l[0]%+v = %v, want above %v", d, c, best)
		}
		if c := cost(m.InitialLevel, m.InitialSlope+d); c <= best {
			t.Errorf("cost with b[0]%+v = %v, want above %v", d, c, best)
		}
	}
}

// TestCroston follows Croston (1972), Syntetos and Boylan (2005) and Teunter,
// Syntetos and Babai (2011) by hand, alpha = beta = 0.1:
//
//	t   1  2  3    4   5     6     7      8
//	y   0  0  3    0   1     0     0      5
//	z         3        2.8                3.02
//	p         3        2.9                2.91
//	d         1/3  .3  .37   .333  .2997  .36973
func TestCroston(t *testing.T) {
	y := []float64{0, 0, 3, 0, 1, 0, 0, 5}
	const tol = 1e-12 // rounding of eight steps
	c := Croston{}.Fit(y)
	near(t, "z", c.Size, 3.02, tol)
	near(t, "p", c.Interval, 2.91, tol)
	near(t, "Croston", c.Rate, 3.02/2.91, tol)
	near(t, "SBA", Croston{SBA: true}.Fit(y).Rate, 0.95*3.02/2.91, tol)
	s := TSB{}.Fit(y)
	near(t, "1/d", s.Interval, 1/0.36973, tol)
	near(t, "TSB", s.Rate, 0.36973*3.02, tol)
	// The item dies: TSB follows, Croston does not see it.
	dead := append(y, make([]float64, 50)...)
	near(t, "Croston after 50 empty periods", Croston{}.Fit(dead).Rate, 3.02/2.91, tol)
	near(t, "TSB after 50 empty periods", TSB{}.Fit(dead).Rate, 0.36973*3.02*math.Pow(0.9, 50), tol)
}

// TestTheta: on a straight line y = 10 + 2t the level lags, and the drift is
// half the slope: Hyndman and Billah (2003), equation (5), with alpha = 0.5.
func TestTheta(t *testing.T) {
	y := []float64{12, 14, 16, 18, 20}
	m := Theta{Alpha: 0.5}.Fit(y)
	near(t, "drift", m.Drift, 1, 1e-12)
	level := SES{Alpha: 0.5}.Fit(y).Level
	reach := (1 - math.Pow(0.5, 5)) / 0.5
	for i, got := range m.Forecast(make([]float64, 4)) {
		near(t, "step", got, level+1*(float64(i)+reach), 1e-12)
	}
}

func TestNaive(t *testing.T) {
	y := []float64{1, 4, 2, 6, 3, 8}
	for _, c := range []struct {
		name      string
		got, want []float64
	}{
		{"Naive", Naive(make([]float64, 3), y), []float64{8, 8, 8}},
		{"SeasonalNaive", SeasonalNaive(make([]float64, 5), y, 4), []float64{2, 6, 3, 8, 2}},
		{"SeasonalNaive short", SeasonalNaive(make([]float64, 2), y[:2], 4), []float64{4, 4}},
		{"Mean", Mean(make([]float64, 2), y), []float64{4, 4}},
		{"Drift", Drift(make([]float64, 2), y), []float64{9.4, 10.8}},
		{"Drift of one", Drift(make([]float64, 2), y[:1]), []float64{1, 1}},
		{"Naive of none", Naive(make([]float64, 1), nil), []float64{0}},
		{"Mean of none", Mean(make([]float64, 1), nil), []float64{0}},
	} {
		for i := range c.want {
			near(t, c.name, c.got[i], c.want[i], 1e-12)
		}
	}
}

// TestClassify: one series in every quarter of the table of Syntetos, Boylan
// and Croston (2005).
func TestClassify(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		y        []float64
		want     DemandClass
		adi, cv2 float64
	}{
		{[]float64{10, 12, 11, 9}, SmoothDemand, 1, 5.0 / 3 / 10.5 / 10.5},
		{[]float64{1, 20, 1, 20}, ErraticDemand, 1, 361.0 / 3 / 10.5 / 10.5},
		{[]float64{0, 5, 0, 0, 5, 5}, IntermittentDemand, 2, 0},
		{[]float64{0, 1, 0, 0, 20, 1}, LumpyDemand, 2, 361.0 / 3 / (22.0 / 3 * 22 / 3)},
		{[]float64{0, 0, nan}, NoDemand, 0, 0},
		{nil, NoDemand, 0, 0},
		{[]float64{nan, 0, -4, 0}, IntermittentDemand, 3, 0},
		// 33 periods with 25 demands: ADI is exactly the cut-off.
		{append(make([]float64, 8), fill(25, 7)...), SmoothDemand, 1.32, 0},
	} {
		class, adi, cv2 := Classify(c.y)
		if class != c.want {
			t.Errorf("Classify(%v) = %v, want %v", c.y, class, c.want)
		}
		near(t, "ADI", adi, c.adi, 1e-12)
		near(t, "CV²", cv2, c.cv2, 1e-12)
	}
}

func fill(n int, v float64) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = v
	}
	return s
}

// TestDecompose: a line times and plus known indices gives the indices back,
// exactly for the additive form (the moving average of a line is the line), and
// for the multiplicative form where the line is level.
func TestDecompose(t *testing.T) {
	for _, m := range []int{4, 7, 12} {
		want := make([]float64, m)
		for p := range want {
			want[p] = math.Sin(2 * math.Pi * float64(p) / float64(m))
		}
		y := make([]float64, 5*m+3)
		index, count := make([]float64, m), make([]float64, m)
		for i := range y {
			y[i] = 100 + 3*float64(i) + 20*want[i%m]
		}
		if rest, ok := decompose(y, AdditiveSeason, index, count); !ok || rest > 1e-18*1e4 {
			t.Errorf("additive season of %d: rest %v, ok %v, want 0, true", m, rest, ok)
		}
		for p := range want {
			near(t, "additive index", index[p], 20*want[p], 1e-9)
		}
		for i := range y {
			y[i] = 100 * (1 + want[i%m]/2)
		}
		if _, ok := decompose(y, MultiplicativeSeason, index, count); !ok {
			t.Errorf("multiplicative season of %d: not ok", m)
		}
		for p := range want {
			near(t, "multiplicative index", index[p], 1+want[p]/2, 1e-12)
		}
	}
}

// TestNelderMead: the valley of Rosenbrock (1960), moved into the unit cube,
// with a third parameter that wants to leave it.
func TestNelderMead(t *testing.T) {
	f := func(p point) float64 {
		x, y := 4*p[0]-2, 4*p[1]-2
		return 100*(y-x*x)*(y-x*x) + (1-x)*(1-x) + p[2]
	}
	got, v := nelderMead(f, point{0.2, 0.6, 0.5}, 0.2, 4000, 1e-14)
	near(t, "x", got[0], 0.75, 1e-3)
	near(t, "y", got[1], 0.75, 1e-3)
	near(t, "z", got[2], 0, 1e-6)
	near(t, "f", v, 0, 1e-5)
}

// TestSampleQuantile: definition 8 of Hyndman and Fan (1996) on 1..9, the
// values of R's quantile(1:9, p, type = 8).
func TestSampleQuantile(t *testing.T) {
	y := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}
	for _, c := range [][2]float64{{0.5, 5}, {0.25, 2 + 2.0/3}, {0.75, 7 + 1.0/3}, {0.01, 1}, {0.99, 9}} {
		near(t, "quantile", sampleQuantile(y, c[0]), c[1], 1e-12)
	}
}

// TestParametric: normal quantiles of any table; gamma quantiles with shape 1,
// the exponential distribution, -ln(1-p), to the 2 % of Wilson and Hilferty.
func TestParametric(t *testing.T) {
	near(t, "z(.975)", normalQuantile(0.975), 1.959963984540054, 1e-12)
	near(t, "z(1e-12)", normalQuantile(1e-12), -7.034483825301131, 1e-8)
	near(t, "z(1e-300)", normalQuantile(1e-300), -37.0471, 1e-4)
	near(t, "z(.5)", normalQuantile(0.5), 0, 1e-15)
	for _, p := range []float64{0.5, 0.9, 0.95, 0.99} {
		want := -math.Log(1-p) * 8
		near(t, "gamma", parametric(8, 8, p, true), want, 0.02*want)
	}
	if a, b := parametric(8, 2, 0.9, true), parametric(8, 2, 0.9, false); a != b {
		t.Errorf("demand with CV 0.25 has quantile %v, want the normal one %v", a, b)
	}
}

func TestMetrics(t *testing.T) {
	nan := math.NaN()
	y := []float64{10, 0, nan, 20}
	f := []float64{8, 3, 5, 25}
	const tol = 1e-12
	near(t, "MAE", MAE(y, f), 10.0/3, tol)
	near(t, "MSE", MSE(y, f), 38.0/3, tol)
	near(t, "WAPE", WAPE(y, f), 10.0/30, tol)
	near(t, "Bias", Bias(y, f), 6.0/30, tol)
	near(t, "SMAPE", SMAPE(y, f), (200*2.0/18+200+200*5.0/45)/3, tol)
	near(t, "Pinball(.9)", Pinball(y, f, 0.9), (0.9*2+0.1*3+0.1*5)/3, tol)
	near(t, "Pinball(.5)", Pinball(y, f, 0.5), MAE(y, f)/2, tol)
	near(t, "TrackingSignal", TrackingSignal(y, f), -6/(10.0/3), tol)
	near(t, "Coverage", Coverage(y, []float64{10, 1, 0, 0}, []float64{12, 2, 9, 20}), 2.0/3, tol)
	train := []float64{1, 3, 2, 6}
	near(t, "ScaleMAE 1", ScaleMAE(train, 1), 7.0/3, tol)
	near(t, "ScaleMAE 2", ScaleMAE(train, 2), 2, tol)
	near(t, "ScaleMSE", ScaleMSE(train), 7, tol)
	near(t, "MASE", MASE(y, f, 2), 10.0/6, tol)
	near(t, "RMSSE", RMSSE(y, f, 7), math.Sqrt(38.0/21), tol)
	near(t, "SMAPE of zeros", SMAPE([]float64{0}, []float64{0}), 0, 0)
	near(t, "TrackingSignal of a perfect forecast", TrackingSignal(train, train), 0, 0)
	for name, got := range map[string]float64{
		"MAE of nothing":         MAE(nil, nil),
		"MASE, scale 0":          MASE(y, f, 0),
		"RMSSE, scale 0":         RMSSE(y, f, 0),
		"WAPE without demand":    WAPE([]float64{0, 0}, []float64{1, 1}),
		"Bias without demand":    Bias([]float64{0}, []float64{1}),
		"ScaleMAE of one season": ScaleMAE(train, 4),
		"ScaleMSE of one":        ScaleMSE(train[:1]),
		"Coverage of nothing":    Coverage(nil, nil, nil),
		"TrackingSignal of none": TrackingSignal(nil, nil),
	} {
		if !math.IsNaN(got) {
			t.Errorf("%s = %v, want NaN", name, got)
		}
	}
}
