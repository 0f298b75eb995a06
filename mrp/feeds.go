package mrp

import "planwright"

// feedLot is the good quantity whose order says what a unit takes: large enough
// that what an order takes once, whatever its size, weighs little.
const feedLot = 1000 * planwright.One

// Feeds calls use for every sku that an order of sku k on the as-of day takes
// material from, with the units that a good unit takes: the components of its
// bill, through phantoms down to what is stocked, or the same item at the site
// that it is transferred from. Arcs that close a cycle are left out; a sku may
// come more than once.
func (t *Structure) Feeds(k planwright.SKU, use func(from planwright.SKU, units float64)) {
	t.feed(k, 1, use)
}

func (t *Structure) feed(k planwright.SKU, times float64, use func(from planwright.SKU, units float64)) {
	if from := t.from(k); from != planwright.NoSKU {
		use(from, times)
		return
	}
	if !t.made(k) {
		return
	}
	w := t.way(k)
	launch := t.launch(k, &w, feedLot)
	t.lines(k, launch, t.s.AsOf, func(line int32, need planwright.Qty) {
		c, units := t.s.BOM.Component[line], times*need.Float()/feedLot.Float()
		if t.s.BOM.Phantom[line] {
			t.feed(c, units, use)
			return
		}
		use(c, units)
	})
}
