package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	planwrightv1 "planwright/api/planwright/v1"
)

// Events come over REST and as a stream, are answered one by one, and become a
// snapshot.
func TestEvents(t *testing.T) {
	v := planned(t, 0, false, nil)
	root := v.get("/v1/snapshots/latest")
	if a := v.do("GET", "/v1/events", ""); a.status != 200 || len(a.body) != 0 { // none yet
		t.Errorf("a stream of no events is %d %s", a.status, a.body)
	}
	if lines := logLines(t, v, "request"); lines[len(lines)-1]["status"] != 200.0 {
		t.Errorf("the log has %v of it", lines[len(lines)-1])
	}
	body := `{"events":[{"event_id":"1","type":"receipt","at":"2026-07-02","item_id":"TUBE","qty":"5"},{"event_id":"1","type":"receipt","at":"2026-07-02","item_id":"TUBE","qty":"5.0"},
		{"event_id":"2","type":"receipt","at":"soon","item_id":"TUBE","qty":"5"},{"event_id":"1","type":"issue","at":"2026-07-02","item_id":"TUBE","qty":"5"}]}`
	a := v.do("POST", "/v1/events:append", body, "Accept-Language", "zh-CN")
	m := a.json(t)
	if a.status != 200 || m["accepted"] != "1" || m["duplicates"] != "1" || m["refused"] != "2" || m["newest"] != "1" {
		t.Fatalf("append = %d %v", a.status, m)
	}
	bad := list(m, "refusals")
	if len(bad) != 2 || bad[0]["code"] != "BAD_DATE" || bad[0]["source"] != "3" || bad[1]["code"] != "EVENT_CONFLICT" || !strings.Contains(fmt.Sprint(bad[1]["remedy"]), "reversal 撤回") {
		t.Errorf("refusals %v", bad)
	}
	stream, err := planwrightv1.NewSnapshotServiceClient(v.grpc).AppendEvents(deadline(t, time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		e := &planwrightv1.Event{EventId: fmt.Sprint("s", i/2), Type: "demand_order", At: "2026-07-03T08:00:00Z", OrderId: "NEW", ItemId: "BIKE", Qty: "3", DueOn: "2026-08-01"}
		if i == 2 {
			e.ItemId = "NOTHING"
		}
		if err := stream.Send(&planwrightv1.AppendEventsRequest{Events: []*planwrightv1.Event{e}}); err != nil {
			t.Fatal(err)
		}
	}
	resp, err := stream.CloseAndRecv()
	if err != nil || resp.GetAccepted() != 2 || resp.GetDuplicates() != 1 || resp.GetNewest() != 3 {
		t.Fatalf("stream = %v, %v", resp, err)
	}
	if got := list(v.get("/v1/refusedEvents?filter=code%20%3D%20%22BAD_DATE%22"), "events"); len(got) != 1 || got[0]["event_id"] != "2" || !strings.Contains(fmt.Sprint(got[0]["text"]), "soon") {
		t.Errorf("refused %v", got)
	}
	if m := v.get("/v1/eventLog"); m["events"] != "3" || m["folded"] != "0" || m["snapshot"] != root["name"] {
		t.Errorf("log %v", m)
	}
	snap := v.finish(v.post("/v1/events:fold", `{"request_id":"fold-1"}`))
	if snap["as_of"] != "2026-07-03" {
		t.Fatalf("fold %v", snap)
	}
	got, _ := v.get("/v1/snapshots/latest")["events"].(map[string]any)
	if got["import"] != root["name"] || got["applied"] != "2" || got["waiting"] != "1" || got["newest"] != "3" {
		t.Errorf("events of the snapshot %v", got)
	}
	if again := v.finish(v.post("/v1/events:fold", `{"request_id":"fold-1"}`)); again["name"] != snap["name"] {
		t.Errorf("the same request made %v", again["name"])
	}
	waits := false
	for _, c := range list(v.get("/v1/snapshots/latest:check"), "checks") {
		for _, f := range list(c, "findings") {
			waits = waits || f["subject"] == "s1" && c["code"] == "UNKNOWN_ITEM"
		}
	}
	if !waits {
		t.Error("the event that waits is no finding")
	}
	for _, body := range []string{`{"events":[]}`, `{"events":[{"event_id":"1","qty":["x"]}]}`} {
		if a := v.do("POST", "/v1/events:append", body); a.status != 400 {
			t.Errorf("%s = %d", body, a.status)
		}
	}
	for _, body := range []string{`{"paths":["."],"update":true,"append":true}`, `{"paths":["."],"tombstone":true}`, `{"paths":["."],"mapping":"x","mapping_path":"y"}`, `{"paths":["."],"mapping":"tables: 5"}`} {
		if a := v.do("POST", "/v1/snapshots", body); a.status != 400 && a.status != 404 {
			t.Errorf("%s = %d %s", body, a.status, a.body)
		}
	}
}

// The server folds by itself what has come.
func TestEventsFoldEvery(t *testing.T) {
	f, err := parseFile([]byte("events: {fold_every: 1s}\n"), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	v := planned(t, 0, false, func(c *Config) { c.File = f })
	root := v.get("/v1/snapshots/latest")["name"]
	v.post("/v1/events:append", `{"events":[{"event_id":"1","type":"demand_order","at":"2026-07-02","order_id":"NEW","item_id":"BIKE","qty":"3","due_on":"2026-08-01"}]}`)
	for began := time.Now(); v.get("/v1/snapshots/latest")["name"] == root; time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatal("after a minute the event is in no snapshot")
		}
	}
	for _, bad := range []string{"events: {fold_every: 10ms}", "events: {fold: 1s}", "schedules: [{name: a, cron: \"* * * * *\"}]"} {
		if _, err := parseFile([]byte(bad), t.TempDir()); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}
