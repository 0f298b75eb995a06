package lang

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// TestPhrases: both languages have the same values, every phrase is found by what it
// says, and values come through as they are.
func TestPhrases(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range phrases {
		if seen[p.en] {
			t.Errorf("%q twice", p.en)
		}
		seen[p.en] = true
		en, zh := hole.FindAllString(p.en, -1), hole.FindAllString(p.zh, -1)
		for i, h := range en {
			if h != fmt.Sprintf("{%d}", i+1) {
				t.Errorf("%q has its values in another order", p.en)
			}
		}
		slices.Sort(zh)
		if !slices.Equal(en, zh) {
			t.Errorf("%q and %q have different values", p.en, p.zh)
		}
		if !strings.ContainsFunc(p.zh, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%q is not Chinese", p.zh)
		}
		fill := func(s string) string {
			return hole.ReplaceAllStringFunc(s, func(h string) string { return "$1" + h[1:2] + `\` })
		}
		if got := Detail(Chinese, fill(p.en)); got != fill(p.zh) {
			t.Errorf("%q is said as %q, want %q", fill(p.en), got, fill(p.zh))
		}
	}
	for _, c := range []struct{ en, zh string }{
		{"qty is not a number: 12O", "qty 不是数字：12O"},
		{"SA-900002 > SA-900001 > SA-900002", "SA-900002 > SA-900001 > SA-900002"},
		{"stock of 5 has no cost: it counts as worth nothing", "库存 5 没有成本：按价值为零计算"},
		{"status is not one of active, obsolete: x", "status 的值 x 不在允许的取值之内：active, obsolete"},
		{"item_id {2} is not in table items", "item_id {2} 不在表 items 中"},
	} {
		if got := Detail(Chinese, c.en); got != c.zh {
			t.Errorf("%q is said as %q, want %q", c.en, got, c.zh)
		}
		if got := Detail(English, c.en); got != c.en {
			t.Errorf("%q is said as %q in English", c.en, got)
		}
	}
}

// TestPhrasesKnown: what the service says of fields of requests, and what it
// refuses, is in the catalogue. A verb of a format stands for a value.
func TestPhrasesKnown(t *testing.T) {
	calls := regexp.MustCompile("(?:badField\\([^,\"`]*(?:\"[^\"]*\")?[^,\"`]*, |refuse\\(codes\\.\\w+, )(\"(?:[^\"\\\\]|\\\\.)*\")")
	verb := regexp.MustCompile(`%[-+#.0-9]*[a-zA-Z]`)
	files, err := filepath.Glob("../api/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range calls.FindAllSubmatch(b, -1) {
			format, err := strconv.Unquote(string(m[1]))
			if err != nil {
				t.Fatal(err)
			}
			if words := strings.TrimSpace(verb.ReplaceAllString(format, "")); words == "" || words == "-" {
				continue // it hands on what was said elsewhere
			}
			found++
			if text := verb.ReplaceAllString(format, "X"); Detail(Chinese, text) == text {
				t.Errorf("%s: %q has no phrase", file, format)
			}
		}
	}
	if found < 120 {
		t.Errorf("only %d texts were found: the test shows too little", found)
	}
}
