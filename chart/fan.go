package chart

// Fan are the words of a fan chart.
type Fan struct {
	Title, Past, Mean, Inner, Outer string
}

// Draw draws past demand, the mean of the forecast and two intervals around it;
// label names past and future periods together. The columns of the future are
// as long as mean.
func (o Fan) Draw(label []string, past, mean, lo80, hi80, lo95, hi95 []float64) *Picture {
	p := newPicture(o.Title)
	lo, hi := bounds(past, mean, lo95, hi95)
	f := p.axis(lo, hi, false)
	n := len(past) + len(mean)
	step := (f.right - f.left) / float64(max(n, 1))
	x := func(i int) float64 { return f.left + (float64(i)+0.5)*step }
	band := func(lo, hi []float64) []point {
		var up, down []point
		for i := range mean {
			if finite(lo[i]) && finite(hi[i]) {
				up = append(up, point{x(len(past) + i), f.y(hi[i])})
				down = append(down, point{x(len(past) + i), f.y(lo[i])})
			}
		}
		for i := len(down) - 1; i >= 0; i-- {
			up = append(up, down[i])
		}
		return up
	}
	p.poly(paler, band(lo95, hi95)...)
	p.poly(pale, band(lo80, hi80)...)
	var before, after []point
	for i, v := range past {
		if finite(v) {
			before = append(before, point{x(i), f.y(v)})
		}
	}
	if len(before) > 0 {
		after = append(after, before[len(before)-1])
	}
	for i, v := range mean {
		if finite(v) {
			after = append(after, point{x(len(past) + i), f.y(v)})
		}
	}
	p.line(blue, 2.5, true, after...)
	p.line(ink, 2, false, before...)
	every := max(1, n/12)
	for i := 0; i < n && i < len(label); i += every {
		p.text(x(i), f.bottom+18, 0, 11, false, label[i])
	}
	f.legend(entry{ink, o.Past}, entry{blue, o.Mean}, entry{pale, o.Inner}, entry{paler, o.Outer})
	return p
}
