package forecast

import (
	"fmt"
	"math"
)

// Temporal is a temporal hierarchy: the periods of one season, and their sums
// over k periods for every k that divides the season, Athanasopoulos, Hyndman,
// Kourentzes and Petropoulos (2017), Forecasting with temporal hierarchies,
// European Journal of Operational Research 262, 60-74. Each aggregation is
// forecast on its own and all are reconciled, so that the short-run forecasts of
// months and the long-run one of the year agree and help each other.
type Temporal struct {
	Season int
	// Factors are the aggregation levels, from the season down to 1.
	Factors []int
	h       *Hierarchy
	r       *Reconciler
	v       []float64
}

// NewTemporal returns the hierarchy of a season. mse is the mean squared
// one-step error of the method at each of the Factors (variance scaling); nil
// weighs a sum of k periods as k alike (structural scaling). It returns an error
// wrapping [ErrHierarchy].
func NewTemporal(season int, mse []float64) (*Temporal, error) {
	if season < 2 || season > 10_000 {
		return nil, fmt.Errorf("forecast: %w: season %d: use 2 to 10000 periods", ErrHierarchy, season)
	}
	t := &Temporal{Season: season}
	var levels [][]int32
	for k := season; k >= 1; k-- {
		if season%k != 0 {
			continue
		}
		t.Factors = append(t.Factors, k)
		if k > 1 {
			keys := make([]int32, season)
			for i := range keys {
				keys[i] = int32(i / k)
			}
			levels = append(levels, keys)
		}
	}
	h, err := NewHierarchy(season, levels...)
	if err != nil {
		return nil, err
	}
	t.h = h
	t.v = make([]float64, h.Nodes())
	m := MinT{Weighting: Structural}
	if mse != nil {
		if len(mse) != len(t.Factors) {
			return nil, fmt.Errorf("forecast: %w: %d errors for %d aggregation levels: give one each", ErrHierarchy, len(mse), len(t.Factors))
		}
		// One residual of the size of the error gives its square as variance.
		m.Weighting = Variance
		m.Residuals = make([][]float64, h.Nodes())
		for l, e := range mse {
			if !(e >= 0) {
				return nil, fmt.Errorf("forecast: %w: mean squared error %v of level %d: give a number of 0 or more", ErrHierarchy, e, l)
			}
			from, to := h.Level(l)
			for i := from; i < to; i++ {
				m.Residuals[i] = []float64{math.Sqrt(e)}
			}
		}
	}
	t.r, err = m.Reconciler(h)
	return t, err
}

// Aggregate appends to dst the sums of y over blocks of k periods that end with
// the last one, oldest first; what is left over at the start is dropped.
func Aggregate(dst, y []float64, k int) []float64 {
	if k < 1 {
		return dst
	}
	for t := len(y) % k; t < len(y); t += k {
		sum := 0.0
		for _, v := range y[t : t+k] {
			sum += v
		}
		dst = append(dst, sum)
	}
	return dst
}

// Reconcile brings the forecasts of all levels together, one row for each of
// Factors, in place. Every row must reach over the same whole number of seasons:
// Season/k values a season.
func (t *Temporal) Reconcile(rows [][]float64) error {
	if len(rows) != len(t.Factors) {
		return fmt.Errorf("forecast: %w: %d rows for %d aggregation levels: give one each", ErrHierarchy, len(rows), len(t.Factors))
	}
	seasons := len(rows[0])
	for l, k := range t.Factors {
		if len(rows[l]) != seasons*t.Season/k {
			return fmt.Errorf("forecast: %w: %d forecasts of %d periods for %d seasons, want %d", ErrHierarchy, len(rows[l]), k, seasons, seasons*t.Season/k)
		}
	}
	for c := range seasons {
		for l, k := range t.Factors {
			from, _ := t.h.Level(l)
			copy(t.v[from:], rows[l][c*t.Season/k:(c+1)*t.Season/k])
		}
		if err := t.r.Reconcile(t.v, t.v); err != nil {
			return err
		}
		for l, k := range t.Factors {
			from, to := t.h.Level(l)
			copy(rows[l][c*t.Season/k:], t.v[from:to])
		}
	}
	return nil
}
