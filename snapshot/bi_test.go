package snapshot

import (
	"context"
	flags "flag"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"planwright"
	"planwright/lang"
)

var update = flags.Bool("update", false, "write generated pages anew")

// TestDataDictionary: docs/data-dictionary.md shows the views as they are in the
// code. Who changes a view changes the page, and reads there what that means.
func TestDataDictionary(t *testing.T) {
	const page = "../docs/data-dictionary.md"
	if *update {
		if err := os.WriteFile(page, []byte(DataDictionary()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != DataDictionary() {
		t.Error("docs/data-dictionary.md differs from the bi_* views: people's reports rest on these. A column may be added at the end of a view; for anything else raise BIVersion and say it in the changelog. Then go test ./snapshot -run TestDataDictionary -update")
	}
}

// TestBIViews: the views of a plan file have the columns that the code declares,
// with comments in both languages, and their figures are those of the tables.
func TestBIViews(t *testing.T) {
	w, s, info := planned(t)
	ctx := context.Background()
	ask := func(sql string) string {
		t.Helper()
		rows, err := w.Select(ctx, info.ID, sql)
		return selectText(t, rows, err)
	}
	var want, names strings.Builder
	sorted := BIViews()
	slices.SortFunc(sorted, func(a, b BIView) int { return strings.Compare(a.Name, b.Name) })
	for _, v := range sorted {
		names.WriteString(v.Name + "\n")
		for _, c := range v.Columns {
			comment := string(appendCSV(nil, v.ColumnText(lang.English, c.Name)+" · "+v.ColumnText(lang.Chinese, c.Name)))
			want.WriteString(v.Name + "," + c.Name + "," + string(appendCSV(nil, c.Type)) + "," + comment + "\n")
			if !lang.Has("bi."+v.Name+"."+c.Name) && !lang.Has("bi.column."+c.Name) {
				t.Errorf("%s.%s has no text", v.Name, c.Name)
			}
			if c.Ref != "" && BIViewNamed(c.Ref) == nil {
				t.Errorf("%s.%s refers to %s, which is no view", v.Name, c.Name, c.Ref)
			}
		}
		for _, k := range v.Key {
			if v.Column(k) == nil {
				t.Errorf("%s has no key column %s", v.Name, k)
			}
		}
		if !lang.Has("bi." + v.Name) {
			t.Errorf("%s has no title", v.Name)
		}
		// The key tells rows apart.
		if got := ask("SELECT count(*) FROM (SELECT 1 FROM plan." + v.Name + " GROUP BY " + strings.Join(v.Key, ", ") + " HAVING count(*) > 1)"); got != "0\n" {
			t.Errorf("%s: %s keys come twice", v.Name, got)
		}
		// Every reference is found in its dimension, except where a plan may name what no table has.
		for _, c := range v.Columns {
			if c.Ref == "" || c.Ref == v.Name {
				continue
			}
			key := BIViewNamed(c.Ref).Key[0]
			if got := ask("SELECT count(*) FROM plan." + v.Name + " v WHERE v." + quote(c.Name) + " IS NOT NULL AND NOT EXISTS (FROM plan." + c.Ref + " d WHERE d." + key + " = v." + quote(c.Name) + ")"); got != "0\n" {
				t.Errorf("%s.%s: %s rows are not in %s", v.Name, c.Name, strings.TrimSpace(got), c.Ref)
			}
		}
	}
	if got := ask("SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE database_name = 'plan' AND schema_name = 'main' AND table_name LIKE 'bi\\_%' ESCAPE '\\' AND table_name <> 'bi_dictionary' ORDER BY table_name, column_index"); got != want.String() {
		t.Errorf("the views are\n%s\nwant\n%s", got, want.String())
	}
	if got := ask("SELECT count(*) FROM duckdb_views() WHERE database_name = 'plan' AND view_name LIKE 'bi\\_%' ESCAPE '\\' AND comment IS NOT NULL"); got != strconv.Itoa(len(sorted))+"\n" {
		t.Errorf("%s views have a comment, want %d", got, len(sorted))
	}
	if got := ask("SELECT DISTINCT view_name FROM plan.bi_dictionary ORDER BY 1"); got != names.String() {
		t.Errorf("bi_dictionary speaks of %q, want %q", got, names.String())
	}
	for _, c := range []struct{ sql, want string }{
		{"SELECT plan_id, snapshot_id, as_of, horizon_end, currency FROM plan.bi_plan", info.ID + "," + s.ID + ",2026-06-30,2026-12-29,CNY\n"},
		{"SELECT min(date), max(date), count(*) FROM plan.bi_date", "2023-01-01,2027-12-31,1826\n"},
		{"SELECT * EXCLUDE (month_start, week_start) FROM plan.bi_date WHERE date = DATE '2026-01-01'", "2026-01-01,2026,1,1,1,2026-01,2026,1,4,false,-180\n"},
		{"SELECT item_id, name, uom, unit_cost, status, planner, successor_item_id FROM plan.bi_item WHERE item_id LIKE 'SP%'", "\"SPOKE, steel\",Spoke,EA,0.1,phase_out,Wang,WHEEL\n"},
		{"SELECT site_id, name, region FROM plan.bi_site ORDER BY 1", "EAST,East,\nWEST,West,w\n"},
		{"SELECT supplier_id, name, min_order_value, lead_time_days FROM plan.bi_supplier ORDER BY 1", "S1,Steel,100,12\nS2,,0,\n"},
		{"SELECT item_id, site_id, abc, policy, order_qty FROM plan.bi_sku ORDER BY 1, 2", "BIKE,EAST,A,,\nBIKE,WEST,,,\nFRAME,EAST,B,reorder_point,100\n\"SPOKE, steel\",EAST,,,\nWHEEL,EAST,,,\n"},
		{"SELECT row_id, item_id, site_id, lot, status, qty, round(value, 6) FROM plan.bi_stock ORDER BY row_id", "0,BIKE,EAST,L1,available,4,1200\n1,\"SPOKE, steel\",EAST,,available,-2.5,-0.25\n2,\"SPOKE, steel\",EAST,ÅÄÖ-a-very-long-lot-number,inspection,100.000001,10\n"},
		// Three sold at 500.5 and one and a half returned in June; seven issued at cost 50; an order due in July each.
		{"SELECT item_id, site_id, month, kind, qty, value FROM plan.bi_demand ORDER BY row_id", "BIKE,EAST,2026-06-01,sale,3,1501.5\nBIKE,EAST,2026-06-01,return,-1.5,-750.75\nBIKE,EAST,2026-07-01,open_order,10,5005\nBIKE,WEST,2026-07-01,open_order,3,1501.5\nWHEEL,EAST,2026-05-01,issue,7,350\n"},
		{"SELECT item_id, order_id, kind, supplier_id, due_on, firm, qty, value FROM plan.bi_open_orders ORDER BY row_id", "FRAME,PO1,purchase,S1,2026-07-10,true,50,5000\nWHEEL,WO7,work,,2026-07-03,false,10,500\n"},
		{"SELECT kpi, name, name_zh, value FROM plan.bi_kpi", "stock_value,stock value,库存金额,1234.5\n"},
		{"SELECT (SELECT count(*) FROM plan.bi_requirements), (SELECT count(*) FROM plan.bi_forecast), (SELECT count(*) FROM plan.bi_planned_orders), (SELECT count(*) FROM plan.bi_exceptions), (SELECT count(*) FROM plan.bi_suggestions), (SELECT count(*) FROM plan.bi_aging)", "3,2,3,2,2,1\n"},
		{"SELECT DISTINCT plan_id FROM plan.bi_suggestions", info.ID + "\n"},
	} {
		if got := ask(c.sql); got != c.want {
			t.Errorf("%s = %q, want %q", c.sql, got, c.want)
		}
	}
	if _, err := w.VerifyPlan(ctx, info.ID); err != nil {
		t.Error(err)
	}
}

// TestDemandWindow: demand before the window stays out, months and kinds are
// summed apart, and a sum that no quantity holds is NULL.
func TestDemandWindow(t *testing.T) {
	w, _ := testWorkspace(t)
	ctx := context.Background()
	d, err := w.NewSnapshotFile(ctx)
	if err != nil {
		t.Fatal(err)
	}
	testDraft(t, d)
	if err := d.Conn.Exec(ctx, `DELETE FROM data.demand_history; DELETE FROM data.demand_orders; INSERT INTO data.demand_history (sku, "on", qty, kind) VALUES
		(0, DATE '2024-05-31', 1, 'sale'), (0, DATE '2024-06-01', 2, 'sale'), (0, DATE '2024-06-30', 3, 'sale'), (0, DATE '2024-07-01', 4, 'sale'), (0, DATE '2024-07-31', 5, 'issue'),
		(2, DATE '2026-06-01', 999999999999, 'sale'), (2, DATE '2026-06-02', 999999999999, 'sale'), (2, DATE '2026-06-03', 1, 'sale')`); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Publish(ctx); err != nil {
		t.Fatal(err)
	}
	s := loadFixture(t, w)
	p := testPlan(s)
	p.Pegs.DemandKind[0], p.Pegs.DemandRef[0] = planwright.DemandSafety, planwright.None // there are no orders now
	p.Requirements.Kind[1], p.Requirements.Ref[1] = planwright.ElemSafety, planwright.None
	info, err := w.WritePlan(ctx, s, p, RunInfo{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := w.Select(ctx, info.ID, "SELECT item_id, month, kind, qty FROM plan.bi_demand ORDER BY row_id")
	if got, want := selectText(t, rows, err), "BIKE,2024-06-01,sale,5\nBIKE,2024-07-01,sale,4\nBIKE,2024-07-01,issue,5\nFRAME,2026-06-01,sale,\n"; got != want {
		t.Errorf("demand by month = %q, want %q", got, want)
	}
}

// TestNumberRows: rows of a view over numbers, chosen by number or filtered, are
// those of the view.
func TestNumberRows(t *testing.T) {
	w, _, info := planned(t)
	ctx := context.Background()
	for _, c := range [][2]string{{"pegging", "supply_id, supply_kind, demand_id, demand_kind, item_id, site_id, qty, due_on, demand_order, seq"}, {"requirements", `item_id, site_id, "on", kind, order_id, qty, available_after, seq`}} {
		view, err := w.Select(ctx, info.ID, "SELECT "+c[1]+" FROM plan."+c[0]+" WHERE seq >= 1 ORDER BY seq")
		want := selectText(t, view, err)
		for _, cond := range []string{"rowid >= 1", "rowid IN (SELECT CAST(unnest([1,2,3,99]) AS BIGINT))"} {
			rows, err := w.Select(ctx, info.ID, "SELECT "+c[1]+" FROM "+NumberRows(c[0], cond)+" ORDER BY seq")
			if got := selectText(t, rows, err); got != want || want == "" {
				t.Errorf("%s where %s = %q, want %q", c[0], cond, got, want)
			}
		}
		for _, cond := range []string{`"item_id" = 'BIKE'`, `"qty" > 5`, `"order_id" = 'SO1'`, `"demand_order" = 'SO1'`, `"supply_kind" = 'purchase'`, `"site_id" = 'EAST' AND "qty" < 100`} {
			name := strings.Split(cond, `"`)[1]
			if !strings.Contains(c[1], name) {
				continue
			}
			view, err := w.Select(ctx, info.ID, "SELECT seq FROM plan."+c[0]+" WHERE "+cond+" ORDER BY seq")
			want := selectText(t, view, err)
			rows, err := w.Select(ctx, info.ID, "SELECT seq FROM "+NumberFilter(c[0], cond)+" WHERE "+cond+" ORDER BY seq")
			if got := selectText(t, rows, err); got != want {
				t.Errorf("%s where %s = %q, want %q", c[0], cond, got, want)
			}
		}
	}
}
