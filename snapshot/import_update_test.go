package snapshot

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"planwright"
)

func importText(t *testing.T, w *Workspace, files map[string]string, o ImportOptions) ImportReport {
	t.Helper()
	o.Paths = []string{writeFiles(t, files)}
	r, err := w.Import(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range r.Tables {
		if x.Read != x.Imported+x.Merged+x.Ignored+x.Quarantined {
			t.Errorf("accounting of %s %s: %+v", x.Table, x.File, x)
		}
	}
	return r
}

var firstFiles = map[string]string{
	"items.csv": "item_id,name,uom\nA,bolt,EA\nB,nut,EA\n", "uoms.csv": "item_id,uom,factor\nA,BOX,12\n", "suppliers.csv": "supplier_id\nV\n",
	"sources.csv": "item_id,kind,supplier_id,uom,lot_min,price,lead_time_days\nA,buy,V,BOX,2,6,5\n",
	"stock.csv":   "item_id,qty\nA,5\nB,7\n", "demand_history.csv": "item_id,on,qty\nA,2025-12-01,1\nA,2025-12-02,2\nB,2025-12-01,3\n",
}

// The same files again make no new snapshot.
func TestImportUnchanged(t *testing.T) {
	w := openTest(t)
	first := importText(t, w, firstFiles, ImportOptions{})
	again := importText(t, w, firstFiles, ImportOptions{})
	if !again.Unchanged || again.Snapshot.ID != first.Snapshot.ID {
		t.Errorf("the same files made %s after %s, unchanged %v", again.Snapshot.ID, first.Snapshot.ID, again.Unchanged)
	}
	if update := importText(t, w, firstFiles, ImportOptions{Update: true}); !update.Unchanged && queryText(t, w, "SELECT count(*) FROM demand_history") != "3" {
		t.Errorf("an update with the same files made %+v", update.Tables)
	}
	list, err := w.ListSnapshots()
	if err != nil || len(list) > 2 {
		t.Errorf("%d snapshots, %v", len(list), err)
	}
}

// An update replaces items by key, stock as a whole and history by day.
func TestImportUpdate(t *testing.T) {
	w := openTest(t)
	before := importText(t, w, firstFiles, ImportOptions{})
	r := importText(t, w, map[string]string{
		"items.csv": "item_id,name,uom\nB,nut M8,EA\nC,washer,EA\n", "stock.csv": "item_id,qty\nB,9\n", "demand_history.csv": "item_id,on,qty\nA,2025-12-02,20\nA,2025-12-03,4\n",
	}, ImportOptions{Update: true})
	if r.Base != before.Snapshot.ID {
		t.Errorf("it went on from %q, want %s", r.Base, before.Snapshot.ID)
	}
	for query, want := range map[string]string{
		"SELECT item_id, name FROM items ORDER BY 1":                                      "A|bolt;B|nut M8;C|washer",
		"SELECT item_id, qty FROM stock ORDER BY 1":                                       "B|9",
		"SELECT item_id, \"on\", qty FROM demand_history ORDER BY 1, 2":                   "A|2025-12-01|1;A|2025-12-02|20;A|2025-12-03|4;B|2025-12-01|3",
		"SELECT item_id, uom, lot_min, price, lead_time_days FROM sources":                "A|BOX|24|0.5|5",
		"SELECT item_id, uom, factor FROM uoms":                                           "A|BOX|12",
		"SELECT count(*) FROM skus WHERE implicit AND item_id IN ('A', 'B', 'C')":         "3",
		"SELECT string_agg(supplier_id, ' ') FROM (SELECT supplier_id FROM suppliers) _t": "V",
	} {
		if got := queryText(t, w, query); got != want {
			t.Errorf("%s\n got %s\nwant %s", query, got, want)
		}
	}
	diffs, err := w.DiffSnapshots(context.Background(), before.Snapshot.ID, r.Snapshot.ID)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, d := range diffs {
		lines = append(lines, strings.Join([]string{d.Table, planwright.Qty(d.Added * 1e6).String(), planwright.Qty(d.Removed * 1e6).String(), planwright.Qty(d.Changed * 1e6).String()}, " "))
	}
	if got, want := strings.Join(lines, "; "), "items 1 0 1; skus 1 0 0; stock 1 2 0; demand_history 2 1 0"; got != want {
		t.Errorf("diff = %s, want %s", got, want)
	}
	for _, d := range diffs {
		for _, x := range d.Examples {
			if x.Change == "changed" && (x.Key != "B" || x.Column != "name" || x.Before != "nut" || x.After != "nut M8") {
				t.Errorf("changed: %+v", x)
			}
		}
	}
	if same, err := w.DiffSnapshots(context.Background(), "latest", "latest"); err != nil || len(same) != 0 {
		t.Errorf("a snapshot differs from itself: %v, %v", same, err)
	}
}

// Rows with a mark of deletion, and files of tombstones, delete by key; the same
// file again changes nothing.
func TestImportTombstones(t *testing.T) {
	w := openTest(t)
	files := map[string]string{"items.csv": "item_id,name\nA,bolt\nB,nut\nC,washer\nD,pin\n", "stock.csv": "item_id,qty\nA,5\nB,7\n", "demand_orders.csv": "order_id,item_id,qty,due_on\nSO1,A,1,2026-02-01\nSO1,B,1,2026-02-01\nSO2,A,2,2026-02-01\n"}
	importText(t, w, files, ImportOptions{AsOf: day(t, "2026-01-01")})
	update := map[string]string{"items.csv": "item_id,name,_deleted\nA,bolt M8,\nC,,1\n", "物料2.csv": "物料编码,物料名称,删除标记\nD,pin,是\nE,ring,否\n"}
	r := importText(t, w, update, ImportOptions{Update: true, AsOf: day(t, "2026-01-01")})
	if got, want := queryText(t, w, "SELECT item_id, name FROM items ORDER BY 1"), "A|bolt M8;B|nut;E|ring"; got != want {
		t.Errorf("items %s, want %s", got, want)
	}
	for _, x := range r.Tables {
		if !strings.HasPrefix(x.File, "s0") && x.Ignored != 1 {
			t.Errorf("%s: %+v, want one row ignored", x.File, x)
		}
	}
	if again := importText(t, w, update, ImportOptions{Update: true, AsOf: day(t, "2026-01-01")}); !again.Unchanged {
		t.Errorf("the same file again made %s", again.Snapshot.ID)
	}
	importText(t, w, map[string]string{"demand_orders.csv": "order_id,item_id,qty,due_on,x_deleted\nSO1,,1,2026-02-01,X\nSO3,B,4,2026-03-01,\n"}, ImportOptions{Append: true})
	if got := queryText(t, w, "SELECT order_id, item_id FROM demand_orders ORDER BY ALL"); got != "SO1|A;SO1|B;SO2|A;SO3|B" { // a row without item is refused, and deletes nothing
		t.Errorf("orders %s", got)
	}
	importText(t, w, map[string]string{"demand_orders.csv": "order_id,item_id,qty,due_on\nSO1,A,1,2026-02-01\n"}, ImportOptions{Update: true, Tombstone: true, AsOf: day(t, "2026-01-01")})
	if got := queryText(t, w, "SELECT order_id, item_id FROM demand_orders ORDER BY ALL"); got != "SO1|B;SO2|A;SO3|B" {
		t.Errorf("orders after a file of tombstones: %s", got)
	}
	if _, err := w.Import(context.Background(), ImportOptions{Paths: []string{t.TempDir()}, Tombstone: true, AsOf: day(t, "2026-01-01")}); err == nil {
		t.Error("tombstones without a snapshot to delete from are taken")
	}
}

// Refused rows say how to mend them; mended, they are read again.
func TestMendQuarantine(t *testing.T) {
	w := openTest(t)
	files := map[string]string{"items.csv": "item_id\n007\nB\n", "库存.csv": "物料编码,现存量,批号\n7,5,L1\nB,x,L2\nB,1,L3\n"}
	r := importText(t, w, files, ImportOptions{AsOf: day(t, "2026-01-01")})
	list, n, err := w.ListQuarantine(context.Background(), "", "stock", 0, 10)
	if err != nil || n != 2 {
		t.Fatalf("quarantine = %v, %d, %v", list, n, err)
	}
	if list[0].Code != planwright.CodeUnknownItem || !strings.Contains(list[0].Mend, "Is 007 meant?") || !strings.Contains(list[0].MendZh, "007") {
		t.Errorf("mend = %q, %q", list[0].Mend, list[0].MendZh)
	}
	if _, err := os.Stat(filepath.Join(r.QuarantineDir, "quarantine.xlsx")); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(filepath.Join(r.QuarantineDir, "stock.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows[1][0], rows[2][1] = "007", "8"
	var mended bytes.Buffer
	if err := csv.NewWriter(&mended).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	importText(t, w, map[string]string{"stock.csv": mended.String()}, ImportOptions{Append: true})
	if got, want := queryText(t, w, "SELECT item_id, qty, lot FROM stock ORDER BY lot"), "007|5|L1;B|8|L2;B|1|L3"; got != want {
		t.Errorf("stock = %s, want %s", got, want)
	}
}

// TestMendWorkbook: the workbook of refused rows, mended in place, comes back as
// the CSV file does.
func TestMendWorkbook(t *testing.T) {
	w := openTest(t)
	r := importText(t, w, map[string]string{"items.csv": "item_id\n007\nB\n", "库存.csv": "物料编码,现存量,批号\n7,5,L1\nB,x,L2\nB,1,L3\n"}, ImportOptions{AsOf: day(t, "2026-01-01")})
	f, err := excelize.OpenFile(filepath.Join(r.QuarantineDir, "quarantine.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	for cell, v := range map[string]any{"A2": "007", "B3": 8} {
		if err := f.SetCellValue("stock", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "mended.xlsx")
	if err := errors.Join(f.SaveAs(path), f.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Import(context.Background(), ImportOptions{Paths: []string{path}, Append: true}); err != nil {
		t.Fatal(err)
	}
	if got, want := queryText(t, w, "SELECT item_id, qty, lot FROM stock ORDER BY lot"), "007|5|L1;B|8|L2;B|1|L3"; got != want {
		t.Errorf("stock = %s, want %s", got, want)
	}
}
