package plan

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"planwright"
	"planwright/mrp"
)

// Days from the as-of day within which a release is due, and within which it
// is worth watching. What must be released later is in the plan, not in the
// worklist.
const (
	dueDays   = 7
	watchDays = 28
)

// deadDays is the age from which stock without use and without requirement is
// called dead.
const deadDays = 180

// suggestion is one row before ranking.
type suggestion struct {
	id       string
	action   planwright.Action
	urgency  planwright.Urgency
	sku      planwright.SKU
	qty      planwright.Qty
	value    float64
	actBy    planwright.Day
	needOn   planwright.Day
	impact   float64
	atStake  float64
	key      string
	numbers  string
	order    string
	supplier int32
	basis    string

	receipt   int32      // row of an open receipt that is to come earlier; None
	standsFor []stoodFor // planned orders whose stake it repeats
}

// stoodFor is a share of a planned order that a line stands for.
type stoodFor struct {
	order int32
	share float64
}

// suggest turns planned orders and exceptions into ranked actions.
func suggest(s *planwright.Snapshot, p *planwright.Plan, src *mrp.Sourcing, made *mrp.Result, d *demand) (planwright.Suggestions, error) {
	hang := newStaking(s, p, src, made.Level)
	st := hang.compute()
	p.Stakes = planwright.Stakes{Impact: st.order, AtStake: st.orderCost}
	reqOff, sooner := offsets(p.Requirements.SKU, s.Len()), soonerReceipts(s, p)
	var rows []suggestion
	o := &p.Orders
	for i := range o.SKU {
		var u planwright.Urgency
		switch {
		case o.Release[i] > p.AsOf+watchDays:
			continue
		case o.Release[i] > p.AsOf+dueDays:
			u = planwright.Watch
		case o.Release[i] > p.AsOf || st.order[i] == 0:
			u = planwright.DueSoon
		default:
			u = planwright.Urgent
		}
		k := o.SKU[i]
		need := st.need[i]
		held := need // safety stock alone has no day of its own: it moves with the planning day
		if need == planwright.NoDay {
			need = o.Available[i]
		}
		rows = append(rows, suggestion{
			id: "S:" + o.ID(s, i), action: actionOf(o.Kind[i]), urgency: u, sku: k, qty: o.Qty[i],
			value: o.Cost[i], actBy: o.Release[i], needOn: need, impact: st.order[i], atStake: st.orderCost[i],
			key:     "reason." + o.Reason[i].String(),
			numbers: orderNumbers(s, p, i, held, sooner, reqOff, d.safetyStock, made.Segments), order: o.ID(s, i), supplier: o.Supplier[i],
			basis: basisOf(o.Qty[i], held),
		})
	}
	for i := range p.Exceptions.Code {
		x := p.Exceptions.At(i)
		about, ok := messageActions[x.Code]
		if !ok || x.OrderID == "" || x.SKU == planwright.NoSKU {
			continue
		}
		cost := s.Items.UnitCost[s.SKUs.Item[x.SKU]]
		row := suggestion{id: about.prefix + x.OrderID + ":" + s.Code(x.SKU), action: about.action, sku: x.SKU, qty: x.Qty, value: x.Qty.Float() * cost, actBy: p.AsOf, needOn: x.MoveTo, order: x.OrderID, supplier: planwright.None}
		receipt := receiptRow(s, x.SKU, x.OrderID, x.On)
		row.receipt = receipt
		if receipt >= 0 {
			row.supplier = s.Supply.Supplier[receipt]
		}
		switch row.action {
		case planwright.ActExpedite:
			row.urgency = planwright.Urgent
			if x.MoveTo > p.AsOf+dueDays {
				row.urgency = planwright.DueSoon
			}
			if receipt >= 0 {
				row.impact, row.atStake = st.receipt[receipt], st.receiptLate[receipt]
			}
		case planwright.ActDefer:
			// Money bound for the days between.
			row.urgency = planwright.Excess
			row.impact = row.value * math.Min(1, float64(x.MoveTo-x.On)/365)
			row.atStake = row.value * carryingRate(s, x.SKU) * (float64(x.MoveTo-x.On) / 365)
		default: // cancel
			row.urgency = planwright.Excess
			row.impact = row.value
			row.atStake = row.value * carryingRate(s, x.SKU)
			row.needOn = planwright.NoDay
		}
		row.basis = basisOf(x.Qty, row.needOn)
		row.key = "reason." + row.action.String()
		row.numbers = "order=" + clean(x.OrderID) + ";qty=" + x.Qty.String() + ";on=" + x.On.String() + ";to=" + x.MoveTo.String()
		rows = append(rows, row)
	}
	rows = append(rows, supplierMinimum(s, p)...)
	rows = append(rows, dead(s, p, reqOff, d.yearQty)...)
	moves, err := rebalance(s, p, &st, reqOff, d)
	if err != nil {
		return planwright.Suggestions{}, fmt.Errorf("rebalancing: %w", err)
	}
	shares, err := fairShares(s, p, &st, reqOff)
	if err != nil {
		return planwright.Suggestions{}, fmt.Errorf("fair shares: %w", err)
	}
	rows = append(append(rows, moves...), shares...)
	t := rank(rows)
	t.Person = persons(s, p, &t)
	t.AtStakeOnce, d.avoided = hang.once(&st, rows)
	for i, u := range t.Urgency {
		if u == planwright.Excess || u == planwright.Dead {
			t.AtStakeOnce[i] = t.AtStake[i]
		}
	}
	return t, nil
}

// clean takes the separators of a reason's numbers out of a code.
func clean(code string) string {
	b := []byte(code)
	for i, c := range b {
		if c == ';' || c == '=' {
			b[i] = '_'
		}
	}
	return string(b)
}

// numberIn is a number of a reason, as [clean] names them; "" where it has none.
func numberIn(reason, name string) string {
	for part := range strings.SplitSeq(reason, ";") {
		if v, ok := strings.CutPrefix(part, name+"="); ok {
			return v
		}
	}
	return ""
}

func actionOf(k planwright.OrderKind) planwright.Action {
	switch k {
	case planwright.Work:
		return planwright.ActMake
	case planwright.TransferOrder:
		return planwright.ActTransfer
	case planwright.SubcontractOrder:
		return planwright.ActSubcontract
	}
	return planwright.ActBuy
}

// receiptRow is the row of the open receipt of sku k by order id that is due on a day,
// else the first of the order; None.
func receiptRow(s *planwright.Snapshot, k planwright.SKU, id string, on planwright.Day) int32 {
	first := planwright.None
	for r := s.Supply.Off[k]; r < s.Supply.Off[k+1]; r++ {
		if s.Supply.OrderID[r] == id {
			if s.Supply.DueOn[r] == on {
				return r
			}
			if first == planwright.None {
				first = r
			}
		}
	}
	return first
}

// needed sums the dated elements of a record up to a day.
type needed struct {
	stock, receipts, planned, required planwright.Qty
}

// needBy sums the rows lo <= row < hi of a record up to day by, requirements up to day
// until, which is not before it. Planned orders count where counts says so; nil: all.
func needBy(r *planwright.Requirements, lo, hi int32, by, until planwright.Day, counts func(order int32) bool) (n needed) {
	for e := lo; e < hi && r.On[e] <= until; e++ {
		switch in := r.On[e] <= by; r.Kind[e] {
		case planwright.ElemStock, planwright.ElemExpiry:
			if in {
				n.stock += r.Qty[e]
			}
		case planwright.ElemReceipt:
			if in {
				n.receipts += r.Qty[e]
			}
		case planwright.ElemPlanned:
			if in && (counts == nil || counts(r.Ref[e])) {
				n.planned += r.Qty[e]
			}
		case planwright.ElemCoProduct:
			if in {
				n.planned += r.Qty[e]
			}
		case planwright.ElemSafety:
		default:
			n.required -= r.Qty[e]
		}
	}
	return n
}

// ahead is the day on which what is required on a day is needed: earlier by the safety
// time of sku k.
func ahead(s *planwright.Snapshot, k planwright.SKU, on planwright.Day) planwright.Day {
	if n := int(s.SKUs.SafetyTime[k]); n > 0 {
		on = s.Sites.Calendar[s.SKUs.Site[k]].Add(on, -n)
	}
	return max(s.AsOf, on)
}

// soonerReceipt is an open receipt that a message wants earlier.
type soonerReceipt struct {
	on, to planwright.Day // when it is there, and when it is needed
	qty    planwright.Qty
}

// soonerReceipts are the receipts that messages of the plan want earlier, each to the
// earliest day that is named, by the day of the need.
func soonerReceipts(s *planwright.Snapshot, p *planwright.Plan) map[planwright.SKU][]soonerReceipt {
	found := map[planwright.SKU][]soonerReceipt{}
	type receipt struct {
		sku planwright.SKU
		row int32
	}
	seen := map[receipt]int{}
	for i, code := range p.Exceptions.Code {
		if code != planwright.CodeExpedite || p.Exceptions.SKU[i] == planwright.NoSKU {
			continue
		}
		k := p.Exceptions.SKU[i]
		row := receiptRow(s, k, p.Exceptions.OrderID[i], p.Exceptions.On[i])
		if row == planwright.None {
			continue
		}
		to := p.Exceptions.MoveTo[i]
		if j, ok := seen[receipt{k, row}]; ok {
			found[k][j].to = min(found[k][j].to, to)
			continue
		}
		seen[receipt{k, row}] = len(found[k])
		found[k] = append(found[k], soonerReceipt{p.Exceptions.On[i], to, p.Exceptions.Qty[i]})
	}
	for _, list := range found {
		slices.SortStableFunc(list, func(a, b soonerReceipt) int { return cmp.Compare(a.on, b.on) })
	}
	return found
}

// orderNumbers are the figures that a calculator needs to see why order i was
// planned: stock + receipts + planned - required - safety = -short. An order of a segment
// is explained by what belongs to the segment alone; apart may be nil. They are those of
// the day of its need, on which what is required later counts as far as safety time asks
// for it by then. An order that was moved ahead of its need is explained by the day of
// first, the first requirement that it serves (NoDay: none). Of the orders for one need
// each is explained by those before it. A receipt that the plan counts before its day, since
// a message wants it earlier, is among the receipts where more would be short without it
// than all orders for the need bring.
func orderNumbers(s *planwright.Snapshot, p *planwright.Plan, i int, first planwright.Day, sooner map[planwright.SKU][]soonerReceipt, reqOff []int32, safetyStock []planwright.Qty, apart *mrp.Segments) string {
	o := &p.Orders
	k := o.SKU[i]
	safety := max(0, safetyStock[k].Or(0))
	rows, lo, hi, segment := &p.Requirements, reqOff[k], reqOff[k+1], ""
	if apart != nil {
		part := false
		if rows, lo, hi, segment, part = apart.Record(i); part {
			safety = 0
		}
	}
	before := func(j int32) bool { return int(j) != i && (o.Need[j] != o.Need[i] || int(j) < i) }
	at := func(day planwright.Day) (planwright.Day, needed, planwright.Qty) {
		until := day
		for e := lo; e < hi && ahead(s, k, rows.On[e]) <= day; e++ {
			until = max(until, rows.On[e])
		}
		n := needBy(rows, lo, hi, day, until, before)
		short := func() planwright.Qty { return max(0, n.required+safety-n.stock-n.receipts-n.planned) }
		if list := sooner[k]; len(list) > 0 {
			all := needBy(rows, lo, hi, planwright.MaxDay, planwright.MaxDay, func(j int32) bool { return o.Need[j] == o.Need[i] && int(j) >= i }).planned
			for _, x := range list {
				if x.to <= day && x.on > day && short() > all {
					n.receipts += x.qty
				}
			}
		}
		return day, n, short()
	}
	by, n, short := at(o.Need[i])
	if r := o.Reason[i]; short == 0 && first.Known() && r != planwright.ForReorder && r != planwright.ForBuffer { // levels are those of today
		if day := ahead(s, k, first); day > by {
			by, n, short = at(day)
		}
	}
	b := make([]byte, 0, 160)
	put := func(name string, q planwright.Qty) {
		b = append(b, name...)
		b = append(b, '=')
		b = q.AppendTo(b)
		b = append(b, ';')
	}
	put("stock", n.stock)
	put("receipts", n.receipts)
	put("planned", n.planned)
	put("required", n.required)
	put("safety", safety)
	put("short", short)
	put("qty", o.Qty[i])
	if po, ok := slices.BinarySearch(p.Policies.SKU, k); ok {
		put("reorder_point", p.Policies.ReorderPoint[po])
		put("order_up_to", p.Policies.OrderUpTo[po])
	}
	if segment != "" {
		b = append(b, "segment="...)
		b = append(append(b, clean(segment)...), ';')
	}
	b = append(b, "due="...)
	b = by.AppendTo(b)
	return string(b)
}

// offsets turns a sorted column of sku's into the offsets of its rows.
func offsets(sku []planwright.SKU, n int) []int32 {
	off := make([]int32, n+1)
	for _, k := range sku {
		off[k+1]++
	}
	for k := range n {
		off[k+1] += off[k]
	}
	return off
}

// dead finds stock that nothing used in a year, nothing requires in the plan,
// and that is old or belongs to an item that is going.
func dead(s *planwright.Snapshot, p *planwright.Plan, reqOff []int32, yearQty []float64) []suggestion {
	var rows []suggestion
	for k := range planwright.SKU(s.Len()) {
		if yearQty[k] > 0 {
			continue
		}
		var onHand planwright.Qty
		newest := planwright.NoDay
		for r := s.Stock.Off[k]; r < s.Stock.Off[k+1]; r++ {
			if q, ok := onHand.Add(s.Stock.Qty[r]); ok {
				onHand = q
			}
			newest = max(newest, s.Stock.ReceivedOn[r])
		}
		if onHand <= 0 {
			continue
		}
		required := false
		for e := reqOff[k]; e < reqOff[k+1] && !required; e++ {
			switch p.Requirements.Kind[e] {
			case planwright.ElemOrder, planwright.ElemForecast, planwright.ElemDependent, planwright.ElemTransfer, planwright.ElemReserved:
				required = true
			}
		}
		item := s.SKUs.Item[k]
		old := newest.Known() && newest <= p.AsOf-deadDays
		if required || !old && s.Items.Status[item] == planwright.Active {
			continue
		}
		value := onHand.Float() * s.Items.UnitCost[item]
		age := ""
		if newest.Known() {
			age = strconv.Itoa(int(p.AsOf - newest))
		}
		rows = append(rows, suggestion{
			id: "X:" + s.Code(k), action: planwright.ActScrap, urgency: planwright.Dead, sku: k, qty: onHand, value: value,
			actBy: p.AsOf + watchDays, needOn: planwright.NoDay, impact: value, atStake: value * carryingRate(s, k), key: "reason.scrap",
			numbers: "qty=" + onHand.String() + ";days=" + age, supplier: planwright.None, basis: basisOf(onHand, planwright.NoDay),
		})
	}
	return rows
}

// rank sorts rows by urgency, then by what is at stake, then by the sales and the
// money of the order, then by name, and makes names unique.
func rank(rows []suggestion) planwright.Suggestions {
	slices.SortFunc(rows, func(a, b suggestion) int {
		return cmp.Or(cmp.Compare(a.urgency, b.urgency), cmp.Compare(b.atStake, a.atStake), cmp.Compare(b.impact, a.impact), cmp.Compare(b.value, a.value),
			cmp.Compare(a.id, b.id), cmp.Compare(a.sku, b.sku), cmp.Compare(a.actBy, b.actBy), cmp.Compare(a.qty, b.qty))
	})
	seen := make(map[string]int, len(rows))
	type about struct {
		action planwright.Action
		sku    planwright.SKU
		key    string
		order  string
		basis  string
	}
	twins := make(map[about]int)
	var t planwright.Suggestions
	for _, r := range rows {
		a := about{r.action, r.sku, r.key, "", r.basis}
		if r.action.OnOpenOrder() {
			a.order = r.order
		}
		if twins[a]++; twins[a] > 1 { // lots of one shortage are decided one by one
			r.basis += ";n=" + strconv.Itoa(twins[a])
		}
		if seen[r.id]++; seen[r.id] > 1 { // several lines of one open order
			r.id += "#" + strconv.Itoa(seen[r.id])
		}
		t.ID = append(t.ID, r.id)
		t.Action = append(t.Action, r.action)
		t.Urgency = append(t.Urgency, r.urgency)
		t.SKU = append(t.SKU, r.sku)
		t.Qty = append(t.Qty, r.qty)
		t.Value = append(t.Value, r.value)
		t.ActBy = append(t.ActBy, r.actBy)
		t.NeedOn = append(t.NeedOn, r.needOn)
		t.Impact = append(t.Impact, r.impact)
		t.AtStake = append(t.AtStake, r.atStake)
		t.ReasonKey = append(t.ReasonKey, r.key)
		t.Reason = append(t.Reason, r.numbers)
		t.OrderID = append(t.OrderID, r.order)
		t.Supplier = append(t.Supplier, r.supplier)
		t.Basis = append(t.Basis, r.basis)
		t.Status = append(t.Status, planwright.StatusOpen)
		t.Decision = append(t.Decision, 0)
	}
	return t
}

// basisOf is what a decision holds to: when the quantity or the day of need is
// another one, it no longer does. need may be NoDay.
func basisOf(q planwright.Qty, need planwright.Day) string {
	b := append(make([]byte, 0, 40), "qty="...)
	b = q.AppendTo(b)
	if need.Known() {
		b = append(b, ";need="...)
		b = need.AppendTo(b)
	}
	return string(b)
}
