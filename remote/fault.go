package remote

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"planwright"
)

// Fault is an error of the server, or of the way to it. Reason is the code of
// the error there (BUSY, NO_PLAN, UNAUTHENTICATED): what it means and how to mend
// it, the catalogue says. Text is in the language that was asked for.
type Fault struct {
	Reason string
	Text   string
	Code   codes.Code
}

func (f *Fault) Error() string { return f.Text }

// Unwrap returns the error as the rooms of this program have it.
func (f *Fault) Unwrap() error {
	if c, ok := planwright.ParseCode(f.Reason); ok {
		return &planwright.Error{Code: c, Op: "server", What: f.Text}
	}
	return nil
}

// fault makes an error of the server of one of gRPC. The end of the caller's
// context is the context's own error.
func (s *Server) fault(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	var known *Fault
	if errors.As(err, &known) {
		return err
	}
	st, ok := status.FromError(err)
	if !ok {
		return err
	}
	if st.Code() == codes.Canceled && ctx.Err() != nil {
		return context.Canceled
	}
	return s.faultOf(st)
}

// faultOf reads the details of a status.
func (s *Server) faultOf(st *status.Status) error {
	f := &Fault{Text: st.Message(), Code: st.Code()}
	for _, d := range st.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			f.Reason = d.GetReason()
		case *errdetails.LocalizedMessage:
			f.Text = d.GetMessage()
		}
	}
	if f.Reason == "" { // of the way, not of the server
		f.Reason = "UNAVAILABLE"
		if st.Code() == codes.DeadlineExceeded {
			f.Reason = "DEADLINE_EXCEEDED"
		}
		f.Text = s.T("what."+f.Reason, "detail", s.base+": "+st.Message())
	}
	return f
}

// unreachable is the error of a transfer that did not get through.
func (s *Server) unreachable(err error) error {
	return &Fault{Reason: "UNAVAILABLE", Code: codes.Unavailable, Text: s.T("what.UNAVAILABLE", "detail", s.base+": "+err.Error())}
}

// problem reads the error of a transfer (RFC 9457).
func (s *Server) problem(resp *http.Response) error {
	var p struct {
		Reason  string `json:"reason"`
		Message string `json:"message"`
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return s.unreachable(err)
	}
	if json.Unmarshal(body, &p) != nil || p.Reason == "" {
		return s.unreachable(errors.New(resp.Status))
	}
	f := &Fault{Reason: p.Reason, Text: p.Message, Code: codes.Unknown}
	if resp.StatusCode == http.StatusServiceUnavailable || resp.StatusCode == http.StatusTooManyRequests {
		f.Code = codes.Unavailable
	}
	return f
}
