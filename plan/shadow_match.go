package plan

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"planwright"
)

// match pairs the orders of both sides of sku k, the closest due days first, of
// equally close ones those with the closest quantities, and notes what differs.
func (x *shadowRun) match(k planwright.SKU, cost float64, one *ShadowSKU) {
	type pair struct{ them, us int }
	var pairs []pair
	window := planwright.Day(x.r.Options.Window)
	for i := range x.them {
		for j := range x.us {
			if distance(x.them[i].due, x.us[j].due) <= window {
				pairs = append(pairs, pair{i, j})
			}
		}
	}
	apart := func(a pair) (planwright.Day, planwright.Qty) {
		d := x.them[a.them].qty - x.us[a.us].qty
		return distance(x.them[a.them].due, x.us[a.us].due), max(d, -d)
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		d, q := apart(a)
		e, r := apart(b)
		return cmp.Or(cmp.Compare(d, e), cmp.Compare(q, r), cmp.Compare(a.us, b.us), cmp.Compare(a.them, b.them))
	})
	for _, a := range pairs {
		if x.them[a.them].mate < 0 && x.us[a.us].mate < 0 {
			x.them[a.them].mate, x.us[a.us].mate = a.us, a.them
		}
	}
	for j := range x.us {
		u := &x.us[j]
		l := ShadowLine{Kind: ShadowOnlyUs, SKU: k, Them: -1, Us: u.row, Qty: [2]planwright.Qty{0, u.qty}, Due: [2]planwright.Day{planwright.NoDay, u.due}, Money: u.qty.Float() * cost}
		if i := u.mate; i >= 0 {
			t := &x.them[i]
			l.Them, l.Qty[ShadowThem], l.Due[ShadowThem], l.Days = t.row, t.qty, t.due, int(u.due-t.due)
			l.Money = math.Abs((u.qty-t.qty).Float())*cost + min(u.qty, t.qty).Float()*cost*math.Abs(float64(l.Days))/365
			switch {
			case u.qty == t.qty && l.Days == 0:
				l.Kind = ShadowSame
			case u.qty == t.qty:
				l.Kind = ShadowMoved
			case l.Days == 0:
				l.Kind = ShadowResized
			default:
				l.Kind = ShadowChanged
			}
		}
		reason := x.st.Plan.Orders.Reason[u.row]
		n := &x.reasons[reason]
		n.Orders++
		n.Money += cents(u.qty.Float() * cost)
		if l.Kind == ShadowOnlyUs {
			n.Only++
		}
		l.ReasonKey = "reason." + reason.String()
		l.Reason = pairsOf(orderNumbers(x.st.Snap, x.st.Plan, u.row, x.first(k, int32(u.row)), x.sooner, x.requirements, x.safety, x.apart))
		x.line(one, l)
	}
	for i := range x.them {
		if t := &x.them[i]; t.mate < 0 {
			l := ShadowLine{Kind: ShadowOnlyThem, SKU: k, Them: t.row, Us: -1, Qty: [2]planwright.Qty{t.qty, 0}, Due: [2]planwright.Day{t.due, planwright.NoDay}, Money: t.qty.Float() * cost}
			l.ReasonKey, l.Reason = x.unneeded(k, t.available)
			x.line(one, l)
		}
	}
}

// first is the day of the first requirement that planned order row of sku k serves; NoDay:
// none.
func (x *shadowRun) first(k planwright.SKU, row int32) planwright.Day {
	g, day := &x.st.Plan.Pegs, planwright.NoDay
	for i := x.pegs[k]; i < x.pegs[k+1]; i++ {
		if g.SupplyKind[i] == planwright.SupplyPlanned && g.SupplyRef[i] == row && g.DemandKind[i] != planwright.DemandSafety && (day == planwright.NoDay || g.DueOn[i] < day) {
			day = g.DueOn[i]
		}
	}
	return day
}

func (x *shadowRun) line(one *ShadowSKU, l ShadowLine) {
	one.Part.Lines[l.Kind]++
	x.r.Lines = append(x.r.Lines, l)
}

// unneeded says why the plan has no order at a day: what its record has by then. Where
// it is short itself, nothing of its own could come in time.
func (x *shadowRun) unneeded(k planwright.SKU, by planwright.Day) (key string, pairs []string) {
	n := needBy(&x.st.Plan.Requirements, x.requirements[k], x.requirements[k+1], by, by, nil)
	safety := max(0, x.safety[k].Or(0))
	left := n.stock + n.receipts + n.planned - n.required
	key = "shadow.covered"
	if left < safety {
		key = "shadow.later"
	}
	return key, []string{"due", by.String(), "stock", n.stock.String(), "receipts", n.receipts.String(), "planned", n.planned.String(), "required", n.required.String(),
		"left", left.String(), "safety", safety.String()}
}

// pairsOf are the names and values of the numbers of a reason, in turn.
func pairsOf(numbers string) (pairs []string) {
	for part := range strings.SplitSeq(numbers, ";") {
		if name, value, ok := strings.Cut(part, "="); ok {
			pairs = append(pairs, name, value)
		}
	}
	return pairs
}
