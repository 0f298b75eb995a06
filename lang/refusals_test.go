package lang

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestRefusalsKnown: what the service says of fields of requests, and what it
// refuses, is in the catalogue. A verb of a format stands for a value.
func TestRefusalsKnown(t *testing.T) {
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
				t.Errorf("%s: %q has no sentence", file, format)
			}
		}
	}
	if found < 120 {
		t.Errorf("only %d texts were found: the test shows too little", found)
	}
}

// TestFaultsKnown: what the errors of the workspace say, but for those that are its own
// fault, is in the catalogue. What is put together with a value stands for any.
func TestFaultsKnown(t *testing.T) {
	calls := regexp.MustCompile("fail\\(planwright\\.(Code\\w+), \"?[\\w ]+\"?, [^\\n]*?, (\"(?:[^\"\\\\]|\\\\.)*\"[^,\\n]*), (?:\"(?:[^\"\\\\]|\\\\.)*\"[^,\\n]*), \\w+\\)")
	part := regexp.MustCompile("\"((?:[^\"\\\\]|\\\\.)*)\"")
	files, err := filepath.Glob("../snapshot/*.go")
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
			if string(m[1]) == "CodeInternal" || string(m[2]) == `""` {
				continue
			}
			var words []string
			for _, p := range part.FindAllSubmatch(m[2], -1) {
				words = append(words, string(p[1]))
			}
			text := strings.Join(words, "X")
			if !strings.HasSuffix(string(m[2]), `"`) {
				text += "X"
			}
			found++
			if Detail(Chinese, text) == text {
				t.Errorf("%s: %q has no sentence", file, text)
			}
		}
	}
	if found < 60 {
		t.Errorf("only %d texts were found: the test shows too little", found)
	}
}
