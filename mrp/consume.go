package mrp

import (
	"slices"

	"planwright"
)

// slice is the forecast of one day.
type slice struct {
	day    planwright.Day
	period int32 // row of the forecast
	qty    planwright.Qty
}

// spread distributes the forecasts of a sku over days: in equal parts over the
// working days of their period that are not past (the sum is exact), or whole
// on the first working day. Past days of a period take their share with them.
func (w *worker) spread(k planwright.SKU) {
	s, f := w.p.s, w.p.in.Forecast
	cal := s.Sites.Calendar[s.SKUs.Site[k]]
	w.slices = w.slices[:0]
	put := func(d planwright.Day, r int32, q planwright.Qty) {
		if q > 0 && d >= s.AsOf && !w.beyond(d) {
			w.slices = append(w.slices, slice{d, r, q})
		}
	}
	for r := f.Off[k]; r < f.Off[k+1]; r++ {
		from, to, q := f.From[r], f.To[r], f.Qty[r]
		if to < s.AsOf || q <= 0 {
			continue
		}
		n := cal.Count(from, to+1)
		if s.SpreadStart || n <= 0 || n > 4000 {
			// A period without working days, or of many years, falls on one day.
			first := cal.OnOrAfter(from)
			if n <= 0 {
				first = from
			}
			put(max(first, s.AsOf), r, q)
			continue
		}
		part, rest := q/planwright.Qty(n), q%planwright.Qty(n)
		d := cal.OnOrAfter(from)
		for i := range n {
			x := part
			if planwright.Qty(i) < rest {
				x++
			}
			put(d, r, x)
			d = cal.Add(d, 1)
		}
	}
	slices.SortStableFunc(w.slices, func(a, b slice) int { return int(a.day) - int(b.day) })
}

// consume lets the orders of a sku consume its forecast, SAP's modes 1 to 4:
// backward, backward then forward, forward, forward then backward, within
// windows of working days around the order's due day, the nearest forecast
// first. Without a window an order consumes the forecast of the period that it
// is due in. What an order does not consume stays as additional demand; what
// is left of the forecast stays forecast.
func (w *worker) consume(k planwright.SKU) {
	s := w.p.s
	if len(w.slices) == 0 || s.SKUs.Strategy[k] == 10 {
		return
	}
	cal := s.Sites.Calendar[s.SKUs.Site[k]]
	back, ahead := s.SKUs.ConsumeBack[k], s.SKUs.ConsumeForward[k]
	free := back == planwright.NoInt && ahead == planwright.NoInt
	mode := s.SKUs.ConsumptionMode[k]
	for r := s.Demand.Off[k]; r < s.Demand.Off[k+1]; r++ {
		left, due := s.Demand.Qty[r], s.Demand.DueOn[r]
		lo, hi := due, due
		if !free {
			lo = cal.Add(due, -int(max(0, back)))
			hi = cal.Add(due, int(max(0, ahead)))
		}
		// The first slice that is not before the due day, for going forward, or
		// that is after it: the due day belongs to the direction that comes first.
		turn := due
		if mode != 3 && mode != 4 {
			turn++
		}
		at, _ := slices.BinarySearchFunc(w.slices, turn, func(x slice, d planwright.Day) int { return int(x.day) - int(d) })
		inside := func(x *slice) (take, goOn bool) {
			if free {
				f := w.p.in.Forecast
				return due >= f.From[x.period] && due <= f.To[x.period], true
			}
			return x.day >= lo && x.day <= hi, x.day >= lo && x.day <= hi
		}
		backward := func() {
			for i := at - 1; i >= 0 && left > 0; i-- {
				take, goOn := inside(&w.slices[i])
				if !goOn {
					break
				}
				if take {
					q := min(left, w.slices[i].qty)
					w.slices[i].qty -= q
					left -= q
				}
			}
		}
		forward := func() {
			for i := at; i < len(w.slices) && left > 0; i++ {
				take, goOn := inside(&w.slices[i])
				if !goOn {
					break
				}
				if take {
					q := min(left, w.slices[i].qty)
					w.slices[i].qty -= q
					left -= q
				}
			}
		}
		switch mode {
		case 1:
			backward()
		case 3:
			forward()
		case 4:
			forward()
			backward()
		default:
			backward()
			forward()
		}
	}
}
