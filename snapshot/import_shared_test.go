package snapshot

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwright"
)

// sharedData are collections of real files that are not part of the project;
// where they lie beside it, all of them must import. set is the largest number
// of rows that may be set aside, each for the reasons given.
var sharedData = []struct {
	path    string
	tables  string // of the snapshot, with rows: read=imported+merged+ignored+quarantined
	set     int64
	codes   string // of the rows that are set aside
	mapping string
	err     string
}{
	{path: "northwind", tables: "items 77=77+0+0+0; suppliers 29=29+0+0+0; skus 77=77+0+0+0; sources 77=77+0+0+0; stock 77=77+0+0+0; demand_history 2155=2155+0+0+0"},
	// Purchase units (cartons, cases, ...) whose factors the data does not have.
	{path: "adventureworks_planning", set: 306, codes: "UOM_CONVERSION"},
	{path: "online_retail", tables: "items 525461=4631+520830+0+0; demand_history 525461=525461+0+0+0"},
	{path: "frepple/demo", set: 8, codes: "MISSING_VALUE UNKNOWN_ITEM UNKNOWN_VALUE BOM_CYCLE DUPLICATE_KEY UNKNOWN_SITE BAD_DATE"},
	{path: "frepple/demo_ai_forecasting"}, {path: "frepple/distribution_demo"}, {path: "frepple/jobshop"}, {path: "frepple/unicode_test"},
	{path: "frepple/flow_line", set: 1, codes: "MISSING_VALUE DUPLICATE_KEY UNKNOWN_ITEM"},
	{path: "frepple/manufacturing_demo", set: 4, codes: "MISSING_VALUE UNKNOWN_ITEM UNKNOWN_VALUE UNKNOWN_SITE"},
	{path: "bad_inputs/dataco_6000_us_dates_empty_columns.csv.gz", tables: "items 6000=106+5894+0+0; demand_history 6000=6000+0+0+0"},
	// A spreadsheet made 00:00.0 of every day.
	{path: "bad_inputs/excel_mangled_dates_WorkOrder_5000.csv.gz", set: 37, codes: "BAD_DATE"},
	{path: "bad_inputs/online_retail_no_item_key_5000.csv.gz", set: 12, codes: "MISSING_VALUE"},
	{path: "bad_inputs/wwi_StockItems_raw.csv", tables: "items 227=227+0+0+0; skus 227=227+0+0+0; sources 227=227+0+0+0"},
	{path: "bad_inputs/ms_raw_BillOfMaterials.csv", set: 0, mapping: "version: 1\ntables:\n  - table: bom\n    from: ms_raw_BillOfMaterials.csv\n    where: column_2 IS NOT NULL\n    columns: {parent_id: column_2, component_id: column_3, qty_per: column_8, effective_from: column_4, effective_to: column_5}\n"},
	{path: "bad_inputs/ms_raw_ProductVendor.csv", mapping: "version: 1\ntables:\n  - table: sources\n    from: ms_raw_ProductVendor.csv\n    columns: {item_id: column_1, kind: \"'buy'\", supplier_id: column_2, lead_time_days: column_3, price: column_4, lot_min: column_7, lot_max: column_8}\n"},
	// Names of units without an item or a factor: nothing to plan with.
	{path: "bad_inputs/ms_raw_UnitMeasure.csv", err: "no table of the data set is recognised"},
	{path: "forecast/carparts_monthly_train.csv.gz", set: 4142, codes: "MISSING_VALUE"},
	{path: "forecast/dominicks_oj_weekly_test.csv.gz"}, {path: "forecast/m3_yearly_test.csv.gz"}, {path: "forecast/tourism_hier_bottom_test.csv.gz"},
}

func TestImportShared(t *testing.T) {
	root := filepath.Join("..", "..", "shared", "data")
	if _, err := os.Stat(root); err != nil {
		t.Skip("the real files are not part of the project")
	}
	if testing.Short() {
		t.Skip("half a million rows")
	}
	for _, c := range sharedData {
		t.Run(c.path, func(t *testing.T) {
			w := openTest(t)
			o := ImportOptions{Paths: []string{filepath.Join(root, filepath.FromSlash(c.path))}, Today: planwright.Date(2026, 7, 1)}
			if c.mapping != "" {
				o.MapFile = filepath.Join(t.TempDir(), "map.yaml")
				if err := os.WriteFile(o.MapFile, []byte(c.mapping), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			r, err := w.Import(context.Background(), o)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("%v, want an error with %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			set := int64(0)
			for _, x := range r.Tables {
				set += x.Quarantined
				if x.Read != x.Imported+x.Merged+x.Ignored+x.Quarantined {
					t.Errorf("accounting of %s: %+v", x.File, x)
				}
			}
			if c.tables != "" && accounting(r) != c.tables {
				t.Errorf("accounting\n got %s\nwant %s", accounting(r), c.tables)
			}
			if set != c.set {
				t.Errorf("%d rows set aside, want %d", set, c.set)
			}
			for _, x := range r.Counts {
				if x.Severity == planwright.Fail && !strings.Contains(c.codes, x.Code.String()) {
					t.Errorf("%d rows of %s set aside with %s, want %s", x.Rows, x.Table, x.Code, c.codes)
				}
			}
		})
	}
}
