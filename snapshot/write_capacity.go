package snapshot

import "planwright"

func (t *planText) capacity() func(w rowWriter, i int) {
	c := &t.p.Capacity
	return func(w rowWriter, i int) {
		w.text(0, t.s.Resources.ID[c.Resource[i]])
		w.day(1, c.On[i])
		w.qty(2, c.Load[i])
		w.qty(3, c.Capacity[i])
		w.qty(4, max(0, c.Load[i]-c.Capacity[i]))
		w.qty(5, c.Levelled[i])
	}
}

func (t *planText) moves() func(w rowWriter, i int) {
	m, o := &t.p.Moves, &t.p.Orders
	return func(w rowWriter, i int) {
		row := m.Order[i]
		w.bytes(0, t.order(row))
		t.sku(w, 1, o.SKU[row])
		w.qty(3, o.Qty[row])
		w.int(4, m.Days[i])
		w.day(5, o.Start[row])
		w.day(6, o.Due[row])
		w.day(7, m.Release[i])
		w.day(8, m.Start[i])
		w.day(9, m.Due[i])
		w.day(10, m.Available[i])
	}
}

// kit writes the order and the kind of row i of the kits.
func (t *planText) kit(w rowWriter, i int32) {
	k := &t.p.Kits
	if row := k.Order[i]; row != planwright.None {
		w.bytes(0, t.order(row))
		w.text(1, "planned")
		return
	}
	w.text(0, k.OrderID[i])
	w.text(1, "open")
}

func (t *planText) kits() func(w rowWriter, i int) {
	k := &t.p.Kits
	return func(w rowWriter, i int) {
		t.kit(w, int32(i))
		t.sku(w, 2, k.SKU[i])
		if k.Qty[i] > 0 {
			w.qty(4, k.Qty[i])
		} else {
			w.null(4) // its work order is not known
		}
		w.day(5, k.Need[i])
		w.qty(6, k.SetsNow[i])
		w.qty(7, k.SetsByDay[i])
		w.float(8, k.SetRate[i])
		w.int(9, k.Kinds[i])
		w.int(10, k.KindsNow[i])
		w.int(11, k.KindsBy[i])
		w.float(12, k.KindRate[i])
		w.day(13, k.FullOn[i])
	}
}

func (t *planText) kitShortages() func(w rowWriter, i int) {
	x := &t.p.KitShortages
	return func(w rowWriter, i int) {
		kit := x.Kit[i]
		t.kit(w, kit)
		w.day(2, t.p.Kits.Need[kit])
		t.sku(w, 3, x.SKU[i])
		w.qty(5, x.Need[i])
		w.qty(6, x.Now[i])
		w.qty(7, x.ByDay[i])
		w.qty(8, x.Later[i])
		w.qty(9, x.Missing[i])
		w.day(10, x.FullOn[i])
	}
}
