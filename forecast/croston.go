package forecast

// crostonAlpha is the smoothing parameter of the Croston family where none is
// given: Croston (1972) and Syntetos and Boylan (2005) recommend 0.05 to 0.2.
const crostonAlpha = 0.1

// Croston is the method of Croston (1972), Forecasting and stock control for
// intermittent demands, Operational Research Quarterly 23, 289-303. Size z and
// interval p are smoothed apart, only when a demand occurs:
//
//	z' = z + alpha*(y[t] - z)
//	p' = p + alpha*(q - p)        q periods since the demand before
//	forecast of every step = z/p
//
// The first demand sets z to its size and p to the periods from the start of
// the series up to and including it. A period is a demand if its value is not
// zero; a negative one (a return) counts with its sign.
//
// Alpha 0 means 0.1. SBA multiplies the rate by 1 - alpha/2, which takes out
// the bias of z/p, Syntetos and Boylan (2005), The accuracy of intermittent
// demand estimates, International Journal of Forecasting 21, equation (7). SBJ
// multiplies it by 1 - alpha/(2-alpha) instead, the factor of Shale, Boylan and
// Johnston (2006), Forecasting for intermittent demand: the estimation of an
// unbiased average, Journal of the Operational Research Society 57, 588-592,
// for demands that arrive as a Poisson process. With both set SBJ holds.
type Croston struct {
	Alpha float64
	SBA   bool
	SBJ   bool
}

// Intermittent is a fitted [Croston] or [TSB].
type Intermittent struct {
	Size     float64 // z, the smoothed size of a demand
	Interval float64 // p, the smoothed periods between demands; for TSB 1/probability, 0 if that is 0
	Rate     float64 // the forecast: demand per period
	Demands  int     // number of periods with demand
}

// Fit smooths y, which must hold finite values only. Without a demand the
// result is zero.
func (c Croston) Fit(y []float64) Intermittent {
	alpha := c.Alpha
	if alpha <= 0 {
		alpha = crostonAlpha
	}
	var m Intermittent
	q := 0
	for _, v := range y {
		q++
		if v == 0 {
			continue
		}
		if m.Demands == 0 {
			m.Size, m.Interval = v, float64(q)
		} else {
			m.Size += alpha * (v - m.Size)
			m.Interval += alpha * (float64(q) - m.Interval)
		}
		m.Demands++
		q = 0
	}
	if m.Demands > 0 {
		m.Rate = m.Size / m.Interval * c.factor(alpha)
	}
	return m
}

func (c Croston) factor(alpha float64) float64 {
	switch {
	case c.SBJ:
		return 1 - alpha/(2-alpha)
	case c.SBA:
		return 1 - alpha/2
	}
	return 1
}

// rates writes the forecast made after t periods into dst[t], t = 0..len(y).
func (c Croston) rates(y, dst []float64) {
	alpha, factor := c.Alpha, c.factor(c.Alpha)
	var z, p, q, rate float64
	dst[0] = 0
	for i, v := range y {
		q++
		if v != 0 {
			if p == 0 {
				z, p = v, q
			} else {
				z += alpha * (v - z)
				p += alpha * (q - p)
			}
			rate = z / p * factor
			q = 0
		}
		dst[i+1] = rate
	}
}

// Fitted writes the forecasts of y[0], y[1], ..., each made from the values
// before it, into dst and returns it: one pass. That of y[0] is 0, as are all up
// to the first demand. dst has the length of y.
func (c Croston) Fitted(dst, y []float64) []float64 {
	if c.Alpha <= 0 {
		c.Alpha = crostonAlpha
	}
	var z, p, q, rate float64
	factor := c.factor(c.Alpha)
	for i, v := range y {
		dst[i] = rate
		q++
		if v == 0 {
			continue
		}
		if p == 0 {
			z, p = v, q
		} else {
			z += c.Alpha * (v - z)
			p += c.Alpha * (q - p)
		}
		rate = z / p * factor
		q = 0
	}
	return dst
}

// TSB is the method of Teunter, Syntetos and Babai (2011), Intermittent demand:
// linking forecasting to inventory obsolescence, European Journal of
// Operational Research 214, 606-615. In place of the interval the probability d
// of a demand is smoothed, in every period, so that the forecast of an item
// that no longer sells goes to zero:
//
//	d' = d + beta*(1{y[t] != 0} - d)     every period
//	z' = z + alpha*(y[t] - z)            periods with demand
//	forecast of every step = d*z
//
// The first demand sets z to its size and d to one over the periods up to and
// including it. Alpha 0 and Beta 0 mean 0.1.
type TSB struct {
	Alpha, Beta float64
}

// Fit smooths y, which must hold finite values only. Without a demand the
// result is zero.
func (s TSB) Fit(y []float64) Intermittent {
	if s.Alpha <= 0 {
		s.Alpha = crostonAlpha
	}
	if s.Beta <= 0 {
		s.Beta = crostonAlpha
	}
	var m Intermittent
	d := 0.0
	for i, v := range y {
		switch {
		case v == 0:
			d -= s.Beta * d
		case m.Demands == 0:
			m.Size, d = v, 1/float64(i+1)
			m.Demands++
		default:
			m.Size += s.Alpha * (v - m.Size)
			d += s.Beta * (1 - d)
			m.Demands++
		}
	}
	if d > 0 {
		m.Interval = 1 / d
	}
	m.Rate = d * m.Size
	return m
}

// rates writes the forecast made after t periods into dst[t], t = 0..len(y).
func (s TSB) rates(y, dst []float64) {
	var z, d float64
	seen := false
	dst[0] = 0
	for i, v := range y {
		switch {
		case v == 0:
			d -= s.Beta * d
		case !seen:
			z, d, seen = v, 1/float64(i+1), true
		default:
			z += s.Alpha * (v - z)
			d += s.Beta * (1 - d)
		}
		dst[i+1] = d * z
	}
}

// Forecast writes the means of steps 1..len(dst) into dst and returns it.
func (m Intermittent) Forecast(dst []float64) []float64 {
	for i := range dst {
		dst[i] = m.Rate
	}
	return dst
}
