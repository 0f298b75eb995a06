package forecast

// autoShapes are the weights with which auto mixes distributions. The members
// differ in what they hold to be regular: the rate over blocks (imapa) and over
// single periods (ses), occurrence and size apart (hurdle), and, for a tenth,
// runs of demand and sizes as they always were (willemain), which keeps items
// alive that the others give up. A linear pool is wider than its members, by what
// they disagree about, and the short series of sporadic demand leave each of them
// too sure; Ranjan and Gneiting (2010), Combining probability forecasts, Journal
// of the Royal Statistical Society B 72, 71-91.
var autoShapes = [sporadicMethods]float64{spIMAPA: 0.3, spSES: 0.3, spHurdle: 0.3, spWillemain: 0.1}

// autoRates are the weights of the methods whose average is the mean of auto, all
// with one fixed smoothing parameter: a search on so few blocks follows their
// noise, and a level that moves at a fixed moderate pace follows the decline of
// an item. The mean of the pool above would hold the chance of a revival against
// every dying item.
var autoRates = [...]struct {
	method sporadicMethod
	weight float64
}{{spIMAPA, 0.5}, {spADIDA, 0.25}, {spSES, 0.25}}

// autoAlpha is that parameter, the upper end of what Croston (1972) and Syntetos
// and Boylan (2005) recommend.
const autoAlpha = 0.2

// consensus is the mean demand per period of auto, units. It fits the members.
func (s *Sporadic) consensus(alpha float64) float64 {
	if alpha <= 0 {
		alpha = autoAlpha
	}
	rate := 0.0
	for _, m := range autoRates {
		l := s.fit(m.method, alpha)
		rate += m.weight * l.meanAt(1)
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
