package plan

import (
	"context"
	"math"
	"slices"

	"planwright"
	"planwright/replay"
)

// valueWorker holds the scratch of one goroutine.
type valueWorker struct {
	demandWorker
	r   *valueRun
	sim replay.Simulator

	// Of one sku, by day of the replay; those with lead begin so many days before.
	soldBefore, wantedBefore []float64
	outBefore, promoBefore   []bool
	sold, wanted             []float64
	back, gone, came, net    []float64
	stock, other, coming     []float64
	lead                     []int32
	seen                     []float64

	// By review: the plan's levels.
	cum         []float64
	need, cover []float64 // and day
	safety      [sweep][]float64
	order       []float64
	none        demandRows

	// Of the rules.
	ruleNeed, ruleCover []float64

	sums  [sweep + rivals][]replay.Sums
	state [sweep + rivals]replay.State
}

// contextDays of history before the replay tell what was wanted without stock.
const contextDays = 56

func newValueWorker(r *valueRun) *valueWorker {
	n, reviews := r.days, len(r.reviews)
	floats := func(n int) []float64 { return make([]float64, n) }
	w := &valueWorker{r: r}
	w.demandWorker = demandWorker{opt: r.options(r.opt.From), replays: true}
	w.soldBefore, w.wantedBefore = floats(n+contextDays), floats(n+contextDays)
	w.outBefore, w.promoBefore = make([]bool, n+contextDays), make([]bool, n+contextDays)
	w.sold, w.wanted = w.soldBefore[contextDays:], w.wantedBefore[contextDays:]
	after := int(r.opt.AsOf - r.opt.From) // the ledger goes back from the stock of the as-of day
	w.back, w.gone, w.came, w.net, w.stock = floats(n), floats(n), floats(n), floats(after), floats(after)
	w.other, w.coming, w.lead = floats(n), floats(n), make([]int32, n)
	w.need, w.cover, w.order = floats(reviews*reviewDays), floats(reviews*reviewDays), floats(reviews)
	for i := range w.safety {
		w.safety[i] = floats(reviews)
	}
	w.ruleNeed, w.ruleCover = floats(reviews), floats(reviews)
	for i := range w.sums {
		w.sums[i] = make([]replay.Sums, len(r.month))
	}
	return w
}

func (w *valueWorker) run(ctx context.Context, lo, hi planwright.SKU, out *valuePart) error {
	s := w.r.s
	if s.ReadHistory == nil {
		return nil
	}
	h, err := s.ReadHistory(ctx, lo, hi)
	if err != nil {
		return err
	}
	var m *planwright.Movements
	if s.ReadMovements != nil && w.r.ledgerFrom.Known() {
		if m, err = s.ReadMovements(ctx, lo, hi); err != nil {
			return err
		}
	}
	for k := lo; k < hi; k++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if w.r.only != nil && !w.r.only[k] {
			continue
		}
		w.sku(k, h, m, h.Off[k-lo], h.Off[k-lo+1], int(k-lo), out)
	}
	return nil
}

// sku replays one sku. Rows a to b of h are its history, row i of m its ledger.
func (w *valueWorker) sku(k planwright.SKU, h *planwright.History, m *planwright.Movements, a, b int32, i int, out *valuePart) {
	r, s := w.r, w.r.s
	use := w.read(h, a, b)
	cost := known(s.Items.UnitCost[s.SKUs.Item[k]])
	switch {
	case !use.sold:
		out.leave(r, k, "", LeftUnused)
		return
	case s.SKUs.MRPType[k] == planwright.NotPlanned:
		out.leave(r, k, "", LeftUnplan)
		return
	case cost == 0:
		out.leave(r, k, "", LeftNoCost)
		return
	case use.first > r.opt.From-7*leastSKUBefore:
		out.leave(r, k, "", LeftNew)
		return
	}
	c := replay.Case{Demand: w.wanted, Other: w.other, Lead: w.lead, Backorder: r.opt.Backorder}
	why, opening := w.ledger(k, m, i)
	if why == "" {
		c.Opening, c.Coming = opening, w.coming
		if w.feeds(use.other) {
			out.leave(r, k, "", LeftFeeds)
			return
		}
	} else {
		clear(w.other)
		copy(w.other, w.back)
		if use.other > leastFed*math.Max(use.all, 1) {
			out.leave(r, k, "", LeftFeeds)
			return
		}
	}
	w.wants(why == "")

	// The plan's levels, then everything from the same opening.
	for j := range r.reviews {
		if !w.review(k, h, a, b, j) {
			for d := range reviewDays {
				w.need[j*reviewDays+d] = math.Inf(-1)
			}
		}
	}
	e := r.epochs[0]
	w.leadTimes(k, e)
	if r.truth != nil {
		r.truth(k, r.opt.From, w.wanted, w.lead)
	}
	if why != "" {
		c.Opening, c.Coming = w.steady(k, int(e.src.LeadDays[k])), w.coming
	}
	p := replay.Policy{Days: r.reviews, Width: reviewDays, Need: w.need, Cover: w.cover, Lot: w.lot(k, e)}
	for j := range sweep {
		p.Safety = w.safety[j]
		w.simulate(&c, &p, j)
	}
	rule := replay.Policy{Days: r.reviews, Width: 1, Need: w.ruleNeed, Cover: w.ruleCover, At: true, Lot: p.Lot}
	has := [rivals]bool{}
	if why == "" {
		clear(w.sums[sweep])
		f := replay.Happened{Sold: w.sold, Received: w.came, Stock: w.stock[:r.days]}
		w.state[sweep] = f.Count(&c, r.bin, w.sums[sweep])
		has[0] = true
	}
	if has[1] = w.minMax(k); has[1] {
		w.simulate(&c, &rule, sweep+1)
	}
	w.averageWeeks(k, h, a, b, float64(e.src.LeadDays[k]))
	rule.At = false
	w.simulate(&c, &rule, sweep+2)
	has[2] = true

	out.replayed(r, k)
	t := &s.SKUs
	money := replay.Money{Cost: cost, Price: known(s.Items.UnitPrice[t.Item[k]]), Hold: known(t.HoldingRate[k]), Order: known(t.OrderCost[k])}
	if math.IsNaN(t.HoldingRate[k]) {
		money.Hold = s.Stocking.HoldingRate
	}
	for v := range rivals {
		switch {
		case has[v]:
			out.add(w, k, v, &money, use.year)
		case v == 0:
			out.leave(r, k, RivalActual, why)
		default:
			out.leave(r, k, rivalNames[v], LeftNoLevels)
		}
	}
}

func (w *valueWorker) simulate(c *replay.Case, p *replay.Policy, at int) {
	clear(w.sums[at])
	w.state[at] = w.sim.Run(c, p, w.r.bin, w.sums[at])
}

// usageSeen is what a history says of a sku as a whole.
type usageSeen struct {
	sold  bool
	first planwright.Day
	all   float64 // units in the replay, sold and issued
	other float64 // of them issued
	year  float64 // sold in the year before the end of the replay, returns taken off
}

// read sorts the history into the days of the replay and before.
func (w *valueWorker) read(h *planwright.History, a, b int32) usageSeen {
	o := &w.r.opt
	clear(w.soldBefore)
	clear(w.outBefore)
	clear(w.promoBefore)
	clear(w.back)
	clear(w.gone)
	u := usageSeen{first: planwright.NoDay}
	if a < b {
		u.first = h.On[a]
	}
	for i := a; i < b && h.On[i] < o.To; i++ {
		q, t := h.Qty[i].Float(), int(h.On[i]-o.From)
		year := h.On[i] >= o.To-365
		switch h.Kind[i] {
		case planwright.Return:
			if t >= 0 {
				w.back[t] += q
			}
			if year {
				u.year -= q
			}
		case planwright.Issue:
			if t >= 0 {
				w.gone[t] += q
				u.all += q
				u.other += q
			}
		default:
			u.sold = u.sold || q > 0
			if t >= -contextDays {
				w.soldBefore[t+contextDays] += q
			}
			if t >= 0 {
				u.all += q
			}
			if year {
				u.year += q
			}
		}
		if t >= -contextDays {
			w.outBefore[t+contextDays] = w.outBefore[t+contextDays] || h.Stockout[i]
			w.promoBefore[t+contextDays] = w.promoBefore[t+contextDays] || h.Promo[i]
		}
	}
	return u
}

// leastFed is the part of its use that may leave a sku otherwise than by sale.
const leastFed = 0.05

// feeds says whether too much of what left a sku was not sold.
func (w *valueWorker) feeds(issued float64) bool {
	sold, other := 0.0, 0.0
	for t, q := range w.sold {
		sold += q
		other += max(0, -(w.other[t] - w.back[t]))
	}
	return max(other, issued) > leastFed*(sold+other) && max(other, issued) > 1
}

// ledger reconstructs the stock of each day from what is there now. It returns
// why that cannot be done, or "", and the opening stock; w.came are receipts,
// w.coming those that were on the way, w.other what else came and went.
func (w *valueWorker) ledger(k planwright.SKU, m *planwright.Movements, i int) (why string, opening float64) {
	r, s := w.r, w.r.s
	o := &r.opt
	if m == nil || r.ledgerFrom > o.From {
		return LeftNoLedger, 0
	}
	clear(w.net)
	clear(w.came)
	clear(w.other)
	clear(w.coming)
	for row := m.Off[i]; row < m.Off[i+1]; row++ {
		t := int(m.On[row] - o.From)
		if t < 0 || t >= len(w.net) {
			continue
		}
		q := m.Qty[row].Float()
		w.net[t] += q
		if t < r.days {
			if q > 0 {
				w.came[t] += q
			} else {
				w.other[t] += q
			}
		}
	}
	closing := 0.0
	for row := s.Stock.Off[k]; row < s.Stock.Off[k+1]; row++ {
		closing += s.Stock.Qty[row].Float()
	}
	opening, lowest := replay.Balance(w.stock, w.net, closing)
	sold, gap := 0.0, 0.0
	for t := range r.days {
		// Of what came, returns were no receipt; of what went, sales are demand.
		back := min(w.back[t], w.came[t])
		w.came[t] -= back
		w.other[t] += w.sold[t]
		gap += max(0, w.other[t]) // sold, but not in the ledger
		sold += w.sold[t]
		w.other[t] = min(0, w.other[t]) + back
	}
	const tol = 1e-6 // of units: sums of exact millionths
	if lowest < -tol || gap > 0.02*sold+tol {
		return LeftLedger, 0
	}
	// What came sooner than an order of the first day would have was on its way;
	// a receipt with its order says so itself.
	if a, b := r.transit.off[k], r.transit.off[k+1]; a < b {
		for i := a; i < b; i++ {
			if r.transit.ordered[i] < o.From {
				w.coming[r.transit.on[i]] += r.transit.qty[i]
			}
		}
	} else {
		lead := min(r.days, int(r.epochs[0].src.LeadDays[k]))
		copy(w.coming[:lead], w.came[:lead])
	}
	return "", max(0, opening)
}

// transit are the receipts within the replay whose order is known, as compressed
// rows by sku.
type transit struct {
	off     []int32
	on      []int32 // day of the replay
	ordered []planwright.Day
	qty     []float64 // good
}

func (r *valueRun) inTransit() {
	t, n := &r.s.Receipts, r.s.Len()
	x := transit{off: make([]int32, n+1)}
	counts := func(i int) bool {
		return t.OrderedOn[i].Known() && t.ReceivedOn[i].Known() && t.ReceivedOn[i] >= r.opt.From && t.ReceivedOn[i] < r.opt.To
	}
	for i, k := range t.SKU {
		if counts(i) {
			x.off[k+1]++
		}
	}
	for k := range n {
		x.off[k+1] += x.off[k]
	}
	at := slices.Clone(x.off[:n])
	x.on, x.ordered, x.qty = make([]int32, x.off[n]), make([]planwright.Day, x.off[n]), make([]float64, x.off[n])
	for i, k := range t.SKU {
		if counts(i) {
			j := at[k]
			at[k]++
			x.on[j], x.ordered[j] = int32(t.ReceivedOn[i]-r.opt.From), t.OrderedOn[i]
			x.qty[j] = max(0, (t.Received[i] - t.Rejected[i].Or(0)).Float())
		}
	}
	r.transit = x
}

// wants estimates the demand. With a ledger, days that had no stock and are not
// marked say what a mark means: that a customer was refused.
func (w *valueWorker) wants(ledger bool) {
	refused := false
	if ledger {
		for t := range w.sold {
			empty := w.stock[t] < 1e-6 && w.sold[t] == 0
			switch {
			case empty && w.r.marked && !w.outBefore[t+contextDays]:
				refused = true
			case empty && !w.r.marked:
				w.outBefore[t+contextDays] = true
			}
		}
	}
	replay.Wanted(w.wantedBefore, w.soldBefore, w.outBefore, w.promoBefore, refused)
}

// leadTimes draws the lead times that orders of each day meet: those of the sku
// where there are enough, else the planned one with the delays of its supplier,
// else with the spread that was entered.
func (w *valueWorker) leadTimes(k planwright.SKU, e *valueEpoch) {
	r := w.r
	planned := float64(e.src.LeadDays[k])
	w.seen = append(w.seen[:0], r.leads.seen(k)...)
	if src := e.src.Source[k]; len(w.seen) == 0 && src != planwright.None {
		if p := r.s.Sources.Supplier[src]; p != planwright.None && len(r.leads.delay[p]) >= 2*measuredFrom {
			for _, d := range r.leads.delay[p] {
				w.seen = append(w.seen, planned+d)
			}
		}
	}
	replay.LeadTimes(w.lead, w.seen, planned, known(e.src.LeadTimeSD[k]), r.opt.Seed, uint64(k), int(r.opt.From)+3)
}

// lot are the rules for an order of a sku.
func (w *valueWorker) lot(k planwright.SKU, e *valueEpoch) replay.Lot {
	s := w.r.s
	step := planwright.Step(int(s.Items.Decimals[s.SKUs.Item[k]])).Float()
	if size := s.SKUs.LotSize[k]; s.SKUs.LotRule[k] == planwright.FixedQty && size.Known() && size > 0 {
		return replay.Lot{Min: size.Float(), Multiple: size.Float(), Step: step}
	}
	return replay.Lot{Min: e.src.LotMin[k].Float(), Multiple: e.src.LotMultiple[k].Float(), Max: e.src.LotMax[k].Float(), Step: step}
}

// steady is where a sku starts whose stock of then is not known: half an order
// above what the plan's first review keeps, with a lead time's demand on the way.
func (w *valueWorker) steady(k planwright.SKU, lead int) float64 {
	clear(w.coming)
	safety := w.safety[asSet][0]
	if t := w.r.s.SKUs.MRPType[k]; t == planwright.ReorderPoint || t == planwright.MinMax {
		return max(0, safety+w.order[0]/2)
	}
	if math.IsInf(w.need[0], -1) {
		return 0
	}
	// Need of a day counts from the review to the day that an order serves.
	rate := (w.need[reviewDays-1] - w.need[0]) / (reviewDays - 1)
	for t := 0; t < min(lead, len(w.coming)); t += reviewDays {
		w.coming[t] = rate * float64(min(reviewDays, lead-t))
	}
	return max(0, math.Ceil(safety+rate*reviewDays+w.order[0]/2))
}

// minMax sets the levels that the company entered; false where it did not.
func (w *valueWorker) minMax(k planwright.SKU) bool {
	s := w.r.s
	lo, hi := s.SKUs.ReorderPoint[k], s.SKUs.OrderUpTo[k]
	if len(s.IncumbentMin) > 0 && s.IncumbentMin[k].Known() {
		lo, hi = s.IncumbentMin[k], s.IncumbentMax[k]
	}
	if !lo.Known() {
		return false
	}
	up := lo.Float()
	switch {
	case hi.Known() && hi > lo:
		up = hi.Float()
	case s.SKUs.LotSize[k].Known():
		up += s.SKUs.LotSize[k].Float()
	}
	for i := range w.ruleNeed {
		w.ruleNeed[i], w.ruleCover[i] = lo.Float(), up
	}
	return true
}

// averageDays is how far back the rule of weeks looks.
const averageDays = 91

// averageWeeks sets the levels of the rule "average use times weeks": the
// sales of the last quarter, as they were booked, for lead time, review and a
// cover.
func (w *valueWorker) averageWeeks(k planwright.SKU, h *planwright.History, a, b int32, lead float64) {
	o := &w.r.opt
	from, to, sum := a, a, 0.0
	for i, t := range w.r.reviews {
		day := o.From + planwright.Day(t)
		for ; to < b && h.On[to] < day; to++ {
			sum += signed(h, to)
		}
		for ; from < to && h.On[from] < day-averageDays; from++ {
			sum -= signed(h, from)
		}
		level := max(0, sum) / averageDays * (lead + reviewDays + 7*o.CoverWeeks)
		w.ruleNeed[i], w.ruleCover[i] = level, level
	}
}

// signed is the quantity of a row of independent demand.
func signed(h *planwright.History, i int32) float64 {
	switch h.Kind[i] {
	case planwright.Return:
		return -h.Qty[i].Float()
	case planwright.Issue:
		return 0
	}
	return h.Qty[i].Float()
}
