package api

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"planwright/snapshot"
)

// TestClockJumps: a clock that goes back gives nobody more than is theirs and
// takes nothing away; one that goes on by a year does so once.
func TestClockJumps(t *testing.T) {
	now := time.Date(2026, 11, 26, 2, 30, 0, 0, time.UTC)
	refused := func(err error) bool {
		r, ok := err.(*refusal)
		return ok && r.code == codes.ResourceExhausted
	}
	// Rates.
	s := &Server{limits: Limits{Rate: 1, Burst: 3}}
	for i := range 3 {
		if err := s.allow("a", now); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	for _, at := range []time.Time{now, now.Add(-time.Hour), now.AddDate(-1, 0, 0), now.Add(-time.Hour)} {
		if err := s.allow("a", at); !refused(err) {
			t.Errorf("the allowance is filled by a clock that shows %v: %v", at, err)
		}
	}
	allowed := 0
	for range 10 {
		if s.allow("a", now.AddDate(1, 0, 0)) == nil {
			allowed++
		}
	}
	if allowed != 3 {
		t.Errorf("a year on %d requests at once are allowed, want 3", allowed)
	}
	// Statements.
	var h handleStore
	id, err := h.put(&statement{caller: "a"}, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.get([]byte(id), "a", now.Add(-24*time.Hour)); err != nil {
		t.Errorf("a statement is gone because the clock went back: %v", err)
	}
	if _, err := h.get([]byte(id), "a", now.AddDate(1, 0, 0)); err == nil {
		t.Error("a statement is open a year on")
	}
	// Keys: what was revoked stays so, whatever the clock shows; an end is an end.
	revoked, ends := snapshot.Key{Revoked: now}, snapshot.Key{Expires: now}
	for _, at := range []time.Time{now.AddDate(-1, 0, 0), now, now.AddDate(1, 0, 0)} {
		if revoked.Active(at) {
			t.Errorf("a revoked key is good at %v", at)
		}
		if ends.Active(at) != at.Before(now) {
			t.Errorf("a key that ends at %v is good at %v: %v", now, at, ends.Active(at))
		}
	}
	// Runs: a request that was done is found as done, though the clock went back
	// between its failure and its success.
	w, err := snapshot.OpenWorkspace(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := context.Background()
	for _, r := range []snapshot.Run{
		{ID: "r1", RequestID: "night", Kind: "plan", Status: "failed", Started: now, Ended: now},
		{ID: "r2", RequestID: "night", Kind: "plan", Status: "done", PlanID: "p1", Started: now.Add(-3 * time.Hour), Ended: now.Add(-2 * time.Hour)},
	} {
		if err := w.RecordRun(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	if run, found, err := w.FindRun(ctx, "plan", "night"); err != nil || !found || run.ID != "r2" {
		t.Errorf("the run of the request is %+v, %v, %v; want r2", run, found, err)
	}
}
