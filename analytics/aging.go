package analytics

import (
	"cmp"
	"slices"

	"planwright"
)

// Bases of an age.
const (
	BasisLot      = "lot"      // the lot's own day of receipt
	BasisMovement = "movement" // receipts of the stock ledger, newest first
	BasisReceipt  = "receipt"  // finished purchases, newest first
	BasisUndated  = "undated"  // nothing tells
)

// Inbound are receipts into stock as compressed rows by sku, ascending by day.
type Inbound struct {
	Off []int32
	On  []planwright.Day
	Qty []planwright.Qty
}

// IndexReceipts returns the good quantities of finished purchases (received
// less rejected) of n sku's. Rows without a positive good quantity are left
// out.
func IndexReceipts(r *planwright.Receipts, n int) Inbound {
	in := Inbound{Off: make([]int32, n+1)}
	good := func(i int) planwright.Qty {
		q := r.Received[i]
		if r.Rejected[i].Known() {
			q -= r.Rejected[i]
		}
		return q
	}
	keep := func(i int) bool {
		k := r.SKU[i]
		return k >= 0 && int(k) < n && r.ReceivedOn[i].Known() && r.Received[i].Known() && good(i) > 0
	}
	for i := range r.SKU {
		if keep(i) {
			in.Off[r.SKU[i]+1]++
		}
	}
	for k := range n {
		in.Off[k+1] += in.Off[k]
	}
	in.On = make([]planwright.Day, in.Off[n])
	in.Qty = make([]planwright.Qty, in.Off[n])
	next := slices.Clone(in.Off)
	for i := range r.SKU {
		if keep(i) {
			at := next[r.SKU[i]]
			next[r.SKU[i]]++
			in.On[at], in.Qty[at] = r.ReceivedOn[i], good(i)
		}
	}
	// Each sku's rows by day; rows come by supplier, so they are nearly sorted.
	for k := range n {
		for i := in.Off[k] + 1; i < in.Off[k+1]; i++ {
			on, q := in.On[i], in.Qty[i]
			j := i
			for ; j > in.Off[k] && in.On[j-1] > on; j-- {
				in.On[j], in.Qty[j] = in.On[j-1], in.Qty[j-1]
			}
			in.On[j], in.Qty[j] = on, q
		}
	}
	return in
}

// AgingSource is what tells the age of stock.
type AgingSource struct {
	AsOf     planwright.Day // stock is the opening balance of this day
	Stock    *planwright.Stock
	UnitCost []float64 // by sku; one that is no price (NaN, infinite) counts as 0
	Buckets  Buckets   // the zero value: [DefaultBuckets]
	Receipts Inbound   // of all sku's; the zero value: none
	// Item is the item by sku; nil: layers are not followed through transfers. All
	// sku's of an item must lie in one range of [AgingSource.Append].
	Item []int32
	// Provision is the policy of writing old stock down; the zero value: none.
	Provision Provision
}

// Negative is stock below zero, by sku: it has no age and no layer.
type Negative struct {
	SKU   []planwright.SKU
	Qty   []planwright.Qty
	Value []float64
}

// Append adds the age layers of the sku's lo <= sku < hi to dst, sorted by sku,
// undated layers first, then the oldest first, and returns those whose stock
// is negative. movements is the stock ledger of at least these sku's, nil for
// none.
//
// All stock counts, blocked and in inspection included: it is owned and has a
// value. A row with a day of receipt is a layer of its own (lot). The quantity
// of the rows without one is taken to be what came in last: receipts of the
// stock ledger, newest first, then purchases from before the ledger's first
// row, until the quantity is explained; what dated lots of the same day already
// explain is not used twice. What came by transfer keeps the days on which it
// came to the site that sent it. The rest is undated: it has no age, never 0 days.
// Negative rows use up the oldest layers.
//
// The layers of a sku sum exactly to its stock, if that is above zero; layers
// and negative stock together have the value of all stock. A day of receipt
// after AsOf counts as age 0.
func (s *AgingSource) Append(dst *planwright.Aging, movements *planwright.Movements, lo, hi planwright.SKU) Negative {
	w := agingWork{s: s, dst: dst, buckets: s.Buckets}
	if len(w.buckets.names) == 0 {
		w.buckets = NewBuckets(nil)
	}
	if len(s.Stock.Off) == 0 {
		return Negative{}
	}
	w.came = s.trace(movements, lo, hi)
	for k := lo; k < hi; k++ {
		w.sku(k, movements)
	}
	return w.negative
}

// layer is stock of one day of receipt; NoDay sorts first.
type layer struct {
	on    planwright.Day
	qty   planwright.Qty
	lot   string
	basis string
	// expires is the last day of use; NoDay where the lot does not tell.
	expires planwright.Day
}

// byDay sorts layers by day of receipt, those of one day in the order they have.
func byDay(l []layer) {
	slices.SortStableFunc(l, func(a, b layer) int { return cmp.Compare(a.on, b.on) })
}

type agingWork struct {
	s        *AgingSource
	dst      *planwright.Aging
	buckets  Buckets
	came     *origins
	layers   []layer // of one sku
	negative Negative
}

func (w *agingWork) sku(k planwright.SKU, movements *planwright.Movements) {
	st := w.s.Stock
	lo, hi := st.Off[k], st.Off[k+1]
	if lo == hi {
		return
	}
	w.layers = w.layers[:0]
	var sum, undated, owed planwright.Qty // owed: what negative rows use up
	lot, undatedRows, expires := "", 0, planwright.NoDay
	for r := lo; r < hi; r++ {
		q := st.Qty[r]
		if !q.Known() || q == 0 {
			continue
		}
		sum = saturate(sum, q)
		switch {
		case q < 0:
			owed = saturate(owed, -q)
		case st.ReceivedOn[r].Known():
			w.layers = append(w.layers, layer{st.ReceivedOn[r], q, st.Lot[r], BasisLot, st.ExpiresOn[r]})
		default:
			undated = saturate(undated, q)
			lot, expires = st.Lot[r], st.ExpiresOn[r]
			undatedRows++
		}
	}
	cost := money(w.s.UnitCost[k])
	if sum <= 0 {
		if sum < 0 {
			w.negative.SKU = append(w.negative.SKU, k)
			w.negative.Qty = append(w.negative.Qty, sum)
			w.negative.Value = append(w.negative.Value, sum.Float()*cost)
		}
		return
	}
	if undated > 0 {
		if undatedRows > 1 {
			lot, expires = "", planwright.NoDay // several lots: which of them came when is not known
		}
		w.explain(k, movements, undated, lot, expires)
	}
	byDay(w.layers)
	for _, l := range w.layers {
		if used := min(owed, l.qty); used > 0 {
			owed -= used
			if l.qty -= used; l.qty == 0 {
				continue
			}
		}
		age := planwright.NoInt
		if l.on.Known() {
			age = max(0, int32(w.s.AsOf-l.on))
		}
		d := w.dst
		d.SKU = append(d.SKU, k)
		d.Lot = append(d.Lot, l.lot)
		d.ReceivedOn = append(d.ReceivedOn, l.on)
		d.Age = append(d.Age, age)
		d.Bucket = append(d.Bucket, w.buckets.Of(age))
		d.Qty = append(d.Qty, l.qty)
		d.Value = append(d.Value, l.qty.Float()*cost)
		d.Basis = append(d.Basis, l.basis)
		d.ExpiresOn = append(d.ExpiresOn, l.expires)
		d.Provision = append(d.Provision, w.s.Provision.Rate(age)*l.qty.Float()*cost)
	}
}

// explain adds layers for a quantity without day of receipt.
func (w *agingWork) explain(k planwright.SKU, m *planwright.Movements, rest planwright.Qty, lot string, expires planwright.Day) {
	dated := len(w.layers) // layers of lots come first, here by day
	byDay(w.layers)
	first := w.s.AsOf // the ledger tells nothing of earlier days
	if m != nil && k >= m.Lo && int(k-m.Lo)+1 < len(m.Off) {
		lo, hi := m.Off[k-m.Lo], m.Off[k-m.Lo+1]
		if lo < hi {
			first = min(first, m.On[lo])
		}
		rest = w.newest(m.On[lo:hi], m.Qty[lo:hi], w.s.AsOf, rest, dated, BasisMovement, lo)
	}
	if off := w.s.Receipts.Off; rest > 0 && int(k)+1 < len(off) {
		lo, hi := off[k], off[k+1]
		rest = w.newest(w.s.Receipts.On[lo:hi], w.s.Receipts.Qty[lo:hi], first, rest, dated, BasisReceipt, -1)
	}
	if rest > 0 {
		w.layers = append(w.layers, layer{planwright.NoDay, rest, lot, BasisUndated, expires})
	}
	if expires.Known() { // one lot: all of it expires on its day
		for i := dated; i < len(w.layers); i++ {
			w.layers[i].expires = expires
		}
	}
}

// newest takes what came in before the day end from rows that ascend by day,
// last day first, until rest is explained, and returns what is not.
func (w *agingWork) newest(on []planwright.Day, qty []planwright.Qty, end planwright.Day, rest planwright.Qty, dated int, basis string, row int32) planwright.Qty {
	lots := w.layers[:dated]
	for i := len(on) - 1; i >= 0 && rest > 0; {
		day := on[i]
		var in, moved planwright.Qty // moved: of it by transfer, with days of its own
		last := i
		for ; i >= 0 && on[i] == day; i-- {
			if q := qty[i]; q.Known() && q > 0 {
				in = saturate(in, q)
				if row >= 0 && len(w.came.row) > 0 {
					if days, _ := w.came.of(row + int32(i)); days != nil {
						moved = saturate(moved, q)
					}
				}
			}
		}
		if day >= end || in == 0 {
			continue
		}
		for ; len(lots) > 0 && lots[len(lots)-1].on >= day; lots = lots[:len(lots)-1] {
			if l := lots[len(lots)-1]; l.on == day {
				in -= min(in, l.qty)
			}
		}
		take := min(in, rest)
		rest -= take
		if plain := min(take, max(0, in-moved)); plain > 0 {
			take -= plain
			w.layers = append(w.layers, layer{day, plain, "", basis, planwright.NoDay})
		}
		for r := last; r > i && take > 0; r-- {
			days, parts := w.came.of(row + int32(r))
			for j := len(days) - 1; j >= 0 && take > 0; j-- { // the oldest went first
				part := min(parts[j], take)
				take -= part
				l := layer{days[j], part, "", BasisTransfer, planwright.NoDay}
				if !l.on.Known() {
					l.basis = BasisUndated
				}
				w.layers = append(w.layers, l)
			}
		}
	}
	return rest
}
