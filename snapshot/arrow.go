package snapshot

import (
	"encoding/binary"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// batcher turns DuckDB's chunks into Arrow record batches, a column at a time:
// most types lie in memory alike and are copied as they are.
type batcher struct {
	columns []ColumnInfo
	schema  *arrow.Schema
	cols    []batchColumn
	rows    int
	most    int // bytes of a batch, about
}

// batchColumn is a column of the batch that is being filled.
type batchColumn struct {
	width int // bytes of a value as DuckDB has it
	data  []byte
	offs  []int32 // of a text
	valid []byte  // bitmap
	nulls int
}

// Size of a batch: rows, and bytes of all columns. Many clients of gRPC take no
// message over 4 MiB.
const (
	batchRows  = 1 << 15
	batchBytes = 2 << 20
)

// answerBytes is the size of a batch of an answer that clients read at their pace:
// the service holds one for each of them.
const answerBytes = 128 << 10

func newBatcher(columns []ColumnInfo, most int) *batcher {
	fields := make([]arrow.Field, len(columns))
	for i := range columns {
		fields[i] = arrow.Field{Name: columns[i].Name, Type: arrowType(&columns[i]), Nullable: true}
	}
	b := &batcher{columns: columns, schema: arrow.NewSchema(fields, nil), most: most}
	b.begin()
	return b
}

func (b *batcher) begin() {
	b.cols, b.rows = make([]batchColumn, len(b.columns)), 0
	for i := range b.cols {
		c := &b.cols[i]
		c.width, _ = widthOf(b.columns[i])
		if b.most < batchBytes { // it grows as it must
			if isText(b.schema.Field(i).Type) {
				c.offs = []int32{0}
			}
			continue
		}
		c.valid = make([]byte, 0, batchRows/8)
		if isText(b.schema.Field(i).Type) {
			c.offs = append(make([]int32, 0, batchRows+1), 0)
		}
	}
}

func isText(t arrow.DataType) bool { return t.ID() == arrow.STRING }

// arrowType is the Arrow type that a column is sent as: DuckDB's own, but 128-bit
// decimals for decimals and HUGEINT, and texts for ENUM, UHUGEINT and NULL.
func arrowType(c *ColumnInfo) arrow.DataType {
	switch c.id {
	case mapping.TypeBoolean:
		return arrow.FixedWidthTypes.Boolean
	case mapping.TypeTinyInt:
		return arrow.PrimitiveTypes.Int8
	case mapping.TypeSmallInt:
		return arrow.PrimitiveTypes.Int16
	case mapping.TypeInteger:
		return arrow.PrimitiveTypes.Int32
	case mapping.TypeBigInt:
		return arrow.PrimitiveTypes.Int64
	case mapping.TypeUTinyInt:
		return arrow.PrimitiveTypes.Uint8
	case mapping.TypeUSmallInt:
		return arrow.PrimitiveTypes.Uint16
	case mapping.TypeUInteger:
		return arrow.PrimitiveTypes.Uint32
	case mapping.TypeUBigInt:
		return arrow.PrimitiveTypes.Uint64
	case mapping.TypeFloat:
		return arrow.PrimitiveTypes.Float32
	case mapping.TypeDouble:
		return arrow.PrimitiveTypes.Float64
	case mapping.TypeHugeInt:
		return &arrow.Decimal128Type{Precision: 38, Scale: 0}
	case mapping.TypeDecimal:
		return &arrow.Decimal128Type{Precision: int32(c.width), Scale: int32(c.scale)}
	case mapping.TypeDate:
		return arrow.FixedWidthTypes.Date32
	case mapping.TypeTimestamp:
		return &arrow.TimestampType{Unit: arrow.Microsecond}
	case mapping.TypeTimestampTZ:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	case mapping.TypeTimestampS:
		return &arrow.TimestampType{Unit: arrow.Second}
	case mapping.TypeTimestampMS:
		return &arrow.TimestampType{Unit: arrow.Millisecond}
	case mapping.TypeTimestampNS:
		return &arrow.TimestampType{Unit: arrow.Nanosecond}
	}
	return arrow.BinaryTypes.String
}

// add appends a chunk; full says that the batch should be taken.
func (b *batcher) add(ch *chunk) (full bool) {
	bytes := 0
	for i := range b.cols {
		v := ch.col(i)
		c, info := &b.cols[i], &b.columns[i]
		c.addValidity(&v, b.rows)
		switch info.id {
		case mapping.TypeBoolean:
			c.addBools(&v, b.rows)
		case mapping.TypeDecimal:
			c.addDecimals(&v, info.inner)
		case mapping.TypeVarchar:
			c.addTexts(&v)
		default:
			if c.offs != nil {
				c.addOthers(&v, info)
				break
			}
			c.data = append(c.data, unsafe.Slice((*byte)(v.data), v.n*c.width)...)
		}
		bytes += len(c.data)
	}
	b.rows += ch.n
	return bytes >= b.most || b.rows >= batchRows
}

// addValidity appends to the bitmap; rows is how many there are before.
func (c *batchColumn) addValidity(v *vec, rows int) {
	need := (rows + v.n + 7) / 8
	for len(c.valid) < need {
		c.valid = append(c.valid, 0)
	}
	switch {
	case v.valid == nil:
		bitutil.SetBitsTo(c.valid, int64(rows), int64(v.n), true)
		return
	case rows%8 == 0: // DuckDB's words have Arrow's order of bits
		var w [8]byte
		for k := range v.valid {
			binary.LittleEndian.PutUint64(w[:], v.valid[k])
			copy(c.valid[rows/8+k*8:], w[:])
		}
		if end := (rows + v.n) % 8; end != 0 { // what lies beyond the rows is nobody's
			c.valid[need-1] &= 1<<end - 1
		}
	default:
		for i := range v.n {
			if v.ok(i) {
				bitutil.SetBit(c.valid, rows+i)
			}
		}
	}
	c.nulls += v.n - bitutil.CountSetBits(c.valid, rows, v.n)
}

func (c *batchColumn) addBools(v *vec, rows int) {
	for len(c.data) < (rows+v.n+7)/8 {
		c.data = append(c.data, 0)
	}
	for i, x := range cells[uint8](v) {
		if x != 0 && v.ok(i) {
			bitutil.SetBit(c.data, rows+i)
		}
	}
}

// addDecimals widens decimals to 128 bits.
func (c *batchColumn) addDecimals(v *vec, inner mapping.Type) {
	if inner == mapping.TypeHugeInt {
		c.data = append(c.data, unsafe.Slice((*byte)(v.data), v.n*16)...)
		return
	}
	at := len(c.data)
	c.data = append(c.data, make([]byte, v.n*16)...)
	dst := c.data[at:]
	put := func(i int, x int64) {
		binary.LittleEndian.PutUint64(dst[i*16:], uint64(x))
		binary.LittleEndian.PutUint64(dst[i*16+8:], uint64(x>>63))
	}
	if inner == mapping.TypeBigInt {
		for i, x := range cells[int64](v) {
			put(i, x)
		}
		return
	}
	for i := range v.n {
		put(i, integerAt(v, inner, i))
	}
}

func (c *batchColumn) addTexts(v *vec) {
	full := v.allValid()
	for i := range v.n {
		if full || v.ok(i) {
			c.data = append(c.data, v.str(i)...)
		}
		c.offs = append(c.offs, int32(len(c.data)))
	}
}

// addOthers appends what is sent as text.
func (c *batchColumn) addOthers(v *vec, info *ColumnInfo) {
	for i := range v.n {
		if v.ok(i) {
			switch info.id {
			case mapping.TypeEnum:
				if at := integerAt(v, info.inner, i); at >= 0 && int(at) < len(info.names) {
					c.data = append(c.data, info.names[at]...)
				}
			case mapping.TypeUHugeInt:
				c.data = hugeAt(v, info.id, i).Append(c.data, 10)
			}
		}
		c.offs = append(c.offs, int32(len(c.data)))
	}
}

// take returns the batch and begins the next one. The caller releases it.
func (b *batcher) take() arrow.RecordBatch {
	arrays := make([]arrow.Array, len(b.cols))
	for i := range b.cols {
		c := &b.cols[i]
		var valid *memory.Buffer
		if c.nulls > 0 {
			valid = memory.NewBufferBytes(c.valid)
		}
		buffers := []*memory.Buffer{valid}
		if c.offs != nil {
			buffers = append(buffers, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(c.offs)))
		}
		data := array.NewData(b.schema.Field(i).Type, b.rows, append(buffers, memory.NewBufferBytes(c.data)), nil, c.nulls, 0)
		arrays[i] = array.MakeFromData(data)
		data.Release()
	}
	batch := array.NewRecordBatch(b.schema, arrays, int64(b.rows))
	for _, a := range arrays {
		a.Release()
	}
	b.begin()
	return batch
}

// Batches reads rows as Arrow record batches, faster than row by row. It is used
// in place of Next, from the first row on.
type Batches struct {
	rows *Rows
	b    *batcher
	n    int64
}

// Batches returns the batches of rows that were not read yet.
func (r *Rows) Batches() *Batches { return r.batches(batchBytes) }

func (r *Rows) batches(most int) *Batches { return &Batches{rows: r, b: newBatcher(r.Columns, most)} }

// BatchBytes is how many bytes the columns of a batch take.
func BatchBytes(b Batch) (n int64) {
	for i := range int(b.NumCols()) {
		for _, buf := range b.Column(i).Data().Buffers() {
			if buf != nil {
				n += int64(buf.Len())
			}
		}
	}
	return n
}

// Schema returns the schema of every batch.
func (b *Batches) Schema() *arrow.Schema { return b.b.schema }

// Next returns the next batch, nil at the end. The caller releases it. Limits
// and errors are those of [Rows.Next] and [Rows.Err].
func (b *Batches) Next() (arrow.RecordBatch, error) {
	r := b.rows
	if r.err != nil || r.s == nil {
		return nil, r.err
	}
	for {
		more := r.nextChunk()
		if r.err != nil {
			return nil, r.err
		}
		if !more {
			break
		}
		r.seen += int64(r.s.chunk.n)
		if r.limit > 0 && r.seen > r.limit {
			r.err = tooManyRows(r.limit)
			return nil, r.err
		}
		if b.b.add(&r.s.chunk) {
			break
		}
	}
	if b.b.rows == 0 {
		return nil, nil
	}
	b.n += int64(b.b.rows)
	return b.b.take(), nil
}
