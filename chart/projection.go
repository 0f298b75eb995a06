package chart

// Projection are the words of the projection.
type Projection struct {
	Title, Stock, Receipts, Issues, Short string
}

// Draw draws the stock at the end of each week as a line, what comes in and goes
// out as bars up and down, and what is short below zero.
func (o Projection) Draw(label []string, stock, receipts, issues, missing []float64) *Picture {
	p := newPicture(o.Title)
	down := make([]float64, len(issues))
	for i, v := range issues {
		down[i] = -v
	}
	lo, hi := bounds(stock, receipts, down)
	f := p.axis(lo, hi, false)
	n := len(stock)
	step := (f.right - f.left) / float64(max(n, 1))
	var at, gap []point
	for i := range stock {
		x := f.left + (float64(i)+0.5)*step
		if finite(receipts[i]) && finite(issues[i]) {
			p.rect(x-0.3*step, f.y(receipts[i]), 0.6*step, f.y(0)-f.y(receipts[i]), green)
			p.rect(x-0.3*step, f.y(0), 0.6*step, f.y(down[i])-f.y(0), orange)
		}
		if finite(stock[i]) {
			at = append(at, point{x, f.y(stock[i])})
		}
		if finite(missing[i]) {
			gap = append(gap, point{x, f.y(max(f.lo, -missing[i]))})
		}
		if every := max(1, n/12); i%every == 0 {
			p.text(x, f.bottom+18, 0, 11, false, label[i])
		}
	}
	p.line(red, 2, true, gap...)
	p.line(blue, 3, false, at...)
	f.legend(entry{blue, o.Stock}, entry{green, o.Receipts}, entry{orange, o.Issues}, entry{red, o.Short})
	return p
}
