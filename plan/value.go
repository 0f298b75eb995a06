package plan

import (
	"context"
	"fmt"
	"slices"

	"planwright"
	"planwright/analytics"
	"planwright/mrp"
	"planwright/replay"
)

// RunValue goes back to the past and follows the plan: each Monday it forecasts,
// sets policies and orders from what was known then, meets the demand that came
// and the lead times that suppliers had, and counts stock and service. It sets
// them against what the company did and against simple rules, on the same demand,
// the same opening stock and the same lead times.
//
// Only sku's that are sold are replayed, each by itself: what depends on other
// plans (components, what a site sends on to others) would need their orders of
// the time, which no data set has. Master data, parameters and calendars are those
// of the snapshot; judgements and given forecasts are left out, since nothing says
// when they were made. The result does not depend on the number of workers.
func RunValue(ctx context.Context, s *planwright.Snapshot, opt ValueOptions) (*Value, error) {
	return runValue(ctx, s, opt, nil)
}

// truth tells what no data say: what was wanted, and how long orders of each day
// would have taken. It is known to tests alone.
type truth func(k planwright.SKU, from planwright.Day, wanted []float64, lead []int32)

func runValue(ctx context.Context, s *planwright.Snapshot, opt ValueOptions, known truth) (*Value, error) {
	r := valueRun{s: s, truth: known}
	if err := r.lookBack(ctx); err != nil {
		return nil, fmt.Errorf("plan: value: %w", err)
	}
	var err error
	if r.opt, err = opt.validate(s, r.first); err != nil {
		return nil, err
	}
	r.calendar()
	r.worth(ctx)
	if err := r.learn(ctx); err != nil {
		return nil, fmt.Errorf("plan: value: %w", err)
	}
	r.leads = happenedLeads(s)
	r.inTransit()
	n := s.Len()
	parts := make([]valuePart, (n+chunk-1)/chunk)
	workers := make([]*valueWorker, r.opt.Workers)
	for i := range workers {
		workers[i] = newValueWorker(&r)
	}
	progress := func(done int) {
		if r.opt.Progress != nil {
			r.opt.Progress(done, n)
		}
	}
	err = overChunks(ctx, n, len(workers), progress, func(ctx context.Context, worker, c int, lo, hi planwright.SKU) error {
		parts[c].grow(&r)
		return workers[worker].run(ctx, lo, hi, &parts[c])
	})
	if err != nil {
		return nil, fmt.Errorf("plan: value: %w", err)
	}
	return r.result(parts), nil
}

// valueRun is one call of RunValue.
type valueRun struct {
	s     *planwright.Snapshot
	opt   ValueOptions
	truth truth
	first planwright.Day // of the demand history

	ledgerFrom planwright.Day // first day of the stock ledger; NoDay: none
	marked     bool           // the history marks days without stock
	only       []bool         // nil: all

	days      int     // of the replay
	reviews   []int32 // by day of the replay
	bin       []int32 // by day
	month     []int   // by bin
	stretch   []int   // by bin: of the bootstrap
	months    []planwright.Day
	monthDays []float64
	stretches int

	epochs  []*valueEpoch // review r belongs to epoch r / opt.Refit
	leads   happened
	transit transit

	abc    []string
	use    []float64 // value of the use of the last year, at cost
	allUse float64
}

// valueEpoch is what the company knew at a review at which models are fitted.
type valueEpoch struct {
	s    planwright.Snapshot
	src  mrp.Sourcing
	lead leadTimes
	d    demand
}

// lookBack finds out how far the data go back.
func (r *valueRun) lookBack(ctx context.Context) error {
	r.ledgerFrom = planwright.NoDay
	n := r.s.Len()
	type found struct {
		first, ledger planwright.Day
		marked        bool
	}
	parts := make([]found, (n+chunk-1)/chunk)
	err := overChunks(ctx, n, 1, nil, func(ctx context.Context, _, c int, lo, hi planwright.SKU) error {
		f := found{planwright.NoDay, planwright.NoDay, false}
		if r.s.ReadHistory != nil {
			h, err := r.s.ReadHistory(ctx, lo, hi)
			if err != nil {
				return err
			}
			for i := range len(h.Off) - 1 {
				if a, b := h.Off[i], h.Off[i+1]; a < b && (!f.first.Known() || h.On[a] < f.first) {
					f.first = h.On[a]
				}
			}
			f.marked = slices.Contains(h.Stockout, true)
		}
		if r.s.ReadMovements != nil {
			m, err := r.s.ReadMovements(ctx, lo, hi)
			if err != nil {
				return err
			}
			for i := range len(m.Off) - 1 {
				if a, b := m.Off[i], m.Off[i+1]; a < b && (!f.ledger.Known() || m.On[a] < f.ledger) {
					f.ledger = m.On[a]
				}
			}
		}
		parts[c] = f
		return nil
	})
	r.first = 0
	for _, f := range parts {
		if f.first.Known() && (r.first == 0 || f.first < r.first) {
			r.first = f.first
		}
		if f.ledger.Known() && (!r.ledgerFrom.Known() || f.ledger < r.ledgerFrom) {
			r.ledgerFrom = f.ledger
		}
		r.marked = r.marked || f.marked
	}
	return err
}

// stretchDays is the length of the stretches that chance is seen over: longer
// than what one order too large, or a bad quarter of a supplier, leaves behind. A
// replay of less than a year has two shorter ones, down to leastStretch.
const (
	stretchDays  = 182
	leastStretch = 84
)

// calendar cuts the days of the replay.
func (r *valueRun) calendar() {
	o := &r.opt
	r.days = int(o.To - o.From)
	for t := 0; t < r.days; t += 7 {
		r.reviews = append(r.reviews, int32(t))
	}
	r.stretches = r.days / stretchDays
	if r.stretches < replay.LeastStretches {
		r.stretches = min(replay.LeastStretches, max(1, r.days/leastStretch))
	}
	r.bin = make([]int32, r.days)
	for t := range r.days {
		day := o.From + planwright.Day(t)
		month := day.MonthStart()
		if len(r.months) == 0 || r.months[len(r.months)-1] != month {
			r.months, r.monthDays = append(r.months, month), append(r.monthDays, 0)
		}
		m, b := len(r.months)-1, t*r.stretches/r.days
		r.monthDays[m]++
		if k := len(r.month); k == 0 || r.month[k-1] != m || r.stretch[k-1] != b {
			r.month, r.stretch = append(r.month, m), append(r.stretch, b)
		}
		r.bin[t] = int32(len(r.month) - 1)
	}
	if o.Only != nil {
		r.only = make([]bool, r.s.Len())
		for _, k := range o.Only {
			r.only[k] = true
		}
	}
}

// worth finds the use of the last year by sku, and the classes that follow.
func (r *valueRun) worth(ctx context.Context) {
	n := r.s.Len()
	r.use = make([]float64, n)
	if r.s.ReadHistory != nil {
		// An error comes again, and is told, when the histories are replayed.
		_ = overChunks(ctx, n, r.opt.Workers, nil, func(ctx context.Context, _, _ int, lo, hi planwright.SKU) error {
			h, err := r.s.ReadHistory(ctx, lo, hi)
			if err != nil {
				return err
			}
			for k := lo; k < hi; k++ {
				q := 0.0
				for i := h.Off[k-lo]; i < h.Off[k-lo+1]; i++ {
					if h.On[i] < r.opt.To-365 || h.On[i] >= r.opt.To {
						continue
					}
					if h.Kind[i] == planwright.Return {
						q -= h.Qty[i].Float()
					} else {
						q += h.Qty[i].Float()
					}
				}
				r.use[k] = max(0, q) * known(r.s.Items.UnitCost[r.s.SKUs.Item[k]])
			}
			return nil
		})
	}
	for _, v := range r.use {
		r.allUse += v
	}
	r.abc, _ = analytics.ABCRank(r.use, nil, analytics.ABCParams{})
}

// learn takes the company back to the first review of each epoch.
func (r *valueRun) learn(ctx context.Context) error {
	o := &r.opt
	for i := 0; i < len(r.reviews); i += o.Refit {
		e := &valueEpoch{s: *r.s}
		e.s.AsOf = o.From + planwright.Day(r.reviews[i])
		opt := r.options(e.s.AsOf)
		e.src = mrp.Resolve(&e.s)
		e.lead = measureLeadTimes(&e.s, &e.src, e.s.AsOf)
		n := e.s.Len()
		e.d = demand{chunks: make([]demandRows, (n+chunk-1)/chunk)}
		workers := make([]demandWorker, o.Workers)
		for j := range workers {
			workers[j] = demandWorker{s: &e.s, src: &e.src, opt: opt, d: &e.d, lead: &e.lead, replays: true}
		}
		var err error
		if e.d.old, err = readPredecessors(ctx, &e.s, &opt); err != nil {
			return err
		}
		if err := e.d.learn(ctx, &e.s, &opt, workers); err != nil {
			return err
		}
		e.d.company.early, e.d.chunks = nil, nil
		r.epochs = append(r.epochs, e)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// valueHorizon is how many weeks ahead a replay forecasts, at most: as far as a
// plan by default.
const valueHorizon = 26

func (r *valueRun) options(day planwright.Day) Options {
	return Options{AsOf: day, Horizon: valueHorizon, Period: planwright.ByWeek, Method: r.opt.Method, Outliers: OutlierMark, Reconcile: ReconcileNone, Workers: r.opt.Workers, light: true}
}

// happened are the lead times and delays that receipts have shown, whenever they
// were: not what a review knew, but what it met.
type happened struct {
	leadTimes
	delay [][]float64 // by supplier: days after the promised one, rising
}

// happenedLeads collects them.
func happenedLeads(s *planwright.Snapshot) happened {
	t := &s.Receipts
	l := happened{delay: make([][]float64, s.Suppliers.Len())}
	counts := func(i int) bool {
		return t.OrderedOn[i].Known() && t.ReceivedOn[i].Known() && t.OrderedOn[i] <= t.ReceivedOn[i]
	}
	l.leadTimes = collectLeadTimes(s, counts)
	for i := range t.SKU {
		if p := t.PromisedOn[i]; counts(i) && p.Known() && t.Supplier[i] != planwright.None {
			l.delay[t.Supplier[i]] = append(l.delay[t.Supplier[i]], float64(t.ReceivedOn[i]-p))
		}
	}
	for i := range l.delay {
		slices.Sort(l.delay[i])
	}
	return l
}

// classTarget is the target of the settings for the class of a sku; 0: none.
func (r *valueRun) classTarget(k planwright.SKU, from string) float64 {
	if len(r.s.Stocking.Classes) == 0 || from != "target_default" && from != "target_company" {
		return 0
	}
	return r.s.Stocking.Target(r.abc[k], "")
}
