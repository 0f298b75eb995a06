package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// pictures are one of each kind, with what figures can hold: nothing, NaN,
// negative values, texts that are markup.
func pictures() map[string]*Picture {
	nan := math.NaN()
	return map[string]*Picture{
		"pareto":     Pareto{Title: "a < b & \"c\" \x01 分类", SKUs: "sku's"}.Draw([]float64{0.6, 0.3, 0.1, 0}, []string{"A", "B", "C", "C"}),
		"no pareto":  Pareto{}.Draw(nil, nil),
		"bars":       Bars("bars", []string{"0-30", ">30", "?"}, []float64{5, -2, nan}, true),
		"stock":      Stock{Title: strings.Repeat("很长的名称 long name ", 30), Balance: "现有库存", Safety: strings.Repeat("safety ", 30), Receipts: "r", Planned: "p", Fan: "f"}.Draw(manyDays(40), 30),
		"no stock":   Stock{}.Draw(nil, nan),
		"one stock":  Stock{Title: "one"}.Draw(manyDays(1), 0),
		"many stock": Stock{Title: "many"}.Draw(manyDays(10_000), 30),
		"curve":      Curve{Title: "c", X: "x", Best: "b", Uniform: "u"}.Draw([]CurvePoint{{10, 0.5, ""}, {20, 0.9, ""}, {nan, nan, ""}}, []CurvePoint{{10, 0.4, ""}, {25, 0.9, ""}}, []CurvePoint{{20, 0.8, strings.Repeat("长 name ", 30)}, {21, 0.801, "b"}, {nan, nan, ""}}),
		"no curve":   Curve{}.Draw(nil, nil, nil),
		"many curve": Curve{}.Draw(manyPoints(10_000), nil, []CurvePoint{{1, 0.5, "one"}}),
		"no bars":    Bars("", nil, nil, false),
		"projection": Projection{Title: "p", Stock: "s", Receipts: "r", Issues: "i", Short: "m"}.Draw([]string{"1", "2"}, []float64{10, 5}, []float64{3, 0}, []float64{1, 8}, []float64{0, 2}),
		"fan":        Fan{Title: "f", Past: "p", Mean: "m", Inner: "80", Outer: "95"}.Draw([]string{"a", "b", "c"}, []float64{1, nan}, []float64{3}, []float64{2}, []float64{4}, []float64{1}, []float64{math.Inf(1)}),
	}
}

// TestSVG: every picture is well-formed XML without a place that is no number.
func TestSVG(t *testing.T) {
	for name, p := range pictures() {
		svg := p.SVG()
		d := xml.NewDecoder(bytes.NewReader(svg))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, svg)
			}
		}
		if s := string(svg); strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
			t.Errorf("%s has a place that is no number", name)
		}
	}
}

// TestPNG: every picture decodes, has ink, and is the same each time.
func TestPNG(t *testing.T) {
	for name, p := range pictures() {
		data, err := p.PNG(nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if b := img.Bounds(); b.Dx() != 1920 || b.Dy() != 960 {
			t.Errorf("%s is %v", name, b)
		}
		ink := 0
		for x := 0; x < 1920; x += 16 {
			for y := 0; y < 960; y += 16 {
				if r, g, b, _ := img.At(x, y).RGBA(); r+g+b < 3*0xffff {
					ink++
				}
			}
		}
		if ink == 0 {
			t.Errorf("%s is white", name)
		}
		if name == "bars" {
			if again, err := p.PNG(nil); err != nil || !bytes.Equal(again, data) {
				t.Errorf("%s is another picture the second time", name)
			}
		}
	}
}

// TestBars: a bar of twice the value is twice as tall.
func TestBars(t *testing.T) {
	p := Bars("", []string{"a", "b"}, []float64{2, 4}, false)
	var tall []float64
	for _, s := range p.shapes {
		if s.kind == polygon && s.fill == blue {
			tall = append(tall, s.at[2].y-s.at[0].y)
		}
	}
	if len(tall) != 2 || math.Abs(tall[1]-2*tall[0]) > 1e-9 {
		t.Errorf("bars of 2 and 4 are %v tall", tall)
	}
}

func TestNiceStep(t *testing.T) {
	for span, want := range map[float64]float64{1: 0.2, 6: 1, 7: 2, 100: 20, 14: 2.5, 1e6: 2e5} {
		if got := niceStep(span, 6); math.Abs(got-want) > 1e-9*want {
			t.Errorf("niceStep(%g) = %g, want %g", span, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0", 1500: "1.5k", -2e6: "-2M", 0.25: "0.25", 3.2e9: "3.2G", 999: "999"} {
		if got := short(v); got != want {
			t.Errorf("short(%g) = %s, want %s", v, got, want)
		}
	}
}

// manyDays is a stock that goes up and down, and below nothing on every 97th day.
func manyDays(n int) []StockDay {
	out := make([]StockDay, n)
	for i := range out {
		b := 50 + 40*math.Sin(float64(i)/9)
		out[i] = StockDay{Day: i, Label: "2026-07-01", Balance: b, Low: b - float64(i%50), High: b + float64(i%50)}
		if i%97 == 96 {
			out[i].Balance = -60
		}
		if i%14 == 3 {
			out[i].Receipts, out[i].Planned = 20, float64(i%3)*10
		}
	}
	return out
}

func manyPoints(n int) []CurvePoint {
	out := make([]CurvePoint, n)
	for i := range out {
		out[i] = CurvePoint{Stock: float64(i), FillRate: 1 - 1/(1+float64(i)/500)}
	}
	return out
}

// TestThin: of more days than places no shortage and no receipt is lost.
func TestThin(t *testing.T) {
	all := manyDays(10_000)
	few := thin(all)
	low, sum, sums := 0.0, 0.0, 0.0
	for _, d := range all {
		sum += d.Receipts + d.Planned
	}
	for i, d := range few {
		low = min(low, d.Balance)
		sums += d.Receipts + d.Planned
		if i > 0 && d.Day <= few[i-1].Day {
			t.Fatalf("day %d after %d", d.Day, few[i-1].Day)
		}
	}
	if len(few) > mostPoints || low != -60 || sum != sums {
		t.Errorf("%d days, lowest %v, %v received of %v", len(few), low, sums, sum)
	}
}

// TestWriteGallery writes every picture to the folder CHART_GALLERY, to be looked at.
func TestWriteGallery(t *testing.T) {
	dir := os.Getenv("CHART_GALLERY")
	if dir == "" {
		t.Skip("set CHART_GALLERY to a folder to look at the pictures")
	}
	var extra *Font
	if path := os.Getenv("CHART_FONT"); path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if extra, err = ReadFont(data); err != nil {
			t.Fatal(err)
		}
	}
	for name, p := range pictures() {
		data, err := p.PNG(extra)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".png"), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRuns: a text comes apart where its letters change, and back together.
func TestRuns(t *testing.T) {
	for _, s := range []string{"", "a", "库", "FG-1 电容 10 nF 大"} {
		runs := runsOf(s, true)
		if strings.Join(runs, "") != s {
			t.Errorf("%q comes apart as %q", s, runs)
		}
		for i, r := range runs {
			if i > 0 && wide(r) == wide(runs[i-1]) {
				t.Errorf("%q: %q and %q are of one kind", s, runs[i-1], r)
			}
		}
	}
	if _, err := ReadFont([]byte("no font")); err == nil {
		t.Error("text is read as a font")
	}
}
