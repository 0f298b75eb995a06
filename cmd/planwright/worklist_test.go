package main

import (
	"math"
	"strings"
	"testing"
)

// TestWorklist: the groups hold every line of the worklist once, and the two ways
// of release divide it; an untouched line is in time and has no exception.
func TestWorklist(t *testing.T) {
	wholeWay(t)
	data := demoSES(t)
	all := rowsOf(t, must(t, "--data", data, "--json", "todo", "--top", "0"))
	number := func(v any) float64 { x, _ := v.(float64); return x }
	free := rowsOf(t, must(t, "--data", data, "--json", "todo", "--top", "0", "--release", "untouched"))
	person := rowsOf(t, must(t, "--data", data, "--json", "todo", "--top", "0", "--release", "person"))
	if len(free) == 0 || len(person) == 0 || len(free)+len(person) != len(all) {
		t.Errorf("%d untouched and %d for a person of %d lines", len(free), len(person), len(all))
	}
	figures := 0.0
	for _, r := range rowsOf(t, must(t, "--data", data, "--json", "sql", "SELECT sum(value) AS value FROM plan.kpis WHERE name IN ('shortage_cost_avoided', 'capital_cost_freed')")) {
		figures = number(r["value"])
	}
	for _, by := range []string{"supplier", "date", "site", "planner", "action", "person"} {
		lines, untouched, stake := 0.0, 0.0, 0.0
		for _, r := range rowsOf(t, must(t, "--data", data, "--json", "todo", "--top", "0", "--by", by)) {
			lines += number(r["lines"])
			untouched += number(r["untouched"])
			stake += number(r["at_stake"])
		}
		if !(figures > 0) || math.Abs(stake-figures) > 1e-6*figures {
			t.Errorf("by %s: %v at stake, the key figures say %v", by, stake, figures)
		}
		if int(lines) != len(all) || int(untouched) != len(free) {
			t.Errorf("by %s: %v lines, %v untouched; want %d and %d", by, lines, untouched, len(all), len(free))
		}
	}
	last := map[string]float64{}
	for _, r := range all { // within an urgency the most at stake comes first
		u, x := r["urgency"].(string), number(r["at_stake"])
		if before, ok := last[u]; ok && x > before {
			t.Errorf("%s of %v comes after %v", r["suggestion_id"], x, before)
		}
		last[u] = x
	}
	before := 0.0
	for i, r := range rowsOf(t, must(t, "--data", data, "--json", "todo", "--top", "0", "--sort", "money")) {
		if x := number(r["at_stake"]); i > 0 && x > before {
			t.Errorf("--sort money: %s of %v comes after %v", r["suggestion_id"], x, before)
		}
		before = number(r["at_stake"])
	}
	sinners := map[string]bool{}
	for _, r := range rowsOf(t, must(t, "--data", data, "--json", "sql", "SELECT DISTINCT item_id || '@' || site_id AS sku FROM plan.exceptions WHERE severity IN ('fail', 'warn') AND item_id IS NOT NULL")) {
		sinners[r["sku"].(string)] = true
	}
	for _, r := range free {
		if sku := r["item_id"].(string) + "@" + r["site_id"].(string); sinners[sku] {
			t.Errorf("%s is untouched, and an exception speaks of %s", r["suggestion_id"], sku)
		}
	}
	if text := must(t, "--data", data, "todo", "--by", "supplier"); !strings.Contains(text, "can be released untouched") || !strings.Contains(text, "SUP-") {
		t.Errorf("todo --by supplier shows\n%.600s", text)
	}
	for _, bad := range [][]string{{"--by", "moon"}, {"--release", "never"}, {"--sort", "moon"}} {
		if code, _, _ := cli(t, append([]string{"--data", data, "todo"}, bad...)...); code != exitUsage {
			t.Errorf("todo %v: exit code %d, want %d", bad, code, exitUsage)
		}
	}
}
