package api

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"

	"planwright"
	"planwright/lang"
)

// TestSystemStatus: a full disk and a missing right have codes of their own for
// a client, and the server's log has them.
func TestSystemStatus(t *testing.T) {
	for _, c := range []struct {
		err    error
		code   codes.Code
		reason string
		logged bool
	}{
		{fmt.Errorf("plan: %w", &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}), codes.ResourceExhausted, "DISK_FULL", true},
		{&planwright.Error{Code: planwright.CodeFileNotFound, Subject: "x", Err: os.ErrPermission}, codes.FailedPrecondition, "NO_PERMISSION", true},
		{&planwright.Error{Code: planwright.CodeFileNotFound, Subject: "x", Err: os.ErrNotExist}, codes.NotFound, "FILE_NOT_FOUND", false},
		{errors.New("odd"), codes.Internal, "INTERNAL", true},
	} {
		st := (&Server{}).toStatus(c.err, lang.English, "r1")
		info, ok := st.Details()[0].(*errdetails.ErrorInfo)
		if !ok || st.Code() != c.code || info.Reason != c.reason || isServers(st) != c.logged {
			t.Errorf("%v: %v, in the log %t", c.err, st, isServers(st))
		}
	}
}
