package snapshot

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"planwright"
)

// writeFiles writes files into a new directory.
func writeFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// accounting writes what became of the rows: table read=imported+merged+ignored+quarantined.
func accounting(r ImportReport) string {
	var lines []string
	for _, t := range r.Tables {
		lines = append(lines, fmt.Sprintf("%s %d=%d+%d+%d+%d", t.Table, t.Read, t.Imported, t.Merged, t.Ignored, t.Quarantined))
	}
	return strings.Join(lines, "; ")
}

// codes writes what was found: TABLE:CODE:severity=rows, sorted.
func codes(r ImportReport) string {
	var list []string
	for _, c := range r.Counts {
		if c.Code == planwright.CodeLeadTimeMissing || advised[c.Code] {
			continue
		}
		list = append(list, fmt.Sprintf("%s:%s:%s=%d", c.Table, c.Code, c.Severity, c.Rows))
	}
	sort.Strings(list)
	return strings.Join(list, " ")
}

// advised are the codes of what is planned with and may not be meant; the cases
// of single faults are too small not to have some.
var advised = func() map[planwright.Code]bool {
	codes := map[planwright.Code]bool{}
	for _, q := range (&importer{asOf: planwright.Date(2026, 1, 1)}).advice() {
		codes[q.code] = true
	}
	return codes
}()

func day(t *testing.T, s string) planwright.Day {
	t.Helper()
	d, err := planwright.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func openTest(t *testing.T) *Workspace {
	t.Helper()
	w, err := OpenWorkspace(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

func TestImport(t *testing.T) {
	for _, c := range importCases {
		t.Run(c.name, func(t *testing.T) {
			w := openTest(t)
			dir := writeFiles(t, c.files)
			o := ImportOptions{Paths: []string{dir}, AsOf: day(t, "2026-01-01")}
			if c.mapping != "" {
				o.MapFile = filepath.Join(t.TempDir(), "map.yaml")
				if err := os.WriteFile(o.MapFile, []byte(c.mapping), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			r, err := w.Import(context.Background(), o)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("Import error = %v, want one with %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := accounting(r); got != c.rows {
				t.Errorf("accounting\n got %s\nwant %s", got, c.rows)
			}
			if got := codes(r); got != c.codes {
				t.Errorf("found\n got %s\nwant %s", got, c.codes)
				for _, f := range r.Findings {
					t.Logf("%s %s:%d %s@%s %s", f.Code, f.File, f.Row, f.ItemID, f.SiteID, f.Detail)
				}
			}
			quarantined := int64(0)
			for _, x := range r.Tables {
				quarantined += x.Quarantined
			}
			list, n, err := w.ListQuarantine(context.Background(), "", "", 0, 100000)
			if err != nil {
				t.Fatal(err)
			}
			if n != quarantined {
				t.Errorf("quarantine holds %d rows, the accounting says %d: %v", n, quarantined, list)
			}
			if c.query != "" {
				if got := queryText(t, w, c.query); got != c.result {
					t.Errorf("%s\n got %s\nwant %s", c.query, got, c.result)
				}
			}
			snap, done, err := w.Load(context.Background(), "", LoadOptions{})
			if err != nil {
				t.Fatalf("the snapshot cannot be loaded: %v", err)
			}
			if snap.AsOf != r.AsOf {
				t.Errorf("loaded as of %s, imported as of %s", snap.AsOf, r.AsOf)
			}
			if err := done(); err != nil {
				t.Error(err)
			}
		})
	}
}

// queryText runs a query on the newest snapshot and writes the rows as a|b;c|d.
func queryText(t *testing.T, w *Workspace, query string) string {
	t.Helper()
	id, err := w.ResolveSnapshot("")
	if err != nil {
		t.Fatal(err)
	}
	db, err := openDB(w.path(snapshotKind, id), dbOptions{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	c, err := db.Conn()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	rows, err := c.Query(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var cells []string
		for _, v := range rows.Values() {
			if v == nil {
				v = ""
			}
			cells = append(cells, fmt.Sprint(v))
		}
		lines = append(lines, strings.Join(cells, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, ";")
}
