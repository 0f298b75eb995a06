package planwright

import (
	"fmt"
	"reflect"
)

// table describes what Validate checks of one table.
type table struct {
	name string
	cols any     // pointer to the struct of columns
	off  []int32 // nil: not ragged
	rows int     // rows of the ragged side; -1: not ragged
	refs []ref
	qtys []qtyCol
}

type ref struct {
	name string
	vals []int32
	n    int
	none bool // None is allowed
}

type qtyCol struct {
	name string
	vals []Qty
	none bool
}

func (s *Snapshot) columns() []table {
	n, items, sup := s.Len(), s.Items.Len(), s.Suppliers.Len()
	sku := func(name string, v []SKU, none bool) ref { return ref{name, skuRefs(v), n, none} }
	return []table{
		{"items", &s.Items, nil, -1, []ref{{"successor_item_id", s.Items.Successor, items, true}}, nil},
		{"sites", &s.Sites, nil, -1, nil, nil},
		{"suppliers", &s.Suppliers, nil, -1, nil, nil},
		{"skus", &s.SKUs, nil, -1, nil, []qtyCol{
			{"lot_min", s.SKUs.LotMin, false}, {"lot_multiple", s.SKUs.LotMultiple, false}, {"lot_max", s.SKUs.LotMax, false},
			{"lot_size", s.SKUs.LotSize, true}, {"safety_stock", s.SKUs.SafetyStock, true},
			{"reorder_point", s.SKUs.ReorderPoint, true}, {"order_up_to", s.SKUs.OrderUpTo, true}, {"adu", s.SKUs.ADU, true}}},
		{"sku_periods", &s.SKUPeriods, s.SKUPeriods.Off, n, nil, nil},
		{"bom", &s.BOM, s.BOM.Off, n, []ref{sku("component_id", s.BOM.Component, false)}, []qtyCol{{"qty_per", s.BOM.QtyPer, false}}},
		{"sources", &s.Sources, s.Sources.Off, n, []ref{{"supplier_id", s.Sources.Supplier, sup, true}, sku("from_site_id", s.Sources.From, true)}, nil},
		{"price_breaks", &s.PriceBreaks, nil, -1, []ref{{"item_id", s.PriceBreaks.Item, items, false}, {"supplier_id", s.PriceBreaks.Supplier, sup, false}}, nil},
		{"stock", &s.Stock, s.Stock.Off, n, []ref{{"supplier_id", s.Stock.Supplier, sup, true}}, []qtyCol{{"qty", s.Stock.Qty, false}}},
		{"supply_orders", &s.Supply, s.Supply.Off, n, []ref{{"supplier_id", s.Supply.Supplier, sup, true}, sku("from_site_id", s.Supply.From, true)}, []qtyCol{{"qty", s.Supply.Qty, false}}},
		{"demand_orders", &s.Demand, s.Demand.Off, n, nil, []qtyCol{{"qty", s.Demand.Qty, false}}},
		{"reservations", &s.Reserved, s.Reserved.Off, n, nil, []qtyCol{{"qty", s.Reserved.Qty, false}}},
		{"forecasts", &s.Given, s.Given.Off, n, nil, []qtyCol{{"qty", s.Given.Qty, false}}},
		{"events", &s.Events, nil, -1, nil, nil},
		{"receipts", &s.Receipts, nil, -1, []ref{{"supplier_id", s.Receipts.Supplier, sup, false}, sku("item_id", s.Receipts.SKU, false)}, nil},
		{"resources", &s.Resources, nil, -1, []ref{{"site_id", s.Resources.Site, s.Sites.Len(), true}}, nil},
		{"routings", &s.Routings, nil, -1, []ref{{"item_id", s.Routings.Item, items, false}, {"resource_id", s.Routings.Resource, s.Resources.Len(), false}}, nil},
	}
}

// skuRefs views sku's as plain references: both are int32.
func skuRefs(v []SKU) []int32 {
	r := make([]int32, len(v))
	for i, k := range v {
		r[i] = int32(k)
	}
	return r
}

func (t *table) check() error {
	v := reflect.ValueOf(t.cols).Elem()
	rows := -1
	for i := 0; i < v.NumField(); i++ {
		f := v.Type().Field(i)
		if f.Name == "Off" {
			continue
		}
		m := v.Field(i).Len()
		if rows >= 0 && m != rows {
			return fmt.Errorf("snapshot: table %s: column %s has %d rows, want %d", t.name, f.Name, m, rows)
		}
		rows = m
	}
	if t.rows >= 0 {
		if err := checkOffsets(t.name, t.off, t.rows, rows); err != nil {
			return err
		}
	}
	for _, r := range t.refs {
		for i, x := range r.vals {
			if (x < 0 || int(x) >= r.n) && (x != None || !r.none) {
				return fmt.Errorf("snapshot: table %s row %d: %s refers to row %d of %d", t.name, i, r.name, x, r.n)
			}
		}
	}
	for _, q := range t.qtys {
		for i, x := range q.vals {
			if (x > MaxQty || x < -MaxQty) && (x != NoQty || !q.none) {
				return fmt.Errorf("snapshot: table %s row %d: %s %w", t.name, i, q.name, ErrQtyRange)
			}
		}
	}
	return nil
}

func checkOffsets(name string, off []int32, n, values int) error {
	if len(off) != n+1 || off[0] != 0 || int(off[n]) != values {
		return fmt.Errorf("snapshot: table %s: %d offsets over %d values do not fit %d sku's", name, len(off), values, n)
	}
	for i := 0; i < n; i++ {
		if off[i] > off[i+1] {
			return fmt.Errorf("snapshot: table %s: offsets fall at row %d", name, i)
		}
	}
	return nil
}
