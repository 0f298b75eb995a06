package snapshot

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"planwright"
)

func TestSystemFault(t *testing.T) {
	full := &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	denied := &os.PathError{Op: "open", Path: "x", Err: fs.ErrPermission}
	for name, c := range map[string]struct {
		err  error
		want planwright.Code
	}{
		"bare full":      {full, planwright.CodeDiskFull},
		"full within":    {fail(planwright.CodeInternal, "sync", "x", "", "", fmt.Errorf("y: %w", full)), planwright.CodeDiskFull},
		"DuckDB is full": {fail(planwright.CodeMapping, "import", "x", "", "", errors.New(`IO Error: Could not write file "x": No space left on device`)), planwright.CodeDiskFull},
		"DuckDB spills":  {errors.New("Out of Memory Error: failed to offload data block of size 256.0 KiB"), planwright.CodeDiskFull},
		"bare denied":    {denied, planwright.CodeNoPermission},
		"denied within":  {fail(planwright.CodeFileNotFound, "import", "x", "", "", denied), planwright.CodeNoPermission},
		"DuckDB denied":  {openError("x", `IO Error: Cannot open file "x": Permission denied`), planwright.CodeNoPermission},
		"missing":        {fail(planwright.CodeFileNotFound, "import", "x", "", "", fs.ErrNotExist), planwright.CodeFileNotFound},
		"a query's text": {fail(planwright.CodeQueryRefused, "query", "", "", "", errors.New("cannot convert 'No space left on device'")), planwright.CodeQueryRefused},
		"the other side": {fail(planwright.CodePublish, "publish", "", "", "", errors.New("No space left on device")), planwright.CodePublish},
	} {
		got := SystemFault(c.err)
		if codeOf(got) != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
		if c.want == planwright.CodeNoPermission && strings.Contains(got.Error(), "not a readable") {
			t.Errorf("%s: %v still speaks of the format", name, got)
		}
	}
	if SystemFault(nil) != nil {
		t.Error("no error is no error")
	}
}
