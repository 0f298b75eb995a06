package forecast

import (
	"fmt"
	"slices"
)

// Coherent quantiles are those of reconciled draws: every draw of all nodes
// together is made coherent on its own, so that sums hold within each draw, and
// the quantiles of a node are read from its draws, Panagiotelis, Gamakumara,
// Athanasopoulos and Hyndman (2023), Probabilistic forecast reconciliation:
// properties, evaluation and score optimisation, European Journal of Operational
// Research 306, 693-706. Quantiles of sums are not sums of quantiles.

// Reorder gives independently drawn samples the dependence of history, the
// Schaake shuffle of Clark, Gangopadhyay, Hay, Rajagopalan and Wilby (2004), The
// Schaake shuffle, Journal of Hydrometeorology 5, 243-262 (ensemble copula
// coupling with a template from the past): the values of a row are put into the
// order of the ranks of its template, so that the draw which is the third
// largest there is the third largest here. samples and template hold one row of
// the same length a node; a template row may be its residuals at the same
// periods for all nodes. Ties of the template keep their order. samples is
// changed in place.
func Reorder(samples, template [][]float64) error {
	if len(samples) != len(template) {
		return fmt.Errorf("forecast: %w: %d rows of samples, %d of template: give one each a node", ErrHierarchy, len(samples), len(template))
	}
	var order []int
	var sorted []float64
	for i, row := range samples {
		like := template[i]
		if len(like) != len(row) {
			return fmt.Errorf("forecast: %w: node %d has %d draws, its template %d", ErrHierarchy, i, len(row), len(like))
		}
		order = grow(order, len(row))
		for k := range order {
			order[k] = k
		}
		slices.SortStableFunc(order, func(a, b int) int {
			switch {
			case like[a] < like[b]:
				return -1
			case like[a] > like[b]:
				return 1
			}
			return 0
		})
		sorted = append(sorted[:0], row...)
		slices.Sort(sorted)
		for rank, k := range order {
			row[k] = sorted[rank]
		}
	}
	return nil
}

// ReconcileSamples makes every draw coherent: samples holds one row of draws a
// node, and draw k of all nodes is one vector. With nonNegative draws are those
// of demand.
func (r *Reconciler) ReconcileSamples(samples [][]float64, nonNegative bool) error {
	n := r.h.Nodes()
	if len(samples) != n {
		return fmt.Errorf("forecast: %w: samples of %d nodes for %d: give one row each", ErrHierarchy, len(samples), n)
	}
	for i, row := range samples {
		if len(row) != len(samples[0]) {
			return fmt.Errorf("forecast: %w: node %d has %d draws, the first %d", ErrHierarchy, i, len(row), len(samples[0]))
		}
	}
	v := make([]float64, n)
	for k := range samples[0] {
		for i, row := range samples {
			v[i] = row[k]
		}
		var err error
		if nonNegative {
			_, err = r.NonNegative(v, v)
		} else {
			err = r.Reconcile(v, v)
		}
		if err != nil {
			return err
		}
		for i, row := range samples {
			row[k] = v[i]
		}
	}
	return nil
}

// SampleQuantiles writes the quantiles of probabilities p of one row of draws
// into dst, definition 8 of Hyndman and Fan (1996). The row is sorted in place.
func SampleQuantiles(dst, draws, p []float64) {
	slices.Sort(draws)
	for i, q := range p {
		dst[i] = 0
		if len(draws) > 0 {
			dst[i] = sampleQuantile(draws, min(max(q, 0), 1))
		}
	}
}
