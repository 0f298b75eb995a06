package scenario

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"planwright"
)

// Base is what a scenario takes over from the plan that it is compared with.
type Base struct {
	ABC, XYZ    []string         // classes by sku
	SafetyStock []planwright.Qty // levels of the plan by sku; NoQty: none
	HorizonEnd  planwright.Day   // exclusive
}

// Effect says what a change did.
type Effect struct {
	SKUs int // that it chose
	Rows int // rows and values that it changed
	// Note is a text of the catalogue on what a reader may not expect; "" for none.
	Note  string
	Pairs []string
}

// Applied is a changed snapshot, and which sku's are planned from something else
// than in the base: lists ascend and name a sku once.
type Applied struct {
	Snap    *planwright.Snapshot
	Changes []Change
	Effects []Effect // by change

	Forecast []planwright.SKU // their forecast, and with it the policy
	Policy   []planwright.SKU // what their policy is computed from
	Dates    []planwright.SKU // what their lead times are counted in
	Rows     []planwright.SKU // what netting reads of them
	Worth    []planwright.SKU // what they are worth alone

	Structure bool    // what is made of or replaced by what
	Budget    float64 // of the whole company; 0: none
}

// applier is one call of Apply.
type applier struct {
	base  *Base
	from  *planwright.Snapshot
	s     *planwright.Snapshot // changed
	out   *Applied
	mine  map[any]bool // columns and tables that are no longer the base's
	known []string     // classes

	forecast, policy, dates, rows, worth skuSet

	set     map[Kind][]int32         // by sku the change that set a value, plus one
	periods map[planwright.SKU][]int // changes of demand
	orders  map[string]int           // changes of orders
}

// skuSet collects sku's.
type skuSet []planwright.SKU

func (s *skuSet) add(list ...planwright.SKU) { *s = append(*s, list...) }

func (s skuSet) sorted() []planwright.SKU {
	slices.Sort(s)
	return slices.Compact(s)
}

// Apply makes the changed snapshot. s and its columns stay as they are; what a
// change does not touch is shared with it. Names that are not there, selections that
// choose nothing, days outside the horizon and changes that contradict each other
// are errors, of type *[Problem].
func Apply(s *planwright.Snapshot, base *Base, list []Change) (*Applied, error) {
	changed := *s
	a := &applier{base: base, from: s, s: &changed, out: &Applied{Snap: &changed, Changes: list, Effects: make([]Effect, len(list))}, mine: map[any]bool{},
		set: map[Kind][]int32{}, periods: map[planwright.SKU][]int{}, orders: map[string]int{}}
	for i := range list {
		e, err := a.change(i, &list[i])
		if err != nil {
			return nil, err
		}
		a.out.Effects[i] = e
	}
	a.finishAssumed()
	o := a.out
	o.Forecast, o.Policy, o.Dates, o.Rows, o.Worth = a.forecast.sorted(), a.policy.sorted(), a.dates.sorted(), a.rows.sorted(), a.worth.sorted()
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s", s.Digest, Format(list))
	changed.Digest = hex.EncodeToString(h.Sum(nil))
	return o, nil
}

func (a *applier) fault(c *Change, key string, pairs ...string) error {
	return &Problem{Code: planwright.CodeUsage, At: c.At, Line: c.Line, Key: key, Pairs: append([]string{"change", c.String()}, pairs...)}
}

func (a *applier) change(i int, c *Change) (Effect, error) {
	if err := a.inHorizon(c); err != nil {
		return Effect{}, err
	}
	switch c.Kind {
	case Budget:
		if a.out.Budget > 0 && a.out.Budget != c.Amount.Num.Float() {
			return Effect{}, a.fault(c, "whatif.contradiction", "other", "budget = "+fmt.Sprint(a.out.Budget))
		}
		a.out.Budget = c.Amount.Num.Float()
		t := &a.s.Stocking
		t.StockBudget, t.MultiEchelon, t.FillRate = a.out.Budget, false, 0
		return Effect{SKUs: a.s.Len(), Rows: 1, Note: "whatif.note.budget"}, nil
	case MoveOrder, CancelOrder:
		return a.order(i, c)
	case Delay:
		if c.Order != "" {
			return a.order(i, c)
		}
	}
	who, err := a.choose(c)
	if err != nil {
		return Effect{}, err
	}
	if err := a.contradicts(i, c, who); err != nil {
		return Effect{}, err
	}
	e := Effect{SKUs: len(who.skus)}
	switch c.Kind {
	case Demand:
		err = a.demand(c, who, &e)
	case Service:
		a.service(c, who, &e)
	case LeadTime:
		err = a.leadTime(c, who, &e)
	case Delay:
		err = a.delay(c, who, &e)
	case Close:
		a.close(c, who, &e)
	case Replace:
		err = a.replace(c, who, &e)
	case Price, Cost:
		err = a.money(c, who, &e)
	case PurchasePrice:
		err = a.purchasePrice(c, who, &e)
	case SafetyStock:
		err = a.safetyStock(c, who, &e)
	case Minimum, Multiple:
		err = a.lots(c, who, &e)
	case Receive:
		err = a.receive(i, c, who, &e)
	case Sell:
		err = a.sell(i, c, who, &e)
	case Stock:
		err = a.stock(c, who, &e)
	}
	if err == nil && e.Rows == 0 {
		err = &Problem{Code: planwright.CodeNotFound, At: c.At, Line: c.Line, Key: "whatif.idle", Pairs: []string{"change", c.String(), "skus", number(e.SKUs)}}
	}
	return e, err
}

// inHorizon refuses days that no plan looks at.
func (a *applier) inHorizon(c *Change) error {
	first, last := a.s.AsOf, a.base.HorizonEnd-1
	outside := c.To.Known() && c.To < first || c.From.Known() && c.From > last
	switch c.Kind {
	case MoveOrder, Receive, Sell:
		outside = c.From < first || c.From > last
	case Replace:
		outside = c.From.Known() && (c.From <= first || c.From > last)
		first++
	case Close:
		outside = c.From > last || c.To < first
	}
	if outside {
		return a.fault(c, "whatif.outside", "first", first.String(), "last", last.String())
	}
	return nil
}

// contradicts refuses a second value for what an earlier change has set.
func (a *applier) contradicts(i int, c *Change, who *chosen) error {
	list := a.out.Changes
	other := func(j int) error { return a.fault(c, "whatif.contradiction", "other", list[j].String()) }
	switch c.Kind {
	case Demand:
		for _, k := range who.skus {
			for _, j := range a.periods[k] {
				o := &list[j]
				apart := c.To.Known() && o.From.Known() && c.To < o.From || o.To.Known() && c.From.Known() && o.To < c.From
				if !apart && (c.Amount.Op == To || o.Amount.Op == To) {
					return other(j)
				}
			}
			a.periods[k] = append(a.periods[k], i)
		}
		return nil
	case Receive, Sell, Close, Delay:
		return nil
	}
	if c.Amount.Op != To && c.Kind != Replace {
		return nil
	}
	kind := c.Kind
	of := a.set[kind]
	if of == nil {
		of = make([]int32, a.s.Len())
		a.set[kind] = of
	}
	for _, k := range who.skus {
		if j := of[k]; j > 0 && (list[j-1].Amount != c.Amount || list[j-1].Other != c.Other || list[j-1].From != c.From) && sameSuppliers(&list[j-1], c) {
			return other(int(j - 1))
		}
		of[k] = int32(i + 1)
	}
	return nil
}

// sameSuppliers says whether two changes may speak of the same source.
func sameSuppliers(a, b *Change) bool {
	of := func(c *Change) []string {
		for _, t := range c.Where {
			if t.Field == BySupplier {
				return t.Values
			}
		}
		return nil
	}
	x, y := of(a), of(b)
	return x == nil || y == nil || slices.ContainsFunc(x, func(v string) bool { return slices.Contains(y, v) })
}

// Title is a short name for a scenario: its first change.
func Title(list []Change) string {
	if len(list) == 0 {
		return ""
	}
	name := strings.ReplaceAll(list[0].String(), "\n", " ")
	if len(list) > 1 {
		name += fmt.Sprintf(" (+%d)", len(list)-1)
	}
	return name
}
