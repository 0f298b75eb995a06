package forecast

// Theta is the method of Assimakopoulos and Nikolopoulos (2000), The theta
// model: a decomposition approach to forecasting, International Journal of
// Forecasting 16, 521-530, the winner of the M3 competition. Hyndman and Billah
// (2003), Unmasking the Theta method, International Journal of Forecasting 19,
// show that it is simple exponential smoothing with a drift of half the
// regression slope c of y on time:
//
//	forecast of step h = l[n] + c/2 * (h - 1 + (1 - (1-alpha)^n)/alpha)
//
// Alpha 0 means searched for as in [SES]. Seasons are taken out before and put
// back after by [Forecast].
type Theta struct {
	Alpha float64
}

// ThetaLine is a fitted [Theta]: step h is Level + h*Drift.
type ThetaLine struct {
	Alpha float64
	Level float64
	Drift float64 // half the regression slope
}

// Fit fits y, which must hold finite values only. An empty y gives the zero
// ThetaLine.
func (s Theta) Fit(y []float64) ThetaLine {
	if len(y) == 0 {
		return ThetaLine{}
	}
	ses := SES(s).Fit(y)
	m := ThetaLine{Alpha: ses.Alpha}
	thetaLines(y, ses.Alpha, ses.Initial, func(_ int, level, drift float64) {
		m.Level, m.Drift = level, drift
	})
	return m
}

// Forecast writes the means of steps 1..len(dst) into dst and returns it.
func (m ThetaLine) Forecast(dst []float64) []float64 {
	for i := range dst {
		dst[i] = m.Level + float64(i+1)*m.Drift
	}
	return dst
}

// thetaLines yields the forecast line (level + h*drift) after each t = 0..n
// values in one pass: the slope over 1..t comes from running sums.
func thetaLines(y []float64, alpha, l0 float64, yield func(t int, level, drift float64)) {
	l, reach := l0, 0.0 // reach is (1-(1-alpha)^t)/alpha, without its division
	mean, cov := 0.0, 0.0
	yield(0, l, 0)
	for i, v := range y {
		l += alpha * (v - l)
		reach = (1-alpha)*reach + 1
		// Welford's update of the mean and of sum (t-mean t)(y-mean y);
		// the time axis 1..k has mean (k+1)/2 and sum of squares
		// k(k²-1)/12.
		k := float64(i + 1)
		d := v - mean
		mean += d / k
		cov += d * (k - 1) / 2
		drift := 0.0
		if i > 0 {
			drift = cov / (k * (k*k - 1) / 12) / 2
		}
		yield(i+1, l+drift*(reach-1), drift)
	}
}
