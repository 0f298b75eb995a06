package api

import (
	"context"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"go.opentelemetry.io/otel/attribute"
	otelcodes "go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/grpc/metadata"
)

// Traces are spans of OpenTelemetry: one a request, and within it one for the
// service behind the gateway, for each query, each run and each of its stages.
// A caller's traceparent (W3C Trace Context) is gone on from. Without a
// provider there is no tracer, and nothing of this allocates.

// tracerName is the instrumentation scope of our spans.
const tracerName = "planwright/api"

// noSpan stands for a span where nobody traces.
var noSpan trace.Span = noop.Span{}

// w3c reads and writes traceparent and tracestate.
var w3c propagation.TraceContext

// requestIDKey is the attribute by which a span is found from a log line.
const requestIDKey = attribute.Key("planwright.request_id")

// tracerOf returns the tracer of a provider; nil for none.
func tracerOf(p trace.TracerProvider, version string) trace.Tracer {
	if p == nil {
		return nil
	}
	return p.Tracer(tracerName, trace.WithInstrumentationVersion(version))
}

// span begins a span within that of the context. It must be ended.
func (s *Server) span(ctx context.Context, name string) (context.Context, trace.Span) {
	if s.tracer == nil {
		return ctx, noSpan
	}
	ctx, sp := s.tracer.Start(ctx, name)
	sp.SetAttributes(requestIDKey.String(requestIDOf(ctx)))
	return ctx, sp
}

// traceWeb begins the span of a REST request and hands it on in the headers that
// the gateway forwards.
func (s *Server) traceWeb(r *http.Request, requestID string) (*http.Request, trace.Span) {
	if s.tracer == nil {
		return r, noSpan
	}
	ctx := w3c.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	ctx, sp := s.tracer.Start(ctx, r.Method, trace.WithSpanKind(trace.SpanKindServer))
	sp.SetAttributes(requestIDKey.String(requestID), attribute.String("http.request.method", r.Method), attribute.String("url.path", clip(r.URL.Path)))
	r.Header.Del("Tracestate")
	w3c.Inject(ctx, propagation.HeaderCarrier(r.Header))
	return r.WithContext(ctx), sp
}

// nameSpan gives the span of a request the path's pattern as its name.
func (s *Server) nameSpan(next runtime.HandlerFunc) runtime.HandlerFunc {
	if s.tracer == nil {
		return next
	}
	return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
		if p, ok := runtime.HTTPPattern(r.Context()); ok {
			sp := trace.SpanFromContext(r.Context())
			sp.SetName(r.Method + " " + p.String())
			sp.SetAttributes(attribute.String("http.route", p.String()))
		}
		next(w, r, params)
	}
}

// traceCall begins the span of a gRPC call.
func (s *Server) traceCall(ctx context.Context, md metadata.MD, method string, c call) (context.Context, trace.Span) {
	if s.tracer == nil {
		return ctx, noSpan
	}
	kind := trace.SpanKindServer
	if c.gateway { // the request's own span is that of REST
		kind = trace.SpanKindInternal
	}
	ctx, sp := s.tracer.Start(w3c.Extract(ctx, mdCarrier(md)), method[1:], trace.WithSpanKind(kind))
	sp.SetAttributes(requestIDKey.String(c.requestID), attribute.String("rpc.system.name", "grpc"), attribute.String("rpc.method", method[1:]))
	return ctx, sp
}

// mdCarrier is metadata as a carrier of trace context.
type mdCarrier metadata.MD

// Get implements propagation.TextMapCarrier.
func (m mdCarrier) Get(key string) string {
	if v := metadata.MD(m).Get(key); len(v) == 1 {
		return v[0]
	}
	return ""
}

// Set implements propagation.TextMapCarrier.
func (m mdCarrier) Set(key, value string) { metadata.MD(m).Set(key, value) }

// Keys implements propagation.TextMapCarrier.
func (m mdCarrier) Keys() []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

// endSpan ends a span of work; one that failed says so without the words of the
// error, which may hold data.
func endSpan(sp trace.Span, err error) {
	if sp.IsRecording() && err != nil {
		sp.SetAttributes(attribute.String("error.type", outcome(err)))
		sp.SetStatus(otelcodes.Error, outcome(err))
	}
	sp.End()
}

// traceID is that of the context's trace; "" for none.
func traceID(ctx context.Context) string {
	if sc := trace.SpanContextFromContext(ctx); sc.HasTraceID() {
		return sc.TraceID().String()
	}
	return ""
}
