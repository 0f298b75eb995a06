package chart

import (
	"image/color"
	"strconv"
)

// Pareto are the words of a Pareto chart.
type Pareto struct {
	Title, SKUs string // SKUs: title of the horizontal axis
}

// Draw draws the shares of the sku's, the largest first, as bars, and their
// cumulative curve; class gives the ABC class of each, which colors it.
func (o Pareto) Draw(share []float64, class []string) *Picture {
	p := newPicture(o.Title)
	f := p.axis(0, 1, true)
	colors := map[string]color.RGBA{"A": blue, "B": sky, "C": grey}
	n := len(share)
	count := map[string]int{}
	curve := []point{{f.left, f.bottom}}
	cum, from := 0.0, 0
	w := (f.right - f.left) / float64(max(n, 1))
	const most = 2000 // points of the curve: more than there are pixels
	for i := range share {
		if v := share[i]; finite(v) && v > 0 {
			cum += v
		}
		count[class[i]]++
		if n <= most || i%(n/most) == 0 || i == n-1 {
			curve = append(curve, point{f.left + float64(i+1)*w, f.y(cum)})
		}
		if i+1 == n || class[i+1] != class[i] {
			// The class as a band below the curve.
			band := []point{{f.left + float64(from)*w, f.bottom}}
			for _, q := range curve {
				if q.x >= f.left+float64(from)*w-1e-9 && q.x <= f.left+float64(i+1)*w+1e-9 {
					band = append(band, q)
				}
			}
			band = append(band, point{f.left + float64(i+1)*w, f.y(cum)}, point{f.left + float64(i+1)*w, f.bottom})
			p.poly(colors[class[i]], band...)
			from = i + 1
		}
	}
	p.line(ink, 2, false, curve...)
	for i := 0; i <= 4; i++ {
		x := f.left + float64(i)/4*(f.right-f.left)
		p.text(x, f.bottom+18, 0, 12, false, strconv.Itoa(n*i/4))
	}
	p.text((f.left+f.right)/2, f.bottom+40, 0, 12, false, o.SKUs)
	f.legend(entry{blue, "A " + strconv.Itoa(count["A"])}, entry{sky, "B " + strconv.Itoa(count["B"])}, entry{grey, "C " + strconv.Itoa(count["C"])})
	return p
}
