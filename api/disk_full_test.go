//go:build linux

package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"planwright"
	planwrightv1 "planwright/api/planwright/v1"
	"planwright/publish"
	"planwright/snapshot"
)

// smallDisk is a directory on a file system of its own.
func smallDisk(t *testing.T, bytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("planwright-test", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes)); err != nil {
		t.Skipf("a small file system to fill cannot be mounted here (it needs root): %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillDisk leaves so many bytes free and returns what gives the rest back.
func fillDisk(t *testing.T, dir string, left int64) (room func()) {
	t.Helper()
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	n := max(0, int64(st.Bavail)*st.Bsize-left)
	if err := errors.Join(syscall.Fallocate(int(f.Fd()), 0, 0, max(1, n)), f.Close()); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

// saysDiskFull says what is wrong with an answer that should be the problem of a
// full disk.
func saysDiskFull(a answer) error {
	if err := isProblem(a); err != nil {
		return fmt.Errorf("%w: %.300s", err, a.body)
	}
	var p problem
	if err := json.Unmarshal(a.body, &p); err != nil || p.Reason != "DISK_FULL" || p.Code != "RESOURCE_EXHAUSTED" {
		return fmt.Errorf("no DISK_FULL: %.400s", a.body)
	}
	return nil
}

// TestDiskFullServed lets the disk fill at each step of the service that writes:
// events, decisions, an upload, an import, a fold, a run, a publication, rows that
// wait for their client and tables that are made as files. It is told as what it
// is, the service is well, nothing half-made is seen, and the same works when there
// is room again.
func TestDiskFullServed(t *testing.T) {
	if testing.Short() {
		t.Skip("a whole way whose parts have tests of their own")
	}
	disk, target := smallDisk(t, 160<<20), smallDisk(t, 512<<10)
	data, files := filepath.Join(disk, "data"), t.TempDir()
	writeCompany(t, files, 0)
	if err := os.CopyFS(data, os.DirFS(templates.of(t, 0, true))); err != nil {
		t.Fatal(err)
	}
	temporary := filepath.Join(disk, "tmp")
	if err := os.Mkdir(temporary, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", temporary)
	v := serve(t, data, func(c *Config) { c.ImportRoots = []string{files} })
	well := func(what string) {
		t.Helper()
		for _, path := range []string{"/readyz", "/v1/plans/latest/plannedOrders?page_size=2", "/v1/decisions", "/v1/eventLog"} {
			if a := v.do("GET", path, ""); a.status != 200 {
				t.Errorf("%s: %s = %d %.300s", what, path, a.status, a.body)
			}
		}
	}
	whole := func(what string, made map[string]bool, verify bool) {
		t.Helper()
		snaps, err := v.ws.ListSnapshots()
		if err != nil {
			t.Fatal(err)
		}
		plans, err := v.ws.ListPlans()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range snaps {
			if !made["snapshots/"+s.ID] {
				t.Errorf("%s: snapshot %s is of nobody", what, s.ID)
			}
			if !verify {
				continue
			}
			if _, err := v.ws.VerifySnapshot(context.Background(), s.ID); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		for _, p := range plans {
			if !made["plans/"+p.ID] {
				t.Errorf("%s: plan %s is of nobody", what, p.ID)
			}
			if !verify {
				continue
			}
			if _, err := v.ws.VerifyPlan(context.Background(), p.ID); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		if len(snaps)+len(plans) != len(made) {
			t.Errorf("%s: %d snapshots and %d plans of %d", what, len(snaps), len(plans), len(made))
		}
		if left, err := filepath.Glob(filepath.Join(data, "*", ".tmp-*")); err != nil || len(left) > 0 {
			t.Errorf("%s leaves %v (%v)", what, left, err)
		}
	}

	// Events: all of a request, or none.
	var events strings.Builder
	for i := range 200 {
		fmt.Fprintf(&events, `,{"event_id":"e%d","type":"receipt","at":"2026-07-02","item_id":"TUBE","qty":"5","document":"%s"}`, i, strings.Repeat("x", 60))
	}
	body := `{"events":[` + events.String()[1:] + `]}`
	room := fillDisk(t, disk, 0)
	if err := saysDiskFull(v.do("POST", "/v1/events:append", body)); err != nil {
		t.Errorf("events: %v", err)
	}
	stream, err := planwrightv1.NewSnapshotServiceClient(v.grpc).AppendEvents(deadline(t, time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	many := &planwrightv1.AppendEventsRequest{}
	for i := range 200 {
		many.Events = append(many.Events, &planwrightv1.Event{EventId: fmt.Sprint("g", i), Type: "receipt", At: "2026-07-02", ItemId: "TUBE", Qty: "5", Document: strings.Repeat("x", 60)})
	}
	if err := stream.Send(many); err != nil {
		t.Fatal(err)
	}
	_, err = stream.CloseAndRecv()
	reason := ""
	for _, d := range status.Convert(err).Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			reason = info.GetReason()
		}
	}
	if status.Code(err) != codes.ResourceExhausted || reason != "DISK_FULL" {
		t.Errorf("a stream of events ends with %v, %s", err, reason)
	}
	well("events")
	if m := v.get("/v1/eventLog"); m["events"] != "0" {
		t.Errorf("of refused events the log has %v", m)
	}
	room()
	if m := v.post("/v1/events:append", body); m["accepted"] != "200" || m["duplicates"] != "0" {
		t.Errorf("events, with room again: %v", m)
	}

	// Decisions: what was acknowledged is there, and nothing else.
	suggestion := fmt.Sprint(list(v.get("/v1/plans/latest/suggestions?page_size=1"), "suggestions")[0]["suggestion_id"])
	decide := func(action string) answer {
		return v.do("POST", "/v1/plans/latest/suggestions:decide", fmt.Sprintf(`{"decisions":[{"suggestion_id":%q,"action":%q,"reason":%q}]}`, suggestion, action, strings.Repeat("y", 400)))
	}
	room = fillDisk(t, disk, 0)
	acknowledged := 0
	for full := false; !full; {
		switch a := decide([]string{"approve", "reopen"}[acknowledged%2]); {
		case a.status == 200 && acknowledged < 100:
			acknowledged++
		default:
			if full = true; saysDiskFull(a) != nil {
				t.Errorf("decision %d: %v", acknowledged, saysDiskFull(a))
			}
		}
	}
	well("decisions")
	if n := len(list(v.get("/v1/decisions?page_size=1000"), "decisions")); n != acknowledged {
		t.Errorf("%d decisions were acknowledged, %d are in the journal", acknowledged, n)
	}
	room()
	if a := decide([]string{"approve", "reopen"}[acknowledged%2]); a.status != 200 {
		t.Errorf("a decision, with room again: %d %s", a.status, a.body)
	}

	// An upload.
	put := func() answer { return v.do("PUT", "/v1/uploads/u/0/items.csv", strings.Repeat("item_id\n", 1<<17)) }
	room = fillDisk(t, disk, 64<<10)
	if err := saysDiskFull(put()); err != nil {
		t.Errorf("upload: %v", err)
	}
	well("upload")
	if left, err := filepath.Glob(filepath.Join(v.ws.UploadDir(), "u", "0", "*")); err != nil || len(left) > 0 {
		t.Errorf("an upload without room leaves %v (%v)", left, err)
	}
	if left, err := filepath.Glob(filepath.Join(v.ws.UploadDir(), "u", "0", ".part*")); err != nil || len(left) > 0 {
		t.Errorf("an upload without room leaves %v (%v)", left, err)
	}
	room()
	if a := put(); a.status != 204 {
		t.Errorf("an upload, with room again: %d %s", a.status, a.body)
	}

	// Operations: an import, a fold of the events, a run. What is listed is what an
	// operation said that it made.
	made := map[string]bool{}
	for _, field := range []string{"snapshots", "plans"} {
		for _, m := range list(v.get("/v1/"+field), field) {
			made[fmt.Sprint(m["name"])] = true
		}
	}
	day := 1
	for _, op := range []struct{ what, path, body string }{
		{"import", "/v1/snapshots", `{"paths":["."],"as_of":"2026-07-%02d"}`}, {"fold", "/v1/events:fold", `{"request_id":"fold %d"}`}, {"run", "/v1/plans", `{"request_id":"run %d"}`},
	} {
		full := 0
		for _, left := range []int64{0, 512 << 10, 64 << 20} {
			room := fillDisk(t, disk, left)
			day++
			a := v.do("POST", op.path, fmt.Sprintf(op.body, day))
			m := a.json(t)
			for a.status == 200 && m["done"] != true {
				m = v.post("/v1/"+fmt.Sprint(m["name"])+":wait", `{"timeout":"30s"}`)
			}
			switch {
			case left == 64<<20 && (a.status != 200 || m["error"] != nil):
				t.Errorf("%s, with room again: %s %v", op.what, a.body, m["error"])
			case a.status != 200:
				if full++; saysDiskFull(a) != nil {
					t.Errorf("%s with %d KiB left: %v", op.what, left>>10, saysDiskFull(a))
				}
			case m["error"] != nil:
				if full++; !strings.Contains(fmt.Sprint(m["error"]), "DISK_FULL") {
					t.Errorf("%s with %d KiB left: %v", op.what, left>>10, m["error"])
				}
			default:
				resp, _ := m["response"].(map[string]any)
				made[fmt.Sprint(resp["name"])] = true
			}
			well(op.what)
			whole(op.what, made, left == 64<<20)
			room()
		}
		if full == 0 {
			t.Errorf("%s: the disk was never full", op.what)
		}
	}

	// Rows that wait for a client need no disk: the client sets the pace. A table
	// that is made as a file first does.
	room = fillDisk(t, disk, 0)
	if a := v.do("GET", "/v1/sql?sql="+url.QueryEscape(wide), ""); a.status != 200 || bytes.Count(a.body, []byte("\n")) != 130001 {
		t.Errorf("rows over a full disk: %d, %d lines", a.status, bytes.Count(a.body, []byte("\n")))
	}
	if a := v.do("GET", "/v1/plans/latest/tables/requirements", ""); a.status != 200 {
		t.Errorf("a table over a full disk: %d %.300s", a.status, a.body)
	}
	if err := saysDiskFull(v.do("GET", "/v1/plans/latest/tables/requirements?format=parquet", "")); err != nil {
		t.Errorf("a table as Parquet: %v", err)
	}
	well("download")
	room()
	if a := v.do("GET", "/v1/plans/latest/tables/requirements?format=parquet", ""); a.status != 200 {
		t.Errorf("a table as Parquet, with room again: %d %.300s", a.status, a.body)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("downloads leave %v (%v)", left, err)
	}
	if err := v.stop(); err != nil {
		t.Fatal(err)
	}

	// A publication of a schedule's plan: tried again until there is room.
	was := publishPauses
	publishPauses = []time.Duration{time.Millisecond, time.Millisecond}
	t.Cleanup(func() { publishPauses = was })
	f, err := parseFile(fmt.Appendf(nil, `schedules: [{name: nightly, cron: "0 0 * * *", plan: {method: ses}, publish: ["%s/copy.duckdb"]}]`, target), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ws, err := snapshot.OpenWorkspace(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := ws.SetScheduleDue(context.Background(), "nightly", time.Now().AddDate(0, 0, -2)); err != nil {
		t.Fatal(err)
	}
	if err := ws.Close(); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	done := make(chan error, 1)
	tries := 0
	v = serve(t, data, func(c *Config) {
		c.File = f
		c.Publish = func(ctx context.Context, plan, to string) error {
			mu.Lock()
			defer mu.Unlock()
			_, err := publish.Run(ctx, c.Workspace, publish.Options{Plan: plan, Target: to})
			left, lerr := os.ReadDir(target)
			if tries++; tries == 1 {
				var e *planwright.Error
				if !errors.As(snapshot.SystemFault(err), &e) || e.Code != planwright.CodeDiskFull || lerr != nil || len(left) > 0 {
					t.Errorf("a publication without room: %v, leaves %v (%v)", err, left, lerr)
				}
				if err := syscall.Mount("planwright-test", target, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
					t.Error(err)
				}
				return err
			}
			done <- err
			return err
		}
	})
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("a publication, with room again: %v", err)
		}
	case <-time.After(2 * time.Minute):
		t.Fatal("no publication was tried again")
	}
	well("publication")
	if lines := logLines(t, v, "publishing failed"); len(lines) != 1 || !strings.Contains(fmt.Sprint(lines[0]), "isk") {
		t.Errorf("the log has %v", lines)
	}
	copied, err := os.Stat(filepath.Join(target, "copy.duckdb"))
	if err != nil || copied.Size() == 0 {
		t.Errorf("the copy: %v", err)
	}
}
