package mrp

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"planwright"
)

// factory builds a company of n items: six levels (0 end item, 5 bought) with
// shares of 5, 10, 15, 20, 25 and 25 %; a made item has one to five components,
// 70 % of them on the next level; an end item has a demand a week for 26 weeks.
// Lots: a minimum of four weeks' need and a multiple of 10. With hot > 0 every
// bought component is one of so many parts.
func factory(n, hot int) *planwright.Snapshot {
	const weeks = 26
	r := rand.New(rand.NewPCG(20260101, uint64(n)))
	asOf := planwright.Date(2026, 1, 5)
	s := &planwright.Snapshot{AsOf: asOf}
	level := make([]int, 0, n)
	var start [7]int
	for l, share := range []float64{.05, .10, .15, .20, .25, .25} {
		start[l] = len(level)
		for range int(math.Round(float64(n) * share)) {
			level = append(level, l)
		}
	}
	for len(level) < n {
		level = append(level, 5)
	}
	level = level[:n]
	start[6] = n

	s.Sites = planwright.Sites{ID: []string{"MAIN"}, Name: []string{""}, Region: []string{""}, Calendar: []*planwright.Calendar{nil}}
	it := &s.Items
	*it = planwright.Items{ID: make([]string, n), Name: make([]string, n), Category: make([]string, n), UOM: make([]string, n), UnitCost: make([]float64, n), UnitPrice: make([]float64, n), ShelfLife: make([]int32, n), Decimals: make([]int8, n),
		Status: make([]planwright.ItemStatus, n), OutOn: make([]planwright.Day, n), Successor: make([]int32, n), ABC: make([]string, n), Planner: make([]string, n)}
	s.SKUs.Grow(n)
	b := &s.BOM
	b.Off = make([]int32, n+1)
	for i := range n {
		it.ID[i], it.UnitCost[i], it.Decimals[i], it.OutOn[i], it.Successor[i], it.ShelfLife[i] = fmt.Sprintf("I%07d", i), 1, 6, planwright.NoDay, planwright.None, planwright.NoInt
		s.SKUs.Item[i] = int32(i)
		s.SKUs.Procurement[i], s.SKUs.LeadTime[i] = planwright.Make, int32(1+r.IntN(5))
		if level[i] == 5 {
			s.SKUs.Procurement[i], s.SKUs.LeadTime[i] = planwright.Buy, int32(5+r.IntN(26))
		} else {
			var mine []int
			for range 1 + r.IntN(5) {
				l := level[i] + 1
				if r.Float64() >= .7 {
					l += r.IntN(6 - l)
				}
				c := start[l] + r.IntN(start[l+1]-start[l])
				if hot > 0 && l == 5 {
					c = start[5] + r.IntN(hot)
				}
				if !slices.Contains(mine, c) {
					mine = append(mine, c)
				}
			}
			for _, c := range mine {
				q := planwright.Qty([]int{1, 1, 1, 2, 2, 3, 4}[r.IntN(7)]) * planwright.One
				b.Component, b.QtyPer, b.PerQty = append(b.Component, planwright.SKU(c)), append(b.QtyPer, q), append(b.PerQty, planwright.One)
				b.Usage, b.ID, b.From, b.To = append(b.Usage, planwright.Ratio{Num: int64(q / planwright.One), Den: 1}), append(b.ID, "1"), append(b.From, planwright.NoDay), append(b.To, planwright.NoDay)
				b.AltShare, b.LotFrom, b.LotTo = append(b.AltShare, planwright.NoQty), append(b.LotFrom, planwright.NoQty), append(b.LotTo, planwright.NoQty)
			}
		}
		b.Off[i+1] = int32(len(b.Component))
	}
	m := len(b.Component)
	b.Fixed, b.ScrapPct, b.ScrapDivide, b.Role, b.Priority, b.Phantom = make([]bool, m), make([]planwright.Qty, m), make([]bool, m), make([]planwright.BOMRole, m), make([]int32, m), make([]bool, m)
	b.AltGroup, b.AltPriority = make([]string, m), make([]int32, m)

	mean := make([]float64, n) // of a week
	d := &s.Demand
	d.Off = make([]int32, n+1)
	for i := range n {
		if level[i] == 0 {
			q := []float64{5, 10, 20, 50}[r.IntN(4)]
			for w := range weeks {
				x := max(0, int(q+r.NormFloat64()*q*.4))
				if x == 0 {
					continue
				}
				d.OrderID, d.Qty, d.DueOn = append(d.OrderID, fmt.Sprint("D", len(d.Qty))), append(d.Qty, planwright.Qty(x)*planwright.One), append(d.DueOn, asOf+planwright.Day(7*(w+16)+r.IntN(5)))
				mean[i] += float64(x) / weeks
			}
		}
		d.Off[i+1] = int32(len(d.Qty))
	}
	m = len(d.Qty)
	d.OrderedOn, d.Priority, d.Customer, d.Segment, d.Price = make([]planwright.Day, m), make([]int32, m), make([]string, m), make([]string, m), make([]float64, m)
	for i := range n {
		for l := b.Off[i]; l < b.Off[i+1]; l++ {
			mean[b.Component[l]] += mean[i] * b.QtyPer[l].Float()
		}
	}
	st, u := &s.Stock, &s.Supply
	st.Off, u.Off = make([]int32, n+1), make([]int32, n+1)
	for i := range n {
		if q := int(mean[i] * 3 * r.Float64()); q > 0 {
			st.Qty = append(st.Qty, planwright.Qty(q)*planwright.One)
		}
		st.Off[i+1] = int32(len(st.Qty))
		if r.Float64() < .3 {
			s.SKUs.SafetyStock[i] = planwright.Qty(mean[i]*.5) * planwright.One
		} else {
			s.SKUs.SafetyStock[i] = 0
		}
		if level[i] > 0 {
			s.SKUs.LotMin[i], s.SKUs.LotMultiple[i] = planwright.Qty(max(1, mean[i]*4))*planwright.One, 10*planwright.One
		}
		if level[i] == 5 && r.Float64() < .5 {
			u.OrderID, u.Qty, u.DueOn, u.Firm = append(u.OrderID, fmt.Sprint("R", len(u.Qty))), append(u.Qty, planwright.Qty(mean[i]*2+1)*planwright.One), append(u.DueOn, asOf+planwright.Day(1+r.IntN(60))), append(u.Firm, true)
		}
		u.Off[i+1] = int32(len(u.Qty))
	}
	m = len(st.Qty)
	st.Lot, st.ReceivedOn, st.ExpiresOn, st.Status, st.Segment, st.Supplier = make([]string, m), fillNone[planwright.Day](m), fillNone[planwright.Day](m), make([]planwright.StockStatus, m), make([]string, m), fillNone[int32](m)
	m = len(u.Qty)
	u.Kind, u.OrderedOn, u.Shipped, u.Segment, u.Supplier, u.From = make([]planwright.OrderKind, m), fillNone[planwright.Day](m), make([]bool, m), make([]string, m), fillNone[int32](m), fillNone[planwright.SKU](m)
	s.SKUPeriods.Off, s.Sources.Off, s.Reserved.Off, s.Given.Off = make([]int32, n+1), make([]int32, n+1), make([]int32, n+1), make([]int32, n+1)
	return s
}

// fillNone makes a column without values.
func fillNone[T ~int32](n int) []T {
	c := make([]T, n)
	for i := range c {
		c[i] = T(planwright.None)
	}
	return c
}

// peakHeap runs f and returns the highest heap seen while it ran, over that
// before, in MB.
func peakHeap(f func()) float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, peak := m.HeapAlloc, m.HeapAlloc
	var stop atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !stop.Load() {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
			time.Sleep(5 * time.Millisecond)
		}
	}()
	f()
	stop.Store(true)
	<-done
	return float64(peak-before) / 1e6
}

// BenchmarkRun plans the factory with full pegging. hot: all bought components
// are one of 50 parts, each with tens of thousands of requirements.
func BenchmarkRun(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		for _, hot := range []int{0, 50} {
			var s *planwright.Snapshot
			for _, workers := range []int{1, 2} {
				b.Run(fmt.Sprintf("items=%d/hot=%d/workers=%d", n, hot, workers), func(b *testing.B) {
					if s == nil {
						s = factory(n, hot)
						if err := s.Validate(); err != nil {
							b.Fatal(err)
						}
					}
					var r Result
					var err error
					plan := func() { r, err = Run(context.Background(), Input{Snap: s}, Options{Workers: workers}) }
					peak := peakHeap(plan)
					r = Result{}
					b.ReportAllocs()
					b.ResetTimer()
					for range b.N {
						plan()
						if err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(r.Orders.Len()), "orders")
					b.ReportMetric(float64(r.Pegs.Len()), "pegs")
					b.ReportMetric(peak, "peak-MB")
				})
			}
		}
	}
}

// BenchmarkGrowth plans factories of 1,000 to 3,000,000 items once each: time an
// order must not grow with the items. rss-MB is the most that the process has
// held so far, the model included: run one size alone to read it.
func BenchmarkGrowth(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000, 300_000, 1_000_000, 3_000_000} {
		b.Run(fmt.Sprintf("items=%d", n), func(b *testing.B) {
			s := factory(n, 0)
			runtime.GC()
			b.ReportAllocs()
			b.ResetTimer()
			orders := 0
			for range b.N {
				r, err := Run(context.Background(), Input{Snap: s}, Options{Workers: 2})
				if err != nil {
					b.Fatal(err)
				}
				orders = r.Orders.Len()
			}
			b.ReportMetric(float64(orders), "orders")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(orders), "ns/order")
			b.ReportMetric(peakRSS(), "rss-MB")
		})
	}
}

// peakRSS is the most memory that the process has held, in MB; 0 where the system
// does not say.
func peakRSS() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kb, err := strconv.ParseFloat(strings.Fields(rest + " x")[0], 64)
	if err != nil {
		return 0
	}
	return kb / 1000
}

// lotForLotFactory is the factory with the lot sizes taken off.
func lotForLotFactory(n int) *planwright.Snapshot {
	s := factory(n, 0)
	clear(s.SKUs.LotMin)
	clear(s.SKUs.LotMultiple)
	return s
}

// BenchmarkLotForLot plans a factory without lot sizes: an order for every
// requirement.
func BenchmarkLotForLot(b *testing.B) {
	s := lotForLotFactory(100_000)
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			b.ReportAllocs()
			orders := 0
			for b.Loop() {
				r, err := Run(context.Background(), Input{Snap: s}, Options{Workers: workers})
				if err != nil {
					b.Fatal(err)
				}
				orders = r.Orders.Len()
			}
			b.ReportMetric(float64(orders), "orders")
		})
	}
}

// BenchmarkApply makes 100 edits of a plan in memory, and takes them back.
func BenchmarkApply(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprintf("items=%d", n), func(b *testing.B) {
			p, err := NewPlanner(context.Background(), Input{Snap: factory(n, 0)}, Options{Workers: 2})
			if err != nil {
				b.Fatal(err)
			}
			edits, undo := factoryEdits(p, 100, 1)
			planned := 0
			apply := func(edits []Edit) {
				done, err := p.Apply(context.Background(), edits)
				if err != nil {
					b.Fatal(err)
				}
				planned = done.Planned
			}
			apply(edits) // the first edits of a column copy it
			apply(undo)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%2 == 0 {
					apply(edits)
				} else {
					apply(undo)
				}
			}
			b.ReportMetric(float64(planned), "planned")
		})
	}
}

// BenchmarkCapacity loads and levels 500 resources with the made items of 100,000:
// two steps each, a load of about nine tenths of the capacity.
func BenchmarkCapacity(b *testing.B) {
	s := factory(100_000, 0)
	r, err := Run(context.Background(), Input{Snap: s}, Options{Workers: 2})
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	const machines = 500
	load := make([]float64, machines)
	first, last := planwright.MaxDay, planwright.MinDay
	hours := make([]float64, s.Items.Len())
	for i, k := range r.Orders.SKU {
		if r.Orders.Kind[i] == planwright.Work {
			hours[k] += r.Orders.Qty[i].Float()
			first, last = min(first, r.Orders.Start[i]), max(last, r.Orders.Due[i])
		}
	}
	for i := range machines {
		resource(s, fmt.Sprintf("M%03d", i), 0, nil)
	}
	t := &s.Routings
	for i := range s.Items.Len() {
		for n := range 2 {
			if s.BOM.Off[i] == s.BOM.Off[i+1] {
				continue
			}
			m := rng.IntN(machines)
			t.Item, t.BOMID, t.Step, t.Resource = append(t.Item, int32(i)), append(t.BOMID, ""), append(t.Step, int32(10*n)), append(t.Resource, int32(m))
			t.Setup, t.PerUnit, t.ScrapPct = append(t.Setup, 0), append(t.PerUnit, 1), append(t.ScrapPct, 0)
			load[m] += hours[i]
		}
	}
	for m := range machines {
		s.Resources.PerDay[m] = load[m] / float64(last-first) / .9
	}
	x := NewStructure(s)
	b.ResetTimer()
	for range b.N {
		c := NewCapacity(x, planned(&r))
		over := c.Overloads()
		moves := levelled(c)
		left := c.Overloads()
		b.ReportMetric(float64(over.Len()), "overloads")
		b.ReportMetric(float64(left.Len()), "left")
		b.ReportMetric(float64(len(moves)), "moves")
		b.ReportMetric(float64(len(c.jobs)), "orders")
		b.ReportMetric(float64(c.tries), "tries")
	}
}
