package forecast

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// PathQuantiles are probabilities close enough to draw paths from: hand them to
// [Options] and then to [Result.Paths].
var PathQuantiles = []float64{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999}

// Paths draws n sample paths of the steps forecast, one after the other into dst
// (grown as needed), which it returns. Each step has the distribution that the
// quantiles of r tell, whatever they rest on; steps hang together as the method
// says they do, through Response, by a normal copula: Clemen and Reilly (1999),
// Correlations and copulas for decision and risk analysis, Management Science 45.
// With errors e, independent and standard normal,
//
//	z[j] = (e[j] + sum over i < j of c[j-i]*e[i]) / sqrt(1 + c[1]² + ... + c[j-1]²)
//	path[j] = the quantile of step j at probability Phi(z[j])
//
// probabilities are those of Options.Quantiles, two or more; between them
// quantiles are taken as straight in z, and so beyond them, not below zero where
// no quantile is. The same seed gives the same bits. Demand that is sporadic has
// paths of its own: [Sporadic.Paths].
func (r *Result) Paths(dst, probabilities []float64, n int, seed uint64) ([]float64, error) {
	h := len(r.Mean)
	if len(probabilities) < 2 || len(probabilities)*h != len(r.Quantile) {
		return dst, fmt.Errorf("forecast: paths from %d quantiles: %w: forecast two or more, such as PathQuantiles", len(probabilities), ErrOption)
	}
	if n < 0 || h > 0 && n > maxPathCells/h {
		return dst, fmt.Errorf("forecast: %d paths of %d steps: %w: use up to %d values", n, h, ErrOption, maxPathCells)
	}
	order := make([]int, len(probabilities))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case probabilities[a] < probabilities[b]:
			return -1
		case probabilities[a] > probabilities[b]:
			return 1
		}
		return 0
	})
	z := make([]float64, len(order))
	for i, o := range order {
		z[i] = normalQuantile(probabilities[o])
	}
	unit := make([]float64, h)
	v := 1.0
	for j := range unit {
		if j > 0 {
			v += r.Response[j-1] * r.Response[j-1]
		}
		unit[j] = 1 / math.Sqrt(v)
	}
	negative := false
	for _, q := range r.Quantile {
		negative = negative || q < 0
	}
	dst = grow(dst, n*h)
	rng := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	errs := make([]float64, h)
	at := func(k, j int) float64 { return r.Quantile[order[k]*h+j] }
	for p := range n {
		path := dst[p*h : (p+1)*h]
		for j := range path {
			errs[j] = rng.NormFloat64()
			x := errs[j]
			for i := range j {
				x += r.Response[j-i-1] * errs[i]
			}
			x *= unit[j]
			k, _ := slices.BinarySearch(z, x)
			k = min(max(k, 1), len(z)-1)
			f := at(k-1, j)
			if d := z[k] - z[k-1]; d > 0 {
				f += (at(k, j) - f) * (x - z[k-1]) / d
			}
			if !negative {
				f = max(0, f)
			}
			path[j] = bounded(f)
		}
	}
	return dst, nil
}
