package forecast

import "math"

// Hurdle is the hurdle shifted model of Snyder, Ord and Beaumont (2012): whether
// there is a demand, and how much beyond one unit, are two dynamic models,
//
//	Pr(y[t] > 0) = p[t],              p[t+1] = p[t] + beta*(1{y[t]>0} - p[t])
//	y[t]-1 | y[t]>0 ~ f(mean m[t]),   m[t+1] = m[t] + alpha*(y[t]-1 - m[t]) on a demand
//
// f is the Poisson distribution (theirs) or, with NegBin, the negative binomial.
// Alpha and Beta maximise the two likelihoods over 0 to 0.4. Starts are the
// averages of the series, the probability with half a demand and half a period
// without added.
type Hurdle struct {
	NegBin bool
}

// Occurrence is a fitted [Hurdle].
type Occurrence struct {
	Probability float64 // of a demand in the next period
	Size        float64 // mean of a demand
	Ratio       float64 // variance of a demand over (Size - 1); 1 for Poisson
	Alpha, Beta float64 // of size and probability
	LogLik      float64
}

// Rate is the mean demand of every step.
func (o Occurrence) Rate() float64 { return o.Probability * o.Size }

var hurdleGrid = [...]float64{0, 0.02, 0.05, 0.08, 0.12, 0.18, 0.25, 0.4}

// Fit estimates the model on counts, finite and not negative.
func (h Hurdle) Fit(y []float64) Occurrence {
	var o Occurrence
	demands, over := 0.0, 0.0
	for _, v := range y {
		if v > 0 {
			demands++
			over += max(0, v-1)
		}
	}
	if demands == 0 {
		return o
	}
	start := (demands + 0.5) / (float64(len(y)) + 1)
	best := math.Inf(-1)
	for _, b := range hurdleGrid {
		p, ll := start, 0.0
		prod := 1.0
		for _, v := range y {
			hit := 0.0
			if v > 0 {
				hit = 1
				prod *= p
			} else {
				prod *= 1 - p
			}
			if prod < 1e-200 {
				ll += math.Log(max(prod, 1e-300))
				prod = 1
			}
			p += b * (hit - p)
			p = min(max(p, 1e-6), 1-1e-6)
		}
		ll += math.Log(max(prod, 1e-300))
		if ll > best {
			best, o.Beta, o.Probability = ll, b, p
		}
	}
	o.LogLik = best

	mean := over / demands
	ratio := 1.0
	if h.NegBin {
		// Moments, with the geometric ratio as if five demands had shown it.
		ss := 0.0
		for _, v := range y {
			if v > 0 {
				d := max(0, v-1) - mean
				ss += d * d
			}
		}
		ratio = max(1, (ratioOr(ss, mean, 0)+5*(1+mean))/(demands+4))
	}
	best = math.Inf(-1)
	lr := logRatio(ratio)
	for _, a := range hurdleGrid {
		m, ll := mean, 0.0
		for _, v := range y {
			if v <= 0 {
				continue
			}
			x := max(0, v-1)
			ll += negBinLog(x, max(m, leastMean), ratio, lr)
			m += a * (x - m)
		}
		if ll > best {
			best, o.Alpha, o.Size = ll, a, 1+m
		}
	}
	o.LogLik += best
	o.Ratio = ratio
	return o
}
