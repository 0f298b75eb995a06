package plan

import (
	"context"
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"planwright"
	"planwright/cmd/planwright/sample"
	"planwright/replay"
)

// lifeSnapshot is what a company knows of lives: no more than its records.
func lifeSnapshot(lives []sample.Life) *planwright.Snapshot {
	n := len(lives)
	s := &planwright.Snapshot{ID: "lives", AsOf: planwright.Day(lives[0].From) + planwright.Day(len(lives[0].Wanted)), HistoryFrom: planwright.Day(lives[0].From)}
	s.Sites = planwright.Sites{ID: []string{"MAIN"}, Name: []string{""}, Region: []string{""}, Calendar: []*planwright.Calendar{nil}}
	s.Suppliers = planwright.Suppliers{ID: []string{"S"}, Name: []string{""}, Calendar: []*planwright.Calendar{nil}, MinOrderValue: []float64{0}, LeadTime: []int32{planwright.NoInt}}
	s.SKUs.Grow(n)
	off := func() []int32 { return make([]int32, n+1) }
	s.SKUPeriods.Off, s.Sources.Off, s.Supply.Off, s.Demand.Off, s.Reserved.Off, s.Given.Off, s.BOM.Off, s.Stock.Off = off(), off(), off(), off(), off(), off(), off(), off()
	s.Criticality = nil
	s.IncumbentMin, s.IncumbentMax = make([]planwright.Qty, n), make([]planwright.Qty, n)
	h, m := planwright.History{Off: off()}, planwright.Movements{Off: off()}
	qty := func(thousandths int64) planwright.Qty { return planwright.Qty(thousandths) * planwright.One / 1000 }
	for k := range lives {
		l := &lives[k]
		it, t := &s.Items, &s.SKUs
		it.ID, it.Name, it.Category, it.UOM = append(it.ID, fmt.Sprintf("I%05d", k)), append(it.Name, ""), append(it.Category, ""), append(it.UOM, "EA")
		it.UnitCost, it.UnitPrice = append(it.UnitCost, l.Cost), append(it.UnitPrice, l.Cost*1.6)
		it.ShelfLife, it.Decimals, it.Status = append(it.ShelfLife, planwright.NoInt), append(it.Decimals, 0), append(it.Status, planwright.Active)
		it.OutOn, it.Successor, it.ABC, it.Planner = append(it.OutOn, planwright.NoDay), append(it.Successor, planwright.None), append(it.ABC, ""), append(it.Planner, "")
		t.Item[k], t.LeadTime[k], t.ReviewDays[k] = int32(k), int32(l.LeadDays), int32(l.Review)
		t.LotMin[k], t.LotMultiple[k], t.ServiceLevel[k], t.LotRule[k] = qty(l.LotMin), qty(l.LotMult), l.Service, planwright.LotWeek
		t.Procurement[k] = planwright.Buy
		if !l.Bought {
			t.Procurement[k] = planwright.ProcurementNone
		}
		s.IncumbentMin[k], s.IncumbentMax[k] = qty(l.Min), qty(l.Max)
		for d := range l.Wanted {
			on := planwright.Day(l.From) + planwright.Day(d)
			if l.Sold[d] > 0 || l.Short[d] {
				h.On, h.Qty, h.Kind = append(h.On, on), append(h.Qty, qty(l.Sold[d])), append(h.Kind, planwright.Sale)
				h.Stockout, h.Promo = append(h.Stockout, l.Short[d]), append(h.Promo, l.Promo[d])
			}
			if l.Back[d] > 0 {
				h.On, h.Qty, h.Kind = append(h.On, on), append(h.Qty, qty(l.Back[d])), append(h.Kind, planwright.Return)
				h.Stockout, h.Promo = append(h.Stockout, false), append(h.Promo, false)
			}
			before := l.Opening
			if d > 0 {
				before = l.Stock[d-1]
			}
			if came := l.Stock[d] - before + l.Sold[d] - l.Back[d]; came > 0 {
				m.On, m.Qty = append(m.On, on), append(m.Qty, qty(came))
			}
			for _, q := range []int64{-l.Sold[d], l.Back[d]} {
				if q != 0 {
					m.On, m.Qty = append(m.On, on), append(m.Qty, qty(q))
				}
			}
		}
		h.Off[k+1], m.Off[k+1] = int32(len(h.On)), int32(len(m.On))
		s.Stock.Qty = append(s.Stock.Qty, qty(l.Stock[len(l.Stock)-1]))
		s.Stock.Off[k+1] = int32(k + 1)
		if l.Bought {
			r := &s.Receipts
			for _, o := range l.Orders {
				r.Supplier, r.SKU = append(r.Supplier, 0), append(r.SKU, planwright.SKU(k))
				r.OrderedOn, r.PromisedOn, r.ReceivedOn = append(r.OrderedOn, planwright.Day(o.Ordered)), append(r.PromisedOn, planwright.Day(o.Promised)), append(r.ReceivedOn, planwright.Day(o.Arrived))
				r.Ordered, r.Received, r.Rejected = append(r.Ordered, qty(o.Qty)), append(r.Received, qty(o.Qty)), append(r.Rejected, 0)
			}
		}
	}
	s.ReadHistory = func(_ context.Context, lo, hi planwright.SKU) (*planwright.History, error) {
		a, b := h.Off[lo], h.Off[hi]
		out := &planwright.History{Lo: lo, On: h.On[a:b], Qty: h.Qty[a:b], Kind: h.Kind[a:b], Stockout: h.Stockout[a:b], Promo: h.Promo[a:b]}
		for _, o := range h.Off[lo : hi+1] {
			out.Off = append(out.Off, o-a)
		}
		return out, nil
	}
	s.ReadMovements = func(_ context.Context, lo, hi planwright.SKU) (*planwright.Movements, error) {
		a, b := m.Off[lo], m.Off[hi]
		out := &planwright.Movements{Lo: lo, On: m.On[a:b], Qty: m.Qty[a:b]}
		for _, o := range m.Off[lo : hi+1] {
			out.Off = append(out.Off, o-a)
		}
		return out, nil
	}
	return s
}

// truthOf tells a replay what the records do not: what customers wanted, and how
// long orders would have taken.
func truthOf(lives []sample.Life) func(k planwright.SKU, from planwright.Day, wanted []float64, lead []int32) {
	return func(k planwright.SKU, from planwright.Day, wanted []float64, lead []int32) {
		l := &lives[k]
		at := int(from) - int(l.From)
		for d := range wanted {
			wanted[d] = float64(l.Wanted[at+d]) / 1000
			lead[d] = l.Lead[at+d]
			if (int(from)+3+d)%7 != 0 && d > 0 {
				lead[d] = lead[d-1] // as a replay: a week has one draw
			}
		}
	}
}

// valueStudy is one company of the study: what its replay claims and what comes
// true in other luck, for the saving and the gain at equal service and stock and at
// the plan's own targets.
type valueStudy struct {
	claimed, real [4]float64
	in            [4]replay.Interval
	skus          int
	err           string
}

// studyValue draws a company from the process of the sample company, lets it
// replay its past, and lets it live the same years again with other luck, under the
// plan and under its incumbent rule, with what customers really wanted and how long
// orders really took.
func studyValue(seed uint64, level float64) (r valueStudy) {
	past, fresh := sample.Lives(seed, 1, 40), sample.Lives(seed, 2, 40)
	opt := ValueOptions{Method: "ses", Refit: 26, Level: level, Seed: seed - 1}
	claim, err := RunValue(context.Background(), lifeSnapshot(past), opt)
	if err != nil {
		r.err = err.Error()
		return r
	}
	comes, err := runValue(context.Background(), lifeSnapshot(fresh), opt, truthOf(fresh))
	if err != nil {
		r.err = err.Error()
		return r
	}
	a, b := &claim.Comparisons[0], &comes.Comparisons[0]
	if a.Rival != RivalActual || b.Rival != RivalActual || !a.Intervals {
		r.err = fmt.Sprintf("no comparison with what was done: %+v, %+v", claim.Missing, claim.Left)
		return r
	}
	r.claimed, r.real = [4]float64{a.Saving, a.Gain, a.OwnSaving, a.OwnGain}, [4]float64{b.Saving, b.Gain, b.OwnSaving, b.OwnGain}
	r.in, r.skus = [4]replay.Interval{a.SavingIn, a.GainIn, a.OwnSavingIn, a.OwnGainIn}, a.SKUs
	return r
}

// TestValueUnbiased is the study of docs/value.md: the saving that comes true must
// lie in the interval stated before at its stated rate. Forecasts are by ses: the
// study is of intervals, and auto takes five times as long. PLANWRIGHT_VALUE_STUDY is
// the number of companies, 200 for the study, PLANWRIGHT_VALUE_SEED the first seed.
func TestValueUnbiased(t *testing.T) {
	times, first := 1, uint64(1)
	full := false
	if v, err := strconv.Atoi(os.Getenv("PLANWRIGHT_VALUE_STUDY")); err == nil && v > 0 {
		times, full = v, true
	}
	if v, err := strconv.ParseUint(os.Getenv("PLANWRIGHT_VALUE_SEED"), 10, 64); err == nil && v > 0 {
		first = v
	}
	const level = 0.90
	companies := make([]valueStudy, times)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(times); i = next.Add(1) - 1 {
				r := studyValue(first+uint64(i), level)
				companies[i] = r
				if full {
					t.Logf("company %d: claimed %.4f [%.4f %.4f], came true %.4f; gain %.4f [%.4f %.4f], %.4f; own %.4f [%.4f %.4f], %.4f; own gain %.4f [%.4f %.4f], %.4f (%d sku's) %s", first+uint64(i),
						r.claimed[0], r.in[0].Low, r.in[0].High, r.real[0], r.claimed[1], r.in[1].Low, r.in[1].High, r.real[1],
						r.claimed[2], r.in[2].Low, r.in[2].High, r.real[2], r.claimed[3], r.in[3].Low, r.in[3].High, r.real[3], r.skus, r.err)
				}
			}
		})
	}
	wg.Wait()
	names := [...]string{"saving at equal service", "service at equal stock", "saving at own targets", "service at own targets"}
	for j, name := range names {
		var claimed, real, square, in, low, n float64
		for i := range companies {
			r := &companies[i]
			if r.err != "" {
				t.Fatalf("company %d: %s", first+uint64(i), r.err)
			}
			if math.IsNaN(r.claimed[j]) || math.IsNaN(r.real[j]) {
				t.Logf("company %d: %s: no figure: claimed %v, came true %v", first+uint64(i), name, r.claimed[j], r.real[j])
				continue
			}
			n++
			claimed += r.claimed[j]
			real += r.real[j]
			square += (r.claimed[j] - r.real[j]) * (r.claimed[j] - r.real[j])
			switch {
			case r.real[j] < r.in[j].Low:
				low++
			case r.real[j] <= r.in[j].High:
				in++
			}
		}
		se := math.Sqrt(square/n-math.Pow((claimed-real)/n, 2)) / math.Sqrt(n)
		t.Logf("%s: %.0f companies: claimed %.4f, came true %.4f, difference %.4f ± %.4f; %.1f %% in the interval of %.0f %%, %.1f %% below it", name, n, claimed/n, real/n, (claimed-real)/n, se, 100*in/n, 100*level, 100*low/n)
		if full && j == 0 && times >= 200 && math.Abs(in/n-level) > 0.04 {
			t.Errorf("%s: %.3f in the interval, stated %.2f", name, in/n, level)
		}
		if j == 0 && (n == 0 || in == 0) {
			t.Errorf("of %d companies none came true", times)
		}
	}
}
