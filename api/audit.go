package api

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"planwright"
)

// The audit log is who was refused and who changed what, or tried to: one line
// of JSON each. It is the server's log, or a file of its own. It holds no key,
// no token and no row of data.

// auditedReasons are refusals of requests that were understood.
var auditedReasons = map[string]bool{
	"UNAUTHENTICATED": true, "PERMISSION_DENIED": true, "RESOURCE_EXHAUSTED": true,
	planwright.CodeQueryRefused.String(): true,
}

// reasonIn is the reason of a status, as ErrorInfo has it.
func reasonIn(st *status.Status) string {
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return reasonOf[st.Code()]
}

// audited says whether a status is a refusal for the audit log.
func audited(st *status.Status) bool { return st.Code() != codes.OK && auditedReasons[reasonIn(st)] }

// changes says whether a method changes something: it is for more than viewers.
func changes(method string) bool {
	if open(method) {
		return false
	}
	need, ok := permissionOf(method)
	return !ok && !strings.Contains(method, "ServerReflection") || need.role > Viewer
}

// auditCall writes the line of a gRPC call, those of the gateway included.
func (s *Server) auditCall(ctx context.Context, c call, method string, st *status.Status) {
	switch {
	case changes(method) && st.Code() == codes.OK:
		s.auditLine(ctx, c, "change", method, st)
	case changes(method) || audited(st):
		s.auditLine(ctx, c, "refused", method, st)
	}
}

// OpenAudit opens the audit log that the configuration names, to go on at its
// end; nil, nil where it names none. It must be closed after the server.
func (f *File) OpenAudit() (*slog.Logger, io.Closer, error) {
	if f == nil || f.AuditLog == "" {
		return nil, nil, nil
	}
	file, err := os.OpenFile(f.AuditLog, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, &planwright.Error{Code: planwright.CodeFileNotFound, Op: "serve", Subject: f.AuditLog, What: "the audit log cannot be written", Fix: "give a file in a directory that the service may write", Args: []string{"detail", f.AuditLog}, Err: err}
	}
	return slog.New(slog.NewJSONHandler(file, nil)), file, nil
}

// auditLine writes a line.
func (s *Server) auditLine(ctx context.Context, c call, event, what string, st *status.Status) {
	level := slog.LevelInfo
	attrs := []slog.Attr{slog.String("event", event), slog.String("request_id", c.requestID), slog.String("protocol", c.protocol()), slog.String("method", what),
		slog.String("caller", c.caller), slog.String("peer", c.peer), slog.String("code", codeName(st.Code()))}
	if c.who != nil {
		attrs = append(attrs, slog.String("role", c.who.Role.String()))
	}
	if st.Code() != codes.OK {
		level = slog.LevelWarn
		reason := reasonIn(st)
		s.metrics.refused.WithLabelValues(reason).Inc()
		attrs = append(attrs, slog.String("reason", reason), slog.String("detail", clip(st.Message())))
	}
	s.auditLog.LogAttrs(ctx, level, "audit", attrs...)
}
