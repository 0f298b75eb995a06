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
