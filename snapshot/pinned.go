package snapshot

import (
	"runtime"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// pinned holds the long texts of one chunk at fixed addresses, so that cells in
// DuckDB's memory may refer to them until DuckDB has copied them. Blocks are
// pinned once and used again for every chunk.
type pinned struct {
	pin    runtime.Pinner
	blocks [][]byte
	at     int // block in use
	used   int // bytes used of it
}

const blockSize = 256 << 10

// keep copies s and returns the address of the copy.
func (p *pinned) keep(s string) uintptr {
	for p.at < len(p.blocks) && len(p.blocks[p.at])-p.used < len(s) {
		p.at, p.used = p.at+1, 0
	}
	if p.at == len(p.blocks) {
		b := make([]byte, max(blockSize, len(s)))
		p.pin.Pin(&b[0])
		p.blocks = append(p.blocks, b)
	}
	dst := p.blocks[p.at][p.used : p.used+len(s)]
	copy(dst, s)
	p.used += len(s)
	return uintptr(unsafe.Pointer(&dst[0]))
}

// reset forgets the texts and keeps the blocks.
func (p *pinned) reset() { p.at, p.used = 0, 0 }

func (p *pinned) free() {
	p.pin.Unpin()
	p.blocks = nil
}

// validText returns s with bytes that are no UTF-8 replaced: DuckDB's texts
// are UTF-8 always.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
