package plan

import (
	"planwright"
	"planwright/mrp"
)

// netDemand joins the forecasts that mrp nets: those given from outside as
// they are, the computed ones for the days that no given one covers. An item
// whose only use is in bills of material has none: its demand is dependent.
func netDemand(s *planwright.Snapshot, f *planwright.Forecast) mrp.Forecast {
	out, _ := tracedDemand(s, f)
	return out
}

// tracedDemand is netDemand with the origin of each row: the row of f, or ^r for
// row r of the given forecasts.
func tracedDemand(s *planwright.Snapshot, f *planwright.Forecast) (out mrp.Forecast, origin []int32) {
	n := s.Len()
	out = mrp.Forecast{Off: make([]int32, n+1)}
	add := func(from, to planwright.Day, q planwright.Qty, customer string, of int32) {
		if q > 0 && to >= from {
			origin = append(origin, of)
			out.From = append(out.From, from)
			out.To = append(out.To, to)
			out.Qty = append(out.Qty, q)
			out.Customer = append(out.Customer, customer)
		}
	}
	row := 0
	for k := range n {
		first := row
		for row < f.Len() && int(f.SKU[row]) == k {
			row++
		}
		netRows(s, f, planwright.SKU(k), first, row, add)
		out.Off[k+1] = int32(len(out.From))
	}
	return out, origin
}

// netRows calls add for what is netted of sku k, whose rows of f are first..row-1.
func netRows(s *planwright.Snapshot, f *planwright.Forecast, k planwright.SKU, first, row int, add func(from, to planwright.Day, q planwright.Qty, customer string, of int32)) {
	lo, hi := int32(0), int32(0)
	if len(s.Given.Off) > 0 {
		lo, hi = s.Given.Off[k], s.Given.Off[k+1]
	}
	for r := lo; r < hi; r++ {
		if s.Given.Kind[r] == planwright.GivenForecast {
			add(s.Given.From[r], s.Given.To[r], s.Given.Qty[r], s.Given.Customer[r], ^r)
		}
	}
	for ; first < row; first++ {
		if !givenCovers(s, lo, hi, f.Start[first], f.End[first]) {
			add(f.Start[first], f.End[first], planwright.Clamp(f.Final[first]), "", int32(first))
		}
	}
}

// givenCovers says whether a given forecast speaks of any day of from..to.
func givenCovers(s *planwright.Snapshot, lo, hi int32, from, to planwright.Day) bool {
	for r := lo; r < hi; r++ {
		if s.Given.Kind[r] == planwright.GivenForecast && s.Given.From[r] <= to && s.Given.To[r] >= from {
			return true
		}
	}
	return false
}
