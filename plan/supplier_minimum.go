package plan

import (
	"cmp"
	"slices"
	"strconv"

	"planwright"
)

// supplierMinimum finds suppliers whose orders to release this week together are
// worth less than the supplier takes, and suggests what to order with them: the
// next planned orders of the same supplier, the earliest first, since each day
// that an order is early is a day of holding it. Nothing is suggested where all
// planned orders together do not reach the minimum.
func supplierMinimum(s *planwright.Snapshot, p *planwright.Plan) []suggestion {
	n := s.Suppliers.Len()
	now := make([]float64, n) // to release this week
	first := make([]planwright.Day, n)
	for v := range first {
		first[v] = planwright.MaxDay
	}
	later := make([][]int, n) // orders
	o := &p.Orders
	for i, v := range o.Supplier {
		if v == planwright.None || s.Suppliers.MinOrderValue[v] <= 0 || o.Kind[i] != planwright.Purchase {
			continue
		}
		if o.Release[i] <= p.AsOf+dueDays {
			first[v] = min(first[v], o.Release[i])
			now[v] += o.Cost[i]
		} else if o.Cost[i] > 0 {
			later[v] = append(later[v], i)
		}
	}
	var rows []suggestion
	for v := range n {
		least := s.Suppliers.MinOrderValue[v]
		if now[v] <= 0 || now[v] >= least {
			continue
		}
		slices.SortStableFunc(later[v], func(a, b int) int { return cmp.Compare(o.Release[a], o.Release[b]) })
		with, take := now[v], 0
		for take < len(later[v]) && with < least {
			with += o.Cost[later[v][take]]
			take++
		}
		if with < least {
			continue
		}
		money := func(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }
		for _, i := range later[v][:take] {
			id := o.ID(s, i)
			rows = append(rows, suggestion{
				id: "M:" + id, action: planwright.ActBuy, urgency: planwright.DueSoon, sku: o.SKU[i], qty: o.Qty[i], value: o.Cost[i],
				actBy: first[v], needOn: o.Need[i], key: "reason.supplier_minimum", order: id, supplier: int32(v), basis: basisOf(o.Qty[i], o.Need[i]),
				numbers: "supplier=" + clean(s.Suppliers.ID[v]) + ";orders=" + money(now[v]) + ";minimum=" + money(least) + ";with=" + money(with) + ";qty=" + o.Qty[i].String() + ";release=" + o.Release[i].String(),
			})
		}
	}
	return rows
}
