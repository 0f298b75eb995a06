package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWorklistOfSites: from files to the worklist. HUB needs 10 of its 100 A; EAST
// is short of 30 on 6 July and buys them by 31 July, a transfer takes three days. HUB
// has 60 B for planned transfers of 60 and 40 on 4 July: 36 and 24. All of these
// lines are for a person.
func TestWorklistOfSites(t *testing.T) {
	wholeWay(t)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"sites":         "site_id\nEAST\nWEST\nHUB\n",
		"items":         "item_id,unit_cost,unit_price\nA,1,2\nB,1,2\n",
		"stock":         "item_id,site_id,qty\nA,HUB,100\nA,EAST,20\nB,HUB,60\n",
		"skus":          "item_id,site_id,lead_time_days,safety_stock\nA,HUB,50,10\nA,EAST,30,0\nB,HUB,30,0\nB,EAST,2,0\nB,WEST,2,0\n",
		"sources":       "item_id,site_id,kind,from_site_id,lead_time_days,priority\nA,EAST,buy,,30,1\nA,EAST,transfer,HUB,3,2\nB,EAST,transfer,HUB,2,1\nB,WEST,transfer,HUB,2,1\n",
		"demand_orders": "order_id,item_id,site_id,qty,due_on\n1,A,EAST,50,2026-07-06\n2,B,EAST,60,2026-07-06\n3,B,WEST,40,2026-07-06\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name+".csv"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	data := t.TempDir()
	must(t, "--data", data, "import", dir, "--as-of", "2026-07-01")
	must(t, "--data", data, "run")
	got := map[string]string{}
	for _, r := range rowsOf(t, must(t, "--data", data, "--json", "sql", "SELECT suggestion_id, action, CAST(qty AS VARCHAR) AS qty, reason FROM plan.suggestions WHERE reason_key IN ('reason.rebalance', 'reason.fair_share_need')")) {
		got[r["suggestion_id"].(string)] = strings.TrimSuffix(r["qty"].(string), ".000000")
		if r["action"] != "transfer" || strings.Contains(r["reason"].(string), "{") {
			t.Error(r)
		}
	}
	for id, want := range map[string]string{"R:P:A@EAST:20260731:1:HUB": "30", "F:T:B@EAST:20260706:1": "36", "F:T:B@WEST:20260706:1": "24"} {
		if got[id] != want {
			t.Errorf("%s: %q, want %s of %v", id, got[id], want, got)
		}
		must(t, "--data", data, "why", id)
	}
	if len(got) != 3 {
		t.Errorf("%v", got)
	}
	if free := rowsOf(t, must(t, "--data", data, "--json", "todo", "--top", "0", "--release", "untouched")); len(free) != 0 {
		t.Errorf("released untouched: %v", free)
	}
}
