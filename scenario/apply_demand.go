package scenario

import (
	"cmp"
	"fmt"
	"slices"

	"planwright"
)

// bounds are the days that a change holds for.
func bounds(c *Change) (from, to planwright.Day) {
	from, to = planwright.MinDay, planwright.MaxDay
	if c.From.Known() {
		from = c.From
	}
	if c.To.Known() {
		to = c.To
	}
	return from, to
}

// demand changes what customers want: forecasts, computed and given, and their
// open orders, by a percentage; or sets the forecast of the days to a quantity,
// each sku for itself, as an override does. Orders are facts then.
func (a *applier) demand(c *Change, who *chosen, e *Effect) error {
	s := a.s
	from, to := bounds(c)
	if c.Amount.Op == To {
		return a.override(c, who, e)
	}
	t := &s.Assumed
	f := 1 + c.Amount.Num.Float()/100
	if f == 1 {
		return nil
	}
	for _, k := range who.skus {
		t.DemandSKU, t.DemandFrom, t.DemandTo, t.DemandFactor = append(t.DemandSKU, k), append(t.DemandFrom, from), append(t.DemandTo, to), append(t.DemandFactor, f)
		if lo, hi := rowsOf(s.Given.Off, k); lo < hi {
			qty := own(a, &s.Given.Qty)
			for r := lo; r < hi; r++ {
				if s.Given.Kind[r] != planwright.GivenForecast {
					continue // a judgement on a forecast, which is scaled with it
				}
				days := min(to, s.Given.To[r]) - max(from, s.Given.From[r]) + 1
				if days <= 0 {
					continue
				}
				// The share of the days of the row.
				span := int64(s.Given.To[r] - s.Given.From[r] + 1)
				part, ok := planwright.NewRatio([]int64{int64(100*planwright.One)*span + int64(c.Amount.Num)*int64(days)}, []int64{int64(100 * planwright.One), span})
				if !ok {
					part = planwright.Ratio{Num: 0, Den: 1}
				}
				q, ok := qty[r].MulDown(part)
				if !ok {
					return a.fault(c, "whatif.range")
				}
				qty[r] = q
				e.Rows++
			}
		}
		lo, hi := rowsOf(s.Demand.Off, k)
		for r := lo; r < hi; r++ {
			if d := s.Demand.DueOn[r]; d < from || d > to || s.Demand.Qty[r] <= 0 {
				continue
			}
			q, ok := c.Amount.onQty(s.Demand.Qty[r])
			if !ok {
				return a.fault(c, "whatif.range")
			}
			own(a, &s.Demand.Qty)[r] = q
			e.Rows++
		}
	}
	e.Rows += len(who.skus)
	a.forecast.add(who.skus...)
	a.rows.add(who.skus...)
	return nil
}

// override adds a judgement on the forecast of each sku.
func (a *applier) override(c *Change, who *chosen, e *Effect) error {
	g := &a.s.Given
	if len(g.Off) == 0 {
		g.Off = make([]int32, a.s.Len()+1)
	}
	var at []int32
	for _, k := range who.skus {
		r := g.Off[k] // ascending by From
		for r < g.Off[k+1] && g.From[r] <= c.From {
			r++
		}
		at = append(at, r)
	}
	if g.Author == nil {
		g.Author = make([]string, len(g.Qty))
	}
	if g.Reason == nil {
		g.Reason = make([]string, len(g.Qty))
	}
	for _, r := range spliceRows(a, g, nil, at, who.skus) {
		g.From[r], g.To[r], g.Qty[r], g.Kind[r], g.Reason[r] = c.From, c.To, c.Amount.Num, planwright.Override, "whatif"
		e.Rows++
	}
	if len(who.skus) > 1 {
		e.Note, e.Pairs = "whatif.note.each", []string{"qty", c.Amount.Num.String(), "skus", number(len(who.skus))}
	}
	a.forecast.add(who.skus...)
	a.rows.add(who.skus...)
	return nil
}

// finishAssumed sorts what is assumed by sku.
func (a *applier) finishAssumed() {
	t := &a.s.Assumed
	rows := make([]int, len(t.DemandSKU))
	for i := range rows {
		rows[i] = i
	}
	slices.SortStableFunc(rows, func(i, j int) int { return cmp.Compare(t.DemandSKU[i], t.DemandSKU[j]) })
	t.DemandSKU, t.DemandFrom, t.DemandTo, t.DemandFactor = pick(t.DemandSKU, rows), pick(t.DemandFrom, rows), pick(t.DemandTo, rows), pick(t.DemandFactor, rows)
	rows = rows[:0]
	for i := range t.LeadSKU {
		rows = append(rows, i)
	}
	slices.SortStableFunc(rows, func(i, j int) int { return cmp.Compare(t.LeadSKU[i], t.LeadSKU[j]) })
	t.LeadSKU, t.LeadSupplier, t.LeadDays, t.LeadNew = pick(t.LeadSKU, rows), pick(t.LeadSupplier, rows), pick(t.LeadDays, rows), pick(t.LeadNew, rows)
}

func pick[T any](column []T, rows []int) []T {
	if len(rows) == 0 {
		return nil
	}
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = column[r]
	}
	return out
}

// sell adds a customer order for each sku chosen, of which there must be one.
func (a *applier) sell(i int, c *Change, who *chosen, e *Effect) error {
	if len(who.skus) > 1 {
		return a.fault(c, "whatif.one_sku", "skus", number(len(who.skus)))
	}
	k, t := who.skus[0], &a.s.Demand
	id := fmt.Sprintf("WHATIF-%d", i+1)
	at := t.Off[k] // by due day, priority, order
	for at < t.Off[k+1] && (t.DueOn[at] < c.From || t.DueOn[at] == c.From && (t.Priority[at] < 10 || t.Priority[at] == 10 && t.OrderID[at] < id)) {
		at++
	}
	r := spliceRows(a, t, nil, []int32{at}, who.skus)[0]
	t.OrderID[r], t.Qty[r], t.DueOn[r], t.OrderedOn[r], t.Priority[r], t.Price[r] = id, c.Amount.Num, c.From, a.s.AsOf, 10, nan
	e.Rows++
	a.rows.add(k)
	return nil
}
