package snapshot

import (
	"io"
	"math"
	"math/big"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"planwright"
)

// arrowRows is the number of rows of a record batch.
const arrowRows = 1 << 16

// batchWriter gathers rows in record batches for Arrow IPC and Parquet.
type batchWriter struct {
	f     Format
	to    io.Writer
	head  []string
	types []arrow.DataType // nil: by the first cell that is not nil in the first batch
	first [][]any          // the rows of the first batch while the types are not known
	b     *array.RecordBuilder
	rows  int
	out   interface {
		Write(rec arrow.RecordBatch) error
		Close() error
	}
}

func (w *batchWriter) row(cells []any) error {
	w.rows++
	if w.types == nil && w.b == nil {
		w.first = append(w.first, append([]any(nil), cells...))
		if len(w.first) < arrowRows {
			return nil
		}
		return w.flush()
	}
	if w.b == nil {
		if err := w.open(); err != nil {
			return err
		}
	}
	w.add(cells)
	if w.rows%arrowRows != 0 {
		return nil
	}
	return w.flush()
}

func (w *batchWriter) add(cells []any) {
	for i, c := range cells {
		appendArrow(w.b.Field(i), c)
	}
}

// open writes the schema.
func (w *batchWriter) open() error {
	if w.types == nil {
		w.types = make([]arrow.DataType, len(w.head))
		for i := range w.head {
			w.types[i] = arrow.BinaryTypes.String
			for _, r := range w.first {
				if r[i] != nil {
					w.types[i] = arrowTypeOf(r[i])
					break
				}
			}
		}
	}
	fields := make([]arrow.Field, len(w.head))
	for i, h := range w.head {
		fields[i] = arrow.Field{Name: h, Type: w.types[i], Nullable: true}
	}
	schema := arrow.NewSchema(fields, nil)
	w.b = array.NewRecordBuilder(memory.DefaultAllocator, schema)
	for _, r := range w.first {
		w.add(r)
	}
	w.first = nil
	var err error
	switch w.f {
	case Parquet:
		w.out, err = pqarrow.NewFileWriter(schema, w.to, parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Zstd)), pqarrow.DefaultWriterProps())
	case ArrowFile:
		w.out, err = ipc.NewFileWriter(w.to, ipc.WithSchema(schema))
	default:
		w.out = ipc.NewWriter(w.to, ipc.WithSchema(schema))
	}
	return err
}

func (w *batchWriter) flush() error {
	if w.b == nil {
		if err := w.open(); err != nil {
			return err
		}
	}
	batch := w.b.NewRecordBatch()
	defer batch.Release()
	return w.out.Write(batch)
}

func (w *batchWriter) close() error {
	defer w.discard()
	if w.b == nil || w.rows%arrowRows != 0 || w.rows == 0 {
		if err := w.flush(); err != nil {
			return err
		}
	}
	return w.out.Close()
}

func (w *batchWriter) discard() {
	if w.b != nil {
		w.b.Release()
		w.b = nil
	}
}

// arrowTypeOf is the type of the column that a cell stands in.
func arrowTypeOf(v any) arrow.DataType {
	switch v := v.(type) {
	case bool:
		return arrow.FixedWidthTypes.Boolean
	case float64:
		return arrow.PrimitiveTypes.Float64
	case int64:
		return arrow.PrimitiveTypes.Int64
	case uint64:
		return arrow.PrimitiveTypes.Uint64
	case *big.Int:
		return &arrow.Decimal128Type{Precision: 38, Scale: 0}
	case Decimal:
		return &arrow.Decimal128Type{Precision: 38, Scale: int32(v.Scale)}
	case planwright.Qty:
		return &arrow.Decimal128Type{Precision: 18, Scale: 6}
	case planwright.Day:
		return arrow.FixedWidthTypes.Date32
	case time.Time:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	}
	return arrow.BinaryTypes.String
}

// appendArrow appends a cell; see [CellWriter].
func appendArrow(b array.Builder, v any) {
	switch b := b.(type) {
	case *array.BooleanBuilder:
		if x, ok := v.(bool); ok {
			b.Append(x)
			return
		}
	case *array.Float64Builder:
		if x, ok := v.(float64); ok && !math.IsNaN(x) {
			b.Append(x)
			return
		}
	case *array.Uint64Builder:
		if x, ok := v.(uint64); ok {
			b.Append(x)
			return
		}
	case *array.Int64Builder:
		if x, ok := v.(int64); ok {
			b.Append(x)
			return
		}
	case *array.Decimal128Builder:
		switch x := v.(type) {
		case planwright.Qty:
			if x != planwright.NoQty {
				b.Append(decimal128.FromI64(int64(x)))
				return
			}
		case Decimal:
			b.Append(decimal128.FromBigInt(x.N))
			return
		case *big.Int:
			b.Append(decimal128.FromBigInt(x))
			return
		}
	case *array.Date32Builder:
		if x, ok := v.(planwright.Day); ok && x != planwright.NoDay {
			b.Append(arrow.Date32(x))
			return
		}
	case *array.TimestampBuilder:
		if x, ok := v.(time.Time); ok {
			b.Append(arrow.Timestamp(x.UnixMicro()))
			return
		}
	case *array.StringBuilder:
		if v != nil {
			b.Append(string(AppendValue(nil, v)))
			return
		}
	}
	b.AppendNull()
}

// writeBatches writes rows as an Arrow IPC stream or file, by columns.
func writeBatches(rows *Rows, f Format, to io.Writer, progress func(rows int64)) (n int64, err error) {
	batches := rows.Batches()
	var out interface {
		Write(rec arrow.RecordBatch) error
		Close() error
	}
	if f == ArrowFile {
		if out, err = ipc.NewFileWriter(to, ipc.WithSchema(batches.Schema())); err != nil {
			return 0, err
		}
	} else {
		out = ipc.NewWriter(to, ipc.WithSchema(batches.Schema()))
	}
	for {
		batch, err := batches.Next()
		if err != nil {
			return n, err
		}
		if batch == nil {
			return n, out.Close()
		}
		err = out.Write(batch)
		n += batch.NumRows()
		batch.Release()
		if err != nil {
			return n, err
		}
		if progress != nil {
			progress(n)
		}
	}
}
