package forecast

import (
	"compress/gzip"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func tourism(t *testing.T) (*Hierarchy, [][]float64) {
	dir := filepath.Join("..", "..", "shared", "data", "forecast")
	read := func(name string) [][]string {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Skipf("the tourism data are not at hand: %v", err)
		}
		defer func() { _ = f.Close() }()
		var rows [][]string
		if strings.HasSuffix(name, ".gz") {
			z, err := gzip.NewReader(f)
			if err != nil {
				t.Fatal(err)
			}
			rows, err = csv.NewReader(z).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			return rows[1:]
		}
		rows, err = csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows[1:]
	}
	index := map[string]int{}
	var keys [4][]int32
	var names [4]map[string]int32
	for k := range names {
		names[k] = map[string]int32{}
	}
	for _, row := range read("tourism_hier_keys.csv") {
		index[row[0]] = len(index)
		for k, name := range [4]string{row[1], row[1] + "/" + row[2], row[3], row[1] + "/" + row[3]} {
			if _, ok := names[k][name]; !ok {
				names[k][name] = int32(len(names[k]))
			}
			keys[k] = append(keys[k], names[k][name])
		}
	}
	h, err := NewHierarchy(len(index), nil, keys[0], keys[1], keys[2], keys[3])
	if err != nil {
		t.Fatal(err)
	}
	y := make([][]float64, h.Nodes())
	for _, row := range read("tourism_hier_bottom_train.csv.gz") {
		i := h.Upper + index[row[0]]
		y[i] = append(y[i], number(t, row[2]))
	}
	for u := range h.Upper {
		for _, b := range h.Series(u) {
			for k, v := range y[h.Upper+int(b)] {
				if k == len(y[u]) {
					y[u] = append(y[u], 0)
				}
				y[u][k] += v
			}
		}
	}
	return h, y
}

// TestTourism holds out the last two years of the training part of Australian
// domestic tourism: reconciled forecasts are better than the base ones.
func TestTourism(t *testing.T) {
	h, y := tourism(t)
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const steps, origins = 8, 20
	n := h.Nodes()
	base, resid := make([][]float64, n), make([][]float64, n)
	var e Engine
	var r Result
	opt := Options{Season: 4, Horizon: steps, Method: "theta"}
	scale := make([]float64, n)
	for i := range y {
		train := y[i][:len(y[i])-steps]
		scale[i] = ScaleMSE(train)
		for o := len(train) - origins; o < len(train); o++ {
			if err := e.Forecast(train[:o], opt, &r); err != nil {
				t.Fatal(err)
			}
			resid[i] = append(resid[i], train[o]-r.Mean[0])
		}
		if err := e.Forecast(train, opt, &r); err != nil {
			t.Fatal(err)
		}
		base[i] = slices.Clone(r.Mean)
	}
	score := func(rec func(dst, v []float64) error) float64 {
		v := make([]float64, n)
		sq := make([]float64, n)
		for k := range steps {
			for i := range v {
				v[i] = base[i][k]
			}
			if rec != nil {
				if err := rec(v, v); err != nil {
					t.Fatal(err)
				}
			}
			for i := range v {
				d := v[i] - y[i][len(y[i])-steps+k]
				sq[i] += d * d / steps
			}
		}
		sum := 0.0
		for i := range sq {
			sum += math.Sqrt(sq[i]/scale[i]) / float64(n)
		}
		return sum
	}
	before := score(nil)
	t.Logf("RMSSE of %d nodes: base %.4f, bottom-up %.4f", n, before, score(h.BottomUp))
	for _, w := range []Weighting{OLS, Structural, Variance, Shrinkage} {
		rec, err := MinT{Weighting: w, Residuals: resid}.Reconciler(h)
		if err != nil {
			t.Fatal(err)
		}
		got := score(rec.Reconcile)
		nn := score(func(dst, v []float64) error { _, err := rec.NonNegative(dst, v); return err })
		t.Logf("weighting %d: RMSSE %.4f, non-negative %.4f, lambda %.3f", w, got, nn, rec.Lambda)
		if w >= Variance && got >= before {
			t.Errorf("weighting %d: RMSSE %.4f, base %.4f", w, got, before)
		}
		if nn > got*1.001 {
			t.Errorf("weighting %d: non-negative %.4f, free %.4f", w, nn, got)
		}
	}
}
