package mrp

import (
	"cmp"
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
	if w.trace != nil {
		w.trace.spread(w)
	}
}

// consume lets the orders of a sku consume its forecast, SAP's modes 1 to 4:
// backward, backward then forward, forward, forward then backward, within
// windows of working days around the order's due day, the nearest forecast
// first. Without a window an order consumes the forecast of the period that it
// is due in. A customer's order consumes that customer's forecast before what is
// for anybody, and never another one's. What an order does not consume stays as
// additional demand; what is left of the forecast stays forecast.
//
// Strategy 10 and the forecast-based procedure (VV) plan the forecast alone:
// orders do not consume it. Under strategy 70, and in VV, the dependent
// requirements of a sku do: it was forecast as a part.
func (w *worker) consume(k planwright.SKU) {
	s := w.p.s
	if len(w.slices) == 0 {
		return
	}
	strategy, only := s.SKUs.Strategy[k], s.SKUs.MRPType[k] == planwright.ForecastOnly
	if strategy == 70 || only {
		for i := range w.fed {
			if d := &w.fed[i]; d.kind == planwright.ElemDependent || d.kind == planwright.ElemTransfer {
				w.eaters = append(w.eaters, eater{due: d.day, qty: d.qty, kind: d.kind, ref: d.ref})
			}
		}
		if !only {
			for r := s.Reserved.Off[k]; r < s.Reserved.Off[k+1]; r++ {
				w.eaters = append(w.eaters, eater{due: s.Reserved.DueOn[r], qty: s.Reserved.Qty[r], kind: planwright.ElemReserved, ref: int64(r)})
			}
		}
		slices.SortFunc(w.eaters, func(a, b eater) int { return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.qty, b.qty)) })
		for _, x := range w.eaters {
			w.eat(k, x)
		}
		w.eaters = w.eaters[:0]
	}
	if strategy == 10 || only {
		return
	}
	for r := s.Demand.Off[k]; r < s.Demand.Off[k+1]; r++ {
		w.eat(k, eater{due: s.Demand.DueOn[r], qty: s.Demand.Qty[r], customer: s.Demand.Customer[r], kind: planwright.ElemOrder, ref: int64(r)})
	}
}

// eater is a requirement that consumes forecast.
type eater struct {
	due      planwright.Day
	qty      planwright.Qty
	customer string
	kind     planwright.ElementKind
	ref      int64
}

// eat lets one requirement consume forecast of sku k.
func (w *worker) eat(k planwright.SKU, x eater) {
	s, f := w.p.s, w.p.in.Forecast
	cal := s.Sites.Calendar[s.SKUs.Site[k]]
	back, ahead := s.SKUs.ConsumeBack[k], s.SKUs.ConsumeForward[k]
	free := back == planwright.NoInt && ahead == planwright.NoInt
	mode := s.SKUs.ConsumptionMode[k]
	left, due := x.qty, x.due
	lo, hi := due, due
	if !free {
		lo = cal.Add(due, -int(max(0, back)))
		hi = cal.Add(due, int(max(0, ahead)))
	}
	// The first slice that is not before the due day, for going forward, or that
	// is after it: the due day belongs to the direction that comes first.
	turn := due
	if mode != 3 && mode != 4 {
		turn++
	}
	at, _ := slices.BinarySearchFunc(w.slices, turn, func(x slice, d planwright.Day) int { return int(x.day) - int(d) })
	whose := ""
	inside := func(x *slice) (take, goOn bool) {
		take = f.Customer == nil && whose == "" || f.Customer != nil && f.Customer[x.period] == whose
		if free {
			return take && due >= f.From[x.period] && due <= f.To[x.period], true
		}
		in := x.day >= lo && x.day <= hi
		return take && in, in
	}
	take := func(i int) (goOn bool) {
		hit, goOn := inside(&w.slices[i])
		if hit && goOn {
			q := min(left, w.slices[i].qty)
			w.slices[i].qty -= q
			left -= q
			if w.trace != nil && q > 0 {
				w.trace.ate(i, &x, q)
			}
		}
		return goOn
	}
	backward := func() {
		for i := at - 1; i >= 0 && left > 0 && take(i); i-- {
		}
	}
	forward := func() {
		for i := at; i < len(w.slices) && left > 0 && take(i); i++ {
		}
	}
	for _, whose = range [2]string{x.customer, ""} {
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
		if x.customer == "" {
			return
		}
	}
}
