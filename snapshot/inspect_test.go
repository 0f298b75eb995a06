package snapshot

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMapBeginning: the mapping that inspect writes of a file that is not
// recognised names its columns, so that a person goes on from there.
func TestMapBeginning(t *testing.T) {
	dir := writeFiles(t, map[string]string{"raw.csv": "893\t\t749\tEA \n271\t\t750\tEA \n34\t\t750\tEA \n"})
	path := filepath.Join(t.TempDir(), "map.yaml")
	if _, err := Inspect(context.Background(), InspectOptions{Paths: []string{dir}, SaveMap: path}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	made := strings.NewReplacer("tables: []", "tables:", "#  - table: ?", "  - table: items", "#    from", "    from", "#    columns", "    columns", "#      ?: \"column_1\"", "      item_id: \"column_1\"").Replace(string(text))
	if err := os.WriteFile(path, []byte(made), 0o644); err != nil {
		t.Fatal(err)
	}
	w := openTest(t)
	r, err := w.Import(context.Background(), ImportOptions{Paths: []string{dir}, MapFile: path, AsOf: day(t, "2026-01-01")})
	if err != nil || accounting(r) != "items 3=3+0+0+0" {
		t.Errorf("%s, %v\n%s", accounting(r), err, made)
	}
}
