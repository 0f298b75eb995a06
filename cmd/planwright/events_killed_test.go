package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"planwright/snapshot"
)

// TestEventsKilled kills event append, fold and import at random moments. Every
// event that was acknowledged is in the log afterwards, once; whatever snapshot
// is listed verifies; and a fold then has the stock that the log says. Set
// PLANWRIGHT_KILLS for so many of each.
func TestEventsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("kills programs that are built without the race detector")
	}
	kills := map[string]int{"append": 3, "fold": 1, "import": 1}
	if s := os.Getenv("PLANWRIGHT_KILLS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		kills = map[string]int{"append": n, "fold": n, "import": n}
	}
	files, data := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{"items.csv": "item_id\nA\n", "stock.csv": "item_id,qty\nA,1000\n", "demand_history.csv": "item_id,on,qty\nA,2026-06-01,1\n"} {
		if err := os.WriteFile(filepath.Join(files, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	imports := []string{"--data", data, "import", files, "--as-of", "2026-07-01"}
	must(t, imports...)
	program := func(args ...string) *exec.Cmd {
		c := exec.Command(os.Args[0], args...)
		c.Env = append(os.Environ(), "PLANWRIGHT_TEST_MAIN=1")
		return c
	}
	dice := rand.New(rand.NewPCG(8, 9))
	acked := map[string]bool{}
	killed := map[string]int{}
	next := 0 // what was not acknowledged is sent again
	appendOnce := func(within time.Duration) {
		c := program("--data", data, "events", "append", "-", "--json")
		in, err := c.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		go func(from int) {
			for i := from; i < from+200_000; i++ {
				if _, err := fmt.Fprintf(in, `{"event_id":"e%d","type":"receipt","at":"2026-07-02","item_id":"A","qty":%d}`+"\n", i, 1+i%5); err != nil {
					break // it was killed
				}
			}
			_ = in.Close()
		}(max(0, next-50))
		timer := time.AfterFunc(within, func() { _ = c.Process.Kill() })
		lines := bufio.NewReader(out)
		for {
			line, err := lines.ReadBytes('\n')
			if err != nil { // a line that was not finished tells nothing
				if err != io.EOF {
					t.Log(err)
				}
				break
			}
			var x eventAnswer
			if err := json.Unmarshal(line, &x); err != nil || x.Outcome == "refused" {
				t.Fatalf("%s: %v", line, err)
			}
			acked[x.ID] = true
			if n, err := strconv.Atoi(x.ID[1:]); err == nil {
				next = max(next, n+1)
			}
		}
		if c.Wait() != nil {
			killed["append"]++
		}
		timer.Stop()
	}
	appendOnce(2 * time.Second)
	began := time.Now()
	must(t, "--data", data, "events", "fold")
	whole := time.Since(began)
	for kills["append"]+kills["fold"]+kills["import"] > 0 {
		for _, what := range []string{"append", "fold", "import"} {
			if kills[what] == 0 {
				continue
			}
			kills[what]--
			if what == "append" {
				appendOnce(time.Duration(20+dice.IntN(600)) * time.Millisecond)
				continue
			}
			args := []string{"--data", data, "events", "fold"}
			if what == "import" {
				text := fmt.Sprintf("item_id,qty\nA,%d\n", 1000+kills[what]) // something to publish
				if err := os.WriteFile(filepath.Join(files, "stock.csv"), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				args = imports
			}
			c := program(args...)
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(time.Duration(1.2*dice.Float64()*float64(whole)), func() { _ = c.Process.Kill() })
			if c.Wait() != nil {
				killed[what]++
			}
			timer.Stop()
		}
	}
	if killed["append"] == 0 {
		t.Fatal("no append was killed")
	}
	ctx := context.Background()
	w, err := snapshot.OpenWorkspace(data)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	seen := map[string]int{}
	sum := 0
	if err := w.EachEvent(ctx, func(_ int64, event []byte) error {
		var e struct {
			ID  string `json:"event_id"`
			Qty string `json:"qty"`
		}
		if err := json.Unmarshal(event, &e); err != nil {
			return err
		}
		seen[e.ID]++
		i, err := strconv.Atoi(e.ID[1:])
		if err == nil && e.Qty != strconv.Itoa(1+i%5) {
			t.Errorf("event %s has quantity %s", e.ID, e.Qty)
		}
		sum += 1 + i%5
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for id := range acked {
		if seen[id] != 1 {
			t.Errorf("event %s was acknowledged and is in the log %d times", id, seen[id])
		}
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("event %s is in the log %d times", id, n)
		}
	}
	st, err := w.EventStatus(ctx)
	if err != nil || st.Damaged != 0 {
		t.Errorf("status %+v, %v", st, err)
	}
	list, err := w.ListSnapshots()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if _, err := w.VerifySnapshot(ctx, s.ID); err != nil {
			t.Error(err)
		}
	}
	if err := os.WriteFile(filepath.Join(files, "stock.csv"), []byte("item_id,qty\nA,1000\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, imports...)
	must(t, "--data", data, "events", "fold")
	rows, err := w.SelectSnapshot(ctx, "latest", "SELECT CAST(sum(qty) AS VARCHAR) FROM snap.stock")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got string
	if !rows.Next() || rows.Scan(&got) != nil || got != fmt.Sprintf("%d.000000", 1000+sum) {
		t.Errorf("stock %s after the last fold, want %d", got, 1000+sum)
	}
	if left, err := filepath.Glob(filepath.Join(data, "*", ".tmp-*")); err != nil || len(left) > 0 {
		t.Errorf("the next writer left %v (%v)", left, err)
	}
	t.Logf("killed: %v; %d events acknowledged, %d in the log, all of them once; %d snapshots verified", killed, len(acked), len(seen), len(list))
}
