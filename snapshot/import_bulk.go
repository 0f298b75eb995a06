package snapshot

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// The rows of a huge table are staged as numbers. Writing texts is what costs
// most of an import: a code of a few bytes takes as long as four numbers. One
// query types the rows and numbers their pairs of item and site on the way:
//
//	n_k  the rows in their order: pair, and the columns that are not the same in every row
//	p_k  the pairs and their codes
//	t_k  a view that shows both as a staged table
//
// Rules of the huge tables depend on item, site and day alone. They are asked
// of the pairs, and of rows only where a pair breaks one or a day is too late.

// bulkRows is from how many rows on a huge table is staged so.
var bulkRows int64 = 1 << 18

// chooseBulk says which tables are staged as numbers: those of many rows that
// no spec groups or joins, that nothing of a snapshot before meets, and of which no row
// says that another one is gone.
func (j *job) chooseBulk(ctx context.Context, st *stager, specs []TableSpec) error {
	st.bulk = map[string]bool{}
	if j.report.Base != "" || j.fold != nil || j.o.Tombstone {
		return nil
	}
	rows, fit := map[string]int64{}, map[string]bool{}
	for k := range specs {
		s := &specs[k]
		t := TableNamed(s.Table)
		if !huge[s.Table] || t == nil {
			continue
		}
		if _, seen := fit[s.Table]; !seen {
			fit[s.Table] = true
		}
		if len(s.Join) > 0 || len(s.GroupBy) > 0 || s.expr("item_id") == "" || s.expr("on") == "" ||
			slices.ContainsFunc(s.Columns, func(c ColumnSpec) bool { return t.Column(c.Name) == nil && isDeletionMark(c.Name) }) {
			fit[s.Table] = false
			continue
		}
		i, err := findInput(st.inputs, s.From)
		if err != nil {
			return err
		}
		src, err := st.source(ctx, i)
		if err != nil {
			return err
		}
		rows[s.Table] += src.rows
	}
	for t := range fit {
		st.bulk[t] = fit[t] && rows[t] >= bulkRows
	}
	return nil
}

// runBulk makes n_k, p_k and t_k of the typed rows of a spec. It returns false
// where the table has too many codes for that.
func (st *stager) runBulk(ctx context.Context, s *staged, t *typing, typed string) (bool, error) {
	function := fmt.Sprintf("__pair_%d", s.k)
	book := newPairBook()
	forget, err := st.c.pairFunction(ctx, function, book)
	if err != nil {
		return false, err
	}
	defer forget()
	s.same = map[string]string{}
	var held, shown []string
	if s.hasRow {
		held, shown = append(held, "__row"), append(shown, "n.__row")
	} else if s.src.in.format == "parquet" {
		shown = append(shown, "n.rowid + 1 AS __row")
	} else {
		shown = append(shown, "n.rowid + 2 AS __row") // the header is row 1
	}
	held, shown = append(held, function+"(item_id, site_id) AS __pair"), append(shown, "n.__pair")
	for i, c := range s.columns() {
		name := quote(c.Name)
		col := s.table.Column(c.Name)
		switch {
		case c.Name == "item_id" || c.Name == "site_id":
			shown = append(shown, "p."+name)
		case t.fixed[i]:
			shown = append(shown, t.values[i])
			s.same[c.Name] = strings.TrimSuffix(t.values[i], " AS "+name)
		case col != nil && col.Type == Enum:
			held = append(held, fmt.Sprintf("TRY_CAST(%s AS %s) AS %s", name, enumSQL(col), name))
			shown = append(shown, fmt.Sprintf("CAST(n.%s AS VARCHAR) AS %s", name, name))
		default:
			held, shown = append(held, name), append(shown, "n."+name)
		}
	}
	held = append(held, "__err", "__bad")
	shown = append(shown, "n.__err", "n.__bad")
	warn := "CAST(0 AS BIGINT)"
	if len(t.notices) > 0 {
		held, warn = append(held, "__warn"), "n.__warn"
	}
	shown = append(shown, warn+" AS __warn")
	err = st.c.Exec(ctx, fmt.Sprintf("CREATE TABLE n_%d AS SELECT %s FROM (%s)", s.k, strings.Join(held, ", "), typed))
	if err != nil {
		if book.full && ctx.Err() == nil { // a table of codes that hardly repeat
			return false, st.noBulk(ctx, s)
		}
		return false, err
	}
	if err := st.c.writePairs(ctx, fmt.Sprintf("p_%d", s.k), book); err != nil {
		return false, err
	}
	err = st.c.Exec(ctx, fmt.Sprintf("CREATE VIEW %[1]s AS SELECT %[2]s FROM n_%[3]d n JOIN p_%[3]d p ON p.__pair = n.__pair", s.name(), strings.Join(shown, ", "), s.k))
	if err != nil {
		return false, err
	}
	s.bulk = book
	st.inBulk = append(st.inBulk, s)
	if _, err := st.c.Scan(ctx, fmt.Sprintf("SELECT count(*), CAST(coalesce(bit_or(%s), 0) AS BIGINT), coalesce(max(%s), 0) FROM n_%d n", warn, s.numberSQL(), s.k), nil, &s.rows, &s.warn, &s.lastRow); err != nil {
		return false, err
	}
	s.kept = s.rows + s.src.notObject
	if s.spec.simple() {
		return true, st.sameCount(ctx, s.src, fmt.Sprintf("n_%d", s.k))
	}
	return true, nil
}

// noBulk goes back to rows with texts for the table of a spec that has too many
// codes.
func (st *stager) noBulk(ctx context.Context, full *staged) error {
	st.bulk[full.table.Name] = false
	if err := st.c.Exec(ctx, fmt.Sprintf("DROP TABLE IF EXISTS n_%d", full.k)); err != nil {
		return err
	}
	for _, s := range st.inBulk {
		if s.table != full.table || s.bulk == nil {
			continue
		}
		err := st.c.Exec(ctx, fmt.Sprintf("CREATE TABLE texts AS SELECT * EXCLUDE (__pair) FROM %[1]s ORDER BY __row; DROP VIEW %[1]s; ALTER TABLE texts RENAME TO %[1]s; DROP TABLE n_%[2]d; DROP TABLE p_%[2]d", s.name(), s.k))
		if err != nil {
			return err
		}
		s.bulk, s.hasRow = nil, true
	}
	return nil
}

// enumSQL is the type of the values of a column.
func enumSQL(c *Column) string {
	values := make([]string, len(c.Values))
	for i, v := range c.Values {
		values[i] = literal(v)
	}
	return "ENUM (" + strings.Join(values, ", ") + ")"
}

// writePairs makes a table of the pairs of a book.
func (c *Conn) writePairs(ctx context.Context, name string, b *pairBook) error {
	if err := c.Exec(ctx, "CREATE TABLE "+name+" (__pair INTEGER, item_id VARCHAR, site_id VARCHAR, n BIGINT)"); err != nil {
		return err
	}
	w, err := c.newWriter("main", name, []outType{outInt, outText, outText, outBig}, nil)
	if err != nil {
		return err
	}
	defer w.discard()
	code := func(col int, b *codeBook, n int32) {
		if n == noCode {
			w.null(col)
			return
		}
		w.text(col, b.texts[n])
	}
	for i, p := range b.pairs {
		w.int(0, int32(i))
		code(1, &b.items, p.item)
		code(2, &b.sites, p.site)
		w.big(3, b.count[i].Load())
		w.endRow()
	}
	return w.finish()
}

// bulk says whether a table is staged as numbers.
func (im *importer) bulk(t *Table) bool {
	return len(im.byTable[t.Name]) > 0 && im.byTable[t.Name][0].bulk != nil
}

// sound is the condition on rows n of n_k that nothing is wrong with so far.
func (im *importer) sound(s *staged) string {
	if !im.spoiled[s.k] {
		return "true"
	}
	return fmt.Sprintf("n.__err IS NULL AND NOT EXISTS (SELECT 1 FROM bad b WHERE b.src = %d AND b.row = %s)", s.k, s.numberSQL())
}

// numberSQL is the number of row n of n_k in its file.
func (s *staged) numberSQL() string {
	switch {
	case s.hasRow:
		return "n.__row"
	case s.src.in.format == "parquet":
		return "n.rowid + 1"
	}
	return "n.rowid + 2"
}

// viewPairs makes pairs_<table> of a table that is staged as numbers: the pairs
// that have rows with nothing wrong so far. It follows table bad.
func (im *importer) viewPairs(ctx context.Context, t *Table) error {
	if !im.bulk(t) {
		return nil
	}
	site := im.viewColumn(t, t.Column("site_id"))
	var parts []string
	for _, s := range im.byTable[t.Name] {
		part := fmt.Sprintf("SELECT %d AS __src, t.__pair, t.item_id, %s FROM stg.p_%d t", s.k, site, s.k)
		if im.spoiled[s.k] {
			part += fmt.Sprintf(" WHERE t.__pair IN (SELECT n.__pair FROM stg.n_%d n WHERE %s)", s.k, im.sound(s))
		}
		parts = append(parts, part)
	}
	return im.c.Exec(ctx, "CREATE OR REPLACE TEMP TABLE pairs_"+t.Name+" AS "+strings.Join(parts, " UNION ALL "))
}

// keysOf is a relation with the pairs of item and site of a table.
func (im *importer) keysOf(t *Table) string {
	if im.bulk(t) {
		return "pairs_" + t.Name
	}
	return "v_" + t.Name
}

// daysOf are queries of the days d of a table and the number n of their rows.
func (im *importer) daysOf(t *Table, column string) []string {
	col := quote(column)
	if !im.bulk(t) {
		return []string{fmt.Sprintf("SELECT %s AS d, count(*) AS n FROM v_%s WHERE %s IS NOT NULL GROUP BY d", col, t.Name, col)}
	}
	var parts []string
	for _, s := range im.byTable[t.Name] {
		parts = append(parts, fmt.Sprintf("SELECT n.%s AS d, count(*) AS n FROM stg.n_%d n WHERE %s GROUP BY d", col, s.k, im.sound(s)))
	}
	return parts
}

// suspects is a relation of the rows that may break a rule: those of pairs that
// break one on any day, and those after the planning day. It is "" where there
// are none.
func (im *importer) suspects(ctx context.Context, t *Table, joins, broken string) (string, error) {
	err := im.c.Exec(ctx, fmt.Sprintf(`CREATE OR REPLACE TEMP TABLE broken AS SELECT DISTINCT __src, __pair FROM (SELECT *, CAST(NULL AS DATE) AS "on" FROM pairs_%s) t%s WHERE %s`, t.Name, joins, broken))
	if err != nil {
		return "", err
	}
	var pairs int64
	if _, err := im.c.Scan(ctx, "SELECT count(*) FROM broken", nil, &pairs); err != nil {
		return "", err
	}
	late := false
	for _, s := range im.byTable[t.Name] {
		some, err := im.c.Scan(ctx, fmt.Sprintf(`SELECT 1 FROM stg.n_%d n WHERE n."on" > DATE '%s' LIMIT 1`, s.k, im.asOf), nil)
		if err != nil {
			return "", err
		}
		late = late || some
	}
	if pairs == 0 && !late {
		return "", nil
	}
	return fmt.Sprintf(`(SELECT * FROM v_%s v WHERE v."on" > DATE '%s' OR EXISTS (SELECT 1 FROM broken b WHERE b.__src = v.__src AND b.__pair = v.__pair))`, t.Name, im.asOf), nil
}
