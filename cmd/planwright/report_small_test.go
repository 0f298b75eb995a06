package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestSmallCompany follows figures by hand through files, plan and reports: a
// transfer between two sites, an expiry, a provision, what people entered.
func TestSmallCompany(t *testing.T) {
	files, data := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"settings.csv": "name,value\nprovision,61:0.5\n",
		"items.csv":    "item_id,unit_cost,unit_price,ved,shelf_life_days,category\nA,10,15,vital,,x\nB,2,3,D,400,y\nC,1,0,,,y\n",
		"sites.csv":    "site_id\nEAST\nWEST\n",
		"skus.csv":     "item_id,site_id,safety_stock\nA,EAST,0\nA,WEST,0\nB,EAST,0\nC,EAST,0\n",
		// 10 of A came 100 days ago to EAST; 6 went to WEST 10 days ago, where 2 have been sold.
		"movements.csv": "item_id,site_id,on,qty,kind,document\nA,EAST,2026-03-22,10,receipt,R1\nA,EAST,2026-06-20,-6,transfer,T1\nA,WEST,2026-06-21,6,transfer,T1\nA,WEST,2026-06-25,-2,sale,\n",
		// 30 of B: 12 are sold before the lot expires in 4 days (4 today, 8 on the last day), and nothing after.
		"stock.csv":          "item_id,site_id,qty,lot,received_on,expires_on\nA,EAST,4,,,\nA,WEST,4,,,\nB,EAST,20,L1,2026-06-01,2026-07-04\nB,EAST,10,L2,2026-06-15,2027-06-15\nC,EAST,7,,,\n",
		"demand_orders.csv":  "order_id,item_id,site_id,qty,due_on\nO1,B,EAST,4,2026-06-30\nO2,B,EAST,8,2026-07-04\n",
		"demand_history.csv": "item_id,site_id,on,qty\nA,WEST,2026-06-25,2\n",
	} {
		if err := os.WriteFile(filepath.Join(files, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	must(t, "--data", data, "import", files, "--as-of", "2026-06-30")
	must(t, "--data", data, "run", "--method", "naive")
	for query, want := range map[string]any{
		// Both sites hold what came in on 22 March, 100 days ago.
		`SELECT count(*) AS x FROM plan.aging WHERE item_id = 'A' AND age_days = 100`:                               2.0,
		`SELECT basis AS x FROM plan.aging WHERE item_id = 'A' AND site_id = 'EAST'`:                                "movement",
		`SELECT basis AS x FROM plan.aging WHERE item_id = 'A' AND site_id = 'WEST'`:                                "transfer",
		`SELECT basis AS x FROM plan.aging WHERE item_id = 'C'`:                                                     "undated",
		`SELECT age_days AS x FROM plan.aging WHERE item_id = 'C'`:                                                  nil,
		`SELECT sum(provision) AS x FROM plan.aging`:                                                                0.5 * 8 * 10,
		`SELECT ved AS x FROM plan.classes WHERE item_id = 'A' AND site_id = 'EAST'`:                                "V",
		`SELECT ved AS x FROM plan.classes WHERE item_id = 'B'`:                                                     "D",
		`SELECT ved AS x FROM plan.classes WHERE item_id = 'C'`:                                                     nil,
		`SELECT CAST(used AS DOUBLE) AS x FROM plan.expiry_risk WHERE lot = 'L1'`:                                   12.0,
		`SELECT risk_value AS x FROM plan.expiry_risk WHERE lot = 'L1'`:                                             2.0 * 8,
		`SELECT status AS x FROM plan.expiry_risk WHERE lot = 'L2'`:                                                 "ok",
		`SELECT movement AS x FROM plan.flow WHERE item_id = 'C'`:                                                   "unknown",
		`SELECT last_use_on AS x FROM plan.flow WHERE item_id = 'A' AND site_id = 'WEST'`:                           "2026-06-25",
		`SELECT kind AS x FROM plan.excess WHERE item_id = 'C'`:                                                     "dead",
		`SELECT action AS x FROM plan.excess WHERE item_id = 'C'`:                                                   "dispose",
		`SELECT days_forward AS x FROM plan.flow WHERE item_id = 'C'`:                                               nil,
		`SELECT sum(opening_value) AS x FROM plan.projection WHERE week_start = DATE '2026-06-30'`:                  8*10.0 + 30*2 + 7,
		`SELECT value AS x FROM plan.kpi_groups WHERE dimension = 'site' AND key = 'WEST' AND name = 'stock_value'`: 40.0,
		`SELECT value AS x FROM plan.kpis WHERE name = 'otif_plan'`:                                                 1.0,
		`SELECT average_qty AS x FROM plan.flow WHERE item_id = 'A' AND site_id = 'WEST'`:                           (6*4 + 4*5) / 9.0,
	} {
		rows := rowsOf(t, must(t, "--data", data, "--json", "sql", query))
		if len(rows) != 1 || rows[0]["x"] != want {
			t.Errorf("%s = %v, want %v", query, rows, want)
		}
	}
	// A policy that is none is set aside by the import, with its reason.
	bad := t.TempDir()
	if err := os.WriteFile(filepath.Join(bad, "settings.csv"), []byte("name,value\nprovision,often\nkpi_target.turns,many\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bad, "items.csv"), []byte("item_id\nA\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	other := t.TempDir()
	must(t, "--data", other, "import", bad, "--as-of", "2026-06-30")
	if rows := rowsOf(t, must(t, "--data", other, "--json", "sql", "SELECT sum(n) AS x FROM (SELECT 1 AS n FROM snap.settings)")); rows[0]["x"] != nil {
		t.Errorf("bad settings are kept: %v", rows)
	}
}
