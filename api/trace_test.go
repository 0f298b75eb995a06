package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	tracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	planwrightv1 "planwright/api/planwright/v1"
)

// spanTree is what was exported, by name; a name that comes twice is kept once.
type spanTree map[string]tracetest.SpanStub

func treeOf(e *tracetest.InMemoryExporter) spanTree {
	t := spanTree{}
	for _, s := range e.GetSpans() {
		t[s.Name] = s
	}
	return t
}

// attr is an attribute of a span as text.
func attr(s tracetest.SpanStub, key string) string {
	for _, a := range s.Attributes {
		if string(a.Key) == key {
			return a.Value.String()
		}
	}
	return ""
}

// logLines are the lines of the log with a message.
func logLines(t *testing.T, v *served, msg string) (lines []map[string]any) {
	t.Helper()
	for line := range strings.Lines(v.log.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("the log has %q: %v", line, err)
		}
		if m["msg"] == msg {
			lines = append(lines, m)
		}
	}
	return lines
}

// TestTraces: one trace from the caller's traceparent over REST, the gateway and
// the run to each of its stages, and one request id in the header, the spans,
// the log and the operation.
func TestTraces(t *testing.T) {
	spans := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	v := planned(t, 0, false, func(c *Config) { c.Tracer = provider })
	const parent, traced = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f3577b34da6a3ce929d0e0e4736"
	a := v.do("POST", "/v1/plans", `{"options":{"method":"naive"}}`, "traceparent", parent, "X-Request-Id", "night-7")
	if a.status != 200 || a.header.Get("X-Request-Id") != "night-7" {
		t.Fatalf("POST /v1/plans = %d %s, id %q", a.status, a.body, a.header.Get("X-Request-Id"))
	}
	op := a.json(t)
	if meta, _ := op["metadata"].(map[string]any); meta["call_id"] != "night-7" {
		t.Errorf("the operation's metadata is %v, want call_id night-7", meta)
	}
	v.finish(op)
	tree := treeOf(spans)
	chain := append([]string{"POST /v1/plans", "planwright.v1.PlanService/CreatePlan", "run plan"}, "stage load", "stage mrp", "stage write")
	for i, name := range chain {
		s, ok := tree[name]
		if !ok {
			t.Fatalf("there is no span %s among %d", name, len(tree))
		}
		above := trace.SpanID{0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7}
		if i > 0 {
			above = tree[chain[min(i-1, 2)]].SpanContext.SpanID()
		}
		if s.SpanContext.TraceID().String() != traced || s.Parent.SpanID() != above {
			t.Errorf("span %s is of trace %s below %s, want %s below %s", name, s.SpanContext.TraceID(), s.Parent.SpanID(), traced, above)
		}
		if id := attr(s, "planwright.request_id"); id != "night-7" {
			t.Errorf("span %s has the request id %q", name, id)
		}
	}
	if k := tree[chain[0]].SpanKind; k != trace.SpanKindServer {
		t.Errorf("the request's span is of kind %v", k)
	}
	if got := attr(tree[chain[0]], "http.response.status_code"); got != "200" {
		t.Errorf("the request's span has the status %q", got)
	}
	for _, stage := range runStages {
		if _, ok := tree["stage "+stage]; !ok {
			t.Errorf("there is no span of stage %s", stage)
		}
	}
	for _, msg := range []string{"request", "stage", "operation done", "audit"} {
		lines := slices.DeleteFunc(logLines(t, v, msg), func(m map[string]any) bool { return m["request_id"] != "night-7" })
		if len(lines) == 0 {
			t.Errorf("no line %q of the log has the request id", msg)
			continue
		}
		if want := lines[0]["trace_id"]; (msg == "request" || msg == "stage") && want != traced {
			t.Errorf("line %q has the trace %v", msg, want)
		}
	}

	// A query, a refusal and an error, over gRPC.
	spans.Reset()
	ctx := metadata.AppendToOutgoingContext(context.Background(), "traceparent", parent, "x-request-id", "q-1")
	var header metadata.MD
	if _, err := planwrightv1.NewAnalyticsServiceClient(v.grpc).Query(ctx, &planwrightv1.QueryRequest{Sql: "SELECT 1"}, grpc.Header(&header)); err != nil {
		t.Fatal(err)
	}
	if got := header.Get("x-request-id"); len(got) != 1 || got[0] != "q-1" {
		t.Errorf("the header's request id is %q", got)
	}
	tree = treeOf(spans)
	call, query := tree["planwright.v1.AnalyticsService/Query"], tree["query"]
	if call.SpanKind != trace.SpanKindServer || call.SpanContext.TraceID().String() != traced || query.Parent.SpanID() != call.SpanContext.SpanID() || attr(query, "planwright.request_id") != "q-1" {
		t.Errorf("the spans of a query: %+v, %+v", call, query)
	}
	_, err := planwrightv1.NewPlanServiceClient(v.grpc).GetPlan(ctx, &planwrightv1.GetPlanRequest{Name: "plans/none"})
	if info, _, _ := details(err); info.GetMetadata()["request_id"] != "q-1" {
		t.Errorf("the error's request id is %q: %v", info.GetMetadata()["request_id"], err)
	}
	if s := treeOf(spans)["planwright.v1.PlanService/GetPlan"]; attr(s, "rpc.response.status_code") != "NOT_FOUND" || s.Status.Code != 0 {
		t.Errorf("the span of a plan that is not there: %v, %v", s.Attributes, s.Status)
	}
	// What is no traceparent begins a trace of its own.
	spans.Reset()
	for i, bad := range []string{"", "00-zz-1", strings.Repeat("0", 5000), "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"} {
		if a := v.do("GET", "/v1/snapshots/latest", "", "traceparent", bad, "X-Request-Id", fmt.Sprint("bad-", i)); a.status != 200 {
			t.Errorf("GET with traceparent %.30q = %d", bad, a.status)
		}
	}
	for _, s := range spans.GetSpans() {
		if !s.SpanContext.IsValid() || s.SpanContext.TraceID().String() == traced {
			t.Errorf("span %s is of trace %s", s.Name, s.SpanContext.TraceID())
		}
	}
}

// TestTracesOff: without a provider nothing is allocated and no trace of the
// caller's goes on.
func TestTracesOff(t *testing.T) {
	s := &Server{}
	ctx, md := context.Background(), metadata.Pairs("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	r := httptest.NewRequest("GET", "/v1/plans", nil)
	if n := testing.AllocsPerRun(100, func() {
		_, a := s.traceWeb(r, "id")
		_, b := s.traceCall(ctx, md, "/a/B", call{})
		_, c := s.span(ctx, "query")
		endSpan(c, io.EOF)
		if a.IsRecording() || b.IsRecording() || traceAttr(ctx).Key != "" {
			t.Error("a span records though nobody traces")
		}
	}); n != 0 {
		t.Errorf("%v allocations a request", n)
	}
}

// TestTracesExport: the provider that the environment, or the configuration, asks
// for sends spans by OTLP; without a word of either there is none.
func TestTracesExport(t *testing.T) {
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); strings.HasPrefix(name, "OTEL_") {
			t.Setenv(name, "")
		}
	}
	if p, err := StartTraces(context.Background(), nil); p != nil || err != nil {
		t.Fatalf("traces that nobody asked for: %v, %v", p, err)
	}
	var got atomic.Int32
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var req tracepb.ExportTraceServiceRequest
		if err == nil {
			err = proto.Unmarshal(body, &req)
		}
		if err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("the collector got %s: %v", r.URL.Path, err)
		}
		for _, rs := range req.GetResourceSpans() {
			for _, a := range rs.GetResource().GetAttributes() {
				if a.GetKey() == "service.name" && a.GetValue().GetStringValue() != "planwright" && a.GetValue().GetStringValue() != "night" {
					t.Errorf("service.name is %v", a.GetValue())
				}
			}
			for _, ss := range rs.GetScopeSpans() {
				got.Add(int32(len(ss.GetSpans())))
			}
		}
	}))
	defer collector.Close()
	send := func(f *File) {
		t.Helper()
		p, err := StartTraces(context.Background(), f)
		if err != nil || p == nil {
			t.Fatalf("StartTraces = %v, %v", p, err)
		}
		_, sp := tracerOf(p, "1").Start(context.Background(), "x")
		sp.End()
		if err := p.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	}
	config := func(text string) *File {
		t.Helper()
		f, err := parseFile([]byte(text), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	send(config(fmt.Sprintf("traces: {endpoint: %q, protocol: http/protobuf}", collector.URL)))
	if got.Load() != 1 {
		t.Errorf("%d spans came by the configuration, want 1", got.Load())
	}
	send(config(fmt.Sprintf("traces: {endpoint: %q, protocol: http/protobuf, sample: 0}", collector.URL)))
	if got.Load() != 1 {
		t.Errorf("%d spans after one that is not in the sample", got.Load())
	}
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
	t.Setenv("OTEL_SERVICE_NAME", "night")
	send(nil)
	if got.Load() != 2 {
		t.Errorf("%d spans came, want 2", got.Load())
	}
	t.Setenv("OTEL_SDK_DISABLED", "true")
	if p, err := StartTraces(context.Background(), nil); p != nil || err != nil {
		t.Errorf("OTEL_SDK_DISABLED: %v, %v", p, err)
	}
	t.Setenv("OTEL_SDK_DISABLED", "")
	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "smoke")
	if _, err := StartTraces(context.Background(), nil); err == nil || !strings.Contains(err.Error(), "smoke") {
		t.Errorf("an unknown protocol: %v", err)
	}
	for _, bad := range []string{"traces: {sample: 0.5}", "traces: {endpoint: collector}", "traces: {endpoint: 'http://x', protocol: udp}", "traces: {endpoint: 'http://x', sample: 2}", "traces: {endpoint: 'http://x', sample: .nan}"} {
		if _, err := parseFile([]byte(bad), t.TempDir()); err == nil || !strings.HasPrefix(err.Error(), "traces.") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
