package plan

import (
	"cmp"
	"math"
	"slices"

	"planwright"
	"planwright/analytics"
)

// requirementsOf returns the rows of requirements of a sku that use stock, as days
// and positive quantities.
func requirementsOf(p *planwright.Plan, lo, hi int32, on []planwright.Day, qty []planwright.Qty) ([]planwright.Day, []planwright.Qty) {
	on, qty = on[:0], qty[:0]
	r := &p.Requirements
	for i := lo; i < hi; i++ {
		switch r.Kind[i] {
		case planwright.ElemOrder, planwright.ElemForecast, planwright.ElemDependent, planwright.ElemTransfer, planwright.ElemOpenTransfer, planwright.ElemReserved:
			if r.Qty[i] < 0 {
				on, qty = append(on, r.On[i]), append(qty, -r.Qty[i])
			}
		}
	}
	return on, qty
}

// flow fills Plan.Flow and the classes that rest on it.
func flow(s *planwright.Snapshot, p *planwright.Plan, d *demand, f *facts) {
	n := s.Len()
	t := &p.Flow
	*t = planwright.Flow{
		SKU: make([]planwright.SKU, n), OnHand: f.onHand, StockValue: make([]float64, n), AverageQty: make([]float64, n), AverageValue: make([]float64, n),
		YearUse: make([]float64, n), UseValue: make([]float64, n), YearSales: make([]float64, n), Margin: make([]float64, n), Picks: make([]int32, n),
		Turns: make([]float64, n), DaysBack: make([]float64, n), DaysForward: make([]float64, n), GMROI: make([]float64, n),
		StockoutDays: make([]int32, n), LostQty: make([]float64, n), LostValue: make([]float64, n), FillRate: make([]float64, n),
		LastUse: make([]planwright.Day, n), LastReceipt: make([]planwright.Day, n), Idle: make([]int32, n), Movement: make([]string, n),
	}
	newest := newestReceipts(s, p.AsOf)
	var on []planwright.Day
	var qty []planwright.Qty
	for k := range n {
		item := s.SKUs.Item[k]
		u, y := &d.use[k], &f.ledger[k]
		cost := f.cost[k]
		if !(math.Abs(cost) <= 1e200) {
			cost = 0
		}
		t.SKU[k] = planwright.SKU(k)
		t.StockValue[k] = f.onHand[k].Float() * cost
		t.AverageQty[k] = f.onHand[k].Float()
		if y.Days > 0 {
			t.AverageQty[k] = y.AverageQty
		}
		t.AverageValue[k] = t.AverageQty[k] * cost
		t.YearUse[k], t.YearSales[k], t.Picks[k] = d.yearQty[k], d.yearSales[k], u.picks
		t.UseValue[k] = d.yearQty[k] * cost
		price := s.Items.UnitPrice[item]
		if price > 0 {
			t.Margin[k] = d.yearSales[k] * (price - cost)
		}
		t.Turns[k] = orNaN(analytics.Turns(t.YearUse[k], t.AverageQty[k]))
		t.DaysBack[k] = orNaN(analytics.DaysOfSupply(f.onHand[k].Float(), d.yearQty[k]/365))
		on, qty = requirementsOf(p, f.reqOff[k], f.reqOff[k+1], on, qty)
		t.DaysForward[k] = orNaN(analytics.ForwardDays(max(0, f.onHand[k]), on, qty, p.AsOf, p.HorizonEnd))
		t.GMROI[k] = math.NaN()
		if price > 0 && t.YearSales[k] > 0 {
			t.GMROI[k] = orNaN(analytics.GMROI(t.Margin[k], t.AverageValue[k]))
		}
		// Days without stock: as the history says, else as the ledger does.
		out, soldIn, soldOut, days := u.outDays, u.soldIn, u.soldOut, u.days
		if out == 0 && y.ZeroDays > 0 && y.Days > 0 {
			out, soldIn, soldOut, days = y.ZeroDays, u.soldIn+u.soldOut, 0, y.Days
			if u.days < days && u.days > 0 {
				days = max(u.days, out)
			}
		}
		t.StockoutDays[k] = out
		t.LostQty[k] = analytics.LostSales(soldIn, soldOut, days, out)
		if price <= 0 {
			price = cost
		}
		t.LostValue[k] = t.LostQty[k] * price
		t.FillRate[k] = orNaN(analytics.FillRate(t.YearSales[k], t.LostQty[k]))
		t.LastUse[k] = u.lastUse
		if !u.lastUse.Known() {
			t.LastUse[k] = y.LastOut
		}
		t.LastReceipt[k] = max(newest[k], y.LastIn) // NoDay is the smallest
		t.Idle[k] = planwright.NoInt
		if f.onHand[k] > 0 {
			t.Movement[k], t.Idle[k] = analytics.MovingParams{}.Class(t.LastUse[k], t.LastReceipt[k], p.AsOf)
		} else if t.LastUse[k].Known() {
			t.Idle[k] = max(0, int32(p.AsOf-t.LastUse[k]))
		}
	}
	c := &p.Classes
	c.FSN = make([]string, n)
	for k := range n {
		if f.onHand[k] > 0 || f.ledger[k].AverageQty > 0 {
			turns := t.Turns[k]
			c.FSN[k] = analytics.FSNParams{}.Class(turns)
		}
	}
}

// newestReceipts is the last day on which each sku received, by purchases and by
// dated lots; NoDay where neither tells.
func newestReceipts(s *planwright.Snapshot, asOf planwright.Day) []planwright.Day {
	out := make([]planwright.Day, s.Len())
	for k := range out {
		out[k] = planwright.NoDay
		for r := s.Stock.Off[k]; r < s.Stock.Off[k+1]; r++ {
			if on := s.Stock.ReceivedOn[r]; on < asOf {
				out[k] = max(out[k], on)
			}
		}
	}
	for i, k := range s.Receipts.SKU {
		if on := s.Receipts.ReceivedOn[i]; k >= 0 && on < asOf {
			out[k] = max(out[k], on)
		}
	}
	return out
}

// slowMovers lists the stock that does not move.
func slowMovers(s *planwright.Snapshot, p *planwright.Plan, f *facts) {
	t, g, a := &p.SlowMovers, &p.Flow, &p.Aging
	for k := range s.Len() {
		m := g.Movement[k]
		if m == "" || m == analytics.Moving {
			continue
		}
		age, provision := planwright.NoInt, 0.0
		for r := f.layerOff[k]; r < f.layerOff[k+1]; r++ {
			age = max(age, a.Age[r]) // NoInt is the smallest
			provision += a.Provision[r]
		}
		t.SKU = append(t.SKU, planwright.SKU(k))
		t.Movement = append(t.Movement, m)
		t.Idle = append(t.Idle, g.Idle[k])
		t.LastUse = append(t.LastUse, g.LastUse[k])
		t.LastReceipt = append(t.LastReceipt, g.LastReceipt[k])
		t.Qty = append(t.Qty, f.onHand[k])
		t.Value = append(t.Value, g.StockValue[k])
		t.YearUse = append(t.YearUse, g.YearUse[k])
		t.Turns = append(t.Turns, g.Turns[k])
		t.Age = append(t.Age, age)
		t.Provision = append(t.Provision, provision)
	}
}

// expiryRisk simulates, sku by sku, what will expire before it is used.
func expiryRisk(s *planwright.Snapshot, p *planwright.Plan, f *facts) {
	t, st := &p.ExpiryRisk, &s.Stock
	buckets := analytics.NewBuckets(analytics.DefaultExpiryBuckets)
	var lots []analytics.Lot
	var on []planwright.Day
	var qty []planwright.Qty
	for k := range s.Len() {
		lots = lots[:0]
		dated := false
		for r := st.Off[k]; r < st.Off[k+1]; r++ {
			if q := st.Qty[r].Or(0); q > 0 {
				from := p.AsOf
				if st.Status[r] == planwright.Blocked {
					from = planwright.MaxDay // nobody can use it
				}
				lots = append(lots, analytics.Lot{Ref: r, From: from, Expires: st.ExpiresOn[r], Qty: q})
				dated = dated || st.ExpiresOn[r].Known()
			}
		}
		if !dated {
			continue
		}
		// Firm receipts compete for the use; what is planned anew would not be bought.
		if life := s.Items.ShelfLife[s.SKUs.Item[k]]; life != planwright.NoInt && len(s.Supply.Off) > 0 {
			for r := s.Supply.Off[k]; r < s.Supply.Off[k+1]; r++ {
				if q := s.Supply.Qty[r].Or(0); s.Supply.Firm[r] && q > 0 {
					due := max(p.AsOf, s.Supply.DueOn[r])
					lots = append(lots, analytics.Lot{Ref: -1, From: due, Expires: due + planwright.Day(life), Qty: q})
				}
			}
		}
		on, qty = requirementsOf(p, f.reqOff[k], f.reqOff[k+1], on, qty)
		analytics.FEFO(lots, on, qty, p.AsOf, p.HorizonEnd)
		slices.SortStableFunc(lots, func(a, b analytics.Lot) int { return cmp.Compare(a.Ref, b.Ref) })
		cost := f.cost[k]
		for _, l := range lots {
			if l.Ref < 0 || !l.Expires.Known() {
				continue
			}
			left := int32(l.Expires - p.AsOf)
			risk, status := l.Qty-l.Used, "ok"
			switch {
			case left < 0:
				status = analytics.Expired
			case risk > 0:
				status = "at_risk"
			}
			t.SKU = append(t.SKU, planwright.SKU(k))
			t.Lot = append(t.Lot, st.Lot[l.Ref])
			t.ExpiresOn = append(t.ExpiresOn, l.Expires)
			t.DaysLeft = append(t.DaysLeft, left)
			t.Bucket = append(t.Bucket, analytics.ExpiryBucket(buckets, left))
			t.Qty = append(t.Qty, l.Qty)
			t.Used = append(t.Used, l.Used)
			t.AtRisk = append(t.AtRisk, risk)
			t.Value = append(t.Value, l.Qty.Float()*cost)
			t.RiskValue = append(t.RiskValue, risk.Float()*cost)
			t.Status = append(t.Status, status)
		}
	}
}
