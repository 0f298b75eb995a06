package replenish

import (
	"errors"
	"fmt"
	"math"
)

// Network is a supply network whose stages promise each other service times.
// Stages are numbered 0..n-1; each attribute is a column of n values. An arc
// leads from a supplier to its customer.
//
// A stage promises its customers the service time S, waits SI for the slowest
// of its suppliers and takes T itself; the stock that it keeps covers demand
// over the net lead time τ = SI+T−S.
type Network struct {
	From, To []int32   // arcs; a pair named twice adds its usages
	Usage    []float64 // units of From in a unit of To, an arc each; nil: 1

	Time    []float64     // T, in periods; its length is the number of stages
	TimeSD  []float64     // standard deviation of T; nil: 0
	TimePMF [][]TimePoint // distribution of T, in place of Time and TimeSD where it has points; nil: none

	Holding []float64 // h: holding a unit for a period
	Factor  []float64 // k: safety factor, not negative; nil: DefaultFactor
	Mean    []float64 // μ: demand a period, of the stage and all that it serves; nil: 0
	SD      []float64 // σ: the same; see Pool

	Inbound    []float64 // time that suppliers outside the network promise; nil: 0
	MaxService []float64 // longest service time allowed; nil: 0 without customers, +Inf with
}

// TimePoint is a value of a stage's time and its probability.
type TimePoint struct{ Time, Prob float64 }

// DefaultFactor is the safety factor of a cycle service of 95 %.
const DefaultFactor = 1.6448536269514722

// Stages returns the number of stages.
func (n *Network) Stages() int { return len(n.Time) }

func (n *Network) factor(j int) float64 {
	if n.Factor == nil {
		return DefaultFactor
	}
	return n.Factor[j]
}

func (n *Network) mean(j int) float64 { return column(n.Mean, j) }

func (n *Network) inbound(j int) float64 { return column(n.Inbound, j) }

func column(c []float64, j int) float64 {
	if c == nil {
		return 0
	}
	return c[j]
}

// timeOf returns the mean of the stage's time.
func (n *Network) timeOf(j int) float64 {
	if n.TimePMF != nil && len(n.TimePMF[j]) > 0 {
		m := 0.0
		for _, p := range n.TimePMF[j] {
			m += p.Prob * p.Time
		}
		return m
	}
	return n.Time[j]
}

// bound is the safety stock over the net lead time tau of a stage whose own
// time is certain: k·σ·√τ (Simpson, 1958).
func (n *Network) bound(j int, tau float64) float64 {
	return n.factor(j) * n.SD[j] * math.Sqrt(max(0, tau))
}

// stock returns the safety stock and the stock that arrives early, for a stage
// that waits SI = S+d. With a random stage time, of which x = (SI+T−S)+ is
// covered by stock and (S−SI−T)+ waits for its customer,
//
//	safety = k·√(σ²·E[x] + μ²·Var[x]),   early = μ·E[(S−SI−T)+]
//
// (Humair, Ruark, Tomlin and Willems 2013). A stage time of which only the
// standard deviation is known counts with its variance as a whole.
func (n *Network) stock(j int, d float64) (safety, early, mean float64) {
	k, mu, sd := n.factor(j), n.mean(j), n.SD[j]
	if n.TimePMF != nil && len(n.TimePMF[j]) > 0 {
		var m1, m2, e float64
		for _, p := range n.TimePMF[j] {
			x := d + p.Time
			if x >= 0 {
				m1 += p.Prob * x
				m2 += p.Prob * x * x
			} else {
				e -= p.Prob * x
			}
		}
		return k * math.Sqrt(sd*sd*m1+mu*mu*max(0, m2-m1*m1)), mu * e, mu * m1
	}
	tau := max(0, d+n.Time[j])
	if s := column(n.TimeSD, j); s > 0 {
		return k * math.Sqrt(sd*sd*tau+mu*mu*s*s), 0, mu * tau
	}
	return n.bound(j, tau), 0, mu * tau
}

// longest returns the longest time of the stage itself: what a service time may
// exceed the inbound time by.
func (n *Network) longest(j int) float64 {
	if n.TimePMF != nil && len(n.TimePMF[j]) > 0 {
		t := 0.0
		for _, p := range n.TimePMF[j] {
			if p.Prob > 0 {
				t = max(t, p.Time)
			}
		}
		return t
	}
	return n.Time[j]
}

// check finds what no plan can be made from, and orders the stages so that
// suppliers come first.
func (n *Network) check() (order []int32, err error) {
	stages := n.Stages()
	fail := func(format string, args ...any) ([]int32, error) {
		return nil, fmt.Errorf("replenish: network: "+format+": %w", append(args, ErrInput)...)
	}
	for _, c := range []struct {
		name string
		of   []float64
		must bool
	}{
		{"Holding", n.Holding, true}, {"SD", n.SD, true}, {"Factor", n.Factor, false}, {"Mean", n.Mean, false},
		{"TimeSD", n.TimeSD, false}, {"Inbound", n.Inbound, false}, {"Time", n.Time, true}, {"MaxService", n.MaxService, false},
	} {
		if c.of == nil && !c.must {
			continue
		}
		if len(c.of) != stages {
			return fail("column %s has %d values for %d stages; give one a stage", c.name, len(c.of), stages)
		}
		for j, x := range c.of {
			if x != x || x < 0 || math.IsInf(x, 0) && c.name != "MaxService" {
				return fail("stage %d: %s is %v; it must be finite and not negative", j, c.name, x)
			}
		}
	}
	if n.TimePMF != nil && len(n.TimePMF) != stages {
		return fail("column TimePMF has %d rows for %d stages; give one a stage", len(n.TimePMF), stages)
	}
	for j, law := range n.TimePMF {
		sum := 0.0
		for _, p := range law {
			if !(p.Time >= 0) || math.IsInf(p.Time, 0) || !(p.Prob >= 0) {
				return fail("stage %d: time %v with probability %v; both must be finite and not negative", j, p.Time, p.Prob)
			}
			sum += p.Prob
		}
		if len(law) > 0 && math.Abs(sum-1) > 1e-6 {
			return fail("stage %d: the probabilities of its times sum to %v, not 1", j, sum)
		}
	}
	if len(n.From) != len(n.To) || n.Usage != nil && len(n.Usage) != len(n.From) {
		return fail("arcs have %d suppliers, %d customers and %d usages; give each arc one of each", len(n.From), len(n.To), len(n.Usage))
	}
	waits := make([]int32, stages)
	for a := range n.From {
		f, t := n.From[a], n.To[a]
		if f < 0 || t < 0 || int(f) >= stages || int(t) >= stages {
			return fail("arc %d leads from stage %d to %d of %d", a, f, t, stages)
		}
		if u := n.usage(a); !(u >= 0) || math.IsInf(u, 0) {
			return fail("arc %d: usage %v; it must be finite and not negative", a, u)
		}
		waits[t]++
	}
	off, arcs := n.outgoing()
	order = make([]int32, 0, stages)
	for j := range waits {
		if waits[j] == 0 {
			order = append(order, int32(j))
		}
	}
	for at := 0; at < len(order); at++ {
		j := order[at]
		for _, a := range arcs[off[j]:off[j+1]] {
			if t := n.To[a]; waits[t] > 1 {
				waits[t]--
			} else {
				waits[t] = 0
				order = append(order, t)
			}
		}
	}
	if len(order) < stages {
		for j := range waits {
			if waits[j] > 0 {
				return fail("stage %d supplies itself through others; remove an arc of the cycle", j)
			}
		}
	}
	return order, nil
}

func (n *Network) usage(a int) float64 {
	if n.Usage == nil {
		return 1
	}
	return n.Usage[a]
}

// outgoing returns the arcs by supplier: those of stage j are
// arcs[off[j]:off[j+1]].
func (n *Network) outgoing() (off, arcs []int32) {
	return byStage(n.Stages(), n.From)
}

func byStage(stages int, key []int32) (off, arcs []int32) {
	off = make([]int32, stages+1)
	for _, j := range key {
		off[j+1]++
	}
	for j := range stages {
		off[j+1] += off[j]
	}
	arcs = make([]int32, len(key))
	at := append([]int32(nil), off[:stages]...)
	for a, j := range key {
		arcs[at[j]] = int32(a)
		at[j]++
	}
	return off, arcs
}

// CustomerDemand is what customers outside the network take from a stage, a period.
type CustomerDemand struct {
	Stage    int32
	Mean, SD float64
	Factor   float64 // safety factor; 0: DefaultFactor
}

// Pool fills the columns Mean, SD and Factor from the demand of customers,
// which are independent of each other. What a customer takes of stage j is its
// demand times the units of j in a unit of the end item, over all paths; where
// paths meet again these are one and the same demand, and not independent ones:
//
//	μ_j = Σ n_jd·μ_d,   σ_j = √Σ(n_jd·σ_d)²,   k_j·σ_j = √Σ(n_jd·k_d·σ_d)²
//
// (Humair and Willems, 2011).
func (n *Network) Pool(customers []CustomerDemand) error {
	stages := n.Stages()
	mean, sd, factor := n.Mean, n.SD, n.Factor
	n.Mean, n.SD, n.Factor = nil, make([]float64, stages), nil
	order, err := n.check()
	if err != nil {
		n.Mean, n.SD, n.Factor = mean, sd, factor
		return err
	}
	for i, c := range customers {
		if c.Stage < 0 || int(c.Stage) >= stages || !(c.Mean >= 0) || !(c.SD >= 0) || math.IsInf(c.Mean+c.SD, 0) || !(c.Factor >= 0) || math.IsInf(c.Factor, 0) {
			n.Mean, n.SD, n.Factor = mean, sd, factor
			return fmt.Errorf("replenish: network: demand %d: stage %d, mean %v, sd %v, factor %v; the stage must exist, the rest be finite and not negative: %w", i, c.Stage, c.Mean, c.SD, c.Factor, ErrInput)
		}
	}
	n.Mean, n.Factor = make([]float64, stages), make([]float64, stages)
	off, arcs := byStage(stages, n.To)
	at := make([]int32, stages)
	for i, j := range order {
		at[j] = int32(i)
	}
	count := make([]float64, stages) // n_jd of the customer at hand
	for _, c := range customers {
		k := c.Factor
		if k == 0 {
			k = DefaultFactor
		}
		clear(count)
		count[c.Stage] = 1
		for i := at[c.Stage]; i >= 0; i-- { // suppliers come before
			j := order[i]
			x := count[j]
			if x == 0 {
				continue
			}
			n.Mean[j] += x * c.Mean
			n.SD[j] += x * c.SD * x * c.SD
			n.Factor[j] += x * k * c.SD * x * k * c.SD
			for _, a := range arcs[off[j]:off[j+1]] {
				count[n.From[a]] += x * n.usage(int(a))
			}
		}
	}
	for j := range n.SD {
		if n.SD[j] > 0 {
			n.Factor[j] = math.Sqrt(n.Factor[j] / n.SD[j])
		} else {
			n.Factor[j] = DefaultFactor
		}
		n.SD[j] = math.Sqrt(n.SD[j])
	}
	return nil
}

// Cumulate fills the column Holding: the cost that stages add, with all that
// went into a unit before, times the rate a period.
func (n *Network) Cumulate(added []float64, rate float64) error {
	stages := n.Stages()
	if len(added) != stages {
		return fmt.Errorf("replenish: network: %d added costs for %d stages; give one a stage: %w", len(added), stages, ErrInput)
	}
	keep, sd := n.Holding, n.SD
	n.Holding, n.SD = append([]float64(nil), added...), make([]float64, stages)
	order, err := n.check()
	if err != nil || !(rate >= 0) || math.IsInf(rate, 0) {
		n.Holding = keep
		if err == nil {
			err = fmt.Errorf("replenish: network: holding rate %v; it must be finite and not negative: %w", rate, ErrInput)
		}
	}
	n.SD = sd
	if err != nil {
		return err
	}
	off, arcs := n.outgoing()
	for _, j := range order {
		for _, a := range arcs[off[j]:off[j+1]] {
			n.Holding[n.To[a]] += n.usage(int(a)) * n.Holding[j]
		}
	}
	for j := range n.Holding {
		n.Holding[j] *= rate
	}
	return nil
}

// ServicePlan is what every stage promises and keeps, a column each.
type ServicePlan struct {
	Service     []float64 // S: service time promised
	Inbound     []float64 // SI: wait for the slowest supplier
	NetLead     []float64 // τ = SI+T−S, of the mean stage time
	SafetyStock []float64 // k·σ·√τ, or its form for random stage times
	EarlyStock  []float64 // waits for its customer: random stage times only
	BaseStock   []float64 // demand of the net lead time and safety stock

	Cost  float64 // Σ h·(safety + early stock) a period
	Bound float64 // no plan costs less
	Gap   float64 // (Cost−Bound)/Cost; 0: proven to be the best

	Nodes int   // subproblems that were looked at
	Work  int64 // steps spent, in units of the budget
}

// ErrServiceTime is wrapped where a service time cannot be kept.
var ErrServiceTime = errors.New("service time cannot be kept")

// serviceTol forgives the rounding of sums of times.
const serviceTol = 1e-9

// InboundTimes returns SI of every stage for service times S, one a stage: the
// largest of its suppliers' and of what it is promised from outside; nil where
// the network or the times are not whole.
func (n *Network) InboundTimes(service []float64) []float64 {
	if _, err := n.check(); err != nil || len(service) != n.Stages() {
		return nil
	}
	return n.inboundTimes(service)
}

func (n *Network) inboundTimes(service []float64) []float64 {
	in := make([]float64, n.Stages())
	for j := range in {
		in[j] = n.inbound(j)
	}
	for a, f := range n.From {
		in[n.To[a]] = max(in[n.To[a]], service[f])
	}
	return in
}

// Evaluate returns the plan that follows from given service times: inbound and
// net lead times, stocks, cost. Bound is the cost itself only where GSM says so;
// here it is 0 and Gap 1 (0 where the cost is 0). A service time that the stage
// cannot keep is an error that wraps ErrServiceTime.
func (n *Network) Evaluate(service []float64) (ServicePlan, error) {
	if _, err := n.check(); err != nil {
		return ServicePlan{}, err
	}
	if len(service) != n.Stages() {
		return ServicePlan{}, fmt.Errorf("replenish: network: %d service times for %d stages; give one a stage: %w", len(service), n.Stages(), ErrInput)
	}
	limit := n.limits()
	in := n.inboundTimes(service)
	for j, s := range service {
		if !(s >= -serviceTol) || s > limit[j]+serviceTol || s > in[j]+n.longest(j)+serviceTol {
			return ServicePlan{}, fmt.Errorf("replenish: network: stage %d: service time %v with inbound time %v, stage time %v, limit %v: %w", j, s, in[j], n.longest(j), limit[j], ErrServiceTime)
		}
	}
	return n.evaluate(service, in), nil
}

// evaluate counts what a feasible plan costs.
func (n *Network) evaluate(service, in []float64) ServicePlan {
	stages := n.Stages()
	p := ServicePlan{
		Service: append([]float64(nil), service...), Inbound: in,
		NetLead: make([]float64, stages), SafetyStock: make([]float64, stages), EarlyStock: make([]float64, stages), BaseStock: make([]float64, stages),
	}
	for j := range stages {
		d := in[j] - service[j]
		safety, early, mean := n.stock(j, d)
		p.NetLead[j] = max(0, d+n.timeOf(j))
		p.SafetyStock[j], p.EarlyStock[j], p.BaseStock[j] = safety, early, mean+safety
		p.Cost += n.Holding[j] * (safety + early)
	}
	if p.Cost > 0 {
		p.Gap = 1
	}
	return p
}

// CostOfBaseStocks returns Σ h·(B − μ·τ) of given base stocks B, where τ are
// the net lead times of the service times that these base stocks allow: every
// stage, from the suppliers on, promises the shortest time that its base stock
// covers, so that μ·τ + k·σ·√τ <= B (Graves and Willems, 2000).
func (n *Network) CostOfBaseStocks(base []float64) (ServicePlan, error) {
	order, err := n.check()
	if err != nil {
		return ServicePlan{}, err
	}
	if len(base) != n.Stages() {
		return ServicePlan{}, fmt.Errorf("replenish: network: %d base stocks for %d stages; give one a stage: %w", len(base), n.Stages(), ErrInput)
	}
	service, in := make([]float64, n.Stages()), make([]float64, n.Stages())
	off, arcs := n.outgoing()
	for j := range in {
		in[j] = n.inbound(j)
	}
	for _, j32 := range order {
		j := int(j32)
		// B = μτ + kσ√τ is quadratic in √τ.
		b, mu, ks := max(0, base[j]), n.mean(j), max(0, n.factor(j)*n.SD[j])
		var root float64
		switch {
		case mu > 0:
			root = 2 * b / (ks + math.Sqrt(ks*ks+4*mu*b))
		case ks > 0:
			root = b / ks
		default:
			root = math.Inf(1)
		}
		if ks == 0 && mu > 0 {
			root = math.Sqrt(b / mu)
		}
		tau := min(root*root, in[j]+n.timeOf(j))
		service[j] = in[j] + n.timeOf(j) - tau
		for _, a := range arcs[off[j]:off[j+1]] {
			in[n.To[a]] = max(in[n.To[a]], service[j])
		}
	}
	p := n.evaluate(service, in)
	copy(p.BaseStock, base)
	p.Cost = 0
	for j := range base {
		p.SafetyStock[j] = base[j] - n.mean(j)*p.NetLead[j]
		p.Cost += n.Holding[j] * p.SafetyStock[j]
	}
	return p, nil
}

// limits returns the longest service time of every stage.
func (n *Network) limits() []float64 {
	if n.MaxService != nil {
		return n.MaxService
	}
	limit := make([]float64, n.Stages())
	for _, f := range n.From {
		limit[f] = math.Inf(1)
	}
	return limit
}
