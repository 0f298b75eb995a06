package main

import (
	"math"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestValueWorkbook: the workbook of a value replay has the stock by month of all
// sides, as its rows say, and one chart of it.
func TestValueWorkbook(t *testing.T) {
	wholeWay(t)
	data := demoSES(t)
	path := filepath.Join(t.TempDir(), "value.xlsx")
	replay := []string{"--data", data, "backtest", "--value", "--methods", "ses", "--reviews", "26", "--draws", "200"}
	must(t, append(replay, "-o", path)...)
	want := map[string]float64{}
	for _, r := range rowsOf(t, must(t, append(replay, "--json")...)) {
		if r["part"] == "month" {
			want[r["key"].(string)], _ = r["stock_plan"].(float64)
		}
	}
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	rows, err := f.GetRows("Stock by month", excelize.Options{RawCellValue: true})
	if err != nil || len(rows) != len(want)+1 || len(want) < 6 {
		t.Fatalf("%d rows for %d months (%v)", len(rows), len(want), err)
	}
	for _, r := range rows[1:] {
		if got, err := strconv.ParseFloat(r[1], 64); err != nil || math.Abs(got-want[r[0]]) > 1e-6*want[r[0]] || len(r) != len(rows[0]) {
			t.Errorf("%s: the plan has %s (%v), the report %g", r[0], r[1], err, want[r[0]])
		}
	}
	if list := f.GetSheetList(); len(list) != 2 {
		t.Errorf("sheets %v", list)
	}
}
