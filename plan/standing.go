package plan

import (
	"context"
	"fmt"
	"slices"

	"planwright"
	"planwright/mrp"
)

// Standing is a plan that stands in memory with its snapshot, so that it can be
// asked why, and planned again in part. It rests on what the plan says: its
// policies and its forecast are not computed again. A Standing is used by one
// goroutine at a time.
type Standing struct {
	Snap *planwright.Snapshot // with the plan's as-of day
	Plan *planwright.Plan

	planner  *mrp.Planner
	origin   []int32 // of each row of the netted forecast, see tracedDemand
	netted   mrp.Forecast
	policyOf []int32 // row of the plan's policies by sku; None
	workers  int
	made     *Made     // of a comparison: what the plan's file says; nil: as this engine makes it
	last     []*tracer // of the sku that was asked about last
	hang     *hanging  // what hangs on each supply; nil until it is asked for
}

// Stand puts a plan of snapshot s up in memory. Of p the policies, the forecast,
// the days and the suggestions are needed; the tables of the MRP stage are made
// from them where they are missing. It returns an error where p does not belong to
// s, and if ctx ends.
func Stand(ctx context.Context, s *planwright.Snapshot, p *planwright.Plan, workers int) (*Standing, error) {
	st, err := stand(ctx, s, p, mrp.Options{HorizonEnd: p.HorizonEnd, Workers: workers})
	if err != nil {
		return nil, err
	}
	if p.Requirements.Len() == 0 {
		r := st.planner.Result()
		p.Orders, p.Pegs, p.Requirements, p.Buffers = r.Orders, r.Pegs, r.Requirements, r.Buffers
		p.Classes.Level = r.Level
		if p.Exceptions.Len() == 0 {
			p.Exceptions = r.Exceptions
		}
	}
	return st, nil
}

// StandLean is Stand for a [Ground] alone: of p the days, the final forecast, the
// levels of the policies with their service and value, and the classes are needed, and
// no rows of the MRP stage are kept, which a question makes again for the sku's that it
// is about.
func StandLean(ctx context.Context, s *planwright.Snapshot, p *planwright.Plan, workers int) (*Standing, error) {
	return stand(ctx, s, p, mrp.Options{HorizonEnd: p.HorizonEnd, Workers: workers, Lean: true})
}

func stand(ctx context.Context, s *planwright.Snapshot, p *planwright.Plan, opt mrp.Options) (*Standing, error) {
	if p.SnapshotDigest != s.Digest {
		return nil, &planwright.Error{Code: planwright.CodeUsage, Op: "stand", Subject: "plan of snapshot " + p.SnapshotID, What: "is not of snapshot " + s.ID, Fix: "load the plan's own snapshot", Args: []string{"detail", "the plan is of another snapshot"}}
	}
	if s.AsOf != p.AsOf {
		moved := *s
		moved.AsOf = p.AsOf
		s = &moved
	}
	st := &Standing{Snap: s, Plan: p, workers: max(1, opt.Workers), policyOf: make([]int32, s.Len())}
	st.netted, st.origin = tracedDemand(s, &p.Forecast)
	in := levelsOf(s, &p.Policies, st.policyOf)
	in.Forecast = &st.netted
	var err error
	if st.planner, err = mrp.NewPlanner(ctx, in, opt); err != nil {
		return nil, fmt.Errorf("stand: %w", err)
	}
	return st, nil
}

// levelsOf are the levels that netting uses: those of the policies, else what was
// entered. rowOf gets the row of the policy of each sku, None where it has none.
func levelsOf(s *planwright.Snapshot, p *planwright.Policies, rowOf []int32) mrp.Input {
	in := mrp.Input{
		Snap: s, SafetyStock: slices.Clone(s.SKUs.SafetyStock), ReorderPoint: slices.Clone(s.SKUs.ReorderPoint), OrderUpTo: slices.Clone(s.SKUs.OrderUpTo),
		OrderQty: make([]planwright.Qty, s.Len()),
	}
	for k := range rowOf {
		rowOf[k] = planwright.None
	}
	for i, k := range p.SKU {
		rowOf[k] = int32(i)
		in.SafetyStock[k], in.ReorderPoint[k], in.OrderUpTo[k], in.OrderQty[k] = p.SafetyStock[i], p.ReorderPoint[i], p.OrderUpTo[i], p.OrderQty[i]
	}
	return in
}

// Order returns the row of a planned order, -1 where the plan has none of that
// name.
func (st *Standing) Order(id string) int {
	k := st.skuOfOrder(id)
	if k == planwright.NoSKU {
		return -1
	}
	o := &st.Plan.Orders
	i, _ := slices.BinarySearch(o.SKU, k)
	for ; i < o.Len() && o.SKU[i] == k; i++ {
		if o.ID(st.Snap, i) == id {
			return i
		}
	}
	return -1
}

// skuOfOrder reads item and site from the name of a planned order.
func (st *Standing) skuOfOrder(id string) planwright.SKU {
	if len(id) < 2 || id[1] != ':' {
		return planwright.NoSKU
	}
	at, end := -1, -1
	for i := 2; i < len(id); i++ {
		if id[i] == '@' && at < 0 {
			at = i
		} else if id[i] == ':' && at >= 0 {
			end = i
			break
		}
	}
	if at < 0 || end < 0 {
		return planwright.NoSKU
	}
	return st.Snap.Find(unescape(id[2:at]), unescape(id[at+1:end]))
}

// unescape undoes the %25, %40 and %3A of order names.
func unescape(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			switch s[i+1 : i+3] {
			case "25":
				b = append(b, '%')
			case "40":
				b = append(b, '@')
			case "3A":
				b = append(b, ':')
			}
			i += 2
			continue
		}
		b = append(b, s[i])
	}
	return string(b)
}

// codes returns the key of a sku as tables have it: item|site.
func (st *Standing) key(k planwright.SKU) string {
	return st.Snap.Items.ID[st.Snap.SKUs.Item[k]] + "|" + st.Snap.Sites.ID[st.Snap.SKUs.Site[k]]
}
