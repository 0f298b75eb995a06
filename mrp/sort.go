package mrp

// sortKey stands for a row in sorting: high, then low; the row decides what is
// left.
type sortKey struct {
	high uint64
	low  int64
	row  int32
}

// sorter sorts keys by merging the runs that they come in: what a sku requires
// is a sorted run in each of its feeders. Natural merge sort; Knuth (1998), The
// Art of Computer Programming 3, 5.2.4.
type sorter struct {
	keys, spare []sortKey
	runs        []int32 // where they start
}

// take returns room for n keys.
func (s *sorter) take(n int) []sortKey {
	if n > cap(s.keys) {
		s.keys = make([]sortKey, n+n/4)
	}
	s.keys = s.keys[:n]
	return s.keys
}

// sort sorts the keys and says whether that moved any. less decides on rows with
// equal keys.
func (s *sorter) sort(less func(a, b int32) bool) bool {
	before := func(a, b *sortKey) bool {
		if a.high != b.high {
			return a.high < b.high
		}
		if a.low != b.low {
			return a.low < b.low
		}
		return less(a.row, b.row)
	}
	n := len(s.keys)
	s.runs = append(s.runs[:0], 0)
	for i := 1; i < n; i++ {
		if before(&s.keys[i], &s.keys[i-1]) {
			s.runs = append(s.runs, int32(i))
		}
	}
	if len(s.runs) == 1 {
		return false
	}
	if n > cap(s.spare) {
		s.spare = make([]sortKey, n+n/4)
	}
	s.spare = s.spare[:n]
	for len(s.runs) > 1 {
		left := s.runs[:0]
		for r := 0; r < len(s.runs); r += 2 {
			lo, mid, hi := int(s.runs[r]), n, n
			if r+1 < len(s.runs) {
				mid = int(s.runs[r+1])
			}
			if r+2 < len(s.runs) {
				hi = int(s.runs[r+2])
			}
			out := s.spare[lo:hi]
			i, j := lo, mid
			for x := range out {
				if i < mid && (j >= hi || !before(&s.keys[j], &s.keys[i])) {
					out[x] = s.keys[i]
					i++
				} else {
					out[x] = s.keys[j]
					j++
				}
			}
			left = append(left, int32(lo))
		}
		s.runs = left
		s.keys, s.spare = s.spare, s.keys
	}
	return true
}
