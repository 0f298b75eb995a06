package main

import (
	"context"
	"encoding/xml"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"planwright/cmd/planwright/sample"
	"planwright/lang"

	"github.com/xuri/excelize/v2"
)

// TestReports makes every report of two plans of a small company, as a table in
// both languages, as JSON, as a workbook and as pictures; filters split the whole
// and lose nothing.
func TestReports(t *testing.T) {
	wholeWay(t)
	files, data := t.TempDir(), t.TempDir()
	if _, err := sample.Write(context.Background(), sample.Options{Items: sample.MinItems, Dir: files}, nil); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(files, "settings.csv")
	had, err := os.ReadFile(settings)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	text := strings.TrimRight(string(had), "\r\n")
	if text == "" {
		text = "name,value"
	}
	if err := os.WriteFile(settings, []byte(text+"\nprovision,91:0.25;181:1\nkpi_target.turns,6\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	must(t, "--data", data, "import", files, "--as-of", "2026-06-30")
	must(t, "--data", data, "run", "--method", "ses")
	must(t, "--data", data, "run", "--method", "naive")
	json := func(args ...string) []map[string]any {
		t.Helper()
		return rowsOf(t, must(t, append([]string{"--data", data, "--json"}, args...)...))
	}
	sum := func(rows []map[string]any, col string) float64 {
		s := 0.0
		for _, r := range rows {
			if v, ok := r[col].(float64); ok {
				s += v
			}
		}
		return s
	}
	for i, r := range reports() {
		switch r.name {
		case "workbook", "forecast", "tradeoff":
			continue
		}
		rows := json("report", r.name)
		for _, l := range []string{"en", "zh"}[i%2 : i%2+1] { // in turns: that both have every text, package lang tests
			out := must(t, "--lang", l, "--data", data, "report", r.name, "--top", "3")
			if !strings.Contains(out, lang.Text(lang.Parse(l), "report."+r.name)) {
				t.Errorf("report %s in %s has no title:\n%.300s", r.name, l, out)
			}
			if strings.Contains(out, "rcol.") || strings.Contains(out, "cli.report") {
				t.Errorf("report %s in %s shows a key:\n%s", r.name, l, out)
			}
		}
		if len(rows) == 0 && r.name != "capacity" && r.name != "echelons" && r.name != "changes" { // classes do not depend on the method
			t.Errorf("report %s has no rows", r.name)
		}
	}

	// Filters and groupings split the whole.
	sites := json("sql", "SELECT DISTINCT site_id FROM plan.flow")
	for _, c := range []struct{ report, col string }{{"abc", "measure"}, {"aging", "value"}, {"slow", "value"}, {"excess", "value"}, {"turns", "average_value"}, {"matrix", "stock_value"}, {"matrix", "skus"},
		{"expiry", "risk_value"}, {"breaches", "value"}, {"projection", "opening_value"}, {"service", "skus"}, {"aging", "provision"}} {
		whole := sum(json("report", c.report), c.col)
		for flag, values := range map[string][]string{"--class": {"A", "B", "C"}, "--site": nil} {
			if flag == "--site" {
				for _, s := range sites {
					values = append(values, s["site_id"].(string))
				}
			}
			parts := 0.0
			if flag == "--site" && len(values) == 0 {
				t.Fatal("no sites")
			}
			for _, v := range values {
				parts += sum(json("report", c.report, flag, v), c.col)
			}
			if math.Abs(parts-whole) > 1e-6*math.Max(1, math.Abs(whole)) {
				t.Errorf("report %s: %s by %s sums to %g, the whole is %g", c.report, c.col, flag, parts, whole)
			}
		}
	}
	if v := sum(json("report", "aging"), "provision"); v <= 0 {
		t.Errorf("the provision of settings sets %g aside", v)
	}
	whole := sum(json("report", "aging"), "value")
	if got := sum(json("report", "aging", "--buckets", "7,14"), "value"); math.Abs(got-whole) > 1e-6*whole || len(json("report", "aging", "--buckets", "7,14")) != 4 {
		t.Errorf("other buckets hold %g of %g", got, whole)
	}

	// ABC anew: by counts, and by use within the company as the plan has it.
	n := map[any]int{}
	for _, r := range json("report", "abc", "--by", "quantity", "--counts", "3,5") {
		n[r["abc"]]++
	}
	if n["A"] != 3 || n["B"] != 5 {
		t.Errorf("--counts 3,5 gives %v", n)
	}
	if a, b := json("report", "abc"), json("report", "abc", "--cut", "80,95"); len(a) != len(b) || a[0]["item_id"] != b[0]["item_id"] || a[len(a)-1]["abc"] != b[len(b)-1]["abc"] {
		t.Error("--cut 80,95 is not the default")
	}
	for _, bad := range [][]string{{"abc", "--by", "weight"}, {"abc", "--per", "planet"}, {"abc", "--cut", "95,80"}, {"abc", "--counts", "x"}, {"aging", "--buckets", "-3"}, {"kpi", "--group", "moon"}, {"suppliers", "--site", "x"}, {"slow", "--by", "margin"}, {"kitting", "--class", "A"}, {"slow", "--chart", "x.svg"}, {"abc", "--chart", "x.gif"}, {"workbook"}, {"forecast"}} {
		if code, out, errs := cli(t, append([]string{"--data", data, "report"}, bad...)...); code != exitUsage {
			t.Errorf("report %v: exit code %d\n%s%s", bad, code, out, errs)
		}
	}

	// Key figures: targets, the plan before, groups, history.
	for _, r := range json("report", "kpi", "--against", json("plans")[0]["plan"].(string)) {
		if r["name"] == "turns" && (r["target"] != 6.0 || r["before"] == nil) {
			t.Errorf("turns: %v", r)
		}
	}
	if h := json("report", "kpi", "--history"); len(h) != 2*len(json("report", "kpi")) {
		t.Errorf("the history has %d rows", len(h))
	}
	if out := must(t, "--data", data, "report", "kpi", "--group", "site"); strings.Count(out, "\n") < 4 {
		t.Errorf("key figures by site:\n%s", out)
	}

	// Pictures.
	dir := t.TempDir()
	item := json("sql", "SELECT item_id || '@' || site_id AS k FROM plan.forecast LIMIT 1")[0]["k"].(string)
	for _, r := range []string{"abc", "aging", "projection", "forecast"} {
		for _, end := range []string{"svg", "png"} {
			path := filepath.Join(dir, r+"."+end)
			args := []string{"--lang", "zh", "--data", data, "report", r, "--chart", path}
			if r == "forecast" {
				args = append(args, "--item", item)
			}
			must(t, args...)
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if end == "png" {
				_, err = png.Decode(f)
			} else {
				err = xml.NewDecoder(f).Decode(new(struct{}))
			}
			if err != nil {
				t.Errorf("%s.%s: %v", r, end, err)
			}
			_ = f.Close()
		}
	}

	// The workbook: formulas give what the plan says, totals what the tables sum to.
	path := filepath.Join(dir, "plan.xlsx")
	must(t, "--data", data, "-o", path, "report", "workbook")
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }() // it was only read
	if list := book.GetSheetList(); len(list) != 19 || list[0] != "Summary" || list[17] != "Service against stock" || list[18] != "Stock ahead" {
		t.Errorf("sheets %v", list)
	}
	rows, err := book.GetRows("Order quantities", excelize.Options{RawCellValue: true})
	if err != nil || len(rows) < 5 {
		t.Fatalf("%d order quantities (%v)", len(rows), err)
	}
	checked := 0
	for line := 4; line <= min(len(rows), 60); line++ {
		at := strconv.Itoa(line)
		got, err := book.CalcCellValue("Order quantities", "Q"+at, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		want, err := book.GetCellValue("Order quantities", "R"+at, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		a, _ := strconv.ParseFloat(got, 64)
		b, _ := strconv.ParseFloat(want, 64)
		if b <= 0 || math.Abs(a-b) > 1e-6*b {
			t.Errorf("line %d: the formula gives %s, the plan has %s", line, got, want)
		}
		checked++
	}
	if checked == 0 {
		t.Error("no formula was checked")
	}
	layers, err := book.GetRows("Aging", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	total := 0.0
	for _, r := range layers[3:] {
		if len(r) > 8 {
			v, _ := strconv.ParseFloat(r[8], 64)
			total += v
		}
	}
	if math.Abs(total-whole) > 1e-6*whole {
		t.Errorf("the sheet of aging sums to %g, the report to %g", total, whole)
	}
	if tables, err := book.GetTables("Aging"); err != nil || len(tables) != 1 {
		t.Errorf("the sheet has no filters: %v (%v)", tables, err)
	}
	if panes, err := book.GetPanes("Aging"); err != nil || !panes.Freeze || panes.YSplit != 3 {
		t.Errorf("the header is not frozen: %+v (%v)", panes, err)
	}
}
