package lang_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"planwright"
	"planwright/lang"
)

var hole = regexp.MustCompile(`\{[a-z_]+\}`)

// TestBothLanguages: every key has a text in both languages, with the same
// values in it.
func TestBothLanguages(t *testing.T) {
	for _, k := range lang.Keys() {
		en, zh := lang.Text(lang.English, k), lang.Text(lang.Chinese, k)
		if en == "" || zh == "" {
			t.Errorf("%s: en %q, zh %q", k, en, zh)
		}
		a, b := hole.FindAllString(en, -1), hole.FindAllString(zh, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
			t.Errorf("%s: values %v in English, %v in Chinese", k, a, b)
		}
	}
}

// TestEveryCode has a title, a statement and a remedy.
func TestEveryCode(t *testing.T) {
	for _, c := range planwright.Codes() {
		for _, part := range []string{"name.", "what.", "fix."} {
			if !lang.Has(part + c.String()) {
				t.Errorf("no text %s%s", part, c)
			}
		}
	}
}

// TestKeysOfTheSource: a key that the source asks for by a literal is in the
// catalogue. Keys made at run time are covered by the tests of their packages.
func TestKeysOfTheSource(t *testing.T) {
	fset := token.NewFileSet()
	asked := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			at := -1
			switch f := call.Fun.(type) {
			case *ast.SelectorExpr:
				if x, ok := f.X.(*ast.Ident); ok && x.Name == "lang" && f.Sel.Name == "Text" {
					at = 1
				}
				if x, ok := f.X.(*ast.Ident); f.Sel.Name == "T" || ok && x.Name == "a" && (f.Sel.Name == "say" || f.Sel.Name == "next") {
					at = 0
				}
			}
			if at < 0 || len(call.Args) <= at {
				return true
			}
			lit, ok := call.Args[at].(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			key, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			asked++
			if !lang.Has(key) {
				t.Errorf("%s: no text %q", fset.Position(lit.Pos()), key)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d keys asked for", asked)
}

func TestText(t *testing.T) {
	got := lang.Text(lang.Chinese, "what.CANCEL", "item", "A1", "qty", "5", "on", "2026-01-02", "order", "PO1")
	if want := "A1 的在途 PO1（数量 5，2026-01-02 到货）没有任何需求"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
	if got := lang.Text(lang.English, "no such key"); got != "no such key" {
		t.Errorf("Text of a missing key = %q", got)
	}
}
