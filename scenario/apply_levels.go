package scenario

import (
	"math"
	"slices"

	"planwright"
)

// service sets the service target of sku's, over whatever set it before.
func (a *applier) service(c *Change, who *chosen, e *Effect) {
	s := a.s
	target := c.Amount.Num.Float() / 100
	level := own(a, &s.SKUs.ServiceLevel)
	for _, k := range who.skus {
		level[k] = target
		for r, hi := rowsOf(s.SKUPeriods.Off, k); r < hi; r++ {
			if s.SKUPeriods.ServiceLevel[r] > 0 {
				own(a, &s.SKUPeriods.ServiceLevel)[r] = target
			}
		}
	}
	e.Rows = len(who.skus)
	a.policy.add(who.skus...)
}

// safetyStock sets safety stocks, from those of the plan where one is computed.
func (a *applier) safetyStock(c *Change, who *chosen, e *Effect) error {
	t := &a.s.SKUs
	for _, k := range who.skus {
		was := t.SafetyStock[k]
		if !was.Known() && int(k) < len(a.base.SafetyStock) {
			was = a.base.SafetyStock[k]
		}
		now, ok := c.Amount.onQty(was.Or(0))
		if !ok {
			return a.fault(c, "whatif.range")
		}
		now = a.rounded(k, max(0, now))
		if now != t.SafetyStock[k] {
			own(a, &t.SafetyStock)[k] = now
			e.Rows++
			a.policy.add(k)
			a.rows.add(k)
		}
	}
	return nil
}

// rounded rounds a quantity up to the decimals of the item.
func (a *applier) rounded(k planwright.SKU, q planwright.Qty) planwright.Qty {
	if x, ok := q.CeilTo(planwright.Step(int(a.s.Items.Decimals[a.s.SKUs.Item[k]]))); ok {
		return x
	}
	return q
}

// lots changes minimum and multiple order quantities: the sku's, and those of its
// sources that have their own; with a supplier those of its sources alone.
func (a *applier) lots(c *Change, who *chosen, e *Effect) error {
	s := a.s
	own1, own2 := &s.SKUs.LotMin, &s.Sources.LotMin
	if c.Kind == Multiple {
		own1, own2 = &s.SKUs.LotMultiple, &s.Sources.LotMultiple
	}
	for _, k := range who.skus {
		touched := false
		entered := (*own1)[k]
		if who.suppliers == nil {
			now, ok := c.Amount.onQty(entered)
			if !ok {
				return a.fault(c, "whatif.range")
			}
			if now = a.rounded(k, max(0, now)); now != entered {
				own(a, own1)[k] = now
				touched = true
				e.Rows++
			}
		}
		for r, hi := rowsOf(s.Sources.Off, k); r < hi; r++ {
			was := (*own2)[r]
			if !who.supplied(s.Sources.Supplier[r]) || who.suppliers == nil && !was.Known() {
				continue
			}
			now, ok := c.Amount.onQty(was.Or(entered))
			if !ok {
				return a.fault(c, "whatif.range")
			}
			if now = a.rounded(k, max(0, now)); now != was {
				own(a, own2)[r] = now
				touched = true
				e.Rows++
			}
		}
		if touched {
			a.policy.add(k)
			a.rows.add(k)
		}
	}
	return nil
}

// money changes the unit price or the unit cost of items, at every site.
func (a *applier) money(c *Change, who *chosen, e *Effect) error {
	s := a.s
	if s.Assumed.Price == nil {
		s.Assumed.Price, s.Assumed.Cost = s.Items.UnitPrice, s.Items.UnitCost
	}
	column := &s.Items.UnitPrice
	if c.Kind == Cost {
		column = &s.Items.UnitCost
	}
	for _, i := range who.items {
		now := max(0, c.Amount.on((*column)[i]))
		if math.IsInf(now, 0) || now > 1e12 {
			return a.fault(c, "whatif.range")
		}
		if now != (*column)[i] {
			own(a, column)[i] = now
			e.Rows++
		}
	}
	if c.Kind == Cost {
		a.policy.add(who.skus...)
		a.rows.add(who.skus...)
	}
	a.worth.add(who.skus...)
	return nil
}

// purchasePrice changes what sources ask for; one without a price asks for the
// unit cost.
func (a *applier) purchasePrice(c *Change, who *chosen, e *Effect) error {
	s := a.s
	for _, k := range who.skus {
		touched := false
		for r, hi := rowsOf(s.Sources.Off, k); r < hi; r++ {
			if v := s.Sources.Supplier[r]; v == planwright.None || !who.supplied(v) {
				continue
			}
			was := s.Sources.Price[r]
			if !(was > 0) {
				was = s.Items.UnitCost[s.SKUs.Item[k]]
			}
			now := max(0, c.Amount.on(was))
			if math.IsInf(now, 0) || now > 1e12 {
				return a.fault(c, "whatif.range")
			}
			if now != s.Sources.Price[r] {
				own(a, &s.Sources.Price)[r] = now
				touched = true
				e.Rows++
			}
		}
		if touched {
			a.rows.add(k)
		}
	}
	return nil
}

// stock corrects what is on hand and available: more as a lot without a date, less
// from the oldest lots on.
func (a *applier) stock(c *Change, who *chosen, e *Effect) error {
	t := &a.s.Stock
	var at []int32
	var more []planwright.Qty
	var whose []planwright.SKU
	for _, k := range who.skus {
		free := func(r int32) bool {
			return t.Status[r] == planwright.Available && t.Segment[r] == "" && t.Supplier[r] == planwright.None
		}
		var have planwright.Qty
		for r := t.Off[k]; r < t.Off[k+1]; r++ {
			if free(r) {
				sum, ok := have.Add(t.Qty[r])
				if !ok {
					return a.fault(c, "whatif.range")
				}
				have = sum
			}
		}
		want, ok := c.Amount.onQty(have)
		if !ok {
			return a.fault(c, "whatif.range")
		}
		want = max(0, want)
		diff := want - have
		if diff == 0 {
			continue
		}
		e.Rows++
		a.rows.add(k)
		for r := t.Off[k]; r < t.Off[k+1] && diff < 0; r++ {
			if q := t.Qty[r]; free(r) && q > 0 {
				take := min(q, -diff)
				own(a, &t.Qty)[r] -= take
				diff += take
			}
		}
		if diff > 0 {
			at, more, whose = append(at, t.Off[k]), append(more, diff), append(whose, k)
		}
	}
	if len(at) == 0 {
		return nil
	}
	for i, r := range spliceRows(a, t, nil, at, whose) {
		t.Qty[r], t.Lot[r], t.ReceivedOn[r], t.ExpiresOn[r], t.Status[r], t.Supplier[r] = more[i], "", planwright.NoDay, planwright.NoDay, planwright.Available, planwright.None
	}
	return nil
}

// replace lets an item take over from another from a day on: its stock is used up,
// the rest of the requirement goes to the other one.
func (a *applier) replace(c *Change, who *chosen, e *Effect) error {
	s := a.s
	item := who.items[0]
	other, ok := slices.BinarySearch(s.Items.ID, c.Other)
	if !ok {
		return a.missing(c, ByItem, c.Other)
	}
	if int32(other) == item {
		return a.fault(c, "whatif.itself")
	}
	day := c.From
	if !day.Known() {
		day = s.AsOf + 1
	}
	own(a, &s.Items.Successor)[item] = int32(other)
	own(a, &s.Items.OutOn)[item] = day
	without := 0
	for _, k := range who.skus {
		a.rows.add(k)
		to := s.Find(c.Other, s.Sites.ID[s.SKUs.Site[k]])
		if to == planwright.NoSKU {
			without++
			continue
		}
		a.rows.add(to)
		e.Rows++
	}
	if without > 0 {
		e.Note, e.Pairs = "whatif.note.no_successor", []string{"sites", number(without), "item", c.Other}
	}
	// What ends without a successor at its site is forecast otherwise.
	a.forecast.add(who.skus...)
	a.out.Structure = true
	return nil
}
