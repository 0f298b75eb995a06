package analytics

// Spread is how much a quantity by period varies.
type Spread struct {
	Periods   int
	Mean, Var float64 // sample variance; 0 for one period
}

// SpreadOf measures values by period, missing ones (NaN) left out, by Welford's
// recursion (1962).
func SpreadOf(y []float64) Spread {
	var s Spread
	ss := 0.0
	for _, v := range y {
		if v != v {
			continue
		}
		s.Periods++
		e := v - s.Mean
		s.Mean += e / float64(s.Periods)
		ss += e * (v - s.Mean)
	}
	if s.Periods > 1 {
		s.Var = ss / float64(s.Periods-1)
	}
	return s
}

// Bullwhip compares orders with demand over the same periods by their sample
// variances: ratio = Var(orders) / Var(demand), Chen, Drezner, Ryan & Simchi-Levi
// (2000), Management Science 46(3), 436-443. normalized is the ratio of squared
// coefficients of variation, Fransoo & Wouters (2000), Supply Chain Management
// 5(2), 78-89, which forgives a change of stock over the window. False where
// there are fewer than 8 periods, demand does not vary or a mean is not above
// zero: a ratio would say nothing.
func Bullwhip(orders, demand Spread) (ratio, normalized float64, ok bool) {
	if orders.Periods < 8 || demand.Periods < 8 || !(demand.Var > 0) || !(demand.Mean > 0) || !(orders.Mean > 0) {
		return 0, 0, false
	}
	ratio = orders.Var / demand.Var
	m := demand.Mean / orders.Mean
	normalized = ratio * m * m
	return ratio, normalized, finite(ratio) && finite(normalized)
}
