package mrp

import (
	"slices"

	"planwright"
)

// target is the safety stock that holds on a day: the sku's, changed by its
// dated values. An item that is going out keeps none.
func (w *worker) target(d planwright.Day) planwright.Qty {
	s := w.p.s
	if w.out(d) {
		return 0
	}
	q := w.p.in.SafetyStock[w.k].Or(0)
	for r := s.SKUPeriods.Off[w.k]; r < s.SKUPeriods.Off[w.k+1] && s.SKUPeriods.From[r] <= d; r++ {
		q = s.SKUPeriods.SafetyStock[r].Or(q)
	}
	if c := w.coverage(d); c > 0 {
		q = w.plus(q, c)
	}
	return q
}

// out says whether the item is no longer procured on a day.
func (w *worker) out(d planwright.Day) bool {
	s := w.p.s
	item := s.SKUs.Item[w.k]
	on := s.Items.OutOn[item]
	return s.Items.Status[item] == planwright.Obsolete || s.Items.Status[item] == planwright.PhaseOut && on.Known() && d >= on
}

// timeline computes the balance at the end of every day on which something
// happens, before any new order: stock, first out what expires first, plus
// receipts, less requirements. What expires does not depend on new orders,
// which are used after the stock.
func (w *worker) timeline() {
	w.days, w.base, w.moves, w.asks, w.added = w.days[:0], w.base[:0], w.moves[:0], w.asks[:0], 0
	w.gatherDays()
	balance := w.shelve()
	lot, need := w.lots, 0
	for _, d := range w.days {
		moved, asked := false, false
		balance -= w.spoil(d)
		for ; lot < len(w.supplies) && w.supplies[lot].day <= d; lot++ {
			balance = w.plus(balance, w.supplies[lot].qty)
			moved = true
		}
		for ; need < len(w.demands) && w.demands[need].day <= d; need++ {
			q := w.demands[need].qty
			balance = w.plus(balance, -q)
			moved, asked = true, true
			w.issue(q)
		}
		w.base = append(w.base, balance)
		w.moves = append(w.moves, moved)
		w.asks = append(w.asks, asked)
	}
}

// gatherDays gathers the days on which something happens, each once: those of
// demands and supplies are sorted already.
func (w *worker) gatherDays() {
	s := w.p.s
	sorted := true
	w.days = append(w.days, s.AsOf)
	put := func(d planwright.Day) {
		last := w.days[len(w.days)-1]
		sorted = sorted && d >= last
		if d != last {
			w.days = append(w.days, d)
		}
	}
	i, j := 0, 0
	for ; j < len(w.supplies) && w.supplies[j].kind == planwright.ElemStock; j++ {
	}
	lots := j
	for i < len(w.demands) || j < len(w.supplies) {
		if j == len(w.supplies) || i < len(w.demands) && w.demands[i].day <= w.supplies[j].day {
			put(w.demands[i].day)
			i++
		} else {
			put(w.supplies[j].day)
			j++
		}
	}
	for x := range lots {
		if e := w.supplies[x].expire; e < planwright.MaxDay {
			put(e + 1)
		}
	}
	for r := s.SKUPeriods.Off[w.k]; r < s.SKUPeriods.Off[w.k+1]; r++ {
		if d := s.SKUPeriods.From[r]; d > s.AsOf && !w.beyond(d) {
			put(d)
		}
	}
	before := len(w.days)
	w.coverageDays()
	if !sorted || len(w.days) > before {
		slices.Sort(w.days)
		w.days = slices.Compact(w.days)
	}
}

// shelve puts the stock on the shelf and returns its sum. What was issued before
// it was booked in is taken off at once. Supplies are sorted by day, then
// expiry: stock comes first.
func (w *worker) shelve() (sum planwright.Qty) {
	w.lots, w.fefo, w.spoiled, w.expiries = 0, 0, 0, w.expiries[:0]
	for w.lots < len(w.supplies) && w.supplies[w.lots].kind == planwright.ElemStock {
		x := &w.supplies[w.lots]
		sum = w.plus(sum, x.qty)
		x.open = x.qty
		w.lots++
	}
	for i := range w.lots {
		if q := w.supplies[i].qty; q < 0 {
			w.issue(-q)
		}
	}
	return sum
}

// issue takes a quantity off the shelf, first expired first out, as far as there
// is any.
func (w *worker) issue(q planwright.Qty) {
	for ; w.fefo < w.lots && q > 0; w.fefo++ {
		x := &w.supplies[w.fefo]
		if x.open > q {
			x.open -= q
			return
		}
		q -= max(0, x.open)
		x.open = min(0, x.open)
	}
}

// spoil takes off the shelf what cannot be used on day d any more, and returns
// how much that is.
func (w *worker) spoil(d planwright.Day) (sum planwright.Qty) {
	for ; w.spoiled < w.lots && w.supplies[w.spoiled].expire < d; w.spoiled++ {
		if x := &w.supplies[w.spoiled]; x.open > 0 {
			sum += x.open
			if n := len(w.expiries); n > 0 && w.expiries[n-1].on == x.expire+1 {
				w.expiries[n-1].qty = w.plus(w.expiries[n-1].qty, x.open)
			} else {
				w.expiries = append(w.expiries, expiry{x.expire + 1, x.open})
			}
			x.open = 0
		}
	}
	return sum
}

// plus adds quantities; a sum out of range stays at the bound, and the sku is
// told.
func (w *worker) plus(a, b planwright.Qty) planwright.Qty {
	t, ok := bounded(a, b)
	if !ok {
		w.once(planwright.CodeQtyRange, planwright.NoDay, planwright.NoQty, "sum of a record")
	}
	return t
}

// bounded adds quantities; a sum out of range stays at the bound.
func bounded(a, b planwright.Qty) (planwright.Qty, bool) {
	t, ok := a.Add(b)
	if !ok {
		t = max(-planwright.MaxQty, min(planwright.MaxQty, t))
	}
	return t, ok
}

// net is gross-to-net: on every day on which the balance falls below the
// target, an order for the shortage, or for all shortages of the lot rule's
// window.
func (w *worker) net() {
	s, in := w.p.s, &w.p.in
	minmax := s.SKUs.MRPType[w.k] == planwright.MinMax || s.SKUs.LotRule[w.k] == planwright.LotMinMax
	timing := s.SKUs.SafetyTiming[w.k]
	cal := s.Sites.Calendar[s.SKUs.Site[w.k]]
	fence := planwright.MinDay
	if s.SKUs.FenceType[w.k] != planwright.FenceNone {
		fence = cal.Add(s.AsOf, int(s.SKUs.PlanningFence[w.k]))
	}
	groupEnd := planwright.NoDay // of the window that a movement opened
	groupStart := planwright.NoDay
	for i := 0; i < len(w.days); i++ {
		d := w.days[i]
		if w.beyond(d) {
			break
		}
		target := w.target(d)
		if s.SKUs.GroupMove[w.k] && w.moves[i] && (groupEnd == planwright.NoDay || d >= groupEnd) {
			groupStart, groupEnd = d, w.window(d)
		}
		if timing == planwright.RestoreFirstMovement && !w.moves[i] && w.base[i]+w.added >= 0 {
			continue
		}
		floor := target
		if minmax && s.SKUs.MRPType[w.k] == planwright.MinMax {
			floor = in.ReorderPoint[w.k].Or(target)
		}
		if w.base[i]+w.added >= floor {
			continue
		}
		if timing == planwright.RestoreReceiptInWindow && w.restored(i, target) {
			continue
		}
		if w.expedite(i, floor) {
			continue
		}
		if d >= fence && !w.out(d) && w.await(i, floor) {
			continue
		}
		short := floor - w.base[i] - w.added
		need := d
		w.since = d
		reason := planwright.ForShortage
		if w.base[i]+w.added >= 0 && !w.asks[i] {
			reason = planwright.ForSafetyStock
		}
		if d < fence {
			w.say(planwright.CodeShortageInFence, d, short, fence, w.worth(short), "", "")
			if t := s.SKUs.FenceType[w.k]; t == planwright.FenceP2 || t == planwright.FenceP4 {
				w.added += short // stays uncovered, and is not carried past the fence
				continue
			}
			need = fence
		}
		if w.out(d) {
			w.once(planwright.CodeDiscontinued, d, short, "")
			w.added += short
			continue
		}
		if minmax {
			short = w.upTo(target) - w.base[i] - w.added
			reason = planwright.ForMaximum
			if w.trace != nil {
				w.trace.open(w, Cause{By: ByRefill, Trigger: d, At: d, Need: need, Fence: fence, Floor: floor, Target: target, UpTo: w.upTo(target), Base: w.base[i]})
			}
			w.place(need, max(short, floor-w.base[i]-w.added), reason)
			continue
		}
		end := w.window(d)
		if groupStart != planwright.NoDay && d < groupEnd {
			need, end = max(min(need, groupStart), fence), groupEnd
		}
		if need > d { // moved past the fence: one order for all that waits for it
			end = max(end, need+1)
		}
		if a := w.earliest(need, short); a > need {
			end = max(end, a+1)
		}
		most, at := short, i
		for j := i + 1; j < len(w.days) && w.days[j] < end && !w.beyond(w.days[j]); j++ {
			if w.days[j] >= fence || need >= fence {
				if x := w.target(w.days[j]) - w.base[j] - w.added; x > most {
					most, at = x, j
				}
			}
		}
		if w.trace != nil {
			c := Cause{By: ByShortage, Trigger: d, At: w.days[at], Need: need, Fence: fence, End: end, Floor: floor, Target: w.target(w.days[at]), Base: w.base[at]}
			if at == i {
				c.Target = floor
			}
			w.trace.open(w, c)
		}
		if w.dynamic(i, need) {
			continue
		}
		w.place(need, most, reason)
	}
}

// upTo is the level that a min-max lot refills to.
func (w *worker) upTo(target planwright.Qty) planwright.Qty {
	return w.p.in.OrderUpTo[w.k].Or(max(target, w.p.in.ReorderPoint[w.k].Or(0)))
}

// restored says whether a receipt inside the grouping window brings the
// balance back to the target by itself, without a stockout before.
func (w *worker) restored(i int, target planwright.Qty) bool {
	if w.base[i]+w.added < 0 {
		return false
	}
	end := w.days[i] + planwright.Day(max(1, w.p.s.SKUs.LotPeriods[w.k]))
	for j := i + 1; j < len(w.days) && w.days[j] < end; j++ {
		switch b := w.base[j] + w.added; {
		case b < 0:
			return false
		case b >= target:
			return true
		}
	}
	return false
}

// expedite counts firm receipts that come within the rescheduling horizon
// after day i as if they came on it, and says so. It returns true if that
// covers the shortage.
func (w *worker) expedite(i int, floor planwright.Qty) bool {
	s := w.p.s
	horizon := planwright.Day(s.SKUs.RescheduleDays[w.k])
	if horizon <= 0 {
		return false
	}
	d := w.days[i]
	for j := range w.supplies {
		x := &w.supplies[j]
		if x.kind != planwright.ElemReceipt || x.day <= d || x.day > d+horizon {
			continue
		}
		if x.day-d > planwright.Day(s.SKUs.RescheduleTolerance[w.k]) {
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

// dueFor is the due day of a receipt that must be available on day d.
func (w *worker) dueFor(d planwright.Day) planwright.Day {
	if gr := int(w.p.s.SKUs.GRDays[w.k]); gr > 0 {
		cal := w.p.s.Sites.Calendar[w.p.s.SKUs.Site[w.k]]
		d = cal.Add(cal.OnOrBefore(d), -gr)
	}
	return max(d, w.p.s.AsOf)
}
