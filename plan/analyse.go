package plan

import (
	"context"
	"math"
	"sync"

	"planwright"
	"planwright/analytics"
)

// facts are what the analytics stage knows of each sku before it makes its
// tables.
type facts struct {
	cost     []float64
	onHand   []planwright.Qty
	required []planwright.Qty // within the horizon, safety stock included
	ledger   []analytics.LedgerYear
	orders   []analytics.Spread // of orders placed, for the bullwhip
	byLedger []bool             // orders are receipts of the ledger
	reqOff   []int32            // rows of Plan.Requirements by sku
	layerOff []int32            // rows of Plan.Aging by sku
	ordOff   []int32            // rows of Plan.Orders by sku
}

// analyse makes the tables of analytics, in an order in which each can read
// those before it.
func analyse(ctx context.Context, s *planwright.Snapshot, p *planwright.Plan, d *demand, opt Options) error {
	f := newFacts(s, p, d)
	if err := pastOf(ctx, s, p, d, f, opt); err != nil {
		return err
	}
	surplus(s, p, d, f)
	expiryRisk(s, p, f)
	breaches(s, p, d, f)
	project(s, p, d, f)
	supplierScores(s, p)
	amplification(p, d, f)
	return ctx.Err()
}

// newFacts gathers what is known of each sku before the ledger is read.
func newFacts(s *planwright.Snapshot, p *planwright.Plan, d *demand) *facts {
	f := &facts{cost: unitCosts(s), onHand: make([]planwright.Qty, s.Len()), required: required(s, p, d)}
	analytics.OnHand(&s.Stock, f.onHand)
	f.reqOff, f.ordOff = offsets(p.Requirements.SKU, s.Len()), offsets(p.Orders.SKU, s.Len())
	return f
}

// pastOf makes the tables that look back: ages, flow, what does not move.
func pastOf(ctx context.Context, s *planwright.Snapshot, p *planwright.Plan, d *demand, f *facts, opt Options) error {
	if err := ledgers(ctx, s, p, d, f, opt.Workers); err != nil {
		return err
	}
	f.layerOff = offsets(p.Aging.SKU, s.Len())
	flow(s, p, d, f)
	slowMovers(s, p, f)
	return nil
}

// ledgers reads the stock ledger once, in ranges: age layers, average stock, days
// without stock and what was ordered by period.
func ledgers(ctx context.Context, s *planwright.Snapshot, p *planwright.Plan, d *demand, f *facts, workers int) error {
	n := s.Len()
	f.ledger, f.orders, f.byLedger = make([]analytics.LedgerYear, n), make([]analytics.Spread, n), make([]bool, n)
	provision, ok := analytics.ParseProvision(s.Provision)
	if !ok {
		return &planwright.Error{Code: planwright.CodeUsage, Op: "plan", Subject: "settings provision", What: s.Provision, Fix: "write age:rate;age:rate, such as 181:0.25;361:0.5;721:1", Args: []string{"detail", "settings provision " + s.Provision}}
	}
	src := analytics.AgingSource{AsOf: p.AsOf, Stock: &s.Stock, UnitCost: f.cost, Receipts: analytics.IndexReceipts(&s.Receipts, n), Item: s.SKUs.Item, Provision: provision}
	bought := ordersPlaced(&s.Receipts, n)
	parts := make([]planwright.Aging, maxRanges(n))
	scratch, layers := make([][]float64, max(1, workers)), make([]float64, max(1, workers))
	err := overRanges(ctx, n, workers, s.SKUs.Item, nil, func(ctx context.Context, worker, c int, lo, hi planwright.SKU) (rows int, err error) {
		var m *planwright.Movements
		if s.ReadMovements != nil {
			if m, err = s.ReadMovements(ctx, lo, hi); err != nil {
				return 0, err
			}
			rows = len(m.On)
		}
		if layers[worker] > 0 { // as many a sku as in the range before, and some
			growAging(&parts[c], int(layers[worker]*float64(hi-lo)*1.05)+16)
		}
		src.Append(&parts[c], m, lo, hi)
		layers[worker] = float64(len(parts[c].SKU)) / float64(hi-lo)
		for k := lo; k < hi; k++ {
			f.ledger[k] = analytics.LedgerYear{LastIn: planwright.NoDay, LastOut: planwright.NoDay}
			var on []planwright.Day
			var qty []planwright.Qty
			if m != nil {
				on, qty = m.On[m.Off[k-m.Lo]:m.Off[k-m.Lo+1]], m.Qty[m.Off[k-m.Lo]:m.Off[k-m.Lo+1]]
				f.ledger[k] = analytics.Ledger(on, qty, f.onHand[k], p.AsOf, 365)
			}
			scratch[worker] = f.ordered(k, &bought, on, qty, d.use[k].periods, p, scratch[worker])
		}
		return rows, nil
	})
	if err != nil {
		return err
	}
	joinAging(&p.Aging, parts)
	return nil
}

// ordersPlaced are the quantities of finished purchases by the day of order, as
// compressed rows by sku in no order of days.
func ordersPlaced(r *planwright.Receipts, n int) analytics.Inbound {
	in := analytics.Inbound{Off: make([]int32, n+1)}
	for i, k := range r.SKU {
		if k >= 0 && r.OrderedOn[i].Known() && r.Ordered[i].Known() {
			in.Off[k+1]++
		}
	}
	for k := range n {
		in.Off[k+1] += in.Off[k]
	}
	in.On, in.Qty = make([]planwright.Day, in.Off[n]), make([]planwright.Qty, in.Off[n])
	next := append([]int32(nil), in.Off...)
	for i, k := range r.SKU {
		if k >= 0 && r.OrderedOn[i].Known() && r.Ordered[i].Known() {
			in.On[next[k]], in.Qty[next[k]] = r.OrderedOn[i], r.Ordered[i]
			next[k]++
		}
	}
	return in
}

// ordered measures the orders of a sku by period: purchases by day of order; of a
// sku without any, what came in by the ledger.
func (f *facts) ordered(k planwright.SKU, bought *analytics.Inbound, on []planwright.Day, qty []planwright.Qty, periods int32, p *planwright.Plan, y []float64) []float64 {
	if periods < 8 {
		return y
	}
	end := p.Period.Index(p.AsOf)
	first := end - int(periods)
	y = zeros(y, int(periods))
	put := func(d planwright.Day, q planwright.Qty) {
		if i := p.Period.Index(d) - first; i >= 0 && i < len(y) && q > 0 {
			y[i] += q.Float()
		}
	}
	if lo, hi := bought.Off[k], bought.Off[k+1]; lo < hi {
		for i := lo; i < hi; i++ {
			put(bought.On[i], bought.Qty[i])
		}
	} else {
		f.byLedger[k] = true
		from := p.Period.FromIndex(first)
		for i := len(on) - 1; i >= 0 && on[i] >= from; i-- {
			put(on[i], qty[i])
		}
	}
	f.orders[k] = analytics.SpreadOf(y)
	return y
}

func growAging(a *planwright.Aging, n int) {
	a.SKU, a.Lot, a.ReceivedOn = make([]planwright.SKU, 0, n), make([]string, 0, n), make([]planwright.Day, 0, n)
	a.Age, a.Bucket, a.Qty = make([]int32, 0, n), make([]string, 0, n), make([]planwright.Qty, 0, n)
	a.Value, a.Basis, a.ExpiresOn, a.Provision = make([]float64, 0, n), make([]string, 0, n), make([]planwright.Day, 0, n), make([]float64, 0, n)
}

// joinAging puts the layers of the ranges together, each column by itself.
func joinAging(a *planwright.Aging, parts []planwright.Aging) {
	rows := 0
	for i := range parts {
		rows += len(parts[i].SKU)
	}
	growAging(a, rows)
	var wg sync.WaitGroup
	for _, join := range []func(b *planwright.Aging){
		func(b *planwright.Aging) { a.SKU = append(a.SKU, b.SKU...) }, func(b *planwright.Aging) { a.Lot = append(a.Lot, b.Lot...) },
		func(b *planwright.Aging) { a.ReceivedOn = append(a.ReceivedOn, b.ReceivedOn...) }, func(b *planwright.Aging) { a.Age = append(a.Age, b.Age...) },
		func(b *planwright.Aging) { a.Bucket = append(a.Bucket, b.Bucket...) }, func(b *planwright.Aging) { a.Qty = append(a.Qty, b.Qty...) },
		func(b *planwright.Aging) { a.Value = append(a.Value, b.Value...) }, func(b *planwright.Aging) { a.Basis = append(a.Basis, b.Basis...) },
		func(b *planwright.Aging) { a.ExpiresOn = append(a.ExpiresOn, b.ExpiresOn...) }, func(b *planwright.Aging) { a.Provision = append(a.Provision, b.Provision...) },
	} {
		wg.Go(func() {
			for i := range parts {
				join(&parts[i])
			}
		})
	}
	wg.Wait()
}

// amplification compares the orders of each sku with its demand.
func amplification(p *planwright.Plan, d *demand, f *facts) {
	t := &p.Amplification
	for k, u := range d.use {
		dem := u.spread
		ratio, norm, ok := analytics.Bullwhip(f.orders[k], dem)
		if !ok {
			continue
		}
		basis := "purchase"
		if f.byLedger[k] {
			basis = "receipt"
		}
		t.SKU = append(t.SKU, planwright.SKU(k))
		t.Level = append(t.Level, p.Classes.Level[k])
		t.Basis = append(t.Basis, basis)
		t.Periods = append(t.Periods, u.periods)
		t.DemandMean = append(t.DemandMean, dem.Mean)
		t.DemandVar = append(t.DemandVar, dem.Var)
		t.OrderMean = append(t.OrderMean, f.orders[k].Mean)
		t.OrderVar = append(t.OrderVar, f.orders[k].Var)
		t.Ratio = append(t.Ratio, ratio)
		t.Normalized = append(t.Normalized, norm)
	}
}

// orNaN returns NaN for a figure that does not exist.
func orNaN(v float64, ok bool) float64 {
	if !ok {
		return math.NaN()
	}
	return v
}
