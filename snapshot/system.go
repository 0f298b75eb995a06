package snapshot

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"planwright"
)

// diskFull are the words of a disk without space: of the systems, and of DuckDB
// where it has no more room for what does not fit into memory.
var diskFull = []string{"No space left on device", "no space left on device", "isk quota exceeded", "not enough space on the disk", "failed to offload data block"}

// SystemFault returns err as an error with code DISK_FULL or NO_PERMISSION where
// the disk is full or the system forbids a file, whatever was being done at that
// moment and however it was reported; any other error is returned as it is.
// DuckDB's errors are known by their words, since it hands on nothing else.
func SystemFault(err error) error {
	if err == nil {
		return nil
	}
	var e *planwright.Error
	ours := errors.As(err, &e)
	words := !ours || slices.Contains([]planwright.Code{planwright.CodeFileNotFound, planwright.CodeFileFormat, planwright.CodeJournalDamaged, planwright.CodeMapping, planwright.CodeInternal, planwright.CodeQueryLimit}, e.Code)
	has := func(s string) bool { return words && strings.Contains(err.Error(), s) }
	switch {
	case ours && slices.Contains([]planwright.Code{planwright.CodePublish, planwright.CodeDiskFull, planwright.CodeNoPermission}, e.Code):
		return err // a publication's disk is the other side's
	case errors.Is(err, syscall.ENOSPC), slices.ContainsFunc(diskFull, has):
		return systemFault(planwright.CodeDiskFull, err, e, "free space and run it again; nothing was lost")
	case errors.Is(err, fs.ErrPermission), has("Permission denied"):
		return systemFault(planwright.CodeNoPermission, err, e, "give yourself the right to it, or choose another place")
	}
	return err
}

func systemFault(code planwright.Code, err error, e *planwright.Error, fix string) error {
	if e == nil {
		return fail(code, "", "", firstLine(err.Error()), fix, nil)
	}
	if e.Err == nil {
		return fail(code, e.Op, e.Subject, e.What, fix, nil)
	}
	return fail(code, e.Op, e.Subject, firstLine(e.Err.Error()), fix, nil)
}
