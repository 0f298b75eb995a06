//go:build !unix

package snapshot

// limitMemory does nothing: such a system has DuckDB's own limit alone.
func limitMemory(int64) {}
