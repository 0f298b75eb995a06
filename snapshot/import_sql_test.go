package snapshot

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestMySQLAddress(t *testing.T) {
	for in, want := range map[string]string{"u:p@ss@h/d": "u:p@ss@tcp(h:3306)/d", "h:3307/d?tls=true": "tcp(h:3307)/d?tls=true", "nothing": ""} {
		if got, err := mysqlDSN(in); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v; want %q", in, got, err, want)
		}
	}
	for _, source := range []string{"", "oracle://x", "mysql://x"} {
		if _, err := openSource(source); err == nil {
			t.Errorf("%q is taken for a database", source)
		}
	}
}

// TestImportQuery reads from a PostgreSQL server, named by the environment as
// postgres://user@host/database.
func TestImportQuery(t *testing.T) {
	dsn := os.Getenv("PLANWRIGHT_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("PLANWRIGHT_TEST_POSTGRES names no server")
	}
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	table := "stock_" + randomName()
	if _, err := db.Exec(fmt.Sprintf("CREATE TABLE %s (code text, n numeric, d date); INSERT INTO %s VALUES ('007', 5, '2026-07-01'), ('B \"2\"', 7.5, NULL)", table, table)); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = db.Exec("DROP TABLE " + table) }()
	dir := t.TempDir()
	t.Setenv("ERP", dsn)
	write := func(query string) {
		if err := os.WriteFile(filepath.Join(dir, "erp.query.yaml"), []byte("source: ${ERP}\nqueries:\n  stock: "+query+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("SELECT code AS item_id, n AS qty, d AS received_on FROM " + table)
	w := openTest(t)
	r, err := w.Import(context.Background(), ImportOptions{Paths: []string{dir}, AsOf: day(t, "2026-07-02")})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := accounting(r), "stock 2=2+0+0+0"; got != want {
		t.Errorf("accounting = %s, want %s", got, want)
	}
	if got, want := queryText(t, w, "SELECT item_id, qty, received_on FROM stock ORDER BY 1"), "007|5|2026-07-01;B \"2\"|7.5|"; got != want {
		t.Errorf("stock = %s, want %s", got, want)
	}
	write("DELETE FROM " + table + " RETURNING code AS item_id, n AS qty")
	if _, err := w.Import(context.Background(), ImportOptions{Paths: []string{filepath.Join(dir, "erp.query.yaml")}, AsOf: day(t, "2026-07-02")}); err == nil {
		t.Error("a query that deletes was run")
	}
}
