package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"planwright/cmd/planwright/sample"
	"planwright/snapshot"
)

// TestServeKilled kills the service at random moments while clients decide, plan,
// import, append events, fold them, list and query. What was acknowledged is there afterwards, once; what
// is listed opens and verifies; the service is ready again soon. Set
// PLANWRIGHT_KILLS for more than the usual number.
func TestServeKilled(t *testing.T) {
	kills := killsOr(t, 5, 2)
	files, data := t.TempDir(), t.TempDir()
	if _, err := sample.Write(context.Background(), sample.Options{Items: sample.MinItems, Dir: files}, nil); err != nil {
		t.Fatal(err)
	}
	must(t, "--data", data, "import", files, "--as-of", "2026-06-30")
	must(t, "--data", data, "run", "--method", "ses")
	addr := freeAddress(t)
	dice := rand.New(rand.NewPCG(3, 4))
	acked, told := map[string]bool{}, map[string]bool{}
	var mu sync.Mutex
	var slowest time.Duration
	for i := range kills {
		c := startService(t, data, addr, "--import-root", files)
		slowest = max(slowest, c.ready)
		call := c.call
		_, page := call("GET", "/v1/plans/latest/suggestions?page_size=50", nil)
		var list struct {
			Suggestions []struct {
				ID string `json:"suggestion_id"`
			}
		}
		if err := json.Unmarshal(page, &list); err != nil || len(list.Suggestions) == 0 {
			t.Fatalf("suggestions %.200s, %v", page, err)
		}
		done := make(chan struct{})
		var busy sync.WaitGroup
		for worker := range 3 {
			busy.Go(func() {
				for n := 0; ; n++ {
					select {
					case <-done:
						return
					default:
					}
					id := fmt.Sprintf("k%d-%d-%d", i, worker, n)
					switch n % 5 {
					case 0, 1:
						body := map[string]any{"request_id": id, "decisions": []map[string]any{{"suggestion_id": list.Suggestions[n%len(list.Suggestions)].ID, "action": []string{"approve", "reject", "reopen"}[n%3]}}}
						if status, text := call("POST", "/v1/plans/latest/suggestions:decide", body); status == 200 {
							mu.Lock()
							acked[id] = true
							mu.Unlock()
						} else if status >= 500 || status == 400 {
							t.Errorf("decide = %d %s", status, text)
						}
					case 2:
						if worker == 0 {
							call("POST", "/v1/plans", map[string]any{"request_id": id, "options": map[string]any{"method": "ses"}})
						} else if worker == 2 && n%10 == 2 {
							call("POST", "/v1/events:fold", map[string]any{"request_id": id})
						} else if worker == 1 && n%10 == 2 {
							call("POST", "/v1/snapshots", map[string]any{"request_id": id, "paths": []string{"."}, "as_of": "2026-06-30"})
						}
					case 4:
						list := make([]map[string]any, 20)
						for k := range list { // half of them for the second time
							list[k] = map[string]any{"event_id": fmt.Sprintf("k%d-%d-%d", i, worker, n*10+k), "type": "demand_order", "at": "2026-07-01", "order_id": "NEW", "item_id": "none", "site_id": "none", "qty": "1"}
						}
						if status, text := call("POST", "/v1/events:append", map[string]any{"events": list}); status == 200 {
							mu.Lock()
							for _, e := range list {
								told[fmt.Sprint(e["event_id"])] = true
							}
							mu.Unlock()
						} else if status != 0 {
							t.Errorf("append = %d %s", status, text)
						}
					case 3:
						if status, text := call("POST", "/v1/query", map[string]any{"sql": "SELECT count(*) FROM plan.suggestions"}); status >= 500 {
							t.Errorf("query = %d %s", status, text)
						}
					}
				}
			})
		}
		// At a random moment, but not before something was acknowledged: on a busy machine
		// that takes its time.
		count := func() [2]int { mu.Lock(); defer mu.Unlock(); return [2]int{len(acked), len(told)} }
		before := count()
		for end, now := time.Now().Add(time.Minute), before; time.Now().Before(end) && (now[0] == before[0] || now[1] == before[1]); now = count() {
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(time.Duration(dice.IntN(2000)) * time.Millisecond)
		c.kill()
		close(done)
		busy.Wait()
	}
	w, err := snapshot.OpenWorkspace(data)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	ctx := context.Background()
	decisions, err := w.ListDecisions(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for i := range decisions {
		times[decisions[i].RequestID]++
		if want := int64(len(decisions) - i); decisions[i].ID != want {
			t.Fatalf("decision %d has the number %d", want, decisions[i].ID)
		}
	}
	for id := range acked {
		if times[id] != 1 {
			t.Errorf("decision %s was acknowledged and is in the journal %d times", id, times[id])
		}
	}
	logged := map[string]int{}
	if err := w.EachEvent(ctx, func(_ int64, event []byte) error {
		var e struct {
			ID string `json:"event_id"`
		}
		err := json.Unmarshal(event, &e)
		logged[e.ID]++
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for id := range told {
		if logged[id] != 1 {
			t.Errorf("event %s was acknowledged and is in the log %d times", id, logged[id])
		}
	}
	for id, n := range logged {
		if n != 1 {
			t.Errorf("event %s is in the log %d times", id, n)
		}
	}
	snapshots, err := w.ListSnapshots()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range snapshots {
		if _, err := w.VerifySnapshot(ctx, s.ID); err != nil {
			t.Error(err)
		}
	}
	plans, err := w.ListPlans()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range plans {
		if _, err := w.VerifyPlan(ctx, p.ID); err != nil {
			t.Error(err)
		}
	}
	// The process of a run ends with its service as soon as it is given time, which
	// on a busy machine is not at once.
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Second) {
		code, _, errs := cli(t, "--data", data, "run", "--method", "ses")
		if code == exitDone {
			break
		}
		if code != exitBusy || time.Now().After(end) {
			t.Fatalf("run after the last kill: exit code %d\n%s", code, errs)
		}
	}
	if left, err := filepath.Glob(filepath.Join(data, "*", ".tmp-*")); err != nil || len(left) > 0 {
		t.Errorf("the next writer left %v (%v)", left, err)
	}
	t.Logf("%d kills; %d events acknowledged, %d in the log; %d decisions acknowledged, %d in the journal; %d snapshots, %d plans verified; ready after at most %v", kills, len(told), len(logged), len(acked), len(decisions), len(snapshots), len(plans), slowest.Round(time.Millisecond))
}
