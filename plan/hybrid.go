package plan

import (
	"reflect"
	"slices"

	"planwright"
	"planwright/mrp"
)

// hybrid is the input of a plan that stands between two others: tables of the
// earlier one, in the numbers of the later one, that are replaced cause by cause.
type hybrid struct {
	a, b *Standing
	in   mrp.Input
	end  planwright.Day   // of the horizon
	toA  []planwright.SKU // by sku of b; NoSKU: came
	toB  []planwright.SKU // by sku of a; NoSKU: gone
}

func newHybrid(a, b *Standing) *hybrid {
	h := &hybrid{a: a, b: b, toA: make([]planwright.SKU, b.Snap.Len()), toB: make([]planwright.SKU, a.Snap.Len())}
	for k := range h.toB {
		h.toB[k] = planwright.NoSKU
	}
	s, t := a.Snap, b.Snap
	for k := range h.toA {
		h.toA[k] = s.Find(t.Items.ID[t.SKUs.Item[k]], t.Sites.ID[t.SKUs.Site[k]])
		if h.toA[k] != planwright.NoSKU {
			h.toB[h.toA[k]] = planwright.SKU(k)
		}
	}
	x := *t // tables that the plan of orders hardly reads are the later one's from the start
	x.AsOf, x.KeepPast, x.SpreadStart = s.AsOf, s.KeepPast, s.SpreadStart
	item, supplier, site := h.dimension(s.Items.ID, t.Items.ID), h.dimension(s.Suppliers.ID, t.Suppliers.ID), h.dimension(s.Sites.ID, t.Sites.ID)
	x.Items, x.Sites, x.Suppliers = mixed(&s.Items, &t.Items, item.old), mixed(&s.Sites, &t.Sites, site.old), mixed(&s.Suppliers, &t.Suppliers, supplier.old)
	old := make([]int32, len(h.toA))
	for k, j := range h.toA {
		old[k] = int32(j)
		if j == planwright.NoSKU {
			old[k] = -1
		}
	}
	x.SKUs = mixed(&s.SKUs, &t.SKUs, old)
	x.SKUs.Item, x.SKUs.Site = t.SKUs.Item, t.SKUs.Site
	for i, m := range x.Items.Successor {
		if item.old[i] >= 0 {
			x.Items.Successor[i] = renumber(item.now, m)
		}
	}
	// A line whose component is gone is not there.
	x.BOM = h.rows(&s.BOM, func(l int) bool { return h.toB[s.BOM.Component[l]] != planwright.NoSKU }).(planwright.BOM)
	for i, c := range x.BOM.Component {
		x.BOM.Component[i] = h.toB[c]
	}
	x.Sources, x.Stock, x.Supply = h.rows(&s.Sources, nil).(planwright.Sources), h.rows(&s.Stock, nil).(planwright.Stock), h.rows(&s.Supply, nil).(planwright.Supply)
	x.Demand, x.Reserved, x.Given, x.SKUPeriods = h.rows(&s.Demand, nil).(planwright.Demand), h.rows(&s.Reserved, nil).(planwright.Reserved), h.rows(&s.Given, nil).(planwright.Given), h.rows(&s.SKUPeriods, nil).(planwright.SKUPeriods)
	for i := range x.Sources.From {
		x.Sources.From[i], x.Sources.Supplier[i] = h.sku(x.Sources.From[i]), renumber(supplier.now, x.Sources.Supplier[i])
	}
	for i := range x.Supply.From {
		x.Supply.From[i], x.Supply.Supplier[i] = h.sku(x.Supply.From[i]), renumber(supplier.now, x.Supply.Supplier[i])
	}
	for i := range x.Stock.Supplier {
		x.Stock.Supplier[i] = renumber(supplier.now, x.Stock.Supplier[i])
	}
	in := a.planner.Input()
	f := h.rows(in.Forecast, nil).(mrp.Forecast)
	h.end = a.Plan.HorizonEnd
	h.in = mrp.Input{Snap: &x, SafetyStock: h.column(in.SafetyStock), ReorderPoint: h.column(in.ReorderPoint), OrderUpTo: h.column(in.OrderUpTo), OrderQty: h.column(in.OrderQty), Forecast: &f}
	return h
}

// dimension is how the codes of two tables, both sorted, correspond.
type dimension struct {
	old []int32 // row of the earlier table by row of the later; -1
	now []int32 // and the other way; None
}

func (h *hybrid) dimension(a, b []string) dimension {
	d := dimension{make([]int32, len(b)), make([]int32, len(a))}
	for i := range d.now {
		d.now[i] = planwright.None
	}
	for j, code := range b {
		d.old[j] = -1
		if i, ok := slices.BinarySearch(a, code); ok {
			d.old[j], d.now[i] = int32(i), int32(j)
		}
	}
	return d
}

func renumber(now []int32, i int32) int32 {
	if i == planwright.None {
		return i
	}
	return now[i]
}

func (h *hybrid) sku(k planwright.SKU) planwright.SKU {
	if k == planwright.NoSKU {
		return k
	}
	return h.toB[k]
}

func (h *hybrid) column(of []planwright.Qty) []planwright.Qty {
	q := make([]planwright.Qty, len(h.toA))
	for k, j := range h.toA {
		if q[k] = planwright.NoQty; j != planwright.NoSKU {
			q[k] = of[j]
		}
	}
	return q
}

// mixed takes the rows of a table from the earlier one where it has them, else
// from the later one.
func mixed[T any](a, b *T, old []int32) T {
	var out T
	from, other, to := reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem(), reflect.ValueOf(&out).Elem()
	for i := range from.NumField() {
		c := reflect.MakeSlice(from.Field(i).Type(), len(old), len(old))
		for j, row := range old {
			if row >= 0 {
				c.Index(j).Set(from.Field(i).Index(int(row)))
			} else {
				c.Index(j).Set(other.Field(i).Index(j))
			}
		}
		to.Field(i).Set(c)
	}
	return out
}

// rows deals the rows of a table with compressed rows by sku out anew; keep, if
// given, says which.
func (h *hybrid) rows(table any, keep func(row int) bool) any {
	from := reflect.ValueOf(table).Elem()
	to := reflect.New(from.Type()).Elem()
	off := from.Field(0).Interface().([]int32)
	now := make([]int32, 1, len(h.toA)+1)
	for i := 1; i < from.NumField(); i++ {
		if !from.Field(i).IsNil() {
			to.Field(i).Set(reflect.MakeSlice(from.Field(i).Type(), 0, from.Field(i).Len()))
		}
	}
	n := int32(0)
	take := func(lo, hi int) {
		for i := 1; i < from.NumField() && lo < hi; i++ {
			if from.Field(i).Len() >= hi {
				to.Field(i).Set(reflect.AppendSlice(to.Field(i), from.Field(i).Slice(lo, hi)))
			}
		}
		n += int32(hi - lo)
	}
	for _, j := range h.toA {
		switch {
		case j == planwright.NoSKU:
		case keep == nil:
			take(int(off[j]), int(off[j+1]))
		default:
			for r := int(off[j]); r < int(off[j+1]); r++ {
				if keep(r) {
					take(r, r+1)
				}
			}
		}
		now = append(now, n)
	}
	to.Field(0).Set(reflect.ValueOf(now))
	return to.Interface()
}

// apply replaces what a cause speaks of by the later plan's. It returns false where
// nothing of it differs.
func (h *hybrid) apply(c Cause) bool {
	x := *h.in.Snap
	in, t, last := h.in, h.b.Snap, h.b.planner.Input()
	switch c {
	case CauseDay:
		x.AsOf, x.KeepPast, x.SpreadStart = t.AsOf, t.KeepPast, t.SpreadStart
		end := h.rolled()
		if x.AsOf == h.in.Snap.AsOf && x.KeepPast == h.in.Snap.KeepPast && x.SpreadStart == h.in.Snap.SpreadStart && end == h.end {
			return false
		}
		h.end = end
	case CauseHorizon:
		end := h.b.Plan.HorizonEnd
		if end == h.end {
			return false
		}
		// Behind the shorter horizon one of the plans has no forecast: what it has
		// there, or lacks, is the horizon's. Within both a difference is the forecast's.
		in.Forecast = spliced(in.Forecast, last.Forecast, min(h.end, end))
		h.end = end
	case CauseStock:
		if reflect.DeepEqual(x.Stock, t.Stock) {
			return false
		}
		x.Stock = t.Stock
	case CauseDemand:
		if reflect.DeepEqual(x.Demand, t.Demand) && reflect.DeepEqual(x.Reserved, t.Reserved) {
			return false
		}
		x.Demand, x.Reserved = t.Demand, t.Reserved
	case CauseSupply:
		if reflect.DeepEqual(x.Supply, t.Supply) {
			return false
		}
		x.Supply = t.Supply
	case CauseForecast:
		if reflect.DeepEqual(in.Forecast, last.Forecast) {
			return false
		}
		in.Forecast, x.Given = last.Forecast, t.Given
	case CausePolicy:
		in.SafetyStock, in.ReorderPoint, in.OrderUpTo, in.OrderQty = last.SafetyStock, last.ReorderPoint, last.OrderUpTo, last.OrderQty
		if slices.Equal(in.SafetyStock, h.in.SafetyStock) && slices.Equal(in.ReorderPoint, h.in.ReorderPoint) && slices.Equal(in.OrderUpTo, h.in.OrderUpTo) && slices.Equal(in.OrderQty, h.in.OrderQty) {
			return false
		}
	case CauseLeadTime:
		x.SKUs.LeadTime, x.SKUs.GRDays, x.SKUs.OpeningDays, x.SKUs.LeadTimePerUnit = t.SKUs.LeadTime, t.SKUs.GRDays, t.SKUs.OpeningDays, t.SKUs.LeadTimePerUnit
		x.Suppliers.LeadTime, x.Suppliers.Calendar = t.Suppliers.LeadTime, t.Suppliers.Calendar
		if slices.Equal(x.Sources.Off, t.Sources.Off) && slices.Equal(x.Sources.Supplier, t.Sources.Supplier) && slices.Equal(x.Sources.Kind, t.Sources.Kind) {
			x.Sources.LeadTime = t.Sources.LeadTime
		}
		if reflect.DeepEqual(x.SKUs, h.in.Snap.SKUs) && reflect.DeepEqual(x.Suppliers, h.in.Snap.Suppliers) && slices.Equal(x.Sources.LeadTime, h.in.Snap.Sources.LeadTime) {
			return false
		}
	case CauseParameter:
		x.SKUs, x.SKUPeriods = t.SKUs, t.SKUPeriods
	case CauseMaster:
		x = *t
	}
	in.Snap = &x
	h.in = in
	return true
}

// rolled is where the earlier plan's horizon would end on the later plan's day:
// as many periods on, of the plan's own.
func (h *hybrid) rolled() planwright.Day {
	a, b := h.a.Plan, h.b.Plan
	n := a.Period.Index(a.HorizonEnd) - a.Period.Index(a.AsOf)
	return a.Period.FromIndex(a.Period.Index(b.AsOf) + n)
}

// spliced is a forecast of the rows of a that begin before a day and of those of b
// that do not. Both have the same sku's.
func spliced(a, b *mrp.Forecast, at planwright.Day) *mrp.Forecast {
	out := &mrp.Forecast{Off: make([]int32, len(a.Off))}
	take := func(f *mrp.Forecast, k int, behind bool) {
		for r := f.Off[k]; r < f.Off[k+1]; r++ {
			if f.From[r] >= at != behind {
				continue
			}
			out.From, out.To, out.Qty = append(out.From, f.From[r]), append(out.To, f.To[r]), append(out.Qty, f.Qty[r])
			customer := ""
			if f.Customer != nil {
				customer = f.Customer[r]
			}
			out.Customer = append(out.Customer, customer)
		}
	}
	for k := range len(a.Off) - 1 {
		take(a, k, false)
		take(b, k, true)
		out.Off[k+1] = int32(len(out.From))
	}
	return out
}
