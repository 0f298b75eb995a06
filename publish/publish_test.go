package publish

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"planwright"
	"planwright/lang"
	"planwright/snapshot"
)

// testDSN names a database that the tests may write schemas into.
const testDSN = "PLANWRIGHT_TEST_POSTGRES"

// company is a workspace with a plan of a few rows.
func company(t *testing.T) (*snapshot.Workspace, func() string) {
	t.Helper()
	w, err := snapshot.OpenWorkspace(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	in := t.TempDir()
	for name, text := range map[string]string{
		"items.csv":         "item_id,name,unit_cost,unit_price\nA,Bicycle,200,400\n\"B 'x' \"\"y\"\"\",轮子,2.5,\n",
		"stock.csv":         "item_id,qty,received_on\nA,3.000001,2026-05-01\nA,-1,\n",
		"demand_orders.csv": "order_id,item_id,qty,due_on\nSO1,A,10,2026-07-15\n",
	} {
		if err := os.WriteFile(filepath.Join(in, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx := context.Background()
	if _, err := w.Import(ctx, snapshot.ImportOptions{Paths: []string{in}, AsOf: planwright.Date(2026, 6, 30)}); err != nil {
		t.Fatal(err)
	}
	return w, func() string {
		s, done, err := w.Load(ctx, "", snapshot.LoadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = done() }()
		p := &planwright.Plan{SnapshotID: s.ID, SnapshotDigest: s.Digest, AsOf: s.AsOf, HorizonEnd: s.AsOf + 182, Version: planwright.Version}
		p.KPIs = planwright.KPIs{Name: []string{"stock_value"}, Value: []float64{400.0002}}
		info, err := w.WritePlan(ctx, s, p, snapshot.RunInfo{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return info.ID
	}
}

func codeOf(err error) planwright.Code {
	var e *planwright.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return 0
}

func TestTargets(t *testing.T) {
	w, plan := company(t)
	id := plan()
	ctx := context.Background()
	for _, target := range []string{"", "mysql://x", "x.txt", "postgres://%zz"} {
		if _, err := Run(ctx, w, Options{Target: target}); codeOf(err) != planwright.CodeUsage {
			t.Errorf("%q: %v, want USAGE", target, err)
		}
	}
	_, err := Run(ctx, w, Options{Target: "postgres://me:secret@127.0.0.1:1/db?connect_timeout=2"})
	if codeOf(err) != planwright.CodePublish || strings.Contains(err.Error(), "secret") {
		t.Errorf("nobody listens: %v", err)
	}
	if got := withoutSecret("mysql://me:secret@host/db?x=secret"); got != "mysql://me@host/db" {
		t.Errorf("withoutSecret = %s", got)
	}
	path := filepath.Join(t.TempDir(), "bi.duckdb")
	for range 2 { // again over the first
		res, err := Run(ctx, w, Options{Target: path})
		if err != nil || res.PlanID != id {
			t.Fatalf("copy: %+v, %v", res, err)
		}
	}
	a, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(w.Dir(), "plans", id+".duckdb"))
	if err != nil || string(a) != string(b) {
		t.Errorf("the copy differs: %v", err)
	}
	if _, err := Run(ctx, w, Options{Target: filepath.Join(t.TempDir(), "no", "x.duckdb")}); err == nil {
		t.Error("a copy into a directory that is not there passes")
	}
}

// TestPostgres publishes to a real server, again, from a second plan, over views
// that people built upon, and against a reader.
func TestPostgres(t *testing.T) {
	dsn := os.Getenv(testDSN)
	if dsn == "" {
		t.Skip(testDSN + " names no database; .ci/postgres starts one")
	}
	w, plan := company(t)
	first := plan()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	schema := "t" + random()
	defer func() {
		if _, err := conn.Exec(ctx, "DROP SCHEMA IF EXISTS "+schema+" CASCADE"); err != nil {
			t.Error(err)
		}
		for _, s := range schemas(t, conn, schema) {
			if _, err := conn.Exec(ctx, "DROP SCHEMA "+name(s)+" CASCADE"); err != nil {
				t.Error(err)
			}
		}
	}()
	run := func() Result {
		t.Helper()
		res, err := Run(ctx, w, Options{Target: dsn, Schema: schema})
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	ask := func(sql string) (s string) {
		t.Helper()
		if err := conn.QueryRow(ctx, sql).Scan(&s); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		return s
	}
	res := run()
	if res.PlanID != first || res.Rows["bi_stock"] != 2 || res.Rows["bi_item"] != 2 || strings.Contains(res.Target, "password") {
		t.Errorf("%+v", res)
	}
	for sql, want := range map[string]string{
		"SELECT string_agg(item_id || '|' || name || '|' || unit_cost, ';' ORDER BY item_id) FROM %s.bi_item":                                                "A|Bicycle|200;B 'x' \"y\"|轮子|2.5",
		"SELECT string_agg(qty || '|' || coalesce(received_on::text, '-') || '|' || round(value::numeric, 4), ';' ORDER BY row_id) FROM %s.bi_stock":         "-1.000000|-|-200.0000;3.000001|2026-05-01|600.0002",
		"SELECT plan_id || as_of || pg_typeof(created_at) FROM %s.bi_plan":                                                                                   first + "2026-06-30timestamp without time zone",
		"SELECT qty || kind || month FROM %s.bi_demand":                                                                                                      "10.000000open_order2026-07-01",
		"SELECT obj_description('%s.bi_stock'::regclass)":                                                                                                    snapshotText("bi_stock", ""),
		"SELECT col_description('%s.bi_stock'::regclass, (SELECT attnum FROM pg_attribute WHERE attrelid = '%[1]s.bi_stock'::regclass AND attname = 'qty'))": snapshotText("bi_stock", "qty"),
		"SELECT count(*)::text FROM information_schema.columns WHERE table_schema = '%s' AND table_name LIKE 'bi%%'":                                         columnCount(),
		"SELECT count(*)::text FROM %s.publications":                                                                                                         "1",
	} {
		sql = strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(sql, "%[1]s", schema), "%s", schema), "%%", "%")
		if got := ask(sql); got != want {
			t.Errorf("%s = %q, want %q", sql, got, want)
		}
	}
	// What people built upon the views stays, and so do their grants.
	if _, err := conn.Exec(ctx, "CREATE VIEW "+schema+".mine AS SELECT plan_id, count(*) AS n FROM "+schema+".bi_stock GROUP BY 1"); err != nil {
		t.Fatal(err)
	}
	run()
	second := plan()
	run()
	if got := ask("SELECT plan_id || n FROM " + schema + ".mine"); got != second+"2" {
		t.Errorf("a view upon the views shows %s", got)
	}
	if got := schemas(t, conn, schema); len(got) != 2 {
		t.Errorf("schemas %v, want the last and the one before", got)
	}
	// Columns that went away: the view is made anew.
	if _, err := conn.Exec(ctx, "DROP VIEW "+schema+".mine; DROP VIEW "+schema+".bi_kpi; CREATE VIEW "+schema+".bi_kpi AS SELECT 1 AS gone, 2 AS too"); err != nil {
		t.Fatal(err)
	}
	run()
	if got := ask("SELECT kpi FROM " + schema + ".bi_kpi"); got != "stock_value" {
		t.Errorf("bi_kpi = %s", got)
	}
	// ... but not under somebody's view: nothing changes at all.
	if _, err := conn.Exec(ctx, "DROP VIEW "+schema+".bi_kpi; CREATE VIEW "+schema+".bi_kpi AS SELECT 1 AS gone; CREATE VIEW "+schema+".mine AS SELECT gone FROM "+schema+".bi_kpi"); err != nil {
		t.Fatal(err)
	}
	before := schemas(t, conn, schema)
	third := plan()
	if _, err := Run(ctx, w, Options{Target: dsn, Schema: schema}); codeOf(err) != planwright.CodePublish {
		t.Errorf("over somebody's view: %v", err)
	}
	if got := ask("SELECT plan_id FROM " + schema + ".bi_plan"); got != second {
		t.Errorf("after a failure readers see %s, want %s", got, second)
	}
	if got := schemas(t, conn, schema); len(got) != len(before) {
		t.Errorf("a failure left %v, before there were %v", got, before)
	}
	if _, err := conn.Exec(ctx, "DROP VIEW "+schema+".mine; DROP VIEW "+schema+".bi_kpi"); err != nil {
		t.Fatal(err)
	}
	// A reader in a transaction keeps its tables; the publication is made all the same.
	tx, err := conn.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var seen string
	if err := tx.QueryRow(ctx, "SELECT kpi || plan_id FROM "+schema+".bi_plan, (SELECT 'x' AS kpi) k").Scan(&seen); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { _, err := Run(ctx, w, Options{Target: dsn, Schema: schema, Keep: -1}); done <- err }()
	time.Sleep(500 * time.Millisecond)
	if err := tx.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("beside a reader: %v", err)
	}
	if got := ask("SELECT plan_id FROM " + schema + ".bi_plan"); got != third {
		t.Errorf("readers see %s, want %s", got, third)
	}
	// A publication that is stopped leaves nothing.
	cctx, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Run(cctx, w, Options{Target: dsn, Schema: schema}); err == nil {
		t.Error("a stopped publication passes")
	}
	// A second one at the same time is told to come back.
	var locked bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(lockKey)).Scan(&locked); err != nil || !locked {
		t.Fatal(locked, err)
	}
	if _, err := Run(ctx, w, Options{Target: dsn, Schema: schema}); codeOf(err) != planwright.CodeBusy {
		t.Errorf("two at a time: %v", err)
	}
}

func schemas(t *testing.T, conn *pgx.Conn, schema string) []string {
	t.Helper()
	rows, err := conn.Query(context.Background(), "SELECT nspname FROM pg_namespace WHERE nspname LIKE $1", schema+`\_%`)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// snapshotText is the comment of a view, or of a column of it.
func snapshotText(view, column string) string {
	v := snapshot.BIViewNamed(view)
	if column == "" {
		return both(v.Text)
	}
	return both(func(l lang.Language) string { return v.ColumnText(l, column) })
}

func columnCount() string {
	n := 0
	for _, v := range snapshot.BIViews() {
		n += len(v.Columns)
	}
	return strconv.Itoa(n)
}
