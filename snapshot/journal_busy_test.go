package snapshot

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"planwright"
)

// TestKeysOfManyProcesses: processes that write the journal at once wait for each
// other, and no write is lost.
func TestKeysOfManyProcesses(t *testing.T) {
	if dir := os.Getenv("PLANWRIGHT_TEST_KEYS"); dir != "" {
		w, err := OpenWorkspace(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		for i := range 3 {
			if _, _, err := w.CreateKey(t.Context(), Key{Name: fmt.Sprint("key ", os.Getpid(), i), Role: "viewer"}, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	w := openTest(t)
	const processes = 6
	var wg sync.WaitGroup
	for range processes {
		wg.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKeysOfManyProcesses$")
			cmd.Env = append(os.Environ(), "PLANWRIGHT_TEST_KEYS="+w.Dir())
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	wg.Wait()
	if list, err := w.ListKeys(t.Context()); err != nil || len(list) != 3*processes {
		t.Errorf("%d keys, want %d (%v)", len(list), 3*processes, err)
	}
}

// TestPatiently: only what has not begun is tried again.
func TestPatiently(t *testing.T) {
	held := fail(planwright.CodeBusy, "open", "journal", "another process is writing it", "try again later", errors.New("Conflicting lock"))
	tries := 0
	err := patiently(t.Context(), func() (bool, error) {
		if tries++; tries < 3 {
			return false, held
		}
		return true, held // of the work itself
	})
	if tries != 3 || codeOf(err) != planwright.CodeBusy {
		t.Errorf("%d tries, %v", tries, err)
	}
}

// TestSnapshotOfPlanGone: a list that needs the snapshot says that it is gone,
// one that does not is still read.
func TestSnapshotOfPlanGone(t *testing.T) {
	w, _, info := planned(t)
	ctx := t.Context()
	if err := w.DeleteSnapshot(ctx, info.SnapshotID, true); err != nil {
		t.Fatal(err)
	}
	query := "SELECT s.suggestion_id FROM " + LiveSuggestions + " s"
	rows, err := w.SelectDecided(ctx, info.ID, query)
	if err != nil {
		t.Fatal(err)
	}
	rows.Close()
	_, err = w.SelectDecided(ctx, info.ID, query+" JOIN snap.items i USING (item_id)")
	if codeOf(err) != planwright.CodeNoSnapshot || !strings.Contains(err.Error(), info.SnapshotID) {
		t.Errorf("decided: %v", err)
	}
	if _, err = w.Select(ctx, info.ID, "SELECT item_id FROM snap.items"); codeOf(err) != planwright.CodeNoSnapshot || !strings.Contains(err.Error(), info.SnapshotID) {
		t.Errorf("select: %v", err)
	}
}
