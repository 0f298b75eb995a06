package api

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	planwrightv1 "planwright/api/planwright/v1"
)

// released waits until nobody holds a place for queries.
func released(t *testing.T, s *Server, what string) {
	t.Helper()
	for began := time.Now(); len(s.slots) > 0; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("%s: %d places for queries are still taken", what, len(s.slots))
		}
	}
}

// taken waits until so many places for queries are held.
func taken(t *testing.T, s *Server, n int, what string) {
	t.Helper()
	for began := time.Now(); len(s.slots) < n; time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
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

// slowKinds begin an answer of many rows, over every protocol, and return how to
// read a little of it: whether anything came.
func slowKinds(t *testing.T, v *served) map[string]func(ctx context.Context) (some func() bool) {
	addr := strings.TrimPrefix(v.addr, "http://")
	dial := func() *grpc.ClientConn {
		conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithInitialWindowSize(64<<10), grpc.WithInitialConnWindowSize(64<<10))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() }) // in the middle of the answer
		return conn
	}
	rest := func(path string) func(context.Context) func() bool {
		return func(context.Context) func() bool {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = c.Close() }) // in the middle of the answer
			_ = c.(*net.TCPConn).SetReadBuffer(16 << 10)
			if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, addr); err != nil {
				t.Fatal(err)
			}
			buf := make([]byte, 512)
			return func() bool {
				_ = c.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
				n, _ := c.Read(buf)
				return n > 0
			}
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
				if _, ok := <-ask; !ok {
					return
				}
			}
		}()
		t.Cleanup(func() { close(ask) })
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
	return map[string]func(context.Context) func() bool{
		"SQL over REST":   rest("/v1/sql?sql=" + url.QueryEscape(wide)),
		"table over REST": rest("/v1/plans/latest/tables/requirements"),
		"StreamQuery": func(ctx context.Context) func() bool {
			cl := planwrightv1.NewAnalyticsServiceClient(dial())
			var st grpc.ServerStreamingClient[planwrightv1.QueryResponse]
			return beside(func() (err error) {
				st, err = cl.StreamQuery(ctx, &planwrightv1.StreamQueryRequest{Sql: wide})
				return err
			}, func() error { _, err := st.Recv(); return err })
		},
		"Flight SQL": func(ctx context.Context) func() bool {
			cl, err := flightsql.NewClient(addr, nil, nil, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithInitialWindowSize(64<<10), grpc.WithInitialConnWindowSize(64<<10))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = cl.Close() })
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
			})
		},
	}
}

// TestSlowClients: many clients that read a little now and then are held over every
// protocol, all of them have their turn although few queries run at once, others
// are answered meanwhile, and what the server holds for them is on the disk. Set
// PLANWRIGHT_SLOW_CLIENTS for more than a few.
func TestSlowClients(t *testing.T) {
	clients := 8
	if s := os.Getenv("PLANWRIGHT_SLOW_CLIENTS"); s != "" {
		var err error
		if clients, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	v := planned(t, 0, true, func(c *Config) { c.Limits.Queries = 2 })
	ctx := deadline(t, 10*time.Minute)
	before := rss(t)
	ways := slowKinds(t, v)
	kinds := slices.Sorted(maps.Keys(ways))
	readers := make([]func() bool, clients)
	for i := range readers {
		readers[i] = ways[kinds[i%len(kinds)]](ctx)
	}
	served := map[int]bool{}
	began, peak := time.Now(), before
	for len(served) < clients {
		for i, some := range readers {
			if some() {
				served[i] = true
			}
		}
		peak = max(peak, rss(t))
		if v.do("GET", "/readyz", "").status != 200 {
			t.Fatal("the server is not ready")
		}
		v.get("/v1/plans/latest/plannedOrders?page_size=10") // lists wait for no slow reader
		if time.Since(began) > 5*time.Minute {
			t.Fatalf("of %d slow clients %d were served", clients, len(served))
		}
		time.Sleep(20 * time.Millisecond)
	}
	all := time.Since(began)
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
	t.Logf("%d slow clients of %d kinds, all with rows after %v; a query of another took %v then; %d MiB before, at most %d MiB with them, %d MiB on disk", clients, len(kinds), all.Round(time.Millisecond),
		time.Since(asked).Round(time.Millisecond), before>>20, peak>>20, spooled>>20)
	if peak > before+256<<20+int64(clients)<<20 {
		t.Errorf("%d slow clients take %d MiB", clients, (peak-before)>>20)
	}
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
