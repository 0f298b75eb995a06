package snapshot

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	_ "modernc.org/sqlite" // reads SQLite files; DuckDB's own reader is not linked in

	"planwright"
)

// tempFile makes the name of a new file in dir.
func tempFile(dir, pattern string) (string, error) {
	f, err := os.CreateTemp(dir, pattern)
	if err != nil {
		return "", copyError(dir, err)
	}
	return f.Name(), f.Close()
}

// arrowInput turns an Arrow file (or stream) into Parquet.
func arrowInput(in input, dir string) (list []input, err error) {
	bad := func(err error) error {
		return wrongFormat(in.path, "not a readable Arrow file", "write it again, or as Parquet", err)
	}
	defer func() { // damaged files make the library panic
		if p := recover(); p != nil {
			list, err = nil, bad(fmt.Errorf("%v", p))
		}
	}()
	f, err := os.Open(in.path)
	if err != nil {
		return nil, bad(err)
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, 6)
	if _, err := io.ReadFull(f, head); err != nil {
		return nil, bad(err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, bad(err)
	}
	var schema *arrow.Schema
	var next func() (arrow.RecordBatch, error)
	if bytes.Equal(head, []byte("ARROW1")) {
		r, err := ipc.NewFileReader(f)
		if err != nil {
			return nil, bad(err)
		}
		defer func() { _ = r.Close() }()
		k := 0
		schema, next = r.Schema(), func() (arrow.RecordBatch, error) {
			if k >= r.NumRecords() {
				return nil, io.EOF
			}
			k++
			return r.RecordBatch(k - 1)
		}
	} else {
		r, err := ipc.NewReader(f)
		if err != nil {
			return nil, bad(err)
		}
		defer r.Release()
		schema, next = r.Schema(), r.Read
	}
	to, err := tempFile(dir, "arrow-*.parquet")
	if err != nil {
		return nil, err
	}
	out, err := os.Create(to)
	if err != nil {
		return nil, copyError(to, err)
	}
	defer func() { _ = out.Close() }()
	w, err := pqarrow.NewFileWriter(schema, out, parquet.NewWriterProperties(), pqarrow.DefaultWriterProps())
	if err != nil {
		return nil, bad(err)
	}
	for {
		rec, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, bad(err)
		}
		if err := w.WriteBuffered(rec); err != nil {
			return nil, bad(err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, bad(err)
	}
	in.path, in.format, in.kind = to, "parquet", "arrow"
	return []input{in}, nil
}

// duckInputs turns the tables of a DuckDB file into Parquet. Its views are left
// alone: they may read other files.
func duckInputs(in input, dir string) (list []input, err error) {
	ctx := context.Background()
	db, err := openDB(in.path, dbOptions{ReadOnly: true})
	if err != nil {
		return nil, wrongFormat(in.path, "not a readable DuckDB file", "close the program that writes it, or export the tables as Parquet", err)
	}
	defer func() { _ = db.Close() }()
	c, err := db.Conn()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	rows, err := c.Query(ctx, "SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL")
	if err != nil {
		return nil, err
	}
	var names [][2]string
	for rows.Next() {
		var s, t string
		if err := rows.Scan(&s, &t); err != nil {
			rows.Close()
			return nil, err
		}
		names = append(names, [2]string{s, t})
	}
	err = rows.Err()
	rows.Close()
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		to, err := tempFile(dir, "duckdb-*.parquet")
		if err != nil {
			return nil, err
		}
		if err := c.Exec(ctx, fmt.Sprintf("COPY (SELECT * FROM %s.%s) TO %s (FORMAT parquet)", quote(n[0]), quote(n[1]), literal(to))); err != nil {
			return nil, wrongFormat(in.path, "table "+n[1]+" cannot be read", "export it as Parquet", err)
		}
		t := in
		t.sheet = n[1]
		if n[0] != "main" {
			t.sheet = n[0] + "." + n[1]
		}
		t.name, t.path, t.format, t.kind = in.name+"#"+t.sheet, to, "parquet", "duckdb"
		list = append(list, t)
	}
	if len(list) == 0 {
		return nil, wrongFormat(in.path, "a database without tables", "check that it is the right file", nil)
	}
	return list, nil
}

// openSQLite opens a file for reading alone.
func openSQLite(path string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	return sql.Open("sqlite", "file:"+(&urlPath{abs}).String()+"?mode=ro&immutable=1&_pragma=trusted_schema(0)")
}

// urlPath escapes a path for a file: address.
type urlPath struct{ path string }

func (u *urlPath) String() string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(u.path)
}

// sqliteTables lists the tables of an SQLite file; a view may never end.
func sqliteTables(path string) ([]string, error) {
	db, err := openSQLite(path)
	if err != nil {
		return nil, wrongFormat(path, "not a readable SQLite file", "check that it is whole", err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.Query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
	if err != nil {
		return nil, wrongFormat(path, "not a readable SQLite file", "check that it is whole", err)
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		names = append(names, n)
	}
	if err := rows.Err(); err != nil {
		return nil, wrongFormat(path, "not a readable SQLite file", "check that it is whole", err)
	}
	if len(names) == 0 {
		return nil, wrongFormat(path, "a database without tables", "check that it is the right file", nil)
	}
	return names, nil
}

func sqliteRows(ctx context.Context, in input, give giveRow) error {
	db, err := openSQLite(in.path)
	if err != nil {
		return wrongFormat(in.path, "not a readable SQLite file", "check that it is whole", err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(ctx, "SELECT * FROM "+quote(in.sheet))
	if err != nil {
		return wrongFormat(in.path, "table "+in.sheet+" cannot be read", "check that the file is whole", err)
	}
	return sqlRows(rows, func(err error) error {
		return wrongFormat(in.path, "table "+in.sheet+" cannot be read", "check that the file is whole", err)
	}, give)
}

// sqlRows gives the rows of a query as texts, the names of its columns first.
func sqlRows(rows *sql.Rows, bad func(error) error, give giveRow) error {
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		return bad(err)
	}
	if err := give(1, names); err != nil {
		return err
	}
	values := make([]any, len(names))
	dst := make([]any, len(names))
	for i := range values {
		dst[i] = &values[i]
	}
	cells := make([]string, len(names))
	for row := 2; rows.Next(); row++ {
		if err := rows.Scan(dst...); err != nil {
			return bad(err)
		}
		for i, v := range values {
			cells[i] = dbText(v)
		}
		if err := give(row, cells); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return bad(err)
	}
	return nil
}

// dbText writes a value of a database as the text that a CSV file would hold.
func dbText(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case []byte:
		return string(x)
	case int64:
		return strconv.FormatInt(x, 10)
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(x)
	case time.Time:
		if x.Hour() == 0 && x.Minute() == 0 && x.Second() == 0 {
			return x.Format("2006-01-02")
		}
		return x.Format("2006-01-02 15:04:05")
	case planwright.Day:
		return x.String()
	}
	return fmt.Sprint(v)
}
