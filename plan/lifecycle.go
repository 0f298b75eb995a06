package plan

import (
	"context"
	"math"
	"slices"

	"planwright"
	"planwright/forecast"
)

// launches are sku's that were launched within the history, with their demand
// since: what a new item is forecast from.
type launches struct {
	Category []string    `json:"category,omitempty"`
	Site     []string    `json:"site,omitempty"`
	Price    []float64   `json:"price,omitempty"` // logarithm; 0: unknown
	Demand   [][]float64 `json:"demand,omitempty"`
}

// mostLaunches bounds what a company remembers of its launches.
const mostLaunches = 400

// newPeriods is for how many periods a sku is new.
func newPeriods(p planwright.Period) int {
	return map[planwright.Period]int{planwright.ByWeek: 8, planwright.ByDay: 28, planwright.ByMonth: 3}[p]
}

// age is the number of periods since the first sale, and where that is; a sku
// whose history begins with the company's is old.
func (s *series) age(opt *Options, from planwright.Day) (first, age int) {
	first = slices.IndexFunc(s.independent, func(v float64) bool { return v > 0 })
	if first < 0 {
		return 0, 0
	}
	age = len(s.independent) - first
	if s.first+first <= opt.Period.Index(from)+newPeriods(opt.Period) {
		age = math.MaxInt32
	}
	return first, age
}

// add remembers a sku that was launched long enough ago to show how it went.
func (l *launches) add(s *planwright.Snapshot, k planwright.SKU, ser *series, opt *Options) {
	first, age := ser.age(opt, s.HistoryFrom)
	n := newPeriods(opt.Period)
	if s.HistoryFrom == 0 || age < 2*n || age == math.MaxInt32 {
		return
	}
	item := s.SKUs.Item[k]
	l.Category = append(l.Category, s.Items.Category[item])
	l.Site = append(l.Site, s.Sites.ID[s.SKUs.Site[k]])
	l.Price = append(l.Price, logPrice(s, item))
	y := slices.Clone(ser.independent[first:min(len(ser.independent), first+6*n)])
	for i, v := range y {
		if math.IsNaN(v) { // JSON has no such number; its neighbours tell what to expect
			y[i] = y[max(0, i-1)]
		}
	}
	l.Demand = append(l.Demand, y)
}

func (l *launches) join(o *launches) {
	room := max(0, mostLaunches-len(l.Demand))
	n := min(room, len(o.Demand))
	l.Category, l.Site = append(l.Category, o.Category[:n]...), append(l.Site, o.Site[:n]...)
	l.Price, l.Demand = append(l.Price, o.Price[:n]...), append(l.Demand, o.Demand[:n]...)
}

func logPrice(s *planwright.Snapshot, item int32) float64 {
	price, cost := s.Items.UnitPrice, s.Items.UnitCost
	if a := &s.Assumed; a.Price != nil {
		price, cost = a.Price, a.Cost // another price makes no other item
	}
	p := price[item]
	if !(p > 0) {
		p = cost[item]
	}
	if !(p > 0) {
		return 0
	}
	return math.Log(p)
}

// leastLaunches is the number of launches from which analogies are drawn.
const leastLaunches = 3

// analogyMethod is the name of the method of new items.
const analogyMethod = "analogy"

// analogy forecasts a new sku by the launches of those like it, into dst. It says
// false where the sku is not new or nothing like it is known.
func (w *demandWorker) analogy(k planwright.SKU, opt forecast.Options, dst *forecast.Result) bool {
	l := &w.d.company.launches
	first, age := w.series.age(&w.opt, w.s.HistoryFrom)
	if w.s.HistoryFrom == 0 || age == 0 || age >= newPeriods(w.opt.Period) || len(l.Demand) < leastLaunches || w.opt.Method != "auto" {
		return false
	}
	number := map[string]int32{}
	code := func(list []string) []int32 {
		out := make([]int32, len(list))
		for i, v := range list {
			if _, ok := number[v]; !ok {
				number[v] = int32(len(number))
			}
			out[i] = number[v]
		}
		return out
	}
	price := make([]float64, len(l.Price))
	for i, p := range l.Price {
		price[i] = p
		if p == 0 {
			price[i] = math.NaN()
		}
	}
	item := w.s.SKUs.Item[k]
	c := forecast.Catalogue{Numeric: [][]float64{price}, Category: [][]int32{code(l.Category), code(l.Site)}, Weights: []float64{0.5, 2, 1}, Launch: l.Demand}
	it := forecast.NewItem{Numeric: []float64{math.NaN()}, Seen: w.series.independent[first:],
		Category: []int32{code([]string{w.s.Items.Category[item]})[0], code([]string{w.s.Sites.ID[w.s.SKUs.Site[k]]})[0]}}
	if p := logPrice(w.s, item); p != 0 {
		it.Numeric[0] = p
	}
	r, err := forecast.Analogy{Horizon: opt.Horizon, Quantiles: opt.Quantiles, CumulativeTo: opt.CumulativeTo}.Forecast(&c, it)
	if err != nil {
		return false
	}
	nan := math.NaN()
	class, adi, cv2 := forecast.Classify(w.series.independent)
	*dst = forecast.Result{Method: analogyMethod, Class: class, ADI: adi, CV2: cv2, Mean: r.Mean, CumMean: r.CumMean, Quantile: r.Quantile, CumQuantile: r.CumQuantile,
		SD: make([]float64, len(r.Mean)), CumSD: make([]float64, len(r.CumMean)), CumBias: make([]float64, len(r.CumMean)),
		Accuracy:   forecast.Accuracy{MASE: nan, RMSSE: nan, WAPE: nan, Bias: nan, Pinball: nan, NaiveWAPE: nan},
		Candidates: []forecast.Candidate{{Method: analogyMethod, Score: nan, Weight: 1, Why: "new: forecast by the launches of those like it"}}}
	// The standard deviation that the outer quantiles have of a normal demand.
	lo, hi := slices.Index(opt.Quantiles, 0.05), slices.Index(opt.Quantiles, 0.95)
	const width = 2 * 1.6448536269514722
	for j := range dst.SD {
		dst.SD[j] = (dst.StepQuantile(hi)[j] - dst.StepQuantile(lo)[j]) / width
	}
	for j := range dst.CumSD {
		dst.CumSD[j] = (dst.SumQuantile(hi)[j] - dst.SumQuantile(lo)[j]) / width
	}
	return true
}

// predecessor is the demand of an item that another has replaced.
type predecessor struct {
	demand []float64
	first  int // period index
	out    int // the first period that the successor sells alone
}

// readPredecessors reads the histories of the items that have been replaced
// before the as-of day, by the sku's that took their place.
func readPredecessors(ctx context.Context, s *planwright.Snapshot, opt *Options) (map[planwright.SKU][]predecessor, error) {
	return readPredecessorsOf(ctx, s, opt, planwright.NoSKU)
}

// readPredecessorsOf is readPredecessors for one sku, or for all (NoSKU).
func readPredecessorsOf(ctx context.Context, s *planwright.Snapshot, opt *Options, only planwright.SKU) (map[planwright.SKU][]predecessor, error) {
	old := map[planwright.SKU][]predecessor{}
	if s.ReadHistory == nil {
		return old, nil
	}
	var ser series
	for k := range planwright.SKU(s.Len()) {
		item := s.SKUs.Item[k]
		next, out := s.Items.Successor[item], s.Items.OutOn[item]
		if next == planwright.None || next == item || !out.Known() || out > opt.AsOf {
			continue
		}
		to := s.Find(s.Items.ID[next], s.Sites.ID[s.SKUs.Site[k]])
		if to == planwright.NoSKU || only != planwright.NoSKU && to != only {
			continue
		}
		h, err := s.ReadHistory(ctx, k, k+1)
		if err != nil {
			return nil, err
		}
		ser.prepare(h, 0, h.Off[1], opt.AsOf, s.HistoryFrom, opt.Period)
		if ser.sales {
			old[to] = append(old[to], predecessor{slices.Clone(ser.independent), ser.first, opt.Period.Index(out)})
		}
	}
	return old, nil
}

// past is the demand that a sku is forecast from.
type past struct {
	y     []float64
	first int       // period index of y[0]
	promo []float64 // share of days marked as promotion; ends with y
}

// history is the independent demand of a sku: its own, and up to its take-over
// that of the items it replaced.
func (w *demandWorker) history(k planwright.SKU) *past {
	h, old, end := &w.past, w.d.old[k], w.opt.Period.Index(w.opt.AsOf)
	*h = past{w.series.independent, w.series.first, w.series.promo}
	for _, p := range old {
		// All series end with the last complete period.
		tail := make([]float64, max(0, end-p.first))
		copy(tail, p.demand)
		n := max(len(h.y), len(tail))
		merged, err := forecast.Inherit(h.y, min(max(0, p.out-(end-n)), n), forecast.Predecessor{History: tail})
		if err != nil {
			return h
		}
		h.y, h.first = merged, end-len(merged)
	}
	return h
}

// phaseOut is the share of the forecast of a period that is left of an item that
// ends without a successor. What has a successor goes on: planning passes the
// requirement to it from the day of its end.
func phaseOut(s *planwright.Snapshot, k planwright.SKU, start, end planwright.Day) float64 {
	item := s.SKUs.Item[k]
	out := s.Items.OutOn[item]
	switch {
	case s.Items.Successor[item] != planwright.None:
		return 1
	case s.Items.Status[item] == planwright.Obsolete && !out.Known():
		return 0
	case !out.Known() || s.Items.Status[item] == planwright.Active:
		return 1
	}
	return min(max(float64(out-start)/float64(end-start), 0), 1)
}
