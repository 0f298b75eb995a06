package chart

// Bars draws one bar for each of a few groups, with its value above it. The last
// group stands apart where it is what is not known.
func Bars(title string, label []string, value []float64, lastApart bool) *Picture {
	p := newPicture(title)
	lo, hi := bounds(value)
	f := p.axis(lo, hi, false)
	step := (f.right - f.left) / float64(max(len(value), 1))
	for i, v := range value {
		x := f.left + (float64(i)+0.15)*step
		c := blue
		if lastApart && i == len(value)-1 {
			c = grey
		}
		if finite(v) {
			p.rect(x, f.y(v), 0.7*step, f.y(0)-f.y(v), c)
			p.text(x+0.35*step, f.y(max(v, 0))-6, 0, 12, false, short(v))
		}
		p.text(x+0.35*step, f.bottom+20, 0, 12, false, label[i])
	}
	return p
}
