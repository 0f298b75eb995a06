package plan

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"planwright"
	"planwright/mrp"
)

// Tally are the figures by which scenarios are compared. They are sums of whole
// numbers by sku, so that a sum less what changed is the sum from scratch, exactly.
// Money is in cents of the snapshot's currency.
type Tally struct {
	AsOf, End planwright.Day

	ServedWeight int64 // yearly demand at cost of sku's with a policy, in whole money
	Served       int64 // of it, what the policies are expected to fill, times 10,000
	Lines, Full  int64 // open customer order lines; of them in full and on time
	StockDays    int64 // projected stock value, summed over the days of the horizon
	StockEnd     int64 // projected stock value at the end of the horizon
	Safety       int64 // value of the safety stocks
	Short        int64 // sku's whose projected balance falls below zero
	ShortValue   int64 // lowest balances below zero, at selling price
	Orders       int64 // planned
	OrderValue   int64
	// Cash is what purchases cost by week of their receipt, planned and open, the
	// first week beginning on the as-of day.
	Cash []int64
}

// policyRow is what the tally needs of a policy.
type policyRow struct {
	known                  bool
	expected, year, safety float64
}

func rowOf(t *planwright.Policies, i int) policyRow {
	return policyRow{true, t.ServiceExpected[i], t.YearlyDemand[i], t.SafetyStockValue[i]}
}

func (g *Ground) policyRow(k planwright.SKU) policyRow {
	if i := g.policyOf[k]; i != planwright.None {
		return rowOf(&g.Plan.Policies, int(i))
	}
	return policyRow{}
}

// Service is the expected fill of demand by value, as policies are set: 0..1; NaN
// without any.
func (t *Tally) Service() float64 {
	if t.ServedWeight <= 0 {
		return math.NaN()
	}
	return float64(t.Served) / 10_000 / float64(t.ServedWeight)
}

// InFull is the share of open customer order lines that the plan serves in full and on
// time; NaN without any.
func (t *Tally) InFull() float64 {
	if t.Lines == 0 {
		return math.NaN()
	}
	return float64(t.Full) / float64(t.Lines)
}

// Stock is the mean projected stock value over the horizon, in money.
func (t *Tally) Stock() float64 {
	if t.End <= t.AsOf {
		return 0
	}
	return float64(t.StockDays) / 100 / float64(t.End-t.AsOf)
}

func (t *Tally) clone() Tally {
	x := *t
	x.Cash = slices.Clone(t.Cash)
	return x
}

// count tallies the plan.
func (g *Ground) count(ctx context.Context) (Tally, error) {
	t := Tally{AsOf: g.Snap.AsOf, End: g.Plan.HorizonEnd}
	t.Cash = make([]int64, max(0, int(t.End-t.AsOf+6)/7))
	n := g.Snap.Len()
	var next atomic.Int64
	var wg sync.WaitGroup
	var mu sync.Mutex
	g.planner.Parts(func(part func([]planwright.SKU) mrp.Result) {
		for range g.workers {
			wg.Go(func() {
				mine := Tally{AsOf: t.AsOf, End: t.End, Cash: make([]int64, len(t.Cash))}
				var skus []planwright.SKU
				for ctx.Err() == nil {
					lo := (int(next.Add(1)) - 1) * chunk
					if lo >= n {
						break
					}
					skus = skus[:0]
					for k := lo; k < min(n, lo+chunk); k++ {
						skus = append(skus, planwright.SKU(k))
					}
					r := part(skus)
					mine.add(g.Snap, &r, skus, g.policyRow, 1)
				}
				mu.Lock()
				defer mu.Unlock()
				t.join(&mine)
			})
		}
		wg.Wait()
	})
	return t, ctx.Err()
}

// fields are the sums of a tally but the weeks.
func (t *Tally) fields() []*int64 {
	return []*int64{&t.ServedWeight, &t.Served, &t.Lines, &t.Full, &t.StockDays, &t.StockEnd, &t.Safety, &t.Short, &t.ShortValue, &t.Orders, &t.OrderValue}
}

func (t *Tally) join(o *Tally) {
	for i, x := range o.fields() {
		*t.fields()[i] += *x
	}
	for i, x := range o.Cash {
		t.Cash[i] += x
	}
}

// cents rounds money of one sku; what is out of any sense is cut.
func cents(x float64) int64 {
	if math.IsNaN(x) {
		return 0
	}
	return int64(math.Round(min(max(x*100, -1e16), 1e16)))
}

// add adds (sign 1) or takes off (−1) some sku's, whose rows r holds in their order.
func (t *Tally) add(s *planwright.Snapshot, r *mrp.Result, skus []planwright.SKU, policy func(planwright.SKU) policyRow, sign int64) {
	e, o := &r.Requirements, &r.Orders
	row, order := 0, 0
	pay := func(on planwright.Day, amount int64) {
		if w := int(max(0, on-t.AsOf)) / 7; w < len(t.Cash) && on < t.End {
			t.Cash[w] += sign * amount
		}
	}
	for _, k := range skus {
		item := s.SKUs.Item[k]
		cost, price := known(s.Items.UnitCost[item]), known(s.Items.UnitPrice[item])
		if price == 0 {
			price = cost
		}
		if p := policy(k); p.known {
			if w := int64(math.Round(min(known(p.year)*cost, 1e13))); w > 0 && p.expected == p.expected {
				t.ServedWeight += sign * w
				t.Served += sign * int64(math.Round(p.expected*10_000)) * w
			}
			t.Safety += sign * cents(p.safety)
		}
		value, lowest, last := 0.0, planwright.Qty(0), planwright.Qty(0)
		day := t.AsOf
		for ; row < len(e.SKU) && e.SKU[row] == k; row++ {
			if on := min(e.On[row], t.End); on > day {
				value += float64(on-day) * max(0, last).Float()
				day = on
			}
			last = e.After[row]
			lowest = min(lowest, last)
			if e.Kind[row] == planwright.ElemOrder {
				t.Lines += sign
				if last >= 0 {
					t.Full += sign
				}
			}
		}
		value += float64(max(0, t.End-day)) * max(0, last).Float()
		t.StockDays += sign * cents(value*cost)
		t.StockEnd += sign * cents(max(0, last).Float()*cost)
		if lowest < 0 {
			t.Short += sign
			t.ShortValue += sign * cents(-lowest.Float()*price)
		}
		for ; order < len(o.SKU) && o.SKU[order] == k; order++ {
			t.Orders += sign
			c := cents(o.Cost[order])
			if o.Kind[order] != planwright.TransferOrder { // the money does not leave the company
				t.OrderValue += sign * c
			}
			if o.Kind[order] == planwright.Purchase || o.Kind[order] == planwright.SubcontractOrder {
				pay(o.Due[order], c)
			}
		}
		for x := s.Supply.Off[k]; x < s.Supply.Off[k+1]; x++ {
			if kind := s.Supply.Kind[x]; kind == planwright.Purchase || kind == planwright.SubcontractOrder {
				pay(s.Supply.DueOn[x], cents(max(0, s.Supply.Qty[x]).Float()*cost))
			}
		}
	}
}
