package replay

// Balance writes the stock at the end of each day into dst, from the stock after
// the last day and what the ledger moved on each, and returns that before the
// first. lowest is the lowest of them: below zero the ledger and the stock do
// not belong together.
func Balance(dst, net []float64, closing float64) (opening, lowest float64) {
	on := closing
	lowest = on
	for t := len(net) - 1; t >= 0; t-- {
		dst[t] = on
		lowest = min(lowest, on)
		on -= net[t]
	}
	return on, min(lowest, on)
}

// Happened is what the company did with a case: units sold, received and left at
// the end of the day, by day.
type Happened struct {
	Sold, Received, Stock []float64
}

// Count adds what happened to out, as [Simulator.Run] does for a policy. A
// receipt stands for an order.
func (h *Happened) Count(c *Case, bin []int32, out []Sums) State {
	short := false
	for t, want := range c.Demand {
		b := &out[bin[t]]
		b.Days++
		if q := h.Received[t]; q > 0 {
			b.Received += q
			b.Orders++
			b.Ordered += q
			b.Cycles++
			if !short {
				b.Good++
			}
			short = false
		}
		if c.Other != nil {
			b.Moved += c.Other[t]
		}
		b.Demand += want
		if lack := want - h.Sold[t]; lack > 1e-9 {
			b.Short += lack
			b.OutDays++
			short = true
		}
		b.Stock += max(0, h.Stock[t])
	}
	if n := len(h.Stock); n > 0 {
		return State{OnHand: h.Stock[n-1]}
	}
	return State{OnHand: c.Opening}
}
