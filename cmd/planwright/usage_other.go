//go:build !unix

package main

import "time"

// processTime and peakMemory are not told by this system.
func processTime() time.Duration { return 0 }

func peakMemory() int64 { return 0 }
