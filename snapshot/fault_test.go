package snapshot

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"planwright"
)

// TestMain: the binary run again with a directory in its environment publishes
// snapshots and plans there until it is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("PLANWRIGHT_TEST_VICTIM"); dir != "" {
		publishForever(dir)
		return
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(theTemplate.dir) // "" where no test asked for it
		os.Exit(code)
	}))
}

func publishForever(dir string) {
	ctx := context.Background()
	check := func(err error) {
		if err != nil {
			println(err.Error())
			os.Exit(1)
		}
	}
	w, err := OpenWorkspace(dir)
	check(err)
	for {
		d, err := w.NewSnapshotFile(ctx)
		check(err)
		d.AsOf = planwright.Date(2026, 6, 30)
		check(d.Conn.Exec(ctx, fixture))
		_, err = d.Publish(ctx)
		check(err)
		s, done, err := w.Load(ctx, "", LoadOptions{})
		check(err)
		_, err = w.WritePlan(ctx, s, testPlan(s), RunInfo{}, nil)
		check(err)
		check(done())
		check(w.RecordRun(ctx, Run{ID: NewRunID(), Kind: "plan", Status: "done", Started: time.Now()}))
	}
}

// TestKill kills a process that publishes, at random moments. Whatever is
// listed opens and verifies, nothing half-written is listed, and the next
// process writes on.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	dice := rand.New(rand.NewPCG(1, 2))
	kills := 8
	if testing.Short() {
		kills = 3
	}
	ctx := context.Background()
	w, err := OpenWorkspace(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range kills {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "PLANWRIGHT_TEST_VICTIM="+dir)
		var out strings.Builder
		cmd.Stderr = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(100+dice.IntN(700)) * time.Millisecond)
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatalf("the process ended by itself: %v %s", err, out.String())
		}
		err := cmd.Wait()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Success() || out.Len() > 0 {
			t.Fatalf("kill %d: %v %s", i, err, out.String())
		}
		snaps, err := w.ListSnapshots()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range snaps {
			if _, err := w.VerifySnapshot(ctx, s.ID); err != nil {
				t.Errorf("kill %d: %v", i, err)
			}
		}
		plans, err := w.ListPlans()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range plans {
			if _, err := w.VerifyPlan(ctx, p.ID); err != nil {
				t.Errorf("kill %d: %v", i, err)
			}
		}
		if _, err := w.ListRuns(ctx, 1000); err != nil {
			t.Errorf("kill %d: the journal: %v", i, err)
		}
	}
	// The next writer goes on, and clears away what the killed left.
	publishFixture(t, w)
	if err := w.RecordRun(ctx, Run{ID: "r", Kind: "import", Status: "done"}); err != nil {
		t.Error(err)
	}
	for _, k := range []kind{snapshotKind, planKind} {
		entries, err := os.ReadDir(filepath.Join(dir, k.dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), tempPrefix) {
				t.Errorf("%s/%s is still there", k.dir, e.Name())
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

// TestDamaged: a file that is cut short or changed is refused, by opening it or
// by verifying it, and never panics.
func TestDamaged(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name   string
		damage func(b []byte) []byte
	}{
		{"empty", func([]byte) []byte { return nil }},
		{"cut to half", func(b []byte) []byte { return b[:len(b)/2] }},
		{"cut by a byte", func(b []byte) []byte { return b[:len(b)-1] }},
		{"a header of zeros", func(b []byte) []byte { clear(b[:4096]); return b }},
		{"a bit in the middle", func(b []byte) []byte { b[len(b)/2] ^= 4; return b }},
		{"not a database", func([]byte) []byte { return []byte("order_id,qty\n1,2\n") }},
	} {
		w, _, plan := planned(t)
		for _, k := range []kind{snapshotKind, planKind} {
			id, err := w.resolve(k, "")
			if err != nil {
				t.Fatal(err)
			}
			path := w.path(k, id)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			// A new file: the old one may be mapped by those who read it.
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, c.damage(b), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.VerifySnapshot(ctx, ""); codeOf(err) != planwright.CodeDigestMismatch {
			t.Errorf("%s: verifying a snapshot: %v", c.name, err)
		}
		if _, err := w.VerifyPlan(ctx, plan.ID); codeOf(err) != planwright.CodeDigestMismatch {
			t.Errorf("%s: verifying a plan: %v", c.name, err)
		}
		if _, done, err := w.Load(ctx, "", LoadOptions{}); err == nil {
			if c.name != "a bit in the middle" && c.name != "cut by a byte" { // it may lie in free space
				t.Errorf("%s: loaded", c.name)
			}
			if err := done(); err != nil {
				t.Error(err)
			}
		} else if codeOf(err) != planwright.CodeFileFormat {
			t.Errorf("%s: loading: %v", c.name, err)
		}
		if rows, err := w.Query(ctx, QueryRequest{SQL: "SELECT 1"}); err == nil {
			rows.Close()
		} else if codeOf(err) != planwright.CodeFileFormat {
			t.Errorf("%s: querying: %v", c.name, err)
		}
	}
}

// rewrite changes a published file by SQL, as somebody with a DuckDB tool might.
func rewrite(t *testing.T, path, sql string) {
	t.Helper()
	db, conn, err := createDB(path, dbOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Exec(context.Background(), sql); err != nil {
		t.Error(err)
	}
	conn.Close()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// TestChangedCell: one cell changed by SQL is found even where the description
// beside the file is gone.
func TestChangedCell(t *testing.T) {
	ctx := context.Background()
	w, _, _ := planned(t)
	for _, k := range []kind{snapshotKind, planKind} {
		id, err := w.resolve(k, "")
		if err != nil {
			t.Fatal(err)
		}
		sql := "UPDATE data.stock SET qty = qty + 0.000001 WHERE sku = 0"
		if k == planKind {
			sql = "UPDATE data.pegging SET qty = qty + 0.000001 WHERE sku = 0"
		}
		verify := func() error {
			if k == planKind {
				_, err := w.VerifyPlan(ctx, "")
				return err
			}
			_, err := w.VerifySnapshot(ctx, "")
			return err
		}
		if err := os.Remove(filepath.Join(w.dir, k.dir, id+infoExt)); err != nil {
			t.Fatal(err)
		}
		if err := verify(); err != nil {
			t.Errorf("without its description: %v", err)
		}
		rewrite(t, w.path(k, id), sql)
		if err := verify(); codeOf(err) != planwright.CodeDigestMismatch {
			t.Errorf("a changed %s: %v", k.op, err)
		}
	}
}

func TestNewerFormat(t *testing.T) {
	ctx := context.Background()
	w, _, _ := planned(t)
	for _, k := range []kind{snapshotKind, planKind} {
		id, err := w.resolve(k, "")
		if err != nil {
			t.Fatal(err)
		}
		rewrite(t, w.path(k, id), "UPDATE meta SET value = '99' WHERE key = 'format_version'")
	}
	if _, _, err := w.Load(ctx, "", LoadOptions{}); codeOf(err) != planwright.CodeFileNewer {
		t.Errorf("loading: %v", err)
	}
	if _, err := w.Select(ctx, "", "SELECT 1"); codeOf(err) != planwright.CodeFileNewer {
		t.Errorf("selecting: %v", err)
	}
	if _, err := w.Query(ctx, QueryRequest{SQL: "SELECT 1"}); codeOf(err) != planwright.CodeFileNewer {
		t.Errorf("querying: %v", err)
	}
}

// TestReadersAndWriter: readers of published files go on while a writer
// publishes more.
func TestReadersAndWriter(t *testing.T) {
	ctx := context.Background()
	w, s, first := planned(t)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				select {
				case <-stop:
					return
				default:
				}
				rows, err := w.Select(ctx, first.ID, "SELECT sum(qty) FROM plan.pegging")
				if err != nil {
					t.Error(err)
					return
				}
				for rows.Next() {
					if got := rows.Value(0); got != planwright.Qty(40_256411) {
						t.Errorf("sum of the pegs = %v, want 40.256411", got)
					}
				}
				rows.Close()
				if _, err := s.ReadHistory(ctx, 0, 5); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	for range 2 { // each waits for readers that give it no rest
		publishFixture(t, w)
		if _, err := w.WritePlan(ctx, s, testPlan(s), RunInfo{}, nil); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
}

// cancelAfter is a context that ends at the n-th look at it.
type cancelAfter struct {
	context.Context
	mu   sync.Mutex
	left int
	done chan struct{}
}

func (c *cancelAfter) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left--; c.left == 0 {
		close(c.done)
	}
	if c.left <= 0 {
		return context.Canceled
	}
	return nil
}

func (c *cancelAfter) Done() <-chan struct{} { return c.done }

// TestCancel: a write that is cancelled at any moment leaves nothing.
func TestCancel(t *testing.T) {
	w, s, _ := planned(t)
	files := func() string {
		var names []string
		for _, k := range []kind{snapshotKind, planKind} {
			entries, err := os.ReadDir(filepath.Join(w.dir, k.dir))
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if e.Name() != ".sequence" {
					names = append(names, e.Name())
				}
			}
		}
		return strings.Join(names, " ")
	}
	before, every := files(), 5
	if testing.Short() {
		every = 13
	}
	for n := 1; ; n += every {
		ctx := &cancelAfter{Context: context.Background(), left: n, done: make(chan struct{})}
		_, err := w.WritePlan(ctx, s, testPlan(s), RunInfo{}, nil)
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled at look %d: %v", n, err)
		}
		if got := files(); got != before {
			t.Fatalf("cancelled at look %d: %s, want %s", n, got, before)
		}
	}
	before = files()
	for n := 1; ; n += 9 {
		ctx := &cancelAfter{Context: context.Background(), left: n, done: make(chan struct{})}
		d, err := w.NewSnapshotFile(ctx)
		if err == nil {
			testDraft(t, d)
			_, err = d.Publish(ctx)
		}
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled at look %d: %v", n, err)
		}
		if got := files(); got != before {
			t.Fatalf("cancelled at look %d: %s, want %s", n, got, before)
		}
	}
}
