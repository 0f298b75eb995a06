package snapshot

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"planwright"
)

// roughHistory writes a history with everything in it that can be wrong with
// one, in no order.
func roughHistory(r *rand.Rand, rows int, columns string) string {
	var b strings.Builder
	b.WriteString(columns + "\n")
	odd := func(good string, bad ...string) string {
		if r.IntN(40) == 0 {
			return bad[r.IntN(len(bad))]
		}
		return good
	}
	for range rows {
		var cells []string
		for _, c := range strings.Split(columns, ",") {
			switch c {
			case "item_id":
				cells = append(cells, odd(fmt.Sprintf("I%d", r.IntN(30)), "", "unknown", "6.90E+12", " I3 ", "an item with a long code 零件"))
			case "site_id":
				cells = append(cells, odd(fmt.Sprintf("S%d", r.IntN(3)), "", "nowhere"))
			case "on":
				cells = append(cells, odd(planwright.Date(2025, 1, 1+r.IntN(300)).String(), "", "2025-02-30", "2031-01-01", "1900-01-01", "yesterday"))
			case "qty":
				cells = append(cells, odd(fmt.Sprint(r.IntN(90)), "", "x", "1e30", "-4", "0.12345678", "1e2", "NaN"))
			case "kind":
				cells = append(cells, odd("sale", "", "return", "issue", "gift", "SALE"))
			case "price":
				cells = append(cells, odd(fmt.Sprint(r.IntN(9)), "", "1e400", "-0", "dear"))
			case "promo", "stockout":
				cells = append(cells, odd("", "true", "no", "perhaps"))
			case "lot":
				cells = append(cells, odd("L1", "", "a lot with quite a long name"))
			default:
				cells = append(cells, fmt.Sprintf("%s %d of a long text", c, r.IntN(400)))
			}
		}
		b.WriteString(strings.Join(cells, ",") + "\n")
	}
	return b.String()
}

// imported is everything that an import says and leaves.
func imported(t *testing.T, dir string, o ImportOptions) string {
	t.Helper()
	w := openTest(t)
	o.Paths = []string{dir}
	rep, err := w.Import(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.VerifySnapshot(context.Background(), rep.Snapshot.ID); err != nil {
		t.Error(err)
	}
	list, n, err := w.ListQuarantine(context.Background(), "", "", 0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintln(&b, rep.Snapshot.ID, rep.AsOf, rep.AsOfBy, accounting(rep), codes(rep), n)
	for _, f := range rep.Findings {
		fmt.Fprintln(&b, f.Code, f.Severity, f.Table, f.File, f.Row, f.ItemID, f.SiteID, f.Subject, f.Detail)
	}
	for _, q := range list {
		fmt.Fprintln(&b, q.Table, q.File, q.Row, q.Code, q.Reason, q.Values)
	}
	fmt.Fprintln(&b, queryText(t, w, "SELECT table_name, file, code, rows FROM main.quarantine ORDER BY ALL"))
	return b.String()
}

// sameImport compares two imports line by line.
func sameImport(t *testing.T, what, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Errorf("%s, line %d:\n got %.400s\nwant %.400s", what, i, g[i], w[i])
			return
		}
	}
	if len(g) != len(w) {
		t.Errorf("%s: %d lines, want %d", what, len(g), len(w))
	}
}

// bulkSizes lets a test set the sizes of the bulk import, until it ends.
func bulkSizes(t *testing.T) {
	t.Helper()
	rows, sorted, pairs := bulkRows, sortRows, mostPairs
	t.Cleanup(func() { bulkRows, sortRows, mostPairs = rows, sorted, pairs })
}

// TestBulkAsStaged imports the same rough files as numbers and as texts: the
// snapshot, the accounting, the findings and the quarantine are the same. Ranges
// of skus are small, so that there are several; codes are too many once, in the
// second file of a table.
func TestBulkAsStaged(t *testing.T) {
	bulkSizes(t)
	r := rand.New(rand.NewPCG(7, 1))
	items, sites := "item_id,name\n", "site_id\nS0\nS1\nS2\n"
	for i := range 30 {
		items += fmt.Sprintf("I%d,item %d\n", i, i)
	}
	full := "item_id,site_id,on,qty,kind,customer_id,price,promo,stockout,x_note"
	quoted := strings.ReplaceAll(roughHistory(r, 300, "item_id,site_id,on,qty"), "I4,", "\"I4\",")
	for _, c := range []struct {
		name  string
		files map[string]string
		asOf  planwright.Day
	}{
		{"one file", map[string]string{"items.csv": items, "sites.csv": sites, "demand_history.csv": roughHistory(r, 2000, full)}, planwright.NoDay},
		{"two files and a ledger", map[string]string{"items.csv": items, "demand_history_1.csv": roughHistory(r, 500, "item_id,on,qty"), "demand_history_2.csv": roughHistory(r, 700, "qty,on,site_id,item_id,x_b,kind"),
			"movements.csv": roughHistory(r, 1500, "item_id,site_id,on,qty,lot,document")}, day(t, "2025-06-01")},
		{"blank rows and quotes", map[string]string{"demand_history.csv": strings.Replace(quoted, "\n", "\n\n,,,\n", 3)}, planwright.NoDay},
		{"nothing is left", map[string]string{"demand_history.csv": "item_id,on,qty\nA,x,1\nB,2025-01-01,y\n", "items.csv": items}, day(t, "2025-06-01")},
	} {
		if testing.Short() && c.name != "two files and a ledger" {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			dir := writeFiles(t, c.files)
			o := ImportOptions{AsOf: c.asOf, Today: day(t, "2025-12-01")}
			bulkRows = 1 << 40
			want := imported(t, dir, o)
			bulkRows, sortRows = 0, 100
			sameImport(t, "as numbers", imported(t, dir, o), want)
			sortRows, mostPairs = 1<<30, 60
			sameImport(t, "too many codes", imported(t, dir, o), want)
			mostPairs = 1 << 20
		})
	}
}

// TestBulkParquet is a history with typed columns, NULLs and floating point
// numbers.
func TestBulkParquet(t *testing.T) {
	bulkSizes(t)
	dir := t.TempDir()
	db, c, err := createDB("", dbOptions{})
	if err != nil {
		t.Fatal(err)
	}
	err = c.Exec(context.Background(), fmt.Sprintf(`COPY (SELECT CASE WHEN i %% 501 <> 0 THEN 'I' || i %% 17 END AS item_id, CASE WHEN i %% 5 <> 0 THEN 'S' || i %% 3 END AS site_id, TIMESTAMP '2025-06-01 10:00:00' - to_days(CAST(hash(i) %% 200 AS INTEGER)) AS "on",
		CASE i %% 997 WHEN 0 THEN NULL WHEN 1 THEN 'NaN'::DOUBLE WHEN 2 THEN 'inf'::DOUBLE WHEN 3 THEN 1e308 ELSE (hash(i) %% 1000) / 7 END AS qty, CASE WHEN i %% 3 = 0 THEN NULL ELSE i / 3.0 END AS price, i %% 7 = 0 AS promo,
		CASE WHEN i %% 11 = 0 THEN 'return' END AS kind, i AS x_n FROM range(20000) t(i)) TO %s`, literal(filepath.Join(dir, "demand_history.parquet"))))
	c.Close()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	bulkRows = 1 << 40
	want := imported(t, dir, ImportOptions{AsOf: planwright.NoDay})
	bulkRows, sortRows = 0, 5000
	sameImport(t, "as numbers", imported(t, dir, ImportOptions{AsOf: planwright.NoDay}), want)
}

// TestBulkLeavesNothing: an import that is stopped at any moment leaves no file
// behind, neither a snapshot nor an intermediate one.
func TestBulkLeavesNothing(t *testing.T) {
	bulkSizes(t)
	bulkRows, sortRows = 0, 500
	r := rand.New(rand.NewPCG(1, 2))
	dir := writeFiles(t, map[string]string{"demand_history.csv": roughHistory(r, 2000, "item_id,site_id,on,qty,x_note")})
	w := openTest(t)
	list := func() []string {
		var all []string
		_ = filepath.WalkDir(w.dir, func(p string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() && filepath.Base(p) != ".sequence" && filepath.Base(p) != "lock" {
				all = append(all, p)
			}
			return err
		})
		return all
	}
	before := list()
	o := ImportOptions{Paths: []string{dir}, AsOf: day(t, "2026-01-01"), MaxBad: 1}
	// The notes of an import that fails at its end say when one can be stopped.
	stages := []string{}
	o.Progress = func(s string, _, _ int64) {
		if !slices.Contains(stages, s) {
			stages = append(stages, s)
		}
	}
	if _, err := w.Import(context.Background(), o); err == nil {
		t.Fatal("more rows are refused than allowed")
	}
	o.MaxBad = 0
	stages = append(stages, "publish")
	for i, stage := range stages {
		if testing.Short() && i%3 != 0 && stage != "stage demand_history" {
			continue
		}
		ctx, cancel := context.WithCancel(context.Background())
		o.Progress = func(s string, _, _ int64) {
			if s == stage {
				cancel()
			}
		}
		_, err := w.Import(ctx, o)
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped in %q: %v", stage, err)
		}
		if after := list(); !slices.Equal(before, after) {
			t.Fatalf("stopped in %q: %v is left", stage, after)
		}
	}
	for _, s := range []string{"read demand_history.csv", "stage demand_history", "check demand_history", "write demand_history", "publish"} {
		if !slices.Contains(stages, s) {
			t.Errorf("never stopped in stage %q: %v", s, stages)
		}
	}
}
