package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func testCalibration() *Calibration {
	var pool ConformalPool
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range 60 {
		y := make([]float64, 40+i)
		for t := range y {
			y[t] = 100 + 10*rng.NormFloat64()
		}
		r, err := Forecast(y, Options{Horizon: 6, Method: "ses", CumulativeTo: 4})
		if err != nil {
			panic(err)
		}
		pool.Add(&r.Residuals)
	}
	return pool.Calibration()
}

// A compact calibration gives the quantiles of the whole one, and survives being
// written and read bit for bit.
func TestCompactCalibration(t *testing.T) {
	whole := testCalibration()
	small := whole.Compact(200)
	y := make([]float64, 60)
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range y {
		y[i] = 100 + 10*rng.NormFloat64()
	}
	opt := Options{Horizon: 6, Method: "ses", CumulativeTo: 4, Quantiles: []float64{0.05, 0.5, 0.9, 0.99, 0.999}, Calibration: whole}
	a, err := Forecast(y, opt)
	if err != nil {
		t.Fatal(err)
	}
	opt.Calibration = small
	b, err := Forecast(y, opt)
	if err != nil {
		t.Fatal(err)
	}
	for i := range a.Quantile {
		// A two-hundredth of the errors is one point: half a standard deviation
		// in the tail.
		if math.Abs(a.Quantile[i]-b.Quantile[i]) > 0.5*a.SD[i%6] {
			t.Errorf("quantile %d: %v compact, %v whole (sd %v)", i, b.Quantile[i], a.Quantile[i], a.SD[i%6])
		}
	}
	text, err := small.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	var back Calibration
	if err := back.UnmarshalBinary(text); err != nil {
		t.Fatal(err)
	}
	opt.Calibration = &back
	c, err := Forecast(y, opt)
	if err != nil || !slices.Equal(b.Quantile, c.Quantile) || !slices.Equal(b.CumQuantile, c.CumQuantile) || !slices.Equal(b.SD, c.SD) {
		t.Errorf("a calibration read back gives another forecast (%v)", err)
	}
	for n := range len(text) {
		if n%97 == 0 && back.UnmarshalBinary(text[:n]) == nil {
			t.Errorf("%d of %d bytes are read without an error", n, len(text))
		}
	}
}

func FuzzCalibration(f *testing.F) {
	b, err := testCalibration().Compact(50).AppendBinary(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte{1, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var c Calibration
		if c.UnmarshalBinary(b) != nil {
			return
		}
		again, err := c.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		var d Calibration
		if err := d.UnmarshalBinary(again); err != nil {
			t.Fatal(err)
		}
	})
}

// TestCompactEqualErrors: shares of equal values have equal means but for the
// last digit; the calibration of them is read back all the same.
func TestCompactEqualErrors(t *testing.T) {
	var c Calibration
	v := make([]float64, 1000)
	for i := range v {
		v[i] = 0.1
	}
	for k := range c.pools {
		for l := range c.pools[k] {
			c.pools[k][l] = errorPool{[][]float64{v}, [][]float64{v}}
		}
	}
	b, err := c.Compact(300).AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	var back Calibration
	if err := back.UnmarshalBinary(b); err != nil {
		t.Error(err)
	}
}
