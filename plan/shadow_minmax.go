package plan

import (
	"fmt"

	"planwright"
	"planwright/mrp"
)

// MinMaxProposals are what a system that plans by levels would propose over the
// horizon of a plan: every seventh day from the as-of day it looks at the inventory
// position of each sku that people entered levels for,
//
//	position = on hand + open receipts + proposed before − required up to the day
//
// and where it is below the minimum it orders up to the maximum, the smallest lot and
// the multiple kept, due after the lead time. The levels are x_incumbent_min and
// x_incumbent_max of the sku's, else reorder_point and order_up_to; requirements are
// those of the plan's records.
func (st *Standing) MinMaxProposals() *planwright.Proposals {
	s, r := st.Snap, &st.Plan.Requirements
	src := mrp.Resolve(s)
	rows := offsets(r.SKU, s.Len())
	e := &planwright.Proposals{}
	for k := range planwright.SKU(s.Len()) {
		lo, hi := enteredLevels(s, k)
		if !lo.Known() || hi <= 0 {
			continue
		}
		kind, supplier, from := planwright.KindOf(src.Procurement[k]), planwright.None, planwright.NoSKU
		if i := src.Source[k]; i != planwright.None {
			supplier, from = s.Sources.Supplier[i], s.Sources.From[i]
		}
		var position planwright.Qty
		for i := rows[k]; i < rows[k+1]; i++ {
			if kind := r.Kind[i]; kind == planwright.ElemReceipt || kind == planwright.ElemCoProduct {
				position += r.Qty[i]
			}
		}
		i, n := rows[k], 0
		for day := s.AsOf; day < st.Plan.HorizonEnd; day += 7 {
			for ; i < rows[k+1] && r.On[i] <= day; i++ {
				switch r.Kind[i] {
				case planwright.ElemReceipt, planwright.ElemCoProduct, planwright.ElemPlanned, planwright.ElemSafety:
				default:
					position += r.Qty[i]
				}
			}
			if position >= lo {
				continue
			}
			qty := max(hi-position, src.LotMin[k].Or(0))
			if m := src.LotMultiple[k].Or(0); m > 0 {
				qty = (qty + m - 1) / m * m
			}
			n++
			position += qty
			e.SKU, e.ID, e.Kind, e.Qty = append(e.SKU, k), append(e.ID, fmt.Sprintf("ERP-%06d-%02d", k+1, n)), append(e.Kind, kind), append(e.Qty, qty)
			e.OrderedOn, e.DueOn = append(e.OrderedOn, day), append(e.DueOn, day+planwright.Day(max(0, src.LeadDays[k])))
			e.Supplier, e.From = append(e.Supplier, supplier), append(e.From, from)
		}
	}
	return e
}

// enteredLevels are the minimum and maximum that people entered for sku k; NoQty where
// there are none. Without a maximum it is a lot above the minimum, else the minimum.
func enteredLevels(s *planwright.Snapshot, k planwright.SKU) (lo, hi planwright.Qty) {
	lo, hi = s.SKUs.ReorderPoint[k], s.SKUs.OrderUpTo[k]
	if len(s.IncumbentMin) > 0 && s.IncumbentMin[k].Known() {
		lo, hi = s.IncumbentMin[k], s.IncumbentMax[k]
	}
	if lo.Known() && !(hi.Known() && hi > lo) {
		hi = lo + s.SKUs.LotSize[k].Or(0)
	}
	return lo, hi
}
