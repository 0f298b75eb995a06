package forecast

import (
	"math"
	"testing"
)

// nile is the yearly flow of the Nile at Aswan, 1871 to 1970, 10^8 m³: Durbin and
// Koopman (2001), Time Series Analysis by State Space Methods, section 2.2.1.
var nile = []float64{1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
	1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
	831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759,
	781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
	744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740}

// olsLine is intercept and slope of y on 1..len(y), from the normal equations.
func olsLine(y []float64) (a, b float64) {
	n := float64(len(y))
	var st, stt, sy, sty float64
	for i, v := range y {
		t := float64(i + 1)
		st += t
		stt += t * t
		sy += v
		sty += t * v
	}
	if n < 2 {
		return sy, 0
	}
	b = (n*sty - st*sy) / (n*stt - st*st)
	return (sy - b*st) / n, b
}

// twoLines is the forecast of the period after y by the definition of the theta
// method, Assimakopoulos and Nikolopoulos (2000), equations (5) and (6): the theta
// line Z[t] = theta*y[t] + (1-theta)*(a+b*t) smoothed exponentially, and the line
// a+b*t drawn on, with the weights 1/theta and 1-1/theta that give y back.
func twoLines(y []float64, a, b, theta, alpha, l0 float64) float64 {
	z := theta * l0
	for i, v := range y {
		z += alpha * (theta*v + (1-theta)*(a+b*float64(i+1)) - z)
	}
	return z/theta + (1-1/theta)*(a+b*float64(len(y)+1))
}

// TestThetaTwoLines: optimised theta, and the dynamic models whose line is that of the
// values seen so far, against the definition; steps ahead take each forecast as
// the next value (Fiorucci et al. 2016, section 3.2) in the dynamic models and
// follow the line in the static one.
func TestThetaTwoLines(t *testing.T) {
	for _, c := range []struct {
		name  string
		space ThetaSpace
	}{
		{"otm", ThetaSpace{Static: true}},
		{"stm", ThetaSpace{Static: true, Theta: 2}},
		{"dstm", ThetaSpace{Theta: 2}},
		{"dotm", ThetaSpace{}},
		{"dotm, theta 3, alpha 0.4", ThetaSpace{Theta: 3, Alpha: 0.4}},
	} {
		for _, y := range [][]float64{nile, nile[40:60]} {
			m := c.space.Fit(y)
			theta := min(m.Theta, 1e9)
			mean := func(y []float64, a, b float64) float64 {
				if !c.space.Static {
					a, b = olsLine(y)
				}
				return twoLines(y, a, b, theta, m.Alpha, m.Initial)
			}
			a, b := olsLine(y)
			sse := 0.0
			for k := thetaSkip; k < len(y); k++ {
				d := y[k] - mean(y[:k], a, b)
				sse += d * d
			}
			within(t, c.name+" mean squared error", m.MSE, sse/float64(len(y)-thetaSkip), 1e-6)
			got := m.Forecast(make([]float64, 6))
			longer := append([]float64(nil), y...)
			for h, f := range got {
				want := mean(longer, a, b)
				within(t, c.name+" step "+string(rune('1'+h)), f, want, 1e-6)
				longer = append(longer, want)
			}
		}
	}
}

// TestThetaPeer: on the Nile the forecasts of statsforecast 2.1.1 (OptimizedTheta,
// DynamicTheta, DynamicOptimizedTheta, season 1), whose simplex search ends near
// the minimum that we solve for, and no larger mean squared error than at its
// parameters.
func TestThetaPeer(t *testing.T) {
	for _, c := range []struct {
		name             string
		space            ThetaSpace
		alpha, theta, l0 float64
		want             [6]float64
		tol              float64 // relative
	}{
		{"otm", ThetaSpace{Static: true}, 0.2289149436191035, 3836.970019874157, 183.38602774706183,
			[6]float64{799.1949899, 796.48139188, 793.76779385, 791.05419583, 788.34059781, 785.62699979}, 0.005},
		{"dstm", ThetaSpace{Theta: 2}, 0.30327899456024143, 2, 844.1067762374878,
			[6]float64{783.03345327, 781.67702634, 780.32205576, 778.96882187, 777.61758336, 776.26857879}, 0.005},
		{"dotm", ThetaSpace{}, 0.26749083643654775, 1, 1248.597638834178,
			[6]float64{798.23018873, 798.23018873, 798.23018873, 798.23018873, 798.23018873, 798.23018873}, 0.005},
	} {
		m := c.space.Fit(nile)
		a, b := olsLine(nile)
		sse := 0.0
		for k := thetaSkip; k < len(nile); k++ {
			if !c.space.Static {
				a, b = olsLine(nile[:k])
			}
			d := nile[k] - twoLines(nile[:k], a, b, c.theta, c.alpha, c.l0)
			sse += d * d
		}
		if peer := sse / float64(len(nile)-thetaSkip); m.MSE > peer*(1+1e-4) {
			t.Errorf("%s: MSE = %v, want at most the peer's %v", c.name, m.MSE, peer)
		}
		for h, f := range m.Forecast(make([]float64, 6)) {
			if math.Abs(f/c.want[h]-1) > c.tol {
				t.Errorf("%s step %d: %v, want %v within %v", c.name, h+1, f, c.want[h], c.tol)
			}
		}
	}
}
