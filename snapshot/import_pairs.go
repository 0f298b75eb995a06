package snapshot

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"
)

// pairBook numbers the pairs of item and site of a huge table in the order in
// which they come, and counts their rows. It may be used by several threads.
type pairBook struct {
	mu    sync.RWMutex
	items codeBook
	sites codeBook
	first [directSites][]int32 // by site+1 and item+1: 1 + the number of the pair
	more  map[uint64]int32     // of the other sites
	pairs []pairOf
	count []atomic.Int64 // rows by pair, about
	full  bool

	seen atomic.Int64 // rows
}

// pairOf is a pair of codes: -1 for none.
type pairOf struct{ item, site int32 }

// directSites is how many sites have an array of their own, the one of rows
// without a site among them.
const directSites = 65

// countEvery is how many rows are counted at once, by the pair of one of them.
const countEvery = 17

// mostPairs and mostCodeBytes bound the memory of a book. A table with more
// pairs, or longer codes, goes the way of the other tables.
var (
	mostPairs           = 8 << 20
	mostCodeBytes int64 = 256 << 20
)

func newPairBook() *pairBook {
	return &pairBook{items: newCodeBook(), sites: newCodeBook(), more: map[uint64]int32{}}
}

// number writes the numbers of the pairs of a chunk to dst. It returns false
// where the book is full.
func (b *pairBook) number(dst []int32, item, site *vec) bool {
	var missed []int32
	b.mu.RLock()
	var li, ls lastCode
	at := b.seen.Load()
	for i := range dst {
		n := b.find(b.items.find(item, i, &li), b.sites.find(site, i, &ls))
		if n < 0 {
			missed = append(missed, int32(i))
			continue
		}
		dst[i] = n
		if (int64(i)+at)%countEvery == 0 {
			b.count[n].Add(countEvery)
		}
	}
	full := b.full
	b.mu.RUnlock()
	if len(missed) > 0 {
		b.mu.Lock()
		for _, i := range missed {
			dst[i] = b.add(b.items.add(item, int(i)), b.sites.add(site, int(i)))
			b.count[dst[i]].Add(1)
		}
		full = full || len(b.pairs) > mostPairs || b.items.size+b.sites.size > mostCodeBytes
		b.full = full
		b.mu.Unlock()
	}
	b.seen.Add(int64(len(dst)))
	return !full
}

// find returns the number of a pair of codes, -1 where it or a code is new.
func (b *pairBook) find(item, site int32) int32 {
	if item < noCode || site < noCode {
		return -1
	}
	if site+1 >= directSites {
		if n, ok := b.more[pairKey(item, site)]; ok {
			return n
		}
		return -1
	}
	if a := b.first[site+1]; int(item+1) < len(a) {
		return a[item+1] - 1
	}
	return -1
}

func pairKey(item, site int32) uint64 { return uint64(uint32(item))<<32 | uint64(uint32(site)) }

func (b *pairBook) add(item, site int32) int32 {
	if n := b.find(item, site); n >= 0 {
		return n
	}
	n := int32(len(b.pairs))
	b.pairs = append(b.pairs, pairOf{item, site})
	if len(b.pairs) > len(b.count) {
		grown := make([]atomic.Int64, max(1024, 2*len(b.count)))
		for i := range b.count {
			grown[i].Store(b.count[i].Load())
		}
		b.count = grown
	}
	if site+1 >= directSites {
		b.more[pairKey(item, site)] = n
		return n
	}
	a := b.first[site+1]
	if int(item+1) >= len(a) {
		a = append(a, make([]int32, max(int(item+2)-len(a), len(a)/2, 64))...)
		b.first[site+1] = a
	}
	a[item+1] = n + 1
	return n
}

// codeBook numbers texts. Texts that DuckDB keeps inside its cells, which codes
// mostly are, are looked up by the sixteen bytes of the cell.
type codeBook struct {
	texts []string
	size  int64 // bytes it takes, about
	short []shortCode
	used  int
	long  map[string]int32
}

// shortCode is a place of the hash table of short texts; number is 1 + the
// number of the text, 0 for a free place.
type shortCode struct {
	cell   [2]uint64
	number int32
}

// lastCode is the short text that a reader looked up before.
type lastCode struct {
	cell   [2]uint64
	number int32
	known  bool
}

// noCode is the number of NULL, newCode that of a text that is not in the book.
const (
	noCode  = -1
	newCode = -2
)

// codeCost is what a text costs beside its bytes.
const codeCost = 64

func newCodeBook() codeBook {
	return codeBook{short: make([]shortCode, 1<<10), long: map[string]int32{}}
}

// find returns the number of the text in cell i of a column.
func (b *codeBook) find(v *vec, i int, last *lastCode) int32 {
	if !v.ok(i) {
		return noCode
	}
	c := (*cellText)(unsafe.Add(v.data, uintptr(i)*16))
	if c.n > inlineLen {
		if n, ok := b.long[v.str(i)]; ok {
			return n
		}
		return newCode
	}
	cell := *(*[2]uint64)(unsafe.Pointer(c))
	if last.known && cell == last.cell {
		return last.number
	}
	p := b.place(cell)
	if p.number == 0 {
		return newCode
	}
	*last = lastCode{cell, p.number - 1, true}
	return p.number - 1
}

// place returns the place of a short text, a free one where it is new.
func (b *codeBook) place(cell [2]uint64) *shortCode {
	mask := uint64(len(b.short) - 1)
	for h := hashPair(cell[0], cell[1]); ; h++ {
		if p := &b.short[h&mask]; p.number == 0 || p.cell == cell {
			return p
		}
	}
}

// add returns the number of the text in cell i of a column, a new one where
// needed.
func (b *codeBook) add(v *vec, i int) int32 {
	var none lastCode
	if n := b.find(v, i, &none); n != newCode {
		return n
	}
	s := string(append([]byte(nil), v.str(i)...)) // the chunk goes away
	n := int32(len(b.texts))
	b.texts = append(b.texts, s)
	b.size += int64(len(s)) + codeCost
	if len(s) > inlineLen {
		b.long[s] = n
		return n
	}
	cell := *(*[2]uint64)(unsafe.Add(v.data, uintptr(i)*16))
	*b.place(cell) = shortCode{cell, n + 1}
	if b.used++; b.used*2 > len(b.short) {
		old := b.short
		b.short = make([]shortCode, 2*len(old))
		for _, e := range old {
			if e.number != 0 {
				*b.place(e.cell) = e
			}
		}
	}
	return n
}

// hashPair mixes two words.
func hashPair(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xd1b54a32d192ed03)
	return hi ^ lo ^ bits.RotateLeft64(a, 23)
}
