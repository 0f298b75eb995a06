package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// scale is the pixels of a unit: a picture stays sharp on dense screens.
const scale = 2

// Font is a font that has glyphs which the built-in Go fonts have not, such as
// Chinese.
type Font struct{ face *opentype.Font }

// ReadFont reads a font of OpenType or TrueType, or the first of a collection.
func ReadFont(data []byte) (*Font, error) {
	if f, err := opentype.Parse(data); err == nil {
		return &Font{f}, nil
	}
	c, err := opentype.ParseCollection(data)
	if err != nil {
		return nil, fmt.Errorf("chart: font: %w", err)
	}
	f, err := c.Font(0)
	if err != nil {
		return nil, fmt.Errorf("chart: font: %w", err)
	}
	return &Font{f}, nil
}

// Has says whether the font can write all of a text.
func (f *Font) Has(s string) bool {
	var b sfnt.Buffer
	for _, r := range s {
		if i, err := f.face.GlyphIndex(&b, r); err != nil || i == 0 {
			return false
		}
	}
	return true
}

// wide says whether a text has letters that the Go fonts lack.
func wide(s string) bool {
	for _, r := range s {
		if r >= 0x2e80 {
			return true
		}
	}
	return false
}

// PNG returns the picture as PNG, twice as large as the SVG. Texts with Chinese and
// other wide letters are written with extra; with nil they come out as empty boxes.
func (p *Picture) PNG(extra *Font) ([]byte, error) {
	w, h := int(p.Width*scale), int(p.Height*scale)
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	r := vector.NewRasterizer(w, h)
	for i := range p.shapes {
		s := &p.shapes[i]
		switch s.kind {
		case polygon, line:
			// The rasterizer looks at all of its area: no more than the shape needs.
			box := s.box().Intersect(img.Bounds())
			if box.Empty() {
				continue
			}
			r.Reset(box.Dx(), box.Dy())
			b := brush{r, float64(box.Min.X), float64(box.Min.Y)}
			if s.kind == polygon {
				b.path(s.at)
			} else {
				b.stroke(s)
			}
			r.Draw(img, box, image.NewUniform(s.fill), image.Point{})
		case words:
			if err := write(img, s, extra); err != nil {
				return nil, err
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// box are the pixels that a shape can touch.
func (s *shape) box() image.Rectangle {
	if len(s.at) == 0 {
		return image.Rectangle{}
	}
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range s.at {
		x0, y0, x1, y1 = min(x0, p.x), min(y0, p.y), max(x1, p.x), max(y1, p.y)
	}
	d := s.width + 1
	return image.Rect(int(math.Floor((x0-d)*scale)), int(math.Floor((y0-d)*scale)), int(math.Ceil((x1+d)*scale)), int(math.Ceil((y1+d)*scale)))
}

// brush draws on a part of the picture that begins at a pixel.
type brush struct {
	*vector.Rasterizer
	x, y float64
}

func (b brush) path(at []point) {
	for i, p := range at {
		if i == 0 {
			b.MoveTo(float32(p.x*scale-b.x), float32(p.y*scale-b.y))
		} else {
			b.LineTo(float32(p.x*scale-b.x), float32(p.y*scale-b.y))
		}
	}
	b.ClosePath()
}

// stroke adds a rectangle for each piece of a line. All wind the same way, so that
// joints do not cancel out.
func (b brush) stroke(s *shape) {
	on, left := true, 5.0
	for i := 1; i < len(s.at); i++ {
		a, z := s.at[i-1], s.at[i]
		length := math.Hypot(z.x-a.x, z.y-a.y)
		if length == 0 {
			continue
		}
		ux, uy := (z.x-a.x)/length, (z.y-a.y)/length
		for at := 0.0; at < length; {
			end := length
			if s.dashed {
				end = min(length, at+left)
			}
			if on || !s.dashed {
				nx, ny := -uy*s.width/2, ux*s.width/2
				x0, y0, x1, y1 := a.x+ux*at, a.y+uy*at, a.x+ux*end, a.y+uy*end
				b.path([]point{{x0 + nx, y0 + ny}, {x0 - nx, y0 - ny}, {x1 - nx, y1 - ny}, {x1 + nx, y1 + ny}})
			}
			left -= end - at
			if left <= 1e-9 {
				on = !on
				left = 4
				if on {
					left = 5
				}
			}
			at = end
		}
	}
}

// fonts are read once.
var fonts = sync.OnceValues(func() ([2]*opentype.Font, error) {
	var f [2]*opentype.Font
	for i, data := range [][]byte{goregular.TTF, gobold.TTF} {
		var err error
		if f[i], err = opentype.Parse(data); err != nil {
			return f, err
		}
	}
	return f, nil
})

func write(img *image.RGBA, s *shape, extra *Font) error {
	list, err := fonts()
	if err != nil {
		return err
	}
	f := list[0]
	if s.bold {
		f = list[1]
	}
	// Fonts with Chinese glyphs may lack Latin ones: each run has its own.
	var runs []font.Drawer
	var texts []string
	total := fixed.Int26_6(0)
	for _, text := range runsOf(s.text, extra != nil) {
		use := f
		if extra != nil && wide(text) {
			use = extra.face
		}
		face, err := opentype.NewFace(use, &opentype.FaceOptions{Size: s.size * scale, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			return err
		}
		d := font.Drawer{Dst: img, Src: image.NewUniform(color.RGBA(s.fill)), Face: face}
		total += d.MeasureString(text)
		runs, texts = append(runs, d), append(texts, text)
	}
	x := fixed.Int26_6(s.at[0].x * scale * 64)
	switch s.anchor {
	case 0:
		x -= total / 2
	case 1:
		x -= total
	}
	dot := fixed.Point26_6{X: x, Y: fixed.Int26_6(s.at[0].y * scale * 64)}
	for i := range runs {
		runs[i].Dot = dot
		runs[i].DrawString(texts[i])
		dot = runs[i].Dot
		if err := runs[i].Face.Close(); err != nil {
			return err
		}
	}
	return nil
}

// runsOf cuts a text into parts of wide letters and of others.
func runsOf(s string, cut bool) []string {
	if !cut {
		return []string{s}
	}
	var out []string
	from, last := 0, false
	for i, r := range s {
		if w := r >= 0x2e80; i > 0 && w != last {
			out = append(out, s[from:i])
			from, last = i, w
		} else if i == 0 {
			last = w
		}
	}
	return append(out, s[from:])
}
