package main

import (
	"math"
	"strings"
	"testing"

	"planwright/plan"
	"planwright/snapshot"
)

// TestDiff compares tomorrow's plan of the sample company with today's: every
// change has its causes, whose parts add up, in the table and as rows.
func TestDiff(t *testing.T) {
	wholeWay(t)
	data := demoSES(t)
	must(t, "--data", data, "run", "--method", "ses", "--as-of", "2026-07-01")
	plans := rowsOf(t, must(t, "--data", data, "--json", "plans"))
	if len(plans) != 2 {
		t.Fatalf("%d plans, want 2", len(plans))
	}
	a, b := "p0001", "p0002"
	for _, p := range plans {
		id := p["plan"].(string)
		if strings.HasPrefix(id, "p0001") {
			a = id
		} else {
			b = id
		}
	}
	text := must(t, "--data", data, "diff", a, b)
	if !strings.Contains(text, "passing of days") {
		t.Errorf("diff does not name the day:\n%.800s", text)
	}
	rows := rowsOf(t, must(t, "--data", data, "--json", "diff", a, b))
	if len(rows) == 0 {
		t.Fatal("a day later nothing has changed")
	}
	number := func(v any) float64 {
		x, _ := v.(float64)
		return x
	}
	about := map[string]int{}
	for _, r := range rows {
		about[r["about"].(string)]++
		sum := 0.0
		for name, v := range r {
			if strings.HasPrefix(name, "by_") {
				sum += number(v)
			}
		}
		if want := number(r["to_qty"]) - number(r["from_qty"]); math.Abs(sum-want) > 1e-6*(1+math.Abs(want)) {
			t.Errorf("%v: parts make %v, want %v", r["order_id"], sum, want)
		}
	}
	if about["order"] == 0 || about["expedite"]+about["defer"]+about["cancel"] == 0 {
		t.Errorf("changes are about %v", about)
	}
	asMade(t, data, a)
	if out := must(t, "--data", data, "--json", "diff", b, b); len(rowsOf(t, out)) != 0 {
		t.Errorf("a plan differs from itself: %.300s", out)
	}
	if code, _, _ := cli(t, "--data", data, "diff", a, "p9999"); code != exitFailed {
		t.Errorf("a plan that is not there: exit code %d", code)
	}
}

// asMade: what the file of a plan says of its orders and messages is what they are
// when the plan is put up again, so that a version that makes them otherwise shows.
func asMade(t *testing.T, data, id string) {
	t.Helper()
	w, err := snapshot.OpenWorkspace(data)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	info, err := w.GetPlan(id)
	if err != nil {
		t.Fatal(err)
	}
	s, done, err := w.Load(t.Context(), info.SnapshotID, snapshot.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer done() //nolint:errcheck // read only
	p, err := w.LoadPlan(t.Context(), id, s)
	if err != nil {
		t.Fatal(err)
	}
	st, err := plan.Stand(t.Context(), s, p, 1)
	if err != nil {
		t.Fatal(err)
	}
	o, x, err := w.LoadMade(t.Context(), id, s)
	if err != nil {
		t.Fatal(err)
	}
	c, err := plan.CompareMade(t.Context(), st, st, &plan.Made{Orders: *o, Exceptions: *x}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Changes)+len(c.Messages) != 0 || c.Kept != o.Len() || o.Len() == 0 {
		t.Errorf("the file of plan %s has %d orders; %d are made otherwise, and %d messages", id, o.Len(), len(c.Changes), len(c.Messages))
	}
}
