package explain

import (
	"math"
	"strconv"

	"planwright"
)

// Kind is the kind of a value.
type Kind uint8

// The kinds of values.
const (
	Quantity Kind = iota // exact, in millionths of the stock unit
	Date                 // a day
	Days                 // a number of days
	Fraction             // an exact ratio
	Number               // an estimate: forecasts, deviations, money
	Text                 // a name, such as a method
)

var kindNames = []string{"quantity", "date", "days", "fraction", "number", "text"}

func (k Kind) String() string { return kindNames[k] }

// Value is one figure.
type Value struct {
	Kind Kind
	I    int64 // quantity, day, number of days, numerator
	Den  int64 // denominator
	F    float64
	S    string
}

// Q is a quantity.
func Q(q planwright.Qty) Value { return Value{Kind: Quantity, I: int64(q)} }

// D is a day.
func D(d planwright.Day) Value { return Value{Kind: Date, I: int64(d)} }

// N is a number of days.
func N(n int) Value { return Value{Kind: Days, I: int64(n)} }

// R is an exact ratio.
func R(r planwright.Ratio) Value { return Value{Kind: Fraction, I: r.Num, Den: r.Den} }

// F is an estimate.
func F(x float64) Value { return Value{Kind: Number, F: x} }

// S is a text.
func S(s string) Value { return Value{Kind: Text, S: s} }

// Qty returns a quantity.
func (v Value) Qty() planwright.Qty { return planwright.Qty(v.I) }

// Day returns a day.
func (v Value) Day() planwright.Day { return planwright.Day(v.I) }

// Ratio returns an exact ratio.
func (v Value) Ratio() planwright.Ratio { return planwright.Ratio{Num: v.I, Den: v.Den} }

// Float returns the value as a number; NaN of a day and of a text.
func (v Value) Float() float64 {
	switch v.Kind {
	case Quantity:
		return v.Qty().Float()
	case Days:
		return float64(v.I)
	case Fraction:
		return float64(v.I) / float64(v.Den)
	case Number:
		return v.F
	}
	return math.NaN()
}

// Equal says whether two values are the same to the last bit.
func (v Value) Equal(o Value) bool {
	if v.Kind != o.Kind {
		return false
	}
	if v.Kind == Number {
		return v.F == o.F || math.IsNaN(v.F) && math.IsNaN(o.F)
	}
	return v.I == o.I && v.Den == o.Den && v.S == o.S
}

// String writes the value as both languages show it.
func (v Value) String() string {
	switch v.Kind {
	case Quantity:
		if !v.Qty().Known() {
			return ""
		}
		return v.Qty().String()
	case Date:
		if !v.Day().Known() {
			return ""
		}
		return v.Day().String()
	case Days:
		return strconv.FormatInt(v.I, 10)
	case Fraction:
		if v.Den == 1 {
			return strconv.FormatInt(v.I, 10)
		}
		return strconv.FormatInt(v.I, 10) + "/" + strconv.FormatInt(v.Den, 10)
	case Number:
		return strconv.FormatFloat(v.F, 'g', -1, 64)
	}
	return v.S
}
