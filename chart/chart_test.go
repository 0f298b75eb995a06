package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
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
		data, err := p.PNG()
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
			if again, err := p.PNG(); err != nil || !bytes.Equal(again, data) {
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
