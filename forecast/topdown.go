package forecast

import "fmt"

// BottomUp writes the sums of the bottom forecasts of base over its upper ones
// into dst. base and dst are vectors of h and may be the same.
func (h *Hierarchy) BottomUp(dst, base []float64) error {
	if err := h.fits("base forecast", base); err != nil {
		return err
	}
	copy(dst, base)
	h.Sum(dst)
	return nil
}

// AverageProportions writes into dst, one value a bottom series, the average
// over periods of its share in the total of the period, the average historical
// proportions of Gross and Sohl (1990), Disaggregation methods to expedite
// product line forecasting, Journal of Forecasting 9, method A. history holds
// one row of values a bottom series, all of one length. Periods with a total of
// zero or less are left out; without any, shares are equal.
func (h *Hierarchy) AverageProportions(dst []float64, history [][]float64) error {
	n, err := h.history(history)
	if err != nil {
		return err
	}
	clear(dst[:h.Bottom])
	for t := range n {
		total := 0.0
		for _, y := range history {
			total += y[t]
		}
		if total <= 0 {
			continue
		}
		for b, y := range history {
			dst[b] += y[t] / total
		}
	}
	shares(dst[:h.Bottom])
	return nil
}

// ProportionsOfAverages writes into dst, one value a bottom series, the share of
// its average in that of the total, method F of Gross and Sohl (1990). Where the
// total is zero or less, shares are equal.
func (h *Hierarchy) ProportionsOfAverages(dst []float64, history [][]float64) error {
	n, err := h.history(history)
	if err != nil {
		return err
	}
	for b, y := range history {
		sum := 0.0
		for _, v := range y[:n] {
			sum += v
		}
		dst[b] = sum
	}
	shares(dst[:h.Bottom])
	return nil
}

func (h *Hierarchy) history(history [][]float64) (int, error) {
	if len(history) != h.Bottom {
		return 0, fmt.Errorf("forecast: %w: history of %d series for %d: give one row each", ErrHierarchy, len(history), h.Bottom)
	}
	n := len(history[0])
	for b, y := range history {
		if len(y) != n {
			return 0, fmt.Errorf("forecast: %w: history of series %d has %d periods, the first %d: give rows of one length", ErrHierarchy, b, len(y), n)
		}
	}
	return n, nil
}

// shares scales v to sum 1.
func shares(v []float64) {
	total := 0.0
	for _, x := range v {
		total += x
	}
	for i := range v {
		if total > 0 {
			v[i] /= total
		} else {
			v[i] = 1 / float64(len(v))
		}
	}
}

// TopDown keeps the first node of base, which must be the total, spreads it by
// the shares, one a bottom series, and sums up again. It is [Hierarchy.MiddleOut]
// from the level of the total.
func (h *Hierarchy) TopDown(dst, base, share []float64) error {
	if h.Upper == 0 || len(h.Series(0)) != h.Bottom {
		return fmt.Errorf("forecast: %w: top-down needs the total as its first level", ErrHierarchy)
	}
	return h.MiddleOut(dst, base, share, 0)
}

// MiddleOut keeps the nodes of one level of base, spreads each over its series
// in proportion to their shares (equally where these sum to zero or less), and
// sums up all other nodes. Every series must belong to a group of the level.
func (h *Hierarchy) MiddleOut(dst, base, share []float64, level int) error {
	if err := h.fits("base forecast", base); err != nil {
		return err
	}
	if len(share) != h.Bottom {
		return fmt.Errorf("forecast: %w: %d shares for %d bottom series: give one each", ErrHierarchy, len(share), h.Bottom)
	}
	if level < 0 || level >= len(h.key) {
		return fmt.Errorf("forecast: %w: level %d of %d", ErrHierarchy, level, len(h.key))
	}
	from, to := h.Level(level)
	if h.off[to]-h.off[from] != int32(h.Bottom) {
		return fmt.Errorf("forecast: %w: level %d leaves %d series out: its groups must hold all", ErrHierarchy, level, h.Bottom-int(h.off[to]-h.off[from]))
	}
	copy(dst, base)
	for u := from; u < to; u++ {
		list := h.Series(u)
		total := 0.0
		for _, b := range list {
			total += share[b]
		}
		for _, b := range list {
			if total > 0 {
				dst[h.Upper+int(b)] = base[u] * share[b] / total
			} else {
				dst[h.Upper+int(b)] = base[u] / float64(len(list))
			}
		}
	}
	h.Sum(dst)
	return nil
}

// ForecastProportions is top-down by the forecasts themselves, Athanasopoulos,
// Ahmed and Hyndman (2009), Hierarchical forecasts for Australian domestic
// tourism, International Journal of Forecasting 25, section 2.3: from level 0
// down, each node is spread over the groups of the next level within it in
// proportion to their base forecasts, equally where these sum to zero or less,
// down to the bottom series. Each level must refine the one before; the first
// may have several groups, which are then kept.
func (h *Hierarchy) ForecastProportions(dst, base []float64) error {
	if err := h.fits("base forecast", base); err != nil {
		return err
	}
	if len(h.key) == 0 {
		copy(dst, base)
		return nil
	}
	// up[i] is the node of the level above that node i lies in.
	up := make([]int32, h.Nodes())
	for l := 0; l <= len(h.key); l++ {
		from, to := h.Level(l)
		for u := from; u < to; u++ {
			up[u] = -1
			if l == 0 {
				continue
			}
			above := int32(h.level[l-1])
			for _, b := range h.Series(u) {
				k := h.key[l-1][b]
				if k < 0 || (up[u] >= 0 && up[u] != above+k) {
					return fmt.Errorf("forecast: %w: node %d of level %d does not lie in one group of the level above: forecast proportions need a tree", ErrHierarchy, u, l)
				}
				up[u] = above + k
			}
		}
	}
	sum := make([]float64, h.Upper)
	children := make([]int32, h.Upper)
	for i, u := range up {
		if u >= 0 {
			sum[u] += base[i]
			children[u]++
		}
	}
	if len(dst) > 0 && &dst[0] != &base[0] {
		copy(dst, base)
	}
	for i, u := range up {
		switch {
		case u < 0:
		case sum[u] > 0:
			dst[i] = dst[u] * (base[i] / sum[u])
		default:
			dst[i] = dst[u] / float64(children[u])
		}
	}
	h.Sum(dst)
	return nil
}
