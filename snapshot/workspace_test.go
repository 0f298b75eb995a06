package snapshot

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwright"
)

func TestPublish(t *testing.T) {
	ctx := context.Background()
	w, a := testWorkspace(t)
	b := publishFixture(t, w)
	if a.ID[:6] != "s0001-" || b.ID[:6] != "s0002-" || a.Digest != b.Digest || a.ID[6:] != a.Digest[:8] {
		t.Errorf("ids %s and %s, digests %.8s and %.8s", a.ID, b.ID, a.Digest, b.Digest)
	}
	if a.Rows["stock"] != 3 || a.Rows["items"] != 4 {
		t.Errorf("rows = %v", a.Rows)
	}
	list, err := w.ListSnapshots()
	if err != nil || len(list) != 2 || list[0].ID != a.ID || list[1].ID != b.ID || list[0].AsOf != planwright.Date(2026, 6, 30) || list[0].FileSHA != a.FileSHA {
		t.Errorf("list = %+v, %v", list, err)
	}
	for _, c := range []struct{ ask, want string }{{"", b.ID}, {"latest", b.ID}, {"s0001", a.ID}, {a.ID, a.ID}} {
		if got, err := w.ResolveSnapshot(c.ask); err != nil || got != c.want {
			t.Errorf("ResolveSnapshot(%q) = %s, %v, want %s", c.ask, got, err, c.want)
		}
	}
	for _, ask := range []string{"s0009", "../journal", "s0001-" + strings.Repeat("0", 8), "p0001"} {
		if got, err := w.ResolveSnapshot(ask); codeOf(err) != planwright.CodeNoSnapshot {
			t.Errorf("ResolveSnapshot(%q) = %s, %v", ask, got, err)
		}
	}
	if _, err := w.ResolvePlan(""); codeOf(err) != planwright.CodeNoPlan {
		t.Errorf("a plan of an empty workspace: %v", err)
	}
	// The description beside the file is a convenience.
	if err := os.Remove(filepath.Join(w.dir, "snapshots", a.ID+infoExt)); err != nil {
		t.Fatal(err)
	}
	if got, err := w.GetSnapshot(a.ID); err != nil || got.Digest != a.Digest || got.Rows["stock"] != 3 || got.AsOf != a.AsOf || !got.CreatedAt.Equal(a.CreatedAt) {
		t.Errorf("without its description: %+v, %v", got, err)
	}
	// A number is never given twice.
	if err := w.DeleteSnapshot(ctx, b.ID, false); err != nil {
		t.Fatal(err)
	}
	if c := publishFixture(t, w); c.ID[:6] != "s0003-" {
		t.Errorf("after deleting s0002 the next one is %s", c.ID)
	}
}

// TestDigestIgnoresLayout: the same rows in other row groups, by other
// statements and from other source files have the same digest; in another order
// they have not.
func TestDigestIgnoresLayout(t *testing.T) {
	ctx := context.Background()
	digest := func(sql string) string {
		t.Helper()
		d, err := NewScratch(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := d.Discard(); err != nil {
				t.Error(err)
			}
		}()
		testDraft(t, d)
		if err := d.Conn.Exec(ctx, "DELETE FROM data.movements;"+sql); err != nil {
			t.Fatal(err)
		}
		info, err := d.finish(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return info.Digest
	}
	row := `SELECT 3, DATE '2026-01-01' + (i // 1000)::INTEGER, (i % 7)::DECIMAL(18,6), CASE WHEN i % 5 < 2 THEN NULL ELSE 'k' || i END, NULL, NULL, `
	whole := digest("INSERT INTO data.movements " + row + "'a.csv' FROM range(300000) t(i)")
	parts := ""
	for _, p := range []string{"0, 1", "1, 2000", "2000, 130001", "130001, 300000"} {
		parts += "INSERT INTO data.movements " + row + "'b.csv' FROM range(" + p + ") t(i);"
	}
	if got := digest(parts); got != whole {
		t.Errorf("in parts %s, at once %s", got, whole)
	}
	defer func(n int64) { apart = n }(apart)
	apart = 2
	if got := digest("INSERT INTO data.movements " + row + "'a.csv' FROM range(300000) t(i)"); got != whole {
		t.Errorf("by two connections %s, by one %s", got, whole)
	}
	if got := digest("INSERT INTO data.movements " + row + "NULL FROM range(300000) t(i) ORDER BY i DESC"); got == whole {
		t.Error("in reverse order the digest is the same")
	}
	if got := digest("INSERT INTO data.movements " + row + "NULL FROM range(299999) t(i)"); got == whole {
		t.Error("with a row less the digest is the same")
	}
}

func TestLock(t *testing.T) {
	ctx := context.Background()
	w, _ := testWorkspace(t)
	other, err := OpenWorkspace(w.dir)
	if err != nil {
		t.Fatal(err)
	}
	release, err := w.Lock(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Lock(ctx); codeOf(err) != planwright.CodeBusy {
		t.Errorf("a second Lock: %v", err)
	}
	if _, err := other.Lock(ctx); codeOf(err) != planwright.CodeBusy || !strings.Contains(err.Error(), "process ") {
		t.Errorf("another's Lock: %v", err)
	}
	if _, err := other.NewSnapshotFile(ctx); codeOf(err) != planwright.CodeBusy {
		t.Errorf("another's draft: %v", err)
	}
	publishFixture(t, w) // the owner writes
	if list, err := other.ListSnapshots(); err != nil || len(list) != 2 {
		t.Errorf("reading under another's lock: %v, %v", list, err)
	}
	release()
	release()
	release, err = other.Lock(ctx)
	if err != nil {
		t.Fatal(err)
	}
	release()
}

func TestDelete(t *testing.T) {
	ctx := context.Background()
	w, s, plan := planned(t)
	if err := w.DeleteSnapshot(ctx, s.ID, false); codeOf(err) != planwright.CodeUsage || !strings.Contains(err.Error(), plan.ID) {
		t.Errorf("deleting a snapshot that a plan needs: %v", err)
	}
	if err := w.DeleteSnapshot(ctx, s.ID, true); err != nil {
		t.Fatal(err)
	}
	rows, err := w.Select(ctx, "", "SELECT name FROM plan.kpis")
	if got := selectText(t, rows, err); got != "stock_value\n" {
		t.Errorf("a plan without its snapshot = %q", got)
	}
	if err := w.DeletePlan(ctx, plan.ID); err != nil {
		t.Fatal(err)
	}
	if list, err := w.ListPlans(); err != nil || len(list) != 0 {
		t.Errorf("plans = %v, %v", list, err)
	}
	if err := w.DeletePlan(ctx, plan.ID); codeOf(err) != planwright.CodeNoPlan {
		t.Errorf("deleting twice: %v", err)
	}
}

func TestJournal(t *testing.T) {
	ctx := context.Background()
	w, _ := testWorkspace(t)
	if _, ok, err := w.FindRun(ctx, "plan", "q1"); ok || err != nil {
		t.Errorf("a run in an empty journal: %v, %v", ok, err)
	}
	at := time.Date(2026, 7, 1, 2, 3, 4, 0, time.UTC)
	r := Run{ID: "r1", RequestID: "q1", Kind: "plan", Status: "running", SnapshotID: "s0001-00000000", Started: at}
	if err := w.RecordRun(ctx, r); err != nil {
		t.Fatal(err)
	}
	r.Status, r.PlanID, r.Ended = "done", "p0001-00000000", at.Add(time.Minute)
	if err := w.RecordRun(ctx, r); err != nil {
		t.Fatal(err)
	}
	if err := w.RecordRun(ctx, Run{ID: "r2", Kind: "import", Status: "failed", Error: "it's bad", Started: at.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if got, ok, err := w.FindRun(ctx, "plan", "q1"); !ok || err != nil || got != r {
		t.Errorf("FindRun = %+v, %v, %v, want %+v", got, ok, err, r)
	}
	if _, ok, err := w.FindRun(ctx, "plan", "q2"); ok || err != nil {
		t.Errorf("a request that was not made: %v, %v", ok, err)
	}
	if list, err := w.ListRuns(ctx, 10); err != nil || len(list) != 2 || list[0].ID != "r2" || list[0].Error != "it's bad" {
		t.Errorf("runs = %+v, %v", list, err)
	}
}

// TestSpillOwner: directories of running processes are left alone.
func TestSpillOwner(t *testing.T) {
	w, _ := testWorkspace(t)
	mine := w.spillDir()
	dead := filepath.Join(w.dir, tempPrefix+"spill-999999999-1")
	for _, d := range []string{mine, dead} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	publishFixture(t, w)
	if _, err := os.Stat(mine); err != nil {
		t.Errorf("the directory of a running process: %v", err)
	}
	if _, err := os.Stat(dead); err == nil {
		t.Error("the directory of a dead process is still there")
	}
}
