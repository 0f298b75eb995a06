package mrp

import (
	"math"
	"slices"

	"planwright"
)

// Sourcing says how each sku is obtained at the as-of day: the first way that
// is valid, after the rule "sources beat sku's, sku's beat suppliers,
// suppliers beat defaults".
type Sourcing struct {
	Procurement []planwright.Procurement
	Source      []int32 // row of Snapshot.Sources; None: the sku's own parameters
	LeadTime    []int32 // in the days of its calendar
	// LeadDays is the whole replenishment lead time from the as-of day in
	// calendar days: opening, lead time and goods receipt.
	LeadDays    []int32
	LeadTimeSD  []float64 // days; NaN: not given
	LotMin      []planwright.Qty
	LotMultiple []planwright.Qty
	LotMax      []planwright.Qty
}

// way is one way to get a sku.
type way struct {
	kind     planwright.Procurement
	source   int32 // None
	supplier int32 // None
	from     planwright.SKU
	lead     int                  // days
	cal      *planwright.Calendar // that the lead time counts in; nil: calendar days
	lotMin   planwright.Qty
	multiple planwright.Qty
	lotMax   planwright.Qty
	price    float64 // per stock unit
	free     bool    // from_stock_only
	weekdays uint8   // on which it is ordered, bit 0 Monday; 0: every day
}

// own is the way of the sku's own parameters.
func own(s *planwright.Snapshot, k planwright.SKU) way {
	w := way{
		kind: s.SKUs.Procurement[k], source: planwright.None, supplier: planwright.None, from: planwright.NoSKU,
		lotMin: s.SKUs.LotMin[k], multiple: s.SKUs.LotMultiple[k], lotMax: s.SKUs.LotMax[k],
		price: s.Items.UnitCost[s.SKUs.Item[k]], lead: int(max(0, s.SKUs.LeadTime[k])),
	}
	if w.kind == planwright.ProcurementNone {
		w.kind = planwright.Buy
		if s.BOM.Off[k] < s.BOM.Off[k+1] {
			w.kind = planwright.Make
		}
	}
	if w.kind == planwright.Make {
		w.cal = s.Sites.Calendar[s.SKUs.Site[k]]
	}
	return w
}

// bySource is the way of row r of the sources of sku k.
func bySource(s *planwright.Snapshot, k planwright.SKU, r int32) way {
	t := &s.Sources
	w := own(s, k)
	w.kind, w.source, w.supplier, w.from, w.free = t.Kind[r], r, t.Supplier[r], t.From[r], t.FromStockOnly[r]
	w.cal = nil
	switch {
	case t.LeadTime[r] != planwright.NoInt:
		w.lead = int(t.LeadTime[r])
	case s.SKUs.LeadTime[k] != planwright.NoInt:
		w.lead = int(s.SKUs.LeadTime[k])
	case w.supplier != planwright.None && s.Suppliers.LeadTime[w.supplier] != planwright.NoInt:
		w.lead = int(s.Suppliers.LeadTime[w.supplier])
	default:
		w.lead = 0
	}
	switch w.kind {
	case planwright.Make:
		w.cal = s.Sites.Calendar[s.SKUs.Site[k]]
	case planwright.Buy, planwright.Subcontract:
		if w.supplier != planwright.None {
			w.cal = s.Suppliers.Calendar[w.supplier]
		}
	}
	w.weekdays = t.OrderWeekdays[r] & 0x7f
	w.lotMin, w.multiple, w.lotMax = t.LotMin[r].Or(w.lotMin), t.LotMultiple[r].Or(w.multiple), t.LotMax[r].Or(w.lotMax)
	if p := t.Price[r]; !math.IsNaN(p) && p > 0 {
		w.price = p
	}
	return w
}

// valid says whether source row r holds on a day.
func valid(s *planwright.Snapshot, r int32, on planwright.Day) bool {
	from, to := s.Sources.EffectiveFrom[r], s.Sources.EffectiveTo[r]
	return (from == planwright.NoDay || on >= from) && (to == planwright.NoDay || on < to)
}

// usable says whether a way can bring anything: a transfer needs a site to
// come from.
func (w *way) usable() bool { return w.kind != planwright.Transfer || w.from != planwright.NoSKU }

// Resolve finds the first way of every sku that is valid on the as-of day.
func Resolve(s *planwright.Snapshot) Sourcing {
	n := s.Len()
	t := Sourcing{
		Procurement: make([]planwright.Procurement, n), Source: make([]int32, n), LeadTime: make([]int32, n), LeadDays: make([]int32, n), LeadTimeSD: make([]float64, n),
		LotMin: make([]planwright.Qty, n), LotMultiple: make([]planwright.Qty, n), LotMax: make([]planwright.Qty, n),
	}
	for k := range planwright.SKU(n) {
		t.resolve(s, k)
	}
	return t
}

// Again resolves some sku's anew, of a snapshot with other lead times, calendars or
// lots; the columns of t stay as they are.
func (t *Sourcing) Again(s *planwright.Snapshot, skus []planwright.SKU) Sourcing {
	u := Sourcing{
		Procurement: slices.Clone(t.Procurement), Source: slices.Clone(t.Source), LeadTime: slices.Clone(t.LeadTime), LeadDays: slices.Clone(t.LeadDays), LeadTimeSD: slices.Clone(t.LeadTimeSD),
		LotMin: slices.Clone(t.LotMin), LotMultiple: slices.Clone(t.LotMultiple), LotMax: slices.Clone(t.LotMax),
	}
	for _, k := range skus {
		u.resolve(s, k)
	}
	return u
}

func (t *Sourcing) resolve(s *planwright.Snapshot, k planwright.SKU) {
	w := own(s, k)
	for r := s.Sources.Off[k]; r < s.Sources.Off[k+1]; r++ {
		if v := bySource(s, k, r); valid(s, r, s.AsOf) && v.usable() && !v.free {
			w = v
			break
		}
	}
	d := forward(s, k, &w, 0, s.AsOf)
	t.Procurement[k], t.Source[k], t.LeadTime[k] = w.kind, w.source, int32(w.lead)
	t.LeadDays[k] = int32(d.available - s.AsOf)
	t.LeadTimeSD[k] = s.SKUs.LeadTimeSD[k]
	if w.source != planwright.None && !math.IsNaN(s.Sources.LeadTimeSD[w.source]) {
		t.LeadTimeSD[k] = s.Sources.LeadTimeSD[w.source]
	}
	t.LotMin[k], t.LotMultiple[k], t.LotMax[k] = w.lotMin, w.multiple, w.lotMax
}
