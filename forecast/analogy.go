package forecast

import (
	"fmt"
	"math"
	"slices"
)

// Catalogue describes items that were launched before: attributes in columns and
// demand since launch.
type Catalogue struct {
	// Numeric and Category hold one column an attribute, one value an item; NaN
	// and -1 are unknown.
	Numeric  [][]float64
	Category [][]int32
	// Weights are those of the attributes, first the numeric ones; nil means
	// all alike.
	Weights []float64
	// Launch is the demand of each item from its first period on, oldest first,
	// NaN where it was not observed. An item without any teaches nothing.
	Launch [][]float64
}

// NewItem is an item to be forecast by analogy: one value for each attribute of
// the [Catalogue], and what it has sold since its launch, if anything.
type NewItem struct {
	Numeric  []float64
	Category []int32
	Seen     []float64
}

// Analogy forecasts items without a history of their own from those most like
// them: Green and Armstrong (2007), Structured analogies for forecasting,
// International Journal of Forecasting 23, 365-376, with attributes in place of
// judges. The k nearest items by the distance of Gower (1971), A general
// coefficient of similarity and some of its properties, Biometrics 27,
//
//	d = sum w*|x-x'|/range (numeric), w*[x != x'] (category), over sum w
//
// attributes unknown to either left out, give the level (weighted geometric mean
// of their average demands) and the launch profile (weighted mean of their
// demand over that average). The weight of a neighbour is 1/(d + 0.05). What the
// item has sold itself moves the level: it counts as sold/expected against the
// neighbours' disagreement about the level.
type Analogy struct {
	// Neighbours is k. 0 means 5.
	Neighbours int
	// Horizon is the number of periods to forecast, after those seen. 0 means 12.
	Horizon int
	// Quantiles and CumulativeTo are as in [Options].
	Quantiles    []float64
	CumulativeTo int
}

// Launched is a forecast by analogy, with its reasons.
type Launched struct {
	Neighbour []int     // items, nearest first
	Distance  []float64 // of each, 0 to 1
	Weight    []float64 // of each, sum 1
	Level     float64   // average demand per period that the profile multiplies
	Prior     float64   // Level before what the item sold itself
	Profile   []float64 // of all periods since launch, around 1

	Mean, CumMean         []float64
	Quantile, CumQuantile []float64 // one row a probability, as in [Result]
}

// Forecast forecasts item after the periods in item.Seen. It returns an error
// wrapping [ErrOption] where columns do not fit, or [ErrEmpty] if the catalogue
// has no item with demand.
func (a Analogy) Forecast(c *Catalogue, item NewItem) (Launched, error) {
	if a.Neighbours <= 0 {
		a.Neighbours = 5
	}
	if a.Horizon == 0 {
		a.Horizon = defaultHorizon
	}
	if err := a.accept(c, item); err != nil {
		return Launched{}, err
	}
	var l Launched
	seen := len(item.Seen)
	long := seen + max(a.Horizon, a.CumulativeTo)

	// Nearest first; ties in the order of the catalogue.
	type near struct {
		item     int
		distance float64
	}
	var all []near
	spans := c.spans(item)
	for i, y := range c.Launch {
		if averageDemand(y) > 0 {
			all = append(all, near{i, c.distance(i, item, spans)})
		}
	}
	if len(all) == 0 {
		return l, fmt.Errorf("forecast: analogy: no item of the catalogue has demand: %w", ErrEmpty)
	}
	slices.SortStableFunc(all, func(x, y near) int {
		switch {
		case x.distance < y.distance:
			return -1
		case x.distance > y.distance:
			return 1
		}
		return 0
	})
	all = all[:min(len(all), a.Neighbours)]
	total := 0.0
	for _, n := range all {
		l.Neighbour = append(l.Neighbour, n.item)
		l.Distance = append(l.Distance, n.distance)
		w := 1 / (n.distance + 0.05)
		l.Weight = append(l.Weight, w)
		total += w
	}
	logs, square := 0.0, 0.0
	for k, i := range l.Neighbour {
		l.Weight[k] /= total
		g := math.Log(averageDemand(c.Launch[i]))
		logs += l.Weight[k] * g
		square += l.Weight[k] * g * g
	}
	l.Prior = math.Exp(logs)
	l.Level = l.Prior
	spread := max(0, square-logs*logs)

	// paths are the neighbours' demands over their average; past their end the
	// last four periods go on.
	paths := make([][]float64, len(all))
	l.Profile = make([]float64, long)
	for k, i := range l.Neighbour {
		paths[k] = normalised(c.Launch[i], long)
		for t, v := range paths[k] {
			l.Profile[t] += l.Weight[k] * v
		}
	}
	// A gamma prior for the level: shape from the spread of the neighbours'
	// (one neighbour, or equal ones, still leave a coefficient of variation of
	// a half), rate in periods of profile.
	sold, expected := 0.0, 0.0
	for t, v := range item.Seen {
		if !math.IsNaN(v) {
			sold += max(0, v)
			expected += l.Profile[t]
		}
	}
	cv2 := max(math.Expm1(min(spread, 4)), 0.25)
	if expected > 0 {
		// Demand of a period scatters about the profile as its neighbours did:
		// taken as a coefficient of variation of one a period.
		n := expected
		l.Level = l.Prior * (1/cv2 + n*(sold/expected)/l.Prior) / (1/cv2 + n)
		cv2 = 1 / (1/cv2 + n)
	}
	l.write(&a, paths, seen, cv2)
	return l, nil
}

// write makes means and quantiles. The distribution is that of a neighbour's path
// times a level: a neighbour by its weight, the level log-normal with the
// coefficient of variation left, in nine equal parts.
func (l *Launched) write(a *Analogy, paths [][]float64, seen int, cv2 float64) {
	h, c := a.Horizon, a.CumulativeTo
	l.Mean, l.CumMean = make([]float64, h), make([]float64, c)
	l.Quantile, l.CumQuantile = make([]float64, h*len(a.Quantiles)), make([]float64, c*len(a.Quantiles))
	for j := range l.Mean {
		l.Mean[j] = bounded(l.Level * l.Profile[seen+j])
	}
	sum := 0.0
	for j := range l.CumMean {
		sum += l.Level * l.Profile[seen+j]
		l.CumMean[j] = bounded(sum)
	}
	const parts = 9
	s := math.Sqrt(math.Log1p(cv2))
	var level [parts]float64
	for k := range level {
		level[k] = l.Level * math.Exp(s*normalQuantile((float64(k)+0.5)/parts)-s*s/2)
	}
	type mass struct{ value, weight float64 }
	draws := make([]mass, 0, parts*len(paths))
	row := func(value func(k int) float64, q []float64, j, n int) {
		draws = draws[:0]
		for k := range paths {
			for _, f := range level {
				draws = append(draws, mass{f * value(k), l.Weight[k] / parts})
			}
		}
		slices.SortStableFunc(draws, func(x, y mass) int {
			switch {
			case x.value < y.value:
				return -1
			case x.value > y.value:
				return 1
			}
			return 0
		})
		for i, p := range a.Quantiles {
			up := 0.0
			v := draws[len(draws)-1].value
			for _, d := range draws {
				if up += d.weight; up >= p {
					v = d.value
					break
				}
			}
			// Beyond the outermost part the tail goes on as a log-normal.
			if tail := 0.5 / parts; p > 1-tail {
				v *= math.Exp(s * (normalQuantile(p) - normalQuantile(1-tail)))
			}
			q[i*n+j] = bounded(max(0, v))
		}
	}
	for j := range h {
		row(func(k int) float64 { return paths[k][seen+j] }, l.Quantile, j, h)
	}
	cum := make([]float64, len(paths))
	for j := range c {
		for k := range cum {
			cum[k] += paths[k][seen+j]
		}
		row(func(k int) float64 { return cum[k] }, l.CumQuantile, j, c)
	}
}

func (a *Analogy) accept(c *Catalogue, item NewItem) error {
	n := len(c.Launch)
	attributes := len(c.Numeric) + len(c.Category)
	bad := func(what string) error { return fmt.Errorf("forecast: analogy: %s: %w", what, ErrOption) }
	switch {
	case a.Horizon < 0 || a.Horizon > MaxHorizon || a.CumulativeTo < 0 || a.CumulativeTo > MaxHorizon:
		return bad(fmt.Sprintf("horizon %d and sum of %d steps: use 0 to %d", a.Horizon, a.CumulativeTo, MaxHorizon))
	case len(item.Numeric) != len(c.Numeric) || len(item.Category) != len(c.Category):
		return bad(fmt.Sprintf("%d and %d attributes of the item for %d and %d of the catalogue: give one each", len(item.Numeric), len(item.Category), len(c.Numeric), len(c.Category)))
	case c.Weights != nil && len(c.Weights) != attributes:
		return bad(fmt.Sprintf("%d weights for %d attributes: give one each", len(c.Weights), attributes))
	}
	for k := range c.Numeric {
		if len(c.Numeric[k]) != n {
			return bad(fmt.Sprintf("numeric attribute %d has %d values for %d items", k, len(c.Numeric[k]), n))
		}
	}
	for k := range c.Category {
		if len(c.Category[k]) != n {
			return bad(fmt.Sprintf("category %d has %d values for %d items", k, len(c.Category[k]), n))
		}
	}
	for k, w := range c.Weights {
		if !(w >= 0 && w <= 1e100) {
			return bad(fmt.Sprintf("weight %v of attribute %d: use 0 or more", w, k))
		}
	}
	for i, p := range a.Quantiles {
		if !(p > 0 && p < 1) {
			return bad(fmt.Sprintf("quantile %d is %v: use probabilities above 0 and below 1", i, p))
		}
	}
	for _, v := range item.Seen {
		if math.IsInf(v, 0) {
			return fmt.Errorf("forecast: analogy: %w", ErrValue)
		}
	}
	for i, y := range c.Launch {
		for _, v := range y {
			if math.IsInf(v, 0) {
				return fmt.Errorf("forecast: analogy: item %d: %w", i, ErrValue)
			}
		}
	}
	return nil
}

// spans are the ranges of the numeric attributes, the item included.
func (c *Catalogue) spans(item NewItem) []float64 {
	spans := make([]float64, len(c.Numeric))
	for k, col := range c.Numeric {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, v := range append([]float64{item.Numeric[k]}, col...) {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
		spans[k] = max(0, hi-lo)
	}
	return spans
}

func (c *Catalogue) distance(i int, item NewItem, spans []float64) float64 {
	sum, weights := 0.0, 0.0
	weight := func(k int) float64 {
		if c.Weights == nil {
			return 1
		}
		return c.Weights[k]
	}
	for k, col := range c.Numeric {
		d := math.Abs(col[i] - item.Numeric[k])
		if math.IsNaN(d) || math.IsInf(d, 0) {
			continue
		}
		w := weight(k)
		weights += w
		if spans[k] > 0 {
			sum += w * d / spans[k]
		}
	}
	for k, col := range c.Category {
		if col[i] < 0 || item.Category[k] < 0 {
			continue
		}
		w := weight(len(c.Numeric) + k)
		weights += w
		if col[i] != item.Category[k] {
			sum += w
		}
	}
	// Nothing known in common is as far as nothing in common.
	return ratioOr(sum, weights, 1)
}

// averageDemand is the mean of what was observed, returns as none.
func averageDemand(y []float64) float64 {
	mean, n := 0.0, 0.0
	for _, v := range y {
		if !math.IsNaN(v) {
			n++
			mean += (max(0, v) - mean) / n
		}
	}
	return mean
}

func normalised(y []float64, long int) []float64 {
	mean := averageDemand(y)
	out := make([]float64, long)
	tail := 1.0
	if n := len(y); n > 0 {
		tail = averageDemand(y[max(0, n-4):]) / mean
	}
	for t := range out {
		switch {
		case t >= len(y):
			out[t] = tail
		case math.IsNaN(y[t]):
			out[t] = 1
		default:
			out[t] = max(0, y[t]) / mean
		}
	}
	return out
}
