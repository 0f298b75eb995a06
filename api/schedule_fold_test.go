package api

import (
	"context"
	"testing"
	"time"

	"github.com/robfig/cron/v3"

	"planwright"
	"planwright/ledger"
	"planwright/snapshot"
)

// TestScheduleFold: a schedule with fold imports a folder, folds the events that
// wait, and plans the snapshot that has them; fold is read from the settings.
func TestScheduleFold(t *testing.T) {
	in, dir, ctx := t.TempDir(), t.TempDir(), context.Background()
	writeCompany(t, in, 0)
	f, err := parseFile([]byte("schedules: [{name: nightly, cron: \"0 2 * * *\", import: {paths: [\""+in+"\"]}, fold: true, plan: {method: ses}}]\n"), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if len(f.schedules) != 1 || !f.schedules[0].folds {
		t.Fatalf("fold: true is read as %+v", f.schedules)
	}
	f.schedules[0].times, f.schedules[0].catchUp = cron.Every(time.Hour), true
	ws, err := snapshot.OpenWorkspace(dir)
	if err != nil {
		t.Fatal(err)
	}
	root, err := ws.Import(ctx, snapshot.ImportOptions{Paths: []string{in}, AsOf: planwright.NoDay})
	if err != nil {
		t.Fatal(err)
	}
	var event snapshot.EventIn
	if bad := ledger.ReadJSON([]byte(`{"event_id":"1","type":"demand_order","at":"2026-07-02","order_id":"NEW","item_id":"BIKE","qty":"3","due_on":"2026-08-01"}`), &event.Raw); bad != nil {
		t.Fatal(bad)
	}
	got, err := ws.AppendEvents(ctx, []snapshot.EventIn{event}, "test", time.Now())
	if err != nil || got[0].Outcome != snapshot.EventAccepted {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := ws.SetScheduleDue(ctx, "nightly", time.Now().Add(-90*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := ws.Close(); err != nil {
		t.Fatal(err)
	}
	v := serve(t, dir, func(c *Config) { c.File = f })
	var plans []snapshot.PlanInfo
	for began := time.Now(); len(plans) == 0; time.Sleep(20 * time.Millisecond) {
		if plans, err = v.ws.ListPlans(); err != nil || time.Since(began) > time.Minute {
			t.Fatalf("no plan after %s, %v", time.Since(began), err)
		}
	}
	if plans[0].SnapshotID == root.Snapshot.ID {
		t.Errorf("the snapshot %s without the events was planned", plans[0].SnapshotID)
	}
	rows, err := v.ws.SelectSnapshot(ctx, plans[0].SnapshotID, "SELECT CAST(count(*) AS VARCHAR) FROM snap.demand_orders WHERE order_id = 'NEW'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var n string
	if !rows.Next() || rows.Scan(&n) != nil || n != "1" {
		t.Errorf("the order of the event stands %s times in what was planned", n)
	}
}

// TestOperationPace: an operation tells its rate and the time that is left, by
// the subject that it is at.
func TestOperationPace(t *testing.T) {
	o := &operation{changed: make(chan struct{})}
	o.advance("read", "a.csv", 1, 3, 0, 0)
	if p := o.state().progress; p.GetRate() != 0 || p.GetRemainingTime() != nil {
		t.Errorf("at the beginning: %v", p)
	}
	o.since = o.since.Add(-2 * time.Second)
	began := o.since
	o.advance("read", "a.csv", 1, 3, 1000, 4000)
	p := o.state().progress
	if p.GetRate() < 1000/time.Since(began).Seconds() || p.GetRate() > 500 || p.GetRemainingTime().AsDuration() < 6*time.Second || p.GetSubject() != "a.csv" {
		t.Errorf("a quarter after 2 s: %v", p)
	}
	o.advance("read", "b.csv", 1, 3, 0, 0)
	if p := o.state().progress; p.GetSubject() != "b.csv" || p.GetDone() != 0 {
		t.Errorf("the next file: %v", p)
	}
}
