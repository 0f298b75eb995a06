package plan

import (
	"planwright"
	"planwright/explain"
	"planwright/mrp"
)

// orderDates are the days of an order.
type orderDates struct{ release, start, due, available *explain.Node }

// dates explains the days of traced order at, by lead-time offsetting; see
// mrp's backward and forward.
func (w *tracer) dates(at int) orderDates {
	o := &w.t.Orders[at]
	c := &w.t.Causes[o.Cause]
	s := w.s
	need := w.needed(o, c)
	gr := int(s.SKUs.GRDays[w.k])
	d := orderDates{due: need, available: need}
	if gr > 0 {
		on := w.on("why.day.on_or_before", explain.OnOrBefore, o.Site, need)
		d.due = w.plus("why.day.due", o.Site, on, w.grDays().Less())
		d.available = w.plus("why.day.available", o.Site, d.due, w.grDays())
	}
	start := w.plus("why.day.start", o.Calendar, d.due, w.lead(o, true)...)
	if start.Value.Day() < s.AsOf && !s.KeepPast {
		return w.forward(o, start, w.lead(o, false))
	}
	d.start = start
	d.release = w.release(o, start)
	if d.release.Value.Day() < s.AsOf && !s.KeepPast {
		if o.Weekdays != 0 {
			f := w.forward(o, start, w.lead(o, false))
			if f.start.Value.Day() > start.Value.Day() {
				return f
			}
			d.release = f.start
			return d
		}
		d.release = explain.Make("why.day.release_now", explain.Min, []*explain.Node{w.today(), start})
	}
	return d
}

// forward dates an order from today on; wish is the start that it should have.
func (w *tracer) forward(o *mrp.OrderTrace, wish *explain.Node, lead []*explain.Node) orderDates {
	from := w.today()
	var d orderDates
	start := from
	if o.Kind == planwright.Make {
		start = w.on("why.day.on_or_after", explain.OnOrAfter, o.Site, start)
	}
	if o.Weekdays != 0 {
		start = w.weekday(o, o.Site, start, 1)
	}
	if wish != nil {
		start = explain.Make("why.day.start_late", explain.Same, []*explain.Node{start, wish}, "wish", wish.Value.String())
	}
	d.start = start
	d.due = w.plus("why.day.due", o.Calendar, start, lead...)
	d.available = d.due
	if w.s.SKUs.GRDays[w.k] > 0 {
		d.available = w.plus("why.day.available", o.Site, d.due, w.grDays())
	}
	d.release = w.release(o, start)
	if d.release.Value.Day() < from.Value.Day() {
		d.release = explain.Make("why.day.release_now", explain.Min, []*explain.Node{start, w.on("why.day.on_or_after", explain.OnOrAfter, o.Site, from)})
		if o.Weekdays != 0 {
			d.release = start
		}
	}
	return d
}

// release is the opening period before the start, on a working day of the site
// that releases.
func (w *tracer) release(o *mrp.OrderTrace, start *explain.Node) *explain.Node {
	d := start
	if n := int(w.s.SKUs.OpeningDays[w.k]); n > 0 {
		d = w.plus("why.day.release", o.Releasing, start, explain.Leaf("why.opening_days", explain.N(n), w.skuSource("opening_days")).Less())
	}
	d = w.on("why.day.release_working", explain.OnOrBefore, o.Releasing, d)
	if o.Weekdays != 0 {
		d = w.weekday(o, o.Releasing, d, -1)
	}
	return d
}

func (w *tracer) weekday(o *mrp.OrderTrace, cal *planwright.Calendar, d *explain.Node, step int) *explain.Node {
	n := &explain.Node{Key: "why.day.order_weekday", Op: explain.Weekday, Calendar: cal, Of: []*explain.Node{d,
		explain.Leaf("why.weekdays", explain.N(int(o.Weekdays)), w.sourceSource(o.Source, "order_weekdays")),
		explain.Leaf("why.step", explain.N(step), explain.Source{Rule: "unit"})}}
	return n.Done()
}

func (w *tracer) on(key string, op explain.Op, cal *planwright.Calendar, d *explain.Node) *explain.Node {
	return (&explain.Node{Key: key, Op: op, Of: []*explain.Node{d}, Calendar: cal}).Done()
}

func (w *tracer) plus(key string, cal *planwright.Calendar, d *explain.Node, days ...*explain.Node) *explain.Node {
	return (&explain.Node{Key: key, Op: explain.AddDays, Of: append([]*explain.Node{d}, days...), Calendar: cal}).Done()
}

func (w *tracer) grDays() *explain.Node {
	return explain.Leaf("why.gr_days", explain.N(int(w.s.SKUs.GRDays[w.k])), w.skuSource("gr_days"))
}

// lead is the lead time of the way, and what of it grows with the quantity.
func (w *tracer) lead(o *mrp.OrderTrace, minus bool) []*explain.Node {
	s := w.s
	from := w.skuSource("lead_time_days")
	if o.Source != planwright.None {
		sup := o.Source
		switch supplier := s.Sources.Supplier[sup]; {
		case s.Sources.LeadTime[sup] != planwright.NoInt:
			from = w.sourceSource(sup, "lead_time_days")
		case s.SKUs.LeadTime[w.k] != planwright.NoInt:
		case supplier != planwright.None && s.Suppliers.LeadTime[supplier] != planwright.NoInt:
			from = explain.Source{Table: "suppliers", Row: s.Suppliers.ID[supplier], Column: "lead_time_days", Rule: "supplier"}
		default:
			from.Rule = "default"
		}
	} else if s.SKUs.LeadTime[w.k] == planwright.NoInt {
		from.Rule = "default"
	}
	days := []*explain.Node{explain.Leaf("why.lead_time", explain.N(o.Lead), from)}
	if o.PerUnit > 0 {
		per := explain.Leaf("why.lead_time_per_unit", explain.Q(s.SKUs.LeadTimePerUnit[w.k]), w.skuSource("lead_time_per_unit"))
		qty := explain.Leaf("why.order.qty", explain.Q(o.Qty), explain.Source{Table: "planned_orders", Row: w.st.key(w.k), Column: "qty"})
		again := &explain.Node{Key: "why.lead_time_qty", Op: explain.Function, Of: []*explain.Node{qty, per}, Again: func(of []explain.Value) (explain.Value, error) {
			return explain.N(mrp.PerUnitDays(of[0].Qty(), of[1].Qty())), nil
		}}
		days = append(days, again.Done())
	}
	for _, x := range days {
		x.Minus = minus
	}
	return days
}

// needed is the day on which an order should be available.
func (w *tracer) needed(o *mrp.OrderTrace, c *mrp.Cause) *explain.Node {
	s := w.s
	if c.By == mrp.ByReorderPoint || c.By == mrp.ByBuffer {
		x := mrp.OrderTrace{Way: c.First}
		return w.forward(&x, nil, w.lead(&x, false)).available
	}
	trigger := w.trigger(c.Trigger)
	if o.Need == c.Trigger {
		return trigger
	}
	if c.Trigger < c.Fence && o.Need == c.Fence {
		fence := w.plus("why.day.fence", s.Sites.Calendar[s.SKUs.Site[w.k]], w.today(), explain.Leaf("why.planning_fence", explain.N(int(s.SKUs.PlanningFence[w.k])), w.skuSource("planning_fence_days")))
		return explain.Make("why.day.behind_fence", explain.Max, []*explain.Node{trigger, fence})
	}
	return explain.Leaf("why.day.group_start", explain.D(o.Need), explain.Source{Table: "requirements", Row: w.st.key(w.k), Column: "on", Rule: "group_start"})
}

// trigger is the day whose shortage came first, by the first requirement on it.
func (w *tracer) trigger(d planwright.Day) *explain.Node {
	s := w.s
	ahead := int(s.SKUs.SafetyTime[w.k])
	cal := s.Sites.Calendar[s.SKUs.Site[w.k]]
	for i := range w.t.Demands {
		x := &w.t.Demands[i]
		if x.Day != d {
			continue
		}
		id, from := w.demandName(x.Kind, x.Ref)
		var on planwright.Day
		switch x.Kind {
		case planwright.ElemOrder:
			on, from.Column = s.Demand.DueOn[x.Ref], "due_on"
		case planwright.ElemReserved:
			on, from.Column = s.Reserved.DueOn[x.Ref], "due_on"
		case planwright.ElemForecast:
			on, from.Column = planwright.Day(x.Ref), "on"
		case planwright.ElemDependent, planwright.ElemTransfer:
			on, from.Column = w.p.Orders.Start[x.Ref], "start_on"
		default:
			return explain.Leaf("why.day.need", explain.D(d), from, "order", id)
		}
		leaf := explain.Leaf("why.day.need", explain.D(on), from, "order", id)
		if x.Kind != planwright.ElemForecast {
			leaf.Order = id
		}
		n := leaf
		if ahead > 0 {
			n = w.plus("why.day.safety_time", cal, leaf, explain.Leaf("why.safety_time", explain.N(ahead), w.skuSource("safety_time_days")).Less())
		}
		if n.Value.Day() < s.AsOf && !(s.KeepPast && x.Far) {
			n = explain.Make("why.day.not_past", explain.Max, []*explain.Node{n, w.today()})
		}
		if n.Value.Day() == d {
			return n
		}
	}
	if d == s.AsOf {
		return w.today()
	}
	return explain.Leaf("why.day.balance", explain.D(d), explain.Source{Table: "requirements", Row: w.st.key(w.k), Column: "on"})
}

// priceSource says where the price of an order comes from.
func (w *tracer) priceSource(o *mrp.OrderTrace) explain.Source {
	if o.Source != planwright.None && w.s.Sources.Price[o.Source] > 0 {
		return w.sourceSource(o.Source, "price")
	}
	return w.itemSource("unit_cost")
}
