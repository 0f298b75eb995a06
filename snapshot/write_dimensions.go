package snapshot

import (
	"context"
	"math"

	"planwright"
)

// A plan file stands for itself: what its readers group by (items, sites,
// suppliers) and set the plan against (stock, open orders, past demand by month)
// is copied out of the snapshot into schema data. The bi_* views show it.

// demandMonths is how many whole months of past demand a plan file keeps, before
// that of the planning day.
const demandMonths = 24

// demandChunk is the number of sku's whose history is in memory at once.
const demandChunk = 4096

// dimensionTables are these tables. With t == nil they have columns only.
func dimensionTables(t *planText) []planTable {
	tables := []planTable{
		{schema: "data", name: "items", cols: columns("item_id name category uom unit_cost:f unit_price:f shelf_life_days:i status planner successor_item_id")},
		{schema: "data", name: "sites", cols: columns("site_id name region")},
		{schema: "data", name: "suppliers", cols: columns("supplier_id name min_order_value:f lead_time_days:i")},
		{schema: "data", name: "stock", cols: columns("sku:i lot status supplier_id received_on:d expires_on:d qty:q value:f")},
		{schema: "data", name: "supply", cols: columns("sku:i order_id kind supplier_id from_site_id due_on:d ordered_on:d firm:b shipped:b qty:q value:f")},
		{schema: "data", name: "demand", cols: columns("sku:i month:d kind qty:q value:f")},
	}
	if t == nil {
		return tables
	}
	s := t.s
	for i, f := range []struct {
		rows int
		fill func() func(w rowWriter, i int)
	}{{s.Items.Len(), t.items}, {s.Sites.Len(), t.sites}, {s.Suppliers.Len(), t.suppliers}, {len(s.Stock.Qty), t.stock}, {len(s.Supply.Qty), t.supplyRows}} {
		tables[i].rows, tables[i].fill = f.rows, f.fill
	}
	tables[5].each = t.demandByMonth
	return tables
}

func (t *planText) items() func(w rowWriter, i int) {
	x := &t.s.Items
	return func(w rowWriter, i int) {
		w.text(0, x.ID[i])
		w.textOrNull(1, x.Name[i])
		w.textOrNull(2, x.Category[i])
		w.textOrNull(3, x.UOM[i])
		w.float(4, x.UnitCost[i])
		w.float(5, x.UnitPrice[i])
		w.int(6, x.ShelfLife[i])
		w.text(7, x.Status[i].String())
		w.textOrNull(8, x.Planner[i])
		if next := x.Successor[i]; next != planwright.None {
			w.text(9, x.ID[next])
		} else {
			w.null(9)
		}
	}
}

func (t *planText) sites() func(w rowWriter, i int) {
	x := &t.s.Sites
	return func(w rowWriter, i int) {
		w.text(0, x.ID[i])
		w.textOrNull(1, x.Name[i])
		w.textOrNull(2, x.Region[i])
	}
}

func (t *planText) suppliers() func(w rowWriter, i int) {
	x := &t.s.Suppliers
	return func(w rowWriter, i int) {
		w.text(0, x.ID[i])
		w.textOrNull(1, x.Name[i])
		w.float(2, x.MinOrderValue[i])
		w.int(3, x.LeadTime[i])
	}
}

// skuOf walks over compressed rows in order and tells whose row i is.
func skuOf(off []int32) func(i int) planwright.SKU {
	k := 0
	return func(i int) planwright.SKU {
		for k+1 < len(off) && int(off[k+1]) <= i {
			k++
		}
		return planwright.SKU(k)
	}
}

// cost and price of a sku's item.
func (t *planText) cost(k planwright.SKU) float64  { return t.s.Items.UnitCost[t.s.SKUs.Item[k]] }
func (t *planText) price(k planwright.SKU) float64 { return t.s.Items.UnitPrice[t.s.SKUs.Item[k]] }

func (t *planText) stock() func(w rowWriter, i int) {
	x := &t.s.Stock
	of := skuOf(x.Off)
	return func(w rowWriter, i int) {
		k := of(i)
		w.int(0, int32(k))
		w.textOrNull(1, x.Lot[i])
		w.text(2, x.Status[i].String())
		w.textOrNull(3, t.supplier(x.Supplier[i]))
		w.day(4, x.ReceivedOn[i])
		w.day(5, x.ExpiresOn[i])
		w.qty(6, x.Qty[i])
		w.float(7, x.Qty[i].Float()*t.cost(k))
	}
}

func (t *planText) supplyRows() func(w rowWriter, i int) {
	x := &t.s.Supply
	of := skuOf(x.Off)
	return func(w rowWriter, i int) {
		k := of(i)
		w.int(0, int32(k))
		w.text(1, x.OrderID[i])
		w.text(2, x.Kind[i].String())
		w.textOrNull(3, t.supplier(x.Supplier[i]))
		if from := x.From[i]; from != planwright.NoSKU {
			w.text(4, t.site[from])
		} else {
			w.null(4)
		}
		w.day(5, x.DueOn[i])
		w.day(6, x.OrderedOn[i])
		w.bool(7, x.Firm[i])
		w.bool(8, x.Shipped[i])
		w.qty(9, x.Qty[i])
		w.float(10, x.Qty[i].Float()*t.cost(k))
	}
}

// demandByMonth writes past demand and open orders by sku, month and kind: past
// sales and issues, returns as negative quantities, open orders by the month in
// which they are due. Sales, returns and orders are valued at their price (the
// item's where an order has none), issues at cost.
func (t *planText) demandByMonth(ctx context.Context, w rowWriter, end func() error) error {
	s := t.s
	y, m, _ := s.AsOf.Civil()
	first := planwright.Date(y, m-demandMonths, 1)
	kinds := len(demandKinds) - 1
	for lo := planwright.SKU(0); int(lo) < s.Len(); lo += demandChunk {
		hi := min(lo+demandChunk, planwright.SKU(s.Len()))
		var h *planwright.History
		if s.ReadHistory != nil {
			var err error
			if h, err = s.ReadHistory(ctx, lo, hi); err != nil {
				return err
			}
		}
		for k := lo; k < hi; k++ {
			out := demandWriter{w: w, end: end, sku: k, seen: make([]bool, kinds+1), qty: make([]planwright.Qty, kinds+1), value: make([]float64, kinds+1)}
			if h != nil {
				for i := h.Off[k-h.Lo]; i < h.Off[k-h.Lo+1]; i++ {
					if h.On[i] < first {
						continue
					}
					q, unit := h.Qty[i], t.price(k)
					switch h.Kind[i] {
					case planwright.Return:
						q = -q
					case planwright.Issue:
						unit = t.cost(k)
					}
					if err := out.add(h.On[i], int(h.Kind[i]), q, unit); err != nil {
						return err
					}
				}
				if err := out.flush(); err != nil {
					return err
				}
			}
			for i := s.Demand.Off[k]; i < s.Demand.Off[k+1]; i++ {
				unit := s.Demand.Price[i]
				if math.IsNaN(unit) {
					unit = t.price(k)
				}
				if err := out.add(s.Demand.DueOn[i], kinds, s.Demand.Qty[i], unit); err != nil {
					return err
				}
			}
			if err := out.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// demandKinds are the kinds of bi_demand by number: those of the history, then
// open orders.
var demandKinds = []string{planwright.Sale.String(), planwright.Return.String(), planwright.Issue.String(), "open_order"}

// demandWriter sums the demand of one sku by month; days come in order.
type demandWriter struct {
	w     rowWriter
	end   func() error
	sku   planwright.SKU
	month planwright.Day
	next  planwright.Day // the month after it; 0: nothing summed yet
	seen  []bool
	qty   []planwright.Qty
	value []float64
}

func (d *demandWriter) add(on planwright.Day, kind int, q planwright.Qty, unit float64) error {
	if on >= d.next || on < d.month {
		if err := d.flush(); err != nil {
			return err
		}
		d.month, d.next = on.MonthStart(), on.NextMonth()
	}
	d.seen[kind] = true
	if d.qty[kind] != planwright.NoQty {
		sum, ok := d.qty[kind].Add(q)
		if !ok { // no quantity can say it; the value still does
			sum = planwright.NoQty
		}
		d.qty[kind] = sum
	}
	d.value[kind] += q.Float() * unit
	return nil
}

func (d *demandWriter) flush() error {
	for kind := range d.seen {
		if !d.seen[kind] {
			continue
		}
		d.w.int(0, int32(d.sku))
		d.w.day(1, d.month)
		d.w.text(2, demandKinds[kind])
		d.w.qty(3, d.qty[kind])
		d.w.float(4, d.value[kind])
		if err := d.end(); err != nil {
			return err
		}
		d.seen[kind], d.qty[kind], d.value[kind] = false, 0, 0
	}
	d.month, d.next = 0, 0
	return nil
}
