package forecast

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// maxPathCells is the most values that one call of Paths draws.
const maxPathCells = 100_000_000

// Paths draws n sample paths of the next opt.Horizon steps, one after the other
// into dst (grown as needed), which it returns: steps of one path hang together
// as the model says, so that sums, maxima or a stock simulated over them are
// drawn from their joint distribution. Each path is made by one member of the
// mixture, in proportion to its weight, with parameters drawn from what is known
// of them. The same seed gives the same bits. Errors are those of
// [Sporadic.Forecast].
func (s *Sporadic) Paths(dst, y []float64, opt SporadicOptions, n int, seed uint64) ([]float64, error) {
	w, _, err := s.prepare(y, &opt, &s.head)
	if err != nil {
		return dst, err
	}
	h := opt.Horizon
	if n < 0 || n > maxPathCells/h {
		return dst, fmt.Errorf("forecast: %d paths of %d steps: %w: use up to %d values", n, h, ErrOption, maxPathCells)
	}
	dst = grow(dst, n*h)
	rng := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	for i := range n {
		// Members in turn by their weights, so that few paths hold them all.
		u := (float64(i) + 0.5) / float64(n)
		u = math.Mod(u*float64(n)*0.6180339887498949, 1)
		m := 0
		for k := range w {
			if w[k] == 0 {
				continue
			}
			m = k
			if u -= w[k]; u < 0 {
				break
			}
		}
		path := dst[i*h : (i+1)*h]
		s.draw(rng, &s.laws[m], path)
		for j := range path {
			path[j] = bounded(path[j] * s.head.Unit)
		}
	}
	return dst, nil
}

func (s *Sporadic) draw(rng *rand.Rand, l *law, path []float64) {
	switch l.kind {
	case compoundLaw:
		a, b := drawGamma(rng, l.a), drawGamma(rng, l.b)
		p := ratioOr(a, a+b, l.a/(l.a+l.b))
		for j := range path {
			path[j] = 0
			if rng.Float64() < p {
				path[j] = l.shift + sampleNegBin(rng, l.size-l.shift, l.sizeVMR)
			}
		}
	case chainLaw:
		busy := s.will.Last
		for j := range path {
			p := s.will.From0
			if busy {
				p = s.will.From1
			}
			path[j] = 0
			if busy = rng.Float64() < p; busy {
				u, k := rng.Float64(), 0
				for ; k < len(s.will.Size)-1 && u >= s.will.Size[k]; k++ {
					u -= s.will.Size[k]
				}
				path[j] = float64(k)
			}
		}
	default:
		f := 1.0
		if l.loose > 0 {
			f = drawGamma(rng, 1/l.loose) * l.loose
		}
		long, mean := l.long*f, l.next*f
		for j := range path {
			path[j] = sampleNegBin(rng, max(mean, 0), l.vmr)
			mean = (1-l.keep)*long + (l.keep-l.alpha)*mean + l.alpha*path[j]
		}
	}
}

// sampleNegBin draws from [negBin], as a Poisson variable of a gamma mean.
func sampleNegBin(rng *rand.Rand, mean, vmr float64) float64 {
	if mean <= 0 {
		return 0
	}
	if vmr > 1+1e-8 {
		mean = drawGamma(rng, mean/(vmr-1)) * (vmr - 1)
	}
	// Large means are cut in halves that small ones answer: the first arrivals
	// up to the k-th take a gamma time.
	count := 0.0
	for mean > 30 {
		k := math.Floor(mean * 7 / 8)
		t := drawGamma(rng, k)
		if t > mean {
			// The k-th arrival is late: the k-1 before it are uniform.
			for range int(k) - 1 {
				if rng.Float64() < mean/t {
					count++
				}
			}
			return count
		}
		count += k
		mean -= t
	}
	limit := math.Exp(-mean)
	for p := rng.Float64(); p > limit; p *= rng.Float64() {
		count++
	}
	return count
}

// drawGamma draws from the gamma distribution of scale 1 by Marsaglia and Tsang
// (2000), A simple method for generating gamma variables, ACM Transactions on
// Mathematical Software 26, 363-372.
func drawGamma(rng *rand.Rand, shape float64) float64 {
	if !(shape > 0) {
		return 0
	}
	if shape > 1e12 {
		return shape
	}
	boost := 1.0
	if shape < 1 {
		boost = math.Pow(rng.Float64(), 1/shape)
		shape++
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		u := 1 - rng.Float64()
		if math.Log(u) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v * boost
		}
	}
}
