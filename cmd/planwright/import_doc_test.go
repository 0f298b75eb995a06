package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var updateDoc = flag.Bool("update", false, "write the outputs of the commands into docs/import.md")

var snapshotID = regexp.MustCompile(`s[0-9]{4}-[0-9a-f]{8}`)

// TestImportTour runs the commands of docs/import.md and compares what they
// print. Ids of snapshots, which change with the format of files, do not count.
func TestImportTour(t *testing.T) {
	wholeWay(t)
	page := filepath.Join("..", "..", "docs", "import.md")
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	page, err = filepath.Abs(page)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "exports"), os.DirFS(filepath.Join("..", "..", "docs", "examples", "exports"))); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	t.Setenv("LANG", "C.UTF-8")
	t.Setenv("PLANWRIGHT_DATA", "data")
	parts := strings.Split(string(text), "```console\n")
	for i, part := range parts[1:] {
		block, rest, ok := strings.Cut(part, "```\n")
		if !ok {
			t.Fatal("a block of commands does not end")
		}
		line, want, _ := strings.Cut(block, "\n")
		var out, talk bytes.Buffer
		args := arguments(strings.TrimPrefix(line, "$ planwright "))
		if code := run(context.Background(), args, &out, &talk); code != 0 {
			t.Fatalf("%s: exit code %d\n%s", line, code, talk.String())
		}
		got := strings.ReplaceAll(out.String(), dir+string(filepath.Separator), "")
		if strings.HasSuffix(line, "--json") {
			got = "" // a mapping is written; what is printed is for machines
		}
		if !*updateDoc && mask(got) != mask(want) {
			t.Errorf("%s\nprints\n%s\nthe page has\n%s\nrun go test ./cmd/planwright -run TestImportTour -update", line, got, want)
		}
		parts[i+1] = line + "\n" + got + "```\n" + rest
	}
	if *updateDoc {
		if err := os.WriteFile(page, []byte(strings.Join(parts, "```console\n")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func mask(s string) string {
	lines := strings.Split(snapshotID.ReplaceAllString(s, "ID"), "\n")
	for i, l := range lines {
		if k := strings.Index(l, "quarantine"); k >= 0 && strings.Contains(l, "/") {
			l = l[:strings.IndexByte(l, '/')]
		}
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}

// arguments takes a command line apart; double quotes hold words together.
func arguments(line string) []string {
	var out []string
	for i, part := range strings.Split(line, "\"") {
		if i%2 == 1 {
			out = append(out, part)
		} else {
			out = append(out, strings.Fields(part)...)
		}
	}
	return out
}
