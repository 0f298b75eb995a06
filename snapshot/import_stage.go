package snapshot

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"planwright"
	"planwright/tabular"
)

// source is an input as DuckDB sees it.
type source struct {
	in      input
	text    *textFile // csv, jsonl, xlsx; nil for parquet
	columns []string
	types   []string
	from    string // SQL of its rows
	hasRow  bool   // the rows carry __row

	rows   int64 // blank ones, titles and totals left out
	blank  int64
	titles int64
	totals int64
	bad    int64
	first  []badRecord

	turned  *Unpivot    // columns that became rows
	shown   []string    // the columns of the file before that
	leveled []levelRow  // of an indented bill, by row
	filled  *filledDown // cells that stand above alone

	json      string // table of the lines, for JSON lines
	notObject int64  // lines that are no JSON object; not in bad
}

// staged is what came of one spec: typed rows in a table of the staging
// database.
type staged struct {
	k        int
	spec     TableSpec
	table    *Table
	src      *source
	problems []problem // of __err, in t_k
	ungroup  []problem // of err, in b_k: rows that a grouped spec set aside before grouping
	notices  []notice
	extras   []string
	hasRow   bool  // has __row; else rowid tells it
	grouped  bool  // has __n, the number of rows that it stands for
	kept     int64 // rows of the file that it stands for
	rows     int64 // its own rows
	flagged  int64 // of a grouped spec: rows set aside before grouping
	warn     int64 // the notices that occur
	replaced int64 // rows of the snapshot before that new ones replace

	bulk    *pairBook         // of the rows in n_k; t_k is a view then
	same    map[string]string // SQL of the columns that n_k lacks: the same in every row
	lastRow int64             // the greatest number of a row in n_k
}

func (s *staged) name() string { return fmt.Sprintf("t_%d", s.k) }

// stager reads files into a staging database of its own, in which the
// expressions of a mapping run without access to anything but the files.
type stager struct {
	c       *Conn
	bulk    map[string]bool // huge tables that are staged as numbers: see runBulk
	inBulk  []*staged       // specs that are
	dir     string          // for copies and the database
	inputs  []input
	mapping *Mapping
	given   FileOptions // of all files, where the mapping says nothing
	asOf    planwright.Day
	today   planwright.Day // where no day of planning is given
	sources map[int]*source
	expr    *exprCompiler
	note    func(stage string, done, total int64)
}

// openStage opens the staging database in dir and closes it off: from here on
// DuckDB may read the inputs and what is in dir, nothing else.
func openStage(ctx context.Context, dir string, inputs []input, m *Mapping) (*DB, *stager, error) {
	db, err := openDB(filepath.Join(dir, "stage.duckdb"), dbOptions{Threads: threadsFor(inputs), Memory: importMemory(), TempDir: filepath.Join(dir, "spill")})
	if err != nil {
		return nil, nil, err
	}
	c, err := db.Conn()
	if err != nil {
		_ = db.Close()
		return nil, nil, err
	}
	var paths []string
	for i := range inputs {
		if p := literal(inputs[i].path); !slices.Contains(paths, p) {
			paths = append(paths, p)
		}
	}
	st := &stager{c: c, expr: &exprCompiler{c: c}, dir: dir, inputs: inputs, mapping: m, asOf: planwright.NoDay, today: planwright.NoDay, sources: map[int]*source{}, note: func(string, int64, int64) {}}
	err = c.Exec(ctx, fmt.Sprintf("SET allowed_paths = [%s]; SET allowed_directories = [%s]; SET enable_external_access = false; SET TimeZone = 'UTC'; SET force_compression = 'uncompressed';"+followed,
		strings.Join(paths, ", "), literal(dir)))
	if err == nil {
		err = c.Exec(ctx, "SET lock_configuration = true;"+stagingMacros)
	}
	if err != nil {
		c.Close()
		_ = db.Close()
		return nil, nil, err
	}
	return db, st, nil
}

// smallImport is the size of all inputs, in bytes, below which one thread does an
// import: DuckDB cuts tables into pieces of 122,880 rows, and more threads than
// pieces wait for one another.
const smallImport = 1 << 20

// threadsFor is how many threads work on inputs; 0: those of the machine.
func threadsFor(inputs []input) int {
	var size int64
	for i := range inputs {
		size += fileSize(inputs[i].path)
	}
	if size < smallImport {
		return 1
	}
	return 0
}

// options are what the mapping or the caller says about a file.
func (st *stager) options(in *input) FileOptions {
	o := st.given
	if in.kind == "query" {
		return FileOptions{Delimiter: ",", Encoding: tabular.UTF8, Header: 1} // written here
	}
	if st.mapping == nil {
		return o
	}
	for _, name := range []string{in.name, in.fileName(), filepath.Base(in.fileName())} {
		m, ok := st.mapping.Files[name]
		if !ok {
			continue
		}
		if m.Delimiter != "" {
			o.Delimiter = m.Delimiter
		}
		if m.Encoding != "" {
			o.Encoding = m.Encoding
		}
		if m.Header != 0 {
			o.Header = m.Header
		}
		o.Unpivot, o.Levels, o.FillDown = m.Unpivot, m.Levels, m.FillDown
		break
	}
	return o
}

// source opens an input once.
func (st *stager) source(ctx context.Context, i int) (*source, error) {
	if s := st.sources[i]; s != nil {
		return s, nil
	}
	in := st.inputs[i]
	s := &source{in: in}
	o := st.options(&in)
	copyTo := filepath.Join(st.dir, fmt.Sprintf("copy_%d.txt", i))
	var err error
	switch {
	case in.format == "parquet":
		err = st.parquet(ctx, s)
	case in.grid():
		err = st.grid(ctx, s, o, copyTo)
	case in.format == "jsonl" || in.format == "json":
		s.text = &textFile{path: in.path, gz: in.gz}
		if err = s.text.sniff(o, false); err == nil && in.format == "json" {
			lines := copyTo + "l"
			if err = jsonArray(s.text, lines); err == nil {
				s.text = &textFile{path: lines, encoding: tabular.UTF8}
			}
		}
		if err == nil {
			if err = s.text.scan(ctx, o, copyTo, st.reading(in.name)); err == nil {
				err = st.lines(ctx, s, i)
			}
		}
	default:
		s.text = &textFile{path: in.path, gz: in.gz}
		if err = s.text.sniff(o, true); err == nil {
			if err = s.text.scan(ctx, o, copyTo, st.reading(in.name)); err == nil {
				s.fromText()
			}
		}
	}
	if err == nil && len(o.FillDown) > 0 && ownNames(s.columns) < 0 { // rows that were set aside have it
		err = st.fillDown(ctx, i, s, o.FillDown)
	}
	if err == nil && o.Unpivot != nil {
		err = st.unpivot(ctx, i, s, o.Unpivot)
	}
	if err == nil && o.Levels != nil {
		err = st.levels(ctx, i, s, o.Levels)
	}
	if err != nil {
		return nil, err
	}
	st.sources[i] = s
	return s, nil
}

func (st *stager) reading(name string) func(done, total int64) {
	return func(done, total int64) { st.note("read "+name, done, total) }
}

// fromText makes the source of a scanned text file.
func (s *source) fromText() {
	f := s.text
	s.columns, s.types = f.columns, make([]string, len(f.columns))
	for i := range s.types {
		s.types[i] = "VARCHAR"
	}
	s.rows, s.blank, s.bad, s.first = f.rows, f.blank, f.bad, f.first
	s.titles, s.totals = f.titleRows, f.totalRows
	s.hasRow = f.clean != ""
	if s.hasRow {
		s.from = readCSV(f.clean, append([]string{"__row"}, f.columns...), f.delim, f.quote, false, false)
	} else {
		s.from = readCSV(f.path, f.columns, f.delim, f.quote, true, f.crlf)
	}
}

// readCSV is DuckDB's reader with nothing left to guess.
func readCSV(path string, columns []string, delim, q byte, header, crlf bool) string {
	var b strings.Builder
	for i, c := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		t := "VARCHAR"
		if c == "__row" {
			t = "BIGINT"
		}
		fmt.Fprintf(&b, "%s: '%s'", literal(c), t)
	}
	quoting := ", quote = '', escape = ''"
	if q != 0 {
		quoting = `, quote = '"', escape = '"'`
	}
	sep := literal(string(delim))
	if delim < ' ' {
		sep = fmt.Sprintf("chr(%d)", delim)
	}
	nl := `\n`
	if crlf {
		nl = `\r\n`
	}
	return fmt.Sprintf("read_csv(%s, auto_detect = false, header = %t, delim = %s%s, new_line = '%s', max_line_size = %d, columns = {%s})",
		literal(path), header, sep, quoting, nl, 2*maxRecord+64, b.String())
}

// parquet makes the source of a Parquet file.
func (st *stager) parquet(ctx context.Context, s *source) error {
	rel := fmt.Sprintf("read_parquet(%s)", literal(s.in.path))
	if err := st.describe(ctx, s, "SELECT * FROM "+rel); err != nil {
		return fail(planwright.CodeFileFormat, "import", s.in.path, "not a readable Parquet file", "check how it was written", err)
	}
	if _, err := st.c.Scan(ctx, "SELECT count(*) FROM "+rel, nil, &s.rows); err != nil {
		return fail(planwright.CodeFileFormat, "import", s.in.path, "not a readable Parquet file", "check how it was written", err)
	}
	s.from = rel
	return nil
}

// parquetRows are the rows of a Parquet file with their numbers, from 1.
func (s *source) parquetRows() string {
	return fmt.Sprintf("(SELECT file_row_number + 1 AS __row, * EXCLUDE (file_row_number) FROM read_parquet(%s, file_row_number = true))", literal(s.in.path))
}

// describe reads the names and types of a query's columns.
func (st *stager) describe(ctx context.Context, s *source, query string) error {
	names, types, err := describe(ctx, st.c, query)
	s.columns, s.types = names, types
	return err
}

func describe(ctx context.Context, c *Conn, query string) (names, types []string, err error) {
	rows, err := c.Query(ctx, "SELECT column_name, column_type FROM (DESCRIBE "+query+")")
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n, t string
		if err := rows.Scan(&n, &t); err != nil {
			return nil, nil, err
		}
		names, types = append(names, n), append(types, t)
	}
	return names, types, rows.Err()
}

// lines makes the source of scanned JSON lines: a column for every key of the
// first level.
func (st *stager) lines(ctx context.Context, s *source, i int) error {
	f := s.text
	raw := fmt.Sprintf("json_%d", i)
	from := readCSV(f.clean, []string{"__row", "__line"}, cleanDelim, 0, false, false)
	err := st.c.Exec(ctx, fmt.Sprintf("CREATE TABLE %s AS SELECT __row, __line, CASE WHEN json_valid(__line) THEN json_type(__line) = 'OBJECT' ELSE false END AS ok FROM %s", raw, from))
	if err != nil {
		return err
	}
	rows, err := st.c.Query(ctx, "SELECT DISTINCT unnest(json_keys(__line)) AS k FROM "+raw+" WHERE ok ORDER BY k")
	if err != nil {
		return err
	}
	defer rows.Close()
	var keys []string
	for rows.Next() {
		var k string
		if err := rows.Scan(&k); err != nil {
			return err
		}
		keys = append(keys, k)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if len(keys) == 0 || len(keys) > maxColumns {
		return fail(planwright.CodeFileFormat, "import", s.in.path, fmt.Sprintf("%d different keys in its lines", len(keys)), "want one JSON object a line", nil)
	}
	s.columns = uniqueTitles(keys)
	f.columns, f.keys = s.columns, keys
	var cols []string
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	for j, k := range keys {
		s.types = append(s.types, "VARCHAR")
		cols = append(cols, fmt.Sprintf("json_extract_string(__line, %s) AS %s", literal("/"+escape.Replace(k)), quote(s.columns[j])))
	}
	s.from = fmt.Sprintf("(SELECT __row, %s FROM %s WHERE ok)", strings.Join(cols, ", "), raw)
	s.hasRow = true
	s.rows, s.blank, s.bad, s.first = f.rows, f.blank, f.bad, f.first
	s.json = raw
	_, err = st.c.Scan(ctx, "SELECT count(*) FROM "+raw+" WHERE NOT ok", nil, &s.notObject)
	return err
}

// numbered makes sure that the rows of a source carry their number.
func (st *stager) numbered(ctx context.Context, i int, s *source) error {
	if s.hasRow {
		return nil
	}
	if s.in.format == "parquet" {
		s.from, s.hasRow = s.parquetRows(), true
		return nil
	}
	raw := fmt.Sprintf("raw_%d", i)
	if err := st.c.Exec(ctx, "CREATE TABLE "+raw+" AS SELECT * FROM "+s.from); err != nil {
		return err
	}
	if err := st.sameCount(ctx, s, raw); err != nil {
		return err
	}
	s.from, s.hasRow = "(SELECT rowid + 2 AS __row, * FROM "+raw+")", true
	return nil
}

// sameCount compares what DuckDB read with what our own reader counted.
func (st *stager) sameCount(ctx context.Context, s *source, table string) error {
	var n int64
	if _, err := st.c.Scan(ctx, "SELECT count(*) FROM "+table, nil, &n); err != nil {
		return err
	}
	if want := s.rows - s.bad - s.notObject; n != want {
		return fail(planwright.CodeInternal, "import", s.in.path, fmt.Sprintf("two readers count %d and %d rows", n, want), "save the file as UTF-8 CSV with plain quotes", nil)
	}
	return nil
}

// stage runs one spec.
func (st *stager) stage(ctx context.Context, k int, spec TableSpec) (*staged, error) {
	i, err := findInput(st.inputs, spec.From)
	if err != nil {
		return nil, err
	}
	src, err := st.source(ctx, i)
	if err != nil {
		return nil, err
	}
	if src.in.kind == "snapshot" { // rows are taken out of it later: they keep their numbers
		if err := st.numbered(ctx, i, src); err != nil {
			return nil, internal(ctx, err)
		}
	}
	s := &staged{k: k, spec: spec, table: TableNamed(spec.Table), src: src, grouped: len(spec.GroupBy) > 0}
	stop := st.c.noteRows(st.note, "stage "+spec.Table, src.rows)
	err = st.run(ctx, i, s)
	stop()
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		var e *planwright.Error
		if err = SystemFault(err); errors.As(err, &e) {
			return nil, err
		}
		return nil, fail(planwright.CodeMapping, "import", spec.From, "table "+spec.Table, "correct the mapping (see docs/mapping.md)", err)
	}
	return s, nil
}
