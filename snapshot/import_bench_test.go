package snapshot

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"planwright"
)

// BenchmarkImport reads the files of directory PLANWRIGHT_BENCH_DIR, or a
// million rows of demand made here.
func BenchmarkImport(b *testing.B) {
	dir := os.Getenv("PLANWRIGHT_BENCH_DIR")
	if dir == "" {
		dir = b.TempDir()
		f, err := os.Create(filepath.Join(dir, "demand_history.csv"))
		if err != nil {
			b.Fatal(err)
		}
		fmt.Fprintln(f, "item_id,site_id,on,qty")
		for i := range 1_000_000 {
			fmt.Fprintf(f, "I%05d,S%d,%s,%d\n", i*7919%20_000, i%3, planwright.Date(2023, 1, 1+i%1000), i%97)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		w, err := OpenWorkspace(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		begun, stage := time.Now(), ""
		r, err := w.Import(context.Background(), ImportOptions{Paths: []string{dir}, AsOf: planwright.NoDay, Progress: func(s string, _, _ int64) {
			if s != stage && testing.Verbose() {
				b.Logf("%6.2fs %s", time.Since(begun).Seconds(), s)
				stage = s
			}
		}})
		if err != nil {
			b.Fatal(err)
		}
		rows := int64(0)
		for _, t := range r.Tables {
			rows += t.Read
		}
		b.ReportMetric(float64(rows)/time.Since(begun).Seconds(), "rows/s")
	}
}

// BenchmarkImportScale imports PLANWRIGHT_BENCH_ROWS rows of demand (default a
// million) of 100,000 skus over three years, from CSV and from Parquet, and
// copies the same file into a table by DuckDB alone.
func BenchmarkImportScale(b *testing.B) {
	rows := int64(1_000_000)
	if s := os.Getenv("PLANWRIGHT_BENCH_ROWS"); s != "" {
		if _, err := fmt.Sscan(s, &rows); err != nil {
			b.Fatal(err)
		}
	}
	for _, format := range []string{"parquet", "csv"} {
		dir := b.TempDir()
		path := filepath.Join(dir, "demand_history."+format)
		exec := func(query string) time.Duration {
			begun := time.Now()
			db, c, err := createDB(filepath.Join(b.TempDir(), "x.duckdb"), dbOptions{TempDir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			if err := c.Exec(context.Background(), query); err != nil {
				b.Fatal(err)
			}
			c.Close()
			if err := db.Close(); err != nil {
				b.Fatal(err)
			}
			return time.Since(begun)
		}
		exec(fmt.Sprintf(`COPY (SELECT 'I' || lpad(CAST(hash(i) %% 100000 AS VARCHAR), 6, '0') AS item_id, 'S' || CAST(i %% 3 AS VARCHAR) AS site_id, DATE '2023-01-01' + CAST(i * 1096 // %d AS INTEGER) AS "on", CAST(hash(i + 7) %% 97 AS INTEGER) AS qty FROM range(%d) t(i)) TO %s`, rows, rows, literal(path)))
		b.Run(format, func(b *testing.B) {
			for b.Loop() {
				w, err := OpenWorkspace(b.TempDir())
				if err != nil {
					b.Fatal(err)
				}
				begun, stage := time.Now(), ""
				if _, err := w.Import(context.Background(), ImportOptions{Paths: []string{path}, Progress: func(s string, _, _ int64) {
					if s != stage && testing.Verbose() {
						b.Logf("%6.1fs %s", time.Since(begun).Seconds(), s)
						stage = s
					}
				}}); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(rows)/time.Since(begun).Seconds(), "rows/s")
				_ = w.Close()
			}
		})
		b.Run(format+"/duckdb", func(b *testing.B) {
			for b.Loop() {
				d := exec("CREATE TABLE t AS SELECT * FROM " + literal(path))
				b.ReportMetric(float64(rows)/d.Seconds(), "rows/s")
			}
		})
		_ = os.Remove(path)
	}
}
