package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// problem is an error on REST, application/problem+json (RFC 9457). Its members
// beyond the standard's carry what the details of a gRPC status do: code is the
// status, reason and metadata are ErrorInfo, errors BadRequest, message and
// locale LocalizedMessage.
type problem struct {
	Type     string            `json:"type"`
	Title    string            `json:"title"`
	Status   int               `json:"status"`
	Detail   string            `json:"detail"`
	Instance string            `json:"instance,omitempty"`
	Code     string            `json:"code"`
	Reason   string            `json:"reason"`
	Message  string            `json:"message"` // in the reader's language
	Locale   string            `json:"locale,omitempty"`
	Metadata map[string]string `json:"metadata,omitempty"`
	Fields   []fieldViolation  `json:"errors,omitempty"`
}

type fieldViolation struct {
	Field   string `json:"field"`
	Detail  string `json:"detail"`
	Message string `json:"message"` // in the reader's language
}

// httpStatusOf is the HTTP status of a gRPC code; where several codes share
// one, the problem's code tells them apart.
var httpStatusOf = map[codes.Code]int{
	codes.OK: http.StatusOK, codes.Canceled: 499, codes.InvalidArgument: http.StatusBadRequest, codes.DeadlineExceeded: http.StatusGatewayTimeout,
	codes.NotFound: http.StatusNotFound, codes.AlreadyExists: http.StatusConflict, codes.PermissionDenied: http.StatusForbidden,
	codes.Unauthenticated: http.StatusUnauthorized, codes.ResourceExhausted: http.StatusTooManyRequests, codes.FailedPrecondition: http.StatusBadRequest,
	codes.Aborted: http.StatusConflict, codes.OutOfRange: http.StatusBadRequest, codes.Unimplemented: http.StatusNotImplemented,
	codes.Unavailable: http.StatusServiceUnavailable,
}

// newProblem makes the problem of a status.
func newProblem(st *status.Status, httpStatus int, instance string) problem {
	if httpStatus == 0 {
		httpStatus = httpStatusOf[st.Code()]
	}
	if httpStatus == 0 {
		httpStatus = http.StatusInternalServerError
	}
	p := problem{Type: "about:blank", Title: http.StatusText(httpStatus), Status: httpStatus, Detail: st.Message(), Instance: instance, Code: codeName(st.Code())}
	if p.Title == "" {
		p.Title = "Client Closed Request" // 499 has no name in the standard
	}
	for _, d := range st.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			p.Reason, p.Metadata = d.GetReason(), d.GetMetadata()
			p.Type = "urn:planwright:error:" + strings.ToLower(d.GetReason())
		case *errdetails.BadRequest:
			for _, f := range d.GetFieldViolations() {
				p.Fields = append(p.Fields, fieldViolation{f.GetField(), f.GetDescription(), f.GetLocalizedMessage().GetMessage()})
			}
		case *errdetails.LocalizedMessage:
			p.Message, p.Locale = d.GetMessage(), d.GetLocale()
		}
	}
	return p
}

// codeName is the name of a gRPC code in the protocol, such as NOT_FOUND.
func codeName(c codes.Code) string {
	if b, ok := codeNames[c]; ok {
		return b
	}
	return "UNKNOWN"
}

var codeNames = map[codes.Code]string{
	codes.OK: "OK", codes.Canceled: "CANCELLED", codes.Unknown: "UNKNOWN", codes.InvalidArgument: "INVALID_ARGUMENT", codes.DeadlineExceeded: "DEADLINE_EXCEEDED",
	codes.NotFound: "NOT_FOUND", codes.AlreadyExists: "ALREADY_EXISTS", codes.PermissionDenied: "PERMISSION_DENIED", codes.ResourceExhausted: "RESOURCE_EXHAUSTED",
	codes.FailedPrecondition: "FAILED_PRECONDITION", codes.Aborted: "ABORTED", codes.OutOfRange: "OUT_OF_RANGE", codes.Unimplemented: "UNIMPLEMENTED",
	codes.Internal: "INTERNAL", codes.Unavailable: "UNAVAILABLE", codes.DataLoss: "DATA_LOSS", codes.Unauthenticated: "UNAUTHENTICATED",
}

// writeProblem answers a REST request with an error. httpStatus 0 takes the
// status of the error's code.
func (s *Server) writeProblem(w http.ResponseWriter, r *http.Request, err error, httpStatus int) {
	ctx := r.Context()
	st := s.toStatus(err, languageOf(r.Header.Get("Accept-Language")), requestIDOf(ctx))
	p := newProblem(st, httpStatus, r.URL.Path)
	if isServers(st) {
		s.log.ErrorContext(ctx, "request failed", "request_id", requestIDOf(ctx), "path", r.URL.Path, "error", err)
	}
	body, contentType := s.problemBody(ctx, p)
	h := w.Header()
	for _, k := range []string{"Content-Disposition", "ETag", "Trailer"} { // what a success would have carried
		h.Del(k)
	}
	h.Set("Content-Type", contentType)
	odata := isODataPath(r.URL.Path)
	if odata {
		text := p.Message
		if text == "" {
			text = p.Detail
		}
		for _, f := range p.Fields {
			text += "; " + f.Field + " " + f.Detail
		}
		if b, err := json.Marshal(map[string]any{"error": map[string]string{"code": p.Code, "message": text}}); err == nil {
			body = append(b, '\n')
		}
		h.Set("Content-Type", "application/json")
		h.Set("OData-Version", "4.0")
	}
	if p.Locale != "" {
		h.Set("Content-Language", p.Locale)
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="planwright"`)
		if odata { // Excel and Power BI ask for a user and a password then
			h.Set("WWW-Authenticate", `Basic realm="planwright", charset="UTF-8"`)
		}
	}
	if st.Code() == codes.Aborted && p.Reason == "BUSY" || st.Code() == codes.Unavailable || st.Code() == codes.ResourceExhausted && p.Reason != "QUERY_LIMIT" {
		h.Set("Retry-After", "5")
	}
	noteRefusal(w, st)
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // a client that left does not read errors either
}

// problemBody writes a problem.
func (s *Server) problemBody(ctx context.Context, p problem) (body []byte, contentType string) {
	body, err := json.Marshal(p)
	if err != nil { // texts and numbers marshal always
		s.log.ErrorContext(ctx, "problem does not marshal", "request_id", requestIDOf(ctx), "error", err)
		body = []byte(`{"type":"about:blank"}`)
	}
	return append(body, '\n'), "application/problem+json"
}
