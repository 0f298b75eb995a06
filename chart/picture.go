package chart

import (
	"image/color"
	"math"
	"strconv"
	"strings"
)

// Picture is a list of shapes on a white ground.
type Picture struct {
	Width, Height float64
	Title         string
	shapes        []shape
}

type point struct{ x, y float64 }

// shape is one thing to draw: a filled polygon, a line, or a text.
type shape struct {
	kind   uint8 // polygon, line or words
	at     []point
	fill   color.RGBA
	width  float64 // of a line
	dashed bool
	text   string
	size   float64
	anchor int8 // -1 start, 0 middle, 1 end
	bold   bool
}

const (
	polygon = iota
	line
	words
)

// The colors, told apart by people who see colors differently (Okabe & Ito 2008).
var (
	ink    = color.RGBA{0x33, 0x33, 0x33, 0xff}
	faint  = color.RGBA{0xdd, 0xdd, 0xdd, 0xff}
	blue   = color.RGBA{0x00, 0x72, 0xb2, 0xff}
	sky    = color.RGBA{0x56, 0xb4, 0xe9, 0xff}
	orange = color.RGBA{0xe6, 0x9f, 0x00, 0xff}
	green  = color.RGBA{0x00, 0x9e, 0x73, 0xff}
	red    = color.RGBA{0xd5, 0x5e, 0x00, 0xff}
	grey   = color.RGBA{0x99, 0x99, 0x99, 0xff}
	pale   = color.RGBA{0xcc, 0xe3, 0xf0, 0xff}
	cream  = color.RGBA{0xfb, 0xf0, 0xd9, 0xff}
	paler  = color.RGBA{0xe6, 0xf1, 0xf8, 0xff}
)

func newPicture(title string) *Picture {
	p := &Picture{Width: 960, Height: 480, Title: title}
	p.text(24, 28, -1, 18, true, fit(title, 19, p.Width-48))
	return p
}

func (p *Picture) rect(x, y, w, h float64, c color.RGBA) {
	if w < 0 {
		x, w = x+w, -w
	}
	if h < 0 {
		y, h = y+h, -h
	}
	p.shapes = append(p.shapes, shape{kind: polygon, fill: c, at: []point{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}})
}

func (p *Picture) poly(c color.RGBA, at ...point) {
	p.shapes = append(p.shapes, shape{kind: polygon, fill: c, at: at})
}

func (p *Picture) line(c color.RGBA, width float64, dashed bool, at ...point) {
	if len(at) > 1 {
		p.shapes = append(p.shapes, shape{kind: line, fill: c, width: width, dashed: dashed, at: at})
	}
}

func (p *Picture) text(x, y float64, anchor int8, size float64, bold bool, s string) {
	s = clean(s)
	p.shapes = append(p.shapes, shape{kind: words, fill: ink, text: s, size: size, anchor: anchor, bold: bold, at: []point{{x, y}}})
}

// clean takes out of a text what XML 1.0 cannot hold.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xfffe || r == 0xffff {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// frame is the area of the data with a value axis from lo to hi.
type frame struct {
	p                        *Picture
	left, top, right, bottom float64
	lo, hi                   float64
}

// y returns the place of a value.
func (f *frame) y(v float64) float64 {
	return f.bottom - (v-f.lo)/(f.hi-f.lo)*(f.bottom-f.top)
}

// axis draws a frame whose value axis holds lo..hi with grid lines at round
// values.
func (p *Picture) axis(lo, hi float64, percent bool) *frame {
	f := &frame{p: p, left: 84, top: 64, right: p.Width - 64, bottom: p.Height - 56}
	if !(hi > lo) {
		hi = lo + 1
	}
	step := niceStep(hi-lo, 6)
	f.lo, f.hi = math.Floor(lo/step)*step, math.Ceil(hi/step)*step
	for i := 0; ; i++ {
		v := f.lo + float64(i)*step
		if v > f.hi+step/2 {
			break
		}
		p.line(faint, 1, false, point{f.left, f.y(v)}, point{f.right, f.y(v)})
		label := short(v)
		if percent {
			label = strconv.FormatFloat(100*v, 'f', 0, 64) + " %"
		}
		p.text(f.left-8, f.y(v)+4, 1, 12, false, label)
	}
	p.line(ink, 1, false, point{f.left, f.y(max(f.lo, 0))}, point{f.right, f.y(max(f.lo, 0))})
	return f
}

// legend draws color samples with their meaning at the top right.
func (f *frame) legend(entries ...entry) {
	total := 0.0
	for _, e := range entries {
		total += textWidth(e.text, 12) + 32
	}
	if most := f.right - 24; total > most { // each its share
		for i := range entries {
			entries[i].text = fit(entries[i].text, 12, most/float64(len(entries))-32)
		}
	}
	x := f.right
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i]
		x -= textWidth(e.text, 12)
		f.p.text(x, 52, -1, 12, false, e.text)
		x -= 18
		f.p.rect(x, 42, 12, 12, e.color)
		x -= 14
	}
}

type entry struct {
	color color.RGBA
	text  string
}

// niceStep returns a round step (1, 2, 2.5 or 5 times a power of ten) that cuts a
// span into at most n parts.
func niceStep(span float64, n int) float64 {
	raw := span / float64(n)
	mag := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if m*mag >= raw*(1-1e-9) {
			return m * mag
		}
	}
	return 10 * mag
}

// short writes a value of an axis: 1500000 as 1.5M.
func short(v float64) string {
	for _, u := range []struct {
		at   float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(v) >= u.at {
			return strconv.FormatFloat(math.Round(v/u.at*100)/100, 'g', -1, 64) + u.name
		}
	}
	return strconv.FormatFloat(math.Round(v*1000)/1000, 'g', -1, 64)
}

// textWidth guesses the width of a text: Chinese characters are square.
func textWidth(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		if r >= 0x2e80 {
			w += size
		} else {
			w += size * 0.56
		}
	}
	return w
}

// fit cuts a text to a width.
func fit(s string, size, width float64) string {
	if textWidth(s, size) <= width {
		return s
	}
	w := textWidth("…", size)
	for i, r := range s {
		if w += textWidth(string(r), size); w > width {
			return s[:i] + "…"
		}
	}
	return s
}

// finite says whether v can be drawn.
func finite(v float64) bool { return math.Abs(v) <= 1e300 }

// bounds returns the smallest and largest of the values that can be drawn, 0 among
// them.
func bounds(lists ...[]float64) (lo, hi float64) {
	for _, l := range lists {
		for _, v := range l {
			if finite(v) {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	return lo, hi
}
