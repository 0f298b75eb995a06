package chart

import "image/color"

// Lines are the words of a chart of values over time.
type Lines struct {
	Title string
	Names []string // of the lines, the first drawn boldest
}

// Draw draws a line for each row of values over the labels; what is no number is
// a gap.
func (o Lines) Draw(label []string, values [][]float64) *Picture {
	p := newPicture(o.Title)
	lo, hi := bounds(values...)
	f := p.axis(lo, hi, false)
	n := len(label)
	step := (f.right - f.left) / float64(max(n, 1))
	x := func(i int) float64 { return f.left + (float64(i)+0.5)*step }
	for i := range label {
		if every := max(1, n/12); i%every == 0 {
			p.text(x(i), f.bottom+18, 0, 11, false, label[i])
		}
	}
	colors := []color.RGBA{blue, red, green, orange, grey}
	var legend []entry
	for k := len(values) - 1; k >= 0; k-- { // the first on top
		c, width := colors[k%len(colors)], 2.0
		if k == 0 {
			width = 3
		}
		var at []point
		for i, v := range values[k] {
			if !finite(v) {
				p.line(c, width, false, at...)
				at = nil
				continue
			}
			at = append(at, point{x(i), f.y(v)})
		}
		p.line(c, width, k > 0, at...)
	}
	for k, name := range o.Names {
		legend = append(legend, entry{colors[k%len(colors)], name})
	}
	f.legend(legend...)
	return p
}
