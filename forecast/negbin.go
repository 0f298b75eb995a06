package forecast

import "math"

// NegBin is the dynamic negative binomial model of Snyder, Ord and Beaumont
// (2012), Forecasting the intermittent demand for slow-moving inventories: a
// modelling approach, International Journal of Forecasting 28, 485-496. Demand
// of a period, a count, is negative binomial with a mean that moves and a fixed
// ratio v of variance to mean (1 + 1/b in their notation):
//
//	y[t] ~ NB(mean mu[t], variance v*mu[t])
//	mu[t+1] = (1-phi-alpha)*mu + phi*mu[t] + alpha*y[t]     damped
//	mu[t+1] = (1-alpha)*mu[t] + alpha*y[t]                  undamped
//
// The long-run mean mu is the average of the series; alpha, phi and v maximise
// the likelihood, weighted by weak priors that keep short series from running
// to the edges: v as if five more periods had shown the ratio of
// independent periods with the sizes seen, and one observation's worth against alpha
// beyond 0.15. Alpha above zero is kept.
type NegBin struct {
	Alpha  float64
	Damped bool
}

// Counts is a fitted [NegBin] or [ZeroInflated].
type Counts struct {
	Long   float64 // mean that a damped model returns to; the last one of an undamped
	Next   float64 // mean of the next period
	Alpha  float64 // weight of the latest demand
	Phi    float64 // weight of the latest mean
	Ratio  float64 // variance over mean of what is not structural zero, at least 1
	Zero   float64 // probability of a structural zero, 0 for NegBin
	LogLik float64 // up to the constant of the counts, without priors
}

// Forecast writes the means of steps 1..len(dst) into dst and returns it.
func (c Counts) Forecast(dst []float64) []float64 {
	d := c.Next - c.Long
	for i := range dst {
		dst[i] = c.Long + d
		d *= c.Alpha + c.Phi
	}
	return dst
}

// leastMean keeps the mean of a count above zero, where a demand would be
// impossible.
const leastMean = 1e-4

// Fit estimates the model on counts, finite and not negative.
func (m NegBin) Fit(y []float64) Counts {
	c := Counts{Ratio: 1, Alpha: m.Alpha}
	mean, ratio := countMoments(y)
	if mean <= 0 {
		return c
	}
	prior := math.Log(ratio)
	read := func(p point) (alpha, phi, v float64) {
		alpha = m.Alpha
		if alpha <= 0 {
			alpha = 0.5 * p[0]
		}
		phi = 1 - alpha
		if m.Damped {
			phi = (1 - alpha) * (0.5 + 0.5*p[1])
		}
		return alpha, phi, math.Exp(6 * p[2])
	}
	cost := func(p point) float64 {
		alpha, phi, v := read(p)
		ll, _ := negBinPass(y, mean, alpha, phi, v)
		d := math.Log(v) - prior
		a := max(0, alpha-0.15) / 0.1
		return 1e6 - ll + 0.5*d*d*5/2 + 0.5*a*a
	}
	start := point{0.2, 0.8, min(max(prior/6, 0.05), 0.9)}
	best, _ := nelderMead(cost, start, 0.1, 90, 1e-10)
	c.Alpha, c.Phi, c.Ratio = read(best)
	c.LogLik, c.Next = negBinPass(y, mean, c.Alpha, c.Phi, c.Ratio)
	c.Long = mean
	if !m.Damped {
		c.Long = c.Next
	}
	return c
}

// negBinPass runs the model over y from its long-run mean. It returns the log
// likelihood and the mean of the next period.
func negBinPass(y []float64, long, alpha, phi, v float64) (ll, mu float64) {
	lr := logRatio(v)
	base := max(0, 1-alpha-phi) * long
	mu = long
	for _, x := range y {
		mu = max(mu, leastMean)
		if x == 0 {
			ll -= mu * lr
		} else {
			ll += negBinLog(x, mu, v, lr)
		}
		mu = base + phi*mu + alpha*x
	}
	return ll, max(mu, leastMean)
}

// countMoments returns the average and the ratio of variance to mean that
// demands of the sizes seen have if each period has one with a fixed
// probability, E[s²]/E[s] less the average; at least 1.02.
func countMoments(y []float64) (mean, ratio float64) {
	s1, s2 := 0.0, 0.0
	for _, v := range y {
		s1 += v
		s2 += v * v
	}
	if s1 <= 0 {
		return 0, 1
	}
	mean = s1 / float64(len(y))
	return mean, max(1.02, s2/s1-mean)
}
