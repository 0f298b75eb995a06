package replenish

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// allLaws is one or more of every distribution of the package.
func allLaws(t testing.TB) map[string]Distribution {
	table, err := NewTable([]float64{5, 0, 2.5, 40}, []float64{0.2, 0.3, 0.4, 0.1})
	must(t, err)
	sample, err := NewEmpirical([]float64{3, 1, 4, 1, 5, 9, 2, 6})
	must(t, err)
	comp, err := CompoundPoisson{Rate: 3.5, Size: []float64{0, 0.5, 0.2, 0, 0.3}}.Table()
	must(t, err)
	stutter, err := NewStutteringPoisson(2, 3).Table()
	must(t, err)
	mix, err := NewMixture([]float64{1, 2, 1}, []Distribution{NewPoisson(0), NewPoisson(4), NewNegativeBinomial(30, 90)})
	must(t, err)
	mixed, err := NewMixture([]float64{3, 1}, []Distribution{NewNormal(50, 5), NewGamma(90, 20)})
	must(t, err)
	path, err := Paths{Periods: 3, Values: []float64{1, 2, 3, 4, 5, 6, 0, 0, 9}}.Over(2.5)
	must(t, err)
	quant, err := NewQuantiles([]float64{0.1, 0.5, 0.9, 0.99}, []float64{3, 10, 10, 40})
	must(t, err)
	around, err := NewQuantiles([]float64{0.05, 0.3, 0.95}, []float64{-3, 1, 8})
	must(t, err)
	return map[string]Distribution{
		"normal": NewNormal(20, 6), "gamma": NewGamma(20, 25), "gamma large shape": NewGamma(1000, 10), "lognormal": NewLognormal(20, 15),
		"poisson": NewPoisson(7.3), "poisson small": NewPoisson(0.02), "poisson large": NewPoisson(5000), "poisson none": NewPoisson(0),
		"negative binomial": NewNegativeBinomial(7, 20), "negative binomial lumpy": NewNegativeBinomial(2, 60),
		"binomial": NewBinomial(12, 0.3), "binomial all": NewBinomial(4, 1), "geometric": NewGeometric(0.2, 1), "geometric from 0": NewGeometric(0.6, 0),
		"exponential": NewExponential(4), "uniform": NewUniform(3, 11), "uniform point": NewUniform(3, 3), "table": table, "empirical": sample, "compound": comp, "stuttering": stutter,
		"mixture": mix, "mixture continuous": mixed, "paths": path, "quantiles": quant, "quantiles around 0": around, "point": NewNormal(5, 0),
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestLawsAgreeWithThemselves: n is the integral of the tail, n₂ that of n,
// the lower losses mirror them, moments follow from the losses, and a quantile
// is the smallest value that reaches its probability.
func TestLawsAgreeWithThemselves(t *testing.T) {
	for name, d := range allLaws(t) {
		mean, sd := d.Moments()
		for i := range 41 {
			x := mean + (float64(i)/8-1.5)*math.Max(sd, 1)
			if i%2 == 0 {
				x = math.Round(x)
			}
			sf, n, n2 := d.Losses(x)
			cdf, nbar, nbar2 := LowerLosses(d, x)
			if !near(sf+cdf, 1, 1e-12, 0) || !near(d.CDF(x), cdf, 1e-10, 1e-15) {
				t.Errorf("%s at %g: P(X<=x) %g, %g and P(X>x) %g do not add up", name, x, d.CDF(x), cdf, sf)
			}
			if !near(n-nbar, mean-x, 1e-9, 1e-10*(1+math.Abs(x))) {
				t.Errorf("%s at %g: n − n̄ = %g, want %g", name, x, n-nbar, mean-x)
			}
			if want := ((mean-x)*(mean-x) + sd*sd) / 2; !near(n2+nbar2, want, 1e-9, 1e-9) {
				t.Errorf("%s at %g: n₂ + n̄₂ = %g, want %g", name, x, n2+nbar2, want)
			}
			// Simpson over the next stretch, for laws without steps exactly.
			h := sd / 50
			if h == 0 || integer(d) || name == "table" || name == "empirical" || name == "paths" {
				h = 0.2 // SF is constant and n linear over a stretch without a value
				if x != math.Floor(x) || name == "table" || name == "paths" || sd == 0 {
					continue
				}
			}
			s1, n1, _ := d.Losses(x + h/2)
			_, nh, n2h := d.Losses(x + h)
			sh, _, _ := d.Losses(x + h)
			if want := h * (sf + 4*s1 + sh) / 6; !near(n-nh, want, 1e-4, 1e-9*n) {
				t.Errorf("%s: n(%g) − n(%g) = %g, ∫ P(X>x) = %g", name, x, x+h, n-nh, want)
			}
			if want := h * (n + 4*n1 + nh) / 6; !near(n2-n2h, want, 1e-5, 1e-9*n2) {
				t.Errorf("%s: n₂(%g) − n₂(%g) = %g, ∫ n = %g", name, x, x+h, n2-n2h, want)
			}
		}
		for _, p := range []float64{1e-9, 0.001, 0.05, 0.3, 0.5, 0.7, 0.95, 0.999, 1 - 1e-9} {
			q := d.Quantile(p)
			if c := d.CDF(q); c < p*(1-1e-9)-2e-15 {
				t.Errorf("%s: P(X <= Quantile(%g) = %g) = %g", name, p, q, c)
			}
			if below := q - 1e-9*math.Max(max(sd, 1e-3), 1e-3*math.Abs(q)); d.CDF(below) > p*(1+1e-6) {
				t.Errorf("%s: Quantile(%g) = %g, but P(X <= %g) = %g already", name, p, q, below, d.CDF(below))
			}
		}
		for _, p := range []float64{-1, 0, 1, 2, math.NaN()} {
			if q := d.Quantile(p); math.IsNaN(q) || math.IsInf(q, 0) {
				t.Errorf("%s: Quantile(%g) = %g", name, p, q)
			}
		}
	}
}

// TestLawsTails: a tail keeps its digits however small it is. The expected
// values are sums of the first terms beyond the point.
func TestLawsTails(t *testing.T) {
	poisson := func(k, m float64) float64 { lg, _ := math.Lgamma(k + 1); return math.Exp(k*math.Log(m) - m - lg) }
	sum := 0.0
	for j := 1.0; j < 40; j++ {
		sum += j * poisson(200+j, 20)
	}
	if _, n, _ := NewPoisson(20).Losses(200); !near(n, sum, 1e-11, 0) || n > 1e-100 {
		t.Errorf("n(200) of Poisson(20) = %g, want %g", n, sum)
	}
	if sf, n, n2 := NewExponential(1).Losses(600); !near(sf, math.Exp(-600), 1e-12, 0) || n != sf || n2 != sf {
		t.Errorf("exponential at 600: %g %g %g", sf, n, n2)
	}
	if cdf, nbar, _ := NewExponential(1).LowerLosses(1e-8); !near(cdf, 1e-8, 1e-7, 0) || !near(nbar, 5e-17, 1e-7, 0) {
		t.Errorf("exponential at 1e-8: %g %g", cdf, nbar)
	}
	// Gamma of shape 3: n̄(y) ≈ y⁴/4! near 0.
	if _, nbar, nbar2 := (Gamma{Shape: 3, Scale: 1}).LowerLosses(1e-5); !near(nbar, 1e-20/24, 1e-4, 0) || !near(nbar2, 1e-25/120, 1e-4, 0) {
		t.Errorf("gamma at 1e-5: n̄ %g, n̄₂ %g", nbar, nbar2)
	}
	if sf, _, _ := NewNormal(0, 1).Losses(30); !near(sf, 4.906713927148187e-198, 1e-12, 0) {
		t.Errorf("normal tail at 30 = %g", sf)
	}
}

// TestLawsKnownValues: closed forms of small cases.
func TestLawsKnownValues(t *testing.T) {
	for _, c := range []struct {
		name string
		d    interface{ PMF(int) float64 }
		k    int
		want float64
	}{
		{"poisson", NewPoisson(2), 3, 8.0 / 6 * math.Exp(-2)},
		{"binomial", NewBinomial(5, 0.4), 2, 10 * 0.16 * 0.216},
		{"binomial end", NewBinomial(5, 0.4), 5, 0.01024},
		{"negative binomial", NewNegativeBinomialRP(3, 0.5), 2, 6 * 0.125 * 0.25},
		{"negative binomial of r below 1", NewNegativeBinomialRP(0.5, 0.25), 1, 0.5 * 0.5 * 0.75},
		{"geometric", NewGeometric(0.3, 1), 3, 0.3 * 0.49},
	} {
		if got := c.d.PMF(c.k); !near(got, c.want, 1e-13, 0) {
			t.Errorf("%s: P(X=%d) = %.17g, want %.17g", c.name, c.k, got, c.want)
		}
		if got := c.d.PMF(-1); got != 0 {
			t.Errorf("%s: P(X=-1) = %g", c.name, got)
		}
	}
	// The negative binomial is a compound Poisson law with logarithmic sizes.
	const r, p = 2.5, 0.4
	size := make([]float64, 200)
	for k := 1; k < len(size); k++ {
		size[k] = math.Pow(1-p, float64(k)) / float64(k) / -math.Log(p)
	}
	comp, err := CompoundPoisson{Rate: -r * math.Log(p), Size: size}.Table()
	must(t, err)
	nb := NewNegativeBinomialRP(r, p)
	for k := range 60 {
		if got, want := comp.PMF(k), nb.PMF(k); !near(got, want, 1e-11, 1e-17) {
			t.Errorf("compound P(X=%d) = %g, negative binomial %g", k, got, want)
		}
	}
	// Rates whose e^{−λ} is no float.
	big, err := CompoundPoisson{Rate: 2000, Size: []float64{0, 0.5, 0.5}}.Table()
	must(t, err)
	if m, sd := big.Moments(); !near(m, 3000, 1e-9, 0) || !near(sd*sd, 5000, 1e-8, 0) {
		t.Errorf("compound of rate 2000: mean %g, variance %g, want 3000, 5000", m, sd*sd)
	}
	if m, sd := FitBinomial(3, 2).Moments(); !near(m, 3, 1e-12, 0) || !near(sd*sd, 2, 0.05, 0) {
		t.Errorf("FitBinomial(3, 2): mean %g, variance %g", m, sd*sd)
	}
}

// TestRandomLeadTimeMixtureMoments: the mixture has the moments of the formula
// (Silver, Pyke and Thomas 2017, (6.21) and (6.22)) and another 99.9 % point.
func TestRandomLeadTimeMixtureMoments(t *testing.T) {
	m, err := RandomLeadTimeMixture([]float64{1, 2, 9}, []float64{0.5, 0.3, 0.2}, func(n float64) Distribution { return NewPoisson(4 * n) })
	must(t, err)
	el, vl := 2.9, 0.5+1.2+16.2-2.9*2.9
	mean, sd := RandomLeadTimeDemand(4, 2, el, math.Sqrt(vl))
	if gm, gs := m.Moments(); !near(gm, mean, 1e-12, 0) || !near(gs, sd, 1e-12, 0) {
		t.Errorf("mixture has mean %g, sd %g; formula %g, %g", gm, gs, mean, sd)
	}
	if !m.Integer() || m.Quantile(0.999) != math.Floor(m.Quantile(0.999)) {
		t.Errorf("quantile %g of a mixture of Poisson laws", m.Quantile(0.999))
	}
	if normal := NewNormal(mean, sd).Quantile(0.999); m.Quantile(0.999) <= normal+0.5 {
		t.Errorf("99.9 %% point %g, of the normal law %g", m.Quantile(0.999), normal)
	}
}

func TestBadLaws(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, f := range map[string]func() error{
		"no values":         func() error { _, err := NewTable(nil, nil); return err },
		"lengths":           func() error { _, err := NewTable([]float64{1}, []float64{1, 2}); return err },
		"NaN value":         func() error { _, err := NewTable([]float64{nan}, []float64{1}); return err },
		"negative":          func() error { _, err := NewTable([]float64{1}, []float64{-1}); return err },
		"sum 0":             func() error { _, err := NewTable([]float64{1}, []float64{0}); return err },
		"infinite sample":   func() error { _, err := NewEmpirical([]float64{1, inf}); return err },
		"pmf NaN":           func() error { _, err := NewPMF(0, []float64{nan}); return err },
		"pmf empty":         func() error { _, err := NewPMF(0, nil); return err },
		"mixture weights":   func() error { _, err := NewMixture([]float64{-1}, []Distribution{NewPoisson(1)}); return err },
		"lead time":         func() error { _, err := RandomLeadTimeMixture([]float64{-1}, []float64{1}, nil); return err },
		"rate":              func() error { _, err := CompoundPoisson{Rate: nan, Size: []float64{0, 1}}.Table(); return err },
		"rate too high":     func() error { _, err := CompoundPoisson{Rate: 1e9, Size: []float64{0, 1}}.Table(); return err },
		"paths":             func() error { _, err := Paths{Periods: 2, Values: []float64{1}}.Over(1); return err },
		"paths over":        func() error { _, err := Paths{Periods: 1, Values: []float64{1}}.Over(nan); return err },
		"quantile levels":   func() error { _, err := NewQuantiles([]float64{0.5, 0.5}, []float64{1, 2}); return err },
		"quantile values":   func() error { _, err := NewQuantiles([]float64{0.4, 0.5}, []float64{3, 2}); return err },
		"blocks":            func() error { _, err := EmpiricalCumulativeError([]float64{1, 2}, 2); return err },
		"errors not finite": func() error { _, err := EmpiricalCumulativeError([]float64{1, nan, 3}, 2); return err },
	} {
		if err := f(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestCumulativeErrorPoint02: INVENTORY point 2. Blocks of a random walk's
// one-origin errors measure more than σ√n; the formula of exponential smoothing
// with α = 1 agrees with them.
func TestCumulativeErrorPoint02(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	errs := make([]float64, 20000)
	for i := range errs {
		errs[i] = rng.NormFloat64() + 0.5
	}
	e, err := EmpiricalCumulativeError(errs, 4)
	must(t, err)
	if !near(e.Bias, 2, 0.03, 0) || !near(e.SD, 2, 0.03, 0) || !near(e.RMSE, math.Sqrt(8), 0.03, 0) || e.Blocks != 19997 {
		t.Errorf("measured %+v, want bias 2, sd 2, rmse √8", e)
	}
	if got, want := SESCumulativeSD(1, 1, 3), math.Sqrt(1+4+9); !near(got, want, 1e-12, 0) {
		t.Errorf("random walk over 3 periods: %g, want %g", got, want)
	}
	if got, want := EstimationVariance(2, 5, 20), 4*5*(1+0.25); !near(got, want, 1e-12, 0) {
		t.Errorf("EstimationVariance(2, 5, 20) = %g, want %g", got, want)
	}
}

// TestLawsFuzzParameters: no parameter of an integer law makes a loss NaN,
// negative or not monotone.
func TestLawsFuzzParameters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mean := math.Exp(rapid.Float64Range(-12, 9).Draw(t, "ln mean"))
		ratio := math.Exp(rapid.Float64Range(-4, 5).Draw(t, "ln variance/mean"))
		for _, d := range []IntegerDistribution{NewPoisson(mean), NewNegativeBinomial(mean, mean*ratio), FitBinomial(mean, mean*min(ratio, 0.99))} {
			m, sd := d.Moments()
			before, sfBefore := math.Inf(1), 1.0
			for i := range 20 {
				x := max(-1, math.Floor(m+sd*(float64(i)-8)))
				sf, n, n2 := d.Losses(x)
				if !(sf >= 0 && sf <= 1 && n >= 0 && n2 >= 0) || n > before*(1+1e-12) || sf > sfBefore*(1+1e-12)+1e-15 {
					t.Fatalf("%#v at %g: %g %g %g", d, x, sf, n, n2)
				}
				before, sfBefore = n, sf
			}
			q := d.Quantile(0.9)
			if d.CDF(q) < 0.9 || q > 0 && d.CDF(q-1) >= 0.9 {
				t.Fatalf("%#v: quantile %g", d, q)
			}
		}
	})
}

func BenchmarkLosses(b *testing.B) {
	for _, d := range []Distribution{NewNormal(20, 6), NewGamma(20, 15), NewPoisson(20), NewNegativeBinomial(20, 60), NewLognormal(20, 15)} {
		b.Run(fmt.Sprintf("%T", d), func(b *testing.B) {
			for i := range b.N {
				d.Losses(float64(15 + i%16))
			}
		})
	}
}
