package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Three orders of 8 hours each have to be done on 14 January by a press of 8
// hours a day: two of them go to the days before. The open work order has 3 of 5
// parts; the rest comes on the 9th.
func TestReportCapacityAndKitting(t *testing.T) {
	wholeWay(t)
	files := map[string]string{
		"items.csv":         "item_id,uom\nA,EA\nB,EA\nC,EA\nP,EA\nQ,EA\n",
		"skus.csv":          "item_id,procurement,lead_time_days\nA,make,1\nB,make,1\nC,make,1\nP,buy,2\nQ,buy,2\n",
		"bom.csv":           "parent_id,component_id,qty_per\nA,P,1\nB,P,1\nC,P,1\n",
		"resources.csv":     "resource_id,capacity_per_day\nPRESS,8\n",
		"routings.csv":      "item_id,step,resource_id,setup,per_unit\nA,10,PRESS,0,1\nB,10,PRESS,0,1\nC,10,PRESS,0,1\nC,20,GONE,0,1\n",
		"stock.csv":         "item_id,qty\nP,90\nQ,27\n",
		"supply_orders.csv": "order_id,kind,item_id,qty,due_on\nPO,purchase,Q,10,2026-01-09\nWO,work,A,5,2026-01-08\n",
		"reservations.csv":  "order_id,item_id,qty,due_on\nWO,Q,30,2026-01-07\n",
		"demand_orders.csv": "order_id,item_id,qty,due_on\n1,A,13,2026-01-15\n2,B,8,2026-01-15\n3,C,8,2026-01-15\n",
	}
	dir, data := t.TempDir(), t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	must(t, "--data", data, "import", dir, "--as-of", "2026-01-05")
	must(t, "--data", data, "run", "--method", "naive")
	text := func(query string) string {
		var b strings.Builder
		for _, r := range rowsOf(t, must(t, "--data", data, "--json", "sql", query)) {
			fmt.Fprintf(&b, "%v; ", r["x"])
		}
		return strings.TrimSuffix(b.String(), "; ")
	}
	for query, want := range map[string]string{
		`SELECT resource_id || ' ' || "on" || ': ' || CAST(load AS DOUBLE) || ' of ' || CAST(capacity AS DOUBLE) || ', then ' || CAST(levelled AS DOUBLE) AS x FROM plan.capacity ORDER BY "on"`:                              "PRESS 2026-01-07: 5.0 of 8.0, then 5.0; PRESS 2026-01-12: 0.0 of 8.0, then 8.0; PRESS 2026-01-13: 0.0 of 8.0, then 8.0; PRESS 2026-01-14: 24.0 of 8.0, then 8.0",
		`SELECT item_id || ' ' || new_start_on AS x FROM plan.capacity_moves ORDER BY new_start_on`:                                                                                                                           "B 2026-01-12; A 2026-01-13",
		`SELECT CAST(qty AS DOUBLE) || ' ' || detail AS x FROM plan.exceptions WHERE code = 'CAPACITY_OVERLOAD'`:                                                                                                              "16.0 PRESS 24 / 8",
		`SELECT kind || ' ' || coalesce(item_id, '?') || ' ' || CAST(sets_now AS DOUBLE) || ' of ' || CAST(qty AS DOUBLE) || ' ' || kinds_now || '/' || kinds || ' full ' || full_on AS x FROM plan.kits WHERE kind = 'open'`: "open A 4.0 of 5.0 0/1 full 2026-01-09",
		`SELECT order_id || ' ' || item_id || ' ' || CAST(needed AS DOUBLE) || '-' || CAST(now AS DOUBLE) || ' later ' || CAST(later AS DOUBLE) AS x FROM plan.kit_shortages WHERE kind = 'open'`:                             "WO Q 30.0-27.0 later 3.0",
		`SELECT code AS x FROM plan.exceptions WHERE code = 'UNKNOWN_RESOURCE'`:                                                                                                                                               "UNKNOWN_RESOURCE",
	} {
		if got := text(query); got != want {
			t.Errorf("%s\n got %s\nwant %s", query, got, want)
		}
	}
	report := rowsOf(t, must(t, "--data", data, "--json", "report", "capacity"))
	if len(report) != 1 || report[0]["resource_id"] != "PRESS" || fmt.Sprint(report[0]["days_over"]) != "1" {
		t.Errorf("report capacity: %v", report)
	}
	report = rowsOf(t, must(t, "--data", data, "--json", "report", "kitting"))
	if len(report) == 0 || report[0]["order_id"] != "WO" || report[0]["waits_for"] != "Q" {
		t.Errorf("report kitting: %v", report)
	}
	out := t.TempDir()
	must(t, "mrp", dir, "--as-of", "2026-01-05", "-o", out)
	if b, err := os.ReadFile(filepath.Join(out, "exceptions.csv")); err != nil || !strings.Contains(string(b), "CAPACITY_OVERLOAD") {
		t.Errorf("exceptions of the standalone verb: %v\n%s", err, b)
	}
	if b, err := os.ReadFile(filepath.Join(out, "kits.csv")); err != nil || !strings.Contains(string(b), "WO,open,A") {
		t.Errorf("kits of the standalone verb: %v\n%s", err, b)
	}
}
