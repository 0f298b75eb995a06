package analytics

import (
	"cmp"
	"slices"

	"planwright"
)

// BasisTransfer is the basis of a layer that came from another site: its day is
// the one on which the stock came into the company.
const BasisTransfer = "transfer"

// origins are the layers that receipts by transfer consist of, as compressed rows
// by row of the ledger, oldest first; NoDay where the source did not know.
type origins struct {
	row []int32 // of Movements, ascending
	off []int32
	on  []planwright.Day
	qty []planwright.Qty
}

// of returns the layers of a row; none where it is no receipt by transfer.
func (o *origins) of(row int32) (on []planwright.Day, qty []planwright.Qty) {
	if i, ok := slices.BinarySearch(o.row, row); ok {
		return o.on[o.off[i]:o.off[i+1]], o.qty[o.off[i]:o.off[i+1]]
	}
	return nil, nil
}

// move is a row of the ledger of one item.
type move struct {
	on   planwright.Day
	rank int8 // within a day: receipts, transfers out, transfers in, issues
	row  int32
	site int32 // of the sites of the item
}

// tracer replays the ledger of one item over all its sites, first in first out.
type tracer struct {
	moves   []move
	queue   [][]layer // by site
	head    []int
	transit map[string][]layer // by document, what is on its way
	rows    []struct {
		row    int32
		layers []layer
	}
}

// trace finds what the receipts by transfer of the sku's lo..hi consist of; all
// sku's of one item must lie in the range. Rows of one document belong together;
// what has no document is met by item, in the order of leaving. A receipt whose
// other half is not in the ledger is a receipt like any other.
func (s *AgingSource) trace(m *planwright.Movements, lo, hi planwright.SKU) *origins {
	o := &origins{off: []int32{0}}
	if m == nil || m.Transfer == nil || s.Item == nil {
		return o
	}
	var t tracer
	for k := lo; k < hi; {
		end := k + 1
		for end < hi && s.Item[end] == s.Item[k] {
			end++
		}
		if end-k > 1 {
			t.item(s, m, k, end)
		}
		k = end
	}
	slices.SortFunc(t.rows, func(a, b struct {
		row    int32
		layers []layer
	}) int {
		return cmp.Compare(a.row, b.row)
	})
	for _, r := range t.rows {
		o.row = append(o.row, r.row)
		for _, l := range r.layers {
			o.on = append(o.on, l.on)
			o.qty = append(o.qty, l.qty)
		}
		o.off = append(o.off, int32(len(o.on)))
	}
	return o
}

func (t *tracer) item(s *AgingSource, m *planwright.Movements, lo, hi planwright.SKU) {
	t.moves = t.moves[:0]
	moved := false
	for k := lo; k < hi; k++ {
		for r := m.Off[k-m.Lo]; r < m.Off[k-m.Lo+1]; r++ {
			if m.On[r] >= s.AsOf || !m.Qty[r].Known() || m.Qty[r] == 0 {
				continue
			}
			v := move{m.On[r], 0, r, int32(k - lo)}
			switch {
			case m.Transfer[r] && m.Qty[r] < 0:
				v.rank = 1
				moved = true
			case m.Transfer[r]:
				v.rank = 2
			case m.Qty[r] < 0:
				v.rank = 3
			}
			t.moves = append(t.moves, v)
		}
	}
	if !moved {
		return
	}
	slices.SortFunc(t.moves, func(a, b move) int {
		return cmp.Or(cmp.Compare(a.on, b.on), cmp.Compare(a.rank, b.rank), cmp.Compare(a.row, b.row))
	})
	n := int(hi - lo)
	for len(t.queue) < n {
		t.queue, t.head = append(t.queue, nil), append(t.head, 0)
	}
	t.transit = map[string][]layer{}
	for k := lo; k < hi; k++ {
		i := int(k - lo)
		t.queue[i], t.head[i] = s.opening(t.queue[i][:0], m, k), 0
	}
	for _, v := range t.moves {
		q, i := m.Qty[v.row], int(v.site)
		switch v.rank {
		case 0:
			t.queue[i] = append(t.queue[i], layer{on: v.on, qty: q})
		case 1:
			t.transit[m.Document[v.row]] = t.take(i, -q, t.transit[m.Document[v.row]])
		case 2:
			way := t.transit[m.Document[v.row]]
			var came []layer
			rest := q
			for len(way) > 0 && rest > 0 {
				part := min(rest, way[0].qty)
				came = append(came, layer{on: way[0].on, qty: part})
				rest -= part
				if way[0].qty -= part; way[0].qty == 0 {
					way = way[1:]
				}
			}
			t.transit[m.Document[v.row]] = way
			if rest > 0 {
				came = append(came, layer{on: v.on, qty: rest})
			}
			if len(came) > 1 || came[0].on != v.on {
				slices.SortStableFunc(came, func(a, b layer) int { return cmp.Compare(a.on, b.on) })
				t.rows = append(t.rows, struct {
					row    int32
					layers []layer
				}{v.row, came})
			}
			t.queue[i] = append(t.queue[i], came...)
		case 3:
			t.take(i, -q, nil)
		}
	}
}

// take takes a quantity off the front of a site's queue onto dst; what the queue
// lacks has no day.
func (t *tracer) take(i int, q planwright.Qty, dst []layer) []layer {
	for q > 0 && t.head[i] < len(t.queue[i]) {
		l := &t.queue[i][t.head[i]]
		part := min(q, l.qty)
		dst = append(dst, layer{on: l.on, qty: part})
		q -= part
		if l.qty -= part; l.qty == 0 {
			t.head[i]++
		}
	}
	if q > 0 {
		dst = append(dst, layer{on: planwright.NoDay, qty: q})
	}
	return dst
}

// opening returns what lay in a sku before the first row of its ledger: dated by
// purchases from before it, newest first, the rest undated.
func (s *AgingSource) opening(dst []layer, m *planwright.Movements, k planwright.SKU) []layer {
	var q planwright.Qty
	for r := s.Stock.Off[k]; r < s.Stock.Off[k+1]; r++ {
		q = saturate(q, s.Stock.Qty[r].Or(0))
	}
	first := s.AsOf
	for r := m.Off[k-m.Lo]; r < m.Off[k-m.Lo+1]; r++ {
		if m.On[r] < s.AsOf {
			first = min(first, m.On[r])
			q = saturate(q, -m.Qty[r].Or(0))
		}
	}
	if q <= 0 {
		return dst
	}
	if off := s.Receipts.Off; int(k)+1 < len(off) {
		for r := off[k+1] - 1; r >= off[k] && q > 0; r-- {
			if s.Receipts.On[r] >= first {
				continue
			}
			part := min(q, s.Receipts.Qty[r])
			dst = append(dst, layer{on: s.Receipts.On[r], qty: part})
			q -= part
		}
	}
	if q > 0 {
		dst = append(dst, layer{on: planwright.NoDay, qty: q})
	}
	slices.Reverse(dst)
	return dst
}
