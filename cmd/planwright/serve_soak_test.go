package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"planwright"
	"planwright/snapshot"
)

// stall is a client that reads a little now and then, and leaves in the middle.
func stall(ctx context.Context, addr, path string, reads int, between time.Duration) {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+path, nil)
	if err != nil {
		return
	}
	transport := &http.Transport{DisableKeepAlives: true, ReadBufferSize: 4096}
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return // it was busy, or ended
	}
	defer func() { _ = resp.Body.Close() }()
	some := make([]byte, 1024)
	for range reads {
		if _, err := io.ReadFull(resp.Body, some); err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(between):
		}
	}
}

// TestServeSoak holds a service under a mixed load and looks at what it holds:
// memory, goroutines and open files stay flat, and go back when the load ends.
// Set PLANWRIGHT_SOAK to seconds; without, it is left out.
func TestServeSoak(t *testing.T) {
	if os.Getenv("PLANWRIGHT_SOAK") == "" {
		t.Skip("a soak is minutes long and wants the machine for itself: PLANWRIGHT_SOAK=600 runs it")
	}
	d := secondsOf(t, "PLANWRIGHT_SOAK", 4*time.Second)
	data, files := sampleWorkspace(t)
	args := []string{}
	if files != "" {
		args = append(args, "--import-root", files)
	}
	s := startService(t, data, freeAddress(t), args...)
	l := newLister(t, s.addr, 50)
	w, err := snapshot.OpenWorkspace(data)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var item, site string
	if rows := rowsOf(t, must(t, "--data", data, "todo", "--json", "--top", "1")); len(rows) > 0 {
		item, _ = rows[0]["item_id"].(string)
		site, _ = rows[0]["site_id"].(string)
	}
	ctx, stop := context.WithTimeout(context.Background(), d)
	defer stop()
	counts := map[string]int{}
	var mu sync.Mutex
	count := func(what string) {
		mu.Lock()
		counts[what]++
		mu.Unlock()
	}
	var all sync.WaitGroup
	again := func(what string, every time.Duration, do func(n int) error) {
		all.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				if err := do(n); err != nil && ctx.Err() == nil {
					t.Errorf("%s: %v", what, err)
					return
				}
				count(what)
				select {
				case <-ctx.Done():
				case <-time.After(every):
				}
			}
		})
	}
	want := func(method, path string, body any) error {
		if status, text := s.call(method, path, body); status != http.StatusOK {
			return fmt.Errorf("%s: %d %.300s", path, status, text)
		}
		return nil
	}
	again("list by gRPC", 20*time.Millisecond, func(n int) error { return l.grpc(ctx, n) })
	again("list by REST", 20*time.Millisecond, func(n int) error { return l.rest(ctx, n) })
	again("decide", 200*time.Millisecond, func(n int) error {
		status, text := s.call("GET", "/v1/plans/latest/suggestions?page_size=1", nil)
		var first struct {
			Suggestions []struct {
				ID string `json:"suggestion_id"`
			}
		}
		if err := json.Unmarshal(text, &first); err != nil || status != http.StatusOK || len(first.Suggestions) == 0 {
			return fmt.Errorf("suggestions: %d %.300s", status, text)
		}
		status, text = s.call("POST", "/v1/plans/latest/suggestions:decide", map[string]any{"decisions": []map[string]any{{"suggestion_id": first.Suggestions[0].ID, "action": []string{"approve", "reopen"}[n%2]}}})
		if status != http.StatusOK && status != http.StatusNotFound { // a new plan, which need not have it
			return fmt.Errorf("decide: %d %.300s", status, text)
		}
		return nil
	})
	again("plan", time.Second, func(int) error {
		if _, err := s.operation(ctx, "/v1/plans", map[string]any{"options": map[string]any{"method": "ses"}}); err != nil && ctx.Err() == nil {
			time.Sleep(100 * time.Millisecond) // an import is at work
		}
		return nil
	})
	// Days go by as they do in a company: an export tells how it is now, and what
	// happened before it is no longer news. Every fourth import is a day later.
	var imports atomic.Int64
	today := func() planwright.Day { return planwright.Date(2026, 6, 1) + planwright.Day(min(imports.Load()/4, 150)) }
	if files != "" {
		again("import", 3*time.Second, func(int) error {
			if _, err := s.operation(ctx, "/v1/snapshots", map[string]any{"paths": []string{"."}, "as_of": today().String()}); err == nil {
				imports.Add(1)
			} else if ctx.Err() == nil {
				time.Sleep(100 * time.Millisecond) // a run is at work
			}
			return nil
		})
	}
	again("append", 200*time.Millisecond, func(n int) error {
		list := make([]map[string]any, 20)
		for k := range list { // half of them for the second time
			list[k] = map[string]any{"event_id": fmt.Sprint("soak-", n*10+k), "type": []string{"shipment", "receipt"}[k%2], "at": (today() + 1).String(), "item_id": item, "site_id": site, "qty": "1"}
		}
		return want("POST", "/v1/events:append", map[string]any{"events": list})
	})
	again("fold", 4*time.Second, func(int) error {
		if _, err := s.operation(ctx, "/v1/events:fold", map[string]any{}); err != nil && ctx.Err() == nil {
			time.Sleep(100 * time.Millisecond) // a run or an import is at work
		}
		return nil
	})
	again("retain", 5*time.Second, func(int) error { // so that the disk does not fill
		for _, kind := range []string{"plans", "snapshots"} {
			ids, err := w.ListPlans()
			if kind == "snapshots" || err != nil {
				break
			}
			for _, p := range ids[:max(0, len(ids)-4)] {
				s.call("DELETE", "/v1/plans/"+p.ID, nil)
			}
		}
		ids, err := w.ListSnapshots()
		if err != nil {
			return nil // one has just been deleted
		}
		for _, p := range ids[:max(0, len(ids)-4)] {
			s.call("DELETE", "/v1/snapshots/"+p.ID+"?force=true", nil)
		}
		return nil
	})
	again("query", 300*time.Millisecond, func(int) error {
		return want("POST", "/v1/query", map[string]any{"sql": "SELECT site_id, sum(qty) FROM plan.bi_stock GROUP BY 1"})
	})
	again("download", 300*time.Millisecond, func(n int) error {
		return want("GET", "/v1/plans/latest/tables/requirements?format="+[]string{"csv", "parquet", "jsonl", "arrow", "xlsx"}[n%5]+"&limit=20000", nil)
	})
	again("odata", 500*time.Millisecond, func(int) error { return want("GET", "/odata/v4/bi_planned_orders?$top=500&$filter=qty%20gt%2010", nil) })
	again("slow reader", 100*time.Millisecond, func(int) error {
		stall(ctx, s.addr, "/v1/sql?sql=FROM%20range(10000000)", 40, 50*time.Millisecond)
		return nil
	})
	again("reader that leaves", 100*time.Millisecond, func(int) error {
		stall(ctx, s.addr, "/v1/plans/latest/tables/requirements", 1, 0)
		return nil
	})
	type sample struct {
		at         time.Duration
		rss        int64
		files      int
		goroutines int
	}
	var samples []sample
	began := time.Now()
	look := func() sample {
		x := sample{at: time.Since(began).Round(time.Second), goroutines: int(s.gauge(t, "go_goroutines"))}
		x.rss, x.files = s.usage(t)
		return x
	}
	for every := max(time.Second, min(d/40, time.Minute)); ctx.Err() == nil; {
		select {
		case <-ctx.Done():
			continue
		case <-time.After(every):
		}
		x := look()
		samples = append(samples, x)
		t.Logf("%6v: %4d MiB, %4d goroutines, %3d open files", x.at, x.rss>>20, x.goroutines, x.files)
	}
	all.Wait()
	l.http.CloseIdleConnections()
	serviceClient.CloseIdleConnections()
	for _, c := range l.conn {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	var end sample
	for wait := time.Now(); time.Since(wait) < 30*time.Second; time.Sleep(200 * time.Millisecond) {
		if end = look(); end.goroutines < 80 && end.files < 80 {
			break
		}
	}
	t.Logf("after it: %d MiB, %d goroutines, %d open files; %v", end.rss>>20, end.goroutines, end.files, counts)
	if end.goroutines >= 80 || end.files >= 80 {
		t.Errorf("after the load there are %d goroutines and %d open files", end.goroutines, end.files)
	}
	for what, n := range counts {
		if n == 0 {
			t.Errorf("%s was never done", what)
		}
	}
	if len(samples) < 40 {
		return
	}
	// Flat: the medians of the second and the last quarter.
	median := func(part []sample, of func(sample) int64) int64 {
		v := make([]int64, len(part))
		for i, x := range part {
			v[i] = of(x)
		}
		slices.Sort(v)
		return v[len(v)/2]
	}
	q := len(samples) / 4
	for what, of := range map[string]func(sample) int64{
		"memory": func(x sample) int64 { return x.rss >> 20 }, "goroutines": func(x sample) int64 { return int64(x.goroutines) }, "open files": func(x sample) int64 { return int64(x.files) },
	} {
		was, is := median(samples[q:2*q], of), median(samples[3*q:], of)
		t.Logf("%s: median %d in the second quarter, %d in the last", what, was, is)
		if is > was+was/5+20 {
			t.Errorf("%s grows: %d to %d", what, was, is)
		}
	}
}
