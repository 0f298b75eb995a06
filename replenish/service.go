package replenish

// FillRate returns the share of demand that is filled from stock under a
// continuous-review (s, Q) policy with backorders, when lead is the demand of
// the lead time:
//
//	P2 = 1 − [n(s) − n(s+Q)] / Q
//
// Axsäter (2015), section 5.3.2. n(s+Q), the shortage still there after the
// order has come, is what the textbook approximation 1 − n(s)/Q leaves out.
// For Q <= 0 it is the limit, P(X <= s).
func FillRate[D Distribution](lead D, s, q float64) float64 {
	short, _ := continuousShort(lead, s, q)
	return unit(1 - short)
}

// PeriodicFillRate returns the fill rate of a policy that looks at the stock
// every review period and then orders batches of q until the position is over
// s: (R, s, nQ), with backorders. lead is the demand of the lead time L,
// protection that of R+L. After each review the position is uniform over
// (s, s+q], so
//
//	P2 = 1 − ∫_s^{s+q} [n_{R+L}(y) − n_L(y)] dy / (q·E[D_R]),
//
// with E[D_R] = E[D_{R+L}] − E[D_L]. For q <= 0 it is the order-up-to policy
// (R, S = s),
//
//	P2 = 1 − [n_{R+L}(S) − n_L(S)] / E[D_R].
//
// Johnson, Lee, Davis and Hall (1995); Silver, Pyke and Thomas (2017), 6.9;
// Hadley and Whitin (1963), 5-3. The same formula holds under continuous review
// when demand comes in lumps, with one lump in place of the demand of R.
// 1 where there is no demand in a review period.
func PeriodicFillRate[D Distribution](lead, protection D, s, q float64) float64 {
	short, _ := periodicShort(lead, protection, s, q)
	return unit(1 - short)
}

// A batch narrower than so many standard deviations is taken as no batch: the
// mean over so short a stretch differs from the value at a point of it by less
// than a difference of losses (of second-order losses) loses to rounding.
const (
	narrow       = 1e-7
	narrowSecond = 1e-5
)

// continuousShort returns the share of demand that is short at reorder point s
// and its derivative in s, 0 where it is not known.
func continuousShort[D Distribution](lead D, s, q float64) (short, slope float64) {
	s, q = min(max(moment(s), -1e15), 1e15), amount(q)
	sf, n, _ := lead.Losses(s)
	if _, sd := lead.Moments(); q <= narrow*sd {
		return sf, 0
	}
	sfQ, nQ, _ := lead.Losses(s + q)
	return (n - nQ) / q, (sfQ - sf) / q
}

// periodicShort is continuousShort for periodic review.
func periodicShort[D Distribution](lead, protection D, s, q float64) (short, slope float64) {
	mL, _ := lead.Moments()
	mP, sd := protection.Moments()
	review := mP - mL
	if review <= 0 {
		return 0, 0
	}
	s, q = min(max(moment(s), -1e15), 1e15), amount(q)
	if q <= narrowSecond*sd {
		s, q = s+max(0, q)/2, 0
	}
	sfP, nP, n2P := protection.Losses(s)
	sfL, nL, n2L := lead.Losses(s)
	if q <= 0 {
		return (nP - nL) / review, (sfL - sfP) / review
	}
	_, nPQ, n2PQ := protection.Losses(s + q)
	_, nLQ, n2LQ := lead.Losses(s + q)
	if whole(protection) { // sums over s+1..s+q in place of integrals
		return ((n2P - nP/2 - n2PQ + nPQ/2) - (n2L - nL/2 - n2LQ + nLQ/2)) / (q * review), 0
	}
	// The derivative of n₂ is −n.
	return ((n2P - n2PQ) - (n2L - n2LQ)) / (q * review), ((nPQ - nP) - (nLQ - nL)) / (q * review)
}

// ExpectedBackorders returns the mean backorders of a continuous-review (s, Q)
// policy, [n₂(s) − n₂(s+Q)]/Q, and the mean stock on hand, s + Q/2 − E[D_L] +
// backorders. Axsäter (2015), section 5.3; n(s) for Q <= 0.
func ExpectedBackorders[D Distribution](lead D, s, q float64) (backorders, onHand float64) {
	s, q = min(max(moment(s), -1e15), 1e15), amount(q)
	_, n, n2 := lead.Losses(s)
	mean, _ := lead.Moments()
	if q <= 0 {
		return n, max(0, s-mean+n)
	}
	_, nQ, n2Q := lead.Losses(s + q)
	if whole(lead) { // the position is on s+1..s+q
		backorders = max(0, (n2-n/2-n2Q+nQ/2)/q)
		return backorders, max(0, s+(q+1)/2-mean+backorders)
	}
	backorders = max(0, (n2-n2Q)/q)
	return backorders, max(0, s+q/2-mean+backorders)
}

// Points and quantities beyond 1e15 count as 1e15 in this file, NaN as 0.

// unit keeps rounding errors out of a share; NaN is 0.
func unit(x float64) float64 {
	if x != x {
		return 0
	}
	return min(max(x, 0), 1)
}

// ReadyRate returns P3, the share of time with stock on hand under a
// continuous-review (s, Q) policy with backorders: the mean of P(D < y) over
// the positions y. It is the fill rate where demand is continuous or comes unit
// by unit. For an integer law s and q are whole numbers, q at least 1.
func ReadyRate[D Distribution](lead D, s, q float64) float64 {
	return FillRate(lead, s, q)
}

// LostSalesFillRate returns the fill rate of an (s, Q) policy whose shortages are
// lost, 1 − n(s)/(Q+n(s)): exact while at most one order is outstanding
// (s < Q). Silver, Pyke and Thomas (2017), 6.7. 0 for q <= 0.
func LostSalesFillRate[D Distribution](lead D, s, q float64) float64 {
	if !(q > 0) {
		return 0
	}
	_, n, _ := lead.Losses(s)
	return unit(q / (q + n))
}
