package plan

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"

	"planwright"
	"planwright/mrp"
	"planwright/replenish"
)

// Goal is what a counterfactual reaches.
type Goal uint8

// The goals: the order is not made, or nothing in its place is due within a week
// after its day.
const (
	GoalZero Goal = iota
	GoalWeekLater
)

// Counterfactual is the smallest change of one input, all others as they are,
// with which a planned order would not be made, or not within a week. It is found
// by planning again. Text and cost are keys of the catalogue with their values.
type Counterfactual struct {
	Goal     Goal
	Key      string
	Pairs    []string
	CostKey  string
	Cost     float64 // money; NaN where the data do not say
	CostText []string
}

// lever is an input that can be moved by 0..most steps, each helping more than the
// one before.
type lever struct {
	most int64
	set  func(x int64) []mrp.Edit
	tell func(x int64, c *Counterfactual)
	// merges: earlier orders become larger and cover what this one did, so that
	// orders are counted instead of what they bring.
	merges bool
}

// Counterfactuals finds, for planned order i, the smallest change of each input
// that reaches each goal: more stock, an open receipt earlier, a lower safety
// stock (as a service target where the policy computed it) or reorder point, a
// smaller customer order, a lower forecast, a larger minimum order of the ones
// before. Inputs that cannot reach it are left
// out. The plan is as before when it returns.
func (st *Standing) Counterfactuals(ctx context.Context, i int) ([]Counterfactual, error) {
	o := &st.Plan.Orders
	if i < 0 || i >= o.Len() {
		return nil, fmt.Errorf("plan: no order %d", i)
	}
	k := o.SKU[i]
	first, _ := slices.BinarySearch(o.SKU, k)
	var before planwright.Qty
	for j := first; j < i; j++ {
		before += o.Good[j]
	}
	var out []Counterfactual
	levers := st.levers(k, o.Need[i])
	if l, ok := st.minimum(k, i, i-first); ok {
		levers = append(levers, l)
	}
	for _, goal := range []Goal{GoalZero, GoalWeekLater} {
		by := o.Due[i]
		if goal == GoalWeekLater {
			by += 6
		}
		for _, l := range levers {
			reached := func(x int64) (bool, error) {
				if _, err := st.planner.Apply(ctx, l.set(x)); err != nil {
					return false, err
				}
				r := st.planner.Part([]planwright.SKU{k})
				var sum planwright.Qty
				orders := 0
				for j := range r.Orders.SKU {
					if r.Orders.Due[j] <= by {
						sum += r.Orders.Good[j]
						orders++
					}
				}
				if l.merges {
					return orders <= i-first, nil
				}
				return sum <= before, nil
			}
			x, err := smallest(l.most, reached)
			if _, undo := st.planner.Apply(context.WithoutCancel(ctx), l.set(0)); undo != nil {
				return nil, undo
			}
			if err != nil {
				return nil, err
			}
			if x < 0 {
				continue
			}
			c := Counterfactual{Goal: goal, Cost: math.NaN()}
			l.tell(x, &c)
			out = append(out, c)
		}
	}
	st.last = nil
	return out, nil
}

// smallest is the least x of 1..most that reaches, -1 if most does not.
func smallest(most int64, reached func(int64) (bool, error)) (int64, error) {
	if most < 1 {
		return -1, nil
	}
	if ok, err := reached(most); err != nil || !ok {
		return -1, err
	}
	lo, hi := int64(0), most // lo does not, hi does
	for lo+1 < hi {
		mid := lo + (hi-lo)/2
		ok, err := reached(mid)
		if err != nil {
			return -1, err
		}
		if ok {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi, nil
}

// maxReceipts bounds the open receipts and customer orders that are tried.
const maxReceipts = 5

// levers are the inputs of sku k that could do without an order needed on a day.
func (st *Standing) levers(k planwright.SKU, need planwright.Day) []lever {
	s, in := st.Snap, st.planner.Input()
	item := s.SKUs.Item[k]
	cost, price := s.Items.UnitCost[item], s.Items.UnitPrice[item]
	if price <= 0 {
		price = cost
	}
	rate := s.SKUs.HoldingRate[k]
	step := planwright.Step(int(s.Items.Decimals[item]))
	steps := func(q planwright.Qty) int64 { return int64((q + step - 1) / step) }
	text := func(x int64) planwright.Qty { return planwright.Qty(x) * step }
	var all []lever

	// Stock: enough for everything that is required.
	stock := mrp.Rows(&s.Stock, k)
	var required planwright.Qty
	for _, q := range st.part(k).Qty {
		if q < 0 {
			required -= q
		}
	}
	all = append(all, lever{most: steps(required + max(0, in.SafetyStock[k].Or(0)) + max(0, in.ReorderPoint[k].Or(0), in.OrderUpTo[k].Or(0))), set: func(x int64) []mrp.Edit {
		rows := stock
		if x > 0 {
			rows = planwright.Stock{Qty: append([]planwright.Qty{text(x)}, stock.Qty...), Lot: append([]string{""}, stock.Lot...),
				ReceivedOn: append([]planwright.Day{planwright.NoDay}, stock.ReceivedOn...), ExpiresOn: append([]planwright.Day{planwright.NoDay}, stock.ExpiresOn...),
				Status: append([]planwright.StockStatus{planwright.Available}, stock.Status...), Segment: append([]string{""}, stock.Segment...), Supplier: append([]int32{planwright.None}, stock.Supplier...)}
		}
		return []mrp.Edit{mrp.SetRows(k, rows)}
	}, tell: func(x int64, c *Counterfactual) {
		c.Key, c.Pairs = "lever.stock", []string{"by", text(x).String()}
		c.Cost = text(x).Float() * cost
		c.CostKey, c.CostText = "lever.cost.capital", []string{"money", decimals(c.Cost)}
	}})

	// Receipts that come after the day, earlier by days.
	supply := mrp.Rows(&s.Supply, k)
	tried := 0
	for r := range supply.Qty {
		if supply.DueOn[r] < need || supply.Qty[r] <= 0 || tried == maxReceipts {
			continue
		}
		tried++
		due, q, id := supply.DueOn[r], supply.Qty[r], supply.OrderID[r]
		all = append(all, lever{most: int64(due - s.AsOf), set: func(x int64) []mrp.Edit {
			rows := mrp.Rows(&s.Supply, k)
			rows.DueOn[r] = due - planwright.Day(x)
			sort.Stable(supplyByDay(rows))
			return []mrp.Edit{mrp.SetRows(k, rows)}
		}, tell: func(x int64, c *Counterfactual) {
			c.Key = "lever.receipt"
			c.Pairs = []string{"order", id, "by", strconv.FormatInt(x, 10), "from", due.String(), "to", (due - planwright.Day(x)).String()}
			if !math.IsNaN(rate) {
				c.Cost = q.Float() * cost * rate * float64(x) / 365
				c.CostKey, c.CostText = "lever.cost.holding", []string{"money", decimals(c.Cost)}
			}
		}})
	}

	// The level that the balance is held above.
	if t := s.SKUs.MRPType[k]; t == planwright.ReorderPoint || t == planwright.MinMax {
		if was := in.ReorderPoint[k].Or(0); was > 0 {
			all = append(all, st.level(k, "lever.point", was, step, func(in *mrp.Input) *[]planwright.Qty { return &in.ReorderPoint }))
		}
	} else if was := in.SafetyStock[k].Or(0); was > 0 {
		all = append(all, st.level(k, "lever.safety", was, step, func(in *mrp.Input) *[]planwright.Qty { return &in.SafetyStock }))
	}

	// Customer orders, smaller.
	demand := mrp.Rows(&s.Demand, k)
	tried = 0
	for r := range demand.Qty {
		if demand.Qty[r] <= 0 || tried == maxReceipts {
			continue
		}
		tried++
		was, id := demand.Qty[r], demand.OrderID[r]
		worth := demand.Price[r]
		if math.IsNaN(worth) || worth <= 0 {
			worth = price
		}
		all = append(all, lever{most: steps(was), set: func(x int64) []mrp.Edit {
			rows := mrp.Rows(&s.Demand, k)
			rows.Qty[r] = max(0, was-text(x))
			return []mrp.Edit{mrp.SetRows(k, rows)}
		}, tell: func(x int64, c *Counterfactual) {
			c.Key, c.Pairs = "lever.demand", []string{"order", id, "from", was.String(), "to", max(0, was-text(x)).String()}
			c.Cost = min(was, text(x)).Float() * worth
			c.CostKey, c.CostText = "lever.cost.sales", []string{"money", decimals(c.Cost)}
		}})
	}

	// The forecast, by per mille.
	f := &st.netted
	if f.Off[k] < f.Off[k+1] {
		all = append(all, lever{most: 1000, set: func(x int64) []mrp.Edit {
			rows := mrp.Rows(f, k)
			for i := range rows.Qty {
				rows.Qty[i], _ = rows.Qty[i].MulDown(planwright.Ratio{Num: 1000 - x, Den: 1000})
			}
			return []mrp.Edit{mrp.SetRows(k, rows)}
		}, tell: func(x int64, c *Counterfactual) {
			c.Key, c.Pairs = "lever.forecast", []string{"by", strconv.FormatFloat(float64(x)/10, 'f', -1, 64)}
			total := 0.0
			for r := f.Off[k]; r < f.Off[k+1]; r++ {
				total += f.Qty[r].Float()
			}
			c.Cost = total * float64(x) / 1000 * price
			c.CostKey, c.CostText = "lever.cost.sales", []string{"money", decimals(c.Cost)}
		}})
	}
	return all
}

// level lowers a safety stock or a reorder point.
func (st *Standing) level(k planwright.SKU, key string, was, step planwright.Qty, column func(*mrp.Input) *[]planwright.Qty) lever {
	s := st.Snap
	cost := s.Items.UnitCost[s.SKUs.Item[k]]
	to := func(x int64) planwright.Qty { return max(0, was-planwright.Qty(x)*step) }
	return lever{most: int64((was + step - 1) / step), set: func(x int64) []mrp.Edit {
		return []mrp.Edit{mrp.SetInput(k, column, to(x))}
	}, tell: func(x int64, c *Counterfactual) {
		c.Key, c.Pairs = key, []string{"from", was.String(), "to", to(x).String()}
		freed := (was - to(x)).Float() * cost
		c.Cost = -freed
		short := math.NaN()
		if p := st.policyOf[k]; p != planwright.None {
			t := &st.Plan.Policies
			if mean, sd, year := t.ProtectedMean[p], t.ProtectedSD[p], t.YearlyDemand[p]; mean > 0 && sd > 0 {
				law := lawOf(TradeoffRow{Mean: mean, SD: sd, Divisible: s.Items.Decimals[s.SKUs.Item[k]] > 0})
				before, after := was.Float(), to(x).Float()
				if key == "lever.safety" {
					before, after = before+mean, after+mean
					if t.Method[p] != "entered" {
						c.Key = "lever.service"
						c.Pairs = append(c.Pairs, "was", percent(law.CDF(before)), "target", percent(law.CDF(after)))
					}
				}
				q := t.OrderQty[p].Or(0).Float()
				if q > 0 {
					short = (replenish.FillRate(law, before, q) - replenish.FillRate(law, after, q)) * year * cost
				}
			}
		}
		if math.IsNaN(short) {
			c.CostKey, c.CostText = "lever.cost.capital", []string{"money", decimals(-freed)}
			return
		}
		c.CostKey, c.CostText = "lever.cost.freed", []string{"money", decimals(freed), "short", decimals(max(0, short))}
		c.Cost = short - freed
	}}
}

// minimum raises the smallest quantity that sku k is ordered in, so that the orders
// before order i, of which there are so many, cover it. A sku whose sources have
// minimums of their own has no such lever: theirs are contracts.
func (st *Standing) minimum(k planwright.SKU, i, before int) (lever, bool) {
	s := st.Snap
	if before == 0 {
		return lever{}, false
	}
	for r := s.Sources.Off[k]; r < s.Sources.Off[k+1]; r++ {
		if s.Sources.LotMin[r].Known() {
			return lever{}, false
		}
	}
	o := &st.Plan.Orders
	item := s.SKUs.Item[k]
	step := planwright.Step(int(s.Items.Decimals[item]))
	was := s.SKUs.LotMin[k]
	all := planwright.Qty(0)
	for j := i - before; j <= i; j++ {
		all += o.Qty[j]
	}
	if most := s.SKUs.LotMax[k]; most > 0 {
		all = min(all, most)
	}
	// No more than the smallest order before it would change nothing.
	least := max(was, slices.Min(o.Qty[i-before:i]))
	if all <= least {
		return lever{}, false
	}
	to := func(x int64) planwright.Qty {
		if x == 0 {
			return was
		}
		return least + planwright.Qty(x)*step
	}
	return lever{merges: true, most: int64((all - least + step - 1) / step), set: func(x int64) []mrp.Edit {
		return []mrp.Edit{mrp.SetParameter(k, func(t *planwright.SKUs) *[]planwright.Qty { return &t.LotMin }, to(x))}
	}, tell: func(x int64, c *Counterfactual) {
		c.Key, c.Pairs = "lever.minimum", []string{"from", max(0, was).String(), "to", to(x).String()}
		c.Cost = max(0, to(x)-o.Qty[i-1]).Float() * s.Items.UnitCost[item]
		c.CostKey, c.CostText = "lever.cost.capital", []string{"money", decimals(c.Cost)}
	}}, true
}

// part are the elements of a sku in the plan.
func (st *Standing) part(k planwright.SKU) planwright.Requirements {
	r := st.planner.Part([]planwright.SKU{k})
	return r.Requirements
}

func decimals(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }

func percent(p float64) string { return strconv.FormatFloat(100*p, 'f', 1, 64) + " %" }

// supplyByDay sorts rows of one sku by due day, then order id.
type supplyByDay planwright.Supply

func (s supplyByDay) Len() int { return len(s.Qty) }
func (s supplyByDay) Less(i, j int) bool {
	return s.DueOn[i] < s.DueOn[j] || s.DueOn[i] == s.DueOn[j] && s.OrderID[i] < s.OrderID[j]
}
func (s supplyByDay) Swap(i, j int) {
	s.OrderID[i], s.OrderID[j] = s.OrderID[j], s.OrderID[i]
	s.Kind[i], s.Kind[j] = s.Kind[j], s.Kind[i]
	s.Qty[i], s.Qty[j] = s.Qty[j], s.Qty[i]
	s.DueOn[i], s.DueOn[j] = s.DueOn[j], s.DueOn[i]
	s.OrderedOn[i], s.OrderedOn[j] = s.OrderedOn[j], s.OrderedOn[i]
	s.Firm[i], s.Firm[j] = s.Firm[j], s.Firm[i]
	s.Shipped[i], s.Shipped[j] = s.Shipped[j], s.Shipped[i]
	s.Segment[i], s.Segment[j] = s.Segment[j], s.Segment[i]
	s.Supplier[i], s.Supplier[j] = s.Supplier[j], s.Supplier[i]
	s.From[i], s.From[j] = s.From[j], s.From[i]
}
