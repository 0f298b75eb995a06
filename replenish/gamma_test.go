package replenish

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestGammaLosses holds distribution, tail and losses against values computed
// with 60 digits; the shapes go from lumpy to nearly normal.
func TestGammaLosses(t *testing.T) {
	// Relative. The second-order loss far out is a difference of terms
	// (x/b)²/a times larger than itself.
	const tol, tol2 = 1e-12, 1e-9
	for _, c := range []struct{ a, b, x, cdf, sf, n, n2 float64 }{
		{0.01, 100.0, 0.5, 0.953760860042197868, 0.0462391399578021315, 0.972170451648396143, 50.0075436942769595},
		{0.01, 100.0, 900.0, 0.999999871916175266, 1.28083824733893705e-7, 0.0000117239320329557915, 0.00108006126585937801},
		{0.25, 4.0, 0.001, 0.138720998034113859, 0.861279001965886141, 0.999110979264464546, 2.49900045067546091},
		{0.25, 4.0, 3.0, 0.899936513284498218, 0.100063486715501782, 0.284852514584220876, 0.885233434877231567},
		{0.25, 4.0, 40.0, 0.999997916969591351, 2.08303040864943131e-6, 7.83235651762039167e-6, 0.0000295761936335976505},
		{1.0, 1.0, 2.0, 0.864664716763387308, 0.135335283236612692, 0.135335283236612692, 0.135335283236612692},
		{2.0, 3.0, 4.0, 0.384940011063304203, 0.615059988936695797, 2.6359713811572677, 10.280288386513344},
		{8.16, 2.0, 5.0, 0.00346525368330325802, 0.996534746316696742, 11.3223890756050196, 80.3897849751129146},
		{8.16, 2.0, 16.0, 0.524249276696586226, 0.475750723303413774, 2.40472503847748012, 10.4014926174884973},
		{8.16, 2.0, 60.0, 0.999999343549324734, 6.56450675265596848e-7, 1.68460194625212598e-6, 4.27993595604150544e-6},
		{8.16, 2.0, 300.0, 1.0, 4.11628840651438659e-54, 8.63930940698434321e-54, 1.81261850746410805e-53},
		{150.0, 1.0, 150.0, 0.510858229749359685, 0.489141770250640315, 4.8833114185254827, 39.127288478060765},
		{150.0, 1.0, 220.0, 0.999999762955082204, 2.37044917796479425e-7, 6.9761057943328925e-7, 2.00737596716425767e-6},
		{1000.0, 1.0, 900.0, 0.000549902265711782923, 0.999450097734288217, 100.004279306283011, 5499.96864894772174},
		{1000.0, 1.0, 1000.0, 0.504205244180215509, 0.495794755819784491, 12.6146113487214997, 254.204683584252996},
		{1000.0, 1.0, 1200.0, 0.999999998711839391, 1.2881606086281433e-9, 7.35425176045020185e-9, 4.11483150120908929e-8},
		{1000000.0, 1.0, 1003000.0, 0.998638259353782409, 0.00136174064621759148, 0.386602427309941821, 103.202594326864366},
	} {
		d := Gamma{Shape: c.a, Scale: c.b}
		sf, n, n2 := d.Losses(c.x)
		far := max(1, c.x*c.x/(c.b*c.b*c.a))
		if got := d.CDF(c.x); !near(got, c.cdf, tol, 0) {
			t.Errorf("Gamma{%g, %g}.CDF(%g) = %.17g, want %.17g", c.a, c.b, c.x, got, c.cdf)
		}
		if !near(sf, c.sf, tol, 0) || !near(n, c.n, tol*far, 0) || !near(n2, c.n2, tol2*far, 0) {
			t.Errorf("Gamma{%g, %g}.Losses(%g) = %.17g %.17g %.17g, want %.17g %.17g %.17g", c.a, c.b, c.x, sf, n, n2, c.sf, c.n, c.n2)
		}
		if got := d.Quantile(c.cdf); c.cdf < 0.9999 && !near(got, c.x, 1e-11, 0) {
			t.Errorf("Gamma{%g, %g}.Quantile(%g) = %.17g, want %.17g", c.a, c.b, c.cdf, got, c.x)
		}
	}
}

func TestGammaQuantileInverts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cv := math.Exp(rapid.Float64Range(math.Log(1e-3), math.Log(30)).Draw(t, "ln cv"))
		mean := math.Exp(rapid.Float64Range(-7, 12).Draw(t, "ln mean"))
		p := rapid.Float64Range(1e-6, 0.99999).Draw(t, "p")
		d := NewGamma(mean, cv*mean)
		x := d.Quantile(p)
		if x < 1e-270 { // below the smallest floats: some value of that size
			return
		}
		// The quantile carries the rounding of x into the probability.
		if got := d.CDF(x); !near(got, p, 1e-9, 0) {
			t.Fatalf("gamma of mean %g, cv %g: CDF(Quantile(%g)) = %g", mean, cv, p, got)
		}
	})
}

// TestGammaTendsToNormal: a large shape is nearly symmetric.
func TestGammaTendsToNormal(t *testing.T) {
	g, n := NewGamma(1e6, 100), NewNormal(1e6, 100)
	for _, p := range []float64{0.05, 0.5, 0.95, 0.999} {
		if a, b := g.Quantile(p), n.Quantile(p); math.Abs(a-b) > 0.05 {
			t.Errorf("gamma quantile(%g) = %g, normal %g", p, a, b)
		}
	}
}

func FuzzDistributions(f *testing.F) {
	f.Add(10.0, 5.0, 12.0, 0.9)
	f.Add(1e-300, 1e300, 0.0, 1.0)
	f.Add(1e15, 1e-15, 1e15, 1e-300)
	f.Fuzz(func(t *testing.T, mean, sd, x, p float64) {
		if !(mean >= 0 && mean <= 1e15) || !(sd >= 0 && sd <= 1e15) || !(math.Abs(x) <= 1e15) || !(p > 0 && p < 1) {
			return
		}
		for _, d := range []Distribution{NewNormal(mean, sd), NewGamma(mean, sd)} {
			sf, n, n2 := d.Losses(x)
			q, c := d.Quantile(p), d.CDF(x)
			for _, v := range []float64{sf, n, n2, q, c} {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%T mean %g sd %g: Losses(%g) = %g %g %g, Quantile(%g) = %g, CDF = %g", d, mean, sd, x, sf, n, n2, p, q, c)
				}
			}
			if sf < 0 || n < 0 || n2 < 0 || c < 0 || c > 1 {
				t.Fatalf("%T mean %g sd %g: Losses(%g) = %g %g %g, CDF = %g", d, mean, sd, x, sf, n, n2, c)
			}
		}
	})
}

func BenchmarkGammaLosses(b *testing.B) {
	d := NewGamma(10, 6)
	for b.Loop() {
		d.Losses(18)
	}
}

func BenchmarkGammaQuantile(b *testing.B) {
	d := NewGamma(10, 6)
	for b.Loop() {
		d.Quantile(0.97)
	}
}
