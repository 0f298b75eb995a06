package plan

import (
	"cmp"
	"context"
	"slices"

	"planwright"
	"planwright/mrp"
)

// ShadowOptions say how the proposals of another system are set against a plan.
type ShadowOptions struct {
	Until  planwright.Day // the day after the last one looked at; 0: the plan's horizon
	Window int            // days by which two orders of one need may differ; 0: 7
	Listed bool           // only sku's that the other system proposes something for

	// Actual is the demand that came, by sku, ascending by day, in place of customer
	// orders and forecasts; nil: the plan's. Sku's of which it has nothing had no
	// demand.
	Actual func(k planwright.SKU) ([]planwright.Day, []planwright.Qty)
}

// ShadowSides are the two sides of a shadow run.
const (
	ShadowThem = iota // the other system
	ShadowUs          // the plan
	shadowSides
)

// ShadowKind says how an order of one side stands to the other side's.
type ShadowKind uint8

// The kinds: the two sides agree, differ in the day, in the quantity, in both, or
// only one of them has it.
const (
	ShadowSame ShadowKind = iota
	ShadowMoved
	ShadowResized
	ShadowChanged
	ShadowOnlyThem
	ShadowOnlyUs
	shadowKinds
)

var shadowKindNames = []string{"same", "other_day", "other_quantity", "other_both", "only_erp", "only_plan"}

func (k ShadowKind) String() string { return shadowKindNames[k] }

// ShadowLine is a pair of orders for one need, or an order that one side has alone.
type ShadowLine struct {
	Kind      ShadowKind
	SKU       planwright.SKU
	Them, Us  int // rows of the proposals and of the plan's orders; -1: none
	Qty       [shadowSides]planwright.Qty
	Due       [shadowSides]planwright.Day // NoDay where it has none; not before the as-of day
	Days      int                         // plan's due day − the other's
	Money     float64                     // that differs, see [Standing.Shadow]
	ReasonKey string                      // of the message catalogue: why the plan has it, or needs none
	Reason    []string                    // its numbers, name and value in turn
}

// ShadowFigures are what a side makes of the stock of some sku's. Money is in cents
// of whole sku's, so that parts add up to the whole exactly: at unit cost, demand and
// shortages at the selling price (at cost where there is none).
type ShadowFigures struct {
	Orders    int64
	Ordered   int64 // due within the horizon, transfers left out: the money stays in the company
	StockDays int64 // stock on hand, summed over the days
	End       int64 // stock on the last day
	Excess    int64 // of it above the safety stock
	ShortSKUs int64 // sku's that are short on some day
	ShortDays int64 // days of sku's on which something is owed
	Late      int64 // demand that is not met on its day
}

// ShadowPart is a part of the sku's, or all of them: what both sides propose, how
// their orders stand to each other, and what they make of the stock.
type ShadowPart struct {
	Dimension, Key string
	SKUs           int64
	Lines          [shadowKinds]int64 // pairs, and orders of one side
	Demand         int64              // within the horizon, in cents at the selling price
	Dependent      int64              // of it, requirements of the plan's own orders
	Side           [shadowSides]ShadowFigures
}

// ShadowWeek is a week of seven days from the as-of day, the last one cut at the end.
type ShadowWeek struct {
	From  planwright.Day
	Stock [shadowSides]int64 // on its last day, in cents
	Short [shadowSides]int64 // demand of the week that is not met on its day, in cents
	Cash  [shadowSides]int64 // what purchases due in it cost, in cents
}

// ShadowSKU is a sku that a side proposes something for.
type ShadowSKU struct {
	SKU      planwright.SKU
	Qty      [shadowSides]planwright.Qty // ordered
	ShortOn  [shadowSides]planwright.Day // first day on which something is owed; NoDay
	ShortQty [shadowSides]planwright.Qty // most that is owed on a day
	Part     ShadowPart                  // of it alone
}

// ShadowReason is what orders of the plan are for.
type ShadowReason struct {
	Reason planwright.OrderReason
	Orders int64
	Only   int64 // of them, the other side has nothing like it
	Money  int64 // of the orders, at unit cost, in cents
}

// Shadow is a comparison of the proposals of another system with a plan.
type Shadow struct {
	Options ShadowOptions
	AsOf    planwright.Day
	All     ShadowPart
	Parts   []ShadowPart // by class, site, supplier, in the order of their keys
	Weeks   []ShadowWeek
	SKUs    []ShadowSKU
	Lines   []ShadowLine // those that differ most come first
	Reasons []ShadowReason

	PastDue   int            // proposals due before the as-of day: taken as due on it
	Beyond    int            // proposals due at or after the end: left out
	BeyondUs  int            // orders of the plan that are
	TodayOnly int            // sku's planned by reorder point: the plan orders for today alone
	OutOfFile int            // sku's with orders of the plan that the file does not name
	LastDue   planwright.Day // of the proposals within the horizon; NoDay
}

// AverageStock is the mean stock value of side x, in money, over so many days.
func (p *ShadowPart) AverageStock(x int, days float64) float64 {
	return float64(p.Side[x].StockDays) / 100 / days
}

// OnTime is the share of the demand by value that side x meets on its day; 1 without
// demand.
func (p *ShadowPart) OnTime(x int) float64 {
	if p.Demand <= 0 {
		return 1
	}
	return 1 - float64(p.Side[x].Late)/float64(p.Demand)
}

// Days is how many days are looked at.
func (r *Shadow) Days() float64 { return float64(r.Options.Until - r.AsOf) }

// Shadow sets the proposals of another system against the plan's own orders, from
// the as-of day to the end of the horizon.
//
// Both sides meet the same stock, open receipts and requirements: those of the
// plan's records, day by day. Of a sku
//
//	stock of a day = on hand + open receipts + proposals of the side − requirements, up to the day
//
// and what is below zero is owed until it comes. Requirements of components are those
// of the plan's own orders on both sides. What both sides order costs the item's unit
// cost. Goods receipt and scrap are the sku's.
//
// Orders of one sku are of one need if their due days are at most Options.Window
// apart, the closest ones first. What differs in a pair is worth
//
//	|difference of quantity| × unit cost + smaller quantity × unit cost × |days| / 365
//
// and an order of one side its whole value.
func (st *Standing) Shadow(ctx context.Context, e *planwright.Proposals, o ShadowOptions) (*Shadow, error) {
	s, p := st.Snap, st.Plan
	if o.Until == 0 || o.Until > p.HorizonEnd {
		o.Until = p.HorizonEnd
	}
	if o.Window == 0 {
		o.Window = 7
	}
	if o.Until <= s.AsOf || o.Window < 0 {
		return nil, &planwright.Error{Code: planwright.CodeUsage, Op: "shadow", Subject: "until " + o.Until.String(), What: "is not after the plan's day " + s.AsOf.String(),
			Fix: "give a later day", Args: []string{"detail", "--until " + o.Until.String() + ": give a day after " + s.AsOf.String()}}
	}
	r := &Shadow{Options: o, AsOf: s.AsOf, LastDue: planwright.NoDay, All: ShadowPart{Dimension: "all"}}
	for d := s.AsOf; d < o.Until; d += 7 {
		r.Weeks = append(r.Weeks, ShadowWeek{From: d})
	}
	src := mrp.Resolve(s)
	run := shadowRun{apart: st.planner.Segments(), st: st, e: e, r: r, src: &src, orders: offsets(p.Orders.SKU, s.Len()), proposals: offsets(e.SKU, s.Len()), requirements: offsets(p.Requirements.SKU, s.Len()), pegs: offsets(p.Pegs.SKU, s.Len()), sooner: soonerReceipts(s, p),
		parts: map[[2]string]*ShadowPart{}, safety: make([]planwright.Qty, s.Len())}
	for k := range run.safety {
		run.safety[k] = s.SKUs.SafetyStock[k]
		if i := st.policyOf[k]; i != planwright.None {
			run.safety[k] = p.Policies.SafetyStock[i]
		}
	}
	for k := range planwright.SKU(s.Len()) {
		if k%chunk == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		run.sku(k)
	}
	for _, part := range run.parts {
		r.Parts = append(r.Parts, *part)
	}
	slices.SortFunc(r.Parts, func(a, b ShadowPart) int {
		return cmp.Or(cmp.Compare(slices.Index(shadowDimensions, a.Dimension), slices.Index(shadowDimensions, b.Dimension)), cmp.Compare(a.Key, b.Key))
	})
	slices.SortStableFunc(r.Lines, func(a, b ShadowLine) int { return cmp.Compare(b.Money, a.Money) })
	for i, x := range run.reasons {
		if x.Orders > 0 {
			x.Reason = planwright.OrderReason(i)
			r.Reasons = append(r.Reasons, x)
		}
	}
	return r, nil
}

// shadowDimensions are what sku's are parted by; every sku is in one part of each.
var shadowDimensions = []string{"class", "site", "supplier"}

// shadowRun is one comparison under way.
type shadowRun struct {
	st  *Standing
	e   *planwright.Proposals
	r   *Shadow
	src *mrp.Sourcing

	apart                           *mrp.Segments // records of segments, nil where there are none
	orders, proposals, requirements []int32       // rows by sku
	pegs                            []int32
	sooner                          map[planwright.SKU][]soonerReceipt
	safety                          []planwright.Qty
	parts                           map[[2]string]*ShadowPart
	reasons                         [8]ShadowReason
	us, them                        []shadowOrder
	days                            shadowDays
}

// shadowOrder is an order of either side.
type shadowOrder struct {
	row       int
	kind      planwright.OrderKind
	qty, good planwright.Qty
	due       planwright.Day // not before the as-of day
	available planwright.Day
	mate      int // the other side's order of its pair; -1: none
}

// sku compares one sku.
func (x *shadowRun) sku(k planwright.SKU) {
	s, o, r := x.st.Snap, &x.st.Plan.Orders, x.r
	x.us, x.them = x.us[:0], x.them[:0]
	for i := x.orders[k]; i < x.orders[k+1]; i++ {
		due := max(s.AsOf, o.Due[i])
		if due >= r.Options.Until {
			r.BeyondUs++
			continue
		}
		x.us = append(x.us, shadowOrder{row: int(i), kind: o.Kind[i], qty: o.Qty[i], good: o.Good[i], due: due, available: max(s.AsOf, o.Available[i]), mate: -1})
	}
	for i := x.proposals[k]; i < x.proposals[k+1]; i++ {
		due := x.e.DueOn[i]
		if due < s.AsOf {
			due = s.AsOf
			r.PastDue++
		}
		if due >= r.Options.Until {
			r.Beyond++
			continue
		}
		r.LastDue = max(r.LastDue, due)
		y := shadowOrder{row: int(i), kind: x.e.Kind[i], qty: x.e.Qty[i], due: due, available: due, mate: -1}
		if gr := int(s.SKUs.GRDays[k]); gr > 0 {
			y.available = s.Sites.Calendar[s.SKUs.Site[k]].Add(due, gr)
		}
		if y.kind == planwright.ProposedOrder {
			y.kind = x.kindOf(k)
		}
		x.them = append(x.them, y)
	}
	if len(x.them) == 0 && len(x.us) > 0 {
		r.OutOfFile++
	}
	if len(x.them) == 0 && (len(x.us) == 0 || r.Options.Listed) {
		return
	}
	item := s.SKUs.Item[k]
	cost, price := known(s.Items.UnitCost[item]), known(s.Items.UnitPrice[item])
	if price <= 0 {
		price = cost
	}
	if s.SKUs.MRPType[k] == planwright.ReorderPoint {
		r.TodayOnly++
	}
	one := ShadowSKU{SKU: k, Part: ShadowPart{SKUs: 1}}
	x.match(k, cost, &one)
	for i := range x.them {
		x.them[i].good = x.good(k, &x.them[i])
	}
	for side, list := range [shadowSides][]shadowOrder{x.them, x.us} {
		f := &one.Part.Side[side]
		for i := range list {
			y := &list[i]
			one.Qty[side] += y.qty
			f.Orders++
			worth := cents(y.qty.Float() * cost)
			if y.kind != planwright.TransferOrder {
				f.Ordered += worth
			}
			if y.kind == planwright.Purchase || y.kind == planwright.SubcontractOrder {
				r.Weeks[(y.due-s.AsOf)/7].Cash[side] += worth
			}
		}
	}
	x.project(k, cost, price, &one)
	r.SKUs = append(r.SKUs, one)
	r.All.add(&one.Part)
	for _, key := range x.keys(k) {
		part := x.parts[key]
		if part == nil {
			part = &ShadowPart{Dimension: key[0], Key: key[1]}
			x.parts[key] = part
		}
		part.add(&one.Part)
	}
}

// keys are the parts that sku k is in: by the class of its use, its site and its
// supplier of today.
func (x *shadowRun) keys(k planwright.SKU) [3][2]string {
	s := x.st.Snap
	class, supplier := "-", "-"
	if i := x.st.policyOf[k]; i != planwright.None && len(x.st.Plan.Policies.Class[i]) > 0 {
		class = x.st.Plan.Policies.Class[i][:1]
	}
	if i := x.src.Source[k]; i != planwright.None && s.Sources.Supplier[i] != planwright.None {
		supplier = s.Suppliers.ID[s.Sources.Supplier[i]]
	}
	return [3][2]string{{"class", class}, {"site", s.Sites.ID[s.SKUs.Site[k]]}, {"supplier", supplier}}
}

// kindOf is how sku k is usually had.
func (x *shadowRun) kindOf(k planwright.SKU) planwright.OrderKind {
	if len(x.us) > 0 {
		return x.us[0].kind
	}
	return planwright.KindOf(x.src.Procurement[k])
}

// good is what is received of a proposal: the share that the plan expects of the order
// for the same need, else of its order of the nearest day, else what the scrap of the
// sku leaves.
func (x *shadowRun) good(k planwright.SKU, y *shadowOrder) planwright.Qty {
	near := y.mate
	for i := 0; y.mate < 0 && i < len(x.us); i++ {
		if near < 0 || distance(x.us[i].due, y.due) < distance(x.us[near].due, y.due) {
			near = i
		}
	}
	s := x.st.Snap
	ratio := planwright.Ratio{Num: 1, Den: 1}
	if near >= 0 && x.us[near].qty > 0 {
		ratio = planwright.Ratio{Num: int64(x.us[near].good), Den: int64(x.us[near].qty)}
	} else if pct := s.SKUs.ScrapPct[k]; pct != 0 {
		if t, ok := planwright.ScrapRatio(pct, s.SKUs.ScrapDivide[k]); ok {
			ratio = planwright.Ratio{Num: t.Den, Den: t.Num}
		}
	}
	if good, ok := y.qty.MulDown(ratio); ok {
		return good
	}
	return y.qty
}

func distance(a, b planwright.Day) planwright.Day { return max(a-b, b-a) }

// add adds the figures of a part.
func (p *ShadowPart) add(q *ShadowPart) {
	p.SKUs += q.SKUs
	p.Demand += q.Demand
	p.Dependent += q.Dependent
	for i := range p.Lines {
		p.Lines[i] += q.Lines[i]
	}
	for i := range p.Side {
		a, b := &p.Side[i], &q.Side[i]
		a.Orders += b.Orders
		a.Ordered += b.Ordered
		a.StockDays += b.StockDays
		a.End += b.End
		a.Excess += b.Excess
		a.ShortSKUs += b.ShortSKUs
		a.ShortDays += b.ShortDays
		a.Late += b.Late
	}
}
