package mrp

import "planwright"

// FirstTransfer finds the source of kind transfer over which a quantity that is
// sent from one sku to another of the same item arrives first, if it is sent as
// soon as it can be: the row of Snapshot.Sources, the day on which it is released
// and the day on which it is available. A source holds for both directions; that
// of the receiving sku comes before one of the sending sku. None: there is no
// source between them that is valid on the as-of day.
func FirstTransfer(s *planwright.Snapshot, from, to planwright.SKU, qty planwright.Qty) (row int32, leave, arrive planwright.Day) {
	row = planwright.None
	look := func(owner, other planwright.SKU) {
		for r := s.Sources.Off[owner]; r < s.Sources.Off[owner+1]; r++ {
			if s.Sources.Kind[r] != planwright.Transfer || s.Sources.From[r] != other || !valid(s, r, s.AsOf) {
				continue
			}
			w := bySource(s, owner, r)
			w.from = from
			d := forward(s, to, &w, qty, s.AsOf)
			if row == planwright.None || d.available < arrive {
				row, leave, arrive = r, max(s.AsOf, d.release), d.available
			}
		}
	}
	if look(to, from); row == planwright.None {
		look(from, to)
	}
	return row, leave, arrive
}
