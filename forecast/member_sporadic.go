package forecast

// rareRefits is the number of origins in a backtest at which the distributions
// of sporadic demand are fitted anew; in between the rate stays.
const rareRefits = 8

// rateOf sets the demand per period that [Sporadic] sees in the first o periods.
func (e *Engine) rateOf(m *member, o int) {
	n := len(e.x)
	every := max(1, (n-e.from+rareRefits-1)/rareRefits)
	if m.rateAt == o || m.rateAt > 0 && o < n && (o-e.from)%every != 0 {
		return
	}
	m.rateAt = o
	rate, err := e.rare.Rate(e.x[:o], e.opt.Pool)
	if err != nil {
		m.failed = true
		return
	}
	m.rate = rate
}

// forecastRare computes the distributions of sporadic demand.
func (e *Engine) forecastRare() error {
	opt := SporadicOptions{Horizon: e.opt.Horizon, CumulativeTo: e.opt.CumulativeTo, Quantiles: e.opt.Quantiles, Pool: e.opt.Pool}
	return e.rare.Forecast(e.x, opt, &e.rareOut)
}

// writeRare puts them into dst.
func (e *Engine) writeRare(dst *Result) {
	copy(dst.Mean, e.rareOut.Mean)
	copy(dst.SD, e.rareOut.SD)
	copy(dst.CumMean, e.rareOut.CumMean)
	copy(dst.CumSD, e.rareOut.CumSD)
	copy(dst.Quantile, e.rareOut.Quantile)
	copy(dst.CumQuantile, e.rareOut.CumQuantile)
}
