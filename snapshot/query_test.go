package snapshot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/duckdb/duckdb-go/v2/mapping"
	"github.com/xuri/excelize/v2"

	"planwright"
)

// planned returns a workspace with the fixture and one plan of it.
func planned(t testing.TB) (*Workspace, *planwright.Snapshot, PlanInfo) {
	t.Helper()
	w, made := copied(t)
	return w, loadFixture(t, w), made.plan
}

func TestQuery(t *testing.T) {
	w, _, _ := planned(t)
	ctx := context.Background()
	for _, c := range []struct{ sql, want string }{
		{"SELECT item_id, unit_cost FROM snap.items ORDER BY 1", "BIKE,300\nFRAME,100\n\"SPOKE, steel\",0.1\nWHEEL,50\n"},
		{"SELECT item_id, site_id, qty, uom, lot FROM snap.stock ORDER BY item_id, qty", "BIKE,EAST,4,EA,L1\n\"SPOKE, steel\",EAST,-2.5,EA,\n\"SPOKE, steel\",EAST,100.000001,EA,ÅÄÖ-a-very-long-lot-number\n"},
		{"SELECT parent_id, component_id, site_id, qty_per FROM snap.bom ORDER BY parent_id, component_id", "BIKE,FRAME,EAST,1\nBIKE,WHEEL,,2\nWHEEL,\"SPOKE, steel\",,32\n"},
		{"SELECT item_id, site_id, supplier_id, from_site_id, uom FROM snap.sources ORDER BY item_id, priority", "BIKE,WEST,,EAST,\nFRAME,EAST,S1,,BOX\nFRAME,EAST,S2,,\n"},
		{"SELECT s.name, o.due_on FROM plan.planned_orders o JOIN snap.suppliers s USING (supplier_id)", "Steel,2026-07-10\n"},
		{"WITH a AS (VALUES (1, true), (2, false)) SELECT * FROM a;  -- that is all", "1,true\n2,false\n"},
		{"FROM plan.kpis", "stock_value,1234.5\n"},
		{"SELECT [1, 2] AS l, {'a': 1} AS s, INTERVAL 1 DAY AS i", "\"[1, 2]\",{'a': 1},1 day\n"},
		{"SELECT 12345678901234567890123::DECIMAL(38,4), 1.5::DECIMAL(4,2), 0.05::DECIMAL(9,3), (-7)::DECIMAL(3,1), 170141183460469231731687303715884105727::HUGEINT", "12345678901234567890123,1.5,0.05,-7,170141183460469231731687303715884105727\n"},
		{"SELECT TIMESTAMP '2026-01-02 03:04:05.5', 'x'::ENUM('y', 'x'), NULL, '', 1e300, 'nan'::DOUBLE", "2026-01-02T03:04:05.5,x,,\"\",1e+300,NaN\n"},
	} {
		rows, err := w.Query(ctx, QueryRequest{SQL: c.sql})
		if err != nil {
			t.Errorf("%s: %v", c.sql, err)
			continue
		}
		if got := selectText(t, rows, nil); got != c.want {
			t.Errorf("%s = %q, want %q", c.sql, got, c.want)
		}
	}
}

// TestQueryRefused: what reaches beyond one SELECT over the attached files is
// refused, and does nothing.
func TestQueryRefused(t *testing.T) {
	w, _, _ := planned(t)
	if err := w.RecordRun(context.Background(), Run{ID: "r", Kind: "plan"}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.csv")
	if err := os.WriteFile(secret, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out.csv")
	for _, sql := range []string{
		"", "  ", "-- nothing", "SELECT", "SELECT 1; SELECT 2", "SELECT ?",
		"INSERT INTO plan.kpis VALUES ('x', 1)", "CREATE TABLE t (a INT)", "CREATE TEMP TABLE t AS SELECT 1", "DROP TABLE plan.kpis", "DELETE FROM plan.kpis", "UPDATE plan.kpis SET value = 0",
		"ATTACH '" + out + "' AS x", "DETACH plan", "USE plan", "COPY plan.kpis TO '" + out + "'", "COPY (SELECT 1) TO '" + out + "'", "EXPORT DATABASE '" + out + "'",
		"SELECT * FROM read_csv('" + secret + "')", "SELECT * FROM '" + secret + "'", "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM glob('/*')", "FROM read_blob('" + w.journalPath() + "')",
		"SET memory_limit = '100GB'", "SET VARIABLE a = 1", "RESET memory_limit", "PRAGMA enable_profiling", "PRAGMA memory_limit = '9GB'", "CALL enable_logging()", "LOAD httpfs", "INSTALL httpfs",
		"EXPLAIN SELECT 1", "EXPLAIN ANALYZE SELECT 1", "PREPARE p AS SELECT 1", "EXECUTE p", "BEGIN", "COMMIT", "CHECKPOINT", "VACUUM",
		"SELECT * FROM snap.no_such_table", "SELECT no_such_column FROM plan.kpis", "SELECT 1) TO '" + out + "' --",
	} {
		rows, err := w.Query(context.Background(), QueryRequest{SQL: sql})
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
			rows.Close()
		}
		if codeOf(err) != planwright.CodeQueryRefused {
			t.Errorf("%s: %v, want a refusal", sql, err)
		}
		_, err = w.Export(context.Background(), QueryRequest{SQL: sql}, Parquet, &bytes.Buffer{}, nil)
		if codeOf(err) != planwright.CodeQueryRefused {
			t.Errorf("export of %s: %v, want a refusal", sql, err)
		}
	}
	if _, err := os.Stat(out); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a query wrote a file: %v", err)
	}
	if _, err := w.VerifyPlan(context.Background(), ""); err != nil {
		t.Errorf("after the queries: %v", err)
	}
}

func TestQueryLimits(t *testing.T) {
	w, _, _ := planned(t)
	ctx := context.Background()
	run := func(ctx context.Context, q QueryRequest) error {
		rows, err := w.Query(ctx, q)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
		}
		return rows.Err()
	}
	if err := run(ctx, QueryRequest{SQL: "SELECT * FROM range(11)", MaxRows: 10}); codeOf(err) != planwright.CodeQueryLimit {
		t.Errorf("11 rows of 10: %v", err)
	}
	if err := run(ctx, QueryRequest{SQL: "SELECT * FROM range(10)", MaxRows: 10}); err != nil {
		t.Errorf("10 rows of 10: %v", err)
	}
	if _, err := w.Export(ctx, QueryRequest{SQL: "SELECT * FROM range(11)", MaxRows: 10}, Parquet, &bytes.Buffer{}, nil); codeOf(err) != planwright.CodeQueryLimit {
		t.Errorf("11 rows of 10 as Parquet: %v", err)
	}
	forever := "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range = -1"
	for _, limit := range []time.Duration{1, 100 * time.Millisecond} { // over before the files are open, and while it runs
		if err := run(ctx, QueryRequest{SQL: forever, Timeout: limit}); codeOf(err) != planwright.CodeQueryLimit {
			t.Errorf("a query without end, of %v: %v", limit, err)
		}
	}
	if err := run(ctx, QueryRequest{SQL: "SELECT list(hash(range)) FROM range(100000000)", Memory: 64 << 20}); codeOf(err) != planwright.CodeQueryLimit {
		t.Errorf("a query that takes all memory: %v", err)
	}
	cctx, cancel := context.WithCancel(ctx)
	time.AfterFunc(100*time.Millisecond, cancel)
	if err := run(cctx, QueryRequest{SQL: forever}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled query: %v", err)
	}
}

func TestSelect(t *testing.T) {
	w, s, info := planned(t)
	ctx := context.Background()
	for range 3 {
		rows, err := w.Select(ctx, info.ID, "SELECT o.order_id, i.name FROM plan.planned_orders o JOIN snap.items i USING (item_id) WHERE o.qty > ? ORDER BY 1 LIMIT ?", 15*planwright.One, 10)
		if got, want := selectText(t, rows, err), "P:FRAME@EAST:20260710:1,Frame\nW:WHEEL@EAST:20260706:1,轮子\n"; got != want {
			t.Errorf("Select = %q, want %q", got, want)
		}
	}
	// More files than the pool keeps, and readers of one that is deleted.
	var last string
	for range maxShared + 2 {
		p, err := w.WritePlan(ctx, s, testPlan(s), RunInfo{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		last = p.ID
		rows, err := w.Select(ctx, p.ID, "SELECT count(*) FROM plan.pegging")
		if got := selectText(t, rows, err); got != "4\n" {
			t.Errorf("pegs of %s = %q, want 4", p.ID, got)
		}
	}
	rows, err := w.Select(ctx, last, "SELECT name FROM plan.kpis")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.DeletePlan(ctx, last); err != nil {
		t.Fatal(err)
	}
	if got := selectText(t, rows, nil); got != "stock_value\n" {
		t.Errorf("reading on after a delete = %q", got)
	}
	if _, err := w.Select(ctx, last, "SELECT 1"); codeOf(err) != planwright.CodeNoPlan {
		t.Errorf("a deleted plan: %v", err)
	}
	rows, err = w.SelectSnapshot(ctx, "", "SELECT value FROM snap.meta WHERE key = 'source.1'")
	if got := selectText(t, rows, err); got != "items.csv\n" {
		t.Errorf("meta = %q", got)
	}
}

func TestExport(t *testing.T) {
	w, _, _ := planned(t)
	ctx := context.Background()
	q := QueryRequest{SQL: `SELECT item_id, "on", qty, kind = 'stock' AS is_stock, order_id FROM plan.requirements ORDER BY ALL`}
	export := func(f Format) []byte {
		t.Helper()
		var b bytes.Buffer
		n, err := w.Export(ctx, q, f, &b, nil)
		if err != nil || n != 3 {
			t.Fatalf("export as %s: %d rows, %v", f, n, err)
		}
		return b.Bytes()
	}
	if got, want := string(export(CSV)), "item_id,on,qty,is_stock,order_id\nBIKE,2026-06-30,4,true,\nBIKE,2026-07-06,-10,false,SO1\nFRAME,2026-07-06,50,false,PO1\n"; got != want {
		t.Errorf("CSV = %q, want %q", got, want)
	}
	var list []map[string]any
	if err := json.Unmarshal(export(JSON), &list); err != nil || len(list) != 3 || list[0]["order_id"] != nil || list[1]["qty"] != -10.0 || list[2]["on"] != "2026-07-06" {
		t.Errorf("JSON = %v, %v", list, err)
	}
	lines := strings.Split(strings.TrimSpace(string(export(JSONLines))), "\n")
	if len(lines) != 3 || lines[2] != `{"item_id":"FRAME","on":"2026-07-06","qty":50,"is_stock":false,"order_id":"PO1"}` {
		t.Errorf("JSON lines = %q", lines)
	}
	book, err := excelize.OpenReader(bytes.NewReader(export(XLSX)))
	if err != nil {
		t.Fatal(err)
	}
	cells, err := book.GetRows("data")
	if err != nil || len(cells) != 4 || cells[0][2] != "qty" || cells[2][1] != "2026-07-06" || cells[2][2] != "-10" || cells[3][4] != "PO1" {
		t.Errorf("workbook = %q, %v", cells, err)
	}
	if err := book.Close(); err != nil {
		t.Error(err)
	}
	r, err := ipc.NewReader(bytes.NewReader(export(Arrow)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	if !r.Next() || r.RecordBatch().NumRows() != 3 || r.RecordBatch().Column(2).ValueStr(1) != "-10" || !r.RecordBatch().Column(4).IsNull(0) {
		t.Errorf("Arrow = %v", r.RecordBatch())
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "o.parquet")
	if n, err := w.ExportFile(ctx, q, Parquet, path, nil); err != nil || n != 3 {
		t.Fatalf("Parquet: %d rows, %v", n, err)
	}
	db, conn, err := createDB("", dbOptions{})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := conn.Query(ctx, "SELECT qty, order_id FROM read_parquet("+literal(path)+")")
	if got := selectText(t, rows, err); got != "4,\n-10,SO1\n50,PO1\n" {
		t.Errorf("Parquet = %q", got)
	}
	conn.Close()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	// A failed export leaves nothing behind.
	if _, err := w.ExportFile(ctx, QueryRequest{SQL: "SELECT 1 // 'x'"}, CSV, filepath.Join(dir, "bad.csv"), nil); err == nil {
		t.Error("an impossible query was exported")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the directory holds %v, %v; want o.parquet alone", entries, err)
	}
}

func TestAppendScaled(t *testing.T) {
	for _, c := range []struct {
		n     int64
		scale uint8
		want  string
	}{{0, 2, "0"}, {5, 2, "0.05"}, {50, 2, "0.5"}, {500, 2, "5"}, {-1234, 3, "-1.234"}, {7, 0, "7"}, {100, 0, "100"}, {1, 10, "0.0000000001"}, {-9223372036854775808, 6, "-9223372036854.775808"}, {120, 1, "12"}} {
		if got := string(appendScaled(nil, c.n, c.scale)); got != c.want {
			t.Errorf("appendScaled(%d, %d) = %s, want %s", c.n, c.scale, got, c.want)
		}
	}
}

func TestAppendJSON(t *testing.T) {
	for _, s := range []string{"", "plain", `a"b\c`, "tab\tline\nret\r\x00\x1f", "轮子 ÅÄÖ \u2028 💡", "bad \xff byte"} {
		var got string
		if err := json.Unmarshal(appendJSON(nil, s), &got); err != nil || got != strings.ToValidUTF8(s, "\uFFFD") {
			t.Errorf("appendJSON(%q) reads back as %q, %v", s, got, err)
		}
	}
}

// TestQueryCauseOfInterrupt: where DuckDB reports the interrupt that its own
// failure caused, the failure is told.
func TestQueryCauseOfInterrupt(t *testing.T) {
	w, _, _ := planned(t)
	interrupted := &queryError{msg: "INTERRUPT Error: Interrupted!", kind: mapping.ErrorTypeInterrupt}
	for _, c := range []struct{ sql, want string }{
		{"SELECT CASE WHEN i < 200000 THEN i ELSE error('half way') END FROM range(300000) t(i)", "half way"},
		{"SELECT * FROM range(10000)", "did not say why"},
	} {
		box, err := w.sandbox(context.Background(), QueryRequest{SQL: c.sql}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := box.explain(interrupted); codeOf(err) != planwright.CodeQueryRefused || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, interrupted: %v; want %q", c.sql, err, c.want)
		}
		if err := box.close(); err != nil {
			t.Error(err)
		}
	}
}
