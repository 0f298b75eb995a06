package forecast

import "math"

// ETSAverage is a weighted average of fitted exponential smoothing models of one
// series. It is plain data, as [ETS] is.
type ETSAverage struct {
	Models  []ETS     // by falling weight
	Weights []float64 // add up to 1

	path []float64
}

const (
	// etsFlatness divides differences of the criterion: weights are
	// exp(-difference/(2*etsFlatness)). 1 would give Akaike's weights, which are
	// probabilities if one of the forms were the truth. None is, and the criterion
	// of the likeliest form is the luckiest of many.
	etsFlatness = 8
	// etsUndamped is added to the criterion of a trend that goes on for ever. Such a
	// trend fits the past of many series and the future of few: Gardner and
	// McKenzie (1985), Forecasting trends in time series, Management Science 31.
	etsUndamped = 8
	// etsNegligible is the least weight kept, relative to the largest.
	etsNegligible = 0.02
)

// Average fits every form that opt lets take part and that the series allows,
// and writes their average into dst, whose slices are reused. The weight of a
// form falls with its criterion, Kolassa (2011), Combining exponential smoothing
// forecasts using Akaike weights, International Journal of Forecasting 27. Choosing
// one form throws away what the others, often as likely, say: on the training
// part of M3, its end held out, sMAPE falls from 21.3 to 19.5 (yearly), 9.4 to 9.0
// (quarterly), 15.9 to 14.4 (monthly) and 4.06 to 3.86 (other). The errors and fallbacks are those of [ETSFitter.Auto].
func (f *ETSFitter) Average(dst *ETSAverage, y []float64, m int, opt ETSOptions) error {
	if err := f.load(y, m); err != nil {
		return err
	}
	n := 0
	var score [len(trendOrder) * 6]float64
	if !f.level {
		for _, c := range etsForms {
			penalty := f.penalty(c, &opt)
			if math.IsInf(penalty, 1) {
				continue
			}
			v := f.fit(c, math.Inf(1)) + penalty
			if math.IsInf(v, 1) {
				continue
			}
			if c.Trend != None && !c.Damped {
				v += etsUndamped
			}
			// Insertion by score, the models' memory moving with them.
			dst.grow(n + 1)
			f.keep()
			f.write(&dst.Models[n], c)
			score[n] = v
			for i := n; i > 0 && score[i] < score[i-1]; i-- {
				score[i], score[i-1] = score[i-1], score[i]
				dst.Models[i], dst.Models[i-1] = dst.Models[i-1], dst.Models[i]
			}
			n++
		}
	}
	if n == 0 {
		dst.grow(1)
		f.flat(&dst.Models[0], f.reason())
		dst.Weights[0] = 1
		return nil
	}
	total := 0.0
	kept := 0
	for i := range n {
		w := math.Exp(-(score[i] - score[0]) / (2 * etsFlatness))
		if w < etsNegligible {
			break
		}
		dst.Weights[i] = w
		total += w
		kept++
	}
	dst.Models, dst.Weights = dst.Models[:kept], dst.Weights[:kept]
	for i := range dst.Weights {
		dst.Weights[i] /= total
	}
	return nil
}

// grow gives a room for n models, those it had before among them.
func (a *ETSAverage) grow(n int) {
	if cap(a.Models) < n {
		more := make([]ETS, n, 2*n)
		copy(more, a.Models[:cap(a.Models)])
		a.Models = more
	}
	a.Models = a.Models[:n]
	for cap(a.Weights) < n {
		a.Weights = append(a.Weights[:cap(a.Weights)], 0)
	}
	a.Weights = a.Weights[:n]
}

// Forecast writes the weighted means of steps 1..len(dst) into dst and returns it.
func (a *ETSAverage) Forecast(dst []float64) []float64 {
	a.path = grow(a.path, len(dst))
	clear(dst)
	for i := range a.Models {
		a.Models[i].Forecast(a.path)
		w := a.Weights[i]
		for h, v := range a.path {
			dst[h] += w * v
		}
	}
	return dst
}

// Update moves every model through new periods, see [ETS.Update]. Weights stay.
func (a *ETSAverage) Update(y []float64) {
	for i := range a.Models {
		a.Models[i].Update(y)
	}
}

// Moments writes mean and variance of the mixture of the models into the four
// slices, which have the same length: of every step and of the sum of the first
// steps. d is scratch. The variance of a mixture is what its parts have, and how
// far their means lie apart.
func (a *ETSAverage) Moments(d *ETSDistribution, mean, variance, cumMean, cumVariance []float64) {
	for _, s := range [...][]float64{mean, variance, cumMean, cumVariance} {
		clear(s)
	}
	for pass := range 2 {
		for i := range a.Models {
			d.Compute(&a.Models[i], len(mean), nil, ETSSampling{})
			w := a.Weights[i]
			for h := range mean {
				if pass == 0 {
					mean[h] += w * d.Mean[h]
					cumMean[h] += w * d.CumMean[h]
					continue
				}
				e, c := d.Mean[h]-mean[h], d.CumMean[h]-cumMean[h]
				variance[h] += w * min(d.Variance[h]+e*e, math.MaxFloat64)
				cumVariance[h] += w * min(d.CumVariance[h]+c*c, math.MaxFloat64)
			}
		}
	}
}
