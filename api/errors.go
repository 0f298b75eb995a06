package api

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/text/language"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	"planwright"
	"planwright/lang"
	"planwright/snapshot"
)

// domain is the domain of every ErrorInfo.
const domain = "planwright"

// statusOf is the gRPC code of each code that an error can carry; all others
// speak of rows of data and are the caller's.
var statusOf = map[planwright.Code]codes.Code{
	planwright.CodeUsage:            codes.InvalidArgument,
	planwright.CodeFileNotFound:     codes.NotFound,
	planwright.CodeFileFormat:       codes.InvalidArgument,
	planwright.CodeFileNewer:        codes.FailedPrecondition,
	planwright.CodeDigestMismatch:   codes.DataLoss,
	planwright.CodeBusy:             codes.Aborted,
	planwright.CodeNoSnapshot:       codes.NotFound,
	planwright.CodeNoPlan:           codes.NotFound,
	planwright.CodeMapping:          codes.InvalidArgument,
	planwright.CodeTooManyBadRows:   codes.FailedPrecondition,
	planwright.CodeQueryRefused:     codes.InvalidArgument,
	planwright.CodeQueryLimit:       codes.ResourceExhausted,
	planwright.CodeNotFound:         codes.NotFound,
	planwright.CodeCancelled:        codes.Canceled,
	planwright.CodeUnsafeListen:     codes.FailedPrecondition,
	planwright.CodePublish:          codes.Unavailable,
	planwright.CodeNoPermission:     codes.FailedPrecondition,
	planwright.CodeDiskFull:         codes.ResourceExhausted,
	planwright.CodeJournalDamaged:   codes.FailedPrecondition,
	planwright.CodeChangedMeanwhile: codes.Aborted,
	planwright.CodeConfiguration:    codes.FailedPrecondition,
	planwright.CodeInternal:         codes.Internal,
}

// fieldError is a field of a request that cannot be read.
type fieldError struct {
	field, what string
	local       string // what, in the language of the call; "": as the catalogue has it
}

func (e *fieldError) Error() string { return e.field + " " + e.what }

// badField says that a field of the request is at fault.
func badField(field, format string, args ...any) error {
	return &fieldError{field: field, what: fmt.Sprintf(format, args...)}
}

// refusal is an error of the service itself, beside those of the rooms within:
// its reason is the name of the gRPC code.
type refusal struct {
	code  codes.Code
	what  string
	local string // what, in the language of the call; "": as the catalogue has it
}

func (e *refusal) Error() string { return e.what }

// inState says that the error within is one of the state that things are in, not
// of the request.
type inState struct{ error }

func (e inState) Unwrap() error { return e.error }

func refuse(code codes.Code, format string, args ...any) error {
	return &refusal{code: code, what: fmt.Sprintf(format, args...)}
}

// reasonOf names a gRPC code as ErrorInfo does, such as UNAUTHENTICATED.
var reasonOf = map[codes.Code]string{
	codes.Canceled: "CANCELLED", codes.Unknown: "INTERNAL", codes.InvalidArgument: "USAGE", codes.DeadlineExceeded: "DEADLINE_EXCEEDED",
	codes.NotFound: "NOT_FOUND", codes.AlreadyExists: "ALREADY_EXISTS", codes.PermissionDenied: "PERMISSION_DENIED", codes.ResourceExhausted: "RESOURCE_EXHAUSTED",
	codes.FailedPrecondition: "FAILED_PRECONDITION", codes.Aborted: "BUSY", codes.OutOfRange: "USAGE", codes.Unimplemented: "UNIMPLEMENTED",
	codes.Internal: "INTERNAL", codes.Unavailable: "UNAVAILABLE", codes.DataLoss: "DIGEST_MISMATCH", codes.Unauthenticated: "UNAUTHENTICATED",
}

var languages = language.NewMatcher([]language.Tag{language.English, language.SimplifiedChinese})

// languageOf chooses the language of an Accept-Language header.
func languageOf(accept string) lang.Language {
	if len(accept) > 512 {
		return lang.English
	}
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(tags) == 0 {
		return lang.English
	}
	if _, i, confidence := languages.Match(tags...); i == 1 && confidence > language.No {
		return lang.Chinese
	}
	return lang.English
}

// locale is the BCP 47 name of a language.
func locale(l lang.Language) string {
	if l == lang.Chinese {
		return "zh-CN"
	}
	return "en"
}

// toStatus makes the status that a client gets of any error. requestID goes
// into the details, so that what a client reports can be found in the log; of
// an internal error the client sees nothing else.
func (s *Server) toStatus(err error, l lang.Language, requestID string) *status.Status {
	if err == nil {
		return status.New(codes.OK, "")
	}
	err = snapshot.SystemFault(err)
	var (
		fault *planwright.Error
		field *fieldError
		own   *refusal
		code  codes.Code
		what  string
		text  string
		info  = &errdetails.ErrorInfo{Domain: domain, Metadata: map[string]string{}}
		more  []protoadapt.MessageV1
	)
	if requestID != "" {
		info.Metadata["request_id"] = requestID
	}
	switch {
	case errors.As(err, &field):
		code, info.Reason, what = codes.InvalidArgument, "USAGE", field.Error()
		local := field.local
		if local == "" {
			local = lang.Detail(l, field.what)
		}
		text = lang.Text(l, "what.USAGE", "detail", field.field+" "+local)
		info.Metadata["field"] = field.field
		more = append(more, &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
			{Field: field.field, Description: field.what, Reason: info.Reason, LocalizedMessage: &errdetails.LocalizedMessage{Locale: locale(l), Message: local}},
		}})
	case errors.As(err, &own):
		code, info.Reason, what = own.code, reasonOf[own.code], own.what
		if text = localText(l, info.Reason, what); own.local != "" {
			text = lang.Text(l, "what."+info.Reason, "detail", own.local)
		}
	case errors.As(err, &fault) && fault.Code != planwright.CodeInternal && fault.Code != planwright.NoCode:
		// A context that ended is not the fault of what it interrupted.
		if fault.Code == planwright.CodeQueryLimit && errors.Is(err, context.DeadlineExceeded) {
			code = codes.DeadlineExceeded
		} else if known, ok := statusOf[fault.Code]; ok {
			code = known
		} else {
			code = codes.InvalidArgument
		}
		if errors.As(err, &inState{}) {
			code = codes.FailedPrecondition
		}
		info.Reason = fault.Code.String()
		what = s.hide(fault.Error())
		text = s.hide(lang.Fault(l, fault))
		if fault.Op != "" {
			info.Metadata["operation"] = fault.Op
		}
		if fault.Subject != "" {
			info.Metadata["subject"] = s.hide(fault.Subject)
		}
	case errors.Is(err, context.Canceled):
		code, info.Reason, what = codes.Canceled, "CANCELLED", "cancelled"
		text = lang.Text(l, "what.CANCELLED")
	case errors.Is(err, context.DeadlineExceeded):
		code, info.Reason, what = codes.DeadlineExceeded, "DEADLINE_EXCEEDED", "the deadline passed before the answer was ready"
		text = localText(l, info.Reason, what)
	default:
		if given, ok := status.FromError(err); ok && given.Code() != codes.Unknown {
			if len(given.Details()) > 0 {
				return given // made here already, on its way through the gateway
			}
			code, info.Reason, what = given.Code(), reasonOf[given.Code()], given.Message()
			text = localText(l, info.Reason, what)
			break
		}
		code, info.Reason, what = codes.Internal, "INTERNAL", "internal error; the server's log has it under this request_id"
		text = lang.Text(l, "what.INTERNAL", "detail", requestID)
	}
	// What a client sent need not be text; what it gets is.
	what, text = strings.ToValidUTF8(what, "\uFFFD"), strings.ToValidUTF8(text, "\uFFFD")
	for k, v := range info.GetMetadata() {
		info.Metadata[k] = strings.ToValidUTF8(v, "\uFFFD")
	}
	if field != nil && len(more) > 0 {
		for _, f := range more[0].(*errdetails.BadRequest).GetFieldViolations() {
			f.Field, f.Description = strings.ToValidUTF8(f.GetField(), "\uFFFD"), strings.ToValidUTF8(f.GetDescription(), "\uFFFD")
			f.LocalizedMessage.Message = strings.ToValidUTF8(f.GetLocalizedMessage().GetMessage(), "\uFFFD")
		}
	}
	details := append([]protoadapt.MessageV1{info}, more...)
	details = append(details, &errdetails.LocalizedMessage{Locale: locale(l), Message: text})
	st, derr := status.New(code, what).WithDetails(details...)
	if derr != nil { // details that do not marshal
		return status.New(code, what)
	}
	return st
}

// localText is the catalogue's text of a reason, or what happened alone where the
// reason has none of its own.
func localText(l lang.Language, reason, what string) string {
	if !lang.Has("what." + reason) {
		return lang.Detail(l, what)
	}
	return lang.Text(l, "what."+reason, "detail", lang.Detail(l, what))
}

// hide takes the place of the workspace on the server's disk out of a text.
func (s *Server) hide(text string) string {
	if s == nil || s.dir == "" {
		return text
	}
	if uploads := s.ws.UploadDir(); strings.Contains(text, uploads) { // what clients sent has the names that they gave
		text = regexp.MustCompile(regexp.QuoteMeta(uploads)+`/[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+/?)?`).ReplaceAllString(text, "")
	}
	return strings.ReplaceAll(text, s.dir, "workspace")
}

// isServers says whether an error is the server's own, its disk and its rights
// included, and belongs in its log.
func isServers(st *status.Status) bool {
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok && (info.Reason == planwright.CodeDiskFull.String() || info.Reason == planwright.CodeNoPermission.String()) {
			return true
		}
	}
	code := st.Code()
	return code == codes.Internal || code == codes.Unknown || code == codes.DataLoss
}
