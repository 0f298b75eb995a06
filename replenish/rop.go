package replenish

// Undershoot returns mean and variance of U, how far the inventory position
// lies below the reorder point when an order is placed, for demand that comes
// in lumps (or review periods) of the first three moments m1, m2, m3 about
// zero, when the order quantity is well above a lump:
//
//	E[U] = m2/(2·m1)        Var[U] = m3/(3·m1) − E[U]²
//
// the moments of the residual life of a renewal process. Tijms (1994), 1.2;
// Hill (1988). 0, 0 where there is no demand.
func Undershoot(m1, m2, m3 float64) (mean, variance float64) {
	m1, m2, m3 = moment(m1), max(0, moment(m2)), max(0, moment(m3))
	if !(m1 > 0) {
		return 0, 0
	}
	mean = finite(m2 / (2 * m1))
	return mean, max(0, finite(m3/(3*m1)-mean*mean))
}

// rawMoments returns E[X²] and E[X³] of a gamma distribution with the given
// mean and variance: demand of a short time is not negative, so it is skewed
// where it varies much, and nearly normal where it does not.
func rawMoments(mean, variance float64) (m2, m3 float64) {
	m2 = mean*mean + variance
	m3 = mean*mean*mean + 3*mean*variance
	if mean > 0 {
		m3 += 2 * variance * (variance / mean) // third central moment
	}
	return m2, m3
}
