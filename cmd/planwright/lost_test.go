package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"planwright/snapshot"
)

// TestVerifyLost: verifying all plans fails for one whose file is missing, and
// names it.
func TestVerifyLost(t *testing.T) {
	data := filepath.Join(t.TempDir(), "w")
	w, err := snapshot.OpenWorkspace(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "plans", "p0007-0a1b2c3d.json"), []byte(`{"id": "p0007-0a1b2c3d"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"plans", "verify"}, {"plans", "verify", "p0007"}} {
		code, _, errs := cli(t, append([]string{"--data", data}, args...)...)
		if code != exitFailed || !strings.Contains(errs, "p0007-0a1b2c3d") || !strings.Contains(errs, "DIGEST_MISMATCH") {
			t.Errorf("%v: exit code %d\n%s", args, code, errs)
		}
	}
}
