package api

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	planwrightv1 "planwright/api/planwright/v1"
)

// released waits until nobody holds a place for queries.
func released(t *testing.T, s *Server, what string) {
	t.Helper()
	for began := time.Now(); len(s.slots) > 0; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 2*time.Minute {
			t.Fatalf("%s: %d places for queries are still taken", what, len(s.slots))
		}
	}
}

// taken waits until so many places for queries are held.
func taken(t *testing.T, s *Server, n int, what string) {
	t.Helper()
	for began := time.Now(); len(s.slots) < n; time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > 2*time.Minute {
			t.Fatalf("%s: only %d of %d places for queries are taken", what, len(s.slots), n)
		}
	}
}

// endless is a SELECT of more rows than anybody reads.
const endless = "SELECT * FROM range(1000000000)"

// TestClientsThatDoNotRead: who reads nothing, and who vanishes, holds a place
// for a limited time, on every way that rows are streamed.
func TestClientsThatDoNotRead(t *testing.T) {
	v := planned(t, 0, true, func(c *Config) { c.Limits.Stall, c.Limits.Queries, c.Limits.Spool = time.Second, 2, 8<<20 })
	addr := strings.TrimPrefix(v.addr, "http://")
	raw := func() net.Conn {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(c, "GET /v1/sql?sql=%s HTTP/1.1\r\nHost: %s\r\n\r\n", strings.ReplaceAll(endless, " ", "%20"), addr); err != nil {
			t.Fatal(err)
		}
		return c
	}
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // it reads nothing
	rows := func(ctx context.Context) {
		if _, err := planwrightv1.NewAnalyticsServiceClient(conn).StreamQuery(ctx, &planwrightv1.StreamQueryRequest{Sql: endless}); err != nil {
			t.Fatal(err)
		}
	}
	arrow := func(ctx context.Context) {
		cl, err := flightsql.NewClient(addr, nil, nil, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cl.Close() })
		info, err := cl.Execute(ctx, endless)
		if err != nil {
			t.Fatal(err)
		}
		released(t, v.s, "the preparation")
		if _, err := cl.DoGet(ctx, info.GetEndpoint()[0].GetTicket()); err != nil {
			t.Fatal(err)
		}
	}
	ctx := deadline(t, 2*time.Minute)
	for name, start := range map[string]func(context.Context){"gRPC": rows, "Flight SQL": arrow} {
		began := time.Now()
		start(ctx)
		taken(t, v.s, 1, name)
		released(t, v.s, name+", never read")
		if d := time.Since(began); d < 900*time.Millisecond {
			t.Errorf("%s: a client that does not read was dropped after %v, before its time", name, d)
		}
		some, leave := context.WithCancel(ctx)
		start(some)
		taken(t, v.s, 1, name)
		leave()
		released(t, v.s, name+", vanished")
	}
	c := raw()
	taken(t, v.s, 1, "REST")
	released(t, v.s, "REST, never read")
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	c = raw()
	taken(t, v.s, 1, "REST")
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	released(t, v.s, "REST, vanished")
	// The server answers others.
	if m := v.post("/v1/query", `{"sql":"SELECT 1 AS a"}`); len(list(m, "rows")) == 0 && m["rows"] == nil {
		t.Errorf("afterwards a query gives %v", m)
	}
}

// wide is a SELECT of more than networks hold back, about 4 MB on its way.
const wide = "SELECT i, i AS a, i AS b, i AS c FROM range(130000) t(i)"

// slowEnv makes a process of this test's program the slow clients: the address of
// the server, how many they are, and the plan to watch, with spaces between. They
// have a process of their own so that what the server holds is measured alone.
const slowEnv = "PLANWRIGHT_TEST_SLOW_CLIENTS_OF"

// slowKinds begin an answer of many parts, over every protocol, and return how to
// read a little of it: whether anything came.
func slowKinds(addr, plan string) map[string]func(ctx context.Context) (some func() bool, err error) {
	narrow := []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithInitialWindowSize(64 << 10), grpc.WithInitialConnWindowSize(64 << 10)}
	rest := func(path string) func(context.Context) (func() bool, error) {
		return func(context.Context) (func() bool, error) {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				return nil, err
			}
			_ = c.(*net.TCPConn).SetReadBuffer(16 << 10)
			if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, addr); err != nil {
				return nil, err
			}
			buf := make([]byte, 512)
			return func() bool {
				_ = c.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
				n, _ := c.Read(buf)
				return n > 0
			}, nil
		}
	}
	// What a call waits for is read beside it, one message at a time.
	beside := func(begin func() error, recv func() error) func() bool {
		ask, came := make(chan struct{}), make(chan struct{}, 1)
		go func() {
			if begin() != nil {
				return
			}
			for recv() == nil {
				select {
				case came <- struct{}{}:
				default:
				}
				<-ask
			}
		}()
		return func() bool {
			select {
			case ask <- struct{}{}:
			default:
			}
			select {
			case <-came:
				return true
			case <-time.After(5 * time.Millisecond):
				return false
			}
		}
	}
	return map[string]func(context.Context) (func() bool, error){
		"SQL over REST":   rest("/v1/sql?sql=" + url.QueryEscape(wide)),
		"table over REST": rest("/v1/plans/latest/tables/requirements"),
		"StreamQuery": func(ctx context.Context) (func() bool, error) {
			conn, err := grpc.NewClient(addr, narrow...)
			if err != nil {
				return nil, err
			}
			var st grpc.ServerStreamingClient[planwrightv1.QueryResponse]
			return beside(func() (err error) {
				st, err = planwrightv1.NewAnalyticsServiceClient(conn).StreamQuery(ctx, &planwrightv1.StreamQueryRequest{Sql: wide})
				return err
			}, func() error { _, err := st.Recv(); return err }), nil
		},
		"WatchPlan": func(ctx context.Context) (func() bool, error) {
			conn, err := grpc.NewClient(addr, narrow...)
			if err != nil {
				return nil, err
			}
			var st grpc.ServerStreamingClient[planwrightv1.PlanProgress]
			return beside(func() (err error) {
				st, err = planwrightv1.NewPlanServiceClient(conn).WatchPlan(ctx, &planwrightv1.WatchPlanRequest{Name: plan})
				return err
			}, func() error { _, err := st.Recv(); return err }), nil
		},
		"Flight SQL": func(ctx context.Context) (func() bool, error) {
			cl, err := flightsql.NewClient(addr, nil, nil, narrow...)
			if err != nil {
				return nil, err
			}
			var rd *flight.Reader
			return beside(func() error {
				info, err := cl.Execute(ctx, wide)
				if err != nil {
					return err
				}
				rd, err = cl.DoGet(ctx, info.GetEndpoint()[0].GetTicket())
				return err
			}, func() error {
				if !rd.Next() {
					return io.EOF
				}
				return nil
			}), nil
		},
	}
}

// slowClients is the process of the clients. It says on out how many have read
// something, and ends, in the middle of all answers, when in does.
func slowClients(spec string, in io.Reader, out io.Writer) error {
	var addr, plan string
	var clients int
	if _, err := fmt.Sscan(spec, &addr, &clients, &plan); err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, in)
		os.Exit(0)
	}()
	ways := slowKinds(addr, plan)
	kinds := slices.Sorted(maps.Keys(ways))
	readers := make([]func() bool, clients)
	for i := range readers {
		var err error
		if readers[i], err = ways[kinds[i%len(kinds)]](context.Background()); err != nil {
			return err
		}
	}
	served := map[int]bool{}
	for round := 0; ; round++ {
		for i, some := range readers {
			if served[i] && (round+i)%64 != 0 { // now and then
				continue
			}
			if some() && !served[i] {
				served[i] = true
				if _, err := fmt.Fprintln(out, len(served)); err != nil {
					return err
				}
			}
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestSlowClients: many clients that read a little now and then are held over every
// protocol, all of them have their turn although few queries run at once, others
// are answered meanwhile, and what the server holds for them is on the disk. Set
// PLANWRIGHT_SLOW_CLIENTS for more than a few.
func TestSlowClients(t *testing.T) {
	clients := 10
	if s := os.Getenv("PLANWRIGHT_SLOW_CLIENTS"); s != "" {
		var err error
		if clients, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	v := planned(t, 0, true, func(c *Config) { c.Limits.Queries = 2 })
	ctx := deadline(t, 10*time.Minute)
	// A run that has something to report until it is stopped.
	run := &operation{id: randomID(), kind: planOp}
	run.made = planPrefix + run.id
	if err := v.s.ops.start(ctx, run, func(ctx context.Context, o *operation) (string, proto.Message, error) {
		for i := 0; ctx.Err() == nil; i++ {
			o.advance("forecast", "", 1, 1, i, 1<<40)
			time.Sleep(time.Millisecond)
		}
		return "", nil, ctx.Err()
	}); err != nil {
		t.Fatal(err)
	}
	// What the first of each kind takes is not theirs alone.
	some := []string{"/v1/sql?sql=" + url.QueryEscape(wide), "/v1/plans/latest/tables/requirements", "/v1/plans/latest/plannedOrders?page_size=10", "/readyz"}
	for _, path := range some {
		if a := v.do("GET", path, ""); a.status != 200 {
			t.Fatalf("%s: %d %.200s", path, a.status, a.body)
		}
	}
	before, goroutines := memoryHeld(t), runtime.NumGoroutine()

	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	others := exec.CommandContext(ctx, self)
	others.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %s", slowEnv, strings.TrimPrefix(v.addr, "http://"), clients, run.made))
	others.Stderr = os.Stderr
	hold, err := others.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := others.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := others.Start(); err != nil {
		t.Fatal(err)
	}
	began, peak := time.Now(), before.resident
	var served atomic.Int64
	all := make(chan time.Duration, 1)
	go func() {
		for lines := bufio.NewScanner(said); lines.Scan(); {
			n, err := strconv.Atoi(lines.Text())
			if served.Store(int64(n)); err == nil && n == clients {
				all <- time.Since(began)
			}
		}
	}()
	var took time.Duration
	for took == 0 {
		select {
		case took = <-all:
		case <-time.After(50 * time.Millisecond):
		}
		peak = max(peak, rss(t))
		for _, path := range some[2:] { // neither waits for a slow reader
			if a := v.do("GET", path, ""); a.status != 200 {
				t.Fatalf("%s: %d %.200s", path, a.status, a.body)
			}
		}
		if time.Since(began) > 5*time.Minute {
			t.Fatalf("of %d slow clients %d were served", clients, served.Load())
		}
	}
	released(t, v.s, "all have begun to read") // nobody has read all of it
	v.s.spools.mu.Lock()
	spooled := v.s.spools.used
	v.s.spools.mu.Unlock()
	if spooled == 0 {
		t.Error("nothing waits on the disk")
	}
	asked := time.Now()
	if m := v.post("/v1/query", `{"sql":"SELECT 1 AS a"}`); m["rows"] == nil {
		t.Errorf("with slow clients a query gives %v", m)
	}
	answered := time.Since(asked)
	peak = max(peak, rss(t))
	with := memoryHeld(t)
	if err := hold.Close(); err != nil { // they leave in the middle
		t.Fatal(err)
	}
	if err := others.Wait(); err != nil {
		t.Errorf("the clients: %v", err)
	}
	run.stop()
	for since := time.Now(); runtime.NumGoroutine() > goroutines+10; time.Sleep(10 * time.Millisecond) {
		if time.Since(since) > 2*time.Minute {
			t.Fatalf("%d goroutines after the clients left, %d before they came", runtime.NumGoroutine(), goroutines)
		}
	}
	after := memoryHeld(t)
	v.s.spools.mu.Lock()
	left := v.s.spools.used
	v.s.spools.mu.Unlock()
	if left != 0 {
		t.Errorf("%d bytes on disk are still booked", left)
	}
	t.Logf("%d slow clients of 5 kinds, all with rows after %v; a query of another took %v then; %d MiB on disk", clients, took.Round(time.Millisecond), answered.Round(time.Millisecond), spooled>>20)
	t.Logf("resident: %d MiB before, at most %d, %d while all wait, %d after; Go heap in use: %.1f MiB before, %.1f while all wait, %.1f after", before.resident>>20, peak>>20, with.resident>>20, after.resident>>20,
		float64(before.heap)/(1<<20), float64(with.heap)/(1<<20), float64(after.heap)/(1<<20))
	if each := (with.heap - before.heap) / int64(clients); each > 400<<10 {
		t.Errorf("a slow client takes %d KiB of the heap", each>>10)
	}
	if peak > before.resident+128<<20+int64(clients)<<20 { // the queries at work, and what garbage there is
		t.Errorf("%d slow clients take %d MiB", clients, (peak-before.resident)>>20)
	}
}

// holding is the memory of this process: resident, and what of Go's heap is
// reachable.
type holding struct{ resident, heap int64 }

// memoryHeld measures after the garbage is gone.
func memoryHeld(t *testing.T) holding {
	t.Helper()
	runtime.GC() // what pools hold is garbage at the second one
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return holding{rss(t), int64(m.HeapAlloc)}
}

// TestSlowClientsGiveWay: where the spool is full, a query that only waits for its
// client loses its place to others that wait for it.
func TestSlowClientsGiveWay(t *testing.T) {
	v := planned(t, 0, true, func(c *Config) { c.Limits.Queries, c.Limits.Spool = 2, 8<<20 })
	ctx := deadline(t, 2*time.Minute)
	conn, err := grpc.NewClient(strings.TrimPrefix(v.addr, "http://"), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // it reads nothing more
	var streams []grpc.ServerStreamingClient[planwrightv1.QueryResponse]
	for range 2 {
		st, err := planwrightv1.NewAnalyticsServiceClient(conn).StreamQuery(ctx, &planwrightv1.StreamQueryRequest{Sql: endless})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := st.Recv(); err != nil {
			t.Fatal(err)
		}
		streams = append(streams, st)
	}
	taken(t, v.s, 2, "two endless answers")
	if m := v.post("/v1/query", `{"sql":"SELECT 1 AS a"}`); m["rows"] == nil {
		t.Errorf("a query beside endless answers gives %v", m)
	}
	ended := 0
	for _, st := range streams[:1] { // the first has waited longer
		for err == nil {
			_, err = st.Recv()
		}
		if status.Code(err) == codes.ResourceExhausted && strings.Contains(err.Error(), "too slowly") {
			ended++
		}
	}
	if ended != 1 {
		t.Errorf("the answer that gave way ended with %v", err)
	}
}

// rss is the memory of this process.
func rss(t *testing.T) int64 {
	t.Helper()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("this system has no /proc to measure a process with")
	}
	pages, err := strconv.ParseInt(strings.Fields(string(b))[1], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}
