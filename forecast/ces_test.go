package forecast

import (
	"math"
	"math/cmplx"
	"testing"
)

// airPassengers are the thousands of passengers a month, 1949 to 1960: Box and
// Jenkins (1976), series G.
var airPassengers = []float64{
	112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140,
	145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194,
	196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229,
	242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271, 306,
	315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337,
	360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432}

// TestCESComplex: the filter against the definition by complex numbers, Svetunkov,
// Kourentzes and Ord (2022), equation (5),
//
//	x[t+1] = (a0+i*a1)*(y[t] + i*e[t]) + (1-a0 + i*(1-a1))*x[t],   y^[t] = Re x[t]
//
// with lag m where the level, or its seasonal partner, has it.
func TestCESComplex(t *testing.T) {
	for _, c := range []struct {
		form   CESForm
		season int
		y      []float64
	}{{CESNone, 0, nile}, {CESNone, 0, airPassengers}, {CESSimple, 12, airPassengers}, {CESPartial, 12, airPassengers}, {CESFull, 12, airPassengers}} {
		var s cesScratch
		var m cesModel
		s.fit(&m, c.y, c.form, c.season)
		level := complex(m.l0, m.c0)
		season := make([]complex128, max(1, m.season))
		for i := range m.season {
			season[i] = complex(s.initial[i], s.initial[i]/1.1)
		}
		a, a1 := complex(m.a0, m.a1), complex(1-m.a0, 1-m.a1)
		b, b1 := complex(m.b0, m.b1), complex(1-m.b0, 1-m.b1)
		step := func(i int, value func(mean float64) float64) float64 {
			p := &season[i%len(season)]
			mean := real(level)
			switch c.form {
			case CESSimple:
				mean = real(*p)
			case CESPartial, CESFull:
				mean += real(*p)
			}
			e := value(mean) - mean
			if c.form == CESSimple {
				*p = a*complex(real(*p)+e, e) + a1**p
			} else {
				level = a*complex(real(level)+e, e) + a1*level
			}
			switch c.form {
			case CESPartial:
				*p += complex(m.b0*e, 0)
			case CESFull:
				*p = b*complex(real(*p)+e, e) + b1**p
			}
			return mean
		}
		sse := 0.0
		for i, v := range c.y {
			d := v - step(i, func(float64) float64 { return v })
			sse += d * d
		}
		within(t, c.form.String()+" sum of squares", m.sse, sse, 1e-9)
		fit := CES{Form: c.form, Season: c.season}.Fit(c.y)
		for h, f := range fit.Forecast(make([]float64, 24)) {
			want := step(len(c.y)+h, func(mean float64) float64 { return mean })
			if math.Abs(f-want) > 1e-8*math.Abs(want) {
				t.Errorf("%v step %d: %v, want %v", c.form, h+1, f, want)
			}
		}
		if r := cmplx.Abs(level); c.form != CESSimple && !(r < 1e6) {
			t.Errorf("%v: the level has gone off to %v", c.form, level)
		}
	}
}

// TestCESPeer: statsforecast 2.1.1, AutoCES of one form each. It estimates its first
// states by going back over the series and we take those of the authors, so that
// only a series without season, where they soon are forgotten, has like forecasts;
// the errors of the fit are to be compared everywhere.
func TestCESPeer(t *testing.T) {
	want := [...]float64{800.12775797, 797.50953089, 794.19232721, 791.03889183, 787.86616157, 784.71290504}
	for h, v := range (CES{Form: CESNone}).Fit(nile).Forecast(make([]float64, len(want))) {
		if math.Abs(v/want[h]-1) > 0.01 {
			t.Errorf("Nile, step %d: %v, want %v within 1 %%", h+1, v, want[h])
		}
	}
	for _, c := range []struct {
		name   string
		form   CESForm
		season int
		y      []float64
		mse    float64
	}{
		{"Nile", CESNone, 0, nile, 20389.955778824253},
		{"air passengers", CESNone, 0, airPassengers, 1283.201137971287},
		{"air passengers", CESPartial, 12, airPassengers, 286.23969932211924},
	} {
		f := CES{Form: c.form, Season: c.season}.Fit(c.y)
		if mse := f.SSE / float64(len(c.y)); mse > 1.06*c.mse {
			t.Errorf("%s, %v: MSE = %v, want at most 1.06 * %v", c.name, c.form, mse, c.mse)
		}
	}
}
