package forecast

import (
	"cmp"
	"math"
	"slices"
)

// quantiles writes the quantiles of one distribution into dst[0], dst[stride],
// ...: mean and standard deviation are given. The shape is that of sorted, which
// is worth count observations, and of the normal or gamma distribution. sorted
// holds errors or, for sporadic demand, demand itself.
func (e *Engine) quantiles(mean, sd, count float64, dst []float64, stride int) {
	slices.Sort(e.sorted)
	n := float64(len(e.sorted))
	ss, sum := 0.0, 0.0
	for _, v := range e.sorted {
		ss += v * v
		sum += v
	}
	var origin, unit, w float64
	switch {
	case ss == 0:
	case e.sporadic:
		// Sizes are stretched to the mean forecast; zero stays zero.
		unit = 1
		if sum > 0 {
			unit = min(max(mean/(sum/n), 0.5), 2)
		}
		w = count / (count + priorSporadic)
	default:
		origin, unit = mean, sd/math.Sqrt(ss/n)
		w = count / (count + priorShape)
	}
	for i, p := range e.opt.Quantiles {
		q := parametric(mean, sd, p, e.opt.NonNegative)
		if w > 0 {
			q = w*(origin+unit*sampleQuantile(e.sorted, p)) + (1-w)*q
		}
		if e.opt.NonNegative && q < 0 {
			q = 0
		}
		dst[i*stride] = q
	}
	ascending(e.opt.Quantiles, dst, stride, &e.order)
}

// ascending lifts quantiles dst[0], dst[stride], ... of probabilities p that lie
// below those of a smaller probability: rounding may turn the order of those that
// nearly agree. order is scratch.
func ascending(p, dst []float64, stride int, order *[]int) {
	*order = grow(*order, len(p))
	o := *order
	for i := range o {
		o[i] = i
	}
	slices.SortStableFunc(o, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	for k := 1; k < len(o); k++ {
		i, below := o[k]*stride, o[k-1]*stride
		dst[i] = max(dst[i], dst[below])
	}
}

// agree makes the distributions of sums agree with those of steps: the sum of one
// period is the first step, whose season it has, and more periods of demand, which
// is not negative, never sell less.
func agree(r *Result, opt *Options) {
	h, c := len(r.Mean), len(r.CumMean)
	if h == 0 || c == 0 {
		return
	}
	r.CumSD[0] = r.SD[0]
	for i := range opt.Quantiles {
		q := r.SumQuantile(i)
		q[0] = r.Quantile[i*h]
		for j := 1; opt.NonNegative && j < c; j++ {
			q[j] = max(q[j], q[j-1])
		}
	}
}

// sampleQuantile is the p-quantile of a sorted sample, definition 8 of Hyndman
// and Fan (1996), Sample quantiles in statistical packages: the median-unbiased
// one, with plotting positions (k-1/3)/(n+1/3).
func sampleQuantile(sorted []float64, p float64) float64 {
	n := len(sorted)
	pos := p*(float64(n)+1.0/3) + 1.0/3
	k := int(math.Floor(pos))
	if k < 1 {
		return sorted[0]
	}
	if k >= n {
		return sorted[n-1]
	}
	return sorted[k-1] + (pos-float64(k))*(sorted[k]-sorted[k-1])
}

// parametric is the p-quantile of the normal distribution or, for demand whose
// coefficient of variation is above 0.35, of the gamma distribution with the
// same mean and standard deviation, by the cube of Wilson and Hilferty (1931),
//
//	x = a*b*(1 - 1/(9a) + z/(3*sqrt(a)))³,   a = (mean/sd)², b = sd²/mean
func parametric(mean, sd, p float64, demand bool) float64 {
	z := normalQuantile(p)
	if !demand || mean <= 0 || sd <= gammaCV*mean {
		return mean + z*sd
	}
	cv := min(sd/mean, 1e6) // far beyond any cube above zero
	cube := max(0, 1-cv*cv/9+z*cv/3)
	return mean * cube * cube * cube
}

// normalQuantile is the standard normal quantile, 0 < p < 1. It starts at the
// tail expansion of Abramowitz and Stegun (1964), 26.2.23, and polishes it with
// Newton steps on the logarithm of the tail, so that 1e-300 keeps its digits.
func normalQuantile(p float64) float64 {
	if p > 0.5 {
		return -normalQuantile(1 - p)
	}
	t := math.Sqrt(-2 * math.Log(p))
	z := (2.515517+t*(0.802853+t*0.010328))/(1+t*(1.432788+t*(0.189269+t*0.001308))) - t
	for range 3 {
		tail := math.Erfc(-z/math.Sqrt2) / 2
		if tail <= 0 {
			break
		}
		density := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
		z -= math.Log(tail/p) * tail / density
	}
	return z
}
