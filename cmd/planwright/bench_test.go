package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBench: the verb that measures tells every stage once, adds up, and
// leaves nothing behind.
func TestBench(t *testing.T) {
	wholeWay(t)
	dir := t.TempDir()
	code, out, errs := cli(t, "--data", filepath.Join(dir, "none"), "bench", "--items", "120,120", "--dir", dir, "--json")
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	var rows []struct {
		Items   int
		Skus    int
		Stage   string
		Seconds float64
	}
	if err := json.Unmarshal([]byte(out), &rows); err != nil {
		t.Fatal(err)
	}
	if want := len(benchStages) + 1; len(rows) != want {
		t.Fatalf("%d rows, want %d: a size is measured once", len(rows), want)
	}
	sum := 0.0
	for _, r := range rows {
		if r.Stage != "all" {
			sum += r.Seconds
			continue
		}
		if sum > r.Seconds+1e-6 || sum < 0.5*r.Seconds {
			t.Errorf("%d items: stages take %.3f s, the whole %.3f s", r.Items, sum, r.Seconds)
		}
		if r.Skus < r.Items {
			t.Errorf("%d items have %d sku's", r.Items, r.Skus)
		}
		sum = 0
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	for _, bad := range []string{"", "x", "0", "2000000", "-5"} {
		if code, _, errs := cli(t, "bench", "--items="+bad); code != exitUsage || !strings.Contains(errs, "--items") {
			t.Errorf("--items %q: exit code %d: %s", bad, code, errs)
		}
		if bad == "0" { // the usual size of a demo
			continue
		}
		if code, _, errs := cli(t, "--data", filepath.Join(dir, "none"), "demo", "--items="+bad); code != exitUsage {
			t.Errorf("demo --items %q: exit code %d: %s", bad, code, errs)
		}
	}
}
