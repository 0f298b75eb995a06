package snapshot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"planwright"
	"planwright/ledger"
)

// FoldOptions say how events become a snapshot.
type FoldOptions struct {
	AsOf     planwright.Day // planning day, and the last day of events that count; 0: of the newest event
	Progress func(stage string, done, total int64)
}

// FoldReport is what a fold did.
type FoldReport struct {
	Snapshot  SnapshotInfo
	Unchanged bool             // the newest snapshot holds all of it already
	Root      string           // the import that it starts from
	Position  int64            // number of the newest event that was looked at
	Applied   int64            // events that are in the snapshot and not in the import
	Held      int64            // events that the import holds already
	Reversed  int64            // events that did not happen, and what says so
	Later     int64            // events after the planning day
	Waiting   []ledger.Waiting // events that cannot be applied yet, by id
}

// foldCounts are the counts of a fold as meta keeps them.
type foldCounts struct {
	Applied  int64 `json:"applied"`
	Held     int64 `json:"held"`
	Reversed int64 `json:"reversed"`
	Later    int64 `json:"later"`
	Waiting  int64 `json:"waiting"`
}

// Fold makes a snapshot of the newest import and of all events that are not in
// it: the same import and the same events give the same tables, in whatever
// order the events came and however many folds lie in between, because every
// fold starts from the import. Where nothing is new, the newest snapshot stays.
func (w *Workspace) Fold(ctx context.Context, o FoldOptions) (FoldReport, error) {
	draft, err := w.NewSnapshotFile(ctx)
	if err != nil {
		return FoldReport{}, err
	}
	report, err := w.foldInto(ctx, draft, o)
	if err != nil {
		err = errors.Join(err, draft.Discard())
	}
	return report, plainCancel(ctx, err)
}

func (w *Workspace) foldInto(ctx context.Context, draft *Draft, o FoldOptions) (r FoldReport, err error) {
	newest, err := w.GetSnapshot("")
	if err != nil {
		return r, err
	}
	before, err := w.lineage(newest.ID)
	if err != nil {
		return r, err
	}
	if _, err := w.ResolveSnapshot(before.root); err != nil {
		return r, fail(planwright.CodeNoSnapshot, "fold", before.root, "snapshot "+newest.ID+" starts from it, and it was deleted", "import the data again", err)
	}
	root, err := w.lineage(before.root)
	if err != nil {
		return r, err
	}
	f := &folding{w: w, root: root, until: givenDay(o.AsOf)}
	if f.until.Known() && f.until < root.asOf {
		return r, fail(planwright.CodeUsage, "fold", f.until.String(), "the planning day is before that of the import, "+root.asOf.String(), "give a later day", nil)
	}
	last, err := w.eventsUpTo(ctx, nil)
	if err != nil {
		return r, err
	}
	r.Root, r.Position = root.root, last
	until := ""
	if f.until.Known() {
		until = f.until.String()
	}
	if before.fold != "" && before.position == last && before.until == until {
		r.Snapshot, r.Unchanged = newest, true
		r.take(before.fold)
		return r, draft.Discard()
	}
	if f.events, f.skipped, f.position, err = w.eventsSince(ctx, root.all()); err != nil {
		return r, err
	}
	r.Position = f.position
	report, err := w.importInto(ctx, draft, ImportOptions{AsOf: f.until, Progress: o.Progress}, f)
	if f.out != nil {
		r.Applied, r.Held, r.Reversed, r.Later, r.Waiting = f.out.Applied, f.out.Held+f.skipped, f.out.Reversed, f.out.Later, f.out.Waiting
	}
	r.Snapshot, r.Unchanged = report.Snapshot, report.Unchanged
	return r, err
}

// FoldCount is what became of the events of a fold.
type FoldCount struct {
	Root                                    string // the import
	Position                                int64  // number of the newest event that was looked at
	Applied, Held, Reversed, Later, Waiting int64
}

// FoldCounts returns what became of the events of a snapshot; false for one that
// is no fold. id is as in [Workspace.ResolveSnapshot].
func (w *Workspace) FoldCounts(id string) (FoldCount, bool, error) {
	id, err := w.ResolveSnapshot(id)
	if err != nil {
		return FoldCount{}, false, err
	}
	l, err := w.lineage(id)
	if err != nil || l.fold == "" {
		return FoldCount{}, false, err
	}
	var c foldCounts
	if err := json.Unmarshal([]byte(l.fold), &c); err != nil {
		return FoldCount{}, false, fail(planwright.CodeFileFormat, "open snapshot", id, "its note on events cannot be read", "import the data again", err)
	}
	return FoldCount{l.root, l.position, c.Applied, c.Held, c.Reversed, c.Later, c.Waiting}, true, nil
}

// take reads the counts of an earlier fold.
func (r *FoldReport) take(text string) {
	var c foldCounts
	if json.Unmarshal([]byte(text), &c) == nil {
		r.Applied, r.Held, r.Reversed, r.Later = c.Applied, c.Held, c.Reversed, c.Later
	}
}

// eventsSince returns the events that a base may lack; those that its tables
// all hold are counted only.
func (w *Workspace) eventsSince(ctx context.Context, c ledger.Cuts) (list []ledger.Numbered, held, last int64, err error) {
	lacks := func(e *ledger.Numbered) bool {
		for _, x := range []ledger.Cut{c.Stock, c.Demand, c.Supply, c.Reservations, c.Master} {
			if !e.When.Before(x.Moment) {
				return true
			}
		}
		for _, x := range []ledger.Cut{c.History, c.Movements, c.Receipts} {
			if !e.When.Before(x.Moment) || e.Seq > x.Position {
				return true
			}
		}
		return false
	}
	ids, undone := map[string]bool{}, map[string]bool{}
	read := func(keep func(e *ledger.Numbered) bool) (int64, error) {
		return w.eventsUpTo(ctx, func(seq int64, event []byte) error {
			var raw ledger.Raw
			if p := ledger.ReadJSON(event, &raw); p != nil {
				return nil // it was one when it came; a newer version may know it
			}
			e, p := ledger.Parse(&raw)
			if p != nil {
				return nil
			}
			n := ledger.Numbered{Seq: seq, Event: e}
			if !ids[e.ID] && keep(&n) {
				ids[e.ID] = true
				list = append(list, n)
			}
			return nil
		})
	}
	last, err = read(func(e *ledger.Numbered) bool {
		if e.Type == ledger.Reversal {
			undone[e.Of] = true
			return true
		}
		if lacks(e) {
			return true
		}
		held++
		return false
	})
	if err == nil && len(undone) > 0 { // what is taken back must be known, however old
		_, err = read(func(e *ledger.Numbered) bool {
			if undone[e.ID] && e.Seq <= last {
				held--
				return true
			}
			return false
		})
	}
	return list, held, last, err
}

// folding is a fold inside an import.
type folding struct {
	w        *Workspace
	root     lineage
	events   []ledger.Numbered
	skipped  int64
	position int64
	until    planwright.Day
	out      *ledger.Result
}

// readFold offers the tables of the root, changed by the events, to the import, and
// returns the specs that read them.
func (j *job) readFold(ctx context.Context) ([]TableSpec, error) {
	f := j.fold
	inputs, specs, err := j.base(ctx, j.w, f.root.root)
	if err != nil {
		return nil, err
	}
	db, c, err := createDB("", dbOptions{TempDir: filepath.Join(j.dir, "fold")})
	if err != nil {
		return nil, err
	}
	defer func() {
		c.Close()
		_ = db.Close() // in memory
	}()
	p := &patcher{c: c, dir: j.dir, inputs: inputs, specs: specs}
	in, err := p.input(ctx, f)
	if err != nil {
		return nil, internal(ctx, err)
	}
	in.Until = f.until
	if !in.Until.Known() {
		in.Until = planwright.MaxDay
	}
	f.out = ledger.Fold(in, f.events)
	if !f.until.Known() {
		j.o.AsOf = max(f.root.asOf, f.out.Last)
	}
	if err := p.apply(ctx, f.out); err != nil {
		return nil, internal(ctx, err)
	}
	j.inputs, j.mapping = p.inputs, &Mapping{Version: mappingVersion}
	return p.specs, nil
}

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

// foldFindings notes the events that wait with the snapshot, and what the root's
// import had repaired.
func (j *job) foldFindings(ctx context.Context) error {
	f := j.fold
	for i, x := range f.out.Waiting {
		if i < maxExamples {
			if err := j.im.c.Exec(ctx, "INSERT INTO main.findings VALUES (?, 'warn', 'events', 'events', NULL, ?, ?, ?, NULL, ?)", x.Code.String(), textOrNil(x.Item), textOrNil(x.Site), x.ID, "event "+x.ID+" waits: "+x.Problem.Reason); err != nil {
				return err
			}
		}
		if err := j.im.c.Exec(ctx, "INSERT INTO found_counts VALUES (?, 'warn', 'events', 1)", x.Code.String()); err != nil {
			return err
		}
	}
	counts, err := json.Marshal(foldCounts{f.out.Applied, f.out.Held + f.skipped, f.out.Reversed, f.out.Later, int64(len(f.out.Waiting))})
	if err != nil {
		return err
	}
	j.draft.Meta[foldKey], j.draft.Meta[rootKey], j.draft.Meta[positionKey] = string(counts), f.root.root, strconv.FormatInt(f.position, 10)
	if f.until.Known() {
		j.draft.Meta[untilKey] = f.until.String()
	}
	path := j.w.path(snapshotKind, f.root.root)
	if err := j.im.c.Exec(ctx, fmt.Sprintf("ATTACH %s AS root (READ_ONLY)", literal(path))); err != nil {
		return err
	}
	err = j.im.c.Exec(ctx, `INSERT INTO data.repairs SELECT k.sku, r.note FROM root.data.repairs r JOIN root.main.skus o ON o.sku = r.sku JOIN main.skus k ON k.item_id = o.item_id AND k.site_id = o.site_id ORDER BY k.sku, r.note`)
	return errors.Join(err, j.im.c.Exec(ctx, "DETACH root"))
}

func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}
