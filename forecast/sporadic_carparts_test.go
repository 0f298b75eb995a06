package forecast

import (
	"compress/gzip"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// carparts is the training part of the monthly car parts data, complete series.
func carparts(t testing.TB) [][]float64 {
	path := filepath.Join("..", "..", "shared", "data", "forecast", "carparts_monthly_train.csv.gz")
	f, err := os.Open(path)
	if err != nil {
		t.Skipf("the car parts are not at hand: %v", err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float64
	for i, row := range rows[1:] {
		if i == 0 || row[0] != rows[i][0] {
			all = append(all, nil)
		}
		v, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			v = math.NaN()
		}
		all[len(all)-1] = append(all[len(all)-1], v)
	}
	var complete [][]float64
	for _, y := range all {
		ok := true
		for _, v := range y {
			ok = ok && !math.IsNaN(v)
		}
		if ok {
			complete = append(complete, y)
		}
	}
	return complete
}

// TestCarparts holds the ends of the training part out: auto has the least
// quantile loss of the demand of three months, and the least RMSSE.
func TestCarparts(t *testing.T) {
	data := carparts(t)
	if testing.Short() {
		t.Skip("takes seconds")
	}
	type loss struct{ p95, p99, rmsse, bias float64 }
	score := map[string]loss{}
	qs := []float64{0.95, 0.99}
	var s Sporadic
	var r SporadicResult
	for _, m := range SporadicMethods() {
		var l loss
		made, sold, n := 0.0, 0.0, 0.0
		for _, o := range []int{27, 30, 33, 36} {
			for _, y := range data {
				if err := s.Forecast(y[:o], SporadicOptions{Method: m, Horizon: 12, CumulativeTo: 3, Quantiles: qs}, &r); err != nil {
					t.Fatal(err)
				}
				a := y[o] + y[o+1] + y[o+2]
				for i, p := range qs {
					d := a - r.SumQuantile(i)[2]
					d = max(p*d, (p-1)*d) / float64(4*len(data))
					if i == 0 {
						l.p95 += d
					} else {
						l.p99 += d
					}
				}
				if o > 27 {
					continue
				}
				first := 0
				for first < o-1 && y[first] == 0 {
					first++
				}
				if scale := ScaleMSE(y[first:o]); scale > 0 {
					l.rmsse += RMSSE(y[o:], r.Mean, scale)
					n++
				}
				for i, f := range r.Mean {
					made += f
					sold += y[o+i]
				}
			}
		}
		l.rmsse /= n
		l.bias = made/sold - 1
		score[m] = l
		t.Logf("%-14s pinball 0.95 %.4f 0.99 %.4f, RMSSE %.4f, bias %+.1f %%", m, l.p95, l.p99, l.rmsse, 100*l.bias)
	}
	auto := score["auto"]
	for m, l := range score {
		if m != "auto" && (auto.p95 >= l.p95 || auto.p99 >= l.p99 || auto.rmsse >= l.rmsse) {
			t.Errorf("auto %+v is not better than %s %+v", auto, m, l)
		}
	}
	if math.Abs(auto.bias) > 0.05 {
		t.Errorf("bias %v", auto.bias)
	}
}

func BenchmarkSporadic(b *testing.B) {
	_, y, _ := benchSeries()
	for _, m := range SporadicMethods() {
		b.Run(m, func(b *testing.B) {
			var s Sporadic
			var r SporadicResult
			opt := SporadicOptions{Method: m, CumulativeTo: 8, Quantiles: []float64{0.5, 0.9, 0.95, 0.99}}
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Forecast(y, opt, &r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	fits := map[string]func(){
		"Croston": func() { Croston{}.Fit(y) },
		"SBJ":     func() { Croston{SBJ: true}.Fit(y) },
		"TSB":     func() { TSB{}.Fit(y) },
	}
	for _, name := range []string{"Croston", "SBJ", "TSB"} {
		b.Run("fit/"+name, func(b *testing.B) {
			for b.Loop() {
				fits[name]()
			}
		})
	}
}
