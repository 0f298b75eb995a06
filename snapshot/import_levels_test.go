package snapshot

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwright"
)

// TestPlace finds the parents of indented bills. Each case has its rows as level, item,
// quantity (and top, site), and its answer as parent or what else the row is.
func TestPlace(t *testing.T) {
	for _, c := range []struct{ name, rows, want string }{
		{"levels from 0", "0 A 1;1 B 1;2 C 2;2 D 1;1 E 3", "top;A;B;B;A"},
		{"dots", ".1 A 1;..2 B 1;...3 C 1;..2 D 1", "top;A;B;A"},
		{"as a spreadsheet writes numbers", "1.0 A 1;2.0 B 1;2.0 C 1", "top;A;A"},
		{"numbers in parts", "1 A 1;1.1 B 1;1.1.1 C 1;1.2 D 1;2 E 1;2.10 F 1", "top;A;B;A;top;E"},
		{"words", "第1层 A 1;第2层 B 1;第3层 C 1", "top;A;B"},
		{"a part listed under both products", "0 A 1;1 B 1;2 C 2;0 X 1;1 B 4;2 C 2", "top;A;B;top;X;again"},
		{"a part without its lines the second time", "0 A 1;1 B 1;2 C 2;0 X 1;1 B 4", "top;A;B;top;X"},
		{"a part listed otherwise the second time", "0 A 1;1 B 1;2 C 2;0 X 1;1 B 4;2 C 3", "top;A;B;top;X;B"},
		{"the same part on two lines of one parent", "0 A 1;1 B 1;1 B 2", "top;A;A"},
		{"a level left out", "0 A 1;2 C 1;1 B 1", "top;?;A"},
		{"not a level", "0 A 1;x B 1;1 C 1", "top;?;A"},
		{"no item above", "0 - 1;1 B 1", "top;?"},
		{"a column names the product", "1 B 1 A;2 C 1 A;1 B 1 X;2 C 1 X;1 D 1 X", "A;B;X;again;X"},
		{"the product again elsewhere", "1 B 1 A 1000;1 C 1 A 1000;1 B 1 A 2000", "A;A;A"},
		{"the product's own row", "0 A 1 A;1 B 1 A", "top;A"},
	} {
		var rows []levelRow
		for i, text := range strings.Split(c.rows, ";") {
			f := append(strings.Fields(text), "", "")
			if f[1] == "-" {
				f[1] = ""
			}
			rows = append(rows, levelRow{row: int64(i), level: f[0], item: f[1], qty: f[2], top: f[3], site: f[4]})
		}
		place(rows)
		var got []string
		for i := range rows {
			switch r := &rows[i]; {
			case r.listed != "line":
				got = append(got, r.listed)
			case r.parent == "":
				got = append(got, "?")
			default:
				got = append(got, r.parent)
			}
		}
		if s := strings.Join(got, ";"); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}

// TestIndentedMend: a row of an indented bill that was set aside, mended in its
// quarantine file alone, is read again with the parent that stands there.
func TestIndentedMend(t *testing.T) {
	w := openTest(t)
	dir := writeFiles(t, map[string]string{"items.csv": "item_id,uom\nA,EA\nB,EA\nC,EA\nD,EA\n", "bom.csv": "层级,物料编码,用量\n0,A,1\n1,B,1\n2,C,two\n3,D,4\n"})
	ctx := context.Background()
	r, err := w.Import(ctx, ImportOptions{Paths: []string{dir}, AsOf: planwright.Date(2026, 1, 1)})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := accounting(r), "items 4=4+0+0+0; bom 4=2+0+1+1"; got != want {
		t.Fatalf("accounting = %s, want %s", got, want)
	}
	files, err := filepath.Glob(filepath.Join(w.Dir(), "quarantine", r.Snapshot.ID, "*.csv"))
	if err != nil || len(files) != 1 {
		t.Fatalf("quarantine %v, %v", files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	mended := strings.Replace(string(text), ",two,", ",2,", 1)
	if mended == string(text) {
		t.Fatalf("no row of ours in %s", text)
	}
	if err := os.WriteFile(files[0], []byte(mended), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Import(ctx, ImportOptions{Paths: []string{files[0]}, AsOf: planwright.Date(2026, 1, 1), Append: true}); err != nil {
		t.Fatal(err)
	}
	if got, want := queryText(t, w, "SELECT parent_id, component_id, qty_per FROM bom ORDER BY 1, 2"), "A|B|1;B|C|2;C|D|4"; got != want {
		t.Errorf("bom = %s, want %s", got, want)
	}
}

// TestLevelsMapping: a mapping says how a bill is indented, and refuses what is not there.
func TestLevelsMapping(t *testing.T) {
	files := map[string]string{"list.csv": "deep,what,n\n1,A,1\n2,B,3\n"}
	for _, c := range []struct{ levels, want string }{
		{"{level: deep, item: what}", "A|B|3"},
		{"{level: deep}", "levels: want level and item"},
		{"{level: deep, item: where}", "levels: the file has no column where"},
	} {
		w := openTest(t)
		dir := writeFiles(t, files)
		text := fmt.Sprintf("version: 1\nfiles:\n  list.csv:\n    levels: %s\ntables:\n  - table: bom\n    from: list.csv\n    where: listed = 'line'\n    columns: {parent_id: parent_by_level, component_id: what, qty_per: n}\n", c.levels)
		got := ""
		if _, err := w.Import(context.Background(), ImportOptions{Paths: []string{dir}, MapText: text, AsOf: planwright.Date(2026, 1, 1)}); err != nil {
			got = err.Error()
		} else {
			got = queryText(t, w, "SELECT parent_id, component_id, qty_per FROM bom")
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", c.levels, got, c.want)
		}
	}
}
