package replay

// Case is one sku over the days of a replay, the same for every policy.
type Case struct {
	Demand []float64 // units wanted, by day
	Other  []float64 // units that come (or, negative, go) whatever the policy is, by day; nil: none
	Lead   []int32   // days from an order of this day to its receipt, by day

	Opening float64   // on hand as the first day begins
	Coming  []float64 // what was on order then, by the day it came; nil: nothing

	// Backorder lets customers wait for what is not there; else it is lost.
	Backorder bool
}

// Day sums of a policy over a stretch of days.
type Sums struct {
	Days     float64
	Stock    float64 // unit-days at the end of the day
	Demand   float64 // units wanted
	Short    float64 // of them not served on their day
	OutDays  float64 // days with such a shortage
	Orders   float64
	Ordered  float64 // units
	Received float64 // units of these and earlier orders
	Moved    float64 // units of Case.Other, as far as there was stock for them
	Cycles   float64 // receipts
	Good     float64 // of them before which, since the one before, nothing was short
}

// Add adds o to s.
func (s *Sums) Add(o *Sums) {
	s.Days += o.Days
	s.Stock += o.Stock
	s.Demand += o.Demand
	s.Short += o.Short
	s.OutDays += o.OutDays
	s.Orders += o.Orders
	s.Ordered += o.Ordered
	s.Received += o.Received
	s.Moved += o.Moved
	s.Cycles += o.Cycles
	s.Good += o.Good
}

// State is what a policy leaves behind.
type State struct {
	OnHand  float64
	Backlog float64
	OnOrder float64
}

// Simulator holds the scratch of simulations; the zero value is ready. It is
// for one goroutine at a time and does not allocate once it has grown.
type Simulator struct {
	arrivals []float64
}

// Run runs a case under a policy and adds what happened to out, a row for each
// stretch: bin says to which one a day belongs. The units obey
//
//	opening + received + moved − (demand − short) − backlog served = closing
//
// where under backorders what was short is served later; the last row of the
// State tells what is still owed.
func (m *Simulator) Run(c *Case, p *Policy, bin []int32, out []Sums) State {
	n := len(c.Demand)
	if cap(m.arrivals) < n {
		m.arrivals = make([]float64, n)
	}
	arrivals := m.arrivals[:n]
	clear(arrivals)
	st := State{OnHand: c.Opening}
	for t, q := range c.Coming {
		if t < n {
			arrivals[t] += q
		}
		st.OnOrder += q
	}
	last := 0      // day of the latest receipt: orders do not overtake
	short := false // since the last receipt
	review := 0    // the next one
	sendOn, sendQty := -1, 0.0
	for t := range n {
		b := &out[bin[t]]
		b.Days++
		if q := arrivals[t]; q > 0 {
			b.Received += q
			b.Cycles++
			if !short {
				b.Good++
			}
			short = false
			st.OnOrder -= q
			served := min(q, st.Backlog)
			st.Backlog -= served
			st.OnHand += q - served
		}
		if review < len(p.Days) && int(p.Days[review]) == t {
			// What an earlier review meant to send is sent, or decided again.
			sendOn, sendQty = p.order(review, st.OnHand-st.Backlog+st.OnOrder)
			sendOn += t
			review++
		}
		if sendOn == t && sendQty > 0 {
			b.Orders++
			b.Ordered += sendQty
			st.OnOrder += sendQty
			due := max(t+max(1, int(c.Lead[t])), last)
			last = due
			if due < n {
				arrivals[due] += sendQty
			}
			sendQty = 0
		}
		if c.Other != nil && c.Other[t] != 0 {
			x := max(c.Other[t], -st.OnHand)
			b.Moved += x
			st.OnHand += x
		}
		want := c.Demand[t]
		b.Demand += want
		got := min(want, st.OnHand)
		st.OnHand -= got
		if lack := want - got; lack > 1e-9 {
			b.Short += lack
			b.OutDays++
			short = true
			if c.Backorder {
				st.Backlog += lack
			}
		}
		b.Stock += st.OnHand
	}
	return st
}
