package snapshot

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"planwright"
)

// A backup in the workspace would be copied by the next one, and lost with it.
func TestBackupInside(t *testing.T) {
	top := t.TempDir()
	w, err := OpenWorkspace(filepath.Join(top, "w"))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	within := []string{w.Dir(), filepath.Join(w.Dir(), "b"), filepath.Join(w.Dir(), "plans", "x", "..", "..", "new", "b")}
	if link := filepath.Join(top, "link"); os.Symlink(w.Dir(), link) == nil {
		within = append(within, filepath.Join(link, "b"), filepath.Join(link, "plans", "new", "b"))
	}
	for _, dir := range within {
		if _, err := w.Backup(t.Context(), dir, time.Now(), nil); codeOf(err) != planwright.CodeUsage {
			t.Errorf("a backup to %s: %v", dir, err)
		}
	}
	for _, dir := range []string{filepath.Join(top, "w2"), filepath.Join(top, "new", "b")} {
		if _, err := w.Backup(t.Context(), dir, time.Now(), nil); err != nil {
			t.Errorf("a backup to %s: %v", dir, err)
		}
	}
}
