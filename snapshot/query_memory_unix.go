//go:build unix

package snapshot

import (
	"os"
	"syscall"
)

// limitMemory lets the system refuse this process more data than so many bytes,
// and tells it whom to end first where memory runs out.
func limitMemory(bytes int64) {
	limit := syscall.Rlimit{Cur: uint64(bytes), Max: uint64(bytes)}
	_ = syscall.Setrlimit(syscall.RLIMIT_DATA, &limit) // a system without it has DuckDB's own limit
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
}
