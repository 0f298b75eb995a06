package mrp

import (
	"math"

	"planwright"
)

// RollupOptions say how costs are rolled up. The zero value rolls material.
type RollupOptions struct {
	// Added is the value that making, buying or moving a unit adds to its
	// material, by sku (labour, machine, freight); nil: none.
	Added []float64
	// Lot is the order size over which quantities fixed per order are spread, by
	// sku; nil, or 0 for a sku: the lot size, else the minimum lot, else one unit.
	Lot []planwright.Qty
	// On is the day whose bills of material and sources hold; 0: the as-of day.
	On planwright.Day
}

// Rollup are the rolled costs of all sku's in money a good stock unit.
type Rollup struct {
	Material []float64 // of components, at their total cost; for bought sku's the purchase price
	Added    []float64 // of this level
	Credit   []float64 // value of co- and by-products, taken off
	Total    []float64 // Material + Added − Credit
	Entered  []float64 // unit_cost of the item
	Variance []float64 // Total − Entered
	// Missing says that no price or cost is known for the sku or for something
	// in it: Total is too low.
	Missing []bool
}

// Rollup computes standard costs from the bottom up: a bought sku costs its
// price (price breaks at the lot size), else the item's unit cost; a transferred
// one what it costs where it comes from; a made one its components by usage,
// with component scrap, order scrap and fixed quantities spread over the lot,
// less what its co- and by-products are worth by their unit cost; a
// subcontracted one the same plus the price of the service.
func (t *Structure) Rollup(o RollupOptions) Rollup {
	s := t.s
	n := s.Len()
	on := o.On
	if on == 0 {
		on = s.AsOf
	}
	column := func() []float64 { return make([]float64, n) }
	r := Rollup{Material: column(), Added: column(), Credit: column(), Total: column(), Entered: column(), Variance: column(), Missing: make([]bool, n)}
	for i := n - 1; i >= 0; i-- {
		k := t.order[i]
		w := t.way(k)
		lot := planwright.Qty(0)
		if o.Lot != nil {
			lot = o.Lot[k]
		}
		if lot <= 0 {
			lot = max(s.SKUs.LotSize[k].Or(0), 0)
		}
		if lot <= 0 {
			lot = max(w.lotMin, 0)
		}
		if lot <= 0 {
			lot = planwright.One
		}
		r.Entered[k] = s.Items.UnitCost[s.SKUs.Item[k]]
		if o.Added != nil {
			r.Added[k] = o.Added[k]
		}
		price := math.NaN()
		if w.source != planwright.None {
			price = priceOf(s, k, w.source, lot)
		}
		switch {
		case t.from(k) != planwright.NoSKU:
			from := t.from(k)
			r.Material[k], r.Missing[k] = r.Total[from], r.Missing[from]
			if price > 0 { // of the transport
				r.Added[k] += price
			}
		case t.made(k) || w.kind != planwright.Buy && t.phantom(k):
			ok := t.roll(&r, k, lot, on)
			if !ok { // without a bill of material the entered cost is all there is
				r.Material[k] = r.Entered[k]
				r.Missing[k] = r.Entered[k] == 0
			}
			if w.kind == planwright.Subcontract && price > 0 {
				r.Added[k] += price * t.scrap(k)
			}
		default:
			r.Material[k] = r.Entered[k]
			if price > 0 {
				r.Material[k] = price
			}
			r.Missing[k] = r.Material[k] == 0
			r.Material[k] *= t.scrap(k)
		}
		r.Total[k] = r.Material[k] + r.Added[k] - r.Credit[k]
		r.Variance[k] = r.Total[k] - r.Entered[k]
	}
	return r
}

// roll adds the components and by-products of made sku k.
func (t *Structure) roll(r *Rollup, k planwright.SKU, lot planwright.Qty, on planwright.Day) bool {
	s, b := t.s, &t.s.BOM
	ratio := func(x planwright.Ratio) float64 { return float64(x.Num) / float64(x.Den) }
	scrap := t.scrap(k)
	good := lot.Float() / scrap
	ok := t.lines(k, lot, on, func(l int32, _ planwright.Qty) {
		c := b.Component[l]
		per := ratio(b.Usage[l]) * t.share(k, l, on)
		if b.Fixed[l] {
			per /= good
		} else {
			per *= scrap
		}
		r.Material[k] += per * r.Total[c]
		r.Missing[k] = r.Missing[k] || r.Missing[c]
	})
	if !ok {
		return false
	}
	id, _ := t.bom(k, lot, on)
	for l := b.Off[k]; l < b.Off[k+1]; l++ {
		if b.ID[l] != id || b.Role[l] == planwright.Component || !holds(s, l, on) {
			continue
		}
		per := b.QtyPer[l].Float() / b.PerQty[l].Float()
		if b.Fixed[l] {
			per /= good
		}
		r.Credit[k] += per * s.Items.UnitCost[s.SKUs.Item[b.Component[l]]]
	}
	return true
}

// priceOf is the price of a stock unit of sku k from source row r for an order
// of qty: the source's, changed by the price breaks of its supplier. NaN where
// none is given.
func priceOf(s *planwright.Snapshot, k planwright.SKU, r int32, qty planwright.Qty) float64 {
	price := s.Sources.Price[r]
	item, supplier := s.SKUs.Item[k], s.Sources.Supplier[r]
	t := &s.PriceBreaks
	if supplier == planwright.None || len(t.Item) == 0 || qty <= 0 {
		return price
	}
	// Rows are sorted by item, supplier, quantity: the sum of incremental steps
	// runs along with them.
	sum, from, step := 0.0, planwright.Qty(0), price
	incremental := false
	for i := range t.Item {
		if t.Item[i] != item || t.Supplier[i] != supplier || t.FromQty[i] > qty {
			continue
		}
		if t.Incremental[i] {
			if math.IsNaN(step) {
				step = t.Price[i]
			}
			sum += (t.FromQty[i] - from).Float() * step
			from, step, incremental = t.FromQty[i], t.Price[i], true
		} else {
			price = t.Price[i]
		}
	}
	if incremental {
		return (sum + (qty-from).Float()*step) / qty.Float()
	}
	return price
}
