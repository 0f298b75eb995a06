package scenario

import (
	"strconv"
	"strings"

	"planwright"
)

// Kind is what a change changes.
type Kind uint8

// The kinds of changes.
const (
	Demand Kind = iota
	LeadTime
	Delay
	Service
	Close
	Replace
	Budget
	Price
	Cost
	PurchasePrice
	SafetyStock
	Minimum
	Multiple
	MoveOrder
	CancelOrder
	Receive
	Sell
	Stock
	kindCount
)

// kindNames begin a change; order says that an order follows, not a selection.
var kindNames = [kindCount]string{"demand", "lead time", "delay", "service", "close", "replace", "budget", "price", "cost", "purchase price", "safety stock",
	"minimum", "multiple", "move", "cancel", "receive", "sell", "stock"}

func (k Kind) String() string { return kindNames[k] }

// Op is how an amount changes a value.
type Op uint8

// The ways: by a percentage (of it, up or down), by an amount, to an amount.
const (
	NoAmount Op = iota
	ByPercent
	By
	To
)

// Amount is what a value changes by or to, in units, money, days or percent.
type Amount struct {
	Op  Op
	Num planwright.Qty // in millionths
}

// Field is what sku's are chosen by.
type Field uint8

// The fields of a selection.
const (
	ByItem Field = iota
	ByCategory
	BySite
	BySupplier
	ByClass
	ByPlanner
	fieldCount
)

var fieldNames = [fieldCount]string{"item", "category", "site", "supplier", "class", "planner"}

func (f Field) String() string { return fieldNames[f] }

// Term is one condition of a selection: the field has one of the values.
type Term struct {
	Field  Field
	Values []string
}

// Change is one change of a scenario. Which fields count depends on the kind.
type Change struct {
	Kind   Kind
	Where  []Term // all of them hold; none: everything
	Amount Amount
	// From and To bound the days it holds for, both inclusive; NoDay: open.
	From, To planwright.Day
	Order    string // of MoveOrder, CancelOrder; of Delay: "" for a selection
	Other    string // Replace: the item that takes over
	At       int    // where the change begins in the text, or in its line, in characters from 1
	Line     int    // its line in a text of several, from 1; 0: the text has one
}

// String writes a change as [Parse] reads it.
func (c *Change) String() string {
	var b strings.Builder
	word := func(s string) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s)
	}
	word(kindNames[c.Kind])
	switch c.Kind {
	case MoveOrder, CancelOrder:
		word("order")
		word(quote(c.Order))
	case Delay, Close, Replace:
		if c.Order != "" {
			word("order")
			word(quote(c.Order))
			break
		}
		c.writeWhere(&b)
	case Receive, Sell:
		word(c.Amount.Num.String())
		word("of")
		c.writeWhere(&b)
	case Budget:
	default:
		word("of")
		c.writeWhere(&b)
	}
	switch a := c.Amount; {
	case c.Kind == Receive || c.Kind == Sell:
	case c.Kind == Delay:
		word("by " + a.Num.String() + " days")
	case c.Kind == Service:
		word("= " + a.Num.String() + " %")
	case a.Op == ByPercent:
		word(signed(a.Num) + " %")
	case a.Op == By:
		word(signed(a.Num))
	case a.Op == To:
		word("= " + a.Num.String())
	}
	if c.Kind == Replace {
		word("by " + quote(c.Other))
	}
	switch {
	case c.Kind == MoveOrder:
		word("to " + c.From.String())
	case c.Kind == Receive || c.Kind == Sell:
		word("on " + c.From.String())
	default:
		if c.From.Known() {
			word("from " + c.From.String())
		}
		if c.To.Known() && c.Kind != Replace {
			word("to " + c.To.String())
		}
	}
	return b.String()
}

func signed(q planwright.Qty) string {
	if q >= 0 {
		return "+" + q.String()
	}
	return q.String()
}

func (c *Change) writeWhere(b *strings.Builder) {
	if len(c.Where) == 0 {
		b.WriteString(" everything")
		return
	}
	for i, t := range c.Where {
		if i > 0 {
			b.WriteString(" and")
		}
		b.WriteString(" " + fieldNames[t.Field])
		for j, v := range t.Values {
			if j > 0 {
				b.WriteString(",")
			}
			b.WriteString(" " + quote(v))
		}
	}
}

// quote writes a value so that it is read as one.
func quote(s string) string {
	if s == "" || strings.ContainsFunc(s, separates) || keyword(s) != "" {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	return s
}

// Format writes a scenario as text, a change a line.
func Format(list []Change) string {
	lines := make([]string, len(list))
	for i := range list {
		lines[i] = list[i].String()
	}
	return strings.Join(lines, "\n")
}

// factor is what a percentage multiplies with, exactly.
func (a Amount) factor() planwright.Ratio {
	r, ok := planwright.NewRatio([]int64{int64(100*planwright.One + a.Num)}, []int64{int64(100 * planwright.One)})
	if !ok { // −100 %
		return planwright.Ratio{Num: 0, Den: 1}
	}
	return r
}

// on changes a number.
func (a Amount) on(x float64) float64 {
	switch a.Op {
	case ByPercent:
		return x * (1 + a.Num.Float()/100)
	case By:
		return x + a.Num.Float()
	}
	return a.Num.Float()
}

// onQty changes a quantity, exactly, rounded down to millionths; false where it
// is out of range.
func (a Amount) onQty(q planwright.Qty) (planwright.Qty, bool) {
	switch a.Op {
	case ByPercent:
		if q < 0 {
			x, ok := (-q).MulDown(a.factor())
			return -x, ok
		}
		return q.MulDown(a.factor())
	case By:
		return q.Add(a.Num)
	}
	return a.Num, true
}

// number writes a count for a message.
func number(n int) string { return strconv.Itoa(n) }
