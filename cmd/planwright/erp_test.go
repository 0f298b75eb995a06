package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every form that comes with the program can be read.
func TestERPForms(t *testing.T) {
	names := erpNames()
	if len(names) < 8 {
		t.Errorf("forms: %v", names)
	}
	for _, n := range names {
		if _, err := readERPForm(n); err != nil {
			t.Errorf("%s: %v", n, err)
		}
	}
	for text, want := range map[string]string{
		"what: nothing\ncolumns: [{title: a, value: b}]": "what:", "what: purchase": "no columns", "what: purchase\ncolumns: [{title: a}]": "title and value", "what: purchase\nfoo: 1": "foo",
	} {
		if _, err := parseERPForm("x", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	f := &erpForm{What: "purchase", Codes: map[string]map[string]string{"site_id": {"MAIN": "CK'01"}}, Columns: []erpColumn{{`a"b`, "site_id"}}}
	if q := f.query("2026-01-31", true); !strings.Contains(q, "'CK''01'") || !strings.Contains(q, `"a""b"`) || !strings.Contains(q, "DATE '2026-01-31'") {
		t.Errorf("query = %s", q)
	}
}

// TestERPDecisions: an export of what is approved has the orders that were
// decided for, with the newest quantity; one put back is out of it again.
func TestERPDecisions(t *testing.T) {
	wholeWay(t)
	data := demoSES(t)
	first := rowsOf(t, must(t, "--data", data, "--json", "sql", "SELECT suggestion_id, order_id FROM plan.suggestions WHERE action = 'buy' AND suggestion_id LIKE 'S:%' AND order_id IN (SELECT order_id FROM plan.planned_orders WHERE order_qty = qty) ORDER BY rank LIMIT 1"))[0]
	approved := func() []map[string]any {
		t.Helper()
		file := filepath.Join(t.TempDir(), "orders.json")
		must(t, "--data", data, "export", "--as", "purchase-request", "--approved", "-o", file)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return rowsOf(t, string(text))
	}
	if rows := approved(); len(rows) != 0 {
		t.Errorf("nothing is decided, %d orders are exported", len(rows))
	}
	id := fmt.Sprint(first["suggestion_id"])
	must(t, "--data", data, "decide", id, "approve")
	must(t, "--data", data, "decide", id, "change", "--qty", "7")
	if rows := approved(); len(rows) != 1 || rows[0]["order_id"] != first["order_id"] || fmt.Sprint(rows[0]["qty"]) != "7" {
		t.Errorf("approved orders %v, want 7 of %v", rows, first["order_id"])
	}
	must(t, "--data", data, "decide", id, "reopen")
	if rows := approved(); len(rows) != 0 {
		t.Errorf("put back, %d orders are exported", len(rows))
	}
}
