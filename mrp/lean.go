package mrp

import (
	"math"
	"math/bits"

	"planwright"
)

// brief is what a lean planner keeps of a record: how many rows it has, by which rows
// of other sku's are numbered, and a sum that tells it from another record.
type brief struct {
	orders, pegs, elems, excs int32
	sum                       uint64
}

// records are what planning made, by sku. All of them are kept, or briefs alone: a
// record is then made again when its rows are asked for, from what is kept anyway, the
// input and what other sku's require. A record of free stock that sku's claim one
// after the other cannot be made again by itself and is kept.
type records struct {
	all    []record
	briefs []brief
	claims map[planwright.SKU]record
}

func newRecords(n int, lean bool) records {
	if lean {
		return records{briefs: make([]brief, n), claims: map[planwright.SKU]record{}}
	}
	return records{all: make([]record, n)}
}

func (r *records) lean() bool { return r.all == nil }

// counts returns the numbers of rows of sku k.
func (r *records) counts(k planwright.SKU) brief {
	if r.lean() {
		return r.briefs[k]
	}
	return r.all[k].brief()
}

// kept is what is kept of sku k.
type kept struct {
	record record
	brief  brief
	claims bool
}

func (r *records) get(k planwright.SKU) kept {
	if !r.lean() {
		return kept{record: r.all[k]}
	}
	x := kept{brief: r.briefs[k]}
	x.record, x.claims = r.claims[k]
	return x
}

func (r *records) set(k planwright.SKU, x kept) {
	if !r.lean() {
		r.all[k] = x.record
		return
	}
	r.briefs[k] = x.brief
	if x.claims {
		r.claims[k] = x.record
	}
}

// same says whether sku k was planned to the same rows as x. Briefs are compared by 64
// bits of all that the rows say.
func (r *records) same(k planwright.SKU, x *kept) bool {
	if r.lean() {
		return r.briefs[k] == x.brief
	}
	return r.all[k].equal(&x.record)
}

// recordReader reads records of a planner, for one goroutine.
type recordReader struct {
	p    *planner
	w    *worker // of a lean planner
	made record
}

func (p *planner) reader() *recordReader {
	r := &recordReader{p: p}
	if p.records.lean() {
		r.w = &worker{p: p, look: &r.made}
	}
	return r
}

// record returns the record of sku k, which holds until the next call.
func (r *recordReader) record(k planwright.SKU) *record {
	of := &r.p.records
	if !of.lean() {
		return &of.all[k]
	}
	if x, ok := of.claims[k]; ok {
		r.made = x
		return &r.made
	}
	if b := &of.briefs[k]; b.orders == 0 && b.elems == 0 && b.excs == 0 && r.p.s.SKUs.MRPType[k] != planwright.DDMRP {
		r.made = record{}
		return &r.made
	}
	r.w.plan(k)
	return &r.made
}

// brief sums a record up.
func (r *record) brief() brief {
	b := brief{orders: int32(len(r.orders)), pegs: int32(len(r.pegs)), elems: int32(len(r.elems))}
	if r.more != nil {
		b.excs = int32(len(r.more.excs))
	}
	return b
}

// sum is a number of all that the record says.
func (r *record) sum() uint64 {
	h := mixer(len(r.orders))
	for i := range r.orders {
		x := &r.orders[i]
		h.add(uint64(x.qty))
		h.add(uint64(x.good))
		h.add(math.Float64bits(x.cost))
		h.two(x.source, x.supplier)
		h.two(int32(x.from), int32(x.release))
		h.two(int32(x.start), int32(x.due))
		h.two(int32(x.avail), int32(x.need))
		h.two(int32(x.wish), x.seq)
		flags := uint64(x.kind)<<16 | uint64(x.reason)<<8
		if x.late {
			flags |= 1
		}
		if x.free {
			flags |= 2
		}
		h.add(flags)
	}
	for i := range r.pegs {
		h.add(uint64(r.pegs[i].qty))
		h.two(r.pegs[i].supply, r.pegs[i].demand)
	}
	for i := range r.elems {
		x := &r.elems[i]
		h.add(uint64(x.qty))
		h.add(uint64(x.ref))
		h.two(int32(x.on), int32(x.kind))
	}
	if r.more == nil {
		return uint64(h)
	}
	for i := range r.more.excs {
		x := &r.more.excs[i]
		h.two(int32(x.Code), int32(x.SKU))
		h.text(x.OrderID)
		h.two(int32(x.On), int32(x.MoveTo))
		h.add(uint64(x.Qty))
		h.add(math.Float64bits(x.Value))
		h.text(x.Detail)
		h.two(x.order, 0)
	}
	if b := r.more.bufs; b != nil {
		h.buffers(b)
	}
	return uint64(h)
}

// mixer adds numbers up to one that tells their sequences apart.
type mixer uint64

// add mixes in a number: a product of 128 bits folded, as in wyhash (Wang Yi, 2019).
func (h *mixer) add(x uint64) {
	hi, lo := bits.Mul64(uint64(*h)^0x9e3779b97f4a7c15, x^0xd1b54a32d192ed03)
	*h = mixer(hi ^ lo ^ bits.RotateLeft64(uint64(*h), 23))
}

func (h *mixer) two(a, b int32) { h.add(uint64(uint32(a))<<32 | uint64(uint32(b))) }

func (h *mixer) text(s string) {
	h.add(uint64(len(s)))
	for i := range len(s) {
		h.add(uint64(s[i]))
	}
}

func (h *mixer) buffers(b *planwright.Buffers) {
	for _, k := range b.SKU {
		h.two(int32(k), 0)
	}
	for _, c := range bufferColumns(b) {
		for _, q := range *c {
			h.add(uint64(q))
		}
	}
}
