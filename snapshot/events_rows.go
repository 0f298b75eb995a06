package snapshot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"planwright"
	"planwright/ledger"
)

// foldTable is a table of the fold that is being filled: columns with their
// types.
type foldTable struct {
	name string
	cols []foldColumn
}

type foldColumn struct {
	name string
	typ  outType
}

// create makes the table and its writer.
func (t *foldTable) create(ctx context.Context, c *Conn) (*writer, error) {
	var cols []string
	types := make([]outType, len(t.cols))
	for i, x := range t.cols {
		cols = append(cols, quote(x.name)+" "+outNames[x.typ])
		types[i] = x.typ
	}
	if err := c.Exec(ctx, fmt.Sprintf("CREATE TABLE %s (%s)", t.name, strings.Join(cols, ", "))); err != nil {
		return nil, err
	}
	return c.newWriter("main", t.name, types, nil)
}

func (t *foldTable) names(skip int) []string {
	var names []string
	for _, c := range t.cols[skip:] {
		names = append(names, c.name)
	}
	return names
}

// stock writes the layers that changed.
func (p *patcher) stock(ctx context.Context, rows []ledger.StockRow) error {
	changed := foldTable{"stock_changed", []foldColumn{{"row", outBig}, {"qty", outQty}}}
	news := foldTable{"stock_new", []foldColumn{{"item_id", outText}, {"site_id", outText}, {"qty", outQty}, {"lot", outText}, {"received_on", outDate}, {"expires_on", outDate}, {"status", outText}, {"segment", outText}}}
	wc, err := changed.create(ctx, p.c)
	if err != nil {
		return err
	}
	wn, err := news.create(ctx, p.c)
	if err != nil {
		return err
	}
	old, fresh := 0, 0
	for i := range rows {
		r := &rows[i]
		if r.Row >= 0 {
			wc.big(0, r.Row)
			wc.qty(1, r.Qty)
			wc.endRow()
			old++
			continue
		}
		wn.textOrNull(0, r.Item)
		wn.textOrNull(1, r.Site)
		wn.qty(2, r.Qty)
		wn.textOrNull(3, r.Lot)
		wn.day(4, r.ReceivedOn)
		wn.day(5, r.ExpiresOn)
		wn.textOrNull(6, r.Status)
		wn.textOrNull(7, r.Segment)
		wn.endRow()
		fresh++
	}
	if err := errors.Join(wc.finish(), wn.finish()); err != nil {
		return err
	}
	if fresh > 0 {
		if err := p.add(ctx, "stock", news.name, news.names(0)); err != nil {
			return err
		}
	}
	if old == 0 {
		return nil
	}
	return p.rewrite(ctx, "stock", "SELECT b.* EXCLUDE (file_row_number) REPLACE (coalesce(c.qty, b.qty) AS qty) FROM %s b LEFT JOIN stock_changed c ON c.row = b.file_row_number WHERE c.row IS NULL OR c.qty <> 0 ORDER BY b.file_row_number")
}

// changeOrders writes the lines that changed.
func (p *patcher) changeOrders(ctx context.Context, table string, rows []ledger.OrderRow) error {
	t := TableNamed(table)
	types := map[string]outType{"qty": outQty, "due_on": outDate, "ordered_on": outDate, "priority": outInt, "price": outFloat, "firm": outBool, "shipped": outBool}
	changed := foldTable{table + "_changed", []foldColumn{{"row", outBig}}}
	for _, c := range orderColumns {
		if t.Column(c) != nil {
			typ, ok := types[c]
			if !ok {
				typ = outText
			}
			changed.cols = append(changed.cols, foldColumn{c, typ})
		}
	}
	news := foldTable{table + "_new", changed.cols[1:]}
	wc, err := changed.create(ctx, p.c)
	if err != nil {
		return err
	}
	wn, err := news.create(ctx, p.c)
	if err != nil {
		return err
	}
	old, fresh := 0, 0
	for i := range rows {
		r := &rows[i]
		w, at := wn, 0
		if r.Row >= 0 {
			w, at = wc, 1
			w.big(0, r.Row)
			old++
		} else {
			fresh++
		}
		for k, c := range news.cols {
			putOrder(w, at+k, c.name, r)
		}
		w.endRow()
	}
	if err := errors.Join(wc.finish(), wn.finish()); err != nil {
		return err
	}
	if fresh > 0 {
		if err := p.add(ctx, table, news.name, news.names(0)); err != nil {
			return err
		}
	}
	if old == 0 {
		return nil
	}
	var replace []string
	for _, c := range news.names(0) {
		replace = append(replace, fmt.Sprintf("CASE WHEN c.row IS NULL THEN b.%[1]s ELSE c.%[1]s END AS %[1]s", quote(c)))
	}
	return p.rewrite(ctx, table, fmt.Sprintf("SELECT b.* EXCLUDE (file_row_number) REPLACE (%s) FROM %%s b LEFT JOIN %s c ON c.row = b.file_row_number WHERE c.row IS NULL OR c.qty > 0 ORDER BY b.file_row_number", strings.Join(replace, ", "), changed.name))
}

func putOrder(w *writer, i int, column string, r *ledger.OrderRow) {
	flag := func(f ledger.Flag) {
		if f == ledger.NotGiven {
			w.null(i)
			return
		}
		w.bool(i, f == ledger.Yes)
	}
	switch column {
	case "order_id":
		w.textOrNull(i, r.Order)
	case "item_id":
		w.textOrNull(i, r.Item)
	case "site_id":
		w.textOrNull(i, r.Site)
	case "kind":
		w.textOrNull(i, r.Kind)
	case "qty":
		w.qty(i, r.Qty)
	case "due_on":
		w.day(i, r.DueOn)
	case "ordered_on":
		w.day(i, r.OrderedOn)
	case "priority":
		w.int(i, r.Priority)
	case "customer_id":
		w.textOrNull(i, r.Customer)
	case "supplier_id":
		w.textOrNull(i, r.Supplier)
	case "from_site_id":
		w.textOrNull(i, r.FromSite)
	case "segment":
		w.textOrNull(i, r.Segment)
	case "price":
		w.float(i, r.Price)
	case "firm":
		flag(r.Firm)
	case "shipped":
		flag(r.Shipped)
	}
}

// histories writes past demand, ledger entries and finished receipts.
func (p *patcher) histories(ctx context.Context, r *ledger.Result) error {
	fill := func(table string, n int, cols []foldColumn, put func(w *writer, i int)) error {
		if n == 0 {
			return nil
		}
		t := foldTable{table + "_new", cols}
		w, err := t.create(ctx, p.c)
		if err != nil {
			return err
		}
		for i := range n {
			put(w, i)
			w.endRow()
		}
		if err := w.finish(); err != nil {
			return err
		}
		return p.add(ctx, table, t.name, t.names(0))
	}
	err := fill("demand_history", len(r.History), []foldColumn{{"item_id", outText}, {"site_id", outText}, {"on", outDate}, {"qty", outQty}, {"kind", outText}, {"customer_id", outText}, {"price", outFloat}}, func(w *writer, i int) {
		h := &r.History[i]
		w.textOrNull(0, h.Item)
		w.textOrNull(1, h.Site)
		w.day(2, h.On)
		w.qty(3, h.Qty)
		w.textOrNull(4, h.Kind)
		w.textOrNull(5, h.Customer)
		w.float(6, h.Price)
	})
	if err != nil {
		return err
	}
	err = fill("movements", len(r.Movements), []foldColumn{{"item_id", outText}, {"site_id", outText}, {"on", outDate}, {"qty", outQty}, {"kind", outText}, {"lot", outText}, {"document", outText}}, func(w *writer, i int) {
		m := &r.Movements[i]
		w.textOrNull(0, m.Item)
		w.textOrNull(1, m.Site)
		w.day(2, m.On)
		w.qty(3, m.Qty)
		w.textOrNull(4, m.Kind)
		w.textOrNull(5, m.Lot)
		w.textOrNull(6, m.Document)
	})
	if err != nil {
		return err
	}
	return fill("receipts", len(r.Receipts), []foldColumn{{"order_id", outText}, {"supplier_id", outText}, {"item_id", outText}, {"site_id", outText}, {"ordered_on", outDate}, {"promised_on", outDate}, {"received_on", outDate},
		{"qty_ordered", outQty}, {"qty_received", outQty}, {"qty_rejected", outQty}}, func(w *writer, i int) {
		x := &r.Receipts[i]
		for k, s := range []string{x.Order, x.Supplier, x.Item, x.Site} {
			w.textOrNull(k, s)
		}
		for k, d := range []planwright.Day{x.OrderedOn, x.PromisedOn, x.On} {
			w.day(4+k, d)
		}
		for k, q := range []planwright.Qty{x.Ordered, x.Received, x.Rejected} {
			w.qty(7+k, q)
		}
	})
}
