package mrp

import "planwright"

// tester is what testing.T and rapid.T have in common.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
}

// checkInvariants checks M1 to M6 of a plan by arithmetic of its own, from the
// snapshot and the tables of the result alone.
func checkInvariants(t tester, in Input, opt Options, r *Result) {
	t.Helper()
	c := &checker{t: t, s: in.Snap, opt: opt, r: r, told: make([]bool, in.Snap.Len()), late: make([]bool, in.Snap.Len()), limit: make([]bool, in.Snap.Len()), ranged: make([]bool, in.Snap.Len())}
	for i, k := range r.Exceptions.SKU {
		if k == planwright.NoSKU {
			continue
		}
		c.told[k] = true
		switch r.Exceptions.Code[i] {
		case planwright.CodeLate:
			c.late[k] = true
		case planwright.CodeLotLimit:
			c.limit[k] = true
		case planwright.CodeQtyRange:
			c.ranged[k] = true
		}
	}
	c.columns()
	c.dates()
	c.lots()
	c.conservation()
	c.pegging()
	c.explosion()
}

type checker struct {
	t                         tester
	s                         *planwright.Snapshot
	opt                       Options
	r                         *Result
	told, late, limit, ranged []bool // exceptions by sku: any, LATE, LOT_LIMIT, QTY_RANGE
}

func (c *checker) bad(rule string, k planwright.SKU, format string, args ...any) {
	c.t.Helper()
	c.t.Errorf(rule+" %s: "+format, append([]any{c.s.Code(k)}, args...)...)
}

// columns checks the form: sorted tables, references inside their tables,
// names of orders that are unique.
func (c *checker) columns() {
	s, o := c.s, &c.r.Orders
	type name struct {
		k    planwright.SKU
		kind planwright.OrderKind
		due  planwright.Day
		seq  int32
	}
	names := map[name]bool{}
	for i, k := range o.SKU {
		if i > 0 && (o.SKU[i-1] > k || o.SKU[i-1] == k && o.Due[i-1] > o.Due[i]) {
			c.bad("form", k, "order %d is not in the order of sku and due day", i)
		}
		if x := (name{k, o.Kind[i], o.Due[i], o.Seq[i]}); names[x] {
			c.bad("form", k, "two orders are named %s", o.ID(s, i))
		} else {
			names[x] = true
		}
		if o.Qty[i] <= 0 || o.Good[i] <= 0 || o.Good[i] > o.Qty[i] {
			c.bad("form", k, "order %s of %s with %s good", o.ID(s, i), o.Qty[i], o.Good[i])
		}
		if x := o.Source[i]; x != planwright.None && (x < s.Sources.Off[k] || x >= s.Sources.Off[k+1]) {
			c.bad("form", k, "order %d comes from source %d of another sku", i, x)
		}
		if (o.Kind[i] == planwright.TransferOrder) != (o.From[i] != planwright.NoSKU) && o.From[i] == planwright.NoSKU {
			c.bad("form", k, "transfer %s comes from nowhere", o.ID(s, i))
		}
	}
	q := &c.r.Requirements
	for i, k := range q.SKU {
		if i > 0 && (q.SKU[i-1] > k || q.SKU[i-1] == k && q.On[i-1] > q.On[i]) {
			c.bad("form", k, "element %d is not in the order of sku and day", i)
		}
		n := int32(o.Len())
		switch q.Kind[i] {
		case planwright.ElemPlanned, planwright.ElemCoProduct, planwright.ElemTransfer:
			if q.Ref[i] < 0 || q.Ref[i] >= n {
				c.bad("form", k, "element %d refers to order %d of %d", i, q.Ref[i], n)
			}
		}
	}
	for i, k := range c.r.Pegs.SKU {
		if c.r.Pegs.Qty[i] <= 0 {
			c.bad("form", k, "a peg of %s", c.r.Pegs.Qty[i])
		}
	}
	for i := 1; i < c.r.Exceptions.Len(); i++ {
		if c.r.Exceptions.SKU[i-1] > c.r.Exceptions.SKU[i] {
			c.t.Errorf("form: exception %d is not in the order of sku", i)
		}
	}
}

// dates is M1; a past start is excused only where the data set keeps it.
func (c *checker) dates() {
	o := &c.r.Orders
	for i, k := range o.SKU {
		if !(o.Release[i] <= o.Start[i] && o.Start[i] <= o.Due[i] && o.Due[i] <= o.Available[i]) {
			c.bad("M1", k, "release %s, start %s, due %s, available %s", o.Release[i], o.Start[i], o.Due[i], o.Available[i])
		}
		if !c.s.KeepPast && o.Start[i] < c.s.AsOf {
			c.bad("M1", k, "starts on %s, before %s", o.Start[i], c.s.AsOf)
		}
	}
}

// usable is the stock that planning counts on.
func (c *checker) usable(k planwright.SKU) (q planwright.Qty) {
	st := &c.s.Stock
	if c.s.SKUs.Strategy[k] == 11 {
		return 0
	}
	for x := st.Off[k]; x < st.Off[k+1]; x++ {
		if e := st.ExpiresOn[x]; st.Status[x] != planwright.Blocked && (!e.Known() || e >= c.s.AsOf || st.Qty[x] < 0) {
			q += st.Qty[x]
		}
	}
	return q
}

// conservation is M2 and M4: the record of a sku starts with the usable stock,
// holds every firm receipt, every planned order and, for sku's that hand
// nothing on, every requirement of the data set once, and adds up.
func (c *checker) conservation() {
	s, q, o := c.s, &c.r.Requirements, &c.r.Orders
	planned := make([]planwright.Qty, s.Len())
	for i, k := range o.SKU {
		planned[k] += o.Good[i]
	}
	type sums struct{ stock, receipts, planned, orders, reserved planwright.Qty }
	got := make([]sums, s.Len())
	var balance planwright.Qty
	for i, k := range q.SKU {
		if i == 0 || q.SKU[i-1] != k {
			balance = 0
			if q.Kind[i] != planwright.ElemStock {
				c.bad("M2", k, "the record does not start with the stock")
			}
		}
		balance += q.Qty[i]
		if balance != q.After[i] && !c.ranged[k] {
			c.bad("M2", k, "balance after element %d is %s, want %s", i, q.After[i], balance)
		}
		g := &got[k]
		switch q.Kind[i] {
		case planwright.ElemStock:
			g.stock += q.Qty[i]
		case planwright.ElemReceipt:
			g.receipts += q.Qty[i]
		case planwright.ElemPlanned:
			g.planned += q.Qty[i]
			if x := q.Ref[i]; o.SKU[x] != k || o.Good[x] != q.Qty[i] || o.Available[x] != q.On[i] {
				c.bad("M2", k, "element %d is not planned order %d", i, x)
			}
		case planwright.ElemOrder:
			g.orders -= q.Qty[i]
		case planwright.ElemReserved:
			g.reserved -= q.Qty[i]
		}
		if last := i+1 == q.Len() || q.SKU[i+1] != k; (last || q.On[i+1] != q.On[i]) && q.After[i] < 0 && q.On[i] >= s.AsOf && !c.told[k] {
			c.bad("M4", k, "balance %s at the end of %s and no exception", q.After[i], q.On[i])
		}
	}
	takesOver := make([]bool, s.Items.Len())
	for _, next := range s.Items.Successor {
		if next != planwright.None {
			takesOver[next] = true
		}
	}
	for k := range planwright.SKU(s.Len()) {
		if c.ranged[k] {
			continue
		}
		g := got[k]
		if want := c.usable(k); g.stock != want {
			c.bad("M2", k, "the record opens with %s, want %s", g.stock, want)
		}
		var receipts, orders, reserved planwright.Qty
		for x := s.Supply.Off[k]; x < s.Supply.Off[k+1]; x++ {
			if firmed(s, k, x) && s.Supply.Qty[x] > 0 {
				receipts += s.Supply.Qty[x]
			}
		}
		if g.receipts != receipts {
			c.bad("M2", k, "receipts of the record are %s, want %s", g.receipts, receipts)
		}
		if g.planned != planned[k] {
			c.bad("M2", k, "planned receipts of the record are %s, want %s", g.planned, planned[k])
		}
		within := func(d planwright.Day) bool { return c.opt.HorizonEnd == 0 || max(d, s.AsOf) < c.opt.HorizonEnd }
		for x := s.Demand.Off[k]; x < s.Demand.Off[k+1]; x++ {
			if s.Demand.Qty[x] > 0 && within(s.Demand.DueOn[x]) {
				orders += s.Demand.Qty[x]
			}
		}
		for x := s.Reserved.Off[k]; x < s.Reserved.Off[k+1]; x++ {
			if s.Reserved.Qty[x] > 0 && within(s.Reserved.DueOn[x]) {
				reserved += s.Reserved.Qty[x]
			}
		}
		item := s.SKUs.Item[k]
		if s.Items.Successor[item] != planwright.None || takesOver[item] || s.SKUs.Strategy[k] == 10 || s.SKUs.MRPType[k] == planwright.ForecastOnly {
			continue // hands on, or does not look at, some of them
		}
		if g.orders != orders {
			c.bad("M2", k, "orders of the record are %s, want %s", g.orders, orders)
		}
		if g.reserved != reserved {
			c.bad("M2", k, "reservations of the record are %s, want %s", g.reserved, reserved)
		}
	}
}

// pegging is M3, and that a requirement served after its day is told.
func (c *checker) pegging() {
	s, g, q, o := c.s, &c.r.Pegs, &c.r.Requirements, &c.r.Orders
	type end struct {
		k    planwright.SKU
		kind uint8
		ref  int32
	}
	holds, needs := map[end]planwright.Qty{}, map[end]planwright.Qty{}
	there := map[end]planwright.Day{}
	for i, k := range q.SKU {
		ref := q.Ref[i]
		switch q.Kind[i] {
		case planwright.ElemStock:
			holds[end{k, uint8(planwright.SupplyStock), planwright.None}] += q.Qty[i]
		case planwright.ElemReceipt:
			holds[end{k, uint8(planwright.SupplyReceipt), ref}] += q.Qty[i]
		case planwright.ElemPlanned:
			holds[end{k, uint8(planwright.SupplyPlanned), ref}] += q.Qty[i]
			there[end{k, uint8(planwright.SupplyPlanned), ref}] = q.On[i]
		case planwright.ElemCoProduct:
			holds[end{k, uint8(planwright.SupplyCoProduct), ref}] += q.Qty[i]
		case planwright.ElemOrder:
			needs[end{k, uint8(planwright.DemandOrder), ref}] -= q.Qty[i]
		case planwright.ElemForecast:
			needs[end{k, uint8(planwright.DemandForecast), ref}] -= q.Qty[i]
		case planwright.ElemDependent:
			needs[end{k, uint8(planwright.DemandDependent), ref}] -= q.Qty[i]
		case planwright.ElemTransfer:
			needs[end{k, uint8(planwright.DemandTransfer), ref}] -= q.Qty[i]
		case planwright.ElemReserved:
			needs[end{k, uint8(planwright.DemandReserved), ref}] -= q.Qty[i]
		case planwright.ElemOpenTransfer:
			needs[end{k, uint8(planwright.DemandOpenTransfer), ref}] -= q.Qty[i]
		}
	}
	// Stock of a segment is not there for what another one owes.
	for k := range planwright.SKU(s.Len()) {
		type keeper struct {
			segment string
			vendor  int32
		}
		st := &s.Stock
		by := map[keeper]planwright.Qty{}
		for x := st.Off[k]; x < st.Off[k+1]; x++ {
			if e := st.ExpiresOn[x]; st.Status[x] != planwright.Blocked && (!e.Known() || e >= s.AsOf || st.Qty[x] < 0) {
				by[keeper{st.Segment[x], st.Supplier[x]}] += st.Qty[x]
			}
		}
		if len(by) > 1 {
			var sum planwright.Qty
			for _, q := range by {
				sum += max(0, q)
			}
			holds[end{k, uint8(planwright.SupplyStock), planwright.None}] = sum
		}
	}
	given, served := map[end]planwright.Qty{}, map[end]planwright.Qty{}
	for i, k := range g.SKU {
		from := end{k, uint8(g.SupplyKind[i]), g.SupplyRef[i]}
		given[from] += g.Qty[i]
		if g.DemandKind[i] == planwright.DemandSafety {
			continue
		}
		served[end{k, uint8(g.DemandKind[i]), g.DemandRef[i]}] += g.Qty[i]
		if on, ok := there[from]; ok && on > g.DueOn[i] && !c.late[k] {
			c.bad("M3", k, "order %s comes on %s for a requirement of %s and nothing says late", o.ID(s, int(g.SupplyRef[i])), on, g.DueOn[i])
		}
	}
	for from, q := range given {
		if q > holds[from] && !c.ranged[from.k] {
			c.bad("M3", from.k, "supply %d of kind %d gives %s of %s", from.ref, from.kind, q, holds[from])
		}
	}
	for to, q := range served {
		if q > needs[to] && !c.ranged[to.k] {
			c.bad("M3", to.k, "demand %d of kind %d gets %s of %s", to.ref, to.kind, q, needs[to])
		}
	}
	for to, q := range needs {
		if served[to] < q && !c.told[to.k] {
			c.bad("M3", to.k, "demand %d of kind %d gets %s of %s and no exception", to.ref, to.kind, served[to], q)
		}
	}
}

// lots is M5.
func (c *checker) lots() {
	s, o := c.s, &c.r.Orders
	for i, k := range o.SKU {
		if c.limit[k] || c.ranged[k] {
			continue
		}
		lotMin, multiple, lotMax := s.SKUs.LotMin[k], s.SKUs.LotMultiple[k], s.SKUs.LotMax[k]
		if x := o.Source[i]; x != planwright.None {
			if s.Sources.FromStockOnly[x] {
				continue // what is free there, whatever the lot
			}
			lotMin, multiple, lotMax = s.Sources.LotMin[x].Or(lotMin), s.Sources.LotMultiple[x].Or(multiple), s.Sources.LotMax[x].Or(lotMax)
		}
		q := o.Qty[i]
		if size := s.SKUs.LotSize[k].Or(0); s.SKUs.LotRule[k] == planwright.FixedQty && size > 0 {
			if q != size {
				c.bad("M5", k, "an order of %s, lot size %s", q, size)
			}
			continue
		}
		if lotMax > 0 && q > lotMax {
			c.bad("M5", k, "an order of %s, maximum %s", q, lotMax)
		}
		if s.SKUs.LotMaxAsIs[k] && lotMax > 0 || q == lotMax {
			continue
		}
		if q < lotMin {
			c.bad("M5", k, "an order of %s, minimum %s", q, lotMin)
		}
		if s.SKUs.Rounding[k] != "" {
			continue // a rounding profile stands above the multiple
		}
		if multiple > 0 && q%multiple != 0 {
			c.bad("M5", k, "an order of %s, multiple %s", q, multiple)
		}
		if step := planwright.Step(int(s.Items.Decimals[s.SKUs.Item[k]])); q%step != 0 && (multiple == 0 || multiple%step == 0) {
			c.bad("M5", k, "an order of %s, step %s", q, step)
		}
	}
}

// explosion is M6, for the sku's whose requirements hang on no policy: on
// phantoms, alternates, successors, co-products, cycles or a choice of BOM.
func (c *checker) explosion() {
	s, o, q, b := c.s, &c.r.Orders, &c.r.Requirements, &c.s.BOM
	soft := make([]bool, s.Len())
	for k := range planwright.SKU(s.Len()) {
		if s.Items.Successor[s.SKUs.Item[k]] != planwright.None {
			soft[k] = true
			if next := successorOf(s, k); next != planwright.NoSKU {
				soft[next] = true
			}
		}
		for l := b.Off[k]; l < b.Off[k+1]; l++ {
			x := b.Component[l]
			if b.AltGroup[l] != "" || b.ID[l] != b.ID[b.Off[k]] || b.Role[l] != planwright.Component || b.LotFrom[l].Known() || b.LotTo[l].Known() {
				soft[x] = true
			}
			if b.Phantom[l] {
				soft[x] = true
				for m := b.Off[x]; m < b.Off[x+1]; m++ {
					soft[b.Component[m]] = true
				}
			}
		}
	}
	for i, x := range c.r.Exceptions.SKU {
		if c.r.Exceptions.Code[i] == planwright.CodeBOMCycle {
			soft[x] = true
		}
	}
	want := map[[2]int32]planwright.Qty{} // by sku and order
	for i, k := range o.SKU {
		switch o.Kind[i] {
		case planwright.TransferOrder:
			want[[2]int32{int32(o.From[i]), int32(i)}] += o.Good[i]
		case planwright.Work, planwright.SubcontractOrder:
			for l := b.Off[k]; l < b.Off[k+1]; l++ {
				if soft[b.Component[l]] || b.From[l] != planwright.NoDay && o.Start[i] < b.From[l] || b.To[l] != planwright.NoDay && o.Start[i] >= b.To[l] {
					continue
				}
				per := o.Qty[i]
				if b.Fixed[l] {
					per = planwright.One
				}
				if x, ok := per.MulUp(b.Usage[l]); ok && x > 0 {
					want[[2]int32{int32(b.Component[l]), int32(i)}] += x
				} else if !ok && !c.ranged[k] {
					c.bad("M6", k, "the requirement of %s is out of range and nothing says so", s.Code(b.Component[l]))
				}
			}
		}
	}
	got := map[[2]int32]planwright.Qty{}
	for i, k := range q.SKU {
		if q.Kind[i] == planwright.ElemDependent || q.Kind[i] == planwright.ElemTransfer {
			got[[2]int32{int32(k), q.Ref[i]}] -= q.Qty[i]
		}
	}
	for x, v := range want {
		k := planwright.SKU(x[0])
		if !soft[k] && got[x] != v {
			c.bad("M6", k, "order %s requires %s, want %s", o.ID(s, int(x[1])), got[x], v)
		}
	}
	for x, v := range got {
		k := planwright.SKU(x[0])
		if !soft[k] && want[x] != v {
			c.bad("M6", k, "the record has %s for order %s, want %s", v, o.ID(s, int(x[1])), want[x])
		}
	}
}
