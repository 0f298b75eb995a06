package snapshot

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwright"
)

// TestLost: a published file that vanished is named by verify, also after other
// writers; what a killed publication or deletion left is cleared away.
func TestLost(t *testing.T) {
	w, _, plan := planned(t)
	ctx := t.Context()
	info := filepath.Join(w.dir, "plans", plan.ID+infoExt)
	if lost, err := w.lost(planKind); err != nil || len(lost) != 0 {
		t.Fatalf("lost: %v, %v", lost, err)
	}
	file, err := os.ReadFile(w.path(planKind, plan.ID))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(w.path(planKind, plan.ID)); err != nil {
		t.Fatal(err)
	}
	running := filepath.Join(w.dir, "plans", tempName()) // of a run that goes on: younger
	if err := os.WriteFile(running, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(running, time.Time{}, time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if lost, err := w.lost(planKind); err != nil || len(lost) != 1 || lost[0] != plan.ID {
			t.Errorf("lost: %v, %v", lost, err)
		}
		for _, ask := range []string{plan.ID, "p0001"} {
			if _, err := w.VerifyPlan(ctx, ask); codeOf(err) != planwright.CodeDigestMismatch || !strings.Contains(err.Error(), plan.ID) {
				t.Errorf("verify %s: %v", ask, err)
			}
		}
		if err := w.RecordRun(ctx, Run{ID: "r", Kind: "plan", Status: "done"}); err != nil { // clears away
			t.Fatal(err)
		}
	}
	unfinished := filepath.Join(w.dir, "plans", tempName())
	if err := os.WriteFile(unfinished, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(unfinished, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if lost, err := w.lost(planKind); err != nil || len(lost) != 0 {
		t.Errorf("an unfinished publication is lost: %v, %v", lost, err)
	}
	if err := w.RecordRun(ctx, Run{ID: "r", Kind: "plan", Status: "done"}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{info, unfinished} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is still there", path)
		}
	}
	if err := w.DeleteSnapshot(ctx, plan.SnapshotID, true); err != nil {
		t.Fatal(err)
	}
	if lost, err := w.lost(snapshotKind); err != nil || len(lost) != 0 {
		t.Errorf("a deleted snapshot is lost: %v, %v", lost, err)
	}
}
