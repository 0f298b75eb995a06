package snapshot

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"planwright"
)

// answerText reads an answer whole, as lines of CSV.
func answerText(w *Workspace, q QueryRequest) (string, error) {
	a, err := w.Answer(context.Background(), q)
	if err != nil {
		return "", err
	}
	defer a.Close()
	var b strings.Builder
	for {
		batch, err := a.Next()
		if err != nil || batch == nil {
			return b.String(), err
		}
		for r := range int(batch.NumRows()) {
			for c := range int(batch.NumCols()) {
				if c > 0 {
					b.WriteByte(',')
				}
				if batch.Column(c).IsValid(r) {
					b.WriteString(batch.Column(c).ValueStr(r))
				}
			}
			b.WriteByte('\n')
		}
	}
}

// TestAnswer: types go through the process and Arrow unharmed, parameters are
// bound, lists and structs come as text.
func TestAnswer(t *testing.T) {
	w, _, _ := planned(t)
	day := planwright.Date(2026, 7, 10)
	for _, c := range []struct {
		sql  string
		args []any
		want string
	}{
		{sql: "SELECT item_id, unit_cost FROM snap.items ORDER BY 1 LIMIT 2", want: "BIKE,300\nFRAME,100\n"},
		{sql: "SELECT order_id FROM plan.bi_planned_orders WHERE due_on >= ? AND qty > ? AND kind = ? AND firm = ? AND cost < ?", args: []any{day, 15 * planwright.One, "purchase", false, 1e9}, want: "P:FRAME@EAST:20260710:1\n"},
		{sql: "SELECT $1 + 1, $2", args: []any{int64(41), nil}, want: "42,\n"},
		{sql: "SELECT [?, 2] AS l, {'a': 1} AS s", args: []any{int64(7)}, want: "[7, 2],{'a': 1}\n"},
		{sql: "SELECT 1::TINYINT, 2::SMALLINT, 3, 4::BIGINT, 5::UTINYINT, 6::USMALLINT, 7::UINTEGER, 8::UBIGINT, 9::HUGEINT, 10::UHUGEINT, true, 1.5::FLOAT, 'x'::ENUM('y', 'x'), NULL", want: "1,2,3,4,5,6,7,8,9,10,true,1.5,x,\n"},
		{sql: "SELECT 12345678901234567890123::DECIMAL(38,4), -1.5::DECIMAL(4,2), 0.05::DECIMAL(9,3), -7::DECIMAL(18,6), DATE '2026-01-02', TIMESTAMP '2026-01-02 03:04:05.5'", want: "12345678901234567890123,-1.5,0.05,-7,2026-01-02,2026-01-02T03:04:05.5\n"},
		{sql: "SELECT * FROM range(0)", want: ""},
		{sql: "SELECT sum(a), count(a), count(*), sum(CASE WHEN b THEN 1 END), sum(length(c)) FROM (SELECT CASE WHEN i % 7 <> 0 THEN i END AS a, i % 3 = 0 AS b, repeat('é', (i % 40)::INT) AS c FROM range(100000) t(i))", want: "4285685715,85714,100000,33334,1950000\n"},
		{sql: "DESCRIBE plan.kpis", want: "name,VARCHAR,YES,,,\nvalue,DOUBLE,YES,,,\n"},
	} {
		if got, err := answerText(w, QueryRequest{SQL: c.sql, Args: c.args}); err != nil || got != c.want {
			t.Errorf("%s = %q, %v; want %q", c.sql, got, err, c.want)
		}
	}
	// Batches: as many rows as there are, the same as row by row.
	a, err := w.Answer(context.Background(), QueryRequest{SQL: "SELECT CASE WHEN i % 5 > 0 THEN i END AS i, (i % 2 = 0) AS b, CASE WHEN i % 3 > 0 THEN i::VARCHAR END AS s FROM range(100003) t(i) WHERE i % 11 <> 4"})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	next := 0
	for {
		batch, err := a.Next()
		if err != nil {
			t.Fatal(err)
		}
		if batch == nil {
			break
		}
		for r := range int(batch.NumRows()) {
			if next%11 == 4 {
				next++
			}
			i, s := batch.Column(0), batch.Column(2)
			if i.IsValid(r) != (next%5 > 0) || i.IsValid(r) && i.ValueStr(r) != planwright.Qty(int64(next)*1_000_000).String() ||
				(batch.Column(1).ValueStr(r) == "true") != (next%2 == 0) || s.IsValid(r) != (next%3 > 0) || s.IsValid(r) && s.ValueStr(r) != planwright.Qty(int64(next)*1_000_000).String() {
				t.Fatalf("row %d is %s, %s, %s", next, i.ValueStr(r), batch.Column(1).ValueStr(r), s.ValueStr(r))
			}
			next++
		}
	}
	if next != 100003 {
		t.Errorf("the rows end at %d, want 100003", next)
	}
	// Batches are small, since one is held for each client: also where a chunk of DuckDB's is not.
	many := strings.Repeat("i, ", 200)
	large, err := w.Answer(context.Background(), QueryRequest{SQL: "SELECT " + many + "repeat('x', 100) AS s FROM range(5000) t(i)"})
	if err != nil {
		t.Fatal(err)
	}
	defer large.Close()
	for next = 0; ; {
		batch, err := large.Next()
		if err != nil {
			t.Fatal(err)
		}
		if batch == nil {
			break
		}
		if n := BatchBytes(batch); n > 2*answerBytes {
			t.Errorf("a batch of %d rows has %d bytes", batch.NumRows(), n)
		}
		if first := batch.Column(0).ValueStr(0); first != strconv.Itoa(next) || batch.Column(200).ValueStr(int(batch.NumRows())-1) != strings.Repeat("x", 100) {
			t.Errorf("row %d begins with %s", next, first)
		}
		next += int(batch.NumRows())
	}
	if next != 5000 {
		t.Errorf("the wide rows end at %d, want 5000", next)
	}
	schema, params, err := w.Describe(context.Background(), QueryRequest{SQL: "SELECT order_id, qty FROM plan.bi_planned_orders WHERE due_on >= ? AND qty > ?"})
	if err != nil || schema.NumFields() != 2 || schema.Field(1).Type.String() != "decimal(18, 6)" || len(params) != 2 || params[0] != "DATE" {
		t.Errorf("Describe = %v, %v, %v", schema, params, err)
	}
}

// escapes are SELECTs that try to do more than read the two files, and what is
// no SELECT.
var escapes = []string{
	// What DEPENDENCIES of DuckDB's sandbox lists: it lets these through by itself.
	"PRAGMA enable_profiling", "CALL enable_logging()", "CREATE TEMP TABLE t AS SELECT 1", "SET VARIABLE a = 1", "PREPARE p AS SELECT 1", "EXPLAIN ANALYZE SELECT 1",
	"SELECT 1; SELECT 2", "CREATE TEMP TABLE t (a INT); SELECT 1", "SET threads = 1; SELECT 1",
	// Table functions with effects, or that run, read or point at something.
	"SELECT * FROM enable_logging()", "FROM disable_logging()", "FROM truncate_duckdb_logs()", "FROM enable_profiling()", "FROM checkpoint()", "FROM force_checkpoint()", "FROM checkpoint('plan')",
	"FROM query('SELECT 42')", "FROM query_table('snap.main.items')", "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
	"FROM read_csv('/etc/passwd')", "FROM read_text('/etc/passwd')", "FROM read_blob('/etc/passwd')", "FROM read_parquet('x.parquet')", "FROM read_json('/etc/passwd')", "FROM read_duckdb('x.duckdb')",
	"FROM glob('/*')", "FROM sniff_csv('/etc/passwd')", "FROM parquet_metadata('x')", "FROM parquet_schema('x')", "FROM parquet_kv_metadata('x')", "FROM '/etc/passwd'", "FROM 'x.parquet'", `FROM "x.csv"`, "FROM 'https://example.com/x.csv'", "FROM 's3://bucket/x.parquet'",
	"FROM arrow_scan(0::POINTER, 0::POINTER, 0::POINTER)", "FROM seq_scan()", "FROM duckdb_secrets()", "FROM which_secret('x', 's3')", "FROM duckdb_logs()", "FROM duckdb_temporary_files()", "FROM duckdb_memory()",
	"FROM duckdb_extensions()", "FROM duckdb_settings()", "FROM duckdb_databases()", "FROM duckdb_databases", "FROM duckdb_settings", "FROM pragma_database_list", "FROM pg_catalog.pg_settings", "FROM system.main.duckdb_databases", "FROM system.main.glob('*')",
	`FROM "READ_TEXT"('/etc/passwd')`, `FROM "Duckdb_Databases"()`, "FROM pragma_storage_info('plan.kpis')", "FROM pragma_database_size()", "FROM sql_auto_complete('S')",
	// The same, hidden.
	"SELECT (SELECT path FROM duckdb_databases() LIMIT 1)", "WITH a AS (FROM duckdb_databases()) FROM a", "SELECT 1 WHERE EXISTS (FROM enable_logging())", "SELECT 1 UNION ALL SELECT 1 FROM checkpoint()",
	"SELECT * FROM plan.kpis, LATERAL (FROM glob('*'))", "SELECT * FROM plan.kpis JOIN read_text('/etc/passwd') ON true", "SELECT list_transform([1], x -> (SELECT count(*) FROM glob('*')))", "SELECT 1 ORDER BY (SELECT 1 FROM duckdb_settings())",
	"SELECT 1 LIMIT (SELECT count(*) FROM glob('*'))", "WITH RECURSIVE a AS (SELECT 1 UNION ALL SELECT 1 FROM enable_logging()) FROM a", "PIVOT (FROM duckdb_databases()) ON path IN ('a') USING count(*)", "DESCRIBE FROM duckdb_databases()", "SUMMARIZE FROM duckdb_settings()",
	"SELECT count(*) OVER (PARTITION BY (SELECT 1 FROM glob('*')))", "VALUES ((SELECT 1 FROM checkpoint()))", "SELECT CASE WHEN true THEN (SELECT 1 FROM glob('*')) END", "SELECT COLUMNS(lambda c: c = (SELECT any_value(path) FROM duckdb_databases())) FROM plan.kpis",
	// Scalar functions with effects, or that tell of the server.
	"SELECT write_log('x')", "SELECT sleep_ms(10)", "SELECT current_setting('temp_directory')", "SELECT getenv('HOME')", "SELECT getvariable('x')", "SELECT nextval('s')", "SELECT system.main.write_log('x')", "SELECT 'x'.write_log()",
	"SELECT json_serialize_plan('FROM glob(''*'')')", "SELECT __internal_decompress_string(1::UTINYINT)", "SELECT list_transform(['a'], x -> write_log(x))",
	"COPY (SELECT 1) TO '/dev/stdout'", "SELECT 1 INTO OUTFILE 'x'", "INSTALL httpfs", "LOAD '/tmp/x.so'", "ATTACH ':memory:' AS y", "USE memory", "EXPORT DATABASE 'x'", "IMPORT DATABASE 'x'", "CREATE SECRET (TYPE s3)", "CREATE MACRO f(x) AS x", "COMMENT ON TABLE plan.kpis IS 'x'",
	"SELECT 1\x00; DROP TABLE plan.kpis", "/* a */ INSERT INTO plan.kpis SELECT * FROM plan.kpis RETURNING *", "WITH a AS (SELECT 1) INSERT INTO plan.kpis FROM a", "MERGE INTO plan.kpis USING plan.kpis ON true WHEN MATCHED THEN DELETE",
}

// TestEscapes: all of them are refused, in the process and in one of their own,
// and nothing in the workspace changes.
func TestEscapes(t *testing.T) {
	w, _, _ := planned(t)
	before := listing(t, w.Dir())
	for i, sql := range escapes {
		if got, err := answerTextIn(w, sql); codeOf(err) != planwright.CodeQueryRefused {
			t.Errorf("%s = %q, %v; want a refusal", sql, got, err)
		}
		if testing.Short() && i%8 != 0 {
			continue
		}
		if got, err := answerText(w, QueryRequest{SQL: sql}); codeOf(err) != planwright.CodeQueryRefused {
			t.Errorf("in its own process: %s = %q, %v; want a refusal", sql, got, err)
		}
	}
	if after := listing(t, w.Dir()); after != before {
		t.Errorf("the workspace was\n%s\nand is\n%s", before, after)
	}
	if _, err := w.VerifyPlan(context.Background(), ""); err != nil {
		t.Errorf("after the queries: %v", err)
	}
}

// answerTextIn runs a query in this process.
func answerTextIn(w *Workspace, sql string) (string, error) {
	rows, err := w.Query(context.Background(), QueryRequest{SQL: sql, Timeout: 5 * time.Second, MaxRows: 10_000})
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var b []byte
	for rows.Next() {
		for i := range rows.Columns {
			b = AppendValue(b, rows.Value(i))
		}
		b = append(b, '\n')
	}
	return string(b), rows.Err()
}

// listing is every file of a directory with its size and time.
func listing(t testing.TB, dir string) string {
	t.Helper()
	var lines []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			lines = append(lines, path+" "+info.ModTime().String()+" "+planwright.Qty(info.Size()).String())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// TestAnswerLimits: what takes too much ends with QUERY_LIMIT, soon, and the next
// query works. DuckDB by itself would give the first ones all the memory of the
// machine and could not be interrupted.
func TestAnswerLimits(t *testing.T) {
	w, _, _ := planned(t)
	if runtime.GOOS != "linux" {
		t.Skip("the system's limit on the memory of a process is tried on Linux")
	}
	type limit struct {
		sql string
		q   QueryRequest
	}
	cases := []limit{
		{sql: "SELECT length(repeat('x', 4000000000))", q: QueryRequest{Memory: 64 << 20, Timeout: 5 * time.Second}},
		{sql: "SELECT len(range(2000000000))", q: QueryRequest{Memory: 64 << 20, Timeout: 5 * time.Second}},
		{sql: "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = -1", q: QueryRequest{Timeout: 200 * time.Millisecond}},
		{sql: "SELECT list(hash(range)) FROM range(100000000)", q: QueryRequest{Memory: 64 << 20}},
		{sql: "SELECT * FROM range(11)", q: QueryRequest{MaxRows: 10}},
		{sql: "WITH RECURSIVE a AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM a) SELECT count(*) FROM a", q: QueryRequest{Timeout: 300 * time.Millisecond}},
	}
	if !testing.Short() {
		cases = append(cases,
			limit{sql: "SELECT sum(length(repeat('x', 100000000 + range::INT))) FROM range(2048)", q: QueryRequest{Memory: 64 << 20, Timeout: 5 * time.Second}},
			limit{sql: "SELECT length(s) FROM (SELECT s||s||s||s||s||s||s||s AS s FROM (SELECT s||s||s||s||s||s||s||s AS s FROM (SELECT repeat('x', 100000000) AS s)))", q: QueryRequest{Memory: 64 << 20, Timeout: 5 * time.Second}},
			limit{sql: "SELECT length(printf('%2000000000d', 1))", q: QueryRequest{Memory: 64 << 20, Timeout: 2 * time.Second}},
		)
	}
	for _, c := range cases {
		c.q.SQL = c.sql
		start := time.Now()
		if got, err := answerText(w, c.q); codeOf(err) != planwright.CodeQueryLimit {
			t.Errorf("%s = %.50q, %v; want QUERY_LIMIT", c.sql, got, err)
		}
		if d := time.Since(start); d > 2*time.Minute {
			t.Errorf("%s took %v", c.sql, d)
		}
	}
	// Deep and wide statements that strain parser and planner.
	for _, sql := range []string{"SELECT " + strings.Repeat("(", 20000) + "1" + strings.Repeat(")", 20000), "SELECT " + strings.Repeat("-", 1) + strings.Repeat("(-", 5000) + "1" + strings.Repeat(")", 5000), "SELECT 1 FROM " + strings.TrimSuffix(strings.Repeat("plan.kpis,", 300), ","),
		"SELECT " + strings.Repeat("1+", 20000) + "1", "SELECT " + strings.TrimSuffix(strings.Repeat("CASE WHEN random() > 2 THEN 1 ELSE ", 2000), " ") + " 0" + strings.Repeat(" END", 2000)} {
		_, err := answerText(w, QueryRequest{SQL: sql, Timeout: 2 * time.Second})
		if code := codeOf(err); err != nil && code != planwright.CodeQueryLimit && code != planwright.CodeQueryRefused {
			t.Errorf("%.60s…: %v", sql, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, cancel)
	if a, err := w.Answer(ctx, QueryRequest{SQL: "SELECT sum(a.range) FROM range(1000000) a, range(1000000) b"}); !errors.Is(err, context.Canceled) {
		if err == nil {
			_, err = a.Next()
			a.Close()
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled query: %v", err)
		}
	}
	if got, err := answerText(w, QueryRequest{SQL: "SELECT 1"}); err != nil || got != "1\n" {
		t.Errorf("the next query = %q, %v", got, err)
	}
}

// FuzzQuery: whatever is asked is answered, refused or ended by a limit, and the
// workspace stays as it is.
func FuzzQuery(f *testing.F) {
	w, _, _ := planned(f)
	for i, s := range slices.Concat(escapes, disguises) {
		if i%6 == 0 {
			f.Add(s)
		}
	}
	for _, s := range []string{"SELECT 1", "FROM plan.bi_stock", "SELECT * FROM snap.items WHERE item_id = 'A' ORDER BY 1", "WITH a AS (SELECT 1) FROM a", "SELECT [1, 2], {'a': 1}", "SELECT '\xff'"} {
		f.Add(s)
	}
	before := listing(f, w.Dir())
	f.Fuzz(func(t *testing.T, sql string) {
		got, err := answerText(w, QueryRequest{SQL: sql, Timeout: time.Second, Memory: 64 << 20, MaxRows: 1000})
		if code := codeOf(err); err != nil && code != planwright.CodeQueryRefused && code != planwright.CodeQueryLimit {
			t.Errorf("%q = %q, %v", sql, got, err)
		}
		if strings.Contains(got, w.Dir()) {
			t.Errorf("%q tells where the files are: %q", sql, got)
		}
		if after := listing(t, w.Dir()); after != before {
			t.Errorf("%q changed the workspace:\n%s", sql, after)
		}
	})
}
