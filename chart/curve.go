package chart

import (
	"image/color"
	"math"
	"strconv"
)

// Curve are the words of the curve of service against stock.
type Curve struct {
	Title, X, Best, Uniform string
}

// CurvePoint is a point: stock, in money, and the fill rate that it gives.
type CurvePoint struct {
	Stock, FillRate float64
	Text            string // of a point that is marked
}

// Draw draws the best curve, the one of a target for all, and marks points on or below
// them. Stock is drawn to the largest of the marked points and of the first 99.9 %.
func (o Curve) Draw(best, uniform, marks []CurvePoint) *Picture {
	p := newPicture(o.Title)
	most, least := 0.0, 1.0
	for _, m := range marks {
		if finite(m.Stock) && finite(m.FillRate) {
			most, least = max(most, m.Stock), min(least, m.FillRate)
		}
	}
	for _, l := range [][]CurvePoint{best, uniform} {
		for _, m := range l {
			if finite(m.Stock) && finite(m.FillRate) {
				if m.FillRate <= 0.999 || most == 0 {
					most = max(most, m.Stock)
				}
				least = min(least, m.FillRate)
			}
		}
	}
	f := p.axis(max(0, math.Floor(least*20)/20), 1, true)
	if most <= 0 {
		most = 1
	}
	step := niceStep(most, 6)
	right := math.Ceil(most/step) * step
	x := func(v float64) float64 { return f.left + v/right*(f.right-f.left) }
	for i := 0; float64(i)*step <= right*(1+1e-9); i++ {
		p.text(x(float64(i)*step), f.bottom+18, 0, 12, false, short(float64(i)*step))
	}
	p.text((f.left+f.right)/2, f.bottom+40, 0, 12, false, fit(o.X, 12, f.right-f.left))
	draw := func(list []CurvePoint, c color.RGBA, width float64, dashed bool) {
		var at []point
		every := max(1, len(list)/mostPoints)
		for i, m := range list {
			if finite(m.Stock) && finite(m.FillRate) && m.Stock <= right && (i%every == 0 || i == len(list)-1) {
				at = append(at, point{x(m.Stock), f.y(m.FillRate)})
			}
		}
		p.line(c, width, dashed, at...)
	}
	draw(uniform, grey, 2, true)
	draw(best, blue, 2.5, false)
	colors := []color.RGBA{red, green, orange, ink}
	used := make([]float64, 0, len(marks))
	for i, m := range marks {
		if !finite(m.Stock) || !finite(m.FillRate) {
			continue
		}
		cx, cy := x(m.Stock), f.y(m.FillRate)
		p.rect(cx-5, cy-5, 10, 10, colors[i%len(colors)])
		text := m.Text + "  " + short(m.Stock) + ", " + strconv.FormatFloat(100*m.FillRate, 'f', 2, 64) + " %"
		// Texts stand below each other where points lie close, and inside the frame.
		ty := cy + 20
		for again := true; again; {
			again = false
			for _, y := range used {
				if math.Abs(y-ty) < 15 {
					ty, again = y+15, true
				}
			}
		}
		used = append(used, ty)
		if room := f.right - cx - 10; textWidth(text, 12) <= room {
			p.text(cx+10, ty, -1, 12, false, text)
		} else {
			p.text(cx-10, ty, 1, 12, false, fit(text, 12, cx-10-f.left))
		}
	}
	f.legend(entry{blue, o.Best}, entry{grey, o.Uniform})
	return p
}
