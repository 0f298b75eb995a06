package replenish

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// near says whether got is within rel of want, or within abs of it.
func near(got, want, rel, abs float64) bool {
	return math.Abs(got-want) <= max(abs, rel*math.Abs(want))
}

// TestNormalLosses holds tail, loss and second-order loss against values
// computed with 60 digits.
func TestNormalLosses(t *testing.T) {
	const tol = 2e-14 // relative: a few rounding errors of the exponential
	for _, c := range []struct{ z, sf, n, n2 float64 }{
		{-6.0, 0.99999999901341235496, 6.0000000001563569796, 18.499999999975777116},
		{-1.5, 0.933192798731141934, 1.5293067937626046286, 1.6135764946875244385},
		{0.0, 0.5, 0.39894228040143267794, 0.25},
		{0.3, 0.38208857781104736269, 0.2667612421172098768, 0.15103010258794219983},
		{1.0, 0.15865525393145705141, 0.083315470587686298383, 0.037669891671885376516},
		{2.0, 0.0227501319481792072, 0.00849070261682963755, 0.0028843633572599660501},
		{4.0, 0.000031671241833119921254, 7.145258432405666759e-6, 1.5451040517486271089e-6},
		{5.0, 2.8665157187919391167e-7, 5.3461655338328149539e-8, 9.6716475937765819882e-9},
		{8.0, 6.2209605742717841235e-16, 7.5502624119464989137e-17, 9.0375322357292496262e-18},
		{15.0, 3.6709661993127508858e-51, 2.4260250875289830483e-52, 1.5964284009638156696e-53},
		{30.0, 4.9067139271481870595e-198, 1.6319567340914011894e-199, 5.4218624369917457412e-201},
	} {
		sf, n, n2 := Normal{0, 1}.Losses(c.z)
		if got := NormalSF(c.z); !near(got, c.sf, tol, 0) || !near(sf, c.sf, tol, 0) {
			t.Errorf("NormalSF(%g) = %.17g and %.17g, want %.17g", c.z, got, sf, c.sf)
		}
		if got, _ := StandardNormalLoss(c.z); !near(got, c.n, tol, 0) || !near(n, c.n, tol, 0) {
			t.Errorf("StandardNormalLoss(%g) = %.17g and %.17g, want %.17g", c.z, got, n, c.n)
		}
		if got, _ := StandardNormalSecondLoss(c.z); !near(got, c.n2, tol, 0) || !near(n2, c.n2, tol, 0) {
			t.Errorf("StandardNormalSecondLoss(%g) = %.17g and %.17g, want %.17g", c.z, got, n2, c.n2)
		}
	}
}

// TestNormalQuantile holds upper quantiles against values computed with 60
// digits, the far tail included.
func TestNormalQuantile(t *testing.T) {
	for _, c := range []struct{ q, z float64 }{
		{1e-300, 37.047096299361199237}, {1e-100, 21.273453560965324295}, {1e-20, 9.2623400897984075737},
		{1e-10, 6.3613409024040562047}, {1e-4, 3.7190164854556805644}, {0.01, 2.3263478740408411009},
		{0.019, 2.0748547343933097844}, {0.05, 1.6448536269514727149}, {0.2, 0.84162123357291420518},
		{0.5, 0}, {0.9, -1.281551565544600467},
	} {
		if got := NormalUpperQuantile(c.q); !near(got, c.z, 1e-14, 1e-15) {
			t.Errorf("NormalUpperQuantile(%g) = %.17g, want %.17g", c.q, got, c.z)
		}
	}
	for _, p := range []float64{math.NaN(), -1, 0, 1, 2, math.Inf(1), math.Inf(-1), 5e-324} {
		if z := NormalQuantile(p); math.IsNaN(z) || math.IsInf(z, 0) {
			t.Errorf("NormalQuantile(%g) = %g, want a finite limit", p, z)
		}
	}
}

func TestNormalQuantileInverts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.Float64Range(-36.9, 36.9).Draw(t, "z")
		if got := NormalUpperQuantile(NormalSF(z)); z > -5 && !near(got, z, 1e-13, 1e-10) {
			t.Fatalf("NormalUpperQuantile(NormalSF(%g)) = %g", z, got)
		}
		g, _ := StandardNormalLoss(z)
		if got := StandardNormalLossInverse(g); !near(got, z, 1e-12, 1e-12) {
			t.Fatalf("StandardNormalLossInverse(%g) = %g, want %g", g, got, z)
		}
	})
}

func TestLossInverseLimits(t *testing.T) {
	for _, g := range []float64{math.NaN(), -1, 0, 5e-324, 1e308, math.Inf(1)} {
		if k := StandardNormalLossInverse(g); math.IsNaN(k) || math.IsInf(k, 0) {
			t.Errorf("StandardNormalLossInverse(%g) = %g, want a finite limit", g, k)
		}
	}
}

func TestPoint(t *testing.T) {
	for _, d := range []Distribution{NewNormal(5, 0), NewGamma(5, 0)} {
		if sf, n, n2 := d.Losses(3); sf != 1 || n != 2 || n2 != 2 {
			t.Errorf("%T point at 5: Losses(3) = %g %g %g, want 1 2 2", d, sf, n, n2)
		}
		if sf, n, n2 := d.Losses(5); sf != 0 || n != 0 || n2 != 0 {
			t.Errorf("%T point at 5: Losses(5) = %g %g %g, want 0 0 0", d, sf, n, n2)
		}
		if q := d.Quantile(0.9); q != 5 {
			t.Errorf("%T point at 5: Quantile(0.9) = %g, want 5", d, q)
		}
		if p := d.CDF(4.9); p != 0 {
			t.Errorf("%T point at 5: CDF(4.9) = %g, want 0", d, p)
		}
		if mean, sd := d.Moments(); mean != 5 || sd != 0 {
			t.Errorf("%T point at 5: Moments = %g %g", d, mean, sd)
		}
	}
}

func BenchmarkNormalQuantile(b *testing.B) {
	for _, q := range []float64{0.05, 1e-6} {
		b.Run(map[bool]string{true: "centre", false: "tail"}[q > 0.01], func(b *testing.B) {
			for b.Loop() {
				NormalUpperQuantile(q)
			}
		})
	}
}
