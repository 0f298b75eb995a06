//go:build unix

package snapshot

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"planwright"
)

// fileLock is an advisory lock (flock) on a file. The system releases it when
// the process ends, however it ends.
type fileLock struct{ f *os.File }

func lockFile(path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fail(planwright.CodeFileNotFound, "lock", path, "", "look at the permissions of the workspace", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer func() { _ = f.Close() }() // nothing was written
		if errors.Is(err, syscall.EWOULDBLOCK) {
			who := "another process"
			if b, rerr := io.ReadAll(io.LimitReader(f, 32)); rerr == nil && len(b) > 0 {
				who = "process " + strings.TrimSpace(string(b))
			}
			return nil, busy(path, who)
		}
		return nil, fail(planwright.CodeInternal, "lock", path, "the file system knows no locks", "put the workspace on a local disk", err)
	}
	// Who holds it, for the message of those who come second.
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(fmt.Sprintln(os.Getpid())), 0)
	}
	return &fileLock{f}, nil
}

// file is the open file of the lock; nil where none is held.
func (l *fileLock) file() *os.File {
	if l == nil {
		return nil
	}
	return l.f
}

// adoptLock is the lock of a file that was inherited with it.
func adoptLock(f *os.File) *fileLock { return &fileLock{f} }

func (l *fileLock) release() {
	_ = l.f.Truncate(0)
	_ = l.f.Close() // closing ends the lock
}

// alive says whether a process runs.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// syncDir makes a rename or a removal in a directory last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fail(planwright.CodeInternal, "sync", dir, "", "", err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); err != nil {
		return fail(planwright.CodeInternal, "sync", dir, "", "look at the disk", err)
	}
	return nil
}
