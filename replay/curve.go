package replay

import "math"

// Curve is what a policy does as its service target moves: stock and the share
// of the demand that is short, in the order of rising targets.
type Curve struct {
	Stock, Short []float64
}

// leastShort stands for no shortage at all where logarithms are taken.
const leastShort = 1e-6

func logShort(x float64) float64 { return math.Log(max(x, leastShort)) }

// Fit says how a value lies to a curve.
type Fit int8

// Values of Fit.
const (
	Inside Fit = iota
	Below      // the curve's lowest point has more service, or stock, than asked for
	Above      // its highest has less
)

// StockAt returns the stock with which the curve is as short as asked for, by
// interpolation between its points, linear in stock and in the logarithm of the
// shortage. Outside of the curve it is that of the end, and fit says which: with
// Below the curve gives at least this service with that stock.
func (c *Curve) StockAt(short float64) (stock float64, fit Fit) {
	return cross(c.Short, c.Stock, short, logShort, func(y float64) float64 { return y }, -1)
}

// ShortAt returns the share that is short when the curve has so much stock.
func (c *Curve) ShortAt(stock float64) (short float64, fit Fit) {
	same := func(x float64) float64 { return x }
	short, fit = cross(c.Stock, c.Short, stock, same, logShort, 1)
	if fit == Inside {
		if short = math.Exp(short); short <= leastShort*(1+1e-9) {
			short = 0
		}
	}
	return short, fit
}

// cross finds y where x is at the wanted value. x moves in the direction of sign
// from the first point to the last; the first crossing counts.
func cross(x, y []float64, want float64, fx, fy func(float64) float64, sign float64) (float64, Fit) {
	n := len(x)
	if n == 0 {
		return 0, Above
	}
	w := fx(want) * sign
	if fx(x[0])*sign > w+1e-12 {
		return y[0], Below
	}
	for i := 1; i < n; i++ {
		a, b := fx(x[i-1])*sign, fx(x[i])*sign
		if b < w {
			continue
		}
		share := 0.0
		if b > a {
			share = min(max((w-a)/(b-a), 0), 1)
		}
		p, q := fy(y[i-1]), fy(y[i])
		return p + share*(q-p), Inside
	}
	if fx(x[n-1])*sign >= w-1e-12 { // the only point, or the last one
		return fy(y[n-1]), Inside
	}
	return y[n-1], Above
}
