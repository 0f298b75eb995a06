package forecast

import (
	"math"
	"testing"
)

// referenceModel reads the order and the coefficients of one of R's models.
func referenceModel(t *testing.T, r map[string]string, c map[string]float64) (m ARIMA, constant bool) {
	t.Helper()
	i := func(s string) int { return int(number(t, r[s])) }
	o := ARIMAOrder{P: i("p"), D: i("d"), Q: i("q"), SP: i("P"), SD: i("D"), SQ: i("Q"), Season: i("m")}
	take := func(name string, k int) (out []float64) {
		for j := range k {
			v, ok := c[name+string(rune('1'+j))]
			if !ok {
				t.Fatalf("%v: no %s%d", o, name, j+1)
			}
			out = append(out, v)
		}
		return out
	}
	_, drift := c["drift"]
	_, mean := c["intercept"]
	return ARIMA{Order: o, AR: take("ar", o.P), MA: take("ma", o.Q), SAR: take("sar", o.SP), SMA: take("sma", o.SQ)}, drift || mean
}

func referenceCoefficients(t *testing.T) map[string]map[string]float64 {
	t.Helper()
	coef := map[string]map[string]float64{}
	for _, r := range table(t, "arima_coef.csv") {
		id := r["unique_id"]
		if coef[id] == nil {
			coef[id] = map[string]float64{}
		}
		coef[id][r["coef"]] = number(t, r["value"])
	}
	return coef
}

func TestARIMAConform(t *testing.T) {
	series := trainingSeries(t)
	coef := referenceCoefficients(t)
	var f ARIMAFitter
	worse := 0
	rows := table(t, "arima.csv")
	for _, r := range rows {
		id, y := r["unique_id"], series[r["unique_id"]]
		m, constant := referenceModel(t, r, coef[id])
		o, opt := m.Order, ARIMAOptions{Constant: constant}
		// R's own constant is within a search step of the best for its
		// coefficients, which is what is compared.
		if err := f.Evaluate(y, opt, &m); err != nil {
			t.Fatal(err)
		}
		want := number(t, r["loglik"])
		// Where the level is large against the innovations, R's prior of the
		// first values is felt, up to 3e-3: there our likelihood is that of R
		// without, and that of the oracle with it.
		if d := m.LogLik - want; !(math.Abs(d) <= 1e-4) {
			phi := product(m.AR, m.SAR, o.Season, 1)
			theta := product(m.MA, m.SMA, o.Season, -1)
			noise := make([]float64, len(y))
			for s := range noise {
				noise[s] = y[s] - m.constant(s+1)
			}
			if with := diffuseLogLik(noise, phi, theta, o.differencing(nil)); math.Abs(with-want) > 1e-4 || math.Abs(d) > 4e-3 {
				t.Errorf("%s %s: log-likelihood = %.6f, with R's prior %.6f, want %.6f", id, r["model"], m.LogLik, with, want)
			}
		}
		within(t, id+" sigma2", m.Sigma2, number(t, r["sigma2"]), 2e-2)
		if err := f.Fit(y, o, opt, &m); err != nil {
			t.Fatal(err)
		}
		if m.LogLik < want-0.01 {
			worse++
			t.Logf("%s %s: our best log-likelihood %.4f, R's %.4f", id, r["model"], m.LogLik, want)
		}
		within(t, id+" AICc", m.AICc-number(t, r["aicc"]), -2*(m.LogLik-want), 1e-6)
	}
	if worse > 0 {
		t.Errorf("%d of %d fits below R's likelihood", worse, len(rows))
	}
}

// TestARIMAConformForecasts compares means and standard deviations of every step,
// R's coefficients given.
func TestARIMAConformForecasts(t *testing.T) {
	series := trainingSeries(t)
	coef := referenceCoefficients(t)
	models := map[string]*ARIMA{}
	var f ARIMAFitter
	for _, r := range table(t, "arima.csv") {
		id := r["unique_id"]
		m, constant := referenceModel(t, r, coef[id])
		// R's constant is that of its search, not the best for its other
		// coefficients: it is taken out before and put back after.
		m.Constant, m.Intercept = constant, coef[id]["drift"]+coef[id]["intercept"]
		noise := make([]float64, len(series[id]))
		for s, v := range series[id] {
			noise[s] = v - m.constant(s+1)
		}
		c := m.Intercept
		if err := f.Evaluate(noise, ARIMAOptions{}, &m); err != nil {
			t.Fatal(err)
		}
		m.Constant, m.Intercept = constant, c
		m.Sigma2 = number(t, r["sigma2"])
		models[id] = &m
	}
	mean, variance := make([]float64, 30), make([]float64, 30)
	n := 0
	for _, r := range table(t, "forecasts.csv") {
		if r["method"] != "auto.arima" {
			continue
		}
		m, h := models[r["unique_id"]], int(number(t, r["h"]))
		if err := m.Forecast(mean, nil); err != nil {
			t.Fatal(err)
		}
		m.Variance(variance, nil)
		what := r["unique_id"] + " " + m.Order.String() + " step " + r["h"]
		want := number(t, r["mean"])
		within(t, what, mean[h-1], want, 1e-5)
		sd := (number(t, r["hi95"]) - want) / 1.959963984540054
		within(t, what+" standard deviation", math.Sqrt(variance[h-1])/sd, 1, 1e-4)
		n++
	}
	if n != 440 {
		t.Errorf("compared %d steps, want 440", n)
	}
}

// TestAutoARIMAConform: the automatic choice finds models as good as R's, by the
// criterion both minimise.
func TestAutoARIMAConform(t *testing.T) {
	series := trainingSeries(t)
	var f ARIMAFitter
	var m ARIMA
	differences, better, worse, total := 0, 0, 0, 0.0
	rows := table(t, "arima.csv")
	for _, r := range rows {
		id := r["unique_id"]
		if err := f.Auto(series[id], int(number(t, r["m"])), ARIMAOptions{}, &m); err != nil {
			t.Fatal(err)
		}
		same := m.Order.D == int(number(t, r["d"])) && m.Order.SD == int(number(t, r["D"]))
		if !same {
			differences++
			t.Logf("%s: %v, R %s", id, m.Order, r["model"])
			continue // criteria of other differences cannot be compared
		}
		d := m.AICc - number(t, r["aicc"])
		total += d
		if d < -0.01 {
			better++
		}
		if d > 0.01 {
			worse++
			t.Logf("%s: %v %v AICc %.3f, R %s %.3f", id, m.Order, m.Constant, m.AICc, r["model"], number(t, r["aicc"]))
		}
	}
	t.Logf("of %d series %d with other differences, %d better, %d worse, AICc %.2f on the mean", len(rows), differences, better, worse, total/float64(len(rows)))
	if differences > 2 || worse > 4 || total > 0 {
		t.Errorf("of %d series %d with other differences, %d worse, AICc %.2f in all", len(rows), differences, worse, total)
	}
}
