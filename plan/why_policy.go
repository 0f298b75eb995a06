package plan

import (
	"context"
	"strconv"
	"strings"

	"planwright"
	"planwright/explain"
)

// WhyPolicy explains the levels of sku k: what people entered, or the arithmetic of
// the terms of the policy, each with the source that the plan names for it.
func (st *Standing) WhyPolicy(_ context.Context, k planwright.SKU) (*Explanation, error) {
	row := st.policyOf[k]
	x := &Explanation{SKU: k, Order: -1, Repairs: st.repairs(k)}
	if row == planwright.None {
		return x, nil
	}
	s, t := st.Snap, &st.Plan.Policies
	b := policyTrees{st: st, k: k, row: row, w: &tracer{st: st, s: s, p: st.Plan, k: k}, term: map[string]float64{}, from: map[string]string{}}
	for _, kv := range strings.Split(t.Explain[row], ";") {
		name, value, _ := strings.Cut(kv, "=")
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			b.term[name] = v
			b.names = append(b.names, name)
		}
	}
	for _, kv := range strings.Split(t.Sources[row], ";") {
		name, code, _ := strings.Cut(kv, "=")
		b.from[name] = code
	}
	level := b.fact("reorder_point", b.context("order_qty", "safety_stock", "reorder_point", "order_up_to", "cycle_service", "fill_rate", "batch", "order_qty_economic", "demand", "undershoot")...)
	demand := b.fact("demand")
	if demand != nil && b.term["undershoot"] != 0 {
		demand = explain.Make("why.policy.covers", explain.Sum, []*explain.Node{demand, b.fact("undershoot")})
	}
	var safety *explain.Node
	if level != nil && demand != nil {
		safety = explain.Make("why.policy.safety_raw", explain.Sum, []*explain.Node{level, demand.Less()})
	}
	quantity := b.fact("order_qty", b.context("order_qty_economic", "batch")...)
	var up *explain.Node
	if level != nil && quantity != nil {
		up = explain.Make("why.policy.up_to_raw", explain.Sum, []*explain.Node{level, quantity})
	}
	x.put("safety_stock", b.pick("safety_stock", s.SKUs.SafetyStock[k], t.SafetyStock[row], safety, b.fact("safety_stock", b.context("demand", "sd", "k", "target")...)))
	x.put("reorder_point", b.pick("reorder_point", s.SKUs.ReorderPoint[k], t.ReorderPoint[row], level))
	x.put("order_up_to", b.pick("order_up_to", s.SKUs.OrderUpTo[k], t.OrderUpTo[row], up, b.fact("order_up_to", level)))
	x.put("order_qty", b.pick("order_qty", planwright.NoQty, t.OrderQty[row], quantity))
	return x, nil
}

// policyTrees builds the trees of one policy.
type policyTrees struct {
	st    *Standing
	k     planwright.SKU
	row   int32
	w     *tracer
	names []string
	term  map[string]float64
	from  map[string]string
}

// fact is a term of the policy, below which those that decided it stand; nil where
// the policy has none of that name.
func (b *policyTrees) fact(name string, below ...*explain.Node) *explain.Node {
	v, ok := b.term[name]
	if !ok {
		return nil
	}
	leaf := explain.Leaf("term."+name, explain.F(v), explain.Source{Table: "policies", Row: b.st.key(b.k), Column: "explain", Rule: b.from[name]})
	of := []*explain.Node{leaf}
	for _, x := range below {
		if x != nil {
			of = append(of, x)
		}
	}
	if len(of) == 1 {
		return leaf
	}
	return explain.Make("term."+name, explain.Same, of)
}

// context are the terms but those named, in their order.
func (b *policyTrees) context(but ...string) (of []*explain.Node) {
	for _, name := range b.names {
		skip := false
		for _, x := range but {
			skip = skip || x == name
		}
		if !skip {
			of = append(of, b.fact(name))
		}
	}
	return of
}

// pick is the first of the trees that comes out at the figure shown, rounded up to
// the decimals of the item as the plan does; what was entered if it was; else the
// plan's own cell.
func (b *policyTrees) pick(column string, entered, shown planwright.Qty, trees ...*explain.Node) *explain.Node {
	if entered.Known() {
		x := b.w.skuSource(column)
		if x.Rule == "sku" {
			x.Rule = "entered"
		}
		return explain.Make("why."+column, explain.Same, []*explain.Node{explain.Leaf("why."+column, explain.Q(entered), x)})
	}
	step := planwright.Step(int(b.st.Snap.Items.Decimals[b.st.Snap.SKUs.Item[b.k]]))
	for _, n := range trees {
		if n == nil {
			continue
		}
		n.Minus = false
		up := explain.Make("why."+column, explain.Ceiling, []*explain.Node{explain.Make("why.policy.quantity", explain.ToQuantity, []*explain.Node{n}), explain.Leaf("why.decimals", explain.Q(step), b.w.itemSource("decimals"))})
		if up.Value.Qty() == shown {
			return up
		}
	}
	return explain.Leaf("why."+column, explain.Q(shown), explain.Source{Table: "policies", Row: b.st.key(b.k), Column: column, Rule: b.from[column]})
}

// WhyForecast explains the forecast of sku k, period by period: what the method
// says, what causes, the hierarchy and people make of it. The last periods of its
// demand stand below, if the history can be read.
func (st *Standing) WhyForecast(ctx context.Context, k planwright.SKU) (*Explanation, error) {
	x := &Explanation{SKU: k, Order: -1, Repairs: st.repairs(k)}
	opt, err := ParseOptions(st.Plan.Options)
	if err != nil {
		return nil, err
	}
	history, err := st.history(ctx, k, opt)
	if err != nil {
		return nil, err
	}
	f, c := &st.Plan.Forecast, &st.Plan.Components
	lo, hi := rowsOf(f.SKU, k)
	at, end := rowsOf(c.SKU, k)
	for i := lo; i < hi; i++ {
		row := st.key(k) + "|" + f.Start[i].String()
		var parts []*explain.Node
		for j := at; j < end; j++ {
			if c.Start[j] == f.Start[i] {
				n := explain.Leaf("why.component", explain.F(c.Value[j]), explain.Source{Table: "forecast_components", Row: row, Column: c.Component[j]}, "name", c.Component[j])
				if c.Component[j] == baseComponent {
					n = explain.Make("why.model.mean", explain.Same, append([]*explain.Node{n}, history...), "method", f.Method[i])
				}
				parts = append(parts, n)
			}
		}
		mean := explain.Make("why.model.mean", explain.Same, append([]*explain.Node{explain.Leaf("why.model.mean", explain.F(f.Mean[i]), explain.Source{Table: "forecast", Row: row, Column: "mean", Rule: f.Method[i]}, "method", f.Method[i])}, history...), "method", f.Method[i])
		final := explain.F(f.Final[i])
		if len(parts) > 0 {
			n := explain.Make("why.forecast.parts", explain.Sum, parts)
			if !n.Value.Equal(final) { // components are told to the last digit or so
				n.Of = append(n.Of, explain.Leaf("why.rounding", explain.F(f.Final[i]-n.Value.F), explain.Source{Table: "forecast", Row: row, Column: "final", Rule: "rounding"}))
				n.Done()
			}
			if n.Value.Equal(final) {
				x.put(f.Start[i].String(), n)
				continue
			}
		}
		n := mean
		if !n.Value.Equal(final) {
			n = explain.Leaf("why.forecast.final", final, explain.Source{Table: "forecast", Row: row, Column: "final", Rule: f.Method[i]}, "from", f.Start[i].String(), "to", f.End[i].String())
		}
		x.put(f.Start[i].String(), n)
	}
	return x, nil
}

// rowsOf are the rows of sku k in a column sorted by sku.
func rowsOf(skus []planwright.SKU, k planwright.SKU) (lo, hi int) {
	for lo, hi = 0, len(skus); lo < hi; {
		mid := (lo + hi) / 2
		if skus[mid] < k {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	for hi = lo; hi < len(skus) && skus[hi] == k; hi++ {
	}
	return lo, hi
}

// historyPeriods is the number of past periods that stand beside a forecast.
const historyPeriods = 8

// history are the last complete periods of what was sold, less what came back.
func (st *Standing) history(ctx context.Context, k planwright.SKU, opt Options) (of []*explain.Node, err error) {
	if st.Snap.ReadHistory == nil {
		return nil, nil
	}
	h, err := st.Snap.ReadHistory(ctx, k, k+1)
	if err != nil {
		return nil, err
	}
	start := opt.Period.Start(opt.AsOf)
	for range historyPeriods {
		end := start
		start = opt.Period.Start(start - 1)
		var sum planwright.Qty
		rows := 0
		for r := h.Off[0]; r < h.Off[1]; r++ {
			if h.On[r] < start || h.On[r] >= end || h.Kind[r] == planwright.Issue {
				continue
			}
			rows++
			if h.Kind[r] == planwright.Return {
				sum -= h.Qty[r]
			} else {
				sum += h.Qty[r]
			}
		}
		if rows > 0 {
			of = append(of, explain.Leaf("why.model.history", explain.Q(sum), explain.Source{Table: "demand_history", Row: st.key(k) + "|" + start.String(), Column: "qty"}, "from", start.String()))
		}
	}
	return of, nil
}
