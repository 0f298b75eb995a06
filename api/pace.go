package api

import "time"

// pace decides how large the parts of a streamed answer are. Several of them wait
// in memory for a client that is slow (one that is made, one that is handed over,
// one that is being written), so they are small until it has taken more than
// networks hold back, and again when it stops. The zero value is ready.
type pace struct{ taken int64 } // bytes, since it was slow

const (
	// A part for who is slow, and its frame, fit into the 32 KiB buffers that gRPC
	// pools; the next larger ones have 1 MiB.
	slowPart = 24 << 10
	// A part for who is quick: clients of gRPC take 4 MiB unless told otherwise.
	quickPart = 1 << 20
	// quickly is within how long a quick client takes a part.
	quickly = 50 * time.Millisecond
)

// part is about how many bytes the next part should have.
func (p *pace) part() int64 { return min(max(p.taken/8, slowPart), quickPart) }

// took tells how long the client took for a part of so many bytes.
func (p *pace) took(bytes int64, d time.Duration) {
	if p.taken += bytes; d > quickly {
		p.taken = 0
	}
}
