package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
)

// fitted is the model of a form that simulated draws from, after its series.
func fittedForm(t *testing.T, form ETSForm, m int) ETS {
	t.Helper()
	truth := ETS{Form: form, Alpha: 0.3, Phi: 1, Initial: ETSState{Level: 100}, Sigma2: 16}
	if form.Error == Multiplicative {
		truth.Sigma2 = 0.05 * 0.05
	}
	if form.Trend != None {
		truth.Beta = 0.1
	}
	if form.Damped {
		truth.Phi = 0.9
	}
	switch form.Trend {
	case Additive:
		truth.Initial.Slope = 1
	case Multiplicative:
		truth.Initial.Slope = 1.01
	}
	if form.Season != None {
		truth.Season, truth.Gamma = m, 0.4
		for i := range m {
			w := math.Sin(2 * math.Pi * float64(i) / float64(m))
			if form.Season == Additive {
				truth.Initial.Seasonal = append(truth.Initial.Seasonal, 20*w)
			} else {
				truth.Initial.Seasonal = append(truth.Initial.Seasonal, 1+0.3*w)
			}
		}
	}
	truth.State = truth.Initial
	truth.State.Seasonal = append([]float64(nil), truth.Initial.Seasonal...)
	return truth
}

// TestETSMoments holds mean and variance of every form, step by step and summed,
// against paths: the oracle knows nothing but the recursion.
func TestETSMoments(t *testing.T) {
	const m, steps, paths = 4, 11, 40_000
	for _, form := range ETSForms() {
		model := fittedForm(t, form, m)
		var d ETSDistribution
		d.Compute(&model, steps, nil, ETSSampling{Seed: 5})
		exact := form.Trend != Multiplicative && !(form.Error == Additive && form.Season == Multiplicative)
		if d.Exact != exact {
			t.Errorf("%v: exact = %v", form, d.Exact)
		}
		rng := rand.New(rand.NewPCG(1, 2))
		var sum, sq, csum, csq [steps]float64
		path := make([]float64, steps)
		for range paths {
			model.Simulate(path, rng)
			total := 0.0
			for i, v := range path {
				total += v
				sum[i] += v - d.Mean[i]
				sq[i] += (v - d.Mean[i]) * (v - d.Mean[i])
				csum[i] += total - d.CumMean[i]
				csq[i] += (total - d.CumMean[i]) * (total - d.CumMean[i])
			}
		}
		// Four standard errors of a variance; 3,000 paths stand against where
		// there is no formula.
		tol := 4 * math.Sqrt(2.0/paths)
		if !exact {
			tol = 4 * math.Sqrt(2.0/2000)
		}
		for i := range steps {
			if z := sum[i] / paths / math.Sqrt(d.Variance[i]/paths); exact && math.Abs(z) > 4 {
				t.Errorf("%v: mean of step %d is %v standard errors off", form, i+1, z)
			}
			if r := sq[i] / paths / d.Variance[i]; math.Abs(r-1) > tol {
				t.Errorf("%v: variance of step %d = %v, simulated %v", form, i+1, d.Variance[i], sq[i]/paths)
			}
			if r := csq[i] / paths / d.CumVariance[i]; math.Abs(r-1) > tol {
				t.Errorf("%v: variance of %d steps = %v, simulated %v", form, i+1, d.CumVariance[i], csq[i]/paths)
			}
		}
	}
}

// TestETSQuantiles: quantiles rise with their probability, and the normal ones
// are those of the formula.
func TestETSQuantiles(t *testing.T) {
	p := []float64{0.01, 0.5, 0.9, 0.999}
	for _, form := range ETSForms() {
		model := fittedForm(t, form, 4)
		var d ETSDistribution
		d.Compute(&model, 9, p, ETSSampling{})
		for i := range 9 {
			for k := 1; k < len(p); k++ {
				if !(d.Quantile[k*9+i] > d.Quantile[(k-1)*9+i]) || !(d.CumQuantile[k*9+i] > d.CumQuantile[(k-1)*9+i]) {
					t.Errorf("%v: quantiles of step %d do not rise", form, i+1)
				}
			}
			// Close to normal: errors are small.
			want := d.Mean[i] + 1.2816*math.Sqrt(d.Variance[i])
			within(t, form.String()+" 0.9", d.Quantile[2*9+i], want, 0.03)
		}
		again := append([]float64(nil), d.Quantile...)
		d.Compute(&model, 9, p, ETSSampling{})
		for i, v := range d.Quantile {
			if v != again[i] {
				t.Fatalf("%v: another quantile the second time", form)
			}
		}
	}
}
