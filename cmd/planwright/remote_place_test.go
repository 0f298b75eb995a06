package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"planwright/snapshot"
)

// perSecond is how fast events were written, which no two writes agree about.
var perSecond = regexp.MustCompile(`[\d,]+ a second|每秒 [\d,]+`)

// folded are the ids of snapshots: a fold names the import that it starts from.
var folded = regexp.MustCompile(`\bs\d{4}-[0-9a-f]{8}`)

// remoteEvents: events go to a server as to the workspace itself, also those that
// cannot be read, and come back the same.
func remoteEvents(t *testing.T, files, addr, data, item string, equal func(args ...string)) {
	t.Helper()
	dir := t.TempDir()
	other := filepath.Join(dir, "other")
	must(t, "--data", other, "import", files, "--as-of", "2026-07-01")
	name, site, _ := strings.Cut(item, "@")
	file := filepath.Join(dir, "events.jsonl")
	var b strings.Builder
	for i, day := range []string{"2026-07-01", "2026-07-02", "2026-07-02"} {
		fmt.Fprintf(&b, `{"event_id":"e%d","type":"demand_order","at":"%s","order_id":"NEW-%d","item_id":"%s","site_id":"%s","qty":"%d","reason":"\u4fc3\u9500 \"x\""}`+"\n", i, day, i, name, site, 3+i)
	}
	b.WriteString("no JSON at all \xff\n" + `{"event_id":"e1","type":"receipt"}` + "\n" + `{"event_id":"odd","type":"receipt","at":"2026-07-01","wrong":1}` + "\n" + strings.Repeat("x", 70<<10) + "\n")
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	both := func(args ...string) {
		t.Helper()
		code, out, errs := cli(t, append([]string{"--data", other}, args...)...)
		rcode, rout, rerrs := cli(t, append([]string{"--server", addr}, args...)...)
		mask := func(s string) string { return folded.ReplaceAllString(perSecond.ReplaceAllString(s, "…"), "…") }
		if code != rcode || mask(out) != mask(rout) || code != exitDone && mask(errs) != mask(rerrs) {
			t.Errorf("%v: here %d\n%.900s%.300s\non the server %d\n%.900s%.300s", args, code, out, errs, rcode, rout, rerrs)
		}
	}
	both("--json", "events", "append", file)
	both("events", "append", file)
	both("--lang", "zh", "events", "append", file)
	equal("events", "list")
	equal("--json", "events", "refused")
	equal("events", "refused")
	both("events", "list")
	both("events", "fold")
	both("events", "fold")
	both("--json", "events", "fold")
	both("events", "fold", "--as-of", "2020-01-01")
	equal("events", "status")
	equal("--json", "events")
	if out := must(t, "--data", data, "events", "list"); strings.Count(out, "\n") != 3 {
		t.Errorf("the log has\n%s", out)
	}
}

// remoteScenarios: scenarios are answered and kept by a server.
func remoteScenarios(t *testing.T, addr, data string, equal func(args ...string)) {
	t.Helper()
	far := []string{"--server", addr}
	for i, set := range []string{"demand of everything +10 %", "lead time of everything +3 days"} {
		args := []string{"whatif", "--set", set, "--author", "me"}
		_, out, errs := cli(t, append([]string{"--data", data}, args...)...)
		_, rout, rerrs := cli(t, append(append(far, args...), "--name", fmt.Sprint("s", i), "--request-id", fmt.Sprint("r", i))...)
		if first := func(s string) string { s, _, _ = strings.Cut(s, "\n\n"); return seconds.ReplaceAllString(s, "…") }; first(out) != first(rout) || !strings.Contains(rerrs, fmt.Sprint("s", i)) {
			t.Errorf("whatif %s: here\n%s%s\non the server\n%s%s", set, out, errs, rout, rerrs)
		}
	}
	if _, _, errs := cli(t, append(far, "whatif", "--set", "demand of everything +10 %", "--name", "s0", "--request-id", "r0", "--author", "me")...); !strings.Contains(errs, "r0") {
		t.Errorf("a request again: %s", errs)
	}
	for _, args := range [][]string{{"whatif", "list"}, {"--json", "whatif", "list"}, {"whatif", "show", "s1"}, {"--json", "whatif", "show", "s0"}, {"whatif", "compare"}, {"--lang", "zh", "whatif", "compare", "s1", "s0"},
		{"whatif", "show", "none"}, {"whatif", "delete", "none"}, {"whatif", "--set", "nonsense"}} {
		equal(args...)
	}
	must(t, append(far, "whatif", "delete", "s0")...)
	if out := must(t, "--data", data, "--json", "whatif", "list"); len(rowsOf(t, out)) != 1 {
		t.Errorf("after the deletion %s", out)
	}
}

var seconds = regexp.MustCompile(`\d+\.\d+ (s|seconds|秒)`)

// remoteBackup: a backup over the network is one that restores, and half of one is
// none.
func remoteBackup(t *testing.T, addr string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "copy")
	if out := must(t, "--server", addr, "backup", dir); !strings.Contains(out, dir) {
		t.Errorf("backup prints %s", out)
	}
	back := filepath.Join(t.TempDir(), "back")
	must(t, "--data", back, "restore", dir)
	must(t, "--data", back, "snapshots", "verify")
	must(t, "--data", back, "plans", "verify")
	if a, b := must(t, "--data", back, "--json", "decide", "list"), must(t, "--server", addr, "--json", "decide", "list"); a != b {
		t.Errorf("decisions of the backup %s, of the server %s", a, b)
	}
	if code, _, errs := cli(t, "--server", addr, "backup", dir); code != exitUsage || !strings.Contains(errs, dir) {
		t.Errorf("backup over a directory that is there: exit code %d, %s", code, errs)
	}
	resp, err := http.Get("http://" + addr + "/v1/backup")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // only read
	half := http.MaxBytesReader(nil, resp.Body, 1<<20)
	if _, err := snapshot.ReceiveBackup(t.Context(), half, filepath.Join(t.TempDir(), "half"), nil); err == nil {
		t.Error("half a backup is taken for a whole one")
	}
}
