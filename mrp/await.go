package mrp

import "planwright"

// await lets a shortage on day i wait for the receipts that come before anything
// new could: ordering the same again would not be sooner. They count from the day
// of the shortage, are asked for earlier where that is worth a call, and what they
// serve is late. It returns true if they cover the shortage.
//
// Without it the order that a plan proposes, once it is placed, would be proposed
// again by the next plan, for as long as it is on its way.
func (w *worker) await(i int, floor planwright.Qty) bool {
	s := w.p.s
	d := w.days[i]
	if s.KeepPast || s.SKUs.RescheduleDays[w.k] > 0 {
		return false
	}
	soonest := planwright.NoDay
	for j := range w.supplies {
		x := &w.supplies[j]
		if x.kind != planwright.ElemReceipt || x.day <= d {
			continue
		}
		if soonest == planwright.NoDay {
			v, ok := w.pick(d, floor-w.base[i]-w.added)
			if !ok {
				return false
			}
			if soonest = backward(s, w.k, &v, floor-w.base[i]-w.added, d).available; soonest <= d {
				return false
			}
		}
		if x.day > soonest {
			break // supplies are sorted by day
		}
		tolerance := planwright.Day(s.SKUs.RescheduleTolerance[w.k])
		if tolerance == 0 {
			tolerance = moveDays
		}
		if x.day-d > tolerance {
			w.say(planwright.CodeExpedite, s.Supply.DueOn[x.ref], x.qty, w.dueFor(d), w.worth(x.qty), s.Supply.OrderID[x.ref], "")
			if w.trace != nil {
				w.trace.move(w, x, d, floor, w.base[i])
			}
		}
		for t := i; t < len(w.days) && w.days[t] < x.day; t++ {
			w.base[t] = w.plus(w.base[t], x.qty)
		}
		x.day = d
		if w.base[i]+w.added >= floor {
			return true
		}
	}
	return false
}
