package analytics

import (
	"math"

	"planwright"
)

// XYZParams are the thresholds of an XYZ classification. The zero value is 0.5
// and 1.
type XYZParams struct {
	X float64 // class X up to this coefficient of variation; 0: 0.5
	Y float64 // then class Y up to this one; 0: 1
}

// XYZ classifies sku's by the coefficient of variation of their demand by
// period and writes columns XYZ and CV of t, one row a sku: X steady, Y moving,
// Z erratic. A coefficient that is NaN (no demand, or fewer than two periods)
// has class "": nothing is known of it. An infinite one is a Z.
func XYZ(cv []float64, p XYZParams, t *planwright.Classes) {
	x, y := p.X, p.Y
	if x == 0 {
		x = 0.5
	}
	if y == 0 {
		y = 1
	}
	t.XYZ = resize(t.XYZ, len(cv))
	t.CV = resize(t.CV, len(cv))
	for k, v := range cv {
		t.CV[k] = v
		switch {
		case v != v:
			t.XYZ[k] = ""
		case v <= x:
			t.XYZ[k] = "X"
		case v <= y:
			t.XYZ[k] = "Y"
		default:
			t.XYZ[k] = "Z"
		}
	}
}

// Variation returns the coefficient of variation of demand y by period: the
// sample standard deviation over the mean, missing periods (NaN) left out.
// NaN where there are fewer than two periods or the mean is not above zero.
func Variation(y []float64) float64 {
	n, mean := 0, 0.0
	for _, v := range y {
		if v == v {
			n++
			mean += (v - mean) / float64(n)
		}
	}
	if n < 2 || !(mean > 0) {
		return math.NaN()
	}
	ss := 0.0
	for _, v := range y {
		if v == v {
			ss += (v - mean) * (v - mean)
		}
	}
	return math.Sqrt(ss/float64(n-1)) / mean
}
