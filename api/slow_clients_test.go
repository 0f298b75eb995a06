package api

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

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
	v := planned(t, 0, true, func(c *Config) { c.Limits.Stall, c.Limits.Queries = time.Second, 2 })
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

// TestSlowClients: many clients that read a little now and then are held, and
// what the server holds for them does not grow with what they have not read. Set
// PLANWRIGHT_SLOW_CLIENTS for more than a few.
func TestSlowClients(t *testing.T) {
	clients, reads := 8, 5
	if s := os.Getenv("PLANWRIGHT_SLOW_CLIENTS"); s != "" {
		var err error
		if clients, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
		reads = 100
	}
	v := planned(t, 0, true, func(c *Config) { c.Limits.Stall = 5 * time.Second })
	addr := strings.TrimPrefix(v.addr, "http://")
	var conns []net.Conn
	defer func() {
		for _, c := range conns {
			_ = c.Close() // in the middle of the answer
		}
	}()
	before := rss(t)
	for i := range clients {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
		path := []string{"/v1/sql?sql=" + strings.ReplaceAll(endless, " ", "%20"), "/v1/plans/latest/tables/requirements"}[i%2]
		if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, addr); err != nil {
			t.Fatal(err)
		}
	}
	some := make([]byte, 512)
	answered := map[int]bool{}
	for range reads {
		for i, c := range conns {
			if err := c.SetReadDeadline(time.Now().Add(5 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			if n, _ := c.Read(some); n > 0 { // others wait for a place
				answered[i] = true
			}
		}
		time.Sleep(100 * time.Millisecond)
		if v.do("GET", "/readyz", "").status != 200 {
			t.Fatal("the server is not ready")
		}
		v.get("/v1/plans/latest/plannedOrders?page_size=10") // lists wait for no slow reader
	}
	after := rss(t)
	t.Logf("%d slow clients, %d of them served so far: %d MiB before, %d MiB with them", clients, len(answered), before>>20, after>>20)
	if len(answered) < 2 {
		t.Errorf("of %d slow clients %d were served", clients, len(answered))
	}
	if after > before+256<<20 {
		t.Errorf("%d slow clients take %d MiB", clients, (after-before)>>20)
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
