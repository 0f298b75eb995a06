package analytics

import "planwright"

// OrderService is how the plan serves open customer orders.
type OrderService struct {
	Lines         int
	OnTimeInFull  int     // lines whose whole quantity is there on their day
	Asked, Filled float64 // units; Filled: on their day
	Value, OnTime float64 // money of them
}

// Add counts one order line: its quantity, the balance after it on its day and
// the value of a unit. A balance below zero is what the line, or those before it,
// lack.
func (o *OrderService) Add(qty, after planwright.Qty, price float64) {
	q := max(0, qty.Or(0))
	short := min(q, max(0, -after.Or(0)))
	o.Lines++
	if short == 0 {
		o.OnTimeInFull++
	}
	o.Asked += q.Float()
	o.Filled += (q - short).Float()
	if finite(price) {
		o.Value += q.Float() * price
		o.OnTime += (q - short).Float() * price
	}
}

// OTIF is the share of the lines on time in full, false where there are none.
func (o *OrderService) OTIF() (float64, bool) {
	if o.Lines == 0 {
		return 0, false
	}
	return float64(o.OnTimeInFull) / float64(o.Lines), true
}
