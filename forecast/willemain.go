package forecast

import "math"

// Willemain is the bootstrap of Willemain, Smart and Schwarz (2004), A new
// approach to forecasting intermittent demand for service parts inventories,
// International Journal of Forecasting 20, 375-387. Whether there is demand
// follows a Markov chain of two states that starts in the state of the last
// period; the size is one seen before, jittered:
//
//	J = 1 + floor(X + Z*sqrt(X)), Z standard normal; X itself where J <= 0
//
// No sample is drawn: the distribution of the demand summed over any lead time
// that their replications approach is computed exactly, by one convolution a
// period, so that the 0.999 quantile carries no noise of the dice.
//
// Transition frequencies have half a transition added to each.
type Willemain struct {
	From0, From1 float64   // probability of a demand after a period without, with
	Last         bool      // demand in the last period
	Size         []float64 // probabilities of a size of 0, 1, 2, ... units
	Mean, Square float64   // first two moments of a size
}

// Fit estimates the chain on counts, finite and not negative. It reuses Size.
func (w *Willemain) Fit(y []float64) {
	var to [2][2]float64
	prev := -1
	big := 0.0
	demands := 0
	for _, v := range y {
		s := 0
		if v > 0 {
			s = 1
			demands++
			big = max(big, v)
		}
		if prev >= 0 {
			to[prev][s]++
		}
		prev = s
	}
	w.Last = prev == 1
	w.From0 = (to[0][1] + 0.5) / (to[0][0] + to[0][1] + 1)
	w.From1 = (to[1][1] + 0.5) / (to[1][0] + to[1][1] + 1)
	w.Size = w.Size[:0]
	w.Mean, w.Square = 0, 0
	if demands == 0 {
		w.From0, w.From1 = 0, 0
		w.Size = append(w.Size, 1)
		return
	}
	n := 2 + int(big+8*math.Sqrt(big))
	w.Size = grow(w.Size, n)
	clear(w.Size)
	weight := 1 / float64(demands)
	for _, x := range y {
		if x <= 0 {
			continue
		}
		// J = k needs k-1 <= X + Z*sqrt(X) < k.
		sd := math.Sqrt(x)
		below := normalCDF((0 - x) / sd)
		w.Size[min(n-1, int(math.Round(x)))] += weight * below
		for k := max(1, int(x-7*sd)); k < n; k++ {
			if k > 1 && k == max(1, int(x-7*sd)) {
				below = normalCDF((float64(k) - 1 - x) / sd)
			}
			up := normalCDF((float64(k) - x) / sd)
			w.Size[k] += weight * (up - below)
			below = up
			if 1-up < 1e-13 {
				break
			}
		}
	}
	w.Size = trimTail(w.Size, 1e-11)
	sum := 0.0
	for _, p := range w.Size {
		sum += p
	}
	for k := range w.Size {
		w.Size[k] /= sum
		w.Mean += w.Size[k] * float64(k)
		w.Square += w.Size[k] * float64(k) * float64(k)
	}
}

// chain holds the sum of demand so far, split by the state of the last period.
type chain struct {
	idle, busy, next []float64
	// The moments of the same, for sums too wide to write out.
	p, m, s [2]float64
	wide    bool
	periods int
}

// start puts the chain before the first period ahead.
func (c *chain) start(w *Willemain) {
	c.idle, c.busy = append(c.idle[:0], 1), append(c.busy[:0], 0)
	c.p, c.m, c.s = [2]float64{1, 0}, [2]float64{}, [2]float64{}
	if w.Last {
		c.idle[0], c.busy[0] = 0, 1
		c.p = [2]float64{0, 1}
	}
	c.wide, c.periods = false, 0
}

// step adds one period; written says whether the distribution is wanted, from the
// first period on, beside the moments.
func (c *chain) step(w *Willemain, written bool) {
	stay := func(v *[2]float64) (idle, busy float64) {
		return v[0]*(1-w.From0) + v[1]*(1-w.From1), v[0]*w.From0 + v[1]*w.From1
	}
	p0, p1 := stay(&c.p)
	m0, m1 := stay(&c.m)
	s0, s1 := stay(&c.s)
	c.p = [2]float64{p0, p1}
	c.s = [2]float64{s0, s1 + 2*m1*w.Mean + p1*w.Square}
	c.m = [2]float64{m0, m1 + p1*w.Mean}
	c.periods++
	if c.wide = c.wide || !written || c.periods > maxConvolutions; c.wide {
		return
	}
	n := len(c.idle)
	c.next = grow(c.next, n)
	for i := range n {
		a, b := c.idle[i], c.busy[i]
		c.next[i] = a*w.From0 + b*w.From1
		c.idle[i] = a*(1-w.From0) + b*(1-w.From1)
	}
	c.busy = convolve(c.busy, trimTail(c.next, 1e-12), w.Size, maxLattice+1)
	long := max(len(c.busy), n)
	if long > maxLattice {
		c.wide = true
		return
	}
	for len(c.busy) < long {
		c.busy = append(c.busy, 0)
	}
	for len(c.idle) < long {
		c.idle = append(c.idle, 0)
	}
}

// moments returns mean and variance of the sum.
func (c *chain) moments() (mean, variance float64) {
	mean = c.m[0] + c.m[1]
	return mean, max(0, c.s[0]+c.s[1]-mean*mean)
}

func normalCDF(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }
