package forecast

import (
	"compress/gzip"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// m3Train reads the training part of a frequency of M3, or skips.
func m3Train(b *testing.B, frequency string) (series [][]float64) {
	b.Helper()
	file, err := os.Open(filepath.Join("..", "..", "shared", "data", "forecast", "m3_"+frequency+"_train.csv.gz"))
	if err != nil {
		b.Skipf("M3 is not at hand: %v", err)
	}
	defer func() {
		if err := file.Close(); err != nil {
			b.Error(err)
		}
	}()
	z, err := gzip.NewReader(file)
	if err != nil {
		b.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	id := ""
	for _, r := range rows[1:] {
		if r[0] != id {
			id = r[0]
			series = append(series, nil)
		}
		v, err := strconv.ParseFloat(r[2], 64)
		if err != nil {
			b.Fatal(err)
		}
		series[len(series)-1] = append(series[len(series)-1], v)
	}
	return series
}

// BenchmarkETSM3 is the automatic choice and the average on one series of M3
// after the other.
func BenchmarkETSM3(b *testing.B) {
	for _, c := range []struct {
		frequency string
		m         int
	}{{"yearly", 1}, {"quarterly", 4}, {"monthly", 12}, {"other", 1}} {
		var f ETSFitter
		b.Run("auto/"+c.frequency, func(b *testing.B) {
			series := m3Train(b, c.frequency)
			var m ETS
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				// 37 is prime to all four numbers of series.
				if err := f.Auto(&m, series[i*37%len(series)], c.m, ETSOptions{}); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
		b.Run("average/"+c.frequency, func(b *testing.B) {
			series := m3Train(b, c.frequency)
			var a ETSAverage
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				if err := f.Average(&a, series[i*37%len(series)], c.m, ETSOptions{}); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}

// BenchmarkETS is the parts of a fit: an evaluation of the likelihood, its derivatives,
// the whole fit of one form and the distribution of 18 steps; 110 months.
func BenchmarkETS(b *testing.B) {
	y := simulated(ETSForm{Multiplicative, Additive, Multiplicative, false}, 110, 12, 4)
	for _, name := range []string{"ANN", "MAdN", "AAA", "MAM"} {
		form, err := ParseETSForm(name)
		if err != nil {
			b.Fatal(err)
		}
		var f ETSFitter
		var m ETS
		if err := f.Fit(&m, y, 12, form); err != nil {
			b.Fatal(err)
		}
		s := &f.search
		x := append([]float64(nil), s.best[:s.k]...)
		run := func(what string, call func()) {
			b.Run(name+"/"+what, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					call()
				}
			})
		}
		run("value", func() { s.value(x) })
		run("derive", func() { s.derive(x) })
		run("fit", func() {
			if err := f.Fit(&m, y, 12, form); err != nil {
				b.Fatal(err)
			}
		})
		var d ETSDistribution
		run("distribution", func() { d.Compute(&m, 18, nil, ETSSampling{}) })
	}
}
