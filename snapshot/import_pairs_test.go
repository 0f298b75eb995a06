package snapshot

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"unsafe"
)

// cellsOf makes DuckDB's column of texts; "" is NULL.
func cellsOf(texts []string, long *pinned) vec {
	cells, valid := make([]cellText, len(texts)), make([]uint64, (len(texts)+63)/64)
	for i, s := range texts {
		c := &cells[i]
		c.n = uint32(len(s))
		n := copy(c.head[:], s)
		if len(s) > inlineLen {
			*(*uintptr)(unsafe.Pointer(&c.rest)) = long.keep(s)
		} else {
			copy(c.rest[:], s[n:])
		}
		if s != "" {
			valid[i>>6] |= 1 << (i & 63)
		}
	}
	return vec{data: unsafe.Pointer(&cells[0]), valid: valid, n: len(texts)}
}

// TestPairBook: threads that number pairs at the same time agree on them, and
// the book tells the codes of every number. Codes are short and long, sites
// more than have an array of their own.
func TestPairBook(t *testing.T) {
	b := newPairBook()
	var mu sync.Mutex
	of := map[[2]string]int32{}
	var g sync.WaitGroup
	for k := range 4 {
		g.Go(func() {
			r := rand.New(rand.NewPCG(uint64(k), 5))
			for range 20 {
				var long pinned
				items, sites := make([]string, 300), make([]string, 300)
				for i := range items {
					if x := r.IntN(400); x > 0 {
						items[i] = fmt.Sprintf("I%d", x)
						if x%3 == 0 {
							items[i] += " with a long code"
						}
					}
					if x := r.IntN(90); x > 0 {
						sites[i] = fmt.Sprintf("S%d", x)
					}
				}
				item, site := cellsOf(items, &long), cellsOf(sites, &long)
				dst := make([]int32, len(items))
				if !b.number(dst, &item, &site) {
					t.Error("the book is full")
				}
				mu.Lock()
				for i, n := range dst {
					key := [2]string{items[i], sites[i]}
					if have, ok := of[key]; ok && have != n {
						t.Errorf("%q is %d and %d", key, have, n)
					}
					of[key] = n
				}
				mu.Unlock()
				long.free()
			}
		})
	}
	g.Wait()
	text := func(b *codeBook, n int32) string {
		if n == noCode {
			return ""
		}
		return b.texts[n]
	}
	if len(of) != len(b.pairs) || b.seen.Load() != 4*20*300 {
		t.Fatalf("%d pairs of %d rows, want %d of %d", len(b.pairs), b.seen.Load(), len(of), 4*20*300)
	}
	for key, n := range of {
		if p := b.pairs[n]; text(&b.items, p.item) != key[0] || text(&b.sites, p.site) != key[1] {
			t.Errorf("pair %d of %q is %q %q", n, key, text(&b.items, p.item), text(&b.sites, p.site))
		}
	}
}
