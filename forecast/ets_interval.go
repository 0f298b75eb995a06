package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
)

// ETSDistribution is the distribution of the future of an [ETS] whose
// parameters and states are taken as known. Slices are reused by the next
// Compute.
type ETSDistribution struct {
	// Mean and Variance are indexed by step-1, CumMean and CumVariance by
	// steps-1: those are of the sum of the first steps.
	Mean, Variance       []float64
	CumMean, CumVariance []float64
	// Quantile and CumQuantile hold one row of the steps for each probability.
	Quantile, CumQuantile []float64
	// Exact says that moments come from formulas. If not, the variances (and of
	// forms with a multiplicative trend, only close to the mean) are those of
	// simulated paths.
	Exact bool

	reach, square, q, s []float64
	paths, sums         []float64
	path                []float64
	ring                [maxETSSeason]float64
}

// ETSSampling says how quantiles are computed where there is no formula.
type ETSSampling struct {
	Paths int    // simulated; 0 means 2,000. Fewer for over 2,000 steps.
	Seed  uint64 // of the generator (PCG)
}

const (
	etsPaths    = 2000
	etsMaxCells = 4_000_000 // values simulated at once
	etsMaxCube  = 100       // steps up to which products of seasonal states are followed exactly
)

// Compute fills d for the steps 1..steps after the last period of m.
//
// Moments are exact, Hyndman et al. (2008), chapter 6, where c[j] is what an error
// of today moves the mean j steps on, c[j] = alpha + beta*(phi + ... + phi^j) +
// gamma*(j divisible by m):
//
//	class 1 (additive)                  V[h] = s²*(1 + sum of c[j]², j < h)
//	class 2 (multiplicative error)      V[h] = (1+s²)*T[h] - mu[h]², T[h] = mu[h]² + s²*sum of c[j]²*T[h-j]
//	class 3 (and multiplicative season) see product
//
// and in the first two classes the variance of a sum is that of its errors, each weighted with
// all that it moves: s² (or s²*T) times (1 + c[1] + ... + c[N-i])². Other forms,
// and long horizons of class 3, are simulated.
//
// Quantiles are normal in class 1, which is exact. In all others they
// are those of simulated paths, drawn to the exact mean and variance.
func (d *ETSDistribution) Compute(m *ETS, steps int, probabilities []float64, sampling ETSSampling) {
	d.Mean, d.Variance = grow(d.Mean, steps), grow(d.Variance, steps)
	d.CumMean, d.CumVariance = grow(d.CumMean, steps), grow(d.CumVariance, steps)
	d.Quantile = grow(d.Quantile, steps*len(probabilities))
	d.CumQuantile = grow(d.CumQuantile, steps*len(probabilities))
	if steps == 0 {
		return
	}
	m.Forecast(d.Mean)
	d.Exact = true
	linear := m.Form.Trend != Multiplicative
	simulated := false
	switch {
	case linear && m.Form.Error == Additive && m.Form.Season != Multiplicative:
		d.additive(m)
	case linear && m.Form.Error == Multiplicative && m.Form.Season != Multiplicative:
		d.relative(m)
	case linear && m.Form.Error == Multiplicative && steps <= max(m.Season, etsMaxCube):
		d.product(m)
	default:
		d.Exact = false
		d.simulate(m, sampling)
		simulated = true
		d.sampled()
	}
	sum := 0.0
	for i, v := range d.Mean {
		sum += v
		d.Mean[i], d.CumMean[i] = clamp(v), clamp(sum)
		d.Variance[i], d.CumVariance[i] = clampVariance(d.Variance[i]), clampVariance(d.CumVariance[i])
	}
	if len(probabilities) == 0 {
		return
	}
	if d.Exact && m.Form.Error == Additive {
		for k, p := range probabilities {
			z := normalQuantile(p)
			for i := range steps {
				d.Quantile[k*steps+i] = clamp(d.Mean[i] + z*math.Sqrt(d.Variance[i]))
				d.CumQuantile[k*steps+i] = clamp(d.CumMean[i] + z*math.Sqrt(d.CumVariance[i]))
			}
		}
		return
	}
	if !simulated {
		d.simulate(m, sampling)
	}
	d.quantiles(steps, probabilities)
}

// clamp brings what left the range of numbers back to its end.
func clamp(v float64) float64 {
	if v != v {
		return 0
	}
	return min(max(v, -math.MaxFloat64), math.MaxFloat64)
}

// clampVariance is clamp for a variance: what cannot be told is as large as can be.
func clampVariance(v float64) float64 {
	if !(v <= math.MaxFloat64) {
		return math.MaxFloat64
	}
	return max(v, 0)
}

// moves leaves c[1..] in reach.
func (d *ETSDistribution) moves(m *ETS) {
	d.reach = grow(d.reach, len(d.Mean))
	damp, power := 0.0, 1.0
	for j := range d.reach {
		c := m.Alpha
		if m.Form.Trend != None {
			power *= m.Phi
			damp += power
			c += m.Beta * damp
		}
		if m.Form.Season == Additive && (j+1)%m.Season == 0 {
			c += m.Gamma
		}
		d.reach[j] = c
	}
}

// additive is class 1.
func (d *ETSDistribution) additive(m *ETS) {
	d.moves(m)
	v, sum, all := 1.0, 0.0, 1.0
	for i := range d.Mean {
		d.Variance[i] = m.Sigma2 * v
		sum += all * all
		d.CumVariance[i] = m.Sigma2 * sum
		v += d.reach[i] * d.reach[i]
		all += d.reach[i]
	}
}

// squares leaves T[1..], the second moments of the means q of the steps, in square.
func (d *ETSDistribution) squares(q []float64, s2 float64) {
	d.square = grow(d.square, len(q))
	for h := range q {
		t := q[h] * q[h]
		for j := range h {
			c := d.reach[j]
			t += s2 * c * c * d.square[h-1-j]
		}
		d.square[h] = t
	}
}

// relative is class 2.
func (d *ETSDistribution) relative(m *ETS) {
	d.moves(m)
	d.squares(d.Mean, m.Sigma2)
	d.q = grow(d.q, len(d.Mean))
	all := 1.0
	for i := range d.Mean {
		d.q[i] = all * all // of an error i steps before the last
		all += d.reach[i]
	}
	for h, mu := range d.Mean {
		d.Variance[h] = (1+m.Sigma2)*d.square[h] - mu*mu
		v := 0.0
		for i := range h + 1 {
			v += d.square[i] * d.q[h-i]
		}
		d.CumVariance[h] = m.Sigma2 * v
	}
}

// product is class 3: y[h] = q[h] * s[h] * (1+e[h]), where both the level part q,
// linear in the states (l, b), and the seasonal state s are moved by the same errors:
// s[h] is its last known value times 1 + gamma*e[i] for i = h-m, h-2m, ... > 0.
// The mean of a product of such terms is followed step by step: x' = F x + g q e
// with each step weighted by the polynomial in e that belongs to it, for normal errors
//
//	E[e²] = s², E[e⁴] = 3 s⁴.
//
// That is exact for every horizon, where the formulas of the book leave out that
// q and s move together.
func (d *ETSDistribution) product(m *ETS) {
	n, s2 := len(d.Mean), m.Sigma2
	phi := m.Phi
	beta := m.Beta
	if m.Form.Trend == None {
		phi, beta = 0, 0
	}
	d.s = grow(d.s, n)
	d.q = grow(d.q, n)
	for h := range d.s {
		d.s[h] = m.State.Seasonal[(m.Periods+h)%m.Season]
	}
	// shared says whether the error of step i moves the seasonal state of step h.
	shared := func(h, i int) bool { return i < h && (h-i)%m.Season == 0 }
	g := m.Gamma
	for h := range n {
		// First moment.
		l, b := m.State.Level, m.State.Slope
		for i := range h {
			q := l + phi*b
			tilt := 0.0
			if shared(h, i) {
				tilt = g * s2
			}
			l, b = q+m.Alpha*q*tilt, phi*b+beta*q*tilt
		}
		d.q[h] = (l + phi*b) * d.s[h]
	}
	copy(d.Mean, d.q)
	for h := range n {
		more := 0.0 // what step h adds to the variance of the sum
		for k := 0; k <= h; k++ {
			// E[y[k]*y[h]], k <= h: the matrix of second moments of (l, b) up to k,
			// then the vector E[(l, b) * y[k]] from k to h.
			ll, lb, bb := m.State.Level*m.State.Level, m.State.Level*m.State.Slope, m.State.Slope*m.State.Slope
			for i := range k {
				// w0 = E[w], w1 = E[w e], w2 = E[w e²], w the weight of this step.
				w0, w1, w2 := 1.0, 0.0, s2
				inK, inH := shared(k, i), shared(h, i)
				switch {
				case inK && inH:
					w0, w1, w2 = 1+g*g*s2, 2*g*s2, s2+3*g*g*s2*s2
				case inK || inH:
					w1 = g * s2
				}
				// x' = F x + G q e, q = l + phi*b.
				ql, qb := ll+phi*lb, lb+phi*bb // E[q l], E[q b]
				qq := ql + phi*qb
				fb := phi * bb
				nll := w0*qq + 2*w1*m.Alpha*qq + w2*m.Alpha*m.Alpha*qq
				nlb := w0*phi*qb + w1*(beta*qq+m.Alpha*phi*qb) + w2*m.Alpha*beta*qq
				nbb := w0*phi*fb + 2*w1*beta*phi*qb + w2*beta*beta*qq
				ll, lb, bb = nll, nlb, nbb
			}
			ql, qb := ll+phi*lb, lb+phi*bb
			if k == h {
				qq := ql + phi*qb
				d.Variance[h] = (1+s2)*qq*d.s[h]*d.s[h] - d.Mean[h]*d.Mean[h]
				continue
			}
			u, v := ql, qb
			for i := k; i < h; i++ {
				// Step k itself brings the factor 1 + e.
				w0, w1 := 1.0, 0.0
				in := shared(h, i)
				switch {
				case i == k && in:
					w0, w1 = 1+g*s2, (1+g)*s2
				case i == k:
					w1 = s2
				case in:
					w1 = g * s2
				}
				q := u + phi*v
				u, v = w0*q+w1*m.Alpha*q, w0*phi*v+w1*beta*q
			}
			cov := (u+phi*v)*d.s[k]*d.s[h] - d.Mean[k]*d.Mean[h]
			more += 2 * cov
		}
		d.CumVariance[h] = more + d.Variance[h]
	}
	for h := 1; h < n; h++ {
		d.CumVariance[h] += d.CumVariance[h-1]
	}
}

// Simulate writes one path of the periods after the last into dst and returns
// it: errors are drawn from the normal distribution of the model, under a
// multiplicative error not below -1, so that the path stays positive. The same generator
// in the same state gives the same path.
func (m *ETS) Simulate(dst []float64, rng *rand.Rand) []float64 {
	var ring [maxETSSeason]float64
	f := m.filter(&m.State, ring[:len(m.State.Seasonal)], m.Periods)
	m.draw(dst, &f, math.Sqrt(m.Sigma2), rng)
	return dst
}

func (m *ETS) draw(dst []float64, f *filterETS, sd float64, rng *rand.Rand) {
	for i := range dst {
		mu, _ := f.mean()
		e := sd * rng.NormFloat64()
		if m.Form.Error == Multiplicative {
			e = mu * max(e, -1+1e-9)
		}
		v := clamp(mu + e)
		dst[i] = v
		m.advance(f, v)
	}
}

// simulate leaves paths and their running sums, a column a step, in paths and
// sums.
func (d *ETSDistribution) simulate(m *ETS, sampling ETSSampling) {
	steps := len(d.Mean)
	n := sampling.Paths
	if n <= 0 {
		n = etsPaths
	}
	n = max(100, min(n, etsMaxCells/steps))
	rng := rand.New(rand.NewPCG(sampling.Seed, 0x45545321))
	d.paths, d.sums, d.path = grow(d.paths, n*steps), grow(d.sums, n*steps), grow(d.path, steps)
	sd := math.Sqrt(m.Sigma2)
	for p := range n {
		f := m.filter(&m.State, d.ring[:len(m.State.Seasonal)], m.Periods)
		m.draw(d.path, &f, sd, rng)
		sum := 0.0
		for i, v := range d.path {
			sum += v
			d.paths[i*n+p], d.sums[i*n+p] = v, sum
		}
	}
}

// moments of a sample, computed so that no square overflows for values that do not.
func sampleMoments(x []float64) (mean, variance float64) {
	for i, v := range x {
		mean += (v - mean) / float64(i+1)
	}
	for i, v := range x {
		variance += ((v-mean)*(v-mean) - variance) / float64(i+1)
	}
	return mean, variance
}

// sampled sets variances to those of the paths.
func (d *ETSDistribution) sampled() {
	n := len(d.paths) / len(d.Mean)
	for i := range d.Mean {
		_, d.Variance[i] = sampleMoments(d.paths[i*n : (i+1)*n])
		_, d.CumVariance[i] = sampleMoments(d.sums[i*n : (i+1)*n])
	}
}

// quantiles reads quantiles off the paths. Each step is moved to its mean and
// stretched to its variance, which takes most of the chance out of them.
func (d *ETSDistribution) quantiles(steps int, probabilities []float64) {
	n := len(d.paths) / steps
	for i := range steps {
		for _, c := range [...]struct {
			x              []float64
			mean, variance float64
			dst            []float64
		}{
			{d.paths[i*n : (i+1)*n], d.Mean[i], d.Variance[i], d.Quantile},
			{d.sums[i*n : (i+1)*n], d.CumMean[i], d.CumVariance[i], d.CumQuantile},
		} {
			mean, variance := sampleMoments(c.x)
			stretch := 1.0
			if r := c.variance / variance; r > 0 && r < 100 {
				stretch = math.Sqrt(r)
			}
			slices.Sort(c.x)
			for k, p := range probabilities {
				v := c.mean + stretch*(sampleQuantile(c.x, p)-mean)
				c.dst[k*steps+i] = clamp(v)
			}
		}
	}
}
