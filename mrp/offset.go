package mrp

import "planwright"

// dates are the days of one order.
type dates struct {
	release, start, due, available planwright.Day
	late                           bool           // moved from the past to the as-of day
	wish                           planwright.Day // the start before it was moved
}

// perUnit is the part of the lead time that grows with the quantity, in whole
// days (the start is rounded down to a day).
func perUnit(s *planwright.Snapshot, k planwright.SKU, qty planwright.Qty) int {
	return PerUnitDays(qty, s.SKUs.LeadTimePerUnit[k])
}

// PerUnitDays is the lead time of a quantity at so many days a unit, in whole days.
func PerUnitDays(qty, per planwright.Qty) int {
	if per <= 0 || qty <= 0 {
		return 0
	}
	d, ok := qty.MulUp(planwright.Ratio{Num: int64(per), Den: int64(planwright.One)})
	if !ok {
		return int(planwright.MaxDay)
	}
	return int(min(int64(planwright.MaxDay), (int64(d)+int64(planwright.One)-1)/int64(planwright.One)))
}

// backward dates an order that must be available on day need, by lead-time
// offsetting:
//
//	available = need
//	due       = available − goods receipt      (working days of the site)
//	start     = due − lead time                (days of the way's calendar)
//	release   = start − opening period         (on a working day of the releasing site,
//	                                            of its source's order weekdays)
//
// An order whose start would lie before the as-of day starts on it and is
// dated forward from there, unless the data set keeps past starts.
func backward(s *planwright.Snapshot, k planwright.SKU, w *way, qty planwright.Qty, need planwright.Day) dates {
	site := s.Sites.Calendar[s.SKUs.Site[k]]
	d := dates{available: need, due: need}
	if gr := int(s.SKUs.GRDays[k]); gr > 0 {
		d.due = site.Add(site.OnOrBefore(need), -gr)
		d.available = site.Add(d.due, gr)
	}
	d.start = w.cal.Add(d.due, -(w.lead + perUnit(s, k, qty)))
	if d.start < s.AsOf && !s.KeepPast {
		f := forward(s, k, w, qty, s.AsOf)
		f.late, f.wish = true, d.start
		return f
	}
	d.release = release(s, k, w, d.start)
	if d.release < s.AsOf && !s.KeepPast {
		if w.weekdays != 0 { // it waits for the next day on which it may be ordered
			f := forward(s, k, w, qty, s.AsOf)
			if f.start > d.start {
				f.late, f.wish = true, d.start
				return f
			}
			d.release = f.start
			return d
		}
		d.release = min(s.AsOf, d.start)
	}
	return d
}

// forward dates an order that starts on a day at the earliest.
func forward(s *planwright.Snapshot, k planwright.SKU, w *way, qty planwright.Qty, start planwright.Day) dates {
	site := s.Sites.Calendar[s.SKUs.Site[k]]
	d := dates{start: start}
	if w.kind == planwright.Make {
		d.start = site.OnOrAfter(start)
	}
	if w.weekdays != 0 {
		d.start = orderDay(w.weekdays, site, d.start, 1)
	}
	d.due = w.cal.Add(d.start, w.lead+perUnit(s, k, qty))
	d.available = d.due
	if gr := int(s.SKUs.GRDays[k]); gr > 0 {
		d.available = site.Add(d.due, gr)
	}
	if d.release = release(s, k, w, d.start); d.release < start {
		d.release = min(d.start, site.OnOrAfter(start))
		if w.weekdays != 0 {
			d.release = d.start
		}
	}
	return d
}

// orderDay is the first day from d on, in steps of one day forward or back, that
// is a working day of the site and one of the order weekdays; d itself where a
// year has none.
func orderDay(weekdays uint8, site *planwright.Calendar, d planwright.Day, step planwright.Day) planwright.Day {
	for n := range planwright.Day(366) {
		if x := d + n*step; x > planwright.MaxDay || x < planwright.MinDay {
			break
		} else if weekdays>>(x.Weekday()-1)&1 == 1 && site.Working(x) {
			return x
		}
	}
	return d
}

// release is the day on which an order that starts on a day is released: the
// opening period before it, on a working day of the site that releases.
func release(s *planwright.Snapshot, k planwright.SKU, w *way, start planwright.Day) planwright.Day {
	at := s.SKUs.Site[k]
	if w.kind == planwright.Transfer && w.from != planwright.NoSKU {
		at = s.SKUs.Site[w.from]
	}
	cal := s.Sites.Calendar[at]
	d := cal.OnOrBefore(cal.Add(start, -int(s.SKUs.OpeningDays[k])))
	if w.weekdays != 0 {
		d = orderDay(w.weekdays, cal, d, -1)
	}
	return d
}

// dating is what backward said last about the sku at hand.
type dating struct {
	need   planwright.Day
	source int32
	dates
}

// backward is backward for the sku at hand. Where no time hangs on the quantity,
// dates for the same day and source are worked out once.
func (w *worker) backward(v *way, qty planwright.Qty, need planwright.Day) dates {
	if w.dated.need == need && w.dated.source == v.source && w.p.s.SKUs.LeadTimePerUnit[w.k] <= 0 {
		return w.dated.dates
	}
	w.dated = dating{need, v.source, backward(w.p.s, w.k, v, qty, need)}
	return w.dated.dates
}
