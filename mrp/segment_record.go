package mrp

import "planwright"

// Segments are the records of a plan before those of a sku's segments were merged:
// what each planned order was planned from.
type Segments struct {
	of    []planwright.SKU // by row of the plan's orders: a sku, or a part behind them
	whole planwright.SKU   // number of sku's
	parts []part
	vend  []string // codes of suppliers
	off   []int32  // rows of the records by sku and part
	rows  planwright.Requirements
}

// Record is the record that order i of the plan was planned from: its rows lie from lo
// to hi. Rows that speak of planned orders have the plan's numbers in Ref, others none.
// name is the segment that the order is for, "" for the sku itself; part says whether
// it is a segment, which keeps no safety stock of its own.
func (g *Segments) Record(i int) (rows *planwright.Requirements, lo, hi int32, name string, part bool) {
	k := g.of[i]
	if part = k >= g.whole; part {
		p := g.parts[k-g.whole]
		if name = p.segment; name == "" && p.vendor != planwright.None {
			name = g.vend[p.vendor]
		}
	}
	return &g.rows, g.off[k], g.off[k+1], name, part
}

// records keeps the records of r, the result of the expanded input, whose order i is
// row place[i] of the plan.
func (g *segments) records(r *Result, place []int32) *Segments {
	n := g.s.Len() + len(g.parts)
	out := &Segments{of: make([]planwright.SKU, len(place)), whole: planwright.SKU(g.s.Len()), parts: g.parts, vend: g.s.Suppliers.ID, off: make([]int32, n+1), rows: r.Requirements}
	for old, row := range place {
		out.of[row] = r.Orders.SKU[old]
	}
	out.rows.Ref = make([]int32, len(r.Requirements.Ref))
	for i, k := range r.Requirements.SKU {
		out.off[k+1]++
		out.rows.Ref[i] = planwright.None
		if kind := r.Requirements.Kind[i]; kind == planwright.ElemPlanned {
			out.rows.Ref[i] = place[r.Requirements.Ref[i]]
		}
	}
	for k := range n {
		out.off[k+1] += out.off[k]
	}
	return out
}
