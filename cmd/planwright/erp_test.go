package main

import (
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
