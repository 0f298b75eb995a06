package snapshot

import (
	"context"
	"fmt"
	"sync"

	"planwright"
)

// historyReader reads histories by ranges of sku's, each call on a connection
// of its own. DuckDB skips what lies outside the range by the smallest and
// largest sku of its row groups: the tables are stored by sku.
type historyReader struct {
	db   *DB
	skus int

	mu   sync.Mutex
	idle []*Conn
	per  [2]float64 // rows a sku seen so far, of history and movements
}

func (h *historyReader) take() (*Conn, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n := len(h.idle); n > 0 {
		c := h.idle[n-1]
		h.idle = h.idle[:n-1]
		return c, nil
	}
	return h.db.Conn()
}

func (h *historyReader) give(c *Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.idle = append(h.idle, c)
}

func (h *historyReader) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.idle {
		c.Close()
	}
	h.idle = nil
}

// expect guesses the rows of a range from those before it.
func (h *historyReader) expect(table, n int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return int(h.per[table]*float64(n)*1.1) + 2048
}

func (h *historyReader) learn(table, rows, n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.per[table] = float64(rows) / float64(n)
}

const (
	demandHistory = iota
	stockLedger
)

// read streams the rows of sku's lo <= sku < hi of a table; take gets each
// chunk with sku as its first column and returns the day column.
func (h *historyReader) read(ctx context.Context, table, columns string, lo, hi planwright.SKU, off []int32, take func(ch *chunk) []int32) error {
	c, err := h.take()
	if err != nil {
		return err
	}
	defer h.give(c)
	s, err := c.stream(ctx, "SELECT sku, "+columns+" FROM data."+table+" WHERE sku >= ? AND sku < ?", lo, hi)
	if err != nil {
		return err
	}
	defer s.Close()
	lastSKU, lastDay := int32(lo), int32(planwright.NoDay)
	for {
		more, err := s.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		v := s.chunk.col(0)
		skus := cells[int32](&v)
		days := take(&s.chunk)
		for i, k := range skus {
			if k < lastSKU || k >= int32(hi) || k == lastSKU && days[i] < lastDay {
				return fail(planwright.CodeFileFormat, "read", table, fmt.Sprintf("rows of sku %d are not sorted", k), "import the data again", nil)
			}
			lastSKU, lastDay = k, days[i]
			off[k-int32(lo)+1]++
		}
	}
	for i := 1; i < len(off); i++ {
		off[i] += off[i-1]
	}
	return nil
}

func (h *historyReader) clip(lo, hi planwright.SKU) (planwright.SKU, planwright.SKU) {
	return max(0, lo), max(max(0, lo), min(hi, planwright.SKU(h.skus)))
}

func (h *historyReader) history(ctx context.Context, lo, hi planwright.SKU) (*planwright.History, error) {
	lo, hi = h.clip(lo, hi)
	n := int(hi - lo)
	size := h.expect(demandHistory, n)
	t := &planwright.History{Lo: lo, Off: make([]int32, n+1), On: make([]planwright.Day, 0, size), Qty: make([]planwright.Qty, 0, size),
		Kind: make([]planwright.HistoryKind, 0, size), Stockout: make([]bool, 0, size), Promo: make([]bool, 0, size)}
	var bad error
	err := h.read(ctx, "demand_history", `"on", qty, kind, stockout, promo`, lo, hi, t.Off, func(ch *chunk) []int32 {
		b := &block{ch: ch, lo: len(t.On), next: 1, table: "demand_history"}
		m := ch.n
		t.On, t.Qty, t.Kind = grow(t.On, m), grow(t.Qty, m), grow(t.Kind, m)
		t.Stockout, t.Promo = grow(t.Stockout, m), grow(t.Promo, m)
		b.days(t.On)
		b.qtys(t.Qty)
		enums(b, t.Kind, planwright.ParseHistoryKind)
		b.bools(t.Stockout)
		b.bools(t.Promo)
		if bad == nil {
			bad = b.bad
		}
		v := ch.col(1)
		return cells[int32](&v)
	})
	if err == nil {
		err = bad
	}
	if err != nil {
		return nil, err
	}
	if n > 0 {
		h.learn(demandHistory, len(t.On), n)
	}
	return t, nil
}

func (h *historyReader) movements(ctx context.Context, lo, hi planwright.SKU) (*planwright.Movements, error) {
	lo, hi = h.clip(lo, hi)
	n := int(hi - lo)
	size := h.expect(stockLedger, n)
	t := &planwright.Movements{Lo: lo, Off: make([]int32, n+1), On: make([]planwright.Day, 0, size), Qty: make([]planwright.Qty, 0, size)}
	err := h.read(ctx, "movements", `"on", qty, CASE WHEN kind ILIKE 'transfer%' OR kind LIKE '调拨%' THEN coalesce(document, '') END AS transfer`, lo, hi, t.Off, func(ch *chunk) []int32 {
		b := &block{ch: ch, lo: len(t.On), next: 1, table: "movements"}
		t.On, t.Qty = grow(t.On, ch.n), grow(t.Qty, ch.n)
		b.days(t.On)
		b.qtys(t.Qty)
		transfers(t, b.lo, b.vec())
		v := ch.col(1)
		return cells[int32](&v)
	})
	if err != nil {
		return nil, err
	}
	if n > 0 {
		h.learn(stockLedger, len(t.On), n)
	}
	return t, nil
}

// grow lengthens a column by n zero rows.
func grow[T any](s []T, n int) []T {
	s = slicesGrow(s, n)
	s = s[:len(s)+n]
	clear(s[len(s)-n:])
	return s
}

// slicesGrow makes room for n more, doubling at least.
func slicesGrow[T any](s []T, n int) []T {
	if cap(s)-len(s) >= n {
		return s
	}
	t := make([]T, len(s), max(2*cap(s), len(s)+n))
	copy(t, s)
	return t
}

// transfers reads the documents of transfers, NULL in every other row. The
// columns are made when the first transfer comes.
func transfers(t *planwright.Movements, lo int, v vec) {
	for i := 0; i < v.n; i++ {
		if !v.ok(i) {
			continue
		}
		n := len(t.On)
		t.Transfer, t.Document = grow(t.Transfer, n-len(t.Transfer)), grow(t.Document, n-len(t.Document))
		t.Transfer[lo+i], t.Document[lo+i] = true, string(append([]byte(nil), v.str(i)...))
	}
	if t.Transfer != nil {
		n := len(t.On)
		t.Transfer, t.Document = grow(t.Transfer, n-len(t.Transfer)), grow(t.Document, n-len(t.Document))
	}
}

// ReadHistory reads the demand history of a few sku's of a snapshot, from a file
// that stays open for the next call: see [Workspace.SelectSnapshot].
func (w *Workspace) ReadHistory(ctx context.Context, snapshotID string, lo, hi planwright.SKU) (*planwright.History, error) {
	rows, err := w.SelectSnapshot(ctx, snapshotID, `SELECT sku, "on", qty, kind, stockout, promo FROM snap.data.demand_history WHERE sku >= ? AND sku < ? ORDER BY sku, "on"`, int64(lo), int64(hi))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	h := &planwright.History{Lo: lo, Off: make([]int32, max(0, hi-lo)+1)}
	for rows.Next() {
		sku, ok := rows.Value(0).(int64)
		on, known := rows.Value(1).(planwright.Day)
		qty, counted := rows.Value(2).(planwright.Qty)
		if !ok || !known || !counted {
			return nil, fail(planwright.CodeFileFormat, "read", "demand_history", "a row without day or quantity", "import the data again", nil)
		}
		kind, _ := rows.Value(3).(string)
		k := planwright.Sale
		if kind != "" {
			if k, ok = planwright.ParseHistoryKind(kind); !ok {
				return nil, fail(planwright.CodeFileFormat, "read", "demand_history", "kind "+kind, "import the data again", nil)
			}
		}
		out, _ := rows.Value(4).(bool)
		promo, _ := rows.Value(5).(bool)
		h.On, h.Qty, h.Kind = append(h.On, on), append(h.Qty, qty), append(h.Kind, k)
		h.Stockout, h.Promo = append(h.Stockout, out), append(h.Promo, promo)
		h.Off[sku-int64(lo)+1]++
	}
	for i := 1; i < len(h.Off); i++ {
		h.Off[i] += h.Off[i-1]
	}
	return h, rows.Err()
}
