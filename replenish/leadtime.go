package replenish

import "math"

// Demand is what is known of the demand of a sku. Quantities are in stock
// units.
type Demand struct {
	Mean       float64 // a period
	SD         float64 // of the one-period forecast error
	PeriodDays float64 // days of a period; 0: 1

	// MeanSE is the standard error of Mean. It stays the same through the
	// whole interval, so its part of the variance grows with n², not n. It is
	// used where CumSD is not given; a measured CumSD contains it.
	MeanSE float64
	// Bias is the mean of actual − forecast a period: it moves the mean. Leave
	// it 0 where the standard deviations are root mean squares around zero,
	// which contain it.
	Bias float64

	// CumMean[i] and CumSD[i] are of the demand of the first i+1 periods
	// together, as measured in a backtest of the forecast: CumSD is the
	// standard deviation of the error of the sum. nil: Mean·n and SD·√n.
	// CumBias is as Bias, over the first i+1 periods; nil: Bias·n.
	CumMean, CumSD, CumBias []float64

	// Paths are simulated or bootstrapped futures, the first period that which
	// begins now; they give the whole distribution and come before quantiles and
	// moments.
	Paths Paths
	// CumQuantiles holds, horizon after horizon, the quantiles at QuantileLevels
	// of the demand of the first period, the first two together, …
	QuantileLevels, CumQuantiles []float64
}

// RandomLeadTimeDemand returns mean and standard deviation of the demand over a
// lead time of mean l and standard deviation sl, when the demand of a period
// has mean mu and standard deviation sigma, independent of each other:
//
//	E = μ·E[L]        Var = E[L]·σ² + μ²·Var[L]
//
// Silver, Pyke and Thomas (2017), (6.21) and (6.22). Right for deliveries that
// do not overtake each other.
func RandomLeadTimeDemand(mu, sigma, l, sl float64) (mean, sd float64) {
	mu, sigma, l, sl = moment(mu), moment(sigma), max(0, moment(l)), moment(sl)
	return finite(mu * l), finite(math.Sqrt(l*sigma*sigma + mu*mu*sl*sl))
}

// over returns mean and variance of the demand of n periods together, n >= 0
// and fractional as it comes. Between measured horizons both are linear; past
// the last one the mean goes on as it did in the last quarter of the curve,
// and the variance at least at its average rate.
func (d *Demand) over(n float64) (mean, variance float64) {
	mean = d.Mean * n
	if len(d.CumMean) > 0 {
		mean = curve(d.CumMean, n, false)
	}
	if len(d.CumBias) > 0 {
		mean += curve(d.CumBias, n, false)
	} else {
		mean += d.Bias * n
	}
	if len(d.CumSD) > 0 {
		return mean, max(0, curve(d.CumSD, n, true))
	}
	return mean, n*d.SD*d.SD + n*n*d.MeanSE*d.MeanSE
}

// curve returns the cumulative values c at n periods, squared where asked: 0 at
// 0, c[i] at i+1, linear between and past the end.
func curve(c []float64, n float64, squared bool) float64 {
	if n <= 0 {
		return 0
	}
	at := func(i int) float64 { // value after i periods
		switch {
		case i == 0:
			return 0
		case squared:
			return c[i-1] * c[i-1]
		}
		return c[i-1]
	}
	last := len(c)
	if n < float64(last) {
		i := int(n)
		return at(i) + (n-float64(i))*(at(i+1)-at(i))
	}
	back := max(1, last/4)
	slope := (at(last) - at(last-back)) / float64(back)
	if squared {
		slope = max(slope, at(last)/float64(last))
	}
	return at(last) + slope*(n-float64(last))
}

// interval is the demand of a stretch of time after an order decision.
type interval struct{ mean, variance float64 }

func (v interval) sd() float64 { return math.Sqrt(v.variance) }

// plus adds an independent random variable.
func (v interval) plus(mean, variance float64) interval {
	return interval{v.mean + mean, v.variance + variance}
}

// interval returns the demand over n periods that begin or end with a lead
// time of standard deviation sl periods, and the part of the standard
// deviation that the lead time makes: μ·sl, μ the mean rate over the interval.
// It is the formula of [RandomLeadTimeDemand] with the measured error variance
// in place of n·σ².
func (d *Demand) interval(n, sl float64) (v interval, leadPart float64) {
	v.mean, v.variance = d.over(n)
	rate := d.Mean + d.Bias
	if n > 0 {
		rate = v.mean / n
	}
	leadPart = math.Abs(rate) * sl
	v.variance += leadPart * leadPart
	return v, leadPart
}
