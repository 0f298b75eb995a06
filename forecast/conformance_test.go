package forecast

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// table reads a file of reference results of R's forecast package (8.20), or
// skips the test where they are not at hand.
func table(t *testing.T, name string) []map[string]string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "cases", "forecast", name)
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("reference results are not at hand: %v", err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := make(map[string]string, len(row))
		for i, name := range rows[0] {
			m[name] = row[i]
		}
		out = append(out, m)
	}
	return out
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func trainingSeries(t *testing.T) map[string][]float64 {
	series := map[string][]float64{}
	for _, r := range table(t, "train.csv") {
		series[r["unique_id"]] = append(series[r["unique_id"]], number(t, r["y"]))
	}
	return series
}

// relative error; the reference values have 15 digits.
func within(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol*max(1, math.Abs(want))) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func TestConformCroston(t *testing.T) {
	series := trainingSeries(t)
	for _, r := range table(t, "croston.csv") {
		id := r["unique_id"]
		m := Croston{Alpha: 0.1}.Fit(series[id])
		within(t, id+" z", m.Size, number(t, r["z_hat"]), 1e-12)
		within(t, id+" p", m.Interval, number(t, r["p_hat"]), 1e-12)
		within(t, id+" rate", m.Rate, number(t, r["fc"]), 1e-12)
	}
}

// TestConformForecasts compares every step of the methods that have no search
// in them, through the whole of Forecast.
func TestConformForecasts(t *testing.T) {
	series := trainingSeries(t)
	season := map[string]int{}
	for _, r := range table(t, "series.csv") {
		season[r["unique_id"]] = int(number(t, r["m"]))
	}
	name := map[string]string{"snaive": "snaive", "croston_a0.1": "croston", "sba_a0.1": "sba"}
	n := 0
	var e Engine
	var got Result
	for _, r := range table(t, "forecasts.csv") {
		method := name[r["method"]]
		if method == "" {
			continue
		}
		id, h := r["unique_id"], int(number(t, r["h"]))
		opt := Options{Method: method, Season: season[id], Horizon: 30}
		if err := e.Forecast(series[id], opt, &got); err != nil {
			t.Fatal(err)
		}
		within(t, id+" "+method+" step "+r["h"], got.Mean[h-1], number(t, r["mean"]), 1e-12)
		n++
	}
	if n != 440+240+240 {
		t.Errorf("compared %d forecasts, want 920", n)
	}
}

// TestConformSearch: our searches leave no more error than R's on any series.
// R maximises the likelihood, which for additive errors is the same as least
// squares, over the same bounds.
func TestConformSearch(t *testing.T) {
	series := trainingSeries(t)
	for _, r := range table(t, "ets_candidates.csv") {
		y := series[r["unique_id"]]
		var got float64
		switch r["requested"] {
		case "ANN":
			got = SES{}.Fit(y).MSE
		case "AAdN":
			got = Holt{}.Fit(y).MSE
		default:
			continue
		}
		// 0.01 of AICc, the published allowance: n*log(MSE) may be 0.01 above.
		want := number(t, r["mse"])
		if excess := float64(len(y)) * math.Log(got/want); excess > 0.01 {
			t.Errorf("%s %s: MSE = %v, want at most %v (n log ratio %.4f, at most 0.01)", r["unique_id"], r["requested"], got, want, excess)
		}
	}
}

func TestConformTheta(t *testing.T) {
	series := trainingSeries(t)
	season := map[string]int{}
	for _, r := range table(t, "series.csv") {
		season[r["unique_id"]] = int(number(t, r["m"]))
	}
	ours := map[string]ThetaLine{}
	for _, r := range table(t, "theta.csv") {
		id := r["unique_id"]
		seasonal, rm, se := Seasonal(series[id], season[id])
		if seasonal != (r["seasonal"] == "TRUE") {
			t.Errorf("%s: seasonal = %v, want %v", id, seasonal, r["seasonal"])
		}
		if r["r_m"] != "NA" {
			within(t, id+" r[m]", rm, number(t, r["r_m"]), 1e-9)
			within(t, id+" statistic", math.Abs(rm)/se, number(t, r["stat"]), 1e-9)
		}
		if seasonal {
			continue
		}
		m := Theta{Alpha: number(t, r["alpha"])}.Fit(series[id])
		within(t, id+" drift", m.Drift, number(t, r["drift"]), 1e-9)
		ours[id] = m
	}
	n := 0
	for _, r := range table(t, "forecasts.csv") {
		m, ok := ours[r["unique_id"]]
		if r["method"] != "thetaf" || !ok {
			continue
		}
		h := int(number(t, r["h"]))
		// R searches the first level, we solve for it: a few parts in 1e4.
		within(t, r["unique_id"]+" theta step "+r["h"], m.Forecast(make([]float64, h))[h-1], number(t, r["mean"]), 2e-3)
		n++
	}
	if n == 0 {
		t.Error("no theta forecast compared")
	}
}
