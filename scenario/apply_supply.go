package scenario

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"planwright"
)

var nan = math.NaN()

// whole is an amount in whole days.
func whole(a Amount) int32 { return int32(a.Num / planwright.One) }

// leads changes the lead times of the sku's chosen, of the suppliers named alone;
// change gives the new one.
func (a *applier) leads(who *chosen, e *Effect, change func(days int32) (int32, bool)) bool {
	s := a.s
	for _, k := range who.skus {
		entered := s.SKUs.LeadTime[k]
		touched := false
		lo, hi := rowsOf(s.Sources.Off, k)
		for r := lo; r < hi; r++ {
			v := s.Sources.Supplier[r]
			if !who.supplied(v) {
				continue
			}
			was := int32(0)
			switch {
			case s.Sources.LeadTime[r] != planwright.NoInt:
				was = s.Sources.LeadTime[r]
			case entered != planwright.NoInt:
				was = entered
			case v != planwright.None && s.Suppliers.LeadTime[v] != planwright.NoInt:
				was = s.Suppliers.LeadTime[v]
			}
			now, ok := change(was)
			if !ok {
				return false
			}
			if now != was {
				own(a, &s.Sources.LeadTime)[r] = now
				touched = true
				e.Rows++
			}
		}
		if who.suppliers == nil && (entered != planwright.NoInt || lo == hi) {
			was := max(0, entered)
			now, ok := change(was)
			if !ok {
				return false
			}
			if now != was {
				own(a, &s.SKUs.LeadTime)[k] = now
				touched = true
				e.Rows++
			}
		}
		if touched {
			a.policy.add(k)
			a.rows.add(k)
		}
	}
	return true
}

// assumeLead says what becomes of the lead times that receipts have shown.
func (a *applier) assumeLead(who *chosen, days int32, fresh bool) {
	t := &a.s.Assumed
	suppliers := who.suppliers
	if suppliers == nil {
		suppliers = []int32{planwright.None}
	}
	for _, k := range who.skus {
		for _, v := range suppliers {
			t.LeadSKU, t.LeadSupplier, t.LeadDays, t.LeadNew = append(t.LeadSKU, k), append(t.LeadSupplier, v), append(t.LeadDays, days), append(t.LeadNew, fresh)
		}
		a.policy.add(k)
	}
}

// leadTime changes the lead times of new orders.
func (a *applier) leadTime(c *Change, who *chosen, e *Effect) error {
	ok := a.leads(who, e, func(days int32) (int32, bool) {
		x := math.Round(c.Amount.on(float64(days)))
		return int32(max(0, x)), x <= 3660
	})
	if !ok {
		return a.fault(c, "whatif.days")
	}
	if c.Amount.Op == By {
		a.assumeLead(who, whole(c.Amount), false)
	} else {
		a.assumeLead(who, 0, true)
	}
	return nil
}

// delay moves open receipts and, where no days are named, new orders as well.
func (a *applier) delay(c *Change, who *chosen, e *Effect) error {
	s, days := a.s, whole(c.Amount)
	from, to := bounds(c)
	if !c.From.Known() && !c.To.Known() {
		if !a.leads(who, e, func(was int32) (int32, bool) { return max(0, was+days), was+days <= 3660 }) {
			return a.fault(c, "whatif.days")
		}
		a.assumeLead(who, days, false)
	} else {
		e.Note = "whatif.note.open_only"
	}
	for _, k := range who.skus {
		moved := false
		lo, hi := rowsOf(s.Supply.Off, k)
		for r := lo; r < hi; r++ {
			if due := s.Supply.DueOn[r]; due < from || due > to || !who.supplied(s.Supply.Supplier[r]) || who.suppliers == nil && s.Supply.Kind[r] == planwright.ProposedOrder {
				continue
			}
			moved = a.moveReceipt(r, max(s.Supply.DueOn[r], s.AsOf)+planwright.Day(days)) || moved
			e.Rows++
		}
		if moved {
			a.sortSupply(k)
		}
	}
	return nil
}

// moveReceipt gives an open receipt another day.
func (a *applier) moveReceipt(r int32, to planwright.Day) bool {
	ownTable(a, &a.s.Supply)
	a.s.Supply.DueOn[r] = min(max(to, planwright.MinDay), planwright.MaxDay)
	return true
}

// sortSupply puts the receipts of a sku in order again.
func (a *applier) sortSupply(k planwright.SKU) {
	t := &a.s.Supply
	sortRows(t, t.Off[k], t.Off[k+1], func(i, j int32) int {
		return cmp.Or(cmp.Compare(t.DueOn[i], t.DueOn[j]), strings.Compare(t.OrderID[i], t.OrderID[j]))
	})
	a.rows.add(k)
}

// order moves, delays or cancels an open order: a receipt, else a customer order.
func (a *applier) order(i int, c *Change) (Effect, error) {
	if j, ok := a.orders[c.Order]; ok {
		return Effect{}, a.fault(c, "whatif.contradiction", "other", a.out.Changes[j].String())
	}
	a.orders[c.Order] = i
	s := a.s
	e := Effect{}
	day := func(due planwright.Day) planwright.Day {
		if c.Kind == Delay {
			return min(max(due, s.AsOf)+planwright.Day(whole(c.Amount)), planwright.MaxDay)
		}
		return c.From
	}
	var rows []int32
	for r, id := range s.Supply.OrderID {
		if id == c.Order {
			rows = append(rows, int32(r))
		}
	}
	if len(rows) > 0 {
		e.SKUs, e.Rows = len(rows), len(rows)
		for _, r := range rows {
			a.rows.add(skuOfRow(s.Supply.Off, r))
		}
		if c.Kind == CancelOrder {
			spliceRows(a, &s.Supply, rows, nil, nil)
			return e, nil
		}
		for _, r := range rows {
			a.moveReceipt(r, day(s.Supply.DueOn[r]))
		}
		for _, r := range rows {
			a.sortSupply(skuOfRow(s.Supply.Off, r))
		}
		return e, nil
	}
	for r, id := range s.Demand.OrderID {
		if id == c.Order {
			rows = append(rows, int32(r))
		}
	}
	if len(rows) == 0 {
		return e, &Problem{Code: planwright.CodeNotFound, At: c.At, Line: c.Line, Key: "whatif.missing.order", Pairs: []string{"name", c.Order}}
	}
	e.SKUs, e.Rows = len(rows), len(rows)
	for _, r := range rows {
		a.rows.add(skuOfRow(s.Demand.Off, r))
	}
	if c.Kind == CancelOrder {
		spliceRows(a, &s.Demand, rows, nil, nil)
		return e, nil
	}
	t := &s.Demand
	ownTable(a, t)
	for _, r := range rows {
		t.DueOn[r] = day(t.DueOn[r])
	}
	for _, r := range rows {
		k := skuOfRow(t.Off, r)
		sortRows(t, t.Off[k], t.Off[k+1], func(i, j int32) int {
			return cmp.Or(cmp.Compare(t.DueOn[i], t.DueOn[j]), cmp.Compare(t.Priority[i], t.Priority[j]), strings.Compare(t.OrderID[i], t.OrderID[j]))
		})
	}
	return e, nil
}

// receive adds a firm open receipt: a purchase of the first supplier that is named.
func (a *applier) receive(i int, c *Change, who *chosen, e *Effect) error {
	if len(who.skus) > 1 {
		return a.fault(c, "whatif.one_sku", "skus", number(len(who.skus)))
	}
	k, t := who.skus[0], &a.s.Supply
	id := fmt.Sprintf("WHATIF-%d", i+1)
	at := t.Off[k]
	for at < t.Off[k+1] && (t.DueOn[at] < c.From || t.DueOn[at] == c.From && t.OrderID[at] < id) {
		at++
	}
	r := spliceRows(a, t, nil, []int32{at}, who.skus)[0]
	t.OrderID[r], t.Kind[r], t.Qty[r], t.DueOn[r], t.OrderedOn[r], t.Firm[r], t.Supplier[r], t.From[r] = id, planwright.Purchase, c.Amount.Num, c.From, a.s.AsOf, true, planwright.None, planwright.NoSKU
	if len(who.suppliers) > 0 {
		t.Supplier[r] = who.suppliers[0]
	}
	e.Rows++
	a.rows.add(k)
	return nil
}

// close stops sites or suppliers for some days. Demand goes on.
func (a *applier) close(c *Change, who *chosen, e *Effect) {
	s := a.s
	if who.suppliers != nil {
		cal := own(a, &s.Suppliers.Calendar)
		for _, v := range who.suppliers {
			cal[v] = cal[v].Close(c.From, c.To)
			e.Rows++
		}
		a.dates.add(who.skus...)
		return
	}
	if s.Assumed.DemandCalendar == nil {
		s.Assumed.DemandCalendar = s.Sites.Calendar
	}
	cal := own(a, &s.Sites.Calendar)
	closed := make([]bool, len(cal))
	for _, k := range who.skus {
		if m := s.SKUs.Site[k]; !closed[m] {
			closed[m] = true
			cal[m] = cal[m].Close(c.From, c.To)
			e.Rows++
		}
	}
	a.dates.add(who.skus...)
	// What is transferred from there is released there.
	for k := range planwright.SKU(s.Len()) {
		for r := s.Sources.Off[k]; r < s.Sources.Off[k+1]; r++ {
			if from := s.Sources.From[r]; from != planwright.NoSKU && closed[s.SKUs.Site[from]] {
				a.dates.add(k)
				break
			}
		}
	}
}
