package forecast

// autoShapes are the weights with which auto mixes distributions. The members
// differ in what they hold to be regular: the rate (imapa, ses), occurrence and
// size apart (hurdle, tsb), runs of demand and the sizes as they were
// (willemain). A linear pool is wider than its members, by what they disagree
// about, and the short series of sporadic demand leave every one of them too
// sure; Ranjan and Gneiting (2010), Combining probability forecasts, Journal of
// the Royal Statistical Society B 72, 71-91. Weights are in sevenths by that
// reasoning: the two that fit all of a series count twice.
var autoShapes = [sporadicMethods]float64{
	spIMAPA: 2.0 / 7, spHurdle: 2.0 / 7, spTSB: 1.0 / 7, spSES: 1.0 / 7, spWillemain: 1.0 / 7,
}

// autoRates are the methods whose average is the mean of auto: those that follow
// the decline of an item. The mean of the pool above would hold the chance of a
// revival against every dying item.
var autoRates = [...]sporadicMethod{spTSB, spADIDA, spIMAPA}

// consensus is the mean demand per period of auto, units. It fits the members
// that w left out.
func (s *Sporadic) consensus(w *[sporadicMethods]float64, alpha float64) float64 {
	rate := 0.0
	for _, m := range autoRates {
		if w[m] == 0 {
			s.laws[m] = s.fit(m, alpha)
		}
		rate += s.laws[m].meanAt(1) / float64(len(autoRates))
	}
	return rate
}

// about turns mean and variance of a mixture over n periods into those about the
// mean that is forecast: what the two differ by is an error to expect.
func (s *Sporadic) about(mean, variance float64, n int) (float64, float64) {
	if s.rate < 0 {
		return mean, variance
	}
	f := s.rate * float64(n)
	return f, variance + (mean-f)*(mean-f)
}
