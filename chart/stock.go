package chart

// Stock are the words of the projected stock of one sku.
type Stock struct {
	Title, Balance, Safety, Receipts, Planned, Fan string
}

// StockDay is a day of a projection.
type StockDay struct {
	Day       int     // from the first day on
	Label     string  // of the axis
	Balance   float64 // stock at the end of the day
	Low, High float64 // of it, as demand may fall: the fan; NaN: not known
	Receipts  float64 // open orders that come
	Planned   float64 // planned orders that come
}

// mostPoints is the number of points of a line that a picture can show.
const mostPoints = 800

// Draw draws the stock at the end of each day as steps, the band from nothing to the
// safety stock, what comes in as bars, and the fan of the demand around the balance.
// Days ascend. Of more days than there are places the lowest of each place is drawn,
// so that no shortage is lost.
func (o Stock) Draw(days []StockDay, safety float64) *Picture {
	p := newPicture(o.Title)
	days = thin(days)
	balance, fan, in := make([]float64, len(days)), make([]float64, 0, 2*len(days)), make([]float64, len(days))
	last := 1
	for i, d := range days {
		balance[i], in[i] = d.Balance, d.Receipts+d.Planned
		fan = append(fan, d.Low, d.High)
		last = max(last, d.Day+1)
	}
	if !finite(safety) {
		safety = 0
	}
	lo, hi := bounds(balance, fan, in, []float64{safety})
	f := p.axis(lo, hi, false)
	x := func(day int) float64 { return f.left + float64(day)/float64(last)*(f.right-f.left) }
	if safety > 0 {
		p.rect(f.left, f.y(safety), f.right-f.left, f.y(0)-f.y(safety), cream)
	}
	var up, down []point
	for i, d := range days {
		if !finite(d.Low) || !finite(d.High) {
			continue
		}
		end := last
		if i+1 < len(days) {
			end = days[i+1].Day
		}
		up = append(up, point{x(d.Day), f.y(d.High)}, point{x(end), f.y(d.High)})
		down = append(down, point{x(d.Day), f.y(d.Low)}, point{x(end), f.y(d.Low)})
	}
	for i := len(down) - 1; i >= 0; i-- {
		up = append(up, down[i])
	}
	if len(up) > 0 {
		p.poly(pale, up...)
	}
	if safety > 0 {
		p.line(orange, 1.5, true, point{f.left, f.y(safety)}, point{f.right, f.y(safety)})
	}
	wide := max(1.5, min(8, (f.right-f.left)/float64(last)))
	for _, d := range days {
		from := 0.0
		if d.Receipts > 0 && finite(d.Receipts) {
			p.rect(x(d.Day), f.y(d.Receipts), wide, f.y(0)-f.y(d.Receipts), green)
			from = d.Receipts
		}
		if d.Planned > 0 && finite(d.Planned) {
			p.rect(x(d.Day), f.y(from+d.Planned), wide, f.y(from)-f.y(from+d.Planned), sky)
		}
	}
	var line []point
	for i, d := range days {
		if !finite(d.Balance) {
			continue
		}
		end := last
		if i+1 < len(days) {
			end = days[i+1].Day
		}
		line = append(line, point{x(d.Day), f.y(d.Balance)}, point{x(end), f.y(d.Balance)})
	}
	p.line(blue, 2.5, false, line...)
	at := -1e9
	for _, d := range days {
		if w := textWidth(d.Label, 11) + 14; x(d.Day)-at >= max(w, 70) && x(d.Day)+w/2 <= p.Width {
			at = x(d.Day)
			p.text(at, f.bottom+18, 0, 11, false, d.Label)
		}
	}
	meanings := []entry{{blue, o.Balance}, {orange, o.Safety}, {green, o.Receipts}, {sky, o.Planned}}
	if len(up) > 0 {
		meanings = append(meanings, entry{pale, o.Fan})
	}
	f.legend(meanings...)
	return p
}

// thin joins days where there are more than places: the lowest balance and bounds, and
// the sums of what comes in.
func thin(days []StockDay) []StockDay {
	if len(days) <= mostPoints {
		return days
	}
	out := make([]StockDay, 0, mostPoints)
	for i := range mostPoints {
		lo, hi := i*len(days)/mostPoints, (i+1)*len(days)/mostPoints
		d := days[lo]
		for _, x := range days[lo+1 : hi] {
			d.Balance, d.Low, d.High = min(d.Balance, x.Balance), min(d.Low, x.Low), max(d.High, x.High)
			d.Receipts += x.Receipts
			d.Planned += x.Planned
		}
		out = append(out, d)
	}
	return out
}
