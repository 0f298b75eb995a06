package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestForecastWay: a company's forecasts by the verbs that work on a workspace:
// replayed, overridden, carried on to the next night, and their steps' worth.
func TestForecastWay(t *testing.T) {
	wholeWay(t)
	data := t.TempDir()
	must(t, "--data", data, "demo", "--items", "120")
	board := rowsOf(t, must(t, "--data", data, "--json", "backtest", "--periods", "8", "--methods", "ses,ets:ANN,naive"))
	if len(board) != 3 || board[0]["demand_class"] != "all" || !(board[0]["mase"].(float64) > 0) {
		t.Errorf("backtest gives %v", board)
	}
	if by := rowsOf(t, must(t, "--data", data, "--json", "backtest", "--periods", "8", "--methods", "ses", "--by", "item")); len(by) < 10 || by[0]["item_id"] == "" {
		t.Errorf("backtest --by item gives %d rows", len(by))
	}
	for _, by := range []string{"method", "class", "category", "site", "item", "method,class"} {
		if len(rowsOf(t, must(t, "--data", data, "--json", "report", "accuracy", "--by", by))) == 0 {
			t.Errorf("report accuracy --by %s is empty", by)
		}
	}
	f := rowsOf(t, must(t, "--data", data, "--json", "sql", "SELECT item_id, site_id, CAST(period_start AS VARCHAR) AS a, CAST(period_end AS VARCHAR) AS b FROM plan.forecast ORDER BY item_id, site_id, period_start LIMIT 3 OFFSET 2"))[0]
	sku := fmt.Sprintf("%s@%s", f["item_id"], f["site_id"])
	made := rowsOf(t, must(t, "--data", data, "--json", "override", sku, "--from", f["a"].(string), "--to", f["b"].(string), "--qty", "4321", "--reason", "tender", "--author", "li"))
	if len(made) != 1 || made[0]["author"] != "li" {
		t.Fatalf("override gives %v", made)
	}
	// The next night: a later snapshot goes on from the plan of the earlier one.
	sites, err := os.OpenFile(data+"/sample/sites.csv", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sites.WriteString("WH-NEW,Not used yet,,\n"); err != nil { // the same files again would be the same snapshot
		t.Fatal(err)
	}
	if err := sites.Close(); err != nil {
		t.Fatal(err)
	}
	must(t, "--data", data, "import", data+"/sample")
	code, _, errs := cli(t, "--data", data, "run")
	if code != exitDone || !strings.Contains(errs, "carried on from plan p0001-") {
		t.Errorf("the next night: exit code %d: %s", code, errs)
	}
	got := rowsOf(t, must(t, "--data", data, "--json", "sql", fmt.Sprintf("SELECT final, override FROM plan.forecast WHERE item_id = '%s' AND site_id = '%s' AND period_start = DATE '%s'", f["item_id"], f["site_id"], f["a"])))
	if len(got) != 1 || got[0]["final"] != 4321.0 || got[0]["override"] != 4321.0 {
		t.Errorf("planned with %v, want 4321", got)
	}
	must(t, "--data", data, "run") // the same night again is the same plan
	must(t, "--data", data, "override", "remove", "1", "--reason", "lost", "--author", "li")
	must(t, "--data", data, "run", "--base", "none", "--outliers", "adjust", "--reconcile", "mint")
	plans := rowsOf(t, must(t, "--data", data, "--json", "plans"))
	if len(plans) != 4 || plans[1]["digest"] != plans[2]["digest"] || plans[3]["digest"] == plans[0]["digest"] {
		t.Errorf("plans %v", plans)
	}
	if list := rowsOf(t, must(t, "--data", data, "--json", "override", "list", "--all")); len(list) != 2 {
		t.Errorf("journal of overrides: %v", list)
	}
	steps := rowsOf(t, must(t, "--data", data, "--json", "report", "fva", "--origins", "1"))
	if len(steps) != 4 || steps[0]["step"] != "naive" || steps[3]["step"] != "overridden" || !(steps[2]["wape"].(float64) > 0) {
		t.Errorf("report fva gives %v", steps)
	}
	for _, bad := range [][]string{{"override", sku}, {"override", sku, "--from", "2026-07-06", "--qty", "x", "--reason", "r"}, {"override", sku, "--from", "2026-07-06", "--qty", "1"}, {"override", "remove", "x"},
		{"backtest", "--methods", "magic"}, {"backtest", "--by", "moon"}, {"report", "fva", "--by", "moon"}, {"report", "accuracy", "--by", "moon"}, {"run", "--outliers", "hide"}, {"run", "--reconcile", "magic"}} {
		if code, _, errs := cli(t, append([]string{"--data", data}, bad...)...); code != exitUsage {
			t.Errorf("%v: exit code %d, want %d: %s", bad, code, exitUsage, errs)
		}
	}
	if code, _, _ := cli(t, "--data", data, "override", "NOBODY", "--from", "2026-07-06", "--qty", "1", "--reason", "r"); code != exitFailed {
		t.Errorf("override of nobody: exit code %d", code)
	}
}
