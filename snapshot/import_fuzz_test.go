package snapshot

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// FuzzReadFile reads a file of any bytes under any ending: it must be read or
// refused, without a panic, and with as many rows as the accounting says.
func FuzzReadFile(f *testing.F) {
	endings := []string{".csv", ".xls", ".json", ".jsonl", ".html", ".xlsx", ".zip", ".sqlite", ".arrow", ".csv.gz", ".xml", ".duckdb"}
	for _, c := range nastyFiles(f) {
		if len(c.data) < 1<<16 {
			for i, e := range endings {
				if filepath.Ext(c.file) == e || i == 0 {
					f.Add(c.data, byte(i))
				}
			}
		}
	}
	ctx := context.Background()
	dir := f.TempDir()
	db, st, err := openStage(ctx, dir, nil, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		st.c.Close()
		_ = db.Close()
	})
	n := 0
	f.Fuzz(func(t *testing.T, data []byte, ending byte) {
		n++
		sub := filepath.Join(dir, fmt.Sprint(n))
		if err := os.MkdirAll(sub, 0o755); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.RemoveAll(sub) }()
		path := filepath.Join(sub, "stock"+endings[int(ending)%len(endings)])
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		_ = readNasty(ctx, t, st, sub, path, nasty{want: "stock(item_id,qty) "})
	})
}
