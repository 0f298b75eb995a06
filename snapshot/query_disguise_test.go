package snapshot

import (
	"context"
	"testing"

	"planwright"
)

// disguises are more escapes: a function that tells of the server at every place of a
// SELECT, sources by name, statements of DuckDB that look like one.
var disguises = []string{
	// Names in disguise, and clauses that a walk over the statement could forget.
	"SELECT getenv/**/('HOME')", `SELECT "GetEnv"('HOME')`, "SELECT main.getenv('HOME')", "SELECT 'HOME'.getenv()", "SELECT list_transform(['HOME'], getenv)", "SELECT apply(['HOME'], lambda x: getenv(x))", "SELECT list_reduce(['HOME', 'x'], (a, b) -> getenv(a))",
	"SELECT * REPLACE (getenv('HOME') AS name) FROM plan.kpis", "SELECT * EXCLUDE (value), getenv('HOME') FROM plan.kpis", "SELECT 1 ORDER BY getenv('HOME')", "SELECT count(*) FILTER (WHERE getenv('HOME') = '') FROM plan.kpis", "SELECT 1 AS a FROM plan.kpis QUALIFY getenv('HOME') = row_number() OVER ()::VARCHAR",
	"SELECT sum(value) OVER (ORDER BY getenv('HOME')) FROM plan.kpis", "SELECT sum(value) OVER w FROM plan.kpis WINDOW w AS (PARTITION BY getenv('HOME'))", "SELECT 1 LIMIT length(getenv('HOME'))", "SELECT 1 GROUP BY getenv('HOME')", "SELECT count(*) FROM plan.kpis GROUP BY ROLLUP (getenv('HOME'))", "SELECT count(*) FROM plan.kpis HAVING getenv('HOME') <> ''",
	"SELECT DISTINCT ON (getenv('HOME')) 1 FROM plan.kpis", "VALUES (getenv('HOME'))", "SELECT {'a': getenv('HOME')}", "SELECT [getenv('HOME')]", "SELECT MAP {getenv('HOME'): 1}", "SELECT (getenv('HOME'))[1:2]", "SELECT getenv('HOME')::BLOB", "SELECT CASE getenv('HOME') WHEN 'x' THEN 1 END", "SELECT 1 WHERE 1 IN (SELECT length(getenv('HOME')))",
	"SELECT 1 WHERE getenv('HOME') BETWEEN 'a' AND 'b'", "SELECT coalesce(NULL, getenv('HOME'))", "SELECT try(getenv('HOME'))", "SELECT string_agg(name, getenv('HOME')) FROM plan.kpis", "SELECT string_agg(name ORDER BY getenv('HOME')) FROM plan.kpis", "SELECT a.x FROM (SELECT getenv('HOME') AS x) a", "WITH a AS MATERIALIZED (SELECT getenv('HOME') AS x) FROM a",
	"SELECT * FROM plan.kpis JOIN plan.kpi_groups ON getenv('HOME') = key", "SELECT * FROM plan.kpis a ASOF JOIN plan.kpis b ON a.name = getenv('HOME') AND a.value >= b.value", "FROM plan.kpis SELECT getenv('HOME')", "FROM plan.kpis TABLESAMPLE reservoir(length(getenv('HOME')) ROWS)", "FROM range(length(getenv('HOME')))", "FROM unnest([getenv('HOME')])", "SELECT unnest([getenv('HOME')])",
	"SELECT COLUMNS(*)::VARCHAR || getenv('HOME') FROM plan.kpis", "SELECT [getenv(x) FOR x IN ['HOME']]", "SELECT [x FOR x IN ['a'] IF getenv('HOME') = x]", "UNPIVOT (SELECT getenv('HOME') AS a) ON a", "PIVOT plan.kpis ON name IN ('x') USING sum(length(getenv('HOME')))", "SELECT 1 UNION BY NAME SELECT getenv('HOME') AS x", "SELECT 1 EXCEPT (SELECT length(getenv('HOME')))", "TABLE duckdb_databases",
	"WITH RECURSIVE a(x) AS (SELECT 1 UNION ALL SELECT x + length(getenv('HOME')) FROM a WHERE x < 2) FROM a", "SELECT ANY_VALUE(x ORDER BY getenv('HOME')) FROM range(2) t(x)", "SELECT * FROM (VALUES (1)) t(x) WHERE x = ANY (SELECT length(getenv('HOME')))", "SUMMARIZE SELECT getenv('HOME')", "DESCRIBE SELECT getenv('HOME')",
	// Sources by name: files, addresses, databases of the process, catalogues of others.
	"FROM plan.'x.csv'", `FROM plan."/etc/passwd.csv"`, `FROM snap.main."x.parquet"`, "FROM 'file:///etc/passwd'", "FROM 'hf://datasets/x/y.parquet'", "FROM 'x.csv.gz'", "FROM 'x.json'", "FROM 'x.duckdb'", "FROM ['a.csv', 'b.csv']", "SELECT * FROM plan.kpis POSITIONAL JOIN 'x.csv'", "SELECT * FROM plan.kpis, '/etc/passwd'", "FROM read_csv_auto('/etc/passwd')", "FROM read_csv(['/etc/passwd'])",
	"FROM read_csv('/dev/stdin')", "FROM read_json_auto('x')", "FROM read_json_objects('/etc/passwd')", "FROM read_ndjson('/etc/passwd')", "FROM parquet_scan('x')", "FROM parquet_file_metadata('x')", "FROM parquet_bloom_probe('x', 'y', 1)", "FROM sqlite_scan('x', 'y')", "FROM postgres_query('x', 'y')", "FROM read_xlsx('x.xlsx')", "FROM st_read('x')", "FROM delta_scan('x')", "FROM iceberg_scan('x')",
	"FROM temp.information_schema.x", "FROM memory.x", "FROM main.sqlite_master.x", "FROM duckdb_logs_parsed('x')", "FROM duckdb_external_file_cache()", "FROM duckdb_variables()", "FROM duckdb_prepared_statements()", "FROM duckdb_optimizers()", "FROM pragma_user_agent()", "FROM pragma_platform()", "FROM pragma_metadata_info()", "FROM summary((FROM plan.kpis))", "FROM test_all_types()", "FROM test_vector_types(NULL::INT)", "FROM pandas_scan(0)", "FROM python_map_function()", "FROM index_scan()", "FROM dummy_scan()", "FROM column_data_scan()",
	// Statements that DuckDB's parser takes beside SELECT.
	"SHOW ALL TABLES; SELECT 1", "FORCE CHECKPOINT plan", "ROLLBACK", "START TRANSACTION READ WRITE", "DEALLOCATE p", "ALTER TABLE plan.kpis ADD COLUMN x INT", "ALTER DATABASE plan SET ALIAS TO x", "CREATE OR REPLACE VIEW plan.kpis AS SELECT 1", "CREATE SCHEMA x", "CREATE SEQUENCE s", "CREATE TYPE t AS ENUM ('a')", "CREATE INDEX i ON plan.kpis (name)", "CREATE TABLE plan.x AS FROM plan.kpis", "TRUNCATE plan.kpis", "UPDATE EXTENSIONS", "DROP SECRET x",
	"INSERT OR REPLACE INTO plan.kpis VALUES ('x', 1)", "COPY plan.kpis FROM '/etc/passwd'", "COPY FROM DATABASE plan TO snap", "WITH a AS (DELETE FROM plan.kpis RETURNING *) FROM a", "WITH a AS (COPY plan.kpis TO 'x') FROM a", "EXPLAIN (FORMAT json) SELECT 1", "EXECUTE p(1)", "ANALYZE", "SET SESSION search_path = 'x'", "SET GLOBAL threads = 9", "PRAGMA table_info('plan.kpis'); SELECT 1", "CALL pragma_version(); SELECT 1", "PIVOT plan.kpis ON name; SELECT 1", "BEGIN; SELECT 1; COMMIT",
}

// TestDisguises: one sandbox refuses all of them, and works on.
func TestDisguises(t *testing.T) {
	w, _, _ := planned(t)
	before := listing(t, w.Dir())
	box, err := w.sandbox(context.Background(), QueryRequest{SQL: "SELECT 1"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = box.close() }()
	try := func(sql string) error {
		box.q.SQL = sql
		err := box.check()
		if err == nil {
			var rows *Rows
			if rows, err = box.query(); err == nil {
				for rows.Next() {
				}
				err = rows.Err()
				rows.s.Close()
			}
		}
		return box.explain(err)
	}
	for i, sql := range disguises {
		if err := try(sql); codeOf(err) != planwright.CodeQueryRefused {
			t.Errorf("%s: %v, want a refusal", sql, err)
		}
		if i%32 > 0 {
			continue
		}
		if got, err := answerText(w, QueryRequest{SQL: sql}); codeOf(err) != planwright.CodeQueryRefused {
			t.Errorf("in its own process: %s = %q, %v; want a refusal", sql, got, err)
		}
	}
	if err := try("FROM plan.kpis"); err != nil {
		t.Errorf("after them: %v", err)
	}
	if after := listing(t, w.Dir()); after != before {
		t.Errorf("the workspace was\n%s\nand is\n%s", before, after)
	}
}
