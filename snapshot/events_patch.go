package snapshot

import (
	"context"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"planwright"
	"planwright/ledger"
)

// patcher changes the tables of a base, which lie in Parquet files.
type patcher struct {
	c      *Conn
	dir    string
	inputs []input
	specs  []TableSpec
}

// rows is the FROM of a table of the base, with the number of the row; "" where
// the base has none of it.
func (p *patcher) rows(table string) string {
	path := filepath.Join(p.dir, "base_"+table+".parquet")
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return fmt.Sprintf("read_parquet(%s, file_row_number = true)", literal(path))
}

// input reads what the events may touch.
func (p *patcher) input(ctx context.Context, f *folding) (*ledger.Input, error) {
	in := &ledger.Input{Cuts: f.root.all()}
	items, orders := map[string]bool{}, map[string]bool{}
	for i := range f.events {
		items[f.events[i].Item] = true
		orders[f.events[i].Order] = true
	}
	for name, set := range map[string]map[string]bool{"touched_items": items, "touched_orders": orders} {
		if err := p.list(ctx, name, set); err != nil {
			return nil, err
		}
	}
	names := func(table, column string) (func(string) bool, map[string]bool, error) {
		have := map[string]bool{}
		if from := p.rows(table); from != "" {
			if err := p.each(ctx, fmt.Sprintf("SELECT %s FROM %s", column, from), func(r *Rows) error {
				var s string
				err := r.Scan(&s)
				have[s] = true
				return err
			}); err != nil {
				return nil, nil, err
			}
		}
		return func(s string) bool { return have[s] }, have, nil
	}
	var sites map[string]bool
	var err error
	if in.HasItem, _, err = names("items", "item_id"); err != nil {
		return nil, err
	}
	if in.HasSite, sites, err = names("sites", "site_id"); err != nil {
		return nil, err
	}
	if in.HasSupplier, _, err = names("suppliers", "supplier_id"); err != nil {
		return nil, err
	}
	if len(sites) == 1 {
		for s := range sites {
			in.Site = s
		}
	}
	if err := p.units(ctx, in); err != nil {
		return nil, err
	}
	if from := p.rows("stock"); from != "" {
		err := p.each(ctx, "SELECT file_row_number, item_id, site_id, lot, status, segment, bin, supplier_id, received_on, expires_on, qty FROM "+from+" SEMI JOIN touched_items ON touched = item_id ORDER BY file_row_number", func(r *Rows) error {
			var s ledger.StockRow
			err := r.Scan(&s.Row, &s.Item, &s.Site, &s.Lot, &s.Status, &s.Segment, &s.Bin, &s.Supplier, &s.ReceivedOn, &s.ExpiresOn, &s.Qty)
			in.Stock = append(in.Stock, s)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	for _, t := range []struct {
		table string
		rows  *[]ledger.OrderRow
	}{{"demand_orders", &in.Demand}, {"supply_orders", &in.Supply}, {"reservations", &in.Reservations}} {
		if *t.rows, err = p.orders(ctx, t.table); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// orders reads the lines of the orders that the events name.
func (p *patcher) orders(ctx context.Context, table string) (list []ledger.OrderRow, err error) {
	from := p.rows(table)
	if from == "" {
		return nil, nil
	}
	cols := make([]string, 0, 16)
	t := TableNamed(table)
	for _, c := range orderColumns {
		if t.Column(c) != nil {
			cols = append(cols, quote(c))
		} else {
			cols = append(cols, "NULL::"+Column{Type: orderTypes[c]}.Type.sqlType())
		}
	}
	err = p.each(ctx, "SELECT file_row_number, "+strings.Join(cols, ", ")+" FROM "+from+" SEMI JOIN touched_orders ON touched = order_id ORDER BY file_row_number", func(r *Rows) error {
		var o ledger.OrderRow
		var firm, shipped any
		err := r.Scan(&o.Row, &o.Order, &o.Item, &o.Site, &o.Kind, &o.Qty, &o.DueOn, &o.OrderedOn, &o.Priority, &o.Customer, &o.Supplier, &o.FromSite, &o.Segment, &o.Price, &firm, &shipped)
		o.Firm, o.Shipped = flagOf(firm), flagOf(shipped)
		list = append(list, o)
		return err
	})
	return list, err
}

func flagOf(v any) ledger.Flag {
	switch v {
	case true:
		return ledger.Yes
	case false:
		return ledger.No
	}
	return ledger.NotGiven
}

// orderColumns are the columns of an order as [patcher.orders] reads them.
var orderColumns = []string{"order_id", "item_id", "site_id", "kind", "qty", "due_on", "ordered_on", "priority", "customer_id", "supplier_id", "from_site_id", "segment", "price", "firm", "shipped"}

// orderTypes are the types of those that not every table has.
var orderTypes = map[string]Type{"kind": Text, "ordered_on": Date, "priority": Int, "customer_id": Text, "supplier_id": Text, "from_site_id": Text, "segment": Text, "price": Float, "firm": Bool, "shipped": Bool}

// units reads the conversions of the items that the events name.
func (p *patcher) units(ctx context.Context, in *ledger.Input) error {
	type unit struct{ item, uom string }
	type ratio struct{ factor, per planwright.Qty }
	conv := map[unit]ratio{}
	one := planwright.Qty(1e6)
	if from := p.rows("items"); from != "" {
		err := p.each(ctx, "SELECT item_id, lower(uom) FROM "+from+" SEMI JOIN touched_items ON touched = item_id", func(r *Rows) error {
			var u unit
			err := r.Scan(&u.item, &u.uom)
			conv[u] = ratio{one, one}
			return err
		})
		if err != nil {
			return err
		}
	}
	if from := p.rows("uoms"); from != "" {
		err := p.each(ctx, "SELECT item_id, lower(uom), factor, per FROM "+from+" SEMI JOIN touched_items ON touched = item_id", func(r *Rows) error {
			var u unit
			var x ratio
			err := r.Scan(&u.item, &u.uom, &x.factor, &x.per)
			if _, own := conv[u]; !own && x.factor > 0 && x.per > 0 {
				conv[u] = x
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	in.Convert = func(item, uom string, q planwright.Qty) (planwright.Qty, bool) {
		x, ok := conv[unit{item, strings.ToLower(uom)}]
		if !ok {
			return 0, false
		}
		return mulDivEven(q, x.factor, x.per)
	}
	in.UnitsPer = func(item, uom string) float64 {
		x := conv[unit{item, strings.ToLower(uom)}]
		return x.factor.Float() / x.per.Float()
	}
	return nil
}

// mulDivEven returns q·factor/per, half to even as an import has it; false beyond
// the range of quantities.
func mulDivEven(q, factor, per planwright.Qty) (planwright.Qty, bool) {
	n := new(big.Int).Mul(big.NewInt(int64(q)), big.NewInt(int64(factor)))
	quo, rem := new(big.Int).QuoRem(n, big.NewInt(int64(per)), new(big.Int))
	if c := rem.Abs(rem).Lsh(rem, 1).Cmp(big.NewInt(int64(per))); c > 0 || c == 0 && quo.Bit(0) == 1 {
		quo.Add(quo, big.NewInt(int64(n.Sign())))
	}
	if !quo.IsInt64() || quo.Int64() > int64(planwright.MaxQty) || quo.Int64() < -int64(planwright.MaxQty) {
		return 0, false
	}
	return planwright.Qty(quo.Int64()), true
}

// list makes a table of names.
func (p *patcher) list(ctx context.Context, table string, set map[string]bool) error {
	if err := p.c.Exec(ctx, "CREATE TABLE "+table+" (touched VARCHAR)"); err != nil {
		return err
	}
	w, err := p.c.newWriter("main", table, []outType{outText}, nil)
	if err != nil {
		return err
	}
	for _, n := range sortedKeys(set) {
		w.text(0, n)
		w.endRow()
	}
	return w.finish()
}

func (p *patcher) each(ctx context.Context, query string, row func(r *Rows) error) error {
	rows, err := p.c.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// eventFile is what the rows that events made are called in reports.
func eventFile(table string) string { return "events/" + table }

// apply writes the changes: base files without what is gone and with what is
// different, and files of what is new.
func (p *patcher) apply(ctx context.Context, r *ledger.Result) error {
	if err := p.stock(ctx, r.Stock); err != nil {
		return err
	}
	for _, t := range []struct {
		table string
		rows  []ledger.OrderRow
	}{{"demand_orders", r.Demand}, {"supply_orders", r.Supply}, {"reservations", r.Reservations}} {
		if err := p.changeOrders(ctx, t.table, t.rows); err != nil {
			return err
		}
	}
	if err := p.histories(ctx, r); err != nil {
		return err
	}
	byTable := map[string][][]string{}
	for _, d := range r.Deleted {
		byTable[d.Table] = append(byTable[d.Table], d.Key)
	}
	for _, table := range sortedKeys(byTable) {
		if err := p.remove(ctx, table, byTable[table]); err != nil {
			return err
		}
	}
	return nil
}

// add offers a table of the fold to the import as a file.
func (p *patcher) add(ctx context.Context, table, temp string, columns []string) error {
	path := filepath.Join(p.dir, "events_"+table+".parquet")
	if err := p.c.Exec(ctx, fmt.Sprintf("COPY (SELECT * FROM %s) TO %s (FORMAT parquet)", temp, literal(path))); err != nil {
		return err
	}
	spec := TableSpec{Table: table, From: eventFile(table), As: "src"}
	for _, c := range columns {
		spec.Columns = append(spec.Columns, ColumnSpec{c, c})
	}
	p.inputs = append(p.inputs, input{name: spec.From, path: path, format: "parquet", kind: "snapshot"})
	p.specs = append(p.specs, spec)
	return nil
}

// rewrite replaces the file of a table of the base by what a query over it says;
// %s in it stands for its rows.
func (p *patcher) rewrite(ctx context.Context, table, query string) error {
	from := p.rows(table)
	if from == "" {
		return nil
	}
	path := filepath.Join(p.dir, "base_"+table+".parquet")
	if err := p.c.Exec(ctx, fmt.Sprintf("COPY (%s) TO %s (FORMAT parquet)", strings.ReplaceAll(query, "%s", from), literal(path+".new"))); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	var left int64
	if _, err := p.c.Scan(ctx, "SELECT count(*) FROM "+from, nil, &left); err != nil || left > 0 {
		return err
	}
	gone := func(name string) bool {
		return name != "" && strings.HasSuffix(name, "/"+table) && name != eventFile(table)
	}
	p.inputs = slices.DeleteFunc(p.inputs, func(in input) bool { return gone(in.name) })
	p.specs = slices.DeleteFunc(p.specs, func(s TableSpec) bool { return gone(s.From) })
	return nil
}

// remove deletes rows by their key.
func (p *patcher) remove(ctx context.Context, table string, keys [][]string) error {
	if p.rows(table) == "" {
		return nil
	}
	t := TableNamed(table)
	var cols, on []string
	for i, k := range t.Key {
		cols = append(cols, fmt.Sprintf("k%d VARCHAR", i))
		on = append(on, fmt.Sprintf("g.k%d = b.%s", i, quote(k)))
	}
	if err := p.c.Exec(ctx, fmt.Sprintf("CREATE OR REPLACE TABLE gone (%s)", strings.Join(cols, ", "))); err != nil {
		return err
	}
	w, err := p.c.newWriter("main", "gone", slices.Repeat([]outType{outText}, len(t.Key)), nil)
	if err != nil {
		return err
	}
	for _, key := range keys {
		for i, v := range key {
			w.text(i, v)
		}
		w.endRow()
	}
	if err := w.finish(); err != nil {
		return err
	}
	return p.rewrite(ctx, table, "SELECT b.* EXCLUDE (file_row_number) FROM %s b ANTI JOIN gone g ON "+strings.Join(on, " AND ")+" ORDER BY b.file_row_number")
}
