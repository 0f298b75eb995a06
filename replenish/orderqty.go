package replenish

import "planwright"

// Lot are the limits of an order quantity, in stock units; 0 is none.
type Lot struct {
	Min, Multiple, Max planwright.Qty
	// RestAsIs leaves what remains after splitting by Max as it is: minimum and
	// multiple are not applied to it.
	RestAsIs bool
}

// Orders are equal orders and one last one.
type Orders struct {
	Count      int64          // orders of Each
	Each, Last planwright.Qty // Last: 0 for none
}

// Total returns the sum of the orders, false where it leaves the range of
// quantities.
func (o Orders) Total() (planwright.Qty, bool) {
	if o.Count > 0 && int64(o.Each) > int64(planwright.MaxQty)/o.Count {
		return 0, false
	}
	return (planwright.Qty(o.Count) * o.Each).Add(o.Last)
}

// Split turns a shortage into orders: those of the maximum come first, off the
// multiple if need be; minimum, then multiple, apply to what is left, which is
// never above the maximum. 301 with 100/12/200 is 200 and 108; 140 with
// minimum 50 and maximum 100 is 100 and 50. No orders for shortage <= 0. A
// negative limit is none. It returns false where a quantity leaves the range.
func (l Lot) Split(shortage planwright.Qty) (Orders, bool) {
	if shortage <= 0 {
		return Orders{}, true
	}
	var o Orders
	rest := shortage
	if l.Max > 0 && shortage > l.Max {
		// The last order is never empty: 200 with a maximum of 100 is 100 and 100.
		o.Each = l.Max
		o.Count = int64((shortage - 1) / l.Max)
		rest = shortage - planwright.Qty(o.Count)*l.Max
		if l.RestAsIs {
			o.Last = rest
			return o, true
		}
	}
	rest, ok := max(rest, l.Min).CeilTo(l.Multiple)
	if l.Max > 0 && (!ok || rest > l.Max) {
		rest, ok = l.Max, true
	}
	o.Last = rest
	if o.Count > 0 && o.Last == o.Each {
		o.Count, o.Last = o.Count+1, 0
	}
	return o, ok
}

// Round returns the smallest quantity that the minimum and the multiple allow
// and that is not below q: the batch by which a policy orders. The maximum
// splits an order; it does not limit it.
func (l Lot) Round(q planwright.Qty) (planwright.Qty, bool) {
	return max(q, l.Min, 0).CeilTo(l.Multiple)
}
