package sample

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const flushAt = 256 << 10

// table is a CSV file being written; values are appended column by column.
// A failed write is kept and returned by close.
type table struct {
	name string
	file *os.File
	buf  []byte
	rows int64
	col  int
	cols int
	err  error
}

func newTable(dir, name, columns string) (*table, error) {
	f, err := os.Create(filepath.Join(dir, name+".csv"))
	if err != nil {
		return nil, fmt.Errorf("sample: table %s: %w", name, err)
	}
	t := &table{name: name, file: f, buf: make([]byte, 0, flushAt+4096), cols: strings.Count(columns, ",") + 1}
	t.buf = append(append(t.buf, columns...), '\n')
	return t, nil
}

func (t *table) next() {
	if t.col > 0 {
		t.buf = append(t.buf, ',')
	}
	t.col++
}

// str appends a text that needs no quotes.
func (t *table) str(s string) { t.next(); t.buf = append(t.buf, s...) }

func (t *table) bytes(b []byte) { t.next(); t.buf = append(t.buf, b...) }

func (t *table) serial(prefix string, n, digits int) {
	t.next()
	t.buf = appendSerial(t.buf, prefix, n, digits)
}

func (t *table) empty(n int) {
	for range n {
		t.next()
	}
}

func (t *table) integer(n int) { t.next(); t.buf = strconv.AppendInt(t.buf, int64(n), 10) }

// integerOr appends n, or nothing where it is zero.
func (t *table) integerOr(n int) {
	t.next()
	if n != 0 {
		t.buf = strconv.AppendInt(t.buf, int64(n), 10)
	}
}

// day appends a date, or nothing where it is zero.
func (t *table) day(d int32) {
	t.next()
	if d != 0 {
		t.buf = appendDay(t.buf, d)
	}
}

// qty appends thousandths as a decimal.
func (t *table) qty(q int64) { t.next(); t.buf = appendMilli(t.buf, q) }

func appendMilli(dst []byte, q int64) []byte {
	if q < 0 {
		dst, q = append(dst, '-'), -q
	}
	dst = strconv.AppendInt(dst, q/1000, 10)
	if f := q % 1000; f != 0 {
		b := [4]byte{'.', byte('0' + f/100), byte('0' + f/10%10), byte('0' + f%10)}
		n := 4
		for b[n-1] == '0' {
			n--
		}
		dst = append(dst, b[:n]...)
	}
	return dst
}

// float appends a number with at most the given decimals.
func (t *table) float(x float64, decimals int) {
	t.next()
	p := math.Pow10(decimals)
	t.buf = strconv.AppendFloat(t.buf, math.Round(x*p)/p, 'f', -1, 64)
}

func (t *table) yes(b bool) {
	t.next()
	if b {
		t.buf = append(t.buf, "true"...)
	}
}

// end closes the row.
func (t *table) end() {
	if t.col != t.cols {
		panic("sample: ragged row in " + t.name)
	}
	t.buf = append(t.buf, '\n')
	t.rows++
	t.col = 0
	if len(t.buf) >= flushAt {
		t.flush()
	}
}

func (t *table) flush() {
	if t.err == nil {
		_, t.err = t.file.Write(t.buf)
	}
	t.buf = t.buf[:0]
}

func (t *table) close() error {
	t.flush()
	if err := t.file.Close(); t.err == nil {
		t.err = err
	}
	if t.err != nil {
		return fmt.Errorf("sample: table %s: %w", t.name, t.err)
	}
	return nil
}

// columns of every table, in the order in which the tables are listed.
const (
	settingsColumns     = "name,value"
	itemsColumns        = "item_id,name,category,uom,unit_cost,unit_price,shelf_life_days,decimals,status,effective_out_on,successor_item_id,planner"
	uomsColumns         = "item_id,uom,factor,per"
	sitesColumns        = "site_id,name,region,calendar_id"
	skusColumns         = "item_id,site_id,procurement,lead_time_days,gr_days,mrp_type,lot_rule,lot_size,lot_periods,lot_min,lot_multiple,safety_stock,reorder_point,review_days,service_level,service_kind,order_cost,holding_rate,x_incumbent_min,x_incumbent_max,x_incumbent_set_on,x_incumbent_history"
	bomColumns          = "parent_id,component_id,qty_per,scrap_pct,uom,effective_from,effective_to"
	sourcesColumns      = "item_id,site_id,kind,supplier_id,from_site_id,lead_time_days,lead_time_sd,priority,lot_min,lot_multiple,uom,price"
	priceBreaksColumns  = "item_id,supplier_id,from_qty,price,kind"
	suppliersColumns    = "supplier_id,name,calendar_id,min_order_value,lead_time_days"
	stockColumns        = "item_id,site_id,qty,lot,received_on,expires_on,status,bin"
	supplyOrdersColumns = "order_id,kind,item_id,site_id,qty,uom,due_on,ordered_on,firm,shipped,supplier_id,from_site_id"
	demandOrdersColumns = "order_id,item_id,site_id,qty,due_on,ordered_on,priority,customer_id,price"
	reservationsColumns = "order_id,item_id,site_id,qty,due_on"
	historyColumns      = "item_id,site_id,on,qty,kind,promo,stockout"
	movementsColumns    = "item_id,site_id,on,qty,kind,lot,document"
	receiptsColumns     = "order_id,supplier_id,item_id,site_id,ordered_on,promised_on,received_on,qty_ordered,qty_received,qty_rejected"
	eventsColumns       = "event_id,name,from,to,kind,scope,effect"
	calendarsColumns    = "calendar_id,on,weekday,working"
)

// files are the tables being written.
type files struct {
	dir string
	all []*table

	settings, items, uoms, sites, skus, bom, sources, priceBreaks, suppliers *table
	stock, supplyOrders, demandOrders, reservations, movements, receipts     *table
	events, calendars                                                        *table

	history *history
}

func (f *files) open(dir string, parquetHistory bool) error {
	f.dir = dir
	for _, t := range []struct {
		at            **table
		name, columns string
	}{
		{&f.settings, "settings", settingsColumns}, {&f.items, "items", itemsColumns}, {&f.uoms, "uoms", uomsColumns},
		{&f.sites, "sites", sitesColumns}, {&f.skus, "skus", skusColumns}, {&f.bom, "bom", bomColumns},
		{&f.sources, "sources", sourcesColumns}, {&f.priceBreaks, "price_breaks", priceBreaksColumns},
		{&f.suppliers, "suppliers", suppliersColumns}, {&f.stock, "stock", stockColumns},
		{&f.supplyOrders, "supply_orders", supplyOrdersColumns}, {&f.demandOrders, "demand_orders", demandOrdersColumns},
		{&f.reservations, "reservations", reservationsColumns}, {&f.movements, "movements", movementsColumns},
		{&f.receipts, "receipts", receiptsColumns}, {&f.events, "events", eventsColumns}, {&f.calendars, "calendars", calendarsColumns},
	} {
		table, err := newTable(dir, t.name, t.columns)
		if err != nil {
			return err
		}
		*t.at = table
		f.all = append(f.all, table)
	}
	h, err := newHistory(dir, parquetHistory)
	if err != nil {
		return err
	}
	f.history = h
	return nil
}

// close finishes all files and lists them.
func (f *files) close() ([]TableRows, error) {
	var list []TableRows
	var first error
	for _, t := range f.all {
		if err := t.close(); err != nil && first == nil {
			first = err
		}
		list = append(list, TableRows{t.name, t.name + ".csv", t.rows})
	}
	if err := f.history.close(); err != nil && first == nil {
		first = err
	}
	list = append(list, TableRows{"demand_history", filepath.Base(f.history.path), f.history.rows})
	return list, first
}

// discard removes what has been written. Errors are of no use to the caller,
// who already has the first one.
func (f *files) discard() {
	for _, t := range f.all {
		_ = t.file.Close()
		_ = os.Remove(t.file.Name())
	}
	if f.history != nil {
		_ = f.history.close()
		_ = os.Remove(f.history.path)
	}
}
