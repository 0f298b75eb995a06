package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"planwright/cmd/planwright/sample"
	"planwright/lang"
	"planwright/snapshot"
)

// TestMain lets the test binary play the program, so that it can be killed. The tests
// leave no goroutine.
func TestMain(m *testing.M) {
	if os.Getenv("PLANWRIGHT_TEST_MAIN") == "1" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if demoFolder != "" {
			if err := os.RemoveAll(demoFolder); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
		os.Exit(code)
	}))
}

// demoFolder is the workspace of the smallest sample company, made by the first
// test that wants it and copied for each.
var demoFolder string

// demoSES returns a workspace of its own after `demo --method ses` with the
// smallest sample company: one snapshot, one plan, the files in sample.
func demoSES(t testing.TB) (data string) {
	t.Helper()
	if demoFolder == "" {
		dir, err := os.MkdirTemp("", "planwright-demo-")
		if err != nil {
			t.Fatal(err)
		}
		must(t, "--data", dir, "demo", "--method", "ses", "--items", fmt.Sprint(sample.MinItems))
		demoFolder = dir
	}
	data = t.TempDir()
	if err := os.CopyFS(data, os.DirFS(demoFolder)); err != nil {
		t.Fatal(err)
	}
	return data
}

// cli runs one command line in this process.
func cli(t testing.TB, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(context.Background(), append([]string{"--lang", "en"}, args...), &o, &e)
	return code, o.String(), e.String()
}

func must(t testing.TB, args ...string) string {
	t.Helper()
	code, out, errs := cli(t, args...)
	if code != exitDone {
		t.Fatalf("planwright %s: exit code %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

func rowsOf(t testing.TB, text string) []map[string]any {
	t.Helper()
	var rows []map[string]any
	if err := json.Unmarshal([]byte(text), &rows); err != nil {
		t.Fatalf("not JSON: %v\n%.300s", err, text)
	}
	return rows
}

// TestWholeWay takes the sample company from files to suggestions and looks at
// it by every verb.
func TestWholeWay(t *testing.T) {
	wholeWay(t)
	data := t.TempDir()
	out := must(t, "--data", data, "demo", "--items", fmt.Sprint(sample.MinItems))
	for _, want := range []string{"snapshot s0001-", "plan p0001-", "urgent"} {
		if !strings.Contains(out, want) {
			t.Errorf("demo does not say %q", want)
		}
	}

	// Every planted fault is found.
	company, err := sample.Write(context.Background(), sample.Options{Seed: 1, Items: sample.MinItems, Dir: t.TempDir()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, r := range rowsOf(t, must(t, "--data", data, "--json", "check")) {
		if n, ok := r["rows"].(float64); ok && n > 0 {
			found[r["code"].(string)] = true
		}
	}
	for _, f := range company.Faults {
		if !found[f.Code] && (f.Code != "BOM_CYCLE" || !found["SELF_COMPONENT"]) {
			t.Errorf("planted fault %s (%s %s: %s) is not found; found are %v", f.Code, f.Table, f.Key, f.What, found)
		}
	}

	// The same snapshot, options and version give the same plan.
	must(t, "--data", data, "--workers", "1", "run")
	plans := rowsOf(t, must(t, "--data", data, "--json", "plans"))
	if len(plans) != 2 || plans[0]["digest"] != plans[1]["digest"] {
		t.Errorf("two runs give %v", plans)
	}
	must(t, "--data", data, "plans", "verify")
	must(t, "--data", data, "snapshots", "verify")

	// A request is answered once.
	must(t, "--data", data, "run", "--method", "ses", "--request-id", "nightly-1")
	must(t, "--data", data, "run", "--method", "ses", "--request-id", "nightly-1")
	if plans := rowsOf(t, must(t, "--data", data, "--json", "plans")); len(plans) != 3 {
		t.Errorf("%d plans after the same request twice, want 3", len(plans))
	}
	if code, _, _ := cli(t, "--data", data, "run", "--fail-on", "EXPEDITE"); code != exitMatched {
		t.Errorf("run --fail-on EXPEDITE: exit code %d, want %d", code, exitMatched)
	}

	todo := rowsOf(t, must(t, "--data", data, "--json", "todo", "--top", "0"))
	if len(todo) == 0 {
		t.Fatal("nothing to do")
	}
	first := todo[0]["suggestion_id"].(string)
	why := must(t, "--data", data, "why", first)
	if !strings.Contains(why, todo[0]["reason"].(string)) {
		t.Errorf("why %s does not give the reason of todo", first)
	}
	order := ""
	for _, s := range todo {
		if a := s["action"]; order == "" && (a == "make" || a == "buy") {
			order = s["order_id"].(string)
		}
	}
	if pegs := must(t, "--data", data, "peg", order); !strings.Contains(pegs, "└─") {
		t.Errorf("peg %s shows no demand:\n%s", order, pegs)
	}
	for _, r := range []string{"abc", "xyz", "matrix", "classes", "aging", "expiry", "slow", "excess", "turns", "cover", "service", "projection", "breaches", "kitting", "suppliers", "bullwhip", "accuracy", "kpi"} {
		if text := must(t, "--data", data, "report", r); strings.Count(text, "\n") < 4 {
			t.Errorf("report %s is empty:\n%s", r, text)
		}
	}
	for _, ending := range []string{"csv", "json", "jsonl", "parquet", "arrow", "xlsx"} {
		path := filepath.Join(t.TempDir(), "todo."+ending)
		must(t, "--data", data, "-o", path, "todo", "--top", "50")
		must(t, "--data", data, "-o", filepath.Join(t.TempDir(), "policies."+ending), "export", "policies")
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("-o %s: %v", path, err)
		}
	}
	sum := must(t, "--data", data, "--json", "sql", "SELECT sum(qty) AS q FROM snap.stock")
	if r := rowsOf(t, sum); len(r) != 1 || r[0]["q"] == nil {
		t.Errorf("sql gives %s", sum)
	}
	for _, bad := range []string{"DROP TABLE plan.policies", "SELECT 1; SELECT 2", "COPY (SELECT 1) TO '/tmp/x.csv'", "SELECT * FROM read_csv('/etc/passwd')", "ATTACH 'x.db'", "PRAGMA enable_profiling"} {
		if code, _, errs := cli(t, "--data", data, "sql", bad); code != exitFailed || !strings.Contains(errs, "QUERY_REFUSED") {
			t.Errorf("sql %q: exit code %d, %s", bad, code, errs)
		}
	}
}

// TestChineseHasEveryText: no verb falls back to a key in either language.
func TestChineseHasEveryText(t *testing.T) {
	for _, l := range []string{"en", "zh"} {
		for _, v := range append((&app{lang: lang.Parse(l)}).verbs(), (&app{lang: lang.Parse(l)}).command()) {
			texts := []string{v.Short, v.Flags().FlagUsages()}
			for _, s := range texts {
				if strings.Contains(s, "cli.") {
					t.Errorf("%s %s: %s", l, v.Name(), s)
				}
			}
		}
	}
	for _, prefix := range []string{"stage.forecast", "stage.segment", "stage.mrp", "stage.suggest", "stage.analytics", "stage.load", "stage.write", "stage.generate"} {
		if !lang.Has(prefix) {
			t.Errorf("no text %s", prefix)
		}
	}
}

// TestGarbage: what is not a data set gives an error that says what, where and
// how to mend it, and leaves nothing behind.
func TestGarbage(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	data := filepath.Join(dir, "w")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for _, c := range []struct {
		args []string
		code int
		say  string
	}{
		{[]string{"import", filepath.Join(dir, "missing")}, exitFailed, "FILE_NOT_FOUND"},
		{[]string{"import", write("empty.csv", "")}, exitFailed, "FILE_FORMAT"},
		{[]string{"import", write("items.xlsx", "this is no workbook")}, exitFailed, "FILE_FORMAT"},
		{[]string{"import", write("stock.parquet", "PAR1 no")}, exitFailed, "FILE_FORMAT"},
		{[]string{"import", write("items.csv", "item_id\nA\n"), "--as-of", "yesterday"}, exitUsage, "USAGE"},
		{[]string{"run"}, exitFailed, "NO_SNAPSHOT"},
		{[]string{"todo"}, exitFailed, "NO_SNAPSHOT"},
		{[]string{"report", "weather"}, exitUsage, "USAGE"},
		{[]string{"frobnicate"}, exitUsage, "USAGE"},
		{[]string{"run", "--period", "fortnight"}, exitUsage, "USAGE"},
		{[]string{"explain", "NO_SUCH_CODE"}, exitFailed, "NOT_FOUND"},
		{[]string{"serve", "--listen", "0.0.0.0:0"}, exitFailed, "UNSAFE_LISTEN"},
		{[]string{"serve", "--listen", taken.Addr().String()}, exitUsage, taken.Addr().String() + " is in use"},
		{[]string{"backup", filepath.Join(data, "backups", "monday")}, exitUsage, "lies in the workspace"},
		{[]string{"mrp", dir}, exitUsage, "USAGE"},
		{[]string{"forecast", write("f.csv", "unique_id,ds,y\na,2026-01-01,x\n")}, exitFailed, "FILE_FORMAT"},
		{[]string{"forecast", write("g.csv", "id,ds,y\na,2026-01-01,1\n")}, exitFailed, "FILE_FORMAT"},
	} {
		code, out, errs := cli(t, append([]string{"--data", data}, c.args...)...)
		if code != c.code || !strings.Contains(errs, c.say) || strings.Contains(errs, "goroutine") {
			t.Errorf("planwright %v: exit code %d, want %d and %s\n%s%s", c.args, code, c.code, c.say, out, errs)
		}
	}
	w, err := snapshot.OpenWorkspace(data)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if list, err := w.ListSnapshots(); err != nil || len(list) != 0 {
		t.Errorf("garbage left %d snapshots (%v)", len(list), err)
	}
}

// wholeWay leaves a test out of a -short run: it goes through the product's verbs
// one after the other, whose parts have shorter tests of their own, also of what
// they do at the same time.
func wholeWay(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("a whole way whose parts have tests of their own")
	}
}

// killsOr returns how often a test kills a program: PLANWRIGHT_KILLS, else usual,
// with -short short.
func killsOr(t testing.TB, usual, short int) int {
	t.Helper()
	if s := os.Getenv("PLANWRIGHT_KILLS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if testing.Short() {
		return short
	}
	return usual
}

// TestKilled kills import and run at random moments. Whatever is listed after
// that opens and verifies, and the next command works.
func TestKilled(t *testing.T) {
	wholeWay(t)
	kills := killsOr(t, 8, 3)
	files, data := t.TempDir(), t.TempDir()
	company, err := sample.Write(context.Background(), sample.Options{Items: sample.MinItems, Dir: files}, nil)
	if err != nil || company.Items == 0 {
		t.Fatal(err)
	}
	importArgs := []string{"--data", data, "import", files, "--as-of", "2026-06-30"}
	program := func(args ...string) *exec.Cmd {
		c := exec.Command(os.Args[0], args...)
		c.Env = append(os.Environ(), "PLANWRIGHT_TEST_MAIN=1")
		return c
	}
	// How long a whole import and a whole run take sets the moments.
	took := func(args ...string) time.Duration {
		began := time.Now()
		if text, err := program(args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, text)
		}
		return time.Since(began)
	}
	whole := map[string]time.Duration{"import": took(importArgs...), "run": took("--data", data, "run", "--method", "ses")}
	dice := rand.New(rand.NewPCG(1, 2))
	killed := 0
	for i := range kills {
		what, args := "import", importArgs
		if i%2 == 1 {
			what, args = "run", []string{"--data", data, "run", "--method", "ses"}
		}
		c := program(args...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(1.25*dice.Float64()*float64(whole[what])), func() { _ = c.Process.Kill() })
		if err := c.Wait(); err != nil {
			killed++
		}
		timer.Stop()
	}
	if killed == 0 {
		t.Fatalf("none of %d commands was killed", kills)
	}
	w, err := snapshot.OpenWorkspace(data)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	snapshots, err := w.ListSnapshots()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range snapshots {
		if _, err := w.VerifySnapshot(context.Background(), s.ID); err != nil {
			t.Errorf("snapshot %s: %v", s.ID, err)
		}
	}
	plans, err := w.ListPlans()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range plans {
		if _, err := w.VerifyPlan(context.Background(), p.ID); err != nil {
			t.Errorf("plan %s: %v", p.ID, err)
		}
	}
	must(t, importArgs...)
	must(t, "--data", data, "run")
	left, err := filepath.Glob(filepath.Join(data, "*", ".tmp-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("the next writer left %v (%v)", left, err)
	}
	t.Logf("%d of %d killed; %d snapshots and %d plans verified", killed, kills, len(snapshots), len(plans))
}
