package plan

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"planwright"
	"planwright/mrp"
	"planwright/replenish"
)

// What a plan of the supply networks may take.
const (
	echelonGap   = 0.001         // relative; good enough
	echelonWork  = 5_000_000_000 // budget of all networks together, about ten seconds
	echelonLeast = 20_000_000    // of a network, however small
	echelonSteps = 60            // service times of a network on its longest way
)

// defaultHolding is the holding rate of a year where none is given. Where all
// sku's have one rate, it moves the cost, not the plan.
const defaultHolding = 0.2

// echelonNet is a supply network: a connected part of the company's bills of
// material and transfers.
type echelonNet struct {
	sku       []planwright.SKU
	net       replenish.Network
	customers []replenish.CustomerDemand
	unit      float64
	plan      replenish.ServicePlan
	err       error
}

// echelons places safety stocks in the company's supply networks under
// guaranteed service: a stage is a sku, an arc a component of its bill or the site
// that it is transferred from. What is sold is promised within the service days
// of the settings (0: from stock); inside, every stage may promise a time, and
// stages that promise their whole time keep no stock.
func (r *restocking) echelons(ctx context.Context, src *mrp.Sourcing, t planwright.Stocking) error {
	nets := r.networks(src, t)
	total := 0
	for i := range nets {
		total += nets[i].net.Stages()
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range r.opt.Workers {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(nets) {
					return
				}
				n := &nets[i]
				work := max(echelonLeast, int64(echelonWork/float64(total)*float64(n.net.Stages())))
				n.plan, n.err = replenish.GSM(ctx, &n.net, replenish.GSMOptions{Unit: n.unit, Gap: echelonGap, Work: work})
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	row := make([]int, r.s.Len()) // of the policies
	for k := range row {
		row[k] = -1
	}
	for i := range r.d.inputs {
		row[r.d.inputs[i].sku] = i
	}
	e := &r.p.Echelons
	var cost, bound, single, stocked float64
	for i := range nets {
		n := &nets[i]
		if n.err != nil {
			return fmt.Errorf("plan: supply network of %s: %w", r.s.Code(n.sku[0]), n.err)
		}
		cost, bound = cost+n.plan.Cost*365, bound+n.plan.Bound*365
		if all, err := n.net.Evaluate(make([]float64, n.net.Stages())); err == nil {
			stocked += all.Cost * 365
		}
		for j, k := range n.sku {
			alone := planwright.NoQty
			if x := row[k]; x >= 0 {
				alone = r.p.Policies.SafetyStock[x]
				single += n.net.Holding[j] * 365 * math.Max(0, alone.Float())
				r.place(n, j, x)
			}
			e.SKU, e.Network = append(e.SKU, k), append(e.Network, int32(i+1))
			e.StageTime, e.InboundTime = append(e.StageTime, n.net.Time[j]), append(e.InboundTime, n.plan.Inbound[j])
			e.ServiceTime, e.NetLeadTime = append(e.ServiceTime, n.plan.Service[j]), append(e.NetLeadTime, n.plan.NetLead[j])
			e.DailyMean, e.DailySD, e.Factor = append(e.DailyMean, n.net.Mean[j]), append(e.DailySD, n.net.SD[j]), append(e.Factor, n.net.Factor[j])
			e.SafetyStock, e.BaseStock, e.AloneStock = append(e.SafetyStock, n.plan.SafetyStock[j]), append(e.BaseStock, n.plan.BaseStock[j]), append(e.AloneStock, alone)
			e.HoldingCost = append(e.HoldingCost, n.net.Holding[j]*365*(n.plan.SafetyStock[j]+n.plan.EarlyStock[j]))
			e.NetworkCost, e.NetworkBound, e.NetworkGap = append(e.NetworkCost, n.plan.Cost*365), append(e.NetworkBound, n.plan.Bound*365), append(e.NetworkGap, n.plan.Gap)
		}
	}
	gap := 0.0
	if cost > 0 {
		gap = (cost - bound) / cost
	}
	r.d.figures = append(r.d.figures, figure{"echelon_networks", float64(len(nets))}, figure{"echelon_stages", float64(total)},
		figure{"echelon_cost", cost}, figure{"echelon_bound", bound}, figure{"echelon_gap", gap}, figure{"echelon_cost_stocked", stocked}, figure{"echelon_cost_alone", single})
	return nil
}

// place makes the stage's part of the plan the sku's policy: the safety stock as
// the network has it, over the net lead time. What has buffers of its own, or is
// not planned, keeps its policy.
func (r *restocking) place(n *echelonNet, j, row int) {
	in := &r.d.inputs[row]
	switch r.s.SKUs.MRPType[in.sku] {
	case planwright.DDMRP, planwright.NotPlanned:
		return
	}
	mean, sd := n.net.Mean[j], n.net.SD[j]
	if mean <= 0 {
		return // nothing that it serves is asked for
	}
	// The demand of the stage is that of all it serves.
	period := in.demand.PeriodDays
	in.demand = replenish.Demand{Mean: mean * period, SD: sd * math.Sqrt(period), PeriodDays: period}
	in.par.Placed = replenish.Entered{Value: n.plan.SafetyStock[j], Given: true}
	in.par.LeadDays = math.Max(0, n.plan.NetLead[j]-in.par.ReviewDays)
	in.par.LeadTimes, in.par.LeadSDDays = nil, 0
	if in.par.LeadDays > 0 {
		in.par.LeadSDDays = n.net.TimeSD[j]
	}
	in.par.Level = replenish.Entered{}
	in.leadFrom = "net_lead_time"
	r.changed[row] = true
}

// networks reads the supply networks of two stages or more, in the order of
// their first sku's.
func (r *restocking) networks(src *mrp.Sourcing, t planwright.Stocking) []echelonNet {
	s := r.s
	n := s.Len()
	tree := mrp.NewStructure(s)
	type arc struct {
		from, to planwright.SKU
		units    float64
	}
	var arcs []arc
	root := make([]planwright.SKU, n)
	for k := range root {
		root[k] = planwright.SKU(k)
	}
	find := func(k planwright.SKU) planwright.SKU {
		for root[k] != k {
			root[k] = root[root[k]]
			k = root[k]
		}
		return k
	}
	fed := make([]bool, n)    // it is made of or supplied from something
	feeds := make([]bool, n)  // something is made of or supplied from it
	member := make([]bool, n) // either
	for k := range planwright.SKU(n) {
		tree.Feeds(k, func(from planwright.SKU, units float64) {
			if from == k || !(units > 0) || math.IsInf(units, 0) {
				return
			}
			arcs = append(arcs, arc{from, k, units})
			fed[k], feeds[from], member[k], member[from] = true, true, true, true
			if a, b := find(from), find(k); a != b {
				root[max(a, b)] = min(a, b)
			}
		})
	}
	at := make([]int32, n) // stage
	number := make(map[planwright.SKU]int)
	var nets []echelonNet
	for k := range planwright.SKU(n) {
		if !member[k] {
			continue
		}
		i, ok := number[find(k)]
		if !ok {
			i = len(nets)
			number[find(k)] = i
			nets = append(nets, echelonNet{})
		}
		at[k] = int32(len(nets[i].sku))
		nets[i].sku = append(nets[i].sku, k)
	}
	for _, a := range arcs {
		m := &nets[number[find(a.to)]].net
		m.From, m.To, m.Usage = append(m.From, at[a.from]), append(m.To, at[a.to]), append(m.Usage, a.units)
	}
	row := make([]int, n)
	for i := range r.d.inputs {
		row[r.d.inputs[i].sku] = i + 1
	}
	for i := range nets {
		e := &nets[i]
		m := &e.net
		stages := len(e.sku)
		m.Time, m.TimeSD, m.Holding, m.MaxService = make([]float64, stages), make([]float64, stages), make([]float64, stages), make([]float64, stages)
		for j, k := range e.sku {
			rate := known(s.SKUs.HoldingRate[k])
			if rate == 0 {
				rate = t.HoldingRate
			}
			if rate == 0 {
				rate = defaultHolding
			}
			m.Time[j] = float64(max(0, src.LeadDays[k])) + float64(max(0, s.SKUs.ReviewDays[k]))
			m.TimeSD[j] = known(src.LeadTimeSD[k])
			m.Holding[j] = known(s.Items.UnitCost[s.SKUs.Item[k]]) * rate / 365
			m.MaxService[j] = math.Inf(1)
			if !feeds[k] || s.SKUs.MRPType[k] == planwright.DDMRP {
				m.MaxService[j] = t.ServiceDays // an end of the network: whoever takes from it waits so long
			}
			if row[k] == 0 {
				continue
			}
			in := &r.d.inputs[row[k]-1]
			if l := in.par.LeadTimes; len(l) > 0 {
				m.Time[j], m.TimeSD[j] = moments(l)
				m.Time[j] += float64(max(0, s.SKUs.ReviewDays[k]))
			}
			mean, sd := 0.0, 0.0
			switch {
			case in.sold:
				mean, sd = in.soldMean, in.soldSD
			case !feeds[k]: // used by what the data do not tell
				mean, sd = in.demand.Mean/in.demand.PeriodDays, in.demand.SD/math.Sqrt(in.demand.PeriodDays)
			}
			if mean > 0 || sd > 0 {
				m.MaxService[j] = t.ServiceDays
				e.customers = append(e.customers, replenish.CustomerDemand{Stage: int32(j), Mean: mean, SD: sd, Factor: r.factor(row[k] - 1)})
			}
		}
		if e.err = m.Pool(e.customers); e.err == nil {
			e.unit = math.Max(1, math.Ceil(longestWay(m)/echelonSteps))
		}
	}
	return nets
}

// factor is the safety factor of a policy: that of its cycle service, or, for a
// fill rate, the one that the sku alone needs.
func (r *restocking) factor(row int) float64 {
	in := &r.d.inputs[row]
	if in.par.Kind == planwright.CycleService {
		return max(1e-6, replenish.NormalQuantile(min(in.par.Target, replenish.MaxTarget)))
	}
	p := &r.p.Policies
	if sd := p.ProtectedSD[row]; sd > 0 {
		return max(1e-6, (p.ReorderPoint[row].Float()-p.ProtectedMean[row])/sd)
	}
	return 1e-6
}

// moments returns mean and standard deviation.
func moments(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sd += (v - mean) * (v - mean) / float64(len(x))
	}
	return mean, math.Sqrt(sd)
}

// longestWay is the longest sum of times on a way through the network, which
// has no cycles.
func longestWay(m *replenish.Network) float64 {
	n := m.Stages()
	waits := make([]int, n)
	next := make([][]int32, n)
	for a, f := range m.From {
		next[f] = append(next[f], m.To[a])
		waits[m.To[a]]++
	}
	long := slices.Clone(m.Time)
	var ready []int32
	for j := range n {
		if waits[j] == 0 {
			ready = append(ready, int32(j))
		}
	}
	best := 0.0
	for len(ready) > 0 {
		j := ready[len(ready)-1]
		ready = ready[:len(ready)-1]
		best = max(best, long[j])
		for _, c := range next[j] {
			long[c] = max(long[c], long[j]+m.Time[c])
			if waits[c]--; waits[c] == 0 {
				ready = append(ready, c)
			}
		}
	}
	return best
}
