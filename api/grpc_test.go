package api

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	planwrightv1 "planwright/api/planwright/v1"
	"planwright/snapshot"
)

func deadline(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// details takes the details of a status apart.
func details(err error) (info *errdetails.ErrorInfo, fields []*errdetails.BadRequest_FieldViolation, text *errdetails.LocalizedMessage) {
	for _, d := range status.Convert(err).Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			info = d
		case *errdetails.BadRequest:
			fields = d.GetFieldViolations()
		case *errdetails.LocalizedMessage:
			text = d
		}
	}
	return info, fields, text
}

func TestGRPC(t *testing.T) {
	v := planned(t, 0, true, nil)
	ctx := deadline(t, time.Minute)
	plans := planwrightv1.NewPlanServiceClient(v.grpc)

	var head metadata.MD
	p, err := plans.GetPlan(metadata.AppendToOutgoingContext(ctx, "x-request-id", "grpc-7"), &planwrightv1.GetPlanRequest{Name: "plans/latest"}, grpc.Header(&head))
	if err != nil || !strings.HasPrefix(p.GetName(), "plans/p0001-") || p.GetOptions().GetFields()["horizon"].GetNumberValue() != 26 {
		t.Fatalf("GetPlan = %v, %v", p, err)
	}
	if got := head.Get("x-request-id"); !slices.Equal(got, []string{"grpc-7"}) {
		t.Errorf("x-request-id comes back as %v", got)
	}
	_, err = plans.ListPlannedOrders(metadata.AppendToOutgoingContext(ctx, "accept-language", "zh-CN"), &planwrightv1.ListPlannedOrdersRequest{Parent: "plans/latest", Filter: "qty > many"})
	info, fields, text := details(err)
	if status.Code(err) != codes.InvalidArgument || info.GetReason() != "USAGE" || info.GetDomain() != "planwright" || len(fields) != 1 || fields[0].GetField() != "filter" || text.GetLocale() != "zh-CN" || !strings.HasPrefix(text.GetMessage(), "用法错误") {
		t.Errorf("a bad filter gives %v %v %v %v", err, info, fields, text)
	}
	_, err = plans.GetPlan(ctx, &planwrightv1.GetPlanRequest{Name: "plans/p9999-00000000"})
	if info, _, _ := details(err); status.Code(err) != codes.NotFound || info.GetReason() != "NO_PLAN" {
		t.Errorf("a missing plan gives %v %v", err, info)
	}
	// Messages in the reader's language: of exceptions and of suggestions.
	suggest := planwrightv1.NewReplenishmentServiceClient(v.grpc)
	en, err := suggest.ListSuggestions(ctx, &planwrightv1.ListSuggestionsRequest{Parent: "plans/-"})
	if err != nil || len(en.GetSuggestions()) == 0 {
		t.Fatalf("ListSuggestions = %v, %v", en, err)
	}
	zh, err := suggest.GetSuggestion(metadata.AppendToOutgoingContext(ctx, "accept-language", "zh"), &planwrightv1.GetSuggestionRequest{Name: en.GetSuggestions()[0].GetName()})
	if err != nil || zh.GetSuggestionId() != en.GetSuggestions()[0].GetSuggestionId() || zh.GetReason() == en.GetSuggestions()[0].GetReason() {
		t.Errorf("the reason is %q in English and %q in Chinese, %v", en.GetSuggestions()[0].GetReason(), zh.GetReason(), err)
	}
	for i, s := range en.GetSuggestions() {
		if int(s.GetRank()) != i+1 {
			t.Errorf("suggestion %d has rank %d", i, s.GetRank())
		}
	}

	health := grpc_health_v1.NewHealthClient(v.grpc)
	for _, name := range []string{"", "planwright.v1.PlanService", "google.longrunning.Operations"} {
		if h, err := health.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: name}); err != nil || h.GetStatus() != grpc_health_v1.HealthCheckResponse_SERVING {
			t.Errorf("health of %q = %v, %v", name, h, err)
		}
	}
	if names := reflected(t, ctx, v.grpc); !slices.Contains(names, "planwright.v1.PlanService") || !slices.Contains(names, "google.longrunning.Operations") {
		t.Errorf("reflection lists %v", names)
	}
}

func reflected(t *testing.T, ctx context.Context, conn *grpc.ClientConn) []string {
	t.Helper()
	st, err := grpc_reflection_v1.NewServerReflectionClient(conn).ServerReflectionInfo(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Send(&grpc_reflection_v1.ServerReflectionRequest{MessageRequest: &grpc_reflection_v1.ServerReflectionRequest_ListServices{}}); err != nil {
		t.Fatal(err)
	}
	m, err := st.Recv()
	if err != nil {
		return []string{status.Code(err).String()}
	}
	var names []string
	for _, s := range m.GetListServicesResponse().GetService() {
		names = append(names, s.GetName())
	}
	if err := st.CloseSend(); err != nil {
		t.Fatal(err)
	}
	for err == nil { // to the end, or the stream lives on
		_, err = st.Recv()
	}
	return names
}

func TestGRPCAuth(t *testing.T) {
	v := serve(t, t.TempDir(), func(c *Config) { c.Keys = mustKeys(t, testKey) })
	ctx := deadline(t, time.Minute)
	plans := planwrightv1.NewPlanServiceClient(v.grpc)
	if _, err := plans.ListPlans(ctx, &planwrightv1.ListPlansRequest{}); status.Code(err) != codes.Unauthenticated {
		t.Errorf("ListPlans without a key: %v", err)
	}
	if names := reflected(t, ctx, v.grpc); !slices.Equal(names, []string{"Unauthenticated"}) {
		t.Errorf("reflection without a key lists %v", names)
	}
	w, err := plans.WatchPlan(ctx, &planwrightv1.WatchPlanRequest{Name: "plans/latest"})
	if err == nil {
		_, err = w.Recv()
	}
	if status.Code(err) != codes.Unauthenticated {
		t.Errorf("WatchPlan without a key: %v", err)
	}
	if _, err := plans.ListPlans(metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+testKey), &planwrightv1.ListPlansRequest{}); err != nil {
		t.Errorf("ListPlans with a key: %v", err)
	}
	if _, err := grpc_health_v1.NewHealthClient(v.grpc).Check(ctx, &grpc_health_v1.HealthCheckRequest{}); err != nil {
		t.Errorf("health without a key: %v", err)
	}
}

// leftovers lists what lies in a workspace beside published files.
func leftovers(t *testing.T, dir string) []string {
	t.Helper()
	var odd []string
	for _, pattern := range []string{".tmp-*", "*/.tmp-*", "plans/*.wal", "snapshots/*.wal"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		odd = append(odd, found...)
	}
	return odd
}

// TestCancel: a cancelled run stops, leaves no plan and no file, frees the
// workspace, and says so to those who watch.
func TestCancel(t *testing.T) {
	v := planned(t, 1500, false, func(c *Config) { c.Workers = 1 })
	ctx := deadline(t, time.Minute)
	plans, ops := planwrightv1.NewPlanServiceClient(v.grpc), longrunningpb.NewOperationsClient(v.grpc)
	op, err := plans.CreatePlan(ctx, &planwrightv1.CreatePlanRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var meta planwrightv1.CreatePlanMetadata
	if err := op.GetMetadata().UnmarshalTo(&meta); err != nil {
		t.Fatal(err)
	}
	watch, err := plans.WatchPlan(ctx, &planwrightv1.WatchPlanRequest{Name: meta.GetPlan()})
	if err != nil {
		t.Fatal(err)
	}
	started := false
	var last *planwrightv1.PlanProgress
	var cancelled time.Time
	for {
		m, err := watch.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		last = m
		if m.GetProgress().GetStage() == "forecast" && !started {
			started = true
			if _, err := plans.CreatePlan(ctx, &planwrightv1.CreatePlanRequest{}); status.Code(err) != codes.Aborted {
				t.Errorf("a second run while one is at work: %v, want ABORTED", err)
			}
			if _, err := ops.DeleteOperation(ctx, &longrunningpb.DeleteOperationRequest{Name: op.GetName()}); status.Code(err) != codes.FailedPrecondition {
				t.Errorf("deleting an operation at work: %v", err)
			}
			if _, err := ops.CancelOperation(ctx, &longrunningpb.CancelOperationRequest{Name: op.GetName()}); err != nil {
				t.Fatal(err)
			}
			cancelled = time.Now()
		}
	}
	if !started || last.GetState() != planwrightv1.PlanState_PLAN_STATE_CANCELLED {
		t.Fatalf("the last word is %v, want CANCELLED during the forecast", last)
	}
	if d := time.Since(cancelled); d > 5*time.Second {
		t.Errorf("the run stopped %v after it was cancelled", d)
	}
	op, err = ops.GetOperation(ctx, &longrunningpb.GetOperationRequest{Name: op.GetName()})
	if err != nil || !op.GetDone() || op.GetError().GetCode() != int32(codes.Canceled) {
		t.Errorf("the operation is %v, %v", op, err)
	}
	list, err := plans.ListPlans(ctx, &planwrightv1.ListPlansRequest{})
	if err != nil || len(list.GetPlans()) != 0 {
		t.Errorf("after a cancelled run there are %d plans, %v", len(list.GetPlans()), err)
	}
	if odd := leftovers(t, v.ws.Dir()); len(odd) > 0 {
		t.Errorf("a cancelled run leaves %v", odd)
	}
	runs, err := v.ws.ListRuns(ctx, 10)
	if err != nil || len(runs) != 2 || runs[0].Status != "cancelled" {
		t.Errorf("the journal has %+v, %v", runs, err)
	}
	// The workspace is free again, and a published plan is watched to its end.
	op, err = plans.CreatePlan(ctx, &planwrightv1.CreatePlanRequest{Options: &planwrightv1.PlanOptions{Method: "naive"}})
	if err != nil {
		t.Fatal(err)
	}
	for !op.GetDone() {
		if op, err = ops.WaitOperation(ctx, &longrunningpb.WaitOperationRequest{Name: op.GetName(), Timeout: durationpb.New(time.Minute)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := op.GetMetadata().UnmarshalTo(&meta); err != nil || !strings.HasPrefix(meta.GetPlan(), "plans/p0001-") {
		t.Errorf("metadata %v, %v", &meta, err)
	}
	for _, name := range []string{meta.GetPlan(), "plans/latest", "plans/" + strings.TrimPrefix(op.GetName(), "operations/")} {
		w, err := plans.WatchPlan(ctx, &planwrightv1.WatchPlanRequest{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		if m, err := w.Recv(); err != nil || m.GetState() != planwrightv1.PlanState_PLAN_STATE_SUCCEEDED || m.GetPlan() != meta.GetPlan() {
			t.Errorf("watching %s gives %v, %v", name, m, err)
		}
		if m, err := w.Recv(); !errors.Is(err, io.EOF) {
			t.Errorf("watching %s goes on with %v, %v", name, m, err)
		}
		if p, err := plans.GetPlan(ctx, &planwrightv1.GetPlanRequest{Name: name}); err != nil || p.GetName() != meta.GetPlan() {
			t.Errorf("GetPlan(%s) = %s, %v", name, p.GetName(), err)
		}
	}
}

// TestWatcherLeaves: ending a watch ends nothing else.
func TestWatcherLeaves(t *testing.T) {
	v := planned(t, 300, false, func(c *Config) { c.Workers = 1 })
	ctx := deadline(t, time.Minute)
	plans, ops := planwrightv1.NewPlanServiceClient(v.grpc), longrunningpb.NewOperationsClient(v.grpc)
	op, err := plans.CreatePlan(ctx, &planwrightv1.CreatePlanRequest{Options: &planwrightv1.PlanOptions{Method: "ses"}})
	if err != nil {
		t.Fatal(err)
	}
	watching, leave := context.WithCancel(ctx)
	w, err := plans.WatchPlan(watching, &planwrightv1.WatchPlanRequest{Name: "plans/" + strings.TrimPrefix(op.GetName(), "operations/")})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := w.Recv(); err != nil || m.GetState() != planwrightv1.PlanState_PLAN_STATE_RUNNING {
		t.Errorf("the first word is %v, %v", m, err)
	}
	leave()
	for !op.GetDone() {
		if op, err = ops.WaitOperation(ctx, &longrunningpb.WaitOperationRequest{Name: op.GetName()}); err != nil {
			t.Fatal(err)
		}
	}
	if op.GetError() != nil {
		t.Errorf("the run ended with its watcher: %v", op.GetError())
	}
}

// TestQueryCancelled: the end of a request is the end of its work.
func TestQueryCancelled(t *testing.T) {
	v := planned(t, 0, true, func(c *Config) { c.Limits.Queries = 1; c.Limits.Query = time.Minute })
	queries := planwrightv1.NewAnalyticsServiceClient(v.grpc)
	endless := &planwrightv1.QueryRequest{Sql: "SELECT sum(sin(range)) FROM range(1000000000000)"}
	start := time.Now()
	if _, err := queries.Query(deadline(t, 300*time.Millisecond), endless); status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("an endless query with a deadline: %v", err)
	}
	// The only place is free again before the limit of time: the query stopped.
	if m, err := queries.Query(deadline(t, 2*time.Minute), &planwrightv1.QueryRequest{Sql: "SELECT 1"}); err != nil || len(m.GetRows()) != 1 {
		t.Errorf("the next query: %v", err)
	}
	if d := time.Since(start); d > time.Minute {
		t.Errorf("the place was free after %v", d)
	}
	v = planned(t, 0, true, func(c *Config) { c.Limits.Query = time.Second })
	queries = planwrightv1.NewAnalyticsServiceClient(v.grpc)
	_, err := queries.Query(deadline(t, 30*time.Second), endless)
	if info, _, _ := details(err); info.GetReason() != "QUERY_LIMIT" || status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("an endless query without a deadline: %v", err)
	}
	if !strings.Contains(string(v.do("GET", "/metrics", "").body), `planwright_query_duration_seconds_count{outcome="limit",protocol="grpc"}`) {
		t.Error("the metrics lack the query that took too long")
	}
}

// TestConcurrentCreates: one run at a time; requests with one id are one run,
// in the same process and in the next.
func TestConcurrentCreates(t *testing.T) {
	in, dir := t.TempDir(), t.TempDir()
	writeCompany(t, in, 200)
	v := serve(t, dir, func(c *Config) { c.ImportRoots = []string{in}; c.Workers = 1 })
	v.finish(v.post("/v1/snapshots", `{"paths":["."],"as_of":"2026-07-01","request_id":"import-1"}`))
	ctx := deadline(t, time.Minute)
	plans := planwrightv1.NewPlanServiceClient(v.grpc)

	const n = 8
	all := func(req *planwrightv1.CreatePlanRequest) (names []string, codesSeen []codes.Code) {
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				op, err := plans.CreatePlan(ctx, req)
				mu.Lock()
				defer mu.Unlock()
				codesSeen = append(codesSeen, status.Code(err))
				if err == nil {
					names = append(names, op.GetName())
				}
			})
		}
		wg.Wait()
		return names, codesSeen
	}
	names, seen := all(&planwrightv1.CreatePlanRequest{Options: &planwrightv1.PlanOptions{Method: "holt"}})
	if aborted := len(slices.DeleteFunc(slices.Clone(seen), func(c codes.Code) bool { return c != codes.Aborted })); len(names) != 1 || aborted != n-1 {
		t.Errorf("%d calls at once give %v", n, seen)
	}
	v.finish(v.get("/v1/" + names[0]))

	req := &planwrightv1.CreatePlanRequest{RequestId: "nightly-2026-07-01", Options: &planwrightv1.PlanOptions{Horizon: 4, Method: "ses"}}
	names, seen = all(req)
	if slices.Sort(names); len(names) != n || names[0] != names[n-1] {
		t.Errorf("%d calls with one request_id give %v %v", n, names, seen)
	}
	made := v.finish(v.get("/v1/" + names[0]))
	other := &planwrightv1.CreatePlanRequest{RequestId: "nightly-2026-07-01", Options: &planwrightv1.PlanOptions{Horizon: 5, Method: "ses"}}
	if _, err := plans.CreatePlan(ctx, other); status.Code(err) != codes.AlreadyExists {
		t.Errorf("a request_id used twice: %v", err)
	}
	if list, err := plans.ListPlans(ctx, &planwrightv1.ListPlansRequest{}); err != nil || list.GetTotalSize() != 2 {
		t.Errorf("there are %d plans, %v; want 2", list.GetTotalSize(), err)
	}
	if err := v.stop(); err != nil {
		t.Fatal(err)
	}

	v = serve(t, dir, func(c *Config) { c.ImportRoots = []string{in} })
	plans = planwrightv1.NewPlanServiceClient(v.grpc)
	op, err := plans.CreatePlan(ctx, req)
	if err != nil || !op.GetDone() || op.GetName() != names[0] {
		t.Errorf("after a restart the request gives %v, %v; want the operation %s", op, err, names[0])
	}
	var again planwrightv1.Plan
	if err := op.GetResponse().UnmarshalTo(&again); err != nil || again.GetName() != made["name"] {
		t.Errorf("after a restart the request gives plan %s, %v; want %s", again.GetName(), err, made["name"])
	}
	if _, err := plans.CreatePlan(ctx, other); status.Code(err) != codes.AlreadyExists {
		t.Errorf("after a restart a request_id used twice: %v", err)
	}
	if m := v.post("/v1/snapshots", `{"paths":["."],"as_of":"2026-07-01","request_id":"import-1"}`); m["done"] != true {
		t.Errorf("after a restart the import is done anew: %v", m)
	}
	if list, err := plans.ListPlans(ctx, &planwrightv1.ListPlansRequest{}); err != nil || list.GetTotalSize() != 2 {
		t.Errorf("after a restart there are %d plans, %v; want 2", list.GetTotalSize(), err)
	}
}

// TestValidateOnly: nothing is stored.
func TestValidateOnly(t *testing.T) {
	v := planned(t, 0, false, nil)
	m := v.post("/v1/plans", `{"validate_only":true,"options":{"period":"day","as_of":"2026-07-02"}}`)
	resp, _ := m["response"].(map[string]any)
	if m["done"] != true || resp["as_of"] != "2026-07-02" || resp["period"] != "day" || resp["name"] != "" {
		t.Errorf("validate_only gives %v", m)
	}
	if l := v.get("/v1/plans"); l["total_size"] != 0.0 {
		t.Errorf("validate_only made a plan: %v", l)
	}
}

// TestShutdown: the server ends in good time with a run and a watcher at work,
// and the run leaves nothing.
func TestShutdown(t *testing.T) {
	v := planned(t, 1500, false, func(c *Config) { c.Workers = 1 })
	ctx := deadline(t, time.Minute)
	plans := planwrightv1.NewPlanServiceClient(v.grpc)
	op, err := plans.CreatePlan(ctx, &planwrightv1.CreatePlanRequest{})
	if err != nil {
		t.Fatal(err)
	}
	w, err := plans.WatchPlan(ctx, &planwrightv1.WatchPlanRequest{Name: "plans/" + strings.TrimPrefix(op.GetName(), "operations/")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Recv(); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := v.stop(); err != nil {
		t.Errorf("Serve: %v", err)
	}
	if d := time.Since(start); d > 8*time.Second {
		t.Errorf("the server took %v to end", d)
	}
	if odd := leftovers(t, v.ws.Dir()); len(odd) > 0 {
		t.Errorf("a run that was shut down leaves %v", odd)
	}
	if found, err := filepath.Glob(filepath.Join(v.ws.Dir(), "plans", "p*")); err != nil || len(found) > 0 {
		t.Errorf("a run that was shut down leaves %v, %v", found, err)
	}
}

// TestPanic: a panic is an INTERNAL error with an id, and the id is in the log
// with the stack.
func TestPanic(t *testing.T) {
	v := serve(t, t.TempDir(), nil)
	ctx := metadata.NewIncomingContext(context.Background(), metadata.Pairs("x-request-id", "boom-1"))
	ctx = grpc.NewContextWithServerTransportStream(ctx, quietStream{})
	resp, err := v.s.unary(ctx, nil, &grpc.UnaryServerInfo{FullMethod: "/x/Y"}, func(context.Context, any) (any, error) { panic("secret of the house") })
	info, _, _ := details(err)
	if resp != nil || status.Code(err) != codes.Internal || info.GetMetadata()["request_id"] != "boom-1" || strings.Contains(err.Error(), "secret") {
		t.Errorf("a panic gives %v, %v %v", resp, err, info)
	}
	if log := v.log.String(); !strings.Contains(log, "secret of the house") || !strings.Contains(log, "boom-1") || !strings.Contains(log, "grpc_test.go") {
		t.Errorf("the log lacks the panic: %s", log)
	}
}

// quietStream takes the headers of a call that has no transport.
type quietStream struct{}

func (quietStream) Method() string               { return "/x/Y" }
func (quietStream) SetHeader(metadata.MD) error  { return nil }
func (quietStream) SendHeader(metadata.MD) error { return nil }
func (quietStream) SetTrailer(metadata.MD) error { return nil }

// TestUnsafeListen: a listener beyond loopback without keys is not served.
func TestUnsafeListen(t *testing.T) {
	ws, err := snapshot.OpenWorkspace(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	s, err := New(Config{Workspace: ws})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Skipf("no listener on all interfaces: %v", err)
	}
	if err := s.Serve(context.Background(), l); err == nil || !strings.Contains(fmt.Sprint(err), "without a key") {
		t.Errorf("Serve on 0.0.0.0 without keys = %v", err)
	}
	if _, err := New(Config{Workspace: ws, CertFile: "cert.pem"}); err == nil {
		t.Error("a certificate without a key passes")
	}
	if _, err := New(Config{}); err == nil {
		t.Error("a server without a workspace passes")
	}
	if _, err := New(Config{Workspace: ws, ImportRoots: []string{filepath.Join(os.TempDir(), "none", "such")}}); err == nil {
		t.Error("an import root that does not exist passes")
	}
}

// certificate makes a certificate of 127.0.0.1 that signs itself.
func certificate(t *testing.T) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, of, of, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for path, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool = x509.NewCertPool()
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool.AddCert(cert)
	return certFile, keyFile, pool
}

// TestTLS: REST by HTTP/1 and HTTP/2 and gRPC on one port with a certificate.
func TestTLS(t *testing.T) {
	certFile, keyFile, pool := certificate(t)
	v := serve(t, t.TempDir(), func(c *Config) {
		c.CertFile, c.KeyFile = certFile, keyFile
		c.Keys = mustKeys(t, testKey)
	})
	addr := strings.TrimPrefix(v.addr, "http://")
	for _, two := range []bool{false, true} {
		tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: two}
		req, err := http.NewRequest("GET", "https://"+addr+"/v1/plans", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Api-Key", testKey)
		resp, err := (&http.Client{Transport: tr}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != 200 || (resp.ProtoMajor == 2) != two || resp.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("GET over TLS = %d by %s, %v", resp.StatusCode, resp.Proto, resp.Header)
		}
		_ = resp.Body.Close()
		tr.CloseIdleConnections()
	}
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(credentials.NewClientTLSFromCert(pool, "")))
	if err != nil {
		t.Fatal(err)
	}
	ctx := metadata.AppendToOutgoingContext(deadline(t, time.Minute), "x-api-key", testKey)
	if _, err := planwrightv1.NewPlanServiceClient(conn).ListPlans(ctx, &planwrightv1.ListPlansRequest{}); err != nil {
		t.Errorf("gRPC over TLS: %v", err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
}
