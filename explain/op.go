package explain

import (
	"errors"
	"fmt"
	"math"

	"planwright"
)

// Op is an operation.
type Op uint8

// The operations. What each takes is said behind it.
const (
	Fact       Op = iota // nothing: a leaf
	Same                 // x, below which the facts that decided it may stand
	Sum                  // quantities, numbers or days, those marked Minus subtracted
	Max                  // quantities, days or numbers: the largest
	Min                  // the smallest
	Times                // quantity, fraction: the product rounded up to a millionth
	TimesDown            // quantity, fraction: rounded down
	Usage                // qty per, per qty, scrap percent: q/p · (1 + s/100)
	UsageOver            // the same: q/p / (1 − s/100)
	Ceiling              // quantity, step: the smallest multiple of the step that is not less
	Spread               // quantity, n, a, b: what days a+1..b of n get, the millionths that are left over on the first days
	AddDays              // day, then days that are added (or subtracted): counted in Calendar
	OnOrBefore           // day: the working day of Calendar at or before it
	OnOrAfter            // day: at or after it
	Weekday              // day, mask, step: the working day of Calendar on one of the weekdays, going by the step
	WholeDays            // quantity: whole days, rounded up
	Product              // numbers and quantities: a number
	Over                 // number, number: the quotient
	ToQuantity           // number: to the nearest millionth
	Function             // what the rules of Again make of the nodes
)

var opNames = []string{"fact", "same", "sum", "max", "min", "times", "times_down", "usage", "usage_divide", "ceiling", "spread", "add_days", "on_or_before", "on_or_after", "weekday", "whole_days", "product", "over", "to_quantity", "function"}

func (o Op) String() string { return opNames[o] }

var (
	errShape = errors.New("the operation does not take these values")
	errRange = errors.New("a quantity leaves its range")
)

func (n *Node) compute(of []Value) (Value, error) {
	need := func(kinds ...Kind) bool {
		if len(of) != len(kinds) {
			return false
		}
		for i, k := range kinds {
			if of[i].Kind != k {
				return false
			}
		}
		return true
	}
	switch n.Op {
	case Same:
		if len(of) == 0 {
			return Value{}, errShape
		}
		return of[0], nil
	case Sum:
		return n.sum(of)
	case Max, Min:
		return n.extreme(of)
	case Times, TimesDown:
		if !need(Quantity, Fraction) {
			break
		}
		q, ok := of[0].Qty().MulUp(of[1].Ratio())
		if n.Op == TimesDown {
			q, ok = of[0].Qty().MulDown(of[1].Ratio())
		}
		if !ok {
			return Value{}, errRange
		}
		return Q(q), nil
	case Usage, UsageOver:
		if !need(Quantity, Quantity, Quantity) {
			break
		}
		r, ok := planwright.UsageRatio(of[0].Qty(), of[1].Qty(), of[2].Qty(), n.Op == UsageOver)
		if !ok {
			return Value{}, errRange
		}
		return R(r), nil
	case Ceiling:
		if !need(Quantity, Quantity) {
			break
		}
		q, ok := of[0].Qty().CeilTo(of[1].Qty())
		if !ok {
			return Value{}, errRange
		}
		return Q(q), nil
	case Spread:
		if !need(Quantity, Days, Days, Days) || of[1].I <= 0 {
			break
		}
		q, days := of[0].I, of[1].I
		part, rest := q/days, q%days
		first := func(d int64) int64 { return part*d + min(d, rest) }
		return Value{Kind: Quantity, I: first(of[3].I) - first(of[2].I)}, nil
	case AddDays:
		if len(of) < 1 || of[0].Kind != Date {
			break
		}
		total := 0
		for i, v := range of[1:] {
			if v.Kind != Days {
				return Value{}, errShape
			}
			if n.Of[i+1].Minus {
				total -= int(v.I)
			} else {
				total += int(v.I)
			}
		}
		return D(n.Calendar.Add(of[0].Day(), total)), nil
	case OnOrBefore:
		if !need(Date) {
			break
		}
		return D(n.Calendar.OnOrBefore(of[0].Day())), nil
	case OnOrAfter:
		if !need(Date) {
			break
		}
		return D(n.Calendar.OnOrAfter(of[0].Day())), nil
	case Weekday:
		if !need(Date, Days, Days) {
			break
		}
		return D(orderDay(uint8(of[1].I), n.Calendar, of[0].Day(), planwright.Day(of[2].I))), nil
	case WholeDays:
		if !need(Quantity) {
			break
		}
		one := int64(planwright.One)
		return N(int(min(int64(planwright.MaxDay), (of[0].I+one-1)/one))), nil
	case Product:
		x := 1.0
		for _, v := range of {
			x *= v.Float()
		}
		return F(x), nil
	case Over:
		if len(of) == 2 {
			return F(of[0].Float() / of[1].Float()), nil
		}
	case ToQuantity:
		if len(of) == 1 {
			return Q(planwright.Clamp(of[0].Float())), nil
		}
	case Function:
		if n.Again == nil {
			break
		}
		return n.Again(of)
	}
	return Value{}, fmt.Errorf("%s: %w", n.Op, errShape)
}

func (n *Node) sum(of []Value) (Value, error) {
	if len(of) == 0 {
		return Q(0), nil
	}
	v := Value{Kind: of[0].Kind}
	for i, x := range of {
		if x.Kind != v.Kind {
			return v, errShape
		}
		switch {
		case v.Kind == Number && n.Of[i].Minus:
			v.F -= x.F
		case v.Kind == Number:
			v.F += x.F
		case n.Of[i].Minus:
			v.I -= x.I
		default:
			v.I += x.I
		}
	}
	if v.Kind == Quantity && (v.Qty() > planwright.MaxQty || v.Qty() < -planwright.MaxQty) {
		return v, errRange
	}
	return v, nil
}

func (n *Node) extreme(of []Value) (Value, error) {
	if len(of) == 0 {
		return Value{}, errShape
	}
	v := of[0]
	for _, x := range of[1:] {
		if x.Kind != v.Kind {
			return v, errShape
		}
		above := x.I > v.I
		if v.Kind == Number {
			above = x.F > v.F || math.IsNaN(v.F)
		}
		if above == (n.Op == Max) && !x.Equal(v) {
			v = x
		}
	}
	return v, nil
}

// orderDay is the first day from d on, in steps of a day forward or back, that
// works and is one of the weekdays; d itself where a year has none.
func orderDay(weekdays uint8, cal *planwright.Calendar, d, step planwright.Day) planwright.Day {
	for n := range planwright.Day(366) {
		x := d + n*step
		if x > planwright.MaxDay || x < planwright.MinDay {
			break
		}
		if weekdays>>(x.Weekday()-1)&1 == 1 && cal.Working(x) {
			return x
		}
	}
	return d
}
