package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"planwright/snapshot"
)

func TestMain(m *testing.M) {
	if spec := os.Getenv(slowEnv); spec != "" {
		if err := slowClients(spec, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1) // they end with their input
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		templates.remove()
		os.Exit(code)
	}))
}

// company is a small data set: a bicycle of two levels, two sites of stock, and
// an item whose code has every character that a path or a filter minds.
var company = map[string]string{
	"settings.csv":      "name,value\ncurrency,EUR\n",
	"items.csv":         "item_id,name,uom,unit_cost,unit_price\nBIKE,Bicycle,EA,200,400\nFRAME,Frame,EA,80,\nWHEEL,Wheel,EA,25,\nTUBE,Tube,M,3.5,\n\"A/B %2 \"\"x\"\" '1'\",Odd,EA,7,9\nGHOST,Never used,EA,1,\n",
	"suppliers.csv":     "supplier_id,name,lead_time_days\nACME,Acme Ltd,5\n",
	"skus.csv":          "item_id,procurement,lead_time_days,lot_min,order_cost,holding_rate\nBIKE,make,2,,,\nFRAME,make,1,,,\nWHEEL,buy,5,50,40,0.2\nTUBE,buy,4,100,20,0.2\n\"A/B %2 \"\"x\"\" '1'\",buy,3,,10,0.2\n",
	"sources.csv":       "item_id,kind,supplier_id,price\nWHEEL,buy,ACME,24\nTUBE,buy,ACME,3.4\n\"A/B %2 \"\"x\"\" '1'\",buy,ACME,6\n",
	"bom.csv":           "parent_id,component_id,qty_per,scrap_pct\nBIKE,FRAME,1,\nBIKE,WHEEL,2,\nFRAME,TUBE,2.5,4\nBIKE,NOTHING,1,\n",
	"stock.csv":         "item_id,qty,lot,received_on\nBIKE,3,L1,2026-05-01\nWHEEL,20,L2,2026-01-15\nGHOST,40,L3,2024-02-01\n",
	"demand_orders.csv": "order_id,item_id,qty,due_on\nSO1,BIKE,10,2026-07-15\nSO2,BIKE,25,2026-07-30\nSO3,\"A/B %2 \"\"x\"\" '1'\",30,2026-07-20\n",
	"supply_orders.csv": "order_id,kind,item_id,qty,due_on\nPO1,purchase,WHEEL,60,2026-09-30\n",
}

// writeCompany writes the data set, with n more items of two years of weekly
// sales each, which keep a planning run busy.
func writeCompany(t testing.TB, dir string, n int) {
	t.Helper()
	files := map[string]string{}
	for name, text := range company {
		files[name] = text
	}
	var items, history strings.Builder
	items.WriteString(files["items.csv"])
	history.WriteString("item_id,on,qty\n")
	day := time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)
	for w := range 104 {
		fmt.Fprintf(&history, "BIKE,%s,%d\n", day.AddDate(0, 0, 7*w).Format(time.DateOnly), 4+w%5)
	}
	for i := range n {
		fmt.Fprintf(&items, "X%05d,,EA,1,2\n", i)
		for w := range 104 {
			fmt.Fprintf(&history, "X%05d,%s,%d\n", i, day.AddDate(0, 0, 7*w).Format(time.DateOnly), (i*7+w*w)%23)
		}
	}
	files["items.csv"], files["demand_history.csv"] = items.String(), history.String()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// served is a server on a free port of loopback, with clients.
type served struct {
	t    testing.TB
	s    *Server
	ws   *snapshot.Workspace
	addr string
	http *http.Client
	grpc *grpc.ClientConn
	key  string
	log  *lockedBuffer
	stop func() error
}

// lockedBuffer takes the log.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// serve starts a server; change may alter its configuration.
func serve(t testing.TB, dir string, change func(*Config)) *served {
	t.Helper()
	ws, err := snapshot.OpenWorkspace(dir)
	if err != nil {
		t.Fatal(err)
	}
	log := &lockedBuffer{}
	cfg := Config{Workspace: ws, Version: "test", Logger: slog.New(slog.NewJSONHandler(log, nil)), EagerRuns: true} // tests must not starve on a busy machine
	if change != nil {
		change(&cfg)
	}
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	transport := &http.Transport{}
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	v := &served{t: t, s: s, ws: ws, addr: "http://" + l.Addr().String(), http: &http.Client{Transport: transport}, grpc: conn, log: log}
	v.stop = sync.OnceValue(func() error {
		cancel()
		err := <-ended
		transport.CloseIdleConnections()
		if cerr := conn.Close(); err == nil {
			err = cerr
		}
		if cerr := ws.Close(); err == nil {
			err = cerr
		}
		return err
	})
	t.Cleanup(func() {
		if err := v.stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
		if t.Failed() {
			for line := range strings.Lines(log.String()) {
				if !strings.Contains(line, `"level":"INFO"`) && !strings.Contains(line, `"msg":"audit"`) {
					t.Logf("log: %s", line)
				}
			}
		}
	})
	return v
}

// answer is a response of REST.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) json(t testing.TB) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(a.body, &m); err != nil {
		t.Fatalf("no JSON (%d): %v: %.300s", a.status, err, a.body)
	}
	return m
}

// do sends a request; header is name, value, name, value.
func (v *served) do(method, path, body string, header ...string) answer {
	v.t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, v.addr+path, r)
	if err != nil {
		v.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if v.key != "" {
		req.Header.Set("Authorization", "Bearer "+v.key)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
			continue
		}
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := v.http.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	b, err := io.ReadAll(resp.Body)
	if cerr := resp.Body.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, b}
}

// get wants 200 and JSON.
func (v *served) get(path string) map[string]any {
	v.t.Helper()
	a := v.do("GET", path, "")
	if a.status != 200 {
		v.t.Fatalf("GET %s = %d %s", path, a.status, a.body)
	}
	return a.json(v.t)
}

// post wants 200 and JSON.
func (v *served) post(path, body string) map[string]any {
	v.t.Helper()
	a := v.do("POST", path, body)
	if a.status != 200 {
		v.t.Fatalf("POST %s %s = %d %s", path, body, a.status, a.body)
	}
	return a.json(v.t)
}

// finish waits for an operation and wants its response.
func (v *served) finish(op map[string]any) map[string]any {
	v.t.Helper()
	name, _ := op["name"].(string)
	for op["done"] != true {
		op = v.post("/v1/"+name+":wait", `{"timeout":"30s"}`)
	}
	if op["error"] != nil {
		v.t.Fatalf("%s failed: %v", name, op["error"])
	}
	resp, ok := op["response"].(map[string]any)
	if !ok {
		v.t.Fatalf("%s is done without a response: %v", name, op)
	}
	return resp
}

// template is a workspace that tests copy: importing takes longer than most
// tests.
type template struct {
	mu   sync.Mutex
	dirs map[string]string // by what is in them
	root string
}

var templates template

func (k *template) remove() {
	if k.root != "" {
		_ = os.RemoveAll(k.root)
	}
}

// of returns a workspace with a snapshot of the company and n more items, and a
// plan of it if planned is set.
func (k *template) of(t testing.TB, n int, planned bool) string {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	key := fmt.Sprint(n, planned)
	if dir := k.dirs[key]; dir != "" {
		return dir
	}
	var err error
	if k.root == "" {
		if k.root, err = os.MkdirTemp("", "planwright-api-"); err != nil {
			t.Fatal(err)
		}
		k.dirs = map[string]string{}
	}
	in, dir := t.TempDir(), filepath.Join(k.root, strings.ReplaceAll(key, " ", "-"))
	writeCompany(t, in, n)
	v := serve(t, dir, func(c *Config) { c.ImportRoots = []string{in} })
	v.finish(v.post("/v1/snapshots", `{"paths":["."],"as_of":"2026-07-01"}`))
	if planned {
		v.finish(v.post("/v1/plans", `{}`))
	}
	if err := v.stop(); err != nil {
		t.Fatal(err)
	}
	k.dirs[key] = dir
	return dir
}

// planned serves a workspace with a snapshot of the company (and n items more)
// and, if plan is set, a plan of it.
func planned(t testing.TB, n int, plan bool, change func(*Config)) *served {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(templates.of(t, n, plan))); err != nil {
		t.Fatal(err)
	}
	v := serve(t, dir, func(c *Config) {
		c.ImportRoots = []string{t.TempDir()}
		if change != nil {
			change(c)
		}
	})
	if v.s.keys.Len() > 0 {
		v.key = testKey
	}
	return v
}

func list(m map[string]any, field string) []map[string]any {
	rows, _ := m[field].([]any)
	out := make([]map[string]any, len(rows))
	for i, r := range rows {
		out[i], _ = r.(map[string]any)
	}
	return out
}
