package snapshot

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"

	"planwright"
)

// LoadOptions say how to read a snapshot. The zero value uses the whole
// machine's cores and a quarter of its memory for DuckDB.
type LoadOptions struct {
	Threads  int
	Memory   int64                                 // bytes of DuckDB; the columns come on top
	Progress func(table string, done, total int64) // rows; called after every table
}

// Load reads a snapshot into columns. The histories stay in the file and are
// read by [planwright.Snapshot.ReadHistory] and ReadMovements, which work until
// close is called. A file of a newer format, or one that is damaged, is an
// error.
func (w *Workspace) Load(ctx context.Context, id string, o LoadOptions) (snap *planwright.Snapshot, close func() error, err error) {
	id, err = w.ResolveSnapshot(id)
	if err != nil {
		return nil, nil, err
	}
	path, err := w.file(ctx, snapshotKind, id)
	if err != nil {
		return nil, nil, err
	}
	db, conn, err := createDB(path, dbOptions{ReadOnly: true, Threads: o.Threads, Memory: o.Memory, TempDir: w.spillDir()})
	if err != nil {
		return nil, nil, err
	}
	snap, history, err := loadFrom(ctx, db, conn, id, o)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return snap, func() error { history.close(); return db.Close() }, nil
}

// Load reads a draft that is complete, without publishing it: what the
// standalone verbs plan. The draft must stay open until close is called; it is
// not discarded by it.
func (d *Draft) Load(ctx context.Context, o LoadOptions) (snap *planwright.Snapshot, close func() error, err error) {
	if _, err := d.finish(ctx); err != nil {
		return nil, nil, err
	}
	conn, err := d.DB.Conn()
	if err != nil {
		return nil, nil, err
	}
	snap, history, err := loadFrom(ctx, d.DB, conn, "", o)
	if err != nil {
		return nil, nil, err
	}
	return snap, func() error { history.close(); return nil }, nil
}

// loadFrom reads everything through conn, which it closes.
func loadFrom(ctx context.Context, db *DB, conn *Conn, id string, o LoadOptions) (*planwright.Snapshot, *historyReader, error) {
	defer conn.Close()
	meta, err := readMeta(ctx, conn, db.path)
	if err != nil {
		return nil, nil, err
	}
	if meta["kind"] != "snapshot" {
		return nil, nil, fail(planwright.CodeFileFormat, "open snapshot", db.path, "it holds a "+meta["kind"], "", nil)
	}
	l := &loader{ctx: ctx, c: conn, s: &planwright.Snapshot{ID: id, Digest: meta["digest"], AsOf: dayOf(meta["as_of"])}, progress: o.Progress}
	if id == "" {
		l.s.ID = meta["id"]
	}
	l.s.Journal, _ = strconv.ParseInt(meta["journal"], 10, 64) // absent: nothing is folded in
	if err := checkLayout(ctx, conn); err != nil {
		return nil, nil, err
	}
	if err := l.all(); err != nil {
		var q *queryError
		if errors.As(err, &q) {
			err = fail(planwright.CodeFileFormat, "open snapshot", db.path, "the file is damaged", "bring it back from a backup, or delete it", q)
		}
		return nil, nil, err
	}
	h := &historyReader{db: db, skus: l.s.Len()}
	l.s.ReadHistory, l.s.ReadMovements = h.history, h.movements
	if err := l.s.Validate(); err != nil {
		return nil, nil, fail(planwright.CodeFileFormat, "open snapshot", db.path, err.Error(), "import the data again", nil)
	}
	return l.s, h, nil
}

// loader fills the columns of a snapshot table by table.
type loader struct {
	ctx      context.Context
	c        *Conn
	s        *planwright.Snapshot
	progress func(table string, done, total int64)

	calendars map[string]*planwright.Calendar
	skuOff    []int32 // sku's by item, as compressed rows
}

func (l *loader) all() error {
	steps := []struct {
		table string
		read  func() error
	}{
		{"settings", l.settings}, {"calendars", l.calendarRules}, {"items", l.items}, {"sites", l.sites}, {"suppliers", l.suppliers}, {"skus", l.skus},
		{"sku_periods", l.skuPeriods}, {"sources", l.sources}, {"bom", l.bom}, {"price_breaks", l.priceBreaks}, {"stock", l.stock},
		{"supply_orders", l.supply}, {"demand_orders", l.demand}, {"reservations", l.reservations}, {"forecasts", l.given}, {"events", l.events},
		{"receipts", l.receipts}, {"resources", l.resources}, {"routings", l.routings}, {"repairs", l.repairs}, {"findings", l.findings},
	}
	for i, st := range steps {
		if err := st.read(); err != nil {
			var e *planwright.Error
			if l.ctx.Err() != nil || errors.As(err, &e) {
				return err
			}
			return fmt.Errorf("table %s: %w", st.table, err)
		}
		if l.progress != nil {
			l.progress(st.table, int64(i+1), int64(len(steps)))
		}
	}
	return nil
}

// block is a chunk whose columns are taken one after the other into the
// destination columns, from row lo on.
type block struct {
	ch    *chunk
	lo    int
	next  int
	table string
	bad   error
}

func (b *block) vec() vec {
	b.next++
	return b.ch.col(b.next - 1)
}

func (b *block) texts(dst []string)        { v := b.vec(); fillTexts(dst[b.lo:], &v) }
func (b *block) bools(dst []bool)          { v := b.vec(); fillBools(dst[b.lo:], &v) }
func (b *block) ints(dst []int32)          { v := b.vec(); fillNumbers(dst[b.lo:], &v) }
func (b *block) floats(dst []float64)      { v := b.vec(); fillNumbers(dst[b.lo:], &v) }
func (b *block) qtys(dst []planwright.Qty) { v := b.vec(); fillNumbers(dst[b.lo:], &v) }
func (b *block) days(dst []planwright.Day) { v := b.vec(); fillNumbers(dst[b.lo:], &v) }
func (b *block) refs(dst []planwright.SKU) { v := b.vec(); fillNumbers(dst[b.lo:], &v) }
func (b *block) is(dst []bool, word string) {
	v := b.vec()
	for i := 0; i < v.n; i++ {
		dst[b.lo+i] = v.ok(i) && v.str(i) == word
	}
}

// enums reads words of an enumeration; NULL leaves what dst holds.
func enums[E ~uint8](b *block, dst []E, parse func(string) (E, bool)) {
	v := b.vec()
	last, value := "", E(0)
	known := false
	for i := 0; i < v.n; i++ {
		if !v.ok(i) {
			continue
		}
		if s := v.str(i); !known || s != last {
			e, ok := parse(s)
			if !ok {
				b.refuse(b.next-1, b.lo+i, s)
				return
			}
			last, value, known = s, e, true
		}
		dst[b.lo+i] = value
	}
}

// small reads an INTEGER column into a narrower one.
func small[E ~int8 | ~uint8](b *block, dst []E, lo, hi int32) {
	v := b.vec()
	for i, x := range cells[int32](&v) {
		if !v.ok(i) {
			continue
		}
		if x < lo || x > hi {
			b.refuse(b.next-1, b.lo+i, strconv.Itoa(int(x)))
			return
		}
		dst[b.lo+i] = E(x)
	}
}

func (b *block) refuse(col, row int, value string) {
	if b.bad == nil {
		b.bad = fail(planwright.CodeFileFormat, "open snapshot", fmt.Sprintf("table %s, column %d, row %d", b.table, col+1, row), strconv.Quote(value)+" is no value of it", "import the data again", nil)
	}
}

// read runs a query over a table of n rows and hands over its chunks.
func (l *loader) read(table, query string, n int, take func(b *block)) error {
	s, err := l.c.stream(l.ctx, query)
	if err != nil {
		return err
	}
	defer s.Close()
	at := 0
	for {
		more, err := s.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if at+s.chunk.n > n {
			return fail(planwright.CodeFileFormat, "open snapshot", table, fmt.Sprintf("more than the %d rows that it counts", n), "", nil)
		}
		b := &block{ch: &s.chunk, lo: at, table: table}
		take(b)
		if b.bad != nil {
			return b.bad
		}
		at += s.chunk.n
	}
	if at != n {
		return fail(planwright.CodeFileFormat, "open snapshot", table, fmt.Sprintf("%d rows, it counts %d", at, n), "", nil)
	}
	return nil
}

// count returns the number of rows of a stored table.
func (l *loader) count(table string) (int, error) {
	var n int64
	if _, err := l.c.Scan(l.ctx, "SELECT count(*) FROM "+home(table)+"."+quote(table), nil, &n); err != nil {
		return 0, err
	}
	if n > math.MaxInt32-1 {
		return 0, fail(planwright.CodeFileFormat, "open snapshot", table, fmt.Sprintf("%d rows, at most %d can be planned", n, math.MaxInt32-1), "split the data set", nil)
	}
	return int(n), nil
}

// dense checks that the first column of a dictionary counts 0, 1, 2, ...
func (b *block) dense() {
	v := b.vec()
	for i, x := range cells[int32](&v) {
		if !v.ok(i) || int(x) != b.lo+i {
			b.refuse(0, b.lo+i, strconv.Itoa(int(x)))
			return
		}
	}
}

// rows reads a table of data that is stored by sku. alloc makes its columns,
// take fills them from the columns behind sku. The offsets are returned.
func (l *loader) rows(table, columns string, alloc func(n int), take func(b *block)) ([]int32, error) {
	n, err := l.count(table)
	if err != nil {
		return nil, err
	}
	alloc(n)
	skus := int32(l.s.Len())
	off := make([]int32, skus+1)
	last := int32(0)
	err = l.read(table, "SELECT sku, "+columns+" FROM data."+quote(table), n, func(b *block) {
		v := b.vec()
		for i, k := range cells[int32](&v) {
			if !v.ok(i) || k < last || k >= skus {
				b.refuse(0, b.lo+i, strconv.Itoa(int(k)))
				return
			}
			last = k
			off[k+1]++
		}
		take(b)
	})
	for i := range skus {
		off[i+1] += off[i]
	}
	return off, err
}

func filled[T any](n int, v T) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = v
	}
	return s
}

// codeRow finds a code in a sorted column, None where there is none.
func codeRow(codes []string, code string) int32 {
	if i, ok := slices.BinarySearch(codes, code); ok {
		return int32(i)
	}
	return planwright.None
}

// skuOf finds the sku of an item at a site, NoSKU where there is none.
func (l *loader) skuOf(item, site int32) planwright.SKU {
	lo, hi := int(l.skuOff[item]), int(l.skuOff[item+1])
	sites := l.s.SKUs.Site[lo:hi]
	if i := sort.Search(len(sites), func(i int) bool { return sites[i] >= site }); i < len(sites) && sites[i] == site {
		return planwright.SKU(lo + i)
	}
	return planwright.NoSKU
}
