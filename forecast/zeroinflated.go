package forecast

import "math"

// ZeroInflated is a count model with structural zeros: with probability w the
// item is not asked for at all, otherwise demand is Poisson or, with NegBin,
// negative binomial around a mean that is smoothed,
//
//	Pr(y[t] = 0) = w + (1-w)*f(0; mu[t]),   Pr(y[t] = x) = (1-w)*f(x; mu[t])
//	mu[t+1] = mu[t] + alpha*(y[t]/(1-w) - mu[t])
//
// Lambert (1992), Zero-inflated Poisson regression, Technometrics 34, 1-14, with
// the undamped recursion of Snyder, Ord and Beaumont (2012). Parameters maximise
// the likelihood under the weak priors of [NegBin] and one that is even for w.
type ZeroInflated struct {
	NegBin bool
}

// Fit estimates the model on counts, finite and not negative. Long and Next are
// the mean demand of a period, structural zeros included.
func (m ZeroInflated) Fit(y []float64) Counts {
	c := Counts{Ratio: 1}
	mean, ratio := countMoments(y)
	if mean <= 0 {
		return c
	}
	prior := math.Log(ratio) / 2 // the zeros explain the other half
	read := func(p point) (alpha, w, v float64) {
		v = 1
		if m.NegBin {
			v = math.Exp(6 * p[2])
		}
		return 0.5 * p[0], 0.98 * p[1], v
	}
	cost := func(p point) float64 {
		alpha, w, v := read(p)
		ll, _ := zeroInflatedPass(y, mean, alpha, w, v)
		a := max(0, alpha-0.15) / 0.1
		pen := 0.5*a*a - math.Log(1-w*w)
		if m.NegBin {
			d := math.Log(v) - prior
			pen += 0.5 * d * d * 5 / 2
		} else {
			d := p[2] - 0.5 // an axis without meaning is held in place
			pen += d * d
		}
		return 1e6 - ll + pen
	}
	start := point{0.2, 0.3, min(max(prior/6, 0.05), 0.9)}
	best, _ := nelderMead(cost, start, 0.15, 90, 1e-10)
	c.Alpha, c.Zero, c.Ratio = read(best)
	c.Phi = 1 - c.Alpha
	c.LogLik, c.Next = zeroInflatedPass(y, mean, c.Alpha, c.Zero, c.Ratio)
	c.Long = c.Next
	return c
}

// zeroInflatedPass returns the log likelihood and the mean demand of the next
// period.
func zeroInflatedPass(y []float64, mean, alpha, w, v float64) (ll, next float64) {
	lr, on := logRatio(v), math.Log(1-w)
	next = mean
	up := 1 / (1 - w)
	for _, x := range y {
		next = max(next, leastMean)
		if x == 0 {
			ll += math.Log(w + (1-w)*math.Exp(-next*up*lr))
		} else {
			ll += on + negBinLog(x, next*up, v, lr)
		}
		next += alpha * (x - next)
	}
	return ll, max(next, leastMean)
}
