package lang_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"planwright"
	"planwright/lang"
)

var update = flag.Bool("update", false, "write docs/exceptions.md")

// TestExceptionsPage: the page says what the code says.
func TestExceptionsPage(t *testing.T) {
	const page = "../docs/exceptions.md"
	want := lang.Exceptions()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		a, b := strings.Split(string(got), "\n"), strings.Split(want, "\n")
		for i := range b {
			if i >= len(a) || a[i] != b[i] {
				t.Fatalf("docs/exceptions.md is stale from line %d on, want %q: run go test ./lang -run TestExceptionsPage -update", i+1, b[i])
			}
		}
		t.Fatal("docs/exceptions.md is longer than the catalogue: run go test ./lang -run TestExceptionsPage -update")
	}
	for _, c := range planwright.Codes() {
		if strings.Count(want, "\n### "+c.String()+"\n") != 1 {
			t.Errorf("%s does not stand on the page once", c)
		}
	}
}
