package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPolicyVerb: policies from tables alone, every term with its source in the
// reader's language, as a file and as JSON; a target of a class from the settings;
// goals that exclude each other are wrong usage.
func TestPolicyVerb(t *testing.T) {
	wholeWay(t)
	dir := t.TempDir()
	history := "item_id,on,qty\n"
	for i := range 60 {
		day := "2026-0" + string(rune('1'+i%6)) + "-" + []string{"02", "05", "08", "11", "14", "17", "20", "23", "26", "28"}[i/6]
		history += "A," + day + "," + []string{"3", "7", "5", "11", "2"}[i%5] + "\n"
	}
	for name, text := range map[string]string{
		"items.csv": "item_id,unit_cost\nA,10\nB,5\n", "skus.csv": "item_id,lead_time_days,mrp_type,service_level\nA,14,reorder_point,\nB,7,,0.9\n",
		"demand_history.csv": history, "settings.csv": "name,value\nservice_level.A,0.985\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	verb := func(args ...string) (code int, out string) {
		var o, e bytes.Buffer
		code = run(context.Background(), append([]string{"policy", dir, "--as-of", "2026-06-30", "--method", "ses"}, args...), &o, &e)
		if code != exitDone && code != exitUsage {
			t.Fatal(e.String())
		}
		return code, o.String()
	}
	to := filepath.Join(t.TempDir(), "out")
	verb("-o", to, "--lang", "zh")
	for file, want := range map[string]string{"policies.csv": "A,MAIN,A", "policy_terms.csv": "A,MAIN,target,0.985,服务水平目标,target_class,设置：该类别的 service_level"} {
		b, err := os.ReadFile(filepath.Join(to, file))
		if err != nil || !strings.Contains(string(b), want) {
			t.Errorf("%s (%v) has no %q:\n%s", file, err, want, b)
		}
	}
	_, out := verb("--json", "--lang", "en")
	var rows []map[string]any
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	terms := map[string]bool{}
	for _, r := range rows {
		if r["item_id"] != "A" {
			continue
		}
		name := r["term"].(string)
		terms[name] = true
		if r["source_text"] == "" && name != "forecast" && name != "notes" || strings.HasPrefix(r["text"].(string), "term.") {
			t.Errorf("%v has no text or source", r)
		}
	}
	for _, name := range []string{"lead_time", "demand", "sd", "k", "safety_stock", "reorder_point", "fill_rate"} {
		if !terms[name] {
			t.Errorf("no term %s among %v", name, terms)
		}
	}
	if code, _ := verb("--json", "--multi-echelon", "--fill-rate", "0.9"); code != exitUsage {
		t.Errorf("two goals end with %d, want %d", code, exitUsage)
	}
}
