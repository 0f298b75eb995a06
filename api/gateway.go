package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/grpc-ecosystem/grpc-gateway/v2/utilities"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	longrunninggw "planwright/api/google/longrunning"
	planwrightv1 "planwright/api/planwright/v1"
)

// newGateway makes the REST side. It calls the gRPC server through conn, so
// that every request passes the same interceptors.
func (s *Server) newGateway(ctx context.Context, conn *grpc.ClientConn) (http.Handler, error) {
	mux := runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, newMarshaler()),
		runtime.WithMarshalerOption(fieldsType, newPartialMarshaler()),
		runtime.SetQueryParameterParser(strictQuery{}),
		runtime.WithIncomingHeaderMatcher(func(key string) (string, bool) {
			switch k := strings.ToLower(key); k {
			case "x-api-key", "accept-language", requestIDHeader, peerHeader, fieldsHeader:
				return k, true // authorization goes along unasked
			case "traceparent", "tracestate":
				return k, s.tracer != nil
			}
			return "", false
		}),
		runtime.WithOutgoingHeaderMatcher(func(string) (string, bool) { return "", false }),
		runtime.WithOutgoingTrailerMatcher(func(string) (string, bool) { return "", false }),
		runtime.WithErrorHandler(func(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
			httpStatus := 0
			var he *runtime.HTTPStatusError
			if errors.As(err, &he) {
				httpStatus, err = he.HTTPStatus, refuse(codes.InvalidArgument, "%s", he.Err.Error())
			}
			s.writeProblem(w, r, err, httpStatus)
		}),
		runtime.WithRoutingErrorHandler(func(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, httpStatus int) {
			switch httpStatus {
			case http.StatusMethodNotAllowed:
				s.writeProblem(w, r, refuse(codes.Unimplemented, "%s has no method %s", clip(r.URL.Path), clip(r.Method)), httpStatus)
			case http.StatusBadRequest:
				s.writeProblem(w, r, refuse(codes.InvalidArgument, "the path cannot be read"), httpStatus)
			default:
				s.writeProblem(w, r, refuse(codes.NotFound, "there is nothing at %s; /openapi.json lists what there is", clip(r.URL.Path)), http.StatusNotFound)
			}
		}),
		// An id with a slash in it comes as %2F and stays one segment.
		runtime.WithUnescapingMode(runtime.UnescapingModeAllExceptSlash),
		runtime.WithDisableChunkedEncoding(),
		runtime.WithDisablePathLengthFallback(),
		runtime.WithDisableHTTPMethodOverride(),
		runtime.WithStreamErrorHandler(func(ctx context.Context, err error) *status.Status {
			if first, ok := ctx.Value(streamFaultKey{}).(*error); ok {
				*first = err
			}
			return status.Convert(err)
		}),
		runtime.WithMiddlewares(s.nameSpan, s.streamProblems),
	)
	for _, register := range []func(context.Context, *runtime.ServeMux, *grpc.ClientConn) error{
		planwrightv1.RegisterSnapshotServiceHandler, planwrightv1.RegisterPlanServiceHandler, planwrightv1.RegisterForecastServiceHandler,
		planwrightv1.RegisterReplenishmentServiceHandler, planwrightv1.RegisterAnalyticsServiceHandler, planwrightv1.RegisterAdminServiceHandler, longrunninggw.RegisterOperationsHandler,
	} {
		if err := register(ctx, mux, conn); err != nil {
			return nil, err
		}
	}
	return mux, nil
}

// streamFaultKey is where a stream over REST leaves its error.
type streamFaultKey struct{}

// streamProblems answers a stream that ends in an error before its first message with
// a problem, as every other request. The gateway has a form of its own for errors of
// streams, which is left to those that come after a message.
func (s *Server) streamProblems(next runtime.HandlerFunc) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
		var fault error
		r = r.WithContext(context.WithValue(r.Context(), streamFaultKey{}, &fault))
		next(&streamWriter{ResponseWriter: w, s: s, r: r, fault: &fault}, r, params)
	}
}

// streamWriter writes a problem in the place of the gateway's form of an error.
type streamWriter struct {
	http.ResponseWriter
	s      *Server
	r      *http.Request
	fault  *error
	begun  bool
	failed bool // the problem is the answer
}

func (w *streamWriter) WriteHeader(code int) {
	if !w.begun && *w.fault != nil {
		w.begun, w.failed = true, true
		w.s.writeProblem(w.ResponseWriter, w.r, *w.fault, 0)
		return
	}
	w.begun = true
	w.ResponseWriter.WriteHeader(code)
}

func (w *streamWriter) Write(b []byte) (int, error) {
	if w.failed {
		return len(b), nil
	}
	w.begun = true
	return w.ResponseWriter.Write(b)
}

// Flush is what the gateway asks for after each message.
func (w *streamWriter) Flush() {
	_ = http.NewResponseController(w.ResponseWriter).Flush() // the next Write fails as well
}

// Unwrap lets http.ResponseController reach the writer within.
func (w *streamWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// marshaler is JSON as the API has it: names of the protos, every field
// present, and nothing in a request that is not understood.
type marshaler struct{ *runtime.JSONPb }

func newMarshaler() marshaler {
	return marshaler{&runtime.JSONPb{
		MarshalOptions:   protojson.MarshalOptions{UseProtoNames: true, EmitDefaultValues: true},
		UnmarshalOptions: protojson.UnmarshalOptions{},
	}}
}

// spaced says whether this build of protobuf writes spaces into JSON. Builds
// differ on purpose, so that nobody relies on the bytes; ours are the same
// always.
var spaced = bytes.ContainsRune([]byte(protojson.MarshalOptions{}.Format(&longrunningpb.Operation{Name: "x", Done: true})), ' ')

// Marshal writes a message without needless spaces.
func (m marshaler) Marshal(v any) ([]byte, error) {
	b, err := m.JSONPb.Marshal(v)
	if err != nil || !spaced {
		return b, err
	}
	var tight bytes.Buffer
	tight.Grow(len(b))
	if err := json.Compact(&tight, b); err != nil {
		return nil, err
	}
	return tight.Bytes(), nil
}

// NewDecoder returns a decoder that reads one message and refuses what follows
// it.
func (m marshaler) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(v any) error {
		body, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(body)) == 0 {
			return io.EOF // the gateway takes it for an empty message
		}
		if msg, ok := v.(proto.Message); ok {
			return plainText(m.UnmarshalOptions.Unmarshal(body, msg))
		}
		return plainText(m.Unmarshal(body, v))
	})
}

// plainText takes protobuf's mark out of an error: a no-break space, put there
// so that nobody relies on the words.
func plainText(err error) error {
	if err == nil {
		return nil
	}
	return errors.New(strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\u00a0", " "), "proto: "))
}

// strictQuery reads query parameters and refuses those that the method does
// not have: a misspelt filter must not list everything.
type strictQuery struct{ runtime.DefaultQueryParser }

// Parse implements runtime.QueryParameterParser.
func (q strictQuery) Parse(msg proto.Message, values url.Values, filter *utilities.DoubleArray) error {
	for key := range values {
		if !hasField(msg.ProtoReflect().Descriptor(), strings.Split(key, ".")) {
			return fmt.Errorf("there is no query parameter %q", clip(key))
		}
	}
	return q.DefaultQueryParser.Parse(msg, values, filter)
}

// hasField says whether a path of names leads to a field that a query can set.
func hasField(d protoreflect.MessageDescriptor, path []string) bool {
	for i, name := range path {
		f := d.Fields().ByTextName(name)
		if f == nil {
			f = d.Fields().ByJSONName(name)
		}
		if f == nil {
			return false
		}
		if i == len(path)-1 {
			return true
		}
		if f.Message() == nil || f.IsList() || f.IsMap() {
			return false
		}
		d = f.Message()
	}
	return false
}

// holdBody reads a request's body whole, so that one that is too large is
// refused before anything is done with it.
func holdBody(r *http.Request) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}
