package analytics

// Cell is one cell of the ABC-XYZ matrix.
type Cell struct {
	ABC, XYZ     string // XYZ "": the variation is not known
	SKUs         int
	StockValue   float64
	AverageValue float64
	UseValue     float64
	Turns        float64 // use over average stock; 0 and no TurnsKnown where there is none
	TurnsKnown   bool
	Service      float64 // mean target, weighted by use
	ServiceKnown bool
	Sold, Lost   float64 // money
}

// MatrixInput are the columns of the matrix, one row a sku. Nil columns count
// as 0.
type MatrixInput struct {
	ABC, XYZ                                       []string
	StockValue, AverageValue, UseValue, Sold, Lost []float64
	Service                                        []float64 // NaN: none
}

// Matrix adds sku's up by ABC and XYZ class: the nine cells AX..CZ, row by row,
// and behind each row a cell for the sku's whose variation is not known. Every
// sku is in exactly one cell, so that each column sums to its whole.
func Matrix(in *MatrixInput) []Cell {
	cells := make([]Cell, 12)
	for i := range cells {
		cells[i].ABC, cells[i].XYZ = "ABC"[i/4:i/4+1], []string{"X", "Y", "Z", ""}[i%4]
	}
	var sums [12]struct{ stock, average, use, sold, lost, service, weight total }
	at := func(s string, order string) int {
		for i := range order {
			if s == order[i:i+1] {
				return i
			}
		}
		return len(order)
	}
	value := func(c []float64, k int) float64 {
		if c == nil || !finite(c[k]) {
			return 0
		}
		return c[k]
	}
	for k := range in.ABC {
		i := min(at(in.ABC[k], "ABC"), 2)*4 + at(in.XYZ[k], "XYZ")
		s := &sums[i]
		cells[i].SKUs++
		s.stock.add(value(in.StockValue, k))
		s.average.add(value(in.AverageValue, k))
		s.use.add(value(in.UseValue, k))
		s.sold.add(value(in.Sold, k))
		s.lost.add(value(in.Lost, k))
		if in.Service != nil && finite(in.Service[k]) {
			w := value(in.UseValue, k)
			s.service.add(w * in.Service[k])
			s.weight.add(w)
		}
	}
	for i := range cells {
		c, s := &cells[i], &sums[i]
		c.StockValue, c.AverageValue, c.UseValue = s.stock.value(), s.average.value(), s.use.value()
		c.Sold, c.Lost = s.sold.value(), s.lost.value()
		c.Turns, c.TurnsKnown = Turns(c.UseValue, c.AverageValue)
		if w := s.weight.value(); w > 0 {
			c.Service, c.ServiceKnown = s.service.value()/w, true
		}
	}
	return cells
}
