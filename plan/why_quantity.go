package plan

import (
	"fmt"

	"planwright"
	"planwright/explain"
	"planwright/mrp"
)

// quantity explains the launched and the good quantity of traced order at: what
// was asked for, scrap, the lot rules, and the part of it that this lot is.
func (w *tracer) quantity(at int) (launched, good *explain.Node) {
	o := &w.t.Orders[at]
	c := &w.t.Causes[o.Cause]
	asked := w.asked(c)
	if o.Free { // takes what is free elsewhere: no lot rules
		free := explain.Leaf("why.free_stock", explain.Q(o.Qty), w.sourceSource(o.Source, "from_stock_only"))
		q := explain.Make("why.order.free", explain.Min, []*explain.Node{free, asked})
		return q, explain.Make("why.good", explain.Same, []*explain.Node{q})
	}
	r := &w.t.Rounds[o.Round]
	left := asked
	parts := []*explain.Node{asked}
	for i := range w.t.Orders { // free stock, and what came at another rate of scrap
		switch x := &w.t.Orders[i]; {
		case x.Cause != o.Cause || x.Made >= o.Made:
		case x.Free:
			parts = append(parts, w.plannedOrder("why.order.free_before", i, "qty", x.Qty).Less())
		case w.t.Rounds[x.Round].Rate < r.Rate:
			parts = append(parts, w.plannedOrder("why.good_before", i, "qty_good", x.Good).Less())
		}
	}
	if len(parts) > 1 {
		left = explain.Make("why.left", explain.Sum, parts)
	}
	need, scrap := left, w.scrap(r, o.Need)
	if scrap != nil {
		need = explain.Make("why.scrap", explain.Times, []*explain.Node{left, scrap})
	}
	rest := []*explain.Node{need}
	all, before := []*explain.Node{nil}, []*explain.Node{}
	for i := range w.t.Orders {
		x := &w.t.Orders[i]
		if x.Cause != o.Cause || x.Free || x.Made >= o.Made || w.t.Rounds[x.Round].Rate != r.Rate {
			continue
		}
		if x.Round != o.Round {
			rest = append(rest, w.plannedOrder("why.lot_before", i, "qty", x.Qty).Less())
		}
		all = append(all, w.plannedOrder("why.lot_before", i, "qty", x.Qty))
		before = append(before, w.plannedOrder("why.good_before", i, "qty_good", x.Good).Less())
	}
	if len(rest) > 1 {
		need = explain.Make("why.lot.rest", explain.Sum, rest)
	}
	launched = w.lot(o, r, need)
	if scrap == nil {
		return launched, explain.Make("why.good", explain.Same, []*explain.Node{launched})
	}
	// Lots together yield what one lot of their size would.
	all[0] = launched
	inverse := &explain.Node{Key: "why.yield", Op: explain.Function, Of: []*explain.Node{scrap}, Again: func(of []explain.Value) (explain.Value, error) {
		r := of[0].Ratio()
		return explain.R(planwright.Ratio{Num: r.Den, Den: r.Num}), nil
	}}
	inverse.Done()
	total := launched
	if len(all) > 1 {
		total = explain.Make("why.launched_so_far", explain.Sum, all)
	}
	yields := explain.Make("why.good", explain.TimesDown, []*explain.Node{total, inverse})
	if len(before) > 0 {
		yields = explain.Make("why.good", explain.Sum, append([]*explain.Node{yields}, before...))
	}
	return launched, yields
}

// scrap is the order quantity per good unit, nil where there is no scrap.
func (w *tracer) scrap(x *mrp.Round, on planwright.Day) *explain.Node {
	if x.Scrap.Num == x.Scrap.Den {
		return nil
	}
	s := w.s
	pct, from := s.SKUs.ScrapPct[w.k], w.skuSource("scrap_pct")
	for r := s.SKUPeriods.Off[w.k]; r < s.SKUPeriods.Off[w.k+1] && s.SKUPeriods.From[r] <= on; r++ {
		if x := s.SKUPeriods.ScrapPct[r]; x.Known() {
			pct, from = x, w.periodSource(r, "scrap_pct")
		}
	}
	op := explain.Usage
	if s.SKUs.ScrapDivide[w.k] {
		op = explain.UsageOver
	}
	one := func() *explain.Node {
		return explain.Leaf("why.one", explain.Q(planwright.One), explain.Source{Rule: "unit"})
	}
	own := explain.Make("why.per_good", op, []*explain.Node{one(), one(), explain.Leaf("why.scrap_pct", explain.Q(pct), from)})
	if own.Value.Ratio() == x.Scrap {
		return own
	}
	// The steps of the routing lose their part too.
	a, routing := own.Value.Ratio(), explain.Source{Table: "routings", Row: s.Items.ID[s.SKUs.Item[w.k]], Column: "scrap_pct"}
	steps, ok := planwright.NewRatio([]int64{x.Scrap.Num, a.Den}, []int64{x.Scrap.Den, a.Num})
	if !ok {
		return explain.Leaf("why.per_good", explain.R(x.Scrap), routing)
	}
	n := &explain.Node{Key: "why.per_good", Op: explain.Function, Of: []*explain.Node{own, explain.Leaf("why.per_good.steps", explain.R(steps), routing)}, Again: func(of []explain.Value) (explain.Value, error) {
		a, b := of[0].Ratio(), of[1].Ratio()
		r, ok := planwright.NewRatio([]int64{a.Num, b.Num}, []int64{a.Den, b.Den})
		if !ok {
			return explain.Value{}, fmt.Errorf("scrap leaves the range of a fraction")
		}
		return explain.R(r), nil
	}}
	return n.Done()
}

func (w *tracer) periodSource(r int32, column string) explain.Source {
	return explain.Source{Table: "sku_periods", Row: w.st.key(w.k) + "|" + w.s.SKUPeriods.From[r].String(), Column: column, Rule: "dated"}
}

// lot sizes a lot of a decision that launches need in all: fixed lot, or maximum,
// minimum, decimals, multiple or rounding profile.
func (w *tracer) lot(o *mrp.OrderTrace, r *mrp.Round, need *explain.Node) *explain.Node {
	s := w.s
	if size := s.SKUs.LotSize[w.k].Or(0); s.SKUs.LotRule[w.k] == planwright.FixedQty && size > 0 {
		leaf := explain.Leaf("why.lot_size", explain.Q(size), w.skuSource("lot_size"))
		if o.Qty != size { // more lots than an order may be split into
			return explain.Make("why.lot.multiple", explain.Ceiling, []*explain.Node{need, leaf})
		}
		return explain.Make("why.lot.fixed", explain.Same, []*explain.Node{leaf, need})
	}
	v := &r.Lots
	limit := func(key, column string, q planwright.Qty) *explain.Node {
		return explain.Leaf(key, explain.Q(q), w.limitSource(v, column))
	}
	rest := need
	most := v.LotMax
	if most > 0 && need.Value.Qty()/most > maxLotsOfOrder {
		most = 0
	}
	if most > 0 && o.Lot > 0 {
		parts := []*explain.Node{need}
		for i := range w.t.Orders {
			if x := &w.t.Orders[i]; x.Round == o.Round && x.Lot < o.Lot {
				parts = append(parts, w.plannedOrder("why.lot_before", i, "qty", x.Qty).Less())
			}
		}
		rest = explain.Make("why.lot.rest", explain.Sum, parts)
	}
	if most > 0 && rest.Value.Qty() > most {
		return explain.Make("why.lot.max", explain.Min, []*explain.Node{rest, limit("why.lot_max", "lot_max", most)})
	}
	q := rest
	step := planwright.Step(int(s.Items.Decimals[s.SKUs.Item[w.k]]))
	roundKey := ""
	var roundBy *explain.Node
	if o.Lot == 0 || !s.SKUs.LotMaxAsIs[w.k] {
		if v.LotMin > 0 {
			q = explain.Make("why.lot.min", explain.Max, []*explain.Node{q, limit("why.lot_min", "lot_min", v.LotMin)})
		}
		if m := v.LotMultiple; m > 0 {
			roundKey, roundBy = "why.lot.multiple", limit("why.lot_multiple", "lot_multiple", m)
		}
		if profile := s.SKUs.Rounding[w.k]; profile != "" {
			if x := mrp.RoundingStep(profile, q.Value.Qty()); x > 0 {
				roundKey, roundBy = "why.lot.profile", explain.Leaf("why.rounding_profile", explain.Q(x), w.skuSource("rounding_profile"), "profile", profile)
			}
		}
	}
	if step > 1 {
		q = explain.Make("why.lot.decimals", explain.Ceiling, []*explain.Node{q, explain.Leaf("why.decimals", explain.Q(step), w.itemSource("decimals"))})
	}
	if roundBy != nil {
		q = explain.Make(roundKey, explain.Ceiling, []*explain.Node{q, roundBy})
	}
	if most > 0 && q.Value.Qty() > most {
		q = explain.Make("why.lot.max", explain.Min, []*explain.Node{q, limit("why.lot_max", "lot_max", most)})
	}
	if q == need && q.Op != explain.Same { // the root is an order, not a shortage
		q = explain.Make("why.order.qty", explain.Same, []*explain.Node{q})
	}
	return q
}

// limitSource is the cell of a lot limit: of the source where it has one, else of
// the sku.
func (w *tracer) limitSource(v *mrp.Way, column string) explain.Source {
	if v.Source == planwright.None {
		return w.skuSource(column)
	}
	t := &w.s.Sources
	x := map[string][]planwright.Qty{"lot_min": t.LotMin, "lot_multiple": t.LotMultiple, "lot_max": t.LotMax}[column][v.Source]
	if !x.Known() {
		return w.skuSource(column)
	}
	return w.sourceSource(v.Source, column)
}

// maxLotsOfOrder is the number of lots beyond which a maximum is not kept.
const maxLotsOfOrder = 5000

// asked is the good quantity that a decision asks for.
func (w *tracer) asked(c *mrp.Cause) *explain.Node {
	switch c.By {
	case mrp.ByRefill:
		pos := w.position(c.At, c.Supplies, int(c.Before), c.Added, true)
		up := w.upTo(c)
		floor := w.reorderPoint(c.Floor)
		if w.s.SKUs.MRPType[w.k] != planwright.MinMax {
			floor = w.target(c.At, c.Floor)
		}
		return explain.Make("why.refill", explain.Max, []*explain.Node{
			explain.Make("why.refill.up", explain.Sum, []*explain.Node{up, pos.Less()}),
			explain.Make("why.refill.floor", explain.Sum, []*explain.Node{floor, pos}),
		}, "day", c.At.String())
	case mrp.ByReorderPoint:
		return w.reorder(c)
	case mrp.ByBuffer:
		return w.buffer(c)
	}
	pos := w.position(c.At, c.Supplies, int(c.Before), c.Added, true)
	key := "why.shortage"
	switch {
	case c.Rule:
		key = "why.shortage.rule"
	case c.At > c.Trigger:
		key = "why.shortage.window"
	}
	end := c.End - 1
	if c.Rule || end < c.At {
		end = c.At
	}
	return explain.Make(key, explain.Sum, []*explain.Node{w.target(c.At, c.Target), pos.Less()}, "day", c.At.String(), "from", c.Trigger.String(), "to", end.String(), "rule", w.s.SKUs.LotRule[w.k].String())
}

// upTo is the level that a min-max lot refills to.
func (w *tracer) upTo(c *mrp.Cause) *explain.Node {
	in := w.st.planner.Input()
	if q := in.OrderUpTo[w.k]; q.Known() {
		return explain.Leaf("why.order_up_to", explain.Q(q), w.levelSource("order_up_to", w.s.SKUs.OrderUpTo[w.k]))
	}
	return explain.Make("why.order_up_to", explain.Max, []*explain.Node{w.target(c.At, c.Target), w.reorderPoint(in.ReorderPoint[w.k].Or(0))})
}

func (w *tracer) reorderPoint(q planwright.Qty) *explain.Node {
	return explain.Leaf("why.reorder_point", explain.Q(q), w.levelSource("reorder_point", w.s.SKUs.ReorderPoint[w.k]))
}

// levelSource says whether a level is entered or of the policy.
func (w *tracer) levelSource(column string, entered planwright.Qty) explain.Source {
	if entered.Known() {
		x := w.skuSource(column)
		if x.Rule == "sku" {
			x.Rule = "entered"
		}
		return x
	}
	return explain.Source{Table: "policies", Row: w.st.key(w.k), Column: column, Rule: "policy"}
}

// target is the safety stock that holds on a day, with the range of coverage.
func (w *tracer) target(d planwright.Day, is planwright.Qty) *explain.Node {
	s := w.s
	q, from := w.st.planner.Input().SafetyStock[w.k].Or(0), w.levelSource("safety_stock", s.SKUs.SafetyStock[w.k])
	for r := s.SKUPeriods.Off[w.k]; r < s.SKUPeriods.Off[w.k+1] && s.SKUPeriods.From[r] <= d; r++ {
		if x := s.SKUPeriods.SafetyStock[r]; x.Known() {
			q, from = x, w.periodSource(r, "safety_stock")
		}
	}
	if w.t.Part { // kept once, for all
		q, from = 0, explain.Source{Rule: "segment"}
	}
	n := explain.Leaf("why.safety_stock", explain.Q(q), from)
	if is == q {
		return n
	}
	days := int(s.SKUs.CoverageDays[w.k])
	if days > 0 {
		last := s.Sites.Calendar[s.SKUs.Site[w.k]].Add(d, days)
		var of []*explain.Node
		for i := range w.t.Demands {
			if x := &w.t.Demands[i]; x.Day > d && x.Day <= last {
				of = append(of, w.demand(x))
			}
		}
		cover := explain.Make("why.coverage", explain.Sum, of, "days", explain.N(days).String(), "day", last.String())
		if q == 0 {
			return cover
		}
		return explain.Make("why.target", explain.Sum, []*explain.Node{n, cover})
	}
	return explain.Leaf("why.target.out", explain.Q(is), w.itemSource("status"))
}

// reorder is what a reorder point asks for.
func (w *tracer) reorder(c *mrp.Cause) *explain.Node {
	s, in := w.s, w.st.planner.Input()
	pos := w.position(c.At, c.Supplies, 0, 0, false)
	short := explain.Make("why.reorder.short", explain.Sum, []*explain.Node{w.reorderPoint(c.Floor), pos.Less()})
	switch up := in.OrderUpTo[w.k]; {
	case s.SKUs.LotRule[w.k] == planwright.FixedQty && s.SKUs.LotSize[w.k].Or(0) > 0:
		least := explain.Leaf("why.least", explain.Q(1), explain.Source{Rule: "unit"})
		return explain.Make("why.reorder", explain.Max, []*explain.Node{short, least})
	case s.SKUs.LotRule[w.k] == planwright.LotMinMax && up.Known():
		to := explain.Leaf("why.order_up_to", explain.Q(up), w.levelSource("order_up_to", s.SKUs.OrderUpTo[w.k]))
		return explain.Make("why.reorder", explain.Max, []*explain.Node{short, explain.Make("why.refill.up", explain.Sum, []*explain.Node{to, pos})})
	case in.OrderQty[w.k] > 0 && !s.SKUs.ReorderPoint[w.k].Known():
		lot := explain.Leaf("why.order_qty", explain.Q(in.OrderQty[w.k]), explain.Source{Table: "policies", Row: w.st.key(w.k), Column: "order_qty", Rule: "policy"})
		return explain.Make("why.reorder", explain.Max, []*explain.Node{short, lot})
	}
	return explain.Make("why.reorder", explain.Same, []*explain.Node{short})
}

// buffer is what refills a demand-driven buffer to the top of green.
func (w *tracer) buffer(c *mrp.Cause) *explain.Node {
	s := w.s
	num := func(key string, x float64, column string) *explain.Node {
		return explain.Leaf(key, explain.F(x), w.skuSource(column))
	}
	dlt := explain.Leaf("why.dlt", explain.F(float64(c.DLT)), explain.Source{Table: "bom", Row: w.st.key(w.k), Column: "lead_time_days", Rule: "longest unprotected path"})
	if s.SKUs.DLT[w.k] != planwright.NoInt {
		dlt = num("why.dlt", float64(c.DLT), "decoupled_lead_time_days")
	}
	adu := explain.Leaf("why.adu", explain.F(c.ADU), w.skuSource("adu"))
	if !s.SKUs.ADU[w.k].Known() {
		var days []*explain.Node
		for i := range w.t.Demands {
			if x := &w.t.Demands[i]; x.Day < s.AsOf+mrp.ADUDays {
				d := w.demand(x)
				days = append(days, explain.Make("why.number", explain.Product, []*explain.Node{d}))
			}
		}
		total := explain.Leaf("why.none", explain.F(0), explain.Source{Rule: "unit"})
		if len(days) > 0 {
			total = explain.Make("why.adu_total", explain.Sum, days)
		}
		adu = explain.Make("why.adu", explain.Over, []*explain.Node{total, explain.Leaf("why.adu_days", explain.F(mrp.ADUDays), explain.Source{Rule: "default"})})
	}
	qty := func(key string, of ...*explain.Node) *explain.Node {
		return explain.Make(key, explain.ToQuantity, []*explain.Node{explain.Make("why.product", explain.Product, of)})
	}
	base := qty("why.red_base", dlt, adu, num("why.lead_time_factor", s.SKUs.LeadTimeFactor[w.k], "lead_time_factor"))
	red := explain.Make("why.red", explain.Sum, []*explain.Node{base, qty("why.red_safety", base, num("why.variability_factor", s.SKUs.VarFactor[w.k], "variability_factor"))})
	yellow := qty("why.yellow", dlt, adu)
	green := explain.Make("why.green", explain.Max, []*explain.Node{base, explain.Leaf("why.lot_min", explain.Q(c.First.LotMin), w.limitSource(&c.First, "lot_min")),
		qty("why.cycle", num("why.review_days", float64(s.SKUs.ReviewDays[w.k]), "review_days"), adu)})
	top := explain.Make("why.top_of_green", explain.Sum, []*explain.Node{red, yellow, green})

	var have, want []*explain.Node
	for i := range c.Supplies {
		if x := &c.Supplies[i]; x.Kind == planwright.ElemStock || x.On <= c.At {
			have = append(have, w.supply(x))
		}
	}
	horizon := s.SKUs.SpikeHorizon[w.k]
	if horizon == planwright.NoInt {
		horizon = c.DLT
	}
	threshold := planwright.Clamp(red.Value.Float() * s.SKUs.SpikeThreshold[w.k])
	for i := 0; i < len(w.t.Demands); {
		j, day := i, planwright.Qty(0)
		for ; j < len(w.t.Demands) && w.t.Demands[j].Day == w.t.Demands[i].Day; j++ {
			day += w.t.Demands[j].Qty
		}
		if on := w.t.Demands[i].Day; on <= s.AsOf || on <= s.AsOf+planwright.Day(horizon) && day >= threshold {
			for x := i; x < j; x++ {
				want = append(want, w.demand(&w.t.Demands[x]))
			}
		}
		i = j
	}
	flow := []*explain.Node{explain.Make("why.flow.supply", explain.Sum, have)}
	if len(want) > 0 {
		flow = append(flow, explain.Make("why.qualified", explain.Sum, want, "threshold", threshold.String()).Less())
	}
	position := explain.Make("why.net_flow", explain.Sum, flow)
	return explain.Make("why.buffer", explain.Sum, []*explain.Node{top, position.Less()})
}
