package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestShadow sets what the entered levels of the sample company would propose against
// its plan, through a file; parts sum to the whole, and files that are none are told.
func TestShadow(t *testing.T) {
	wholeWay(t)
	data := demoSES(t)
	dir := t.TempDir()
	erp := filepath.Join(dir, "erp.csv")
	must(t, "--data", data, "backtest", "--shadow", "min-max", "--rows", "proposals", "-o", erp)
	text := must(t, "--data", data, "--lang", "en", "backtest", "--shadow", erp, "--top", "3")
	for _, want := range []string{"average stock value", "only in the ERP", "Week from", "SUP-", "Largest differences", "Taken for granted"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%.2000s", want, text)
		}
	}
	if zh := must(t, "--data", data, "--lang", "zh", "backtest", "--shadow", erp, "--top", "3"); !strings.Contains(zh, "仅 ERP 有") || strings.Contains(zh, "shadow.") {
		t.Errorf("in Chinese\n%.1500s", zh)
	}
	number := func(v any) float64 { x, _ := v.(float64); return x }
	figures := rowsOf(t, must(t, "--data", data, "--json", "backtest", "--shadow", erp))
	sums := map[string]map[string]float64{}
	for _, r := range figures {
		part := r["part"].(string)
		if sums[part] == nil {
			sums[part] = map[string]float64{}
		}
		for name, v := range r {
			if !strings.HasPrefix(name, "on_time") && name != "dependent_share" {
				sums[part][name] += number(v)
			}
		}
	}
	for _, part := range []string{"class", "site", "supplier"} {
		for name, want := range sums["all"] {
			if got := sums[part][name]; math.Abs(got-want) > 1e-6*math.Max(1, want) {
				t.Errorf("%s by %s sums to %v, want %v", name, part, got, want)
			}
		}
	}
	same := rowsOf(t, must(t, "--data", data, "--json", "backtest", "--shadow", "min-max"))
	if a, b := same[0], figures[0]; number(a["orders_erp"]) != number(b["orders_erp"]) || number(a["stock_erp"]) != number(b["stock_erp"]) || number(a["cash_erp"]) != number(b["cash_erp"]) {
		t.Errorf("by the file %v, without it %v", b, a)
	}
	// The plan's own orders, as exported, differ from the plan in nothing.
	own := filepath.Join(dir, "own.csv")
	must(t, "--data", data, "export", "planned_orders", "-o", own)
	all := rowsOf(t, must(t, "--data", data, "--json", "backtest", "--shadow", own))[0]
	for _, name := range []string{"lines_other_day", "lines_other_quantity", "lines_other_both", "lines_only_erp", "lines_only_plan"} {
		if number(all[name]) != 0 {
			t.Errorf("the plan's own orders: %s %v", name, all[name])
		}
	}
	for _, name := range []string{"stock", "end", "late", "ordered", "short_days"} {
		if x, y := number(all[name+"_erp"]), number(all[name+"_plan"]); x != y {
			t.Errorf("the plan's own orders: %s %v and %v", name, x, y)
		}
	}
	for _, rows := range []string{"weeks", "skus", "orders"} {
		if n := len(rowsOf(t, must(t, "--data", data, "--json", "backtest", "--shadow", erp, "--rows", rows))); n < 10 {
			t.Errorf("--rows %s: %d rows", rows, n)
		}
	}
	garbage := filepath.Join(dir, "garbage.csv")
	if err := os.WriteFile(garbage, []byte("item_id,site_id,qty,due_on\nNOTHING,PL-SZ,5,2026-07-10\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs := cli(t, "--data", data, "--lang", "en", "backtest", "--shadow", garbage)
	if code == 0 || !strings.Contains(errs, "garbage.csv:2") || !strings.Contains(errs, "no proposal") {
		t.Errorf("a file without a known item: exit code %d, %s", code, errs)
	}
	for _, bad := range [][]string{{"--rows", "moon"}, {"--window", "-1"}, {"--until", "2020-01-01"}, {"--value"}, {"--actual", "latest"}} {
		if code, _, _ := cli(t, append([]string{"--data", data, "backtest", "--shadow", erp}, bad...)...); code != exitUsage {
			t.Errorf("backtest --shadow %v: exit code %d, want %d", bad, code, exitUsage)
		}
	}
	if code, _, errs := cli(t, "--data", data, "backtest", "--shadow", filepath.Join(dir, "gone.csv")); code == 0 || !strings.Contains(errs, "gone.csv") {
		t.Errorf("a file that is not there: exit code %d, %s", code, errs)
	}
}

// TestShadowActual: two weeks later the newest snapshot tells what came: 7 sold, 2 of them
// returned and 4 sold of one sku, at its price, nothing of the others, up to its day.
func TestShadowActual(t *testing.T) {
	wholeWay(t)
	data := demoSES(t)
	number := func(v any) float64 { x, _ := v.(float64); return x }
	ask := []string{"--data", data, "--json", "backtest", "--shadow", "min-max", "--plan", "p0001", "--rows", "skus"}
	var item, site string
	for _, r := range rowsOf(t, must(t, ask...)) {
		if item == "" && strings.HasPrefix(r["site_id"].(string), "WH-") && number(r["demand"]) > 0 && number(r["dependent_share"]) == 0 {
			item, site = r["item_id"].(string), r["site_id"].(string)
		}
	}
	if item == "" {
		t.Fatal("no sku that only customers ask for")
	}
	price := number(rowsOf(t, must(t, "--data", data, "--json", "sql", "SELECT unit_price FROM snap.items WHERE item_id = '"+item+"'"))[0]["unit_price"])
	later := filepath.Join(t.TempDir(), "demand_history.csv")
	text := "item_id,site_id,on,qty,kind,stockout\n"
	for _, row := range []string{"2026-07-01,7,sale,", "2026-07-02,2,return,", "2026-07-13,4,sale,"} {
		text += item + "," + site + "," + row + "\n"
	}
	if err := os.WriteFile(later, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, "--data", data, "import", "--update", later, "--as-of", "2026-07-14")
	for _, r := range rowsOf(t, must(t, append(ask, "--actual", "latest")...)) {
		want := 0.0
		if r["item_id"] == item && r["site_id"] == site {
			want = 9 * price
		}
		if outside := number(r["demand"]) * (1 - number(r["dependent_share"])); strings.HasPrefix(r["site_id"].(string), "WH-") && math.Abs(outside-want) > 0.006 {
			t.Errorf("%s@%s: customers asked for %v, want %v", r["item_id"], r["site_id"], outside, want)
		}
	}
	ask[len(ask)-1] = "weeks"
	if n := len(rowsOf(t, must(t, append(ask, "--actual", "latest")...))); n != 2 {
		t.Errorf("%d weeks, want the two before the day of the newest snapshot", n)
	}
	if text := must(t, "--data", data, "--lang", "en", "backtest", "--shadow", "min-max", "--plan", "p0001", "--actual", "latest"); !strings.Contains(text, "demand that came") || !strings.Contains(text, "2026-06-30 to 2026-07-13") {
		t.Errorf("--actual says\n%.500s", text)
	}
}
