package snapshot

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strings"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"
	"golang.org/x/sync/errgroup"

	"planwright"
)

// tableDigest is the SHA-256 of the content of one table: of every column, in
// storage order, its name, its type, its values and where it is NULL. It does
// not depend on how the values are cut into chunks or laid out in the file.
type tableDigest struct {
	name string
	cols []columnDigest
	rows int64
}

// columnDigest takes a column's values as they lie in memory (little endian;
// texts with their length before them) and, apart, the runs of NULL.
type columnDigest struct {
	name, typ string
	width     int // bytes a value; 0: text
	values    hash.Hash
	nulls     hash.Hash
	buf       []byte
	at        int64 // rows seen
	nullFrom  int64 // start of the run of NULL that is open, -1 for none
}

func newTableDigest(name string, columns []ColumnInfo) (*tableDigest, error) {
	t := &tableDigest{name: name, cols: make([]columnDigest, len(columns))}
	for i, c := range columns {
		w, ok := widthOf(c)
		if !ok {
			return nil, fail(planwright.CodeFileFormat, "digest", name+"."+c.Name, "a column of type "+c.Type, "", nil)
		}
		t.cols[i] = columnDigest{name: c.Name, typ: c.Type, width: w, values: sha256.New(), nulls: sha256.New(), nullFrom: -1}
	}
	return t, nil
}

// widthOf returns the size of a value in memory, 0 for text.
func widthOf(c ColumnInfo) (int, bool) {
	id := c.id
	if id == mapping.TypeDecimal || id == mapping.TypeEnum {
		id = c.inner
	}
	switch id {
	case mapping.TypeBoolean, mapping.TypeTinyInt, mapping.TypeUTinyInt:
		return 1, true
	case mapping.TypeSmallInt, mapping.TypeUSmallInt:
		return 2, true
	case mapping.TypeInteger, mapping.TypeUInteger, mapping.TypeDate, mapping.TypeFloat:
		return 4, true
	case mapping.TypeBigInt, mapping.TypeUBigInt, mapping.TypeDouble, mapping.TypeTimestamp, mapping.TypeTimestampTZ:
		return 8, true
	case mapping.TypeHugeInt, mapping.TypeUHugeInt:
		return 16, true
	case mapping.TypeVarchar:
		return 0, true
	}
	return 0, false
}

// column adds the next rows of column i.
func (t *tableDigest) column(i int, v *vec) {
	c := &t.cols[i]
	full := v.allValid()
	if !full {
		for r := 0; r < v.n; r++ {
			if ok := v.ok(r); ok && c.nullFrom >= 0 {
				c.endNulls(c.at + int64(r))
			} else if !ok && c.nullFrom < 0 {
				c.nullFrom = c.at + int64(r)
			}
		}
	} else if c.nullFrom >= 0 && v.n > 0 {
		c.endNulls(c.at)
	}
	c.at += int64(v.n)
	if c.width == 0 {
		c.texts(v, full)
		return
	}
	b := unsafe.Slice((*byte)(v.data), v.n*c.width)
	if !full { // what lies in the cell of a NULL is nobody's value
		for r := 0; r < v.n; r++ {
			if !v.ok(r) {
				clear(b[r*c.width : (r+1)*c.width])
			}
		}
	}
	c.values.Write(b)
}

func (c *columnDigest) endNulls(end int64) {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], uint64(c.nullFrom))
	binary.LittleEndian.PutUint64(b[8:], uint64(end))
	c.nulls.Write(b[:])
	c.nullFrom = -1
}

func (c *columnDigest) texts(v *vec, full bool) {
	b := c.buf[:0]
	for r := 0; r < v.n; r++ {
		if !full && !v.ok(r) {
			continue
		}
		s := v.str(r)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
		if len(b) > 64<<10 {
			c.values.Write(b)
			b = b[:0]
		}
	}
	c.values.Write(b)
	c.buf = b
}

// sum returns the digest of the table, in hex.
func (t *tableDigest) sum() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %d\n", t.name, t.rows)
	for i := range t.cols {
		c := &t.cols[i]
		if c.nullFrom >= 0 {
			c.endNulls(c.at)
		}
		fmt.Fprintf(h, "%q %q %x %x\n", c.name, c.typ, c.values.Sum(nil), c.nulls.Sum(nil))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// sourceColumn tells where a row came from (file and row). It is kept and
// shown, and is no part of the content: the same facts from another file are
// the same facts.
const sourceColumn = "src"

// apart is from how many rows on the columns of a table are read by two
// connections: hashing takes as long as reading.
var apart int64 = 1 << 20

// digestTable reads a table and returns its digest and number of rows.
func digestTable(ctx context.Context, c *Conn, schema, table string) (string, int64, error) {
	cols, err := c.describe(ctx, schema, table)
	if err != nil {
		return "", 0, err
	}
	cols = slices.DeleteFunc(cols, func(p physical) bool { return p.Name == sourceColumn })
	var n int64
	if _, err := c.Scan(ctx, "SELECT count(*) FROM "+quote(schema)+"."+quote(table), nil, &n); err != nil {
		return "", 0, err
	}
	if n < apart || len(cols) < 2 {
		t, err := digestColumns(ctx, c, schema, table, cols)
		if err != nil {
			return "", 0, err
		}
		return t.sum(), t.rows, nil
	}
	// Every second column each: texts, which take longest, mostly stand together.
	var half [2][]physical
	for i := range cols {
		half[i%2] = append(half[i%2], cols[i])
	}
	other, err := c.db.Conn()
	if err != nil {
		return "", 0, err
	}
	defer other.Close()
	var part [2]*tableDigest
	g, gctx := errgroup.WithContext(ctx)
	for i, conn := range []*Conn{c, other} {
		g.Go(func() (err error) {
			part[i], err = digestColumns(gctx, conn, schema, table, half[i])
			return err
		})
	}
	if err := g.Wait(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return "", 0, err
	}
	t := &tableDigest{name: schema + "." + table, rows: part[0].rows}
	for i := range cols {
		t.cols = append(t.cols, part[i%2].cols[i/2])
	}
	return t.sum(), t.rows, nil
}

// digestColumns reads columns of a table into a digest.
func digestColumns(ctx context.Context, c *Conn, schema, table string, cols []physical) (*tableDigest, error) {
	quoted := make([]string, len(cols))
	for i, col := range cols {
		quoted[i] = quote(col.Name)
	}
	s, err := c.stream(ctx, "SELECT "+strings.Join(quoted, ", ")+" FROM "+quote(schema)+"."+quote(table))
	if err != nil {
		return nil, err
	}
	defer s.Close()
	t, err := newTableDigest(schema+"."+table, s.columns)
	if err != nil {
		return nil, err
	}
	for {
		more, err := s.next()
		if err != nil || !more {
			return t, err
		}
		for i := range t.cols {
			v := s.chunk.col(i)
			t.column(i, &v)
		}
		t.rows += int64(s.chunk.n)
	}
}

// contentDigest returns the digest of what a file holds: of its identity (lines
// of key and value) and of its tables with their digests, in the given order.
func contentDigest(identity [][2]string, tables []tableSum) string {
	h := sha256.New()
	for _, kv := range identity {
		fmt.Fprintf(h, "%q %q\n", kv[0], kv[1])
	}
	for _, t := range tables {
		fmt.Fprintf(h, "%q %s\n", t.name, t.sum)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// tableSum is the digest of one table.
type tableSum struct {
	name string
	sum  string
	rows int64
}

// describe returns the columns of a table or view in their order. Preparing a
// query tells them; DuckDB's catalogue functions list the whole catalogue.
func (c *Conn) describe(ctx context.Context, schema, table string) ([]physical, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var p mapping.PreparedStatement
	defer mapping.DestroyPrepare(&p)
	if mapping.Prepare(c.c, "FROM "+quote(schema)+"."+quote(table), &p) == mapping.StateError {
		return nil, sqlError(ctx, mapping.PrepareError(p), mapping.ErrorTypeInvalid)
	}
	cols := make([]physical, mapping.PreparedStatementColumnCount(p))
	for i := range cols {
		lt := mapping.PreparedStatementColumnLogicalType(p, mapping.IdxT(i))
		cols[i] = physical{mapping.PreparedStatementColumnName(p, mapping.IdxT(i)), typeInfo(lt).Type}
		mapping.DestroyLogicalType(&lt)
	}
	return cols, nil
}

// baseTables returns the tables (not the views) of a database by schema and
// name, in byte order.
func (c *Conn) baseTables(ctx context.Context) ([][2]string, error) {
	rows, err := c.Query(ctx, `SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT internal ORDER BY 1, 2`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var tables [][2]string
	for rows.Next() {
		var t [2]string
		if err := rows.Scan(&t[0], &t[1]); err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return tables, rows.Err()
}

// quote writes an identifier of SQL.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal writes a text of SQL.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
