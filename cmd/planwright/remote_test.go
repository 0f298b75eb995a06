package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"planwright/api"
	"planwright/snapshot"
)

// startServer serves a workspace on a free port and returns its address.
func startServer(t *testing.T, data string, change func(*api.Config)) (addr string, w *snapshot.Workspace) {
	t.Helper()
	w, err := snapshot.OpenWorkspace(data)
	if err != nil {
		t.Fatal(err)
	}
	cfg := api.Config{Workspace: w, EagerRuns: true} // would starve beside other tests
	if change != nil {
		change(&cfg)
	}
	s, err := api.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
		if err := w.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return l.Addr().String(), w
}

// elsewhere are the numbers of snapshots and plans, and the place of rows that were
// set aside: what differs from one workspace to the next.
var elsewhere = regexp.MustCompile(`\b[sp]\d{4}-|\S+/quarantine\b\S*|\S*/snapshots/\S+/quarantine`)

// slow is the progress of what took over a second: not the same twice.
var slow = regexp.MustCompile(`(?m)^\S.* \d+\.\d s\s*$\n?`)

// TestRemote: every verb prints on a server what it prints on the workspace
// itself, in both languages, to people and to machines, and fails alike.
func TestRemote(t *testing.T) {
	wholeWay(t)
	t.Setenv(cacheEnv, t.TempDir())
	data := demoSES(t)
	must(t, "--data", data, "run", "--method", "naive")
	addr, w := startServer(t, data, nil)
	far := []string{"--server", addr}
	here := []string{"--data", data}

	todo := rowsOf(t, must(t, "--data", data, "--json", "todo", "--top", "0"))
	id, order, sku := todo[0]["suggestion_id"].(string), "", todo[0]["item_id"].(string)+"@"+todo[0]["site_id"].(string)
	for _, s := range todo {
		if a := s["action"]; order == "" && (a == "make" || a == "buy") {
			order = s["order_id"].(string)
		}
	}
	equal := func(args ...string) {
		t.Helper()
		code, out, errs := cli(t, append(here, args...)...)
		rcode, rout, rerrs := cli(t, append(far, args...)...)
		if code != rcode || out != rout {
			t.Errorf("%v: here %d\n%.600s%.300s\non the server %d\n%.600s%.300s", args, code, out, errs, rcode, rout, rerrs)
		}
		errs, rerrs = slow.ReplaceAllString(errs, ""), slow.ReplaceAllString(rerrs, "")
		if code != exitDone && errs != rerrs {
			t.Errorf("%v: here\n%s\non the server\n%s", args, errs, rerrs)
		}
	}
	tables := [][]string{
		{"check"}, {"todo"}, {"todo", "--by", "supplier"}, {"peg", order}, {"snapshots"}, {"plans"}, {"plans", "show", "latest"}, {"decide", "list"}, {"override", "list"}, {"keys"}, {"notices"},
		{"report", "abc"}, {"report", "kpi"}, {"report", "tradeoff"}, {"sql", "SELECT kind, count(*) AS n FROM plan.planned_orders GROUP BY kind ORDER BY kind"}, {"diff", "p0001", "p0002"},
		{"backtest", "--methods", "naive,ses", "--periods", "8", "--horizon", "4"}, {"plans", "verify"},
		{"backtest", "--value", "--methods", "ses", "--reviews", "26", "--draws", "200"},
	}
	for i, args := range tables {
		// To people and to machines, in turns in both languages.
		equal(append([]string{"--lang", []string{"en", "zh"}[i%2]}, args...)...)
		if i%4 == 0 || os.Getenv("PLANWRIGHT_WHOLE") != "" { // all of them take a minute more
			equal(append([]string{"--json"}, args...)...)
		}
	}
	for _, args := range [][]string{{"why", id}, {"why", sku}, {"why", "--short", order}, {"--json", "why", order}, {"--lang", "zh", "why", id}, {"report", "nervousness"}, {"snapshots", "diff", "s0001", "s0001"}, {"snapshots", "verify"}, // nothing but the text
		{"todo", "--plan", "p0099"}, {"why", "NOTHING"}, {"decide", "NOTHING", "approve"}, {"plans", "verify", "p0099"}, {"backtest", "--value", "--reviews", "300"}, {"backtest", "--value", "--items", "NOTHING"}, {"sql", "DROP TABLE plan.policies"}, {"sql", "SELECT"}, {"check", "--snapshot", "s0099"}, // errors
		{"plans", "delete", "p0099"}, {"keys", "revoke", "nobody"}, {"notices", "retry", "none"}, {"run", "--method", "nonsense"}, {"override", "NOTHING", "--from", "2026-07-01", "--qty", "5", "--reason", "x", "--author", "local"},
		{"snapshots", "delete", "s0001"}} {
		equal(args...)
	}
	for _, args := range [][]string{{"todo", "--top", "0"}, {"export", "planned_orders"}, {"export", "--as", "purchase-request"}, {"report", "abc"}} {
		for _, ending := range []string{"csv", "parquet"} {
			var files [2][]byte
			for i, at := range [][]string{here, far} {
				path := filepath.Join(t.TempDir(), "out."+ending)
				must(t, append(append(at, "-o", path), args...)...)
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				files[i] = b
			}
			if !bytes.Equal(files[0], files[1]) {
				t.Errorf("-o out.%s %v differs", ending, args)
			}
		}
	}

	// What changes something is there for all.
	must(t, append(far, "decide", id, "approve", "--reason", "agreed")...)
	must(t, append(far, "override", sku, "--from", "2026-07-01", "--qty", "5", "--reason", "fair", "--author", "local")...)
	for _, args := range [][]string{{"--json", "decide", "list"}, {"--json", "override", "list", "--all"}, {"--json", "todo", "--status", "approved"}} {
		equal(args...)
		if out := must(t, append(here, args...)...); len(rowsOf(t, out)) != 1 {
			t.Errorf("%v: %s", args, out)
		}
	}
	run := func(at []string, args ...string) string {
		return elsewhere.ReplaceAllString(must(t, append(at, args...)...), "…")
	}
	if a, b := run(here, "run", "--method", "ses"), run(far, "run", "--method", "ses"); a != b {
		t.Errorf("run: here\n%s\non the server\n%s", a, b)
	}
	must(t, append(far, "run", "--method", "naive", "--request-id", "night")...)
	if _, out, errs := cli(t, append(far, "run", "--method", "naive", "--request-id", "night")...); out != "" || !strings.Contains(errs, "night") {
		t.Errorf("a request again: %s%s", out, errs)
	}
	other := filepath.Join(t.TempDir(), "other")
	files := filepath.Join(data, "sample")
	if a, b := run([]string{"--data", other}, "import", files, "--as-of", "2026-07-01"), run(far, "import", files, "--as-of", "2026-07-01"); a != b {
		t.Errorf("import: here\n%s\non the server\n%s", a, b)
	}
	if entries, err := os.ReadDir(w.UploadDir()); err == nil && len(entries) > 0 {
		t.Errorf("uploads are left: %v", entries)
	}
	remoteEvents(t, files, addr, data, sku, equal)
	remoteScenarios(t, addr, data, equal)
	remoteBackup(t, addr)

	// A workspace at work is busy for both.
	release, err := w.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if code, _, errs := cli(t, append(far, "run")...); code != exitBusy || !strings.Contains(errs, "BUSY") {
		t.Errorf("run while busy: exit code %d, %s", code, errs)
	}
	release()

	// Wrong usage.
	for _, args := range [][]string{{"demo"}, {"serve"}, {"restore", "x"}, {"explain", "BUSY"}, {"lots", "x.csv"}, {"inspect", files}, {"--data", data, "plans"}} {
		if code, _, errs := cli(t, append(far, args...)...); code != exitUsage {
			t.Errorf("%v with --server: exit code %d, %s", args, code, errs)
		}
	}
	t.Setenv(serverEnv, addr)
	if out := must(t, "plans"); !strings.Contains(out, "p0001-") {
		t.Errorf("with %s: %s", serverEnv, out)
	}
	must(t, "explain", "UNAVAILABLE")
	t.Setenv(serverEnv, "")
	must(t, append(far, "snapshots", "delete", "latest")...)
	remoteCancelled(t, addr, w)
	remoteKeys(t, data, addr)
}

// remoteCancelled: who breaks a run off leaves none at work.
func remoteCancelled(t *testing.T, addr string, w *snapshot.Workspace) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go func() {
		for ctx.Err() == nil { // as soon as the server is at it
			if runs, err := w.ListRuns(ctx, 1); err == nil && len(runs) > 0 && runs[0].Status == "running" {
				stop()
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	var out, errs bytes.Buffer
	code := run(ctx, []string{"--server", addr, "--lang", "en", "run"}, &out, &errs)
	if code != exitFailed || !strings.Contains(errs.String(), "CANCELLED") {
		t.Fatalf("exit code %d: %s%s", code, &out, &errs)
	}
	for range 4800 {
		runs, err := w.ListRuns(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if runs[0].Status == "cancelled" {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Error("the run goes on")
}

// remoteKeys: without a key nothing, with one of a site no whole file, and no
// way to import what reads a database.
func remoteKeys(t *testing.T, data, addr string) {
	t.Helper()
	admin := strings.TrimSpace(must(t, "--data", data, "keys", "create", "boss", "--role", "admin"))
	todo := rowsOf(t, must(t, "--data", data, "--json", "todo", "--top", "1"))
	site := todo[0]["site_id"].(string)
	far := func(key string, args ...string) (int, string, string) {
		t.Setenv(keyEnv, key)
		return cli(t, append([]string{"--server", addr}, args...)...)
	}
	if code, _, errs := far("", "plans"); code != exitFailed || !strings.Contains(errs, "UNAUTHENTICATED") {
		t.Errorf("without a key: exit code %d, %s", code, errs)
	}
	code, out, errs := far(admin, "keys", "create", "planner", "--role", "planner", "--site", site)
	if code != exitDone {
		t.Fatal(errs)
	}
	planner := strings.TrimSpace(out)
	for _, args := range [][]string{{"todo"}, {"sql", "SELECT 1"}, {"report", "kpi"}, {"-o", "x.csv", "export", "policies"}, {"events", "list"}, {"events", "fold"}, {"whatif", "list"}, {"backup", filepath.Join(t.TempDir(), "b")}} {
		if code, out, errs := far(planner, args...); code != exitFailed || out != "" || !strings.Contains(errs, "PERMISSION_DENIED") {
			t.Errorf("%v with a key of one site: exit code %d, %s%s", args, code, out, errs)
		}
	}
	if code, _, errs := far(planner, "decide", todo[0]["suggestion_id"].(string), "approve"); code != exitDone {
		t.Errorf("decide with a key of the site: %s", errs)
	}
	if code, _, errs := far(planner, "keys"); code != exitFailed || !strings.Contains(errs, "PERMISSION_DENIED") {
		t.Errorf("keys for a planner: exit code %d, %s", code, errs)
	}
	if code, out, errs := far(admin, "todo", "--top", "1"); code != exitDone {
		t.Errorf("todo for the boss: %s%s", out, errs)
	}
	path := filepath.Join(t.TempDir(), "erp.query.yaml")
	if err := os.WriteFile(path, []byte("source: postgres://x@127.0.0.1/x\nqueries: {stock: SELECT 1}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := far(admin, "import", path); code != exitUsage || !strings.Contains(errs, "reads a database") {
		t.Errorf("import of a query file: exit code %d, %s", code, errs)
	}
}
