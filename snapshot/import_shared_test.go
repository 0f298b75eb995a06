package snapshot

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"planwright"
)

// sharedSet are real files that are not part of the project: one import. Where
// they lie beside it, all of them must import as docs/import-corpus.md says.
type sharedSet struct {
	path    string
	mapping string            // text, or a file of docs/examples
	mapped  string            // what the mapping is, for the page
	why     map[string]string // code of rows that are set aside: the reason why they cannot be used
	unused  map[string]string // file: why there is nothing to plan with in it
	err     string            // of a file that stands alone and is none
	large   bool              // only with PLANWRIGHT_SHARED=all
}

const (
	noFactor   = "bought in cartons, cans, cases, gallons or packs, and nothing says what one holds"
	noParent   = "a delivery, which has no parent"
	workTime   = "opening times of resources by shift"
	settingsOf = "settings of the program that wrote it"
	stepsOf    = "steps and machines: a mapping makes routings of them (docs/examples/frepple)"
	labelsOf   = "labels of series"
)

var freppleRest = map[string]string{
	"calendar.csv": workTime, "calendarbucket.csv": workTime, "customer.csv": "names of customers", "dataexport.csv": settingsOf, "measure.csv": settingsOf, "parameter.csv": settingsOf, "userpreference.csv": settingsOf,
	"operation.csv": stepsOf, "operationmaterial.csv": "the bill of _bom_view.csv by operation", "operationresource.csv": stepsOf, "resource.csv": stepsOf, "resourceskill.csv": "skills of people", "skill.csv": "skills of people",
	"forecast.csv": "which series are forecast; no quantities", "item.csv": "codes alone, which other files have",
}

var sharedSets = []sharedSet{
	{path: "northwind", unused: map[string]string{"Categories.csv": "names of categories", "Customers.csv": "addresses of customers", "Shippers.csv": "names of carriers"}},
	{path: "adventureworks_planning", mapping: "adventureworks/mapping.yaml", mapped: "the mapping shipped as example", why: map[string]string{"UOM_CONVERSION": noFactor}, unused: awRest(true)},
	{path: "adventureworks_planning", why: map[string]string{"UOM_CONVERSION": noFactor + "; the example adds the dozen"}, unused: awRest(false)},
	{path: "online_retail", large: true},
	{path: "frepple/demo", unused: freppleRest, why: map[string]string{"MISSING_VALUE": noParent + ", or an order whose item stands in another file alone"}},
	{path: "frepple/demo_ai_forecasting", unused: freppleRest}, {path: "frepple/distribution_demo", unused: freppleRest}, {path: "frepple/jobshop", unused: freppleRest}, {path: "frepple/unicode_test", unused: freppleRest},
	{path: "frepple/flow_line", unused: freppleRest, why: map[string]string{"DUPLICATE_KEY": "a second operation of an item, with another time"}},
	{path: "frepple/manufacturing_demo", unused: freppleRest},
	{path: "frepple/manufacturing_demo", mapping: "frepple/mapping.yaml", mapped: "the mapping shipped as example", unused: freppleRest},
	{path: "bad_inputs/dataco_6000_us_dates_empty_columns.csv.gz"},
	{path: "bad_inputs/excel_mangled_dates_WorkOrder_5000.csv.gz", why: map[string]string{"BAD_DATE": "a spreadsheet made 00:00.0 of every day; these orders are open and have no other"}},
	{path: "bad_inputs/online_retail_no_item_key_5000.csv.gz", why: map[string]string{"MISSING_VALUE": "neither a code nor a name"}},
	{path: "bad_inputs/wwi_StockItems_raw.csv"},
	{path: "bad_inputs/ms_raw_BillOfMaterials.csv", mapping: "headerless/mapping.yaml", mapped: "no titles: the mapping shipped as example"},
	{path: "bad_inputs/ms_raw_ProductVendor.csv", mapping: "headerless/mapping.yaml", mapped: "no titles: the mapping shipped as example"},
	{path: "bad_inputs/ms_raw_UnitMeasure.csv", err: "no table of the data set is recognised", unused: map[string]string{"ms_raw_UnitMeasure.csv": "names of units, without an item or a factor"}},
	{path: "forecast/carparts_monthly_train.csv.gz", large: true, why: map[string]string{"MISSING_VALUE": "no quantity: the month was not observed"}},
	{path: "forecast/carparts_monthly_test.csv.gz", large: true, why: map[string]string{"MISSING_VALUE": "no quantity: the month was not observed"}},
	{path: "forecast/dominicks_oj_weekly_train.csv.gz", large: true}, {path: "forecast/dominicks_oj_weekly_test.csv.gz"},
	{path: "forecast/dominicks_oj_stores.csv", mapping: oneTable("sites", "dominicks_oj_stores.csv", "site_id: STORE"), mapped: "sites by a mapping of one line"},
	{path: "forecast/m3_info.csv", mapping: oneTable("items", "m3_info.csv", "item_id: unique_id, category: type"), mapped: "items by a mapping of one line"},
	{path: "forecast/tourism_hier_keys.csv", mapping: oneTable("items", "tourism_hier_keys.csv", "item_id: unique_id, category: Purpose"), mapped: "items by a mapping of one line"},
	{path: "forecast/m3_yearly_train.csv.gz", large: true}, {path: "forecast/m3_yearly_test.csv.gz"}, {path: "forecast/m3_quarterly_train.csv.gz", large: true}, {path: "forecast/m3_quarterly_test.csv.gz", large: true},
	{path: "forecast/m3_monthly_train.csv.gz", large: true}, {path: "forecast/m3_monthly_test.csv.gz", large: true}, {path: "forecast/m3_other_train.csv.gz", large: true}, {path: "forecast/m3_other_test.csv.gz", large: true},
	{path: "forecast/tourism_hier_bottom_train.csv.gz", large: true}, {path: "forecast/tourism_hier_bottom_test.csv.gz"},
}

func oneTable(table, file, columns string) string {
	return "version: 1\ntables:\n  - {table: " + table + ", from: " + file + ", columns: {" + columns + "}}\n"
}

// awRest are the files of AdventureWorks that the plan does not need.
func awRest(mapped bool) map[string]string {
	m := map[string]string{"bom_roots.csv": "what nothing is made of: bom.csv says so too", "cost_history.csv": "costs of the past", "price_history.csv": "prices of the past", "demand_monthly.csv": "sums of sales.csv.gz",
		"locations.csv": "bins of the one site", "work_order_operations.csv.gz": "hours of past orders"}
	if mapped {
		m["stock_movements_reconstructed.csv.gz"] = "made from the other files"
	}
	return m
}

// corpusPage is the page of what becomes of these files.
var corpusPage = filepath.Join("..", "docs", "import-corpus.md")

const corpusHead = `# What real files become

Public data sets and exports, each imported as it came: the directory or the file in the first column, without a mapping where none is named. Rows read =
imported + merged + ignored + set aside, for every table. Merged rows are equal to one before, or were summed up into one; ignored are blank rows, titles,
totals, and orders that are done. The files are not part of the project. Where they lie beside it,
` + "`PLANWRIGHT_SHARED=all go test ./snapshot -run TestImportShared`" + ` imports them again and compares; ` + "`PLANWRIGHT_SHARED=write`" + ` writes this page.

| files | table | file | read | imported | merged | ignored | set aside | why |
| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |
`

// TestImportShared imports real files of many origins. Every file is used, or has
// a reason why not; every row that is set aside is set aside for a reason that a
// person found by looking at it; and the page says what happens.
func TestImportShared(t *testing.T) {
	root := filepath.Join("..", "..", "shared", "data")
	if _, err := os.Stat(root); err != nil {
		t.Skip("the real files are not part of the project")
	}
	if testing.Short() {
		t.Skip("a hundred files")
	}
	page, err := os.ReadFile(corpusPage)
	write := os.Getenv("PLANWRIGHT_SHARED") == "write"
	if err != nil && !write {
		t.Fatal(err)
	}
	all := write || os.Getenv("PLANWRIGHT_SHARED") == "all"
	lines := corpusHead
	for _, c := range sharedSets {
		if c.large && !all {
			continue
		}
		t.Run(c.path, func(t *testing.T) {
			got := importSet(t, root, &c)
			lines += got
			for _, line := range strings.SplitAfter(got, "\n") {
				if !write && !strings.Contains(string(page), line) {
					t.Errorf("%s does not say\n%s", corpusPage, line)
				}
			}
		})
	}
	if write && !t.Failed() {
		if err := os.WriteFile(corpusPage, []byte(lines), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if !slices.ContainsFunc(sharedSets, func(c sharedSet) bool {
			return rel == filepath.FromSlash(c.path) || filepath.Dir(rel) == filepath.FromSlash(c.path)
		}) {
			t.Errorf("nothing is said about %s", rel)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// importSet imports a set and returns its lines of the page.
func importSet(t *testing.T, root string, c *sharedSet) string {
	t.Helper()
	w, ctx := openTest(t), context.Background()
	o := ImportOptions{Paths: []string{filepath.Join(root, filepath.FromSlash(c.path))}, Today: planwright.Date(2026, 7, 1), MapText: c.mapping}
	if strings.HasSuffix(c.mapping, ".yaml") {
		o.MapText, o.MapFile = "", filepath.Join("..", "docs", "examples", filepath.FromSlash(c.mapping))
		if info, err := os.Stat(o.Paths[0]); err == nil && !info.IsDir() { // the example is of several files
			o.Paths = []string{filepath.Dir(o.Paths[0])}
		}
	}
	r, err := w.Import(ctx, o)
	files := c.path
	if c.mapped != "" {
		files += " (" + c.mapped + ")"
	}
	if c.err != "" {
		if err == nil || !strings.Contains(err.Error(), c.err) {
			t.Errorf("%v, want an error with %q", err, c.err)
		}
		return fmt.Sprintf("| %s | | | | | | | | refused: %s |\n", files, c.unused[filepath.Base(c.path)])
	}
	if err != nil {
		t.Fatal(err)
	}
	inChinese(t, r.Findings)
	rows, err := w.SelectSnapshot(ctx, r.Snapshot.ID, "SELECT table_name || ' ' || file, code, CAST(rows AS VARCHAR) FROM snap.quarantine ORDER BY ALL")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	why := map[string][]string{}
	for rows.Next() {
		var at, code, n string
		if err := rows.Scan(&at, &code, &n); err != nil {
			t.Fatal(err)
		}
		if c.why[code] == "" {
			t.Errorf("%s: %s rows are set aside with %s", at, n, code)
		}
		why[at] = append(why[at], n+" "+code+": "+c.why[code])
	}
	out := ""
	for _, x := range r.Tables {
		if x.Read != x.Imported+x.Merged+x.Ignored+x.Quarantined {
			t.Errorf("accounting of %s: %+v", x.File, x)
		}
		if filepath.Ext(c.path) != "" && x.File != filepath.Base(c.path) {
			continue // another file of the example
		}
		out += fmt.Sprintf("| %s | %s | %s | %d | %d | %d | %d | %d | %s |\n", files, x.Table, x.File, x.Read, x.Imported, x.Merged, x.Ignored, x.Quarantined, strings.Join(why[x.Table+" "+x.File], "; "))
	}
	sort.Strings(r.Skipped)
	for _, file := range r.Skipped {
		if filepath.Ext(c.path) != "" {
			continue
		}
		if c.unused[file] == "" {
			t.Errorf("%s is not used, for no reason", file)
		}
		out += fmt.Sprintf("| %s | | %s | | | | | | not used: %s |\n", files, file, c.unused[file])
	}
	return out
}
