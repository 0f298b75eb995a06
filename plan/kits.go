package plan

import (
	"planwright"
	"planwright/mrp"
)

// CheckKits writes the kits of the open work orders and of the planned ones that
// start within four weeks, and what is short in them. Stock and firm receipts are
// handed out, to open orders first, then by the day on which an order starts.
func CheckKits(s *planwright.Snapshot, p *planwright.Plan) {
	orders := mrp.OpenKits(s)
	open := len(orders)
	rows := make([]int32, open, open+64)
	for i := range rows {
		rows[i] = planwright.None
	}
	o := &p.Orders
	for i, k := range o.SKU {
		if (o.Kind[i] == planwright.Work || o.Kind[i] == planwright.SubcontractOrder) && o.Start[i] < p.AsOf+watchDays {
			rows = append(rows, int32(i))
			orders = append(orders, mrp.KitOrder{SKU: k, Qty: o.Qty[i], Need: o.Start[i], Priority: 1})
		}
	}
	if len(orders) == 0 {
		return
	}
	t, x := &p.Kits, &p.KitShortages
	for i, kit := range mrp.NewStructure(s).FullKits(orders, mrp.KitOptions{}) {
		order := &orders[i]
		t.OrderID, t.Order, t.SKU, t.Qty, t.Need = append(t.OrderID, order.ID), append(t.Order, rows[i]), append(t.SKU, order.SKU), append(t.Qty, max(order.Qty, 0)), append(t.Need, order.Need)
		t.SetsNow, t.SetsByDay, t.SetRate = append(t.SetsNow, kit.SetsNow), append(t.SetsByDay, kit.SetsByNeed), append(t.SetRate, kit.SetRate(order))
		t.Kinds, t.KindsNow, t.KindsBy = append(t.Kinds, int32(kit.Kinds)), append(t.KindsNow, int32(kit.KindsNow)), append(t.KindsBy, int32(kit.KindsByNeed))
		t.KindRate, t.FullOn = append(t.KindRate, kit.KindRate()), append(t.FullOn, kit.FullOn)
		for j := range kit.Lines {
			l := &kit.Lines[j]
			if l.Now >= l.Need {
				continue
			}
			x.Kit, x.SKU, x.Need, x.Now = append(x.Kit, int32(i)), append(x.SKU, l.SKU), append(x.Need, l.Need), append(x.Now, l.Now)
			x.ByDay, x.Later, x.Missing, x.FullOn = append(x.ByDay, l.ByNeed), append(x.Later, l.Later), append(x.Missing, l.Short), append(x.FullOn, l.FullOn)
		}
	}
}
