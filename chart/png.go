package chart

import (
	"bytes"
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
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// scale is the pixels of a unit: a picture stays sharp on dense screens.
const scale = 2

// PNG returns the picture as PNG, twice as large as the SVG.
func (p *Picture) PNG() ([]byte, error) {
	w, h := int(p.Width*scale), int(p.Height*scale)
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	r := vector.NewRasterizer(w, h)
	for i := range p.shapes {
		s := &p.shapes[i]
		switch s.kind {
		case polygon:
			r.Reset(w, h)
			path(r, s.at)
			r.Draw(img, img.Bounds(), image.NewUniform(s.fill), image.Point{})
		case line:
			r.Reset(w, h)
			stroke(r, s)
			r.Draw(img, img.Bounds(), image.NewUniform(s.fill), image.Point{})
		case words:
			if err := write(img, s); err != nil {
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

func path(r *vector.Rasterizer, at []point) {
	for i, p := range at {
		if i == 0 {
			r.MoveTo(float32(p.x*scale), float32(p.y*scale))
		} else {
			r.LineTo(float32(p.x*scale), float32(p.y*scale))
		}
	}
	r.ClosePath()
}

// stroke adds a rectangle for each piece of a line. All wind the same way, so that
// joints do not cancel out.
func stroke(r *vector.Rasterizer, s *shape) {
	on, left := true, 5.0
	for i := 1; i < len(s.at); i++ {
		a, b := s.at[i-1], s.at[i]
		length := math.Hypot(b.x-a.x, b.y-a.y)
		if length == 0 {
			continue
		}
		ux, uy := (b.x-a.x)/length, (b.y-a.y)/length
		for at := 0.0; at < length; {
			end := length
			if s.dashed {
				end = min(length, at+left)
			}
			if on || !s.dashed {
				nx, ny := -uy*s.width/2, ux*s.width/2
				x0, y0, x1, y1 := a.x+ux*at, a.y+uy*at, a.x+ux*end, a.y+uy*end
				path(r, []point{{x0 + nx, y0 + ny}, {x0 - nx, y0 - ny}, {x1 - nx, y1 - ny}, {x1 + nx, y1 + ny}})
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

func write(img *image.RGBA, s *shape) error {
	list, err := fonts()
	if err != nil {
		return err
	}
	f := list[0]
	if s.bold {
		f = list[1]
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: s.size * scale, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return err
	}
	d := font.Drawer{Dst: img, Src: image.NewUniform(color.RGBA(s.fill)), Face: face}
	x := fixed.Int26_6(s.at[0].x * scale * 64)
	switch w := d.MeasureString(s.text); s.anchor {
	case 0:
		x -= w / 2
	case 1:
		x -= w
	}
	d.Dot = fixed.Point26_6{X: x, Y: fixed.Int26_6(s.at[0].y * scale * 64)}
	d.DrawString(s.text)
	return face.Close()
}
