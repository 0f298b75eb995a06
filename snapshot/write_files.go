package snapshot

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"planwright"
)

// planFiles are the tables that the standalone planning verb writes.
var planFiles = []string{"planned_orders", "pegging", "requirements", "exceptions", "buffers", "capacity", "capacity_moves", "kits", "kit_shortages"}

// WritePlanFiles writes the tables of a plan that MRP makes into a directory,
// one file each, as CSV or Parquet: those named, or planned_orders, pegging,
// requirements, exceptions, buffers and those of capacity and kits. Every file is
// whole or not there.
func WritePlanFiles(ctx context.Context, dir string, f Format, snap *planwright.Snapshot, p *planwright.Plan, names ...string) error {
	if len(names) == 0 {
		names = planFiles
	}
	if f != CSV && f != Parquet {
		return fail(planwright.CodeUsage, "write plan", f.String(), "not a format of plan files", "use csv or parquet", nil)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fail(planwright.CodeFileNotFound, "write plan", dir, "the directory cannot be made", "choose another", err)
	}
	var tables []planTable
	text := newPlanText(snap, p)
	text.files = true
	for _, t := range planTables(text) {
		if slices.Contains(names, t.name) {
			tables = append(tables, t)
		}
	}
	if f == Parquet {
		return writeParquetFiles(ctx, dir, tables)
	}
	for i := range tables {
		t := &tables[i]
		err := replaceFile(filepath.Join(dir, t.name+"."+f.String()), func(to io.Writer) error { return writeCSV(ctx, t, to) })
		if err != nil {
			return err
		}
	}
	return nil
}

// csvRow writes the cells of a row one behind the other.
type csvRow struct{ b []byte }

func (r *csvRow) next(col int) {
	if col > 0 {
		r.b = append(r.b, ',')
	}
}

func (r *csvRow) null(col int) { r.next(col) }
func (r *csvRow) int(col int, x int32) {
	r.next(col)
	if x != planwright.NoInt {
		r.b = strconv.AppendInt(r.b, int64(x), 10)
	}
}
func (r *csvRow) qty(col int, q planwright.Qty) { r.next(col); r.b = q.AppendTo(r.b) }
func (r *csvRow) float(col int, x float64)      { r.next(col); r.b = appendFloat(r.b, x) }
func (r *csvRow) day(col int, d planwright.Day) { r.next(col); r.b = d.AppendTo(r.b) }
func (r *csvRow) bool(col int, b bool)          { r.next(col); r.b = strconv.AppendBool(r.b, b) }
func (r *csvRow) text(col int, s string)        { r.next(col); r.b = appendCSV(r.b, s) }
func (r *csvRow) bytes(col int, b []byte)       { r.next(col); r.b = appendCSV(r.b, string(b)) }
func (r *csvRow) textOrNull(col int, s string) {
	r.next(col)
	if s != "" {
		r.b = appendCSV(r.b, s)
	}
}

// writeCSV writes one table with its header.
func writeCSV(ctx context.Context, t *planTable, to io.Writer) error {
	r := &csvRow{b: make([]byte, 0, 128<<10)}
	for i, c := range t.cols {
		r.text(i, c.name)
	}
	r.b = append(r.b, '\n')
	fill := t.fill()
	for i := range t.rows {
		fill(r, i)
		r.b = append(r.b, '\n')
		if len(r.b) > 64<<10 {
			if err := ctx.Err(); err != nil {
				return err
			}
			if _, err := to.Write(r.b); err != nil {
				return err
			}
			r.b = r.b[:0]
		}
	}
	_, err := to.Write(r.b)
	return err
}

// writeParquetFiles lets DuckDB write the tables.
func writeParquetFiles(ctx context.Context, dir string, tables []planTable) (err error) {
	db, conn, err := createDB("", dbOptions{TempDir: filepath.Join(os.TempDir(), "planwright-"+randomName())})
	if err != nil {
		return err
	}
	defer func() {
		conn.Close()
		err = errors.Join(err, db.Close())
	}()
	for i := range tables {
		t := &tables[i]
		if err := conn.Exec(ctx, t.create()); err != nil {
			return err
		}
		if _, err := writeTable(ctx, db, t, func(int) {}); err != nil {
			return err
		}
		path := filepath.Join(dir, t.name+".parquet")
		temp := filepath.Join(dir, tempPrefix+randomName())
		if err := copyTo(ctx, conn, quote(t.name), temp, Parquet); err != nil {
			_ = os.Remove(temp) // the cause is what matters
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fail(planwright.CodeInternal, "write", path, "", "look at the directory and the space on the disk", err)
		}
		if err := os.Rename(temp, path); err != nil {
			return fail(planwright.CodeInternal, "write", path, "", "look at the directory and its permissions", err)
		}
	}
	return nil
}
