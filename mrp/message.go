package mrp

import "planwright"

// moveDays is the tolerance of the messages on firm receipts of a sku without
// rescheduling: shorter moves are not worth a call.
const moveDays = 7

// messages writes what a planner should look at: late requirements and those
// that nothing covers, orders that start too late, receipts to move or to
// cancel, and the first day below the safety stock.
func (w *worker) messages() {
	s := w.p.s
	for i := range w.orders {
		if o := &w.orders[i]; o.late {
			x := planwright.Exception{Code: planwright.CodePastDueStart, SKU: w.k, On: o.wish, Qty: o.qty, MoveTo: o.avail, Value: o.cost}
			w.excs = append(w.excs, exception{x, int32(i)})
		}
	}
	var late, open planwright.Qty
	var lateOn, lateTo, openOn planwright.Day
	for i := range w.demands {
		d := &w.demands[i]
		order := ""
		if d.kind == planwright.ElemOrder {
			order = s.Demand.OrderID[d.ref]
		}
		if d.lateQty > 0 {
			if order != "" {
				w.say(planwright.CodeLate, d.day, d.lateQty, d.late, w.worth(d.lateQty), order, "")
			} else {
				if late == 0 {
					lateOn, lateTo = d.day, d.late
				}
				late, _ = bounded(late, d.lateQty)
			}
		}
		if d.open > 0 {
			if order != "" {
				w.say(w.uncovered(d.day), d.day, d.open, planwright.NoDay, w.worth(d.open), order, "")
			} else {
				if open == 0 {
					openOn = d.day
				}
				open, _ = bounded(open, d.open)
			}
		}
	}
	if late > 0 {
		w.say(planwright.CodeLate, lateOn, late, lateTo, w.worth(late), "", "")
	}
	if open > 0 {
		w.say(w.uncovered(openOn), openOn, open, planwright.NoDay, w.worth(open), "", "")
	}
	for _, x := range w.expiries {
		w.say(planwright.CodeExpiring, x.on-1, x.qty, planwright.NoDay, w.worth(x.qty), "", "")
	}
	w.released()
	w.reschedule()
	w.below()
	w.tooMuch()
}

// released names the orders that should have been released before today,
// although they can still start in time.
func (w *worker) released() {
	s := w.p.s
	if s.KeepPast || s.SKUs.OpeningDays[w.k] <= 0 {
		return
	}
	for i := range w.orders {
		o := &w.orders[i]
		if o.late || o.release > s.AsOf {
			continue
		}
		v := own(s, w.k)
		if o.source != planwright.None {
			v = bySource(s, w.k, o.source)
		}
		if d := release(s, w.k, &v, o.start); d < s.AsOf {
			x := planwright.Exception{Code: planwright.CodePastDueRelease, SKU: w.k, On: d, Qty: o.qty, MoveTo: o.release, Value: o.cost}
			w.excs = append(w.excs, exception{x, int32(i)})
		}
	}
}

// uncovered is the reason why a requirement of the sku at hand stays open.
func (w *worker) uncovered(on planwright.Day) planwright.Code {
	s := w.p.s
	switch s.SKUs.MRPType[w.k] {
	case planwright.NotPlanned:
		return planwright.CodeNotPlanned
	case planwright.ReorderPoint, planwright.DDMRP:
		return planwright.CodeLaterReorder
	}
	if w.out(on) {
		return planwright.CodeDiscontinued
	}
	return planwright.CodeUncovered
}

// reschedule writes the messages on firm receipts: defer one that comes before
// its first use, cancel one that nothing uses.
func (w *worker) reschedule() {
	s := w.p.s
	switch s.SKUs.MRPType[w.k] {
	case planwright.MRP, planwright.Periodic, planwright.ForecastOnly:
	default:
		return
	}
	tolerance := planwright.Day(s.SKUs.RescheduleTolerance[w.k])
	if s.SKUs.RescheduleDays[w.k] <= 0 && tolerance == 0 {
		tolerance = moveDays
	}
	later := w.cutoff // what a receipt that seems unused may be for
	for i := range w.supplies {
		x := &w.supplies[i]
		if x.kind != planwright.ElemReceipt || w.beyond(x.on) {
			continue
		}
		due, id := s.Supply.DueOn[x.ref], s.Supply.OrderID[x.ref]
		switch {
		case x.open == x.qty && later > 0:
			later -= x.qty
		case x.open == x.qty:
			w.say(planwright.CodeCancel, due, x.qty, planwright.NoDay, w.worth(x.qty), id, "")
		case x.used && x.need > x.on+tolerance && !x.safety:
			w.say(planwright.CodeDefer, due, x.qty, w.dueFor(x.need), w.worth(x.qty), id, "")
		}
	}
	// A shortage that a new order meets too late: an open receipt may be brought
	// forward instead.
	if s.SKUs.RescheduleDays[w.k] > 0 {
		return
	}
	for i := range w.orders {
		o := &w.orders[i]
		if o.avail <= o.need {
			continue
		}
		for j := range w.supplies {
			if x := &w.supplies[j]; x.kind == planwright.ElemReceipt && x.on > o.need+tolerance && x.on <= o.avail+moveDays {
				w.say(planwright.CodeExpedite, s.Supply.DueOn[x.ref], x.qty, w.dueFor(o.need), w.worth(x.qty), s.Supply.OrderID[x.ref], "")
				if w.trace != nil {
					w.trace.late(w, x, i)
				}
			}
		}
		return // the first shortage names the receipts that could help
	}
}

// below writes the first day on which the balance ends below the safety stock,
// or below zero.
func (w *worker) below() {
	mine := w.elems
	for i := range mine {
		if i+1 < len(mine) && mine[i+1].on == mine[i].on || mine[i].on < w.p.s.AsOf {
			continue
		}
		if t := w.target(mine[i].on); w.after[i] < max(t, 0) {
			w.say(planwright.CodeBelowSafety, mine[i].on, w.after[i], planwright.NoDay, w.worth(t-w.after[i]), "", t.String())
			return
		}
	}
}
