package main

import (
	"strings"
	"testing"
)

// TestWhatIf asks, keeps, lists, compares and deletes scenarios of the sample company;
// a scenario that changes nothing is the plan to the cent, although its sku's are
// forecast again from the files.
func TestWhatIf(t *testing.T) {
	wholeWay(t)
	data := demoSES(t)
	number := func(v any) float64 {
		x, _ := v.(float64)
		return x
	}
	figures := func(rows []map[string]any) (changed int) {
		for _, r := range rows {
			if number(r["difference"]) != 0 {
				changed++
			}
		}
		return changed
	}
	if rows := rowsOf(t, must(t, "--data", data, "--json", "whatif", "--set", "delay supplier SUP-0001 by 0 days")); len(rows) < 10 || figures(rows) != 0 {
		t.Errorf("nothing changed, and %d of %d figures did", figures(rows), len(rows))
	}
	text := must(t, "--data", data, "whatif", "--set", "demand of everything +20 %", "--set", "service of class A = 99 %", "--name", "up")
	for _, want := range []string{"demand of everything +20 %", "order lines in full", "suggestions: ", "purchases due in week of"} {
		if !strings.Contains(text, want) {
			t.Errorf("whatif does not say %q:\n%.1500s", want, text)
		}
	}
	if rows := rowsOf(t, must(t, "--data", data, "--json", "whatif", "--set", "cost of everything +10 %", "--rows", "suggestions")); len(rows) != 0 && rows[0]["suggestion_id"] == nil {
		t.Errorf("rows of suggestions: %v", rows[0])
	}
	must(t, "--data", data, "whatif", "--set", "delay supplier SUP-0001, SUP-0002 by 2 weeks", "--name", "延迟", "--lang", "zh")
	if rows := rowsOf(t, must(t, "--data", data, "--json", "whatif", "list")); len(rows) != 2 || rows[0]["name"] != "延迟" {
		t.Errorf("list: %v", rows)
	}
	if text := must(t, "--data", data, "whatif", "compare"); !strings.Contains(text, "up") || !strings.Contains(text, "延迟") {
		t.Errorf("compare:\n%s", text)
	}
	if rows := rowsOf(t, must(t, "--data", data, "--json", "whatif", "show", "up")); figures(rows) == 0 {
		t.Error("20 % more demand changes nothing")
	}
	must(t, "--data", data, "whatif", "delete", "up")
	if rows := rowsOf(t, must(t, "--data", data, "--json", "whatif", "list")); len(rows) != 1 {
		t.Errorf("after delete: %v", rows)
	}
}
