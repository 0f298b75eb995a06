package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	otelcodes "go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"planwright/lang"
)

// call is what the service knows about a request beside its message.
type call struct {
	requestID string
	caller    string // name of the API key
	who       *Principal
	language  lang.Language
	peer      string // where it came from
	gateway   bool   // it came over REST
}

type callKey struct{}

// callOf returns the call that a context belongs to.
func callOf(ctx context.Context) call {
	c, _ := ctx.Value(callKey{}).(call)
	return c
}

func requestIDOf(ctx context.Context) string { return callOf(ctx).requestID }

// sees says whether rows of a site are for the caller.
func (c call) sees(site string) bool { return c.who == nil || c.who.sees(site) }

// protocol names the way in, for metrics.
func (c call) protocol() string {
	if c.gateway {
		return "rest"
	}
	return "grpc"
}

const requestIDHeader = "x-request-id"

// peerHeader tells the service behind the gateway where a request came from. It
// is set at the door and read of the gateway alone.
const peerHeader = "x-planwright-peer"

// maxRequestID bounds what of a client's text gets into logs.
const maxRequestID = 128

// requestIDFrom takes the id that the client brings along if it is plain, and
// makes one otherwise.
func requestIDFrom(given []string) string {
	if len(given) == 1 && given[0] != "" && len(given[0]) <= maxRequestID && strings.Trim(given[0], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/+=") == "" {
		return given[0]
	}
	return randomID()
}

// randomID returns 64 random bits in hexadecimal.
func randomID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the process if the system has no random numbers
	return hex.EncodeToString(b[:])
}

// open says whether a method needs no key: balancers ask for health without one.
// A handshake of Flight looks at its credentials itself: they may be in its body.
func open(method string) bool {
	return strings.HasPrefix(method, "/grpc.health.v1.Health/") || method == flightHandshake
}

// begin identifies a gRPC call and its caller.
func (s *Server) begin(ctx context.Context, method string) (context.Context, call, trace.Span, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	c := call{requestID: requestIDFrom(md.Get(requestIDHeader))}
	if accept := md.Get("accept-language"); len(accept) > 0 {
		c.language = languageOf(accept[0])
	}
	if p, ok := peer.FromContext(ctx); ok && p.Addr != nil {
		c.gateway, c.peer = p.Addr.Network() == "bufconn", p.Addr.String()
	}
	if from := md.Get(peerHeader); c.gateway && len(from) == 1 {
		c.peer = from[0]
	}
	ctx, sp := s.traceCall(ctx, md, method, c)
	var err error
	if !open(method) {
		if c.who, err = s.authenticate(ctx, md.Get("authorization"), md.Get("x-api-key")); err == nil {
			c.caller, err = c.who.Name, s.mayCall(c.who, method)
			if err == nil && !c.gateway { // REST was counted at the door
				err = s.allow(c.caller, time.Now())
			}
		}
	}
	return context.WithValue(ctx, callKey{}, c), c, sp, err
}

// end turns the error of a call into its status and writes the log. A call that
// came through the gateway is in the log of REST.
func (s *Server) end(ctx context.Context, c call, sp trace.Span, method string, start time.Time, err error) error {
	st := s.toStatus(err, c.language, c.requestID)
	s.auditCall(ctx, c, method, st)
	if sp.IsRecording() {
		sp.SetAttributes(attribute.String("rpc.response.status_code", codeName(st.Code())))
		if isServers(st) {
			sp.SetStatus(otelcodes.Error, codeName(st.Code()))
		}
		sp.End()
	}
	if isServers(st) {
		s.log.ErrorContext(ctx, "request failed", "request_id", c.requestID, "method", method, "error", err)
	}
	if !c.gateway {
		level := slog.LevelInfo
		if open(method) {
			level = slog.LevelDebug
		}
		took := time.Since(start)
		s.metrics.answered("grpc", codeName(st.Code()), took)
		s.log.LogAttrs(ctx, level, "request", slog.String("request_id", c.requestID), slog.String("protocol", "grpc"), slog.String("method", method),
			slog.String("code", codeName(st.Code())), slog.Float64("seconds", took.Seconds()), slog.String("caller", c.caller), slog.String("peer", c.peer), traceAttr(ctx))
	}
	return st.Err()
}

// traceAttr names the trace of a log line; an empty attribute, which is not
// written, where nobody traces.
func traceAttr(ctx context.Context) slog.Attr {
	if id := traceID(ctx); id != "" {
		return slog.String("trace_id", id)
	}
	return slog.Attr{}
}

// caught turns a panic into an error. What it says stays in the log.
func (s *Server) caught(ctx context.Context, where string, p any) error {
	id := requestIDOf(ctx)
	s.log.ErrorContext(ctx, "panic", "request_id", id, "where", where, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	return status.Error(codes.Unknown, "panic")
}

func (s *Server) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (resp any, err error) {
	start := time.Now()
	ctx, c, sp, err := s.begin(ctx, info.FullMethod)
	defer func() {
		if p := recover(); p != nil {
			resp, err = nil, s.caught(ctx, info.FullMethod, p)
		}
		if err = s.end(ctx, c, sp, info.FullMethod, start, err); err != nil {
			resp = nil
		}
	}()
	if herr := grpc.SetHeader(ctx, metadata.Pairs(requestIDHeader, c.requestID)); err == nil {
		err = goneOr(ctx, herr)
	}
	if err != nil {
		return nil, err
	}
	if resp, err = handler(ctx, req); err != nil {
		return nil, err
	}
	return partial(ctx, resp)
}

func (s *Server) stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	start := time.Now()
	ctx, c, sp, err := s.begin(ss.Context(), info.FullMethod)
	defer func() {
		if p := recover(); p != nil {
			err = s.caught(ctx, info.FullMethod, p)
		}
		err = s.end(ctx, c, sp, info.FullMethod, start, err)
	}()
	if herr := ss.SetHeader(metadata.Pairs(requestIDHeader, c.requestID)); err == nil {
		err = goneOr(ctx, herr)
	}
	if err != nil {
		return err
	}
	// A client that asks for the protos first, such as grpcurl, brings the metadata of
	// the call that it means to make.
	if text, ferr := wantedFields(ctx); (ferr != nil || text != "") && !strings.Contains(info.FullMethod, "ServerReflection") {
		return badField("fields", "are for single answers and lists, not for streams")
	}
	return handler(srv, &streamOf{ss, ctx})
}

// goneOr is the end of the context, where it ended: a header that cannot be sent to
// a client that left is no fault of ours.
func goneOr(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// streamOf is a stream with the context of its call.
type streamOf struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *streamOf) Context() context.Context { return s.ctx }

// recorder remembers what a REST handler answered, for the log, and gives a
// client that does not read a limited time.
type recorder struct {
	http.ResponseWriter
	control *http.ResponseController
	stall   time.Duration
	status  int
	refusal *status.Status // nil: none
	bytes   int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	w := patientWriter{r.ResponseWriter, r.control, r.stall}
	n, err := w.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the writer within.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// noteRefusal remembers the status of an answer for the audit log.
func noteRefusal(w http.ResponseWriter, st *status.Status) {
	if r, ok := w.(*recorder); ok {
		r.refusal = st
	}
}

// patientWriter gives a client that does not read a limited time.
type patientWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	stall   time.Duration
}

// A server that knows no deadlines has none to keep.
func (w *patientWriter) begin() { _ = w.control.SetWriteDeadline(time.Now().Add(w.stall)) }
func (w *patientWriter) end()   { _ = w.control.SetWriteDeadline(time.Time{}) }

func (w *patientWriter) Write(b []byte) (int, error) {
	w.begin()
	defer w.end()
	return w.ResponseWriter.Write(b)
}

// Flush is what gRPC asks for after each message; it waits for the client as well.
func (w *patientWriter) Flush() {
	w.begin()
	defer w.end()
	_ = w.control.Flush() // the next Write fails as well
}

// Unwrap lets http.ResponseController reach the writer within.
func (w *patientWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
