package replenish

import "math"

// AdditiveYieldEOQ returns the order quantity of least cost when an order of Q
// brings Q+Y, Y random with the given mean and standard deviation:
//
//	Q* = √(2Kλ/h + σ²) − m        g(Q) = [Kλ + h((Q+m)² + σ²)/2] / (Q+m)
//
// Snyder and Shen (2019), 9.3.1. An error wraps [ErrInput].
func AdditiveYieldEOQ(k, h, lambda, mean, sd float64) (q, cost float64, err error) {
	if err := checkInputs("order quantity with additive yield", input{"fixed cost", k, notNegative}, input{"holding cost", h, aboveZero}, input{"demand rate", lambda, aboveZero}, input{"yield mean", mean, anyFinite}, input{"yield sd", sd, notNegative}, input{"fixed cost or yield sd", k + sd, aboveZero}); err != nil {
		return 0, 0, err
	}
	q = max(0, math.Sqrt(2*k*lambda/h+sd*sd)-mean)
	return q, AdditiveYieldEOQCost(k, h, lambda, mean, sd, q), nil
}

// AdditiveYieldEOQCost returns the cost a time unit of ordering q. Limit:
// 1e300 where q brings nothing on average.
func AdditiveYieldEOQCost(k, h, lambda, mean, sd, q float64) float64 {
	k, h, lambda, mean, sd, q = moment(k), moment(h), moment(lambda), moment(mean), moment(sd), moment(q)
	y := q + mean
	if !(y > 0) {
		return 1e300
	}
	return finite((k*lambda + h/2*(y*y+sd*sd)) / y)
}

// MultiplicativeYieldEOQ returns the order quantity of least cost when an order
// of Q brings Q·Z, Z random with the given mean and standard deviation:
//
//	Q* = √(2Kλ/(h(m²+σ²)))        g(Q) = [Kλ + hQ²(m²+σ²)/2] / (Qm)
//
// Snyder and Shen (2019), 9.3.2. An error wraps [ErrInput].
func MultiplicativeYieldEOQ(k, h, lambda, mean, sd float64) (q, cost float64, err error) {
	if err := checkInputs("order quantity with multiplicative yield", input{"fixed cost", k, aboveZero}, input{"holding cost", h, aboveZero}, input{"demand rate", lambda, aboveZero}, input{"yield mean", mean, aboveZero}, input{"yield sd", sd, notNegative}); err != nil {
		return 0, 0, err
	}
	q = math.Sqrt(2 * k * lambda / (h * (mean*mean + sd*sd)))
	return q, MultiplicativeYieldEOQCost(k, h, lambda, mean, sd, q), nil
}

// MultiplicativeYieldEOQCost returns the cost a time unit of ordering q. Limit:
// 1e300 where q brings nothing on average.
func MultiplicativeYieldEOQCost(k, h, lambda, mean, sd, q float64) float64 {
	k, h, lambda, mean, sd, q = moment(k), moment(h), moment(lambda), moment(mean), moment(sd), moment(q)
	if !(q*mean > 0) {
		return 1e300
	}
	return finite((k*lambda + h/2*q*q*(mean*mean+sd*sd)) / (q * mean))
}

// AdditiveYieldNewsvendor returns the order of least expected cost for one
// period of known demand when an order of S brings S+Y:
//
//	S = d − F_Y⁻¹(h/(h+p))        g(S) = h·n_Y(d−S) + p·n̄_Y(d−S)
//
// Snyder and Shen (2019), 9.3.3. An error wraps [ErrInput].
func AdditiveYieldNewsvendor(yield Distribution, demand, h, p float64) (s, cost float64, err error) {
	const op = "newsvendor with additive yield"
	if err := checkLaw(op, "yield", yield); err != nil {
		return 0, 0, err
	}
	if err := checkInputs(op, input{"demand", demand, notNegative}, input{"holding cost", h, notNegative}, input{"stockout cost", p, notNegative}, input{"sum of the costs", h + p, aboveZero}); err != nil {
		return 0, 0, err
	}
	s = demand - yield.Quantile(h/(h+p))
	return s, AdditiveYieldNewsvendorCost(yield, demand, h, p, s), nil
}

// AdditiveYieldNewsvendorCost returns the expected cost of ordering s.
func AdditiveYieldNewsvendorCost(yield Distribution, demand, h, p, s float64) float64 {
	return NewsvendorCost(yield, p, h, demand-s)
}
