//go:build !unix

package snapshot

import (
	"os"

	"planwright"
)

// fileLock is not there on systems without flock: such a workspace can be read
// and not written.
type fileLock struct{}

func lockFile(path string) (*fileLock, error) {
	return nil, fail(planwright.CodeInternal, "lock", path, "this system has no advisory file locks that planwright knows", "write workspaces on Linux or macOS", nil)
}

func (l *fileLock) file() *os.File { return nil }

func adoptLock(*os.File) *fileLock { return &fileLock{} }

func (l *fileLock) release() {}

func alive(int) bool { return true }

func syncDir(string) error { return nil }
