package mrp

import (
	"math"
	"strings"

	"planwright"
)

// maxLots bounds the orders that one shortage is split into.
const maxLots = 5000

// window returns the day after the last one whose shortages the lot that opens
// on day d covers: the day itself for lot-for-lot, a rolling window of days,
// calendar weeks or months.
func (w *worker) window(d planwright.Day) planwright.Day {
	s := w.p.s
	n := planwright.Day(max(1, s.SKUs.LotPeriods[w.k]))
	switch s.SKUs.LotRule[w.k] {
	case planwright.LotDay:
		return d + n
	case planwright.LotWeek:
		return d.Monday() + 7*n
	case planwright.LotMonth:
		for range n {
			d = d.NextMonth()
		}
		return d
	case planwright.POQ:
		return d + w.poqDays()
	}
	if s.SKUs.MRPType[w.k] == planwright.Periodic && s.SKUs.ReviewDays[w.k] > 1 {
		return w.reviewEnd(d)
	}
	return d + 1
}

// poqDays is the period order quantity in days: lot_periods where given, else
// the lot size, or the EOQ, over the average daily requirement.
func (w *worker) poqDays() planwright.Day {
	if w.poq == 0 {
		w.poq = w.periodOrder()
	}
	return w.poq
}

func (w *worker) periodOrder() planwright.Day {
	s := w.p.s
	if n := s.SKUs.LotPeriods[w.k]; n > 1 || s.SKUs.LotSize[w.k].Or(0) <= 0 && math.IsNaN(s.SKUs.OrderCost[w.k]) {
		return planwright.Day(max(1, n))
	}
	if len(w.demands) == 0 {
		return 1
	}
	total := 0.0
	for i := range w.demands {
		total += w.demands[i].qty.Float()
	}
	daily := total / float64(w.demands[len(w.demands)-1].day-s.AsOf+1)
	size := s.SKUs.LotSize[w.k].Float()
	if s.SKUs.LotSize[w.k].Or(0) <= 0 {
		h := s.SKUs.HoldingRate[w.k] * s.Items.UnitCost[s.SKUs.Item[w.k]] / 365
		size = math.Sqrt(2 * s.SKUs.OrderCost[w.k] * daily / h)
	}
	if n := math.Round(size / daily); n >= 1 && n < 3660 {
		return planwright.Day(n)
	}
	return 1
}

// scrapOn is the order quantity per good unit of an order that way v makes
// available on day d: order scrap, and what the operations lose.
func (w *worker) scrapOn(v *way, d planwright.Day, good planwright.Qty) planwright.Ratio {
	s := w.p.s
	r := planwright.Ratio{Num: 1, Den: 1}
	pct := s.SKUs.ScrapPct[w.k]
	for r := s.SKUPeriods.Off[w.k]; r < s.SKUPeriods.Off[w.k+1] && s.SKUPeriods.From[r] <= d; r++ {
		pct = s.SKUPeriods.ScrapPct[r].Or(pct)
	}
	if pct != 0 {
		x, ok := planwright.ScrapRatio(pct, s.SKUs.ScrapDivide[w.k])
		if !ok {
			w.once(planwright.CodeLotLimit, d, planwright.NoQty, "scrap "+pct.String()+" %")
			return r
		}
		r = x
	}
	if w.p.steps == nil || v.kind != planwright.Make {
		return r
	}
	want := ""
	if w.p.steps.named[s.SKUs.Item[w.k]] { // the bill decides on the steps
		if v.source != planwright.None {
			want = s.Sources.BOMID[v.source]
		}
		want, _ = w.bomFor(w.k, want, good, backward(s, w.k, v, good, d).start)
	}
	r, ok := w.p.steps.loss(w.k, want, r)
	if !ok {
		w.once(planwright.CodeLotLimit, d, planwright.NoQty, "scrap of the routing")
	}
	return r
}

// split turns the launched quantity that is needed into order sizes: the fixed
// lot, or minimum, multiple, rounding profile and maximum. Each size is passed
// to emit, until it returns false.
func (w *worker) split(v *way, need planwright.Qty, emit func(planwright.Qty) bool) {
	s := w.p.s
	step := planwright.Step(int(s.Items.Decimals[s.SKUs.Item[w.k]]))
	up := func(q, to planwright.Qty) planwright.Qty {
		r, ok := q.CeilTo(to)
		if !ok {
			w.once(planwright.CodeQtyRange, planwright.NoDay, planwright.NoQty, "lot size")
			return q
		}
		return r
	}
	if size := s.SKUs.LotSize[w.k].Or(0); s.SKUs.LotRule[w.k] == planwright.FixedQty && size > 0 {
		n := (need + size - 1) / size
		if n > maxLots {
			w.once(planwright.CodeLotLimit, planwright.NoDay, need, "lot_size "+size.String())
			emit(up(need, size))
			return
		}
		for range n {
			if !emit(size) {
				break
			}
		}
		return
	}
	most := v.lotMax
	if most > 0 && need/most > maxLots {
		w.once(planwright.CodeLotLimit, planwright.NoDay, need, "lot_max "+most.String())
		most = 0
	}
	capped := false
	for most > 0 && need > most {
		if !emit(most) {
			return
		}
		need -= most
		capped = true
	}
	q, round := need, step
	if !capped || !s.SKUs.LotMaxAsIs[w.k] {
		q = max(q, v.lotMin)
		round = v.multiple
		if profile := s.SKUs.Rounding[w.k]; profile != "" {
			if r := RoundingStep(profile, q); r > 0 {
				round = r // a profile says more than a multiple
			}
		}
	}
	// An entered multiple off the decimals of the item decides.
	q = up(up(q, step), round)
	if most > 0 && q > most { // minimum, multiple or profile want more than the maximum
		w.once(planwright.CodeLotLimit, planwright.NoDay, q, "lot_max "+most.String())
		q = most
	}
	emit(q)
}

// RoundingStep reads a rounding profile, from:step;from:step, for quantity q:
// the step of the last threshold not above q, 0 where there is none.
func RoundingStep(profile string, q planwright.Qty) planwright.Qty {
	var step, best planwright.Qty
	found := false
	for _, part := range strings.Split(profile, ";") {
		from, to, ok := strings.Cut(strings.TrimSpace(part), ":")
		a, err1 := planwright.ParseQty(strings.TrimSpace(from))
		b, err2 := planwright.ParseQty(strings.TrimSpace(to))
		if ok && err1 == nil && err2 == nil && a <= q && (!found || a >= best) {
			step, best, found = b, a, true
		}
	}
	return step
}

// earliest is the day on which an order for day need could be available.
func (w *worker) earliest(need planwright.Day, qty planwright.Qty) planwright.Day {
	v, ok := w.pick(need, qty)
	if !ok {
		return need
	}
	return w.backward(&v, qty, need).available
}

// pick chooses the way for a lot: the first valid source by priority; among
// sources with a quota the one with the lowest rating (allocated + base) /
// quota. It returns false where there is none.
func (w *worker) pick(on planwright.Day, qty planwright.Qty) (way, bool) {
	s := w.p.s
	lo, hi := s.Sources.Off[w.k], s.Sources.Off[w.k+1]
	best, rating := planwright.None, 0.0
	for r := lo; r < hi; r++ {
		if s.Sources.FromStockOnly[r] || !valid(s, r, on) || w.blocked(r) {
			continue
		}
		if q := s.Sources.Quota[r]; q > 0 {
			if x := (w.given[r-lo].Float() + s.Sources.QuotaBase[r]) / q; best == planwright.None || s.Sources.Priority[r] == s.Sources.Priority[best] && x < rating {
				best, rating = r, x
			}
		} else if best == planwright.None {
			best = r
			break
		}
		if best != planwright.None && s.Sources.Priority[r] > s.Sources.Priority[best] {
			break
		}
	}
	if best != planwright.None {
		return bySource(s, w.k, best), true
	}
	v := w.own
	if lo < hi && s.SKUs.Procurement[w.k] == planwright.ProcurementNone {
		return v, false
	}
	if lo < hi && !onlyFree(s, lo, hi) {
		return v, false // sources are listed, and none holds
	}
	if !v.usable() || v.kind == planwright.Make && w.p.closed[w.k] {
		return v, false
	}
	return v, true
}

// onlyFree says whether every source only gives away free stock.
func onlyFree(s *planwright.Snapshot, lo, hi int32) bool {
	for r := lo; r < hi; r++ {
		if !s.Sources.FromStockOnly[r] {
			return false
		}
	}
	return true
}

// blocked says whether source r cannot be used: it comes from nowhere, or its
// order would close a cycle.
func (w *worker) blocked(r int32) bool {
	s := w.p.s
	switch s.Sources.Kind[r] {
	case planwright.Transfer:
		from := s.Sources.From[r]
		return from == planwright.NoSKU || w.p.severed(w.k, from)
	case planwright.Make, planwright.Subcontract:
		return w.p.closed[w.k]
	}
	return false
}

// place makes the orders for a good quantity that must be available on day
// need, and counts them in the balance. Without a way to get it the shortage
// stays, with the reason.
func (w *worker) place(need planwright.Day, good planwright.Qty, reason planwright.OrderReason) {
	s := w.p.s
	if good <= 0 {
		return
	}
	if w.trace != nil {
		w.trace.ask(good)
	}
	left := w.takeFree(need, good, reason)
	if left <= 0 {
		return
	}
	// What each order yields is the difference of the yields up to it: lots
	// together yield what one lot of their size would.
	var launched, sum, yield planwright.Qty
	var scrap planwright.Ratio
	for left > 0 {
		v, ok := w.pick(need, left)
		if !ok {
			if w.p.cutAt == nil || !w.p.cutAt[w.k] { // a cycle is reported as one
				w.once(planwright.CodeNoSource, need, left, "")
			}
			w.added += left
			return
		}
		if x := w.scrapOn(&v, need, left); x != scrap {
			scrap, sum, yield = x, 0, 0
			if launched, ok = left.MulUp(scrap); !ok {
				w.once(planwright.CodeQtyRange, need, left, "order quantity")
				w.added += left
				return
			}
		}
		if w.trace != nil {
			w.trace.launch(w, left, launched, sum, scrap, &v)
		}
		// Of sources with a quota each lot goes to the one whose turn it is.
		quota := v.source != planwright.None && s.Sources.Quota[v.source] > 0
		made := false
		w.split(&v, launched-sum, func(q planwright.Qty) bool {
			total, ok := sum.Add(q)
			all, ok2 := total.MulDown(planwright.Ratio{Num: scrap.Den, Den: scrap.Num})
			if !ok || !ok2 {
				w.once(planwright.CodeQtyRange, need, left, "order quantity")
				return true
			}
			if all == yield {
				w.once(planwright.CodeLotLimit, need, q, "scrap")
				return true
			}
			w.order(&v, need, q, all-yield, reason)
			left -= all - yield
			sum, yield, made = total, all, true
			return !quota
		})
		if !quota || !made || launched <= sum {
			return
		}
	}
}

// takeFree lets the sources that only give away free stock serve first, as far
// as they come before any other. It returns what is left.
func (w *worker) takeFree(need planwright.Day, good planwright.Qty, reason planwright.OrderReason) planwright.Qty {
	s := w.p.s
	for r := s.Sources.Off[w.k]; r < s.Sources.Off[w.k+1] && good > 0; r++ {
		if !valid(s, r, need) || w.blocked(r) {
			continue
		}
		if !s.Sources.FromStockOnly[r] {
			break
		}
		from := s.Sources.From[r]
		if from == planwright.NoSKU {
			continue
		}
		q := min(good, w.p.freeStock(from)-w.p.claims[from])
		if q <= 0 {
			continue
		}
		w.p.claims[from] += q
		v := bySource(s, w.k, r)
		w.order(&v, need, q, q, reason)
		good -= q
	}
	return good
}

// freeStock is what a sku has on hand beyond its own requirements and safety
// stock. It does not change while a stage is planned.
func (p *planner) freeStock(k planwright.SKU) planwright.Qty {
	if p.freeAt[k] == p.now+1 {
		return p.free[k]
	}
	s := p.s
	var free planwright.Qty
	add := func(q planwright.Qty) { free, _ = bounded(free, q) }
	for r := s.Stock.Off[k]; r < s.Stock.Off[k+1]; r++ {
		if e := s.Stock.ExpiresOn[r]; s.Stock.Status[r] != planwright.Blocked && (!e.Known() || e >= s.AsOf) {
			add(s.Stock.Qty[r])
		}
	}
	for r := s.Demand.Off[k]; r < s.Demand.Off[k+1]; r++ {
		add(-max(0, s.Demand.Qty[r]))
	}
	for r := s.Reserved.Off[k]; r < s.Reserved.Off[k+1]; r++ {
		add(-max(0, s.Reserved.Qty[r]))
	}
	for r := p.in.Forecast.Off[k]; r < p.in.Forecast.Off[k+1]; r++ {
		if p.in.Forecast.To[r] >= s.AsOf {
			add(-max(0, p.in.Forecast.Qty[r]))
		}
	}
	for _, d := range p.incoming(k, p.stages[p.now].from, nil) {
		// What this run took as free before is in claims.
		if d.kind != planwright.ElemCoProduct && !d.claimed {
			add(-d.qty)
		}
	}
	p.free[k], p.freeAt[k] = free-p.in.SafetyStock[k].Or(0), p.now+1
	return p.free[k]
}

// order makes one order of a launched quantity that yields a good one.
func (w *worker) order(v *way, need planwright.Day, qty, good planwright.Qty, reason planwright.OrderReason) {
	d := w.backward(v, qty, need)
	o := order{
		kind: planwright.KindOf(v.kind), source: v.source, supplier: v.supplier, from: v.from, qty: qty, good: good,
		release: d.release, start: d.start, due: d.due, avail: d.available, need: min(need, w.since), late: d.late, wish: d.wish, reason: reason,
		cost: qty.Float() * v.price, free: v.free,
	}
	w.orders = append(w.orders, o)
	if w.trace != nil {
		w.trace.order(w, v, &o, need)
	}
	if v.source != planwright.None {
		to := &w.given[v.source-w.p.s.Sources.Off[w.k]]
		*to, _ = bounded(*to, qty)
	}
	w.added = w.plus(w.added, good)
}
