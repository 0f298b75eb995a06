package snapshot

import (
	"math"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"planwright"
)

// chunk is a piece of a result, some 2048 rows of every column. What is read
// from it is valid until the next one is fetched.
type chunk struct {
	c mapping.DataChunk
	n int
}

func newChunk(c mapping.DataChunk) chunk {
	return chunk{c, int(mapping.DataChunkGetSize(c))}
}

func (c *chunk) destroy() {
	if c.c.Ptr != nil {
		mapping.DestroyDataChunk(&c.c)
	}
	c.n = 0
}

// vec is one column of a chunk.
type vec struct {
	data  unsafe.Pointer
	valid []uint64 // nil: no NULL
	n     int
}

func (c *chunk) col(i int) vec {
	v := mapping.DataChunkGetVector(c.c, mapping.IdxT(i))
	r := vec{data: mapping.VectorGetData(v), n: c.n}
	if p := mapping.VectorGetValidity(v); p != nil {
		r.valid = unsafe.Slice((*uint64)(p), (c.n+63)/64)
	}
	return r
}

// ok says whether row i holds a value.
func (v *vec) ok(i int) bool { return v.valid == nil || v.valid[i>>6]>>(i&63)&1 == 1 }

// allValid says whether no row is NULL.
func (v *vec) allValid() bool {
	if v.valid == nil {
		return true
	}
	for i, w := range v.valid {
		want := ^uint64(0)
		if left := v.n - i*64; left < 64 {
			want = 1<<left - 1
		}
		if w&want != want {
			return false
		}
	}
	return true
}

// cells views a column as Go values of its storage type.
func cells[T any](v *vec) []T { return unsafe.Slice((*T)(v.data), v.n) }

// inlineLen is the longest text that DuckDB keeps inside its 16-byte cell.
const inlineLen = 12

// cellText is DuckDB's string cell: the length, then either 12 bytes of text
// or 4 bytes of prefix and the address of the text.
type cellText struct {
	n    uint32
	head [4]byte
	rest [8]byte
}

// str views row i of a text column; valid until the next chunk.
func (v *vec) str(i int) string {
	c := (*cellText)(unsafe.Add(v.data, uintptr(i)*16))
	if c.n == 0 {
		return ""
	}
	if c.n <= inlineLen {
		return unsafe.String(&c.head[0], int(c.n))
	}
	return unsafe.String(*(**byte)(unsafe.Pointer(&c.rest)), int(c.n))
}

// fillNumbers copies a column into dst, NULL leaving what dst holds. S is how
// DuckDB stores the column, T the same bits in our words.
func fillNumbers[T ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~float64](dst []T, v *vec) {
	src := cells[T](v)
	if v.allValid() {
		copy(dst, src)
		return
	}
	for i := range src {
		if v.ok(i) {
			dst[i] = src[i]
		}
	}
}

// fillBools copies a BOOLEAN column, NULL leaving what dst holds.
func fillBools(dst []bool, v *vec) {
	for i, x := range cells[uint8](v) {
		if v.ok(i) {
			dst[i] = x != 0
		}
	}
}

// fillTexts copies a text column, NULL leaving what dst holds. A chunk's texts
// share one allocation, and equal neighbours share their bytes: most text
// columns repeat themselves.
func fillTexts(dst []string, v *vec) {
	total, last := 0, ""
	for i := 0; i < v.n; i++ {
		if v.ok(i) {
			if s := v.str(i); s != last {
				total += len(s)
				last = s
			}
		}
	}
	buf := make([]byte, 0, total)
	last = ""
	for i := 0; i < v.n; i++ {
		if !v.ok(i) {
			continue
		}
		s := v.str(i)
		if s != last {
			buf = append(buf, s...)
			last = unsafe.String(unsafe.SliceData(buf[len(buf)-len(s):]), len(s))
		}
		dst[i] = last
	}
}

// writer appends rows to a table by columns of DuckDB's own chunks. The cells
// of a row are put column by column; [writer.endRow] finishes it. Errors keep:
// the first one is returned by finish.
type writer struct {
	app   mapping.Appender
	chunk mapping.DataChunk
	types []mapping.LogicalType
	cols  []outCol
	row   int
	size  int
	rows  int64
	long  pinned
	dig   *tableDigest
	done  bool
	err   error
}

// outCol is a column of the chunk being filled.
type outCol struct {
	vec   mapping.Vector
	data  unsafe.Pointer
	valid []uint64 // made writable on the first NULL of a chunk
	text  bool
}

// column types of the tables that we write.
type outType uint8

const (
	outInt outType = iota
	outQty
	outFloat
	outDate
	outBool
	outText
	outBig
)

var outNames = [...]string{"INTEGER", "DECIMAL(18,6)", "DOUBLE", "DATE", "BOOLEAN", "VARCHAR", "BIGINT"}

func (t outType) logical() mapping.LogicalType {
	switch t {
	case outInt:
		return mapping.CreateLogicalType(mapping.TypeInteger)
	case outQty:
		return mapping.CreateDecimalType(18, 6)
	case outFloat:
		return mapping.CreateLogicalType(mapping.TypeDouble)
	case outDate:
		return mapping.CreateLogicalType(mapping.TypeDate)
	case outBool:
		return mapping.CreateLogicalType(mapping.TypeBoolean)
	case outBig:
		return mapping.CreateLogicalType(mapping.TypeBigInt)
	}
	return mapping.CreateLogicalType(mapping.TypeVarchar)
}

// newWriter opens an appender on an existing table with columns of the given
// types. dig, if given, takes the digest of what is written.
func (c *Conn) newWriter(schema, table string, types []outType, dig *tableDigest) (*writer, error) {
	w := &writer{size: int(mapping.VectorSize()), dig: dig}
	if mapping.AppenderCreate(c.c, schema, table, &w.app) == mapping.StateError {
		err := fail(planwright.CodeInternal, "write", table, mapping.AppenderError(w.app), "", nil)
		mapping.AppenderDestroy(&w.app)
		return nil, err
	}
	for _, t := range types {
		w.types = append(w.types, t.logical())
		w.cols = append(w.cols, outCol{text: t == outText})
	}
	w.chunk = mapping.CreateDataChunk(w.types)
	w.begin()
	return w, nil
}

// begin points the columns at a fresh chunk.
func (w *writer) begin() {
	for i := range w.cols {
		v := mapping.DataChunkGetVector(w.chunk, mapping.IdxT(i))
		w.cols[i].vec = v
		w.cols[i].data = mapping.VectorGetData(v)
		w.cols[i].valid = nil
	}
	w.row = 0
}

func put[T any](w *writer, col int, x T) {
	*(*T)(unsafe.Add(w.cols[col].data, uintptr(w.row)*unsafe.Sizeof(x))) = x
}

func (w *writer) null(col int) {
	c := &w.cols[col]
	if c.valid == nil {
		mapping.VectorEnsureValidityWritable(c.vec)
		c.valid = unsafe.Slice((*uint64)(mapping.VectorGetValidity(c.vec)), (w.size+63)/64)
	}
	c.valid[w.row>>6] &^= 1 << (w.row & 63)
	if c.text { // no stale address in a cell that the digest may look at
		put(w, col, cellText{})
	}
}

func (w *writer) int(col int, x int32) {
	if x == planwright.NoInt {
		w.null(col)
		return
	}
	put(w, col, x)
}

func (w *writer) big(col int, x int64) { put(w, col, x) }

func (w *writer) qty(col int, q planwright.Qty) {
	if q == planwright.NoQty {
		w.null(col)
		return
	}
	put(w, col, int64(q))
}

func (w *writer) float(col int, x float64) {
	if math.IsNaN(x) {
		w.null(col)
		return
	}
	put(w, col, x)
}

func (w *writer) day(col int, d planwright.Day) {
	if d == planwright.NoDay {
		w.null(col)
		return
	}
	put(w, col, int32(d))
}

func (w *writer) bool(col int, b bool) {
	var x uint8
	if b {
		x = 1
	}
	put(w, col, x)
}

// textOrNull writes NULL for an empty text.
func (w *writer) textOrNull(col int, s string) {
	if s == "" {
		w.null(col)
		return
	}
	w.text(col, s)
}

// text writes a text: short ones into the cell, long ones into an arena whose
// address the cell keeps until DuckDB has copied the chunk.
func (w *writer) text(col int, s string) {
	s = validText(s)
	var c cellText
	c.n = uint32(len(s))
	if len(s) <= inlineLen {
		n := copy(c.head[:], s)
		copy(c.rest[:], s[n:])
		put(w, col, c)
		return
	}
	copy(c.head[:], s)
	*(*uintptr)(unsafe.Pointer(&c.rest)) = w.long.keep(s)
	put(w, col, c)
}

// bytes writes a text that the caller will overwrite.
func (w *writer) bytes(col int, b []byte) {
	w.text(col, unsafe.String(unsafe.SliceData(b), len(b)))
}

func (w *writer) endRow() {
	w.row++
	if w.row == w.size {
		w.flush()
	}
}

// flush hands the chunk over.
func (w *writer) flush() {
	if w.row == 0 || w.err != nil {
		w.row = 0
		return
	}
	mapping.DataChunkSetSize(w.chunk, mapping.IdxT(w.row))
	if w.dig != nil {
		for i := range w.cols {
			v := vec{data: w.cols[i].data, n: w.row}
			if w.cols[i].valid != nil {
				v.valid = w.cols[i].valid[:(w.row+63)/64]
			}
			w.dig.column(i, &v)
		}
		w.dig.rows += int64(w.row)
	}
	if mapping.AppendDataChunk(w.app, w.chunk) == mapping.StateError {
		w.err = fail(planwright.CodeInternal, "write", "", mapping.AppenderError(w.app), "look at the space on the disk", nil)
	}
	w.rows += int64(w.row)
	w.long.reset()
	mapping.DataChunkReset(w.chunk)
	w.begin()
}

// finish writes what is left and closes the appender.
func (w *writer) finish() error {
	w.flush()
	if w.err == nil {
		w.done = true
	}
	if w.done && mapping.AppenderClose(w.app) == mapping.StateError {
		w.err = fail(planwright.CodeInternal, "write", "", mapping.AppenderError(w.app), "look at the space on the disk", nil)
	}
	w.discard()
	return w.err
}

// discard frees the writer without writing what is left.
func (w *writer) discard() {
	if w.app.Ptr == nil {
		return
	}
	if !w.done { // destroying an appender writes what it still holds
		mapping.AppenderClear(w.app)
	}
	mapping.AppenderDestroy(&w.app)
	mapping.DestroyDataChunk(&w.chunk)
	for i := range w.types {
		mapping.DestroyLogicalType(&w.types[i])
	}
	w.long.free()
}
