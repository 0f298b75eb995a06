package snapshot

import (
	"context"
	"fmt"
	"strings"
)

// TableDiff is how a table of two snapshots differs.
type TableDiff struct {
	Table    string
	Added    int64
	Removed  int64
	Changed  int64 // rows of one key with other values; 0 for tables without a key
	Examples []RowDiff
}

// RowDiff is one difference: a row that came or went, or a cell that changed.
type RowDiff struct {
	Key    string // the values of the key, joined by a blank
	Change string // added, removed, changed
	Column string // of a changed cell
	Before string
	After  string
}

// diffExamples is how many differences of each kind and table are told.
const diffExamples = 10

// DiffSnapshots compares two snapshots table by table: by key where a table has
// one, else as sets of rows. Tables without a difference are left out. Ids are
// as in [Workspace.ResolveSnapshot].
func (w *Workspace) DiffSnapshots(ctx context.Context, before, after string) (diffs []TableDiff, err error) {
	a, err := w.ResolveSnapshot(before)
	if err != nil {
		return nil, err
	}
	b, err := w.ResolveSnapshot(after)
	if err != nil {
		return nil, err
	}
	var paths [2]string
	for i, id := range []string{a, b} {
		if paths[i], err = w.file(ctx, snapshotKind, id); err != nil {
			return nil, err
		}
	}
	db, c, err := createDB("", dbOptions{TempDir: w.spillDir()})
	if err != nil {
		return nil, err
	}
	defer func() {
		c.Close()
		_ = db.Close() // in memory
	}()
	if err := c.Exec(ctx, fmt.Sprintf("ATTACH %s AS a (READ_ONLY); ATTACH %s AS b (READ_ONLY)", literal(paths[0]), literal(paths[1]))); err != nil {
		return nil, damaged(ctx, b, err)
	}
	if a == b {
		return nil, nil
	}
	for i := range Tables {
		d, err := diffTable(ctx, c, &Tables[i])
		if err != nil {
			return nil, internal(ctx, err)
		}
		if d.Added+d.Removed+d.Changed > 0 {
			diffs = append(diffs, d)
		}
	}
	return diffs, nil
}

// diffColumns are the columns that both snapshots have, but for where a row
// came from.
func diffColumns(ctx context.Context, c *Conn, t *Table) ([]string, error) {
	rows, err := c.Query(ctx, fmt.Sprintf(`SELECT x.column_name FROM (DESCRIBE a.main.%[1]s) x JOIN (DESCRIBE b.main.%[1]s) y USING (column_name)
		WHERE x.column_name NOT IN ('item', 'site', 'supplier', 'sku', '%[2]s')`, t.Name, sourceColumn))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	have := map[string]bool{}
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		have[n] = true
	}
	var cols []string
	for _, col := range t.Columns {
		if have[col.Name] {
			cols = append(cols, col.Name)
			delete(have, col.Name)
		}
	}
	for _, n := range sortedKeys(have) {
		if extraName(n) {
			cols = append(cols, n)
		}
	}
	return cols, rows.Err()
}

func diffTable(ctx context.Context, c *Conn, t *Table) (TableDiff, error) {
	d := TableDiff{Table: t.Name}
	cols, err := diffColumns(ctx, c, t)
	if err != nil {
		return d, err
	}
	quoted := make([]string, len(cols))
	for i, n := range cols {
		quoted[i] = quote(n)
	}
	list := strings.Join(quoted, ", ")
	key := t.Key
	sets := func(from, to string) string {
		return fmt.Sprintf("(SELECT %s FROM %s.main.%s EXCEPT ALL SELECT %s FROM %s.main.%s)", list, from, t.Name, list, to, t.Name)
	}
	if len(key) == 0 {
		for _, x := range []struct {
			from, to, change string
			n                *int64
		}{{"b", "a", "added", &d.Added}, {"a", "b", "removed", &d.Removed}} {
			if _, err := c.Scan(ctx, "SELECT count(*) FROM "+sets(x.from, x.to), nil, x.n); err != nil {
				return d, err
			}
			if *x.n == 0 {
				continue
			}
			if err := d.examples(ctx, c, x.change, fmt.Sprintf("SELECT concat_ws(' ', %s), '', '', '' FROM %s ORDER BY ALL LIMIT %d", list, sets(x.from, x.to), diffExamples)); err != nil {
				return d, err
			}
		}
		return d, nil
	}
	var on, keys, differ []string
	for _, k := range key {
		on = append(on, fmt.Sprintf("x.%[1]s = y.%[1]s", quote(k)))
		keys = append(keys, fmt.Sprintf("coalesce(x.%[1]s, y.%[1]s)", quote(k)))
	}
	for _, n := range cols {
		differ = append(differ, fmt.Sprintf("x.%[1]s IS DISTINCT FROM y.%[1]s", quote(n)))
	}
	first := quote(key[0])
	join := fmt.Sprintf("FROM a.main.%[1]s x FULL JOIN b.main.%[1]s y ON %[2]s", t.Name, strings.Join(on, " AND "))
	both := fmt.Sprintf("x.%[1]s IS NOT NULL AND y.%[1]s IS NOT NULL", first)
	if _, err := c.Scan(ctx, fmt.Sprintf("SELECT count(*) FILTER (x.%[1]s IS NULL), count(*) FILTER (y.%[1]s IS NULL), count(*) FILTER (%[2]s AND (%[3]s)) %[4]s", first, both, strings.Join(differ, " OR "), join), nil, &d.Added, &d.Removed, &d.Changed); err != nil {
		return d, err
	}
	name := "concat_ws(' ', " + strings.Join(keys, ", ") + ") AS k"
	if d.Added > 0 {
		if err := d.examples(ctx, c, "added", fmt.Sprintf("SELECT %s, '', '', '' %s WHERE x.%s IS NULL ORDER BY k LIMIT %d", name, join, first, diffExamples)); err != nil {
			return d, err
		}
	}
	if d.Removed > 0 {
		if err := d.examples(ctx, c, "removed", fmt.Sprintf("SELECT %s, '', '', '' %s WHERE y.%s IS NULL ORDER BY k LIMIT %d", name, join, first, diffExamples)); err != nil {
			return d, err
		}
	}
	if d.Changed > 0 {
		var parts []string
		for _, n := range cols {
			parts = append(parts, fmt.Sprintf("SELECT %s, %s, coalesce(CAST(x.%[3]s AS VARCHAR), ''), coalesce(CAST(y.%[3]s AS VARCHAR), '') %[4]s WHERE %[5]s AND x.%[3]s IS DISTINCT FROM y.%[3]s", name, literal(n), quote(n), join, both))
		}
		if err := d.examples(ctx, c, "changed", "SELECT * FROM ("+strings.Join(parts, " UNION ALL ")+fmt.Sprintf(") ORDER BY ALL LIMIT %d", diffExamples)); err != nil {
			return d, err
		}
	}
	return d, nil
}

func (d *TableDiff) examples(ctx context.Context, c *Conn, change, query string) error {
	rows, err := c.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r := RowDiff{Change: change}
		if err := rows.Scan(&r.Key, &r.Column, &r.Before, &r.After); err != nil {
			return err
		}
		d.Examples = append(d.Examples, r)
	}
	return rows.Err()
}
