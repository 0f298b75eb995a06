package snapshot

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"planwright"
)

// TestDecide: decisions at the level of the workspace, over a plan of the
// fixture.
func TestDecide(t *testing.T) {
	w, _, info := planned(t)
	ctx := context.Background()
	now := time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC)
	none := DecisionOrder{Suggestion: "G1", Qty: planwright.NoQty, Date: planwright.NoDay}
	order := func(edit func(o *DecisionOrder)) DecisionRequest {
		o := none
		edit(&o)
		return DecisionRequest{Plan: info.ID, Author: "li", At: now, Orders: []DecisionOrder{o}}
	}
	for name, c := range map[string]struct {
		r    DecisionRequest
		want planwright.Code
	}{
		"no verb":           {order(func(*DecisionOrder) {}), planwright.CodeUsage},
		"unknown":           {order(func(o *DecisionOrder) { o.Suggestion, o.Verb = "G9", "approve" }), planwright.CodeNotFound},
		"old etag":          {order(func(o *DecisionOrder) { o.Verb, o.Etag = "approve", "0000000000000000" }), planwright.CodeChangedMeanwhile},
		"zero":              {order(func(o *DecisionOrder) { o.Verb, o.Qty = "change", 0 }), planwright.CodeUsage},
		"change of nothing": {order(func(o *DecisionOrder) { o.Verb = "change" }), planwright.CodeUsage},
		"quantity of an open order": {order(func(o *DecisionOrder) {
			o.Suggestion, o.Verb, o.Qty = "G2", "change", planwright.One
		}), planwright.CodeUsage},
		"long reason": {order(func(o *DecisionOrder) { o.Verb, o.Reason = "reject", strings.Repeat("x", 3000) }), planwright.CodeUsage},
		"nothing":     {DecisionRequest{Plan: info.ID}, planwright.CodeUsage},
		"no plan":     {DecisionRequest{Plan: "p0099-00000000", Orders: []DecisionOrder{{Suggestion: "G1", Verb: "approve"}}}, planwright.CodeNoPlan},
	} {
		if _, err := w.Decide(ctx, c.r); codeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if list, err := w.ListDecisions(ctx, 0); err != nil || len(list) != 0 {
		t.Fatalf("what was refused is journalled: %v, %v", list, err)
	}
	made, err := w.Decide(ctx, order(func(o *DecisionOrder) { o.Verb, o.Qty, o.Reason = "change", 30*planwright.One, "full pallet" }))
	if err != nil {
		t.Fatal(err)
	}
	list, err := w.ListDecisions(ctx, 0)
	if err != nil || len(list) != 1 || list[0] != made[0] || list[0].ID != 1 || list[0].Basis != "qty=24;need=2026-07-06" || !list[0].At.Equal(now) {
		t.Errorf("journal %+v, %v; want %+v", list, err, made)
	}
	// A snooze is over when its day has come: the plan's day is 30 June.
	snooze := func(until string) error {
		d, err := planwright.ParseDay(until)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Decide(ctx, order(func(o *DecisionOrder) { o.Suggestion, o.Verb, o.Date = "G2", "snooze", d }))
		return err
	}
	if err := snooze("2026-06-30"); codeOf(err) != planwright.CodeUsage {
		t.Errorf("snoozed until the plan's day: %v", err)
	}
	if err := snooze("2026-07-01"); err != nil {
		t.Fatal(err)
	}
	rows, err := w.SelectDecided(ctx, info.ID, "SELECT suggestion_id, status FROM "+LiveSuggestions+" ORDER BY seq_")
	if got, want := selectText(t, rows, err), "G1,changed\nG2,snoozed\n"; got != want {
		t.Errorf("snoozed until 1 July: %s, want %s", got, want)
	}
	standing, err := w.StandingDecisions(ctx)
	if err != nil || len(standing) != 2 || planwright.DecisionsDigest(standing) == planwright.DecisionsDigest(standing[:1]) {
		t.Errorf("standing decisions %v, %v", standing, err)
	}
}

// TestDecideTogether: of many that decide at once about one suggestion with its
// etag, one wins; all numbers differ.
func TestDecideTogether(t *testing.T) {
	w, _, info := planned(t)
	ctx := context.Background()
	found, err := w.decidables(ctx, info.ID, []string{"G1"})
	if err != nil {
		t.Fatal(err)
	}
	etag := found["G1"].Etag()
	var wg sync.WaitGroup
	won := make([]bool, 8)
	for i := range won {
		wg.Go(func() {
			_, err := w.Decide(ctx, DecisionRequest{Plan: info.ID, At: time.Unix(int64(i), 0), Orders: []DecisionOrder{{Suggestion: "G1", Verb: "approve", Etag: etag, Qty: planwright.NoQty, Date: planwright.NoDay}}})
			won[i] = err == nil
			if err != nil && codeOf(err) != planwright.CodeChangedMeanwhile {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	n := 0
	for _, ok := range won {
		if ok {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d of 8 decided on one etag", n)
	}
}

func TestKeysOfWorkspace(t *testing.T) {
	w, err := OpenWorkspace(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	now := time.Now()
	if _, ok, err := w.KeyHash("x"); ok || err != nil {
		t.Errorf("a workspace without keys hashes: %v, %v", ok, err)
	}
	a, ka, err := w.CreateKey(ctx, Key{Name: "bi", Role: "viewer", Sites: []string{"A", "B"}, MaxValue: 5}, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.CreateKey(ctx, Key{Name: "bi", Role: "viewer"}, now); codeOf(err) != planwright.CodeUsage {
		t.Errorf("a second active key of one name: %v", err)
	}
	b, _, err := w.CreateKey(ctx, Key{Name: "bi 2", Role: "viewer"}, now)
	if err != nil || a == b || len(a) < 50 {
		t.Fatalf("keys %q and %q, %v", a, b, err)
	}
	list, err := w.ListKeys(ctx)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d keys, %v", len(list), err)
	}
	for _, k := range list {
		if h, ok, err := w.KeyHash(a); err != nil || !ok || (h == k.Hash) != (k.ID == ka.ID) {
			t.Errorf("key %s: hash of the first fits %v, %v", k.ID, h == k.Hash, err)
		}
	}
	if s, err := os.Stat(filepath.Join(w.Dir(), "keys.secret")); err != nil || s.Mode().Perm() != 0o600 {
		t.Errorf("keys.secret: %v, %v", s.Mode(), err)
	}
	journal, err := os.ReadFile(w.journalPath())
	if err != nil || strings.Contains(string(journal), a[len(keyPrefix)+13:]) {
		t.Errorf("the journal holds a key, or cannot be read: %v", err)
	}
	if err := w.RevokeKey(ctx, ka.ID, now); err != nil {
		t.Fatal(err)
	}
	if list, err = w.ListKeys(ctx); err != nil || list[0].Active(now) == list[1].Active(now) {
		t.Errorf("after revoking one: %v, %v", list, err)
	}
	if err := w.RevokeKey(ctx, "none", now); codeOf(err) != planwright.CodeNotFound {
		t.Errorf("revoking none: %v", err)
	}
	k := Key{Expires: now}
	if k.Active(now) || !k.Active(now.Add(-time.Second)) {
		t.Error("a key is good on and not before its end")
	}
}

// TestBackup: a copy of a workspace in use is whole, and what was damaged in it
// is told.
func TestBackup(t *testing.T) {
	w, _, info := planned(t)
	ctx := context.Background()
	if err := w.RecordRun(ctx, Run{ID: "r1", Kind: "plan", Status: "done", Started: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.CreateKey(ctx, Key{Name: "a", Role: "admin"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	done := make(chan error, 1)
	go func() { // somebody writes meanwhile
		for range 5 {
			if err := w.RecordRun(ctx, Run{ID: "r2", Kind: "plan", Status: "done", Started: time.Now()}); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	backup := filepath.Join(root, "b")
	made, err := w.Backup(ctx, backup, time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(made.Files) < 6 {
		t.Errorf("files %v", made.Files)
	}
	if _, err := w.Backup(ctx, backup, time.Now(), nil); codeOf(err) != planwright.CodeUsage {
		t.Errorf("a backup over another: %v", err)
	}
	to := filepath.Join(root, "w")
	if _, err := Restore(ctx, backup, to, nil); err != nil {
		t.Fatal(err)
	}
	r, err := OpenWorkspace(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.VerifyPlan(ctx, info.ID); err != nil {
		t.Error(err)
	}
	if _, err := r.VerifySnapshot(ctx, ""); err != nil {
		t.Error(err)
	}
	if runs, err := r.ListRuns(ctx, 10); err != nil || len(runs) == 0 {
		t.Errorf("runs %v, %v", runs, err)
	}
	if keys, err := r.ListKeys(ctx); err != nil || len(keys) != 1 {
		t.Errorf("keys %v, %v", keys, err)
	}
	path := filepath.Join(backup, "plans", info.ID+dbExt)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, backup, filepath.Join(root, "x"), nil); codeOf(err) != planwright.CodeDigestMismatch {
		t.Errorf("restoring a damaged file: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(ctx, backup, filepath.Join(root, "x"), nil); codeOf(err) != planwright.CodeDigestMismatch {
		t.Errorf("restoring without a file: %v", err)
	}
	entries, err := os.ReadDir(root)
	if err != nil || len(entries) != 2 {
		t.Errorf("what is left behind: %v, %v", entries, err)
	}
	// A published file that rots is told by the backup.
	path = w.path(planKind, info.ID)
	if b, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Backup(ctx, filepath.Join(root, "y"), time.Now(), nil); codeOf(err) != planwright.CodeDigestMismatch {
		t.Errorf("backing up a damaged file: %v", err)
	}
}

func TestNotices(t *testing.T) {
	w, err := OpenWorkspace(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	now := time.Now().UTC().Truncate(time.Microsecond)
	n := Notice{ID: "n1", Channel: "c", Subject: "plan/p1", State: NoticePending, Next: now, Created: now}
	if put, err := w.PutNotice(ctx, n); !put || err != nil {
		t.Fatalf("put %v, %v", put, err)
	}
	twin := n
	twin.ID = "n2"
	if put, err := w.PutNotice(ctx, twin); put || err != nil {
		t.Errorf("a second notice about one subject: put %v, %v", put, err)
	}
	n.State, n.Attempts, n.Error = NoticeDead, 7, "gone"
	if _, err := w.PutNotice(ctx, n); err != nil {
		t.Fatal(err)
	}
	if err := w.RetryNotice(ctx, "n1", now); err != nil {
		t.Fatal(err)
	}
	if err := w.RetryNotice(ctx, "n1", now); codeOf(err) != planwright.CodeNotFound {
		t.Errorf("retrying what is pending: %v", err)
	}
	list, err := w.ListNotices(ctx, NoticePending)
	if err != nil || len(list) != 1 || list[0].Attempts != 0 || !list[0].Next.Equal(now) {
		t.Errorf("pending %+v, %v", list, err)
	}
}

// TestJournalDamaged: a journal that was emptied or overwritten is told as such and
// left as it is, by readers and writers; snapshots and plans are served without it.
func TestJournalDamaged(t *testing.T) {
	w, _, info := planned(t)
	ctx := context.Background()
	approve := DecisionRequest{Plan: info.ID, Author: "li", At: time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC), Orders: []DecisionOrder{{Suggestion: "G1", Verb: "approve", Qty: planwright.NoQty, Date: planwright.NoDay}}}
	if _, err := w.Decide(ctx, approve); err != nil {
		t.Fatal(err)
	}
	for name, damaged := range map[string][]byte{"emptied": {}, "overwritten": []byte(strings.Repeat("no journal ", 2000))} {
		if err := os.WriteFile(w.journalPath(), damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := w.ListDecisions(ctx, 0); codeOf(err) != planwright.CodeJournalDamaged {
			t.Errorf("%s, read: %v", name, err)
		}
		if _, err := w.Decide(ctx, approve); codeOf(err) != planwright.CodeJournalDamaged {
			t.Errorf("%s, written: %v", name, err)
		}
		if b, err := os.ReadFile(w.journalPath()); err != nil || string(b) != string(damaged) {
			t.Errorf("%s: the damaged file was changed: %v", name, err)
		}
		if _, err := w.VerifyPlan(ctx, info.ID); err != nil {
			t.Errorf("%s: the plan: %v", name, err)
		}
	}
}
