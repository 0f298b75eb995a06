package analytics

import (
	"math"

	"planwright"
)

// total adds floats with Neumaier's correction (1974): the sum of a million
// values keeps all its digits, whatever their order.
type total struct{ sum, lost float64 }

func (t *total) add(x float64) {
	s := t.sum + x
	if math.Abs(t.sum) >= math.Abs(x) {
		t.lost += t.sum - s + x
	} else {
		t.lost += x - s + t.sum
	}
	t.sum = s
}

func (t *total) value() float64 { return t.sum + t.lost }

// finite says whether x is a number that can be added.
func finite(x float64) bool { return math.Abs(x) <= math.MaxFloat64 }

// money returns a unit cost, 0 for one that is no price: not a number, or so
// large that a value would leave the range of floats.
func money(cost float64) float64 {
	if !(math.Abs(cost) <= 1e200) {
		return 0
	}
	return cost
}

// saturate adds quantities, ending at the bounds of their range. A sku that
// holds more than 999,999,999,999 units is an error of the data, which must not
// turn into stock of the other sign.
func saturate(a, b planwright.Qty) planwright.Qty {
	s, ok := a.Add(b)
	switch {
	case ok:
		return s
	case s < 0:
		return -planwright.MaxQty
	}
	return planwright.MaxQty
}
